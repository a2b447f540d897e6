//! What feeds what: for every parameter of every tool, the outputs that it accepts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dive_core::sem::{Scale, Sem};
use dive_core::tool::{Field, ToolKind};
use dive_tools::entities::Naming;

use crate::lexicon::{Entry, Lexicon};

/// Formulas over formulas are followed this far.
const HIGHEST: u32 = 4;

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
    /// For each tool, the tools that one of its outputs feeds.
    consumers: Vec<Vec<usize>>,
    /// For each tool, the tools that give what its groups describe.
    providers: Vec<Vec<usize>>,
    /// For each tool, the tools that name or list the entities that it takes.
    describers: Vec<Vec<usize>>,
    /// For each tool, whether it tells of people.
    personal: Vec<bool>,
    /// For each tool, how many calls up its arguments reach down to what is looked up.
    heights: Vec<u32>,
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
        let mut consumers = vec![Vec::new(); tools.len()];
        for (consumer, by_param) in producers.iter().enumerate() {
            for producer in by_param.values().flatten() {
                for (a, b) in [(consumer, producer.tool), (producer.tool, consumer)] {
                    if let Some(list) = neighbours.get_mut(a) {
                        list.push(b);
                    }
                }
                if let Some(list) = consumers.get_mut(producer.tool).filter(|_| !producer.path.contains('*')) {
                    list.push(consumer);
                }
            }
        }
        for list in neighbours.iter_mut().chain(&mut consumers) {
            list.sort_unstable();
            list.dedup();
        }
        let matching = |wanted: &dyn Fn(&Entry, &Entry) -> bool| -> Vec<Vec<usize>> {
            let able = |tool: &Entry| {
                tools.iter().enumerate().filter(|(_, t)| wanted(tool, t)).map(|(i, _)| i).collect::<Vec<_>>()
            };
            tools.iter().map(|t| able(t)).collect()
        };
        let providers = matching(&|tool, other| {
            tool.spec.groups.iter().any(|g| other.spec.output.bundles.iter().any(|b| b.of == g.of))
        });
        let describers = matching(&|tool, other| {
            let names = |sem: &Sem| {
                other.spec.output.fields.iter().any(|f| f.sem == *sem && !f.noun.is_empty())
                    || other.rows().is_some_and(|r| !r.series && r.key_field().is_some_and(|k| k.sem == *sem))
            };
            tool.spec.name != other.spec.name
                && tool.spec.params.iter().any(|p| matches!(p.sem, Sem::Entity(_)) && names(&p.sem))
        });
        let heights = heights(&tools, &producers);
        let person = |sem: &Sem| lexicon.naming(sem) == Some(Naming::Person);
        let about_people = |tool: &Entry| {
            let bundles = || tool.spec.output.bundles.iter().filter_map(|b| b.entity.clone());
            tool.spec.params.iter().any(|p| person(&p.sem)) || bundles().any(|e| person(&Sem::Entity(e)))
        };
        let given = |tool: usize| providers.get(tool).into_iter().flatten().filter_map(|p| tools.get(*p));
        let personal =
            tools.iter().enumerate().map(|(i, t)| about_people(t) || given(i).any(|p| about_people(p))).collect();
        Index { tools, by_name, producers, neighbours, consumers, providers, describers, personal, heights }
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

    /// Tools that give what a tool's groups describe.
    pub fn providers(&self, tool: usize) -> &[usize] {
        self.providers.get(tool).map_or(&[], Vec::as_slice)
    }

    /// Tools that name or list the entities that a tool takes.
    pub fn describers(&self, tool: usize) -> &[usize] {
        self.describers.get(tool).map_or(&[], Vec::as_slice)
    }

    /// Tools that take a scalar of a tool's result.
    pub fn consumers(&self, tool: usize) -> &[usize] {
        self.consumers.get(tool).map_or(&[], Vec::as_slice)
    }

    /// Whether a tool tells of people, whose readings are compared but not subtracted from each other.
    pub fn personal(&self, tool: usize) -> bool {
        self.personal.get(tool).copied().unwrap_or_default()
    }

    /// How many calls up a tool's arguments reach down to what is looked up: none for a lookup, one for a formula over facts,
    /// two for a formula over such a formula's result.
    pub fn height(&self, tool: usize) -> u32 {
        self.heights.get(tool).copied().unwrap_or_default()
    }

    /// Tools one edge away.
    pub fn neighbours(&self, tool: usize) -> &[usize] {
        self.neighbours.get(tool).map_or(&[], Vec::as_slice)
    }
}

