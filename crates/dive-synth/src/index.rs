//! What feeds what: for every parameter of every tool, the outputs that it accepts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dive_core::sem::Sem;
use dive_core::tool::{Field, ToolKind};

use crate::lexicon::{Entry, Lexicon};

/// An output that a parameter accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Producer {
    /// Index of the tool.
    pub tool: usize,
    /// Path in its result; with `*` for a column.
    pub path: String,
}

/// Tools by number, and the edges between them.
pub struct Index {
    /// All tools, in order of id.
    pub tools: Vec<Arc<Entry>>,
    by_name: HashMap<String, usize>,
    /// For each tool, the producers of each parameter.
    producers: Vec<BTreeMap<String, Vec<Producer>>>,
    /// For each tool, the tools that one of its outputs feeds or that feed it.
    neighbours: Vec<Vec<usize>>,
}

impl Index {
    /// The index of a pool's tools.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>, lexicon: &Lexicon) -> Index {
        let tools: Vec<Arc<Entry>> = names.filter_map(|n| lexicon.tool(n).cloned()).collect();
        let by_name = tools.iter().enumerate().map(|(i, t)| (t.spec.name.clone(), i)).collect();
        let mut producers = Vec::new();
        for consumer in &tools {
            let mut by_param = BTreeMap::new();
            for param in &consumer.spec.params {
                let mut found = Vec::new();
                for (i, tool) in tools.iter().enumerate() {
                    if tool.spec.name == consumer.spec.name {
                        continue;
                    }
                    for (path, sem) in outputs(tool) {
                        // A generic tool's result may be anything, so it feeds only what takes anything.
                        let fits = match &sem {
                            Sem::Same(_) => param.sem == Sem::Number,
                            sem => param.sem.accepts(sem),
                        };
                        if fits {
                            found.push(Producer { tool: i, path });
                        }
                    }
                }
                by_param.insert(param.name.clone(), found);
            }
            producers.push(by_param);
        }
        let mut neighbours = vec![Vec::new(); tools.len()];
        for (consumer, by_param) in producers.iter().enumerate() {
            for producer in by_param.values().flatten() {
                for (a, b) in [(consumer, producer.tool), (producer.tool, consumer)] {
                    if let Some(list) = neighbours.get_mut(a) {
                        list.push(b);
                    }
                }
            }
        }
        for list in &mut neighbours {
            list.sort_unstable();
            list.dedup();
        }
        Index { tools, by_name, producers, neighbours }
    }

    /// The tool of that number.
    pub fn tool(&self, i: usize) -> Option<&Arc<Entry>> {
        self.tools.get(i)
    }

    /// The number of the tool of that name.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// What a parameter accepts.
    pub fn producers(&self, tool: usize, param: &str) -> &[Producer] {
        self.producers.get(tool).and_then(|p| p.get(param)).map_or(&[], Vec::as_slice)
    }

    /// Tools one edge away.
    pub fn neighbours(&self, tool: usize) -> &[usize] {
        self.neighbours.get(tool).map_or(&[], Vec::as_slice)
    }
}

/// The outputs of a tool: path and meaning, columns as lists.
pub fn outputs(tool: &Entry) -> Vec<(String, Sem)> {
    let scalars = tool.spec.output.fields.iter().map(|f| (f.pointer.clone(), f.sem.clone()));
    let columns = tool.rows().into_iter().flat_map(|r| &r.fields);
    scalars.chain(columns.map(|f| (tool.column(f), Sem::List(Box::new(f.sem.clone()))))).collect()
}

/// Whether a question may ask for a field.
pub fn askable(field: &Field) -> bool {
    !field.noun.is_empty()
        && matches!(
            field.sem,
            Sem::Measure { .. } | Sem::Same(_) | Sem::Date(_) | Sem::Year(_) | Sem::Entity(_) | Sem::Category(_)
        )
}

/// Whether a question may compare or compute with a field.
pub fn measurable(field: &Field) -> bool {
    !field.noun.is_empty() && matches!(field.sem, Sem::Measure { .. } | Sem::Same(_))
}

/// Whether a column orders its rows.
pub fn orders(field: &Field) -> bool {
    !field.noun.is_empty() && matches!(field.sem, Sem::Measure { .. } | Sem::Date(_) | Sem::Year(_))
}

/// Retrieval or processing.
pub fn is_processing(tool: &Entry) -> bool {
    tool.spec.kind == ToolKind::Processing
}
