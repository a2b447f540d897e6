//! What leaves the program: the measures of a dataset, by name. Means and shares have four decimals; shares are of all
//! tasks. `docs/metrics.md` defines each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::infer::Inference;
use crate::measure::{Expected, Variety};
use crate::text::TextStats;

/// Diversity of a dataset.
///
/// The numbers that stand directly here are over one object, which `calls_over` names: the certified path of tasks made
/// here, the trajectory of imported rows. `objects` has every object apart.
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
    /// Distinct graphs whose nodes are labelled R and P only.
    pub rp_topologies_two_coloured: u64,
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
    /// How questions grew, over the tasks that have the round.
    pub growth: BTreeMap<u64, Growth>,
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
    /// Share of tasks whose answer rests on words quoted from a text.
    pub text_evidence_share: f64,
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
    /// The objects that calls are counted over, never mixed.
    pub objects: Objects,
    /// Toolsets that solvers are given.
    pub toolsets: Toolsets,
    /// How often tools are used, and what uniform sampling would give.
    pub tool_use: ToolUse,
    /// How well edges are inferred from values, on tasks whose sources are recorded.
    pub edge_inference: Option<EdgeInference>,
    /// Diversity of the questions.
    pub text: TextStats,
    /// Distinct classes expected in subsets, over what `calls_over` names.
    pub rarefaction: BTreeMap<String, Vec<Expected>>,
}

/// Questions after a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// Tasks with this round.
    pub tasks: u64,
    /// Words of the question, on average.
    pub mean_words: f64,
    /// Calls made so far, on average.
    pub mean_calls: f64,
}

/// What calls are counted over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Objects {
    /// The calls that the answer rests on.
    pub certified_path: Option<ObjectStats>,
    /// Every call of an episode.
    pub all_evidence: Option<ObjectStats>,
    /// The calls of agents that attempted tasks; what the paper counts.
    pub trajectories: Option<ObjectStats>,
}

/// The call graphs of one object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ObjectStats {
    /// The object.
    pub over: String,
    /// Where edges come from: `recorded sources` or `inferred from values`.
    pub edges_from: String,
    /// Tasks.
    pub tasks: u64,
    /// Calls of all tasks.
    pub calls: u64,
    /// Distinct tools called.
    pub tools_covered: u64,
    /// Sequences of tools.
    pub sequences: Variety,
    /// Call graphs: nodes labelled with tools, up to isomorphism.
    pub call_graphs: Variety,
    /// Unlabelled call graphs.
    pub shapes: Variety,
    /// Topology classes by colour; absent when kinds of tools are unknown.
    pub topologies_two_coloured: Option<Variety>,
    /// Topology classes by shape and purity; absent when kinds of tools are unknown.
    pub topologies_shape_purity: Option<Variety>,
    /// The same by purity.
    pub topologies_by_purity: BTreeMap<String, u64>,
    /// Distinct tools a task, on average.
    pub mean_tools: f64,
    /// Calls a task, on average.
    pub mean_calls: f64,
    /// Calls on the longest chain, on average.
    pub mean_depth: f64,
    /// Most calls at one level, on average.
    pub mean_width: f64,
    /// Edges a task, on average.
    pub mean_edges: f64,
    /// Share of the edges that join tools of different domains; absent when domains are unknown.
    pub cross_domain_edge_share: Option<f64>,
    /// Tasks by distinct tools.
    pub distinct_tools: BTreeMap<u64, u64>,
    /// Classes by number of calls.
    pub by_size: Vec<SizeStats>,
    /// The commonest topology classes, then the rarest, at most twelve each.
    pub gallery: Vec<ClassStats>,
}

/// Graphs of one size.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SizeStats {
    /// Calls.
    pub calls: u64,
    /// Tasks.
    pub tasks: u64,
    /// Distinct call graphs.
    pub call_graphs: u64,
    /// Distinct two-coloured graphs.
    pub two_coloured: u64,
    /// Two-coloured graphs that there can be.
    pub two_coloured_possible: Option<u64>,
    /// Distinct shape × purity.
    pub shape_purity: u64,
    /// Shape × purity that there can be.
    pub shape_purity_possible: Option<u64>,
    /// Tasks and distinct two-coloured graphs by kinds of tools used.
    pub by_purity: BTreeMap<String, PurityStats>,
}

/// Graphs of one size and purity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PurityStats {
    /// Tasks.
    pub tasks: u64,
    /// Distinct two-coloured graphs.
    pub classes: u64,
}

/// A topology class.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassStats {
    /// Tasks.
    pub tasks: u64,
    /// Kinds of the nodes of its first task.
    pub kinds: String,
    /// Edges of its first task.
    pub edges: Vec<(usize, usize)>,
    /// Its first task.
    pub example: String,
}

/// Toolsets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Toolsets {
    /// Distinct ones.
    pub variety: Variety,
    /// Tasks by number of tools offered.
    pub sizes: BTreeMap<u64, u64>,
    /// Pairs of tasks whose toolsets were compared: all, or a seeded sample.
    pub pairs: u64,
    /// Jaccard similarity of the toolsets of two tasks, on average.
    pub mean_overlap: f64,
    /// Its quantiles.
    pub overlap_quantiles: BTreeMap<String, f64>,
    /// Pairs by overlap, in steps of 0.05: the lower end of each step.
    pub overlap: BTreeMap<String, u64>,
}

/// Use of tools: a tool counts once in a task.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ToolUse {
    /// Tools that could have been used; absent for datasets that do not say.
    pub pool: Option<u64>,
    /// Variety of use.
    pub variety: Variety,
    /// Gini's coefficient; tools of the pool that were never used count as zero.
    pub gini: f64,
    /// Tools that make up four fifths of all use.
    pub tools_for_80_percent: u64,
    /// Tools used in one task.
    pub used_once: u64,
    /// Tools of the pool never used.
    pub never_used: Vec<String>,
    /// What uniform sampling of as many tools a task would give; absent without a pool.
    pub uniform: Option<Uniform>,
    /// Tasks by tool.
    pub counts: BTreeMap<String, u64>,
}

/// Uniform sampling from the pool: mean over seeded draws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Uniform {
    /// Draws.
    pub draws: u64,
    /// Tools covered, exactly expected.
    pub covered: f64,
    /// Effective number of tools.
    pub effective_number: f64,
    /// Gini's coefficient.
    pub gini: f64,
}

/// Inference of edges on tasks whose edges are known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EdgeInference {
    /// Among the calls of the certified path.
    pub certified_path: Inference,
    /// Among all calls.
    pub all_evidence: Inference,
}
