//! Native tools of the general domain.

use dive_tools::native::NativeTool;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    Vec::new()
}

/// Entity types whose members are facts, not rows of a world.
pub fn entity_types() -> Vec<dive_tools::entities::EntityType> {
    Vec::new()
}
