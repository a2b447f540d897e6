//! The embedded exemplars: our own queries without answers.

use dive_core::exemplar::Exemplar;

const FILES: &[(&str, &str)] = &[
    ("general", include_str!("../exemplars/general.jsonl")),
    ("financial", include_str!("../exemplars/financial.jsonl")),
    ("medical", include_str!("../exemplars/medical.jsonl")),
    ("biological", include_str!("../exemplars/biological.jsonl")),
    ("academic", include_str!("../exemplars/academic.jsonl")),
];

/// All embedded exemplars.
///
/// # Errors
/// A sentence naming the file and line that is malformed.
pub fn exemplars() -> Result<Vec<Exemplar>, String> {
    let mut all = Vec::new();
    for (domain, text) in FILES {
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let mut exemplar: Exemplar =
                serde_json::from_str(line).map_err(|e| format!("exemplars/{domain}.jsonl:{}: {e}", i + 1))?;
            exemplar.id = format!("{domain}-{}", i + 1);
            all.push(exemplar);
        }
    }
    Ok(all)
}
