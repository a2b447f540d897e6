//! What can go wrong on the way out and back in, one sentence each.

use std::path::{Path, PathBuf};

use dive_store::StoreError;

/// A failure of an export or import.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The run, or a folder, cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Rows that differ too much for columns.
    #[error("{0} rows are JSON by definition and do not fit into columns; use --encoding jsonl")]
    NotInColumns(&'static str),
    /// Nobody of that name made attempts.
    #[error("the run has no attempts of `{name}`; it has those of: {known}")]
    NoPolicy {
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// Left out of this build.
    #[error("this program was built without Parquet; use --encoding jsonl, or build it with --features parquet")]
    NoParquet,
    /// A column file could not be written.
    #[error("{}: {detail}", .path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// What the writer says.
        detail: String,
    },
    /// A tool, task or rollout of the run is malformed.
    #[error("{0}")]
    Malformed(String),
    /// A file that cannot be imported.
    #[error("{}{}: {detail}", .path.display(), .line.map_or(String::new(), |l| format!(":{l}")))]
    Import {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: Option<usize>,
        /// What is wrong with it.
        detail: String,
    },
}

impl ExportError {
    pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> ExportError + '_ {
        move |source| ExportError::Store(StoreError::Io { path: path.into(), source })
    }
}
