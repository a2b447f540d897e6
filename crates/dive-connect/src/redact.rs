//! Secrets never leave the runtime: not in a result that echoes them, not in an error that quotes a request.

use serde_json::Value;

const MARK: &str = "[redacted]";

/// Shortest secret that is looked for in text: shorter ones would tear ordinary words apart.
const SHORTEST: usize = 4;

/// The secrets of a provider in every form in which they may come back.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn new(secrets: impl IntoIterator<Item = String>) -> Secrets {
        let mut forms: Vec<String> = Vec::new();
        for secret in secrets.into_iter().filter(|s| s.len() >= SHORTEST) {
            forms.push(percent(&secret));
            forms.push(secret);
        }
        // The longest first, so that no remainder is left of one that contains another.
        forms.sort_by_key(|s| std::cmp::Reverse(s.len()));
        forms.dedup();
        Secrets(forms)
    }

    pub(crate) fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_string(), |t, s| if t.contains(s.as_str()) { t.replace(s, MARK) } else { t })
    }

    pub(crate) fn value(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::String(s) => Value::String(self.text(&s)),
            Value::Array(items) => items.into_iter().map(|v| self.value(v)).collect(),
            Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (self.text(&k), self.value(v))).collect()),
            other => other,
        }
    }
}

/// Everything but unreserved characters percent-encoded.
pub(crate) fn percent(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
            out.push(b as char);
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_found_in_every_place_and_form() {
        let secrets = Secrets::new(["s3cret/+key".to_string(), "abc".to_string()]);
        let seen = json!({"echo": "?k=s3cret%2F%2Bkey&x=abc", "s3cret/+key": ["Bearer s3cret/+key"], "n": 1});
        let clean = json!({"echo": "?k=[redacted]&x=abc", "[redacted]": ["Bearer [redacted]"], "n": 1});
        assert_eq!(secrets.value(seen), clean);
    }
}
