//! Native tools of the medical domain.

use dive_tools::native::NativeTool;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    Vec::new()
}
