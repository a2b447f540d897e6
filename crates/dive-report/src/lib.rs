//! Structural diversity of a dataset, over the calls of the certified path.
//!
//! [`Structure`] reads tasks one at a time and keeps hashes and counters, never tasks; it does not know where tasks come
//! from. [`Stats`] is what leaves the program.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use dive_core::form::Form;
use dive_core::task::Task;
use dive_core::topology::Purity;
use serde::{Deserialize, Serialize};

/// Structural diversity of a dataset. Means and shares are rounded to four decimals; shares are of all tasks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Tasks read.
    pub tasks: u64,
    /// Distinct tools called.
    pub tools_covered: u64,
    /// Distinct sets of tools that a solver is given.
    pub unique_toolsets: u64,
    /// Distinct sequences of tools.
    pub unique_call_sequences: u64,
    /// Distinct call graphs, nodes labelled with tools, up to isomorphism.
    pub unique_call_graphs: u64,
    /// Distinct topology classes: unlabelled call graph × retrieval only, processing only or both.
    pub rp_topologies: u64,
    /// The same by purity.
    pub rp_topologies_by_purity: BTreeMap<String, u64>,
    /// Distinct tools a task, on average.
    pub mean_tools_per_task: f64,
    /// Calls a task, on average.
    pub mean_calls_per_task: f64,
    /// Tools that a solver is given, on average.
    pub mean_toolset_size: f64,
    /// What the numbers above are over.
    pub calls_over: String,
    /// Calls of all episodes that do not support an answer.
    pub calls_off_path: u64,
    /// Calls of all episodes that failed; part of the evidence all the same.
    pub calls_failed: u64,
    /// Tasks by number of calls.
    pub calls: BTreeMap<u64, u64>,
    /// Share of tasks with at most two calls.
    pub share_at_most_2_calls: f64,
    /// Share of tasks with exactly three calls.
    pub share_3_calls: f64,
    /// Tasks by calls on the longest chain.
    pub depth: BTreeMap<u64, u64>,
    /// Tasks by most calls at one distance from the start.
    pub width: BTreeMap<u64, u64>,
    /// Tasks by kinds of tools used.
    pub purity: BTreeMap<String, u64>,
    /// Tasks by rounds.
    pub rounds: BTreeMap<u64, u64>,
    /// Rounds by how the task grew in them.
    pub steps: BTreeMap<String, u64>,
    /// Tasks by form.
    pub forms: BTreeMap<String, u64>,
    /// Tasks by type of answer.
    pub answer_types: BTreeMap<String, u64>,
    /// Uses of each operator of the derivation language.
    pub operators: BTreeMap<String, u64>,
    /// Tasks by domain of a tool on the path; a task can be in several.
    pub domains: BTreeMap<String, u64>,
    /// Share of tasks whose path uses tools of two or more domains.
    pub cross_domain_share: f64,
    /// Distinct seed entities.
    pub seed_entities: u64,
    /// Distinct masked questions.
    pub skeletons: u64,
    /// Share of the commonest one.
    pub commonest_skeleton_share: f64,
    /// Distinct derivation shapes: constants masked, tools and fields kept.
    pub shapes: u64,
    /// Share of the commonest one.
    pub commonest_shape_share: f64,
    /// The commonest shape.
    pub commonest_shape: String,
}

/// Collects the structure of tasks.
#[derive(Debug, Default)]
pub struct Structure {
    stats: Stats,
    tools: BTreeSet<String>,
    toolsets: HashSet<u128>,
    sequences: HashSet<u128>,
    graphs: HashSet<u128>,
    classes: BTreeMap<String, HashSet<u128>>,
    seeds: HashSet<u128>,
    skeletons: HashMap<u128, u64>,
    shapes: HashMap<u128, u64>,
    commonest_shape: u64,
    distinct_tools: u64,
    path_calls: u64,
    toolset_sizes: u64,
    cross_domain: u64,
}

