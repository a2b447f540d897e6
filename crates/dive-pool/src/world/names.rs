//! Invented names: towns, persons, companies.
//!
//! Words are built from syllables; each caller keeps a [`Taken`] set so that no two things of a type share a name, and
//! no two worlds either: all possible names fall into [`CLASSES`], and a world draws from one of them.

use std::collections::HashSet;

use dive_core::rng::Stream;
use rusqlite::Connection;

const ONSETS: &[&str] = &[
    "b", "br", "d", "dr", "f", "fr", "g", "gr", "h", "k", "kl", "kr", "l", "m", "n", "p", "r", "s", "sk", "st", "sv",
    "t", "tr", "th", "v", "w", "z",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ae", "ei", "ia", "o", "a", "e"];
const CODAS: &[&str] = &["", "", "l", "n", "r", "s", "m", "nd", "rk", "st", "ll", "th", "x"];

/// Worlds share no invented name unless their seeds differ by a multiple of this. A database keeps the class of its world
/// as SQLite's `user_version`, where every generator finds it.
pub const CLASSES: u64 = 16;
/// Draws after which a name of any class will do: a caller with few names to draw from must come to an end.
const PATIENCE: usize = 200 * CLASSES as usize;

/// Words that programs read as the absence of a value.
const ABSENT: &[&str] = &["none", "null", "nil", "nan"];

/// Names already given.
#[derive(Debug, Default)]
pub struct Taken {
    names: HashSet<String>,
    class: Option<u64>,
}

impl Taken {
    /// Names that no world of another class has. The default takes any name, for codes and for names that contain another.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(db: &Connection) -> rusqlite::Result<Taken> {
        let class: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok(Taken { names: HashSet::new(), class: u64::try_from(class).ok() })
    }

    /// Draws names from `make` until one is new.
    pub fn fresh(&mut self, mut make: impl FnMut() -> String) -> String {
        let mut draws = 0;
        loop {
            let name = make();
            draws += 1;
            let key = name.to_lowercase();
            let ours = self.class.is_none_or(|c| class(&key) == c) || draws > PATIENCE;
            let absent = key.split(' ').any(|word| ABSENT.contains(&word));
            if ours && !absent && self.names.insert(key) {
                return name;
            }
        }
    }
}

/// FNV-1a with a last multiplication, since its final letters hardly reach the upper bits.
fn class(name: &str) -> u64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    ((hash ^ (hash >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % CLASSES
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
