//! Diversity of wording, without a model. `docs/metrics.md` has the definitions.

use std::collections::{HashMap, HashSet};
use std::io::Write as _;
use std::thread;

use dive_core::rng::Stream;
use dive_core::task::Span;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use crate::infer::words;
use crate::measure::{rounded, share};

/// Questions of the sample on which datasets of different size are compared.
pub const SAMPLE: usize = 1_000;
/// Two questions whose sets of word triples have this Jaccard similarity are near-duplicates.
pub const NEAR: f64 = 0.8;
/// Hash functions of a signature, in `BANDS` bands: two sets of similarity 0.8 meet with probability 0.9997.
const HASHES: usize = 100;
const BANDS: usize = 20;

/// Diversity of the questions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TextStats {
    /// How questions were masked: `spans` where their constants are recorded, else `pattern` (numbers, quotations,
    /// capitalised names).
    pub masked_by: String,
    /// The questions as they stand.
    pub raw: Wording,
    /// The questions with constants masked.
    pub masked: Wording,
    /// The same on a seeded sample of 1,000 questions, where there are so many: for comparing datasets of other sizes.
    pub at_1000: Option<AtSample>,
}

/// Both texts of a sample.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AtSample {
    /// The questions as they stand.
    pub raw: Wording,
    /// The questions with constants masked.
    pub masked: Wording,
}

/// Measures of one set of texts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Wording {
    /// Texts.
    pub texts: u64,
    /// Distinct texts.
    pub distinct_texts: u64,
    /// Words a text, on average.
    pub mean_words: f64,
    /// Distinct words.
    pub vocabulary: u64,
    /// Distinct words, pairs and triples of words, as shares of all (Li et al. 2016).
    pub distinct_1: f64,
    /// Pairs.
    pub distinct_2: f64,
    /// Triples.
    pub distinct_3: f64,
    /// Size of the texts by their size compressed (Shaib et al. 2024): the higher, the more repetition.
    pub compression_ratio: f64,
    /// Share of texts that are near-duplicates of an earlier one.
    pub near_duplicate_share: f64,
}

/// How questions are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    /// By recorded spans, where there are any.
    Spans,
    /// By pattern, always.
    Pattern,
}

/// Questions of a dataset.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    questions: Vec<(String, Option<String>)>,
}

impl Texts {
    /// Adds a question, with its masked form where spans are recorded.
    pub fn add(&mut self, question: String, masked: Option<String>) {
        self.questions.push((question, masked));
    }

    /// Whether every question has recorded spans.
    pub fn have_spans(&self) -> bool {
        self.questions.iter().all(|(_, m)| m.is_some())
    }

    /// The measures over all questions, and on the sample.
    pub fn stats(&self, mask: Mask) -> TextStats {
        let spans = mask == Mask::Spans && self.have_spans();
        let all: Vec<usize> = (0..self.questions.len()).collect();
        let (raw, masked) = self.both(&all, spans);
        let at_1000 = (all.len() >= SAMPLE).then(|| {
            let (raw, masked) = self.both(&self.sample(SAMPLE), spans);
            AtSample { raw, masked }
        });
        TextStats { masked_by: if spans { "spans" } else { "pattern" }.into(), raw, masked, at_1000 }
    }

    /// The measures on a seeded sample of so many questions.
    pub fn at(&self, n: usize, mask: Mask) -> AtSample {
        let spans = mask == Mask::Spans && self.have_spans();
        let (raw, masked) = self.both(&self.sample(n), spans);
        AtSample { raw, masked }
    }

    fn sample(&self, n: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.questions.len()).collect();
        Stream::new(0, &["text sample"]).shuffle(&mut all);
        all.truncate(n);
        all.sort_unstable();
        all
    }

    fn both(&self, chosen: &[usize], spans: bool) -> (Wording, Wording) {
        let pick = || chosen.iter().filter_map(|i| self.questions.get(*i));
        thread::scope(|scope| {
            let masked = scope.spawn(|| {
                wording(pick().map(|(question, masked)| match masked {
                    Some(masked) if spans => masked.clone(),
                    _ => by_pattern(question),
                }))
            });
            let raw = wording(pick().map(|(question, _)| question.clone()));
            (raw, masked.join().unwrap_or_default())
        })
    }
}

