//! Units as people write them.

use crate::units::{self, UNITS};

/// Other ways to write a unit of the table, besides its symbol and words.
const ALIASES: &[(&str, &[&str])] = &[
    ("km2", &["square km", "sq km", "sq. km", "square kilometers"]),
    ("m2", &["square m", "sq m", "sq. m", "square meters"]),
    ("mi2", &["square mi", "sq mi", "sq. mi"]),
    ("h", &["hr", "hrs"]),
    ("min", &["mins"]),
    ("s", &["sec", "secs"]),
    ("years", &["yr", "yrs", "y"]),
    ("months", &["mo"]),
    ("days", &["d"]),
    ("degC", &["°C", "° C", "Celsius", "degrees C", "C"]),
    ("degF", &["°F", "° F", "Fahrenheit", "degrees F", "F"]),
    ("deg", &["°"]),
    ("lb", &["lbs"]),
    ("%", &["per cent", "pct"]),
    ("pp", &["p.p.", "percent points", "percentage-points", "%-points"]),
    ("EUR", &["€"]),
    ("USD", &["$", "US$", "dollars", "dollar"]),
    ("Da", &["Dalton", "Daltons"]),
];

/// Words that multiply.
const SCALES: &[(&str, f64)] =
    &[("hundred", 1e2), ("thousand", 1e3), ("million", 1e6), ("millions", 1e6), ("billion", 1e9), ("trillion", 1e12)];

/// Letters that multiply money.
const MONEY_SCALES: &[(&str, f64)] =
    &[("k", 1e3), ("K", 1e3), ("M", 1e6), ("mn", 1e6), ("mln", 1e6), ("mio", 1e6), ("bn", 1e9), ("B", 1e9)];

/// A unit that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// None was written.
    Bare,
    /// A unit, by symbol. Money is always the plain currency; its multiplier is the scale of the quantity.
    Unit(String),
}

/// Currency and multiplier of a unit of money.
pub fn money(symbol: &str) -> Option<(&'static str, f64)> {
    let unit = units::find(symbol)?;
    match unit.dimension {
        "euro" => Some(("EUR", unit.factor)),
        "US dollar" => Some(("USD", unit.factor)),
        _ => None,
    }
}

/// Multipliers at the beginning of `text`, each with what remains. `money` admits letters.
pub fn scales(text: &str, money: bool) -> Vec<(f64, &str)> {
    let text = text.trim_start_matches(' ');
    let letters: &[(&str, f64)] = if money { MONEY_SCALES } else { &[] };
    SCALES.iter().chain(letters).filter_map(|(word, factor)| Some((*factor, word_prefix(text, word)?))).collect()
}

/// Units at the beginning of `text`, each with what remains, longest first. `wanted` is known too.
pub fn units_at<'a>(text: &'a str, wanted: &str) -> Vec<(String, &'a str)> {
    let text = text.trim_start_matches(' ');
    let mut found: Vec<(String, &str)> = Vec::new();
    if !wanted.is_empty()
        && money(wanted).is_none()
        && let Some(rest) = symbol_prefix(text, wanted)
    {
        found.push((wanted.into(), rest));
    }
    for unit in UNITS.iter().filter(|u| !u.symbol.contains(' ')) {
        let mut add = |rest: Option<&'a str>| {
            if let Some(rest) = rest {
                found.push((unit.symbol.to_string(), rest));
            }
        };
        add(symbol_prefix(text, unit.symbol));
        for words in [unit.words, unit.one] {
            add(word_prefix(text, words));
            let american = words.replace("metre", "meter").replace("litre", "liter");
            if american != words {
                add(word_prefix(text, &american));
            }
        }
        for alias in ALIASES.iter().filter(|(symbol, _)| *symbol == unit.symbol).flat_map(|(_, aliases)| *aliases) {
            add(if alias.len() > 3 { word_prefix(text, alias) } else { symbol_prefix(text, alias) });
        }
    }
    found.sort_by_key(|(_, rest)| rest.len());
    found.dedup();
    // "m" is not the unit of "m3" nor of "metric tons": only the longest reading of the first word counts.
    let shortest = found.first().map_or(0, |(_, rest)| rest.len());
    found.retain(|(_, rest)| rest.len() == shortest);
    found
}

/// Whether two symbols stand for one unit: `°C` and `degC`, `mg/dl` and `mg/dL`.
pub fn same(a: &str, b: &str) -> bool {
    let table = |s: &str| {
        let known = ALIASES.iter().find(|(symbol, aliases)| *symbol == s || aliases.contains(&s));
        known.map_or_else(|| key(s), |(symbol, _)| key(symbol))
    };
    table(a) == table(b)
}

/// A symbol without the freedom people take with it.
fn key(symbol: &str) -> String {
    let symbol = super::name::plain(symbol).replace(" per ", "/");
    symbol.chars().filter(|c| !" ^·*".contains(*c)).map(|c| if c == 'l' { 'L' } else { c }).collect()
}

/// What follows `symbol`, however it is spaced, if no letter or digit does.
fn symbol_prefix<'a>(text: &'a str, symbol: &str) -> Option<&'a str> {
    let wanted = key(symbol);
    for (at, c) in text.char_indices().map(|(i, c)| (i + c.len_utf8(), c)).take(60) {
        let head = key(text.get(..at)?);
        if !wanted.starts_with(&head) && !head.is_empty() {
            // "per" becomes a slash only when it is complete.
            if !text.get(..at)?.contains(" p") || text.get(..at)?.contains(" per ") {
                return None;
            }
        }
        if head == wanted && c != ' ' {
            let rest = text.get(at..)?;
            let closed = !rest.starts_with(|c: char| c.is_alphanumeric() || "/^°%".contains(c));
            return closed.then_some(rest);
        }
    }
    None
}

/// What follows `words`, in any case, if no letter or digit does.
fn word_prefix<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let head = text.get(..words.len())?;
    let rest = text.get(words.len()..)?;
    // Single letters differ by case: m and M.
    let equal = if words.len() <= 2 { head == words } else { head.eq_ignore_ascii_case(words) };
    (equal && !rest.starts_with(|c: char| c.is_alphanumeric() || "/^".contains(c))).then_some(rest)
}
