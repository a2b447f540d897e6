use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use dive_connect::{McpSource, Options, Served, Toolbox};
use dive_core::evidence::Outcome;
use dive_core::tool::ErrorKind;
use dive_core::tool::ToolKind::{Processing, Retrieval};
use dive_journal::{Journal, Mode};
use dive_tools::native::native;
use dive_tools::{Backend, Entities, ToolPool};
use serde_json::json;

use crate::{call, dir, live, open_with, refused};

const ROLE: &str = "DIVE_CONNECT_CHILD";

fn pool() -> ToolPool {
    let add = native("general.test.add", Processing, "Adds two numbers and gives their sum.")
        .param("x", "number", "First number.")
        .param("y", "number", "Second number.")
        .field("sum", "number", "sum")
        .tail("of {x} and {y}")
        .example(json!({"x": 1, "y": 2}), "/sum", 3.0)
        .example(json!({"x": 1, "y": -1}), "/sum", 0.0)
        .run(|x: f64, y: f64| Ok(json!({"sum": x + y, "by": std::process::id()})));
    let odd = |name: &str, run: fn(f64)| {
        native(&format!("general.test.{name}"), Retrieval, "Behaves oddly when it is called.")
            .param("seconds", "number", "How long.")
            .field("done", "flag:done", "")
            .tail("for {seconds}")
            .example(json!({"seconds": 0}), "/done", 1.0)
            .example(json!({"seconds": 1}), "/done", 1.0)
            .run(move |seconds: f64| {
                run(seconds);
                Ok(json!({"done": true}))
            })
    };
    let tools = [
        add,
        odd("die", |_| std::process::exit(7)),
        odd("hang", |seconds| std::thread::sleep(Duration::from_secs_f64(seconds))),
    ];
    let tools = tools.into_iter().map(|t| (t.spec, Box::new(t.backend) as Box<dyn Backend>));
    ToolPool::new(tools, Entities::default()).unwrap()
}

fn toolbox() -> Toolbox {
    let journal = Journal::open("nowhere", Mode::Live).unwrap().into();
    let options = Options {
        journal,
        mutating: false,
        unverified: false,
        verified: Default::default(),
        learned: Default::default(),
        pinned: false,
    };
    Toolbox::open(pool(), &[], &options).unwrap()
}

/// Not a test by itself: our server in a process of its own. The test harness's own lines come before its first answer,
/// as remarks of careless servers do.
#[test]
fn child() {
    if std::env::var(ROLE).as_deref() == Ok("serve") {
        toolbox().serve(Served::Stdio, |_| {}).unwrap();
        std::process::exit(0);
    }
}

fn server() -> Vec<String> {
    let exe = std::env::current_exe().unwrap().display().to_string();
    ["env", &format!("{ROLE}=serve"), &exe, "--exact", "mcp::child", "--nocapture"].map(str::to_string).to_vec()
}

fn head(keys: &str) -> String {
    format!("[provider]\nid = 'ours'\ndomain = 'general'\nbackend = 'mcp'\ncommand = {:?}\n{keys}\n", server())
}

#[test]
fn our_client_understands_our_server() {
    let dir = dir("mcp");
    let source = McpSource { name: "ours".into(), domain: "general".into(), command: server(), ..McpSource::default() };
    let imported = dive_connect::import_mcp(&source).unwrap();
    assert_eq!((imported.tools, imported.notes), (3, vec![]));
    let t = live(&dir.write("ours.toml", &imported.text));
    let add = t.pool().spec("add").unwrap();
    assert_eq!(add.description, "Adds two numbers and gives their sum.");
    assert_eq!((add.kind, add.param("x").unwrap().description.as_str()), (Processing, "First number."));
    assert_eq!(call(&t, "add", json!({"x": 1, "y": 2.5})).unwrap()["sum"], 3.5);
    refused(&t, "add", json!({"x": "1", "y": 2}), ErrorKind::BadArguments, "not of type");
    // Hundreds at once over one connection.
    let calls = (0..300).map(|i| {
        let t = &t;
        async move {
            let args = json!({"x": i, "y": i});
            match t.call("add", args.as_object().unwrap()).await {
                Outcome::Value { value, .. } => (value["sum"].as_u64().unwrap() == 2 * i, value["by"].clone()),
                Outcome::Error { error } => panic!("{error}"),
            }
        }
    });
    let all = t.block_on(futures::future::join_all(calls)).unwrap();
    assert!(all.iter().all(|(right, by)| *right && *by == all[0].1));
}

#[test]
fn a_server_that_dies_or_hangs_costs_a_call_and_comes_back() {
    let dir = dir("mcp-dies");
    let entry = |name: &str, params: &str| {
        format!(
            "[[tool]]\nname = '{name}'\nkind = 'processing'\neffect = 'read_only'\ndescription = 'A tool of the test server.'\n{params}\n"
        )
    };
    let number = |name: &str| format!("params.{name} = {{ type = 'number', description = 'A number.' }}\n");
    let text = [
        head("timeout = '2s'\nretries = 1\nprocesses = 1"),
        entry("add", &(number("x") + &number("y"))),
        entry("die", &number("seconds")),
        entry("hang", &number("seconds")),
        entry("absent", ""),
    ]
    .concat();
    let t = live(&dir.write("ours.toml", &text));
    let by = |t: &Toolbox| call(t, "add", json!({"x": 1, "y": 1})).unwrap()["by"].clone();
    let first = by(&t);
    refused(&t, "die", json!({"seconds": 0}), ErrorKind::Transport, "ours (die): The server closed the connection");
    let second = by(&t);
    assert_ne!(first, second);
    refused(&t, "hang", json!({"seconds": 5}), ErrorKind::Timeout, "ours (hang): There was no answer within 2 s");
    assert_eq!(by(&t), second);
    refused(&t, "absent", json!({}), ErrorKind::BadArguments, "there is no tool");
}

