//! Benchmark text in tasks, by runs of words.
//!
//! Texts are compared as lower-case words. A run of `n` words that a benchmark has too is a hit; a shorter text of at
//! least [`SHORTEST`] words is one run of its own. Runs are compared by hash, so that a benchmark can be given as the
//! hashes of its runs and its text need not be shared; hits in such a benchmark have no place in it. Every benchmark that has a
//! run is named.

use std::collections::HashMap;

use dive_core::task::Task;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Fewest words of a text that is compared as a whole when it is shorter than a run.
pub const SHORTEST: usize = 4;

/// Kind of a file of hashes.
const KIND: &str = "dive n-gram hashes";

/// Benchmarks to look for.
#[derive(Debug, Default)]
pub struct Benchmarks {
    n: usize,
    names: Vec<Checked>,
    /// Where a run occurs first: benchmark, text, word.
    runs: HashMap<u64, Place>,
    /// The same in further benchmarks.
    also: HashMap<u64, Vec<Place>>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    benchmark: u32,
    text: Option<u32>,
    word: u32,
}

/// A benchmark that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Its name, usually that of a file.
    pub name: String,
    /// Texts in it; none when only hashes were given.
    pub texts: u32,
    /// Runs in it.
    pub runs: u64,
    /// Whether only hashes were given.
    pub hashed: bool,
}

/// A run of words that a task and a benchmark share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The task's id.
    pub task: String,
    /// Where in the task: `question`, `answer`, `seed_entity`, `exemplar:ID`, `evidence:c3`.
    pub field: String,
    /// First word of the run in that field, from 0.
    pub word: usize,
    /// First character of the run in that field, in Unicode code points from 0.
    pub character: usize,
    /// The words.
    pub text: String,
    /// The benchmark.
    pub benchmark: String,
    /// Its text, from 0, and the first word there; none when only hashes were given.
    pub found_at: Option<(u32, u32)>,
    /// Whether it is the whole text of the field.
    pub whole: bool,
}

/// The first line of a file of hashes; one hash in hexadecimal a line follows.
#[derive(Debug, Serialize, Deserialize)]
pub struct HashesHead {
    /// Says what the file is.
    pub kind: String,
    /// Words in a run.
    pub n: usize,
    /// The benchmark's name.
    pub name: String,
}

impl Benchmarks {
    /// None yet; runs have `n` words.
    pub fn new(n: usize) -> Benchmarks {
        Benchmarks { n: n.max(SHORTEST), ..Benchmarks::default() }
    }

    /// What is looked for.
    pub fn checked(&self) -> &[Checked] {
        &self.names
    }

    /// Begins a benchmark whose texts follow.
    pub fn begin(&mut self, name: &str) {
        self.names.push(Checked { name: name.into(), texts: 0, runs: 0, hashed: false });
    }

    /// A text of the benchmark that was begun last.
    pub fn text(&mut self, text: &str) {
        let benchmark = (self.names.len() as u32).saturating_sub(1);
        let Some(checked) = self.names.last_mut() else { return };
        let index = checked.texts;
        checked.texts += 1;
        let runs = runs(&words(text), self.n);
        checked.runs += runs.len() as u64;
        for run in runs {
            self.put(run.hash, Place { benchmark, text: Some(index), word: run.word as u32 });
        }
    }

    fn put(&mut self, run: u64, place: Place) {
        let first = *self.runs.entry(run).or_insert(place);
        if first.benchmark != place.benchmark {
            let also = self.also.entry(run).or_default();
            if also.iter().all(|p| p.benchmark != place.benchmark) {
                also.push(place);
            }
        }
    }

    /// The places of a run, one in each benchmark that has it.
    fn places(&self, run: u64) -> impl Iterator<Item = &Place> {
        self.runs.get(&run).into_iter().chain(self.also.get(&run).into_iter().flatten())
    }

