//! Body size, energy and water.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::Findings as _;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        bmi(),
        surface(),
        ideal_weight(),
        adjusted_weight(),
        resting_energy(),
        fluids(),
        body_water(),
        water_deficit(),
        blood_volume(),
        allowable_blood_loss(),
    ]
}

fn bmi() -> NativeTool {
    // Quetelet index; classes of WHO Technical Report 894 (2000).
    native("medical.body.body_mass_index", Processing, "Body mass index of an adult and its WHO weight class.")
        .weight()
        .height()
        .field("bmi", "level:bmi[kg/m2]", "body mass index")
        .plural("body mass indices")
        .field("weight_class", "category:weight_class", "WHO weight class")
        .plural("WHO weight classes")
        .tail("for {weight_kg} and {height_cm}")
        .example(json!({"weight_kg": 70, "height_cm": 175}), "/bmi", 22.857_143)
        .example_equals(json!({"weight_kg": 100, "height_cm": 170}), "/weight_class", json!("obesity class I"))
        .example_error(json!({"weight_kg": 70, "height_cm": 1.75}))
        .run(|weight: f64, height: f64| {
            let bmi = weight / (height / 100.0) / (height / 100.0);
            let class = match bmi {
                x if x < 18.5 => "underweight",
                x if x < 25.0 => "normal weight",
                x if x < 30.0 => "overweight",
                x if x < 35.0 => "obesity class I",
                x if x < 40.0 => "obesity class II",
                _ => "obesity class III",
            };
            Ok(json!({"bmi": bmi, "weight_class": class}))
        })
}

fn surface() -> NativeTool {
    // Mosteller, N Engl J Med 1987;317:1098. Du Bois & Du Bois, Arch Intern Med 1916;17:863.
    native("medical.body.body_surface_area", Processing, "Body surface area by the Mosteller or the Du Bois formula.")
        .weight()
        .height()
        .param("formula", "category:surface_formula", "Formula: mosteller or du_bois.")
        .choices(&[("mosteller", "the Mosteller formula"), ("du_bois", "the Du Bois formula")])
        .field("area_m2", "amount:area.body_surface[m2]", "body surface area")
        .tail("by {formula} for {weight_kg} and {height_cm}")
        .example(json!({"weight_kg": 70, "height_cm": 175, "formula": "mosteller"}), "/area_m2", 1.844_662)
        .example(json!({"weight_kg": 70, "height_cm": 175, "formula": "du_bois"}), "/area_m2", 1.848_143)
        .run(|weight: f64, height: f64, formula: String| {
            let area = match formula.as_str() {
                "du_bois" => 0.007_184 * libm::pow(weight, 0.425) * libm::pow(height, 0.725),
                _ => (weight * height / 3600.0).sqrt(),
            };
            Ok(json!({"area_m2": area}))
        })
}

fn ideal_weight() -> NativeTool {
    // Devine, Drug Intell Clin Pharm 1974;8:650: defined from five feet upwards.
    native(
        "medical.body.ideal_body_weight",
        Processing,
        "Ideal body weight by the Devine formula, for 152.4 cm or more.",
    )
    .sex()
    .height()
    .field("ideal_weight_kg", "amount:mass.ideal[kg]", "ideal body weight (Devine)")
    .plural("ideal body weights (Devine)")
    .tail("for {sex} and {height_cm}")
    .example(json!({"sex": "male", "height_cm": 178}), "/ideal_weight_kg", 73.181_102)
    .example(json!({"sex": "female", "height_cm": 165}), "/ideal_weight_kg", 56.909_449)
    .example_error(json!({"sex": "female", "height_cm": 140}))
    .run(|sex: String, height: f64| {
        let inches = height / 2.54 - 60.0;
        if inches < -1e-9 {
            return Err(ToolError::bad("The Devine formula is defined for a height of 152.4 cm or more."));
        }
        let base = if sex == "female" { 45.5 } else { 50.0 };
        Ok(json!({"ideal_weight_kg": base + 2.3 * inches}))
    })
}

