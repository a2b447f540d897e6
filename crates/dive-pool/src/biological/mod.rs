//! Native tools of the biological domain.

use dive_tools::native::NativeTool;

mod biochemistry;
mod compare;
mod dna;
mod ecology;
mod genetics;
mod growth;
mod laboratory;
mod protein;
pub(crate) mod sequence;

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
    ]
    .into_iter()
    .flatten()
    .collect()
}
