//! Which rollout a request belongs to.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Name of the cookie.
pub const COOKIE: &str = "dive_session";

/// Open sessions: key to task.
pub struct Sessions {
    most: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    tick: u64,
    open: HashMap<String, (String, u64)>,
}

impl Sessions {
    pub fn new(most: usize) -> Sessions {
        Sessions { most: most.max(1), inner: Mutex::default() }
    }

    /// Opens a session for a task. Its key cannot be guessed.
    pub fn open(&self, task: &str) -> Result<String, String> {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).map_err(|e| format!("the system gives no randomness: {e}"))?;
        let key: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let mut inner = self.lock();
        inner.tick += 1;
        let tick = inner.tick;
        inner.open.insert(key.clone(), (task.into(), tick));
        if inner.open.len() > self.most {
            // A tenth at once, so that a full table is not searched for every newcomer.
            let mut ticks: Vec<u64> = inner.open.values().map(|(_, t)| *t).collect();
            ticks.sort_unstable();
            let oldest = ticks.get(self.most / 10).copied().unwrap_or(0);
            inner.open.retain(|_, (_, t)| *t > oldest);
        }
        Ok(key)
    }

    /// The task of a session.
    pub fn task(&self, key: &str) -> Option<String> {
        let mut inner = self.lock();
        inner.tick += 1;
        let tick = inner.tick;
        let (task, used) = inner.open.get_mut(key)?;
        *used = tick;
        Some(task.clone())
    }

    /// Ends a session.
    pub fn close(&self, key: &str) {
        self.lock().open.remove(key);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.lock().open.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The session key in a `Cookie` header.
pub fn key(header: &str) -> Option<&str> {
    header.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_bounded_and_the_idle_ones_go_first() {
        let sessions = Sessions::new(100);
        let keys: Vec<String> = (0..100).map(|i| sessions.open(&format!("t{i}")).unwrap()).collect();
        assert_eq!(sessions.task(&keys[0]).as_deref(), Some("t0"));
        sessions.open("late").unwrap();
        assert!(sessions.count() <= 100);
        assert_eq!(sessions.task(&keys[0]).as_deref(), Some("t0"), "it was used");
        assert_eq!(sessions.task(&keys[1]), None);
        assert_eq!(key(&format!("a=b; {COOKIE}=xyz; c=d")), Some("xyz"));
        assert_eq!(key("other_dive_session=xyz"), None);
    }
}
