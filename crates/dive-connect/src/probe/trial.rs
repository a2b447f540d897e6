//! Calls with values that might fit, and what came of them.

use std::collections::BTreeSet;

use dive_core::evidence::Outcome;
use dive_core::tool::{JsonType, Param, ToolSpec};
use serde_json::{Map, Value};

use super::{Effort, Probing, infer, words};
use crate::reading::{Reading, only_list, only_text};

/// A value that names nothing anywhere.
const NOTHING: &str = "zq-nothing-7731";
/// Longest text that is given to another tool.
const LONGEST: usize = 200;
/// Calls of one tool in one round.
const CALLS: usize = 14;
/// Times that results are fed back.
const ROUNDS: usize = 3;

/// Runs a call.
pub(super) type Caller<'c> = dyn Fn(&str, &Map<String, Value>) -> Outcome + 'c;

/// A tool under examination.
pub(super) struct Subject {
    pub(super) spec: ToolSpec,
    pub(super) fingerprint: String,
    pub(super) reading: Option<Reading>,
    pub(super) volatile: bool,
    trials: Vec<Trial>,
    /// Parameters that take anything.
    pub(super) open: BTreeSet<String>,
    /// What the provider was started with.
    hints: Vec<String>,
    /// The way to it failed.
    trouble: Option<String>,
}

struct Trial {
    args: Map<String, Value>,
    /// The result as it came.
    result: Option<Value>,
    /// What it said instead.
    message: String,
}

/// Where a value was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) value: String,
    /// Tool and path; nothing for values that were known before.
    pub(super) from: Option<(usize, String)>,
    /// What it is called there.
    noun: String,
}

/// All tools under examination.
pub(super) struct Bench<'c> {
    pub(super) subjects: Vec<Subject>,
    pub(super) effort: Effort,
    pub(super) seen: Vec<Seen>,
    left: usize,
    call: &'c Caller<'c>,
}

impl Subject {
    pub(super) fn new(spec: ToolSpec, fingerprint: String, hints: Vec<String>) -> Subject {
        Subject {
            spec,
            fingerprint,
            reading: None,
            volatile: false,
            trials: Vec::new(),
            open: BTreeSet::new(),
            hints,
            trouble: None,
        }
    }

    /// The results worth looking at, as they are read.
    fn read(&self) -> Vec<(&Map<String, Value>, Value)> {
        let good = self.trials.iter().filter_map(|t| Some((&t.args, t.result.as_ref()?)));
        good.filter(|(args, _)| !args.values().any(|v| v == NOTHING))
            .map(|(args, v)| (args, self.reading.map_or_else(|| v.clone(), |r| r.of(v.clone()))))
            .collect()
    }

    pub(super) fn results(&self) -> Vec<Value> {
        self.read().into_iter().map(|(_, v)| v).collect()
    }

    /// Words in quotation marks in the description of a parameter: `'local'`, `"all"`.
    pub(super) fn described(&self, param: &str) -> Vec<Value> {
        let text = self.spec.param(param).map_or("", |p| p.description.as_str());
        let mut found: Vec<Value> = Vec::new();
        for quote in ['\'', '"', '`'] {
            for word in text.split(quote).skip(1).step_by(2) {
                let fits = (1..=40).contains(&word.len()) && !word.contains([' ', ',', '.']);
                if fits && !found.iter().any(|v| v == word) {
                    found.push(word.into());
                }
            }
        }
        found
    }

    pub(super) fn why_unused(&self) -> String {
        if let Some(trouble) = &self.trouble {
            return trouble.clone();
        }
        match self.trials.iter().rev().find(|t| !t.message.is_empty()) {
            Some(trial) => format!("no call succeeded; one said: {}", trial.message),
            None => {
                let open: Vec<String> =
                    self.spec.params.iter().filter(|p| p.required).map(|p| format!("`{}`", p.name)).collect();
                format!("no value is known for {}", open.join(", "))
            }
        }
    }

