//! Trees and diversity of aligned orthologous sequences.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::sequence;

/// Most sequences that a tree is made of.
const MOST: usize = 60;

fn on_orthologs(id: &str, description: &str) -> Builder {
    native(id, Processing, description)
        .param("names", "list(entity:species)", "Names of the species, one for each sequence.")
        .param("sequences", "list(text:dna)", "Aligned DNA sequences without gaps, all equally long.")
        .group("gene", "ortholog_alignment", &["names", "sequences"])
        .digits(8)
}

/// The sequences in capitals: at least `least`, equally long, one for each name.
fn alignment(names: &[String], sequences: &[String], least: usize) -> Result<Vec<String>, ToolError> {
    let texts = sequences.iter().map(|s| sequence::dna(s, 1)).collect::<Result<Vec<_>, _>>()?;
    let length = texts.first().map_or(0, String::len);
    if texts.len() < least || texts.len() > MOST || names.len() != texts.len() {
        return Err(ToolError::bad(format!(
            "{least} to {MOST} sequences with a name each are needed; there are {} names and {} sequences.",
            names.len(),
            texts.len()
        )));
    }
    if texts.iter().any(|t| t.len() != length) {
        return Err(ToolError::bad("The sequences must be aligned: all equally long."));
    }
    Ok(texts)
}

fn differences(a: &str, b: &str) -> f64 {
    a.bytes().zip(b.bytes()).filter(|(x, y)| x != y).count() as f64
}

/// Jukes-Cantor distances, as a square matrix.
fn distances(texts: &[String]) -> Result<Vec<Vec<f64>>, ToolError> {
    let distance = |a: &String, b: &String| {
        let left = 1.0 - 4.0 / 3.0 * differences(a, b) / a.len() as f64;
        if left <= 0.0 {
            return Err(ToolError::bad("Two sequences differ too much: their distance is undefined (saturation)."));
        }
        Ok((-0.75 * libm::log(left)).max(0.0))
    };
    texts.iter().map(|a| texts.iter().map(|b| distance(a, b)).collect()).collect()
}

fn at(matrix: &[Vec<f64>], i: usize, j: usize) -> f64 {
    matrix.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default()
}

/// The pair with the least value, the one named first where several are alike.
fn closest(n: usize, value: impl Fn(usize, usize) -> f64) -> (usize, usize) {
    let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (j, i)));
    pairs.min_by(|a, b| value(a.0, a.1).total_cmp(&value(b.0, b.1))).unwrap_or((0, 0))
}

/// The matrix with `i` and `j` replaced by one node, the last, whose distance to each other node `k` is `joined(k)`.
fn merge(matrix: &[Vec<f64>], i: usize, j: usize, joined: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
    let kept: Vec<usize> = (0..matrix.len()).filter(|k| *k != i && *k != j).collect();
    let mut rows: Vec<Vec<f64>> =
        kept.iter().map(|a| kept.iter().map(|b| at(matrix, *a, *b)).chain([joined(*a)]).collect()).collect();
    rows.push(kept.iter().map(|k| joined(*k)).chain([0.0]).collect());
    rows
}

/// Height of the root of the UPGMA tree.
fn upgma_height(mut matrix: Vec<Vec<f64>>) -> f64 {
    let mut sizes = vec![1.0; matrix.len()];
    let mut height = 0.0;
    while matrix.len() > 1 {
        let (i, j) = closest(matrix.len(), |a, b| at(&matrix, a, b));
        height = at(&matrix, i, j) / 2.0;
        let size = |k: usize| sizes.get(k).copied().unwrap_or(1.0);
        let both = size(i) + size(j);
        let next = merge(&matrix, i, j, |k| (size(i) * at(&matrix, i, k) + size(j) * at(&matrix, j, k)) / both);
        sizes = (0..matrix.len()).filter(|k| *k != i && *k != j).map(size).chain([both]).collect();
        matrix = next;
    }
    height
}

/// Sum of the branch lengths of the neighbour-joining tree.
fn joining_length(mut matrix: Vec<Vec<f64>>) -> f64 {
    let mut length = 0.0;
    while matrix.len() > 2 {
        let n = matrix.len() as f64;
        let total: Vec<f64> = matrix.iter().map(|row| row.iter().sum()).collect();
        let sum = |k: usize| total.get(k).copied().unwrap_or_default();
        let (i, j) = closest(matrix.len(), |a, b| (n - 2.0) * at(&matrix, a, b) - sum(a) - sum(b));
        let apart = at(&matrix, i, j);
        length += apart;
        matrix = merge(&matrix, i, j, |k| (at(&matrix, i, k) + at(&matrix, j, k) - apart) / 2.0);
    }
    length + at(&matrix, 0, 1)
}

