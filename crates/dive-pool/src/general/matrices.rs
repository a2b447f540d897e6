//! Linear algebra with a purpose: input-output models, principal stresses.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::{Value, json};

use crate::linear::{Matrix, eigenvalues, identity_less, solve, transposed};

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![leontief(), shock(), principal_stresses(), stress_invariants()]
}

/// The sectors of the model, which use in columns and deliver in rows.
const SECTORS: [&str; 4] = ["agriculture", "manufacturing", "construction", "services"];

fn table(name: &str, description: &str) -> Builder {
    let columns = SECTORS.map(|sector| format!("to_{sector}"));
    let group: Vec<&str> =
        ["sectors"].into_iter().chain(columns.iter().map(String::as_str)).chain(["final_demand"]).collect();
    let builder = native(&format!("general.matrices.{name}"), Processing, description).param(
        "sectors",
        "list(category:economic_sector)",
        "Names of the delivering sectors, in the order of the columns.",
    );
    SECTORS
        .iter()
        .zip(&columns)
        .fold(builder, |b, (sector, column)| {
            let needs =
                format!("What one euro of output of {sector} needs from each sector, in the order of the sectors.");
            b.param(column, "list(level:technical_coefficient)", &needs)
        })
        .param(
            "final_demand",
            "list(amount:money.final_demand[M EUR])",
            "Final demand for the products of each sector, in million euros.",
        )
        .group("region", "input_output", &group)
}

/// Identity less the coefficients, whose columns are given.
fn leontief_matrix(sectors: &[String], columns: [Vec<f64>; 4]) -> Result<Matrix, ToolError> {
    if sectors.len() != 4 || columns.iter().any(|c| c.len() != 4) {
        return Err(ToolError::bad("The table needs four sectors, and four coefficients in each column."));
    }
    if columns.iter().any(|c| c.iter().any(|x| *x < 0.0) || c.iter().sum::<f64>() >= 1.0) {
        return Err(ToolError::bad(
            "Coefficients must not be negative, and those of a column must add up to less than one: a sector cannot use up more than it makes.",
        ));
    }
    Ok(identity_less(1.0, &transposed(&columns.to_vec())))
}

fn unsolvable() -> ToolError {
    ToolError::bad("The coefficients admit no solution.")
}

/// Half of what each sector makes goes into the next one.
fn example_table() -> Value {
    json!({
        "sectors": ["agriculture", "manufacturing", "construction", "services"],
        "to_agriculture": [0, 0.5, 0, 0], "to_manufacturing": [0, 0, 0.5, 0], "to_construction": [0, 0, 0, 0.5], "to_services": [0, 0, 0, 0],
        "final_demand": [8, 0, 0, 0],
    })
}

fn broken_table() -> Value {
    json!({
        "sectors": ["agriculture", "manufacturing", "construction", "services"],
        "to_agriculture": [1, 0.5, 0, 0], "to_manufacturing": [0, 0, 0, 0], "to_construction": [0, 0, 0, 0], "to_services": [0, 0, 0, 0],
        "final_demand": [8, 0, 0, 0],
    })
}

fn leontief() -> NativeTool {
    // Leontief 1936; Miller and Blair 2009, Input-Output Analysis, 2.2 (x = (I - A)^-1 f) and 6.2.1 (column sums of the inverse).
    table(
        "leontief_model",
        "Leontief's open input-output model: gross output that each sector must make so that final demand is met, in million euros, and its simple output multiplier (column sum of the Leontief inverse).",
    )
    .rows("sectors", "economic sector", "economic sectors", "sector")
    .field("sector", "category:economic_sector", "name")
    .field("gross_output", "amount:money.gross_output[M EUR]", "required gross output")
    .field("multiplier", "level:output_multiplier", "simple output multiplier")
    .tail("in the Leontief model of {region}")
    .example(example_table(), "/sectors/3/gross_output", 1.0)
    .example(example_table(), "/sectors/0/multiplier", 1.875)
    .example_error(broken_table())
    .run(|sectors: Vec<String>, a: Vec<f64>, b: Vec<f64>, c: Vec<f64>, d: Vec<f64>, demand: Vec<f64>| {
        let matrix = leontief_matrix(&sectors, [a, b, c, d])?;
        let output = solve(&matrix, &demand).ok_or_else(unsolvable)?;
        // Column sums of the inverse solve the transposed system for ones.
        let multipliers = solve(&transposed(&matrix), &[1.0; 4]).ok_or_else(unsolvable)?;
        let rows = sectors.iter().zip(output.into_iter().zip(multipliers));
        let row = |(sector, (output, multiplier))| json!({"sector": sector, "gross_output": output, "multiplier": multiplier});
        Ok(json!({"sectors": rows.map(row).collect::<Vec<Value>>()}))
    })
}

