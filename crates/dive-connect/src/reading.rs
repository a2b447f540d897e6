//! Text results read as JSON, so that what stands in them can be pointed at.
//!
//! Many servers answer in text made for people: lines, `key: value`, comma-separated values, Python's notation. A tool whose
//! results are of one such kind gets that reading, and everybody then sees the JSON: engine, agents and solvers alike. A
//! result that does not fit stays text.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use crate::diff;

/// How a text result is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// A list that is JSON already; it gets its count.
    List,
    /// Python's notation of lists and dictionaries.
    Python,
    /// Comma-separated values under a line of names.
    Csv,
    /// A unified diff: files with the lines that were added and removed.
    Diff,
    /// Several blocks of `key: value`, each beginning with the same key.
    Records,
    /// Lines `key: value`, perhaps with text after them.
    Pairs,
    /// Lines that begin with a word in brackets: `[FILE] notes.txt`.
    Marked,
    /// One name a line.
    Lines,
}

/// Longest line that may be a name.
const NAME: usize = 200;

impl Reading {
    /// The readings of text, the strictest first.
    pub const OF_TEXT: [Reading; 7] = [
        Reading::Python,
        Reading::Csv,
        Reading::Diff,
        Reading::Records,
        Reading::Pairs,
        Reading::Marked,
        Reading::Lines,
    ];

    /// The result in this reading; as it is when it does not fit.
    pub fn of(self, value: Value) -> Value {
        if let Some(items) = only_list(&value) {
            return listed(items.clone());
        }
        only_text(&value).and_then(|text| self.read(text)).unwrap_or(value)
    }

    /// A text in this reading.
    pub fn read(self, text: &str) -> Option<Value> {
        match self {
            Reading::List => None,
            Reading::Python => match Python::parse(text)? {
                Value::Array(items) => Some(listed(items)),
                object @ Value::Object(_) => Some(object),
                _ => None,
            },
            Reading::Csv => csv(text),
            // Lines before it may be pairs, and these say more.
            Reading::Diff if pairs(text).is_some() => None,
            Reading::Diff => diff::read(text).map(|(before, map)| {
                let heading = before.trim_end().ends_with(':') && before.trim().lines().count() == 1;
                with_text(map, if heading { "" } else { &before }).into()
            }),
            Reading::Records => records(text),
            Reading::Pairs => pairs(text),
            Reading::Marked => marked(text),
            Reading::Lines => lines(text),
        }
    }
}

/// The text of a result that is nothing but a text.
pub(crate) fn only_text(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|m| m.len() == 1)?;
    map.values().next()?.as_str()
}

/// The items of a result that is nothing but a list.
pub(crate) fn only_list(value: &Value) -> Option<&Vec<Value>> {
    let map = value.as_object().filter(|m| m.len() == 1)?;
    map.get("items")?.as_array()
}

fn listed(items: Vec<Value>) -> Value {
    json!({"count": items.len(), "items": items})
}

/// A word of text with its JSON type: numbers only where nothing is lost by it.
fn scalar(text: &str) -> Value {
    let text = text.trim();
    match text {
        "true" | "True" => return true.into(),
        "false" | "False" => return false.into(),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let led = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let plain = !digits.is_empty() && !led && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain && digits.len() <= 15 && !digits.starts_with('.') && !digits.ends_with('.') {
        if let Ok(whole) = text.parse::<i64>() {
            return whole.into();
        }
        if let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
            return number.into();
        }
    }
    let quoted = ['"', '\''].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q));
    quoted.unwrap_or(text).into()
}

/// A key that a path can address.
fn key(text: &str) -> Option<&str> {
    let text = text.trim();
    let fits = (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '(' | ')'))
        && text.split(' ').count() <= 4;
    fits.then_some(text)
}

pub(crate) fn pair(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(": ")?;
    let value = value.trim();
    (!value.is_empty()).then_some((key(name)?, value))
}

