//! The runtime around tools: what is refused, what is cut, and how failures read.
#![allow(missing_docs)]

mod manifests;
mod pool;
mod sql;
