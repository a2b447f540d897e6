//! Later rounds: a constant becomes a description, the answer is carried on, another branch joins.

use dive_core::evidence::{CallId, Evidence, Source};
use dive_core::exemplar::FormKind;
use dive_core::expr::{End, Expr, Op};
use dive_core::sem::Sem;
use dive_core::tool::Field;
use serde_json::Value;

use crate::episode::{About, Bound, Episode};
use crate::index;

/// How often a round describes what its description names, too.
const AT_ONCE: f64 = 0.5;

/// How often a superlative that cannot grow otherwise becomes a description in another question.
const GOES_ON: f64 = 0.12;

/// Whether an expression makes a task.
pub type Sound<'s> = dyn Fn(&Episode<'_>, &Expr) -> bool + 's;

/// How a round grew the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A constant became a description that resolves to it.
    Deepen,
    /// The answer became an argument of another call.
    Extend,
    /// Another branch joined.
    Broaden,
}

impl Step {
    /// Name in the question history.
    pub fn name(self) -> &'static str {
        match self {
            Step::Deepen => "deepen",
            Step::Extend => "extend",
            Step::Broaden => "broaden",
        }
    }
}

impl Episode<'_> {
    /// Grows an expression by one round, keeping its form, into one that `sound` takes.
    pub fn grow(&mut self, form: FormKind, expr: &Expr, sound: &Sound<'_>) -> Option<(Expr, Step)> {
        let mut steps = match form {
            FormKind::MultiHop => vec![Step::Extend, Step::Deepen],
            FormKind::Computation => vec![Step::Extend, Step::Deepen, Step::Extend],
            FormKind::Pair => vec![Step::Extend, Step::Deepen],
            FormKind::Aggregation | FormKind::Average | FormKind::Spread | FormKind::Comparison => {
                vec![Step::Broaden, Step::Deepen]
            }
            _ => vec![Step::Deepen],
        };
        self.rng.shuffle(&mut steps);
        // Who asks for the largest of something can go on to ask about it, but then asks for something else.
        if matches!(form, FormKind::Superlative | FormKind::Ordinal) && self.rng.chance(GOES_ON) {
            steps.push(Step::Extend);
        }
        steps.into_iter().find_map(|step| {
            let grown = match step {
                Step::Deepen => self.deepen(form, expr, sound),
                Step::Extend if form == FormKind::Pair => self.extend_one(expr, sound),
                Step::Extend => self.extend(form, expr, sound),
                Step::Broaden => self.broaden(expr).filter(|grown| self.takes(grown, sound)),
            }?;
            Some((grown, step))
        })
    }

    fn takes(&self, grown: &Expr, sound: &Sound<'_>) -> bool {
        self.eval(grown).is_some() && !self.strays(grown) && sound(self, grown)
    }

    /// Replaces an entity that the question names by a description that resolves to it.
    fn deepen(&mut self, form: FormKind, expr: &Expr, sound: &Sound<'_>) -> Option<Expr> {
        let mut named = self.replaceable(expr);
        // Candidates that the question offers must stay names.
        named.retain(|(v, s)| s.entity().is_some() && !offered(expr, v));
        named.sort_by_key(|(v, _)| v.to_string());
        named.dedup();
        // A formula about two things, a drug and a patient, is about these two: described, they would be any two.
        if form == FormKind::Computation && named.len() > 1 {
            return None;
        }
        self.rng.shuffle(&mut named);
        let candidates: Vec<_> = named.iter().take(3).cloned().collect();
        candidates.into_iter().find_map(|(value, sem)| {
            let rivals: Vec<&Value> = named.iter().filter(|(v, s)| *s == sem && *v != value).map(|(v, _)| v).collect();
            let known = self.remembered(&sem, &value);
            if compares(form) && !rivals.is_empty() {
                // Two things that are compared are described alike, or neither is.
                let known = known?;
                let mut descriptions = Vec::new();
                for rival in rivals {
                    let other = self.remembered(&sem, rival).filter(|other| alike(&known, other, &self.evidence))?;
                    descriptions.push((rival.clone(), other));
                }
                descriptions.push((value, known));
                return self.with(expr, &sem, &descriptions).filter(|grown| self.takes(grown, sound));
            }
            let known = known.and_then(|known| self.described(expr, &sem, &value, known, sound));
            known.or_else(|| self.describe(&sem, &value, &mut |e, way| e.described(expr, &sem, &value, way, sound)))
        })
    }

    /// The expression with entities of a type replaced by descriptions.
    fn with(&mut self, expr: &Expr, sem: &Sem, descriptions: &[(Value, Expr)]) -> Option<Expr> {
        self.again(expr, &mut |v, s| {
            let (value, description) = descriptions.iter().find(|(value, _)| v == value && s == sem)?;
            Some((value.clone(), Source::Derived(description.clone())))
        })
    }

    /// The expression with an entity described; what was met on the way to the description may be described at once.
    fn described(
        &mut self,
        expr: &Expr,
        sem: &Sem,
        value: &Value,
        description: Expr,
        sound: &Sound<'_>,
    ) -> Option<Expr> {
        let grown = self.with(expr, sem, &[(value.clone(), description)])?;
        if !self.takes(&grown, sound) {
            return None;
        }
        let further = if self.rng.chance(AT_ONCE) { self.remembered_within(&grown, sound) } else { None };
        Some(further.unwrap_or(grown))
    }

    /// The expression with one more of the things that it names described, if one is remembered.
    fn remembered_within(&mut self, expr: &Expr, sound: &Sound<'_>) -> Option<Expr> {
        let mut named = self.replaceable(expr);
        named.retain(|(v, s)| s.entity().is_some() && !offered(expr, v));
        let (value, sem, description) =
            named.into_iter().find_map(|(v, s)| self.remembered(&s, &v).map(|d| (v, s, d)))?;
        self.with(expr, &sem, &[(value, description)]).filter(|grown| self.takes(grown, sound))
    }

    /// A description of an entity, as `used` takes it: look it up to learn what it is related to, then find it again from there.
    fn describe(
        &mut self,
        sem: &Sem,
        value: &Value,
        used: &mut dyn FnMut(&mut Self, Expr) -> Option<Expr>,
    ) -> Option<Expr> {
        let mut facts = self.facts(sem, value);
        let mut ways: Vec<(usize, Option<String>)> = Vec::new();
        for t in self.members {
            let Some(entry) = self.entry(*t) else { continue };
            if entry.rows().is_some_and(|r| !r.series && r.key_field().is_some_and(|k| k.sem == *sem))
                && entry.spec.output.complete
            {
                ways.push((*t, None));
            }
            let named = entry.spec.output.fields.iter().filter(|f| f.sem == *sem && !f.noun.is_empty());
            ways.extend(named.map(|f| (*t, Some(f.pointer.clone()))));
        }
        self.rng.shuffle(&mut ways);
        self.rng.shuffle(&mut facts);
        ways.into_iter().take(5).find_map(|(tool, pointer)| {
            let bound = self.stated_facts(tool, &facts, value)?;
            let name = self.entry(tool)?.spec.name.clone();
            let call = self.call(&name, &bound)?;
            let way = match pointer {
                Some(pointer) => self.read(call, &pointer).filter(|e| self.eval(e).as_ref() == Some(value)),
                None => self.standing_out(tool, call, value),
            }?;
            used(self, way)
        })
    }

    /// What one call about an entity says of it.
    fn facts(&mut self, sem: &Sem, value: &Value) -> Vec<(Sem, Value)> {
        let mut tools: Vec<(usize, String)> = Vec::new();
        for t in self.members {
            let Some(entry) = self.entry(*t) else { continue };
            let required: Vec<_> = entry.spec.params.iter().filter(|p| p.required).collect();
            if let [only] = required.as_slice()
                && only.sem.accepts(sem)
            {
                tools.push((*t, only.name.clone()));
            }
        }
        self.rng.shuffle(&mut tools);
        let mut facts = Vec::new();
        for (tool, param) in tools.into_iter().take(2) {
            let Some(entry) = self.entry(tool) else { continue };
            let bound = Bound::from([(param, (value.clone(), Source::Literal(sem.clone())))]);
            let Some(call) = self.call(&entry.spec.name, &bound) else { continue };
            for (path, sem) in index::outputs(entry) {
                let Some(found) = self.value(call, &path) else { continue };
                match (sem, found) {
                    (Sem::List(inner), Value::Array(items)) => {
                        facts.extend(items.into_iter().take(4).map(|v| ((*inner).clone(), v)));
                    }
                    (sem, found) => facts.push((sem, found)),
                }
            }
        }
        facts.retain(|(s, v)| matches!(s, Sem::Entity(_) | Sem::Category(_) | Sem::Year(_)) && v != value);
        facts
    }

    /// Arguments of a tool from facts about an entity and plausible constants, all stated in the question.
    fn stated_facts(&mut self, tool: usize, facts: &[(Sem, Value)], avoid: &Value) -> Option<Bound> {
        let entry = self.entry(tool)?;
        let mut bound = Bound::new();
        let mut used_fact = false;
        for param in entry.spec.params.iter().filter(|p| p.required) {
            let fact = facts.iter().find(|(s, v)| param.sem.accepts(s) && crate::literal::render(v, s).is_some());
            let value = match fact {
                Some((_, v)) => {
                    used_fact = true;
                    (v.clone(), Source::Literal(param.sem.clone()))
                }
                None if param.sem.entity().is_some() => return None,
                None => self.constant(param)?,
            };
            if value.0 == *avoid {
                return None;
            }
            bound.insert(param.name.clone(), value);
        }
        (used_fact || bound.is_empty()).then_some(bound)
    }

    /// The entity as the one at an end of an order of a list that it is in.
    fn standing_out(&mut self, tool: usize, call: CallId, value: &Value) -> Option<Expr> {
        let entry = self.entry(tool)?;
        let rows = entry.rows()?;
        if !self.complete(call) {
            return None;
        }
        let keys = Expr::get(call, entry.column(rows.key_field()?));
        let count = self.eval(&keys)?.as_array()?.len();
        if count < 3 {
            return None;
        }
        let mut columns: Vec<&Field> =
            rows.fields.iter().filter(|f| index::orders(f) && f.pointer != rows.key).collect();
        self.rng.shuffle(&mut columns);
        for column in columns {
            let values = Expr::get(call, entry.column(column));
            for rank in 1..=index::ranks(column).min(count as u32 / 3) {
                for end in [End::Largest, End::Smallest] {
                    let picked = Expr::apply(Op::Pick { end, rank }, [keys.clone(), values.clone()]);
                    if self.eval(&picked).as_ref() == Some(value) {
                        return Some(picked);
                    }
                }
            }
        }
        None
    }

    /// Carries one of two answers about one thing on. Of two things, each would be asked something else.
    fn extend_one(&mut self, expr: &Expr, sound: &Sound<'_>) -> Option<Expr> {
        let Expr::Apply { op: op @ Op::Mapping { .. }, args } = expr else { return None };
        let named = |e: &Expr| {
            let mut named = self.replaceable(e);
            named.retain(|(_, sem)| sem.entity().is_some());
            named.sort_by_key(|(value, _)| value.to_string());
            named.dedup();
            named
        };
        if args.windows(2).any(|two| matches!(two, [a, b] if named(a) != named(b))) {
            return None;
        }
        let mut places: Vec<usize> = (0..args.len()).collect();
        self.rng.shuffle(&mut places);
        places.into_iter().find_map(|place| {
            let branch = args.get(place)?;
            self.sem(branch)?.entity()?;
            let sound = |e: &Episode<'_>, grown: &Expr| {
                let both = args.iter().enumerate().map(|(i, a)| if i == place { grown } else { a }.clone());
                let both = Expr::Apply { op: op.clone(), args: both.collect() };
                e.sem(grown).is_some_and(|s| index::exact(&s)) && !e.strays(&both) && sound(e, &both)
            };
            let grown = self.extend(FormKind::Pair, branch, &sound)?;
            let mut args = args.clone();
            *args.get_mut(place)? = grown;
            Some(Expr::Apply { op: op.clone(), args })
        })
    }

    /// Carries the answer on: it becomes an argument of another tool.
    fn extend(&mut self, form: FormKind, expr: &Expr, sound: &Sound<'_>) -> Option<Expr> {
        if matches!(expr, Expr::Apply { op, .. } if !matches!(op, Op::Pick { .. })) {
            return None;
        }
        let sem = self.sem(expr)?;
        let value = self.eval(expr)?;
        let used: Vec<String> =
            self.evidence.path(expr).iter().filter_map(|c| Some(self.evidence.get(*c)?.tool.clone())).collect();
        let mut able: Vec<(usize, String)> = Vec::new();
        for t in self.members {
            let Some(entry) = self.entry(*t) else { continue };
            // A result in other units is no step of its own.
            let converter = entry.spec.output.fields.iter().all(|f| f.sem == Sem::Number);
            if converter
                || used.contains(&entry.spec.name)
                || (form == FormKind::Computation && !index::is_processing(entry))
            {
                continue;
            }
            let params = entry.spec.params.iter().filter(|p| p.required && p.sem.accepts(&sem));
            able.extend(params.map(|p| (*t, p.name.clone())));
        }
        self.rng.shuffle(&mut able);
        let source = Source::Derived(expr.clone());
        able.into_iter().take(3).find_map(|(tool, param)| {
            let entry = self.entry(tool)?;
            if entry.spec.groups.iter().any(|g| g.params.contains(&param)) {
                return None;
            }
            let mut about = self.about(expr);
            if let Sem::Entity(t) = &sem {
                about.set(t, value.clone(), source.clone());
            }
            let bound = Bound::from([(param, (value.clone(), source.clone()))]);
            // A result of stated figures is nobody's: what joins it is stated too.
            let stated = self.stated_alone(expr);
            if stated && (!entry.spec.groups.is_empty() || entry.spec.params.iter().any(|p| p.sem.entity().is_some())) {
                return None;
            }
            self.deriving = !stated;
            let call = self.reach(tool, &bound, &mut about, if stated { 0 } else { 2 });
            self.deriving = false;
            let call = call?;
            let mut fields: Vec<&Field> = entry.spec.output.fields.iter().filter(|f| index::askable(f)).collect();
            self.rng.shuffle(&mut fields);
            fields
                .into_iter()
                .filter(|f| self.value(call, &f.pointer).is_some())
                .take(2)
                .find_map(|field| self.read(call, &field.pointer).filter(|grown| self.takes(grown, sound)))
        })
    }

    /// Whether a value was computed from figures that the question states, and so is about nothing in the data.
    fn stated_alone(&self, expr: &Expr) -> bool {
        let entries = self.evidence.path(expr).into_iter().filter_map(|id| self.evidence.get(id));
        entries
            .filter_map(|call| self.lexicon.tool(&call.tool))
            .all(|e| index::is_processing(e) && e.spec.params.iter().all(|p| p.sem.entity().is_none()))
    }

    /// What an expression's last call is about: other arguments of a call that uses it are about the same.
    fn about(&self, expr: &Expr) -> About {
        let mut about = About::default();
        if let Some((entity, value, source)) = self.document_about(expr) {
            about.set(&entity, value, source);
        }
        let Some((read, _)) = expr.place() else { return about };
        let Some(call) = self.evidence.get(read) else { return about };
        let spec = self.lexicon.tool(&call.tool).map(|e| &e.spec);
        for param in spec.into_iter().flat_map(|s| &s.params) {
            if let (Some(t), Some(value), Some(source)) =
                (param.sem.entity(), call.args.get(&param.name), call.sources.get(&param.name))
            {
                about.set(t, value.clone(), source.clone());
            }
        }
        about
    }

    /// Adds another candidate or another item to a list that is written out.
    fn broaden(&mut self, expr: &Expr) -> Option<Expr> {
        let Expr::Apply { op, args } = expr else { return None };
        let Expr::Each { each, calls, param, path } = args.last()? else { return None };
        let Expr::Apply { op: Op::List, args: items } = each.as_ref() else { return None };
        if items.len() >= 6 {
            return None;
        }
        let sem = self.sem(items.first()?)?;
        let taken: Vec<Value> = items.iter().filter_map(|i| self.eval(i)).collect();
        let names = &self.pool.entities().get(sem.entity()?)?.names;
        let fresh = |n: &&String| !taken.contains(&Value::from(n.as_str()));
        let name = (0..6).find_map(|_| self.rng.pick(names).filter(fresh))?;
        let new = Expr::literal(name.as_str(), sem);
        let mut items = items.clone();
        let at = self.rng.below(items.len() + 1);
        items.insert(at, new);
        let first = self.evidence.get(*calls.first()?)?.clone();
        let tool = self.index.number(&first.tool)?;
        let others: Bound = first
            .args
            .iter()
            .filter(|(k, _)| *k != param)
            .filter_map(|(k, v)| Some((k.clone(), (v.clone(), first.sources.get(k)?.clone()))))
            .collect();
        let list = Expr::apply(Op::List, items);
        let values = self.each(&list, tool, param, path, &others)?;
        let args: Vec<Expr> = if args.len() == 2 { vec![list, values] } else { vec![values] };
        Some(Expr::Apply { op: op.clone(), args })
    }
}

