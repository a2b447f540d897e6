//! A stranger's JSON Schema, made plain: local references put in place, `allOf` joined, one alternative left of several.
//!
//! Nothing is fetched. What cannot be said more plainly is noted rather than dropped.

use serde_json::{Map, Value, json};

/// Deepest nesting that is followed; cycles end here.
const DEPTH: u32 = 24;
/// Most nodes of one schema: references can multiply.
const NODES: u32 = 20_000;

const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array"];

/// What is kept of a schema besides its structure.
const KEYWORDS: &[&str] = &[
    "description",
    "title",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "default",
];

/// Makes schemas of one document plain.
pub(crate) struct Plain<'d> {
    root: &'d Value,
    nodes: u32,
    /// What was simplified.
    pub(crate) notes: Vec<String>,
}

impl<'d> Plain<'d> {
    /// References are looked up in `root`.
    pub(crate) fn new(root: &'d Value) -> Plain<'d> {
        Plain { root, nodes: 0, notes: Vec::new() }
    }

    /// The plain form; an empty schema where nothing can be said.
    pub(crate) fn schema(&mut self, schema: &Value) -> Map<String, Value> {
        self.at(schema, 0)
    }

    fn at(&mut self, schema: &Value, depth: u32) -> Map<String, Value> {
        self.nodes += 1;
        if depth > DEPTH || self.nodes > NODES {
            self.note("a schema that contains itself or is very large was cut off");
            return Map::new();
        }
        let Value::Object(given) = schema else { return Map::new() };
        let mut plain = Map::new();
        if let Some(reference) = given.get("$ref").and_then(Value::as_str) {
            match self.target(reference) {
                Some(target) => plain = self.at(&target, depth + 1),
                None => self.note(&format!("the reference `{reference}` leads outside the document and was left open")),
            }
        }
        for part in given.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            let part = self.at(part, depth + 1);
            join(&mut plain, part);
        }
        if let Some(alternative) = self.alternative(given) {
            let part = self.at(&alternative, depth + 1);
            join(&mut plain, part);
        }
        for keyword in KEYWORDS {
            if let Some(value) = given.get(*keyword) {
                plain.insert((*keyword).into(), value.clone());
            }
        }
        // 3.0 says `exclusiveMinimum: true` beside `minimum`.
        for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            match plain.get(exclusive) {
                Some(Value::Bool(true)) => {
                    if let Some(limit) = plain.remove(bound) {
                        plain.insert(exclusive.into(), limit);
                    }
                }
                Some(Value::Bool(false)) => {
                    plain.remove(exclusive);
                }
                _ => {}
            }
        }
        if let Some(pattern) = plain.get("pattern")
            && !pattern.as_str().is_some_and(dive_tools::checkable)
        {
            self.note(&format!("the pattern `{}` cannot be checked and was left out", pattern.as_str().unwrap_or("…")));
            plain.remove("pattern");
        }
        if let Some(constant) = given.get("const") {
            plain.insert("enum".into(), json!([constant]));
        }
        if let Some(Value::Array(values)) = plain.get_mut("enum") {
            values.retain(|v| !v.is_null());
        }
        match kind(given.get("type")) {
            Some(kind) if TYPES.contains(&kind.as_str()) => drop(plain.insert("type".into(), kind.into())),
            Some(kind) => self.note(&format!("`{kind}` is no type of JSON and was left open")),
            None => {}
        }
        if let Some(items) = given.get("items") {
            let items = self.at(items, depth + 1);
            plain.insert("items".into(), items.into());
        }
        if let Some(properties) = given.get("properties").and_then(Value::as_object) {
            let mut all = match plain.remove("properties") {
                Some(Value::Object(map)) => map,
                _ => Map::new(),
            };
            for (name, property) in properties {
                let property = self.at(property, depth + 1);
                all.insert(name.clone(), property.into());
            }
            plain.insert("properties".into(), all.into());
        }
        if let Some(required) = given.get("required").and_then(Value::as_array) {
            join(&mut plain, Map::from_iter([("required".to_string(), required.clone().into())]));
        }
        if !plain.contains_key("type") {
            let guess = if plain.contains_key("properties") {
                Some("object")
            } else if plain.contains_key("items") {
                Some("array")
            } else {
                plain.get("enum").and_then(Value::as_array).and_then(|e| e.first()).and_then(name_of)
            };
            if let Some(kind) = guess {
                plain.insert("type".into(), kind.into());
            }
        }
        plain
    }

    /// The first alternative that is not null, with a note when there were others.
    fn alternative(&mut self, given: &Map<String, Value>) -> Option<Value> {
        let list = ["anyOf", "oneOf"].iter().find_map(|k| given.get(*k)?.as_array())?;
        let mut real = list.iter().filter(|a| a.get("type").and_then(Value::as_str) != Some("null"));
        let first = real.next()?.clone();
        let others = real.count();
        if others > 0 {
            // Several constants are one enumeration.
            let constants: Option<Vec<Value>> = list.iter().map(|a| a.get("const").cloned()).collect();
            if let Some(constants) = constants {
                return Some(json!({ "enum": constants }));
            }
            self.note(&format!("of {} alternatives only the first is offered", others + 1));
        }
        Some(first)
    }

    fn target(&self, reference: &str) -> Option<Value> {
        let pointer = reference.strip_prefix('#')?;
        // Some documents percent-encode their pointers.
        let pointer = pointer.replace("%7B", "{").replace("%7D", "}").replace("%20", " ");
        self.root.pointer(&pointer).cloned()
    }

    fn note(&mut self, text: &str) {
        if !self.notes.iter().any(|n| n == text) {
            self.notes.push(text.into());
        }
    }
}

