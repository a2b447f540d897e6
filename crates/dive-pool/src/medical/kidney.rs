//! Kidney function.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::Findings as _;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        ckd_epi(),
        cockcroft_gault(),
        category(),
        absolute(),
        sodium_excretion(),
        albumin_ratio(),
        prognosis(),
        urea_excretion(),
        potassium_gradient(),
    ]
}

fn ckd_epi() -> NativeTool {
    // Inker et al., N Engl J Med 2021;385:1737 (creatinine equation without race).
    let text = "Estimated glomerular filtration rate of an adult by the CKD-EPI 2021 creatinine equation.";
    native("medical.kidney.estimated_gfr_ckd_epi", Processing, text)
        .serum_creatinine()
        .age()
        .sex()
        .field("egfr", "level:gfr.indexed[mL/min/1.73m2]", "estimated GFR (CKD-EPI 2021)")
        .plural("estimated GFRs (CKD-EPI 2021)")
        .tail("for {creatinine_mg_dl}, {age_years} and {sex}")
        .example(json!({"creatinine_mg_dl": 1.0, "age_years": 50, "sex": "male"}), "/egfr", 91.691_479)
        .example(json!({"creatinine_mg_dl": 0.6, "age_years": 30, "sex": "female"}), "/egfr", 123.757_86)
        .example(json!({"creatinine_mg_dl": 1.5, "age_years": 60, "sex": "female"}), "/egfr", 39.647_567)
        .run(|creatinine: f64, age: f64, sex: String| {
            let (kappa, alpha, factor) = if sex == "female" { (0.7, -0.241, 1.012) } else { (0.9, -0.302, 1.0) };
            let ratio: f64 = creatinine / kappa;
            let egfr = 142.0
                * libm::pow(ratio.min(1.0), alpha)
                * libm::pow(ratio.max(1.0), -1.2)
                * libm::pow(0.9938, age)
                * factor;
            Ok(json!({"egfr": egfr}))
        })
}

fn cockcroft_gault() -> NativeTool {
    // Cockcroft & Gault, Nephron 1976;16:31.
    native("medical.kidney.creatinine_clearance", Processing, "Creatinine clearance by the Cockcroft-Gault formula.")
        .serum_creatinine()
        .age()
        .weight()
        .sex()
        .field("clearance_ml_min", "level:clearance.creatinine[mL/min]", "creatinine clearance (Cockcroft-Gault)")
        .plural("creatinine clearances (Cockcroft-Gault)")
        .tail("for {creatinine_mg_dl}, {age_years}, {weight_kg} and {sex}")
        .example(
            json!({"creatinine_mg_dl": 1.0, "age_years": 40, "weight_kg": 72, "sex": "male"}),
            "/clearance_ml_min",
            100.0,
        )
        .example(
            json!({"creatinine_mg_dl": 1.0, "age_years": 40, "weight_kg": 72, "sex": "female"}),
            "/clearance_ml_min",
            85.0,
        )
        .run(|creatinine: f64, age: f64, weight: f64, sex: String| {
            let factor = if sex == "female" { 0.85 } else { 1.0 };
            Ok(json!({"clearance_ml_min": (140.0 - age) * weight / (72.0 * creatinine) * factor}))
        })
}

/// Category of glomerular filtration, KDIGO 2012 Clinical Practice Guideline for CKD.
fn gfr_category(egfr: f64) -> &'static str {
    match egfr {
        x if x >= 90.0 => "G1",
        x if x >= 60.0 => "G2",
        x if x >= 45.0 => "G3a",
        x if x >= 30.0 => "G3b",
        x if x >= 15.0 => "G4",
        _ => "G5",
    }
}

