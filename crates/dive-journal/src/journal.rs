//! The front door.

use std::any::Any;
use std::fs::{self, File, TryLockError};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dive_core::canon;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cache::Cache;
use crate::clock::{self, Clock};
use crate::db::{self, Row};
use crate::error::{Failed, JournalError};
use crate::flight::{Flights, Lead, Shared, Turn};
use crate::key::{self, Key, Kind};
use crate::ledger::{Books, Ledger, Settlement};
use crate::transcript::{self, Conversation, Transcript};
use crate::writer::{Op, Writer};

/// Where answers come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A key is called once in a run, stored before use, and served from there.
    #[default]
    Record,
    /// Entries only; a key without one is a [`Miss`](JournalError::Miss).
    Replay,
    /// An entry of another run where it is fresh enough, judged once when this run first meets the key; else a call
    /// that is recorded.
    ReplayOrLive,
    /// Every caller makes its call; nothing is stored.
    Live,
}

/// How old an entry of another run may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Any age.
    Any,
    /// At most this old.
    Within(Duration),
    /// Nothing but a new call.
    Never,
}

impl Freshness {
    fn accepts(self, age: u64) -> bool {
        match self {
            Freshness::Any => true,
            Freshness::Within(limit) => age <= limit.as_secs(),
            Freshness::Never => false,
        }
    }
}

/// An answer to be stored.
#[derive(Debug)]
pub struct Record {
    /// The answer. Whatever the caller will want to know later; secrets are gone from it.
    pub value: Value,
    /// Of a model exchange: the messages that were sent. They are stored once however many exchanges begin with them.
    pub messages: Option<Conversation>,
    /// What it cost, stored in the same transaction.
    pub bill: Option<Settlement>,
}

impl Record {
    /// An answer that cost nothing.
    pub fn new(value: Value) -> Record {
        Record { value, messages: None, bill: None }
    }
}

/// A stored answer.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What was asked.
    pub kind: Kind,
    /// The parts of the key, as canonical JSON.
    pub parts: Arc<str>,
    /// The answer in canonical form, the same when it was bought as when it is served.
    pub value: Arc<Value>,
    /// Of a model exchange: what was sent, for [`Journal::messages`].
    pub transcript: Option<Transcript>,
    /// When it was bought, in seconds since 1970. Telemetry: nothing that leaves a run may depend on it.
    pub recorded_at: u64,
    /// It was here already, or somebody else's call under way brought it.
    pub served: bool,
}

impl Entry {
    /// The parts of the key as JSON.
    pub fn parts(&self) -> Value {
        key::parse(&self.parts)
    }
}

/// How a journal is to be opened.
pub struct Opening {
    dir: PathBuf,
    mode: Mode,
    source: Option<PathBuf>,
    clock: Clock,
}

impl Opening {
    /// Takes entries that this run does not have from the run in that directory. What is taken is copied, so that the
    /// run stays complete without the other.
    #[must_use]
    pub fn source(mut self, run: impl Into<PathBuf>) -> Opening {
        self.source = Some(run.into());
        self
    }

    /// Reads the time, in seconds since 1970, from somewhere else than the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Opening {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens it.
    ///
    /// # Errors
    /// Another process writes it, it is damaged or of a later version, there is nothing to replay, or the place cannot
    /// be written.
    pub fn open(self) -> Result<Journal, JournalError> {
        Journal::opened(self)
    }
}

/// The journal of a run. Cheap to share behind an [`Arc`]; every method may be called from any number of tasks and
/// threads.
pub struct Journal {
    mode: Mode,
    path: PathBuf,
    clock: Clock,
    flights: Flights,
    cache: Cache,
    own: Option<Mutex<Connection>>,
    source: Option<(PathBuf, Mutex<Connection>)>,
    writer: Arc<Writer>,
    ledger: Ledger,
    /// Held, never read: the death of the process gives the lock back.
    _lock: Option<File>,
}

impl Journal {
    /// Opens the journal of the run in `dir`.
    ///
    /// # Errors
    /// As [`Opening::open`].
    pub fn open(dir: impl Into<PathBuf>, mode: Mode) -> Result<Journal, JournalError> {
        Journal::opening(dir, mode).open()
    }

