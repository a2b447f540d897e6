//! The academic part of a world: institutions, authors, journals, papers and their citations, projects, conferences,
//! studies and systematic reviews.
//!
//! Citation counts, authors' first publication years and journals' output are counted from the papers themselves, so
//! that every tool that lists, counts or reports them agrees.

use dive_core::rng::Stream;
use dive_tools::entities::Naming::{Person, Thing, Title};
use rusqlite::{Connection, Transaction};

mod catalogues;
mod papers;
mod people;
mod trials;
mod words;

/// Entity types of this part: name, noun, plural, domain, naming, statement that lists the names.
pub const ENTITIES: &[super::NamedRows] = &[
    ("author", "researcher", "researchers", "academic", Person, "SELECT name FROM author ORDER BY name"),
    ("institution", "institution", "institutions", "academic", Thing, "SELECT name FROM institution ORDER BY name"),
    ("journal", "journal", "journals", "academic", Thing, "SELECT name FROM journal ORDER BY name"),
    ("publisher", "publisher", "publishers", "academic", Thing, "SELECT name FROM publisher ORDER BY name"),
    ("paper", "paper", "papers", "academic", Title, "SELECT title FROM paper ORDER BY title"),
    ("funder", "research funder", "research funders", "academic", Thing, "SELECT name FROM funder ORDER BY name"),
    (
        "project",
        "research project",
        "research projects",
        "academic",
        Thing,
        "SELECT name FROM research_project ORDER BY name",
    ),
    ("conference", "conference", "conferences", "academic", Thing, "SELECT name FROM conference ORDER BY name"),
    ("study", "study", "studies", "academic", Thing, "SELECT name FROM study ORDER BY name"),
    ("review", "evidence review", "evidence reviews", "academic", Title, "SELECT title FROM review ORDER BY title"),
];

