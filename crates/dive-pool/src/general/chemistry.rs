//! Formulas, amounts of substance and gases.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use mendeleev::Element;
use serde_json::json;

/// Formulas of common substances.
const FORMULAS: [&str; 16] = [
    "H2O",
    "CO2",
    "NaCl",
    "CaCO3",
    "H2SO4",
    "C6H12O6",
    "C2H5OH",
    "Fe2O3",
    "KMnO4",
    "Ca(OH)2",
    "NH4NO3",
    "Al2(SO4)3",
    "C8H10N4O2",
    "TiO2",
    "CuSO4",
    "Mg3(PO4)2",
];

/// Formulas of compounds of carbon, hydrogen and oxygen, some with other elements.
const ORGANIC: [&str; 10] =
    ["C6H12O6", "C2H5OH", "CH3COOH", "C12H22O11", "C8H10N4O2", "C9H8O4", "CO(NH2)2", "C6H8O7", "NaHCO3", "Ca(HCO3)2"];

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![molar_mass(), mass_fraction(), amount_of_substance(), gas_density()]
}

fn bad(formula: &str) -> ToolError {
    ToolError::bad(format!("`{formula}` is not a chemical formula such as Al2(SO4)3."))
}

/// Atoms of each element in a formula with element symbols, numbers and parentheses.
fn atoms(formula: &str) -> Result<Vec<(Element, f64)>, ToolError> {
    let letters: Vec<char> = formula.chars().collect();
    let mut levels: Vec<Vec<(Element, f64)>> = vec![Vec::new()];
    let mut i = 0;
    let number = |from: &mut usize| {
        let digits: String = letters.iter().skip(*from).take_while(|c| c.is_ascii_digit()).take(6).collect();
        *from += digits.len();
        if digits.is_empty() { Ok(1.0) } else { digits.parse::<f64>().map_err(|_| bad(formula)) }
    };
    while let Some(&letter) = letters.get(i) {
        i += 1;
        let group = match letter {
            '(' => {
                levels.push(Vec::new());
                continue;
            }
            ')' if levels.len() > 1 => levels.pop().unwrap_or_default(),
            c if c.is_ascii_uppercase() => {
                let mut symbol = c.to_string();
                if let Some(next) = letters.get(i).filter(|n| n.is_ascii_lowercase()) {
                    symbol.push(*next);
                    i += 1;
                }
                let element = Element::iter().find(|e| e.symbol() == symbol);
                vec![(element.ok_or_else(|| ToolError::bad(format!("There is no element `{symbol}`.")))?, 1.0)]
            }
            _ => return Err(bad(formula)),
        };
        let times = number(&mut i)?;
        if let Some(level) = levels.last_mut() {
            level.extend(group.into_iter().map(|(e, n)| (e, n * times)));
        }
    }
    match levels.pop() {
        Some(all) if levels.is_empty() && !all.is_empty() => Ok(all),
        _ => Err(bad(formula)),
    }
}

fn mass(atoms: &[(Element, f64)]) -> f64 {
    atoms.iter().map(|(e, n)| f64::from(e.atomic_weight()) * n).sum()
}

fn molar_mass() -> NativeTool {
    // IUPAC standard atomic weights (conventional values where an interval is given): water 2 x 1.008 + 15.999.
    native(
        "general.chemistry.molar_mass",
        Processing,
        "Molar mass in grams per mole of a chemical formula, from IUPAC standard atomic weights.",
    )
    .param("formula", "text:formula", "Chemical formula such as C6H12O6 or Al2(SO4)3.")
    .sample_of(FORMULAS)
    .field("molar_mass", "level:molar_mass.compound[g/mol]", "molar mass")
    .plural("molar masses")
    .field("atoms", "count:atom", "number of atoms in one formula unit")
    .plural("numbers of atoms in one formula unit")
    .tail("of {formula}")
    .example(json!({"formula": "H2O"}), "/molar_mass", 18.015)
    .example(json!({"formula": "C6H12O6"}), "/molar_mass", 180.156)
    .example(json!({"formula": "Al2(SO4)3"}), "/atoms", 17.0)
    .example_error(json!({"formula": "Xx2"}))
    .run(|formula: String| {
        let atoms = atoms(&formula)?;
        let count: f64 = atoms.iter().map(|(_, n)| n).sum();
        Ok(json!({"molar_mass": mass(&atoms), "atoms": count}))
    })
}

