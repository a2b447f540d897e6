//! What an episode aims at: toolset, exemplars, form, focal tool, number of rounds.
//!
//! Coverage is by design. The focal tool of an episode is taken from a low-discrepancy sequence (Kronecker's, with the
//! golden ratio) over the tools that suit the form, so that every stretch of episodes covers the pool evenly.

use std::collections::BTreeMap;

use dive_core::exemplar::{Exemplar, FormKind};
use dive_core::rng::Stream;
use dive_core::sem::{Scale, Sem};
use dive_core::task::SeedEntity;
use dive_tools::Entities;

use crate::config::{Config, Mix};
use crate::document;
use crate::index::{self, Index};

/// What an episode aims at.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Numbers of the tools that the episode may use.
    pub toolset: Vec<usize>,
    /// Ids of the exemplars.
    pub exemplars: Vec<String>,
    /// The form that they steer to.
    pub form: FormKind,
    /// The tool that the first round is built around.
    pub focal: usize,
    /// Rounds.
    pub rounds: u32,
    /// Steps that a round grows by, where there is something to grow from.
    pub strides: u32,
    /// What anchors the episode.
    pub seed_entity: SeedEntity,
    /// Whether the task is to rest on what stands in a text.
    pub text: bool,
}

/// Draws plans.
pub struct Planner {
    /// Numbers of the tools of the pool subset, in seeded order.
    pool: Vec<usize>,
    /// The subset's tools that suit each form, in seeded order.
    suited: BTreeMap<FormKind, Vec<usize>>,
    /// Those of them whose tasks can rest on what stands in a text.
    textual: BTreeMap<FormKind, Vec<usize>>,
    /// The subset's tools that suit no form: nothing is declared of what they return.
    undeclared: Vec<usize>,
    /// The distinct toolsets that all tasks are drawn from, when their number is fixed.
    toolsets: Vec<Vec<usize>>,
    exemplars: Vec<Exemplar>,
    /// Weight of each tool of the index; empty when all are alike.
    weights: Vec<f64>,
    /// Average weight of the tools that suit each form: a form is the way to its tools.
    pull: BTreeMap<FormKind, f64>,
}

/// Draws that a fixed toolset gets to differ from those before it.
const DISTINCT_DRAWS: u32 = 50;

/// Weights of 1, 2, 3 … rounds; later ones repeat the last.
const ROUND_WEIGHTS: [f64; 3] = [0.03, 0.12, 0.85];
/// Share of the episodes of three rounds or more that grow by two steps a round.
const LONG: f64 = 0.5;
/// The golden ratio's fractional part.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

impl Planner {
    /// A planner over the pool subset that the configuration asks for.
    pub fn new(index: &Index, exemplars: Vec<Exemplar>, config: &Config) -> Planner {
        let mut pool: Vec<usize> = (0..index.tools.len()).collect();
        Stream::new(config.seed, &["pool"]).shuffle(&mut pool);
        if let Some(n) = config.pool_tools {
            pool = subset(&pool, n, index);
        }
        let suited: BTreeMap<FormKind, Vec<usize>> = FormKind::ALL
            .into_iter()
            .map(|form| (form, pool.iter().copied().filter(|t| suits(index, *t, form)).collect()))
            .collect();
        let textual = suited
            .iter()
            .map(|(form, tools)| (*form, tools.iter().copied().filter(|t| textual(index, &pool, *t, *form)).collect()))
            .collect();
        let undeclared = pool.iter().copied().filter(|t| suited.values().all(|tools| !tools.contains(t))).collect();
        let weight = |name: &str| config.weights.tools.get(name).copied().unwrap_or(1.0);
        let weights = match config.weights.tools.is_empty() {
            true => Vec::new(),
            false => index.tools.iter().map(|t| weight(&t.spec.name)).collect(),
        };
        let average = |tools: &Vec<usize>| {
            let sum: f64 = tools.iter().filter_map(|t| weights.get(*t)).sum();
            if weights.is_empty() || tools.is_empty() { 1.0 } else { sum / tools.len() as f64 }
        };
        let pull = suited.iter().map(|(form, tools)| (*form, average(tools))).collect();
        let mut planner = Planner { pool, suited, undeclared, textual, toolsets: Vec::new(), exemplars, weights, pull };
        for number in 0..config.toolsets.unwrap_or(0) {
            let mut rng = Stream::new(config.seed, &["toolset", &number.to_string()]);
            for _ in 0..DISTINCT_DRAWS {
                let anchor = rng.pick(&planner.pool).copied().unwrap_or(0);
                let toolset = planner.toolset(index, config, anchor, false, &mut rng);
                if !planner.toolsets.contains(&toolset) {
                    planner.toolsets.push(toolset);
                    break;
                }
            }
        }
        planner
    }

