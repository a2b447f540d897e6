//! Two-by-two tables: proportions, agreement of raters, screening quality.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::stats::{normal_quantile, normal_two_sided};

/// The family.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = proportions();
    tools.extend([cohens_kappa(), mcnemar(), fisher(), sample_size()]);
    tools.extend(screening());
    tools
}

/// Responders and sizes of a study's two groups.
fn responders(builder: Builder) -> Builder {
    builder
        .param("events_1", "count:treated_responder", "Responders in the treatment group.")
        .range(0.0, 1e7)
        .param("n_1", "count:participant", "Size of the treatment group.")
        .range(1.0, 1e7)
        .param("events_2", "count:control_responder", "Responders in the control group.")
        .range(0.0, 1e7)
        .param("n_2", "count:participant", "Size of the control group.")
        .range(1.0, 1e7)
        .group("study", "two_proportions", &["events_1", "n_1", "events_2", "n_2"])
        .subject("study")
}

/// The cells of the table: responders and others of the treatment group, then of the control group.
fn cells(e1: i64, n1: i64, e2: i64, n2: i64) -> Result<[f64; 4], ToolError> {
    if e1 > n1 || e2 > n2 {
        return Err(ToolError::bad("A group cannot have more responders than members."));
    }
    Ok([e1 as f64, (n1 - e1) as f64, e2 as f64, (n2 - e2) as f64])
}

