//! How many requests may be under way: as many as the endpoint bears.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Share of its limit that a limiter keeps when the endpoint complains.
const KEEP: f64 = 0.7;

/// Adaptive concurrency: additive increase with every round of good replies, multiplicative decrease when the endpoint
/// complains, never below one. Requests that were already under way at a decrease do not cause another.
#[derive(Debug)]
pub struct Limiter {
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    most: usize,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Permits still to be withdrawn from requests under way.
    debt: usize,
    good: usize,
    cut: Instant,
    paused: Option<Instant>,
}

/// The right to have one request under way.
#[derive(Debug)]
pub struct Permit<'a> {
    limiter: &'a Limiter,
    permit: Option<OwnedSemaphorePermit>,
    since: Instant,
}

impl Limiter {
    /// A limiter that starts at `most` requests under way and never exceeds it.
    pub fn new(most: usize) -> Limiter {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let state = State { limit: most, debt: 0, good: 0, cut: Instant::now(), paused: None };
        Limiter { permits: Arc::new(Semaphore::new(most)), state: Mutex::new(state), most }
    }

    /// Requests that may be under way now.
    pub fn limit(&self) -> usize {
        self.lock().limit
    }

    /// Waits for a permit, and for the end of a pause that the endpoint asked for.
    pub async fn acquire(&self) -> Permit<'_> {
        loop {
            let pause = self.lock().paused.and_then(|until| until.checked_duration_since(Instant::now()));
            if let Some(pause) = pause.filter(|p| !p.is_zero()) {
                tokio::time::sleep(pause).await;
                continue;
            }
            // The semaphore is never closed.
            let permit = Arc::clone(&self.permits).acquire_owned().await.ok();
            let paused = self.lock().paused.is_some_and(|until| until > Instant::now());
            if !paused {
                return Permit { limiter: self, permit, since: Instant::now() };
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The endpoint replied.
    pub fn succeeded(self) {
        let mut state = self.limiter.lock();
        state.good += 1;
        if state.good >= state.limit && state.limit < self.limiter.most {
            state.good = 0;
            state.limit += 1;
            match state.debt {
                0 => self.limiter.permits.add_permits(1),
                _ => state.debt -= 1,
            }
        }
    }

    /// The endpoint complained of too much, and perhaps said how long to wait.
    pub fn refused(self, wait: Option<Duration>) {
        let mut state = self.limiter.lock();
        let now = Instant::now();
        if let Some(until) = wait.and_then(|w| now.checked_add(w)) {
            state.paused = state.paused.max(Some(until));
        }
        state.good = 0;
        if self.since >= state.cut {
            let kept = ((state.limit as f64 * KEEP) as usize).max(1);
            state.debt += state.limit - kept;
            state.limit = kept;
            state.cut = now;
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.lock();
        if state.debt > 0
            && let Some(permit) = self.permit.take()
        {
            state.debt -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_limit_falls_once_a_wave_and_recovers() {
        let limiter = Limiter::new(10);
        let mut wave = Vec::new();
        for _ in 0..10 {
            wave.push(limiter.acquire().await);
        }
        wave.into_iter().for_each(|p| p.refused(None));
        assert_eq!(limiter.limit(), 7);
        assert_eq!(limiter.permits.available_permits(), 7);
        for _ in 0..100 {
            limiter.acquire().await.succeeded();
        }
        assert_eq!(limiter.limit(), 10);
        assert_eq!(limiter.permits.available_permits(), 10);
        for _ in 0..50 {
            limiter.acquire().await.refused(None);
        }
        assert_eq!(limiter.limit(), 1);
        limiter.acquire().await.succeeded();
    }
}
