//! What a tool is, and how people speak about what it returns.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::evidence::CallId;
use crate::expr::Expr;
use crate::path;
use crate::sem::Sem;
use crate::text::Quotation;

/// Retrieval tools look something up; processing tools compute something from what they are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolKind {
    /// R in the paper's notation.
    Retrieval,
    /// P in the paper's notation.
    Processing,
}

/// Whether a call changes the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Repeating or omitting the call changes nothing.
    ReadOnly,
    /// The call has effects; synthesis does not use it unless told to.
    Mutating,
}

/// The JSON type of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonType {
    /// Any number.
    Number,
    /// A whole number.
    Integer,
    /// Text.
    String,
    /// true or false.
    Boolean,
    /// An object, as its schema says.
    Object,
    /// A list of one type.
    Array(Box<JsonType>),
}

impl JsonType {
    fn schema(&self) -> Map<String, Value> {
        let mut map = Map::new();
        let name = match self {
            JsonType::Number => "number",
            JsonType::Integer => "integer",
            JsonType::String => "string",
            JsonType::Boolean => "boolean",
            JsonType::Object => "object",
            JsonType::Array(items) => {
                map.insert("items".into(), Value::Object(items.schema()));
                "array"
            }
        };
        map.insert("type".into(), name.into());
        map
    }
}

/// One value of a closed vocabulary, with the words a question uses for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The argument.
    pub value: String,
    /// How a question expresses it, e.g. `on a monthly basis`; the value itself when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phrase: String,
}

/// A named input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Identifier, as the model sees it.
    pub name: String,
    /// What the model is told.
    pub description: String,
    /// JSON type.
    pub json: JsonType,
    /// Meaning.
    pub sem: Sem,
    /// Optional parameters may be left out, and are then not mentioned.
    pub required: bool,
    /// Noun phrase without article for a constant: `body weight` gives "a body weight of 82 kg".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Closed vocabulary, empty when open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Least accepted value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// Greatest accepted value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// Constants a person would plausibly ask about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
    /// What the type, bounds and choices cannot say: a JSON Schema that a server or specification declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Map<String, Value>>,
}

impl Param {
    /// Why a value cannot be meant, although its JSON type is right: a date that is not in the calendar.
    pub fn complaint(&self, value: &Value) -> Option<String> {
        let (Sem::Date(_), Some(text)) = (&self.sem, value.as_str()) else { return None };
        let date = text.parse::<jiff::civil::Date>().ok();
        let written = date.is_some_and(|d| d.to_string() == text);
        (!written).then(|| format!("`{}`: `{text}` is not a calendar date; write it as YYYY-MM-DD.", self.name))
    }
}

/// Where plausible constants of a parameter come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sample {
    /// `low`, `high`, `step`: a number on this grid.
    Grid(f64, f64, f64),
    /// One of these values.
    Of(Vec<Value>),
}

/// Parameters that together describe one thing, e.g. latitude and longitude a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Name of the slot in phrases.
    pub slot: String,
    /// What they describe together; matched against [`Bundle::of`].
    pub of: String,
    /// The parameters, in the order of the bundle's pointers.
    pub params: Vec<String>,
}

/// Output fields that together describe one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// What they describe together.
    pub of: String,
    /// Pointers, in the order of the group's parameters; one into the rows names its row by number.
    pub pointers: Vec<String>,
    /// The type of thing that it describes, where the subject may be anything: what is searched for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
}

/// A scalar in the result, or in one row of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// JSON pointer from the root of the result, or from the row; of a value in a text, the text's with `#` and a name.
    pub pointer: String,
    /// Meaning.
    pub sem: Sem,
    /// Noun phrase without article; empty for what nobody asks about.
    #[serde(default)]
    pub noun: String,
    /// Plural of the noun, when adding `s` is wrong.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plural: String,
    /// How the value is found in the text that stands at the pointer without its `#name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quotation>,
    /// Other complete noun phrases, with slots, e.g. `the city where {company} has its headquarters`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phrases: Vec<String>,
}

impl Field {
    /// The value in a result or row.
    pub fn value(&self, record: &Value) -> Option<Value> {
        match (&self.quote, path::in_text(&self.pointer)) {
            (Some(how), Some((at, _))) => how.find(record.pointer(at)?.as_str()?).ok().map(|(_, value)| value),
            _ => record.pointer(&self.pointer).cloned(),
        }
    }

