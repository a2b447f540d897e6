//! `dive tools probe`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use dive_connect::Probing;
use serde_json::json;

use crate::outside::{self, Outside};
use crate::print::{self, clean, say};
use crate::session::{self, PROBE_LOCK, Session};

/// Links that a terminal shows.
const SHOWN: usize = 12;

pub fn run(outside: &Outside, calls: usize, json: bool) -> Result<ExitCode> {
    let known = outside::seeds(&outside.seeds)?;
    let known = known.into_iter().flat_map(|t| t.names.into_iter().map(move |n| (t.noun.clone(), n))).collect();
    // What was learned before must not stand between the tools and what they say now.
    let session = Session::open(1)?.unlearned().with(outside, outside::live)?;
    let Some(toolbox) = &session.toolbox else {
        bail!("there are no tools to probe: name their manifests with --tools");
    };
    let (learned, effort) = toolbox.probe(&Probing { calls, known });
    if learned.tools.is_empty() {
        bail!("every tool's manifest says already what its parameters and results mean");
    }
    session::write_learned(Path::new(PROBE_LOCK), &learned)?;
    let used = learned.tools.values().filter(|l| l.unused.is_empty()).count();
    let unused: Vec<(&String, &String)> =
        learned.tools.iter().filter(|(_, l)| !l.unused.is_empty()).map(|(id, l)| (id, &l.unused)).collect();
    if json {
        print::object(&json!({"calls": effort.calls, "answered": effort.answered, "tools": learned.tools.len(),
            "used": used, "links": learned.links, "entities": learned.entities.iter().map(|e| json!({
            "name": e.name, "noun": e.noun, "names": e.names.len()})).collect::<Vec<_>>(), "lock": PROBE_LOCK}))?;
        return Ok(ExitCode::SUCCESS);
    }
    for entity in &learned.entities {
        say(clean(&format!("{} {} ({})", entity.names.len(), entity.plural, entity.name)))?;
    }
    let short = |id: &str| id.rsplit('.').next().unwrap_or_default().to_string();
    let links: BTreeSet<String> = learned
        .links
        .iter()
        .map(|l| format!("{}{} → {}({}): {} of {}", short(&l.from), l.path, short(&l.to), l.param, l.accepted, l.tried))
        .collect();
    for link in links.iter().take(SHOWN) {
        say(clean(link))?;
    }
    if links.len() > SHOWN {
        say(format!("… and {} more links", links.len() - SHOWN))?;
    }
    for (id, why) in unused {
        print::note(&clean(&format!("{} stays a distractor: {why}", short(id))));
    }
    say(format!(
        "{PROBE_LOCK}: {used} of {} tools can be asked about, after {} calls; read it and correct it, then `dive synth`",
        learned.tools.len(),
        effort.calls
    ))?;
    Ok(ExitCode::SUCCESS)
}
