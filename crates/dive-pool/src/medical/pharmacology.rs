//! Pharmacokinetics and dosing: first-order elimination from one compartment (Rowland & Tozer, Clinical Pharmacokinetics).

use std::f64::consts::LN_2;

use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::Findings as _;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        remaining(),
        steady_state(),
        accumulation(),
        clearance(),
        loading_dose(),
        maintenance_dose(),
        free_concentration(),
        dose_by_weight(),
        carboplatin(),
        renal_dose(),
    ]
}

fn volume(builder: Builder) -> Builder {
    builder
        .param("volume_l_kg", "level:distribution_volume[L/kg]", "Volume of distribution in L/kg.")
        .label("volume of distribution")
        .range(0.01, 500.0)
        .sample(0.1, 6.0, 0.1)
}

fn bioavailability(builder: Builder) -> Builder {
    builder
        .param("bioavailability_percent", "level:bioavailability[%]", "Bioavailability in percent.")
        .label("bioavailability")
        .range(0.1, 100.0)
        .sample(20.0, 100.0, 5.0)
}

fn concentration(builder: Builder) -> Builder {
    builder
        .param("concentration_mg_l", "level:concentration[mg/L]", "Total plasma concentration in mg/L.")
        .label("plasma concentration")
        .range(0.0, 10_000.0)
        .sample(0.5, 30.0, 0.5)
}

fn remaining() -> NativeTool {
    native(
        "medical.pharmacology.drug_remaining",
        Processing,
        "Share of a dose that is still in the body after some time.",
    )
    .half_life()
    .param("elapsed_h", "level:duration.elapsed[h]", "Time since the dose in hours.")
    .label("elapsed time")
    .range(0.0, 5000.0)
    .sample_of([2, 4, 6, 8, 12, 16, 18, 24, 36, 48])
    .field("remaining_percent", "level:share.remaining_dose[%]", "share of a dose left in the body")
    .plural("shares of a dose left in the body")
    .tail("after {=elapsed_h} with {half_life_h}")
    .example(json!({"half_life_h": 6, "elapsed_h": 12}), "/remaining_percent", 25.0)
    .example(json!({"half_life_h": 8, "elapsed_h": 24}), "/remaining_percent", 12.5)
    .run(|half_life: f64, elapsed: f64| Ok(json!({"remaining_percent": 100.0 * libm::exp2(-elapsed / half_life)})))
}

fn steady_state() -> NativeTool {
    let text = "Time of regular dosing until a given percentage of the steady-state concentration is reached.";
    native("medical.pharmacology.time_to_steady_state", Processing, text)
        .half_life()
        .param("steady_state_percent", "level:share.steady_state[%]", "Percentage of steady state, below 100.")
        .label("share of steady state")
        .range(1.0, 99.9)
        .sample_of([75, 80, 85, 90, 95, 97, 99])
        .field("time_h", "amount:duration.to_steady_state[h]", "dosing time needed")
        .plural("dosing times needed")
        .tail("for {=steady_state_percent} of steady state with {half_life_h}")
        .example(json!({"half_life_h": 6, "steady_state_percent": 90}), "/time_h", 19.931_569)
        .example(json!({"half_life_h": 10, "steady_state_percent": 75}), "/time_h", 20.0)
        .example_error(json!({"half_life_h": 10, "steady_state_percent": 100}))
        .run(|half_life: f64, percent: f64| Ok(json!({"time_h": -libm::log2(1.0 - percent / 100.0) * half_life})))
}

fn accumulation() -> NativeTool {
    let text = "Accumulation ratio at steady state: amount in the body relative to the first dose.";
    native("medical.pharmacology.accumulation_ratio", Processing, text)
        .half_life()
        .param("interval_h", "level:duration.interval[h]", "Dosing interval in hours.")
        .label("dosing interval")
        .range(0.5, 720.0)
        .sample_of([4, 6, 8, 12, 24, 48])
        .field("ratio", "level:accumulation_ratio", "accumulation ratio")
        .tail("for {interval_h} and {half_life_h}")
        .example(json!({"half_life_h": 6, "interval_h": 6}), "/ratio", 2.0)
        .example(json!({"half_life_h": 6, "interval_h": 8}), "/ratio", 1.657_963_1)
        .run(|half_life: f64, interval: f64| Ok(json!({"ratio": 1.0 / (1.0 - libm::exp2(-interval / half_life))})))
}

