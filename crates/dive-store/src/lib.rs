//! The run store: one directory a run, SQLite inside.
//!
//! Episodes are proposed in any order by any number of workers ([`synthesise`]), but recorded in index order by one
//! [`Writer`], which admits them as it goes. What is committed therefore depends on the run's settings alone, and a
//! process that is killed loses nothing but the batch in flight. The verdicts are a function of the recorded candidates:
//! every resume computes them again, which is how a changed `--count` and [`merge`] work too. Any number of readers
//! ([`Run`]) look on meanwhile.
//!
//! The store does not know what an engine or a tool does; it asks a [`Propose`] for episode *i* and keeps the result.
//! The alternative, keeping every episode in memory or in one JSONL file, fails at the first `kill -9` or at 48,000
//! tasks.
//!
//! On disk: `run.toml` ([`Manifest`]) says what the run was made from, `run.sqlite` holds the episodes, `run.lock` is
//! locked by the writer, `export/` is what [`export`] writes.

mod adopt;
mod codec;
mod db;
mod drive;
mod error;
mod export;
mod fold;
mod folder;
mod manifest;
mod merge;
mod reader;
mod rollouts;
mod writer;

pub use adopt::{Adopted, adopt};
pub use codec::Row;
pub use drive::{
    Delivery, Desk, Feed, LOOK_AHEAD, MAX_ATTEMPTS, Options, Pace, Progress, Propose, WORKER, synthesise,
    synthesise_with,
};
pub use error::{Difference, StoreError};
pub use export::{Exported, ToolsAs, export};
pub use fold::{End, YIELD_WINDOW};
pub use folder::replace as replace_folder;
pub use manifest::{Manifest, Span};
pub use merge::{Merged, merge};
pub use reader::{Entry, Run, Summary, Which};
pub use rollouts::PolicySummary;
pub use writer::Writer;
