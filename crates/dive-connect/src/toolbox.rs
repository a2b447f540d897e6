//! The front door: manifests in, a pool out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dive_core::evidence::Outcome;
use dive_core::tool::{Effect, ToolSpec};
use dive_journal::{Failed, Freshness, Journal, JournalError, Key, Kind, Mode, Record};
use dive_tools::manifest::{self, BackendKind, Binding, Manifest, Provider};
use dive_tools::sql::{Source, SqlTool};
use dive_tools::{Backend, Entities, EntityType, ToolPool};
use rmcp::model::Tool;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::command::CommandTool;
use crate::database::Statement;
use crate::failure::Failure;
use crate::guard::Guard;
use crate::http::{Api, HttpTool};
use crate::import::{self, DatabasePlace, DatabaseSource, Imported, McpSource};
use crate::mcp::{self, McpTool, Server};
use crate::postgres::{self, Database, PostgresTool};
use crate::probe::Learned;
use crate::process::Launch;
use crate::redact::Secrets;
use crate::remote::{Blocking, Call, Remote, version};

/// What keeps tools from being used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// A manifest cannot be read.
    #[error("{file}: {detail}")]
    Manifest {
        /// The file.
        file: String,
        /// Line or tool, and what is wrong there.
        detail: String,
    },
    /// The tools do not make a pool: one complaint a line.
    #[error("{0}")]
    Pool(String),
    /// A provider cannot be used.
    #[error("{provider}: {detail}")]
    Provider {
        /// Its id.
        provider: String,
        /// Why.
        detail: String,
    },
    /// The system refused.
    #[error("{0}")]
    System(String),
}

/// How tools are to be used.
pub struct Options {
    /// Where answers are kept.
    pub journal: Arc<Journal>,
    /// Tools that may change something are there.
    pub mutating: bool,
    /// Tools whose examples have not passed against the real service are there.
    pub unverified: bool,
    /// Those that have, by id, with the [fingerprint](Toolbox::fingerprint) that passed.
    pub verified: BTreeMap<String, String>,
    /// What a [probe](Toolbox::probe) learned.
    pub learned: Learned,
    /// The journal is the environment: what changes by the moment may be asked about, too.
    pub pinned: bool,
}

/// How a pool is served.
pub enum Served {
    /// On stdin and stdout.
    Stdio,
    /// Over HTTP at this address; beyond loopback clients need the token.
    Http(SocketAddr, Option<String>),
}

/// A pool with tools that others run.
pub struct Toolbox {
    pool: Arc<ToolPool>,
    remotes: HashMap<String, Arc<Remote>>,
    notes: Vec<String>,
    variables: BTreeSet<String>,
    mutating: bool,
    runtime: Option<Runtime>,
}

