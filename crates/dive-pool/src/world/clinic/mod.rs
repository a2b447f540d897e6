//! The medical part of a world: hospitals and their staff, disorders, a formulary, trials, assays and a patient register.

use dive_core::rng::Stream;
use dive_tools::entities::Naming::{Person, Thing};
use jiff::Span;
use jiff::civil::Date;
use rusqlite::Transaction;

use super::AS_OF;

mod acute;
mod care;
mod drugs;
mod patients;

/// Entity types of this part: name, noun, plural, domain, naming, statement that lists the names.
pub const ENTITIES: &[super::NamedRows] = &[
    ("drug", "drug", "drugs", "medical", Thing, "SELECT name FROM drug ORDER BY name"),
    ("hospital", "hospital", "hospitals", "medical", Thing, "SELECT name FROM hospital ORDER BY name"),
    ("physician", "physician", "physicians", "medical", Person, "SELECT name FROM physician ORDER BY name"),
    ("patient", "patient", "patients", "medical", Person, "SELECT name FROM patient ORDER BY name"),
    ("disorder", "disorder", "disorders", "medical", Thing, "SELECT name FROM disorder ORDER BY name"),
    ("trial", "clinical trial", "clinical trials", "medical", Thing, "SELECT name FROM trial ORDER BY name"),
    ("assay", "diagnostic assay", "diagnostic assays", "medical", Thing, "SELECT name FROM assay ORDER BY name"),
];

/// Medical specialties: departments, physicians and disorders each belong to one.
const SPECIALTIES: &[&str] = &[
    "cardiology",
    "neurology",
    "oncology",
    "nephrology",
    "gastroenterology",
    "pulmonology",
    "endocrinology",
    "orthopaedics",
    "haematology",
    "dermatology",
    "rheumatology",
    "urology",
    "psychiatry",
    "ophthalmology",
];

/// Creates and fills this part's tables.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let staff = care::generate(db, &mut Stream::new(seed, &["clinic", "care"]))?;
    let formulary = drugs::generate(db, &mut Stream::new(seed, &["clinic", "drugs"]), &staff)?;
    patients::generate(db, &mut Stream::new(seed, &["clinic", "patients"]), &staff, &formulary)?;
    acute::generate(db, &mut Stream::new(seed, &["clinic", "acute"]))
}

/// A hospital's department and the physicians who work in it; the first is its head.
struct Department {
    hospital: usize,
    specialty: &'static str,
    physicians: Vec<usize>,
}

/// A physician as later tables need one.
struct Physician {
    name: String,
    hospital: usize,
    licensed: Date,
}

/// What the hospitals' generator leaves for the others.
struct Staff {
    hospitals: Vec<String>,
    departments: Vec<Department>,
    physicians: Vec<Physician>,
    cities: Vec<String>,
}

/// A drug as later tables need one.
struct Drug {
    name: String,
    approved: Date,
    max_daily_dose: i64,
    manufacturer: String,
}

/// What the formulary's generator leaves for the patients.
struct Formulary {
    drugs: Vec<Drug>,
    /// Name, specialty, and the indicated drugs.
    disorders: Vec<(String, &'static str, Vec<usize>)>,
}

/// The world's today.
fn today() -> Date {
    AS_OF.parse().unwrap_or_default()
}

/// The day so many days after another (before it, when negative).
fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
}

/// A day in the closed interval; the first day when the interval is empty.
fn between(rng: &mut Stream, first: Date, last: Date) -> Date {
    let days = (last - first).get_days();
    plus(first, rng.between(0, i64::from(days.max(0))))
}

/// A day in the closed interval of years.
fn in_years(rng: &mut Stream, first: i16, last: i16) -> Date {
    between(rng, jiff::civil::date(first, 1, 1), jiff::civil::date(last, 12, 31))
}

/// Completed years of life on a day.
fn age_on(birth: Date, day: Date) -> i64 {
    let years = i64::from(day.year()) - i64::from(birth.year());
    if (day.month(), day.day()) < (birth.month(), birth.day()) { years - 1 } else { years }
}

/// `x` with so many decimals.
fn round(x: f64, decimals: i32) -> f64 {
    let scale = libm::pow(10.0, f64::from(decimals));
    (x * scale).round() / scale
}

/// A value whose logarithm is uniform between the bounds.
fn log_uniform(rng: &mut Stream, low: f64, high: f64) -> f64 {
    libm::exp(rng.range(libm::log(low), libm::log(high)))
}

/// A normal value kept within bounds.
fn normal(rng: &mut Stream, mean: f64, deviation: f64, low: f64, high: f64) -> f64 {
    (mean + deviation * rng.normal()).clamp(low, high)
}

/// A drawn element, cloned; the default when there is none.
fn pick<T: Clone + Default>(rng: &mut Stream, items: &[T]) -> T {
    rng.pick(items).cloned().unwrap_or_default()
}

/// The single text column of a statement.
fn column(db: &Transaction<'_>, sql: &str) -> rusqlite::Result<Vec<String>> {
    db.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}
