//! What trials, assays and epidemiology tell (definitions as in Fletcher & Fletcher, Clinical Epidemiology).

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![treatment_effect(), test_accuracy(), post_test_probability(), expected_cases(), case_payment()]
}

fn treatment_effect() -> NativeTool {
    let text = "Effect of a treatment from the events in both arms of a trial: absolute risk reduction, relative risk, \
        odds ratio and, where there is a benefit, number needed to treat.";
    native("medical.evidence.treatment_effect", Processing, text)
        .param("treated_events", "count:event", "Events in the treatment arm.")
        .range(0.0, 1e7)
        .param("treated", "count:trial_participant", "Participants in the treatment arm.")
        .range(1.0, 1e7)
        .param("control_events", "count:event", "Events in the control arm.")
        .range(1.0, 1e7)
        .param("control", "count:trial_participant", "Participants in the control arm.")
        .range(1.0, 1e7)
        .group("arms", "trial_arms", &["treated_events", "treated", "control_events", "control"])
        .field("risk_reduction_percent", "level:share.risk_reduction[%]", "absolute risk reduction")
        .field("relative_risk", "level:relative_risk", "relative risk of the primary event")
        .field("odds_ratio", "level:odds_ratio", "odds ratio of the primary event")
        .field("number_needed_to_treat", "level:number_needed_to_treat", "number needed to treat")
        .plural("numbers needed to treat")
        .tail("in {arms}")
        .tail("according to the results of {arms}")
        .example(
            json!({"treated_events": 10, "treated": 100, "control_events": 20, "control": 100}),
            "/number_needed_to_treat",
            10.0,
        )
        .example(
            json!({"treated_events": 10, "treated": 100, "control_events": 20, "control": 100}),
            "/relative_risk",
            0.5,
        )
        .example(
            json!({"treated_events": 10, "treated": 100, "control_events": 20, "control": 100}),
            "/odds_ratio",
            0.444_444_44,
        )
        .example_error(json!({"treated_events": 110, "treated": 100, "control_events": 20, "control": 100}))
        .run(|treated_events: i64, treated: i64, control_events: i64, control: i64| {
            if treated_events >= treated || control_events >= control {
                return Err(ToolError::bad("Each arm needs more participants than events."));
            }
            let (a, b) = (treated_events as f64, (treated - treated_events) as f64);
            let (c, d) = (control_events as f64, (control - control_events) as f64);
            let (treated_risk, control_risk) = (a / (a + b), c / (c + d));
            let reduction = control_risk - treated_risk;
            let mut result = json!({
                "risk_reduction_percent": 100.0 * reduction,
                "relative_risk": treated_risk / control_risk,
                "odds_ratio": a * d / (b * c),
            });
            if let Some(map) = result.as_object_mut().filter(|_| reduction > 0.0) {
                map.insert("number_needed_to_treat".into(), (1.0 / reduction).into());
            }
            Ok(result)
        })
}

fn test_accuracy() -> NativeTool {
    let text = "Accuracy of a diagnostic test from its four result counts: sensitivity, specificity, predictive values \
        and positive likelihood ratio.";
    native("medical.evidence.diagnostic_accuracy", Processing, text)
        .param("true_positives", "count:test_result", "Ill and positive.")
        .range(1.0, 1e7)
        .param("false_positives", "count:test_result", "Well but positive.")
        .range(1.0, 1e7)
        .param("false_negatives", "count:test_result", "Ill but negative.")
        .range(0.0, 1e7)
        .param("true_negatives", "count:test_result", "Well and negative.")
        .range(1.0, 1e7)
        .group("counts", "test_counts", &["true_positives", "false_positives", "false_negatives", "true_negatives"])
        .subject("counts")
        .field("sensitivity_percent", "level:share.sensitivity[%]", "diagnostic sensitivity")
        .plural("diagnostic sensitivities")
        .field("specificity_percent", "level:share.specificity[%]", "diagnostic specificity")
        .plural("diagnostic specificities")
        .field("positive_predictive_value_percent", "level:share.predictive_positive[%]", "positive predictive value")
        .field("negative_predictive_value_percent", "level:share.predictive_negative[%]", "negative predictive value")
        .field("positive_likelihood_ratio", "level:likelihood_ratio", "positive likelihood ratio")
        .example(
            json!({"true_positives": 90, "false_positives": 20, "false_negatives": 10, "true_negatives": 180}),
            "/sensitivity_percent",
            90.0,
        )
        .example(
            json!({"true_positives": 90, "false_positives": 20, "false_negatives": 10, "true_negatives": 180}),
            "/positive_likelihood_ratio",
            9.0,
        )
        .run(|tp: i64, fp: i64, false_negatives: i64, tn: i64| {
            let (tp, fp, missed, tn) = (tp as f64, fp as f64, false_negatives as f64, tn as f64);
            let (sensitivity, specificity) = (tp / (tp + missed), tn / (tn + fp));
            Ok(json!({
                "sensitivity_percent": 100.0 * sensitivity,
                "specificity_percent": 100.0 * specificity,
                "positive_predictive_value_percent": 100.0 * tp / (tp + fp),
                "negative_predictive_value_percent": 100.0 * tn / (tn + missed),
                "positive_likelihood_ratio": sensitivity * (tn + fp) / fp,
            }))
        })
}