impl Toolbox {
    /// The tools of `pool` and those of the manifests; a directory stands for all `.toml` files in it.
    ///
    /// A server that cannot be asked for its tools is noted and left out; the others go on.
    ///
    /// # Errors
    /// A manifest that cannot be read, or tools that do not make a pool.
    pub fn open(pool: ToolPool, manifests: &[PathBuf], options: &Options) -> Result<Toolbox, ConnectError> {
        let runtime = runtime()?;
        let mut taken: HashSet<String> = pool.specs().map(|s| s.name.clone()).collect();
        let mut remotes: HashMap<String, Arc<Remote>> = HashMap::new();
        let mut notes = Vec::new();
        let mut variables = BTreeSet::new();
        let mut entities: Vec<EntityType> = Vec::new();
        for file in files(manifests)? {
            let name = file.display().to_string();
            let wrong = |detail: String| ConnectError::Manifest { file: name.clone(), detail };
            let text = fs::read_to_string(&file).map_err(|e| wrong(format!("cannot be read: {e}")))?;
            let parsed = manifest::read(&name, &text);
            let mut parsed = parsed.map_err(|e| ConnectError::Manifest { file: e.file, detail: e.message })?;
            let base = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let base = base.canonicalize().map_err(|e| wrong(format!("its folder cannot be opened: {e}")))?;
            let link = Link::new(&parsed.provider, &base).map_err(wrong)?;
            variables.extend(parsed.provider.variables().map(str::to_string));
            entities.append(&mut parsed.entities);
            if parsed.tools.is_empty() && parsed.provider.backend == BackendKind::Mcp {
                match runtime.block_on(link.listed(&parsed.provider, &options.journal)) {
                    Ok(tools) => parsed.tools = tools,
                    Err(failure) => {
                        notes.push(format!("{} is left out: {}", parsed.provider.id, failure.error.message));
                        continue;
                    }
                }
            }
            let provider = parsed.provider.id.clone();
            let mut left_out: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for remote in link.tools(parsed, &base, options).map_err(wrong)? {
                match remote {
                    Ok(mut remote) => {
                        if !named(&mut remote.spec, &taken) {
                            notes.push(format!("{} is left out: its name is taken", remote.spec.id));
                            continue;
                        }
                        taken.insert(remote.spec.name.clone());
                        remotes.insert(remote.spec.name.clone(), Arc::new(remote));
                    }
                    Err((reason, name)) => left_out.entry(reason).or_default().push(name),
                }
            }
            for (reason, names) in left_out {
                let some: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
                let more = if names.len() > some.len() { ", …" } else { "" };
                notes.push(format!("{provider}: left out {} ({}{more}): {reason}", names.len(), some.join(", ")));
            }
        }
        let handle = runtime.handle().clone();
        let tools = remotes.values().map(|remote| {
            let backend = Blocking { remote: Arc::clone(remote), handle: handle.clone() };
            (remote.spec.clone(), Box::new(backend) as Box<dyn Backend>)
        });
        let pool =
            pool.with(tools, entities.into_iter().chain(options.learned.entities())).map_err(ConnectError::Pool)?;
        let pool = Arc::new(pool);
        Ok(Toolbox { pool, remotes, notes, variables, mutating: options.mutating, runtime: Some(runtime) })
    }

    /// The same less the tools of these names.
    ///
    /// # Errors
    /// Somebody else holds the pool.
    pub fn without(mut self, names: &BTreeSet<String>) -> Result<Toolbox, ConnectError> {
        if names.is_empty() {
            return Ok(self);
        }
        let empty = ToolPool::new([], Entities::default()).map_err(ConnectError::Pool)?;
        let pool = std::mem::replace(&mut self.pool, Arc::new(empty));
        let pool = Arc::into_inner(pool).ok_or_else(|| ConnectError::System("the pool is in use".into()))?;
        self.pool = Arc::new(pool.without(names));
        self.remotes.retain(|name, _| !names.contains(name));
        Ok(self)
    }

    /// The environment variables that hold the secrets of providers.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(String::as_str)
    }

    /// The tools, for callers on plain threads.
    pub fn pool(&self) -> &Arc<ToolPool> {
        &self.pool
    }

    /// What was left out, and why; one sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether a tool is run by somebody else.
    pub fn is_remote(&self, name: &str) -> bool {
        self.remotes.contains_key(name)
    }

    /// Of a tool that others run: changes with anything that its manifest says about it.
    pub fn fingerprint(&self, name: &str) -> Option<String> {
        self.remotes.get(name).map(|r| r.fingerprint.clone())
    }

    /// Values that the provider of a tool was started with.
    pub(crate) fn hints(&self, name: &str) -> Vec<String> {
        self.remotes.get(name).map(|r| r.hints.clone()).unwrap_or_default()
    }

    pub(crate) fn mutating(&self) -> bool {
        self.mutating
    }

    /// Calls a tool without blocking the thread. Embedded tools run at once: they take microseconds.
    pub async fn call(&self, name: &str, args: &Map<String, Value>) -> Outcome {
        let Some(remote) = self.remotes.get(name) else { return self.pool.call(name, args) };
        let result = match self.pool.admit(name, args) {
            Ok(args) => remote.answer(&args).await.map_err(|f| f.error).and_then(|v| self.pool.deliver(name, v)),
            Err(error) => Err(error),
        };
        match result {
            Ok((value, complete)) => Outcome::Value { value, complete },
            Err(error) => Outcome::Error { error },
        }
    }

    /// The same for callers to whom a failure on the way to a provider is no answer of the tool.
    ///
    /// # Errors
    /// Such a failure, as a sentence that names provider and tool.
    pub async fn ask(&self, name: &str, args: &Map<String, Value>) -> Result<Outcome, String> {
        let Some(remote) = self.remotes.get(name) else { return Ok(self.pool.call(name, args)) };
        let result = match self.pool.admit(name, args) {
            Ok(args) => match remote.answer(&args).await {
                Ok(value) => self.pool.deliver(name, value),
                Err(failure) if failure.is_answer() => Err(failure.error),
                Err(failure) => return Err(failure.error.message.chars().take(2000).collect()),
            },
            Err(error) => Err(error),
        };
        Ok(match result {
            Ok((value, complete)) => Outcome::Value { value, complete },
            Err(error) => Outcome::Error { error },
        })
    }

    /// Runs asynchronous work from a plain thread, on the runtime that the tools use.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.runtime.as_ref().map(|r| r.block_on(work))
    }

    /// Serves the pool to MCP clients until they hang up or the process is interrupted.
    ///
    /// # Errors
    /// The address cannot be served, or needs a token.
    pub fn serve(mut self, how: Served, ready: impl FnOnce(SocketAddr)) -> Result<(), ConnectError> {
        let system = ConnectError::System;
        let runtime = self.runtime.take().ok_or_else(|| system("the runtime is gone".into()))?;
        let toolbox = Arc::new(self);
        runtime
            .block_on(async {
                match how {
                    Served::Stdio => mcp::serve_stdio(toolbox).await,
                    Served::Http(address, token) => mcp::serve_http(toolbox, address, token, ready).await,
                }
            })
            .map_err(system)
    }
}

