//! Effect sizes, tests of means, planning of studies, rank correlation.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::stats::{normal_cdf, normal_quantile, t_critical, t_two_sided};

/// The family.
pub fn tools() -> Vec<NativeTool> {
    let mut tools = group_comparisons();
    tools.extend(planning());
    tools.extend(rank_correlation());
    tools
}

/// The summary of a study's two groups, as parameters that come together.
fn two_groups(builder: Builder) -> Builder {
    builder
        .param("mean_1", "level:outcome.mean", "Mean of the treatment group.")
        .param("sd_1", "level:outcome.sd", "Standard deviation of the treatment group.")
        .range(0.0, 1e9)
        .param("n_1", "count:participant", "Size of the treatment group.")
        .range(2.0, 1e7)
        .param("mean_2", "level:outcome.mean", "Mean of the control group.")
        .param("sd_2", "level:outcome.sd", "Standard deviation of the control group.")
        .range(0.0, 1e9)
        .param("n_2", "count:participant", "Size of the control group.")
        .range(2.0, 1e7)
        .group("study", "two_group_summary", &["mean_1", "sd_1", "n_1", "mean_2", "sd_2", "n_2"])
        .subject("study")
}

/// Cohen's d with the pooled standard deviation, and its degrees of freedom.
fn cohen(m1: f64, s1: f64, n1: f64, m2: f64, s2: f64, n2: f64) -> Result<(f64, f64), ToolError> {
    let df = n1 + n2 - 2.0;
    let pooled = (((n1 - 1.0) * s1 * s1 + (n2 - 1.0) * s2 * s2) / df).sqrt();
    if pooled > 0.0 {
        Ok(((m1 - m2) / pooled, df))
    } else {
        Err(ToolError::bad("The standard deviations must not both be zero."))
    }
}

