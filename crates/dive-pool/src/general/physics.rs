//! Atmosphere, daylight and water.

use std::f64::consts::PI;

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use jiff::civil::Date;
use serde_json::json;

/// Specific gas constant of dry air in J/(kg K), ISO 2533.
const R_AIR: f64 = 287.052_87;

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![
        standard_atmosphere(),
        boiling_point(),
        speed_of_sound(),
        dew_point(),
        wind_chill(),
        day_length(),
        noon_altitude(),
        lake_volume(),
        residence_time(),
        shoreline_development(),
        photon_wavelength(),
    ]
}

fn standard_atmosphere() -> NativeTool {
    // ISO 2533, troposphere: T = 288.15 - 0.0065 h, p = 101.325 (T / 288.15)^(g / (R L)). At 1000 m the table gives
    // 89.8746 kPa and 8.5 degrees.
    native(
        "general.physics.standard_atmosphere",
        Processing,
        "Pressure, temperature and air density of the International Standard Atmosphere (ISO 2533) at an elevation in the troposphere.",
    )
    .param("elevation_m", "level:elevation.site[m]", "Elevation above sea level in metres, at most 11,000.")
    .label("elevation")
    .range(-1000.0, 11_000.0)
    .sample(0.0, 4000.0, 50.0)
    .field("pressure_kpa", "level:pressure.air[kPa]", "standard-atmosphere pressure")
    .field("temperature_c", "level:temperature.standard[degC]", "standard-atmosphere temperature")
    .field("density", "level:density.air[kg/m³]", "standard-atmosphere air density")
    .plural("standard-atmosphere air densities")
    .tail("at {elevation_m}")
    .example(json!({"elevation_m": 1000}), "/pressure_kpa", 89.87456291621956)
    .example(json!({"elevation_m": 0}), "/density", 1.225)
    .example_error(json!({"elevation_m": 20000}))
    .run(|h: f64| {
        let kelvin = 288.15 - 0.0065 * h;
        let kpa = 101.325 * libm::pow(kelvin / 288.15, 9.806_65 / (R_AIR * 0.0065));
        Ok(json!({
            "pressure_kpa": kpa,
            "temperature_c": kelvin - 273.15,
            "density": kpa * 1000.0 / (R_AIR * kelvin),
        }))
    })
}

fn boiling_point() -> NativeTool {
    // Antoine equation of water for 1 to 100 degrees with A = 8.07131, B = 1730.63, C = 233.426 (pressure in mmHg).
    native(
        "general.physics.water_boiling_point",
        Processing,
        "Boiling point of water in degrees Celsius at an air pressure in kilopascals, by the Antoine equation (valid from 1 to 100 degrees).",
    )
    .param("pressure_kpa", "level:pressure.air[kPa]", "Air pressure in kilopascals.")
    .label("air pressure")
    .range(0.7, 101.4)
    .sample(55.0, 101.0, 0.5)
    .field("boiling_c", "level:temperature.boiling[degC]", "boiling point of water (Antoine equation)")
    .plural("boiling points of water (Antoine equation)")
    .tail("at {pressure_kpa}")
    .example(json!({"pressure_kpa": 101.325}), "/boiling_c", 99.99682576221255)
    .example_error(json!({"pressure_kpa": 300}))
    .run(|kpa: f64| {
        let mmhg = kpa / 0.133_322_387_415;
        Ok(json!({"boiling_c": 1730.63 / (8.07131 - libm::log10(mmhg)) - 233.426}))
    })
}

fn speed_of_sound() -> NativeTool {
    // c = sqrt(kappa R T) with kappa = 1.4 (ISO 2533): 340.294 m/s at 15 degrees.
    native(
        "general.physics.speed_of_sound",
        Processing,
        "Speed of sound in dry air in metres per second at an air temperature.",
    )
    .param("temperature_c", "level:temperature.normal[degC]", "Air temperature in degrees Celsius.")
    .label("temperature")
    .range(-100.0, 100.0)
    .sample(-25.0, 40.0, 0.5)
    .field("speed_ms", "level:speed.sound[m/s]", "speed of sound in dry air")
    .plural("speeds of sound in dry air")
    .tail("at {temperature_c}")
    .example(json!({"temperature_c": 15}), "/speed_ms", 340.293988026089)
    .example_error(json!({"temperature_c": -300}))
    .run(|t: f64| Ok(json!({"speed_ms": (1.4 * R_AIR * (t + 273.15)).sqrt()})))
}

