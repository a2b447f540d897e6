//! The Earth as an ellipsoid (WGS 84): distances, map grid, gravity.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

use super::geodesy::two_points;

/// Semi-major axis in metres and flattening of WGS 84.
const A: f64 = 6_378_137.0;
const F: f64 = 1.0 / 298.257_223_563;

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![geodesic(), grid(), gravity()]
}

fn geodesic() -> NativeTool {
    // Vincenty 1975, Survey Review 23:88, inverse formula. JFK to Heathrow as GeographicLib has it.
    two_points(native(
        "general.ellipsoid.geodesic_distance",
        Processing,
        "Length in kilometres of the shortest line between two points on the WGS 84 ellipsoid (Vincenty's inverse formula).",
    ))
    .field("distance_km", "amount:length.geodesic[km]", "ellipsoidal (WGS 84) distance")
    .tail("between {a} and {b}")
    .tail("from {a} to {b}")
    .example(json!({"latitude_1": 40.6, "longitude_1": -73.8, "latitude_2": 51.6, "longitude_2": -0.5}), "/distance_km", 5_551.759_400_32)
    .example(json!({"latitude_1": 10, "longitude_1": 20, "latitude_2": 10, "longitude_2": 20}), "/distance_km", 0.0)
    .example_error(json!({"latitude_1": 0, "longitude_1": 0, "latitude_2": 0.1, "longitude_2": 179.9}))
    .run(|lat1: f64, lon1: f64, lat2: f64, lon2: f64| {
        let b = A * (1.0 - F);
        let reduced = |lat: f64| libm::atan((1.0 - F) * libm::tan(lat.to_radians()));
        let (u1, u2) = (reduced(lat1), reduced(lat2));
        let (s1, c1, s2, c2) = (libm::sin(u1), libm::cos(u1), libm::sin(u2), libm::cos(u2));
        // The shorter way round.
        let l = libm::remainder(lon2 - lon1, 360.0).to_radians();
        let mut lambda = l;
        for _ in 0..200 {
            let (sl, cl) = (libm::sin(lambda), libm::cos(lambda));
            let sin_sigma = libm::hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
            if sin_sigma == 0.0 {
                return Ok(json!({"distance_km": 0.0}));
            }
            let cos_sigma = s1 * s2 + c1 * c2 * cl;
            let sigma = libm::atan2(sin_sigma, cos_sigma);
            let sin_alpha = c1 * c2 * sl / sin_sigma;
            let cos2_alpha = 1.0 - sin_alpha * sin_alpha;
            // On the equator there is no such angle, and its factor is zero.
            let cos_2m = if cos2_alpha > 1e-15 { cos_sigma - 2.0 * s1 * s2 / cos2_alpha } else { 0.0 };
            let c = F / 16.0 * cos2_alpha * (4.0 + F * (4.0 - 3.0 * cos2_alpha));
            let turn = sigma + c * sin_sigma * (cos_2m + c * cos_sigma * (2.0 * cos_2m * cos_2m - 1.0));
            let next = l + (1.0 - c) * F * sin_alpha * turn;
            if (next - lambda).abs() < 1e-12 {
                let u = cos2_alpha * (A * A - b * b) / (b * b);
                let big_a = 1.0 + u / 16_384.0 * (4096.0 + u * (-768.0 + u * (320.0 - 175.0 * u)));
                let big_b = u / 1024.0 * (256.0 + u * (-128.0 + u * (74.0 - 47.0 * u)));
                let square = 2.0 * cos_2m * cos_2m - 1.0;
                let inner = cos_sigma * square
                    - big_b / 6.0 * cos_2m * (4.0 * sin_sigma * sin_sigma - 3.0) * (4.0 * cos_2m * cos_2m - 3.0);
                let delta = big_b * sin_sigma * (cos_2m + big_b / 4.0 * inner);
                return Ok(json!({"distance_km": b * big_a * (sigma - delta) / 1000.0}));
            }
            lambda = next;
        }
        Err(ToolError::bad("The points are nearly opposite each other, where this formula does not converge."))
    })
}

