//! Admission: a sequential fold over proposals in index order.
//!
//! The fold sees [`Candidate`]s only, never tasks, so a resumed run rebuilds it from a few columns. Its state is sets and
//! counters of hashes: the cost of a candidate does not grow with the number admitted.

use std::collections::{HashMap, HashSet};

use dive_core::answer::{self, Answer};
use dive_core::canon;
use dive_core::exemplar::FormKind;
use dive_core::expr::Op;
use dive_core::form::Form;
use dive_core::task::{Reason, Task};
use serde::{Deserialize, Serialize};

use crate::gate;

/// Tasks admitted before shares are capped; below it a share says little.
pub const CAPS_FROM: u64 = 1_000;
/// Greatest share of one skeleton, in thousandths of the dataset.
pub const SKELETON_CAP: u64 = 5;
/// Greatest share of one derivation shape, in thousandths of the dataset.
pub const SHAPE_CAP: u64 = 10;
/// Tasks that may be asked along one call graph in any case …
pub const GRAPH_LEAST: u64 = 3;
/// … and how much more often than the average one it may.
pub const GRAPH_TIMES: u64 = 2;
/// Tasks of one form from which the share of an answer in it counts.
pub const FORM_FROM: u64 = 500;
/// Greatest share of one open answer, in thousandths of its form.
pub const ANSWER_CAP: u64 = 20;
/// The same for counts, whose small values recur by nature.
pub const COUNT_CAP: u64 = 50;
/// Tasks of one skeleton that share at least this percentage of constants are near-duplicates.
pub const NEAR_PERCENT: usize = 80;

/// What admission needs to know of a task; small, so that a resumed run rebuilds the fold without reading tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Identity of the derivation, constants included.
    pub key: String,
    /// Identity of the masked question.
    pub skeleton: String,
    /// The constants, as text, in order.
    pub constants: Vec<String>,
    /// Identity of the derivation shape.
    pub shape: String,
    /// The form.
    pub form: String,
    /// The answer, as text; empty when it is closed (yes or no, or one of the candidates that the question offers).
    pub answer: String,
    /// Whether the answer is a count.
    pub counts: bool,
    /// Identity of the call graph; empty in runs of earlier versions, which did not look at it.
    #[serde(default)]
    pub graph: String,
}

impl Candidate {
    /// The candidate of a task.
    pub fn of(task: &Task) -> Candidate {
        Candidate {
            key: task.certificate.key.clone(),
            skeleton: task.certificate.skeleton.clone(),
            constants: task.logical_form.constants().into_iter().map(|(value, _)| canon::to_string(value)).collect(),
            shape: canon::hash(task.logical_form.shape().as_bytes()),
            form: task.form.clone(),
            answer: open_answer(task),
            counts: task.form == FormKind::Counting.name()
                || matches!(task.logical_form, Form::Apply { op: Op::Count, .. }),
            graph: canon::hash(task.topology.call_graph().as_bytes()),
        }
    }

    /// Whether this is what a task says of itself, as far as it was recorded.
    pub fn is_of(&self, task: &Task) -> bool {
        let said = Candidate::of(task);
        *self == if self.graph.is_empty() { Candidate { graph: String::new(), ..said } } else { said }
    }
}

fn open_answer(task: &Task) -> String {
    match &task.answer {
        Answer::Boolean { .. } => String::new(),
        _ if gate::is_choice(&task.logical_form) => String::new(),
        Answer::Number { value, unit, .. } => format!("{} {unit}", canon::number(*value)).trim_end().to_string(),
        Answer::Text { value, .. } | Answer::Date { value } => answer::normal(value),
        other => canon::to_string(other),
    }
}

/// The fold.
#[derive(Debug, Default)]
pub struct Admission {
    keys: HashSet<u128>,
    /// Constants of every admitted candidate, hashed.
    constants: Vec<Box<[u128]>>,
    /// Admitted candidates by skeleton and block of constants.
    blocks: HashMap<u128, Vec<usize>>,
    skeletons: HashMap<u128, u64>,
    shapes: HashMap<u128, u64>,
    graphs: HashMap<u128, u64>,
    forms: HashMap<u128, u64>,
    answers: HashMap<u128, u64>,
}

impl Admission {
    /// How many were admitted.
    pub fn admitted(&self) -> u64 {
        self.constants.len() as u64
    }

