//! A user's PostgreSQL database: the statements of its manifest, each in a read-only transaction that is rolled back.
//!
//! The server turns rows into JSON itself, so that every type it knows, arrays and extensions included, arrives as it
//! writes it; a decoder of our own would know the types of today. Arguments travel as text of whatever type the
//! statement gives them. Nothing here keeps a function from reaching beyond the database (`dblink`, files): that is for the role's
//! rights to say.

mod schema;
mod statement;
mod tls;

use std::collections::HashMap;
use std::env;
use std::error::Error as _;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dive_core::tool::{ErrorKind, ToolSpec};
use dive_tools::manifest::Provider;
use dive_tools::sql::{MAX_ROWS, NO_RECORD, agree, list_key};
use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls, Statement};

use crate::failure::{Failure, Retry};
use crate::remote::{Args, Call};
use statement::{Argument, Parsed};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Rows as objects, and whether there are more.
pub(crate) type Rows = (Vec<Map<String, Value>>, bool);

/// Connections that wait for the next call.
const IDLE: usize = 16;

/// A database, with the connections to it that nobody uses at the moment.
pub(crate) struct Database {
    address: Address,
    plaintext: bool,
    /// Time after which the server ends a statement.
    timeout: Duration,
    max_bytes: usize,
    idle: Mutex<Vec<Session>>,
}

enum Address {
    Stated(Box<Config>, Option<String>),
    Variable(String, Option<String>),
}

/// A connection, and the statements that were prepared on it by the text of the statement.
pub(crate) struct Session {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Database {
    /// The database of a provider whose calls may take `timeout`. Connects when it is first needed.
    pub(crate) fn new(provider: &Provider, timeout: Duration, max_bytes: usize) -> Result<Database, String> {
        let password = provider.password_env.clone();
        let address = match &provider.connection_env {
            Some(variable) => Address::Variable(variable.clone(), password),
            None => {
                let config = parsed(&provider.connection)?;
                if config.get_password().is_some() {
                    return Err(
                        "`connection` holds a password: put it into an environment variable and name that with \
                                `password_env`"
                            .into(),
                    );
                }
                Address::Stated(Box::new(config), password)
            }
        };
        // The server's own limit comes first, so that it does not work on for nobody.
        let timeout = timeout.mul_f64(0.9).max(Duration::from_millis(1));
        Ok(Database { address, plaintext: provider.plaintext, timeout, max_bytes, idle: Mutex::default() })
    }

    /// Where and as whom to connect, and whether encrypted.
    fn config(&self) -> Result<Config, Failure> {
        let refused = |message: String| Failure::answer(ErrorKind::Unauthorised, message);
        let variable =
            |name: &str| env::var(name).map_err(|_| refused(format!("The environment variable {name} is not set.")));
        let (mut config, password) = match &self.address {
            Address::Stated(config, password) => (Config::clone(config), password),
            Address::Variable(name, password) => {
                let config = parsed(&variable(name)?).map_err(|e| refused(format!("{name}: {e}.")))?;
                (config, password)
            }
        };
        if let Some(name) = password {
            config.password(variable(name)?);
        }
        config.connect_timeout(config.get_connect_timeout().copied().unwrap_or(CONNECT)).application_name("dive");
        match (config.get_ssl_mode(), here(&config) || self.plaintext) {
            // Servers on this machine mostly show a certificate that nobody signed, and nobody listens in between.
            (SslMode::Prefer, true) => drop(config.ssl_mode(SslMode::Disable)),
            (SslMode::Prefer, false) => drop(config.ssl_mode(SslMode::Require)),
            (SslMode::Disable, false) => {
                let message = "The connection would be unencrypted; `plaintext = true` in the manifest allows that.";
                return Err(refused(message.into()));
            }
            _ => {}
        }
        Ok(config)
    }

