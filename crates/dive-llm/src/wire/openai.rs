//! OpenAI's chat completions, with the dialects of vLLM, SGLang, llama.cpp, Ollama and gateways.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{cut_off, no_reply, push};
use crate::chat::{Choice, Echo, Message, Reply, Request, Stop, Tokens, ToolCall, Turn, Usage};
use crate::failure::{Failure, Kind};
use crate::wire::Wire;

/// Fields of an assistant message that go back as they came.
const ECHOED: [&str; 6] = ["role", "content", "tool_calls", "reasoning_content", "reasoning", "reasoning_details"];

pub fn encode(model: &str, request: &Request<'_>) -> Vec<u8> {
    let options = request.options;
    let mut body = Vec::with_capacity(request.tools.bytes() + 4096);
    body.extend(b"{\"model\":");
    push(&mut body, model);
    body.extend(b",\"messages\":[");
    for (i, message) in request.messages.iter().enumerate() {
        if i > 0 {
            body.push(b',');
        }
        push_message(&mut body, message);
    }
    body.push(b']');
    if !request.tools.is_empty() {
        body.extend(b",\"tools\":");
        body.extend(request.tools.json(Wire::OpenAi, false).as_bytes());
        let choice = match request.choice {
            Choice::Auto => json!("auto"),
            Choice::Required => json!("required"),
            Choice::Never => json!("none"),
            Choice::Named(name) => json!({"type": "function", "function": {"name": name}}),
        };
        body.extend(b",\"tool_choice\":");
        push(&mut body, &choice);
    }
    let mut rest = Map::new();
    // Reasoning models of OpenAI want another name for the limit; it is then given in `extra`.
    if !options.extra.contains_key("max_completion_tokens") {
        rest.insert("max_tokens".into(), options.max_tokens.into());
    }
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            rest.insert(key.into(), value);
        }
    };
    set("temperature", options.temperature.map(Value::from));
    set("top_p", options.top_p.map(Value::from));
    set("seed", options.seed.map(Value::from));
    set("logprobs", options.logprobs.then_some(true.into()));
    set("return_token_ids", options.token_ids.then_some(true.into()));
    if options.stream {
        set("stream", Some(true.into()));
        set("stream_options", Some(json!({"include_usage": true})));
    }
    for (key, value) in rest.iter().filter(|(k, _)| !options.extra.contains_key(*k)).chain(&options.extra) {
        body.push(b',');
        push(&mut body, key);
        body.push(b':');
        push(&mut body, value);
    }
    body.push(b'}');
    body
}

/// Writes a message without a copy of what it says: conversations are long, and sent again with every turn.
fn push_message(body: &mut Vec<u8>, message: &Message) {
    let mut object = |fields: &[(&str, &str)]| {
        for (i, (key, value)) in fields.iter().enumerate() {
            body.push(if i == 0 { b'{' } else { b',' });
            push(body, key);
            body.push(b':');
            push(body, value);
        }
        body.push(b'}');
    };
    match message {
        Message::System { text } => object(&[("content", text), ("role", "system")]),
        Message::User { text } => object(&[("content", text), ("role", "user")]),
        Message::Tool { call, content, .. } => {
            object(&[("content", content), ("role", "tool"), ("tool_call_id", call)]);
        }
        Message::Assistant(Turn { echo: Some(Echo { wire: Wire::OpenAi, json }), .. }) => push(body, json),
        Message::Assistant(turn) => {
            let mut map = Map::new();
            map.insert("role".into(), "assistant".into());
            map.insert("content".into(), turn.text.clone().into());
            if !turn.calls.is_empty() {
                map.insert("tool_calls".into(), turn.calls.iter().map(sent_back).collect());
            }
            push(body, &Value::Object(map));
        }
    }
}

/// A call as it goes back: servers read the arguments again, and refuse the whole conversation where they cannot.
fn sent_back(call: &ToolCall) -> Value {
    let readable = !call.arguments.trim().is_empty() && call.parsed().is_ok();
    call_json(&ToolCall { arguments: if readable { call.arguments.clone() } else { "{}".into() }, ..call.clone() })
}

