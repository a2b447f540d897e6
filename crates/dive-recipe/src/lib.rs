//! The recipe of the paper with any model: collect evidence by real calls, derive a task from it, check what can be
//! checked, and say what cannot.
//!
//! [`Recipe::propose`] is an episode: for each round a collector (the agent loop of `dive-agent` over the sampled toolset)
//! and a deriver, who *submits* question, answer and support through a tool call. [`check`] evaluates the support; the
//! answer that a task keeps is the program's, not the model's. Blind solvers then show whether the question asks for it.
//! [`verify`] repeats the checks on a stored task. [`Hybrid`] lets a model only find other words for a symbolic task.
//!
//! The alternative, to ask the model whether the answer follows, is what the paper does, and what its readers criticise.
//!
//! Nothing here knows where proposals are kept or where a model is.

pub mod check;
mod config;
mod derive;
mod episode;
pub mod hybrid;
mod prompts;
mod submission;
mod trace;
pub mod verify;

pub use config::{Gate, Models, RecipeConfig, Stage};
pub use episode::{Recipe, Trouble};
pub use hybrid::Hybrid;
pub use prompts::{PromptError, Prompts};
pub use submission::{Claim, Submission, Support};
