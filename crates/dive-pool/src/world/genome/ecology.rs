//! Taxonomy, field surveys and microbial strains.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::{day, day_in, decimals, lower, one, significant, spread};

/// The years with a survey of every site.
const SURVEY_YEARS: [i64; 4] = [2021, 2022, 2023, 2024];

const SCHEMA: &str = "
CREATE TABLE taxonomic_family (
    name TEXT PRIMARY KEY, animal_class TEXT NOT NULL, described_year INTEGER NOT NULL, type_genus TEXT NOT NULL
) STRICT;
CREATE TABLE genus (
    name TEXT PRIMARY KEY, family TEXT NOT NULL, described_year INTEGER NOT NULL, type_species TEXT NOT NULL
) STRICT;
CREATE INDEX genus_family ON genus (family);
CREATE TABLE species (
    name TEXT PRIMARY KEY, genus TEXT NOT NULL, animal_class TEXT NOT NULL, habitat TEXT NOT NULL, diet TEXT NOT NULL,
    status TEXT NOT NULL, body_mass_kg REAL NOT NULL, lifespan_years REAL NOT NULL, brood_size REAL NOT NULL,
    population INTEGER NOT NULL, range_km2 INTEGER NOT NULL, diploid_number INTEGER NOT NULL,
    described TEXT NOT NULL, type_locality TEXT NOT NULL
) STRICT;
CREATE INDEX species_genus ON species (genus);
CREATE INDEX species_kind ON species (animal_class, habitat, status);
CREATE INDEX species_locality ON species (type_locality);
CREATE TABLE survey_site (
    name TEXT PRIMARY KEY, city TEXT NOT NULL, distance_km REAL NOT NULL, habitat TEXT NOT NULL,
    elevation_m INTEGER NOT NULL, area_ha REAL NOT NULL, established TEXT NOT NULL
) STRICT;
CREATE INDEX survey_site_city ON survey_site (city);
CREATE TABLE survey (
    site TEXT NOT NULL, year INTEGER NOT NULL, date TEXT NOT NULL, effort_hours REAL NOT NULL,
    temperature_c REAL NOT NULL, PRIMARY KEY (site, year)
) STRICT;
CREATE TABLE survey_count (
    site TEXT NOT NULL, year INTEGER NOT NULL, species TEXT NOT NULL, individuals INTEGER NOT NULL,
    PRIMARY KEY (site, year, species)
) STRICT;
CREATE INDEX survey_count_species ON survey_count (species, year);
CREATE TABLE mark_recapture (
    site TEXT PRIMARY KEY, species TEXT NOT NULL, start TEXT NOT NULL, marked INTEGER NOT NULL,
    caught INTEGER NOT NULL, recaptured INTEGER NOT NULL
) STRICT;
CREATE TABLE strain (
    name TEXT PRIMARY KEY, site TEXT NOT NULL, isolated TEXT NOT NULL, growth_rate REAL NOT NULL,
    lag_h REAL NOT NULL, capacity INTEGER NOT NULL, optimum_c REAL NOT NULL,
    cool_c REAL NOT NULL, cool_rate REAL NOT NULL, warm_c REAL NOT NULL, warm_rate REAL NOT NULL
) STRICT;
CREATE INDEX strain_site ON strain (site);
";

const HABITATS: [(&str, &[&str]); 7] = [
    ("forest", &["Forest", "Wood"]),
    ("grassland", &["Meadow", "Plain"]),
    ("wetland", &["Marsh", "Fen"]),
    ("desert", &["Dunes", "Flats"]),
    ("mountain", &["Ridge", "Pass"]),
    ("coast", &["Point", "Bay"]),
    ("river", &["Reach", "Bend"]),
];
const DIETS: [&str; 4] = ["herbivore", "carnivore", "insectivore", "omnivore"];
const STATUSES: [(&str, f64); 5] = [
    ("least concern", 0.0),
    ("near threatened", 0.8),
    ("vulnerable", 1.4),
    ("endangered", 2.2),
    ("critically endangered", 3.2),
];
/// Classes with their share of the families and the usual decimal exponents of body mass in kilograms.
const CLASSES: [(&str, f64, f64, f64); 4] = [
    ("Mammalia", 5.0, -1.7, 2.6),
    ("Aves", 4.0, -1.9, 0.9),
    ("Reptilia", 2.5, -2.0, 1.4),
    ("Amphibia", 2.0, -2.6, -0.5),
];

/// A species as the other generators need it.
pub(super) struct Species {
    /// Binomial.
    pub name: String,
    habitat: &'static str,
}

