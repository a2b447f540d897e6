//! The agent crate over real tasks of the embedded pool.
#![allow(missing_docs)]
#![allow(clippy::disallowed_macros, reason = "the labelled set prints its bounds")]

mod hard;
mod labelled;
mod rollouts;
mod solving;
mod write;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use dive_core::task::{Proposal, Task};
use dive_pool::World;
use dive_synth::{Config, Engine, WorldId};
use dive_tools::ToolPool;

static WORLD: LazyLock<World> =
    LazyLock::new(|| World::open_in(Path::new(env!("CARGO_TARGET_TMPDIR")), 7).unwrap_or_else(|e| panic!("{e}")));
static POOL: LazyLock<Arc<ToolPool>> =
    LazyLock::new(|| Arc::new(dive_pool::load(&WORLD).unwrap_or_else(|e| panic!("{e}"))));
static TASKS: LazyLock<Vec<Task>> = LazyLock::new(|| {
    let id = WorldId { seed: WORLD.seed(), fingerprint: WORLD.fingerprint().to_string() };
    let engine = Engine::new(Arc::clone(&POOL), id, dive_pool::exemplars().unwrap(), Config::default()).unwrap();
    let proposed = (0..1800).map(|episode| engine.propose(episode));
    proposed
        .filter_map(|p| match p {
            Proposal::Task(task) => Some(*task),
            Proposal::Rejection(_) => None,
        })
        .collect()
});
