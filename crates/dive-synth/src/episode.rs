//! The explorer: runs calls for an episode and keeps the source of every argument.

use std::collections::{BTreeMap, HashMap};

use dive_core::evidence::{Call, CallId, Evidence, Outcome, Source};
use dive_core::expr::{Expr, Op};
use dive_core::form::Form;
use dive_core::path;
use dive_core::rng::Stream;
use dive_core::sem::{SEARCH, Sem};
use dive_core::task::SeedEntity;
use dive_core::tool::{Field, Param, Sample};
use dive_tools::ToolPool;
use serde_json::{Map, Value};

use crate::index::Index;
use crate::lexicon::{Entry, Lexicon};
use crate::literal;

mod meet;

/// Arguments with their sources.
pub type Bound = BTreeMap<String, (Value, Source)>;

/// What a constant argument is replaced by, if it is.
pub type Replacement<'r> = dyn FnMut(&Value, &Sem) -> Option<(Value, Source)> + 'r;

/// How often an entity is one that was met in the data, where later rounds will want to describe it.
const MEETS: f64 = 0.9;

/// The state of one episode.
pub struct Episode<'e> {
    /// Tools to run.
    pub pool: &'e ToolPool,
    /// Words and meanings.
    pub lexicon: &'e Lexicon,
    /// Edges between tools.
    pub index: &'e Index,
    /// Tools of this episode, by number.
    pub members: &'e [usize],
    /// Random choices.
    pub rng: Stream,
    /// What was observed.
    pub evidence: Evidence,
    /// The current round.
    pub round: u32,
    /// Calls left in it.
    pub steps: u32,
    /// What anchors the episode.
    pub seed: &'e SeedEntity,
    /// Whether later rounds will want descriptions.
    pub grows: bool,
    /// Whether a formula over formulas is being composed.
    pub tall: bool,
    /// Descriptions that may still be met one within the other: a later round needs one of what an earlier one named.
    pub links: u32,
    /// Whether values that stand in texts are preferred.
    pub text: bool,
    /// Whether the call under construction looks its arguments up.
    pub deriving: bool,
    /// Answers of calls already made: asking again costs no step, as in a journal.
    known: HashMap<(String, String), Outcome>,
    /// Descriptions met on the way: entity, and an expression that resolves to it.
    met: Vec<(Sem, Value, Expr)>,
}

/// What a call under construction is about: entities already chosen, by type.
#[derive(Debug, Clone, Default)]
pub struct About {
    entities: Vec<(String, Value, Source)>,
    /// The list that a column was taken from: another column of it fits the first one row by row.
    list: Option<(usize, CallId, String)>,
    /// Years and dates stated for a tool: other tools on the way to one value mean the same ones.
    times: Vec<(usize, Sem, Value)>,
}

impl About {
    /// The entity of this type that the call is about.
    fn get(&self, entity: &str) -> Option<(Value, Source)> {
        self.entities.iter().find(|(t, _, _)| t == entity).map(|(_, v, s)| (v.clone(), s.clone()))
    }

    /// Makes the call about this entity.
    pub fn set(&mut self, entity: &str, value: Value, source: Source) {
        self.entities.retain(|(t, _, _)| t != entity);
        self.entities.push((entity.into(), value, source));
    }
}