    /// Number of tools in the subset.
    pub fn pool_size(&self) -> usize {
        self.pool.len()
    }

    /// The exemplar of that id.
    pub fn exemplar(&self, id: &str) -> Option<&Exemplar> {
        self.exemplars.iter().find(|e| e.id == id)
    }

    /// The plan of an episode.
    pub fn plan(&self, index: &Index, entities: &Entities, config: &Config, episode: u64) -> Option<Plan> {
        let mut rng = Stream::episode(config.seed, episode, "plan");
        let shown = self.shown(config, &mut rng);
        let weights: Vec<f64> = shown
            .iter()
            .map(|e| {
                let own = config.weights.forms.get(&e.form.name()).copied().unwrap_or(1.0);
                let own = own * self.pull.get(&e.form).copied().unwrap_or(1.0);
                own * usual(e.form)
            })
            .collect();
        let form = shown.get(rng.weighted(&weights)?)?.form;

        let texts = self.textual.get(&form).filter(|t| !t.is_empty());
        let texts = texts.filter(|_| {
            config.toolsets.is_none() && Stream::episode(config.seed, episode, "text").chance(text_share(form))
        });
        let (toolset, focal) = match config.toolsets {
            None => {
                let focal = self.focal(texts.or(self.suited.get(&form))?, config.seed, form, episode)?;
                (self.toolset(index, config, focal, texts.is_some(), &mut rng), focal)
            }
            Some(_) => {
                let m = self.toolsets.len().max(1) as u64;
                let toolset = self.toolsets.get((episode % m) as usize)?.clone();
                let suited: Vec<usize> = toolset.iter().copied().filter(|t| suits(index, *t, form)).collect();
                let focal = self.focal(&suited, config.seed, form, episode / m)?;
                (toolset, focal)
            }
        };
        let rounds = 1 + rng.weighted(
            &(0..config.rounds as usize)
                .map(|i| ROUND_WEIGHTS.get(i).or(ROUND_WEIGHTS.last()).copied().unwrap_or(1.0))
                .collect::<Vec<_>>(),
        )? as u32;
        // A lookup that grows is no longer one.
        let rounds = if form == FormKind::Lookup { 1 } else { rounds };
        let seed_entity = seed_entity(index, entities, focal, &mut rng)?;
        let exemplars = shown.iter().map(|e| e.id.clone()).collect();
        let strides = if rounds > 2 && rng.chance(LONG) { 2 } else { 1 };
        Some(Plan { toolset, exemplars, form, focal, rounds, strides, seed_entity, text: texts.is_some() })
    }

