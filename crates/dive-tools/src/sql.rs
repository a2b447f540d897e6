//! Tools that are one parameterised read-only statement over SQLite.
//!
//! A statement is prepared and checked to be read-only by SQLite itself, an authorizer denies everything but reading,
//! and a progress handler bounds the steps of a call. Connections are kept per thread: a prepared statement is then a
//! hash look-up away and threads never wait for one another.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dive_core::sem::Sem;
use dive_core::tool::{ErrorKind, ToolError, ToolSpec};
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Row, Statement};
use serde_json::{Map, Value};

use crate::pool::Backend;

/// Virtual-machine steps, in thousands, that one call may take.
const STEP_BUDGET: u64 = 20_000;
/// Rows that one call of a statement may return; further ones are left out and the result is marked.
pub const MAX_ROWS: usize = 200;

/// A database that SQL tools read.
#[derive(Debug, Clone)]
pub struct Source {
    path: Arc<PathBuf>,
    /// Nobody writes it, so that no call needs to lock the file or look at it again.
    immutable: bool,
}

thread_local! {
    static CONNECTIONS: RefCell<HashMap<PathBuf, Guarded>> = RefCell::new(HashMap::new());
}

struct Guarded {
    connection: Connection,
    steps: Arc<AtomicU64>,
}

impl Source {
    /// The database at `path`, which never changes; it is opened read-only, once per thread.
    pub fn new(path: &Path) -> Source {
        Source { path: Arc::new(path.to_path_buf()), immutable: true }
    }

    /// The same for a database that others may write.
    pub fn live(path: &Path) -> Source {
        Source { path: Arc::new(path.to_path_buf()), immutable: false }
    }

    fn with<T>(&self, f: impl FnOnce(&Guarded) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        CONNECTIONS.with_borrow_mut(|open| {
            if !open.contains_key(self.path.as_path()) {
                open.insert(self.path.to_path_buf(), guarded(&self.path, self.immutable)?);
            }
            open.get(self.path.as_path()).map_or(Err(rusqlite::Error::InvalidQuery), f)
        })
    }

    /// Checks that `sql` is one read-only statement whose parameters are exactly those of the tool.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the statement.
    pub fn check(&self, spec: &ToolSpec, sql: &str) -> Result<(), String> {
        self.with(|g| {
            let statement = g.connection.prepare(sql)?;
            let names: Vec<String> = (1..=statement.parameter_count())
                .map(|i| statement.parameter_name(i).unwrap_or("?").trim_start_matches([':', '@', '$']).to_string())
                .collect();
            Ok((statement.readonly(), names))
        })
        .map_err(|e| format!("the statement was refused: {e}"))
        .and_then(|(readonly, names)| {
            if !readonly {
                return Err("the statement must only read".into());
            }
            agree(spec, &names)
        })
    }
}

/// Checks that the parameters that a statement names are exactly those of the tool.
///
/// # Errors
/// A sentence that names one that is missing.
pub fn agree(spec: &ToolSpec, names: &[String]) -> Result<(), String> {
    if let Some(odd) = names.iter().find(|n| spec.param(n).is_none()) {
        return Err(format!("the statement uses `:{odd}`, which is not a parameter"));
    }
    match spec.params.iter().find(|p| !names.contains(&p.name)) {
        Some(p) => Err(format!("the statement does not use the parameter `:{}`", p.name)),
        None => Ok(()),
    }
}

/// Key of the list that a statement's rows become; `None` for tools that return one record.
pub fn list_key(spec: &ToolSpec) -> Option<String> {
    spec.output.rows.as_ref().map(|r| r.pointer.trim_start_matches('/').to_string())
}

/// What a tool that returns one record says when there is none.
pub const NO_RECORD: &str = "No record matches these arguments.";

fn guarded(path: &Path, immutable: bool) -> rusqlite::Result<Guarded> {
    let uri = format!(
        "file:{}?{}",
        path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23"),
        if immutable { "immutable=1" } else { "mode=ro" }
    );
    let mut connection = Connection::open_with_flags(
        uri,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI,
    )?;
    connection.set_prepared_statement_cache_capacity(512);
    // Plans that do not depend on the arguments: otherwise every new argument compiles its statement again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "mmap_size", 256 * 1024 * 1024)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Function { .. } | AuthAction::Recursive => {
            Authorization::Allow
        }
        // The full-text index asks whether the file has changed.
        AuthAction::Pragma { pragma_name: "data_version", .. } => Authorization::Allow,
        _ => Authorization::Deny,
    }))?;
    let steps = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&steps);
    connection.progress_handler(1000, Some(move || counter.fetch_add(1, Ordering::Relaxed) > STEP_BUDGET))?;
    Ok(Guarded { connection, steps })
}

