//! How long tool calls take: `cargo run --release -p dive-synth --example latency`.
//!
//! Makes the calls that some episodes make, each three times, and prints percentiles and the slowest tools.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a benchmark reads the clock and prints")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use dive_core::task::Proposal;
use dive_pool::{World, exemplars, load};
use dive_synth::{Config, Engine, WorldId};

fn main() -> Result<(), String> {
    let world = World::open(1)?;
    let pool = Arc::new(load(&world)?);
    let id = WorldId { seed: world.seed(), fingerprint: world.fingerprint().to_string() };
    let engine = Engine::new(Arc::clone(&pool), id, exemplars()?, Config::default())?;
    let mut all: Vec<f64> = Vec::new();
    let mut by_tool: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for episode in 0..3000 {
        let evidence = match engine.propose(episode) {
            Proposal::Task(task) => task.evidence,
            Proposal::Rejection(rejection) => rejection.evidence,
        };
        for call in evidence.calls {
            let args = call.args.into_iter().collect();
            for _ in 0..3 {
                let start = Instant::now();
                std::hint::black_box(pool.call(&call.tool, &args));
                let micros = start.elapsed().as_secs_f64() * 1e6;
                all.push(micros);
                by_tool.entry(call.tool.clone()).or_default().push(micros);
            }
        }
    }
    all.sort_by(f64::total_cmp);
    let at = |p: f64| all.get((p * all.len() as f64) as usize).copied().unwrap_or(f64::NAN);
    println!("{} calls: p50 {:.1} µs, p95 {:.1} µs, p99 {:.1} µs", all.len(), at(0.5), at(0.95), at(0.99));
    let mut medians: Vec<(f64, &str)> = by_tool
        .iter_mut()
        .map(|(tool, times)| {
            times.sort_by(f64::total_cmp);
            (times.get(times.len() / 2).copied().unwrap_or(f64::NAN), tool.as_str())
        })
        .collect();
    medians.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (micros, tool) in medians.iter().take(8) {
        println!("  {micros:8.1} µs median  {tool}");
    }
    Ok(())
}
