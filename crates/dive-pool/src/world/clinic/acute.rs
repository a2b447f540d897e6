//! What intensive care, anaesthesia, coagulation and the assessments of thrombosis, bleeding and the liver record of each patient,
//! the laboratories' reference ranges, and how drugs leave the body. Everything fits the values that the register has already.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::{SPECIALTIES, between, column, log_uniform, normal, pick, plus, round, today};

const SCHEMA: &str = "
CREATE TABLE critical_care (
    patient TEXT PRIMARY KEY, reviewed TEXT NOT NULL, mean_pressure REAL NOT NULL, ventilated INTEGER NOT NULL,
    noradrenaline REAL NOT NULL, urine_output INTEGER NOT NULL, haematocrit REAL NOT NULL,
    kidney_injury INTEGER NOT NULL, chronic_failure TEXT NOT NULL
) STRICT;
CREATE TABLE anaesthesia (
    patient TEXT PRIMARY KEY, performed TEXT NOT NULL, tidal_volume INTEGER NOT NULL, ventilator_rate INTEGER NOT NULL,
    peep INTEGER NOT NULL, plateau INTEGER NOT NULL, peak INTEGER NOT NULL, minutes INTEGER NOT NULL
) STRICT;
CREATE TABLE coagulation (
    patient TEXT PRIMARY KEY, taken TEXT NOT NULL, prothrombin_time REAL NOT NULL, control_time REAL NOT NULL,
    partial_thromboplastin_time REAL NOT NULL, fibrinogen REAL NOT NULL, d_dimer REAL NOT NULL
) STRICT;
CREATE TABLE urine_solutes (
    patient TEXT PRIMARY KEY, potassium REAL NOT NULL, urea_nitrogen REAL NOT NULL, osmolality REAL NOT NULL
) STRICT;
CREATE TABLE hepatic_review (
    patient TEXT PRIMARY KEY, reviewed TEXT NOT NULL, ascites TEXT NOT NULL, encephalopathy TEXT NOT NULL,
    cirrhosis INTEGER NOT NULL
) STRICT;
CREATE TABLE thrombosis (
    patient TEXT PRIMARY KEY, assessed TEXT NOT NULL, cancer INTEGER NOT NULL, paralysis INTEGER NOT NULL,
    bedridden INTEGER NOT NULL, tenderness INTEGER NOT NULL, leg_swollen INTEGER NOT NULL, calf_difference REAL NOT NULL,
    pitting_oedema INTEGER NOT NULL, collateral_veins INTEGER NOT NULL, earlier_thrombosis INTEGER NOT NULL,
    alternative INTEGER NOT NULL, recent_immobility INTEGER NOT NULL, haemoptysis INTEGER NOT NULL
) STRICT;
CREATE TABLE bleeding_risk (
    patient TEXT PRIMARY KEY, bleeding INTEGER NOT NULL, labile_inr INTEGER NOT NULL, antiplatelets INTEGER NOT NULL,
    drinks INTEGER NOT NULL
) STRICT;
CREATE TABLE reference_range (
    hospital TEXT NOT NULL, analyte TEXT NOT NULL, lower REAL NOT NULL, upper REAL NOT NULL, revised TEXT NOT NULL,
    PRIMARY KEY (hospital, analyte)
) STRICT;
CREATE TABLE diagnosis_code (
    disorder TEXT PRIMARY KEY, code TEXT NOT NULL, chapter TEXT NOT NULL, cost_weight REAL NOT NULL,
    expected_stay REAL NOT NULL, valid_from TEXT NOT NULL
) STRICT;
CREATE INDEX diagnosis_code_chapter ON diagnosis_code (chapter);
CREATE TABLE drug_elimination (
    drug TEXT PRIMARY KEY, renal_share REAL NOT NULL, faecal_share REAL NOT NULL, main_enzyme TEXT NOT NULL
) STRICT;
CREATE TABLE drug_metabolism (
    drug TEXT NOT NULL, enzyme TEXT NOT NULL, share REAL NOT NULL, reported TEXT NOT NULL, PRIMARY KEY (drug, enzyme)
) STRICT;
CREATE INDEX drug_metabolism_enzyme ON drug_metabolism (enzyme);
";

