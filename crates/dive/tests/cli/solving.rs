//! Attempts of a model at tasks, against `dive mock-model`, which knows how they are solved.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Place;
use crate::models::Mock;

fn rows(place: &Place, words: &str) -> Vec<Value> {
    let exported = place.json(&format!("export {words}"));
    let dir = place.path().join(exported["dir"].as_str().unwrap());
    let text = fs::read_to_string(dir.join(exported["files"][0].as_str().unwrap())).unwrap();
    assert_eq!(
        exported["rows_in"].as_u64().unwrap(),
        exported["rows"].as_u64().unwrap() + exported["dropped"].as_array().unwrap().len() as u64
    );
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn a_student_is_measured_and_the_frontier_selected() {
    let place = Place::new();
    place.json("synth --count 12 --out runs/a");
    let mock = Mock::start(&place, "--knows a");
    let solve = |k: u32| {
        format!("solve a --model mock:wrong-answers@0.5 --base-url {}/v1 --temperature 0.7 --rollouts {k}", mock.1)
    };
    let made = place.json(&solve(6));
    assert_eq!((&made["made"], &made["present"]), (&json!(72), &json!(0)), "{made}");
    let student = &made["policies"][0];
    assert_eq!((&student["policy"], &student["rollouts"]), (&json!("mock:wrong-answers@0.5"), &json!(72)));
    assert_eq!(student["ends"], json!({"answered": 72}));
    let verdicts = &student["verdicts"];
    assert!(verdicts["correct"].as_u64() > Some(10) && verdicts["incorrect"].as_u64() > Some(10), "{made}");
    assert!(made["models"]["stages"]["solver"]["exchanges"].as_u64() > Some(72));
    assert_eq!(place.json(&solve(6))["made"], 0);
    assert_eq!(place.json(&solve(8))["made"], 24, "more attempts are made beside those that are there");

    let selected = place.json("select a --min 0.2 --max 0.8");
    assert_eq!(selected["measured"], 12);
    let kept = selected["kept"].as_u64().unwrap();
    assert!(kept > 0, "{selected}");
    for rate in selected["tasks"].as_array().unwrap() {
        let (k, passes) = (rate["k"].as_u64().unwrap(), rate["passes"].as_u64().unwrap());
        assert!(k == 8 && (2..=6).contains(&passes), "{rate}");
        assert!(rate["low"].as_f64() < Some(passes as f64 / 8.0) && rate["high"].as_f64() > Some(passes as f64 / 8.0));
        assert_eq!(rate["policy"]["model"], "mock:wrong-answers@0.5");
        assert_eq!(rate["policy"]["settings"]["temperature"], 0.7);
    }
    let verl = rows(&place, "a --format rl_verl");
    assert_eq!(verl.len() as u64, kept);
    assert!(verl.iter().all(|r| r["extra_info"]["k"] == 8 && r["extra_info"]["passes"].as_u64() > Some(0)));

    // Rejection sampling: of several attempts a correct one is learnt from, and of nobody but a model where there is one.
    let sft = rows(&place, "a --format sft");
    assert!(sft.len() > 6 && sft.iter().all(|r| r["policy"] == "mock:wrong-answers@0.5"), "{}", sft.len());
    let refused = place.refused(&solve(6).replace("0.7", "0.2"));
    assert!(refused.contains("with other settings (temperature 0.7 there, 0.2 here)"), "{refused}");
    let other = place.json(&format!("{} --policy cold", solve(1).replace("0.7", "0.2")));
    assert_eq!(other["made"], 12);
    assert!(place.refused("select a").contains("name one of the policies with --policy"));
    place.json("solve a --policy oracle");
    assert_eq!(rows(&place, "a --format sft --policy oracle").len(), 12);
    assert!(place.refused("export a --format sft --policy gpt").contains("no attempts of `gpt`"));
    assert!(place.refused("solve a --rollouts 3").contains("--rollouts is for attempts of a model"));
}

#[test]
fn what_was_paid_for_before_a_kill_is_not_paid_again() {
    let place = Place::new();
    place.json("synth --count 10 --out runs/a");
    place.json("synth --count 10 --out runs/b");
    let mock = Mock::start(&place, "--knows a --latency 15");
    let solve = |run: &str| {
        format!("solve {run} --model mock:wrong-answers@0.5 --base-url {}/v1 --rollouts 4 --in-flight 6", mock.1)
    };
    for pause in [250, 400, 600] {
        let mut child = place.command(&solve("a")).spawn().unwrap();
        thread::sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let resumed = place.json(&solve("a"));
    assert_eq!(resumed["made"].as_u64().unwrap() + resumed["present"].as_u64().unwrap(), 40);
    let whole = place.json(&solve("b"));
    // Which attempts go wrong depends on their order, but not how many requests an attempt needs.
    let exchanges = |report: &Value| report["models"]["stages"]["solver"]["exchanges"].clone();
    assert_eq!(exchanges(&resumed), exchanges(&whole));
    assert_eq!(resumed["policies"][0]["rollouts"], 40);
}

#[test]
fn failures_of_the_infrastructure_are_no_wrong_answers_and_made_again_alone() {
    let place = Place::new();
    place.json("synth --count 10 --out runs/a");
    fs::write(place.path().join("dive.toml"), "[llm]\nattempts = 1\n").unwrap();
    let mock = Mock::start(&place, "--knows a");
    let solve = format!("solve a --model mock:server-error@0.08 --base-url {}/v1 --rollouts 2 --in-flight 1", mock.1);
    let first = place.json(&solve);
    let failed = first["infrastructure_failures"].as_u64().unwrap();
    assert!(failed > 0 && failed < 20, "{first}");
    assert_eq!(first["policies"][0]["verdicts"]["none"], failed);
    assert_eq!(first["policies"][0]["verdicts"]["incorrect"], Value::Null);
    let mut left = failed;
    while left > 0 {
        let again = place.json(&solve);
        assert_eq!(again["made"], left, "only these are made again");
        left = again["infrastructure_failures"].as_u64().unwrap();
    }
    let last = place.json(&solve);
    assert_eq!((&last["present"], &last["policies"][0]["verdicts"]), (&json!(20), &json!({"correct": 20})));
    drop(mock);
    // What was asked before is answered without it, whatever the attempts are called.
    assert_eq!(place.json(&format!("{solve} --policy other"))["made"], 20);
    let down = place.dive(&format!("{solve} --policy another --temperature 0.3"));
    assert_eq!(down.status.code(), Some(1));
    let down = String::from_utf8(down.stderr).unwrap();
    assert!(down.contains("the solver: nobody answers at 127.0.0.1"), "{down}");
    assert!(down.contains("the same command goes on"), "{down}");
}

#[test]
fn a_judge_is_asked_about_what_rules_leave_open() {
    let place = Place::new();
    place.json("synth --count 10 --out runs/a");
    let mock = Mock::start(&place, "--knows a");
    let solve = format!("solve a --model mock:hedged@0.5 --base-url {}/v1 --rollouts 3", mock.1);
    let open = place.json(&solve)["policies"][0]["verdicts"]["undecided"].as_u64().unwrap();
    assert!(open > 0);
    let judged = place.json(&format!("{solve} --judge-answers"));
    assert_eq!((&judged["made"], &judged["judged"]), (&json!(0), &json!(open)));
    assert_eq!(judged["policies"][0]["verdicts"]["undecided"], Value::Null);
    assert_eq!(judged["models"]["stages"]["judge"]["exchanges"], open);
    let rows = rows(&place, "a --format trajectories");
    let by = |name: &str| rows.iter().filter(|r| r["decided_by"] == name).count() as u64;
    assert_eq!((by("judge:mock:hedged@0.5"), by("rules")), (open, 30 - open));
    // What is judged is kept as what it is: right, but not in the form that was asked for.
    let of_judge = rows.iter().filter(|r| r["decided_by"] != "rules" && r["label"] == "correct");
    assert!(of_judge.clone().count() > 0);
    assert!(of_judge.clone().all(|r| r["reward"] == 1.0 && r["reward_format"] == 0.0));
    assert_eq!(place.json(&format!("{solve} --judge-answers"))["judged"], 0);
}

#[test]
fn one_command_with_a_student() {
    let place = Place::new();
    place.json("synth --count 10 --out runs/known");
    let mock = Mock::start(&place, "--knows known");
    let run = format!(
        "run --count 10 --out runs/a --model mock:wrong-answers@0.5 --base-url {}/v1 --rollouts 5 --formats sft,rl_verl",
        mock.1
    );
    let made = place.json(&run);
    let names: Vec<&str> = made["policies"].as_array().unwrap().iter().map(|p| p["policy"].as_str().unwrap()).collect();
    assert_eq!(names, ["mock:wrong-answers@0.5", "oracle"]);
    let kept = made["frontier"].as_u64().unwrap();
    assert!(kept > 0 && made["exports"][1]["rows"] == kept, "{made}");
    assert!(made["models"]["stages"]["solver"]["exchanges"].as_u64() > Some(50));
    drop(mock);
    let again = place.json(&run);
    assert_eq!((&again["policies"], &again["frontier"]), (&made["policies"], &made["frontier"]));
}

#[test]
fn one_command_in_which_a_model_does_everything() {
    let place = Place::new();
    let mock = Mock::start(&place, "");
    let made = place
        .json(&format!("run --engine llm --model mock --base-url {}/v1 --count 4 --out runs/a --formats sft", mock.1));
    assert_eq!(made["synth"]["accepted"], 4);
    assert_eq!(made["policies"][0]["verdicts"], json!({"correct": 16}), "{made}");
    assert_eq!(made["exports"][0]["rows"], 4);
}