    /// Admits the next candidate, or says why not.
    ///
    /// # Errors
    /// `Duplicate`, `NearDuplicate` or `OverRepresented`.
    pub fn admit(&mut self, candidate: &Candidate) -> Result<(), Reason> {
        let key = mark(&["key", &candidate.key]);
        if self.keys.contains(&key) {
            return Err(Reason::Duplicate);
        }
        let constants: Box<[u128]> = candidate.constants.iter().map(|c| mark(&["constant", c])).collect();
        let blocks = blocks(&candidate.skeleton, &constants);
        if self.has_near(&blocks, &constants) {
            return Err(Reason::NearDuplicate);
        }
        let skeleton = mark(&["skeleton", &candidate.skeleton]);
        let shape = mark(&["shape", &candidate.shape]);
        let graph = (!candidate.graph.is_empty()).then(|| mark(&["graph", &candidate.graph]));
        let form = mark(&["form", &candidate.form]);
        let answer = (!candidate.answer.is_empty()).then(|| mark(&["answer", &candidate.form, &candidate.answer]));
        let all = self.admitted();
        let along = graph.and_then(|g| self.graphs.get(&g)).copied().unwrap_or(0);
        // A small pool has few graphs, so it is the average that counts.
        if along >= GRAPH_LEAST.max(GRAPH_TIMES * all / (self.graphs.len() as u64).max(1)) {
            return Err(Reason::OverRepresented);
        }
        if all >= CAPS_FROM {
            let over = exceeds(&self.skeletons, skeleton, SKELETON_CAP, all)
                || exceeds(&self.shapes, shape, SHAPE_CAP, all)
                || answer.is_some_and(|answer| {
                    let cap = if candidate.counts { COUNT_CAP } else { ANSWER_CAP };
                    // A smaller form is held to what will be allowed once it is large enough to be measured.
                    let of_form = self.forms.get(&form).copied().unwrap_or(0).max(FORM_FROM - 1);
                    exceeds(&self.answers, answer, cap, of_form)
                });
            if over {
                return Err(Reason::OverRepresented);
            }
        }
        self.keys.insert(key);
        for block in blocks {
            self.blocks.entry(block).or_default().push(self.constants.len());
        }
        self.constants.push(constants);
        *self.skeletons.entry(skeleton).or_default() += 1;
        *self.shapes.entry(shape).or_default() += 1;
        if let Some(graph) = graph {
            *self.graphs.entry(graph).or_default() += 1;
        }
        *self.forms.entry(form).or_default() += 1;
        if let Some(answer) = answer {
            *self.answers.entry(answer).or_default() += 1;
        }
        Ok(())
    }

    fn has_near(&self, blocks: &[u128], constants: &[u128]) -> bool {
        blocks.iter().filter_map(|b| self.blocks.get(b)).flatten().filter_map(|i| self.constants.get(*i)).any(|other| {
            constants.iter().zip(other.iter()).filter(|(a, b)| a != b).count() <= tolerated(constants.len())
        })
    }
}

/// Constants in which two near-duplicates may differ.
fn tolerated(constants: usize) -> usize {
    constants * (100 - NEAR_PERCENT) / 100
}

/// Two lists that differ in at most `m` places agree on one of `m + 1` blocks (pigeonhole), so near-duplicates are
/// found by look-up. Lists of different length are different: their block keys contain the length.
fn blocks(skeleton: &str, constants: &[u128]) -> Vec<u128> {
    let n = constants.len();
    let count = tolerated(n) + 1;
    let head = format!("{n}");
    (0..count)
        .map(|i| {
            let block = constants.get(i * n / count..(i + 1) * n / count).unwrap_or_default();
            let text: String = block.iter().map(|c| format!("{c:x} ")).collect();
            mark(&["block", skeleton, &head, &i.to_string(), &text])
        })
        .collect()
}

/// Whether one more would take more than `cap` thousandths of `all` and one more.
fn exceeds(counts: &HashMap<u128, u64>, key: u128, cap: u64, all: u64) -> bool {
    (counts.get(&key).copied().unwrap_or(0) + 1) * 1000 > cap * (all + 1)
}