/// `part` on top of `plain`; lists of required names are joined, and so are properties.
fn join(plain: &mut Map<String, Value>, part: Map<String, Value>) {
    for (key, value) in part {
        match (plain.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if key == "properties" => old.extend(new),
            (Some(Value::Array(old)), Value::Array(new)) if key == "required" => {
                for name in new {
                    if !old.contains(&name) {
                        old.push(name);
                    }
                }
            }
            (_, value) => {
                plain.insert(key, value);
            }
        }
    }
}

/// The one type of a value, null aside.
fn kind(given: Option<&Value>) -> Option<String> {
    match given? {
        Value::String(s) => Some(s.clone()),
        Value::Array(list) => list.iter().filter_map(Value::as_str).find(|s| *s != "null").map(str::to_string),
        _ => None,
    }
}

fn name_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(n) if n.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_alternatives_become_plain() {
        let root = json!({"defs": {
            "name": {"type": "string", "description": "A name."},
            "loop": {"type": "object", "properties": {"next": {"$ref": "#/defs/loop"}}},
            "both": {"allOf": [{"properties": {"a": {"$ref": "#/defs/name"}}, "required": ["a"]},
                               {"properties": {"b": {"type": ["integer", "null"]}}, "required": ["b"]}]}}});
        let mut plain = Plain::new(&root);
        let both = plain.schema(&json!({"$ref": "#/defs/both"}));
        assert_eq!(
            Value::Object(both),
            json!({"type": "object", "required": ["a", "b"],
                   "properties": {"a": {"type": "string", "description": "A name."}, "b": {"type": "integer"}}})
        );
        assert!(plain.notes.is_empty());
        let one = plain.schema(&json!({"anyOf": [{"type": "null"}, {"$ref": "#/defs/name"}], "description": "Mine."}));
        assert_eq!(Value::Object(one), json!({"type": "string", "description": "Mine."}));
        let words = plain.schema(&json!({"oneOf": [{"const": "a"}, {"const": "b"}]}));
        assert_eq!(Value::Object(words), json!({"type": "string", "enum": ["a", "b"]}));
        let bound = plain.schema(&json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}));
        assert_eq!(Value::Object(bound), json!({"type": "number", "exclusiveMinimum": 0}));
        plain.schema(&json!({"$ref": "#/defs/loop"}));
        plain.schema(&json!({"$ref": "https://example.com/x.json"}));
        plain.schema(&json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}));
        let bare = plain.schema(&json!({"type": "file", "pattern": "^(?!x)"}));
        assert!(bare.is_empty(), "{bare:?}");
        assert_eq!(plain.notes.len(), 5, "{:?}", plain.notes);
    }
}
