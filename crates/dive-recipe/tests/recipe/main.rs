//! The recipe over the embedded pool, with the scripted model behind both wire formats.

#![allow(clippy::disallowed_methods, reason = "tests")]

mod checks;
mod episodes;
mod hybrid;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use dive_journal::{Journal, Mode};
use dive_llm::{ChatModel, Client, Endpoint, EndpointConfig, Limiter, Options, Purse, Retry, Wire};
use dive_pool::World;
use dive_recipe::{Models, Prompts, Recipe, RecipeConfig, Stage};
use dive_synth::{Config, Engine, WorldId};
use dive_tools::ToolPool;

pub(crate) struct Embedded {
    pub world: World,
    pub pool: Arc<ToolPool>,
}

pub(crate) static EMBEDDED: LazyLock<Embedded> = LazyLock::new(|| {
    let world = World::open(1).unwrap();
    let pool = Arc::new(dive_pool::load(&world).unwrap());
    Embedded { world, pool }
});

/// A directory of its own, removed with its owner.
pub(crate) struct Dir(pub PathBuf);

impl Dir {
    pub fn new() -> Dir {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dive-recipe-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Dir(path)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The recipe with one model for all stages.
pub(crate) fn recipe(url: &str, model: &str, wire: Wire, config: RecipeConfig, dir: &Dir) -> Recipe {
    let (embedded, synth) = (&*EMBEDDED, Config::default());
    let world = WorldId { seed: embedded.world.seed(), fingerprint: embedded.world.fingerprint().into() };
    let (pool, tools) = (Arc::clone(&embedded.pool), Arc::clone(&embedded.pool));
    let models = models(url, model, wire, dir);
    Recipe::new(engine(), pool, tools, world, synth, config, models, Prompts::default())
}

/// The symbolic engine over the embedded pool.
pub(crate) fn engine() -> Engine {
    let embedded = &*EMBEDDED;
    let world = WorldId { seed: embedded.world.seed(), fingerprint: embedded.world.fingerprint().into() };
    Engine::new(Arc::clone(&embedded.pool), world, dive_pool::exemplars().unwrap(), Config::default()).unwrap()
}

/// One model for all stages.
pub(crate) fn models(url: &str, model: &str, wire: Wire, dir: &Dir) -> Models {
    let journal = Arc::new(Journal::open(&dir.0, Mode::Record).unwrap());
    let purse = Arc::new(Purse::open(&journal, None).unwrap());
    Models::new(Stage::ALL, |_| {
        let endpoint = Endpoint::new(EndpointConfig {
            wire,
            base_url: url.into(),
            model: model.into(),
            key: None,
            timeout: Duration::from_secs(20),
        })?;
        let retry = Retry { attempts: 3, first: Duration::from_millis(5), ..Retry::default() };
        let limiter = Arc::new(Limiter::new(16));
        let client = Client::new(endpoint, limiter, retry, None, Arc::clone(&journal), Arc::clone(&purse));
        Ok::<_, dive_llm::Failure>((Box::new(client) as Box<dyn ChatModel>, Options::default()))
    })
    .unwrap()
}
