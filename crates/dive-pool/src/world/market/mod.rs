//! The financial part of a world: companies and what their books, shares, options, bonds, lenders and projects say about them,
//! with foreign currencies and the economy of the regions around them.
//!
//! Statement values are in millions of euros with one decimal and are computed in whole tenths, so that every identity
//! of the accounts holds exactly. Market data end on the world's today, [`AS_OF`](super::AS_OF).

use dive_core::rng::Stream;
use dive_tools::entities::Naming::{Person, Thing};
use rusqlite::Transaction;

mod accounts;
mod companies;
mod credit;
mod currencies;
mod funds;
mod options;
mod prices;

/// Entity types of this part: name, noun, plural, domain, naming, statement that lists the names.
pub const ENTITIES: &[super::NamedRows] = &[
    ("company", "company", "companies", "financial", Thing, "SELECT name FROM company ORDER BY name"),
    ("industry", "industry", "industries", "financial", Thing, "SELECT name FROM industry ORDER BY name"),
    ("executive", "executive", "executives", "financial", Person, "SELECT name FROM executive ORDER BY name"),
    (
        "stock_exchange",
        "stock exchange",
        "stock exchanges",
        "financial",
        Thing,
        "SELECT name FROM stock_exchange ORDER BY name",
    ),
    ("market_index", "index", "indices", "financial", Thing, "SELECT name FROM market_index ORDER BY name"),
    ("bond", "bond", "bonds", "financial", Thing, "SELECT name FROM bond ORDER BY name"),
    ("fund", "fund", "funds", "financial", Thing, "SELECT name FROM fund ORDER BY name"),
    ("bank", "bank", "banks", "financial", Thing, "SELECT name FROM bank ORDER BY name"),
    (
        "investment_project",
        "investment project",
        "investment projects",
        "financial",
        Thing,
        "SELECT name FROM project ORDER BY name",
    ),
    (
        "foreign_currency",
        "foreign currency",
        "foreign currencies",
        "financial",
        Thing,
        "SELECT name FROM foreign_currency ORDER BY name",
    ),
    (
        "option_contract",
        "option contract",
        "option contracts",
        "financial",
        Thing,
        "SELECT name FROM option_contract ORDER BY name",
    ),
];

/// Creates and fills this part's tables.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    let stream = |part: &str| Stream::new(seed, &["market", part]);
    let cities: Vec<String> = db
        .prepare("SELECT name FROM city ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut companies = companies::found(db, &mut stream("companies"), &cities)?;
    accounts::keep(db, &mut stream("accounts"), &mut companies)?;
    credit::rate(&mut stream("ratings"), &mut companies);
    let curve = prices::yields(db, &mut stream("yields"))?;
    let indices = prices::quote(db, &mut stream("prices"), &mut companies)?;
    companies::register(db, &companies)?;
    companies::staff(db, &mut stream("executives"), &companies, &cities)?;
    companies::supply(db, &mut stream("supply"), &companies)?;
    let banks = credit::banks(db, &mut stream("banks"), &cities)?;
    credit::lend(db, &mut stream("loans"), &companies, &banks)?;
    credit::bonds(db, &mut stream("bonds"), &companies, &curve)?;
    credit::projects(db, &mut stream("projects"), &companies)?;
    funds::manage(db, &mut stream("funds"), &companies, &banks, &indices)?;
    currencies::quote(db, &mut stream("currencies"))?;
    currencies::regional_accounts(db, &mut stream("regions"))?;
    options::list(db, &mut stream("options"), &companies)?;
    options::insiders(db, &mut stream("insiders"), &companies)
}

/// A date, never later than the 28th, in one of these years.
fn day(rng: &mut Stream, first: i64, last: i64) -> String {
    format!("{:04}-{:02}-{:02}", rng.between(first, last), rng.between(1, 12), rng.between(1, 28))
}

/// `x` rounded to so many decimals.
fn rounded(x: f64, decimals: usize) -> f64 {
    format!("{x:.decimals$}").parse().unwrap_or(x)
}