fn adjusted_weight() -> NativeTool {
    // Bauer et al., Eur J Clin Pharmacol 1983;24:643: a correction factor of 0.4 for aminoglycosides in obesity.
    native("medical.body.adjusted_body_weight", Processing, "Adjusted body weight for dosing in obesity (factor 0.4).")
        .weight()
        .param("ideal_weight_kg", "amount:mass.ideal[kg]", "Ideal body weight in kilograms.")
        .label("ideal body weight")
        .range(20.0, 130.0)
        .sample(46.0, 84.0, 0.5)
        .field("adjusted_weight_kg", "amount:mass.adjusted[kg]", "adjusted body weight")
        .tail("for {weight_kg} and {ideal_weight_kg}")
        .example(json!({"weight_kg": 120, "ideal_weight_kg": 70}), "/adjusted_weight_kg", 90.0)
        .example_error(json!({"weight_kg": 60, "ideal_weight_kg": 70}))
        .run(|weight: f64, ideal: f64| {
            if weight < ideal {
                return Err(ToolError::bad("The body weight must not be below the ideal body weight."));
            }
            Ok(json!({"adjusted_weight_kg": ideal + 0.4 * (weight - ideal)}))
        })
}

fn resting_energy() -> NativeTool {
    // Mifflin et al., Am J Clin Nutr 1990;51:241.
    let text = "Resting energy expenditure per day of an adult by the Mifflin-St Jeor equation.";
    native("medical.body.resting_energy_expenditure", Processing, text)
        .sex()
        .age()
        .weight()
        .height()
        .field("energy_kcal_day", "amount:energy_rate.resting[kcal/day]", "resting energy expenditure")
        .tail("for {sex}, {age_years}, {weight_kg} and {height_cm}")
        .example(
            json!({"sex": "male", "age_years": 40, "weight_kg": 70, "height_cm": 175}),
            "/energy_kcal_day",
            1598.75,
        )
        .example(
            json!({"sex": "female", "age_years": 40, "weight_kg": 70, "height_cm": 175}),
            "/energy_kcal_day",
            1432.75,
        )
        .run(|sex: String, age: f64, weight: f64, height: f64| {
            let constant = if sex == "female" { -161.0 } else { 5.0 };
            Ok(json!({"energy_kcal_day": 10.0 * weight + 6.25 * height - 5.0 * age + constant}))
        })
}

fn fluids() -> NativeTool {
    // Holliday & Segar, Pediatrics 1957;19:823: 100, 50 and 20 mL/kg; 25 kg need 1600 mL.
    native("medical.body.maintenance_fluid", Processing, "Daily maintenance fluid by the Holliday-Segar method.")
        .weight()
        .field("fluid_ml", "amount:volume.fluid[mL]", "daily maintenance fluid volume (Holliday-Segar)")
        .plural("daily maintenance fluid volumes (Holliday-Segar)")
        .tail("for {weight_kg}")
        .example(json!({"weight_kg": 25}), "/fluid_ml", 1600.0)
        .example(json!({"weight_kg": 8}), "/fluid_ml", 800.0)
        .run(|weight: f64| {
            let volume =
                100.0 * weight.min(10.0) + 50.0 * (weight - 10.0).clamp(0.0, 10.0) + 20.0 * (weight - 20.0).max(0.0);
            Ok(json!({"fluid_ml": volume}))
        })
}

fn body_water() -> NativeTool {
    // Watson, Watson & Batt, Am J Clin Nutr 1980;33:27: age enters for men only.
    native("medical.body.total_body_water", Processing, "Total body water of an adult by the Watson formula.")
        .sex()
        .age()
        .weight()
        .height()
        .field("water_l", "amount:volume.body_water[L]", "total body water (Watson)")
        .plural("total body water volumes (Watson)")
        .tail("for {sex}, {age_years}, {weight_kg} and {height_cm}")
        .example(json!({"sex": "male", "age_years": 40, "weight_kg": 70, "height_cm": 175}), "/water_l", 40.9696)
        .example(json!({"sex": "female", "age_years": 40, "weight_kg": 60, "height_cm": 165}), "/water_l", 30.3375)
        .run(|sex: String, age: f64, weight: f64, height: f64| {
            let water = if sex == "female" {
                -2.097 + 0.1069 * height + 0.2466 * weight
            } else {
                2.447 - 0.095_16 * age + 0.1074 * height + 0.3362 * weight
            };
            Ok(json!({"water_l": water}))
        })
}

