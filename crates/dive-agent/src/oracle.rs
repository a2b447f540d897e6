//! The policy that replays the certified path.
//!
//! Its trajectory is what the certificate proves: the calls of the path in their order, with the observations that were
//! recorded, then the answer. It contains no reasoning, because none was made: the derivation is a program's. One call a
//! turn, since not every chat template knows parallel calls.

use std::collections::HashSet;

use dive_core::answer::Answer;
use dive_core::evidence::Outcome;
use dive_core::rollout::{ANSWER_FORMAT, ANSWER_MARK, End, Message, Policy, Rollout, ToolCall};
use dive_core::task::Task;
use serde_json::{Value, json};

/// Why a task has no oracle trajectory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPath {
    /// The certificate names no calls, as that of a task derived by a model may.
    #[error("the certificate has no path of calls")]
    Empty,
    /// A call of the path is not recorded, or failed.
    #[error("call {0} of the certified path has no recorded observation")]
    NotObserved(String),
}

/// The conversation that every attempt at a task begins with.
pub fn opening(task: &Task) -> Vec<Message> {
    vec![Message::system(ANSWER_FORMAT), Message::user(&task.question)]
}

/// A result as a model sees it: the JSON of the value, or an object that says what went wrong.
pub fn observation(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value { value, .. } => value.to_string(),
        Outcome::Error { error } => json!({"error": error}).to_string(),
    }
}

/// The message that ends a trajectory with `answer`.
pub fn conclusion(task: &Task) -> Message {
    Message::assistant(format!("{ANSWER_MARK} {}", written(&task.answer, &task.question)))
}

/// The attempt that replays the certified path.
///
/// # Errors
/// The task has no path to replay.
pub fn rollout(task: &Task) -> Result<Rollout, NoPath> {
    if task.certificate.path.is_empty() {
        return Err(NoPath::Empty);
    }
    let mut messages = opening(task);
    // Two calls of the path may be the same one, with arguments from different sources: nobody asks twice.
    let mut made = HashSet::new();
    for id in &task.certificate.path {
        let call = task.evidence.get(*id).filter(|c| c.outcome.value().is_some());
        let call = call.ok_or_else(|| NoPath::NotObserved(id.to_string()))?;
        let arguments: Value = call.args.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        if !made.insert((&call.tool, arguments.to_string())) {
            continue;
        }
        messages.push(Message::calls(vec![ToolCall::new(format!("call_{id}"), &call.tool, arguments.to_string())]));
        messages.push(Message::tool(format!("call_{id}"), observation(&call.outcome)));
    }
    messages.push(conclusion(task));
    Ok(Rollout {
        schema: dive_core::SCHEMA_VERSION,
        task: task.id.clone(),
        policy: Policy::oracle(),
        attempt: 0,
        messages,
        end: End::Answered,
        usage: None,
    })
}

/// The answer as the instruction and the question ask for it.
fn written(answer: &Answer, question: &str) -> String {
    let separator = if question.to_lowercase().contains("comma") { ", " } else { "; " };
    match answer {
        Answer::List { items } => items.join(separator),
        Answer::Set { items } => items.iter().cloned().collect::<Vec<_>>().join(separator),
        other => other.display(),
    }
}
