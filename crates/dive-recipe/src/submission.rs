//! What a deriver submits, as it claims it.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::answer::{Answer, normal};
use dive_core::evidence::CallId;
use dive_core::expr::Expr;
use dive_core::units;
use serde::Deserialize;
use serde_json::{Value, json};

/// Name of the tool through which a task is submitted.
pub const SUBMIT: &str = "submit_task";

/// A submitted task.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Submission {
    /// The question.
    pub question: String,
    /// Its answer, as claimed.
    pub answer: Claim,
    /// Where the parts of the answer stand.
    #[serde(default)]
    pub support: Vec<Support>,
    /// An expression that computes the answer.
    #[serde(default)]
    pub derivation: Option<Expr>,
}

/// Where a part of an answer stands, as claimed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Support {
    /// The observation.
    pub observation: CallId,
    /// JSON Pointer.
    pub pointer: String,
    /// The words, where they are part of a longer text.
    #[serde(default)]
    pub quote: Option<String>,
}

/// A typed answer, as claimed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Claim {
    /// A number.
    Number {
        /// The value.
        value: f64,
        /// Unit symbol or words.
        #[serde(default)]
        unit: Option<String>,
        /// Decimals that the question asks for.
        #[serde(default)]
        decimals: Option<u32>,
    },
    /// A name or a word.
    Text {
        /// The text.
        value: String,
    },
    /// Yes or no.
    Boolean {
        /// True for yes.
        value: bool,
    },
    /// A date.
    Date {
        /// ISO 8601.
        value: String,
    },
    /// Names in an order that matters.
    List {
        /// The items.
        items: Vec<String>,
    },
    /// Names in any order.
    Set {
        /// The items.
        items: Vec<String>,
    },
    /// Several labelled answers.
    Mapping {
        /// By label.
        entries: BTreeMap<String, Claim>,
    },
}

impl Submission {
    /// Reads the arguments of the tool.
    ///
    /// # Errors
    /// A sentence that tells the model what is wrong.
    pub fn read(arguments: &str) -> Result<Submission, String> {
        let json: Value =
            serde_json::from_str(arguments).map_err(|e| format!("The arguments are not valid JSON: {e}."))?;
        for key in ["question", "answer", "support"] {
            if json.get(key).is_none_or(Value::is_null) {
                return Err(format!("`{key}` is missing."));
            }
        }
        let mut json = json;
        // Optional parts are null as often as absent.
        strip_nulls(&mut json);
        // Some models write nested objects as text.
        for key in ["answer", "support", "derivation"] {
            if let Some(Value::String(text)) = json.get(key)
                && let Ok(inner) = serde_json::from_str::<Value>(text)
                && (inner.is_object() || inner.is_array())
            {
                json[key] = inner;
            }
        }
        if let Some(derivation) = json.get("derivation") {
            serde_json::from_value::<Expr>(derivation.clone())
                .map_err(|_| "`derivation` is not an expression of the language described above.".to_string())?;
        }
        serde_json::from_value(json).map_err(|e| format!("The arguments do not fit the schema: {e}."))
    }
}