#[test]
fn servers_that_never_get_going_are_named_and_the_rest_goes_on() {
    let dir = dir("mcp-bad");
    let bad = |id: &str, script: &str| {
        let script = toml::Value::from(script);
        let text =
            format!("[provider]\nid = '{id}'\ndomain = 'general'\nbackend = 'mcp'\ncommand = ['sh', '-c', {script}]\n");
        dir.write(&format!("{id}.toml"), &text)
    };
    let good = dir.write("z.toml", &head(""));
    let manifests = [
        bad("broken", "echo 'cannot find the \u{1b}[2Jdatabase' >&2; exit 1"),
        bad(
            "endless",
            "while :; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
        ),
        bad(
            "old",
            r#"read -r l; echo '{"jsonrpc":"2.0","id":0,"error":{"code":-32602,"message":"Unsupported protocol version"}}'; sleep 5"#,
        ),
        bad("absent", "exec no-such-server"),
        good,
    ];
    let paths: Vec<&std::path::Path> = manifests.iter().map(|p| p.as_path()).collect();
    let t = open_with(Journal::open("nowhere", Mode::Live).unwrap(), &paths, true).unwrap();
    let notes = t.notes().join("\n");
    for words in [
        "broken is left out",
        "It said: “cannot find the [2Jdatabase”",
        "endless is left out",
        "old is left out",
        "Unsupported protocol version",
        "absent is left out",
    ] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
    assert_eq!(t.pool().specs().len(), 3);
    assert_eq!(call(&t, "add", json!({"x": 1, "y": 1})).unwrap()["sum"], 2);
}

#[test]
fn listings_are_kept_like_answers() {
    let dir = dir("mcp-listing");
    let manifest = dir.write("ours.toml", &head(""));
    let run = dir.0.join("run");
    let t = open_with(Journal::open(&run, Mode::Record).unwrap(), &[&manifest], true).unwrap();
    let before = t.pool().fingerprint();
    let sum = call(&t, "add", json!({"x": 2, "y": 2})).unwrap();
    drop(t);
    // The same server, but it is gone.
    let gone = dir.0.join("gone");
    let journal = Journal::opening(&gone, Mode::Replay).source(&run).open().unwrap();
    let t = open_with(journal, &[&manifest], true).unwrap();
    assert_eq!((t.pool().fingerprint(), t.notes().len()), (before, 0));
    assert_eq!(call(&t, "add", json!({"x": 2, "y": 2})).unwrap(), sum);
}

#[test]
fn over_http_hosts_origins_and_tokens_are_checked() {
    // A variable that is always there plays the secret.
    let token = env!("CARGO_MANIFEST_DIR");
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        toolbox().serve(Served::Http(anywhere, Some(token.into())), move |at| sender.send(at).unwrap())
    });
    let address = receiver.recv().unwrap();
    let post = |head: &[(&str, &str)]| {
        use std::io::{Read as _, Write as _};
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head: String = head.iter().map(|(k, v)| format!("{k}: {v}\r\n")).collect();
        write!(
            stream,
            "POST /mcp HTTP/1.1\r\n{head}Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut line = [0; 12];
        stream.read_exact(&mut line).unwrap();
        String::from_utf8_lossy(&line[9..]).into_owned()
    };
    let (host, bearer) = (address.to_string(), format!("Bearer {token}"));
    let ours = [("Host", host.as_str()), ("Authorization", bearer.as_str())];
    assert_eq!(post(&ours), "200");
    assert_eq!(post(&[("Host", &host)]), "401");
    assert_eq!(post(&[("Host", &host), ("Authorization", "Bearer /some/other/thing")]), "401");
    assert_eq!(post(&[("Host", "evil.example"), ours[1]]), "403");
    assert_eq!(post(&[ours[0], ours[1], ("Origin", "http://evil.example")]), "403");
    assert_eq!(post(&[ours[0], ours[1], ("Origin", &format!("http://{host}"))]), "200");
    let beyond = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let refused = toolbox().serve(Served::Http(beyond, None), |_| {}).unwrap_err();
    assert!(refused.to_string().contains("needs a token"), "{refused}");

    // And our client over HTTP, which reaches this machine only when it is told to.
    let dir = dir("mcp-http");
    let text = format!(
        "[provider]\nid = 'ours'\ndomain = 'general'\nbackend = 'mcp'\nurl = 'http://{address}/mcp'\nretries = 0\nKEYS\n[[tool]]\n\
         name = 'add'\nkind = 'processing'\neffect = 'read_only'\ndescription = 'A tool of the test server.'\n\
         params.x = {{ type = 'number', description = 'X.' }}\nparams.y = {{ type = 'number', description = 'Y.' }}\n"
    );
    let open = |keys: &str| live(&dir.write("ours.toml", &text.replace("KEYS", keys)));
    crate::refused(&open(""), "add", json!({"x": 1, "y": 1}), ErrorKind::Transport, "private network");
    crate::refused(
        &open("allow_private = true"),
        "add",
        json!({"x": 1, "y": 1}),
        ErrorKind::Transport,
        "could not be reached",
    );
    let auth = "auth = [{ in = 'header', name = 'Authorization', prefix = 'Bearer ', env = 'CARGO_MANIFEST_DIR', plaintext = true }]";
    let t = open(&format!("allow_private = true\n{auth}"));
    assert_eq!(call(&t, "add", json!({"x": 1, "y": 1})).unwrap()["sum"], 2);
}
