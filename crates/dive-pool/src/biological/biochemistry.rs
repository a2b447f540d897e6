//! Enzyme kinetics and binding.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

const RATE: &str = "level:enzyme_activity.rate[µmol/min/mg]";

fn positive(values: &[f64]) -> Result<(), ToolError> {
    if values.iter().all(|x| *x > 0.0) {
        Ok(())
    } else {
        Err(ToolError::bad("Constants and concentrations must be above zero."))
    }
}

/// Adds the substrate concentration, which questions state.
fn with_substrate(builder: Builder) -> Builder {
    builder
        .param("substrate_um", "level:concentration.substrate[µM]", "Substrate concentration in µM.")
        .label("substrate concentration")
        .range(0.001, 1e6)
        .sample(10.0, 1000.0, 10.0)
}

pub(super) fn tools() -> Vec<NativeTool> {
    let mut tools = rates();
    tools.extend(binding());
    tools
}

fn rates() -> Vec<NativeTool> {
    let vmax = ("vmax", "level:enzyme_activity.vmax[µmol/min/mg]", "Maximal rate in µmol/min/mg.");
    let km = ("km_um", "level:concentration.michaelis[µM]", "Michaelis constant in µM.");
    vec![
        with_substrate(
            native(
                "biological.kinetics.michaelis_menten_rate",
                Processing,
                "Initial rate of an enzyme by the Michaelis-Menten equation, Vmax S / (Km + S).",
            )
            .param(vmax.0, vmax.1, vmax.2)
            .param(km.0, km.1, km.2)
            .group("enzyme", "michaelis_constants", &["vmax", "km_um"]),
        )
        .field("rate", RATE, "Michaelis–Menten rate")
        .tail("of {enzyme} at {substrate_um}")
        .example(json!({"vmax": 100, "km_um": 50, "substrate_um": 50}), "/rate", 50.0)
        .example(json!({"vmax": 12, "km_um": 30, "substrate_um": 90}), "/rate", 9.0)
        .example_error(json!({"vmax": 12, "km_um": 0, "substrate_um": 90}))
        .run(|vmax: f64, km: f64, s: f64| {
            positive(&[vmax, km, s])?;
            Ok(json!({"rate": vmax * s / (km + s)}))
        }),
        with_substrate(
            native(
                "biological.kinetics.competitive_inhibition_rate",
                Processing,
                "Initial rate of an enzyme with a competitive inhibitor, Vmax S / (Km (1 + I/Ki) + S).",
            )
            .param(vmax.0, vmax.1, vmax.2)
            .param(km.0, km.1, km.2)
            .param("ki_um", "level:concentration.inhibition[µM]", "Inhibition constant of the inhibitor in µM.")
            .group("enzyme", "inhibited_constants", &["vmax", "km_um", "ki_um"]),
        )
        .param("inhibitor_um", "level:concentration.inhibitor[µM]", "Inhibitor concentration in µM.")
        .label("inhibitor concentration")
        .range(0.0, 1e6)
        .sample(5.0, 200.0, 5.0)
        .field("rate", RATE, "inhibited rate")
        .tail("of {enzyme} with its strongest competitive inhibitor at {substrate_um} and {inhibitor_um}")
        .example(json!({"vmax": 100, "km_um": 50, "ki_um": 10, "substrate_um": 50, "inhibitor_um": 20}), "/rate", 25.0)
        .example(json!({"vmax": 100, "km_um": 50, "ki_um": 10, "substrate_um": 50, "inhibitor_um": 0}), "/rate", 50.0)
        .example_error(json!({"vmax": 100, "km_um": 50, "ki_um": 0, "substrate_um": 50, "inhibitor_um": 20}))
        .run(|vmax: f64, km: f64, ki: f64, s: f64, i: f64| {
            positive(&[vmax, km, ki, s])?;
            Ok(json!({"rate": vmax * s / (km * (1.0 + i / ki) + s)}))
        }),
        native(
            "biological.kinetics.catalytic_efficiency",
            Processing,
            "Catalytic efficiency kcat/Km of an enzyme in 1/(M s), from kcat in 1/s and Km in µM.",
        )
        .param("kcat", "level:turnover[s⁻¹]", "Turnover number in 1/s.")
        .param(km.0, km.1, km.2)
        .group("enzyme", "turnover_constants", &["kcat", "km_um"])
        .field("efficiency", "level:catalytic_efficiency[M⁻¹·s⁻¹]", "catalytic efficiency")
        .plural("catalytic efficiencies")
        .tail("of {enzyme}")
        .example(json!({"kcat": 100, "km_um": 50}), "/efficiency", 2e6)
        .example(json!({"kcat": 14, "km_um": 700}), "/efficiency", 20_000.0)
        .example_error(json!({"kcat": 14, "km_um": 0}))
        .run(|kcat: f64, km: f64| {
            positive(&[kcat, km])?;
            Ok(json!({"efficiency": kcat / (km * 1e-6)}))
        }),
        native(
            "biological.kinetics.substrate_for_saturation",
            Processing,
            "Substrate concentration at which an enzyme reaches a percentage of its maximal rate, Km f / (1 - f).",
        )
        .param(km.0, km.1, km.2)
        .param("percent", "level:fraction.saturation[%]", "Percentage of the maximal rate, between 0 and 100.")
        .label("saturation")
        .range(0.1, 99.9)
        .sample_of([10, 20, 25, 30, 40, 60, 70, 75, 80, 90, 95])
        .field("substrate_um", "level:concentration.saturating[µM]", "substrate concentration required")
        .tail("for {percent} given {km_um}")
        .example(json!({"km_um": 50, "percent": 50}), "/substrate_um", 50.0)
        .example(json!({"km_um": 20, "percent": 90}), "/substrate_um", 180.0)
        .example_error(json!({"km_um": 20, "percent": 100}))
        .run(|km: f64, percent: f64| {
            positive(&[km])?;
            Ok(json!({"substrate_um": km * percent / (100.0 - percent)}))
        }),
        // Cheng & Prusoff, Biochem Pharmacol 22:3099 (1973).
        with_substrate(
            native(
                "biological.kinetics.cheng_prusoff_ic50",
                Processing,
                "IC50 of a competitive inhibitor by the Cheng-Prusoff equation, Ki (1 + S/Km).",
            )
            .param("ki_um", "level:concentration.inhibition[µM]", "Inhibition constant of the inhibitor in µM.")
            .param(km.0, km.1, km.2)
            .group("enzyme", "inhibition_constants", &["ki_um", "km_um"]),
        )
        .field("ic50_um", "level:concentration.ic50[µM]", "Cheng–Prusoff IC50")
        .plural("Cheng–Prusoff IC50 values")
        .tail("of the strongest competitive inhibitor of {enzyme} at {substrate_um}")
        .example(json!({"ki_um": 2, "km_um": 50, "substrate_um": 100}), "/ic50_um", 6.0)
        .example(json!({"ki_um": 0.5, "km_um": 10, "substrate_um": 10}), "/ic50_um", 1.0)
        .example_error(json!({"ki_um": 0, "km_um": 10, "substrate_um": 10}))
        .run(|ki: f64, km: f64, s: f64| {
            positive(&[ki, km, s])?;
            Ok(json!({"ic50_um": ki * (1.0 + s / km)}))
        }),
    ]
}

