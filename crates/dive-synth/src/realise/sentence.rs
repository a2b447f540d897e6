//! Whole sentences: questions by form, and the directives on unit, rounding and format.

use std::sync::Arc;

use dive_core::expr::{Cmp, End, Op};
use dive_core::form::{Form, FormCall};
use dive_core::sem::Sem;
use dive_core::tool::ToolKind;
use dive_core::units;
use dive_tools::entities::Naming;

use super::{Realiser, Say, Unsayable, top_call, written_out};
use crate::lexicon::{self, Entry};
use crate::literal::CARDINALS;
use crate::wording;

/// What "whichever of A and B" is said of.
pub(super) struct OfTwo {
    entry: Arc<Entry>,
    /// A call about the first; the other differs in its subject alone.
    call: FormCall,
    first: Form,
    second: Form,
    /// Noun of what is asked.
    wanted: String,
    /// Noun of what is compared.
    by: String,
}

impl Realiser<'_> {
    pub(super) fn question(&mut self, form: &Form) -> Say {
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

    pub(super) fn sentence(&mut self, form: &Form) -> Say {
        let Form::Apply { op, args } = form else { return self.value_question(form) };
        match (op, args.as_slice()) {
            (Op::Greater, [a, b]) => self.verification(a, b),
            (Op::If, [condition, a, b]) => self.conditional(condition, a, b),
            (Op::Mapping { .. }, [a, b]) => {
                let entities = [a, b].iter().any(|f| matches!(self.lexicon.sem(f), Some(Sem::Entity(_))));
                let frames = if entities { wording::ENTITY_PAIR_FRAMES } else { wording::PAIR_FRAMES };
                let (x, y, z) = *self.draw(frames)?;
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

    pub(super) fn framed(&mut self, x: &str, a: &Form, y: &str, b: &Form, z: &str, ellipsis: bool) -> Say {
        self.push(x);
        self.np(a)?;
        self.push(y);
        self.second(a, b, ellipsis)?;
        self.push(z);
        Ok(())
    }

    pub(super) fn value_question(&mut self, form: &Form) -> Say {
        let sem = self.lexicon.sem(form);
        if matches!(sem, Some(Sem::List(_))) {
            return self.listing(form);
        }
        if self.opens {
            return self.according_to(form);
        }
        if let Some(frames) = self.naming_frames(sem.as_ref()) {
            let (before, after) = *self.draw(frames)?;
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
                i if wording::CALCULATE.contains(&i) => computed && measured,
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

    /// The frames that ask for a name, if the answer is one.
    fn naming_frames(&self, sem: Option<&Sem>) -> Option<&'static [(&'static str, &'static str)]> {
        Some(match self.lexicon.naming(sem?)? {
            Naming::Person => wording::PERSON_FRAMES,
            Naming::Thing | Naming::Title => wording::ENTITY_FRAMES,
        })
    }

    pub(super) fn verification(&mut self, a: &Form, b: &Form) -> Say {
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

    pub(super) fn conditional(&mut self, condition: &Form, a: &Form, b: &Form) -> Say {
        let Form::Apply { op: Op::Greater, args } = condition else { return Err(Unsayable("condition")) };
        let [left, right] = args.as_slice() else { return Err(Unsayable("condition")) };
        let sem = self.lexicon.sem(left).ok_or(Unsayable("meaning"))?;
        if let Some(of) = self.of_two(&[condition.clone(), a.clone(), b.clone()]) {
            // The other wordings would say a description twice.
            let described = self.depth(&of.first) > 0 || self.depth(&of.second) > 0;
            if described || self.rng.chance(0.8) {
                return self.whichever(&of, a, &sem);
            }
        }
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

    /// "What is the host city of whichever of A and B has the higher attendance?"
    fn whichever(&mut self, of: &OfTwo, asked: &Form, sem: &Sem) -> Say {
        let naming = self.naming_frames(self.lexicon.sem(asked).as_ref());
        let frames = naming.unwrap_or(wording::VALUE_FRAMES.get(2..5).unwrap_or_default());
        let (before, after) = *self.draw(frames)?;
        self.push(before);
        self.push("the ");
        self.push(&of.wanted);
        self.tail(&of.entry, &of.call)?;
        self.push(wording::WHICHEVER);
        self.np(&of.first)?;
        self.push(" and ");
        self.np(&of.second)?;
        self.push(if of.entry.spec.phrases.past { " had the " } else { " has the " });
        self.push(lexicon::comparative(End::Largest, sem));
        self.push(" ");
        self.push(&of.by);
        self.tail(&of.entry, &of.call)?;
        self.push(after);
        Ok(())
    }

    /// A conditional that compares two things by one attribute and asks for another one of the winner.
    pub(super) fn of_two(&self, conditional: &[Form]) -> Option<OfTwo> {
        let [Form::Apply { op: Op::Greater, args }, Form::Get { call: x, path: wanted }, Form::Get { call: y, .. }] =
            conditional
        else {
            return None;
        };
        let [Form::Get { call: one, path: by }, Form::Get { call: other, .. }] = args.as_slice() else { return None };
        let entry = self.lexicon.tool(&one.tool)?.clone();
        let rest = |call: &FormCall| {
            let mut args = call.args.clone();
            args.remove(entry.subject()?).map(|about| (about, args))
        };
        let ((first, tail), (second, same)) = rest(one).zip(rest(other))?;
        let noun = |path: &str| entry.spec.field(path).map(|f| f.noun.clone()).filter(|n| !n.is_empty());
        let (wanted, by) = noun(wanted).zip(noun(by))?;
        let call = one.as_ref().clone();
        (one == x && other == y && tail == same).then_some(OfTwo { entry, call, first, second, wanted, by })
    }

    /// "Which … has the highest …?"
    pub(super) fn which(&mut self, keys: &Form, values: &Form, end: End, rank: u32) -> Say {
        let past = top_call(values).and_then(|c| self.lexicon.tool(&c.tool)).is_some_and(|e| e.spec.phrases.past);
        let has = if past { " had " } else { " has " };
        let sem = self.element(values)?;
        if let Some(candidates) = written_out(keys) {
            if candidates.len() == 2 {
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
            let (before, after) =
                *self.draw(self.naming_frames(Some(&self.element(keys)?)).unwrap_or(wording::ENTITY_FRAMES))?;
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

    pub(super) fn ranking(&mut self, keys: &Form, values: &Form, end: End, count: u32) -> Say {
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

    pub(super) fn listing(&mut self, form: &Form) -> Say {
        if let Form::Apply { op: Op::Filter { cmp }, args } = form
            && let [keys, values, limit] = args.as_slice()
            && !matches!(cmp, Cmp::Equals)
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

    pub(super) fn how_many(&mut self, set: &Form) -> Say {
        if let Form::Apply { op: Op::Filter { cmp }, args } = set
            && let [keys, values, limit] = args.as_slice()
            && !matches!(cmp, Cmp::Equals)
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

    /// " have a headcount above 500", " have more than 500 employees"
    pub(super) fn have(&mut self, values: &Form, cmp: Cmp, limit: &Form) -> Say {
        let sem = self.element(values)?;
        if let (Form::Get { call, path }, Form::Literal { .. }) = (values, limit)
            && let Some(counted) = self.lexicon.tool(&call.tool).and_then(|e| lexicon::counted(e.column_field(path)?))
        {
            let counted = format!(" {counted}");
            self.push(lexicon::more_or_fewer(cmp));
            self.np(limit)?;
            self.push(&counted);
            return Ok(());
        }
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

    pub(super) fn directive(&mut self, content: &Form, unrounded: &Form, decimals: Option<u32>) -> Say {
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
    pub(super) fn branch_directive(&mut self, content: &Form) -> Say {
        let Form::Apply { op: Op::If, args } = content else { return Ok(()) };
        let unit = args.get(1).and_then(|a| self.lexicon.sem(a)).map(|s| units::words(s.unit()).to_string());
        if let Some(unit) = unit.filter(|u| !u.is_empty()) {
            let words = self.draw(wording::UNIT)?.replace("{u}", &unit);
            self.push(" ");
            self.push(&words);
        }
        Ok(())
    }

    pub(super) fn format(&mut self, content: &Form, sem: &Sem) -> Say {
        let range = match (content, sem) {
            (_, Sem::Date(_)) => 0..2,
            (_, Sem::List(inner)) if matches!(**inner, Sem::Date(_)) => 15..17,
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
}
