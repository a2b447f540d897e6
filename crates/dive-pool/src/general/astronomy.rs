//! Sun and moon, after Meeus, Astronomical Algorithms, second edition.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::calendar::read;

/// Days that a question may state.
const DAYS: [&str; 10] = [
    "2025-01-14",
    "2025-02-20",
    "2025-03-29",
    "2025-05-08",
    "2025-06-21",
    "2025-07-30",
    "2025-09-12",
    "2025-10-25",
    "2025-11-17",
    "2025-12-21",
];

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![sunrise_sunset(), moon_illumination(), next_moon_phase()]
}

fn sin(degrees: f64) -> f64 {
    libm::sin(degrees.to_radians())
}

fn cos(degrees: f64) -> f64 {
    libm::cos(degrees.to_radians())
}

/// A date between 1800 and 2200, for which the series hold.
fn near_today(text: &str) -> Result<Date, ToolError> {
    let date = read(text)?;
    if (1800..=2200).contains(&date.year()) {
        Ok(date)
    } else {
        Err(ToolError::bad("The date must lie in the years 1800 to 2200."))
    }
}

/// Julian day of a date at 0h.
fn julian_day(date: Date) -> f64 {
    let since = Date::constant(2000, 1, 1).until(date).map_or(0, |s| s.get_days());
    2_451_544.5 + f64::from(since)
}

/// Declination of the sun in degrees and equation of time in minutes, chapters 25 and 28 in lower accuracy.
fn sun(julian_day: f64) -> (f64, f64) {
    let t = (julian_day - 2_451_545.0) / 36_525.0;
    let mean_longitude = 280.466_46 + t * (36_000.769_83 + t * 0.000_303_2);
    let anomaly = 357.529_11 + t * (35_999.050_29 - t * 0.000_153_7);
    let eccentricity = 0.016_708_634 - t * (0.000_042_037 + t * 0.000_000_126_7);
    let centre = sin(anomaly) * (1.914_602 - t * (0.004_817 + t * 0.000_014))
        + sin(2.0 * anomaly) * (0.019_993 - t * 0.000_101)
        + sin(3.0 * anomaly) * 0.000_289;
    let node = 125.04 - 1934.136 * t;
    let longitude = mean_longitude + centre - 0.005_69 - 0.004_78 * sin(node);
    let obliquity = 23.439_291_1 - t * (0.013_004_2 + t * 1.64e-7) + 0.002_56 * cos(node);
    let declination = libm::asin(sin(obliquity) * sin(longitude)).to_degrees();
    let half = libm::tan(obliquity.to_radians() / 2.0);
    let (y, e) = (half * half, eccentricity);
    let equation = y * sin(2.0 * mean_longitude) - 2.0 * e * sin(anomaly)
        + 4.0 * e * y * sin(anomaly) * cos(2.0 * mean_longitude)
        - 0.5 * y * y * sin(4.0 * mean_longitude)
        - 1.25 * e * e * sin(2.0 * anomaly);
    (declination, 4.0 * equation.to_degrees())
}

/// Minutes after midnight as people write them.
fn clock(minutes: f64) -> String {
    let whole = minutes.round().rem_euclid(1440.0) as i64;
    format!("{:02}:{:02}", whole / 60, whole % 60)
}

