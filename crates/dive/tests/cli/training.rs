//! From tasks to what trainers load.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::Place;

#[test]
fn one_command_makes_everything_and_continues_what_was_stopped() {
    let place = Place::new();
    let made = place.json("run --count 30 --out runs/a --formats jsonl,hf,sft_sharegpt");
    assert_eq!(made["synth"]["accepted"], 30);
    assert_eq!(made["policies"][0]["verdicts"], json!({"correct": 30}));
    assert_eq!(made["frontier"], Value::Null, "no student, no selection");
    let rows: Vec<u64> = made["exports"].as_array().unwrap().iter().map(|e| e["rows"].as_u64().unwrap()).collect();
    assert_eq!(rows, [30, 180, 30]);
    let more = place.json("run --count 40 --out runs/a");
    assert_eq!((&more["synth"]["accepted"], &more["policies"][0]["rollouts"]), (&json!(40), &json!(40)));
    // Stopped between synthesis and solving, it goes on there.
    place.json("synth --count 40 --out runs/b");
    let resumed = place.json("run --count 40 --out runs/b");
    assert_eq!(resumed["synth"]["digest"], more["synth"]["digest"]);
    let file = |run: &str| fs::read(place.path().join(format!("runs/{run}/export/hf/data/sft/train.jsonl"))).unwrap();
    assert!(file("a") == file("b"));
    let text = String::from_utf8(place.dive("run --count 40 --out runs/b").stdout).unwrap();
    assert!(text.contains("no selection: it needs rollouts of a student model"), "{text}");
    assert_eq!(place.json("select b")["selected"], false);
    assert_eq!(place.json("solve b")["made"], 0);
}

#[test]
fn exports_come_back_as_the_same_run() {
    let place = Place::new();
    place.json("run --count 25 --out runs/a --formats tasks,trajectories");
    let files = "runs/a/export/tasks/train.jsonl runs/a/export/trajectories/train.jsonl";
    let imported = place.json(&format!("import {files} --out runs/b"));
    assert_eq!((&imported["tasks"], &imported["rollouts"]), (&json!(25), &json!(25)));
    assert_eq!(place.json("verify b --reexecute")["certified"], 25);
    let again = place.refused(&format!("import {files} --out runs/b"));
    assert_eq!(again, "error: there is a run at runs/b already; name another --out\n");
    let columns = "parquet/tasks/train.parquet parquet/trajectories/train.parquet";
    for format in ["tasks", "trajectories"] {
        place.json(&format!("export a --format {format} --encoding parquet --to parquet/{format}"));
    }
    let imported = place.json(&format!("import {columns} --out runs/c"));
    assert_eq!((&imported["tasks"], &imported["rollouts"]), (&json!(25), &json!(25)));
    for (format, encoding) in [
        ("jsonl", "jsonl"),
        ("tasks", "jsonl"),
        ("tasks", "parquet"),
        ("trajectories", "jsonl"),
        ("trajectories", "parquet"),
    ] {
        let bytes = |run: &str| {
            let exported = place.json(&format!("export {run} --format {format} --encoding {encoding}"));
            let dir = place.path().join(exported["dir"].as_str().unwrap());
            let mut files = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
            fs::read(files.find(|p| p.extension().is_some_and(|e| e == encoding)).unwrap()).unwrap()
        };
        let a = bytes("a");
        assert!(a == bytes("b") && a == bytes("c"), "{format} as {encoding}");
    }
}