fn group_comparisons() -> Vec<NativeTool> {
    // Worked example of Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 4: d = 0.5970, g = 0.5924.
    let borenstein = json!({"mean_1": 103, "sd_1": 5.5, "n_1": 50, "mean_2": 100, "sd_2": 4.5, "n_2": 50});
    let flat = json!({"mean_1": 3, "sd_1": 0, "n_1": 9, "mean_2": 3, "sd_2": 0, "n_2": 9});
    vec![
        // Cohen 1988, Statistical Power Analysis, 2.5.1: difference of means over the pooled standard deviation.
        two_groups(native(
            "academic.effects.cohens_d",
            Processing,
            "Cohen's d of two groups: treatment mean minus control mean, divided by the pooled standard deviation.",
        ))
        .field("d", "level:effect_size.d", "standardised mean difference (Cohen's d)")
        .plural("standardised mean differences (Cohen's d)")
        .example(borenstein.clone(), "/d", 3.0 / 25.25_f64.sqrt())
        .example_error(flat.clone())
        .run(|m1: f64, s1: f64, n1: i64, m2: f64, s2: f64, n2: i64| {
            let (d, _) = cohen(m1, s1, n1 as f64, m2, s2, n2 as f64)?;
            Ok(json!({"d": d}))
        }),
        // Hedges 1981; correction factor 1 - 3 / (4 df - 1).
        two_groups(native(
            "academic.effects.hedges_g",
            Processing,
            "Hedges' g of two groups: Cohen's d with the small-sample correction 1 - 3 / (4 df - 1).",
        ))
        .field("g", "level:effect_size.g", "bias-corrected effect size (Hedges' g)")
        .plural("bias-corrected effect sizes (Hedges' g)")
        .example(borenstein, "/g", 3.0 / 25.25_f64.sqrt() * (1.0 - 3.0 / 391.0))
        .example_error(flat.clone())
        .run(|m1: f64, s1: f64, n1: i64, m2: f64, s2: f64, n2: i64| {
            let (d, df) = cohen(m1, s1, n1 as f64, m2, s2, n2 as f64)?;
            Ok(json!({"g": d * (1.0 - 3.0 / (4.0 * df - 1.0))}))
        }),
        // Welch 1947, Biometrika 34:28; degrees of freedom after Satterthwaite 1946.
        two_groups(native(
            "academic.effects.welch_t_test",
            Processing,
            "Welch's t test of treatment against control mean for unequal variances: t, Welch-Satterthwaite degrees of freedom and two-sided p-value.",
        ))
        .field("t", "position:t_statistic", "Welch t statistic")
        .field("df", "position:degrees_of_freedom", "Welch-Satterthwaite number of degrees of freedom")
        .plural("Welch-Satterthwaite numbers of degrees of freedom")
        .field("p", "position:p_value", "two-sided p-value in Welch's t test")
        .plural("two-sided p-values in Welch's t test")
        // Equal sizes and variances: t = 2 / (4 sqrt(2 / 32)) = 2 with 62 degrees of freedom.
        .example(json!({"mean_1": 12, "sd_1": 4, "n_1": 32, "mean_2": 10, "sd_2": 4, "n_2": 32}), "/t", 2.0)
        .example(json!({"mean_1": 12, "sd_1": 4, "n_1": 32, "mean_2": 10, "sd_2": 4, "n_2": 32}), "/df", 62.0)
        .example_error(flat)
        .run(|m1: f64, s1: f64, n1: i64, m2: f64, s2: f64, n2: i64| {
            let (n1, n2) = (n1 as f64, n2 as f64);
            let (v1, v2) = (s1 * s1 / n1, s2 * s2 / n2);
            let v = v1 + v2;
            if v <= 0.0 {
                return Err(ToolError::bad("The standard deviations must not both be zero."));
            }
            let t = (m1 - m2) / v.sqrt();
            let df = v * v / (v1 * v1 / (n1 - 1.0) + v2 * v2 / (n2 - 1.0));
            Ok(json!({"t": t, "df": df, "p": t_two_sided(t, df)}))
        }),
        // r = d / sqrt(d^2 + 4) for equal groups (Cohen 1988, 2.2.6); superiority after McGraw & Wong 1992.
        native(
            "academic.effects.effect_size_equivalents",
            Processing,
            "Other expressions of a standardised mean difference between equal groups: point-biserial correlation and probability of superiority.",
        )
        .param("effect", "level:effect_size", "Standardised mean difference.")
        .label("standardised mean difference")
        .range(-10.0, 10.0)
        .sample(0.1, 1.5, 0.05)
        .field("correlation", "level:correlation.point_biserial", "point-biserial correlation")
        .field("superiority", "level:share.superiority[%]", "probability of superiority")
        .plural("probabilities of superiority")
        .tail("equivalent to {effect}")
        .tail("corresponding to {effect}")
        .example(json!({"effect": 1.5}), "/correlation", 0.6)
        .example(json!({"effect": 0.0}), "/superiority", 50.0)
        .example_error(json!({"effect": 99.0}))
        .run(|d: f64| {
            let superiority = 100.0 * normal_cdf(d / std::f64::consts::SQRT_2);
            Ok(json!({"correlation": d / (d * d + 4.0).sqrt(), "superiority": superiority}))
        }),
    ]
}

