//! Several runs that proposed become one that admits.

use std::path::{Path, PathBuf};

use crate::db;
use crate::drive::least;
use crate::error::StoreError;
use crate::fold::{End, Fold};
use crate::manifest::{Manifest, Span};
use crate::reader::Run;
use crate::writer::Writer;

/// What a merge gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// Episodes that the merged runs have.
    pub episodes: u64,
    /// Why admission is over, if it is; `None` when there are too few episodes.
    pub end: Option<End>,
    /// The range to propose next when more is needed.
    pub next: Option<Span>,
}

/// Merges runs into the run at `out`, which may hold an earlier merge of them, and admits up to `count` tasks.
///
/// # Errors
/// The runs were made with different settings, or their ranges leave a gap or overlap.
pub fn merge(dirs: &[PathBuf], count: u64, min_yield: f64, out: &Path) -> Result<Merged, StoreError> {
    let mut runs = dirs.iter().map(|d| Run::open(d)).collect::<Result<Vec<_>, _>>()?;
    let mut spans = Vec::new();
    for run in runs.drain(..) {
        spans.push((run.covered()?, run));
    }
    spans.sort_by_key(|(span, _)| *span);
    let Some((_, first)) = spans.first() else {
        return Err(StoreError::Ranges("there is nothing to merge".into()));
    };
    let manifest = Manifest { range: None, ..first.manifest().clone() };
    let mut covered = 0;
    for (span, run) in &spans {
        let given = Manifest { range: None, ..run.manifest().clone() };
        let differences = manifest.differences(&given);
        if !differences.is_empty() {
            return Err(StoreError::Changed { path: first.dir().into(), differences });
        }
        let dir = run.dir().display();
        if span.start > covered {
            return Err(StoreError::Ranges(format!("the episodes {covered}..{} are missing before {dir}", span.start)));
        }
        if span.start < covered {
            return Err(StoreError::Ranges(format!(
                "{dir} has the episodes {span}, but those before {covered} are there"
            )));
        }
        covered = span.end;
    }
    let tools = first.tools()?;
    let mut writer = Writer::open(out, manifest, &tools.iter().collect::<Vec<_>>())?;
    for (_, run) in &spans {
        let same = |p: &Path| p.canonicalize().ok();
        if same(run.dir()) != same(out) {
            writer.absorb(&db::file(run.dir()))?;
        }
    }
    let mut fold = Fold::count(count, least(min_yield));
    writer.refold(&mut fold)?;
    writer.finish()?;
    let end = fold.end();
    let next = end.is_none().then(|| next(fold.next(), fold.accepted(), count));
    Ok(Merged { episodes: fold.next(), end, next })
}

/// A range that should suffice: the missing tasks at the yield so far, a tenth more, in hundreds.
fn next(episodes: u64, accepted: u64, count: u64) -> Span {
    let share = (accepted as f64 / episodes.max(1) as f64).max(0.02);
    let more = (count.saturating_sub(accepted) as f64 / share * 1.1 / 100.0).ceil() as u64 * 100;
    Span { start: episodes, end: episodes.saturating_add(more) }
}
