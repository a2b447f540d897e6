//! One module a command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use dive_store::{Entry, Run, Which};

use crate::cli::{Cli, Command, RunArg};
use crate::foreign::Dataset;
use crate::settings::{self, File};

pub mod decontaminate;
mod diff;
mod export;
pub mod import;
mod llm;
mod merge;
mod mock_model;
pub mod pipeline;
pub mod pool;
mod report;
mod seeds;
pub mod select;
pub mod serve;
mod show;
pub mod solve;
pub mod split;
mod stats;
mod synth;
mod tool_import;
mod tool_probe;
mod tool_serve;
mod tools;
mod verify;
mod view;

/// Runs what was typed.
pub fn run(cli: &Cli) -> Result<ExitCode> {
    let file = File::read(cli.config.as_deref())?;
    match &cli.command {
        Command::Run(args) => pipeline::run(args, &file, cli.json),
        Command::Synth(args) => synth::run(args, &file, cli.json),
        Command::Verify(args) => verify::run(args, &file, cli.json),
        Command::Merge(args) => merge::run(args, &file, cli.json),
        Command::Show(args) => show::run(args, &file, cli.json),
        Command::Solve(args) => solve::run(args, &file, cli.json),
        Command::Select(args) => select::run(args, &file, cli.json),
        Command::Export(args) => export::run(args, &file, cli.json),
        Command::Seeds(args) => seeds::run(args, &file, cli.json),
        Command::Import(args) => import::run(args, cli.json),
        Command::Split(args) => split::run(args, &file, cli.json),
        Command::Decontaminate(args) => decontaminate::run(args, &file, cli.json),
        Command::Serve(args) => serve::run(args, &file, cli.json),
        Command::Tools(args) => tools::run(args, &file, cli.json),
        Command::Pool(args) => pool::run(args, &file, cli.json),
        Command::Stats(args) => stats::run(args, &file, cli.json),
        Command::MockModel(args) => mock_model::run(args, &file, cli.json),
        Command::Diff(args) => diff::run(args, &file, cli.json),
        Command::Report(args) => report::run(args, &file, cli.json),
        Command::View(args) => view::run(args, &file, cli.json),
    }
}

fn dir(run: &RunArg, file: &File) -> PathBuf {
    settings::run_dir(run.run.as_deref(), file)
}

fn open(run: &RunArg, file: &File) -> Result<Run> {
    let dir = dir(run, file);
    no_import(&dir)?;
    Ok(Run::open(&dir)?)
}

/// Refuses a dataset that others made, with what can be done with it.
fn no_import(dir: &Path) -> Result<()> {
    if Dataset::at(dir)?.is_some() {
        bail!(
            "{} was made elsewhere and has no certified tasks; it can be measured with `dive stats`, `diff` and `report`",
            dir.display()
        );
    }
    Ok(())
}

/// Refuses a run without a task, with what can be done about it.
fn not_empty(run: &Run) -> Result<()> {
    if run.count(&Which::Tasks)? > 0 {
        return Ok(());
    }
    let dir = run.dir().display();
    let summary = run.summary()?;
    match summary.rejections() {
        0 => bail!("{dir} has no tasks: make some with `dive synth --out {dir}`"),
        n => bail!("{dir} has no tasks, only {n} rejected episodes: `dive show {dir} --rejected` says why"),
    }
}

/// The task of an entry.
fn task(entry: &Entry) -> Result<dive_core::task::Task> {
    serde_json::from_str(&entry.json).map_err(|e| anyhow::anyhow!("episode {} is malformed: {e}", entry.episode))
}
