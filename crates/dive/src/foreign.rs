//! Datasets that others made, read for analysis: a folder with the conversations in one format and a note of what they are.
//!
//! Such a folder is no run. It can be measured, compared and reported on; nothing in it is certified, and what works on
//! certified tasks refuses it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail, ensure};
use dive_core::tool::ToolKind;
use dive_report::foreign::{self, Conversation, Format};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::gather;

/// The note.
const NOTE: &str = "imported.toml";
/// The conversations, in the format `reference`.
const ROWS: &str = "conversations.jsonl";
/// Reasons kept of rows that could not be read.
const REASONS: usize = 20;
/// Longest reason kept, in characters: it quotes what others wrote.
const LONGEST_REASON: usize = 200;

/// What an imported dataset is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Version of this file.
    pub schema: u32,
    /// Always false: answers were not checked.
    pub certified: bool,
    /// Conversations.
    pub rows: u64,
    /// Rows that could not be read.
    pub skipped: u64,
    /// The files that they come from.
    pub sources: Vec<String>,
    /// Conversations by the format of their rows.
    pub formats: BTreeMap<String, u64>,
    /// Rows that could not be read, by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Kinds of tools as far as somebody knows them.
    pub kinds: BTreeMap<String, ToolKind>,
}

/// An imported dataset.
pub struct Dataset {
    /// Its folder.
    pub dir: PathBuf,
    /// What it is.
    pub note: Note,
}

impl Dataset {
    /// The dataset in a folder, if that is what the folder holds.
    ///
    /// # Errors
    /// Its note is malformed.
    pub fn at(dir: &Path) -> Result<Option<Dataset>> {
        let path = dir.join(NOTE);
        let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
        let note = toml::from_str(&text).map_err(|e| anyhow!("{} is malformed: {}", path.display(), e.message()))?;
        Ok(Some(Dataset { dir: dir.into(), note }))
    }

    /// Its measures.
    pub fn rows(&self) -> Result<gather::Rows> {
        let rows = gather::rows(&self.dir.join(ROWS), self.note.kinds.clone())?;
        Ok(gather::Rows { formats: self.note.formats.clone(), ..rows })
    }

    /// Its first conversations.
    pub fn first(&self, wanted: usize) -> Result<Vec<Conversation>> {
        let mut found = Vec::new();
        for line in BufReader::new(File::open(self.dir.join(ROWS))?).lines().take(wanted) {
            found.push(Conversation::of(&serde_json::from_str(&line?)?)?);
        }
        Ok(found)
    }
}

/// Reads files into a new dataset. Without a format, that of each row is found by its fields.
pub fn import(
    files: &[&Path],
    format: Option<Format>,
    kinds: BTreeMap<String, ToolKind>,
    out: &Path,
) -> Result<Dataset> {
    ensure!(!out.exists(), "{} exists already; name another folder with --out", out.display());
    let draft = out.with_extension("importing");
    let wrong = |e: std::io::Error| anyhow!("{} cannot be written: {e}", draft.display());
    let _ = fs::remove_dir_all(&draft);
    fs::create_dir_all(&draft).map_err(wrong)?;
    let mut writer = BufWriter::new(File::create(draft.join(ROWS)).map_err(wrong)?);
    let mut note = Note { schema: 1, kinds, ..Note::default() };
    let mut first = None;
    let read = files.iter().try_for_each(|path| {
        note.sources.push(path.display().to_string());
        each_row(path, &mut |number, row| {
            let read = row.and_then(|row| {
                let found = format.map_or(Ok(()), |f| foreign::expect(&row, f));
                let conversation = found.and_then(|()| Conversation::of(&row)).map_err(|e| e.to_string())?;
                Ok((Format::of(&row).map_or("unknown", Format::name), conversation))
            });
            match read {
                Ok((format, mut conversation)) => {
                    note.rows += 1;
                    *note.formats.entry(format.into()).or_default() += 1;
                    if conversation.id.is_empty() {
                        conversation.id = format!("row-{}", note.rows);
                    }
                    writeln!(writer, "{}", conversation.row()).map_err(wrong)
                }
                Err(reason) => {
                    note.skipped += 1;
                    let reason: String = reason.chars().take(LONGEST_REASON).collect();
                    first.get_or_insert_with(|| format!("{}, row {number}: {reason}", path.display()));
                    if note.reasons.len() < REASONS || note.reasons.contains_key(&reason) {
                        *note.reasons.entry(reason).or_default() += 1;
                    }
                    Ok(())
                }
            }
        })
    });
    let finished = read.and_then(|()| {
        writer.flush().map_err(wrong)?;
        if note.rows == 0 {
            bail!("no row can be read; {}", first.unwrap_or_else(|| "the files are empty".into()));
        }
        fs::write(draft.join(NOTE), toml::to_string(&note)?).map_err(wrong)?;
        fs::rename(&draft, out).map_err(|e| anyhow!("{} cannot be written: {e}", out.display()))
    });
    if let Err(error) = finished {
        let _ = fs::remove_dir_all(&draft);
        return Err(error);
    }
    Ok(Dataset { dir: out.into(), note })
}

/// Hands on the rows of a file of JSON lines or of one JSON list, with their numbers.
///
/// # Errors
/// The file cannot be read or is of another kind; `take`'s own.
pub fn each_row(path: &Path, take: &mut dyn FnMut(u64, Result<Value, String>) -> Result<()>) -> Result<()> {
    let unreadable = |e: std::io::Error| anyhow!("{} cannot be read: {e}", path.display());
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let start = reader.fill_buf().map_err(unreadable)?;
    let packed =
        [(&b"PAR1"[..], "Parquet"), (b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"PK\x03\x04", "zip")];
    if let Some((_, kind)) = packed.iter().find(|(magic, _)| start.starts_with(magic)) {
        bail!("{} is {kind}; write its rows as JSON lines first", path.display());
    }
    if start.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[') {
        let all: Vec<Value> =
            serde_json::from_reader(reader).map_err(|e| anyhow!("{} is not a list of rows: {e}", path.display()))?;
        return all.into_iter().zip(1..).try_for_each(|(row, number)| take(number, Ok(row)));
    }
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
            return Ok(());
        }
        number += 1;
        if !line.iter().all(u8::is_ascii_whitespace) {
            take(number, serde_json::from_slice(&line).map_err(|e| format!("it is no JSON: {e}")))?;
        }
    }
}
