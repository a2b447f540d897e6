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
        for (i, call) in path.iter().filter_map(|id| evidence.get(*id)).enumerate() {
            tools.push(call.tool.clone());
            kinds.push(if kind(&call.tool) == Some(ToolKind::Processing) { 'P' } else { 'R' });
            edges.extend(call.inputs().iter().filter_map(|c| index.get(c).copied()).map(|j| (j, i)));
        }
        Topology::new(tools, kinds, edges)
    }

    /// The graph of these calls; `kinds` has a letter for each, and every edge runs from an earlier call to a later one.
    pub fn new(tools: Vec<String>, kinds: String, edges: Vec<(usize, usize)>) -> Topology {
        let mut level = vec![0; tools.len()];
        for i in 0..tools.len() {
            let before = edges.iter().filter(|(_, to)| *to == i).filter_map(|(from, _)| level.get(*from).copied());
            let own = before.max().map_or(0, |l: usize| l + 1);
            if let Some(l) = level.get_mut(i) {
                *l = own;
            }
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

    /// Canonical form of the graph whose nodes are labelled `R` and `P` only.
    pub fn two_coloured(&self) -> String {
        let mut buffer = [0; 4];
        let labels: Vec<String> = self.kinds.chars().map(|k| k.encode_utf8(&mut buffer).to_string()).collect();
        canonical(&labels.iter().map(String::as_str).collect::<Vec<_>>(), &self.edges)
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

/// Leaves of the individualisation search. Symmetries are used to skip what is equivalent, so only graphs that look
/// regular without being symmetric come near it.
const SEARCH_CAP: usize = 5_000;

/// Canonical form of a labelled directed graph: equal for two graphs exactly when they are isomorphic.
///
/// Colour refinement, then individualisation of one node of the first class that is still ambiguous, keeping the least
/// encoding; two leaves with one encoding are an automorphism, which prunes the search (McKay 1981). Beyond the search
/// cap the form is still an invariant of the input order's best encoding, and marked `~`.
pub fn canonical(labels: &[&str], edges: &[(usize, usize)]) -> String {
    let n = labels.len();
    let mut sorted: Vec<&str> = labels.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let colours: Vec<usize> = labels.iter().map(|l| sorted.binary_search(l).unwrap_or(0)).collect();
    let mut search = Search { n, edges, first: None, best: None, automorphisms: Vec::new(), leaves: 0 };
    search.visit(refine(colours, edges), &mut Vec::new());
    let best = search.best.unwrap_or_default();
    let named: Vec<&str> = best.order.iter().filter_map(|i: &usize| labels.get(*i).copied()).collect();
    let encoded: Vec<String> = best.encoded.iter().map(|(a, b)| format!("{a}-{b}")).collect();
    let capped = if search.leaves >= SEARCH_CAP { "~" } else { "" };
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

/// A complete numbering of the nodes.
#[derive(Debug, Clone, Default)]
struct Leaf {
    /// The edges in that numbering, sorted.
    encoded: Vec<(usize, usize)>,
    /// The node at each number.
    order: Vec<usize>,
    /// The nodes that were individualised, in turn.
    path: Vec<usize>,
}

struct Search<'a> {
    n: usize,
    edges: &'a [(usize, usize)],
    first: Option<Leaf>,
    best: Option<Leaf>,
    /// Image of each node.
    automorphisms: Vec<Vec<usize>>,
    leaves: usize,
}

impl Search<'_> {
    /// Searches below `path`; the result is the length of the path at which to go on.
    fn visit(&mut self, colours: Vec<usize>, path: &mut Vec<usize>) -> usize {
        let level = path.len();
        if self.leaves >= SEARCH_CAP {
            return level;
        }
        let mut classes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, c) in colours.iter().enumerate() {
            classes.entry(*c).or_default().push(i);
        }
        let Some(members) = classes.values().find(|m| m.len() > 1) else {
            self.leaves += 1;
            let order: Vec<usize> = classes.values().flatten().copied().collect();
            return self.leaf(order, path);
        };
        let mut tried: Vec<usize> = Vec::new();
        for chosen in members.clone() {
            if self.equivalent(chosen, &tried, path) {
                continue;
            }
            tried.push(chosen);
            // The chosen node gets a colour of its own just before its class.
            let split: Vec<usize> =
                colours.iter().enumerate().map(|(i, c)| if i == chosen { c * 2 } else { c * 2 + 1 }).collect();
            path.push(chosen);
            let back = self.visit(refine(split, self.edges), path);
            path.truncate(level);
            if back < level {
                return back;
            }
        }
        level
    }

    fn leaf(&mut self, order: Vec<usize>, path: &[usize]) -> usize {
        let mut rank = vec![0; self.n];
        for (position, node) in order.iter().enumerate() {
            if let Some(r) = rank.get_mut(*node) {
                *r = position;
            }
        }
        let at = |i: &usize| rank.get(*i).copied().unwrap_or(0);
        let mut encoded: Vec<(usize, usize)> = self.edges.iter().map(|(a, b)| (at(a), at(b))).collect();
        encoded.sort_unstable();
        let leaf = Leaf { encoded, order, path: path.to_vec() };
        // What lies below the place where two equal leaves part has been searched in the image of the first.
        for known in [&self.first, &self.best].into_iter().flatten() {
            if known.encoded == leaf.encoded {
                let mut image: Vec<usize> = (0..self.n).collect();
                for (from, to) in known.order.iter().zip(&leaf.order) {
                    if let Some(i) = image.get_mut(*from) {
                        *i = *to;
                    }
                }
                let parting = known.path.iter().zip(&leaf.path).take_while(|(a, b)| a == b).count();
                self.automorphisms.push(image);
                return parting;
            }
        }
        if self.first.is_none() {
            self.first = Some(leaf.clone());
        }
        if self.best.as_ref().is_none_or(|b| leaf.encoded < b.encoded) {
            self.best = Some(leaf);
        }
        path.len()
    }

    /// Whether an automorphism that leaves the path alone takes a tried node to this one.
    fn equivalent(&self, node: usize, tried: &[usize], path: &[usize]) -> bool {
        let fixing: Vec<&Vec<usize>> =
            self.automorphisms.iter().filter(|a| path.iter().all(|p| a.get(*p) == Some(p))).collect();
        if fixing.is_empty() || tried.is_empty() {
            return false;
        }
        let mut orbit = tried.to_vec();
        let mut next = 0;
        while let Some(from) = orbit.get(next).copied() {
            next += 1;
            for image in fixing.iter().filter_map(|a| a.get(from)) {
                if !orbit.contains(image) {
                    orbit.push(*image);
                }
            }
        }
        orbit.contains(&node)
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
        // DAGs up to isomorphism (OEIS A003087), and with two colours, on 1 to 6 nodes.
        for (n, plain, coloured) in
            [(1usize, 1, 2), (2, 2, 7), (3, 6, 40), (4, 31, 420), (5, 302, 8_628), (6, 5_984, 357_468)]
        {
            let pairs: Vec<(usize, usize)> = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect();
            let mut shapes = BTreeMap::new();
            for graph in 0..1u32 << pairs.len() {
                let edges: Vec<_> =
                    pairs.iter().enumerate().filter(|(i, _)| graph >> i & 1 == 1).map(|(_, e)| *e).collect();
                shapes.entry(canonical(&vec![""; n], &edges)).or_insert(edges);
            }
            assert_eq!(shapes.len(), plain, "{n} nodes");
            // A colouring of one graph of each shape is a colouring of any.
            let mut seen = std::collections::BTreeSet::new();
            for edges in shapes.values() {
                for colours in 0..1u32 << n {
                    let labels: Vec<&str> = (0..n).map(|i| if colours >> i & 1 == 1 { "R" } else { "P" }).collect();
                    seen.insert(canonical(&labels, edges));
                }
            }
            assert_eq!(seen.len(), coloured, "{n} nodes");
        }
    }

    #[test]
    fn symmetric_graphs_need_no_search() {
        // Twenty equal branches of two calls into one: 20! numberings, all alike.
        let branches = 20;
        let edges: Vec<(usize, usize)> =
            (0..branches).flat_map(|i| [(2 * i, 2 * i + 1), (2 * i + 1, 2 * branches)]).collect();
        let labels = vec!["x"; 2 * branches + 1];
        assert!(!canonical(&labels, &edges).starts_with('~'));
        let mirrored: Vec<(usize, usize)> = edges.iter().map(|(a, b)| (2 * branches - a, 2 * branches - b)).collect();
        assert_eq!(canonical(&labels, &edges), canonical(&labels, &mirrored));
        assert!(!canonical(&["x"; 40], &[]).starts_with('~'));
    }
}
