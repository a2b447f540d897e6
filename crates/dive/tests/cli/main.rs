//! The command line as the unit under test.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests and examples print, wait and start processes"
)]

mod errors;
mod foreign;
mod help;
mod hybrid;
mod models;
mod outside;
mod pool;
mod runs;
mod shown;
mod solving;
mod training;
mod trouble;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use serde_json::Value;

/// A working directory of its own, removed with its owner.
pub(crate) struct Place(PathBuf);

impl Place {
    pub fn new() -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dive-cli-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Place(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The program with these words, separated by blanks.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dive"));
        command.args(words.split_whitespace()).current_dir(&self.0);
        // Worlds are made once for all tests, and not in the tester's home.
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        command
    }

    pub fn dive(&self, words: &str) -> Output {
        self.command(words).output().unwrap()
    }

    /// What a command that must fail says; it prints nothing on stdout and exits with 1 or 2.
    pub fn refused(&self, words: &str) -> String {
        let output = self.dive(words);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(matches!(output.status.code(), Some(1 | 2)), "{words}: {:?} {text}", output.status);
        assert!(output.stdout.is_empty(), "{words}");
        assert!(!text.contains("panicked"), "{words}: {text}");
        text.replace(&self.0.display().to_string(), "PLACE")
    }

    /// The object that a command prints with `--json`.
    pub fn json(&self, words: &str) -> Value {
        let output = self.dive(&format!("{words} --json"));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(stdout.lines().count(), 1, "{words}: {stdout} {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&stdout).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
