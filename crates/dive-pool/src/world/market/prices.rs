//! Market data: government yields, indices, share prices.

use dive_core::rng::Stream;
use jiff::civil::{Date, Weekday};
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::companies::{Company, SECTORS};
use super::{day, rounded};

/// Maturities of the government yield curve in years.
const MATURITIES: [i64; 8] = [1, 2, 3, 5, 7, 10, 20, 30];

/// The last trading day of each month from January 2023 to June 2025.
pub fn month_ends() -> Vec<Date> {
    let first = Date::constant(2023, 1, 1);
    std::iter::successors(Some(first), |d| d.last_of_month().tomorrow().ok())
        .take(30)
        .filter_map(|d| {
            let last = d.last_of_month();
            match last.weekday() {
                Weekday::Saturday => last.yesterday().ok(),
                Weekday::Sunday => last.yesterday().and_then(Date::yesterday).ok(),
                _ => Some(last),
            }
        })
        .collect()
}

/// The shape of the yield curve on one day: the far end, and how much the near end differs from it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Curve {
    far: f64,
    near: f64,
}

impl Curve {
    /// Yield in percent at a maturity in years.
    pub fn at(&self, years: f64) -> f64 {
        self.far + self.near * libm::exp(-years / 4.0)
    }
}

/// Stores the yields of all month-ends; returns the last curve.
pub fn yields(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<Curve> {
    db.execute_batch(
        "CREATE TABLE government_yield (date TEXT NOT NULL, maturity INTEGER NOT NULL, yield REAL NOT NULL,
             change REAL NOT NULL, PRIMARY KEY (maturity, date)) STRICT, WITHOUT ROWID;
         CREATE INDEX government_yield_date ON government_yield (date);",
    )?;
    let mut insert = db.prepare("INSERT INTO government_yield VALUES (?1, ?2, ?3, ?4)")?;
    let mut curve = Curve { far: rng.range(3.0, 3.8), near: rng.range(-1.4, 0.2) };
    // Every maturity has its own small premium, so that the curve is not perfectly smooth.
    let premia: Vec<f64> = MATURITIES.iter().map(|_| 0.05 * rng.normal()).collect();
    let level = |curve: &Curve, m: i64, premium: f64| rounded(curve.at(m as f64) + premium, 3);
    for date in month_ends() {
        let before = curve;
        curve.far = (curve.far + 0.11 * rng.normal()).clamp(2.2, 4.6);
        curve.near = (curve.near + 0.12 * rng.normal()).clamp(-1.8, 0.8);
        for (maturity, premium) in MATURITIES.iter().zip(&premia) {
            let now = level(&curve, *maturity, *premium);
            let change = rounded(now - level(&before, *maturity, *premium), 3);
            insert.execute(params![date.to_string(), maturity, now, change])?;
        }
    }
    Ok(curve)
}

