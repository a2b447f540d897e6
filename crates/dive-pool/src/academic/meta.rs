//! Meta-analysis of studies that report an effect and its standard error.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::{Value, json};

use super::stats::{normal_quantile, t_critical, t_two_sided};

/// Inverse-variance weighting of effects with standard errors.
struct Pooled {
    effect: f64,
    error: f64,
    q: f64,
    df: f64,
    /// Scale of the moment estimate of the variance between studies.
    c: f64,
}

fn pool(effects: &[f64], variances: &[f64]) -> Pooled {
    let weights: Vec<f64> = variances.iter().map(|v| 1.0 / v).collect();
    let total: f64 = weights.iter().sum();
    let effect = weights.iter().zip(effects).map(|(w, y)| w * y).sum::<f64>() / total;
    let q = weights.iter().zip(effects).map(|(w, y)| w * (y - effect) * (y - effect)).sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    Pooled { effect, error: 1.0 / total.sqrt(), q, df: effects.len() as f64 - 1.0, c: total - squares / total }
}

/// Pooled effects with and without variance between studies, and that variance after DerSimonian and Laird.
fn both(effects: &[f64], within: &[f64]) -> (Pooled, Pooled, f64) {
    let fixed = pool(effects, within);
    let tau_squared = ((fixed.q - fixed.df) / fixed.c).max(0.0);
    let total: Vec<f64> = within.iter().map(|v| v + tau_squared).collect();
    (fixed, pool(effects, &total), tau_squared)
}

fn variances(effects: &[f64], errors: &[f64]) -> Result<Vec<f64>, ToolError> {
    if effects.len() != errors.len() || effects.len() < 2 {
        return Err(ToolError::bad("There must be at least two effects, and one standard error for each."));
    }
    if errors.iter().any(|e| *e <= 0.0) {
        return Err(ToolError::bad("Standard errors must be positive."));
    }
    Ok(errors.iter().map(|e| e * e).collect())
}

/// Effects and standard errors of studies, which come together.
fn effects(builder: Builder) -> Builder {
    builder
        .param("effects", "list(level:effect_size.adjusted)", "Effects of the studies.")
        .param(
            "standard_errors",
            "list(level:standard_error.adjusted)",
            "Standard errors of the same effects, in the same order.",
        )
        .group("evidence", "effect_sizes", &["effects", "standard_errors"])
}

/// The family.
pub fn tools() -> Vec<NativeTool> {
    // By hand: weights 100 and 25, Q = 1.8, C = 40, so that tau^2 = 0.02 and the new weights are 33.3 and 16.7.
    let two = json!({"effects": [0.2, 0.5], "standard_errors": [0.1, 0.2]});
    vec![
        influence(),
        asymmetry(),
        prediction(),
        file_drawer(),
        // Borenstein et al. 2009, chapters 11 and 16; I^2 after Higgins & Thompson 2002.
        effects(native(
            "academic.meta.fixed_effect_meta_analysis",
            Processing,
            "Fixed-effect (inverse-variance) meta-analysis: pooled effect, its standard error, Cochran's Q and I squared.",
        ))
        .field("effect", "level:effect_size.fixed", "fixed-effect pooled estimate")
        .field("standard_error", "level:standard_error.fixed", "standard error of the fixed-effect pooled estimate")
        .field("q", "level:heterogeneity.q", "heterogeneity statistic (Cochran's Q)")
        .plural("heterogeneity statistics (Cochran's Q)")
        .field("i_squared", "level:share.heterogeneity[%]", "share of variation due to heterogeneity (I squared)")
        .plural("shares of variation due to heterogeneity (I squared)")
        .tail("over the controlled studies on record for {evidence}")
        .example(two.clone(), "/effect", 0.26)
        .example(two.clone(), "/q", 1.8)
        .example(two.clone(), "/i_squared", 100.0 * 0.8 / 1.8)
        .example_error(json!({"effects": [0.2], "standard_errors": [0.1]}))
        .run(|effects: Vec<f64>, errors: Vec<f64>| {
            let p = pool(&effects, &variances(&effects, &errors)?);
            let i_squared = if p.q > p.df { 100.0 * (p.q - p.df) / p.q } else { 0.0 };
            Ok(json!({"effect": p.effect, "standard_error": p.error, "q": p.q, "i_squared": i_squared}))
        }),
        // DerSimonian & Laird 1986, Controlled Clinical Trials 7:177.
        effects(native(
            "academic.meta.random_effects_meta_analysis",
            Processing,
            "Random-effects meta-analysis with the DerSimonian-Laird estimate of the variance between studies.",
        ))
        .field("effect", "level:effect_size.random", "random-effects pooled estimate (DerSimonian-Laird)")
        .plural("random-effects pooled estimates (DerSimonian-Laird)")
        .field("standard_error", "level:standard_error.random", "standard error of the random-effects pooled estimate")
        .field("tau_squared", "level:heterogeneity.tau_squared", "between-study variance (DerSimonian-Laird)")
        .plural("between-study variances (DerSimonian-Laird)")
        .tail("over the controlled studies on record for {evidence}")
        .example(two.clone(), "/effect", 0.3)
        .example(two, "/tau_squared", 0.02)
        .example_error(json!({"effects": [0.2, 0.5], "standard_errors": [0.1, 0]}))
        .run(|effects: Vec<f64>, errors: Vec<f64>| {
            let (_, p, tau_squared) = both(&effects, &variances(&effects, &errors)?);
            Ok(json!({"effect": p.effect, "standard_error": p.error, "tau_squared": tau_squared}))
        }),
    ]
}

