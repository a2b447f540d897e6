//! Scores of intensive care and of suspected thrombosis, bleeding and liver failure, over what the clinic's reviews say of a
//! patient.

use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::{Value, json};

use super::Findings as _;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![sofa(), apache(), child_pugh(), has_bled(), wells_thrombosis(), wells_embolism()]
}

/// Points of the first band whose lower limit the value reaches; bands run from high to low.
fn from(x: f64, bands: &[(f64, i64)], below: i64) -> i64 {
    bands.iter().find(|(limit, _)| x >= *limit).map_or(below, |(_, points)| *points)
}

fn mean_pressure(builder: Builder) -> Builder {
    builder
        .param("mean_pressure_mmhg", "level:blood_pressure.mean[mmHg]", "Mean arterial pressure in mmHg.")
        .range(10.0, 250.0)
}

fn arterial_oxygen(builder: Builder) -> Builder {
    builder
        .param("arterial_oxygen_mmhg", "level:gas_pressure.arterial_oxygen[mmHg]", "Arterial oxygen pressure in mmHg.")
        .range(10.0, 700.0)
        .param("inspired_oxygen_percent", "level:inspired_oxygen[%]", "Inspired oxygen fraction in percent.")
        .range(21.0, 100.0)
}

fn coma_score(builder: Builder) -> Builder {
    builder.param("coma_score", "position:coma_score", "Glasgow Coma Scale score, 3 to 15.").range(3.0, 15.0)
}

fn bilirubin(builder: Builder) -> Builder {
    builder.param("bilirubin_mg_dl", "level:bilirubin[mg/dL]", "Total bilirubin in mg/dL.").range(0.05, 80.0)
}

fn flag(builder: Builder, name: &str, sem: &str, description: &str) -> Builder {
    builder.param(name, sem, description)
}

fn sofa() -> NativeTool {
    // Vincent et al., Intensive Care Med 1996;22:707, table 3. Of the vasopressors only noradrenaline is asked for.
    let text = "SOFA score (0 to 24) of organ failure: respiration (3 or 4 points only when ventilated), platelets, bilirubin, circulation (mean arterial pressure, noradrenaline), coma scale, creatinine or urine output.";
    let builder = arterial_oxygen(native("medical.acute.sofa_score", Processing, text));
    let builder = flag(builder, "ventilated", "flag:ventilated", "The patient is mechanically ventilated.").platelets();
    let builder = mean_pressure(bilirubin(builder))
        .param(
            "noradrenaline_ug_kg_min",
            "level:infusion.noradrenaline[µg/kg/min]",
            "Noradrenaline infusion in micrograms per kilogram and minute; 0 for none.",
        )
        .range(0.0, 20.0);
    coma_score(builder)
        .serum_creatinine()
        .param("urine_output_ml", "amount:volume.urine_day[mL]", "Urine of 24 hours in millilitres.")
        .range(0.0, 30_000.0)
        .group(
            "patient",
            "organ_functions",
            &[
                "arterial_oxygen_mmhg",
                "inspired_oxygen_percent",
                "ventilated",
                "platelets_10e9_l",
                "bilirubin_mg_dl",
                "mean_pressure_mmhg",
                "noradrenaline_ug_kg_min",
                "coma_score",
                "creatinine_mg_dl",
                "urine_output_ml",
            ],
        )
        .subject("patient")
        .field("score", "position:sofa_score", "SOFA score")
        .tail("at the latest organ function review")
        .example(organs(90.0, 21.0, false, 200.0, 0.8, 90.0, 0.0, 15, 0.9, 1800.0), "/score", 0.0)
        .example(organs(60.0, 80.0, true, 15.0, 13.0, 60.0, 0.3, 4, 5.2, 100.0), "/score", 24.0)
        .example(organs(60.0, 80.0, false, 95.0, 2.0, 69.0, 0.0, 13, 1.9, 499.0), "/score", 11.0)
        .run(
            |oxygen: f64,
             inspired: f64,
             ventilated: bool,
             platelets: f64,
             bilirubin: f64,
             pressure: f64,
             noradrenaline: f64,
             coma: f64,
             creatinine: f64,
             urine: f64| {
                let lungs = from(oxygen / (inspired / 100.0), &[(400.0, 0), (300.0, 1), (200.0, 2), (100.0, 3)], 4);
                let heart = match noradrenaline {
                    x if x > 0.1 => 4,
                    x if x > 0.0 => 3,
                    _ => i64::from(pressure < 70.0),
                };
                let urine = from(urine, &[(500.0, 0), (200.0, 3)], 4);
                let points = [
                    if ventilated { lungs } else { lungs.min(2) },
                    from(platelets, &[(150.0, 0), (100.0, 1), (50.0, 2), (20.0, 3)], 4),
                    from(bilirubin, &[(12.0, 4), (6.0, 3), (2.0, 2), (1.2, 1)], 0),
                    heart,
                    from(coma, &[(15.0, 0), (13.0, 1), (10.0, 2), (6.0, 3)], 4),
                    from(creatinine, &[(5.0, 4), (3.5, 3), (2.0, 2), (1.2, 1)], 0).max(urine),
                ];
                Ok(json!({"score": points.iter().sum::<i64>()}))
            },
        )
}

