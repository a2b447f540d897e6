//! Diversity of a dataset: of its structure and of its wording, measured by streaming over tasks.
//!
//! A [`Record`] is what the measures need of one task, made on any thread; [`Structure`] folds records in order and keeps
//! hashes, counters and the questions; [`Analysis`] is the result, [`Stats`] the part that leaves the program.
//! `docs/metrics.md` defines every measure. Nothing here knows where tasks come from.
//!
//! Calls are counted over three objects that are never mixed: the certified path of a task, all evidence of its episode,
//! and the trajectories of agents.

pub mod chains;
pub mod compare;
pub mod foreign;
pub mod html;
pub mod infer;
pub mod measure;
pub mod plain;
mod record;
pub mod stats;
pub mod steer;
mod structure;
pub mod table;
pub mod text;

pub use record::{Catalogue, Record};
pub use stats::Stats;
pub use structure::{Analysis, CURVES, SHAPES, Structure, TWO_COLOURED};
