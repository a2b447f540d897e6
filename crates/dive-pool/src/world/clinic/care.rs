//! Hospitals, their departments, physicians and yearly figures.

use dive_core::rng::Stream;
use jiff::civil::Date;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::{Department, Physician, SPECIALTIES, Staff, between, column, in_years, pick, plus, round, today};

const HOSPITALS: usize = 72;

/// Years of the hospitals' yearly figures.
const YEARS: std::ops::RangeInclusive<i64> = 2018..=2024;

const SCHEMA: &str = "
CREATE TABLE hospital (
    name TEXT PRIMARY KEY, city TEXT NOT NULL, ownership TEXT NOT NULL, beds INTEGER NOT NULL, opened TEXT NOT NULL,
    chief TEXT NOT NULL, site_area REAL NOT NULL
) STRICT;
CREATE INDEX hospital_city ON hospital (city);
CREATE TABLE department (
    hospital TEXT NOT NULL, specialty TEXT NOT NULL, beds INTEGER NOT NULL, nurses INTEGER NOT NULL, head TEXT NOT NULL,
    founded TEXT NOT NULL, PRIMARY KEY (hospital, specialty)
) STRICT;
CREATE INDEX department_specialty ON department (specialty);
CREATE TABLE physician (
    name TEXT PRIMARY KEY, hospital TEXT NOT NULL, specialty TEXT NOT NULL, licensed TEXT NOT NULL,
    consultations INTEGER NOT NULL, fee REAL NOT NULL, trained_in TEXT NOT NULL, superior TEXT
) STRICT;
CREATE INDEX physician_hospital ON physician (hospital);
CREATE INDEX physician_specialty ON physician (specialty);
CREATE TABLE hospital_year (
    hospital TEXT NOT NULL, year INTEGER NOT NULL, admissions INTEGER NOT NULL, mean_stay REAL NOT NULL,
    occupancy REAL NOT NULL, operations INTEGER NOT NULL, operating_cost REAL NOT NULL, PRIMARY KEY (hospital, year)
) STRICT;
";

/// Creates and fills the tables.
pub(super) fn generate(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<Staff> {
    db.execute_batch(SCHEMA)?;
    let mut cities = column(db, "SELECT name FROM city ORDER BY name")?;
    rng.shuffle(&mut cities);
    // Few cities have hospitals, so that most of these have several.
    let towns = cities.iter().take(32).cloned().collect::<Vec<_>>();
    let mut staff =
        Staff { hospitals: Vec::new(), departments: Vec::new(), physicians: Vec::new(), cities: cities.clone() };
    let (mut taken, mut people) = (Taken::of(db)?, Taken::of(db)?);
    for number in 0..sized(db, HOSPITALS)? {
        hospital(db, rng, &mut staff, &towns, number, (&mut taken, &mut people))?;
    }
    Ok(staff)
}

fn hospital(
    db: &Transaction<'_>,
    rng: &mut Stream,
    staff: &mut Staff,
    towns: &[String],
    number: usize,
    (taken, people): (&mut Taken, &mut Taken),
) -> rusqlite::Result<()> {
    let name = taken.fresh(|| {
        let kind = pick(rng, &["Hospital", "Hospital", "Infirmary", "Medical Centre"]);
        format!("{} {kind}", names::word(rng, 2))
    });
    let opened = in_years(rng, 1880, 1994);
    let mut specialties = SPECIALTIES.to_vec();
    rng.shuffle(&mut specialties);
    let count = rng.between(4, 6) as usize;
    let first = staff.physicians.len();
    let mut beds = 0;
    for specialty in specialties.into_iter().take(count) {
        beds += department(db, rng, staff, people, (&name, number, opened), specialty)?;
    }
    let chief = staff.physicians.get(first).map(|p| p.name.clone()).unwrap_or_default();
    db.execute("UPDATE physician SET superior = ?1 WHERE hospital = ?2 AND superior IS NULL", params![chief, name])?;
    db.execute("UPDATE physician SET superior = NULL WHERE name = ?1", params![chief])?;
    let ownership = pick(rng, &["municipal", "university", "private", "charitable", "military"]);
    db.prepare_cached("INSERT INTO hospital VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        name,
        pick(rng, towns),
        ownership,
        beds,
        opened.to_string(),
        chief,
        round(beds as f64 * rng.range(0.012, 0.05), 1)
    ])?;
    years(db, rng, &name, beds)?;
    staff.hospitals.push(name);
    Ok(())
}

/// One department with its physicians; returns its beds.
fn department(
    db: &Transaction<'_>,
    rng: &mut Stream,
    staff: &mut Staff,
    people: &mut Taken,
    (hospital, number, opened): (&str, usize, Date),
    specialty: &'static str,
) -> rusqlite::Result<i64> {
    let beds = rng.between(14, 96);
    let size = if rng.chance(0.35) { 2 } else { 1 };
    let mut members = Vec::new();
    let mut head: Option<String> = None;
    for _ in 0..size {
        let name = people.fresh(|| format!("Dr {}", names::person(rng)));
        let licensed = in_years(rng, 1984, 2018);
        db.prepare_cached("INSERT INTO physician VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(params![
            name,
            hospital,
            specialty,
            licensed.to_string(),
            rng.between(420, 2900),
            round(rng.range(45.0, 260.0), 2),
            pick(rng, &staff.cities),
            head
        ])?;
        members.push(staff.physicians.len());
        head.get_or_insert_with(|| name.clone());
        staff.physicians.push(Physician { name, hospital: number, licensed });
    }
    db.prepare_cached("INSERT INTO department VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        hospital,
        specialty,
        beds,
        (beds as f64 * rng.range(0.7, 1.5)).round() as i64,
        head,
        between(rng, plus(opened, 30), jiff::civil::date(2012, 12, 31)).to_string()
    ])?;
    staff.departments.push(Department { hospital: number, specialty, physicians: members });
    Ok(beds)
}

/// Yearly figures: occupancy follows from beds, admissions and the mean stay.
fn years(db: &Transaction<'_>, rng: &mut Stream, hospital: &str, beds: i64) -> rusqlite::Result<()> {
    let mut target = rng.range(0.6, 0.92);
    let mut stay = rng.range(4.2, 9.5);
    let mut cost = beds as f64 * rng.range(0.14, 0.31);
    for year in YEARS.take_while(|y| *y < i64::from(today().year())) {
        let mean_stay = round(stay, 1);
        let bed_days = beds as f64 * 365.0;
        let admissions = (target * bed_days / mean_stay).round();
        db.prepare_cached("INSERT INTO hospital_year VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
            hospital,
            year,
            admissions as i64,
            mean_stay,
            round(100.0 * admissions * mean_stay / bed_days, 1),
            (admissions * rng.range(0.2, 0.45)).round() as i64,
            round(cost, 2)
        ])?;
        target = (target + rng.range(-0.06, 0.06)).clamp(0.5, 0.97);
        stay = (stay + rng.range(-0.5, 0.35)).clamp(3.2, 11.0);
        cost *= rng.range(0.98, 1.09);
    }
    Ok(())
}
