//! What is said to a model and what it says.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::tools::ToolSet;
use crate::wire::Wire;

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "role")]
pub enum Message {
    /// Instructions; the first message, if there is one.
    System {
        /// The text.
        text: String,
    },
    /// What the user says.
    User {
        /// The text.
        text: String,
    },
    /// What the model said.
    Assistant(Turn),
    /// The result of a tool call.
    Tool {
        /// Id of the call that it answers.
        call: String,
        /// Name of the tool.
        name: String,
        /// The result as text.
        content: String,
        /// Whether the call failed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        error: bool,
    },
}

impl Message {
    /// Instructions.
    pub fn system(text: impl Into<String>) -> Message {
        Message::System { text: text.into() }
    }

    /// What the user says.
    pub fn user(text: impl Into<String>) -> Message {
        Message::User { text: text.into() }
    }
}

/// What a model said in one turn.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Visible text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Reasoning, where the endpoint shows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// Tool calls, in order; several are parallel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
    /// The message as the endpoint wants it back, signatures and reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<Echo>,
}

/// A message in the form in which its endpoint wrote it. Reasoning survives from turn to turn only when it is given
/// back unchanged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Echo {
    /// The wire format that understands it.
    pub wire: Wire,
    /// OpenAI: the message; Anthropic: the list of content blocks.
    pub json: Value,
}

/// A tool call as the model wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Id that its result refers to.
    pub id: String,
    /// Name of the tool.
    pub name: String,
    /// Arguments, as text: it may be malformed JSON.
    pub arguments: String,
}

impl ToolCall {
    /// The arguments as an object.
    ///
    /// # Errors
    /// A sentence that tells the model what is wrong.
    pub fn parsed(&self) -> Result<Map<String, Value>, String> {
        if self.arguments.trim().is_empty() {
            return Ok(Map::new());
        }
        match serde_json::from_str(&self.arguments) {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) => Err("The arguments must be one JSON object.".into()),
            Err(e) => Err(format!("The arguments are not valid JSON: {e}.")),
        }
    }
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It was done.
    End,
    /// It waits for the results of its calls.
    Calls,
    /// It reached the limit of tokens: the reply is cut off.
    Length,
    /// It refused, or a filter did.
    Refusal,
    /// Anything else, in the endpoint's word.
    Other(String),
}

/// Tokens of an exchange. `prompt` contains `cached` and `cache_write`, `completion` contains `reasoning`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Everything sent.
    pub prompt: u64,
    /// Of these, read from the endpoint's cache.
    pub cached: u64,
    /// Of these, written to the endpoint's cache.
    pub cache_write: u64,
    /// Everything received.
    pub completion: u64,
    /// Of these, reasoning.
    pub reasoning: u64,
}

impl Usage {
    /// Adds the tokens of another exchange.
    pub fn add(&mut self, other: &Usage) {
        self.prompt += other.prompt;
        self.cached += other.cached;
        self.cache_write += other.cache_write;
        self.completion += other.completion;
        self.reasoning += other.reasoning;
    }
}

/// Token ids and log-probabilities, where the endpoint gives them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tokens {
    /// Ids of the prompt.
    pub prompt: Vec<u32>,
    /// Ids of the completion.
    pub completion: Vec<u32>,
    /// Log-probability of each token of the completion.
    pub logprobs: Vec<f64>,
}

impl Tokens {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.prompt.is_empty() && self.completion.is_empty() && self.logprobs.is_empty()
    }
}

/// A model's reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What it said.
    pub turn: Turn,
    /// Why it stopped.
    pub stop: Stop,
    /// Tokens; `None` when the endpoint does not say.
    pub usage: Option<Usage>,
    /// Token ids and log-probabilities.
    #[serde(default, skip_serializing_if = "Tokens::is_empty")]
    pub tokens: Tokens,
    /// The model that answered, in the endpoint's words.
    pub model: String,
}

/// Whether the model may, must or must not call a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Choice {
    /// As it likes.
    #[default]
    Auto,
    /// Some tool.
    Required,
    /// This tool.
    Named(String),
    /// None.
    Never,
}

/// How a model is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Most tokens of a reply.
    pub max_tokens: u32,
    /// Sampling temperature; the endpoint's default when absent.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// Seed of the sampling, for endpoints that take one.
    pub seed: Option<u64>,
    /// Ask for log-probabilities.
    pub logprobs: bool,
    /// Ask for token ids (vLLM).
    pub token_ids: bool,
    /// Receive the reply as a stream: slow endpoints then show signs of life.
    pub stream: bool,
    /// Mark the prompt for caching where the endpoint wants marks.
    pub cache: bool,
    /// Further fields of the request, put in as they are.
    pub extra: Map<String, Value>,
}

impl Options {
    /// Most tokens that a request may bring in all: what goes into it as it is may ask for more than `max_tokens`.
    pub fn most_tokens(&self) -> u64 {
        let extra = |key: &str| self.extra.get(key).and_then(Value::as_u64);
        let own = extra("max_tokens").unwrap_or(self.max_tokens.into());
        own.max(extra("max_completion_tokens").unwrap_or(0)).saturating_mul(extra("n").unwrap_or(1).max(1))
    }

    /// How a model is made to call a tool; one that thinks aloud may only be asked to.
    pub fn forced(&self) -> Choice {
        if self.extra.contains_key("thinking") { Choice::Auto } else { Choice::Required }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            max_tokens: 4096,
            temperature: None,
            top_p: None,
            seed: None,
            logprobs: false,
            token_ids: false,
            stream: false,
            cache: true,
            extra: Map::new(),
        }
    }
}

/// What is asked of a model.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The conversation so far.
    pub messages: &'a [Message],
    /// Tools it may call.
    pub tools: &'a ToolSet,
    /// Whether it must.
    pub choice: &'a Choice,
    /// How it is asked.
    pub options: &'a Options,
}