/// Electrolytes and metabolites of the serum in mmol/L, with the usual limits of their reference ranges.
const ANALYTES: [(&str, f64, f64, i32); 8] = [
    ("sodium", 136.0, 145.0, 0),
    ("potassium", 3.5, 5.1, 1),
    ("chloride", 98.0, 107.0, 0),
    ("bicarbonate", 22.0, 29.0, 0),
    ("calcium", 2.15, 2.55, 2),
    ("magnesium", 0.7, 1.05, 2),
    ("phosphate", 0.81, 1.45, 2),
    ("lactate", 0.5, 2.2, 1),
];

/// Letters of the chapters of diagnosis codes, in the order of the specialties.
const CHAPTERS: &str = "ABCDEFGHJKLMNP";

/// What the register knows of a patient.
struct Known {
    name: String,
    female: bool,
    age: i64,
    height: f64,
    systolic: f64,
    diastolic: f64,
    inspired_oxygen: f64,
    creatinine: f64,
    haemoglobin: f64,
    bilirubin: f64,
    inr: f64,
    osmolality: f64,
    urea_nitrogen: f64,
    urine_creatinine: f64,
}

/// Creates and fills the tables.
pub(super) fn generate(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    db.execute_batch(SCHEMA)?;
    let mut register = db.prepare(
        "SELECT p.name, p.sex, p.age, p.height, v.systolic, v.diastolic, g.inspired_oxygen, m.creatinine, b.haemoglobin,
             l.bilirubin, l.inr, m.osmolality, m.urea_nitrogen, u.creatinine
         FROM patient p JOIN vitals v ON v.patient = p.name JOIN gas g ON g.patient = p.name
         JOIN metabolic m ON m.patient = p.name JOIN blood b ON b.patient = p.name JOIN liver l ON l.patient = p.name
         JOIN urine u ON u.patient = p.name
         ORDER BY p.rowid",
    )?;
    let patients: Vec<Known> = register
        .query_map([], |r| {
            Ok(Known {
                name: r.get(0)?,
                female: r.get::<_, String>(1)? == "female",
                age: r.get(2)?,
                height: r.get(3)?,
                systolic: r.get::<_, i64>(4)? as f64,
                diastolic: r.get::<_, i64>(5)? as f64,
                inspired_oxygen: r.get(6)?,
                creatinine: r.get(7)?,
                haemoglobin: r.get(8)?,
                bilirubin: r.get(9)?,
                inr: r.get(10)?,
                osmolality: r.get(11)?,
                urea_nitrogen: r.get(12)?,
                urine_creatinine: r.get(13)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    for patient in &patients {
        critical_care(db, rng, patient)?;
        anaesthesia(db, rng, patient)?;
        laboratory(db, rng, patient)?;
        assessments(db, rng, patient)?;
    }
    reference_ranges(db, rng)?;
    elimination(db, rng)?;
    diagnosis_codes(db, rng)
}

fn recent(rng: &mut Stream) -> String {
    plus(today(), -rng.between(1, 88)).to_string()
}

fn critical_care(db: &Transaction<'_>, rng: &mut Stream, p: &Known) -> rusqlite::Result<()> {
    let mean = round((p.systolic + 2.0 * p.diastolic) / 3.0, 1);
    let shocked = mean < 70.0 || rng.chance(0.12);
    let failing = p.creatinine > 2.0;
    let output = normal(rng, if failing { 650.0 } else { 1500.0 }, 380.0, 90.0, 3200.0);
    let chronic = ["none", "medical or emergency surgery", "elective surgery"];
    let chronic = chronic.get(rng.weighted(&[0.7, 0.2, 0.1]).unwrap_or(0)).copied().unwrap_or_default();
    db.prepare_cached("INSERT INTO critical_care VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(params![
        p.name,
        recent(rng),
        mean,
        p.inspired_oxygen >= 40.0,
        if shocked { round(log_uniform(rng, 0.02, 0.45), 2) } else { 0.0 },
        10 * (output / 10.0).round() as i64,
        // Erythrocytes hold about a third of their volume as haemoglobin.
        round((p.haemoglobin * rng.range(2.85, 3.15)).min(61.0), 1),
        failing && rng.chance(0.5),
        chronic
    ])?;
    Ok(())
}

fn anaesthesia(db: &Transaction<'_>, rng: &mut Stream, p: &Known) -> rusqlite::Result<()> {
    let predicted = if p.female { 45.5 } else { 50.0 } + 0.91 * (p.height - 152.4);
    let tidal = 10 * (predicted * rng.range(5.4, 9.2) / 10.0).round() as i64;
    let peep = rng.between(4, 12);
    let plateau = peep + (tidal as f64 / rng.range(28.0, 62.0)).round() as i64;
    db.prepare_cached("INSERT INTO anaesthesia VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(params![
        p.name,
        between(rng, jiff::civil::date(2019, 1, 1), plus(today(), -90)).to_string(),
        tidal,
        rng.between(10, 24),
        peep,
        plateau,
        plateau + rng.between(2, 11),
        rng.between(28, 460)
    ])?;
    Ok(())
}

fn laboratory(db: &Transaction<'_>, rng: &mut Stream, p: &Known) -> rusqlite::Result<()> {
    let control = round(rng.range(11.4, 13.2), 1);
    db.prepare_cached("INSERT INTO coagulation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        p.name,
        recent(rng),
        // The ratio of the times, to the power of the reagent's sensitivity (about one), is the INR.
        round((control * p.inr * rng.range(0.97, 1.03)).max(control - 1.0), 1),
        control,
        round(normal(rng, 31.0 + 9.0 * (p.inr - 1.0).max(0.0), 4.0, 21.0, 88.0), 1),
        round(normal(rng, 3.3 - 0.5 * (p.inr - 1.0).max(0.0), 0.9, 0.7, 7.5), 2),
        round(log_uniform(rng, 0.1, 6.0), 2)
    ])?;
    // Of the urea that is filtered, kidneys give off a sixth to two thirds; only failing ones cannot concentrate the urine.
    let excreted = rng.range(0.16, 0.66) * p.urea_nitrogen * p.urine_creatinine / p.creatinine;
    let most = if p.creatinine > 2.0 { 1.6 } else { 2.9 };
    db.prepare_cached("INSERT INTO urine_solutes VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        p.name,
        round(log_uniform(rng, 12.0, 95.0), 1),
        round(excreted, 1),
        round(p.osmolality * rng.range(1.05, most), 0)
    ])?;
    Ok(())
}

