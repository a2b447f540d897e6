//! The tool pool: manifests, backends, and one runtime around them.
//!
//! A tool is a [`ToolSpec`](dive_core::tool::ToolSpec) plus something that executes it. Callers see only [`ToolPool`]:
//! arguments are validated before anything runs, and every call ends in a value or a typed error, never in a panic.
//!
//! Two backends so far: [`native`] (typed Rust functions) and [`sql`] (one read-only statement over SQLite, declared in
//! a [`manifest`]).

mod cap;
pub mod check;
pub mod entities;
pub mod manifest;
pub mod native;
pub mod pool;
pub mod sql;

pub use cap::OUTPUT_CAP;
pub use entities::{Entities, EntityType};
pub use pool::{Backend, Tool, ToolPool, checkable};
