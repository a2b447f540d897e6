//! Whole sentences and their directives.

use dive_core::expr::{Cmp, End, Op};
use dive_core::form::Form;
use dive_core::sem::Sem;
use dive_core::units;

use super::{Args, Parses, Reader, Set, match_directive, says_unit};
use crate::lexicon::{self, ORDINALS, Role};
use crate::literal::{self, CARDINALS};
use crate::wording;

impl<'a> Reader<'a> {
    pub(super) fn directive(&self, pos: usize, content: Form) -> Vec<Form> {
        if pos == self.text.len() {
            return vec![content];
        }
        let Some(rest) = self.text.get(pos..).and_then(|r| r.strip_prefix(' ')) else { return Vec::new() };
        if wording::FORMATS.contains(&rest) {
            return vec![content];
        }
        // The branches of a conditional share a unit.
        let measured = match &content {
            Form::Apply { op: Op::If, args } => args.get(1).and_then(|a| self.sem(a)),
            other => self.sem(other),
        };
        let Some(unit) = measured.map(|s| s.unit().to_string()) else { return Vec::new() };
        let mut readings = Vec::new();
        let with_unit = wording::UNIT_AND_DECIMALS.iter().chain(wording::UNIT);
        for template in with_unit.chain(wording::DECIMALS) {
            for (stated, decimals) in match_directive(template, rest) {
                let converted = match stated {
                    None if unit.is_empty() || says_unit(&content) => content.clone(),
                    None => continue,
                    Some(words) if words == units::words(&unit) => content.clone(),
                    Some(words) => {
                        let Some(to) = units::UNITS.iter().find(|u| u.words == words) else { continue };
                        if units::convert(1.0, &unit, to.symbol).is_none() {
                            continue;
                        }
                        let op = Op::Convert { from: unit.clone(), to: to.symbol.into() };
                        Form::apply(op, [content.clone()])
                    }
                };
                readings.push(match decimals {
                    Some(decimals) => Form::apply(Op::Round { decimals }, [converted]),
                    None => converted,
                });
            }
        }
        readings
    }

    pub(super) fn sentence(&self, pos: usize) -> Parses<Form> {
        let mut found = Vec::new();
        for (before, after) in single_frames() {
            let Some(start) = self.eat(pos, before) else { continue };
            for (end, form) in self.np(start).iter() {
                found.extend(self.eat(*end, after).map(|e| (e, form.clone())));
            }
        }
        for (before, after) in single_frames() {
            let Some(start) = self.eat(pos, before).and_then(|p| self.eat(p, "the ")) else { continue };
            for (end, form) in self.whichever(start) {
                found.extend(self.eat(end, after).map(|e| (e, form)));
            }
        }
        for (before, after) in wording::LIST_FRAMES {
            let Some(start) = self.eat(pos, before).and_then(|p| self.eat(p, "the ")) else { continue };
            for (end, set) in self.set(start, true) {
                found.extend(self.eat(end, after).map(|e| (e, set.keys)));
            }
        }
        let two = |frames: &[(&str, &str, &str)], make: &dyn Fn(Form, Form) -> Form, found: &mut Parses<Form>| {
            for (x, y, z) in frames {
                let Some(start) = self.eat(pos, x) else { continue };
                for (end, (a, b)) in self.two(start, y) {
                    found.extend(self.eat(end, z).map(|e| (e, make(a, b))));
                }
            }
        };
        two(wording::DIFFERENCE_FRAMES, &|a, b| Form::apply(Op::Difference, [a, b]), &mut found);
        two(wording::SHARE_FRAMES, &|b, a| Form::apply(Op::PercentOf, [a, b]), &mut found);
        let labels = || vec!["first".to_string(), "second".to_string()];
        let pairs: Vec<_> = wording::PAIR_FRAMES.iter().chain(wording::ENTITY_PAIR_FRAMES).copied().collect();
        two(&pairs, &|a, b| Form::apply(Op::Mapping { labels: labels() }, [a, b]), &mut found);
        self.according_to(pos, &mut found);
        self.verification(pos, &mut found);
        self.conditional(pos, &mut found);
        self.how_many(pos, &mut found);
        self.which(pos, &mut found);
        self.ranking(pos, &mut found);
        found
    }