const SCHEMA: &str = "
    CREATE TABLE institution (name TEXT PRIMARY KEY, city TEXT NOT NULL, founded TEXT NOT NULL, staff INTEGER NOT NULL,
        campus_ha REAL NOT NULL, budget REAL NOT NULL, president TEXT NOT NULL) STRICT;
    CREATE INDEX institution_city ON institution (city);
    CREATE TABLE institution_year (institution TEXT NOT NULL, year INTEGER NOT NULL, enrolment INTEGER NOT NULL,
        income REAL NOT NULL, graduates INTEGER NOT NULL, PRIMARY KEY (institution, year)) STRICT, WITHOUT ROWID;
    CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, institution TEXT NOT NULL,
        field TEXT NOT NULL, rank TEXT NOT NULL, born TEXT NOT NULL, first_publication INTEGER NOT NULL,
        reviews INTEGER NOT NULL, orcid_stem TEXT NOT NULL) STRICT;
    CREATE INDEX author_institution ON author (institution);
    CREATE TABLE doctorate (author TEXT PRIMARY KEY, supervisor TEXT, institution TEXT NOT NULL,
        defended TEXT NOT NULL, pages INTEGER NOT NULL, isbn_stem TEXT NOT NULL) STRICT;
    CREATE INDEX doctorate_supervisor ON doctorate (supervisor);
    CREATE INDEX doctorate_institution ON doctorate (institution);
    CREATE TABLE publisher (name TEXT PRIMARY KEY, city TEXT NOT NULL, founded TEXT NOT NULL,
        employees INTEGER NOT NULL, owner TEXT) STRICT;
    CREATE TABLE journal (name TEXT PRIMARY KEY, publisher TEXT NOT NULL, field TEXT NOT NULL, founded TEXT NOT NULL,
        editor TEXT NOT NULL, charge INTEGER NOT NULL, issues INTEGER NOT NULL, circulation INTEGER NOT NULL,
        issn_stem TEXT NOT NULL) STRICT;
    CREATE INDEX journal_field ON journal (field);
    CREATE INDEX journal_publisher ON journal (publisher);
    CREATE TABLE journal_year (journal TEXT NOT NULL, year INTEGER NOT NULL, submissions INTEGER NOT NULL,
        review_days INTEGER NOT NULL, downloads INTEGER NOT NULL, PRIMARY KEY (journal, year)) STRICT, WITHOUT ROWID;
    CREATE TABLE funder (name TEXT PRIMARY KEY, city TEXT NOT NULL, founded TEXT NOT NULL, budget REAL NOT NULL,
        received INTEGER NOT NULL, funded INTEGER NOT NULL) STRICT;
    CREATE TABLE research_project (name TEXT PRIMARY KEY, funder TEXT NOT NULL, investigator TEXT NOT NULL,
        institution TEXT NOT NULL, field TEXT NOT NULL, amount REAL NOT NULL, starts TEXT NOT NULL,
        ends TEXT NOT NULL, members INTEGER NOT NULL) STRICT;
    CREATE INDEX project_funder ON research_project (funder);
    CREATE INDEX project_investigator ON research_project (investigator);
    CREATE INDEX project_institution ON research_project (institution);
    CREATE TABLE conference (name TEXT PRIMARY KEY, field TEXT NOT NULL, city TEXT NOT NULL, chair TEXT NOT NULL,
        starts TEXT NOT NULL, ends TEXT NOT NULL, submissions INTEGER NOT NULL, accepted INTEGER NOT NULL,
        attendees INTEGER NOT NULL, fee INTEGER NOT NULL) STRICT;
    CREATE INDEX conference_field ON conference (field);
    CREATE INDEX conference_city ON conference (city);
    CREATE TABLE paper (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, journal TEXT NOT NULL, year INTEGER NOT NULL,
        published TEXT NOT NULL, submitted TEXT NOT NULL, accepted TEXT NOT NULL, reviewers INTEGER NOT NULL,
        rounds INTEGER NOT NULL, pages INTEGER NOT NULL, words INTEGER NOT NULL, figures INTEGER NOT NULL,
        authors INTEGER NOT NULL, citations INTEGER NOT NULL, gene TEXT, species TEXT, drug TEXT, company TEXT,
        abstract_words INTEGER NOT NULL, abstract_sentences INTEGER NOT NULL, abstract_syllables INTEGER NOT NULL,
        abstract_complex INTEGER NOT NULL, abstract_distinct INTEGER NOT NULL) STRICT;
    CREATE INDEX paper_journal ON paper (journal, year);
    CREATE INDEX paper_gene ON paper (gene) WHERE gene IS NOT NULL;
    CREATE INDEX paper_species ON paper (species) WHERE species IS NOT NULL;
    CREATE INDEX paper_drug ON paper (drug) WHERE drug IS NOT NULL;
    CREATE INDEX paper_company ON paper (company) WHERE company IS NOT NULL;
    CREATE TABLE paper_author (paper INTEGER NOT NULL, place INTEGER NOT NULL, author INTEGER NOT NULL,
        PRIMARY KEY (paper, place)) STRICT, WITHOUT ROWID;
    CREATE INDEX paper_author_author ON paper_author (author);
    CREATE TABLE citation (citing INTEGER NOT NULL, cited INTEGER NOT NULL, PRIMARY KEY (citing, cited))
        STRICT, WITHOUT ROWID;
    CREATE INDEX citation_cited ON citation (cited);
    CREATE TABLE study (name TEXT PRIMARY KEY, paper TEXT NOT NULL, drug TEXT NOT NULL, sponsor TEXT NOT NULL,
        hospital TEXT NOT NULL, investigator TEXT NOT NULL, outcome TEXT NOT NULL, starts TEXT NOT NULL,
        ends TEXT NOT NULL, treated INTEGER NOT NULL, treated_mean REAL NOT NULL, treated_sd REAL NOT NULL,
        treated_responders INTEGER NOT NULL, control INTEGER NOT NULL, control_mean REAL NOT NULL,
        control_sd REAL NOT NULL, control_responders INTEGER NOT NULL, adjusted_effect REAL NOT NULL,
        adjusted_error REAL NOT NULL) STRICT;
    CREATE INDEX study_drug ON study (drug);
    CREATE INDEX study_sponsor ON study (sponsor);
    CREATE INDEX study_hospital ON study (hospital);
    CREATE TABLE review (title TEXT PRIMARY KEY, field TEXT NOT NULL, lead TEXT NOT NULL, funder TEXT NOT NULL,
        registered TEXT NOT NULL, searched TEXT NOT NULL, identified INTEGER NOT NULL, duplicates INTEGER NOT NULL,
        true_positives INTEGER NOT NULL, false_positives INTEGER NOT NULL, false_negatives INTEGER NOT NULL,
        true_negatives INTEGER NOT NULL, both_include INTEGER NOT NULL, only_first INTEGER NOT NULL,
        only_second INTEGER NOT NULL, both_exclude INTEGER NOT NULL) STRICT;
    CREATE INDEX review_funder ON review (funder);
    CREATE INDEX review_field ON review (field);
";

/// Names from the parts of the world made before this one.
struct Shared {
    cities: Vec<String>,
    genes: Vec<String>,
    species: Vec<String>,
    companies: Vec<String>,
    drugs: Vec<String>,
    hospitals: Vec<String>,
}

