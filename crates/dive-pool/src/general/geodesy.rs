//! Distances, directions and codes of places on the sphere.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::Answer;

/// Mean radius of the Earth, R1 of the IUGG (Moritz 2000, Geodetic Reference System 1980).
const RADIUS_KM: f64 = 6371.0088;

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![
        great_circle_distance(),
        initial_bearing(),
        geographic_midpoint(),
        horizon_distance(),
        geohash(),
        travel_time(),
        average_speed(),
        river_gradient(),
        population_density(),
        local_time(),
    ]
}

/// Latitude and longitude of two points, each of which comes from a place.
pub(super) fn two_points(builder: Builder) -> Builder {
    let mut builder = builder;
    for (n, which) in [("1", "first"), ("2", "second")] {
        builder = builder
            .param(
                &format!("latitude_{n}"),
                "position:latitude[deg]",
                &format!("Latitude of the {which} point in decimal degrees, north positive."),
            )
            .range(-90.0, 90.0)
            .param(
                &format!("longitude_{n}"),
                "position:longitude[deg]",
                &format!("Longitude of the {which} point in decimal degrees, east positive."),
            )
            .range(-180.0, 180.0);
    }
    builder.group("a", "geo_point", &["latitude_1", "longitude_1"]).group(
        "b",
        "geo_point",
        &["latitude_2", "longitude_2"],
    )
}

fn great_circle_distance() -> NativeTool {
    // Haversine formula (Sinnott 1984, "Virtues of the Haversine", Sky and Telescope 68). The example takes the airports
    // of Nashville and Los Angeles; on this sphere they are 2886.448 km apart.
    two_points(native(
        "general.geodesy.great_circle_distance",
        Processing,
        "Great-circle (shortest surface) distance in kilometres between two points on a spherical Earth, by the haversine formula.",
    ))
    .field("distance_km", "amount:length.great_circle[km]", "great-circle distance")
    .tail("between {a} and {b}")
    .tail("from {a} to {b}")
    .example(
        json!({"latitude_1": 36.12, "longitude_1": -86.67, "latitude_2": 33.94, "longitude_2": -118.40}),
        "/distance_km",
        2886.448429765,
    )
    .example(
        json!({"latitude_1": 0, "longitude_1": 0, "latitude_2": 0, "longitude_2": 180}),
        "/distance_km",
        std::f64::consts::PI * RADIUS_KM,
    )
    .example_error(json!({"latitude_1": 91, "longitude_1": 0, "latitude_2": 0, "longitude_2": 0}))
    .run(|lat1: f64, lon1: f64, lat2: f64, lon2: f64| {
        let half = |x: f64| libm::sin(x.to_radians() / 2.0);
        let (dlat, dlon) = (half(lat2 - lat1), half(lon2 - lon1));
        let h = dlat * dlat + libm::cos(lat1.to_radians()) * libm::cos(lat2.to_radians()) * dlon * dlon;
        Ok(json!({"distance_km": 2.0 * RADIUS_KM * libm::asin(h.sqrt().min(1.0))}))
    })
}

fn initial_bearing() -> NativeTool {
    // Forward azimuth on the sphere (Williams, Aviation Formulary). Baghdad to Osaka is the usual worked example: 60.16.
    two_points(native(
        "general.geodesy.initial_bearing",
        Processing,
        "Initial bearing in degrees clockwise from north of the great circle from one point to another.",
    ))
    .field("bearing_deg", "position:bearing[deg]", "initial great-circle bearing")
    .tail("from {a} to {b}")
    .example(
        json!({"latitude_1": 35, "longitude_1": 45, "latitude_2": 35, "longitude_2": 135}),
        "/bearing_deg",
        60.16243352168622,
    )
    .example_error(json!({"latitude_1": 35, "longitude_1": 45, "latitude_2": 35, "longitude_2": 45}))
    .run(|lat1: f64, lon1: f64, lat2: f64, lon2: f64| {
        if (lat1, lon1) == (lat2, lon2) {
            return Err(ToolError::bad("Both points are the same, so there is no bearing."));
        }
        let (a, b, dlon) = (lat1.to_radians(), lat2.to_radians(), (lon2 - lon1).to_radians());
        let y = libm::sin(dlon) * libm::cos(b);
        let x = libm::cos(a) * libm::sin(b) - libm::sin(a) * libm::cos(b) * libm::cos(dlon);
        Ok(json!({"bearing_deg": (libm::atan2(y, x).to_degrees() + 360.0) % 360.0}))
    })
}