/// Adds a pair; a moment becomes a date and a time of day.
fn put(map: &mut Map<String, Value>, name: &str, value: &str) {
    let moment = value.get(..10).filter(|d| d.parse::<jiff::civil::Date>().is_ok_and(|x| x.to_string() == **d));
    match (moment, value.get(10..).map(str::trim_start)) {
        (Some(date), Some(time)) if time.trim_start_matches('T').starts_with(|c: char| c.is_ascii_digit()) => {
            map.insert(name.into(), date.into());
            map.insert(format!("{name} time"), time.trim_start_matches('T').into());
        }
        _ => {
            map.insert(name.into(), scalar(value));
        }
    }
}

fn pairs(text: &str) -> Option<Value> {
    let mut map = Map::new();
    let mut rest = Vec::new();
    let mut begun = false;
    for (i, line) in text.lines().enumerate() {
        match pair(line).filter(|_| rest.is_empty() && !line.starts_with([' ', '\t'])) {
            Some((name, value)) => {
                if map.contains_key(name) {
                    return None;
                }
                put(&mut map, name, value);
                begun = true;
            }
            // A heading, or the thing itself: `commit 6bd0f0a`.
            None if !begun && i < 2 => match line.trim_end_matches(':').split_once(' ') {
                Some((name, value)) if key(name).is_some() && !value.contains(' ') && !line.ends_with(':') => {
                    map.insert(name.into(), value.into());
                }
                _ if line.is_empty() || line.ends_with(':') => {}
                _ => return None,
            },
            None if line.trim().is_empty() && rest.is_empty() => {}
            None => rest.push(line),
        }
    }
    let enough = map.len() >= 2 && begun;
    let rest = rest.join("\n");
    match diff::read(&rest) {
        Some((before, changes)) => {
            map = with_text(map, &before);
            map.extend(changes);
        }
        None => map = with_text(map, &rest),
    }
    enough.then_some(Value::Object(map))
}

/// The same with a text that belongs to it, if there is one. What stands indented is what somebody wrote about it.
fn with_text(mut map: Map<String, Value>, text: &str) -> Map<String, Value> {
    let indented = text.lines().all(|l| l.trim().is_empty() || l.starts_with("    "));
    let (name, text) = if indented { ("message", text.trim()) } else { ("text", text.trim_end()) };
    if !text.is_empty() && !map.contains_key(name) {
        map.insert(name.into(), text.into());
    }
    map
}

fn records(text: &str) -> Option<Value> {
    let mut lines = text.lines().filter(|l| !l.trim().is_empty()).peekable();
    if lines.peek().is_some_and(|l| pair(l).is_none() && l.trim_end().ends_with(':')) {
        lines.next();
    }
    let mut items: Vec<Value> = Vec::new();
    let mut current = Map::new();
    let mut first: Option<&str> = None;
    for line in lines {
        let (name, value) = pair(line)?;
        if *first.get_or_insert(name) == name && !current.is_empty() {
            items.push(std::mem::take(&mut current).into());
        }
        if current.contains_key(name) {
            return None;
        }
        put(&mut current, name, value);
    }
    if !current.is_empty() {
        items.push(current.into());
    }
    let full = items.iter().all(|i| i.as_object().is_some_and(|m| m.len() >= 2));
    (full && !items.is_empty()).then(|| listed(items))
}

fn marked(text: &str) -> Option<Value> {
    let mut items = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            break;
        }
        let (mark, name) = line.strip_prefix('[')?.split_once("] ")?;
        let fits = (1..=20).contains(&mark.len()) && mark.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let (name, detail) = name.split_once("  ").map_or((name, ""), |(n, d)| (n, d.trim()));
        if !fits || name.len() > NAME {
            return None;
        }
        let mut item = Map::new();
        item.insert("kind".into(), mark.to_lowercase().into());
        item.insert("name".into(), name.trim().into());
        match detail.strip_suffix(" B").map(scalar).filter(Value::is_number) {
            Some(bytes) => drop(item.insert("size".into(), bytes)),
            None if detail.is_empty() => {}
            None => drop(item.insert("detail".into(), scalar(detail))),
        }
        items.push(Value::Object(item));
    }
    (!items.is_empty()).then(|| listed(items))
}

