//! Laws of derivations, answers and documents.
#![allow(missing_docs)]

mod answers;
mod derivations;
mod documents;
mod quotes;
