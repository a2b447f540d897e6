//! Breathing and its support.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::Findings as _;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![rox(), tidal_volume(), mechanics(), power()]
}

fn rox() -> NativeTool {
    // Roca et al., J Crit Care 2016;35:200: saturation over the inspired fraction, over breaths a minute.
    let text = "ROX index of how well high-flow oxygen is doing: (oxygen saturation in percent / inspired oxygen fraction) / breaths per minute.";
    native("medical.ventilation.rox_index", Processing, text)
        .param("saturation_percent", "level:oxygen_saturation[%]", "Oxygen saturation in percent.")
        .label("oxygen saturation")
        .range(20.0, 100.0)
        .sample(85.0, 99.0, 1.0)
        .param("inspired_oxygen_percent", "level:inspired_oxygen[%]", "Inspired oxygen fraction in percent.")
        .label("inspired oxygen fraction")
        .range(21.0, 100.0)
        .sample(25.0, 80.0, 5.0)
        .param("respiratory_rate", "level:respiratory_rate[breaths/min]", "Breaths per minute.")
        .label("respiratory rate")
        .range(1.0, 90.0)
        .sample(12.0, 36.0, 1.0)
        .field("rox_index", "level:rox_index", "ROX index")
        .plural("ROX indices")
        .tail("for {saturation_percent}, {inspired_oxygen_percent} and {respiratory_rate}")
        .example(
            json!({"saturation_percent": 90, "inspired_oxygen_percent": 50, "respiratory_rate": 30}),
            "/rox_index",
            6.0,
        )
        .example(
            json!({"saturation_percent": 96, "inspired_oxygen_percent": 40, "respiratory_rate": 16}),
            "/rox_index",
            15.0,
        )
        .run(|saturation: f64, inspired: f64, rate: f64| {
            Ok(json!({"rox_index": saturation / (inspired / 100.0) / rate}))
        })
}

fn tidal(builder: Builder) -> Builder {
    builder.param("tidal_volume_ml", "amount:volume.tidal[mL]", "Tidal volume in millilitres.").range(20.0, 2000.0)
}

fn tidal_volume() -> NativeTool {
    // ARDS Network, N Engl J Med 2000;342:1301: predicted body weight 50 (women 45.5) + 0.91 (height - 152.4 cm) kg.
    let text = "Tidal volume in mL per kilogram of predicted body weight (ARDS Network), and that weight.";
    tidal(native("medical.ventilation.tidal_volume_by_predicted_weight", Processing, text))
        .label("tidal volume")
        .sample(300.0, 620.0, 20.0)
        .sex()
        .height()
        .field(
            "volume_ml_kg",
            "level:tidal_volume_by_weight[mL/kg]",
            "tidal volume per kilogram of predicted body weight",
        )
        .plural("tidal volumes per kilogram of predicted body weight")
        .field("predicted_weight_kg", "amount:mass.predicted[kg]", "")
        .tail("for {tidal_volume_ml}, {sex} and {height_cm}")
        .example(json!({"tidal_volume_ml": 400, "sex": "male", "height_cm": 152.4}), "/volume_ml_kg", 8.0)
        .example(json!({"tidal_volume_ml": 400, "sex": "female", "height_cm": 162.4}), "/predicted_weight_kg", 54.6)
        .example_error(json!({"tidal_volume_ml": 400, "sex": "female", "height_cm": 90}))
        .run(|volume: f64, sex: String, height: f64| {
            let weight = if sex == "female" { 45.5 } else { 50.0 } + 0.91 * (height - 152.4);
            if weight < 15.0 {
                return Err(ToolError::bad("The formula of the ARDS Network does not hold for such a small height."));
            }
            Ok(json!({"volume_ml_kg": volume / weight, "predicted_weight_kg": weight}))
        })
}

/// Pressures of a passive patient: end of expiration, and plateau.
fn pressures(builder: Builder) -> Builder {
    builder
        .param("plateau_cmh2o", "level:airway_pressure.plateau[cmH2O]", "Plateau pressure in cmH2O.")
        .range(1.0, 80.0)
        .param("peep_cmh2o", "level:airway_pressure.peep[cmH2O]", "Positive end-expiratory pressure in cmH2O.")
        .range(0.0, 40.0)
}

