//! Tool manifests: TOML, one file a provider. They are data, not code. `docs/adding-a-tool.md` explains the keys of
//! embedded tools, `docs/your-tools.md` those of tools that others run.

mod entries;
mod expect;
mod remote;

use std::collections::{BTreeMap, BTreeSet};

use dive_core::lint;
use dive_core::sem::{Scale, Sem};
use dive_core::tool::{Bundle, Choice, Effect, Field, JsonType, Output, Param, Phrases, Rows, Sample, ToolSpec};

use crate::entities::EntityType;
use entries::{ChoiceEntry, FieldEntry, ParamEntry, RemoteManifest, SampleEntry, SqlManifest, ToolEntry};
pub use expect::expect;
pub use remote::{Auth, BackendKind, Binding, Format, Pages, Place, Provider, Rate, Request, Span, Turn};

/// A manifest that could not be read: the file, the place in it, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ManifestError {
    /// Name of the manifest.
    pub file: String,
    /// Line, key and reason.
    pub message: String,
}

/// A tool of a manifest with its statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// What it is.
    pub spec: ToolSpec,
    /// The SQL statement.
    pub sql: String,
}

/// A manifest whose tools others run.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Who runs them.
    pub provider: Provider,
    /// The kinds of things that they take by name.
    pub entities: Vec<EntityType>,
    /// The tools.
    pub tools: Vec<RemoteTool>,
}

/// A tool that others run.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteTool {
    /// What it is.
    pub spec: ToolSpec,
    /// How it is called.
    pub binding: Binding,
    /// The provider's names of parameters that have another here.
    pub renamed: BTreeMap<String, String>,
    /// The same arguments give another result a moment later.
    pub volatile: bool,
    /// Whether the examples passed against the real service.
    pub verified: bool,
    /// Where the documentation of the result was read.
    pub docs: String,
}

/// Reads a manifest of SQL tools over an embedded world.
///
/// # Errors
/// Malformed TOML, unknown keys, unreadable meanings; the message names line and key.
pub fn parse(file: &str, text: &str) -> Result<Vec<Declared>, ManifestError> {
    let fail = |message: String| ManifestError { file: file.into(), message };
    let manifest: SqlManifest = toml::from_str(text).map_err(|e| fail(e.to_string().trim_end().to_string()))?;
    let SqlManifest { provider, tool } = manifest;
    if provider.backend != "sql" {
        return Err(fail(format!("[provider] backend: `{}` is not a backend (expected sql)", provider.backend)));
    }
    let head = Head { id: &provider.id, domain: &provider.domain, backend: "sql" };
    let declare = |entry: ToolEntry| {
        let name = entry.name.clone();
        let sql = entry.sql.clone().ok_or_else(|| format!("tool `{name}`: missing field `sql`"))?;
        if entry.rows.is_some() != entry.fields.0.is_empty() {
            return Err(format!("tool `{name}`: needs either `fields` (one record) or `rows` (a list)"));
        }
        for (param, p) in &entry.params.0 {
            if p.sem.is_none() && p.entity.is_none() {
                return Err(format!("tool `{name}`: the parameter `{param}` is missing the field `sem`"));
            }
        }
        Ok(Declared { spec: declare(&head, entry), sql })
    };
    tool.into_iter().map(|entry| declare(entry).map_err(fail)).collect()
}

/// Reads a manifest of tools that others run.
///
/// # Errors
/// Malformed TOML, unknown keys, keys that the backend does not have; the message names line or tool.
pub fn read(file: &str, text: &str) -> Result<Manifest, ManifestError> {
    let fail = |message: String| ManifestError { file: file.into(), message };
    let manifest: RemoteManifest = toml::from_str(text).map_err(|e| fail(e.to_string().trim_end().to_string()))?;
    let RemoteManifest { provider, entity, tool } = manifest;
    check_provider(&provider).map_err(|e| fail(format!("[provider] {e}")))?;
    let entities = entity.into_iter().map(|entry| {
        let name = entry.name.clone();
        entry.read(&provider.domain).map_err(|e| fail(format!("entity `{name}`: {e}")))
    });
    let entities = entities.collect::<Result<Vec<_>, _>>()?;
    let tools = tool.into_iter().map(|entry| {
        let name = entry.name.clone();
        remote_tool(&provider, entry).map_err(|e| fail(format!("tool `{name}`: {e}")))
    });
    let tools = tools.collect::<Result<Vec<_>, _>>()?;
    Ok(Manifest { provider, entities, tools })
}

