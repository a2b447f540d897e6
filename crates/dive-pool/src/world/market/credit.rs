//! What companies owe: ratings, banks and their loans and deposits, bonds; and the projects they spend it on.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::companies::Company;
use super::prices::Curve;
use super::{day, rounded};

/// Number of banks.
const BANKS: usize = 60;

/// Ratings, the share of companies that have each, and the spread over government yields in percent.
const RATINGS: &[(&str, f64, f64)] = &[
    ("AAA", 0.04, 0.35),
    ("AA", 0.12, 0.6),
    ("A", 0.24, 0.95),
    ("BBB", 0.28, 1.5),
    ("BB", 0.17, 2.7),
    ("B", 0.11, 4.2),
    ("CCC", 0.04, 7.0),
];

/// Rates the companies by interest coverage and equity ratio.
pub fn rate(rng: &mut Stream, companies: &mut [Company]) {
    let mut scored: Vec<(f64, &mut Company)> = companies
        .iter_mut()
        .map(|c| {
            let coverage = (c.ebit as f64 / c.interest.max(1) as f64).clamp(-5.0, 20.0) / 20.0;
            (coverage + c.equity as f64 / c.assets.max(1) as f64 + 0.12 * rng.normal(), c)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let total = scored.len() as f64;
    let mut share = 0.0;
    let mut rest = scored.into_iter().enumerate().peekable();
    for (rating, part, _) in RATINGS {
        share += part;
        while let Some((_, (_, company))) = rest.next_if(|(i, _)| (*i as f64) < share * total - 1e-9) {
            company.rating = rating;
        }
    }
    for (_, (_, company)) in rest {
        company.rating = "CCC";
    }
}

/// Invents and stores the banks and their term deposits; returns the banks' names.
pub fn banks(db: &Transaction<'_>, rng: &mut Stream, cities: &[String]) -> rusqlite::Result<Vec<String>> {
    db.execute_batch(
        "CREATE TABLE bank (name TEXT PRIMARY KEY, city TEXT NOT NULL, founded TEXT NOT NULL, assets REAL NOT NULL,
             branches INTEGER NOT NULL, capital_ratio REAL NOT NULL) STRICT;
         CREATE INDEX bank_city ON bank (city);
         CREATE TABLE deposit (bank TEXT NOT NULL, term INTEGER NOT NULL, rate REAL NOT NULL, minimum INTEGER NOT NULL,
             PRIMARY KEY (bank, term)) STRICT, WITHOUT ROWID;",
    )?;
    let mut insert = db.prepare("INSERT INTO bank VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut offer = db.prepare("INSERT INTO deposit VALUES (?1, ?2, ?3, ?4)")?;
    let kinds = ["Bank", "Savings Bank", "Banking House", "Credit Union"];
    let mut taken = Taken::of(db)?;
    let mut names = Vec::new();
    for _ in 0..sized(db, BANKS)? {
        let kind = rng.pick(&kinds).copied().unwrap_or_default();
        let name = taken.fresh(|| format!("{} {kind}", names::word(rng, 2)));
        let assets = rounded(libm::exp(10.2 + 0.9 * rng.normal()), 0);
        let branches = (assets / rng.range(120.0, 420.0)) as i64 + 3;
        let city = rng.pick(cities).map_or("", String::as_str);
        let capital = rounded(rng.range(11.5, 21.0), 2);
        insert.execute(params![name, city, day(rng, 1840, 1990), assets, branches, capital])?;
        let (base, slope) = (rng.range(1.4, 2.6), rng.range(-0.25, 0.6));
        for term in [1, 2, 3, 5, 7, 10] {
            let rate = base + slope * libm::log(f64::from(term)) + 0.08 * rng.normal();
            let minimum = 50 * rng.between(10, 400);
            offer.execute(params![name, term, rounded(rate.max(0.2), 2), minimum])?;
        }
        names.push(name);
    }
    Ok(names)
}

/// Gives every company its main bank loan.
pub fn lend(db: &Transaction<'_>, rng: &mut Stream, companies: &[Company], banks: &[String]) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE loan (company TEXT PRIMARY KEY, bank TEXT NOT NULL, principal REAL NOT NULL, rate REAL NOT NULL,
             term INTEGER NOT NULL, signed TEXT NOT NULL) STRICT;
         CREATE INDEX loan_bank ON loan (bank);",
    )?;
    let mut insert = db.prepare("INSERT INTO loan VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for company in companies {
        let principal = rounded((company.debt as f64 / 10.0 * rng.range(0.12, 0.42)).max(0.5), 1);
        let rate = rounded(2.9 + 0.7 * spread(company) + 0.25 * rng.normal(), 2).max(1.9);
        let term = rng.pick(&[4, 5, 6, 7, 8, 10, 12, 15]).copied().unwrap_or(5);
        let bank = rng.pick(banks).map_or("", String::as_str);
        insert.execute(params![company.name, bank, principal, rate, term, day(rng, 2021, 2024)])?;
    }
    Ok(())
}

fn spread(company: &Company) -> f64 {
    RATINGS.iter().find(|r| r.0 == company.rating).map_or(3.0, |r| r.2)
}

