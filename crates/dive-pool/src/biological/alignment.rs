//! Pairwise alignment of proteins: BLOSUM62, a gap of n residues costs 10 + 0.5 (n - 1), the defaults of EMBOSS.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::sequence;

/// Order of the rows and columns of [`BLOSUM62`].
const ORDER: &[u8] = b"ARNDCQEGHILKMFPSTWYV";

/// Henikoff and Henikoff, PNAS 89:10915 (1992), in half-bits.
const BLOSUM62: [[i8; 20]; 20] = [
    [4, -1, -2, -2, 0, -1, -1, 0, -2, -1, -1, -1, -1, -2, -1, 1, 0, -3, -2, 0],
    [-1, 5, 0, -2, -3, 1, 0, -2, 0, -3, -2, 2, -1, -3, -2, -1, -1, -3, -2, -3],
    [-2, 0, 6, 1, -3, 0, 0, 0, 1, -3, -3, 0, -2, -3, -2, 1, 0, -4, -2, -3],
    [-2, -2, 1, 6, -3, 0, 2, -1, -1, -3, -4, -1, -3, -3, -1, 0, -1, -4, -3, -3],
    [0, -3, -3, -3, 9, -3, -4, -3, -3, -1, -1, -3, -1, -2, -3, -1, -1, -2, -2, -1],
    [-1, 1, 0, 0, -3, 5, 2, -2, 0, -3, -2, 1, 0, -3, -1, 0, -1, -2, -1, -2],
    [-1, 0, 0, 2, -4, 2, 5, -2, 0, -3, -3, 1, -2, -3, -1, 0, -1, -3, -2, -2],
    [0, -2, 0, -1, -3, -2, -2, 6, -2, -4, -4, -2, -3, -3, -2, 0, -2, -2, -3, -3],
    [-2, 0, 1, -1, -3, 0, 0, -2, 8, -3, -3, -1, -2, -1, -2, -1, -2, -2, 2, -3],
    [-1, -3, -3, -3, -1, -3, -3, -4, -3, 4, 2, -3, 1, 0, -3, -2, -1, -3, -1, 3],
    [-1, -2, -3, -4, -1, -2, -3, -4, -3, 2, 4, -2, 2, 0, -3, -2, -1, -2, -1, 1],
    [-1, 2, 0, -1, -3, 1, 1, -2, -1, -3, -2, 5, -1, -3, -1, 0, -1, -3, -2, -2],
    [-1, -1, -2, -3, -1, 0, -2, -3, -2, 1, 2, -1, 5, 0, -2, -1, -1, -1, -1, 1],
    [-2, -3, -3, -3, -2, -3, -3, -3, -1, 0, 0, -3, 0, 6, -4, -2, -2, 1, 3, -1],
    [-1, -2, -2, -1, -3, -1, -1, -2, -2, -3, -3, -1, -2, -4, 7, -1, -1, -4, -3, -2],
    [1, -1, 1, 0, -1, 0, 0, 0, -1, -2, -2, 0, -1, -2, -1, 4, 1, -3, -2, -2],
    [0, -1, 0, -1, -1, -1, -1, -2, -2, -1, -1, -1, -1, -2, -1, 1, 5, -2, -2, 0],
    [-3, -3, -4, -4, -2, -2, -3, -2, -2, -3, -2, -3, -1, 1, -4, -3, -2, 11, 2, -3],
    [-2, -2, -2, -3, -2, -1, -2, -3, 2, -1, -1, -2, -1, 3, -3, -2, -2, 2, 7, -1],
    [0, -3, -3, -3, -1, -2, -2, -3, -3, 3, 1, -2, 1, -1, -2, -2, 0, -3, -1, 4],
];

const OPEN: f64 = 10.0;
const EXTEND: f64 = 0.5;
/// Longest sequences that are aligned.
const LONGEST: usize = 2000;

fn substitution(a: u8, b: u8) -> f64 {
    let place = |x: u8| ORDER.iter().position(|o| *o == x);
    let score = place(a).zip(place(b)).and_then(|(i, j)| BLOSUM62.get(i)?.get(j).copied());
    f64::from(score.unwrap_or(-4))
}

