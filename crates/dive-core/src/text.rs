//! Values in running text: where a stretch of it stands, and what it says.
//!
//! A [`Quotation`] names a stretch by how it is found, not by where it stands, so that one description serves every text
//! of its kind; the [`Stretch`] that it finds in one text is what a derivation records. `docs/format.md` defines both
//! halves so that a stranger can write them. The alternative, regular expressions, differs from language to language in
//! just the corners that matter here.

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canon;

/// A value in a text: how its stretch is found and how that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotation {
    /// How the stretch is found.
    pub by: Locator,
    /// How it is read.
    #[serde(rename = "as", default)]
    pub reading: Reading,
}

/// How a stretch of a text is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locator {
    /// The line of that number, from 1.
    Line(u32),
    /// A cell of comma-separated values (RFC 4180) whose first record names the columns.
    Cell {
        /// First field of the record.
        row: String,
        /// Name of the column.
        column: String,
    },
    /// What follows `key:` on the one line that begins so.
    ValueOf(String),
    /// What stands between the words before and after it, for any of these pairs.
    Between(Vec<(String, String)>),
}

/// How a stretch is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// As it stands.
    #[default]
    Text,
    /// A number, thousands with or without commas; words without digits may follow.
    Number,
    /// A date: ISO 8601, `14 March 2024` or `March 14, 2024`.
    Date,
}

/// Where words stand in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// First character, counted in Unicode code points from 0.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The words.
    pub text: String,
}

/// Why a text does not give a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing stands there.
    #[error("nothing to quote")]
    Missing,
    /// More than one stretch fits.
    #[error("several places")]
    Several,
    /// The words are no value of the kind.
    #[error("the words do not read as a value")]
    Unreadable,
}

impl Quotation {
    /// The one stretch of a text that fits.
    ///
    /// # Errors
    /// None or several fit.
    pub fn locate(&self, text: &str) -> Result<Stretch, TextError> {
        let mut found: Vec<Range<usize>> = match &self.by {
            Locator::Line(number) => line(text, *number).into_iter().collect(),
            Locator::Cell { row, column } => cells(text, row, column)?,
            Locator::ValueOf(key) => values_of(text, key),
            Locator::Between(pairs) => {
                pairs.iter().flat_map(|(before, after)| between(text, before, after, self.reading)).collect()
            }
        };
        found.retain(|r| !r.is_empty());
        found.sort_by_key(|r| (r.start, r.end));
        found.dedup();
        match found.as_slice() {
            [] => Err(TextError::Missing),
            [one] => {
                let chars = |to: usize| text.get(..to).map_or(0, |t| t.chars().count());
                let words = text.get(one.clone()).unwrap_or_default();
                Ok(Stretch { start: chars(one.start), end: chars(one.end), text: words.into() })
            }
            _ => Err(TextError::Several),
        }
    }

    /// The stretch and its value.
    ///
    /// # Errors
    /// None or several fit, or the words do not read as a value.
    pub fn find(&self, text: &str) -> Result<(Stretch, Value), TextError> {
        let stretch = self.locate(text)?;
        let value = self.reading.read(&stretch.text).ok_or(TextError::Unreadable)?;
        Ok((stretch, value))
    }
}

impl Reading {
    /// What words say, from the first to the last.
    pub fn read(self, words: &str) -> Option<Value> {
        match self {
            Reading::Text => (!words.is_empty()).then(|| words.into()),
            Reading::Number => {
                let (end, x) = numeral(words)?;
                let rest = words.get(end..)?;
                let unit = rest.starts_with([' ', '%', '°']) && !rest.contains(|c: char| c.is_ascii_digit());
                (rest.is_empty() || unit).then(|| canon::number(x))
            }
            Reading::Date => {
                let (end, date) = date(words)?;
                (end == words.len()).then(|| date.to_string().into())
            }
        }
    }

    /// Where a value of this kind ends that begins a text; text ends only where something else says so.
    fn extent(self, text: &str) -> Option<usize> {
        match self {
            Reading::Text => None,
            Reading::Number => numeral(text).map(|(end, _)| end),
            Reading::Date => date(text).map(|(end, _)| end),
        }
    }
}

/// The lines of a text with their places, without what ends them.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split('\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        start..start + line.strip_suffix('\r').unwrap_or(line).len()
    })
}

fn line(text: &str, number: u32) -> Option<Range<usize>> {
    lines(text).nth((number as usize).checked_sub(1)?)
}

