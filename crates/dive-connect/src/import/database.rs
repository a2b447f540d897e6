//! A database's schema and the beginning of its data as a manifest.
//!
//! Tables whose rows have names become kinds of things. A table then gives up to four sorts of tools: what is known about one thing, all
//! things, the things that belong to another (by foreign key), and those of a category. Surrogate keys stay inside the
//! statements: nobody would ask about customer 17.

use std::collections::BTreeSet;

use dive_core::sem::Sem;
use dive_tools::manifest::slug;
use dive_tools::sql::MAX_ROWS;
use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Table as Toml;

use crate::import::{Imported, draft, glob};
use crate::probe::{infer, words};

const HEAD: &str = "\
# Tools over a database, written from its schema. Edit freely: statements, kinds of things, descriptions and words are
# proposals. Every statement can only read.

";

/// Longest name that can stand in a question.
const LONGEST: usize = 60;
/// Names of a kind of things that are written down.
const NAMES: usize = 100;
/// Most words of a closed vocabulary.
const WORDS: usize = 12;
/// Most columns of a result.
const COLUMNS: usize = 16;

/// A database whose tables are wanted.
#[derive(Debug, Clone, Default)]
pub struct DatabaseSource {
    /// Id of the provider.
    pub name: String,
    /// Domain of its tools.
    pub domain: String,
    /// Patterns of the tables that are wanted; none is all.
    pub only: Vec<String>,
    /// The database.
    pub place: DatabasePlace,
}

/// Where a database is.
#[derive(Debug, Clone)]
pub enum DatabasePlace {
    /// A SQLite file: where it is, and how the manifest names it.
    Sqlite {
        /// From here.
        file: std::path::PathBuf,
        /// Relative to the manifest.
        path: String,
    },
    /// A PostgreSQL server.
    Postgres {
        /// Connection string without a password; empty when a variable holds it.
        connection: String,
        /// The variable that holds the connection string.
        connection_env: Option<String>,
        /// The variable that holds the password.
        password_env: Option<String>,
        /// The connection may be unencrypted.
        plaintext: bool,
        /// The schema whose tables are wanted.
        schema: String,
    },
}

impl Default for DatabasePlace {
    fn default() -> DatabasePlace {
        DatabasePlace::Sqlite { file: std::path::PathBuf::new(), path: String::new() }
    }
}

impl DatabaseSource {
    /// The manifest's head.
    pub(crate) fn head(&self) -> Toml {
        let mut head = Toml::new();
        let mut put = |key: &str, value: toml::Value| head.insert(key.into(), value);
        put("id", self.name.clone().into());
        put("domain", self.domain.clone().into());
        match &self.place {
            DatabasePlace::Sqlite { path, .. } => {
                put("backend", "sqlite".into());
                put("path", path.clone().into());
            }
            DatabasePlace::Postgres { connection, connection_env, password_env, plaintext, .. } => {
                put("backend", "postgres".into());
                if !connection.is_empty() {
                    put("connection", connection.clone().into());
                }
                for (key, variable) in [("connection_env", connection_env), ("password_env", password_env)] {
                    variable.iter().for_each(|v| drop(put(key, v.clone().into())));
                }
                if *plaintext {
                    put("plaintext", true.into());
                }
            }
        }
        head
    }
}

/// A table or view as it was found.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Found {
    pub(crate) name: String,
    /// How statements call it.
    pub(crate) sql: String,
    #[serde(default)]
    pub(crate) comment: String,
    pub(crate) columns: Vec<FoundColumn>,
    /// Columns that together are unique, the primary key first.
    #[serde(default)]
    pub(crate) keys: Vec<Vec<String>>,
    #[serde(default)]
    pub(crate) foreign: Vec<Foreign>,
    /// The first rows, at most [`MAX_ROWS`], and whether these are all.
    #[serde(skip)]
    pub(crate) whole: bool,
    #[serde(skip)]
    pub(crate) rows: Vec<Map<String, Value>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct FoundColumn {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) comment: String,
}

/// A column whose values stand in a column of another table.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Foreign {
    pub(crate) column: String,
    pub(crate) table: String,
    pub(crate) target: String,
}

