//! Liver, lipids, glucose and iron.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::{Findings as _, whole};

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        meld(),
        fib4(),
        apri(),
        albi(),
        homa(),
        ldl(),
        average_glucose(),
        iron(),
        discriminant(),
        triglyceride_glucose(),
    ]
}

fn bilirubin(builder: Builder) -> Builder {
    builder
        .param("bilirubin_mg_dl", "level:bilirubin[mg/dL]", "Total bilirubin in mg/dL.")
        .label("total bilirubin")
        .range(0.05, 80.0)
        .sample(0.4, 14.0, 0.2)
}

fn meld() -> NativeTool {
    // OPTN Policy 9.1.D of January 2016: creatinine 1 to 4, bilirubin and INR at least 1, sodium 125 to 137, at most 40.
    let text =
        "MELD-Na score for liver allocation as of the OPTN policy of 2016, for patients who are not on dialysis.";
    bilirubin(native("medical.metabolism.meld_na_score", Processing, text))
        .param("inr", "level:inr", "International normalised ratio.")
        .label("INR")
        .range(0.5, 20.0)
        .sample(0.9, 3.4, 0.1)
        .serum_creatinine()
        .serum_sodium()
        .field("score", "position:meld_na", "MELD-Na score (OPTN 2016)")
        .plural("MELD-Na scores (OPTN 2016)")
        .tail("for {bilirubin_mg_dl}, {inr}, {creatinine_mg_dl} and {sodium_mmol_l}")
        .example(
            json!({"bilirubin_mg_dl": 3.0, "inr": 1.8, "creatinine_mg_dl": 1.5, "sodium_mmol_l": 130}),
            "/score",
            25.0,
        )
        .example(
            json!({"bilirubin_mg_dl": 0.6, "inr": 1.0, "creatinine_mg_dl": 0.8, "sodium_mmol_l": 140}),
            "/score",
            6.0,
        )
        .run(|bilirubin: f64, inr: f64, creatinine: f64, sodium: f64| {
            let initial = 9.57 * libm::log(creatinine.clamp(1.0, 4.0))
                + 3.78 * libm::log(bilirubin.max(1.0))
                + 11.2 * libm::log(inr.max(1.0))
                + 6.43;
            let initial = whole(initial) as f64;
            let deficit = 137.0 - sodium.clamp(125.0, 137.0);
            let score = if initial > 11.0 { initial + 1.32 * deficit - 0.033 * initial * deficit } else { initial };
            Ok(json!({"score": whole(score).min(40)}))
        })
}

fn fib4() -> NativeTool {
    // Sterling et al., Hepatology 2006;43:1317.
    native("medical.metabolism.fib4_index", Processing, "FIB-4 index of liver fibrosis.")
        .age()
        .ast()
        .param("alt_u_l", "level:enzyme.alt[U/L]", "Alanine aminotransferase in U/L.")
        .label("alanine aminotransferase level")
        .range(1.0, 20_000.0)
        .sample(16.0, 240.0, 2.0)
        .platelets()
        .field("fib4", "level:fib4", "FIB-4 index")
        .plural("FIB-4 indices")
        .tail("for {age_years}, {ast_u_l}, {alt_u_l} and {platelets_10e9_l}")
        .example(json!({"age_years": 45, "ast_u_l": 60, "alt_u_l": 40, "platelets_10e9_l": 150}), "/fib4", 2.846_049_9)
        .example(json!({"age_years": 50, "ast_u_l": 40, "alt_u_l": 100, "platelets_10e9_l": 200}), "/fib4", 1.0)
        .run(|age: f64, ast: f64, alt: f64, platelets: f64| Ok(json!({"fib4": age * ast / (platelets * alt.sqrt())})))
}

