//! A tool on its way into a manifest.

use dive_core::tool::{Effect, ToolKind};
use dive_tools::manifest::{private_sem, slug};
use serde_json::{Map, Value};
use toml::Table;

/// Longest description that is taken over.
const DESCRIPTION: usize = 600;

/// What somebody else says about a parameter.
pub(crate) struct Given<'a> {
    /// The provider's name.
    pub(crate) name: &'a str,
    /// Its plain schema.
    pub(crate) schema: &'a Map<String, Value>,
    pub(crate) required: bool,
}

/// An entry of `[tool.params]`, by its name here.
pub(crate) fn param(given: &Given<'_>, taken: &[String]) -> (String, Table) {
    let mut name = slug(given.name);
    while taken.contains(&name) {
        name.push('_');
    }
    let schema = given.schema;
    let mut entry = Table::new();
    let (kind, plain) = json_type(schema);
    if kind != toml::Value::from("string") {
        entry.insert("type".into(), kind);
    }
    let words = || capitalised(&words(given.name));
    let text = schema.get("description").or_else(|| schema.get("title")).and_then(Value::as_str);
    let text = text.map(|t| prose(t, DESCRIPTION)).filter(|t| !t.is_empty()).unwrap_or_else(|| words() + ".");
    entry.insert("description".into(), text.into());
    if !given.required {
        entry.insert("optional".into(), true.into());
    }
    if name != given.name {
        entry.insert("remote".into(), given.name.into());
    }
    let choices = schema.get("enum").and_then(Value::as_array);
    let choices: Option<Vec<toml::Value>> =
        choices.and_then(|c| c.iter().map(|v| v.as_str().map(Into::into)).collect());
    match choices {
        Some(choices) if plain => {
            entry.insert("choices".into(), choices.into());
        }
        _ => {
            let bounds = (schema.get("minimum").and_then(Value::as_f64), schema.get("maximum").and_then(Value::as_f64));
            let beyond = schema.keys().any(|k| {
                !matches!(k.as_str(), "type" | "description" | "title" | "default" | "minimum" | "maximum" | "items")
            });
            match bounds {
                (Some(low), Some(high)) if plain && !beyond => {
                    entry.insert("range".into(), vec![low, high].into());
                }
                _ if plain && !beyond && bounds == (None, None) => {}
                _ => {
                    if let Ok(table) = toml::Value::try_from(without_text(schema)) {
                        entry.insert("schema".into(), table);
                    }
                }
            }
        }
    }
    (name, entry)
}

/// The type as a manifest writes it, and whether it says all about the structure.
fn json_type(schema: &Map<String, Value>) -> (toml::Value, bool) {
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => ("integer".into(), true),
        Some("number") => ("number".into(), true),
        Some("boolean") => ("boolean".into(), true),
        Some("object") => ("object".into(), false),
        Some("array") => {
            let empty = Map::new();
            let items = schema.get("items").and_then(Value::as_object).unwrap_or(&empty);
            let (inner, plain) = json_type(items);
            let bare = items.keys().all(|k| matches!(k.as_str(), "type" | "description" | "title" | "items"));
            (Table::from_iter([("array".to_string(), inner)]).into(), plain && bare && items.contains_key("type"))
        }
        Some("string") => ("string".into(), true),
        _ => ("string".into(), false),
    }
}

/// The schema less what TOML cannot say (null) and what the entry says already.
fn without_text(schema: &Map<String, Value>) -> Value {
    fn clean(value: &Value) -> Option<Value> {
        match value {
            Value::Null => None,
            Value::Array(items) => Some(items.iter().filter_map(clean).collect()),
            Value::Object(map) => {
                Some(Value::Object(map.iter().filter_map(|(k, v)| Some((k.clone(), clean(v)?))).collect()))
            }
            other => Some(other.clone()),
        }
    }
    let kept = schema.iter().filter(|(k, _)| !matches!(k.as_str(), "description" | "title" | "default"));
    Value::Object(kept.filter_map(|(k, v)| Some((k.clone(), clean(v)?))).collect())
}

/// Output fields of a plain object schema: scalars with nouns, or the one list of objects.
pub(crate) fn output(provider: &str, schema: &Map<String, Value>, entry: &mut Table) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let lists: Vec<(&String, &Map<String, Value>)> = properties
        .iter()
        .filter(|(_, p)| p.get("type").and_then(Value::as_str) == Some("array"))
        .filter_map(|(k, p)| Some((k, p.get("items")?.get("properties")?.as_object()?)))
        .collect();
    match lists.as_slice() {
        [(name, row)] => {
            let fields = fields(provider, row);
            let key = fields.iter().find(|(_, f)| is_text(f)).or(fields.iter().next()).map(|(k, _)| k.clone());
            if let Some(key) = key {
                let noun = singular(&words(name));
                let mut rows = Table::new();
                rows.insert("name".into(), name.as_str().into());
                rows.insert("noun".into(), noun.into());
                rows.insert("key".into(), key.into());
                rows.insert("fields".into(), fields.into());
                entry.insert("rows".into(), rows.into());
            }
        }
        _ => {
            let fields = fields(provider, properties);
            if !fields.is_empty() {
                entry.insert("fields".into(), fields.into());
            }
        }
    }
}

