//! Bedside scores from stated findings.

use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::Findings as _;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![stroke_risk(), curb65(), qsofa(), news2()]
}

fn stroke_risk() -> NativeTool {
    // Lip et al., Chest 2010;137:263.
    native(
        "medical.scores.cha2ds2_vasc_score",
        Processing,
        "CHA2DS2-VASc score of the risk of stroke in atrial fibrillation.",
    )
    .age()
    .sex()
    .param("heart_failure", "flag:heart_failure", "Heart failure is known.")
    .param("hypertension", "flag:hypertension", "Hypertension is known.")
    .param("diabetes", "flag:diabetes", "Diabetes mellitus is known.")
    .param("stroke", "flag:stroke", "Earlier stroke, transient ischaemic attack or thromboembolism.")
    .param("vascular_disease", "flag:vascular_disease", "Vascular disease is known.")
    .group(
        "findings",
        "stroke_risk_findings",
        &["age_years", "sex", "heart_failure", "hypertension", "diabetes", "stroke", "vascular_disease"],
    )
    .subject("findings")
    .field("score", "position:stroke_risk_score", "CHA2DS2-VASc score")
    .example(
        json!({"age_years": 78, "sex": "female", "heart_failure": true, "hypertension": true, "diabetes": true,
                "stroke": true, "vascular_disease": true}),
        "/score",
        9.0,
    )
    .example(
        json!({"age_years": 66, "sex": "male", "heart_failure": false, "hypertension": true, "diabetes": false,
                "stroke": false, "vascular_disease": false}),
        "/score",
        2.0,
    )
    .run(
        |age: f64, sex: String, failure: bool, hypertension: bool, diabetes: bool, stroke: bool, vascular: bool| {
            let by_age = if age >= 75.0 { 2 } else { i64::from(age >= 65.0) };
            let others = [failure, hypertension, diabetes, vascular, sex == "female"];
            let score = by_age + 2 * i64::from(stroke) + others.into_iter().map(i64::from).sum::<i64>();
            Ok(json!({"score": score}))
        },
    )
}

fn curb65() -> NativeTool {
    // Lim et al., Thorax 2003;58:377: urea above 7 mmol/L; urea nitrogen of 1 mg/dL is 0.357 mmol/L of urea.
    native("medical.scores.curb65_score", Processing, "CURB-65 score of the severity of community-acquired pneumonia.")
        .param("confusion", "flag:confusion", "New mental confusion.")
        .param("urea_nitrogen_mg_dl", "level:urea_nitrogen.blood[mg/dL]", "Blood urea nitrogen in mg/dL.")
        .range(1.0, 300.0)
        .param("respiratory_rate", "level:respiratory_rate[breaths/min]", "Breaths per minute.")
        .range(1.0, 90.0)
        .systolic()
        .diastolic()
        .age()
        .group(
            "findings",
            "pneumonia_findings",
            &["confusion", "urea_nitrogen_mg_dl", "respiratory_rate", "systolic_mmhg", "diastolic_mmhg", "age_years"],
        )
        .subject("findings")
        .field("score", "position:pneumonia_score", "CURB-65 score")
        .example(
            json!({"confusion": true, "urea_nitrogen_mg_dl": 30, "respiratory_rate": 32, "systolic_mmhg": 85,
                "diastolic_mmhg": 50, "age_years": 80}),
            "/score",
            5.0,
        )
        .example(
            json!({"confusion": false, "urea_nitrogen_mg_dl": 15, "respiratory_rate": 18, "systolic_mmhg": 130,
                "diastolic_mmhg": 60, "age_years": 64}),
            "/score",
            1.0,
        )
        .run(|confusion: bool, urea: f64, rate: f64, systolic: f64, diastolic: f64, age: f64| {
            let findings =
                [confusion, urea * 0.357 > 7.0, rate >= 30.0, systolic < 90.0 || diastolic <= 60.0, age >= 65.0];
            Ok(json!({"score": findings.into_iter().map(i64::from).sum::<i64>()}))
        })
}

