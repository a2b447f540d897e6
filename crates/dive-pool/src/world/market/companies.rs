//! Companies, the industries and exchanges they belong to, the people who run them, and who supplies whom.

use std::collections::BTreeSet;

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::sized;
use super::{day, rounded};

/// Number of companies in a world.
const COMPANIES: usize = 600;
/// Number of towns that have headquarters.
const SEATS: usize = 150;
/// Number of stock exchanges.
const EXCHANGES: usize = 8;

/// Sectors, the industries of each, and what its companies like to be called.
pub const SECTORS: &[(&str, [&str; 5], [&str; 4])] = &[
    (
        "transport",
        ["container shipping", "rail freight", "road haulage", "air cargo", "port operation"],
        ["Marine", "Lines", "Logistics", "Carriers"],
    ),
    (
        "energy",
        ["gas distribution", "oil refining", "wind power", "solar power", "hydropower"],
        ["Energy", "Power", "Renewables", "Petroleum"],
    ),
    (
        "utilities",
        ["water supply", "waste management", "electricity grids", "district heating", "wastewater treatment"],
        ["Utilities", "Networks", "Waterworks", "Grid"],
    ),
    (
        "materials",
        ["steelmaking", "copper mining", "cement production", "industrial gases", "aluminium smelting"],
        ["Steel", "Minerals", "Metals", "Resources"],
    ),
    (
        "chemicals",
        ["fertilisers", "paints and coatings", "specialty polymers", "adhesives", "flavours and fragrances"],
        ["Chemicals", "Polymers", "Coatings", "Chemie"],
    ),
    (
        "forestry",
        ["paper milling", "timber", "wood panels", "packaging board", "pulp"],
        ["Paper", "Timber", "Forests", "Board"],
    ),
    (
        "machinery",
        ["machine tools", "agricultural machinery", "pumps and valves", "elevators", "packaging machinery"],
        ["Machinery", "Works", "Engineering", "Tools"],
    ),
    (
        "automotive",
        ["car making", "truck making", "tyre making", "brake systems", "vehicle batteries"],
        ["Motors", "Automotive", "Vehicles", "Drive"],
    ),
    (
        "electronics",
        ["semiconductors", "sensors", "printed circuit boards", "optical instruments", "power electronics"],
        ["Electronics", "Microsystems", "Optics", "Devices"],
    ),
    (
        "software",
        ["accounting software", "cybersecurity", "logistics software", "video games", "cloud hosting"],
        ["Software", "Systems", "Digital", "Cloud"],
    ),
    (
        "telecommunications",
        ["mobile networks", "fibre networks", "satellite services", "network equipment", "data centres"],
        ["Telecom", "Communications", "Mobile", "Broadband"],
    ),
    (
        "healthcare",
        ["generic medicines", "medical devices", "diagnostics", "dental products", "hearing aids"],
        ["Health", "Medical", "Pharma", "Care"],
    ),
    (
        "food",
        ["dairy processing", "baking", "brewing", "seafood", "confectionery"],
        ["Foods", "Provisions", "Kitchens", "Harvest"],
    ),
    (
        "retail",
        ["grocery retail", "furniture retail", "pharmacy retail", "sporting goods retail", "online retail"],
        ["Stores", "Retail", "Markets", "Trading"],
    ),
    (
        "construction",
        ["road building", "house building", "bridge engineering", "building insulation", "glazing"],
        ["Construction", "Builders", "Contracting", "Homes"],
    ),
    (
        "leisure",
        ["hotels", "cruises", "theme parks", "ski resorts", "fitness clubs"],
        ["Leisure", "Resorts", "Travel", "Holidays"],
    ),
];

/// A company while the world is being made; values that later steps fill in are zero or empty before.
#[derive(Debug, Default, Clone)]
pub struct Company {
    /// Unique name.
    pub name: String,
    /// Position in [`SECTORS`].
    pub sector: usize,
    /// Industry within the sector.
    pub industry: String,
    /// City of the headquarters.
    pub city: String,
    /// Date of foundation.
    pub founded: String,
    /// Year of foundation.
    pub founded_year: i64,
    /// Employees.
    pub headcount: i64,
    /// Position of its exchange among the exchanges.
    pub exchange: usize,
    /// Shares outstanding.
    pub shares: i64,
    /// Credit rating.
    pub rating: &'static str,
    /// Name of the index of its sector.
    pub index: String,
    /// Name of its exchange.
    pub exchange_name: String,
    /// Earnings before interest and tax, interest, equity, assets and debt of 2024, in tenths of M EUR.
    pub ebit: i64,
    /// Interest expense of 2024.
    pub interest: i64,
    /// Equity at the end of 2024.
    pub equity: i64,
    /// Total assets at the end of 2024.
    pub assets: i64,
    /// Financial debt at the end of 2024.
    pub debt: i64,
    /// Revenue of 2024.
    pub revenue: i64,
    /// Cost of revenue of 2024.
    pub cost: i64,
    /// What one share was worth by the books of 2022, in euros.
    pub anchor: f64,
    /// Closing price on the world's today.
    pub price: f64,
}

