//! `dive run`: from nothing to files that trainers load.
//!
//! Every stage looks at what is there and does the rest, so the same command continues after whatever stopped it.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::Args;
use dive_agent::reward;
use dive_agent::select::Band;
use dive_export::Encoding;
use dive_store::{End, Run};
use serde_json::json;

use super::{export, select, solve, synth};
use crate::cli::{self, Format, Synth};
use crate::print::{self, clean, say};
use crate::settings::{Choices, DEFAULT_OUT, File};

/// Arguments of `dive run`.
#[derive(Debug, Args)]
pub struct Pipeline {
    /// Directory of the run [default: runs/demo].
    #[arg(long, value_name = "DIR")]
    pub out: Option<std::path::PathBuf>,
    /// Settings of the synthesis.
    #[command(flatten)]
    pub choices: Choices,
    /// Formats to export, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Format::Jsonl, Format::Hf], value_name = "FORMATS")]
    pub formats: Vec<Format>,
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = cli::Encoding::Jsonl)]
    pub encoding: cli::Encoding,
    /// Weight of the format in the reward.
    #[arg(long, value_name = "WEIGHT", default_value_t = reward::ALPHA)]
    pub alpha: f64,
}

pub fn run(args: &Pipeline, file: &File, json: bool) -> Result<ExitCode> {
    let begun = Instant::now();
    ensure!((0.0..=1.0).contains(&args.alpha), "`alpha` must be from 0 to 1, is {}", args.alpha);
    let out = args.out.clone().or_else(|| file.out.clone()).unwrap_or_else(|| DEFAULT_OUT.into());
    let stage = |name: &str| if json { Ok(()) } else { say(format!("\n== {name}")) };

    stage("synthesise")?;
    let tasks = Synth { range: None, out: Some(out.clone()), choices: args.choices.clone(), ..Synth::default() };
    let made = synth::make(&tasks, file)?;
    if !json {
        say(synth::numbers(&Run::open(&out)?)?)?;
    }
    if let End::LowYield { .. } = made.end {
        return Ok(synth::ended(made.end));
    }
    stage("solve")?;
    let solved = solve::with_oracle(&out, args.alpha)?;
    if !json {
        say(clean(&solved.text(&out)?))?;
    }
    stage("select")?;
    let selected = select::select(&out, None, &Band::default())?;
    if !json {
        say(clean(&select::text(selected.as_deref())))?;
    }
    stage("export")?;
    let run = Run::open(&out)?;
    let mut exports = Vec::new();
    for format in &args.formats {
        let (text, object) = match format.table() {
            None => {
                let exported = dive_store::export(&run, dive_store::ToolsAs::Inline, None)?;
                (
                    format!("jsonl: {} rows in {}", exported.tasks, exported.dir.display()),
                    json!({"format": "jsonl", "rows": exported.tasks, "dir": exported.dir, "files": exported.files}),
                )
            }
            Some(table) => {
                let encoding: Encoding = args.encoding.into();
                let columns = table != dive_export::Format::RlNemoGym;
                let encoding = if columns { encoding } else { Encoding::Jsonl };
                let exported = dive_export::export(&run, table, encoding, None)?;
                (export::text(&exported), export::object(&exported, &run)?)
            }
        };
        if !json {
            say(clean(&text))?;
        }
        exports.push(object);
    }
    let seconds = (begun.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    if json {
        let kept = selected.as_ref().map(|rates| rates.iter().filter(|r| r.kept).count());
        print::object(&json!({"run": out, "synth": run.summary()?, "policies": run.policies()?, "frontier": kept,
                              "exports": exports, "seconds": seconds}))?;
        return Ok(ExitCode::SUCCESS);
    }
    synth::samples(&out)?;
    let name = clean(&out.display().to_string());
    say(format!(
        "\n{seconds:.1} s. Next:\n  dive show {name} 1           one task with its evidence and derivation\n  \
         dive verify {name}           check every certificate again\n  dive stats {name}            how diverse the tasks \
         are\n  dive export {name} --format sft_sharegpt    other formats: --help\n  dive serve --gym {name}      the tools, \
         for reinforcement learning"
    ))?;
    Ok(ExitCode::SUCCESS)
}
