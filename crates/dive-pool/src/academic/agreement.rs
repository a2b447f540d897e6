//! Agreement of three raters who judged the same records.

use std::collections::BTreeMap;

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::{Value, json};

/// The family.
pub fn tools() -> Vec<NativeTool> {
    vec![krippendorff(), intraclass(), concordance(), fleiss()]
}

/// Scores of three raters, which come together.
fn scores(name: &str, description: &str) -> Builder {
    native(&format!("academic.agreement.{name}"), Processing, description)
        .param("rater_a", "list(level:quality_score)", "Scores of the first rater.")
        .param(
            "rater_b",
            "list(level:quality_score)",
            "Scores of the second rater for the same records, in the same order.",
        )
        .param(
            "rater_c",
            "list(level:quality_score)",
            "Scores of the third rater for the same records, in the same order.",
        )
        .group("review", "rating_scores", &["rater_a", "rater_b", "rater_c"])
}

/// The three ratings of each record.
fn records<T: Clone>(a: &[T], b: &[T], c: &[T]) -> Result<Vec<[T; 3]>, ToolError> {
    if a.len() != b.len() || a.len() != c.len() || a.len() < 3 {
        return Err(ToolError::bad("The three raters must have judged the same records, at least three of them."));
    }
    if a.len() > 500 {
        return Err(ToolError::bad("At most 500 records can be compared at once."));
    }
    Ok(a.iter().zip(b).zip(c).map(|((a, b), c)| [a.clone(), b.clone(), c.clone()]).collect())
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    values.sum()
}

/// Six records; the third rater is one point stricter throughout.
fn example() -> Value {
    json!({"rater_a": [2, 4, 5, 7, 8, 10], "rater_b": [2, 4, 5, 7, 8, 10], "rater_c": [1, 3, 4, 6, 7, 9]})
}

fn flat() -> Value {
    json!({"rater_a": [5, 5, 5], "rater_b": [5, 5, 5], "rater_c": [5, 5, 5]})
}

fn with(mut args: Value, key: &str, value: &str) -> Value {
    args[key] = json!(value);
    args
}

fn krippendorff() -> NativeTool {
    // Krippendorff 2011, Computing Krippendorff's Alpha-Reliability: one less observed over expected disagreement.
    scores(
        "krippendorff_alpha",
        "Krippendorff's alpha of three raters without missing ratings, for nominal, ordinal or interval data.",
    )
    .param("metric", "category:measurement_level", "Level of measurement.")
    .choices(&[("nominal", "nominal"), ("ordinal", "ordinal"), ("interval", "interval")])
    .field("alpha", "level:krippendorff_alpha", "Krippendorff alpha")
    .tail("of the quality scores in the appraisal for {review} at the {metric} level")
    .example(
        with(json!({"rater_a": [1, 2, 3], "rater_b": [1, 2, 3], "rater_c": [1, 2, 3]}), "metric", "nominal"),
        "/alpha",
        1.0,
    )
    .example(
        with(json!({"rater_a": [0, 0, 1], "rater_b": [0, 0, 1], "rater_c": [0, 1, 1]}), "metric", "nominal"),
        "/alpha",
        1.0 - (2.0 / 9.0) / (20.0 / 36.0),
    )
    .example_error(with(flat(), "metric", "interval"))
    .run(|a: Vec<f64>, b: Vec<f64>, c: Vec<f64>, metric: String| {
        let records = records(&a, &b, &c)?;
        let all: Vec<f64> = records.iter().flatten().copied().collect();
        let mut sorted = all.clone();
        sorted.sort_by(f64::total_cmp);
        // How many ratings are smaller, and how many not greater.
        let place = |v: f64| (sorted.partition_point(|x| *x < v) as f64, sorted.partition_point(|x| *x <= v) as f64);
        let apart = |v: f64, w: f64| {
            let difference = match metric.as_str() {
                "nominal" => f64::from(u8::from(v != w)),
                // Ranks in between, with half of those that share the ends.
                "ordinal" => {
                    let ((low_v, high_v), (low_w, high_w)) = (place(v), place(w));
                    (low_v + high_v - low_w - high_w) / 2.0
                }
                _ => v - w,
            };
            difference * difference
        };
        let within =
            |r: &[f64; 3]| sum(r.iter().flat_map(|v| r.iter().map(move |w| (v, w))).map(|(v, w)| apart(*v, *w))) / 2.0;
        let n = all.len() as f64;
        let observed = sum(records.iter().map(within)) / n;
        let expected =
            sum(all.iter().flat_map(|v| all.iter().map(move |w| (v, w))).map(|(v, w)| apart(*v, *w))) / (n * (n - 1.0));
        if expected <= 0.0 {
            return Err(ToolError::bad("All ratings are the same, so that alpha is undefined."));
        }
        Ok(json!({"alpha": 1.0 - observed / expected}))
    })
}

