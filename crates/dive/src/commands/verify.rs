//! `dive verify`: every certificate again, and the store's own promises.

use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Result, ensure};
use dive_core::canon;
use dive_core::task::Task;
use dive_journal::{Journal, Mode};
use dive_store::{Entry, Run, StoreError, Which};
use dive_synth::{Admission, Candidate, Config, Verifier};
use dive_tools::ToolPool;
use serde::Serialize;
use serde_json::Value;

use crate::cli::Verify;
use crate::print::{self, clean, say};
use crate::session::Session;
use crate::settings::{self, File};

/// Failures that a terminal shows; `--json` has all.
const SHOWN: usize = 10;

#[derive(Serialize)]
struct Report {
    tasks: u64,
    certified: u64,
    failures: Vec<Failure>,
}

#[derive(Serialize)]
struct Failure {
    episode: u64,
    id: String,
    problems: Vec<String>,
}

pub fn run(args: &Verify, file: &File, json: bool) -> Result<ExitCode> {
    let workers = settings::workers(args.workers.or(file.synth.workers))?;
    let run = super::open(&args.run, file)?;
    run.check()?;
    let config: Config = run.manifest().config.clone().try_into()?;
    let journal = || Ok(Arc::new(Journal::open(run.dir(), Mode::Replay)?));
    let session = Session::open(config.world_seed)?.with(&args.outside.or(&file.tools), journal)?;
    for (name, here) in [("world", session.world.fingerprint()), ("pool", &session.pool.fingerprint())] {
        let there = run.manifest().fingerprints.get(name).map_or("", String::as_str);
        ensure!(
            there == here,
            "the run was made with another {name} ({there}) than this one ({here}), which cannot check it"
        );
    }
    let report = verify(&run, &session.pool, args.reexecute, workers)?;
    if json {
        print::object(&report)?;
    } else {
        let how = if args.reexecute { "every call was run again" } else { "on the recorded observations" };
        say(format!("{} of {} tasks certified, {how}", report.certified, report.tasks))?;
        for failure in report.failures.iter().take(SHOWN) {
            say(clean(&format!("{} (episode {}): {}", failure.id, failure.episode, failure.problems.join("; "))))?;
        }
        if report.failures.len() > SHOWN {
            say(format!("… and {} more: see --json", report.failures.len() - SHOWN))?;
        }
    }
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn verify(run: &Run, pool: &ToolPool, reexecute: bool, workers: usize) -> Result<Report> {
    let total = run.count(&Which::Tasks)?;
    let bar = print::progress(total, "tasks");
    let failures = Mutex::new(Vec::new());
    let verifier = Verifier::new(pool, reexecute);
    let admits = run.manifest().range.is_none();
    let (sender, receiver) = sync_channel::<Entry>(4 * workers);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| -> Result<()> {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(entry) = next else { return };
                    let (id, problems) = problems(&entry, &verifier);
                    if !problems.is_empty() {
                        let failure = Failure { episode: entry.episode, id, problems };
                        failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                    }
                    bar.inc(1);
                }
            });
        }
        // Whether a task is new depends on all before it, so that check stays here, in order.
        let mut admission = Admission::default();
        let sent = run.each(&Which::Tasks, |entry| {
            if let (true, Some(candidate)) = (admits, &entry.candidate)
                && let Err(reason) = admission.admit(candidate)
            {
                let problems = vec![format!("new: {}", reason.name())];
                let failure = Failure { episode: entry.episode, id: String::new(), problems };
                failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
            }
            // The receivers live as long as this scope.
            let _ = sender.send(entry);
            Ok::<(), StoreError>(())
        });
        drop(sender);
        Ok(sent?)
    })?;
    bar.finish_and_clear();
    let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    failures.sort_by_key(|f| f.episode);
    // One task may fail on both sides.
    failures.dedup_by(|later, first| {
        let same = later.episode == first.episode;
        if same {
            first.problems.append(&mut later.problems);
            first.id = std::cmp::max(&first.id, &later.id).clone();
        }
        same
    });
    Ok(Report { tasks: total, certified: total - failures.len() as u64, failures })
}

fn problems(entry: &Entry, verifier: &Verifier<'_>) -> (String, Vec<String>) {
    let task: Task = match serde_json::from_str(&entry.json) {
        Ok(task) => task,
        Err(e) => return (String::new(), vec![format!("the task is malformed: {e}")]),
    };
    let mut problems = verifier.check(&task).err().unwrap_or_default();
    let canonical = serde_json::from_str::<Value>(&entry.json).map(|v| canon::to_string(&v)).unwrap_or_default();
    if entry.digest.as_deref() != Some(blake3::hash(canonical.as_bytes()).as_bytes().as_slice()) {
        problems.push("the task is not the one that was recorded: its digest differs".into());
    }
    if entry.candidate.as_ref() != Some(&Candidate::of(&task)) {
        problems.push("what admission looked at is not what the task says".into());
    }
    (task.id, problems)
}