fn values_of(text: &str, key: &str) -> Vec<Range<usize>> {
    let blank = [' ', '\t'];
    let value = |range: Range<usize>| {
        let (name, rest) = text.get(range.clone())?.split_once(':')?;
        let value = rest.trim_start_matches(blank);
        let start = range.end - value.len();
        (name.trim_matches(blank) == key).then(|| start..start + value.trim_end_matches(blank).len())
    };
    lines(text).filter_map(value).collect()
}

/// The cells of a line: where they stand, and what they say once quotes are taken off.
type Record = Vec<(Range<usize>, String)>;

/// The fields of comma-separated values: place of the content, and the content with doubled quotation marks undone.
fn records(text: &str) -> Option<Vec<Record>> {
    let mut records = vec![Vec::new()];
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let (content, end) = if rest.starts_with('"') {
            let mut close = at + 1;
            loop {
                close += text.get(close..)?.find('"')?;
                if !text.get(close + 1..)?.starts_with('"') {
                    break;
                }
                close += 2;
            }
            (at + 1..close, close + 1)
        } else {
            let length = rest.find([',', '\n']).unwrap_or(rest.len());
            let field = rest.get(..length)?;
            let field = if rest.get(length..)?.starts_with(',') { field } else { field.trim_end_matches('\r') };
            (at..at + field.len(), at + field.len())
        };
        let quoted = rest.starts_with('"');
        let raw = text.get(content.clone())?;
        let plain = if quoted { raw.replace("\"\"", "\"") } else { raw.to_string() };
        records.last_mut()?.push((content, plain));
        let rest = text.get(end..)?;
        if rest.starts_with(',') {
            at = end + 1;
        } else if let Some(next) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')) {
            at = text.len() - next.len();
            if next.is_empty() {
                return Some(records);
            }
            records.push(Vec::new());
        } else {
            return (rest.is_empty() || rest == "\r").then_some(records);
        }
    }
}

fn cells(text: &str, row: &str, column: &str) -> Result<Vec<Range<usize>>, TextError> {
    let records = records(text).ok_or(TextError::Missing)?;
    let (header, body) = records.split_first().ok_or(TextError::Missing)?;
    let mut columns = header.iter().enumerate().filter(|(_, (_, name))| name == column).map(|(i, _)| i);
    let (index, None) = (columns.next().ok_or(TextError::Missing)?, columns.next()) else {
        return Err(TextError::Several);
    };
    let named = body.iter().filter(|r| r.first().is_some_and(|(_, name)| name == row));
    let cells = named.filter_map(|r| r.get(index));
    // A doubled quotation mark stands for one: what is between the marks is not what the cell says.
    Ok(cells.filter(|(place, plain)| text.get(place.clone()) == Some(plain)).map(|(place, _)| place.clone()).collect())
}

fn between(text: &str, before: &str, after: &str, reading: Reading) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = text.get(from..)
        && let Some(at) = rest.find(before)
    {
        let start = from + at + before.len();
        let inside = text.get(start..).unwrap_or_default();
        let length = match reading {
            Reading::Text => {
                let line = inside.split('\n').next().unwrap_or_default();
                if after.is_empty() { None } else { line.find(after) }
            }
            other => other.extent(inside).filter(|n| inside.get(*n..).is_some_and(|r| r.starts_with(after))),
        };
        found.extend(length.map(|n| start..start + n));
        // The next place may overlap this one, but begins later.
        from += at + rest.get(at..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8);
    }
    found
}

/// The longest number at the beginning of a text: where it ends, and what it is.
fn numeral(text: &str) -> Option<(usize, f64)> {
    let sign =
        text.strip_prefix('−').map(|_| '−'.len_utf8()).or_else(|| text.strip_prefix('-').map(|_| 1)).unwrap_or(0);
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut end = sign + digits(sign);
    if end == sign {
        return None;
    }
    // Groups of three, and only after one to three digits.
    if end - sign <= 3 {
        while bytes.get(end) == Some(&b',') && digits(end + 1) == 3 {
            end += 4;
        }
    }
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    let plain: String = text.get(sign..end)?.chars().filter(|c| *c != ',').collect();
    let x: f64 = plain.parse().ok()?;
    Some((end, if sign > 0 { -x } else { x }))
}

