//! Our own files back into a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use dive_core::canon;
use dive_core::rollout::{Graded, PassRate};
use dive_core::sem::Sem;
use dive_core::task::Task;
use dive_core::tool::{Choice, Effect, JsonType, Output, Param, Phrases, ToolKind, ToolSpec};
use dive_store::{Adopted, Manifest};
use serde_json::{Map, Value};

use crate::error::ExportError;
use crate::rows::{TaskRow, TrajectoryRow};

/// What was read.
#[derive(Debug)]
pub struct Imported {
    /// Tasks, tools, rollouts and pass rates.
    pub content: Adopted,
    /// What the run is made from, as far as the rows say.
    pub manifest: Manifest,
}

/// Reads files of the formats `jsonl`, `tasks` and `trajectories`, as lines or columns, in any order, and `tools.json` of
/// exports by reference. `known` is asked for the specification of a tool; a tool that it does not know with the same schema becomes
/// one that nothing can run.
///
/// # Errors
/// A file cannot be read, a line is none of these or says something that would be lost, an id occurs twice, or a
/// rollout belongs to no task.
pub fn import(files: &[&Path], known: &dyn Fn(&Task, &str) -> Option<ToolSpec>) -> Result<Imported, ExportError> {
    let mut reading = Reading::default();
    for path in files {
        reading.file(path)?;
    }
    reading.finish(known)
}

#[derive(Default)]
struct Reading {
    tasks: Vec<Task>,
    ids: BTreeSet<String>,
    schemas: BTreeMap<String, Value>,
    rollouts: Vec<(Graded, String)>,
    rates: Vec<PassRate>,
}

