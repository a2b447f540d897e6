//! The patient register: persons, diagnoses, prescriptions, admissions, examinations and laboratory values.
//!
//! A patient's condition (kidneys, liver, metabolism, lungs, heart) is drawn once and shows in all of the values.

use std::collections::BTreeSet;

use dive_core::canon::significant;
use dive_core::rng::Stream;
use jiff::civil::Date;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::drugs::CLASSES;
use super::{Formulary, Staff, age_on, between, column, log_uniform, normal, pick, plus, round, today};

const PATIENTS: usize = 1200;

const SCHEMA: &str = "
CREATE TABLE patient (
    name TEXT PRIMARY KEY, sex TEXT NOT NULL, birth_date TEXT NOT NULL, age INTEGER NOT NULL, height REAL NOT NULL,
    weight REAL NOT NULL, blood_group TEXT NOT NULL, hospital TEXT NOT NULL, specialty TEXT NOT NULL,
    physician TEXT NOT NULL, city TEXT NOT NULL, registered TEXT NOT NULL, heart_failure INTEGER NOT NULL,
    hypertension INTEGER NOT NULL, diabetes INTEGER NOT NULL, stroke INTEGER NOT NULL, vascular INTEGER NOT NULL
) STRICT;
CREATE INDEX patient_department ON patient (hospital, specialty);
CREATE INDEX patient_physician ON patient (physician);
CREATE INDEX patient_city ON patient (city);
CREATE TABLE vitals (
    patient TEXT PRIMARY KEY, checked TEXT NOT NULL, systolic INTEGER NOT NULL, diastolic INTEGER NOT NULL,
    heart_rate INTEGER NOT NULL, respiratory_rate INTEGER NOT NULL, temperature REAL NOT NULL,
    saturation INTEGER NOT NULL, coma_score INTEGER NOT NULL, oxygen INTEGER NOT NULL, confusion INTEGER NOT NULL
) STRICT;
CREATE TABLE metabolic (
    patient TEXT PRIMARY KEY, taken TEXT NOT NULL, sodium REAL NOT NULL, potassium REAL NOT NULL,
    chloride REAL NOT NULL, bicarbonate REAL NOT NULL, urea_nitrogen REAL NOT NULL, creatinine REAL NOT NULL,
    glucose REAL NOT NULL, calcium REAL NOT NULL, albumin REAL NOT NULL, osmolality REAL NOT NULL
) STRICT;
CREATE TABLE liver (
    patient TEXT PRIMARY KEY, taken TEXT NOT NULL, bilirubin REAL NOT NULL, inr REAL NOT NULL, ast INTEGER NOT NULL,
    alt INTEGER NOT NULL, alkaline_phosphatase INTEGER NOT NULL
) STRICT;
CREATE TABLE blood (
    patient TEXT PRIMARY KEY, taken TEXT NOT NULL, haemoglobin REAL NOT NULL, erythrocytes REAL NOT NULL,
    leukocytes REAL NOT NULL, neutrophils REAL NOT NULL, platelets INTEGER NOT NULL, crp REAL NOT NULL,
    ferritin REAL NOT NULL
) STRICT;
CREATE TABLE fasting (
    patient TEXT PRIMARY KEY, taken TEXT NOT NULL, glucose REAL NOT NULL, insulin REAL NOT NULL, hba1c REAL NOT NULL,
    cholesterol REAL NOT NULL, hdl REAL NOT NULL, triglycerides REAL NOT NULL
) STRICT;
CREATE TABLE urine (
    patient TEXT PRIMARY KEY, taken TEXT NOT NULL, sodium REAL NOT NULL, creatinine REAL NOT NULL,
    albumin REAL NOT NULL
) STRICT;
CREATE TABLE gas (
    patient TEXT PRIMARY KEY, taken TEXT NOT NULL, ph REAL NOT NULL, carbon_dioxide REAL NOT NULL,
    oxygen REAL NOT NULL, inspired_oxygen REAL NOT NULL, lactate REAL NOT NULL
) STRICT;
CREATE TABLE heart (
    patient TEXT PRIMARY KEY, recorded TEXT NOT NULL, qt INTEGER NOT NULL, ecg_rate INTEGER NOT NULL,
    pr INTEGER, qrs INTEGER NOT NULL, rhythm TEXT NOT NULL, imaged TEXT NOT NULL,
    end_diastolic REAL NOT NULL, end_systolic REAL NOT NULL, echo_rate INTEGER NOT NULL, left_atrium REAL NOT NULL
) STRICT;
CREATE TABLE visit (
    patient TEXT NOT NULL, visited TEXT NOT NULL, creatinine REAL NOT NULL, haemoglobin REAL NOT NULL,
    systolic INTEGER NOT NULL, weight REAL NOT NULL, PRIMARY KEY (patient, visited)
) STRICT;
CREATE TABLE diagnosis (
    patient TEXT NOT NULL, disorder TEXT NOT NULL, diagnosed TEXT NOT NULL, activity REAL NOT NULL,
    PRIMARY KEY (patient, disorder)
) STRICT;
CREATE INDEX diagnosis_disorder ON diagnosis (disorder);
CREATE TABLE prescription (
    patient TEXT NOT NULL, drug TEXT NOT NULL, disorder TEXT NOT NULL, daily_dose INTEGER NOT NULL,
    started TEXT NOT NULL, prescriber TEXT NOT NULL, PRIMARY KEY (patient, drug)
) STRICT;
CREATE INDEX prescription_drug ON prescription (drug);
CREATE TABLE admission (
    patient TEXT NOT NULL, admitted TEXT NOT NULL, discharged TEXT NOT NULL, stay INTEGER NOT NULL,
    disorder TEXT NOT NULL, hospital TEXT NOT NULL, cost REAL NOT NULL, PRIMARY KEY (patient, admitted)
) STRICT;
CREATE TABLE allergy (
    patient TEXT NOT NULL, class TEXT NOT NULL, reaction TEXT NOT NULL, recorded TEXT NOT NULL,
    PRIMARY KEY (patient, class)
) STRICT;
";