fn lines(text: &str) -> Option<Value> {
    let mut all: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    if all.first().is_some_and(|l| l.trim_end().ends_with(':')) {
        all.remove(0);
    }
    let name = |line: &&str| {
        let name = line.trim();
        let name = name.strip_prefix("- ").or_else(|| name.strip_prefix("* ")).unwrap_or(name);
        (name.len() <= NAME && name.split_whitespace().count() <= 3).then(|| json!({ "name": name }))
    };
    let items: Option<Vec<Value>> = all.iter().map(name).collect();
    items.filter(|i| !i.is_empty()).map(listed)
}

fn csv(text: &str) -> Option<Value> {
    let mut rows = cells(text)?.into_iter();
    let head = rows.next()?;
    let mut names: Vec<&str> = head.iter().filter_map(|h| key(h)).collect();
    let distinct = {
        names.sort_unstable();
        names.windows(2).all(|w| w.first() != w.last())
    };
    if head.len() < 2 || names.len() != head.len() || !distinct || head.iter().any(|h| !scalar(h).is_string()) {
        return None;
    }
    let items: Option<Vec<Value>> = rows
        .map(|row| {
            let object = head.iter().zip(&row).map(|(k, v)| (k.trim().to_string(), scalar(v)));
            (row.len() == head.len()).then(|| Value::Object(object.collect()))
        })
        .collect();
    items.filter(|i| !i.is_empty()).map(listed)
}

/// Comma-separated values with the quotation marks of RFC 4180; empty lines are passed over.
fn cells(text: &str) -> Option<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                if !cell.is_empty() || !row.is_empty() {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    (!quoted).then_some(rows)
}

/// A reader of Python's notation of plain data.
struct Python<'a> {
    text: &'a str,
    depth: u32,
}

