//! Institutions, authors and what they run: journals, projects, conferences.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::super::{Size, sized};
use super::words::FIELDS;
use super::{Shared, any, day_in, iso, log_range, new_year, round, some_of};

const INSTITUTIONS: usize = 160;
const AUTHORS: usize = 1500;
const JOURNALS: usize = 72;
const PROJECTS: usize = 560;
/// Years in which authors of the world begin to publish.
pub const FIRST_YEARS: (i64, i64) = (1998, 2022);

/// An author while the rest of the world is made.
pub struct Author {
    /// Full name.
    pub name: String,
    /// Index of the institution.
    pub institution: usize,
    /// Index of the field.
    pub field: usize,
    /// Year of the first publication.
    pub start: i64,
    /// Standing: of several candidates the one with the most is chosen.
    pub weight: f64,
}

/// What papers, studies and reviews need to know about people.
pub struct People {
    /// Authors; their index plus one is their key.
    pub authors: Vec<Author>,
    /// Authors of each field, by first publication year.
    pub by_field: Vec<Vec<usize>>,
    /// Authors of each institution, by first publication year.
    pub by_institution: Vec<Vec<usize>>,
    /// Journals of each field.
    pub journals: Vec<Vec<String>>,
    /// Research funders.
    pub funders: Vec<String>,
}

impl People {
    /// Of `tries` random members of a list (by first publication year) who published by `year`, the one of most
    /// standing.
    pub fn choose(&self, rng: &mut Stream, from: &[usize], year: i64, tries: usize) -> Option<usize> {
        let known = from.partition_point(|a| self.authors.get(*a).is_some_and(|a| a.start <= year));
        let eligible = from.get(..known)?;
        let weight = |a: &usize| self.authors.get(*a).map_or(0.0, |a| a.weight);
        (0..tries).filter_map(|_| rng.pick(eligible)).max_by(|a, b| weight(a).total_cmp(&weight(b))).copied()
    }

    /// The name of an author.
    pub fn name(&self, author: usize) -> &str {
        self.authors.get(author).map_or("", |a| a.name.as_str())
    }

    /// Someone of a field who published by `year`.
    pub fn of_field(&self, rng: &mut Stream, field: usize, year: i64, tries: usize) -> &str {
        let members = self.by_field.get(field).map_or(&[][..], Vec::as_slice);
        self.choose(rng, members, year, tries).map_or("", |a| self.name(a))
    }
}

/// Creates people and what they run.
pub fn generate(db: &Transaction<'_>, seed: u64, shared: &Shared) -> rusqlite::Result<People> {
    let mut rng = Stream::new(seed, &["library", "people"]);
    // Universities cluster: most towns have none, a university town has several.
    let hubs = some_of(&mut rng, &shared.cities, 60);
    let mut taken = Taken::of(db)?;
    let size = Size::of(db)?;
    let institutions: Vec<String> = (0..size.scaled(INSTITUTIONS))
        .map(|_| {
            taken.fresh(|| {
                let kind = ["University", "University", "Institute of Technology", "Polytechnic", "Medical School"];
                format!("{} {}", names::word(&mut rng, 2), any(&mut rng, &kind))
            })
        })
        .collect();
    let mut people = authors(&mut rng, size, Taken::of(db)?);
    insert_institutions(db, &mut rng, &institutions, &hubs, &people)?;
    insert_authors(db, &mut rng, &institutions, &people)?;
    insert_journals(db, &mut rng, shared, &mut people, &mut taken)?;
    insert_funders(db, &mut rng, &institutions, &hubs, &mut people, &mut taken)?;
    insert_conferences(db, &mut rng, &hubs, &people)?;
    Ok(people)
}

fn authors(rng: &mut Stream, size: Size, mut taken: Taken) -> People {
    let institutions = size.scaled(INSTITUTIONS);
    let specialities: Vec<Vec<usize>> =
        (0..institutions).map(|_| (0..5).map(|_| rng.below(FIELDS.len())).collect()).collect();
    let mut authors: Vec<Author> = (0..size.scaled(AUTHORS))
        .map(|_| {
            let institution = rng.below(institutions);
            let fields = specialities.get(institution).map_or(&[][..], Vec::as_slice);
            Author {
                name: taken.fresh(|| names::person(rng)),
                institution,
                field: rng.pick(fields).copied().unwrap_or_default(),
                start: rng.between(FIRST_YEARS.0, FIRST_YEARS.1),
                weight: rng.unit(),
            }
        })
        .collect();
    authors.sort_by(|a, b| a.start.cmp(&b.start).then(a.name.cmp(&b.name)));
    let mut by_field = vec![Vec::new(); FIELDS.len()];
    let mut by_institution = vec![Vec::new(); institutions];
    for (i, author) in authors.iter().enumerate() {
        by_field[author.field].push(i);
        by_institution[author.institution].push(i);
    }
    People { authors, by_field, by_institution, journals: vec![Vec::new(); FIELDS.len()], funders: Vec::new() }
}