pub(super) fn tools() -> Vec<NativeTool> {
    let three = json!({"names": ["@species:0", "@species:1", "@species:2"], "sequences": ["AAAAAAAAAA", "AAAAAAAAAC", "AAAAAAAACC"]});
    vec![
        // Sokal & Michener (1958): the root lies at half the mean distance between the last two clusters. Hand-computed: the
        // Jukes-Cantor distances are 0.107326 for one difference and 0.232616 for two.
        on_orthologs(
            "biological.phylogeny.upgma_root_height",
            "Height of the root of the UPGMA tree of aligned DNA sequences, from Jukes-Cantor distances, in substitutions per site; of equally close pairs the one named first is joined.",
        )
        .field("root_height", "level:evolutionary_distance.root", "UPGMA root height")
        .tail("of the aligned orthologs of {gene}")
        .example(three.clone(), "/root_height", 0.084_985_457)
        .example_error(json!({"names": ["@species:0", "@species:1"], "sequences": ["AAAA", "CCCC"]}))
        .run(|names: Vec<String>, sequences: Vec<String>| {
            let texts = alignment(&names, &sequences, 2)?;
            Ok(json!({"root_height": upgma_height(distances(&texts)?)}))
        }),
        // Saitou & Nei, Mol Biol Evol 4:406 (1987). Hand-computed: of three sequences, half the sum of the distances.
        on_orthologs(
            "biological.phylogeny.neighbour_joining_length",
            "Sum of all branch lengths of the neighbour-joining tree of aligned DNA sequences, from Jukes-Cantor distances, in substitutions per site; of equal pairs the one named first is joined.",
        )
        .field("tree_length", "level:evolutionary_distance.tree", "neighbour-joining tree length")
        .tail("of the aligned orthologs of {gene}")
        .example(three.clone(), "/tree_length", 0.223_633_95)
        .example_error(json!({"names": ["@species:0"], "sequences": ["AAAA"]}))
        .run(|names: Vec<String>, sequences: Vec<String>| {
            let texts = alignment(&names, &sequences, 2)?;
            Ok(json!({"tree_length": joining_length(distances(&texts)?)}))
        }),
        // Nei & Li, PNAS 76:5269 (1979); Watterson, Theor Popul Biol 7:256 (1975). Hand-computed: mean of 1, 2, 1 differences
        // over ten sites; two variable sites over 1 + 1/2.
        on_orthologs(
            "biological.phylogeny.nucleotide_diversity",
            "Nucleotide diversity of aligned DNA sequences: variable (segregating) sites, mean pairwise differences per site (pi), and Watterson's estimator per site.",
        )
        .field("segregating_sites", "count:segregating_site", "number of segregating sites")
        .plural("numbers of segregating sites")
        .field("pi", "level:nucleotide_diversity.pi", "nucleotide diversity π")
        .plural("nucleotide diversities π")
        .field("theta", "level:nucleotide_diversity.watterson", "Watterson θ per site")
        .plural("Watterson θ values per site")
        .tail("of the aligned orthologs of {gene}")
        .example(three.clone(), "/pi", 0.133_333_33)
        .example(three, "/theta", 0.133_333_33)
        .example_error(json!({"names": ["@species:0", "@species:1"], "sequences": ["AAAA", "AAA"]}))
        .run(|names: Vec<String>, sequences: Vec<String>| {
            let texts = alignment(&names, &sequences, 2)?;
            let (n, length) = (texts.len() as f64, texts.first().map_or(1, String::len) as f64);
            let pairs = texts.iter().enumerate().flat_map(|(i, a)| texts.iter().skip(i + 1).map(move |b| differences(a, b)));
            let pi = pairs.sum::<f64>() / (n * (n - 1.0) / 2.0) / length;
            let first = texts.first().map(String::as_bytes).unwrap_or_default();
            let variable = |site: usize| texts.iter().any(|t| t.as_bytes().get(site) != first.get(site));
            let segregating = (0..first.len()).filter(|site| variable(*site)).count();
            let harmonic: f64 = (1..texts.len()).map(|i| 1.0 / i as f64).sum();
            Ok(json!({"segregating_sites": segregating, "pi": pi, "theta": segregating as f64 / harmonic / length}))
        }),
    ]
}