fn geographic_midpoint() -> NativeTool {
    // Half-way point of the great circle: the normalised sum of the two unit vectors.
    two_points(native(
        "general.geodesy.geographic_midpoint",
        Processing,
        "Point half-way along the great circle between two points on a spherical Earth.",
    ))
    .field("latitude", "position:latitude[deg]", "latitude of the midpoint")
    .plural("latitudes of the midpoint")
    .field("longitude", "position:longitude[deg]", "longitude of the midpoint")
    .plural("longitudes of the midpoint")
    .tail("on the great circle between {a} and {b}")
    .example(
        json!({"latitude_1": 35, "longitude_1": 45, "latitude_2": 35, "longitude_2": 135}),
        "/latitude",
        44.71911439243896,
    )
    .example(json!({"latitude_1": 0, "longitude_1": 0, "latitude_2": 0, "longitude_2": 90}), "/longitude", 45.0)
    .example_error(json!({"latitude_1": 90, "longitude_1": 0, "latitude_2": -90, "longitude_2": 0}))
    .run(|lat1: f64, lon1: f64, lat2: f64, lon2: f64| {
        let vector = |lat: f64, lon: f64| {
            let (lat, lon) = (lat.to_radians(), lon.to_radians());
            (libm::cos(lat) * libm::cos(lon), libm::cos(lat) * libm::sin(lon), libm::sin(lat))
        };
        let (a, b) = (vector(lat1, lon1), vector(lat2, lon2));
        let (x, y, z) = (a.0 + b.0, a.1 + b.1, a.2 + b.2);
        let across = libm::hypot(x, y);
        if libm::hypot(across, z) < 1e-9 {
            return Err(ToolError::bad(
                "The points are antipodal, so every great circle between them has its own midpoint.",
            ));
        }
        Ok(json!({
            "latitude": libm::atan2(z, across).to_degrees(),
            "longitude": libm::atan2(y, x).to_degrees(),
        }))
    })
}

fn horizon_distance() -> NativeTool {
    // Geometric horizon, without refraction: sqrt(2 R h + h^2). At 100 m that is 35.7 km.
    native(
        "general.geodesy.horizon_distance",
        Processing,
        "Distance in kilometres to the geometric sea-level horizon seen from an elevation, ignoring refraction.",
    )
    .param("elevation_m", "level:elevation.site[m]", "Elevation of the observer's eye above sea level in metres.")
    .label("elevation")
    .range(0.0, 100_000.0)
    .sample(50.0, 3000.0, 50.0)
    .field("distance_km", "amount:length.horizon[km]", "geometric distance to the horizon")
    .plural("geometric distances to the horizon")
    .tail("from {elevation_m}")
    .example(json!({"elevation_m": 100}), "/distance_km", 35.69610286852054)
    .example_error(json!({"elevation_m": -3}))
    .run(|h: f64| Ok(json!({"distance_km": (2.0 * RADIUS_KM * 1000.0 * h + h * h).sqrt() / 1000.0})))
}