    /// Prepares to open the journal of the run in `dir`.
    pub fn opening(dir: impl Into<PathBuf>, mode: Mode) -> Opening {
        Opening { dir: dir.into(), mode, source: None, clock: clock::system() }
    }

    fn opened(Opening { dir, mode, source, clock }: Opening) -> Result<Journal, JournalError> {
        if source.is_some() && !matches!(mode, Mode::Replay | Mode::ReplayOrLive) {
            return Err(JournalError::NeedlessSource);
        }
        let path = dir.join(db::FILE);
        let source = match source {
            // A run that replays itself is no copy of another.
            Some(run) if same(&run, &dir) => None,
            Some(run) => Some((run.clone(), Mutex::new(reader(&run)?))),
            None => None,
        };
        let (own, writer, books, lock) = if mode == Mode::Live {
            let db = db::open_writer(None)?;
            (None, Writer::start(&path, db)?, Books::default(), None)
        } else if mode == Mode::Replay && source.is_none() {
            let db = reader(&dir)?;
            let books = db::books(&db).map_err(JournalError::sql(&path))?;
            (Some(Mutex::new(db)), Writer::read_only(&path), books, None)
        } else {
            fs::create_dir_all(&dir).map_err(JournalError::storage(&dir))?;
            let lock = lock(&dir)?;
            let db = db::open_writer(Some(&path))?;
            let books = db::books(&db).map_err(JournalError::sql(&path))?;
            let own = db::open_reader(&path)?;
            (Some(Mutex::new(own)), Writer::start(&path, db)?, books, Some(lock))
        };
        let writer = Arc::new(writer);
        let ledger = Ledger::new(Arc::clone(&writer), books);
        let (flights, cache) = Default::default();
        Ok(Journal { mode, path, clock, flights, cache, own, source, writer, ledger, _lock: lock })
    }

    /// How it was opened.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What the run cost, and how much more it may.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The answer to `key`: the stored one, or what `call` brings, stored before it is returned.
    ///
    /// Callers of a key whose call is under way wait for it and share its result, a failure too. A failure is not
    /// stored; a later caller tries again. When the caller whose call is under way is dropped, another takes over.
    ///
    /// # Errors
    /// The call's own, or the journal's.
    pub async fn once<E, F>(
        &self,
        key: &Key,
        freshness: Freshness,
        call: impl FnOnce() -> F,
    ) -> Result<Entry, Failed<E>>
    where
        E: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Record, E>>,
    {
        if self.mode == Mode::Live {
            return self.unstored(key, call().await);
        }
        loop {
            if let Some(entry) = self.get(key)? {
                return Ok(entry);
            }
            match self.flights.turn(key.hash()) {
                Turn::Wait(receiver) => {
                    if let Some(result) = receiver.await.ok().and_then(shared) {
                        return result;
                    }
                }
                Turn::Lead(lead) => {
                    let result = match self.before(key, freshness) {
                        Ok(Before::Here(entry)) => Ok(entry),
                        Ok(Before::Copy(record, at)) => self.keep(key, record, at).await,
                        Ok(Before::Call) => match call().await {
                            Ok(record) => {
                                let at = (self.clock)();
                                self.keep(key, record, at).await
                            }
                            Err(error) => Err(Failed::Call(error)),
                        },
                        Err(error) => Err(error.into()),
                    };
                    return landed(lead, result);
                }
            }
        }
    }

    /// [`once`](Self::once) for a plain thread. Must not be called from an async task.
    ///
    /// # Errors
    /// As [`once`](Self::once).
    pub fn once_blocking<E>(
        &self,
        key: &Key,
        freshness: Freshness,
        call: impl FnOnce() -> Result<Record, E>,
    ) -> Result<Entry, Failed<E>>
    where
        E: Clone + Send + Sync + 'static,
    {
        if self.mode == Mode::Live {
            return self.unstored(key, call());
        }
        loop {
            if let Some(entry) = self.get(key)? {
                return Ok(entry);
            }
            match self.flights.turn(key.hash()) {
                Turn::Wait(receiver) => {
                    if let Some(result) = receiver.blocking_recv().ok().and_then(shared) {
                        return result;
                    }
                }
                Turn::Lead(lead) => {
                    let result = match self.before(key, freshness) {
                        Ok(Before::Here(entry)) => Ok(entry),
                        Ok(Before::Copy(record, at)) => self.keep_blocking(key, record, at),
                        Ok(Before::Call) => match call() {
                            Ok(record) => self.keep_blocking(key, record, (self.clock)()),
                            Err(error) => Err(Failed::Call(error)),
                        },
                        Err(error) => Err(error.into()),
                    };
                    return landed(lead, result);
                }
            }
        }
    }

