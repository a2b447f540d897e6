//! Tool schemas, serialised once for all the calls that carry them.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::wire::Wire;

/// The schemas of some tools in both wire formats. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct ToolSet(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    names: Vec<String>,
    openai: String,
    anthropic: String,
    /// The same with a cache mark on the last tool.
    anthropic_marked: String,
    digest: [u8; 32],
}

impl ToolSet {
    /// From function schemas in OpenAI's form, `{"type": "function", "function": {"name", "description", "parameters"}}`.
    pub fn new(schemas: &[Value]) -> ToolSet {
        if schemas.is_empty() {
            return ToolSet::default();
        }
        let part = |schema: &Value, key: &str| schema.pointer(&format!("/function/{key}")).cloned().unwrap_or_default();
        let mut blocks: Vec<Value> = schemas
            .iter()
            .map(|s| {
                json!({"name": part(s, "name"), "description": part(s, "description"),
                       "input_schema": part(s, "parameters")})
            })
            .collect();
        let text = |v: &[Value]| serde_json::to_string(v).unwrap_or_default();
        let (openai, anthropic) = (text(schemas), text(&blocks));
        if let Some(last) = blocks.last_mut().and_then(Value::as_object_mut) {
            last.insert("cache_control".into(), json!({"type": "ephemeral"}));
        }
        ToolSet(Arc::new(Inner {
            names: schemas.iter().filter_map(|s| Some(part(s, "name").as_str()?.to_string())).collect(),
            digest: *blake3::hash(openai.as_bytes()).as_bytes(),
            anthropic_marked: text(&blocks),
            openai,
            anthropic,
        }))
    }

    /// Names, in order.
    pub fn names(&self) -> &[String] {
        &self.0.names
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.names.is_empty()
    }

    /// Identity of the schemas.
    pub fn digest(&self) -> &[u8; 32] {
        &self.0.digest
    }

    /// Length of the schemas in bytes.
    pub fn bytes(&self) -> usize {
        self.0.openai.len()
    }

    /// The `tools` field of a request.
    pub(crate) fn json(&self, wire: Wire, marked: bool) -> &str {
        match (wire, marked) {
            (Wire::OpenAi, _) => &self.0.openai,
            (Wire::Anthropic, false) => &self.0.anthropic,
            (Wire::Anthropic, true) => &self.0.anthropic_marked,
        }
    }
}
