//! The fold over records: hashes and counters, and the questions.

use std::collections::{BTreeMap, HashMap, HashSet};

use dive_core::rng::Stream;
use dive_core::topology::Purity;

use crate::foreign::Conversation;
use crate::infer::Inference;
use crate::measure::{self, Abundance, count, count_named, mark, rounded, share};
use crate::record::{Catalogue, Marked, Names, Record};
use crate::stats::*;
use crate::text::{Mask, Texts};

/// Two-coloured DAGs on 1, 2, 3 … nodes up to isomorphism.
pub const TWO_COLOURED: [u64; 6] = [2, 7, 40, 420, 8_628, 357_468];
/// DAGs on 1, 2, 3 … nodes up to isomorphism (OEIS A003087).
pub const SHAPES: [u64; 6] = [1, 2, 6, 31, 302, 5_984];
/// Pairs of toolsets that are compared.
const PAIRS: u64 = 100_000;
/// Draws of the uniform comparison.
const DRAWS: u64 = 20;
/// Classes of each end in the gallery.
const GALLERY: usize = 12;

/// Names of the curves.
pub const CURVES: [&str; 8] = [
    "toolsets",
    "tools",
    "sequences",
    "call_graphs",
    "topologies_two_coloured",
    "topologies_shape_purity",
    "skeletons",
    "derivation_shapes",
];

/// Collects the structure of tasks.
#[derive(Debug, Default)]
pub struct Structure {
    catalogue: Catalogue,
    stats: Stats,
    path: Fold,
    evidence: Fold,
    trajectory: Fold,
    names: Names,
    toolsets: HashMap<u128, u64>,
    offered: Vec<Box<[u32]>>,
    seeds: HashSet<u128>,
    skeletons: HashMap<u128, u64>,
    shapes: HashMap<u128, u64>,
    commonest_shape: u64,
    toolset_sizes: u64,
    cross_domain: u64,
    text: u64,
    certified: u64,
    inference: EdgeInference,
    /// Tasks, words and calls by round.
    growth: BTreeMap<u64, (u64, u64, u64)>,
    texts: Texts,
}

/// A finished analysis: what leaves the program, and what comparisons need.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The measures.
    pub stats: Stats,
    /// Abundances by curve, over what `stats.calls_over` names.
    pub abundances: BTreeMap<String, Abundance>,
    /// The questions.
    pub texts: Texts,
}

impl Structure {
    /// An empty one for tools of this catalogue.
    pub fn new(catalogue: Catalogue) -> Structure {
        Structure { catalogue, ..Structure::default() }
    }

    /// Takes a task into account.
    pub fn add(&mut self, record: Record) {
        let stats = &mut self.stats;
        stats.tasks += 1;
        let mut toolset = record.toolset;
        toolset.sort_unstable();
        toolset.dedup();
        self.toolset_sizes += toolset.len() as u64;
        *stats.toolsets.sizes.entry(toolset.len() as u64).or_default() += 1;
        count(&mut self.toolsets, mark(&toolset.join(" ")));
        let mut numbers: Vec<u32> = toolset.iter().map(|t| self.names.number(t)).collect();
        numbers.sort_unstable();
        self.offered.push(numbers.into());
        count_named(&mut stats.answer_types, &record.answer);
        self.texts.add(record.question, record.masked);
        if let Some(trajectory) = record.trajectory {
            self.trajectory.add(&trajectory, &record.id);
        }
        let Some(task) = record.certified else { return };
        self.certified += 1;
        self.path.add(&task.path, &record.id);
        self.evidence.add(&task.evidence, &record.id);
        stats.calls_off_path +=
            (task.evidence.topology.tools.len() as u64).saturating_sub(task.path.topology.tools.len() as u64);
        stats.calls_failed += task.failed;
        *stats.rounds.entry(task.rounds).or_default() += 1;
        for (round, (words, calls)) in task.growth.iter().enumerate().filter(|(_, (words, _))| *words > 0) {
            let sums = self.growth.entry(round as u64 + 1).or_default();
            *sums = (sums.0 + 1, sums.1 + words, sums.2 + calls);
        }
        task.steps.iter().for_each(|s| count_named(&mut stats.steps, s));
        count_named(&mut stats.forms, &task.form);
        task.operators.iter().for_each(|op| count_named(&mut stats.operators, op));
        task.domains.iter().for_each(|d| count_named(&mut stats.domains, d));
        self.cross_domain += u64::from(task.domains.len() > 1);
        self.text += u64::from(task.text);
        self.seeds.insert(task.seed);
        count(&mut self.skeletons, task.skeleton);
        self.inference.certified_path.add(&task.on_path);
        self.inference.all_evidence.add(&task.on_evidence);
        let times = self.shapes.entry(mark(&task.shape)).or_default();
        *times += 1;
        if *times > self.commonest_shape {
            self.commonest_shape = *times;
            stats.commonest_shape = task.shape;
        }
    }