fn qsofa() -> NativeTool {
    // Singer et al., JAMA 2016;315:801.
    native("medical.scores.qsofa_score", Processing, "Quick SOFA score for suspected sepsis.")
        .param("respiratory_rate", "level:respiratory_rate[breaths/min]", "Breaths per minute.")
        .label("respiratory rate")
        .range(1.0, 90.0)
        .sample(12.0, 34.0, 1.0)
        .systolic()
        .param("coma_score", "position:coma_score", "Glasgow Coma Scale score, 3 to 15.")
        .label("Glasgow Coma Scale score")
        .range(3.0, 15.0)
        .sample(9.0, 15.0, 1.0)
        .field("score", "position:qsofa_score", "quick SOFA score")
        .tail("for {respiratory_rate}, {systolic_mmhg} and {coma_score}")
        .example(json!({"respiratory_rate": 24, "systolic_mmhg": 96, "coma_score": 13}), "/score", 3.0)
        .example(json!({"respiratory_rate": 16, "systolic_mmhg": 100, "coma_score": 15}), "/score", 1.0)
        .run(|rate: f64, systolic: f64, coma: f64| {
            let findings = [rate >= 22.0, systolic <= 100.0, coma < 15.0];
            Ok(json!({"score": findings.into_iter().map(i64::from).sum::<i64>()}))
        })
}

fn news2() -> NativeTool {
    // Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017; saturation scale 1.
    let text = "National Early Warning Score 2 (saturation scale 1) and its clinical risk.";
    native("medical.scores.early_warning_score", Processing, text)
        .param("respiratory_rate", "level:respiratory_rate[breaths/min]", "Breaths per minute.")
        .range(1.0, 90.0)
        .param("saturation_percent", "level:oxygen_saturation[%]", "Oxygen saturation in percent.")
        .range(20.0, 100.0)
        .param("supplemental_oxygen", "flag:supplemental_oxygen", "The patient breathes supplemental oxygen.")
        .systolic()
        .param("heart_rate_bpm", "level:heart_rate.pulse[beats/min]", "Heart rate in beats per minute.")
        .range(20.0, 300.0)
        .param("coma_score", "position:coma_score", "Glasgow Coma Scale score; below 15 is not alert.")
        .range(3.0, 15.0)
        .param("temperature_c", "level:body_temperature[degC]", "Body temperature in degrees Celsius.")
        .range(25.0, 45.0)
        .group(
            "observations",
            "bedside_observations",
            &[
                "respiratory_rate",
                "saturation_percent",
                "supplemental_oxygen",
                "systolic_mmhg",
                "heart_rate_bpm",
                "coma_score",
                "temperature_c",
            ],
        )
        .subject("observations")
        .field("score", "position:early_warning_score", "NEWS2 score")
        .field("risk", "category:early_warning_risk", "NEWS2 clinical risk")
        .plural("NEWS2 clinical risks")
        .example(
            json!({"respiratory_rate": 16, "saturation_percent": 97, "supplemental_oxygen": false, "systolic_mmhg": 120,
                "heart_rate_bpm": 70, "coma_score": 15, "temperature_c": 37}),
            "/score",
            0.0,
        )
        .example(
            json!({"respiratory_rate": 25, "saturation_percent": 91, "supplemental_oxygen": true, "systolic_mmhg": 90,
                "heart_rate_bpm": 131, "coma_score": 14, "temperature_c": 35}),
            "/score",
            20.0,
        )
        .example_equals(
            json!({"respiratory_rate": 22, "saturation_percent": 95, "supplemental_oxygen": false, "systolic_mmhg": 108,
                "heart_rate_bpm": 95, "coma_score": 15, "temperature_c": 38.4}),
            "/risk",
            json!("medium"),
        )
        .run(|rate: f64, saturation: f64, oxygen: bool, systolic: f64, pulse: f64, coma: f64, temperature: f64| {
            // Points of the first band whose upper limit the value does not exceed.
            let band = |x: f64, bands: &[(f64, i64)], above: i64| {
                bands.iter().find(|(limit, _)| x <= *limit).map_or(above, |(_, points)| *points)
            };
            let points = [
                band(rate, &[(8.0, 3), (11.0, 1), (20.0, 0), (24.0, 2)], 3),
                band(saturation, &[(91.0, 3), (93.0, 2), (95.0, 1)], 0),
                if oxygen { 2 } else { 0 },
                band(systolic, &[(90.0, 3), (100.0, 2), (110.0, 1), (219.0, 0)], 3),
                band(pulse, &[(40.0, 3), (50.0, 1), (90.0, 0), (110.0, 1), (130.0, 2)], 3),
                if coma < 15.0 { 3 } else { 0 },
                band(temperature, &[(35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1)], 2),
            ];
            let score: i64 = points.iter().sum();
            let risk = match score {
                7.. => "high",
                5..=6 => "medium",
                _ if points.contains(&3) => "low to medium",
                _ => "low",
            };
            Ok(json!({"score": score, "risk": risk}))
        })
}
