//! Reads the tasks of a run into an analysis: one thread reads, workers parse and measure, one folds in order.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result};
use dive_core::task::Task;
use dive_report::{Analysis, Catalogue, Record, Structure};
use dive_store::{Run, StoreError, Which};

use crate::settings;

/// The analysis of the tasks of a run.
pub fn analysis(run: &Run) -> Result<Analysis> {
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

fn fold(
    mut structure: Structure,
    records: std::sync::mpsc::Receiver<(u64, Result<Record, String>)>,
) -> Result<Analysis> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (number, record) in records {
        waiting.insert(number, record.map_err(anyhow::Error::msg)?);
        while let Some(record) = waiting.remove(&next) {
            structure.add(record);
            next += 1;
        }
    }
    Ok(structure.finish())
}