    /// Takes an attempt at a task into account, among the trajectories and nowhere else.
    pub fn attempt(&mut self, conversation: Conversation) {
        let record = Record::conversation(conversation, &self.catalogue);
        if let Some(trajectory) = record.trajectory {
            self.trajectory.add(&trajectory, &record.id);
        }
    }

    /// The numbers.
    pub fn finish(self) -> Analysis {
        let all = self.stats.tasks;
        let (head, over) = if self.certified > 0 || self.trajectory.tasks == 0 {
            (&self.path, "certified path")
        } else {
            (&self.trajectory, "trajectory")
        };
        let at = |n: u64| head.calls.get(&n).copied().unwrap_or(0);
        let of = |counts: &HashMap<u128, u64>| Abundance::of(all, counts.values());
        let mut abundances = BTreeMap::new();
        let per_head = |counts: &HashMap<u128, u64>| Abundance::of(head.tasks, counts.values());
        abundances.insert("toolsets".to_string(), of(&self.toolsets));
        abundances.insert("tools".into(), Abundance::of(head.tasks, head.tools.values()));
        abundances.insert("sequences".into(), per_head(&head.sequences));
        abundances.insert("call_graphs".into(), per_head(&head.graphs));
        if head.kinds_known() {
            abundances.insert("topologies_two_coloured".into(), head.coloured());
            abundances.insert("topologies_shape_purity".into(), per_head(&head.classes));
        }
        if self.certified > 0 {
            abundances.insert("skeletons".into(), of(&self.skeletons));
            abundances.insert("derivation_shapes".into(), of(&self.shapes));
        }
        let rarefaction = abundances.iter().map(|(name, a)| (name.clone(), a.curve())).collect();
        let object = |fold: &Fold, over: &str, edges: &str| (fold.tasks > 0).then(|| fold.finish(over, edges));
        let growth = self.growth.iter().map(|(round, (tasks, words, calls))| {
            let (mean_words, mean_calls) = (share(*words, *tasks), share(*calls, *tasks));
            (*round, Growth { tasks: *tasks, mean_words, mean_calls })
        });
        let stats = Stats {
            growth: growth.collect(),
            tools_covered: head.tools.len() as u64,
            unique_toolsets: self.toolsets.len() as u64,
            unique_call_sequences: head.sequences.len() as u64,
            unique_call_graphs: head.graphs.len() as u64,
            rp_topologies: if head.kinds_known() { head.classes.len() as u64 } else { 0 },
            rp_topologies_by_purity: head.by_purity(),
            rp_topologies_two_coloured: if head.kinds_known() { head.coloured.len() as u64 } else { 0 },
            mean_tools_per_task: share(head.distinct, head.tasks),
            mean_calls_per_task: share(head.total_calls, head.tasks),
            mean_toolset_size: share(self.toolset_sizes, all),
            calls_over: over.into(),
            calls: head.calls.clone(),
            depth: head.depth.clone(),
            width: head.width.clone(),
            purity: if head.kinds_known() { head.purity.clone() } else { BTreeMap::new() },
            share_at_most_2_calls: share(at(0) + at(1) + at(2), all),
            share_3_calls: share(at(3), all),
            cross_domain_share: share(self.cross_domain, all),
            text_evidence_share: share(self.text, all),
            seed_entities: self.seeds.len() as u64,
            skeletons: self.skeletons.len() as u64,
            commonest_skeleton_share: share(self.skeletons.values().copied().max().unwrap_or(0), all),
            shapes: self.shapes.len() as u64,
            commonest_shape_share: share(self.commonest_shape, all),
            objects: Objects {
                certified_path: object(&self.path, "certified path", "recorded sources"),
                all_evidence: object(&self.evidence, "all evidence", "recorded sources"),
                trajectories: object(&self.trajectory, "trajectory", "inferred from values"),
            },
            toolsets: toolsets(&self.stats.toolsets, &of(&self.toolsets), &self.offered),
            tool_use: tool_use(head, &self.catalogue),
            edge_inference: (self.inference.certified_path != Inference::default()).then_some(self.inference),
            text: self.texts.stats(Mask::Spans),
            rarefaction,
            ..self.stats
        };
        Analysis { stats, abundances, texts: self.texts }
    }
}

