//! The embedded engine's questions in a model's words, against `dive mock-model`, which knows how they are solved.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Place;
use crate::models::Mock;

const COUNT: u64 = 60;

/// A place with the run that the mock knows, and that mock.
fn known(words: &str) -> (Place, Mock) {
    let place = Place::new();
    place.json(&format!("synth --count {} --out runs/known", 2 * COUNT));
    let mock = Mock::start(&place, &format!("--knows known {words}"));
    (place, mock)
}

fn synth(mock: &Mock, model: &str, out: &str) -> String {
    format!("synth --engine hybrid --model {model} --base-url {}/v1 --count {COUNT} --out {out}", mock.1)
}

/// How many tasks became of a wording, by whether it was kept.
fn wordings(made: &Value) -> (u64, u64) {
    let by = made["rewording"].as_object().unwrap();
    let reworded = by.get("reworded").map_or(0, |n| n.as_u64().unwrap());
    (reworded, by.values().map(|n| n.as_u64().unwrap()).sum::<u64>() - reworded)
}

#[test]
fn what_holds_is_reworded_and_counted_apart_from_what_is_certified() {
    let (place, mock) = known("");
    let made = place.json(&synth(&mock, "mock", "runs/a"));
    assert_eq!((&made["accepted"], &made["surplus"]), (&json!(COUNT), &json!(0)), "{made}");
    let (reworded, kept) = wordings(&made);
    assert!(reworded > COUNT / 2 && kept > 0 && reworded + kept == COUNT, "{made}");
    assert_eq!(made["rewording"]["original: the answer could be hit by chance"], kept);

    let verified = place.json("verify a --reexecute");
    assert_eq!((&verified["tasks"], &verified["certified"]), (&json!(COUNT), &json!(kept)), "{verified}");
    let derived = &verified["model_derived"];
    let links = derived["derivation"].as_object().unwrap();
    assert!(links.keys().all(|k| k == "computed" || k == "quoted"), "{verified}");
    assert_eq!(links.values().map(|n| n.as_u64().unwrap()).sum::<u64>(), reworded);
    assert_eq!(derived["tasks"], reworded);
    assert_eq!(derived["question_link"], json!({"independent_solves": reworded}));
    assert_eq!((&derived["replay"], &verified["failures"]), (&json!({"same": reworded}), &json!([])));

    // The tasks are those of the embedded engine, question and certificate apart.
    place.json("export a --to a");
    place.json("export known --to known");
    let rows = |dir: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(place.path().join(dir).join("tasks.jsonl")).unwrap();
        text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    };
    for (own, original) in rows("a").iter().zip(&rows("known")) {
        assert_eq!(
            (&own["answer"], &own["derivation"], &own["evidence"]),
            (&original["answer"], &original["derivation"], &original["evidence"])
        );
        let reworded = own["provenance"]["model"]["rewording"] == "reworded";
        assert_eq!(own["question"] == original["question"], !reworded);
        assert_eq!(own["certificate"]["model_derived"].is_null(), !reworded);
    }
    let text = String::from_utf8(place.dive(&synth(&mock, "mock", "runs/a")).stdout).unwrap();
    assert!(text.contains(&format!("{reworded} tasks in a model's words, {kept} in the engine's own:")), "{text}");
    let estimate = place.json(&format!("{} --dry-run", synth(&mock, "mock", "runs/z")));
    assert_eq!(estimate["stages"].as_object().unwrap().keys().collect::<Vec<_>>(), ["deriver", "solver"]);
    assert!(!place.path().join("runs/z").exists());
}

#[test]
fn where_the_words_ask_for_something_else_the_engines_own_stay() {
    let (place, mock) = known("");
    // The same key in both runs, so that the tasks are the same ones.
    let made = place.json(&synth(&mock, "mock:drifted", "runs/a"));
    let (reworded, kept) = wordings(&made);
    assert_eq!((reworded, kept), (0, COUNT), "{made}");
    let reasons = made["rewording"].as_object().unwrap();
    assert!(reasons.keys().any(|k| k.starts_with("original: a reader who saw only this text")), "{made}");
    let verified = place.json("verify a --reexecute");
    assert_eq!((&verified["certified"], &verified["model_derived"]["tasks"]), (&json!(COUNT), &json!(0)), "{verified}");

    let some = place.json(&synth(&mock, "mock:drifted@0.6", "runs/b"));
    let (reworded, kept) = wordings(&some);
    let chance = some["rewording"]["original: the answer could be hit by chance"].as_u64().unwrap_or(0);
    assert!(reworded > 0 && kept > chance, "{some}");
    let verified = place.json("verify b");
    assert_eq!((&verified["certified"], &verified["model_derived"]["tasks"]), (&json!(kept), &json!(reworded)));
}

#[test]
fn a_killed_run_goes_on_without_asking_again() {
    let (place, mock) = known("--latency 25");
    let whole = place.json(&format!("{} --in-flight 4", synth(&mock, "mock", "runs/whole")));
    for pause in [300, 500, 800] {
        let mut child = place.command(&format!("{} --in-flight 4", synth(&mock, "mock", "runs/cut"))).spawn().unwrap();
        thread::sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let cut = place.json(&format!("{} --in-flight 4", synth(&mock, "mock", "runs/cut")));
    assert_eq!((&cut["digest"], &cut["rewording"]), (&whole["digest"], &whole["rewording"]));
    let exchanges = |made: &Value, stage: &str| made["models"]["stages"][stage]["exchanges"].clone();
    for stage in ["deriver", "solver"] {
        assert_eq!(exchanges(&cut, stage), exchanges(&whole, stage), "{stage}");
    }
    drop(mock);
    let refused = place.refused("synth --engine hybrid --model mock --tools shop.toml --out runs/c");
    assert!(refused.contains("over the embedded tools only"), "{refused}");
}
