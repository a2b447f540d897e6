//! `dive export`.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use crate::cli::{Export, Format, ToolsAs};
use crate::print::{self, clean, say};
use crate::settings::File;

pub fn run(args: &Export, file: &File, json: bool) -> Result<ExitCode> {
    let run = super::open(&args.run, file)?;
    let Format::Jsonl = args.format;
    let tools = match args.tools {
        ToolsAs::Inline => dive_store::ToolsAs::Inline,
        ToolsAs::Ref => dive_store::ToolsAs::Ref,
    };
    let exported = dive_store::export(&run, tools, args.to.as_deref())?;
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
