//! Tools that others run, and the journal of what they answered: what can be chosen about them.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use dive_journal::{Journal, Mode};
use serde::Deserialize;

/// Tools that others run, as flags and as the section `[tools]` of the settings file.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outside {
    /// Manifests of tools that others run, or folders of them; may be given several times.
    #[arg(long = "tools", value_name = "PATH")]
    pub manifests: Vec<PathBuf>,
    /// Use tools that may change something, too.
    #[arg(long)]
    pub allow_mutating: bool,
    /// Use tools that are not verified, too.
    #[arg(long)]
    pub unverified: bool,
    /// Leave the embedded tools out.
    #[arg(long)]
    pub only_tools: bool,
}

impl Outside {
    /// These, completed by those of the settings file.
    pub fn or(&self, file: &Outside) -> Outside {
        Outside {
            manifests: if self.manifests.is_empty() { file.manifests.clone() } else { self.manifests.clone() },
            allow_mutating: self.allow_mutating || file.allow_mutating,
            unverified: self.unverified || file.unverified,
            only_tools: self.only_tools || file.only_tools,
        }
    }
}

/// Where answers of tools that others run come from.
#[derive(Debug, Clone, Default, Args)]
pub struct Journaling {
    /// Ask and record, replay what was recorded, or replay where it is fresh enough and ask otherwise
    /// [default: record].
    #[arg(long, value_name = "MODE", value_enum)]
    pub journal: Option<JournalMode>,
    /// Take recorded answers from this run.
    #[arg(long, value_name = "RUN")]
    pub journal_from: Option<String>,
}

/// Modes of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum JournalMode {
    /// Ask once, record, then serve from the record.
    Record,
    /// Recorded answers only.
    Replay,
    /// Recorded answers where they are fresh enough, else ask.
    ReplayOrLive,
}

impl Journaling {
    /// Opens the journal of the run in `dir`.
    pub fn open(&self, dir: &std::path::Path, source: Option<PathBuf>) -> Result<Arc<Journal>> {
        let mode = match (self.journal, &source) {
            (Some(JournalMode::Record), _) | (None, None) => Mode::Record,
            (Some(JournalMode::Replay), _) => Mode::Replay,
            (Some(JournalMode::ReplayOrLive), _) | (None, Some(_)) => Mode::ReplayOrLive,
        };
        let mut opening = Journal::opening(dir, mode);
        if let Some(source) = source {
            opening = opening.source(source);
        }
        Ok(Arc::new(opening.open()?))
    }
}

/// A journal that keeps nothing, for looking at tools and serving them.
pub fn live() -> Result<Arc<Journal>> {
    Ok(Arc::new(Journal::open(std::env::temp_dir(), Mode::Live).map_err(|e| anyhow!(e))?))
}
