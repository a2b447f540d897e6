//! The tables of a schema, as the catalogue describes them.

use dive_core::tool::ErrorKind;
use dive_tools::sql::MAX_ROWS;
use serde_json::Value;

use crate::failure::Failure;
use crate::import::{Found, quoted};
use crate::postgres::{Database, Session};

/// Most tables that are looked at.
const TABLES: usize = 1000;
/// Longest description of a table, and longest beginning of one, in bytes.
const LONGEST: usize = 8 << 20;

/// One row a table: columns with comments, unique column sets with the primary key first, foreign keys of one column.
const CATALOGUE: &str = "\
SELECT c.relname AS name, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS sql,
  coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
  (SELECT json_agg(json_build_object('name', a.attname, 'comment', coalesce(col_description(c.oid, a.attnum), ''))
     ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT coalesce(json_agg(k.names ORDER BY k.first DESC, k.oid), '[]') FROM (SELECT i.indexrelid AS oid, i.indisprimary AS first,
     (SELECT json_agg(a.attname ORDER BY p.at) FROM unnest(i.indkey) WITH ORDINALITY AS p(number, at)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.number) AS names
     FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL) AS k) AS keys,
  (SELECT coalesce(json_agg(json_build_object('column', a.attname, 'table', o.relname, 'target', b.attname) ORDER BY f.oid), '[]')
     FROM pg_constraint f JOIN pg_class o ON o.oid = f.confrelid AND o.relnamespace = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
     JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = f.confkey[1]
     WHERE f.conrelid = c.oid AND f.contype = 'f' AND cardinality(f.conkey) = 1) AS foreign
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = SCHEMA AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND has_table_privilege(c.oid, 'SELECT')
ORDER BY c.relname";

impl Database {
    /// Schema and beginning of all tables and views that may be read.
    pub(crate) async fn tables(&self, schema: &str) -> Result<Vec<Found>, Failure> {
        let literal = format!("'{}'", schema.replace('\'', "''"));
        let sql = CATALOGUE.replace("SCHEMA", &literal);
        self.read(async |session: &mut Session| {
            let (found, _) = session.rows(&sql, TABLES, LONGEST).await?;
            let mut tables = Vec::new();
            for row in found {
                let table: Result<Found, _> = serde_json::from_value(Value::Object(row));
                let odd = |e| Failure::answer(ErrorKind::Provider, format!("The catalogue cannot be read: {e}."));
                let mut table = table.map_err(odd)?;
                let sql = format!("SELECT * FROM {}", table.sql);
                let (rows, more) = session.rows(&sql, MAX_ROWS, LONGEST).await?;
                (table.rows, table.whole) = (rows, !more);
                tables.push(table);
            }
            if tables.is_empty() {
                let message = format!("The schema {} has no table that may be read.", quoted(schema));
                return Err(Failure::answer(ErrorKind::NotFound, message));
            }
            Ok(tables)
        })
        .await
    }
}
