//! Models and endpoints that cannot be used, and runs with nothing in them: one clear sentence each.

use std::fs;

use serde_json::{Value, json};

use crate::Place;
use crate::models::Mock;

/// The settings file with this model for one stage.
fn stage_model(place: &Place, stage: &str, model: &str) {
    fs::write(place.path().join("dive.toml"), format!("[llm.{stage}]\nmodel = \"{model}\"\n")).unwrap();
}

/// What the first episode that was rejected for this reason says.
fn detail(place: &Place, run: &str, reason: &str) -> String {
    place.json(&format!("show {run} 1 --rejected={reason}"))["detail"].as_str().unwrap().to_string()
}

#[test]
fn what_no_episode_can_survive_stops_the_run_and_names_the_stage() {
    let place = Place::new();
    let mock = Mock::start(&place, "");
    let locked = Mock::start(&place, "--key right");
    for stage in ["collector", "deriver", "solver"] {
        let synth = |url: &str| format!("synth --engine llm --model mock --base-url {url}/v1 --count 2 --out r");
        for (model, says) in [
            ("gpt-17", format!("the {stage}: HTTP 404: The model `gpt-17` does not exist.; correct `model`")),
            (
                "mock:no-tools",
                format!("the {stage}: HTTP 400: this model does not support tools; choose a model with tool calling"),
            ),
        ] {
            stage_model(&place, stage, model);
            let said = place.refused(&synth(&mock.1));
            assert!(said.contains(&says), "{stage} {model}: {said}");
            // What was made is a run that another model cannot continue, but the same can.
            assert_eq!(place.json("show r --rejected")["total"].as_u64().unwrap_or(0), 0);
            fs::remove_dir_all(place.path().join("r")).unwrap();
        }
        let there = format!("[llm.{stage}]\nbase_url = \"{}/v1\"\n", locked.1);
        fs::write(place.path().join("dive.toml"), &there).unwrap();
        let said = place.refused(&synth(&mock.1));
        assert!(said.contains(&format!("the {stage}: HTTP 401: invalid API key; set the variable")), "{said}");
        // With the key the same command goes on.
        fs::write(place.path().join("dive.toml"), format!("{there}api_key_env = \"STAGE_KEY\"\n")).unwrap();
        let said = place.refused(&synth(&mock.1));
        let needs = format!("the {stage} needs a key, but the environment variable STAGE_KEY is not set");
        assert!(said.contains(&needs), "{said}");
        let mut command = place.command(&format!("{} --json", synth(&mock.1)));
        let output = command.env("STAGE_KEY", "right").output().unwrap();
        let made: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(made["accepted"], 2, "{stage}: {made}");
        fs::remove_dir_all(place.path().join("r")).unwrap();
        let down = format!("[llm.{stage}]\nbase_url = \"http://127.0.0.1:9/v1\"\n[llm]\nattempts = 1\n");
        fs::write(place.path().join("dive.toml"), down).unwrap();
        let said = place.refused(&synth(&mock.1));
        let nobody = format!("the {stage}: nobody answers at 127.0.0.1:9");
        assert!(said.contains(&nobody) && said.contains("start the server or correct base_url"), "{said}");
        fs::remove_file(place.path().join("dive.toml")).unwrap();
        // Nothing half-written: the same run, now with all servers, is as if nothing had happened.
        assert_eq!(place.json(&synth(&mock.1))["accepted"], 2);
        fs::remove_dir_all(place.path().join("r")).unwrap();
    }
}