fn clearance() -> NativeTool {
    let text = "Systemic clearance of a drug from half-life, volume of distribution and body weight.";
    volume(native("medical.pharmacology.systemic_clearance", Processing, text).half_life())
        .weight()
        .field("clearance_l_h", "level:clearance.systemic[L/h]", "systemic clearance")
        .tail("for {half_life_h}, {volume_l_kg} and {weight_kg}")
        .example(json!({"half_life_h": 6, "volume_l_kg": 0.7, "weight_kg": 70}), "/clearance_l_h", 5.660_702)
        .example(json!({"half_life_h": 12, "volume_l_kg": 0.7, "weight_kg": 70}), "/clearance_l_h", 2.830_351)
        .run(|half_life: f64, volume: f64, weight: f64| {
            Ok(json!({"clearance_l_h": LN_2 * volume * weight / half_life}))
        })
}

fn loading_dose() -> NativeTool {
    let text = "Loading dose that brings the plasma concentration to a target at once.";
    bioavailability(
        volume(
            native("medical.pharmacology.loading_dose", Processing, text)
                .param("target_mg_l", "level:concentration.target[mg/L]", "Target plasma concentration in mg/L.")
                .label("target plasma concentration")
                .range(0.0, 10_000.0)
                .sample(0.5, 30.0, 0.5),
        )
        .weight(),
    )
    .field("dose_mg", "level:dose.loading[mg]", "loading dose")
    .tail("for {target_mg_l}, {volume_l_kg}, {weight_kg} and {bioavailability_percent}")
    .example(
        json!({"target_mg_l": 10, "volume_l_kg": 0.5, "weight_kg": 70, "bioavailability_percent": 100}),
        "/dose_mg",
        350.0,
    )
    .example(
        json!({"target_mg_l": 2, "volume_l_kg": 3, "weight_kg": 60, "bioavailability_percent": 80}),
        "/dose_mg",
        450.0,
    )
    .run(|target: f64, volume: f64, weight: f64, bioavailability: f64| {
        Ok(json!({"dose_mg": target * volume * weight / (bioavailability / 100.0)}))
    })
}

fn maintenance_dose() -> NativeTool {
    let text = "Daily dose that maintains an average steady-state plasma concentration.";
    bioavailability(
        native("medical.pharmacology.maintenance_dose", Processing, text)
            .param("target_mg_l", "level:concentration.target[mg/L]", "Average plasma concentration in mg/L.")
            .label("target plasma concentration")
            .range(0.0, 10_000.0)
            .sample(0.5, 30.0, 0.5)
            .param("clearance_l_h", "level:clearance.systemic[L/h]", "Systemic clearance in L/h.")
            .label("systemic clearance")
            .range(0.001, 5000.0)
            .sample(1.0, 40.0, 0.5),
    )
    .field("dose_mg", "level:dose.maintenance[mg]", "daily maintenance dose")
    .tail("for {target_mg_l}, {clearance_l_h} and {bioavailability_percent}")
    .example(json!({"target_mg_l": 10, "clearance_l_h": 3, "bioavailability_percent": 100}), "/dose_mg", 720.0)
    .example(json!({"target_mg_l": 2, "clearance_l_h": 5, "bioavailability_percent": 60}), "/dose_mg", 400.0)
    .run(|target: f64, clearance: f64, bioavailability: f64| {
        Ok(json!({"dose_mg": 24.0 * target * clearance / (bioavailability / 100.0)}))
    })
}

fn free_concentration() -> NativeTool {
    concentration(native(
        "medical.pharmacology.free_concentration",
        Processing,
        "Unbound plasma concentration of a drug from its total concentration and protein binding.",
    ))
    .param("protein_binding_percent", "level:protein_binding[%]", "Plasma protein binding in percent.")
    .label("plasma protein binding")
    .range(0.0, 100.0)
    .sample(10.0, 98.0, 1.0)
    .field("free_mg_l", "level:concentration.free[mg/L]", "unbound plasma concentration")
    .tail("for {concentration_mg_l} and {protein_binding_percent}")
    .example(json!({"concentration_mg_l": 15, "protein_binding_percent": 90}), "/free_mg_l", 1.5)
    .example(json!({"concentration_mg_l": 4, "protein_binding_percent": 0}), "/free_mg_l", 4.0)
    .run(|total: f64, bound: f64| Ok(json!({"free_mg_l": total * (1.0 - bound / 100.0)})))
}

