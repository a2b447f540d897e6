//! Generated worlds: one consistent SQLite database for all five domains, made from a world seed.
//!
//! Every company, patient, gene, species, author and town in it is invented; questions about them cannot be answered
//! from memory, only by calling tools. Generators run in the order atlas, genome, market, clinic, library, documents, each in one
//! transaction, and may read the tables of those before them. [`AS_OF`] is the world's today.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use dive_core::canon;
use dive_tools::entities::{EntityType, Naming};
use rusqlite::{Connection, Transaction};

pub mod atlas;
pub mod clinic;
pub mod documents;
pub mod genome;
pub mod library;
pub mod market;
pub mod names;

/// The day on which every world stands still.
pub const AS_OF: &str = "2025-06-30";

/// The generators' source: caches and fingerprints must notice any change, and nobody remembers to count up a number.
const SOURCES: &[&str] = &[
    include_str!("mod.rs"),
    include_str!("names.rs"),
    include_str!("atlas/mod.rs"),
    include_str!("atlas/land.rs"),
    include_str!("atlas/life.rs"),
    include_str!("atlas/network.rs"),
    include_str!("atlas/records.rs"),
    include_str!("genome/mod.rs"),
    include_str!("genome/bench.rs"),
    include_str!("genome/biochemistry.rs"),
    include_str!("genome/ecology.rs"),
    include_str!("genome/molecular.rs"),
    include_str!("market/mod.rs"),
    include_str!("market/accounts.rs"),
    include_str!("market/companies.rs"),
    include_str!("market/credit.rs"),
    include_str!("market/currencies.rs"),
    include_str!("market/funds.rs"),
    include_str!("market/options.rs"),
    include_str!("market/prices.rs"),
    include_str!("documents.rs"),
    include_str!("clinic/mod.rs"),
    include_str!("clinic/acute.rs"),
    include_str!("clinic/care.rs"),
    include_str!("clinic/drugs.rs"),
    include_str!("clinic/patients.rs"),
    include_str!("library/mod.rs"),
    include_str!("library/catalogues.rs"),
    include_str!("library/papers.rs"),
    include_str!("library/people.rs"),
    include_str!("library/trials.rs"),
    include_str!("library/words.rs"),
    include_str!("../biological/sequence.rs"),
    include_str!("../financial/black_scholes.rs"),
];