fn category() -> NativeTool {
    native(
        "medical.kidney.gfr_category",
        Processing,
        "KDIGO category (G1 to G5) of an estimated glomerular filtration rate.",
    )
    .param("egfr", "level:gfr.indexed[mL/min/1.73m2]", "Estimated GFR in mL/min/1.73m2.")
    .label("estimated GFR")
    .range(0.0, 250.0)
    .sample(8.0, 118.0, 2.0)
    .field("category", "category:gfr_category", "KDIGO GFR category")
    .plural("KDIGO GFR categories")
    .tail("for {egfr}")
    .example_equals(json!({"egfr": 52}), "/category", json!("G3a"))
    .example_equals(json!({"egfr": 14.9}), "/category", json!("G5"))
    .run(|egfr: f64| Ok(json!({"category": gfr_category(egfr)})))
}

fn absolute() -> NativeTool {
    // KDIGO 2012: the indexed rate times surface area over 1.73 m2 is the rate that doses need.
    native(
        "medical.kidney.absolute_gfr",
        Processing,
        "Glomerular filtration rate without indexing to 1.73 m2, for drug dosing.",
    )
    .param("egfr", "level:gfr.indexed[mL/min/1.73m2]", "Estimated GFR in mL/min/1.73m2.")
    .label("estimated GFR")
    .range(0.0, 250.0)
    .sample(8.0, 118.0, 2.0)
    .param("area_m2", "amount:area.body_surface[m2]", "Body surface area in square metres.")
    .label("body surface area")
    .range(0.1, 4.0)
    .sample(1.4, 2.4, 0.05)
    .field("gfr_ml_min", "level:clearance.gfr[mL/min]", "absolute GFR")
    .plural("absolute GFRs")
    .tail("for {egfr} and {area_m2}")
    .example(json!({"egfr": 60, "area_m2": 1.73}), "/gfr_ml_min", 60.0)
    .example(json!({"egfr": 86.5, "area_m2": 2.0}), "/gfr_ml_min", 100.0)
    .run(|egfr: f64, area: f64| Ok(json!({"gfr_ml_min": egfr * area / 1.73})))
}

fn sodium_excretion() -> NativeTool {
    // Espinel, JAMA 1976;236:579.
    native("medical.kidney.fractional_sodium_excretion", Processing, "Fractional excretion of sodium in percent.")
        .param("urine_sodium_mmol_l", "level:sodium.urine[mmol/L]", "Urine sodium in mmol/L.")
        .label("spot urine sodium")
        .range(0.0, 400.0)
        .sample(10.0, 120.0, 5.0)
        .serum_sodium()
        .param("urine_creatinine_mg_dl", "level:creatinine.urine[mg/dL]", "Urine creatinine in mg/dL.")
        .label("spot urine creatinine")
        .range(1.0, 1000.0)
        .sample(25.0, 240.0, 5.0)
        .serum_creatinine()
        .field("excretion_percent", "level:share.sodium_excretion[%]", "fractional excretion of sodium")
        .tail("for {urine_sodium_mmol_l}, {sodium_mmol_l}, {urine_creatinine_mg_dl} and {creatinine_mg_dl}")
        .example(
            json!({"urine_sodium_mmol_l": 20, "sodium_mmol_l": 140, "urine_creatinine_mg_dl": 100, "creatinine_mg_dl": 1.5}),
            "/excretion_percent",
            0.214_285_71,
        )
        .example(
            json!({"urine_sodium_mmol_l": 70, "sodium_mmol_l": 140, "urine_creatinine_mg_dl": 40, "creatinine_mg_dl": 4.0}),
            "/excretion_percent",
            5.0,
        )
        .run(|urine_sodium: f64, sodium: f64, urine_creatinine: f64, creatinine: f64| {
            Ok(json!({"excretion_percent": 100.0 * urine_sodium * creatinine / (sodium * urine_creatinine)}))
        })
}

