//! Growth of microbial populations and its dependence on temperature.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        native(
            "biological.growth.population_doubling_time",
            Processing,
            "Doubling time of an exponentially growing population, ln 2 over its specific growth rate.",
        )
        .param("growth_rate", "level:growth_rate[h⁻¹]", "Specific growth rate in 1/h.")
        .label("specific growth rate")
        .range(1e-6, 100.0)
        .sample(0.1, 1.5, 0.05)
        .field("doubling_h", "level:time.doubling[h]", "population doubling time")
        .tail("at {growth_rate}")
        .example(json!({"growth_rate": 0.5}), "/doubling_h", 1.386_294_36)
        .example(json!({"growth_rate": 2.0}), "/doubling_h", 0.346_573_59)
        .example_error(json!({"growth_rate": 0}))
        .run(|rate: f64| Ok(json!({"doubling_h": std::f64::consts::LN_2 / rate}))),
        // Verhulst: N(t) = K / (1 + (K - N0)/N0 exp(-r t)).
        native(
            "biological.growth.logistic_density",
            Processing,
            "Cell density of a culture after some hours of logistic growth without lag.",
        )
        .param("growth_rate", "level:growth_rate[h⁻¹]", "Specific growth rate in 1/h.")
        .param("capacity", "level:cell_density.capacity[cells/mL]", "Carrying capacity in cells/mL.")
        .group("culture", "logistic_parameters", &["growth_rate", "capacity"])
        .param("initial", "level:cell_density.initial[cells/mL]", "Initial cell density in cells/mL.")
        .label("initial density")
        .range(1.0, 1e12)
        .sample_of([10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000])
        .param("hours", "amount:time.cultivation[h]", "Cultivation time in hours.")
        .label("cultivation time")
        .range(0.0, 10_000.0)
        .sample(2.0, 24.0, 1.0)
        .field("density", "level:cell_density.culture[cells/mL]", "logistic cell density")
        .plural("logistic cell densities")
        .tail("of {culture} after {hours} from {initial}")
        .example(json!({"growth_rate": 0.5, "capacity": 1e9, "initial": 1e5, "hours": 0}), "/density", 1e5)
        .example(json!({"growth_rate": 0.5, "capacity": 1e9, "initial": 1e6, "hours": 10}), "/density", 129_345_875.0)
        .example_error(json!({"growth_rate": 0.5, "capacity": 1e4, "initial": 1e6, "hours": 10}))
        .run(|rate: f64, capacity: f64, initial: f64, hours: f64| {
            if rate <= 0.0 || capacity <= initial {
                return Err(ToolError::bad(
                    "The growth rate must be above zero and the capacity above the initial density.",
                ));
            }
            let density = capacity / (1.0 + (capacity - initial) / initial * libm::exp(-rate * hours));
            Ok(json!({"density": density}))
        }),
        // The logistic curve solved for the time to half of the carrying capacity.
        native(
            "biological.growth.time_to_half_capacity",
            Processing,
            "Hours of logistic growth until a culture reaches half of its carrying capacity, ln((K - N0)/N0) / r.",
        )
        .param("growth_rate", "level:growth_rate[h⁻¹]", "Specific growth rate in 1/h.")
        .param("capacity", "level:cell_density.capacity[cells/mL]", "Carrying capacity in cells/mL.")
        .group("culture", "logistic_parameters", &["growth_rate", "capacity"])
        .param("initial", "level:cell_density.initial[cells/mL]", "Initial cell density, below half of the capacity.")
        .label("initial density")
        .range(1.0, 1e12)
        .sample_of([10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000])
        .field(
            "hours",
            "level:time.half_capacity[h]",
            "time to half of the carrying capacity in logistic growth without lag",
        )
        .plural("times to half of the carrying capacity in logistic growth without lag")
        .tail("for {culture} from {initial}")
        .example(json!({"growth_rate": 1.0, "capacity": 1e6, "initial": 1e5}), "/hours", 2.197_224_58)
        .example(json!({"growth_rate": 0.5, "capacity": 1e9, "initial": 1e6}), "/hours", 13.81350956)
        .example_error(json!({"growth_rate": 0.5, "capacity": 1e5, "initial": 1e5}))
        .run(|rate: f64, capacity: f64, initial: f64| {
            if rate <= 0.0 || initial > 0.5 * capacity {
                return Err(ToolError::bad(
                    "The growth rate must be above zero and the start below half of the capacity.",
                ));
            }
            Ok(json!({"hours": libm::log((capacity - initial) / initial) / rate}))
        }),
        // Van 't Hoff: Q10 = (R2/R1)^(10/(T2 - T1)).
        native(
            "biological.growth.growth_q10",
            Processing,
            "Temperature coefficient Q10 of a rate measured at two temperatures.",
        )
        .param("cool_c", "level:laboratory_temperature.cool_trial[degC]", "Lower temperature in °C.")
        .param("cool_rate", "level:growth_rate.cool_trial[h⁻¹]", "Rate at the lower temperature in 1/h.")
        .param("warm_c", "level:laboratory_temperature.warm_trial[degC]", "Higher temperature in °C.")
        .param("warm_rate", "level:growth_rate.warm_trial[h⁻¹]", "Rate at the higher temperature in 1/h.")
        .group("trials", "thermal_trials", &["cool_c", "cool_rate", "warm_c", "warm_rate"])
        .field("q10", "level:q10", "temperature coefficient (Q10) of growth")
        .plural("temperature coefficients (Q10) of growth")
        .tail("for {trials}")
        .example(json!({"cool_c": 20, "cool_rate": 0.2, "warm_c": 30, "warm_rate": 0.5}), "/q10", 2.5)
        .example(json!({"cool_c": 15, "cool_rate": 0.1, "warm_c": 20, "warm_rate": 0.15}), "/q10", 2.25)
        .example_error(json!({"cool_c": 20, "cool_rate": 0.2, "warm_c": 20, "warm_rate": 0.5}))
        .run(|cool: f64, cool_rate: f64, warm: f64, warm_rate: f64| {
            if warm <= cool || cool_rate <= 0.0 || warm_rate <= 0.0 {
                return Err(ToolError::bad("The second temperature must be higher, and both rates above zero."));
            }
            Ok(json!({"q10": libm::pow(warm_rate / cool_rate, 10.0 / (warm - cool))}))
        }),
    ]
}
