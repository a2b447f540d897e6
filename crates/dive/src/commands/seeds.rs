//! `dive seeds`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, ensure};
use dive_core::evidence::Outcome;
use dive_core::path;
use dive_core::sem::Sem;
use dive_core::tool::{Effect, ToolSpec};
use serde_json::{Map, Value, json};

use crate::cli::Seeds;
use crate::outside::{self, Outside, Seed};
use crate::print::{self, clean, say};
use crate::session::Session;
use crate::settings::File;

/// Longest name that can stand in a question.
const LONGEST: usize = 80;

pub fn run(args: &Seeds, file: &File, json: bool) -> Result<ExitCode> {
    let Seeds::Harvest { outside, out, most } = args;
    let outside = Outside { unverified: true, ..outside.or(&file.tools) };
    ensure!(!outside.manifests.is_empty(), "there are no tools to harvest from: name their manifests with --tools");
    let session = Session::open(1)?.with(&outside, outside::live)?;
    let found = harvest(&session, *most)?;
    let count: usize = found.values().map(|(_, names)| names.len()).sum();
    ensure!(count > 0, "no tool returned the name of an entity: give outputs a meaning such as `entity:city`");
    let mut text = String::new();
    for (entity, (domain, names)) in &found {
        for name in names {
            let seed = Seed {
                entity: entity.clone(),
                name: name.clone(),
                noun: String::new(),
                plural: String::new(),
                domain: domain.clone(),
            };
            text.push_str(&serde_json::to_string(&seed)?);
            text.push('\n');
        }
    }
    if let Some(path) = out {
        write(path, &text)?;
    }
    let counts: BTreeMap<&String, usize> = found.iter().map(|(e, (_, names))| (e, names.len())).collect();
    if json {
        print::object(&json!({"seeds": counts, "file": out}))?;
    } else if out.is_some() {
        let counts: Vec<String> = counts.iter().map(|(e, n)| format!("{n} of type {e}")).collect();
        say(format!("{count} names: {}", counts.join(", ")))?;
    } else {
        say(clean(text.trim_end()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|e| anyhow!("{} cannot be written: {e}", path.display()))
}

/// The names by type, with the type's domain, in the order in which they were met.
fn harvest(session: &Session, most: usize) -> Result<BTreeMap<String, (String, Vec<String>)>> {
    let toolbox = session.toolbox.as_ref().context("there are no tools to harvest from")?;
    let mut found: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut keep = |entity: &str, domain: &str, value: &Value| {
        let names: Vec<&str> = match value {
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().into_iter().collect(),
        };
        for name in names {
            let fits = !name.trim().is_empty() && name.len() <= LONGEST && clean(name) == name && !name.contains('\n');
            let (_, list) = found.entry(entity.into()).or_insert_with(|| (domain.into(), Vec::new()));
            if fits && list.len() < most && seen.insert((entity.into(), name.into())) {
                list.push(name.into());
            }
        }
    };
    for spec in session.pool.specs().filter(|s| toolbox.is_remote(&s.name) && s.effect == Effect::ReadOnly) {
        for param in &spec.params {
            let Some(entity) = param.sem.entity() else { continue };
            for choice in &param.choices {
                keep(entity, &spec.domain, &choice.value.clone().into());
            }
            for example in spec.examples.iter().filter(|e| e.expect.is.as_deref() != Some("error")) {
                keep(entity, &spec.domain, example.args.get(&param.name).unwrap_or(&Value::Null));
            }
        }
        let outputs = outputs(spec);
        if outputs.is_empty() {
            continue;
        }
        for args in arguments(spec) {
            match session.pool.call(&spec.name, &args) {
                Outcome::Value { value, .. } => {
                    for (entity, at) in &outputs {
                        keep(entity, &spec.domain, &path::resolve(&value, at).unwrap_or_default());
                    }
                }
                Outcome::Error { error } => print::note(&format!("{}: {error}", spec.name)),
            }
        }
    }
    found.retain(|_, (_, names)| !names.is_empty());
    Ok(found)
}

/// Where a tool returns names of entities.
fn outputs(spec: &ToolSpec) -> Vec<(String, String)> {
    let scalars = spec.output.fields.iter().filter_map(|f| match &f.sem {
        Sem::Entity(entity) => Some((entity.clone(), f.pointer.clone())),
        Sem::List(inner) => inner.entity().map(|e| (e.to_string(), f.pointer.clone())),
        _ => None,
    });
    let rows = spec.output.rows.iter().flat_map(|rows| {
        rows.fields
            .iter()
            .filter_map(|f| Some((f.sem.entity()?.to_string(), format!("{}/*{}", rows.pointer, f.pointer))))
    });
    scalars.chain(rows).collect()
}

/// Arguments that need no imagination: none, those of examples, each word of a closed vocabulary.
fn arguments(spec: &ToolSpec) -> Vec<Map<String, Value>> {
    let required: Vec<_> = spec.params.iter().filter(|p| p.required).collect();
    let mut all: Vec<Map<String, Value>> = Vec::new();
    match required.as_slice() {
        [] => all.push(Map::new()),
        [one] => all.extend(one.choices.iter().map(|c| Map::from_iter([(one.name.clone(), c.value.clone().into())]))),
        _ => {}
    }
    for example in spec.examples.iter().filter(|e| e.expect.is.as_deref() != Some("error")) {
        let args: Map<String, Value> = example.args.clone().into_iter().collect();
        if !all.contains(&args) {
            all.push(args);
        }
    }
    all
}
