//! The agent loop: a model, tools, a budget. Collecting evidence and solving a task are this loop with other words.

use std::time::Duration;

use dive_core::evidence::Outcome;
use dive_core::rollout::{self, ANSWER_FORMAT, End, Policy, Rollout};
use dive_core::tool::{ErrorKind, ToolError};
use dive_llm::{
    ChatModel, Choice, Failure, Kind, Message, Options, Pending, Place, Request, Stop, Tokens, ToolCall, ToolSet, Usage,
};
use dive_tools::ToolPool;
use futures_util::future::join_all;
use serde_json::{Map, Value};

use crate::oracle::observation;

/// Executes calls.
pub trait Tools: Send + Sync {
    /// How a call ended. The error is a failure on the way to the tool: no answer of it, and nothing that the caller did.
    fn call<'a>(&'a self, name: &'a str, args: &'a Map<String, Value>) -> Pending<'a, Result<Outcome, String>>;
}

impl Tools for ToolPool {
    fn call<'a>(&'a self, name: &'a str, args: &'a Map<String, Value>) -> Pending<'a, Result<Outcome, String>> {
        Box::pin(async move { Ok(ToolPool::call(self, name, args)) })
    }
}

/// What an agent may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Replies of the model.
    pub turns: u32,
    /// Calls of tools.
    pub calls: u32,
    /// Tokens that the model writes, in all its replies.
    pub tokens: Option<u64>,
    /// Time, from the first request on.
    pub time: Option<Duration>,
}

impl Budget {
    /// So many replies and calls, and nothing else is limited.
    pub fn of(turns: u32, calls: u32) -> Budget {
        Budget { turns, calls, tokens: None, time: None }
    }
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

    /// The attempt as it is kept.
    pub fn rollout(&self, task: &str, policy: &Policy, number: u32) -> Rollout {
        let used = self.usage != Usage::default();
        let usage = rollout::Usage { prompt_tokens: self.usage.prompt, completion_tokens: self.usage.completion };
        Rollout {
            schema: dive_core::SCHEMA_VERSION,
            task: task.into(),
            policy: policy.clone(),
            attempt: number,
            messages: self.conversation(),
            end: self.end.clone(),
            usage: used.then_some(usage),
        }
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
    match agent.budget.time {
        None => act(agent, place, &mut attempt).await,
        Some(limit) => {
            if tokio::time::timeout(limit, act(agent, place, &mut attempt)).await.is_err() {
                attempt.end = End::OutOfTime;
            }
        }
    }
    attempt
}

async fn act(agent: &Agent<'_>, place: &Place, attempt: &mut Attempt) {
    let budget = &agent.budget;
    for turn in 0..budget.turns {
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
                return;
            }
        };
        attempt.usage.add(&reply.usage.unwrap_or_default());
        if !reply.tokens.is_empty() {
            attempt.tokens.push(reply.tokens);
        }
        let calls = reply.turn.calls.clone();
        attempt.messages.push(Message::Assistant(reply.turn));
        attempt.end = match reply.stop {
            Stop::Refusal => End::Refused,
            Stop::Length => End::OutOfTokens,
            _ if calls.is_empty() => End::Answered,
            _ if budget.tokens.is_some_and(|most| attempt.usage.completion >= most) => End::OutOfTokens,
            _ => match make(agent, &calls, attempt).await {
                Ok(()) if attempt.calls.len() < budget.calls as usize => continue,
                Ok(()) => End::OutOfTurns,
                Err(message) => End::Infrastructure { message },
            },
        };
        return;
    }
    attempt.end = End::OutOfTurns;
}

/// Makes the calls of one reply, all at a time, and tells the model in their order how each ended.
async fn make(agent: &Agent<'_>, calls: &[ToolCall], attempt: &mut Attempt) -> Result<(), String> {
    let left = (agent.budget.calls as usize).saturating_sub(attempt.calls.len());
    let made = join_all(calls.iter().enumerate().map(|(i, call)| make_one(agent, call, i < left))).await;
    for (i, (call, made)) in calls.iter().zip(made).enumerate() {
        let (args, outcome) = made?;
        attempt.messages.push(Message::Tool {
            call: call.id.clone(),
            name: call.name.clone(),
            content: observation(&outcome),
            error: matches!(outcome, Outcome::Error { .. }),
        });
        if i < left {
            attempt.calls.push(Made { tool: call.name.clone(), args, outcome });
        }
    }
    Ok(())
}

async fn make_one(agent: &Agent<'_>, call: &ToolCall, allowed: bool) -> Result<(Map<String, Value>, Outcome), String> {
    if !allowed {
        return Ok((Map::new(), refused(ErrorKind::BadArguments, "No further call is allowed.".into())));
    }
    if !agent.schemas.names().contains(&call.name) {
        let known = agent.schemas.names().join(", ");
        let message = format!("There is no tool `{}`. The tools are: {known}.", call.name);
        return Ok((Map::new(), refused(ErrorKind::NotFound, message)));
    }
    match call.parsed() {
        Err(message) => Ok((Map::new(), refused(ErrorKind::BadArguments, message))),
        Ok(args) => {
            let outcome = agent.tools.call(&call.name, &args).await?;
            Ok((args, outcome))
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