    /// Whether nothing says that the result is a part of something longer.
    pub(super) fn seems_complete(&self) -> bool {
        const MORE: &[&str] = &["next", "cursor", "nextcursor", "hasmore", "truncated", "totalpages", "page"];
        let said = self.spec.description.to_lowercase();
        let cut = ["up to ", "limit", "truncat", "pagina", "most recent", "top "];
        let more = |v: &Value| {
            let plain = |k: &String| k.to_lowercase().replace(['_', '-'], "");
            v.as_object().is_some_and(|m| m.keys().any(|k| MORE.contains(&plain(k).as_str())))
        };
        // What cuts only when it is given cuts nothing when it is not.
        let on_demand = |p: &&Param| {
            let said = p.description.to_lowercase();
            ["if provided", "if given", "if set", "when given", "only the"].iter().any(|w| said.contains(w))
        };
        let mut limits = self.spec.params.iter().filter(|p| words::limits(&p.name)).filter(|p| !on_demand(p));
        !cut.iter().any(|c| said.contains(c)) && limits.next().is_none() && !self.results().iter().any(more)
    }

    /// The reading that fits most of what came.
    fn settle(&mut self) {
        let results: Vec<&Value> = self.trials.iter().filter_map(|t| t.result.as_ref()).collect();
        if results.iter().any(|r| only_list(r).is_some()) && results.iter().all(|r| only_text(r).is_none()) {
            self.reading = Some(Reading::List);
            return;
        }
        let texts: Vec<&str> = results.iter().filter_map(|r| only_text(r)).collect();
        let fits = |reading: &Reading| {
            let read = texts.iter().filter(|t| reading.read(t).is_some()).count();
            // One name a line is what short prose looks like, too.
            let all = *reading == Reading::Lines;
            read > 0 && if all { read == texts.len() } else { read * 2 >= texts.len() }
        };
        self.reading = Reading::OF_TEXT.into_iter().find(fits);
        // Several records in one result make records of all; else they are one record.
        if self.reading == Some(Reading::Records) {
            let several = |t: &&str| Reading::Records.read(t).is_some_and(|v| v["count"].as_u64() > Some(1));
            if !texts.iter().any(several) {
                self.reading = Some(Reading::Pairs);
            }
        }
    }
}

