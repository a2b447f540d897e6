//! Workers propose, the writer records in index order.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use dive_core::task::Proposal;

use crate::codec::Row;
use crate::error::StoreError;
use crate::fold::{End, Fold, Verdict, YIELD_WINDOW};
use crate::writer::Writer;

/// Attempts at an episode whose infrastructure fails.
pub const MAX_ATTEMPTS: u32 = 3;
/// Episodes a worker may be ahead of admission; bounds memory and surplus.
pub const LOOK_AHEAD: u64 = 32;
/// Episodes recorded together.
const BATCH: usize = 256;
/// Longest time between an episode's turn and its record.
const BATCH_TIME: Duration = Duration::from_millis(500);

/// Whatever makes proposals. The same episode must always give the same proposal.
pub trait Propose: Sync {
    /// The proposal of an episode.
    ///
    /// # Errors
    /// The infrastructure failed; trying again may help.
    fn propose(&self, episode: u64) -> Result<Proposal, String>;
}

impl<F: Fn(u64) -> Result<Proposal, String> + Sync> Propose for F {
    fn propose(&self, episode: u64) -> Result<Proposal, String> {
        self(episode)
    }
}

/// Whoever proposes in a way of its own, many episodes at a time.
pub trait Feed: Sync {
    /// Claims episodes from the desk until there are none left, and delivers what comes of each. Returns when all are
    /// delivered.
    fn feed(&self, desk: &Desk<'_>, deliver: &SyncSender<Delivery>);
}

/// What comes of a claimed episode.
#[derive(Debug)]
pub enum Delivery {
    /// Its record.
    Row(u64, Box<Row>),
    /// The run cannot go on before somebody changes something; the episode stays pending.
    Stop(String),
}

/// How far proposals may be ahead of admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// So many episodes.
    Ahead(u64),
    /// So many, and never more than tasks are wanted: what is proposed costs money, and the cut leaves no surplus.
    Paid(u64),
}

/// How a run is driven; nothing here changes what is proposed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Tasks wanted; `None` proposes the range of the run's manifest.
    pub count: Option<u64>,
    /// Threads that propose.
    pub workers: usize,
    /// Stop when less than this percentage of [`YIELD_WINDOW`] episodes is accepted.
    pub min_yield: f64,
}

/// How far a run is; only what is on disk counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Tasks accepted.
    pub accepted: u64,
    /// Episodes decided on, or recorded in a range.
    pub episodes: u64,
}

