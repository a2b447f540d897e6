//! Attempts at a run's tasks, and pass rates.
//!
//! Rollouts are keyed by task, policy and attempt: recording one again replaces it, which is how an infrastructure
//! failure is retried alone. They are no part of the dataset's digest.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::canon;
use dive_core::rollout::{Graded, PassRate, Policy};
use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use crate::codec::{pack, unpack};
use crate::error::StoreError;
use crate::reader::Run;
use crate::writer::Writer;

/// The numbers of one policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicySummary {
    /// Its name.
    pub policy: String,
    /// Tasks it tried.
    pub tasks: u64,
    /// Its attempts.
    pub rollouts: u64,
    /// Attempts by verdict; those without one under `none`.
    pub verdicts: BTreeMap<String, u64>,
    /// Attempts by end.
    pub ends: BTreeMap<String, u64>,
    /// Mean reward of those that have one.
    pub mean_reward: Option<f64>,
}

impl Writer {
    /// Records rollouts together or not at all.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn record_rollouts(&mut self, rollouts: &[Graded]) -> Result<(), StoreError> {
        let (db, file) = self.connection();
        let mut write = || -> rusqlite::Result<()> {
            let tx = db.transaction()?;
            {
                let mut insert =
                    tx.prepare_cached("INSERT OR REPLACE INTO rollout VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
                for graded in rollouts {
                    let rollout = &graded.rollout;
                    insert.execute(params![
                        rollout.task,
                        rollout.policy.name,
                        rollout.attempt,
                        rollout.end.name(),
                        graded.verdict.as_ref().map(|v| v.label.name()),
                        graded.score.map(|s| s.reward),
                        pack(&canon::to_string(graded)),
                    ])?;
                }
            }
            tx.commit()
        };
        write().map_err(StoreError::sql(file))
    }

    /// Replaces all pass rates.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn record_pass_rates(&mut self, rates: &[PassRate]) -> Result<(), StoreError> {
        let (db, file) = self.connection();
        let mut write = || -> rusqlite::Result<()> {
            let tx = db.transaction()?;
            tx.execute("DELETE FROM pass_rate", [])?;
            {
                let mut insert = tx.prepare_cached("INSERT INTO pass_rate VALUES (?1, ?2, ?3)")?;
                for rate in rates {
                    insert.execute(params![rate.task, rate.kept, canon::to_string(rate)])?;
                }
            }
            tx.commit()
        };
        write().map_err(StoreError::sql(file))
    }
}

impl Run {
    /// The attempts at a task, by policy and attempt.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn rollouts(&self, task: &str) -> Result<Vec<Graded>, StoreError> {
        let (db, file, has) = self.rollouts_in();
        if !has {
            return Ok(Vec::new());
        }
        let read = || -> rusqlite::Result<Vec<Vec<u8>>> {
            let mut select = db.prepare_cached("SELECT body FROM rollout WHERE task = ?1 ORDER BY policy, attempt")?;
            select.query_map([task], |row| row.get(0))?.collect()
        };
        let bodies = read().map_err(StoreError::sql(file))?;
        let graded = |body: &Vec<u8>| serde_json::from_str(&unpack(body)?).ok();
        let damaged = || StoreError::Damaged { path: file.into(), detail: format!("a rollout of {task} is malformed") };
        bodies.iter().map(|body| graded(body).ok_or_else(damaged)).collect()
    }

    /// The tasks that `policy` has attempts at, each with those attempts that need no retry.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn attempted(&self, policy: &Policy) -> Result<BTreeMap<String, BTreeSet<u32>>, StoreError> {
        let (db, file, has) = self.rollouts_in();
        let mut found: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        if !has {
            return Ok(found);
        }
        let mut read = || -> rusqlite::Result<()> {
            let mut select =
                db.prepare("SELECT task, attempt FROM rollout WHERE policy = ?1 AND outcome <> 'infrastructure'")?;
            let mut rows = select.query([&policy.name])?;
            while let Some(row) = rows.next()? {
                found.entry(row.get(0)?).or_default().insert(row.get(1)?);
            }
            Ok(())
        };
        read().map_err(StoreError::sql(file))?;
        Ok(found)
    }

    /// The policy of that name, with its settings, if it has attempts.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn policy(&self, name: &str) -> Result<Option<Policy>, StoreError> {
        let (db, file, has) = self.rollouts_in();
        if !has {
            return Ok(None);
        }
        let read = || -> rusqlite::Result<Option<Vec<u8>>> {
            let mut select = db.prepare("SELECT body FROM rollout WHERE policy = ?1 LIMIT 1")?;
            select.query_row([name], |row| row.get(0)).optional()
        };
        let Some(body) = read().map_err(StoreError::sql(file))? else { return Ok(None) };
        let graded: Option<Graded> = unpack(&body).and_then(|text| serde_json::from_str(&text).ok());
        let damaged = || StoreError::Damaged { path: file.into(), detail: format!("a rollout of {name} is malformed") };
        graded.map(|g| Some(g.rollout.policy)).ok_or_else(damaged)
    }

    /// The numbers of every policy.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn policies(&self) -> Result<Vec<PolicySummary>, StoreError> {
        let (db, file, has) = self.rollouts_in();
        if !has {
            return Ok(Vec::new());
        }
        let count = |sql: &str, policy: &str| -> rusqlite::Result<BTreeMap<String, u64>> {
            let mut select = db.prepare_cached(sql)?;
            select.query_map([policy], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?.collect()
        };
        let read = || -> rusqlite::Result<Vec<PolicySummary>> {
            let mut select = db.prepare(
                "SELECT policy, count(DISTINCT task), count(*), avg(reward) FROM rollout GROUP BY policy ORDER BY policy",
            )?;
            let mut rows = select.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let policy: String = row.get(0)?;
                all.push(PolicySummary {
                    verdicts: count(
                        "SELECT coalesce(label, 'none'), count(*) FROM rollout WHERE policy = ?1 GROUP BY 1",
                        &policy,
                    )?,
                    ends: count("SELECT outcome, count(*) FROM rollout WHERE policy = ?1 GROUP BY 1", &policy)?,
                    tasks: row.get::<_, i64>(1)? as u64,
                    rollouts: row.get::<_, i64>(2)? as u64,
                    mean_reward: row.get(3)?,
                    policy,
                });
            }
            Ok(all)
        };
        read().map_err(StoreError::sql(file))
    }

    /// The pass rate of a task, if tasks were selected.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn pass_rates(&self) -> Result<BTreeMap<String, PassRate>, StoreError> {
        let (db, file, has) = self.rollouts_in();
        if !has {
            return Ok(BTreeMap::new());
        }
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut select = db.prepare("SELECT json FROM pass_rate ORDER BY task")?;
            select.query_map([], |row| row.get(0))?.collect()
        };
        let texts = read().map_err(StoreError::sql(file))?;
        let damaged = || StoreError::Damaged { path: file.into(), detail: "a pass rate is malformed".into() };
        let parsed = texts.iter().map(|t| serde_json::from_str::<PassRate>(t).map_err(|_| damaged()));
        parsed.map(|rate| rate.map(|r| (r.task.clone(), r))).collect()
    }
}
