//! `dive split`: training and test runs that share as little as was asked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow, ensure};
use clap::{Args, ValueEnum};
use dive_core::task::Task;
use dive_split::split::leaks;
use dive_store::{Adopted, Run, Which};
use serde_json::json;

use crate::cli::RunArg;
use crate::print::{self, clean, say};
use crate::session;
use crate::settings::File;

/// Arguments of `dive split`.
#[derive(Debug, Args)]
pub struct Split {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// What keeps the two apart.
    #[arg(long, value_enum, default_value_t = By::Task)]
    pub by: By,
    /// Share of the tasks that is for testing, about.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub test: f64,
    /// Tools to hold out, by name or id, one a line, instead of drawing them.
    #[arg(long, value_name = "FILE")]
    pub hold_out: Option<PathBuf>,
    /// Seed of the draw.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Directory for the runs `train` and `test`, and the list of what was held out.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// What keeps the parts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Tasks at random; tools and world are shared.
    Task,
    /// Tools that training never sees.
    Tool,
    /// Providers whose tools training never sees.
    Provider,
    /// Domains whose tools training never sees.
    Domain,
    /// Generated worlds.
    World,
}

/// File with the names of the held-out tools; `synth --hold-out` reads it.
const HELD_OUT: &str = "held_out.txt";
/// File with the tasks in neither part.
const LOST: &str = "lost.jsonl";

pub fn run(args: &Split, file: &File, json: bool) -> Result<ExitCode> {
    ensure!(args.test > 0.0 && args.test < 1.0, "`test` must be between 0 and 1, is {}", args.test);
    let tool_like = !matches!(args.by, By::Task | By::World);
    ensure!(args.hold_out.is_none() || tool_like, "--hold-out is for --by tool, provider or domain");
    let run = super::open(&args.run, file)?;
    super::not_empty(&run)?;
    let tools = run.tools()?;
    let known: Vec<_> = tools.iter().collect();
    let given = args.hold_out.as_deref().map(|path| session::tool_names(path, &known)).transpose()?;
    let by = match args.by {
        By::Task => dive_split::By::Task,
        By::Tool => dive_split::By::Tool,
        By::Provider => dive_split::By::Provider,
        By::Domain => dive_split::By::Domain,
        By::World => dive_split::By::World,
    };
    let total = run.count(&Which::Tasks)?;
    let parts = dive_split::split(tasks(&run)?, &tools, by, args.test, args.seed, given);
    let found = leaks(&parts);
    ensure!(
        by != dive_split::By::World || !parts.test.is_empty(),
        "all tasks are of one world; make runs with different --seed and --world-seed and `dive import` their exports together"
    );
    let lost = &parts.lost;
    ensure!(
        !parts.train.is_empty() && !parts.test.is_empty(),
        "{} for training and {} for testing: one part would be empty; try another --test, --seed or --by",
        parts.train.len(),
        parts.test.len()
    );
    let numbers = json!({
        "train": {"run": args.out.join("train"), "tasks": parts.train.len(), "toolsets_trimmed": parts.trimmed},
        "test": {"run": args.out.join("test"), "tasks": parts.test.len()},
        "tasks": total, "lost": lost, "held_out": parts.held_out, "leaks": found,
    });
    let text = format!(
        "{total} tasks = {} for training + {} for testing + {} lost\n{} tools held out{}\nshared by both parts: {} worlds, {} seed \
         entities, {} masked questions; held-out tools that training shows: {}",
        parts.train.len(),
        parts.test.len(),
        lost.len(),
        parts.held_out.len(),
        if parts.trimmed > 0 { format!(", taken out of {} toolsets", parts.trimmed) } else { String::new() },
        found.worlds.len(),
        found.seed_entities,
        found.skeletons,
        found.held_out_tools.len(),
    );
    let how = format!("split by {:?}, seed {}", args.by, args.seed).to_lowercase();
    derive(&run, &args.out.join("train"), parts.train, &format!("{how}, train"), &parts.held_out)?;
    derive(&run, &args.out.join("test"), parts.test, &format!("{how}, test"), &BTreeSet::new())?;
    let write = |name: &str, text: String| {
        let path = args.out.join(name);
        std::fs::write(&path, text).map_err(|e| anyhow!("{} cannot be written: {e}", path.display()))
    };
    if tool_like {
        write(HELD_OUT, parts.held_out.iter().map(|t| format!("{t}\n")).collect())?;
    }
    if !lost.is_empty() {
        let lines: Result<Vec<String>, _> = lost.iter().map(serde_json::to_string).collect();
        write(LOST, lines?.join("\n") + "\n")?;
    }
    if json {
        print::object(&numbers)?;
    } else {
        say(clean(&text))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// All tasks of a run.
pub fn tasks(run: &Run) -> Result<Vec<Task>> {
    let mut tasks = Vec::new();
    run.each(&Which::Tasks, |entry| {
        tasks.push(super::task(&entry)?);
        Ok::<(), anyhow::Error>(())
    })?;
    Ok(tasks)
}

/// A run of some tasks of another, with their rollouts and pass rates. Rollouts that call one of `hidden` are left out.
pub fn derive(run: &Run, to: &Path, tasks: Vec<Task>, how: &str, hidden: &BTreeSet<String>) -> Result<()> {
    let used: BTreeSet<&String> = tasks.iter().flat_map(|t| &t.toolset).collect();
    let tools = run.tools()?.into_iter().filter(|t| used.contains(&t.name)).collect();
    let rates = run.pass_rates()?;
    let mut rollouts = Vec::new();
    let mut pass_rates = Vec::new();
    for task in &tasks {
        let own = run.rollouts(&task.id)?.into_iter();
        rollouts.extend(own.filter(|g| !g.rollout.calls().any(|c| hidden.contains(&c.function.name))));
        pass_rates.extend(rates.get(&task.id).cloned());
    }
    let content = Adopted { tasks, tools, rollouts, pass_rates };
    dive_store::adopt(to, run.manifest().derived(how, &content), &content)?;
    Ok(())
}
