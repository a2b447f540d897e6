//! Single nucleotide sequences: composition, transcription and translation, melting temperatures, sites.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{Builder, NativeTool, native};
use serde_json::json;

use super::sequence::{self, AMINO_ACIDS, count};

/// Restriction enzymes with their palindromic recognition sequences (REBASE).
const RESTRICTION: [(&str, &str, usize); 12] = [
    ("EcoRI", "GAATTC", 1),
    ("BamHI", "GGATCC", 1),
    ("HindIII", "AAGCTT", 1),
    ("AluI", "AGCT", 2),
    ("HaeIII", "GGCC", 2),
    ("MboI", "GATC", 0),
    ("TaqI", "TCGA", 1),
    ("MspI", "CCGG", 1),
    ("RsaI", "GTAC", 2),
    ("HhaI", "GCGC", 3),
    ("MseI", "TTAA", 1),
    ("NlaIII", "CATG", 4),
];

/// A tool with one primer as its first parameter.
fn on_primer(id: &str, description: &str) -> Builder {
    native(id, Processing, description).param("sequence", "text:primer", "Primer, 5' to 3', letters A, C, G and T.")
}

/// A tool with one DNA sequence as its first parameter.
fn on_dna(id: &str, description: &str) -> Builder {
    native(id, Processing, description).param("sequence", "text:dna", "DNA sequence, 5' to 3', letters A, C, G and T.")
}

pub(super) fn tools() -> Vec<NativeTool> {
    let mut tools = composition();
    tools.extend(central_dogma());
    tools.extend(melting());
    tools.extend(sites());
    tools
}

fn composition() -> Vec<NativeTool> {
    vec![
        on_dna("biological.sequence.gc_content", "Percentage of guanine and cytosine in a DNA sequence.")
            .field("gc_percent", "level:fraction.gc[%]", "GC content")
            .tail("of {sequence}")
            .example(json!({"sequence": "ATGGCCTTTAAA"}), "/gc_percent", 33.333_333)
            .example(json!({"sequence": "GGCC"}), "/gc_percent", 100.0)
            .example_error(json!({"sequence": "AUGC"}))
            .run(|text: String| {
                let text = sequence::dna(&text, 1)?;
                Ok(json!({"gc_percent": 100.0 * (count(&text, 'G') + count(&text, 'C')) / text.len() as f64}))
            }),
        // GC skew: Lobry, Mol Biol Evol 13:660 (1996).
        on_dna("biological.sequence.base_composition", "Counts of the four bases in a DNA sequence, with its GC skew.")
            .field("adenine", "count:base", "number of adenine bases")
            .field("cytosine", "count:base", "number of cytosine bases")
            .field("guanine", "count:base", "number of guanine bases")
            .field("thymine", "count:base", "number of thymine bases")
            .field("gc_skew", "level:skew.gc", "GC skew")
            .tail("in {sequence}")
            .example(json!({"sequence": "ATGGCCTTTAAA"}), "/adenine", 4.0)
            .example(json!({"sequence": "GGGC"}), "/gc_skew", 0.5)
            .example_error(json!({"sequence": "ATAT"}))
            .run(|text: String| {
                let text = sequence::dna(&text, 1)?;
                let [a, c, g, t] = ['A', 'C', 'G', 'T'].map(|b| count(&text, b));
                if g + c == 0.0 {
                    return Err(ToolError::bad("The GC skew of a sequence without G and C is undefined."));
                }
                Ok(json!({"adenine": a, "cytosine": c, "guanine": g, "thymine": t, "gc_skew": (g - c) / (g + c)}))
            }),
        // Gardiner-Garden & Frommer, J Mol Biol 196:261 (1987).
        on_dna(
            "biological.sequence.cpg_ratio",
            "Observed-to-expected ratio of CpG dinucleotides in a DNA sequence (Gardiner-Garden and Frommer).",
        )
        .field("cpg_ratio", "level:ratio.cpg", "CpG observed-to-expected ratio")
        .tail("of {sequence}")
        .example(json!({"sequence": "ACGTCGAA"}), "/cpg_ratio", 4.0)
        .example(json!({"sequence": "CCGG"}), "/cpg_ratio", 1.0)
        .example_error(json!({"sequence": "AAAA"}))
        .run(|text: String| {
            let text = sequence::dna(&text, 2)?;
            let expected = count(&text, 'C') * count(&text, 'G') / text.len() as f64;
            if expected == 0.0 {
                return Err(ToolError::bad("The ratio is undefined for a sequence without C or without G."));
            }
            Ok(json!({"cpg_ratio": text.matches("CG").count() as f64 / expected}))
        }),
        // Anhydrous weight of an oligonucleotide without 5' phosphate: Kibbe, Nucleic Acids Res 35:W43 (2007).
        on_primer(
            "biological.sequence.dna_molecular_weight",
            "Molecular weight of a single-stranded DNA oligonucleotide without 5' phosphate (OligoCalc).",
        )
        .field(
            "molecular_weight_da",
            "amount:mass.molecular[Da]",
            "molecular weight (single strand, OligoCalc constants)",
        )
        .tail("of {sequence}")
        .example(json!({"sequence": "ACGT"}), "/molecular_weight_da", 1173.84)
        .example(json!({"sequence": "AAAAA"}), "/molecular_weight_da", 1504.09)
        .example_error(json!({"sequence": ""}))
        .run(|text: String| {
            let text = sequence::dna(&text, 1)?;
            let weights = [('A', 313.21), ('T', 304.2), ('C', 289.18), ('G', 329.21)];
            let sum: f64 = weights.iter().map(|(b, w)| w * count(&text, *b)).sum();
            Ok(json!({"molecular_weight_da": sum - 61.96}))
        }),
    ]
}

