//! Native tools of the biological domain.

use dive_tools::native::NativeTool;

mod alignment;
mod biochemistry;
mod compare;
mod crosses;
mod dna;
mod ecology;
mod genetics;
mod growth;
mod laboratory;
mod motifs;
mod populations;
mod protein;
pub(crate) mod sequence;
mod structure;
mod trees;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    [
        dna::tools(),
        compare::tools(),
        protein::tools(),
        genetics::tools(),
        biochemistry::tools(),
        laboratory::tools(),
        growth::tools(),
        ecology::tools(),
        alignment::tools(),
        trees::tools(),
        motifs::tools(),
        structure::tools(),
        crosses::tools(),
        populations::tools(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
