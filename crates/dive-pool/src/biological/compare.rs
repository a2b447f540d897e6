//! Distances between two aligned DNA sequences.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::sequence;

/// Differences between two aligned sequences.
struct Differences {
    length: f64,
    transitions: f64,
    transversions: f64,
}

fn differences(a: &str, b: &str) -> Result<Differences, ToolError> {
    let (a, b) = (sequence::dna(a, 1)?, sequence::dna(b, 1)?);
    if a.len() != b.len() {
        return Err(ToolError::bad(format!(
            "The sequences have {} and {} bases; they must be equally long.",
            a.len(),
            b.len()
        )));
    }
    let (mut transitions, mut transversions) = (0.0, 0.0);
    for pair in a.chars().zip(b.chars()).filter(|(x, y)| x != y) {
        match pair {
            ('A', 'G') | ('G', 'A') | ('C', 'T') | ('T', 'C') => transitions += 1.0,
            _ => transversions += 1.0,
        }
    }
    Ok(Differences { length: a.len() as f64, transitions, transversions })
}

fn saturated() -> ToolError {
    ToolError::bad("The sequences differ too much: the distance is undefined (saturation).")
}

fn on_pair(id: &str, description: &str) -> Builder {
    native(id, Processing, description).param("sequence_a", "text:dna", "First aligned DNA sequence.").param(
        "sequence_b",
        "text:dna",
        "Second aligned DNA sequence, of the same length.",
    )
}

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        on_pair(
            "biological.phylogeny.dna_hamming_distance",
            "Number and proportion of sites at which two equally long DNA sequences differ.",
        )
        .field("differences", "count:difference", "Hamming distance")
        .field("p_distance", "level:proportion.differing", "p-distance")
        .tail("between {sequence_a} and {sequence_b}")
        .example(json!({"sequence_a": "GATTACAGAT", "sequence_b": "GACTATAGAT"}), "/differences", 2.0)
        .example(json!({"sequence_a": "GATTACAGAT", "sequence_b": "GACTATAGAT"}), "/p_distance", 0.2)
        .example_error(json!({"sequence_a": "GATT", "sequence_b": "GAT"}))
        .run(|a: String, b: String| {
            let d = differences(&a, &b)?;
            let sum = d.transitions + d.transversions;
            Ok(json!({"differences": sum, "p_distance": sum / d.length}))
        }),
        // Jukes & Cantor (1969): d = -3/4 ln(1 - 4p/3).
        on_pair(
            "biological.phylogeny.jukes_cantor_distance",
            "Jukes-Cantor evolutionary distance between two aligned DNA sequences, in substitutions per site.",
        )
        .field("distance", "level:evolutionary_distance", "Jukes–Cantor distance")
        .tail("between {sequence_a} and {sequence_b}")
        .example(json!({"sequence_a": "GATTACAGAT", "sequence_b": "GACTATAGAT"}), "/distance", 0.23261620)
        .example(json!({"sequence_a": "GATTACA", "sequence_b": "GATTACA"}), "/distance", 0.0)
        .example_error(json!({"sequence_a": "AAAA", "sequence_b": "CCCC"}))
        .run(|a: String, b: String| {
            let d = differences(&a, &b)?;
            let left = 1.0 - 4.0 / 3.0 * (d.transitions + d.transversions) / d.length;
            if left <= 0.0 {
                return Err(saturated());
            }
            Ok(json!({"distance": (-0.75 * libm::log(left)).max(0.0)}))
        }),
        // Kimura, J Mol Evol 16:111 (1980): d = -1/2 ln((1 - 2P - Q) sqrt(1 - 2Q)).
        on_pair(
            "biological.phylogeny.kimura_distance",
            "Kimura two-parameter distance between two aligned DNA sequences, with transitions and transversions.",
        )
        .field("distance", "level:evolutionary_distance", "Kimura two-parameter distance")
        .field("transitions", "count:substitution", "number of transitions")
        .field("transversions", "count:substitution", "number of transversions")
        .tail("between {sequence_a} and {sequence_b}")
        .example(json!({"sequence_a": "GATTACAGAT", "sequence_b": "GACTATAGAA"}), "/distance", 0.40235948)
        .example(json!({"sequence_a": "GATTACAGAT", "sequence_b": "GACTATAGAA"}), "/transitions", 2.0)
        .example_error(json!({"sequence_a": "AAAA", "sequence_b": "CCCC"}))
        .run(|a: String, b: String| {
            let d = differences(&a, &b)?;
            let (p, q) = (d.transitions / d.length, d.transversions / d.length);
            let (first, second) = (1.0 - 2.0 * p - q, 1.0 - 2.0 * q);
            if first <= 0.0 || second <= 0.0 {
                return Err(saturated());
            }
            let distance = (-0.5 * libm::log(first * second.sqrt())).max(0.0);
            Ok(json!({"distance": distance, "transitions": d.transitions, "transversions": d.transversions}))
        }),
    ]
}