fn shock() -> NativeTool {
    // Miller and Blair 2009, 2.3: the change of output is the inverse times the change of demand.
    table(
        "demand_shock",
        "What a rise of final demand for the products of one sector does in Leontief's input-output model: additional gross output of all sectors together, in million euros.",
    )
    .param("sector", "category:economic_sector", "Sector whose demand rises.")
    .choices(&SECTORS.map(|sector| (sector, sector)))
    .param("percent", "level:demand_rise[%]", "Rise of that sector's final demand, in percent.")
    .range(0.1, 100.0)
    .sample_of([2, 4, 5, 8, 10, 15, 20])
    .field("additional", "amount:money.gross_output[M EUR]", "additional gross output of all sectors together")
    .plural("additional gross outputs of all sectors together")
    .tail("after a rise of {=percent} in the final demand for {sector} in the Leontief model of {region}")
    .example({
        let mut args = example_table();
        args["sector"] = json!("agriculture");
        args["percent"] = json!(50);
        args
    }, "/additional", 7.5)
    .example({
        let mut args = example_table();
        args["sector"] = json!("services");
        args["percent"] = json!(50);
        args
    }, "/additional", 0.0)
    .example_error({
        let mut args = broken_table();
        args["sector"] = json!("services");
        args["percent"] = json!(50);
        args
    })
    .run(|sectors: Vec<String>, a: Vec<f64>, b: Vec<f64>, c: Vec<f64>, d: Vec<f64>, demand: Vec<f64>, sector: String, percent: f64| {
        let matrix = leontief_matrix(&sectors, [a, b, c, d])?;
        if demand.len() != 4 || !sectors.contains(&sector) {
            return Err(ToolError::bad("The sector must be one of the table, and each of the four needs a final demand."));
        }
        let rise: Vec<f64> =
            sectors.iter().zip(&demand).map(|(s, d)| if *s == sector { d * percent / 100.0 } else { 0.0 }).collect();
        let output = solve(&matrix, &rise).ok_or_else(unsolvable)?;
        Ok(json!({"additional": output.iter().sum::<f64>()}))
    })
}

const TENSOR: [(&str, &str, &str); 6] = [
    ("xx", "normal", "Normal stress towards x"),
    ("yy", "normal", "Normal stress towards y"),
    ("zz", "normal", "Normal stress towards z"),
    ("xy", "shear", "Shear stress xy"),
    ("yz", "shear", "Shear stress yz"),
    ("zx", "shear", "Shear stress zx"),
];

fn tensor(name: &str, description: &str) -> Builder {
    let builder = native(&format!("general.matrices.{name}"), Processing, description);
    let builder = TENSOR.iter().fold(builder, |b, (name, role, words)| {
        b.param(name, &format!("level:stress.{role}[MPa]"), &format!("{words}, in megapascals.")).range(-1e5, 1e5)
    });
    builder.group("mountain", "stress_tensor", &TENSOR.map(|(name, ..)| name))
}

fn example_tensor(shear: f64) -> Value {
    json!({"xx": 10, "yy": 10, "zz": 4, "xy": shear, "yz": 0, "zx": 0})
}

fn principal_stresses() -> NativeTool {
    // Eigenvalues of the stress tensor: Jaeger, Cook and Zimmerman 2007, Fundamentals of Rock Mechanics, 2.5.
    tensor(
        "principal_stresses",
        "Principal stresses of a stress tensor (eigenvalues of the symmetric matrix), compression positive, and the greatest shear stress, in megapascals.",
    )
    .field("major", "level:stress.principal[MPa]", "major principal stress")
    .plural("major principal stresses")
    .field("intermediate", "level:stress.principal[MPa]", "intermediate principal stress")
    .plural("intermediate principal stresses")
    .field("minor", "level:stress.principal[MPa]", "minor principal stress")
    .plural("minor principal stresses")
    .field("max_shear", "level:shear_stress.max[MPa]", "maximum shear stress")
    .plural("maximum shear stresses")
    .tail("in the rock under {mountain}")
    .example(example_tensor(3.0), "/major", 13.0)
    .example(example_tensor(-3.0), "/intermediate", 7.0)
    .example(example_tensor(3.0), "/max_shear", 4.5)
    .example_error(json!({"xx": 10, "yy": 10, "zz": 4, "xy": 1e9, "yz": 0, "zx": 0}))
    .run(|xx: f64, yy: f64, zz: f64, xy: f64, yz: f64, zx: f64| {
        let values = eigenvalues(&vec![vec![xx, xy, zx], vec![xy, yy, yz], vec![zx, yz, zz]]);
        match values.as_slice() {
            [minor, middle, major] => {
                Ok(json!({"major": major, "intermediate": middle, "minor": minor, "max_shear": (major - minor) / 2.0}))
            }
            _ => Err(ToolError::bad("A stress tensor has three principal stresses.")),
        }
    })
}

fn stress_invariants() -> NativeTool {
    // Jaeger, Cook and Zimmerman 2007, 2.6: I1 is the trace, I3 the determinant, J2 belongs to the deviator; von Mises 1913: sqrt(3 J2).
    tensor(
        "stress_invariants",
        "Invariants of a stress tensor: mean stress (a third of the trace), third invariant (the determinant), and von Mises stress; megapascals, the determinant in their cube.",
    )
    .field("mean", "level:stress.mean[MPa]", "mean normal stress (pressure)")
    .plural("mean normal stresses (pressure)")
    .field("determinant", "level:stress_determinant[MPa³]", "determinant of the stress tensor")
    .plural("determinants of the stress tensor")
    .field("von_mises", "level:stress.von_mises[MPa]", "von Mises stress")
    .plural("von Mises stresses")
    .tail("in the rock under {mountain}")
    .example(example_tensor(3.0), "/determinant", 364.0)
    .example(example_tensor(3.0), "/mean", 8.0)
    .example(example_tensor(0.0), "/von_mises", 6.0)
    .example_error(json!({"xx": 10, "yy": 10, "zz": 4, "xy": 0, "yz": -1e9, "zx": 0}))
    .run(|xx: f64, yy: f64, zz: f64, xy: f64, yz: f64, zx: f64| {
        let determinant = xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * zx) + zx * (xy * yz - yy * zx);
        let squares = [xx - yy, yy - zz, zz - xx].iter().map(|d| d * d).sum::<f64>() / 2.0;
        let mises = squares + 3.0 * (xy * xy + yz * yz + zx * zx);
        Ok(json!({"mean": (xx + yy + zz) / 3.0, "determinant": determinant, "von_mises": mises.sqrt()}))
    })
}