/// Creates and fills the tables.
pub(super) fn generate(
    db: &Transaction<'_>,
    rng: &mut Stream,
    staff: &Staff,
    formulary: &Formulary,
) -> rusqlite::Result<()> {
    db.execute_batch(SCHEMA)?;
    let hospital_cities = column(db, "SELECT city FROM hospital ORDER BY rowid")?;
    let mut taken = Taken::of(db)?;
    for _ in 0..sized(db, PATIENTS)? {
        let name = taken.fresh(|| names::person(rng));
        let person = person(db, rng, &name, staff, &hospital_cities)?;
        vitals(db, rng, &person)?;
        chemistry(db, rng, &person)?;
        blood_and_fasting(db, rng, &person)?;
        gas(db, rng, &person)?;
        heart(db, rng, &person)?;
        visits(db, rng, &person)?;
        history(db, rng, &person, staff, formulary)?;
        allergies(db, rng, &person)?;
    }
    Ok(())
}

/// A patient's condition, from which the values follow.
struct Person {
    name: String,
    female: bool,
    birth: Date,
    weight: f64,
    department: usize,
    physician: String,
    hospital: String,
    heart_failure: bool,
    diabetes: bool,
    /// Healthy is 0, failing is 1.
    liver: f64,
    lungs: f64,
    systolic: i64,
    heart_rate: i64,
    inspired_oxygen: f64,
    carbon_dioxide: f64,
    arterial_oxygen: f64,
    bicarbonate: f64,
    creatinine: f64,
    haemoglobin: f64,
    lactate: f64,
    acidosis: f64,
}

/// The latest examinations all lie in the last quarter before the world's today; follow-up visits lie before them.
fn recent(rng: &mut Stream) -> String {
    plus(today(), -rng.between(1, 88)).to_string()
}