fn proportions() -> Vec<NativeTool> {
    let table = json!({"events_1": 30, "n_1": 100, "events_2": 20, "n_2": 100});
    let impossible = json!({"events_1": 130, "n_1": 100, "events_2": 20, "n_2": 100});
    vec![
        // Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, 3.1: pooled z test.
        responders(native(
            "academic.tables.two_proportion_z_test",
            Processing,
            "Pooled z test of two proportions: responder rate difference in percentage points, z statistic and two-sided p-value.",
        ))
        .field("difference", "level:share.responder_difference[%]", "responder rate difference (treatment minus control)")
        .plural("responder rate differences (treatment minus control)")
        .field("z", "position:z_statistic", "two-proportion z statistic")
        .field("p", "position:p_value", "two-sided p-value in the two-proportion z test")
        .plural("two-sided p-values in the two-proportion z test")
        .example(table.clone(), "/z", 0.1 / (0.25_f64 * 0.75 * 0.02).sqrt())
        .example(table.clone(), "/difference", 10.0)
        .example_error(impossible.clone())
        .run(|e1: i64, n1: i64, e2: i64, n2: i64| {
            let [a, b, c, d] = cells(e1, n1, e2, n2)?;
            let (p1, p2, p) = (a / (a + b), c / (c + d), (a + c) / (a + b + c + d));
            let variance = p * (1.0 - p) * (1.0 / (a + b) + 1.0 / (c + d));
            if variance <= 0.0 {
                return Err(ToolError::bad("Nobody or everybody responded, so that the test is undefined."));
            }
            let z = (p1 - p2) / variance.sqrt();
            Ok(json!({"difference": 100.0 * (p1 - p2), "z": z, "p": normal_two_sided(z)}))
        }),
        // Yates 1934: N (|ad - bc| - N/2)^2 over the product of the margins.
        responders(native(
            "academic.tables.chi_square_yates",
            Processing,
            "Chi-square test of a two-by-two table of responders by group with Yates' continuity correction.",
        ))
        .field("chi_square", "position:chi_square", "Yates-corrected chi-square statistic for response by study group")
        .field("p", "position:p_value", "p-value in the Yates-corrected chi-square test of response by study group")
        .plural("p-values in the Yates-corrected chi-square test of response by study group")
        .example(table.clone(), "/chi_square", 2.16)
        .example(json!({"events_1": 5, "n_1": 10, "events_2": 5, "n_2": 10}), "/p", 1.0)
        .example_error(impossible.clone())
        .run(|e1: i64, n1: i64, e2: i64, n2: i64| {
            let [a, b, c, d] = cells(e1, n1, e2, n2)?;
            let n = a + b + c + d;
            let margins = (a + b) * (c + d) * (a + c) * (b + d);
            if margins <= 0.0 {
                return Err(ToolError::bad("Nobody or everybody responded, so that the test is undefined."));
            }
            let excess = ((a * d - b * c).abs() - n / 2.0).max(0.0);
            let chi_square = n * excess * excess / margins;
            Ok(json!({"chi_square": chi_square, "p": normal_two_sided(chi_square.sqrt())}))
        }),
        // Altman 1991, Practical Statistics for Medical Research, 10.11.
        responders(native(
            "academic.tables.odds_and_risk_ratio",
            Processing,
            "Odds ratio and risk ratio of response in the treatment group against the control group.",
        ))
        .field("odds_ratio", "level:odds_ratio", "response odds ratio")
        .field("risk_ratio", "level:risk_ratio", "response risk ratio")
        .example(table.clone(), "/odds_ratio", 12.0 / 7.0)
        .example(table, "/risk_ratio", 1.5)
        .example_error(json!({"events_1": 5, "n_1": 5, "events_2": 0, "n_2": 9}))
        .run(|e1: i64, n1: i64, e2: i64, n2: i64| {
            let [a, b, c, d] = cells(e1, n1, e2, n2)?;
            if b * c <= 0.0 {
                return Err(ToolError::bad("A cell of the table is zero, so that the ratios are undefined."));
            }
            Ok(json!({"odds_ratio": a * d / (b * c), "risk_ratio": a * (c + d) / (c * (a + b))}))
        }),
        // Wilson 1927; example 81 / 263 of Newcombe 1998, Statistics in Medicine 17:857: 0.2553 to 0.3662.
        native(
            "academic.tables.acceptance_rate_interval",
            Processing,
            "Acceptance rate of a conference in percent, with the limits of its 95 percent Wilson score interval.",
        )
        .param("accepted", "count:submission", "Submissions accepted.")
        .range(0.0, 1e7)
        .param("received", "count:submission", "Submissions received.")
        .range(1.0, 1e7)
        .group("conference", "acceptance", &["accepted", "received"])
        .subject("conference")
        .past()
        .field("rate", "level:share.acceptance[%]", "acceptance rate")
        .field("lower", "level:share.acceptance_lower[%]", "lower 95-percent Wilson limit of the acceptance rate")
        .field("upper", "level:share.acceptance_upper[%]", "upper 95-percent Wilson limit of the acceptance rate")
        .example(json!({"accepted": 81, "received": 263}), "/lower", WILSON_81_263.0)
        .example(json!({"accepted": 81, "received": 263}), "/upper", WILSON_81_263.1)
        .example_error(json!({"accepted": 300, "received": 263}))
        .run(|accepted: i64, received: i64| {
            if accepted > received {
                return Err(ToolError::bad("No more can be accepted than was received."));
            }
            let (n, z) = (received as f64, super::stats::normal_quantile(0.975));
            let p = accepted as f64 / n;
            let scale = 100.0 / (1.0 + z * z / n);
            let centre = p + z * z / (2.0 * n);
            let reach = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
            Ok(json!({"rate": 100.0 * p, "lower": scale * (centre - reach), "upper": scale * (centre + reach)}))
        }),
    ]
}

/// Newcombe's example to more digits, from the closed formula.
const WILSON_81_263: (f64, f64) = (25.528_852, 36.620_957_7);

