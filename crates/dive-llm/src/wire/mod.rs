//! Wire formats: a request into bytes, bytes into a reply.
//!
//! A stream is read to its end and assembled into the object that the endpoint would have sent without streaming, so
//! that one decoder serves both and a recorded stream can be decoded again.

mod anthropic;
mod openai;
mod sse;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chat::{Reply, Request};
use crate::failure::{Failure, Kind, shorten};

/// The language of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// `POST {base}/chat/completions`: OpenAI, vLLM, SGLang, llama.cpp, Ollama, gateways.
    OpenAi,
    /// `POST {base}/v1/messages`.
    Anthropic,
}

/// The body of a request for `model`.
pub fn encode(wire: Wire, model: &str, request: &Request<'_>) -> Vec<u8> {
    match wire {
        Wire::OpenAi => openai::encode(model, request),
        Wire::Anthropic => anthropic::encode(model, request),
    }
}

/// The reply in a response body, streamed or not.
///
/// # Errors
/// The body is no reply, is cut off, or carries an error of the endpoint.
pub fn decode(wire: Wire, body: &[u8]) -> Result<Reply, Failure> {
    let text = std::str::from_utf8(body)
        .map_err(|_| Failure::new(Kind::Garbled, "the endpoint answered bytes that are not text"))?;
    let json = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|e| {
            Failure::new(Kind::Garbled, format!("the endpoint answered malformed JSON ({e}): {}", shorten(text)))
        })?
    } else if sse::is_stream(text) {
        match wire {
            Wire::OpenAi => openai::assemble(sse::events(text))?,
            Wire::Anthropic => anthropic::assemble(sse::events(text))?,
        }
    } else {
        let what = if text.trim().is_empty() { "nothing".into() } else { format!("no JSON: {}", shorten(text)) };
        return Err(Failure::new(Kind::Garbled, format!("the endpoint answered {what}")));
    };
    if json.get("error").is_some_and(|e| !e.is_null()) {
        return Err(Failure::of_error(&json));
    }
    match wire {
        Wire::OpenAi => openai::decode(&json),
        Wire::Anthropic => anthropic::decode(&json),
    }
}

/// Whether a stream that has come this far needs no further byte.
pub(crate) fn finished(wire: Wire, body: &[u8]) -> bool {
    let tail = body.get(body.len().saturating_sub(16)..).unwrap_or_default();
    wire == Wire::OpenAi && tail.windows(6).any(|w| w == b"[DONE]")
}

fn cut_off() -> Failure {
    Failure::new(Kind::Interrupted, "the stream ended before the reply was whole")
}

fn no_reply(json: &Value) -> Failure {
    Failure::new(Kind::Garbled, format!("the endpoint answered no chat completion: {}", shorten(&json.to_string())))
}

/// Writes JSON text. What we write has string keys only and finite numbers, and memory refuses nothing.
fn push<T: Serialize + ?Sized>(body: &mut Vec<u8>, value: &T) {
    let written = serde_json::to_writer(body, value);
    debug_assert!(written.is_ok(), "{written:?}");
}
