//! Arguments: subjects, tails, slots.

use dive_core::form::Form;
use dive_core::sem::{SEARCH, Sem};

use super::{Args, Parses, Reader, covers_required};
use crate::lexicon::{self, Entry, Part, Role, Template};
use crate::literal::{self};

impl<'a> Reader<'a> {
    pub(super) fn of_subject_and_tail(&self, pos: usize, entry: &Entry) -> Parses<Args> {
        if entry.subject().is_none() {
            return self.tail(pos, entry, Args::new());
        }
        let Some(at) = self.eat(pos, " of ") else { return Vec::new() };
        let mut found = Vec::new();
        for (end, form) in self.np(at).iter() {
            if let Some(args) = self.as_subject(entry, form) {
                found.extend(self.tail(*end, entry, args));
            }
        }
        found
    }

    /// The arguments that a thing gives as the subject of a tool.
    pub(super) fn as_subject(&self, entry: &Entry, form: &Form) -> Option<Args> {
        let slot = entry.subject()?;
        let sem = self.sem(form)?;
        match entry.spec.param(slot) {
            Some(param) => param.sem.accepts(&sem).then(|| Args::from([(slot.to_string(), form.clone())])),
            None => self.group(entry, slot, form, &sem),
        }
    }

    /// The arguments of a group that describes a thing.
    pub(super) fn group(&self, entry: &Entry, slot: &str, form: &Form, sem: &Sem) -> Option<Args> {
        let group = entry.spec.groups.iter().find(|g| g.slot == slot)?;
        let (tool, subject, pointers) = self.lexicon.bundle(sem.entity()?, &group.of)?;
        let about = Args::from([(subject.clone(), form.clone())]);
        let pairs = group.params.iter().zip(pointers);
        Some(pairs.map(|(param, pointer)| (param.clone(), Form::get(tool, about.clone(), pointer.clone()))).collect())
    }

    /// "of Marta Vellinga based on the serum creatinine, the age and the sex"
    pub(super) fn based_on(&self, pos: usize, entry: &Entry, path: &str, found: &mut Parses<Form>) {
        if entry.subject().is_some() || entry.spec.params.len() < 2 {
            return;
        }
        let Some(at) = self.eat(pos, " of ") else { return };
        for (end, about) in self.np(at).iter() {
            let Some(start) = self.eat(*end, " based on the ") else { continue };
            let mut open: Vec<(usize, usize, Args)> = vec![(start, 0, Args::new())];
            while let Some((at, from, args)) = open.pop() {
                for (i, end, form) in self.next_part(at, entry, from, about) {
                    let Some(param) = entry.spec.params.get(i) else { continue };
                    let mut args = args.clone();
                    args.insert(param.name.clone(), form);
                    if !entry.spec.params.iter().skip(i + 1).any(|p| p.required) {
                        found.push((end, Form::get(&entry.spec.name, args.clone(), path)));
                    }
                    let separators = [", the ", " and the "];
                    open.extend(separators.iter().filter_map(|s| Some((self.eat(end, s)?, i + 1, args.clone()))));
                }
            }
        }
    }

    /// The attributes of a thing that stand at `at` and fit a parameter from number `from` on, with the parameter's number.
    pub(super) fn next_part(&self, at: usize, entry: &Entry, from: usize, about: &Form) -> Vec<(usize, usize, Form)> {
        let mut found = Vec::new();
        for (i, param) in entry.spec.params.iter().enumerate().skip(from) {
            for (end, noun) in self.lexicon.nouns_at(self.text, at).filter(|(_, n)| n.role == Role::Scalar) {
                let Some(about) = self.as_subject(&noun.tool, about) else { continue };
                for (end, inner) in self.tail(end, &noun.tool, about) {
                    let form = Form::get(&noun.tool.spec.name, inner, noun.path.clone());
                    if self.sem(&form).is_some_and(|s| param.sem.accepts(&s)) {
                        found.push((i, end, form));
                    }
                }
            }
            if param.required {
                break;
            }
        }
        found
    }

