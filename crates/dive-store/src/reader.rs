//! Reading a run, beside its writer if there is one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dive_core::tool::ToolSpec;
use dive_synth::Candidate;
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Deserialize, Serialize};

use crate::codec;
use crate::db;
use crate::error::StoreError;
use crate::manifest::{Manifest, Span};

/// The numbers of a run: `episodes = accepted + rejected + failed + pending`, always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Tasks wanted; none for a run that only proposes.
    pub count: Option<u64>,
    /// Episodes that count.
    pub episodes: u64,
    /// Tasks of the dataset.
    pub accepted: u64,
    /// Rejections by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Episodes whose infrastructure failed for good.
    pub failed: u64,
    /// Proposed tasks that wait for admission.
    pub pending: u64,
    /// Recorded episodes past the cut, used when more tasks are wanted.
    pub surplus: u64,
    /// Digest over the digests of the accepted tasks' canonical JSON, in index order.
    pub digest: Option<String>,
}

impl Summary {
    /// All rejections.
    pub fn rejections(&self) -> u64 {
        self.rejected.values().sum()
    }
}

/// A recorded episode with its JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its index.
    pub episode: u64,
    /// Why it is not in the dataset; empty for tasks that are or may be.
    pub reason: String,
    /// Whether the JSON is a task; otherwise it is a rejection.
    pub is_task: bool,
    /// Digest of the JSON, recorded when it was made.
    pub digest: Option<Vec<u8>>,
    /// What admission looked at.
    pub candidate: Option<Candidate>,
    /// The JSON of the task or rejection.
    pub json: String,
}

/// Which episodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The tasks of the dataset; in a run that only proposes, all that are pending.
    Tasks,
    /// What was rejected, by the engine or by admission; of one reason, or all.
    Rejected(Option<String>),
}

impl Which {
    fn condition(&self) -> &'static str {
        match self {
            Which::Tasks => "e.status = 'task' AND (e.verdict = 'accepted' OR (SELECT count FROM state) IS NULL)",
            Which::Rejected(_) => {
                "(e.verdict <> 'accepted' OR e.status = 'rejected' AND
                    (e.episode < (SELECT cut FROM state) OR (SELECT count FROM state) IS NULL))
                 AND (?1 IS NULL OR coalesce(e.verdict, e.reason) = ?1)"
            }
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Which::Tasks => None,
            Which::Rejected(reason) => reason.as_deref(),
        }
    }
}

/// A run, open for reading.
#[derive(Debug)]
pub struct Run {
    dir: PathBuf,
    file: PathBuf,
    db: Connection,
    version: i64,
    manifest: Manifest,
}

impl Run {
    /// Opens the run at `dir`.
    ///
    /// # Errors
    /// There is none, or it is damaged or of a later version.
    pub fn open(dir: &Path) -> Result<Run, StoreError> {
        let manifest = Manifest::read(dir)?;
        let file = db::file(dir);
        let (db, version) = db::open_reader(&file)?;
        Ok(Run { dir: dir.into(), file, db, version, manifest })
    }

