//! The documents of a world: annual reports, city guides, species accounts, discharge letters, biographical notes.
//!
//! A document says some of the facts of its kind in prose, and these stand in no table. Each kind is one file in
//! `documents/`: facts with their meanings and several sentences for each, and the frames of four styles. The same
//! sentences say how a fact is found again: the tool that opens a document declares [`fields`] made from them, so that what is
//! written and what is quoted cannot drift apart.

use std::collections::BTreeMap;

use dive_core::canon;
use dive_core::expr::round;
use dive_core::rng::Stream;
use dive_core::sem::Sem;
use dive_core::text::{Locator, Quotation, Reading};
use dive_core::tool::Field;
use rusqlite::{Connection, Transaction, params};
use serde::Deserialize;
use serde_json::Value;

/// The kinds, as TOML.
pub(super) const KINDS: &[&str] = &[
    include_str!("../../documents/annual_report.toml"),
    include_str!("../../documents/biography.toml"),
    include_str!("../../documents/city_guide.toml"),
    include_str!("../../documents/discharge_letter.toml"),
    include_str!("../../documents/species_account.toml"),
];

/// Share of its kind's facts that a document states.
const STATED: f64 = 0.65;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: String,
    /// What ids begin with.
    code: String,
    title: String,
    /// Lists what documents are about, its name first; the columns fill the slots of frames.
    subject: String,
    styles: Styles,
    fact: Vec<Fact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Styles {
    /// Paragraphs.
    prose: Frame,
    /// Paragraphs under a heading for each topic.
    sections: Frame,
    /// A letter or speech.
    letter: Frame,
    /// One line a fact.
    notes: Frame,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    openings: Vec<String>,
    closings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    name: String,
    /// Heading under which it stands.
    topic: String,
    sem: Sem,
    noun: String,
    #[serde(default)]
    plural: String,
    #[serde(default)]
    phrases: Vec<String>,
    draw: Draw,
    /// With `{}` for the value and perhaps `{other}` for a number like it that is not meant.
    sentences: Vec<String>,
    /// The same as a line of notes.
    note: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Draw {
    /// Least, greatest.
    Whole(f64, f64),
    /// Least, greatest, decimals.
    Decimal(f64, f64, u32),
    /// A share of a column, least and greatest.
    Share(String, f64, f64),
    /// First and last year.
    Date(i64, i64),
    /// First and last.
    Year(i64, i64),
    /// One of the names that a statement lists; it may have slots.
    Entity(String),
}

/// A document before it is stored.
struct Document {
    subject: String,
    title: String,
    text: String,
    #[cfg(test)]
    facts: BTreeMap<String, Value>,
}

/// Creates and fills the documents and their full-text index.
///
/// # Errors
/// The database cannot be written.
pub fn generate(db: &Transaction<'_>, seed: u64) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TABLE document (id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, title TEXT NOT NULL,
             words INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
         CREATE VIRTUAL TABLE document_text USING fts5(title, text, content='document', content_rowid='rowid');",
    )?;
    let mut insert = db.prepare("INSERT INTO document VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for kind in kinds().map_err(unusable)? {
        let offset = Stream::new(seed, &["documents", &kind.kind]).below(90_000);
        for (i, document) in written(db, &kind, seed)?.into_iter().enumerate() {
            // 7919 has no divisor in common with 90,000, so that no number comes twice.
            let id = format!("{}-{}", kind.code, 10_000 + (offset + i * 7919) % 90_000);
            let words = document.text.split_whitespace().count() as i64;
            insert.execute(params![id, kind.kind, document.subject, document.title, words, document.text])?;
        }
    }
    db.execute_batch(
        "CREATE INDEX document_kind ON document (kind, subject);
         INSERT INTO document_text(document_text) VALUES ('rebuild');
         INSERT INTO document_text(document_text) VALUES ('optimize');",
    )
}

/// What the text at `/text` of an opened document of that kind says, as fields of the tool that opens it.
///
/// # Errors
/// A file of `documents/` is malformed, or there is no such kind.
pub fn fields(kind: &str) -> Result<Vec<Field>, String> {
    let kind =
        kinds()?.into_iter().find(|k| k.kind == kind).ok_or_else(|| format!("there are no documents `{kind}`"))?;
    Ok(kind.fact.iter().map(field).collect())
}

fn kinds() -> Result<Vec<Kind>, String> {
    KINDS.iter().map(|text| toml::from_str(text).map_err(|e| format!("documents: {e}"))).collect()
}

fn unusable(message: String) -> rusqlite::Error {
    rusqlite::Error::InvalidParameterName(message)
}

