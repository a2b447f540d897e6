//! What a command works with: the world, the pool less its quarantined tools, the exemplars.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use dive_agent::Tools;
use dive_connect::{Learned, Options, Toolbox};
use dive_core::canon;
use dive_core::evidence::Outcome;
use dive_core::exemplar::Exemplar;
use dive_core::task::Task;
use dive_core::tool::{ErrorKind, ToolError, ToolSpec};
use dive_journal::Journal;
use dive_llm::Pending;
use dive_pool::{Size, World};
use dive_store::{Manifest, Run, Span, Which};
use dive_synth::{Config, Engine, WorldId};
use dive_tools::{Entities, ToolPool};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::outside::{self, Outside};
use crate::print;
use crate::settings::{self, Settings};

/// File that lists the tools that failed `dive tools check`.
const LOCK: &str = "tools.lock";

/// File that says what `dive tools probe` learned.
pub const PROBE_LOCK: &str = "probe.lock";

/// The tools of a world.
pub struct Session {
    /// The world they look at.
    pub world: World,
    /// All usable tools.
    pub pool: Arc<ToolPool>,
    /// The others with the reason.
    pub quarantine: BTreeMap<String, String>,
    /// Tools that were kept out of the pool.
    pub held_out: BTreeSet<String>,
    /// What runs the tools that others run.
    pub toolbox: Option<Arc<Toolbox>>,
    /// Whether what was learned about tools is used.
    learned: bool,
}

/// The tools of a session, for agents.
#[derive(Clone)]
pub struct Hands {
    pool: Arc<ToolPool>,
    toolbox: Option<Arc<Toolbox>>,
}

impl Tools for Hands {
    fn call<'a>(&'a self, name: &'a str, args: &'a Map<String, Value>) -> Pending<'a, Result<Outcome, String>> {
        match &self.toolbox {
            Some(toolbox) => Box::pin(toolbox.ask(name, args)),
            None => Box::pin(async move { Ok(self.pool.call(name, args)) }),
        }
    }
}

impl Hands {
    /// The same for threads of their own, where waiting is allowed. A failure on the way is a failed call.
    pub fn call_blocking(&self, name: &str, args: &Map<String, Value>) -> Outcome {
        let asked = self.toolbox.as_ref().and_then(|toolbox| toolbox.block_on(toolbox.ask(name, args)));
        match asked {
            None => self.pool.call(name, args),
            Some(Ok(outcome)) => outcome,
            Some(Err(message)) => Outcome::Error { error: ToolError::new(ErrorKind::Transport, message) },
        }
    }
}

/// Fingerprint under which a run lists the tools that were kept out of its pool.
const HELD_OUT: &str = "held_out";

/// `tools.lock`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lock {
    /// Tools that failed, with the reason.
    pub quarantine: BTreeMap<String, String>,
    /// Tools of others that passed, with the fingerprint of what passed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub verified: BTreeMap<String, String>,
}

impl Session {
    /// The pool over the world of that seed.
    pub fn open(world_seed: u64) -> Result<Session> {
        Session::sized(world_seed, Config::default().world_size)
    }

    /// The pool over the world of that seed and size, in percent of the usual.
    pub fn sized(world_seed: u64, world_size: u32) -> Result<Session> {
        let mut session = Session::whole(world_seed, world_size)?;
        session.quarantine = read_lock()?.quarantine;
        if !session.quarantine.is_empty() {
            let names = session.quarantine.keys().cloned().collect();
            let pool = Arc::into_inner(session.pool).context("the pool is in use")?;
            session.pool = Arc::new(pool.without(&names));
        }
        Ok(session)
    }

    /// The pool that a run was made with, as far as it is here.
    pub fn of(run: &Run) -> Result<Session> {
        let manifest = run.manifest();
        let number = |key: &str| manifest.config.get(key).and_then(toml::Value::as_integer);
        let world_seed = number("world_seed").and_then(|n| u64::try_from(n).ok()).unwrap_or(1);
        let usual = Config::default().world_size;
        let session = Session::sized(world_seed, number("world_size").map_or(usual, |n| n.try_into().unwrap_or(0)))?;
        let held_out = manifest.fingerprints.get(HELD_OUT).map_or("", String::as_str);
        session.without(held_out.split_whitespace().map(str::to_string).collect())
    }