fn cohens_kappa() -> NativeTool {
    // Cohen 1960, Educational and Psychological Measurement 20:37; Byrt et al. 1993 for the adjusted kappa.
    native(
        "academic.tables.cohens_kappa",
        Processing,
        "Agreement of two raters from a two-by-two table: observed agreement in percent, Cohen's kappa, and prevalence- and bias-adjusted kappa.",
    )
    .param("both_yes", "count:pilot_record", "Items that both raters include.")
    .range(0.0, 1e7)
    .param("only_first", "count:pilot_record", "Items that only the first rater includes.")
    .range(0.0, 1e7)
    .param("only_second", "count:pilot_record", "Items that only the second rater includes.")
    .range(0.0, 1e7)
    .param("both_no", "count:pilot_record", "Items that both raters exclude.")
    .range(0.0, 1e7)
    .group("review", "rater_table", &["both_yes", "only_first", "only_second", "both_no"])
    .subject("review")
    .field("agreement", "level:share.agreement[%]", "observed rater agreement")
    .field("kappa", "level:kappa.cohen", "chance-corrected agreement of the two pilot-screening raters (Cohen's kappa)")
    .plural("chance-corrected rater agreements (Cohen's kappa)")
    .field("pabak", "level:kappa.pabak", "prevalence- and bias-adjusted kappa")
    .example(json!({"both_yes": 20, "only_first": 5, "only_second": 10, "both_no": 15}), "/kappa", 0.4)
    .example(json!({"both_yes": 45, "only_first": 15, "only_second": 25, "both_no": 15}), "/kappa", 0.06 / 0.46)
    .example_error(json!({"both_yes": 9, "only_first": 0, "only_second": 0, "both_no": 0}))
    .run(|yes: i64, first: i64, second: i64, no: i64| {
        let [a, b, c, d] = [yes, first, second, no].map(|x| x as f64);
        let n = a + b + c + d;
        let observed = (a + d) / n;
        let expected = ((a + b) * (a + c) + (c + d) * (b + d)) / (n * n);
        if n <= 0.0 || expected >= 1.0 {
            return Err(ToolError::bad("Both raters gave every item the same rating, so that kappa is undefined."));
        }
        let kappa = (observed - expected) / (1.0 - expected);
        Ok(json!({"agreement": 100.0 * observed, "kappa": kappa, "pabak": 2.0 * observed - 1.0}))
    })
}

fn log_choose(n: f64, k: f64) -> f64 {
    libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
}

fn mcnemar() -> NativeTool {
    // McNemar 1947, Psychometrika 12:153; the exact p-value is that of a sign test, the chi-square has Edwards' correction (1948).
    native(
        "academic.tables.mcnemar_test",
        Processing,
        "McNemar's test of whether two raters include equally often, from their two-by-two table: continuity-corrected chi-square and exact two-sided p-value.",
    )
    .param("both_yes", "count:pilot_record", "Items that both raters include.")
    .range(0.0, 1e7)
    .param("only_first", "count:pilot_record", "Items that only the first rater includes.")
    .range(0.0, 1e4)
    .param("only_second", "count:pilot_record", "Items that only the second rater includes.")
    .range(0.0, 1e4)
    .param("both_no", "count:pilot_record", "Items that both raters exclude.")
    .range(0.0, 1e7)
    .group("review", "rater_table", &["both_yes", "only_first", "only_second", "both_no"])
    .subject("review")
    .field("chi_square", "position:chi_square", "continuity-corrected McNemar chi-square statistic for the pilot screening")
    .field("p", "position:p_value", "exact McNemar p-value for the pilot screening")
    .example(json!({"both_yes": 59, "only_first": 6, "only_second": 16, "both_no": 80}), "/p", 0.052_478_790_28)
    .example(json!({"both_yes": 59, "only_first": 6, "only_second": 16, "both_no": 80}), "/chi_square", 81.0 / 22.0)
    .example_error(json!({"both_yes": 9, "only_first": 0, "only_second": 0, "both_no": 4}))
    .run(|_: i64, first: i64, second: i64, _: i64| {
        let (n, fewer) = ((first + second) as f64, first.min(second));
        if n <= 0.0 {
            return Err(ToolError::bad("The raters never disagree, so that there is nothing to test."));
        }
        let tail: f64 = (0..=fewer).map(|k| libm::exp(log_choose(n, k as f64) - n * std::f64::consts::LN_2)).sum();
        let apart = ((first - second).abs() as f64 - 1.0).max(0.0);
        Ok(json!({"chi_square": apart * apart / n, "p": (2.0 * tail).min(1.0)}))
    })
}

