//! Which outputs and parameters name the same kind of thing.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::sem::Sem;
use dive_core::tool::JsonType;
use dive_tools::manifest::slug;

use super::trial::Bench;
use super::words;
use super::{Link, Things};

/// Most names that are kept of a kind.
const NAMES: usize = 200;
/// Share of the tried values that a parameter has to accept.
const ENOUGH: f64 = 0.7;
/// Examples of a link.
const EXAMPLES: usize = 4;

/// A parameter: tool and name.
type Slot = (usize, String);
/// An output: tool and path.
type Place = (usize, String);

/// Kinds of things, and what takes or names them.
pub(super) struct Kinds {
    kinds: Vec<Things>,
    of_slot: BTreeMap<Slot, usize>,
    of_place: BTreeMap<Place, usize>,
    edges: Vec<Edge>,
}

/// What a parameter did with the values of an output.
struct Edge {
    from: Place,
    to: Slot,
    accepted: Vec<String>,
    tried: usize,
    selective: bool,
    /// Their names speak of the same thing.
    named: bool,
}

impl Kinds {
    pub(super) fn of(bench: &Bench<'_>) -> Kinds {
        let slots = slots(bench);
        let edges = edges(bench, &slots);
        // What an output feeds says what it is; what a parameter takes most of says what it wants.
        let mut groups: Vec<(BTreeSet<Place>, BTreeSet<Slot>)> = Vec::new();
        let feeds =
            |place: &Place| -> BTreeSet<&Slot> { edges.iter().filter(|e| e.from == *place).map(|e| &e.to).collect() };
        let values = |place: &Place| -> BTreeSet<&str> {
            let from = |s: &&super::trial::Seen| s.from.as_ref() == Some(place);
            bench.seen.iter().filter(from).map(|s| s.value.as_str()).collect()
        };
        let places: BTreeSet<&Place> = edges.iter().map(|e| &e.from).collect();
        for place in places {
            let joins = |other: &Place| {
                let (a, b) = (values(place), values(other));
                feeds(place) == feeds(other) || a.intersection(&b).count() * 2 >= a.len().min(b.len()).max(1)
            };
            match groups.iter_mut().find(|(places, _)| places.iter().any(joins)) {
                Some((places, _)) => drop(places.insert(place.clone())),
                None => groups.push((BTreeSet::from([place.clone()]), BTreeSet::new())),
            }
        }
        for slot in &slots {
            let weight = |places: &BTreeSet<Place>| {
                let mine = edges.iter().filter(|e| e.to == *slot && places.contains(&e.from));
                let accepted: BTreeSet<&String> = mine.clone().flat_map(|e| &e.accepted).collect();
                (mine.clone().any(|e| e.named), accepted.len())
            };
            let best =
                (0..groups.len()).max_by_key(|g| groups.get(*g).map(|(p, _)| (weight(p), std::cmp::Reverse(*g))));
            match best.and_then(|g| groups.get_mut(g)).filter(|(p, _)| weight(p).1 > 0) {
                Some((_, takers)) => drop(takers.insert(slot.clone())),
                None => alone(bench, slot, &mut groups),
            }
        }
        groups.retain(|(_, takers)| !takers.is_empty());
        let mut kinds = Kinds { kinds: Vec::new(), of_slot: BTreeMap::new(), of_place: BTreeMap::new(), edges };
        for (places, takers) in groups {
            let number = kinds.kinds.len();
            let Some(things) = things(bench, &takers, &kinds.kinds) else { continue };
            kinds.kinds.push(things);
            kinds.of_slot.extend(takers.into_iter().map(|s| (s, number)));
            kinds.of_place.extend(places.into_iter().map(|p| (p, number)));
        }
        kinds
    }

    pub(super) fn things(&self) -> Vec<Things> {
        self.kinds.clone()
    }

    pub(super) fn links(&self, bench: &Bench<'_>) -> Vec<Link> {
        let id = |n: usize| bench.subjects.get(n).map_or(String::new(), |s| s.spec.id.clone());
        let link = |e: &Edge| Link {
            from: id(e.from.0),
            path: e.from.1.clone(),
            to: id(e.to.0),
            param: e.to.1.clone(),
            accepted: e.accepted.len(),
            tried: e.tried,
            selective: e.selective,
            examples: e.accepted.iter().take(EXAMPLES).cloned().collect(),
        };
        self.edges.iter().map(link).collect()
    }

    pub(super) fn of_param(&self, number: usize, param: &str) -> Option<Sem> {
        let kind = self.of_slot.get(&(number, param.to_string()))?;
        Some(Sem::Entity(self.kinds.get(*kind)?.name.clone()))
    }

    pub(super) fn of_output(&self, number: usize, path: &str) -> Option<Sem> {
        let kind = self.of_place.get(&(number, path.to_string()))?;
        Some(Sem::Entity(self.kinds.get(*kind)?.name.clone()))
    }

    pub(super) fn noun(&self, sem: &Sem) -> Option<String> {
        let entity = sem.entity()?;
        self.kinds.iter().find(|k| k.name == entity).map(|k| k.noun.clone())
    }

    /// The one thing that a parameter can be about, when nothing names others.
    pub(super) fn only(&self, number: usize, param: &str) -> Option<(&str, &str)> {
        let kind = *self.of_slot.get(&(number, param.to_string()))?;
        let things = self.kinds.get(kind)?;
        let named = self.of_place.values().any(|k| *k == kind);
        match things.names.as_slice() {
            [one] if !named => Some((things.name.as_str(), one.as_str())),
            _ => None,
        }
    }

