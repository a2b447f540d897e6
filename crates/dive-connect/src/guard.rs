//! One runtime around every provider: how often, how many at once, how long, and how often again.

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dive_core::rng::Stream;
use dive_core::tool::ErrorKind;
use dive_tools::manifest::{Provider, Rate};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::failure::{Failure, Retry};
use crate::redact::Secrets;

const CONCURRENCY: usize = 8;
const TIMEOUT: Duration = Duration::from_secs(30);
const RETRIES: u32 = 3;
const MAX_BYTES: usize = 1 << 20;
/// First pause before a repetition; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);
/// Longest pause: whoever asks for more is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The limits of a provider, and what they protect.
pub(crate) struct Guard {
    pub(crate) provider: String,
    pub(crate) secrets: Secrets,
    pub(crate) max_bytes: usize,
    pub(crate) timeout: Duration,
    retries: u32,
    pause: Duration,
    permits: Semaphore,
    limiter: Option<DefaultDirectRateLimiter>,
    draws: AtomicU64,
}

impl Guard {
    pub(crate) fn new(provider: &Provider, secrets: Secrets) -> Guard {
        Guard {
            provider: provider.id.clone(),
            secrets,
            max_bytes: provider.max_bytes.unwrap_or(MAX_BYTES),
            timeout: provider.timeout.map_or(TIMEOUT, |s| s.0),
            retries: provider.retries.unwrap_or(RETRIES),
            pause: PAUSE,
            permits: Semaphore::new(provider.concurrency.unwrap_or(CONCURRENCY).clamp(1, 1024)),
            limiter: provider.rate_limit.and_then(limiter),
            draws: AtomicU64::new(0),
        }
    }

    /// Makes attempts until one succeeds or none can help. A call that changes something is repeated only when the
    /// provider says that it did not happen.
    ///
    /// `ready` comes before each attempt and has a time limit of its own.
    pub(crate) async fn run<F, R>(
        &self,
        tool: &str,
        repeatable: bool,
        ready: impl Fn() -> R,
        attempt: impl Fn() -> F,
    ) -> Result<Value, Failure>
    where
        F: Future<Output = Result<Value, Failure>>,
        R: Future<Output = Result<(), Failure>>,
    {
        let mut failures = 0;
        loop {
            if let Some(limiter) = &self.limiter {
                limiter.until_ready().await;
            }
            let failure = {
                // A semaphore that is never closed always gives a permit in the end.
                let _permit = self.permits.acquire().await;
                match ready().await {
                    Err(failure) => failure,
                    Ok(()) => match timeout(self.timeout, attempt()).await {
                        Ok(Ok(value)) => return Ok(self.secrets.value(value)),
                        Ok(Err(failure)) => failure,
                        Err(_) => {
                            let message = format!("There was no answer within {} s.", self.timeout.as_secs_f64());
                            Failure::passing(ErrorKind::Timeout, message)
                        }
                    },
                }
            };
            let refused = failure.error.kind == ErrorKind::RateLimited;
            let pause = match failure.retry {
                _ if failures >= self.retries || !(repeatable || refused) => None,
                Retry::No => None,
                Retry::Yes => Some(self.backoff(tool, failures)),
                Retry::After(pause) => Some(pause).filter(|p| *p <= LONGEST_PAUSE),
            };
            let Some(pause) = pause else {
                return Err(self.named(tool, failure));
            };
            failures += 1;
            sleep(pause).await;
        }
    }

    fn backoff(&self, tool: &str, failures: u32) -> Duration {
        let whole = self.pause.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE);
        // Between half and all of it, so that callers that failed together do not come back together.
        let draw = self.draws.fetch_add(1, Ordering::Relaxed);
        let mut rng = Stream::new(draw, &["backoff", &self.provider, tool]);
        whole.mul_f64(0.5 + rng.unit() / 2.0)
    }

    /// The failure as callers see it: what is to blame is named, secrets are not.
    fn named(&self, tool: &str, mut failure: Failure) -> Failure {
        failure.error.message = self.secrets.message(&failure.error.message);
        if !failure.is_answer() {
            failure.error.message = format!("{} ({tool}): {}", self.provider, failure.error.message);
        }
        failure
    }
}

fn limiter(rate: Rate) -> Option<DefaultDirectRateLimiter> {
    let calls = NonZeroU32::new(rate.calls)?;
    let quota = Quota::with_period(rate.per / rate.calls)?.allow_burst(calls);
    Some(RateLimiter::direct(quota))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dive_tools::manifest::read;
    use serde_json::json;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;
    use tokio::time::Instant;

    fn guard(limits: &str) -> Guard {
        let text = format!("[provider]\nid = 'p'\ndomain = 'd'\nbackend = 'command'\n{limits}\n");
        Guard::new(&read("p.toml", &text).unwrap().provider, Secrets::new(["hunter22".to_string()]))
    }

    async fn up() -> Result<(), Failure> {
        Ok(())
    }

    fn down() -> Failure {
        Failure::passing(ErrorKind::Transport, "gone with hunter22")
    }

    #[tokio::test(start_paused = true)]
    async fn only_passing_failures_are_repeated_and_with_growing_pauses() {
        let g = guard("retries = 3");
        let times = Mutex::new(Vec::new());
        let begun = Instant::now();
        let attempt = || async {
            times.lock().unwrap().push(begun.elapsed());
            Err(down())
        };
        let error = g.run("t", true, up, attempt).await.unwrap_err().error;
        assert_eq!(error.message, "p (t): gone with [redacted]");
        let times = times.into_inner().unwrap();
        let pauses: Vec<u128> = times.windows(2).map(|w| (w[1] - w[0]).as_millis()).collect();
        assert_eq!(pauses.len(), 3);
        for (pause, whole) in pauses.iter().zip([200, 400, 800]) {
            assert!((whole / 2..=whole + 1).contains(pause), "{pauses:?}");
        }
        for (repeatable, failure) in [
            (false, down()),
            (true, Failure::answer(ErrorKind::NotFound, "no")),
            (true, Failure { error: down().error, retry: Retry::After(Duration::from_secs(3600)) }),
        ] {
            let calls = AtomicUsize::new(0);
            let attempt = || async {
                calls.fetch_add(1, Ordering::SeqCst);
                Err(failure.clone())
            };
            assert!(g.run("t", repeatable, up, attempt).await.is_err());
            assert_eq!(calls.load(Ordering::SeqCst), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn slow_answers_time_out_and_rates_are_kept() {
        let g = guard("timeout = '2s'\nretries = 1");
        let begun = Instant::now();
        let slow = || async {
            sleep(Duration::from_secs(60)).await;
            Ok(json!(1))
        };
        let failure = g.run("t", true, up, slow).await.unwrap_err();
        assert_eq!(failure.error.kind, ErrorKind::Timeout);
        assert!((4..5).contains(&begun.elapsed().as_secs()));
    }

    #[tokio::test]
    async fn never_more_at_once_than_allowed() {
        let g = guard("concurrency = 5");
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let attempt = || async {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(json!("hunter22"))
        };
        let results = futures::future::join_all((0..200).map(|_| g.run("t", true, up, attempt))).await;
        assert!(results.iter().all(|r| r.as_ref() == Ok(&json!("[redacted]"))));
        assert_eq!(most.load(Ordering::SeqCst), 5);
    }
}