    /// The run's directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the run was made from.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The numbers of the run.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn summary(&self) -> Result<Summary, StoreError> {
        summary(&self.db, &self.manifest).map_err(self.err())
    }

    /// Specifications of the run's tools, by name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn tools(&self) -> Result<Vec<ToolSpec>, StoreError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut select = self.db.prepare("SELECT spec FROM tool ORDER BY name")?;
            select.query_map([], |row| row.get(0))?.collect()
        };
        let specs = read().map_err(self.err())?;
        specs
            .iter()
            .map(|s| serde_json::from_str(s).map_err(|e| self.damaged(format!("a tool is malformed: {e}"))))
            .collect()
    }

    /// Shows episodes to `visit` one by one in index order, as of one moment, until it fails.
    ///
    /// # Errors
    /// The store cannot be read, or `visit` fails.
    pub fn each<E: From<StoreError>>(
        &self,
        which: &Which,
        mut visit: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("{SELECT} WHERE {} AND ?1 IS ?1 ORDER BY e.episode", which.condition());
        let mut select = self.db.prepare(&sql).map_err(self.err())?;
        let mut rows = select.query([which.reason()]).map_err(self.err())?;
        while let Some(row) = rows.next().map_err(self.err())? {
            visit(self.entry(raw(row).map_err(self.err())?)?)?;
        }
        Ok(())
    }

    /// The same from an episode on: what a reader beside the writer has not seen yet.
    ///
    /// # Errors
    /// The store cannot be read, or `visit` fails.
    pub fn each_from<E: From<StoreError>>(
        &self,
        which: &Which,
        first: u64,
        mut visit: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("{SELECT} WHERE {} AND ?1 IS ?1 AND e.episode >= ?2 ORDER BY e.episode", which.condition());
        let mut select = self.db.prepare(&sql).map_err(self.err())?;
        let mut rows = select.query((which.reason(), first as i64)).map_err(self.err())?;
        while let Some(row) = rows.next().map_err(self.err())? {
            visit(self.entry(raw(row).map_err(self.err())?)?)?;
        }
        Ok(())
    }

    /// The first episode without a verdict; in a run that only proposes, one past the last recorded.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn decided(&self) -> Result<u64, StoreError> {
        let sql = match self.manifest.range {
            None => "SELECT cut FROM state",
            Some(_) => "SELECT coalesce(max(episode) + 1, 0) FROM episode",
        };
        self.db.query_row(sql, [], |r| r.get::<_, i64>(0)).map(|n| n as u64).map_err(self.err())
    }

    /// A recorded episode.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn episode(&self, episode: u64) -> Result<Option<Entry>, StoreError> {
        let sql = format!("{SELECT} WHERE e.episode = ?1 AND b.json IS NOT NULL");
        let found = self
            .db
            .prepare(&sql)
            .and_then(|mut s| s.query_row([episode as i64], raw).optional())
            .map_err(self.err())?;
        found.map(|r| self.entry(r)).transpose()
    }

    /// The `index`-th of these episodes, from 0.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn nth(&self, which: &Which, index: u64) -> Result<Option<Entry>, StoreError> {
        let sql = format!("{SELECT} WHERE {} AND ?1 IS ?1 ORDER BY e.episode LIMIT 1 OFFSET ?2", which.condition());
        let found = self
            .db
            .prepare(&sql)
            .and_then(|mut s| s.query_row((which.reason(), index as i64), raw).optional())
            .map_err(self.err())?;
        found.map(|r| self.entry(r)).transpose()
    }

    /// The task of that id, whether in the dataset or not.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn by_id(&self, id: &str) -> Result<Option<Entry>, StoreError> {
        let sql = format!("{SELECT} WHERE e.id = ?1 ORDER BY e.episode LIMIT 1");
        let found = self.db.prepare(&sql).and_then(|mut s| s.query_row([id], raw).optional()).map_err(self.err())?;
        found.map(|r| self.entry(r)).transpose()
    }

    /// How many of these episodes there are.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn count(&self, which: &Which) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM episode e WHERE {} AND ?1 IS ?1", which.condition());
        self.db.query_row(&sql, [which.reason()], |r| r.get::<_, i64>(0)).map(|n| n as u64).map_err(self.err())
    }

    /// An episode whose infrastructure failed for good, and what it said.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn last_failure(&self) -> Result<Option<(u64, String)>, StoreError> {
        let sql = "SELECT episode, reason FROM episode WHERE status = 'failed' ORDER BY episode DESC LIMIT 1";
        self.db
            .query_row(sql, [], |r| {
                Ok((r.get::<_, i64>(0)? as u64, r.get::<_, Option<String>>(1)?.unwrap_or_default()))
            })
            .optional()
            .map_err(self.err())
    }

    /// Lets SQLite check every page of the file.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn check(&self) -> Result<(), StoreError> {
        let found: String = self.db.query_row("PRAGMA quick_check(1)", [], |r| r.get(0)).map_err(self.err())?;
        if found == "ok" { Ok(()) } else { Err(self.damaged(found)) }
    }

    /// The episodes that this run has without a gap.
    pub(crate) fn covered(&self) -> Result<Span, StoreError> {
        let cut: i64 = self.db.query_row("SELECT cut FROM state", [], |r| r.get(0)).map_err(self.err())?;
        let Some(span) = self.manifest.range else {
            return Ok(Span { start: 0, end: cut as u64 });
        };
        let present: i64 = self
            .db
            .query_row("SELECT count(*) FROM episode WHERE episode >= ?1", [span.start as i64], |r| r.get(0))
            .map_err(self.err())?;
        match (span.end - span.start).saturating_sub(present as u64) {
            0 => Ok(span),
            missing => Err(StoreError::Ranges(format!(
                "{} is not finished: {missing} of the episodes {span} are missing (the command that made it continues it)",
                self.dir.display()
            ))),
        }
    }

    /// The connection, and whether the file is new enough to have rollouts.
    pub(crate) fn rollouts_in(&self) -> (&Connection, &Path, bool) {
        (&self.db, &self.file, self.version >= db::WITH_ROLLOUTS)
    }

    fn err(&self) -> impl Fn(rusqlite::Error) -> StoreError + '_ {
        StoreError::sql(&self.file)
    }

    fn damaged(&self, detail: String) -> StoreError {
        StoreError::Damaged { path: self.file.clone(), detail }
    }

    fn entry(&self, raw: Raw) -> Result<Entry, StoreError> {
        let body = raw.body.as_deref().and_then(codec::unpack);
        let json = body.ok_or_else(|| self.damaged(format!("episode {} is unreadable", raw.episode)))?;
        let candidate = raw.candidate.map(|c| serde_json::from_str(&c)).transpose();
        Ok(Entry {
            episode: raw.episode as u64,
            reason: raw.reason.unwrap_or_default(),
            is_task: raw.status == "task",
            digest: raw.digest,
            candidate: candidate.map_err(|e| self.damaged(format!("episode {}: {e}", raw.episode)))?,
            json,
        })
    }
}

