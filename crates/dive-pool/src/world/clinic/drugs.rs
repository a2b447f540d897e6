//! Disorders, the formulary, drug interactions, trials and diagnostic assays.

use std::collections::BTreeSet;

use dive_core::canon::significant;
use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::{Drug, Formulary, SPECIALTIES, Staff, between, column, in_years, log_uniform, pick, plus, round, today};

const DRUGS: usize = 300;
const DISORDERS: usize = 140;
const INTERACTIONS: usize = 620;
const TRIALS: usize = 420;

/// Pharmacological classes.
pub(super) const CLASSES: &[&str] = &[
    "beta blocker",
    "calcium channel blocker",
    "loop diuretic",
    "anticoagulant",
    "corticosteroid",
    "opioid analgesic",
    "macrolide antibiotic",
    "cephalosporin",
    "antifungal",
    "antiviral",
    "anticonvulsant",
    "antidepressant",
    "antihistamine",
    "proton pump inhibitor",
    "insulin sensitiser",
    "kinase inhibitor",
    "immunosuppressant",
    "bronchodilator",
    "muscle relaxant",
    "lipid-lowering agent",
];

const SCHEMA: &str = "
CREATE TABLE disorder (
    name TEXT PRIMARY KEY, specialty TEXT NOT NULL, described INTEGER NOT NULL, prevalence REAL NOT NULL,
    onset_age REAL NOT NULL, survival REAL NOT NULL, female_share REAL NOT NULL, gene TEXT NOT NULL,
    first_line TEXT NOT NULL
) STRICT;
CREATE INDEX disorder_specialty ON disorder (specialty);
CREATE INDEX disorder_gene ON disorder (gene);
CREATE TABLE drug (
    name TEXT PRIMARY KEY, class TEXT NOT NULL, route TEXT NOT NULL, approved TEXT NOT NULL,
    manufacturer TEXT NOT NULL, target TEXT NOT NULL, max_daily_dose INTEGER NOT NULL, daily_cost REAL NOT NULL,
    half_life REAL NOT NULL, bioavailability REAL NOT NULL, volume REAL NOT NULL, protein_binding REAL NOT NULL,
    target_concentration REAL NOT NULL, toxic_concentration REAL NOT NULL
) STRICT;
CREATE INDEX drug_class ON drug (class);
CREATE INDEX drug_manufacturer ON drug (manufacturer);
CREATE INDEX drug_target ON drug (target);
CREATE TABLE indication (
    drug TEXT NOT NULL, disorder TEXT NOT NULL, response_rate REAL NOT NULL, recommended_dose INTEGER NOT NULL,
    authorised TEXT NOT NULL, PRIMARY KEY (drug, disorder)
) STRICT;
CREATE INDEX indication_disorder ON indication (disorder);
CREATE TABLE interaction (
    a TEXT NOT NULL, b TEXT NOT NULL, severity TEXT NOT NULL, exposure_change REAL NOT NULL, documented TEXT NOT NULL,
    PRIMARY KEY (a, b)
) STRICT;
CREATE INDEX interaction_b ON interaction (b);
CREATE TABLE trial (
    name TEXT PRIMARY KEY, drug TEXT NOT NULL, disorder TEXT NOT NULL, phase TEXT NOT NULL, sponsor TEXT NOT NULL,
    investigator TEXT NOT NULL, hospital TEXT NOT NULL, started TEXT NOT NULL, completed TEXT NOT NULL,
    participants INTEGER NOT NULL, treated INTEGER NOT NULL, treated_events INTEGER NOT NULL,
    control INTEGER NOT NULL, control_events INTEGER NOT NULL, withdrawals INTEGER NOT NULL, mean_age REAL NOT NULL
) STRICT;
CREATE INDEX trial_drug ON trial (drug);
CREATE INDEX trial_disorder ON trial (disorder);
CREATE INDEX trial_sponsor ON trial (sponsor);
CREATE INDEX trial_hospital ON trial (hospital);
CREATE TABLE assay (
    name TEXT PRIMARY KEY, disorder TEXT NOT NULL, developer TEXT NOT NULL, introduced TEXT NOT NULL,
    cost REAL NOT NULL, turnaround REAL NOT NULL, true_positives INTEGER NOT NULL, false_negatives INTEGER NOT NULL,
    false_positives INTEGER NOT NULL, true_negatives INTEGER NOT NULL
) STRICT;
CREATE INDEX assay_disorder ON assay (disorder);
";

