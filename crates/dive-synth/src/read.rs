//! From an English question back to logical forms: all of them.
//!
//! This is the independent witness of check 7. It shares the [lexicon](crate::lexicon) with the realiser and nothing
//! else: a memoised top-down parser that follows every alternative, so that a question with two readings shows both.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use dive_core::expr::{Cmp, End, Op};
use dive_core::form::{Form, FormCall};
use dive_core::sem::Sem;
use dive_core::units;

use crate::lexicon::{self, Entry, Lexicon, ORDINALS, Part, Role, Template};
use crate::literal::{self, CARDINALS};
use crate::wording;

/// Every reading of a question, without repetitions.
pub fn read(lexicon: &Lexicon, question: &str) -> Vec<Form> {
    let mut readings: Vec<Form> = Vec::new();
    let mut starts = vec![0];
    for (_, scenes) in wording::SCENES {
        starts.extend(scenes.iter().filter(|s| question.starts_with(**s)).map(|s| s.len() + 1));
    }
    for start in starts {
        let reader = Reader { lexicon, text: question, referents: Vec::new(), memo: RefCell::default() };
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
    referents: Vec<(String, Form)>,
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

    /// Introductory sentences, then the question and its directive, up to the end.
    fn text_from(&self, pos: usize) -> Vec<Form> {
        let mut readings = Vec::new();
        for (before, after) in wording::PREAMBLES {
            let Some(start) = self.eat(pos, before) else { continue };
            for (end, form) in self.np(start).iter() {
                let Some(next) = self.eat(*end, after).and_then(|e| self.eat(e, " ")) else { continue };
                let Some(label) = self.lexicon.label(form) else { continue };
                let mut referents = self.referents.clone();
                referents.push((label, form.clone()));
                let inner = Reader { lexicon: self.lexicon, text: self.text, referents, memo: RefCell::default() };
                readings.extend(inner.text_from(next));
            }
        }
        for (end, content) in self.sentence(pos) {
            readings.extend(self.directive(end, content));
        }
        readings
    }

    fn directive(&self, pos: usize, content: Form) -> Vec<Form> {
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

    fn sentence(&self, pos: usize) -> Parses<Form> {
        let mut found = Vec::new();
        for (before, after) in wording::VALUE_FRAMES.iter().chain(wording::ENTITY_FRAMES) {
            let Some(start) = self.eat(pos, before) else { continue };
            for (end, form) in self.np(start).iter() {
                found.extend(self.eat(*end, after).map(|e| (e, form.clone())));
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
        two(wording::PAIR_FRAMES, &|a, b| Form::apply(Op::Mapping { labels: labels() }, [a, b]), &mut found);
        self.verification(pos, &mut found);
        self.conditional(pos, &mut found);
        self.how_many(pos, &mut found);
        self.which(pos, &mut found);
        self.ranking(pos, &mut found);
        found
    }

    /// A, the words between, B; B may be "that of …".
    fn two(&self, pos: usize, between: &str) -> Parses<(Form, Form)> {
        let mut found = Vec::new();
        for (end, a) in self.np(pos).iter() {
            let Some(next) = self.eat(*end, between) else { continue };
            found.extend(self.second(next, a).into_iter().map(|(e, b)| (e, (a.clone(), b))));
        }
        found
    }

    fn second(&self, pos: usize, first: &Form) -> Parses<Form> {
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

    fn verification(&self, pos: usize, found: &mut Parses<Form>) {
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

    fn conditional(&self, pos: usize, found: &mut Parses<Form>) {
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

    fn two_plain(&self, pos: usize, between: &str) -> Parses<(Form, Form)> {
        let mut found = Vec::new();
        for (end, a) in self.np(pos).iter() {
            let Some(next) = self.eat(*end, between) else { continue };
            found.extend(self.np(next).iter().map(|(e, b)| (*e, (a.clone(), b.clone()))));
        }
        found
    }

    fn how_many(&self, pos: usize, found: &mut Parses<Form>) {
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

    /// " have a headcount above 500"
    fn have(&self, pos: usize, set: &Set<'a>) -> Parses<Form> {
        let mut found = Vec::new();
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

    fn which(&self, pos: usize, found: &mut Parses<Form>) {
        let Some(start) = self.eat(pos, "Which ") else { return };
        for has in ["has ", "had "] {
            // Which has the higher …, A or B?
            for (end_word, comparative) in [
                (End::Largest, "higher "),
                (End::Largest, "later "),
                (End::Smallest, "lower "),
                (End::Smallest, "earlier "),
            ] {
                let words = format!("{has}the {comparative}");
                let Some(at) = self.eat(start, &words) else { continue };
                // The measure stands before the candidates: read it for any of them, then the candidates.
                for (end, measure) in self.item_measure(at, false) {
                    let Some(next) = self.eat(end, ", ") else { continue };
                    for (end, items) in self.joined(next, " or ", 2) {
                        let Some(e) = self.eat(end, "?") else { continue };
                        found.extend(
                            self.choose(items, &measure, end_word, 1, comparative.trim(), true).map(|f| (e, f)),
                        );
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
    fn choose(
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
    fn item_measure(&self, pos: usize, plural: bool) -> Parses<Form> {
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

    fn superlative(&self, pos: usize) -> Vec<(usize, u32, End, &'static str)> {
        let mut found = Vec::new();
        for (i, ordinal) in ORDINALS.iter().enumerate() {
            let Some(at) = self.eat(pos, ordinal) else { continue };
            for (end, word) in [
                (End::Largest, "highest"),
                (End::Largest, "latest"),
                (End::Smallest, "lowest"),
                (End::Smallest, "earliest"),
            ] {
                if let Some(e) = self.eat(at, word).and_then(|e| self.eat(e, " ")) {
                    found.push((e, i as u32 + 1, end, word));
                }
            }
        }
        found
    }

    /// "second-highest headcount" of a set.
    fn extreme_of(&self, pos: usize, set: &Set<'a>) -> Parses<Form> {
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

    fn ranking(&self, pos: usize, found: &mut Parses<Form>) {
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

    /// Every noun phrase at `pos`.
    fn np(&self, pos: usize) -> Rc<Parses<Form>> {
        if let Some(known) = self.memo.borrow().get(&pos) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        self.names(pos, &mut found);
        if let Some(at) = self.eat(pos, "that ") {
            for (label, form) in &self.referents {
                if let Some(end) = self.eat(at, label).filter(|e| literal::boundary(self.text, *e)) {
                    found.push((end, form.clone()));
                }
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

    fn names(&self, pos: usize, found: &mut Parses<Form>) {
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

    fn phrases(&self, pos: usize, at: usize, found: &mut Parses<Form>) {
        for (entry, path, template) in self.lexicon.phrases_at(self.text, at) {
            if !covers_required(entry, template, true) {
                continue;
            }
            for (end, args) in self.fill(pos, entry, template, Args::new()) {
                found.push((end, Form::get(&entry.spec.name, args, path.clone())));
            }
        }
    }

    fn nouns(&self, at: usize, found: &mut Parses<Form>) {
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
    fn each_of(&self, pos: usize, entry: &Entry, args: &Args, path: &str) -> Parses<Form> {
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
    fn has_column(&self, set: &Set<'a>, noun: &str) -> bool {
        let rows = set.base.as_ref().and_then(|(entry, _)| entry.rows());
        rows.is_some_and(|r| r.fields.iter().any(|f| f.noun == noun))
    }

    fn column(&self, pos: usize, entry: &'a Entry, path: &str) -> Parses<Form> {
        if entry.rows().is_some_and(|r| r.series) {
            let parses = self.of_subject_and_tail(pos, entry);
            return parses.into_iter().map(|(e, args)| (e, Form::get(&entry.spec.name, args, path))).collect();
        }
        let Some(at) = self.eat(pos, " of the ") else { return Vec::new() };
        let sets = self.set(at, true).into_iter().filter(|(_, s)| s.filter.is_none());
        sets.filter_map(|(e, s)| Some((e, same_rows(entry, &s, path)?))).collect()
    }

    fn operators(&self, at: usize, found: &mut Parses<Form>) {
        for (words, between, op) in [
            ("difference between ", " and ", Op::Difference),
            ("ratio of ", " to ", Op::Divide),
            ("percentage change from ", " to ", Op::PercentChange),
            ("number of days between ", " and ", Op::DaysBetween),
        ] {
            let Some(start) = self.eat(at, words) else { continue };
            for (end, (a, b)) in self.two(start, between) {
                found.push((end, Form::apply(op.clone(), [a, b])));
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
        if let Some(start) = self.eat(at, "range of ") {
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
        for (word, op) in [
            ("average ", Op::Mean),
            ("median ", Op::Median),
            ("total ", Op::Sum),
            ("highest ", Op::Extreme { end: End::Largest }),
            ("latest ", Op::Extreme { end: End::Largest }),
            ("lowest ", Op::Extreme { end: End::Smallest }),
            ("earliest ", Op::Extreme { end: End::Smallest }),
        ] {
            let Some(start) = self.eat(at, word) else { continue };
            let mut lists = self.aggregated(start);
            if let Some(of) = self.eat(start, "of ").filter(|_| op != Op::Sum) {
                lists.extend(self.items(of));
            }
            for (end, list) in lists {
                let fits = match (&op, self.element(&list)) {
                    (Op::Extreme { end }, Some(sem)) => lexicon::superlative(*end, &sem) == word.trim(),
                    (_, sem) => sem.is_some(),
                };
                if fits {
                    found.push((end, Form::apply(op.clone(), [list])));
                }
            }
        }
    }

    /// What an aggregate word is followed by: a column's noun, or a measure of each of a set.
    fn aggregated(&self, pos: usize) -> Parses<Form> {
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
    fn list(&self, pos: usize) -> Parses<Form> {
        let mut found = self.items(pos);
        found.extend(self.np(pos).iter().filter(|(_, f)| matches!(self.sem(f), Some(Sem::List(_)))).cloned());
        found
    }

    fn items(&self, pos: usize) -> Parses<Form> {
        self.joined(pos, " and ", 2).into_iter().map(|(e, items)| (e, Form::apply(Op::List, items))).collect()
    }

    /// "A, B and C", at least `least` of them.
    fn joined(&self, pos: usize, conjunction: &str, least: usize) -> Parses<Vec<Form>> {
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

    fn enumerated(&self, pos: usize, conjunction: &str, least: usize) -> Parses<Vec<Form>> {
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
    fn set(&self, pos: usize, plural: bool) -> Parses<Set<'a>> {
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

    fn conditions(&self, pos: usize, set: &Set<'a>, found: &mut Parses<Set<'a>>) {
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
    fn measure(&self, pos: usize, set: &Set<'a>, plural: bool) -> Parses<Form> {
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
    fn limit(&self, pos: usize, sem: &Sem) -> Parses<Form> {
        let mut found: Parses<Form> =
            literal::parse(self.text, pos, sem).into_iter().map(|(e, v)| (e, Form::literal(v, sem.clone()))).collect();
        found.extend(
            self.np(pos).iter().filter(|(_, f)| self.sem(f).is_some_and(|s| s == *sem || s.comparable(sem))).cloned(),
        );
        found
    }

    fn of_subject_and_tail(&self, pos: usize, entry: &Entry) -> Parses<Args> {
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
    fn as_subject(&self, entry: &Entry, form: &Form) -> Option<Args> {
        let slot = entry.subject()?;
        let sem = self.sem(form)?;
        match entry.spec.param(slot) {
            Some(param) => param.sem.accepts(&sem).then(|| Args::from([(slot.to_string(), form.clone())])),
            None => self.group(entry, slot, form, &sem),
        }
    }

    /// The arguments of a group that describes a thing.
    fn group(&self, entry: &Entry, slot: &str, form: &Form, sem: &Sem) -> Option<Args> {
        let group = entry.spec.groups.iter().find(|g| g.slot == slot)?;
        let (tool, subject, pointers) = self.lexicon.bundle(sem.entity()?, &group.of)?;
        let about = Args::from([(subject.clone(), form.clone())]);
        let pairs = group.params.iter().zip(pointers);
        Some(pairs.map(|(param, pointer)| (param.clone(), Form::get(tool, about.clone(), pointer.clone()))).collect())
    }

    /// "of Marta Vellinga based on the serum creatinine, the age and the sex"
    fn based_on(&self, pos: usize, entry: &Entry, path: &str, found: &mut Parses<Form>) {
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
    fn next_part(&self, at: usize, entry: &Entry, from: usize, about: &Form) -> Vec<(usize, usize, Form)> {
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
    fn tail(&self, pos: usize, entry: &Entry, args: Args) -> Parses<Args> {
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

    fn fill(&self, pos: usize, entry: &Entry, template: &Template, args: Args) -> Parses<Args> {
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
                            let names = |args: &Args| matches!(args.get(name), Some(Form::Literal { .. }));
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

    fn slot(&self, pos: usize, entry: &Entry, slot: &str, bare: bool) -> Parses<Args> {
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
        if let Some(at) = start.filter(|_| param.choices.is_empty()) {
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
