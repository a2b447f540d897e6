//! The medical part of a world.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::names::{self, Taken};

/// Entity types of this part: name, noun, plural, domain, quoted, statement that lists the names.
pub const ENTITIES: &[(&str, &str, &str, &str, bool, &str)] = &[
    ("drug", "drug", "drugs", "medical", false, "SELECT name FROM drug ORDER BY name"),
    ("hospital", "hospital", "hospitals", "medical", false, "SELECT name FROM hospital ORDER BY name"),
];

/// Creates and fills this part's tables.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let mut rng = Stream::new(seed, &["clinic"]);
    db.execute("CREATE TABLE drug (name TEXT PRIMARY KEY) STRICT", [])?;
    let mut taken = Taken::default();
    for _ in 0..200 {
        db.execute("INSERT INTO drug VALUES (?1)", params![taken.fresh(|| names::word(&mut rng, 3))])?;
    }
    db.execute("CREATE TABLE hospital (name TEXT PRIMARY KEY) STRICT", [])?;
    let mut taken = Taken::default();
    for _ in 0..40 {
        db.execute(
            "INSERT INTO hospital VALUES (?1)",
            params![taken.fresh(|| format!("{} Hospital", names::word(&mut rng, 2)))],
        )?;
    }
    Ok(())
}
