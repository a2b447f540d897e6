//! Binding motifs from their sites: information content, consensus, and the best match in a sequence.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::sequence;

const BASES: [u8; 4] = *b"ACGT";

fn on_motif(id: &str, description: &str) -> Builder {
    native(id, Processing, description)
        .param("sites", "list(text:binding_site)", "DNA binding sites, all equally long.")
        .group("motif", "motif_sites", &["sites"])
}

/// How often each base occurs at each position, and the number of sites.
fn counts(sites: &[String]) -> Result<(Vec<[f64; 4]>, f64), ToolError> {
    let texts = sites.iter().map(|s| sequence::dna(s, 1)).collect::<Result<Vec<_>, _>>()?;
    let width = texts.first().map_or(0, String::len);
    if texts.len() < 2 || texts.iter().any(|t| t.len() != width) {
        return Err(ToolError::bad("At least two sites are needed, all of them equally long."));
    }
    let column =
        |at: usize| BASES.map(|base| texts.iter().filter(|t| t.as_bytes().get(at) == Some(&base)).count() as f64);
    Ok(((0..width).map(column).collect(), texts.len() as f64))
}

/// Log-odds in bits against even bases, with one pseudocount shared by the four bases.
fn log_odds(column: &[f64; 4], n: f64) -> [f64; 4] {
    column.map(|count| libm::log2((count + 0.25) / (n + 1.0) / 0.25))
}

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        // Schneider & Stephens, Nucleic Acids Res 18:6097 (1990), without the correction for small samples. Hand-computed: two
        // bits for each constant position, one where two bases share it.
        on_motif(
            "biological.motif.motif_information",
            "Information content in bits of a DNA motif: 2 bits less the entropy of the bases, summed over the positions of its sites, without small-sample correction.",
        )
        .field("information_bits", "level:information[bits]", "information content")
        .subject("motif")
        .tail("over the recorded binding sites")
        .example(json!({"sites": ["ACG", "ACT"]}), "/information_bits", 5.0)
        .example(json!({"sites": ["A", "C", "G", "T"]}), "/information_bits", 0.0)
        .example_error(json!({"sites": ["ACG", "AC"]}))
        .run(|sites: Vec<String>| {
            let (columns, n) = counts(&sites)?;
            let entropy = |column: &[f64; 4]| -> f64 {
                column.iter().filter(|c| **c > 0.0).map(|c| -(c / n) * libm::log2(c / n)).sum()
            };
            Ok(json!({"information_bits": columns.iter().map(|c| 2.0 - entropy(c)).sum::<f64>().max(0.0)}))
        }),
        // Stormo, Bioinformatics 16:16 (2000). Hand-computed for two sites AC: both bases have log2(2.25 / 3 / 0.25) bits.
        on_motif(
            "biological.motif.best_motif_match",
            "Best match of a DNA motif on the given strand of a sequence: highest sum of log-odds in bits (one pseudocount shared by the four bases, even background) and the first position, counted from 1, that has it.",
        )
        .param("sequence", "text:dna", "DNA sequence to search, 5' to 3'.")
        .field("score_bits", "level:motif_score[bits]", "best match score")
        .field("position", "position:motif_match[nt]", "best match position")
        .tail("of {motif} in {sequence}")
        .example(json!({"sites": ["AC", "AC"], "sequence": "GGACG"}), "/score_bits", 3.169_925)
        .example(json!({"sites": ["AC", "AC"], "sequence": "GGACG"}), "/position", 3.0)
        .example_error(json!({"sites": ["ACGT", "ACGT"], "sequence": "ACG"}))
        .run(|sites: Vec<String>, text: String| {
            let (columns, n) = counts(&sites)?;
            let text = sequence::dna(&text, columns.len())?;
            let matrix: Vec<[f64; 4]> = columns.iter().map(|c| log_odds(c, n)).collect();
            let value = |window: &[u8]| -> f64 {
                let base = |b: &u8, odds: &[f64; 4]| BASES.iter().zip(odds).find(|(x, _)| *x == b).map_or(0.0, |(_, o)| *o);
                window.iter().zip(&matrix).map(|(b, odds)| base(b, odds)).sum()
            };
            let windows = text.as_bytes().windows(columns.len()).enumerate();
            // Sums of the same terms in the same order: equal matches have equal scores.
            let best = windows.map(|(i, w)| (i, value(w))).reduce(|a, b| if b.1 > a.1 { b } else { a });
            let (position, score) = best.ok_or_else(|| ToolError::bad("The sequence is shorter than the motif."))?;
            Ok(json!({"score_bits": score, "position": position + 1}))
        }),
    ]
}