/// A class with what is needed to draw it.
#[derive(Debug)]
struct Class {
    tasks: u64,
    first: u64,
    kinds: String,
    edges: Vec<(usize, usize)>,
    example: String,
}

impl Size {
    fn purities(&self) -> BTreeMap<String, PurityStats> {
        let stats = |tasks: u64, classes: &HashSet<u128>| PurityStats { tasks, classes: classes.len() as u64 };
        self.purity.iter().map(|(name, (tasks, classes))| (name.to_string(), stats(*tasks, classes))).collect()
    }
}

/// The graphs of one object.
#[derive(Debug, Default)]
struct Fold {
    tasks: u64,
    total_calls: u64,
    distinct: u64,
    edges: u64,
    cross: u64,
    unplaced: u64,
    uncoloured: u64,
    tools: BTreeMap<String, u64>,
    sequences: HashMap<u128, u64>,
    graphs: HashMap<u128, u64>,
    plain: HashMap<u128, u64>,
    coloured: HashMap<u128, Class>,
    classes: HashMap<u128, u64>,
    class_purity: HashMap<u128, &'static str>,
    purity: BTreeMap<String, u64>,
    calls: BTreeMap<u64, u64>,
    depth: BTreeMap<u64, u64>,
    width: BTreeMap<u64, u64>,
    distinct_tools: BTreeMap<u64, u64>,
    sizes: BTreeMap<u64, Size>,
}

/// The graphs of one number of calls.
#[derive(Debug, Default)]
struct Size {
    tasks: u64,
    graphs: HashSet<u128>,
    coloured: HashSet<u128>,
    classes: HashSet<u128>,
    purity: BTreeMap<&'static str, (u64, HashSet<u128>)>,
}

impl Fold {
    fn add(&mut self, graph: &Marked, id: &str) {
        let topology = &graph.topology;
        let calls = topology.tools.len() as u64;
        let distinct = Record::distinct(topology);
        self.tasks += 1;
        self.total_calls += calls;
        self.distinct += distinct.len() as u64;
        self.edges += topology.edges.len() as u64;
        self.cross += graph.cross.unwrap_or(0);
        self.unplaced += u64::from(graph.cross.is_none());
        *self.calls.entry(calls).or_default() += 1;
        *self.depth.entry(topology.depth as u64).or_default() += 1;
        *self.width.entry(topology.width as u64).or_default() += 1;
        *self.distinct_tools.entry(distinct.len() as u64).or_default() += 1;
        distinct.into_iter().for_each(|t| count_named(&mut self.tools, t));
        count(&mut self.sequences, graph.sequence);
        count(&mut self.graphs, graph.graph);
        count(&mut self.plain, graph.shape);
        let size = self.sizes.entry(calls).or_default();
        size.tasks += 1;
        size.graphs.insert(graph.graph);
        // Without kinds a class is its shape, which can be drawn all the same.
        let (coloured, class) = graph.classes.unwrap_or((graph.shape, graph.shape));
        self.uncoloured += u64::from(graph.classes.is_none());
        let first = self.tasks;
        let entry = self.coloured.entry(coloured).or_insert_with(|| Class {
            tasks: 0,
            first,
            kinds: topology.kinds.clone(),
            edges: topology.edges.clone(),
            example: id.into(),
        });
        entry.tasks += 1;
        count(&mut self.classes, class);
        let purity = match topology.purity {
            Purity::PureR => "pure_r",
            Purity::Mixed => "mixed",
            Purity::PureP => "pure_p",
        };
        self.class_purity.insert(class, purity);
        count_named(&mut self.purity, purity);
        let cell = size.purity.entry(purity).or_default();
        cell.0 += 1;
        cell.1.insert(coloured);
        size.coloured.insert(coloured);
        size.classes.insert(class);
    }

