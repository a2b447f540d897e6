//! What the metrics need to know of one task: hashes, small graphs, the question.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dive_core::evidence::{Call, CallId};
use dive_core::form::Form;
use dive_core::path;
use dive_core::task::Task;
use dive_core::tool::{ToolKind, ToolSpec};
use dive_core::topology::Topology;

use crate::infer::{self, Inference, Observed};
use crate::measure::mark;
use crate::text;

/// Kinds and domains of tools.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    tools: BTreeMap<String, (Option<ToolKind>, String)>,
    /// Whether these are all tools that tasks could use.
    pub whole: bool,
}

impl Catalogue {
    /// Of the tools of a run: everything that its tasks could use.
    pub fn of(specs: &[ToolSpec]) -> Catalogue {
        let tools = specs.iter().map(|s| (s.name.clone(), (Some(s.kind), s.domain.clone()))).collect();
        Catalogue { tools, whole: true }
    }

    /// Of a dataset that came without specifications; kinds as far as somebody knows them.
    pub fn partial(kinds: BTreeMap<String, ToolKind>) -> Catalogue {
        let tools = kinds.into_iter().map(|(name, kind)| (name, (Some(kind), String::new()))).collect();
        Catalogue { tools, whole: false }
    }

    /// What a tool is.
    pub fn kind(&self, tool: &str) -> Option<ToolKind> {
        self.tools.get(tool).and_then(|t| t.0)
    }

    /// Where it belongs; empty when unknown.
    pub fn domain(&self, tool: &str) -> &str {
        self.tools.get(tool).map_or("", |t| t.1.as_str())
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.tools.keys()
    }

    /// Number of tools.
    pub fn len(&self) -> usize {
        self.tools.len()
    }

    /// Whether no tool is known.
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }
}

/// A call graph with the names of its classes.
#[derive(Debug, Clone)]
pub(crate) struct Marked {
    pub topology: Topology,
    pub sequence: u128,
    pub graph: u128,
    /// Two-coloured graph and shape × purity; none when the kind of a tool is unknown.
    pub classes: Option<(u128, u128)>,
    pub shape: u128,
    /// Edges between tools of different domains; none when the domain of a tool is unknown.
    pub cross: Option<u64>,
}

impl Marked {
    pub fn of(topology: Topology, known: bool, catalogue: &Catalogue) -> Marked {
        let domain = |i: &usize| topology.tools.get(*i).map_or("", |t| catalogue.domain(t));
        let placed = topology.tools.iter().all(|t| !catalogue.domain(t).is_empty());
        let cross = topology.edges.iter().filter(|(a, b)| domain(a) != domain(b)).count() as u64;
        Marked {
            sequence: mark(&topology.sequence()),
            graph: mark(&topology.call_graph()),
            classes: known.then(|| (mark(&topology.two_coloured()), mark(&topology.class()))),
            shape: mark(&topology.shape),
            cross: placed.then_some(cross),
            topology,
        }
    }

    /// The graph of calls whose tools may be unknown.
    pub fn new(tools: Vec<String>, edges: Vec<(usize, usize)>, catalogue: &Catalogue) -> Marked {
        let kinds: Vec<Option<ToolKind>> = tools.iter().map(|t| catalogue.kind(t)).collect();
        let letters = kinds.iter().map(|k| match k {
            Some(ToolKind::Retrieval) => 'R',
            Some(ToolKind::Processing) => 'P',
            None => '?',
        });
        let letters: String = letters.collect();
        Marked::of(Topology::new(tools, letters, edges), kinds.iter().all(Option::is_some), catalogue)
    }
}