/// Mean squares between records, between raters, and of the rest.
fn mean_squares(records: &[[f64; 3]]) -> [f64; 3] {
    let n = records.len() as f64;
    let grand = sum(records.iter().flatten().copied()) / (3.0 * n);
    let square = |x: f64| (x - grand) * (x - grand);
    let total = sum(records.iter().flatten().map(|x| square(*x)));
    let between = 3.0 * sum(records.iter().map(|r| square(sum(r.iter().copied()) / 3.0)));
    let rater = |i: usize| sum(records.iter().filter_map(|r| r.get(i).copied())) / n;
    let raters = n * sum((0..3).map(|i| square(rater(i))));
    [between / (n - 1.0), raters / 2.0, (total - between - raters) / (2.0 * (n - 1.0))]
}

fn intraclass() -> NativeTool {
    // Shrout and Fleiss 1979, Psychological Bulletin 86:420. ICC(3,k) is Cronbach's alpha (Cronbach 1951).
    scores(
        "intraclass_correlation",
        "Intraclass correlations of three raters after Shrout and Fleiss: ICC2 (two-way random effects, absolute agreement, single rater), ICC3 (two-way mixed effects, consistency, single rater), and Cronbach's alpha of the three.",
    )
    .field("icc2", "level:icc.absolute", "intraclass correlation for absolute agreement (ICC2)")
    .plural("intraclass correlations for absolute agreement (ICC2)")
    .field("icc3", "level:icc.consistency", "intraclass correlation for consistency (ICC3)")
    .plural("intraclass correlations for consistency (ICC3)")
    .field("cronbach_alpha", "level:cronbach_alpha", "Cronbach alpha")
    .tail("of the quality scores in the appraisal for {review}")
    // Mean squares 25.2, 2 and 0.
    .example(example(), "/icc3", 1.0)
    .example(example(), "/icc2", 25.2 / 26.2)
    .example_error(flat())
    .run(|a: Vec<f64>, b: Vec<f64>, c: Vec<f64>| {
        let records = records(&a, &b, &c)?;
        let [between, raters, rest] = mean_squares(&records);
        if between <= 1e-12 {
            return Err(ToolError::bad("All records have the same mean score, so that intraclass correlations are undefined."));
        }
        let n = records.len() as f64;
        let rest = rest.max(0.0);
        Ok(json!({
            "icc2": (between - rest) / (between + 2.0 * rest + 3.0 * (raters - rest) / n),
            "icc3": (between - rest) / (between + 2.0 * rest),
            "cronbach_alpha": (between - rest) / between,
        }))
    })
}