/// `"name"`, as both databases quote it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A column of a result.
struct Column {
    /// Its name there.
    key: String,
    /// What it is selected by.
    sql: String,
    sem: Sem,
    asked: bool,
    /// What stands before and after a parameter that it is compared with.
    test: (String, &'static str),
    /// Number of the table whose things it names.
    names: Option<usize>,
    values: Vec<Value>,
    source: String,
    /// What the schema says about it.
    comment: String,
    /// Its words, when it has few.
    closed: Option<Vec<String>>,
}

/// Writes down the tools of a database.
///
/// # Errors
/// There is no table from which a tool could be made.
pub(crate) fn database(source: &DatabaseSource, tables: &[Found]) -> Result<Imported, String> {
    let draft = Draft::new(source, tables);
    let (mut notes, mut entities, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for (number, table) in tables.iter().enumerate() {
        let wanted = source.only.is_empty() || source.only.iter().any(|p| glob(p, &table.name));
        if !wanted {
            continue;
        }
        if table.rows.is_empty() {
            notes.push(format!("{} is left out: it is empty, so nothing is known about its columns", table.name));
            continue;
        }
        if draft.naming(number).is_some() {
            entities.push(toml::Value::from(draft.entity(number)));
        }
        let made = draft.tools(number, &mut notes);
        if made.is_empty() {
            notes.push(format!("{} is left out: its rows have no name by which one could ask for them", table.name));
        }
        entries.extend(made.into_iter().map(toml::Value::from));
    }
    if entries.is_empty() {
        return Err(format!("no tool could be made: {}", notes.join("; ")));
    }
    let count = entries.len();
    let mut whole = Toml::from_iter([("provider".to_string(), toml::Value::from(source.head()))]);
    if !entities.is_empty() {
        whole.insert("entity".into(), entities.into());
    }
    whole.insert("tool".into(), entries.into());
    let text = toml::to_string(&whole).map_err(|e| e.to_string())?;
    Ok(Imported { text: format!("{HEAD}{text}"), tools: count, notes })
}

struct Draft<'d> {
    source: &'d DatabaseSource,
    tables: &'d [Found],
    /// The column by which the rows of each table are called.
    naming: Vec<Option<String>>,
}

impl<'d> Draft<'d> {
    fn new(source: &'d DatabaseSource, tables: &'d [Found]) -> Draft<'d> {
        Draft { source, tables, naming: tables.iter().map(naming).collect() }
    }

    fn naming(&self, number: usize) -> Option<&str> {
        self.naming.get(number)?.as_deref()
    }

    fn noun(&self, number: usize) -> String {
        draft::singular(&words::plain(self.tables.get(number).map_or("", |t| &t.name)))
    }

    fn type_of(&self, number: usize) -> String {
        slug(&format!("{}_{}", self.source.name, self.noun(number)))
    }

    fn entity(&self, number: usize) -> Toml {
        let noun = self.noun(number);
        let names = self.tables.get(number).zip(self.naming(number)).map(|(t, c)| texts(t, c)).unwrap_or_default();
        let names: Vec<&str> = names.into_iter().take(NAMES).collect();
        Toml::from_iter([
            ("name".to_string(), self.type_of(number).into()),
            ("noun".to_string(), noun.clone().into()),
            ("plural".to_string(), words::plural(&noun).into()),
            ("naming".to_string(), "title".into()),
            ("names".to_string(), names.into()),
        ])
    }

    /// The table that a column refers to, as its schema or its name and values say, with the column it refers to.
    fn target(&self, table: &Found, column: &str) -> Option<(usize, String)> {
        let declared = table.foreign.iter().find(|f| f.column == column);
        if let Some(foreign) = declared {
            let number = self.tables.iter().position(|t| t.name == foreign.table)?;
            self.naming(number)?;
            return Some((number, foreign.target.clone()));
        }
        // Many schemas declare nothing: the name of a table, and only names of its things.
        let last = |text: &str, end: &str| text == end || text.ends_with(&format!(" {end}"));
        let said = words::plain(column);
        self.tables.iter().enumerate().find_map(|(number, other)| {
            let key = self.naming(number)?;
            let known: BTreeSet<&str> = texts(other, key).into_iter().collect();
            let values = texts(table, column);
            let whole = other.whole && other.name != table.name;
            let among = whole && !values.is_empty() && values.iter().all(|v| known.contains(v));
            (among && last(&said, &self.noun(number))).then(|| (number, key.to_string()))
        })
    }

    /// The columns of a table as results have them, its name first.
    fn columns(&self, number: usize) -> Vec<Column> {
        let Some(table) = self.tables.get(number) else { return Vec::new() };
        let mut columns: Vec<Column> = Vec::new();
        for found in &table.columns {
            let own = format!("t.{}", quoted(&found.name));
            let values: Vec<Value> = table.rows.iter().filter_map(|r| r.get(&found.name)).cloned().collect();
            let column = match self.target(table, &found.name) {
                Some((to, target)) => self.reference(found, &own, to, &target, &values),
                None => self.plain(number, table, found, &own, values),
            };
            if let Some(mut column) = column {
                while columns.iter().any(|c| c.key == column.key) {
                    column.key.push('_');
                }
                columns.push(column);
            }
        }
        columns.sort_by_key(|c| Some(c.source.as_str()) != self.naming(number));
        columns.truncate(COLUMNS);
        columns
    }

