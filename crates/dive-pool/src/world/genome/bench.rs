//! What laboratories measured: enzyme rates, binding motifs, binding pockets, breeding crosses, haplotypes, and the life tables of
//! species.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::{day, decimals, one, significant};

const SCHEMA: &str = "
CREATE TABLE enzyme_rate (
    enzyme TEXT NOT NULL, substrate_um REAL NOT NULL, rate REAL NOT NULL, PRIMARY KEY (enzyme, substrate_um)
) STRICT, WITHOUT ROWID;
CREATE TABLE motif (
    name TEXT PRIMARY KEY, protein TEXT NOT NULL, width INTEGER NOT NULL, described TEXT NOT NULL
) STRICT;
CREATE TABLE motif_site (
    motif TEXT NOT NULL, gene TEXT NOT NULL, site TEXT NOT NULL, upstream_bp INTEGER NOT NULL, affinity_nm REAL NOT NULL,
    PRIMARY KEY (motif, gene)
) STRICT, WITHOUT ROWID;
CREATE INDEX motif_site_gene ON motif_site (gene);
CREATE TABLE pocket_residue (
    protein TEXT NOT NULL, place INTEGER NOT NULL, residue TEXT NOT NULL, x REAL NOT NULL, y REAL NOT NULL, z REAL NOT NULL,
    bound_x REAL NOT NULL, bound_y REAL NOT NULL, bound_z REAL NOT NULL, PRIMARY KEY (protein, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE breeding_cross (
    name TEXT PRIMARY KEY, species TEXT NOT NULL, site TEXT NOT NULL, started TEXT NOT NULL, dominant INTEGER NOT NULL,
    recessive INTEGER NOT NULL, parental_first INTEGER NOT NULL, parental_second INTEGER NOT NULL,
    recombinant_first INTEGER NOT NULL, recombinant_second INTEGER NOT NULL
) STRICT;
CREATE INDEX breeding_cross_species ON breeding_cross (species);
CREATE TABLE haplotype (
    gene TEXT PRIMARY KEY, first_variant TEXT NOT NULL, second_variant TEXT NOT NULL, biobank TEXT NOT NULL,
    ref_ref INTEGER NOT NULL, ref_alt INTEGER NOT NULL, alt_ref INTEGER NOT NULL, alt_alt INTEGER NOT NULL
) STRICT;
CREATE TABLE life_stage (
    species TEXT NOT NULL, age INTEGER NOT NULL, survivorship REAL NOT NULL, fecundity REAL NOT NULL,
    PRIMARY KEY (species, age)
) STRICT, WITHOUT ROWID;
";

const BASES: [char; 4] = ['A', 'C', 'G', 'T'];

/// Creates and fills the tables, which rest on all others of the genome.
pub(super) fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    db.execute_batch(SCHEMA)?;
    let stream = |purpose: &str| Stream::new(seed, &["genome", purpose]);
    rates(db, &mut stream("rates"))?;
    motifs(db, &mut stream("motifs"))?;
    pockets(db, &mut stream("pockets"))?;
    crosses(db, &mut stream("crosses"))?;
    haplotypes(db, &mut stream("haplotypes"))?;
    life_tables(db, &mut stream("life tables"))
}

fn column(db: &Transaction<'_>, sql: &str) -> rusqlite::Result<Vec<String>> {
    db.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// Initial rates around the Michaelis constant, with the scatter of a plate reader.
fn rates(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO enzyme_rate VALUES (?1, ?2, ?3)")?;
    let enzymes: Vec<(String, f64, f64)> = db
        .prepare("SELECT name, km_um, vmax FROM enzyme ORDER BY name")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (enzyme, km, vmax) in enzymes {
        for part in [0.25, 0.5, 1.0, 2.0, 4.0, 8.0] {
            let substrate = significant(km * part);
            let rate = vmax * substrate / (km + substrate) * (1.0 + 0.025 * rng.normal());
            row.execute(params![enzyme, substrate, significant(rate)])?;
        }
    }
    Ok(())
}

/// Motifs of transcription factors, with the sites at which they were seen to bind.
fn motifs(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    let factors = column(db, "SELECT name FROM protein WHERE class = 'transcription factor' ORDER BY name")?;
    let mut genes = column(db, "SELECT symbol FROM gene ORDER BY symbol")?;
    // Few genes are studied, so that most of these have sites of several motifs.
    rng.shuffle(&mut genes);
    genes.truncate(160);
    let mut motif_row = db.prepare("INSERT INTO motif VALUES (?1, ?2, ?3, ?4)")?;
    let mut site_row = db.prepare("INSERT INTO motif_site VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut taken = Taken::of(db)?;
    for i in 0..sized(db, 110)? {
        let name = taken.fresh(|| {
            let letters: String =
                names::word(rng, 2).to_uppercase().chars().filter(char::is_ascii_alphabetic).take(4).collect();
            format!("motif {letters}-{}", rng.between(11, 98))
        });
        let width = rng.between(6, 9);
        let factor = factors.get(i % factors.len().max(1)).cloned().unwrap_or_default();
        motif_row.execute(params![name, factor, width, day(rng, 1998, 2021)])?;
        let preferred: Vec<(char, f64)> = (0..width).map(|_| (one(rng, &BASES), rng.range(0.55, 0.97))).collect();
        let mut chosen = genes.clone();
        rng.shuffle(&mut chosen);
        for gene in chosen.iter().take(rng.between(5, 9) as usize) {
            let site: String =
                preferred.iter().map(|(base, kept)| if rng.chance(*kept) { *base } else { one(rng, &BASES) }).collect();
            let affinity = significant(libm::exp10(rng.range(0.3, 3.0)));
            site_row.execute(params![name, gene, site, rng.between(20, 1800), affinity])?;
        }
    }
    Ok(())
}

/// Alpha carbons around the binding pocket, without and with the ligand. The second structure was solved in a frame of its own.
fn pockets(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    const CODES: [(char, &str); 20] = [
        ('A', "Ala"),
        ('R', "Arg"),
        ('N', "Asn"),
        ('D', "Asp"),
        ('C', "Cys"),
        ('E', "Glu"),
        ('Q', "Gln"),
        ('G', "Gly"),
        ('H', "His"),
        ('I', "Ile"),
        ('L', "Leu"),
        ('K', "Lys"),
        ('M', "Met"),
        ('F', "Phe"),
        ('P', "Pro"),
        ('S', "Ser"),
        ('T', "Thr"),
        ('W', "Trp"),
        ('Y', "Tyr"),
        ('V', "Val"),
    ];
    let mut row = db.prepare("INSERT INTO pocket_residue VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    let proteins: Vec<(String, String)> = db
        .prepare("SELECT name, sequence FROM protein ORDER BY name")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (protein, sequence) in proteins {
        let centre = [rng.range(-40.0, 40.0), rng.range(-40.0, 40.0), rng.range(-40.0, 40.0)];
        let turn = rng.range(0.0, std::f64::consts::TAU);
        let (sin, cos) = (libm::sin(turn), libm::cos(turn));
        let shift = [rng.range(-30.0, 30.0), rng.range(-30.0, 30.0), rng.range(-30.0, 30.0)];
        let tightened = rng.range(0.86, 1.04);
        let letters: Vec<char> = sequence.chars().collect();
        let mut places: Vec<usize> = (0..letters.len()).collect();
        rng.shuffle(&mut places);
        places.truncate(rng.between(5, 7) as usize);
        places.sort_unstable();
        for place in places {
            let letter = letters.get(place).copied().unwrap_or('A');
            let code = CODES.iter().find(|(c, _)| *c == letter).map_or("Ala", |(_, name)| *name);
            // A shell of six to twelve ångströms around the centre.
            let (height, around) = (rng.range(-1.0, 1.0), rng.range(0.0, std::f64::consts::TAU));
            let (radius, flat) = (rng.range(6.0, 12.0), (1.0_f64 - height * height).max(0.0).sqrt());
            let offset = [radius * flat * libm::cos(around), radius * flat * libm::sin(around), radius * height];
            let moved = offset.map(|x| tightened * x + 0.35 * rng.normal());
            let turned = [cos * moved[0] - sin * moved[1], sin * moved[0] + cos * moved[1], moved[2]];
            let at = |base: [f64; 3], o: [f64; 3], i: usize| {
                decimals(base.get(i).copied().unwrap_or_default() + o.get(i).copied().unwrap_or_default(), 3)
            };
            row.execute(params![
                protein,
                (place + 1) as i64,
                format!("{code}{}", place + 1),
                at(centre, offset, 0),
                at(centre, offset, 1),
                at(centre, offset, 2),
                at(shift, turned, 0),
                at(shift, turned, 1),
                at(shift, turned, 2),
            ])?;
        }
    }
    Ok(())
}

/// F2 generations of one gene and test crosses of two linked ones.
fn crosses(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO breeding_cross VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
    let mut species = column(db, "SELECT name FROM species ORDER BY name")?;
    let sites = column(db, "SELECT name FROM survey_site ORDER BY name")?;
    // Few species are bred, so that most of these have several crosses.
    rng.shuffle(&mut species);
    species.truncate(70);
    let mut taken = Taken::of(db)?;
    for _ in 0..sized(db, 280)? {
        let name = taken.fresh(|| {
            let letters: String =
                names::word(rng, 2).to_uppercase().chars().filter(char::is_ascii_alphabetic).take(3).collect();
            format!("cross {letters}-{}", rng.between(11, 98))
        });
        let total = rng.between(60, 900) as f64;
        let recessive = (total * (0.25 + 0.035 * rng.normal())).round().clamp(3.0, total - 3.0);
        let offspring = rng.between(200, 1400) as f64;
        let recombinant = offspring * rng.range(0.02, 0.42);
        let mut halved = |n: f64| {
            let first = (n * (0.5 + 0.03 * rng.normal())).round().max(1.0);
            (first as i64, (n - first).round().max(1.0) as i64)
        };
        let (parental, crossed) = (halved(offspring - recombinant), halved(recombinant));
        row.execute(params![
            name,
            one(rng, &species),
            one(rng, &sites),
            day(rng, 2011, 2023),
            (total - recessive) as i64,
            recessive as i64,
            parental.0,
            parental.1,
            crossed.0,
            crossed.1,
        ])?;
    }
    Ok(())
}

/// Haplotypes of the first two variants of each gene that has two.
fn haplotypes(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO haplotype VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    let known: Vec<(String, String, String)> = db
        .prepare("SELECT gene, name, discovery FROM variant ORDER BY gene, position")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for pair in known.chunk_by(|a, b| a.0 == b.0) {
        let [first, second, ..] = pair else { continue };
        let (p, q) = (rng.range(0.08, 0.6), rng.range(0.08, 0.6));
        // Between no linkage and as much as the allele frequencies allow, in either direction.
        let most = if rng.chance(0.6) { p.min(q) - p * q } else { -(p * q).min((1.0 - p) * (1.0 - q)) };
        let linkage = most * rng.range(0.05, 0.95);
        let total = 2.0 * rng.between(200, 1800) as f64;
        let count = |share: f64| (total * share).round().max(1.0) as i64;
        row.execute(params![
            first.0,
            first.1,
            second.1,
            first.2,
            count((1.0 - p) * (1.0 - q) + linkage),
            count((1.0 - p) * q - linkage),
            count(p * (1.0 - q) - linkage),
            count(p * q + linkage),
        ])?;
    }
    Ok(())
}

/// Survivorship and fecundity by year of age; the species' brood size sets what a year brings.
fn life_tables(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO life_stage VALUES (?1, ?2, ?3, ?4)")?;
    let species: Vec<(String, f64)> = db
        .prepare("SELECT name, brood_size FROM species ORDER BY name")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (name, brood) in species {
        let last = rng.between(4, 7);
        // About as many daughters as replace their mothers: the larger the broods, the fewer of them live to breed.
        let daughters = brood / 2.0;
        let first_year = (rng.range(0.7, 1.5) / (daughters * last as f64 * 0.45)).clamp(0.002, 0.8);
        let mut alive = 1.0;
        for age in 0..=last {
            let fecundity = if age == 0 { 0.0 } else { daughters * rng.range(0.6, 1.3) };
            row.execute(params![name, age, decimals(alive, 4), decimals(fecundity, 2)])?;
            alive = (alive * if age == 0 { first_year } else { rng.range(0.5, 0.88) }).max(0.0001);
        }
    }
    Ok(())
}
