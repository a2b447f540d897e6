//! The biological part of a world: a tree of invented vertebrates with field surveys, one invented reference genome
//! with its proteins, variants and orthologs, and the enzymes, compounds and pathways around them.

use dive_core::rng::Stream;
use dive_tools::entities::Naming::Thing;
use rusqlite::Transaction;

use super::names;

mod bench;
mod biochemistry;
mod ecology;
mod molecular;

/// Entity types of this part: name, noun, plural, domain, naming, statement that lists the names.
pub const ENTITIES: &[super::NamedRows] = &[
    ("gene", "gene", "genes", "biological", Thing, "SELECT symbol FROM gene ORDER BY symbol"),
    ("species", "species", "species", "biological", Thing, "SELECT name FROM species ORDER BY name"),
    ("genus", "genus", "genera", "biological", Thing, "SELECT name FROM genus ORDER BY name"),
    ("taxonomic_family", "family", "families", "biological", Thing, "SELECT name FROM taxonomic_family ORDER BY name"),
    ("survey_site", "survey site", "survey sites", "biological", Thing, "SELECT name FROM survey_site ORDER BY name"),
    ("strain", "isolate", "isolates", "biological", Thing, "SELECT name FROM strain ORDER BY name"),
    (
        "cytoband",
        "cytogenetic band",
        "cytogenetic bands",
        "biological",
        Thing,
        "SELECT name FROM cytoband ORDER BY name",
    ),
    ("protein", "protein", "proteins", "biological", Thing, "SELECT name FROM protein ORDER BY name"),
    ("variant", "variant", "variants", "biological", Thing, "SELECT name FROM variant ORDER BY name"),
    ("biobank", "biobank", "biobanks", "biological", Thing, "SELECT name FROM biobank ORDER BY name"),
    ("compound", "compound", "compounds", "biological", Thing, "SELECT name FROM compound ORDER BY name"),
    ("enzyme", "enzyme", "enzymes", "biological", Thing, "SELECT name FROM enzyme ORDER BY name"),
    ("motif", "DNA motif", "DNA motifs", "biological", Thing, "SELECT name FROM motif ORDER BY name"),
    (
        "breeding_cross",
        "breeding cross",
        "breeding crosses",
        "biological",
        Thing,
        "SELECT name FROM breeding_cross ORDER BY name",
    ),
    ("pathway", "pathway", "pathways", "biological", Thing, "SELECT name FROM pathway ORDER BY name"),
];

/// Creates and fills this part's tables.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let cities = cities(db, &mut Stream::new(seed, &["genome", "cities"]))?;
    let species = ecology::generate(db, seed, &cities)?;
    let enzymes = biochemistry::compounds_and_enzymes(db, seed)?;
    let genes = molecular::generate(db, seed, &species, &cities, &enzymes)?;
    biochemistry::kinetics_and_pathways(db, seed, &enzymes, &genes)?;
    bench::generate(db, seed)
}

/// The cities that field sites, type localities and biobanks are tied to: few, so that each has several.
fn cities(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare("SELECT name FROM city ORDER BY name")?;
    let mut all: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    rng.shuffle(&mut all);
    all.truncate(36);
    Ok(all)
}

/// One of `items`, copied; the default value when there are none.
fn one<T: Clone + Default>(rng: &mut Stream, items: &[T]) -> T {
    rng.pick(items).cloned().unwrap_or_default()
}

/// An invented word in lower case.
fn lower(rng: &mut Stream, syllables: usize) -> String {
    names::word(rng, syllables).to_lowercase()
}

/// `x` with so many decimals.
fn decimals(x: f64, places: i32) -> f64 {
    let scale = libm::exp10(f64::from(places));
    (x * scale).round() / scale
}

/// Ten to a power drawn uniformly between two exponents, with three significant digits: most natural measures spread
/// over magnitudes.
fn spread(rng: &mut Stream, low: f64, high: f64) -> f64 {
    significant(libm::exp10(rng.range(low, high)))
}

/// `x` with three significant digits.
fn significant(x: f64) -> f64 {
    dive_core::canon::significant(x, 3)
}

/// An ISO date of a year, in the season between two months.
fn day_in(rng: &mut Stream, year: i64, first_month: i64, last_month: i64) -> String {
    format!("{year:04}-{:02}-{:02}", rng.between(first_month, last_month), rng.between(1, 28))
}

/// An ISO date between the starts of two years.
fn day(rng: &mut Stream, first_year: i64, last_year: i64) -> String {
    let year = rng.between(first_year, last_year);
    day_in(rng, year, 1, 12)
}