fn central_dogma() -> Vec<NativeTool> {
    vec![
        on_primer("biological.sequence.reverse_complement", "Reverse complement of a DNA sequence, 5' to 3'.")
            .field("reverse_complement", "text:primer_site", "reverse complement")
            .tail("of {sequence}")
            .example_equals(json!({"sequence": "ATGC"}), "/reverse_complement", json!("GCAT"))
            .example_equals(json!({"sequence": "aaccg"}), "/reverse_complement", json!("CGGTT"))
            .example_error(json!({"sequence": "ATX"}))
            .run(|text: String| {
                let text = sequence::dna(&text, 1)?;
                Ok(json!({"reverse_complement": sequence::reverse_complement(&text)}))
            }),
        on_dna("biological.sequence.transcribe_dna", "RNA transcript of a coding-strand DNA sequence (T becomes U).")
            .field("rna", "text:rna", "RNA transcript")
            .tail("of {sequence}")
            .example_equals(json!({"sequence": "ATGC"}), "/rna", json!("AUGC"))
            .example_error(json!({"sequence": "AUG"}))
            .run(|text: String| Ok(json!({"rna": sequence::dna(&text, 1)?.replace('T', "U")}))),
        on_dna(
            "biological.sequence.translate_dna",
            "Protein encoded by a DNA sequence from its first base up to the first stop codon (standard genetic code).",
        )
        .field("protein", "text:protein", "translation product")
        .tail("of {sequence}")
        .example_equals(json!({"sequence": "ATGGCCTTTTAA"}), "/protein", json!("MAF"))
        .example_equals(json!({"sequence": "ATGTGGAAACGT"}), "/protein", json!("MWKR"))
        .example_error(json!({"sequence": "TAA"}))
        .run(|text: String| {
            let protein = sequence::translate(&sequence::dna(&text, 3)?);
            if protein.is_empty() {
                return Err(ToolError::bad("The sequence starts with a stop codon, so that it encodes nothing."));
            }
            Ok(json!({"protein": protein}))
        }),
        // Weight of a transcript with 5' triphosphate: Kibbe, Nucleic Acids Res 35:W43 (2007).
        native(
            "biological.sequence.rna_molecular_weight",
            Processing,
            "Molecular weight of a single-stranded RNA transcript with 5' triphosphate (OligoCalc).",
        )
        .param("sequence", "text:rna", "RNA sequence, 5' to 3', letters A, C, G and U.")
        .field(
            "molecular_weight_da",
            "amount:mass.molecular[Da]",
            "molecular weight (single strand, OligoCalc constants)",
        )
        .tail("of {sequence}")
        .example(json!({"sequence": "ACGU"}), "/molecular_weight_da", 1444.8)
        .example(json!({"sequence": "AA"}), "/molecular_weight_da", 817.4)
        .example_error(json!({"sequence": "ACGT"}))
        .run(|text: String| {
            let text = sequence::rna(&text)?;
            let weights = [('A', 329.2), ('U', 306.2), ('C', 305.2), ('G', 345.2)];
            let sum: f64 = weights.iter().map(|(b, w)| w * count(&text, *b)).sum();
            Ok(json!({"molecular_weight_da": sum + 159.0}))
        }),
    ]
}

