//! Indices that climatologists compute from the twelve monthly normals of a place, and chains of daily weather.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::{Value, json};

use crate::linear::{Matrix, solve, transposed};

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![koeppen(), aridity(), rain_indices(), degree_days(), long_run(), forecast()]
}

/// Days of the months of a common year.
const DAYS: [f64; 12] = [31.0, 28.0, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];

/// Monthly normals from January to December, which come together.
fn normals(name: &str, description: &str) -> Builder {
    native(&format!("general.climate.{name}"), Processing, description)
        .param(
            "temperatures_c",
            "list(level:temperature.normal[degC])",
            "Mean temperatures of the twelve months from January on, in degrees Celsius.",
        )
        .param(
            "rainfall_mm",
            "list(amount:precipitation[mm])",
            "Rainfall of the twelve months from January on, in millimetres.",
        )
        .group("city", "climate_year", &["temperatures_c", "rainfall_mm"])
        .subject("city")
}

fn twelve(list: Vec<f64>, what: &str) -> Result<[f64; 12], ToolError> {
    let n = list.len();
    list.try_into().map_err(|_| ToolError::bad(format!("Twelve monthly values of {what} are needed, {n} were given.")))
}

/// Twelve values of each, the rainfall not negative and not nil.
fn year(temperatures: Vec<f64>, rainfall: Vec<f64>) -> Result<([f64; 12], [f64; 12]), ToolError> {
    let (temperatures, rainfall) = (twelve(temperatures, "temperature")?, twelve(rainfall, "rainfall")?);
    if rainfall.iter().any(|p| *p < 0.0) || rainfall.iter().sum::<f64>() <= 0.0 {
        return Err(ToolError::bad("Rainfall must not be negative, and not zero in all months."));
    }
    if temperatures.iter().any(|t| !(-90.0..=60.0).contains(t)) {
        return Err(ToolError::bad("Monthly mean temperatures lie between -90 and 60 degrees Celsius."));
    }
    Ok((temperatures, rainfall))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::NEG_INFINITY, f64::max)
}

fn smallest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

/// Normals of Zurich-Fluntern 1991-2020 (MeteoSwiss), rounded; a Cfb climate.
fn zurich() -> Value {
    json!({
        "temperatures_c": [0.8, 1.9, 5.9, 9.6, 13.8, 17.3, 19.1, 18.6, 14.3, 10.0, 4.8, 1.7],
        "rainfall_mm": [63, 57, 65, 77, 127, 125, 122, 121, 90, 82, 75, 82],
    })
}

fn koeppen() -> NativeTool {
    // Peel, Finlayson and McMahon 2007, Hydrology and Earth System Sciences 11:1633, table 1. Summer is the warmer of the half-years from
    // April to September and from October to March.
    normals(
        "koeppen_climate_class",
        "Köppen-Geiger climate class, such as Cfb or BSk, from the monthly normals of temperature and rainfall, by the criteria of Peel et al. (2007).",
    )
    .field("class", "category:climate_class", "Köppen–Geiger climate class (Peel et al. 2007)")
    .plural("Köppen–Geiger climate classes (Peel et al. 2007)")
    .example_equals(zurich(), "/class", json!("Cfb"))
    .example_equals(json!({"temperatures_c": ([27; 12]), "rainfall_mm": ([200; 12])}), "/class", json!("Af"))
    .example_error(json!({"temperatures_c": [1, 2], "rainfall_mm": [3, 4]}))
    .run(|temperatures: Vec<f64>, rainfall: Vec<f64>| {
        let (temperatures, rainfall) = year(temperatures, rainfall)?;
        Ok(json!({"class": class(&temperatures, &rainfall)}))
    })
}