fn person(
    db: &Transaction<'_>,
    rng: &mut Stream,
    name: &str,
    staff: &Staff,
    hospital_cities: &[String],
) -> rusqlite::Result<Person> {
    let female = rng.chance(0.5);
    let birth = plus(today(), -rng.between(19 * 366, 91 * 365));
    let age = age_on(birth, today());
    let height = round(normal(rng, if female { 164.0 } else { 177.0 }, 7.0, 145.0, 203.0), 1);
    let metres = height / 100.0;
    let weight = round(normal(rng, 26.8, 5.0, 16.5, 46.0) * metres * metres, 1);
    let department = rng.below(staff.departments.len());
    let (hospital, specialty, physician) = staff.departments.get(department).map_or_else(Default::default, |d| {
        let physician = d.physicians.get(rng.below(d.physicians.len())).and_then(|p| staff.physicians.get(*p));
        (d.hospital, d.specialty, physician.map(|p| p.name.clone()).unwrap_or_default())
    });
    let home = hospital_cities.get(hospital).filter(|_| rng.chance(0.6)).cloned();
    let hospital = staff.hospitals.get(hospital).cloned().unwrap_or_default();
    let old = age as f64 / 100.0;
    let (heart_failure, hypertension, diabetes) =
        (rng.chance(0.05 + 0.3 * old * old), rng.chance(0.08 + 0.6 * old), rng.chance(0.22));
    let (stroke, vascular) = (rng.chance(0.02 + 0.2 * old * old), rng.chance(0.04 + 0.3 * old * old));
    let blood_group = ["O+", "A+", "B+", "AB+", "O-", "A-", "B-", "AB-"]
        .get(rng.weighted(&[0.38, 0.33, 0.1, 0.04, 0.06, 0.06, 0.02, 0.01]).unwrap_or(0))
        .copied();
    let city = home.unwrap_or_else(|| pick(rng, &staff.cities));
    db.prepare_cached(
        "INSERT INTO patient VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?
    .execute(params![
        name,
        if female { "female" } else { "male" },
        birth.to_string(),
        age,
        height,
        weight,
        blood_group,
        hospital,
        specialty,
        physician,
        city,
        between(rng, jiff::civil::date(2016, 1, 4), jiff::civil::date(2023, 6, 30)).to_string(),
        heart_failure,
        hypertension,
        diabetes,
        stroke,
        vascular
    ])?;
    let kidneys = if rng.chance(0.16) { rng.range(0.14, 0.6) } else { rng.range(0.75, 1.15) };
    // The filtration rate falls with age; creatinine is what CKD-EPI would read it from, with some scatter.
    let filtration = (112.0 - 0.75 * (age as f64 - 25.0)).max(38.0) * kidneys;
    let scale = if female { 0.7 } else { 0.9 };
    let creatinine = round(
        (scale * libm::pow(142.0 * libm::pow(0.9938, age as f64) / filtration, 0.833) * rng.range(0.92, 1.08))
            .clamp(0.42, 8.5),
        2,
    );
    let lungs = if rng.chance(0.3) { rng.range(0.25, 1.0) } else { rng.range(0.0, 0.2) };
    let acidosis = if rng.chance(0.35) { rng.range(2.0, 11.0) } else { 0.0 };
    let bicarbonate = normal(rng, 25.0 - 3.0 * (1.0 - kidneys).max(0.0) - acidosis, 1.8, 8.0, 36.0);
    let bicarbonate = round(bicarbonate, 1);
    let carbon_dioxide = round((1.2 * bicarbonate + 11.0 + 4.0 * rng.normal()).clamp(22.0, 68.0), 1);
    let inspired_oxygen = if lungs > 0.3 { rng.between(24, 60) as f64 } else { 21.0 };
    let alveolar = inspired_oxygen / 100.0 * 713.0 - carbon_dioxide / 0.8;
    let gradient = age as f64 / 4.0 + 4.0 + 0.55 * lungs * alveolar + rng.range(-4.0, 6.0);
    Ok(Person {
        name: name.into(),
        female,
        birth,
        weight,
        department,
        physician,
        hospital,
        heart_failure,
        diabetes,
        liver: if rng.chance(0.15) { rng.range(0.25, 1.0) } else { 0.0 },
        lungs,
        systolic: normal(rng, if hypertension { 143.0 } else { 121.0 }, 16.0, 78.0, 212.0).round() as i64,
        heart_rate: normal(rng, 78.0, 15.0, 42.0, 142.0).round() as i64,
        inspired_oxygen,
        carbon_dioxide,
        arterial_oxygen: round((alveolar - gradient).clamp(44.0, 240.0), 1),
        bicarbonate,
        creatinine,
        haemoglobin: round(normal(rng, if female { 12.9 } else { 14.3 }, 1.7, 6.8, 18.2), 1),
        lactate: round(log_uniform(rng, 0.6, 3.4), 2),
        acidosis,
    })
}

fn vitals(db: &Transaction<'_>, rng: &mut Stream, p: &Person) -> rusqlite::Result<()> {
    // Severinghaus' approximation of the oxygen dissociation curve.
    let o2 = p.arterial_oxygen;
    let saturation = (100.0 / (23_400.0 / (o2 * o2 * o2 + 150.0 * o2) + 1.0)).round() as i64;
    let coma_score = if rng.chance(0.15) { rng.between(9, 14) } else { 15 };
    db.prepare_cached("INSERT INTO vitals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?.execute(params![
        p.name,
        recent(rng),
        p.systolic,
        (p.systolic as f64 * 0.42 + normal(rng, 26.0, 6.0, 10.0, 44.0)).round() as i64,
        p.heart_rate,
        normal(rng, 15.0 + 9.0 * p.lungs, 2.5, 9.0, 38.0).round() as i64,
        round(normal(rng, 37.0, 0.7, 34.6, 40.6), 1),
        saturation.min(100),
        coma_score,
        p.inspired_oxygen > 21.0,
        coma_score < 14 || rng.chance(0.04)
    ])?;
    Ok(())
}