    /// The expression that reads this scalar from a call with that result.
    pub fn read(&self, call: CallId, result: &Value) -> Option<Expr> {
        match (&self.quote, path::in_text(&self.pointer)) {
            (Some(how), Some((at, name))) => {
                let (span, _) = how.find(result.pointer(at)?.as_str()?).ok()?;
                Some(Expr::Quote { quote: call, path: at.into(), name: name.into(), how: how.clone(), span })
            }
            _ => Some(Expr::get(call, self.pointer.clone())),
        }
    }

    /// The plural noun.
    pub fn plural(&self) -> String {
        if self.plural.is_empty() { pluralise(&self.noun) } else { self.plural.clone() }
    }
}

/// A list of records in the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// Pointer to the list.
    pub pointer: String,
    /// What one row is, without article: `company`, `trading day`.
    pub noun: String,
    /// Plural of the noun, when adding `s` is wrong.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plural: String,
    /// Pointer, within the row, of the field that identifies it.
    pub key: String,
    /// A series is one thing observed at several dates or years; otherwise the rows are different things.
    #[serde(default)]
    pub series: bool,
    /// Fields of a row.
    pub fields: Vec<Field>,
}

impl Rows {
    /// The plural noun.
    pub fn plural(&self) -> String {
        if self.plural.is_empty() { pluralise(&self.noun) } else { self.plural.clone() }
    }

    /// The identifying field.
    pub fn key_field(&self) -> Option<&Field> {
        self.fields.iter().find(|f| f.pointer == self.key)
    }
}

/// What a call returns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Output {
    /// What the model is told.
    pub description: String,
    /// The answer is everything there is, not a page or a sample of it.
    pub complete: bool,
    /// Scalars.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// A list of records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Rows>,
    /// Fields that belong together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bundles: Vec<Bundle>,
}

/// How questions speak about a call.
///
/// A scalar is "the *noun* of *subject* *tail*", a list is "the *plural* *tail*". Tails are prepositional or participle
/// phrases, so that they fit singular and plural, present and past.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Phrases {
    /// The parameter that the result is an attribute of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What follows, with a `{slot}` for each argument but the subject. The tail whose slots are exactly the given
    /// arguments is used; `{=slot}` writes a constant without its label.
    #[serde(default)]
    pub tails: Vec<String>,
    /// Questions say `was` rather than `is`.
    #[serde(default)]
    pub past: bool,
}

/// A call that must work: the tool's unit test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Arguments. A string `@company:3` stands for the fourth seed entity of type company.
    pub args: BTreeMap<String, Value>,
    /// What must hold of the result.
    pub expect: Expect,
}

/// A property of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct Expect {
    /// Where to look; the whole result by default.
    #[serde(default)]
    pub pointer: String,
    /// The exact value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// A number, within 1e-6 relative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<f64>,
    /// `non-empty`, `number`, `string`, or `error` for a call that must be refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
}

/// A callable, its meaning and its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// `domain.provider.operation`.
    pub id: String,
    /// Unique name that models see.
    pub name: String,
    /// What models are told.
    pub description: String,
    /// First part of the id.
    pub domain: String,
    /// Second part of the id.
    pub provider: String,
    /// What executes it: `native`, `sql` …
    pub backend: String,
    /// R or P.
    pub kind: ToolKind,
    /// Read-only or mutating.
    pub effect: Effect,
    /// The same arguments always give the same result.
    pub deterministic: bool,
    /// It returns published facts under real names, which a model may know by heart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub common_knowledge: bool,
    /// Inputs.
    pub params: Vec<Param>,
    /// Inputs that belong together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Output.
    pub output: Output,
    /// Words.
    pub phrases: Phrases,
    /// Unit tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

