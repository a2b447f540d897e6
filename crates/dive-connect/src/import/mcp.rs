//! A server's listing as a manifest.

use dive_core::tool::Effect;
use dive_tools::manifest::slug;
use rmcp::model::Tool;
use serde_json::{Map, Value};
use toml::Table;

use crate::import::draft::{self, Given, effect_word, kind_word};
use crate::import::schema::Plain;
use crate::import::{Imported, McpSource, glob};

const HEAD: &str = "\
# Tools of an MCP server, as it listed them. Edit freely: kind, effect, descriptions and words are proposals.
# `effect = \"mutating\"` keeps a tool out unless mutating tools are enabled.

";

/// Writes down what a server listed.
pub(crate) fn mcp(source: &McpSource, head: &Table, tools: &[Tool]) -> Imported {
    let mut names: Vec<String> = Vec::new();
    let mut entries = Vec::new();
    let mut notes = Vec::new();
    for tool in tools {
        let mut name = slug(&tool.name);
        if names.contains(&name) {
            // Names have at most 64 letters.
            name.truncate(56);
            name = format!("{}_{}", name.trim_end_matches('_'), names.len());
        }
        let (entry, said) = entry(source, tool, &name);
        notes.extend(said.into_iter().map(|n| format!("{}: {n}", draft::prose(&tool.name, 100))));
        names.push(name);
        entries.push(toml::Value::from(entry));
    }
    let count = entries.len();
    let mut whole = head.clone();
    whole.insert("tool".into(), entries.into());
    let text = toml::to_string(&whole).unwrap_or_default();
    Imported { text: format!("{HEAD}{text}"), tools: count, notes }
}

fn entry(source: &McpSource, tool: &Tool, name: &str) -> (Table, Vec<String>) {
    let hints = tool.annotations.as_ref();
    let declared = hints.and_then(|h| h.read_only_hint) == Some(true);
    let said = source.read_only.iter().any(|pattern| glob(pattern, &tool.name));
    let effect = if declared || said { Effect::ReadOnly } else { Effect::Mutating };
    let title = tool.title.as_deref().or_else(|| hints.and_then(|h| h.title.as_deref()));
    let mut entry = Table::new();
    entry.insert("name".into(), name.into());
    if *name != tool.name {
        entry.insert("remote".into(), tool.name.to_string().into());
    }
    entry.insert("kind".into(), kind_word(draft::kind(&tool.name)).into());
    entry.insert("effect".into(), effect_word(effect).into());
    entry.insert("description".into(), draft::description(tool.description.as_deref(), &tool.name, title).into());

    let root = Value::Object(Map::clone(&tool.input_schema));
    let mut plain = Plain::new(&root);
    let schema = plain.schema(&root);
    let required = schema.get("required").and_then(Value::as_array);
    let required: Vec<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
    let mut params = Table::new();
    let mut taken: Vec<String> = Vec::new();
    for (remote, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let empty = Map::new();
        let given = Given {
            name: remote,
            schema: property.as_object().unwrap_or(&empty),
            required: required.contains(&remote.as_str()),
        };
        let (name, param) = draft::param(&given, &taken);
        taken.push(name.clone());
        params.insert(name, param.into());
    }
    if !params.is_empty() {
        entry.insert("params".into(), params.into());
    }
    let mut notes = plain.notes;
    if let Some(output) = &tool.output_schema {
        let root = Value::Object(Map::clone(output));
        let mut plain = Plain::new(&root);
        let schema = plain.schema(&root);
        draft::output(&source.name, &schema, &mut entry);
        notes.extend(plain.notes.into_iter().map(|n| format!("result: {n}")));
    }
    (entry, notes)
}
