//! The one writer: a thread that stores what many callers hand in, in groups, and answers each when it is durable.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::db;
use crate::error::JournalError;
use crate::key::Key;
use crate::ledger::Money;
use crate::transcript::{self, Conversation, Transcript};

/// Most operations of one transaction: one flush is shared by all that came in during the last.
const GROUP: usize = 1024;

/// Something to store.
pub(crate) enum Op {
    /// An entry, with the bill it was paid by.
    Entry {
        key: Key,
        body: String,
        messages: Option<Conversation>,
        transcript: Option<Transcript>,
        at: u64,
        bill: Option<(i64, Money)>,
    },
    /// Money set aside.
    Reserve { id: i64, account: String, worst: Money },
    /// What it came to.
    Settle((i64, Money)),
}

type Answer = Result<(), JournalError>;
type Order = (Op, oneshot::Sender<Answer>);

/// The handle of the thread; dropping it stores what is under way.
pub(crate) struct Writer {
    path: PathBuf,
    /// `None` when the journal is open for reading only.
    desk: Option<Mutex<Sender<Order>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(path: &Path, db: Connection) -> Result<Writer, JournalError> {
        let (desk, queue) = channel();
        let name = path.to_path_buf();
        let thread = thread::Builder::new()
            .name("journal".into())
            .spawn(move || run(&db, &queue, &name))
            .map_err(JournalError::storage(path))?;
        Ok(Writer { path: path.into(), desk: Some(Mutex::new(desk)), thread: Some(thread) })
    }

    pub(crate) fn read_only(path: &Path) -> Writer {
        Writer { path: path.into(), desk: None, thread: None }
    }

    pub(crate) fn writes(&self) -> bool {
        self.desk.is_some()
    }

    pub(crate) async fn send(&self, op: Op) -> Answer {
        self.post(op)?.await.unwrap_or_else(|_| Err(self.gone()))
    }

    pub(crate) fn send_blocking(&self, op: Op) -> Answer {
        self.post(op)?.blocking_recv().unwrap_or_else(|_| Err(self.gone()))
    }

    fn post(&self, op: Op) -> Result<oneshot::Receiver<Answer>, JournalError> {
        let desk = self.desk.as_ref().ok_or_else(|| JournalError::ReadOnly(self.path.clone()))?;
        let (answer, receiver) = oneshot::channel();
        let sent = desk.lock().unwrap_or_else(PoisonError::into_inner).send((op, answer));
        sent.map_err(|_| self.gone())?;
        Ok(receiver)
    }

    fn gone(&self) -> JournalError {
        JournalError::Storage { path: self.path.clone(), detail: "the writing thread has ended".into() }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.desk = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(db: &Connection, queue: &Receiver<Order>, path: &Path) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = queue.try_recv()
        {
            group.push(next);
        }
        let stored = store(db, group.iter().map(|(op, _)| op));
        if stored.is_err() {
            let _ = db.execute_batch("ROLLBACK");
        }
        let stored = stored.map_err(JournalError::sql(path));
        for (_, answer) in group {
            // Whoever gave up waiting misses nothing: the entry is there.
            let _ = answer.send(stored.clone());
        }
    }
    let _ = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

fn store<'a>(db: &Connection, ops: impl Iterator<Item = &'a Op>) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    for op in ops {
        match op {
            Op::Entry { key, body, messages, transcript, at, bill } => {
                if let Some(messages) = messages {
                    transcript::store(db, messages.links())?;
                }
                db.prepare_cached(
                    "INSERT INTO entry (key, kind, parts, body, transcript, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (key) DO NOTHING",
                )?
                .execute(params![
                    key.hash(),
                    key.kind(),
                    key.parts(),
                    db::pack(body.as_bytes()),
                    transcript.map(|t| t.0),
                    *at as i64
                ])?;
                if let Some(bill) = bill {
                    settle(db, *bill)?;
                }
            }
            Op::Reserve { id, account, worst } => {
                db.prepare_cached("INSERT INTO ledger VALUES (?1, ?2, ?3, NULL)")?.execute(params![
                    id,
                    account,
                    worst.as_nanos() as i64
                ])?;
            }
            Op::Settle(bill) => settle(db, *bill)?,
        }
    }
    db.execute_batch("COMMIT")
}

fn settle(db: &Connection, (id, actual): (i64, Money)) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE ledger SET actual = ?2 WHERE id = ?1")?.execute(params![id, actual.as_nanos() as i64])?;
    Ok(())
}
