//! JSONL: one row a task, streamed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::error::StoreError;
use crate::folder;
use crate::reader::{Run, Which};

/// The rows' file.
const ROWS: &str = "tasks.jsonl";
/// The tools' file.
const TOOLS: &str = "tools.json";

/// Keys in reading order; any others follow.
const ORDER: &[&str] = &[
    "schema",
    "id",
    "question",
    "answer",
    "form",
    "focal",
    "toolset",
    "tools",
    "domains",
    "seed_entity",
    "exemplars",
    "rounds",
    "evidence",
    "derivation",
    "logical_form",
    "spans",
    "certificate",
    "topology",
    "provenance",
];

/// How rows give their tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolsAs {
    /// As function schemas in every row.
    Inline,
    /// As names in `toolset`; the schemas stand once in `tools.json`.
    Ref,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Rows written.
    pub tasks: u64,
    /// The folder.
    pub dir: PathBuf,
    /// Files in it.
    pub files: Vec<PathBuf>,
}

/// Writes the tasks of a run to `to`, or to `export/jsonl` within the run, replacing an earlier export as a whole.
///
/// # Errors
/// The run cannot be read, the folder cannot be written, or it holds something else.
pub fn export(run: &Run, tools: ToolsAs, to: Option<&Path>) -> Result<Exported, StoreError> {
    let dir = to.map_or_else(|| run.dir().join("export").join("jsonl"), Path::to_path_buf);
    let tasks = folder::replace(&dir, |draft| write(run, tools, draft))?;
    let files = [ROWS, TOOLS].iter().map(|f| dir.join(f)).filter(|f| f.exists()).collect();
    Ok(Exported { tasks, dir, files })
}

fn write(run: &Run, tools: ToolsAs, dir: &Path) -> Result<u64, StoreError> {
    let specs = run.tools()?;
    let schemas: BTreeMap<&str, String> =
        specs.iter().map(|spec| (spec.name.as_str(), spec.openai().to_string())).collect();
    let path = dir.join(ROWS);
    let err = StoreError::io(&path);
    let mut file = BufWriter::with_capacity(1 << 18, File::create(&path).map_err(&err)?);
    let mut tasks = 0;
    run.each(&Which::Tasks, |entry| {
        let malformed = |detail: String| StoreError::Damaged {
            path: run.dir().into(),
            detail: format!("episode {}: {detail}", entry.episode),
        };
        let mut row: BTreeMap<&str, &RawValue> =
            serde_json::from_str(&entry.json).map_err(|e| malformed(e.to_string()))?;
        let inline = match tools {
            ToolsAs::Ref => None,
            ToolsAs::Inline => {
                let toolset = row.get("toolset").map_or("[]", |t| t.get());
                let names: Vec<String> = serde_json::from_str(toolset).map_err(|e| malformed(e.to_string()))?;
                let found: Option<Vec<&str>> =
                    names.iter().map(|n| schemas.get(n.as_str()).map(String::as_str)).collect();
                let found = found.ok_or_else(|| malformed("its toolset names an unknown tool".into()))?;
                let array = format!("[{}]", found.join(","));
                Some(RawValue::from_string(array).map_err(|e| malformed(e.to_string()))?)
            }
        };
        if let Some(inline) = &inline {
            row.insert("tools", inline);
        }
        write_row(&mut file, row).map_err(&err)?;
        tasks += 1;
        Ok::<(), StoreError>(())
    })?;
    file.into_inner().map_err(|e| err(e.into_error()))?.sync_all().map_err(&err)?;
    if tools == ToolsAs::Ref {
        let path = dir.join(TOOLS);
        let schemas = format!("[\n{}\n]\n", schemas.into_values().collect::<Vec<_>>().join(",\n"));
        fs::write(&path, schemas).map_err(StoreError::io(&path))?;
    }
    Ok(tasks)
}

fn write_row(file: &mut impl Write, mut row: BTreeMap<&str, &RawValue>) -> std::io::Result<()> {
    let mut ordered: Vec<(&str, &RawValue)> =
        ORDER.iter().filter_map(|key| row.remove(key).map(|value| (*key, value))).collect();
    ordered.extend(row);
    let mut separator = "{";
    for (key, value) in ordered {
        write!(file, "{separator}\"{key}\":{}", value.get())?;
        separator = ",";
    }
    file.write_all(b"}\n")
}
