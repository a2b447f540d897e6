//! How the tools of the pool fit together.

use std::fs;

use serde_json::Value;

use crate::Place;

#[test]
fn the_graph_of_a_run_counts_what_was_executed() {
    let place = Place::new();
    place.json("synth --count 80 --out runs/a");
    let graph = place.json("pool graph a --dot a.dot --svg a.svg");
    let number = |key: &str| graph[key].as_u64().unwrap();
    let edges = graph["edges"].as_array().unwrap();
    let (all, path) = (&graph["all_evidence"], &graph["certified_path"]);
    assert_eq!(all["edges"].as_u64(), Some(edges.len() as u64));
    assert!(path["edges"].as_u64().unwrap() <= all["edges"].as_u64().unwrap() && number("calls") > 80);
    let without = graph["without_producer"].as_object().unwrap();
    assert_eq!(all["with_producer"].as_u64().unwrap() + without.len() as u64, number("tools"));
    assert!(without.values().any(|reason| reason == "no episode called it"));
    for edge in edges {
        assert_ne!(edge["from"], edge["to"]);
        assert!(edge["times"].as_u64() > Some(0));
        let meanings = edge["meanings"].as_array().unwrap().iter().filter_map(Value::as_str);
        for meaning in meanings {
            assert!(!["number", "date", "year", "flag"].contains(&meaning.split(':').next().unwrap()), "{meaning}");
        }
    }
    let dot = fs::read_to_string(place.path().join("a.dot")).unwrap();
    assert!(dot.starts_with("digraph") && dot.matches(" -> ").count() == edges.len());
    let svg = fs::read_to_string(place.path().join("a.svg")).unwrap();
    assert!(svg.starts_with("<svg") && !svg.contains("<script"));
    assert!(place.refused("pool graph nothing").starts_with("error: there is no run at runs/nothing"));
}

#[test]
fn worlds_have_the_size_that_is_asked_for() {
    let place = Place::new();
    fs::write(place.path().join("dive.toml"), "[synth]\nworld_size = 50\n").unwrap();
    place.json("synth --count 15 --out runs/small");
    assert_eq!(place.json("verify small --reexecute")["certified"], 15);
    let said = place.refused("synth --count 15 --world-size 100 --out runs/small");
    assert!(said.contains("other settings (") && said.contains("world_size"), "{said}");
    let said = place.refused("synth --count 1 --world-size 10 --out runs/tiny");
    assert_eq!(said, "error: `world_size` must be from 50 to 400, is 10\n");
}
