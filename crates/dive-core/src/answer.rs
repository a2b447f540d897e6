//! Typed answers and when two of them are the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A reference answer, or one read from a response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Answer {
    /// A number.
    Number {
        /// The value, rounded as the question says.
        value: f64,
        /// Unit symbol, empty for none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        unit: String,
        /// Decimals that the question asks for; `None` for exact whole numbers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decimals: Option<u32>,
        /// Greatest accepted absolute difference.
        tolerance: f64,
    },
    /// A name or a word.
    Text {
        /// The text.
        value: String,
        /// Entity type or vocabulary, if it has one.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        of: String,
    },
    /// Yes or no.
    Boolean {
        /// True for yes.
        value: bool,
    },
    /// A calendar date, ISO 8601.
    Date {
        /// The date.
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
        items: BTreeSet<String>,
    },
    /// Several labelled answers.
    Mapping {
        /// Answers by label.
        entries: BTreeMap<String, Answer>,
    },
}

impl Answer {
    /// Whether `given` answers the question that `self` is the reference for.
    ///
    /// Numbers agree within the reference's tolerance when their units agree (a missing unit agrees with any), text up
    /// to case and white space.
    pub fn accepts(&self, given: &Answer) -> bool {
        match (self, given) {
            (Answer::Number { value, unit, tolerance, .. }, Answer::Number { value: v, unit: u, .. }) => {
                // The slack is for the representation of decimals, not for the solver.
                (value - v).abs() <= tolerance + 1e-9 * value.abs() && (u.is_empty() || unit == u)
            }
            (Answer::Text { value, .. }, Answer::Text { value: v, .. }) => normal(value) == normal(v),
            (Answer::List { items }, Answer::List { items: i }) => {
                items.iter().map(|s| normal(s)).eq(i.iter().map(|s| normal(s)))
            }
            (Answer::Set { items }, Answer::Set { items: i }) => {
                let set = |items: &BTreeSet<String>| items.iter().map(|s| normal(s)).collect::<BTreeSet<_>>();
                set(items) == set(i)
            }
            (Answer::Mapping { entries }, Answer::Mapping { entries: e }) => {
                entries.len() == e.len() && entries.iter().all(|(k, v)| e.get(k).is_some_and(|given| v.accepts(given)))
            }
            _ => self == given,
        }
    }

    /// The answer in one line, as a person would write it.
    pub fn display(&self) -> String {
        match self {
            Answer::Number { value, unit, decimals, .. } => {
                let number = match decimals {
                    Some(d) => format!("{value:.*}", *d as usize),
                    None => value.to_string(),
                };
                if unit.is_empty() { number } else { format!("{number} {}", crate::units::words_for(*value, unit)) }
            }
            Answer::Text { value, .. } | Answer::Date { value } => value.clone(),
            Answer::Boolean { value } => if *value { "yes" } else { "no" }.into(),
            Answer::List { items } => items.join(", "),
            Answer::Set { items } => items.iter().cloned().collect::<Vec<_>>().join(", "),
            Answer::Mapping { entries } => {
                entries.iter().map(|(k, v)| format!("{k}: {}", v.display())).collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// Yes/no answers have two values; everything else is open.
    pub fn is_boolean(&self) -> bool {
        matches!(self, Answer::Boolean { .. })
    }
}

/// Text for comparison: lower case, single spaces.
pub fn normal(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