    /// A, the words between, B; B may be "that of …".
    pub(super) fn two(&self, pos: usize, between: &str) -> Parses<(Form, Form)> {
        let mut found = Vec::new();
        for (end, a) in self.np(pos).iter() {
            let Some(next) = self.eat(*end, between) else { continue };
            found.extend(self.second(next, a).into_iter().map(|(e, b)| (e, (a.clone(), b))));
        }
        found
    }

    pub(super) fn second(&self, pos: usize, first: &Form) -> Parses<Form> {
        let mut found: Parses<Form> = self.np(pos).iter().cloned().collect();
        if let (Form::Get { call, path }, Some(after)) = (first, self.eat(pos, "that"))
            && !path.contains('*')
            && let Some(entry) = self.lexicon.tool(&call.tool)
        {
            for (end, args) in self.of_subject_and_tail(after, entry) {
                if end > after {
                    found.push((end, Form::get(&call.tool, args, path.clone())));
                }
            }
        }
        found
    }

    pub(super) fn verification(&self, pos: usize, found: &mut Parses<Form>) {
        for (x, y, z, last) in wording::VERIFY_FRAMES {
            let Some(start) = self.eat(pos, x) else { continue };
            for (end, a) in self.np(start).iter() {
                let Some(sem) = self.sem(a) else { continue };
                let between = format!("{y}{}{z}", lexicon::comparative(End::Largest, &sem));
                let Some(next) = self.eat(*end, &between) else { continue };
                for (end, b) in self.second(next, a) {
                    let form = Form::apply(Op::Greater, [a.clone(), b]);
                    found.extend(self.eat(end, last).map(|e| (e, form)));
                }
            }
        }
    }

    pub(super) fn conditional(&self, pos: usize, found: &mut Parses<Form>) {
        let condition = |start: usize| -> Parses<Form> {
            let mut found = Vec::new();
            for (end, left) in self.np(start).iter() {
                let Some(sem) = self.sem(left) else { continue };
                let words = format!(" is {} ", lexicon::threshold(Cmp::Above, &sem));
                let Some(next) = self.eat(*end, &words) else { continue };
                for (end, right) in self.limit(next, &sem) {
                    found.push((end, Form::apply(Op::Greater, [left.clone(), right])));
                }
            }
            found
        };
        if let Some(start) = self.eat(pos, "If ") {
            for (end, test) in condition(start) {
                let Some(next) = self.eat(end, ", give ") else { continue };
                for (end, (a, b)) in self.two_plain(next, "; otherwise give ") {
                    found.extend(self.eat(end, ".").map(|e| (e, Form::apply(Op::If, [test.clone(), a, b]))));
                }
            }
        }
        if let Some(start) = self.eat(pos, "Give ") {
            for (end, a) in self.np(start).iter() {
                let Some(next) = self.eat(*end, " if ") else { continue };
                for (end, test) in condition(next) {
                    let Some(next) = self.eat(end, "; if it is not, give ") else { continue };
                    for (end, b) in self.np(next).iter() {
                        let form = Form::apply(Op::If, [test.clone(), a.clone(), b.clone()]);
                        found.extend(self.eat(*end, ".").map(|e| (e, form)));
                    }
                }
            }
        }
    }