fn apri() -> NativeTool {
    // Wai et al., Hepatology 2003;38:518; upper limit of normal 40 U/L.
    let text = "AST-to-platelet ratio index of liver fibrosis, with an upper limit of normal of 40 U/L.";
    native("medical.metabolism.ast_platelet_ratio_index", Processing, text)
        .ast()
        .platelets()
        .field("apri", "level:apri", "AST-to-platelet ratio index")
        .plural("AST-to-platelet ratio indices")
        .tail("for {ast_u_l} and {platelets_10e9_l}")
        .example(json!({"ast_u_l": 80, "platelets_10e9_l": 120}), "/apri", 1.666_666_7)
        .example(json!({"ast_u_l": 40, "platelets_10e9_l": 200}), "/apri", 0.5)
        .run(|ast: f64, platelets: f64| Ok(json!({"apri": ast / 40.0 / platelets * 100.0})))
}

fn albi() -> NativeTool {
    // Johnson et al., J Clin Oncol 2015;33:550; bilirubin in µmol/L (17.1 for each mg/dL), albumin in g/L.
    bilirubin(native(
        "medical.metabolism.albumin_bilirubin_score",
        Processing,
        "Albumin-bilirubin (ALBI) score and grade.",
    ))
    .serum_albumin()
    .field("score", "position:albi_score", "albumin-bilirubin score")
    .field("grade", "category:albi_grade", "albumin-bilirubin grade")
    .tail("for {bilirubin_mg_dl} and {albumin_g_dl}")
    .example(json!({"bilirubin_mg_dl": 1.2, "albumin_g_dl": 3.5}), "/score", -2.108_962_9)
    .example_equals(json!({"bilirubin_mg_dl": 1.2, "albumin_g_dl": 3.5}), "/grade", json!("grade 2"))
    .run(|bilirubin: f64, albumin: f64| {
        let score = 0.66 * libm::log10(17.1 * bilirubin) - 0.085 * 10.0 * albumin;
        let grade = match score {
            x if x <= -2.6 => "grade 1",
            x if x <= -1.39 => "grade 2",
            _ => "grade 3",
        };
        Ok(json!({"score": score, "grade": grade}))
    })
}

fn homa() -> NativeTool {
    // Matthews et al., Diabetologia 1985;28:412; glucose in mg/dL needs the divisor 405.
    native("medical.metabolism.insulin_resistance_index", Processing, "HOMA-IR index of insulin resistance.")
        .param("glucose_mg_dl", "level:glucose.fasting[mg/dL]", "Fasting plasma glucose in mg/dL.")
        .label("fasting plasma glucose")
        .range(20.0, 600.0)
        .sample(70.0, 210.0, 2.0)
        .param("insulin_mu_l", "level:insulin[mU/L]", "Fasting insulin in mU/L.")
        .label("fasting insulin")
        .range(0.2, 300.0)
        .sample(3.0, 32.0, 0.5)
        .field("homa_ir", "level:homa_ir", "HOMA-IR index")
        .plural("HOMA-IR indices")
        .tail("for {glucose_mg_dl} and {insulin_mu_l}")
        .example(json!({"glucose_mg_dl": 90, "insulin_mu_l": 9}), "/homa_ir", 2.0)
        .example(json!({"glucose_mg_dl": 162, "insulin_mu_l": 15}), "/homa_ir", 6.0)
        .run(|glucose: f64, insulin: f64| Ok(json!({"homa_ir": glucose * insulin / 405.0})))
}

