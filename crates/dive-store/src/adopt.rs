//! A finished run from tasks that exist: imported ones, or a part of another run.

use std::path::Path;

use dive_core::canon;
use dive_core::rollout::{Graded, PassRate};
use dive_core::task::{Proposal, Task};
use dive_core::tool::ToolSpec;

use crate::codec::Row;
use crate::error::StoreError;
use crate::fold::Verdict;
use crate::manifest::Manifest;
use crate::reader::Summary;
use crate::writer::Writer;

/// What a finished run consists of.
#[derive(Debug, Default)]
pub struct Adopted {
    /// Its tasks, in order.
    pub tasks: Vec<Task>,
    /// The tools of their toolsets.
    pub tools: Vec<ToolSpec>,
    /// Attempts at them.
    pub rollouts: Vec<Graded>,
    /// Pass rates.
    pub pass_rates: Vec<PassRate>,
}

/// Makes the run at `dir`, which must not exist. The tasks keep their episodes if these ascend, else they are numbered.
///
/// # Errors
/// There is a run already, or the place cannot be written.
pub fn adopt(dir: &Path, manifest: Manifest, content: &Adopted) -> Result<Summary, StoreError> {
    if Manifest::file(dir).exists() {
        return Err(StoreError::Exists(dir.into()));
    }
    let tools: Vec<&ToolSpec> = content.tools.iter().collect();
    let mut writer = Writer::open(dir, manifest, &tools)?;
    let own: Vec<u64> = content.tasks.iter().map(|t| t.provenance.episode).collect();
    let ascending = own.windows(2).all(|w| matches!(w, [a, b] if a < b)) && own.iter().all(|e| *e < i64::MAX as u64);
    writer.begin()?;
    let mut next = 0;
    for (task, own) in content.tasks.iter().zip(own) {
        let episode = if ascending { own } else { next };
        next = episode + 1;
        let row = Row::of(&Proposal::Task(Box::new(task.clone())));
        if let Err(error) = writer.insert(episode, &row, Verdict::Accepted) {
            writer.rollback();
            return Err(error);
        }
    }
    writer.commit(next)?;
    writer.close_at(content.tasks.len() as u64)?;
    writer.record_rollouts(&content.rollouts)?;
    writer.record_pass_rates(&content.pass_rates)?;
    writer.finish()?;
    writer.summary()
}

impl Manifest {
    /// The manifest of a run that is derived from this one: it names what was done and is never continued by synthesis.
    /// World, pool and seeds are those that all its tasks agree on.
    pub fn derived(&self, how: &str, content: &Adopted) -> Manifest {
        let mut derived = self.clone();
        derived.range = None;
        let ids: Vec<&str> = content.tasks.iter().map(|t| t.id.as_str()).collect();
        derived.fingerprints.insert("derived".into(), format!("{how}: {}", canon::fingerprint(&ids)));
        for (key, value) in [
            ("world", common(&content.tasks, |t| t.provenance.world.clone())),
            ("pool", common(&content.tasks, |t| t.provenance.pool.clone())),
        ] {
            derived.fingerprints.remove(key);
            derived.fingerprints.extend(value.map(|v| (key.to_string(), v)));
        }
        for (key, value) in [
            ("seed", common(&content.tasks, |t| t.provenance.seed)),
            ("world_seed", common(&content.tasks, |t| t.provenance.world_seed)),
        ] {
            derived.config.remove(key);
            if let Some(number) = value.and_then(|v| i64::try_from(v).ok()) {
                derived.config.insert(key.into(), toml::Value::Integer(number));
            }
        }
        derived
    }
}

/// What all tasks say.
fn common<T: PartialEq>(tasks: &[Task], get: impl Fn(&Task) -> T) -> Option<T> {
    let mut values = tasks.iter().map(get);
    let first = values.next()?;
    values.all(|v| v == first).then_some(first)
}
