//! Graphs given as lists of edges: what the network tools of several domains share.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::tool::ToolError;

/// Edges that a graph may have: more than any tool of the pool returns, few enough for cubic algorithms.
const MOST_EDGES: usize = 400;

/// Lengths of paths that differ by less, relatively, are equal: sums of decimals are not exact.
const SAME: f64 = 1e-9;

/// An undirected graph without loops or parallel edges; its edges have positive lengths.
pub struct Graph {
    /// Names of the nodes, in alphabetical order.
    pub names: Vec<String>,
    /// For each node its neighbours with the length of the edge.
    neighbours: Vec<Vec<(usize, f64)>>,
    /// Both ends and the length of each edge.
    edges: Vec<(usize, usize, f64)>,
}

/// Shortest paths from one node.
struct Paths {
    /// Length of the shortest path to each node; infinite where there is none.
    length: Vec<f64>,
    /// How many shortest paths there are.
    count: Vec<f64>,
    /// The nodes before each node on its shortest paths.
    before: Vec<Vec<usize>>,
    /// Nodes that are reached, nearest first.
    order: Vec<usize>,
}

impl Graph {
    /// The graph of these edges, each written `A–B`.
    ///
    /// # Errors
    /// Lists of different lengths, no or too many edges, a loop, an edge listed twice, a length that is not positive.
    pub fn new(edges: &[String], lengths: &[f64]) -> Result<Graph, ToolError> {
        let edges = numbered(edges, '–', lengths)?;
        let mut graph = Graph {
            neighbours: vec![Vec::new(); edges.names.len()],
            names: edges.names.into_iter().map(str::to_string).collect(),
            edges: edges.pairs,
        };
        let mut seen = BTreeSet::new();
        for (a, b, length) in &graph.edges {
            let (first, second) = (graph.name(*a), graph.name(*b));
            if a == b {
                return Err(ToolError::bad(format!(
                    "The edge from `{first}` to itself cannot be part of this network."
                )));
            }
            if !seen.insert((*a.min(b), *a.max(b))) {
                return Err(ToolError::bad(format!("The edge between `{first}` and `{second}` is listed twice.")));
            }
            if *length <= 0.0 {
                return Err(ToolError::bad(format!(
                    "The edge between `{first}` and `{second}` needs a positive number."
                )));
            }
            for (here, there) in [(*a, *b), (*b, *a)] {
                if let Some(list) = graph.neighbours.get_mut(here) {
                    list.push((there, *length));
                }
            }
        }
        Ok(graph)
    }

    fn name(&self, node: usize) -> &str {
        self.names.get(node).map_or("", String::as_str)
    }

    /// The number of a node.
    ///
    /// # Errors
    /// No edge ends in a node of that name.
    pub fn node(&self, name: &str) -> Result<usize, ToolError> {
        let place = self.names.iter().position(|n| n == name);
        place.ok_or_else(|| ToolError::bad(format!("`{name}` is an end of none of the edges.")))
    }

    /// Number of nodes.
    pub fn order(&self) -> usize {
        self.names.len()
    }

    /// Number of edges.
    pub fn size(&self) -> usize {
        self.edges.len()
    }

    /// The neighbours of a node and the lengths of the edges to them.
    pub fn around(&self, node: usize) -> &[(usize, f64)] {
        self.neighbours.get(node).map_or(&[], Vec::as_slice)
    }

    /// Whether two nodes are joined by an edge.
    pub fn joined(&self, a: usize, b: usize) -> bool {
        self.around(a).iter().any(|(n, _)| *n == b)
    }

    /// The same graph with every edge of length one.
    pub fn unweighted(&self) -> Graph {
        Graph {
            names: self.names.clone(),
            neighbours: self.neighbours.iter().map(|l| l.iter().map(|(n, _)| (*n, 1.0)).collect()).collect(),
            edges: self.edges.iter().map(|(a, b, _)| (*a, *b, 1.0)).collect(),
        }
    }

    /// For each node the number of its component, leaving out one node or edge if wanted.
    fn components_without(&self, node: Option<usize>, edge: Option<usize>) -> Vec<usize> {
        let cut = edge.and_then(|e| self.edges.get(e)).map(|(a, b, _)| (*a, *b));
        let mut part = vec![usize::MAX; self.order()];
        let mut parts = 0;
        for start in (0..self.order()).filter(|n| Some(*n) != node) {
            let mut open = vec![start];
            let mut grew = false;
            while let Some(here) = open.pop() {
                if part.get(here) != Some(&usize::MAX) {
                    continue;
                }
                if let Some(p) = part.get_mut(here) {
                    *p = parts;
                }
                grew = true;
                open.extend(
                    self.around(here)
                        .iter()
                        .map(|(n, _)| *n)
                        .filter(|n| Some(*n) != node && cut != Some((here, *n)) && cut != Some((*n, here))),
                );
            }
            parts += usize::from(grew);
        }
        part
    }