fn albumin_ratio() -> NativeTool {
    // Ratio of mass concentrations: 1 mg/dL of creatinine is 0.01 g/L.
    native("medical.kidney.albumin_creatinine_ratio", Processing, "Urine albumin-to-creatinine ratio in mg/g.")
        .param("urine_albumin_mg_l", "level:albumin.urine[mg/L]", "Urine albumin in mg/L.")
        .label("spot urine albumin")
        .range(0.0, 20_000.0)
        .sample(5.0, 900.0, 5.0)
        .param("urine_creatinine_mg_dl", "level:creatinine.urine[mg/dL]", "Urine creatinine in mg/dL.")
        .label("spot urine creatinine")
        .range(1.0, 1000.0)
        .sample(25.0, 240.0, 5.0)
        .field("ratio_mg_g", "level:albuminuria[mg/g]", "urine albumin-to-creatinine ratio")
        .tail("for {urine_albumin_mg_l} and {urine_creatinine_mg_dl}")
        .example(json!({"urine_albumin_mg_l": 30, "urine_creatinine_mg_dl": 100}), "/ratio_mg_g", 30.0)
        .example(json!({"urine_albumin_mg_l": 450, "urine_creatinine_mg_dl": 90}), "/ratio_mg_g", 500.0)
        .run(|albumin: f64, creatinine: f64| Ok(json!({"ratio_mg_g": albumin / (0.01 * creatinine)})))
}

fn prognosis() -> NativeTool {
    // KDIGO 2012: risk by category of filtration and of albuminuria (A1 below 30, A3 above 300 mg/g).
    let text = "KDIGO risk class of chronic kidney disease from estimated GFR and urine albumin-to-creatinine ratio.";
    native("medical.kidney.kidney_disease_risk", Processing, text)
        .param("egfr", "level:gfr.indexed[mL/min/1.73m2]", "Estimated GFR in mL/min/1.73m2.")
        .label("estimated GFR")
        .range(0.0, 250.0)
        .sample(8.0, 118.0, 2.0)
        .param("ratio_mg_g", "level:albuminuria[mg/g]", "Urine albumin-to-creatinine ratio in mg/g.")
        .label("albumin-to-creatinine ratio")
        .range(0.0, 100_000.0)
        .sample(5.0, 900.0, 5.0)
        .field("risk", "category:kidney_risk", "KDIGO risk class")
        .plural("KDIGO risk classes")
        .tail("for {egfr} and {ratio_mg_g}")
        .example_equals(json!({"egfr": 95, "ratio_mg_g": 12}), "/risk", json!("low risk"))
        .example_equals(json!({"egfr": 50, "ratio_mg_g": 120}), "/risk", json!("high risk"))
        .example_equals(json!({"egfr": 25, "ratio_mg_g": 12}), "/risk", json!("very high risk"))
        .run(|egfr: f64, ratio: f64| {
            let albuminuria = if ratio < 30.0 {
                0
            } else if ratio <= 300.0 {
                1
            } else {
                2
            };
            let filtration = match gfr_category(egfr) {
                "G1" | "G2" => 0,
                "G3a" => 1,
                "G3b" => 2,
                _ => 3,
            };
            let risk = match albuminuria + filtration {
                0 => "low risk",
                1 => "moderately increased risk",
                2 => "high risk",
                _ => "very high risk",
            };
            Ok(json!({"risk": risk}))
        })
}

