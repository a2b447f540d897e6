//! What a well-formed tool looks like, so that every trainer and every sentence sees the same tool.

use std::collections::{BTreeMap, BTreeSet};

use crate::sem::Sem;
use crate::tool::{Field, ToolSpec};

/// Names that environment servers use for themselves.
pub const RESERVED: &[&str] = &[
    "verify",
    "seed_session",
    "aggregate_metrics",
    "reverify_mode",
    "mcp",
    "reset",
    "step",
    "state",
    "close",
    "get_reward",
    "create",
    "delete",
    "ping",
    "health",
    "submit_answer",
];

/// Everything wrong with a pool, one sentence each; empty when it is well formed.
pub fn lint(tools: &[&ToolSpec]) -> Vec<String> {
    let mut found = Vec::new();
    let mut names = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for tool in tools {
        let mut complain = |what: String| found.push(format!("tool `{}`: {what}", tool.id));
        if let Some(other) = names.insert(tool.name.as_str(), tool.id.as_str()) {
            complain(format!("the name `{}` is taken by `{other}`", tool.name));
        }
        if !ids.insert(tool.id.as_str()) {
            complain("the id is used twice".into());
        }
        lint_tool(tool, &mut complain);
    }
    found
}

fn lint_tool(tool: &ToolSpec, complain: &mut impl FnMut(String)) {
    if !identifier(&tool.name) || RESERVED.contains(&tool.name.as_str()) {
        complain(format!("the name `{}` must match ^[a-z_][a-z0-9_]{{0,63}}$ and not be reserved", tool.name));
    }
    let expected = format!("{}.{}.", tool.domain, tool.provider);
    if !tool.id.starts_with(&expected) {
        complain(format!("the id must start with `{expected}`"));
    }
    if tool.description.len() < 20 || !tool.description.ends_with('.') {
        complain("the description must be a sentence".into());
    }
    for p in &tool.params {
        if !identifier(&p.name) {
            complain(format!("the parameter `{}` must be an identifier", p.name));
        }
        if p.description.is_empty() {
            complain(format!("the parameter `{}` needs a description", p.name));
        }
        if matches!(p.sem, Sem::Same(_)) {
            complain(format!("the parameter `{}` cannot mean `{}`", p.name, p.sem));
        }
    }
    for group in &tool.groups {
        for name in group.params.iter().filter(|n| tool.param(n).is_none()) {
            complain(format!("the group `{}` names an unknown parameter `{name}`", group.slot));
        }
    }
    let rows = tool.output.rows.as_ref();
    for field in tool.output.fields.iter().chain(rows.iter().flat_map(|r| &r.fields)) {
        lint_field(tool, field, complain);
    }
    if let Some(rows) = rows {
        if rows.key_field().is_none() {
            complain(format!("the rows' key `{}` is not a field", rows.key));
        }
        if rows.noun.is_empty() {
            complain("the rows need a noun".into());
        }
    }
    for bundle in &tool.output.bundles {
        for pointer in bundle.pointers.iter().filter(|p| tool.field_at(p).is_none()) {
            complain(format!("the bundle `{}` names an unknown field `{pointer}`", bundle.of));
        }
    }
    lint_phrases(tool, complain);
    // What others run is checked where it runs.
    if matches!(tool.backend.as_str(), "native" | "sql") && tool.examples.len() < 2 {
        complain("needs at least two examples".into());
    }
    for example in &tool.examples {
        for name in example.args.keys().filter(|n| tool.param(n).is_none()) {
            complain(format!("an example names an unknown parameter `{name}`"));
        }
    }
}

fn lint_field(tool: &ToolSpec, field: &Field, complain: &mut impl FnMut(String)) {
    if !field.pointer.starts_with('/') {
        complain(format!("the field pointer `{}` must start with `/`", field.pointer));
    }
    if let Sem::Same(param) = &field.sem
        && tool.param(param).is_none()
    {
        complain(format!("the field `{}` refers to an unknown parameter `{param}`", field.pointer));
    }
    if matches!(field.sem, Sem::Id(_)) && !field.noun.is_empty() {
        complain(format!("the internal id `{}` must have no noun", field.pointer));
    }
    if field.quote.is_some() != crate::path::in_text(&field.pointer).is_some() {
        complain(format!("`{}`: a value in a text, and only that, has a pointer with `#` and a name", field.pointer));
    }
    let noun = &field.noun;
    if noun.contains('_') || noun.starts_with("the ") || noun.starts_with("a ") || noun.contains('{') {
        complain(format!("the noun `{noun}` must be plain words without article"));
    }
    for phrase in &field.phrases {
        if !phrase.starts_with("the ") {
            complain(format!("the phrase `{phrase}` must start with `the `"));
        }
    }
}

fn lint_phrases(tool: &ToolSpec, complain: &mut impl FnMut(String)) {
    let phrases = &tool.phrases;
    if let Some(subject) = &phrases.subject
        && tool.param(subject).is_none()
        && !tool.groups.iter().any(|g| g.slot == *subject)
    {
        complain(format!("the subject `{subject}` is not a parameter"));
    }
    let fields = tool.output.fields.iter().chain(tool.output.rows.iter().flat_map(|r| &r.fields));
    for text in phrases.tails.iter().chain(fields.flat_map(|f| &f.phrases)) {
        for slot in slots(text) {
            if tool.param(slot).is_none() && !tool.groups.iter().any(|g| g.slot == slot) {
                complain(format!("the phrase `{text}` has an unknown slot `{slot}`"));
            }
        }
    }
    let required: BTreeSet<&str> = required_slots(tool);
    let covered = phrases.tails.iter().any(|t| {
        let slots: BTreeSet<&str> = slots(t).collect();
        slots == required
    });
    let self_contained = required.is_empty() && phrases.tails.is_empty();
    if !covered && !self_contained {
        complain(format!("no tail has exactly the required slots {required:?}"));
    }
}

/// The slots that a tail must have when only the required parameters are given.
pub fn required_slots(tool: &ToolSpec) -> BTreeSet<&str> {
    let grouped = |name: &str| tool.groups.iter().find(|g| g.params.iter().any(|p| p == name));
    tool.params
        .iter()
        .filter(|p| p.required)
        .map(|p| grouped(&p.name).map_or(p.name.as_str(), |g| g.slot.as_str()))
        .filter(|slot| tool.phrases.subject.as_deref() != Some(slot))
        .collect()
}

/// The slot names of a phrase, without the `=` mark.
pub fn slots(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split('}').next()).map(|s| s.trim_start_matches('='))
}

fn identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
        && name.len() <= 64
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
