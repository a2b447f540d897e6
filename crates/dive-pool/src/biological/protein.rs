//! Physicochemical properties of proteins from their sequence.

use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::sequence::{self, AMINO_ACIDS, count};

/// Average residue masses in Da and Kyte-Doolittle hydropathies: ExPASy ProtParam; J Mol Biol 157:105 (1982).
const RESIDUES: [(char, f64, f64); 20] = [
    ('A', 71.0788, 1.8),
    ('R', 156.1875, -4.5),
    ('N', 114.1038, -3.5),
    ('D', 115.0886, -3.5),
    ('C', 103.1388, 2.5),
    ('E', 129.1155, -3.5),
    ('Q', 128.1307, -3.5),
    ('G', 57.0519, -0.4),
    ('H', 137.1411, -3.2),
    ('I', 113.1594, 4.5),
    ('L', 113.1594, 3.8),
    ('K', 128.1741, -3.9),
    ('M', 131.1926, 1.9),
    ('F', 147.1766, 2.8),
    ('P', 97.1167, -1.6),
    ('S', 87.0782, -0.8),
    ('T', 101.1051, -0.7),
    ('W', 186.2132, -0.9),
    ('Y', 163.1760, -1.3),
    ('V', 99.1326, 4.2),
];
/// Mass of the water that closes a chain.
const WATER: f64 = 18.01528;
/// Basic and acidic groups of the EMBOSS pKa set; the termini are `<` and `>`.
const BASIC: [(char, f64); 4] = [('<', 8.6), ('K', 10.8), ('R', 12.5), ('H', 6.5)];
const ACIDIC: [(char, f64); 5] = [('>', 3.6), ('D', 3.9), ('E', 4.1), ('C', 8.5), ('Y', 10.1)];

fn on_protein(id: &str, description: &str) -> Builder {
    native(id, Processing, description).param("sequence", "text:protein", "Amino-acid sequence in one-letter codes.")
}

/// Charge of the chain by the Henderson-Hasselbalch equation for every group.
fn charge(protein: &str, ph: f64) -> f64 {
    let groups = |c: char| if c == '<' || c == '>' { 1.0 } else { count(protein, c) };
    let positive: f64 = BASIC.iter().map(|(c, pka)| groups(*c) / (1.0 + libm::exp10(ph - pka))).sum();
    let negative: f64 = ACIDIC.iter().map(|(c, pka)| groups(*c) / (1.0 + libm::exp10(pka - ph))).sum();
    positive - negative
}

