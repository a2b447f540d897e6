//! Prints tasks, or why there are none: `cargo run --release -p dive-synth --example sample -- FIRST COUNT [MODE]`.
//!
//! MODE is `quiet` (figures only), `graphs` (number of calls and call graph), `full` (JSON), `rejects`, or a domain, whose tasks alone are printed.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests and examples print, wait and start processes"
)]

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
    let mut rounds: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let mut skeletons: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    let mut classes: BTreeMap<String, usize> = BTreeMap::new();
    let mut graphs: BTreeMap<String, usize> = BTreeMap::new();
    let mut tools: BTreeMap<String, usize> = BTreeMap::new();
    let mut distinct = 0;
    for episode in first..first + count {
        match engine.propose(episode) {
            Proposal::Task(task) => {
                *reasons.entry("accepted".into()).or_default() += 1;
                by_form.entry(task.form.clone()).or_default().0 += 1;
                *calls.entry(task.certificate.path.len()).or_default() += 1;
                let grown = task.rounds.last().map(|r| r.step.clone()).unwrap_or_default();
                *rounds
                    .entry((task.rounds.len(), if mode == "forms" { task.form.clone() } else { grown }))
                    .or_default() += 1;
                let entry = skeletons.entry(task.certificate.skeleton.clone()).or_default();
                (entry.0, entry.1) = (entry.0 + 1, task.question.clone());
                *shapes.entry(task.logical_form.shape()).or_default() += 1;
                *classes.entry(task.topology.class()).or_default() += 1;
                *graphs.entry(task.topology.call_graph()).or_default() += 1;
                let used: std::collections::BTreeSet<_> = task.topology.tools.iter().cloned().collect();
                distinct += used.len();
                used.into_iter().for_each(|t| *tools.entry(t).or_default() += 1);
                match mode {
                    "quiet" | "rejects" | "forms" => {}
                    domain if dive_pool::DOMAINS.contains(&domain) && !task.domains.iter().any(|d| d == domain) => {}
                    "graphs" => println!("{} {}", task.topology.tools.len(), task.topology.call_graph()),
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
    let accepted = skeletons.values().map(|(n, _)| n).sum::<usize>().max(1) as f64;
    eprintln!("rounds {rounds:?}");
    let mut top: Vec<_> = skeletons.values().collect();
    top.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    eprintln!("{} skeletons, commonest {:#?}", skeletons.len(), top.iter().take(4).collect::<Vec<_>>());
    let mut top: Vec<_> = shapes.iter().collect();
    top.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    eprintln!("{} shapes, commonest {:#?}", shapes.len(), top.iter().take(4).collect::<Vec<_>>());
    eprintln!(
        "{} classes, {} graphs, {} tools, {:.2} distinct tools a task",
        classes.len(),
        graphs.len(),
        tools.len(),
        distinct as f64 / accepted
    );
    let idle: Vec<&str> = engine.tool_names().filter(|t| !tools.contains_key(*t)).collect();
    eprintln!("{} tools unused: {idle:?}", idle.len());
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{reasons:?}\n{by_form:?}\ncalls {calls:?}\n{:.1} episodes/s", count as f64 / seconds);
    Ok(())
}
