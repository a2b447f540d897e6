//! One conformance suite for both wire formats, streaming and not, against the scripted server.

#![allow(clippy::disallowed_methods, reason = "tests")]

mod conversations;
mod failures;
mod money;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dive_journal::{Journal, Mode, Money};
use dive_llm::{
    ChatModel as _, Choice, Client, Endpoint, EndpointConfig, Exchange, Failure, Limiter, Message, Options, Place,
    Price, Purse, Request, Retry, Secret, ToolSet, Wire,
};
use dive_mock::{Script, Server};
use serde_json::{Value, json};

pub(crate) const WIRES: [(Wire, bool); 4] =
    [(Wire::OpenAi, false), (Wire::OpenAi, true), (Wire::Anthropic, false), (Wire::Anthropic, true)];

/// A run directory of its own, removed with its owner.
pub(crate) struct Dir(pub(crate) PathBuf);

impl Dir {
    pub(crate) fn new() -> Dir {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let path = std::env::temp_dir().join(format!(
            "dive-llm-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        ));
        std::fs::create_dir_all(&path).unwrap();
        Dir(path)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) struct Rig {
    pub(crate) client: Client,
    pub(crate) purse: Arc<Purse>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) limiter: Arc<Limiter>,
}

pub(crate) struct Setup {
    pub(crate) wire: Wire,
    pub(crate) model: &'static str,
    pub(crate) key: Option<&'static str>,
    pub(crate) timeout: Duration,
    pub(crate) cap: Option<Money>,
    pub(crate) price: Option<Price>,
}

impl Setup {
    pub(crate) fn new(wire: Wire) -> Setup {
        Setup { wire, model: "mock", key: None, timeout: Duration::from_secs(5), cap: None, price: None }
    }

    pub(crate) fn rig(&self, url: &str, place: &Dir) -> Rig {
        let journal = Arc::new(Journal::open(&place.0, Mode::Record).unwrap());
        let purse = Arc::new(Purse::open(&journal, self.cap).unwrap());
        let config = EndpointConfig {
            wire: self.wire,
            base_url: url.into(),
            model: self.model.into(),
            key: self.key.map(Secret::new),
            timeout: self.timeout,
        };
        let limiter = Arc::new(Limiter::new(8));
        let retry = Retry { attempts: 3, first: Duration::from_millis(5), ..Retry::default() };
        let client = Client::new(
            Endpoint::new(config).unwrap(),
            Arc::clone(&limiter),
            retry,
            self.price,
            Arc::clone(&journal),
            Arc::clone(&purse),
        );
        Rig { client, purse, journal, limiter }
    }
}

pub(crate) async fn server(script: impl Script) -> Server {
    Server::start(script, dive_mock::Options::default()).await.unwrap()
}

pub(crate) fn tools() -> ToolSet {
    let tool = |name: &str| {
        json!({"type": "function", "function": {"name": name, "description": "Looks something up.", "parameters": {
            "type": "object", "properties": {"city": {"type": "string", "description": "Name of the city."}},
            "required": ["city"], "additionalProperties": false}}})
    };
    ToolSet::new(&[tool("weather"), tool("population")])
}

pub(crate) fn place(turn: u32) -> Place {
    Place { subject: "episode 1".into(), stage: "collector".into(), round: 1, attempt: 0, turn }
}

pub(crate) async fn ask(rig: &Rig, messages: &[Message], options: &Options, at: &Place) -> Result<Exchange, Failure> {
    let tools = tools();
    let request = Request { messages, tools: &tools, choice: &Choice::Auto, options };
    rig.client.send(request, at).await
}

pub(crate) fn args(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
