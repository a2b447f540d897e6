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
    pub fn derived(&self, how: &str, content: &Adopted) -> Manifest {
        let mut derived = self.clone();
        derived.range = None;
        let ids: Vec<&str> = content.tasks.iter().map(|t| t.id.as_str()).collect();
        derived.fingerprints.insert("derived".into(), format!("{how}: {}", canon::fingerprint(&ids)));
        derived
    }
}
