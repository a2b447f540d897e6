//! Foreign currencies against the euro, and the economy of the regions.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::prices::month_ends;
use super::{day, rounded};

/// What the units of foreign currencies are called.
const UNITS: &[&str] = &["crown", "florin", "thaler", "guilder", "ducat", "shilling", "peso", "dinar"];
/// Number of foreign currencies.
const CURRENCIES: usize = 48;
/// First and last year of the regions' accounts.
const YEARS: std::ops::RangeInclusive<i64> = 2015..=2024;

/// Invents the currencies and simulates their month-end rates.
///
/// A currency loses what its inflation exceeds that of the euro area by, and its central bank sets the rate accordingly.
pub fn quote(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE foreign_currency (name TEXT PRIMARY KEY, regime TEXT NOT NULL, introduced TEXT NOT NULL,
             policy_rate REAL NOT NULL, inflation REAL NOT NULL, reserves REAL NOT NULL, rate REAL NOT NULL) STRICT;
         CREATE INDEX foreign_currency_regime ON foreign_currency (regime);
         CREATE TABLE exchange_rate (currency TEXT NOT NULL, date TEXT NOT NULL, rate REAL NOT NULL,
             PRIMARY KEY (currency, date)) STRICT, WITHOUT ROWID;",
    )?;
    let mut currency = db.prepare("INSERT INTO foreign_currency VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    let mut at = db.prepare("INSERT INTO exchange_rate VALUES (?1, ?2, ?3)")?;
    let mut taken = Taken::of(db)?;
    for _ in 0..CURRENCIES {
        let name = taken.fresh(|| {
            let unit = rng.pick(UNITS).copied().unwrap_or_default();
            format!("{} {unit}", names::word(rng, 2))
        });
        let (regime, swing) = [("floating", 0.022), ("managed float", 0.012), ("pegged", 0.003)]
            .get(rng.weighted(&[0.5, 0.3, 0.2]).unwrap_or(0))
            .copied()
            .unwrap_or_default();
        let inflation = rounded(rng.range(0.4, 9.0), 1);
        let mut rate = libm::exp(rng.range(-0.5, 6.2));
        for date in month_ends() {
            rate *= libm::exp((inflation - 2.0) / 1200.0 + swing * rng.normal());
            at.execute(params![name, date.to_string(), rounded(rate, 4)])?;
        }
        let policy = rounded((inflation + rng.range(-0.5, 2.5)).max(0.25), 2);
        let reserves = rounded(libm::exp(rng.range(6.5, 11.5)), 0);
        let introduced = day(rng, 1861, 2008);
        currency.execute(params![name, regime, introduced, policy, inflation, reserves, rounded(rate, 4)])?;
    }
    Ok(())
}

/// Keeps the yearly accounts of the regions: output grows by the real growth and by the rise of prices.
pub fn regional_accounts(db: &Transaction<'_>, rng: &mut Stream) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE regional_accounts (region TEXT NOT NULL, year INTEGER NOT NULL, output REAL NOT NULL,
             growth REAL NOT NULL, inflation REAL NOT NULL, unemployment REAL NOT NULL,
             PRIMARY KEY (region, year)) STRICT, WITHOUT ROWID;",
    )?;
    let regions: Vec<(String, f64)> = db
        .prepare("SELECT name, population FROM region ORDER BY name")?
        .query_map([], |r| Ok((r.get(0)?, r.get::<_, i64>(1)? as f64)))?
        .collect::<Result<_, _>>()?;
    let mut insert = db.prepare("INSERT INTO regional_accounts VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let cycle: Vec<(f64, f64)> =
        YEARS.map(|_| (1.4 + 1.3 * rng.normal(), (2.1 + 1.2 * rng.normal()).clamp(-0.4, 6.5))).collect();
    for (region, population) in regions {
        // Thousands of euros a head in the first year.
        let mut output = population * rng.range(19.0, 41.0) / 1000.0;
        let mut unemployment = rng.range(3.0, 10.0);
        for (year, (growth, prices)) in YEARS.zip(&cycle) {
            let growth = rounded((growth + 0.8 * rng.normal()).clamp(-7.0, 8.0), 1);
            let inflation = rounded((prices + 0.3 * rng.normal()).clamp(-0.9, 8.0), 1);
            output *= (1.0 + growth / 100.0) * (1.0 + inflation / 100.0);
            // Okun's law: joblessness falls when output grows faster than usual.
            unemployment = (unemployment - 0.35 * (growth - 1.4) + 0.2 * rng.normal()).clamp(1.8, 16.0);
            insert.execute(params![region, year, rounded(output, 1), growth, inflation, rounded(unemployment, 1)])?;
        }
    }
    Ok(())
}
