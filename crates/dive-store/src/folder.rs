//! Replacing a folder as a whole.
//!
//! Where the system can exchange two names (Linux, macOS) a reader sees the old folder or the new one and never neither.
//! A link to the current version would be atomic everywhere, but many tools that copy or upload folders do not follow
//! links. Elsewhere the old folder stands aside for the moment between two renames.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use serde_json::{Value, json};

use crate::error::StoreError;

/// Marks a folder as written by an export, and lists its files. Its name is hidden from tools that load whole folders.
const MARK: &str = ".dive-export";

/// Files of exports that carry no mark.
const UNMARKED: &[&str] = &["tasks.jsonl", "tools.json"];

/// Lets `write` fill a new folder, then puts it in the place of `dir`: absent, empty, or an earlier export.
///
/// # Errors
/// `dir` holds something that no export wrote, cannot be written, or `write` fails; `dir` is then as before.
pub fn replace<T, E: From<StoreError>>(dir: &Path, write: impl FnOnce(&Path) -> Result<T, E>) -> Result<T, E> {
    replaceable(dir)?;
    let (parent, name) = match (dir.parent(), dir.file_name()) {
        (Some(parent), Some(name)) => (parent, name.to_string_lossy()),
        _ => return Err(StoreError::Occupied(dir.into()).into()),
    };
    if !parent.as_os_str().is_empty() {
        fs::create_dir_all(parent).map_err(StoreError::io(parent))?;
    }
    let draft = parent.join(format!(".{name}.{}.tmp", process::id()));
    let _ = fs::remove_dir_all(&draft);
    let place = || -> Result<(), StoreError> {
        mark(&draft)?;
        put(&draft, dir, &parent.join(format!(".{name}.{}.old", process::id())))
    };
    let made = fs::create_dir_all(&draft).map_err(|e| E::from(StoreError::io(&draft)(e)));
    let result = made.and_then(|()| write(&draft)).and_then(|value| place().map(|()| value).map_err(E::from));
    if result.is_err() {
        let _ = fs::remove_dir_all(&draft);
    }
    result
}

fn put(draft: &Path, dir: &Path, aside: &Path) -> Result<(), StoreError> {
    let err = StoreError::io(dir);
    if !dir.exists() {
        return fs::rename(draft, dir).map_err(err);
    }
    if exchange(draft, dir) {
        let _ = fs::remove_dir_all(draft);
        return Ok(());
    }
    fs::rename(dir, aside).map_err(&err)?;
    if let Err(error) = fs::rename(draft, dir) {
        let _ = fs::rename(aside, dir);
        return Err(err(error));
    }
    let _ = fs::remove_dir_all(aside);
    Ok(())
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(a: &Path, b: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Whether the folder is absent, empty or an earlier export with nothing added to it.
fn replaceable(dir: &Path) -> Result<(), StoreError> {
    if !dir.exists() {
        return Ok(());
    }
    let here = files(dir, dir)?;
    let known: Vec<String> = match fs::read_to_string(dir.join(MARK)) {
        Ok(text) => {
            let mark: Value = serde_json::from_str(&text).unwrap_or_default();
            let listed = mark["files"].as_array().map(Vec::as_slice).unwrap_or_default();
            listed.iter().filter_map(|f| f.as_str().map(str::to_string)).chain([MARK.to_string()]).collect()
        }
        Err(_) => UNMARKED.iter().map(ToString::to_string).collect(),
    };
    if here.iter().all(|f| known.contains(f)) { Ok(()) } else { Err(StoreError::Occupied(dir.into())) }
}

fn mark(dir: &Path) -> Result<(), StoreError> {
    let path = dir.join(MARK);
    let text = json!({"program": "dive", "files": files(dir, dir)?}).to_string();
    fs::write(&path, text + "\n").map_err(StoreError::io(&path))
}

/// Files below `dir`, relative to `root`, in order.
fn files(root: &Path, dir: &Path) -> Result<Vec<String>, StoreError> {
    let err = StoreError::io(dir);
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(&err)? {
        let path: PathBuf = entry.map_err(&err)?.path();
        if path.is_dir() {
            found.extend(files(root, &path)?);
        } else {
            found.push(path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}
