//! Calls under way: the first caller of a key makes the call, the others wait for its result.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::journal::Entry;
use crate::key::Hash;

/// A result as handed to those who waited; the failure is a `Failed<E>` of the caller's own `E`.
pub(crate) type Shared = Result<Entry, Arc<dyn Any + Send + Sync>>;

#[derive(Default)]
pub(crate) struct Flights(Arc<Mutex<HashMap<Hash, Vec<oneshot::Sender<Shared>>>>>);

/// Whose turn it is.
pub(crate) enum Turn {
    /// The caller's; everybody else waits for it.
    Lead(Lead),
    /// Somebody else's. The channel closes without a result when that caller gave up.
    Wait(oneshot::Receiver<Shared>),
}

impl Flights {
    pub(crate) fn turn(&self, key: &Hash) -> Turn {
        let mut flights = lock(&self.0);
        if let Some(waiting) = flights.get_mut(key) {
            let (sender, receiver) = oneshot::channel();
            waiting.push(sender);
            return Turn::Wait(receiver);
        }
        flights.insert(*key, Vec::new());
        Turn::Lead(Lead { flights: Arc::clone(&self.0), key: *key, done: false })
    }
}

/// The right to make the call of a key. Dropped without a result, it passes on to one of those who wait.
pub(crate) struct Lead {
    flights: Arc<Mutex<HashMap<Hash, Vec<oneshot::Sender<Shared>>>>>,
    key: Hash,
    done: bool,
}

impl Lead {
    /// Hands the result to those who wait.
    pub(crate) fn finish(mut self, result: impl Fn() -> Shared) {
        // From here on the key may have another leader.
        self.done = true;
        let waiting = lock(&self.flights).remove(&self.key).unwrap_or_default();
        for waiter in waiting {
            let _ = waiter.send(result());
        }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if !self.done {
            // Their channels close, and each asks again whose turn it is.
            lock(&self.flights).remove(&self.key);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
