//! The front door: journal, money, concurrency and retry around an endpoint.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use dive_core::rng::Stream;
use dive_journal::{Conversation, Failed, Freshness, Journal, Key, Kind as EntryKind, Record};
use serde::Serialize;
use serde_json::{Value, json};

use crate::chat::{Reply, Request};
use crate::cost::{Held, Price, Purse};
use crate::endpoint::Endpoint;
use crate::failure::{Failure, Kind};
use crate::limit::Limiter;
use crate::wire;

/// Where in a run an exchange stands. Together with the request it is the key of the journal: eight rollouts of one
/// prompt are eight exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// Task id, or `episode N`.
    pub subject: String,
    /// `collector`, `deriver`, `solver`, `judge` …
    pub stage: String,
    /// Round of the loop, from 1; 0 where there is none.
    pub round: u32,
    /// Attempt of the stage, or index of the rollout.
    pub attempt: u32,
    /// Turn of the conversation, from 0.
    pub turn: u32,
}

/// A reply with what is known about how it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The reply.
    pub reply: Reply,
    /// The response exactly as it came.
    pub body: String,
    /// Whether the journal had it already.
    pub served: bool,
}

/// A future that can wander between threads.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whatever answers requests.
pub trait ChatModel: Send + Sync {
    /// The reply to a request at a place.
    fn send<'a>(&'a self, request: Request<'a>, place: &'a Place) -> Pending<'a, Result<Exchange, Failure>>;

    /// The model's name.
    fn name(&self) -> &str;
}

/// When and how often a failed attempt is made again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// Attempts in all.
    pub attempts: u32,
    /// First waiting time; it doubles.
    pub first: Duration,
    /// Longest waiting time of our own choice.
    pub longest: Duration,
    /// Longest waiting time that an endpoint may ask for.
    pub patience: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            attempts: 6,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(60),
            patience: Duration::from_secs(600),
        }
    }
}

/// A model with its journal, purse and limits.
pub struct Client {
    endpoint: Endpoint,
    limiter: Arc<Limiter>,
    retry: Retry,
    price: Option<Price>,
    journal: Arc<Journal>,
    purse: Arc<Purse>,
}

impl Client {
    /// A client. Clients of one endpoint share a limiter, clients of one run journal and purse.
    pub fn new(
        endpoint: Endpoint,
        limiter: Arc<Limiter>,
        retry: Retry,
        price: Option<Price>,
        journal: Arc<Journal>,
        purse: Arc<Purse>,
    ) -> Client {
        Client { endpoint, limiter, retry, price, journal, purse }
    }

    async fn exchange(&self, request: Request<'_>, place: &Place) -> Result<Exchange, Failure> {
        let config = self.endpoint.config();
        let body = wire::encode(config.wire, &config.model, &request);
        let hash = blake3::hash(&body).to_hex();
        let key = Key::new(EntryKind::ModelExchange, json!({"request": hash.as_str(), "place": place}));
        // Money stays marked as under way until its bill is stored, so that nobody takes the limit for reached.
        let bought = Mutex::new(None);
        let buy = || self.buy(body.into(), request, place, hash.as_bytes(), &bought);
        let stored = self.journal.once(&key, Freshness::Any, buy).await;
        let entry = stored.map_err(|e| match e {
            Failed::Call(failure) => failure,
            Failed::Journal(error) => Failure::new(Kind::Journal, error.to_string()),
        })?;
        let text = entry.value.get("body").and_then(Value::as_str).unwrap_or_default();
        let reply = match bought.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, reply)) => reply,
            None => wire::decode(config.wire, text.as_bytes())?,
        };
        Ok(Exchange { reply, body: text.to_string(), served: entry.served })
    }

    /// Pays for a reply: the only place where a request is made again.
    async fn buy<'a>(
        &'a self,
        body: Bytes,
        request: Request<'_>,
        place: &Place,
        hash: &[u8],
        bought: &Mutex<Option<(Held<'a>, Reply)>>,
    ) -> Result<Record, Failure> {
        let worst = self.price.map(|p| p.worst(body.len(), request.messages.len(), request.options.most_tokens()));
        let mut jitter = Stream::new(0, &["retry", &String::from_utf8_lossy(hash), &place.turn.to_string()]);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let permit = self.limiter.acquire().await;
            let mut held = self.purse.reserve(&place.stage, worst.unwrap_or_default()).await?;
            let result = self.endpoint.post(body.clone()).await.and_then(|raw| {
                let reply = wire::decode(self.endpoint.config().wire, raw.body.as_bytes())?;
                Ok((raw, reply))
            });
            let failure = match result {
                Ok((raw, reply)) => {
                    permit.succeeded();
                    let usage = reply.usage;
                    self.purse.note(&place.stage, (attempt - 1).into(), &usage.unwrap_or_default());
                    let cost = self.price.and_then(|p| Some(p.cost(&usage?)));
                    let mut messages = Conversation::of([self.settings(&request)]);
                    request.messages.iter().for_each(|m| messages.push(m));
                    let bill = held.bill(cost);
                    *bought.lock().unwrap_or_else(PoisonError::into_inner) = Some((held, reply));
                    let value = json!({"body": raw.body, "usage": usage, "retries": attempt - 1});
                    return Ok(Record { value, messages: Some(messages), bill });
                }
                Err(failure) => failure,
            };
            match failure.kind {
                Kind::RateLimit | Kind::Overload => permit.refused(failure.retry_after),
                _ => drop(permit),
            }
            held.settle(failure.kind.may_cost()).await?;
            let asked = failure.retry_after.unwrap_or_default();
            if !failure.kind.is_retryable() || attempt >= self.retry.attempts || asked > self.retry.patience {
                return Err(told(failure, attempt));
            }
            let own = self.retry.first.saturating_mul(1 << (attempt - 1).min(16)).min(self.retry.longest);
            let own = own.mul_f64(jitter.range(0.5, 1.0));
            // Whoever asks to wait is obeyed, and not by everybody at the same instant.
            let wait = if asked.is_zero() { own } else { asked + own.min(asked / 4) };
            tokio::time::sleep(wait).await;
        }
    }

    /// What is the same for all messages of a conversation.
    fn settings(&self, request: &Request<'_>) -> Value {
        let config = self.endpoint.config();
        json!({
            "wire": config.wire,
            "model": config.model,
            "options": request.options,
            "tools": request.tools.names(),
            "schemas": blake3::Hash::from(*request.tools.digest()).to_hex().as_str(),
        })
    }
}

fn told(mut failure: Failure, attempts: u32) -> Failure {
    if attempts > 1 {
        failure.message = format!("{} (after {attempts} attempts)", failure.message);
    }
    failure
}

impl ChatModel for Client {
    fn send<'a>(&'a self, request: Request<'a>, place: &'a Place) -> Pending<'a, Result<Exchange, Failure>> {
        Box::pin(self.exchange(request, place))
    }

    fn name(&self) -> &str {
        &self.endpoint.config().model
    }
}
