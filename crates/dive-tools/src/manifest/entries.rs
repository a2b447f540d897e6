//! The keys of a manifest as they are written.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use dive_core::sem::Sem;
use dive_core::text::Quotation;
use dive_core::tool::{Effect, Example, Group, JsonType, ToolKind, pluralise};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::remote::{Format, Pages, Provider};
use crate::entities::{EntityType, Naming};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SqlManifest {
    pub(super) provider: SqlProvider,
    #[serde(default)]
    pub(super) tool: Vec<ToolEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SqlProvider {
    pub(super) id: String,
    pub(super) domain: String,
    pub(super) backend: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoteManifest {
    pub(super) provider: Provider,
    #[serde(default)]
    pub(super) entity: Vec<EntityEntry>,
    #[serde(default)]
    pub(super) tool: Vec<ToolEntry>,
}

/// A kind of things with names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntityEntry {
    /// As in `entity:city`.
    pub(super) name: String,
    #[serde(default)]
    pub(super) noun: String,
    #[serde(default)]
    pub(super) plural: String,
    #[serde(default)]
    pub(super) naming: Naming,
    #[serde(default)]
    pub(super) names: Vec<String>,
}

impl EntityEntry {
    pub(super) fn read(self, domain: &str) -> Result<EntityType, String> {
        if format!("entity:{}", self.name).parse::<Sem>().is_err() {
            return Err("a type is named in lower-case letters, digits and `_`".into());
        }
        let noun = if self.noun.is_empty() { self.name.replace('_', " ") } else { self.noun };
        let plural = if self.plural.is_empty() { pluralise(&noun) } else { self.plural };
        let (name, naming, names) = (self.name, self.naming, self.names);
        Ok(EntityType { name, noun, plural, domain: domain.into(), naming, article: false, names })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolEntry {
    pub(super) name: String,
    pub(super) kind: ToolKind,
    pub(super) effect: Option<Effect>,
    pub(super) description: String,
    #[serde(default)]
    pub(super) returns: String,
    pub(super) sql: Option<String>,
    /// HTTP: method, path and query.
    pub(super) request: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
    #[serde(default)]
    pub(super) form: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) format: Format,
    #[serde(default)]
    pub(super) select: String,
    pub(super) pages: Option<Pages>,
    /// MCP: the server's name for it, where it is another.
    pub(super) remote: Option<String>,
    #[serde(default)]
    pub(super) command: Vec<String>,
    /// The same arguments give another result a moment later.
    #[serde(default)]
    pub(super) volatile: bool,
    /// Where the documentation of the result was read.
    #[serde(default)]
    pub(super) docs: String,
    /// Whether this tool's examples passed against the real service, where the provider as a whole did not.
    pub(super) verified: Option<bool>,
    #[serde(default)]
    pub(super) complete: bool,
    pub(super) subject: Option<String>,
    #[serde(default)]
    pub(super) tails: Vec<String>,
    #[serde(default)]
    pub(super) past: bool,
    #[serde(default)]
    pub(super) params: Ordered<ParamEntry>,
    #[serde(default)]
    pub(super) groups: Vec<Group>,
    #[serde(default)]
    pub(super) fields: Ordered<FieldEntry>,
    pub(super) rows: Option<RowsEntry>,
    /// What a search tool's bundles describe: its subject takes any words.
    pub(super) about: Option<String>,
    #[serde(default)]
    pub(super) bundles: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParamEntry {
    #[serde(rename = "type", default = "string")]
    pub(super) json: JsonType,
    pub(super) sem: Option<Sem>,
    /// Short for `sem = "entity:…"`.
    pub(super) entity: Option<String>,
    pub(super) description: String,
    #[serde(default)]
    pub(super) optional: bool,
    #[serde(default)]
    pub(super) label: String,
    #[serde(default)]
    pub(super) choices: Vec<ChoiceEntry>,
    pub(super) range: Option<[f64; 2]>,
    pub(super) sample: Option<SampleEntry>,
    /// The provider's name for it, where it is another.
    pub(super) remote: Option<String>,
    /// A JSON Schema for what the other keys cannot say.
    pub(super) schema: Option<Map<String, Value>>,
}

fn string() -> JsonType {
    JsonType::String
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ChoiceEntry {
    Word(String),
    Pair(String, String),
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum SampleEntry {
    Grid([f64; 3]),
    Of { of: Vec<Value> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldEntry {
    pub(super) sem: Sem,
    #[serde(default)]
    pub(super) noun: String,
    #[serde(default)]
    pub(super) plural: String,
    /// Of a value in a text, whose key is that of the text with `#` and a name: how it is found and read.
    pub(super) quote: Option<Quotation>,
    #[serde(default)]
    pub(super) phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowsEntry {
    pub(super) name: String,
    pub(super) noun: String,
    #[serde(default)]
    pub(super) plural: String,
    pub(super) key: String,
    #[serde(default)]
    pub(super) series: bool,
    pub(super) fields: Ordered<FieldEntry>,
}

/// A TOML table in the order of the file, which is the order that models see.
pub(super) struct Ordered<T>(pub(super) Vec<(String, T)>);

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
