//! From a server's result to ours.

use dive_core::tool::ErrorKind;
use rmcp::ServiceError;
use rmcp::model::{CallToolResult, ErrorCode};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::http::{excerpt, object};

/// The result of a call: structured content if there is any, else JSON that came as text, else text.
pub(crate) fn value(result: &CallToolResult, max_bytes: usize) -> Result<Value, Failure> {
    let content = serde_json::to_value(&result.content).unwrap_or_default();
    let blocks = content.as_array().cloned().unwrap_or_default();
    let texts: Vec<&str> = blocks.iter().filter_map(text).collect();
    if result.is_error == Some(true) {
        return Err(Failure::answer(ErrorKind::Provider, format!("The tool failed: {}", excerpt(&texts.join("\n")))));
    }
    let size = texts.iter().map(|t| t.len()).sum::<usize>()
        + result.structured_content.as_ref().map_or(0, |v| v.to_string().len());
    if size > max_bytes {
        let message = format!("The result is longer than {max_bytes} bytes; ask for less.");
        return Err(Failure::answer(ErrorKind::TooLarge, message));
    }
    if let Some(structured) = &result.structured_content {
        return Ok(unwrapped(structured).unwrap_or_else(|| object(structured.clone())));
    }
    let others: Vec<Value> = blocks.iter().filter(|b| text(b).is_none()).map(described).collect();
    if others.is_empty() {
        return Ok(match texts.as_slice() {
            [one] => match serde_json::from_str::<Value>(one) {
                Ok(json @ (Value::Object(_) | Value::Array(_))) => object(json),
                _ => json!({ "text": one }),
            },
            many => json!({ "text": many.join("\n") }),
        });
    }
    Ok(json!({"text": texts.join("\n"), "attachments": others}))
}

/// Structured content that is one text, and the text JSON: what servers make of tools that returned text before there was
/// structured content.
fn unwrapped(structured: &Value) -> Option<Value> {
    let map = structured.as_object().filter(|m| m.len() == 1)?;
    let text = map.values().next()?.as_str()?;
    let inner: Value = serde_json::from_str(text).ok()?;
    (inner.is_object() || inner.is_array()).then(|| object(inner))
}

fn text(block: &Value) -> Option<&str> {
    match block.get("type")?.as_str()? {
        "text" => block.get("text")?.as_str(),
        "resource" => block.pointer("/resource/text")?.as_str(),
        _ => None,
    }
}

/// What is no text is named rather than shown: pictures and sound help no question.
fn described(block: &Value) -> Value {
    let string = |pointer: &str| block.pointer(pointer).and_then(Value::as_str).map(|s| s.chars().take(500).collect());
    let kind: Option<String> = string("/type");
    let mime: Option<String> = string("/mimeType").or_else(|| string("/resource/mimeType"));
    let uri: Option<String> = string("/uri").or_else(|| string("/resource/uri"));
    json!({"type": kind, "mime_type": mime, "uri": uri})
}

/// A failure of the protocol rather than of the tool.
pub(crate) fn failure(error: &ServiceError) -> Failure {
    match error {
        ServiceError::McpError(e) => {
            let said = excerpt(&e.message);
            match e.code {
                ErrorCode::INVALID_PARAMS => {
                    Failure::answer(ErrorKind::BadArguments, format!("The server refused the arguments: {said}"))
                }
                ErrorCode::METHOD_NOT_FOUND => {
                    Failure::answer(ErrorKind::NotFound, format!("The server has no such tool: {said}"))
                }
                _ => Failure::answer(ErrorKind::Provider, format!("The server failed: {said}")),
            }
        }
        ServiceError::Timeout { .. } => Failure::passing(ErrorKind::Timeout, "The server did not answer in time."),
        ServiceError::TransportSend(_) | ServiceError::TransportClosed => {
            Failure::passing(ErrorKind::Transport, "The server closed the connection.")
        }
        other => {
            Failure::passing(ErrorKind::Transport, format!("The server broke off: {}", excerpt(&other.to_string())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(json: Value) -> CallToolResult {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn content_becomes_one_object() {
        let text = |t: &str| json!({"content": [{"type": "text", "text": t}]});
        for (given, wanted) in [
            (json!({"structuredContent": {"a": 1}, "content": [{"type": "text", "text": "x"}]}), json!({"a": 1})),
            (json!({"structuredContent": {"content": "[{\"a\": 1}]"}, "content": []}), json!({"items": [{"a": 1}]})),
            (text("{\"a\": [1]}"), json!({"a": [1]})),
            (text("[1, 2]"), json!({"items": [1, 2]})),
            (text("5"), json!({"text": "5"})),
            (text("{broken"), json!({"text": "{broken"})),
            (
                json!({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}),
                json!({"text": "a\nb"}),
            ),
            (
                json!({"content": [{"type": "image", "data": "AAAA", "mimeType": "image/png"}]}),
                json!({"text": "", "attachments": [{"type": "image", "mime_type": "image/png", "uri": null}]}),
            ),
        ] {
            assert_eq!(value(&result(given), 1000).unwrap(), wanted);
        }
        let error =
            value(&result(json!({"isError": true, "content": [{"type": "text", "text": "no\u{1b}[31m row"}]})), 1000);
        assert_eq!(error.unwrap_err().error.message, "The tool failed: “no[31m row”.");
        assert_eq!(value(&result(text(&"x".repeat(2000))), 1000).unwrap_err().error.kind, ErrorKind::TooLarge);
    }
}
