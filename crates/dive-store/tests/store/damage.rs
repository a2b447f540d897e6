use std::fs;
use std::path::Path;

use dive_store::{Manifest, Run, StoreError, Writer};
use rusqlite::Connection;

use crate::fake::{self, Dir, run};

fn said(dir: &Dir, error: &StoreError) -> String {
    error.to_string().replace(&dir.join("").display().to_string(), "")
}

/// A finished run, spoilt, then read and continued.
fn spoilt(spoil: impl Fn(&Path)) -> (String, String) {
    let dir = Dir::new();
    let path = dir.join("run");
    run(&path, 60, 2).unwrap();
    spoil(&path);
    let read = Run::open(&path).and_then(|r| {
        r.check()?;
        r.each(&dive_store::Which::Tasks, |_| Ok::<(), StoreError>(()))
    });
    let written = run(&path, 60, 2).map(|_| ());
    (said(&dir, &read.unwrap_err()), said(&dir, &written.unwrap_err()))
}

fn both(message: &str) -> (String, String) {
    (message.into(), message.into())
}

#[test]
fn a_truncated_store_is_told() {
    let damaged = "run/run.sqlite is damaged: it is truncated or not a run store";
    let file = |dir: &Path| dir.join("run.sqlite");
    let cut = |dir: &Path, length: u64| {
        fs::OpenOptions::new().write(true).open(file(dir)).unwrap().set_len(length).unwrap();
    };
    assert_eq!(spoilt(|d| cut(d, 40_000)), both(damaged));
    assert_eq!(spoilt(|d| cut(d, 50)), both(damaged));
    assert_eq!(spoilt(|d| fs::write(file(d), "not a database at all ".repeat(99)).unwrap()), both(damaged));
    assert_eq!(spoilt(|d| cut(d, 0)), both(damaged));
    assert_eq!(spoilt(|d| fs::remove_file(file(d)).unwrap()), both("run/run.sqlite is damaged: the file is missing"));
}

#[test]
fn a_damaged_manifest_is_told() {
    let file = |dir: &Path| dir.join("run.toml");
    let (read, written) = spoilt(|d| fs::write(file(d), "version = 1\nrange").unwrap());
    assert_eq!(read, written);
    assert!(read.starts_with("run/run.toml is damaged: "), "{read}");
    let (read, _) = spoilt(|d| fs::write(file(d), [0xff, 0xfe]).unwrap());
    assert_eq!(read, "run/run.toml is damaged: it is not text");
    let (read, written) = spoilt(|d| fs::remove_file(file(d)).unwrap());
    assert_eq!(read, "there is no run at run");
    assert_eq!(written, "run/run.toml is damaged: the file is missing");
}

#[test]
fn a_later_schema_is_told() {
    let pragma = |dir: &Path, sql: &str| {
        Connection::open(dir.join("run.sqlite")).unwrap().execute_batch(sql).unwrap();
    };
    assert_eq!(
        spoilt(|d| pragma(d, "PRAGMA user_version = 9")),
        both("run/run.sqlite has schema version 9, this program knows 2")
    );
    assert_eq!(
        spoilt(|d| pragma(d, "PRAGMA application_id = 7")),
        both("run/run.sqlite is damaged: it is another program's database")
    );
    assert_eq!(
        spoilt(|d| fs::write(d.join("run.toml"), "version = 7\nnew = true\n").unwrap()),
        both("run/run.toml has schema version 7, this program knows 1")
    );
}

#[test]
fn changed_settings_are_listed() {
    let dir = Dir::new();
    let path = dir.join("run");
    run(&path, 5, 1).unwrap();
    let mut other = fake::manifest(2, Some(fake::span("0..5")));
    let refused = |manifest: &Manifest| said(&dir, &Writer::open(&path, manifest.clone(), &[]).unwrap_err());
    assert_eq!(
        refused(&other),
        "run was made with other settings (range: unset there, 0..5 here; seed: 1 there, 2 here)"
    );
    other = fake::manifest(1, None);
    other.fingerprints.insert("pool".into(), "q".into());
    assert_eq!(refused(&other), "run was made with other settings (pool: p there, q here)");
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let dir = Dir::new();
    fs::write(dir.join("file"), "").unwrap();
    for path in [dir.join("file"), dir.join("file/run")] {
        let error = run(&path, 5, 1).unwrap_err();
        assert!(matches!(error, StoreError::Unwritable { .. }), "{error:?}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_start_that_was_cut_short_is_started_again() {
    let dir = Dir::new();
    let path = dir.join("run");
    drop(Writer::open(&path, fake::manifest(1, None), &[]).unwrap());
    fs::remove_file(path.join("run.toml")).unwrap();
    assert_eq!(run(&path, 5, 1).unwrap().1.accepted, 5);
}
