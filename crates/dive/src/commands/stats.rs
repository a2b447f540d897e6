//! `dive stats`.

use std::process::ExitCode;

use anyhow::Result;
use dive_report::{Stats, Structure};
use dive_store::Which;
use serde::Serialize;

use crate::cli::Stats as Args;
use crate::print::{self, clean, say};
use crate::settings::File;

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    stats: &'a Stats,
    retention: Retention<'a>,
    run: String,
}

#[derive(Serialize)]
struct Retention<'a> {
    episodes: u64,
    accepted: u64,
    rejected: &'a std::collections::BTreeMap<String, u64>,
    failed: u64,
    pending: u64,
}

pub fn run(args: &Args, file: &File, json: bool) -> Result<ExitCode> {
    let run = super::open(&args.run, file)?;
    let mut structure = Structure::default();
    run.each(&Which::Tasks, |entry| {
        structure.add(&super::task(&entry)?);
        Ok::<(), anyhow::Error>(())
    })?;
    let (stats, summary) = (structure.finish(), run.summary()?);
    if json {
        let retention = Retention {
            episodes: summary.episodes,
            accepted: summary.accepted,
            rejected: &summary.rejected,
            failed: summary.failed,
            pending: summary.pending,
        };
        print::object(&Report { stats: &stats, retention, run: run.dir().display().to_string() })?;
    } else {
        say(super::synth::numbers(&run)?)?;
        say(clean(&table(&stats)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Every number on a line of its own, in the order of the record.
fn table(stats: &Stats) -> String {
    let percent = |x: f64| format!("{:.1} %", 100.0 * x);
    let histogram =
        |counts: Vec<(String, u64)>| counts.into_iter().map(|(k, n)| format!("{k} {n}")).collect::<Vec<_>>().join(", ");
    let named = |m: &std::collections::BTreeMap<String, u64>| {
        let mut counts: Vec<(String, u64)> = m.iter().map(|(k, n)| (k.clone(), *n)).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        histogram(counts)
    };
    let sized =
        |m: &std::collections::BTreeMap<u64, u64>| histogram(m.iter().map(|(k, n)| (format!("{k}:"), *n)).collect());
    let lines: Vec<(&str, String)> = vec![
        ("tasks", stats.tasks.to_string()),
        ("tools covered", stats.tools_covered.to_string()),
        ("unique toolsets", stats.unique_toolsets.to_string()),
        ("unique call sequences", stats.unique_call_sequences.to_string()),
        ("unique call graphs", stats.unique_call_graphs.to_string()),
        ("R/P topologies", format!("{} ({})", stats.rp_topologies, named(&stats.rp_topologies_by_purity))),
        ("tools a task", format!("{:.2}", stats.mean_tools_per_task)),
        ("calls a task", format!("{:.2}", stats.mean_calls_per_task)),
        ("tools offered a task", format!("{:.1}", stats.mean_toolset_size)),
        ("calls", sized(&stats.calls)),
        ("at most 2 calls", percent(stats.share_at_most_2_calls)),
        ("exactly 3 calls", percent(stats.share_3_calls)),
        ("depth", sized(&stats.depth)),
        ("width", sized(&stats.width)),
        ("rounds", sized(&stats.rounds)),
        ("growth", named(&stats.steps)),
        ("purity", named(&stats.purity)),
        ("forms", named(&stats.forms)),
        ("answers", named(&stats.answer_types)),
        ("operators", named(&stats.operators)),
        ("domains", named(&stats.domains)),
        ("across domains", percent(stats.cross_domain_share)),
        ("seed entities", stats.seed_entities.to_string()),
        ("skeletons", format!("{}, the commonest {}", stats.skeletons, percent(stats.commonest_skeleton_share))),
        ("derivation shapes", format!("{}, the commonest {}", stats.shapes, percent(stats.commonest_shape_share))),
    ];
    let body: Vec<String> = lines.into_iter().map(|(k, v)| format!("  {k:<22}{v}")).collect();
    format!("Over the calls of the {}:\n{}", stats.calls_over, body.join("\n"))
}
