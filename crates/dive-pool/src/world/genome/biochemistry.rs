//! Compounds, enzymes with their kinetics and inhibitors, and metabolic pathways.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::Taken;
use super::super::sized;
use super::molecular::Coding;
use super::{day, decimals, lower, one, significant, spread};

const SCHEMA: &str = "
CREATE TABLE compound (
    name TEXT PRIMARY KEY, molar_mass REAL NOT NULL, log_p REAL NOT NULL, pka REAL NOT NULL, solubility REAL NOT NULL,
    melting_c REAL NOT NULL, isolated TEXT NOT NULL
) STRICT;
CREATE TABLE enzyme (
    name TEXT PRIMARY KEY, gene TEXT NOT NULL, activator TEXT NOT NULL, class TEXT NOT NULL, km_um REAL NOT NULL,
    kcat REAL NOT NULL, vmax REAL NOT NULL, ph_optimum REAL NOT NULL, optimum_c REAL NOT NULL, assayed TEXT NOT NULL
) STRICT;
CREATE INDEX enzyme_class ON enzyme (class, kcat);
CREATE TABLE inhibitor (
    enzyme TEXT NOT NULL, compound TEXT NOT NULL, ki_um REAL NOT NULL, residence_min REAL NOT NULL,
    reported TEXT NOT NULL, PRIMARY KEY (enzyme, compound)
) STRICT;
CREATE INDEX inhibitor_compound ON inhibitor (compound);
CREATE TABLE pathway (
    name TEXT PRIMARY KEY, cofactor TEXT NOT NULL, limiting_enzyme TEXT NOT NULL, described_year INTEGER NOT NULL,
    compartment TEXT NOT NULL, flux REAL NOT NULL
) STRICT;
CREATE TABLE pathway_gene (
    pathway TEXT NOT NULL, gene TEXT NOT NULL, control REAL NOT NULL, added TEXT NOT NULL, PRIMARY KEY (pathway, gene)
) STRICT;
CREATE INDEX pathway_gene_gene ON pathway_gene (gene);
";

/// What enzymes are called after their substrate, with the class of the reaction.
const REACTIONS: [(&str, &str); 12] = [
    ("dehydrogenase", "oxidoreductase"),
    ("oxidase", "oxidoreductase"),
    ("kinase", "transferase"),
    ("transaminase", "transferase"),
    ("esterase", "hydrolase"),
    ("phosphatase", "hydrolase"),
    ("decarboxylase", "lyase"),
    ("aldolase", "lyase"),
    ("isomerase", "isomerase"),
    ("mutase", "isomerase"),
    ("ligase", "ligase"),
    ("carboxylase", "ligase"),
];

/// An enzyme before its gene is known.
pub(super) struct Enzyme {
    /// Its name, which is also that of the protein.
    pub name: String,
    substrate: String,
    class: &'static str,
}

