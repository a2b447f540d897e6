//! Verdict and reward: one function each, for rollouts that were stored, sampled or served.

use dive_core::answer::Answer;
use dive_core::matching::{self, Finding};
use dive_core::rollout::{End, Graded, Label, RULES, Rollout, Score, Verdict};
use dive_core::task::Task;

use crate::toolbox::Toolbox;

/// Default weight of the format in the reward.
pub const ALPHA: f64 = 0.1;

/// Decides where rules cannot.
pub trait Judge {
    /// Whether `response` answers `question` as `reference` does.
    ///
    /// # Errors
    /// The judge could not be asked, or said nothing that can be read; the verdict then stays undecided.
    fn judge(&self, question: &str, reference: &Answer, response: &str) -> Result<Verdict, String>;
}

/// Whether a rollout's answer is right; `None` for an infrastructure failure, which says nothing about it.
pub fn verdict(question: &str, answer: &Answer, rollout: &Rollout, judge: Option<&dyn Judge>) -> Option<Verdict> {
    let rules = |label, reason: String| Verdict { label, by: RULES.into(), reason };
    if !rollout.end.counts() {
        return None;
    }
    if rollout.end != End::Answered {
        return Some(rules(Label::Incorrect, format!("there is no answer: {}", rollout.end.name())));
    }
    let response = rollout.response();
    let finding = matching::judge(question, answer, response);
    Some(match finding {
        Finding::Correct => rules(Label::Correct, finding.to_string()),
        Finding::Incorrect(_) => rules(Label::Incorrect, finding.to_string()),
        Finding::Undecided(_) => match judge.map(|j| j.judge(question, answer, response)) {
            None => rules(Label::Undecided, finding.to_string()),
            Some(Ok(verdict)) => verdict,
            Some(Err(error)) => rules(Label::Undecided, format!("{finding}; the judge failed: {error}")),
        },
    })
}

/// Whether every call parses and validates, and the last message carries the marked answer.
pub fn format(toolset: &[String], toolbox: &Toolbox, rollout: &Rollout) -> bool {
    rollout.end == End::Answered
        && rollout.calls().all(|c| toolbox.parse(toolset, &c.function.name, &c.function.arguments).is_ok())
        && matching::is_marked(rollout.response())
}

/// `R = alpha · R_format + R_correct`. A partly right or undecided answer is not correct.
pub fn score(toolset: &[String], toolbox: &Toolbox, rollout: &Rollout, verdict: &Verdict, alpha: f64) -> Score {
    let format = if self::format(toolset, toolbox, rollout) { 1.0 } else { 0.0 };
    let correct = if verdict.label == Label::Correct { 1.0 } else { 0.0 };
    Score { reward: alpha * format + correct, format, correct, alpha }
}

/// A rollout of a task with verdict and score.
pub fn grade(task: &Task, toolbox: &Toolbox, rollout: Rollout, judge: Option<&dyn Judge>, alpha: f64) -> Graded {
    grade_answer((&task.question, &task.answer), &task.toolset, toolbox, rollout, judge, alpha)
}

/// The same where only question, answer and toolset are at hand.
pub fn grade_answer(
    (question, answer): (&str, &Answer),
    toolset: &[String],
    toolbox: &Toolbox,
    rollout: Rollout,
    judge: Option<&dyn Judge>,
    alpha: f64,
) -> Graded {
    let verdict = verdict(question, answer, &rollout, judge);
    let score = verdict.as_ref().map(|v| score(toolset, toolbox, &rollout, v, alpha));
    Graded { rollout, verdict, score }
}
