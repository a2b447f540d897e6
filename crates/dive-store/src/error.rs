//! What can go wrong with a run on disk, one sentence each.

use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// What SQLite's complaints come down to.
pub(crate) const TRUNCATED: &str = "it is truncated or not a run store";

/// A setting or fingerprint that is not what the run was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The setting.
    pub key: String,
    /// What the run has.
    pub stored: String,
    /// What was asked for.
    pub given: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} there, {} here", self.key, self.stored, self.given)
    }
}

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No run in this place.
    #[error("there is no run at {}", .0.display())]
    Missing(PathBuf),
    /// A run is there already.
    #[error("there is a run at {} already", .0.display())]
    Exists(PathBuf),
    /// Another process holds the writer's lock.
    #[error("another process is writing {}", .0.display())]
    Busy(PathBuf),
    /// The place cannot be written.
    #[error("{} cannot be written: {cause}", .path.display())]
    Unwritable {
        /// The place.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// The disk is full.
    #[error("the disk is full: {} cannot grow", .0.display())]
    Full(PathBuf),
    /// Made by a later version of the program.
    #[error("{} has schema version {found}, this program knows {known}", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The latest version known here.
        known: i64,
    },
    /// Truncated, overwritten or otherwise unreadable.
    #[error("{} is damaged: {detail}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In which way.
        detail: String,
    },
    /// The run was made with other settings.
    #[error("{} was made with other settings ({})", .path.display(), list(.differences))]
    Changed {
        /// The run.
        path: PathBuf,
        /// Every difference.
        differences: Vec<Difference>,
    },
    /// A proposal could not be made, and no other can before somebody changes something.
    #[error("{0}")]
    Stopped(String),
    /// Ranges that do not make one dataset.
    #[error("{0}")]
    Ranges(String),
    /// A folder that an export would have to replace holds something else.
    #[error("{} holds files that no export wrote", .0.display())]
    Occupied(PathBuf),
    /// Anything else that SQLite says.
    #[error("{}: {source}", .path.display())]
    Sql {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
    /// Anything else that the file system says.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: std::io::Error,
    },
}

fn list(differences: &[Difference]) -> String {
    differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("; ")
}

impl StoreError {
    /// What to do about it, if there is something.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            StoreError::Missing(_) => "`dive synth --out DIR` makes one",
            StoreError::Exists(_) => "name another --out",
            StoreError::Busy(_) => "wait for it, or choose another --out",
            StoreError::Full(_) => "nothing recorded is lost: free some space and run the same command again",
            StoreError::Newer { .. } => "use the version of dive that made it, or a later one",
            StoreError::Damaged { .. } => "restore it from a copy, or make the run again in another --out",
            StoreError::Changed { .. } => "use the same settings to continue, or another --out",
            StoreError::Occupied(_) => "name an empty folder",
            StoreError::Unwritable { .. } => "name another --out",
            StoreError::Stopped(_) => "everything made so far is kept, and the same command continues",
            StoreError::Ranges(_) | StoreError::Sql { .. } | StoreError::Io { .. } => return None,
        })
    }

    /// Whether the same command may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, StoreError::Busy(_) | StoreError::Full(_))
    }

    pub(crate) fn sql(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError + '_ {
        move |source| {
            let path = path.to_path_buf();
            match source.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => StoreError::Full(path),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    StoreError::Damaged { path, detail: TRUNCATED.into() }
                }
                Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                    StoreError::Unwritable { path, cause: source.to_string() }
                }
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy(path),
                _ => StoreError::Sql { path, source },
            }
        }
    }

    pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> StoreError + '_ {
        use std::io::ErrorKind as Kind;
        move |source| {
            let path = path.to_path_buf();
            match source.kind() {
                Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => StoreError::Full(path),
                Kind::PermissionDenied
                | Kind::ReadOnlyFilesystem
                | Kind::NotADirectory
                | Kind::IsADirectory
                | Kind::AlreadyExists => StoreError::Unwritable { path, cause: source.to_string() },
                _ => StoreError::Io { path, source },
            }
        }
    }
}
