//! Noun phrases.

use std::rc::Rc;

use dive_core::expr::Op;
use dive_core::form::{Form, FormCall};
use dive_core::sem::Sem;

use super::{Args, Parses, Reader, Set, covers_required, same_rows};
use crate::lexicon::{self, Entry, Role};
use crate::literal::{self};

impl<'a> Reader<'a> {
    /// Every noun phrase at `pos`.
    pub(super) fn np(&self, pos: usize) -> Rc<Parses<Form>> {
        if let Some(known) = self.memo.borrow().get(&pos) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        self.names(pos, &mut found);
        for (words, form) in &self.referents {
            if let Some(end) = self.eat(pos, words).filter(|e| literal::boundary(self.text, *e)) {
                found.push((end, form.clone()));
            }
        }
        if let Some(at) = self.eat(pos, "the ") {
            self.phrases(pos, at, &mut found);
            self.nouns(at, &mut found);
            self.operators(at, &mut found);
        }
        let mut distinct: Parses<Form> = Vec::with_capacity(found.len());
        for parse in found {
            if !distinct.contains(&parse) {
                distinct.push(parse);
            }
        }
        let result = Rc::new(distinct);
        self.memo.borrow_mut().insert(pos, Rc::clone(&result));
        result
    }

    pub(super) fn names(&self, pos: usize, found: &mut Parses<Form>) {
        for (end, value, sem) in self.lexicon.names_at(self.text, pos) {
            let literal = Form::literal(value, sem.clone());
            // "Halvorsen Marine's net income …"
            if let Some(at) = self.eat(end, "'s ") {
                for (end, noun) in self.lexicon.nouns_at(self.text, at) {
                    let entry = &noun.tool;
                    if noun.role != Role::Scalar {
                        continue;
                    }
                    let Some(args) = self.as_subject(entry, &literal) else { continue };
                    for (end, args) in self.tail(end, entry, args) {
                        found.push((end, Form::get(&entry.spec.name, args, noun.path.clone())));
                    }
                }
            }
            found.push((end, literal));
        }
    }

    pub(super) fn phrases(&self, pos: usize, at: usize, found: &mut Parses<Form>) {
        for (entry, path, template) in self.lexicon.phrases_at(self.text, at) {
            if !covers_required(entry, template, true) {
                continue;
            }
            for (end, args) in self.fill(pos, entry, template, Args::new()) {
                found.push((end, Form::get(&entry.spec.name, args, path.clone())));
            }
        }
    }

    pub(super) fn nouns(&self, at: usize, found: &mut Parses<Form>) {
        for (end, noun) in self.lexicon.nouns_at(self.text, at) {
            let entry = &noun.tool;
            match noun.role {
                Role::Scalar => {
                    for (end, args) in self.of_subject_and_tail(end, entry) {
                        found.push((end, Form::get(&entry.spec.name, args, noun.path.clone())));
                    }
                    self.based_on(end, entry, &noun.path, found);
                }
                Role::Columns => found.extend(self.column(end, entry, &noun.path)),
                Role::Scalars => {
                    // "the net incomes in 2023 of A, B and C"
                    let Some(subject) = entry.subject() else { continue };
                    let args = Args::from([(subject.to_string(), Form::item())]);
                    for (end, args) in self.tail(end, entry, args) {
                        found.extend(self.each_of(end, entry, &args, &noun.path));
                    }
                }
                Role::Rows => {
                    if entry.rows().is_some_and(|r| !r.series) {
                        found.extend(self.set(at, true).into_iter().map(|(e, s)| (e, s.keys)));
                    }
                }
                Role::Row => {
                    for (end, set) in self.set(at, false) {
                        let Some(next) = self.eat(end, " with the ") else { continue };
                        found.extend(self.extreme_of(next, &set));
                    }
                }
                Role::Column => {}
            }
        }
    }

    /// " of the companies …" or " of A, B and C" after a measure of each.
    pub(super) fn each_of(&self, pos: usize, entry: &Entry, args: &Args, path: &str) -> Parses<Form> {
        let Some(at) = self.eat(pos, " of ") else { return Vec::new() };
        let Some(subject) = entry.subject().and_then(|s| entry.spec.param(s)) else { return Vec::new() };
        let call = FormCall { tool: entry.spec.name.clone(), args: args.clone() };
        let field = entry.spec.field(path);
        let mut found = Vec::new();
        let mut add = |end: usize, keys: Form| {
            if self.element(&keys).is_some_and(|s| subject.sem.accepts(&s)) {
                let each = Form::Each { each: Box::new(keys), call: Box::new(call.clone()), path: path.into() };
                found.push((end, each));
            }
        };
        for (end, items) in self.joined(at, " and ", 2) {
            add(end, Form::apply(Op::List, items));
        }
        if let Some(at) = self.eat(at, "the ") {
            for (end, set) in self.set(at, true) {
                if !self.has_column(&set, field.map_or("", |f| f.noun.as_str())) {
                    add(end, set.keys);
                }
            }
        }
        found
    }

