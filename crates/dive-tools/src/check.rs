//! Does every tool do what its examples say, alone, concurrently, and again?

use std::collections::BTreeMap;
use std::thread;

use dive_core::evidence::Outcome;
use dive_core::tool::ToolSpec;
use serde_json::{Map, Value};

use crate::manifest;
use crate::pool::ToolPool;

/// The tools that failed, by name, with the reason.
pub type Failures = BTreeMap<String, String>;

/// Runs every example of every tool, then all of them from several threads, and compares the answers.
pub fn check(pool: &ToolPool, threads: usize) -> Failures {
    check_some(pool, threads, &|_| true)
}

/// The same for the tools that `meant` picks.
pub fn check_some(pool: &ToolPool, threads: usize, meant: &(dyn Fn(&ToolSpec) -> bool + Sync)) -> Failures {
    let first = run_all(pool, meant);
    let mut failures: Failures =
        first.iter().filter_map(|(t, r)| Some((t.clone(), r.as_ref().err()?.clone()))).collect();
    let again: Vec<_> = thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(|| run_all(pool, meant))).collect();
        handles.into_iter().filter_map(|h| h.join().ok()).collect()
    });
    for (tool, result) in again.iter().flatten() {
        if first.get(tool) != Some(result) {
            failures.entry(tool.clone()).or_insert_with(|| "repeated calls gave different results".into());
        }
    }
    failures
}

fn run_all(
    pool: &ToolPool,
    meant: &(dyn Fn(&ToolSpec) -> bool + Sync),
) -> BTreeMap<String, Result<Vec<String>, String>> {
    let mut results = BTreeMap::new();
    for spec in pool.specs().filter(|s| meant(s)) {
        let outputs: Result<Vec<String>, String> = spec
            .examples
            .iter()
            .enumerate()
            .map(|(i, example)| {
                let args = example.args.iter().map(|(k, v)| (k.clone(), resolve(pool, v))).collect::<Map<_, _>>();
                let result = match pool.call(&spec.name, &args) {
                    Outcome::Value { value, .. } => Ok(value),
                    Outcome::Error { error } => Err(error),
                };
                manifest::expect(&example.expect, &result).map_err(|e| format!("example {}: {e}", i + 1))?;
                declared(spec, &result).map_err(|e| format!("example {}: {e}", i + 1))?;
                Ok(format!("{result:?}"))
            })
            .collect();
        results.insert(spec.name.clone(), outputs);
    }
    results
}

/// Every declared field is there, and of the kind that its meaning promises.
fn declared(spec: &ToolSpec, result: &Result<Value, dive_core::tool::ToolError>) -> Result<(), String> {
    use dive_core::sem::Sem;
    let Ok(value) = result else { return Ok(()) };
    let check = |record: &Value, field: &dive_core::tool::Field| {
        let found = field.value(record).unwrap_or(Value::Null);
        let right = match &field.sem {
            Sem::Measure { .. } | Sem::Number | Sem::Year(_) => found.is_number(),
            Sem::Flag(_) => found.is_boolean(),
            Sem::List(_) => found.is_array(),
            Sem::Same(_) => found.is_number() || found.is_array(),
            _ => found.is_string(),
        };
        // A record may leave a field open; it must not fill it with something else.
        if right || found.is_null() {
            Ok(())
        } else {
            Err(format!("`{}` should be {}, is {found}", field.pointer, field.sem))
        }
    };
    for field in &spec.output.fields {
        check(value, field)?;
    }
    let Some(rows) = &spec.output.rows else {
        return Ok(());
    };
    let list = value.pointer(&rows.pointer).and_then(Value::as_array);
    let list = list.ok_or_else(|| format!("there is no list at `{}`", rows.pointer))?;
    list.iter().try_for_each(|row| rows.fields.iter().try_for_each(|f| check(row, f)))
}

fn resolve(pool: &ToolPool, value: &Value) -> Value {
    match value {
        Value::String(s) => pool.entities().resolve(s).map_or_else(|| value.clone(), Value::from),
        Value::Array(items) => items.iter().map(|v| resolve(pool, v)).collect(),
        other => other.clone(),
    }
}