impl Drop for Toolbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A server that does not hang up must not keep the program.
            runtime.shutdown_background();
        }
    }
}

/// Asks a server for its tools and writes them down as a manifest.
///
/// # Errors
/// The server cannot be reached or lists no tools.
pub fn import_mcp(source: &McpSource) -> Result<Imported, ConnectError> {
    let fail = |detail: String| ConnectError::Provider { provider: source.name.clone(), detail };
    let head = source.head();
    let text = toml::to_string(&head).map_err(|e| fail(e.to_string()))?;
    let provider = manifest::read("the command line", &text).map_err(|e| fail(e.message))?.provider;
    // `dir` is seen from the manifest; the server starts here, where its command was given.
    let provider = Provider { dir: None, ..provider };
    let link = Link::new(&provider, Path::new(".")).map_err(fail)?;
    let runtime = runtime()?;
    let tools = runtime.block_on(async {
        let server = link.server.as_ref().ok_or_else(|| fail("no server is named".into()))?;
        server.list().await.map_err(|f| fail(link.guard.secrets.message(&f.error.message)))
    });
    runtime.shutdown_background();
    // What a server lists may repeat what it was started with.
    let listed = serde_json::to_value(tools?).map_err(|e| fail(e.to_string()))?;
    let tools: Vec<rmcp::model::Tool> =
        serde_json::from_value(link.guard.secrets.value(listed)).map_err(|e| fail(e.to_string()))?;
    Ok(import::mcp(source, &head, &tools))
}

/// Reads the schema of a database and the beginning of its tables and writes tools down as a manifest.
///
/// # Errors
/// The database cannot be read, or no tool can be made of what is in it.
pub fn import_database(source: &DatabaseSource) -> Result<Imported, ConnectError> {
    let fail = |detail: String| ConnectError::Provider { provider: source.name.clone(), detail };
    let tables = match &source.place {
        DatabasePlace::Sqlite { file, .. } => import::tables(file).map_err(fail)?,
        DatabasePlace::Postgres { schema, .. } => {
            let head = toml::Table::from_iter([("provider".to_string(), toml::Value::from(source.head()))]);
            let text = toml::to_string(&head).map_err(|e| fail(e.to_string()))?;
            let provider = manifest::read("the command line", &text).map_err(|e| fail(e.message))?.provider;
            let link = Link::new(&provider, Path::new(".")).map_err(fail)?;
            let runtime = runtime()?;
            let tables = runtime.block_on(async {
                let Some(Store::Server(database)) = &link.database else { return Err("there is no server".into()) };
                database.tables(schema).await.map_err(|f| link.guard.secrets.message(&f.error.message))
            });
            runtime.shutdown_background();
            tables.map_err(fail)?
        }
    };
    import::database(source, &tables).map_err(fail)
}

fn runtime() -> Result<Runtime, ConnectError> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).thread_name("connect").enable_all();
    builder.build().map_err(|e| ConnectError::System(format!("no runtime: {e}")))
}