fn is_text(field: &toml::Value) -> bool {
    field.get("sem").and_then(toml::Value::as_str).is_some_and(|s| s.starts_with("text:"))
}

fn fields(provider: &str, properties: &Map<String, Value>) -> Table {
    use dive_core::tool::JsonType;
    let mut fields = Table::new();
    for (name, property) in properties {
        let json = match property.get("type").and_then(Value::as_str) {
            Some("integer") => JsonType::Integer,
            Some("number") => JsonType::Number,
            Some("boolean") => JsonType::Boolean,
            Some("string") => JsonType::String,
            _ => continue,
        };
        // A pointer's own signs cannot stand in a key.
        if name.contains(['/', '~']) || name.is_empty() {
            continue;
        }
        let title = property.get("title").and_then(Value::as_str).map(|t| prose(t, 60)).unwrap_or_default();
        let noun = if title.is_empty() { words(name) } else { title.trim_end_matches('.').to_lowercase() };
        let mut field = Table::new();
        field.insert("sem".into(), private_sem(provider, name, &json, false).to_string().into());
        field.insert("noun".into(), noun.into());
        fields.insert(name.clone(), field.into());
    }
    fields
}

/// Retrieval looks something up, processing computes from what it is given: proposed from the name, to be edited.
pub(crate) fn kind(name: &str) -> ToolKind {
    const PROCESSING: &[&str] = &[
        "add",
        "calculate",
        "calc",
        "compute",
        "convert",
        "count",
        "decode",
        "diff",
        "divide",
        "encode",
        "eval",
        "evaluate",
        "format",
        "hash",
        "multiply",
        "parse",
        "round",
        "solve",
        "subtract",
        "sum",
        "transform",
        "translate",
        "validate",
    ];
    let slug = slug(name);
    let parts: Vec<&str> = slug.split('_').collect();
    let computes = parts.iter().any(|p| PROCESSING.contains(p));
    let looks_up = parts.first().is_some_and(|p| matches!(*p, "list" | "search" | "find" | "read" | "fetch" | "query"));
    if computes && !looks_up { ToolKind::Processing } else { ToolKind::Retrieval }
}

/// The words of a manifest.
pub(crate) fn kind_word(kind: ToolKind) -> &'static str {
    match kind {
        ToolKind::Retrieval => "retrieval",
        ToolKind::Processing => "processing",
    }
}

/// The words of a manifest.
pub(crate) fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::ReadOnly => "read_only",
        Effect::Mutating => "mutating",
    }
}

/// A description as one paragraph that ends: control characters and line ends are gone, and it is not too long.
pub(crate) fn description(text: Option<&str>, name: &str, title: Option<&str>) -> String {
    let mut said = text.map(|t| prose(t, DESCRIPTION)).unwrap_or_default();
    if said.len() < 20 {
        let title = title.map(|t| prose(t, 100)).filter(|t| !t.is_empty()).unwrap_or_else(|| words(name));
        let lead = if said.is_empty() { String::new() } else { format!("{} ", said.trim_end()) };
        said = format!("{lead}This tool is called {}.", title.trim_end_matches('.'));
    }
    said
}

/// Text as one line that ends with a full stop; cut at a sentence or word when it is longer than `most` bytes.
pub(crate) fn prose(text: &str, most: usize) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    let spaced: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !odd(*c)).collect();
    let mut line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > most {
        let mut end = most;
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        let head = line.get(..end).unwrap_or_default();
        let cut = head.rfind(". ").map(|i| i + 1).or_else(|| head.rfind(' ')).unwrap_or(end);
        line = line.get(..cut).unwrap_or_default().to_string();
    }
    if !line.is_empty() && !line.ends_with('.') {
        line = line.trim_end_matches([',', ';', ':', ' ', '!', '?']).to_string();
        line.push('.');
    }
    line
}

/// A name in words: `getUserName` gives `get user name`.
pub(crate) fn words(name: &str) -> String {
    slug(name).trim_start_matches('_').replace('_', " ")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

/// The singular of a regular plural.
pub(crate) fn singular(noun: &str) -> String {
    if let Some(stem) = noun.strip_suffix("ies") {
        format!("{stem}y")
    } else if let Some(stem) = noun.strip_suffix("ses").or_else(|| noun.strip_suffix("xes")) {
        let end = noun.get(stem.len()..stem.len() + 1).unwrap_or_default();
        format!("{stem}{end}")
    } else if let Some(stem) = noun.strip_suffix("ches").or_else(|| noun.strip_suffix("shes")).filter(|s| *s != "ca") {
        let end = noun.get(stem.len()..stem.len() + 2).unwrap_or_default();
        format!("{stem}{end}")
    } else if noun.ends_with("ss") {
        noun.into()
    } else {
        noun.strip_suffix('s').unwrap_or(noun).into()
    }
}