fn wording(texts: impl Iterator<Item = String>) -> Wording {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
    let (mut count, mut bytes, mut tokens) = (0u64, 0u64, 0u64);
    let mut grams: [(u64, HashSet<u64>); 3] = Default::default();
    let mut distinct = HashSet::new();
    let mut near = Near::default();
    for text in texts {
        count += 1;
        bytes += text.len() as u64 + 1;
        // Writing to memory does not fail.
        let _ = encoder.write_all(text.as_bytes()).and_then(|()| encoder.write_all(b"\n"));
        distinct.insert(hash(text.as_bytes()));
        let words: Vec<u64> = words(&text).iter().map(|w| hash(w.as_bytes())).collect();
        tokens += words.len() as u64;
        for (n, (total, set)) in grams.iter_mut().enumerate() {
            for gram in words.windows(n + 1) {
                *total += 1;
                set.insert(joined(gram));
            }
        }
        near.add(&words);
    }
    let packed = encoder.finish().map_or(0, |p| p.len());
    let part = |(total, set): &(u64, HashSet<u64>)| share(set.len() as u64, *total);
    let [one, two, three] = &grams;
    Wording {
        texts: count,
        distinct_texts: distinct.len() as u64,
        mean_words: if count == 0 { 0.0 } else { rounded(tokens as f64 / count as f64) },
        vocabulary: one.1.len() as u64,
        distinct_1: part(one),
        distinct_2: part(two),
        distinct_3: part(three),
        compression_ratio: if count == 0 { 0.0 } else { rounded(bytes as f64 / packed.max(1) as f64) },
        near_duplicate_share: share(near.duplicates, count),
    }
}

/// Finds near-duplicates: MinHash signatures in bands (Broder 1997) name candidates, the sets themselves decide.
#[derive(Default)]
struct Near {
    sets: Vec<Vec<u64>>,
    bands: HashMap<u64, Vec<usize>>,
    duplicates: u64,
}

impl Near {
    fn add(&mut self, words: &[u64]) {
        let mut set: Vec<u64> =
            if words.len() < 3 { vec![joined(words)] } else { words.windows(3).map(joined).collect() };
        set.sort_unstable();
        set.dedup();
        let mut signature = [u64::MAX; HASHES];
        for item in &set {
            for (i, least) in signature.iter_mut().enumerate() {
                *least = (*least).min(mix(item ^ mix(i as u64 + 1)));
            }
        }
        let keys: Vec<u64> = signature
            .chunks(HASHES / BANDS)
            .enumerate()
            .map(|(band, rows)| rows.iter().fold(band as u64, |key, row| mix(key ^ *row)))
            .collect();
        let mut tried = HashSet::new();
        let near = keys.iter().filter_map(|k| self.bands.get(k)).flatten().any(|other| {
            tried.insert(*other) && self.sets.get(*other).is_some_and(|known| jaccard(known, &set) >= NEAR)
        });
        self.duplicates += u64::from(near);
        // What a near-duplicate would find, its original finds too, but for similarity that is not transitive.
        if !near {
            keys.iter().for_each(|k| self.bands.entry(*k).or_default().push(self.sets.len()));
            self.sets.push(set);
        }
    }
}

/// Jaccard similarity of two sorted sets.
fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let common = a.iter().filter(|x| b.binary_search(x).is_ok()).count();
    common as f64 / (a.len() + b.len() - common).max(1) as f64
}

fn joined(words: &[u64]) -> u64 {
    words.iter().fold(words.len() as u64, |h, w| mix(h ^ *w))
}

/// FNV-1a with a finaliser; a hash of our own stays the same on every machine.
fn hash(bytes: &[u8]) -> u64 {
    mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)))
}