#[expect(clippy::too_many_arguments, reason = "one argument a parameter")]
fn organs(
    oxygen: f64,
    inspired: f64,
    ventilated: bool,
    platelets: f64,
    bilirubin: f64,
    pressure: f64,
    noradrenaline: f64,
    coma: i64,
    creatinine: f64,
    urine: f64,
) -> Value {
    json!({"arterial_oxygen_mmhg": oxygen, "inspired_oxygen_percent": inspired, "ventilated": ventilated,
        "platelets_10e9_l": platelets, "bilirubin_mg_dl": bilirubin, "mean_pressure_mmhg": pressure,
        "noradrenaline_ug_kg_min": noradrenaline, "coma_score": coma, "creatinine_mg_dl": creatinine,
        "urine_output_ml": urine})
}

fn apache() -> NativeTool {
    // Knaus et al., Crit Care Med 1985;13:818, figure 1. The table's steps are read as lower limits, so that values between
    // two of them have points.
    let text = "APACHE II score (0 to 71): twelve physiological variables, age and chronic health. Oxygenation counts the alveolar-arterial gradient (760 mmHg, quotient 0.8) from 50 percent inspired oxygen on, else the arterial pressure; creatinine counts double in acute kidney injury.";
    let builder = native("medical.acute.apache_ii_score", Processing, text)
        .param("temperature_c", "level:body_temperature[degC]", "Body temperature in degrees Celsius.")
        .range(25.0, 45.0);
    let builder = mean_pressure(builder)
        .param("heart_rate_bpm", "level:heart_rate.pulse[beats/min]", "Heart rate in beats per minute.")
        .range(10.0, 300.0)
        .param("respiratory_rate", "level:respiratory_rate[breaths/min]", "Breaths per minute.")
        .range(1.0, 90.0);
    let builder = arterial_oxygen(builder)
        .param(
            "carbon_dioxide_mmhg",
            "level:gas_pressure.arterial_carbon_dioxide[mmHg]",
            "Arterial carbon dioxide pressure in mmHg.",
        )
        .range(5.0, 200.0)
        .param("ph", "position:ph", "Arterial pH.")
        .range(6.5, 8.0)
        .serum_sodium()
        .param("potassium_mmol_l", "level:potassium.serum[mmol/L]", "Serum potassium in mmol/L.")
        .range(1.0, 12.0)
        .serum_creatinine();
    let builder = flag(builder, "kidney_injury", "flag:kidney_injury", "The kidney failure is acute.")
        .param("haematocrit_percent", "level:haematocrit[%]", "Haematocrit in percent.")
        .range(5.0, 80.0)
        .param("leukocytes_10e9_l", "level:cell_count.leukocytes[×10^9/L]", "Leukocytes in 10^9 per litre.")
        .range(0.0, 500.0);
    coma_score(builder)
        .age()
        .param(
            "chronic_failure",
            "category:chronic_failure",
            "Severe chronic organ failure or immune suppression, by kind of admission; none where there is none.",
        )
        .choices(&[("none", ""), ("medical or emergency surgery", ""), ("elective surgery", "")])
        .group(
            "patient",
            "acute_physiology",
            &[
                "temperature_c",
                "mean_pressure_mmhg",
                "heart_rate_bpm",
                "respiratory_rate",
                "arterial_oxygen_mmhg",
                "inspired_oxygen_percent",
                "carbon_dioxide_mmhg",
                "ph",
                "sodium_mmol_l",
                "potassium_mmol_l",
                "creatinine_mg_dl",
                "kidney_injury",
                "haematocrit_percent",
                "leukocytes_10e9_l",
                "coma_score",
                "age_years",
                "chronic_failure",
            ],
        )
        .subject("patient")
        .field("score", "position:apache_score", "APACHE II score")
        .tail("at the latest acute physiology review")
        .example(
            json!({"temperature_c": 37, "mean_pressure_mmhg": 90, "heart_rate_bpm": 80, "respiratory_rate": 16,
                "arterial_oxygen_mmhg": 90, "inspired_oxygen_percent": 21, "carbon_dioxide_mmhg": 40, "ph": 7.4,
                "sodium_mmol_l": 140, "potassium_mmol_l": 4, "creatinine_mg_dl": 1, "kidney_injury": false,
                "haematocrit_percent": 42, "leukocytes_10e9_l": 8, "coma_score": 15, "age_years": 40,
                "chronic_failure": "none"}),
            "/score",
            0.0,
        )
        .example(
            json!({"temperature_c": 38.6, "mean_pressure_mmhg": 65, "heart_rate_bpm": 124, "respiratory_rate": 30,
                "arterial_oxygen_mmhg": 80, "inspired_oxygen_percent": 60, "carbon_dioxide_mmhg": 32, "ph": 7.28,
                "sodium_mmol_l": 151, "potassium_mmol_l": 5.6, "creatinine_mg_dl": 2.2, "kidney_injury": true,
                "haematocrit_percent": 28, "leukocytes_10e9_l": 21, "coma_score": 11, "age_years": 70,
                "chronic_failure": "medical or emergency surgery"}),
            "/score",
            // 1 + 2 + 2 + 1 + 2 (gradient 307.8) + 2 + 1 + 1 + 6 + 2 + 2 + 4 + 5 + 5.
            36.0,
        )
        .run(
            |temperature: f64,
             pressure: f64,
             pulse: f64,
             breaths: f64,
             oxygen: f64,
             inspired: f64,
             carbon_dioxide: f64,
             ph: f64,
             sodium: f64,
             potassium: f64,
             creatinine: f64,
             acute: bool,
             haematocrit: f64,
             leukocytes: f64,
             coma: f64,
             age: f64,
             chronic: String| {
                let gradient = inspired / 100.0 * 713.0 - carbon_dioxide / 0.8 - oxygen;
                let lungs = match oxygen {
                    _ if inspired >= 50.0 => from(gradient, &[(500.0, 4), (350.0, 3), (200.0, 2)], 0),
                    x if x > 70.0 => 0,
                    x => from(x, &[(61.0, 1), (55.0, 3)], 4),
                };
                let kidneys = from(creatinine, &[(3.5, 4), (2.0, 3), (1.5, 2), (0.6, 0)], 2);
                let points = [
                    from(
                        temperature,
                        &[(41.0, 4), (39.0, 3), (38.5, 1), (36.0, 0), (34.0, 1), (32.0, 2), (30.0, 3)],
                        4,
                    ),
                    from(pressure, &[(160.0, 4), (130.0, 3), (110.0, 2), (70.0, 0), (50.0, 2)], 4),
                    from(pulse, &[(180.0, 4), (140.0, 3), (110.0, 2), (70.0, 0), (55.0, 2), (40.0, 3)], 4),
                    from(breaths, &[(50.0, 4), (35.0, 3), (25.0, 1), (12.0, 0), (10.0, 1), (6.0, 2)], 4),
                    lungs,
                    from(ph, &[(7.7, 4), (7.6, 3), (7.5, 1), (7.33, 0), (7.25, 2), (7.15, 3)], 4),
                    from(
                        sodium,
                        &[(180.0, 4), (160.0, 3), (155.0, 2), (150.0, 1), (130.0, 0), (120.0, 2), (111.0, 3)],
                        4,
                    ),
                    from(potassium, &[(7.0, 4), (6.0, 3), (5.5, 1), (3.5, 0), (3.0, 1), (2.5, 2)], 4),
                    if acute { 2 * kidneys } else { kidneys },
                    from(haematocrit, &[(60.0, 4), (50.0, 2), (46.0, 1), (30.0, 0), (20.0, 2)], 4),
                    from(leukocytes, &[(40.0, 4), (20.0, 2), (15.0, 1), (3.0, 0), (1.0, 2)], 4),
                    15 - coma.round() as i64,
                    from(age, &[(75.0, 6), (65.0, 5), (55.0, 3), (45.0, 2)], 0),
                    match chronic.as_str() {
                        "none" => 0,
                        "elective surgery" => 2,
                        _ => 5,
                    },
                ];
                Ok(json!({"score": points.iter().sum::<i64>()}))
            },
        )
}

