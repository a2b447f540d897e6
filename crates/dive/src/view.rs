//! A task as a person reads it. Pure text: the caller strips control characters and prints.

use std::collections::BTreeSet;

use dive_core::certificate::QuestionLink;
use dive_core::evidence::{Call, CallId, Evidence, Outcome, Source};
use dive_core::task::{Rejection, Task};
use dive_core::tool::ToolKind;
use dive_report::plain::{self, derivation};
use serde_json::Value;

/// Longest observation shown, in characters.
const LONGEST: usize = 600;

/// What each tool is.
pub type Kinds<'a> = &'a dyn Fn(&str) -> Option<ToolKind>;

/// A task with its rounds, call graph, evidence, derivation and certificate.
pub fn task(task: &Task, number: &str, reason: &str, kinds: Kinds<'_>) -> String {
    let mut out = format!("Task {number}  {}  {}\n", task.id, task.form);
    if !reason.is_empty() {
        out.push_str(&format!("Not admitted: {reason}\n"));
    }
    out.push_str(&format!("\n{}\n\n  → {}\n", task.question, task.answer.display()));
    out.push_str(&format!(
        "\nAbout {} ({}); domains: {}; {} tools offered; exemplars: {}\n",
        task.seed_entity.name,
        task.seed_entity.entity,
        task.domains.join(", "),
        task.toolset.len(),
        if task.exemplars.is_empty() { "none".into() } else { task.exemplars.join(", ") },
    ));
    out.push_str("\nRounds\n");
    for round in &task.rounds {
        out.push_str(&format!("  {} {:<8} {} → {}\n", round.round, round.step, round.question, round.answer));
    }
    let path = &task.certificate.path;
    out.push_str("\nCall graph (R retrieves, P processes; indented under what they use)\n");
    graph(path, &task.evidence, kinds, &mut out);
    out.push_str("\nEvidence\n");
    evidence(&task.evidence, Some(path), &mut out);
    out.push_str(&format!("\nDerivation\n  {}\n", derivation(&task.derivation)));
    let certificate = &task.certificate;
    let passed: Vec<String> = certificate.passed.iter().map(name_of).collect();
    out.push_str(&format!("\nCertificate\n  passed: {}\n", passed.join(", ")));
    if let Some(derived) = &certificate.model_derived {
        let link = match derived.question_link {
            QuestionLink::Parsed => "read by a program".into(),
            QuestionLink::IndependentSolves { agreed, of } => format!("{agreed} of {of} blind solves agree"),
            QuestionLink::Unchecked => "unchecked".into(),
        };
        out.push_str(&format!(
            "  derived by a model, not certified: derivation {}; question {link}; replay {}\n",
            name_of(&derived.derivation),
            name_of(&derived.replay)
        ));
    }
    if let Some(model) = &task.provenance.model {
        let stages: Vec<String> = model.stages.iter().map(|(stage, model)| format!("{stage} {model}")).collect();
        out.push_str(&format!("  models: {}; gate {}\n", stages.join(", "), model.gate));
    }
    out.push_str(&format!(
        "  before rounding {}; {} arguments from the question, {} from observations\n",
        certificate.unrounded, certificate.literal_arguments, certificate.derived_arguments
    ));
    out.trim_end().to_string()
}

/// A rejection with its evidence.
pub fn rejection(rejection: &Rejection, number: &str, episode: u64, _kinds: Kinds<'_>) -> String {
    let mut out = format!("Rejection {number}  episode {episode}  {}\n", rejection.reason.name());
    out.push_str(&format!("\n{}\n", rejection.detail));
    if !rejection.question.is_empty() {
        out.push_str(&format!("\n{}\n", rejection.question));
    }
    let seed = &rejection.seed_entity;
    out.push_str(&format!(
        "\nAbout {} ({}); form {}; focal tool {}\n",
        seed.name, seed.entity, rejection.form, rejection.focal
    ));
    out.push_str("\nEvidence\n");
    evidence(&rejection.evidence, None, &mut out);
    out.trim_end().to_string()
}

fn name_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

/// Every call under the first of the calls it uses; further ones are named.
fn graph(path: &[CallId], all: &Evidence, kinds: Kinds<'_>, out: &mut String) {
    let on_path: BTreeSet<CallId> = path.iter().copied().collect();
    let inputs = |call: &Call| -> Vec<CallId> { call.inputs().into_iter().filter(|c| on_path.contains(c)).collect() };
    let mut open: Vec<(CallId, usize)> =
        path.iter().rev().filter(|id| all.get(**id).is_some_and(|c| inputs(c).is_empty())).map(|id| (*id, 0)).collect();
    while let Some((id, level)) = open.pop() {
        let Some(call) = all.get(id) else { continue };
        let kind = if kinds(&call.tool) == Some(ToolKind::Processing) { 'P' } else { 'R' };
        let also: Vec<String> = inputs(call).iter().skip(1).map(CallId::to_string).collect();
        let also = if also.is_empty() { String::new() } else { format!("  (also uses {})", also.join(", ")) };
        out.push_str(&format!("  {}{id} {kind} {}{also}\n", "    ".repeat(level), call.tool));
        let users = path
            .iter()
            .rev()
            .filter(|other| all.get(**other).is_some_and(|c| inputs(c).first() == Some(&id)) && **other != id);
        open.extend(users.map(|other| (*other, level + 1)));
    }
}

fn evidence(evidence: &Evidence, path: Option<&[CallId]>, out: &mut String) {
    for call in &evidence.calls {
        let unused = path.is_some_and(|p| !p.contains(&call.id));
        let aside = if unused { "  (not needed)" } else { "" };
        let args: Vec<String> =
            call.args.iter().map(|(name, value)| format!("{name}: {}", argument(call, name, value))).collect();
        out.push_str(&format!("  {} round {} {}({}){aside}\n", call.id, call.round, call.tool, args.join(", ")));
        let result = match &call.outcome {
            Outcome::Value { value, complete } => {
                format!("{}{}", shorten(&value.to_string()), if *complete { "" } else { "  (not complete)" })
            }
            Outcome::Error { error } => format!("{} error: {error}", name_of(&error.kind)),
        };
        out.push_str(&format!("      → {result}\n"));
    }
}

fn argument(call: &Call, name: &str, value: &Value) -> String {
    match call.sources.get(name) {
        Some(Source::Derived(expr)) => format!("{} ← {}", shorten(&value.to_string()), derivation(expr)),
        _ => shorten(&value.to_string()),
    }
}

fn shorten(text: &str) -> String {
    plain::shorten(text, LONGEST)
}
