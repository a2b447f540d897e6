//! The call graph of a certified path: calls are nodes, an edge runs from a call to each call that uses its result.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::{CallId, Evidence};
use crate::tool::ToolKind;

/// Which kinds of tools a path uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purity {
    /// Retrieval only.
    PureR,
    /// Both.
    Mixed,
    /// Processing only.
    PureP,
}

/// A call graph with its measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Topology {
    /// Tool of each node, in call order.
    pub tools: Vec<String>,
    /// Kind of each node, `R` or `P`.
    pub kinds: String,
    /// Edges between node indices.
    pub edges: Vec<(usize, usize)>,
    /// Calls on the longest chain.
    pub depth: usize,
    /// Most calls at one distance from the start.
    pub width: usize,
    /// Which kinds occur.
    pub purity: Purity,
    /// Canonical form of the unlabelled graph.
    pub shape: String,
}

impl Topology {
    /// The graph of a path; `kind` says what each tool is.
    pub fn of(path: &[CallId], evidence: &Evidence, kind: &dyn Fn(&str) -> Option<ToolKind>) -> Topology {
        let index: BTreeMap<CallId, usize> = path.iter().enumerate().map(|(i, c)| (*c, i)).collect();
        let mut tools = Vec::new();
        let mut kinds = String::new();
        let mut edges = Vec::new();
        let mut level: Vec<usize> = Vec::new();
        for (i, call) in path.iter().filter_map(|id| evidence.get(*id)).enumerate() {
            tools.push(call.tool.clone());
            kinds.push(if kind(&call.tool) == Some(ToolKind::Processing) { 'P' } else { 'R' });
            let inputs: Vec<usize> = call.inputs().iter().filter_map(|c| index.get(c).copied()).collect();
            level.push(inputs.iter().filter_map(|j| level.get(*j)).max().map_or(0, |l| l + 1));
            edges.extend(inputs.into_iter().map(|j| (j, i)));
        }
        let mut per_level: BTreeMap<usize, usize> = BTreeMap::new();
        level.iter().for_each(|l| *per_level.entry(*l).or_default() += 1);
        let purity = match (kinds.contains('R'), kinds.contains('P')) {
            (true, true) => Purity::Mixed,
            (false, true) => Purity::PureP,
            _ => Purity::PureR,
        };
        let shape = canonical(&vec![""; tools.len()], &edges);
        Topology {
            depth: per_level.len(),
            width: per_level.values().copied().max().unwrap_or(0),
            tools,
            kinds,
            edges,
            purity,
            shape,
        }
    }

    /// Canonical form of the graph labelled with tools.
    pub fn call_graph(&self) -> String {
        let labels: Vec<&str> = self.tools.iter().map(String::as_str).collect();
        canonical(&labels, &self.edges)
    }

    /// The tools in call order.
    pub fn sequence(&self) -> String {
        self.tools.join(" > ")
    }

    /// Topology class: shape × purity.
    pub fn class(&self) -> String {
        let purity = match self.purity {
            Purity::PureR => "R",
            Purity::Mixed => "RP",
            Purity::PureP => "P",
        };
        format!("{purity} {}", self.shape)
    }
}

/// Leaves of the individualisation search; graphs of paths have few symmetries, so this is never near in practice.
const SEARCH_CAP: usize = 5_000;

/// Canonical form of a labelled directed graph: equal for two graphs exactly when they are isomorphic.
///
/// Colour refinement, then individualisation of one node of the first class that is still ambiguous, keeping the least
/// encoding. Beyond the search cap the form is still an invariant of the input order's best encoding, and marked `~`.
pub fn canonical(labels: &[&str], edges: &[(usize, usize)]) -> String {
    let n = labels.len();
    let mut sorted: Vec<&str> = labels.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let colours: Vec<usize> = labels.iter().map(|l| sorted.binary_search(l).unwrap_or(0)).collect();
    let mut best: Option<Vec<(usize, usize)>> = None;
    let mut order = Vec::new();
    let mut leaves = 0;
    search(n, edges, refine(colours, edges), &mut best, &mut order, &mut leaves);
    let named: Vec<&str> = order.iter().filter_map(|i: &usize| labels.get(*i).copied()).collect();
    let encoded: Vec<String> = best.unwrap_or_default().iter().map(|(a, b)| format!("{a}-{b}")).collect();
    let capped = if leaves >= SEARCH_CAP { "~" } else { "" };
    let plain = named.iter().all(|n| n.is_empty());
    if plain {
        format!("{capped}{n}:{}", encoded.join(","))
    } else {
        format!("{capped}{}:{}", named.join("|"), encoded.join(","))
    }
}

