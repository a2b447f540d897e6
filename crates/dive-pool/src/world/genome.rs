//! The biological part of a world.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::names::{self, Taken};

/// Entity types of this part: name, noun, plural, domain, quoted, statement that lists the names.
pub const ENTITIES: &[(&str, &str, &str, &str, bool, &str)] = &[
    ("gene", "gene", "genes", "biological", false, "SELECT symbol FROM gene ORDER BY symbol"),
    ("species", "species", "species", "biological", false, "SELECT name FROM species ORDER BY name"),
];

/// Creates and fills this part's tables.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let mut rng = Stream::new(seed, &["genome"]);
    db.execute("CREATE TABLE gene (symbol TEXT PRIMARY KEY) STRICT", [])?;
    let mut taken = Taken::default();
    for _ in 0..300 {
        db.execute(
            "INSERT INTO gene VALUES (?1)",
            params![taken.fresh(|| names::word(&mut rng, 1).to_uppercase() + &rng.between(1, 99).to_string())],
        )?;
    }
    db.execute("CREATE TABLE species (name TEXT PRIMARY KEY) STRICT", [])?;
    let mut taken = Taken::default();
    for _ in 0..300 {
        db.execute(
            "INSERT INTO species VALUES (?1)",
            params![taken.fresh(|| format!(
                "{} {}",
                names::word(&mut rng, 2),
                names::word(&mut rng, 3).to_lowercase()
            ))],
        )?;
    }
    Ok(())
}