fn mass_fraction() -> NativeTool {
    native(
        "general.chemistry.mass_fraction",
        Processing,
        "Percentage by mass of hydrogen, carbon or oxygen in a compound of a given chemical formula.",
    )
    .param("element", "category:common_element", "Symbol of the element.")
    .choices(&[("H", "hydrogen"), ("C", "carbon"), ("O", "oxygen")])
    .param("formula", "text:formula", "Chemical formula such as C6H12O6.")
    .sample_of(ORGANIC)
    .field("percent", "level:fraction.mass[%]", "mass fraction")
    .tail("of {element} in {formula}")
    .example(json!({"element": "H", "formula": "H2O"}), "/percent", 11.190674438)
    .example(json!({"element": "C", "formula": "C6H12O6"}), "/percent", 40.00199827)
    .example_error(json!({"element": "C", "formula": "H2O"}))
    .example_error(json!({"element": "O", "formula": "Fe2O3)"}))
    .run(|element: String, formula: String| {
        let atoms = atoms(&formula)?;
        let part: Vec<_> = atoms.iter().filter(|(e, _)| e.symbol() == element).copied().collect();
        if part.is_empty() {
            return Err(ToolError::bad(format!("`{formula}` contains no {element}.")));
        }
        Ok(json!({"percent": 100.0 * mass(&part) / mass(&atoms)}))
    })
}

fn amount_of_substance() -> NativeTool {
    native(
        "general.chemistry.amount_of_substance",
        Processing,
        "Amount of substance in moles of a mass in grams, given the molar mass.",
    )
    .param("mass_g", "amount:mass.sample[g]", "Mass in grams.")
    .label("mass")
    .range(0.0, 1e12)
    .sample(5.0, 500.0, 5.0)
    .param(
        "molar_mass",
        "level:atomic_mass[g/mol]",
        "Molar mass in grams per mole: for an element, its standard atomic weight.",
    )
    .label("molar mass")
    .range(0.5, 1e7)
    .sample(20.0, 400.0, 5.0)
    .field("moles", "amount:substance[mol]", "amount of substance")
    .plural("amounts of substance")
    .tail("in {mass_g} given {molar_mass}")
    .example(json!({"mass_g": 36.03, "molar_mass": 18.015}), "/moles", 2.0)
    .example_error(json!({"mass_g": 36, "molar_mass": 0}))
    .run(|mass: f64, molar: f64| Ok(json!({"moles": mass / molar})))
}

fn gas_density() -> NativeTool {
    // Ideal gas: rho = p M / (R T) with R = 8.314462618 J/(mol K) (CODATA 2018); dry air by ISO 2533, 28.964420 g/mol,
    // which at 101.325 kPa and 15 degrees has 1.225 kg/m3.
    native(
        "general.chemistry.ideal_gas_density",
        Processing,
        "Density of a common gas in kilograms per cubic metre at a pressure and temperature, by the ideal gas law.",
    )
    .param("gas", "category:gas", "The gas.")
    .choices(&[
        ("air", "dry air"),
        ("N2", "nitrogen"),
        ("O2", "oxygen"),
        ("CO2", "carbon dioxide"),
        ("CH4", "methane"),
        ("He", "helium"),
        ("Ar", "argon"),
        ("H2", "hydrogen"),
    ])
    .param("pressure_kpa", "level:pressure.gas[kPa]", "Absolute pressure in kilopascals.")
    .label("pressure")
    .range(0.0, 1000.0)
    .sample(50.0, 110.0, 5.0)
    .param("temperature_c", "level:temperature.normal[degC]", "Temperature in degrees Celsius.")
    .label("temperature")
    .range(-200.0, 2000.0)
    .sample(-20.0, 60.0, 5.0)
    .field("density", "level:density.gas[kg/m³]", "ideal-gas density")
    .plural("ideal-gas densities")
    .tail("of {gas} under {pressure_kpa} at {temperature_c}")
    .example(json!({"gas": "air", "pressure_kpa": 101.325, "temperature_c": 15}), "/density", 1.2249789893)
    .example(json!({"gas": "CO2", "pressure_kpa": 100, "temperature_c": 0}), "/density", 1.937787323)
    .example_error(json!({"gas": "air", "pressure_kpa": 101.325, "temperature_c": -274}))
    .run(|gas: String, kpa: f64, t: f64| {
        let molar = if gas == "air" { 28.964_420 } else { mass(&atoms(&gas)?) };
        Ok(json!({"density": kpa * molar / (8.314_462_618 * (t + 273.15))}))
    })
}