    /// "… of whichever of A and B has the higher …"
    fn whichever(&self, pos: usize) -> Parses<Form> {
        let mut found = Vec::new();
        for (end, asked) in self.item_measure(pos, false) {
            let Some(start) = self.eat(end, wording::WHICHEVER) else { continue };
            for (end, (first, second)) in self.two_plain(start, " and ") {
                let has = [" has the ", " had the "].into_iter().find_map(|h| self.eat(end, h));
                let Some(has) = has else { continue };
                for (_, word) in lexicon::comparatives().filter(|(end, _)| *end == End::Largest) {
                    let Some(next) = self.eat(has, word).and_then(|e| self.eat(e, " ")) else { continue };
                    for (end, by) in self.item_measure(next, false) {
                        let one = about(&asked, &first).zip(about(&by, &first));
                        let other = about(&asked, &second).zip(about(&by, &second));
                        let Some(((a, x), (b, y))) = one.zip(other) else { continue };
                        let same = matches!((&a, &x), (Form::Get { call: c, .. }, Form::Get { call: d, .. }) if c == d);
                        let fits = self.sem(&x).is_some_and(|s| lexicon::comparative(End::Largest, &s) == word);
                        if same && fits {
                            found.push((end, Form::apply(Op::If, [Form::apply(Op::Greater, [x, y]), a, b])));
                        }
                    }
                }
            }
        }
        found
    }

    pub(super) fn two_plain(&self, pos: usize, between: &str) -> Parses<(Form, Form)> {
        let mut found = Vec::new();
        for (end, a) in self.np(pos).iter() {
            let Some(next) = self.eat(*end, between) else { continue };
            found.extend(self.np(next).iter().map(|(e, b)| (*e, (a.clone(), b.clone()))));
        }
        found
    }

    pub(super) fn how_many(&self, pos: usize, found: &mut Parses<Form>) {
        let Some(start) = self.eat(pos, "How many ") else { return };
        for (end, set) in self.set(start, true) {
            if let Some(e) = self.eat(end, " are there?") {
                found.push((e, Form::apply(Op::Count, [set.keys.clone()])));
            }
            for (end, kept) in self.have(end, &set) {
                found.extend(self.eat(end, "?").map(|e| (e, Form::apply(Op::Count, [kept]))));
            }
        }
    }

    /// " have a headcount above 500", " have more than 500 employees"
    pub(super) fn have(&self, pos: usize, set: &Set<'a>) -> Parses<Form> {
        let mut found = Vec::new();
        if let Some((entry, call)) = &set.base {
            let columns = entry.rows().map(|r| r.fields.as_slice()).unwrap_or_default().iter();
            for (field, counted) in columns.filter_map(|f| Some((f, lexicon::counted(f)?))) {
                for cmp in [Cmp::Above, Cmp::Below] {
                    let Some(next) = self.eat(pos, lexicon::more_or_fewer(cmp)) else { continue };
                    for (end, number) in literal::parse(self.text, next, &field.sem) {
                        let Some(end) = self.eat(end, " ").and_then(|e| self.eat(e, counted)) else { continue };
                        let values = Form::Get { call: Box::new(call.clone()), path: entry.column(field) };
                        let limit = Form::literal(number, field.sem.clone());
                        found.push((end, Form::apply(Op::Filter { cmp }, [set.keys.clone(), values, limit])));
                    }
                }
            }
        }
        let Some(start) = self.eat(pos, " have ") else { return found };
        for article in ["a ", "an "] {
            let Some(at) = self.eat(start, article) else { continue };
            for (end, values) in self.measure(at, set, false) {
                let Some(sem) = self.element(&values) else { continue };
                for cmp in [Cmp::Above, Cmp::Below] {
                    let words = format!(" {} ", lexicon::threshold(cmp, &sem));
                    let Some(next) = self.eat(end, &words) else { continue };
                    for (end, limit) in self.limit(next, &sem) {
                        let args = [set.keys.clone(), values.clone(), limit];
                        found.push((end, Form::apply(Op::Filter { cmp }, args)));
                    }
                }
            }
        }
        found
    }