/// Creates and fills the tables.
pub(super) fn generate(db: &Transaction<'_>, rng: &mut Stream, staff: &Staff) -> rusqlite::Result<Formulary> {
    db.execute_batch(SCHEMA)?;
    let sample = |rng: &mut Stream, sql, n| -> rusqlite::Result<Vec<String>> {
        let mut names = column(db, sql)?;
        rng.shuffle(&mut names);
        names.truncate(n);
        Ok(names)
    };
    // Few companies and genes take part, so that most of these have several drugs.
    let companies = sample(rng, "SELECT name FROM company ORDER BY name", 110)?;
    let genes = sample(rng, "SELECT symbol FROM gene ORDER BY symbol", 110)?;
    let mut formulary = Formulary { drugs: Vec::new(), disorders: Vec::new() };
    let mut taken = Taken::of(db)?;
    for number in 0..sized(db, DRUGS)? {
        let drug = drug(db, rng, &mut taken, number, &companies, &genes)?;
        formulary.drugs.push(drug);
    }
    disorders(db, rng, &mut formulary, &genes)?;
    interactions(db, rng, &formulary.drugs)?;
    trials(db, rng, staff, &formulary)?;
    assays(db, rng, &formulary, &companies)?;
    Ok(formulary)
}

fn drug(
    db: &Transaction<'_>,
    rng: &mut Stream,
    taken: &mut Taken,
    number: usize,
    companies: &[String],
    genes: &[String],
) -> rusqlite::Result<Drug> {
    let name = taken.fresh(|| {
        let ending = pick(rng, &["in", "ol", "an", "ide", "ate", "ex", "ium", "one"]);
        format!("{}{ending}", names::word(rng, 2).trim_end_matches(['a', 'e', 'i', 'o', 'u']))
    });
    let class = CLASSES.get(number % CLASSES.len()).copied().unwrap_or_default();
    let route = ["oral", "intravenous", "subcutaneous", "inhaled"]
        .get(rng.weighted(&[0.6, 0.18, 0.12, 0.1]).unwrap_or(0))
        .copied()
        .unwrap_or("oral");
    let bioavailability = match route {
        "intravenous" => 100.0,
        "subcutaneous" => round(rng.range(50.0, 96.0), 1),
        "inhaled" => round(rng.range(8.0, 60.0), 1),
        _ => round(rng.range(12.0, 98.0), 1),
    };
    let approved = in_years(rng, 1998, 2022);
    let max_daily_dose = 5 * (log_uniform(rng, 24.0, 3200.0) / 5.0).round() as i64;
    let half_life = significant(log_uniform(rng, 1.4, 62.0), 3);
    let volume = significant(log_uniform(rng, 0.12, 5.6), 3);
    // A third of the maximum dose keeps a person of 70 kg at the target concentration.
    let clearance = std::f64::consts::LN_2 * volume * 70.0 / half_life;
    let target = significant(bioavailability / 100.0 * max_daily_dose as f64 / 3.0 / (24.0 * clearance), 3);
    let manufacturer = pick(rng, companies);
    db.prepare_cached("INSERT INTO drug VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")?
        .execute(params![
            name,
            class,
            route,
            approved.to_string(),
            manufacturer,
            pick(rng, genes),
            max_daily_dose,
            round(log_uniform(rng, 0.35, 240.0), 2),
            half_life,
            bioavailability,
            volume,
            round(100.0 - log_uniform(rng, 0.6, 94.0), 1),
            target,
            significant(target * rng.range(2.2, 6.5), 3)
        ])?;
    Ok(Drug { name, approved, max_daily_dose, manufacturer })
}

fn disorders(
    db: &Transaction<'_>,
    rng: &mut Stream,
    formulary: &mut Formulary,
    genes: &[String],
) -> rusqlite::Result<()> {
    let mut taken = Taken::of(db)?;
    for number in 0..sized(db, DISORDERS)? {
        let name = taken.fresh(|| format!("{} {}", names::surname(rng), pick(rng, &["syndrome", "disease"])));
        let specialty = SPECIALTIES.get(number % SPECIALTIES.len()).copied().unwrap_or_default();
        let mut drugs = BTreeSet::new();
        // Three in turn, so that no drug is without an indication, and some at random.
        drugs.extend((0..3).map(|k| (3 * number + k) % formulary.drugs.len().max(1)));
        for _ in 0..rng.between(0, 3) {
            drugs.insert(rng.below(formulary.drugs.len()));
        }
        let drugs: Vec<usize> = drugs.into_iter().collect();
        for drug in drugs.iter().filter_map(|d| formulary.drugs.get(*d)) {
            let dose = (drug.max_daily_dose as f64 * rng.range(0.2, 0.8)).round() as i64;
            db.prepare_cached("INSERT INTO indication VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
                drug.name,
                name,
                round(rng.range(18.0, 88.0), 1),
                dose,
                between(rng, drug.approved, jiff::civil::date(2024, 6, 30)).to_string()
            ])?;
        }
        let first_line = drugs.get(rng.below(drugs.len())).and_then(|d| formulary.drugs.get(*d));
        db.prepare_cached("INSERT INTO disorder VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(params![
            name,
            specialty,
            rng.between(1861, 1997),
            significant(log_uniform(rng, 0.4, 900.0), 3),
            round(rng.range(4.0, 71.0), 1),
            round(100.0 - log_uniform(rng, 0.8, 84.0), 1),
            round(rng.range(22.0, 81.0), 1),
            pick(rng, genes),
            first_line.map(|d| d.name.clone()).unwrap_or_default()
        ])?;
        formulary.disorders.push((name, specialty, drugs));
    }
    Ok(())
}

