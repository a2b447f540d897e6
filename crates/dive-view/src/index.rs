//! What lists and filters need of every episode, in memory: some hundreds of bytes each.

use std::collections::BTreeMap;

use dive_core::task::Reason;
use dive_core::topology::Topology;
use dive_store::{Entry, Run, Which};
use serde::Deserialize;

use crate::ViewError;
use crate::query::Query;

/// One episode.
#[derive(Debug, Clone)]
pub struct Line {
    pub episode: u64,
    /// Empty for tasks of the dataset.
    pub reason: String,
    pub question: String,
    pub answer: String,
    pub form: String,
    pub domains: Vec<String>,
    pub tools: Vec<String>,
    pub topology: Option<Topology>,
    pub class: String,
    /// Everything that is searched, in lower case.
    text: String,
}

/// The parts of a task or rejection that are kept.
#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    id: String,
    #[serde(default)]
    question: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    answer: Option<dive_core::answer::Answer>,
    #[serde(default)]
    form: String,
    #[serde(default)]
    focal: String,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    topology: Option<Topology>,
    #[serde(default)]
    reason: Option<Reason>,
}

/// All decided episodes, in order.
#[derive(Debug, Default)]
pub struct Index {
    lines: Vec<Line>,
    next: u64,
}

impl Index {
    /// Reads what has been decided since the last time.
    pub fn refresh(&mut self, run: &Run) -> Result<(), ViewError> {
        let decided = run.decided()?;
        if decided == self.next {
            return Ok(());
        }
        if decided < self.next {
            // The run was cut back, by a smaller --count.
            *self = Index::default();
        }
        let mut fresh = Vec::new();
        for which in [Which::Tasks, Which::Rejected(None)] {
            run.each_from(&which, self.next, |entry| {
                if entry.episode < decided {
                    fresh.push(line(&entry)?);
                }
                Ok::<(), ViewError>(())
            })?;
        }
        fresh.sort_by_key(|l| l.episode);
        self.lines.append(&mut fresh);
        self.next = decided;
        Ok(())
    }

    /// Tasks of the dataset.
    pub fn tasks(&self) -> usize {
        self.lines.iter().filter(|l| l.reason.is_empty()).count()
    }

    /// Rejections.
    pub fn rejected(&self) -> usize {
        self.lines.len() - self.tasks()
    }

    /// The lines that a query finds.
    pub fn find<'a>(&'a self, query: &'a Query) -> impl DoubleEndedIterator<Item = &'a Line> {
        let words: Vec<String> = query.q.split_whitespace().map(str::to_lowercase).collect();
        let tool = query.tool.trim().to_lowercase();
        let exact = tool.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map(str::to_string);
        self.lines.iter().filter(move |line| {
            let like = |wanted: &str, value: &str| wanted.is_empty() || wanted == value;
            query.shows(line.reason.is_empty())
                && like(&query.form, &line.form)
                && like(&query.reason, &line.reason)
                && like(&query.topology, &line.class)
                && (query.domain.is_empty() || line.domains.contains(&query.domain))
                && (tool.is_empty()
                    || line.tools.iter().any(|t| match &exact {
                        Some(exact) => t == exact,
                        None => t.contains(&tool),
                    }))
                && words.iter().all(|w| line.text.contains(w))
        })
    }

    /// The episodes before and after one among those that a query finds.
    pub fn around(&self, query: &Query, episode: u64) -> (Option<u64>, Option<u64>) {
        let before = self.find(query).rev().find(|l| l.episode < episode).map(|l| l.episode);
        let after = self.find(query).find(|l| l.episode > episode).map(|l| l.episode);
        (before, after)
    }

    /// Values of a property with the number of lines among those shown, commonest first.
    pub fn values(&self, query: &Query, of: impl Fn(&Line) -> Vec<String>) -> Vec<(String, u64)> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for line in self.lines.iter().filter(|l| query.shows(l.reason.is_empty())) {
            of(line).into_iter().filter(|v| !v.is_empty()).for_each(|v| *counts.entry(v).or_default() += 1);
        }
        let mut values: Vec<(String, u64)> = counts.into_iter().collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        values
    }

    /// Reasons of all rejections.
    pub fn reasons(&self) -> Vec<(String, u64)> {
        let all = Query { verdict: "all".into(), ..Query::default() };
        self.values(&all, |l| vec![l.reason.clone()])
    }
}

fn line(entry: &Entry) -> Result<Line, ViewError> {
    let part: Part =
        serde_json::from_str(&entry.json).map_err(|e| ViewError::Malformed(entry.episode, e.to_string()))?;
    let answer = part.answer.map(|a| a.display()).unwrap_or(part.detail);
    let mut tools = part.topology.as_ref().map(|t| t.tools.clone()).unwrap_or_default();
    if tools.is_empty() && !part.focal.is_empty() {
        tools.push(part.focal);
    }
    let reason = match part.reason {
        Some(reason) => reason.name(),
        None => entry.reason.clone(),
    };
    let text = format!("{}\n{}\n{answer}\n{}\n{}", part.id, part.question, tools.join(" "), part.domains.join(" "));
    Ok(Line {
        episode: entry.episode,
        reason,
        class: part.topology.as_ref().map(Topology::class).unwrap_or_default(),
        topology: part.topology,
        question: part.question,
        answer,
        form: part.form,
        domains: part.domains,
        tools,
        text: text.to_lowercase(),
    })
}
