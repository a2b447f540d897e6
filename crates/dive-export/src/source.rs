//! A run as exports see it: tasks with their tools, attempts and pass rates.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::rollout::{Graded, PassRate};
use dive_core::task::Task;
use dive_store::{Run, Which};
use serde_json::Value;

use crate::error::ExportError;

/// A run, with what every format needs of it.
pub struct Source<'a> {
    /// The run.
    pub run: &'a Run,
    /// OpenAI function schemas by name.
    pub schemas: BTreeMap<String, Value>,
    /// Pass rates by task; empty when nothing was selected.
    pub pass_rates: BTreeMap<String, PassRate>,
}

impl<'a> Source<'a> {
    pub fn open(run: &'a Run) -> Result<Source<'a>, ExportError> {
        let schemas = run.tools()?.iter().map(|spec| (spec.name.clone(), spec.openai())).collect();
        Ok(Source { run, schemas, pass_rates: run.pass_rates()? })
    }

    /// Shows every task of the dataset to `visit`.
    pub fn each(&self, mut visit: impl FnMut(Task) -> Result<(), ExportError>) -> Result<(), ExportError> {
        self.run.each(&Which::Tasks, |entry| {
            let task = serde_json::from_str(&entry.json);
            visit(task.map_err(|e| ExportError::Malformed(format!("episode {}: {e}", entry.episode)))?)
        })
    }

    /// The attempts at a task.
    pub fn rollouts(&self, task: &Task) -> Result<Vec<Graded>, ExportError> {
        Ok(self.run.rollouts(&task.id)?)
    }

    /// The schemas of a task's toolset, in its order.
    pub fn tools(&self, task: &Task) -> Result<Vec<&Value>, ExportError> {
        let find = |name: &String| {
            let found = self.schemas.get(name);
            found.ok_or_else(|| {
                ExportError::Malformed(format!("{}: its toolset names an unknown tool `{name}`", task.id))
            })
        };
        task.toolset.iter().map(find).collect()
    }

    /// The schemas of all tools that any toolset names.
    pub fn used_tools(&self) -> Result<Vec<&Value>, ExportError> {
        let mut used = BTreeSet::new();
        self.each(|task| {
            used.extend(task.toolset);
            Ok(())
        })?;
        Ok(used.iter().filter_map(|name| self.schemas.get(name)).collect())
    }
}
