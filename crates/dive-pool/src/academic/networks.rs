//! Networks of people and of journals.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::{Value, json};

use crate::graph::{Graph, numbered};
use crate::linear::{Matrix, identity_less, solve};

/// The family.
pub fn tools() -> Vec<NativeTool> {
    vec![structure(), roles(), influence()]
}

fn coauthors(name: &str, description: &str) -> Builder {
    native(&format!("academic.networks.{name}"), Processing, description)
        .param("pairs", "list(text:author_pair)", "Pairs of authors with an en dash between the two names: A–B.")
        .param("joint_papers", "list(count:joint_paper)", "Papers that the two wrote together, in the same order.")
        .group("institution", "coauthorship", &["pairs", "joint_papers"])
}

/// A triangle of people, one of whom has a further collaborator.
fn kite() -> Value {
    json!({"pairs": ["A–B", "A–C", "B–C", "C–D"], "joint_papers": [2, 3, 2, 4]})
}

fn doubled() -> Value {
    json!({"pairs": ["A–B", "B–A"], "joint_papers": [2, 2]})
}

fn graph(pairs: &[String], joint: &[i64]) -> Result<Graph, ToolError> {
    let joint: Vec<f64> = joint.iter().map(|n| *n as f64).collect();
    Graph::new(pairs, &joint)
}

fn structure() -> NativeTool {
    // Newman 2001, PNAS 98:404; transitivity as in Newman, Watts and Strogatz 2002, PNAS 99:2566.
    coauthors(
        "collaboration_structure",
        "Shape of a co-authorship network given by its pairs: number of authors, density (pairs over possible pairs), transitivity (share of connected triples that are closed) and share of authors in the largest component, in percent.",
    )
    .field("authors", "count:networked_author", "number of linked authors")
    .plural("numbers of linked authors")
    .field("density", "level:share.network_density[%]", "density")
    .plural("densities")
    .field("transitivity", "level:share.transitivity[%]", "transitivity")
    .plural("transitivities")
    .field("largest", "level:share.largest_component[%]", "share of authors in the largest component")
    .plural("shares of authors in the largest component")
    .tail("of the co-authorship network within {institution}")
    .example(kite(), "/density", 400.0 / 6.0)
    .example(kite(), "/transitivity", 60.0)
    .example(kite(), "/largest", 100.0)
    .example_error(doubled())
    .run(|pairs: Vec<String>, joint: Vec<i64>| {
        let graph = graph(&pairs, &joint)?;
        let n = graph.order() as f64;
        let largest = graph.components().first().copied().unwrap_or_default() as f64;
        Ok(json!({
            "authors": graph.order(),
            "density": 200.0 * graph.size() as f64 / (n * (n - 1.0)),
            "transitivity": 100.0 * graph.transitivity(),
            "largest": 100.0 * largest / n,
        }))
    })
}

/// Burt 1992, Structural Holes, 2: how far a person's ties lead to people who are tied to each other; weights are numbers of papers.
fn constraint(graph: &Graph, node: usize) -> f64 {
    let strength = |a: usize| graph.around(a).iter().map(|(_, w)| w).sum::<f64>();
    let share =
        |a: usize, b: usize| graph.around(a).iter().filter(|(n, _)| *n == b).map(|(_, w)| w / strength(a)).sum::<f64>();
    let near = graph.around(node);
    let bound = |other: usize| {
        let through: f64 =
            near.iter().filter(|(q, _)| *q != other).map(|(q, _)| share(node, *q) * share(*q, other)).sum();
        let whole = share(node, other) + through;
        whole * whole
    };
    near.iter().map(|(other, _)| bound(*other)).sum()
}