/// The finaliser of SplitMix64 (Steele et al. 2014).
fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The question with the text of every span replaced by its meaning in braces.
pub fn by_spans(question: &str, spans: &[Span]) -> String {
    let mut sorted: Vec<&Span> = spans.iter().collect();
    sorted.sort_by_key(|s| s.start);
    let mut out = String::new();
    let mut position = 0;
    let mut chars = question.chars();
    for span in sorted {
        out.extend(chars.by_ref().take(span.start.saturating_sub(position)));
        out.push_str(&format!("{{{}}}", span.sem));
        chars.by_ref().take(span.end.saturating_sub(span.start.max(position))).for_each(drop);
        position = position.max(span.end);
    }
    out.extend(chars);
    out
}

/// The question with numbers, quotations and capitalised names replaced by signs, for questions without spans.
pub fn by_pattern(question: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut quoted: Option<char> = None;
    let mut begins = true;
    for word in question.split_whitespace() {
        if let Some(end) = quoted {
            if word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != end).ends_with(end) {
                quoted = None;
            }
            continue;
        }
        let core = word.trim_start_matches(['(', '[']);
        let opened = match core.chars().next() {
            Some('"') => Some('"'),
            Some('“') => Some('”'),
            Some('`') => Some('`'),
            _ => None,
        };
        let ends = word.ends_with(['.', '?', '!', ':']);
        if let Some(end) = opened {
            out.push("{quotation}");
            let inner: String = core.chars().skip(1).collect();
            quoted = (!inner.contains(end)).then_some(end);
        } else if core.chars().any(|c| c.is_ascii_digit()) {
            push_once(&mut out, "{number}");
        } else if !begins && core.chars().next().is_some_and(char::is_uppercase) && core != "I" {
            push_once(&mut out, "{name}");
        } else {
            out.push(word);
        }
        begins = ends;
    }
    out.join(" ")
}

/// Names of several words are one name.
fn push_once<'a>(out: &mut Vec<&'a str>, sign: &'a str) {
    if out.last() != Some(&sign) {
        out.push(sign);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(texts: &[&str]) -> Wording {
        wording(texts.iter().map(|t| t.to_string()))
    }

    #[test]
    fn repetition_shows_in_every_measure() {
        let same = vec!["What is the area of the city on the river?"; 50];
        let other: Vec<String> =
            (0..50).map(|i| format!("{} asks {} about {}", hash(&[i]), hash(&[i, 1]), hash(&[i, 2]))).collect();
        let other: Vec<&str> = other.iter().map(String::as_str).collect();
        let (same, other) = (stats(&same), stats(&other));
        assert_eq!((same.texts, same.distinct_texts, same.near_duplicate_share), (50, 1, 0.98));
        assert_eq!((other.distinct_texts, other.near_duplicate_share), (50, 0.0));
        assert!(same.distinct_2 < other.distinct_2 && same.compression_ratio > 5.0 * other.compression_ratio);
        assert_eq!(stats(&["a b a"]).distinct_1, 0.6667);
        assert_eq!(stats(&[]), Wording::default());
    }

    #[test]
    fn near_duplicates_are_found_at_the_threshold() {
        let long: Vec<String> = (0..40).map(|i| format!("w{i}")).collect();
        let changed = |at: &[usize]| {
            let mut words = long.clone();
            at.iter().for_each(|i| words[*i] = "x".into());
            words.join(" ")
        };
        // One word in the middle changes three of 38 triples: 35 / 41 = 0.85; two far apart: 32 / 44 = 0.73.
        assert_eq!(stats(&[&long.join(" "), &changed(&[20])]).near_duplicate_share, 0.5);
        assert_eq!(stats(&[&long.join(" "), &changed(&[10, 30])]).near_duplicate_share, 0.0);
    }

    #[test]
    fn questions_are_masked() {
        let spans: Vec<Span> = serde_json::from_value(serde_json::json!([
            {"start": 8, "end": 11, "text": "Årø", "value": "Årø", "sem": "entity:city"},
            {"start": 0, "end": 1, "text": "I", "value": "I", "sem": "number"},
        ]))
        .unwrap();
        assert_eq!(by_spans("I go to Årø today.", &spans), "{number} go to {entity:city} today.");
        assert_eq!(
            by_pattern("Find the age of Mary Ann Lee in 1,891.5 days. The \"big one\" of Oslo?"),
            "Find the age of {name} in {number} days. The {quotation} of {name}"
        );
    }
}