    fn plain(
        &self,
        number: usize,
        table: &Found,
        found: &FoundColumn,
        own: &str,
        values: Vec<Value>,
    ) -> Option<Column> {
        let naming = self.naming(number) == Some(&found.name);
        let key = slug(&found.name);
        let numeric = values.iter().any(Value::is_number);
        let id = words::plain(&found.name).split(' ').any(|w| w == "id");
        let surrogate = numeric && (id || table.keys.iter().any(|k| k.as_slice() == [found.name.clone()]));
        let odd = values.iter().any(|v| v.is_array() || v.is_object());
        let long = values.iter().any(|v| v.as_str().is_some_and(|t| t.len() > 500));
        if surrogate || odd || long || values.iter().all(Value::is_null) {
            return None;
        }
        let named = naming.then(|| Sem::Entity(self.type_of(number)));
        let seen: Vec<&Value> = values.iter().collect();
        let (mut sem, asked) = infer::meaning(&self.source.name, &key, &seen, named);
        let closed = vocabulary(&values).filter(|_| asked && matches!(sem, Sem::Text(_)));
        if closed.is_some() {
            sem = Sem::Category(slug(&format!("{}_{key}", self.source.name)));
        }
        let (sql, test) = (format!("{own} AS {}", quoted(&key)), (format!("{own} = :"), ""));
        let names = naming.then_some(number);
        let (source, comment) = (found.name.clone(), found.comment.clone());
        Some(Column { key, sql, sem, asked, test, names, values, source, comment, closed })
    }

    /// A column that refers to a thing, under the name of that.
    fn reference(&self, found: &FoundColumn, own: &str, to: usize, target: &str, values: &[Value]) -> Option<Column> {
        let (other, naming) = (self.tables.get(to)?, self.naming(to)?);
        let key = slug(&words::unnamed(&words::plain(&found.name)));
        let (sql, test) = if target == naming {
            (own.to_string(), (format!("{own} = :"), ""))
        } else {
            let (name, id) = (format!("r.{}", quoted(naming)), format!("r.{}", quoted(target)));
            let from = format!("FROM {} AS r WHERE", other.sql);
            (format!("(SELECT {name} {from} {id} = {own})"), (format!("{own} IN (SELECT {id} {from} {name} = :"), ")"))
        };
        let name_of = |id: &Value| other.rows.iter().find(|r| r.get(target) == Some(id))?.get(naming).cloned();
        let values: Vec<Value> = values.iter().map(|v| name_of(v).unwrap_or(Value::Null)).collect();
        let sem = Sem::Entity(self.type_of(to));
        let sql = format!("{sql} AS {}", quoted(&key));
        let (source, comment) = (found.name.clone(), found.comment.clone());
        Some(Column { key, sql, sem, asked: true, test, names: Some(to), values, source, comment, closed: None })
    }

