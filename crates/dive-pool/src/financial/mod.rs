//! Native tools of the financial domain.

use dive_tools::native::NativeTool;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    Vec::new()
}
