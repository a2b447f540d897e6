//! From a logical form to an English question with typed spans.
//!
//! The realiser draws one of several wordings at each node. It does not try to prove that its sentence is clear: the
//! [reader](crate::read) does, and the caller draws again when a wording turns out to have two readings.

use dive_core::expr::{Cmp, End, Op};
use dive_core::form::{Form, FormCall};
use dive_core::rng::Stream;
use dive_core::sem::Sem;
use dive_core::task::Span;
use dive_core::tool::{Field, ToolKind};
use dive_core::units;
use serde_json::Value;

use crate::lexicon::{self, Entry, Lexicon, ORDINALS, Part, Template};
use crate::literal::{self, CARDINALS};
use crate::wording;

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

/// Bytes of a question that people still read to its end.
const MAX_LENGTH: usize = 460;

/// Says a form as a question.
///
/// # Errors
/// A part of the form has no words.
pub fn realise(lexicon: &Lexicon, form: &Form, rng: &mut Stream) -> Result<Said, Unsayable> {
    let mut r = Realiser { lexicon, rng, text: String::new(), spans: Vec::new(), referents: Vec::new() };
    if r.rng.chance(0.3) {
        r.scene(form);
    }
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
    /// Forms introduced by earlier sentences, with their labels.
    referents: Vec<(Form, String)>,
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

    fn scene(&mut self, form: &Form) {
        let Some(domain) = top_call(form).and_then(|c| self.lexicon.tool(&c.tool)).map(|e| e.spec.domain.clone())
        else {
            return;
        };
        let scenes = wording::SCENES.iter().find(|(d, _)| *d == domain).map_or(&[][..], |(_, s)| s);
        if let Some(scene) = self.rng.pick(scenes) {
            self.push(scene);
            self.push(" ");
        }
    }

    /// Introduces descriptions in sentences of their own until the rest is flat enough.
    fn preambles(&mut self, form: &Form) -> Say {
        for _ in 0..3 {
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
                .filter(|(f, label, d)| {
                    (1..=2).contains(d) && self.referents.iter().all(|(g, l)| g != *f && l != label)
                })
                .collect();
            if repeated {
                let all: Vec<Form> = usable.iter().map(|(f, ..)| (*f).clone()).collect();
                usable.retain(|(f, ..)| all.iter().filter(|g| g == f).count() > 1);
            }
            let deepest = usable.iter().map(|(_, _, d)| *d).max();
            usable.retain(|(_, _, d)| Some(*d) == deepest);
            let Some((described, label, _)) = usable.into_iter().next() else { break };
            let (before, after) = *self.draw(wording::PREAMBLES)?;
            self.push(before);
            self.np(described)?;
            self.push(after);
            self.push(" ");
            self.referents.push((described.clone(), label));
        }
        if self.depth(form) <= MAX_DEPTH { Ok(()) } else { Err(Unsayable("too deeply nested")) }
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
                Form::Get { call, .. } => open.extend(call.args.values()),
                Form::Each { each, call, .. } => {
                    open.push(each);
                    open.extend(call.args.values());
                }
                Form::Apply { args, .. } => open.extend(args),
            }
        }
        found
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
                // "… with the latest date of birth in the latest panel": the tail would seem to belong to the description.
                let subject = self.lexicon.tool(&call.tool).and_then(|e| call.args.get(e.subject()?));
                let trailing = subject.is_some_and(|s| self.qualified(s)) && self.has_tail(call);
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
                    Form::Get { call, .. } => call.args.values().any(|a| self.qualified(a)),
                    _ => false,
                });
                inner + 2 * usize::from(qualifies && qualified)
            }
        }
    }

    /// Whether the phrase for a form ends in a qualification that would swallow what follows.
    fn qualified(&self, form: &Form) -> bool {
        if self.referents.iter().any(|(f, _)| f == form) {
            return false;
        }
        match form {
            Form::Apply { op: Op::Pick { .. }, .. } => true,
            Form::Get { call, .. } => call.args.values().any(|a| self.qualified(a)),
            _ => false,
        }
    }

    fn has_tail(&self, call: &FormCall) -> bool {
        self.lexicon.tool(&call.tool).is_some_and(|e| e.tails.iter().any(|t| !t.parts.is_empty()))
    }

    fn question(&mut self, form: &Form) -> Say {
        let (decimals, unrounded) = match form {
            Form::Apply { op: Op::Round { decimals }, args } => {
                (Some(*decimals), args.first().ok_or(Unsayable("round"))?)
            }
            other => (None, other),
        };
        let content = match unrounded {
            Form::Apply { op: Op::Convert { .. }, args } => args.first().ok_or(Unsayable("convert"))?,
            other => other,
        };
        self.sentence(content)?;
        self.directive(content, unrounded, decimals)
    }

    fn sentence(&mut self, form: &Form) -> Say {
        let Form::Apply { op, args } = form else { return self.value_question(form) };
        match (op, args.as_slice()) {
            (Op::Greater, [a, b]) => self.verification(a, b),
            (Op::If, [condition, a, b]) => self.conditional(condition, a, b),
            (Op::Mapping { .. }, [a, b]) => {
                let (x, y, z) = *self.draw(wording::PAIR_FRAMES)?;
                self.framed(x, a, y, b, z, true)
            }
            (Op::PercentOf, [a, b]) => {
                let (x, y, z) = *self.draw(wording::SHARE_FRAMES)?;
                self.framed(x, b, y, a, z, true)
            }
            (Op::Difference, [a, b]) if self.rng.chance(0.6) => {
                let (x, y, z) = *self.draw(wording::DIFFERENCE_FRAMES)?;
                self.framed(x, a, y, b, z, true)
            }
            (Op::Pick { end, rank }, [keys, values]) => self.which(keys, values, *end, *rank),
            (Op::Top { end, count }, [keys, values]) => self.ranking(keys, values, *end, *count),
            (Op::Filter { .. } | Op::Intersect, _) => self.listing(form),
            (Op::Count, [set]) => self.how_many(set),
            _ => self.value_question(form),
        }
    }

    fn framed(&mut self, x: &str, a: &Form, y: &str, b: &Form, z: &str, ellipsis: bool) -> Say {
        self.push(x);
        self.np(a)?;
        self.push(y);
        self.second(a, b, ellipsis)?;
        self.push(z);
        Ok(())
    }

    fn value_question(&mut self, form: &Form) -> Say {
        let sem = self.lexicon.sem(form);
        if matches!(sem, Some(Sem::List(_))) {
            return self.listing(form);
        }
        if matches!(sem, Some(Sem::Entity(_))) && self.rng.chance(0.7) {
            let (before, after) = *self.draw(wording::ENTITY_FRAMES)?;
            self.push(before);
            self.np(form)?;
            self.push(after);
            return Ok(());
        }
        let tool = top_call(form).and_then(|c| self.lexicon.tool(&c.tool));
        let past = tool.is_some_and(|e| e.spec.phrases.past);
        let computed = tool.is_some_and(|e| e.spec.kind == ToolKind::Processing) || matches!(form, Form::Apply { .. });
        let measured = sem.is_some_and(|s| s.is_measure());
        let frame = loop {
            let i = if self.rng.chance(0.35) { usize::from(past) } else { self.rng.below(wording::VALUE_FRAMES.len()) };
            let fits = match i {
                0 => !past,
                wording::WHAT_WAS => past,
                wording::CALCULATE => computed && measured,
                _ => true,
            };
            if fits {
                break i;
            }
        };
        let (before, after) = wording::VALUE_FRAMES.get(frame).copied().ok_or(Unsayable("frame"))?;
        self.push(before);
        self.np(form)?;
        self.push(after);
        Ok(())
    }

    fn verification(&mut self, a: &Form, b: &Form) -> Say {
        let sem = self.lexicon.sem(a).ok_or(Unsayable("meaning"))?;
        let (x, y, z, end) = *self.draw(wording::VERIFY_FRAMES)?;
        self.push(x);
        self.np(a)?;
        self.push(y);
        self.push(lexicon::comparative(End::Largest, &sem));
        self.push(z);
        self.second(a, b, true)?;
        self.push(end);
        Ok(())
    }

    fn conditional(&mut self, condition: &Form, a: &Form, b: &Form) -> Say {
        let Form::Apply { op: Op::Greater, args } = condition else { return Err(Unsayable("condition")) };
        let [left, right] = args.as_slice() else { return Err(Unsayable("condition")) };
        let sem = self.lexicon.sem(left).ok_or(Unsayable("meaning"))?;
        let first = self.rng.chance(0.5);
        if !first {
            self.push("Give ");
            self.np(a)?;
        }
        self.push(if first { "If " } else { " if " });
        self.np(left)?;
        self.push(" is ");
        self.push(lexicon::threshold(Cmp::Above, &sem));
        self.push(" ");
        self.np(right)?;
        if first {
            self.push(", give ");
            self.np(a)?;
            self.push("; otherwise give ");
        } else {
            self.push("; if it is not, give ");
        }
        self.np(b)?;
        self.push(".");
        Ok(())
    }

    /// "Which … has the highest …?"
    fn which(&mut self, keys: &Form, values: &Form, end: End, rank: u32) -> Say {
        let past = top_call(values).and_then(|c| self.lexicon.tool(&c.tool)).is_some_and(|e| e.spec.phrases.past);
        let has = if past { " had " } else { " has " };
        let sem = self.element(values)?;
        if let Some(candidates) = written_out(keys) {
            if candidates.len() == 2 && self.rng.chance(0.6) {
                self.push("Which");
                self.push(has);
                self.push("the ");
                self.push(lexicon::comparative(end, &sem));
                self.push(" ");
                self.measured_by(values)?;
                self.push(", ");
                self.joined(candidates, " or ")?;
                self.push("?");
                return Ok(());
            }
            self.push("Which of ");
            self.joined(candidates, " and ")?;
        } else if self.rng.chance(0.6) {
            self.push("Which ");
            self.set(keys, false)?;
        } else {
            let (before, after) = *self.draw(wording::ENTITY_FRAMES)?;
            self.push(before);
            self.pick(keys, values, end, rank)?;
            self.push(after);
            return Ok(());
        }
        self.push(has);
        self.push("the ");
        self.ordinal(rank)?;
        self.push(lexicon::superlative(end, &sem));
        self.push(" ");
        self.measured_by(values)?;
        self.push("?");
        Ok(())
    }

    fn ranking(&mut self, keys: &Form, values: &Form, end: End, count: u32) -> Say {
        let sem = self.element(values)?;
        let top = lexicon::superlative(end, &sem);
        let opposite = if end == End::Largest { End::Smallest } else { End::Largest };
        let order = format!(", from {top} to {}", lexicon::superlative(opposite, &sem));
        if let Some(candidates) = written_out(keys).filter(|c| c.len() == count as usize) {
            let verb = *self.draw(&["Rank ", "Order "])?;
            self.push(verb);
            self.joined(candidates, " and ")?;
            self.push(" by ");
            self.measured_by(values)?;
            self.push(&order);
            self.push(".");
            return Ok(());
        }
        let number = CARDINALS.get(count as usize - 1).ok_or(Unsayable("too many"))?;
        let question = self.rng.chance(0.5);
        self.push(if question { "Which " } else { "Name the " });
        self.push(number);
        self.push(" ");
        self.set(keys, true)?;
        self.push(if question { " have the " } else { " with the " });
        self.push(top);
        self.push(" ");
        self.measured_by_plural(values)?;
        self.push(if question { "? List them" } else { "" });
        self.push(if question { order.trim_start_matches(',') } else { &order });
        self.push(".");
        Ok(())
    }

    fn listing(&mut self, form: &Form) -> Say {
        if let Form::Apply { op: Op::Filter { cmp }, args } = form
            && let [keys, values, limit] = args.as_slice()
            && !matches!(cmp, Cmp::Equals)
            && self.rng.chance(0.5)
        {
            self.push("Which ");
            self.set(keys, true)?;
            self.have(values, *cmp, limit)?;
            self.push("?");
            return Ok(());
        }
        let (before, after) = *self.draw(wording::LIST_FRAMES)?;
        self.push(before);
        self.push("the ");
        self.set(form, true)?;
        self.push(after);
        Ok(())
    }

    fn how_many(&mut self, set: &Form) -> Say {
        if let Form::Apply { op: Op::Filter { cmp }, args } = set
            && let [keys, values, limit] = args.as_slice()
            && !matches!(cmp, Cmp::Equals)
            && self.rng.chance(0.5)
        {
            self.push("How many ");
            self.set(keys, true)?;
            self.have(values, *cmp, limit)?;
            self.push("?");
        } else if self.rng.chance(0.5) {
            self.push("How many ");
            self.set(set, true)?;
            self.push(" are there?");
        } else {
            let (before, after) = *self.draw(wording::VALUE_FRAMES.get(2..5).unwrap_or_default())?;
            self.push(before);
            self.push("the number of ");
            self.set(set, true)?;
            self.push(after);
        }
        Ok(())
    }

    /// " have a headcount above 500"
    fn have(&mut self, values: &Form, cmp: Cmp, limit: &Form) -> Say {
        let sem = self.element(values)?;
        self.push(" have ");
        let at = self.text.len();
        self.measured_by(values)?;
        let words = self.text.get(at..).unwrap_or_default();
        let article = format!("{} ", lexicon::article(words));
        self.text.insert_str(at, &article);
        for span in self.spans.iter_mut().filter(|s| s.0 >= at) {
            span.0 += article.len();
            span.1 += article.len();
        }
        self.push(" ");
        self.push(lexicon::threshold(cmp, &sem));
        self.push(" ");
        self.np(limit)
    }

    fn directive(&mut self, content: &Form, unrounded: &Form, decimals: Option<u32>) -> Say {
        let Some(sem) = self.lexicon.sem(unrounded) else { return self.branch_directive(content) };
        // "What percentage …" and "the number of days …" have said their unit.
        let stated = matches!(content, Form::Apply { op: Op::PercentOf | Op::PercentChange | Op::DaysBetween, .. });
        let unit = if stated { String::new() } else { units::words(sem.unit()).to_string() };
        let places = decimals.and_then(|d| wording::PLACES.get(d as usize));
        let templates: &[&str] = match (unit.is_empty(), places) {
            (true, None) => return self.format(content, &sem),
            (true, Some(_)) => wording::DECIMALS,
            (false, None) => wording::UNIT,
            (false, Some(_)) => wording::UNIT_AND_DECIMALS,
        };
        let words = self.draw(templates)?.replace("{u}", &unit).replace("{d}", places.unwrap_or(&""));
        self.push(" ");
        self.push(&words);
        Ok(())
    }

    /// Both branches of a conditional are in the same unit, if any.
    fn branch_directive(&mut self, content: &Form) -> Say {
        let Form::Apply { op: Op::If, args } = content else { return Ok(()) };
        let unit = args.get(1).and_then(|a| self.lexicon.sem(a)).map(|s| units::words(s.unit()).to_string());
        if let Some(unit) = unit.filter(|u| !u.is_empty()) {
            let words = self.draw(wording::UNIT)?.replace("{u}", &unit);
            self.push(" ");
            self.push(&words);
        }
        Ok(())
    }

    fn format(&mut self, content: &Form, sem: &Sem) -> Say {
        let range = match (content, sem) {
            (_, Sem::Date(_)) => 0..2,
            (Form::Apply { op: Op::Greater, .. }, _) => 2..4,
            (Form::Apply { op: Op::Top { .. }, .. }, _) => 6..8,
            (Form::Apply { op: Op::Mapping { .. }, .. }, _) => 8..10,
            (_, Sem::List(_)) => 4..6,
            (_, Sem::Entity(_)) if self.rng.chance(0.3) => 10..12,
            (_, Sem::Category(_)) if self.rng.chance(0.3) => 14..15,
            _ => return Ok(()),
        };
        let words = *self.draw(wording::FORMATS.get(range).unwrap_or_default())?;
        self.push(" ");
        self.push(words);
        Ok(())
    }

    /// A noun phrase for the value of a form.
    fn np(&mut self, form: &Form) -> Say {
        if let Some((_, label)) = self.referents.iter().find(|(f, _)| f == form) {
            let words = format!("that {label}");
            self.push(&words);
            return Ok(());
        }
        match form {
            Form::Literal { literal, sem } => self.constant(literal, sem),
            Form::Item { .. } => Err(Unsayable("an element outside its list")),
            Form::Get { call, path } if path.contains('*') => self.column(call, path, form),
            Form::Get { call, path } => self.attribute(call, path),
            Form::Each { each, .. } => {
                self.push("the ");
                self.measured_by_plural(form)?;
                self.push(" of ");
                self.group_of(each)
            }
            Form::Apply { op, args } => self.applied(op, args),
        }
    }

    fn constant(&mut self, value: &Value, sem: &Sem) -> Say {
        let words = literal::render(value, sem).ok_or(Unsayable("a constant that nobody would write"))?;
        let quoted = self.lexicon.quoted(sem);
        self.push(if quoted { "“" } else { "" });
        let start = self.text.len();
        self.push(&words);
        self.spans.push((start, self.text.len(), value.clone(), sem.clone()));
        self.push(if quoted { "”" } else { "" });
        Ok(())
    }

    fn attribute(&mut self, call: &FormCall, path: &str) -> Say {
        let entry = self.lexicon.tool(&call.tool).ok_or(Unsayable("an unknown tool"))?.clone();
        let field = entry.spec.field(path).ok_or(Unsayable("an undeclared field"))?;
        let given = || call.args.keys().map(String::as_str);
        let all: std::collections::BTreeSet<&str> = given().map(|p| entry.slot_of(p)).collect();
        let phrases: Vec<&Template> = entry
            .phrases
            .iter()
            .filter(|(p, t)| p == path && t.slots.iter().map(String::as_str).eq(all.iter().copied()))
            .map(|(_, t)| t)
            .collect();
        if !phrases.is_empty() && self.rng.chance(0.6) {
            let template = (*self.draw(&phrases)?).clone();
            if self.attempt(|r| r.fill(&entry, call, &template)).is_ok() {
                return Ok(());
            }
        }
        if field.noun.is_empty() {
            return Err(Unsayable("a field without a noun"));
        }
        if self.attempt(|r| r.based_on(&entry, call, field)).is_ok() {
            return Ok(());
        }
        let subject = self.subject(&entry, call)?;
        match &subject {
            Some(Form::Literal { literal: Value::String(name), .. })
                if !name.ends_with('s') && !self.quoted_subject(subject.as_ref()) && self.rng.chance(0.3) =>
            {
                self.np(subject.as_ref().ok_or(Unsayable("subject"))?)?;
                self.push("'s ");
                self.push(&field.noun);
            }
            Some(subject) => {
                self.push("the ");
                self.push(&field.noun);
                self.push(" of ");
                self.np(subject)?;
            }
            None => {
                self.push("the ");
                self.push(&field.noun);
            }
        }
        self.tail(&entry, call)
    }

    fn quoted_subject(&self, subject: Option<&Form>) -> bool {
        subject.and_then(|s| self.lexicon.sem(s)).is_some_and(|s| self.lexicon.quoted(&s))
    }

    /// The form of the subject: an argument, or the thing that a group of arguments describes.
    fn subject(&self, entry: &Entry, call: &FormCall) -> Result<Option<Form>, Unsayable> {
        let Some(slot) = entry.subject() else { return Ok(None) };
        if let Some(arg) = call.args.get(slot) {
            return Ok(Some(arg.clone()));
        }
        described(self.lexicon, entry, call, slot).map(Some).ok_or(Unsayable("a subject that nothing describes"))
    }

    /// "the eGFR of Marta Vellinga based on the serum creatinine, the age and the sex": all arguments are attributes of one
    /// thing, which is named once.
    fn based_on(&mut self, entry: &Entry, call: &FormCall, field: &Field) -> Say {
        if entry.subject().is_some() || call.args.len() < 2 {
            return Err(Unsayable("has a subject"));
        }
        let mut subject: Option<Form> = None;
        let mut parts = Vec::new();
        for param in &entry.spec.params {
            let Some(arg) = call.args.get(&param.name) else { continue };
            let Form::Get { call: inner, path } = arg else { return Err(Unsayable("not derived")) };
            let inner_entry = self.lexicon.tool(&inner.tool).ok_or(Unsayable("an unknown tool"))?.clone();
            let about = self.subject(&inner_entry, inner)?.ok_or(Unsayable("no subject"))?;
            let noun = inner_entry.spec.field(path).map(|f| f.noun.clone()).filter(|n| !n.is_empty());
            if subject.get_or_insert_with(|| about.clone()) != &about {
                return Err(Unsayable("two subjects"));
            }
            parts.push((noun.ok_or(Unsayable("no noun"))?, inner_entry, inner.clone()));
        }
        self.push("the ");
        self.push(&field.noun);
        self.push(" of ");
        self.np(subject.as_ref().ok_or(Unsayable("no arguments"))?)?;
        self.push(" based on ");
        let last = parts.len().saturating_sub(1);
        for (i, (noun, inner_entry, inner)) in parts.iter().enumerate() {
            self.push(if i == 0 {
                ""
            } else if i == last {
                " and "
            } else {
                ", "
            });
            self.push("the ");
            self.push(noun);
            self.tail(inner_entry, inner)?;
        }
        Ok(())
    }

    /// One of the tails that have exactly the given arguments, with a space before it.
    fn tail(&mut self, entry: &Entry, call: &FormCall) -> Say {
        let needed = entry.slots(call.args.keys().map(String::as_str));
        let fitting: Vec<&Template> =
            entry.tails.iter().filter(|t| t.slots.iter().map(String::as_str).eq(needed.iter().copied())).collect();
        let template = (*self.draw(&fitting)?).clone();
        if template.parts.is_empty() {
            return Ok(());
        }
        self.push(" ");
        self.fill(entry, call, &template)
    }

    fn fill(&mut self, entry: &Entry, call: &FormCall, template: &Template) -> Say {
        for part in &template.parts {
            match part {
                Part::Text(words) => self.push(words),
                Part::Slot { name, bare, title } => {
                    if matches!(call.args.get(name), Some(Form::Literal { .. })) {
                        self.push(title);
                    }
                    self.slot(entry, call, name, *bare)?;
                }
            }
        }
        Ok(())
    }

    fn slot(&mut self, entry: &Entry, call: &FormCall, slot: &str, bare: bool) -> Say {
        let Some(param) = lexicon::slot_param(entry, slot) else {
            let thing =
                described(self.lexicon, entry, call, slot).ok_or(Unsayable("a group that nothing describes"))?;
            return self.np(&thing);
        };
        let arg = call.args.get(slot).ok_or(Unsayable("an argument that is not given"))?;
        let Form::Literal { literal: value, sem } = arg else { return self.np(arg) };
        let phrase = param.choices.iter().find(|c| Some(c.value.as_str()) == value.as_str()).map(|c| c.phrase.clone());
        if let Some(phrase) = phrase.filter(|p| !p.is_empty()) {
            let start = self.text.len();
            self.push(&phrase);
            self.spans.push((start, self.text.len(), value.clone(), sem.clone()));
            return Ok(());
        }
        match sem {
            Sem::List(_) => {
                self.push("the ");
                self.push(if param.label.is_empty() { "values" } else { &param.label });
                self.push(" ");
            }
            _ if !bare && !param.label.is_empty() => {
                let label = format!("{} {} of ", lexicon::article(&param.label), param.label);
                self.push(&label);
            }
            _ => {}
        }
        self.constant(value, sem)
    }

    fn second(&mut self, a: &Form, b: &Form, ellipsis: bool) -> Say {
        // "… and that of Nordvik Lines in 2021"
        if let (Form::Get { call: x, path: p }, Form::Get { call: y, path: q }) = (a, b)
            && ellipsis
            && x.tool == y.tool
            && p == q
            && !p.contains('*')
            && self.referents.iter().all(|(f, _)| f != b)
            && self.rng.chance(0.7)
        {
            let entry = self.lexicon.tool(&x.tool).ok_or(Unsayable("an unknown tool"))?.clone();
            let said = self.attempt(|r| {
                r.push("that");
                if let Some(subject) = r.subject(&entry, y)? {
                    r.push(" of ");
                    r.np(&subject)?;
                }
                let at = r.text.len();
                r.tail(&entry, y)?;
                if r.text.len() == at && entry.subject().is_none() {
                    Err(Unsayable("nothing to contrast"))
                } else {
                    Ok(())
                }
            });
            if said.is_ok() {
                return Ok(());
            }
        }
        self.np(b)
    }

    fn applied(&mut self, op: &Op, args: &[Form]) -> Say {
        match (op, args) {
            (Op::Difference, [a, b]) => self.framed("the difference between ", a, " and ", b, "", true),
            (Op::Divide, [a, b]) => self.framed("the ratio of ", a, " to ", b, "", true),
            (Op::PercentChange, [a, b]) => self.framed("the percentage change from ", a, " to ", b, "", true),
            (Op::DaysBetween, [a, b]) => self.framed("the number of days between ", a, " and ", b, "", true),
            (Op::YearOf, [a]) => {
                self.push("the year of ");
                self.np(a)
            }
            (Op::Mean, [v]) => self.aggregate("average", v),
            (Op::Median, [v]) => self.aggregate("median", v),
            (Op::Sum, [v]) => self.aggregate("total", v),
            (Op::Range, [v]) => {
                self.push("the range of ");
                self.list_np(v)
            }
            (Op::Extreme { end }, [v]) => {
                let sem = self.element(v)?;
                self.aggregate(lexicon::superlative(*end, &sem), v)
            }
            (Op::Count, [set]) => {
                self.push("the number of ");
                self.set(set, true)
            }
            (Op::Pick { end, rank }, [keys, values]) => self.pick(keys, values, *end, *rank),
            _ => Err(Unsayable("an operator without words here")),
        }
    }

    fn aggregate(&mut self, word: &str, values: &Form) -> Say {
        if written_out(values).is_some() {
            self.push("the ");
            self.push(if word == "total" { "sum" } else { word });
            self.push(" of ");
            return self.list_np(values);
        }
        self.push("the ");
        self.push(word);
        self.push(" ");
        let (base, filter) = unfiltered(values);
        match base {
            Form::Get { call, path } if path.contains('*') => {
                let entry = self.lexicon.tool(&call.tool).ok_or(Unsayable("an unknown tool"))?.clone();
                let field = entry.column_field(path).ok_or(Unsayable("an undeclared column"))?;
                self.push(&field.noun);
                if entry.rows().is_some_and(|r| r.series) && filter.is_none() {
                    return self.of_subject_and_tail(&entry, call);
                }
                self.push(" of the ");
                self.rows_np(call, true)?;
                self.condition(filter)
            }
            Form::Each { each, .. } => {
                self.measured_by(base)?;
                self.push(" of ");
                self.group_of(each)
            }
            _ => Err(Unsayable("an aggregate of something else")),
        }
    }

    /// "the closing prices of X from … to …", "the headcounts of the companies in …", "A, B and C".
    fn list_np(&mut self, values: &Form) -> Say {
        match written_out(values) {
            Some(items) => self.joined(items, " and "),
            None => self.np(values),
        }
    }

    fn column(&mut self, call: &FormCall, path: &str, form: &Form) -> Say {
        let entry = self.lexicon.tool(&call.tool).ok_or(Unsayable("an unknown tool"))?.clone();
        let rows = entry.rows().ok_or(Unsayable("no rows"))?;
        let field = entry.column_field(path).ok_or(Unsayable("an undeclared column"))?;
        self.push("the ");
        if field.pointer == rows.key && !rows.series {
            return self.set(form, true);
        }
        if field.noun.is_empty() {
            return Err(Unsayable("a column without a noun"));
        }
        self.push(&field.plural());
        if rows.series {
            return self.of_subject_and_tail(&entry, call);
        }
        self.push(" of the ");
        self.rows_np(call, true)
    }

    fn of_subject_and_tail(&mut self, entry: &Entry, call: &FormCall) -> Say {
        if let Some(subject) = self.subject(entry, call)? {
            self.push(" of ");
            self.np(&subject)?;
        }
        self.tail(entry, call)
    }

    /// "companies in the shipping sector", without article.
    fn rows_np(&mut self, call: &FormCall, plural: bool) -> Say {
        let entry = self.lexicon.tool(&call.tool).ok_or(Unsayable("an unknown tool"))?.clone();
        let rows = entry.rows().ok_or(Unsayable("no rows"))?;
        let words = if plural { rows.plural() } else { rows.noun.clone() };
        self.push(&words);
        self.of_subject_and_tail(&entry, call)
    }

    /// The things that a list of keys names, without article.
    fn set(&mut self, keys: &Form, plural: bool) -> Say {
        let (base, filter) = unfiltered(keys);
        match base {
            Form::Get { call, path } if path.contains('*') => {
                self.rows_np(call, plural)?;
                self.condition(filter)
            }
            Form::Apply { op: Op::Intersect, args } if plural && filter.is_none() => {
                let [a, b] = args.as_slice() else { return Err(Unsayable("intersection")) };
                self.set(a, true)?;
                self.push(" that are also among the ");
                self.set(b, true)
            }
            _ => Err(Unsayable("a set without a description")),
        }
    }

    /// The members of a list: a described set with article, or names.
    fn group_of(&mut self, keys: &Form) -> Say {
        match written_out(keys) {
            Some(items) => self.joined(items, " and "),
            None => {
                self.push("the ");
                self.set(keys, true)
            }
        }
    }

    fn condition(&mut self, filter: Option<(&Form, Cmp, &Form)>) -> Say {
        let Some((values, cmp, limit)) = filter else { return Ok(()) };
        let sem = self.element(values)?;
        self.push(" whose ");
        self.measured_by(values)?;
        self.push(" is ");
        let preposition = lexicon::threshold(cmp, &sem);
        if !preposition.is_empty() {
            self.push(preposition);
            self.push(" ");
        }
        self.np(limit)
    }

    /// "the company in the shipping sector with the highest headcount".
    fn pick(&mut self, keys: &Form, values: &Form, end: End, rank: u32) -> Say {
        let sem = self.element(values)?;
        self.push("the ");
        match written_out(keys) {
            Some(candidates) => {
                self.push("one of ");
                self.joined(candidates, " and ")?;
            }
            None => self.set(keys, false)?,
        }
        self.push(" with the ");
        self.ordinal(rank)?;
        self.push(lexicon::superlative(end, &sem));
        self.push(" ");
        self.measured_by(values)
    }

    fn ordinal(&mut self, rank: u32) -> Say {
        let word = (rank as usize).checked_sub(1).and_then(|i| ORDINALS.get(i)).ok_or(Unsayable("rank"))?;
        self.push(word);
        Ok(())
    }

    /// The noun that the members of a set are measured by: a column's, or another tool's with its tail.
    fn measured_by(&mut self, values: &Form) -> Say {
        self.measure(values, false)
    }

    fn measured_by_plural(&mut self, values: &Form) -> Say {
        self.measure(values, true)
    }

    fn measure(&mut self, values: &Form, plural: bool) -> Say {
        let (base, _) = unfiltered(values);
        let (call, path) = match base {
            Form::Get { call, path } | Form::Each { call, path, .. } => (call, path),
            _ => return Err(Unsayable("a measure without a noun")),
        };
        let entry = self.lexicon.tool(&call.tool).ok_or(Unsayable("an unknown tool"))?.clone();
        let (field, _) = entry.spec.field_at(path).ok_or(Unsayable("an undeclared field"))?;
        if field.noun.is_empty() {
            return Err(Unsayable("a field without a noun"));
        }
        let words = if plural { field.plural() } else { field.noun.clone() };
        self.push(&words);
        if matches!(base, Form::Each { .. }) {
            let item_is_subject =
                entry.subject().and_then(|s| call.args.get(s)).is_some_and(|a| matches!(a, Form::Item { .. }));
            if !item_is_subject {
                return Err(Unsayable("an element that is not the subject"));
            }
            self.tail(&entry, call)?;
        }
        Ok(())
    }

    fn joined(&mut self, items: &[Form], conjunction: &str) -> Say {
        // "the genes A, B and C": names alone may not tell what they name.
        if let Some(Form::Literal { sem: Sem::Entity(t), .. }) = items.first()
            && conjunction == " and "
            && self.rng.chance(0.5)
        {
            let plural = self.lexicon.entity_plural(t).ok_or(Unsayable("an unknown type"))?;
            let words = format!("the {plural} ");
            self.push(&words);
        }
        let last = items.len().saturating_sub(1);
        for (i, item) in items.iter().enumerate() {
            self.push(if i == 0 {
                ""
            } else if i == last {
                conjunction
            } else {
                ", "
            });
            match items.first() {
                Some(first) if i > 0 => self.second(first, item, true)?,
                _ => self.np(item)?,
            }
        }
        Ok(())
    }

    fn element(&self, values: &Form) -> Result<Sem, Unsayable> {
        self.lexicon.sem(values).and_then(|s| s.element().cloned()).ok_or(Unsayable("a list without a meaning"))
    }
}

/// The thing that a group of arguments describes: the subject of the one call whose bundle they are.
pub fn described(lexicon: &Lexicon, entry: &Entry, call: &FormCall, slot: &str) -> Option<Form> {
    let group = entry.spec.groups.iter().find(|g| g.slot == slot)?;
    let mut thing: Option<&Form> = None;
    for (i, param) in group.params.iter().enumerate() {
        let Form::Get { call: source, path } = call.args.get(param)? else { return None };
        let provider = lexicon.tool(&source.tool)?;
        let subject = provider.subject()?;
        let entity = provider.spec.param(subject)?.sem.entity()?;
        let (tool, _, pointers) = lexicon.bundle(entity, &group.of)?;
        let about = source.args.get(subject)?;
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
