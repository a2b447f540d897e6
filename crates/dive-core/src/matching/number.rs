//! Numbers with their units, as people write them.

use super::unit::{self, Measure};
use super::{Doubt, Fault, Finding, name, structure};
use crate::answer::Answer;
use crate::{expr, units};

/// A quantity at the beginning of a text, read in one way.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The number as written.
    pub value: f64,
    /// Decimals written.
    pub decimals: i32,
    /// Multiplier written in words, or as a letter.
    pub scale: f64,
    /// Unit.
    pub measure: Measure,
    /// Byte after it.
    pub end: usize,
}

/// Every reading of the quantity at the beginning of `text`.
pub fn quantities(text: &str, wanted: &str) -> Vec<Quantity> {
    let mut readings = Vec::new();
    let (currency, after) = currency_prefix(text);
    let Some((value, decimals, rest)) = literal(after) else {
        return readings;
    };
    let at = |rest: &str| text.len() - rest.len();
    let is_money = currency.is_some() || unit::money(wanted).is_some();
    let mut scaled = vec![(1.0, rest)];
    scaled.extend(unit::scales(rest, is_money));
    for (scale, rest) in scaled {
        let measure = currency.map_or(Measure::Bare, |c| Measure::Unit(c.into()));
        readings.push(Quantity { value, decimals, scale, measure, end: at(rest) });
        if currency.is_some() {
            continue;
        }
        for (symbol, rest) in unit::units_at(rest, wanted) {
            let measure = Measure::Unit(symbol.clone());
            readings.push(Quantity { value, decimals, scale, measure: measure.clone(), end: at(rest) });
            // "EUR 5 million" has its currency in front, "5 EUR million" within.
            if scale == 1.0 && matches!(symbol.as_str(), "EUR" | "USD") {
                for (scale, rest) in unit::scales(rest, true) {
                    readings.push(Quantity { value, decimals, scale, measure: measure.clone(), end: at(rest) });
                }
            }
        }
    }
    readings
}

/// Where a quantity that is the reference ends at the beginning of `text`.
pub fn ends(reference: &Answer, text: &str) -> Vec<usize> {
    let Answer::Number { unit, .. } = reference else {
        return Vec::new();
    };
    let agreeing = quantities(text, unit).into_iter().filter(|q| agrees(reference, q) == Some(true));
    agreeing.map(|q| q.end).collect()
}

/// Whether a quantity is the reference; `None` when its unit is another.
fn agrees(reference: &Answer, q: &Quantity) -> Option<bool> {
    let Answer::Number { unit, decimals, .. } = reference else {
        return None;
    };
    let factor = match (unit::money(unit), &q.measure) {
        (Some(_), Measure::Bare) if q.scale == 1.0 => 1.0,
        (Some((_, own)), Measure::Bare) => q.scale / own,
        (Some((currency, own)), Measure::Unit(u)) if u == currency => q.scale / own,
        (None, Measure::Bare) => q.scale,
        (None, Measure::Unit(u)) if unit::same(u, unit) => q.scale,
        _ => return None,
    };
    let mut value = q.value * factor;
    if let Some(asked) = decimals {
        let written = f64::from(q.decimals) - libm::log10(factor);
        if written > f64::from(*asked) + 1e-9 {
            value = expr::round(value, *asked);
        }
    }
    let given = Answer::Number { value, unit: String::new(), decimals: None, tolerance: 0.0 };
    Some(reference.accepts(&given))
}

/// What is wrong with a text that is not the reference.
pub fn fault(question: &str, reference: &Answer, text: &str, pieces: &[&str]) -> Finding {
    let Answer::Number { unit, .. } = reference else {
        return Finding::Undecided(Doubt::Prose);
    };
    let whole: Vec<Quantity> = quantities(text, unit)
        .into_iter()
        .filter(|q| structure::is_tail(question, text.get(q.end..).unwrap_or_default(), unit.is_empty()))
        .collect();
    if whole.iter().any(|q| agrees(reference, q).is_some()) {
        return Finding::Incorrect(Fault::Different);
    }
    for q in &whole {
        let Measure::Unit(given) = &q.measure else { continue };
        let converted = units::convert(q.value * q.scale, given, unit);
        let converted = converted.or_else(|| (given == "%" || given == "pp").then_some(q.value));
        let same = converted.is_some_and(|value| {
            let bare = Quantity { value, decimals: 12, scale: 1.0, measure: Measure::Bare, end: 0 };
            agrees(reference, &bare) == Some(true)
        });
        return if same { Finding::Undecided(Doubt::OtherUnit) } else { Finding::Incorrect(Fault::WrongUnit) };
    }
    let numbers = pieces.iter().filter(|p| !quantities(p, unit).is_empty()).count();
    if pieces.len() > 1 && numbers > 1 {
        return Finding::Incorrect(Fault::SeveralAnswers);
    }
    let has_number = text.chars().any(|c| c.is_ascii_digit()) || name::words(text).iter().any(|w| small(w).is_some());
    if has_number || name::words(text).len() > 6 {
        Finding::Undecided(Doubt::Prose)
    } else {
        Finding::Incorrect(Fault::Different)
    }
}