    /// The stored answer of this run, if there is one.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn get(&self, key: &Key) -> Result<Option<Entry>, JournalError> {
        if let Some(entry) = self.cache.get(key.hash()) {
            return Ok(Some(entry));
        }
        let Some(own) = &self.own else { return Ok(None) };
        let found = {
            let db = own.lock().unwrap_or_else(PoisonError::into_inner);
            db::find(&db, key.hash()).map_err(JournalError::sql(&self.path))?
        };
        let Some(row) = found else { return Ok(None) };
        let size = row.body.len() + row.parts.len();
        let entry = entry(row, &self.path)?;
        self.cache.put(*key.hash(), entry.clone(), size);
        Ok(Some(entry))
    }

    /// Every stored entry of a kind, in the order of recording.
    ///
    /// # Errors
    /// The file cannot be read, or `visit` gave up.
    pub fn each<E: From<JournalError>>(
        &self,
        kind: Kind,
        mut visit: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(own) = &self.own else { return Ok(()) };
        let mut after = 0;
        loop {
            let page = {
                let db = own.lock().unwrap_or_else(PoisonError::into_inner);
                db::page(&db, kind, after, 256).map_err(JournalError::sql(&self.path))?
            };
            if page.is_empty() {
                return Ok(());
            }
            for (number, row) in page {
                after = number;
                visit(entry(row, &self.path)?)?;
            }
        }
    }

    /// The messages of a stored conversation.
    ///
    /// # Errors
    /// The file cannot be read, or the conversation is not in it.
    pub fn messages(&self, transcript: Transcript) -> Result<Vec<Value>, JournalError> {
        let missing = || JournalError::Damaged {
            path: self.path.clone(),
            detail: format!("the conversation {transcript} is missing"),
        };
        let own = self.own.as_ref().ok_or_else(missing)?;
        let db = own.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = transcript::load(&db, transcript).map_err(JournalError::sql(&self.path))?.ok_or_else(missing)?;
        texts.iter().map(|t| serde_json::from_str(t).map_err(|_| missing())).collect()
    }

    /// What whoever leads a key does first: only now is it certain that nobody else is storing it.
    fn before(&self, key: &Key, freshness: Freshness) -> Result<Before, JournalError> {
        if let Some(entry) = self.get(key)? {
            return Ok(Before::Here(entry));
        }
        if let Some((run, source)) = &self.source {
            let db = source.lock().unwrap_or_else(PoisonError::into_inner);
            let err = JournalError::sql(run);
            if let Some(row) = db::find(&db, key.hash()).map_err(&err)? {
                let at = row.recorded_at;
                let age = (self.clock)().saturating_sub(at);
                if self.mode == Mode::Replay || freshness.accepts(age) {
                    let texts = match row.transcript {
                        Some(id) => transcript::load(&db, id).map_err(&err)?,
                        None => None,
                    };
                    let messages = texts.map(|texts| {
                        let mut conversation = Conversation::default();
                        texts.into_iter().for_each(|t| conversation.push_text(t));
                        conversation
                    });
                    let value = Value::clone(&entry(row, run)?.value);
                    return Ok(Before::Copy(Record { value, messages, bill: None }, at));
                }
            }
        }
        if self.mode == Mode::Replay {
            let parts: String = key.parts().chars().take(300).collect();
            return Err(JournalError::Miss { kind: key.kind(), parts });
        }
        Ok(Before::Call)
    }

    async fn keep<E>(&self, key: &Key, record: Record, at: u64) -> Result<Entry, Failed<E>> {
        let draft = Draft::new(key, record, at);
        self.writer.send(draft.op).await?;
        Ok(self.kept(key, draft.entry, draft.size, draft.bill))
    }

    fn keep_blocking<E>(&self, key: &Key, record: Record, at: u64) -> Result<Entry, Failed<E>> {
        let draft = Draft::new(key, record, at);
        self.writer.send_blocking(draft.op)?;
        Ok(self.kept(key, draft.entry, draft.size, draft.bill))
    }

    fn kept(&self, key: &Key, entry: Entry, size: usize, bill: Option<Settlement>) -> Entry {
        if let Some(bill) = bill {
            bill.done();
        }
        self.cache.put(*key.hash(), Entry { served: true, ..entry.clone() }, size);
        entry
    }

    fn unstored<E>(&self, key: &Key, result: Result<Record, E>) -> Result<Entry, Failed<E>> {
        let draft = Draft::new(key, result.map_err(Failed::Call)?, (self.clock)());
        if let Some(bill) = draft.bill {
            bill.done();
        }
        Ok(draft.entry)
    }

    /// Whether it can take entries.
    pub fn writes(&self) -> bool {
        self.mode != Mode::Live && self.writer.writes()
    }
}

