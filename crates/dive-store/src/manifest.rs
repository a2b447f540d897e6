//! `run.toml`: what a run was made from. Two runs are compatible when these agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use dive_core::canon;
use serde::{Deserialize, Serialize};

use crate::error::{Difference, StoreError};

/// Version of `run.toml`.
const VERSION: u32 = 1;
/// Longest setting, in bytes, that a difference spells out.
const LONGEST: usize = 80;

/// A half-open range of episodes, written `a..b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First episode.
    pub start: u64,
    /// One past the last.
    pub end: u64,
}

impl Span {
    /// The episodes.
    pub fn range(self) -> Range<u64> {
        self.start..self.end
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let parts = text.split_once("..").and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
        match parts {
            Some((start, end)) if start < end && end <= i64::MAX as u64 => Ok(Span { start, end }),
            Some(_) => Err(format!("`{text}` is an empty range")),
            None => Err(format!("`{text}` is not a range of episodes such as 0..1000")),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Span, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a run was made from: everything that can change an episode, and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this file.
    pub version: u32,
    /// The episodes of a run that only proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Span>,
    /// Fingerprints by name: `config`, `pool`, `world`, `schema` …
    pub fingerprints: BTreeMap<String, String>,
    /// The resolved settings.
    pub config: toml::Table,
}

impl Manifest {
    /// The manifest of these settings.
    pub fn new(config: toml::Table, fingerprints: BTreeMap<String, String>, range: Option<Span>) -> Manifest {
        Manifest { version: VERSION, range, fingerprints, config }
    }

    /// The file of a run.
    pub fn file(dir: &Path) -> PathBuf {
        dir.join("run.toml")
    }

    /// Reads the manifest of a run.
    ///
    /// # Errors
    /// There is no run, or its `run.toml` is damaged or of a later version.
    pub fn read(dir: &Path) -> Result<Manifest, StoreError> {
        let path = Manifest::file(dir);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Err(StoreError::Missing(dir.into()));
            }
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => {
                return Err(StoreError::Damaged { path, detail: "it is not text".into() });
            }
            Err(e) => return Err(StoreError::io(&path)(e)),
        };
        let table: toml::Table = text
            .parse()
            .map_err(|e: toml::de::Error| StoreError::Damaged { path: path.clone(), detail: e.message().into() })?;
        // The version is looked at first: a later one may have any other content.
        match table.get("version").and_then(toml::Value::as_integer) {
            Some(found) if found > VERSION.into() => {
                return Err(StoreError::Newer { path, found, known: VERSION.into() });
            }
            _ => {}
        }
        table.try_into().map_err(|e: toml::de::Error| StoreError::Damaged { path, detail: e.message().into() })
    }

    /// Writes it; the file is complete or absent, never half there.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), StoreError> {
        let path = Manifest::file(dir);
        let draft = dir.join("run.toml.tmp");
        let body = toml::to_string(self)
            .map_err(|e| StoreError::Damaged { path: path.clone(), detail: format!("unwritable settings: {e}") })?;
        let head = "# What this run was made from. `dive synth` compares it before it continues; do not edit.\n\n";
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&draft)?;
            file.write_all(head.as_bytes())?;
            file.write_all(body.as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, &path)
        };
        write().map_err(StoreError::io(&path))
    }

    /// Where `given` differs from this. A fingerprint of settings says nothing that the settings do not say.
    pub fn differences(&self, given: &Manifest) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut compare = |key: &str, stored: Option<String>, given: Option<String>| {
            if stored != given {
                let text = |v: Option<String>| v.unwrap_or_else(|| "unset".into());
                found.push(Difference { key: key.into(), stored: text(stored), given: text(given) });
            }
        };
        compare("range", self.range.map(|r| r.to_string()), given.range.map(|r| r.to_string()));
        let keys: BTreeSet<&String> = self.config.keys().chain(given.config.keys()).collect();
        for key in keys {
            let text = |m: &Manifest| m.config.get(key).map(toml::Value::to_string);
            let (stored, given) = (text(self), text(given));
            // A table of weights can be longer than anybody reads; that it differs must show all the same.
            let name = |t: String| if t.len() > LONGEST { format!("#{}", canon::hash(t.as_bytes())) } else { t };
            compare(key, stored.map(name), given.map(name));
        }
        let settled = self.config == given.config;
        let keys: BTreeSet<&String> = self.fingerprints.keys().chain(given.fingerprints.keys()).collect();
        for key in keys.into_iter().filter(|k| settled || k.as_str() != "config") {
            compare(key, self.fingerprints.get(key).cloned(), given.fingerprints.get(key).cloned());
        }
        found
    }
}
