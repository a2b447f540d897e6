//! Tools that others run, against servers and programs that behave as badly as real ones.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests start servers, wait and print")]
#![allow(missing_docs)]

mod http;
mod mcp;
mod probe;
mod programs;
mod replay;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dive_connect::{ConnectError, Options, Toolbox};
use dive_core::evidence::Outcome;
use dive_core::tool::{ErrorKind, ToolError};
use dive_journal::{Journal, Mode};
use dive_tools::{Entities, ToolPool};
use serde_json::Value;

/// A directory of this test alone, removed at the end.
pub struct Dir(pub PathBuf);

pub fn dir(name: &str) -> Dir {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("dive-connect-{name}-{}-{n}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    Dir(path)
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Dir {
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

pub fn open_with(journal: Journal, manifests: &[&Path], mutating: bool) -> Result<Toolbox, ConnectError> {
    let empty = ToolPool::new([], Entities::default()).unwrap();
    let options = Options {
        journal: Arc::new(journal),
        mutating,
        unverified: true,
        verified: Default::default(),
        learned: Default::default(),
        pinned: false,
    };
    Toolbox::open(empty, &manifests.iter().map(|p| p.to_path_buf()).collect::<Vec<_>>(), &options)
}

/// Tools whose answers are not kept.
pub fn live(manifest: &Path) -> Toolbox {
    open_with(Journal::open("nowhere", Mode::Live).unwrap(), &[manifest], true).unwrap()
}

/// A call from a plain thread.
pub fn call(toolbox: &Toolbox, name: &str, args: Value) -> Result<Value, ToolError> {
    match toolbox.pool().call(name, args.as_object().unwrap()) {
        Outcome::Value { value, .. } => Ok(value),
        Outcome::Error { error } => Err(error),
    }
}

pub fn refused(toolbox: &Toolbox, name: &str, args: Value, kind: ErrorKind, words: &str) {
    let error = call(toolbox, name, args).expect_err("a failure");
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.message.contains(words), "{error}");
}
