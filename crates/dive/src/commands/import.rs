//! `dive import`: exported files back into a run, other people's into a dataset to measure.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use dive_report::foreign::Format;
use serde_json::{Value, json};

use crate::foreign;
use crate::gather;
use crate::print::{self, clean, say};
use crate::session::Session;

/// Arguments of `dive import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Our files of the formats jsonl, tasks and trajectories, with tools.json of an export with --tools ref; or rows
    /// that others made, as JSON lines or one JSON list, to measure (`dive stats`, `diff`, `report`).
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Directory of the new run or dataset.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Format of the rows; those of any other are left out. Without it every row is read by the fields it has.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Rows>,
    /// Which tools of other people's rows retrieve and which process, as a JSON object from names to R or P.
    #[arg(long, value_name = "FILE")]
    pub kinds: Option<PathBuf>,
}

/// Formats of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Rows {
    /// What `dive export` writes as jsonl, tasks and trajectories.
    Dive,
    /// `messages` with roles, tool calls and tool answers; `tools` beside them.
    Openai,
    /// `conversations` of turns with `from` and `value`.
    Sharegpt,
    /// `messages` and `available_tools`, each as JSON in text.
    Toucan,
    /// `uuid`, `question`, `ground_truth`, `tools` and `trajectory`.
    Reference,
}

impl Rows {
    fn others(self) -> Option<Format> {
        Some(match self {
            Rows::Dive => return None,
            Rows::Openai => Format::OpenAi,
            Rows::Sharegpt => Format::ShareGpt,
            Rows::Toucan => Format::Toucan,
            Rows::Reference => Format::Reference,
        })
    }
}

pub fn run(args: &Import, json: bool) -> Result<ExitCode> {
    let files: Vec<&Path> = args.files.iter().map(PathBuf::as_path).collect();
    let others = match args.format {
        Some(format) => format != Rows::Dive,
        None => !files.iter().copied().map(is_ours).collect::<Result<Vec<bool>>>()?.contains(&true),
    };
    if others {
        return foreign(args, &files, json);
    }
    ensure!(args.kinds.is_none(), "--kinds is for rows that others made; our own files say what their tools are");
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

/// Reads rows that others made.
fn foreign(args: &Import, files: &[&Path], json: bool) -> Result<ExitCode> {
    let kinds = args.kinds.as_deref().map(gather::read_kinds).transpose()?.unwrap_or_default();
    let note = foreign::import(files, args.format.and_then(Rows::others), kinds, &args.out)?.note;
    if let Some((reason, n)) = note.reasons.iter().max_by_key(|(_, n)| **n) {
        print::note(&format!("{} rows cannot be read and were left out; {n} of them: {reason}", note.skipped));
    }
    let out = args.out.display().to_string();
    if json {
        print::object(&json!({"dataset": out, "rows": note.rows, "skipped": note.skipped, "formats": note.formats,
                              "certified": note.certified}))?;
    } else {
        let formats: Vec<String> = note.formats.iter().map(|(f, n)| format!("{n} of the format {f}")).collect();
        let text = format!(
            "{out}: {} rows ({}), none of them certified\nnow: dive stats {out}, dive diff RUN {out}, dive report {out}",
            note.rows,
            formats.join(", ")
        );
        say(clean(&text))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a file was exported by us, by its first row that is JSON.
fn is_ours(path: &Path) -> Result<bool> {
    // Columns are read by our own reader alone.
    if path.extension().is_some_and(|e| e == "parquet") {
        return Ok(true);
    }
    const ENOUGH: &str = "enough";
    let mut ours = false;
    let looked = foreign::each_row(path, &mut |_, row| {
        let Ok(row) = row else { return Ok(()) };
        let has = |key: &str| row.get(key).is_some();
        let tool = row.get("type").and_then(Value::as_str) == Some("function") && has("function");
        ours = has("derivation") || has("answer_text") || (has("messages") && has("policy") && has("task")) || tool;
        Err(anyhow::Error::msg(ENOUGH))
    });
    match looked {
        // Of what is no JSON our own reader complains best.
        Ok(()) => Ok(false),
        Err(e) if e.to_string() == ENOUGH => Ok(ours),
        Err(e) => Err(e),
    }
}