fn melting() -> Vec<NativeTool> {
    vec![
        // Thein & Wallace (1986); meant for primers of up to 20 bases.
        on_primer(
            "biological.primer.wallace_melting_temperature",
            "Melting temperature of a short primer (6 to 20 bases) by the Wallace rule, 2 (A+T) + 4 (G+C).",
        )
        .field("melting_c", "level:laboratory_temperature.melting[degC]", "Wallace-rule melting temperature")
        .tail("of {sequence}")
        .example(json!({"sequence": "ATGCATGCATGCAT"}), "/melting_c", 40.0)
        .example(json!({"sequence": "GGGGCCCCAA"}), "/melting_c", 36.0)
        .example_error(json!({"sequence": "ATGCATGCATGCATGCATGCATGC"}))
        .run(|text: String| {
            let text = sequence::dna(&text, 6)?;
            if text.len() > 20 {
                return Err(ToolError::bad("The Wallace rule holds for at most 20 bases; use another formula."));
            }
            let strong = count(&text, 'G') + count(&text, 'C');
            Ok(json!({"melting_c": 2.0 * text.len() as f64 + 2.0 * strong}))
        }),
        // Marmur & Doty, J Mol Biol 5:109 (1962), in the form of Kibbe (2007) for more than 13 bases.
        on_primer(
            "biological.primer.marmur_doty_melting_temperature",
            "Melting temperature of an oligonucleotide of 14 to 70 bases by the Marmur-Doty formula.",
        )
        .field("melting_c", "level:laboratory_temperature.melting[degC]", "Marmur–Doty melting temperature")
        .tail("of {sequence}")
        .example(json!({"sequence": "ATGCATGCATGCATGCATGC"}), "/melting_c", 51.78)
        .example(json!({"sequence": "GCGCGCATATATATATATATATATA"}), "/melting_c", 47.844)
        .example_error(json!({"sequence": "ATGCATGC"}))
        .run(|text: String| {
            let text = sequence::dna(&text, 14)?;
            if text.len() > 70 {
                return Err(ToolError::bad("The formula holds for at most 70 bases; use the salt-adjusted one."));
            }
            let strong = count(&text, 'G') + count(&text, 'C');
            Ok(json!({"melting_c": 64.9 + 41.0 * (strong - 16.4) / text.len() as f64}))
        }),
        // Howley et al., J Biol Chem 254:4876 (1979), without formamide.
        on_primer(
            "biological.primer.salt_adjusted_melting_temperature",
            "Melting temperature of a DNA duplex of 14 bases or more at a sodium concentration (Howley formula).",
        )
        .param("sodium_mm", "level:concentration.sodium_buffer[mM]", "Sodium concentration of the buffer in mM.")
        .label("sodium concentration")
        .range(1.0, 1000.0)
        .sample(20.0, 200.0, 10.0)
        .field(
            "melting_c",
            "level:laboratory_temperature.melting[degC]",
            "salt-adjusted melting temperature (675/N formula)",
        )
        .tail("at {sodium_mm} of {sequence}")
        .example(json!({"sequence": "ATGCATGCATGCATGCATGC", "sodium_mm": 1000}), "/melting_c", 68.25)
        .example(json!({"sequence": "ATGCATGCATGCATGCATGC", "sodium_mm": 100}), "/melting_c", 51.65)
        .example_error(json!({"sequence": "ATGC", "sodium_mm": 50}))
        .run(|text: String, sodium: f64| {
            let text = sequence::dna(&text, 14)?;
            let length = text.len() as f64;
            let gc = 100.0 * (count(&text, 'G') + count(&text, 'C')) / length;
            let salt = 16.6 * libm::log10(sodium / 1000.0);
            Ok(json!({"melting_c": 81.5 + salt + 0.41 * gc - 675.0 / length}))
        }),
        // SantaLucia, PNAS 95:1460 (1998), unified parameters, with its salt correction of the entropy.
        on_primer(
            "biological.primer.nearest_neighbour_melting_temperature",
            "Melting temperature of a DNA duplex of 8 to 60 bases by the nearest-neighbour method (SantaLucia 1998), at a total strand concentration and a sodium concentration.",
        )
        .param("strands_nm", "level:concentration.strands[nM]", "Total concentration of both strands in nM.")
        .label("total strand concentration")
        .range(0.01, 1e6)
        .sample_of([50, 100, 200, 250, 500])
        .param("sodium_mm", "level:concentration.sodium_buffer[mM]", "Sodium concentration of the buffer in mM.")
        .label("sodium concentration")
        .range(1.0, 1000.0)
        .sample(20.0, 200.0, 10.0)
        .field("melting_c", "level:laboratory_temperature.melting[degC]", "nearest-neighbour melting temperature (SantaLucia)")
        .tail("at {strands_nm} and {sodium_mm} of {sequence}")
        .digits(6)
        .example(json!({"sequence": "ACGTTGCAAGCTTGGCATCA", "strands_nm": 500, "sodium_mm": 50}), "/melting_c", 58.8269)
        .example_error(json!({"sequence": "ACGT", "strands_nm": 500, "sodium_mm": 50}))
        .run(|text: String, strands: f64, sodium: f64| {
            let text = sequence::dna(&text, 8)?;
            if text.len() > 60 {
                return Err(ToolError::bad("The method holds for at most 60 bases; use the salt-adjusted formula."));
            }
            Ok(json!({"melting_c": nearest_neighbour(&text, strands * 1e-9, sodium / 1000.0)}))
        }),
    ]
}