fn dose_by_weight() -> NativeTool {
    // Definition, as dosing tables in mg/kg use it.
    native("medical.pharmacology.weight_based_dose", Processing, "Dose per kilogram of body weight.")
        .param("dose_mg", "level:dose[mg]", "Dose in milligrams.")
        .label("dose")
        .range(0.001, 100_000.0)
        .sample(20.0, 1500.0, 10.0)
        .weight()
        .field("dose_mg_kg", "level:dose_per_weight[mg/kg]", "weight-based dose")
        .tail("for {dose_mg} and {weight_kg}")
        .example(json!({"dose_mg": 700, "weight_kg": 70}), "/dose_mg_kg", 10.0)
        .example(json!({"dose_mg": 45, "weight_kg": 60}), "/dose_mg_kg", 0.75)
        .run(|dose: f64, weight: f64| Ok(json!({"dose_mg_kg": dose / weight})))
}

fn carboplatin() -> NativeTool {
    // Calvert et al., J Clin Oncol 1989;7:1748: dose = AUC × (GFR + 25).
    native("medical.pharmacology.carboplatin_dose", Processing, "Carboplatin dose by the Calvert formula.")
        .param("target_auc", "level:exposure.target[mg/mL·min]", "Target area under the curve in mg/mL·min.")
        .label("target exposure")
        .range(1.0, 12.0)
        .sample_of([4.0, 4.5, 5.0, 5.5, 6.0, 7.0])
        .param("gfr_ml_min", "level:clearance[mL/min]", "Absolute GFR or creatinine clearance in mL/min.")
        .label("glomerular filtration rate")
        .range(1.0, 250.0)
        .sample(20.0, 125.0, 5.0)
        .field("dose_mg", "level:cytotoxic_dose[mg]", "carboplatin dose (Calvert)")
        .plural("carboplatin doses (Calvert)")
        .tail("for {target_auc} and {gfr_ml_min}")
        .example(json!({"target_auc": 5, "gfr_ml_min": 100}), "/dose_mg", 625.0)
        .example(json!({"target_auc": 6, "gfr_ml_min": 75}), "/dose_mg", 600.0)
        .run(|auc: f64, gfr: f64| Ok(json!({"dose_mg": auc * (gfr + 25.0)})))
}

fn renal_dose() -> NativeTool {
    // Giusti and Hayton, Drug Intell Clin Pharm 1973;7:382: 1 - f (1 - clearance / 120), at most the usual dose.
    let text = "Maximum daily dose in milligrams for failing kidneys by the Giusti-Hayton method: the usual maximum times 1 - f (1 - clearance / 120), with f the share excreted unchanged; never more than the usual one.";
    native("medical.pharmacology.renally_adjusted_dose", Processing, text)
        .param("usual_dose_mg", "level:dose.maximum[mg]", "Usual maximum daily dose in milligrams.")
        .range(0.001, 1_000_000.0)
        .param(
            "renal_share_percent",
            "level:share.renal_elimination[%]",
            "Share of the drug that the kidneys excrete unchanged, in percent.",
        )
        .range(0.0, 100.0)
        .param("clearance_ml_min", "level:clearance.creatinine[mL/min]", "Creatinine clearance in mL/min.")
        .label("creatinine clearance")
        .range(0.0, 300.0)
        .sample(10.0, 90.0, 5.0)
        .group("drug", "renal_dosing", &["usual_dose_mg", "renal_share_percent"])
        .field("dose_mg", "level:renal_dose.maximum[mg]", "renally adjusted maximum daily dose (Giusti–Hayton)")
        .tail("of {drug} for {clearance_ml_min}")
        .example(json!({"usual_dose_mg": 200, "renal_share_percent": 50, "clearance_ml_min": 60}), "/dose_mg", 150.0)
        .example(json!({"usual_dose_mg": 200, "renal_share_percent": 50, "clearance_ml_min": 140}), "/dose_mg", 200.0)
        .run(|dose: f64, share: f64, clearance: f64| {
            let factor = 1.0 - share / 100.0 * (1.0 - (clearance / 120.0).min(1.0));
            Ok(json!({"dose_mg": dose * factor}))
        })
}
