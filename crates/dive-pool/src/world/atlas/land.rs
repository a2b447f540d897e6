//! Regions, cities, rivers, lakes and mountains.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::Size;
use super::network::Airport;
use super::{core_name, date, distance, log_range, round, stream};
use crate::world::names::{self, Taken};

const REGIONS: usize = 24;
const COLUMNS: usize = 6;
const CITIES_PER_REGION: usize = 25;

/// A region before it is written.
pub struct Region {
    /// Unique name.
    pub name: String,
    /// Indices into [`Land::cities`]; the first is the capital.
    pub cities: Vec<usize>,
    base_m: f64,
}

/// A city before it is written.
pub struct City {
    /// Unique name.
    pub name: String,
    /// Index into [`Land::regions`].
    pub region: usize,
    /// Latitude and longitude in degrees.
    pub at: (f64, f64),
    /// Elevation in metres.
    pub elevation: i64,
    /// Inhabitants on the world's last day.
    pub population: i64,
    /// Year of the town charter.
    pub chartered: i64,
    river: Option<usize>,
    river_km: f64,
}

/// The plan of the continent.
pub struct Land {
    /// All regions.
    pub regions: Vec<Region>,
    /// All cities.
    pub cities: Vec<City>,
    rivers: Vec<River>,
}

impl Land {
    /// The city of a region that is nearest to a point, and its distance.
    fn nearest(&self, region: &Region, at: (f64, f64)) -> Option<&City> {
        let cities = region.cities.iter().filter_map(|&c| self.cities.get(c));
        cities.min_by(|a, b| distance(a.at, at).total_cmp(&distance(b.at, at)))
    }
}

struct River {
    name: String,
    region: usize,
    length: f64,
    source: i64,
    mouth: i64,
    discharge: f64,
    catchment: i64,
    into: Option<usize>,
}

/// Decides where everything is.
pub fn plan(seed: u64, size: Size, taken: &mut Taken) -> Land {
    let mut rng = stream(seed, "land");
    let mut land = Land { regions: Vec::new(), cities: Vec::new(), rivers: Vec::new() };
    for index in 0..REGIONS {
        let suffix = ["mark", "land", "shire", "ia", "wold", "heim"];
        let name =
            taken.fresh(|| format!("{}{}", names::word(&mut rng, 1), rng.pick(&suffix).copied().unwrap_or_default()));
        // Cells are 3.2 degrees high and 5 degrees wide, from 40 to 53 degrees north and from 1 degree east.
        let centre = (41.6 + 3.2 * (index / COLUMNS) as f64, 3.5 + 5.0 * (index % COLUMNS) as f64);
        let base_m = log_range(&mut rng, 25.0, 750.0);
        let mut region = Region { name, cities: Vec::new(), base_m };
        let mut sizes: Vec<f64> =
            (0..size.scaled(CITIES_PER_REGION)).map(|_| libm::exp(10.1 + 1.0 * rng.normal())).collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        for size in sizes {
            let at = (round(centre.0 + rng.range(-1.45, 1.45), 4), round(centre.1 + rng.range(-2.3, 2.3), 4));
            let elevation = (base_m * rng.range(0.4, 1.9) + rng.range(2.0, 60.0)).round() as i64;
            region.cities.push(land.cities.len());
            land.cities.push(City {
                name: core_name(&mut rng, taken, 2),
                region: index,
                at,
                elevation,
                population: (size * 1.1 + 2400.0 + rng.range(0.0, 900.0)) as i64,
                chartered: rng.between(1080, 1890),
                river: None,
                river_km: 0.0,
            });
        }
        land.regions.push(region);
    }
    rivers(&mut rng, &mut land, taken);
    land
}

