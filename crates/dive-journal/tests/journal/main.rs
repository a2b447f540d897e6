//! The journal as its callers use it: many at once, killed, replayed.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests print, wait and start processes")]
#![allow(missing_docs)]

mod cost;
mod kill;
mod modes;
mod once;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use dive_journal::{Key, Kind, Record};
use serde_json::json;

/// A directory of this test alone, removed at the end.
pub struct Dir(pub PathBuf);

pub fn dir(name: &str) -> Dir {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("dive-journal-{name}-{}-{n}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    Dir(path)
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn key(n: u32) -> Key {
    Key::new(Kind::ToolCall, json!({"tool": "test", "args": {"n": n}}))
}

pub fn answer(text: &str) -> Result<Record, String> {
    Ok(Record::new(json!({ "text": text })))
}
