//! Tool manifests: TOML, one file a provider. They are data, not code; `docs/adding-a-tool.md` explains every key.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use dive_core::sem::Sem;
use dive_core::tool::{
    Bundle, Choice, Effect, Example, Expect, Field, Group, JsonType, Output, Param, Phrases, Rows, Sample, ToolKind,
    ToolSpec,
};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// A manifest that could not be read: the file, the place in it, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ManifestError {
    /// Name of the manifest.
    pub file: String,
    /// Line, key and reason.
    pub message: String,
}

/// A tool of a manifest with its statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// What it is.
    pub spec: ToolSpec,
    /// The SQL statement.
    pub sql: String,
}

/// Reads a manifest.
///
/// # Errors
/// Malformed TOML, unknown keys, unreadable meanings; the message names line and key.
pub fn parse(file: &str, text: &str) -> Result<Vec<Declared>, ManifestError> {
    let fail = |message: String| ManifestError { file: file.into(), message };
    let manifest: Manifest = toml::from_str(text).map_err(|e| fail(e.to_string().trim_end().to_string()))?;
    let provider = manifest.provider;
    if provider.backend != "sql" {
        return Err(fail(format!("[provider] backend: `{}` is not a backend (expected sql)", provider.backend)));
    }
    manifest.tool.into_iter().map(|entry| declare(&provider, entry).map_err(fail)).collect()
}

fn declare(provider: &Provider, entry: ToolEntry) -> Result<Declared, String> {
    let rows = entry.rows.map(|r| Rows {
        pointer: format!("/{}", r.name),
        noun: r.noun,
        plural: r.plural,
        key: format!("/{}", r.key),
        series: r.series,
        fields: r.fields.0.into_iter().map(field).collect(),
    });
    if rows.is_some() != entry.fields.0.is_empty() {
        return Err(format!("tool `{}`: needs either `fields` (one record) or `rows` (a list)", entry.name));
    }
    let spec = ToolSpec {
        id: format!("{}.{}.{}", provider.domain, provider.id, entry.name),
        name: entry.name,
        description: entry.description,
        domain: provider.domain.clone(),
        provider: provider.id.clone(),
        backend: provider.backend.clone(),
        kind: entry.kind,
        effect: entry.effect.unwrap_or(Effect::ReadOnly),
        deterministic: true,
        common_knowledge: false,
        params: entry.params.0.into_iter().map(|(name, p)| param(name, p)).collect(),
        groups: entry.groups,
        output: Output {
            description: entry.returns,
            complete: entry.complete,
            fields: entry.fields.0.into_iter().map(field).collect(),
            rows,
            bundles: entry.bundles.into_iter().map(|(of, keys)| Bundle { of, pointers: pointers(&keys) }).collect(),
        },
        phrases: Phrases { subject: entry.subject, tails: entry.tails, past: entry.past },
        examples: entry.example,
    };
    Ok(Declared { spec, sql: entry.sql })
}

fn pointers(keys: &[String]) -> Vec<String> {
    keys.iter().map(|k| format!("/{k}")).collect()
}

fn field((key, f): (String, FieldEntry)) -> Field {
    Field { pointer: format!("/{key}"), sem: f.sem, noun: f.noun, plural: f.plural, phrases: f.phrases }
}

fn param(name: String, p: ParamEntry) -> Param {
    Param {
        name,
        description: p.description,
        json: p.json,
        sem: p.sem,
        required: !p.optional,
        label: p.label,
        choices: p
            .choices
            .into_iter()
            .map(|c| match c {
                ChoiceEntry::Word(value) => Choice { value, phrase: String::new() },
                ChoiceEntry::Pair(value, phrase) => Choice { value, phrase },
            })
            .collect(),
        minimum: p.range.map(|r| r[0]),
        maximum: p.range.map(|r| r[1]),
        sample: p.sample.map(|s| match s {
            SampleEntry::Grid([low, high, step]) => Sample::Grid(low, high, step),
            SampleEntry::Of { of } => Sample::Of(of),
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    provider: Provider,
    #[serde(default)]
    tool: Vec<ToolEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    id: String,
    domain: String,
    backend: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolEntry {
    name: String,
    kind: ToolKind,
    effect: Option<Effect>,
    description: String,
    #[serde(default)]
    returns: String,
    sql: String,
    #[serde(default)]
    complete: bool,
    subject: Option<String>,
    #[serde(default)]
    tails: Vec<String>,
    #[serde(default)]
    past: bool,
    #[serde(default)]
    params: Ordered<ParamEntry>,
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    fields: Ordered<FieldEntry>,
    rows: Option<RowsEntry>,
    #[serde(default)]
    bundles: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParamEntry {
    #[serde(rename = "type", default = "string")]
    json: JsonType,
    sem: Sem,
    description: String,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    label: String,
    #[serde(default)]
    choices: Vec<ChoiceEntry>,
    range: Option<[f64; 2]>,
    sample: Option<SampleEntry>,
}

fn string() -> JsonType {
    JsonType::String
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ChoiceEntry {
    Word(String),
    Pair(String, String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SampleEntry {
    Grid([f64; 3]),
    Of { of: Vec<Value> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    sem: Sem,
    #[serde(default)]
    noun: String,
    #[serde(default)]
    plural: String,
    #[serde(default)]
    phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowsEntry {
    name: String,
    noun: String,
    #[serde(default)]
    plural: String,
    key: String,
    #[serde(default)]
    series: bool,
    fields: Ordered<FieldEntry>,
}

/// A TOML table in the order of the file, which is the order that models see.
struct Ordered<T>(Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Ordered(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Ordered<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        d.deserialize_map(Entries(PhantomData))
    }
}

/// An expectation about a result, checked.
///
/// # Errors
/// A sentence that says what was expected and what came.
pub fn expect(expect: &Expect, result: &Result<Value, dive_core::tool::ToolError>) -> Result<(), String> {
    let refused = expect.is.as_deref() == Some("error");
    let value = match result {
        Err(_) if refused => return Ok(()),
        Err(e) => return Err(format!("the call failed: {e}")),
        Ok(value) if refused => return Err(format!("expected an error, got {value}")),
        Ok(value) => value,
    };
    let found = value.pointer(&expect.pointer).unwrap_or(&Value::Null);
    let wrong = |what: &str| Err(format!("expected {what} at `{}`, got {found}", expect.pointer));
    if let Some(wanted) = &expect.equals
        && dive_core::canon::to_string(wanted) != dive_core::canon::to_string(found)
    {
        return wrong(&wanted.to_string());
    }
    if let Some(near) = expect.near
        && !found.as_f64().is_some_and(|x| (x - near).abs() <= 1e-6 * near.abs().max(1e-9))
    {
        return wrong(&near.to_string());
    }
    let holds = match expect.is.as_deref() {
        None => true,
        Some("non-empty") => match found {
            Value::Null => false,
            Value::String(s) => !s.is_empty(),
            Value::Array(a) => !a.is_empty(),
            Value::Object(o) => !o.is_empty(),
            _ => true,
        },
        Some("number") => found.is_number(),
        Some("string") => found.is_string(),
        Some(other) => {
            return Err(format!("`{other}` is not a property (non-empty, number, string, error)"));
        }
    };
    if holds { Ok(()) } else { wrong(expect.is.as_deref().unwrap_or_default()) }
}