/// Four rivers a region: a trunk that reaches the sea and three tributaries of it, each above the cities it passes at
/// its source and below them at its mouth.
fn rivers(rng: &mut Stream, land: &mut Land, taken: &mut Taken) {
    for region in 0..land.regions.len() {
        let Some(members) = land.regions.get(region).map(|r| r.cities.clone()) else { continue };
        let trunk = land.rivers.len();
        let mut banks: Vec<Vec<usize>> = vec![Vec::new(); 4];
        for &city in &members {
            if rng.chance(0.78)
                && let Some(bank) = banks.get_mut(rng.below(4))
            {
                bank.push(city);
            }
        }
        let heights = |bank: &[usize]| -> Vec<i64> {
            bank.iter().filter_map(|&c| land.cities.get(c)).map(|c| c.elevation).collect()
        };
        let lowest = banks.iter().flat_map(|b| heights(b)).min().unwrap_or(20);
        let trunk_mouth = (lowest / 3).min(4);
        let profiles: Vec<(i64, i64)> = banks
            .iter()
            .map(|bank| {
                let h = heights(bank);
                (h.iter().max().copied().unwrap_or(300), h.iter().min().copied().unwrap_or(60))
            })
            .collect();
        let mut courses: Vec<(f64, f64, f64)> = (1..banks.len())
            .map(|_| {
                let length = rng.range(45.0, 230.0);
                let catchment = length * length * rng.range(0.09, 0.16);
                (length, catchment, catchment * rng.range(0.008, 0.017))
            })
            .collect();
        // The trunk drains and carries all that its tributaries do, and more.
        let (drained, carried) = courses.iter().fold((0.0, 0.0), |sum, c| (sum.0 + c.1, sum.1 + c.2));
        let catchment = drained * rng.range(1.25, 2.0) + 900.0;
        let trunk_length = (catchment / 0.125).sqrt() * rng.range(0.88, 1.14);
        courses.insert(0, (trunk_length, catchment, carried * rng.range(1.2, 1.9) + 4.0));
        for (i, ((bank, (high, low)), (length, catchment, discharge))) in
            banks.iter().zip(profiles).zip(courses).enumerate()
        {
            let mouth =
                if i == 0 { trunk_mouth } else { trunk_mouth + (low - trunk_mouth) * rng.between(40, 95) / 100 };
            let river = River {
                name: format!("River {}", core_name(rng, taken, 2)),
                region,
                length: round(length, 1),
                source: high + rng.between(60, 900),
                mouth,
                discharge: round(discharge, 1),
                catchment: catchment.round() as i64,
                into: (i > 0).then_some(trunk),
            };
            for &city in bank {
                // The lower a city lies, the nearer to the mouth it stands.
                if let Some(city) = land.cities.get_mut(city) {
                    let share = (city.elevation - mouth) as f64 / (river.source - mouth).max(1) as f64;
                    city.river = Some(land.rivers.len());
                    city.river_km = round(length * share.clamp(0.01, 0.97), 1);
                }
            }
            land.rivers.push(river);
        }
    }
}

/// Writes the plan and what hangs on regions.
pub fn write(
    db: &Transaction<'_>,
    seed: u64,
    land: &mut Land,
    airports: &[Airport],
    taken: &mut Taken,
) -> rusqlite::Result<()> {
    write_cities(db, seed, land, airports)?;
    write_regions(db, seed, land)?;
    let mut insert = db.prepare("INSERT INTO river VALUES (?1,?2,?3,?4,?5,?6,?7,?8)")?;
    for r in &land.rivers {
        let into = r.into.and_then(|i| land.rivers.get(i)).map(|t| t.name.as_str());
        let region = land.regions.get(r.region).map(|r| r.name.as_str());
        insert.execute(params![r.name, region, r.length, r.source, r.mouth, r.discharge, r.catchment, into])?;
    }
    write_lakes(db, seed, land, taken)?;
    write_mountains(db, seed, land, taken)
}

fn write_cities(db: &Transaction<'_>, seed: u64, land: &Land, airports: &[Airport]) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "cities");
    let mut marks = Taken::default();
    let mut insert = db.prepare("INSERT INTO city VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)")?;
    for city in &land.cities {
        let airport = airports.iter().map(|a| (distance(a.at, city.at), a)).min_by(|a, b| a.0.total_cmp(&b.0));
        let Some((airport_km, airport)) = airport else { continue };
        insert.execute(params![
            city.name,
            land.regions.get(city.region).map(|r| r.name.as_str()),
            city.at.0,
            city.at.1,
            city.elevation,
            city.population,
            round(city.population as f64 / log_range(&mut rng, 420.0, 3600.0), 1),
            date(&mut rng, city.chartered, city.chartered),
            (city.at.1 / 15.0).round() as i64,
            city.river.and_then(|r| land.rivers.get(r)).map(|r| r.name.as_str()),
            city.river.map(|_| city.river_km),
            airport.name,
            round(airport_km, 1),
            names::person(&mut rng),
            date(&mut rng, 2009, 2024),
            marks.fresh(|| rng.between(10_000_000, 99_999_999).to_string()),
        ])?;
    }
    Ok(())
}

