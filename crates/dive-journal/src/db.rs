//! The SQLite file: schema, and how it is opened.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use crate::error::JournalError;
use crate::key::{Hash, Kind};
use crate::ledger::{Account, Books, Money};
use crate::transcript::Transcript;

/// One step a schema version; a published step never changes.
const MIGRATIONS: &[&str] = &["
    -- In the order in which they were recorded.
    CREATE TABLE entry (
        number INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        parts TEXT NOT NULL,        -- canonical JSON, for people and for later stages
        body BLOB NOT NULL,         -- compressed canonical JSON
        transcript BLOB,            -- of a model exchange: the last link of what was sent
        recorded_at INTEGER NOT NULL -- seconds since 1970
    ) STRICT;
    CREATE INDEX entry_kind ON entry (kind, number);
    -- Messages by digest, and conversations as chains of them.
    CREATE TABLE blob (
        hash BLOB PRIMARY KEY,
        body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE link (
        id BLOB PRIMARY KEY,
        before BLOB,
        blob BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Billionths of the prices' currency; actual is null until settled.
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        reserved INTEGER NOT NULL,
        actual INTEGER
    ) STRICT;
"];

/// Marks the file as a journal of ours: `DIVJ` in ASCII.
const APPLICATION_ID: i64 = 0x4449_564A;

/// Name of the file in a run's directory.
pub(crate) const FILE: &str = "journal.sqlite";

/// Opens for writing, creating or upgrading the schema; without a path in memory.
pub(crate) fn open_writer(path: Option<&Path>) -> Result<Connection, JournalError> {
    let name = path.unwrap_or(Path::new(":memory:"));
    let err = JournalError::sql(name);
    let mut db = path.map_or_else(Connection::open_in_memory, Connection::open).map_err(&err)?;
    let version = version(&db, name)?;
    let mut prepare = || -> rusqlite::Result<()> {
        db.busy_timeout(Duration::from_secs(10))?;
        db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        // What was paid for survives a power cut too; concurrent writers share the cost of the flush.
        db.pragma_update(None, "synchronous", "full")?;
        for (i, step) in MIGRATIONS.iter().enumerate().skip(version as usize) {
            let tx = db.transaction()?;
            tx.execute_batch(step)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", i as i64 + 1)?;
            tx.commit()?;
        }
        Ok(())
    };
    prepare().map_err(&err)?;
    Ok(db)
}

/// Opens for reading, beside a writer if there is one.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, JournalError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(JournalError::sql(path))?;
    db.busy_timeout(Duration::from_secs(10)).map_err(JournalError::sql(path))?;
    match version(&db, path)? {
        0 => Err(JournalError::Damaged { path: path.into(), detail: "it has no entries table".into() }),
        _ => Ok(db),
    }
}

fn version(db: &Connection, path: &Path) -> Result<i64, JournalError> {
    let read = || -> rusqlite::Result<(i64, i64, i64)> {
        let id = db.pragma_query_value(None, "application_id", |r| r.get(0))?;
        let version = db.pragma_query_value(None, "user_version", |r| r.get(0))?;
        let tables = db.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
        Ok((id, version, tables))
    };
    let (id, version, tables) = read().map_err(JournalError::sql(path))?;
    let known = MIGRATIONS.len() as i64;
    match (id, version, tables) {
        (0, 0, 0) => Ok(0),
        (APPLICATION_ID, found, _) if found > known => Err(JournalError::Newer { path: path.into(), found, known }),
        (APPLICATION_ID, found, _) => Ok(found),
        _ => Err(JournalError::Damaged { path: path.into(), detail: "the file belongs to another program".into() }),
    }
}

/// A stored row.
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) parts: String,
    pub(crate) body: Vec<u8>,
    pub(crate) transcript: Option<Transcript>,
    pub(crate) recorded_at: u64,
}

fn row(r: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        kind: r.get(0)?,
        parts: r.get(1)?,
        body: r.get(2)?,
        transcript: r.get::<_, Option<Hash>>(3)?.map(Transcript),
        recorded_at: r.get::<_, i64>(4)?.max(0) as u64,
    })
}

pub(crate) fn find(db: &Connection, key: &Hash) -> rusqlite::Result<Option<Row>> {
    let sql = "SELECT kind, parts, body, transcript, recorded_at FROM entry WHERE key = ?1";
    db.prepare_cached(sql)?.query_row([key], row).optional()
}

/// Entries of a kind after a number, in the order of recording.
pub(crate) fn page(db: &Connection, kind: Kind, after: i64, limit: u32) -> rusqlite::Result<Vec<(i64, Row)>> {
    let sql = "SELECT kind, parts, body, transcript, recorded_at, number FROM entry
               WHERE kind = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
    let mut select = db.prepare_cached(sql)?;
    select.query_map(params![kind, after, limit], |r| Ok((r.get(5)?, row(r)?)))?.collect()
}

/// The books of a reopened run: what was not settled counts as spent.
pub(crate) fn books(db: &Connection) -> rusqlite::Result<Books> {
    let mut books = Books::default();
    books.next = db.query_row("SELECT coalesce(max(id), 0) FROM ledger", [], |r| r.get(0))?;
    let mut select = db.prepare(
        "SELECT account, count(*), coalesce(sum(actual), 0),
                coalesce(sum(reserved) FILTER (WHERE actual IS NULL), 0), count(*) FILTER (WHERE actual IS NULL)
         FROM ledger GROUP BY account",
    )?;
    let rows = select.query_map([], |r| {
        let amount = |i| r.get::<_, i64>(i).map(|n| n.max(0) as u64);
        let account = Account {
            calls: amount(1)?,
            settled: Money::nanos(amount(2)?),
            open: Money::nanos(amount(3)?),
            unsettled: amount(4)?,
        };
        Ok((r.get::<_, String>(0)?, account))
    })?;
    books.accounts = rows.collect::<rusqlite::Result<BTreeMap<_, _>>>()?;
    Ok(books)
}

pub(crate) fn pack(bytes: &[u8]) -> Vec<u8> {
    lz4_flex::compress_prepend_size(bytes)
}

/// `None` when it is not what [`pack`] made.
pub(crate) fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    // The size stands in front; a damaged one must not reserve memory for gigabytes.
    let size = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    if size > bytes.len().saturating_mul(256) {
        return None;
    }
    lz4_flex::decompress_size_prepended(bytes).ok()
}