    /// Sizes of the components, largest first.
    pub fn components(&self) -> Vec<usize> {
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for part in self.components_without(None, None) {
            *sizes.entry(part).or_default() += 1;
        }
        let mut sizes: Vec<usize> = sizes.into_values().collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        sizes
    }

    /// How many nodes disconnect others when they are taken away, and how many edges do.
    pub fn cuts(&self) -> (usize, usize) {
        let parts = |of: Vec<usize>| of.into_iter().filter(|p| *p != usize::MAX).collect::<BTreeSet<_>>().len();
        let whole = parts(self.components_without(None, None));
        let nodes = (0..self.order()).filter(|n| parts(self.components_without(Some(*n), None)) > whole).count();
        let edges = (0..self.size()).filter(|e| parts(self.components_without(None, Some(*e))) > whole).count();
        (nodes, edges)
    }

    /// Lengths of the edges of a minimum spanning forest, shortest first (Kruskal 1956).
    pub fn spanning_forest(&self) -> Vec<f64> {
        let mut edges = self.edges.clone();
        edges.sort_by(|a, b| a.2.total_cmp(&b.2));
        let mut part: Vec<usize> = (0..self.order()).collect();
        let mut kept = Vec::new();
        for (a, b, length) in edges {
            let (Some(p), Some(q)) = (part.get(a).copied(), part.get(b).copied()) else { continue };
            if p != q {
                kept.push(length);
                part.iter_mut().filter(|x| **x == q).for_each(|x| *x = p);
            }
        }
        kept
    }

    /// Dijkstra 1959, with every shortest path counted.
    fn paths(&self, source: usize) -> Paths {
        let n = self.order();
        let mut found = Paths {
            length: vec![f64::INFINITY; n],
            count: vec![0.0; n],
            before: vec![Vec::new(); n],
            order: Vec::new(),
        };
        if let (Some(length), Some(count)) = (found.length.get_mut(source), found.count.get_mut(source)) {
            (*length, *count) = (0.0, 1.0);
        }
        let mut open: BTreeSet<usize> = (0..n).collect();
        let far = |lengths: &[f64], node: usize| lengths.get(node).copied().unwrap_or(f64::INFINITY);
        while let Some(here) =
            open.iter().copied().min_by(|a, b| far(&found.length, *a).total_cmp(&far(&found.length, *b)))
        {
            open.remove(&here);
            let at = far(&found.length, here);
            if at.is_infinite() {
                break;
            }
            found.order.push(here);
            let ways = found.count.get(here).copied().unwrap_or_default();
            for (next, length) in self.around(here).iter().filter(|(n, _)| open.contains(n)) {
                let (new, old) = (at + length, far(&found.length, *next));
                let same = (new - old).abs() <= SAME * new;
                if new > old && !same {
                    continue;
                }
                if let (Some(l), Some(c), Some(b)) =
                    (found.length.get_mut(*next), found.count.get_mut(*next), found.before.get_mut(*next))
                {
                    if !same {
                        *l = new;
                        *c = 0.0;
                        b.clear();
                    }
                    *c += ways;
                    b.push(here);
                }
            }
        }
        found
    }

    /// Length of the shortest path from a node to each node; infinite where there is none.
    pub fn distances(&self, source: usize) -> Vec<f64> {
        self.paths(source).length
    }

    /// For each node the length of the shortest path from a node, and the fewest edges on a path of that length.
    pub fn routes(&self, source: usize) -> Vec<(f64, usize)> {
        let paths = self.paths(source);
        let mut edges = vec![0_usize; self.order()];
        for node in paths.order.iter().copied().filter(|n| *n != source) {
            let before = paths.before.get(node).into_iter().flatten().filter_map(|b| edges.get(*b));
            let fewest = before.min().copied().unwrap_or_default() + 1;
            if let Some(e) = edges.get_mut(node) {
                *e = fewest;
            }
        }
        paths.length.into_iter().zip(edges).collect()
    }