fn insert_institutions(
    db: &Transaction<'_>,
    rng: &mut Stream,
    institutions: &[String],
    hubs: &[String],
    people: &People,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO institution VALUES (?1,?2,?3,?4,?5,?6,?7)")?;
    let mut insert_year = db.prepare("INSERT INTO institution_year VALUES (?1,?2,?3,?4,?5)")?;
    for (i, name) in institutions.iter().enumerate() {
        let staff = log_range(rng, 120.0, 2600.0);
        let founded = iso(day_in(rng, 1852, 1989));
        let budget = round(staff * rng.range(0.12, 0.2), 1);
        let president = people.by_institution.get(i).and_then(|m| m.first()).map_or("", |a| people.name(*a));
        let campus = round(log_range(rng, 6.0, 180.0), 1);
        insert.execute(params![name, any(rng, hubs), founded, staff as i64, campus, budget, president])?;
        let mut enrolment = staff * rng.range(8.0, 16.0);
        let mut income = budget * rng.range(0.12, 0.4);
        for year in 2015..=2024 {
            let graduates = (enrolment * rng.range(0.17, 0.26)) as i64;
            insert_year.execute(params![name, year, enrolment as i64, round(income, 2), graduates])?;
            enrolment *= rng.range(0.955, 1.065);
            income *= rng.range(0.9, 1.15);
        }
    }
    Ok(())
}

fn insert_authors(
    db: &Transaction<'_>,
    rng: &mut Stream,
    institutions: &[String],
    people: &People,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO author VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)")?;
    let mut insert_doctorate = db.prepare("INSERT INTO doctorate VALUES (?1,?2,?3,?4,?5,?6)")?;
    for (i, author) in people.authors.iter().enumerate() {
        let seniority = 2024 - author.start;
        let rank = match seniority + rng.between(-3, 3) {
            17.. => "full professor",
            10..=16 => "associate professor",
            5..=9 => "lecturer",
            _ => "postdoctoral researcher",
        };
        let born = day_in(rng, author.start - 31, author.start - 25);
        let reviews = (seniority as f64 * log_range(rng, 0.8, 12.0)) as i64 + rng.between(0, 9);
        // The block 0000-0008 of ORCID is not in use, so no invented person has a real one's number.
        let orcid = format!("00000008{:07}", rng.below(10_000_000));
        let (institution, field) = (&institutions[author.institution], FIELDS[author.field].0);
        insert.execute(params![
            i as i64 + 1,
            author.name,
            institution,
            field,
            rank,
            iso(born),
            author.start,
            reviews,
            orcid
        ])?;
        // The oldest authors' supervisors lie before the library's time.
        let candidates = people.by_field.get(author.field).map_or(&[][..], Vec::as_slice);
        let supervisor = people.choose(rng, candidates, author.start - 5, 4).and_then(|s| people.authors.get(s));
        let at = supervisor.map_or(institution, |s| &institutions[s.institution]);
        let defended = day_in(rng, author.start + 1, (author.start + 3).min(2024));
        // No registration group is assigned under 979-9.
        let isbn = format!("9799{:08}", rng.below(100_000_000));
        let pages = rng.between(88, 390);
        let supervisor = supervisor.map(|s| s.name.as_str());
        insert_doctorate.execute(params![author.name, supervisor, at, iso(defended), pages, isbn])?;
    }
    Ok(())
}

fn insert_journals(
    db: &Transaction<'_>,
    rng: &mut Stream,
    shared: &Shared,
    people: &mut People,
    taken: &mut Taken,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO publisher VALUES (?1,?2,?3,?4,?5)")?;
    let owners = some_of(rng, &shared.companies, 14);
    let mut publishers = Vec::new();
    for i in 0..14 {
        let name = taken.fresh(|| {
            let kind = ["Press", "Academic Press", "Scholarly Publishing", "Science Publishers"];
            format!("{} {}", names::word(rng, 2), any(rng, &kind))
        });
        let founded = iso(day_in(rng, 1880, 1918));
        insert.execute(params![name, any(rng, &shared.cities), founded, rng.between(35, 1900), owners.get(i)])?;
        publishers.push(name);
    }
    let mut insert = db.prepare("INSERT INTO journal VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)")?;
    let mut insert_year = db.prepare("INSERT INTO journal_year VALUES (?1,?2,?3,?4,?5)")?;
    for i in 0..sized(db, JOURNALS)? {
        let field = i % FIELDS.len();
        let title: Vec<String> = FIELDS[field].0.split(' ').map(names::capitalise).collect();
        let name = taken.fresh(|| {
            let kind = ["Journal of", "Letters in", "Review of", "Archives of", "Annals of", "Reports in"];
            format!("{} {} {}", names::word(rng, 2), any(rng, &kind), title.join(" "))
        });
        let founded = iso(day_in(rng, 1920, 1994));
        let editor = people.of_field(rng, field, 2009, 3);
        let charge = rng.between(85, 420) * 10;
        let issues = [4, 6, 8, 10, 12][rng.below(5)];
        let circulation = log_range(rng, 300.0, 9000.0) as i64;
        // ISSNs that begin with 95 to 99 are outside the blocks in use.
        let issn = format!("9{}{:05}", rng.between(5, 9), rng.below(100_000));
        let publisher = any(rng, &publishers);
        insert.execute(params![
            name,
            publisher,
            FIELDS[field].0,
            founded,
            editor,
            charge,
            issues,
            circulation,
            issn
        ])?;
        let (mut submissions, mut downloads) = (log_range(rng, 40.0, 700.0), log_range(rng, 8e3, 4e5));
        let mut days = rng.range(60.0, 190.0);
        for year in 2015..=2024 {
            insert_year.execute(params![name, year, submissions as i64 + 12, days as i64, downloads as i64])?;
            submissions *= rng.range(0.92, 1.18);
            downloads *= rng.range(0.9, 1.25);
            days = (days * rng.range(0.88, 1.1)).max(35.0);
        }
        people.journals[field].push(name);
    }
    Ok(())
}