fn strip_nulls(json: &mut Value) {
    match json {
        Value::Object(map) => {
            map.retain(|_, v| !v.is_null());
            map.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        _ => {}
    }
}

impl Claim {
    /// As a typed answer, believed as it stands.
    pub fn answer(&self) -> Answer {
        match self {
            Claim::Number { value, unit, decimals } => Answer::Number {
                value: *value,
                unit: unit.clone().unwrap_or_default(),
                decimals: *decimals,
                tolerance: decimals.map_or(0.0, |d| 0.5 * 10f64.powi(-(d.min(300) as i32))),
            },
            Claim::Text { value } => Answer::Text { value: value.clone(), of: String::new() },
            Claim::Boolean { value } => Answer::Boolean { value: *value },
            Claim::Date { value } => Answer::Date { value: value.clone() },
            Claim::List { items } => Answer::List { items: items.clone() },
            Claim::Set { items } => Answer::Set { items: items.iter().cloned().collect() },
            Claim::Mapping { entries } => {
                Answer::Mapping { entries: entries.iter().map(|(k, v)| (k.clone(), v.answer())).collect() }
            }
        }
    }

    /// Whether the claim says what was computed. Types need not be the same where the words are: an identifier may be
    /// claimed as text or number.
    pub fn agrees(&self, truth: &Answer) -> bool {
        match (self, truth) {
            (Claim::Number { value, unit, .. }, Answer::Number { value: x, unit: u, tolerance, .. }) => {
                let unit = unit.as_deref().unwrap_or_default();
                let same = unit.is_empty()
                    || u.is_empty()
                    || unit == u
                    || unit == units::words_for(*x, u)
                    || unit == units::words_for(2.0, u);
                (value - x).abs() <= tolerance + 1e-9 * x.abs() && same
            }
            (Claim::Boolean { value }, Answer::Boolean { value: b }) => value == b,
            (Claim::List { items } | Claim::Set { items }, Answer::Set { items: s }) => {
                let set = |items: &mut dyn Iterator<Item = &String>| items.map(|i| normal(i)).collect::<BTreeSet<_>>();
                set(&mut items.iter()) == set(&mut s.iter())
            }
            (Claim::List { items }, Answer::List { items: s }) => {
                items.len() == s.len() && items.iter().zip(s).all(|(a, b)| normal(a) == normal(b))
            }
            (Claim::Mapping { entries }, Answer::Mapping { entries: e }) => {
                entries.len() == e.len() && entries.iter().all(|(k, v)| e.get(k).is_some_and(|t| v.agrees(t)))
            }
            (
                Claim::Text { value } | Claim::Date { value },
                Answer::Text { value: t, .. } | Answer::Date { value: t },
            ) => normal(value) == normal(t),
            (Claim::Text { value }, Answer::Number { value: x, .. }) => {
                value.trim().parse::<f64>().is_ok_and(|v| v == *x)
            }
            _ => false,
        }
    }

    /// Decimals that the claim asks for.
    pub fn decimals(&self) -> Option<u32> {
        match self {
            Claim::Number { decimals, .. } => *decimals,
            _ => None,
        }
    }
}

/// The schema of the tool.
pub fn schema() -> Value {
    let text = |d: &str| json!({"type": "string", "description": d});
    json!({"type": "function", "function": {
        "name": SUBMIT,
        "description": "Submits the task.",
        "parameters": {
            "type": "object",
            "properties": {
                "question": text("The question."),
                "answer": {
                    "type": "object",
                    "description": "The answer.",
                    "properties": {
                        "type": {"type": "string", "description": "What it is.",
                                 "enum": ["number", "text", "boolean", "date", "list", "set", "mapping"]},
                        "value": {"type": ["string", "number", "boolean"],
                                  "description": "The value of a number, text, boolean or date (ISO 8601)."},
                        "unit": text("Unit symbol of a number, as the tools give it; none for counts."),
                        "decimals": {"type": "integer", "description": "Decimals of a number that the question asks for; left out for whole numbers."},
                        "items": {"type": "array", "items": {"type": "string"}, "description": "Items of a list (ordered) or set."},
                        "entries": {"type": "object", "description": "Answers by label, for a mapping."}
                    },
                    "required": ["type"]
                },
                "support": {
                    "type": "array",
                    "description": "Where each part of the answer stands, or what it is computed from.",
                    "items": {
                        "type": "object",
                        "properties": {
                            "observation": text("Id of the observation, such as c2."),
                            "pointer": text("JSON Pointer into its value, such as /city or /rows/0/name."),
                            "quote": text("The exact words, if the answer is part of a longer text there.")
                        },
                        "required": ["observation", "pointer"]
                    }
                },
                "derivation": {"type": "object", "description": "Expression that computes the answer from the observations."}
            },
            "required": ["question", "answer", "support"]
        }
    }})
}