    async fn connect(&self) -> Result<Session, Failure> {
        let config = self.config()?;
        let encrypted = config.get_ssl_mode() != SslMode::Disable;
        let client = if encrypted {
            let tls = tls::Tls::new().map_err(|e| Failure::passing(ErrorKind::Transport, e))?;
            let (client, connection) = config.connect(tls).await.map_err(|e| failure(&e))?;
            tokio::spawn(connection);
            client
        } else {
            let (client, connection) = config.connect(NoTls).await.map_err(|e| failure(&e))?;
            tokio::spawn(connection);
            client
        };
        Ok(Session { client, prepared: HashMap::new() })
    }

    /// Does `work` in a transaction that can only read and leaves nothing behind.
    pub(crate) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut Session) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut session = match kept.filter(|s| !s.client.is_closed()) {
            Some(session) => session,
            None => self.connect().await?,
        };
        let begin = format!(
            "BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = {}; SET LOCAL timezone TO 'UTC'",
            self.timeout.as_millis()
        );
        session.client.batch_execute(&begin).await.map_err(|e| failure(&e))?;
        let result = work(&mut session).await;
        // A connection on which anything is odd is not used again; the server undoes what was done on it.
        let odd = result.as_ref().is_err_and(|f| f.retry != Retry::No);
        let end = session.client.batch_execute("ROLLBACK; SELECT pg_advisory_unlock_all()").await;
        if end.is_ok() && !odd {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE {
                idle.push(session);
            }
        }
        result
    }
}

impl Session {
    pub(crate) async fn prepared(&mut self, sql: &str) -> Result<Statement, Failure> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await.map_err(|e| failure(&e))?;
        self.prepared.insert(sql.into(), statement.clone());
        Ok(statement)
    }

    /// The first rows of a statement without arguments, as objects, and whether there are more.
    pub(crate) async fn rows(&mut self, sql: &str, most: usize, max_bytes: usize) -> Result<Rows, Failure> {
        let whole = statement::as_json(sql, &self.prepared(sql).await?, max_bytes, most)?;
        let statement = self.prepared(&whole).await?;
        collect(&self.client, &statement, &[], most, max_bytes).await
    }
}

/// One statement.
pub(crate) struct PostgresTool {
    database: Arc<Database>,
    parsed: Parsed,
    /// The statement that gives its rows as JSON, once the columns are known.
    whole: OnceCell<String>,
    rows: Option<String>,
}

impl PostgresTool {
    /// The tool of `spec`; fails when the statement is not one, or its parameters are others than the tool's.
    pub(crate) fn new(database: Arc<Database>, spec: &ToolSpec, sql: &str) -> Result<PostgresTool, String> {
        let parsed = statement::parse(sql)?;
        agree(spec, &parsed.names)?;
        Ok(PostgresTool { database, parsed, whole: OnceCell::new(), rows: list_key(spec) })
    }

    async fn run(&self, args: &Args) -> Result<Value, Failure> {
        let (sql, max_bytes) = (&self.parsed.sql, self.database.max_bytes);
        let most = if self.rows.is_some() { MAX_ROWS } else { 1 };
        self.database
            .read(async |session: &mut Session| {
                let whole = self.whole.get_or_try_init(async || {
                    let bare = session.prepared(sql).await?;
                    statement::as_json(sql, &bare, max_bytes, most)
                });
                let whole = whole.await?.clone();
                let statement = session.prepared(&whole).await?;
                let arguments: Vec<Argument<'_>> = self.parsed.names.iter().map(|n| Argument(args.get(n))).collect();
                let found = collect(&session.client, &statement, &arguments, most, max_bytes).await?;
                self.result(found)
            })
            .await
    }

    fn result(&self, (rows, more): Rows) -> Result<Value, Failure> {
        let Some(list) = &self.rows else {
            let first = rows.into_iter().next().map(Value::Object);
            return first.ok_or_else(|| Failure::answer(ErrorKind::NotFound, NO_RECORD));
        };
        let items = rows.into_iter().map(Value::Object).collect();
        let mut result = Map::from_iter([(list.clone(), Value::Array(items))]);
        if more {
            result.insert("truncated".into(), true.into());
        }
        Ok(Value::Object(result))
    }
}

