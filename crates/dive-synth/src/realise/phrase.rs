//! Noun phrases: names, attributes, lists, aggregates, descriptions.

use dive_core::expr::{Cmp, End, Op};
use dive_core::form::{Form, FormCall};
use dive_core::rng::Stream;
use dive_core::sem::Sem;
use dive_core::tool::Field;
use serde_json::Value;

use super::{Realiser, Say, Unsayable, described, unfiltered, written_out};
use crate::lexicon::{self, Entry, ORDINALS, Part, Template};
use crate::literal::{self};

impl Realiser<'_> {
    /// A noun phrase for the value of a form.
    pub(super) fn np(&mut self, form: &Form) -> Say {
        self.by_noun = false;
        if let Some((_, words)) = self.referents.iter().find(|(f, _)| f == form) {
            let words = words.clone();
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

    pub(super) fn constant(&mut self, value: &Value, sem: &Sem) -> Say {
        let words = literal::render(value, sem).ok_or(Unsayable("a constant that nobody would write"))?;
        let quoted = self.lexicon.quoted(sem);
        self.push(match quoted {
            true => "“",
            false if self.lexicon.article(sem) => "the ",
            false => "",
        });
        let start = self.text.len();
        self.push(&words);
        self.spans.push((start, self.text.len(), value.clone(), sem.clone()));
        self.push(if quoted { "”" } else { "" });
        Ok(())
    }

    pub(super) fn attribute(&mut self, call: &FormCall, path: &str) -> Say {
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
        let key = format!("{} {path} {all:?}", entry.spec.name);
        let chosen =
            self.consistently(key, |rng| if rng.chance(0.6) { rng.below(phrases.len().max(1)) } else { usize::MAX });
        let plain = std::mem::take(&mut self.plain);
        // One is nearest *to* something, which a noun with "of" cannot say.
        let chosen =
            if field.noun.starts_with("nearest ") { chosen.min(phrases.len().saturating_sub(1)) } else { chosen };
        let plain = plain || self.source.as_ref() == Some(&call.tool);
        if let Some(template) = phrases.get(chosen).filter(|_| !plain) {
            let template = (*template).clone();
            if self.attempt(|r| r.fill(&entry, call, &template)).is_ok() {
                self.by_noun = false;
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
        // "Heskex's height of the town hall tower"
        let tailed = field.quote.is_some() && [" of ", " in ", " at ", " to "].iter().any(|w| field.noun.contains(w));
        match &subject {
            Some(Form::Literal { literal: Value::String(name), .. })
                if !name.ends_with('s')
                    && !name.contains(|c: char| c.is_ascii_digit())
                    && !self.quoted_subject(subject.as_ref())
                    && !tailed
                    && self.consistently("'s".into(), |rng| usize::from(rng.chance(0.3))) == 1 =>
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

    pub(super) fn quoted_subject(&self, subject: Option<&Form>) -> bool {
        subject.and_then(|s| self.lexicon.sem(s)).is_some_and(|s| self.lexicon.quoted(&s))
    }

    /// The form of the subject: an argument, or the thing that a group of arguments describes.
    pub(super) fn subject(&self, entry: &Entry, call: &FormCall) -> Result<Option<Form>, Unsayable> {
        let Some(slot) = entry.subject() else { return Ok(None) };
        if let Some(arg) = call.args.get(slot) {
            return Ok(Some(arg.clone()));
        }
        described(self.lexicon, entry, call, slot).map(Some).ok_or(Unsayable("a subject that nothing describes"))
    }

    /// "the eGFR of Marta Vellinga based on the serum creatinine, the age and the sex": all arguments are attributes of one
    /// thing, which is named once.
    pub(super) fn based_on(&mut self, entry: &Entry, call: &FormCall, field: &Field) -> Say {
        if entry.subject().is_some() || call.args.len() < 2 || !entry.spec.groups.is_empty() {
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
    pub(super) fn tail(&mut self, entry: &Entry, call: &FormCall) -> Say {
        if self.source.as_ref() == Some(&call.tool) {
            return Ok(());
        }
        let needed = entry.slots(call.args.keys().map(String::as_str));
        let fitting: Vec<&Template> =
            entry.tails.iter().filter(|t| t.slots.iter().map(String::as_str).eq(needed.iter().copied())).collect();
        let key = format!("{} {needed:?}", entry.spec.name);
        let chosen = self.consistently(key, |rng| rng.below(fitting.len().max(1)));
        let template = (*fitting.get(chosen).ok_or(Unsayable("no tail"))?).clone();
        if template.parts.is_empty() {
            return Ok(());
        }
        self.push(" ");
        self.fill(entry, call, &template)
    }

    /// The choice made for `key` earlier in this question, or a new one: two wordings of one thing would look like two things.
    fn consistently(&mut self, key: String, choose: impl FnOnce(&mut Stream) -> usize) -> usize {
        if let Some((_, chosen)) = self.chosen.iter().find(|(k, _)| *k == key) {
            return *chosen;
        }
        let chosen = choose(self.rng);
        self.chosen.push((key, chosen));
        chosen
    }

    pub(super) fn fill(&mut self, entry: &Entry, call: &FormCall, template: &Template) -> Say {
        for part in &template.parts {
            match part {
                Part::Text(words) => self.push(words),
                Part::Slot { name, bare, title } => {
                    if matches!(call.args.get(name), Some(Form::Literal { sem, .. }) if !self.lexicon.article(sem)) {
                        self.push(title);
                    }
                    self.slot(entry, call, name, *bare)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn slot(&mut self, entry: &Entry, call: &FormCall, slot: &str, bare: bool) -> Say {
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

    pub(super) fn second(&mut self, a: &Form, b: &Form, ellipsis: bool) -> Say {
        // "… and that of Nordvik Lines in 2021"
        if let (Form::Get { call: x, path: p }, Form::Get { call: y, path: q }) = (a, b)
            && ellipsis
            && self.by_noun
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

    pub(super) fn applied(&mut self, op: &Op, args: &[Form]) -> Say {
        match (op, args) {
            (Op::Difference, [a, b]) => self.framed("the difference between ", a, " and ", b, "", true),
            (Op::Divide, [a, b]) => self.framed("the ratio of ", a, " to ", b, "", true),
            (Op::PercentChange, [a, b]) => self.framed("the percentage change from ", a, " to ", b, "", true),
            (Op::DaysBetween, [a, b]) => self.framed("the number of days between ", a, " and ", b, "", true),
            (Op::YearOf, [a]) => {
                self.push("the year of ");
                self.plain = true;
                let said = self.np(a);
                self.plain = false;
                said
            }
            (Op::Mean, [v]) => self.aggregate("average", v),
            (Op::Median, [v]) => self.aggregate("median", v),
            (Op::Sum, [v]) => self.aggregate("total", v),
            (Op::Range, [v]) => {
                self.push("the range (largest minus smallest) of ");
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

    pub(super) fn aggregate(&mut self, word: &str, values: &Form) -> Say {
        let at = self.text.len();
        self.aggregate_of(word, values)?;
        let said = self.text.get(at..).unwrap_or_default();
        let doubled = ["average", "mean", "median", "total", "highest", "lowest"];
        let second = said.split(' ').nth(2).unwrap_or_default();
        // "The total annual number of visitors from 2015 to 2024": one sum, or ten figures?
        let periodic = word == "total" && ["annual", "yearly", "monthly", "weekly", "daily"].contains(&second);
        if doubled.contains(&second) || periodic { Err(Unsayable("an aggregate of an aggregate")) } else { Ok(()) }
    }

    pub(super) fn aggregate_of(&mut self, word: &str, values: &Form) -> Say {
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
    pub(super) fn list_np(&mut self, values: &Form) -> Say {
        match written_out(values) {
            Some(items) => self.joined(items, " and "),
            None => self.np(values),
        }
    }

    pub(super) fn column(&mut self, call: &FormCall, path: &str, form: &Form) -> Say {
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

    pub(super) fn of_subject_and_tail(&mut self, entry: &Entry, call: &FormCall) -> Say {
        if let Some(subject) = self.subject(entry, call)? {
            self.push(" of ");
            self.np(&subject)?;
        }
        self.tail(entry, call)
    }

    /// "companies in the shipping sector", without article.
    pub(super) fn rows_np(&mut self, call: &FormCall, plural: bool) -> Say {
        let entry = self.lexicon.tool(&call.tool).ok_or(Unsayable("an unknown tool"))?.clone();
        let rows = entry.rows().ok_or(Unsayable("no rows"))?;
        let words = if plural { rows.plural() } else { rows.noun.clone() };
        self.push(&words);
        self.of_subject_and_tail(&entry, call)
    }

    /// The things that a list of keys names, without article.
    pub(super) fn set(&mut self, keys: &Form, plural: bool) -> Say {
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
    pub(super) fn group_of(&mut self, keys: &Form) -> Say {
        match written_out(keys) {
            Some(items) => self.joined(items, " and "),
            None => {
                self.push("the ");
                self.set(keys, true)
            }
        }
    }

    pub(super) fn condition(&mut self, filter: Option<(&Form, Cmp, &Form)>) -> Say {
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
    pub(super) fn pick(&mut self, keys: &Form, values: &Form, end: End, rank: u32) -> Say {
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

    pub(super) fn ordinal(&mut self, rank: u32) -> Say {
        let word = (rank as usize).checked_sub(1).and_then(|i| ORDINALS.get(i)).ok_or(Unsayable("rank"))?;
        self.push(word);
        Ok(())
    }

    /// The noun that the members of a set are measured by: a column's, or another tool's with its tail.
    pub(super) fn measured_by(&mut self, values: &Form) -> Say {
        self.measure(values, false)
    }

    pub(super) fn measured_by_plural(&mut self, values: &Form) -> Say {
        self.measure(values, true)
    }

    pub(super) fn measure(&mut self, values: &Form, plural: bool) -> Say {
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

    pub(super) fn joined(&mut self, items: &[Form], conjunction: &str) -> Say {
        // "the genes A, B and C": names alone may not tell what they name.
        if let Some(Form::Literal { sem: sem @ Sem::Entity(t), .. }) = items.first()
            && conjunction == " and "
            && !self.lexicon.article(sem)
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

    pub(super) fn element(&self, values: &Form) -> Result<Sem, Unsayable> {
        self.lexicon.sem(values).and_then(|s| s.element().cloned()).ok_or(Unsayable("a list without a meaning"))
    }
}
