//! Anthropic's messages, the server's side.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::asked::{Asked, Offered, Offers, Parts, Said, Wire};
use crate::server::{Answer, Stopped, id, text_or_json};

/// Characters in one delta of a stream.
const CHUNK: usize = 24;
/// What stands for the signature of thinking.
const SIGNATURE: &str = "bW9jayBzaWduYXR1cmU=";

pub fn read(body: &[u8], offers: &Offers) -> Result<Asked, String> {
    let Parts { rest: json, tools, digest } = Parts::of(body)?;
    let model = json.get("model").and_then(Value::as_str).ok_or("model: field required")?;
    let max_tokens = json.get("max_tokens").and_then(Value::as_u64).ok_or("max_tokens: field required")?;
    let list = json.get("messages").and_then(Value::as_array).ok_or("messages: field required")?;
    let mut calls: HashMap<String, (String, Value)> = HashMap::new();
    let mut messages = Vec::new();
    let mut before = "";
    for message in list {
        let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
        if role == before && role == "assistant" {
            return Err("messages: roles must alternate".into());
        }
        before = role;
        let blocks = match message.get("content") {
            Some(Value::String(text)) => vec![json!({"type": "text", "text": text})],
            Some(Value::Array(blocks)) if !blocks.is_empty() => blocks.clone(),
            _ => return Err("messages: content must not be empty".into()),
        };
        let (mut said, mut made, mut results) = (String::new(), Vec::new(), Vec::new());
        for block in &blocks {
            let of = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
            match of("type").as_str() {
                "text" if of("text").is_empty() => return Err("messages: text content blocks must be non-empty".into()),
                "text" => said.push_str(&of("text")),
                "thinking" if of("signature") != SIGNATURE => {
                    return Err("messages: invalid signature in thinking block".into());
                }
                "thinking" => {}
                "tool_use" => {
                    let input =
                        block.get("input").filter(|i| i.is_object()).ok_or("tool_use.input: should be an object")?;
                    calls.insert(of("id"), (of("name"), input.clone()));
                    made.push((of("name"), input.clone()));
                }
                "tool_result" => {
                    let (name, args) = calls
                        .get(&of("tool_use_id"))
                        .cloned()
                        .ok_or("messages: unexpected `tool_use_id` found in `tool_result` blocks")?;
                    let content = match block.get("content") {
                        Some(Value::String(text)) => text_or_json(text),
                        Some(Value::Array(parts)) => {
                            text_or_json(&parts.iter().filter_map(|p| p.get("text")?.as_str()).collect::<String>())
                        }
                        _ => Value::Null,
                    };
                    let error = block.get("is_error").and_then(Value::as_bool).unwrap_or(false);
                    results.push(Said::Tool { name, args, content, error });
                }
                other => return Err(format!("messages: `{other}` is no content block")),
            }
        }
        match role {
            "user" => {
                messages.extend(results);
                if !said.is_empty() {
                    messages.push(Said::User(said));
                }
            }
            "assistant" => messages.push(Said::Assistant { text: said, calls: made }),
            other => return Err(format!("messages: unexpected role `{other}`")),
        }
    }
    let system = match json.get("system") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|p| p.get("text")?.as_str()).collect(),
        _ => String::new(),
    };
    let tools = offers.of(tools, |t| Offered {
        name: t.get("name").and_then(Value::as_str).unwrap_or_default().into(),
        description: t.get("description").and_then(Value::as_str).unwrap_or_default().into(),
        parameters: t.get("input_schema").cloned().unwrap_or_default(),
    });
    Ok(Asked {
        wire: Wire::Anthropic,
        model: model.into(),
        system,
        digest,
        messages,
        tools,
        stream: json.get("stream").and_then(Value::as_bool).unwrap_or(false),
        logprobs: false,
        token_ids: false,
        max_tokens: Some(max_tokens),
        bytes: body.len(),
    })
}

fn blocks(asked: &Asked, answer: &Answer) -> Vec<Value> {
    let thinking = (!answer.reasoning.is_empty())
        .then(|| json!({"type": "thinking", "thinking": answer.reasoning, "signature": SIGNATURE}));
    let text = (!answer.text.is_empty()).then(|| json!({"type": "text", "text": answer.text}));
    let calls = answer.calls.iter().enumerate().map(|(i, (name, arguments))| {
        json!({"type": "tool_use", "id": id("toolu", asked, i), "name": name,
               "input": serde_json::from_str::<Value>(arguments).unwrap_or(json!({}))})
    });
    thinking.into_iter().chain(text).chain(calls).collect()
}

fn message(asked: &Asked, content: Vec<Value>, stop: Value, output: u64) -> Value {
    json!({"id": id("msg", asked, 0), "type": "message", "role": "assistant", "model": asked.model,
           "content": content, "stop_reason": stop, "stop_sequence": null,
           "usage": {"input_tokens": asked.tokens(), "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
                     "output_tokens": output}})
}

pub fn whole(asked: &Asked, answer: &Answer) -> String {
    message(asked, blocks(asked, answer), stop(answer).into(), answer.tokens()).to_string()
}

/// The events of a stream, each with its blank line.
pub fn stream(asked: &Asked, answer: &Answer) -> Vec<String> {
    let mut events = vec![json!({"type": "message_start", "message": message(asked, Vec::new(), Value::Null, 1)})];
    events.push(json!({"type": "ping"}));
    let mut arguments = answer.calls.iter().map(|(_, a)| a.as_str());
    for (index, block) in blocks(asked, answer).into_iter().enumerate() {
        let of = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
        let (start, deltas): (Value, Vec<Value>) = match of("type").as_str() {
            "thinking" => {
                let mut deltas: Vec<Value> =
                    pieces(&of("thinking")).map(|p| json!({"type": "thinking_delta", "thinking": p})).collect();
                deltas.push(json!({"type": "signature_delta", "signature": of("signature")}));
                (json!({"type": "thinking", "thinking": "", "signature": ""}), deltas)
            }
            "text" => {
                let deltas = pieces(&of("text")).map(|p| json!({"type": "text_delta", "text": p})).collect();
                (json!({"type": "text", "text": ""}), deltas)
            }
            _ => {
                let text = arguments.next().unwrap_or_default();
                let deltas = pieces(text).map(|p| json!({"type": "input_json_delta", "partial_json": p})).collect();
                (json!({"type": "tool_use", "id": of("id"), "name": of("name"), "input": {}}), deltas)
            }
        };
        events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
        events.extend(deltas.into_iter().map(|d| json!({"type": "content_block_delta", "index": index, "delta": d})));
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": stop(answer), "stop_sequence": null},
                       "usage": {"output_tokens": answer.tokens()}}));
    events.push(json!({"type": "message_stop"}));
    let line =
        |e: Value| format!("event: {}\ndata: {e}\n\n", e.get("type").and_then(Value::as_str).unwrap_or_default());
    events.into_iter().map(line).collect()
}

pub fn failure(kind: &str, message: &str) -> String {
    json!({"type": "error", "error": {"type": kind, "message": message}}).to_string()
}

fn stop(answer: &Answer) -> &'static str {
    match answer.stop {
        Stopped::Refusal => "refusal",
        Stopped::Length => "max_tokens",
        Stopped::Done if !answer.calls.is_empty() => "tool_use",
        Stopped::Done => "end_turn",
    }
}

fn pieces(text: &str) -> impl Iterator<Item = String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(CHUNK).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().into_iter()
}
