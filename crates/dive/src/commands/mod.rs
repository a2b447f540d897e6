//! One module a command.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use dive_store::{Entry, Run};

use crate::cli::{Cli, Command, RunArg};
use crate::settings::{self, File};

mod export;
mod import;
mod merge;
mod seeds;
mod serve;
mod show;
mod stats;
mod synth;
mod tools;
mod verify;

/// Runs what was typed.
pub fn run(cli: &Cli) -> Result<ExitCode> {
    let file = File::read(cli.config.as_deref())?;
    match &cli.command {
        Command::Synth(args) => synth::run(args, &file, cli.json),
        Command::Verify(args) => verify::run(args, &file, cli.json),
        Command::Merge(args) => merge::run(args, &file, cli.json),
        Command::Show(args) => show::run(args, &file, cli.json),
        Command::Export(args) => export::run(args, &file, cli.json),
        Command::Seeds(args) => seeds::run(args, &file, cli.json),
        Command::Tools(args) => tools::run(args, &file, cli.json),
        Command::Stats(args) => stats::run(args, &file, cli.json),
    }
}

fn dir(run: &RunArg, file: &File) -> PathBuf {
    settings::run_dir(run.run.as_deref(), file)
}

fn open(run: &RunArg, file: &File) -> Result<Run> {
    Ok(Run::open(&dir(run, file))?)
}

/// The task of an entry.
fn task(entry: &Entry) -> Result<dive_core::task::Task> {
    serde_json::from_str(&entry.json).map_err(|e| anyhow::anyhow!("episode {} is malformed: {e}", entry.episode))
}
