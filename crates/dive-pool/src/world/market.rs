//! The financial part of a world.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::names::{self, Taken};

/// Entity types of this part: name, noun, plural, domain, quoted, statement that lists the names.
pub const ENTITIES: &[(&str, &str, &str, &str, bool, &str)] =
    &[("company", "company", "companies", "financial", false, "SELECT name FROM company ORDER BY name")];

/// Creates and fills this part's tables.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let mut rng = Stream::new(seed, &["market"]);
    db.execute("CREATE TABLE company (name TEXT PRIMARY KEY) STRICT", [])?;
    let mut taken = Taken::default();
    for _ in 0..300 {
        db.execute(
            "INSERT INTO company VALUES (?1)",
            params![taken.fresh(|| format!("{} {}", names::word(&mut rng, 2), "Marine"))],
        )?;
    }
    Ok(())
}
