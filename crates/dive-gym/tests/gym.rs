//! Rollouts through the server, by a client that knows the contract only.
#![allow(missing_docs)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dive_agent::Toolbox;
use dive_core::answer::Answer;
use dive_core::evidence::Outcome;
use dive_core::sem::Sem;
use dive_core::tool::{Effect, JsonType, Output, Param, Phrases, ToolError, ToolKind, ToolSpec};
use dive_gym::{Access, Episode, Gym, Limits, serve};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

fn tool(name: &str) -> ToolSpec {
    let x = Param {
        name: "x".into(),
        description: "The number to work on.".into(),
        json: JsonType::Number,
        sem: Sem::Number,
        required: true,
        label: String::new(),
        choices: Vec::new(),
        minimum: None,
        maximum: None,
        sample: None,
        schema: None,
    };
    ToolSpec {
        id: format!("general.fake.{name}"),
        name: name.into(),
        description: "Works on a number and returns the result.".into(),
        domain: "general".into(),
        provider: "fake".into(),
        backend: "native".into(),
        kind: ToolKind::Processing,
        effect: Effect::ReadOnly,
        deterministic: true,
        common_knowledge: false,
        params: vec![x],
        groups: Vec::new(),
        output: Output::default(),
        phrases: Phrases::default(),
        examples: Vec::new(),
    }
}

fn call(name: &str, args: &Map<String, Value>) -> Outcome {
    let x = args.get("x").and_then(Value::as_f64);
    match (name, x) {
        ("double", Some(x)) => Outcome::Value { value: json!({"result": 2.0 * x}), complete: true },
        ("slow", _) => {
            std::thread::park_timeout(Duration::from_secs(5));
            Outcome::Value { value: Value::Null, complete: true }
        }
        (_, None) => Outcome::Error { error: ToolError::bad("`x`: a number is needed.") },
        _ => Outcome::Error { error: ToolError::not_found("There is nothing.") },
    }
}

fn gym() -> Gym {
    let episode = |x: f64, toolset: &[&str]| Episode {
        question: format!("What is twice {x}?"),
        answer: Answer::Number { value: 2.0 * x, unit: String::new(), decimals: None, tolerance: 0.0 },
        toolset: toolset.iter().map(ToString::to_string).collect(),
    };
    let mut episodes: HashMap<String, Episode> =
        (0..2000).map(|i| (format!("t{i}"), episode(f64::from(i), &["double"]))).collect();
    episodes.insert("other".into(), episode(1.0, &["halve"]));
    let specs: Vec<ToolSpec> = ["double", "halve", "slow"].map(tool).into();
    Gym { episodes, toolbox: Toolbox::new(&specs).unwrap(), call: Box::new(call), judge: None, alpha: 0.1 }
}

struct Server {
    at: SocketAddr,
    _stop: oneshot::Sender<()>,
}

async fn start(limits: Limits, access: Access) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(serve(listener, gym(), limits, access, async {
        let _ = stopped.await;
    }));
    Server { at, _stop: stop }
}

struct Reply {
    status: u16,
    cookie: Option<String>,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}

impl Server {
    async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        let host = if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.at) };
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        stream.write_all((head + body).as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let cookie = head.lines().find_map(|l| l.strip_prefix("set-cookie: ")?.split(';').next().map(str::to_string));
        Reply { status: head[9..12].parse().unwrap(), cookie, body: body.into() }
    }

    async fn post(&self, path: &str, cookie: Option<&str>, body: &Value) -> Reply {
        let headers = cookie.map_or(String::new(), |c| format!("Cookie: {c}\r\n"));
        self.send("POST", path, &headers, &body.to_string()).await
    }

    /// A whole rollout as Gym's simple agent makes it: cookies of the latest answer only.
    async fn rollout(&self, task: usize, prefix: &str) -> Value {
        let row = json!({"id": format!("t{task}"), "responses_create_params": {"input": "?"}, "extra": {"kept": true}});
        let seeded = self.post(&format!("{prefix}/seed_session"), None, &row).await;
        assert_eq!((seeded.status, seeded.json().is_object()), (200, true));
        let called = self.post(&format!("{prefix}/double"), seeded.cookie.as_deref(), &json!({"x": task})).await;
        assert_eq!(called.json(), json!({"result": 2.0 * task as f64}));
        let arguments = json!({"x": task}).to_string();
        let answer = format!("The final answer is: {}", called.json()["result"]);
        let mut verify = row;
        verify["response"] = json!({"output": [
            {"type": "reasoning", "summary": []},
            {"type": "function_call", "call_id": "c", "name": "double", "arguments": arguments},
            {"type": "function_call_output", "call_id": "c", "output": called.body},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": answer}]},
        ]});
        let verified = self.post(&format!("{prefix}/verify"), called.cookie.as_deref(), &verify).await;
        assert_eq!(verified.status, 200, "{}", verified.body);
        let mut reply = verified.json();
        for (key, value) in verify.as_object().unwrap() {
            assert_eq!(&reply[key], value, "{key} is echoed");
            reply.as_object_mut().unwrap().remove(key);
        }
        reply
    }
}

