//! The embedded pool: tools that run on any machine, over facts from crates and over generated worlds.
//!
//! [`load`] gives everything a run needs: the tools, the entities they accept, the exemplars. A domain is one native
//! module (`general`, `finance` …), one or more SQL manifests in `manifests/`, and one generator in [`world`].

use std::path::Path;

use dive_tools::entities::{Entities, EntityType};
use dive_tools::native::NativeTool;
use dive_tools::sql::{Source, SqlTool};
use dive_tools::{Backend, ToolPool, manifest};

mod exemplars;
mod graph;
mod linear;
pub mod world;

mod academic;
mod biological;
mod financial;
mod general;
mod medical;

pub use exemplars::exemplars;
pub use world::{Size, World};

/// The five domains, in the order of the paper.
pub const DOMAINS: [&str; 5] = ["general", "financial", "medical", "biological", "academic"];

/// SQL manifests with their file names.
const MANIFESTS: &[(&str, &str)] = &[
    ("general.toml", include_str!("../manifests/general.toml")),
    ("financial.toml", include_str!("../manifests/financial.toml")),
    ("markets.toml", include_str!("../manifests/markets.toml")),
    ("medical.toml", include_str!("../manifests/medical.toml")),
    ("acute_care.toml", include_str!("../manifests/acute_care.toml")),
    ("biological.toml", include_str!("../manifests/biological.toml")),
    ("bench.toml", include_str!("../manifests/bench.toml")),
    ("academic.toml", include_str!("../manifests/academic.toml")),
    ("documents.toml", include_str!("../manifests/documents.toml")),
    ("annual_reports.toml", include_str!("../manifests/annual_reports.toml")),
    ("biographies.toml", include_str!("../manifests/biographies.toml")),
    ("city_guides.toml", include_str!("../manifests/city_guides.toml")),
    ("discharge_letters.toml", include_str!("../manifests/discharge_letters.toml")),
    ("species_accounts.toml", include_str!("../manifests/species_accounts.toml")),
];

/// The embedded pool over the world at `path`.
///
/// # Errors
/// A sentence naming the manifest and tool that is malformed, or the world that cannot be read.
pub fn load(world: &World) -> Result<ToolPool, String> {
    let source = Source::new(world.path());
    let entities = Entities::new(entity_types(world.path())?);
    let mut tools: Vec<(_, Box<dyn Backend>)> = Vec::new();
    for NativeTool { spec, backend } in native_tools() {
        tools.push((spec, Box::new(backend)));
    }
    for (file, text) in MANIFESTS {
        for declared in manifest::parse(file, text).map_err(|e| e.to_string())? {
            let (mut spec, sql) = (declared.spec, declared.sql);
            if let Some(kind) = spec.name.strip_prefix("open_") {
                spec.output.fields.extend(world::documents::fields(kind)?);
            }
            source.check(&spec, &sql).map_err(|e| format!("{file}: tool `{}`: {e}", spec.name))?;
            let backend = SqlTool::new(&source, &spec, &sql);
            tools.push((spec, Box::new(backend)));
        }
    }
    ToolPool::new(tools, entities)
}

fn native_tools() -> Vec<NativeTool> {
    [general::tools(), financial::tools(), medical::tools(), biological::tools(), academic::tools()]
        .into_iter()
        .flatten()
        .collect()
}

/// Entity types of the world's tables and of the native fact tables.
fn entity_types(world: &Path) -> Result<Vec<EntityType>, String> {
    let mut types =
        world::entity_types(world).map_err(|e| format!("{}: the world cannot be read: {e}", world.display()))?;
    types.extend(general::entity_types());
    Ok(types)
}
