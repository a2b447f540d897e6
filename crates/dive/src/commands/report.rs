//! `dive report`: what a run made, as one HTML file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use dive_core::task::{Rejection, Task};
use dive_report::html::{self, Effort, Report, Retention, Session};
use dive_report::{Catalogue, steer};
use dive_store::{Run, Which};
use serde_json::json;

use crate::cli::Report as Args;
use crate::foreign::Dataset;
use crate::gather;
use crate::print::{self, say};
use crate::settings::File;

/// Time spent on a run, beside it.
const EFFORT: &str = "effort.json";
/// Tasks shown in full.
const SAMPLES: usize = 8;
/// Tasks looked at to find them.
const LOOKED_AT: u64 = 40;
/// Rejections shown of one reason, and in all.
const OF_ONE_REASON: u64 = 2;
const REJECTIONS: usize = 16;

pub fn run(args: &Args, file: &File, json: bool) -> Result<ExitCode> {
    let dir = super::dir(&args.run, file);
    let path = args.to.clone().unwrap_or_else(|| file_of(&dir));
    let bytes = match Dataset::at(&dir)? {
        Some(dataset) => put(&imported(&dataset)?, &path)?,
        None => write(&Run::open(&dir)?, &path)?,
    };
    if json {
        print::object(&json!({"report": path.display().to_string(), "bytes": bytes}))?;
    } else {
        say(format!("{} ({} kB): open it in a browser", path.display(), bytes.div_ceil(1000)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The report of a run.
pub fn file_of(dir: &Path) -> PathBuf {
    dir.join("report.html")
}

/// Writes the report of a run; the number of bytes.
pub fn write(run: &Run, path: &Path) -> Result<usize> {
    put(&collect(run)?, path)
}

fn put(report: &Report, path: &Path) -> Result<usize> {
    let page = html::report(report);
    let wrong = |e| anyhow!("{} cannot be written: {e}", path.display());
    // A reader never meets half a page.
    let draft = path.with_extension("html.tmp");
    fs::write(&draft, &page).map_err(wrong)?;
    fs::rename(&draft, path).map_err(wrong)?;
    Ok(page.len())
}

/// Notes a stretch of work beside the run. What cannot be noted is not worth failing for.
pub fn note_effort(dir: &Path, session: Session) {
    let mut effort = effort(dir);
    effort.sessions.push(session);
    if let Ok(text) = serde_json::to_string_pretty(&effort) {
        let _ = fs::write(dir.join(EFFORT), text);
    }
}

fn effort(dir: &Path) -> Effort {
    fs::read_to_string(dir.join(EFFORT)).ok().and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
}

fn collect(run: &Run) -> Result<Report> {
    let gathered = gather::everything(run)?;
    let summary = run.summary()?;
    let stats = gathered.analysis.stats;
    let lacking = steer::under_covered(&stats, &gathered.outcomes);
    Ok(Report {
        name: name_of(run.dir()),
        settings: settings(run),
        retention: Retention {
            wanted: summary.count,
            episodes: summary.episodes,
            accepted: summary.accepted,
            rejected: summary.rejected.clone(),
            failed: summary.failed,
            pending: summary.pending,
            digest: summary.digest,
        },
        samples: samples(run)?,
        rejections: rejections(run, summary.rejected.keys())?,
        catalogue: Catalogue::of(&run.tools()?),
        effort: effort(run.dir()),
        outcomes: gathered.outcomes,
        lacking,
        stats,
        imported: None,
    })
}

/// The report of rows that others made.
fn imported(dataset: &Dataset) -> Result<Report> {
    let note = &dataset.note;
    let stats = dataset.rows()?.analysis.stats;
    Ok(Report {
        name: name_of(&dataset.dir),
        settings: vec![("files".into(), note.sources.join(", ")), ("certified".into(), "no".into())],
        catalogue: Catalogue::partial(note.kinds.clone()),
        imported: Some(html::Imported {
            formats: note.formats.clone(),
            skipped: note.reasons.clone(),
            samples: dataset.first(SAMPLES)?,
        }),
        stats,
        ..Report::default()
    })
}

fn name_of(dir: &Path) -> String {
    dir.file_name().map_or_else(|| dir.display().to_string(), |n| n.to_string_lossy().into())
}

fn settings(run: &Run) -> Vec<(String, String)> {
    let manifest = run.manifest();
    let config = manifest.config.iter().map(|(key, value)| {
        let text = match value {
            toml::Value::String(s) => s.clone(),
            toml::Value::Table(t) => {
                let sizes = t.iter().map(|(k, v)| format!("{} {k}", v.as_table().map_or(0, toml::Table::len)));
                sizes.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        };
        (key.clone(), text)
    });
    let range = manifest.range.map(|r| ("range".to_string(), r.to_string()));
    let prints = manifest.fingerprints.iter().map(|(k, v)| (format!("{k} (fingerprint)"), v.clone()));
    config.chain(range).chain(prints).collect()
}

/// Tasks from across the run, of as many forms as possible, the larger ones first.
fn samples(run: &Run) -> Result<Vec<Task>> {
    let all = run.count(&Which::Tasks)?;
    let mut seen = Vec::new();
    for i in 0..all.min(LOOKED_AT) {
        if let Some(entry) = run.nth(&Which::Tasks, i * all / all.min(LOOKED_AT))? {
            seen.push(super::task(&entry)?);
        }
    }
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(seen.get(*i).map_or(0, |t| t.topology.tools.len())));
    let (mut forms, mut chosen) = (BTreeSet::new(), Vec::new());
    for fresh in [true, false] {
        for i in &order {
            let Some(task) = seen.get(*i) else { continue };
            if chosen.len() < SAMPLES && !chosen.contains(i) && (!fresh || forms.insert(task.form.clone())) {
                chosen.push(*i);
            }
        }
    }
    Ok(chosen.into_iter().filter_map(|i| seen.get(i).cloned()).collect())
}

/// The first rejections of each reason, those of the engine: what admission refuses are whole tasks.
fn rejections<'a>(run: &Run, reasons: impl Iterator<Item = &'a String>) -> Result<Vec<(u64, Rejection)>> {
    let mut found = Vec::new();
    for reason in reasons {
        let which = Which::Rejected(Some(reason.clone()));
        for index in 0..OF_ONE_REASON.min(run.count(&which)?) {
            if let Some(entry) = run.nth(&which, index)?
                && !entry.is_task
                && found.len() < REJECTIONS
            {
                let rejection = serde_json::from_str(&entry.json);
                found.push((
                    entry.episode,
                    rejection.map_err(|e| anyhow!("episode {} is malformed: {e}", entry.episode))?,
                ));
            }
        }
    }
    Ok(found)
}
