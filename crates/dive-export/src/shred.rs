//! Nested rows as flat columns, by definition and repetition levels (S. Melnik et al., *Dremel: Interactive Analysis of
//! Web-Scale Datasets*, VLDB 2010), written with Parquet's own column writers. Going through Arrow would do the same and
//! triple what the first build has to compile.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use serde_json::Value;

use crate::schema::{self, Kind};

/// Bytes of text that become one row group: what a reader has to hold at least.
const GROUP: usize = 32 << 20;

/// A named column and its values that wait to be written.
struct Column {
    name: &'static str,
    cells: Cells,
}

/// The values of a column, of a list's items or of a record's fields.
enum Cells {
    Text(Levelled<ByteArray>),
    Whole(Levelled<i64>),
    Float(Levelled<f64>),
    List(Box<Cells>),
    Record(Vec<Column>),
}

/// Flat values with their levels. A missing value has levels alone.
struct Levelled<T> {
    values: Vec<T>,
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

/// A file that takes rows.
pub struct Shredder {
    columns: Vec<Column>,
    /// Rows that wait, and bytes in them.
    rows: usize,
    bytes: usize,
    writer: SerializedFileWriter<File>,
}

/// Where in a row a value stands.
#[derive(Clone, Copy)]
struct Place {
    /// Optional and repeated parts around it that are there.
    definition: i16,
    /// The list, counted from outside, that it continues; 0 in a row's first value.
    repetition: i16,
    /// Lists around it.
    lists: i16,
}

impl Shredder {
    pub fn create(columns: &[schema::Column], file: File) -> Result<Shredder, String> {
        let columns: Vec<Column> = columns.iter().map(Column::of).collect();
        let fields = columns.iter().map(Column::schema).collect::<Result<_, _>>().map_err(said)?;
        let schema = Type::group_type_builder("row").with_fields(fields).build().map_err(said)?;
        let properties =
            WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by("dive".into()).build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(said)?;
        Ok(Shredder { columns, rows: 0, bytes: 0, writer })
    }

    /// Takes a row, which is an object.
    pub fn write(&mut self, row: &Value) -> Result<(), String> {
        for column in &mut self.columns {
            self.bytes += column.put(row.get(column.name), Place { definition: 0, repetition: 0, lists: 0 })?;
        }
        self.rows += 1;
        if self.bytes < GROUP { Ok(()) } else { self.flush().map_err(said) }
    }

    pub fn close(mut self) -> Result<(), String> {
        self.flush().map_err(said)?;
        let file = self.writer.into_inner().map_err(said)?;
        file.sync_all().map_err(said)
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        self.bytes = 0;
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            column.cells.drain(false, &mut group)?;
        }
        group.close().map(|_| ())
    }
}

impl Column {
    fn of((name, kind): &schema::Column) -> Column {
        Column { name, cells: Cells::of(kind) }
    }

    fn schema(&self) -> Result<TypePtr, ParquetError> {
        self.cells.schema(self.name)
    }

    fn put(&mut self, value: Option<&Value>, place: Place) -> Result<usize, String> {
        self.cells.put(value, place).map_err(|e| format!("{}: {e}", self.name))
    }
}

impl Cells {
    fn of(kind: &Kind) -> Cells {
        match kind {
            Kind::Text | Kind::Json => Cells::Text(Levelled::default()),
            Kind::Whole => Cells::Whole(Levelled::default()),
            Kind::Float => Cells::Float(Levelled::default()),
            Kind::List(item) => Cells::List(Box::new(Cells::of(item))),
            Kind::Record(columns) => Cells::Record(columns.iter().map(Column::of).collect()),
        }
    }