fn fisher() -> NativeTool {
    // Fisher 1935: all tables with the same margins that are no more probable than the observed one.
    responders(native(
        "academic.tables.fisher_exact_test",
        Processing,
        "Fisher's exact test of a two-by-two table of responders by group: two-sided p-value, the sum of the probabilities of all tables that are no more probable than the observed one.",
    ))
    .field("p", "position:p_value", "two-sided p-value in Fisher's exact test of response by study group")
    .plural("two-sided p-values in Fisher's exact test of response by study group")
    .example(json!({"events_1": 3, "n_1": 4, "events_2": 1, "n_2": 4}), "/p", 34.0 / 70.0)
    .example(json!({"events_1": 1, "n_1": 10, "events_2": 11, "n_2": 14}), "/p", 0.002_759_456)
    .example_error(json!({"events_1": 130, "n_1": 100, "events_2": 20, "n_2": 100}))
    .run(|e1: i64, n1: i64, e2: i64, n2: i64| {
        cells(e1, n1, e2, n2)?;
        if n1 + n2 > 200_000 {
            return Err(ToolError::bad("The exact test is for at most 200,000 participants; use a chi-square test."));
        }
        let (events, all) = ((e1 + e2) as f64, (n1 + n2) as f64);
        let log_probability = |k: i64| {
            let k = k as f64;
            log_choose(n1 as f64, k) + log_choose(n2 as f64, events - k) - log_choose(all, events)
        };
        let observed = log_probability(e1);
        // Equally probable tables may differ in the last digits.
        let possible = (e1 + e2 - n2).max(0)..=n1.min(e1 + e2);
        let p: f64 = possible.map(log_probability).filter(|l| *l <= observed + 1e-7).map(libm::exp).sum();
        Ok(json!({"p": p.min(1.0)}))
    })
}

fn sample_size() -> NativeTool {
    // Fleiss, Levin and Paik 2003, 4.14: pooled variance under the hypothesis, separate ones under the alternative.
    responders(native(
        "academic.tables.sample_size_two_proportions",
        Processing,
        "Participants needed in each of two equal groups to detect the difference of two observed proportions with a two-sided z test (normal approximation without continuity correction, rounded up).",
    ))
    .param("alpha", "level:significance.planned", "Two-sided significance level.")
    .label("two-sided significance level")
    .range(1e-9, 0.5)
    .sample_of([0.05, 0.01])
    .param("power", "level:power.planned", "Power, as a fraction.")
    .label("power")
    .range(0.5, 0.9999)
    .sample_of([0.8, 0.9])
    .field("per_group", "count:participant", "sample size per group for a replication of the responder rates")
    .plural("sample sizes per group for a replication of the responder rates")
    .tail("at {alpha} with {power}")
    .example(json!({"events_1": 60, "n_1": 100, "events_2": 40, "n_2": 100, "alpha": 0.05, "power": 0.8}), "/per_group", 97.0)
    .example_error(json!({"events_1": 40, "n_1": 100, "events_2": 40, "n_2": 100, "alpha": 0.05, "power": 0.8}))
    .run(|e1: i64, n1: i64, e2: i64, n2: i64, alpha: f64, power: f64| {
        cells(e1, n1, e2, n2)?;
        let (p, q) = (e1 as f64 / n1 as f64, e2 as f64 / n2 as f64);
        let mean = (p + q) / 2.0;
        let reach = normal_quantile(1.0 - alpha / 2.0) * (2.0 * mean * (1.0 - mean)).sqrt()
            + normal_quantile(power) * (p * (1.0 - p) + q * (1.0 - q)).sqrt();
        let size = (reach / (p - q)) * (reach / (p - q));
        if !size.is_finite() || size > 1e9 {
            return Err(ToolError::bad("The proportions are too close to each other to plan for."));
        }
        Ok(json!({"per_group": size.ceil().max(2.0) as i64}))
    })
}

