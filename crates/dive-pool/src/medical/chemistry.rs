//! Electrolytes, osmolality and acid-base balance.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::Findings as _;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        anion_gap(),
        corrected_gap(),
        delta_ratio(),
        calcium(),
        osmolality(),
        osmolar_gap(),
        sodium(),
        expected_carbon_dioxide(),
    ]
}

fn anion_gap() -> NativeTool {
    // Emmett & Narins, Medicine 1977;56:38: without potassium.
    native("medical.chemistry.anion_gap", Processing, "Serum anion gap without potassium.")
        .serum_sodium()
        .param("chloride_mmol_l", "level:chloride.serum[mmol/L]", "Serum chloride in mmol/L.")
        .label("serum chloride")
        .range(50.0, 160.0)
        .sample(92.0, 114.0, 1.0)
        .bicarbonate()
        .field("anion_gap", "level:anion_gap.measured[mmol/L]", "anion gap")
        .tail("for {sodium_mmol_l}, {chloride_mmol_l} and {bicarbonate_mmol_l}")
        .example(json!({"sodium_mmol_l": 140, "chloride_mmol_l": 104, "bicarbonate_mmol_l": 24}), "/anion_gap", 12.0)
        .example(json!({"sodium_mmol_l": 138.5, "chloride_mmol_l": 100, "bicarbonate_mmol_l": 14}), "/anion_gap", 24.5)
        .run(|sodium: f64, chloride: f64, bicarbonate: f64| Ok(json!({"anion_gap": sodium - chloride - bicarbonate})))
}

fn corrected_gap() -> NativeTool {
    // Figge et al., Crit Care Med 1998;26:1807: 2.5 mmol/L for each g/dL of albumin below normal, here 4.0 g/dL.
    let text = "Anion gap corrected for albumin: 2.5 mmol/L for each g/dL below 4.0 g/dL.";
    native("medical.chemistry.albumin_corrected_anion_gap", Processing, text)
        .param("anion_gap_mmol_l", "level:anion_gap.measured[mmol/L]", "Anion gap in mmol/L.")
        .label("anion gap")
        .range(-20.0, 80.0)
        .sample(4.0, 30.0, 1.0)
        .serum_albumin()
        .field("corrected_gap", "level:anion_gap.corrected[mmol/L]", "albumin-corrected anion gap")
        .tail("for {anion_gap_mmol_l} and {albumin_g_dl}")
        .example(json!({"anion_gap_mmol_l": 12, "albumin_g_dl": 2.0}), "/corrected_gap", 17.0)
        .example(json!({"anion_gap_mmol_l": 10, "albumin_g_dl": 4.0}), "/corrected_gap", 10.0)
        .run(|gap: f64, albumin: f64| Ok(json!({"corrected_gap": gap + 2.5 * (4.0 - albumin)})))
}

fn delta_ratio() -> NativeTool {
    // Wrenn, Ann Emerg Med 1990;19:1310: normal gap 12, normal bicarbonate 24 mmol/L.
    let text = "Delta ratio of a metabolic acidosis: rise of the anion gap above 12 over fall of bicarbonate below 24.";
    native("medical.chemistry.delta_ratio", Processing, text)
        .param("anion_gap_mmol_l", "level:anion_gap[mmol/L]", "Anion gap in mmol/L, corrected or not.")
        .label("anion gap")
        .range(-20.0, 80.0)
        .sample(14.0, 30.0, 1.0)
        .param("bicarbonate_mmol_l", "level:bicarbonate.serum[mmol/L]", "Serum bicarbonate in mmol/L, below 24.")
        .label("serum bicarbonate")
        .range(2.0, 60.0)
        .sample(8.0, 22.0, 1.0)
        .field("delta_ratio", "level:delta_ratio", "delta ratio")
        .tail("for {anion_gap_mmol_l} and {bicarbonate_mmol_l}")
        .example(json!({"anion_gap_mmol_l": 24, "bicarbonate_mmol_l": 14}), "/delta_ratio", 1.2)
        .example_error(json!({"anion_gap_mmol_l": 16, "bicarbonate_mmol_l": 26}))
        .run(|gap: f64, bicarbonate: f64| {
            if bicarbonate >= 24.0 || gap <= 12.0 {
                return Err(ToolError::bad("The delta ratio needs a bicarbonate below 24 and a gap above 12 mmol/L."));
            }
            Ok(json!({"delta_ratio": (gap - 12.0) / (24.0 - bicarbonate)}))
        })
}

fn calcium() -> NativeTool {
    // Payne et al., Br Med J 1973;4:643, in the customary form for mg/dL and g/dL.
    native("medical.chemistry.albumin_corrected_calcium", Processing, "Total calcium corrected for albumin (Payne).")
        .param("calcium_mg_dl", "level:calcium.serum[mg/dL]", "Total serum calcium in mg/dL.")
        .label("total serum calcium")
        .range(2.0, 25.0)
        .sample(6.8, 12.6, 0.1)
        .serum_albumin()
        .field("corrected_mg_dl", "level:calcium.corrected[mg/dL]", "albumin-corrected calcium")
        .plural("albumin-corrected calcium values")
        .tail("for {calcium_mg_dl} and {albumin_g_dl}")
        .example(json!({"calcium_mg_dl": 8.0, "albumin_g_dl": 2.5}), "/corrected_mg_dl", 9.2)
        .example(json!({"calcium_mg_dl": 10.0, "albumin_g_dl": 4.5}), "/corrected_mg_dl", 9.6)
        .run(|calcium: f64, albumin: f64| Ok(json!({"corrected_mg_dl": calcium + 0.8 * (4.0 - albumin)})))
}