fn refine(mut colours: Vec<usize>, edges: &[(usize, usize)]) -> Vec<usize> {
    loop {
        let mut signatures: Vec<(usize, Vec<usize>, Vec<usize>)> =
            colours.iter().map(|c| (*c, Vec::new(), Vec::new())).collect();
        for (a, b) in edges {
            let (ca, cb) = (colours.get(*a).copied().unwrap_or(0), colours.get(*b).copied().unwrap_or(0));
            if let Some(s) = signatures.get_mut(*a) {
                s.1.push(cb);
            }
            if let Some(s) = signatures.get_mut(*b) {
                s.2.push(ca);
            }
        }
        for s in &mut signatures {
            s.1.sort_unstable();
            s.2.sort_unstable();
        }
        let mut distinct = signatures.clone();
        distinct.sort();
        distinct.dedup();
        let next: Vec<usize> = signatures.iter().map(|s| distinct.binary_search(s).unwrap_or(0)).collect();
        let classes = |c: &[usize]| c.iter().collect::<std::collections::BTreeSet<_>>().len();
        if classes(&next) == classes(&colours) {
            return next;
        }
        colours = next;
    }
}

fn search(
    n: usize,
    edges: &[(usize, usize)],
    colours: Vec<usize>,
    best: &mut Option<Vec<(usize, usize)>>,
    order: &mut Vec<usize>,
    leaves: &mut usize,
) {
    if *leaves >= SEARCH_CAP {
        return;
    }
    let mut classes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, c) in colours.iter().enumerate() {
        classes.entry(*c).or_default().push(i);
    }
    let Some(members) = classes.values().find(|m| m.len() > 1) else {
        *leaves += 1;
        let rank: Vec<usize> = {
            let mut rank = vec![0; n];
            for (position, members) in classes.values().enumerate() {
                for m in members {
                    if let Some(r) = rank.get_mut(*m) {
                        *r = position;
                    }
                }
            }
            rank
        };
        let at = |i: &usize| rank.get(*i).copied().unwrap_or(0);
        let mut encoded: Vec<(usize, usize)> = edges.iter().map(|(a, b)| (at(a), at(b))).collect();
        encoded.sort_unstable();
        if best.as_ref().is_none_or(|b| encoded < *b) {
            *best = Some(encoded);
            *order = classes.values().flatten().copied().collect();
        }
        return;
    };
    for chosen in members.clone() {
        // The chosen node gets a colour of its own just before its class.
        let split: Vec<usize> =
            colours.iter().enumerate().map(|(i, c)| if i == chosen { c * 2 } else { c * 2 + 1 }).collect();
        search(n, edges, refine(split, edges), best, order, leaves);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn relabelling_changes_nothing(
            edges in prop::collection::btree_set((0usize..7, 0usize..7), 0..12),
            labels in prop::collection::vec(0usize..3, 7),
            shuffle in Just((0..7).collect::<Vec<usize>>()).prop_shuffle(),
        ) {
            let names = ["a", "b", "c"];
            let edges: Vec<_> = edges.into_iter().filter(|(a, b)| a < b).collect();
            let plain: Vec<&str> = labels.iter().map(|l| names[*l]).collect();
            let mut moved = vec![""; 7];
            for (i, to) in shuffle.iter().enumerate() {
                moved[*to] = plain[i];
            }
            let moved_edges: Vec<_> = edges.iter().map(|(a, b)| (shuffle[*a], shuffle[*b])).collect();
            prop_assert_eq!(canonical(&plain, &edges), canonical(&moved, &moved_edges));
        }
    }

    #[test]
    fn two_coloured_dags_are_counted_right() {
        // Two-coloured DAGs up to isomorphism on 1 to 4 nodes: 2, 7, 40, 420.
        for (n, expected) in [(1usize, 2), (2, 7), (3, 40), (4, 420)] {
            let pairs: Vec<(usize, usize)> = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect();
            let mut seen = std::collections::BTreeSet::new();
            for graph in 0..1u32 << pairs.len() {
                let edges: Vec<_> =
                    pairs.iter().enumerate().filter(|(i, _)| graph >> i & 1 == 1).map(|(_, e)| *e).collect();
                for colours in 0..1u32 << n {
                    let labels: Vec<&str> = (0..n).map(|i| if colours >> i & 1 == 1 { "R" } else { "P" }).collect();
                    seen.insert(canonical(&labels, &edges));
                }
            }
            assert_eq!(seen.len(), expected, "{n} nodes");
        }
    }
}
