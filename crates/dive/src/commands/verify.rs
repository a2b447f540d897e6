//! `dive verify`: every certificate again, and the store's own promises.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Result, ensure};
use dive_core::canon;
use dive_core::certificate::ModelDerived;
use dive_core::task::Task;
use dive_journal::{Journal, Mode};
use dive_recipe::verify;
use dive_store::{Entry, Run, StoreError, Which};
use dive_synth::{Admission, Verifier};
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
    /// Tasks of the symbolic engine whose eight checks hold.
    certified: u64,
    model_derived: Tally,
    failures: Vec<Failure>,
}

/// Tasks that models derived and whose recorded checks hold; three questions, never added up.
#[derive(Default, Serialize)]
struct Tally {
    tasks: u64,
    derivation: BTreeMap<String, u64>,
    question_link: BTreeMap<String, u64>,
    replay: BTreeMap<String, u64>,
}

impl Tally {
    fn add(&mut self, found: &ModelDerived) {
        let name = |v: Value| v.as_str().or(v.get("kind").and_then(Value::as_str)).unwrap_or_default().to_string();
        let count = |into: &mut BTreeMap<String, u64>, v: serde_json::Result<Value>| {
            *into.entry(name(v.unwrap_or_default())).or_default() += 1;
        };
        self.tasks += 1;
        count(&mut self.derivation, serde_json::to_value(found.derivation));
        count(&mut self.question_link, serde_json::to_value(found.question_link));
        count(&mut self.replay, serde_json::to_value(found.replay));
    }

    fn say(&self) -> String {
        let list = |m: &BTreeMap<String, u64>| m.iter().map(|(k, n)| format!("{k} {n}")).collect::<Vec<_>>().join(", ");
        format!(
            "{} derived by models, not certified: derivation {}; question {}; replay {}",
            self.tasks,
            list(&self.derivation),
            list(&self.question_link),
            list(&self.replay)
        )
    }
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
    let journal = || Ok(Arc::new(Journal::open(run.dir(), Mode::Replay)?));
    let session = Session::of(&run)?.with(&args.outside.or(&file.tools), journal)?;
    for (name, here) in [("world", session.world.fingerprint()), ("pool", &session.pool.fingerprint())] {
        let there = run.manifest().fingerprints.get(name).map_or("", String::as_str);
        ensure!(
            there == here,
            "the run was made with another {name} ({there}) than this one ({here}), which cannot check it"
        );
    }
    let report = report(&run, &session.pool, args.reexecute, workers)?;
    if json {
        print::object(&report)?;
    } else {
        let how = if args.reexecute { "every call was run again" } else { "on the recorded observations" };
        let derived = &report.model_derived;
        if report.certified > 0 || derived.tasks == 0 {
            say(format!("{} of {} tasks certified, {how}", report.certified, report.tasks))?;
        }
        if derived.tasks > 0 {
            say(format!("{}, {how}", derived.say()))?;
        }
        for failure in report.failures.iter().take(SHOWN) {
            say(clean(&format!("{} (episode {}): {}", failure.id, failure.episode, failure.problems.join("; "))))?;
        }
        if report.failures.len() > SHOWN {
            say(format!("… and {} more: see --json", report.failures.len() - SHOWN))?;
        }
    }
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(run: &Run, pool: &ToolPool, reexecute: bool, workers: usize) -> Result<Report> {
    let total = run.count(&Which::Tasks)?;
    let bar = print::progress(total, "tasks");
    let failures = Mutex::new(Vec::new());
    let verifier = Verifiers {
        symbolic: Verifier::new(pool, reexecute),
        derived: verify::Verifier::new(pool, reexecute),
        tally: Mutex::default(),
    };
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
    let tally = verifier.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    // A task can hold by itself and yet not be new.
    let mut model_derived = Tally::default();
    for (episode, found) in &tally {
        if failures.iter().all(|f| f.episode != *episode) {
            model_derived.add(found);
        }
    }
    let certified = total - model_derived.tasks - failures.len() as u64;
    Ok(Report { tasks: total, certified, model_derived, failures })
}

/// Who checks what.
struct Verifiers<'a> {
    symbolic: Verifier<'a>,
    derived: verify::Verifier<'a>,
    /// What was found of tasks that models derived, by episode.
    tally: Mutex<Vec<(u64, ModelDerived)>>,
}

impl Verifiers<'_> {
    fn check(&self, task: &Task, episode: u64) -> Vec<String> {
        if !verify::is_model_derived(task) {
            return self.symbolic.check(task).err().unwrap_or_default();
        }
        match self.derived.check(task) {
            Ok(found) => {
                self.tally.lock().unwrap_or_else(PoisonError::into_inner).push((episode, found));
                Vec::new()
            }
            Err(problems) => problems,
        }
    }
}

fn problems(entry: &Entry, verifier: &Verifiers<'_>) -> (String, Vec<String>) {
    let task: Task = match serde_json::from_str(&entry.json) {
        Ok(task) => task,
        Err(e) => return (String::new(), vec![format!("the task is malformed: {e}")]),
    };
    let mut problems = verifier.check(&task, entry.episode);
    let canonical = serde_json::from_str::<Value>(&entry.json).map(|v| canon::to_string(&v)).unwrap_or_default();
    if entry.digest.as_deref() != Some(blake3::hash(canonical.as_bytes()).as_bytes().as_slice()) {
        problems.push("the task is not the one that was recorded: its digest differs".into());
    }
    if !entry.candidate.as_ref().is_some_and(|c| c.is_of(&task)) {
        problems.push("what admission looked at is not what the task says".into());
    }
    (task.id, problems)
}