fn water_deficit() -> NativeTool {
    // Adrogué & Madias, N Engl J Med 2000;342:1493.
    native(
        "medical.body.free_water_deficit",
        Processing,
        "Free water deficit in hypernatraemia, relative to 140 mmol/L.",
    )
    .param("water_l", "amount:volume.body_water[L]", "Total body water in litres.")
    .label("total body water")
    .range(5.0, 120.0)
    .sample(24.0, 56.0, 1.0)
    .param("sodium_mmol_l", "level:sodium.serum[mmol/L]", "Serum sodium in mmol/L, at least 140.")
    .label("serum sodium")
    .range(90.0, 200.0)
    .sample(144.0, 168.0, 1.0)
    .field("deficit_l", "amount:volume.water_deficit[L]", "free water deficit")
    .tail("for {water_l} and {sodium_mmol_l}")
    .example(json!({"water_l": 42, "sodium_mmol_l": 154}), "/deficit_l", 4.2)
    .example_error(json!({"water_l": 42, "sodium_mmol_l": 132}))
    .run(|water: f64, sodium: f64| {
        if sodium < 140.0 {
            return Err(ToolError::bad("There is no free water deficit at a serum sodium below 140 mmol/L."));
        }
        Ok(json!({"deficit_l": water * (sodium / 140.0 - 1.0)}))
    })
}

fn blood_volume() -> NativeTool {
    // Nadler, Hidalgo, Bloch, Surgery 1962;51:224: height in metres, weight in kilograms.
    native(
        "medical.body.estimated_blood_volume",
        Processing,
        "Blood volume of an adult in litres by the Nadler equation, from sex, height and weight.",
    )
    .sex()
    .height()
    .weight()
    .field("volume_l", "amount:volume.blood[L]", "estimated blood volume (Nadler)")
    .tail("for {sex}, {height_cm} and {weight_kg}")
    .example(json!({"sex": "male", "height_cm": 180, "weight_kg": 80}), "/volume_l", 5.319_060_8)
    .example(json!({"sex": "female", "height_cm": 160, "weight_kg": 60}), "/volume_l", 3.626_685_6)
    .run(|sex: String, height: f64, weight: f64| {
        let cubed = libm::pow(height / 100.0, 3.0);
        let volume = if sex == "female" {
            0.3561 * cubed + 0.033_08 * weight + 0.1833
        } else {
            0.3669 * cubed + 0.032_19 * weight + 0.6041
        };
        Ok(json!({"volume_l": volume}))
    })
}

fn allowable_blood_loss() -> NativeTool {
    // Gross, Anesthesiology 1983;58:277: volume times the fall of haemoglobin over its mean.
    let text = "Allowable blood loss in litres by the Gross formula: blood volume times (initial less accepted haemoglobin) over their mean.";
    native("medical.body.allowable_blood_loss", Processing, text)
        .param("blood_volume_l", "amount:volume.blood[L]", "Blood volume in litres.")
        .label("blood volume")
        .range(0.1, 15.0)
        .sample(3.5, 6.5, 0.1)
        .param("haemoglobin_g_dl", "level:haemoglobin[g/dL]", "Initial haemoglobin in g/dL.")
        .label("initial haemoglobin")
        .range(1.0, 25.0)
        .sample(10.0, 16.0, 0.1)
        .param("accepted_g_dl", "level:haemoglobin_threshold[g/dL]", "Lowest haemoglobin that is accepted, in g/dL.")
        .label("accepted haemoglobin")
        .range(1.0, 20.0)
        .sample(7.0, 9.0, 0.5)
        .field("loss_l", "amount:volume.blood_loss[L]", "allowable blood loss (Gross)")
        .plural("allowable blood losses (Gross)")
        .tail("for {blood_volume_l}, {haemoglobin_g_dl} and {accepted_g_dl}")
        .example(json!({"blood_volume_l": 5, "haemoglobin_g_dl": 14, "accepted_g_dl": 7}), "/loss_l", 3.333_333_33)
        .example_error(json!({"blood_volume_l": 5, "haemoglobin_g_dl": 7, "accepted_g_dl": 8}))
        .run(|volume: f64, initial: f64, accepted: f64| {
            if accepted > initial {
                return Err(ToolError::bad(
                    "The initial haemoglobin is below the accepted one already: no loss is allowable.",
                ));
            }
            Ok(json!({"loss_l": volume * (initial - accepted) / (0.5 * (initial + accepted))}))
        })
}
