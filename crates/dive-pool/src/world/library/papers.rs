//! Papers, who wrote them, and what they cite.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::Taken;
use super::super::sized;
use super::people::{FIRST_YEARS, People};
use super::words::{self, About, FIELDS};
use super::{Shared, any, iso, new_year, some_of};

/// Papers besides the first one of every author.
const FURTHER: usize = 3300;
/// Last day of the world, counted as in [`new_year`]: 30 June 2025.
const LAST_DAY: i64 = 181;
/// Bounds that keep lists of papers short.
const MOST_PAPERS: usize = 30;
const CITATION_BOUNDS: (i64, i64) = (12, 38);

/// A paper, as far as studies need it.
pub struct Paper {
    /// Title.
    pub title: String,
    /// Day of submission, counted from 1 January 2000.
    pub submitted: i64,
    /// Name of the first author.
    pub first_author: String,
    /// The drug that it is about.
    pub drug: Option<String>,
}

struct Draft {
    published: i64,
    year: i64,
    field: usize,
    authors: Vec<usize>,
}

/// Creates papers and citations, and returns the papers in order of publication.
pub fn generate(db: &Transaction<'_>, seed: u64, shared: &Shared, people: &People) -> rusqlite::Result<Vec<Paper>> {
    let mut rng = Stream::new(seed, &["library", "papers"]);
    let drafts = drafts(&mut rng, sized(db, FURTHER)?, people);
    let references = references(&mut rng, &drafts);
    let mut cited = vec![0_i64; drafts.len()];
    let mut insert = db.prepare("INSERT INTO citation VALUES (?1,?2)")?;
    for (citing, targets) in references.iter().enumerate() {
        for target in targets {
            cited[*target] += 1;
            insert.execute(params![citing as i64 + 1, *target as i64 + 1])?;
        }
    }
    let topics = Topics {
        genes: some_of(&mut rng, &shared.genes, 130),
        species: some_of(&mut rng, &shared.species, 170),
        drugs: some_of(&mut rng, &shared.drugs, 150),
        companies: some_of(&mut rng, &shared.companies, 120),
    };
    let mut taken = Taken::of(db)?;
    let mut insert_author = db.prepare("INSERT INTO paper_author VALUES (?1,?2,?3)")?;
    let mut insert = db.prepare(
        "INSERT INTO paper VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23)",
    )?;
    let mut papers = Vec::new();
    for (i, draft) in drafts.iter().enumerate() {
        let about = FIELDS[draft.field].1;
        let (mut title, mut topic) = (String::new(), String::new());
        taken.fresh(|| {
            topic = topics.draw(&mut rng, about);
            title = words::title(&mut rng, about, &topic, &shared.cities);
            title.clone()
        });
        let of = |kind: About| (about == kind && !topic.is_empty()).then_some(topic.as_str());
        let accepted = draft.published - rng.between(14, 140);
        let rounds = 1 + rng.below(3) as i64;
        let submitted = accepted - rounds * rng.between(25, 110) - rng.between(10, 60);
        let pages = rng.between(5, 34);
        let words = pages * rng.between(380, 560) + rng.between(-150, 150);
        let text = Abstract::draw(&mut rng);
        insert.execute(params![
            i as i64 + 1,
            title,
            any(&mut rng, &people.journals[draft.field]),
            draft.year,
            iso(draft.published),
            iso(submitted),
            iso(accepted),
            rng.between(2, 5),
            rounds,
            pages,
            words,
            rng.between(1, 14),
            draft.authors.len() as i64,
            cited[i],
            of(About::Gene),
            of(About::Species),
            of(About::Drug),
            of(About::Company),
            text.words,
            text.sentences,
            text.syllables,
            text.complex,
            text.distinct
        ])?;
        for (place, author) in draft.authors.iter().enumerate() {
            insert_author.execute(params![i as i64 + 1, place as i64 + 1, *author as i64 + 1])?;
        }
        papers.push(Paper {
            submitted,
            first_author: draft.authors.first().map(|a| people.name(*a).to_string()).unwrap_or_default(),
            drug: of(About::Drug).map(str::to_string),
            title,
        });
    }
    Ok(papers)
}

struct Topics {
    genes: Vec<String>,
    species: Vec<String>,
    drugs: Vec<String>,
    companies: Vec<String>,
}

impl Topics {
    fn draw(&self, rng: &mut Stream, about: About) -> String {
        match about {
            About::Gene => any(rng, &self.genes),
            About::Species => any(rng, &self.species),
            About::Drug => any(rng, &self.drugs),
            About::Company => any(rng, &self.companies),
            About::Objects(_) => String::new(),
        }
    }
}

