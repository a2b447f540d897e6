//! Conversions into units that people name.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

/// Value of a choice, words for it, and how many of the unit make one base unit.
type Unit = (&'static str, &'static str, f64);

// International yard and pound agreement (1959), nautical mile (Monaco 1929), survey and trade units as defined today.
const LENGTHS: &[Unit] = &[
    ("mile", "in miles", 1.0 / 1.609_344),
    ("nautical_mile", "in nautical miles", 1.0 / 1.852),
    ("furlong", "in furlongs", 1000.0 / 201.168),
    ("marathon", "in marathon distances (42.195 km)", 1.0 / 42.195),
];
const AREAS: &[Unit] = &[
    ("hectare", "in hectares", 100.0),
    ("acre", "in acres", 1e6 / 4_046.856_422_4),
    ("square_mile", "in square miles", 1.0 / 2.589_988_110_336),
    ("square_nautical_mile", "in square nautical miles", 1.0 / 3.429_904),
];
const HEIGHTS: &[Unit] =
    &[("foot", "in feet", 1.0 / 0.3048), ("fathom", "in fathoms", 1.0 / 1.8288), ("yard", "in yards", 1.0 / 0.9144)];
const DURATIONS: &[Unit] =
    &[("second", "in seconds", 60.0), ("hour", "in hours", 1.0 / 60.0), ("day", "in days", 1.0 / 1440.0)];

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![
        linear(
            "convert_kilometres",
            "a length in kilometres",
            "amount:length[km]",
            "length",
            (5.0, 900.0, 5.0),
            LENGTHS,
            &["mile"],
        )
        .example(json!({"value": 160.9344, "unit": "mile"}), "/converted", 100.0)
        .example(json!({"value": 84.39, "unit": "marathon"}), "/converted", 2.0)
        .run(|value: f64, unit: String| scaled(LENGTHS, value, &unit)),
        linear(
            "convert_square_kilometres",
            "an area in square kilometres",
            "amount:area[km2]",
            "area",
            (2.0, 400.0, 2.0),
            AREAS,
            &["hectare", "acre", "square_mile"],
        )
        .example(json!({"value": 2.5, "unit": "hectare"}), "/converted", 250.0)
        .example(json!({"value": 1, "unit": "acre"}), "/converted", 247.105381467)
        .run(|value: f64, unit: String| scaled(AREAS, value, &unit)),
        linear(
            "convert_elevation",
            "an elevation in metres",
            "level:elevation[m]",
            "elevation",
            (50.0, 3000.0, 50.0),
            HEIGHTS,
            &["foot"],
        )
        .example(json!({"value": 3048, "unit": "foot"}), "/converted", 10_000.0)
        .example(json!({"value": 9.144, "unit": "fathom"}), "/converted", 5.0)
        .run(|value: f64, unit: String| scaled(HEIGHTS, value, &unit)),
        linear(
            "convert_minutes",
            "a duration in minutes",
            "amount:duration[min]",
            "duration",
            (15.0, 900.0, 15.0),
            DURATIONS,
            &["hour"],
        )
        .example(json!({"value": 90, "unit": "hour"}), "/converted", 1.5)
        .example(json!({"value": 90, "unit": "second"}), "/converted", 5400.0)
        .run(|value: f64, unit: String| scaled(DURATIONS, value, &unit)),
        temperature(),
    ]
}

fn linear(
    name: &str,
    what: &str,
    sem: &str,
    label: &str,
    sample: (f64, f64, f64),
    units: &'static [Unit],
    usual: &[&str],
) -> dive_tools::native::Builder {
    let choices: Vec<(&str, &str)> = units.iter().map(|(value, words, _)| (*value, *words)).collect();
    native(&format!("general.units.{name}"), Processing, &format!("Converts {what} into another unit."))
        .param("value", sem, &format!("Value to convert: {what}."))
        .label(label)
        .sample(sample.0, sample.1, sample.2)
        .param("unit", &format!("category:unit_of_{label}"), "Unit to convert into.")
        .choices(&choices)
        // Others are converted, but nobody asks for a hill in fathoms.
        .sample_of(usual.iter().copied())
        .field("converted", "number", &format!("{label} equivalent"))
        .tail("{unit} of {value}")
        .example_error(json!({"value": 1, "unit": "cubit"}))
}

fn scaled(units: &[Unit], value: f64, unit: &str) -> super::Answer {
    let (_, _, per_base) = units
        .iter()
        .find(|(name, _, _)| *name == unit)
        .ok_or_else(|| ToolError::bad(format!("`{unit}` is not a unit of this tool.")))?;
    Ok(json!({"converted": value * per_base}))
}

fn temperature() -> NativeTool {
    native(
        "general.units.convert_temperature",
        Processing,
        "Converts a temperature in degrees Celsius into another scale.",
    )
    .param("value", "level:temperature[degC]", "Temperature in degrees Celsius.")
    .label("temperature")
    .range(-273.15, 1e6)
    .sample(-30.0, 45.0, 0.5)
    .param("scale", "category:temperature_scale", "Scale to convert into.")
    .choices(&[("fahrenheit", "in degrees Fahrenheit"), ("kelvin", "in kelvins"), ("rankine", "in degrees Rankine")])
    .sample_of(["fahrenheit"])
    .field("converted", "number", "temperature equivalent")
    .tail("{scale} of {value}")
    .example(json!({"value": 37, "scale": "fahrenheit"}), "/converted", 98.6)
    .example(json!({"value": 20, "scale": "kelvin"}), "/converted", 293.15)
    .example(json!({"value": 0, "scale": "rankine"}), "/converted", 491.67)
    .example_error(json!({"value": -300, "scale": "kelvin"}))
    .run(|value: f64, scale: String| {
        let converted = match scale.as_str() {
            "fahrenheit" => value * 1.8 + 32.0,
            "kelvin" => value + 273.15,
            _ => (value + 273.15) * 1.8,
        };
        Ok(json!({"converted": converted}))
    })
}
