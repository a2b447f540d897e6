//! What an episode observed: its calls, in order, with the source of every argument.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::expr::Expr;
use crate::sem::Sem;
use crate::tool::ToolError;

/// The number of a call within its episode, from 1; written `c1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub u32);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

impl Serialize for CallId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CallId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<CallId, D::Error> {
        let text = String::deserialize(d)?;
        let number = text.strip_prefix('c').and_then(|n| n.parse().ok());
        number.map(CallId).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a call id")))
    }
}

/// Where an argument comes from. An omitted argument has no entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A constant of this meaning; on the certified path a span of the question expresses it.
    Literal(Sem),
    /// The value of this expression over earlier observations.
    Derived(Expr),
}

/// How a call ended, as serialised to the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Outcome {
    /// A value; `complete` when it is everything there is.
    #[serde(rename = "ok")]
    Value {
        /// The result.
        value: Value,
        /// Not a page, a sample or cut at the output cap.
        complete: bool,
    },
    /// A typed failure.
    Error {
        /// What went wrong.
        error: ToolError,
    },
}

impl Outcome {
    /// The value, if the call succeeded.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Outcome::Value { value, .. } => Some(value),
            Outcome::Error { .. } => None,
        }
    }
}

/// One executed call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its number.
    pub id: CallId,
    /// The round that made it, from 1.
    pub round: u32,
    /// Name of the tool.
    pub tool: String,
    /// Arguments as passed.
    pub args: BTreeMap<String, Value>,
    /// Source of each argument.
    pub sources: BTreeMap<String, Source>,
    /// How it ended.
    pub outcome: Outcome,
}

impl Call {
    /// The calls whose observations this call's arguments are taken from.
    pub fn inputs(&self) -> Vec<CallId> {
        let mut ids = Vec::new();
        for source in self.sources.values() {
            if let Source::Derived(expr) = source {
                expr.calls(&mut ids);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// The ordered calls of an episode, failed ones included.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evidence {
    /// The calls, `c1` first.
    pub calls: Vec<Call>,
}

impl Evidence {
    /// The call of that number.
    pub fn get(&self, id: CallId) -> Option<&Call> {
        self.calls.get((id.0 as usize).checked_sub(1)?).filter(|c| c.id == id)
    }

    /// The value a call returned.
    pub fn value(&self, id: CallId) -> Option<&Value> {
        self.get(id)?.outcome.value()
    }

    /// The certified path of a derivation: the calls it uses and, transitively, those their arguments come from, in
    /// order.
    pub fn path(&self, derivation: &Expr) -> Vec<CallId> {
        let mut open = Vec::new();
        derivation.calls(&mut open);
        let mut path = Vec::new();
        while let Some(id) = open.pop() {
            if !path.contains(&id) {
                path.push(id);
                open.extend(self.get(id).map(Call::inputs).unwrap_or_default());
            }
        }
        path.sort_unstable();
        path
    }
}
