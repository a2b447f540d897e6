//! The tables of a SQLite file.

use std::path::Path;

use dive_tools::sql::MAX_ROWS;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value};

use crate::import::database::{Foreign, Found, FoundColumn, quoted};

/// Reads schema and beginning of all tables and views.
pub(crate) fn tables(file: &Path) -> Result<Vec<Found>, String> {
    if !file.is_file() {
        return Err(format!("{} is no file", file.display()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = |db: Connection| -> rusqlite::Result<Vec<Found>> {
        let names = strings(
            &db,
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             ORDER BY name",
            &[],
        )?;
        names.into_iter().map(|name| table(&db, name)).collect()
    };
    Connection::open_with_flags(file, flags)
        .and_then(read)
        .map_err(|e| format!("{} cannot be read as a SQLite database: {e}", file.display()))
}

fn table(db: &Connection, name: String) -> rusqlite::Result<Found> {
    let columns = strings(db, "SELECT name FROM pragma_table_info(?1) ORDER BY cid", &[&name])?;
    let primary = strings(db, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", &[&name])?;
    let mut keys = vec![primary];
    let unique = "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1 AND partial = 0 ORDER BY seq";
    for index in strings(db, unique, &[&name])? {
        keys.push(strings(db, "SELECT name FROM pragma_index_info(?1) ORDER BY seqno", &[&index])?);
    }
    keys.retain(|k| !k.is_empty());
    let sql = "SELECT f.\"from\", f.\"table\", coalesce(f.\"to\", (SELECT name FROM pragma_table_info(f.\"table\") WHERE pk = 1)) \
               FROM pragma_foreign_key_list(?1) AS f GROUP BY f.id HAVING count(*) = 1 ORDER BY f.id DESC";
    let mut statement = db.prepare(sql)?;
    let foreign = statement
        .query_map([&name], |row| Ok(Foreign { column: row.get(0)?, table: row.get(1)?, target: row.get(2)? }))?;
    let foreign = foreign.collect::<rusqlite::Result<Vec<_>>>()?;
    let sql = quoted(&name);
    let (rows, whole) = rows(db, &sql)?;
    let columns = columns.into_iter().map(|name| FoundColumn { name, ..FoundColumn::default() }).collect();
    Ok(Found { name, sql, columns, keys, foreign, whole, rows, ..Found::default() })
}

/// The first rows of a table, and whether these are all.
fn rows(db: &Connection, table: &str) -> rusqlite::Result<(Vec<Map<String, Value>>, bool)> {
    let mut statement = db.prepare(&format!("SELECT * FROM {table} LIMIT {}", MAX_ROWS + 1))?;
    let names: Vec<String> = statement.column_names().map(str::to_string).collect();
    let mut cursor = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = cursor.next()? {
        if rows.len() == MAX_ROWS {
            return Ok((rows, false));
        }
        let mut map = Map::new();
        for (i, name) in names.iter().enumerate() {
            let value = match row.get_ref(i)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(n) => n.into(),
                ValueRef::Real(x) => dive_core::canon::number(x),
                ValueRef::Text(t) => String::from_utf8_lossy(t).into(),
                // Nothing that can be asked about.
                ValueRef::Blob(_) => Value::Object(Map::new()),
            };
            map.insert(name.clone(), value);
        }
        rows.push(map);
    }
    Ok((rows, true))
}

fn strings(db: &Connection, sql: &str, args: &[&String]) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare(sql)?;
    statement.query_map(rusqlite::params_from_iter(args), |row| row.get(0))?.collect()
}