fn concordance() -> NativeTool {
    // Kendall and Babington Smith 1939, Annals of Mathematical Statistics 10:275, with the correction for ties; Friedman 1937.
    scores(
        "rank_concordance",
        "Kendall's coefficient of concordance W of three raters' rankings of the same records, corrected for ties, and Friedman's chi-square statistic for it.",
    )
    .field("w", "level:concordance", "coefficient of concordance (Kendall's W)")
    .plural("coefficients of concordance (Kendall's W)")
    .field("friedman", "position:chi_square", "Friedman chi-square statistic for differences between records")
    .tail("of the quality scores in the appraisal for {review}")
    .example(example(), "/w", 1.0)
    .example(example(), "/friedman", 15.0)
    .example_error(flat())
    .run(|a: Vec<f64>, b: Vec<f64>, c: Vec<f64>| {
        let n = records(&a, &b, &c)?.len() as f64;
        let rank = |list: &[f64], v: f64| {
            let below = list.iter().filter(|w| **w < v).count() as f64;
            let equal = list.iter().filter(|w| **w == v).count() as f64;
            (below + (equal + 1.0) / 2.0, equal * equal - 1.0)
        };
        let ranked: Vec<Vec<(f64, f64)>> = [&a, &b, &c].map(|list| list.iter().map(|v| rank(list, *v)).collect()).to_vec();
        let total = |i: usize| sum(ranked.iter().filter_map(|r| r.get(i)).map(|(rank, _)| *rank));
        let mean = 3.0 * (n + 1.0) / 2.0;
        let spread = sum((0..a.len()).map(|i| (total(i) - mean) * (total(i) - mean)));
        // A group of t ties counts t times with t squared less one.
        let ties = sum(ranked.iter().flatten().map(|(_, t)| *t));
        let most = 9.0 * (n * n * n - n) - 3.0 * ties;
        if most <= 0.0 {
            return Err(ToolError::bad("Each rater gave all records the same score, so that there are no rankings to compare."));
        }
        let w = 12.0 * spread / most;
        Ok(json!({"w": w, "friedman": 3.0 * (n - 1.0) * w}))
    })
}

fn fleiss() -> NativeTool {
    // Fleiss 1971, Psychological Bulletin 76:378.
    native(
        "academic.agreement.fleiss_kappa",
        Processing,
        "Fleiss' kappa of three raters who assigned the same records to categories, and the mean agreement of pairs of raters in percent.",
    )
    .param("rater_a", "list(position:risk_of_bias)", "Categories chosen by the first rater, as whole numbers.")
    .param("rater_b", "list(position:risk_of_bias)", "Categories chosen by the second rater for the same records, in the same order.")
    .param("rater_c", "list(position:risk_of_bias)", "Categories chosen by the third rater for the same records, in the same order.")
    .group("review", "rating_categories", &["rater_a", "rater_b", "rater_c"])
    .field("kappa", "level:kappa.fleiss", "Fleiss kappa")
    .field("agreement", "level:share.pairwise_agreement[%]", "mean pairwise agreement")
    .tail("of the risk-of-bias judgements in the appraisal for {review}")
    .example(json!({"rater_a": [1, 3, 1], "rater_b": [1, 3, 1], "rater_c": [1, 3, 3]}), "/agreement", 700.0 / 9.0)
    .example(json!({"rater_a": [1, 3, 1], "rater_b": [1, 3, 1], "rater_c": [1, 3, 3]}), "/kappa", (7.0 / 9.0 - 41.0 / 81.0) / (40.0 / 81.0))
    .example_error(json!({"rater_a": [1, 1, 1], "rater_b": [1, 1, 1], "rater_c": [1, 1, 1]}))
    .run(|a: Vec<i64>, b: Vec<i64>, c: Vec<i64>| {
        let records = records(&a, &b, &c)?;
        let agreeing = |[a, b, c]: &[i64; 3]| f64::from([a == b, b == c, a == c].iter().map(|same| u8::from(*same)).sum::<u8>()) / 3.0;
        let observed = sum(records.iter().map(agreeing)) / records.len() as f64;
        let mut counts: BTreeMap<i64, f64> = BTreeMap::new();
        records.iter().flatten().for_each(|category| *counts.entry(*category).or_default() += 1.0);
        let total = 3.0 * records.len() as f64;
        let expected = sum(counts.values().map(|n| n / total * n / total));
        if expected >= 1.0 {
            return Err(ToolError::bad("All judgements are the same, so that kappa is undefined."));
        }
        Ok(json!({"kappa": (observed - expected) / (1.0 - expected), "agreement": 100.0 * observed}))
    })
}
