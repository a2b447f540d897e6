//! Native tools of the academic domain.

use dive_tools::native::NativeTool;

mod bibliometrics;
mod effects;
mod identifiers;
mod stats;
mod tables;
mod text;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    [bibliometrics::tools(), effects::tools(), tables::tools(), text::tools(), identifiers::tools()]
        .into_iter()
        .flatten()
        .collect()
}
