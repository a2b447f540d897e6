//! From a pool of tools to certified tasks.
//!
//! [`Engine::propose`] is a pure function of (configuration, pool, world, episode index); [`Admission`] is a sequential
//! fold over proposals in index order. Nothing here knows where proposals are kept.

use std::sync::Arc;

use dive_core::exemplar::Exemplar;
use dive_core::task::Proposal;
use dive_tools::ToolPool;

pub mod admit;
pub mod config;
pub mod verify;

pub use admit::{Admission, Candidate};
pub use config::Config;
pub use verify::certify;

/// Which world the pool's tools look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldId {
    /// World seed.
    pub seed: u64,
    /// Fingerprint of the world.
    pub fingerprint: String,
}

/// Proposes tasks.
pub struct Engine {
    pool: Arc<ToolPool>,
    world: WorldId,
    exemplars: Vec<Exemplar>,
    config: Config,
}

impl Engine {
    /// An engine over this pool.
    ///
    /// # Errors
    /// A sentence that says which setting the pool cannot satisfy.
    pub fn new(
        pool: Arc<ToolPool>,
        world: WorldId,
        exemplars: Vec<Exemplar>,
        config: Config,
    ) -> Result<Engine, String> {
        Ok(Engine { pool, world, exemplars, config })
    }

    /// The proposal of an episode: a certified task or a typed rejection.
    pub fn propose(&self, episode: u64) -> Proposal {
        let _ = (&self.pool, &self.world, &self.exemplars, &self.config, episode);
        todo!()
    }
}