fn call_json(call: &ToolCall) -> Value {
    json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}})
}

pub fn decode(json: &Value) -> Result<Reply, Failure> {
    let choice = json.pointer("/choices/0").ok_or_else(|| no_reply(json))?;
    let message = choice.get("message").and_then(Value::as_object).ok_or_else(|| no_reply(json))?;
    let text = content(message.get("content"));
    let refusal = message.get("refusal").and_then(Value::as_str).unwrap_or_default();
    let reasoning = ["reasoning_content", "reasoning"].iter().find_map(|k| message.get(*k)?.as_str());
    let calls: Vec<ToolCall> = message
        .get("tool_calls")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(i, call)| {
            let of = |p: &str| call.pointer(p).and_then(Value::as_str).unwrap_or_default();
            let arguments = match call.pointer("/function/arguments") {
                Some(Value::String(text)) => text.clone(),
                None | Some(Value::Null) => String::new(),
                Some(other) => other.to_string(),
            };
            // Results refer to their call by id; some servers give none.
            let id = if of("/id").is_empty() { format!("call_{i}") } else { of("/id").to_string() };
            ToolCall { id, name: of("/function/name").to_string(), arguments }
        })
        .collect();
    let mut echo: Map<String, Value> = message
        .iter()
        .filter(|(k, v)| ECHOED.contains(&k.as_str()) && !v.is_null())
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    echo.insert("role".into(), "assistant".into());
    echo.entry("content").or_insert_with(|| refusal.into());
    if calls.is_empty() {
        echo.remove("tool_calls");
    } else {
        echo.insert("tool_calls".into(), calls.iter().map(sent_back).collect());
    }
    let stop = match choice.get("finish_reason").and_then(Value::as_str) {
        _ if !refusal.is_empty() => Stop::Refusal,
        Some("content_filter") => Stop::Refusal,
        Some("length") => Stop::Length,
        _ if !calls.is_empty() => Stop::Calls,
        Some("stop" | "tool_calls" | "function_call" | "eos") | None => Stop::End,
        Some(other) => Stop::Other(other.into()),
    };
    let text = if text.is_empty() && !refusal.is_empty() { refusal.to_string() } else { text };
    Ok(Reply {
        turn: Turn {
            text,
            reasoning: reasoning.unwrap_or_default().to_string(),
            calls,
            echo: Some(Echo { wire: Wire::OpenAi, json: Value::Object(echo) }),
        },
        stop,
        usage: json.get("usage").and_then(usage),
        tokens: tokens(json, choice),
        model: json.get("model").and_then(Value::as_str).unwrap_or_default().to_string(),
    })
}

fn content(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|p| p.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

fn usage(json: &Value) -> Option<Usage> {
    let at = |p: &str| json.pointer(p).and_then(Value::as_u64);
    Some(Usage {
        prompt: at("/prompt_tokens")?,
        cached: at("/prompt_tokens_details/cached_tokens").or(at("/prompt_cache_hit_tokens")).unwrap_or(0),
        cache_write: 0,
        completion: at("/completion_tokens").unwrap_or(0),
        reasoning: at("/completion_tokens_details/reasoning_tokens").or(at("/reasoning_tokens")).unwrap_or(0),
    })
}

fn tokens(json: &Value, choice: &Value) -> Tokens {
    let ids = |v: Option<&Value>| -> Vec<u32> {
        let list = v.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|x| u32::try_from(x.as_u64()?).ok()).collect()
    };
    let each = |key: &str| {
        choice
            .pointer("/logprobs/content")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(move |t| t.get(key).cloned())
            .collect::<Vec<_>>()
    };
    let mut completion = ids(choice.get("token_ids"));
    if completion.is_empty() {
        // llama.cpp gives the id beside the log-probability.
        completion = ids(Some(&Value::Array(each("id"))));
    }
    Tokens {
        prompt: ids(json.get("prompt_token_ids").or(choice.get("prompt_token_ids"))),
        completion,
        logprobs: each("logprob").iter().filter_map(Value::as_f64).collect(),
    }
}