/// The pH at which the chain is neutral; charge falls steadily with pH, so that bisection finds it.
fn isoelectric_point(protein: &str) -> f64 {
    let (mut low, mut high) = (0.0, 14.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if charge(protein, middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Lengths of the peptides after complete tryptic digestion: a cut after K or R unless P follows.
fn tryptic_lengths(protein: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut length = 0;
    let mut rest = protein.chars().peekable();
    while let Some(residue) = rest.next() {
        length += 1;
        let cut = matches!(residue, 'K' | 'R') && rest.peek().is_some_and(|next| *next != 'P');
        if cut || rest.peek().is_none() {
            lengths.push(length);
            length = 0;
        }
    }
    lengths
}

fn weight(protein: &str) -> f64 {
    WATER + RESIDUES.iter().map(|(c, mass, _)| mass * count(protein, *c)).sum::<f64>()
}

pub(super) fn tools() -> Vec<NativeTool> {
    let mut tools = bulk();
    tools.extend(ionic());
    tools.extend(residues());
    tools
}

fn bulk() -> Vec<NativeTool> {
    vec![
        on_protein(
            "biological.protein.protein_molecular_weight",
            "Average molecular weight of a protein from its sequence.",
        )
        .field("molecular_weight_da", "amount:mass.protein[Da]", "average molecular weight")
        .tail("of {sequence}")
        // Angiotensin II.
        .example(json!({"sequence": "DRVYIHPF"}), "/molecular_weight_da", 1046.19378)
        .example(json!({"sequence": "G"}), "/molecular_weight_da", 75.06718)
        .example_error(json!({"sequence": "MKB"}))
        .run(|text: String| Ok(json!({"molecular_weight_da": weight(&sequence::protein(&text)?)}))),
        on_protein(
            "biological.protein.gravy_hydropathy",
            "Grand average of hydropathy (GRAVY) of a protein: its mean Kyte-Doolittle hydropathy.",
        )
        .field("gravy", "position:hydropathy", "grand average of hydropathy (GRAVY)")
        .tail("of {sequence}")
        .example(json!({"sequence": "AILV"}), "/gravy", 3.575)
        .example(json!({"sequence": "MKRW"}), "/gravy", -1.85)
        .example_error(json!({"sequence": ""}))
        .run(|text: String| {
            let text = sequence::protein(&text)?;
            let sum: f64 = RESIDUES.iter().map(|(c, _, hydropathy)| hydropathy * count(&text, *c)).sum();
            Ok(json!({"gravy": sum / text.len() as f64}))
        }),
        // Ikai, J Biochem 88:1895 (1980): mole percentages, A + 2.9 V + 3.9 (I + L).
        on_protein(
            "biological.protein.aliphatic_index",
            "Aliphatic index of a protein (Ikai), a measure of heat stability.",
        )
        .field("aliphatic_index", "level:aliphatic_index", "aliphatic index")
        .plural("aliphatic indices")
        .tail("of {sequence}")
        .example(json!({"sequence": "AVIL"}), "/aliphatic_index", 292.5)
        .example(json!({"sequence": "MKAG"}), "/aliphatic_index", 25.0)
        .example_error(json!({"sequence": "A1"}))
        .run(|text: String| {
            let text = sequence::protein(&text)?;
            let sum = count(&text, 'A') + 2.9 * count(&text, 'V') + 3.9 * (count(&text, 'I') + count(&text, 'L'));
            Ok(json!({"aliphatic_index": 100.0 * sum / text.len() as f64}))
        }),
        // Pace et al., Protein Sci 4:2411 (1995): 5500 W + 1490 Y, and 125 for each cystine.
        on_protein(
            "biological.protein.extinction_coefficient",
            "Molar extinction coefficient of a protein at 280 nm, with all cysteines reduced.",
        )
        .field(
            "extinction",
            "level:absorptivity[M⁻¹·cm⁻¹]",
            "extinction coefficient at 280 nm with all cysteines reduced",
        )
        .plural("extinction coefficients at 280 nm with all cysteines reduced")
        .tail("of {sequence}")
        .example(json!({"sequence": "MWWYKC"}), "/extinction", 12490.0)
        .example(json!({"sequence": "MKA"}), "/extinction", 0.0)
        .example_error(json!({"sequence": "?"}))
        .run(|text: String| {
            let text = sequence::protein(&text)?;
            Ok(json!({"extinction": 5500.0 * count(&text, 'W') + 1490.0 * count(&text, 'Y')}))
        }),
    ]
}

fn ionic() -> Vec<NativeTool> {
    vec![
        on_protein(
            "biological.protein.isoelectric_point",
            "Isoelectric point of a protein from its sequence with the EMBOSS pKa values, to two decimals.",
        )
        .field("isoelectric_point", "position:ph.isoelectric", "isoelectric point (EMBOSS pKa values)")
        .tail("of {sequence}")
        .example(json!({"sequence": "GGGG"}), "/isoelectric_point", 6.1)
        .example(json!({"sequence": "MKRHDE"}), "/isoelectric_point", 7.55)
        .example_error(json!({"sequence": "MK-"}))
        .run(|text: String| {
            let point = isoelectric_point(&sequence::protein(&text)?);
            Ok(json!({"isoelectric_point": (100.0 * point).round() / 100.0}))
        }),
        on_protein("biological.protein.net_charge", "Net charge of a protein at a pH, with the EMBOSS pKa values.")
            .param("ph", "position:ph.buffer", "pH, 0 to 14.")
            .label("pH")
            .range(0.0, 14.0)
            .sample(4.0, 10.0, 0.2)
            .field("charge", "position:charge", "net charge (EMBOSS pKa values)")
            .tail("of {sequence} at {ph}")
            .digits(5)
            .example(json!({"sequence": "MKRHDE", "ph": 7.0}), "/charge", 0.21804)
            .example(json!({"sequence": "GG", "ph": 6.1}), "/charge", 0.0)
            .example_error(json!({"sequence": "GG", "ph": 15}))
            .run(|text: String, ph: f64| {
                // Cancellation leaves noise far below any digit of meaning.
                Ok(json!({"charge": (1e6 * charge(&sequence::protein(&text)?, ph)).round() / 1e6}))
            }),
    ]
}

fn residues() -> Vec<NativeTool> {
    let amino_acids: Vec<(&str, &str)> = AMINO_ACIDS.iter().map(|(_, n)| (*n, "")).collect();
    vec![
        on_protein("biological.protein.residue_count", "Number of residues of one amino acid in a protein sequence.")
            .param("amino_acid", "category:amino_acid", "Name of the amino acid, e.g. leucine.")
            .choices(&amino_acids)
            .field("residues", "count:residue", "number of residues")
            .tail("of {amino_acid} in {sequence}")
            .example(json!({"sequence": "MKLLA", "amino_acid": "leucine"}), "/residues", 2.0)
            .example(json!({"sequence": "MKLLA", "amino_acid": "tryptophan"}), "/residues", 0.0)
            .example_error(json!({"sequence": "MKLLA", "amino_acid": "L"}))
            .run(|text: String, name: String| {
                let text = sequence::protein(&text)?;
                Ok(json!({"residues": sequence::code_of(&name).map_or(0.0, |c| count(&text, c))}))
            }),
        on_protein(
            "biological.protein.tryptic_digest",
            "Peptides of a protein after complete digestion with trypsin (after K or R, not before P): number and \
             greatest length.",
        )
        .field("peptides", "count:peptide", "number of peptides")
        .field("longest", "amount:length.peptide[residues]", "length of the longest peptide")
        .plural("lengths of the longest peptides")
        .tail("from the complete tryptic digestion of {sequence}")
        .example(json!({"sequence": "MAKGGRPLLKWW"}), "/peptides", 3.0)
        .example(json!({"sequence": "MAKGGRPLLKWW"}), "/longest", 7.0)
        .example_error(json!({"sequence": "M K"}))
        .run(|text: String| {
            let lengths = tryptic_lengths(&sequence::protein(&text)?);
            Ok(json!({"peptides": lengths.len(), "longest": lengths.iter().max()}))
        }),
        // Lobry & Gautier, Nucleic Acids Res 22:3174 (1994), as a percentage.
        on_protein("biological.protein.aromaticity", "Percentage of aromatic residues (F, W and Y) in a protein.")
            .field("aromatic_percent", "level:fraction.aromatic[%]", "percentage of aromatic residues")
            .plural("percentages of aromatic residues")
            .tail("in {sequence}")
            .example(json!({"sequence": "MFWYA"}), "/aromatic_percent", 60.0)
            .example(json!({"sequence": "MKA"}), "/aromatic_percent", 0.0)
            .example_error(json!({"sequence": ""}))
            .run(|text: String| {
                let text = sequence::protein(&text)?;
                let sum: f64 = ['F', 'W', 'Y'].iter().map(|c| count(&text, *c)).sum();
                Ok(json!({"aromatic_percent": 100.0 * sum / text.len() as f64}))
            }),
    ]
}
