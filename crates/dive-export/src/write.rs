//! Rows to files.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::ExportError;
use crate::rows::{self as formats, Row};
use crate::source::Source;
use crate::{DROPS, Dropped, Encoding, Exported, Format};

/// Whether this build can write the encoding.
pub fn supported(encoding: Encoding) -> Result<(), ExportError> {
    if encoding == Encoding::Parquet && cfg!(not(feature = "parquet")) { Err(ExportError::NoParquet) } else { Ok(()) }
}

/// Shows every text in a column file to `visit`.
///
/// # Errors
/// The file cannot be read, or this build has no Parquet.
pub fn texts(path: &Path, visit: &mut dyn FnMut(&str)) -> Result<(), ExportError> {
    #[cfg(feature = "parquet")]
    return crate::columns::texts(path, visit);
    #[cfg(not(feature = "parquet"))]
    {
        let _ = (path, visit);
        Err(ExportError::NoParquet)
    }
}

/// Shows every row of a column file to `visit`, as a JSON object, with its number.
pub fn rows(
    path: &Path,
    visit: &mut dyn FnMut(usize, serde_json::Value) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    #[cfg(feature = "parquet")]
    return crate::columns::rows(path, visit);
    #[cfg(not(feature = "parquet"))]
    {
        let _ = (path, visit);
        Err(ExportError::NoParquet)
    }
}

/// Writes the rows of one format to `dir/file`, and the drops beside it.
pub fn table(
    source: &Source<'_>,
    format: Format,
    encoding: Encoding,
    dir: &Path,
    file: &Path,
) -> Result<Exported, ExportError> {
    let path = dir.join(file);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(ExportError::io(parent))?;
    }
    let mut sink = Sink::create(format, encoding, &path)?;
    let (mut rows_in, mut rows) = (0, 0);
    let mut dropped: Vec<Dropped> = Vec::new();
    source.each(|task| {
        let tools = source.tools(&task)?;
        let rate = source.pass_rates.get(&task.id);
        let mut take = |id: &str, row: Result<Row, String>| {
            rows_in += 1;
            match row {
                Ok(row) => {
                    rows += 1;
                    sink.write(&row)
                }
                Err(reason) => {
                    dropped.push(Dropped { id: id.into(), reason });
                    Ok(())
                }
            }
        };
        let unmeasured = !source.pass_rates.is_empty() && rate.is_none();
        match format {
            Format::RlNemoGym | Format::RlVerl if unmeasured => {
                let reason =
                    "not measured: it has no attempts of the student; run `dive solve` and `dive select` again";
                take(&task.id, Err(reason.into()))?;
            }
            Format::Tasks => take(&task.id, Ok(formats::task(&task, &tools, rate)))?,
            Format::Sft => take(&task.id, formats::sft(&task, &tools, &source.rollouts(&task)?))?,
            Format::SftSharegpt => take(&task.id, formats::sharegpt(&task, &tools, &source.rollouts(&task)?))?,
            Format::RlNemoGym => take(&task.id, formats::nemo_gym(&task, &tools, rate))?,
            Format::RlVerl => {
                let row = formats::verl(&task, task.provenance.episode, rate);
                take(&task.id, row)?;
            }
            Format::Trajectories | Format::Hf => {
                for graded in source.rollouts(&task)? {
                    take(&task.id, Ok(formats::trajectory(&task, &graded)))?;
                }
            }
        }
        Ok(())
    })?;
    sink.close()?;
    if !dropped.is_empty() {
        let path = path.with_file_name(DROPS);
        let lines: String = dropped.iter().map(|d| format!("{}\t{}\n", d.id, d.reason)).collect();
        fs::write(&path, lines).map_err(ExportError::io(&path))?;
    }
    Ok(Exported {
        format: format.name(),
        dir: dir.into(),
        files: vec![PathBuf::from(file)],
        rows_in,
        rows,
        dropped,
        notes: notes(source, format),
    })
}

fn notes(source: &Source<'_>, format: Format) -> Vec<String> {
    let rl = matches!(format, Format::RlVerl | Format::RlNemoGym);
    if rl && source.pass_rates.is_empty() {
        vec!["all tasks are in: no student model was measured, so there is no frontier to select".into()]
    } else {
        Vec::new()
    }
}

enum Sink {
    Lines {
        file: BufWriter<File>,
        path: PathBuf,
    },
    #[cfg(feature = "parquet")]
    Columns(Box<crate::columns::Columns>),
}

impl Sink {
    fn create(format: Format, encoding: Encoding, path: &Path) -> Result<Sink, ExportError> {
        let file = File::create(path).map_err(ExportError::io(path))?;
        match encoding {
            Encoding::Jsonl => {
                let _ = format;
                Ok(Sink::Lines { file: BufWriter::with_capacity(1 << 18, file), path: path.into() })
            }
            #[cfg(feature = "parquet")]
            Encoding::Parquet => Ok(Sink::Columns(Box::new(crate::columns::Columns::create(format, file, path)?))),
            #[cfg(not(feature = "parquet"))]
            Encoding::Parquet => Err(ExportError::NoParquet),
        }
    }

    fn write(&mut self, row: &Row) -> Result<(), ExportError> {
        match self {
            Sink::Lines { file, path } => {
                let line = serde_json::to_string(row).map_err(|e| ExportError::Malformed(e.to_string()))?;
                let mut put = || file.write_all(line.as_bytes()).and_then(|()| file.write_all(b"\n"));
                put().map_err(ExportError::io(path))
            }
            #[cfg(feature = "parquet")]
            Sink::Columns(columns) => columns.write(row),
        }
    }

    fn close(self) -> Result<(), ExportError> {
        match self {
            Sink::Lines { file, path } => {
                let file = file.into_inner().map_err(|e| ExportError::io(&path)(e.into_error()))?;
                file.sync_all().map_err(ExportError::io(&path))
            }
            #[cfg(feature = "parquet")]
            Sink::Columns(columns) => columns.close(),
        }
    }
}