fn binding() -> Vec<NativeTool> {
    vec![
        native(
            "biological.binding.fractional_occupancy",
            Processing,
            "Percentage of a protein that is bound at a free partner concentration, L / (Kd + L), one-site binding.",
        )
        .param("kd_nm", "level:concentration.dissociation[nM]", "Dissociation constant in nM.")
        .group("protein", "tightest_binding", &["kd_nm"])
        .param("ligand_nm", "level:concentration.ligand[nM]", "Free concentration of the binding partner in nM.")
        .label("free partner concentration")
        .range(0.0, 1e9)
        .sample(10.0, 1000.0, 10.0)
        .field("occupancy", "level:fraction.occupancy[%]", "fractional occupancy")
        .plural("fractional occupancies")
        .tail("of {protein} by its tightest binding partner at {ligand_nm}")
        .example(json!({"kd_nm": 100, "ligand_nm": 100}), "/occupancy", 50.0)
        .example(json!({"kd_nm": 25, "ligand_nm": 75}), "/occupancy", 75.0)
        .example_error(json!({"kd_nm": 0, "ligand_nm": 75}))
        .run(|kd: f64, ligand: f64| {
            positive(&[kd])?;
            Ok(json!({"occupancy": 100.0 * ligand / (kd + ligand)}))
        }),
        native(
            "biological.binding.binding_free_energy",
            Processing,
            "Standard free energy of binding at 25 °C from a dissociation constant, R T ln Kd with Kd in mol/L.",
        )
        .param("kd_nm", "level:concentration.dissociation[nM]", "Dissociation constant in nM.")
        .group("protein", "tightest_binding", &["kd_nm"])
        .field("free_energy", "level:energy.binding[kJ/mol]", "standard free energy of binding at 25 °C")
        .plural("standard free energies of binding at 25 °C")
        .tail("between {protein} and its tightest binding partner")
        .example(json!({"kd_nm": 1.0}), "/free_energy", -51.37208552)
        .example(json!({"kd_nm": 1000.0}), "/free_energy", -34.24805701)
        .example_error(json!({"kd_nm": 0}))
        .run(|kd: f64| {
            positive(&[kd])?;
            // Gas constant of CODATA 2018 in kJ/(mol K).
            Ok(json!({"free_energy": 8.314_462_618e-3 * 298.15 * libm::log(kd * 1e-9)}))
        }),
    ]
}