    fn kinds_known(&self) -> bool {
        self.uncoloured == 0
    }

    fn coloured(&self) -> Abundance {
        Abundance::of(self.tasks, self.coloured.values().map(|c| &c.tasks))
    }

    fn by_purity(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        if self.kinds_known() {
            self.class_purity.values().for_each(|p| count_named(&mut counts, p));
        }
        counts
    }

    fn finish(&self, over: &str, edges_from: &str) -> ObjectStats {
        let of = |counts: &HashMap<u128, u64>| Abundance::of(self.tasks, counts.values()).variety();
        let mean = |counts: &BTreeMap<u64, u64>| share(counts.iter().map(|(k, n)| k * n).sum(), self.tasks);
        let possible = |table: &[u64], calls: u64| table.get((calls as usize).checked_sub(1)?).copied();
        let known = self.kinds_known();
        let by_size = self.sizes.iter().map(|(calls, size)| SizeStats {
            calls: *calls,
            tasks: size.tasks,
            call_graphs: size.graphs.len() as u64,
            two_coloured: if known { size.coloured.len() as u64 } else { 0 },
            two_coloured_possible: possible(&TWO_COLOURED, *calls),
            shape_purity: if known { size.classes.len() as u64 } else { 0 },
            by_purity: if known { size.purities() } else { BTreeMap::new() },
            shape_purity_possible: possible(&SHAPES, *calls).map(|n| if *calls == 1 { 2 * n } else { 3 * n }),
        });
        let mut gallery: Vec<&Class> = self.coloured.values().collect();
        gallery.sort_by_key(|c| (std::cmp::Reverse(c.tasks), c.first));
        let rare = gallery.len().saturating_sub(GALLERY).max(GALLERY.min(gallery.len()));
        let shown = gallery.iter().take(GALLERY).chain(gallery.get(rare..).unwrap_or_default());
        ObjectStats {
            over: over.into(),
            edges_from: edges_from.into(),
            tasks: self.tasks,
            calls: self.total_calls,
            tools_covered: self.tools.len() as u64,
            sequences: of(&self.sequences),
            call_graphs: of(&self.graphs),
            shapes: of(&self.plain),
            topologies_two_coloured: known.then(|| self.coloured().variety()),
            topologies_shape_purity: known.then(|| of(&self.classes)),
            topologies_by_purity: self.by_purity(),
            mean_tools: share(self.distinct, self.tasks),
            mean_calls: share(self.total_calls, self.tasks),
            mean_depth: mean(&self.depth),
            mean_width: mean(&self.width),
            mean_edges: share(self.edges, self.tasks),
            cross_domain_edge_share: (self.unplaced == 0).then(|| share(self.cross, self.edges)),
            distinct_tools: self.distinct_tools.clone(),
            by_size: by_size.collect(),
            gallery: shown
                .map(|c| ClassStats {
                    tasks: c.tasks,
                    kinds: c.kinds.clone(),
                    edges: c.edges.clone(),
                    example: c.example.clone(),
                })
                .collect(),
        }
    }
}