/// The manifests meant, in an order that does not depend on the file system.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ConnectError> {
    let mut all = Vec::new();
    for path in paths {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let wrong = |detail: String| ConnectError::Manifest { file: path.display().to_string(), detail };
        let entries = fs::read_dir(path).map_err(|e| wrong(format!("cannot be opened: {e}")))?;
        let mut found: Vec<PathBuf> = entries
            .filter_map(|e| Some(e.ok()?.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "toml") && p.is_file())
            .collect();
        if found.is_empty() {
            return Err(wrong("there is no manifest (.toml) in it".into()));
        }
        found.sort();
        all.extend(found);
    }
    Ok(all)
}

/// Makes sure of a name of its own; false when even the provider's name before it does not help.
fn named(spec: &mut ToolSpec, taken: &HashSet<String>) -> bool {
    let free = |name: &str| !taken.contains(name) && !dive_core::lint::RESERVED.contains(&name);
    if !free(&spec.name) {
        spec.name = manifest::slug(&format!("{}_{}", spec.provider, spec.name));
    }
    free(&spec.name)
}

fn fingerprint(spec: &ToolSpec, version: &str) -> String {
    // The name may have got the provider's before it.
    dive_core::canon::fingerprint(&(&ToolSpec { name: String::new(), ..spec.clone() }, version))
}

/// The values of a provider's variables, and what they hold.
fn secrets(provider: &Provider) -> Secrets {
    let values = provider.variables().filter_map(|name| std::env::var(name).ok());
    Secrets::new(values.chain(postgres::password(provider)))
}

/// What a provider is started with, less its program and flags: a folder, a file, an address.
fn hints(provider: &Provider) -> Vec<String> {
    let given = provider.command.iter().skip(1).filter(|a| !a.starts_with('-'));
    given.cloned().collect()
}