impl Reading {
    fn file(&mut self, path: &Path) -> Result<(), ExportError> {
        let fail = |line: Option<usize>, detail: String| ExportError::Import { path: path.into(), line, detail };
        if path.extension().is_some_and(|e| e == "parquet") {
            return crate::write::rows(path, &mut |number, row| {
                self.row(row).map_err(|detail| fail(None, format!("row {number}: {detail}")))
            });
        }
        let file = File::open(path).map_err(|e| fail(None, e.to_string()))?;
        let mut whole = path.extension().is_some_and(|e| e == "json").then(String::new);
        for (i, line) in BufReader::new(file).lines().enumerate() {
            let at = Some(i + 1);
            let line = line.map_err(|e| match e.kind() {
                std::io::ErrorKind::InvalidData => fail(at, "it is not UTF-8 text".into()),
                _ => fail(at, e.to_string()),
            })?;
            if let Some(whole) = &mut whole {
                whole.push_str(&line);
                whole.push('\n');
            } else if !line.trim().is_empty() {
                self.line(&line).map_err(|detail| fail(at, detail))?;
            }
        }
        if let Some(whole) = whole {
            let tools: Vec<Value> =
                serde_json::from_str(&whole).map_err(|e| fail(None, format!("it is no list of tools: {e}")))?;
            self.tools(tools).map_err(|detail| fail(None, detail))?;
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        self.row(serde_json::from_str(line).map_err(|e| format!("it is not JSON: {e}"))?)
    }

    fn row(&mut self, value: Value) -> Result<(), String> {
        let text = |e: serde_json::Error| e.to_string();
        if value.get("messages").is_some() && value.get("attempt").is_some() {
            let row: TrajectoryRow = serde_json::from_value(value).map_err(text)?;
            let question = row.question.clone();
            self.rollouts.push((row.into_graded().map_err(text)?, question));
            return Ok(());
        }
        if value.get("answer_text").is_some() {
            let row: TaskRow = serde_json::from_value(value).map_err(text)?;
            let (task, tools, rate) = row.into_task().map_err(text)?;
            self.tools(tools)?;
            self.rates.extend(rate);
            return self.task(task);
        }
        let Value::Object(mut map) = value else {
            return Err("it is no object".into());
        };
        if !map.contains_key("derivation") {
            return Err("it is neither a task nor a trajectory of ours; see `dive export --format`".into());
        }
        let tools = map.remove("tools");
        let task: Task = serde_json::from_value(Value::Object(map.clone())).map_err(text)?;
        if canon::to_string(&task) != canon::to_string(&map) {
            let kept = serde_json::to_value(&task).unwrap_or_default();
            let lost: Vec<&str> = map.keys().filter(|k| kept.get(k.as_str()).is_none()).map(String::as_str).collect();
            return Err(format!("it has fields that would be lost ({})", lost.join(", ")));
        }
        if let Some(Value::Array(tools)) = tools {
            self.tools(tools)?;
        }
        self.task(task)
    }

    fn task(&mut self, task: Task) -> Result<(), String> {
        if !self.ids.insert(task.id.clone()) {
            return Err(format!("the id {} occurs twice", task.id));
        }
        self.tasks.push(task);
        Ok(())
    }

    fn tools(&mut self, tools: Vec<Value>) -> Result<(), String> {
        for tool in tools {
            let name = tool["function"]["name"].as_str().ok_or("a tool has no name")?.to_string();
            match self.schemas.get(&name) {
                Some(known) if *known != tool => return Err(format!("two tools have the name `{name}`")),
                Some(_) => {}
                None => {
                    self.schemas.insert(name, tool);
                }
            }
        }
        Ok(())
    }

    fn finish(self, known: &dyn Fn(&Task, &str) -> Option<ToolSpec>) -> Result<Imported, ExportError> {
        let bad = |detail: String| ExportError::Malformed(detail);
        let Some(first) = self.tasks.first() else {
            return Err(bad(
                "there is no task in these files: trajectories are imported together with their tasks".into()
            ));
        };
        let mut tools = Vec::new();
        for (name, schema) in &self.schemas {
            let own = known(first, name).filter(|spec| spec.openai() == *schema);
            let made = own.or_else(|| stand_in(name, schema, &self.tasks));
            tools.push(made.ok_or_else(|| bad(format!("the schema of the tool `{name}` says more than can be kept")))?);
        }
        for task in &self.tasks {
            if let Some(missing) = task.toolset.iter().find(|t| !self.schemas.contains_key(*t)) {
                return Err(bad(format!(
                    "{}: the schema of its tool `{missing}` is in none of the files (import tools.json too)",
                    task.id
                )));
            }
        }
        let orphan = self.rollouts.iter().find(|(g, _)| !self.ids.contains(&g.rollout.task));
        if let Some((graded, question)) = orphan {
            return Err(bad(format!(
                "a rollout belongs to no task of these files: {} ({question})",
                graded.rollout.task
            )));
        }
        let content = Adopted {
            tasks: self.tasks,
            tools,
            rollouts: self.rollouts.into_iter().map(|(g, _)| g).collect(),
            pass_rates: self.rates,
        };
        let manifest = Manifest::new(toml::Table::new(), BTreeMap::new(), None).derived("imported", &content);
        Ok(Imported { content, manifest })
    }
}

/// A specification with this schema, for a tool that is only known by it; `None` when it cannot say all of it.
fn stand_in(name: &str, schema: &Value, tasks: &[Task]) -> Option<ToolSpec> {
    let function = schema.get("function")?;
    let root = function.get("parameters")?;
    let required: Vec<&str> = root.get("required")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let params: Option<Vec<Param>> =
        root.get("properties")?.as_object()?.iter().map(|(n, p)| param(n, p.as_object()?, &required)).collect();
    // A JSON object has no order of its own; the list of required parameters keeps that of the tool.
    let params = params.map(|mut params| {
        params.sort_by_key(|p| required.iter().position(|r| *r == p.name).unwrap_or(usize::MAX));
        params
    });
    let processing = tasks
        .iter()
        .any(|t| t.topology.tools.iter().zip(t.topology.kinds.chars()).any(|(tool, kind)| tool == name && kind == 'P'));
    let spec = ToolSpec {
        id: format!("imported.unknown.{name}"),
        name: name.into(),
        description: function.get("description")?.as_str()?.into(),
        domain: "imported".into(),
        provider: "unknown".into(),
        backend: "none".into(),
        kind: if processing { ToolKind::Processing } else { ToolKind::Retrieval },
        effect: Effect::ReadOnly,
        deterministic: true,
        common_knowledge: false,
        params: params?,
        groups: Vec::new(),
        output: Output::default(),
        phrases: Phrases::default(),
        examples: Vec::new(),
    };
    (spec.openai() == *schema).then_some(spec)
}

fn param(name: &str, property: &Map<String, Value>, required: &[&str]) -> Option<Param> {
    let choices = property.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
    let choice = |v: &Value| v.as_str().map(|value| Choice { value: value.into(), phrase: String::new() });
    Some(Param {
        name: name.into(),
        description: property.get("description")?.as_str()?.into(),
        json: json_type(property)?,
        sem: Sem::Text("unknown".into()),
        required: required.contains(&name),
        label: String::new(),
        choices: choices.iter().map(choice).collect::<Option<_>>()?,
        minimum: property.get("minimum").and_then(Value::as_f64),
        maximum: property.get("maximum").and_then(Value::as_f64),
        sample: None,
        schema: None,
    })
}

fn json_type(property: &Map<String, Value>) -> Option<JsonType> {
    Some(match property.get("type")?.as_str()? {
        "number" => JsonType::Number,
        "integer" => JsonType::Integer,
        "string" => JsonType::String,
        "boolean" => JsonType::Boolean,
        "array" => JsonType::Array(Box::new(json_type(property.get("items")?.as_object()?)?)),
        _ => return None,
    })
}
