//! Functions that are there from the start, and the module `math`.

use std::cmp::Ordering;

use super::arithmetic::{self, Number, order};
use super::eval::{Machine, Run};
use super::value::{Object, Table, Value};

const FUNCTIONS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "dict",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "int",
    "len",
    "list",
    "map",
    "max",
    "min",
    "pow",
    "print",
    "range",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];
const MATH: &[&str] = &[
    "math.acos",
    "math.asin",
    "math.atan",
    "math.atan2",
    "math.ceil",
    "math.comb",
    "math.cos",
    "math.degrees",
    "math.exp",
    "math.factorial",
    "math.floor",
    "math.gcd",
    "math.hypot",
    "math.isqrt",
    "math.log",
    "math.log10",
    "math.log2",
    "math.prod",
    "math.radians",
    "math.sin",
    "math.sqrt",
    "math.tan",
];

/// The function of that name.
pub fn named(name: &str) -> Option<Value> {
    FUNCTIONS.iter().find(|f| **f == name).map(|f| Value::Builtin(f))
}

/// What `math` has under that name.
pub fn of_math(name: &str) -> Run<Value> {
    match name {
        "pi" => Ok(Value::Float(std::f64::consts::PI)),
        "e" => Ok(Value::Float(std::f64::consts::E)),
        "inf" => Ok(Value::Float(f64::INFINITY)),
        _ => {
            let found = MATH.iter().find(|f| f.strip_prefix("math.") == Some(name));
            found.map(|f| Value::Builtin(f)).ok_or_else(|| format!("`math.{name}` is not there"))
        }
    }
}

/// Arguments by name.
pub type Named = [(String, Value)];

