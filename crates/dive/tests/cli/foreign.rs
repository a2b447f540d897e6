//! Datasets that others made.

use std::fs;

use serde_json::{Value, json};

use crate::Place;

const QUESTION: &str = "How many live in the city on the Hune?";

fn tools() -> Value {
    json!([{"type": "function", "function": {"name": "find_city", "parameters": {}}},
           {"type": "function", "function": {"name": "population", "parameters": {}}}])
}

fn steps(n: usize) -> Value {
    json!([{"tool": "find_city", "args": {"river": "Hune"}, "result": {"city": format!("Ardmouth {n}")}},
           {"tool": "population", "args": {"city": format!("Ardmouth {n}")}, "result": "41,200 people"}])
}

fn openai(n: usize) -> Value {
    let call = |id: &str, name: &str, arguments: Value| {
        json!({"role": "assistant", "content": null, "tool_calls": [
            {"id": id, "type": "function", "function": {"name": name, "arguments": arguments.to_string()}}]})
    };
    let city = format!("Ardmouth {n}");
    json!([{"role": "user", "content": QUESTION},
           call("1", "find_city", json!({"river": "Hune"})),
           {"role": "tool", "tool_call_id": "1", "content": json!({"city": city}).to_string()},
           call("2", "population", json!({"city": city})),
           {"role": "tool", "tool_call_id": "2", "content": "41,200 people"},
           {"role": "assistant", "content": "41,200"}])
}

/// The same conversations in each format.
fn row(format: &str, n: usize) -> Value {
    let city = format!("Ardmouth {n}");
    match format {
        "openai" => json!({"messages": openai(n), "tools": tools()}),
        "toucan" => json!({"uuid": "u", "messages": openai(n).to_string(), "available_tools": tools().to_string()}),
        "reference" => json!({"uuid": "u", "question": QUESTION, "ground_truth": "41200",
                              "tools": ["find_city", "population"], "trajectory": steps(n)}),
        _ => json!({"tools": tools().to_string(), "conversations": [
            {"from": "human", "value": QUESTION},
            {"from": "function_call", "value": json!({"name": "find_city", "arguments": {"river": "Hune"}}).to_string()},
            {"from": "observation", "value": json!({"city": city}).to_string()},
            {"from": "function_call", "value": json!({"name": "population", "arguments": {"city": city}}).to_string()},
            {"from": "observation", "value": "41,200 people"},
            {"from": "gpt", "value": "41,200"}]}),
    }
}

#[test]
fn every_format_becomes_the_same_dataset() {
    let place = Place::new();
    fs::write(place.path().join("kinds.json"), r#"{"find_city": "R", "population": "R"}"#).unwrap();
    let mut seen = None;
    for format in ["openai", "sharegpt", "toucan", "reference"] {
        let rows: Vec<String> = (0..3).map(|n| row(format, n).to_string()).collect();
        fs::write(place.path().join(format!("{format}.jsonl")), rows.join("\n")).unwrap();
        fs::write(place.path().join(format!("{format}.json")), format!("[{}]", rows.join(","))).unwrap();
        let imported = place.json(&format!("import {format}.jsonl --kinds kinds.json --out {format}"));
        assert_eq!(imported["formats"], json!({format: 3}));
        assert_eq!((&imported["rows"], &imported["certified"]), (&json!(3), &json!(false)));
        let named = place.json(&format!("import {format}.json --format {format} --out ./{format}-list"));
        assert_eq!(named["rows"], 3);

        let mut stats = place.json(&format!("stats ./{format}"));
        assert_eq!((&stats["calls_over"], &stats["objects"]["certified_path"]), (&json!("trajectory"), &Value::Null));
        assert_eq!((&stats["rp_topologies"], &stats["unique_call_graphs"]), (&json!(1), &json!(1)));
        // What only some formats tell.
        for key in ["file", "formats", "answer_types", "text", "objects"] {
            stats.as_object_mut().unwrap().remove(key);
        }
        assert_eq!(seen.get_or_insert_with(|| stats.clone()), &stats, "{format}");
    }
}

#[test]
fn an_imported_dataset_is_measured_and_never_certified() {
    let place = Place::new();
    let rows = [row("openai", 0), row("sharegpt", 1), json!({"text": "nothing"}), json!(7)].map(|r| r.to_string());
    fs::write(place.path().join("mixed.jsonl"), format!("{}\nnot json\n\u{fffd}\n", rows.join("\n"))).unwrap();
    let imported = place.json("import mixed.jsonl --out others");
    assert_eq!((&imported["rows"], &imported["skipped"]), (&json!(2), &json!(4)));
    place.json("synth --count 20 --out runs/ours");
    let difference = place.json("diff ours others");
    assert_eq!((&difference["n"], &difference["same_object"]), (&json!(2), &json!(false)));
    place.json("report others --to others.html");
    let page = fs::read_to_string(place.path().join("others.html")).unwrap();
    assert!(page.contains("Nothing here is certified") && page.contains("2 rows made elsewhere"));
    assert!(!page.contains("proof of its answer") && page.contains(QUESTION));
    for command in ["verify others", "show others", "export others", "view others --port 0", "split others --out x"] {
        let said = place.refused(command);
        assert!(said.contains("was made elsewhere and has no certified tasks"), "{command}: {said}");
    }
}

#[test]
fn what_cannot_be_imported_is_said() {
    let place = Place::new();
    fs::write(place.path().join("a.jsonl"), row("openai", 0).to_string()).unwrap();
    fs::write(place.path().join("b.parquet"), b"PAR1....").unwrap();
    fs::write(place.path().join("c.jsonl"), "").unwrap();
    for (words, said) in [
        (
            "a.jsonl --format sharegpt",
            "no row can be read; a.jsonl, row 1: sharegpt needs conversations; the row is of the format openai",
        ),
        ("b.parquet", "b.parquet: Parquet error: Invalid Parquet file. Corrupt footer"),
        ("c.jsonl", "no row can be read; the files are empty"),
        ("none.jsonl", "none.jsonl cannot be read: No such file or directory (os error 2)"),
    ] {
        assert_eq!(place.refused(&format!("import {words} --out x")), format!("error: {said}\n"));
        assert!(!place.path().join("x").exists() && !place.path().join("x.importing").exists(), "{words}");
    }
    place.json("import a.jsonl --out x");
    assert!(place.refused("import a.jsonl --out x").contains("exists already"));
    place.json("synth --count 5 --out runs/ours");
    place.json("export ours --to rows");
    assert!(
        place.refused("import rows/tasks.jsonl --kinds k.json --out y").contains("--kinds is for rows that others")
    );
}
