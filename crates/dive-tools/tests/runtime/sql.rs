//! Statements over a database: they read, once, within a budget, or not at all.

use std::path::{Path, PathBuf};

use dive_core::tool::ErrorKind::{NotFound, Provider, Timeout};
use dive_core::tool::{ErrorKind, ToolSpec};
use dive_tools::sql::{Source, SqlTool};
use dive_tools::{Backend, manifest};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

/// A database of its own for each test, with 300 towns.
fn database(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.sqlite", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let db = Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE town(name TEXT, people INTEGER, area REAL, coastal INTEGER);
         INSERT INTO town VALUES('Brennholt', 1200, 12.5, 1), ('Tarn Heath', 800, 4.0, 0), ('Void', NULL, NULL, NULL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 297)
         INSERT INTO town SELECT 'Town ' || i, i, i, 0 FROM n;",
    )
    .unwrap();
    path
}

fn spec(rows: bool) -> ToolSpec {
    let output = if rows {
        "[tool.rows]\nname = \"towns\"\nnoun = \"town\"\nkey = \"name\"\n[tool.rows.fields]\nname = { sem = \"entity:town\" }"
    } else {
        "fields.people = { sem = \"count:inhabitant\" }\nfields.coastal = { sem = \"flag:coastal\" }"
    };
    let text = format!(
        "[provider]\nid = \"fixture\"\ndomain = \"general\"\nbackend = \"sql\"\n[[tool]]\nname = \"town\"\nkind = \"retrieval\"\n\
         description = \"Looks up a town.\"\nsql = \"\"\nparams.name = {{ sem = \"entity:town\", description = \"Town.\" }}\n{output}"
    );
    manifest::parse("town.toml", &text).unwrap().remove(0).spec
}

fn named(name: &str) -> Map<String, Value> {
    Map::from_iter([("name".to_string(), name.into())])
}

#[test]
fn only_one_reading_statement_is_accepted() {
    let source = Source::new(&database("accepted"));
    let check = |sql: &str, says: Option<&str>| {
        let result = source.check(&spec(false), sql);
        match says {
            None => assert_eq!(result, Ok(()), "{sql}"),
            Some(words) => {
                let refusal = result.expect_err(sql);
                assert!(refusal.contains(words), "{sql}: `{words}` is not in: {refusal}");
            }
        }
    };
    check("SELECT people, coastal FROM town WHERE name = :name", None);
    check("WITH t AS (SELECT * FROM town) SELECT people, coastal FROM t WHERE name = :name", None);
    check("SELECT count(*) AS people, 1 AS coastal FROM town WHERE upper(name) = :name", None);
    let refused = Some("refused");
    check("ATTACH DATABASE :name AS other", refused);
    check("DETACH DATABASE main", refused);
    check("PRAGMA table_info(town)", refused);
    check("PRAGMA query_only = 0", refused);
    check("INSERT INTO town(name) VALUES(:name)", refused);
    check("INSERT INTO town(name) VALUES(:name) RETURNING name", refused);
    check("UPDATE town SET people = 0 WHERE name = :name", refused);
    check("DELETE FROM town WHERE name = :name", refused);
    check("DROP TABLE town", refused);
    check("CREATE TABLE other(x)", refused);
    check("CREATE TEMP TABLE other AS SELECT :name", refused);
    check("VACUUM INTO :name", Some("must only read"));
    check("BEGIN", refused);
    check("SELECT people FROM town WHERE name = :name; DELETE FROM town", refused);
    check("SELECT people FROM town WHERE name = :name; SELECT 1", refused);
    check("SELECT nothing FROM town WHERE name = :name", Some("nothing"));
    check("SELECT people FROM", Some("refused"));
    check("SELECT people FROM town", Some("does not use the parameter `:name`"));
    check("SELECT people FROM town WHERE name = :nom", Some("uses `:nom`, which is not a parameter"));
    check("SELECT people FROM town WHERE name = ?", Some("which is not a parameter"));
}

