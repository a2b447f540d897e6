//! Which tools feed which: edges that were executed with success, over declared meanings.
//!
//! An edge runs from a tool to another one that took a value of its result, in a call that succeeded. It counts only
//! where the parameter declares what it takes: an entity, a quantity with its kind, a count of something, a word of a vocabulary, an identifier,
//! text with an alphabet. Bare numbers, years, dates and truth values prove no kinship; what only could be
//! connected counts for nothing.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::evidence::{CallId, Evidence, Source};
use dive_core::sem::Sem;
use dive_core::tool::ToolSpec;
use serde::Serialize;

use crate::measure::share;

/// Where a tool belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its domain.
    pub domain: String,
    /// Its family: the provider within the domain.
    pub family: String,
}

/// Collects executed edges.
#[derive(Debug, Default)]
pub struct Chains {
    tools: BTreeMap<String, Tool>,
    edges: BTreeMap<(String, String), Edge>,
    episodes: u64,
    calls: u64,
}

#[derive(Debug, Default)]
struct Tool {
    place: Place,
    /// The declared meanings of its parameters, by name; none for those that declare nothing.
    takes: BTreeMap<String, Option<String>>,
    executed: u64,
}

#[derive(Debug, Clone, Default)]
struct Edge {
    meanings: BTreeSet<String>,
    times: u64,
    on_path: bool,
}

/// The producer→consumer graph.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Graph {
    /// Episodes read, rejected ones included.
    pub episodes: u64,
    /// Calls that succeeded.
    pub calls: u64,
    /// Tools of the pool.
    pub tools: u64,
    /// Families of the pool.
    pub families: u64,
    /// Figures over the calls of all episodes.
    pub all_evidence: Figures,
    /// Figures over the certified paths of tasks.
    pub certified_path: Figures,
    /// Tools without a producer, with the reason.
    pub without_producer: BTreeMap<String, &'static str>,
    /// The edges.
    pub edges: Vec<Link>,
    /// Where each tool belongs.
    pub places: BTreeMap<String, Place>,
}

/// What is counted of a graph. An edge is a pair of tools, however often and with whatever values it was executed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Edges.
    pub edges: u64,
    /// Tools that took something from another tool.
    pub with_producer: u64,
    /// Their share of the pool.
    pub with_producer_share: f64,
    /// Share of the edges that join two families.
    pub cross_family_share: f64,
    /// Share of the edges that join two domains.
    pub cross_domain_share: f64,
}

/// An executed edge.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// The tool whose result was used.
    pub from: String,
    /// The tool that used it.
    pub to: String,
    /// What was handed on.
    pub meanings: Vec<String>,
    /// How often.
    pub times: u64,
    /// Whether some certified path has it.
    pub on_certified_path: bool,
}

impl Chains {
    /// None yet, between the tools of a pool.
    pub fn new(specs: &[ToolSpec]) -> Chains {
        let tool = |s: &ToolSpec| Tool {
            place: Place { domain: s.domain.clone(), family: s.provider.clone() },
            takes: s.params.iter().map(|p| (p.name.clone(), declared(&p.sem))).collect(),
            executed: 0,
        };
        Chains { tools: specs.iter().map(|s| (s.name.clone(), tool(s))).collect(), ..Chains::default() }
    }

    /// Takes the calls of an episode into account; those on `path` support a task.
    pub fn add(&mut self, evidence: &Evidence, path: &[CallId]) {
        self.episodes += 1;
        for call in evidence.calls.iter().filter(|c| c.outcome.value().is_some()) {
            self.calls += 1;
            let Some(consumer) = self.tools.get_mut(&call.tool) else { continue };
            consumer.executed += 1;
            for (name, source) in &call.sources {
                let Some(Some(meaning)) = consumer.takes.get(name) else { continue };
                let Source::Derived(expr) = source else { continue };
                let mut from = Vec::new();
                expr.calls(&mut from);
                let producers = from.iter().filter_map(|id| evidence.get(*id).map(|c| (id, &c.tool)));
                for (id, producer) in producers.filter(|(_, tool)| **tool != call.tool) {
                    let edge = self.edges.entry((producer.clone(), call.tool.clone())).or_default();
                    edge.times += 1;
                    edge.on_path |= path.contains(id) && path.contains(&call.id);
                    if !edge.meanings.contains(meaning) {
                        edge.meanings.insert(meaning.clone());
                    }
                }
            }
        }
    }

