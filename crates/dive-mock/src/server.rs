//! The server: reads requests, asks the script, writes replies or failures.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::asked::{Asked, Offers, Wire};
use crate::behaviour::{Behaviour, Behaviours};
use crate::{anthropic, openai};

/// Why an answer ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stopped {
    /// It is complete.
    #[default]
    Done,
    /// It is cut off at the limit of tokens.
    Length,
    /// It is a refusal.
    Refusal,
}

/// What the model says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Text.
    pub text: String,
    /// Reasoning.
    pub reasoning: String,
    /// Name and arguments, as text, of each call.
    pub calls: Vec<(String, String)>,
    /// Why it ends.
    pub stop: Stopped,
}

impl Answer {
    /// Text alone.
    pub fn text(text: impl Into<String>) -> Answer {
        Answer { text: text.into(), ..Answer::default() }
    }

    /// One call.
    pub fn call(name: &str, arguments: &Value) -> Answer {
        Answer { calls: vec![(name.into(), arguments.to_string())], ..Answer::default() }
    }

    /// Tokens of the answer: four bytes each.
    pub fn tokens(&self) -> u64 {
        let calls: usize = self.calls.iter().map(|(n, a)| n.len() + a.len()).sum();
        (self.text.len() + self.reasoning.len() + calls) as u64 / 4 + 1
    }
}

/// What the server does with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Answers.
    Say(Answer),
    /// Answers, but breaks off in the middle.
    Cut(Answer),
    /// Answers these bytes as if all were well.
    Garble(String),
    /// Fails.
    Fail {
        /// HTTP status.
        status: u16,
        /// OpenAI's code, or Anthropic's type.
        code: &'static str,
        /// What is said.
        message: String,
        /// Seconds to wait.
        retry_after: Option<f64>,
    },
    /// Says nothing for so long.
    Hang(Duration),
}

/// Decides what the model says. `earlier` is the number of times that the same request came before.
pub trait Script: Send + Sync + 'static {
    /// The answer to a request.
    fn answer(&self, asked: &Asked, earlier: u64) -> Action;
}

impl<F: Fn(&Asked, u64) -> Action + Send + Sync + 'static> Script for F {
    fn answer(&self, asked: &Asked, earlier: u64) -> Action {
        self(asked, earlier)
    }
}

/// How the server behaves apart from what the model says.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Port; any free one when 0.
    pub port: u16,
    /// Time that every answer takes.
    pub latency: Duration,
    /// The key that a request must carry.
    pub key: Option<String>,
    /// Tokens that fit.
    pub context: Option<u64>,
}

/// A running server; it ends when dropped.
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<io::Result<()>>,
    shared: Arc<Shared>,
}

struct Shared {
    script: Box<dyn Script>,
    options: Options,
    requests: AtomicU64,
    seen: Mutex<HashMap<(Wire, u64), u64>>,
    offers: Offers,
}

