use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use dive_connect::Toolbox;
use dive_core::evidence::Outcome;
use dive_core::tool::ErrorKind;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{call, dir, live, refused};

/// A service that behaves as services do.
struct Service {
    address: SocketAddr,
    hits: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
    _runtime: Runtime,
}

fn query(uri: &Uri) -> HashMap<String, String> {
    let pairs = uri.query().unwrap_or_default().split('&').filter_map(|p| p.split_once('='));
    pairs.map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

fn service() -> Service {
    let runtime = Runtime::new().unwrap();
    let hits = Arc::new(AtomicUsize::new(0));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (h, m) = (Arc::clone(&hits), Arc::clone(&most));
    let flaky = Arc::new(AtomicUsize::new(0));
    let other = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let elsewhere = other.local_addr().unwrap();
    let seen = |uri: Uri, headers: HeaderMap, body: Bytes| async move {
        let headers: HashMap<String, String> =
            headers.iter().map(|(k, v)| (k.to_string(), String::from_utf8_lossy(v.as_bytes()).into())).collect();
        axum::Json(json!({"uri": uri.to_string(), "headers": headers, "body": String::from_utf8_lossy(&body)}))
    };
    runtime.spawn(async move { axum::serve(other, Router::new().fallback(seen)).await });
    let router =
        Router::new()
            .route("/echo/{*rest}", get(seen).post(seen))
            .route(
                "/status/{code}",
                get(|Path(code): Path<u16>| async move {
                    (StatusCode::from_u16(code).unwrap(), "because\u{1b}[31m of this")
                }),
            )
            .route(
                "/flaky",
                get(move || {
                    let n = flaky.fetch_add(1, SeqCst);
                    async move {
                        match n {
                            0 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")], "slow down")
                                .into_response(),
                            1 => (StatusCode::SERVICE_UNAVAILABLE, "busy").into_response(),
                            2 => "{\"broken\": ".into_response(),
                            _ => axum::Json(json!({"tries": n + 1})).into_response(),
                        }
                    }
                }),
            )
            .route(
                "/later",
                get(|| async { (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "86400")], "tomorrow") }),
            )
            .route("/broken", get(|| async { "{\"a\": [1, 2" }))
            .route(
                "/slow",
                get(|| async {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                    "{}"
                }),
            )
            .route("/huge", get(|| async { format!("[{}0]", "1,".repeat(400_000)) }))
            .route(
                "/long",
                get(|| async {
                    axum::Json(json!({"total": 5000, "hits": (0..5000).map(|i| json!({"id": i})).collect::<Vec<_>>()}))
                }),
            )
            .route("/text", get(|| async { "é\"\n".repeat(10_000) }))
            .route("/xml", get(|| async { "<r><item n=\"1\">a</item><item n=\"2\">b</item></r>" }))
            .route(
                "/pages",
                get(|uri: Uri| async move {
                    let (page, size) = (query(&uri)["page"].parse::<usize>().unwrap(), 3);
                    let items: Vec<usize> = (page * size..(page + 1) * size).filter(|i| *i < 8).collect();
                    axum::Json(json!({"found": {"items": items}, "total": 8}))
                }),
            )
            .route(
                "/cursor",
                get(|uri: Uri| async move {
                    let at: usize = query(&uri).get("after").map_or(0, |c| c.trim_start_matches('c').parse().unwrap());
                    let next = (at < 4).then(|| format!("c{}", at + 2));
                    axum::Json(json!({"items": [at, at + 1], "next": next}))
                }),
            )
            .route(
                "/to/{where}",
                get(move |Path(to): Path<String>| async move {
                    let target = match to.as_str() {
                        "echo" => "/echo/there?a=b".to_string(),
                        "other" => format!("http://{elsewhere}/x"),
                        "loop" => "/to/loop".into(),
                        "metadata" => "http://169.254.169.254/latest".into(),
                        _ => "http://localhost:1/x".into(),
                    };
                    (StatusCode::FOUND, [(header::LOCATION, target)])
                }),
            )
            .route(
                "/many/{id}",
                get(move |Path(id): Path<u32>| {
                    let (now, most) = (Arc::clone(&now), Arc::clone(&m));
                    async move {
                        most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                        tokio::time::sleep(Duration::from_millis(2)).await;
                        now.fetch_sub(1, SeqCst);
                        axum::Json(json!({ "id": id }))
                    }
                }),
            )
            .route("/post", post(seen))
            .layer(axum::middleware::from_fn(move |request: axum::extract::Request, next: axum::middleware::Next| {
                h.fetch_add(1, SeqCst);
                next.run(request)
            }));
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router).await });
    Service { address, hits, most_at_once: most, _runtime: runtime }
}