fn check_provider(p: &Provider) -> Result<(), String> {
    let identifier = |s: &str| {
        !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
    };
    if !identifier(&p.id) || !identifier(&p.domain) {
        return Err("id and domain must be lower-case letters, digits, `_` and `-`".into());
    }
    match p.backend {
        BackendKind::Http if p.base_url.is_empty() => Err("an http provider needs `base_url`".into()),
        BackendKind::Mcp if p.command.is_empty() == p.url.is_empty() => {
            Err("an mcp provider needs either `command` or `url`".into())
        }
        BackendKind::Sqlite if p.path.is_none() => Err("a sqlite provider needs `path`".into()),
        BackendKind::Postgres if p.connection.is_empty() == p.connection_env.is_none() => {
            Err("a postgres provider needs either `connection` or `connection_env`".into())
        }
        _ => Ok(()),
    }
}

fn remote_tool(provider: &Provider, entry: ToolEntry) -> Result<RemoteTool, String> {
    let need = |key: &str| format!("a tool of this backend needs `{key}`");
    let binding = match provider.backend {
        BackendKind::Http => {
            let text = entry.request.as_deref().ok_or_else(|| need("request"))?;
            let (method, target) = text.split_once(' ').ok_or("`request` must be a method and a path: `GET /drugs`")?;
            if !method.bytes().all(|b| b.is_ascii_uppercase()) || !target.starts_with('/') {
                return Err("`request` must be a method and a path: `GET /drugs`".into());
            }
            Binding::Http(Request {
                method: method.into(),
                target: target.trim().into(),
                headers: entry.headers.clone(),
                body: entry.body.clone(),
                form: entry.form.clone(),
                format: entry.format,
                select: entry.select.clone(),
                pages: entry.pages.clone(),
            })
        }
        BackendKind::Mcp => Binding::Mcp(entry.remote.clone().unwrap_or_else(|| entry.name.clone())),
        BackendKind::Command if entry.command.is_empty() => return Err(need("command")),
        BackendKind::Command => Binding::Command(entry.command.clone()),
        BackendKind::Sqlite | BackendKind::Postgres => Binding::Sql(entry.sql.clone().ok_or_else(|| need("sql"))?),
    };
    let stray = |present: bool, key: &str| {
        if present { Err(format!("`{key}` is no key of {} tools", provider.backend.name())) } else { Ok(()) }
    };
    stray(provider.backend != BackendKind::Http && entry.request.is_some(), "request")?;
    stray(provider.backend != BackendKind::Http && (entry.body.is_some() || !entry.form.is_empty()), "body")?;
    stray(provider.backend != BackendKind::Mcp && entry.remote.is_some(), "remote")?;
    stray(provider.backend != BackendKind::Command && !entry.command.is_empty(), "command")?;
    let statements = matches!(provider.backend, BackendKind::Sqlite | BackendKind::Postgres);
    stray(!statements && entry.sql.is_some(), "sql")?;
    if entry.rows.is_some() && !entry.fields.0.is_empty() {
        return Err("has both `fields` (one record) and `rows` (a list)".into());
    }
    let renamed = entry.params.0.iter().filter_map(|(name, p)| Some((name.clone(), p.remote.clone()?))).collect();
    let (volatile, docs) = (entry.volatile, entry.docs.clone());
    let verified = entry.verified.or(provider.verified).unwrap_or(provider.backend != BackendKind::Http);
    let effect = entry.effect;
    let head = Head { id: &provider.id, domain: &provider.domain, backend: provider.backend.name() };
    let mut spec = declare(&head, entry);
    spec.deterministic = false;
    // What changes by the moment is never everything there is.
    spec.output.complete &= !volatile;
    // Whoever cannot say that nothing changes has to be believed.
    spec.effect = effect.unwrap_or(match (&binding, provider.backend) {
        (Binding::Http(r), _) if r.method == "GET" => Effect::ReadOnly,
        (Binding::Sql(_), _) => Effect::ReadOnly,
        _ => Effect::Mutating,
    });
    if spec.phrases.tails.is_empty() {
        spec.phrases.tails = default_tails(&spec);
    }
    Ok(RemoteTool { spec, binding, renamed, volatile, verified, docs })
}

