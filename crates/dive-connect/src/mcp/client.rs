//! An MCP server as a provider: a process of ours, or an address.

use std::collections::HashMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use dive_core::tool::ErrorKind;
use dive_tools::manifest::{Auth, Place, Provider};
use futures::future::BoxFuture;
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ClientConfig, Implementation, PaginatedRequestParams, Tool,
};
use rmcp::service::RunningService;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{RoleClient, serve_client};
use serde_json::Value;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::process::Child;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout};

use crate::command::{Renamed, rename};
use crate::failure::{Failure, Retry};
use crate::http::{client, ending, excerpt, secret};
use crate::mcp::result;
use crate::process::{Launch, last_words};
use crate::remote::{Args, Call};

/// Longest wait for a server to come up: a package runner may have to fetch it first.
const START: Duration = Duration::from_secs(90);
/// Pause before a server that died young is started again; twice as long each time.
const RESTART: Duration = Duration::from_millis(250);
const LONGEST_RESTART: Duration = Duration::from_secs(30);
/// Bounds of a listing: a server that has always one page more is not believed.
const MOST_PAGES: usize = 100;
const MOST_TOOLS: usize = 5000;

type Service = RunningService<RoleClient, ClientConfig>;

/// A server, started when first needed and again when it died.
pub(crate) struct Server {
    kind: Kind,
    max_bytes: usize,
    connections: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

enum Kind {
    Process(Launch),
    Http { url: String, auth: Vec<Auth>, allow_private: bool },
}

/// One connection, and how its server fared.
#[derive(Default)]
struct Connection {
    live: Option<Arc<Live>>,
    deaths: u32,
    not_before: Option<Instant>,
}

struct Live {
    service: Service,
    since: Instant,
    /// Of a process: held, so that it dies with the connection, and what it said on stderr.
    _child: Option<Child>,
    said: Arc<StdMutex<String>>,
}

impl Server {
    pub(crate) fn new(provider: &Provider, base: &Path, max_bytes: usize) -> Result<Server, String> {
        let kind = if provider.url.is_empty() {
            let dir = provider.dir.as_ref().map_or_else(|| base.to_path_buf(), |d| base.join(d));
            Kind::Process(Launch { argv: provider.command.clone(), dir, env: provider.env.clone() })
        } else {
            let url = Url::parse(&provider.url).map_err(|e| format!("url: {e}"))?;
            if let Some(auth) = provider.auth.iter().find(|a| a.place != Place::Header) {
                return Err(format!("the secret in {} must go into a header", auth.env));
            }
            if let Some(auth) = provider.auth.iter().find(|a| !a.plaintext && url.scheme() != "https") {
                return Err(format!(
                    "the secret in {} would travel unencrypted to {url}; use https, or add `plaintext = true` to its auth",
                    auth.env
                ));
            }
            Kind::Http { url: url.into(), auth: provider.auth.clone(), allow_private: provider.allow_private }
        };
        let count = provider.processes.unwrap_or(1).clamp(1, 64);
        let connections = (0..count).map(|_| Mutex::default()).collect();
        Ok(Server { kind, max_bytes, connections, next: AtomicUsize::new(0) })
    }

