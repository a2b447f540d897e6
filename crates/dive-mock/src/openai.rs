//! OpenAI's chat completions, the server's side.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::asked::{Asked, Offered, Offers, Parts, Said, Wire};
use crate::server::{Answer, Stopped, id, text_or_json};

/// A fixed moment: nothing here depends on the clock.
const CREATED: u64 = 1_700_000_000;
/// Characters of text in one chunk of a stream.
const CHUNK: usize = 24;

pub fn read(body: &[u8], offers: &Offers) -> Result<Asked, String> {
    let Parts { rest: json, tools, digest } = Parts::of(body)?;
    let model = json.get("model").and_then(Value::as_str).ok_or("you must provide a model parameter")?;
    let list = json.get("messages").and_then(Value::as_array).ok_or("missing required parameter: 'messages'")?;
    let mut calls: HashMap<String, (String, Value)> = HashMap::new();
    let (mut system, mut messages) = (String::new(), Vec::new());
    for message in list {
        let content = text(message.get("content"));
        match message.get("role").and_then(Value::as_str).unwrap_or_default() {
            "system" | "developer" => system.push_str(&content),
            "user" => messages.push(Said::User(content)),
            "assistant" => {
                let mut made = Vec::new();
                for call in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
                    let of = |p: &str| call.pointer(p).and_then(Value::as_str).unwrap_or_default().to_string();
                    let args = text_or_json(&of("/function/arguments"));
                    calls.insert(of("/id"), (of("/function/name"), args.clone()));
                    made.push((of("/function/name"), args));
                }
                messages.push(Said::Assistant { text: content, calls: made });
            }
            "tool" => {
                let id = message.get("tool_call_id").and_then(Value::as_str).unwrap_or_default();
                let (name, args) = calls.get(id).cloned().ok_or_else(|| {
                    format!("messages with role 'tool' must answer a preceding tool call, `{id}` does not")
                })?;
                let content = text_or_json(&content);
                let error = content.get("error").is_some();
                messages.push(Said::Tool { name, args, content, error });
            }
            other => return Err(format!("`{other}` is no role")),
        }
    }
    let tools = offers.of(tools, |t| {
        let of = |p: &str| t.pointer(p).cloned().unwrap_or_default();
        Offered {
            name: of("/function/name").as_str().unwrap_or_default().into(),
            description: of("/function/description").as_str().unwrap_or_default().into(),
            parameters: of("/function/parameters"),
        }
    });
    let flag = |key: &str| json.get(key).and_then(Value::as_bool).unwrap_or(false);
    Ok(Asked {
        wire: Wire::OpenAi,
        model: model.into(),
        system,
        digest,
        messages,
        tools,
        stream: flag("stream"),
        logprobs: flag("logprobs"),
        token_ids: flag("return_token_ids"),
        max_tokens: ["max_tokens", "max_completion_tokens"].iter().find_map(|k| json.get(*k)?.as_u64()),
        bytes: body.len(),
    })
}

fn text(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|p| p.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

pub fn whole(asked: &Asked, answer: &Answer) -> String {
    let mut message = json!({"role": "assistant", "content": answer.text, "refusal": null});
    if answer.stop == Stopped::Refusal {
        message["refusal"] = answer.text.clone().into();
        message["content"] = Value::Null;
    }
    if !answer.reasoning.is_empty() {
        message["reasoning_content"] = answer.reasoning.clone().into();
    }
    if !answer.calls.is_empty() {
        let calls = answer.calls.iter().enumerate().map(|(i, (name, arguments))| {
            json!({"id": id("call", asked, i), "type": "function", "function": {"name": name, "arguments": arguments}})
        });
        message["tool_calls"] = calls.collect();
    }
    let mut choice = json!({"index": 0, "message": message, "finish_reason": finish(answer), "logprobs": null});
    if asked.logprobs {
        choice["logprobs"] = json!({"content": logprobs(&answer.text), "refusal": null});
    }
    let mut whole = json!({
        "id": id("chatcmpl", asked, 0), "object": "chat.completion", "created": CREATED, "model": asked.model,
        "choices": [], "usage": usage(asked, answer)});
    if asked.token_ids {
        choice["token_ids"] = ids(&answer.text);
        whole["prompt_token_ids"] = ids(&asked.user_text());
    }
    whole["choices"] = json!([choice]);
    whole.to_string()
}

/// The events of a stream, each with its blank line.
pub fn stream(asked: &Asked, answer: &Answer) -> Vec<String> {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish, "logprobs": null});
        json!({"id": id("chatcmpl", asked, 0), "object": "chat.completion.chunk", "created": CREATED,
               "model": asked.model, "choices": [choice], "usage": null})
    };
    let mut events = vec![chunk(json!({"role": "assistant", "content": ""}), Value::Null)];
    let field = if answer.stop == Stopped::Refusal { "refusal" } else { "content" };
    for piece in pieces(&answer.reasoning) {
        events.push(chunk(json!({"reasoning_content": piece}), Value::Null));
    }
    for piece in pieces(&answer.text) {
        let mut event = chunk(json!({field: piece}), Value::Null);
        if asked.logprobs {
            event["choices"][0]["logprobs"] = json!({"content": logprobs(&piece), "refusal": null});
        }
        if asked.token_ids {
            event["choices"][0]["token_ids"] = ids(&piece);
        }
        events.push(event);
    }
    for (i, (name, arguments)) in answer.calls.iter().enumerate() {
        let call = json!({"index": i, "id": id("call", asked, i), "type": "function",
                          "function": {"name": name, "arguments": ""}});
        events.push(chunk(json!({"tool_calls": [call]}), Value::Null));
        for piece in pieces(arguments) {
            let call = json!({"index": i, "function": {"arguments": piece}});
            events.push(chunk(json!({"tool_calls": [call]}), Value::Null));
        }
    }
    events.push(chunk(json!({}), finish(answer).into()));
    let mut last = chunk(json!({}), Value::Null);
    last["choices"] = json!([]);
    last["usage"] = usage(asked, answer);
    events.push(last);
    if asked.token_ids
        && let Some(first) = events.first_mut()
    {
        first["prompt_token_ids"] = ids(&asked.user_text());
    }
    let mut lines: Vec<String> = events.into_iter().map(|e| format!("data: {e}\n\n")).collect();
    lines.push("data: [DONE]\n\n".into());
    lines
}

pub fn failure(kind: &str, code: &str, message: &str) -> String {
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}}).to_string()
}

fn finish(answer: &Answer) -> &'static str {
    match answer.stop {
        Stopped::Length => "length",
        _ if !answer.calls.is_empty() => "tool_calls",
        _ => "stop",
    }
}

fn usage(asked: &Asked, answer: &Answer) -> Value {
    let (prompt, completion) = (asked.tokens(), answer.tokens());
    json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
           "prompt_tokens_details": {"cached_tokens": 0},
           "completion_tokens_details": {"reasoning_tokens": answer.reasoning.len() as u64 / 4}})
}

fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(CHUNK).map(|c| c.iter().collect()).collect()
}

/// Words as tokens: enough to see that nothing is lost.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}

fn logprobs(text: &str) -> Value {
    words(text).map(|w| json!({"token": w, "logprob": -0.25, "bytes": w.as_bytes(), "top_logprobs": []})).collect()
}

fn ids(text: &str) -> Value {
    words(text)
        .map(|w| Value::from(w.bytes().fold(7u32, |h, b| h.wrapping_mul(31).wrapping_add(b.into())) % 50_000))
        .collect()
}
