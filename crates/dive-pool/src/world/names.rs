//! Invented names: towns, persons, companies.
//!
//! Words are built from syllables, so that another world seed gives other names; each caller keeps a [`Taken`] set so
//! that no two things of a type share a name.

use std::collections::HashSet;

use dive_core::rng::Stream;

const ONSETS: &[&str] = &[
    "b", "br", "d", "dr", "f", "fr", "g", "gr", "h", "k", "kl", "kr", "l", "m", "n", "p", "r", "s", "sk", "st", "sv",
    "t", "tr", "th", "v", "w", "z",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ae", "ei", "ia", "o", "a", "e"];
const CODAS: &[&str] = &["", "", "l", "n", "r", "s", "m", "nd", "rk", "st", "ll", "th", "x"];

/// Names already given.
#[derive(Debug, Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    /// Draws names from `make` until one is new.
    pub fn fresh(&mut self, mut make: impl FnMut() -> String) -> String {
        loop {
            let name = make();
            if self.0.insert(name.to_lowercase()) {
                return name;
            }
        }
    }
}

/// A capitalised word of so many syllables.
pub fn word(rng: &mut Stream, syllables: usize) -> String {
    let mut text = String::new();
    for i in 0..syllables {
        text.push_str(rng.pick(ONSETS).copied().unwrap_or_default());
        text.push_str(rng.pick(VOWELS).copied().unwrap_or_default());
        if i + 1 == syllables {
            text.push_str(rng.pick(CODAS).copied().unwrap_or_default());
        }
    }
    capitalise(&text)
}

/// The word with a capital first letter.
pub fn capitalise(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// An invented surname.
pub fn surname(rng: &mut Stream) -> String {
    let suffix = ["sen", "mark", "well", "ova", "ides", "quist", "mere", "strand", "ano", "wick"];
    let syllables = 1 + rng.below(2);
    format!("{}{}", word(rng, syllables), rng.pick(&suffix).copied().unwrap_or_default())
}

/// A given name (ordinary ones: only the full name identifies a person) and an invented surname.
pub fn person(rng: &mut Stream) -> String {
    let given = [
        "Ada", "Amir", "Anneke", "Bela", "Carla", "Chidi", "Dario", "Edda", "Elif", "Emil", "Farah", "Goran", "Hana",
        "Hugo", "Ines", "Ivo", "Jana", "Jonas", "Kaito", "Karin", "Lena", "Liam", "Luz", "Marta", "Milan", "Nadia",
        "Nils", "Noor", "Olga", "Oskar", "Paula", "Petra", "Quentin", "Rafael", "Rosa", "Samira", "Sven", "Tara",
        "Tomas", "Uma", "Vera", "Viktor", "Wanda", "Yara", "Yusuf", "Zora",
    ];
    format!("{} {}", rng.pick(&given).copied().unwrap_or_default(), surname(rng))
}