fn child_pugh() -> NativeTool {
    // Pugh et al., Br J Surg 1973;60:646, table 1, with the limits of INR that replaced those of prothrombin time (1.7, 2.3).
    let text = "Child-Pugh score (5 to 15) and class of cirrhosis: bilirubin, albumin, INR (limits 1.7 and 2.3), ascites, encephalopathy.";
    bilirubin(native("medical.acute.child_pugh_score", Processing, text))
        .serum_albumin()
        .param("inr", "level:inr", "International normalised ratio.")
        .range(0.5, 20.0)
        .param("ascites", "category:ascites", "Ascites: absent, slight or moderate (or worse).")
        .choices(&[("absent", ""), ("slight", ""), ("moderate", "")])
        .param("encephalopathy", "category:encephalopathy", "Hepatic encephalopathy.")
        .choices(&[("none", ""), ("grade 1 or 2", ""), ("grade 3 or 4", "")])
        .group(
            "patient",
            "liver_findings",
            &["bilirubin_mg_dl", "albumin_g_dl", "inr", "ascites", "encephalopathy"],
        )
        .subject("patient")
        .field("score", "position:child_pugh_score", "Child–Pugh score")
        .field("class", "category:child_pugh_class", "Child–Pugh class")
        .plural("Child–Pugh classes")
        .tail("at the latest hepatological review")
        .example(
            json!({"bilirubin_mg_dl": 1, "albumin_g_dl": 4, "inr": 1.1, "ascites": "absent", "encephalopathy": "none"}),
            "/score",
            5.0,
        )
        .example_equals(
            json!({"bilirubin_mg_dl": 2.5, "albumin_g_dl": 3, "inr": 1.8, "ascites": "slight", "encephalopathy": "none"}),
            "/class",
            json!("B"),
        )
        .run(|bilirubin: f64, albumin: f64, inr: f64, ascites: String, encephalopathy: String| {
            // Points grow past the limits themselves, which belong to the middle.
            let between = |x: f64, low: f64, high: f64| if x < low { 1 } else { 2 + i64::from(x > high) };
            let graded = |word: &str, first: &str, last: &str| 1 + i64::from(word != first) + i64::from(word == last);
            let score = between(bilirubin, 2.0, 3.0)
                + (4 - between(albumin, 2.8, 3.5))
                + between(inr, 1.7, 2.3)
                + graded(&ascites, "absent", "moderate")
                + graded(&encephalopathy, "none", "grade 3 or 4");
            let class = match score {
                ..=6 => "A",
                7..=9 => "B",
                _ => "C",
            };
            Ok(json!({"score": score, "class": class}))
        })
}

