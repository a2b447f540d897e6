//! What a request says, whatever its format.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use dive_core::canon;
use serde_json::Value;
use serde_json::value::RawValue;

/// The format of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// Chat completions.
    OpenAi,
    /// Messages.
    Anthropic,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// By the user.
    User(String),
    /// By the model.
    Assistant {
        /// Text.
        text: String,
        /// Name and arguments of each call.
        calls: Vec<(String, Value)>,
    },
    /// The result of a call.
    Tool {
        /// The tool.
        name: String,
        /// The arguments of the call.
        args: Value,
        /// The result, parsed where it is JSON.
        content: Value,
        /// Whether the call is said to have failed.
        error: bool,
    },
}

/// A tool that may be called.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// JSON Schema of its arguments.
    pub parameters: Value,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Its format.
    pub wire: Wire,
    /// The model.
    pub model: String,
    /// Instructions.
    pub system: String,
    /// The conversation without them.
    pub messages: Vec<Said>,
    /// Tools that may be called.
    pub tools: Arc<[Offered]>,
    /// Whether the reply shall be streamed.
    pub stream: bool,
    /// The limit of the reply.
    pub max_tokens: Option<u64>,
    /// Whether log-probabilities are wanted.
    pub logprobs: bool,
    /// Whether token ids are wanted.
    pub token_ids: bool,
    /// Length of the request in bytes.
    pub bytes: usize,
    /// Digest of instructions, messages and model.
    pub digest: u64,
}

impl Asked {
    /// What the user said, all of it.
    pub fn user_text(&self) -> String {
        let said = self.messages.iter().filter_map(|m| match m {
            Said::User(text) => Some(text.as_str()),
            _ => None,
        });
        said.collect::<Vec<_>>().join("\n")
    }

    /// Whether a tool of that name may be called.
    pub fn offers(&self, name: &str) -> bool {
        self.tools.iter().any(|t| t.name == name)
    }

    /// Tokens of the request: four bytes each, which is near enough.
    pub fn tokens(&self) -> u64 {
        self.bytes as u64 / 4 + 1
    }
}

/// A body before its format is looked at. Tool schemas are most of it and the same in every request of a conversation, so
/// they stay text until [`Offers`] has seen whether they are known.
pub(crate) struct Parts<'a> {
    /// Everything else, parsed.
    pub rest: Value,
    /// The list of tools, as text.
    pub tools: &'a str,
    /// Digest of what the request asks: settings that only concern the transport are left out.
    pub digest: u64,
}

impl Parts<'_> {
    pub(crate) fn of(body: &[u8]) -> Result<Parts<'_>, String> {
        let fail = |e: serde_json::Error| format!("the body is not JSON: {e}");
        let mut parts: BTreeMap<String, &RawValue> = serde_json::from_slice(body).map_err(fail)?;
        let asked = ["messages", "system", "model"].map(|k| parts.get(k).map_or("", |v| v.get())).join("\n");
        let digest = canon::hash(asked.as_bytes());
        let digest = u64::from_str_radix(digest.get(..16).unwrap_or_default(), 16).unwrap_or(0);
        let tools = parts.remove("tools").map_or("[]", |v| v.get());
        let parse = |(k, v): (String, &RawValue)| Ok((k, serde_json::from_str(v.get()).map_err(fail)?));
        let rest = parts.into_iter().map(parse).collect::<Result<_, String>>()?;
        Ok(Parts { rest: Value::Object(rest), tools, digest })
    }
}

/// Lists of tools that were offered before, by the digest of their text.
#[derive(Debug, Default)]
pub(crate) struct Offers(Mutex<HashMap<String, Arc<[Offered]>>>);

/// Lists that are remembered; then all are forgotten.
const REMEMBERED: usize = 4096;

impl Offers {
    /// The tools of a list; `read` understands one of them.
    pub(crate) fn of(&self, list: &str, read: impl Fn(&Value) -> Offered) -> Arc<[Offered]> {
        let key = canon::hash(list.as_bytes());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tools) = known.get(&key) {
            return Arc::clone(tools);
        }
        let parsed: Vec<Value> = serde_json::from_str(list).unwrap_or_default();
        let tools: Arc<[Offered]> = parsed.iter().map(read).collect();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, Arc::clone(&tools));
        tools
    }
}