/// The tools of a service: name, request, further keys.
fn tools(service: &Service, provider: &str, tools: &[(&str, &str, &str)]) -> Toolbox {
    let dir = dir("http");
    let mut text = format!(
        "[provider]\nid = 'test'\ndomain = 'general'\nbackend = 'http'\nbase_url = 'http://{}'\nallow_private = true\n{provider}\n",
        service.address
    );
    for (name, request, keys) in tools {
        text.push_str(&format!(
            "[[tool]]\nname = '{name}'\nkind = 'retrieval'\ndescription = 'A tool of the test service.'\n\
             request = '{request}'\n{keys}\n"
        ));
    }
    live(&dir.write("test.toml", &text))
}

const Q: &str = "params.q = { description = 'Anything.' }";

#[test]
fn arguments_stay_in_their_places_and_secrets_stay_out_of_sight() {
    let s = service();
    // A variable that is always there plays the secret.
    let secret = env!("CARGO_MANIFEST_DIR");
    let auth = "headers = { X-Kind = 'test' }\nauth = [{ in = 'header', name = 'X-Key', env = 'CARGO_MANIFEST_DIR', prefix = 'Bearer ', \
                plaintext = true }, { in = 'query', name = 'key', env = 'CARGO_MANIFEST_DIR', plaintext = true }]";
    let t = tools(
        &s,
        auth,
        &[
            (
                "get",
                "GET /echo/{q}?q={q}&n={n}",
                &format!("{Q}\nparams.n = {{ type = 'integer', description = 'N.', optional = true }}"),
            ),
            (
                "post",
                "POST /post",
                &format!("{Q}\neffect = 'read_only'\nbody = {{ query = '{{q}}', fixed = [1, 2.5, true] }}"),
            ),
            ("form", "POST /post", &format!("{Q}\neffect = 'read_only'\nform = {{ query = '{{q}}' }}")),
        ],
    );
    let seen = call(&t, "get", json!({"q": "a/../b?x=1&y=é", "n": null})).unwrap();
    assert_eq!(seen["uri"], "/echo/a%2F..%2Fb%3Fx%3D1%26y%3D%C3%A9?q=a%2F..%2Fb%3Fx%3D1%26y%3D%C3%A9&key=[redacted]");
    assert_eq!(seen["headers"]["x-key"], "Bearer [redacted]");
    assert_eq!(seen["headers"]["x-kind"], "test");
    assert!(!seen.to_string().contains(secret));
    let seen = call(&t, "post", json!({"q": "\"}, {\""})).unwrap();
    let body: Value = serde_json::from_str(seen["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, json!({"query": "\"}, {\"", "fixed": [1, 2.5, true]}));
    let seen = call(&t, "form", json!({"q": "a&b=c"})).unwrap();
    assert_eq!(seen["body"], "query=a%26b%3Dc");
    refused(&t, "get", json!({"q": ".."}), ErrorKind::BadArguments, "path");
    refused(&t, "get", json!({"q": 5}), ErrorKind::BadArguments, "not of type");
    refused(&t, "get", json!({}), ErrorKind::BadArguments, "required");
    refused(&t, "get", json!({"q": "x", "odd": 1}), ErrorKind::BadArguments, "odd");
}

#[test]
fn what_a_status_means() {
    let s = service();
    let code = "params.code = { type = 'integer', description = 'Code.' }";
    let t = tools(&s, "retries = 0", &[("status", "GET /status/{code}", code)]);
    for (code, kind) in [
        (400, ErrorKind::BadArguments),
        (401, ErrorKind::Unauthorised),
        (403, ErrorKind::Unauthorised),
        (404, ErrorKind::NotFound),
        (410, ErrorKind::NotFound),
        (413, ErrorKind::TooLarge),
        (422, ErrorKind::BadArguments),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Provider),
        (503, ErrorKind::Provider),
        (504, ErrorKind::Timeout),
    ] {
        refused(&t, "status", json!({ "code": code }), kind, "because[31m of this");
    }
}

