//! Native tools of the general domain.

use dive_core::tool::ToolError;
use dive_tools::native::NativeTool;
use serde_json::Value;

mod astronomy;
mod calendar;
mod chemistry;
mod climate;
mod code;
mod ellipsoid;
mod facts;
mod geodesy;
mod matrices;
mod networks;
mod numbers;
mod physics;
mod statistics;
mod tables;
mod units;

pub use facts::entity_types;

/// What a tool's function returns.
type Answer = Result<Value, ToolError>;

/// All of them.
pub fn tools() -> Vec<NativeTool> {
    [
        geodesy::tools(),
        calendar::tools(),
        statistics::tools(),
        units::tools(),
        physics::tools(),
        chemistry::tools(),
        numbers::tools(),
        astronomy::tools(),
        ellipsoid::tools(),
        climate::tools(),
        networks::tools(),
        matrices::tools(),
        tables::tools(),
        facts::tools(),
        code::tools(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
