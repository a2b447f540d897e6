//! Graph algorithms over road networks.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::{Value, json};

use crate::graph::Graph;
use crate::linear;

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![structure(), path_lengths(), spanning_forest(), spectrum(), centralities(), routes()]
}

/// Roads and their lengths, which come together.
fn edges(builder: Builder, slot: &str, of: &str) -> Builder {
    builder
        .param("roads", "list(text:road)", "Roads as the two cities that they join, with an en dash between them: A–B.")
        .param("length_km", "list(amount:length.road[km])", "Length of each road in kilometres, in the same order.")
        .group(slot, of, &["roads", "length_km"])
}

fn network(name: &str, description: &str) -> Builder {
    edges(native(&format!("general.networks.{name}"), Processing, description), "network", "road_network")
}

/// A triangle with a tail of two roads.
fn kite() -> Value {
    json!({"roads": ["A–B", "B–C", "A–C", "C–D", "D–E"], "length_km": [3, 4, 5, 2, 6]})
}

/// Three roads in a line.
fn path() -> Value {
    json!({"roads": ["A–B", "B–C", "C–D"], "length_km": [1, 2, 4]})
}

/// A length too many.
fn uneven() -> Value {
    json!({"roads": ["A–B"], "length_km": [1, 2]})
}

fn structure() -> NativeTool {
    // Cyclomatic number e - v + p and gamma index e / 3(v - 2): Kansky 1963, Structure of Transportation Networks.
    network(
        "road_network_structure",
        "Connectivity of a road network given by its roads: connected components, cyclomatic number, Kansky's gamma index in percent, articulation points and bridges.",
    )
    .field("components", "count:network_part", "number of connected components")
    .plural("numbers of connected components")
    .field("cyclomatic", "count:independent_cycle", "cyclomatic number")
    .field("gamma", "level:share.gamma_index[%]", "gamma index (Kansky)")
    .plural("gamma indices (Kansky)")
    .field("articulation_points", "count:articulation_point", "number of articulation points")
    .plural("numbers of articulation points")
    .field("bridges", "count:network_bridge", "number of bridges (cut edges)")
    .plural("numbers of bridges (cut edges)")
    .tail("of the main-road network of {network}")
    .example(kite(), "/cyclomatic", 1.0)
    .example(kite(), "/bridges", 2.0)
    .example(path(), "/gamma", 50.0)
    .example_error(uneven())
    .run(|roads: Vec<String>, lengths: Vec<f64>| {
        let graph = Graph::new(&roads, &lengths)?;
        let (nodes, edges, parts) = (graph.order(), graph.size(), graph.components().len());
        if nodes < 3 {
            return Err(ToolError::bad("The gamma index needs at least three cities."));
        }
        let (points, bridges) = graph.cuts();
        Ok(json!({
            "components": parts,
            "cyclomatic": edges + parts - nodes,
            "gamma": 100.0 * edges as f64 / (3.0 * (nodes as f64 - 2.0)),
            "articulation_points": points,
            "bridges": bridges,
        }))
    })
}

/// Lengths of the shortest paths between all connected pairs of nodes.
fn all_pairs(roads: &[String], lengths: &[f64]) -> Result<Vec<f64>, ToolError> {
    let graph = Graph::new(roads, lengths)?;
    let after =
        |node: usize| graph.distances(node).into_iter().skip(node + 1).filter(|d| d.is_finite()).collect::<Vec<_>>();
    Ok((0..graph.order()).flat_map(after).collect())
}