#[test]
fn what_a_model_does_wrong_costs_episodes_and_says_what_to_change() {
    let place = Place::new();
    let mock = Mock::start(&place, "");
    let made = |run: &str| {
        let synth = format!("synth --engine llm --model mock --base-url {}/v1 --range 0..4 --out {run}", mock.1);
        place.json(&synth)["rejected"].clone()
    };
    for (stage, model, reason, says) in [
        ("collector", "mock:ignores-schema", "no_evidence", "the collector called no tool; choose a model with tool"),
        ("collector", "mock:empty", "no_evidence", "the collector called no tool"),
        ("collector", "mock:refusal", "refused", "the collector refused"),
        (
            "collector",
            "mock:truncated",
            "no_evidence",
            "the collector's reply was cut off at the limit of tokens; raise",
        ),
        ("collector", "mock:malformed", "no_evidence", "The arguments are not valid JSON"),
        ("collector", "mock:unknown-tool", "no_evidence", "There is no tool"),
        ("collector", "mock:overflow", "out_of_context", "the collector: HTTP 400: prompt is too long"),
        ("collector", "mock:overflow", "out_of_context", "use a model with a longer context, or lower toolset_max"),
        ("deriver", "mock:ignores-schema", "no_submission", "the deriver: the reply does not call `submit_task`"),
        (
            "deriver",
            "mock:ignores-schema",
            "no_submission",
            "choose a model with tool calling, or switch it on in the server",
        ),
        (
            "deriver",
            "mock:truncated",
            "no_submission",
            "the deriver: the reply was cut off at the limit of tokens; raise",
        ),
        ("deriver", "mock:refusal", "refused", "the deriver refused"),
        ("deriver", "mock:overflow", "out_of_context", "the deriver: HTTP 400: prompt is too long"),
        ("deriver", "mock:invented", "not_entailed", "not `123456.75`"),
        ("solver", "mock:refusal", "question_link", "0 of 2 blind attempts arrived at"),
    ] {
        stage_model(&place, stage, model);
        let run = format!("{stage}-{}", model.replace(':', "-"));
        if !place.path().join(&run).exists() {
            let rejected = made(&run);
            // The scripted collector finds nothing now and then, whatever the deriver does.
            assert!(rejected[reason].as_u64() >= Some(1), "{stage} {model}: {rejected}");
        }
        let detail = detail(&place, &run, reason);
        assert!(detail.contains(says), "{stage} {model}: {detail}");
    }
}

#[test]
fn a_run_without_a_task_is_no_ground_for_anything() {
    let place = Place::new();
    let mock = Mock::start(&place, "--context 100");
    let synth = format!("synth --engine llm --model mock --base-url {}/v1 --range 0..3 --out runs/empty", mock.1);
    assert_eq!(place.json(&synth)["rejected"], json!({"out_of_context": 3}));
    let says = "runs/empty has no tasks, only 3 rejected episodes: `dive show runs/empty --rejected` says why";
    for words in [
        "solve empty",
        "solve empty --model mock --base-url http://127.0.0.1:9",
        "solve empty --model mock --base-url http://127.0.0.1:9 --dry-run",
        "select empty",
        "export empty",
        "export empty --format sft",
        "export empty --format hf --to there",
        "serve --gym empty",
        "split empty --out parts",
        "decontaminate empty --against dive.toml",
    ] {
        assert_eq!(place.refused(words), format!("error: {says}\n"), "{words}");
    }
    assert!(!place.path().join("there").exists() && !place.path().join("runs/empty/export").exists());
    let shown = place.json("show empty 1 --rejected");
    assert_eq!(shown["reason"], "out_of_context");

    // From nothing to files: the stages after the synthesis have nothing to work on, and do not begin.
    let run = format!("run --engine llm --model mock --base-url {}/v1 --count 5 --out runs/b", mock.1);
    let output = place.dive(&run);
    let text = String::from_utf8_lossy(&output.stderr).to_string();
    assert_eq!(output.status.code(), Some(1), "{text}");
    // A model that is unfit is paid for a few episodes, and not for all that a low yield would take.
    assert!(
        text.contains("error: the first 25 episodes were all rejected; the last one as `out_of_context`: "),
        "{text}"
    );
    assert!(text.contains("use a model with a longer context, or lower toolset_max"), "{text}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("== solve"));
    assert!(!place.path().join("runs/b/export").exists());
}
