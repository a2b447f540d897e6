//! Edges of a call graph from values alone, for calls whose arguments came without sources.
//!
//! An argument that stands in an earlier result, and not in the question, is taken to come from there. What this finds
//! and misses is measured on tasks whose sources are recorded ([`Inference`]).

use std::collections::{BTreeSet, HashSet};

use dive_core::canon;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Integers up to this magnitude turn up everywhere and say nothing about where they come from.
const COMMON_INTEGERS: f64 = 12.0;
/// Shorter texts turn up inside others.
const SHORTEST: usize = 3;
/// Results deeper than this are cut: they are untrusted.
const DEEPEST: usize = 64;

/// A call as it can be seen from outside.
#[derive(Debug, Clone)]
pub struct Observed {
    arguments: BTreeSet<String>,
    result: Seen,
}

/// The values of a result.
#[derive(Debug, Clone, Default)]
struct Seen {
    atoms: HashSet<String>,
    /// Normalised text of a result that is not JSON, with blanks at both ends.
    text: String,
}

impl Observed {
    /// A call with its arguments and its result; a result that is text is read as JSON where it is JSON.
    pub fn new<'a>(arguments: impl IntoIterator<Item = &'a Value>, result: Option<&Value>) -> Observed {
        let mut atoms = Vec::new();
        arguments.into_iter().for_each(|v| collect(v, DEEPEST, &mut atoms));
        let mut seen = Seen::default();
        let parsed;
        let mut result = result;
        if let Some(Value::String(text)) = result {
            match serde_json::from_str::<Value>(text) {
                Ok(value @ (Value::Object(_) | Value::Array(_))) => {
                    parsed = value;
                    result = Some(&parsed);
                }
                _ => seen.text = spaced(text),
            }
        }
        let mut found = Vec::new();
        if let Some(value) = result {
            collect(value, DEEPEST, &mut found);
        }
        seen.atoms = found.into_iter().collect();
        Observed { arguments: atoms.into_iter().filter(|a| informative(a)).collect(), result: seen }
    }
}

/// Edges from a call to a later one that uses its result.
///
/// The arguments of a call that no constant of the question explains are explained by as few earlier results as
/// possible, the one that explains most first, of equals the latest.
pub fn edges(question: &str, calls: &[Observed]) -> Vec<(usize, usize)> {
    let asked = spaced(question);
    let mut edges = Vec::new();
    for (i, call) in calls.iter().enumerate() {
        let mut open: Vec<&String> =
            call.arguments.iter().filter(|atom| !asked.contains(&format!(" {atom} "))).collect();
        while !open.is_empty() {
            let explains = |seen: &Seen| open.iter().filter(|a| seen.has(a)).count();
            let earlier = calls.iter().take(i).enumerate().map(|(j, c)| (explains(&c.result), j));
            let Some((_, best)) = earlier.filter(|(n, _)| *n > 0).max() else { break };
            edges.push((best, i));
            if let Some(source) = calls.get(best) {
                open.retain(|a| !source.result.has(a));
            }
        }
    }
    edges.sort_unstable();
    edges
}

impl Seen {
    fn has(&self, atom: &str) -> bool {
        self.atoms.contains(atom) || (!self.text.is_empty() && self.text.contains(&format!(" {atom} ")))
    }
}

/// How well edges are inferred, where the truth is recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Inference {
    /// Recorded edges.
    pub edges: u64,
    /// Inferred edges.
    pub inferred: u64,
    /// Inferred edges that are recorded.
    pub correct: u64,
    /// Share of the inferred edges that are recorded.
    pub precision: f64,
    /// Share of the recorded edges that are inferred.
    pub recall: f64,
    /// Share of the tasks whose graph is inferred without a fault.
    pub exact_graphs: f64,
    /// Tasks.
    pub tasks: u64,
    /// Tasks whose graph is inferred without a fault.
    pub exact: u64,
}

impl Inference {
    /// One task.
    pub fn of(truth: &[(usize, usize)], inferred: &[(usize, usize)]) -> Inference {
        let truth: BTreeSet<_> = truth.iter().collect();
        let inferred: BTreeSet<_> = inferred.iter().collect();
        let (edges, found) = (truth.len() as u64, inferred.len() as u64);
        let correct = truth.intersection(&inferred).count() as u64;
        let exact = u64::from(truth == inferred);
        Inference { edges, inferred: found, correct, tasks: 1, exact, ..Inference::default() }
    }

    /// Adds another.
    pub fn add(&mut self, other: &Inference) {
        self.edges += other.edges;
        self.inferred += other.inferred;
        self.correct += other.correct;
        self.tasks += other.tasks;
        self.exact += other.exact;
        self.precision = crate::measure::share(self.correct, self.inferred);
        self.recall = crate::measure::share(self.correct, self.edges);
        self.exact_graphs = crate::measure::share(self.exact, self.tasks);
    }
}