    /// The plan of an episode for a model, which can also ask about tools whose results nobody declared: they get their share.
    pub fn open_plan(&self, index: &Index, entities: &Entities, config: &Config, episode: u64) -> Option<Plan> {
        let mut rng = Stream::episode(config.seed, episode, "open plan");
        let share = self.undeclared.len() as f64 / self.pool.len().max(1) as f64;
        if !rng.chance(share)
            && let Some(plan) = self.plan(index, entities, config, episode)
        {
            return Some(plan);
        }
        let focal = *rng.pick(if self.undeclared.is_empty() { &self.pool } else { &self.undeclared })?;
        let toolset = match self.toolsets.get((episode % self.toolsets.len().max(1) as u64) as usize) {
            Some(fixed) => fixed.clone(),
            None => self.toolset(index, config, focal, false, &mut rng),
        };
        let shown = self.shown(config, &mut rng);
        let form = shown.first()?.form;
        let exemplars = shown.iter().map(|e| e.id.clone()).collect();
        let seed_entity = seed_entity(index, entities, focal, &mut rng)?;
        Some(Plan { toolset, exemplars, form, focal, rounds: config.rounds, strides: 1, seed_entity, text: false })
    }

    /// The exemplars of an episode.
    fn shown(&self, config: &Config, rng: &mut Stream) -> Vec<&Exemplar> {
        let mut shown: Vec<&Exemplar> = self.exemplars.iter().collect();
        rng.shuffle(&mut shown);
        shown.truncate(rng.between(config.exemplars_min as i64, config.exemplars_max as i64) as usize);
        shown
    }

    /// The tool at the episode's place in a low-discrepancy sequence over these, each as wide as its weight.
    fn focal(&self, tools: &[usize], seed: u64, form: FormKind, episode: u64) -> Option<usize> {
        let offset = Stream::new(seed, &["focal", &form.name()]).unit();
        let position = (offset + GOLDEN * (episode % (1 << 40)) as f64).fract();
        if self.weights.is_empty() {
            return tools.get((position * tools.len() as f64) as usize).copied();
        }
        let weight = |t: &usize| self.weights.get(*t).copied().unwrap_or(1.0);
        let mut mark = position * tools.iter().map(weight).sum::<f64>();
        let reached = tools.iter().find(|t| {
            mark -= weight(t);
            mark < 0.0
        });
        reached.or(tools.iter().rev().find(|t| weight(t) > 0.0)).copied()
    }

    /// A toolset around a tool: what feeds it, neighbours of neighbours, and others of the same domains as distractors.
    fn toolset(&self, index: &Index, config: &Config, focal: usize, text: bool, rng: &mut Stream) -> Vec<usize> {
        let domains = domains(index, focal, config.mix, rng);
        let domain = |t: usize| index.tool(t).map_or("", |e| e.spec.domain.as_str());
        let candidates: Vec<usize> =
            self.pool.iter().copied().filter(|t| domains.iter().any(|d| d == domain(*t))).collect();
        let mut allowed = vec![false; index.tools.len()];
        for t in &candidates {
            if let Some(mark) = allowed.get_mut(*t) {
                *mark = true;
            }
        }
        let allowed = |t: usize| allowed.get(t).copied().unwrap_or(false);
        let size = rng.between(config.toolset_min as i64, config.toolset_max as i64) as usize;
        let size = size.min(candidates.len());
        let mut chosen = vec![focal];
        if text {
            // A text that feeds the focal tool or names what it takes, and what finds the text.
            let mut able = texts_for(index, focal);
            able.retain(|t| allowed(*t));
            rng.shuffle(&mut able);
            chosen.extend(able.into_iter().take(2).filter(|t| *t != focal));
            for tool in chosen.clone() {
                let finders: Vec<usize> = index.providers(tool).iter().copied().filter(|t| allowed(*t)).collect();
                if let Some(t) = rng.pick(&finders).copied().filter(|t| !chosen.contains(t)) {
                    chosen.push(t);
                }
            }
        }
        let mut next = 0;
        // What the focal tool needs, two steps up.
        while next < chosen.len().min(8) && chosen.len() < size {
            let tool = chosen.get(next).copied().unwrap_or(focal);
            next += 1;
            let params: Vec<String> =
                index.tool(tool).map(|e| e.spec.params.iter().map(|p| p.name.clone()).collect()).unwrap_or_default();
            for param in params {
                let able: Vec<usize> = index
                    .producers(tool, &param)
                    .iter()
                    .map(|p| p.tool)
                    .filter(|t| allowed(*t) && !chosen.contains(t))
                    .collect();
                if let Some(t) = rng.pick(&able).copied().filter(|_| chosen.len() < size) {
                    chosen.push(t);
                }
            }
        }
        // What the result can be carried on to.
        let able: Vec<usize> =
            index.consumers(focal).iter().copied().filter(|t| allowed(*t) && !chosen.contains(t)).collect();
        for _ in 0..2 {
            let onward = rng.pick(&able).copied().filter(|t| !chosen.contains(t) && chosen.len() < size);
            chosen.extend(onward);
        }
        // Whatever gives what the groups of the chosen tools describe, and whatever tells of the entities they take; then
        // whatever tells of the entities that these take, since every round describes what the one before it named.
        let connected = size * 3 / 4;
        let mut next = 0;
        while next < chosen.len() && chosen.len() < connected {
            let tool = chosen.get(next).copied().unwrap_or(focal);
            next += 1;
            for able in [index.providers(tool), index.describers(tool), index.describers(tool)] {
                let able: Vec<usize> = able.iter().copied().filter(|t| allowed(*t) && !chosen.contains(t)).collect();
                if let Some(t) = rng.pick(&able).copied().filter(|_| chosen.len() < size) {
                    chosen.push(t);
                }
            }
        }
        for _ in 0..size * 4 {
            if chosen.len() >= connected {
                break;
            }
            let from = rng.pick(&chosen).copied().unwrap_or(focal);
            let near = rng.pick(index.neighbours(from)).copied();
            if let Some(t) = near.filter(|t| !chosen.contains(t) && allowed(*t)) {
                chosen.push(t);
            }
        }
        let mut rest: Vec<usize> = candidates.into_iter().filter(|t| !chosen.contains(t)).collect();
        rng.shuffle(&mut rest);
        chosen.extend(rest.into_iter().take(size.saturating_sub(chosen.len())));
        chosen.sort_unstable();
        chosen
    }
}

