//! The run store with a proposer of arithmetic.
#![allow(missing_docs)]

mod damage;
mod determinism;
mod exports;
mod fake;
mod kill;