fn class(temperatures: &[f64; 12], rainfall: &[f64; 12]) -> String {
    let april_to_september = |values: &[f64; 12], wanted: bool| -> Vec<f64> {
        values.iter().enumerate().filter(|(m, _)| (3..9).contains(m) == wanted).map(|(_, v)| *v).collect()
    };
    let north = mean(&april_to_september(temperatures, true)) >= mean(&april_to_september(temperatures, false));
    let (summer, winter) = (april_to_september(rainfall, north), april_to_september(rainfall, !north));
    let (annual, mean_c) = (rainfall.iter().sum::<f64>(), mean(temperatures));
    let (hot, cold) = (largest(temperatures.iter().copied()), smallest(temperatures.iter().copied()));
    let (summer_sum, winter_sum) = (summer.iter().sum::<f64>(), winter.iter().sum::<f64>());
    let threshold = 2.0 * mean_c
        + match () {
            () if winter_sum >= 0.7 * annual => 0.0,
            () if summer_sum >= 0.7 * annual => 28.0,
            () => 14.0,
        };
    if hot < 10.0 {
        return if hot > 0.0 { "ET" } else { "EF" }.into();
    }
    if annual < 10.0 * threshold {
        let degree = if annual < 5.0 * threshold { 'W' } else { 'S' };
        return format!("B{degree}{}", if mean_c >= 18.0 { 'h' } else { 'k' });
    }
    let driest = smallest(rainfall.iter().copied());
    if cold >= 18.0 {
        let form = match () {
            () if driest >= 60.0 => "Af",
            () if driest >= 100.0 - annual / 25.0 => "Am",
            () => "Aw",
        };
        return form.into();
    }
    let of = |values: &[f64]| (smallest(values.iter().copied()), largest(values.iter().copied()));
    let ((dry_summer, wet_summer), (dry_winter, wet_winter)) = (of(&summer), of(&winter));
    let (dry_s, dry_w) = (dry_summer < 40.0 && dry_summer < wet_winter / 3.0, dry_winter < wet_summer / 10.0);
    // Where both seasons qualify as dry, the one with less rain is.
    let season = match (dry_s, dry_w) {
        (true, true) => {
            if summer_sum < winter_sum {
                's'
            } else {
                'w'
            }
        }
        (true, false) => 's',
        (false, true) => 'w',
        (false, false) => 'f',
    };
    let main = if cold > 0.0 { 'C' } else { 'D' };
    let heat = match temperatures.iter().filter(|t| **t >= 10.0).count() {
        _ if hot >= 22.0 => 'a',
        4.. => 'b',
        _ if main == 'D' && cold < -38.0 => 'd',
        _ => 'c',
    };
    format!("{main}{season}{heat}")
}

fn aridity() -> NativeTool {
    // De Martonne 1926, La Meteorologie 2:449; Lang 1920, Verwitterung und Bodenbildung.
    normals(
        "climate_aridity",
        "Aridity of a climate from its monthly normals: De Martonne's index (annual rainfall over annual mean temperature plus ten) and Lang's rain factor (annual rainfall over annual mean temperature).",
    )
    .field("de_martonne", "level:de_martonne_index", "De Martonne aridity index")
    .plural("De Martonne aridity indices")
    .field("lang", "level:lang_rain_factor", "Lang rain factor")
    .example(json!({"temperatures_c": ([10; 12]), "rainfall_mm": ([50; 12])}), "/de_martonne", 30.0)
    .example(json!({"temperatures_c": ([10; 12]), "rainfall_mm": ([50; 12])}), "/lang", 60.0)
    .example_error(json!({"temperatures_c": ([-12; 12]), "rainfall_mm": ([50; 12])}))
    .run(|temperatures: Vec<f64>, rainfall: Vec<f64>| {
        let (temperatures, rainfall) = year(temperatures, rainfall)?;
        let (sum, mean) = (rainfall.iter().sum::<f64>(), mean(&temperatures));
        if mean <= 0.0 {
            return Err(ToolError::bad("The indices are meant for annual mean temperatures above zero."));
        }
        Ok(json!({"de_martonne": sum / (mean + 10.0), "lang": sum / mean}))
    })
}

fn rain_indices() -> NativeTool {
    // Walsh and Lawler 1981, Weather 36:201; Arnoldus 1980 in Assessment of Erosion; Oliver 1980, Professional Geographer 32:300.
    normals(
        "rainfall_seasonality",
        "How rainfall is spread over the months: Walsh and Lawler's seasonality index, the modified Fournier index of Arnoldus in millimetres, and Oliver's precipitation concentration index.",
    )
    .field("seasonality", "level:rainfall_seasonality", "rainfall seasonality index (Walsh–Lawler)")
    .plural("rainfall seasonality indices (Walsh–Lawler)")
    .field("fournier_mm", "level:erosivity.fournier[mm]", "modified Fournier index (Arnoldus)")
    .plural("modified Fournier indices (Arnoldus)")
    .field("concentration", "level:rainfall_concentration", "precipitation concentration index (Oliver)")
    .plural("precipitation concentration indices (Oliver)")
    .example(json!({"temperatures_c": ([10; 12]), "rainfall_mm": ([50; 12])}), "/fournier_mm", 50.0)
    .example(json!({"temperatures_c": ([10; 12]), "rainfall_mm": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]}), "/seasonality", 22.0 / 12.0)
    .example(json!({"temperatures_c": ([10; 12]), "rainfall_mm": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]}), "/concentration", 100.0)
    .example_error(json!({"temperatures_c": ([10; 12]), "rainfall_mm": ([0; 12])}))
    .run(|temperatures: Vec<f64>, rainfall: Vec<f64>| {
        let (_, rainfall) = year(temperatures, rainfall)?;
        let sum: f64 = rainfall.iter().sum();
        let squares: f64 = rainfall.iter().map(|p| p * p).sum();
        let away: f64 = rainfall.iter().map(|p| (p - sum / 12.0).abs()).sum();
        Ok(json!({"seasonality": away / sum, "fournier_mm": squares / sum, "concentration": 100.0 * squares / (sum * sum)}))
    })
}

