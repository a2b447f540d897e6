//! What leaves a run for trainers, and how it comes back.
//!
//! A [`Format`] turns tasks and rollouts into rows with fixed columns; an [`Encoding`] writes rows as lines or columns.
//! Values whose shape differs from row to row (tool schemas, arguments, evidence) are JSON text in a text column: readers
//! that infer types from rows, and column files, otherwise merge them into one shape full of nulls, or fail.
//!
//! No row is left out silently: rows in = rows out + drops, and every drop has an id and a reason.

mod adapters;
mod card;
#[cfg(feature = "parquet")]
mod columns;
mod error;
mod features;
mod import;
mod rows;
mod schema;
mod separators;
#[cfg(feature = "parquet")]
mod shred;
mod source;
mod write;

use std::path::{Path, PathBuf};

use dive_store::{Run, replace_folder};
use serde::Serialize;

pub use error::ExportError;
pub use import::{Imported, import};
pub use write::texts;

/// What rows are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Tasks in fixed columns.
    Tasks,
    /// Rollouts in fixed columns.
    Trajectories,
    /// OpenAI messages with tools: TRL, Axolotl, verl.
    Sft,
    /// Conversations: LLaMA-Factory.
    SftSharegpt,
    /// Prompts with rules to score by: verl, SkyRL.
    RlVerl,
    /// Rows for NeMo Gym.
    RlNemoGym,
    /// A folder for the Hugging Face Hub, with all of these.
    Hf,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// One JSON object a line.
    Jsonl,
    /// Columns.
    Parquet,
}

impl Format {
    /// Name of the format and of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Format::Tasks => "tasks",
            Format::Trajectories => "trajectories",
            Format::Sft => "sft",
            Format::SftSharegpt => "sft_sharegpt",
            Format::RlVerl => "rl_verl",
            Format::RlNemoGym => "rl_nemo_gym",
            Format::Hf => "hf",
        }
    }
}

impl Encoding {
    /// End of file names.
    pub fn extension(self) -> &'static str {
        match self {
            Encoding::Jsonl => "jsonl",
            Encoding::Parquet => "parquet",
        }
    }
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Id of the task, or of the rollout as `task policy attempt`.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// What was written: `rows_in = rows + dropped`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Name of the format.
    pub format: &'static str,
    /// The folder.
    pub dir: PathBuf,
    /// Files with rows, relative to the folder.
    pub files: Vec<PathBuf>,
    /// Tasks or rollouts that there were.
    pub rows_in: u64,
    /// Rows written.
    pub rows: u64,
    /// Those that are not among them.
    pub dropped: Vec<Dropped>,
    /// What a user should know about how rows were chosen.
    pub notes: Vec<String>,
}

/// Name of the list of drops in an export. Loaders of whole folders pass it over.
pub const DROPS: &str = "dropped.log";

/// Writes a run in a format, with the attempts of `policy` or everybody's, to `to`, or to `export/FORMAT` within the run, replacing an earlier export as a whole.
///
/// # Errors
/// The run cannot be read, the folder cannot be written or holds something else, or the encoding does not suit.
pub fn export(
    run: &Run,
    format: Format,
    encoding: Encoding,
    policy: Option<&str>,
    to: Option<&Path>,
) -> Result<Exported, ExportError> {
    if format == Format::RlNemoGym && encoding == Encoding::Parquet {
        return Err(ExportError::NotInColumns(format.name()));
    }
    write::supported(encoding)?;
    let dir = to.map_or_else(|| run.dir().join("export").join(format.name()), Path::to_path_buf);
    let source = source::Source::open(run, policy)?;
    let mut exported = replace_folder(&dir, |draft| match format {
        Format::Hf => card::write(&source, encoding, draft),
        _ => {
            let file = PathBuf::from(format!("train.{}", encoding.extension()));
            let exported = write::table(&source, format, encoding, draft, &file)?;
            adapters::write(&source, format, encoding, draft)?;
            Ok(exported)
        }
    })?;
    exported.dir = dir;
    Ok(exported)
}
