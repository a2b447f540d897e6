//! Airports, roads and railways.

use rusqlite::{Transaction, params};

use super::land::{City, Land};
use super::{date, distance, log_range, round, stream};
use crate::world::names::{self, Taken};

/// An airport, as far as cities need to know it.
pub struct Airport {
    /// Unique name.
    pub name: String,
    /// Latitude and longitude of the city it belongs to.
    pub at: (f64, f64),
}

/// Years that annual statistics cover.
pub const YEARS: std::ops::RangeInclusive<i64> = 2015..=2024;

/// Share of ordinary business in a year; travel fell in 2020 and 2021.
pub fn season(year: i64) -> f64 {
    match year {
        2020 => 0.42,
        2021 => 0.6,
        _ => 1.0,
    }
}

/// Two airports a region, at its largest cities.
pub fn airports(db: &Transaction<'_>, seed: u64, land: &Land, taken: &mut Taken) -> rusqlite::Result<Vec<Airport>> {
    let mut rng = stream(seed, "airports");
    let mut codes = Taken::default();
    let mut airports = Vec::new();
    let mut insert = db.prepare("INSERT INTO airport VALUES (?1,?2,?3,?4,?5,?6)")?;
    let mut traffic = db.prepare("INSERT INTO airport_traffic VALUES (?1,?2,?3,?4)")?;
    for region in &land.regions {
        for city in region.cities.iter().take(2).filter_map(|&c| land.cities.get(c)) {
            let name = format!("{} Airport", taken.fresh(|| names::surname(&mut rng)));
            let letters = b"ABCDEFGHIJKLMNOPRSTUVWXYZ";
            let code = codes.fresh(|| (0..4).map(|_| char::from(*rng.pick(letters).unwrap_or(&b'X'))).collect());
            let mut passengers = city.population as f64 * log_range(&mut rng, 1.2, 14.0);
            let growth = rng.range(0.985, 1.07);
            let runway = rng.between(1750, 3900);
            let gates = 3 + (passengers / 190_000.0) as i64 + rng.between(0, 5);
            let opened = date(&mut rng, 1931, 1999);
            insert.execute(params![name, city.name, code, runway, opened, gates])?;
            for year in YEARS {
                passengers *= growth * rng.range(0.96, 1.05);
                let carried = passengers * season(year);
                let movements = carried / rng.range(78.0, 122.0);
                traffic.execute(params![name, year, carried as i64, movements as i64])?;
            }
            airports.push(Airport { name, at: city.at });
        }
    }
    Ok(airports)
}

/// Roads to the three nearest cities, in both directions.
pub fn roads(db: &Transaction<'_>, seed: u64, land: &Land) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "roads");
    let mut insert = db.prepare("INSERT OR IGNORE INTO road VALUES (?1,?2,?3,?4,?5)")?;
    for (i, city) in land.cities.iter().enumerate() {
        // A degree of longitude shrinks with latitude; good enough to find neighbours, distances come later.
        let shrink = libm::cos(city.at.0.to_radians());
        let square = |other: &City| {
            let (dlat, dlon) = (other.at.0 - city.at.0, (other.at.1 - city.at.1) * shrink);
            dlat * dlat + dlon * dlon
        };
        let mut others: Vec<(f64, &City)> =
            land.cities.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, o)| (square(o), o)).collect();
        let nearest = 3.min(others.len().saturating_sub(1));
        others.select_nth_unstable_by(nearest, |a, b| a.0.total_cmp(&b.0));
        for (_, other) in others.iter().take(nearest) {
            let length = distance(city.at, other.at) * rng.range(1.12, 1.46) + 0.8;
            let minutes = (length / rng.range(52.0, 93.0) * 60.0).ceil() as i64 + 3;
            let opened = date(&mut rng, 1926, 2019);
            for (from, to) in [(city, other), (other, &city)] {
                insert.execute(params![from.name, to.name, round(length, 1), minutes, opened])?;
            }
        }
    }
    Ok(())
}

/// Three railway lines a region, each from city to nearest city not yet served by it.
pub fn railways(db: &Transaction<'_>, seed: u64, land: &Land, taken: &mut Taken) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "railways");
    let mut line = db.prepare("INSERT INTO railway_line VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)")?;
    let mut stop = db.prepare("INSERT INTO railway_stop VALUES (?1,?2,?3,?4,?5,?6)")?;
    for region in &land.regions {
        for number in 0..3 {
            let letters = b"ABCDEFGHKLMNPRSTVWXYZ";
            let name = taken
                .fresh(|| format!("Line {}{}", char::from(*rng.pick(letters).unwrap_or(&b'X')), rng.between(11, 99)));
            let first = if number == 0 { 0 } else { rng.below(region.cities.len()) };
            let mut left: Vec<&City> = region.cities.iter().filter_map(|&c| land.cities.get(c)).collect();
            if left.is_empty() {
                continue;
            }
            let mut here = left.swap_remove(first.min(left.len() - 1));
            let start = here;
            let stops = rng.between(6, 10);
            let speed = rng.between(80, 180);
            let (mut km, mut minutes, mut passengers) = (0.0, 0.0, 0);
            for seq in 1..=stops {
                let boardings = (here.population as f64 * log_range(&mut rng, 0.8, 9.0)) as i64;
                passengers += boardings;
                stop.execute(params![name, seq, here.name, round(km, 1), minutes as i64, boardings])?;
                let next = left
                    .iter()
                    .enumerate()
                    .map(|(i, c)| (distance(here.at, c.at), i))
                    .min_by(|a, b| a.0.total_cmp(&b.0));
                let Some((leg, next)) = next.filter(|_| seq < stops) else { break };
                here = left.swap_remove(next);
                let leg = leg * rng.range(1.06, 1.24);
                km += leg;
                minutes += leg / (speed as f64 * rng.range(0.55, 0.8)) * 60.0 + 2.0;
            }
            line.execute(params![
                name,
                region.name,
                start.name,
                here.name,
                round(km, 1),
                date(&mut rng, 1852, 1978),
                speed,
                minutes as i64,
                stops,
                passengers,
                rng.chance(0.6),
            ])?;
        }
    }
    Ok(())
}
