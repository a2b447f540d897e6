//! Nucleotide and amino-acid sequences: alphabets and the standard genetic code.

use dive_core::tool::ToolError;

/// Amino acids of the standard genetic code (NCBI translation table 1), codons in the order T, C, A, G of each base.
const CODE: &[u8; 64] = b"FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG";

/// One-letter codes of the twenty amino acids with their names.
pub(crate) const AMINO_ACIDS: [(char, &str); 20] = [
    ('A', "alanine"),
    ('R', "arginine"),
    ('N', "asparagine"),
    ('D', "aspartate"),
    ('C', "cysteine"),
    ('E', "glutamate"),
    ('Q', "glutamine"),
    ('G', "glycine"),
    ('H', "histidine"),
    ('I', "isoleucine"),
    ('L', "leucine"),
    ('K', "lysine"),
    ('M', "methionine"),
    ('F', "phenylalanine"),
    ('P', "proline"),
    ('S', "serine"),
    ('T', "threonine"),
    ('W', "tryptophan"),
    ('Y', "tyrosine"),
    ('V', "valine"),
];

/// The one-letter code of an amino acid named in full.
pub(crate) fn code_of(name: &str) -> Option<char> {
    AMINO_ACIDS.iter().find(|(_, n)| *n == name).map(|(c, _)| *c)
}

/// The amino acid of a DNA codon, `*` for a stop; `None` when it is not a codon.
pub(crate) fn amino_acid(codon: &str) -> Option<char> {
    let digit = |b: u8| b"TCAG".iter().position(|x| *x == b);
    let [a, b, c] = <[u8; 3]>::try_from(codon.as_bytes()).ok()?;
    CODE.get(16 * digit(a)? + 4 * digit(b)? + digit(c)?).map(|b| char::from(*b))
}

/// Whether a DNA codon ends translation.
pub(crate) fn is_stop(codon: &str) -> bool {
    amino_acid(codon) == Some('*')
}

/// The codons of a sequence, read from its first base.
pub(crate) fn codons(sequence: &str) -> impl Iterator<Item = &str> {
    (0..sequence.len() / 3).filter_map(|i| sequence.get(3 * i..3 * i + 3))
}

/// The amino acids encoded from the first base up to the first stop.
pub(crate) fn translate(sequence: &str) -> String {
    codons(sequence).map_while(amino_acid).take_while(|a| *a != '*').collect()
}

/// The opposite strand, read in its own direction.
pub(crate) fn reverse_complement(sequence: &str) -> String {
    let pair = |b| match b {
        'A' => 'T',
        'T' => 'A',
        'C' => 'G',
        _ => 'C',
    };
    sequence.chars().rev().map(pair).collect()
}

/// The sequence in capitals, if it has only letters of `alphabet` and at least `least` of them.
fn checked(sequence: &str, alphabet: &str, least: usize, what: &str) -> Result<String, ToolError> {
    let text = sequence.trim().to_ascii_uppercase();
    if let Some(odd) = text.chars().find(|c| !alphabet.contains(*c)) {
        return Err(ToolError::bad(format!("`{odd}` is not a letter of {what}; use only {alphabet}.")));
    }
    if text.len() < least {
        return Err(ToolError::bad(format!(
            "The sequence is too short: at least {least} letters of {what} are needed."
        )));
    }
    Ok(text)
}

/// A DNA sequence of at least `least` bases.
pub(crate) fn dna(sequence: &str, least: usize) -> Result<String, ToolError> {
    checked(sequence, "ACGT", least, "DNA")
}

/// An RNA sequence of at least one base.
pub(crate) fn rna(sequence: &str) -> Result<String, ToolError> {
    checked(sequence, "ACGU", 1, "RNA")
}

/// A protein sequence of at least one residue.
pub(crate) fn protein(sequence: &str) -> Result<String, ToolError> {
    checked(sequence, "ACDEFGHIKLMNPQRSTVWY", 1, "protein")
}

/// How often a letter occurs.
pub(crate) fn count(sequence: &str, letter: char) -> f64 {
    sequence.chars().filter(|c| *c == letter).count() as f64
}
