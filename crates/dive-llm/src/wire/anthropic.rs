//! Anthropic's messages.

use serde_json::{Map, Value, json};

use super::{cut_off, no_reply, push};
use crate::chat::{Choice, Echo, Message, Reply, Request, Stop, Tokens, ToolCall, Turn, Usage};
use crate::failure::{Failure, Kind};
use crate::wire::Wire;

pub fn encode(model: &str, request: &Request<'_>) -> Vec<u8> {
    let options = request.options;
    let mut body = Vec::with_capacity(request.tools.bytes() + 4096);
    body.extend(b"{\"model\":");
    push(&mut body, model);
    field(&mut body, "max_tokens", &options.max_tokens.into());
    let mark = options.cache.then(|| json!({"type": "ephemeral"}));
    let system: Vec<Value> = request
        .messages
        .iter()
        .filter_map(|m| match m {
            Message::System { text } => Some(json!({"type": "text", "text": text})),
            _ => None,
        })
        .collect();
    if !system.is_empty() {
        field(&mut body, "system", &Value::Array(marked(system, mark.as_ref())));
    }
    field(&mut body, "messages", &messages(request.messages, mark.as_ref()));
    if !request.tools.is_empty() {
        body.extend(b",\"tools\":");
        body.extend(request.tools.json(Wire::Anthropic, options.cache).as_bytes());
        let choice = match request.choice {
            Choice::Auto => json!({"type": "auto"}),
            Choice::Required => json!({"type": "any"}),
            Choice::Never => json!({"type": "none"}),
            Choice::Named(name) => json!({"type": "tool", "name": name}),
        };
        field(&mut body, "tool_choice", &choice);
    }
    let mut rest = Map::new();
    if let Some(t) = options.temperature {
        rest.insert("temperature".into(), t.into());
    }
    if let Some(p) = options.top_p {
        rest.insert("top_p".into(), p.into());
    }
    if options.stream {
        rest.insert("stream".into(), true.into());
    }
    for (key, value) in rest.iter().filter(|(k, _)| !options.extra.contains_key(*k)).chain(&options.extra) {
        field(&mut body, key, value);
    }
    body.push(b'}');
    body
}

fn field(body: &mut Vec<u8>, key: &str, value: &Value) {
    body.push(b',');
    push(body, key);
    body.push(b':');
    push(body, value);
}

/// Content blocks with a cache mark on the last one.
fn marked(mut blocks: Vec<Value>, mark: Option<&Value>) -> Vec<Value> {
    if let (Some(mark), Some(last)) = (mark, blocks.last_mut().and_then(Value::as_object_mut)) {
        last.insert("cache_control".into(), mark.clone());
    }
    blocks
}

/// Turns alternate here: results of parallel calls and what the user adds share one message.
fn messages(all: &[Message], mark: Option<&Value>) -> Value {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in all {
        let (role, blocks) = match message {
            Message::System { .. } => continue,
            Message::User { text } => ("user", vec![json!({"type": "text", "text": text})]),
            Message::Tool { call, content, error, .. } => {
                let mut block = json!({"type": "tool_result", "tool_use_id": call, "content": content});
                if *error {
                    block["is_error"] = true.into();
                }
                ("user", vec![block])
            }
            Message::Assistant(turn) => ("assistant", blocks(turn)),
        };
        match turns.last_mut() {
            Some((last, so_far)) if *last == role => so_far.extend(blocks),
            _ => turns.push((role, blocks)),
        }
    }
    let last = turns.len();
    let turns = turns.into_iter().enumerate().map(|(i, (role, blocks))| {
        let mark = mark.filter(|_| i + 1 == last && role == "user");
        json!({"role": role, "content": marked(blocks, mark)})
    });
    Value::Array(turns.collect())
}

fn blocks(turn: &Turn) -> Vec<Value> {
    if let Some(Echo { wire: Wire::Anthropic, json: Value::Array(blocks) }) = &turn.echo {
        return blocks.clone();
    }
    let text = (!turn.text.is_empty()).then(|| json!({"type": "text", "text": turn.text}));
    let calls = turn
        .calls
        .iter()
        .map(|c| json!({"type": "tool_use", "id": c.id, "name": c.name, "input": c.parsed().unwrap_or_default()}));
    text.into_iter().chain(calls).collect()
}

