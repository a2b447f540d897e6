//! The run store with a proposer of arithmetic.

mod damage;
mod determinism;
mod exports;
mod fake;
mod kill;
