//! The engine with models, against `dive mock-model`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::Place;

/// A scripted model that ends with its owner.
pub(crate) struct Mock(Child, pub String);

impl Mock {
    pub fn start(place: &Place, words: &str) -> Mock {
        let mut command = place.command(&format!("mock-model --port 0 --json {words}"));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = serde_json::from_str::<Value>(&line).unwrap()["url"].as_str().unwrap().to_string();
        Mock(child, url)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_run_with_a_model_from_start_to_end() {
    let place = Place::new();
    let mock = Mock::start(&place, "");
    let llm = format!("synth --engine llm --model mock --base-url {}/v1 --out a --count 8", mock.1);
    let made = place.json(&llm);
    assert_eq!(made["accepted"], 8);
    assert_eq!(made["surplus"], 0, "a paid run leaves no surplus: {made}");
    let stages = made["models"]["stages"].as_object().unwrap();
    assert_eq!(stages.keys().collect::<Vec<_>>(), ["collector", "deriver", "solver"]);
    assert!(stages.values().all(|s| s["exchanges"].as_u64() > Some(0) && s["tokens"]["prompt"].as_u64() > Some(0)));

    let verified = place.json("verify a --reexecute");
    assert_eq!((&verified["tasks"], &verified["certified"]), (&json!(8), &json!(0)));
    let derived = &verified["model_derived"];
    assert_eq!(derived["tasks"], 8);
    assert_eq!(derived["replay"], json!({"same": 8}));
    assert_eq!(derived["question_link"], json!({"independent_solves": 8}));
    assert_eq!(verified["failures"], json!([]));
    assert_eq!(place.json("stats a")["tasks"], 8);
    assert_eq!(place.json("show a 1")["provenance"]["engine"], "llm");

    // The other format gives the same dataset; nothing is asked again when a run is continued.
    let other =
        format!("synth --engine llm --model mock --wire anthropic --stream --base-url {} --out b --count 8", mock.1);
    assert_eq!(place.json(&other)["digest"], made["digest"]);
    let grown = place.json(&llm.replace("--count 8", "--count 10"));
    assert_eq!(grown["accepted"], 10);
    drop(mock);
    let again = place.json(&llm.replace("--count 8", "--count 10"));
    assert_eq!(again["digest"], grown["digest"]);
    assert!(place.refused(&llm.replace("--model mock", "--model other")).contains("llm.collector.model"));
}

#[test]
fn a_limit_of_cost_stops_and_a_higher_one_continues() {
    let place = Place::new();
    let mock = Mock::start(&place, "");
    let prices = "[llm.prices.mock]\nprompt = 3.0\ncompletion = 15.0\n";
    std::fs::write(place.path().join("dive.toml"), prices).unwrap();
    let llm = format!("synth --engine llm --model mock --base-url {}/v1 --out a --count 4 --in-flight 4", mock.1);
    let text = place.refused(&format!("{llm} --max-cost 0.3"));
    assert!(text.contains("the limit of 0.30 does not cover the next exchange"), "{text}");
    let made = place.json(&format!("{llm} --max-cost 30"));
    assert_eq!(made["accepted"], 4);
    assert!(made["models"]["cost"].as_f64().unwrap() < 30.0);
    let whole = place.json(&format!("{} --max-cost 30", llm.replace("--out a", "--out b")));
    assert_eq!(whole["digest"], made["digest"]);
    assert_eq!(whole["models"]["stages"], made["models"]["stages"], "nothing was paid twice");
    let estimate = place.json(&format!("{llm} --dry-run"));
    assert!(estimate["cost"].as_f64() > Some(0.0));
}

#[test]
fn models_that_cannot_be_used_are_told_in_a_sentence() {
    let place = Place::new();
    let mock = Mock::start(&place, "--key right");
    let open = Mock::start(&place, "--context 100");
    for (words, wanted) in [
        (String::new(), "the collector has no model: name one with --model"),
        ("--model x".into(), "environment variable OPENAI_API_KEY is not set"),
        ("--model x --base-url nonsense".into(), "`nonsense` is no http(s) address"),
        (format!("--model mock --base-url {}/v1", mock.1), "the collector: HTTP 401: invalid API key"),
        (format!("--model gpt-17 --base-url {}/v1", open.1), "The model `gpt-17` does not exist.; correct `model`"),
        (format!("--model mock --base-url {}/v1 --max-cost 1", open.1), "needs the price of `mock`"),
        ("--model mock --prompts nowhere --base-url http://127.0.0.1:9".into(), "nowhere cannot be read"),
    ] {
        let mut command = place.command(&format!("synth --engine llm {words} --out c"));
        let output = command.env_remove("OPENAI_API_KEY").output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words}: {text}");
        assert!(text.contains(wanted) && !text.contains("panicked"), "{words}: {text}");
        let _ = std::fs::remove_dir_all(place.path().join("c"));
    }
    // A context too small for the toolset rejects episodes in words and lets the run go on.
    let small = format!("synth --engine llm --model mock --base-url {}/v1 --out d --range 0..3", open.1);
    assert_eq!(place.json(&small)["rejected"], json!({"out_of_context": 3}));
    assert!(place.refused("synth --dry-run").contains("--dry-run needs --engine llm"));
}