/// Enthalpy (kcal/mol) and entropy (cal/mol/K) of two neighbouring base pairs, by the two bases of one strand.
const NEIGHBOURS: [(&str, f64, f64); 10] = [
    ("AA", -7.9, -22.2),
    ("AT", -7.2, -20.4),
    ("TA", -7.2, -21.3),
    ("CA", -8.5, -22.7),
    ("GT", -8.4, -22.4),
    ("CT", -7.8, -21.0),
    ("GA", -8.2, -22.2),
    ("CG", -10.6, -27.2),
    ("GC", -9.8, -24.4),
    ("GG", -8.0, -19.9),
];

/// Melting temperature in degrees Celsius at molar concentrations of strands and sodium.
fn nearest_neighbour(text: &str, strands: f64, sodium: f64) -> f64 {
    let palindrome = sequence::reverse_complement(text) == text;
    let pairs = (0..text.len()).filter_map(|i| text.get(i..i + 2)).filter_map(|pair| {
        let other = sequence::reverse_complement(pair);
        NEIGHBOURS.iter().find(|(n, ..)| *n == pair || *n == other)
    });
    let (mut enthalpy, mut entropy) = pairs.fold((0.0, 0.0), |(h, s), (_, dh, ds)| (h + dh, s + ds));
    for end in text.chars().take(1).chain(text.chars().last()) {
        let (h, s) = if matches!(end, 'A' | 'T') { (2.3, 4.1) } else { (0.1, -2.8) };
        (enthalpy, entropy) = (enthalpy + h, entropy + s);
    }
    if palindrome {
        entropy -= 1.4;
    }
    entropy += 0.368 * (text.len() as f64 - 1.0) * libm::log(sodium);
    let free = if palindrome { strands } else { strands / 4.0 };
    1000.0 * enthalpy / (entropy + 1.987 * libm::log(free)) - 273.15
}

/// Where the recognition sites of an enzyme start, and how far from there it cuts the given strand.
fn recognised(text: &str, enzyme: &str) -> (Vec<usize>, usize) {
    let (site, cut) = RESTRICTION.iter().find(|(n, ..)| *n == enzyme).map_or(("", 0), |(_, site, cut)| (*site, *cut));
    ((0..text.len()).filter(|i| text.get(*i..).is_some_and(|t| t.starts_with(site))).collect(), cut)
}

