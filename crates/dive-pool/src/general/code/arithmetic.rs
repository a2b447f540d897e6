//! Operators.

use std::cmp::Ordering;

use super::eval::{Machine, Run};
use super::value::{DEEPEST, Heap, Object, Value};

const TOO_LARGE: &str = "a whole number has more than 38 digits, which is not supported";

/// A number: truth values count as 0 and 1.
#[derive(Clone, Copy)]
pub enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    pub fn of(value: &Value) -> Option<Number> {
        match value {
            Value::Bool(b) => Some(Number::Int((*b).into())),
            Value::Int(i) => Some(Number::Int(*i)),
            Value::Float(x) => Some(Number::Float(*x)),
            _ => None,
        }
    }

    pub fn float(self) -> f64 {
        match self {
            Number::Int(i) => i as f64,
            Number::Float(x) => x,
        }
    }
}

pub fn unary(m: &mut Machine, op: &str, value: &Value) -> Run<Value> {
    if op == "not" {
        return Ok(Value::Bool(!m.heap.truth(value)));
    }
    match (op, Number::of(value)) {
        ("-", Some(Number::Int(i))) => i.checked_neg().map(Value::Int).ok_or_else(|| TOO_LARGE.into()),
        ("-", Some(Number::Float(x))) => Ok(Value::Float(-x)),
        (_, Some(Number::Int(i))) => Ok(Value::Int(i)),
        (_, Some(Number::Float(x))) => Ok(Value::Float(x)),
        _ => Err(format!("`{op}` cannot stand before a {}", m.heap.kind(value))),
    }
}

pub fn binary(m: &mut Machine, op: &str, a: &Value, b: &Value) -> Run<Value> {
    if let (Some(x), Some(y)) = (Number::of(a), Number::of(b)) {
        return match (x, y, op) {
            (Number::Int(x), Number::Int(y), op) if op != "/" => whole(op, x, y),
            (x, y, op) => fractional(op, x.float(), y.float()),
        };
    }
    let kinds = (m.heap.kind(a), m.heap.kind(b));
    match (a, b, op) {
        (Value::Text(x), Value::Text(y), "+") => {
            m.make(x.len() + y.len())?;
            return Ok(Value::Text(format!("{x}{y}").into()));
        }
        (Value::Text(x), n, "*") | (n, Value::Text(x), "*") if Number::of(n).is_some() => {
            let times = times(n)?;
            m.make(x.len().saturating_mul(times))?;
            return Ok(Value::Text(x.repeat(times).into()));
        }
        _ => {}
    }
    let wrong = || format!("`{op}` does not work between {} and {}", kinds.0, kinds.1);
    let objects = (m.copy(a)?, m.copy(b)?);
    match (objects, op) {
        ((Some(Object::List(mut x)), Some(Object::List(y))), "+") => {
            x.extend(y);
            m.list(x)
        }
        ((Some(Object::Tuple(mut x)), Some(Object::Tuple(y))), "+") => {
            x.extend(y);
            m.tuple(x)
        }
        ((Some(Object::List(x)), None), "*") => {
            let times = times(b)?;
            m.make(x.len().saturating_mul(times))?;
            m.list(x.iter().cycle().take(x.len() * times).cloned().collect())
        }
        ((Some(Object::Set(x)), Some(Object::Set(y))), "|" | "&" | "-" | "^") => {
            let mut kept = Vec::new();
            for value in x.keys() {
                let there = y.contains(&m.key(&value)?);
                if op == "|" || there == (op == "&") {
                    kept.push(value);
                }
            }
            if matches!(op, "|" | "^") {
                for value in y.keys() {
                    if !x.contains(&m.key(&value)?) {
                        kept.push(value);
                    }
                }
            }
            m.set(kept)
        }
        _ => Err(wrong()),
    }
}

fn times(value: &Value) -> Run<usize> {
    match Number::of(value) {
        Some(Number::Int(n)) => Ok(usize::try_from(n.max(0)).unwrap_or(usize::MAX)),
        _ => Err("a text or list can only be repeated a whole number of times".into()),
    }
}

