use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::{fs, process::Command};

use serde_json::Value;

use crate::Place;

#[test]
fn every_run_has_a_report_and_the_command_makes_it_again() {
    let place = Place::new();
    place.json("synth --count 30 --out runs/a");
    let path = place.path().join("runs/a/report.html");
    let made = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(place.json("report a")["bytes"], made.len());
    assert_eq!(fs::read_to_string(&path).unwrap(), made, "the same run gives the same bytes");
    place.json("report a --to here.html");
    assert!(place.path().join("here.html").is_file());
    assert!(place.refused("report nothing").starts_with("error: there is no run at runs/nothing"));
}

#[test]
fn weights_steer_a_run_and_are_part_of_it() {
    let place = Place::new();
    place.json("synth --count 60 --out runs/a");
    let stats = place.json("stats a --weights w.toml");
    let used = |stats: &Value| stats["tools_covered"].as_u64().unwrap();
    let plain = place.json("synth --count 60 --seed 2 --out runs/b");
    let steered = place.json("synth --count 60 --seed 2 --weights w.toml --out runs/c");
    assert_ne!(plain["digest"], steered["digest"]);
    let again = place.json("synth --count 60 --seed 2 --weights w.toml --workers 1 --out runs/d");
    assert_eq!(again["digest"], steered["digest"]);
    assert!(place.refused("synth --count 60 --seed 2 --out runs/c").contains("other settings (weights: #"));
    assert!(used(&stats) > 0 && stats["outcomes"]["all"]["accepted"] == 60, "{}", stats["outcomes"]["all"]);
    let difference = place.json("diff b c");
    assert_eq!((&difference["n"], &difference["same_object"]), (&Value::from(60), &Value::from(true)));
    fs::write(place.path().join("bad.toml"), "[tools]\nx = -1\n").unwrap();
    assert_eq!(
        place.refused("synth --weights bad.toml --out runs/e"),
        "error: `weights` must be from 0 to 100 each, one is -1\n"
    );
}

#[test]
fn other_peoples_rows_are_measured() {
    let place = Place::new();
    let row = |city: &str| {
        format!(
            r#"{{"messages": [{{"role": "user", "content": "Who lives in {city}?"}},
                {{"role": "assistant", "tool_calls": [{{"id": "1", "function": {{"name": "find", "arguments": "{{}}"}}}}]}},
                {{"role": "tool", "tool_call_id": "1", "content": "{{\"id\": \"x-991\"}}"}},
                {{"role": "assistant", "tool_calls": [{{"id": "2", "function": {{"name": "count", "arguments": "{{\"id\": \"x-991\"}}"}}}}]}},
                {{"role": "tool", "tool_call_id": "2", "content": "7"}}]}}"#
        )
        .replace('\n', " ")
    };
    fs::write(place.path().join("rows.jsonl"), format!("{}\n{}\nnot json\n", row("Ard"), row("Bree"))).unwrap();
    fs::write(place.path().join("kinds.json"), r#"{"find": "R", "count": "P"}"#).unwrap();
    let stats = place.json("stats --foreign rows.jsonl --kinds kinds.json");
    assert_eq!(
        (&stats["tasks"], &stats["skipped"], &stats["calls_over"]),
        (&2.into(), &1.into(), &"trajectory".into())
    );
    assert_eq!(stats["formats"]["openai"], 2);
    let object = &stats["objects"]["trajectories"];
    assert_eq!((&object["mean_edges"], &object["topologies_two_coloured"]["classes"]), (&1.0.into(), &1.into()));
    assert_eq!(stats["objects"]["certified_path"], Value::Null);
    let unknown = place.json("stats --foreign rows.jsonl");
    assert_eq!(unknown["objects"]["trajectories"]["topologies_two_coloured"], Value::Null);

    place.json("synth --count 20 --out runs/a");
    let difference = place.json("diff a rows.jsonl");
    assert_eq!((&difference["n"], &difference["same_object"]), (&Value::from(2), &Value::from(false)));
    // Our own rows are the run they came from.
    place.json("export a");
    let (ours, rows) = (place.json("stats a"), place.json("stats --foreign runs/a/export/jsonl/tasks.jsonl"));
    for key in ["tasks", "unique_call_graphs", "mean_calls_per_task", "skeletons", "unique_toolsets"] {
        assert_eq!(ours[key], rows[key], "{key}");
    }
    fs::write(place.path().join("none.jsonl"), "{}\n").unwrap();
    assert!(place.refused("stats --foreign none.jsonl").starts_with("error: none.jsonl has no row that can be read"));
}

struct Served(Child, String);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Served {
    fn new(mut command: Command) -> Served {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let address = said["url"].as_str().unwrap().trim_start_matches("http://").trim_end_matches('/').to_string();
        Served(child, address)
    }

    fn ask(&self, method: &str, path: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[test]
fn the_viewer_shows_a_run_to_this_machine_only() {
    let place = Place::new();
    place.json("synth --count 30 --out runs/a");
    let served = Served::new(place.command("view a --port 0 --json"));
    let get = |path: &str| served.ask("GET", path, &served.1);
    let list = get("/");
    assert!(list.starts_with("HTTP/1.1 200") && list.contains("30 matches"), "{list}");
    assert!(list.contains("script-src 'self'") && !list.contains("unsafe-inline"));
    let at = list.find("/episode/").unwrap();
    let link: String = list[at..].chars().take_while(|c| *c != '"').collect();
    let task = get(&link);
    assert!(task.contains("Call graph") && task.contains("Derivation and certificate"), "{task}");
    assert!(get("/?verdict=rejected").contains("tag bad"));
    assert!(get("/?q=%3Cscript%3Ealert(1)%3C/script%3E").contains("&lt;script&gt;alert(1)"));
    assert!(get("/report").contains("style-src 'unsafe-inline'"));
    for path in ["/episode/99999", "/episode/x", "/../run.toml", "/run.sqlite"] {
        assert!(get(path).starts_with("HTTP/1.1 404"), "{path}");
    }
    for host in ["evil.example", "127.0.0.1", "localhost:1", ""] {
        assert!(served.ask("GET", "/", host).starts_with("HTTP/1.1 421"), "{host}");
    }
    assert!(served.ask("POST", "/", &served.1).starts_with("HTTP/1.1 405"));
}
