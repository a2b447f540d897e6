//! From a pool of tools to certified tasks.
//!
//! [`Engine::propose`] is a pure function of (configuration, pool, world, episode index); [`Admission`] is a sequential
//! fold over proposals in index order. Nothing here knows where proposals are kept.
//!
//! An episode is planned, explored and composed around a focal tool, grown over rounds, [put into words](realise), and
//! passes the [gate], where an independent [reader](read) must find the derivation in the question.

pub mod admit;
pub mod answer;
pub mod config;
pub mod engine;
pub mod gate;
pub mod lexicon;
pub mod literal;
pub mod read;
pub mod realise;
pub mod verify;
pub mod wording;

mod beside;
mod compose;
mod document;
mod episode;
mod grow;
mod index;
mod limit;
mod pair;
mod plan;
mod stray;

pub use admit::{Admission, Candidate};
pub use config::Config;
pub use engine::{Brief, Engine, WorldId};
pub use verify::Verifier;