impl Shared {
    fn read(db: &Connection) -> rusqlite::Result<Shared> {
        let names = |sql: &str| -> rusqlite::Result<Vec<String>> {
            db.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
        };
        Ok(Shared {
            cities: names("SELECT name FROM city ORDER BY name")?,
            genes: names("SELECT symbol FROM gene ORDER BY symbol")?,
            species: names("SELECT name FROM species ORDER BY name")?,
            companies: names("SELECT name FROM company ORDER BY name")?,
            drugs: names("SELECT name FROM drug ORDER BY name")?,
            hospitals: names("SELECT name FROM hospital ORDER BY name")?,
        })
    }
}

/// Creates and fills this part's tables.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    db.execute_batch(SCHEMA)?;
    db.execute_batch(catalogues::SCHEMA)?;
    let shared = Shared::read(db)?;
    let people = people::generate(db, seed, &shared)?;
    let papers = papers::generate(db, seed, &shared, &people)?;
    trials::generate(db, seed, &shared, &people, &papers)?;
    catalogues::generate(db, seed)
}

/// One of the items; empty when there is none.
fn any(rng: &mut Stream, items: &[impl AsRef<str>]) -> String {
    rng.pick(items).map(|s| s.as_ref().to_string()).unwrap_or_default()
}

/// Up to `count` items in random order: what a part of the world concentrates on.
fn some_of(rng: &mut Stream, items: &[String], count: usize) -> Vec<String> {
    let mut items = items.to_vec();
    rng.shuffle(&mut items);
    items.truncate(count);
    items
}

/// `x` rounded to so many decimals.
fn round(x: f64, decimals: u32) -> f64 {
    dive_core::expr::round(x, decimals)
}

/// A positive number spread evenly over orders of magnitude.
fn log_range(rng: &mut Stream, low: f64, high: f64) -> f64 {
    low * libm::pow(high / low, rng.unit())
}

/// Days from 1 January 2000 to the first day of a year.
fn new_year(year: i64) -> i64 {
    let before = year - 1;
    365 * (year - 2000) + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 484
}

/// The date so many days after 1 January 2000.
fn iso(day: i64) -> String {
    use jiff::ToSpan as _;
    jiff::civil::Date::constant(2000, 1, 1).saturating_add(day.days()).to_string()
}

/// A day in one of the years.
fn day_in(rng: &mut Stream, first: i64, last: i64) -> i64 {
    rng.between(new_year(first), new_year(last + 1) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_the_millennium() {
        assert_eq!(iso(new_year(2000)), "2000-01-01");
        assert_eq!(iso(new_year(1899)), "1899-01-01");
        assert_eq!(iso(new_year(2025) + 180), super::super::AS_OF);
    }

    #[test]
    fn counts_and_dates_agree_across_tables() {
        let mut db = Connection::open_in_memory().unwrap();
        for seed in [7, 8] {
            let transaction = db.transaction().unwrap();
            super::super::GENERATORS.iter().for_each(|(_, run)| run(&transaction, seed).unwrap());
            for contradiction in [
                "paper p WHERE citations <> (SELECT count(*) FROM citation WHERE cited = p.id)",
                "paper p WHERE authors <> (SELECT count(*) FROM paper_author WHERE paper = p.id)",
                "author a WHERE first_publication <> (SELECT min(p.year) FROM paper_author x JOIN paper p
                    ON p.id = x.paper WHERE x.author = a.id)",
                "citation c JOIN paper a ON a.id = c.citing JOIN paper b ON b.id = c.cited
                    WHERE b.published >= a.accepted",
                "paper WHERE submitted >= accepted OR accepted >= published OR published > '2025-06-30'",
                "doctorate s JOIN doctorate t ON t.author = s.supervisor WHERE t.defended >= s.defended",
                "study s JOIN paper p ON p.title = s.paper WHERE s.ends >= p.submitted OR s.drug <> p.drug",
                "review WHERE identified - duplicates
                    <> true_positives + false_positives + false_negatives + true_negatives",
                "institution i WHERE NOT EXISTS (SELECT 1 FROM author WHERE name = i.president AND institution = i.name)",
                "journal j JOIN paper p ON p.journal = j.name WHERE p.published <= j.founded",
            ] {
                let count = format!("SELECT count(*) FROM {contradiction}");
                assert_eq!(transaction.query_row(&count, [], |row| row.get::<_, i64>(0)), Ok(0), "{contradiction}");
            }
            transaction.rollback().unwrap();
        }
    }
}
