//! The SQLite file: schema, migrations, how it is opened.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{StoreError, TRUNCATED};

/// One step a schema version; a published step never changes.
const MIGRATIONS: &[&str] = &[
    "
    -- One row an episode, small: admission and statistics of the run read these and never the bodies.
    CREATE TABLE episode (
        episode INTEGER PRIMARY KEY,
        status TEXT NOT NULL CHECK (status IN ('task', 'rejected', 'failed')),
        reason TEXT,          -- of a rejection by the engine; the message of a failure
        verdict TEXT,         -- of admission: accepted, or a reason; null while undecided
        attempts INTEGER NOT NULL DEFAULT 1,
        id TEXT,
        digest BLOB,
        candidate TEXT
    ) STRICT;
    -- Tasks and rejections as compressed JSON.
    CREATE TABLE body (
        episode INTEGER PRIMARY KEY,
        json BLOB NOT NULL
    ) STRICT;
    -- Specifications of the run's tools, so that exports need no pool.
    CREATE TABLE tool (
        name TEXT PRIMARY KEY,
        spec TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- How many tasks are wanted (null: a range), and the first episode without a verdict.
    CREATE TABLE state (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        count INTEGER,
        cut INTEGER NOT NULL
    ) STRICT;
    INSERT INTO state VALUES (1, NULL, 0);
",
    "
    -- Attempts at tasks. The small columns serve counts and filters; the body has everything.
    CREATE TABLE rollout (
        task TEXT NOT NULL,
        policy TEXT NOT NULL,  -- name; with settings in the body
        attempt INTEGER NOT NULL,
        outcome TEXT NOT NULL, -- how it ended
        label TEXT,            -- of the verdict; null without one
        reward REAL,
        body BLOB NOT NULL,
        PRIMARY KEY (task, policy, attempt)
    ) STRICT, WITHOUT ROWID;
    -- Pass rates by task, as last selected.
    CREATE TABLE pass_rate (
        task TEXT PRIMARY KEY,
        kept INTEGER NOT NULL,
        json TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
];

/// First schema version with rollouts. An older run that is only read has none.
pub const WITH_ROLLOUTS: i64 = 2;

/// Marks the file as a run of ours: `DIVE` in ASCII.
const APPLICATION_ID: i64 = 0x4449_5645;

/// Pages kept in the log before they are moved into the database: with pages of 16 KiB some 64 MB.
const LOG_PAGES: u32 = 4000;

/// The file of a run.
pub fn file(dir: &Path) -> PathBuf {
    dir.join("run.sqlite")
}

/// Opens for writing, creating or upgrading the schema.
pub fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let mut db = Connection::open(path).map_err(StoreError::sql(path))?;
    let version = version(&db, path)?;
    let set = |db: &Connection| {
        db.busy_timeout(Duration::from_secs(10))?;
        // Only a new file takes it; bodies of some kilobytes then need few pages.
        db.pragma_update(None, "page_size", 16384)?;
        db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        // A kill loses nothing either way; `finish` makes the run safe against power loss.
        db.pragma_update(None, "synchronous", "normal")?;
        db.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        db.pragma_update(None, "cache_size", -8192)
    };
    set(&db).map_err(StoreError::sql(path))?;
    let migrate = |db: &mut Connection| -> rusqlite::Result<()> {
        for (i, step) in MIGRATIONS.iter().enumerate().skip(version as usize) {
            let tx = db.transaction()?;
            tx.execute_batch(step)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", i as i64 + 1)?;
            tx.commit()?;
        }
        Ok(())
    };
    migrate(&mut db).map_err(StoreError::sql(path))?;
    Ok(db)
}

/// Opens for reading, beside a writer if there is one; with the schema version.
pub fn open_reader(path: &Path) -> Result<(Connection, i64), StoreError> {
    if !path.is_file() {
        return Err(StoreError::Damaged { path: path.into(), detail: "the file is missing".into() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = |db: rusqlite::Result<Connection>| -> Result<(Connection, i64), StoreError> {
        let db = db.map_err(StoreError::sql(path))?;
        db.busy_timeout(Duration::from_secs(10)).map_err(StoreError::sql(path))?;
        match version(&db, path)? {
            0 => Err(StoreError::Damaged { path: path.into(), detail: TRUNCATED.into() }),
            version => Ok((db, version)),
        }
    };
    match open(Connection::open_with_flags(path, flags)) {
        // A finished run on a read-only medium: nobody writes it, so no log is needed.
        Err(StoreError::Unwritable { .. }) => {
            let uri = format!("file:{}?immutable=1", percent(path));
            open(Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI))
        }
        other => other,
    }
}

fn percent(path: &Path) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-".contains(&b);
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|b| if plain(*b) { char::from(*b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn version(db: &Connection, path: &Path) -> Result<i64, StoreError> {
    let pragma =
        |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(StoreError::sql(path));
    let (found, known) = (pragma("user_version")?, MIGRATIONS.len() as i64);
    let application = pragma("application_id")?;
    if application != APPLICATION_ID && (found, application) != (0, 0) {
        return Err(StoreError::Damaged { path: path.into(), detail: "it is another program's database".into() });
    }
    if found > known { Err(StoreError::Newer { path: path.into(), found, known }) } else { Ok(found) }
}
