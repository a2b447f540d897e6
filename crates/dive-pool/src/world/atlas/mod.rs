//! The general part of a world: the geography of an invented continent.
//!
//! Regions form a grid of cells, every city lies in the cell of its region, and everything else (rivers, lakes, roads,
//! railways, museums) hangs on cities, so that distances, elevations and climates agree with one another.

use dive_core::rng::Stream;
use dive_tools::entities::Naming::Thing;
use rusqlite::Transaction;

use super::Size;
use super::names::{self, Taken};

mod land;
mod life;
mod network;
mod records;

/// Entity types of this part: name, noun, plural, domain, naming, statement that lists the names.
pub const ENTITIES: &[super::NamedRows] = &[
    ("city", "city", "cities", "general", Thing, "SELECT name FROM city ORDER BY name"),
    ("region", "region", "regions", "general", Thing, "SELECT name FROM region ORDER BY name"),
    ("river", "river", "rivers", "general", Thing, "SELECT name FROM river ORDER BY name"),
    ("lake", "lake", "lakes", "general", Thing, "SELECT name FROM lake ORDER BY name"),
    ("mountain", "mountain", "mountains", "general", Thing, "SELECT name FROM mountain ORDER BY name"),
    ("museum", "museum", "museums", "general", Thing, "SELECT name FROM museum ORDER BY name"),
    ("festival", "festival", "festivals", "general", Thing, "SELECT name FROM festival ORDER BY name"),
    ("airport", "airport", "airports", "general", Thing, "SELECT name FROM airport ORDER BY name"),
    ("railway_line", "railway line", "railway lines", "general", Thing, "SELECT name FROM railway_line ORDER BY name"),
];

/// Creates and fills this part's tables.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    db.execute_batch(SCHEMA)?;
    db.execute_batch(records::SCHEMA)?;
    let mut taken = Taken::of(db)?;
    let mut land = land::plan(seed, Size::of(db)?, &mut taken);
    let airports = network::airports(db, seed, &land, &mut taken)?;
    land::write(db, seed, &mut land, &airports, &mut taken)?;
    network::roads(db, seed, &land)?;
    network::railways(db, seed, &land, &mut taken)?;
    life::climate(db, seed, &land)?;
    life::censuses(db, seed, &land)?;
    life::museums(db, seed, &land, &mut taken)?;
    life::festivals(db, seed, &land, &mut taken)?;
    records::generate(db, seed)
}

const SCHEMA: &str = "
CREATE TABLE region (name TEXT PRIMARY KEY, capital TEXT NOT NULL, area_km2 INTEGER NOT NULL,
  population INTEGER NOT NULL, established TEXT NOT NULL, landscape TEXT NOT NULL, budget_meur REAL NOT NULL,
  forest_km2 INTEGER NOT NULL, road_network_km INTEGER NOT NULL) STRICT;
CREATE TABLE city (name TEXT PRIMARY KEY, region TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL,
  elevation_m INTEGER NOT NULL, population INTEGER NOT NULL, area_km2 REAL NOT NULL, chartered TEXT NOT NULL,
  utc_offset_h INTEGER NOT NULL, river TEXT, river_km REAL, airport TEXT NOT NULL, airport_km REAL NOT NULL,
  mayor TEXT NOT NULL, mayor_since TEXT NOT NULL, registration TEXT NOT NULL) STRICT;
CREATE INDEX city_region ON city (region);
CREATE INDEX city_river ON city (river);
CREATE INDEX city_airport ON city (airport);
CREATE TABLE river (name TEXT PRIMARY KEY, region TEXT NOT NULL, length_km REAL NOT NULL, source_m INTEGER NOT NULL,
  mouth_m INTEGER NOT NULL, discharge_m3s REAL NOT NULL, catchment_km2 INTEGER NOT NULL, flows_into TEXT) STRICT;
CREATE INDEX river_region ON river (region);
CREATE INDEX river_flows_into ON river (flows_into);
CREATE TABLE lake (name TEXT PRIMARY KEY, region TEXT NOT NULL, nearest_city TEXT NOT NULL, latitude REAL NOT NULL,
  longitude REAL NOT NULL, area_km2 REAL NOT NULL, max_depth_m REAL NOT NULL, mean_depth_m REAL NOT NULL,
  surface_m INTEGER NOT NULL, shoreline_km REAL NOT NULL, surveyed TEXT NOT NULL) STRICT;
CREATE INDEX lake_region ON lake (region);
CREATE TABLE mountain (name TEXT PRIMARY KEY, region TEXT NOT NULL, nearest_city TEXT NOT NULL, latitude REAL NOT NULL,
  longitude REAL NOT NULL, summit_m INTEGER NOT NULL, prominence_m INTEGER NOT NULL, first_ascent TEXT NOT NULL,
  first_climber TEXT NOT NULL, trail_km REAL NOT NULL) STRICT;