/// Drives a run to its goal, continuing where it stopped.
///
/// # Errors
/// The store fails; what was recorded stays, and the same call continues.
pub fn synthesise(
    writer: &mut Writer,
    proposer: &dyn Propose,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<End, StoreError> {
    let workers = options.workers.max(1);
    let threads = Threads { proposer, workers };
    synthesise_with(writer, &threads, Pace::Ahead(LOOK_AHEAD * workers as u64), options, progress)
}

/// The same with another way to propose.
///
/// # Errors
/// The store fails, or a proposal says that the run cannot go on; what was recorded stays, and the same call continues.
pub fn synthesise_with(
    writer: &mut Writer,
    feed: &dyn Feed,
    pace: Pace,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<End, StoreError> {
    let mut fold = match (options.count, writer.manifest().range) {
        (Some(count), None) => Fold::count(count, least(options.min_yield)),
        (_, Some(span)) => Fold::range(span),
        (None, None) => return Err(StoreError::Ranges("a run without a range needs a number of tasks".into())),
    };
    writer.refold(&mut fold)?;
    progress(Progress { accepted: fold.accepted(), episodes: fold.next() });
    let end = match fold.end() {
        Some(end) => end,
        None => propose_and_record(writer, feed, pace, &mut fold, progress)?,
    };
    writer.finish()?;
    Ok(end)
}

/// Accepted episodes of a window below which a run stops.
pub(crate) fn least(min_yield: f64) -> usize {
    (min_yield / 100.0 * YIELD_WINDOW as f64).ceil().max(0.0) as usize
}

fn propose_and_record(
    writer: &Writer,
    feed: &dyn Feed,
    pace: Pace,
    fold: &mut Fold,
    progress: &mut dyn FnMut(Progress),
) -> Result<End, StoreError> {
    let present = writer.present(fold.next())?;
    let desk = Desk {
        claims: Mutex::new(Claims { next: fold.next(), limit: limit(fold, pace), stopped: false }),
        moved: Condvar::new(),
        end: fold.limit(),
        present: &present,
    };
    // Room for everything that may be unadmitted: whoever delivers never waits for the disk.
    let (Pace::Ahead(room) | Pace::Paid(room)) = pace;
    let (sender, receiver) = sync_channel(room.clamp(1, 1 << 20) as usize);
    thread::scope(|scope| {
        let feeding = thread::Builder::new().name(format!("{WORKER}feed"));
        let desk = &desk;
        // The closure owns the sender: when feeding ends, the receiver notices.
        let spawned = feeding.spawn_scoped(scope, move || feed.feed(desk, &sender));
        if spawned.is_err() {
            return Err(no_thread());
        }
        let mut recorder = Recorder { writer, fold, desk, pace, waiting: BTreeMap::new(), batch: 0 };
        let end = recorder.run(receiver, progress);
        // However it ended, nobody may wait for a writer that is gone.
        desk.stop();
        if end.is_err() {
            writer.rollback();
        }
        end
    })
}

fn no_thread() -> StoreError {
    StoreError::Ranges("no thread to propose with could be started".into())
}

/// One past the last episode that may be claimed.
fn limit(fold: &Fold, pace: Pace) -> u64 {
    let ahead = match (pace, fold.wanted()) {
        (Pace::Ahead(ahead), _) | (Pace::Paid(ahead), None) => ahead,
        (Pace::Paid(ahead), Some(wanted)) => ahead.min(wanted.saturating_sub(fold.accepted())),
    };
    fold.next().saturating_add(ahead)
}

/// Threads that each propose one episode at a time.
struct Threads<'a> {
    proposer: &'a dyn Propose,
    workers: usize,
}

impl Feed for Threads<'_> {
    fn feed(&self, desk: &Desk<'_>, deliver: &SyncSender<Delivery>) {
        thread::scope(|scope| {
            for i in 1..self.workers {
                let deliver = deliver.clone();
                let worker = thread::Builder::new().name(format!("{WORKER}{i}"));
                // Fewer threads than asked for do the same work more slowly.
                if worker.spawn_scoped(scope, move || work(desk, self.proposer, &deliver)).is_err() {
                    break;
                }
            }
            work(desk, self.proposer, deliver);
        });
    }
}

/// Prefix of the worker threads' names.
pub const WORKER: &str = "propose-";

fn work(desk: &Desk<'_>, proposer: &dyn Propose, deliver: &SyncSender<Delivery>) {
    while let Some(episode) = desk.claim() {
        let row = attempt(proposer, episode);
        if deliver.send(Delivery::Row(episode, Box::new(row))).is_err() {
            return;
        }
    }
}

fn attempt(proposer: &dyn Propose, episode: u64) -> Row {
    let mut message = String::new();
    for _ in 0..MAX_ATTEMPTS {
        // A bug in a tool or in the engine costs an episode, not the run.
        match catch_unwind(AssertUnwindSafe(|| proposer.propose(episode).map(|p| Row::of(&p)))) {
            Ok(Ok(row)) => return row,
            Ok(Err(error)) => message = error,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
                message = format!("internal error: {text}");
            }
        }
    }
    Row::Failed { attempts: MAX_ATTEMPTS, message }
}

/// Hands out episodes, in order and not too far ahead.
pub struct Desk<'a> {
    claims: Mutex<Claims>,
    moved: Condvar,
    end: u64,
    present: &'a BTreeSet<u64>,
}

struct Claims {
    next: u64,
    limit: u64,
    stopped: bool,
}

