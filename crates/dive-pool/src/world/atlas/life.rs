//! Climate, censuses, museums and festivals of cities.

use dive_core::rng::Stream;
use dive_core::text::MONTHS;
use rusqlite::{Transaction, params};

use super::land::{City, Land, Region};
use super::network::{YEARS, season};
use super::{core_name, date, log_range, round, stream};
use crate::world::names::{self, Taken};

/// Kinds of museums; the manifest lists the same words.
const MUSEUMS: [(&str, &str); 6] = [
    ("art", "Art Museum"),
    ("natural history", "Natural History Museum"),
    ("maritime", "Maritime Museum"),
    ("science", "Science Museum"),
    ("archaeology", "Archaeology Museum"),
    ("transport", "Transport Museum"),
];

const FESTIVALS: [(&str, &str); 6] = [
    ("music", "Music Festival"),
    ("film", "Film Festival"),
    ("theatre", "Theatre Festival"),
    ("food", "Food Festival"),
    ("light", "Light Festival"),
    ("literature", "Literature Festival"),
];

/// Monthly normals: warmer in the south, colder with height (6.5 degrees per kilometre), hottest in July.
pub fn climate(db: &Transaction<'_>, seed: u64, land: &Land) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "climate");
    let mut insert = db.prepare("INSERT INTO climate VALUES (?1,?2,?3,?4,?5,?6,?7)")?;
    for city in &land.cities {
        let annual = 13.6 - 0.62 * (city.at.0 - 45.0) - 6.5 * city.elevation as f64 / 1000.0 + rng.range(-0.8, 0.8);
        let swing = 7.0 + 0.16 * city.at.1 + rng.range(-1.0, 1.0);
        let (wet, wet_peak) = (rng.range(38.0, 105.0), rng.range(0.0, 12.0));
        let (damp, breeze) = (rng.range(66.0, 78.0), rng.range(9.0, 21.0));
        for (month, name) in (1i64..).zip(MONTHS) {
            let phase = |peak: f64| libm::cos(std::f64::consts::TAU * (month as f64 - peak) / 12.0);
            insert.execute(params![
                city.name,
                month,
                name,
                round(annual + swing * phase(7.2) + rng.range(-0.6, 0.6), 1),
                round(wet * (1.0 + 0.35 * phase(wet_peak)) * rng.range(0.82, 1.2), 1),
                round(damp - 8.0 * phase(7.0) + rng.range(-2.0, 2.0), 1),
                round(breeze * (1.0 - 0.18 * phase(7.5)) * rng.range(0.93, 1.08), 1),
            ])?;
        }
    }
    Ok(())
}

/// A census every ten years, so that the last one leads to the population of today.
pub fn censuses(db: &Transaction<'_>, seed: u64, land: &Land) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "census");
    let mut insert = db.prepare("INSERT INTO census VALUES (?1,?2,?3,?4)")?;
    for city in &land.cities {
        let trend = rng.range(-0.004, 0.016);
        // Half a decade lies between the last census and today.
        let mut population = city.population as f64 * libm::exp(-5.5 * trend);
        let mut household = rng.range(1.95, 2.35);
        for year in (1950..=2020).rev().step_by(10) {
            insert.execute(params![city.name, year, population as i64, (population / household) as i64])?;
            population *= libm::exp(-10.0 * (trend + 0.004 * rng.normal()));
            household += rng.range(0.04, 0.22);
        }
    }
    Ok(())
}

fn any_city<'a>(rng: &mut Stream, land: &'a Land, region: &Region) -> Option<&'a City> {
    // The first cities of a region are its largest; culture gathers there.
    let index = (rng.unit() * rng.unit() * region.cities.len() as f64) as usize;
    region.cities.get(index).and_then(|&c| land.cities.get(c))
}

/// Three to six museums of every kind in every region, with ten years of visits.
pub fn museums(db: &Transaction<'_>, seed: u64, land: &Land, taken: &mut Taken) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "museums");
    let mut marks = Taken::default();
    let mut insert = db.prepare("INSERT INTO museum VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)")?;
    let mut visit = db.prepare("INSERT INTO museum_visits VALUES (?1,?2,?3)")?;
    for region in &land.regions {
        for (kind, title) in MUSEUMS {
            for _ in 0..rng.between(3, 6) {
                let Some(city) = any_city(&mut rng, land, region) else { continue };
                let name = format!("{} {title}", core_name(&mut rng, taken, 2));
                let space = log_range(&mut rng, 350.0, 16_000.0);
                insert.execute(params![
                    name,
                    region.name,
                    city.name,
                    kind,
                    date(&mut rng, 1836.max(city.chartered + 1), 2011),
                    space.round() as i64,
                    (space * log_range(&mut rng, 0.7, 26.0)) as i64,
                    rng.between(8, 44) as f64 / 2.0,
                    names::person(&mut rng),
                    marks.fresh(|| rng.between(100_000_000_000, 999_999_999_999).to_string()),
                ])?;
                let mut visitors = space * log_range(&mut rng, 6.0, 44.0);
                for year in YEARS {
                    visitors *= rng.range(0.92, 1.11);
                    visit.execute(params![name, year, (visitors * season(year)) as i64])?;
                }
            }
        }
    }
    Ok(())
}

/// Five to nine festivals a region, all held in 2025.
pub fn festivals(db: &Transaction<'_>, seed: u64, land: &Land, taken: &mut Taken) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "festivals");
    let mut insert = db.prepare("INSERT INTO festival VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)")?;
    for region in &land.regions {
        for _ in 0..rng.between(5, 9) {
            let Some(city) = any_city(&mut rng, land, region) else { continue };
            let Some((kind, title)) = rng.pick(&FESTIVALS).copied() else { continue };
            let (month, day, days) = (rng.between(2, 11), rng.between(1, 15), rng.between(2, 13));
            let last = day + days - 1;
            let attendance = log_range(&mut rng, 2200.0, 190_000.0);
            insert.execute(params![
                format!("{} {title}", core_name(&mut rng, taken, 2)),
                region.name,
                city.name,
                kind,
                format!("2025-{month:02}-{day:02}"),
                format!("2025-{month:02}-{last:02}"),
                rng.between(1926, 2019),
                attendance as i64,
                (libm::pow(attendance, 0.45) * rng.range(0.5, 2.4)) as i64 + 4,
                rng.between(16, 150) as f64 / 2.0,
            ])?;
        }
    }
    Ok(())
}