impl ToolSpec {
    /// The parameter of that name.
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|p| p.name == name)
    }

    /// The scalar field at that pointer.
    pub fn field(&self, pointer: &str) -> Option<&Field> {
        self.output.fields.iter().find(|f| f.pointer == pointer)
    }

    /// The field that a path (a pointer, possibly with `*` or a row index) addresses, and whether it is in a row.
    pub fn field_at(&self, path: &str) -> Option<(&Field, bool)> {
        if let Some(field) = self.field(path) {
            return Some((field, false));
        }
        let rows = self.output.rows.as_ref()?;
        let rest = path.strip_prefix(rows.pointer.as_str())?.strip_prefix('/')?;
        let inner = rest.find('/').map_or("", |i| &rest[i..]);
        rows.fields.iter().find(|f| f.pointer == inner).map(|f| (f, true))
    }

    /// JSON Schema (2020-12) of the arguments.
    pub fn input_schema(&self) -> Value {
        let mut properties = Map::new();
        for p in &self.params {
            let mut schema = p.schema.clone().unwrap_or_else(|| p.json.schema());
            schema.insert("description".into(), p.description.clone().into());
            if !p.choices.is_empty() {
                schema.insert("enum".into(), p.choices.iter().map(|c| c.value.clone()).collect());
            }
            let bound = |x: f64| crate::canon::number(x);
            if let Some(x) = p.minimum {
                schema.insert("minimum".into(), bound(x));
            }
            if let Some(x) = p.maximum {
                schema.insert("maximum".into(), bound(x));
            }
            properties.insert(p.name.clone(), Value::Object(schema));
        }
        let required: Vec<&str> = self.params.iter().filter(|p| p.required).map(|p| p.name.as_str()).collect();
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }

    /// The tool as an OpenAI function schema.
    pub fn openai(&self) -> Value {
        json!({"type": "function", "function": {
            "name": self.name, "description": self.description, "parameters": self.input_schema()}})
    }
}

/// Why a call gave no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Arguments that the schema or the formula's domain excludes.
    BadArguments,
    /// Nothing of that name or key.
    NotFound,
    /// The provider refuses whoever asks: a missing, wrong or expired key.
    Unauthorised,
    /// The provider wants fewer calls.
    RateLimited,
    /// Took too long, or too many steps.
    Timeout,
    /// The provider could not be reached, or the connection broke.
    Transport,
    /// The result exceeds the cap.
    TooLarge,
    /// The provider failed.
    Provider,
}

/// A typed failure of a call, with a sentence that a model can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct ToolError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// What to change.
    pub message: String,
}

impl ToolError {
    /// An error of that kind. Messages quote what was given, which may be long or hostile: the middle of a long message is
    /// left out, and control characters are escaped.
    pub fn new(kind: ErrorKind, message: impl fmt::Display) -> ToolError {
        ToolError { kind, message: legible(&message.to_string()) }
    }

    /// Arguments outside the domain.
    pub fn bad(message: impl fmt::Display) -> ToolError {
        ToolError::new(ErrorKind::BadArguments, message)
    }

    /// Nothing of that name.
    pub fn not_found(message: impl fmt::Display) -> ToolError {
        ToolError::new(ErrorKind::NotFound, message)
    }

    /// Whether this says something about the way to the provider rather than about the question: no observation to
    /// reason from, and nothing to keep.
    pub fn is_infrastructure(&self) -> bool {
        use ErrorKind::{RateLimited, Timeout, Transport, Unauthorised};
        matches!(self.kind, Unauthorised | RateLimited | Timeout | Transport)
    }

    /// Whether trying again may help.
    pub fn is_retryable(&self) -> bool {
        use ErrorKind::{Provider, RateLimited, Timeout, Transport};
        matches!(self.kind, RateLimited | Timeout | Transport | Provider)
    }
}

/// Characters kept at the start and at the end of a message that is too long.
const KEPT: (usize, usize) = (400, 200);

fn legible(message: &str) -> String {
    let mut text = String::with_capacity(message.len().min(1024));
    let length = message.chars().count();
    let left_out = if length > KEPT.0 + KEPT.1 { KEPT.0..length - KEPT.1 } else { length..length };
    for (i, c) in message.chars().enumerate() {
        if i == left_out.start && !left_out.is_empty() {
            text.push_str(" … ");
        }
        match c {
            _ if left_out.contains(&i) => {}
            c if c.is_control() => text.extend(c.escape_default()),
            c => text.push(c),
        }
    }
    text
}

/// Regular English plural of the last word of a noun phrase, or of the word before its first "of".
pub fn pluralise(noun: &str) -> String {
    if let Some((head, rest)) = noun.split_once(" of ") {
        return format!("{} of {rest}", pluralise(head));
    }
    let stem = |n: usize| &noun[..noun.len() - n];
    if noun.ends_with(['s', 'x']) || noun.ends_with("ch") || noun.ends_with("sh") {
        format!("{noun}es")
    } else if noun.ends_with('y') && !noun.ends_with("ay") && !noun.ends_with("ey") && !noun.ends_with("oy") {
        format!("{}ies", stem(1))
    } else {
        format!("{noun}s")
    }
}
