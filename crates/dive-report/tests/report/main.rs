//! The measures on rows that the system made, as snapshots and against laws.

mod measures;
mod pages;

use std::collections::BTreeMap;

use dive_core::task::Task;
use dive_core::tool::ToolKind;
use dive_report::{Analysis, Catalogue, Record, Structure};

/// Exported rows, one of each form.
pub(crate) fn tasks() -> Vec<Task> {
    let rows = include_str!("../fixtures/tasks.jsonl");
    rows.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// Kinds of the tools on the paths of these tasks, which rows do contain.
pub(crate) fn catalogue(tasks: &[Task]) -> Catalogue {
    let mut kinds = BTreeMap::new();
    for topology in tasks.iter().map(|t| &t.topology) {
        for (tool, letter) in topology.tools.iter().zip(topology.kinds.chars()) {
            kinds.insert(tool.clone(), if letter == 'P' { ToolKind::Processing } else { ToolKind::Retrieval });
        }
    }
    Catalogue::partial(kinds)
}

pub(crate) fn analysis(tasks: &[Task]) -> Analysis {
    let catalogue = catalogue(tasks);
    let mut structure = Structure::new(catalogue.clone());
    tasks.iter().for_each(|t| structure.add(Record::of(t, &catalogue)));
    structure.finish()
}