fn sites() -> Vec<NativeTool> {
    let amino_acids: Vec<(&str, &str)> = AMINO_ACIDS.iter().map(|(_, n)| (*n, "")).collect();
    let enzymes: Vec<(&str, &str)> = RESTRICTION.iter().map(|(n, ..)| (*n, "")).collect();
    vec![
        on_dna(
            "biological.sequence.codon_count",
            "Number of codons for one amino acid in a coding DNA sequence, read from its first base.",
        )
        .param("amino_acid", "category:amino_acid", "Name of the amino acid, e.g. leucine.")
        .choices(&amino_acids)
        .field("codons", "count:codon", "number of codons")
        .tail("for {amino_acid} in {sequence}")
        .example(json!({"sequence": "ATGCTGTTAGCCTAA", "amino_acid": "leucine"}), "/codons", 2.0)
        .example(json!({"sequence": "ATGCTGTTAGCCTAA", "amino_acid": "valine"}), "/codons", 0.0)
        .example_error(json!({"sequence": "ATGCTG", "amino_acid": "ornithine"}))
        .run(|text: String, name: String| {
            let text = sequence::dna(&text, 3)?;
            let wanted = sequence::code_of(&name);
            Ok(json!({"codons": sequence::codons(&text).filter(|c| sequence::amino_acid(c) == wanted).count()}))
        }),
        on_dna(
            "biological.sequence.restriction_site_count",
            "Number of recognition sites of a restriction enzyme in a linear DNA sequence.",
        )
        .param("restriction_enzyme", "category:restriction_enzyme", "Restriction enzyme, e.g. EcoRI.")
        .choices(&enzymes)
        .field("sites", "count:restriction_site", "number of recognition sites")
        .tail("for {restriction_enzyme} in {sequence}")
        .example(json!({"sequence": "AAGAATTCAAGAATTC", "restriction_enzyme": "EcoRI"}), "/sites", 2.0)
        .example(json!({"sequence": "GGCCGGCC", "restriction_enzyme": "HaeIII"}), "/sites", 2.0)
        .example_error(json!({"sequence": "GAAUUC", "restriction_enzyme": "EcoRI"}))
        .run(|text: String, name: String| {
            let text = sequence::dna(&text, 1)?;
            Ok(json!({"sites": recognised(&text, &name).0.len()}))
        }),
        // New England Biolabs' recognition sequences and cuts (REBASE): a linear molecule with n cuts falls into n + 1 fragments.
        // Hand-computed: G^AATTC leaves AAG and AATTCAAG and AATTC.
        on_dna(
            "biological.sequence.restriction_fragments",
            "Complete digest of a linear DNA sequence by a restriction enzyme, measured on the given strand: number of fragments, lengths of the longest and the shortest in nucleotides.",
        )
        .param("restriction_enzyme", "category:restriction_enzyme", "Restriction enzyme, e.g. MboI.")
        .choices(&enzymes)
        .field("fragments", "count:restriction_fragment", "number of restriction fragments")
        .plural("numbers of restriction fragments")
        .field("longest_nt", "amount:length.longest_fragment[nt]", "length of the longest restriction fragment")
        .plural("lengths of the longest restriction fragments")
        .field("shortest_nt", "amount:length.shortest_fragment[nt]", "length of the shortest restriction fragment")
        .plural("lengths of the shortest restriction fragments")
        .tail("from a complete {restriction_enzyme} digest of {sequence}")
        .example(json!({"sequence": "AAGAATTCAAGAATTC", "restriction_enzyme": "EcoRI"}), "/longest_nt", 8.0)
        .example(json!({"sequence": "AAGAATTCAAGAATTC", "restriction_enzyme": "EcoRI"}), "/fragments", 3.0)
        .example(json!({"sequence": "ACGT", "restriction_enzyme": "EcoRI"}), "/shortest_nt", 4.0)
        .example_error(json!({"sequence": "GAAUUC", "restriction_enzyme": "EcoRI"}))
        .run(|text: String, name: String| {
            let text = sequence::dna(&text, 1)?;
            let (starts, cut) = recognised(&text, &name);
            // A cut at an end of the molecule makes no fragment.
            let cuts = starts.iter().map(|s| s + cut).filter(|c| (1..text.len()).contains(c));
            let ends: Vec<usize> = [0].into_iter().chain(cuts).chain([text.len()]).collect();
            let lengths: Vec<usize> = ends.windows(2).filter_map(|w| Some(w.last()? - w.first()?)).collect();
            Ok(json!({"fragments": lengths.len(), "longest_nt": lengths.iter().max(), "shortest_nt": lengths.iter().min()}))
        }),
        on_dna(
            "biological.sequence.longest_orf_length",
            "Length of the longest open reading frame (ATG to stop, stop included) in the three forward frames of a \
             DNA sequence; 0 when there is none.",
        )
        .field("orf_nt", "amount:length.orf[nt]", "length of the longest open reading frame")
        .plural("lengths of the longest open reading frames")
        .tail("in {sequence}")
        .example(json!({"sequence": "CCATGAAATTTTAGCC"}), "/orf_nt", 12.0)
        .example(json!({"sequence": "ATGAAATTT"}), "/orf_nt", 0.0)
        .example_error(json!({"sequence": "AT"}))
        .run(|text: String| {
            let text = sequence::dna(&text, 3)?;
            let starts = text.match_indices("ATG").map(|(i, _)| i);
            let length = |start: usize| {
                let frame = text.get(start..).unwrap_or_default();
                sequence::codons(frame).position(sequence::is_stop).map(|stop| 3 * (stop + 1))
            };
            Ok(json!({"orf_nt": starts.filter_map(length).max().unwrap_or(0)}))
        }),
    ]
}
