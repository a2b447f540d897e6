//! Investment funds and what they hold.

use std::collections::BTreeSet;

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::companies::Company;
use super::prices::month_ends;
use super::{day, rounded};

/// Number of funds.
const FUNDS: usize = 96;

/// Strategies that funds follow.
const STRATEGIES: &[&str] = &[
    "growth",
    "value",
    "dividend income",
    "small caps",
    "low volatility",
    "momentum",
    "quality",
    "sustainability",
    "turnaround",
    "infrastructure",
    "consumer brands",
    "technology",
];

/// Invents and stores the funds, their holdings and their unit values.
pub fn manage(
    db: &Transaction<'_>,
    rng: &mut Stream,
    companies: &[Company],
    banks: &[String],
    indices: &[String],
) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE fund (name TEXT PRIMARY KEY, bank TEXT NOT NULL, strategy TEXT NOT NULL, launched TEXT NOT NULL,
             fee REAL NOT NULL, assets REAL NOT NULL, cash REAL NOT NULL, benchmark TEXT NOT NULL) STRICT;
         CREATE INDEX fund_strategy ON fund (strategy);
         CREATE INDEX fund_bank ON fund (bank);
         CREATE TABLE fund_holding (fund TEXT NOT NULL, company TEXT NOT NULL, shares INTEGER NOT NULL,
             value REAL NOT NULL, weight REAL NOT NULL, bought TEXT NOT NULL,
             PRIMARY KEY (fund, company)) STRICT, WITHOUT ROWID;
         CREATE INDEX fund_holding_company ON fund_holding (company);
         CREATE TABLE fund_value (fund TEXT NOT NULL, date TEXT NOT NULL, value REAL NOT NULL,
             PRIMARY KEY (fund, date)) STRICT, WITHOUT ROWID;",
    )?;
    let mut insert = db.prepare("INSERT INTO fund VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    let mut hold = db.prepare("INSERT INTO fund_holding VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut value_at = db.prepare("INSERT INTO fund_value VALUES (?1, ?2, ?3)")?;
    let mut levels = db.prepare("SELECT level FROM index_level WHERE index_name = ?1 ORDER BY date")?;
    let dates = month_ends();
    let mut taken = Taken::of(db)?;
    for i in 0..sized(db, FUNDS)? {
        let name = taken.fresh(|| format!("{} Fund", names::surname(rng)));
        let strategy = STRATEGIES.get(i % STRATEGIES.len()).copied().unwrap_or_default();
        let bank = rng.pick(banks).map_or("", String::as_str);
        let benchmark = rng.pick(indices).map_or("", String::as_str);

        let mut chosen = BTreeSet::new();
        for _ in 0..rng.between(6, 15) {
            chosen.insert(rng.below(companies.len()));
        }
        let size = libm::exp(4.6 + 0.8 * rng.normal());
        let held: Vec<(&Company, i64, f64)> = chosen
            .into_iter()
            .filter_map(|c| companies.get(c))
            .map(|c| {
                // No fund owns more than a twentieth of a company.
                let wanted = (size * rng.range(0.3, 1.7) / 10.0).min(c.capitalisation() / 20.0);
                let shares = ((wanted * 1e6 / c.price / 100.0) as i64).max(1) * 100;
                (c, shares, rounded(shares as f64 * c.price / 1e6, 2))
            })
            .collect();
        let invested: f64 = held.iter().map(|h| h.2).sum();
        let cash = rounded(invested * rng.range(0.01, 0.09), 2);
        let assets = rounded(invested + cash, 2);
        insert.execute(params![
            name,
            bank,
            strategy,
            day(rng, 1994, 2021),
            rounded(rng.range(0.25, 1.95), 2),
            assets,
            cash,
            benchmark
        ])?;
        for (company, shares, value) in held {
            let weight = rounded(100.0 * value / assets, 2);
            hold.execute(params![name, company.name, shares, value, weight, day(rng, 2022, 2024)])?;
        }

        let levels: Vec<f64> = levels.query_map([benchmark], |r| r.get(0))?.collect::<Result<_, _>>()?;
        let mut value = rng.range(40.0, 260.0);
        let skill = 0.002 * rng.normal();
        let mut before = levels.first().copied().unwrap_or(1.0);
        for (date, level) in dates.iter().zip(levels) {
            value *= level / before * libm::exp(skill + 0.013 * rng.normal());
            before = level;
            value_at.execute(params![name, date.to_string(), rounded(value, 2)])?;
        }
    }
    Ok(())
}