/// The object that the chunks of a stream add up to.
pub fn assemble(events: Vec<String>) -> Result<Value, Failure> {
    let mut whole = Map::new();
    let mut message = Map::new();
    let mut calls: BTreeMap<u64, (String, String, String)> = BTreeMap::new();
    let mut logprobs: Vec<Value> = Vec::new();
    let mut ids: Vec<Value> = Vec::new();
    let mut finish = Value::Null;
    let mut done = false;
    for data in events {
        if data == "[DONE]" {
            done = true;
            break;
        }
        let chunk: Value = serde_json::from_str(&data)
            .map_err(|e| Failure::new(Kind::Garbled, format!("the stream contains malformed JSON: {e}")))?;
        if chunk.get("error").is_some_and(|e| !e.is_null()) {
            return Err(Failure::of_error(&chunk));
        }
        for key in ["id", "model", "usage", "prompt_token_ids"] {
            if let Some(value) = chunk.get(key).filter(|v| !v.is_null()) {
                whole.insert(key.into(), value.clone());
            }
        }
        let Some(choice) = chunk.pointer("/choices/0") else { continue };
        if let Some(reason) = choice.get("finish_reason").filter(|v| !v.is_null()) {
            finish = reason.clone();
        }
        let list = |p: &str| choice.pointer(p).and_then(Value::as_array).cloned().unwrap_or_default();
        logprobs.extend(list("/logprobs/content"));
        ids.extend(list("/token_ids"));
        let Some(delta) = choice.get("delta").and_then(Value::as_object) else { continue };
        for (key, value) in delta {
            match value {
                Value::String(more) if key != "role" => {
                    let so_far = message.entry(key.clone()).or_insert_with(|| "".into());
                    if let Value::String(text) = so_far {
                        text.push_str(more);
                    }
                }
                Value::Array(more) if key == "reasoning_details" => {
                    let so_far = message.entry(key.clone()).or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(items) = so_far {
                        items.extend(more.iter().cloned());
                    }
                }
                _ => {}
            }
        }
        for (i, call) in list("/delta/tool_calls").iter().enumerate() {
            let index = call.get("index").and_then(Value::as_u64).unwrap_or(i as u64);
            let (id, name, arguments) = calls.entry(index).or_default();
            let of = |p: &str| call.pointer(p).and_then(Value::as_str).unwrap_or_default();
            if id.is_empty() {
                *id = of("/id").into();
            }
            name.push_str(of("/function/name"));
            arguments.push_str(of("/function/arguments"));
        }
    }
    // Some servers end without `[DONE]`; a reason to finish is as good.
    if !done && finish.is_null() {
        return Err(cut_off());
    }
    if !calls.is_empty() {
        let calls = calls.into_values().map(|(id, name, arguments)| call_json(&ToolCall { id, name, arguments }));
        message.insert("tool_calls".into(), calls.collect());
    }
    message.insert("role".into(), "assistant".into());
    let mut choice = json!({"message": message, "finish_reason": finish});
    if !logprobs.is_empty() {
        choice["logprobs"] = json!({"content": logprobs});
    }
    if !ids.is_empty() {
        choice["token_ids"] = ids.into();
    }
    whole.insert("choices".into(), json!([choice]));
    Ok(Value::Object(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_server_could_read_goes_back_empty() {
        let call = |arguments: &str| json!({"id": "c", "function": {"name": "f", "arguments": arguments}});
        let calls = ["{\"a\": 1}", "{\"a\": ", "[1]", ""].map(call);
        let reply = decode(&json!({"choices": [{"message": {"tool_calls": calls}}]})).unwrap();
        assert_eq!(reply.turn.calls[1].arguments, "{\"a\": ", "the program sees what was said");
        let mut body = Vec::new();
        push_message(&mut body, &Message::Assistant(reply.turn.clone()));
        push_message(&mut body, &Message::Assistant(Turn { echo: None, ..reply.turn }));
        let sent = String::from_utf8(body).unwrap();
        assert_eq!(sent.matches("\"arguments\":\"{\\\"a\\\": 1}\"").count(), 2, "{sent}");
        assert_eq!(sent.matches("\"arguments\":\"{}\"").count(), 6, "{sent}");
    }
}
