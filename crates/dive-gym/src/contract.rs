//! Conversations as the Responses API writes them, and as text.

use dive_core::rollout::{End, Message, Policy, Rollout, ToolCall};
use serde_json::Value;

use crate::Episode;

/// The rollout that a `response` object describes. What rules need is read; everything else is passed over.
pub fn rollout(task: &str, episode: &Episode, response: &Value) -> Rollout {
    let mut messages = vec![Message::user(&episode.question)];
    let mut refused = false;
    for item in response["output"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let text = |key: &str| item[key].as_str().unwrap_or_default().to_string();
        match item["type"].as_str() {
            Some("function_call") => {
                let call = ToolCall::new(text("call_id"), text("name"), text("arguments"));
                // Calls that follow one another were asked for together.
                match messages.last_mut().filter(|m| !m.tool_calls.is_empty()) {
                    Some(message) => message.tool_calls.push(call),
                    None => messages.push(Message::calls(vec![call])),
                }
            }
            Some("function_call_output") => messages.push(Message::tool(text("call_id"), spoken(&item["output"]).0)),
            // Some servers leave the type of a message out.
            Some("message") | None if item["role"].as_str() != Some("user") => {
                let (said, refusal) = spoken(&item["content"]);
                refused |= refusal;
                messages.push(Message::assistant(said));
            }
            _ => {}
        }
    }
    let end = match response["incomplete_details"]["reason"].as_str() {
        Some("max_output_tokens") => End::OutOfTokens,
        Some("content_filter") => End::Refused,
        _ if refused => End::Refused,
        // A loop that stopped at its limit leaves a call or its result behind.
        _ if messages.last().is_some_and(|m| !m.tool_calls.is_empty() || m.tool_call_id.is_some()) => End::OutOfTurns,
        _ => End::Answered,
    };
    of(task, messages, end)
}

/// How models of other families begin their calls. What is not read here is not known to be well formed.
const OTHER_CALLS: [&str; 5] = ["[TOOL_CALLS]", "<|python_tag|>", "<|tool_call", "<tool_calls>", "<\u{ff5c}tool"];

/// The rollout behind a text that a trainer decoded from tokens, tool results included. Calls are read in the form of Hermes and
/// Qwen (JSON between `<tool_call>` and `</tool_call>`).
pub fn transcript(task: &str, episode: &Episode, text: &str) -> Rollout {
    let mut messages = vec![Message::user(&episode.question)];
    for block in text.split("<tool_call>").skip(1) {
        let body = block.split_once("</tool_call>").map(|(body, _)| body.trim()).unwrap_or_default();
        let call: Value = serde_json::from_str(body).unwrap_or_default();
        let name = call["name"].as_str().unwrap_or_default();
        // What does not parse becomes a call that cannot be well-formed.
        let arguments = if call.is_object() { call["arguments"].to_string() } else { String::new() };
        messages.push(Message::calls(vec![ToolCall::new("", name, arguments)]));
    }
    if OTHER_CALLS.iter().any(|mark| text.contains(mark)) {
        messages.push(Message::calls(vec![ToolCall::new("", "", String::new())]));
    }
    // Where a call is not closed, the text was cut off within it and has no last message.
    if text.rfind("<tool_call>") > text.rfind("</tool_call>") {
        return of(task, messages, End::OutOfTurns);
    }
    let last = ["</tool_response>", "</think>", "</tool_call>", "[/TOOL_RESULTS]"]
        .iter()
        .filter_map(|mark| text.rfind(mark).map(|at| at + mark.len()))
        .max()
        .unwrap_or(0);
    messages.push(Message::assistant(text.get(last..).unwrap_or_default()));
    of(task, messages, End::Answered)
}

/// The rollout whose last message is `text`, with nothing known about its calls.
pub fn answer(task: &str, episode: &Episode, text: &str) -> Rollout {
    of(task, vec![Message::user(&episode.question), Message::assistant(text)], End::Answered)
}

fn of(task: &str, messages: Vec<Message>, end: End) -> Rollout {
    Rollout {
        schema: dive_core::SCHEMA_VERSION,
        task: task.into(),
        policy: Policy { name: "served".into(), model: None, settings: Default::default() },
        attempt: 0,
        messages,
        end,
        usage: None,
    }
}

/// The text of a content, and whether it is a refusal.
fn spoken(content: &Value) -> (String, bool) {
    match content {
        Value::String(text) => (text.clone(), false),
        Value::Array(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(|p| p["text"].as_str()).collect();
            let refusal = parts.iter().any(|p| p["type"].as_str() == Some("refusal"));
            (texts.join(""), refusal && texts.is_empty())
        }
        _ => (String::new(), false),
    }
}
