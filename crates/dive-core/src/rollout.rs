//! An agent's attempt at a task: its messages, how it ended, and what was found about its answer.
//!
//! Messages have the shape of OpenAI's chat completions, because that is what every trainer reads. The arguments of a
//! call stay the text that the model wrote: whether they parse is part of what is measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a final answer is to be given. Solver prompts, SFT rows and RL rows all contain exactly this text.
pub const ANSWER_FORMAT: &str = "Answer the question with the help of the tools. When you have the answer, end your last \
     message with a line of its own that reads `The final answer is: ` followed by the answer alone: no explanation, no \
     alternatives, nothing after it. Write a number with its unit. Separate several answers with semicolons, unless the \
     question says otherwise.";

/// What marks the answer in the last message.
pub const ANSWER_MARK: &str = "The final answer is:";

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions.
    System,
    /// The question.
    User,
    /// The model.
    Assistant,
    /// The result of a call.
    Tool,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said; empty when a message only calls tools.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub content: String,
    /// What the model thought first, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    /// Calls that the assistant asks for; several are made in parallel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// The call that a tool message answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

fn null_is_empty<'de, D: serde::Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(d).map(Option::unwrap_or_default)
}

/// A call as an assistant asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Unique within the conversation.
    pub id: String,
    /// Always `function`.
    #[serde(rename = "type", default = "function")]
    pub kind: String,
    /// What is called.
    pub function: FunctionCall,
}

fn function() -> String {
    "function".into()
}

/// Name and arguments of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionCall {
    /// The tool.
    pub name: String,
    /// The arguments as the model wrote them: JSON text, if it did well.
    pub arguments: String,
}

impl Message {
    /// Text by `role`.
    pub fn text(role: Role, content: impl Into<String>) -> Message {
        Message { role, content: content.into(), reasoning_content: None, tool_calls: Vec::new(), tool_call_id: None }
    }

    /// Instructions.
    pub fn system(content: impl Into<String>) -> Message {
        Message::text(Role::System, content)
    }

    /// A question.
    pub fn user(content: impl Into<String>) -> Message {
        Message::text(Role::User, content)
    }

    /// What the model says.
    pub fn assistant(content: impl Into<String>) -> Message {
        Message::text(Role::Assistant, content)
    }

    /// Calls of the model without a word.
    pub fn calls(tool_calls: Vec<ToolCall>) -> Message {
        Message { tool_calls, ..Message::text(Role::Assistant, "") }
    }

    /// The result of a call.
    pub fn tool(id: impl Into<String>, content: impl Into<String>) -> Message {
        Message { tool_call_id: Some(id.into()), ..Message::text(Role::Tool, content) }
    }
}

impl ToolCall {
    /// A call of `name`.
    pub fn new(id: impl Into<String>, name: impl Into<String>, arguments: impl Into<String>) -> ToolCall {
        let function = FunctionCall { name: name.into(), arguments: arguments.into() };
        ToolCall { id: id.into(), kind: self::function(), function }
    }
}

/// How a rollout ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum End {
    /// The model stopped calling tools; its last message is its answer.
    Answered,
    /// No turn was left.
    OutOfTurns,
    /// The allowance of tokens was spent, or a message was cut at its limit.
    OutOfTokens,
    /// The conversation no longer fits the model's context.
    OutOfContext,
    /// The time was over.
    OutOfTime,
    /// The model, or its provider's filter, refused.
    Refused,
    /// Endpoint, network or tool service failed: no statement about the model, and retried alone.
    Infrastructure {
        /// What failed.
        message: String,
    },
}

impl End {
    /// Whether this says something about the policy, rather than about what it ran on.
    pub fn counts(&self) -> bool {
        !matches!(self, End::Infrastructure { .. })
    }

    /// Whether a limit cut the rollout short.
    pub fn truncated(&self) -> bool {
        matches!(self, End::OutOfTurns | End::OutOfTokens | End::OutOfContext | End::OutOfTime)
    }

