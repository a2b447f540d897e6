//! Controlled studies reported by papers, and systematic reviews.

use dive_core::rng::Stream;
use rusqlite::{Transaction, params};

use super::super::names::{self, Taken};
use super::papers::Paper;
use super::people::People;
use super::words::{About, FIELDS};
use super::{Shared, any, day_in, iso, log_range, round, some_of};

/// Outcomes with their usual mean and standard deviation in the control group.
const OUTCOMES: &[(&str, f64, f64)] = &[
    ("pain score", 48.0, 11.0),
    ("quality-of-life score", 61.0, 13.0),
    ("fatigue score", 37.0, 9.0),
    ("walking distance score", 52.0, 14.0),
    ("sleep quality score", 44.0, 10.0),
    ("cognition score", 71.0, 12.0),
];

/// Creates studies and reviews.
pub fn generate(
    db: &Transaction<'_>,
    seed: u64,
    shared: &Shared,
    people: &People,
    papers: &[Paper],
) -> rusqlite::Result<()> {
    let mut rng = Stream::new(seed, &["library", "trials"]);
    studies(db, &mut rng, &shared.hospitals, papers)?;
    reviews(db, &mut rng, shared, people)
}

fn studies(db: &Transaction<'_>, rng: &mut Stream, hospitals: &[String], papers: &[Paper]) -> rusqlite::Result<()> {
    let sponsors: Vec<String> = db
        .prepare("SELECT name FROM company WHERE sector = 'healthcare' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut insert =
        db.prepare("INSERT INTO study VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)")?;
    let mut taken = Taken::of(db)?;
    for paper in papers {
        let Some(drug) = &paper.drug else { continue };
        if !rng.chance(0.6) {
            continue;
        }
        let name = taken.fresh(|| format!("{}-{}", names::word(rng, 2).to_uppercase(), rng.between(1, 9)));
        let (outcome, usual, spread) = rng.pick(OUTCOMES).copied().unwrap_or(("pain score", 48.0, 11.0));
        let (treated, control) = (rng.between(28, 240), rng.between(28, 240));
        let effect = 0.32 + 0.28 * rng.normal();
        let (control_sd, treated_sd) = (spread * rng.range(0.8, 1.2), spread * rng.range(0.8, 1.2));
        let control_mean = usual + rng.range(-6.0, 6.0);
        let treated_mean = control_mean + effect * spread;
        let base = rng.range(0.18, 0.5);
        let lifted = (base + 0.16 * effect + rng.range(-0.05, 0.05)).clamp(0.06, 0.9);
        let ends = paper.submitted - rng.between(60, 400);
        let starts = ends - rng.between(200, 1100);
        // The adjusted analysis uses baseline values that no table holds, so that it differs from the crude means.
        let adjusted = effect + 0.06 * rng.normal();
        let error = rng.range(0.85, 1.0) * (1.0 / treated as f64 + 1.0 / control as f64).sqrt();
        insert.execute(params![
            name,
            paper.title,
            drug,
            any(rng, &sponsors),
            any(rng, hospitals),
            paper.first_author,
            outcome,
            iso(starts),
            iso(ends),
            treated,
            round(treated_mean, 2),
            round(treated_sd, 2),
            (treated as f64 * lifted) as i64,
            control,
            round(control_mean, 2),
            round(control_sd, 2),
            (control as f64 * base) as i64,
            round(adjusted, 3),
            round(error, 4)
        ])?;
    }
    Ok(())
}

fn reviews(db: &Transaction<'_>, rng: &mut Stream, shared: &Shared, people: &People) -> rusqlite::Result<()> {
    let medical: Vec<usize> =
        FIELDS.iter().enumerate().filter(|(_, (_, about))| *about == About::Drug).map(|(i, _)| i).collect();
    let drugs = some_of(rng, &shared.drugs, 120);
    let mut insert =
        db.prepare("INSERT INTO review VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)")?;
    let mut taken = Taken::default();
    for i in 0..170 {
        // Every fifth review is about a drug, the others about the field's own matters.
        let (field, title) = if i % 5 == 0 {
            let field = rng.pick(&medical).copied().unwrap_or_default();
            let title = taken.fresh(|| {
                let (outcome, _, _) = rng.pick(OUTCOMES).copied().unwrap_or(("pain score", 0.0, 0.0));
                format!("Effect of {} on the {outcome}: a systematic review", any(rng, &drugs))
            });
            (field, title)
        } else {
            let (mut field, mut title) = (0, String::new());
            taken.fresh(|| {
                field = rng.below(FIELDS.len());
                title = match FIELDS[field].1 {
                    About::Objects(objects) => {
                        let kind = ["systematic review", "scoping review", "rapid review", "mapping review"];
                        let matter = names::capitalise(&any(rng, objects));
                        format!("{matter} in studies from {}: a {}", any(rng, &shared.cities), any(rng, &kind))
                    }
                    _ => {
                        let (field, city) = (FIELDS[field].0, any(rng, &shared.cities));
                        format!("Reporting quality in {field} research from {city}: a systematic review")
                    }
                };
                title.clone()
            });
            (field, title)
        };
        let registered = day_in(rng, 2016, 2023);
        let searched = registered + rng.between(30, 320);
        let screened = log_range(rng, 420.0, 7600.0);
        let eligible = screened * rng.range(0.02, 0.11);
        let found = (eligible * rng.range(0.78, 0.99)) as i64;
        let missed = rng.between(1, 6) + (eligible as i64 - found);
        let wrong = (screened * rng.range(0.03, 0.2)) as i64;
        let rejected = screened as i64 - found - missed - wrong;
        let duplicates = (screened * rng.range(0.08, 0.5)) as i64;
        let pilot = rng.between(90, 320) as f64;
        let both = (pilot * rng.range(0.12, 0.38)) as i64;
        let (first, second) = (rng.between(2, 21), rng.between(2, 21));
        insert.execute(params![
            title,
            FIELDS[field].0,
            people.of_field(rng, field, 2012, 2),
            any(rng, &people.funders),
            iso(registered),
            iso(searched),
            screened as i64 + duplicates,
            duplicates,
            found,
            wrong,
            missed,
            rejected,
            both,
            first,
            second,
            pilot as i64 - both - first - second
        ])?;
    }
    Ok(())
}
