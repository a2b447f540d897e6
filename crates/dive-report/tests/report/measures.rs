use std::collections::BTreeSet;

use dive_core::topology::Topology;
use dive_report::table;

use crate::{analysis, tasks};

#[test]
fn the_text_of_the_measures() {
    insta::assert_snapshot!(table::stats(&analysis(&tasks()).stats));
}

#[test]
fn twice_the_same_tasks_have_no_new_classes() {
    let once = tasks();
    let twice: Vec<_> = once.iter().chain(&once).cloned().collect();
    let (a, b) = (analysis(&once).stats, analysis(&twice).stats);
    assert_eq!(b.tasks, 2 * a.tasks);
    assert_eq!(
        (a.unique_call_graphs, a.rp_topologies, a.rp_topologies_two_coloured, a.tools_covered, a.skeletons),
        (b.unique_call_graphs, b.rp_topologies, b.rp_topologies_two_coloured, b.tools_covered, b.skeletons)
    );
    assert_eq!(a.tool_use.variety.effective_number, b.tool_use.variety.effective_number);
    assert_eq!(b.text.raw.near_duplicate_share, 0.5 + a.text.raw.near_duplicate_share / 2.0);
    assert_eq!(b.toolsets.overlap_quantiles["1"], 1.0);
}

#[test]
fn the_order_of_calls_makes_sequences_and_not_graphs() {
    let topology = |tools: &[&str], kinds: &str, edges: &[(usize, usize)]| {
        Topology::new(tools.iter().map(|t| t.to_string()).collect(), kinds.into(), edges.to_vec())
    };
    let a = topology(&["find", "look", "sum"], "RRP", &[(0, 2), (1, 2)]);
    let b = topology(&["look", "find", "sum"], "RRP", &[(1, 2), (0, 2)]);
    assert_ne!(a.sequence(), b.sequence());
    assert_eq!((a.call_graph(), a.two_coloured()), (b.call_graph(), b.two_coloured()));
    assert_eq!((a.depth, a.width), (2, 2));
    // A retrieval that feeds a computation and the reverse have one shape and one purity, and two colourings.
    let (c, d) = (topology(&["x", "y"], "RP", &[(0, 1)]), topology(&["x", "y"], "PR", &[(0, 1)]));
    assert_eq!(c.class(), d.class());
    assert_ne!(c.two_coloured(), d.two_coloured());
}

#[test]
fn objects_are_counted_apart() {
    let stats = analysis(&tasks()).stats;
    let (path, evidence) = (stats.objects.certified_path.unwrap(), stats.objects.all_evidence.unwrap());
    assert_eq!(stats.objects.trajectories, None);
    assert_eq!(stats.unique_call_graphs, path.call_graphs.classes);
    assert_eq!(evidence.calls, path.calls + stats.calls_off_path);
    let by_size: u64 = path.by_size.iter().map(|s| s.call_graphs).sum();
    assert_eq!(by_size, path.call_graphs.classes, "graphs of different size are different");
    let names: BTreeSet<&str> = [path.over.as_str(), evidence.over.as_str()].into();
    assert_eq!(names, ["certified path", "all evidence"].into());
    assert!(path.by_size.iter().all(|s| s.two_coloured_possible.is_none_or(|p| s.two_coloured <= p)));
    let curve = &stats.rarefaction["call_graphs"];
    assert!(curve.windows(2).all(|w| w[0].classes <= w[1].classes));
    assert_eq!(curve.last().map(|p| p.classes), Some(path.call_graphs.classes as f64));
}