/// Calls a function that is there from the start.
pub fn call(m: &mut Machine, name: &'static str, args: &[Value], named: &Named) -> Run<Value> {
    m.spend(1)?;
    let known: &[&str] = match name {
        "sorted" => &["key", "reverse"],
        "min" | "max" => &["key", "default"],
        "print" => &["sep", "end"],
        "sum" | "enumerate" => &["start"],
        "round" => &["ndigits"],
        _ => &[],
    };
    if let Some((odd, _)) = named.iter().find(|(n, _)| !known.contains(&n.as_str())) {
        return Err(format!("{name}() has no argument `{odd}`"));
    }
    let option = |wanted: &str| named.iter().find(|(n, _)| n == wanted).map(|(_, v)| v.clone());
    if let Some(function) = name.strip_prefix("math.") {
        return math(m, function, args);
    }
    match (name, args) {
        ("abs", [x]) => match Number::of(x) {
            Some(Number::Int(i)) => Ok(Value::Int(i.saturating_abs())),
            Some(Number::Float(x)) => Ok(Value::Float(x.abs())),
            None => Err(format!("a {} has no absolute value", m.heap.kind(x))),
        },
        ("all" | "any", [x]) => {
            let items = m.items(x)?;
            let truth = |v: &Value| m.heap.truth(v);
            Ok(Value::Bool(if name == "all" { items.iter().all(truth) } else { items.iter().any(truth) }))
        }
        ("bool", [x]) => Ok(Value::Bool(m.heap.truth(x))),
        ("int" | "float", [x]) => number(m, name, x),
        ("int", [Value::Text(text), base]) => {
            let base = match Number::of(base) {
                Some(Number::Int(b @ 2..=36)) => b as u32,
                _ => return Err("a base is a whole number from 2 to 36".into()),
            };
            let value = i128::from_str_radix(text.trim(), base);
            value.map(Value::Int).map_err(|_| format!("`{text}` is no whole number in base {base}"))
        }
        ("str", []) => m.text(""),
        ("str", [x]) => {
            let mut text = String::new();
            m.heap.write(x, false, 0, &mut text);
            m.text(text)
        }
        ("len", [Value::Text(text)]) => {
            m.spend(text.len() / 8)?;
            Ok(Value::Int(text.chars().count() as i128))
        }
        ("len", [x]) => match m.heap.get(x) {
            Some(Object::List(v) | Object::Tuple(v)) => Ok(Value::Int(v.len() as i128)),
            Some(Object::Dict(t) | Object::Set(t)) => Ok(Value::Int(t.len() as i128)),
            None => Err(format!("a {} has no length", m.heap.kind(x))),
        },
        ("list" | "tuple" | "set" | "dict", []) => match name {
            "list" => m.list(Vec::new()),
            "tuple" => m.tuple(Vec::new()),
            "set" => m.set(Vec::new()),
            _ => table(m, Vec::new()),
        },
        ("list", [x]) => m.items(x).and_then(|v| m.list(v)),
        ("tuple", [x]) => m.items(x).and_then(|v| m.tuple(v)),
        ("set", [x]) => m.items(x).and_then(|v| m.set(v)),
        ("dict", [x]) => {
            if let Some(Object::Dict(t)) = m.copy(x)? {
                return table(m, t.pairs().cloned().collect());
            }
            let mut pairs = Vec::new();
            for pair in m.items(x)? {
                match m.items(&pair)?.as_slice() {
                    [key, value] => pairs.push((key.clone(), value.clone())),
                    _ => return Err("dict() needs pairs".into()),
                }
            }
            table(m, pairs)
        }
        ("divmod", [x, y]) => {
            let pair = vec![arithmetic::binary(m, "//", x, y)?, arithmetic::binary(m, "%", x, y)?];
            m.tuple(pair)
        }
        ("pow", [x, y]) => arithmetic::binary(m, "**", x, y),
        ("pow", [x, y, modulus]) => power(x, y, modulus),
        ("enumerate", [x, rest @ ..]) if rest.len() < 2 => {
            let start = rest.first().cloned().or(option("start"));
            let Some(Number::Int(start)) = start.map_or(Some(Number::Int(0)), |v| Number::of(&v)) else {
                return Err("enumerate() starts at a whole number".into());
            };
            let mut pairs = Vec::new();
            for (i, item) in m.items(x)?.into_iter().enumerate() {
                pairs.push(m.tuple(vec![Value::Int(start.saturating_add(i as i128)), item])?);
            }
            m.list(pairs)
        }
        ("filter" | "map", [f, x]) => {
            let mut kept = Vec::new();
            for item in m.items(x)? {
                let value = m.call(f, vec![item.clone()], Vec::new())?;
                match name {
                    "map" => kept.push(value),
                    _ if m.heap.truth(&value) => kept.push(item),
                    _ => {}
                }
            }
            m.list(kept)
        }
        ("max" | "min", [_, ..]) => extreme(m, name, args, option("key"), option("default")),
        ("print", _) => {
            let text = |v: Option<Value>, usual: &str| match v {
                Some(Value::Text(s)) => s.to_string(),
                _ => usual.to_string(),
            };
            let (separator, end) = (text(option("sep"), " "), text(option("end"), "\n"));
            let mut line = String::new();
            for (i, value) in args.iter().enumerate() {
                if i > 0 {
                    line.push_str(&separator);
                }
                m.heap.write(value, false, 0, &mut line);
                m.make(line.len())?;
            }
            line.push_str(&end);
            m.make(line.len())?;
            m.printed.push_str(&line);
            if m.printed.len() > super::LONGEST_OUTPUT {
                return Err(format!("more than {} characters are printed; print less", super::LONGEST_OUTPUT));
            }
            Ok(Value::None)
        }
        ("range", [_] | [_, _] | [_, _, _]) => range(m, args),
        ("reversed", [x]) => {
            let mut items = m.items(x)?;
            items.reverse();
            m.list(items)
        }
        ("round", [x, rest @ ..]) if rest.len() < 2 => round(x, rest.first().cloned().or(option("ndigits"))),
        ("sorted", [x]) => {
            let items = m.items(x)?;
            let sorted = sort(m, items, option("key"), option("reverse"))?;
            m.list(sorted)
        }
        ("sum", [x, rest @ ..]) if rest.len() < 2 => {
            let mut total = rest.first().cloned().or(option("start")).unwrap_or(Value::Int(0));
            for item in m.items(x)? {
                total = arithmetic::binary(m, "+", &total, &item)?;
            }
            Ok(total)
        }
        ("zip", _) => {
            let columns = args.iter().map(|x| m.items(x)).collect::<Run<Vec<_>>>()?;
            let length = columns.iter().map(Vec::len).min().unwrap_or(0);
            let mut rows = Vec::new();
            for i in 0..length {
                let row = columns.iter().filter_map(|c| c.get(i).cloned()).collect();
                rows.push(m.tuple(row)?);
            }
            m.list(rows)
        }
        _ => Err(format!("{name}() does not take these {} arguments", args.len())),
    }
}

fn table(m: &mut Machine, pairs: Vec<(Value, Value)>) -> Run<Value> {
    m.make(2 * pairs.len() + 1)?;
    let mut table = Table::default();
    for (name, value) in pairs {
        table.insert(m.key(&name)?, name, value);
    }
    Ok(m.heap.put(Object::Dict(table)))
}