fn chemistry(db: &Transaction<'_>, rng: &mut Stream, p: &Person) -> rusqlite::Result<()> {
    let balance = match rng.unit() {
        x if x < 0.25 => 149.0,
        x if x < 0.45 => 131.0,
        _ => 139.5,
    };
    let sodium = round(normal(rng, balance, 3.0, 121.0, 162.0), 1);
    // Acids of which the lost bicarbonate bears witness widen the gap, more or less.
    let acids = p.acidosis * rng.range(0.5, 1.5);
    let gap = normal(rng, 9.5 + 0.8 * p.lactate + acids, 1.6, 3.0, 30.0);
    let urea_nitrogen = round((p.creatinine * 11.0 + 4.5 * rng.normal() + 4.0).clamp(5.0, 110.0), 1);
    let glucose = if p.diabetes { log_uniform(rng, 115.0, 420.0) } else { normal(rng, 104.0, 16.0, 62.0, 170.0) };
    let glucose = round(glucose, 0);
    let albumin = round(normal(rng, 4.2 - 1.5 * p.liver, 0.4, 1.7, 5.2), 1);
    let osmolality = 2.0 * sodium + glucose / 18.0 + urea_nitrogen / 2.8 + normal(rng, 4.0, 5.0, -9.0, 26.0);
    db.prepare_cached("INSERT INTO metabolic VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?.execute(
        params![
            p.name,
            recent(rng),
            sodium,
            round(normal(rng, 4.2, 0.5, 2.7, 6.4), 2),
            round(sodium - p.bicarbonate - gap, 1),
            p.bicarbonate,
            urea_nitrogen,
            p.creatinine,
            glucose,
            round(normal(rng, 9.4 - 0.8 * (4.2 - albumin), 0.5, 6.4, 13.2), 2),
            albumin,
            round(osmolality, 1)
        ],
    )?;
    let injured = 1.0 + 6.0 * p.liver;
    db.prepare_cached("INSERT INTO liver VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        p.name,
        recent(rng),
        round(log_uniform(rng, 0.3, 1.1) * (1.0 + 11.0 * p.liver), 2),
        round(normal(rng, 1.05 + 1.2 * p.liver, 0.1, 0.85, 3.6), 2),
        (log_uniform(rng, 13.0, 42.0) * injured).round() as i64,
        (log_uniform(rng, 11.0, 46.0) * injured * 0.85).round() as i64,
        (log_uniform(rng, 42.0, 125.0) * (1.0 + 1.5 * p.liver)).round() as i64
    ])?;
    db.prepare_cached("INSERT INTO urine VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        p.name,
        recent(rng),
        round(log_uniform(rng, 9.0, 160.0), 0),
        round(log_uniform(rng, 25.0, 260.0), 1),
        significant(log_uniform(rng, 2.5, if p.diabetes || p.creatinine > 1.4 { 1400.0 } else { 45.0 }), 3)
    ])?;
    Ok(())
}

fn blood_and_fasting(db: &Transaction<'_>, rng: &mut Stream, p: &Person) -> rusqlite::Result<()> {
    let leukocytes = round(log_uniform(rng, 3.2, 15.5), 2);
    db.prepare_cached("INSERT INTO blood VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(params![
        p.name,
        recent(rng),
        p.haemoglobin,
        round(p.haemoglobin / rng.range(2.6, 3.3), 2),
        leukocytes,
        round(leukocytes * rng.range(0.42, 0.86), 2),
        normal(rng, 252.0 * (1.0 - 0.6 * p.liver), 58.0, 28.0, 520.0).round() as i64,
        round(log_uniform(rng, 0.4, 180.0), 1),
        round(log_uniform(rng, 6.0, 620.0), 1)
    ])?;
    let glucose = if p.diabetes { normal(rng, 152.0, 30.0, 112.0, 270.0) } else { normal(rng, 91.0, 8.0, 66.0, 118.0) };
    let glucose = round(glucose, 0);
    db.prepare_cached("INSERT INTO fasting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(params![
        p.name,
        recent(rng),
        glucose,
        round(log_uniform(rng, 3.0, if p.diabetes { 34.0 } else { 17.0 }), 1),
        round(((glucose + 46.7) / 28.7 + 0.4 * rng.normal()).clamp(4.0, 13.5), 1),
        round(normal(rng, 192.0, 34.0, 110.0, 310.0), 0),
        round(normal(rng, if p.female { 58.0 } else { 48.0 }, 11.0, 24.0, 98.0), 0),
        round(log_uniform(rng, 52.0, 370.0), 0)
    ])?;
    Ok(())
}

