//! From an English question back to logical forms: all of them.
//!
//! This is the independent witness of check 7. It shares the [lexicon](crate::lexicon) with the realiser and nothing
//! else: a memoised top-down parser that follows every alternative, so that a question with two readings shows both.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use dive_core::expr::{Cmp, Op};
use dive_core::form::{Form, FormCall};
use dive_core::sem::Sem;

use crate::lexicon::{Entry, Lexicon, Template};
use crate::wording;

mod args;
mod phrase;
mod sentence;
mod sets;
mod source;

/// Every reading of a question, without repetitions.
pub fn read(lexicon: &Lexicon, question: &str) -> Vec<Form> {
    let mut readings: Vec<Form> = Vec::new();
    let mut starts = vec![0];
    starts.extend(wording::SCENES.iter().filter(|s| question.starts_with(**s)).map(|s| s.len() + 1));
    let sourced: Vec<(Option<&str>, usize)> = starts
        .iter()
        .flat_map(|s| source::sources(lexicon, question, *s))
        .map(|(tool, end)| (Some(tool), end))
        .chain(starts.iter().map(|s| (None, *s)))
        .collect();
    for (source, start) in sourced {
        let reader = Reader { lexicon, text: question, referents: Vec::new(), source, memo: RefCell::default() };
        for form in reader.text_from(start) {
            if !readings.contains(&form) {
                readings.push(form);
            }
        }
    }
    readings
}

type Parses<T> = Vec<(usize, T)>;
type Args = BTreeMap<String, Form>;

struct Reader<'a> {
    lexicon: &'a Lexicon,
    text: &'a str,
    /// What earlier sentences introduced, with the words that refer to it.
    referents: Vec<(String, Form)>,
    /// The tool whose documents an opening sentence named.
    source: Option<&'a str>,
    memo: RefCell<HashMap<usize, Rc<Parses<Form>>>>,
}

/// A described set: the keys, and what else can be said of the same rows.
#[derive(Clone)]
struct Set<'a> {
    keys: Form,
    base: Option<(&'a Entry, FormCall)>,
    filter: Option<(Form, Cmp, Form)>,
}

impl Set<'_> {
    /// A column of the same rows, under the same condition.
    fn under(&self, values: Form) -> Form {
        match &self.filter {
            Some((by, cmp, limit)) => Form::apply(Op::Filter { cmp: *cmp }, [values, by.clone(), limit.clone()]),
            None => values,
        }
    }
}

impl<'a> Reader<'a> {
    fn eat(&self, pos: usize, words: &str) -> Option<usize> {
        self.text.get(pos..)?.starts_with(words).then_some(pos + words.len())
    }

    fn sem(&self, form: &Form) -> Option<Sem> {
        self.lexicon.sem(form)
    }

    fn element(&self, form: &Form) -> Option<Sem> {
        self.sem(form)?.element().cloned()
    }

    /// "(city A)" behind a description, and the words by which it is referred to from then on.
    fn lettered(&self, pos: usize, label: &str) -> Option<(usize, String)> {
        let start = self.eat(pos, " (")?;
        wording::LETTERS.iter().find_map(|letter| {
            let words = format!("{label} {letter}");
            Some((self.eat(self.eat(start, &words)?, ")")?, words))
        })
    }

    /// Introductory sentences, then the question and its directive, up to the end.
    fn text_from(&self, pos: usize) -> Vec<Form> {
        let mut readings = Vec::new();
        for (before, after) in wording::PREAMBLES.iter().chain(wording::NEXT_PREAMBLES) {
            let Some(start) = self.eat(pos, before) else { continue };
            for (end, form) in self.np(start).iter() {
                let Some(label) = self.lexicon.label(form) else { continue };
                let (end, words) = self.lettered(*end, &label).unwrap_or_else(|| (*end, format!("that {label}")));
                let Some(next) = self.eat(end, after).and_then(|e| self.eat(e, " ")) else { continue };
                let mut referents = self.referents.clone();
                referents.push((words, form.clone()));
                let (lexicon, text, source) = (self.lexicon, self.text, self.source);
                let inner = Reader { lexicon, text, referents, source, memo: RefCell::default() };
                readings.extend(inner.text_from(next));
            }
        }
        for (end, content) in self.sentence(pos) {
            readings.extend(self.directive(end, content));
        }
        readings
    }
}

/// A column of the rows of a set, if they come from that tool.
fn same_rows(entry: &Entry, set: &Set<'_>, path: &str) -> Option<Form> {
    let (base, call) = set.base.as_ref()?;
    (base.spec.name == entry.spec.name).then(|| Form::Get { call: Box::new(call.clone()), path: path.into() })
}

/// Whether a phrase gives every required argument; the subject is given elsewhere unless the phrase is complete.
fn covers_required(entry: &Entry, template: &Template, complete: bool) -> bool {
    let mut required = dive_core::lint::required_slots(&entry.spec);
    if complete {
        required.extend(entry.subject());
    }
    required.iter().all(|slot| template.slots.contains(*slot))
}

/// Whether the sentence itself says the unit: a percentage, a number of days.
fn says_unit(content: &Form) -> bool {
    matches!(content, Form::Apply { op: Op::PercentOf | Op::PercentChange | Op::DaysBetween, .. })
}

/// Unit words and decimals that a directive states.
fn match_directive<'t>(template: &str, text: &'t str) -> Vec<(Option<&'t str>, Option<u32>)> {
    let mut found = Vec::new();
    let places: Vec<Option<usize>> =
        if template.contains("{d}") { (0..wording::PLACES.len()).map(Some).collect() } else { vec![None] };
    for place in places {
        let words = place.and_then(|i| wording::PLACES.get(i)).copied().unwrap_or_default();
        let filled = template.replace("{d}", words);
        let decimals = place.map(|i| i as u32);
        match filled.split_once("{u}") {
            None if filled == text => found.push((None, decimals)),
            None => {}
            Some((before, after)) => {
                let unit = text.strip_prefix(before).and_then(|t| t.strip_suffix(after));
                found.extend(unit.filter(|u| !u.is_empty()).map(|u| (Some(u), decimals)));
            }
        }
    }
    found
}
