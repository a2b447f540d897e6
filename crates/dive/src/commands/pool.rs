//! `dive pool`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use dive_core::task::{Rejection, Task};
use dive_report::chains::{Chains, Figures, Graph};
use dive_report::html;
use dive_store::Which;

use crate::cli::RunArg;
use crate::print::{self, clean, say};
use crate::settings::File;

/// Edges shown.
const SHOWN: usize = 12;

/// Arguments of `dive pool`.
#[derive(Debug, Subcommand)]
pub enum Pool {
    /// Show which tools feed which: edges over declared meanings that a run executed with success.
    Graph(GraphArgs),
}

/// Arguments of `dive pool graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// The run whose calls count.
    #[command(flatten)]
    pub run: RunArg,
    /// Also write the graph for Graphviz.
    #[arg(long, value_name = "FILE")]
    pub dot: Option<PathBuf>,
    /// Also draw it: families on a circle, chords for edges between them.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

pub fn run(args: &Pool, file: &File, json: bool) -> Result<ExitCode> {
    let Pool::Graph(args) = args;
    let run = super::open(&args.run, file)?;
    let mut chains = Chains::new(&run.tools()?);
    run.each(&Which::Tasks, |entry| {
        let task = super::task(&entry)?;
        chains.add(&task.evidence, &task.certificate.path);
        Ok::<(), anyhow::Error>(())
    })?;
    // What a rejected episode called was executed all the same.
    run.each(&Which::Rejected(None), |entry| {
        let malformed = |e| anyhow!("episode {} is malformed: {e}", entry.episode);
        let evidence = if entry.is_task {
            serde_json::from_str::<Task>(&entry.json).map_err(malformed)?.evidence
        } else {
            serde_json::from_str::<Rejection>(&entry.json).map_err(malformed)?.evidence
        };
        chains.add(&evidence, &[]);
        Ok::<(), anyhow::Error>(())
    })?;
    let graph = chains.finish();
    let put = |path: &Path, text: String| {
        fs::write(path, text).map_err(|e| anyhow!("{} cannot be written: {e}", path.display()))
    };
    if let Some(path) = &args.dot {
        put(path, graph.dot())?;
    }
    if let Some(path) = &args.svg {
        put(path, html::chains::svg(&graph))?;
    }
    if json {
        print::object(&graph)?
    } else {
        say(clean(&table(&graph)))?
    }
    Ok(ExitCode::SUCCESS)
}

fn table(graph: &Graph) -> String {
    let percent = |x: f64| format!("{:.1} %", 100.0 * x);
    let mut out = vec![
        format!(
            "{} tools in {} families; {} successful calls of {} episodes, rejected ones included",
            graph.tools, graph.families, graph.calls, graph.episodes
        ),
        format!("  {:<36}{:<16}certified paths", "", "all evidence"),
    ];
    let mut put = |name: &str, value: &dyn Fn(&Figures) -> String| {
        let (all, path) = (value(&graph.all_evidence), value(&graph.certified_path));
        out.push(format!("  {name:<36}{all:<16}{path}"));
    };
    put("edges (pairs of tools)", &|f| f.edges.to_string());
    put("tools fed by another tool", &|f| format!("{} ({})", f.with_producer, percent(f.with_producer_share)));
    put("edges across families", &|f| percent(f.cross_family_share));
    put("edges across domains", &|f| percent(f.cross_domain_share));
    let mut links: Vec<_> = graph.edges.iter().collect();
    links.sort_by(|a, b| b.times.cmp(&a.times).then(a.from.cmp(&b.from)).then(a.to.cmp(&b.to)));
    out.push("\nMost executed".into());
    for link in links.iter().take(SHOWN) {
        out.push(format!("  {:>7}  {} → {}  ({})", link.times, link.from, link.to, link.meanings.join(", ")));
    }
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (tool, reason) in &graph.without_producer {
        reasons.entry(reason).or_default().push(tool);
    }
    out.push(format!("\nTools that no other tool fed: {}", graph.without_producer.len()));
    for (reason, tools) in reasons {
        out.push(format!("  {reason} ({}): {}", tools.len(), tools.join(", ")));
    }
    out.join("\n")
}