/// Creates and fills the tables; returns all species, in order of name.
pub(super) fn generate(db: &Transaction<'_>, seed: u64, cities: &[String]) -> rusqlite::Result<Vec<Species>> {
    db.execute_batch(SCHEMA)?;
    let mut species = taxonomy(db, &mut Stream::new(seed, &["genome", "taxonomy"]), cities)?;
    species.sort_by(|a, b| a.name.cmp(&b.name));
    let sites = surveys(db, &mut Stream::new(seed, &["genome", "surveys"]), cities, &species)?;
    strains(db, &mut Stream::new(seed, &["genome", "strains"]), &sites)?;
    Ok(species)
}

fn taxonomy(db: &Transaction<'_>, rng: &mut Stream, cities: &[String]) -> rusqlite::Result<Vec<Species>> {
    let mut family_row = db.prepare("INSERT INTO taxonomic_family VALUES (?1, ?2, ?3, ?4)")?;
    let mut genus_row = db.prepare("INSERT INTO genus VALUES (?1, ?2, ?3, ?4)")?;
    let (mut family_names, mut genus_names) = (Taken::of(db)?, Taken::of(db)?);
    let mut species = Vec::new();
    for _ in 0..34 {
        let weights = CLASSES.map(|c| c.1);
        let Some((class, _, low, high)) = rng.weighted(&weights).and_then(|i| CLASSES.get(i)).copied() else {
            continue;
        };
        let mean_mass = rng.range(low, high);
        let family = family_names.fresh(|| format!("{}idae", names::word(rng, 2)));
        let family_year = rng.between(1761, 1835);
        let mut type_genus = String::new();
        for g in 0..rng.between(2, 6) {
            let genus = genus_names.fresh(|| {
                let ending = one(rng, &["us", "a", "is", "ops", "on", "ella"]);
                format!("{}{ending}", names::word(rng, 2))
            });
            // The type genus is as old as its family, and the type species as its genus.
            let genus_year = if g == 0 { family_year } else { rng.between(family_year + 1, 1905) };
            if g == 0 {
                type_genus.clone_from(&genus);
            }
            let mut type_species = String::new();
            let mut epithets = Taken::default();
            for s in 0..rng.between(2, 7) {
                let name = epithets.fresh(|| {
                    let ending = one(rng, &["ensis", "ata", "icus", "oides", "ina", "alis"]);
                    format!("{genus} {}{ending}", lower(rng, 1))
                });
                let year = if s == 0 { genus_year } else { rng.between(genus_year + 1, 2018) };
                if s == 0 {
                    type_species.clone_from(&name);
                }
                let habitat = describe(db, rng, &name, &genus, class, mean_mass, year, cities)?;
                species.push(Species { name, habitat });
            }
            genus_row.execute(params![genus, family, genus_year, type_species])?;
        }
        family_row.execute(params![family, class, family_year, type_genus])?;
    }
    Ok(species)
}

#[expect(clippy::too_many_arguments, reason = "one row of one table")]
fn describe(
    db: &Transaction<'_>,
    rng: &mut Stream,
    name: &str,
    genus: &str,
    class: &str,
    mean_mass: f64,
    year: i64,
    cities: &[String],
) -> rusqlite::Result<&'static str> {
    let (habitat, _) = rng.pick(&HABITATS).copied().unwrap_or(("forest", &[]));
    let (status, decline) =
        rng.weighted(&[4.0, 2.5, 2.0, 2.0, 1.2]).and_then(|i| STATUSES.get(i)).copied().unwrap_or(("vulnerable", 1.4));
    let exponent = mean_mass + 0.25 * rng.normal();
    let mass = significant(libm::exp10(exponent));
    // Lifespan grows with about the fifth root of mass; birds live longer than mammals of their size.
    let base = if class == "Aves" { 14.0 } else { 9.0 };
    let lifespan = decimals(base * libm::pow(mass, 0.18) * rng.range(0.6, 1.7), 1).max(1.2);
    let brood = match class {
        "Mammalia" => rng.range(1.0, 6.0),
        "Aves" => rng.range(1.5, 9.0),
        "Reptilia" => rng.range(2.0, 40.0),
        _ => rng.range(30.0, 900.0),
    };
    let population = significant(libm::exp10(rng.range(5.2, 6.8) - decline)) as i64 + rng.between(0, 9);
    let range = significant(libm::exp10(rng.range(4.0, 6.0) - 0.5 * decline)) as i64 + rng.between(0, 9);
    db.prepare_cached("INSERT INTO species VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")?.execute(
        params![
            name,
            genus,
            class,
            habitat,
            one(rng, &DIETS),
            status,
            mass,
            lifespan,
            decimals(brood, 1),
            population,
            range,
            2 * rng.between(9, 42),
            day_in(rng, year, 1, 12),
            one(rng, cities),
        ],
    )?;
    Ok(habitat)
}

