//! What an episode ends in: a task, or a typed rejection.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::certificate::Certificate;
use crate::evidence::Evidence;
use crate::expr::Expr;
use crate::form::Form;
use crate::sem::Sem;
use crate::topology::Topology;

/// A stretch of the question that expresses a constant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// First character, counted in Unicode code points from 0.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// The words, equal to the question between `start` and `end`.
    pub text: String,
    /// The constant they express.
    pub value: Value,
    /// Its meaning.
    pub sem: Sem,
}

/// The domain entity that anchors a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedEntity {
    /// Entity type.
    pub entity: String,
    /// Name.
    pub name: String,
}

/// One round of the loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// From 1.
    pub round: u32,
    /// How the task grew in it: `start`, `deepen`, `broaden`, `extend`.
    pub step: String,
    /// The question after it.
    pub question: String,
    /// The answer after it.
    pub answer: String,
}

/// Where a task comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// `symbolic`, `llm` or `hybrid`.
    pub engine: String,
    /// Run seed.
    pub seed: u64,
    /// Episode index.
    pub episode: u64,
    /// World seed.
    pub world_seed: u64,
    /// Fingerprint of the world.
    pub world: String,
    /// Fingerprint of the pool.
    pub pool: String,
    /// Version of the program.
    pub version: String,
    /// Of a task that a model derived or reworded: by whom, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelProvenance>,
}

/// Who made a task with models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelProvenance {
    /// Model of each stage.
    pub stages: std::collections::BTreeMap<String, String>,
    /// Fingerprint of the prompts.
    pub prompts: String,
    /// `on`, or `off` for the paper's unchecked behaviour.
    pub gate: String,
    /// Of the hybrid engine: `reworded`, or `original: ` and why the engine's own wording stayed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rewording: String,
}

/// A question with a proved answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Schema version of this document.
    pub schema: u32,
    /// Unique within and across runs.
    pub id: String,
    /// The question.
    pub question: String,
    /// Its constants.
    pub spans: Vec<Span>,
    /// Reference answer.
    pub answer: Answer,
    /// Names of the tools a solver is given.
    pub toolset: Vec<String>,
    /// Domains of the tools on the certified path.
    pub domains: Vec<String>,
    /// What anchored the episode.
    pub seed_entity: SeedEntity,
    /// Ids of the exemplars that steered its form.
    pub exemplars: Vec<String>,
    /// The form: `lookup`, `comparison` …
    pub form: String,
    /// The tool that the plan aimed at; empty when there was no plan.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub focal: String,
    /// Question history.
    pub rounds: Vec<Round>,
    /// Every call of the episode.
    pub evidence: Evidence,
    /// The expression whose value is the answer.
    pub derivation: Expr,
    /// The derivation written out: what the question says.
    pub logical_form: Form,
    /// What was checked.
    pub certificate: Certificate,
    /// Call graph of the certified path.
    pub topology: Topology,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Why an episode gave no task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The explorer found nothing that a question could rest on.
    NoEvidence,
    /// The derivation has no value, or another one than the answer.
    NotEntailed,
    /// Replaying the calls failed or gave another answer.
    NotExecutable,
    /// An argument has no source.
    NotClosed,
    /// A call does not feed the answer, or its value can be had without it.
    NotMinimal,
    /// A tie, an open order, or an aggregate over an incomplete observation.
    NotUnique,
    /// The unrounded value is too near a rounding boundary, or hangs on rounded intermediates.
    RoundingTie,
    /// The answer stands in the question.
    Leaked,
    /// No phrase for something the question has to say, or too many nested descriptions.
    NotExpressible,
    /// The reader found another form in the question.
    NotFaithful,
    /// The question has two readings.
    Ambiguous,
    /// The answer is guessable: trivial, constant or out of balance.
    Guessable,
    /// The same derivation as an earlier task.
    Duplicate,
    /// The same skeleton and nearly the same constants as an earlier task.
    NearDuplicate,
    /// The model submitted nothing that is a task.
    NoSubmission,
    /// The model, or its provider's filter, refused.
    Refused,
    /// The toolset, or what was observed, does not fit the model's context.
    OutOfContext,
    /// Nobody who saw only the question arrived at the answer.
    QuestionLink,
    /// A judge found the question malformed.
    NotWellFormed,
    /// Its skeleton, derivation shape or answer already has its share of the dataset.
    OverRepresented,
}

impl Reason {
    /// Name in JSON and in tables.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
    }
}

/// An episode that gave no task; part of the result, kept for reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    /// Schema version of this document.
    pub schema: u32,
    /// Why.
    pub reason: Reason,
    /// In more words.
    pub detail: String,
    /// The question as far as it came.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub question: String,
    /// The form that was aimed at.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub form: String,
    /// The focal tool that was aimed at.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub focal: String,
    /// What anchored the episode.
    pub seed_entity: SeedEntity,
    /// Every call of the episode.
    pub evidence: Evidence,
}

/// What an episode proposes.
#[derive(Debug, Clone, PartialEq)]
pub enum Proposal {
    /// A certified task, to be admitted.
    Task(Box<Task>),
    /// A rejection.
    Rejection(Box<Rejection>),
}
