//! The fold over episodes in index order: who is accepted, and where it ends.

use std::collections::VecDeque;

use dive_core::task::Reason;
use dive_synth::{Admission, Candidate};

use crate::manifest::Span;

/// Consecutive episodes over which the yield is judged.
pub const YIELD_WINDOW: usize = 2000;

/// Why a fold is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// There are as many tasks as were asked for.
    Reached,
    /// Every episode of the range is proposed.
    Proposed,
    /// Too few of the last [`YIELD_WINDOW`] episodes were accepted.
    LowYield {
        /// How many were.
        accepted: usize,
    },
}

/// What is recorded of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Part of the dataset.
    Accepted,
    /// Not admitted.
    Refused(Reason),
    /// Admission has nothing to decide: no task, or a run that only proposes.
    None,
}

impl Verdict {
    /// As recorded.
    pub fn text(self) -> Option<String> {
        match self {
            Verdict::Accepted => Some("accepted".into()),
            Verdict::Refused(reason) => Some(reason.name()),
            Verdict::None => None,
        }
    }
}

/// The fold.
pub struct Fold {
    goal: Goal,
    next: u64,
    window: VecDeque<bool>,
    hits: usize,
}

enum Goal {
    Count { count: u64, least: usize, admission: Box<Admission> },
    Range(Span),
}

impl Fold {
    /// A fold that ends with `count` tasks, or when fewer than `least` of [`YIELD_WINDOW`] episodes give one.
    pub fn count(count: u64, least: usize) -> Fold {
        Fold::new(Goal::Count { count, least, admission: Box::default() }, 0)
    }

    /// A fold that passes over a range.
    pub fn range(span: Span) -> Fold {
        Fold::new(Goal::Range(span), span.start)
    }

    fn new(goal: Goal, next: u64) -> Fold {
        Fold { goal, next, window: VecDeque::with_capacity(YIELD_WINDOW), hits: 0 }
    }

    /// The episode whose turn it is.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// One past the last episode there can be.
    pub fn limit(&self) -> u64 {
        match &self.goal {
            Goal::Count { .. } => i64::MAX as u64,
            Goal::Range(span) => span.end,
        }
    }

    /// Tasks wanted, unless this is a range.
    pub fn wanted(&self) -> Option<u64> {
        match &self.goal {
            Goal::Count { count, .. } => Some(*count),
            Goal::Range(_) => None,
        }
    }

    /// Tasks accepted so far.
    pub fn accepted(&self) -> u64 {
        match &self.goal {
            Goal::Count { admission, .. } => admission.admitted(),
            Goal::Range(_) => 0,
        }
    }

    /// Whether it is over.
    pub fn end(&self) -> Option<End> {
        match &self.goal {
            Goal::Range(span) => (self.next >= span.end).then_some(End::Proposed),
            Goal::Count { count, least, admission } => {
                if admission.admitted() >= *count {
                    Some(End::Reached)
                } else {
                    (self.window.len() == YIELD_WINDOW && self.hits < *least)
                        .then_some(End::LowYield { accepted: self.hits })
                }
            }
        }
    }

    /// Decides on the next episode; `None` stands for one without a task.
    pub fn decide(&mut self, candidate: Option<&Candidate>) -> Verdict {
        self.next += 1;
        let Goal::Count { admission, .. } = &mut self.goal else {
            return Verdict::None;
        };
        let verdict = match candidate.map(|c| admission.admit(c)) {
            Some(Ok(())) => Verdict::Accepted,
            Some(Err(reason)) => Verdict::Refused(reason),
            None => Verdict::None,
        };
        let hit = verdict == Verdict::Accepted;
        if self.window.len() == YIELD_WINDOW && self.window.pop_front() == Some(true) {
            self.hits -= 1;
        }
        self.window.push_back(hit);
        self.hits += usize::from(hit);
        verdict
    }
}
