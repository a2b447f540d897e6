//! The few sentences that the player writes and understands: plain English with brackets, so that whoever solves the
//! question finds the calls in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A value that has to be looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// Path of keys in the result, such as `place.city`.
    pub key: String,
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub args: BTreeMap<String, Arg>,
}

/// An argument.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// Stated.
    Stated(Value),
    /// Looked up.
    Found(Lookup),
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// A value.
    What(Lookup),
    /// The difference of two values, to two decimals where it is not whole.
    Difference(Lookup, Lookup, bool),
    /// The sum of two values.
    Sum(Lookup, Lookup),
    /// The name in the row with the greatest value: key of the name, key of the value, the list.
    Highest(String, String, Lookup),
}

impl Question {
    /// The sentence.
    pub fn write(&self) -> String {
        match self {
            Question::What(v) => format!("What is {}?", lookup(v)),
            Question::Difference(a, b, whole) => {
                let rounding = if *whole { "" } else { ", rounded to two decimals" };
                format!("By how much do {} and {} differ{rounding}?", lookup(a), lookup(b))
            }
            Question::Sum(a, b) => format!("What do {} and {} add up to?", lookup(a), lookup(b)),
            Question::Highest(name, value, list) => {
                format!("Which {} has the highest {} among {}?", words(name), words(value), lookup(list))
            }
        }
    }

    /// The question in a text that contains one of our sentences.
    pub fn read(text: &str) -> Option<Question> {
        ["What is ", "By how much do ", "What do ", "Which "]
            .iter()
            .filter_map(|head| text.find(head))
            .find_map(|at| Reader { rest: text.get(at..)? }.question())
    }
}

fn lookup(v: &Lookup) -> String {
    let mut text = format!("the {} according to {}", words(&v.key), words(&v.tool));
    if !v.args.is_empty() {
        let args: Vec<String> = v
            .args
            .iter()
            .map(|(name, arg)| match arg {
                Arg::Stated(Value::String(s)) => format!("{} “{s}”", words(name)),
                Arg::Stated(other) => format!("{} {other}", words(name)),
                Arg::Found(inner) => format!("{} being {}", words(name), lookup(inner)),
            })
            .collect();
        text.push_str(&format!(" ({})", args.join("; ")));
    }
    text
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn name(words: &str) -> String {
    words.trim().replace(' ', "_")
}

/// Reads from the left.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn question(mut self) -> Option<Question> {
        let question = if self.take("What is ") {
            Question::What(self.lookup()?)
        } else if self.take("By how much do ") {
            let a = self.lookup()?;
            self.take(" and ").then_some(())?;
            let b = self.lookup()?;
            self.take(" differ").then_some(())?;
            let whole = !self.take(", rounded to two decimals");
            Question::Difference(a, b, whole)
        } else if self.take("What do ") {
            let a = self.lookup()?;
            self.take(" and ").then_some(())?;
            let b = self.lookup()?;
            self.take(" add up to").then_some(())?;
            Question::Sum(a, b)
        } else {
            self.take("Which ").then_some(())?;
            let key = name(self.until(" has the highest ")?);
            let value = name(self.until(" among ")?);
            Question::Highest(key, value, self.lookup()?)
        };
        self.take("?").then_some(question)
    }

    fn lookup(&mut self) -> Option<Lookup> {
        self.take("the ").then_some(())?;
        let key = name(self.until(" according to ")?);
        let end = self
            .rest
            .char_indices()
            .find(|(_, c)| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == ' '))
            .map_or(self.rest.len(), |(i, _)| i);
        let mut head = self.rest.get(..end)?;
        // Without arguments the name ends where the sentence goes on.
        for stop in [" and ", " differ", " add up"] {
            head = head.split(stop).next().unwrap_or(head);
        }
        let tool = name(head);
        self.rest = self.rest.get(head.trim_end().len()..)?;
        let mut args = BTreeMap::new();
        if self.take(" (") {
            loop {
                let (param, arg) = self.arg()?;
                args.insert(param, arg);
                if self.take(")") {
                    break;
                }
                self.take("; ").then_some(())?;
            }
        }
        Some(Lookup { key, tool, args })
    }

    fn arg(&mut self) -> Option<(String, Arg)> {
        let quoted = self.rest.find(" “");
        let being = self.rest.find(" being the ");
        let end = self.rest.find([';', ')'])?;
        match (quoted, being) {
            (Some(q), b) if q < end && b.is_none_or(|b| q < b) => {
                let param = name(self.rest.get(..q)?);
                self.rest = self.rest.get(q + " “".len()..)?;
                let text = self.until("”")?;
                Some((param, Arg::Stated(text.into())))
            }
            (_, Some(b)) if b < end => {
                let param = name(self.rest.get(..b)?);
                self.rest = self.rest.get(b + " being ".len()..)?;
                Some((param, Arg::Found(self.lookup()?)))
            }
            _ => {
                let text = self.rest.get(..end)?;
                let (param, value) = text.rsplit_once(' ')?;
                self.rest = self.rest.get(end..)?;
                Some((name(param), Arg::Stated(serde_json::from_str(value).ok()?)))
            }
        }
    }

    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn until(&mut self, mark: &str) -> Option<&'a str> {
        let (head, rest) = self.rest.split_once(mark)?;
        self.rest = rest;
        Some(head)
    }
}

/// The scalar at a path of keys.
pub fn at<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    key.split('.').try_fold(value, |v, k| v.get(k))
}

/// Scalars of a result by their path of keys; what stands in lists is left out.
pub fn leaves(value: &Value) -> Vec<(String, &Value)> {
    fn walk<'v>(prefix: &str, map: &'v Map<String, Value>, into: &mut Vec<(String, &'v Value)>) {
        for (key, value) in map {
            // Keys with dots or blanks could not be read back.
            if key.contains(['.', ' ']) {
                continue;
            }
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value {
                Value::Object(inner) => walk(&path, inner, into),
                Value::Array(_) | Value::Null => {}
                _ => into.push((path, value)),
            }
        }
    }
    let mut found = Vec::new();
    if let Value::Object(map) = value {
        walk("", map, &mut found);
    }
    found
}

/// The first list of records in a result, with its key.
pub fn rows(value: &Value) -> Option<(&String, &Vec<Value>)> {
    value.as_object()?.iter().find_map(|(k, v)| Some((k, v.as_array().filter(|l| l.iter().any(Value::is_object))?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_again() {
        let city = Lookup {
            key: "home_city".into(),
            tool: "company_profile".into(),
            args: [("company".to_string(), Arg::Stated("Ha (x); Co and Sons".into()))].into(),
        };
        let nested = Lookup {
            key: "area.km2".into(),
            tool: "city_profile".into(),
            args: [("city".to_string(), Arg::Found(city.clone())), ("year".to_string(), Arg::Stated(json!(2020)))]
                .into(),
        };
        let bare = Lookup { key: "now".into(), tool: "today".into(), args: BTreeMap::new() };
        for question in [
            Question::What(nested.clone()),
            Question::Difference(nested.clone(), city.clone(), true),
            Question::Difference(bare.clone(), city.clone(), false),
            Question::Sum(bare.clone(), bare),
            Question::Highest("name".into(), "head_count".into(), city),
        ] {
            let text = format!("Please answer. {} Thank you.", question.write());
            assert_eq!(Question::read(&text).as_ref(), Some(&question), "{text}");
        }
    }
}
