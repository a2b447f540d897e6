//! Results have a length that a model can read. What is cut says so, and JSON stays JSON.

use dive_core::tool::{ErrorKind, ToolError, ToolSpec};
use serde_json::Value;

/// Longest result, in bytes of JSON; longer lists and texts are cut and marked.
pub const OUTPUT_CAP: usize = 8 * 1024;

/// Room for the mark.
const MARK: usize = 64;

/// Cuts a result to the output cap and says whether it is everything there is.
///
/// The list of the declared rows is cut; of a tool that others run also the longest list, or the text of a result that is
/// nothing but text. Anything else that is too long is refused: half an object is worse than none.
pub(crate) fn cap(spec: &ToolSpec, mut value: Value) -> Result<(Value, bool), ToolError> {
    let mut truncated = value.get("truncated").is_some_and(|t| t == &Value::Bool(true));
    let size = length(&value);
    if size > OUTPUT_CAP {
        truncated = true;
        match &spec.output.rows {
            Some(rows) => cut_list(&mut value, &rows.pointer, size)?,
            // Embedded tools say what may be cut; others say what they like.
            None if spec.deterministic => return Err(too_large()),
            None if only_text(&value) => cut_text(&mut value),
            None => {
                let pointer = longest_list(&value, "").map(|(_, pointer)| pointer).ok_or_else(too_large)?;
                cut_list(&mut value, &pointer, size)?;
            }
        }
        if let Some(map) = value.as_object_mut() {
            map.insert("truncated".into(), true.into());
        }
    }
    Ok((value, spec.output.complete && !truncated))
}

fn too_large() -> ToolError {
    ToolError::new(ErrorKind::TooLarge, "The result is too long; ask for less.")
}

fn length(value: &Value) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |v| v.len())
}

fn cut_list(value: &mut Value, pointer: &str, mut size: usize) -> Result<(), ToolError> {
    let list = value.pointer_mut(pointer).and_then(Value::as_array_mut).ok_or_else(too_large)?;
    while size + 20 > OUTPUT_CAP {
        let dropped = list.pop().ok_or_else(too_large)?;
        size -= length(&dropped).saturating_add(1).min(size);
    }
    Ok(())
}

/// A result of a tool that answers in prose: one text, and perhaps a mark.
fn only_text(value: &Value) -> bool {
    let Some(map) = value.as_object() else { return false };
    map.get("text").is_some_and(Value::is_string) && map.keys().all(|k| k == "text" || k == "truncated")
}

fn cut_text(value: &mut Value) {
    let Some(Value::String(text)) = value.get_mut("text") else { return };
    let total = text.len();
    // Escapes make text longer than its bytes.
    let mut budget = OUTPUT_CAP - MARK;
    let mut keep = 0;
    for (at, c) in text.char_indices() {
        let cost = match c {
            '"' | '\\' | '\n' | '\r' | '\t' => 2,
            c if c.is_control() => 6,
            c => c.len_utf8(),
        };
        if cost > budget {
            break;
        }
        budget -= cost;
        keep = at + c.len_utf8();
    }
    text.truncate(keep);
    text.push_str(&format!("… [cut: {keep} of {total} bytes]"));
}

fn longest_list(value: &Value, at: &str) -> Option<(usize, String)> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(_) => return Some((length(value), at.to_string())),
        Value::Object(map) => {
            map.iter().map(|(k, v)| (format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")), v)).collect()
        }
        _ => return None,
    };
    inner.into_iter().filter_map(|(pointer, v)| longest_list(v, &pointer)).max_by_key(|(size, _)| *size)
}