    /// All tools that the server has.
    pub(crate) async fn list(&self) -> Result<Vec<Tool>, Failure> {
        let live = self.connected(0).await?;
        let mut tools = Vec::new();
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = live.service.list_tools(Some(PaginatedRequestParams::default().with_cursor(cursor)));
            let page = match timeout(START, page).await {
                Ok(Ok(page)) => page,
                Ok(Err(error)) => return Err(result::failure(&error)),
                Err(_) => {
                    return Err(Failure::passing(ErrorKind::Timeout, "The server did not list its tools in time."));
                }
            };
            tools.extend(page.tools);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(tools);
            }
            if tools.len() > MOST_TOOLS {
                break;
            }
        }
        Err(Failure::answer(
            ErrorKind::Provider,
            format!("The server lists more than {MOST_TOOLS} tools or does not end."),
        ))
    }

    /// The connection of that number, made now if there is none.
    async fn connected(&self, number: usize) -> Result<Arc<Live>, Failure> {
        let none = || Failure::passing(ErrorKind::Transport, "There is no connection.");
        let mut connection = self.connections.get(number).ok_or_else(none)?.lock().await;
        if let Some(live) = &connection.live {
            if !live.service.is_closed() && !live.service.is_transport_closed() {
                return Ok(Arc::clone(live));
            }
            let young = live.since.elapsed() < Duration::from_secs(10);
            connection.live = None;
            connection.fell(young);
        }
        if let Some(moment) = connection.not_before {
            sleep_until(moment).await;
        }
        let started = timeout(START, self.start()).await.unwrap_or_else(|_| {
            let message = format!("The server did not come up within {} s.", START.as_secs());
            Err(Failure::passing(ErrorKind::Timeout, message))
        });
        match started {
            Ok(live) => {
                let live = Arc::new(live);
                connection.live = Some(Arc::clone(&live));
                Ok(live)
            }
            Err(failure) => {
                connection.fell(true);
                Err(failure)
            }
        }
    }

    async fn start(&self) -> Result<Live, Failure> {
        let info =
            ClientConfig::new(ClientCapabilities::default(), Implementation::new("dive", env!("CARGO_PKG_VERSION")));
        let said = Arc::new(StdMutex::new(String::new()));
        match &self.kind {
            Kind::Process(launch) => {
                let hopeless =
                    |e: String| Failure { retry: Retry::No, ..Failure::passing(ErrorKind::Transport, format!("{e}.")) };
                let mut child = launch.spawn().map_err(hopeless)?;
                let (Some(stdin), Some(stdout), Some(stderr)) =
                    (child.stdin.take(), child.stdout.take(), child.stderr.take())
                else {
                    return Err(hopeless("the server's streams could not be opened".into()));
                };
                let words = Arc::clone(&said);
                let listener = tokio::spawn(async move {
                    let text = last_words(stderr).await;
                    *words.lock().unwrap_or_else(PoisonError::into_inner) = text;
                });
                let stdout = Lines { inner: stdout, since_newline: 0, limit: self.max_bytes.saturating_mul(8) };
                match serve_client(info, (stdout, stdin)).await {
                    Ok(service) => Ok(Live { service, since: Instant::now(), _child: Some(child), said }),
                    Err(error) => {
                        drop(child);
                        let _ = timeout(Duration::from_secs(1), listener).await;
                        let words = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
                        let words =
                            if words.is_empty() { String::new() } else { format!(" It said: {}", ending(&words)) };
                        let message =
                            format!("The server did not start properly: {}{words}", excerpt(&error.to_string()));
                        Err(Failure::passing(ErrorKind::Transport, message))
                    }
                }
            }
            Kind::Http { url, auth, allow_private } => {
                let mut headers = HashMap::new();
                for auth in auth {
                    let Some(secret) = secret(auth)? else { continue };
                    let pair =
                        HeaderName::from_bytes(auth.name.as_bytes()).ok().zip(HeaderValue::from_str(&secret).ok());
                    let bad = || {
                        Failure::answer(ErrorKind::Unauthorised, format!("{} cannot be sent as a header.", auth.env))
                    };
                    let (name, mut value) = pair.ok_or_else(bad)?;
                    value.set_sensitive(true);
                    headers.insert(name, value);
                }
                let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
                config.custom_headers = headers;
                config.max_sse_event_size = self.max_bytes.saturating_mul(8);
                config.reinit_on_expired_session = true;
                let private = Url::parse(url)
                    .ok()
                    .and_then(|u| u.host_str().and_then(|h| h.trim_matches(['[', ']']).parse().ok()))
                    .is_some_and(|ip| !crate::http::is_public(ip));
                if private && !allow_private {
                    let message = format!("{}.", crate::http::PrivateAddress(url.clone()));
                    return Err(Failure { retry: Retry::No, ..Failure::passing(ErrorKind::Transport, message) });
                }
                let client = client(*allow_private).map_err(|e| Failure::answer(ErrorKind::Transport, e))?;
                let transport = StreamableHttpClientTransport::with_client(client, config);
                match serve_client(info, transport).await {
                    Ok(service) => Ok(Live { service, since: Instant::now(), _child: None, said }),
                    Err(error) => {
                        let message = format!("The server could not be reached: {}", excerpt(&error.to_string()));
                        Err(Failure::passing(ErrorKind::Transport, message))
                    }
                }
            }
        }
    }
}

impl Connection {
    /// Notes that the server is gone; one that died young has to wait before it is started again.
    fn fell(&mut self, young: bool) {
        self.deaths = if young { self.deaths + 1 } else { 0 };
        let pause = RESTART.saturating_mul(1 << self.deaths.min(16)).min(LONGEST_RESTART);
        self.not_before = Some(Instant::now() + if young { pause } else { Duration::ZERO });
    }
}

/// One tool of a server.
pub(crate) struct McpTool {
    pub(crate) server: Arc<Server>,
    pub(crate) name: String,
    pub(crate) renamed: Arc<Renamed>,
}

impl Call for McpTool {
    fn ready<'a>(&'a self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async {
            let number = self.server.next.load(Ordering::Relaxed) % self.server.connections.len().max(1);
            self.server.connected(number).await.map(|_| ())
        })
    }

    fn call<'a>(&'a self, args: &'a Args) -> BoxFuture<'a, Result<Value, Failure>> {
        Box::pin(async {
            let number = self.server.next.fetch_add(1, Ordering::Relaxed) % self.server.connections.len().max(1);
            let live = self.server.connected(number).await?;
            let arguments = rename(args, &self.renamed);
            let params = CallToolRequestParams::new(self.name.clone()).with_arguments(arguments);
            match live.service.call_tool(params).await {
                Ok(found) => result::value(&found, self.server.max_bytes),
                Err(error) => {
                    let mut failure = result::failure(&error);
                    let words = live.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    if failure.error.kind == ErrorKind::Transport && !words.is_empty() {
                        failure.error.message.push_str(&format!(" It said: {}", ending(&words)));
                    }
                    Err(failure)
                }
            }
        })
    }
}

/// A stream of lines none of which is endless: a server that never ends its line would fill the memory.
struct Lines<R> {
    inner: R,
    since_newline: usize,
    limit: usize,
}

impl<R: AsyncRead + Unpin> AsyncRead for Lines<R> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if let Poll::Ready(Ok(())) = polled {
            let new = buf.filled().get(before..).unwrap_or_default();
            self.since_newline = match new.iter().rposition(|b| *b == b'\n') {
                Some(at) => new.len() - at - 1,
                None => self.since_newline + new.len(),
            };
            if self.since_newline > self.limit {
                return Poll::Ready(Err(std::io::Error::other("a line without end")));
            }
        }
        polled
    }
}