impl<'e> Episode<'e> {
    /// A fresh episode.
    pub fn new(
        pool: &'e ToolPool,
        lexicon: &'e Lexicon,
        index: &'e Index,
        members: &'e [usize],
        seed: &'e SeedEntity,
        rng: Stream,
    ) -> Episode<'e> {
        Episode {
            pool,
            lexicon,
            index,
            members,
            rng,
            evidence: Evidence::default(),
            round: 1,
            steps: 0,
            seed,
            grows: false,
            tall: false,
            links: 0,
            text: false,
            deriving: false,
            known: HashMap::new(),
            met: Vec::new(),
        }
    }

    /// The tool of that number.
    pub fn entry(&self, tool: usize) -> Option<&'e Entry> {
        self.index.tool(tool).map(|e| &**e)
    }

    /// Makes a call, or finds the same one made before; `None` when it failed or the round has no steps left.
    pub fn call(&mut self, tool: &str, bound: &Bound) -> Option<CallId> {
        let same = |c: &&Call| {
            c.tool == tool
                && c.args.len() == bound.len()
                && bound.iter().all(|(k, (v, s))| c.args.get(k) == Some(v) && c.sources.get(k) == Some(s))
        };
        if let Some(call) = self.evidence.calls.iter().find(same) {
            return call.outcome.value().map(|_| call.id);
        }
        if one_within_another(bound) {
            return None;
        }
        let args: Map<String, Value> = bound.iter().map(|(k, (v, _))| (k.clone(), v.clone())).collect();
        let key = (tool.to_string(), Value::Object(args.clone()).to_string());
        let outcome = match self.known.get(&key) {
            Some(outcome) => outcome.clone(),
            None => {
                self.steps = self.steps.checked_sub(1)?;
                let outcome = self.pool.call(tool, &args);
                self.known.insert(key, outcome.clone());
                outcome
            }
        };
        let id = CallId(self.evidence.calls.len() as u32 + 1);
        let succeeded = outcome.value().is_some();
        self.evidence.calls.push(Call {
            id,
            round: self.round,
            tool: tool.into(),
            args: args.into_iter().collect(),
            sources: bound.iter().map(|(k, (_, s))| (k.clone(), s.clone())).collect(),
            outcome,
        });
        succeeded.then_some(id)
    }

    /// The value at a path of a call's result, unless it is null.
    pub fn value(&self, call: CallId, path: &str) -> Option<Value> {
        let observed = self.evidence.value(call)?;
        let found = match path::in_text(path) {
            Some(_) => self.field(call, path)?.value(observed),
            None => path::resolve(observed, path),
        };
        found.filter(|v| !v.is_null())
    }

    /// The expression for the value at a path of a call's result.
    pub fn read(&self, call: CallId, path: &str) -> Option<Expr> {
        match path::in_text(path) {
            Some(_) => self.field(call, path)?.read(call, self.evidence.value(call)?),
            None => Some(Expr::get(call, path)),
        }
    }

    /// A value that a call tells in one of the wanted fields, in a preferred one if it can; one that no other call shows, if
    /// there is any, since what is shown already needs no call.
    pub fn told(
        &mut self,
        call: CallId,
        wanted: impl Fn(&Field) -> bool,
        preferred: impl Fn(&Field) -> bool,
    ) -> Option<Expr> {
        let tool = self.lexicon.tool(&self.evidence.get(call)?.tool)?;
        let mut fields: Vec<&Field> = tool.spec.output.fields.iter().filter(|f| wanted(f)).collect();
        self.rng.shuffle(&mut fields);
        fields.sort_by_key(|f| !preferred(f));
        let mut found = fields.iter().filter_map(|f| Some((*f, self.value(call, &f.pointer)?)));
        let shown = |(_, value): &(&Field, Value)| {
            let others = self.evidence.calls.iter().filter(|c| c.id != call);
            others.filter_map(|c| c.outcome.value()).any(|seen| holds(seen, value))
        };
        let first = found.next()?;
        let fresh = if shown(&first) { found.find(|f| !shown(f)) } else { None };
        let (field, _) = fresh.unwrap_or(first);
        self.read(call, &field.pointer)
    }

    fn field(&self, call: CallId, path: &str) -> Option<&'e Field> {
        self.lexicon.tool(&self.evidence.get(call)?.tool)?.spec.field(path)
    }

    /// Whether a call's result is a formula's.
    pub fn computed(&self, call: CallId) -> bool {
        let tool = self.evidence.get(call).and_then(|c| self.lexicon.tool(&c.tool));
        tool.is_some_and(|e| crate::index::is_processing(e))
    }

    /// Whether a call returned everything there is.
    pub fn complete(&self, call: CallId) -> bool {
        matches!(self.evidence.get(call).map(|c| &c.outcome), Some(Outcome::Value { complete: true, .. }))
    }

    /// The meaning of an expression's value.
    pub fn sem(&self, expr: &Expr) -> Option<Sem> {
        self.lexicon.sem(&Form::of(expr, &self.evidence).ok()?)
    }

    /// The value of an expression.
    pub fn eval(&self, expr: &Expr) -> Option<Value> {
        expr.eval(&self.evidence).ok()
    }

    /// Binds and makes a call of a tool. Parameters in `fixed` are given; others come from what the call is about, from
    /// constants, or from other tools, up to `depth` calls up.
    pub fn reach(&mut self, tool: usize, fixed: &Bound, about: &mut About, depth: u32) -> Option<CallId> {
        // What can be looked up is looked up for all arguments of a call or stated for all, also further up: a person's
        // age beside somebody else's weight makes no sense.
        let state = !self.deriving && (depth == 0 || self.rng.chance(0.2));
        let outer = std::mem::replace(&mut self.deriving, !state);
        let call = self.reach_as(tool, fixed, about, depth, state);
        self.deriving = outer;
        call
    }

    fn reach_as(&mut self, tool: usize, fixed: &Bound, about: &mut About, depth: u32, state: bool) -> Option<CallId> {
        let entry = self.entry(tool)?;
        let required = dive_core::lint::required_slots(&entry.spec);
        let tails: Vec<_> = entry.tails.iter().filter(|t| required.iter().all(|r| t.slots.contains(*r))).collect();
        let tail = self.rng.pick(&tails).copied()?;
        let mut slots: Vec<&str> = entry.subject().into_iter().collect();
        // Parameters in the order of the tool, so that what comes first is what the rest is about.
        for param in &entry.spec.params {
            let slot = entry.slot_of(&param.name);
            if tail.slots.contains(slot) && !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        let mut bound = fixed.clone();
        let mut described: Vec<Value> = Vec::new();
        for slot in slots {
            if let Some(group) = entry.spec.groups.iter().find(|g| g.slot == slot) {
                let known = if entry.spec.groups.len() == 1 { Some(&mut *about) } else { None };
                let thing = self.bind_group(&group.of, &group.params, &mut bound, &described, depth, known)?;
                described.push(thing);
            } else if !bound.contains_key(slot) {
                let param = entry.spec.param(slot)?;
                let value = self.bind(tool, param, about, depth, state)?;
                bound.insert(slot.into(), value);
            }
        }
        let distinct = bound.values().filter(|(_, s)| matches!(s, Source::Literal(Sem::Entity(_)))).collect::<Vec<_>>();
        let repeated = distinct.iter().enumerate().any(|(i, a)| distinct.iter().skip(i + 1).any(|b| a == b));
        let lists: Vec<&Value> = bound.values().map(|(v, _)| v).filter(|v| v.is_array()).collect();
        let same_lists = lists.iter().enumerate().any(|(i, a)| lists.iter().skip(i + 1).any(|b| a == b));
        if repeated || same_lists {
            return None;
        }
        self.call(&entry.spec.name, &bound)
    }

    /// Binds a group to an entity whose bundle describes it: the one that the call is about, if it has one group; with
    /// several groups, each to another entity.
    fn bind_group(
        &mut self,
        of: &str,
        params: &[String],
        bound: &mut Bound,
        taken: &[Value],
        depth: u32,
        about: Option<&mut About>,
    ) -> Option<Value> {
        let types = self.described_by(of);
        let entity = self.rng.pick(&types)?.clone();
        let (tool, subject, pointers) = self.lexicon.bundle(&entity, of)?.clone();
        let known = about.as_ref().and_then(|a| a.get(&entity));
        let (value, source) = match known {
            Some(known) => known,
            None => (0..4).find_map(|_| {
                let sem = Sem::Entity(entity.clone());
                self.entity(&sem, &entity, depth.saturating_sub(1)).filter(|(v, _)| !taken.contains(v))
            })?,
        };
        if let Some(about) = about {
            about.set(&entity, value.clone(), source.clone());
        }
        let call = self.call(&tool, &Bound::from([(subject, (value.clone(), source))]))?;
        for (param, pointer) in params.iter().zip(&pointers) {
            let found = self.value(call, pointer)?;
            bound.insert(param.clone(), (found, Source::Derived(self.read(call, pointer)?)));
        }
        Some(value)
    }

    /// The types of things that a tool of this episode describes in that way.
    pub fn described_by(&self, of: &str) -> Vec<String> {
        let provided = |t: &String| {
            let provider = self.lexicon.bundle(t, of).and_then(|(tool, ..)| self.index.number(tool));
            provider.is_some_and(|n| self.members.contains(&n))
        };
        self.pool.entities().types().map(|t| t.name.clone()).filter(provided).collect()
    }

    fn bind(
        &mut self,
        tool: usize,
        param: &Param,
        about: &mut About,
        depth: u32,
        state: bool,
    ) -> Option<(Value, Source)> {
        match &param.sem {
            Sem::Entity(entity) => {
                if let Some(known) = about.get(entity) {
                    return Some(known);
                }
                let (value, source) = self.entity(&param.sem, entity, depth)?;
                about.set(entity, value.clone(), source.clone());
                Some((value, source))
            }
            Sem::Flag(_) => None,
            Sem::Text(kind) if kind == SEARCH => {
                let about = self.entry(tool)?.spec.output.bundles.iter().find_map(|b| b.entity.clone())?;
                let known = if self.rng.chance(0.5) { vec![about] } else { self.accepted() };
                let entity = self.rng.pick(&known)?.clone();
                self.entity(&Sem::Entity(entity.clone()), &entity, depth)
            }
            Sem::Category(_) | Sem::Date(_) | Sem::Year(_) => {
                let computes = self.entry(tool).is_some_and(crate::index::is_processing);
                // Any date fits a calendar tool; elsewhere only a date of the same role is meant.
                let meant = match &param.sem {
                    Sem::Date(role) => {
                        let params = self.entry(tool).map(|e| e.spec.params.as_slice()).unwrap_or_default();
                        !role.is_empty()
                            || params.iter().all(|p| !matches!(p.sem, Sem::Entity(_) | Sem::Measure { .. }))
                    }
                    _ => true,
                };
                let derive = depth > 0 && !state && computes && meant;
                let first = if derive { self.produced(tool, param, about, depth) } else { None };
                let same_time = about.times.iter().find(|(t, sem, _)| *t != tool && *sem == param.sem);
                let same_time = same_time.map(|(_, sem, value)| (value.clone(), Source::Literal(sem.clone())));
                let first = first.or(same_time).or_else(|| self.constant(param));
                if let (Some((value, Source::Literal(sem))), false) = (&first, matches!(param.sem, Sem::Category(_))) {
                    about.times.push((tool, sem.clone(), value.clone()));
                }
                if first.is_some() || !meant { first } else { self.produced(tool, param, about, depth) }
            }
            _ if state => self.constant(param),
            _ if self.index.producers(tool, &param.name).is_empty() => self.constant(param),
            _ => self.produced(tool, param, about, depth),
        }
    }

    /// The types of entities that the tools of this episode take.
    fn accepted(&self) -> Vec<String> {
        let params = self.members.iter().filter_map(|t| self.entry(*t)).flat_map(|e| &e.spec.params);
        params.filter_map(|p| p.sem.entity().map(str::to_string)).collect()
    }

    /// An entity of a type: the seed entity, another known one, or one that a tool names.
    pub fn entity(&mut self, sem: &Sem, entity: &str, depth: u32) -> Option<(Value, Source)> {
        // A formula over formulas takes all the calls of a round.
        if depth > 1 && !self.tall && self.rng.chance(0.3) {
            let named = self.named_by_a_tool(sem, depth);
            if named.is_some() {
                return named;
            }
        }
        if self.grows && !self.tall && self.rng.chance(MEETS) && self.steps > 3 {
            let met = self.meet(sem, depth);
            if met.is_some() {
                return met;
            }
        }
        let name = if self.seed.entity == entity && self.rng.chance(0.8) {
            self.seed.name.clone()
        } else {
            self.rng.pick(&self.pool.entities().get(entity)?.names)?.clone()
        };
        Some((name.into(), Source::Literal(sem.clone())))
    }

    /// A plausible constant that a question can state.
    pub fn constant(&mut self, param: &Param) -> Option<(Value, Source)> {
        let value: Value = match (&param.sample, param.choices.as_slice()) {
            (Some(Sample::Of(values)), _) => self.rng.pick(values)?.clone(),
            (Some(Sample::Grid(low, high, step)), _) => {
                let steps = ((high - low) / step).floor() as i64;
                // Rounding to the step's decimals keeps 0.1 + 0.2 from being spelled out.
                let x = low + step * self.rng.between(0, steps) as f64;
                dive_core::canon::number(dive_core::canon::significant(x, 10))
            }
            (None, []) => return None,
            (None, choices) => self.rng.pick(choices)?.value.clone().into(),
        };
        literal::render(&value, &param.sem)?;
        Some((value, Source::Literal(param.sem.clone())))
    }

    /// The output of another tool that the parameter accepts, about the same thing where possible.
    fn produced(&mut self, tool: usize, param: &Param, about: &mut About, depth: u32) -> Option<(Value, Source)> {
        if depth == 0 {
            return None;
        }
        let mut able: Vec<_> = self
            .index
            .producers(tool, &param.name)
            .iter()
            .filter(|p| self.members.contains(&p.tool))
            .filter(|p| {
                // A statistic of any list whatever describes several things, not one thing over time.
                let series = || self.entry(p.tool).and_then(|e| e.rows()).is_some_and(|r| r.series);
                !matches!(&param.sem, Sem::List(inner) if **inner == Sem::Number) || !series()
            })
            .cloned()
            .collect();
        self.rng.shuffle(&mut able);
        if self.text {
            able.sort_by_key(|p| path::in_text(&p.path).is_none());
        }
        if let Some((list, call, taken)) = about.list.clone()
            && let Some(other) = able.iter().find(|p| p.tool == list && p.path != taken && p.path.contains('*'))
            && let Some(value) = self.value(call, &other.path)
        {
            return Some((value, Source::Derived(Expr::get(call, other.path.clone()))));
        }
        able.into_iter().take(3).find_map(|producer| {
            let call = self.reach(producer.tool, &Bound::new(), about, depth - 1)?;
            let value = self.value(call, &producer.path)?;
            let list = producer.path.contains('*');
            let several = !list || (self.complete(call) && value.as_array().is_some_and(|v| v.len() >= 3));
            // Weeks and weekdays of a founding in 1305 depend on a calendar that nobody names.
            let dated = matches!(param.sem, Sem::Date(_));
            let usable = several && !(dated && value.as_str().is_some_and(|d| d < "1900"));
            if list {
                about.list = Some((producer.tool, call, producer.path.clone()));
            }
            Some((value, Source::Derived(self.read(call, &producer.path)?))).filter(|_| usable)
        })
    }

    /// Calls a tool once for each element of a list and gives the list of one field; `others` are its other arguments.
    pub fn each(&mut self, list: &Expr, tool: usize, param: &str, path: &str, others: &Bound) -> Option<Expr> {
        // A text of its own would have to be found for each element.
        if path::in_text(path).is_some() {
            return None;
        }
        let entry = self.entry(tool)?;
        let items = self.eval(list)?.as_array()?.clone();
        let written_out = match list {
            Expr::Apply { op: Op::List, args } => Some(args.clone()),
            _ => None,
        };
        let mut calls = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let source = match written_out.as_ref().and_then(|w| w.get(i)) {
                Some(Expr::Literal { sem, .. }) => Source::Literal(sem.clone()),
                Some(expr) => Source::Derived(expr.clone()),
                None => Source::Derived(Expr::apply(Op::Item { index: i as u32 }, [list.clone()])),
            };
            let mut bound = others.clone();
            bound.insert(param.into(), (item.clone(), source));
            let call = self.call(&entry.spec.name, &bound)?;
            self.value(call, path)?;
            calls.push(call);
        }
        Some(Expr::Each { each: Box::new(list.clone()), calls, param: param.into(), path: path.into() })
    }

    /// Makes the calls of an expression's path again with some arguments replaced, and gives the expression over the new
    /// calls. `replace` sees each constant argument.
    pub fn again(&mut self, expr: &Expr, replace: &mut Replacement<'_>) -> Option<Expr> {
        let renamed = self.calls_again(expr, replace)?;
        self.rename(expr, &renamed)
    }

    /// The calls of an expression's path made again: for each of them the new one.
    pub fn calls_again(&mut self, expr: &Expr, replace: &mut Replacement<'_>) -> Option<HashMap<CallId, CallId>> {
        let mut renamed: HashMap<CallId, CallId> = HashMap::new();
        for id in self.evidence.path(expr) {
            let call = self.evidence.get(id)?.clone();
            let mut bound = Bound::new();
            for (name, value) in &call.args {
                let new = match call.sources.get(name)? {
                    Source::Literal(sem) => {
                        replace(value, sem).unwrap_or_else(|| (value.clone(), Source::Literal(sem.clone())))
                    }
                    Source::Derived(inner) => {
                        let inner = self.rename(inner, &renamed)?;
                        (self.eval(&inner)?, Source::Derived(inner))
                    }
                };
                bound.insert(name.clone(), new);
            }
            renamed.insert(id, self.call(&call.tool, &bound)?);
        }
        Some(renamed)
    }

    /// An expression with its calls renamed; quotes are taken anew, since another text has them elsewhere.
    pub fn rename(&self, expr: &Expr, names: &HashMap<CallId, CallId>) -> Option<Expr> {
        let new = |id: &CallId| names.get(id).copied().unwrap_or(*id);
        Some(match expr {
            Expr::Literal { .. } => expr.clone(),
            Expr::Get { get, path } => Expr::Get { get: new(get), path: path.clone() },
            Expr::Quote { quote, path, name, .. } => self.read(new(quote), &path::quoted(path, name))?,
            Expr::Each { each, calls, param, path } => Expr::Each {
                each: Box::new(self.rename(each, names)?),
                calls: calls.iter().map(new).collect(),
                param: param.clone(),
                path: path.clone(),
            },
            Expr::Apply { op, args } => {
                let args = args.iter().map(|a| self.rename(a, names)).collect::<Option<_>>()?;
                Expr::Apply { op: op.clone(), args }
            }
        })
    }
}

/// Whether a scalar stands somewhere in a result.
fn holds(seen: &Value, value: &Value) -> bool {
    match seen {
        Value::Array(items) => items.iter().any(|v| holds(v, value)),
        Value::Object(fields) => fields.values().any(|v| holds(v, value)),
        scalar => scalar == value,
    }
}

/// Whether one list of names holds all of another: what they have in common is known beforehand.
fn one_within_another(bound: &Bound) -> bool {
    let named = |v: &Value| v.as_array().is_some_and(|items| items.first().is_some_and(Value::is_string));
    let lists: Vec<&Vec<Value>> = bound.values().filter(|(v, _)| named(v)).filter_map(|(v, _)| v.as_array()).collect();
    let within = |a: &[Value], b: &[Value]| a.iter().all(|x| b.contains(x));
    lists.iter().enumerate().any(|(i, a)| lists.iter().skip(i + 1).any(|b| within(a, b) || within(b, a)))
}