fn whole(op: &str, x: i128, y: i128) -> Run<Value> {
    let zero = || String::from("division by zero");
    let value = match op {
        "+" => x.checked_add(y),
        "-" => x.checked_sub(y),
        "*" => x.checked_mul(y),
        // Rounded down, as Python does, rather than towards zero.
        "//" if y == 0 => return Err(zero()),
        "%" if y == 0 => return Err(zero()),
        "//" => x.checked_div_euclid(y).map(|q| if y < 0 && x.rem_euclid(y) != 0 { q - 1 } else { q }),
        "%" => x.checked_rem_euclid(y).map(|r| if y < 0 && r != 0 { r + y } else { r }),
        "**" if y < 0 => return fractional(op, x as f64, y as f64),
        "**" => match (x, u32::try_from(y)) {
            (0 | 1, _) => Some(if y == 0 { 1 } else { x }),
            (-1, _) => Some(if y % 2 == 0 { 1 } else { -1 }),
            (_, Ok(y)) => x.checked_pow(y),
            _ => None,
        },
        "|" => Some(x | y),
        "&" => Some(x & y),
        "^" => Some(x ^ y),
        _ => return Err(format!("`{op}` does not work between numbers")),
    };
    value.map(Value::Int).ok_or_else(|| TOO_LARGE.into())
}

fn fractional(op: &str, x: f64, y: f64) -> Run<Value> {
    let value = match op {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" | "//" | "%" if y == 0.0 => return Err("division by zero".into()),
        "/" => x / y,
        "//" => ((x - remainder(x, y)) / y).round(),
        "%" => remainder(x, y),
        "**" if x == 0.0 && y < 0.0 => return Err("zero cannot have a negative power".into()),
        "**" => {
            let power = libm::pow(x, y);
            if power.is_nan() && !x.is_nan() && !y.is_nan() {
                return Err("a negative number cannot have a fractional power".into());
            }
            power
        }
        _ => return Err(format!("`{op}` does not work between float and float")),
    };
    if value.is_infinite() && x.is_finite() && y.is_finite() {
        return Err("the result is too large".into());
    }
    Ok(Value::Float(value))
}

/// What is left, with the sign of the divisor.
fn remainder(x: f64, y: f64) -> f64 {
    let r = libm::fmod(x, y);
    if r != 0.0 && (r < 0.0) != (y < 0.0) { r + y } else { r }
}

/// The place that an index means, from the end if it is negative.
pub fn place(index: &Value, length: usize) -> Run<usize> {
    let Some(Number::Int(i)) = Number::of(index) else { return Err("an index has to be a whole number".into()) };
    let at = if i < 0 { i.saturating_add(length as i128) } else { i };
    usize::try_from(at)
        .ok()
        .filter(|at| *at < length)
        .ok_or_else(|| format!("the index {i} is out of range; there are {length} items"))
}

pub fn slice(m: &mut Machine, object: &Value, bounds: [Option<Value>; 3]) -> Run<Value> {
    let items = match m.heap.get(object) {
        Some(Object::Dict(_) | Object::Set(_)) => return Err(format!("a {} has no order", m.heap.kind(object))),
        _ => m.items(object)?,
    };
    let length = items.len() as i128;
    let whole = |v: &Option<Value>| match v {
        None | Some(Value::None) => Ok(None),
        Some(v) => match Number::of(v) {
            Some(Number::Int(i)) => Ok(Some(i)),
            _ => Err(String::from("the bounds of a slice have to be whole numbers")),
        },
    };
    let [from, to, step] = &bounds;
    let step = whole(step)?.unwrap_or(1);
    if step == 0 {
        return Err("the step of a slice cannot be zero".into());
    }
    let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |i: i128| (if i < 0 { i.saturating_add(length) } else { i }).clamp(least, most);
    let start = whole(from)?.map_or(if step > 0 { 0 } else { length - 1 }, bound);
    let end = whole(to)?.map_or(if step > 0 { length } else { -1 }, bound);
    let (mut chosen, mut at) = (Vec::new(), start);
    while (step > 0 && at < end) || (step < 0 && at > end) {
        chosen.extend(usize::try_from(at).ok().and_then(|i| items.get(i)).cloned());
        at = at.saturating_add(step);
    }
    match (object, m.heap.get(object)) {
        (Value::Text(_), _) => {
            let mut text = String::new();
            chosen.iter().for_each(|c| m.heap.write(c, false, 0, &mut text));
            m.text(text)
        }
        (_, Some(Object::Tuple(_))) => m.tuple(chosen),
        _ => m.list(chosen),
    }
}