fn sunrise_sunset() -> NativeTool {
    // Chapter 15 with a standard altitude of -50'. NOAA's solar calculator uses the same series.
    native(
        "general.astronomy.sunrise_sunset",
        Processing,
        "Times of sunrise, solar noon and sunset at a place on a date, in the local standard time that a UTC offset gives, to the minute. The sun's upper limb touches a level horizon under average refraction.",
    )
    .param("latitude", "position:latitude.city[deg]", "Latitude in decimal degrees, north positive.")
    .range(-66.0, 66.0)
    .param("longitude", "position:longitude[deg]", "Longitude in decimal degrees, east positive.")
    .range(-180.0, 180.0)
    .param("utc_offset_h", "position:utc_offset[h]", "Hours that the local standard time is ahead of UTC.")
    .range(-12.0, 14.0)
    .param("date", "date:sky", "Calendar date, YYYY-MM-DD, in the years 1800 to 2200.")
    .sample_of(DAYS)
    .group("place", "sun_site", &["latitude", "longitude", "utc_offset_h"])
    .field("sunrise", "text:clock_time", "time of sunrise")
    .plural("times of sunrise")
    .field("solar_noon", "text:clock_time", "time of solar noon")
    .plural("times of solar noon")
    .field("sunset", "text:clock_time", "time of sunset")
    .plural("times of sunset")
    .field("sunrise_minutes", "position:clock[min]", "")
    .field("sunset_minutes", "position:clock[min]", "")
    .tail("in {place} on {date} in local standard time")
    .example_equals(json!({"latitude": 51.4779, "longitude": 0, "utc_offset_h": 0, "date": "2025-03-21"}), "/sunrise", json!("06:00"))
    .example_equals(json!({"latitude": 0, "longitude": 15, "utc_offset_h": 1, "date": "2025-04-15"}), "/solar_noon", json!("12:00"))
    .example_error(json!({"latitude": 80, "longitude": 0, "utc_offset_h": 0, "date": "2025-03-21"}))
    .example_error(json!({"latitude": 50, "longitude": 0, "utc_offset_h": 0, "date": "2525-03-21"}))
    .run(|latitude: f64, longitude: f64, offset: f64, date: String| {
        let midnight = julian_day(near_today(&date)?) - offset / 24.0;
        // Local time of an event at that hour angle, found anew with the sun as it stands then.
        let event = |side: f64| -> Option<f64> {
            let mut minutes = 720.0;
            for _ in 0..4 {
                let (declination, equation) = sun(midnight + minutes / 1440.0);
                let angle = (cos(90.833) - sin(latitude) * sin(declination)) / (cos(latitude) * cos(declination));
                let hour_angle = if side == 0.0 { 0.0 } else { side * libm::acos(angle).to_degrees() };
                minutes = 720.0 + 4.0 * (hour_angle - longitude) - equation + 60.0 * offset;
            }
            minutes.is_finite().then_some(minutes)
        };
        let [Some(rise), Some(noon), Some(set)] = [event(-1.0), event(0.0), event(1.0)] else {
            return Err(ToolError::bad("The sun does not rise or does not set there on that day."));
        };
        Ok(json!({
            "sunrise": clock(rise),
            "solar_noon": clock(noon),
            "sunset": clock(set),
            "sunrise_minutes": rise,
            "sunset_minutes": set,
        }))
    })
}

fn moon_illumination() -> NativeTool {
    // Formula 48.4; its example is 12 April 1992, 0h, with 0.6786 from the full theory.
    native(
        "general.astronomy.moon_illumination",
        Processing,
        "Illuminated fraction of the moon's disk at noon UTC of a date, in percent, to about half a percent.",
    )
    .param("date", "date:first_day", "Calendar date, YYYY-MM-DD, in the years 1800 to 2200.")
    .sample_of(DAYS)
    .field("illuminated", "level:share.moon_illumination[%]", "illuminated fraction of the Moon")
    .plural("illuminated fractions of the Moon")
    .tail("at noon UTC on {date}")
    // An hour after a new moon in an eclipse.
    .example(json!({"date": "2025-03-29"}), "/illuminated", 0.005_026_724_3)
    .example_error(json!({"date": "1066-10-14"}))
    .run(|date: String| {
        let t = (julian_day(near_today(&date)?) + 0.5 - 2_451_545.0) / 36_525.0;
        let elongation = 297.850_192_1 + t * (445_267.111_403_4 - t * 0.001_881_9);
        let sun = 357.529_109_2 + t * (35_999.050_290_9 - t * 0.000_153_6);
        let moon = 134.963_396_4 + t * (477_198.867_505_5 + t * 0.008_741_4);
        let angle = 180.0 - elongation - 6.289 * sin(moon) + 2.100 * sin(sun)
            - 1.274 * sin(2.0 * elongation - moon)
            - 0.658 * sin(2.0 * elongation)
            - 0.214 * sin(2.0 * moon)
            - 0.110 * sin(elongation);
        Ok(json!({"illuminated": 50.0 * (1.0 + cos(angle))}))
    })
}

