//! What a manifest says about tools that others run: where they are, how they are called, and within which limits.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

/// What executes the tools of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendKind {
    /// An HTTP API: every tool has a `request`.
    Http,
    /// An MCP server: a process (`command`) or an address (`url`).
    Mcp,
    /// A program a tool: arguments as JSON on stdin, the result as JSON on stdout.
    Command,
    /// Statements over a SQLite file (`path`).
    Sqlite,
    /// Statements over a PostgreSQL database (`connection` or `connection_env`).
    Postgres,
}

impl BackendKind {
    /// Its name in manifests and specifications.
    pub fn name(self) -> &'static str {
        match self {
            BackendKind::Http => "http",
            BackendKind::Mcp => "mcp",
            BackendKind::Command => "command",
            BackendKind::Sqlite => "sqlite",
            BackendKind::Postgres => "postgres",
        }
    }
}

/// `[provider]` of a manifest whose tools others run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Second part of the tools' ids.
    pub id: String,
    /// First part of the tools' ids.
    pub domain: String,
    /// What executes the tools.
    pub backend: BackendKind,
    /// Who this is, for people.
    #[serde(default)]
    pub title: String,
    /// Whether the examples passed against the real service; HTTP manifests start without.
    pub verified: Option<bool>,
    /// Part of the journal's key: raise it when the service's answers change.
    #[serde(default)]
    pub version: String,

    /// Most calls a time, e.g. `20/s`, `100/min`.
    pub rate_limit: Option<Rate>,
    /// Most calls at once [default: 8].
    pub concurrency: Option<usize>,
    /// Longest wait for an answer, e.g. `30s` [default: 30s].
    pub timeout: Option<Span>,
    /// Times a call that failed on the way is made again [default: 3].
    pub retries: Option<u32>,
    /// Longest answer that is read, in bytes [default: 1 MiB].
    pub max_bytes: Option<usize>,
    /// How old an entry of another run's journal may be [default: any age].
    pub fresh_for: Option<Span>,

    /// HTTP: what every path is appended to.
    #[serde(default)]
    pub base_url: String,
    /// HTTP: further hosts that redirects may lead to.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// HTTP and MCP over HTTP: addresses of this machine and of private networks may be reached.
    #[serde(default)]
    pub allow_private: bool,
    /// HTTP: sent with every request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// HTTP: what identifies us.
    #[serde(default)]
    pub auth: Vec<Auth>,

    /// MCP: the server to start, and its arguments.
    #[serde(default)]
    pub command: Vec<String>,
    /// MCP: the server's address.
    #[serde(default)]
    pub url: String,
    /// MCP: how many processes share the calls [default: 1].
    pub processes: Option<usize>,
    /// MCP and commands: environment variables that are passed on; all others are not.
    #[serde(default)]
    pub env: Vec<String>,
    /// MCP and commands: working directory, relative to the manifest.
    pub dir: Option<PathBuf>,

    /// SQLite: the file, relative to the manifest.
    pub path: Option<PathBuf>,

    /// PostgreSQL: where the database is, without a password: `postgresql://reader@db.example/shop`.
    #[serde(default)]
    pub connection: String,
    /// PostgreSQL: the environment variable that holds the same, with a password if need be.
    pub connection_env: Option<String>,
    /// PostgreSQL: the environment variable that holds the password.
    pub password_env: Option<String>,
    /// PostgreSQL: the connection to another machine may be unencrypted.
    #[serde(default)]
    pub plaintext: bool,
}

impl Provider {
    /// The environment variables whose values it gets, and which may be secrets.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let auth = self.auth.iter().map(|a| a.env.as_str());
        let passed = self.env.iter().map(String::as_str);
        let database = self.connection_env.iter().chain(&self.password_env).map(String::as_str);
        auth.chain(passed).chain(database)
    }
}

