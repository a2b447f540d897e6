//! `dive tools`.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use dive_core::evidence::Outcome;
use dive_core::tool::{ToolKind, ToolSpec};
use serde_json::{Map, Value, json};

use crate::cli::{Tools, World};
use crate::outside::{self, Outside};
use crate::print::{self, clean, say};
use crate::session::{self, Session};
use crate::settings::{self, File};

use super::{tool_import, tool_probe, tool_serve};

pub fn run(args: &Tools, file: &File, json: bool) -> Result<ExitCode> {
    let seed = |world: &World| world.world_seed.or(file.synth.world_seed).unwrap_or(1);
    let size = |world: &World| world.world_size.or(file.synth.world_size).unwrap_or(100);
    let open = |outside: &Outside, world: &World| {
        // Looking at a tool is how one finds out whether it works.
        let outside = Outside { unverified: true, ..outside.or(&file.tools) };
        Session::sized(seed(world), size(world))?.with(&outside, outside::live)
    };
    match args {
        Tools::List { domain, outside, world } => list(&open(outside, world)?, domain.as_deref(), json),
        Tools::Show { name, outside, world } => show(open(outside, world)?.tool(name)?, json),
        Tools::Call { name, args, outside, world } => call(&open(outside, world)?, name, args, json),
        Tools::Import(what) => tool_import::run(what, json),
        Tools::Probe { outside, calls } => {
            tool_probe::run(&Outside { unverified: true, ..outside.or(&file.tools) }, *calls, json)
        }
        Tools::Serve(args) => {
            let session = Session::sized(seed(&args.world), size(&args.world))?
                .with(&args.outside.or(&file.tools), outside::live)?;
            tool_serve::run(args, session)
        }
        Tools::Check { live, workers, outside, world } => {
            let workers = settings::workers(workers.or(file.synth.workers))?;
            if *live {
                // What failed before may pass now.
                let outside = Outside { unverified: true, ..outside.or(&file.tools) };
                let session = Session::whole(seed(world), size(world))?.with(&outside, outside::live)?;
                return live_check(&session, workers, json);
            }
            check(&Session::whole(seed(world), size(world))?, workers, json)
        }
    }
}

