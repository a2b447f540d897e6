//! Statements of a manifest on their way to the server: named parameters become numbered ones, rows become JSON.

use std::error::Error;

use bytes::BytesMut;
use dive_core::tool::ErrorKind;
use serde_json::Value;
use tokio_postgres::Statement;
use tokio_postgres::types::{Format, IsNull, Kind, ToSql, Type};

use crate::failure::Failure;

/// A statement with `$1` where it said `:name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) sql: String,
    /// The names, in the order of their numbers.
    pub(super) names: Vec<String>,
}

/// Reads a statement of a manifest.
///
/// What stands in quotation marks, comments or dollar quotes is left as it is, and `::` is a cast.
///
/// # Errors
/// It is several statements, has numbered parameters, or a quotation that does not end.
pub(super) fn parse(sql: &str) -> Result<Parsed, String> {
    let sql = sql.trim().trim_end_matches(';');
    let (mut out, mut names): (String, Vec<String>) = (String::new(), Vec::new());
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let starts = |text: &str| text.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let unended = || format!("a quotation or comment does not end: {}", rest.chars().take(20).collect::<String>());
        let length = match c {
            '\'' => quoted(rest, '\'', escapes(&out)).ok_or_else(unended)?,
            '"' => quoted(rest, '"', false).ok_or_else(unended)?,
            '-' if after.starts_with('-') => rest.find('\n').unwrap_or(rest.len()),
            '/' if after.starts_with('*') => comment(rest).ok_or_else(unended)?,
            '$' if after.starts_with(|c: char| c.is_ascii_digit()) => {
                return Err("parameters are written `:name`, not by number".into());
            }
            '$' => match after.find('$').and_then(|n| rest.get(..n + 2)) {
                Some(tag) if !tag.contains(char::is_whitespace) => {
                    let body = rest.get(tag.len()..).unwrap_or_default();
                    body.find(tag).map(|n| n + 2 * tag.len()).ok_or_else(unended)?
                }
                _ => 1,
            },
            ':' if after.starts_with(':') => 2,
            ':' if starts(after) => {
                let name = after.get(..word(after)).unwrap_or_default();
                let number = names.iter().position(|n| n == name).unwrap_or_else(|| {
                    names.push(name.into());
                    names.len() - 1
                });
                out.push_str(&format!("${}", number + 1));
                rest = after.get(name.len()..).unwrap_or_default();
                continue;
            }
            ';' => return Err("it is more than one statement".into()),
            // A whole word at once: in `a$1` nothing is a parameter.
            _ if starts(rest) => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len())
            }
            _ => c.len_utf8(),
        };
        out.push_str(rest.get(..length).unwrap_or_default());
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(Parsed { sql: out, names })
}

/// Length of what stands in quotation marks, doubled marks (and, in `E'…'`, backslashes) inside.
fn quoted(text: &str, mark: char, escapes: bool) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == mark {
            match chars.peek() {
                Some((_, next)) if *next == mark => drop(chars.next()),
                _ => return Some(i + 1),
            }
        }
    }
    None
}

/// Whether the text before a quotation mark ends with the prefix `E`.
fn escapes(before: &str) -> bool {
    let mut chars = before.chars().rev();
    let prefix = chars.next().is_some_and(|c| c.eq_ignore_ascii_case(&'e'));
    prefix && !chars.next().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

/// Length of a comment, others inside.
fn comment(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_u32, 0);
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += rest.chars().next()?.len_utf8();
        }
    }
}

