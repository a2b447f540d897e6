//! From a logical form to an English question with typed spans.
//!
//! The realiser draws one of several wordings at each node. It does not try to prove that its sentence is clear: the
//! [reader](crate::read) does, and the caller draws again when a wording turns out to have two readings.

use dive_core::expr::{Cmp, Op};
use dive_core::form::{Form, FormCall};
use dive_core::rng::Stream;
use dive_core::sem::Sem;
use dive_core::task::Span;
use serde_json::Value;

use crate::document;
use crate::lexicon::{Entry, Lexicon, Part};
use crate::wording;

mod phrase;
mod sentence;
mod source;

/// A question and the constants in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The question.
    pub text: String,
    /// Its constants, in order.
    pub spans: Vec<Span>,
}

/// Something has no words, or its sentence would be too deeply nested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsayable(pub &'static str);

type Say = Result<(), Unsayable>;

/// Nested descriptions that one sentence bears, the head of the sentence included.
const MAX_DEPTH: usize = 3;

/// Sentences that introduce something, at most.
const MAX_PREAMBLES: usize = 4;

/// Bytes of a question that people still read to its end.
const MAX_LENGTH: usize = 520;

/// Says a form as a question.
///
/// # Errors
/// A part of the form has no words.
pub fn realise(lexicon: &Lexicon, form: &Form, rng: &mut Stream) -> Result<Said, Unsayable> {
    let mut r = Realiser {
        lexicon,
        rng,
        text: String::new(),
        spans: Vec::new(),
        referents: Vec::new(),
        by_noun: false,
        opened: Vec::new(),
        chosen: Vec::new(),
        plain: false,
        source: None,
        opens: false,
    };
    if r.rng.chance(0.2) {
        r.scene();
    }
    r.sources(form);
    r.preambles(form)?;
    r.question(form)?;
    if r.text.len() > MAX_LENGTH {
        return Err(Unsayable("too long a question"));
    }
    let spans = r.spans.into_iter().map(|(start, end, value, sem)| span(&r.text, start, end, value, sem)).collect();
    Ok(Said { text: r.text, spans })
}

fn span(text: &str, start: usize, end: usize, value: Value, sem: Sem) -> Span {
    let chars = |pos: usize| text.get(..pos).map_or(0, |t| t.chars().count());
    let words = text.get(start..end).unwrap_or_default().to_string();
    Span { start: chars(start), end: chars(end), text: words, value, sem }
}

struct Realiser<'a> {
    lexicon: &'a Lexicon,
    rng: &'a mut Stream,
    text: String,
    /// Byte offsets, value, meaning.
    spans: Vec<(usize, usize, Value, Sem)>,
    /// Forms introduced by earlier sentences, with the words that refer to them.
    referents: Vec<(Form, String)>,
    /// Whether the attribute said last was said with its noun, which "that of" can then stand for.
    by_noun: bool,
    /// Openings of introductory sentences that are used up.
    opened: Vec<&'static str>,
    /// The wording chosen for each attribute and tail, so that the same thing is said in the same words.
    chosen: Vec<(String, usize)>,
    /// Whether complete phrases are allowed here.
    plain: bool,
    /// The tool whose documents an opening sentence names, so that nothing else has to.
    source: Option<String>,
    /// Whether the question itself begins with its document.
    opens: bool,
}

