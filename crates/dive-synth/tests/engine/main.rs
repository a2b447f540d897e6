//! The engine over the embedded pool.
#![allow(missing_docs)]

mod corruption;
mod plans;
mod purity;
mod questions;

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::thread;

use dive_core::exemplar::Exemplar;
use dive_core::task::{Proposal, Task};
use dive_pool::World;
use dive_synth::{Config, Engine, WorldId};
use dive_tools::ToolPool;

/// Episodes that all tests look at.
const EPISODES: u64 = 2_000;

static WORLD: LazyLock<World> =
    LazyLock::new(|| World::open_in(Path::new(env!("CARGO_TARGET_TMPDIR")), 7).unwrap_or_else(|e| panic!("{e}")));
static POOL: LazyLock<Arc<ToolPool>> =
    LazyLock::new(|| Arc::new(dive_pool::load(&WORLD).unwrap_or_else(|e| panic!("{e}"))));
static PROPOSALS: LazyLock<Vec<Proposal>> = LazyLock::new(|| propose(&engine(Config::default()), EPISODES));

fn exemplars() -> Vec<Exemplar> {
    dive_pool::exemplars().unwrap()
}

fn engine_with(exemplars: Vec<Exemplar>, config: Config) -> Engine {
    let id = WorldId { seed: WORLD.seed(), fingerprint: WORLD.fingerprint().to_string() };
    Engine::new(Arc::clone(&POOL), id, exemplars, config).unwrap()
}

fn engine(config: Config) -> Engine {
    engine_with(exemplars(), config)
}

/// The first proposals of an engine, in order, made by as many threads as there are.
fn propose(engine: &Engine, count: u64) -> Vec<Proposal> {
    let workers = thread::available_parallelism().map_or(1, usize::from) as u64;
    let mut made: Vec<(u64, Proposal)> = thread::scope(|scope| {
        let work = |w| move || (w..count).step_by(workers as usize).map(|e| (e, engine.propose(e))).collect::<Vec<_>>();
        let handles: Vec<_> = (0..workers).map(|w| scope.spawn(work(w))).collect();
        handles.into_iter().flat_map(|h| h.join().unwrap()).collect()
    });
    made.sort_by_key(|(e, _)| *e);
    made.into_iter().map(|(_, p)| p).collect()
}

fn accepted(proposals: &[Proposal]) -> impl Iterator<Item = &Task> {
    proposals.iter().filter_map(|p| match p {
        Proposal::Task(task) => Some(&**task),
        Proposal::Rejection(_) => None,
    })
}
