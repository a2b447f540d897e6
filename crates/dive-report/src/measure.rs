//! Measures of variety over counts. `docs/metrics.md` defines each with formula and reference.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use serde::{Deserialize, Serialize};

/// Tasks that a class must hold to count as more than an accident.
pub const ESTABLISHED: u64 = 10;
/// Quantile of the normal distribution for an interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// How varied something is: classes with the number of tasks in each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Variety {
    /// Classes that occur.
    pub classes: u64,
    /// exp of Shannon's entropy: so many equally common classes would be as varied.
    pub effective_number: f64,
    /// Shannon's entropy in bits.
    pub entropy_bits: f64,
    /// Classes that hold at least ten tasks.
    pub at_least_ten: u64,
    /// Classes that hold one task.
    pub singletons: u64,
    /// Share of the commonest class.
    pub commonest_share: f64,
}

/// How many classes hold how many tasks: all that rarefaction needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Abundance {
    /// Tasks.
    pub samples: u64,
    /// Number of classes by number of tasks in them. A task can be in several classes (its tools).
    pub classes: BTreeMap<u64, u64>,
}

/// Expected number of classes in a random subset, with a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Tasks in the subset.
    pub n: u64,
    /// Expected classes.
    pub classes: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Abundance {
    /// From counts a class.
    pub fn of<'a>(samples: u64, counts: impl IntoIterator<Item = &'a u64>) -> Abundance {
        let mut classes = BTreeMap::new();
        counts.into_iter().filter(|n| **n > 0).for_each(|n| *classes.entry(*n).or_default() += 1);
        Abundance { samples, classes }
    }

    /// Classes that occur.
    pub fn observed(&self) -> u64 {
        self.classes.values().sum()
    }

    /// Variety of the classes.
    pub fn variety(&self) -> Variety {
        let total: f64 = self.classes.iter().map(|(k, f)| (k * f) as f64).sum();
        if total == 0.0 {
            return Variety::default();
        }
        let entropy: f64 = self
            .classes
            .iter()
            .map(|(k, f)| {
                let p = *k as f64 / total;
                -p * libm::log(p) * *f as f64
            })
            .sum();
        Variety {
            classes: self.observed(),
            effective_number: rounded(libm::exp(entropy)),
            entropy_bits: rounded(entropy / std::f64::consts::LN_2),
            at_least_ten: self.classes.range(ESTABLISHED..).map(|(_, f)| f).sum(),
            singletons: self.classes.get(&1).copied().unwrap_or(0),
            commonest_share: rounded(
                self.classes.keys().last().copied().unwrap_or(0) as f64 / self.samples.max(1) as f64,
            ),
        }
    }

    /// A lower bound for the number of classes in all that could be drawn (Chao 1984; Chao 1987 where a task is in
    /// several classes).
    pub fn chao(&self) -> f64 {
        let f = |k: u64| self.classes.get(&k).copied().unwrap_or(0) as f64;
        let unseen = if f(2) > 0.0 { f(1) * f(1) / (2.0 * f(2)) } else { f(1) * (f(1) - 1.0) / 2.0 };
        let n = self.samples as f64;
        self.observed() as f64 + if n > 0.0 { (n - 1.0) / n * unseen } else { 0.0 }
    }

    /// Classes expected in `n` of the tasks drawn without replacement (Hurlbert 1971), with the unconditional variance of
    /// Colwell et al. (2012), so that the interval does not close at the full sample.
    pub fn rarefied(&self, n: u64) -> Expected {
        let n = n.min(self.samples);
        let (mut mean, mut squares) = (0.0, 0.0);
        for (k, f) in &self.classes {
            let seen = 1.0 - absent(self.samples, *k, n);
            mean += seen * *f as f64;
            squares += seen * seen * *f as f64;
        }
        let estimate = self.chao();
        let variance = if estimate > 0.0 { (squares - mean * mean / estimate).max(0.0) } else { 0.0 };
        let half = Z * variance.sqrt();
        Expected {
            n,
            classes: rounded(mean),
            low: rounded((mean - half).max(0.0)),
            high: rounded((mean + half).min(n as f64 * self.per_task().max(1.0))),
        }
    }

    /// The curve at some twenty sizes up to the full sample.
    pub fn curve(&self) -> Vec<Expected> {
        sizes(self.samples).into_iter().map(|n| self.rarefied(n)).collect()
    }

    /// Classes that a task is in, on average.
    fn per_task(&self) -> f64 {
        self.classes.iter().map(|(k, f)| (k * f) as f64).sum::<f64>() / self.samples.max(1) as f64
    }
}

/// Probability that none of the `k` tasks of a class is among `n` drawn from `all`.
fn absent(all: u64, k: u64, n: u64) -> f64 {
    if k + n > all {
        return 0.0;
    }
    if k.min(n) <= 200 {
        // The product of few factors is exact to the last digits.
        let (few, many) = (k.min(n), k.max(n));
        return (0..few).map(|i| (all - many - i) as f64 / (all - i) as f64).product();
    }
    let ln = |x: u64| libm::lgamma(x as f64 + 1.0);
    libm::exp(ln(all - k) + ln(all - n) - ln(all - k - n) - ln(all))
}

/// Sizes at which curves are drawn: 1, 2 and 5 times powers of ten with steps between, and the full sample.
pub fn sizes(all: u64) -> Vec<u64> {
    let mut sizes = Vec::new();
    let mut decade = 1;
    while decade <= all && decade < u64::MAX / 100 {
        for step in [10, 15, 20, 30, 50, 70] {
            let n = decade * step / 10;
            if (n < all) && sizes.last() != Some(&n) {
                sizes.push(n);
            }
        }
        decade *= 10;
    }
    if all > 0 {
        sizes.push(all);
    }
    sizes
}