/// Coefficient for new and for full moon, power of the eccentricity, multiples of the sun's anomaly, the moon's, and its argument of
/// latitude: table of chapter 49.
const PHASE_TERMS: [(f64, f64, i32, [f64; 3]); 24] = [
    (-0.407_20, -0.406_14, 0, [0.0, 1.0, 0.0]),
    (0.172_41, 0.173_02, 1, [1.0, 0.0, 0.0]),
    (0.016_08, 0.016_14, 0, [0.0, 2.0, 0.0]),
    (0.010_39, 0.010_43, 0, [0.0, 0.0, 2.0]),
    (0.007_39, 0.007_34, 1, [-1.0, 1.0, 0.0]),
    (-0.005_14, -0.005_15, 1, [1.0, 1.0, 0.0]),
    (0.002_08, 0.002_09, 2, [2.0, 0.0, 0.0]),
    (-0.001_11, -0.001_11, 0, [0.0, 1.0, -2.0]),
    (-0.000_57, -0.000_57, 0, [0.0, 1.0, 2.0]),
    (0.000_56, 0.000_56, 1, [1.0, 2.0, 0.0]),
    (-0.000_42, -0.000_42, 0, [0.0, 3.0, 0.0]),
    (0.000_42, 0.000_42, 1, [1.0, 0.0, 2.0]),
    (0.000_38, 0.000_38, 1, [1.0, 0.0, -2.0]),
    (-0.000_24, -0.000_24, 1, [-1.0, 2.0, 0.0]),
    (-0.000_07, -0.000_07, 0, [2.0, 1.0, 0.0]),
    (0.000_04, 0.000_04, 0, [0.0, 2.0, -2.0]),
    (0.000_04, 0.000_04, 0, [3.0, 0.0, 0.0]),
    (0.000_03, 0.000_03, 0, [1.0, 1.0, -2.0]),
    (0.000_03, 0.000_03, 0, [0.0, 2.0, 2.0]),
    (-0.000_03, -0.000_03, 0, [1.0, 1.0, 2.0]),
    (0.000_03, 0.000_03, 0, [-1.0, 1.0, 2.0]),
    (-0.000_02, -0.000_02, 0, [-1.0, 1.0, -2.0]),
    (-0.000_02, -0.000_02, 0, [1.0, 3.0, 0.0]),
    (0.000_02, 0.000_02, 0, [0.0, 4.0, 0.0]),
];

/// Julian day of a new (`full` false) or full moon; `k` counts new moons from 6 January 2000.
fn phase(k: f64, full: bool) -> f64 {
    let k = if full { k + 0.5 } else { k };
    let t = k / 1236.85;
    let t2 = t * t;
    let eccentricity = 1.0 - 0.002_516 * t - 0.000_007_4 * t2;
    let sun = 2.5534 + 29.105_356_70 * k - 0.000_001_4 * t2;
    let moon = 201.5643 + 385.816_935_28 * k + 0.010_758_2 * t2;
    let latitude = 160.7108 + 390.670_502_84 * k - 0.001_611_8 * t2;
    let node = 124.7746 - 1.563_755_88 * k + 0.002_067_2 * t2;
    let term = |(new, full_moon, power, [s, m, f]): &(f64, f64, i32, [f64; 3])| {
        let factor = if full { *full_moon } else { *new };
        factor * eccentricity.powi(*power) * sin(s * sun + m * moon + f * latitude)
    };
    let corrections: f64 = PHASE_TERMS.iter().map(term).sum::<f64>() - 0.000_17 * sin(node)
        + 0.000_325 * sin(299.77 + 0.107_408 * k - 0.009_173 * t2)
        + 0.000_165 * sin(251.88 + 0.016_321 * k);
    // From dynamical to universal time, a minute or so in our days (Espenak and Meeus 2006, rounded to one parabola).
    let years = k / 12.3685;
    let clock = (64.0 + 0.3 * years + 0.003 * years * years).clamp(-10.0, 400.0) / 86_400.0;
    2_451_550.097_66 + 29.530_588_861 * k + 0.000_154_37 * t2 + corrections - clock
}

fn next_moon_phase() -> NativeTool {
    // Chapter 49, whose example is the new moon of 18 February 1977.
    native(
        "general.astronomy.next_moon_phase",
        Processing,
        "Date, in UTC, of the first new or full moon on or after a date.",
    )
    .param("date", "date:first_day", "Calendar date, YYYY-MM-DD, in the years 1800 to 2200.")
    .sample_of(DAYS)
    .param("phase", "category:moon_phase", "Which phase.")
    .choices(&[("full", "full moon"), ("new", "new moon")])
    .field("phase_date", "date:moon_phase", "UTC date")
    .plural("UTC dates")
    .tail("of the first {phase} on or after {date}")
    .example_equals(json!({"date": "1977-02-01", "phase": "new"}), "/phase_date", json!("1977-02-18"))
    .example_equals(json!({"date": "2025-03-14", "phase": "full"}), "/phase_date", json!("2025-03-14"))
    .example_error(json!({"date": "2025-02-30", "phase": "full"}))
    .run(|date: String, wanted: String| -> Result<Value, ToolError> {
        let start = julian_day(near_today(&date)?);
        let first = ((start - 2_451_550.1) / 29.530_588_861).floor() - 2.0;
        let found = (0..5).map(|i| phase(first + f64::from(i), wanted == "full")).find(|moment| *moment >= start);
        let moment = found.ok_or_else(|| ToolError::bad("There is no such phase near that date."))?;
        let days = (moment - 2_451_544.5).floor() as i64;
        let day = Date::constant(2000, 1, 1).checked_add(days.days()).map_err(ToolError::bad)?;
        Ok(json!({"phase_date": day.to_string()}))
    })
}