/// The months as English writes them.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A date at the beginning of a text: where it ends, and what it is.
fn date(text: &str) -> Option<(usize, Date)> {
    let digits = |t: &str| t.bytes().take_while(u8::is_ascii_digit).count();
    let month =
        |t: &str| MONTHS.iter().enumerate().find(|(_, m)| t.starts_with(**m)).map(|(i, m)| (i as i8 + 1, m.len()));
    let year = |t: &str| (digits(t) == 4).then(|| t.get(..4)?.parse::<i16>().ok()).flatten();
    if let Some(iso) = text.get(..10)
        && digits(text) == 4
    {
        let date: Date = iso.parse().ok()?;
        return (digits(text.get(10..)?) == 0).then_some((10, date));
    }
    let first = digits(text);
    if (1..=2).contains(&first) {
        let rest = text.get(first..)?.strip_prefix(' ')?;
        let (number, length) = month(rest)?;
        let year = year(rest.get(length..)?.strip_prefix(' ')?)?;
        let day = text.get(..first)?.parse().ok()?;
        return Some((first + 1 + length + 5, Date::new(year, number, day).ok()?));
    }
    let (number, length) = month(text)?;
    let rest = text.get(length..)?.strip_prefix(' ')?;
    let n = digits(rest);
    let day = rest.get(..n)?.parse().ok()?;
    let year = year(rest.get(n..)?.strip_prefix(", ")?)?;
    Some((length + 1 + n + 2 + 4, Date::new(year, number, day).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn find(by: serde_json::Value, reading: &str, text: &str) -> Result<(Stretch, Value), TextError> {
        let quotation: Quotation = serde_json::from_value(json!({"by": by, "as": reading})).unwrap();
        quotation.find(text)
    }

    fn check(by: serde_json::Value, reading: &str, text: &str, words: &str, value: serde_json::Value) {
        let (stretch, found) = find(by, reading, text).unwrap();
        assert_eq!((stretch.text.as_str(), &found), (words, &value), "{text}");
        let standing: String = text.chars().skip(stretch.start).take(stretch.end - stretch.start).collect();
        assert_eq!(standing, words);
    }

    #[test]
    fn stretches_are_found_and_read() {
        check(json!({"line": 2}), "text", "a\r\nZoë\r\nc", "Zoë", json!("Zoë"));
        check(
            json!({"value_of": "Founded"}),
            "date",
            "x: 1\n Founded :  14 March 2004 \n",
            "14 March 2004",
            json!("2004-03-14"),
        );
        check(json!({"value_of": "staff"}), "number", "staff: 1,204 people", "1,204 people", json!(1204));
        let csv = "city,people,area\r\n\"Ost, Nord\",12,3.5\r\nWest,8,\"2\"\r\n";
        check(json!({"cell": {"row": "Ost, Nord", "column": "area"}}), "number", csv, "3.5", json!(3.5));
        check(json!({"cell": {"row": "West", "column": "area"}}), "number", csv, "2", json!(2));
        let text = "Über Nacht: a fleet of 1,214 vessels. In all, 1,214 people.";
        check(
            json!({"between": [["operates ", " vessels"], ["a fleet of ", " vessels"]]}),
            "number",
            text,
            "1,214",
            json!(1214),
        );
        check(
            json!({"between": [["On ", ", it"]]}),
            "date",
            "On March 4, 2019, it opened.",
            "March 4, 2019",
            json!("2019-03-04"),
        );
        check(
            json!({"between": [["led by ", " since"]]}),
            "text",
            "It is led by Ada Berg since 2009.",
            "Ada Berg",
            json!("Ada Berg"),
        );
        check(json!({"between": [["of ", " °C"]]}), "number", "a mean of −3.5 °C", "−3.5", json!(-3.5));
    }

    #[test]
    fn what_is_not_there_once_is_refused() {
        let refused = |by, reading, text| find(by, reading, text).unwrap_err();
        assert_eq!(refused(json!({"line": 4}), "text", "a\nb"), TextError::Missing);
        assert_eq!(refused(json!({"line": 2}), "text", "a\n"), TextError::Missing);
        assert_eq!(refused(json!({"value_of": "a"}), "text", "a: 1\na: 2"), TextError::Several);
        assert_eq!(refused(json!({"between": [["of ", " m"]]}), "number", "of 3 m and of 4 m"), TextError::Several);
        assert_eq!(refused(json!({"between": [["of ", " m"]]}), "number", "of 3,00 m"), TextError::Missing);
        assert_eq!(refused(json!({"cell": {"row": "a", "column": "n"}}), "text", "k,n\na,1\na,2"), TextError::Several);
        assert_eq!(
            refused(json!({"cell": {"row": "a", "column": "n"}}), "text", "k,n\na,\"1\"\"2\""),
            TextError::Missing
        );
        assert_eq!(refused(json!({"line": 1}), "number", "12 of 40"), TextError::Unreadable);
        assert_eq!(refused(json!({"line": 1}), "date", "31 February 2020"), TextError::Unreadable);
    }
}