pub fn decode(json: &Value) -> Result<Reply, Failure> {
    let blocks = json.get("content").and_then(Value::as_array).ok_or_else(|| no_reply(json))?;
    let mut turn = Turn::default();
    for block in blocks {
        let of = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default();
        match of("type") {
            "text" => turn.text.push_str(of("text")),
            "thinking" => turn.reasoning.push_str(of("thinking")),
            "tool_use" => turn.calls.push(ToolCall {
                id: of("id").into(),
                name: of("name").into(),
                arguments: match block.get("input") {
                    // A stream that wrote malformed JSON keeps it as text.
                    Some(Value::String(text)) => text.clone(),
                    None | Some(Value::Null) => String::new(),
                    Some(input) => input.to_string(),
                },
            }),
            _ => {}
        }
    }
    let stop = match json.get("stop_reason").and_then(Value::as_str) {
        Some("refusal") => Stop::Refusal,
        Some("max_tokens" | "model_context_window_exceeded") => Stop::Length,
        _ if !turn.calls.is_empty() => Stop::Calls,
        Some("end_turn" | "stop_sequence" | "tool_use") | None => Stop::End,
        Some(other) => Stop::Other(other.into()),
    };
    turn.echo = Some(Echo { wire: Wire::Anthropic, json: Value::Array(echoed(blocks)) });
    Ok(Reply {
        turn,
        stop,
        usage: json.get("usage").and_then(usage),
        tokens: Tokens::default(),
        model: json.get("model").and_then(Value::as_str).unwrap_or_default().to_string(),
    })
}

/// The blocks as they go back: the endpoint takes neither malformed input nor empty text.
fn echoed(blocks: &[Value]) -> Vec<Value> {
    let kept = blocks.iter().filter(|b| b.get("text").is_none_or(|t| t.as_str() != Some("")));
    kept.cloned()
        .map(|mut block| {
            if let Some(input @ Value::String(_)) = block.get_mut("input") {
                *input = json!({});
            }
            block
        })
        .collect()
}

fn usage(json: &Value) -> Option<Usage> {
    let at = |key: &str| json.get(key).and_then(Value::as_u64);
    let (cached, cache_write) =
        (at("cache_read_input_tokens").unwrap_or(0), at("cache_creation_input_tokens").unwrap_or(0));
    Some(Usage {
        prompt: at("input_tokens")? + cached + cache_write,
        cached,
        cache_write,
        completion: at("output_tokens").unwrap_or(0),
        reasoning: 0,
    })
}

/// The message that the events of a stream add up to.
pub fn assemble(events: Vec<String>) -> Result<Value, Failure> {
    let mut message = Map::new();
    let mut blocks: Vec<Value> = Vec::new();
    let mut inputs: Vec<String> = Vec::new();
    let mut stopped = false;
    for data in events {
        let event: Value = serde_json::from_str(&data)
            .map_err(|e| Failure::new(Kind::Garbled, format!("the stream contains malformed JSON: {e}")))?;
        let index = event.get("index").and_then(Value::as_u64).unwrap_or(0) as usize;
        match event.get("type").and_then(Value::as_str).unwrap_or_default() {
            "message_start" => message = event.get("message").and_then(Value::as_object).cloned().unwrap_or_default(),
            "content_block_start" if index <= blocks.len() => {
                blocks.truncate(index);
                blocks.push(event.get("content_block").cloned().unwrap_or_default());
                inputs.resize(blocks.len(), String::new());
            }
            "content_block_delta" => {
                let (Some(block), Some(input)) = (blocks.get_mut(index), inputs.get_mut(index)) else { continue };
                let delta = |key: &str| event.pointer(&format!("/delta/{key}")).and_then(Value::as_str);
                let mut append = |key: &str| {
                    if let Some(more) = delta(key) {
                        let so_far = block.get(key).and_then(Value::as_str).unwrap_or_default();
                        block[key] = format!("{so_far}{more}").into();
                    }
                };
                match delta("type").unwrap_or_default() {
                    "input_json_delta" => input.push_str(delta("partial_json").unwrap_or_default()),
                    "text_delta" => append("text"),
                    "thinking_delta" => append("thinking"),
                    "signature_delta" => append("signature"),
                    _ => {}
                }
            }
            "message_delta" => {
                if let Some(reason) = event.pointer("/delta/stop_reason") {
                    message.insert("stop_reason".into(), reason.clone());
                }
                if let (Some(more), Some(Value::Object(usage))) =
                    (event.get("usage").and_then(Value::as_object), message.get_mut("usage"))
                {
                    usage.extend(more.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())));
                }
            }
            "message_stop" => stopped = true,
            "error" => return Err(Failure::of_error(&event)),
            _ => {}
        }
    }
    if !stopped {
        return Err(cut_off());
    }
    for (block, input) in blocks.iter_mut().zip(inputs).filter(|(_, input)| !input.is_empty()) {
        block["input"] = serde_json::from_str(&input).unwrap_or(Value::String(input));
    }
    message.insert("content".into(), blocks.into());
    Ok(Value::Object(message))
}