fn field(fact: &Fact) -> Field {
    let reading = match fact.draw {
        Draw::Entity(_) => Reading::Text,
        Draw::Date(..) => Reading::Date,
        _ => Reading::Number,
    };
    let around = |sentence: &String| {
        let (before, after) = sentence.split_once("{}").unwrap_or((sentence, ""));
        let before = before.rsplit('}').next().unwrap_or_default();
        let after = after.split('{').next().unwrap_or_default();
        (before.to_string(), after.to_string())
    };
    let pairs = fact.sentences.iter().chain([&fact.note]).map(around).collect();
    Field {
        pointer: dive_core::path::quoted("/text", &fact.name),
        sem: fact.sem.clone(),
        noun: fact.noun.clone(),
        plural: fact.plural.clone(),
        quote: Some(Quotation { by: Locator::Between(pairs), reading }),
        phrases: fact.phrases.clone(),
    }
}

/// All documents of a kind, in the order of their subjects.
fn written(db: &Connection, kind: &Kind, seed: u64) -> rusqlite::Result<Vec<Document>> {
    let mut names = BTreeMap::new();
    let mut statement = db.prepare(&kind.subject)?;
    let columns: Vec<String> = statement.column_names().map(str::to_string).collect();
    let mut rows = statement.query([])?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next()? {
        let mut slots = BTreeMap::new();
        for (i, column) in columns.iter().enumerate() {
            let text = match row.get_ref(i)? {
                rusqlite::types::ValueRef::Integer(n) => n.to_string(),
                other => String::from_utf8_lossy(other.as_bytes().unwrap_or_default()).into_owned(),
            };
            slots.insert(column.as_str(), text);
        }
        let name = slots.get("name").cloned().unwrap_or_default();
        let rng = Stream::new(seed, &["documents", &kind.kind, &name]);
        documents.push(Writer { db, kind, names: &mut names, slots, rng }.document(name)?);
    }
    Ok(documents)
}

struct Writer<'a> {
    db: &'a Connection,
    kind: &'a Kind,
    /// By the statement that lists them.
    names: &'a mut BTreeMap<String, Vec<String>>,
    slots: BTreeMap<&'a str, String>,
    rng: Stream,
}

impl Writer<'_> {
    fn document(mut self, subject: String) -> rusqlite::Result<Document> {
        let kind = self.kind;
        let mut facts: Vec<&Fact> = kind.fact.iter().collect();
        self.rng.shuffle(&mut facts);
        facts.retain(|_| self.rng.chance(STATED));
        let american = self.rng.chance(0.3);
        let style = self.rng.below(4);
        let frame = [&kind.styles.prose, &kind.styles.sections, &kind.styles.letter, &kind.styles.notes];
        let frame = frame.get(style).copied().unwrap_or(&kind.styles.prose);
        #[cfg(test)]
        let mut stated = BTreeMap::new();
        let mut said: Vec<(&str, String)> = Vec::new();
        for fact in facts {
            let Some((value, words)) = self.value(fact, &subject, american)? else { continue };
            let sentence = if style == 3 { &fact.note } else { self.rng.pick(&fact.sentences).unwrap_or(&fact.note) };
            let sentence = match (sentence.contains("{other}"), value.as_f64()) {
                (true, Some(x)) => sentence.replace("{other}", &self.other(x, &fact.draw)),
                _ => sentence.clone(),
            };
            said.push((&fact.topic, self.filled(&sentence).replace("{}", &words)));
            #[cfg(test)]
            stated.insert(fact.name.clone(), value);
        }
        let opening = self.rng.pick(&frame.openings).cloned().unwrap_or_default();
        let closing = self.rng.pick(&frame.closings).cloned().unwrap_or_default();
        let (opening, closing, title) = (self.filled(&opening), self.filled(&closing), self.filled(&kind.title));
        let body = match style {
            0 => self.paragraphs(&said, 3),
            1 => sections(&said),
            2 => self.paragraphs(&said, 2),
            _ => said.iter().map(|(_, s)| s.as_str()).collect::<Vec<_>>().join("\n"),
        };
        let text = format!("{title}\n\n{opening}\n\n{body}\n\n{closing}");
        Ok(Document {
            subject,
            title,
            text,
            #[cfg(test)]
            facts: stated,
        })
    }

    /// The text with its slots filled.
    fn filled(&self, text: &str) -> String {
        let mut filled = text.to_string();
        for (slot, value) in &self.slots {
            filled = filled.replace(&format!("{{{slot}}}"), value);
        }
        filled
    }

    /// A value and the words for it.
    fn value(&mut self, fact: &Fact, subject: &str, american: bool) -> rusqlite::Result<Option<(Value, String)>> {
        let number = |x: f64, decimals: u32| {
            let x = round(x, decimals);
            (canon::number(x), spoken(x))
        };
        Ok(Some(match &fact.draw {
            Draw::Whole(low, high) => number(self.between(*low, *high), 0),
            Draw::Decimal(low, high, decimals) => number(self.between(*low, *high), *decimals),
            Draw::Share(column, low, high) => {
                let whole = self.slots.get(column.as_str()).and_then(|n| n.parse::<f64>().ok());
                let Some(whole) = whole else { return Ok(None) };
                number((whole * self.rng.range(*low, *high)).max(3.0), 0)
            }
            Draw::Year(first, last) => {
                let year = self.rng.between(*first, *last);
                (year.into(), year.to_string())
            }
            Draw::Date(first, last) => {
                let year = self.rng.between(*first, *last) as i16;
                let date = jiff::civil::date(year, self.rng.between(1, 12) as i8, self.rng.between(1, 28) as i8);
                let words = date.strftime(if american { "%B %-d, %Y" } else { "%-d %B %Y" }).to_string();
                (date.to_string().into(), words)
            }
            Draw::Entity(sql) => {
                let sql = self.filled(sql);
                if !self.names.contains_key(&sql) {
                    let list = self.db.prepare(&sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
                    self.names.insert(sql.clone(), list);
                }
                let names = self.names.get(&sql).map(Vec::as_slice).unwrap_or_default();
                let Some(name) = (0..4).find_map(|_| self.rng.pick(names).filter(|n| *n != subject)) else {
                    return Ok(None);
                };
                (name.as_str().into(), name.clone())
            }
        }))
    }

    /// A number between two others; where they are far apart, small ones are as likely as large ones.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        if high / low > 20.0 {
            libm::exp(self.rng.range(libm::log(low), libm::log(high)))
        } else {
            self.rng.range(low, high)
        }
    }

    /// A number like this one, but another.
    fn other(&mut self, x: f64, draw: &Draw) -> String {
        let decimals = if let Draw::Decimal(_, _, d) = draw { *d } else { 0 };
        let share = self.rng.range(0.72, 0.95);
        let other = round(x * share, decimals);
        spoken(if other == x { x - 1.0 } else { other })
    }

    fn paragraphs(&mut self, said: &[(&str, String)], most: usize) -> String {
        let size = said.len().div_ceil(most).max(1) + self.rng.below(2);
        let paragraphs = said.chunks(size).map(|c| c.iter().map(|(_, s)| s.as_str()).collect::<Vec<_>>().join(" "));
        paragraphs.collect::<Vec<_>>().join("\n\n")
    }
}

