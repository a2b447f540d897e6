//! What an entry is found by.

use std::fmt;

use dive_core::canon;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde_json::{Value, json};

/// A BLAKE3 digest.
pub(crate) type Hash = [u8; 32];

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A call of a tool.
    ToolCall,
    /// The tools that a server says it has.
    ToolListing,
    /// A request to a model.
    ModelExchange,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::ToolCall, Kind::ToolListing, Kind::ModelExchange];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Kind::ToolCall => "tool_call",
            Kind::ToolListing => "tool_listing",
            Kind::ModelExchange => "model_exchange",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().replace('_', " "))
    }
}

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Kind> {
        let name = value.as_str()?;
        Kind::ALL.into_iter().find(|k| k.name() == name).ok_or(FromSqlError::InvalidType)
    }
}

/// The identity of a question to the outside world: its kind and its parts, which stay readable in the file.
///
/// Whatever can change the answer belongs into the parts, and no secret does. Two keys are equal when their parts are
/// the same canonical JSON, so `5` and `5.0` are one value and the order of an object's members does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    kind: Kind,
    parts: String,
    hash: Hash,
}

impl Key {
    /// The key of these parts.
    pub fn new(kind: Kind, parts: impl Serialize) -> Key {
        let parts = canon::to_string(&parts);
        let hash = blake3::hash(json!([kind.name(), parts]).to_string().as_bytes()).into();
        Key { kind, parts, hash }
    }

    /// What was asked.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The parts as canonical JSON.
    pub fn parts(&self) -> &str {
        &self.parts
    }

    /// The digest by which the entry is found, in hexadecimal.
    pub fn id(&self) -> String {
        blake3::Hash::from(self.hash).to_hex().to_string()
    }

    pub(crate) fn hash(&self) -> &Hash {
        &self.hash
    }
}

/// The parts as JSON again.
pub(crate) fn parse(parts: &str) -> Value {
    serde_json::from_str(parts).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_parts_are_one_key() {
        let a = Key::new(Kind::ToolCall, json!({"tool": "t", "args": {"x": 5.0, "y": 1}}));
        let b = Key::new(Kind::ToolCall, json!({"args": {"y": 1, "x": 5}, "tool": "t"}));
        assert_eq!(a, b);
        assert_eq!(a.id().len(), 64);
        assert_ne!(a, Key::new(Kind::ToolListing, json!({"args": {"y": 1, "x": 5}, "tool": "t"})));
        assert_ne!(a.id(), Key::new(Kind::ToolCall, json!({"args": {"y": 1, "x": "5"}, "tool": "t"})).id());
    }
}
