//! The columns of each format as a dataset card declares them.
//!
//! Loaders that are not told guess from the first rows. What is told here and cannot be guessed: that the text of some columns
//! is JSON, so that trainers see records in place of text.

use std::path::Path;

use crate::Format;
use crate::schema::{Column, Kind, columns};

/// A version that says what a file holds. `datasets` keeps what it read of a folder by the folder's name and its front matter: without
/// it, another export of the same name would give the rows of the first.
pub fn version(file: &Path) -> std::io::Result<String> {
    let digest = blake3::Hasher::new().update_reader(std::fs::File::open(file)?)?.finalize();
    let [a, b, c, d, ..] = *digest.as_bytes();
    Ok(format!("1.0.{}", u32::from_be_bytes([a, b, c, d])))
}

/// The front matter that says so of one configuration, from `- config_name:` on.
pub fn declared(format: Format, config: &str) -> String {
    let mut text = format!("- config_name: {config}\n  features:\n");
    write(&mut text, &columns(format), 2);
    text
}

fn write(text: &mut String, columns: &[Column], indent: usize) {
    let pad = " ".repeat(indent);
    for (name, kind) in columns {
        text.push_str(&format!("{pad}- name: {name}\n"));
        let (said, inner) = said(kind);
        text.push_str(&format!("{pad}  {said}\n"));
        write(text, inner, indent + 2);
    }
}

/// How a kind is written, and the columns below it.
fn said(kind: &Kind) -> (String, &[Column]) {
    let flat = |word: &str| (format!("dtype: {word}"), [].as_slice());
    match kind {
        Kind::Text => flat("string"),
        Kind::Whole => flat("int64"),
        Kind::Float => flat("float64"),
        Kind::Json => flat("json"),
        Kind::Record(columns) => ("struct:".into(), columns),
        Kind::List(item) => match said(item) {
            (word, []) => (word.replace("dtype:", "list:"), &[]),
            (_, columns) => ("list:".into(), columns),
        },
    }
}