#[test]
fn passing_failures_are_repeated_and_others_are_not() {
    let s = service();
    let t = tools(
        &s,
        "",
        &[
            ("flaky", "GET /flaky", ""),
            ("later", "GET /later", ""),
            ("gone", "GET /status/404", ""),
            ("broken", "GET /broken", ""),
        ],
    );
    assert_eq!(call(&t, "flaky", json!({})), Ok(json!({"tries": 4})));
    assert_eq!(s.hits.swap(0, SeqCst), 4);
    refused(
        &t,
        "later",
        json!({}),
        ErrorKind::RateLimited,
        "test (later): The provider wants fewer calls (429): “tomorrow”.",
    );
    refused(&t, "gone", json!({}), ErrorKind::NotFound, "404");
    assert_eq!(s.hits.swap(0, SeqCst), 2);
    refused(&t, "broken", json!({}), ErrorKind::Provider, "not valid JSON");
    assert_eq!(s.hits.swap(0, SeqCst), 4);
}

#[test]
fn slow_and_huge_answers_are_given_up_and_long_ones_are_cut() {
    let s = service();
    let t = tools(
        &s,
        "timeout = '300ms'\nretries = 0\nmax_bytes = 200000",
        &[
            ("slow", "GET /slow", ""),
            ("huge", "GET /huge", ""),
            ("long", "GET /long", ""),
            ("text", "GET /text", "format = 'text'"),
        ],
    );
    refused(&t, "slow", json!({}), ErrorKind::Timeout, "0.3 s");
    refused(&t, "huge", json!({}), ErrorKind::TooLarge, "200000 bytes");
    let args = serde_json::Map::new();
    for name in ["long", "text"] {
        let Outcome::Value { value, complete } = t.pool().call(name, &args) else { panic!("{name}") };
        let text = value.to_string();
        assert!(
            !complete && value["truncated"] == true && text.len() <= dive_tools::OUTPUT_CAP,
            "{name}: {}",
            text.len()
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
    let Outcome::Value { value, .. } = t.pool().call("text", &args) else { panic!() };
    assert!(value["text"].as_str().unwrap().ends_with("of 40000 bytes]"), "{value}");
}

#[test]
fn formats_and_pages() {
    let s = service();
    let t = tools(
        &s,
        "",
        &[
            ("xml", "GET /xml", "format = 'xml'\nselect = '/r/item'"),
            (
                "pages",
                "GET /pages",
                "select = '/found'\npages = { param = 'page', items = '/found/items', max = 10, size = 3 }",
            ),
            (
                "some",
                "GET /pages",
                "select = '/found'\npages = { param = 'page', items = '/found/items', max = 2, size = 3 }",
            ),
            (
                "cursor",
                "GET /cursor",
                "pages = { param = 'after', by = 'cursor', items = '/items', next = '/next', max = 9 }",
            ),
            ("none", "GET /xml", "format = 'xml'\nselect = '/r/none'"),
        ],
    );
    assert_eq!(call(&t, "xml", json!({})), Ok(json!({"items": [{"@n": "1", "text": "a"}, {"@n": "2", "text": "b"}]})));
    assert_eq!(call(&t, "pages", json!({})), Ok(json!({"items": [0, 1, 2, 3, 4, 5, 6, 7]})));
    assert_eq!(call(&t, "some", json!({})), Ok(json!({"items": [0, 1, 2, 3, 4, 5], "truncated": true})));
    assert_eq!(call(&t, "cursor", json!({})).unwrap()["items"], json!([0, 1, 2, 3, 4, 5]));
    refused(&t, "none", json!({}), ErrorKind::NotFound, "nothing");
}

#[test]
fn redirects_lead_nowhere_that_the_manifest_does_not_name() {
    let s = service();
    let to = "params.to = { description = 'Where.' }";
    let t = tools(&s, "retries = 0", &[("to", "GET /to/{to}", to)]);
    assert_eq!(call(&t, "to", json!({"to": "echo"})).unwrap()["uri"], "/echo/there?a=b");
    refused(&t, "to", json!({"to": "other"}), ErrorKind::Transport, "is not one that the manifest names");
    refused(&t, "to", json!({"to": "metadata"}), ErrorKind::Transport, "169.254.169.254");
    refused(&t, "to", json!({"to": "loop"}), ErrorKind::Provider, "redirects");
    // A host that is named gets the request, but nothing that identifies us.
    let key = "hosts = ['127.0.0.1']\nauth = [{ in = 'header', name = 'X-Key', env = 'CARGO_MANIFEST_DIR', plaintext = true }]";
    let t = tools(&s, key, &[("to", "GET /to/{to}", to)]);
    let seen = call(&t, "to", json!({"to": "other"})).unwrap();
    assert_eq!((seen["uri"].as_str(), seen["headers"].get("x-key")), (Some("/x"), None));
}

#[test]
fn this_machine_is_out_of_reach_unless_allowed() {
    let s = service();
    let dir = dir("private");
    let manifest = |base: &str| {
        format!(
            "[provider]\nid = 'test'\ndomain = 'general'\nbackend = 'http'\nbase_url = '{base}'\nretries = 0\n[[tool]]\n\
             name = 'get'\nkind = 'retrieval'\ndescription = 'A tool of the test service.'\nrequest = 'GET /echo/x'\n"
        )
    };
    for base in [
        format!("http://127.0.0.1:{}", s.address.port()),
        format!("http://localhost:{}", s.address.port()),
        format!("http://[::ffff:127.0.0.1]:{}", s.address.port()),
        format!("http://2130706433:{}", s.address.port()),
    ] {
        let t = live(&dir.write("test.toml", &manifest(&base)));
        refused(&t, "get", json!({}), ErrorKind::Transport, "private network");
    }
    assert_eq!(s.hits.load(SeqCst), 0);
}

#[test]
fn a_thousand_calls_at_once_keep_to_the_limits() {
    let s = service();
    let t = tools(
        &s,
        "concurrency = 16",
        &[("many", "GET /many/{id}", "params.id = { type = 'integer', description = 'Id.' }")],
    );
    let calls = (0..1000).map(|i| {
        let t = &t;
        async move {
            let args = json!({ "id": i });
            match t.call("many", args.as_object().unwrap()).await {
                Outcome::Value { value, .. } => value == args,
                Outcome::Error { error } => panic!("{error}"),
            }
        }
    });
    let right = t.block_on(futures::future::join_all(calls)).unwrap();
    assert!(right.into_iter().all(|r| r));
    assert_eq!(s.hits.load(SeqCst), 1000);
    assert!(s.most_at_once.load(SeqCst) <= 16);
}

#[test]
fn manifests_that_cannot_work_are_refused_with_the_place() {
    let dir = dir("bad");
    let good = "[provider]\nid = 'test'\ndomain = 'general'\nbackend = 'http'\nbase_url = 'https://api.example'\n[[tool]]\n\
                name = 'get'\nkind = 'retrieval'\ndescription = 'A tool of the test service.'\nrequest = 'GET /x/{q}'\n\
                params.q = { description = 'Anything.' }\n";
    for (from, to, words) in [
        ("base_url", "base_ur", "base_ur"),
        ("kind = 'retrieval'", "kind = 'retrieval'\nsql = 'SELECT 1'", "`sql` is no key of http tools"),
        ("GET /x/{q}", "GET /x/{p}", "uses `{p}`"),
        ("GET /x/{q}", "GET /x", "does not use the parameter `q`"),
        ("GET /x/{q}", "/x/{q}", "a method and a path"),
        ("https://api.example", "ftp://api.example", "http or https"),
        ("https://api.example", "https://u:p@api.example", "without a user"),
        ("[[tool]]", "rate_limit = 'fast'\n[[tool]]", "is not a rate"),
        ("[[tool]]", "base_url2 = 1\n[[tool]]", "base_url2"),
        (
            "base_url = 'https://api.example'",
            "base_url = 'http://api.example'\nauth = [{ in = 'query', name = 'k', env = 'API_KEY' }]",
            "would travel unencrypted",
        ),
    ] {
        let path = dir.write("bad.toml", &good.replace(from, to));
        let journal = dive_journal::Journal::open("nowhere", dive_journal::Mode::Live).unwrap();
        let error = crate::open_with(journal, &[&path], false).err().expect("refused").to_string();
        assert!(error.contains("bad.toml") && error.contains(words), "{error}");
    }
}