impl Company {
    /// Market value of the equity in M EUR.
    pub fn capitalisation(&self) -> f64 {
        self.price * self.shares as f64 / 1e6
    }
}

/// Invents industries, exchanges and companies; stores the first two.
pub fn found(db: &Transaction<'_>, rng: &mut Stream, cities: &[String]) -> rusqlite::Result<Vec<Company>> {
    db.execute_batch(
        "CREATE TABLE industry (name TEXT PRIMARY KEY, sector TEXT NOT NULL, unlevered_beta REAL NOT NULL,
             ev_multiple REAL NOT NULL, day_sales REAL NOT NULL) STRICT;
         CREATE INDEX industry_sector ON industry (sector);",
    )?;
    let mut insert = db.prepare("INSERT INTO industry VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (sector, industries, _) in SECTORS {
        let (beta, multiple) = (rng.range(0.5, 1.1), rng.range(5.5, 12.0));
        for industry in industries {
            let beta = rounded((beta + 0.12 * rng.normal()).max(0.25), 3);
            let multiple = rounded((multiple + 1.3 * rng.normal()).max(3.5), 2);
            insert.execute(params![industry, sector, beta, multiple, rounded(rng.range(18.0, 82.0), 1)])?;
        }
    }

    let mut shuffled: Vec<&String> = cities.iter().collect();
    rng.shuffle(&mut shuffled);
    shuffled.truncate(SEATS);
    // A few towns are business centres, most have two or three headquarters.
    let pull: Vec<f64> = shuffled.iter().map(|_| libm::exp(0.6 * rng.normal())).collect();
    let popular: Vec<f64> = (0..EXCHANGES).map(|i| 1.0 / (i as f64 + 4.0)).collect();
    let mut taken = Taken::of(db)?;
    let count = sized(db, COMPANIES)?;
    let mut companies = Vec::with_capacity(count);
    for i in 0..count {
        let sector = i % SECTORS.len();
        let Some((_, industries, suffixes)) = SECTORS.get(sector) else { continue };
        let suffix = rng.pick(suffixes).copied().unwrap_or_default();
        let name = taken.fresh(|| {
            let first = if rng.chance(0.4) { names::surname(rng) } else { names::word(rng, 2) };
            format!("{first} {suffix}")
        });
        let founded_year = 2018 - libm::floor(libm::pow(rng.unit(), 1.6) * 120.0) as i64;
        let headcount = (libm::exp(7.4 + 1.05 * rng.normal()) as i64).clamp(190, 60_000);
        companies.push(Company {
            name,
            sector,
            industry: rng.pick(industries).copied().unwrap_or_default().into(),
            city: rng.weighted(&pull).and_then(|c| shuffled.get(c)).map_or_else(String::new, |c| (*c).clone()),
            founded: day(rng, founded_year, founded_year),
            founded_year,
            headcount,
            exchange: rng.weighted(&popular).unwrap_or(0),
            ..Company::default()
        });
    }
    exchanges(db, rng, cities, &mut companies)?;
    Ok(companies)
}

fn exchanges(
    db: &Transaction<'_>,
    rng: &mut Stream,
    cities: &[String],
    companies: &mut [Company],
) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE stock_exchange (name TEXT PRIMARY KEY, city TEXT NOT NULL, founded TEXT NOT NULL,
             trading_fee REAL NOT NULL, turnover REAL NOT NULL, leading_index TEXT NOT NULL) STRICT;",
    )?;
    let mut insert = db.prepare("INSERT INTO stock_exchange VALUES (?1, ?2, ?3, ?4, ?5, '')")?;
    let mut taken = Taken::of(db)?;
    for i in 0..EXCHANGES {
        let name = taken.fresh(|| format!("{} Stock Exchange", names::word(rng, 2)));
        let city = rng.pick(cities).cloned().unwrap_or_default();
        let turnover = rounded(rng.range(40.0, 900.0), 1);
        insert.execute(params![name, city, day(rng, 1770, 1960), rounded(rng.range(0.004, 0.06), 4), turnover])?;
        for company in companies.iter_mut().filter(|c| c.exchange == i) {
            company.exchange_name.clone_from(&name);
        }
    }
    Ok(())
}

