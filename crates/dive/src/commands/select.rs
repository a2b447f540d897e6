//! `dive select`: the tasks that a student solves sometimes.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::Args;
use dive_agent::PassRate;
use dive_agent::select::{Band, pass_rate};
use dive_store::{Run, Which, Writer};
use serde_json::json;

use crate::cli::RunArg;
use crate::print::{self, clean, say};
use crate::settings::{self, File};

/// Arguments of `dive select`.
#[derive(Debug, Args)]
pub struct Select {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// The student whose rollouts count [default: the only policy besides the oracle].
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Least pass rate; tasks that are never solved are not kept in any case.
    #[arg(long, value_name = "RATE", default_value_t = 0.0)]
    pub min: f64,
    /// Greatest pass rate; tasks that are always solved are not kept in any case.
    #[arg(long, value_name = "RATE", default_value_t = 1.0)]
    pub max: f64,
    /// Fewest rollouts of a task that a pass rate may rest on.
    #[arg(long, value_name = "K", default_value_t = 4)]
    pub rollouts: u32,
}

pub fn run(args: &Select, file: &File, json: bool) -> Result<ExitCode> {
    let band = Band { min: args.min, max: args.max, rollouts: args.rollouts };
    let within = (0.0..=1.0).contains(&band.min) && (0.0..=1.0).contains(&band.max) && band.min <= band.max;
    ensure!(within, "`min` and `max` are pass rates from 0 to 1, min not above max");
    let dir = super::dir(&args.run, file);
    let found = select(&dir, args.policy.as_deref(), &band)?;
    if json {
        let kept: Vec<&PassRate> = found.iter().flatten().filter(|r| r.kept).collect();
        print::object(&json!({"run": dir, "selected": found.is_some(), "measured": found.as_ref().map(Vec::len),
                              "kept": kept.len(), "tasks": kept}))?;
    } else {
        say(clean(&text(found.as_deref())))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What was selected, for a person.
pub fn text(found: Option<&[PassRate]>) -> String {
    let Some(rates) = found else {
        return "no selection: it needs rollouts of a student model, and the run has none besides the oracle's; exports \
                for RL then contain every task"
            .into();
    };
    let count = |test: &dyn Fn(&PassRate) -> bool| rates.iter().filter(|r| test(r)).count();
    format!(
        "{} of {} measured tasks are at the frontier ({} never solved, {} always, {} with too few rollouts or outside the \
         band)",
        count(&|r| r.kept),
        rates.len(),
        count(&|r| r.k > 0 && r.passes == 0),
        count(&|r| r.k > 0 && r.passes == r.k),
        count(&|r| !r.kept && (r.k == 0 || (r.passes > 0 && r.passes < r.k))),
    )
}

/// Records the pass rate of every task that the student tried; `None` when there is no student.
pub fn select(dir: &Path, policy: Option<&str>, band: &Band) -> Result<Option<Vec<PassRate>>> {
    let run = Run::open(dir)?;
    super::not_empty(&run)?;
    let students: Vec<String> =
        run.policies()?.into_iter().map(|p| p.policy).filter(|p| p != dive_core::rollout::ORACLE).collect();
    let student = match (policy, students.as_slice()) {
        (Some(name), known) if known.iter().any(|k| k == name) => name.to_string(),
        (Some(name), known) => {
            bail!("no student has the name `{name}`{}", settings::did_you_mean(name, known.iter().map(String::as_str)))
        }
        (None, []) => return Ok(None),
        (None, [one]) => one.clone(),
        (None, several) => bail!("name one of the policies with --policy: {}", several.join(", ")),
    };
    let mut rates = Vec::new();
    run.each(&Which::Tasks, |entry| {
        let task = super::task(&entry)?;
        let rollouts = run.rollouts(&task.id)?;
        let own: Vec<_> = rollouts.into_iter().filter(|g| g.rollout.policy.name == student).collect();
        if let Some(first) = own.first() {
            let policy = first.rollout.policy.clone();
            rates.push(pass_rate(&task.id, &policy, &own, band));
        }
        Ok::<(), anyhow::Error>(())
    })?;
    Writer::existing(dir)?.record_pass_rates(&rates)?;
    Ok(Some(rates))
}