fn degree_days() -> NativeTool {
    // Monthly means stand for their days: what VDI 3807 and agrometeorology call degree days from monthly values.
    native(
        "general.climate.degree_days",
        Processing,
        "Growing and heating degree days of a year from monthly mean temperatures and a base temperature: sums over the days of what the mean lies above or below the base.",
    )
    .param("temperatures_c", "list(level:temperature.normal[degC])", "Mean temperatures of the twelve months from January on, in degrees Celsius.")
    .param("base_c", "level:temperature.base[degC]", "Base temperature in degrees Celsius.")
    .label("base temperature")
    .range(-20.0, 30.0)
    .sample_of([5, 6, 8, 10, 12, 15, 18])
    .group("city", "temperature_year", &["temperatures_c"])
    .subject("city")
    .field("growing", "level:growing_degree_days[K·d]", "annual sum of growing degree days (from monthly normals)")
    .field("heating", "level:heating_degree_days[K·d]", "annual sum of heating degree days (from monthly normals)")
    .tail("at {base_c}")
    .example(json!({"temperatures_c": ([12; 12]), "base_c": 10}), "/growing", 730.0)
    .example_error(json!({"temperatures_c": [12], "base_c": 10}))
    .run(|temperatures: Vec<f64>, base: f64| {
        let temperatures = twelve(temperatures, "temperature")?;
        let sum = |sign: f64| temperatures.iter().zip(DAYS).map(|(t, d)| d * (sign * (t - base)).max(0.0)).sum::<f64>();
        Ok(json!({"growing": sum(1.0), "heating": sum(-1.0)}))
    })
}

fn chain(name: &str, description: &str) -> Builder {
    native(&format!("general.climate.{name}"), Processing, description)
        .param(
            "to_dry",
            "list(level:probability)",
            "Probabilities of a dry day after a dry, an overcast and a rainy day.",
        )
        .param("to_overcast", "list(level:probability)", "Probabilities of an overcast day after the same three.")
        .param("to_rainy", "list(level:probability)", "Probabilities of a rainy day after the same three.")
        .group("city", "weather_chain", &["to_dry", "to_overcast", "to_rainy"])
}

/// Transition matrix, a row for each kind of day today.
fn transitions(columns: [Vec<f64>; 3]) -> Result<Matrix, ToolError> {
    if columns.iter().any(|c| c.len() != 3) {
        return Err(ToolError::bad("Each list needs three probabilities: after a dry, an overcast and a rainy day."));
    }
    let rows = transposed(&columns.to_vec());
    for (row, today) in rows.iter().zip(["dry", "overcast", "rainy"]) {
        let sum: f64 = row.iter().sum();
        if row.iter().any(|p| !(0.0..=1.0).contains(p)) || (sum - 1.0).abs() > 1e-6 {
            return Err(ToolError::bad(format!(
                "The probabilities after a day that is {today} must lie between 0 and 1 and add up to 1."
            )));
        }
    }
    Ok(rows)
}

fn example_chain() -> Value {
    // Kemeny and Snell 1960, Finite Markov Chains: the weather in the Land of Oz, with limits 2/5, 1/5, 2/5 (rain, nice, snow).
    json!({"to_dry": [0.5, 0.5, 0.25], "to_overcast": [0.25, 0.0, 0.25], "to_rainy": [0.25, 0.5, 0.5]})
}

