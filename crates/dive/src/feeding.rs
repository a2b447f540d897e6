//! Many episodes with models at a time, on few threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::SyncSender;

use anyhow::Result;
use dive_core::task::{Proposal, Reason};
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
    async fn propose(&self, episode: u64) -> Result<Proposal, Trouble> {
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
                let (delivery, hopeless) =
                    match tokio::spawn(async move { attempt(&proposer, &health, episode).await }).await {
                        Ok(done) => done,
                        Err(_) => (failed(episode, "internal error"), None),
                    };
                // The channel has room for all that may be unadmitted.
                let _ = deliver.send(delivery);
                if let Some(message) = hopeless {
                    let _ = deliver.send(Delivery::Stop(message));
                }
                drop(place);
            });
        }
        let _ = self.runtime.block_on(places.acquire_many(self.in_flight as u32));
    }
}

/// What recent episodes say about whether it makes sense to go on.
#[derive(Default)]
pub struct Health {
    /// Failures of the infrastructure since something last went well.
    row: AtomicU32,
    worked: AtomicBool,
    /// Episodes in a row in which the model could not play its part.
    unfit: AtomicU32,
    fit: AtomicBool,
}

/// Failures in a row after which it is not the episodes that are unlucky, and before anything went well.
const TOO_MANY: u32 = 30;
const TOO_MANY_FIRST: u32 = 3;
/// Episodes in a row, before any other, after which a model is not unlucky but unfit. They are paid for.
const UNFIT: u32 = 25;

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

    /// Looks at a proposal. A sentence if the models have shown that they cannot do what is asked of them: they call no tool,
    /// submit nothing or have no room, from the first episode on.
    fn judge(&self, proposal: &Proposal) -> Option<String> {
        let Proposal::Rejection(rejection) = proposal else {
            self.fit.store(true, Ordering::Relaxed);
            return None;
        };
        if !matches!(
            rejection.reason,
            Reason::NoEvidence | Reason::NoSubmission | Reason::OutOfContext | Reason::Refused
        ) {
            self.fit.store(true, Ordering::Relaxed);
        }
        let unfit = self.unfit.fetch_add(1, Ordering::Relaxed) + 1;
        (unfit == UNFIT && !self.fit.load(Ordering::Relaxed)).then(|| {
            format!(
                "the first {UNFIT} episodes were all rejected; the last one as `{}`: {}",
                rejection.reason.name(),
                rejection.detail
            )
        })
    }
}

/// One attempt: whatever is worth repeating has been repeated where it failed, by the client and by the tools' guard.
async fn attempt(proposer: &Proposer, health: &Health, episode: u64) -> (Delivery, Option<String>) {
    match proposer.propose(episode).await {
        Ok(proposal) => {
            health.good();
            // The hybrid's rejections are the program's.
            let by_models = matches!(proposer, Proposer::Llm(_));
            let hopeless = by_models.then(|| health.judge(&proposal)).flatten();
            (Delivery::Row(episode, Box::new(Row::of(&proposal))), hopeless)
        }
        Err(Trouble::Stop(message)) => (Delivery::Stop(message), None),
        Err(Trouble::Again(message)) if health.bad() => (failed(episode, &message), None),
        Err(Trouble::Again(message)) => (Delivery::Stop(message), None),
    }
}

fn failed(episode: u64, message: &str) -> Delivery {
    Delivery::Row(episode, Box::new(Row::Failed { attempts: 1, message: message.into() }))
}
