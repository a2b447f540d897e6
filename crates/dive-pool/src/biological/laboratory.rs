//! Solutions and spectrophotometry.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

pub(super) fn tools() -> Vec<NativeTool> {
    let mut tools = solutions();
    tools.extend(spectra());
    tools
}

fn solutions() -> Vec<NativeTool> {
    vec![
        // C1 V1 = C2 V2.
        native(
            "biological.laboratory.dilution_stock_volume",
            Processing,
            "Volume of a stock solution that is diluted to a final volume and concentration (C1 V1 = C2 V2).",
        )
        .param("stock_mm", "level:concentration.saturation[mM]", "Concentration of the stock in mM.")
        .label("stock concentration")
        .range(1e-6, 1e6)
        .sample_of([50, 100, 200, 250, 400, 500])
        .param("final_mm", "level:concentration.final[mM]", "Final concentration in mM, at most that of the stock.")
        .label("final concentration")
        .range(1e-9, 1e6)
        .sample_of([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0])
        .param("final_ml", "amount:volume.final[mL]", "Final volume in mL.")
        .label("final volume")
        .range(0.001, 1e6)
        .sample_of([10, 25, 50, 100, 150, 250, 500, 1000])
        .field("stock_ml", "amount:volume.stock[mL]", "required volume of stock solution")
        .tail("for {final_ml} at {final_mm} from a stock with {stock_mm}")
        .example(json!({"stock_mm": 100, "final_mm": 5, "final_ml": 50}), "/stock_ml", 2.5)
        .example(json!({"stock_mm": 250, "final_mm": 10, "final_ml": 1000}), "/stock_ml", 40.0)
        .example_error(json!({"stock_mm": 1, "final_mm": 5, "final_ml": 50}))
        .run(|stock: f64, wanted: f64, volume: f64| {
            if wanted > stock {
                return Err(ToolError::bad("The final concentration exceeds that of the stock."));
            }
            Ok(json!({"stock_ml": wanted * volume / stock}))
        }),
        native(
            "biological.laboratory.solute_mass",
            Processing,
            "Mass of a compound that is weighed in for a solution of given concentration and volume.",
        )
        .param("molar_mass", "level:molar_mass[g/mol]", "Molar mass in g/mol.")
        .param("concentration_mm", "level:concentration.final[mM]", "Concentration of the solution in mM.")
        .label("concentration")
        .range(1e-9, 1e6)
        .sample_of([0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0])
        .param("volume_ml", "amount:volume.final[mL]", "Volume of the solution in mL.")
        .label("volume")
        .range(0.001, 1e6)
        .sample_of([10, 25, 50, 100, 200, 250, 500])
        .field("mass_mg", "amount:mass.solute[mg]", "solute mass required")
        .plural("solute masses required")
        .tail("for {volume_ml} at {concentration_mm} given {molar_mass}")
        .example(json!({"molar_mass": 58.44, "concentration_mm": 154, "volume_ml": 1000}), "/mass_mg", 8999.76)
        .example(json!({"molar_mass": 180.16, "concentration_mm": 5, "volume_ml": 100}), "/mass_mg", 90.08)
        .example_error(json!({"molar_mass": 0, "concentration_mm": 5, "volume_ml": 100}))
        .run(|molar: f64, concentration: f64, volume: f64| {
            if molar <= 0.0 {
                return Err(ToolError::bad("The molar mass must be above zero."));
            }
            // mmol/L times mL is µmol; g/mol is µg/µmol.
            Ok(json!({"mass_mg": molar * concentration * volume / 1000.0}))
        }),
        native(
            "biological.laboratory.molar_solubility",
            Processing,
            "Concentration of a saturated solution in mM from a solubility in g/L and a molar mass.",
        )
        .param("solubility", "level:solubility[g/L]", "Solubility in g/L.")
        .param("molar_mass", "level:molar_mass[g/mol]", "Molar mass in g/mol.")
        .group("compound", "solute", &["solubility", "molar_mass"])
        .field("saturation_mm", "level:concentration.saturation[mM]", "molar saturation concentration")
        .tail("of {compound}")
        .example(json!({"solubility": 36.0, "molar_mass": 180.0}), "/saturation_mm", 200.0)
        .example(json!({"solubility": 0.5, "molar_mass": 250.0}), "/saturation_mm", 2.0)
        .example_error(json!({"solubility": 1.0, "molar_mass": 0}))
        .run(|solubility: f64, molar: f64| {
            if molar <= 0.0 || solubility < 0.0 {
                return Err(ToolError::bad("The molar mass must be above zero and the solubility not negative."));
            }
            Ok(json!({"saturation_mm": 1000.0 * solubility / molar}))
        }),
        // Henderson-Hasselbalch for a monoprotic acid.
        native(
            "biological.laboratory.ionised_fraction",
            Processing,
            "Percentage of a monoprotic acid that is dissociated at a pH (Henderson-Hasselbalch).",
        )
        .param("pka", "position:pka", "Acid dissociation constant as pKa.")
        .label("pKa")
        .range(-10.0, 50.0)
        .param("ph", "position:ph", "pH, 0 to 14.")
        .label("pH")
        .range(0.0, 14.0)
        .sample(3.0, 10.0, 0.2)
        .field("ionised", "level:fraction.ionised[%]", "dissociated fraction")
        .tail("of a monoprotic acid with {pka} at {ph}")
        .example(json!({"pka": 4.8, "ph": 4.8}), "/ionised", 50.0)
        .example(json!({"pka": 5.0, "ph": 6.0}), "/ionised", 90.909_091)
        .example_error(json!({"pka": 4.8, "ph": 15}))
        .run(|pka: f64, ph: f64| Ok(json!({"ionised": 100.0 / (1.0 + libm::exp10(pka - ph))}))),
    ]
}