    /// The same less these tools.
    pub fn without(mut self, names: BTreeSet<String>) -> Result<Session> {
        if names.is_empty() {
            return Ok(self);
        }
        if let Some(toolbox) = self.toolbox.take() {
            drop(self.pool);
            let toolbox = Arc::into_inner(toolbox).context("the tools are in use")?.without(&names)?;
            self.pool = Arc::clone(toolbox.pool());
            self.toolbox = Some(Arc::new(toolbox));
        } else {
            let pool = Arc::into_inner(self.pool).context("the pool is in use")?;
            self.pool = Arc::new(pool.without(&names));
        }
        self.held_out.extend(names);
        Ok(self)
    }

    /// The same with the quarantined tools.
    pub fn whole(world_seed: u64, world_size: u32) -> Result<Session> {
        let size = Size::percent(world_size).map_err(|e| anyhow!(e))?;
        let world = World::open_sized(world_seed, size).map_err(|e| anyhow!(e))?;
        let pool = Arc::new(dive_pool::load(&world).map_err(|e| anyhow!(e))?);
        Ok(Session {
            world,
            pool,
            quarantine: BTreeMap::new(),
            held_out: BTreeSet::new(),
            toolbox: None,
            learned: true,
        })
    }

    /// The same without regard to what was learned about tools.
    pub fn unlearned(self) -> Session {
        Session { learned: false, ..self }
    }

    /// The same with the tools that others run, if there are any.
    pub fn with(mut self, outside: &Outside, journal: impl FnOnce() -> Result<Arc<Journal>>) -> Result<Session> {
        if outside.manifests.is_empty() && outside.seeds.is_empty() {
            return Ok(self);
        }
        let options = Options {
            journal: journal()?,
            mutating: outside.allow_mutating,
            unverified: outside.unverified,
            verified: read_lock()?.verified,
            learned: if self.learned { read_learned()? } else { Learned::default() },
            pinned: outside.pinned,
        };
        let embedded = Arc::into_inner(self.pool).context("the pool is in use")?;
        let base = if outside.only_tools { ToolPool::new([], Entities::default()) } else { Ok(embedded) };
        let seeds = outside::seeds(&outside.seeds)?;
        let base = base.and_then(|pool| pool.with([], seeds)).map_err(|e| anyhow!(e))?;
        let out: BTreeSet<String> = self.held_out.iter().chain(self.quarantine.keys()).cloned().collect();
        let toolbox = Toolbox::open(base, &outside.manifests, &options)?.without(&out)?;
        for note in toolbox.notes() {
            print::note(note);
        }
        self.pool = Arc::clone(toolbox.pool());
        self.toolbox = Some(Arc::new(toolbox));
        Ok(self)
    }

    /// The tools, for agents.
    pub fn hands(&self) -> Hands {
        Hands { pool: Arc::clone(&self.pool), toolbox: self.toolbox.clone() }
    }

    /// That these are the tools of the run, over its world, so that calls end as they did when it was made.
    pub fn suits(&self, run: &Run) -> Result<()> {
        let place = run.dir().display();
        for spec in &run.tools()? {
            let same = self.pool.spec(&spec.name).is_some_and(|own| own.openai() == spec.openai());
            ensure!(
                same,
                "the tool `{}` of {place} is not one that this program can run; name the manifest of tools that others \
                 run with --tools",
                spec.name
            );
        }
        run.each(&Which::Tasks, |entry| {
            let task: Task = serde_json::from_str(&entry.json)
                .map_err(|e| anyhow!("episode {} is malformed: {e}", entry.episode))?;
            ensure!(
                task.provenance.world == self.world.fingerprint(),
                "{place} has tasks of more than one world, or of one that this program does not make; its tools can be \
                 called for runs of one world"
            );
            Ok(())
        })
    }

    /// The specification of a tool given by name or id.
    pub fn tool(&self, name: &str) -> Result<&ToolSpec> {
        if let Some(spec) = self.pool.specs().find(|s| s.name == name || s.id == name) {
            return Ok(spec);
        }
        if let Some(reason) = self.quarantine.get(name) {
            bail!("the tool `{name}` is quarantined: {reason}");
        }
        let near = settings::did_you_mean(name, self.pool.specs().map(|s| s.name.as_str()));
        bail!("there is no tool `{name}`{near}")
    }