fn urea_excretion() -> NativeTool {
    // Carvounis et al., Kidney Int 2002;62:2223: as for sodium, with urea in its place.
    native("medical.kidney.fractional_urea_excretion", Processing, "Fractional excretion of urea in percent.")
        .param("urine_urea_nitrogen_mg_dl", "level:urea_nitrogen.urine[mg/dL]", "Urine urea nitrogen in mg/dL.")
        .label("spot urine urea nitrogen")
        .range(1.0, 5000.0)
        .sample(120.0, 1000.0, 20.0)
        .param("urea_nitrogen_mg_dl", "level:urea_nitrogen.blood[mg/dL]", "Blood urea nitrogen in mg/dL.")
        .label("blood urea nitrogen")
        .range(1.0, 300.0)
        .sample(8.0, 90.0, 2.0)
        .param("urine_creatinine_mg_dl", "level:creatinine.urine[mg/dL]", "Urine creatinine in mg/dL.")
        .label("spot urine creatinine")
        .range(1.0, 1000.0)
        .sample(25.0, 240.0, 5.0)
        .serum_creatinine()
        .field("excretion_percent", "level:share.urea_excretion[%]", "fractional excretion of urea")
        .tail("for {urine_urea_nitrogen_mg_dl}, {urea_nitrogen_mg_dl}, {urine_creatinine_mg_dl} and {creatinine_mg_dl}")
        .example(
            json!({"urine_urea_nitrogen_mg_dl": 500, "urea_nitrogen_mg_dl": 20, "urine_creatinine_mg_dl": 100, "creatinine_mg_dl": 2}),
            "/excretion_percent",
            50.0,
        )
        .example(
            json!({"urine_urea_nitrogen_mg_dl": 400, "urea_nitrogen_mg_dl": 40, "urine_creatinine_mg_dl": 50, "creatinine_mg_dl": 1}),
            "/excretion_percent",
            20.0,
        )
        .run(|urine_urea: f64, urea: f64, urine_creatinine: f64, creatinine: f64| {
            Ok(json!({"excretion_percent": 100.0 * urine_urea * creatinine / (urea * urine_creatinine)}))
        })
}

fn potassium_gradient() -> NativeTool {
    // Ethier et al., Am J Kidney Dis 1990;15:309: valid while the urine is more concentrated than the serum.
    let text = "Transtubular potassium gradient: (urine / serum potassium) / (urine / serum osmolality); the urine must be more concentrated than the serum.";
    native("medical.kidney.transtubular_potassium_gradient", Processing, text)
        .param("urine_potassium_mmol_l", "level:potassium.urine[mmol/L]", "Urine potassium in mmol/L.")
        .label("spot urine potassium")
        .range(1.0, 400.0)
        .sample(12.0, 90.0, 2.0)
        .param("potassium_mmol_l", "level:potassium.serum[mmol/L]", "Serum potassium in mmol/L.")
        .label("serum potassium")
        .range(1.0, 12.0)
        .sample(2.8, 6.2, 0.1)
        .param("urine_osmolality_mosm_kg", "level:osmolality.urine[mOsm/kg]", "Urine osmolality in mOsm/kg.")
        .label("spot urine osmolality")
        .range(20.0, 1600.0)
        .sample(350.0, 900.0, 10.0)
        .param("osmolality_mosm_kg", "level:osmolality.measured[mOsm/kg]", "Measured serum osmolality in mOsm/kg.")
        .label("measured serum osmolality")
        .range(150.0, 500.0)
        .sample(275.0, 320.0, 1.0)
        .field("gradient", "level:potassium_gradient", "transtubular potassium gradient")
        .tail("for {urine_potassium_mmol_l}, {potassium_mmol_l}, {urine_osmolality_mosm_kg} and {osmolality_mosm_kg}")
        .example(
            json!({"urine_potassium_mmol_l": 60, "potassium_mmol_l": 4, "urine_osmolality_mosm_kg": 600, "osmolality_mosm_kg": 300}),
            "/gradient",
            7.5,
        )
        .example_error(
            json!({"urine_potassium_mmol_l": 60, "potassium_mmol_l": 4, "urine_osmolality_mosm_kg": 280, "osmolality_mosm_kg": 300}),
        )
        .run(|urine_potassium: f64, potassium: f64, urine: f64, serum: f64| {
            if urine <= serum {
                return Err(ToolError::bad("The gradient holds only when the urine osmolality exceeds the serum osmolality."));
            }
            Ok(json!({"gradient": urine_potassium / potassium / (urine / serum)}))
        })
}