/// Invents and stores the bonds of the companies that have some, priced near the yield that their rating asks for.
pub fn bonds(db: &Transaction<'_>, rng: &mut Stream, companies: &[Company], curve: &Curve) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE bond (name TEXT PRIMARY KEY, issuer TEXT NOT NULL, coupon REAL NOT NULL, issued TEXT NOT NULL,
             maturity TEXT NOT NULL, amount REAL NOT NULL, denomination INTEGER NOT NULL, clean_price REAL NOT NULL,
             quoted TEXT NOT NULL) STRICT;
         CREATE INDEX bond_issuer ON bond (issuer);
         CREATE INDEX bond_maturity ON bond (maturity);",
    )?;
    let mut insert = db.prepare("INSERT INTO bond VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    let kinds = ["Senior Bond", "Green Bond", "Bond", "Expansion Bond"];
    let mut taken = Taken::of(db)?;
    for company in companies {
        let debt = company.debt as f64 / 10.0;
        if debt < 20.0 || !rng.chance(0.65) {
            continue;
        }
        for _ in 0..rng.between(1, 4) {
            let kind = rng.pick(&kinds).copied().unwrap_or_default();
            let name = taken.fresh(|| format!("{} {kind}", names::word(rng, 2)));
            let (month, date) = (rng.between(1, 12), rng.between(1, 28));
            let (issued, matures) = (rng.between(2016.max(company.founded_year + 1), 2024), rng.between(2026, 2040));
            let years = matures as f64 + month as f64 / 12.0 - 2025.5;
            let required = (curve.at(years) + spread(company) + 0.2 * rng.normal()).max(0.8);
            // Coupons reflect what the market asked on the day of issue, in eighths of a percent.
            let coupon = ((required + 1.1 * rng.normal()).max(0.5) * 8.0).round() / 8.0;
            let discount = libm::pow(1.0 + required / 100.0, -years);
            let price = coupon / required * 100.0 * (1.0 - discount) + 100.0 * discount;
            let amount = rounded((debt * rng.range(0.05, 0.13)).max(2.0), if debt < 300.0 { 1 } else { 0 });
            let denomination = rng.pick(&[100, 1000, 1000, 5000, 10_000]).copied().unwrap_or(1000);
            insert.execute(params![
                name,
                company.name,
                coupon,
                format!("{issued}-{month:02}-{date:02}"),
                format!("{matures}-{month:02}-{date:02}"),
                amount,
                denomination,
                rounded(price, 2),
                super::super::AS_OF
            ])?;
        }
    }
    Ok(())
}

/// Invents and stores the investment projects and their planned cash flows.
pub fn projects(db: &Transaction<'_>, rng: &mut Stream, companies: &[Company]) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE project (name TEXT PRIMARY KEY, company TEXT NOT NULL, approved TEXT NOT NULL,
             outlay REAL NOT NULL, salvage REAL NOT NULL, life INTEGER NOT NULL, hurdle_rate REAL NOT NULL,
             unit_price REAL NOT NULL, unit_cost REAL NOT NULL, fixed_cost REAL NOT NULL) STRICT;
         CREATE INDEX project_company ON project (company);
         CREATE TABLE project_cash_flow (project TEXT NOT NULL, year INTEGER NOT NULL, amount REAL NOT NULL,
             PRIMARY KEY (project, year)) STRICT, WITHOUT ROWID;",
    )?;
    let mut insert = db.prepare("INSERT INTO project VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
    let mut flow = db.prepare("INSERT INTO project_cash_flow VALUES (?1, ?2, ?3)")?;
    let mut taken = Taken::of(db)?;
    for company in companies {
        if !rng.chance(0.45) {
            continue;
        }
        for _ in 0..rng.between(1, 4) {
            let name = taken.fresh(|| format!("Project {}", names::word(rng, 2)));
            let outlay = rounded((company.revenue as f64 / 10.0 * rng.range(0.01, 0.06)).max(1.0), 2);
            let salvage = rounded(outlay * rng.range(0.04, 0.2), 2);
            let life = rng.between(4, 9);
            let hurdle = rounded(rng.range(6.0, 13.0), 2);
            let unit_price = rounded(libm::exp(rng.range(2.0, 6.5)), 2);
            let unit_cost = rounded(unit_price * rng.range(0.35, 0.75), 2);
            let fixed = rounded(outlay * rng.range(0.05, 0.2), 3);
            let (start, approved) = (2025, day(rng, 2023, 2024));
            insert.execute(params![
                name,
                company.name,
                approved,
                outlay,
                salvage,
                life,
                hurdle,
                unit_price,
                unit_cost,
                fixed
            ])?;
            flow.execute(params![name, start, -outlay])?;
            // A level flow that would return the outlay at this rate, with ups and downs.
            let yields = rng.range(0.03, 0.2);
            let level = outlay * yields / (1.0 - libm::pow(1.0 + yields, -(life as f64)));
            for year in 1..=life {
                let amount = level * rng.range(0.75, 1.25) + if year == life { salvage } else { 0.0 };
                flow.execute(params![name, start + year, rounded(amount, 2)])?;
            }
        }
    }
    Ok(())
}