    /// Name in JSON and in tables.
    pub fn name(&self) -> &'static str {
        match self {
            End::Answered => "answered",
            End::OutOfTurns => "out_of_turns",
            End::OutOfTokens => "out_of_tokens",
            End::OutOfContext => "out_of_context",
            End::OutOfTime => "out_of_time",
            End::Refused => "refused",
            End::Infrastructure { .. } => "infrastructure",
        }
    }
}

/// Who made an attempt, and how: whatever can change a rollout but its task and its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// `oracle` for the replayed certified path, else a name for model and settings together.
    pub name: String,
    /// The model, as its endpoint calls it; absent for the oracle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Sampling settings and limits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Value>,
}

/// The name of the policy that replays the certified path.
pub const ORACLE: &str = "oracle";

impl Policy {
    /// The policy that replays the certified path.
    pub fn oracle() -> Policy {
        Policy { name: ORACLE.into(), model: None, settings: BTreeMap::new() }
    }

    /// Whether this is the oracle.
    pub fn is_oracle(&self) -> bool {
        self.name == ORACLE
    }
}

/// Tokens that a rollout used, as its endpoint counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read.
    pub prompt_tokens: u64,
    /// Written.
    pub completion_tokens: u64,
}

/// One attempt at a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    /// Schema version of this document.
    pub schema: u32,
    /// The task's id.
    pub task: String,
    /// Who made it.
    pub policy: Policy,
    /// Which of the policy's attempts at the task, from 0.
    pub attempt: u32,
    /// The conversation, from the instructions to the last message.
    pub messages: Vec<Message>,
    /// How it ended.
    pub end: End,
    /// Tokens used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

impl Rollout {
    /// What the model said last, empty if it said nothing or was still calling tools.
    pub fn response(&self) -> &str {
        self.messages
            .last()
            .filter(|m| m.role == Role::Assistant && m.tool_calls.is_empty())
            .map_or("", |m| m.content.as_str())
    }

    /// The calls that were asked for, in order.
    pub fn calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.messages.iter().flat_map(|m| &m.tool_calls)
    }
}

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// The reference answer.
    Correct,
    /// A judge found part of it.
    Partial,
    /// Another answer, several, or none.
    Incorrect,
    /// Rules cannot tell, and no judge decided. Counts as not correct.
    Undecided,
}

impl Label {
    /// Name in JSON and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Label::Correct => "correct",
            Label::Partial => "partial",
            Label::Incorrect => "incorrect",
            Label::Undecided => "undecided",
        }
    }
}

/// The decision about a rollout's answer, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The decision.
    pub label: Label,
    /// `rules`, or `judge:` and the model.
    pub by: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// [`Verdict::by`] of the typed matcher.
pub const RULES: &str = "rules";

/// What a rollout earns: `reward = alpha · format + correct`, so from 0 to 1 + `alpha`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The reward.
    pub reward: f64,
    /// 1 when every call parses and validates and the last message carries the marked answer, else 0.
    pub format: f64,
    /// 1 when the answer is correct, else 0.
    pub correct: f64,
    /// Weight of the format.
    pub alpha: f64,
}

/// A rollout with what was found about it. An infrastructure failure has neither verdict nor score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    /// The attempt.
    pub rollout: Rollout,
    /// Whether its answer is right, and who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What it earns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
}

impl Graded {
    /// Whether the answer was found correct.
    pub fn is_correct(&self) -> bool {
        self.verdict.as_ref().is_some_and(|v| v.label == Label::Correct)
    }
}

/// How often a policy solved a task, and whether the task is kept for training it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassRate {
    /// The task's id.
    pub task: String,
    /// Whose rollouts were counted.
    pub policy: Policy,
    /// Rollouts that say something about the policy.
    pub k: u32,
    /// Those that were correct.
    pub passes: u32,
    /// Lower end of the 95 % Wilson interval of the pass rate.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Whether the pass rate lies in the band that was asked for.
    pub kept: bool,
}