/// Why a tool is left out, and its name.
type LeftOut = (&'static str, String);

const MUTATING: &str = "may change something; --allow-mutating takes them in";
const UNVERIFIED: &str = "not verified; `dive tools check --live` verifies, --unverified takes them in";

/// A provider's side of its tools.
struct Link {
    guard: Arc<Guard>,
    server: Option<Arc<Server>>,
    api: Option<Arc<Api>>,
    database: Option<Store>,
}

/// What statements are run over.
enum Store {
    File(Source),
    Server(Arc<Database>),
}

impl Link {
    fn new(provider: &Provider, base: &Path) -> Result<Link, String> {
        let guard = Guard::new(provider, secrets(provider));
        let server = match provider.backend {
            BackendKind::Mcp => Some(Arc::new(Server::new(provider, base, guard.max_bytes)?)),
            _ => None,
        };
        let api = match provider.backend {
            BackendKind::Http => Some(Arc::new(Api::new(provider, guard.max_bytes)?)),
            _ => None,
        };
        let database = match (provider.backend, &provider.path) {
            (BackendKind::Sqlite, Some(path)) => Some(Store::File(Source::live(&base.join(path)))),
            (BackendKind::Postgres, _) => {
                Some(Store::Server(Arc::new(Database::new(provider, guard.timeout, guard.max_bytes)?)))
            }
            _ => None,
        };
        Ok(Link { guard: Arc::new(guard), server, api, database })
    }

    /// The tools of a server whose manifest names none, as it listed them when the run first asked.
    async fn listed(&self, provider: &Provider, journal: &Journal) -> Result<Vec<manifest::RemoteTool>, Failure> {
        use dive_core::tool::ErrorKind;
        let none = || Failure::answer(ErrorKind::Transport, "There is no server.");
        let server = self.server.as_ref().ok_or_else(none)?;
        let parts = json!({"provider": provider.id, "command": provider.command, "url": provider.url});
        let key = Key::new(Kind::ToolListing, self.guard.secrets.value(parts));
        let list = || async {
            let tools = server.list().await.map_err(|mut f| {
                f.error.message = self.guard.secrets.message(&f.error.message);
                f
            })?;
            Ok::<_, Failure>(Record::new(self.guard.secrets.value(json!(tools))))
        };
        let entry = journal.once(&key, Freshness::Any, list).await.map_err(|e| match e {
            Failed::Call(failure) => failure,
            Failed::Journal(error) => Failure::answer(ErrorKind::Transport, format!("{error}.")),
        })?;
        let wrong = |e: &dyn std::fmt::Display| Failure::answer(ErrorKind::Provider, format!("Its tools: {e}."));
        let tools: Vec<Tool> = serde_json::from_value(Value::clone(&entry.value)).map_err(|e| wrong(&e))?;
        let source = McpSource { name: provider.id.clone(), domain: provider.domain.clone(), ..McpSource::default() };
        let mut head = toml::Table::new();
        head.insert("id".into(), provider.id.clone().into());
        head.insert("domain".into(), provider.domain.clone().into());
        head.insert("backend".into(), "mcp".into());
        head.insert("command".into(), vec!["listed"].into());
        let imported = import::mcp(&source, &toml::Table::from_iter([("provider".to_string(), head.into())]), &tools);
        Ok(manifest::read(&provider.id, &imported.text).map_err(|e| wrong(&e))?.tools)
    }

    /// The tools, ready to be called; those that are left out with the reason.
    fn tools(
        &self,
        manifest: Manifest,
        base: &Path,
        options: &Options,
    ) -> Result<Vec<Result<Remote, LeftOut>>, String> {
        let Manifest { provider, tools, .. } = manifest;
        let offline = options.journal.mode() == Mode::Replay;
        let mut made = Vec::new();
        let place = if provider.base_url.is_empty() { &provider.connection } else { &provider.base_url };
        for mut tool in tools {
            let id = tool.spec.id.clone();
            if tool.spec.effect == Effect::Mutating && !options.mutating {
                made.push(Err((MUTATING, tool.spec.name)));
                continue;
            }
            let version = version(&provider.version, &(&tool.binding, &tool.renamed, place));
            let declared = fingerprint(&tool.spec, &version);
            let passed = || options.verified.get(&id) == Some(&declared);
            if !tool.verified && !options.unverified && !passed() {
                made.push(Err((UNVERIFIED, tool.spec.name)));
                continue;
            }
            let lesson = options.learned.lesson(&id, &declared);
            if let Some(lesson) = lesson {
                lesson.apply(&mut tool.spec);
            }
            if (tool.volatile || lesson.is_some_and(|l| l.volatile)) && !options.pinned {
                // Tomorrow's answer is another one: nothing to ask about.
                (tool.spec.output.fields, tool.spec.output.rows) = (Vec::new(), None);
                tool.spec.output.bundles.clear();
            }
            let at = |e: String| format!("tool `{}`: {e}", tool.spec.name);
            let renamed = Arc::new(tool.renamed.clone());
            let call: Box<dyn Call> = match (&tool.binding, &self.api, &self.server, &self.database) {
                (Binding::Http(request), Some(api), _, _) => {
                    Box::new(HttpTool::new(Arc::clone(api), &tool.spec, request.clone()).map_err(at)?)
                }
                (Binding::Mcp(name), _, Some(server), _) => {
                    Box::new(McpTool { server: Arc::clone(server), name: name.clone(), renamed })
                }
                (Binding::Command(argv), ..) => {
                    let dir = provider.dir.as_ref().map_or_else(|| base.to_path_buf(), |d| base.join(d));
                    let launch = Launch { argv: argv.clone(), dir, env: provider.env.clone() };
                    Box::new(CommandTool { launch, renamed, max_bytes: self.guard.max_bytes })
                }
                (Binding::Sql(sql), _, _, Some(Store::Server(database))) => {
                    Box::new(PostgresTool::new(Arc::clone(database), &tool.spec, sql).map_err(at)?)
                }
                (Binding::Sql(sql), _, _, Some(Store::File(source))) => {
                    if !offline {
                        source.check(&tool.spec, sql).map_err(at)?;
                    }
                    Box::new(Statement(Arc::new(SqlTool::new(source, &tool.spec, sql))))
                }
                _ => return Err(at("its backend has no way to call it".into())),
            };
            made.push(Ok(Remote {
                guard: Arc::clone(&self.guard),
                call,
                journal: Arc::clone(&options.journal),
                version,
                freshness: provider.fresh_for.map_or(Freshness::Any, |s| Freshness::Within(s.0)),
                mutating: options.mutating,
                reading: lesson.filter(|l| l.unused.is_empty()).and_then(|l| l.reading),
                hints: hints(&provider),
                declared: lesson.is_none(),
                fingerprint: declared,
                spec: tool.spec,
            }));
        }
        Ok(made)
    }
}

impl From<JournalError> for ConnectError {
    fn from(error: JournalError) -> ConnectError {
        ConnectError::System(error.to_string())
    }
}
