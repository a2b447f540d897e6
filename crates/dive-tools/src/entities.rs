//! The entities that tools accept by name.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

/// What the names of an entity type are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// Names of things.
    #[default]
    Thing,
    /// Names of people, who are asked for with "who".
    Person,
    /// Titles, which stand in quotation marks.
    Title,
}

/// A type of entity, its words and the names of all its members.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EntityType {
    /// Name used in meanings: `company` in `entity:company`.
    pub name: String,
    /// How one is called.
    pub noun: String,
    /// How several are called.
    pub plural: String,
    /// Domain whose seed entities these are.
    pub domain: String,
    /// What its names are.
    #[serde(default)]
    pub naming: Naming,
    /// Its names stand with the definite article: the River Latra.
    #[serde(default)]
    pub article: bool,
    /// All names, each unique within the type.
    #[serde(default)]
    pub names: Vec<String>,
}

/// All entity types of a pool.
#[derive(Debug, Clone, Default)]
pub struct Entities {
    types: BTreeMap<String, EntityType>,
    index: BTreeMap<String, HashSet<String>>,
}

impl Entities {
    /// Collects types; the last of two with the same name wins.
    pub fn new(types: impl IntoIterator<Item = EntityType>) -> Entities {
        let types: BTreeMap<_, _> = types.into_iter().map(|t| (t.name.clone(), t)).collect();
        let index = types.iter().map(|(k, t)| (k.clone(), t.names.iter().cloned().collect())).collect();
        Entities { types, index }
    }

    /// These and others of which only some members are known: any name may be one of them. Names of a type that is here
    /// already join it.
    #[must_use]
    pub fn and(mut self, others: impl IntoIterator<Item = EntityType>) -> Entities {
        for other in others {
            self.index.remove(&other.name);
            match self.types.get_mut(&other.name) {
                Some(known) => {
                    let new: Vec<String> = other.names.into_iter().filter(|n| !known.names.contains(n)).collect();
                    known.names.extend(new);
                }
                None => {
                    self.types.insert(other.name.clone(), other);
                }
            }
        }
        self
    }

    /// The type of that name.
    pub fn get(&self, name: &str) -> Option<&EntityType> {
        self.types.get(name)
    }

    /// All types, by name.
    pub fn types(&self) -> impl Iterator<Item = &EntityType> {
        self.types.values()
    }

    /// Whether a name belongs to a type; `None` when the type's members are not known.
    pub fn contains(&self, entity: &str, name: &str) -> Option<bool> {
        self.index.get(entity).map(|names| names.contains(name))
    }

    /// The member for `@type:index`, the form in which examples name an entity of whatever world there is.
    pub fn resolve(&self, reference: &str) -> Option<&str> {
        let (entity, index) = reference.strip_prefix('@')?.split_once(':')?;
        self.types.get(entity)?.names.get(index.parse::<usize>().ok()?).map(String::as_str)
    }

    /// Up to three names nearest to a misspelt one.
    pub fn nearest(&self, entity: &str, name: &str) -> Vec<&str> {
        let Some(known) = self.types.get(entity) else {
            return Vec::new();
        };
        let mut wanted: Vec<[char; 3]> = trigrams(name).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut met = vec![false; wanted.len()];
        let mut shared = |other: &str| {
            met.fill(false);
            for place in trigrams(other).filter_map(|t| wanted.binary_search(&t).ok()) {
                met.get_mut(place).into_iter().for_each(|m| *m = true);
            }
            met.iter().filter(|m| **m).count()
        };
        let mut scored: Vec<(usize, &str)> =
            known.names.iter().map(|n| (shared(n), n.as_str())).filter(|(score, _)| *score > 0).collect();
        scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        scored.into_iter().take(3).map(|(_, n)| n).collect()
    }
}

/// The trigrams of a text between two blanks and one. Thousands of names are looked at for one that is misspelt, so none is
/// collected.
fn trigrams(text: &str) -> impl Iterator<Item = [char; 3]> {
    let letters = text.chars().flat_map(char::to_lowercase).chain([' ']);
    letters.scan([' ', ' '], |[first, second], third| {
        let trigram = [*first, *second, third];
        (*first, *second) = (*second, third);
        Some(trigram)
    })
}
