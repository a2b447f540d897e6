use std::fs;
use std::time::Duration;
use std::{process::Stdio, thread};

use serde_json::Value;

use crate::Place;

fn without(mut value: Value, keys: &[&str]) -> Value {
    for key in keys {
        value.as_object_mut().unwrap().remove(*key);
    }
    value
}

/// What two ways to one dataset must agree on.
fn dataset(value: Value) -> Value {
    without(value, &["seconds", "run", "surplus", "next_range"])
}

#[test]
fn the_main_job_from_end_to_end() {
    let place = Place::new();
    let made = place.json("synth --count 40 --out runs/a");
    let sum = |key: &str| made[key].as_u64().unwrap();
    let rejected: u64 = made["rejected"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(sum("accepted"), 40, "{made}");
    assert_eq!(sum("episodes"), sum("accepted") + rejected + sum("failed") + sum("pending"));
    assert_eq!(made["digest"].as_str().map(str::len), Some(64));
    assert_eq!(made["run"], "runs/a");

    for words in ["verify a", "verify a --reexecute"] {
        let verified = place.json(words);
        assert_eq!((&verified["tasks"], &verified["certified"]), (&Value::from(40), &Value::from(40)), "{verified}");
        assert_eq!(verified["failures"].as_array().unwrap().len(), 0);
    }
    assert_eq!(place.json("export a")["tasks"], 40);
    let rows = fs::read_to_string(place.path().join("runs/a/export/jsonl/tasks.jsonl")).unwrap();
    for line in rows.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["toolset"].as_array().unwrap().len(), row["tools"].as_array().unwrap().len());
    }
    let stats = place.json("stats a");
    assert_eq!(stats["tasks"], 40);
    let id = place.json("show a 3")["id"].as_str().unwrap().to_string();
    let shown = place.dive(&format!("show a {id}"));
    assert!(String::from_utf8(shown.stdout).unwrap().contains("Derivation"));
    assert!(place.refused("show a 41").starts_with("error: runs/a has 40 tasks, so none with the number 41"));
    assert_eq!(
        place.refused("synth --count 40 --out runs/a --seed 2"),
        "error: runs/a was made with other settings (seed: 1 there, 2 here); use the same settings to continue, or \
         another --out\n"
    );
}

#[test]
fn workers_and_ranges_do_not_change_the_dataset() {
    let place = Place::new();
    let whole = place.json("synth --count 60 --workers 1 --out runs/one");
    assert_eq!(dataset(place.json("synth --count 60 --workers 3 --out runs/three")), dataset(whole.clone()));
    let first = place.json("synth --range 0..30 --out runs/a");
    assert_eq!((&first["accepted"], &first["digest"]), (&Value::from(0), &Value::Null));
    place.json("synth --range 30..1000 --out runs/b");
    assert_eq!(dataset(place.json("merge runs/b a --count 60 --out runs/merged")), dataset(whole));
    let rows = |run: &str| {
        place.json(&format!("export {run}"));
        fs::read(place.path().join(format!("runs/{run}/export/jsonl/tasks.jsonl"))).unwrap()
    };
    assert!(rows("one") == rows("three") && rows("one") == rows("merged"), "exports differ");
}

#[test]
fn killed_at_random_moments_it_ends_with_the_same_dataset() {
    let place = Place::new();
    let words = "synth --count 2000 --out runs/killed";
    let mut kills = 0;
    for i in 0..10u64 {
        let mut child = place.command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(300 + i * 7919 % 900));
        kills += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(kills > 0, "it was too quick to be killed");
    let whole = place.json("synth --count 2000 --out runs/whole");
    assert_eq!(dataset(place.json(words)), dataset(whole));
    let verified = place.json("verify killed");
    assert_eq!(verified["tasks"], verified["certified"]);
}
