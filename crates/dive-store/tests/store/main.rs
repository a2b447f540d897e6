//! The run store with a proposer of arithmetic.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests and examples print, wait and start processes"
)]
#![allow(missing_docs)]

mod damage;
mod determinism;
mod exports;
mod fake;
mod kill;
mod rollouts;
