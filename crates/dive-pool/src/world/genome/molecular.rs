//! The reference genome: genes with their coding sequences, proteins, orthologs, variants and expression.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::biochemistry::Enzyme;
use super::ecology::Species;
use super::{day, decimals, lower, one, spread};
use crate::biological::sequence;

const SCHEMA: &str = "
CREATE TABLE cytoband (
    name TEXT PRIMARY KEY, chromosome TEXT NOT NULL, start_bp INTEGER NOT NULL, end_bp INTEGER NOT NULL
) STRICT;
CREATE TABLE gene (
    symbol TEXT PRIMARY KEY, band TEXT NOT NULL, chromosome TEXT NOT NULL, start_bp INTEGER NOT NULL,
    end_bp INTEGER NOT NULL, strand TEXT NOT NULL, exons INTEGER NOT NULL, transcripts INTEGER NOT NULL,
    annotated TEXT NOT NULL, protein TEXT NOT NULL, coding_sequence TEXT NOT NULL,
    forward_primer TEXT NOT NULL, reverse_primer TEXT NOT NULL, amplicon_bp INTEGER NOT NULL
) STRICT;
CREATE INDEX gene_band ON gene (band);
CREATE TABLE protein (
    name TEXT PRIMARY KEY, gene TEXT NOT NULL, sequence TEXT NOT NULL, class TEXT NOT NULL, location TEXT NOT NULL,
    half_life_h REAL NOT NULL, abundance_ppm REAL NOT NULL, resolution_a REAL NOT NULL, solved TEXT NOT NULL
) STRICT;
CREATE INDEX protein_gene ON protein (gene);
CREATE INDEX protein_kind ON protein (location, class);
CREATE TABLE protein_partner (
    protein TEXT NOT NULL, partner TEXT NOT NULL, kd_nm REAL NOT NULL, confidence REAL NOT NULL,
    reported TEXT NOT NULL, PRIMARY KEY (protein, partner)
) STRICT;
CREATE TABLE ortholog (
    gene TEXT NOT NULL, species TEXT NOT NULL, coding_sequence TEXT NOT NULL, identity_pct REAL NOT NULL,
    divergence_my REAL NOT NULL, PRIMARY KEY (gene, species)
) STRICT;
CREATE TABLE expression (
    gene TEXT NOT NULL, tissue TEXT NOT NULL, tpm REAL NOT NULL, PRIMARY KEY (gene, tissue)
) STRICT;
CREATE INDEX expression_tissue ON expression (tissue, tpm);
CREATE TABLE biobank (
    name TEXT PRIMARY KEY, city TEXT NOT NULL, participants INTEGER NOT NULL, opened TEXT NOT NULL,
    mean_age REAL NOT NULL
) STRICT;
CREATE TABLE variant (
    name TEXT PRIMARY KEY, gene TEXT NOT NULL, position INTEGER NOT NULL, reference TEXT NOT NULL,
    alternate TEXT NOT NULL, consequence TEXT NOT NULL, score REAL NOT NULL, reported TEXT NOT NULL,
    discovery TEXT NOT NULL
) STRICT;
CREATE INDEX variant_gene ON variant (gene);
CREATE TABLE genotype (
    variant TEXT NOT NULL, biobank TEXT NOT NULL, hom_ref INTEGER NOT NULL, het INTEGER NOT NULL,
    hom_alt INTEGER NOT NULL, allele_frequency REAL NOT NULL, PRIMARY KEY (variant, biobank)
) STRICT;
";

const BASES: [char; 4] = ['A', 'C', 'G', 'T'];
const TISSUES: [&str; 10] =
    ["liver", "kidney", "brain", "heart", "lung", "spleen", "muscle", "skin", "pancreas", "retina"];
const CLASSES: [&str; 6] =
    ["transporter", "receptor", "transcription factor", "chaperone", "ion channel", "structural protein"];
const LOCATIONS: [&str; 7] = [
    "nucleus",
    "cytosol",
    "mitochondrion",
    "plasma membrane",
    "endoplasmic reticulum",
    "Golgi apparatus",
    "extracellular space",
];

struct Band {
    name: String,
    chromosome: String,
    start: i64,
    end: i64,
}

/// A protein-coding gene as it is built.
struct Gene {
    symbol: String,
    protein: String,
    coding: String,
}

