//! `dive tools import`.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail, ensure};
use dive_connect::{ApiSource, DatabasePlace, DatabaseSource, Imported, McpSource};
use serde_json::json;

use crate::cli::{Import, Named};
use crate::print::{self, clean, say};

pub fn run(what: &Import, json: bool) -> Result<ExitCode> {
    match what {
        Import::Mcp { name, domain, url, env, auth, read_only, allow_private, out, command } => {
            ensure!(
                url.is_some() == command.is_empty(),
                "name the server: a command after `--`, or its address with --url"
            );
            let mut headers = std::collections::BTreeMap::new();
            for pair in auth {
                let Some((header, variable)) = pair.split_once('=') else {
                    bail!("`{pair}` is not HEADER=VARIABLE, e.g. Authorization=SERVER_KEY");
                };
                headers.insert(header.to_string(), variable.to_string());
            }
            let source = McpSource {
                dir: if command.is_empty() { String::new() } else { here_from(&manifest(out.as_deref(), name)) },
                name: name.clone(),
                domain: domain.clone(),
                command: command.clone(),
                url: url.clone().unwrap_or_default(),
                env: env.clone(),
                read_only: read_only.clone(),
                allow_private: *allow_private,
                auth: headers,
            };
            let imported = dive_connect::import_mcp(&source)?;
            write(&imported, out.clone(), name, json)
        }
        Import::Openapi { spec, name, domain, base_url, only, out } => {
            let text = fs::read_to_string(spec).map_err(|e| anyhow!("{} cannot be read: {e}", spec.display()))?;
            let source = ApiSource {
                name: name.clone(),
                domain: domain.clone(),
                base_url: base_url.clone(),
                only: only.clone(),
            };
            let imported = dive_connect::openapi(&text, &source).map_err(|e| anyhow!("{}: {e}", spec.display()))?;
            write(&imported, out.clone(), name, json)
        }
        Import::Sqlite { file, only, named } => {
            let folder = here_from(&manifest(named.out.as_deref(), &named.name));
            let path = Path::new(&folder).join(file).display().to_string();
            tables(named, only, DatabasePlace::Sqlite { file: file.clone(), path }, json)
        }
        Import::Postgres { connection, env, password, plaintext, schema, only, named } => {
            let place = DatabasePlace::Postgres {
                connection: connection.clone().unwrap_or_default(),
                connection_env: env.clone(),
                password_env: password.clone(),
                plaintext: *plaintext,
                schema: schema.clone(),
            };
            tables(named, only, place, json)
        }
    }
}

fn tables(named: &Named, only: &[String], place: DatabasePlace, json: bool) -> Result<ExitCode> {
    let (name, domain) = (named.name.clone(), named.domain.clone());
    let source = DatabaseSource { name, domain, only: only.to_vec(), place };
    write(&dive_connect::import_database(&source)?, named.out.clone(), &named.name, json)
}

fn manifest(out: Option<&Path>, name: &str) -> PathBuf {
    out.map_or_else(|| Path::new("tools").join(format!("{name}.toml")), Path::to_path_buf)
}

/// The current directory as seen from a manifest's folder: a command's paths mean here, wherever the manifest lies.
fn here_from(manifest: &Path) -> String {
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let down = folder.components().filter(|c| !matches!(c, Component::CurDir));
    if folder.is_absolute() || down.clone().any(|c| !matches!(c, Component::Normal(_))) {
        return std::env::current_dir().map(|d| d.display().to_string()).unwrap_or_default();
    }
    vec![".."; down.count()].join("/")
}

fn write(imported: &Imported, out: Option<PathBuf>, name: &str, json: bool) -> Result<ExitCode> {
    let path = manifest(out.as_deref(), name);
    let parsed = dive_tools::manifest::read(&path.display().to_string(), &imported.text).map_err(|e| anyhow!(e))?;
    let mutating = parsed.tools.iter().filter(|t| t.spec.effect == dive_core::tool::Effect::Mutating).count();
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(|e| anyhow!("{} cannot be made: {e}", parent.display()))?;
    }
    // A person may have edited the file.
    ensure!(!path.exists(), "{} is there already; remove it, or name another with --out", path.display());
    fs::write(&path, &imported.text).map_err(|e| anyhow!("{} cannot be written: {e}", path.display()))?;
    let file = clean(&path.display().to_string());
    if json {
        print::object(
            &json!({"manifest": file, "tools": imported.tools, "mutating": mutating, "notes": imported.notes}),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    for note in &imported.notes {
        print::note(note);
    }
    say(format!(
        "{file}: {} tools, {mutating} of them may change something and stay out unless enabled",
        imported.tools
    ))?;
    say(format!("\nNext:\n  dive tools list --tools {file}\n  dive tools call NAME '{{…}}' --tools {file}"))?;
    Ok(ExitCode::SUCCESS)
}
