//! The machine-checkable record of what was proved about a task. `docs/format.md` defines each check.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::CallId;

/// The eight checks, in the order of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Evaluating the derivation on the recorded observations gives the answer.
    Entailed,
    /// Replaying the calls, arguments taken only from their sources, gives the same answer.
    Executable,
    /// Every argument has a source.
    Closed,
    /// Every call on the path feeds the answer and none can be guessed from the rest.
    Minimal,
    /// No ties, no order left open, aggregates over complete observations only.
    Unique,
    /// The answer does not stand in the question.
    NotLeaked,
    /// An independent reader of the question arrives at the derivation.
    Faithful,
    /// No other task of the dataset is the same or nearly the same.
    New,
}

impl Check {
    /// All of them.
    pub const ALL: [Check; 8] = [
        Check::Entailed,
        Check::Executable,
        Check::Closed,
        Check::Minimal,
        Check::Unique,
        Check::NotLeaked,
        Check::Faithful,
        Check::New,
    ];
}

/// What was checked of one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The certified path: calls that the answer rests on, in order.
    pub path: Vec<CallId>,
    /// The value of the derivation before the question's rounding.
    pub unrounded: Value,
    /// Number of arguments on the path with a span of the question as source.
    pub literal_arguments: usize,
    /// Number of arguments on the path taken from earlier observations.
    pub derived_arguments: usize,
    /// For each call of the path, the number of values that stay visible without it and its dependants, none of which
    /// (alone or two by two under one operator) gives its value or the answer.
    pub ablations: Vec<Ablation>,
    /// Calls whose completeness the answer rests on.
    pub complete: Vec<CallId>,
    /// Number of readings of the question; always 1.
    pub readings: u32,
    /// Identity of the derivation, constants included.
    pub key: String,
    /// Identity of the masked question.
    pub skeleton: String,
    /// The checks that passed.
    pub passed: Vec<Check>,
    /// Of a task that a model derived: what is known in place of a proof. Such a task is not certified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_derived: Option<ModelDerived>,
}

/// What is known of a task that a model derived. The three are different questions and are never added up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelDerived {
    /// Whether the answer follows from the observations.
    pub derivation: DerivationLink,
    /// Whether the question asks for the answer.
    pub question_link: QuestionLink,
    /// Whether the calls give the same again.
    pub replay: Replay,
    /// Where each atom of the answer stands, as the model said and the program found.
    pub support: Vec<Atom>,
}

/// How the answer follows from the observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DerivationLink {
    /// The expression was evaluated again.
    Computed,
    /// Every atom was found at its pointer.
    Quoted,
    /// Nobody looked: the gate was off.
    Unchecked,
}

/// How the question is tied to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum QuestionLink {
    /// A reader of its own found the derivation in the question.
    Parsed,
    /// Solvers who saw only question and toolset arrived at the answer.
    IndependentSolves {
        /// How many did.
        agreed: u32,
        /// Of how many; failures of the infrastructure are not counted.
        of: u32,
    },
    /// Nobody looked.
    Unchecked,
}

/// Whether the calls of the path, made again, gave the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// They did.
    Same,
    /// They did not, or an argument does not follow from its source.
    Differs,
    /// They were not made again.
    NotRun,
}

/// Where a part of an answer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Atom {
    /// The observation.
    pub call: CallId,
    /// JSON Pointer into it.
    pub path: String,
    /// Of a quote from longer text: the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
}

/// Words in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// First character, counted in Unicode code points from 0.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The words.
    pub text: String,
}

/// One line of the minimality check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ablation {
    /// The call left out, with everything that depends on it.
    pub call: CallId,
    /// Values that remain visible.
    pub atoms: usize,
}