/// Three studies of equal precision.
fn three() -> Value {
    json!({"effects": [0.1, 0.3, 0.5], "standard_errors": [0.1, 0.1, 0.1]})
}

fn at_least_three(effects: &[f64], errors: &[f64]) -> Result<Vec<f64>, ToolError> {
    let within = variances(effects, errors)?;
    if within.len() < 3 { Err(ToolError::bad("At least three studies are needed.")) } else { Ok(within) }
}

fn influence() -> NativeTool {
    // Weights: Borenstein et al. 2009, chapters 11 and 12. Leaving one out: Viechtbauer and Cheung 2010, Research Synthesis Methods 1:112.
    native(
        "academic.meta.study_influence",
        Processing,
        "What each study contributes to a meta-analysis: its weight in percent in the fixed-effect and in the random-effects model (DerSimonian-Laird), and the random-effects estimate of the others when it is left out.",
    )
    .param("studies", "list(entity:study)", "Names of the studies.")
    .param("effects", "list(level:effect_size.adjusted)", "Effects of the studies, in the same order.")
    .param("standard_errors", "list(level:standard_error.adjusted)", "Standard errors of the effects, in the same order.")
    .group("evidence", "study_effects", &["studies", "effects", "standard_errors"])
    .rows("studies", "meta-analysed study", "meta-analysed studies", "name")
    .field("name", "entity:study", "name")
    .field("fixed_weight", "position:share.fixed_weight[%]", "weight in the fixed-effect model")
    .plural("weights in the fixed-effect model")
    .field("random_weight", "position:share.random_weight[%]", "weight in the random-effects model")
    .plural("weights in the random-effects model")
    .field("effect_without", "level:effect_size.left_out", "leave-one-out random-effects estimate")
    .tail("on record for {evidence}")
    .example(json!({"studies": ["A", "B", "C"], "effects": [0.1, 0.3, 0.5], "standard_errors": [0.1, 0.1, 0.1]}), "/studies/1/fixed_weight", 100.0 / 3.0)
    .example(json!({"studies": ["A", "B", "C"], "effects": [0.1, 0.3, 0.5], "standard_errors": [0.1, 0.1, 0.1]}), "/studies/0/effect_without", 0.4)
    .example_error(json!({"studies": ["A", "B"], "effects": [0.1, 0.3], "standard_errors": [0.1, 0.1]}))
    .run(|studies: Vec<String>, effects: Vec<f64>, errors: Vec<f64>| {
        let within = at_least_three(&effects, &errors)?;
        if studies.len() != effects.len() || effects.len() > 100 {
            return Err(ToolError::bad("There must be one name for each effect, and at most 100 of them."));
        }
        let (fixed, random, tau_squared) = both(&effects, &within);
        let without = |i: usize| {
            let rest = |list: &[f64]| list.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| *v).collect::<Vec<_>>();
            both(&rest(&effects), &rest(&within)).1.effect
        };
        let rows = studies.iter().enumerate().zip(&within).map(|((i, name), v)| {
            // The squared standard error of a pooled effect is one over the sum of weights.
            json!({
                "name": name,
                "fixed_weight": 100.0 * fixed.error * fixed.error / v,
                "random_weight": 100.0 * random.error * random.error / (v + tau_squared),
                "effect_without": without(i),
            })
        });
        Ok(json!({"studies": rows.collect::<Vec<_>>()}))
    })
}

