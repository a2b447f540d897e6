//! Many episodes with models at a time, on few threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::SyncSender;

use anyhow::Result;
use dive_recipe::{Hybrid, Recipe, Trouble};
use dive_store::{Delivery, Desk, Feed, Row, WORKER};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

/// Whatever proposes with models.
pub enum Proposer {
    /// A model collects and derives.
    Llm(Box<Recipe>),
    /// A model finds other words.
    Hybrid(Box<Hybrid>),
}

impl Proposer {
    async fn propose(&self, episode: u64) -> Result<dive_core::task::Proposal, Trouble> {
        match self {
            Proposer::Llm(recipe) => recipe.propose(episode).await,
            Proposer::Hybrid(hybrid) => hybrid.propose(episode).await,
        }
    }
}

/// Feeds a run with many episodes at a time, on few threads.
pub struct Many<'a> {
    /// Where they run.
    pub runtime: &'a Runtime,
    /// What they run.
    pub proposer: Arc<Proposer>,
    /// How many.
    pub in_flight: usize,
}

/// A runtime for episodes that wait most of the time.
pub fn runtime(workers: usize) -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name(format!("{WORKER}async"))
        .enable_all()
        .build()?)
}

impl Feed for Many<'_> {
    fn feed(&self, desk: &Desk<'_>, deliver: &SyncSender<Delivery>) {
        let places = Arc::new(Semaphore::new(self.in_flight));
        let health = Arc::new(Health::default());
        while let Some(episode) = desk.claim() {
            let Ok(place) = self.runtime.block_on(Arc::clone(&places).acquire_owned()) else { return };
            let (proposer, health, deliver) = (Arc::clone(&self.proposer), Arc::clone(&health), deliver.clone());
            self.runtime.spawn(async move {
                // A bug costs an episode, not the run.
                let delivery = match tokio::spawn(async move { attempt(&proposer, &health, episode).await }).await {
                    Ok(delivery) => delivery,
                    Err(_) => failed(episode, "internal error"),
                };
                // The channel has room for all that may be unadmitted.
                let _ = deliver.send(delivery);
                drop(place);
            });
        }
        let _ = self.runtime.block_on(places.acquire_many(self.in_flight as u32));
    }
}

/// Failures of the infrastructure since something last went well.
#[derive(Default)]
pub struct Health {
    row: AtomicU32,
    worked: AtomicBool,
}

/// Failures in a row after which it is not the episodes that are unlucky, and before anything went well.
const TOO_MANY: u32 = 30;
const TOO_MANY_FIRST: u32 = 3;

impl Health {
    /// Something went well.
    pub fn good(&self) {
        self.worked.store(true, Ordering::Relaxed);
        self.row.store(0, Ordering::Relaxed);
    }

    /// The infrastructure failed. Whether it makes sense to go on: an endpoint that never answered well will not do so for
    /// the next one either.
    pub fn bad(&self) -> bool {
        let row = self.row.fetch_add(1, Ordering::Relaxed) + 1;
        row < if self.worked.load(Ordering::Relaxed) { TOO_MANY } else { TOO_MANY_FIRST }
    }
}

/// One attempt: whatever is worth repeating has been repeated where it failed, by the client and by the tools' guard.
async fn attempt(proposer: &Proposer, health: &Health, episode: u64) -> Delivery {
    match proposer.propose(episode).await {
        Ok(proposal) => {
            health.good();
            Delivery::Row(episode, Box::new(Row::of(&proposal)))
        }
        Err(Trouble::Stop(message)) => Delivery::Stop(message),
        Err(Trouble::Again(message)) if health.bad() => failed(episode, &message),
        Err(Trouble::Again(message)) => Delivery::Stop(message),
    }
}

fn failed(episode: u64, message: &str) -> Delivery {
    Delivery::Row(episode, Box::new(Row::Failed { attempts: 1, message: message.into() }))
}