impl Python<'_> {
    fn parse(text: &str) -> Option<Value> {
        let text = text.trim();
        if !text.starts_with(['[', '{', '(']) {
            return None;
        }
        let mut reader = Python { text, depth: 0 };
        let value = reader.value()?;
        reader.text.trim().is_empty().then_some(value)
    }

    fn eat(&mut self, token: &str) -> bool {
        self.text = self.text.trim_start();
        match self.text.strip_prefix(token) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > 32 {
            return None;
        }
        let value = self.any();
        self.depth -= 1;
        value
    }

    fn any(&mut self) -> Option<Value> {
        for (open, close) in [("[", "]"), ("(", ")")] {
            if self.eat(open) {
                let mut items = Vec::new();
                while !self.eat(close) {
                    items.push(self.value()?);
                    if !self.eat(",") {
                        self.eat(close).then_some(())?;
                        break;
                    }
                }
                return Some(items.into());
            }
        }
        if self.eat("{") {
            let mut map = Map::new();
            while !self.eat("}") {
                let Value::String(name) = self.value()? else { return None };
                self.eat(":").then_some(())?;
                map.insert(name, self.value()?);
                if !self.eat(",") {
                    self.eat("}").then_some(())?;
                    break;
                }
            }
            return Some(map.into());
        }
        for (word, value) in [("None", Value::Null), ("True", true.into()), ("False", false.into())] {
            if self.eat(word) {
                return Some(value);
            }
        }
        self.text = self.text.trim_start();
        match self.text.chars().next()? {
            quote @ ('\'' | '"') => self.string(quote),
            _ => {
                let end = self.text.find([',', ']', '}', ')', ':', ' ']).unwrap_or(self.text.len());
                let (number, rest) = self.text.split_at_checked(end)?;
                let value = serde_json::from_str::<Value>(number).ok().filter(Value::is_number)?;
                self.text = rest;
                Some(value)
            }
        }
    }

    fn string(&mut self, quote: char) -> Option<Value> {
        let mut out = String::new();
        let mut chars = self.text.char_indices();
        chars.next();
        while let Some((i, c)) = chars.next() {
            match c {
                c if c == quote => {
                    self.text = self.text.get(i + c.len_utf8()..)?;
                    return Some(out.into());
                }
                '\\' => match chars.next()?.1 {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    c @ ('\\' | '\'' | '"') => out.push(c),
                    kind @ ('x' | 'u') => {
                        let digits: Option<String> =
                            (0..if kind == 'x' { 2 } else { 4 }).map(|_| chars.next().map(|(_, c)| c)).collect();
                        out.push(char::from_u32(u32::from_str_radix(&digits?, 16).ok()?)?);
                    }
                    _ => return None,
                },
                c => out.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_real_servers_become_json() {
        for (reading, text, wanted) in [
            (
                Reading::Python,
                "[{'name': \"it's\", 'pk': 0, 'default': None, 'rate': 1.5}]",
                json!({"count": 1, "items": [{"name": "it's", "pk": 0, "default": null, "rate": 1.5}]}),
            ),
            (
                Reading::Csv,
                "city,zip\n\"Bad, Ems\",056130\nTrier,54290\n",
                json!({"count": 2, "items": [{"city": "Bad, Ems", "zip": "056130"}, {"city": "Trier", "zip": 54290}]}),
            ),
            (
                Reading::Records,
                "Commit history:\nCommit: 'a1'\nDate: 2024-04-03 10:00:00+00:00\n\nCommit: 'b2'\nDate: 2024-04-04T11:30:00\n",
                json!({"count": 2, "items": [
                    {"Commit": "a1", "Date": "2024-04-03", "Date time": "10:00:00+00:00"},
                    {"Commit": "b2", "Date": "2024-04-04", "Date time": "11:30:00"}]}),
            ),
            (
                Reading::Pairs,
                "commit 6bd0\nAuthor: Ada <a@x>\nDate:   2024-04-03 10:00:00 +0000\n\n    Add part: four\n+line\n",
                json!({"commit": "6bd0", "Author": "Ada <a@x>", "Date": "2024-04-03", "Date time": "10:00:00 +0000",
                       "text": "    Add part: four\n+line"}),
            ),
            (
                Reading::Pairs,
                "commit 6bd0\nAuthor: Ada <a@x>\nDate: 2024-04-03\n\n    Add part: four\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
                json!({"commit": "6bd0", "Author": "Ada <a@x>", "Date": "2024-04-03", "message": "Add part: four",
                       "files changed": 1, "lines added": 1, "lines removed": 1,
                       "files": [{"file": "x", "lines added": 1, "lines removed": 1}]}),
            ),
            (
                Reading::Diff,
                "Diff with main:\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b",
                json!({"files changed": 1, "lines added": 1, "lines removed": 0,
                       "files": [{"file": "x", "lines added": 1, "lines removed": 0}]}),
            ),
            (
                Reading::Pairs,
                "size: 57\nisFile: true\npermissions: 0644",
                json!({"size": 57, "isFile": true, "permissions": "0644"}),
            ),
            (
                Reading::Marked,
                "[FILE] a b.csv      57 B\n[DIR] notes\n\nTotal: 1 file",
                json!({"count": 2, "items": [{"kind": "file", "name": "a b.csv", "size": 57},
                                             {"kind": "dir", "name": "notes"}]}),
            ),
            (
                Reading::Lines,
                "Allowed directories:\n/data\n* main\n",
                json!({"count": 2, "items": [{"name": "/data"}, {"name": "main"}]}),
            ),
        ] {
            assert_eq!(reading.read(text), Some(wanted), "{reading:?}");
        }
    }

    #[test]
    fn what_does_not_fit_stays_as_it_is() {
        for (reading, text) in [
            (Reading::Python, "[{'a': open('x')}]"),
            (Reading::Python, "[1, 2"),
            (Reading::Csv, "a,b\n1,2,3\n"),
            (Reading::Csv, "one line, with a comma"),
            (Reading::Records, "Commit: a\nno pair\n"),
            (Reading::Pairs, "a: 1\na: 2"),
            (Reading::Marked, "[FILE] a\nplain"),
            (Reading::Lines, "These words are a sentence and no name.\nx"),
            (Reading::Lines, ""),
        ] {
            assert_eq!(reading.read(text), None, "{reading:?} {text}");
            let whole = json!({ "content": text });
            assert_eq!(reading.of(whole.clone()), whole);
        }
        let deep = "[".repeat(5000);
        assert_eq!(Reading::Python.read(&deep), None);
        assert_eq!(Reading::List.of(json!({"items": [1]})), json!({"count": 1, "items": [1]}));
    }
}