    /// The tails that fit, with the arguments they give.
    pub(super) fn tail(&self, pos: usize, entry: &Entry, args: Args) -> Parses<Args> {
        if self.source == Some(entry.spec.name.as_str()) {
            return vec![(pos, args)];
        }
        let mut found = Vec::new();
        for template in entry.tails.iter().filter(|t| covers_required(entry, t, false)) {
            if template.parts.is_empty() {
                found.push((pos, args.clone()));
            } else if let Some(at) = self.eat(pos, " ") {
                found.extend(self.fill(at, entry, template, args.clone()));
            }
        }
        found
    }

    pub(super) fn fill(&self, pos: usize, entry: &Entry, template: &Template, args: Args) -> Parses<Args> {
        let mut open = vec![(pos, args)];
        for part in &template.parts {
            let mut next = Vec::new();
            for (at, args) in open {
                match part {
                    Part::Text(words) => next.extend(self.eat(at, words).map(|e| (e, args))),
                    Part::Slot { name, bare, title } => {
                        let mut given = Vec::new();
                        if title.is_empty() {
                            given = self.slot(at, entry, name, *bare);
                        } else {
                            // A title stands before a name, and only there.
                            let names = |args: &Args| matches!(args.get(name), Some(Form::Literal { sem, .. }) if !self.lexicon.article(sem));
                            if let Some(named) = self.eat(at, title) {
                                given
                                    .extend(self.slot(named, entry, name, *bare).into_iter().filter(|(_, a)| names(a)));
                            }
                            given.extend(self.slot(at, entry, name, *bare).into_iter().filter(|(_, a)| !names(a)));
                        }
                        for (end, given) in given {
                            let mut args = args.clone();
                            args.extend(given);
                            next.push((end, args));
                        }
                    }
                }
            }
            open = next;
        }
        open
    }

    pub(super) fn slot(&self, pos: usize, entry: &Entry, slot: &str, bare: bool) -> Parses<Args> {
        let Some(param) = lexicon::slot_param(entry, slot) else {
            let things = self.np(pos);
            let groups = things.iter().filter_map(|(e, f)| Some((*e, self.group(entry, slot, f, &self.sem(f)?)?)));
            return groups.collect();
        };
        let one = |form: Form| Args::from([(slot.to_string(), form)]);
        let mut found = Vec::new();
        for choice in &param.choices {
            let words = if choice.phrase.is_empty() { choice.value.replace('_', " ") } else { choice.phrase.clone() };
            if let Some(end) = self.eat(pos, &words).filter(|e| literal::boundary(self.text, *e)) {
                found.push((end, one(Form::literal(choice.value.as_str(), param.sem.clone()))));
            }
        }
        let list = matches!(param.sem, Sem::List(_));
        let start = if list {
            let label = if param.label.is_empty() { "values" } else { &param.label };
            self.eat(pos, &format!("the {label} "))
        } else if bare || param.label.is_empty() {
            Some(pos)
        } else {
            self.eat(pos, &format!("{} {} of ", lexicon::article(&param.label), param.label))
        };
        // What is searched for is a name, whose meaning the form keeps.
        let searches = matches!(&param.sem, Sem::Text(kind) if kind == SEARCH);
        if let Some(at) = start.filter(|_| param.choices.is_empty() && !searches) {
            let constants = literal::parse(self.text, at, &param.sem);
            found.extend(constants.into_iter().map(|(e, v)| (e, one(Form::literal(v, param.sem.clone())))));
        }
        for (end, form) in self.np(pos).iter() {
            let literal = matches!(form, Form::Literal { .. });
            if (literal && !param.choices.is_empty()) || !self.sem(form).is_some_and(|s| param.sem.accepts(&s)) {
                continue;
            }
            found.push((*end, one(form.clone())));
        }
        found
    }
}
