//! What can go wrong.

use std::path::PathBuf;

use crate::key::Kind;
use crate::ledger::Money;

/// The journal could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// There is nothing to replay from.
    #[error("{0} has no journal: record a run first, or name another with --journal-from")]
    Missing(PathBuf),
    /// Another process writes.
    #[error("another process writes the journal in {0}: wait for it, or use another run directory")]
    Busy(PathBuf),
    /// Made by a later version.
    #[error("{path} was written by a later version of this program (schema {found}, this one knows {known})")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The latest schema known here.
        known: i64,
    },
    /// Not a journal, or a damaged one.
    #[error("{path} is damaged or not a journal: {detail}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The file system or SQLite refused.
    #[error("{path}: {detail}")]
    Storage {
        /// The file.
        path: PathBuf,
        /// What it said.
        detail: String,
    },
    /// Replaying, and nobody asked this before.
    #[error("the journal has no entry for this {kind}, and replay makes no calls: {parts}")]
    Miss {
        /// What was asked.
        kind: Kind,
        /// The parts of the key, shortened.
        parts: String,
    },
    /// Another journal makes sense only where entries are replayed.
    #[error("a journal to take entries from needs the mode replay or replay-or-live")]
    NeedlessSource,
    /// Opened for reading only.
    #[error("the journal in {0} is open for replay only and takes no entries")]
    ReadOnly(PathBuf),
    /// The reservation does not fit under the cap.
    #[error("{wanted} more would exceed the cap of {cap}: {spent} is spent or set aside; raise the cap to go on")]
    OverCap {
        /// What was to be set aside.
        wanted: Money,
        /// Spent, or set aside by others.
        spent: Money,
        /// The cap.
        cap: Money,
    },
}

impl JournalError {
    pub(crate) fn storage(path: &std::path::Path) -> impl Fn(std::io::Error) -> JournalError {
        let path = path.to_path_buf();
        move |e| JournalError::Storage { path: path.clone(), detail: e.to_string() }
    }

    pub(crate) fn sql(path: &std::path::Path) -> impl Fn(rusqlite::Error) -> JournalError {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let path = path.to_path_buf();
        move |e| {
            let (path, detail) = (path.clone(), e.to_string());
            match e.sqlite_error_code() {
                Some(DatabaseCorrupt | NotADatabase) => JournalError::Damaged { path, detail },
                _ => JournalError::Storage { path, detail },
            }
        }
    }
}

/// Why there is no entry: the journal failed, or the call did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed<E> {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The call; nothing was stored, and the next caller tries again.
    #[error("{0}")]
    Call(E),
}
