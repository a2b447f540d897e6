//! Training and test data that do not leak into each other, and neither from benchmarks.
//!
//! [`split()`] divides tasks; [`overlap`] finds benchmark text in them. Both are functions of tasks: they do not know where
//! tasks are kept.

pub mod overlap;
pub mod split;

pub use overlap::{Benchmarks, Hit};
pub use split::{By, Leaks, Lost, Parts, split};
