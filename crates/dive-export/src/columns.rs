//! Rows as columns.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_json::ReaderBuilder;
use arrow_json::reader::Decoder;
use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field as Value;

use crate::Format;
use crate::error::ExportError;
use crate::rows::Row;

/// Rows that become one record batch. Toolsets make rows of tens of kilobytes.
const BATCH: usize = 256;

/// A column file being written.
pub struct Columns {
    path: PathBuf,
    decoder: Decoder,
    waiting: usize,
    writer: ArrowWriter<File>,
}

impl Columns {
    pub fn create(format: Format, file: File, path: &Path) -> Result<Columns, ExportError> {
        let schema = Arc::new(Schema::new(fields(format)));
        let err = |e: &dyn std::fmt::Display| ExportError::Columns { path: path.into(), detail: e.to_string() };
        let decoder =
            ReaderBuilder::new(Arc::clone(&schema)).with_batch_size(BATCH).build_decoder().map_err(|e| err(&e))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("dive".into())
            .set_max_row_group_row_count(Some(4 * BATCH))
            .build();
        let writer = ArrowWriter::try_new(file, schema, Some(properties)).map_err(|e| err(&e))?;
        Ok(Columns { path: path.into(), decoder, waiting: 0, writer })
    }

    pub fn write(&mut self, row: &Row) -> Result<(), ExportError> {
        self.decoder.serialize(std::slice::from_ref(row)).map_err(|e| self.err(&e))?;
        self.waiting += 1;
        if self.waiting == BATCH { self.flush() } else { Ok(()) }
    }

    pub fn close(mut self) -> Result<(), ExportError> {
        self.flush()?;
        let file = self.writer.into_inner();
        let err = |detail: String| ExportError::Columns { path: self.path.clone(), detail };
        file.map_err(|e| err(e.to_string()))?.sync_all().map_err(|e| err(e.to_string()))
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        self.waiting = 0;
        match self.decoder.flush() {
            Ok(Some(batch)) => self.writer.write(&batch).map_err(|e| self.err(&e)),
            Ok(None) => Ok(()),
            Err(e) => Err(self.err(&e)),
        }
    }

    fn err(&self, error: &dyn std::fmt::Display) -> ExportError {
        ExportError::Columns { path: self.path.clone(), detail: error.to_string() }
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

/// A value in the types that [`fields`] use; `None` for others.
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

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn whole(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn float(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

fn list(name: &str, item: DataType) -> Field {
    Field::new(name, DataType::List(Arc::new(Field::new("item", item, true))), true)
}

fn record(name: &str, fields: Vec<Field>) -> Field {
    Field::new(name, DataType::Struct(Fields::from(fields)), true)
}

fn messages() -> Field {
    let function = record("function", vec![text("name"), text("arguments")]);
    let call = DataType::Struct(Fields::from(vec![text("id"), text("type"), function]));
    let fields = vec![
        text("role"),
        text("content"),
        text("reasoning_content"),
        list("tool_calls", call),
        text("tool_call_id"),
        text("name"),
    ];
    list("messages", DataType::Struct(Fields::from(fields)))
}

/// The columns of a format, in the order of its rows.
fn fields(format: Format) -> Vec<Field> {
    let texts = |names: &[&str]| -> Vec<Field> { names.iter().map(|n| text(n)).collect() };
    let words = |name: &str| list(name, DataType::Utf8);
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
            let turn = DataType::Struct(Fields::from(texts(&["from", "value"])));
            vec![text("id"), list("conversations", turn), text("system"), text("tools"), text("policy")]
        }
        Format::RlVerl | Format::RlNemoGym => {
            let turn = DataType::Struct(Fields::from(texts(&["role", "content"])));
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