/// The tools with texts that feed a tool or name the entities that it takes.
fn texts_for(index: &Index, tool: usize) -> Vec<usize> {
    let Some(entry) = index.tool(tool) else { return Vec::new() };
    let fed = entry.spec.params.iter().flat_map(|p| index.producers(tool, &p.name));
    let mut found: Vec<usize> = fed.filter(|p| dive_core::path::in_text(&p.path).is_some()).map(|p| p.tool).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether what a text tells is put into other tools by tasks of a form.
fn passes_texts(form: FormKind) -> bool {
    matches!(form, FormKind::MultiHop | FormKind::Computation)
}

/// Whether a task of this form around a tool can rest on a text: the tool opens documents, or one of them feeds it.
fn textual(index: &Index, pool: &[usize], tool: usize, form: FormKind) -> bool {
    let opens = index.tool(tool).is_some_and(|e| document::has_text(e));
    // Who was faster decides nothing about whom somebody resembles.
    let decides = form == FormKind::Conditional;
    opens && !decides || passes_texts(form) && texts_for(index, tool).iter().any(|t| pool.contains(t))
}

/// The first `n` tools of a seeded order that keeps what feeds a tool near it: nested for growing `n`.
fn subset(order: &[usize], n: usize, index: &Index) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    for start in order {
        if chosen.len() >= n {
            break;
        }
        if chosen.contains(start) {
            continue;
        }
        chosen.push(*start);
        // A tool without anything that feeds it makes poor tasks: bring one neighbour along.
        let near = index.neighbours(*start).iter().copied().find(|t| !chosen.contains(t));
        chosen.extend(near.filter(|_| chosen.len() < n));
    }
    chosen
}