/// Invents the indices, simulates and stores all levels and prices; returns the names of the indices.
pub fn quote(db: &Transaction<'_>, rng: &mut Stream, companies: &mut [Company]) -> rusqlite::Result<Vec<String>> {
    db.execute_batch(
        "CREATE TABLE market_index (name TEXT PRIMARY KEY, exchange TEXT NOT NULL, launched TEXT NOT NULL,
             base_level REAL NOT NULL, review_month TEXT NOT NULL) STRICT;
         CREATE TABLE index_level (index_name TEXT NOT NULL, date TEXT NOT NULL, level REAL NOT NULL,
             PRIMARY KEY (index_name, date)) STRICT, WITHOUT ROWID;
         CREATE TABLE index_member (index_name TEXT NOT NULL, company TEXT NOT NULL, weight REAL NOT NULL,
             joined TEXT NOT NULL, PRIMARY KEY (index_name, company)) STRICT, WITHOUT ROWID;
         CREATE INDEX index_member_company ON index_member (company);
         CREATE TABLE price (company TEXT NOT NULL, date TEXT NOT NULL, close REAL NOT NULL, volume INTEGER NOT NULL,
             PRIMARY KEY (company, date)) STRICT, WITHOUT ROWID;",
    )?;
    let dates = month_ends();
    let market: Vec<f64> = dates.iter().map(|_| 0.005 + 0.038 * rng.normal()).collect();
    let exchanges: Vec<String> = db
        .prepare("SELECT name FROM stock_exchange ORDER BY name")?
        .query_map([], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    let sectors: Vec<Vec<f64>> = SECTORS.iter().map(|_| follow(rng, &market, 1.0, 0.02)).collect();

    let mut insert = db.prepare("INSERT INTO price VALUES (?1, ?2, ?3, ?4)")?;
    for company in companies.iter_mut() {
        let beta = (1.0 + 0.35 * rng.normal()).clamp(0.2, 2.2);
        let noise = rng.range(0.03, 0.08);
        let turnover = rng.range(0.0015, 0.008);
        let mut price = company.anchor;
        for (date, step) in dates.iter().zip(sectors.get(company.sector).into_iter().flatten()) {
            price = (price * libm::exp(beta * step + noise * rng.normal())).max(0.4);
            let volume = (company.shares as f64 * turnover * libm::exp(0.35 * rng.normal())) as i64;
            insert.execute(params![company.name, date.to_string(), rounded(price, 2), volume])?;
            company.price = rounded(price, 2);
        }
    }

    let mut taken = Taken::of(db)?;
    let mut names = Vec::new();
    for (i, steps) in sectors.iter().enumerate() {
        let name = taken.fresh(|| format!("{} Index", names::word(rng, 2)));
        let exchange = rng.pick(&exchanges).cloned().unwrap_or_default();
        publish(db, rng, &name, &exchange, &dates, steps)?;
        let members: Vec<&Company> = companies.iter().filter(|c| c.sector == i).collect();
        compose(db, rng, &name, members, 10)?;
        for company in companies.iter_mut().filter(|c| c.sector == i) {
            company.index.clone_from(&name);
        }
        names.push(name);
    }
    for exchange in &exchanges {
        let name = taken.fresh(|| format!("{} Index", names::word(rng, 2)));
        let steps = follow(rng, &market, 1.0, 0.006);
        publish(db, rng, &name, exchange, &dates, &steps)?;
        let members: Vec<&Company> = companies.iter().filter(|c| c.exchange_name == *exchange).collect();
        compose(db, rng, &name, members, 12)?;
        db.execute("UPDATE stock_exchange SET leading_index = ?2 WHERE name = ?1", params![exchange, name])?;
        names.push(name);
    }
    Ok(names)
}

/// Steps that follow others with some noise of their own.
fn follow(rng: &mut Stream, steps: &[f64], beta: f64, noise: f64) -> Vec<f64> {
    steps.iter().map(|step| beta * step + noise * rng.normal()).collect()
}

fn publish(
    db: &Transaction<'_>,
    rng: &mut Stream,
    name: &str,
    exchange: &str,
    dates: &[Date],
    steps: &[f64],
) -> rusqlite::Result<()> {
    let months = ["March", "June", "September", "December", "January", "May"];
    let review = rng.pick(&months).copied().unwrap_or_default();
    let base = rng.pick(&[100.0, 500.0, 1000.0]).copied().unwrap_or(1000.0);
    db.execute(
        "INSERT INTO market_index VALUES (?1, ?2, ?3, ?4, ?5)",
        params![name, exchange, day(rng, 1984, 2015), base, review],
    )?;
    let mut insert = db.prepare_cached("INSERT INTO index_level VALUES (?1, ?2, ?3)")?;
    let mut level = base * rng.range(1.3, 6.0);
    for (date, step) in dates.iter().zip(steps) {
        level *= libm::exp(*step);
        insert.execute(params![name, date.to_string(), rounded(level, 2)])?;
    }
    Ok(())
}

/// Makes the companies of the highest capitalisation the members of an index, weighted by it.
fn compose(
    db: &Transaction<'_>,
    rng: &mut Stream,
    name: &str,
    mut members: Vec<&Company>,
    most: usize,
) -> rusqlite::Result<()> {
    members.sort_by(|a, b| b.capitalisation().total_cmp(&a.capitalisation()).then(a.name.cmp(&b.name)));
    members.truncate(most - rng.below(4));
    let total: f64 = members.iter().map(|c| c.capitalisation()).sum();
    let mut insert = db.prepare_cached("INSERT INTO index_member VALUES (?1, ?2, ?3, ?4)")?;
    for company in members {
        let weight = rounded(100.0 * company.capitalisation() / total, 2);
        insert.execute(params![name, company.name, weight, day(rng, 2022, 2024)])?;
    }
    Ok(())
}
