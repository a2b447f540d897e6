//! What exchanges cost: prices, worst cases, and the purse that all stages of a run share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use dive_journal::{Entry, Journal, JournalError, Kind as EntryKind, Ledger, Money, Reservation};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::chat::Usage;
use crate::failure::{Failure, Kind};

/// Prices per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Of what is sent.
    pub prompt: f64,
    /// Of what is read from the endpoint's cache [default: as `prompt`].
    #[serde(default)]
    pub cached: Option<f64>,
    /// Of what is written to the endpoint's cache [default: as `prompt`].
    #[serde(default)]
    pub cache_write: Option<f64>,
    /// Of what is received, reasoning included.
    pub completion: f64,
}

impl Price {
    /// The price of an exchange.
    pub fn cost(&self, usage: &Usage) -> Money {
        let plain = usage.prompt.saturating_sub(usage.cached + usage.cache_write);
        [
            Money::per_million(self.prompt, plain),
            Money::per_million(self.cached.unwrap_or(self.prompt), usage.cached),
            Money::per_million(self.cache_write.unwrap_or(self.prompt), usage.cache_write),
            Money::per_million(self.completion, usage.completion),
        ]
        .into_iter()
        .fold(Money::ZERO, Money::plus)
    }

    /// The most that an exchange can cost: a token has at least one byte, and a message a few tokens around it.
    pub fn worst(&self, request_bytes: usize, messages: usize, max_tokens: u64) -> Money {
        let dearest = self.prompt.max(self.cache_write.unwrap_or(0.0)).max(self.cached.unwrap_or(0.0));
        let prompt = request_bytes as u64 + 32 * messages as u64 + 1024;
        Money::per_million(dearest, prompt).plus(Money::per_million(self.completion, max_tokens))
    }
}

/// Exchanges and tokens of a stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Used {
    /// Exchanges with a reply.
    pub exchanges: u64,
    /// Attempts that failed and were made again.
    pub retries: u64,
    /// Tokens.
    pub tokens: Usage,
}

/// Tokens and money of a run, shared by its clients.
pub struct Purse {
    ledger: Ledger,
    /// Reservations of this process that will be settled.
    open: AtomicUsize,
    freed: Notify,
    used: Mutex<BTreeMap<String, Used>>,
}

impl Purse {
    /// The purse of a run: what its journal says was used, and its ledger with this cap.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn open(journal: &Journal, cap: Option<Money>) -> Result<Purse, JournalError> {
        let mut used: BTreeMap<String, Used> = BTreeMap::new();
        journal.each(EntryKind::ModelExchange, |entry| {
            let (stage, reply) = recorded(&entry);
            let slot = used.entry(stage).or_default();
            slot.exchanges += 1;
            slot.retries += reply.0;
            slot.tokens.add(&reply.1);
            Ok::<(), JournalError>(())
        })?;
        let ledger = journal.ledger().clone();
        ledger.set_cap(cap);
        Ok(Purse { ledger, open: AtomicUsize::new(0), freed: Notify::new(), used: Mutex::new(used) })
    }

    /// Money, by stage.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Tokens, by stage.
    pub fn used(&self) -> BTreeMap<String, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note(&self, stage: &str, retries: u64, usage: &Usage) {
        let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = all.entry(stage.into()).or_default();
        slot.exchanges += 1;
        slot.retries += retries;
        slot.tokens.add(usage);
    }

    /// Sets the worst case aside. Where it does not fit it waits for exchanges under way, which mostly cost less than
    /// was set aside for them.
    pub(crate) async fn reserve(&self, stage: &str, worst: Money) -> Result<Held<'_>, Failure> {
        // What costs nothing needs no promise, and so no trip to the disk before it is sent.
        if worst == Money::ZERO {
            self.open.fetch_add(1, Ordering::SeqCst);
            return Ok(Held { purse: self, reservation: None });
        }
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            self.open.fetch_add(1, Ordering::SeqCst);
            let refused = match self.ledger.reserve(stage, worst).await {
                Ok(reservation) => return Ok(Held { purse: self, reservation: Some(reservation) }),
                Err(error) => error,
            };
            let alone = self.open.fetch_sub(1, Ordering::SeqCst) == 1;
            match refused {
                JournalError::OverCap { spent, cap, .. } if alone => {
                    let message = format!("the limit of {cap} does not cover the next exchange: {spent} is spent");
                    // Others may wait for room that will not come.
                    self.freed.notify_waiters();
                    return Err(Failure::new(Kind::Budget, message));
                }
                JournalError::OverCap { .. } => freed.await,
                other => return Err(Failure::new(Kind::Journal, other.to_string())),
            }
        }
    }
}

/// Money set aside for one attempt.
pub(crate) struct Held<'a> {
    purse: &'a Purse,
    reservation: Option<Reservation>,
}

impl Held<'_> {
    /// Settles an attempt that brought nothing to store.
    pub(crate) async fn settle(mut self, in_full: bool) -> Result<(), Failure> {
        let Some(reservation) = self.reservation.take() else { return Ok(()) };
        let actual = if in_full { reservation.worst() } else { Money::ZERO };
        reservation.settle(actual).await.map_err(|e| Failure::new(Kind::Journal, e.to_string()))
    }

    /// The bill of an exchange, to be stored with it; `None` is the worst case.
    pub(crate) fn bill(&mut self, actual: Option<Money>) -> Option<dive_journal::Settlement> {
        let reservation = self.reservation.take()?;
        let actual = actual.unwrap_or(reservation.worst());
        Some(reservation.bill(actual))
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.purse.open.fetch_sub(1, Ordering::SeqCst);
        self.purse.freed.notify_waiters();
    }
}

/// Stage, retries and usage of a stored exchange.
fn recorded(entry: &Entry) -> (String, (u64, Usage)) {
    let parts = entry.parts();
    let stage = parts.pointer("/place/stage").and_then(|s| s.as_str()).unwrap_or("other").to_string();
    let retries = entry.value.get("retries").and_then(|r| r.as_u64()).unwrap_or(0);
    let usage = entry.value.get("usage").and_then(|u| serde_json::from_value(u.clone()).ok()).unwrap_or_default();
    (stage, (retries, usage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_have_their_own_price() {
        let price = Price { prompt: 3.0, cached: Some(0.3), cache_write: None, completion: 15.0 };
        let usage = Usage { prompt: 1_000_000, cached: 900_000, cache_write: 0, completion: 10_000, reasoning: 5_000 };
        assert_eq!(price.cost(&usage), Money::units(0.72));
        assert!(price.worst(1000, 2, 100) > price.cost(&Usage { prompt: 1000, completion: 100, ..Usage::default() }));
    }
}