impl Desk<'_> {
    /// The next episode to propose; waits until it may be proposed, and is `None` when the run is over.
    pub fn claim(&self) -> Option<u64> {
        let mut claims = self.lock();
        loop {
            while self.present.contains(&claims.next) {
                claims.next += 1;
            }
            if claims.stopped || claims.next >= self.end {
                return None;
            }
            if claims.next < claims.limit {
                claims.next += 1;
                return Some(claims.next - 1);
            }
            claims = self.moved.wait(claims).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn allow(&self, limit: u64) {
        self.lock().limit = limit;
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Recorder<'a> {
    writer: &'a Writer,
    fold: &'a mut Fold,
    desk: &'a Desk<'a>,
    pace: Pace,
    waiting: BTreeMap<u64, Row>,
    batch: usize,
}

impl Recorder<'_> {
    fn run(&mut self, receiver: Receiver<Delivery>, progress: &mut dyn FnMut(Progress)) -> Result<End, StoreError> {
        self.writer.begin()?;
        let mut since = Instant::now();
        loop {
            self.advance()?;
            if let Some(end) = self.fold.end() {
                self.close(receiver)?;
                progress(self.progress());
                return Ok(end);
            }
            self.desk.allow(limit(self.fold, self.pace));
            if self.batch >= BATCH || (self.batch > 0 && since.elapsed() >= BATCH_TIME) {
                self.writer.commit(self.fold.next())?;
                self.batch = 0;
                progress(self.progress());
                self.writer.begin()?;
                since = Instant::now();
            }
            match receiver.recv_timeout(BATCH_TIME) {
                Ok(Delivery::Row(episode, row)) => {
                    self.waiting.insert(episode, *row);
                }
                Ok(Delivery::Stop(message)) => {
                    // What is under way is paid for: it is waited for and recorded.
                    self.close(receiver)?;
                    progress(self.progress());
                    return Err(StoreError::Stopped(message));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(no_thread()),
            }
        }
    }

    /// Decides on every episode whose turn has come.
    fn advance(&mut self) -> Result<(), StoreError> {
        while self.fold.end().is_none() {
            let episode = self.fold.next();
            if self.desk.present.contains(&episode) {
                let candidate = self.writer.candidate(episode)?;
                let verdict = self.fold.decide(candidate.as_ref());
                self.writer.judge(episode, verdict)?;
            } else if let Some(row) = self.waiting.remove(&episode) {
                let candidate = match &row {
                    Row::Task { candidate, .. } => Some(&**candidate),
                    _ => None,
                };
                let verdict = self.fold.decide(candidate);
                self.writer.insert(episode, &row, verdict)?;
            } else {
                return Ok(());
            }
            self.batch += 1;
        }
        Ok(())
    }

    /// Records what was proposed past the end, so that nothing is computed twice.
    fn close(&mut self, receiver: Receiver<Delivery>) -> Result<(), StoreError> {
        self.desk.stop();
        for delivery in receiver {
            if let Delivery::Row(episode, row) = delivery {
                self.waiting.insert(episode, *row);
            }
        }
        self.advance()?;
        for (episode, row) in std::mem::take(&mut self.waiting) {
            self.writer.insert(episode, &row, Verdict::None)?;
        }
        self.writer.commit(self.fold.next())
    }

    fn progress(&self) -> Progress {
        Progress { accepted: self.fold.accepted(), episodes: self.fold.next() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;
    use crate::reader::Run;
    use dive_core::evidence::Evidence;
    use dive_core::task::{Reason, Rejection, SeedEntity};
    use std::collections::BTreeMap as Map;

    #[test]
    fn a_full_disk_loses_nothing_recorded_and_the_run_continues() {
        let dir = std::env::temp_dir().join(format!("dive-full-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let propose = |episode: u64| {
            Ok(Proposal::Rejection(Box::new(Rejection {
                schema: 1,
                reason: Reason::NotUnique,
                detail: (0..200).map(|i| (i * 7919 * (episode + 1) % 9973).to_string()).collect(),
                question: String::new(),
                form: String::new(),
                focal: String::new(),
                seed_entity: SeedEntity { entity: String::new(), name: String::new() },
                evidence: Evidence::default(),
            })))
        };
        let manifest = Manifest::new(toml::Table::new(), Map::new(), None);
        let options = Options { count: Some(10), workers: 2, min_yield: 2.0 };
        let mut writer = Writer::open(&dir, manifest.clone(), &[]).unwrap();
        writer.limit_pages(60);
        let mut reported = 0;
        let full = synthesise(&mut writer, &propose, &options, &mut |p| reported = p.episodes).unwrap_err();
        assert!(matches!(full, StoreError::Full(_)), "{full:?}");
        assert!(full.is_retryable());
        drop(writer);
        assert!(reported > 0);
        assert_eq!(Run::open(&dir).unwrap().summary().unwrap().episodes, reported);
        let mut writer = Writer::open(&dir, manifest, &[]).unwrap();
        assert_eq!(synthesise(&mut writer, &propose, &options, &mut |_| {}).unwrap(), End::LowYield { accepted: 0 });
        assert_eq!(writer.summary().unwrap().episodes, YIELD_WINDOW as u64);
        drop(writer);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