CREATE INDEX mountain_region ON mountain (region);
CREATE TABLE climate (city TEXT NOT NULL, month INTEGER NOT NULL, name TEXT NOT NULL, temperature_c REAL NOT NULL,
  rainfall_mm REAL NOT NULL, humidity_pct REAL NOT NULL, wind_kmh REAL NOT NULL, PRIMARY KEY (city, month)) STRICT;
CREATE TABLE census (city TEXT NOT NULL, year INTEGER NOT NULL, population INTEGER NOT NULL, households INTEGER NOT NULL,
  PRIMARY KEY (city, year)) STRICT;
CREATE TABLE road (city TEXT NOT NULL, neighbour TEXT NOT NULL, length_km REAL NOT NULL, drive_min INTEGER NOT NULL,
  opened TEXT NOT NULL, PRIMARY KEY (city, neighbour)) STRICT;
CREATE TABLE railway_line (name TEXT PRIMARY KEY, region TEXT NOT NULL, start TEXT NOT NULL, terminus TEXT NOT NULL,
  length_km REAL NOT NULL, completed TEXT NOT NULL, top_speed_kmh INTEGER NOT NULL, journey_min INTEGER NOT NULL,
  stops INTEGER NOT NULL, passengers INTEGER NOT NULL, electrified INTEGER NOT NULL) STRICT;
CREATE INDEX railway_line_region ON railway_line (region);
CREATE TABLE railway_stop (line TEXT NOT NULL, seq INTEGER NOT NULL, city TEXT NOT NULL, km REAL NOT NULL,
  minutes INTEGER NOT NULL, boardings INTEGER NOT NULL, PRIMARY KEY (line, seq)) STRICT;
CREATE INDEX railway_stop_city ON railway_stop (city);
CREATE TABLE airport (name TEXT PRIMARY KEY, city TEXT NOT NULL, code TEXT NOT NULL, runway_m INTEGER NOT NULL,
  inaugurated TEXT NOT NULL, gates INTEGER NOT NULL) STRICT;
CREATE TABLE airport_traffic (airport TEXT NOT NULL, year INTEGER NOT NULL, passengers INTEGER NOT NULL,
  movements INTEGER NOT NULL, PRIMARY KEY (airport, year)) STRICT;
CREATE TABLE museum (name TEXT PRIMARY KEY, region TEXT NOT NULL, city TEXT NOT NULL, kind TEXT NOT NULL,
  opened TEXT NOT NULL, exhibition_m2 INTEGER NOT NULL, items INTEGER NOT NULL, ticket_eur REAL NOT NULL,
  director TEXT NOT NULL, inventory_mark TEXT NOT NULL) STRICT;
CREATE INDEX museum_region ON museum (region, kind);
CREATE INDEX museum_city ON museum (city);
CREATE TABLE museum_visits (museum TEXT NOT NULL, year INTEGER NOT NULL, visitors INTEGER NOT NULL,
  PRIMARY KEY (museum, year)) STRICT;
CREATE TABLE festival (name TEXT PRIMARY KEY, region TEXT NOT NULL, city TEXT NOT NULL, kind TEXT NOT NULL,
  first_day TEXT NOT NULL, last_day TEXT NOT NULL, inaugural_year INTEGER NOT NULL, attendance INTEGER NOT NULL,
  performers INTEGER NOT NULL, day_ticket_eur REAL NOT NULL) STRICT;
CREATE INDEX festival_region ON festival (region);
CREATE INDEX festival_city ON festival (city);
";

/// A stream for one table.
fn stream(seed: u64, purpose: &str) -> Stream {
    Stream::new(seed, &["atlas", purpose])
}

/// `x` with so many decimals.
fn round(x: f64, decimals: i32) -> f64 {
    let scale = libm::pow(10.0, f64::from(decimals));
    (x * scale).round() / scale
}

/// A value between `low` and `high` whose logarithm is uniform.
fn log_range(rng: &mut Stream, low: f64, high: f64) -> f64 {
    libm::exp(rng.range(libm::log(low), libm::log(high)))
}

/// A date in one of the years, on one of the days that every month has.
fn date(rng: &mut Stream, first_year: i64, last_year: i64) -> String {
    let (year, month, day) = (rng.between(first_year, last_year), rng.between(1, 12), rng.between(1, 28));
    format!("{year:04}-{month:02}-{day:02}")
}

/// Great-circle distance in kilometres on the mean sphere.
fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |x: f64, y: f64| libm::sin((y - x).to_radians() / 2.0);
    let (dlat, dlon) = (half(a.0, b.0), half(a.1, b.1));
    let h = dlat * dlat + libm::cos(a.0.to_radians()) * libm::cos(b.0.to_radians()) * dlon * dlon;
    2.0 * 6371.0088 * libm::asin(h.sqrt().min(1.0))
}

/// A word that is not yet the name, or the core of the name, of anything in the atlas.
fn core_name(rng: &mut Stream, taken: &mut Taken, syllables: usize) -> String {
    taken.fresh(|| names::word(rng, syllables))
}