fn number(m: &Machine, name: &str, x: &Value) -> Run<Value> {
    match (name, x, Number::of(x)) {
        ("int", _, Some(Number::Int(i))) => Ok(Value::Int(i)),
        ("int", _, Some(Number::Float(x))) if x.abs() < 1e38 => Ok(Value::Int(x as i128)),
        ("int", Value::Text(s), _) => s.trim().parse().map(Value::Int).map_err(|_| format!("`{s}` is no whole number")),
        ("float", _, Some(n)) => Ok(Value::Float(n.float())),
        ("float", Value::Text(s), _) => s.trim().parse().map(Value::Float).map_err(|_| format!("`{s}` is no number")),
        _ => Err(format!("a {} cannot become a whole number or a float", m.heap.kind(x))),
    }
}

fn power(x: &Value, y: &Value, modulus: &Value) -> Run<Value> {
    let whole = |v: &Value| match Number::of(v) {
        Some(Number::Int(i)) => Ok(i),
        _ => Err(String::from("pow() with a modulus needs whole numbers")),
    };
    let (x, mut y, modulus) = (whole(x)?, whole(y)?, whole(modulus)?);
    if y < 0 || modulus < 1 || modulus > i128::from(u64::MAX / 2) {
        return Err("pow() needs an exponent from 0 and a modulus from 1 to 9223372036854775807".into());
    }
    let (mut base, mut result) = (x.rem_euclid(modulus), 1 % modulus);
    while y > 0 {
        if y & 1 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        y >>= 1;
    }
    Ok(Value::Int(result))
}

fn range(m: &mut Machine, args: &[Value]) -> Run<Value> {
    let whole = |v: &Value| match Number::of(v) {
        Some(Number::Int(i)) => Ok(i),
        _ => Err(String::from("range() needs whole numbers")),
    };
    let (from, to, step) = match args {
        [to] => (0, whole(to)?, 1),
        [from, to] => (whole(from)?, whole(to)?, 1),
        [from, to, step] => (whole(from)?, whole(to)?, whole(step)?),
        _ => return Err("range() takes up to three numbers".into()),
    };
    if step == 0 {
        return Err("range() cannot have a step of zero".into());
    }
    let span = if step > 0 { to.saturating_sub(from) } else { from.saturating_sub(to) };
    let count = if span <= 0 { 0 } else { (span - 1) / step.saturating_abs() + 1 };
    // Paid for before it is made.
    m.make(usize::try_from(count).unwrap_or(usize::MAX))?;
    let items = (0..count).map(|i| Value::Int(from.saturating_add(i.saturating_mul(step)))).collect();
    Ok(m.heap.put(Object::List(items)))
}

/// To the even neighbour from the middle, as Python does.
fn round(x: &Value, digits: Option<Value>) -> Run<Value> {
    let digits = match digits.as_ref().map(Number::of) {
        None => None,
        Some(Some(Number::Int(d @ -30..=30))) => Some(d as i32),
        _ => return Err("round() keeps -30 to 30 decimal places".into()),
    };
    match (Number::of(x), digits) {
        (Some(Number::Int(i)), None | Some(0..)) => Ok(Value::Int(i)),
        (Some(Number::Int(i)), Some(d)) => {
            let unit = 10i128.pow(d.unsigned_abs());
            let (down, rest) = (i.div_euclid(unit), i.rem_euclid(unit));
            let up = rest * 2 > unit || (rest * 2 == unit && down % 2 != 0);
            (down + i128::from(up)).checked_mul(unit).map(Value::Int).ok_or_else(|| "the result is too large".into())
        }
        (Some(Number::Float(x)), None) if x.abs() < 1e38 => Ok(Value::Int(x.round_ties_even() as i128)),
        (Some(Number::Float(x)), Some(d)) if x.is_finite() => {
            // The decimal digits of the number itself decide, not those of a product.
            let rounded = if d >= 0 {
                format!("{x:.*}", d as usize).parse().unwrap_or(x)
            } else {
                let unit = libm::pow(10.0, f64::from(-d));
                (x / unit).round_ties_even() * unit
            };
            Ok(Value::Float(rounded))
        }
        _ => Err("round() needs a finite number".into()),
    }
}

fn extreme(m: &mut Machine, name: &str, args: &[Value], by: Option<Value>, default: Option<Value>) -> Run<Value> {
    let items = match args {
        [one] => m.items(one)?,
        several => several.to_vec(),
    };
    let mut best: Option<(Value, Value)> = None;
    for item in items {
        let mark = match &by {
            Some(f) => m.call(f, vec![item.clone()], Vec::new())?,
            None => item.clone(),
        };
        let better = match &best {
            None => true,
            Some((least, _)) => {
                order(m, &mark, least, 0)? == Some(if name == "max" { Ordering::Greater } else { Ordering::Less })
            }
        };
        if better {
            best = Some((mark, item));
        }
    }
    best.map(|b| b.1).or(default).ok_or_else(|| format!("{name}() of nothing"))
}