fn has_bled() -> NativeTool {
    // Pisters et al., Chest 2010;138:1093, table 3: 200 micromol/L of creatinine are 2.26 mg/dL; eight drinks a week.
    let text = "HAS-BLED score (0 to 9) of the risk of major bleeding under anticoagulation: systolic pressure above 160 mmHg, creatinine above 2.26 mg/dL, cirrhosis, stroke, bleeding, labile INR, age above 65, antiplatelets or NSAIDs, at least eight drinks a week.";
    let builder = native("medical.acute.has_bled_score", Processing, text).systolic().serum_creatinine();
    let builder = flag(builder, "cirrhosis", "flag:cirrhosis", "Cirrhosis of the liver is known.");
    let builder = flag(builder, "stroke", "flag:stroke", "Earlier stroke.");
    let builder = flag(builder, "bleeding", "flag:bleeding", "Earlier major bleeding or a tendency to bleed.");
    let builder = flag(builder, "labile_inr", "flag:labile_inr", "The INR is unstable or often too high.").age();
    flag(builder, "antiplatelets", "flag:antiplatelets", "The patient takes antiplatelet drugs or NSAIDs.")
        .param("drinks_per_week", "count:alcoholic_drink", "Alcoholic drinks a week.")
        .range(0.0, 300.0)
        .group(
            "patient",
            "bleeding_risks",
            &[
                "systolic_mmhg",
                "creatinine_mg_dl",
                "cirrhosis",
                "stroke",
                "bleeding",
                "labile_inr",
                "age_years",
                "antiplatelets",
                "drinks_per_week",
            ],
        )
        .subject("patient")
        .field("score", "position:bleeding_score", "HAS-BLED score")
        .example(
            json!({"systolic_mmhg": 170, "creatinine_mg_dl": 2.3, "cirrhosis": true, "stroke": true, "bleeding": true,
                "labile_inr": true, "age_years": 66, "antiplatelets": true, "drinks_per_week": 8}),
            "/score",
            9.0,
        )
        .example(
            json!({"systolic_mmhg": 160, "creatinine_mg_dl": 1, "cirrhosis": false, "stroke": true, "bleeding": false,
                "labile_inr": false, "age_years": 65, "antiplatelets": false, "drinks_per_week": 7}),
            "/score",
            1.0,
        )
        .run(
            |systolic: f64,
             creatinine: f64,
             cirrhosis: bool,
             stroke: bool,
             bleeding: bool,
             labile: bool,
             age: f64,
             antiplatelets: bool,
             drinks: i64| {
                let findings = [
                    systolic > 160.0,
                    creatinine > 2.26,
                    cirrhosis,
                    stroke,
                    bleeding,
                    labile,
                    age > 65.0,
                    antiplatelets,
                    drinks >= 8,
                ];
                Ok(json!({"score": findings.into_iter().map(i64::from).sum::<i64>()}))
            },
        )
}

