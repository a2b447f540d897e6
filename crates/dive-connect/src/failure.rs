//! Why a call gave nothing, and whether it makes sense to ask again.

use std::fmt;
use std::time::Duration;

use dive_core::tool::{ErrorKind, ToolError};

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) error: ToolError,
    pub(crate) retry: Retry,
}

/// Whether the same request may fare better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// It would end the same way.
    No,
    /// After a pause.
    Yes,
    /// After the pause that the provider asks for.
    After(Duration),
}

impl Failure {
    /// The answer is that there is none: arguments, name or result are at fault.
    pub(crate) fn answer(kind: ErrorKind, message: impl fmt::Display) -> Failure {
        Failure { error: ToolError::new(kind, message), retry: Retry::No }
    }

    /// Something on the way is at fault.
    pub(crate) fn passing(kind: ErrorKind, message: impl fmt::Display) -> Failure {
        Failure { error: ToolError::new(kind, message), retry: Retry::Yes }
    }

    /// Whether this says something about the question, so that it may be kept and reasoned from. What might have gone
    /// better a moment later does not.
    pub(crate) fn is_answer(&self) -> bool {
        self.retry == Retry::No && !self.error.is_infrastructure()
    }
}
