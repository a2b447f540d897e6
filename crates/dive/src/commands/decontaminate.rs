//! `dive decontaminate`: benchmark text in the tasks of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow, ensure};
use clap::Args;
use dive_split::{Benchmarks, Hit};
use serde_json::json;

use crate::cli::RunArg;
use crate::print::{self, clean, say};
use crate::session;
use crate::settings::File;

/// Arguments of `dive decontaminate`.
#[derive(Debug, Args)]
pub struct Decontaminate {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// Benchmarks: JSONL, JSON, Parquet, text with one item a line, or hashes that --write-hashes wrote.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub against: Vec<PathBuf>,
    /// Words in a run that counts as overlap.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub words: usize,
    /// Exemplars that the run was made with, where they were not the embedded ones.
    #[arg(long, value_name = "FILE")]
    pub exemplars: Option<PathBuf>,
    /// Write the hashes of the benchmarks' runs here, to be shared in place of their text.
    #[arg(long, value_name = "FILE")]
    pub write_hashes: Option<PathBuf>,
    /// Make a run without the tasks that overlap.
    #[arg(long, value_name = "DIR")]
    pub remove_to: Option<PathBuf>,
}

/// Hits that a terminal shows.
const SHOWN: usize = 10;
/// End of the name of a file of hashes.
const HASHES: &str = "ngrams";

pub fn run(args: &Decontaminate, file: &File, json: bool) -> Result<ExitCode> {
    ensure!((4..=50).contains(&args.words), "`words` must be from 4 to 50, is {}", args.words);
    let run = super::open(&args.run, file)?;
    super::not_empty(&run)?;
    let mut benchmarks = Benchmarks::new(args.words);
    for path in &args.against {
        read(path, &mut benchmarks).map_err(|e| anyhow!("{}: {e:#}", path.display()))?;
    }
    let exemplars = session::exemplars(args.exemplars.as_deref())?.into_iter();
    let exemplars: BTreeMap<String, String> = exemplars.map(|e| (e.id.clone(), e.question.clone())).collect();
    let mut hits: Vec<Hit> = Vec::new();
    let tasks = super::split::tasks(&run)?;
    for task in &tasks {
        hits.extend(benchmarks.hits(task, &|id| exemplars.get(id).cloned()));
    }
    // A run names its exemplars and does not keep them.
    let named: BTreeSet<&str> = tasks.iter().flat_map(|t| &t.exemplars).map(String::as_str).collect();
    let unseen: Vec<&str> = named.into_iter().filter(|id| !exemplars.contains_key(*id)).collect();
    let found: BTreeSet<&str> = hits.iter().map(|h| h.task.as_str()).collect();
    if let Some(path) = &args.write_hashes {
        fs::write(path, benchmarks.hashes()).map_err(|e| anyhow!("{} cannot be written: {e}", path.display()))?;
    }
    let total = tasks.len();
    if let Some(to) = &args.remove_to {
        let clean: Vec<_> = tasks.iter().filter(|t| !found.contains(t.id.as_str())).cloned().collect();
        ensure!(!clean.is_empty(), "every task overlaps, so nothing would be left");
        super::split::derive(&run, to, clean, "decontaminated", &BTreeSet::new())?;
    }
    if json {
        print::object(&json!({"run": run.dir(), "tasks": total, "overlapping": found, "words": args.words,
                              "checked": benchmarks.checked(), "unseen_exemplars": unseen, "hits": hits, "removed_to": args.remove_to}))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::from("checked against:");
    for b in benchmarks.checked() {
        let size = if b.hashed { "hashes only".into() } else { format!("{} texts", b.texts) };
        text.push_str(&format!("\n  {}: {size}, {} runs of {} words", b.name, b.runs, args.words));
    }
    text.push_str(&format!("\n{} of {total} tasks overlap", found.len()));
    if let Some(first) = unseen.first() {
        text.push_str(&format!(
            "\n{} exemplars were not looked at, such as `{first}`: name their file with --exemplars",
            unseen.len()
        ));
    }
    for hit in hits.iter().take(SHOWN) {
        let place = hit.found_at.map_or(String::new(), |(t, w)| format!(", text {t}, word {w}"));
        let how = if hit.whole { "all of it" } else { "part of it" };
        text.push_str(&format!(
            "\n  {} {} at character {} ({how}): “{}” ({}{place})",
            hit.task, hit.field, hit.character, hit.text, hit.benchmark
        ));
    }
    if hits.len() > SHOWN {
        text.push_str(&format!("\n  … and {} more: see --json", hits.len() - SHOWN));
    }
    if let Some(to) = &args.remove_to {
        text.push_str(&format!("\n{} tasks in {}", total - found.len(), to.display()));
    }
    say(clean(&text))?;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path, into: &mut Benchmarks) -> Result<()> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if extension == "parquet" {
        into.begin(&name);
        return Ok(dive_export::texts(path, &mut |text| into.text(text))?);
    }
    let text = fs::read_to_string(path)?;
    if extension == HASHES {
        return into.hashed(&text).map_err(|e| anyhow!(e));
    }
    into.begin(&name);
    let values = |value: &serde_json::Value, into: &mut Benchmarks| {
        let mut found = Vec::new();
        dive_split::overlap::strings(value, &mut found);
        found.into_iter().for_each(|t| into.text(t));
    };
    match extension {
        "json" => values(&serde_json::from_str(&text)?, into),
        "jsonl" => {
            for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
                values(&serde_json::from_str(line).map_err(|e| anyhow!("line {}: {e}", i + 1))?, into);
            }
        }
        _ => text.lines().for_each(|line| into.text(line)),
    }
    Ok(())
}