    /// What a run with these settings is made from.
    pub fn manifest(&self, config: &Config, exemplars: &[Exemplar], range: Option<Span>) -> Result<Manifest> {
        let fingerprints = [
            ("config", canon::fingerprint(config)),
            ("exemplars", canon::fingerprint(&exemplars)),
            ("pool", self.pool.fingerprint()),
            ("program", env!("CARGO_PKG_VERSION").to_string()),
            ("schema", dive_core::SCHEMA_VERSION.to_string()),
            ("world", self.world.fingerprint().to_string()),
        ];
        let mut fingerprints: BTreeMap<_, _> = fingerprints.into_iter().map(|(k, v)| (k.to_string(), v)).collect();
        if !self.held_out.is_empty() {
            let names: Vec<&str> = self.held_out.iter().map(String::as_str).collect();
            fingerprints.insert(HELD_OUT.into(), names.join(" "));
        }
        // Secrets themselves are nowhere; whoever repeats the run has to know which are needed.
        let variables: Vec<&str> = self.toolbox.iter().flat_map(|t| t.variables()).collect();
        if !variables.is_empty() {
            fingerprints.insert("variables".into(), variables.join(" "));
        }
        Ok(Manifest::new(toml::Table::try_from(config)?, fingerprints, range))
    }

    /// The engine of these settings.
    pub fn engine(&self, settings: &Settings, exemplars: Vec<Exemplar>) -> Result<Engine> {
        let world = WorldId { seed: self.world.seed(), fingerprint: self.world.fingerprint().into() };
        Engine::new(Arc::clone(&self.pool), world, exemplars, settings.config.clone()).map_err(|e| anyhow!(e))
    }
}

/// The embedded exemplars, or those of a file.
pub fn exemplars(file: Option<&Path>) -> Result<Vec<Exemplar>> {
    let Some(path) = file else {
        return dive_pool::exemplars().map_err(|e| anyhow!(e));
    };
    let text = fs::read_to_string(path).map_err(|e| anyhow!("{} cannot be read: {e}", path.display()))?;
    let mut all = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        // A line of text is `form: question`.
        let json = line.trim_start().starts_with('{');
        let read = match line.split_once(':').filter(|_| !json) {
            Some((form, question)) => serde_json::from_value(
                serde_json::json!({"form": form.trim(), "question": question.trim(), "hops": 1, "kinds": "mixed"}),
            ),
            None => serde_json::from_str(line),
        };
        let mut exemplar: Exemplar = read.map_err(|e| {
            let hint = if json { "" } else { "; a line is JSON, or text such as `lookup: …?`" };
            anyhow!("{}:{}: {e}{hint}", path.display(), i + 1)
        })?;
        if exemplar.id.is_empty() {
            exemplar.id = format!("file-{}", i + 1);
        }
        all.push(exemplar);
    }
    Ok(all)
}

/// The tools that a file names, by name or id, one a line.
pub fn tool_names(path: &Path, tools: &[&ToolSpec]) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(path).map_err(|e| anyhow!("{} cannot be read: {e}", path.display()))?;
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, l)| !l.is_empty() && !l.starts_with('#'));
    let find = |(i, line): (usize, &str)| match tools.iter().find(|t| t.name == line || t.id == line) {
        Some(spec) => Ok(spec.name.clone()),
        None => {
            let near = settings::did_you_mean(line, tools.iter().map(|t| t.name.as_str()));
            Err(anyhow!("{}:{}: there is no tool `{line}`{near}", path.display(), i + 1))
        }
    };
    lines.map(find).collect()
}

/// Replaces what is known about tools; nothing is no file.
pub fn write_lock(lock: &Lock) -> Result<()> {
    if lock.quarantine.is_empty() && lock.verified.is_empty() {
        return match fs::remove_file(LOCK) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(anyhow!("{LOCK} cannot be removed: {e}")),
            _ => Ok(()),
        };
    }
    let head =
        "# What `dive tools check` found: synthesis leaves quarantined tools out. Checking again renews this file.\n\n";
    let text = format!("{head}{}", toml::to_string(lock)?);
    fs::write(LOCK, text).map_err(|e| anyhow!("{LOCK} cannot be written: {e}"))
}

/// What is known about tools.
pub fn read_lock() -> Result<Lock> {
    let text = match fs::read_to_string(LOCK) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Lock::default()),
        Err(e) => bail!("{LOCK} cannot be read: {e}"),
    };
    toml::from_str(&text).map_err(|e| anyhow!("{LOCK}: {}", e.message()))
}

fn read_learned() -> Result<Learned> {
    match fs::read_to_string(PROBE_LOCK) {
        Ok(text) => Learned::parse(&text).map_err(|e| anyhow!("{PROBE_LOCK}: {e}")),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Learned::default()),
        Err(e) => Err(anyhow!("{PROBE_LOCK} cannot be read: {e}")),
    }
}

/// Replaces what was learned about tools.
pub fn write_learned(path: &Path, learned: &Learned) -> Result<()> {
    let text = learned.text().map_err(|e| anyhow!("{}: {e}", path.display()))?;
    fs::write(path, text).map_err(|e| anyhow!("{} cannot be written: {e}", path.display()))
}