fn assessments(db: &Transaction<'_>, rng: &mut Stream, p: &Known) -> rusqlite::Result<()> {
    let sick = p.bilirubin > 1.6;
    let grade = |rng: &mut Stream, grades: [&'static str; 3]| {
        let weights = if sick { [0.4, 0.4, 0.2] } else { [0.97, 0.03, 0.0] };
        grades.get(rng.weighted(&weights).unwrap_or(0)).copied().unwrap_or_default()
    };
    let ascites = grade(rng, ["absent", "slight", "moderate"]);
    let encephalopathy = grade(rng, ["none", "grade 1 or 2", "grade 3 or 4"]);
    db.prepare_cached("INSERT INTO hepatic_review VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        p.name,
        recent(rng),
        ascites,
        encephalopathy,
        ascites != "absent" || (sick && rng.chance(0.5))
    ])?;
    let suspected = rng.chance(0.5);
    let mut seen = |likely: f64| rng.chance(if suspected { likely } else { 0.06 });
    let signs = [seen(0.25), seen(0.15), seen(0.4), seen(0.6), seen(0.35)];
    let (pitting, veins, earlier, alternative) = (seen(0.5), seen(0.2), seen(0.25), seen(0.4));
    let (immobile, haemoptysis) = (signs[2] || seen(0.2), seen(0.1));
    let [cancer, paralysis, bedridden, tenderness, swollen] = signs;
    let difference = round(log_uniform(rng, if suspected { 0.8 } else { 0.1 }, if suspected { 6.0 } else { 2.0 }), 1);
    db.prepare_cached("INSERT INTO thrombosis VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")?
        .execute(params![
        p.name,
        recent(rng),
        cancer,
        paralysis,
        bedridden,
        tenderness,
        swollen,
        difference,
        pitting,
        veins,
        earlier,
        alternative,
        immobile,
        haemoptysis
    ])?;
    db.prepare_cached("INSERT INTO bleeding_risk VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        p.name,
        rng.chance(0.14),
        p.inr > 1.3 && rng.chance(0.5),
        rng.chance(0.1 + p.age as f64 / 300.0),
        (log_uniform(rng, 0.6, 24.0) - 0.5).round() as i64
    ])?;
    Ok(())
}