#[test]
fn held_out_tools_stay_out_of_training() {
    let place = Place::new();
    place.json("run --count 150 --out runs/a --formats jsonl");
    let split = place.json("split a --by tool --test 0.2 --out parts");
    let held_out: Vec<&str> = split["held_out"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
    let count = |part: &str| split[part]["tasks"].as_u64().unwrap();
    assert_eq!(count("train") + count("test") + split["lost"].as_array().unwrap().len() as u64, 150);
    assert_eq!(split["leaks"]["held_out_tools"], json!([]));
    // Fields of results may have the name of a tool.
    let names = |rows: &str| -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for row in rows.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()) {
            let listed = |key: &str| row[key].as_array().unwrap().clone();
            names.extend(listed("toolset").iter().map(|t| t.as_str().unwrap().to_string()));
            names.extend(listed("tools").iter().map(|t| t["function"]["name"].as_str().unwrap().to_string()));
            names.extend(listed("evidence").iter().map(|c| c["tool"].as_str().unwrap().to_string()));
        }
        names
    };
    place.json("export parts/train --to rows");
    let rows = names(&fs::read_to_string(place.path().join("rows/tasks.jsonl")).unwrap());
    assert_eq!(held_out.iter().find(|tool| rows.contains(**tool)), None);
    for part in ["train", "test"] {
        let verified = place.json(&format!("verify parts/{part}"));
        assert_eq!(verified["tasks"], verified["certified"], "{verified}");
    }
    let made = place.json("synth --count 60 --hold-out parts/held_out.txt --out runs/c");
    assert_eq!(made["accepted"], 60);
    let verified = place.json("verify c --reexecute");
    assert_eq!(verified["certified"], 60);
    place.json("export c --to rows");
    let rows = names(&fs::read_to_string(place.path().join("rows/tasks.jsonl")).unwrap());
    assert_eq!(held_out.iter().find(|tool| rows.contains(**tool)), None);
    assert!(place.refused("synth --count 60 --out runs/c").contains("held_out: "));
    fs::write(place.path().join("typo.txt"), "great_circle_distanc\n").unwrap();
    assert!(place.refused("synth --hold-out typo.txt --out runs/d").starts_with("error: typo.txt:1: there is no tool"));
}

#[test]
fn planted_benchmark_text_is_found_and_removed() {
    let place = Place::new();
    place.json("synth --count 30 --out runs/a");
    let task = place.json("show a 7");
    let question = task["question"].as_str().unwrap().to_uppercase();
    let rows = [json!({"q": "Who wrote the most letters to the king of the hill in May?"}), json!({"q": [question]})];
    let text: String = rows.iter().map(|r| format!("{r}\n")).collect();
    fs::write(place.path().join("bench.jsonl"), text).unwrap();
    let found = place.json("decontaminate a --against bench.jsonl --write-hashes bench.ngrams --remove-to runs/b");
    // Other questions may share eight words with the planted one.
    let overlapping = found["overlapping"].as_array().unwrap();
    assert!(overlapping.contains(&task["id"]) && overlapping.len() <= 3, "{found}");
    let hit = found["hits"].as_array().unwrap().iter().find(|h| h["task"] == task["id"]).unwrap();
    assert_eq!((&hit["field"], &hit["found_at"][0]), (&json!("question"), &json!(1)));
    assert_eq!(found["checked"][0]["texts"], 2);
    assert_eq!(place.json("export b")["tasks"], 30 - overlapping.len());
    let hashed = place.json("decontaminate a --against bench.ngrams");
    assert_eq!((&hashed["overlapping"], &hashed["checked"][0]["hashed"]), (&found["overlapping"], &json!(true)));
    assert_eq!(found["unseen_exemplars"], json!([]));
    // Exemplars of the user's own are looked at when their file is named, and missed when it is not.
    let own = "Which of the two museums in the city of lights has more rooms than the other one?";
    let exemplar = json!({"question": own, "form": "lookup", "hops": 1, "kinds": "pure_r"});
    fs::write(place.path().join("own.jsonl"), format!("{exemplar}\n").repeat(5)).unwrap();
    fs::write(place.path().join("museums.txt"), format!("{own}\n")).unwrap();
    place.json("synth --count 3 --min-yield 0 --exemplars own.jsonl --out runs/c");
    let blind = place.json("decontaminate c --against museums.txt");
    assert_eq!((&blind["overlapping"], &blind["unseen_exemplars"][0]), (&json!([]), &json!("file-1")), "{blind}");
    let seen = place.json("decontaminate c --against museums.txt --exemplars own.jsonl");
    assert_eq!((seen["overlapping"].as_array().unwrap().len(), &seen["unseen_exemplars"]), (3, &json!([])), "{seen}");
    assert!(seen["hits"][0]["field"].as_str().unwrap().starts_with("exemplar:file-"), "{seen}");
    assert!(place.refused("decontaminate a --against nothing.jsonl").starts_with("error: nothing.jsonl: "));
}

