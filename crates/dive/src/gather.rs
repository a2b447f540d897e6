//! Reads the tasks of a run into an analysis: one thread reads, workers parse and measure, one folds in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use dive_core::task::{Rejection, Task};
use dive_core::tool::ToolKind;
use dive_report::foreign::{Conversation, Format};
use dive_report::steer::Outcomes;
use dive_report::{Analysis, Catalogue, Record, Structure};
use dive_store::{Run, StoreError, Which};

use crate::{foreign, settings};

/// What a run made, and what became of its episodes.
pub struct Gathered {
    /// The measures of its tasks.
    pub analysis: Analysis,
    /// Its episodes by what they aimed at.
    pub outcomes: Outcomes,
}

/// The analysis of the tasks of a run.
pub fn analysis(run: &Run) -> Result<Analysis> {
    Ok(tasks(run)?.analysis)
}

/// The analysis of a run with its rejections.
pub fn everything(run: &Run) -> Result<Gathered> {
    let mut gathered = tasks(run)?;
    run.each(&Which::Rejected(None), |entry| {
        let malformed = |e| anyhow!("episode {} is malformed: {e}", entry.episode);
        if entry.is_task {
            gathered.outcomes.refuse(&serde_json::from_str::<Task>(&entry.json).map_err(malformed)?, &entry.reason);
        } else {
            gathered.outcomes.reject(&serde_json::from_str::<Rejection>(&entry.json).map_err(malformed)?);
        }
        Ok::<(), anyhow::Error>(())
    })?;
    gathered.outcomes.finish();
    Ok(gathered)
}

fn tasks(run: &Run) -> Result<Gathered> {
    let catalogue = Catalogue::of(&run.tools()?);
    let workers = settings::workers(None)?;
    // What waits is bounded: a task in flight is some tens of kilobytes.
    let (jobs, open) = sync_channel::<(u64, u64, String)>(8 * workers);
    let (done, records) = sync_channel::<(u64, Result<Record, String>)>(8 * workers);
    let open = Mutex::new(open);
    let (mut structure, outcomes, ids) = thread::scope(|scope| -> Result<Folded> {
        for _ in 0..workers {
            let (done, open, catalogue) = (done.clone(), &open, &catalogue);
            scope.spawn(move || {
                loop {
                    let next = open.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((number, episode, json)) = next else { return };
                    let record = serde_json::from_str::<Task>(&json)
                        .map(|task| Record::of(&task, catalogue))
                        .map_err(|e| format!("episode {episode} is malformed: {e}"));
                    if done.send((number, record)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let structure = Structure::new(catalogue.clone());
        let folded = scope.spawn(move || fold(structure, records));
        let mut number = 0;
        let read = run.each(&Which::Tasks, |entry| {
            // Workers that are gone have met a malformed task, which the fold reports.
            let _ = jobs.send((number, entry.episode, entry.json));
            number += 1;
            Ok::<(), StoreError>(())
        });
        drop(jobs);
        read?;
        folded.join().ok().context("the analysis failed")?
    })?;
    if !run.policies()?.is_empty() {
        for id in &ids {
            // What the paper counts: the attempts that a dataset of trajectories would keep.
            for attempt in run.rollouts(id)?.iter().filter(|a| a.is_correct()) {
                if let Ok(conversation) = Conversation::of(&serde_json::to_value(&attempt.rollout)?) {
                    structure.attempt(conversation);
                }
            }
        }
    }
    Ok(Gathered { analysis: structure.finish(), outcomes })
}

/// What a fold over tasks leaves: the structure, what became of their episodes, their ids.
type Folded = (Structure, Outcomes, Vec<String>);

fn fold(mut structure: Structure, records: Receiver<(u64, Result<Record, String>)>) -> Result<Folded> {
    let mut outcomes = Outcomes::default();
    let mut ids = Vec::new();
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (number, record) in records {
        waiting.insert(number, record.map_err(anyhow::Error::msg)?);
        while let Some(record) = waiting.remove(&next) {
            outcomes.accept(&record);
            ids.push(record.id().to_string());
            structure.add(record);
            next += 1;
        }
    }
    Ok((structure, outcomes, ids))
}

/// What was read from a file of rows.
pub struct Rows {
    /// The measures.
    pub analysis: Analysis,
    /// Rows by format.
    pub formats: BTreeMap<String, u64>,
    /// Lines that could not be read, with the reason.
    pub skipped: Vec<(u64, String)>,
}

/// The analysis of a file of rows, ours or other people's; kinds of tools as far as somebody knows them.
pub fn file(path: &Path, kinds: Option<&Path>) -> Result<Rows> {
    rows(path, kinds.map(read_kinds).transpose()?.unwrap_or_default())
}

/// The same with the kinds themselves.
pub fn rows(path: &Path, kinds: BTreeMap<String, ToolKind>) -> Result<Rows> {
    let catalogue = Catalogue::partial(kinds);
    let mut rows = Rows { analysis: Analysis::default(), formats: BTreeMap::new(), skipped: Vec::new() };
    let mut structure = Structure::new(catalogue.clone());
    foreign::each_row(path, &mut |number, row| {
        let read = row.and_then(|row| {
            let record = Record::foreign(&row, &catalogue).map_err(|e| e.to_string())?;
            Ok((Format::of(&row).map_or("unknown", Format::name), record))
        });
        match read {
            Ok((format, record)) => {
                *rows.formats.entry(format.to_string()).or_default() += 1;
                structure.add(record);
            }
            Err(reason) => rows.skipped.push((number, reason)),
        }
        Ok(())
    })?;
    if rows.formats.is_empty() {
        let (line, reason) = rows.skipped.first().cloned().unwrap_or((0, "it is empty".into()));
        bail!("{} has no row that can be read; line {line}: {reason}", path.display());
    }
    rows.analysis = structure.finish();
    Ok(rows)
}

/// Kinds of tools from a JSON object: `{"name": "R", "other": "P"}`, or `retrieval` and `processing`.
pub fn read_kinds(path: &Path) -> Result<BTreeMap<String, ToolKind>> {
    let text = fs::read_to_string(path).map_err(|e| anyhow!("{} cannot be read: {e}", path.display()))?;
    let named: BTreeMap<String, String> = serde_json::from_str(&text)
        .map_err(|e| anyhow!("{} is not a JSON object from tools to kinds: {e}", path.display()))?;
    let kind = |(tool, kind): (String, String)| match kind.to_lowercase().as_str() {
        "r" | "retrieval" => Ok((tool, ToolKind::Retrieval)),
        "p" | "processing" => Ok((tool, ToolKind::Processing)),
        other => Err(anyhow!("{}: `{other}` is not a kind of tool; write R or P", path.display())),
    };
    named.into_iter().map(kind).collect()
}
