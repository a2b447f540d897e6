//! What people enter by hand: appraisals of records by three raters, ISBNs of theses.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

/// Tables of this file.
pub const SCHEMA: &str = "
    CREATE TABLE appraisal (review TEXT NOT NULL, record INTEGER NOT NULL, score_a INTEGER NOT NULL,
        score_b INTEGER NOT NULL, score_c INTEGER NOT NULL, bias_a TEXT NOT NULL, bias_b TEXT NOT NULL,
        bias_c TEXT NOT NULL, PRIMARY KEY (review, record)) STRICT, WITHOUT ROWID;
    CREATE TABLE thesis_entry (author TEXT PRIMARY KEY, isbn TEXT NOT NULL) STRICT;
";

/// Records that the raters of a review judge.
const RECORDS: i64 = 10;

/// Fills them.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let names = |sql: &str| -> rusqlite::Result<Vec<(String, String)>> {
        db.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let mut rng = Stream::new(seed, &["library", "appraisals"]);
    let mut insert = db.prepare("INSERT INTO appraisal VALUES (?1,?2,?3,?4,?5,?6,?7,?8)")?;
    for (review, _) in names("SELECT title, field FROM review ORDER BY title")? {
        // Some teams agree better than others, and some raters are stricter.
        let noise = rng.range(0.4, 2.2);
        let strictness = [0.0, rng.range(-0.8, 0.8), rng.range(-0.8, 0.8)];
        for record in 1..=RECORDS {
            let quality = rng.range(1.5, 9.5);
            let [a, b, c] = strictness.map(|s| (quality + s + noise * rng.normal()).round().clamp(0.0, 10.0) as i64);
            let [x, y, z] = [(); 3].map(|()| match quality + 1.3 * noise * rng.normal() {
                q if q > 6.5 => "low",
                q if q > 3.8 => "some",
                _ => "high",
            });
            insert.execute(params![review, record, a, b, c, x, y, z])?;
        }
    }
    let mut rng = Stream::new(seed, &["library", "thesis entries"]);
    let mut insert = db.prepare("INSERT INTO thesis_entry VALUES (?1,?2)")?;
    for (author, stem) in names("SELECT author, isbn_stem FROM doctorate ORDER BY author")? {
        insert.execute(params![author, typed(&mut rng, &stem)])?;
    }
    Ok(())
}

/// An ISBN-13 as typed: usually right, sometimes with one wrong digit or two exchanged.
fn typed(rng: &mut Stream, stem: &str) -> String {
    let mut digits: Vec<u32> = stem.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits.iter().zip([1, 3].iter().cycle()).map(|(d, w)| d * w).sum();
    digits.push((10 - sum % 10) % 10);
    if rng.chance(0.2) {
        let place = 4 + rng.below(8);
        if rng.chance(0.5) {
            digits.swap(place, place + 1);
        } else if let Some(digit) = digits.get_mut(place) {
            *digit = (*digit + 1 + rng.below(9) as u32) % 10;
        }
    }
    digits.iter().map(u32::to_string).collect()
}