const SELECT: &str = "SELECT e.episode, e.status, coalesce(nullif(e.verdict, 'accepted'), e.reason), e.digest, \
                      e.candidate, b.json FROM episode e LEFT JOIN body b ON b.episode = e.episode";

struct Raw {
    episode: i64,
    status: String,
    reason: Option<String>,
    digest: Option<Vec<u8>>,
    candidate: Option<String>,
    body: Option<Vec<u8>>,
}

fn raw(row: &rusqlite::Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        episode: row.get(0)?,
        status: row.get(1)?,
        reason: row.get(2)?,
        digest: row.get(3)?,
        candidate: row.get(4)?,
        body: row.get(5)?,
    })
}

/// Counts what is recorded, in one look.
pub(crate) fn summary(db: &Connection, manifest: &Manifest) -> rusqlite::Result<Summary> {
    let tx = db.unchecked_transaction()?;
    let (count, cut): (Option<i64>, i64) =
        tx.query_row("SELECT count, cut FROM state", [], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let proposes = manifest.range.is_some();
    let mut summary = Summary { count: count.map(|n| n as u64), ..Summary::default() };
    let mut groups = tx.prepare(
        "SELECT status, verdict, CASE status WHEN 'rejected' THEN reason END, count(*)
         FROM episode WHERE ?1 OR episode < ?2 GROUP BY 1, 2, 3",
    )?;
    let mut rows = groups.query((proposes, cut))?;
    while let Some(row) = rows.next()? {
        let (status, verdict, reason): (String, Option<String>, Option<String>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let n = row.get::<_, i64>(3)? as u64;
        summary.episodes += n;
        match (status.as_str(), verdict.or(reason)) {
            ("failed", _) => summary.failed += n,
            ("task", Some(v)) if v == "accepted" => summary.accepted += n,
            (_, Some(reason)) => *summary.rejected.entry(reason).or_default() += n,
            (_, None) => summary.pending += n,
        }
    }
    if !proposes {
        summary.surplus =
            tx.query_row("SELECT count(*) FROM episode WHERE episode >= ?1", [cut], |r| r.get::<_, i64>(0))? as u64;
        let mut hasher = blake3::Hasher::new();
        let mut digests = tx.prepare("SELECT digest FROM episode WHERE verdict = 'accepted' ORDER BY episode")?;
        let mut rows = digests.query([])?;
        while let Some(row) = rows.next()? {
            hasher.update(row.get_ref(0)?.as_blob()?);
        }
        summary.digest = Some(hasher.finalize().to_hex().to_string());
    }
    Ok(summary)
}