/// A statement of one text column: the rows of `sql` as JSON objects, at most one more than `most`, NULL for one that is
/// longer than `max_bytes`. As a subquery it cannot change data, whatever it says.
///
/// # Errors
/// Two columns have the same name.
pub(super) fn as_json(sql: &str, prepared: &Statement, max_bytes: usize, most: usize) -> Result<String, Failure> {
    let mut columns = Vec::new();
    for (i, column) in prepared.columns().iter().enumerate() {
        if prepared.columns().iter().take(i).any(|c| c.name() == column.name()) {
            let message = format!("The statement returns two columns called `{}`; name one with AS.", column.name());
            return Err(Failure::answer(ErrorKind::Provider, message));
        }
        let name = format!("\"{}\"", column.name().replace('"', "\"\""));
        columns.push(match column.type_() {
            // More digits than a double holds would be rounded by whoever reads the JSON: they stay text.
            t if *t == Type::NUMERIC => format!(
                "CASE WHEN length(ltrim(translate(trim_scale({name})::text, '-.', ''), '0')) <= 15 \
                 THEN to_json({name}) ELSE to_json({name}::text) END AS {name}"
            ),
            _ => name,
        });
    }
    let limit = most + 1;
    Ok(format!(
        "SELECT CASE WHEN octet_length(line) <= {max_bytes} THEN line END FROM (SELECT row_to_json(cells)::text AS line \
         FROM (SELECT {} FROM (\n{sql}\n) AS given LIMIT {limit}) AS cells OFFSET 0) AS lines",
        columns.join(", ")
    ))
}

/// An argument, as text of whatever type its place has.
#[derive(Debug)]
pub(super) struct Argument<'a>(pub(super) Option<&'a Value>);

impl ToSql for Argument<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(value) = self.0.filter(|v| !v.is_null()) else { return Ok(IsNull::Yes) };
        let text = if matches!(*ty, Type::JSON | Type::JSONB) { value.to_string() } else { text(value, ty) };
        out.extend_from_slice(text.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A value as PostgreSQL reads it from text.
fn text(value: &Value, ty: &Type) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Array(items) if matches!(ty.kind(), Kind::Array(_)) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| match item {
                    Value::Null => "NULL".into(),
                    Value::Array(_) => text(item, ty),
                    other => {
                        let plain = text(other, &Type::TEXT);
                        format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
                    }
                })
                .collect();
            format!("{{{}}}", items.join(","))
        }
        // A whole number may be written as a fraction, which an integer does not read.
        Value::Number(n) => match n.as_f64() {
            Some(x) if n.is_f64() && x.fract() == 0.0 && x.abs() < 1e15 => format!("{x:.0}"),
            _ => n.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_become_numbers_outside_of_quotations() {
        for (sql, wanted, names) in [
            ("SELECT a FROM t WHERE b = :b AND c > :c_1;", "SELECT a FROM t WHERE b = $1 AND c > $2", vec!["b", "c_1"]),
            ("SELECT :a::date, :a || ':no', \":no\" ", "SELECT $1::date, $1 || ':no', \":no\"", vec!["a"]),
            ("SELECT E'it\\'s :no' || 'it''s :no' /* :no /* ; */ */ -- :no", "", vec![]),
            ("SELECT $$ :no ; $$ || $x$ :no $$ $x$, a[1:2], x$y", "", vec![]),
            ("SELECT 'E' || name':no'", "", vec![]),
        ] {
            let parsed = parse(sql).unwrap();
            let wanted = if wanted.is_empty() { sql } else { wanted };
            assert_eq!((parsed.sql.as_str(), parsed.names), (wanted, names.iter().map(|n| n.to_string()).collect()));
        }
        for (sql, words) in [
            ("SELECT 1; SELECT 2", "more than one"),
            ("SELECT $1", "by number"),
            ("SELECT 'open", "does not end"),
            ("SELECT /* open", "does not end"),
            ("SELECT $x$ open", "does not end"),
        ] {
            assert!(parse(sql).unwrap_err().contains(words), "{sql}");
        }
    }

    #[test]
    fn arguments_are_written_as_the_server_reads_them() {
        let list = json!(["a\"b", null, "c\\d", 2, [true]]);
        assert_eq!(text(&list, &Type::TEXT_ARRAY), r#"{"a\"b",NULL,"c\\d","2",{"true"}}"#);
        for (value, wanted) in [(json!(3.0), "3"), (json!(2.5), "2.5"), (json!(7), "7"), (json!("x"), "x")] {
            assert_eq!(text(&value, &Type::TEXT), wanted);
        }
        assert_eq!(text(&json!({"a": [1]}), &Type::TEXT), r#"{"a":[1]}"#);
    }
}