fn domains(index: &Index, focal: usize, mix: Mix, rng: &mut Stream) -> Vec<String> {
    let own = index.tool(focal).map(|e| e.spec.domain.clone()).unwrap_or_default();
    let mut all: Vec<String> = index.tools.iter().map(|t| t.spec.domain.clone()).collect();
    all.sort();
    all.dedup();
    let mix = match mix {
        Mix::Varied => [Mix::One, Mix::PlusGeneral, Mix::Two, Mix::All].get(rng.below(4)).copied().unwrap_or(Mix::All),
        other => other,
    };
    let mut chosen = vec![own.clone()];
    match mix {
        Mix::One | Mix::Varied => {}
        Mix::PlusGeneral => chosen.push("general".into()),
        Mix::Two => {
            let others: Vec<String> = all.into_iter().filter(|d| *d != own).collect();
            chosen.extend(rng.pick(&others).cloned());
        }
        Mix::All => chosen = all,
    }
    chosen
}

/// Whether the first round of a task of this form can be built around a tool.
fn suits(index: &Index, tool: usize, form: FormKind) -> bool {
    let Some(entry) = index.tool(tool) else { return false };
    let fields = &entry.spec.output.fields;
    let columns = || entry.rows().into_iter().flat_map(|r| &r.fields);
    // Rows that a date or a number identifies cannot be asked for by name.
    let named = |k: &dive_core::tool::Field| matches!(k.sem, Sem::Entity(_) | Sem::Category(_) | Sem::Text(_));
    let entity_rows = entry.rows().is_some_and(|r| !r.series && r.key_field().is_some_and(named));
    let measures = fields.iter().any(index::measurable);
    let entity_subject = entry.subject().and_then(|s| entry.spec.param(s)).is_some_and(|p| p.sem.entity().is_some());
    // A document is about one thing, but has to be found before it can be opened: no fan-out.
    let about_one = entity_subject || document::has_text(entry) && entry.spec.groups.len() == 1;
    let timed = || entry.spec.params.iter().any(|p| matches!(p.sem, Sem::Year(_) | Sem::Date(_)));
    // Between what is read off two people there is no arithmetic.
    let reckons = || {
        let amount =
            |f: &dive_core::tool::Field| index::measurable(f) && !index::reading(&f.sem, f.pointer.contains('#'));
        !index.personal(tool) || timed() || fields.iter().any(amount)
    };
    match form {
        FormKind::Lookup => fields.iter().any(index::askable) && !index::is_processing(entry),
        FormKind::MultiHop => {
            let takes = entry.spec.params.iter().any(|p| matches!(p.sem, Sem::Entity(_)));
            fields.iter().any(index::askable) && (takes || document::has_text(entry))
        }
        FormKind::Computation => index::is_processing(entry) && fields.iter().any(index::askable),
        FormKind::Difference => measures && reckons(),
        // A share of one formula's result in another's mostly cancels to something nobody asks for.
        FormKind::Percentage => {
            let amounts = |f: &dive_core::tool::Field| matches!(f.sem, Sem::Measure { scale: Scale::Amount, .. });
            !index::is_processing(entry) && reckons() && (timed() && measures || fields.iter().any(amounts))
        }
        FormKind::Ratio => measures && reckons() && !index::is_processing(entry),
        FormKind::Verification => measures && about_one,
        FormKind::Comparison => {
            entity_subject && fields.iter().any(|f| index::orders(f) && !matches!(f.sem, Sem::Same(_)))
        }
        FormKind::Pair => fields.iter().filter(|f| index::askable(f)).count() >= 1 && about_one,
        FormKind::Superlative | FormKind::Ordinal | FormKind::Ranking => {
            entity_rows && columns().any(index::orders) || entity_subject && measures
        }
        FormKind::Listing | FormKind::Counting => entity_rows,
        FormKind::Aggregation | FormKind::Average | FormKind::Spread => {
            columns().any(index::measurable) || entity_subject && measures
        }
        FormKind::ExtremeValue => entry.rows().is_some_and(|r| r.series) && columns().any(index::measurable),
        FormKind::DateReasoning => {
            fields.iter().filter(|f| matches!(f.sem, Sem::Date(_)) && !f.noun.is_empty()).count() >= 2
        }
        FormKind::Conditional => about_one && measures && fields.iter().filter(|f| index::askable(f)).count() >= 2,
        FormKind::UnitConversion => fields.iter().any(|f| index::measurable(f) && !conversions(&f.sem).is_empty()),
    }
}