/// Where a secret stands in a request. The secret itself stands in an environment variable and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Part of the request.
    #[serde(rename = "in")]
    pub place: Place,
    /// Name of the header, query parameter or body field.
    pub name: String,
    /// The environment variable.
    pub env: String,
    /// Stands before the secret, e.g. `Bearer `.
    #[serde(default)]
    pub prefix: String,
    /// Calls go without it when the variable is not set.
    #[serde(default)]
    pub optional: bool,
    /// The secret may travel unencrypted.
    #[serde(default)]
    pub plaintext: bool,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A header.
    Header,
    /// A query parameter.
    Query,
    /// A field of a JSON or form body.
    Body,
}

/// How a tool that others run is called.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(clippy::large_enum_variant, reason = "a pool holds some hundreds of these, made once")]
pub enum Binding {
    /// One HTTP request, or several for several pages.
    Http(Request),
    /// A tool of an MCP server, by the server's own name for it.
    Mcp(String),
    /// A program and its arguments.
    Command(Vec<String>),
    /// A statement with named parameters.
    Sql(String),
}

/// An HTTP request with `{parameter}` where arguments go.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query after the base URL. Query parameters whose argument is not given are left out.
    pub target: String,
    /// Headers of this tool alone.
    pub headers: BTreeMap<String, String>,
    /// JSON body; a string that is one `{parameter}` becomes the argument with its type.
    pub body: Option<serde_json::Value>,
    /// Fields of a form body.
    pub form: BTreeMap<String, String>,
    /// What the answer is.
    pub format: Format,
    /// Pointer to the part of the answer that is the result.
    pub select: String,
    /// How further pages are asked for.
    pub pages: Option<Pages>,
}

/// The format of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// XML, turned into JSON: attributes as `@name`, text as `text`, repeated elements as lists.
    Xml,
    /// Text as it is.
    Text,
}

/// Pagination: a query parameter that changes from page to page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// The query parameter.
    pub param: String,
    /// How it changes.
    #[serde(default)]
    pub by: Turn,
    /// Pointer to the list of a page, in the whole answer; the pages' lists are joined.
    pub items: String,
    /// For `cursor`: pointer to the next page's value, in the whole answer.
    #[serde(default)]
    pub next: String,
    /// For `offset`: items a page.
    #[serde(default)]
    pub size: usize,
    /// First value, for `page` and `offset`.
    #[serde(default)]
    pub first: usize,
    /// Most pages of one call.
    pub max: usize,
}

/// How a page parameter changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// Number of the page.
    #[default]
    Page,
    /// Number of the first item.
    Offset,
    /// A value that the page before states.
    Cursor,
}

/// Calls in a time, written `20/s`, `100/min`, `1000/h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub calls: u32,
    /// In which time.
    pub per: Duration,
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Rate, D::Error> {
        let text = String::deserialize(d)?;
        let parse = || {
            let (calls, unit) = text.split_once('/')?;
            let calls = calls.trim().parse().ok().filter(|n| *n > 0)?;
            Some(Rate { calls, per: Duration::from_secs(seconds(unit.trim())?) })
        };
        parse().ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a rate such as 20/s or 100/min")))
    }
}

/// A length of time, written `500ms`, `30s`, `5min`, `12h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Span, D::Error> {
        let text = String::deserialize(d)?;
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: Option<u64> = number.parse().ok();
        let span = match (number, unit.trim()) {
            (Some(n), "ms") => Some(Duration::from_millis(n)),
            (Some(n), unit) => seconds(unit).and_then(|s| s.checked_mul(n)).map(Duration::from_secs),
            _ => None,
        };
        let wrong = || serde::de::Error::custom(format!("`{text}` is not a time such as 500ms, 30s, 5min, 12h or 7d"));
        span.map(Span).ok_or_else(wrong)
    }
}

fn seconds(unit: &str) -> Option<u64> {
    match unit {
        "s" => Some(1),
        "min" => Some(60),
        "h" => Some(3600),
        "d" => Some(86400),
        _ => None,
    }
}