fn geohash() -> NativeTool {
    // Niemeyer's geohash: bits of longitude and latitude interleaved, five to a base-32 letter.
    native(
        "general.geodesy.geohash",
        Processing,
        "Geohash of a point with eight letters: the base-32 code of a cell that is about 38 by 19 metres.",
    )
    .param("latitude", "position:latitude[deg]", "Latitude in decimal degrees, north positive.")
    .range(-90.0, 90.0)
    .param("longitude", "position:longitude[deg]", "Longitude in decimal degrees, east positive.")
    .range(-180.0, 180.0)
    .group("point", "geo_point", &["latitude", "longitude"])
    .field("geohash", "text:geohash", "eight-character geohash")
    .plural("eight-character geohashes")
    .tail("of {point}")
    .example_equals(json!({"latitude": 57.64911, "longitude": 10.40744}), "/geohash", json!("u4pruydq"))
    .example_equals(json!({"latitude": 48.8583, "longitude": 2.2945}), "/geohash", json!("u09tunqu"))
    .run(|latitude: f64, longitude: f64| {
        const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
        let (mut lat, mut lon) = ((-90.0, 90.0), (-180.0, 180.0));
        let mut code = String::new();
        let mut bits = 0usize;
        for i in 0..40 {
            let (range, value) = if i % 2 == 0 { (&mut lon, longitude) } else { (&mut lat, latitude) };
            let middle: f64 = (range.0 + range.1) / 2.0;
            let upper = value >= middle;
            if upper {
                range.0 = middle;
            } else {
                range.1 = middle;
            }
            bits = bits * 2 + usize::from(upper);
            if i % 5 == 4 {
                code.push(char::from(*LETTERS.get(bits).unwrap_or(&b'0')));
                bits = 0;
            }
        }
        Ok(json!({"geohash": code}))
    })
}

fn travel_time() -> NativeTool {
    native("general.geodesy.travel_time", Processing, "Hours needed to cover a distance at a constant speed.")
        .param("distance_km", "amount:length.railway[km]", "Distance in kilometres.")
        .label("distance")
        .range(0.0, 1e6)
        .sample(20.0, 900.0, 10.0)
        .param("speed_kmh", "level:speed.top[km/h]", "Constant speed in kilometres per hour.")
        .label("speed")
        .range(0.1, 40_000.0)
        .sample(5.0, 900.0, 5.0)
        .field("hours", "amount:duration.travel[h]", "travel time")
        .tail("over {distance_km} at {speed_kmh}")
        .example(json!({"distance_km": 100, "speed_kmh": 80}), "/hours", 1.25)
        .example_error(json!({"distance_km": 100, "speed_kmh": 0}))
        .run(|distance: f64, speed: f64| Ok(json!({"hours": distance / speed})))
}

fn average_speed() -> NativeTool {
    native(
        "general.geodesy.average_speed",
        Processing,
        "Average speed in kilometres per hour of covering a distance in a number of minutes.",
    )
    .param("distance_km", "amount:length.railway[km]", "Distance covered in kilometres.")
    .label("distance")
    .range(0.0, 1e6)
    .sample(5.0, 400.0, 5.0)
    .param("minutes", "amount:duration.journey[min]", "Time taken in minutes.")
    .label("duration")
    .range(0.01, 1e6)
    .sample(10.0, 300.0, 5.0)
    .field("speed_kmh", "level:speed.average[km/h]", "average speed")
    .tail("over {distance_km} covered in {minutes}")
    .example(json!({"distance_km": 90, "minutes": 45}), "/speed_kmh", 120.0)
    .example_error(json!({"distance_km": 90, "minutes": 0}))
    .run(|distance: f64, minutes: f64| Ok(json!({"speed_kmh": distance / minutes * 60.0})))
}