/// `for {a}, {b} and {c}`: plain words where nobody wrote better ones.
pub fn default_tails(spec: &ToolSpec) -> Vec<String> {
    let required: BTreeSet<&str> = lint::required_slots(spec);
    let slots: Vec<String> =
        spec.params.iter().filter(|p| required.contains(p.name.as_str())).map(|p| format!("{{{}}}", p.name)).collect();
    match slots.as_slice() {
        [] => Vec::new(),
        [one] => vec![format!("for {one}")],
        [first @ .., last] => vec![format!("for {} and {last}", first.join(", "))],
    }
}

struct Head<'a> {
    id: &'a str,
    domain: &'a str,
    backend: &'a str,
}

fn declare(provider: &Head<'_>, entry: ToolEntry) -> ToolSpec {
    let rows = entry.rows.map(|r| Rows {
        pointer: pointer(&r.name),
        noun: r.noun,
        plural: r.plural,
        key: pointer(&r.key),
        series: r.series,
        fields: r.fields.0.into_iter().map(field).collect(),
    });
    ToolSpec {
        id: format!("{}.{}.{}", provider.domain, provider.id, entry.name),
        name: entry.name,
        description: entry.description,
        domain: provider.domain.into(),
        provider: provider.id.into(),
        backend: provider.backend.into(),
        kind: entry.kind,
        effect: entry.effect.unwrap_or(Effect::ReadOnly),
        deterministic: true,
        common_knowledge: false,
        params: entry.params.0.into_iter().map(|(name, p)| param(provider, name, p)).collect(),
        groups: entry.groups,
        output: Output {
            description: entry.returns,
            complete: entry.complete,
            fields: entry.fields.0.into_iter().map(field).collect(),
            rows,
            bundles: entry
                .bundles
                .into_iter()
                .map(|(of, keys)| Bundle {
                    of,
                    pointers: keys.iter().map(|k| pointer(k)).collect(),
                    entity: entry.about.clone(),
                })
                .collect(),
        },
        phrases: Phrases { subject: entry.subject, tails: entry.tails, past: entry.past },
        examples: entry.example,
    }
}

/// A key, or a pointer to something deeper.
fn pointer(key: &str) -> String {
    if key.starts_with('/') { key.into() } else { format!("/{key}") }
}

fn field((key, f): (String, FieldEntry)) -> Field {
    Field { pointer: pointer(&key), sem: f.sem, noun: f.noun, plural: f.plural, quote: f.quote, phrases: f.phrases }
}

fn param(provider: &Head<'_>, name: String, p: ParamEntry) -> Param {
    let sem = p.sem.or(p.entity.map(Sem::Entity));
    let sem = sem.unwrap_or_else(|| private_sem(provider.id, &name, &p.json, !p.choices.is_empty()));
    Param {
        name,
        description: p.description,
        json: p.json,
        sem,
        required: !p.optional,
        label: p.label,
        choices: p
            .choices
            .into_iter()
            .map(|c| match c {
                ChoiceEntry::Word(value) => Choice { value, phrase: String::new() },
                ChoiceEntry::Pair(value, phrase) => Choice { value, phrase },
            })
            .collect(),
        minimum: p.range.map(|r| r[0]),
        maximum: p.range.map(|r| r[1]),
        sample: p.sample.map(|s| match s {
            SampleEntry::Grid([low, high, step]) => Sample::Grid(low, high, step),
            SampleEntry::Of { of } => Sample::Of(of),
        }),
        schema: p.schema,
    }
}

/// The meaning of a value about which nothing is known: its own, so that it combines with nothing by accident.
pub fn private_sem(provider: &str, name: &str, json: &JsonType, closed: bool) -> Sem {
    let own = slug(&format!("{provider}_{name}"));
    match json {
        JsonType::Boolean => Sem::Flag(own),
        JsonType::Number | JsonType::Integer => Sem::measure(Scale::Position, &own, "", ""),
        JsonType::String if closed => Sem::Category(own),
        JsonType::String | JsonType::Object => Sem::Text(own),
        JsonType::Array(items) => Sem::List(Box::new(private_sem(provider, name, items, closed))),
    }
}

/// `text` as an identifier: lower-case letters, digits and single underscores, words of camelCase apart.
pub fn slug(text: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && lower {
                out.push('_');
            }
            lower = c.is_ascii_lowercase() || c.is_ascii_digit();
            out.push(c.to_ascii_lowercase());
        } else {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            lower = false;
        }
    }
    let mut out = out.trim_end_matches('_').to_string();
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out.truncate(64);
    out
}
