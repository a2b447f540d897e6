//! Listed options on the companies' shares, and the shares that executives hold.

use dive_core::rng::Stream;
use jiff::civil::Date;
use rusqlite::{Transaction, params};

use super::super::AS_OF;
use super::super::names::{self, Taken};
use super::companies::Company;
use super::{day, rounded};
use crate::financial::black_scholes::{Contract, Kind};

/// Third Fridays on which options expire.
const EXPIRIES: [&str; 2] = ["2025-09-19", "2025-12-19"];
/// Strikes as multiples of the share price, before rounding to the exchange's steps.
const MONEYNESS: [f64; 4] = [0.88, 0.96, 1.04, 1.13];

/// Lists the option chains, priced with a volatility that smiles.
pub fn list(db: &Transaction<'_>, rng: &mut Stream, companies: &[Company]) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE option_contract (name TEXT PRIMARY KEY, company TEXT NOT NULL, kind TEXT NOT NULL,
             strike REAL NOT NULL, expiry TEXT NOT NULL, days INTEGER NOT NULL, premium REAL NOT NULL,
             open_interest INTEGER NOT NULL, listed TEXT NOT NULL) STRICT;
         CREATE INDEX option_contract_company ON option_contract (company, kind, expiry);",
    )?;
    let free: f64 =
        db.query_row("SELECT yield FROM government_yield WHERE maturity = 1 ORDER BY date DESC LIMIT 1", [], |row| {
            row.get(0)
        })?;
    let today: Date = AS_OF.parse().unwrap_or_default();
    let mut insert = db.prepare("INSERT INTO option_contract VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    let mut taken = Taken::of(db)?;
    for company in companies {
        let usual = rng.range(0.17, 0.48);
        let step = match company.price {
            x if x < 2.0 => 0.01,
            x if x < 10.0 => 0.1,
            x if x < 25.0 => 0.5,
            x if x < 100.0 => 1.0,
            _ => 5.0,
        };
        for expiry in EXPIRIES {
            let days = i64::from((expiry.parse::<Date>().unwrap_or_default() - today).get_days());
            let listed = day(rng, 2024, 2024);
            for part in MONEYNESS {
                let strike = ((company.price * part / step).round() * step).max(step);
                for (word, kind) in [("call", Kind::Call), ("put", Kind::Put)] {
                    let smile = 1.0 + 0.9 * (part - 1.0) * (part - 1.0) - 0.2 * (part - 1.0);
                    let contract =
                        Contract { kind, spot: company.price, strike, years: days as f64 / 365.0, rate: free / 100.0 };
                    let premium = contract.value(usual * smile * (1.0 + 0.03 * rng.normal()));
                    // The exchange quotes whole cents, and nothing below what the option is worth for certain.
                    let premium = ((100.0 * premium.max(contract.floor())).ceil() / 100.0).max(0.01);
                    let name = taken.fresh(|| {
                        let word = names::word(rng, 2).to_uppercase();
                        let letters: String = word.chars().filter(char::is_ascii_alphabetic).take(3).collect();
                        format!("option {letters}-{}", rng.between(101, 998))
                    });
                    let open = (libm::exp(rng.range(3.0, 8.5))).round() as i64;
                    insert.execute(params![
                        name,
                        company.name,
                        word,
                        rounded(strike, 2),
                        expiry,
                        days,
                        rounded(premium, 2),
                        open,
                        listed
                    ])?;
                }
            }
        }
    }
    Ok(())
}

/// Gives the executives shares of their companies: together never more than a tenth of all.
pub fn insiders(db: &Transaction<'_>, rng: &mut Stream, companies: &[Company]) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE executive_holding (executive TEXT PRIMARY KEY, company TEXT NOT NULL, shares INTEGER NOT NULL,
             acquired TEXT NOT NULL) STRICT;
         CREATE INDEX executive_holding_company ON executive_holding (company);",
    )?;
    let mut staff = db.prepare("SELECT name, appointed FROM executive WHERE company = ?1 ORDER BY name")?;
    let mut insert = db.prepare("INSERT INTO executive_holding VALUES (?1, ?2, ?3, ?4)")?;
    for company in companies {
        let people: Vec<(String, String)> =
            staff.query_map([&company.name], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        let most = company.shares as f64 / 10.0 / people.len().max(1) as f64;
        for (name, appointed) in people {
            let shares = ((most * libm::exp(-rng.range(0.0, 5.0)) / 10.0) as i64).max(1) * 10;
            let year = appointed.get(..4).and_then(|y| y.parse().ok()).unwrap_or(2024);
            insert.execute(params![name, company.name, shares, day(rng, (year + 1).min(2024), 2024)])?;
        }
    }
    Ok(())
}