/// The least heights that agree with each other, of tools that can be reached at all.
fn heights(tools: &[Arc<Entry>], producers: &[BTreeMap<String, Vec<Producer>>]) -> Vec<u32> {
    let mut heights = vec![0; tools.len()];
    for _ in 0..HIGHEST {
        let above = |producers: &BTreeMap<String, Vec<Producer>>| {
            let least = |able: &Vec<Producer>| able.iter().filter_map(|p| heights.get(p.tool)).min().map(|h| h + 1);
            producers.values().filter_map(least).max().unwrap_or(0)
        };
        heights = tools.iter().zip(producers).map(|(t, p)| if is_processing(t) { above(p) } else { 0 }).collect();
    }
    heights
}

/// The outputs of a tool that have words: path and meaning, columns as lists.
pub fn outputs(tool: &Entry) -> Vec<(String, Sem)> {
    let said = |f: &&Field| !f.noun.is_empty();
    let scalars = tool.spec.output.fields.iter().filter(said).map(|f| (f.pointer.clone(), f.sem.clone()));
    let columns = tool.rows().into_iter().flat_map(|r| &r.fields).filter(said);
    scalars.chain(columns.map(|f| (tool.column(f), Sem::List(Box::new(f.sem.clone()))))).collect()
}

/// Whether a question may ask for a field.
pub fn askable(field: &Field) -> bool {
    !field.noun.is_empty()
        && matches!(
            field.sem,
            Sem::Measure { .. }
                | Sem::Number
                | Sem::Same(_)
                | Sem::Date(_)
                | Sem::Year(_)
                | Sem::Entity(_)
                | Sem::Category(_)
                | Sem::Text(_)
        )
}

/// Whether a value can be asked for beside another one: neither needs a unit or a rounding.
pub fn exact(sem: &Sem) -> bool {
    (!sem.is_measure() || sem.is_count()) && !matches!(sem, Sem::Same(_) | Sem::Text(_))
}

/// Whether a question may compare or compute with a field.
pub fn measurable(field: &Field) -> bool {
    !field.noun.is_empty() && matches!(field.sem, Sem::Measure { .. } | Sem::Same(_))
}

/// Whether a field is one count of a table: the false negatives of a test mean something beside its true positives, not beside
/// the false negatives of another test.
pub fn cell(tool: &Entry, field: &Field) -> bool {
    let counts = |path: &String| tool.spec.output.fields.iter().any(|f| f.pointer == *path && f.sem.is_count());
    field.sem.is_count()
        && tool
            .spec
            .output
            .bundles
            .iter()
            .any(|b| b.pointers.contains(&field.pointer) && b.pointers.iter().filter(|p| counts(p)).count() >= 3)
}

/// Whether a column orders its rows.
pub fn orders(field: &Field) -> bool {
    !field.noun.is_empty() && matches!(field.sem, Sem::Measure { .. } | Sem::Date(_) | Sem::Year(_))
}

/// Whether a value is read off, not owned, earned or counted; what a text says of somebody is, whatever its scale.
pub fn reading(sem: &Sem, quoted: bool) -> bool {
    quoted
        || matches!(sem, Sem::Measure { scale: Scale::Level, .. } | Sem::Date(_))
        || !(sem.unit().is_empty() || sem.unit().contains("EUR"))
}

/// Up to which rank in the order of a column a thing is described by it: the second-latest of something is nobody's way to say
/// which one is meant.
pub fn ranks(column: &Field) -> u32 {
    if matches!(column.sem, Sem::Date(_)) { 1 } else { 2 }
}

/// Retrieval or processing.
pub fn is_processing(tool: &Entry) -> bool {
    tool.spec.kind == ToolKind::Processing
}
