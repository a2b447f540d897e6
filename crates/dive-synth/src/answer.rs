//! Typed answers for values, and the words that would give them away.

use dive_core::answer::Answer;
use dive_core::expr::{Expr, Op};
use dive_core::sem::Sem;
use serde_json::Value;

use crate::literal;

/// The typed answer for a value.
pub fn answer_of(value: &Value, sem: Option<&Sem>, derivation: &Expr) -> Option<Answer> {
    let names =
        |v: &Value| -> Option<Vec<String>> { v.as_array()?.iter().map(|x| x.as_str().map(str::to_string)).collect() };
    if let Expr::Apply { op, .. } = derivation {
        match op {
            Op::Top { .. } => return Some(Answer::List { items: names(value)? }),
            Op::Mapping { labels } => {
                let entries = labels.iter().map(|l| {
                    let v = value.get(l)?;
                    Some((l.clone(), plain(v, None)?))
                });
                return Some(Answer::Mapping { entries: entries.collect::<Option<_>>()? });
            }
            _ => {}
        }
    }
    if value.is_array() {
        return Some(Answer::Set { items: names(value)?.into_iter().collect() });
    }
    let decimals = match derivation {
        Expr::Apply { op: Op::Round { decimals }, .. } => Some(*decimals),
        _ => None,
    };
    match (plain(value, sem)?, decimals) {
        (Answer::Number { value, unit, .. }, Some(d)) => {
            Some(Answer::Number { value, unit, decimals: Some(d), tolerance: 0.5 * 10f64.powi(-(d as i32)) })
        }
        (other, _) => Some(other),
    }
}

fn plain(value: &Value, sem: Option<&Sem>) -> Option<Answer> {
    Some(match value {
        Value::Bool(b) => Answer::Boolean { value: *b },
        Value::Number(n) => Answer::Number {
            value: n.as_f64()?,
            unit: sem.map_or(String::new(), |s| s.unit().to_string()),
            decimals: None,
            tolerance: 0.0,
        },
        Value::String(s) => match sem {
            Some(Sem::Date(_)) => Answer::Date { value: s.clone() },
            Some(Sem::Entity(of) | Sem::Category(of)) => Answer::Text { value: s.clone(), of: of.clone() },
            _ if is_date(s) => Answer::Date { value: s.clone() },
            _ => Answer::Text { value: s.clone(), of: String::new() },
        },
        _ => return None,
    })
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && literal::date(text).is_some()
}

/// Lower-case words and numbers. A name is as many tokens as it has parts: the 4 of "LIAVU-4" is a 4 that a reader sees.
pub fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(char::is_ascii_digit);
    let mut found = vec![String::new()];
    for (i, c) in chars.iter().enumerate() {
        let within_number = digit(i.checked_sub(1)) && digit(Some(i + 1));
        match c {
            c if c.is_alphanumeric() => {
                if let Some(word) = found.last_mut() {
                    word.extend(c.to_lowercase());
                }
            }
            '.' if within_number => {
                if let Some(word) = found.last_mut() {
                    word.push('.');
                }
            }
            ',' if within_number => {}
            _ => found.push(String::new()),
        }
    }
    found.retain(|w| !w.is_empty());
    found
}

/// Every text by which an answer could be given away.
pub fn answer_texts(answer: &Answer, into: &mut Vec<String>) {
    match answer {
        Answer::Number { value, decimals, .. } => {
            into.push(value.to_string());
            if let Some(d) = decimals {
                into.push(format!("{value:.*}", *d as usize));
            }
        }
        Answer::Text { value, .. } => into.push(dive_core::answer::normal(value)),
        Answer::Date { value } => {
            into.push(value.clone());
            into.extend(literal::date(value));
        }
        Answer::Boolean { .. } => {}
        Answer::List { items } => into.extend(items.iter().cloned()),
        Answer::Set { items } => into.extend(items.iter().cloned()),
        Answer::Mapping { entries } => entries.values().for_each(|a| answer_texts(a, into)),
    }
}
