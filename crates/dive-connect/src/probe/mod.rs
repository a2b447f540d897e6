//! Learning what tools mean that do not say it, by using them.
//!
//! Values that one tool returns are given to parameters that might take them. What is accepted where a made-up value is
//! refused is taken to name the same kind of thing; that is what lets two tools of strangers stand in one question. The
//! result is a file for people to read, not a hidden state: [`Learned`].

pub(crate) mod infer;
mod learned;
mod link;
mod quotes;
mod trial;
pub(crate) mod words;

use std::collections::BTreeMap;

use dive_core::sem::Sem;
use dive_core::tool::{JsonType, Param, ToolSpec};
use dive_tools::manifest::{private_sem, slug};
use serde_json::Value;

pub use learned::{Learned, Lesson, Link, Taken, Things};

use crate::toolbox::Toolbox;
use link::Kinds;
use trial::{Bench, Subject};

/// Most values of a parameter that become constants.
const CONSTANTS: usize = 12;

/// What guides a probe.
#[derive(Debug, Clone, Default)]
pub struct Probing {
    /// Most calls.
    pub calls: usize,
    /// Values that are known, with what they are called.
    pub known: Vec<(String, String)>,
}

/// How a probe went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effort {
    /// Calls made.
    pub calls: usize,
    /// Of these, calls with a result.
    pub answered: usize,
}

impl Toolbox {
    /// Learns about the tools whose manifests say nothing about meanings. Calls read-only tools only.
    pub fn probe(&self, how: &Probing) -> (Learned, Effort) {
        let subjects: Vec<Subject> = self
            .pool()
            .specs()
            .filter(|s| silent(s))
            .filter_map(|s| Some(Subject::new(s.clone(), self.fingerprint(&s.name)?, self.hints(&s.name))))
            .collect();
        let call = |name: &str, args: &serde_json::Map<String, Value>| self.pool().call(name, args);
        let mut bench = Bench::new(subjects, how, &call);
        bench.run();
        let kinds = Kinds::of(&bench);
        let mut learned = Learned { entities: kinds.things(), links: kinds.links(&bench), ..Learned::default() };
        for (number, subject) in bench.subjects.iter().enumerate() {
            learned.tools.insert(subject.spec.id.clone(), lesson(number, subject, &kinds, &bench));
        }
        distinguish(&mut learned, &bench.subjects);
        (learned, bench.effort)
    }
}

/// Whether a tool leaves open what its parameters and results mean.
fn silent(spec: &ToolSpec) -> bool {
    if !matches!(spec.backend.as_str(), "mcp" | "http" | "command" | "sqlite" | "postgres") {
        return false;
    }
    let own =
        |name: &str, json: &JsonType, sem: &Sem, closed: bool| private_sem(&spec.provider, name, json, closed) == *sem;
    let params = spec.params.iter().all(|p| own(&p.name, &p.json, &p.sem, !p.choices.is_empty()));
    let fields = spec.output.fields.iter().chain(spec.output.rows.iter().flat_map(|r| &r.fields));
    let plain = [JsonType::String, JsonType::Number, JsonType::Boolean];
    let mut fields = fields.map(|f| (f, f.pointer.rsplit('/').next().unwrap_or_default()));
    params && fields.all(|(f, name)| plain.iter().any(|json| own(name, json, &f.sem, false)))
}

fn lesson(number: usize, subject: &Subject, kinds: &Kinds, bench: &Bench<'_>) -> Lesson {
    let spec = &subject.spec;
    let mut lesson = Lesson { fingerprint: subject.fingerprint.clone(), ..Lesson::default() };
    let results = subject.results();
    if results.is_empty() {
        lesson.unused = subject.why_unused();
        return lesson;
    }
    let required: Vec<&Param> = spec.params.iter().filter(|p| p.required).collect();
    for param in &required {
        match taken(number, param, subject, kinds, bench) {
            Some(taken) => drop(lesson.params.insert(param.name.clone(), taken)),
            None => {
                lesson.unused = format!("no value of `{}` can be said in a question", param.name);
                return lesson;
            }
        }
    }
    lesson.volatile = subject.volatile;
    lesson.complete = subject.seems_complete();
    lesson.reading = subject.reading;
    let entity = |p: &&&Param| lesson.params.get(&p.name).and_then(|t| t.sem.entity());
    let about = required.iter().filter(|p| entity(p).is_some());
    let about = about.max_by_key(|p| entity(p).map_or(0, |e| kinds.size(e))).map(|p| p.name.clone());
    let subject_noun = about.as_ref().and_then(|p| lesson.params.get(p)).and_then(|t| kinds.noun(&t.sem));
    let named = |path: &str| kinds.of_output(number, path);
    let noun_of = |sem: &Sem| kinds.noun(sem);
    let results: Vec<&Value> = results.iter().collect();
    let outline = infer::outline(spec, &results, subject_noun.as_deref(), &named, &noun_of);
    lesson.fields = outline.fields;
    lesson.fields.extend(quotes::fields(&spec.provider, &results));
    lesson.rows = outline.rows;
    if !lesson.complete && lesson.rows.is_some() {
        // How many stand on a page says nothing.
        lesson.fields.retain(|f| f.pointer != "/count");
    }
    let nouns: Vec<(&str, String)> = required
        .iter()
        .filter(|p| about.as_deref() != Some(p.name.as_str()))
        .map(|p| {
            let learned = lesson.params.get(&p.name).and_then(|t| kinds.noun(&t.sem));
            (p.name.as_str(), learned.unwrap_or_else(|| words::thing(p, spec)))
        })
        .collect();
    let slots: Vec<(&str, &str)> = nouns.iter().map(|(slot, noun)| (*slot, noun.as_str())).collect();
    lesson.tails = match (slots.as_slice(), &about) {
        ([], Some(_)) => Vec::new(),
        ([], None) => vec![words::known_to(spec)],
        (slots, _) => vec![words::tail(slots)],
    };
    lesson.subject = about;
    if lesson.rows.is_none() && lesson.fields.iter().all(|f| f.noun.is_empty()) {
        lesson.unused = "its results have nothing that can be pointed at".into();
    }
    lesson
}