impl Realiser<'_> {
    fn push(&mut self, words: &str) {
        self.text.push_str(words);
    }

    fn draw<'b, T>(&mut self, items: &'b [T]) -> Result<&'b T, Unsayable> {
        self.rng.pick(items).ok_or(Unsayable("no wording"))
    }

    /// Runs `say` and takes back what it wrote when it fails.
    fn attempt(&mut self, say: impl FnOnce(&mut Self) -> Say) -> Say {
        let (text, spans) = (self.text.len(), self.spans.len());
        let result = say(self);
        if result.is_err() {
            self.text.truncate(text);
            self.spans.truncate(spans);
        }
        result
    }

    fn scene(&mut self) {
        if let Some(scene) = self.rng.pick(wording::SCENES) {
            self.push(scene);
            self.push(" ");
        }
    }

    /// Introduces descriptions in sentences of their own until the rest is flat enough.
    fn preambles(&mut self, form: &Form) -> Say {
        for _ in 0..MAX_PREAMBLES {
            let depth = self.depth(form);
            let repeated = self.repeated(form);
            if !repeated && (depth < MAX_DEPTH || (depth == MAX_DEPTH && self.rng.chance(0.7))) {
                return Ok(());
            }
            let candidates = self.unsaid(form);
            let mut usable: Vec<(&Form, String, usize)> = candidates
                .into_iter()
                .filter(|f| matches!(f, Form::Get { .. } | Form::Apply { op: Op::Pick { .. }, .. }) && *f != form)
                .filter(|f| !contains_item(f))
                .filter_map(|f| Some((f, self.lexicon.label(f)?, self.depth(f))))
                .filter(|(f, _, d)| (1..=2).contains(d) && self.referents.iter().all(|(g, _)| g != *f))
                .collect();
            if repeated {
                let all: Vec<Form> = usable.iter().map(|(f, ..)| (*f).clone()).collect();
                usable.retain(|(f, ..)| all.iter().filter(|g| g == f).count() > 1);
            }
            let deepest = usable.iter().map(|(_, _, d)| *d).max();
            usable.retain(|(_, _, d)| Some(*d) == deepest);
            let clear = |(f, label, _): &(&Form, String, usize)| {
                self.referents.iter().all(|(_, words)| *words != that(label)) && !self.rivals(form, f, label)
            };
            // Where "that city" could be two cities, this one gets a letter.
            let plain = usable.iter().position(clear);
            let Some((described, label, _)) = usable.into_iter().nth(plain.unwrap_or(0)) else { break };
            let lettered = self.referents.iter().filter(|(_, words)| !words.starts_with("that ")).count();
            let words = match (plain, wording::LETTERS.get(lettered)) {
                (Some(_), _) => that(&label),
                (None, Some(letter)) => format!("{label} {letter}"),
                (None, None) => break,
            };
            let openings = if self.opened.is_empty() { wording::PREAMBLES } else { wording::NEXT_PREAMBLES };
            let fresh: Vec<(&'static str, &'static str)> =
                openings.iter().copied().filter(|(b, _)| !self.opened.contains(b)).collect();
            let (before, after) = *self.draw(&fresh)?;
            self.opened.push(before);
            self.push(before);
            self.np(described)?;
            if plain.is_none() {
                self.push(" (");
                self.push(&words);
                self.push(")");
            }
            self.push(after);
            self.push(" ");
            self.referents.push((described.clone(), words));
        }
        if self.depth(form) <= MAX_DEPTH && !self.repeated(form) { Ok(()) } else { Err(Unsayable("too deeply nested")) }
    }

    /// The form and its parts, down to what an earlier sentence introduced.
    fn unsaid<'f>(&self, form: &'f Form) -> Vec<&'f Form> {
        let mut open = vec![form];
        let mut found = Vec::new();
        while let Some(form) = open.pop() {
            if self.referents.iter().any(|(f, _)| f == form) {
                continue;
            }
            found.push(form);
            match form {
                Form::Literal { .. } | Form::Item { .. } => {}
                Form::Get { call, .. } => {
                    // A group is said once, whatever number of its arguments repeat the same description.
                    let groups = self.lexicon.tool(&call.tool).map_or(&[][..], |e| e.spec.groups.as_slice());
                    let later = |name: &str| groups.iter().any(|g| g.params.iter().skip(1).any(|p| p == name));
                    open.extend(call.args.iter().filter(|(name, _)| !later(name)).map(|(_, arg)| arg));
                }
                Form::Each { each, call, .. } => {
                    open.push(each);
                    open.extend(call.args.values());
                }
                // "… of whichever of A and B has …" says each of the two once.
                Form::Apply { op: Op::If, args } if self.of_two(args).is_some() => {
                    open.extend(args.first());
                }
                Form::Apply { args, .. } => open.extend(args),
            }
        }
        found
    }

    /// Whether the rest of the question describes something else that "that …" could refer to as well.
    fn rivals(&self, form: &Form, introduced: &Form, label: &str) -> bool {
        let mut inside = Vec::new();
        introduced.walk(&mut |f| inside.push(f));
        self.unsaid(form).into_iter().any(|f| {
            matches!(f, Form::Literal { .. } | Form::Get { .. } | Form::Apply { op: Op::Pick { .. }, .. })
                && f != form
                && !inside.contains(&f)
                && !contains_item(f)
                && self.lexicon.label(f).as_deref() == Some(label)
        })
    }

    /// Whether the same description would be said twice.
    fn repeated(&self, form: &Form) -> bool {
        let described: Vec<&Form> = self
            .unsaid(form)
            .into_iter()
            .filter(|f| matches!(f, Form::Get { .. } | Form::Apply { op: Op::Pick { .. }, .. }) && !contains_item(f))
            .filter(|f| matches!(self.lexicon.sem(f), Some(Sem::Entity(_))))
            .collect();
        described.iter().enumerate().any(|(i, f)| described.iter().skip(i + 1).any(|g| g == f))
    }

    /// Nested descriptions in the phrase for a form.
    fn depth(&self, form: &Form) -> usize {
        if self.referents.iter().any(|(f, _)| f == form) {
            return 0;
        }
        match form {
            Form::Literal { .. } | Form::Item { .. } => 0,
            Form::Get { call, .. } => {
                // A group is spoken of as the one thing it describes, which takes one level less.
                let grouped = self.lexicon.tool(&call.tool).is_some_and(|e| !e.spec.groups.is_empty());
                let inner = call.args.values().map(|a| self.depth(a)).max().unwrap_or(0);
                // A list of descriptions inside another one cannot be followed.
                let several = call.args.values().filter(|a| self.depth(a) > 0).count() > 1 && !grouped;
                let trailing = !self.untailed(call) && self.trailing(call);
                let extra = usize::from(several) + 2 * usize::from(trailing);
                1 + extra + if grouped { inner.saturating_sub(1) } else { inner }
            }
            Form::Each { each, call, .. } => {
                1 + self.depth(each).saturating_sub(1).max(call.args.values().map(|a| self.depth(a)).max().unwrap_or(0))
            }
            Form::Apply { op, args } => {
                let inner = args.iter().map(|a| self.depth(a)).max().unwrap_or(0);
                // "… with the highest … with the lowest …" and "… with the highest … whose …"
                let qualifies = matches!(op, Op::Pick { .. } | Op::Top { .. } | Op::Filter { .. });
                let qualified = args.first().is_some_and(|keys| match unfiltered(keys).0 {
                    Form::Get { call, .. } => call.args.values().any(|a| self.depth(a) > 0),
                    _ => false,
                });
                inner + 2 * usize::from(qualifies && qualified)
            }
        }
    }

    /// Whether words would follow a description that they seem to belong to: "the city where she was born in January", "the
    /// projects funded by the funder of the review with the lowest budget and begun in 2020".
    fn trailing(&self, call: &FormCall) -> bool {
        let Some(entry) = self.lexicon.tool(&call.tool) else { return false };
        let about = |slot: &str| match call.args.get(slot) {
            Some(arg) => Some(arg.clone()),
            None if document::has_text(entry) => described(self.lexicon, entry, call, slot),
            None => None,
        };
        let described = |slot: &str| {
            about(slot).is_some_and(|arg| {
                let arg = &arg;
                let entity = matches!(self.lexicon.sem(arg), Some(Sem::Entity(_)));
                self.depth(arg) >= if entity { 1 } else { 2 }
            })
        };
        entry.tails.iter().any(|tail| {
            let subject = !tail.parts.is_empty() && entry.subject().is_some_and(described);
            let inside = tail.parts.iter().rev().skip(1);
            subject || inside.clone().any(|p| matches!(p, Part::Slot { name, .. } if described(name)))
        })
    }
}