    /// A benchmark of which only hashes are known, as [`hashes`](Self::hashes) writes them.
    ///
    /// # Errors
    /// A sentence saying what is wrong with the file.
    pub fn hashed(&mut self, file: &str) -> Result<(), String> {
        let mut lines = file.lines();
        let head: HashesHead = lines
            .next()
            .and_then(|line| serde_json::from_str(line).ok())
            .filter(|h: &HashesHead| h.kind == KIND)
            .ok_or("it is no file of n-gram hashes")?;
        if head.n != self.n {
            return Err(format!("its runs have {} words, but {} were asked for (see --words)", head.n, self.n));
        }
        let benchmark = self.names.len() as u32;
        let mut count = 0;
        for line in lines.filter(|l| !l.is_empty()) {
            let hash = u64::from_str_radix(line, 16).map_err(|_| format!("`{line}` is no hash"))?;
            self.put(hash, Place { benchmark, text: None, word: 0 });
            count += 1;
        }
        self.names.push(Checked { name: head.name, texts: 0, runs: count, hashed: true });
        Ok(())
    }

    /// A file of the hashes of everything that was given, to be shared in place of the texts.
    pub fn hashes(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(|c| c.name.as_str()).collect();
        let head = HashesHead { kind: KIND.into(), n: self.n, name: names.join(", ") };
        let mut lines: Vec<String> = self.runs.keys().map(|h| format!("{h:016x}")).collect();
        lines.sort_unstable();
        format!("{}\n{}\n", serde_json::to_string(&head).unwrap_or_default(), lines.join("\n"))
    }

    /// Benchmark text in a task; runs that follow one another are one hit. `exemplars` gives the text of an exemplar.
    pub fn hits(&self, task: &Task, exemplars: &dyn Fn(&str) -> Option<String>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut look = |field: String, text: &str| {
            let words = words(text);
            // First word, end and place of each hit.
            let mut found: Vec<(usize, usize, Place)> = Vec::new();
            for run in runs(&words, self.n) {
                let end = run.word + run.words;
                for place in self.places(run.hash) {
                    let before = found.iter_mut().rev().find(|(_, _, p)| p.benchmark == place.benchmark);
                    match before {
                        Some((_, reached, _)) if *reached + 1 == end => *reached = end,
                        _ => found.push((run.word, end, *place)),
                    }
                }
            }
            hits.extend(found.into_iter().map(|(first, end, place)| {
                let taken = words.get(first..end).unwrap_or_default();
                Hit {
                    task: task.id.clone(),
                    field: field.clone(),
                    word: first,
                    character: taken.first().map_or(0, |w| w.character),
                    text: taken.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" "),
                    benchmark: self.names.get(place.benchmark as usize).map_or(String::new(), |c| c.name.clone()),
                    found_at: place.text.map(|t| (t, place.word)),
                    whole: taken.len() == words.len(),
                }
            }));
        };
        look("question".into(), &task.question);
        look("answer".into(), &task.answer.display());
        look("seed_entity".into(), &task.seed_entity.name);
        for id in &task.exemplars {
            if let Some(text) = exemplars(id) {
                look(format!("exemplar:{id}"), &text);
            }
        }
        for call in &task.evidence.calls {
            let mut texts = Vec::new();
            call.args.values().for_each(|v| strings(v, &mut texts));
            if let Some(value) = call.outcome.value() {
                strings(value, &mut texts);
            }
            for text in texts {
                look(format!("evidence:{}", call.id), text);
            }
        }
        hits
    }
}

/// Every text in a JSON value.
pub fn strings<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => into.push(text),
        Value::Array(items) => items.iter().for_each(|v| strings(v, into)),
        Value::Object(map) => map.values().for_each(|v| strings(v, into)),
        _ => {}
    }
}

struct Word {
    text: String,
    character: usize,
}

struct Run {
    hash: u64,
    word: usize,
    words: usize,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (character, c) in text.chars().enumerate() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        if !open {
            words.push(Word { text: String::new(), character });
        }
        open = true;
        if let Some(word) = words.last_mut() {
            word.text.extend(c.to_lowercase());
        }
    }
    words
}

fn runs(words: &[Word], n: usize) -> Vec<Run> {
    let hash = |taken: &[Word]| {
        let mut hasher = blake3::Hasher::new();
        for word in taken {
            hasher.update(word.text.as_bytes());
            hasher.update(b" ");
        }
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        u64::from_be_bytes(bytes)
    };
    if words.len() < n {
        let whole = Run { hash: hash(words), word: 0, words: words.len() };
        return if words.len() >= SHORTEST { vec![whole] } else { Vec::new() };
    }
    words.windows(n).enumerate().map(|(word, taken)| Run { hash: hash(taken), word, words: n }).collect()
}
