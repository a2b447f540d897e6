//! The entries met last, in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::journal::Entry;
use crate::key::Hash;

/// Bytes of stored JSON that one generation keeps.
const GENERATION: usize = 32 << 20;

/// Two generations: what was not asked for while the young one filled up is forgotten. Cheaper than an exact order of
/// use, and as good where episodes ask again within minutes.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<Hash, (Entry, usize)>,
    old: HashMap<Hash, (Entry, usize)>,
    bytes: usize,
}

impl Cache {
    pub(crate) fn get(&self, key: &Hash) -> Option<Entry> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((entry, _)) = all.young.get(key) {
            return Some(entry.clone());
        }
        let (entry, size) = all.old.remove(key)?;
        all.keep(*key, entry.clone(), size);
        Some(entry)
    }

    pub(crate) fn put(&self, key: Hash, entry: Entry, size: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keep(key, entry, size);
    }
}

impl Generations {
    fn keep(&mut self, key: Hash, entry: Entry, size: usize) {
        // What a map needs for an entry beside its content.
        let size = size + 200;
        if self.bytes + size > GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += size;
        self.young.insert(key, (entry, size));
    }
}
