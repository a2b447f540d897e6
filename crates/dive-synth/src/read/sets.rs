//! Lists, described sets and what their members are measured by.

use dive_core::expr::{Cmp, Op};
use dive_core::form::{Form, FormCall};
use dive_core::sem::Sem;

use super::{Args, Parses, Reader, Set, same_rows};
use crate::lexicon::{self, Entry, Role};
use crate::literal::{self};

impl<'a> Reader<'a> {
    /// What an aggregate word is followed by: a column's noun, or a measure of each of a set.
    pub(super) fn aggregated(&self, pos: usize) -> Parses<Form> {
        let mut found = Vec::new();
        for (end, noun) in self.lexicon.nouns_at(self.text, pos) {
            let entry = &noun.tool;
            match noun.role {
                Role::Column => {
                    if entry.rows().is_some_and(|r| r.series) {
                        for (end, args) in self.of_subject_and_tail(end, entry) {
                            found.push((end, Form::get(&entry.spec.name, args, noun.path.clone())));
                        }
                    }
                    let Some(at) = self.eat(end, " of the ") else { continue };
                    for (end, set) in self.set(at, true) {
                        let series = entry.rows().is_some_and(|r| r.series);
                        if series && set.filter.is_none() {
                            continue;
                        }
                        found.extend(same_rows(entry, &set, &noun.path).map(|v| (end, set.under(v))));
                    }
                }
                Role::Scalar => {
                    let Some(subject) = entry.subject() else { continue };
                    let args = Args::from([(subject.to_string(), Form::item())]);
                    for (end, args) in self.tail(end, entry, args) {
                        found.extend(self.each_of(end, entry, &args, &noun.path));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// A list: a described one, or one written out.
    pub(super) fn list(&self, pos: usize) -> Parses<Form> {
        let mut found = self.items(pos);
        found.extend(self.np(pos).iter().filter(|(_, f)| matches!(self.sem(f), Some(Sem::List(_)))).cloned());
        found
    }

    pub(super) fn items(&self, pos: usize) -> Parses<Form> {
        self.joined(pos, " and ", 2).into_iter().map(|(e, items)| (e, Form::apply(Op::List, items))).collect()
    }

    /// "A, B and C", at least `least` of them.
    pub(super) fn joined(&self, pos: usize, conjunction: &str, least: usize) -> Parses<Vec<Form>> {
        let mut found = self.enumerated(pos, conjunction, least);
        if let Some(at) = self.eat(pos, "the ") {
            for entity in self.lexicon.entities_called(self.text, at) {
                let Some(names) = self.lexicon.entity_plural(entity).and_then(|p| self.eat(at, p)) else { continue };
                let Some(names) = self.eat(names, " ") else { continue };
                let named = |items: &Vec<Form>| {
                    items.iter().all(|i| matches!(i, Form::Literal { sem: Sem::Entity(t), .. } if t == entity))
                };
                found.extend(self.enumerated(names, conjunction, least).into_iter().filter(|(_, items)| named(items)));
            }
        }
        found
    }

    pub(super) fn enumerated(&self, pos: usize, conjunction: &str, least: usize) -> Parses<Vec<Form>> {
        let mut open: Parses<Vec<Form>> = self.np(pos).iter().map(|(e, f)| (*e, vec![f.clone()])).collect();
        let mut found = Vec::new();
        while let Some((end, items)) = open.pop() {
            let Some(first) = items.first() else { continue };
            for (separator, last) in [(", ", false), (conjunction, true)] {
                let Some(next) = self.eat(end, separator) else { continue };
                for (end, item) in self.second(next, first) {
                    let longer: Vec<Form> = items.iter().cloned().chain([item]).collect();
                    if last && longer.len() >= least {
                        found.push((end, longer));
                    } else if !last && longer.len() < 8 {
                        open.push((end, longer));
                    }
                }
            }
        }
        found
    }

    /// A described set, without article.
    pub(super) fn set(&self, pos: usize, plural: bool) -> Parses<Set<'a>> {
        let role = if plural { Role::Rows } else { Role::Row };
        let mut found = Vec::new();
        for (end, noun) in self.lexicon.nouns_at(self.text, pos).filter(|(_, n)| n.role == role) {
            let entry: &'a Entry = &noun.tool;
            let Some(key) = entry.rows().and_then(|r| r.key_field()) else { continue };
            for (end, args) in self.of_subject_and_tail(end, entry) {
                let call = FormCall { tool: entry.spec.name.clone(), args };
                let keys = Form::Get { call: Box::new(call.clone()), path: entry.column(key) };
                let plain = Set { keys, base: Some((entry, call)), filter: None };
                self.conditions(end, &plain, &mut found);
                if plural && let Some(at) = self.eat(end, " that are also among the ") {
                    for (end, other) in self.set(at, true) {
                        if self.sem(&plain.keys) == self.sem(&other.keys) {
                            let keys = Form::apply(Op::Intersect, [plain.keys.clone(), other.keys]);
                            found.push((end, Set { keys, base: None, filter: None }));
                        }
                    }
                }
                found.push((end, plain));
            }
        }
        found
    }

    pub(super) fn conditions(&self, pos: usize, set: &Set<'a>, found: &mut Parses<Set<'a>>) {
        let Some(start) = self.eat(pos, " whose ") else { return };
        for (end, values) in self.measure(start, set, false) {
            let (Some(sem), Some(at)) = (self.element(&values), self.eat(end, " is ")) else { continue };
            for cmp in [Cmp::Above, Cmp::Below, Cmp::Equals] {
                let preposition = lexicon::threshold(cmp, &sem);
                let next = if preposition.is_empty() {
                    matches!(sem, Sem::Entity(_) | Sem::Category(_)).then_some(at)
                } else {
                    self.eat(at, preposition).and_then(|e| self.eat(e, " "))
                };
                let Some(next) = next else { continue };
                for (end, limit) in self.limit(next, &sem) {
                    let keys = Form::apply(Op::Filter { cmp }, [set.keys.clone(), values.clone(), limit.clone()]);
                    found.push((end, Set { keys, base: set.base.clone(), filter: Some((values.clone(), cmp, limit)) }));
                }
            }
        }
    }

    /// What the members of a set are measured by: a column's noun, or another tool's with its tail.
    pub(super) fn measure(&self, pos: usize, set: &Set<'a>, plural: bool) -> Parses<Form> {
        let mut found = Vec::new();
        if let Some((entry, call)) = &set.base {
            for field in entry.rows().iter().flat_map(|r| &r.fields).filter(|f| !f.noun.is_empty()) {
                let words = if plural { field.plural() } else { field.noun.clone() };
                if let Some(end) = self.eat(pos, &words).filter(|e| literal::boundary(self.text, *e)) {
                    found.push((end, Form::Get { call: Box::new(call.clone()), path: entry.column(field) }));
                }
            }
        }
        for (end, measure) in self.item_measure(pos, plural) {
            let Form::Get { call, path } = measure else { continue };
            let Some(entry) = self.lexicon.tool(&call.tool) else { continue };
            let field = entry.spec.field(&path);
            let subject = entry.subject().and_then(|s| entry.spec.param(s));
            let fits = subject.zip(self.element(&set.keys)).is_some_and(|(p, s)| p.sem.accepts(&s));
            if fits && !self.has_column(set, field.map_or("", |f| f.noun.as_str())) {
                found.push((end, Form::Each { each: Box::new(set.keys.clone()), call, path }));
            }
        }
        found
    }

    /// A threshold of a meaning: a constant, or a phrase for a value of that meaning.
    pub(super) fn limit(&self, pos: usize, sem: &Sem) -> Parses<Form> {
        let mut found: Parses<Form> =
            literal::parse(self.text, pos, sem).into_iter().map(|(e, v)| (e, Form::literal(v, sem.clone()))).collect();
        found.extend(
            self.np(pos).iter().filter(|(_, f)| self.sem(f).is_some_and(|s| s == *sem || s.comparable(sem))).cloned(),
        );
        found
    }
}
