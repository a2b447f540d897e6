//! The one place of this crate that reads the clock: entries carry their age, which only freshness looks at.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
pub(crate) type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The system's clock.
#[expect(clippy::disallowed_methods, reason = "the age of an entry; no content depends on it")]
pub(crate) fn system() -> Clock {
    Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()))
}