/// The meaning of a required parameter; `None` when no constant of it can be said.
fn taken(number: usize, param: &Param, subject: &Subject, kinds: &Kinds, bench: &Bench<'_>) -> Option<Taken> {
    let plain = |sem| Taken { sem, label: String::new(), choices: Vec::new(), sample: Vec::new() };
    if !param.choices.is_empty() {
        return Some(plain(param.sem.clone()));
    }
    if let Some((kind, one)) = kinds.only(number, &param.name) {
        return Some(Taken { choices: vec![one.into()], ..plain(Sem::Category(kind.into())) });
    }
    if let Some(sem) = kinds.of_param(number, &param.name) {
        return Some(plain(sem));
    }
    let accepted = bench.accepted(number, &param.name);
    if accepted.is_empty() {
        return None;
    }
    match param.json {
        JsonType::String if accepted.iter().all(|v| subject.described(&param.name).contains(v)) => {
            let words = accepted.iter().filter_map(|v| v.as_str().map(str::to_string)).collect();
            let own = slug(&format!("{}_{}", subject.spec.provider, param.name));
            Some(Taken { choices: words, ..plain(Sem::Category(own)) })
        }
        JsonType::Number | JsonType::Integer => {
            let sample = accepted.into_iter().take(CONSTANTS).collect();
            Some(Taken { sample, label: words::plain(&param.name), ..plain(param.sem.clone()) })
        }
        _ => None,
    }
}

/// Two tools of which questions would speak in the same words could not be told apart: the richer one keeps them.
fn distinguish(learned: &mut Learned, subjects: &[Subject]) {
    let mut order: Vec<&Subject> = subjects.iter().collect();
    let wealth = |s: &Subject| {
        let lesson = learned.tools.get(&s.spec.id);
        lesson.map_or(0, |l| l.fields.len() + l.rows.as_ref().map_or(0, |r| r.fields.len()))
    };
    let old = |s: &Subject| s.spec.description.to_lowercase().contains("deprecated");
    order.sort_by_cached_key(|s| (old(s), std::cmp::Reverse(wealth(s)), s.spec.name.len(), s.spec.id.clone()));
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for subject in order {
        let Some(lesson) = learned.tools.get_mut(&subject.spec.id).filter(|l| l.unused.is_empty()) else { continue };
        let about = lesson.subject.as_ref().and_then(|p| lesson.params.get(p)).map(|t| t.sem.to_string());
        let frame = format!("{about:?} {:?}", lesson.tails.iter().map(|t| bare(t)).collect::<Vec<_>>());
        let mut taken = |words: &str| {
            let owner = said.entry(format!("{frame} {words}")).or_insert_with(|| subject.spec.id.clone());
            (*owner != subject.spec.id).then(|| owner.clone())
        };
        let mut other = None;
        if let Some(rows) = &lesson.rows
            && let Some(owner) = taken(&rows.plural)
        {
            let count = words::count_of(&rows.noun);
            lesson.fields.retain(|f| f.noun != count);
            lesson.rows = None;
            other = Some(owner);
        }
        for field in lesson.fields.iter_mut().filter(|f| !f.noun.is_empty()) {
            if let Some(owner) = taken(&field.noun) {
                field.noun.clear();
                other = Some(owner);
            }
        }
        if let Some(owner) = other
            && lesson.rows.is_none()
            && lesson.fields.iter().all(|f| f.noun.is_empty())
        {
            lesson.unused = format!("questions could not tell it from {owner}");
        }
    }
}

/// A tail without the names of its slots.
fn bare(tail: &str) -> String {
    tail.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect::<Vec<_>>().join("{}")
}
