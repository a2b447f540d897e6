//! Which rollouts teach (rejection sampling), and which tasks (the frontier).

use std::collections::BTreeSet;

use dive_core::rollout::{Graded, PassRate, Policy, Role, Rollout};
use dive_core::task::Task;
use serde_json::Value;

/// What a rollout has to be, besides correct, to be learnt from.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Attempts at a task that are looked at, in order.
    pub attempts: u32,
    /// Refuse rollouts that make one call twice.
    pub repeated: bool,
    /// Refuse rollouts with a call whose result goes nowhere.
    pub unused: bool,
    /// Longest conversation, in characters of all its messages.
    pub longest: usize,
}

impl Default for Filter {
    fn default() -> Self {
        Filter { attempts: u32::MAX, repeated: true, unused: true, longest: 200_000 }
    }
}

/// Why a rollout is not learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Refusal {
    /// The infrastructure failed, so there is no verdict.
    #[error("no verdict")]
    NoVerdict,
    /// The answer was not found correct.
    #[error("not correct")]
    NotCorrect,
    /// A call is made twice with the same arguments.
    #[error("a call is repeated")]
    Repeated,
    /// The result of a call goes nowhere.
    #[error("a call is not used")]
    Unused,
    /// The conversation is too long.
    #[error("too long")]
    TooLong,
    /// A tool message answers no call, or a call has no answer.
    #[error("calls and results do not match")]
    Unmatched,
}

/// Whether `graded` is worth learning from.
///
/// # Errors
/// The first reason against it.
pub fn keep(task: &Task, graded: &Graded, filter: &Filter) -> Result<(), Refusal> {
    let rollout = &graded.rollout;
    if graded.verdict.is_none() {
        return Err(Refusal::NoVerdict);
    }
    if !graded.is_correct() {
        return Err(Refusal::NotCorrect);
    }
    if !is_matched(rollout) {
        return Err(Refusal::Unmatched);
    }
    if filter.repeated && repeats(rollout) {
        return Err(Refusal::Repeated);
    }
    if filter.unused && wastes(task, rollout) {
        return Err(Refusal::Unused);
    }
    let length: usize = rollout.messages.iter().map(|m| m.content.chars().count()).sum();
    if length > filter.longest { Err(Refusal::TooLong) } else { Ok(()) }
}

/// The first attempt that is worth learning from, or why each is not.
///
/// # Errors
/// The refusals of all attempts that were looked at.
pub fn sample<'a>(task: &Task, attempts: &'a [Graded], filter: &Filter) -> Result<&'a Graded, BTreeSet<Refusal>> {
    let mut refusals = BTreeSet::new();
    for graded in attempts.iter().take(filter.attempts as usize) {
        match keep(task, graded, filter) {
            Ok(()) => return Ok(graded),
            Err(refusal) => {
                refusals.insert(refusal);
            }
        }
    }
    Err(refusals)
}

/// Every call is answered once, by the tool message that names it, before anything else is said.
fn is_matched(rollout: &Rollout) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for message in &rollout.messages {
        if message.role == Role::Tool {
            let id = message.tool_call_id.as_deref().unwrap_or_default();
            match open.iter().position(|o| *o == id) {
                Some(at) => {
                    open.remove(at);
                }
                None => return false,
            }
            continue;
        }
        if !open.is_empty() {
            return false;
        }
        open.extend(message.tool_calls.iter().map(|c| c.id.as_str()));
    }
    open.is_empty()
}

fn repeats(rollout: &Rollout) -> bool {
    let mut seen = BTreeSet::new();
    // Arguments that differ in spacing or order of keys are the same.
    rollout.calls().any(|call| {
        let args = serde_json::from_str::<Value>(&call.function.arguments).unwrap_or(Value::Null);
        !seen.insert((call.function.name.clone(), dive_core::canon::to_string(&args)))
    })
}

/// Whether a call of a tool that the certified path does not need returned nothing that is used later: in the arguments
/// of another call or in the last message.
fn wastes(task: &Task, rollout: &Rollout) -> bool {
    let needed: BTreeSet<&str> =
        task.certificate.path.iter().filter_map(|id| task.evidence.get(*id)).map(|c| c.tool.as_str()).collect();
    rollout.messages.iter().enumerate().any(|(at, message)| {
        message.tool_calls.iter().any(|call| {
            if needed.contains(call.function.name.as_str()) {
                return false;
            }
            let result = rollout.messages.iter().find(|m| m.tool_call_id.as_deref() == Some(&call.id));
            let value = result.and_then(|m| serde_json::from_str::<Value>(&m.content).ok()).unwrap_or(Value::Null);
            let later = rollout.messages.get(at + 1..).unwrap_or_default();
            let said: String = later
                .iter()
                .flat_map(|m| m.tool_calls.iter().map(|c| c.function.arguments.as_str()).chain([spoken(m)]))
                .collect::<Vec<_>>()
                .join("\n");
            !scalars(&value).iter().any(|s| said.contains(s.as_str()))
        })
    })
}

fn spoken(message: &dive_core::rollout::Message) -> &str {
    if message.role == Role::Assistant { &message.content } else { "" }
}

fn scalars(value: &Value) -> Vec<String> {
    match value {
        Value::String(s) if s.len() > 1 => vec![s.clone()],
        Value::Number(n) => vec![n.to_string()],
        Value::Array(items) => items.iter().flat_map(scalars).collect(),
        Value::Object(map) => map.values().flat_map(scalars).collect(),
        _ => Vec::new(),
    }
}

/// Pass rates that are worth training on: strictly between never and always, and within these bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Least pass rate.
    pub min: f64,
    /// Greatest pass rate.
    pub max: f64,
    /// Fewest rollouts that say anything.
    pub rollouts: u32,
}

impl Default for Band {
    fn default() -> Self {
        Band { min: 0.0, max: 1.0, rollouts: 4 }
    }
}

/// How often `policy` solved the task, from its attempts at it. Infrastructure failures and undecided answers are not
/// counted: neither says whether the policy can solve it.
pub fn pass_rate(task: &str, policy: &Policy, attempts: &[Graded], band: &Band) -> PassRate {
    let decided = attempts.iter().filter(|g| {
        g.verdict.as_ref().is_some_and(|v| v.label != dive_core::rollout::Label::Undecided)
            && g.rollout.policy == *policy
    });
    let (mut k, mut passes) = (0, 0);
    for graded in decided {
        k += 1;
        passes += u32::from(graded.is_correct());
    }
    let (low, high) = wilson(passes, k);
    let rate = f64::from(passes) / f64::from(k.max(1));
    let kept = k >= band.rollouts.max(1) && passes > 0 && passes < k && band.min <= rate && rate <= band.max;
    PassRate { task: task.into(), policy: policy.clone(), k, passes, low, high, kept }
}

/// The 95 % Wilson score interval of a proportion (Wilson 1927); from 0 to 1 when nothing was observed.
pub fn wilson(passes: u32, k: u32) -> (f64, f64) {
    if k == 0 {
        return (0.0, 1.0);
    }
    // The 97.5 % quantile of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    let (n, p) = (f64::from(k), f64::from(passes) / f64::from(k));
    let centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}