fn ldl() -> NativeTool {
    // Friedewald et al., Clin Chem 1972;18:499 (triglycerides to 400 mg/dL);
    // Sampson et al., JAMA Cardiol 2020;5:540 (to 800 mg/dL).
    native(
        "medical.metabolism.ldl_cholesterol",
        Processing,
        "LDL cholesterol by the Friedewald or the Sampson equation.",
    )
    .param("total_mg_dl", "level:cholesterol.total[mg/dL]", "Total cholesterol in mg/dL.")
    .label("total cholesterol")
    .range(40.0, 1000.0)
    .sample(130.0, 290.0, 2.0)
    .param("hdl_mg_dl", "level:cholesterol.hdl[mg/dL]", "HDL cholesterol in mg/dL.")
    .label("plasma HDL cholesterol")
    .range(3.0, 200.0)
    .sample(28.0, 84.0, 2.0)
    .param("triglycerides_mg_dl", "level:triglycerides[mg/dL]", "Triglycerides in mg/dL.")
    .label("triglyceride level")
    .range(10.0, 3000.0)
    .sample(60.0, 360.0, 5.0)
    .param("equation", "category:ldl_equation", "Equation: friedewald or sampson.")
    .choices(&[("friedewald", "the Friedewald equation"), ("sampson", "the Sampson equation")])
    .field("ldl_mg_dl", "level:cholesterol.ldl[mg/dL]", "LDL cholesterol")
    .plural("LDL cholesterol values")
    .tail("by {equation} for {total_mg_dl}, {hdl_mg_dl} and {triglycerides_mg_dl}")
    .example(
        json!({"total_mg_dl": 200, "hdl_mg_dl": 50, "triglycerides_mg_dl": 150, "equation": "friedewald"}),
        "/ldl_mg_dl",
        120.0,
    )
    .example(
        json!({"total_mg_dl": 200, "hdl_mg_dl": 50, "triglycerides_mg_dl": 150, "equation": "sampson"}),
        "/ldl_mg_dl",
        123.397_29,
    )
    .example_error(json!({"total_mg_dl": 200, "hdl_mg_dl": 50, "triglycerides_mg_dl": 500, "equation": "friedewald"}))
    .run(|total: f64, hdl: f64, triglycerides: f64, equation: String| {
        let sampson = equation == "sampson";
        let limit = if sampson { 800.0 } else { 400.0 };
        if triglycerides > limit {
            return Err(ToolError::bad(format!("This equation is valid for triglycerides up to {limit} mg/dL.")));
        }
        let ldl = if sampson {
            total / 0.948
                - hdl / 0.971
                - (triglycerides / 8.56 + triglycerides * (total - hdl) / 2140.0
                    - triglycerides * triglycerides / 16_100.0)
                - 9.44
        } else {
            total - hdl - triglycerides / 5.0
        };
        if ldl < 0.0 {
            return Err(ToolError::bad("These lipid values give a negative LDL cholesterol; check them."));
        }
        Ok(json!({"ldl_mg_dl": ldl}))
    })
}

fn average_glucose() -> NativeTool {
    // Nathan et al., Diabetes Care 2008;31:1473: 7 % is 154 mg/dL.
    native("medical.metabolism.estimated_average_glucose", Processing, "Estimated average glucose from HbA1c.")
        .param("hba1c_percent", "level:hba1c[%]", "HbA1c in percent.")
        .label("glycated haemoglobin")
        .range(3.0, 20.0)
        .sample(4.8, 12.0, 0.1)
        .field("glucose_mg_dl", "level:glucose.estimated_average[mg/dL]", "estimated average glucose")
        .plural("estimated average glucose values")
        .tail("for {hba1c_percent}")
        .example(json!({"hba1c_percent": 7.0}), "/glucose_mg_dl", 154.2)
        .example(json!({"hba1c_percent": 6.0}), "/glucose_mg_dl", 125.5)
        .run(|hba1c: f64| Ok(json!({"glucose_mg_dl": 28.7 * hba1c - 46.7})))
}