/// One SQL tool.
pub struct SqlTool {
    source: Source,
    sql: String,
    /// Key of the list in the result; `None` for tools that return one record.
    rows: Option<String>,
    /// Columns that hold truth values.
    flags: Vec<String>,
    optional: Vec<String>,
}

impl SqlTool {
    /// The tool of `spec` over `source`.
    pub fn new(source: &Source, spec: &ToolSpec, sql: &str) -> SqlTool {
        let fields = spec.output.fields.iter().chain(spec.output.rows.iter().flat_map(|r| &r.fields));
        let name = |pointer: &str| pointer.trim_start_matches('/').to_string();
        SqlTool {
            source: source.clone(),
            sql: sql.into(),
            rows: list_key(spec),
            flags: fields.filter(|f| matches!(f.sem, Sem::Flag(_))).map(|f| name(&f.pointer)).collect(),
            optional: spec.params.iter().filter(|p| !p.required).map(|p| p.name.clone()).collect(),
        }
    }

    fn record(&self, names: &[String], row: &Row<'_>) -> rusqlite::Result<Map<String, Value>> {
        let mut record = Map::new();
        for (i, name) in names.iter().enumerate() {
            let value = match row.get_ref(i)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(n) if self.flags.contains(name) => Value::Bool(n != 0),
                ValueRef::Integer(n) => n.into(),
                ValueRef::Real(x) => dive_core::canon::number(x),
                ValueRef::Text(t) | ValueRef::Blob(t) => String::from_utf8_lossy(t).into(),
            };
            record.insert(name.clone(), value);
        }
        Ok(record)
    }

    fn run(&self, statement: &mut Statement<'_>, args: &Map<String, Value>) -> rusqlite::Result<Option<Value>> {
        for i in 1..=statement.parameter_count() {
            let name = statement.parameter_name(i).unwrap_or_default().trim_start_matches([':', '@', '$']).to_string();
            statement.raw_bind_parameter(i, Argument(args.get(&name)))?;
        }
        let names: Vec<String> = statement.column_names().map(str::to_string).collect();
        let mut cursor = statement.raw_query();
        let Some(list) = &self.rows else {
            return cursor.next()?.map(|row| self.record(&names, row).map(Value::Object)).transpose();
        };
        let mut items = Vec::new();
        let mut truncated = false;
        while let Some(row) = cursor.next()? {
            if items.len() == MAX_ROWS {
                truncated = true;
                break;
            }
            items.push(Value::Object(self.record(&names, row)?));
        }
        let mut result = Map::from_iter([(list.clone(), Value::Array(items))]);
        if truncated {
            result.insert("truncated".into(), true.into());
        }
        Ok(Some(Value::Object(result)))
    }
}

impl Backend for SqlTool {
    fn call(&self, args: &Map<String, Value>) -> Result<Value, ToolError> {
        let missing = args.keys().find(|k| args.get(*k).is_none_or(Value::is_null) && !self.optional.contains(k));
        if let Some(name) = missing {
            return Err(ToolError::bad(format!("The argument `{name}` is missing.")));
        }
        let result = self.source.with(|g| {
            g.steps.store(0, Ordering::Relaxed);
            self.run(&mut *g.connection.prepare_cached(&self.sql)?, args)
        });
        match result {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(ToolError::not_found(NO_RECORD)),
            Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) => {
                Err(ToolError::new(ErrorKind::Timeout, "The query takes too many steps; narrow it."))
            }
            Err(e) => Err(ToolError::new(ErrorKind::Provider, format!("The database failed: {e}"))),
        }
    }
}

struct Argument<'a>(Option<&'a Value>);

impl ToSql for Argument<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            None | Some(Value::Null) => ToSqlOutput::Borrowed(ValueRef::Null),
            Some(Value::Bool(b)) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*b))),
            Some(Value::Number(n)) => ToSqlOutput::Borrowed(match n.as_i64() {
                Some(i) => ValueRef::Integer(i),
                None => ValueRef::Real(n.as_f64().unwrap_or(f64::NAN)),
            }),
            Some(Value::String(s)) => ToSqlOutput::Borrowed(ValueRef::Text(s.as_bytes())),
            Some(other) => ToSqlOutput::Owned(rusqlite::types::Value::Text(other.to_string())),
        })
    }
}
