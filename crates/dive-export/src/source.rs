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
    /// Whose attempts are looked at; everybody's without.
    pub policy: Option<String>,
}

impl<'a> Source<'a> {
    pub fn open(run: &'a Run, policy: Option<&str>) -> Result<Source<'a>, ExportError> {
        if let Some(name) = policy
            && run.policy(name)?.is_none()
        {
            let known: Vec<String> = run.policies()?.into_iter().map(|p| p.policy).collect();
            return Err(ExportError::NoPolicy { name: name.into(), known: known.join(", ") });
        }
        let schemas = run.tools()?.iter().map(|spec| (spec.name.clone(), spec.openai())).collect();
        Ok(Source { run, schemas, pass_rates: run.pass_rates()?, policy: policy.map(str::to_string) })
    }

    /// Shows every task of the dataset to `visit`.
    pub fn each(&self, mut visit: impl FnMut(Task) -> Result<(), ExportError>) -> Result<(), ExportError> {
        self.run.each(&Which::Tasks, |entry| {
            let task = serde_json::from_str(&entry.json);
            visit(task.map_err(|e| ExportError::Malformed(format!("episode {}: {e}", entry.episode)))?)
        })
    }

    /// The attempts at a task: those of models by name and number, then those of the oracle.
    pub fn rollouts(&self, task: &Task) -> Result<Vec<Graded>, ExportError> {
        let mut rollouts = self.run.rollouts(&task.id)?;
        if let Some(policy) = &self.policy {
            rollouts.retain(|g| g.rollout.policy.name == *policy);
        }
        rollouts.sort_by_key(|g| g.rollout.policy.is_oracle());
        Ok(rollouts)
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