fn iron() -> NativeTool {
    // Ganzoni, Schweiz Med Wochenschr 1970;100:301: target haemoglobin 15 g/dL, iron stores 500 mg.
    let text = "Total iron deficit by the Ganzoni formula with a target haemoglobin of 15 g/dL and stores of 500 mg.";
    native("medical.metabolism.iron_deficit", Processing, text)
        .weight()
        .param("haemoglobin_g_dl", "level:haemoglobin[g/dL]", "Haemoglobin in g/dL, below 15.")
        .label("haemoglobin")
        .range(1.0, 25.0)
        .sample(6.5, 12.5, 0.1)
        .field("deficit_mg", "amount:iron_deficit[mg]", "total iron deficit (Ganzoni)")
        .plural("total iron deficits (Ganzoni)")
        .tail("for {weight_kg} and {haemoglobin_g_dl}")
        .example(json!({"weight_kg": 60, "haemoglobin_g_dl": 9}), "/deficit_mg", 1364.0)
        .example_error(json!({"weight_kg": 60, "haemoglobin_g_dl": 16}))
        .run(|weight: f64, haemoglobin: f64| {
            if haemoglobin >= 15.0 {
                return Err(ToolError::bad("The haemoglobin already reaches the target of 15 g/dL."));
            }
            Ok(json!({"deficit_mg": weight * (15.0 - haemoglobin) * 2.4 + 500.0}))
        })
}

fn discriminant() -> NativeTool {
    // Maddrey et al., Gastroenterology 1978;75:193, in the form of Carithers et al., Ann Intern Med 1989;110:685.
    let text = "Maddrey discriminant function of alcoholic hepatitis: 4.6 times (prothrombin time less its control) plus total bilirubin in mg/dL; severe from 32 on.";
    bilirubin(
        native("medical.metabolism.maddrey_discriminant_function", Processing, text)
            .param("prothrombin_s", "level:duration.prothrombin[s]", "Prothrombin time of the patient in seconds.")
            .label("prothrombin time")
            .range(5.0, 200.0)
            .sample(12.0, 30.0, 0.5)
            .param("control_s", "level:duration.prothrombin_control[s]", "Prothrombin time of the control in seconds.")
            .label("control prothrombin time")
            .range(5.0, 30.0)
            .sample(11.5, 13.0, 0.1),
    )
    .field("discriminant", "level:discriminant_function", "Maddrey discriminant function")
    .tail("for {prothrombin_s}, {control_s} and {bilirubin_mg_dl}")
    .example(json!({"prothrombin_s": 18, "control_s": 12, "bilirubin_mg_dl": 10}), "/discriminant", 37.6)
    .example(json!({"prothrombin_s": 12, "control_s": 12, "bilirubin_mg_dl": 1}), "/discriminant", 1.0)
    .run(|time: f64, control: f64, bilirubin: f64| Ok(json!({"discriminant": 4.6 * (time - control) + bilirubin})))
}

fn triglyceride_glucose() -> NativeTool {
    // Simental-Mendía et al., Metab Syndr Relat Disord 2008;6:299: ln of half the product, both in mg/dL.
    let text = "Triglyceride-glucose index of insulin resistance: natural logarithm of (fasting triglycerides × fasting glucose / 2), both in mg/dL.";
    native("medical.metabolism.triglyceride_glucose_index", Processing, text)
        .param("triglycerides_mg_dl", "level:triglycerides[mg/dL]", "Fasting triglycerides in mg/dL.")
        .label("triglyceride level")
        .range(5.0, 10_000.0)
        .sample(60.0, 360.0, 5.0)
        .param("glucose_mg_dl", "level:glucose.fasting[mg/dL]", "Fasting plasma glucose in mg/dL.")
        .label("fasting plasma glucose")
        .range(10.0, 2000.0)
        .sample(75.0, 220.0, 5.0)
        .field("index", "level:triglyceride_glucose_index", "triglyceride–glucose index")
        .plural("triglyceride–glucose indices")
        .tail("for {triglycerides_mg_dl} and {glucose_mg_dl}")
        .example(json!({"triglycerides_mg_dl": 150, "glucose_mg_dl": 100}), "/index", 8.922_658_3)
        .example(json!({"triglycerides_mg_dl": 20, "glucose_mg_dl": 100}), "/index", 6.907_755_28)
        .run(|triglycerides: f64, glucose: f64| Ok(json!({"index": libm::log(triglycerides * glucose / 2.0)})))
}