impl<'c> Bench<'c> {
    pub(super) fn new(subjects: Vec<Subject>, how: &Probing, call: &'c Caller<'c>) -> Bench<'c> {
        let known =
            how.known.iter().map(|(noun, value)| Seen { value: value.clone(), from: None, noun: words::plain(noun) });
        let seen = known.collect();
        Bench { subjects, effort: Effort::default(), seen, left: how.calls, call }
    }

    /// Calls the tools with whatever might fit, and again with what came back.
    pub(super) fn run(&mut self) {
        for _ in 0..ROUNDS {
            let before = self.effort.calls;
            for number in 0..self.subjects.len() {
                for args in self.arguments(number) {
                    self.try_call(number, args);
                }
                if let Some(subject) = self.subjects.get_mut(number) {
                    subject.settle();
                }
            }
            self.look();
            if self.effort.calls == before {
                break;
            }
        }
        for number in 0..self.subjects.len() {
            self.control(number);
        }
    }

    /// Values of a parameter with which some call succeeded.
    pub(super) fn accepted(&self, number: usize, param: &str) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        for trial in self.subjects.get(number).into_iter().flat_map(|s| &s.trials).filter(|t| t.result.is_some()) {
            if let Some(value) = trial.args.get(param).filter(|v| **v != NOTHING && !found.contains(v)) {
                found.push(value.clone());
            }
        }
        found
    }

    /// Whether a value was accepted; `None` when that was not tried, or something else may be to blame.
    pub(super) fn verdict(&self, number: usize, param: &str, value: &str) -> Option<bool> {
        let trials = || self.subjects.get(number).into_iter().flat_map(|s| &s.trials);
        let with = || trials().filter(|t| t.args.get(param).is_some_and(|v| v == value));
        if with().any(|t| t.result.is_some()) {
            return Some(true);
        }
        let blameless = |t: &Trial| {
            t.args.iter().all(|(k, v)| k == param || trials().any(|o| o.result.is_some() && o.args.get(k) == Some(v)))
        };
        with().any(blameless).then_some(false)
    }

    fn try_call(&mut self, number: usize, args: Map<String, Value>) {
        let Some(subject) = self.subjects.get_mut(number) else { return };
        if self.left == 0 || subject.trouble.is_some() || subject.trials.iter().any(|t| t.args == args) {
            return;
        }
        self.left -= 1;
        self.effort.calls += 1;
        let (result, message) = match (self.call)(&subject.spec.name, &args) {
            Outcome::Value { value, .. } if says_something(&value) => (Some(value), String::new()),
            Outcome::Value { .. } => (None, String::new()),
            Outcome::Error { error } => {
                if error.is_infrastructure() {
                    subject.trouble = Some(error.message.clone());
                }
                (None, error.message)
            }
        };
        self.effort.answered += usize::from(result.is_some());
        subject.trials.push(Trial { args, result, message });
    }

    /// Notes the texts in all results.
    fn look(&mut self) {
        let mut found = Vec::new();
        for (number, subject) in self.subjects.iter().enumerate() {
            let of_tool = words::object(&subject.spec).unwrap_or_default();
            for (_, result) in subject.read() {
                for (path, text) in infer::texts(&result) {
                    let fits = !text.trim().is_empty() && text.len() <= LONGEST && !text.contains(char::is_control);
                    if fits {
                        let noun = words::plain(path.rsplit('/').next().unwrap_or_default());
                        let noun = if noun == "name" { of_tool.clone() } else { noun };
                        found.push(Seen { value: text.into(), from: Some((number, path)), noun });
                    }
                }
            }
        }
        for seen in found {
            if !self.seen.contains(&seen) {
                self.seen.push(seen);
            }
        }
    }

    /// Arguments worth trying: for every required parameter the likeliest values.
    fn arguments(&self, number: usize) -> Vec<Map<String, Value>> {
        let Some(subject) = self.subjects.get(number) else { return Vec::new() };
        let examples = subject.spec.examples.iter().filter(|e| e.expect.is.as_deref() != Some("error"));
        let mut all: Vec<Map<String, Value>> =
            examples.map(|e| e.args.clone().into_iter().collect()).filter(|a: &Map<_, _>| !a.is_empty()).collect();
        let required: Vec<&Param> = subject.spec.params.iter().filter(|p| p.required).collect();
        let each = match required.len() {
            0 | 1 => CALLS,
            2 => 6,
            _ => 3,
        };
        let mut combined: Vec<Map<String, Value>> = vec![Map::new()];
        for param in required {
            let values = self.candidates(number, param, each);
            // Neighbouring combinations first vary what was named last.
            combined = combined
                .iter()
                .flat_map(|args| {
                    values.iter().map(move |value| {
                        let mut args = args.clone();
                        args.insert(param.name.clone(), value.clone());
                        args
                    })
                })
                .take(CALLS * 4)
                .collect();
        }
        all.extend(combined);
        all.retain(|args| !subject.trials.iter().any(|t| t.args == *args));
        all.truncate(CALLS);
        all
    }

    /// Values for a parameter, the likeliest first, those that were accepted before all others.
    fn candidates(&self, number: usize, param: &Param, most: usize) -> Vec<Value> {
        let Some(subject) = self.subjects.get(number) else { return Vec::new() };
        if !param.choices.is_empty() {
            return param.choices.iter().take(most).map(|c| c.value.clone().into()).collect();
        }
        let schema = |key: &str| param.schema.as_ref().and_then(|s| s.get(key)).cloned();
        let stated: Vec<Value> = ["default", "examples", "minimum", "maximum"]
            .iter()
            .filter_map(|key| schema(key))
            .flat_map(|v| if let Value::Array(items) = v { items } else { vec![v] })
            .chain(param.minimum.into_iter().chain(param.maximum).map(dive_core::canon::number))
            .collect();
        if param.json != JsonType::String {
            let fits = |v: &Value| matches!(param.json, JsonType::Number | JsonType::Integer) && v.is_number();
            return stated.into_iter().filter(fits).take(most).collect();
        }
        let described = subject.described(&param.name);
        let thing = words::thing(param, &subject.spec);
        let mut scored: Vec<(i32, usize, Value)> = Vec::new();
        let accepted = self.accepted(number, &param.name);
        let mut offer = |score: i32, value: &Value| {
            let refused = value.as_str().is_some_and(|v| self.verdict(number, &param.name, v) == Some(false));
            if !refused && !scored.iter().any(|(_, _, v)| v == value) {
                let score = if accepted.contains(value) { score + 20 } else { score };
                scored.push((score, scored.len(), value.clone()));
            }
        };
        for value in described.iter().chain(stated.iter().filter(|v| v.is_string())) {
            offer(12, value);
        }
        for hint in &subject.hints {
            offer(8, &hint.as_str().into());
        }
        for seen in &self.seen {
            let same_provider = seen
                .from
                .as_ref()
                .is_none_or(|(n, _)| self.subjects.get(*n).is_some_and(|s| s.spec.provider == subject.spec.provider));
            let own = seen.from.as_ref().is_some_and(|(n, _)| *n == number);
            let alike = alike(&thing, &seen.noun) || alike(&words::plain(&param.name), &seen.noun);
            let said = seen.from.as_ref().and_then(|(n, _)| self.subjects.get(*n)).is_some_and(|s| {
                param.description.contains(&s.spec.name) || subject.spec.description.contains(&s.spec.name)
            });
            if let Some(format) = format(param, &seen.value) {
                let score =
                    format + if alike { 6 } else { 0 } + if same_provider { 4 } else { 0 } + if said { 5 } else { 0 }
                        - if own { 3 } else { 0 };
                // Values of strangers are tried only where a name or the format speaks for them.
                if same_provider || alike || format > 2 {
                    offer(score, &seen.value.as_str().into());
                }
            }
        }
        scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        scored.into_iter().take(most).map(|(_, _, v)| v).collect()
    }

    /// Whether each parameter takes anything, and whether the tool gives the same result again.
    fn control(&mut self, number: usize) {
        let Some(subject) = self.subjects.get(number) else { return };
        let Some(args) = subject.trials.iter().find(|t| t.result.is_some()).map(|t| t.args.clone()) else { return };
        let (name, first) = (subject.spec.name.clone(), subject.trials.iter().find(|t| t.args == args));
        let first = first.and_then(|t| t.result.clone());
        let texts: Vec<String> = subject
            .spec
            .params
            .iter()
            .filter(|p| p.required && p.json == JsonType::String && p.choices.is_empty())
            .map(|p| p.name.clone())
            .collect();
        for param in texts {
            let mut args = args.clone();
            args.insert(param.clone(), NOTHING.into());
            self.try_call(number, args.clone());
            let Some(subject) = self.subjects.get_mut(number) else { return };
            if subject.trials.iter().any(|t| t.args == args && t.result.is_some()) {
                subject.open.insert(param);
            }
        }
        if self.left > 0 {
            self.left -= 1;
            self.effort.calls += 1;
            let again = (self.call)(&name, &args);
            if let Some(subject) = self.subjects.get_mut(number) {
                subject.volatile = again.value() != first.as_ref();
            }
        }
    }
}

