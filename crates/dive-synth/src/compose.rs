//! The deriver's first round: an expression of the form that the exemplars ask for, around the focal tool.

use dive_core::evidence::{CallId, Source};
use dive_core::exemplar::FormKind;
use dive_core::expr::{Cmp, End, Expr, Op};
use dive_core::sem::{Scale, Sem};
use dive_core::tool::Field;
use serde_json::Value;

use crate::episode::{About, Bound, Episode};
use crate::index;
use crate::limit::threshold;
use crate::plan;

/// Elements that a fan-out runs over at most.
const FAN_OUT: usize = 5;
/// Years between two dates of one thing that belong together: start and end, signing and maturity.
const NEAR: i64 = 6;

/// From this year on, the year of a date is easily guessed.
const RECENT: i64 = 2018;

impl Episode<'_> {
    /// An expression of this form around the focal tool, over calls just made.
    pub fn compose(&mut self, form: FormKind, focal: usize) -> Option<Expr> {
        match form {
            FormKind::Lookup => self.scalar(focal, 0, index::askable).map(|(e, _)| e),
            FormKind::MultiHop => self.multi_hop(focal),
            FormKind::Computation => {
                let depth = if self.rng.chance(0.4) { 3 } else { 2 };
                let height = self.index.height(focal);
                self.tall = height > 1;
                let found = self.scalar(focal, depth.max(height), index::askable);
                self.tall = false;
                found.map(|(e, _)| e)
            }
            FormKind::Difference => self.two_values(focal).map(|(a, b)| Expr::apply(Op::Difference, [a, b])),
            FormKind::Percentage => self.percentage(focal),
            FormKind::Ratio => self.ratio(focal),
            FormKind::Verification => self.verification(focal),
            FormKind::Comparison => self.comparison(focal),
            FormKind::Pair => self.pair(focal),
            FormKind::Superlative => self.superlative(focal, 1),
            FormKind::Ordinal => self.superlative(focal, 2),
            FormKind::Ranking => self.ranking(focal),
            FormKind::Listing => self.listing(focal),
            FormKind::Counting => self.counting(focal),
            FormKind::Aggregation => self.aggregation(focal, &[Op::Sum, Op::Sum, Op::Median]),
            FormKind::Average => self.aggregation(focal, &[Op::Mean]),
            FormKind::Spread => self.aggregation(focal, &[Op::Range]),
            FormKind::ExtremeValue => {
                self.aggregation(focal, &[End::Largest, End::Smallest].map(|end| Op::Extreme { end }))
            }
            FormKind::DateReasoning => self.dates(focal),
            FormKind::Conditional => self.conditional(focal),
            FormKind::UnitConversion => self.conversion(focal),
        }
    }

    /// A field of a fresh call of a tool.
    fn scalar(&mut self, tool: usize, depth: u32, wanted: fn(&Field) -> bool) -> Option<(Expr, CallId)> {
        let call = self.reach(tool, &Bound::new(), &mut About::default(), depth)?;
        Some((self.told(call, wanted, |_| false)?, call))
    }

    fn multi_hop(&mut self, focal: usize) -> Option<Expr> {
        let entry = self.entry(focal)?;
        let params: Vec<&dive_core::tool::Param> =
            entry.spec.params.iter().filter(|p| matches!(p.sem, Sem::Entity(_))).collect();
        if let ([], [group]) = (params.as_slice(), entry.spec.groups.as_slice()) {
            return self.multi_hop_about(focal, &group.of);
        }
        let param = *self.rng.pick(&params)?;
        let entity = param.sem.entity()?;
        let by_tool = self.rng.chance(0.6);
        let (value, source) = (0..4).find_map(|i| {
            if by_tool == (i % 2 == 0) {
                self.named_by_a_tool(&param.sem, 2)
            } else {
                self.outstanding(&param.sem, 1).map(|(v, e)| (v, Source::Derived(e)))
            }
        })?;
        let mut about = About::default();
        about.set(entity, value.clone(), source.clone());
        let call = self.reach(focal, &Bound::from([(param.name.clone(), (value, source))]), &mut about, 1)?;
        // What names a thing can be carried on.
        let onward = self.grows && self.rng.chance(0.6);
        self.told(call, index::askable, |f| onward && f.sem.entity().is_some())
    }

    /// The same for a tool that takes what describes a thing, like the document about it.
    fn multi_hop_about(&mut self, focal: usize, of: &str) -> Option<Expr> {
        let entity = self.described_by(of);
        let entity = self.rng.pick(&entity)?.clone();
        let sem = Sem::Entity(entity.clone());
        let (value, source) = if self.rng.chance(0.5) {
            self.named_by_a_tool(&sem, 2)?
        } else {
            self.outstanding(&sem, 1).map(|(v, e)| (v, Source::Derived(e)))?
        };
        let mut about = About::default();
        about.set(&entity, value, source);
        let call = self.reach(focal, &Bound::new(), &mut about, 1)?;
        self.told(call, index::askable, |_| false)
    }

    fn end(&mut self) -> End {
        if self.rng.chance(0.6) { End::Largest } else { End::Smallest }
    }

    /// A complete list of so many rows, and its keys.
    fn rows(&mut self, tool: usize, least: usize, most: usize) -> Option<(CallId, Expr)> {
        let entry = self.entry(tool)?;
        let key = entry.column(entry.rows()?.key_field()?);
        // Most lists are short for most arguments: a second and third try are cheap.
        (0..3).find_map(|_| {
            let call = self.reach(tool, &Bound::new(), &mut About::default(), 1).filter(|c| self.complete(*c))?;
            let count = self.value(call, &key)?.as_array()?.len();
            (least..=most).contains(&count).then(|| (call, Expr::get(call, key.clone())))
        })
    }

    /// A column by which rows can be ordered.
    fn ordering(&mut self, tool: usize, call: CallId) -> Option<Expr> {
        let entry = self.entry(tool)?;
        let mut columns: Vec<&Field> = entry
            .rows()?
            .fields
            .iter()
            .filter(|f| index::orders(f) && f.pointer != entry.rows().map_or("", |r| &r.key))
            .collect();
        self.rng.shuffle(&mut columns);
        let column = columns.into_iter().find(|f| full(self.value(call, &entry.column(f))))?;
        Some(Expr::get(call, entry.column(column)))
    }

    /// For a list of entities, a field of another tool for each of them.
    fn attribute_of_each(&mut self, list: &Expr, preferred: Option<usize>) -> Option<Expr> {
        let sem = self.sem(list)?.element()?.clone();
        let able: Vec<usize> = match preferred {
            Some(tool) => vec![tool],
            None => self.members.to_vec(),
        };
        let mut able: Vec<(usize, String, String)> = able
            .into_iter()
            .filter_map(|t| Some((t, self.entry(t)?)))
            .filter_map(|(t, e)| Some((t, e, e.spec.param(e.subject()?)?)))
            .filter(|(_, _, p)| p.sem.accepts(&sem))
            .flat_map(|(t, e, p)| {
                let fields = e.spec.output.fields.iter().filter(|f| index::orders(f) && !index::cell(e, f));
                fields.map(move |f| (t, p.name.clone(), f.pointer.clone())).collect::<Vec<_>>()
            })
            .collect();
        self.rng.shuffle(&mut able);
        able.into_iter().take(2).find_map(|(tool, param, path)| {
            let others = self.others(tool, &param)?;
            self.each(list, tool, &param, &path, &others)
        })
    }

    /// Constants for the parameters of a tool other than its subject.
    fn others(&mut self, tool: usize, subject: &str) -> Option<Bound> {
        let entry = self.entry(tool)?;
        let mut bound = Bound::new();
        for slot in dive_core::lint::required_slots(&entry.spec) {
            let param = entry.spec.param(slot).filter(|p| p.name != subject)?;
            if matches!(param.sem, Sem::Entity(_)) {
                return None;
            }
            bound.insert(slot.into(), self.constant(param)?);
        }
        Some(bound)
    }

    /// Distinct names, the seed entity among them when it is of the type.
    fn candidates(&mut self, entity: &str, count: usize) -> Option<Expr> {
        let sem = Sem::Entity(entity.into());
        let mut chosen: Vec<String> = Vec::new();
        let listed: Vec<String>;
        let names = if self.catalogued(entity) {
            listed = self.listed(&sem)?;
            &listed
        } else {
            if self.seed.entity == entity {
                chosen.push(self.seed.name.clone());
            }
            &self.pool.entities().get(entity)?.names
        };
        for _ in 0..count * 4 {
            let name = self.rng.pick(names)?.clone();
            if chosen.len() < count && !chosen.contains(&name) {
                chosen.push(name);
            }
        }
        self.rng.shuffle(&mut chosen);
        let items: Vec<Expr> = chosen.into_iter().map(|n| Expr::literal(n, sem.clone())).collect();
        (items.len() == count).then(|| Expr::apply(Op::List, items))
    }

    /// The names in some list of entities.
    fn listed(&mut self, sem: &Sem) -> Option<Vec<String>> {
        let (_, pick) = self.outstanding(sem, 0)?;
        let Expr::Apply { args, .. } = pick else { return None };
        let names = self.eval(args.first()?)?;
        Some(names.as_array()?.iter().filter_map(|n| n.as_str().map(str::to_string)).collect())
    }

    /// Two values that may be subtracted: the same field about two things, or two fields of one.
    fn two_values(&mut self, focal: usize) -> Option<(Expr, Expr)> {
        let (a, call) = self.scalar(focal, 2, index::measurable)?;
        let sem = self.sem(&a)?;
        if !sem.subtractable(&sem) {
            return None;
        }
        let b = match (self.text && self.rng.chance(0.5)).then(|| self.in_a_table(&a)) {
            Some(Some(b)) => Some(b),
            _ if self.rng.chance(0.2) => self.other_field(focal, call, &a, &sem),
            _ => None,
        };
        let (a, b) = match b {
            Some(b) => (a, b),
            None => self.beside_another(focal, call, a)?,
        };
        let (x, y) = (self.eval(&a)?.as_f64()?, self.eval(&b)?.as_f64()?);
        (x != y).then_some((a, b))
    }

    fn percentage(&mut self, focal: usize) -> Option<Expr> {
        let (a, call) = self.scalar(focal, 1, index::measurable)?;
        let sem = self.sem(&a)?;
        // One amount may be a part of the other; of two readings neither is.
        let amount = matches!(sem, Sem::Measure { scale: Scale::Amount, .. });
        // Employees are a part of employees; fixed costs are none of a residual value.
        let counted = sem.is_count();
        let table = if self.text && counted { self.in_a_table(&a) } else { None };
        let part = match table {
            None if amount => {
                let other = self.other_field(focal, call, &a, &sem).filter(|_| self.rng.chance(0.6));
                other.filter(|b| counted || self.declared_together(focal, &a, b))
            }
            table => table,
        };
        let (op, a, b) = match part {
            Some(b) => (Op::PercentOf, a, b),
            None => {
                let (a, b) = self.paired_amounts(&a)?;
                // A change is from one time to another; between two amounts there is a share. A height is no share of another.
                let op = match self.apart_in_time(&a, &b) {
                    true => Op::PercentChange,
                    false if amount => Op::PercentOf,
                    false => return None,
                };
                (op, a, b)
            }
        };
        self.relative(op, a, b)
    }

    fn ratio(&mut self, focal: usize) -> Option<Expr> {
        let (a, call) = self.scalar(focal, 1, index::measurable)?;
        let (a, b) = self.beside_another(focal, call, a)?;
        self.relative(Op::Divide, a, b)
    }

    /// One value relative to another, in the order in which people say it.
    fn relative(&mut self, op: Op, a: Expr, b: Expr) -> Option<Expr> {
        let sem = self.sem(&a)?;
        crate::lexicon::result_sem(&Op::Divide, &[Some(sem.clone()), Some(sem.clone())])?;
        let (x, y) = (self.eval(&a)?.as_f64()?, self.eval(&b)?.as_f64()?);
        // A share is of the larger in the smaller, a ratio the other way round, a change forward in time.
        let swapped = match op {
            Op::PercentOf => x > y,
            Op::Divide => x < y,
            _ => self.later(&a, &b),
        };
        // Two review rounds are not "200 % of" one.
        let few = if sem.is_count() { 10.0 } else { 0.0 };
        let sensible = x > few && y > few && x != y && x.max(y) / x.min(y) < 1000.0;
        let args = if swapped { [b, a] } else { [a, b] };
        sensible.then(|| Expr::apply(op, args))
    }

    fn verification(&mut self, focal: usize) -> Option<Expr> {
        let (a, _) = self.scalar(focal, 1, |f| index::orders(f) || index::measurable(f))?;
        let table = if self.text && self.rng.chance(0.5) { self.in_a_table(&a) } else { None };
        let (a, b) = match table {
            Some(b) => (a, b),
            None => self.paired(&a)?,
        };
        let truth = self.rng.chance(0.5);
        let (x, y) = (Expr::apply(Op::Greater, [a.clone(), b.clone()]), Expr::apply(Op::Greater, [b, a]));
        if self.eval(&x)? == Value::Bool(truth) { Some(x) } else { Some(y) }
    }

    fn comparison(&mut self, focal: usize) -> Option<Expr> {
        let entry = self.entry(focal)?;
        let entity = entry.spec.param(entry.subject()?)?.sem.entity()?.to_string();
        let count = 2 + self.rng.below(3);
        let keys = self.candidates(&entity, count)?;
        let values = self.attribute_of_each(&keys, Some(focal))?;
        let end = self.end();
        Some(Expr::apply(Op::Pick { end, rank: 1 }, [keys, values]))
    }

    fn pair(&mut self, focal: usize) -> Option<Expr> {
        let exact = |f: &Field| index::askable(f) && index::exact(&f.sem);
        let (a, call) = self.scalar(focal, 1, exact)?;
        let entry = self.entry(focal)?;
        let others: Vec<&Field> = entry.spec.output.fields.iter().filter(|f| exact(f)).collect();
        let other = self.rng.pick(&others).and_then(|f| self.read(call, &f.pointer)).filter(|o| *o != a);
        // Two facts about one thing go together best where they have to be looked up apart.
        let elsewhere = if self.rng.chance(0.9) { self.told_elsewhere(focal, call, &exact) } else { None };
        let (a, b) = match elsewhere.or_else(|| other.filter(|_| self.rng.chance(0.5))) {
            Some(b) => (a, b),
            None => self.paired(&a)?,
        };
        if self.eval(&a)? == self.eval(&b)? {
            return None;
        }
        Some(Expr::apply(Op::Mapping { labels: vec!["first".into(), "second".into()] }, [a, b]))
    }

    fn superlative(&mut self, focal: usize, rank: u32) -> Option<Expr> {
        let entry = self.entry(focal)?;
        let end = self.end();
        let (keys, values) = match entry.rows().filter(|r| !r.series && self.by_rows(focal)) {
            Some(_) => self.keys_and_values(focal, 3)?,
            None => {
                let keys = self.some_list_for(focal)?;
                // Among names that the question offers it is a comparison, and easier to guess.
                if matches!(keys, Expr::Apply { op: Op::List, .. }) && self.rng.chance(0.8) {
                    return None;
                }
                let values = self.attribute_of_each(&keys, Some(focal))?;
                (keys, values)
            }
        };
        Some(Expr::apply(Op::Pick { end, rank }, [keys, values]))
    }

    /// Whether to look at the rows of one call of a tool, rather than at a scalar of its calls for several things: where it
    /// gives both, sometimes this and sometimes that.
    fn by_rows(&mut self, tool: usize) -> bool {
        let both = self.entry(tool).is_some_and(|e| {
            let about = e.subject().and_then(|s| e.spec.param(s)).is_some_and(|p| p.sem.entity().is_some());
            e.rows().is_some() && about && e.spec.output.fields.iter().any(index::measurable)
        });
        !both || self.rng.chance(0.5)
    }

    /// Rows of a list tool, and what they are measured by: a column, or another tool for each.
    fn keys_and_values(&mut self, tool: usize, least: usize) -> Option<(Expr, Expr)> {
        let (call, keys) = self.rows(tool, least, usize::MAX)?;
        let count = self.eval(&keys)?.as_array()?.len();
        let values = if count <= FAN_OUT && self.rng.chance(0.6) { self.attribute_of_each(&keys, None) } else { None };
        let values = values.or_else(|| self.ordering(tool, call))?;
        Some((keys, values))
    }

    /// A list of things that a tool takes: rows of a list tool, short enough to fan out over, or names.
    fn some_list_for(&mut self, tool: usize) -> Option<Expr> {
        let entry = self.entry(tool)?;
        let sem = entry.spec.param(entry.subject()?)?.sem.clone();
        let lists: Vec<usize> = self
            .members
            .iter()
            .copied()
            .filter(|t| {
                let key = self.entry(*t).and_then(|e| e.rows()).and_then(|r| r.key_field());
                key.is_some_and(|k| sem.accepts(&k.sem))
            })
            .collect();
        for _ in 0..3 {
            if let Some(list) = self.rng.pick(&lists).copied()
                && let Some((_, keys)) = self.rows(list, 3, FAN_OUT)
            {
                return Some(keys);
            }
        }
        let count = 3 + self.rng.below(2);
        self.candidates(sem.entity()?, count)
    }

    fn ranking(&mut self, focal: usize) -> Option<Expr> {
        let entry = self.entry(focal)?;
        let end = self.end();
        let (keys, values) = match entry.rows().filter(|r| !r.series && self.by_rows(focal)) {
            Some(_) => self.keys_and_values(focal, 4)?,
            None => {
                let keys = self.some_list_for(focal)?;
                let values = self.attribute_of_each(&keys, Some(focal))?;
                (keys, values)
            }
        };
        let written_out = matches!(keys, Expr::Apply { .. });
        let available = self.eval(&keys)?.as_array()?.len();
        let count = if written_out { available } else { (2 + self.rng.below(3)).min(available - 1) };
        Some(Expr::apply(Op::Top { end, count: count as u32 }, [keys, values]))
    }

    /// Things of a list that satisfy a condition.
    fn listing(&mut self, focal: usize) -> Option<Expr> {
        let (call, keys) = self.rows(focal, 3, usize::MAX)?;
        let count = self.eval(&keys)?.as_array()?.len();
        if self.rng.chance(0.25)
            && let Some((keys, other)) = self.paired(&keys)
        {
            let both = Expr::apply(Op::Intersect, [keys, other.clone()]);
            let length = |e| self.eval(e).and_then(|v| Some(v.as_array()?.len()));
            // What one list holds of another that it contains is that other list.
            if length(&both).zip(length(&other)).is_some_and(|(n, other)| (1..=6).contains(&n) && n < count.min(other))
            {
                return Some(both);
            }
        }
        let values = if count <= FAN_OUT && self.rng.chance(0.5) { self.attribute_of_each(&keys, None) } else { None };
        let values = match values {
            Some(values) => values,
            None => self.ordering(focal, call)?,
        };
        let sem = self.sem(&values)?.element()?.clone();
        let cmp = if self.rng.chance(0.5) { Cmp::Above } else { Cmp::Below };
        let all = self.eval(&values)?.as_array()?.clone();
        let keep = 1 + self.rng.below(all.len().saturating_sub(1).min(6));
        let limit = threshold(&all, &sem, cmp, keep)?;
        Some(Expr::apply(Op::Filter { cmp }, [keys, values, Expr::literal(limit, sem)]))
    }

    /// How many things of a list satisfy a condition, or are in it at all. Counts are few and easily guessed, so they are
    /// spread: the longest of a few lists is taken, and any share of it may satisfy the condition.
    fn counting(&mut self, focal: usize) -> Option<Expr> {
        let length = |e: &Self, keys: &Expr| e.eval(keys).and_then(|v| Some(v.as_array()?.len())).unwrap_or(0);
        let mut best: Option<(CallId, Expr)> = None;
        for _ in 0..3 {
            let Some(found) = self.rows(focal, 3, usize::MAX) else { break };
            if best.as_ref().is_none_or(|(_, keys)| length(self, keys) < length(self, &found.1)) {
                best = Some(found);
            }
            if self.steps < 3 {
                break;
            }
        }
        let (call, keys) = best?;
        let count = length(self, &keys);
        if count >= 7 && self.rng.chance(0.25) {
            return Some(Expr::apply(Op::Count, [keys]));
        }
        let values = if count <= FAN_OUT { self.attribute_of_each(&keys, None) } else { None };
        let values = match values {
            Some(values) => values,
            None => self.ordering(focal, call)?,
        };
        let sem = self.sem(&values)?.element()?.clone();
        let cmp = if self.rng.chance(0.5) { Cmp::Above } else { Cmp::Below };
        let all = self.eval(&values)?.as_array()?.clone();
        let keep = 2 + self.rng.below(count.saturating_sub(2));
        let limit = threshold(&all, &sem, cmp, keep)?;
        let kept = Expr::apply(Op::Filter { cmp }, [keys, values, Expr::literal(limit, sem)]);
        Some(Expr::apply(Op::Count, [kept]))
    }

    fn aggregation(&mut self, focal: usize, ops: &[Op]) -> Option<Expr> {
        let entry = self.entry(focal)?;
        let values = if let Some(rows) = entry.rows().filter(|_| self.by_rows(focal)) {
            let (call, _) = self.rows(focal, 3, usize::MAX)?;
            let columns: Vec<&Field> = rows.fields.iter().filter(|f| index::measurable(f)).collect();
            let column = *self.rng.pick(&columns)?;
            Expr::get(call, entry.column(column))
        } else {
            let keys = self.some_list_for(focal)?;
            self.attribute_of_each(&keys, Some(focal))?
        };
        if !full(self.eval(&values)) {
            return None;
        }
        let element = self.sem(&values);
        // The mean of readings of unrelated things is no reading of anything; amounts and prices add up to something.
        let each = matches!(values, Expr::Each { .. });
        let adds =
            |s: &Sem| matches!(s, Sem::Measure { scale, unit, .. } if *scale == Scale::Amount || unit.contains("EUR"));
        if each && !element.as_ref().and_then(Sem::element).is_some_and(adds) {
            return None;
        }
        // Readings of several people can be averaged, but who adds up their heart volumes?
        let readings = element.as_ref().and_then(Sem::element).is_some_and(|s| index::reading(s, false));
        let no_sum = each && readings && self.index.personal(focal);
        let makes = |op: &Op| crate::lexicon::result_sem(op, std::slice::from_ref(&element)).is_some();
        let able: Vec<&Op> = ops.iter().filter(|op| makes(op) && !(no_sum && **op == Op::Sum)).collect();
        let op = (*self.rng.pick(&able)?).clone();
        Some(Expr::apply(op, [values]))
    }

    fn dates(&mut self, focal: usize) -> Option<Expr> {
        let (a, call) = self.scalar(focal, 1, |f| matches!(f.sem, Sem::Date(_)) && !f.noun.is_empty())?;
        // The fiscal year of a dividend tells the year of its payment.
        let told = self.replaceable(&a).iter().any(|(_, sem)| matches!(sem, Sem::Year(_) | Sem::Date(_)));
        // That of a recent date is guessed.
        if !told && self.year(&a).is_some_and(|y| y < RECENT) && self.rng.chance(0.08) {
            return Some(Expr::apply(Op::YearOf, [a]));
        }
        let entry = self.entry(focal)?;
        let own = entry.spec.output.fields.iter().filter(|f| matches!(f.sem, Sem::Date(_)) && !f.noun.is_empty());
        let own: Vec<Expr> = own.filter_map(|f| self.read(call, &f.pointer)).filter(|e| *e != a).collect();
        // Two dates of one thing belong together when they are near; a city's charter and its mayor's term do not.
        let year = self.year(&a)?;
        let near = |e: &Expr| {
            self.year(e).is_some_and(|y| (y - year).abs() <= NEAR)
                && (!matches!(a, Expr::Quote { .. }) || self.of_one_story(&a, e))
        };
        let own: Vec<Expr> = own.into_iter().filter(near).collect();
        // The days between dates of two things, or up to a day that only the question knows, are nothing that people count.
        let b = self.rng.pick(&own)?.clone();
        // Days are counted of what is remembered; what is older is told in years.
        if [&a, &b].into_iter().any(|e| self.year(e).is_none_or(|y| y < 1980)) {
            return None;
        }
        let (x, y) = (self.eval(&a)?.to_string(), self.eval(&b)?.to_string());
        let args = if x < y { [a, b] } else { [b, a] };
        (x != y).then(|| Expr::apply(Op::DaysBetween, args))
    }

    /// Whether two dates that a text tells belong together: they play one role.
    fn of_one_story(&self, a: &Expr, b: &Expr) -> bool {
        self.sem(a).is_some_and(|role| self.sem(b) == Some(role))
    }

    fn year(&self, date: &Expr) -> Option<i64> {
        self.eval(date)?.as_str()?.get(..4)?.parse().ok()
    }

    /// "If the elevation of A is above that of B, give the population of A; otherwise that of B."
    fn conditional(&mut self, focal: usize) -> Option<Expr> {
        let entry = self.entry(focal)?;
        let (a, _) = self.scalar(focal, 1, |f| index::measurable(f) && !matches!(f.sem, Sem::Same(_)))?;
        let (a, b) = self.paired_by(&a, false, |_| true)?;
        let ((one, compared), (other, _)) = a.place().zip(b.place())?;
        let mut asked: Vec<&Field> = entry.spec.output.fields.iter().filter(|f| index::askable(f)).collect();
        // The taller of two patients has another weight; whom the taller one is treated by is a riddle.
        let measures = |s: &Sem| matches!(s, Sem::Measure { scale: Scale::Amount | Scale::Level, .. } | Sem::Date(_));
        asked.retain(|f| f.pointer != compared && measures(&f.sem));
        let asked = *self.rng.pick(&asked)?;
        let (x, y) = (self.read(one, &asked.pointer)?, self.read(other, &asked.pointer)?);
        if self.value(one, &asked.pointer)? == self.value(other, &asked.pointer)? || self.eval(&a)? == self.eval(&b)? {
            return None;
        }
        Some(Expr::apply(Op::If, [Expr::apply(Op::Greater, [a, b]), x, y]))
    }

    fn conversion(&mut self, focal: usize) -> Option<Expr> {
        let (a, _) = self.scalar(focal, 2, |f| index::measurable(f) && !plan::conversions(&f.sem).is_empty())?;
        let sem = self.sem(&a)?;
        let from = sem.unit().to_string();
        let to = (*self.rng.pick(plan::conversions(&sem))?).to_string();
        let converted = Expr::apply(Op::Convert { from, to }, [a]);
        // Nobody states a bank's assets in thousands, a salary in millions or a tram ride in hours.
        let size = self.eval(&converted)?.as_f64()?.abs();
        (1.0..1e6).contains(&size).then_some(converted)
    }
}

/// A list without gaps.
fn full(values: Option<Value>) -> bool {
    values.is_some_and(|v| v.as_array().is_some_and(|v| v.len() >= 2 && v.iter().all(|x| !x.is_null())))
}