fn path_lengths() -> NativeTool {
    // Diameter and average shortest path of a spatial network as in Barthelemy 2011, Physics Reports 499:1.
    network(
        "road_network_path_lengths",
        "Shortest paths through a road network given by its roads: the longest of them (weighted diameter) and their average, in kilometres, over all pairs of cities that are connected.",
    )
    .field("diameter_km", "amount:length.network_diameter[km]", "weighted diameter (longest shortest path)")
    .plural("weighted diameters (longest shortest paths)")
    .field("mean_km", "level:length.mean_path[km]", "mean shortest-path length between connected cities")
    .plural("mean shortest-path lengths between connected cities")
    .tail("of the main-road network of {network}")
    .example(kite(), "/diameter_km", 13.0)
    .example(path(), "/mean_km", (1.0 + 3.0 + 7.0 + 2.0 + 6.0 + 4.0) / 6.0)
    .example_error(uneven())
    .run(|roads: Vec<String>, lengths: Vec<f64>| {
        let pairs = all_pairs(&roads, &lengths)?;
        let longest = pairs.iter().copied().fold(0.0, f64::max);
        Ok(json!({"diameter_km": longest, "mean_km": pairs.iter().sum::<f64>() / pairs.len() as f64}))
    })
}

fn spanning_forest() -> NativeTool {
    // Kruskal 1956, Proceedings of the AMS 7:48.
    network(
        "minimum_spanning_forest",
        "Minimum spanning forest of a road network given by its roads: the shortest set of roads that keeps connected what is connected, its total length and its longest road in kilometres.",
    )
    .field("total_km", "amount:length.spanning_forest[km]", "total length of the minimum spanning forest")
    .plural("total lengths of the minimum spanning forest")
    .field("longest_km", "amount:length.road[km]", "length of the longest road in the minimum spanning forest")
    .plural("lengths of the longest road in the minimum spanning forest")
    .tail("of the main-road network of {network}")
    .example(kite(), "/total_km", 15.0)
    .example(path(), "/longest_km", 4.0)
    .example_error(json!({"roads": ["A–B", "B–A"], "length_km": [1, 2]}))
    .run(|roads: Vec<String>, lengths: Vec<f64>| {
        let kept = Graph::new(&roads, &lengths)?.spanning_forest();
        Ok(json!({"total_km": kept.iter().sum::<f64>(), "longest_km": kept.last()}))
    })
}

fn spectrum() -> NativeTool {
    // Fiedler 1973, Czechoslovak Mathematical Journal 23:298; Cvetkovic et al. 1980, Spectra of Graphs.
    network(
        "road_network_spectrum",
        "Eigenvalues of a road network given by its roads, lengths left aside: spectral radius of the adjacency matrix, largest eigenvalue of the Laplacian, and its second smallest one (algebraic connectivity, zero for a network in parts).",
    )
    .field("spectral_radius", "level:eigenvalue.adjacency", "largest eigenvalue of the adjacency matrix")
    .plural("largest eigenvalues of the adjacency matrix")
    .field("laplacian_radius", "level:eigenvalue.laplacian", "largest eigenvalue of the Laplacian matrix")
    .plural("largest eigenvalues of the Laplacian matrix")
    .field("algebraic_connectivity", "level:eigenvalue.fiedler", "algebraic connectivity (unweighted)")
    .plural("algebraic connectivities (unweighted)")
    .tail("of the main-road network of {network}")
    // A path of four nodes: 2 cos(pi/5) and 2 - 2 cos(pi/4), 2 + 2 cos(pi/4).
    .example(path(), "/spectral_radius", 1.618_033_988_75)
    .example(path(), "/algebraic_connectivity", 2.0 - std::f64::consts::SQRT_2)
    .example(path(), "/laplacian_radius", 2.0 + std::f64::consts::SQRT_2)
    .example_error(uneven())
    .run(|roads: Vec<String>, lengths: Vec<f64>| {
        let graph = Graph::new(&roads, &lengths)?;
        if graph.order() > 80 {
            return Err(ToolError::bad("At most 80 cities can be handled; give a smaller network."));
        }
        let adjacency = linear::eigenvalues(&graph.adjacency());
        let laplacian = linear::eigenvalues(&graph.laplacian());
        let second = laplacian.get(1).copied().unwrap_or_default();
        Ok(json!({
            "spectral_radius": adjacency.last(),
            "laplacian_radius": laplacian.last(),
            // Parts make it exactly zero, which rounding does not.
            "algebraic_connectivity": if graph.components().len() > 1 { 0.0 } else { second },
        }))
    })
}