    fn tools(&self, number: usize, notes: &mut Vec<String>) -> Vec<Toml> {
        let Some(table) = self.tables.get(number) else { return Vec::new() };
        let columns = self.columns(number);
        let all: Vec<&Column> = columns.iter().collect();
        let (noun, plural) = (self.noun(number), words::plural(&self.noun(number)));
        let mut made = Vec::new();
        let name = columns.iter().find(|c| c.names == Some(number) && Some(c.source.as_str()) == self.naming(number));
        if let Some(name) = name {
            let others: Vec<&Column> = all.iter().copied().filter(|c| c.key != name.key).collect();
            if !others.is_empty() {
                let said = format!("Looks up a {noun} by {}: gives {}.", said(&name.key), listed(&others));
                let mut tool = self.tool(&format!("get_{}", slug(&noun)), &said, table);
                self.parameter(&mut tool, &slug(&noun), name, &format!("Name of the {noun}."));
                tool.insert("subject".into(), slug(&noun).into());
                tool.insert("sql".into(), select(table, &others, Some((name, &slug(&noun))), None).into());
                tool.insert("fields".into(), fields(&others).into());
                made.push(tool);
            }
            if table.whole {
                let said = format!("Lists all {plural} with {}.", listed(&all));
                let mut tool = self.tool(&format!("list_{}", slug(&plural)), &said, table);
                let tail = format!("in the {} database", words::plain(&self.source.name));
                tool.insert("tails".into(), vec![tail].into());
                tool.insert("sql".into(), select(table, &all, None, Some(name)).into());
                tool.insert("rows".into(), rows(&noun, name, &all).into());
                made.push(tool);
            } else {
                notes.push(format!("{}: more than {MAX_ROWS} rows are not listed whole", table.name));
            }
        }
        for by in &columns {
            let of_thing = by.names.filter(|n| *n != number || Some(by.source.as_str()) != self.naming(number));
            let closed = by.closed.clone().filter(|_| of_thing.is_none());
            if of_thing.is_none() && closed.is_none() {
                continue;
            }
            let others: Vec<&Column> = all.iter().copied().filter(|c| c.key != by.key).collect();
            let Some((key, series)) = self.row_key(table, by, &others, name) else {
                notes.push(format!("{}: rows of the same {} could not be told apart", table.name, said(&by.key)));
                continue;
            };
            let called = words::plain(&by.key);
            let about = format!("Lists the {plural} of a {called} with {}.", listed(&others));
            let mut tool = self.tool(&format!("list_{}_by_{}", slug(&plural), by.key), &about, table);
            self.parameter(&mut tool, &by.key, by, &format!("{}.", capital(&called)));
            if let Some(closed) = closed {
                let param = Toml::from_iter([
                    ("description".to_string(), described(&format!("{}.", capital(&called)), by).into()),
                    ("sem".to_string(), by.sem.to_string().into()),
                    ("choices".to_string(), closed.into()),
                ]);
                tool.insert("params".into(), Toml::from_iter([(by.key.clone(), param.into())]).into());
            }
            if of_thing.is_some_and(|n| self.noun(n) == called) {
                tool.insert("subject".into(), by.key.clone().into());
            } else {
                tool.insert("tails".into(), vec![format!("with the {called} {{{}}}", by.key)].into());
            }
            tool.insert("sql".into(), select(table, &others, Some((by, &by.key)), Some(key)).into());
            let mut rows = rows(&noun, key, &others);
            if series {
                rows.insert("series".into(), true.into());
            }
            tool.insert("rows".into(), rows.into());
            made.push(tool);
        }
        made
    }

    /// The column that tells the rows of one thing apart, and whether they are one thing at several times.
    fn row_key<'c>(
        &self,
        table: &Found,
        by: &Column,
        others: &[&'c Column],
        name: Option<&'c Column>,
    ) -> Option<(&'c Column, bool)> {
        let declared = |c: &&&Column| {
            let pair = BTreeSet::from([by.source.as_str(), c.source.as_str()]);
            table.keys.iter().any(|k| k.iter().all(|c| pair.contains(c.as_str())))
        };
        let apart = |c: &&&Column| {
            let seen: BTreeSet<String> = by.values.iter().zip(&c.values).map(|p| format!("{p:?}")).collect();
            let full = c.values.iter().all(|v| v.is_string() || v.is_number());
            full && (declared(c) || (table.whole && seen.len() == c.values.len()))
        };
        let word = |c: &&&Column| c.asked && matches!(c.sem, Sem::Text(_) | Sem::Category(_));
        let time = |c: &&&Column| matches!(c.sem, Sem::Date(_) | Sem::Year(_));
        let name = name.filter(|n| n.key != by.key);
        let thing = || others.iter().filter(|c| c.names.is_some()).find(apart);
        let words = || others.iter().filter(word).find(declared);
        let times = || others.iter().filter(time).find(apart).map(|c| (*c, true));
        let one = |c: &'c Column| (c, false);
        name.map(one).or_else(|| thing().copied().map(one)).or_else(|| words().copied().map(one)).or_else(times)
    }

    fn tool(&self, name: &str, description: &str, table: &Found) -> Toml {
        let mut tool = Toml::new();
        tool.insert("name".into(), slug(name).into());
        tool.insert("kind".into(), "retrieval".into());
        let more = draft::prose(&table.comment, 200);
        let more = if more.is_empty() { String::new() } else { format!(" {}", capital(&more)) };
        tool.insert("description".into(), format!("{description}{more}").into());
        tool.insert("complete".into(), true.into());
        tool
    }

    /// The parameter that takes a column's values, with an example.
    fn parameter(&self, tool: &mut Toml, name: &str, column: &Column, description: &str) {
        let mut param = Toml::from_iter([("description".to_string(), described(description, column).into())]);
        if let Some(entity) = column.sem.entity() {
            param.insert("entity".into(), entity.into());
        }
        tool.insert("params".into(), Toml::from_iter([(name.to_string(), param.into())]).into());
        if let Some(one) = column.values.iter().find_map(Value::as_str) {
            let args = Toml::from_iter([(name.to_string(), one.into())]);
            let expect = Toml::from_iter([("is".to_string(), "non-empty".into())]);
            let example = Toml::from_iter([("args".to_string(), args.into()), ("expect".to_string(), expect.into())]);
            tool.insert("example".into(), vec![toml::Value::from(example)].into());
        }
    }
}

