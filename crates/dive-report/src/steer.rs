//! What became of episodes by what they aimed at, what is under-covered, and weights that make up for it.

use std::collections::BTreeMap;

use dive_core::task::{Rejection, Task};
use serde::{Deserialize, Serialize};

use crate::measure::{count_named, rounded, share};
use crate::record::Record;
use crate::stats::Stats;

/// Least and greatest weight: a tool is aimed at ten times as often as usual at most.
const LEAST: f64 = 0.1;
const GREATEST: f64 = 10.0;
/// Aims without a task after which a tool counts as barren: aiming more often would be a waste.
const BARREN: u64 = 5;
/// A cell is under-covered when it has less than this share of what an average cell has.
const UNDER: f64 = 0.25;

/// What became of the episodes that aimed at one thing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Aim {
    /// Episodes.
    pub episodes: u64,
    /// Tasks of the dataset among them.
    pub accepted: u64,
    /// Their share.
    pub share: f64,
    /// The others by reason.
    pub rejected: BTreeMap<String, u64>,
}

impl Aim {
    fn accept(&mut self) {
        self.episodes += 1;
        self.accepted += 1;
    }

    fn reject(&mut self, reason: &str) {
        self.episodes += 1;
        count_named(&mut self.rejected, reason);
    }
}

/// Outcomes of all episodes of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcomes {
    /// All episodes that ended in a task or a rejection.
    pub all: Aim,
    /// By the tool aimed at.
    pub by_tool: BTreeMap<String, Aim>,
    /// By the form aimed at.
    pub by_form: BTreeMap<String, Aim>,
    /// By topology (purity and shape) of what was proposed; the engine's rejections have none.
    pub by_topology: BTreeMap<String, Aim>,
}

impl Outcomes {
    /// A task of the dataset.
    pub fn accept(&mut self, record: &Record) {
        let Some(task) = &record.certified else { return };
        self.all.accept();
        self.by_form.entry(task.form.clone()).or_default().accept();
        self.by_topology.entry(task.path.topology.class()).or_default().accept();
        if !task.focal.is_empty() {
            self.by_tool.entry(task.focal.clone()).or_default().accept();
        }
    }

    /// A task that admission refused.
    pub fn refuse(&mut self, task: &Task, reason: &str) {
        self.by_topology.entry(task.topology.class()).or_default().reject(reason);
        self.reject_aim(&task.form, &task.focal, reason);
    }

    /// A rejection by the engine.
    pub fn reject(&mut self, rejection: &Rejection) {
        self.reject_aim(&rejection.form, &rejection.focal, &rejection.reason.name());
    }

    fn reject_aim(&mut self, form: &str, focal: &str, reason: &str) {
        self.all.reject(reason);
        for (map, key) in [(&mut self.by_form, form), (&mut self.by_tool, focal)] {
            if !key.is_empty() {
                map.entry(key.into()).or_default().reject(reason);
            }
        }
    }

    /// Computes the shares.
    pub fn finish(&mut self) {
        let maps = [&mut self.by_tool, &mut self.by_form, &mut self.by_topology];
        let aims = maps.into_iter().flat_map(|m| m.values_mut()).chain([&mut self.all]);
        aims.for_each(|aim| aim.share = share(aim.accepted, aim.episodes));
    }
}

/// Cells of the pool with fewer tasks than they would have if all were alike.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UnderCovered {
    /// Tools that no task calls although episodes can aim at them.
    pub unused_tools: Vec<String>,
    /// Tools aimed at five times or more without one task.
    pub barren_tools: Vec<String>,
    /// Tools used in less than a quarter of the tasks that an average tool is used in, unused ones left out.
    pub rare_tools: Vec<String>,
    /// Forms with less than a quarter of the tasks of an average form.
    pub rare_forms: Vec<String>,
    /// Topology classes with fewer than ten tasks.
    pub rare_topologies: u64,
}

/// What of a dataset is under-covered.
pub fn under_covered(stats: &Stats, outcomes: &Outcomes) -> UnderCovered {
    let average = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>() as f64 / counts.len().max(1) as f64;
    let used = &stats.tool_use.counts;
    let low = UNDER * average(used);
    let aims = |tool: &String| outcomes.by_tool.get(tool).map_or((0, 0), |a| (a.episodes, a.accepted));
    let barren = |tool: &String| matches!(aims(tool), (episodes, 0) if episodes >= BARREN);
    let head = [&stats.objects.certified_path, &stats.objects.trajectories].into_iter().flatten().next();
    let classes = head.and_then(|o| o.topologies_shape_purity);
    let few = UNDER * average(&stats.forms);
    UnderCovered {
        unused_tools: used.iter().filter(|(t, n)| **n == 0 && !barren(t)).map(|(t, _)| t.clone()).collect(),
        barren_tools: outcomes.by_tool.keys().filter(|t| barren(t)).cloned().collect(),
        rare_tools: used.iter().filter(|(_, n)| **n > 0 && (**n as f64) < low).map(|(t, _)| t.clone()).collect(),
        rare_forms: stats.forms.iter().filter(|(_, n)| (**n as f64) < few).map(|(f, _)| f.clone()).collect(),
        rare_topologies: classes.map_or(0, |c| c.classes - c.at_least_ten),
    }
}

/// How much more often than usual the next run aims at a tool or a form; 1 where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// By tool.
    pub tools: BTreeMap<String, f64>,
    /// By form.
    pub forms: BTreeMap<String, f64>,
}

/// Weights that steer towards what is under-covered: `(mean + 1) / (tasks + 1)`, from a tenth to ten, for every tool that
/// is not barren and for rare forms. The other forms keep their share, which the exemplars set.
pub fn weights(stats: &Stats, outcomes: &Outcomes) -> Weights {
    let lacking = under_covered(stats, outcomes);
    let of = |counts: &BTreeMap<String, u64>, steered: &dyn Fn(&String) -> bool| -> BTreeMap<String, f64> {
        let mean = counts.values().sum::<u64>() as f64 / counts.len().max(1) as f64;
        counts
            .iter()
            .filter(|(name, _)| steered(name))
            .map(|(name, n)| (name.clone(), rounded(((mean + 1.0) / (*n as f64 + 1.0)).clamp(LEAST, GREATEST))))
            .collect()
    };
    Weights {
        tools: of(&stats.tool_use.counts, &|tool| !lacking.barren_tools.contains(tool)),
        forms: of(&stats.forms, &|form| lacking.rare_forms.contains(form)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rare_weighs_more_and_what_is_barren_does_not() {
        let mut stats = Stats::default();
        for (tool, n) in [("often", 30), ("seldom", 1), ("never", 0), ("barren", 0)] {
            stats.tool_use.counts.insert(tool.into(), n);
        }
        stats.forms = [("lookup".to_string(), 31)].into();
        let mut outcomes = Outcomes::default();
        (0..5).for_each(|_| outcomes.reject_aim("lookup", "barren", "no_evidence"));
        outcomes.finish();
        let lacking = under_covered(&stats, &outcomes);
        assert_eq!((lacking.unused_tools, lacking.barren_tools), (vec!["never".into()], vec!["barren".to_string()]));
        assert_eq!(lacking.rare_tools, ["seldom"]);
        let weights = weights(&stats, &outcomes);
        assert_eq!(weights.tools, [("never".into(), 8.75), ("often".into(), 0.2823), ("seldom".into(), 4.375)].into());
        assert_eq!(weights.forms, BTreeMap::new());
    }
}