fn surveys(
    db: &Transaction<'_>,
    rng: &mut Stream,
    cities: &[String],
    species: &[Species],
) -> rusqlite::Result<Vec<String>> {
    let mut site_row = db.prepare("INSERT INTO survey_site VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    let mut survey_row = db.prepare("INSERT INTO survey VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut count_row = db.prepare("INSERT INTO survey_count VALUES (?1, ?2, ?3, ?4)")?;
    let mut study_row = db.prepare("INSERT INTO mark_recapture VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut taken = Taken::of(db)?;
    let mut sites = Vec::new();
    for i in 0..sized(db, 132)? {
        let (habitat, words) = rng.pick(&HABITATS).copied().unwrap_or(("forest", &["Forest"]));
        let site = taken.fresh(|| format!("{} {}", names::word(rng, 2), one(rng, words)));
        let elevation = match habitat {
            "coast" => rng.between(1, 60),
            "mountain" => rng.between(1100, 3200),
            _ => rng.between(15, 1100),
        };
        site_row.execute(params![
            site,
            cities.get(i % cities.len().max(1)),
            decimals(rng.range(1.5, 48.0), 1),
            habitat,
            elevation,
            spread(rng, 0.8, 3.4),
            day(rng, 1962, 2018),
        ])?;
        let mut residents: Vec<&Species> = species.iter().filter(|s| s.habitat == habitat).collect();
        rng.shuffle(&mut residents);
        residents.truncate(rng.between(8, 13) as usize);
        // Few species are common and many are rare.
        let common: Vec<f64> = residents.iter().map(|_| rng.range(0.0, 1.9) * rng.range(0.3, 1.1)).collect();
        for year in SURVEY_YEARS {
            let temperature = decimals(rng.range(4.0, 31.0), 1);
            let effort = 0.5 * rng.between(5, 40) as f64;
            survey_row.execute(params![site, year, day_in(rng, year, 3, 10), effort, temperature])?;
            for (one, level) in residents.iter().zip(&common) {
                if rng.chance(0.75) {
                    let seen = libm::exp10(level + 0.18 * rng.normal()).round().max(1.0) as i64;
                    count_row.execute(params![site, year, one.name, seen])?;
                }
            }
        }
        let marked = rng.between(28, 140);
        let caught = rng.between(25, 150);
        let recaptured = ((marked.min(caught) as f64) * rng.range(0.08, 0.6)).round().max(3.0) as i64;
        let focal = residents.first().map(|s| s.name.as_str()).unwrap_or_default();
        study_row.execute(params![site, focal, day(rng, 2019, 2024), marked, caught, recaptured])?;
        sites.push(site);
    }
    Ok(sites)
}

fn strains(db: &Transaction<'_>, rng: &mut Stream, sites: &[String]) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO strain VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    let mut taken = Taken::of(db)?;
    for i in 0..sized(db, 290)? {
        let name = taken.fresh(|| {
            let letters: String = names::word(rng, 1).chars().filter(char::is_ascii_alphabetic).take(3).collect();
            format!("strain {}-{}", letters.to_uppercase(), rng.between(101, 998))
        });
        let cool = 0.5 * rng.between(24, 44) as f64;
        let warm = cool + 0.5 * rng.between(14, 30) as f64;
        let cool_rate = decimals(rng.range(0.08, 0.45), 3);
        let q10 = rng.range(1.5, 2.9);
        let warm_rate = decimals(cool_rate * libm::pow(q10, (warm - cool) / 10.0), 3);
        // Growth at the optimum is at least as fast as in the warm trial.
        let best = decimals(warm_rate * rng.range(1.03, 1.4), 3);
        row.execute(params![
            name,
            sites.get(i % sites.len().max(1)),
            day(rng, 2019, 2024),
            best,
            decimals(rng.range(0.4, 9.0), 1),
            spread(rng, 7.3, 9.4) as i64,
            warm + 0.5 * rng.between(2, 14) as f64,
            cool,
            cool_rate,
            warm,
            warm_rate,
        ])?;
    }
    Ok(())
}
