//! Rows as columns.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field as Value;

use crate::Format;
use crate::error::ExportError;
use crate::rows::Row;
use crate::shred::{Cells, Column, Shredder};

/// A column file being written.
pub struct Columns {
    path: PathBuf,
    shredder: Shredder,
}

impl Columns {
    pub fn create(format: Format, file: File, path: &Path) -> Result<Columns, ExportError> {
        let shredder = Shredder::create(columns(format), file);
        let shredder = shredder.map_err(|detail| ExportError::Columns { path: path.into(), detail })?;
        Ok(Columns { path: path.into(), shredder })
    }

    pub fn write(&mut self, row: &Row) -> Result<(), ExportError> {
        let row = serde_json::to_value(row).map_err(|e| ExportError::Malformed(e.to_string()))?;
        let written = self.shredder.write(&row);
        written.map_err(|detail| ExportError::Columns { path: self.path.clone(), detail })
    }

    pub fn close(self) -> Result<(), ExportError> {
        let path = self.path;
        self.shredder.close().map_err(|detail| ExportError::Columns { path, detail })
    }
}

/// Shows every text in a column file to `visit`, also those within lists and records.
pub fn texts(path: &Path, visit: &mut dyn FnMut(&str)) -> Result<(), ExportError> {
    let err = |e: &dyn std::fmt::Display| ExportError::Columns { path: path.into(), detail: e.to_string() };
    let file = File::open(path).map_err(ExportError::io(path))?;
    let rows = SerializedFileReader::new(file).map_err(|e| err(&e))?;
    for row in rows.get_row_iter(None).map_err(|e| err(&e))? {
        for (_, field) in row.map_err(|e| err(&e))?.get_column_iter() {
            walk(field, visit);
        }
    }
    Ok(())
}

/// Shows every row of a column file to `visit`, as a JSON object, with its number from 1.
pub fn rows(
    path: &Path,
    visit: &mut dyn FnMut(usize, serde_json::Value) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let err = |e: &dyn std::fmt::Display| ExportError::Columns { path: path.into(), detail: e.to_string() };
    let file = File::open(path).map_err(ExportError::io(path))?;
    let reader = SerializedFileReader::new(file).map_err(|e| err(&e))?;
    for (i, row) in reader.get_row_iter(None).map_err(|e| err(&e))?.enumerate() {
        let row = row.map_err(|e| err(&e))?;
        let object = record_of(&row);
        let object = object.ok_or_else(|| err(&format!("row {} holds a type that our formats do not have", i + 1)))?;
        visit(i + 1, object)?;
    }
    Ok(())
}

fn record_of(row: &parquet::record::Row) -> Option<serde_json::Value> {
    row.get_column_iter().map(|(name, field)| Some((name.clone(), json_of(field)?))).collect()
}

/// A value in the types that [`columns`] use; `None` for others.
fn json_of(field: &Value) -> Option<serde_json::Value> {
    Some(match field {
        Value::Null => serde_json::Value::Null,
        Value::Str(text) => text.as_str().into(),
        Value::Bool(truth) => (*truth).into(),
        Value::Int(n) => (*n).into(),
        Value::Long(n) => (*n).into(),
        Value::Double(x) => (*x).into(),
        Value::ListInternal(list) => list.elements().iter().map(json_of).collect::<Option<_>>()?,
        Value::Group(row) => record_of(row)?,
        _ => return None,
    })
}

fn walk(field: &Value, visit: &mut dyn FnMut(&str)) {
    match field {
        Value::Str(text) => visit(text),
        Value::ListInternal(list) => list.elements().iter().for_each(|f| walk(f, visit)),
        Value::Group(row) => row.get_column_iter().for_each(|(_, f)| walk(f, visit)),
        Value::MapInternal(map) => map.entries().iter().for_each(|(k, v)| {
            walk(k, visit);
            walk(v, visit);
        }),
        _ => {}
    }
}

fn text(name: &'static str) -> Column {
    Column { name, cells: Cells::text() }
}

fn whole(name: &'static str) -> Column {
    Column { name, cells: Cells::whole() }
}

fn float(name: &'static str) -> Column {
    Column { name, cells: Cells::float() }
}

fn list(name: &'static str, item: Cells) -> Column {
    Column { name, cells: Cells::List(Box::new(item)) }
}

fn record(name: &'static str, fields: Vec<Column>) -> Column {
    Column { name, cells: Cells::Record(fields) }
}

fn messages() -> Column {
    let function = record("function", vec![text("name"), text("arguments")]);
    let call = Cells::Record(vec![text("id"), text("type"), function]);
    let fields = vec![
        text("role"),
        text("content"),
        text("reasoning_content"),
        list("tool_calls", call),
        text("tool_call_id"),
        text("name"),
    ];
    list("messages", Cells::Record(fields))
}

/// The columns of a format, in the order of its rows.
fn columns(format: Format) -> Vec<Column> {
    let texts = |names: &[&'static str]| -> Vec<Column> { names.iter().map(|n| text(n)).collect() };
    let words = |name: &'static str| list(name, Cells::text());
    match format {
        Format::Tasks => {
            let mut fields = vec![whole("schema")];
            fields.extend(texts(&["id", "question", "answer", "answer_text", "form", "focal"]));
            fields.extend([words("toolset"), text("tools"), words("domains"), text("seed_entity"), words("exemplars")]);
            fields.extend(texts(&[
                "rounds",
                "evidence",
                "derivation",
                "logical_form",
                "spans",
                "certificate",
                "topology",
                "provenance",
                "pass_rate",
            ]));
            fields
        }
        Format::Trajectories | Format::Hf => {
            let mut fields = vec![whole("schema")];
            fields.extend(texts(&["task", "policy", "model", "settings"]));
            fields.extend([whole("attempt"), text("question"), messages()]);
            fields.extend(texts(&["end", "label", "decided_by", "reason"]));
            fields.extend(["reward", "reward_format", "reward_correct", "alpha"].map(float));
            fields.push(text("usage"));
            fields
        }
        Format::Sft => {
            vec![text("id"), messages(), text("tools"), text("policy"), words("domains"), text("form")]
        }
        Format::SftSharegpt => {
            let turn = Cells::Record(texts(&["from", "value"]));
            vec![text("id"), list("conversations", turn), text("system"), text("tools"), text("policy")]
        }
        Format::RlVerl | Format::RlNemoGym => {
            let turn = Cells::Record(texts(&["role", "content"]));
            let extra = vec![
                text("id"),
                text("split"),
                whole("index"),
                text("question"),
                words("tool_selection"),
                text("policy"),
                whole("k"),
                whole("passes"),
            ];
            vec![
                text("data_source"),
                text("agent_name"),
                list("prompt", turn),
                text("ability"),
                record("reward_model", texts(&["style", "ground_truth"])),
                text("env_class"),
                record("reward_spec", texts(&["method", "ground_truth"])),
                record("extra_info", extra),
            ]
        }
    }
}