fn driving(plateau: f64, peep: f64) -> Result<f64, ToolError> {
    let pressure = plateau - peep;
    if pressure > 0.0 {
        return Ok(pressure);
    }
    Err(ToolError::bad("The plateau pressure must exceed the positive end-expiratory pressure."))
}

fn mechanics() -> NativeTool {
    // Amato et al., N Engl J Med 2015;372:747: driving pressure is plateau less end-expiratory pressure, or tidal volume over
    // compliance.
    let text = "Driving pressure (plateau less end-expiratory pressure) and static compliance (tidal volume over driving pressure) of the respiratory system.";
    pressures(tidal(native("medical.ventilation.respiratory_mechanics", Processing, text)))
        .group("patient", "ventilation", &["tidal_volume_ml", "plateau_cmh2o", "peep_cmh2o"])
        .subject("patient")
        .field("driving_pressure", "level:airway_pressure.driving[cmH2O]", "driving pressure")
        .field("compliance", "level:compliance[mL/cmH2O]", "static respiratory compliance")
        .tail("during the latest anaesthesia")
        .example(json!({"tidal_volume_ml": 450, "plateau_cmh2o": 20, "peep_cmh2o": 5}), "/compliance", 30.0)
        .example(json!({"tidal_volume_ml": 450, "plateau_cmh2o": 20, "peep_cmh2o": 8}), "/driving_pressure", 12.0)
        .example_error(json!({"tidal_volume_ml": 450, "plateau_cmh2o": 8, "peep_cmh2o": 8}))
        .run(|volume: f64, plateau: f64, peep: f64| {
            let driving = driving(plateau, peep)?;
            Ok(json!({"driving_pressure": driving, "compliance": volume / driving}))
        })
}

fn power() -> NativeTool {
    // Gattinoni et al., Intensive Care Med 2016;42:1567, in the simplified form for volume control: 0.098 times rate times
    // volume in litres times (peak pressure less half the driving pressure).
    let text = "Mechanical power of ventilation in joules per minute (volume control, simplified Gattinoni equation): 0.098 × rate × tidal volume in litres × (peak pressure - driving pressure / 2).";
    let builder = pressures(tidal(native("medical.ventilation.mechanical_power", Processing, text)));
    builder
        .param("peak_cmh2o", "level:airway_pressure.peak[cmH2O]", "Peak pressure in cmH2O.")
        .range(1.0, 120.0)
        .param("ventilator_rate", "level:ventilator_rate[breaths/min]", "Breaths of the ventilator per minute.")
        .range(1.0, 90.0)
        .group(
            "patient",
            "ventilation_power",
            &["tidal_volume_ml", "plateau_cmh2o", "peep_cmh2o", "peak_cmh2o", "ventilator_rate"],
        )
        .subject("patient")
        .field("power_j_min", "level:mechanical_power[J/min]", "mechanical power of ventilation")
        .plural("mechanical powers of ventilation")
        .tail("during the latest anaesthesia")
        .example(
            json!({"tidal_volume_ml": 500, "plateau_cmh2o": 20, "peep_cmh2o": 10, "peak_cmh2o": 25, "ventilator_rate": 20}),
            "/power_j_min",
            19.6,
        )
        .example_error(
            json!({"tidal_volume_ml": 500, "plateau_cmh2o": 20, "peep_cmh2o": 10, "peak_cmh2o": 18, "ventilator_rate": 20}),
        )
        .run(|volume: f64, plateau: f64, peep: f64, peak: f64, rate: f64| {
            if peak < plateau {
                return Err(ToolError::bad("The peak pressure must not be below the plateau pressure."));
            }
            let driving = driving(plateau, peep)?;
            Ok(json!({"power_j_min": 0.098 * rate * volume / 1000.0 * (peak - driving / 2.0)}))
        })
}