/// Whether a comparison holds.
pub fn holds(m: &mut Machine, op: &str, a: &Value, b: &Value) -> Run<bool> {
    Ok(match op {
        "==" => equal(m, a, b, 0)?,
        "!=" => !equal(m, a, b, 0)?,
        "is" | "is not" => {
            let same = match (a, b) {
                (Value::Ref(x), Value::Ref(y)) => x == y,
                (Value::None, Value::None) => true,
                (Value::Bool(x), Value::Bool(y)) => x == y,
                (Value::None | Value::Bool(_) | Value::Ref(_), _)
                | (_, Value::None | Value::Bool(_) | Value::Ref(_)) => false,
                _ => return Err("`is` is for None, True, False, lists and dicts; compare with ==".into()),
            };
            same == (op == "is")
        }
        "in" | "not in" => within(m, a, b)? == (op == "in"),
        "<" => order(m, a, b, 0)? == Some(Ordering::Less),
        "<=" => matches!(order(m, a, b, 0)?, Some(Ordering::Less | Ordering::Equal)),
        ">" => order(m, a, b, 0)? == Some(Ordering::Greater),
        _ => matches!(order(m, a, b, 0)?, Some(Ordering::Greater | Ordering::Equal)),
    })
}

fn within(m: &mut Machine, item: &Value, object: &Value) -> Run<bool> {
    if let (Value::Text(part), Value::Text(text)) = (item, object) {
        m.spend(text.len() / 8 + 1)?;
        return Ok(text.contains(part.as_ref()));
    }
    if let Some(Object::Dict(_) | Object::Set(_)) = m.heap.get(object) {
        let key = m.key(item)?;
        return Ok(matches!(m.heap.get(object), Some(Object::Dict(t) | Object::Set(t)) if t.contains(&key)));
    }
    if matches!(object, Value::Text(_)) {
        return Err(format!("a {} cannot be in a str", m.heap.kind(item)));
    }
    for other in m.items(object)? {
        if equal(m, item, &other, 0)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Equality of values.
pub fn equal(m: &mut Machine, a: &Value, b: &Value, depth: usize) -> Run<bool> {
    m.spend(1)?;
    if let (Some(x), Some(y)) = (Number::of(a), Number::of(b)) {
        return Ok(compare_numbers(x, y) == Some(Ordering::Equal));
    }
    if depth > DEEPEST {
        return Err("values are nested too deeply to be compared".into());
    }
    let (x, y) = match (a, b) {
        (Value::Text(x), Value::Text(y)) => return Ok(x == y),
        (Value::None, Value::None) => return Ok(true),
        (Value::Ref(x), Value::Ref(y)) if x == y => return Ok(true),
        (Value::Builtin(x), Value::Builtin(y)) => return Ok(x == y),
        (Value::Ref(_), Value::Ref(_)) => (m.copy(a)?, m.copy(b)?),
        _ => return Ok(false),
    };
    match (x, y) {
        (Some(Object::List(x)), Some(Object::List(y))) | (Some(Object::Tuple(x)), Some(Object::Tuple(y))) => {
            if x.len() != y.len() {
                return Ok(false);
            }
            for (x, y) in x.iter().zip(&y) {
                if !equal(m, x, y, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Some(Object::Dict(x)), Some(Object::Dict(y))) | (Some(Object::Set(x)), Some(Object::Set(y))) => {
            if x.len() != y.len() {
                return Ok(false);
            }
            for (name, value) in x.pairs() {
                let key = m.key(name)?;
                match y.get(&key) {
                    Some(other) if equal(m, value, other, depth + 1)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn compare_numbers(x: Number, y: Number) -> Option<Ordering> {
    match (x, y) {
        (Number::Int(x), Number::Int(y)) => Some(x.cmp(&y)),
        (x, y) => x.float().partial_cmp(&y.float()),
    }
}

/// The order of two values; none when one is not a number after all.
pub fn order(m: &mut Machine, a: &Value, b: &Value, depth: usize) -> Run<Option<Ordering>> {
    m.spend(1)?;
    if let (Some(x), Some(y)) = (Number::of(a), Number::of(b)) {
        return Ok(compare_numbers(x, y));
    }
    let wrong = |heap: &Heap| format!("{} and {} have no order", heap.kind(a), heap.kind(b));
    let (x, y) = match (a, b) {
        (Value::Text(x), Value::Text(y)) => return Ok(Some(x.as_ref().cmp(y.as_ref()))),
        _ if depth > DEEPEST => return Err("values are nested too deeply to be compared".into()),
        _ => (m.copy(a)?, m.copy(b)?),
    };
    match (x, y) {
        (Some(Object::List(x)), Some(Object::List(y))) | (Some(Object::Tuple(x)), Some(Object::Tuple(y))) => {
            for (x, y) in x.iter().zip(&y) {
                if !equal(m, x, y, depth + 1)? {
                    return order(m, x, y, depth + 1);
                }
            }
            Ok(Some(x.len().cmp(&y.len())))
        }
        _ => Err(wrong(&m.heap)),
    }
}
