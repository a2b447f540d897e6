//! Tools against values that other libraries computed: see `oracles/README.md` at the root of the repository.
#![allow(clippy::disallowed_macros, reason = "prints the coverage")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use dive_core::evidence::Outcome;
use dive_core::tool::{ErrorKind, ToolKind};
use dive_pool::{World, load};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One call of a golden file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    tool: String,
    args: Map<String, Value>,
    /// What must stand at each pointer of the result; absent when the call must be refused.
    #[serde(default)]
    expect: BTreeMap<String, Value>,
    /// The call must be refused as a bad argument.
    #[serde(default)]
    refused: bool,
    /// Relative tolerance of numbers.
    #[serde(default)]
    rel: f64,
    /// Absolute tolerance of numbers, where the value itself is the small rest of a difference.
    #[serde(default)]
    abs: f64,
    /// Who says so: library, version and function, or the published formula.
    oracle: String,
}

impl Golden {
    fn holds(&self, outcome: &Outcome) -> Result<(), String> {
        let value = match outcome {
            Outcome::Error { error } if self.refused && error.kind == ErrorKind::BadArguments => return Ok(()),
            Outcome::Error { error } => return Err(format!("ends in {:?}: {}", error.kind, error.message)),
            Outcome::Value { value, .. } if self.refused => return Err(format!("gives {value}, should be refused")),
            Outcome::Value { value, .. } => value,
        };
        self.expect.iter().try_for_each(|(pointer, expected)| {
            let found = value.pointer(pointer).unwrap_or(&Value::Null);
            if self.agree(found, expected) {
                Ok(())
            } else {
                Err(format!("has {found} at {pointer}, should be {expected}"))
            }
        })
    }

    fn agree(&self, found: &Value, expected: &Value) -> bool {
        match (found, expected) {
            (Value::Array(f), Value::Array(e)) => f.len() == e.len() && f.iter().zip(e).all(|(f, e)| self.agree(f, e)),
            _ => match (found.as_f64(), expected.as_f64()) {
                (Some(f), Some(e)) => (f - e).abs() <= self.abs.max(self.rel * e.abs()),
                _ => found == expected,
            },
        }
    }
}

fn golden_files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../oracles/golden");
    let entries = fs::read_dir(&dir).expect("the golden files are there");
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("the directory can be read").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    files
}

fn goldens() -> Vec<(String, Golden)> {
    let mut all = Vec::new();
    for file in golden_files() {
        let text = fs::read_to_string(&file).expect("the golden file can be read");
        for (line, row) in text.lines().enumerate() {
            let place = format!("{}:{}", file.file_name().unwrap_or_default().to_string_lossy(), line + 1);
            match serde_json::from_str(row) {
                Ok(golden) => all.push((place, golden)),
                Err(e) => panic!("{place}: {e}"),
            }
        }
    }
    all
}

#[test]
fn tools_agree_with_independent_implementations() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let pool = World::open_in(dir, 7).and_then(|w| load(&w)).expect("the pool loads");
    let goldens = goldens();
    let mut failures = Vec::new();
    for (place, golden) in &goldens {
        if pool.spec(&golden.tool).is_none() {
            failures.push(format!("{place}: there is no tool `{}`", golden.tool));
        } else if let Err(why) = golden.holds(&pool.call(&golden.tool, &golden.args)) {
            let args = Value::Object(golden.args.clone());
            failures.push(format!("{place}: {}({args}) {why} ({})", golden.tool, golden.oracle));
        }
    }

    let covered: BTreeSet<&str> = goldens.iter().map(|(_, g)| g.tool.as_str()).collect();
    let processing = || pool.specs().filter(|s| s.kind == ToolKind::Processing);
    let missing: Vec<&str> = processing().map(|s| s.name.as_str()).filter(|n| !covered.contains(n)).collect();
    println!(
        "{} of {} processing tools have an oracle, with {} calls; without: {missing:?}",
        processing().count() - missing.len(),
        processing().count(),
        goldens.len(),
    );
    assert!(failures.is_empty(), "{} disagreements:\n{}", failures.len(), failures.join("\n"));
}