type Generator = fn(&Transaction<'_>, u64) -> rusqlite::Result<()>;

const GENERATORS: &[(&str, Generator)] = &[
    ("atlas", atlas::generate),
    ("genome", genome::generate),
    ("market", market::generate),
    ("clinic", clinic::generate),
    ("library", library::generate),
    ("documents", documents::generate),
];

/// An entity type whose members are rows of a world: name, noun, plural, domain, naming, statement that lists the names.
pub type NamedRows = (&'static str, &'static str, &'static str, &'static str, Naming, &'static str);

const ENTITY_TYPES: &[&[NamedRows]] =
    &[atlas::ENTITIES, genome::ENTITIES, market::ENTITIES, clinic::ENTITIES, library::ENTITIES];

/// Types whose names stand with the definite article.
const WITH_ARTICLE: &[&str] = &["river", "market_index", "stock_exchange", "fund", "bond", "foreign_currency"];

/// How large a world is, in percent of the usual: its cities a region, companies, patients, drugs, genes, authors,
/// papers and what goes with them. A database keeps it as SQLite's `application_id`, where every generator finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(u32);

impl Size {
    /// The usual size.
    pub const USUAL: Size = Size(100);
    /// Smallest and largest size, in percent: a smaller world is too poor for some tools, a larger one only takes longer.
    pub const RANGE: (u32, u32) = (50, 400);

    /// So many percent of the usual.
    ///
    /// # Errors
    /// It is out of range.
    pub fn percent(percent: u32) -> Result<Size, String> {
        let (least, most) = Size::RANGE;
        let fits = (least..=most).contains(&percent);
        if fits {
            Ok(Size(percent))
        } else {
            Err(format!("a world's size is {least} to {most} percent, not {percent}"))
        }
    }

    /// That of a database; the usual one where none was noted.
    fn of(db: &Connection) -> rusqlite::Result<Size> {
        let noted = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
        Ok(if noted == 0 { Size::USUAL } else { Size(noted) })
    }

    /// How many there are in a world of this size of what the usual one has `usual` of.
    fn scaled(self, usual: usize) -> usize {
        (usual * self.0 as usize).div_ceil(100)
    }
}

/// How many a world being made has of what the usual one has `usual` of.
fn sized(db: &Connection, usual: usize) -> rusqlite::Result<usize> {
    Ok(Size::of(db)?.scaled(usual))
}

/// A world on disk.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    path: PathBuf,
    fingerprint: String,
}

impl World {
    /// The world of that seed, generated in the cache directory unless it is there already.
    ///
    /// # Errors
    /// A sentence that names the file which cannot be written.
    pub fn open(seed: u64) -> Result<World, String> {
        World::open_sized(seed, Size::USUAL)
    }

    /// The world of that seed and size.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_sized(seed: u64, size: Size) -> Result<World, String> {
        World::make(&cache_dir(), seed, size)
    }

    /// The world of that seed in a directory of the caller's choice.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(dir: &Path, seed: u64) -> Result<World, String> {
        World::make(dir, seed, Size::USUAL)
    }

    /// The world of that seed and size in a directory of the caller's choice.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn make(dir: &Path, seed: u64, size: Size) -> Result<World, String> {
        let fingerprint = match size {
            Size::USUAL => canon::fingerprint(&(SOURCES, documents::KINDS, seed)),
            Size(percent) => canon::fingerprint(&(SOURCES, documents::KINDS, seed, percent)),
        };
        let path = dir.join(format!("world-{fingerprint}.sqlite"));
        if !path.exists() {
            let fail = |e: &dyn std::fmt::Display| format!("{}: the world cannot be written: {e}", path.display());
            fs::create_dir_all(dir).map_err(|e| fail(&e))?;
            // Whoever finishes first wins; a world is complete or absent, never half there.
            static DRAFTS: AtomicU32 = AtomicU32::new(0);
            let draft = DRAFTS.fetch_add(1, Ordering::Relaxed);
            let draft = dir.join(format!("world-{fingerprint}.{}-{draft}.tmp", process::id()));
            let _ = fs::remove_file(&draft);
            generate(&draft, seed, size).map_err(|e| fail(&e))?;
            fs::rename(&draft, &path).map_err(|e| fail(&e))?;
        }
        Ok(World { seed, path, fingerprint })
    }

    /// The seed it was made from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The database.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What distinguishes this world from others: generators and seed.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

fn cache_dir() -> PathBuf {
    let from = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    from("XDG_CACHE_HOME").or_else(|| from("HOME").map(|h| h.join(".cache"))).unwrap_or_else(env::temp_dir).join("dive")
}

fn generate(path: &Path, seed: u64, size: Size) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "off")?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.pragma_update(None, "application_id", size.0)?;
    connection.pragma_update(None, "user_version", (seed % names::CLASSES) as i64)?;
    for (_, generator) in GENERATORS {
        let transaction = connection.transaction()?;
        generator(&transaction, seed)?;
        transaction.commit()?;
    }
    connection.execute_batch("ANALYZE; VACUUM;")
}

/// The entity types of a world with all their names.
///
/// # Errors
/// The database cannot be read.
pub fn entity_types(path: &Path) -> rusqlite::Result<Vec<EntityType>> {
    let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut types = Vec::new();
    for (name, noun, plural, domain, naming, sql) in ENTITY_TYPES.iter().copied().flatten() {
        let names = connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        types.push(EntityType {
            name: (*name).into(),
            noun: (*noun).into(),
            plural: (*plural).into(),
            domain: (*domain).into(),
            naming: *naming,
            article: WITH_ARTICLE.contains(name),
            names,
        });
    }
    Ok(types)
}