    /// Betweenness of every node: the share of shortest paths between two others that lead through it, summed over pairs and
    /// divided by their number (Freeman 1977; algorithm of Brandes 2001).
    pub fn betweenness(&self) -> Vec<f64> {
        let n = self.order();
        let mut through = vec![0.0; n];
        for source in 0..n {
            let paths = self.paths(source);
            let mut dependency = vec![0.0; n];
            for node in paths.order.iter().rev().copied() {
                let (own, ways) = (value(&dependency, node), value(&paths.count, node));
                for before in paths.before.get(node).into_iter().flatten() {
                    if let Some(d) = dependency.get_mut(*before) {
                        *d += value(&paths.count, *before) / ways * (1.0 + own);
                    }
                }
                if node != source
                    && let Some(t) = through.get_mut(node)
                {
                    *t += own;
                }
            }
        }
        let pairs = (n as f64 - 1.0) * (n as f64 - 2.0);
        through.into_iter().map(|t| if pairs > 0.0 { t / pairs } else { 0.0 }).collect()
    }

    /// Share of the pairs of a node's neighbours that are joined themselves (Watts and Strogatz 1998); zero with fewer than two.
    pub fn clustering(&self, node: usize) -> f64 {
        let near = self.around(node);
        let pairs = near.len() * near.len().saturating_sub(1) / 2;
        let closed = near.iter().enumerate().flat_map(|(i, a)| near.iter().skip(i + 1).map(move |b| (a.0, b.0)));
        if pairs == 0 { 0.0 } else { closed.filter(|(a, b)| self.joined(*a, *b)).count() as f64 / pairs as f64 }
    }

    /// Three times the number of triangles over the number of connected triples; zero without triples.
    pub fn transitivity(&self) -> f64 {
        let triples = |node: usize| {
            let degree = self.around(node).len() as f64;
            degree * (degree - 1.0) / 2.0
        };
        let all: f64 = (0..self.order()).map(triples).sum();
        let closed: f64 = (0..self.order()).map(|n| self.clustering(n) * triples(n)).sum();
        if all > 0.0 { closed / all } else { 0.0 }
    }

    /// Laplacian matrix: degrees on the diagonal, -1 where nodes are joined.
    pub fn laplacian(&self) -> Vec<Vec<f64>> {
        self.matrix(|degree| degree as f64, -1.0)
    }

    /// Adjacency matrix, without lengths.
    pub fn adjacency(&self) -> Vec<Vec<f64>> {
        self.matrix(|_| 0.0, 1.0)
    }

    fn matrix(&self, own: impl Fn(usize) -> f64, joined: f64) -> Vec<Vec<f64>> {
        let entry = |a: usize, b: usize| match a == b {
            true => own(self.around(a).len()),
            false if self.joined(a, b) => joined,
            false => 0.0,
        };
        (0..self.order()).map(|a| (0..self.order()).map(|b| entry(a, b)).collect()).collect()
    }
}

fn value(list: &[f64], i: usize) -> f64 {
    list.get(i).copied().unwrap_or_default()
}

/// Edges with their ends numbered.
pub struct Numbered<'a> {
    /// Names of the nodes, in alphabetical order.
    pub names: Vec<&'a str>,
    /// Number of the first end, number of the second, weight.
    pub pairs: Vec<(usize, usize, f64)>,
}

/// Numbers the ends of edges, which are written with a sign between them.
///
/// # Errors
/// Lists of different lengths, no or too many edges, an edge without two ends.
pub fn numbered<'a>(edges: &'a [String], between: char, weights: &[f64]) -> Result<Numbered<'a>, ToolError> {
    if edges.len() != weights.len() {
        return Err(ToolError::bad(format!(
            "Both lists describe the same edges and must be equally long; they have {} and {} items.",
            edges.len(),
            weights.len()
        )));
    }
    if edges.is_empty() || edges.len() > MOST_EDGES {
        return Err(ToolError::bad(format!("A network has from 1 to {MOST_EDGES} edges, {} were given.", edges.len())));
    }
    let ends = |edge: &'a String| match edge.split(between).map(str::trim).collect::<Vec<_>>().as_slice() {
        [a, b] if !a.is_empty() && !b.is_empty() => Ok((*a, *b)),
        _ => Err(ToolError::bad(format!("`{edge}` is not an edge; write its two ends with `{between}` between them."))),
    };
    let ends: Vec<(&str, &str)> = edges.iter().map(ends).collect::<Result<_, _>>()?;
    let names: BTreeSet<&str> = ends.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let number = |name: &str| names.binary_search(&name).unwrap_or_default();
    let pairs = ends.into_iter().zip(weights).map(|((a, b), w)| (number(a), number(b), *w)).collect();
    Ok(Numbered { names, pairs })
}