/// Creates and fills the tables; returns the symbols of all genes, those of the enzymes first and in their order.
pub(super) fn generate(
    db: &Transaction<'_>,
    seed: u64,
    species: &[Species],
    cities: &[String],
    enzymes: &[Enzyme],
) -> rusqlite::Result<Vec<Coding>> {
    db.execute_batch(SCHEMA)?;
    let stream = |purpose: &str| Stream::new(seed, &["genome", purpose]);
    let bands = bands(db, &mut stream("bands"))?;
    let genes = genes(db, &mut stream("genes"), &bands, enzymes)?;
    partners(db, &mut stream("partners"), &genes)?;
    orthologs(db, &mut stream("orthologs"), &genes, species)?;
    expression(db, &mut stream("expression"), &genes)?;
    variants(db, &mut stream("variants"), &genes, cities)?;
    Ok(genes.into_iter().map(|g| Coding { residues: g.coding.len() as i64 / 3 - 1, gene: g.symbol }).collect())
}

/// A gene and the length of its protein.
pub(super) struct Coding {
    /// Symbol.
    pub gene: String,
    /// Amino acids of the protein.
    pub residues: i64,
}

fn bands(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<Vec<Band>> {
    let mut row = db.prepare("INSERT INTO cytoband VALUES (?1, ?2, ?3, ?4)")?;
    let mut bands = Vec::new();
    for number in 1..=20 {
        // The prefix marks the invented karyotype: a plain "10q22" would name a real band of the human one.
        let chromosome = if number == 20 { "ZX".to_string() } else { format!("Z{number}") };
        let mut start = 1;
        for (arm, regions) in [("p", rng.between(3, 4)), ("q", rng.between(4, 5))] {
            for i in 0..regions {
                // Bands of the short arm are numbered outwards from the centromere, which lies at its end.
                let region = if arm == "p" { regions - i } else { i + 1 };
                let end = start + rng.between(5_000_000, 24_000_000);
                let name = format!("{chromosome}{arm}{region}{}", rng.between(1, 3));
                row.execute(params![name, format!("chr{chromosome}"), start, end])?;
                bands.push(Band { name, chromosome: format!("chr{chromosome}"), start, end });
                start = end + 1;
            }
        }
    }
    Ok(bands)
}

/// An open reading frame of so many codons, start and stop included, with about the given share of G and C.
fn reading_frame(rng: &mut Stream, codons: usize, gc: f64) -> String {
    let weights = [1.0 - gc, gc, gc, 1.0 - gc];
    let mut text = String::from("ATG");
    while text.len() < 3 * (codons - 1) {
        let codon: String = (0..3).filter_map(|_| rng.weighted(&weights).and_then(|i| BASES.get(i))).collect();
        if !sequence::is_stop(&codon) {
            text.push_str(&codon);
        }
    }
    text + one(rng, &["TAA", "TAG", "TGA"])
}

fn genes(db: &Transaction<'_>, rng: &mut Stream, bands: &[Band], enzymes: &[Enzyme]) -> rusqlite::Result<Vec<Gene>> {
    let mut gene_row = db.prepare("INSERT INTO gene VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)")?;
    let mut protein_row = db.prepare("INSERT INTO protein VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    let (mut symbols, mut protein_names) = (Taken::of(db)?, Taken::of(db)?);
    let mut genes = Vec::new();
    for i in 0..sized(db, 620)? {
        let Some(band) = rng.pick(bands) else { break };
        let symbol = symbols.fresh(|| {
            let syllables = 1 + rng.below(2);
            let letters: String = names::word(rng, syllables).chars().take(5).collect();
            format!("{}{}", letters.to_uppercase(), rng.between(1, 29))
        });
        // The protein of an enzyme gene is the enzyme itself.
        let enzyme = enzymes.get(i);
        let protein = enzyme.map(|e| e.name.clone()).unwrap_or_else(|| {
            let endings = ["in", "tin", "cin", "rin", "globin", "lysin"];
            protein_names.fresh(|| format!("{}{}", lower(rng, 2), one(rng, &endings)))
        });
        let length = rng.between(2_400, 190_000);
        let start = rng.between(band.start, band.end - length);
        let (codons, gc) = (rng.between(36, 100) as usize, rng.range(0.34, 0.66));
        let coding = reading_frame(rng, codons, gc);
        // Primers are substrings of the coding sequence and of its reverse complement, short enough for Wallace's rule.
        let (first, last) = (rng.below(10), coding.len() - rng.below(10));
        let (f, r) = (17 + rng.below(4), 17 + rng.below(4));
        let forward = coding.get(first..first + f).unwrap_or_default();
        let reverse = sequence::reverse_complement(coding.get(last - r..last).unwrap_or_default());
        gene_row.execute(params![
            symbol,
            band.name,
            band.chromosome,
            start,
            start + length - 1,
            one(rng, &["forward", "reverse"]),
            rng.between(1, 24),
            rng.between(1, 14),
            day(rng, 1989, 2008),
            protein,
            coding,
            forward,
            reverse,
            (last - first) as i64,
        ])?;
        protein_row.execute(params![
            protein,
            symbol,
            sequence::translate(&coding),
            if enzyme.is_some() { "enzyme" } else { one(rng, &CLASSES) },
            one(rng, &LOCATIONS),
            spread(rng, 0.1, 2.3),
            spread(rng, -1.0, 3.2),
            decimals(rng.range(1.1, 4.2), 2),
            day(rng, 2001, 2024),
        ])?;
        genes.push(Gene { symbol, protein, coding });
    }
    Ok(genes)
}

fn partners(db: &Transaction<'_>, rng: &mut Stream, genes: &[Gene]) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT OR IGNORE INTO protein_partner VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (i, gene) in genes.iter().enumerate() {
        for _ in 0..rng.between(1, 3) {
            let j = rng.below(genes.len());
            let Some(other) = genes.get(j).filter(|_| j != i) else { continue };
            let (kd, confidence, reported) =
                (spread(rng, 0.2, 4.2), decimals(rng.range(0.4, 0.999), 3), day(rng, 2003, 2024));
            // Binding is mutual, and the first report of a pair stands.
            for (a, b) in [(gene, other), (other, gene)] {
                row.execute(params![a.protein, b.protein, kd, confidence, reported])?;
            }
        }
    }
    Ok(())
}

fn orthologs(db: &Transaction<'_>, rng: &mut Stream, genes: &[Gene], species: &[Species]) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO ortholog VALUES (?1, ?2, ?3, ?4, ?5)")?;
    // Only a few species have a sequenced genome. The first in order of name has every ortholog.
    let mut others: Vec<&Species> = species.iter().skip(1).collect();
    rng.shuffle(&mut others);
    let panel: Vec<(&Species, f64)> = species
        .iter()
        .take(1)
        .chain(others.into_iter().take(8))
        .map(|s| (s, decimals(rng.range(18.0, 320.0), 1)))
        .collect();
    for gene in genes {
        let pace = rng.range(0.5, 1.5);
        for (i, (one, age)) in panel.iter().enumerate() {
            if i > 0 && !rng.chance(0.45) {
                continue;
            }
            let rate = (0.012 + 0.0009 * age) * pace;
            let coding = diverged(rng, &gene.coding, rate);
            let same = coding.bytes().zip(gene.coding.bytes()).filter(|(a, b)| a == b).count();
            let identity = decimals(100.0 * same as f64 / gene.coding.len().max(1) as f64, 2);
            row.execute(params![gene.symbol, one.name, coding, identity, age])?;
        }
    }
    Ok(())
}

/// The coding sequence with substitutions only, so that it still aligns; start, stop and reading frame are kept.
fn diverged(rng: &mut Stream, coding: &str, rate: f64) -> String {
    let mut text = String::with_capacity(coding.len());
    let codons = coding.len() / 3;
    for i in 0..codons {
        let codon = coding.get(3 * i..3 * i + 3).unwrap_or_default();
        let changed: String = codon.chars().map(|b| if rng.chance(rate) { substitute(rng, b) } else { b }).collect();
        let keep = i == 0 || i + 1 == codons || sequence::is_stop(&changed);
        text.push_str(if keep { codon } else { &changed });
    }
    text
}

/// Another base; transitions are twice as likely as the two transversions together.
fn substitute(rng: &mut Stream, base: char) -> char {
    let (transition, transversions) = match base {
        'A' => ('G', ['C', 'T']),
        'G' => ('A', ['C', 'T']),
        'C' => ('T', ['A', 'G']),
        _ => ('C', ['A', 'G']),
    };
    if rng.chance(0.66) { transition } else { rng.pick(&transversions).copied().unwrap_or(transition) }
}

fn expression(db: &Transaction<'_>, rng: &mut Stream, genes: &[Gene]) -> rusqlite::Result<()> {
    let mut row = db.prepare("INSERT INTO expression VALUES (?1, ?2, ?3)")?;
    for gene in genes {
        let (level, breadth) = (0.9 + 0.5 * rng.normal(), rng.range(0.15, 0.8));
        for tissue in TISSUES {
            let tpm = decimals(libm::exp10(level + breadth * rng.normal()).min(9000.0), 2);
            row.execute(params![gene.symbol, tissue, tpm])?;
        }
    }
    Ok(())
}

fn variants(db: &Transaction<'_>, rng: &mut Stream, genes: &[Gene], cities: &[String]) -> rusqlite::Result<()> {
    let mut bank_row = db.prepare("INSERT INTO biobank VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut row = db.prepare("INSERT INTO variant VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    let mut taken = Taken::of(db)?;
    let mut biobanks = Vec::new();
    for _ in 0..9 {
        let name = taken.fresh(|| format!("{}{}", names::word(rng, 1), one(rng, &["Gen", "Bank", "Cohort"])));
        let participants = rng.between(4_000, 90_000);
        bank_row.execute(params![
            name,
            one(rng, cities),
            participants,
            day(rng, 1998, 2015),
            decimals(rng.range(38.0, 61.0), 1)
        ])?;
        biobanks.push(name);
    }
    for gene in genes {
        let mut positions = Vec::new();
        for _ in 0..rng.between(2, 5) {
            let at = rng.below(gene.coding.len().saturating_sub(6)) + 3;
            if positions.contains(&at) {
                continue;
            }
            positions.push(at);
            let reference = gene.coding.get(at..=at).and_then(|s| s.chars().next()).unwrap_or('A');
            let alternate = substitute(rng, reference);
            let (consequence, score) = consequence(rng, &gene.coding, at, alternate);
            let name = format!("{} c.{}{reference}>{alternate}", gene.symbol, at + 1);
            rng.shuffle(&mut biobanks);
            let discovery = biobanks.first().cloned().unwrap_or_default();
            row.execute(params![
                name,
                gene.symbol,
                (at + 1) as i64,
                reference.to_string(),
                alternate.to_string(),
                consequence,
                score,
                day(rng, 2016, 2024),
                discovery,
            ])?;
            let frequency = libm::exp10(rng.range(-1.5, -0.25));
            for biobank in biobanks.iter().take(rng.between(3, 5) as usize) {
                genotypes(db, rng, &name, biobank, frequency)?;
            }
        }
    }
    Ok(())
}

/// What the substitution does to the protein, with a deleteriousness score that fits.
fn consequence(rng: &mut Stream, coding: &str, at: usize, alternate: char) -> (&'static str, f64) {
    let first = at - at % 3;
    let codon = coding.get(first..first + 3).unwrap_or_default();
    let changed: String = codon.chars().enumerate().map(|(i, b)| if first + i == at { alternate } else { b }).collect();
    let (kind, low, high) = if sequence::is_stop(&changed) {
        ("nonsense", 30.0, 45.0)
    } else if sequence::amino_acid(&changed) == sequence::amino_acid(codon) {
        ("synonymous", 0.1, 9.0)
    } else {
        ("missense", 4.0, 34.0)
    };
    (kind, decimals(rng.range(low, high), 2))
}

fn genotypes(
    db: &Transaction<'_>,
    rng: &mut Stream,
    variant: &str,
    biobank: &str,
    frequency: f64,
) -> rusqlite::Result<()> {
    let n = rng.between(240, 2400) as f64;
    let q = (frequency * rng.range(0.6, 1.5)).clamp(0.01, 0.9);
    // Real samples deviate from Hardy-Weinberg proportions by drift and by some inbreeding.
    let f = rng.range(-0.06, 0.16);
    let het = (2.0 * q * (1.0 - q) * (1.0 - f) * n * rng.range(0.96, 1.04)).round().clamp(2.0, n - 4.0);
    let hom_alt = ((q * q + f * q * (1.0 - q)) * n).round().clamp(1.0, n - het - 1.0);
    let alternate = (2.0 * hom_alt + het) / (2.0 * n);
    db.prepare_cached("INSERT INTO genotype VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        variant,
        biobank,
        (n - het - hom_alt) as i64,
        het as i64,
        hom_alt as i64,
        dive_core::canon::significant(alternate, 8),
    ])?;
    Ok(())
}
