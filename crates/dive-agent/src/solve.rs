//! The agent loop: a model, tools, a budget. Collecting evidence and solving a task are this loop with other words.

use dive_core::evidence::Outcome;
use dive_core::rollout::{self, ANSWER_FORMAT, End};
use dive_core::tool::{ErrorKind, ToolError};
use dive_llm::{
    ChatModel, Choice, Failure, Kind, Message, Options, Pending, Place, Request, Stop, Tokens, ToolCall, ToolSet, Usage,
};
use dive_tools::ToolPool;
use serde_json::{Map, Value};

use crate::oracle::observation;

/// Executes calls.
pub trait Tools: Send + Sync {
    /// How a call ended.
    fn call<'a>(&'a self, name: &'a str, args: &'a Map<String, Value>) -> Pending<'a, Outcome>;
}

impl Tools for ToolPool {
    fn call<'a>(&'a self, name: &'a str, args: &'a Map<String, Value>) -> Pending<'a, Outcome> {
        Box::pin(async move { ToolPool::call(self, name, args) })
    }
}

/// What an agent may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Replies of the model.
    pub turns: u32,
    /// Calls of tools.
    pub calls: u32,
}

/// Who acts, with what, and how long.
#[derive(Clone, Copy)]
pub struct Agent<'a> {
    /// The model.
    pub model: &'a dyn ChatModel,
    /// How it is asked.
    pub options: &'a Options,
    /// What executes its calls.
    pub tools: &'a dyn Tools,
    /// What it may call.
    pub schemas: &'a ToolSet,
    /// What it may use up.
    pub budget: Budget,
}

/// A call that a model asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The tool.
    pub tool: String,
    /// The arguments; empty when they were no JSON object.
    pub args: Map<String, Value>,
    /// How it ended. What could not be called at all ended in an error too.
    pub outcome: Outcome,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The conversation.
    pub messages: Vec<Message>,
    /// Every call, in order, failed ones included.
    pub calls: Vec<Made>,
    /// How it ended.
    pub end: End,
    /// Why the model did not answer, if it did not.
    pub failure: Option<Failure>,
    /// Tokens used.
    pub usage: Usage,
    /// Token ids and log-probabilities of each reply, where the endpoint gives them.
    pub tokens: Vec<Tokens>,
}

impl Attempt {
    /// What the model said last, empty if it said nothing or was still calling tools.
    pub fn response(&self) -> &str {
        match self.messages.last() {
            Some(Message::Assistant(turn)) if turn.calls.is_empty() => &turn.text,
            _ => "",
        }
    }

    /// The conversation in the form of rollouts.
    pub fn conversation(&self) -> Vec<rollout::Message> {
        self.messages.iter().map(plain).collect()
    }
}

/// An attempt at a question, from the question alone.
pub async fn solve(agent: &Agent<'_>, question: &str, place: &Place) -> Attempt {
    run(agent, vec![Message::system(ANSWER_FORMAT), Message::user(question)], place).await
}

/// Lets an agent act until it is done or something is used up. The turn of `place` is counted from its own.
pub async fn run(agent: &Agent<'_>, messages: Vec<Message>, place: &Place) -> Attempt {
    let mut attempt = Attempt {
        messages,
        calls: Vec::new(),
        end: End::OutOfTurns,
        failure: None,
        usage: Usage::default(),
        tokens: Vec::new(),
    };
    for turn in 0..agent.budget.turns {
        let place = Place { turn: place.turn + turn, ..place.clone() };
        let request = Request {
            messages: &attempt.messages,
            tools: agent.schemas,
            choice: &Choice::Auto,
            options: agent.options,
        };
        let reply = match agent.model.send(request, &place).await {
            Ok(exchange) => exchange.reply,
            Err(failure) => {
                attempt.end = ended(&failure);
                attempt.failure = Some(failure);
                return attempt;
            }
        };
        attempt.usage.add(&reply.usage.unwrap_or_default());
        if !reply.tokens.is_empty() {
            attempt.tokens.push(reply.tokens);
        }
        let calls = reply.turn.calls.clone();
        attempt.messages.push(Message::Assistant(reply.turn));
        match reply.stop {
            Stop::Refusal => attempt.end = End::Refused,
            Stop::Length => attempt.end = End::OutOfTokens,
            _ if calls.is_empty() => attempt.end = End::Answered,
            _ => {
                make(agent, &calls, &mut attempt).await;
                if attempt.calls.len() < agent.budget.calls as usize {
                    continue;
                }
            }
        }
        return attempt;
    }
    attempt
}

/// Makes the calls of one reply, in order, and tells the model how each ended.
async fn make(agent: &Agent<'_>, calls: &[ToolCall], attempt: &mut Attempt) {
    for call in calls {
        let spent = attempt.calls.len() >= agent.budget.calls as usize;
        let (args, outcome) = match call.parsed() {
            _ if spent => (Map::new(), refused(ErrorKind::BadArguments, "No further call is allowed.".into())),
            _ if !agent.schemas.names().contains(&call.name) => {
                let known = agent.schemas.names().join(", ");
                let message = format!("There is no tool `{}`. The tools are: {known}.", call.name);
                (Map::new(), refused(ErrorKind::NotFound, message))
            }
            Err(message) => (Map::new(), refused(ErrorKind::BadArguments, message)),
            Ok(args) => {
                let outcome = agent.tools.call(&call.name, &args).await;
                (args, outcome)
            }
        };
        attempt.messages.push(Message::Tool {
            call: call.id.clone(),
            name: call.name.clone(),
            content: observation(&outcome),
            error: matches!(outcome, Outcome::Error { .. }),
        });
        if !spent {
            attempt.calls.push(Made { tool: call.name.clone(), args, outcome });
        }
    }
}

fn refused(kind: ErrorKind, message: String) -> Outcome {
    Outcome::Error { error: ToolError::new(kind, message) }
}

fn ended(failure: &Failure) -> End {
    match failure.kind {
        Kind::ContextOverflow => End::OutOfContext,
        Kind::Refused => End::Refused,
        _ => End::Infrastructure { message: failure.message.clone() },
    }
}

fn plain(message: &Message) -> rollout::Message {
    match message {
        Message::System { text } => rollout::Message::system(text),
        Message::User { text } => rollout::Message::user(text),
        Message::Tool { call, content, .. } => rollout::Message::tool(call, content),
        Message::Assistant(turn) => {
            let calls = turn.calls.iter().map(|c| rollout::ToolCall::new(&c.id, &c.name, &c.arguments));
            rollout::Message {
                tool_calls: calls.collect(),
                reasoning_content: (!turn.reasoning.is_empty()).then(|| turn.reasoning.clone()),
                ..rollout::Message::assistant(&turn.text)
            }
        }
    }
}