/// What a task of ours adds to its graphs.
#[derive(Debug, Clone)]
pub(crate) struct Certified {
    pub path: Marked,
    pub evidence: Marked,
    pub failed: u64,
    pub rounds: u64,
    pub steps: Vec<String>,
    pub form: String,
    pub operators: Vec<&'static str>,
    pub domains: Vec<String>,
    /// Whether the answer rests on words quoted from a text.
    pub text: bool,
    pub seed: u128,
    pub skeleton: u128,
    pub shape: String,
    pub on_path: Inference,
    pub on_evidence: Inference,
    pub focal: String,
    /// Words of the question and calls made so far, after each round.
    pub growth: Vec<(u64, u64)>,
}

/// One task as the metrics see it.
#[derive(Debug, Clone)]
pub struct Record {
    pub(crate) id: String,
    pub(crate) question: String,
    pub(crate) masked: Option<String>,
    pub(crate) answer: String,
    pub(crate) toolset: Vec<String>,
    pub(crate) certified: Option<Box<Certified>>,
    pub(crate) trajectory: Option<Box<Marked>>,
}

impl Record {
    /// The record of a task of ours.
    pub fn of(task: &Task, catalogue: &Catalogue) -> Record {
        let kind = |tool: &str| catalogue.kind(tool);
        let every: Vec<CallId> = task.evidence.calls.iter().map(|c| c.id).collect();
        let evidence = Topology::of(&every, &task.evidence, &kind);
        let observe = |calls: &[&Call]| -> Vec<Observed> {
            calls.iter().map(|c| Observed::new(c.args.values(), c.outcome.value())).collect()
        };
        let path: Vec<&Call> = task.certificate.path.iter().filter_map(|id| task.evidence.get(*id)).collect();
        let on_path = infer::edges(&task.question, &observe(&path));
        let on_evidence = infer::edges(&task.question, &observe(&task.evidence.calls.iter().collect::<Vec<_>>()));
        let mut operators = Vec::new();
        let mut text = false;
        task.logical_form.walk(&mut |form| match form {
            Form::Apply { op, .. } => operators.push(op.name()),
            Form::Get { path, .. } => text |= path::in_text(path).is_some(),
            _ => {}
        });
        let answer = serde_json::to_value(&task.answer).ok();
        let answer = answer.as_ref().and_then(|a| a.get("type")?.as_str()).unwrap_or("unknown").to_string();
        let growth = task.rounds.iter().map(|r| {
            let calls = task.evidence.calls.iter().filter(|c| c.round <= r.round).count() as u64;
            (r.question.split_whitespace().count() as u64, calls)
        });
        let certified = Certified {
            growth: growth.collect(),
            failed: task.evidence.calls.iter().filter(|c| c.outcome.value().is_none()).count() as u64,
            rounds: task.rounds.len() as u64,
            steps: task.rounds.iter().map(|r| r.step.clone()).collect(),
            form: task.form.clone(),
            operators,
            domains: task.domains.clone(),
            text,
            seed: mark(&format!("{} {}", task.seed_entity.entity, task.seed_entity.name)),
            skeleton: mark(&task.certificate.skeleton),
            shape: task.logical_form.shape(),
            on_path: Inference::of(&task.topology.edges, &on_path),
            on_evidence: Inference::of(&evidence.edges, &on_evidence),
            focal: task.focal.clone(),
            path: Marked::of(task.topology.clone(), true, catalogue),
            evidence: Marked::of(evidence, true, catalogue),
        };
        Record {
            id: task.id.clone(),
            masked: Some(text::by_spans(&task.question, &task.spans)),
            question: task.question.clone(),
            answer,
            toolset: task.toolset.clone(),
            certified: Some(Box::new(certified)),
            trajectory: None,
        }
    }

    /// The id of the task or row.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The tools that one object calls, each once.
    pub(crate) fn distinct(topology: &Topology) -> BTreeSet<&String> {
        topology.tools.iter().collect()
    }
}

/// Numbers for names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<String, u32>,
}

impl Names {
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(n) = self.numbers.get(name) {
            return *n;
        }
        let next = self.numbers.len() as u32;
        self.numbers.insert(name.into(), next);
        next
    }
}