    pub(super) fn which(&self, pos: usize, found: &mut Parses<Form>) {
        let Some(start) = self.eat(pos, "Which ") else { return };
        for has in ["has ", "had "] {
            // Which has the higher …, A or B?
            for (end_word, comparative) in lexicon::comparatives() {
                let words = format!("{has}the {comparative} ");
                let Some(at) = self.eat(start, &words) else { continue };
                // The measure stands before the candidates: read it for any of them, then the candidates.
                for (end, measure) in self.item_measure(at, false) {
                    let Some(next) = self.eat(end, ", ") else { continue };
                    for (end, items) in self.joined(next, " or ", 2) {
                        let Some(e) = self.eat(end, "?") else { continue };
                        found.extend(self.choose(items, &measure, end_word, 1, comparative, true).map(|f| (e, f)));
                    }
                }
            }
            if let Some(at) = self.eat(start, "of ") {
                for (end, items) in self.joined(at, " and ", 2) {
                    let Some(next) =
                        self.eat(end, " ").and_then(|e| self.eat(e, has)).and_then(|e| self.eat(e, "the "))
                    else {
                        continue;
                    };
                    for (end, rank, end_word, word) in self.superlative(next) {
                        for (end, measure) in self.item_measure(end, false) {
                            let Some(e) = self.eat(end, "?") else { continue };
                            found.extend(
                                self.choose(items.clone(), &measure, end_word, rank, word, false).map(|f| (e, f)),
                            );
                        }
                    }
                }
            }
            for (end, set) in self.set(start, false) {
                let Some(next) = self.eat(end, " ").and_then(|e| self.eat(e, has)).and_then(|e| self.eat(e, "the "))
                else {
                    continue;
                };
                for (end, form) in self.extreme_of(next, &set) {
                    found.extend(self.eat(end, "?").map(|e| (e, form)));
                }
            }
        }
        for (end, set) in self.set(start, true) {
            for (end, kept) in self.have(end, &set) {
                found.extend(self.eat(end, "?").map(|e| (e, kept)));
            }
        }
    }

    /// A choice among written-out candidates, if the words fit what is compared.
    pub(super) fn choose(
        &self,
        items: Vec<Form>,
        measure: &Form,
        end: End,
        rank: u32,
        word: &str,
        comparative: bool,
    ) -> Option<Form> {
        let Form::Get { call, path } = measure else { return None };
        let list = Form::apply(Op::List, items);
        let values = Form::Each { each: Box::new(list.clone()), call: call.clone(), path: path.clone() };
        let entry = self.lexicon.tool(&call.tool)?;
        let subject = entry.spec.param(entry.subject()?)?;
        if !subject.sem.accepts(&self.element(&list)?) {
            return None;
        }
        let sem = self.element(&values)?;
        let expected = if comparative { lexicon::comparative(end, &sem) } else { lexicon::superlative(end, &sem) };
        (expected == word).then(|| Form::apply(Op::Pick { end, rank }, [list, values]))
    }

    /// A scalar noun with its tail, for an element that is said elsewhere.
    pub(super) fn item_measure(&self, pos: usize, plural: bool) -> Parses<Form> {
        let role = if plural { Role::Scalars } else { Role::Scalar };
        let mut found = Vec::new();
        for (end, noun) in self.lexicon.nouns_at(self.text, pos) {
            let Some(subject) = noun.tool.subject().filter(|s| noun.role == role && noun.tool.spec.param(s).is_some())
            else {
                continue;
            };
            let args = Args::from([(subject.to_string(), Form::item())]);
            for (end, args) in self.tail(end, &noun.tool, args) {
                found.push((end, Form::get(&noun.tool.spec.name, args, noun.path.clone())));
            }
        }
        found
    }

    pub(super) fn superlative(&self, pos: usize) -> Vec<(usize, u32, End, &'static str)> {
        let mut found = Vec::new();
        for (i, ordinal) in ORDINALS.iter().enumerate() {
            let Some(at) = self.eat(pos, ordinal) else { continue };
            for (end, word) in lexicon::superlatives() {
                if let Some(e) = self.eat(at, word).and_then(|e| self.eat(e, " ")) {
                    found.push((e, i as u32 + 1, end, word));
                }
            }
        }
        found
    }