/// How often a form is taken up when it is among the exemplars.
fn usual(form: FormKind) -> f64 {
    match form {
        // Half of the pool computes, and this form is the way to it.
        FormKind::Computation => 4.0,
        FormKind::MultiHop => 9.0,
        // Two facts that are looked up apart: the form with the most call graphs.
        FormKind::Pair => 2.0,
        // Yes/no and choice questions are easy to guess, and candidates come from one list.
        FormKind::Verification => 0.45,
        FormKind::Comparison => 0.35,
        // One form in several varieties.
        FormKind::Average | FormKind::Spread | FormKind::ExtremeValue | FormKind::Ordinal => 0.5,
        // One value each, and little to grow from.
        FormKind::UnitConversion => 0.7,
        // Two values of one kind: few pairs make sense, and their call graphs are soon used up.
        FormKind::Difference | FormKind::Percentage | FormKind::Conditional | FormKind::DateReasoning => 0.3,
        FormKind::Ratio => 0.2,
        // So are single calls, and small counts.
        FormKind::Lookup | FormKind::Counting => 0.2,
        _ => 1.0,
    }
}

/// Share of the episodes of a form that aim at a text, where the pool has any: a text leads to many things, some formulas
/// take what it says, and few tools open any.
fn text_share(form: FormKind) -> f64 {
    match form {
        FormKind::MultiHop => 0.7,
        FormKind::Computation => 0.36,
        _ => 0.25,
    }
}

/// Units that people convert a quantity to.
pub fn conversions(sem: &Sem) -> &'static [&'static str] {
    match sem.unit() {
        "km" => &["mi"],
        "m" => &["ft"],
        "cm" => &["in"],
        "mm" => &["in", "cm"],
        "kg" => &["lb"],
        "km2" => &["mi2", "ha"],
        "ha" => &["km2"],
        // Weather and fever are spoken of in degrees Fahrenheit, laboratory work is not.
        "degC" if matches!(sem, Sem::Measure { kind, .. } if kind == "laboratory_temperature") => &[],
        "degC" => &["degF"],
        "h" => &["min"],
        "min" => &["h"],
        "kPa" => &["mmHg"],
        "mmHg" => &["kPa"],
        "Da" => &["kDa"],
        "mL" => &["L"],
        "L" => &["mL"],
        "M EUR" => &["k EUR"],
        "k EUR" => &["M EUR"],
        _ => &[],
    }
}

/// An entity that the focal tool, or something that feeds it, takes.
fn seed_entity(index: &Index, entities: &Entities, focal: usize, rng: &mut Stream) -> Option<SeedEntity> {
    let accepted = |tool: usize| -> Vec<String> {
        let params = index.tool(tool).map(|e| e.spec.params.as_slice()).unwrap_or_default();
        params.iter().filter_map(|p| p.sem.entity().map(str::to_string)).collect()
    };
    let mut types = accepted(focal);
    if types.is_empty() {
        let near: Vec<String> = index.neighbours(focal).iter().flat_map(|t| accepted(*t)).collect();
        types = near;
    }
    if types.is_empty() {
        let domain = index.tool(focal).map(|e| e.spec.domain.clone()).unwrap_or_default();
        types = entities.types().filter(|t| t.domain == domain).map(|t| t.name.clone()).collect();
    }
    types.retain(|t| entities.get(t).is_some_and(|t| !t.names.is_empty()));
    if types.is_empty() {
        types = entities.types().filter(|t| !t.names.is_empty()).map(|t| t.name.clone()).collect();
    }
    let entity = rng.pick(&types)?.clone();
    let name = rng.pick(&entities.get(&entity)?.names)?.clone();
    Some(SeedEntity { entity, name })
}
