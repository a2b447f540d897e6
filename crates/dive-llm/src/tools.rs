//! Tool schemas, serialised once for all the calls that carry them.

use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::wire::Wire;

/// The mark by which Anthropic's endpoints cache what comes before it; a first member of an object.
const MARK: &str = r#"{"cache_control":{"type":"ephemeral"},"#;

/// The schema of one tool, in text. Toolsets overlap, so this is made once for a pool. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Schema(Arc<Texts>);

#[derive(Debug)]
struct Texts {
    name: String,
    openai: String,
    anthropic: String,
}

impl Schema {
    /// From a function schema in OpenAI's form, `{"type": "function", "function": {"name", "description", "parameters"}}`.
    pub fn new(schema: &Value) -> Schema {
        let part = |key: &str| schema.pointer(&format!("/function/{key}")).cloned().unwrap_or_default();
        let block =
            json!({"name": part("name"), "description": part("description"), "input_schema": part("parameters")});
        let name = part("name").as_str().unwrap_or_default().to_string();
        Schema(Arc::new(Texts { name, openai: schema.to_string(), anthropic: block.to_string() }))
    }

    /// Name of the tool.
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

/// The schemas of some tools in both wire formats. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct ToolSet(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    names: Vec<String>,
    schemas: Vec<Schema>,
    openai: String,
    /// Without and with a cache mark on the last tool. Most runs speak one format only.
    anthropic: OnceLock<[String; 2]>,
    digest: [u8; 32],
}

impl ToolSet {
    /// From function schemas in OpenAI's form.
    pub fn new(schemas: &[Value]) -> ToolSet {
        ToolSet::of(schemas.iter().map(Schema::new))
    }

    /// From schemas that were made before.
    pub fn of(schemas: impl IntoIterator<Item = Schema>) -> ToolSet {
        let schemas: Vec<Schema> = schemas.into_iter().collect();
        if schemas.is_empty() {
            return ToolSet::default();
        }
        let openai = list(schemas.iter().map(|s| s.0.openai.as_str()));
        ToolSet(Arc::new(Inner {
            names: schemas.iter().map(|s| s.name().to_string()).collect(),
            digest: *blake3::hash(openai.as_bytes()).as_bytes(),
            schemas,
            openai,
            anthropic: OnceLock::new(),
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
        match wire {
            Wire::OpenAi => &self.0.openai,
            Wire::Anthropic => {
                let [plain, with_mark] = self.0.anthropic.get_or_init(|| self.0.anthropic());
                if marked { with_mark } else { plain }
            }
        }
    }
}

impl Inner {
    fn anthropic(&self) -> [String; 2] {
        let texts = || self.schemas.iter().map(|s| s.0.anthropic.as_str());
        let Some(last) = self.schemas.last().and_then(|s| s.0.anthropic.strip_prefix('{')) else {
            return Default::default();
        };
        let marked = format!("{MARK}{last}");
        let before = texts().take(self.schemas.len() - 1);
        [list(texts()), list(before.chain([marked.as_str()]))]
    }
}

/// A JSON list of what is JSON text.
fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut list = String::from("[");
    for text in texts {
        if list.len() > 1 {
            list.push(',');
        }
        list.push_str(text);
    }
    list.push(']');
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_are_json_and_the_last_tool_is_marked() {
        let schema = |name: &str| json!({"type": "function", "function": {"name": name, "description": "It \"looks\".", "parameters": {"type": "object"}}});
        let schemas = [schema("a"), schema("b")];
        let set = ToolSet::new(&schemas);
        let parsed = |wire, marked| serde_json::from_str::<Vec<Value>>(set.json(wire, marked)).unwrap();
        assert_eq!(parsed(Wire::OpenAi, true), schemas);
        let mut blocks = parsed(Wire::Anthropic, false);
        assert_eq!(blocks[0], json!({"name": "a", "description": "It \"looks\".", "input_schema": {"type": "object"}}));
        blocks[1]["cache_control"] = json!({"type": "ephemeral"});
        assert_eq!(parsed(Wire::Anthropic, true), blocks);
        assert_eq!((set.names(), ToolSet::new(&[]).is_empty()), (&["a".to_string(), "b".to_string()][..], true));
    }
}