    /// Whether the rows of a set have a column of that name, which then is what the noun means.
    pub(super) fn has_column(&self, set: &Set<'a>, noun: &str) -> bool {
        let rows = set.base.as_ref().and_then(|(entry, _)| entry.rows());
        rows.is_some_and(|r| r.fields.iter().any(|f| f.noun == noun))
    }

    pub(super) fn column(&self, pos: usize, entry: &'a Entry, path: &str) -> Parses<Form> {
        if entry.rows().is_some_and(|r| r.series) {
            let parses = self.of_subject_and_tail(pos, entry);
            return parses.into_iter().map(|(e, args)| (e, Form::get(&entry.spec.name, args, path))).collect();
        }
        let Some(at) = self.eat(pos, " of the ") else { return Vec::new() };
        let sets = self.set(at, true).into_iter().filter(|(_, s)| s.filter.is_none());
        sets.filter_map(|(e, s)| Some((e, same_rows(entry, &s, path)?))).collect()
    }

    /// A calendar day that the question states.
    fn day(&self, pos: usize) -> Option<(usize, Form)> {
        let sem = Sem::Date(String::new());
        let (end, value) = literal::parse(self.text, pos, &sem).into_iter().next()?;
        Some((end, Form::literal(value, sem)))
    }

    pub(super) fn operators(&self, at: usize, found: &mut Parses<Form>) {
        for (words, between, op) in [
            ("difference between ", " and ", Op::Difference),
            ("ratio of ", " to ", Op::Divide),
            ("percentage change from ", " to ", Op::PercentChange),
        ] {
            let Some(start) = self.eat(at, words) else { continue };
            for (end, (a, b)) in self.two(start, between) {
                found.push((end, Form::apply(op.clone(), [a, b])));
            }
        }
        if let Some(start) = self.eat(at, "number of days between ") {
            for (end, a) in self.np(start).iter().cloned().chain(self.day(start)) {
                let Some(next) = self.eat(end, " and ") else { continue };
                let seconds = self.second(next, &a).into_iter().chain(self.day(next));
                found.extend(seconds.map(|(end, b)| (end, Form::apply(Op::DaysBetween, [a.clone(), b]))));
            }
        }
        if let Some(start) = self.eat(at, "year of ") {
            found.extend(self.np(start).iter().map(|(e, a)| (*e, Form::apply(Op::YearOf, [a.clone()]))));
        }
        if let Some(start) = self.eat(at, "number of ") {
            for (end, set) in self.set(start, true) {
                found.push((end, Form::apply(Op::Count, [set.keys])));
            }
        }
        if let Some(start) = self.eat(at, "range (largest minus smallest) of ") {
            found.extend(self.list(start).into_iter().map(|(e, l)| (e, Form::apply(Op::Range, [l]))));
        }
        if let Some(start) = self.eat(at, "sum of ") {
            found.extend(self.items(start).into_iter().map(|(e, l)| (e, Form::apply(Op::Sum, [l]))));
        }
        if let Some(start) = self.eat(at, "one of ") {
            for (end, items) in self.joined(start, " and ", 2) {
                let Some(next) = self.eat(end, " with the ") else { continue };
                for (at, rank, end_word, word) in self.superlative(next) {
                    for (end, measure) in self.item_measure(at, false) {
                        found.extend(
                            self.choose(items.clone(), &measure, end_word, rank, word, false).map(|f| (end, f)),
                        );
                    }
                }
            }
        }
        let fixed = [("average", Op::Mean), ("median", Op::Median), ("total", Op::Sum)];
        let extremes = lexicon::superlatives().map(|(end, word)| (word, Op::Extreme { end }));
        for (word, op) in fixed.into_iter().chain(extremes) {
            let Some(start) = self.eat(at, word).and_then(|e| self.eat(e, " ")) else { continue };
            let mut lists = self.aggregated(start);
            if let Some(of) = self.eat(start, "of ").filter(|_| op != Op::Sum) {
                lists.extend(self.items(of));
            }
            for (end, list) in lists {
                let fits = match (&op, self.element(&list)) {
                    (Op::Extreme { end }, Some(sem)) => lexicon::superlative(*end, &sem) == word,
                    (_, sem) => sem.is_some(),
                };
                if fits {
                    found.push((end, Form::apply(op.clone(), [list])));
                }
            }
        }
    }
}
