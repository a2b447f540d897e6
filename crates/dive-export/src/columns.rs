//! Rows as columns.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field as Value;

use crate::Format;
use crate::error::ExportError;
use crate::rows::Row;
use crate::schema;
use crate::shred::Shredder;

/// A column file being written.
pub struct Columns {
    path: PathBuf,
    shredder: Shredder,
}

impl Columns {
    pub fn create(format: Format, file: File, path: &Path) -> Result<Columns, ExportError> {
        let shredder = Shredder::create(&schema::columns(format), file);
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

/// A value in the types that [`schema::columns`] use; `None` for others.
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
