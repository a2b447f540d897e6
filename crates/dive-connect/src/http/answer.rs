//! From the bytes of a response to a result.

use dive_core::tool::ErrorKind;
use dive_tools::manifest::Format;
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Deepest nesting of an XML document that is turned into JSON; JSON has a limit of its own.
const DEPTH: u32 = 64;

/// Reads a body in its declared format.
pub(crate) fn parse(bytes: &[u8], format: Format) -> Result<Value, Failure> {
    let text = || String::from_utf8_lossy(bytes);
    match format {
        // An operation that was carried out need not say anything.
        Format::Json if bytes.trim_ascii().is_empty() => Ok(json!({})),
        Format::Json => serde_json::from_slice(bytes).map_err(|e| garbled("JSON", &e, &text())),
        Format::Xml => {
            let text = text();
            // Services name their DTD; entities of its own are no way to send data.
            let options = roxmltree::ParsingOptions { allow_dtd: !text.contains("<!ENTITY"), ..Default::default() };
            let document =
                roxmltree::Document::parse_with_options(&text, options).map_err(|e| garbled("XML", &e, &text))?;
            let root = document.root_element();
            let value = element(root, 0).ok_or_else(|| garbled("XML", &"it is nested too deeply", &text))?;
            Ok(json!({ root.tag_name().name(): value }))
        }
        Format::Text => Ok(json!({ "text": text() })),
    }
}

/// The part of an answer that is the result, as an object.
pub(crate) fn select(answer: &Value, pointer: &str) -> Result<Value, Failure> {
    match answer.pointer(pointer) {
        None | Some(Value::Null) => {
            Err(Failure::answer(ErrorKind::NotFound, "The provider has nothing for these arguments."))
        }
        Some(found) => Ok(object(found.clone())),
    }
}

/// Results are objects, so that every value in them has a name.
pub(crate) fn object(value: Value) -> Value {
    match value {
        Value::Object(_) => value,
        Value::Array(items) => json!({ "items": items }),
        Value::String(text) => json!({ "text": text }),
        other => json!({ "value": other }),
    }
}

fn garbled(format: &str, error: &dyn std::fmt::Display, text: &str) -> Failure {
    // A body that was cut off on its way may arrive whole the next time.
    let message = format!("The answer is not valid {format} ({error}): {}", excerpt(text));
    Failure::passing(ErrorKind::Provider, message)
}

/// The beginning of what a provider said, as one line.
pub(crate) fn excerpt(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let clean: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    if clean.is_empty() { "an empty answer.".into() } else { format!("“{clean}”.") }
}

/// The end of what a program said: its last line is the reason.
pub(crate) fn ending(text: &str) -> String {
    let line = text.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or_default();
    excerpt(line)
}

/// An element: its text if it has nothing else; otherwise attributes as `@name`, children by name, text as `text`.
fn element(node: roxmltree::Node<'_, '_>, depth: u32) -> Option<Value> {
    if depth > DEPTH {
        return None;
    }
    let mut map = Map::new();
    for attribute in node.attributes() {
        map.insert(format!("@{}", attribute.name()), attribute.value().into());
    }
    let mut text = String::new();
    for child in node.children() {
        if child.is_element() {
            let value = element(child, depth + 1)?;
            match map.get_mut(child.tag_name().name()) {
                Some(Value::Array(items)) => items.push(value),
                Some(first) => *first = json!([first.take(), value]),
                None => {
                    map.insert(child.tag_name().name().into(), value);
                }
            }
        } else if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    let text = text.trim();
    if map.is_empty() {
        return Some(text.into());
    }
    if !text.is_empty() {
        map.insert("text".into(), text.into());
    }
    Some(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_becomes_json_and_its_tricks_stay_outside() {
        let xml = br#"<feed a="1"><n>5</n><e><t>x</t></e><e id="2"> y <b/></e></feed>"#;
        let json = json!({"feed": {"@a": "1", "n": "5", "e": [{"t": "x"}, {"@id": "2", "b": "", "text": "y"}]}});
        assert_eq!(parse(xml, Format::Xml).unwrap(), json);
        let bomb = b"<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>";
        assert!(parse(bomb, Format::Xml).is_err());
        let named = b"<!DOCTYPE x PUBLIC \"-//A//B//EN\" \"https://example.org/x.dtd\"><x>5</x>";
        assert_eq!(parse(named, Format::Xml).unwrap(), json!({"x": "5"}));
        let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
        assert!(parse(deep.as_bytes(), Format::Xml).is_err());
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert!(parse(deep.as_bytes(), Format::Json).is_err());
    }
}