impl Structure {
    /// Takes a task into account.
    pub fn add(&mut self, task: &Task) {
        let (stats, topology) = (&mut self.stats, &task.topology);
        stats.tasks += 1;
        let on_path: BTreeSet<&String> = topology.tools.iter().collect();
        for tool in &on_path {
            if !self.tools.contains(*tool) {
                self.tools.insert((*tool).clone());
            }
        }
        let calls = topology.tools.len() as u64;
        self.distinct_tools += on_path.len() as u64;
        self.path_calls += calls;
        let mut toolset: Vec<&str> = task.toolset.iter().map(String::as_str).collect();
        toolset.sort_unstable();
        self.toolset_sizes += toolset.len() as u64;
        self.toolsets.insert(mark(&toolset.join(" ")));
        self.sequences.insert(mark(&topology.sequence()));
        self.graphs.insert(mark(&topology.call_graph()));
        let purity = match topology.purity {
            Purity::PureR => "pure_r",
            Purity::Mixed => "mixed",
            Purity::PureP => "pure_p",
        };
        self.classes.entry(purity.into()).or_default().insert(mark(&topology.class()));
        count(&mut stats.purity, purity);
        stats.calls_off_path += (task.evidence.calls.len() as u64).saturating_sub(calls);
        stats.calls_failed += task.evidence.calls.iter().filter(|c| c.outcome.value().is_none()).count() as u64;
        *stats.calls.entry(calls).or_default() += 1;
        *stats.depth.entry(topology.depth as u64).or_default() += 1;
        *stats.width.entry(topology.width as u64).or_default() += 1;
        *stats.rounds.entry(task.rounds.len() as u64).or_default() += 1;
        task.rounds.iter().for_each(|r| count(&mut stats.steps, &r.step));
        count(&mut stats.forms, &task.form);
        let answer = serde_json::to_value(&task.answer).ok();
        let answer = answer.as_ref().and_then(|a| a.get("type")?.as_str()).unwrap_or("unknown");
        count(&mut stats.answer_types, answer);
        task.logical_form.walk(&mut |form| {
            if let Form::Apply { op, .. } = form {
                count(&mut stats.operators, op.name());
            }
        });
        task.domains.iter().for_each(|d| count(&mut stats.domains, d));
        self.cross_domain += u64::from(task.domains.len() > 1);
        self.seeds.insert(mark(&format!("{} {}", task.seed_entity.entity, task.seed_entity.name)));
        *self.skeletons.entry(mark(&task.certificate.skeleton)).or_default() += 1;
        let shape = task.logical_form.shape();
        let times = self.shapes.entry(mark(&shape)).or_default();
        *times += 1;
        if *times > self.commonest_shape {
            self.commonest_shape = *times;
            stats.commonest_shape = shape;
        }
    }

    /// The numbers.
    pub fn finish(self) -> Stats {
        let of = |n: u64, all: u64| if all == 0 { 0.0 } else { (n as f64 / all as f64 * 1e4).round() / 1e4 };
        let all = self.stats.tasks;
        let at = |n: u64| self.stats.calls.get(&n).copied().unwrap_or(0);
        Stats {
            tools_covered: self.tools.len() as u64,
            unique_toolsets: self.toolsets.len() as u64,
            unique_call_sequences: self.sequences.len() as u64,
            unique_call_graphs: self.graphs.len() as u64,
            rp_topologies: self.classes.values().map(|c| c.len() as u64).sum(),
            rp_topologies_by_purity: self.classes.iter().map(|(k, c)| (k.clone(), c.len() as u64)).collect(),
            mean_tools_per_task: of(self.distinct_tools, all),
            mean_calls_per_task: of(self.path_calls, all),
            mean_toolset_size: of(self.toolset_sizes, all),
            calls_over: "certified path".into(),
            share_at_most_2_calls: of(at(0) + at(1) + at(2), all),
            share_3_calls: of(at(3), all),
            cross_domain_share: of(self.cross_domain, all),
            seed_entities: self.seeds.len() as u64,
            skeletons: self.skeletons.len() as u64,
            commonest_skeleton_share: of(self.skeletons.values().copied().max().unwrap_or(0), all),
            shapes: self.shapes.len() as u64,
            commonest_shape_share: of(self.commonest_shape, all),
            ..self.stats
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, key: &str) {
    match counts.get_mut(key) {
        Some(n) => *n += 1,
        None => {
            counts.insert(key.into(), 1);
        }
    }
}

fn mark(text: &str) -> u128 {
    let mut bytes = [0; 16];
    blake3::Hasher::new().update(text.as_bytes()).finalize_xof().fill(&mut bytes);
    u128::from_le_bytes(bytes)
}
