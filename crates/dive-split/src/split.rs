//! Dividing tasks.
//!
//! Holding out a tool means that training sees nothing of it: not in a toolset, not in a schema, not in evidence. A task
//! whose path needs a held-out tool is for testing. A task that never called one loses it from its toolset and is for
//! training. A task that called one off its path is for neither, since its evidence shows the tool: it is listed as lost.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::rng::Stream;
use dive_core::task::Task;
use dive_core::tool::ToolSpec;
use serde::Serialize;

/// What keeps the parts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Tasks at random. World and tools are shared.
    Task,
    /// Tools.
    Tool,
    /// All tools of a provider.
    Provider,
    /// All tools of a domain.
    Domain,
    /// The generated world.
    World,
}

/// A task in neither part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// What the two parts have in common all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Leaks {
    /// Worlds that both have tasks of.
    pub worlds: BTreeSet<u64>,
    /// Seed entities that both have, as `type name`.
    pub seed_entities: usize,
    /// Masked questions that both have.
    pub skeletons: usize,
    /// Held-out tools that training still shows; always empty.
    pub held_out_tools: BTreeSet<String>,
}

/// The parts.
#[derive(Debug, Default)]
pub struct Parts {
    /// For training.
    pub train: Vec<Task>,
    /// For testing.
    pub test: Vec<Task>,
    /// In neither.
    pub lost: Vec<Lost>,
    /// Tools that training does not see.
    pub held_out: BTreeSet<String>,
    /// Training tasks whose toolset lost held-out tools.
    pub trimmed: usize,
}

/// Divides `tasks`, about `share` of them for testing. What is held out is drawn with `seed`, or given.
pub fn split(
    tasks: Vec<Task>,
    tools: &[ToolSpec],
    by: By,
    share: f64,
    seed: u64,
    given: Option<BTreeSet<String>>,
) -> Parts {
    match by {
        By::Task => divide(tasks, share, |task| Stream::new(seed, &["split", &task.certificate.key]).unit()),
        By::World => {
            let worlds: BTreeSet<u64> = tasks.iter().map(|t| t.provenance.world_seed).collect();
            let sizes = count(tasks.iter().map(|t| [t.provenance.world_seed].into()));
            let chosen =
                choose(worlds, &sizes, tasks.len(), share, |w| Stream::new(seed, &["world", &w.to_string()]).bits());
            divide(tasks, share, |task| if chosen.contains(&task.provenance.world_seed) { 0.0 } else { 1.0 })
        }
        By::Tool | By::Provider | By::Domain => {
            let held_out = given.unwrap_or_else(|| draw(&tasks, tools, by, share, seed));
            hold_out(tasks, held_out)
        }
    }
}

/// What the parts share.
pub fn leaks(parts: &Parts) -> Leaks {
    fn shared<T: Ord>(parts: &Parts, get: impl Fn(&Task) -> T) -> BTreeSet<T> {
        let train: BTreeSet<T> = parts.train.iter().map(&get).collect();
        parts.test.iter().map(&get).filter(|x| train.contains(x)).collect()
    }
    let shown = |task: &Task| -> Vec<String> {
        let called = task.evidence.calls.iter().map(|c| c.tool.clone());
        task.toolset.iter().cloned().chain(called).filter(|t| parts.held_out.contains(t)).collect()
    };
    Leaks {
        worlds: shared(parts, |t| t.provenance.world_seed),
        seed_entities: shared(parts, |t| (t.seed_entity.entity.clone(), t.seed_entity.name.clone())).len(),
        skeletons: shared(parts, |t| t.certificate.skeleton.clone()).len(),
        held_out_tools: parts.train.iter().flat_map(shown).collect(),
    }
}

fn divide(tasks: Vec<Task>, share: f64, place: impl Fn(&Task) -> f64) -> Parts {
    let (test, train) = tasks.into_iter().partition(|task| place(task) < share);
    Parts { train, test, ..Parts::default() }
}

fn hold_out(tasks: Vec<Task>, held_out: BTreeSet<String>) -> Parts {
    let mut parts = Parts::default();
    for mut task in tasks {
        let path = &task.certificate.path;
        let needs = task.evidence.calls.iter().any(|c| path.contains(&c.id) && held_out.contains(&c.tool));
        let called = task.evidence.calls.iter().find(|c| held_out.contains(&c.tool)).map(|c| c.tool.clone());
        match (needs, called) {
            (true, _) => parts.test.push(task),
            (false, Some(tool)) => {
                let reason = format!("its evidence shows the held-out tool `{tool}`, which its answer does not need");
                parts.lost.push(Lost { id: task.id, reason });
            }
            (false, None) => {
                let before = task.toolset.len();
                task.toolset.retain(|t| !held_out.contains(t));
                parts.trimmed += usize::from(task.toolset.len() < before);
                parts.train.push(task);
            }
        }
    }
    parts.held_out = held_out;
    parts
}

/// Tools to hold out, so that about `share` of the tasks need one.
fn draw(tasks: &[Task], tools: &[ToolSpec], by: By, share: f64, seed: u64) -> BTreeSet<String> {
    let group = |tool: &str| -> String {
        let spec = tools.iter().find(|t| t.name == tool);
        match (by, spec) {
            (By::Provider, Some(spec)) => format!("{}.{}", spec.domain, spec.provider),
            (By::Domain, Some(spec)) => spec.domain.clone(),
            _ => tool.to_string(),
        }
    };
    let needed = |task: &Task| -> BTreeSet<String> { task.topology.tools.iter().map(|t| group(t)).collect() };
    let sizes = count(tasks.iter().map(needed));
    let groups: BTreeSet<String> = sizes.keys().cloned().collect();
    // Groups are added one by one until enough tasks need one of them; who adds nothing new still counts once.
    let mut order: Vec<String> = groups.into_iter().collect();
    order.sort_by_key(|g| Stream::new(seed, &["hold out", g]).bits());
    let (mut chosen, mut reached) = (BTreeSet::new(), BTreeSet::new());
    for candidate in order {
        if reached.len() as f64 >= share * tasks.len() as f64 {
            break;
        }
        let added: Vec<&str> = tasks.iter().filter(|t| needed(t).contains(&candidate)).map(|t| t.id.as_str()).collect();
        // One group must not take far more than was asked for, unless it is the only one.
        let grown = reached.len() + added.iter().filter(|id| !reached.contains(*id)).count();
        if grown as f64 <= 1.5 * share * tasks.len() as f64 || (by == By::Domain && chosen.is_empty()) {
            reached.extend(added);
            chosen.insert(candidate);
        }
    }
    tools.iter().map(|t| t.name.clone()).filter(|name| chosen.contains(&group(name))).collect()
}

fn count<T: Ord>(groups: impl Iterator<Item = BTreeSet<T>>) -> BTreeMap<T, usize> {
    let mut sizes = BTreeMap::new();
    for group in groups.flatten() {
        *sizes.entry(group).or_default() += 1;
    }
    sizes
}

fn choose<T: Ord + Clone>(
    all: BTreeSet<T>,
    sizes: &BTreeMap<T, usize>,
    total: usize,
    share: f64,
    key: impl Fn(&T) -> u64,
) -> BTreeSet<T> {
    let mut order: Vec<T> = all.into_iter().collect();
    order.sort_by_key(&key);
    let (mut chosen, mut size) = (BTreeSet::new(), 0);
    // The last world stays for training.
    order.pop();
    for candidate in order {
        if size as f64 >= share * total as f64 {
            break;
        }
        size += sizes.get(&candidate).copied().unwrap_or(0);
        chosen.insert(candidate);
    }
    chosen
}