/// The counts that a screening of records is judged by.
fn confusion(builder: Builder) -> Builder {
    builder
        .param("true_positives", "count:record", "Relevant records flagged.")
        .range(0.0, 1e8)
        .param("false_positives", "count:record", "Irrelevant records flagged.")
        .range(0.0, 1e8)
        .param("false_negatives", "count:record", "Relevant records missed.")
        .range(0.0, 1e8)
        .param("true_negatives", "count:record", "Irrelevant records excluded.")
        .range(0.0, 1e8)
        .group(
            "review",
            "confusion_matrix",
            &["true_positives", "false_positives", "false_negatives", "true_negatives"],
        )
        .subject("review")
}

fn screening() -> Vec<NativeTool> {
    let counts = |tp: i64, fp: i64, fn_: i64, tn: i64| json!({"true_positives": tp, "false_positives": fp, "false_negatives": fn_, "true_negatives": tn});
    vec![
        // van Rijsbergen 1979, Information Retrieval, chapter 7.
        confusion(native(
            "academic.tables.screening_precision_recall",
            Processing,
            "Precision and recall of a screening in percent, and their harmonic mean, the F1 score, as a fraction.",
        ))
        .field("precision", "level:share.precision[%]", "screening precision")
        .field("recall", "level:share.recall[%]", "screening recall")
        .field("f1", "level:f1_score", "screening F1 score")
        .example(counts(60, 20, 40, 880), "/precision", 75.0)
        .example(counts(60, 20, 40, 880), "/recall", 60.0)
        .example(counts(60, 20, 40, 880), "/f1", 2.0 / 3.0)
        .example_error(counts(0, 5, 5, 90))
        .run(|tp: i64, fp: i64, missed: i64, _tn: i64| {
            if tp == 0 {
                return Err(ToolError::bad("Nothing relevant was flagged, so that the F1 score is undefined."));
            }
            let [tp, fp, missed] = [tp, fp, missed].map(|x| x as f64);
            let f1 = 2.0 * tp / (2.0 * tp + fp + missed);
            Ok(json!({"precision": 100.0 * tp / (tp + fp), "recall": 100.0 * tp / (tp + missed), "f1": f1}))
        }),
        // Matthews 1975, Biochimica et Biophysica Acta 405:442.
        confusion(native(
            "academic.tables.screening_matthews_correlation",
            Processing,
            "Matthews correlation coefficient of a screening against the final decisions.",
        ))
        .field("mcc", "level:correlation.matthews", "screening Matthews correlation coefficient")
        .example(counts(6, 1, 2, 3), "/mcc", 16.0 / 1120.0_f64.sqrt())
        .example(counts(5, 0, 0, 5), "/mcc", 1.0)
        .example_error(counts(5, 5, 0, 0))
        .run(|tp: i64, fp: i64, missed: i64, tn: i64| {
            let [tp, fp, missed, tn] = [tp, fp, missed, tn].map(|x| x as f64);
            let margins = (tp + fp) * (tp + missed) * (tn + fp) * (tn + missed);
            if margins <= 0.0 {
                return Err(ToolError::bad("A margin of the table is empty, so that the coefficient is undefined."));
            }
            Ok(json!({"mcc": (tp * tn - fp * missed) / margins.sqrt()}))
        }),
        // Cohen, Hersh, Peterson & Yen 2006, JAMIA 13:206: (TN + FN) / N - (1 - recall).
        confusion(native(
            "academic.tables.work_saved_over_sampling",
            Processing,
            "Work saved over sampling by a screening, in percentage points: share of records not flagged minus share of relevant records missed.",
        ))
        .field("saving", "level:share.work_saved[%]", "work saved over sampling")
        .plural("work saved over sampling")
        .example(counts(95, 195, 5, 705), "/saving", 66.0)
        .example(counts(10, 90, 0, 0), "/saving", 0.0)
        .example_error(counts(0, 5, 0, 5))
        .run(|tp: i64, fp: i64, missed: i64, tn: i64| {
            let [tp, fp, missed, tn] = [tp, fp, missed, tn].map(|x| x as f64);
            if tp + missed <= 0.0 {
                return Err(ToolError::bad("There are no relevant records, so that recall is undefined."));
            }
            let unread = (tn + missed) / (tp + fp + missed + tn);
            Ok(json!({"saving": 100.0 * (unread - missed / (tp + missed))}))
        }),
    ]
}
