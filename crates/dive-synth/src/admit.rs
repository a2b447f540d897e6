//! Admission: a sequential fold over proposals in index order.

use dive_core::task::{Reason, Task};
use serde::{Deserialize, Serialize};

/// What admission needs to know of a task; small, so that a resumed run rebuilds the fold without reading tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Identity of the derivation, constants included.
    pub key: String,
    /// Identity of the masked question.
    pub skeleton: String,
    /// The constants, as text, in order.
    pub constants: Vec<String>,
    /// Identity of the derivation shape.
    pub shape: String,
    /// The form.
    pub form: String,
    /// The answer, as text.
    pub answer: String,
    /// Whether the answer is a count.
    pub counts: bool,
}

impl Candidate {
    /// The candidate of a task.
    pub fn of(task: &Task) -> Candidate {
        let _ = task;
        todo!()
    }
}

/// The fold.
#[derive(Debug, Default)]
pub struct Admission {}

impl Admission {
    /// Admits the next candidate, or says why not.
    ///
    /// # Errors
    /// `Duplicate`, `NearDuplicate` or `OverRepresented`.
    pub fn admit(&mut self, candidate: &Candidate) -> Result<(), Reason> {
        let _ = candidate;
        todo!()
    }
}