/// Gini's coefficient of counts, zeros included: 0 when all are equal, near 1 when one has everything.
pub fn gini(counts: &[u64]) -> f64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as f64;
    let total: f64 = sorted.iter().map(|x| *x as f64).sum();
    if total == 0.0 {
        return 0.0;
    }
    let weighted: f64 = sorted.iter().enumerate().map(|(i, x)| (2.0 * (i as f64 + 1.0) - n - 1.0) * *x as f64).sum();
    rounded(weighted / (n * total))
}

/// The smallest number of the commonest classes that hold this share of everything.
pub fn holding(counts: &[u64], share: f64) -> u64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let wanted = share * sorted.iter().sum::<u64>() as f64;
    let mut held = 0.0;
    let mut classes = 0;
    for count in sorted {
        if held >= wanted {
            break;
        }
        held += count as f64;
        classes += 1;
    }
    classes
}

/// Four decimals, as everything that leaves the program.
pub fn rounded(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

/// A share of a whole, four decimals.
pub fn share(n: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { rounded(n as f64 / all as f64) }
}

/// Adds one to a count.
pub fn count<K: Eq + Hash>(counts: &mut HashMap<K, u64>, key: K) {
    *counts.entry(key).or_default() += 1;
}

/// Adds one to a named count.
pub fn count_named(counts: &mut BTreeMap<String, u64>, key: &str) {
    match counts.get_mut(key) {
        Some(n) => *n += 1,
        None => {
            counts.insert(key.into(), 1);
        }
    }
}

/// The name of a text in sets: 128 bits of its hash.
pub fn mark(text: &str) -> u128 {
    let mut bytes = [0; 16];
    blake3::Hasher::new().update(text.as_bytes()).finalize_xof().fill(&mut bytes);
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_classes_have_their_number_as_effective_number() {
        let variety = Abundance::of(80, &[20, 20, 20, 20]).variety();
        assert_eq!((variety.classes, variety.effective_number, variety.entropy_bits), (4, 4.0, 2.0));
        assert_eq!((variety.at_least_ten, variety.singletons, variety.commonest_share), (4, 0, 0.25));
        assert_eq!(Abundance::default().variety(), Variety::default());
    }

    #[test]
    fn gini_knows_both_ends() {
        assert_eq!(gini(&[5, 5, 5, 5]), 0.0);
        assert_eq!(gini(&[0, 0, 0, 12]), 0.75, "(n − 1) / n");
        assert_eq!(gini(&[1, 2, 3, 4, 5]), 0.2667);
        assert_eq!(gini(&[]), 0.0);
        assert_eq!(holding(&[50, 30, 10, 10], 0.8), 2);
    }

    /// Colwell et al. (2012), table 1 and the text around it: beetles of two forests of Costa Rica (Janzen 1973), whose
    /// abundance counts are published; the estimates there are for the second-growth sample of 976 beetles of 140 species.
    #[test]
    fn rarefaction_agrees_with_the_published_example() {
        let second_growth = [
            (1, 70),
            (2, 17),
            (3, 4),
            (4, 5),
            (5, 5),
            (6, 5),
            (7, 5),
            (8, 3),
            (9, 1),
            (10, 2),
            (11, 3),
            (12, 2),
            (14, 2),
            (17, 1),
            (19, 2),
            (20, 3),
            (21, 1),
            (24, 1),
            (26, 1),
            (40, 1),
            (57, 2),
            (60, 1),
            (64, 1),
            (71, 1),
            (77, 1),
        ];
        let abundance = Abundance { samples: 976, classes: second_growth.into_iter().collect() };
        assert_eq!(abundance.observed(), 140);
        assert_eq!(second_growth.iter().map(|(k, f)| k * f).sum::<u64>(), 976);
        // The old-growth sample has 237 beetles; the paper compares both at that size: 70.0 species.
        let at = abundance.rarefied(237);
        assert!((at.classes - 70.0).abs() < 0.5, "{at:?}");
    }

    proptest! {
        #[test]
        fn rarefaction_is_the_mean_over_all_subsets(counts in prop::collection::vec(1u64..4, 1..5), n in 1u64..9) {
            let all: u64 = counts.iter().sum();
            let n = n.min(all);
            let classes: Vec<usize> =
                counts.iter().enumerate().flat_map(|(c, k)| std::iter::repeat_n(c, *k as usize)).collect();
            let (mut sum, mut subsets) = (0.0, 0.0);
            for chosen in 0u32..1 << all {
                if u64::from(chosen.count_ones()) == n {
                    let seen: std::collections::BTreeSet<_> =
                        classes.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).map(|(_, c)| c).collect();
                    sum += seen.len() as f64;
                    subsets += 1.0;
                }
            }
            let expected = Abundance::of(all, &counts).rarefied(n);
            prop_assert!((expected.classes - sum / subsets).abs() < 1e-4);
            prop_assert!(expected.low <= expected.classes && expected.classes <= expected.high + 1e-9);
        }

        #[test]
        fn the_two_ways_to_the_probability_agree(all in 1000u64..50_000, k in 201u64..400, n in 201u64..600) {
            let few: f64 = (0..k).map(|i| (all - n - i) as f64 / (all - i) as f64).product();
            prop_assert!((absent(all, k, n) - few).abs() < 1e-9);
        }
    }
}