fn planning() -> Vec<NativeTool> {
    vec![
        // Normal approximation, e.g. Chow, Shao & Wang 2008, Sample Size Calculations, 3.2: 2 ((z + z') / d)^2.
        native(
            "academic.effects.sample_size_two_means",
            Processing,
            "Participants needed in each of two equal groups to detect a standardised mean difference with a two-sided test (normal approximation, rounded up).",
        )
        .param("effect", "level:effect_size", "Standardised mean difference; its sign does not matter.")
        .label("standardised mean difference")
        .range(-10.0, 10.0)
        .sample(0.2, 1.0, 0.05)
        .param("alpha", "level:significance", "Two-sided significance level.")
        .label("two-sided significance level")
        .range(1e-9, 0.5)
        .sample_of([0.05, 0.01, 0.1])
        .param("power", "level:power", "Power, as a fraction.")
        .label("power")
        .range(0.5, 0.9999)
        .sample_of([0.8, 0.9, 0.95])
        .field("per_group", "count:participant", "required sample size per group")
        .plural("required sample sizes per group")
        .tail("to detect {effect} at {alpha} with {power}")
        .example(json!({"effect": 0.5, "alpha": 0.05, "power": 0.8}), "/per_group", 63.0)
        .example(json!({"effect": -0.2, "alpha": 0.05, "power": 0.8}), "/per_group", 393.0)
        .example_error(json!({"effect": 0.0, "alpha": 0.05, "power": 0.8}))
        .run(|effect: f64, alpha: f64, power: f64| {
            let z = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power);
            let n = (2.0 * z * z / (effect * effect)).ceil();
            if n > 1e9 {
                return Err(ToolError::bad("The effect is too close to zero to plan for."));
            }
            Ok(json!({"per_group": n as i64}))
        }),
        // Solved from the same approximation for groups of any size: d = (z + z') root(1/n + 1/m).
        native(
            "academic.effects.minimum_detectable_effect",
            Processing,
            "Smallest standardised mean difference that a two-sided comparison of two groups of given sizes detects with a given power (normal approximation).",
        )
        .param("n_1", "count:participant", "Size of the first group.")
        .range(2.0, 1e7)
        .param("n_2", "count:participant", "Size of the second group.")
        .range(2.0, 1e7)
        .param("alpha", "level:significance.planned", "Two-sided significance level.")
        .label("two-sided significance level")
        .range(1e-9, 0.5)
        .sample_of([0.05, 0.01, 0.1])
        .param("power", "level:power.planned", "Power, as a fraction.")
        .label("power")
        .range(0.5, 0.9999)
        .sample_of([0.8, 0.9, 0.95])
        .group("study", "group_sizes", &["n_1", "n_2"])
        .subject("study")
        .field("effect", "level:detectable_effect", "minimum detectable standardised effect")
        .tail("at {alpha} with {power}")
        .example(json!({"n_1": 63, "n_2": 63, "alpha": 0.05, "power": 0.8}), "/effect", 0.499_170_1)
        .example_error(json!({"n_1": 1, "n_2": 63, "alpha": 0.05, "power": 0.8}))
        .example_error(json!({"n_1": 63, "n_2": 63, "alpha": 0.0, "power": 0.8}))
        .run(|n1: i64, n2: i64, alpha: f64, power: f64| {
            let z = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power);
            Ok(json!({"effect": z * (1.0 / n1 as f64 + 1.0 / n2 as f64).sqrt()}))
        }),
        // Student 1908: t times the standard error of the mean.
        native(
            "academic.effects.mean_confidence_half_width",
            Processing,
            "Half-width of the t confidence interval of a mean, from standard deviation, sample size and confidence level.",
        )
        .param("sd", "level:outcome.sd", "Sample standard deviation.")
        .range(0.0, 1e9)
        .param("n", "count:participant", "Sample size.")
        .range(2.0, 1e7)
        .param("confidence", "level:confidence[%]", "Confidence level in percent.")
        .label("confidence level")
        .range(50.0, 99.99)
        .sample_of([90, 95, 99])
        .group("study", "treatment_group", &["sd", "n"])
        .subject("study")
        .field("half_width", "level:outcome.half_width", "half-width of the t confidence interval of the treatment-group mean")
        .plural("half-widths of the t confidence intervals of the treatment-group means")
        .tail("at {confidence}")
        .example(json!({"sd": 10, "n": 25, "confidence": 95}), "/half_width", 4.127_797_1)
        .example(json!({"sd": 0, "n": 25, "confidence": 95}), "/half_width", 0.0)
        .example_error(json!({"sd": 10, "n": 1, "confidence": 95}))
        .run(|sd: f64, n: i64, confidence: f64| {
            let t = t_critical(1.0 - confidence / 100.0, n as f64 - 1.0);
            Ok(json!({"half_width": t * sd / (n as f64).sqrt()}))
        }),
        // Bonferroni: alpha / m; Sidak 1967: 1 - (1 - alpha)^(1/m), exact for independent tests.
        native(
            "academic.effects.multiple_testing_threshold",
            Processing,
            "Significance threshold of each of several tests that keeps a family-wise error rate: Bonferroni and Sidak.",
        )
        .param("tests", "count:hypothesis", "Number of tests.")
        .range(1.0, 1e7)
        .sample(3.0, 40.0, 1.0)
        .param("alpha", "level:family_error", "Family-wise error rate.")
        .label("family-wise error rate")
        .range(1e-9, 0.5)
        .sample_of([0.05, 0.01, 0.1])
        .field("bonferroni", "level:significance.bonferroni", "Bonferroni significance threshold")
        .field("sidak", "level:significance.sidak", "Sidak significance threshold")
        .tail("for {=tests} tests at {alpha}")
        .example(json!({"tests": 10, "alpha": 0.05}), "/bonferroni", 0.005)
        .example(json!({"tests": 2, "alpha": 0.19}), "/sidak", 0.1)
        .example_error(json!({"tests": 0, "alpha": 0.05}))
        .run(|tests: i64, alpha: f64| {
            let m = tests as f64;
            Ok(json!({"bonferroni": alpha / m, "sidak": -libm::expm1(libm::log1p(-alpha) / m)}))
        }),
    ]
}