    /// The graph.
    pub fn finish(self) -> Graph {
        let place = |tool: &str| self.tools.get(tool).map(|t| t.place.clone()).unwrap_or_default();
        let figures = |wanted: &dyn Fn(&Edge) -> bool| -> Figures {
            let edges: Vec<(Place, Place, &str)> = self
                .edges
                .iter()
                .filter(|(_, e)| wanted(e))
                .map(|((a, b), _)| (place(a), place(b), b.as_str()))
                .collect();
            let fed: BTreeSet<&str> = edges.iter().map(|e| e.2).filter(|t| self.tools.contains_key(*t)).collect();
            let n = edges.len() as u64;
            let count = |differ: &dyn Fn(&Place, &Place) -> bool| {
                share(edges.iter().filter(|(a, b, _)| differ(a, b)).count() as u64, n)
            };
            Figures {
                edges: n,
                with_producer: fed.len() as u64,
                with_producer_share: share(fed.len() as u64, self.tools.len() as u64),
                cross_family_share: count(&|a, b| a != b),
                cross_domain_share: count(&|a, b| a.domain != b.domain),
            }
        };
        let (all_evidence, certified_path) = (figures(&|_| true), figures(&|e| e.on_path));
        let fed: BTreeSet<&String> = self.edges.keys().map(|(_, to)| to).collect();
        let why = |tool: &Tool| match tool {
            t if t.takes.is_empty() => "it takes no argument",
            t if t.takes.values().all(Option::is_none) => "it takes bare numbers, dates, years or flags only",
            t if t.executed == 0 => "no episode called it",
            _ => "every argument came from the question",
        };
        let without = self.tools.iter().filter(|(name, _)| !fed.contains(name));
        let families: BTreeSet<(&String, &String)> =
            self.tools.values().map(|t| (&t.place.domain, &t.place.family)).collect();
        Graph {
            episodes: self.episodes,
            calls: self.calls,
            tools: self.tools.len() as u64,
            families: families.len() as u64,
            all_evidence,
            certified_path,
            without_producer: without.map(|(name, tool)| (name.clone(), why(tool))).collect(),
            places: self.tools.iter().map(|(name, tool)| (name.clone(), tool.place.clone())).collect(),
            edges: self
                .edges
                .into_iter()
                .map(|((from, to), edge)| Link {
                    from,
                    to,
                    meanings: edge.meanings.into_iter().collect(),
                    times: edge.times,
                    on_certified_path: edge.on_path,
                })
                .collect(),
        }
    }
}

impl Graph {
    /// The graph in Graphviz's language, domains and families as boxes.
    pub fn dot(&self) -> String {
        let quoted =
            |text: &str| format!("\"{}\"", crate::plain::clean(text).replace('\\', "\\\\").replace('"', "\\\""));
        let mut families: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for (tool, place) in &self.places {
            families.entry((&place.domain, &place.family)).or_default().push(tool);
        }
        let mut out = String::from("digraph tools {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontsize=10];\n");
        for (number, ((domain, family), tools)) in families.iter().enumerate() {
            out.push_str(&format!(
                "  subgraph cluster_{number} {{\n    label={};\n",
                quoted(&format!("{domain} {family}"))
            ));
            tools.iter().for_each(|tool| out.push_str(&format!("    {};\n", quoted(tool))));
            out.push_str("  }\n");
        }
        for edge in &self.edges {
            let label = quoted(&edge.meanings.join(", "));
            let style = if edge.on_certified_path { "" } else { ", style=dashed" };
            out.push_str(&format!("  {} -> {} [tooltip={label}{style}];\n", quoted(&edge.from), quoted(&edge.to)));
        }
        out.push_str("}\n");
        out
    }
}

/// What a parameter declares beyond a number, a text, a date or a truth value.
fn declared(sem: &Sem) -> Option<String> {
    match sem {
        Sem::Entity(_) | Sem::Category(_) | Sem::Id(_) => Some(sem.to_string()),
        Sem::Measure { kind, role, .. } => {
            let counted = kind == "count";
            (if counted { !role.is_empty() } else { !kind.is_empty() }).then(|| sem.to_string())
        }
        Sem::Text(kind) => (!kind.is_empty() && kind != "unknown").then(|| sem.to_string()),
        Sem::List(inner) => declared(inner),
        Sem::Date(_) | Sem::Year(_) | Sem::Flag(_) | Sem::Number | Sem::Same(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_meanings_connect() {
        let connects = |text: &str| declared(&text.parse().unwrap()).is_some();
        for sem in [
            "entity:city",
            "amount:mass[kg]",
            "count:patient",
            "category:sector",
            "text:dna",
            "id:x",
            "list(entity:city)",
        ] {
            assert!(connects(sem), "{sem}");
        }
        for sem in ["number", "list(number)", "date:birth", "year:fiscal", "flag:listed", "same:values"] {
            assert!(!connects(sem), "{sem}");
        }
    }
}