    /// The type as the format's specification writes it: lists have three levels, the inner ones called `list` and `element`.
    fn schema(&self, name: &str) -> Result<TypePtr, ParquetError> {
        let flat = |physical| Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
        let group = |fields| Type::group_type_builder(name).with_repetition(Repetition::OPTIONAL).with_fields(fields);
        let built = match self {
            Cells::Text(_) => flat(Physical::BYTE_ARRAY).with_logical_type(Some(LogicalType::String)).build()?,
            Cells::Whole(_) => flat(Physical::INT64).build()?,
            Cells::Float(_) => flat(Physical::DOUBLE).build()?,
            Cells::Record(columns) => group(columns.iter().map(Column::schema).collect::<Result<_, _>>()?).build()?,
            Cells::List(item) => {
                let repeated = Type::group_type_builder("list").with_repetition(Repetition::REPEATED);
                let repeated = repeated.with_fields(vec![item.schema("element")?]).build()?;
                group(vec![Arc::new(repeated)]).with_logical_type(Some(LogicalType::List)).build()?
            }
        };
        Ok(Arc::new(built))
    }

    /// Appends a value and returns how many bytes of text it has.
    fn put(&mut self, value: Option<&Value>, place: Place) -> Result<usize, String> {
        let value = value.filter(|v| !v.is_null());
        let place = Place { definition: place.definition + i16::from(value.is_some()), ..place };
        match self {
            Cells::Text(cells) => {
                let text = value.map(|v| v.as_str().ok_or("a text was expected")).transpose()?;
                cells.push(text.map(ByteArray::from), place);
                Ok(text.map_or(0, str::len))
            }
            Cells::Whole(cells) => {
                cells.push(value.map(|v| v.as_i64().ok_or("a whole number was expected")).transpose()?, place);
                Ok(size_of::<i64>())
            }
            Cells::Float(cells) => {
                cells.push(value.map(|v| v.as_f64().ok_or("a number was expected")).transpose()?, place);
                Ok(size_of::<f64>())
            }
            Cells::Record(columns) => {
                let object = value.map(|v| v.as_object().ok_or("a record was expected")).transpose()?;
                columns.iter_mut().map(|c| c.put(object.and_then(|o| o.get(c.name)), place)).sum()
            }
            Cells::List(item) => {
                let items = value.map(|v| v.as_array().ok_or("a list was expected")).transpose()?;
                let items = items.filter(|items| !items.is_empty());
                let Some(items) = items else { return item.put(None, place) };
                let lists = place.lists + 1;
                let at = |i: usize| Place {
                    definition: place.definition + 1,
                    repetition: if i == 0 { place.repetition } else { lists },
                    lists,
                };
                items.iter().enumerate().map(|(i, v)| item.put(Some(v), at(i))).sum()
            }
        }
    }

    /// Writes what waits, one flat column after the other, and forgets it.
    fn drain(&mut self, in_list: bool, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        match self {
            Cells::Text(cells) => cells.drain::<ByteArrayType>(in_list, group),
            Cells::Whole(cells) => cells.drain::<Int64Type>(in_list, group),
            Cells::Float(cells) => cells.drain::<DoubleType>(in_list, group),
            Cells::List(item) => item.drain(true, group),
            Cells::Record(columns) => columns.iter_mut().try_for_each(|c| c.cells.drain(in_list, group)),
        }
    }
}

impl<T> Default for Levelled<T> {
    fn default() -> Levelled<T> {
        Levelled { values: Vec::new(), definition: Vec::new(), repetition: Vec::new() }
    }
}

impl<T> Levelled<T> {
    fn push(&mut self, value: Option<T>, place: Place) {
        self.values.extend(value);
        self.definition.push(place.definition);
        self.repetition.push(place.repetition);
    }

    fn drain<D: DataType<T = T>>(
        &mut self,
        in_list: bool,
        group: &mut SerializedRowGroupWriter<'_, File>,
    ) -> Result<(), ParquetError> {
        let Levelled { values, definition, repetition } = std::mem::take(self);
        let missing = || ParquetError::General("the schema has fewer columns than the rows".into());
        let mut column = group.next_column()?.ok_or_else(missing)?;
        column.typed::<D>().write_batch(&values, Some(&definition), in_list.then_some(repetition.as_slice()))?;
        column.close()
    }
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
