//! Geometry of binding pockets from coordinates in ångströms.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

type Point = [f64; 3];

/// Most points that are compared.
const MOST: usize = 5000;

/// Points from their coordinates, at least `least`.
fn points(x: &[f64], y: &[f64], z: &[f64], least: usize) -> Result<Vec<Point>, ToolError> {
    if x.len() != y.len() || y.len() != z.len() || x.len() < least || x.len() > MOST {
        return Err(ToolError::bad(format!(
            "{least} to {MOST} points are needed, with equally many x, y and z; there are {}, {} and {}.",
            x.len(),
            y.len(),
            z.len()
        )));
    }
    if x.iter().chain(y).chain(z).any(|c| c.abs() > 1e6) {
        return Err(ToolError::bad("Coordinates must lie within a million ångströms."));
    }
    Ok(x.iter().zip(y).zip(z).map(|((x, y), z)| [*x, *y, *z]).collect())
}

fn less(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The points with their mean at the origin.
fn centred(points: &[Point]) -> Vec<Point> {
    let n = points.len() as f64;
    let mean = [0, 1, 2].map(|i| points.iter().filter_map(|p| p.get(i)).sum::<f64>() / n);
    points.iter().map(|p| less(*p, mean)).collect()
}

/// Determinant, by the minors of the upper and the lower two rows.
fn determinant([a, b, c, d]: [[f64; 4]; 4]) -> f64 {
    let upper = |i: usize, j: usize| minor(&a, &b, i, j);
    let lower = |i: usize, j: usize| minor(&c, &d, i, j);
    upper(0, 1) * lower(2, 3) - upper(0, 2) * lower(1, 3) + upper(0, 3) * lower(1, 2) + upper(1, 2) * lower(0, 3)
        - upper(1, 3) * lower(0, 2)
        + upper(2, 3) * lower(0, 1)
}

fn minor(a: &[f64; 4], b: &[f64; 4], i: usize, j: usize) -> f64 {
    let entry = |row: &[f64; 4], k: usize| row.get(k).copied().unwrap_or_default();
    entry(a, i) * entry(b, j) - entry(a, j) * entry(b, i)
}

/// Root mean square deviation after the best rotation and translation, by quaternions (Horn, J Opt Soc Am A 4:629, 1987), so that
/// reflections are no rotations. The largest eigenvalue is found from above by Newton's method on the characteristic polynomial
/// (Theobald, Acta Cryst A 61:478, 2005).
fn superposed_deviation(a: &[Point], b: &[Point]) -> f64 {
    let (a, b) = (centred(a), centred(b));
    let size: f64 = a.iter().chain(&b).map(|p| dot(*p, *p)).sum();
    if size <= 0.0 {
        return 0.0;
    }
    // Everything is scaled to a size of two, so that the eigenvalue is at most one.
    let s = |i: usize, j: usize| {
        let entry = |p: &Point, k: usize| p.get(k).copied().unwrap_or_default();
        2.0 / size * a.iter().zip(&b).map(|(p, q)| entry(p, i) * entry(q, j)).sum::<f64>()
    };
    let ([xx, xy, xz], [yx, yy, yz], [zx, zy, zz]) =
        ([s(0, 0), s(0, 1), s(0, 2)], [s(1, 0), s(1, 1), s(1, 2)], [s(2, 0), s(2, 1), s(2, 2)]);
    let matrix = [
        [xx + yy + zz, yz - zy, zx - xz, xy - yx],
        [yz - zy, xx - yy - zz, xy + yx, zx + xz],
        [zx - xz, xy + yx, yy - xx - zz, yz + zy],
        [xy - yx, zx + xz, yz + zy, zz - xx - yy],
    ];
    let squares: f64 = [xx, xy, xz, yx, yy, yz, zx, zy, zz].iter().map(|x| x * x).sum();
    let product = xx * (yy * zz - yz * zy) - xy * (yx * zz - yz * zx) + xz * (yx * zy - yy * zx);
    let (c2, c1, c0) = (-2.0 * squares, -8.0 * product, determinant(matrix));
    let mut root = 1.0;
    for _ in 0..200 {
        let value = ((root * root + c2) * root + c1) * root + c0;
        let slope = (4.0 * root * root + 2.0 * c2) * root + c1;
        let step = value / slope;
        if !step.is_finite() || step.abs() < 1e-16 {
            break;
        }
        root -= step;
    }
    ((1.0 - root).max(0.0) * size / a.len() as f64).sqrt()
}

pub(super) fn tools() -> Vec<NativeTool> {
    let axis = |name: &str| format!("{name} coordinates in ångströms.");
    vec![
        // Hand-computed: corners of a rectangle of 6 by 8 lie 5 from its centre, and 10 from each other.
        native(
            "biological.structure.pocket_size",
            Processing,
            "Radius of gyration (root mean square distance from the centroid) and largest distance between two points, in ångströms, of alpha carbons of equal weight.",
        )
        .param("x", "list(position:coordinate.x[Å])", &axis("x"))
        .param("y", "list(position:coordinate.y[Å])", &axis("y"))
        .param("z", "list(position:coordinate.z[Å])", &axis("z"))
        .group("protein", "pocket", &["x", "y", "z"])
        .subject("protein")
        .field("radius_of_gyration", "level:atomic_distance.gyration[Å]", "binding-pocket radius of gyration")
        .plural("binding-pocket radii of gyration")
        .field("span", "level:atomic_distance.span[Å]", "largest binding-pocket alpha-carbon distance")
        .example(json!({"x": [3, 3, -3, -3], "y": [4, -4, 4, -4], "z": [0, 0, 0, 0]}), "/radius_of_gyration", 5.0)
        .example(json!({"x": [3, 3, -3, -3], "y": [4, -4, 4, -4], "z": [0, 0, 0, 0]}), "/span", 10.0)
        .example_error(json!({"x": [1, 1], "y": [1, -1], "z": [0]}))
        .run(|x: Vec<f64>, y: Vec<f64>, z: Vec<f64>| {
            let points = points(&x, &y, &z, 2)?;
            let spread = centred(&points).iter().map(|p| dot(*p, *p)).sum::<f64>() / points.len() as f64;
            let apart = |a: &Point, b: &Point| dot(less(*a, *b), less(*a, *b));
            let pairs = points.iter().enumerate().flat_map(|(i, a)| points.iter().skip(i + 1).map(move |b| apart(a, b)));
            let span = pairs.fold(0.0, f64::max);
            Ok(json!({"radius_of_gyration": spread.sqrt(), "span": span.sqrt()}))
        }),
        // Kabsch, Acta Cryst A 32:922 (1976). Hand-computed: a quarter turn moves nothing; a point pulled out by 3 of an
        // equilateral set does.
        native(
            "biological.structure.pocket_deviation",
            Processing,
            "Root mean square deviation in ångströms between the alpha carbons of a pocket without and with its ligand, after the best superposition (rotation and translation, no reflection).",
        )
        .param("x", "list(position:coordinate.x[Å])", &axis("x"))
        .param("y", "list(position:coordinate.y[Å])", &axis("y"))
        .param("z", "list(position:coordinate.z[Å])", &axis("z"))
        .param("bound_x", "list(position:coordinate.bound_x[Å])", &axis("x (with ligand)"))
        .param("bound_y", "list(position:coordinate.bound_y[Å])", &axis("y (with ligand)"))
        .param("bound_z", "list(position:coordinate.bound_z[Å])", &axis("z (with ligand)"))
        .group("protein", "pocket_change", &["x", "y", "z", "bound_x", "bound_y", "bound_z"])
        .subject("protein")
        .field("deviation", "level:atomic_distance.deviation[Å]", "binding-pocket RMSD")
        .tail("upon ligand binding")
        .digits(6)
        .example(
            json!({"x": [0, 2, 0], "y": [0, 0, 1], "z": [0, 0, 0], "bound_x": [5, 5, 4], "bound_y": [5, 7, 5], "bound_z": [1, 1, 1]}),
            "/deviation",
            0.0,
        )
        .example(
            json!({"x": [-1, 0, 1], "y": [0, 0, 0], "z": [0, 0, 0], "bound_x": [-2, 0, 2], "bound_y": [0, 0, 0], "bound_z": [0, 0, 0]}),
            "/deviation",
            0.816_496_58,
        )
        .example_error(json!({"x": [0], "y": [0], "z": [0], "bound_x": [1], "bound_y": [1], "bound_z": [1]}))
        .run(|x: Vec<f64>, y: Vec<f64>, z: Vec<f64>, bound_x: Vec<f64>, bound_y: Vec<f64>, bound_z: Vec<f64>| {
            let (free, bound) = (points(&x, &y, &z, 3)?, points(&bound_x, &bound_y, &bound_z, 3)?);
            if free.len() != bound.len() {
                return Err(ToolError::bad("Both structures must have the same atoms."));
            }
            let deviation = superposed_deviation(&free, &bound);
            // Differences of large squares leave this much of a structure that did not move.
            Ok(json!({"deviation": if deviation < 1e-6 { 0.0 } else { deviation }}))
        }),
    ]
}