fn insert_funders(
    db: &Transaction<'_>,
    rng: &mut Stream,
    institutions: &[String],
    hubs: &[String],
    people: &mut People,
    taken: &mut Taken,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO funder VALUES (?1,?2,?3,?4,?5,?6)")?;
    for _ in 0..48 {
        let name = taken.fresh(|| {
            let kind = ["Research Fund", "Science Foundation", "Science Trust", "Academic Council"];
            format!("{} {}", names::word(rng, 2), any(rng, &kind))
        });
        let budget = round(log_range(rng, 8.0, 420.0), 1);
        let received = log_range(rng, 90.0, 2400.0) as i64;
        let funded = (received as f64 * rng.range(0.07, 0.34)) as i64;
        insert.execute(params![name, any(rng, hubs), iso(day_in(rng, 1921, 2004)), budget, received, funded])?;
        people.funders.push(name);
    }
    let mut insert = db.prepare("INSERT INTO research_project VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)")?;
    for _ in 0..sized(db, PROJECTS)? {
        let name = taken.fresh(|| {
            let syllables = 2 + rng.below(2);
            format!("Project {}", names::word(rng, syllables))
        });
        let starts = day_in(rng, 2012, 2023);
        // Projects of a few well funded people, so that lists of someone's projects have several members.
        let all = people.by_institution.get(rng.below(institutions.len())).map_or(&[][..], Vec::as_slice);
        let Some(investigator) = people.choose(rng, all, 2011, 4) else { continue };
        let Some(author) = people.authors.get(investigator) else { continue };
        let ends = starts + rng.between(540, 1826);
        let amount = round(log_range(rng, 60.0, 3400.0), 1);
        insert.execute(params![
            name,
            any(rng, &people.funders),
            author.name,
            institutions[author.institution],
            FIELDS[author.field].0,
            amount,
            iso(starts),
            iso(ends),
            2 + (libm::sqrt(amount) * rng.range(0.2, 0.6)) as i64
        ])?;
    }
    Ok(())
}

fn insert_conferences(
    db: &Transaction<'_>,
    rng: &mut Stream,
    hubs: &[String],
    people: &People,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO conference VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)")?;
    let mut taken = Taken::of(db)?;
    for i in 0..30 {
        let field = i % FIELDS.len();
        let title: Vec<String> = FIELDS[field].0.split(' ').map(names::capitalise).collect();
        let series = taken.fresh(|| {
            let kind = ["Symposium on", "Conference on", "Workshop on", "Congress of"];
            format!("{} {} {}", names::word(rng, 2), any(rng, &kind), title.join(" "))
        });
        let mut submissions = log_range(rng, 90.0, 900.0);
        let mut fee = rng.range(180.0, 560.0);
        for year in 2019..=2024 {
            submissions *= rng.range(0.85, 1.25);
            fee *= rng.range(0.98, 1.1);
            if rng.chance(0.2) {
                continue;
            }
            let starts = new_year(year) + rng.between(60, 330);
            let accepted = (submissions * rng.range(0.17, 0.52)) as i64;
            let attendees = accepted * 2 + rng.between(30, 400);
            let chair = people.of_field(rng, field, 2014, 2);
            let ends = starts + rng.between(1, 5);
            insert.execute(params![
                format!("{series} {year}"),
                FIELDS[field].0,
                any(rng, hubs),
                chair,
                iso(starts),
                iso(ends),
                submissions as i64,
                accepted,
                attendees,
                fee as i64
            ])?;
        }
    }
    Ok(())
}