#[tokio::test]
async fn a_rollout_from_seed_to_reward() {
    let server = start(Limits::default(), Access::default()).await;
    assert_eq!(server.send("GET", "/", "", "").await.status, 200);
    assert_eq!(server.send("GET", "/reverify_mode", "", "").await.json(), "stateless");
    for prefix in ["", "/ng-rollout/3-1"] {
        let scored = server.rollout(21, prefix).await;
        assert_eq!((&scored["reward"], &scored["correct"], &scored["format"]), (&json!(1.1), &json!(1.0), &json!(1.0)));
        assert_eq!((&scored["label"], &scored["decided_by"]), (&json!("correct"), &json!("rules")));
    }
    let rows: Vec<Value> = vec![json!({"reward": 1.0, "correct": 1.0}), json!({"reward": 0.0, "correct": 0.0})];
    let metrics = server.post("/aggregate_metrics", None, &json!({"verify_responses": rows})).await.json();
    assert_eq!(metrics["key_metrics"]["mean/reward"], 0.5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sessions_at_once_do_not_mix() {
    let server = Arc::new(start(Limits::default(), Access::default()).await);
    let done = Arc::new(AtomicUsize::new(0));
    let mut open = tokio::task::JoinSet::new();
    for i in 0..1000 {
        let (server, done) = (Arc::clone(&server), Arc::clone(&done));
        open.spawn(async move {
            assert_eq!(server.rollout(i, "").await["reward"], 1.1);
            done.fetch_add(1, Ordering::Relaxed);
        });
    }
    while let Some(result) = open.join_next().await {
        result.unwrap();
    }
    assert_eq!(done.load(Ordering::Relaxed), 1000);
    assert_eq!(server.send("GET", "/", "", "").await.json()["sessions"], 0, "verified sessions are closed");
}

#[tokio::test]
async fn a_session_has_the_tools_of_its_task() {
    let server = start(Limits::default(), Access::default()).await;
    let seeded = server.post("/seed_session", None, &json!({"id": "other"})).await;
    let cookie = seeded.cookie.as_deref();
    let called = server.post("/double", cookie, &json!({"x": 1})).await;
    assert_eq!((called.status, called.cookie.is_some()), (404, true));
    assert_eq!(called.json()["error"]["message"], "There is no tool `double`.");
    assert_eq!(server.post("/double", None, &json!({"x": 1})).await.status, 200, "without a session it is nobody's");
    assert_eq!(server.post("/double", Some("dive_session=guess"), &json!({"x": 1})).await.status, 404);
    assert_eq!(server.post("/halve", cookie, &json!({})).await.json()["error"]["kind"], "bad_arguments");
    assert_eq!(server.post("/halve", cookie, &json!([1])).await.status, 422);
}

#[tokio::test]
async fn wrong_answers_and_broken_requests() {
    let server = start(Limits::default(), Access::default()).await;
    let say = |text: &str| json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]});
    let call = json!({"type": "function_call", "call_id": "c", "name": "double", "arguments": "{\"x\": "});
    for (output, reward, label) in [
        (json!([say("The final answer is: 43")]), 0.1, "incorrect"),
        (json!([say("The final answer is: 42 or 43")]), 0.1, "incorrect"),
        (json!([say("42")]), 1.0, "correct"),
        (json!([call.clone(), say("The final answer is: 42")]), 1.0, "correct"),
        (json!([call]), 0.0, "incorrect"),
        (json!([]), 0.0, "incorrect"),
        (
            json!([{"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}]),
            0.0,
            "incorrect",
        ),
    ] {
        let row = json!({"id": "t21", "response": {"output": output}});
        let scored = server.post("/verify", None, &row).await.json();
        assert_eq!((&scored["reward"], &scored["label"]), (&json!(reward), &json!(label)), "{row}");
    }
    let cut = json!({"id": "t21", "response": {"incomplete_details": {"reason": "max_output_tokens"}, "output": [say("The")]}});
    assert_eq!(server.post("/verify", None, &cut).await.json()["truncated"], 1.0);
    for (path, body, status) in [
        ("/seed_session", "{}", 422),
        ("/seed_session", "{\"id\": \"nobody\"}", 404),
        ("/seed_session", "\u{0}", 422),
        ("/verify", "{\"id\": \"t1\"}", 422),
        ("/score", "{\"id\": \"t1\"}", 422),
        ("/no_such_tool", "{\"x\": 1}", 404),
    ] {
        assert_eq!(server.send("POST", path, "", body).await.status, status, "{path} {body}");
    }
}

#[tokio::test]
async fn text_is_scored_as_conversations_are() {
    let server = start(Limits::default(), Access::default()).await;
    let score = async |key: &str, text: &str| {
        let scored = server.post("/score", None, &json!({"id": "t21", key: text})).await.json();
        (scored["reward"].as_f64().unwrap(), scored["format"].as_f64().unwrap())
    };
    assert_eq!(score("answer", "The final answer is: 42").await, (1.1, 1.0));
    let whole = "<think>The final answer is: 7</think><tool_call>{\"name\": \"double\", \"arguments\": {\"x\": 21}}</tool_call>\
                 <tool_response>The final answer is: 9</tool_response>The final answer is: 42";
    assert_eq!(score("transcript", whole).await, (1.1, 1.0));
    let broken = whole.replace("{\"x\": 21}", "{\"x\": }");
    assert_eq!(score("transcript", &broken).await, (1.0, 0.0));
    // Cut off within a call, and calls in a form that is not read.
    let cut = "<tool_call>{\"name\": \"double\", \"arguments\": {\"x\": \"The final answer is: 42";
    assert_eq!(score("transcript", cut).await, (0.0, 0.0));
    let other = "[TOOL_CALLS] [{\"name\": \"nope\"}] [TOOL_RESULTS] x [/TOOL_RESULTS] The final answer is: 42";
    assert_eq!(score("transcript", other).await, (1.0, 0.0));
}

#[tokio::test]
async fn strangers_are_refused() {
    let open = start(Limits::default(), Access::default()).await;
    assert_eq!(open.send("GET", "/", "Host: evil.example:80\r\n", "").await.status, 421);
    assert_eq!(open.send("GET", "/", "Host: localhost\r\n", "").await.status, 200);
    assert_eq!(open.send("POST", "/double", "Origin: http://evil.example\r\n", "{\"x\": 1}").await.status, 403);
    let access = Access { token: Some("secret".into()), hosts: vec!["node7".into()] };
    let closed = start(Limits::default(), access).await;
    assert_eq!(closed.send("GET", "/", "", "").await.status, 401);
    assert_eq!(closed.send("GET", "/", "Authorization: Bearer secre\r\n", "").await.status, 401);
    assert_eq!(closed.send("GET", "/", "Host: node7:8787\r\nAuthorization: Bearer secret\r\n", "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_bounded() {
    let limits = Limits { sessions: 10, calls: 1, body: 1000, time: Duration::from_millis(50) };
    let server = start(limits, Access::default()).await;
    assert_eq!(server.post("/slow", None, &json!({"x": 1})).await.status, 504);
    let long = format!("{{\"x\": \"{}\"}}", "a".repeat(2000));
    assert_eq!(server.send("POST", "/double", "", &long).await.status, 413);
    for _ in 0..50 {
        server.post("/seed_session", None, &json!({"id": "t1"})).await;
    }
    assert!(server.send("GET", "/", "", "").await.json()["sessions"].as_u64().unwrap() <= 10);
}
