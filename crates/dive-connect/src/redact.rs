//! Secrets never leave the runtime: not in a result that echoes them, not in an error that quotes a request.

use serde_json::Value;

const MARK: &str = "[redacted]";

/// Shortest secret that is looked for in text: shorter ones would tear ordinary words apart.
const SHORTEST: usize = 4;

/// Shortest part of a secret that is looked for where texts are cut.
const PART: usize = 6;

/// The secrets of a provider in every form in which they may come back.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn new(secrets: impl IntoIterator<Item = String>) -> Secrets {
        let mut forms: Vec<String> = Vec::new();
        for secret in secrets.into_iter().filter(|s| s.len() >= SHORTEST) {
            let in_path = percent(&secret);
            let in_query = encoded(&secret, b"-._*").replace("%20", "+");
            forms.extend([lower_escapes(&in_path), lower_escapes(&in_query), in_path, in_query]);
            // As JSON and HTML write it.
            let json = Value::String(secret.clone()).to_string();
            let json = json.trim_matches('"');
            forms.extend([json.to_string(), json.replace('/', "\\/")]);
            let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            forms.extend([html.replace('"', "&quot;").replace('\'', "&#39;"), html]);
            forms.push(secret);
        }
        // The longest first, so that no remainder is left of one that contains another.
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Secrets(forms)
    }

    pub(crate) fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_string(), |t, s| if t.contains(s.as_str()) { t.replace(s, MARK) } else { t })
    }

    /// The same for a message, whose quoted excerpt may begin or end within a secret.
    pub(crate) fn message(&self, text: &str) -> String {
        let text = self.text(text);
        let start = text.find('“').map_or(0, |i| i + '“'.len_utf8());
        let end = text.rfind('”').unwrap_or(text.trim_end_matches('.').len());
        let (Some(before), Some(said), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
            return text;
        };
        let mut said = said.to_string();
        for secret in &self.0 {
            let cuts = || secret.char_indices().map(|(i, _)| i).filter(|i| *i > 0);
            let mut heads = cuts().rev().filter(|i| *i >= PART).filter_map(|i| secret.get(..i));
            if let Some(kept) = heads.find_map(|part| said.strip_suffix(part)) {
                said = format!("{kept}{MARK}");
            }
            let mut tails = cuts().filter(|i| secret.len() - i >= PART).filter_map(|i| secret.get(i..));
            if let Some(kept) = tails.find_map(|part| said.strip_prefix(part)) {
                said = format!("{MARK}{kept}");
            }
        }
        format!("{before}{said}{after}")
    }

    pub(crate) fn value(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::String(s) => Value::String(self.text(&s)),
            Value::Array(items) => items.into_iter().map(|v| self.value(v)).collect(),
            Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (self.text(&k), self.value(v))).collect()),
            // A key of digits comes back as a number where a provider thinks that it is one.
            Value::Number(n) if self.0.contains(&n.to_string()) => MARK.into(),
            other => other,
        }
    }
}

/// Everything but unreserved characters percent-encoded.
pub(crate) fn percent(text: &str) -> String {
    encoded(text, b"-._~")
}

/// The same with the digits of its escapes in lower case.
fn lower_escapes(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut out = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        out.push('%');
        out.push_str(&digits.to_lowercase());
        out.push_str(rest);
    }
    out
}

fn encoded(text: &str, kept: &[u8]) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || kept.contains(&b) {
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

        let digits = Secrets::new(["8246013579".to_string()]);
        assert_eq!(digits.value(json!({"key": 8_246_013_579_u64, "n": 82})), json!({"key": "[redacted]", "n": 82}));
        let odd = Secrets::new(["pa~s s/w&r".to_string()]);
        for form in
            ["pa~s s/w&r", "pa~s%20s%2Fw%26r", "pa%7Es+s%2Fw%26r", "pa~s%20s%2fw%26r", "pa~s s\\/w&r", "pa~s s/w&amp;r"]
        {
            assert_eq!(odd.text(&format!("k={form}.")), "k=[redacted].", "{form}");
        }
        let long = Secrets::new(["SECRETKEY0123456789".to_string()]);
        assert_eq!(long.message("it ends in SECRETKEY012”."), "it ends in [redacted]”.");
        assert_eq!(long.message("EY0123456789 begins"), "[redacted] begins");
        assert_eq!(long.message("It said: “EY0123456789 x”."), "It said: “[redacted] x”.");
        let word = Secrets::new(["password123".to_string()]);
        assert_eq!(word.message("wrong password for x"), "wrong password for x", "an ordinary word in the middle");
    }
}