/// What an alignment must cover.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Both sequences from end to end; gaps at the ends cost like others.
    Global,
    /// The best pair of segments.
    Local,
}

/// Best score by Gotoh's recurrences (1982), row by row: `matched` ends in a pair, `above` in a gap in the second sequence, `left`
/// in one in the first.
fn score(a: &[u8], b: &[u8], reach: Reach) -> f64 {
    let floor = if reach == Reach::Local { 0.0 } else { f64::NEG_INFINITY };
    let edge = |n: usize| if n == 0 { 0.0 } else { (-OPEN - EXTEND * (n as f64 - 1.0)).max(floor) };
    let mut before: Vec<f64> = (0..=b.len()).map(edge).collect();
    let mut above: Vec<f64> = vec![f64::NEG_INFINITY; b.len() + 1];
    let mut best = 0.0_f64;
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![edge(i + 1)];
        let mut left = f64::NEG_INFINITY;
        let mut nearest = edge(i + 1);
        for ((y, gap), pair) in b.iter().zip(above.iter_mut().skip(1)).zip(before.windows(2)) {
            let [diagonal, up] = pair else { continue };
            *gap = (*gap - EXTEND).max(up - OPEN);
            left = (left - EXTEND).max(nearest - OPEN);
            nearest = (diagonal + substitution(*x, *y)).max(*gap).max(left).max(floor);
            best = best.max(nearest);
            row.push(nearest);
        }
        before = row;
    }
    if reach == Reach::Local { best } else { before.last().copied().unwrap_or(0.0) }
}

fn on_proteins(id: &str, description: &str) -> Builder {
    native(id, Processing, description)
        .param("protein_a", "text:protein", "First amino-acid sequence in one-letter codes.")
        .param("protein_b", "text:protein", "Second amino-acid sequence in one-letter codes.")
        .group("first", "amino_acid_sequence", &["protein_a"])
        .group("second", "amino_acid_sequence", &["protein_b"])
        .tail("of {first} with {second}")
        .tail("between {first} and {second}")
}

fn aligned(a: &str, b: &str, reach: Reach) -> Result<f64, ToolError> {
    let (a, b) = (sequence::protein(a)?, sequence::protein(b)?);
    if a.len().max(b.len()) > LONGEST {
        return Err(ToolError::bad(format!("Sequences of at most {LONGEST} residues can be aligned.")));
    }
    Ok(score(a.as_bytes(), b.as_bytes(), reach))
}

pub(super) fn tools() -> Vec<NativeTool> {
    vec![
        // Needleman & Wunsch, J Mol Biol 48:443 (1970). Hand-computed: H 8, one gap of two residues, W 11.
        on_proteins(
            "biological.alignment.global_alignment_score",
            "Score of the best global alignment of two proteins (Needleman-Wunsch, BLOSUM62, gap opening 10, extension 0.5, gaps at the ends included).",
        )
        .field("score", "level:alignment_score.global", "Needleman–Wunsch alignment score")
        .example(json!({"protein_a": "HW", "protein_b": "HGGW"}), "/score", 8.5)
        .example(json!({"protein_a": "HEAGAWGHEE", "protein_b": "HEAGAWGHEE"}), "/score", 62.0)
        .example_error(json!({"protein_a": "HEAG", "protein_b": ""}))
        .run(|a: String, b: String| Ok(json!({"score": aligned(&a, &b, Reach::Global)?}))),
        // Smith & Waterman, J Mol Biol 147:195 (1981). Hand-computed: only W and H match.
        on_proteins(
            "biological.alignment.local_alignment_score",
            "Score of the best local alignment of two proteins (Smith-Waterman, BLOSUM62, gap opening 10, extension 0.5); 0 when nothing is alike.",
        )
        .field("score", "level:alignment_score.local", "Smith–Waterman alignment score")
        .example(json!({"protein_a": "GGGWHGGG", "protein_b": "PWHP"}), "/score", 19.0)
        .example(json!({"protein_a": "W", "protein_b": "G"}), "/score", 0.0)
        .example_error(json!({"protein_a": "HEAG", "protein_b": "B"}))
        .run(|a: String, b: String| Ok(json!({"score": aligned(&a, &b, Reach::Local)?}))),
    ]
}
