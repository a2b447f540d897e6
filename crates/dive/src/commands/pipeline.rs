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
use dive_recipe::Stage;
use dive_store::{End, Run};
use serde_json::json;

use super::{export, llm, report, select, solve, synth};
use crate::cli::{self, Format, Synth};
use crate::models::{EngineKind, Llm};
use crate::outside::Outside;
use crate::print::{self, clean, say};
use crate::settings::{Choices, DEFAULT_OUT, File};

/// Arguments of `dive run`.
#[derive(Debug, Args)]
pub struct Pipeline {
    /// Directory of the run [default: runs/demo].
    #[arg(long, value_name = "DIR")]
    pub out: Option<std::path::PathBuf>,
    /// Who collects evidence and derives tasks [default: symbolic].
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub engine: Option<EngineKind>,
    /// Settings of the synthesis.
    #[command(flatten)]
    pub choices: Choices,
    /// How a model makes attempts, if one is named.
    #[command(flatten)]
    pub solve: solve::Attempts,
    /// Formats to export, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Format::Jsonl, Format::Hf], value_name = "FORMATS")]
    pub formats: Vec<Format>,
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = cli::Encoding::Jsonl)]
    pub encoding: cli::Encoding,
    /// Weight of the format in the reward.
    #[arg(long, value_name = "WEIGHT", default_value_t = reward::ALPHA)]
    pub alpha: f64,
    /// Tools that others run.
    #[command(flatten)]
    pub outside: Outside,
    /// Settings of the models; one that is named also makes attempts at the tasks.
    #[command(flatten)]
    pub llm: Llm,
}

pub fn run(args: &Pipeline, file: &File, json: bool) -> Result<ExitCode> {
    let begun = Instant::now();
    ensure!((0.0..=1.0).contains(&args.alpha), "`alpha` must be from 0 to 1, is {}", args.alpha);
    let out = args.out.clone().or_else(|| file.out.clone()).unwrap_or_else(|| DEFAULT_OUT.into());
    let attempts = args.solve.or(&file.solve);
    let student =
        attempts.policy.as_deref() != Some(dive_core::rollout::ORACLE) && args.llm.plays(&file.llm, Stage::Solver);
    ensure!(student || attempts.rollouts.is_none(), "--rollouts is for attempts of a model: name one with --model");
    let stage = |name: &str| if json { Ok(()) } else { say(format!("\n== {name}")) };
    let tell = |text: String| if json { Ok(()) } else { say(clean(&text)) };

    stage("synthesise")?;
    let tasks = Synth {
        out: Some(out.clone()),
        engine: args.engine,
        choices: args.choices.clone(),
        outside: args.outside.clone(),
        llm: args.llm.clone(),
        ..Synth::default()
    };
    let end = match synth::engine(&tasks, file) {
        EngineKind::Symbolic => synth::make(&tasks, file)?.end,
        _ => llm::make(&tasks, file, &args.choices.resolve(&file.synth)?, !json)?.0.end,
    };
    tell(synth::numbers(&Run::open(&out)?)?)?;
    if let End::LowYield { .. } = end {
        return Ok(synth::ended(end));
    }
    stage("solve")?;
    let mut bill = None;
    if student {
        let solved = solve::with_model(&out, &attempts, &args.llm, file, &args.outside.or(&file.tools), args.alpha)?;
        if solved.ended().is_err() {
            tell(solved.text(&out)?)?;
            return solved.ended();
        }
        bill = Some(solved);
    }
    let solved = solve::with_oracle(&out, args.alpha)?;
    tell(solved.text(&out)?)?;
    if let Some(used) = bill.as_ref().map(|b| b.bill.text()).filter(|t| !t.is_empty()) {
        tell(used)?;
    }
    stage("select")?;
    let policy = bill.as_ref().map(|b| b.policy.as_str());
    let selected = select::select(&out, policy, &Band::default())?;
    tell(select::text(selected.as_deref()))?;
    let run = Run::open(&out)?;
    // Now with the attempts.
    report::write(&run, &report::file_of(&out))?;
    stage("export")?;
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
                let exported = dive_export::export(&run, table, encoding, None, None)?;
                (export::text(&exported), export::object(&exported, &run)?)
            }
        };
        tell(text)?;
        exports.push(object);
    }
    let seconds = (begun.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    if json {
        let kept = selected.as_ref().map(|rates| rates.iter().filter(|r| r.kept).count());
        print::object(&json!({"run": out, "synth": run.summary()?, "policies": run.policies()?, "frontier": kept,
                              "exports": exports, "models": bill.map(|b| b.bill), "seconds": seconds}))?;
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