fn grid() -> NativeTool {
    // Krueger 1912 in the form of Karney 2011, Journal of Geodesy 85:475, to the fourth order in the third flattening.
    native(
        "general.ellipsoid.utm_coordinates",
        Processing,
        "UTM grid coordinates (WGS 84) of a point between 80 degrees south and 84 north: zone number, easting and northing to the metre. The exceptions for Norway and Svalbard are not made.",
    )
    .param("latitude", "position:latitude[deg]", "Latitude in decimal degrees, north positive.")
    .range(-80.0, 84.0)
    .param("longitude", "position:longitude[deg]", "Longitude in decimal degrees, east positive.")
    .range(-180.0, 180.0)
    .group("point", "geo_point", &["latitude", "longitude"])
    .field("zone", "position:utm_zone", "UTM zone number")
    .field("easting_m", "position:utm_easting[m]", "UTM easting")
    .field("northing_m", "position:utm_northing[m]", "UTM northing")
    .tail("of {point}")
    .digits(10)
    .example(json!({"latitude": 43.642_566, "longitude": -79.387_139}), "/easting_m", 630_084.0)
    .example(json!({"latitude": 0, "longitude": 3}), "/easting_m", 500_000.0)
    .example(json!({"latitude": -33.92, "longitude": 18.42}), "/zone", 34.0)
    .example_error(json!({"latitude": 88, "longitude": 3}))
    .run(|latitude: f64, longitude: f64| {
        let zone = ((longitude + 180.0) / 6.0).floor().rem_euclid(60.0) + 1.0;
        let n = F / (2.0 - F);
        let (n2, n3, n4) = (n * n, n * n * n, n * n * n * n);
        let radius = A / (1.0 + n) * (1.0 + n2 / 4.0 + n4 / 64.0);
        let alpha = [
            n / 2.0 - 2.0 * n2 / 3.0 + 5.0 * n3 / 16.0 + 41.0 * n4 / 180.0,
            13.0 * n2 / 48.0 - 3.0 * n3 / 5.0 + 557.0 * n4 / 1440.0,
            61.0 * n3 / 240.0 - 103.0 * n4 / 140.0,
            49_561.0 * n4 / 161_280.0,
        ];
        let (sine, east) = (libm::sin(latitude.to_radians()), (longitude - (6.0 * zone - 183.0)).to_radians());
        let e = (F * (2.0 - F)).sqrt();
        let t = libm::sinh(libm::atanh(sine) - e * libm::atanh(e * sine));
        let (xi, eta) = (libm::atan2(t, libm::cos(east)), libm::asinh(libm::sin(east) / libm::hypot(t, libm::cos(east))));
        let (mut x, mut y) = (eta, xi);
        for (j, a) in alpha.iter().enumerate() {
            let k = 2.0 * (j as f64 + 1.0);
            x += a * libm::cos(k * xi) * libm::sinh(k * eta);
            y += a * libm::sin(k * xi) * libm::cosh(k * eta);
        }
        let south = if latitude < 0.0 { 10_000_000.0 } else { 0.0 };
        Ok(json!({
            "zone": zone as i64,
            "easting_m": (500_000.0 + 0.9996 * radius * x).round() as i64,
            "northing_m": (south + 0.9996 * radius * y).round() as i64,
        }))
    })
}

fn gravity() -> NativeTool {
    // Somigliana's formula with the constants of WGS 84, and the free-air term to second order (NIMA TR8350.2, 4-1 and 4-3).
    native(
        "general.ellipsoid.normal_gravity",
        Processing,
        "Normal gravity in milligals (1e-5 m/s²) at a latitude and height (WGS 84, Somigliana's formula with height correction).",
    )
    .param("latitude", "position:latitude.city[deg]", "Latitude in decimal degrees.")
    .range(-90.0, 90.0)
    .param("height_m", "level:elevation.site[m]", "Height above the ellipsoid in metres.")
    .range(-500.0, 20_000.0)
    .group("city", "gravity_site", &["latitude", "height_m"])
    .subject("city")
    .field("gravity", "level:acceleration.gravity[mGal]", "normal gravity (WGS 84)")
    .plural("normal gravities (WGS 84)")
    .digits(10)
    .example(json!({"latitude": 45, "height_m": 0}), "/gravity", 980_619.776_9)
    .example(json!({"latitude": 0, "height_m": 0}), "/gravity", 978_032.533_59)
    .example_error(json!({"latitude": 95, "height_m": 0}))
    .run(|latitude: f64, height: f64| {
        let s2 = {
            let s = libm::sin(latitude.to_radians());
            s * s
        };
        let surface = 9.780_325_335_9 * (1.0 + 0.001_931_852_652_41 * s2) / (1.0 - F * (2.0 - F) * s2).sqrt();
        let m = 0.003_449_786_506_84;
        let factor = 1.0 - 2.0 / A * (1.0 + F + m - 2.0 * F * s2) * height + 3.0 * height * height / (A * A);
        Ok(json!({"gravity": 1e5 * surface * factor}))
    })
}