fn collect(value: &Value, depth: usize, into: &mut Vec<String>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(n) => into.push(n.as_f64().map_or_else(|| n.to_string(), |x| canon::number(x).to_string())),
        Value::String(s) => {
            let text = spaced(s).trim().to_string();
            if !text.is_empty() {
                into.push(text);
            }
        }
        Value::Array(items) => items.iter().for_each(|v| collect(v, depth - 1, into)),
        Value::Object(map) => map.values().for_each(|v| collect(v, depth - 1, into)),
    }
}

fn informative(atom: &str) -> bool {
    match atom.parse::<f64>() {
        Ok(x) => x.fract() != 0.0 || x.abs() > COMMON_INTEGERS,
        Err(_) => atom.chars().count() >= SHORTEST,
    }
}

/// Lower-case words and numbers between single blanks: `" 1891.3 the inn of ard "`. Thousands lose their commas, numbers
/// their needless zeros.
fn spaced(text: &str) -> String {
    let mut out = String::from(" ");
    for word in words(text) {
        match word.parse::<f64>() {
            Ok(x) if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') && x.is_finite() => {
                out.push_str(&canon::number(x).to_string());
            }
            _ => out.push_str(&word),
        }
        out.push(' ');
    }
    out
}

/// Words of letters, digits, `_`, and numbers with sign and point; everything else separates.
pub(crate) fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let mut words = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = at(i);
        let signed = c == '-' && at(i + 1).is_ascii_digit() && (i == 0 || at(i - 1).is_whitespace());
        if c.is_ascii_digit() || signed {
            let mut word = String::from(c);
            i += 1;
            loop {
                let (c, next) = (at(i), at(i + 1));
                let thousands = c == ',' && (1..=3).all(|k| at(i + k).is_ascii_digit()) && !at(i + 4).is_ascii_digit();
                if c.is_alphanumeric() || c == '_' || (c == '.' && next.is_ascii_digit()) {
                    word.extend(c.to_lowercase());
                } else if !thousands {
                    break;
                }
                i += 1;
            }
            words.push(word);
        } else if c.is_alphanumeric() || c == '_' {
            let start = i;
            while at(i).is_alphanumeric() || at(i) == '_' {
                i += 1;
            }
            words.push(chars.get(start..i).unwrap_or_default().iter().flat_map(|c| c.to_lowercase()).collect());
        } else {
            i += 1;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(args: Value, result: Value) -> Observed {
        Observed::new([&args], Some(&result))
    }

    #[test]
    fn words_and_numbers_are_cut() {
        assert_eq!(words("The 1,891.30 kg of Ard-Inn's c_1, -4.5 or 2024-03-14?").join("|"), {
            "the|1891.30|kg|of|ard|inn|s|c_1|-4.5|or|2024|03|14"
        });
        assert_eq!(spaced("5.0, 5 and 1,000"), " 5 5 and 1000 ");
    }

    #[test]
    fn arguments_are_traced_to_results() {
        let calls = [
            call(json!({"city": "Ard"}), json!({"airport": "Ard North", "runway": 2978})),
            call(json!({"airport": "Ard North"}), json!({"height": 12.5, "iata": "ARN"})),
            call(json!({"values": [2978, 12.5], "mode": "sum", "n": 2}), json!(2990.5)),
        ];
        assert_eq!(edges("What of Ard by sum?", &calls), [(0, 1), (0, 2), (1, 2)]);
        assert_eq!(edges("What of Ard North, 2,978 and 12.50?", &calls), [], "the question explains all of it");
        let text = [call(json!({}), json!("Found: Ard North (2,978 m).")), call(json!({"a": "ard north"}), json!(1))];
        assert_eq!(edges("", &text), [(0, 1)]);
        let json = [call(json!({}), json!("{\"a\": {\"b\": 77}}")), call(json!({"a": 77.0}), Value::Null)];
        assert_eq!(edges("", &json), [(0, 1)]);
    }

    #[test]
    fn of_equal_results_the_latest_explains() {
        let calls = [
            call(json!({}), json!({"id": "x99"})),
            call(json!({}), json!({"id": "x99"})),
            call(json!({"id": "x99"}), json!(1)),
        ];
        assert_eq!(edges("", &calls), [(1, 2)]);
    }

    #[test]
    fn the_score_counts_edges_and_graphs() {
        let mut all = Inference::default();
        all.add(&Inference::of(&[(0, 1), (1, 2)], &[(0, 1), (0, 2)]));
        all.add(&Inference::of(&[], &[]));
        assert_eq!((all.precision, all.recall, all.exact_graphs), (0.5, 0.5, 0.5));
    }
}