/// A server that ends with its owner.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn post(at: &str, path: &str, cookie: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(at).unwrap();
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {at}\r\nCookie: {cookie}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let cookie = head.lines().find_map(|l| l.strip_prefix("set-cookie: ")?.split(';').next()).unwrap_or(cookie);
    (cookie.to_string(), body.to_string())
}

/// Plays the oracle's attempts of a run through its environment and looks at every reply; the number of attempts.
fn played(place: &Place, run: &str, words: &str) -> usize {
    let (_server, at) = environment(place, run, words);
    let at = at.as_str();
    let lines = |format: &str| -> Vec<Value> {
        let path = place.path().join(format!("runs/{run}/export/{format}/train.jsonl"));
        fs::read_to_string(path).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    };
    let mut count = 0;
    for (row, oracle) in lines("rl_nemo_gym").into_iter().zip(lines("trajectories")) {
        let (mut cookie, _) = post(at, "/seed_session", "", &row.to_string());
        let messages = oracle["messages"].as_array().unwrap();
        let mut output = Vec::new();
        for pair in messages[2..].chunks(2) {
            let Some(call) = pair[0]["tool_calls"].get(0) else {
                let said = json!([{"type": "output_text", "text": pair[0]["content"]}]);
                output.push(json!({"type": "message", "role": "assistant", "content": said}));
                continue;
            };
            let (name, args) =
                (call["function"]["name"].as_str().unwrap(), call["function"]["arguments"].as_str().unwrap());
            let (next, result) = post(at, &format!("/{name}"), &cookie, args);
            assert_eq!(result, pair[1]["content"].as_str().unwrap(), "{name} says what was recorded");
            cookie = next;
            output.push(json!({"type": "function_call", "call_id": call["id"], "name": name, "arguments": args}));
            output.push(json!({"type": "function_call_output", "call_id": call["id"], "output": result}));
        }
        let mut verify = row;
        verify["response"] = json!({"output": output});
        let (_, scored) = post(at, "/verify", &cookie, &verify.to_string());
        let scored: Value = serde_json::from_str(&scored).unwrap();
        assert_eq!((&scored["reward"], &scored["decided_by"]), (&json!(1.1), &json!("rules")));
        count += 1;
    }
    count
}

#[test]
fn the_served_tools_answer_as_the_certificates_say() {
    let place = Place::new();
    place.json("run --count 20 --out runs/a --formats rl_nemo_gym,trajectories");
    assert_eq!(played(&place, "a", ""), 20);
    assert!(place.refused("serve --gym a --host 0.0.0.0").contains("set a token for callers in DIVE_TOKEN"));
}