fn spectra() -> Vec<NativeTool> {
    vec![
        // Beer-Lambert: c = A / (epsilon d).
        native(
            "biological.laboratory.beer_lambert_concentration",
            Processing,
            "Molar protein concentration from the absorbance at 280 nm in a 1 cm cuvette (Beer-Lambert).",
        )
        .param("absorbance", "level:absorbance.a280", "Absorbance at 280 nm, without unit.")
        .label("absorbance")
        .range(0.0, 10.0)
        .sample(0.1, 1.5, 0.05)
        .param("extinction", "level:absorptivity[M⁻¹·cm⁻¹]", "Molar extinction coefficient at 280 nm in 1/(M cm).")
        .field("concentration_um", "level:concentration.protein[µM]", "protein concentration in a 1 cm cuvette")
        .plural("protein concentrations in a 1 cm cuvette")
        .tail("for {absorbance} at 280 nm and {extinction}")
        .example(json!({"absorbance": 0.745, "extinction": 1490}), "/concentration_um", 500.0)
        .example(json!({"absorbance": 1.1, "extinction": 5500}), "/concentration_um", 200.0)
        .example_error(json!({"absorbance": 0.5, "extinction": 0}))
        .run(|absorbance: f64, extinction: f64| {
            if extinction <= 0.0 {
                return Err(ToolError::bad("A protein without absorption at 280 nm cannot be measured this way."));
            }
            Ok(json!({"concentration_um": 1e6 * absorbance / extinction}))
        }),
        native(
            "biological.laboratory.protein_molarity",
            Processing,
            "Molar concentration of a protein from its mass concentration and its molecular weight.",
        )
        .param("mass_concentration", "level:mass_concentration.protein[mg/mL]", "Mass concentration in mg/mL.")
        .label("mass concentration")
        .range(0.0, 1000.0)
        .sample(0.2, 10.0, 0.2)
        .param("molecular_weight_da", "amount:mass.protein[Da]", "Molecular weight in Da.")
        .field("molarity_um", "level:concentration.protein[µM]", "molar protein concentration")
        .tail("for {mass_concentration} given {molecular_weight_da}")
        .example(json!({"mass_concentration": 1, "molecular_weight_da": 50000}), "/molarity_um", 20.0)
        .example(json!({"mass_concentration": 5, "molecular_weight_da": 10000}), "/molarity_um", 500.0)
        .example_error(json!({"mass_concentration": 1, "molecular_weight_da": 0}))
        .run(|mass: f64, weight: f64| {
            if weight <= 0.0 {
                return Err(ToolError::bad("The molecular weight must be above zero."));
            }
            Ok(json!({"molarity_um": 1e6 * mass / weight}))
        }),
    ]
}
