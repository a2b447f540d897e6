//! What the client's side of model calls costs, against the scripted model in a process of its own (`bench/models`).
//!
//!     models calls URL                     CPU of a call with 27 KB of tool schemas, with and without the journal
//!     models episodes URL N                CPU of an episode, with as little waiting as there can be
//!     models flight URL EPISODES LATENCY_MS SECONDS    many episodes at a time, against the bound that latency sets
#![allow(missing_docs)]
#![allow(clippy::disallowed_macros, clippy::unwrap_used, clippy::indexing_slicing, reason = "a program that measures")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process};

use dive_core::task::Proposal;
use dive_journal::{Journal, Mode};
use dive_llm::{
    ChatModel, Choice, Client, Endpoint, EndpointConfig, Limiter, Message, Options, Place, Purse, Request, Retry,
    ToolSet, Wire,
};
use dive_pool::World;
use dive_recipe::{Models, Prompts, Recipe, RecipeConfig, Stage};
use dive_synth::{Config, Engine, WorldId};
use dive_tools::ToolPool;
use tokio::sync::Semaphore;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A run's directory, removed at the end.
struct Dir(PathBuf);

impl Dir {
    fn new() -> Dir {
        let path = env::temp_dir().join(format!("dive-bench-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Dir(path)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Processor time of all threads, in seconds.
fn cpu() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let nanos = |t: fs::DirEntry| {
        let text = fs::read_to_string(t.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    tasks.filter_map(|t| nanos(t.ok()?)).sum::<f64>() / 1e9
}

/// Peak memory in megabytes.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn client(url: &str, most: usize, journal: &Arc<Journal>, purse: &Arc<Purse>) -> Client {
    let endpoint = Endpoint::new(EndpointConfig {
        wire: Wire::OpenAi,
        base_url: url.into(),
        model: "mock".into(),
        key: None,
        timeout: Duration::from_secs(120),
    });
    let limiter = Arc::new(Limiter::new(most));
    Client::new(endpoint.unwrap(), limiter, Retry::default(), None, Arc::clone(journal), Arc::clone(purse))
}

fn pool() -> (World, Arc<ToolPool>) {
    let world = World::open(1).unwrap();
    let pool = Arc::new(dive_pool::load(&world).unwrap());
    (world, pool)
}

fn recipe(url: &str, most: usize, solves: u32, dir: &Dir) -> (Recipe, Arc<Purse>) {
    let (world, pool) = pool();
    let id = WorldId { seed: world.seed(), fingerprint: world.fingerprint().into() };
    let synth = Config::default();
    let engine = Engine::new(Arc::clone(&pool), id.clone(), dive_pool::exemplars().unwrap(), synth.clone()).unwrap();
    let journal = Arc::new(Journal::open(&dir.0, Mode::Record).unwrap());
    let purse = Arc::new(Purse::open(&journal, None).unwrap());
    let of = |_| Ok::<_, ()>((Box::new(client(url, most, &journal, &purse)) as Box<dyn ChatModel>, Options::default()));
    let models = Models::new(Stage::ALL, of).unwrap();
    let config = RecipeConfig { solves, ..RecipeConfig::default() };
    (Recipe::new(engine, Arc::clone(&pool), pool, id, synth, config, models, Prompts::default()), purse)
}

fn exchanges(purse: &Purse) -> u64 {
    purse.used().values().map(|u| u.exchanges).sum()
}

/// The CPU of one call: a conversation of a few turns in front of 27 KB of schemas.
async fn calls(url: &str) {
    const CALLS: u64 = 6_000;
    const BYTES: usize = 27_000;
    let (_world, pool) = pool();
    let mut schemas = Vec::new();
    for spec in pool.specs() {
        if ToolSet::new(&schemas).bytes() >= BYTES {
            break;
        }
        schemas.push(spec.openai());
    }
    let schemas = ToolSet::new(&schemas);
    let messages = [
        Message::system(dive_core::rollout::ANSWER_FORMAT),
        Message::user("What is the population of the largest city of the country in which the company has its seat?"),
    ];
    let options = Options::default();
    println!("schemas: {} tools, {} bytes; {CALLS} calls, 64 at a time", schemas.names().len(), schemas.bytes());
    for mode in [Mode::Live, Mode::Record] {
        let dir = Dir::new();
        let journal = Arc::new(Journal::open(&dir.0, mode).unwrap());
        let purse = Arc::new(Purse::open(&journal, None).unwrap());
        let client = Arc::new(client(url, 64, &journal, &purse));
        let next = Arc::new(AtomicU64::new(0));
        let run = |until: u64| {
            let workers = (0..64).map(|_| {
                let (client, next, schemas) = (Arc::clone(&client), Arc::clone(&next), schemas.clone());
                let (messages, options) = (messages.clone(), options.clone());
                tokio::spawn(async move {
                    while let i = next.fetch_add(1, Ordering::Relaxed)
                        && i < until
                    {
                        let place = Place {
                            subject: format!("task {i}"),
                            stage: "solver".into(),
                            round: 0,
                            attempt: 0,
                            turn: 0,
                        };
                        let request =
                            Request { messages: &messages, tools: &schemas, choice: &Choice::Auto, options: &options };
                        client.send(request, &place).await.unwrap();
                    }
                })
            });
            futures_util::future::join_all(workers.collect::<Vec<_>>())
        };
        run(500).await;
        next.store(500, Ordering::Relaxed);
        let (before, begun) = (cpu(), Instant::now());
        run(500 + CALLS).await;
        let (used, wall) = (cpu() - before, begun.elapsed().as_secs_f64());
        let what = if mode == Mode::Live { "without journal" } else { "with the journal" };
        println!(
            "{what}: {:.3} ms of CPU a call, {:.0} calls a second",
            1e3 * used / CALLS as f64,
            CALLS as f64 / wall
        );
    }
}

/// The CPU of whole episodes: collector, deriver, checks, two blind solves.
async fn episodes(url: &str, count: u64) {
    let dir = Dir::new();
    let (recipe, purse) = recipe(url, 64, 2, &dir);
    let recipe = Arc::new(recipe);
    let places = Arc::new(Semaphore::new(32));
    let accepted = Arc::new(AtomicU64::new(0));
    let (before, begun) = (cpu(), Instant::now());
    let mut running = Vec::new();
    for episode in 0..count {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let (recipe, accepted) = (Arc::clone(&recipe), Arc::clone(&accepted));
        running.push(tokio::spawn(async move {
            let proposal = recipe.propose(episode).await.unwrap();
            accepted.fetch_add(u64::from(matches!(proposal, Proposal::Task(_))), Ordering::Relaxed);
            drop(place);
        }));
    }
    futures_util::future::join_all(running).await;
    let (used, wall, calls) = (cpu() - before, begun.elapsed().as_secs_f64(), exchanges(&purse));
    println!(
        "{count} episodes, {} with a task, {:.1} model calls each: {:.2} ms of CPU an episode, {:.3} ms a model call; {:.0} episodes \
         a second",
        accepted.load(Ordering::Relaxed),
        calls as f64 / count as f64,
        1e3 * used / count as f64,
        1e3 * used / calls as f64,
        count as f64 / wall
    );
}

/// Many episodes at a time. One blind solve, so that an episode has one call under way at a time and the bound is exact.
async fn flight(url: &str, at_a_time: usize, latency: f64, seconds: u64) {
    let dir = Dir::new();
    let (recipe, purse) = recipe(url, at_a_time, 1, &dir);
    let (recipe, next) = (Arc::new(recipe), Arc::new(AtomicU64::new(0)));
    for _ in 0..at_a_time {
        let (recipe, next) = (Arc::clone(&recipe), Arc::clone(&next));
        tokio::spawn(async move {
            loop {
                recipe.propose(next.fetch_add(1, Ordering::Relaxed)).await.unwrap();
            }
        });
    }
    // Until all are under way and no longer in step.
    tokio::time::sleep(Duration::from_secs_f64(4.0 * latency + 2.0)).await;
    let (before, calls, begun) = (cpu(), exchanges(&purse), Instant::now());
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let (used, calls, wall) = (cpu() - before, exchanges(&purse) - calls, begun.elapsed().as_secs_f64());
    let (rate, bound) = (calls as f64 / wall, at_a_time as f64 / latency);
    println!(
        "{at_a_time} episodes at a time, {:.0} ms: {rate:.0} calls a second, {:.3} of the bound of {bound:.0}; {:.3} ms of CPU a \
         call, {:.2} cores busy; peak memory {:.0} MB",
        1e3 * latency,
        rate / bound,
        1e3 * used / calls as f64,
        used / wall,
        peak()
    );
    // What is under way is dropped with the process.
    drop(dir);
    process::exit(0);
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let number = |i: usize| args[i].parse::<f64>().unwrap();
    match args[0].as_str() {
        "calls" => calls(&args[1]).await,
        "episodes" => episodes(&args[1], number(2) as u64).await,
        "flight" => flight(&args[1], number(2) as usize, number(3) / 1e3, number(4) as u64).await,
        other => panic!("`{other}` is none of calls, episodes and flight"),
    }
}
