//! `dive stats`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow, ensure};
use dive_report::steer::{self, Outcomes, UnderCovered};
use dive_report::{Stats, table};
use serde::Serialize;

use crate::cli::Stats as Args;
use crate::foreign::Dataset;
use crate::gather;
use crate::print::{self, clean, say};
use crate::settings::File;

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    stats: &'a Stats,
    retention: Retention<'a>,
    outcomes: &'a Outcomes,
    under_covered: &'a UnderCovered,
    run: String,
}

#[derive(Serialize)]
struct Retention<'a> {
    episodes: u64,
    accepted: u64,
    rejected: &'a BTreeMap<String, u64>,
    failed: u64,
    pending: u64,
}

const WEIGHTS_HEAD: &str = "# How much more often than usual `dive synth --weights` aims at each tool and form.\n\n";

pub fn run(args: &Args, file: &File, json: bool) -> Result<ExitCode> {
    if let Some(path) = &args.foreign {
        return foreign(path, &gather::file(path, args.kinds.as_deref())?, json);
    }
    if let Some(dataset) = Dataset::at(&super::dir(&args.run, file))? {
        ensure!(
            args.weights.is_none(),
            "weights steer our own synthesis; an imported dataset has no pool to steer over"
        );
        return foreign(&dataset.dir, &dataset.rows()?, json);
    }
    let run = super::open(&args.run, file)?;
    let (gathered, summary) = (gather::everything(&run)?, run.summary()?);
    let (stats, outcomes) = (&gathered.analysis.stats, &gathered.outcomes);
    let under_covered = steer::under_covered(stats, outcomes);
    if let Some(path) = &args.weights {
        let text = format!("{WEIGHTS_HEAD}{}", toml::to_string(&steer::weights(stats, outcomes))?);
        fs::write(path, text).map_err(|e| anyhow!("{} cannot be written: {e}", path.display()))?;
        print::note(&format!("weights written: dive synth --weights {} … aims at what is rare here", path.display()));
    }
    if json {
        let retention = Retention {
            episodes: summary.episodes,
            accepted: summary.accepted,
            rejected: &summary.rejected,
            failed: summary.failed,
            pending: summary.pending,
        };
        let run = run.dir().display().to_string();
        print::object(&Report { stats, retention, outcomes, under_covered: &under_covered, run })?;
    } else {
        say(super::synth::numbers(&run)?)?;
        say(clean(&table::stats(stats)))?;
        say(clean(&table::steering(outcomes, &under_covered)))?;
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Foreign<'a> {
    #[serde(flatten)]
    stats: &'a Stats,
    file: String,
    formats: &'a BTreeMap<String, u64>,
    skipped: u64,
}

/// The measures of rows that need not be ours.
fn foreign(path: &Path, rows: &gather::Rows, json: bool) -> Result<ExitCode> {
    let stats = &rows.analysis.stats;
    skipped(rows);
    if json {
        let (file, skipped) = (path.display().to_string(), rows.skipped.len() as u64);
        print::object(&Foreign { stats, file, formats: &rows.formats, skipped })?;
    } else {
        let formats: Vec<String> = rows.formats.iter().map(|(f, n)| format!("{n} rows of the format {f}")).collect();
        say(clean(&format!("{}: {}", path.display(), formats.join(", "))))?;
        say(clean(&table::stats(stats)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says on stderr what was not read.
pub fn skipped(rows: &gather::Rows) {
    if let Some((line, reason)) = rows.skipped.first() {
        print::note(&format!("{} rows cannot be read and are not counted; row {line}: {reason}", rows.skipped.len()));
    }
}
