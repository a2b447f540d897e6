//! ARCHITECTURE.md states which crate may use which; this compares it with what Cargo says.
#![allow(clippy::disallowed_methods, reason = "asks Cargo")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

type House = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_stated_dependencies_are_the_real_ones() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let text = std::fs::read_to_string(format!("{root}/ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let stated: House = text
        .lines()
        .filter_map(|l| l.strip_prefix("    dive")?.split_once(':'))
        .map(|(name, uses)| (format!("dive{name}"), uses.split_whitespace().map(str::to_string).collect()))
        .collect();

    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("there are packages");
    let real: House = packages
        .iter()
        .map(|p| {
            let dependencies = p["dependencies"].as_array().expect("a list");
            let ours = dependencies
                .iter()
                .filter(|d| d["kind"].is_null())
                .filter_map(|d| d["name"].as_str())
                .filter(|n| n.starts_with("dive"))
                .map(str::to_string);
            (p["name"].as_str().unwrap_or_default().to_string(), ours.collect())
        })
        .collect();
    assert_eq!(stated, real);
}