/// Sentences under the headings of their topics, which stand in the order in which they come up.
fn sections(said: &[(&str, String)]) -> String {
    let mut topics: Vec<(&str, Vec<&str>)> = Vec::new();
    for (topic, sentence) in said {
        match topics.iter_mut().find(|(t, _)| t == topic) {
            Some((_, sentences)) => sentences.push(sentence),
            None => topics.push((topic, vec![sentence])),
        }
    }
    topics.iter().map(|(topic, said)| format!("{topic}\n{}", said.join(" "))).collect::<Vec<_>>().join("\n\n")
}

/// A number as people write it, thousands with commas.
fn spoken(x: f64) -> String {
    let plain = x.to_string();
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), ""), |(w, f)| (w, f));
    let mut text = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(c);
    }
    if fraction.is_empty() { text } else { format!("{text}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every document says each of its facts in one place, under the value that was drawn, and no fact that it leaves out.
    #[test]
    fn what_is_written_is_found_again() {
        let dir = std::env::temp_dir().join(format!("dive-documents-{}", std::process::id()));
        for seed in [1, 2] {
            let world = crate::World::open_in(&dir, seed).unwrap();
            let db = Connection::open(world.path()).unwrap();
            for kind in kinds().unwrap() {
                let documents = written(&db, &kind, seed).unwrap();
                assert!(documents.len() >= 300, "{}", kind.kind);
                for document in &documents {
                    assert!(document.text.len() < 6000, "{}", document.text);
                    for fact in &kind.fact {
                        let found = field(fact).value(&serde_json::json!({"text": document.text}));
                        assert_eq!(found.as_ref(), document.facts.get(&fact.name), "{}\n{}", fact.name, document.text);
                    }
                }
            }
        }
        let _ = std::fs::remove_dir_all(dir);
    }

    #[test]
    fn kinds_are_well_formed() {
        for kind in kinds().unwrap() {
            for fact in &kind.fact {
                assert!(fact.sentences.len() >= 3, "{}", fact.name);
                for sentence in fact.sentences.iter().chain([&fact.note]) {
                    let (before, _) = sentence.split_once("{}").expect(sentence);
                    assert!(before.len() >= 3 && !before.ends_with('}'), "{sentence}");
                }
            }
        }
    }
}
