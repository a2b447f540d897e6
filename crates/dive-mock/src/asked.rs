//! What a request says, whatever its format.

use serde_json::Value;

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
    pub tools: Vec<Offered>,
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
    /// Digest of messages and tools.
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
