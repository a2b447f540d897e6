//! `dive export`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use dive_export::{DROPS, Exported};
use dive_store::Run;
use serde_json::{Value, json};

use crate::cli::{Encoding, Export, ToolsAs};
use crate::print::{self, clean, say};
use crate::settings::File;

pub fn run(args: &Export, file: &File, json: bool) -> Result<ExitCode> {
    let run = super::open(&args.run, file)?;
    super::not_empty(&run)?;
    let Some(format) = args.format.table() else {
        return native(&run, args, json);
    };
    if args.tools == ToolsAs::Ref {
        bail!("--tools ref is for --format jsonl; rows of other formats hold their tools");
    }
    let exported = dive_export::export(&run, format, args.encoding.into(), args.policy.as_deref(), args.to.as_deref())?;
    if json {
        print::object(&object(&exported, &run)?)?;
    } else {
        say(clean(&text(&exported)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The machine-readable result.
pub fn object(exported: &Exported, run: &Run) -> Result<Value> {
    let mut value = serde_json::to_value(exported)?;
    if let Some(map) = value.as_object_mut() {
        map.insert("digest".into(), json!(run.summary()?.digest));
        map.insert("run".into(), json!(run.dir()));
    }
    Ok(value)
}

/// The result for a person.
pub fn text(exported: &Exported) -> String {
    let files: Vec<String> = exported.files.iter().map(|f| exported.dir.join(f).display().to_string()).collect();
    let place = match files.as_slice() {
        [] => "no file".to_string(),
        [one] => one.clone(),
        several => format!("{} files in {}", several.len(), exported.dir.display()),
    };
    let mut text = format!("{}: {} rows in {place}", exported.format, exported.rows);
    if !exported.dropped.is_empty() {
        let place = if files.len() == 1 { exported.dir.join(DROPS) } else { Path::new(DROPS).to_path_buf() };
        text.push_str(&format!("; {} left out, listed in {}", exported.dropped.len(), place.display()));
        if let Some(first) = exported.dropped.first() {
            text.push_str(&format!(" (first: {}: {})", first.id, first.reason));
        }
    }
    for note in &exported.notes {
        text.push_str(&format!("\n  {note}"));
    }
    text
}

fn native(run: &Run, args: &Export, json: bool) -> Result<ExitCode> {
    if args.policy.is_some() {
        bail!("--policy is for formats with attempts; --format jsonl has tasks only");
    }
    if args.encoding == Encoding::Parquet {
        bail!("--format jsonl is lines of JSON; --format tasks has the same content in columns");
    }
    let tools = match args.tools {
        ToolsAs::Inline => dive_store::ToolsAs::Inline,
        ToolsAs::Ref => dive_store::ToolsAs::Ref,
    };
    let exported = dive_store::export(run, tools, args.to.as_deref())?;
    if json {
        print::object(&json!({
            "tasks": exported.tasks,
            "format": "jsonl",
            "dir": exported.dir,
            "files": exported.files,
            "digest": run.summary()?.digest,
            "run": run.dir(),
        }))?;
    } else {
        let files: Vec<String> = exported.files.iter().map(|f| f.display().to_string()).collect();
        say(clean(&format!("{} tasks in {}", exported.tasks, files.join(" and "))))?;
    }
    Ok(ExitCode::SUCCESS)
}