/// Stores the companies once everything about them is known.
pub fn register(db: &Transaction<'_>, companies: &[Company]) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE company (name TEXT PRIMARY KEY, sector TEXT NOT NULL, industry TEXT NOT NULL, city TEXT NOT NULL,
             founded TEXT NOT NULL, headcount INTEGER NOT NULL, shares INTEGER NOT NULL, exchange TEXT NOT NULL,
             listed TEXT NOT NULL, rating TEXT NOT NULL, sector_index TEXT NOT NULL) STRICT;",
    )?;
    let mut insert = db.prepare("INSERT INTO company VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    for c in companies {
        // The day of the listing follows from the name, so that this step draws nothing.
        let mut rng = Stream::new(c.shares as u64, &["market", "listing", &c.name]);
        let listed = day(&mut rng, (c.founded_year + 1).max(1960), 2021);
        let sector = SECTORS.get(c.sector).map_or("", |s| s.0);
        insert.execute(params![
            c.name,
            sector,
            c.industry,
            c.city,
            c.founded,
            c.headcount,
            c.shares,
            c.exchange_name,
            listed,
            c.rating,
            c.index
        ])?;
    }
    db.execute_batch(
        "CREATE INDEX company_industry ON company (industry);
         CREATE INDEX company_city ON company (city);
         CREATE INDEX company_exchange ON company (exchange, sector);
         CREATE INDEX company_rating ON company (rating);",
    )
}

/// Offices of a company's leadership; everyone has the first two.
const OFFICES: &[&str] = &[
    "chief executive officer",
    "chief financial officer",
    "chief operating officer",
    "chief technology officer",
    "general counsel",
    "chair of the board",
];

/// Invents and stores the executives.
pub fn staff(db: &Transaction<'_>, rng: &mut Stream, companies: &[Company], cities: &[String]) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE executive (name TEXT PRIMARY KEY, company TEXT NOT NULL, office TEXT NOT NULL,
             appointed TEXT NOT NULL, born TEXT NOT NULL, birthplace TEXT NOT NULL, salary REAL NOT NULL,
             previous_company TEXT NOT NULL) STRICT;",
    )?;
    let mut insert = db.prepare("INSERT INTO executive VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    let mut taken = Taken::of(db)?;
    for company in companies {
        for (i, office) in OFFICES.iter().enumerate() {
            if i > 1 && !rng.chance(0.5) {
                continue;
            }
            let name = taken.fresh(|| names::person(rng));
            let rank = if i == 0 { 1.0 } else { rng.range(0.45, 0.8) };
            let salary = rounded(rank * 22.0 * libm::pow(company.headcount as f64, 0.44) * rng.range(0.75, 1.3), 1);
            let appointed = day(rng, 2009.max(company.founded_year + 1), 2024);
            let born = day(rng, 1955, 1980);
            let birthplace = rng.pick(cities).map_or("", String::as_str);
            let previous = loop {
                match rng.pick(companies) {
                    Some(other) if other.name == company.name && companies.len() > 1 => {}
                    other => break other.map_or("", |o| o.name.as_str()),
                }
            };
            insert.execute(params![name, company.name, office, appointed, born, birthplace, salary, previous])?;
        }
    }
    db.execute_batch(
        "CREATE INDEX executive_company ON executive (company, office);
         CREATE INDEX executive_birthplace ON executive (birthplace);
         CREATE INDEX executive_previous ON executive (previous_company);",
    )
}

/// Draws supply contracts: each company buys from a few others, larger ones more often.
pub fn supply(db: &Transaction<'_>, rng: &mut Stream, companies: &[Company]) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE supply (supplier TEXT NOT NULL, customer TEXT NOT NULL, value REAL NOT NULL, since TEXT NOT NULL,
             until TEXT NOT NULL, PRIMARY KEY (customer, supplier)) STRICT, WITHOUT ROWID;
         CREATE INDEX supply_supplier ON supply (supplier);",
    )?;
    let mut insert = db.prepare("INSERT INTO supply VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let size: Vec<f64> = companies.iter().map(|c| (c.revenue as f64).max(1.0).sqrt()).collect();
    for customer in companies {
        let mut suppliers = BTreeSet::new();
        for _ in 0..rng.between(2, 6) {
            suppliers.extend(rng.weighted(&size));
        }
        for supplier in suppliers.into_iter().filter_map(|i| companies.get(i)).filter(|s| s.name != customer.name) {
            // At most a twelfth of what the supplier sells and an eighth of what the customer spends.
            let most = (supplier.revenue as f64 / 12.0).min(customer.cost as f64 / 8.0) / 10.0;
            let value = rounded(most * rng.range(0.15, 1.0), 2);
            let since = day(rng, 2012.max(supplier.founded_year).max(customer.founded_year + 1), 2024);
            let until = day(rng, 2026, 2032);
            insert.execute(params![supplier.name, customer.name, value, since, until])?;
        }
    }
    Ok(())
}
