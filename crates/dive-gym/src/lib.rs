//! The environment that reinforcement learning calls.
//!
//! It speaks the contract of a NeMo Gym resources server: `POST /seed_session` with a row begins a session, `POST
//! /TOOL` runs a tool of that row's toolset and answers with exactly what the model is to see, `POST /verify` scores the
//! conversation. verifiers, prime-rl, Axolotl and verl reach the same contract. `POST /score` is the same reward for
//! callers that only have text.
//!
//! Sessions are told apart by a cookie and share nothing but read-only tools. Everything is bounded: bodies, calls at
//! once, sessions, time. The server does not know where tasks are kept nor which tools exist; it is given both.

mod contract;
mod guard;
mod routes;
mod sessions;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dive_agent::{Judge, Toolbox};
use dive_core::answer::Answer;
use dive_core::evidence::Outcome;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// What a session needs of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// The question.
    pub question: String,
    /// The reference answer.
    pub answer: Answer,
    /// The tools that may be called.
    pub toolset: Vec<String>,
}

/// Runs a tool. Calls block, so they run on threads of their own.
pub type CallTool = dyn Fn(&str, &Map<String, Value>) -> Outcome + Send + Sync;

/// What is served.
pub struct Gym {
    /// Tasks by id.
    pub episodes: HashMap<String, Episode>,
    /// Compiled schemas of all tools.
    pub toolbox: Toolbox,
    /// The tools.
    pub call: Box<CallTool>,
    /// Decides where rules cannot, if there is one.
    pub judge: Option<Box<dyn Judge + Send + Sync>>,
    /// Weight of the format in the reward.
    pub alpha: f64,
}

/// How it is served.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Sessions at once; the one that was idle longest makes room.
    pub sessions: usize,
    /// Calls and verifications at once; more wait.
    pub calls: usize,
    /// Longest body, in bytes.
    pub body: usize,
    /// Longest call.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { sessions: 65_536, calls: 64, body: 32 * 1024 * 1024, time: Duration::from_secs(60) }
    }
}

/// Who may ask.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Required as `Authorization: Bearer …`, if there is one.
    pub token: Option<String>,
    /// Values of the `Host` header that are answered, without port. Loopback names always are.
    pub hosts: Vec<String>,
}

pub(crate) struct Shared {
    gym: Gym,
    limits: Limits,
    access: Access,
    sessions: sessions::Sessions,
    permits: Arc<Semaphore>,
}

/// Serves until `stop` completes; open requests are finished first.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    gym: Gym,
    limits: Limits,
    access: Access,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let sessions = sessions::Sessions::new(limits.sessions);
    let permits = Arc::new(Semaphore::new(limits.calls.max(1)));
    let shared = Arc::new(Shared { gym, limits, access, sessions, permits });
    axum::serve(listener, routes::router(shared)).with_graceful_shutdown(stop).await
}