/// A result that is not a polite nothing.
fn says_something(value: &Value) -> bool {
    if let Some(text) = only_text(value) {
        let text = text.trim().to_lowercase();
        let refusal = ["error", "no ", "none", "not found", "null", "[]", "{}"].iter().any(|r| text.starts_with(r))
            || text.lines().next().is_some_and(|l| l.contains("error:") || l.contains(" not found"));
        return !text.is_empty() && !refusal;
    }
    let full = |v: &Value| match v {
        Value::Null => false,
        Value::Array(a) => !a.is_empty(),
        Value::Object(o) => !o.is_empty(),
        Value::String(s) => !s.is_empty(),
        _ => true,
    };
    match value {
        Value::Object(map) => map.values().any(full),
        other => full(other),
    }
}

/// Whether two names speak of the same thing.
fn alike(a: &str, b: &str) -> bool {
    let words = |t: &str| t.split(' ').map(crate::import::singular).filter(|w| w.len() > 1).collect::<BTreeSet<_>>();
    !words(a).is_disjoint(&words(b))
}

/// How well the form of a value suits a parameter; `None` when it cannot be meant.
fn format(param: &Param, value: &str) -> Option<i32> {
    let about = format!("{} {}", words::plain(&param.name), param.description.to_lowercase());
    let says = |word: &str| about.split(|c: char| !c.is_alphanumeric()).any(|w| w == word);
    let url = value.starts_with("http://") || value.starts_with("https://");
    let date = value.get(..10).is_some_and(|d| d.parse::<jiff::civil::Date>().is_ok());
    if (says("url") || says("uri")) != url && (url || says("url")) {
        return None;
    }
    if says("date") || says("timestamp") {
        return date.then_some(5);
    }
    let pattern = param.schema.as_ref().and_then(|s| s.get("pattern")).is_some();
    Some(match () {
        () if url => 5,
        () if says("path") && value.contains(['/', '.']) => 3,
        () if pattern => 1,
        () => 0,
    })
}