fn that(label: &str) -> String {
    format!("that {label}")
}

/// The thing that a group of arguments describes: the subject of the one call whose bundle they are.
pub fn described(lexicon: &Lexicon, entry: &Entry, call: &FormCall, slot: &str) -> Option<Form> {
    let group = entry.spec.groups.iter().find(|g| g.slot == slot)?;
    let mut thing: Option<&Form> = None;
    for (i, param) in group.params.iter().enumerate() {
        let Form::Get { call: source, path } = call.args.get(param)? else { return None };
        let about = source.args.values().next()?;
        let sem = lexicon.sem(about)?;
        let (tool, _, pointers) = lexicon.bundle(sem.entity()?, &group.of)?;
        if *tool != source.tool || source.args.len() != 1 || pointers.get(i) != Some(path) {
            return None;
        }
        if thing.is_some_and(|t| t != about) {
            return None;
        }
        thing = Some(about);
    }
    thing.cloned()
}

/// The items of a list that is written out.
pub fn written_out(form: &Form) -> Option<&[Form]> {
    match form {
        Form::Apply { op: Op::List, args } => Some(args),
        _ => None,
    }
}

/// A list without its filter, and the filter.
pub fn unfiltered(form: &Form) -> (&Form, Option<(&Form, Cmp, &Form)>) {
    match form {
        Form::Apply { op: Op::Filter { cmp }, args } => match args.as_slice() {
            [keys, values, limit] => (keys, Some((values, *cmp, limit))),
            _ => (form, None),
        },
        _ => (form, None),
    }
}

/// The call nearest to the top of a form.
pub fn top_call(form: &Form) -> Option<&FormCall> {
    match form {
        Form::Get { call, .. } | Form::Each { call, .. } => Some(call),
        Form::Apply { args, .. } => args.iter().rev().find_map(top_call),
        _ => None,
    }
}

/// Whether a form speaks of the element of a list around it.
fn contains_item(form: &Form) -> bool {
    match form {
        Form::Literal { .. } => false,
        Form::Item { .. } => true,
        Form::Get { call, .. } => call.args.values().any(contains_item),
        // The elements in its own call are its own.
        Form::Each { each, .. } => contains_item(each),
        Form::Apply { args, .. } => args.iter().any(contains_item),
    }
}