fn list(session: &Session, domain: Option<&str>, json: bool) -> Result<ExitCode> {
    let mut domains: Vec<&str> = dive_pool::DOMAINS.to_vec();
    let mut others: Vec<&str> = session.pool.specs().map(|s| s.domain.as_str()).collect();
    others.sort_unstable();
    others.dedup();
    domains.extend(others.into_iter().filter(|d| !dive_pool::DOMAINS.contains(d)));
    if let Some(domain) = domain
        && !domains.contains(&domain)
    {
        bail!("there is no domain `{domain}`{}", settings::did_you_mean(domain, domains));
    }
    let tools: Vec<&ToolSpec> = session.pool.specs().filter(|s| domain.is_none_or(|d| s.domain == d)).collect();
    if json {
        let tools: Vec<Value> = tools
            .iter()
            .map(|s| {
                json!({"id": s.id, "name": s.name, "domain": s.domain, "kind": s.kind, "effect": s.effect,
                       "provider": s.provider, "backend": s.backend, "deterministic": s.deterministic,
                       "complete": s.output.complete, "description": s.description})
            })
            .collect();
        print::object(&json!({"tools": tools, "quarantined": session.quarantine}))?;
        return Ok(ExitCode::SUCCESS);
    }
    for domain in domains {
        let of_domain: Vec<&&ToolSpec> = tools.iter().filter(|s| s.domain == domain).collect();
        if of_domain.is_empty() {
            continue;
        }
        say(format!("{domain} ({})", of_domain.len()))?;
        for spec in of_domain {
            let kind = if spec.kind == ToolKind::Retrieval { 'R' } else { 'P' };
            let description: String = spec.description.chars().take(200).collect();
            say(clean(&format!("  {kind} {:<34} {description}", spec.name)))?;
        }
    }
    say(format!("{} tools; R retrieves, P processes", tools.len()))?;
    for (name, reason) in &session.quarantine {
        say(clean(&format!("quarantined: {name}: {reason}")))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(spec: &ToolSpec, json: bool) -> Result<ExitCode> {
    if json {
        let mut value = serde_json::to_value(spec)?;
        if let Some(map) = value.as_object_mut() {
            map.insert("input_schema".into(), spec.input_schema());
        }
        print::object(&value)?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = |value: &Value| value.as_str().unwrap_or_default().replace('_', "-");
    let (kind, effect) = (serde_json::to_value(spec.kind)?, serde_json::to_value(spec.effect)?);
    let mut text = format!("{} ({})\n{}\n", spec.name, spec.id, spec.description);
    let complete = if spec.output.complete { "complete" } else { "not complete" };
    text.push_str(&format!("{}, {}, {} backend, {complete}\n", name(&kind), name(&effect), spec.backend));
    for param in &spec.params {
        let optional = if param.required { "" } else { ", optional" };
        text.push_str(&format!("  takes {:<20} {} [{}{optional}]\n", param.name, param.description, param.sem));
    }
    let rows = spec.output.rows.as_ref();
    for field in &spec.output.fields {
        text.push_str(&format!("  gives {:<20} {} [{}]\n", field.pointer, field.noun, field.sem));
    }
    if let Some(rows) = rows {
        for field in &rows.fields {
            let pointer = format!("{}/*{}", rows.pointer, field.pointer);
            text.push_str(&format!("  gives {pointer:<20} {} [{}]\n", field.noun, field.sem));
        }
    }
    say(clean(text.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}

fn call(session: &Session, name: &str, args: &str, json: bool) -> Result<ExitCode> {
    let spec = session.tool(name)?;
    let args: Map<String, Value> =
        serde_json::from_str(args).map_err(|e| anyhow!("the arguments are not a JSON object: {e}"))?;
    let outcome = session.pool.call(&spec.name, &args);
    let failed = outcome.value().is_none();
    if json {
        let mut value = serde_json::to_value(&outcome)?;
        if let Some(map) = value.as_object_mut() {
            map.insert("tool".into(), spec.name.clone().into());
            map.insert("args".into(), args.into());
        }
        print::object(&value)?;
    } else {
        match outcome {
            Outcome::Value { value, complete } => {
                say(clean(&serde_json::to_string_pretty(&value)?))?;
                if !complete {
                    print::note("this is not everything there is: the result is a page, a sample or cut");
                }
            }
            Outcome::Error { error } => bail!("{}: {error}", spec.name),
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn check(session: &Session, workers: usize, json: bool) -> Result<ExitCode> {
    let failures = dive_tools::check::check(&session.pool, workers);
    let lock = session::read_lock()?;
    // What was found about the tools of others stays.
    let outside = lock.quarantine.into_iter().filter(|(name, _)| session.pool.spec(name).is_none());
    let quarantine = failures.clone().into_iter().chain(outside).collect();
    session::write_lock(&session::Lock { quarantine, verified: lock.verified })?;
    let tools = session.pool.specs().len();
    if json {
        print::object(&json!({"tools": tools, "passed": tools - failures.len(), "quarantined": failures}))?;
    } else {
        for (name, reason) in &failures {
            say(clean(&format!("{name}: {reason}")))?;
        }
        say(format!("{} of {tools} tools do what their examples say", tools - failures.len()))?;
        if !failures.is_empty() {
            print::note("the others are quarantined in tools.lock until they pass");
        }
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn live_check(session: &Session, workers: usize, json: bool) -> Result<ExitCode> {
    let Some(toolbox) = &session.toolbox else {
        bail!("there are no tools of others to check: name their manifests with --tools");
    };
    let remote = |name: &str| toolbox.is_remote(name);
    let (with, without): (Vec<&ToolSpec>, Vec<&ToolSpec>) =
        session.pool.specs().filter(|s| remote(&s.name)).partition(|s| !s.examples.is_empty());
    let failures = dive_tools::check::check_some(&session.pool, workers, &|spec| remote(&spec.name));
    let mut lock = session::read_lock()?;
    for spec in &with {
        lock.verified.remove(&spec.id);
        lock.quarantine.remove(&spec.name);
        match (failures.get(&spec.name), toolbox.fingerprint(&spec.name)) {
            (Some(reason), _) => drop(lock.quarantine.insert(spec.name.clone(), reason.clone())),
            (None, Some(fingerprint)) => drop(lock.verified.insert(spec.id.clone(), fingerprint)),
            (None, None) => {}
        }
    }
    session::write_lock(&lock)?;
    let unchecked: Vec<&str> = without.iter().map(|s| s.name.as_str()).collect();
    let passed = with.len() - failures.len();
    if json {
        print::object(&json!({"tools": with.len() + unchecked.len(), "passed": passed, "quarantined": failures,
                              "without_examples": unchecked}))?;
    } else {
        for (name, reason) in &failures {
            say(clean(&format!("{name}: {reason}")))?;
        }
        say(format!("{passed} of {} tools do what their examples say", with.len()))?;
        if !unchecked.is_empty() {
            print::note(&format!("{} have no examples and were not checked", unchecked.len()));
        }
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