fn asymmetry() -> NativeTool {
    // Egger, Davey Smith, Schneider and Minder 1997, BMJ 315:629: effect over error regressed on precision; the intercept is the bias.
    effects(native(
        "academic.meta.egger_test",
        Processing,
        "Egger's regression test of funnel-plot asymmetry: intercept of the standardised effects regressed on precision, and its two-sided p-value (t distribution).",
    ))
    .field("intercept", "level:funnel_intercept", "funnel-plot intercept (Egger's test)")
    .plural("funnel-plot intercepts (Egger's test)")
    .field("p", "position:p_value", "p-value of funnel-plot asymmetry (Egger's test)")
    .plural("p-values of funnel-plot asymmetry (Egger's test)")
    .tail("over the controlled studies on record for {evidence}")
    // Effect over error is 1, 3 and 5 at precisions 10, 5 and 10/3.
    .example(json!({"effects": [0.1, 0.6, 1.5], "standard_errors": [0.1, 0.2, 0.3]}), "/intercept", 83.0 / 13.0)
    .example_error(three())
    .example_error(json!({"effects": [0.2, 0.5], "standard_errors": [0.1, 0.2]}))
    .run(|effects: Vec<f64>, errors: Vec<f64>| {
        at_least_three(&effects, &errors)?;
        let n = effects.len() as f64;
        let points: Vec<(f64, f64)> = effects.iter().zip(&errors).map(|(y, e)| (1.0 / e, y / e)).collect();
        let (mx, my) = points.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
        let spread: f64 = points.iter().map(|(x, _)| (x - mx) * (x - mx)).sum();
        if spread <= 1e-9 * mx * mx {
            return Err(ToolError::bad("All studies are equally precise, so that a funnel plot has no shape."));
        }
        let slope = points.iter().map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / spread;
        let intercept = my - slope * mx;
        let rest: f64 = points.iter().map(|(x, y)| y - intercept - slope * x).map(|r| r * r).sum();
        let error = (rest / (n - 2.0) * (1.0 / n + mx * mx / spread)).sqrt();
        if error <= 0.0 {
            return Err(ToolError::bad("The studies lie exactly on a line, so that the test is undefined."));
        }
        Ok(json!({"intercept": intercept, "p": t_two_sided(intercept / error, n - 2.0)}))
    })
}

fn prediction() -> NativeTool {
    // Higgins, Thompson and Spiegelhalter 2009, JRSS A 172:137: mean plus or minus t with k - 2 degrees of freedom times root(tau^2 + SE^2).
    effects(native(
        "academic.meta.prediction_interval",
        Processing,
        "95-percent prediction interval for the effect in a new study, by the random-effects model (DerSimonian-Laird) and the t distribution with two degrees of freedom fewer than studies.",
    ))
    .field("lower", "level:effect_prediction.lower", "lower limit of the 95-percent prediction interval")
    .plural("lower limits of the 95-percent prediction interval")
    .field("upper", "level:effect_prediction.upper", "upper limit of the 95-percent prediction interval")
    .plural("upper limits of the 95-percent prediction interval")
    .tail("over the controlled studies on record for {evidence}")
    // tau^2 = 0.03, standard error 0.2 / root 3, t(0.975, 1) = 12.706.
    .example(three(), "/upper", 0.3 + 12.706_204_736 * (0.03_f64 + 0.04 / 3.0).sqrt())
    .example_error(json!({"effects": [0.2, 0.5], "standard_errors": [0.1, 0.2]}))
    .example_error(json!({"effects": [0.2, 0.5, 0.3], "standard_errors": [0.1, 0.2]}))
    .run(|effects: Vec<f64>, errors: Vec<f64>| {
        let within = at_least_three(&effects, &errors)?;
        let (_, pooled, tau_squared) = both(&effects, &within);
        let reach = t_critical(0.05, effects.len() as f64 - 2.0) * (tau_squared + pooled.error * pooled.error).sqrt();
        Ok(json!({"lower": pooled.effect - reach, "upper": pooled.effect + reach}))
    })
}

fn file_drawer() -> NativeTool {
    // Rosenthal 1979, Psychological Bulletin 86:638: (sum of z)^2 / 1.645^2 - k, not below zero; Stouffer's combined z.
    effects(native(
        "academic.meta.fail_safe_number",
        Processing,
        "Rosenthal's fail-safe number: unpublished null results that would make the combined one-sided test of studies just insignificant at 0.05; and Stouffer's combined z.",
    ))
    .field("fail_safe", "level:fail_safe_number", "fail-safe number (Rosenthal)")
    .plural("fail-safe numbers (Rosenthal)")
    .field("combined_z", "position:z_statistic", "combined z statistic (Stouffer)")
    .plural("combined z statistics (Stouffer)")
    .tail("over the controlled studies on record for {evidence}")
    .example(json!({"effects": [0.3, 0.5], "standard_errors": [0.1, 0.1]}), "/combined_z", 8.0 / std::f64::consts::SQRT_2)
    .example(json!({"effects": [0.01, 0.01], "standard_errors": [0.1, 0.1]}), "/fail_safe", 0.0)
    .example_error(json!({"effects": [0.3, 0.5], "standard_errors": [0.1, -0.1]}))
    .run(|effects: Vec<f64>, errors: Vec<f64>| {
        variances(&effects, &errors)?;
        let (sum, k) = (effects.iter().zip(&errors).map(|(y, e)| y / e).sum::<f64>(), effects.len() as f64);
        let critical = normal_quantile(0.95);
        let needed = if sum > 0.0 { (sum * sum / (critical * critical) - k).max(0.0) } else { 0.0 };
        Ok(json!({"fail_safe": needed, "combined_z": sum / k.sqrt()}))
    })
}
