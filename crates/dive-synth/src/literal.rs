//! Constants as people write them, and back.
//!
//! [`render`] and [`parse`] are inverse to each other for every meaning that a question can state; meanings that cannot
//! be stated (internal identifiers, sequences) render to nothing.

use dive_core::canon;
use dive_core::sem::Sem;
use dive_core::text::MONTHS;
use dive_core::units;
use serde_json::Value;

/// Small numbers as words, from one.
pub const CARDINALS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// How a question writes a constant of this meaning; `None` when it cannot be stated.
pub fn render(value: &Value, sem: &Sem) -> Option<String> {
    match (sem, value) {
        (Sem::Entity(_), Value::String(s)) => Some(s.clone()),
        (Sem::Category(_), Value::String(s)) => Some(s.replace('_', " ")),
        (Sem::Date(_), Value::String(s)) => date(s),
        (Sem::Year(_), Value::Number(n)) => n.as_i64().map(|y| y.to_string()),
        // A thousand thousand is a million.
        (Sem::Measure { unit, .. }, Value::Number(n)) if unit == "k EUR" && n.as_f64()?.abs() >= 1000.0 => None,
        (Sem::Measure { unit, .. }, Value::Number(n)) => Some(format!("{}{}", number(n.as_f64()?), suffix(unit))),
        (Sem::Number, Value::Number(n)) => Some(number(n.as_f64()?)),
        (Sem::Text(_), Value::String(s)) => {
            (!s.is_empty() && s.len() <= 24 && !s.contains(['"', ' ', ','])).then(|| s.clone())
        }
        (Sem::List(inner), Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|v| render(v, inner)).collect::<Option<_>>()?;
            (2..=12).contains(&items.len()).then(|| join(&items))
        }
        _ => None,
    }
}

/// Every way to read a constant of this meaning at `pos`: where it ends and what it is.
///
/// Names and words are looked up by the reader, which knows the vocabularies; everything else is read here.
pub fn parse(text: &str, pos: usize, sem: &Sem) -> Vec<(usize, Value)> {
    let rest = text.get(pos..).unwrap_or_default();
    match sem {
        Sem::Date(_) => read_date(rest).map(|(n, v)| (pos + n, v)).into_iter().collect(),
        Sem::Year(_) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let year = rest.get(..digits).and_then(|d| d.parse::<i64>().ok());
            year.filter(|_| digits == 4).map(|y| (pos + 4, y.into())).into_iter().collect()
        }
        Sem::Measure { unit, .. } => read_number(rest)
            .and_then(|(n, x)| {
                let suffix = suffix(unit);
                rest.get(n..)?.starts_with(&suffix).then(|| (pos + n + suffix.len(), canon::number(x)))
            })
            .filter(|(end, _)| boundary(text, *end))
            .into_iter()
            .collect(),
        Sem::Number => read_number(rest).map(|(n, x)| (pos + n, canon::number(x))).into_iter().collect(),
        Sem::Text(_) => {
            let n = rest.find([' ', ',', '?']).unwrap_or(rest.len());
            let word = rest.get(..n).unwrap_or_default().trim_end_matches('.');
            if word.is_empty() { Vec::new() } else { vec![(pos + word.len(), word.into())] }
        }
        Sem::List(inner) => read_list(text, pos, inner),
        _ => Vec::new(),
    }
}

/// Items as English writes a list: "a, b and c".
pub fn join(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// Whether a word ends at `pos`.
pub fn boundary(text: &str, pos: usize) -> bool {
    text.get(pos..).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// A number with thousands separators from 1,000 on, in shortest form.
pub fn number(x: f64) -> String {
    let plain = if x.fract() == 0.0 && x.abs() < 1e15 { format!("{}", x as i64) } else { format!("{x}") };
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut grouped = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(c);
    }
    match fraction {
        Some(f) => format!("{sign}{grouped}.{f}"),
        None => format!("{sign}{grouped}"),
    }
}

/// What follows a number in this unit, with its space.
fn suffix(unit: &str) -> String {
    match unit {
        "" => String::new(),
        "%" => "%".into(),
        "deg" => "°".into(),
        "degC" => " °C".into(),
        "degF" => " °F".into(),
        "km2" => " km²".into(),
        "m2" => " m²".into(),
        "kg/m2" => " kg/m²".into(),
        "h" | "min" | "s" | "EUR" | "k EUR" | "M EUR" | "USD" | "M USD" | "Da" | "ha" => {
            format!(" {}", units::words(unit))
        }
        other => format!(" {other}"),
    }
}

/// An ISO date in words: `14 March 2024`.
pub fn date(iso: &str) -> Option<String> {
    let mut parts = iso.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(format!("{} {month} {year}", day.parse::<u32>().ok()?))
}

fn read_date(rest: &str) -> Option<(usize, Value)> {
    let mut words = rest.splitn(3, ' ');
    let (day, month, tail) = (words.next()?, words.next()?, words.next()?);
    let year = tail.get(..4)?;
    let month_number = MONTHS.iter().position(|m| *m == month)? + 1;
    let (day_number, year_number): (u32, u32) = (day.parse().ok()?, year.parse().ok()?);
    Some((day.len() + month.len() + 6, format!("{year_number:04}-{month_number:02}-{day_number:02}").into()))
}

fn read_number(rest: &str) -> Option<(usize, f64)> {
    let bytes = rest.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut i = usize::from(bytes.first() == Some(&b'-'));
    if !digit(i) {
        return None;
    }
    while digit(i) || (bytes.get(i) == Some(&b',') && digit(i + 1) && digit(i + 2) && digit(i + 3) && !digit(i + 4)) {
        i += 1;
    }
    if bytes.get(i) == Some(&b'.') && digit(i + 1) {
        i += 1;
        while digit(i) {
            i += 1;
        }
    }
    Some((i, rest.get(..i)?.replace(',', "").parse().ok()?))
}

fn read_list(text: &str, pos: usize, inner: &Sem) -> Vec<(usize, Value)> {
    let mut items = Vec::new();
    let mut at = pos;
    loop {
        let Some((end, value)) = parse(text, at, inner).into_iter().next() else { return Vec::new() };
        items.push(value);
        let rest = text.get(end..).unwrap_or_default();
        if let Some(next) = rest.strip_prefix(" and ") {
            let last = text.len() - next.len();
            return parse(text, last, inner)
                .into_iter()
                .map(|(end, value)| {
                    let all: Vec<Value> = items.iter().cloned().chain([value]).collect();
                    (end, Value::Array(all))
                })
                .collect();
        }
        if !rest.starts_with(", ") {
            return Vec::new();
        }
        at = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn constants_round_trip() {
        for (value, sem, words) in [
            (json!(82), "amount:mass.body[kg]", "82 kg"),
            (json!(12500), "amount:money[M EUR]", "12,500 million euros"),
            (json!(-3.25), "level:temperature[degC]", "-3.25 °C"),
            (json!(4.5), "level:rate[%]", "4.5%"),
            (json!(500), "count:employee", "500"),
            (json!("2024-03-14"), "date", "14 March 2024"),
            (json!(2023), "year:fiscal", "2023"),
            (json!([1.5, 2, 1300]), "list(number)", "1.5, 2 and 1,300"),
        ] {
            let sem: Sem = sem.parse().unwrap();
            assert_eq!(render(&value, &sem).as_deref(), Some(words));
            let text = format!("x {words}, and");
            assert_eq!(parse(&text, 2, &sem), vec![(2 + words.len(), value)], "{words}");
        }
    }
}
