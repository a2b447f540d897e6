//! Native tools of the academic domain.

use dive_tools::native::NativeTool;

mod agreement;
mod bibliometrics;
mod effects;
mod identifiers;
mod meta;
mod networks;
mod references;
mod stats;
mod tables;
mod text;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    [
        bibliometrics::tools(),
        effects::tools(),
        meta::tools(),
        tables::tools(),
        agreement::tools(),
        networks::tools(),
        text::tools(),
        references::tools(),
        identifiers::tools(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