    /// "second-highest headcount" of a set.
    pub(super) fn extreme_of(&self, pos: usize, set: &Set<'a>) -> Parses<Form> {
        let mut found = Vec::new();
        for (at, rank, end_word, word) in self.superlative(pos) {
            for (end, values) in self.measure(at, set, false) {
                let fits = self.element(&values).is_some_and(|s| lexicon::superlative(end_word, &s) == word);
                if fits {
                    let values = if matches!(values, Form::Each { .. }) { values } else { set.under(values) };
                    found.push((end, Form::apply(Op::Pick { end: end_word, rank }, [set.keys.clone(), values])));
                }
            }
        }
        found
    }

    pub(super) fn ranking(&self, pos: usize, found: &mut Parses<Form>) {
        let order = |end: End, sem: &Sem| {
            let opposite = if end == End::Largest { End::Smallest } else { End::Largest };
            format!("from {} to {}", lexicon::superlative(end, sem), lexicon::superlative(opposite, sem))
        };
        for verb in ["Rank ", "Order "] {
            let Some(start) = self.eat(pos, verb) else { continue };
            for (end, items) in self.joined(start, " and ", 2) {
                let Some(next) = self.eat(end, " by ") else { continue };
                for (end, measure) in self.item_measure(next, false) {
                    for end_word in [End::Largest, End::Smallest] {
                        let Form::Get { call, path } = &measure else { continue };
                        let list = Form::apply(Op::List, items.clone());
                        let values =
                            Form::Each { each: Box::new(list.clone()), call: call.clone(), path: path.clone() };
                        let Some(sem) = self.element(&values) else { continue };
                        let words = format!(", {}.", order(end_word, &sem));
                        let count = items.len() as u32;
                        let form = Form::apply(Op::Top { end: end_word, count }, [list, values]);
                        found.extend(self.eat(end, &words).map(|e| (e, form)));
                    }
                }
            }
        }
        for (before, between, asked) in [("Which ", " have the ", true), ("Name the ", " with the ", false)] {
            let Some(start) = self.eat(pos, before) else { continue };
            for (i, number) in CARDINALS.iter().enumerate() {
                let Some(at) = self.eat(start, number).and_then(|e| self.eat(e, " ")) else { continue };
                for (end, set) in self.set(at, true) {
                    let Some(next) = self.eat(end, between) else { continue };
                    for (at, rank, end_word, word) in self.superlative(next) {
                        for (end, values) in self.measure(at, &set, true) {
                            let Some(sem) = self.element(&values) else { continue };
                            if rank != 1 || lexicon::superlative(end_word, &sem) != word {
                                continue;
                            }
                            let words = if asked {
                                format!("? List them {}.", order(end_word, &sem))
                            } else {
                                format!(", {}.", order(end_word, &sem))
                            };
                            let values = if matches!(values, Form::Each { .. }) { values } else { set.under(values) };
                            let op = Op::Top { end: end_word, count: i as u32 + 1 };
                            let form = Form::apply(op, [set.keys.clone(), values]);
                            found.extend(self.eat(end, &words).map(|e| (e, form)));
                        }
                    }
                }
            }
        }
    }
}

/// The frames around one noun phrase, each once.
fn single_frames() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let persons = wording::PERSON_FRAMES.iter().filter(|f| !wording::ENTITY_FRAMES.contains(f));
    wording::VALUE_FRAMES.iter().chain(wording::ENTITY_FRAMES).chain(persons)
}

/// The measure of an element, said of something else.
fn about(measure: &Form, thing: &Form) -> Option<Form> {
    let Form::Get { call, path } = measure else { return None };
    let args = call.args.iter().map(|(name, arg)| {
        let arg = if matches!(arg, Form::Item { .. }) { thing } else { arg };
        (name.clone(), arg.clone())
    });
    Some(Form::get(&call.tool, args.collect(), path.clone()))
}