#[test]
fn what_was_not_checked_is_refused_when_it_runs() {
    let path = database("unchecked");
    let source = Source::new(&path);
    let spec = spec(false);
    for sql in [
        "DELETE FROM town WHERE name = :name",
        "UPDATE town SET people = 0",
        "ATTACH DATABASE 'other.sqlite' AS other",
        "PRAGMA writable_schema = 1",
        "SELECT * FROM pragma_database_list WHERE name = :name",
        "SELECT load_extension(:name)",
        "SELECT people FROM town WHERE name = :name; DELETE FROM town",
    ] {
        let error = SqlTool::new(&source, &spec, sql).call(&named("Brennholt")).expect_err(sql);
        assert_eq!(error.kind, Provider, "{sql}: {error}");
    }
    let towns: i64 =
        Connection::open(&path).unwrap().query_row("SELECT sum(people) FROM town", [], |r| r.get(0)).unwrap();
    assert_eq!(towns, 1200 + 800 + 297 * 298 / 2);
}

#[test]
fn records_and_lists() {
    let source = Source::new(&database("records"));
    let one = |sql: &str, name: &str| SqlTool::new(&source, &spec(false), sql).call(&named(name));
    let sql = "SELECT people, coastal, area FROM town WHERE name = :name";
    let check = |name: &str, expected: Value| assert_eq!(one(sql, name), Ok(expected));
    check("Brennholt", json!({"people": 1200, "coastal": true, "area": 12.5}));
    check("Tarn Heath", json!({"people": 800, "coastal": false, "area": 4}));
    check("Void", json!({"people": null, "coastal": null, "area": null}));
    // A name is a value, whatever it looks like.
    for name in ["Nowhere", "' OR 1=1 --", "Brennholt' --", "brennholt"] {
        let error: Result<Value, ErrorKind> = one(sql, name).map_err(|e| e.kind);
        assert_eq!(error, Err(NotFound), "{name}");
    }
    let many = |sql: &str| SqlTool::new(&source, &spec(true), sql).call(&named("Town")).unwrap();
    let none = many("SELECT name FROM town WHERE name = :name || '!'");
    assert_eq!(none, json!({"towns": []}));
    let all = many("SELECT name FROM town WHERE name LIKE :name || '%'");
    assert_eq!(all["towns"].as_array().map(Vec::len), Some(200));
    assert_eq!(all["truncated"], true);
}

#[test]
fn a_runaway_query_ends_in_a_timeout() {
    let source = Source::new(&database("runaway"));
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS people FROM n WHERE i <> :name";
    let tool = SqlTool::new(&source, &spec(false), endless);
    for _ in 0..2 {
        let error = tool.call(&named("Brennholt")).unwrap_err();
        assert_eq!((error.kind, error.is_retryable()), (Timeout, true), "{error}");
    }
    // The budget is of a call, not of a connection.
    let plain = SqlTool::new(&source, &spec(false), "SELECT people FROM town WHERE name = :name");
    assert_eq!(plain.call(&named("Brennholt")), Ok(json!({"people": 1200})));
}

#[test]
fn a_missing_database_is_a_typed_error() {
    let source = Source::new(Path::new("nowhere/there is none?.sqlite"));
    let error = SqlTool::new(&source, &spec(false), "SELECT 1").call(&Map::new()).unwrap_err();
    assert_eq!(error.kind, Provider, "{error}");
}

#[test]
fn odd_paths_are_paths() {
    let plain = database("plain");
    for name in ["100% sure?", "a#b", "mode=memory&x"] {
        let odd = plain.with_file_name(format!("{name}-{}.sqlite", std::process::id()));
        std::fs::copy(&plain, &odd).unwrap();
        let tool = SqlTool::new(&Source::new(&odd), &spec(false), "SELECT people FROM town WHERE name = :name");
        assert_eq!(tool.call(&named("Brennholt")), Ok(json!({"people": 1200})), "{name}");
    }
}