fn interactions(db: &Transaction<'_>, rng: &mut Stream, drugs: &[Drug]) -> rusqlite::Result<()> {
    let mut known = BTreeSet::new();
    let wanted = sized(db, INTERACTIONS)?;
    while known.len() < wanted {
        let (i, j) = (rng.below(drugs.len()), rng.below(drugs.len()));
        if i >= j || !known.insert((i, j)) {
            continue;
        }
        let (Some(a), Some(b)) = (drugs.get(i), drugs.get(j)) else { continue };
        let change = if rng.chance(0.3) { -rng.range(8.0, 75.0) } else { log_uniform(rng, 9.0, 420.0) };
        let severity = match change.abs() {
            x if x < 25.0 => "minor",
            x if x < 65.0 => "moderate",
            x if x < 200.0 => "major",
            _ => "contraindicated",
        };
        db.prepare_cached("INSERT INTO interaction VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            a.name,
            b.name,
            severity,
            round(change, 1),
            between(rng, a.approved.max(b.approved), today()).to_string()
        ])?;
    }
    Ok(())
}

fn trials(db: &Transaction<'_>, rng: &mut Stream, staff: &Staff, formulary: &Formulary) -> rusqlite::Result<()> {
    let mut taken = Taken::of(db)?;
    for _ in 0..sized(db, TRIALS)? {
        let (disorder, _, drugs) = pick(rng, &formulary.disorders);
        // Only two thirds of the formulary are studied, so that these drugs have several trials.
        let studied: Vec<usize> = drugs.iter().copied().filter(|d| *d < 200).collect();
        let choice = if studied.is_empty() { &drugs } else { &studied };
        let Some(drug) = choice.get(rng.below(choice.len())).and_then(|d| formulary.drugs.get(*d)) else { continue };
        // Trials of phase II and III precede the approval, those of phase IV follow it.
        let phase = pick(rng, &["phase II", "phase III", "phase III", "phase IV"]);
        let (started, latest) = if phase == "phase IV" {
            (plus(drug.approved, rng.between(60, 600)), today())
        } else {
            (plus(drug.approved, -rng.between(900, 2800)), plus(drug.approved, -60))
        };
        let latest = latest.min(plus(started, 1900)).max(plus(started, 240));
        let completed = between(rng, plus(started, 240), latest);
        let experienced: Vec<_> = staff.physicians.iter().filter(|p| p.licensed < started).collect();
        let Some(investigator) = experienced.get(rng.below(experienced.len())) else { continue };
        let size = log_uniform(rng, 50.0, if phase == "phase II" { 260.0 } else { 2400.0 });
        let treated = size.round() as i64;
        let control = (size * rng.range(0.55, 1.05)).round() as i64;
        let risk = rng.range(0.12, 0.55);
        let events = |n: i64, risk: f64| (n as f64 * risk).round() as i64;
        let treated_risk = risk * rng.range(0.45, 1.06);
        let name = taken.fresh(|| format!("{}-{}", names::word(rng, 2).to_uppercase(), rng.between(1, 9)));
        db.prepare_cached(
            "INSERT INTO trial VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            name,
            drug.name,
            disorder,
            phase,
            drug.manufacturer,
            investigator.name,
            staff.hospitals.get(investigator.hospital),
            started.to_string(),
            completed.to_string(),
            treated + control,
            treated,
            events(treated, treated_risk),
            control,
            events(control, risk),
            ((treated + control) as f64 * rng.range(0.02, 0.21)).round() as i64,
            round(rng.range(31.0, 74.0), 1)
        ])?;
    }
    Ok(())
}

fn assays(db: &Transaction<'_>, rng: &mut Stream, formulary: &Formulary, companies: &[String]) -> rusqlite::Result<()> {
    let mut taken = Taken::of(db)?;
    for (disorder, ..) in &formulary.disorders {
        for _ in 0..rng.between(2, 4) {
            let name = taken.fresh(|| format!("{} {}", names::word(rng, 2), pick(rng, &["Dx", "Check", "Detect"])));
            let (ill, well) = (rng.between(60, 420), rng.between(90, 900));
            let detected = (ill as f64 * rng.range(0.62, 0.985)).round() as i64;
            let cleared = (well as f64 * rng.range(0.66, 0.99)).round() as i64;
            db.prepare_cached("INSERT INTO assay VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?.execute(
                params![
                    name,
                    disorder,
                    pick(rng, companies),
                    in_years(rng, 1996, 2024).to_string(),
                    round(log_uniform(rng, 6.0, 480.0), 2),
                    round(log_uniform(rng, 0.5, 96.0), 1),
                    detected,
                    ill - detected,
                    well - cleared,
                    cleared
                ],
            )?;
        }
    }
    Ok(())
}