/// Creates this file's tables, fills that of the compounds and names the enzymes.
pub(super) fn compounds_and_enzymes(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<Vec<Enzyme>> {
    db.execute_batch(SCHEMA)?;
    let rng = &mut Stream::new(seed, &["genome", "compounds"]);
    let mut row = db.prepare("INSERT INTO compound VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    let mut taken = Taken::of(db)?;
    let mut compounds = Vec::new();
    for _ in 0..sized(db, 110)? {
        let name =
            taken.fresh(|| format!("{}{}", lower(rng, 2), one(rng, &["nate", "rine", "lose", "nol", "tide", "zone"])));
        row.execute(params![
            name,
            decimals(rng.range(88.0, 640.0), 2),
            decimals(rng.range(-3.8, 5.6), 2),
            decimals(rng.range(2.1, 10.9), 2),
            spread(rng, -2.0, 2.4),
            decimals(rng.range(41.0, 288.0), 1),
            day(rng, 1921, 2003),
        ])?;
        compounds.push(name);
    }
    let mut enzymes = Vec::new();
    let mut taken = Taken::default();
    for i in 0..sized(db, 150)? {
        // The first enzymes share out the compounds, so that each compound is in some enzyme's name.
        let substrate = compounds.get(i).cloned().unwrap_or_else(|| one(rng, &compounds));
        let mut class = "";
        let name = taken.fresh(|| {
            let (suffix, kind) = one(rng, &REACTIONS);
            class = kind;
            format!("{substrate} {suffix}")
        });
        enzymes.push(Enzyme { name, substrate, class });
    }
    Ok(enzymes)
}

/// Fills the remaining tables; the gene of the `n`th enzyme is the `n`th of `genes`.
pub(super) fn kinetics_and_pathways(
    db: &Transaction<'_>,
    seed: u64,
    enzymes: &[Enzyme],
    genes: &[Coding],
) -> rusqlite::Result<()> {
    let mut statement = db.prepare("SELECT name FROM compound ORDER BY name")?;
    let compounds: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    kinetics(db, &mut Stream::new(seed, &["genome", "kinetics"]), enzymes, genes, &compounds)?;
    pathways(db, &mut Stream::new(seed, &["genome", "pathways"]), enzymes, genes, &compounds)
}

fn kinetics(
    db: &Transaction<'_>,
    rng: &mut Stream,
    enzymes: &[Enzyme],
    genes: &[Coding],
    compounds: &[String],
) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO enzyme VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
    let mut inhibitor_row = db.prepare("INSERT OR IGNORE INTO inhibitor VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (enzyme, coding) in enzymes.iter().zip(genes) {
        let kcat = spread(rng, -0.2, 2.9);
        let mut activator = one(rng, compounds);
        while activator == enzyme.substrate {
            activator = one(rng, compounds);
        }
        // A turnover number per second and a residue mass of 110 Da give the rate per milligram.
        let vmax = significant(kcat * 60.0 / (0.11 * coding.residues as f64));
        row.execute(params![
            enzyme.name,
            coding.gene,
            activator,
            enzyme.class,
            spread(rng, 0.8, 3.4),
            kcat,
            vmax,
            decimals(rng.range(5.2, 9.4), 2),
            decimals(rng.range(24.0, 61.0), 1),
            day(rng, 1996, 2024),
        ])?;
        for _ in 0..rng.between(3, 6) {
            let compound = one(rng, compounds);
            if compound != enzyme.substrate && compound != activator {
                let (ki, stay) = (spread(rng, -0.9, 2.5), spread(rng, -0.5, 2.1));
                inhibitor_row.execute(params![enzyme.name, compound, ki, stay, day(rng, 2004, 2024)])?;
            }
        }
    }
    Ok(())
}

fn pathways(
    db: &Transaction<'_>,
    rng: &mut Stream,
    enzymes: &[Enzyme],
    genes: &[Coding],
    compounds: &[String],
) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO pathway VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut member_row = db.prepare("INSERT INTO pathway_gene VALUES (?1, ?2, ?3, ?4)")?;
    let mut taken = Taken::default();
    for _ in 0..96 {
        let name =
            taken.fresh(|| format!("{} {}", one(rng, compounds), one(rng, &["biosynthesis", "salvage", "recycling"])));
        let limiting = rng.below(enzymes.len());
        let Some(enzyme) = enzymes.get(limiting) else { break };
        let year = rng.between(1951, 2008);
        let compartment = one(rng, &["cytosol", "mitochondrion", "peroxisome", "endoplasmic reticulum"]);
        row.execute(params![name, one(rng, compounds), enzyme.name, year, compartment, spread(rng, -0.5, 2.6)])?;
        let mut members = vec![limiting];
        for _ in 0..rng.between(4, 10) {
            let i = rng.below(genes.len());
            if !members.contains(&i) {
                members.push(i);
            }
        }
        // Flux control coefficients add up to one, and the limiting enzyme has the largest share.
        let shares: Vec<f64> = members.iter().map(|_| rng.range(0.2, 1.0)).collect();
        let total: f64 = shares.iter().skip(1).sum::<f64>() * rng.range(1.7, 2.9);
        let mut left = 1000;
        for (i, (member, share)) in members.iter().zip(&shares).enumerate().rev() {
            let thousandths = if i == 0 { left } else { (1000.0 * share / total.max(0.1)).round() as i64 };
            left -= thousandths;
            let gene = genes.get(*member).map(|c| c.gene.as_str());
            member_row.execute(params![name, gene, thousandths as f64 / 1000.0, day(rng, 2009, 2024)])?;
        }
    }
    Ok(())
}
