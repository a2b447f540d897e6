//! Tools that others run, and the journal of what they answered: what can be chosen about them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, ensure};
use clap::{Args, ValueEnum};
use dive_core::sem::Sem;
use dive_core::tool::pluralise;
use dive_journal::{Journal, Mode};
use dive_tools::EntityType;
use serde::{Deserialize, Serialize};

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
    /// Ask about tools whose answers change by the moment, too: who uses the tasks has to replay the run's journal.
    #[arg(long)]
    pub pinned: bool,
    /// Names to ask about: lines `entity: name`, or one JSON object a line; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub seeds: Vec<PathBuf>,
}

impl Outside {
    /// These, completed by those of the settings file.
    pub fn or(&self, file: &Outside) -> Outside {
        Outside {
            manifests: if self.manifests.is_empty() { file.manifests.clone() } else { self.manifests.clone() },
            allow_mutating: self.allow_mutating || file.allow_mutating,
            unverified: self.unverified || file.unverified,
            only_tools: self.only_tools || file.only_tools,
            pinned: self.pinned || file.pinned,
            seeds: if self.seeds.is_empty() { file.seeds.clone() } else { self.seeds.clone() },
        }
    }
}

/// A name that tasks may start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Type of the entity, as in `entity:city`.
    pub entity: String,
    /// Its name.
    pub name: String,
    /// What one is called, where the type does not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub noun: String,
    /// What several are called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plural: String,
    /// Its domain.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub domain: String,
}

/// The entities of files of seeds.
pub fn seeds(files: &[PathBuf]) -> Result<Vec<EntityType>> {
    let mut types: BTreeMap<String, EntityType> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|e| anyhow!("{} cannot be read: {e}", file.display()))?;
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty() && !l.starts_with('#')) {
            let seed = seed(line).map_err(|e| anyhow!("{}:{}: {e}", file.display(), i + 1))?;
            let noun = if seed.noun.is_empty() { seed.entity.replace('_', " ") } else { seed.noun };
            let of = types.entry(seed.entity.clone()).or_insert_with(|| EntityType {
                name: seed.entity,
                plural: if seed.plural.is_empty() { pluralise(&noun) } else { seed.plural },
                noun,
                domain: if seed.domain.is_empty() { "general".into() } else { seed.domain },
                ..EntityType::default()
            });
            if !of.names.contains(&seed.name) {
                of.names.push(seed.name);
            }
        }
    }
    Ok(types.into_values().collect())
}

fn seed(line: &str) -> Result<Seed> {
    let seed = if line.trim_start().starts_with('{') {
        serde_json::from_str(line)?
    } else {
        let (entity, name) = line.split_once(':').context("expected `entity: name` or a JSON object")?;
        let (entity, name) = (entity.trim().to_string(), name.trim().to_string());
        Seed { entity, name, noun: String::new(), plural: String::new(), domain: String::new() }
    };
    ensure!(format!("entity:{}", seed.entity).parse::<Sem>().is_ok(), "`{}` is not a type of entity", seed.entity);
    ensure!(!seed.name.is_empty(), "the name is missing");
    Ok(seed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_come_as_text_and_as_json() {
        let text = seed("city:  Bad Ems ").unwrap();
        assert_eq!((text.entity.as_str(), text.name.as_str()), ("city", "Bad Ems"));
        assert_eq!(seed(r#"{"entity": "city", "name": "Bad Ems"}"#).unwrap(), text);
        for bad in
            ["no colon", "Big City: x", "city:", r#"{"entity": "city"}"#, r#"{"entity": "city", "name": "x", "n": 1}"#]
        {
            assert!(seed(bad).is_err(), "{bad}");
        }
    }
}