impl Server {
    /// Starts on the loopback interface.
    ///
    /// # Errors
    /// The port cannot be had.
    pub async fn start(script: impl Script, options: Options) -> io::Result<Server> {
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script: Box::new(script),
            options,
            requests: AtomicU64::new(0),
            seen: Mutex::default(),
            offers: Offers::default(),
        });
        let router = Router::new()
            .route("/v1/chat/completions", post(|s, h, b| serve(Wire::OpenAi, s, h, b)))
            .route("/v1/messages", post(|s, h, b| serve(Wire::Anthropic, s, h, b)))
            .route("/v1/models", get(models))
            .with_state(Arc::clone(&shared));
        // Prompts grow beyond the two megabytes that axum allows.
        let router = router.layer(axum::extract::DefaultBodyLimit::max(64 << 20));
        let task = tokio::spawn(axum::serve(listener, router).into_future());
        Ok(Server { address, task, shared })
    }

    /// The address, such as `http://127.0.0.1:8077`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Requests that came so far.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// Serves until it fails.
    ///
    /// # Errors
    /// What it failed with.
    pub async fn wait(mut self) -> io::Result<()> {
        (&mut self.task).await.unwrap_or_else(|e| Err(io::Error::other(e)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn models() -> Response {
    let list: Vec<Value> = std::iter::once("mock".to_string())
        .chain(Behaviour::ALL.iter().map(|(name, _)| format!("mock:{name}")))
        .map(|id| json!({"id": id, "object": "model", "created": 1_700_000_000, "owned_by": "dive"}))
        .collect();
    json_response(200, json!({"object": "list", "data": list}).to_string())
}

async fn serve(wire: Wire, State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let given = headers
        .get("x-api-key")
        .and_then(|v| v.to_str().ok())
        .or_else(|| headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer "));
    if shared.options.key.as_deref().is_some_and(|key| given != Some(key)) {
        let code = if wire == Wire::OpenAi { "invalid_api_key" } else { "authentication_error" };
        return fail(wire, 401, code, "invalid API key", None);
    }
    let asked = match wire {
        Wire::OpenAi => openai::read(&body, &shared.offers),
        Wire::Anthropic => anthropic::read(&body, &shared.offers),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(message) => return fail(wire, 400, "invalid_request_error", &message, None),
    };
    if Behaviours::of_model(&asked.model).is_none() {
        let (code, message) = match wire {
            Wire::OpenAi => ("model_not_found", format!("The model `{}` does not exist.", asked.model)),
            Wire::Anthropic => ("not_found_error", format!("model: {}", asked.model)),
        };
        return fail(wire, 404, code, &message, None);
    }
    if let Some(context) = shared.options.context.filter(|c| asked.tokens() > *c) {
        let message = format!("prompt is too long: {} tokens > {context} maximum context length", asked.tokens());
        let code = if wire == Wire::OpenAi { "context_length_exceeded" } else { "invalid_request_error" };
        return fail(wire, 400, code, &message, None);
    }
    let earlier = {
        let mut seen = shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let count = seen.entry((asked.wire, asked.digest)).or_default();
        *count += 1;
        *count - 1
    };
    tokio::time::sleep(shared.options.latency).await;
    match shared.script.answer(&asked, earlier) {
        Action::Say(answer) => say(&asked, &cut_at_limit(&asked, answer), false),
        Action::Cut(answer) => say(&asked, &answer, true),
        Action::Garble(text) => json_response(200, text),
        Action::Fail { status, code, message, retry_after } => fail(wire, status, code, &message, retry_after),
        Action::Hang(time) => {
            tokio::time::sleep(time).await;
            fail(wire, 504, "timeout", "too late", None)
        }
    }
}

/// The limit of tokens holds for text, as everywhere.
fn cut_at_limit(asked: &Asked, mut answer: Answer) -> Answer {
    let most = asked.max_tokens.unwrap_or(u64::MAX);
    if answer.tokens() > most && answer.calls.is_empty() {
        answer.text = answer.text.chars().take(most as usize * 4).collect();
        answer.stop = Stopped::Length;
    }
    answer
}

fn say(asked: &Asked, answer: &Answer, cut: bool) -> Response {
    let parts = match (asked.wire, asked.stream) {
        (Wire::OpenAi, false) => vec![openai::whole(asked, answer)],
        (Wire::Anthropic, false) => vec![anthropic::whole(asked, answer)],
        (Wire::OpenAi, true) => openai::stream(asked, answer),
        (Wire::Anthropic, true) => anthropic::stream(asked, answer),
    };
    let kind = if asked.stream { "text/event-stream" } else { "application/json" };
    let head = [(header::CONTENT_TYPE, kind)];
    if !asked.stream && !cut {
        return (head, parts.concat()).into_response();
    }
    let mut parts = parts;
    if cut {
        if asked.stream {
            parts.truncate(parts.len() / 2 + 1);
        } else if let Some(text) = parts.first_mut() {
            *text = text.chars().take(text.chars().count() / 2).collect();
        }
    }
    (head, Body::new(Parts { parts: parts.into_iter(), cut })).into_response()
}

/// A body in parts; cut off, it ends in an error, and with it the connection.
struct Parts {
    parts: std::vec::IntoIter<String>,
    cut: bool,
}

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, io::Error>>> {
        match self.parts.next() {
            Some(part) => Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from(part))))),
            None if self.cut => {
                self.cut = false;
                Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionReset))))
            }
            None => Poll::Ready(None),
        }
    }
}

fn fail(wire: Wire, status: u16, code: &str, message: &str, retry_after: Option<f64>) -> Response {
    let body = match wire {
        Wire::OpenAi => openai::failure("invalid_request_error", code, message),
        Wire::Anthropic => anthropic::failure(code, message),
    };
    let mut response = json_response(status, body);
    if let Some(value) = retry_after.and_then(|s| s.to_string().parse().ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn json_response(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// An id that the same request gets again.
pub(crate) fn id(kind: &str, asked: &Asked, index: usize) -> String {
    format!("{kind}_{:016x}{index:02}", asked.digest)
}

/// JSON where the text is JSON.
pub(crate) fn text_or_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.into()))
}