fn river_gradient() -> NativeTool {
    native(
        "general.geodesy.river_gradient",
        Processing,
        "Average gradient of a river in metres of fall per kilometre of course.",
    )
    .param("source_m", "level:elevation.river_source[m]", "Elevation of the source in metres.")
    .label("source elevation")
    .range(-500.0, 9000.0)
    .param("mouth_m", "level:elevation.river_mouth[m]", "Elevation of the mouth in metres.")
    .label("mouth elevation")
    .range(-500.0, 9000.0)
    .param("length_km", "amount:length.river[km]", "Length of the course in kilometres.")
    .label("course length")
    .range(0.01, 10_000.0)
    .field("gradient", "level:gradient[m/km]", "average river gradient")
    .tail("for {source_m} and {mouth_m} over {length_km}")
    .example(json!({"source_m": 1200, "mouth_m": 200, "length_km": 250}), "/gradient", 4.0)
    .example_error(json!({"source_m": 100, "mouth_m": 200, "length_km": 250}))
    .run(|source: f64, mouth: f64, length: f64| {
        if source < mouth {
            return Err(ToolError::bad("The source lies below the mouth; a river cannot flow uphill."));
        }
        Ok(json!({"gradient": (source - mouth) / length}))
    })
}

fn population_density() -> NativeTool {
    native(
        "general.geodesy.population_density",
        Processing,
        "Inhabitants per square kilometre from a population and an area.",
    )
    .param("inhabitants", "count:inhabitant", "Number of inhabitants.")
    .label("population")
    .range(0.0, 2e10)
    .param("area_km2", "amount:area.territory[km2]", "Area in square kilometres.")
    .label("area")
    .range(0.0001, 6e8)
    .field("per_km2", "level:population_density[inhabitants/km²]", "population density")
    .plural("population densities")
    .tail("resulting from {inhabitants} and {area_km2}")
    .example(json!({"inhabitants": 12000, "area_km2": 48}), "/per_km2", 250.0)
    .example_error(json!({"inhabitants": 12000, "area_km2": 0}))
    .run(|people: f64, area: f64| -> Answer { Ok(json!({"per_km2": people / area})) })
}

fn local_time() -> NativeTool {
    native(
        "general.geodesy.local_time",
        Processing,
        "Clock time at one place when it is a given time at another, from their offsets from UTC; with the shift of the calendar day (-1, 0 or 1).",
    )
    .param("offset_1", "position:utc_offset[h]", "Hours that the first place is ahead of UTC.")
    .range(-12.0, 14.0)
    .param("offset_2", "position:utc_offset[h]", "Hours that the second place is ahead of UTC.")
    .range(-12.0, 14.0)
    .param("time", "text:stated_time", "Clock time at the first place, HH:MM.")
    .sample_of(["06:45", "08:20", "09:15", "11:05", "13:40", "16:50", "19:25", "22:30"])
    .group("here", "clock", &["offset_1"])
    .group("there", "clock", &["offset_2"])
    .field("time", "text:clock_time", "local clock time")
    .field("day_shift", "position:day_shift", "")
    .tail("in {there} when it is {time} in {here}")
    .example_equals(json!({"offset_1": 1, "offset_2": 5.5, "time": "20:15"}), "/time", json!("00:45"))
    .example(json!({"offset_1": 1, "offset_2": 5.5, "time": "20:15"}), "/day_shift", 1.0)
    .example_error(json!({"offset_1": 1, "offset_2": 2, "time": "24:00"}))
    .run(|here: f64, there: f64, time: String| {
        let bad = || ToolError::bad(format!("`{time}` is not a clock time; write it as HH:MM, from 00:00 to 23:59."));
        let (hours, minutes) = time.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2).ok_or_else(bad)?;
        let (hours, minutes) = (hours.parse::<u32>().map_err(|_| bad())?, minutes.parse::<u32>().map_err(|_| bad())?);
        if hours > 23 || minutes > 59 {
            return Err(bad());
        }
        let moved = (f64::from(hours * 60 + minutes) + 60.0 * (there - here)).round() as i64;
        let (day, rest) = (moved.div_euclid(1440), moved.rem_euclid(1440));
        Ok(json!({"time": format!("{:02}:{:02}", rest / 60, rest % 60), "day_shift": day}))
    })
}