fn weather(id: &str, description: &str, low: f64, high: f64, sample: (f64, f64)) -> Builder {
    native(id, Processing, description)
        .param("temperature_c", "level:temperature.normal[degC]", "Air temperature in degrees Celsius.")
        .label("temperature")
        .range(low, high)
        .sample(sample.0, sample.1, 0.5)
}

fn dew_point() -> NativeTool {
    // Magnus formula with the coefficients of Alduchov and Eskridge (1996), J. Appl. Meteorol. 35: 17.625 and 243.04.
    weather(
        "general.physics.dew_point",
        "Dew point in degrees Celsius from air temperature and relative humidity, by the Magnus formula (Alduchov and Eskridge 1996).",
        -45.0,
        60.0,
        (-5.0, 35.0),
    )
    .param("humidity_pct", "level:humidity.given[%]", "Relative humidity in percent.")
    .label("relative humidity")
    .range(1.0, 100.0)
    .sample(20.0, 98.0, 1.0)
    .field("dew_point_c", "level:temperature.dew_point[degC]", "dew point (Magnus formula, Alduchov–Eskridge constants)")
    .plural("dew points (Magnus formula, Alduchov–Eskridge constants)")
    .tail("for {temperature_c} and {humidity_pct}")
    .example(json!({"temperature_c": 25, "humidity_pct": 50}), "/dew_point_c", 13.857612540147446)
    .example(json!({"temperature_c": 12, "humidity_pct": 100}), "/dew_point_c", 12.0)
    .example_error(json!({"temperature_c": 25, "humidity_pct": 0}))
    .run(|t: f64, humidity: f64| {
        let gamma = libm::log(humidity / 100.0) + 17.625 * t / (243.04 + t);
        Ok(json!({"dew_point_c": 243.04 * gamma / (17.625 - gamma)}))
    })
}

fn wind_chill() -> NativeTool {
    // Joint Action Group for Temperature Indices (2001), used by Environment Canada: at -10 degrees and 30 km/h its
    // table says -20.
    weather(
        "general.physics.wind_chill",
        "Wind chill index in degrees Celsius (2001 formula) for temperatures up to 10 degrees and winds above 4.8 km/h.",
        -60.0,
        10.0,
        (-25.0, 8.0),
    )
    .param("wind_kmh", "level:wind_speed.given[km/h]", "Wind speed at 10 m height in kilometres per hour.")
    .label("wind speed")
    .range(4.8, 200.0)
    .sample(5.0, 70.0, 1.0)
    .field("index_c", "level:temperature.wind_chill[degC]", "wind chill index")
    .plural("wind chill indices")
    .tail("for {temperature_c} and {wind_kmh}")
    .example(json!({"temperature_c": -10, "wind_kmh": 30}), "/index_c", -19.52049803338773)
    .example(json!({"temperature_c": 0, "wind_kmh": 20}), "/index_c", -5.242223279780932)
    .example_error(json!({"temperature_c": 25, "wind_kmh": 30}))
    .run(|t: f64, wind: f64| {
        let v = libm::pow(wind, 0.16);
        Ok(json!({"index_c": 13.12 + 0.6215 * t - 11.37 * v + 0.3965 * t * v}))
    })
}

