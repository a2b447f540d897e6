//! The one writer of a run.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use dive_core::tool::ToolSpec;
use dive_synth::Candidate;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::codec::Row;
use crate::db;
use crate::error::StoreError;
use crate::fold::{Fold, Verdict};
use crate::manifest::Manifest;
use crate::reader::{self, Summary};

/// Writes a run. While it lives, no other process can.
#[derive(Debug)]
pub struct Writer {
    dir: PathBuf,
    file: PathBuf,
    db: Connection,
    manifest: Manifest,
    /// Held, never read: closing the file gives the lock back, and so does the death of the process.
    _lock: File,
}

impl Writer {
    /// Opens the run at `dir` to continue it, or starts it there.
    ///
    /// # Errors
    /// Another writer, other settings, a damaged or later store, a place that cannot be written.
    pub fn open(dir: &Path, manifest: Manifest, tools: &[&ToolSpec]) -> Result<Writer, StoreError> {
        // Nothing is created beside a run that cannot be continued.
        let stored = match Manifest::read(dir) {
            Ok(stored) => Some(stored),
            Err(StoreError::Missing(_)) => None,
            Err(other) => return Err(other),
        };
        if let Some(stored) = &stored {
            let differences = stored.differences(&manifest);
            if !differences.is_empty() {
                return Err(StoreError::Changed { path: dir.into(), differences });
            }
        }
        fs::create_dir_all(dir).map_err(StoreError::io(dir))?;
        let lock = lock(dir)?;
        let file = db::file(dir);
        if stored.is_some() {
            // An empty database would silently start over.
            drop(db::open_reader(&file)?);
        }
        let mut db = db::open_writer(&file)?;
        if stored.is_none() {
            start(&mut db, dir, &file, &manifest, tools)?;
        }
        Ok(Writer { dir: dir.into(), file, db, manifest, _lock: lock })
    }

    /// Opens the run at `dir` to add to what is there, with the settings it was made with.
    ///
    /// # Errors
    /// There is no run, or as for [`open`](Self::open).
    pub fn existing(dir: &Path) -> Result<Writer, StoreError> {
        Writer::open(dir, Manifest::read(dir)?, &[])
    }

    /// The connection.
    pub(crate) fn connection(&mut self) -> (&mut Connection, &Path) {
        (&mut self.db, &self.file)
    }