fn wells_thrombosis() -> NativeTool {
    // Wells et al., N Engl J Med 2003;349:1227, table 1: likely from two points on.
    let text = "Wells score of deep-vein thrombosis (2003, -2 to 9) and its verdict: likely from 2 points on.";
    let builder = native("medical.acute.wells_thrombosis_score", Processing, text);
    let builder = flag(builder, "cancer", "flag:cancer", "Active cancer.");
    let builder = flag(builder, "paralysis", "flag:paralysis", "Paralysis, paresis or a recent cast of the leg.");
    let builder =
        flag(builder, "bedridden", "flag:bedridden", "Bedridden for three days, or major surgery within twelve weeks.");
    let builder = flag(builder, "tenderness", "flag:vein_tenderness", "Tenderness along the deep veins.");
    let builder = flag(builder, "leg_swollen", "flag:leg_swollen", "The entire leg is swollen.")
        .param(
            "calf_difference_cm",
            "amount:length.calf_difference[cm]",
            "How much wider the calf is than the other, in centimetres.",
        )
        .range(0.0, 40.0);
    let builder = flag(builder, "pitting_oedema", "flag:pitting_oedema", "Pitting oedema of that leg only.");
    let builder = flag(builder, "collateral_veins", "flag:collateral_veins", "Collateral superficial veins.");
    let builder = flag(builder, "earlier_thrombosis", "flag:earlier_thrombosis", "Earlier deep-vein thrombosis.");
    flag(builder, "alternative", "flag:alternative_diagnosis", "Another diagnosis is at least as likely.")
        .group(
            "patient",
            "thrombosis_findings",
            &[
                "cancer",
                "paralysis",
                "bedridden",
                "tenderness",
                "leg_swollen",
                "calf_difference_cm",
                "pitting_oedema",
                "collateral_veins",
                "earlier_thrombosis",
                "alternative",
            ],
        )
        .subject("patient")
        .field("score", "position:wells_thrombosis", "Wells score for deep-vein thrombosis")
        .plural("Wells scores for deep-vein thrombosis")
        .field("verdict", "category:wells_verdict", "Wells verdict on deep-vein thrombosis")
        .plural("Wells verdicts on deep-vein thrombosis")
        .example(
            json!({"cancer": true, "paralysis": true, "bedridden": true, "tenderness": true, "leg_swollen": true,
                "calf_difference_cm": 3.5, "pitting_oedema": true, "collateral_veins": true, "earlier_thrombosis": true,
                "alternative": false}),
            "/score",
            9.0,
        )
        .example_equals(
            json!({"cancer": false, "paralysis": false, "bedridden": true, "tenderness": true, "leg_swollen": false,
                "calf_difference_cm": 3, "pitting_oedema": true, "collateral_veins": false, "earlier_thrombosis": false,
                "alternative": true}),
            "/verdict",
            json!("unlikely"),
        )
        .run(
            |cancer: bool,
             paralysis: bool,
             bedridden: bool,
             tenderness: bool,
             swollen: bool,
             difference: f64,
             pitting: bool,
             veins: bool,
             earlier: bool,
             alternative: bool| {
                let signs =
                    [cancer, paralysis, bedridden, tenderness, swollen, difference > 3.0, pitting, veins, earlier];
                let score = signs.into_iter().map(i64::from).sum::<i64>() - 2 * i64::from(alternative);
                Ok(json!({"score": score, "verdict": if score >= 2 { "likely" } else { "unlikely" }}))
            },
        )
}

