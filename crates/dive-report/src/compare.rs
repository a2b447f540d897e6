//! Two datasets at equal size.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::measure::Expected;
use crate::structure::{Analysis, CURVES};
use crate::text::{Mask, Wording};

/// Two datasets, each at the size of the smaller one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Tasks that both are compared at.
    pub n: u64,
    /// The first.
    pub a: Side,
    /// The second.
    pub b: Side,
    /// Whether calls are counted over the same object in both.
    pub same_object: bool,
    /// Distinct classes expected among `n` tasks.
    pub classes: Vec<Line>,
    /// Averages, which do not depend on size.
    pub averages: Vec<Average>,
    /// Share of the tasks by form, answer type, purity, domain, number of calls: total variation distance of the two.
    pub distances: BTreeMap<String, f64>,
    /// The wording of `n` questions, masked in the same way on both sides.
    pub text: Vec<Average>,
    /// How questions were masked.
    pub masked_by: String,
    /// Tools that both use, and that one of them uses.
    pub tools: Shared,
}

/// One dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// Tasks it has.
    pub tasks: u64,
    /// What its calls are counted over.
    pub calls_over: String,
}

/// Classes of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What the classes are of.
    pub of: String,
    /// In the first; none when it has no such classes.
    pub a: Option<Expected>,
    /// In the second.
    pub b: Option<Expected>,
    /// `a` or `b` when the intervals are apart, else `unclear`; empty when one side has none.
    pub more: String,
}

/// One number of each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Average {
    /// Of what.
    pub of: String,
    /// In the first.
    pub a: f64,
    /// In the second.
    pub b: f64,
}

/// Tools in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// Used by both.
    pub both: u64,
    /// Used by the first only.
    pub only_a: u64,
    /// Used by the second only.
    pub only_b: u64,
}

/// Compares two datasets at the size of the smaller one.
pub fn compare(a: (&str, &Analysis), b: (&str, &Analysis)) -> Comparison {
    let side = |(name, x): (&str, &Analysis)| Side {
        name: name.into(),
        tasks: x.stats.tasks,
        calls_over: x.stats.calls_over.clone(),
    };
    let n = a.1.stats.tasks.min(b.1.stats.tasks);
    let classes = CURVES.iter().filter_map(|of| {
        let at = |x: &Analysis| x.abundances.get(*of).map(|c| c.rarefied(n));
        let (a, b) = (at(a.1), at(b.1));
        let more = match (&a, &b) {
            (None, None) => return None,
            (Some(a), Some(b)) if a.low > b.high => "a",
            (Some(a), Some(b)) if b.low > a.high => "b",
            (Some(_), Some(_)) => "unclear",
            _ => "",
        };
        Some(Line { of: of.to_string(), a, b, more: more.into() })
    });
    let (s, t) = (&a.1.stats, &b.1.stats);
    let average = |of: &str, a: f64, b: f64| Average { of: of.into(), a, b };
    let head = |x: &Analysis| {
        let objects = &x.stats.objects;
        let head = if x.stats.calls_over == "trajectory" { &objects.trajectories } else { &objects.certified_path };
        head.clone().unwrap_or_default()
    };
    let (ha, hb) = (head(a.1), head(b.1));
    let averages = vec![
        average("tools offered a task", s.mean_toolset_size, t.mean_toolset_size),
        average("overlap of toolsets", s.toolsets.mean_overlap, t.toolsets.mean_overlap),
        average("distinct tools a task", ha.mean_tools, hb.mean_tools),
        average("calls a task", ha.mean_calls, hb.mean_calls),
        average("depth", ha.mean_depth, hb.mean_depth),
        average("width", ha.mean_width, hb.mean_width),
        average("edges a task", ha.mean_edges, hb.mean_edges),
    ];
    let mask = if a.1.texts.have_spans() && b.1.texts.have_spans() { Mask::Spans } else { Mask::Pattern };
    let (ta, tb) = (a.1.texts.at(n as usize, mask), b.1.texts.at(n as usize, mask));
    let mut text = Vec::new();
    for (name, a, b) in [("", &ta.raw, &tb.raw), ("masked, ", &ta.masked, &tb.masked)] {
        type Measure = fn(&Wording) -> f64;
        let measures: [(&str, Measure); 6] = [
            ("distinct texts", |w| w.distinct_texts as f64),
            ("distinct-1", |w| w.distinct_1),
            ("distinct-2", |w| w.distinct_2),
            ("distinct-3", |w| w.distinct_3),
            ("compression ratio", |w| w.compression_ratio),
            ("near-duplicate share", |w| w.near_duplicate_share),
        ];
        text.extend(measures.iter().map(|(of, f)| average(&format!("{name}{of}"), f(a), f(b))));
    }
    let calls = |x: &BTreeMap<u64, u64>| x.iter().map(|(k, n)| (k.to_string(), *n)).collect::<BTreeMap<_, _>>();
    let mut distances = BTreeMap::new();
    for (of, a, b) in [
        ("forms", &s.forms, &t.forms),
        ("answer types", &s.answer_types, &t.answer_types),
        ("purity", &s.purity, &t.purity),
        ("domains", &s.domains, &t.domains),
        ("operators", &s.operators, &t.operators),
        ("tools", &s.tool_use.counts, &t.tool_use.counts),
        ("calls", &calls(&s.calls), &calls(&t.calls)),
    ] {
        if a.values().sum::<u64>() > 0 && b.values().sum::<u64>() > 0 {
            distances.insert(of.to_string(), distance(a, b));
        }
    }
    let used = |x: &Analysis, tool: &String| x.stats.tool_use.counts.get(tool).is_some_and(|n| *n > 0);
    let mut tools = Shared::default();
    for tool in s.tool_use.counts.keys().chain(t.tool_use.counts.keys().filter(|k| !s.tool_use.counts.contains_key(*k)))
    {
        match (used(a.1, tool), used(b.1, tool)) {
            (true, true) => tools.both += 1,
            (true, false) => tools.only_a += 1,
            (false, true) => tools.only_b += 1,
            (false, false) => {}
        }
    }
    Comparison {
        n,
        a: side(a),
        b: side(b),
        same_object: s.calls_over == t.calls_over,
        classes: classes.collect(),
        averages,
        distances,
        text,
        masked_by: if mask == Mask::Spans { "spans" } else { "pattern" }.into(),
        tools,
    }
}

/// Total variation distance of two distributions: the share that would have to move.
fn distance(a: &BTreeMap<String, u64>, b: &BTreeMap<String, u64>) -> f64 {
    let (all_a, all_b) = (a.values().sum::<u64>() as f64, b.values().sum::<u64>() as f64);
    let at = |m: &BTreeMap<String, u64>, k: &String| m.get(k).copied().unwrap_or(0) as f64;
    let both = a.keys().chain(b.keys().filter(|k| !a.contains_key(*k)));
    crate::measure::rounded(both.map(|k| (at(a, k) / all_a - at(b, k) / all_b).abs()).sum::<f64>() / 2.0)
}