fn centralities() -> NativeTool {
    // Freeman 1977 and 1978; closeness in parts after Wasserman and Faust 1994, 5.2; eccentricity after Hage and Harary 1995.
    network(
        "road_network_centralities",
        "Place of every city in a road network given by its roads: number of roads, betweenness along shortest paths (normalised), closeness (per kilometre), and road distance to the farthest city that can be reached.",
    )
    .rows("cities", "city", "cities", "name")
    .field("name", "entity:city", "name")
    .field("roads", "count:road", "number of road connections")
    .plural("numbers of road connections")
    .field("betweenness", "level:centrality.betweenness", "betweenness centrality (shortest paths by length)")
    .plural("betweenness centralities (shortest paths by length)")
    .field("closeness", "level:centrality.closeness", "closeness centrality")
    .plural("closeness centralities")
    .field("farthest_km", "amount:length.eccentricity[km]", "road distance to the farthest reachable city of the network")
    .plural("road distances to the farthest reachable city of the network")
    .tail("on the main-road network of {network}")
    .example(kite(), "/cities/2/betweenness", 4.0 / 6.0)
    .example(path(), "/cities/0/farthest_km", 7.0)
    .example(path(), "/cities/1/closeness", 3.0 / 9.0)
    .example_error(uneven())
    .run(|roads: Vec<String>, lengths: Vec<f64>| {
        let graph = Graph::new(&roads, &lengths)?;
        let others = graph.order() as f64 - 1.0;
        let rows = graph.names.iter().enumerate().zip(graph.betweenness()).map(|((node, name), betweenness)| {
            let reached: Vec<f64> = graph.distances(node).into_iter().filter(|d| *d > 0.0 && d.is_finite()).collect();
            let (count, sum) = (reached.len() as f64, reached.iter().sum::<f64>());
            json!({
                "name": name,
                "roads": graph.around(node).len(),
                "betweenness": betweenness,
                "closeness": count / sum * count / others,
                "farthest_km": reached.into_iter().fold(0.0, f64::max),
            })
        });
        Ok(json!({"cities": rows.collect::<Vec<_>>()}))
    })
}

fn routes() -> NativeTool {
    // Dijkstra 1959, Numerische Mathematik 1:269.
    edges(
        native(
            "general.networks.shortest_road_routes",
            Processing,
            "Shortest routes over a set of roads from the city that is named first in the first road to all others that can be reached: length in kilometres and number of roads.",
        ),
        "centre",
        "road_map",
    )
    .rows("cities", "city", "cities", "name")
    .field("name", "entity:city", "name")
    .field("route_km", "amount:length.route[km]", "road distance from the map's centre")
    .plural("road distances from the map's centre")
    .field("roads", "count:route_road", "")
    .tail("on the local road map around {centre}")
    .example(json!({"roads": ["A–B", "B–C", "A–C", "C–D"], "length_km": [3, 4, 9, 2]}), "/cities/1/route_km", 7.0)
    .example(json!({"roads": ["A–B", "B–C", "A–C", "C–D"], "length_km": [3, 4, 9, 2]}), "/cities/2/roads", 3.0)
    .example_error(json!({"roads": ["A"], "length_km": [3]}))
    .run(|roads: Vec<String>, lengths: Vec<f64>| {
        let graph = Graph::new(&roads, &lengths)?;
        let origin = roads.first().and_then(|r| r.split('–').next()).map(str::trim).unwrap_or_default();
        let routes = graph.routes(graph.node(origin)?);
        let rows = graph.names.iter().zip(routes).filter(|(name, (length, _))| **name != origin && length.is_finite());
        let row =
            |(name, (length, roads)): (&String, (f64, usize))| json!({"name": name, "route_km": length, "roads": roads});
        Ok(json!({"cities": rows.map(row).collect::<Vec<_>>()}))
    })
}