/// The environment of a run, started with these words, and where it listens.
fn environment(place: &Place, run: &str, words: &str) -> (Server, String) {
    let mut child =
        place.command(&format!("serve --gym {run} --port 0 --json {words}")).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let started: Value = serde_json::from_str(&line).unwrap();
    let at = started["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_string();
    (Server(child), at)
}

#[test]
fn a_judge_behind_the_environment_decides_what_rules_leave_open_and_is_asked_once() {
    let place = Place::new();
    place.json("run --count 12 --out runs/a --formats rl_nemo_gym");
    fs::write(place.path().join("dive.toml"), "[llm]\nattempts = 1\n").unwrap();
    let mock = crate::models::Mock::start(&place, "--latency 300");
    let file = fs::read_to_string(place.path().join("runs/a/export/rl_nemo_gym/train.jsonl")).unwrap();
    let rows: Vec<Value> = file.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let said =
        |row: &Value| format!("I would say that it is {}, as listed there.", row["expected_answer"].as_str().unwrap());
    let score = |at: &str, row: &Value, text: &str| -> Value {
        serde_json::from_str(&post(at, "/score", "", &json!({"id": row["id"], "answer": text}).to_string()).1).unwrap()
    };
    let judging = format!("--judge-answers --model mock --base-url {}/v1", mock.1);
    let (alone, at) = environment(&place, "a", "");
    let open: Vec<&Value> = rows.iter().filter(|r| score(&at, r, &said(r))["label"] == "undecided").collect();
    assert!(open.len() > 6, "rules leave prose open: {}", open.len());
    drop(alone);

    let (server, at) = environment(&place, "a", &judging);
    for row in &open {
        let begun = std::time::Instant::now();
        let judged = score(&at, row, &said(row));
        assert_eq!((&judged["decided_by"], &judged["label"]), (&json!("judge:mock"), &json!("correct")), "{judged}");
        assert_eq!(judged["reward"], 1.0, "right, but not in the form that was asked for");
        assert!(begun.elapsed().as_millis() >= 300);
        let begun = std::time::Instant::now();
        assert_eq!(score(&at, row, &said(row)), judged);
        assert!(begun.elapsed().as_millis() < 250, "the same response to the same question is judged once");
    }
    // Where rules can tell, nobody is asked.
    for (text, label) in [("The final answer is: 987654321", "incorrect"), ("", "incorrect")] {
        let ruled = score(&at, open[0], text);
        assert_eq!((&ruled["decided_by"], &ruled["label"]), (&json!("rules"), &json!(label)), "{ruled}");
    }
    // The whole way of a rollout.
    let (cookie, _) = post(&at, "/seed_session", "", &open[0].to_string());
    let mut verify = open[0].clone();
    let content = json!([{"type": "output_text", "text": said(open[0])}]);
    verify["response"] = json!({"output": [{"type": "message", "role": "assistant", "content": content}]});
    let verified: Value = serde_json::from_str(&post(&at, "/verify", &cookie, &verify.to_string()).1).unwrap();
    assert_eq!((&verified["decided_by"], &verified["reward"]), (&json!("judge:mock"), &json!(1.0)), "{verified}");
    drop((server, mock));

    // What was judged is in the journal of the run; what was not stays open and says why.
    let (server, at) = environment(&place, "a", &judging);
    assert_eq!(score(&at, open[0], &said(open[0]))["decided_by"], "judge:mock");
    let failed = score(&at, open[0], &format!("{} Probably.", said(open[0])));
    assert_eq!(
        (&failed["decided_by"], &failed["label"], &failed["reward"]),
        (&json!("rules"), &json!("undecided"), &json!(0.0))
    );
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.contains("the judge failed: nobody answers at 127.0.0.1"), "{reason}");
    let (cookie, _) = post(&at, "/seed_session", "", &open[0].to_string());
    verify["response"]["output"][0]["content"][0]["text"] = format!("{} Perhaps.", said(open[0])).into();
    let aside: Value = serde_json::from_str(&post(&at, "/verify", &cookie, &verify.to_string()).1).unwrap();
    assert_eq!((&aside["reward"], &aside["_ng_failure_class"]), (&json!(0.0), &json!("judge_failed")), "{aside}");
    assert!(aside["_ng_failure_judge_error"].as_str().unwrap().starts_with("nobody answers at"));
    drop(server);
    assert!(place.refused("serve --gym a --judge-answers").contains("the judge has no model: name one with --model"));
}

#[test]
fn tools_of_others_are_served_and_solved_with_from_the_journal() {
    let place = crate::outside::shop();
    let outside = "--tools shop.toml --only-tools --seeds makers.txt";
    let synth = "--toolset-min 3 --toolset-max 3 --count 8 --min-yield 0 --formats rl_nemo_gym,trajectories";
    place.json(&format!("run {outside} {synth} --out runs/a"));
    // The programs behind the tools are gone; what they answered is not.
    fs::remove_file(place.path().join("run.sh")).unwrap();
    assert_eq!(played(&place, "a", outside), 8);
    assert_eq!(played(&place, "a", &format!("{outside} --journal replay")), 8);
    let mock = crate::models::Mock::start(&place, "--knows a");
    let solved = place.json(&format!("solve a {outside} --model mock --base-url {}/v1 --rollouts 2", mock.1));
    assert_eq!(solved["policies"][0]["verdicts"], json!({"correct": 16}), "{solved}");
    let refused = place.refused("serve --gym a");
    assert!(refused.contains("name the manifest of tools that others run with --tools"), "{refused}");
}