fn gas(db: &Transaction<'_>, rng: &mut Stream, p: &Person) -> rusqlite::Result<()> {
    // Henderson–Hasselbalch with a solubility of 0.03 mmol/L per mmHg.
    let ph = 6.1 + libm::log10(p.bicarbonate / (0.03 * p.carbon_dioxide));
    db.prepare_cached("INSERT INTO gas VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        p.name,
        recent(rng),
        round(ph, 3),
        p.carbon_dioxide,
        p.arterial_oxygen,
        p.inspired_oxygen,
        p.lactate
    ])?;
    Ok(())
}

fn heart(db: &Transaction<'_>, rng: &mut Stream, p: &Person) -> rusqlite::Result<()> {
    let rate = (p.heart_rate + rng.between(-9, 9)).max(40);
    // The QT interval shortens with the cube root of the RR interval.
    let qt = normal(rng, 414.0, 22.0, 350.0, 520.0) * libm::cbrt(60.0 / rate as f64);
    let rhythm = match rng.unit() {
        x if x < 0.78 => "sinus rhythm",
        x if x < 0.93 => "atrial fibrillation",
        x if x < 0.97 => "atrial flutter",
        _ => "paced rhythm",
    };
    let size = if p.female { 104.0 } else { 128.0 } * if p.heart_failure { 1.35 } else { 1.0 };
    let end_diastolic = round(normal(rng, size, 18.0, 62.0, 260.0), 1);
    let fraction = if p.heart_failure { rng.range(0.18, 0.48) } else { rng.range(0.52, 0.73) };
    let recorded = recent(rng);
    // Without coordinated atrial contraction there is no PR interval.
    let pr = Some(rng.between(122, 236)).filter(|_| !rhythm.starts_with("atrial"));
    db.prepare_cached("INSERT INTO heart VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?.execute(
        params![
            p.name,
            recorded,
            qt.round() as i64,
            rate,
            pr,
            rng.between(76, 162),
            rhythm,
            recent(rng),
            end_diastolic,
            round(end_diastolic * (1.0 - fraction), 1),
            (p.heart_rate + rng.between(-8, 8)).max(40),
            round(normal(rng, if p.heart_failure { 46.0 } else { 36.0 }, 4.5, 24.0, 62.0), 1)
        ],
    )?;
    Ok(())
}

fn visits(db: &Transaction<'_>, rng: &mut Stream, p: &Person) -> rusqlite::Result<()> {
    let mut day = plus(today(), -rng.between(92, 150));
    let (mut creatinine, mut haemoglobin, mut weight) = (p.creatinine, p.haemoglobin, p.weight);
    for _ in 0..rng.between(4, 7) {
        creatinine = round((creatinine * rng.range(0.9, 1.08)).clamp(0.4, 9.0), 2);
        haemoglobin = round((haemoglobin + rng.range(-0.9, 0.9)).clamp(6.5, 18.5), 1);
        weight = round(weight + rng.range(-2.6, 2.6), 1);
        db.prepare_cached("INSERT INTO visit VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            p.name,
            day.to_string(),
            creatinine,
            haemoglobin,
            p.systolic + rng.between(-17, 17),
            weight
        ])?;
        day = plus(day, -rng.between(35, 130));
    }
    Ok(())
}