/// Whether a form sets two things beside each other.
pub fn compares(form: FormKind) -> bool {
    matches!(
        form,
        FormKind::Difference
            | FormKind::Percentage
            | FormKind::Ratio
            | FormKind::Verification
            | FormKind::Conditional
            | FormKind::Pair
            | FormKind::DateReasoning
    )
}

/// Whether two descriptions say the same of two things: two ends of one list, the publishers of two journals.
fn alike(a: &Expr, b: &Expr, evidence: &Evidence) -> bool {
    match (a, b) {
        (Expr::Apply { op: Op::Pick { .. }, args: x }, Expr::Apply { op: Op::Pick { .. }, args: y }) => x == y,
        _ => match (a.place(), b.place()) {
            (Some((x, p)), Some((y, q))) => {
                let tool = |id: CallId| evidence.get(id).map(|c| c.tool.as_str());
                p == q && tool(x) == tool(y)
            }
            _ => false,
        },
    }
}

/// Whether a value stands in a list that the expression writes out.
pub fn offered(expr: &Expr, value: &Value) -> bool {
    match expr {
        Expr::Literal { literal, .. } => literal == value,
        Expr::Get { .. } | Expr::Quote { .. } => false,
        Expr::Each { each, .. } => offered(each, value),
        Expr::Apply { args, .. } => args.iter().any(|a| offered(a, value)),
    }
}
