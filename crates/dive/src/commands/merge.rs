//! `dive merge`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use dive_store::Run;
use serde::Serialize;

use super::report;
use super::synth::{Report, ended, numbers};
use crate::cli::Merge;
use crate::print::{self, say};
use crate::settings::{self, File};

#[derive(Serialize)]
struct MergeReport<'a> {
    #[serde(flatten)]
    report: Report<'a>,
    next_range: Option<String>,
}

pub fn run(args: &Merge, file: &File, json: bool) -> Result<ExitCode> {
    let begun = Instant::now();
    let count = settings::count(args.count)?;
    let min_yield = settings::min_yield(args.min_yield.or(file.synth.min_yield))?;
    let dirs: Vec<PathBuf> = args.dirs.iter().map(|d| settings::run_dir(Some(d), file)).collect();
    let merged = dive_store::merge(&dirs, count, min_yield, &args.out)?;
    let run = Run::open(&args.out)?;
    report::write(&run, &report::file_of(&args.out))?;
    let summary = run.summary()?;
    let next_range = merged.next.map(|n| n.to_string());
    if json {
        let seconds = (begun.elapsed().as_secs_f64() * 1e3).round() / 1e3;
        let report = Report { summary: &summary, seconds, run: args.out.display().to_string() };
        print::object(&MergeReport { report, next_range: next_range.clone() })?;
    } else {
        say(numbers(&run)?)?;
    }
    match (merged.end, next_range) {
        (Some(end), _) => Ok(ended(end)),
        (None, next) => {
            print::note(&format!(
                "error: {} of {count} tasks: run `dive synth --range {} --out DIR` with the same settings and merge again",
                summary.accepted,
                next.unwrap_or_default()
            ));
            Ok(ExitCode::FAILURE)
        }
    }
}
