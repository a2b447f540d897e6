//! What is set beside what: the same question about another city or year, or about the two ends of one list.

use dive_core::evidence::{CallId, Source};
use dive_core::expr::{End, Expr, Op};
use dive_core::sem::Sem;
use dive_core::tool::{Field, Sample};
use dive_tools::entities::Naming;
use serde_json::Value;

use crate::episode::{About, Bound, Episode};
use crate::index;

impl Episode<'_> {
    /// An expression beside the same one about something else. Cities are compared by name; two papers, studies or patients are
    /// not, unless they stand at the two ends of an order of one list.
    pub fn paired(&mut self, expr: &Expr) -> Option<(Expr, Expr)> {
        self.paired_by(expr, true, |_| true)
    }

    /// Two values between which there is arithmetic. Readings of two people are compared, but what is the ratio of a
    /// pulse to somebody else's?
    pub fn paired_amounts(&mut self, expr: &Expr) -> Option<(Expr, Expr)> {
        let reading = index::reading(&self.sem(expr)?, matches!(expr, Expr::Quote { .. }));
        let entities = self.pool.entities();
        self.paired_by(expr, false, |sem| {
            let naming = sem.entity().and_then(|e| entities.get(e)).map(|t| t.naming);
            !(reading && naming == Some(Naming::Person))
        })
    }

    /// An amount beside the same one of something else or, where it stands beside nobody else's, beside another one of the same
    /// thing that is counted or declared with it.
    pub fn beside_another(&mut self, focal: usize, call: CallId, a: Expr) -> Option<(Expr, Expr)> {
        if let Some(pair) = self.paired_amounts(&a) {
            return Some(pair);
        }
        let sem = self.sem(&a)?;
        let b = self.other_field(focal, call, &a, &sem)?;
        (sem.is_count() || self.declared_together(focal, &a, &b)).then_some((a, b))
    }

    /// Another field of a call whose difference from a value means something.
    pub fn other_field(&mut self, tool: usize, call: CallId, a: &Expr, sem: &Sem) -> Option<Expr> {
        let entry = self.entry(tool)?;
        let others = entry.spec.output.fields.iter();
        let others = others.filter(|f| index::measurable(f) && !index::cell(entry, f) && f.sem.subtractable(sem));
        let mut others: Vec<Expr> = others.filter_map(|f| self.read(call, &f.pointer)).filter(|e| e != a).collect();
        self.rng.shuffle(&mut others);
        others.into_iter().find(|e| self.eval(e).is_some_and(|v| v.is_number()))
    }

    /// Whether a tool says that two of its fields describe one thing together.
    pub fn declared_together(&self, tool: usize, a: &Expr, b: &Expr) -> bool {
        let (Expr::Get { path: a, .. }, Expr::Get { path: b, .. }) = (a, b) else { return false };
        let bundles = self.entry(tool).map(|e| e.spec.output.bundles.as_slice()).unwrap_or_default();
        bundles.iter().any(|bundle| bundle.pointers.contains(a) && bundle.pointers.contains(b))
    }

    /// What another tool tells of the thing that a call is about.
    pub fn told_elsewhere(&mut self, tool: usize, call: CallId, wanted: &dyn Fn(&Field) -> bool) -> Option<Expr> {
        let subject = self.entry(tool)?.subject()?.to_string();
        let sem = self.entry(tool)?.spec.param(&subject)?.sem.clone();
        let asked = self.evidence.get(call)?;
        let thing = (asked.args.get(&subject)?.clone(), asked.sources.get(&subject)?.clone());
        let mut able: Vec<(usize, String)> = Vec::new();
        for t in self.members.iter().filter(|t| **t != tool) {
            let Some(entry) = self.entry(*t) else { continue };
            let takes = entry.subject().and_then(|s| entry.spec.param(s)).filter(|p| p.sem == sem);
            let tells = entry.spec.output.fields.iter().any(wanted);
            able.extend(takes.filter(|_| tells).map(|p| (*t, p.name.clone())));
        }
        self.rng.shuffle(&mut able);
        able.into_iter().take(3).find_map(|(tool, param)| {
            let mut about = About::default();
            about.set(sem.entity()?, thing.0.clone(), thing.1.clone());
            let call = self.reach(tool, &Bound::from([(param, thing.clone())]), &mut about, 0)?;
            self.told(call, wanted, |_| false)
        })
    }

    /// As [`paired`](Self::paired), only of constants with such a meaning; `ends`: also the two ends of an order of one list.
    pub fn paired_by(&mut self, expr: &Expr, ends: bool, varies: impl Fn(&Sem) -> bool) -> Option<(Expr, Expr)> {
        if self.is_cell(expr) {
            return None;
        }
        let mut constants = self.replaceable(expr);
        constants.retain(|(_, sem)| varies(sem));
        let times: Vec<_> = constants.iter().filter(|(_, s)| matches!(s, Sem::Year(_) | Sem::Date(_))).collect();
        let (old, sem) = match self.rng.pick(&times) {
            Some(time) if self.rng.chance(0.6) => (*time).clone(),
            _ => self.rng.pick(&constants)?.clone(),
        };
        if let Some(entity) = sem.entity() {
            let catalogued = self.catalogued(entity);
            if catalogued && !ends {
                return None;
            }
            let quoted = matches!(expr, Expr::Quote { .. });
            let met = match (catalogued, self.grows) {
                (true, _) => self.two_ends(&sem),
                // Two documents take all the calls of a round.
                (false, _) if quoted => None,
                // Where later rounds will describe them, both are met in one way, so that the descriptions belong together.
                (false, true) if self.rng.chance(0.95) => {
                    let listed = if ends && self.rng.chance(0.5) { self.two_ends(&sem) } else { None };
                    listed.or_else(|| self.two_alike(&sem))
                }
                (false, false) if ends && self.rng.chance(0.2) => self.two_ends(&sem),
                _ => None,
            };
            if let Some(met) = met {
                return self.about_both(expr, &old, &sem, met, !catalogued && self.grows);
            }
            if catalogued {
                return None;
            }
        }
        let taken: Vec<Value> = constants.iter().map(|(v, _)| v.clone()).collect();
        let new = (0..6).find_map(|_| self.another(&old, &sem).filter(|v| !taken.contains(v)))?;
        self.beside(expr, &old, &sem, &(new, Source::Literal(sem.clone())))
    }

    /// Whether an expression is one count of a table.
    fn is_cell(&self, expr: &Expr) -> bool {
        let Expr::Get { get, path } = expr else { return false };
        let tool = self.evidence.get(*get).and_then(|call| self.lexicon.tool(&call.tool));
        tool.is_some_and(|t| t.spec.output.fields.iter().any(|f| f.pointer == *path && index::cell(t, f)))
    }

    /// The constants of an expression's path that can be exchanged for others of their meaning.
    pub fn replaceable(&self, expr: &Expr) -> Vec<(Value, Sem)> {
        let mut constants: Vec<(Value, Sem)> = Vec::new();
        for id in self.evidence.path(expr) {
            let Some(call) = self.evidence.get(id) else { continue };
            // The age of papers in 2025 and in 2023 differs by two years: a formula's own date is no other case of it. Nor is
            // another way to reckon: nobody wants the difference between the greatest and the sum.
            let computed = self.computed(id);
            for (name, source) in &call.sources {
                if computed && matches!(source, Source::Literal(Sem::Year(_) | Sem::Date(_) | Sem::Category(_))) {
                    continue;
                }
                if let (
                    Source::Literal(sem @ (Sem::Entity(_) | Sem::Year(_) | Sem::Date(_) | Sem::Category(_))),
                    Some(value),
                ) = (source, call.args.get(name))
                {
                    constants.push((value.clone(), sem.clone()));
                }
            }
        }
        constants.dedup();
        constants
    }

    /// An expression and the same one with a constant of its path replaced. Not every document says the same of its subject:
    /// what the other one does not say gives way to something of the same sort that both say.
    fn beside(&mut self, expr: &Expr, old: &Value, sem: &Sem, new: &(Value, Source)) -> Option<(Expr, Expr)> {
        let renamed = self.calls_again(expr, &mut |value, s| (value == old && s == sem).then(|| new.clone()))?;
        if let Some(other) = self.rename(expr, &renamed) {
            return Some((expr.clone(), other));
        }
        let Expr::Quote { quote, .. } = expr else { return None };
        let (one, other) = (*quote, *renamed.get(quote)?);
        let wanted = self.sem(expr)?;
        let tool = self.lexicon.tool(&self.evidence.get(one)?.tool)?;
        let mut fields: Vec<&Field> =
            tool.spec.output.fields.iter().filter(|f| f.quote.is_some() && same_sort(&f.sem, &wanted)).collect();
        self.rng.shuffle(&mut fields);
        fields.into_iter().find_map(|f| self.read(one, &f.pointer).zip(self.read(other, &f.pointer)))
    }

    /// The expression with one constant of its path replaced everywhere.
    fn instead(&mut self, expr: &Expr, old: &Value, sem: &Sem, new: &(Value, Source)) -> Option<Expr> {
        self.again(expr, &mut |value, s| (value == old && s == sem).then(|| new.clone()))
    }

    /// Whether entities of a type are known by a title or a number, so that a person has one in mind only within a list.
    pub fn catalogued(&self, entity: &str) -> bool {
        let numbered = |n: &String| n.contains(|c: char| c.is_ascii_digit());
        self.pool
            .entities()
            .get(entity)
            .is_some_and(|t| t.naming == Naming::Title || t.names.first().is_some_and(numbered))
    }

    /// An expression about each of two entities, described, or named for now.
    fn about_both(
        &mut self,
        expr: &Expr,
        old: &Value,
        sem: &Sem,
        met: [(Value, Expr); 2],
        named: bool,
    ) -> Option<(Expr, Expr)> {
        let [one, other] = met.map(|(value, description)| {
            let source = if named { Source::Literal(sem.clone()) } else { Source::Derived(description.clone()) };
            let about = self.instead(expr, old, sem, &(value.clone(), source));
            if named {
                self.remember(sem.clone(), value, description);
            }
            about
        });
        Some((one?, other?))
    }

    /// The two entities at the ends of an order of one list.
    fn two_ends(&mut self, sem: &Sem) -> Option<[(Value, Expr); 2]> {
        let found = self.within(|e| (0..2).find_map(|_| e.outstanding(sem, 0)));
        let (first, one) = found?;
        let Expr::Apply { op: Op::Pick { end, .. }, args } = &one else { return None };
        // The largest and the smallest are set beside each other; of what came first and last, nobody compares something else.
        if matches!(self.sem(args.get(1)?)?.element(), Some(Sem::Date(_))) {
            return None;
        }
        let opposite = if *end == End::Largest { End::Smallest } else { End::Largest };
        let other = Expr::Apply { op: Op::Pick { end: opposite, rank: 1 }, args: args.clone() };
        let second = self.eval(&other)?;
        (first != second).then_some([(first, one), (second, other)])
    }

    /// Two entities that are the same to two others: the publishers of two journals.
    fn two_alike(&mut self, sem: &Sem) -> Option<[(Value, Expr); 2]> {
        let grows = std::mem::replace(&mut self.grows, false);
        let found = self.named_by_a_tool(sem, 2);
        self.grows = grows;
        let (first, Source::Derived(one)) = found? else { return None };
        let (old, of) = self.replaceable(&one).into_iter().find(|(_, s)| s.entity().is_some())?;
        let names = &self.pool.entities().get(of.entity()?)?.names;
        let new = Value::from(self.rng.pick(names)?.as_str());
        let other = self.instead(&one, &old, &of, &(new, Source::Literal(of.clone())))?;
        let second = self.eval(&other)?;
        (first != second).then_some([(first, one), (second, other)])
    }

    /// Another constant of the same meaning.
    fn another(&mut self, old: &Value, sem: &Sem) -> Option<Value> {
        match sem {
            Sem::Entity(t) => {
                let met = if self.grows && self.rng.chance(0.5) { self.meet(sem, 1) } else { None };
                match met {
                    Some((value, _)) => Some(value),
                    None => self.rng.pick(&self.pool.entities().get(t)?.names).map(|n| n.as_str().into()),
                }
            }
            Sem::Date(_) => {
                let params = self.members.iter().filter_map(|t| self.entry(*t)).flat_map(|e| &e.spec.params);
                let dates: Vec<Value> = params
                    .filter(|p| p.sem == *sem)
                    .filter_map(|p| match &p.sample {
                        Some(Sample::Of(values)) => Some(values.clone()),
                        _ => None,
                    })
                    .flatten()
                    .collect();
                self.rng.pick(&dates).cloned()
            }
            Sem::Year(_) => {
                let year = old.as_i64()?;
                Some((year + self.rng.between(-3, 3)).into())
            }
            Sem::Category(_) => {
                let mut words: Vec<String> = Vec::new();
                for t in self.members {
                    let params = self.entry(*t).map(|e| e.spec.params.as_slice()).unwrap_or_default();
                    let same = params.iter().filter(|p| p.sem == *sem);
                    words.extend(same.flat_map(|p| &p.choices).map(|c| c.value.clone()));
                }
                self.rng.pick(&words).map(|w| w.as_str().into())
            }
            _ => None,
        }
    }

    /// Whether the first constant in which two values differ is later in the first of them.
    pub fn later(&self, a: &Expr, b: &Expr) -> bool {
        let form = |e: &Expr| dive_core::form::Form::of(e, &self.evidence).ok();
        let (Some(a), Some(b)) = (form(a), form(b)) else { return false };
        let key = |v: &Value| (v.as_i64(), v.as_str().map(str::to_string));
        let differing = a.constants().into_iter().zip(b.constants()).find(|(x, y)| x != y);
        differing.is_some_and(|((x, _), (y, _))| key(x) > key(y))
    }

    /// Whether two values differ in a year or date alone.
    pub fn apart_in_time(&self, a: &Expr, b: &Expr) -> bool {
        let form = |e: &Expr| dive_core::form::Form::of(e, &self.evidence).ok();
        let (Some(a), Some(b)) = (form(a), form(b)) else { return false };
        let differing: Vec<_> = a.constants().into_iter().zip(b.constants()).filter(|(x, y)| x != y).collect();
        !differing.is_empty() && differing.iter().all(|((_, s), _)| matches!(s, Sem::Year(_) | Sem::Date(_)))
    }
}

/// Whether what can be asked about one of two meanings can be asked about the other.
fn same_sort(a: &Sem, b: &Sem) -> bool {
    match (a, b) {
        (Sem::Measure { scale: x, .. }, Sem::Measure { scale: y, .. }) => x == y && a.is_count() == b.is_count(),
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}