/// Whether the whole text is one plain number, and which.
pub fn plain_number(text: &str) -> Option<f64> {
    let (value, _, rest) = literal(text.trim())?;
    rest.trim().is_empty().then_some(value)
}

fn currency_prefix(text: &str) -> (Option<&'static str>, &str) {
    for (written, symbol) in [("EUR", "EUR"), ("€", "EUR"), ("USD", "USD"), ("US$", "USD"), ("$", "USD")] {
        // The sign may stand before the currency: -€5.
        for sign in ["", "-"] {
            if let Some(rest) = text.strip_prefix(sign).and_then(|t| t.strip_prefix(written)) {
                if sign.is_empty() {
                    return (Some(symbol), rest.trim_start_matches(' '));
                }
                // A negative amount keeps its sign by being read without the currency.
                return (None, text);
            }
        }
    }
    (None, text)
}

/// A number at the beginning of a text: value, decimals, rest. Digits that run on in a way that can be read as another
/// number (`1,23`, `1.2.3`, `5-6`, `1/2`) make it none.
fn literal(text: &str) -> Option<(f64, i32, &str)> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        let end = unsigned.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unsigned.len());
        let (word, rest) = unsigned.split_at(end);
        let value = small(&word.to_ascii_lowercase())?;
        return (!negative && !rest.starts_with(['-', '\''])).then_some((value, 0, rest));
    }
    let bytes = unsigned.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    let mut number = unsigned.get(..end)?.to_string();
    // Thousands, grouped by one and the same mark.
    if end <= 3
        && let Some(mark @ (b',' | b' ' | b'\'')) = bytes.get(end)
    {
        while bytes.get(end) == Some(mark) && digits(end + 1) == 3 {
            number.push_str(unsigned.get(end + 1..end + 4)?);
            end += 4;
        }
    }
    let mut decimals = 0;
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        let n = digits(end + 1);
        number.push_str(unsigned.get(end..end + 1 + n)?);
        decimals = n as i32;
        end += 1 + n;
    }
    let mut rest = unsigned.get(end..)?;
    if let Some((exponent, after)) = exponent(rest) {
        number.push_str(&format!("e{exponent}"));
        decimals = (decimals - exponent).max(0);
        rest = after;
    }
    let mut next = rest.chars();
    let runs_on = match (next.next(), next.next()) {
        (Some('.' | ',' | '-' | '/' | ':' | '\''), Some(c)) => c.is_ascii_digit(),
        (Some('\u{FFFD}' | '^' | '×'), _) => true,
        _ => false,
    };
    // A blank before digits may be a thousands mark that the group does not fit.
    let trimmed = rest.trim_start_matches(' ');
    if runs_on || (trimmed.len() < rest.len() && trimmed.starts_with(|c: char| c.is_ascii_digit() || c == '\u{FFFD}')) {
        return None;
    }
    let value: f64 = number.parse().ok()?;
    value.is_finite().then_some((if negative { -value } else { value }, decimals, rest))
}

/// `e6`, `E-3`, `× 10^6`, `x10^6`.
fn exponent(text: &str) -> Option<(i32, &str)> {
    let compact = text.trim_start_matches(' ');
    let rest = match text.strip_prefix(['e', 'E']) {
        Some(rest) => rest,
        None => {
            let rest = compact.strip_prefix(['×', 'x', '*', '·'])?.trim_start_matches(' ');
            rest.strip_prefix("10^")?
        }
    };
    let braced = rest.strip_prefix('{');
    let rest = braced.unwrap_or(rest);
    let sign = rest.strip_prefix(['-', '+']).map_or(0, |_| 1);
    let end = sign + rest.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
    let value: i32 = rest.get(..end)?.parse().ok()?;
    let after = rest.get(end..)?;
    let after = if braced.is_some() { after.strip_prefix('}')? } else { after };
    (value.abs() <= 30).then_some((value, after))
}

/// Small numbers in words.
fn small(word: &str) -> Option<f64> {
    const WORDS: &[&str] = &[
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    WORDS.iter().position(|w| *w == word).map(|n| n as f64)
}