fn toolsets(sizes: &Toolsets, abundance: &Abundance, offered: &[Box<[u32]>]) -> Toolsets {
    let n = offered.len() as u64;
    let all = n.saturating_sub(1) * n / 2;
    let mut overlaps = Vec::new();
    let mut compare = |a: usize, b: usize| {
        if let (Some(a), Some(b)) = (offered.get(a), offered.get(b)) {
            let common = a.iter().filter(|x| b.binary_search(x).is_ok()).count();
            overlaps.push(common as f64 / (a.len() + b.len() - common).max(1) as f64);
        }
    };
    if all <= PAIRS {
        (0..offered.len()).for_each(|a| (a + 1..offered.len()).for_each(|b| compare(a, b)));
    } else {
        let mut rng = Stream::new(0, &["toolset pairs"]);
        for _ in 0..PAIRS {
            let (a, b) = (rng.below(offered.len()), rng.below(offered.len() - 1));
            compare(a, if b >= a { b + 1 } else { b });
        }
    }
    overlaps.sort_by(f64::total_cmp);
    let quantile = |q: f64| {
        let i = (q * overlaps.len().saturating_sub(1) as f64).round() as usize;
        rounded(overlaps.get(i).copied().unwrap_or(0.0))
    };
    let mut histogram = BTreeMap::new();
    for overlap in &overlaps {
        let step = ((overlap * 20.0) as u32).min(20);
        count_named(&mut histogram, &format!("{:.2}", f64::from(step) / 20.0));
    }
    let quantiles = [("0.05", 0.05), ("0.5", 0.5), ("0.95", 0.95), ("0.99", 0.99), ("1", 1.0)];
    Toolsets {
        variety: abundance.variety(),
        sizes: sizes.sizes.clone(),
        pairs: overlaps.len() as u64,
        mean_overlap: rounded(overlaps.iter().sum::<f64>() / overlaps.len().max(1) as f64),
        overlap_quantiles: quantiles.iter().map(|(name, q)| (name.to_string(), quantile(*q))).collect(),
        overlap: histogram,
    }
}

fn tool_use(head: &Fold, catalogue: &Catalogue) -> ToolUse {
    let mut counts = head.tools.clone();
    let never: Vec<String> = if catalogue.whole {
        catalogue.names().filter(|n| !head.tools.contains_key(*n)).cloned().collect()
    } else {
        Vec::new()
    };
    never.iter().for_each(|n| {
        counts.insert(n.clone(), 0);
    });
    let every: Vec<u64> = counts.values().copied().collect();
    let pool = catalogue.whole.then_some(counts.len() as u64);
    ToolUse {
        pool,
        variety: Abundance::of(head.tasks, head.tools.values()).variety(),
        gini: measure::gini(&every),
        tools_for_80_percent: measure::holding(&every, 0.8),
        used_once: every.iter().filter(|n| **n == 1).count() as u64,
        never_used: never,
        uniform: pool.map(|pool| uniform(pool, &head.distinct_tools)),
        counts,
    }
}

/// What tasks with as many distinct tools as these, drawn uniformly without replacement from the pool, would cover.
fn uniform(pool: u64, distinct_tools: &BTreeMap<u64, u64>) -> Uniform {
    let mut missed = 1.0;
    for (k, tasks) in distinct_tools {
        missed *= (1.0 - (*k).min(pool) as f64 / pool.max(1) as f64).powf(*tasks as f64);
    }
    let (mut effective, mut gini) = (0.0, 0.0);
    let mut order: Vec<usize> = (0..pool as usize).collect();
    for draw in 0..DRAWS {
        let mut rng = Stream::new(draw, &["uniform tools"]);
        let mut counts = vec![0u64; pool as usize];
        for (k, tasks) in distinct_tools {
            for _ in 0..*tasks {
                for i in 0..(*k).min(pool) as usize {
                    let other = i + rng.below(order.len() - i);
                    order.swap(i, other);
                    if let Some(n) = order.get(i).and_then(|t| counts.get_mut(*t)) {
                        *n += 1;
                    }
                }
            }
        }
        effective += Abundance::of(1, &counts).variety().effective_number;
        gini += measure::gini(&counts);
    }
    Uniform {
        draws: DRAWS,
        covered: rounded(pool as f64 * (1.0 - missed)),
        effective_number: rounded(effective / DRAWS as f64),
        gini: rounded(gini / DRAWS as f64),
    }
}