fn roles() -> NativeTool {
    // Freeman 1977 for betweenness, Watts and Strogatz 1998 for clustering.
    coauthors(
        "collaboration_roles",
        "Place of every author in a co-authorship network given by its pairs: number of collaborators, betweenness (unweighted, normalised), clustering coefficient and Burt's constraint (weighted by joint papers).",
    )
    .rows("authors", "author", "authors", "name")
    .field("name", "entity:author", "name")
    .field("collaborators", "count:collaborator", "number of repeat collaborators")
    .plural("numbers of repeat collaborators")
    .field("betweenness", "level:centrality.collaboration", "betweenness centrality (unweighted)")
    .plural("betweenness centralities (unweighted)")
    .field("clustering", "level:clustering_coefficient", "clustering coefficient")
    .field("constraint", "level:network_constraint", "structural-hole constraint (Burt)")
    .plural("structural-hole constraints (Burt)")
    .tail("in the co-authorship network within {institution}")
    .example(kite(), "/authors/2/betweenness", 2.0 / 3.0)
    .example(kite(), "/authors/0/clustering", 1.0)
    .example(kite(), "/authors/3/constraint", 1.0)
    .example_error(doubled())
    .run(|pairs: Vec<String>, joint: Vec<i64>| {
        let graph = graph(&pairs, &joint)?;
        let between = graph.unweighted().betweenness();
        let rows = graph.names.iter().enumerate().zip(between).map(|((node, name), betweenness)| {
            json!({
                "name": name,
                "collaborators": graph.around(node).len(),
                "betweenness": betweenness,
                "clustering": graph.clustering(node),
                "constraint": constraint(&graph, node),
            })
        });
        Ok(json!({"authors": rows.collect::<Vec<_>>()}))
    })
}

/// Share of the surfer's steps that follow a citation (Brin and Page 1998).
const DAMPING: f64 = 0.85;

fn influence() -> NativeTool {
    // Brin and Page 1998, Computer Networks 30:107; of journals as in Bollen, Rodriguez and Van de Sompel 2006, Scientometrics 69:669. The
    // fixed point is a linear system; a journal that cites none passes its weight to all.
    native(
        "academic.networks.journal_influence",
        Processing,
        "Influence of journals from the citations between them: PageRank weighted by citations, with damping 0.85, in percent, and self-citation rate, the share of a journal's own among the citations it received.",
    )
    .param("pairs", "list(text:journal_pair)", "Citing and cited journal, which may be the same, with an arrow between them: A→B.")
    .param("citations", "list(count:journal_citation)", "Citations from the one to the other, in the same order.")
    .group("journal", "journal_citations", &["pairs", "citations"])
    .rows("journals", "journal", "journals", "name")
    .field("name", "entity:journal", "name")
    .field("pagerank", "position:share.pagerank[%]", "citation-weighted PageRank")
    .field("self_citation", "level:share.self_citation[%]", "self-citation rate")
    .tail("in the citation network of the field of {journal}")
    .example(json!({"pairs": ["A→B", "B→A", "A→A"], "citations": [5, 8, 0]}), "/journals/0/pagerank", 50.0)
    .example(json!({"pairs": ["A→B", "A→A", "B→A"], "citations": [5, 3, 9]}), "/journals/0/self_citation", 25.0)
    .example_error(json!({"pairs": ["A"], "citations": [5]}))
    .example_error(json!({"pairs": ["A→B", "B→A"], "citations": [5, -1]}))
    .run(|pairs: Vec<String>, citations: Vec<i64>| {
        if citations.iter().any(|c| *c < 0) {
            return Err(ToolError::bad("Numbers of citations must not be negative."));
        }
        let weights: Vec<f64> = citations.iter().map(|c| *c as f64).collect();
        let links = numbered(&pairs, '→', &weights)?;
        let n = links.names.len();
        if n > 80 {
            return Err(ToolError::bad("At most 80 journals can be ranked at once."));
        }
        let between = |from: usize, to: usize| -> f64 {
            links.pairs.iter().filter(|(a, b, _)| *a == from && *b == to).map(|(_, _, w)| w).sum()
        };
        let given: Vec<f64> = (0..n).map(|from| (0..n).map(|to| between(from, to)).sum()).collect();
        let received: Vec<f64> = (0..n).map(|to| (0..n).map(|from| between(from, to)).sum()).collect();
        let step = |to: usize, (from, total): (usize, &f64)| if *total > 0.0 { between(from, to) / total } else { 1.0 / n as f64 };
        let matrix: Matrix = (0..n).map(|to| given.iter().enumerate().map(|from| step(to, from)).collect()).collect();
        let ranks = solve(&identity_less(DAMPING, &matrix), &vec![(1.0 - DAMPING) / n as f64; n])
            .ok_or_else(|| ToolError::bad("The citations admit no ranking."))?;
        let rows = links.names.iter().enumerate().zip(ranks.into_iter().zip(received)).map(|((i, name), (rank, all))| {
            let own = if all > 0.0 { 100.0 * between(i, i) / all } else { 0.0 };
            json!({"name": name, "pagerank": 100.0 * rank, "self_citation": own})
        });
        Ok(json!({"journals": rows.collect::<Vec<_>>()}))
    })
}