impl Call for PostgresTool {
    fn call<'a>(&'a self, args: &'a Args) -> BoxFuture<'a, Result<Value, Failure>> {
        Box::pin(self.run(args))
    }
}

/// Rows of a statement made by [`statement::as_json`], at most `most`, and whether there were more.
async fn collect(
    client: &Client,
    statement: &Statement,
    arguments: &[Argument<'_>],
    most: usize,
    max_bytes: usize,
) -> Result<Rows, Failure> {
    let stream = client.query_raw(statement, arguments).await.map_err(|e| failure(&e))?;
    let mut stream = pin!(stream);
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while let Some(row) = stream.try_next().await.map_err(|e| failure(&e))? {
        let text: Option<&str> = row.try_get(0).map_err(|e| failure(&e))?;
        bytes += text.map_or(max_bytes, str::len);
        let Some(text) = text.filter(|_| bytes <= max_bytes) else {
            let message = format!("The result is longer than {max_bytes} bytes; ask for less.");
            return Err(Failure::answer(ErrorKind::TooLarge, message));
        };
        if rows.len() == most {
            return Ok((rows, true));
        }
        let row = serde_json::from_str(text);
        rows.push(row.map_err(|e| Failure::answer(ErrorKind::Provider, format!("A row is not valid JSON: {e}.")))?);
    }
    Ok((rows, false))
}

fn parsed(connection: &str) -> Result<Config, String> {
    let config: Config =
        connection.parse().map_err(|e: tokio_postgres::Error| format!("not a connection string: {}", story(&e)))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err("the connection string names no host".into());
    }
    Ok(config)
}

/// The password inside a provider's connection string, in the form in which messages may quote it.
pub(crate) fn password(provider: &Provider) -> Option<String> {
    let config = parsed(&env::var(provider.connection_env.as_ref()?).ok()?).ok()?;
    Some(String::from_utf8_lossy(config.get_password()?).into_owned())
}

/// Whether all hosts are this machine.
fn here(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|a| a.is_loopback()),
        Host::Unix(_) => true,
    };
    // An address, where one is given, is what is connected to.
    match config.get_hostaddrs() {
        [] => config.get_hosts().iter().all(local),
        addresses => addresses.iter().all(std::net::IpAddr::is_loopback),
    }
}

fn failure(error: &tokio_postgres::Error) -> Failure {
    let Some(said) = error.as_db_error() else {
        return Failure::passing(ErrorKind::Transport, story(error));
    };
    let hint = said.hint().map(|h| format!(" {h}")).unwrap_or_default();
    let message = format!("The database says: {}.{hint}", said.message().trim_end_matches('.'));
    let code = said.code();
    let class = code.code().get(..2).unwrap_or_default();
    match class {
        _ if *code == SqlState::QUERY_CANCELED => Failure::passing(ErrorKind::Timeout, message),
        _ if *code == SqlState::TOO_MANY_CONNECTIONS => Failure::passing(ErrorKind::RateLimited, message),
        _ if *code == SqlState::INSUFFICIENT_PRIVILEGE => Failure::answer(ErrorKind::Unauthorised, message),
        // Who may connect, and to what.
        "28" | "3D" => Failure::answer(ErrorKind::Unauthorised, message),
        // Connections, resources, an operator's hand, the system, the server itself; locks and what was prepared before a change.
        "08" | "53" | "57" | "58" | "XX" | "40" | "0A" | "55" => Failure::passing(ErrorKind::Provider, message),
        // Values that do not fit.
        "22" => Failure::answer(ErrorKind::BadArguments, message),
        _ => Failure::answer(ErrorKind::Provider, message),
    }
}

/// An error with its causes, as one sentence.
fn story(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = inner.source();
    }
    let text = text.trim_end_matches('.');
    format!("{text}.")
}