fn reference_ranges(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    for hospital in column(db, "SELECT name FROM hospital ORDER BY rowid")? {
        for (analyte, lower, upper, decimals) in ANALYTES {
            let width = upper - lower;
            let mut limit = |at: f64| round(at + 0.06 * width * rng.normal(), decimals);
            let (lower, upper) = (limit(lower), limit(upper));
            let revised = between(rng, jiff::civil::date(2012, 1, 1), jiff::civil::date(2025, 3, 31)).to_string();
            db.prepare_cached("INSERT INTO reference_range VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![hospital, analyte, lower, upper, revised])?;
        }
    }
    Ok(())
}

/// What leaves with the urine, with the stool, and what enzymes take apart, adds up to all of the dose.
fn elimination(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    // Few enzymes do it, so that most of these have several drugs.
    let mut enzymes = column(db, "SELECT name FROM enzyme ORDER BY name")?;
    rng.shuffle(&mut enzymes);
    enzymes.truncate(60);
    let drugs: Vec<(String, jiff::civil::Date)> = db
        .prepare("SELECT name, approved FROM drug ORDER BY rowid")?
        .query_map([], |r| Ok((r.get(0)?, r.get::<_, String>(1)?.parse().unwrap_or_default())))?
        .collect::<Result<_, _>>()?;
    for (drug, approved) in drugs {
        let renal = rng.range(2.0, 90.0);
        let metabolised = (100.0 - renal) * rng.range(0.5, 0.9);
        let mut chosen: Vec<String> = Vec::new();
        for _ in 0..rng.between(2, 4) {
            let enzyme = pick(rng, &enzymes);
            if !chosen.contains(&enzyme) {
                chosen.push(enzyme);
            }
        }
        let parts: Vec<f64> = chosen.iter().map(|_| rng.range(0.15, 1.0)).collect();
        let total: f64 = parts.iter().sum();
        let mut shares: Vec<(String, f64)> =
            chosen.into_iter().zip(parts).map(|(e, part)| (e, round(metabolised * part / total, 1))).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        // The largest share is larger than the others, so that there is one main enzyme.
        if let [first, second, ..] = shares.as_mut_slice()
            && first.1 - second.1 < 0.05
        {
            first.1 = round(first.1 + 0.1, 1);
        }
        let renal = round(renal, 1);
        let faecal = round(100.0 - renal - shares.iter().map(|s| s.1).sum::<f64>(), 1);
        let main = shares.first().map(|s| s.0.as_str()).unwrap_or_default();
        db.prepare_cached("INSERT INTO drug_elimination VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![drug, renal, faecal, main])?;
        for (enzyme, share) in &shares {
            let reported = between(rng, plus(approved, -900), today()).to_string();
            db.prepare_cached("INSERT INTO drug_metabolism VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![drug, enzyme, share, reported])?;
        }
    }
    Ok(())
}

/// Codes the disorders: a chapter for each specialty, numbered within it, with what a case costs beside the average one.
fn diagnosis_codes(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    let disorders: Vec<(String, String)> = db
        .prepare("SELECT name, specialty FROM disorder ORDER BY rowid")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (number, (disorder, specialty)) in disorders.iter().enumerate() {
        let letter =
            SPECIALTIES.iter().position(|s| s == specialty).and_then(|i| CHAPTERS.chars().nth(i)).unwrap_or('Z');
        let weight = round(log_uniform(rng, 0.25, 6.5), 3);
        db.prepare_cached("INSERT INTO diagnosis_code VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            disorder,
            format!("{letter}{:02}.{}", 10 + number / SPECIALTIES.len(), rng.between(0, 9)),
            letter.to_string(),
            weight,
            round(2.2 + 3.1 * weight * rng.range(0.7, 1.3), 1),
            between(rng, jiff::civil::date(2008, 1, 1), jiff::civil::date(2024, 1, 1)).to_string()
        ])?;
    }
    Ok(())
}
