//! What offices of regions and cities publish as tables and files: input-output tables, weather statistics, stress
//! measurements, budget files, station feeds, operations logs.

use std::fmt::Write as _;

use dive_core::rng::Stream;
use rusqlite::{Connection, Transaction, params};
use serde_json::json;

use super::{log_range, round, stream};

/// Sectors of the input-output tables; the manifest and the tool list the same words.
const SECTORS: [&str; 4] = ["agriculture", "manufacturing", "construction", "services"];

/// Day types of the weather statistics.
const WEATHER: [&str; 3] = ["dry", "overcast", "rainy"];

/// Departments of a city with their share of an ordinary budget and the cost of one post in thousand euros.
const DEPARTMENTS: [(&str, f64, f64); 10] = [
    ("administration", 0.10, 71.0),
    ("fire service", 0.06, 66.0),
    ("libraries", 0.03, 52.0),
    ("parks", 0.04, 49.0),
    ("police", 0.09, 68.0),
    ("public transport", 0.13, 58.0),
    ("roads", 0.12, 61.0),
    ("schools", 0.24, 63.0),
    ("social services", 0.14, 57.0),
    ("waste collection", 0.05, 50.0),
];

/// Tables of this file.
pub const SCHEMA: &str = "
CREATE TABLE input_output (region TEXT NOT NULL, seq INTEGER NOT NULL, sector TEXT NOT NULL, to_agriculture REAL NOT NULL,
  to_manufacturing REAL NOT NULL, to_construction REAL NOT NULL, to_services REAL NOT NULL, final_demand REAL NOT NULL,
  PRIMARY KEY (region, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE weather_chain (city TEXT NOT NULL, seq INTEGER NOT NULL, today TEXT NOT NULL, to_dry REAL NOT NULL,
  to_overcast REAL NOT NULL, to_rainy REAL NOT NULL, PRIMARY KEY (city, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE rock_stress (mountain TEXT PRIMARY KEY, depth_m INTEGER NOT NULL, xx REAL NOT NULL, yy REAL NOT NULL,
  zz REAL NOT NULL, xy REAL NOT NULL, yz REAL NOT NULL, zx REAL NOT NULL) STRICT;
CREATE TABLE data_file (kind TEXT NOT NULL, about TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (kind, about))
  STRICT, WITHOUT ROWID;
";

/// Fills them.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    input_output(db, seed)?;
    weather(db, seed)?;
    stress(db, seed)?;
    files(db, seed)
}

fn pairs(db: &Connection, sql: &str) -> rusqlite::Result<Vec<(String, f64)>> {
    db.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Technical coefficients whose columns sum to less than one, so that every demand can be met.
fn input_output(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "input-output");
    // Row: who delivers; column: who uses it.
    let usual =
        [[0.14, 0.06, 0.01, 0.01], [0.16, 0.28, 0.22, 0.07], [0.02, 0.01, 0.06, 0.04], [0.12, 0.17, 0.16, 0.24]];
    let demand = [0.05, 0.32, 0.13, 0.5];
    let mut insert = db.prepare("INSERT INTO input_output VALUES (?1,?2,?3,?4,?5,?6,?7,?8)")?;
    for (region, budget) in pairs(db, "SELECT name, budget_meur FROM region ORDER BY name")? {
        for (seq, ((sector, row), share)) in (1i64..).zip(SECTORS.iter().zip(usual).zip(demand)) {
            let [a, b, c, d] = row.map(|x: f64| round(x * rng.range(0.6, 1.3), 3));
            let wanted = round(budget * 2.2 * share * rng.range(0.7, 1.4), 1);
            insert.execute(params![region, seq, sector, a, b, c, d, wanted])?;
        }
    }
    Ok(())
}

fn weather(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "weather chain");
    let usual = [[0.66, 0.22, 0.12], [0.28, 0.42, 0.30], [0.20, 0.36, 0.44]];
    let mut insert = db.prepare("INSERT INTO weather_chain VALUES (?1,?2,?3,?4,?5,?6)")?;
    for (city, _) in pairs(db, "SELECT name, population FROM city ORDER BY name")? {
        for (seq, (today, row)) in (1i64..).zip(WEATHER.iter().zip(usual)) {
            let [dry, overcast, rainy] = row.map(|p| p * rng.range(0.75, 1.3));
            let all = dry + overcast + rainy;
            let (dry, overcast) = (round(dry / all, 3), round(overcast / all, 3));
            insert.execute(params![city, seq, today, dry, overcast, round(1.0 - dry - overcast, 3)])?;
        }
    }
    Ok(())
}

/// The weight of the rock above, and the squeeze from the sides.
fn stress(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "rock stress");
    let mut insert = db.prepare("INSERT INTO rock_stress VALUES (?1,?2,?3,?4,?5,?6,?7,?8)")?;
    for (mountain, _) in pairs(db, "SELECT name, summit_m FROM mountain ORDER BY name")? {
        let depth = rng.between(12, 90) * 10;
        let vertical = 0.027 * depth as f64 * rng.range(0.9, 1.15) + rng.range(0.2, 1.5);
        let (xx, yy) = (vertical * rng.range(0.6, 1.9), vertical * rng.range(0.45, 1.5));
        let mut shear = || round(vertical * rng.range(0.05, 0.28) * if rng.chance(0.5) { 1.0 } else { -1.0 }, 2);
        let (xy, yz, zx) = (shear(), shear(), shear());
        insert.execute(params![mountain, depth, round(xx, 2), round(yy, 2), round(vertical, 2), xy, yz, zx])?;
    }
    Ok(())
}

fn files(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let mut rng = stream(seed, "files");
    let mut insert = db.prepare("INSERT INTO data_file VALUES (?1,?2,?3)")?;
    for (city, population) in pairs(db, "SELECT name, population FROM city ORDER BY name")? {
        insert.execute(params!["budget", city, budget(&mut rng, population)])?;
    }
    for (city, june) in pairs(db, "SELECT city, temperature_c FROM climate WHERE month = 6 ORDER BY city")? {
        insert.execute(params!["station", city, feed(&mut rng, &city, june)])?;
    }
    for (airport, gates) in pairs(db, "SELECT name, gates FROM airport ORDER BY name")? {
        insert.execute(params!["log", airport, log(&mut rng, gates as i64)])?;
    }
    Ok(())
}

/// Planned and actual spending of most departments, as comma-separated values.
fn budget(rng: &mut Stream, population: f64) -> String {
    let mut text = String::from("department,planned_keur,actual_keur,posts\n");
    let mut kept: Vec<_> = DEPARTMENTS.to_vec();
    for _ in 0..rng.between(1, 3) {
        kept.remove(rng.below(kept.len()));
    }
    let total = population * rng.range(1.4, 2.3);
    for (department, share, post) in kept {
        let planned = total * share * rng.range(0.75, 1.3);
        let actual = planned * rng.range(0.88, 1.14);
        let posts = (planned * rng.range(0.4, 0.65) / post).max(1.0) as i64;
        let _ = writeln!(text, "{department},{:.1},{:.1},{posts}", round(planned, 1), round(actual, 1));
    }
    text
}

/// Eight readings of a station on 29 June 2025, as nested JSON.
fn feed(rng: &mut Stream, city: &str, normal: f64) -> String {
    let mean = normal + rng.range(-4.0, 5.0);
    let (swing, damp, calm) = (rng.range(3.0, 7.0), rng.range(58.0, 76.0), log_range(rng, 1.2, 6.0));
    let readings = (0..8).map(|i| {
        // Warmest at three in the afternoon.
        let warmth = libm::cos(std::f64::consts::TAU * (f64::from(i) * 3.0 - 15.0) / 24.0);
        let wind = calm * (1.0 + 0.3 * warmth) * rng.range(0.7, 1.4);
        json!({
            "time": format!("{:02}:00", i * 3),
            "air": {"temperature": round(mean + swing * warmth + rng.range(-0.7, 0.7), 1),
                    "humidity": (damp - 2.2 * swing * warmth + rng.range(-4.0, 4.0)).clamp(15.0, 99.0) as i64},
            "wind": {"speed": round(wind, 1), "gust": round(wind * rng.range(1.3, 2.2), 1)},
            "rain": if rng.chance(0.25) { round(log_range(rng, 0.1, 6.0), 1) } else { 0.0 },
        })
    });
    let readings: Vec<_> = readings.collect();
    json!({"station": format!("{city} {}", rng.between(1, 4)), "date": "2025-06-29", "readings": readings}).to_string()
}

/// A day of an airport's operations log.
fn log(rng: &mut Stream, gates: i64) -> String {
    const EVENTS: [(&str, &str); 8] = [
        ("INFO", "boarding completed"),
        ("INFO", "refuelling completed"),
        ("WARN", "jet bridge fault"),
        ("WARN", "baggage belt stopped"),
        ("WARN", "late crew"),
        ("ERROR", "display failure"),
        ("ERROR", "door sensor failure"),
        ("INFO", "de-icing not required"),
    ];
    let mut text = String::new();
    let mut minute = rng.between(290, 330);
    for _ in 0..rng.between(14, 22) {
        minute += rng.between(4, 62);
        let Some((level, event)) = rng.pick(&EVENTS) else { continue };
        let (hour, rest) = (minute / 60 % 24, minute % 60);
        let code = format!("{}{}", ["A", "B", "E", "K"][rng.below(4)], rng.between(100, 499));
        let delay = if *level == "INFO" { String::new() } else { format!(" delay={}min", rng.between(3, 75)) };
        let flight = format!("{}{}", ["QX", "ZV", "YK"][rng.below(3)], rng.between(101, 989));
        let gate = rng.between(1, gates.max(2));
        let _ = writeln!(text, "{hour:02}:{rest:02} {level} flight {flight} gate {gate}: {event} ({code}){delay}");
    }
    text
}