fn long_run() -> NativeTool {
    chain(
        "markov_long_run",
        "Long-run behaviour of a Markov chain of daily weather with the states dry, overcast and rainy: stationary distribution in percent and mean return time of rain in days.",
    )
    .subject("city")
    .field("dry", "level:share.day_weather[%]", "long-run share of dry days (Markov chain of daily weather)")
    .plural("long-run shares of dry days (Markov chain of daily weather)")
    .field("overcast", "level:share.day_weather[%]", "long-run share of overcast days (Markov chain of daily weather)")
    .plural("long-run shares of overcast days (Markov chain of daily weather)")
    .field("rainy", "level:share.day_weather[%]", "long-run share of rainy days (Markov chain of daily weather)")
    .plural("long-run shares of rainy days (Markov chain of daily weather)")
    .field("rain_return", "level:interval.rain_return[days]", "mean return time of rain (Markov chain of daily weather)")
    .plural("mean return times of rain (Markov chain of daily weather)")
    .example(example_chain(), "/overcast", 20.0)
    .example(example_chain(), "/rain_return", 2.5)
    .example_error(json!({"to_dry": [1, 0, 0], "to_overcast": [0, 1, 0], "to_rainy": [0, 0, 1]}))
    .example_error(json!({"to_dry": [1, 1, 1], "to_overcast": [1, 0, 0], "to_rainy": [0, 0, 0]}))
    .run(|dry: Vec<f64>, overcast: Vec<f64>, rainy: Vec<f64>| {
        let matrix = transitions([dry, overcast, rainy])?;
        // Each column balances itself; one of the three equations follows from the others and gives way to the sum.
        let mut equations = transposed(&matrix);
        for (i, row) in equations.iter_mut().enumerate() {
            row.iter_mut().enumerate().for_each(|(j, x)| *x -= f64::from(u8::from(i == j)));
        }
        if let Some(last) = equations.last_mut() {
            last.fill(1.0);
        }
        let shares = solve(&equations, &[0.0, 0.0, 1.0]);
        match shares.as_deref() {
            Some([dry, overcast, rainy]) if *rainy > 0.0 => Ok(json!({
                "dry": 100.0 * dry,
                "overcast": 100.0 * overcast,
                "rainy": 100.0 * rainy,
                "rain_return": 1.0 / rainy,
            })),
            Some(_) => Err(ToolError::bad("It never rains in the long run, so rain has no return time.")),
            None => Err(ToolError::bad("The chain falls into parts, so that its long run depends on where it starts.")),
        }
    })
}

fn forecast() -> NativeTool {
    chain(
        "markov_forecast",
        "Probabilities of a dry, an overcast and a rainy day a number of days after a day of a known kind, in percent, by a Markov chain of daily weather (power of the transition matrix).",
    )
    .param("today", "category:day_weather", "Kind of the first day.")
    .choices(&[("dry", "a dry day"), ("overcast", "an overcast day"), ("rainy", "a rainy day")])
    .param("days", "amount:duration.forecast[days]", "Number of days after it.")
    .range(1.0, 60.0)
    .sample(2.0, 5.0, 1.0)
    .field("dry", "level:chance_of_dry[%]", "chance of dry weather")
    .plural("chances of dry weather")
    .field("overcast", "level:chance_of_overcast[%]", "chance of overcast weather")
    .plural("chances of overcast weather")
    .field("rainy", "level:chance_of_rain[%]", "chance of rain")
    .plural("chances of rain")
    .tail("{=days} after {today} by the Markov chain of daily weather for {city}")
    .example(json!({"to_dry": [0.5, 0.5, 0.25], "to_overcast": [0.25, 0.0, 0.25], "to_rainy": [0.25, 0.5, 0.5], "today": "dry", "days": 2}), "/dry", 43.75)
    .example(json!({"to_dry": [0.5, 0.5, 0.25], "to_overcast": [0.25, 0.0, 0.25], "to_rainy": [0.25, 0.5, 0.5], "today": "overcast", "days": 1}), "/overcast", 0.0)
    .example_error(json!({"to_dry": [0.5, 0.5, 0.25], "to_overcast": [0.25, 0.0, 0.25], "to_rainy": [0.25, 0.5, 0.5], "today": "dry", "days": 1.5}))
    .run(|dry: Vec<f64>, overcast: Vec<f64>, rainy: Vec<f64>, today: String, days: f64| {
        if days.fract() != 0.0 {
            return Err(ToolError::bad("The number of days must be whole."));
        }
        let step = transposed(&transitions([dry, overcast, rainy])?);
        let mut state: Vec<f64> = ["dry", "overcast", "rainy"].iter().map(|kind| f64::from(u8::from(*kind == today))).collect();
        for _ in 0..days as u32 {
            state = crate::linear::times(&step, &state);
        }
        let percent: Vec<f64> = state.into_iter().map(|p| 100.0 * p).collect();
        match percent.as_slice() {
            [dry, overcast, rainy] => Ok(json!({"dry": dry, "overcast": overcast, "rainy": rainy})),
            _ => Err(ToolError::bad("The chain needs three states.")),
        }
    })
}