fn mark(parts: &[&str]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(n: usize) -> Candidate {
        Candidate {
            key: format!("k{n}"),
            skeleton: format!("s{n}"),
            constants: vec![format!("c{n}")],
            shape: format!("h{n}"),
            form: format!("f{}", n % 4),
            answer: format!("a{n}"),
            counts: false,
            graph: format!("g{n}"),
        }
    }

    fn admitted(n: usize) -> Admission {
        let mut fold = Admission::default();
        (0..n).for_each(|i| fold.admit(&candidate(i)).unwrap());
        fold
    }

    #[test]
    fn the_same_derivation_is_a_duplicate_whatever_the_wording() {
        let mut fold = admitted(3);
        let again = Candidate { skeleton: "another".into(), ..candidate(1) };
        assert_eq!(fold.admit(&again), Err(Reason::Duplicate));
        assert_eq!(fold.admitted(), 3);
    }

    #[test]
    fn near_duplicates_share_four_fifths_of_their_constants() {
        let with = |key: &str, constants: &str| Candidate {
            key: key.into(),
            skeleton: "s".into(),
            constants: constants.chars().map(String::from).collect(),
            ..candidate(0)
        };
        for (first, second, near) in [
            ("abcde", "abcdx", true),
            ("abcde", "xbcde", true),
            ("abcde", "xbcdx", false),
            ("abcd", "abcx", false),
            ("abcd", "abcd", true),
            ("", "", true),
            ("abcdefghij", "xbcdefghix", true),
            ("abcdefghij", "xbcdexghix", false),
            ("abcde", "abcdef", false),
        ] {
            let mut fold = Admission::default();
            fold.admit(&with("1", first)).unwrap();
            assert_eq!(fold.admit(&with("2", second)).is_err(), near, "{first} {second}");
            let elsewhere = Candidate { skeleton: "t".into(), ..with("3", second) };
            assert_eq!(fold.admit(&elsewhere), Ok(()), "another skeleton is never near");
        }
    }

    #[test]
    fn shares_are_capped_from_a_thousand_tasks_on() {
        let same = |i: usize| Candidate { skeleton: "same".into(), ..candidate(i) };
        let mut fold = Admission::default();
        (0..20).for_each(|i| fold.admit(&same(i)).unwrap());
        (20..1000).for_each(|i| fold.admit(&candidate(i)).unwrap());
        assert_eq!(fold.admit(&same(1000)), Err(Reason::OverRepresented));
        let shape = |i: usize| Candidate { shape: "same".into(), ..candidate(i) };
        let mut taken = 0;
        for i in 2000..3000 {
            taken += usize::from(fold.admit(&shape(i)).is_ok());
        }
        assert_eq!(taken, 10, "one percent of 1,010");
    }

    #[test]
    fn a_call_graph_is_asked_along_twice_as_often_as_the_average() {
        let same = |i: usize| Candidate { graph: "same".into(), ..candidate(i) };
        let taken =
            |fold: &mut Admission, from: usize| (from..from + 20).filter(|i| fold.admit(&same(*i)).is_ok()).count();
        let mut fold = Admission::default();
        assert_eq!(taken(&mut fold, 1_000_000), 20, "the only one");
        let mut fold = admitted(100);
        assert_eq!(taken(&mut fold, 1_000_000), 3, "the others came once");
        let few = |i: usize| Candidate { graph: format!("g{}", i % 100), ..candidate(i) };
        (100..400).for_each(|i| fold.admit(&few(i)).unwrap());
        assert_eq!(taken(&mut fold, 2_000_000), 5, "the others came four times, this one eight times");
        let unknown = |i: usize| Candidate { graph: String::new(), ..candidate(i) };
        assert!((3_000_000..3_000_020).all(|i| fold.admit(&unknown(i)).is_ok()));
    }

    #[test]
    fn an_open_answer_keeps_its_share_of_a_form() {
        let mut fold = admitted(2100);
        let take = |fold: &mut Admission, from: usize, counts: bool, answer: &str| {
            (from..from + 100)
                .filter(|i| {
                    fold.admit(&Candidate { form: "f0".into(), answer: answer.into(), counts, ..candidate(*i) }).is_ok()
                })
                .count()
        };
        assert_eq!(take(&mut fold, 10_000, false, "blue"), 10, "two percent of about 535");
        assert_eq!(take(&mut fold, 20_000, true, "3"), 28, "five percent of about 563");
        assert_eq!(take(&mut fold, 30_000, false, ""), 100, "closed answers are balanced by the plan");
    }
}