    /// How many names of a kind are known.
    pub(super) fn size(&self, entity: &str) -> usize {
        self.kinds.iter().find(|k| k.name == entity).map_or(0, |k| k.names.len())
    }
}

/// Parameters that take text of their own choice and took some.
fn slots(bench: &Bench<'_>) -> Vec<Slot> {
    let mut found = Vec::new();
    for (number, subject) in bench.subjects.iter().enumerate() {
        let texts = subject.spec.params.iter().filter(|p| p.required && p.json == JsonType::String);
        for param in texts.filter(|p| !words::searches(&p.name)) {
            let accepted = bench.accepted(number, &param.name);
            let described = subject.described(&param.name);
            let words = !accepted.is_empty() && accepted.iter().all(|v| described.contains(v));
            if param.choices.is_empty() && !accepted.is_empty() && !words {
                found.push((number, param.name.clone()));
            }
        }
    }
    found
}

fn edges(bench: &Bench<'_>, slots: &[Slot]) -> Vec<Edge> {
    let mut outputs: BTreeMap<&Place, Vec<&str>> = BTreeMap::new();
    for seen in &bench.seen {
        if let Some(place) = &seen.from {
            outputs.entry(place).or_default().push(&seen.value);
        }
    }
    let mut edges = Vec::new();
    for (place, values) in outputs {
        for slot in slots.iter().filter(|s| s.0 != place.0) {
            let Some(subject) = bench.subjects.get(slot.0) else { continue };
            let verdicts: Vec<(&str, bool)> =
                values.iter().filter_map(|v| Some((*v, bench.verdict(slot.0, &slot.1, v)?))).collect();
            let accepted: Vec<String> = verdicts.iter().filter(|(_, ok)| *ok).map(|(v, _)| (*v).to_string()).collect();
            let selective = !subject.open.contains(&slot.1);
            let thing = subject.spec.param(&slot.1).map(|p| words::thing(p, &subject.spec)).unwrap_or_default();
            let key = words::plain(place.1.rsplit('/').next().unwrap_or_default());
            let maker = bench.subjects.get(place.0).and_then(|s| words::object(&s.spec));
            let named = key == thing || maker.as_deref() == Some(thing.as_str());
            let enough = accepted.len() as f64 >= ENOUGH * verdicts.len() as f64;
            if !accepted.is_empty() && enough && (selective || named) {
                let (from, to, tried) = (place.clone(), slot.clone(), verdicts.len());
                edges.push(Edge { from, to, accepted, tried, selective, named });
            }
        }
    }
    edges
}

/// A parameter that no output feeds joins others of its name that took the same values.
fn alone(bench: &Bench<'_>, slot: &Slot, groups: &mut Vec<(BTreeSet<Place>, BTreeSet<Slot>)>) {
    let thing = |s: &Slot| {
        let subject = bench.subjects.get(s.0)?;
        Some((subject.spec.provider.clone(), words::thing(subject.spec.param(&s.1)?, &subject.spec)))
    };
    // What takes anything names nothing.
    let open = bench.subjects.get(slot.0).is_some_and(|s| s.open.contains(&slot.1));
    if open {
        return;
    }
    let shared = |other: &Slot| {
        let (a, b) = (bench.accepted(slot.0, &slot.1), bench.accepted(other.0, &other.1));
        thing(slot) == thing(other) && a.iter().any(|v| b.contains(v))
    };
    match groups.iter_mut().find(|(_, takers)| takers.iter().any(shared)) {
        Some((_, takers)) => drop(takers.insert(slot.clone())),
        None => groups.push((BTreeSet::new(), BTreeSet::from([slot.clone()]))),
    }
}

/// What the takers of a kind say it is.
fn things(bench: &Bench<'_>, takers: &BTreeSet<Slot>, others: &[Things]) -> Option<Things> {
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut home = None;
    for (number, param) in takers {
        let subject = bench.subjects.get(*number)?;
        home.get_or_insert(&subject.spec);
        let param_spec = subject.spec.param(param)?;
        let weight = if words::telling(param_spec) { 3 } else { 1 };
        *votes.entry(words::thing(param_spec, &subject.spec)).or_default() += weight;
        for value in bench.accepted(*number, param) {
            let Some(name) = value.as_str() else { continue };
            let refused = takers.iter().filter(|t| bench.verdict(t.0, &t.1, name) == Some(false)).count();
            if refused * 2 <= takers.len() && refused < takers.len() && !names.iter().any(|n| n == name) {
                names.push(name.into());
            }
        }
    }
    if names.iter().any(|n| !super::infer::opaque(n)) {
        names.retain(|n| !super::infer::opaque(n));
    }
    // The same file by a longer path is no other file.
    let longer =
        |n: &String| names.iter().any(|o| n.strip_suffix(o.as_str()).is_some_and(|folder| folder.ends_with('/')));
    let doubled: Vec<String> = names.iter().filter(|n| longer(n)).cloned().collect();
    names.retain(|n| !doubled.contains(n));
    let home = home?;
    let noun = votes.into_iter().max_by_key(|(noun, n)| (*n, std::cmp::Reverse(noun.len())))?.0;
    let base = slug(&format!("{}_{noun}", home.provider));
    let name = (1..).map(|i| if i == 1 { base.clone() } else { format!("{base}_{i}") });
    let name = name.into_iter().find(|n| !others.iter().any(|o| o.name == *n))?;
    names.truncate(NAMES);
    Some(Things { name, plural: words::plural(&noun), noun, domain: home.domain.clone(), names })
}