fn osmolality() -> NativeTool {
    // Smithline & Gardner, JAMA 1976;236:1594.
    native(
        "medical.chemistry.calculated_osmolality",
        Processing,
        "Serum osmolality from sodium, glucose and urea nitrogen.",
    )
    .serum_sodium()
    .serum_glucose()
    .param("urea_nitrogen_mg_dl", "level:urea_nitrogen.blood[mg/dL]", "Blood urea nitrogen in mg/dL.")
    .label("blood urea nitrogen")
    .range(1.0, 300.0)
    .sample(6.0, 92.0, 1.0)
    .field("osmolality", "level:osmolality.calculated[mOsm/kg]", "calculated serum osmolality")
    .plural("calculated serum osmolalities")
    .tail("for {sodium_mmol_l}, {glucose_mg_dl} and {urea_nitrogen_mg_dl}")
    .example(json!({"sodium_mmol_l": 140, "glucose_mg_dl": 90, "urea_nitrogen_mg_dl": 14}), "/osmolality", 290.0)
    .example(json!({"sodium_mmol_l": 130, "glucose_mg_dl": 540, "urea_nitrogen_mg_dl": 28}), "/osmolality", 300.0)
    .run(|sodium: f64, glucose: f64, urea: f64| Ok(json!({"osmolality": 2.0 * sodium + glucose / 18.0 + urea / 2.8})))
}

fn osmolar_gap() -> NativeTool {
    // Smithline & Gardner, JAMA 1976;236:1594: measured minus calculated.
    native("medical.chemistry.osmolar_gap", Processing, "Osmolar gap: measured minus calculated serum osmolality.")
        .param("measured", "level:osmolality.measured[mOsm/kg]", "Measured serum osmolality in mOsm/kg.")
        .label("measured serum osmolality")
        .range(150.0, 600.0)
        .sample(280.0, 345.0, 1.0)
        .param("calculated", "level:osmolality.calculated[mOsm/kg]", "Calculated serum osmolality in mOsm/kg.")
        .label("calculated serum osmolality")
        .range(150.0, 600.0)
        .sample(268.0, 312.0, 1.0)
        .field("gap", "level:osmolar_gap[mOsm/kg]", "osmolar gap")
        .tail("for {measured} and {calculated}")
        .example(json!({"measured": 310, "calculated": 290}), "/gap", 20.0)
        .example(json!({"measured": 285, "calculated": 287.5}), "/gap", -2.5)
        .run(|measured: f64, calculated: f64| Ok(json!({"gap": measured - calculated})))
}

fn sodium() -> NativeTool {
    // Katz, N Engl J Med 1973;289:843 (1.6); Hillier et al., Am J Med 1999;106:399 (2.4 mmol/L for each 100 mg/dL).
    let text = "Serum sodium corrected for hyperglycaemia by the factor of Katz (1.6) or of Hillier (2.4).";
    native("medical.chemistry.glucose_corrected_sodium", Processing, text)
        .serum_sodium()
        .serum_glucose()
        .param("factor", "category:sodium_correction", "Whose correction factor: katz or hillier.")
        .choices(&[("katz", "the Katz factor"), ("hillier", "the Hillier factor")])
        .field("corrected_mmol_l", "level:sodium.corrected[mmol/L]", "glucose-corrected sodium")
        .plural("glucose-corrected sodium values")
        .tail("by {factor} for {sodium_mmol_l} and {glucose_mg_dl}")
        .example(json!({"sodium_mmol_l": 130, "glucose_mg_dl": 600, "factor": "katz"}), "/corrected_mmol_l", 138.0)
        .example(json!({"sodium_mmol_l": 130, "glucose_mg_dl": 600, "factor": "hillier"}), "/corrected_mmol_l", 142.0)
        .example_error(json!({"sodium_mmol_l": 130, "glucose_mg_dl": 80, "factor": "katz"}))
        .run(|sodium: f64, glucose: f64, factor: String| {
            if glucose < 100.0 {
                return Err(ToolError::bad("The correction is defined for a glucose of 100 mg/dL or more."));
            }
            let factor = if factor == "hillier" { 2.4 } else { 1.6 };
            Ok(json!({"corrected_mmol_l": sodium + factor * (glucose - 100.0) / 100.0}))
        })
}

fn expected_carbon_dioxide() -> NativeTool {
    // Albert, Dell & Winters, Ann Intern Med 1967;66:312: central value of 1.5 × bicarbonate + 8 ± 2.
    let text = "Arterial carbon dioxide pressure to be expected in metabolic acidosis (Winters, central value).";
    native("medical.chemistry.expected_carbon_dioxide", Processing, text)
        .param("bicarbonate_mmol_l", "level:bicarbonate.serum[mmol/L]", "Serum bicarbonate in mmol/L, below 24.")
        .label("serum bicarbonate")
        .range(2.0, 23.9)
        .sample(8.0, 22.0, 1.0)
        .field(
            "pressure_mmhg",
            "level:gas_pressure.expected_carbon_dioxide[mmHg]",
            "expected carbon dioxide pressure (Winters)",
        )
        .plural("expected carbon dioxide pressures (Winters)")
        .tail("for {bicarbonate_mmol_l}")
        .example(json!({"bicarbonate_mmol_l": 12}), "/pressure_mmhg", 26.0)
        .example(json!({"bicarbonate_mmol_l": 20}), "/pressure_mmhg", 38.0)
        .run(|bicarbonate: f64| Ok(json!({"pressure_mmhg": 1.5 * bicarbonate + 8.0})))
}
