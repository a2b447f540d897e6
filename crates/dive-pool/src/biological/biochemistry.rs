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
    tools.push(fit());
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

/// Slope and intercept of the least-squares line.
fn line(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let spread: f64 = x.iter().map(|a| (a - mean_x) * (a - mean_x)).sum();
    let both: f64 = x.iter().zip(y).map(|(a, b)| (a - mean_x) * (b - mean_y)).sum();
    (spread > 1e-12 * mean_x * mean_x).then(|| (both / spread, mean_y - both / spread * mean_x))
}

fn fit() -> NativeTool {
    // Lineweaver & Burk, J Am Chem Soc 56:658 (1934): 1/v over 1/S; Hanes, Biochem J 26:1406 (1932): S/v over S; Eadie (1942) and
    // Hofstee (1952): v over v/S. Points on a curve without scatter give its constants by any of them.
    native(
        "biological.kinetics.kinetic_constants_fit",
        Processing,
        "Michaelis constant in µM and maximal rate in µmol/min/mg from initial rates at several substrate concentrations, by least squares on a linear form of the Michaelis-Menten equation.",
    )
    .param("substrate_um", "list(level:concentration.assay[µM])", "Substrate concentrations in µM.")
    .param("rates", "list(level:enzyme_activity.initial[µmol/min/mg])", "Initial rates at these concentrations in µmol/min/mg.")
    .param("method", "category:kinetic_plot", "Linear form: lineweaver-burk, hanes-woolf or eadie-hofstee.")
    .choices(&[
        ("lineweaver-burk", "a Lineweaver–Burk plot"),
        ("hanes-woolf", "a Hanes–Woolf plot"),
        ("eadie-hofstee", "an Eadie–Hofstee plot"),
    ])
    .group("enzyme", "rate_assay", &["substrate_um", "rates"])
    .subject("enzyme")
    .field("km_um", "level:concentration.fitted_michaelis[µM]", "fitted Michaelis constant")
    .field("vmax", "level:enzyme_activity.fitted_vmax[µmol/min/mg]", "fitted maximal rate")
    .tail("from {method} of the rate assay")
    .digits(6)
    .example(json!({"substrate_um": [25, 50, 100], "rates": [30, 45, 60], "method": "lineweaver-burk"}), "/km_um", 50.0)
    .example(json!({"substrate_um": [25, 50, 100], "rates": [30, 45, 60], "method": "hanes-woolf"}), "/vmax", 90.0)
    .example(json!({"substrate_um": [25, 50, 100], "rates": [30, 45, 60], "method": "eadie-hofstee"}), "/km_um", 50.0)
    .example_error(json!({"substrate_um": [25, 25, 25], "rates": [30, 45, 60], "method": "hanes-woolf"}))
    .run(|substrate: Vec<f64>, rates: Vec<f64>, method: String| {
        positive(&substrate)?;
        positive(&rates)?;
        if substrate.len() != rates.len() || substrate.len() < 2 {
            return Err(ToolError::bad("At least two concentrations with one rate each are needed."));
        }
        let each = |f: fn(f64, f64) -> f64| substrate.iter().zip(&rates).map(|(s, v)| f(*s, *v)).collect::<Vec<f64>>();
        let constants = match method.as_str() {
            "hanes-woolf" => line(&substrate, &each(|s, v| s / v)).map(|(slope, start)| (start / slope, 1.0 / slope)),
            "eadie-hofstee" => line(&each(|s, v| v / s), &rates).map(|(slope, start)| (-slope, start)),
            _ => line(&each(|s, _| 1.0 / s), &each(|_, v| 1.0 / v)).map(|(slope, start)| (slope / start, 1.0 / start)),
        };
        match constants {
            Some((km, vmax)) if km > 0.0 && vmax > 0.0 => Ok(json!({"km_um": km, "vmax": vmax})),
            Some(_) => Err(ToolError::bad("These rates do not follow the Michaelis-Menten equation: a fitted constant is not positive.")),
            None => Err(ToolError::bad("The concentrations must differ.")),
        }
    })
}