fn sun(id: &str, description: &str) -> Builder {
    native(id, Processing, description)
        .param("latitude", "position:latitude.city[deg]", "Latitude in decimal degrees, north positive.")
        .label("latitude")
        .range(-90.0, 90.0)
        .sample(-50.0, 60.0, 2.5)
        .param("date", "date:observation", "Calendar date, YYYY-MM-DD.")
        .sample_of([
            "2025-01-15",
            "2025-02-08",
            "2025-03-20",
            "2025-04-12",
            "2025-05-01",
            "2025-06-21",
            "2025-07-17",
            "2025-08-10",
            "2025-09-22",
            "2025-10-26",
            "2025-11-18",
            "2025-12-21",
        ])
}

/// Declination of the Sun in radians (Forsythe et al. 1995).
fn declination(date: &str) -> Result<f64, ToolError> {
    let date: Date = date
        .parse()
        .map_err(|_| ToolError::bad(format!("`{date}` is not a calendar date; write it as YYYY-MM-DD.")))?;
    let revolution =
        0.216_310_8 + 2.0 * libm::atan(0.967_139_6 * libm::tan(0.008_60 * (f64::from(date.day_of_year()) - 186.0)));
    Ok(libm::asin(0.397_95 * libm::cos(revolution)))
}

fn day_length() -> NativeTool {
    // CBM model of Forsythe, Rykiel, Stahl, Wu and Schoolfield (1995), Ecological Modelling 80, with p = 0.8333 degrees
    // (upper limb on the horizon, with refraction).
    sun(
        "general.physics.day_length",
        "Hours from sunrise to sunset at a latitude on a date, by the CBM model (Forsythe et al. 1995).",
    )
    .field("hours", "amount:duration.daylight[h]", "day length from sunrise to sunset")
    .plural("day lengths from sunrise to sunset")
    .tail("at {latitude} on {date}")
    .example(json!({"latitude": 50, "date": "2025-06-21"}), "/hours", 16.371729370969476)
    .example(json!({"latitude": 0, "date": "2025-03-21"}), "/hours", 12.1111067812922)
    .example(json!({"latitude": 80, "date": "2025-06-21"}), "/hours", 24.0)
    .example_error(json!({"latitude": 95, "date": "2025-06-21"}))
    .run(|latitude: f64, date: String| {
        let (tilt, lat) = (declination(&date)?, latitude.to_radians());
        let horizon = libm::sin(0.8333 * PI / 180.0);
        let cosine = (horizon + libm::sin(lat) * libm::sin(tilt)) / (libm::cos(lat) * libm::cos(tilt));
        // Beyond the polar circles the Sun may not set, or not rise, at all.
        Ok(json!({"hours": 24.0 - 24.0 / PI * libm::acos(cosine.clamp(-1.0, 1.0))}))
    })
}

fn noon_altitude() -> NativeTool {
    sun(
        "general.physics.solar_noon_altitude",
        "Altitude of the Sun above the horizon at solar noon in degrees, at a latitude on a date.",
    )
    .field("altitude_deg", "level:angle.altitude[deg]", "altitude of the Sun at solar noon")
    .plural("altitudes of the Sun at solar noon")
    .tail("at {latitude} on {date}")
    .example(json!({"latitude": 50, "date": "2025-06-21"}), "/altitude_deg", 63.446641037205666)
    .example_error(json!({"latitude": 50, "date": "midsummer"}))
    .run(|latitude: f64, date: String| {
        Ok(json!({"altitude_deg": 90.0 - (latitude - declination(&date)?.to_degrees()).abs()}))
    })
}

fn lake_volume() -> NativeTool {
    native(
        "general.physics.lake_volume",
        Processing,
        "Volume of a lake in cubic kilometres from its surface area and mean depth.",
    )
    .param("area_km2", "amount:area.lake[km2]", "Surface area in square kilometres.")
    .label("surface area")
    .range(0.0, 400_000.0)
    .param("mean_depth_m", "level:depth.mean[m]", "Mean depth in metres.")
    .label("mean depth")
    .range(0.0, 2000.0)
    .field("volume_km3", "amount:volume.lake[km³]", "lake volume")
    .tail("for {area_km2} and {mean_depth_m}")
    .example(json!({"area_km2": 50, "mean_depth_m": 20}), "/volume_km3", 1.0)
    .example_error(json!({"area_km2": -50, "mean_depth_m": 20}))
    .run(|area: f64, depth: f64| Ok(json!({"volume_km3": area * depth / 1000.0})))
}

