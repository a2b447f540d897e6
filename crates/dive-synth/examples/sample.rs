//! Prints tasks, or why there are none: `cargo run --release -p dive-synth --example sample -- FIRST COUNT [full]`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use dive_core::task::Proposal;
use dive_pool::{World, exemplars, load};
use dive_synth::{Config, Engine, WorldId};

fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: u64| args.get(i).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (first, count) = (number(0, 0), number(1, 50));
    let mode = args.get(2).map(String::as_str).unwrap_or("");
    let world = World::open(1)?;
    let pool = Arc::new(load(&world)?);
    let id = WorldId { seed: world.seed(), fingerprint: world.fingerprint().to_string() };
    let engine = Engine::new(pool, id, exemplars()?, Config::default())?;
    let start = Instant::now();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut by_form: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut calls: BTreeMap<usize, usize> = BTreeMap::new();
    for episode in first..first + count {
        match engine.propose(episode) {
            Proposal::Task(task) => {
                *reasons.entry("accepted".into()).or_default() += 1;
                by_form.entry(task.form.clone()).or_default().0 += 1;
                *calls.entry(task.certificate.path.len()).or_default() += 1;
                match mode {
                    "quiet" | "rejects" => {}
                    "full" => println!("{}", serde_json::to_string_pretty(&*task).unwrap_or_default()),
                    _ => println!(
                        "{episode} [{}, {} calls] {}\n    = {}\n",
                        task.form,
                        task.topology.tools.len(),
                        task.question,
                        task.answer.display()
                    ),
                }
            }
            Proposal::Rejection(r) => {
                *reasons.entry(r.reason.name()).or_default() += 1;
                by_form.entry(r.form.clone()).or_default().1 += 1;
                if mode == "rejects" {
                    println!(
                        "{episode} [{} {}] {}: {}\n    {}\n",
                        r.form,
                        r.focal,
                        r.reason.name(),
                        r.detail,
                        r.question
                    );
                }
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{reasons:?}\n{by_form:?}\ncalls {calls:?}\n{:.1} episodes/s", count as f64 / seconds);
    Ok(())
}
