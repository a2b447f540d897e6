//! `dive import`: exported files back into a run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::print::{self, clean, say};
use crate::session::Session;

/// Arguments of `dive import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Files of the formats jsonl, tasks and trajectories, and tools.json of an export with --tools ref.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Directory of the new run.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

pub fn run(args: &Import, json: bool) -> Result<ExitCode> {
    let files: Vec<&Path> = args.files.iter().map(PathBuf::as_path).collect();
    // The embedded tools keep what a schema does not say, so that certificates can be verified again.
    let session = Session::open(1)?;
    let known = |_: &dive_core::task::Task, name: &str| session.pool.spec(name).cloned();
    let imported = dive_export::import(&files, &known)?;
    let summary = dive_store::adopt(&args.out, imported.manifest, &imported.content)?;
    let (tools, rollouts) = (imported.content.tools.len(), imported.content.rollouts.len());
    if json {
        print::object(&json!({"run": args.out, "tasks": summary.accepted, "rollouts": rollouts, "tools": tools,
                              "digest": summary.digest}))?;
    } else {
        let text = format!(
            "{}: {} tasks, {rollouts} rollouts, {tools} tools\ndigest: {}",
            args.out.display(),
            summary.accepted,
            summary.digest.unwrap_or_default()
        );
        say(clean(&text))?;
    }
    Ok(ExitCode::SUCCESS)
}