    /// The run's directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the run is made from.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The numbers of the run.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn summary(&self) -> Result<Summary, StoreError> {
        reader::summary(&self.db, &self.manifest).map_err(StoreError::sql(&self.file))
    }

    /// Replays the recorded episodes through `fold` as far as they go, and corrects their verdicts.
    pub(crate) fn refold(&mut self, fold: &mut Fold) -> Result<(), StoreError> {
        let err = StoreError::sql(&self.file);
        let wanted = fold.wanted().map(|n| n as i64);
        let tx = self.db.transaction().map_err(&err)?;
        let mut changed: Vec<(u64, Option<String>)> = Vec::new();
        {
            let mut select = tx
                .prepare("SELECT episode, candidate, verdict FROM episode WHERE episode >= ?1 ORDER BY episode")
                .map_err(&err)?;
            let mut rows = select.query([fold.next() as i64]).map_err(&err)?;
            while fold.end().is_none()
                && let Some(row) = rows.next().map_err(&err)?
            {
                let read = || -> rusqlite::Result<(i64, Option<String>, Option<String>)> {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                };
                let (episode, candidate, stored) = read().map_err(&err)?;
                if episode as u64 != fold.next() {
                    break;
                }
                let candidate = parse_candidate(candidate, &self.file)?;
                let verdict = fold.decide(candidate.as_ref()).text();
                if verdict != stored {
                    changed.push((episode as u64, verdict));
                }
            }
        }
        {
            let mut update = tx.prepare("UPDATE episode SET verdict = ?2 WHERE episode = ?1").map_err(&err)?;
            for (episode, verdict) in changed {
                update.execute(params![episode as i64, verdict]).map_err(&err)?;
            }
        }
        let cut = fold.next() as i64;
        tx.execute("UPDATE episode SET verdict = NULL WHERE episode >= ?1 AND verdict IS NOT NULL", [cut])
            .map_err(&err)?;
        tx.execute("UPDATE state SET count = ?1, cut = ?2", params![wanted, cut]).map_err(&err)?;
        tx.commit().map_err(&err)
    }

    /// Recorded episodes from `from` on.
    pub(crate) fn present(&self, from: u64) -> Result<BTreeSet<u64>, StoreError> {
        let read = || -> rusqlite::Result<BTreeSet<u64>> {
            let mut select = self.db.prepare("SELECT episode FROM episode WHERE episode >= ?1")?;
            select.query_map([from as i64], |row| row.get::<_, i64>(0).map(|e| e as u64))?.collect()
        };
        read().map_err(StoreError::sql(&self.file))
    }

    /// The candidate of a recorded episode, if it has a task.
    pub(crate) fn candidate(&self, episode: u64) -> Result<Option<Candidate>, StoreError> {
        let text: Option<Option<String>> = self
            .db
            .prepare_cached("SELECT candidate FROM episode WHERE episode = ?1")
            .and_then(|mut s| s.query_row([episode as i64], |row| row.get(0)).optional())
            .map_err(StoreError::sql(&self.file))?;
        parse_candidate(text.flatten(), &self.file)
    }

    /// Sets the verdict of a recorded episode, within a batch.
    pub(crate) fn judge(&self, episode: u64, verdict: Verdict) -> Result<(), StoreError> {
        self.db
            .prepare_cached("UPDATE episode SET verdict = ?2 WHERE episode = ?1")
            .and_then(|mut s| s.execute(params![episode as i64, verdict.text()]))
            .map_err(StoreError::sql(&self.file))?;
        Ok(())
    }

    /// Records an episode, within a batch.
    pub(crate) fn insert(&self, episode: u64, row: &Row, verdict: Verdict) -> Result<(), StoreError> {
        let (status, reason, attempts, id, digest, candidate, body) = match row {
            Row::Task { id, candidate, digest, body } => {
                let candidate = serde_json::to_string(candidate).ok();
                ("task", None, 1, Some(id), Some(digest.as_slice()), candidate, Some(body))
            }
            Row::Rejected { reason, body } => ("rejected", Some(reason.name()), 1, None, None, None, Some(body)),
            Row::Failed { attempts, message } => ("failed", Some(message.clone()), *attempts, None, None, None, None),
        };
        let write =
            || -> rusqlite::Result<()> {
                self.db.prepare_cached("INSERT INTO episode VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(
                    params![episode as i64, status, reason, verdict.text(), attempts, id, digest, candidate],
                )?;
                if let Some(body) = body {
                    self.db
                        .prepare_cached("INSERT INTO body VALUES (?1, ?2)")?
                        .execute(params![episode as i64, body])?;
                }
                Ok(())
            };
        write().map_err(StoreError::sql(&self.file))
    }

    /// Copies every episode of another run's file that is not here yet.
    pub(crate) fn absorb(&mut self, other: &Path) -> Result<(), StoreError> {
        let path = other.to_string_lossy();
        self.db.execute("ATTACH DATABASE ?1 AS other", [path.as_ref()]).map_err(StoreError::sql(other))?;
        let copied = self.db.execute_batch(
            "BEGIN IMMEDIATE;
             INSERT OR IGNORE INTO main.body SELECT * FROM other.body;
             INSERT OR IGNORE INTO main.episode
                 SELECT episode, status, reason, NULL, attempts, id, digest, candidate FROM other.episode;
             COMMIT;",
        );
        if copied.is_err() {
            let _ = self.db.execute_batch("ROLLBACK");
        }
        let _ = self.db.execute_batch("DETACH DATABASE other");
        copied.map_err(StoreError::sql(&self.file))
    }

    /// Opens a batch: everything until [`commit`](Self::commit) is recorded together or not at all.
    pub(crate) fn begin(&self) -> Result<(), StoreError> {
        self.db.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::sql(&self.file))
    }

    /// Records the batch with the fold's position.
    pub(crate) fn commit(&self, cut: u64) -> Result<(), StoreError> {
        self.db
            .prepare_cached("UPDATE state SET cut = ?1")
            .and_then(|mut s| s.execute([cut as i64]))
            .and_then(|_| self.db.execute_batch("COMMIT"))
            .map_err(StoreError::sql(&self.file))
    }

    /// Says that the run has all its tasks.
    pub(crate) fn close_at(&self, count: u64) -> Result<(), StoreError> {
        let closed = self.db.execute("UPDATE state SET count = ?1", [count as i64]);
        closed.map(|_| ()).map_err(StoreError::sql(&self.file))
    }

    /// Drops the batch after a failure.
    pub(crate) fn rollback(&self) {
        let _ = self.db.execute_batch("ROLLBACK");
    }

    /// Makes everything recorded safe against power loss, and empties the log.
    pub(crate) fn finish(&self) -> Result<(), StoreError> {
        let write = || -> rusqlite::Result<()> {
            self.db.pragma_update(None, "synchronous", "full")?;
            // With a reader at work the log stays, which harms nothing.
            self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            self.db.pragma_update(None, "synchronous", "normal")
        };
        write().map_err(StoreError::sql(&self.file))
    }

    /// Lets the file grow to this many pages only.
    #[cfg(test)]
    pub(crate) fn limit_pages(&self, pages: u32) {
        self.db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    }
}

fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join("run.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(StoreError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy(dir.into())),
        Err(TryLockError::Error(e)) => Err(StoreError::io(&path)(e)),
    }
}

/// The manifest is written last: a run whose start was cut short is started again.
fn start(
    db: &mut Connection,
    dir: &Path,
    file: &Path,
    manifest: &Manifest,
    tools: &[&ToolSpec],
) -> Result<(), StoreError> {
    let err = StoreError::sql(file);
    let episodes: i64 =
        db.query_row("SELECT count(*) FROM (SELECT 1 FROM episode LIMIT 1)", [], |r| r.get(0)).map_err(&err)?;
    if episodes > 0 {
        return Err(StoreError::Damaged { path: Manifest::file(dir), detail: "the file is missing".into() });
    }
    let tx = db.transaction().map_err(&err)?;
    tx.execute("DELETE FROM tool", []).map_err(&err)?;
    for tool in tools {
        let spec = serde_json::to_string(tool).unwrap_or_default();
        tx.execute("INSERT INTO tool VALUES (?1, ?2)", params![tool.name, spec]).map_err(&err)?;
    }
    tx.commit().map_err(&err)?;
    manifest.write(dir)
}

fn parse_candidate(text: Option<String>, file: &Path) -> Result<Option<Candidate>, StoreError> {
    text.map(|t| serde_json::from_str(&t))
        .transpose()
        .map_err(|e| StoreError::Damaged { path: file.into(), detail: format!("a candidate is malformed: {e}") })
}
