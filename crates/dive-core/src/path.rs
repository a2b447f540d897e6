//! Where a value stands in an observation: an RFC 6901 JSON Pointer in which a segment `*` stands for every element.

use serde_json::Value;

/// The value at `path`. Without `*` it is the addressed value itself; each `*` yields a list, in order.
pub fn resolve(value: &Value, path: &str) -> Option<Value> {
    match path.split_once("/*") {
        None => value.pointer(path).cloned(),
        Some((head, tail)) => value
            .pointer(head)?
            .as_array()?
            .iter()
            .map(|item| resolve(item, tail))
            .collect::<Option<Vec<_>>>()
            .map(Value::Array),
    }
}

/// `path` with its first `*` replaced by `index`.
pub fn at(path: &str, index: usize) -> String {
    path.replacen('*', &index.to_string(), 1)
}

/// The path by which a form speaks of a value of that name in the text at `path`.
pub fn quoted(path: &str, name: &str) -> String {
    format!("{path}#{name}")
}

/// Whether a path addresses a value in a text: path of the text, and name of the value.
pub fn in_text(path: &str) -> Option<(&str, &str)> {
    path.rsplit_once('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn stars_collect_columns() {
        let v = json!({"rows": [{"a": 1}, {"a": 2}], "n": 3});
        assert_eq!(resolve(&v, "/n"), Some(json!(3)));
        assert_eq!(resolve(&v, "/rows/*/a"), Some(json!([1, 2])));
        assert_eq!(resolve(&v, "/rows/*"), Some(json!([{"a": 1}, {"a": 2}])));
        assert_eq!(resolve(&v, "/rows/*/b"), None);
        assert_eq!(at("/rows/*/a", 1), "/rows/1/a");
    }
}
