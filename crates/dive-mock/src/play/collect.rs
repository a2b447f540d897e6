//! The collector: calls tools whose arguments it knows, from the seed entity and from what it has seen.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::asked::{Asked, Offered, Said};
use crate::server::Answer;

/// Calls in one turn.
const PARALLEL: usize = 2;
/// Turns of calling before it is content.
const TURNS: usize = 3;
/// One collector in so many misspells a name once, to see what the tool says.
const CARELESS: u64 = 6;

pub fn answer(asked: &Asked) -> Answer {
    let turns = asked.messages.iter().filter(|m| matches!(m, Said::Assistant { .. })).count();
    let known = known(asked);
    let made: Vec<(&str, &Value)> = asked
        .messages
        .iter()
        .filter_map(|m| match m {
            Said::Assistant { calls, .. } => Some(calls.iter().map(|(n, a)| (n.as_str(), a))),
            _ => None,
        })
        .flatten()
        .collect();
    let seed = asked.user_text().bytes().fold(17u64, |h, b| h.wrapping_mul(31).wrapping_add(b.into()));
    let start = seed as usize % asked.tools.len().max(1);
    let mut calls: Vec<(String, Value)> = Vec::new();
    let order = asked.tools.iter().cycle().skip(start).take(asked.tools.len());
    for tool in order.filter(|_| turns < TURNS) {
        // A round that goes on calls what the rounds before it did not.
        let before = asked.user_text().contains(&format!("\"{}\"", tool.name));
        if calls.len() >= PARALLEL || before && made.is_empty() {
            continue;
        }
        let Some(args) = arguments(tool, &known, calls.len() + made.len()) else { continue };
        let args = Value::Object(args);
        if made.iter().any(|(n, a)| *n == tool.name && **a == args) {
            continue;
        }
        calls.push((tool.name.clone(), args));
    }
    if calls.is_empty() {
        return Answer::text("I have collected what there is.");
    }
    if turns == 0
        && seed.is_multiple_of(CARELESS)
        && let Some((_, Value::Object(args))) = calls.first_mut()
        && let Some(Value::String(text)) = args.values_mut().next()
    {
        text.push('x');
    }
    let calls = calls.into_iter().map(|(name, args)| (name, args.to_string())).collect();
    Answer { reasoning: "Let me look up what is known.".into(), calls, ..Answer::default() }
}

/// Values by the name under which they were met.
fn known(asked: &Asked) -> BTreeMap<String, Vec<Value>> {
    let mut known: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for text in asked.messages.iter().filter_map(|m| if let Said::User(t) = m { Some(t) } else { None }) {
        for line in text.lines() {
            // `Seed entity: NAME (TYPE)`
            if let Some((name, kind)) = line.strip_prefix("Seed entity: ").and_then(|l| l.rsplit_once(" (")) {
                known.entry(kind.trim_end_matches(')').into()).or_default().push(name.into());
            }
            if let Ok(observation) = serde_json::from_str::<Value>(line)
                && observation.get("id").is_some()
            {
                remember("", observation.pointer("/outcome/value").unwrap_or(&Value::Null), &mut known);
            }
        }
    }
    for message in &asked.messages {
        if let Said::Tool { content, error: false, .. } = message {
            remember("", content, &mut known);
        }
    }
    known
}

fn remember(key: &str, value: &Value, known: &mut BTreeMap<String, Vec<Value>>) {
    match value {
        Value::Object(map) => {
            for (inner, value) in map {
                // The name of a record is a name of what its list lists.
                let named = if inner == "name" && !key.is_empty() { singular(key) } else { inner.clone() };
                remember(&named, value, known);
            }
        }
        Value::Array(items) => items.iter().take(3).for_each(|item| remember(key, item, known)),
        Value::Null | Value::Bool(_) => {}
        scalar => {
            let all = known.entry(key.into()).or_default();
            if !all.contains(scalar) {
                all.push(scalar.clone());
            }
        }
    }
}

fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(word).into(),
    }
}

/// Arguments for the required parameters, if all are known.
fn arguments(tool: &Offered, known: &BTreeMap<String, Vec<Value>>, turn: usize) -> Option<Map<String, Value>> {
    let required = tool.parameters.get("required").and_then(Value::as_array);
    let mut args = Map::new();
    let mut names = 0;
    for param in required.into_iter().flatten().filter_map(Value::as_str) {
        let schema = tool.parameters.pointer(&format!("/properties/{param}"))?;
        let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
        let fits = |v: &&Value| match kind {
            "string" => v.is_string(),
            "integer" => v.is_i64() || v.is_u64(),
            "number" => v.is_number(),
            _ => false,
        };
        let choices = schema.get("enum").and_then(Value::as_array);
        let value = if let Some(choices) = choices {
            choices.get(turn % choices.len().max(1)).cloned()?
        } else {
            let values: Vec<&Value> = known.get(param).into_iter().flatten().filter(fits).collect();
            names += 1;
            let value = (*values.get(turn % values.len().max(1))?).clone();
            let number = value.as_f64();
            let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
            let outside = |x: f64| bound("minimum").is_some_and(|m| x < m) || bound("maximum").is_some_and(|m| x > m);
            if number.is_some_and(outside) {
                return None;
            }
            value
        };
        args.insert(param.into(), value);
    }
    (names > 0).then_some(args).filter(|a| *a != json!({}).as_object().cloned().unwrap_or_default())
}
