//! Where a model took its arguments from. It does not say, so a program looks: in the question first, then in what was
//! observed before. What is found in neither place was written by the model, and stays a constant without a span.

use dive_core::canon;
use dive_core::evidence::{Call, Evidence, Outcome, Source};
use dive_core::expr::Expr;
use dive_core::form::Form;
use dive_core::sem::Sem;
use dive_core::task::Span;
use dive_tools::ToolPool;
use serde_json::Value;

/// Numbers of up to this size occur everywhere; they are only taken from a field of the parameter's own name.
const COMMON: f64 = 100.0;

/// The evidence with a source for every argument, given the question.
pub fn trace(evidence: &Evidence, question: &str, pool: &ToolPool) -> Evidence {
    let mut traced = Evidence::default();
    for call in &evidence.calls {
        let spec = pool.spec(&call.tool);
        let sources = call
            .args
            .iter()
            .map(|(name, value)| {
                let sem = spec.and_then(|s| s.param(name)).map_or_else(|| plain(value), |p| p.sem.clone());
                let source = match place(question, value) {
                    Some(_) => Source::Literal(sem),
                    None => earlier(&traced, name, value).map_or(Source::Literal(sem), Source::Derived),
                };
                (name.clone(), source)
            })
            .collect();
        traced.calls.push(Call { sources, ..call.clone() });
    }
    traced
}

/// The stretches of the question that express the constants of a form, as far as they can be found.
pub fn spans(question: &str, form: &Form) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (value, sem) in form.constants() {
        let Some((start, end)) = place(question, value) else { continue };
        if spans.iter().all(|s| end <= s.start || s.end <= start) {
            let text = question.chars().skip(start).take(end - start).collect();
            spans.push(Span { start, end, text, value: value.clone(), sem: sem.clone() });
        }
    }
    spans.sort_by_key(|s| s.start);
    spans
}

/// The meaning of a value of which only the type is known.
fn plain(value: &Value) -> Sem {
    match value {
        Value::Number(_) => Sem::Number,
        Value::Bool(_) => Sem::Flag("value".into()),
        _ => Sem::Text("value".into()),
    }
}

/// Where a value stands in the question: characters from and to.
fn place(question: &str, value: &Value) -> Option<(usize, usize)> {
    let written = match value {
        Value::String(text) if !text.trim().is_empty() => vec![text.clone()],
        Value::Number(n) => {
            let text = canon::canonical(Value::Number(n.clone())).to_string();
            vec![with_commas(&text), text]
        }
        _ => return None,
    };
    written.iter().find_map(|text| whole_word(question, text))
}

fn with_commas(number: &str) -> String {
    let (whole, rest) = number.find('.').map_or((number, ""), |i| number.split_at(i));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    format!("{sign}{text}{rest}")
}

/// The first place where `text` stands and is not part of a longer word or number.
fn whole_word(question: &str, text: &str) -> Option<(usize, usize)> {
    whole_words(question, text).into_iter().next()
}

/// All places where `text` stands and is not part of a longer word or number: characters from and to.
pub fn whole_words(question: &str, text: &str) -> Vec<(usize, usize)> {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let within = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let characters = |end: usize| question.get(..end).map_or(0, |t| t.chars().count());
    let whole = |(start, text): (usize, &str)| {
        let end = start + text.len();
        let before = question.get(..start).and_then(|t| t.chars().next_back());
        let mut after = question.get(end..).unwrap_or_default().chars();
        let (next, second) = (after.next(), after.next());
        let decimal = matches!(next, Some('.' | ',')) && digit(second) && text.ends_with(|c: char| c.is_ascii_digit());
        let tail = matches!(before, Some('.' | ',')) && text.starts_with(|c: char| c.is_ascii_digit());
        let alone = !within(before) && !within(next) && !decimal && !tail;
        alone.then(|| (characters(start), characters(end)))
    };
    if text.is_empty() { Vec::new() } else { question.match_indices(text).filter_map(whole).collect() }
}

/// An earlier observation that shows the value: best in a field of the parameter's name, else the first.
fn earlier(evidence: &Evidence, param: &str, value: &Value) -> Option<Expr> {
    let common = match value {
        Value::Number(n) => n.as_f64().is_none_or(|x| x.abs() <= COMMON && x.fract() == 0.0),
        Value::String(text) => text.chars().count() < 2,
        _ => return None,
    };
    let mut first = None;
    for call in &evidence.calls {
        let Outcome::Value { value: observed, .. } = &call.outcome else { continue };
        let mut found = Vec::new();
        search(observed, value, &mut String::new(), &mut found);
        for path in found {
            let named = path.rsplit('/').next() == Some(param);
            if named {
                return Some(Expr::get(call.id, path));
            }
            if !common {
                first.get_or_insert_with(|| Expr::get(call.id, path));
            }
        }
    }
    first
}

/// Pointers at which a scalar stands.
fn search(observed: &Value, wanted: &Value, path: &mut String, found: &mut Vec<String>) {
    let length = path.len();
    match observed {
        Value::Object(map) => {
            for (key, inner) in map {
                path.push('/');
                path.push_str(&key.replace('~', "~0").replace('/', "~1"));
                search(inner, wanted, path, found);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                path.push_str(&format!("/{index}"));
                search(inner, wanted, path, found);
                path.truncate(length);
            }
        }
        scalar if equal(scalar, wanted) => found.push(path.clone()),
        _ => {}
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(x), Some(y)) => x == y,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_found_as_whole_words() {
        for (question, value, expected) in [
            ("Is Brno near?", json!("Brno"), Some((3, 7))),
            ("Is Brnoburg near?", json!("Brno"), None),
            ("Über 1,500 m?", json!(1500), Some((5, 10))),
            ("A mass of 1.5 kg.", json!(1.5), Some((10, 13))),
            ("A mass of 1.55 kg.", json!(1.5), None),
            ("A mass of 21.5 kg.", json!(1.5), None),
            ("In 2010.", json!(2010), Some((3, 7))),
        ] {
            assert_eq!(place(question, &value), expected, "{question}");
        }
    }
}