fn wells_embolism() -> NativeTool {
    // Wells et al., Thromb Haemost 2000;83:416, table 2: likely above four points.
    let text = "Wells score of pulmonary embolism (2000, 0 to 12.5) and its verdict: likely above 4 points.";
    let builder = native("medical.acute.wells_embolism_score", Processing, text);
    let builder =
        flag(builder, "leg_swollen", "flag:leg_swollen", "Signs of deep-vein thrombosis: the leg is swollen.");
    let builder = flag(
        builder,
        "tenderness",
        "flag:vein_tenderness",
        "Signs of deep-vein thrombosis: tenderness along the deep veins.",
    );
    let builder =
        flag(builder, "alternative", "flag:alternative_diagnosis", "Another diagnosis is at least as likely.")
            .param("heart_rate_bpm", "level:heart_rate.pulse[beats/min]", "Heart rate in beats per minute.")
            .range(10.0, 300.0);
    let builder = flag(
        builder,
        "recent_immobility",
        "flag:recent_immobility",
        "Immobile for three days, or surgery within four weeks.",
    );
    let builder = flag(
        builder,
        "earlier_thrombosis",
        "flag:earlier_thrombosis",
        "Earlier deep-vein thrombosis or pulmonary embolism.",
    );
    let builder = flag(builder, "haemoptysis", "flag:haemoptysis", "Coughing of blood.");
    flag(builder, "cancer", "flag:cancer", "Active cancer.")
        .group(
            "patient",
            "embolism_findings",
            &[
                "leg_swollen",
                "tenderness",
                "alternative",
                "heart_rate_bpm",
                "recent_immobility",
                "earlier_thrombosis",
                "haemoptysis",
                "cancer",
            ],
        )
        .subject("patient")
        .field("score", "position:wells_embolism", "Wells score for pulmonary embolism")
        .plural("Wells scores for pulmonary embolism")
        .field("verdict", "category:wells_verdict", "Wells verdict on pulmonary embolism")
        .plural("Wells verdicts on pulmonary embolism")
        .example(
            json!({"leg_swollen": true, "tenderness": true, "alternative": false, "heart_rate_bpm": 101,
                "recent_immobility": true, "earlier_thrombosis": true, "haemoptysis": true, "cancer": true}),
            "/score",
            12.5,
        )
        .example_equals(
            json!({"leg_swollen": true, "tenderness": false, "alternative": false, "heart_rate_bpm": 100,
                "recent_immobility": false, "earlier_thrombosis": false, "haemoptysis": true, "cancer": false}),
            "/verdict",
            json!("unlikely"),
        )
        .run(
            |swollen: bool,
             tender: bool,
             alternative: bool,
             pulse: f64,
             immobile: bool,
             earlier: bool,
             haemoptysis: bool,
             cancer: bool| {
                // The rule wants swelling and tenderness together.
                let points = [
                    (swollen && tender, 3.0),
                    (!alternative, 3.0),
                    (pulse > 100.0, 1.5),
                    (immobile, 1.5),
                    (earlier, 1.5),
                    (haemoptysis, 1.0),
                    (cancer, 1.0),
                ];
                let score: f64 = points.iter().filter(|(found, _)| *found).map(|(_, points)| points).sum();
                Ok(json!({"score": score, "verdict": if score > 4.0 { "likely" } else { "unlikely" }}))
            },
        )
}
