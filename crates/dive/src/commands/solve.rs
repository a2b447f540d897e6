//! `dive solve`: attempts at the tasks of a run, with verdicts and rewards.

use std::process::ExitCode;

use anyhow::{Result, anyhow, ensure};
use clap::Args;
use dive_agent::{Graded, Policy, Toolbox, oracle, reward};
use dive_store::{Run, Which, Writer};
use serde_json::{Value, json};

use crate::cli::RunArg;
use crate::print::{self, clean, say};
use crate::settings::File;

/// Arguments of `dive solve`.
#[derive(Debug, Args)]
pub struct Solve {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// Weight of the format in the reward: 1 for well-formed calls and a marked answer, times this.
    #[arg(long, value_name = "WEIGHT", default_value_t = reward::ALPHA)]
    pub alpha: f64,
}

/// Rollouts recorded together.
const BATCH: usize = 512;

pub fn run(args: &Solve, file: &File, json: bool) -> Result<ExitCode> {
    ensure!((0.0..=1.0).contains(&args.alpha), "`alpha` must be from 0 to 1, is {}", args.alpha);
    let dir = super::dir(&args.run, file);
    let report = with_oracle(&dir, args.alpha)?;
    if json {
        print::object(&report.json(&dir)?)?;
    } else {
        say(clean(&report.text(&dir)?))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What was done.
pub struct Report {
    /// Attempts made now.
    pub made: u64,
    /// Tasks that had one already.
    pub present: u64,
    /// Tasks without a path to replay, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// Replays the certified path of every task that has no such attempt yet.
pub fn with_oracle(dir: &std::path::Path, alpha: f64) -> Result<Report> {
    let mut writer = Writer::existing(dir)?;
    let run = Run::open(dir)?;
    let toolbox = Toolbox::new(&run.tools()?).map_err(|e| anyhow!(e))?;
    let present = run.attempted(&Policy::oracle())?;
    let mut report = Report { made: 0, present: 0, skipped: Vec::new() };
    let bar = print::progress(run.count(&Which::Tasks)?, "tasks");
    let mut batch: Vec<Graded> = Vec::new();
    run.each(&Which::Tasks, |entry| {
        bar.inc(1);
        let task = super::task(&entry)?;
        if present.contains_key(&task.id) {
            report.present += 1;
            return Ok(());
        }
        match oracle::rollout(&task) {
            Ok(rollout) => batch.push(reward::grade(&task, &toolbox, rollout, None, alpha)),
            Err(reason) => report.skipped.push((task.id, reason.to_string())),
        }
        if batch.len() == BATCH {
            writer.record_rollouts(&batch)?;
            report.made += batch.len() as u64;
            batch.clear();
        }
        Ok::<(), anyhow::Error>(())
    })?;
    writer.record_rollouts(&batch)?;
    report.made += batch.len() as u64;
    bar.finish_and_clear();
    Ok(report)
}

impl Report {
    fn json(&self, dir: &std::path::Path) -> Result<Value> {
        let skipped: Vec<Value> = self.skipped.iter().map(|(id, why)| json!({"task": id, "reason": why})).collect();
        let policies = Run::open(dir)?.policies()?;
        Ok(json!({"run": dir, "made": self.made, "present": self.present, "skipped": skipped, "policies": policies}))
    }

    /// For a person.
    pub fn text(&self, dir: &std::path::Path) -> Result<String> {
        let mut text = format!("{} rollouts made, {} were there", self.made, self.present);
        for (id, reason) in self.skipped.iter().take(5) {
            text.push_str(&format!("\nno attempt at {id}: {reason}"));
        }
        if self.skipped.len() > 5 {
            text.push_str(&format!("\n… and {} more: see --json", self.skipped.len() - 5));
        }
        for p in Run::open(dir)?.policies()? {
            let list = |m: &std::collections::BTreeMap<String, u64>| {
                m.iter().map(|(k, n)| format!("{n} {k}")).collect::<Vec<_>>().join(", ")
            };
            let reward = p.mean_reward.map_or(String::new(), |r| format!("; mean reward {r:.3}"));
            text.push_str(&format!(
                "\n{}: {} rollouts of {} tasks: {}{reward}",
                p.policy,
                p.rollouts,
                p.tasks,
                list(&p.verdicts)
            ));
        }
        Ok(text)
    }
}
