//! `dive stats`.

use std::process::ExitCode;

use anyhow::Result;
use dive_report::{Stats, table};
use serde::Serialize;

use crate::cli::Stats as Args;
use crate::gather;
use crate::print::{self, clean, say};
use crate::settings::File;

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    stats: &'a Stats,
    retention: Retention<'a>,
    run: String,
}

#[derive(Serialize)]
struct Retention<'a> {
    episodes: u64,
    accepted: u64,
    rejected: &'a std::collections::BTreeMap<String, u64>,
    failed: u64,
    pending: u64,
}

pub fn run(args: &Args, file: &File, json: bool) -> Result<ExitCode> {
    let run = super::open(&args.run, file)?;
    let (stats, summary) = (gather::analysis(&run)?.stats, run.summary()?);
    if json {
        let retention = Retention {
            episodes: summary.episodes,
            accepted: summary.accepted,
            rejected: &summary.rejected,
            failed: summary.failed,
            pending: summary.pending,
        };
        print::object(&Report { stats: &stats, retention, run: run.dir().display().to_string() })?;
    } else {
        say(super::synth::numbers(&run)?)?;
        say(clean(&table::stats(&stats)))?;
    }
    Ok(ExitCode::SUCCESS)
}