fn write_regions(db: &Transaction<'_>, seed: u64, land: &Land) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "regions");
    let mut insert = db.prepare("INSERT INTO region VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)")?;
    for region in &land.regions {
        let cities = || region.cities.iter().filter_map(|&c| land.cities.get(c));
        let urban: i64 = cities().map(|c| c.population).sum();
        let population = urban + (urban as f64 * rng.range(0.18, 0.75)) as i64;
        let area = rng.range(82_000.0, 134_000.0);
        let landscape = match region.base_m {
            m if m < 80.0 => "coastal plain",
            m if m < 220.0 => "lowland",
            m if m < 420.0 => "upland",
            _ => "highland",
        };
        insert.execute(params![
            region.name,
            cities().next().map(|c| c.name.as_str()),
            area.round() as i64,
            population,
            date(&mut rng, 1795, 1955),
            landscape,
            round(population as f64 * rng.range(0.0018, 0.0041), 1),
            (area * rng.range(0.08, 0.62)).round() as i64,
            (area * rng.range(0.11, 0.42)).round() as i64,
        ])?;
    }
    Ok(())
}

/// A point in the cell of a region, between two of its cities.
fn between_cities(rng: &mut Stream, land: &Land, region: &Region) -> (f64, f64) {
    let mut at = || rng.pick(&region.cities).and_then(|&c| land.cities.get(c)).map_or((45.0, 15.0), |c| c.at);
    let (a, b) = (at(), at());
    let share = rng.range(0.2, 0.8);
    (
        round(a.0 + (b.0 - a.0) * share + rng.range(-0.1, 0.1), 4),
        round(a.1 + (b.1 - a.1) * share + rng.range(-0.1, 0.1), 4),
    )
}

fn write_lakes(db: &Transaction<'_>, seed: u64, land: &Land, taken: &mut Taken) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "lakes");
    let mut insert = db.prepare("INSERT INTO lake VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)")?;
    for region in &land.regions {
        for _ in 0..rng.between(4, 7) {
            let at = between_cities(&mut rng, land, region);
            let area = log_range(&mut rng, 0.8, 260.0);
            let max_depth = log_range(&mut rng, 6.0, 190.0);
            // A circle has the shortest shore; bays and islands lengthen it.
            let shore = 2.0 * (std::f64::consts::PI * area).sqrt() * rng.range(1.15, 2.6);
            insert.execute(params![
                format!("Lake {}", core_name(&mut rng, taken, 2)),
                region.name,
                land.nearest(region, at).map(|c| c.name.as_str()),
                at.0,
                at.1,
                round(area, 2),
                round(max_depth, 1),
                round(max_depth * rng.range(0.28, 0.55), 1),
                (region.base_m * rng.range(0.35, 1.8) + rng.range(1.0, 45.0)).round() as i64,
                round(shore, 1),
                date(&mut rng, 1998, 2024),
            ])?;
        }
    }
    Ok(())
}

fn write_mountains(db: &Transaction<'_>, seed: u64, land: &Land, taken: &mut Taken) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "mountains");
    let mut insert = db.prepare("INSERT INTO mountain VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)")?;
    for region in &land.regions {
        for _ in 0..rng.between(4, 7) {
            let at = between_cities(&mut rng, land, region);
            let Some(city) = land.nearest(region, at) else { continue };
            let rise = log_range(&mut rng, 280.0, 2100.0);
            insert.execute(params![
                format!("Mount {}", core_name(&mut rng, taken, 2)),
                region.name,
                city.name,
                at.0,
                at.1,
                (city.elevation as f64 + rise).round() as i64,
                (rise * rng.range(0.15, 0.92)).round() as i64,
                date(&mut rng, 1778, 1936),
                names::person(&mut rng),
                round(rise / rng.range(70.0, 130.0), 1),
            ])?;
        }
    }
    Ok(())
}