/// Counts that an abstract's readability is computed from.
struct Abstract {
    words: i64,
    sentences: i64,
    syllables: i64,
    complex: i64,
    distinct: i64,
}

impl Abstract {
    fn draw(rng: &mut Stream) -> Abstract {
        let sentences = rng.between(6, 14);
        let words = (sentences as f64 * rng.range(15.0, 27.0)) as i64;
        let per_word = rng.range(1.55, 2.05);
        Abstract {
            words,
            sentences,
            syllables: (words as f64 * per_word) as i64,
            // Words of three or more syllables become frequent as words get longer.
            complex: (words as f64 * ((per_word - 1.2) * 0.3 + rng.range(-0.03, 0.03))) as i64,
            distinct: (words as f64 * rng.range(0.52, 0.78)) as i64,
        }
    }
}

/// Who publishes in which field and when, in order of publication.
fn drafts(rng: &mut Stream, further: usize, people: &People) -> Vec<Draft> {
    let day = |rng: &mut Stream, year: i64| {
        let length = if year == 2025 { LAST_DAY } else { 365 };
        new_year(year) + rng.between(0, length - 1)
    };
    let mut counts = vec![0_usize; people.authors.len()];
    let mut leads: Vec<(i64, usize)> = people.authors.iter().enumerate().map(|(i, a)| (a.start, i)).collect();
    let years: Vec<i64> = (FIRST_YEARS.0 + 1..=2025).collect();
    let growth: Vec<f64> =
        years.iter().map(|y| libm::pow(1.1, (y - FIRST_YEARS.0) as f64) * if *y == 2025 { 0.5 } else { 1.0 }).collect();
    for _ in 0..further {
        let year = rng.weighted(&growth).and_then(|i| years.get(i)).copied().unwrap_or(2024);
        let field = rng.below(FIELDS.len());
        leads.extend(people.choose(rng, &people.by_field[field], year, 2).map(|lead| (year, lead)));
    }
    let mut drafts = Vec::new();
    for (year, lead) in leads {
        let first = people.authors.get(lead).is_some_and(|a| a.start == year);
        if counts[lead] >= MOST_PAPERS && !first {
            continue;
        }
        let mut authors = vec![lead];
        let size = 1 + rng.weighted(&[10.0, 22.0, 26.0, 20.0, 12.0, 6.0, 4.0]).unwrap_or(2);
        for _ in 0..3 * size {
            let from = if rng.chance(0.6) {
                &people.by_institution[people.authors[lead].institution]
            } else {
                &people.by_field[people.authors[lead].field]
            };
            if let Some(other) = people.choose(rng, from, year, 2)
                && authors.len() < size
                && counts[other] < MOST_PAPERS
                && !authors.contains(&other)
            {
                authors.push(other);
            }
        }
        authors.iter().for_each(|a| counts[*a] += 1);
        drafts.push(Draft { published: day(rng, year), year, field: people.authors[lead].field, authors });
    }
    drafts.sort_by_key(|d| d.published);
    drafts
}

/// For each paper the earlier ones that it cites: mostly recent and good ones of its own field.
fn references(rng: &mut Stream, drafts: &[Draft]) -> Vec<Vec<usize>> {
    let quality: Vec<f64> = drafts.iter().map(|_| rng.unit()).collect();
    // A bound of its own for each paper: a common one would make the most cited papers tie.
    let most: Vec<usize> = drafts.iter().map(|_| rng.between(CITATION_BOUNDS.0, CITATION_BOUNDS.1) as usize).collect();
    let mut cited = vec![0_usize; drafts.len()];
    let mut earlier: Vec<Vec<usize>> = vec![Vec::new(); FIELDS.len()];
    let mut all = Vec::with_capacity(drafts.len());
    for (i, draft) in drafts.iter().enumerate() {
        let wanted = 4 + rng.below(11);
        let mut targets: Vec<usize> = Vec::new();
        for _ in 0..2 * wanted {
            let field = if rng.chance(0.9) { draft.field } else { rng.below(FIELDS.len()) };
            let pool = &earlier[field];
            let best = (0..3)
                .filter_map(|_| {
                    let u = rng.unit();
                    // Half of all references are to the most recent quarter.
                    let age = (pool.len() as f64 * u * u) as usize;
                    pool.get(pool.len().checked_sub(age + 1)?).copied()
                })
                .max_by(|a, b| quality[*a].total_cmp(&quality[*b]));
            if let Some(target) = best
                && targets.len() < wanted
                && !targets.contains(&target)
                && cited[target] < most[target]
                // A cited paper was out before the citing one was accepted.
                && drafts[target].published + 140 < draft.published
            {
                cited[target] += 1;
                targets.push(target);
            }
        }
        earlier[draft.field].push(i);
        all.push(targets);
    }
    all
}
