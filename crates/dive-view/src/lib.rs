//! A local page to browse a run: filter, search, read a task as a conversation with its call graph, see what was rejected
//! and why, while the run goes on.
//!
//! The server binds to the loopback interface, answers only requests that name it (a page of another site that resolves
//! its own name to this machine gets nothing), only reads, and sends no script but its own file. Pages work without it.

mod index;
mod pages;
mod query;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path as Segment, Query as Parameters, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use dive_report::Catalogue;
use dive_store::{Run, StoreError};
use tokio::net::TcpListener;

use index::Index;
use query::Query;

/// A page that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The run cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A task or rejection is malformed.
    #[error("episode {0} is malformed: {1}")]
    Malformed(u64, String),
    /// The address is taken, or not ours to take.
    #[error("port {0} cannot be opened: {1}; name another with --port")]
    Port(u16, std::io::Error),
    /// The server broke off.
    #[error("the page broke off: {0}")]
    Served(std::io::Error),
}

/// The run behind the pages.
struct Shelf {
    run: Run,
    index: Index,
    catalogue: Catalogue,
}

#[derive(Clone)]
struct App {
    shelf: Arc<Mutex<Shelf>>,
    dir: Arc<PathBuf>,
    hosts: Arc<Vec<String>>,
}

/// A page that is ready to be served.
pub struct Viewer {
    listener: TcpListener,
    app: App,
    address: SocketAddr,
}

impl Viewer {
    /// Opens the run and a port on the loopback interface; port 0 is any free one.
    ///
    /// # Errors
    /// There is no run, it is damaged, or the port cannot be opened.
    pub async fn open(dir: &Path, port: u16) -> Result<Viewer, ViewError> {
        let run = Run::open(dir)?;
        let catalogue = Catalogue::of(&run.tools()?);
        let mut index = Index::default();
        index.refresh(&run)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|e| ViewError::Port(port, e))?;
        let address = listener.local_addr().map_err(|e| ViewError::Port(port, e))?;
        let names = ["127.0.0.1", "localhost"];
        let hosts = names.iter().map(|n| format!("{n}:{}", address.port())).collect();
        let app = App {
            shelf: Arc::new(Mutex::new(Shelf { run, index, catalogue })),
            dir: Arc::new(dir.into()),
            hosts: Arc::new(hosts),
        };
        Ok(Viewer { listener, app, address })
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves until `stop` is ready.
    ///
    /// # Errors
    /// The server broke off.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ViewError> {
        let router = Router::new()
            .route("/", get(list))
            .route("/episode/{number}", get(episode))
            .route("/live", get(live))
            .route("/report", get(report))
            .route("/style.css", get(|| async { file("text/css; charset=utf-8", pages::style()) }))
            .route("/view.js", get(|| async { file("text/javascript; charset=utf-8", pages::SCRIPT.to_string()) }))
            .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
            .fallback(|| async { missing() })
            .layer(middleware::from_fn_with_state(self.app.clone(), guard))
            .with_state(self.app);
        axum::serve(self.listener, router).with_graceful_shutdown(stop).await.map_err(ViewError::Served)
    }
}

/// Nothing but our own files; no inline script, no inline style, no frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The report carries its style within.
const REPORT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// Refuses what does not name this server or wants more than to read, and sets the headers of every answer.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let mut response = if !app.hosts.iter().any(|h| h.eq_ignore_ascii_case(host)) {
        (StatusCode::MISDIRECTED_REQUEST, "This page is served to this machine only, under 127.0.0.1 or localhost.")
            .into_response()
    } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
        StatusCode::METHOD_NOT_ALLOWED.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Runs what reads the store off the threads that serve.
async fn with_shelf(
    app: &App,
    work: impl FnOnce(&mut Shelf) -> Result<Response, ViewError> + Send + 'static,
) -> Response {
    let shelf = Arc::clone(&app.shelf);
    let done = tokio::task::spawn_blocking(move || {
        let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let Shelf { run, index, .. } = &mut *shelf;
        index.refresh(run)?;
        work(&mut shelf)
    });
    match done.await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, Html(pages::failure(&error.to_string()))).into_response(),
        Err(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, Html(pages::failure("the page could not be made"))).into_response()
        }
    }
}

async fn list(State(app): State<App>, Parameters(query): Parameters<Query>) -> Response {
    let name = name(&app.dir);
    let reported = app.dir.join("report.html").is_file();
    with_shelf(&app, move |shelf| {
        let summary = shelf.run.summary()?;
        Ok(Html(pages::list(&name, &shelf.index, &query, &summary, reported)).into_response())
    })
    .await
}

async fn episode(
    State(app): State<App>,
    Segment(number): Segment<String>,
    Parameters(query): Parameters<Query>,
) -> Response {
    let name = name(&app.dir);
    with_shelf(&app, move |shelf| {
        let Some(entry) = number.parse().ok().map(|n| shelf.run.episode(n)).transpose()?.flatten() else {
            return Ok(missing());
        };
        let around = shelf.index.around(&query, entry.episode);
        Ok(Html(pages::episode(&name, &entry, &query, around, &shelf.catalogue)?).into_response())
    })
    .await
}

async fn live(State(app): State<App>) -> Response {
    with_shelf(&app, |shelf| {
        let body = serde_json::json!({"tasks": shelf.index.tasks(), "rejected": shelf.index.rejected()});
        Ok(axum::Json(body).into_response())
    })
    .await
}

async fn report(State(app): State<App>) -> Response {
    let path = app.dir.join("report.html");
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(path));
    match read.await {
        Ok(Ok(page)) => ([(header::CONTENT_SECURITY_POLICY, REPORT_POLICY)], Html(page)).into_response(),
        _ => missing(),
    }
}

fn name(dir: &Path) -> String {
    dir.file_name().map_or_else(|| dir.display().to_string(), |n| n.to_string_lossy().into())
}

fn file(kind: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, Html(pages::failure("there is nothing here"))).into_response()
}
