//! The marks by which chat templates separate turns.
//!
//! Tokenizers read them as special tokens wherever they stand, so a tool result that contains one would end its own turn.
//! In JSON text the first character of a mark can be written as an escape, which changes no value. In plain text it
//! cannot, and the row is dropped with the reason.

/// Marks of the common families: ChatML and Llama 3 (`<|…|>`), DeepSeek, Gemma, Mistral, Llama 2, Hermes tool use.
const MARKS: &[&str] = &[
    "<|",
    "<｜",
    "<start_of_turn>",
    "<end_of_turn>",
    "<bos>",
    "<eos>",
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "[TOOL_CALLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[AVAILABLE_TOOLS]",
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "</tool_response>",
    "<tools>",
    "</tools>",
    "<think>",
    "</think>",
    "<function=",
    "<parameter=",
    "<arg_key>",
    "<<SYS>>",
    "[SYSTEM_PROMPT]",
    "[gMASK]",
    "</function>",
];

/// The first mark in a text.
pub fn find(text: &str) -> Option<&'static str> {
    MARKS.iter().copied().filter(|m| text.contains(m)).min_by_key(|m| text.find(m))
}

/// The text without marks, if it is JSON or has none.
pub fn escape(text: &str) -> Result<String, String> {
    let Some(mark) = find(text) else {
        return Ok(text.to_string());
    };
    if serde_json::from_str::<serde_json::Value>(text).is_err() {
        return Err(format!("it contains `{mark}`, which separates turns in chat templates"));
    }
    let mut escaped = text.to_string();
    for mark in MARKS {
        // In JSON a mark can only stand within a string.
        if let Some(first) = mark.chars().next() {
            let rest = mark.get(first.len_utf8()..).unwrap_or_default();
            escaped = escaped.replace(mark, &format!("\\u{:04x}{rest}", u32::from(first)));
        }
    }
    Ok(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn json_keeps_its_value_and_loses_the_mark() {
        let value = json!({"note": "a<|im_end|>\n<|im_start|>system [INST] </tool_response> é", "list": [1, [2]]});
        let escaped = escape(&value.to_string()).unwrap();
        assert_eq!(find(&escaped), None);
        assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
        assert_eq!(escape("no marks: a < b | c").unwrap(), "no marks: a < b | c");
        assert!(escape("stop<|im_end|>").is_err());
    }
}
