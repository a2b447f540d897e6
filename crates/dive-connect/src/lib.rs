//! Tools out in the world: HTTP APIs, MCP servers, programs and databases, behind one runtime.
//!
//! Callers see a [`ToolPool`](dive_tools::ToolPool) as before, embedded tools and others alike. [`Toolbox::open`] puts the tools of manifests into
//! it; behind each stand its provider's limits (rate, concurrency, time, repetitions, size) and the run's journal. Engines
//! on plain threads call through the pool and wait; agents call [`Toolbox::call`] and do not.
//!
//! Asynchrony, sockets and processes live in this crate alone. The alternative, asynchronous tools everywhere, would
//! make every formula of the embedded pool pay for a scheduler.

mod command;
mod database;
mod diff;
mod failure;
mod guard;
mod http;
mod import;
mod mcp;
mod postgres;
mod probe;
mod process;
mod reading;
mod redact;
mod remote;
mod toolbox;

pub use import::{ApiSource, DatabasePlace, DatabaseSource, Imported, McpSource, openapi};
pub use probe::{Effort, Learned, Lesson, Link, Probing, Taken, Things};
pub use reading::Reading;
pub use remote::undisturbed;
pub use toolbox::{ConnectError, Options, Served, Toolbox, import_database, import_mcp};