fn post_test_probability() -> NativeTool {
    // Bayes' theorem for a positive result.
    let text =
        "Probability of disease after a positive test result, from pre-test probability, sensitivity, specificity.";
    native("medical.evidence.post_test_probability", Processing, text)
        .param("pre_test_percent", "level:share.pre_test[%]", "Probability of disease before the test in percent.")
        .label("pre-test probability")
        .range(0.001, 99.999)
        .sample_of([1, 2, 5, 8, 10, 15, 20, 25, 30, 40])
        .param("sensitivity_percent", "level:share.sensitivity[%]", "Sensitivity in percent.")
        .label("diagnostic sensitivity")
        .range(0.1, 100.0)
        .sample(70.0, 99.0, 1.0)
        .param("specificity_percent", "level:share.specificity[%]", "Specificity in percent.")
        .label("diagnostic specificity")
        .range(0.0, 100.0)
        .sample(70.0, 99.0, 1.0)
        .field("post_test_percent", "level:share.post_test[%]", "probability of disease after a positive result")
        .plural("probabilities of disease after a positive result")
        .tail("given {pre_test_percent}, {sensitivity_percent} and {specificity_percent}")
        .example(
            json!({"pre_test_percent": 10, "sensitivity_percent": 90, "specificity_percent": 90}),
            "/post_test_percent",
            50.0,
        )
        .example(
            json!({"pre_test_percent": 1, "sensitivity_percent": 99, "specificity_percent": 99}),
            "/post_test_percent",
            50.0,
        )
        .run(|prior: f64, sensitivity: f64, specificity: f64| {
            let ill = prior * sensitivity;
            let well = (100.0 - prior) * (100.0 - specificity);
            Ok(json!({"post_test_percent": 100.0 * ill / (ill + well)}))
        })
}

fn expected_cases() -> NativeTool {
    let text = "Number of cases of a disorder to be expected in a population from the prevalence per 100 000.";
    native("medical.evidence.expected_cases", Processing, text)
        .param("prevalence", "level:prevalence[cases per 100,000]", "Prevalence per 100 000 inhabitants.")
        .label("prevalence")
        .range(0.0, 100_000.0)
        .sample(5.0, 600.0, 5.0)
        .param("inhabitants", "count:inhabitant", "Number of inhabitants.")
        .label("population")
        .range(1.0, 1e10)
        .sample(20_000.0, 900_000.0, 5000.0)
        .field("cases", "amount:expected_cases", "expected number of cases")
        .plural("expected numbers of cases")
        .tail("for {prevalence} and {inhabitants}")
        .example(json!({"prevalence": 25, "inhabitants": 400_000}), "/cases", 100.0)
        .example(json!({"prevalence": 3.2, "inhabitants": 50_000}), "/cases", 1.6)
        .run(|prevalence: f64, inhabitants: i64| Ok(json!({"cases": prevalence * inhabitants as f64 / 100_000.0})))
}

fn case_payment() -> NativeTool {
    // Fetter et al., Med Care 1980;18 Suppl 2: cost weight times base rate.
    native(
        "medical.evidence.case_payment",
        Processing,
        "Payment for one hospital case in euros by its diagnosis: cost weight times the base rate of the average case.",
    )
    .param("cost_weight", "level:cost_weight", "Cost weight of the diagnosis; 1 is the average case.")
    .label("cost weight")
    .range(0.01, 100.0)
    .sample(0.4, 5.0, 0.1)
    .param("base_rate_eur", "level:money.base_rate[EUR]", "Base rate in euros: what the average case is paid.")
    .label("base rate")
    .range(1.0, 1_000_000.0)
    .sample(3000.0, 4800.0, 50.0)
    .field("payment_eur", "amount:money.case_payment[EUR]", "diagnosis-related case payment")
    .tail("for {cost_weight} at {base_rate_eur}")
    .digits(9)
    .example(json!({"cost_weight": 1.5, "base_rate_eur": 4000}), "/payment_eur", 6000.0)
    .example_error(json!({"cost_weight": 0, "base_rate_eur": 4000}))
    .run(|weight: f64, rate: f64| Ok(json!({"payment_eur": weight * rate})))
}