/// The statement that selects columns, those of one thing or all.
fn select(table: &Found, columns: &[&Column], of: Option<(&Column, &str)>, order: Option<&Column>) -> String {
    let what: Vec<&str> = columns.iter().map(|c| c.sql.as_str()).collect();
    let of = of.map(|(by, name)| format!(" WHERE {}{name}{}", by.test.0, by.test.1)).unwrap_or_default();
    let order = order.map(|c| format!(" ORDER BY {}", quoted(&c.key))).unwrap_or_default();
    format!("SELECT {} FROM {} AS t{of}{order}", what.join(", "), table.sql)
}

fn fields(columns: &[&Column]) -> Toml {
    let field = |c: &&Column| {
        let (noun, plural) = if c.asked { words::field(&c.key, &c.sem) } else { Default::default() };
        let mut field = Toml::from_iter([("sem".to_string(), c.sem.to_string().into())]);
        for (key, word) in [("noun", noun), ("plural", plural)] {
            if !word.is_empty() {
                field.insert(key.into(), word.into());
            }
        }
        (c.key.clone(), toml::Value::from(field))
    };
    columns.iter().map(field).collect()
}

fn rows(noun: &str, key: &Column, columns: &[&Column]) -> Toml {
    Toml::from_iter([
        ("name".to_string(), "rows".into()),
        ("noun".to_string(), noun.into()),
        ("plural".to_string(), words::plural(noun).into()),
        ("key".to_string(), key.key.clone().into()),
        ("fields".to_string(), fields(columns).into()),
    ])
}

/// The texts of a column.
fn texts<'t>(table: &'t Found, column: &str) -> Vec<&'t str> {
    table.rows.iter().filter_map(|r| r.get(column)?.as_str()).collect()
}

/// The column by which people call the rows of a table.
fn naming(table: &Found) -> Option<String> {
    const CALLED: &[&str] = &["name", "title", "label", "code", "symbol", "number", "slug", "key"];
    let suitable = |column: &&FoundColumn| {
        let values = texts(table, &column.name);
        let sayable = |v: &&str| {
            (1..=LONGEST).contains(&v.len()) && !v.contains(char::is_control) && v.trim() == *v && !infer::opaque(v)
        };
        let distinct = values.iter().collect::<BTreeSet<_>>().len() == values.len();
        let date = values.iter().all(|v| v.get(..10).is_some_and(|d| d.parse::<jiff::civil::Date>().is_ok()));
        !values.is_empty() && values.len() == table.rows.len() && distinct && !date && values.iter().all(sayable)
    };
    let key = |c: &FoundColumn| table.keys.iter().any(|k| k.as_slice() == [c.name.clone()]);
    let rank = |c: &FoundColumn| {
        let last = words::plain(&c.name);
        let last = last.split(' ').next_back().unwrap_or_default().to_string();
        let foreign = table.foreign.iter().any(|f| f.column == c.name);
        CALLED
            .iter()
            .position(|w| *w == last)
            .filter(|_| key(c) || table.whole)
            .or((key(c) && !foreign).then_some(CALLED.len()))
    };
    let named = table.columns.iter().filter(suitable).filter_map(|c| Some((rank(c)?, c)));
    named.min_by_key(|(rank, _)| *rank).map(|(_, c)| c.name.clone())
}

/// The words of a column that has few.
fn vocabulary(values: &[Value]) -> Option<Vec<String>> {
    let words: Option<BTreeSet<&str>> = values.iter().map(Value::as_str).collect();
    let words = words.filter(|w| (2..=WORDS).contains(&w.len()) && w.len() * 2 <= values.len())?;
    Some(words.into_iter().map(str::to_string).collect())
}

fn said(key: &str) -> String {
    words::plain(key)
}

fn listed(columns: &[&Column]) -> String {
    let words: Vec<String> = columns.iter().map(|c| said(&c.key)).collect();
    match words.as_slice() {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => words.concat(),
    }
}

/// A description, and what the schema adds to it.
fn described(text: &str, column: &Column) -> String {
    let more = capital(&draft::prose(&column.comment, 200));
    if more.is_empty() { text.to_string() } else { format!("{text} {more}") }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}
