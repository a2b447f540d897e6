//! Chat models behind one front door.
//!
//! A [`Client`] sends a [`Request`] to an [`Endpoint`] and gives back an [`Exchange`]: the reply, and the bytes exactly
//! as they came. Two wire formats, [`Wire::OpenAi`] and [`Wire::Anthropic`], are spoken by drivers of our own. The
//! alternative, a library over many providers, parses what it knows and drops the rest; training data need token ids,
//! log-probabilities and reasoning content as they were given, and a replay needs the same bytes again.
//!
//! What a model says is data: a refusal, a cut-off reply or a malformed tool call is a [`Reply`], and its reader
//! decides. A [`Failure`] means that there is no reply. Retrying happens in [`Client`] and nowhere else.

mod chat;
mod client;
mod cost;
mod endpoint;
mod failure;
mod limit;
mod tools;
mod wire;

pub use chat::{Choice, Echo, Message, Options, Reply, Request, Stop, Tokens, ToolCall, Turn, Usage};
pub use client::{ChatModel, Client, Exchange, Pending, Place, Retry};
pub use cost::{Price, Purse, Used};
pub use endpoint::{Endpoint, EndpointConfig, Raw, Secret};
pub use failure::{Failure, Kind};
pub use limit::Limiter;
pub use tools::{Schema, ToolSet};
pub use wire::{Wire, decode, encode};