fn residence_time() -> NativeTool {
    // Theoretical residence time V / Q, with the Julian year of 31,557,600 s.
    native(
        "general.physics.filling_time",
        Processing,
        "Years that a constant inflow needs to fill a lake volume (theoretical residence time).",
    )
    .param("volume_km3", "amount:volume.lake[km³]", "Volume in cubic kilometres.")
    .label("lake volume")
    .range(0.0, 100_000.0)
    .sample(0.05, 5.0, 0.05)
    .param("inflow_m3s", "amount:flow[m³/s]", "Inflow in cubic metres per second.")
    .label("inflow")
    .range(0.001, 300_000.0)
    .sample(2.0, 200.0, 2.0)
    .field("years", "amount:duration.residence[years]", "time needed")
    .plural("times needed")
    .tail("by {inflow_m3s} to fill {volume_km3}")
    .example(json!({"volume_km3": 1, "inflow_m3s": 10}), "/years", 3.168808781402895)
    .example_error(json!({"volume_km3": 1, "inflow_m3s": 0}))
    .run(|volume: f64, inflow: f64| Ok(json!({"years": volume * 1e9 / inflow / 31_557_600.0})))
}

fn shoreline_development() -> NativeTool {
    // Hutchinson (1957), A Treatise on Limnology: D = L / (2 sqrt(pi A)); a circle has 1.
    native(
        "general.physics.shoreline_development",
        Processing,
        "Shoreline development index of a lake: shoreline length relative to that of a circular lake of the same area (Hutchinson 1957).",
    )
    .param("shoreline_km", "amount:length.shoreline[km]", "Shoreline length in kilometres.")
    .label("shoreline length")
    .range(0.001, 1e5)
    .param("area_km2", "amount:area.lake[km2]", "Surface area in square kilometres.")
    .label("surface area")
    .range(0.0001, 400_000.0)
    .field("index", "level:shoreline_index", "shoreline development index")
    .plural("shoreline development indices")
    .tail("for {shoreline_km} and {area_km2}")
    .example(json!({"shoreline_km": 35.44907701811032, "area_km2": 25}), "/index", 2.0)
    .example_error(json!({"shoreline_km": 1, "area_km2": 25}))
    .run(|shore: f64, area: f64| {
        let index = shore / (2.0 * (PI * area).sqrt());
        if index < 0.999 {
            return Err(ToolError::bad("No shoreline is shorter than that of a circle of the same area."));
        }
        Ok(json!({"index": index}))
    })
}

fn photon_wavelength() -> NativeTool {
    // lambda = h c / E with the exact constants of the SI since 2019: h c / e = 1239.841984 eV nm.
    native(
        "general.physics.photon_wavelength",
        Processing,
        "Wavelength in nanometres and frequency in petahertz of a photon from its energy in electronvolts, in vacuum.",
    )
    .param("energy_ev", "level:energy.ionization[eV]", "Photon energy in electronvolts.")
    .label("photon energy")
    .range(1e-9, 1e9)
    .sample(1.5, 20.0, 0.1)
    .field("wavelength_nm", "level:wavelength.photon[nm]", "photon wavelength")
    .field("frequency_phz", "level:frequency.photon[PHz]", "photon frequency")
    .plural("photon frequencies")
    .tail("corresponding to {energy_ev}")
    .example(json!({"energy_ev": 1.0}), "/wavelength_nm", 1_239.841_98)
    .example(json!({"energy_ev": 13.605_693}), "/frequency_phz", 3.289_841_9)
    .example_error(json!({"energy_ev": 0}))
    .run(|energy: f64| {
        let (h, c, e) = (6.626_070_15e-34, 299_792_458.0, 1.602_176_634e-19);
        Ok(json!({"wavelength_nm": 1e9 * h * c / (e * energy), "frequency_phz": 1e-15 * e * energy / h}))
    })
}