/// Diagnoses, then the drugs prescribed for them, then the admissions because of them.
fn history(
    db: &Transaction<'_>,
    rng: &mut Stream,
    p: &Person,
    staff: &Staff,
    formulary: &Formulary,
) -> rusqlite::Result<()> {
    let specialty = staff.departments.get(p.department).map_or("", |d| d.specialty);
    let own: Vec<_> = formulary.disorders.iter().filter(|d| d.1 == specialty).collect();
    let mut chosen = own.get(rng.below(own.len())).copied().into_iter().collect::<Vec<_>>();
    while chosen.len() < 3 && rng.chance(0.42) {
        let other = formulary.disorders.get(rng.below(formulary.disorders.len()));
        chosen.extend(other.filter(|o| chosen.iter().all(|c| c.0 != o.0)));
    }
    let mut diagnosed = Vec::new();
    let mut prescribed = BTreeSet::new();
    for (disorder, _, drugs) in chosen {
        let day = between(rng, plus(p.birth, 6000).max(jiff::civil::date(2005, 1, 1)), plus(today(), -500));
        db.prepare_cached("INSERT INTO diagnosis VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            p.name,
            disorder,
            day.to_string(),
            round(rng.range(0.3, 9.8), 1)
        ])?;
        for _ in 0..rng.between(1, 3) {
            let number = drugs.get(rng.below(drugs.len())).copied().unwrap_or_default();
            let Some(drug) = formulary.drugs.get(number).filter(|_| prescribed.insert(number)) else { continue };
            let dose = (drug.max_daily_dose as f64 * rng.range(0.15, 0.95)).round() as i64;
            db.prepare_cached("INSERT INTO prescription VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
                p.name,
                drug.name,
                disorder,
                dose.max(1),
                between(rng, day.max(plus(drug.approved, 30)), plus(today(), -2)).to_string(),
                prescriber(rng, p, staff)
            ])?;
        }
        diagnosed.push((disorder, day));
    }
    admissions(db, rng, p, staff, &diagnosed)
}

/// Mostly the attending physician, otherwise a colleague of the same hospital.
fn prescriber(rng: &mut Stream, p: &Person, staff: &Staff) -> String {
    if rng.chance(0.6) {
        return p.physician.clone();
    }
    let home = staff.departments.get(p.department).map(|d| d.hospital);
    let colleagues: Vec<_> = staff.physicians.iter().filter(|c| Some(c.hospital) == home).collect();
    colleagues.get(rng.below(colleagues.len())).map_or_else(|| p.physician.clone(), |c| c.name.clone())
}

fn admissions(
    db: &Transaction<'_>,
    rng: &mut Stream,
    p: &Person,
    staff: &Staff,
    diagnosed: &[(&String, Date)],
) -> rusqlite::Result<()> {
    let Some(first) = diagnosed.iter().map(|d| d.1).min() else { return Ok(()) };
    let mut day = plus(first, rng.between(0, 60));
    let span = i64::from((today() - day).get_days());
    let count = rng.between(2, 6);
    for _ in 0..count {
        let stay = log_uniform(rng, 1.5, 34.0).round() as i64;
        let discharged = plus(day, stay);
        if discharged >= today() {
            break;
        }
        let reasons: Vec<_> = diagnosed.iter().filter(|d| d.1 <= day).collect();
        let reason = reasons.get(rng.below(reasons.len())).map(|d| d.0);
        let hospital = if rng.chance(0.75) { p.hospital.clone() } else { pick(rng, &staff.hospitals) };
        db.prepare_cached("INSERT INTO admission VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
            p.name,
            day.to_string(),
            discharged.to_string(),
            stay,
            reason,
            hospital,
            round(stay as f64 * rng.range(420.0, 1480.0) + rng.range(150.0, 5200.0), 2)
        ])?;
        day = plus(discharged, rng.between(12, (span * 8 / 10 / count).max(20)));
    }
    Ok(())
}

fn allergies(db: &Transaction<'_>, rng: &mut Stream, p: &Person) -> rusqlite::Result<()> {
    let mut taken = db.prepare_cached(
        "SELECT DISTINCT drug.class FROM prescription JOIN drug ON drug.name = drug WHERE patient = ?1",
    )?;
    let taken = taken.query_map([&p.name], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    // Nobody takes a drug of a class that causes allergy.
    let mut classes: Vec<&str> = CLASSES.iter().copied().filter(|c| taken.iter().all(|t| t != c)).collect();
    rng.shuffle(&mut classes);
    let count = rng.weighted(&[0.3, 0.34, 0.24, 0.12]).unwrap_or(0);
    for class in classes.into_iter().take(count) {
        db.prepare_cached("INSERT INTO allergy VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            p.name,
            class,
            pick(rng, &["urticaria", "angioedema", "anaphylaxis", "bronchospasm", "exanthema"]),
            between(rng, jiff::civil::date(2008, 1, 1).max(plus(p.birth, 900)), plus(today(), -40)).to_string()
        ])?;
    }
    Ok(())
}