fn paired(x: &[f64], y: &[f64]) -> Result<(), ToolError> {
    if x.len() != y.len() || x.len() < 3 {
        return Err(ToolError::bad("The lists must have equal length, and at least three members."));
    }
    let constant = |v: &[f64]| v.windows(2).all(|w| matches!(w, [a, b] if a == b));
    if constant(x) || constant(y) {
        return Err(ToolError::bad("A list whose members are all equal has no rank correlation."));
    }
    Ok(())
}

fn rank_correlation() -> Vec<NativeTool> {
    // Ranks without ties: squared rank differences sum to 8, so that rho = 1 - 6 * 8 / (5 * 24) = 0.6.
    let x = json!({"x": [1, 2, 3, 4, 5], "y": [3, 1, 2, 5, 4]});
    let lists = |b: Builder| {
        b.param("x", "list(number)", "First values.").param("y", "list(number)", "Second values, in the same order.")
    };
    vec![
        // Kendall 1945, Biometrika 33:239: concordant minus discordant pairs, corrected for ties.
        lists(native(
            "academic.effects.kendall_rank_correlation",
            Processing,
            "Kendall's rank correlation tau-b of two lists of equal length, corrected for ties.",
        ))
        .field("tau", "position:correlation.kendall", "Kendall rank correlation (tau-b)")
        .plural("Kendall rank correlations (tau-b)")
        .tail("between {x} and {y}")
        // Seven of the ten pairs are concordant, three discordant.
        .example(x, "/tau", 0.4)
        .example(json!({"x": [1, 2, 2, 4], "y": [8, 7, 7, 1]}), "/tau", -1.0)
        .example_error(json!({"x": [1, 2], "y": [1, 2]}))
        .run(|x: Vec<f64>, y: Vec<f64>| {
            paired(&x, &y)?;
            let sign = |a: f64, b: f64| if a == b { 0.0 } else { (a - b).signum() };
            let (mut score, mut pairs_x, mut pairs_y) = (0.0, 0.0, 0.0);
            for (i, (xi, yi)) in x.iter().zip(&y).enumerate() {
                for (xj, yj) in x.iter().zip(&y).take(i) {
                    let (dx, dy) = (sign(*xi, *xj), sign(*yi, *yj));
                    score += dx * dy;
                    pairs_x += dx * dx;
                    pairs_y += dy * dy;
                }
            }
            Ok(json!({"tau": score / (pairs_x * pairs_y).sqrt()}))
        }),
    ]
}
