//! Vocabulary and pure logic of DIVE.
//!
//! Everything here is a value or a function of values: no I/O, no async, no clock, no global state. A reader who wants
//! to know what a term of the documentation means finds a module of that name:
//!
//! * [`tool`]: what a tool is and how it is spoken about; [`lint`] says what a well-formed one looks like;
//! * [`sem`]: what a value *means* (entity, measure, date …), the basis of every binding and every sanity rule;
//! * [`evidence`]: the calls of an episode with the source of every argument;
//! * [`expr`]: the derivation language over observations; [`form`]: the same with the calls written out, which is what
//!   a question says; [`text`]: values in running text;
//! * [`answer`], [`certificate`], [`task`]: what leaves the program;
//! * [`rollout`]: an agent's attempt at a task; [`matching`] says whether its answer is right;
//! * [`topology`]: the call graph of a path.

pub mod answer;
pub mod canon;
pub mod certificate;
pub mod evidence;
pub mod exemplar;
pub mod expr;
pub mod form;
pub mod lint;
pub mod matching;
pub mod path;
pub mod rng;
pub mod rollout;
pub mod sem;
pub mod task;
pub mod text;
pub mod tool;
pub mod topology;
pub mod units;

/// Version of every JSON document that leaves the program.
pub const SCHEMA_VERSION: u32 = 1;