/// Items in order, by what a function makes of each if there is one.
pub fn sort(m: &mut Machine, items: Vec<Value>, by: Option<Value>, reverse: Option<Value>) -> Run<Vec<Value>> {
    let mut marked = Vec::new();
    for item in items {
        let mark = match by.as_ref().filter(|f| !matches!(f, Value::None)) {
            Some(f) => m.call(f, vec![item.clone()], Vec::new())?,
            None => item.clone(),
        };
        marked.push((mark, item));
    }
    let descending = reverse.is_some_and(|r| m.heap.truth(&r));
    let mut failed = None;
    marked.sort_by(|(a, _), (b, _)| {
        if failed.is_some() {
            return Ordering::Equal;
        }
        let found = if descending { order(m, b, a, 0) } else { order(m, a, b, 0) };
        found
            .unwrap_or_else(|e| {
                failed = Some(e);
                None
            })
            .unwrap_or(Ordering::Equal)
    });
    match failed {
        Some(e) => Err(e),
        None => Ok(marked.into_iter().map(|p| p.1).collect()),
    }
}

fn math(m: &mut Machine, name: &str, args: &[Value]) -> Run<Value> {
    let numbers: Option<Vec<Number>> = args.iter().map(Number::of).collect();
    let domain = || format!("math.{name}() is not defined there");
    if let ("prod", [x]) = (name, args) {
        let mut product = Value::Int(1);
        for item in m.items(x)? {
            product = arithmetic::binary(m, "*", &product, &item)?;
        }
        return Ok(product);
    }
    let Some(numbers) = numbers else { return Err(format!("math.{name}() needs numbers")) };
    let value = match (name, numbers.as_slice()) {
        ("floor" | "ceil", [Number::Int(i)]) => return Ok(Value::Int(*i)),
        ("floor" | "ceil", [Number::Float(x)]) if x.abs() < 1e38 => {
            return Ok(Value::Int(if name == "floor" { x.floor() } else { x.ceil() } as i128));
        }
        ("gcd", [Number::Int(a), Number::Int(b)]) => {
            let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
            while b > 0 {
                (a, b) = (b, a % b);
            }
            return i128::try_from(a).map(Value::Int).map_err(|_| domain());
        }
        ("factorial", [Number::Int(n)]) if *n >= 0 => {
            let product = (1..=(*n).min(40)).try_fold(1i128, i128::checked_mul).filter(|_| *n <= 40);
            return product.map(Value::Int).ok_or_else(|| "that factorial has more than 38 digits".into());
        }
        ("comb", [Number::Int(n), Number::Int(k)]) if *n >= 0 && *k >= 0 => {
            if k > n {
                return Ok(Value::Int(0));
            }
            let k = (*k).min(n - k);
            m.spend(usize::try_from(k).unwrap_or(usize::MAX))?;
            let ways = (1..=k).try_fold(1i128, |ways, i| Some(ways.checked_mul(n - k + i)? / i));
            return ways.map(Value::Int).ok_or_else(|| "that number has more than 38 digits".into());
        }
        ("isqrt", [Number::Int(n)]) if *n >= 0 => return Ok(Value::Int(n.isqrt())),
        ("sqrt", [x]) if x.float() >= 0.0 => x.float().sqrt(),
        ("log", [x]) if x.float() > 0.0 => libm::log(x.float()),
        ("log", [x, base]) if x.float() > 0.0 && base.float() > 0.0 && base.float() != 1.0 => {
            libm::log(x.float()) / libm::log(base.float())
        }
        ("log2", [x]) if x.float() > 0.0 => libm::log2(x.float()),
        ("log10", [x]) if x.float() > 0.0 => libm::log10(x.float()),
        ("exp", [x]) => libm::exp(x.float()),
        ("sin", [x]) => libm::sin(x.float()),
        ("cos", [x]) => libm::cos(x.float()),
        ("tan", [x]) => libm::tan(x.float()),
        ("asin", [x]) => libm::asin(x.float()),
        ("acos", [x]) => libm::acos(x.float()),
        ("atan", [x]) => libm::atan(x.float()),
        ("atan2", [y, x]) => libm::atan2(y.float(), x.float()),
        ("hypot", [x, y]) => libm::hypot(x.float(), y.float()),
        ("degrees", [x]) => x.float().to_degrees(),
        ("radians", [x]) => x.float().to_radians(),
        _ => return Err(domain()),
    };
    if value.is_finite() { Ok(Value::Float(value)) } else { Err(domain()) }
}
