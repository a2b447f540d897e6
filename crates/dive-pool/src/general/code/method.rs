//! Methods of texts, lists, dicts and sets.

use super::arithmetic::{self, Number, equal};
use super::builtin::{Named, sort};
use super::eval::{Machine, Run};
use super::value::{Object, Value};

/// Calls a method of a text, list, dict or set.
pub fn call(m: &mut Machine, object: &Value, name: &str, args: &[Value], named: &Named) -> Run<Value> {
    m.spend(1)?;
    let kind = m.heap.kind(object);
    let result = match (kind, name) {
        ("list", "sort") => {
            let option = |wanted: &str| named.iter().find(|(n, _)| n == wanted).map(|(_, v)| v.clone());
            let items = m.items(object)?;
            let sorted = sort(m, items, option("key"), option("reverse"))?;
            if let Some(Object::List(items)) = m.heap.get_mut(object) {
                *items = sorted;
            }
            return Ok(Value::None);
        }
        _ if !named.is_empty() => None,
        ("list" | "tuple", "count" | "index") => of_sequence(m, object, name, args),
        ("list", _) => of_list(m, object, name, args),
        ("dict" | "set", _) => of_table(m, object, name, args),
        ("str", _) => match object {
            Value::Text(text) => of_text(m, text, name, args),
            _ => None,
        },
        _ => None,
    };
    result.unwrap_or_else(|| Err(format!("a {kind} has no method `{name}` with these arguments")))
}

fn of_sequence(m: &mut Machine, object: &Value, name: &str, args: &[Value]) -> Option<Run<Value>> {
    let [wanted] = args else { return None };
    let mut places = Vec::new();
    let items = match m.items(object) {
        Ok(items) => items,
        Err(e) => return Some(Err(e)),
    };
    for (i, item) in items.iter().enumerate() {
        match equal(m, item, wanted, 0) {
            Ok(true) => places.push(i),
            Ok(false) => {}
            Err(e) => return Some(Err(e)),
        }
    }
    Some(match (name, places.first()) {
        ("count", _) => Ok(Value::Int(places.len() as i128)),
        (_, Some(at)) => Ok(Value::Int(*at as i128)),
        (_, None) => Err("the value is not in the list".into()),
    })
}

fn of_table(m: &mut Machine, object: &Value, name: &str, args: &[Value]) -> Option<Run<Value>> {
    match (name, args) {
        ("keys" | "values" | "items", []) if m.heap.kind(object) == "dict" => Some(columns(m, object, name)),
        (_, [key, rest @ ..]) if rest.len() < 2 => {
            let made = m.key(key).and_then(|k| m.make(2).map(|()| k));
            let place = match made {
                Ok(place) => place,
                Err(e) => return Some(Err(e)),
            };
            let other = rest.first().cloned();
            Some(Ok(match (m.heap.get_mut(object)?, name, other) {
                (Object::Dict(t), "get", other) => t.get(&place).cloned().or(other).unwrap_or(Value::None),
                (Object::Dict(t), "pop", other) => match t.remove(&place).or(other) {
                    Some(value) => value,
                    None => return Some(Err("the dict has no such key".into())),
                },
                (Object::Dict(t), "setdefault", Some(value)) => match t.get(&place) {
                    Some(known) => known.clone(),
                    None => {
                        t.insert(place, key.clone(), value.clone());
                        value
                    }
                },
                (Object::Set(t), "add", None) => {
                    t.insert(place, key.clone(), Value::None);
                    Value::None
                }
                (Object::Set(t), "discard", None) => {
                    t.remove(&place);
                    Value::None
                }
                _ => return None,
            }))
        }
        _ => None,
    }
}

fn columns(m: &mut Machine, object: &Value, name: &str) -> Run<Value> {
    let Some(Object::Dict(table)) = m.copy(object)? else { return Ok(Value::None) };
    match name {
        "keys" => m.list(table.keys()),
        "values" => m.list(table.pairs().map(|p| p.1.clone()).collect()),
        _ => {
            let mut rows = Vec::new();
            for (key, value) in table.pairs() {
                rows.push(m.tuple(vec![key.clone(), value.clone()])?);
            }
            m.list(rows)
        }
    }
}