/// What is known about a key before it is called.
enum Before {
    Here(Entry),
    Copy(Record, u64),
    Call,
}

/// An entry on its way into the file.
struct Draft {
    op: Op,
    entry: Entry,
    size: usize,
    bill: Option<Settlement>,
}

impl Draft {
    fn new(key: &Key, record: Record, at: u64) -> Draft {
        let value = canon::canonical(record.value);
        let body = value.to_string();
        let size = body.len() + key.parts().len();
        let transcript = record.messages.as_ref().map(Conversation::id);
        let bill = record.bill.as_ref().map(Settlement::row);
        let entry = Entry {
            kind: key.kind(),
            parts: key.parts().into(),
            value: Arc::new(value),
            transcript,
            recorded_at: at,
            served: false,
        };
        Draft {
            op: Op::Entry { key: key.clone(), body, messages: record.messages, transcript, at, bill },
            entry,
            size,
            bill: record.bill,
        }
    }
}

fn entry(row: Row, path: &Path) -> Result<Entry, JournalError> {
    let value = db::unpack(&row.body).and_then(|b| serde_json::from_slice(&b).ok());
    let value: Value = value.ok_or_else(|| JournalError::Damaged {
        path: path.into(),
        detail: format!("the answer to {} cannot be read", row.parts.chars().take(300).collect::<String>()),
    })?;
    Ok(Entry {
        kind: row.kind,
        parts: row.parts.into(),
        value: Arc::new(value),
        transcript: row.transcript,
        recorded_at: row.recorded_at,
        served: true,
    })
}

/// Tells those who wait, and the caller.
fn landed<E: Clone + Send + Sync + 'static>(lead: Lead, result: Result<Entry, Failed<E>>) -> Result<Entry, Failed<E>> {
    lead.finish(|| match &result {
        Ok(entry) => Ok(Entry { served: true, ..entry.clone() }),
        Err(error) => Err(Arc::new(error.clone()) as Arc<dyn Any + Send + Sync>),
    });
    result
}

/// `None` when the failure is of another type than the caller's; then the caller tries itself.
fn shared<E: Clone + Send + Sync + 'static>(result: Shared) -> Option<Result<Entry, Failed<E>>> {
    match result {
        Ok(entry) => Some(Ok(entry)),
        Err(error) => error.downcast::<Failed<E>>().ok().map(|e| Err(Failed::clone(&e))),
    }
}

fn reader(dir: &Path) -> Result<Connection, JournalError> {
    let path = dir.join(db::FILE);
    if !path.is_file() {
        return Err(JournalError::Missing(dir.into()));
    }
    db::open_reader(&path)
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn lock(dir: &Path) -> Result<File, JournalError> {
    let path = dir.join("journal.lock");
    let err = JournalError::storage(&path);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(&err)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::Busy(dir.into())),
        Err(TryLockError::Error(e)) => Err(err(e)),
    }
}
