//! Reads the tasks of a run into an analysis: one thread reads, workers parse and measure, one folds in order.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use dive_core::task::{Rejection, Task};
use dive_report::steer::Outcomes;
use dive_report::{Analysis, Catalogue, Record, Structure};
use dive_store::{Run, StoreError, Which};

use crate::settings;

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
    thread::scope(|scope| {
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
    })
}

fn fold(mut structure: Structure, records: Receiver<(u64, Result<Record, String>)>) -> Result<Gathered> {
    let mut outcomes = Outcomes::default();
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (number, record) in records {
        waiting.insert(number, record.map_err(anyhow::Error::msg)?);
        while let Some(record) = waiting.remove(&next) {
            outcomes.accept(&record);
            structure.add(record);
            next += 1;
        }
    }
    Ok(Gathered { analysis: structure.finish(), outcomes })
}