fn of_list(m: &mut Machine, object: &Value, name: &str, args: &[Value]) -> Option<Run<Value>> {
    let more = match (name, args) {
        ("extend", [x]) => match m.items(x) {
            Ok(items) => items,
            Err(e) => return Some(Err(e)),
        },
        _ => Vec::new(),
    };
    if let Err(e) = m.make(more.len() + 1) {
        return Some(Err(e));
    }
    let Some(Object::List(items)) = m.heap.get_mut(object) else { return None };
    let length = items.len();
    Some(match (name, args) {
        ("append", [x]) => {
            items.push(x.clone());
            Ok(Value::None)
        }
        ("extend", [_]) => {
            items.extend(more);
            Ok(Value::None)
        }
        ("insert", [at, x]) => match Number::of(at) {
            Some(Number::Int(i)) => {
                let at = if i < 0 { i.saturating_add(length as i128) } else { i }.clamp(0, length as i128);
                items.insert(at as usize, x.clone());
                Ok(Value::None)
            }
            _ => Err("an index has to be a whole number".into()),
        },
        ("pop", []) => items.pop().ok_or_else(|| "the list is empty".into()),
        ("pop", [at]) => arithmetic::place(at, length).map(|at| items.remove(at)),
        ("reverse", []) => {
            items.reverse();
            Ok(Value::None)
        }
        _ => return None,
    })
}

fn of_text(m: &mut Machine, text: &str, name: &str, args: &[Value]) -> Option<Run<Value>> {
    if let Err(e) = m.spend(text.len() / 8 + 1) {
        return Some(Err(e));
    }
    let arg = |i: usize| match args.get(i) {
        Some(Value::Text(s)) => Some(s.to_string()),
        _ => None,
    };
    let whole = |n: usize| Ok(Value::Int(n as i128));
    Some(match (name, args.len(), arg(0)) {
        ("upper", 0, _) => m.text(text.to_uppercase()),
        ("lower", 0, _) => m.text(text.to_lowercase()),
        ("strip", 0, _) => m.text(text.trim()),
        ("isdigit", 0, _) => Ok(Value::Bool(!text.is_empty() && text.chars().all(|c| c.is_ascii_digit()))),
        ("isalpha", 0, _) => Ok(Value::Bool(!text.is_empty() && text.chars().all(char::is_alphabetic))),
        ("startswith", 1, Some(part)) => Ok(Value::Bool(text.starts_with(&part))),
        ("endswith", 1, Some(part)) => Ok(Value::Bool(text.ends_with(&part))),
        ("count", 1, Some(part)) if !part.is_empty() => whole(text.matches(&part).count()),
        ("find", 1, Some(part)) => {
            Ok(Value::Int(text.find(&part).map_or(-1, |at| text.get(..at).map_or(0, |t| t.chars().count()) as i128)))
        }
        ("replace", 2, Some(old)) => {
            let new = arg(1)?;
            let grown = text.matches(old.as_str()).count().saturating_mul(new.len()) + text.len();
            match m.make(grown) {
                Ok(()) => Ok(Value::Text(text.replace(&old, &new).into())),
                Err(e) => Err(e),
            }
        }
        ("split", 0, _) => {
            let parts = text.split_whitespace().map(|p| Value::Text(p.into())).collect();
            m.list(parts)
        }
        ("split", 1, Some(by)) if !by.is_empty() => {
            let parts = text.split(&by).map(|p| Value::Text(p.into())).collect();
            m.list(parts)
        }
        ("join", 1, _) => {
            let items = match args.first().map(|x| m.items(x)) {
                Some(Ok(items)) => items,
                Some(Err(e)) => return Some(Err(e)),
                None => return None,
            };
            let mut out = String::new();
            for (i, item) in items.iter().enumerate() {
                let Value::Text(part) = item else { return Some(Err("join() needs texts; use str() on each".into())) };
                if i > 0 {
                    out.push_str(text);
                }
                out.push_str(part);
                if let Err(e) = m.make(text.len() + part.len()) {
                    return Some(Err(e));
                }
            }
            Ok(Value::Text(out.into()))
        }
        _ => return None,
    })
}
