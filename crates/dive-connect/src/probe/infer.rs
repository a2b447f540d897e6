//! From results that were seen to fields, rows and their meanings.

use std::collections::BTreeSet;

use dive_core::sem::{Scale, Sem};
use dive_core::tool::{Field, Rows, ToolSpec};
use dive_tools::manifest::slug;
use serde_json::Value;

use super::words;

/// Longest text that may be asked for.
const SHORT: usize = 40;
/// Deepest object whose scalars are fields.
const DEPTH: usize = 3;

/// Words that name quantities which add up.
const AMOUNTS: &[&str] = &[
    "count",
    "total",
    "number",
    "size",
    "bytes",
    "length",
    "stock",
    "units",
    "quantity",
    "amount",
    "population",
    "lines",
    "files",
    "stars",
    "forks",
    "sales",
    "revenue",
    "pieces",
    "words",
    "characters",
    "employees",
    "duration",
];

/// Words that name numbers which stand for something else.
const IDS: &[&str] = &[
    "id",
    "cid",
    "pid",
    "uid",
    "pk",
    "key",
    "index",
    "position",
    "rank",
    "ordinal",
    "code",
    "zip",
    "port",
    "inode",
    "permissions",
    "mode",
    "version",
    "phone",
];

/// Which things the values at a path of a tool's result name.
pub(super) type Named<'a> = dyn Fn(&str) -> Option<Sem> + 'a;

/// What results of one tool look like.
pub(super) struct Outline {
    pub(super) fields: Vec<Field>,
    pub(super) rows: Option<Rows>,
}

/// Fields and rows of a tool whose results were these.
pub(super) fn outline(
    tool: &ToolSpec,
    results: &[&Value],
    subject: Option<&str>,
    named: &Named<'_>,
    noun_of: &dyn Fn(&Sem) -> Option<String>,
) -> Outline {
    let rows = list(results).and_then(|at| rows(tool, results, &at, subject, named, noun_of));
    let mut scalars: Vec<String> = Vec::new();
    for result in results {
        walk(result, "", 0, &mut |pointer, _| {
            if !scalars.iter().any(|p| p == pointer) {
                scalars.push(pointer.into());
            }
        });
    }
    let list_noun = rows.as_ref().map(|r| r.noun.clone());
    let fields = scalars.into_iter().filter_map(|pointer| {
        let values: Vec<&Value> = results.iter().filter_map(|r| r.pointer(&pointer)).collect();
        // A field that most results lack is no field of the tool.
        if values.len() * 2 < results.len() {
            return None;
        }
        let key = pointer.rsplit('/').next().unwrap_or_default();
        if let (Some(noun), "/count") = (&list_noun, pointer.as_str()) {
            let sem = Sem::count(&slug(noun));
            return Some(Field { pointer, sem, noun: words::count_of(noun), ..plain() });
        }
        let (sem, asked) = meaning(&tool.provider, key, &values, named(&pointer));
        let (noun, plural) = if asked { words::field(key, &sem) } else { Default::default() };
        Some(Field { pointer, sem, noun, plural, ..plain() })
    });
    let fields = fields.collect();
    Outline { fields, rows }
}

fn plain() -> Field {
    Field {
        pointer: String::new(),
        sem: Sem::Number,
        noun: String::new(),
        plural: String::new(),
        quote: None,
        phrases: Vec::new(),
    }
}

fn rows(
    tool: &ToolSpec,
    results: &[&Value],
    at: &str,
    subject: Option<&str>,
    named: &Named<'_>,
    noun_of: &dyn Fn(&Sem) -> Option<String>,
) -> Option<Rows> {
    let lists: Vec<&Vec<Value>> = results.iter().filter_map(|r| r.pointer(at)?.as_array()).collect();
    let every = || lists.iter().copied().flatten();
    let mut keys: Vec<&str> = Vec::new();
    for item in every() {
        for key in item.as_object().into_iter().flat_map(|m| m.keys()).filter(|k| addressable(k)) {
            if !keys.contains(&key.as_str()) {
                keys.push(key);
            }
        }
    }
    let columns: Vec<(&str, Sem, bool)> = keys
        .into_iter()
        .filter_map(|key| {
            let values: Vec<&Value> = every().filter_map(|i| i.get(key)).collect();
            let everywhere = values.len() == every().count();
            let scalar = values.iter().all(|v| !v.is_array() && !v.is_object());
            if !everywhere || !scalar {
                return None;
            }
            let (sem, asked) = meaning(&tool.provider, key, &values, named(&format!("{at}/*/{key}")));
            Some((key, sem, asked))
        })
        .collect();
    // The key names its row: texts that differ within every list, things before other names.
    let distinct = |key: &str| {
        let texts = |list: &Vec<Value>| -> Option<BTreeSet<String>> {
            list.iter().map(|i| i.get(key)?.as_str().filter(|s| !s.is_empty()).map(str::to_string)).collect()
        };
        lists.iter().all(|l| texts(l).is_some_and(|t| t.len() == l.len()))
    };
    let rank = |(key, sem, _): &(&str, Sem, bool)| {
        let known = ["name", "title", "label", "symbol", "id", "key", "path"].iter().position(|k| key == k);
        (sem.entity().is_none(), known.unwrap_or(usize::MAX))
    };
    let able = columns.iter().filter(|(k, s, _)| distinct(k) && matches!(s, Sem::Entity(_) | Sem::Text(_)));
    let (key, key_sem, _) = able.min_by_key(|c| rank(c))?;
    let noun = words::row(tool, key, noun_of(key_sem).as_deref(), subject);
    let fields = columns.iter().map(|(k, sem, asked)| {
        let (noun, plural) = if *asked { words::field(k, sem) } else { Default::default() };
        Field { pointer: format!("/{k}"), sem: sem.clone(), noun, plural, ..plain() }
    });
    Some(Rows {
        pointer: at.into(),
        plural: words::plural(&noun),
        noun,
        key: format!("/{key}"),
        series: false,
        fields: fields.collect(),
    })
}

/// The list of records that most of the results consist of.
fn list(results: &[&Value]) -> Option<String> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for result in results {
        lists(result, "", 0, &mut |pointer, length| match found.iter_mut().find(|(p, _)| p == pointer) {
            Some((_, total)) => *total += length,
            None => found.push((pointer.into(), length)),
        });
    }
    found.into_iter().max_by_key(|(_, total)| *total).filter(|(_, total)| *total > 0).map(|(pointer, _)| pointer)
}

fn lists(value: &Value, at: &str, depth: usize, see: &mut dyn FnMut(&str, usize)) {
    for (key, inner) in value.as_object().into_iter().flatten().filter(|(k, _)| addressable(k)) {
        let pointer = format!("{at}/{key}");
        match inner {
            Value::Array(items) if items.iter().all(Value::is_object) => see(&pointer, items.len()),
            Value::Object(_) if depth < DEPTH => lists(inner, &pointer, depth + 1, see),
            _ => {}
        }
    }
}

/// Every scalar outside of lists.
pub(super) fn walk<'v>(value: &'v Value, at: &str, depth: usize, see: &mut dyn FnMut(&str, &'v Value)) {
    for (key, inner) in value.as_object().into_iter().flatten().filter(|(k, _)| addressable(k)) {
        let pointer = format!("{at}/{key}");
        match inner {
            Value::Object(_) if depth < DEPTH => walk(inner, &pointer, depth + 1, see),
            Value::Array(_) | Value::Object(_) => {}
            _ => see(&pointer, inner),
        }
    }
}

/// Every text of a result by path, lists with `*`.
pub(super) fn texts(result: &Value) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    walk(result, "", 0, &mut |pointer, value| {
        if let Some(text) = value.as_str() {
            found.push((pointer.to_string(), text));
        }
    });
    let mut at = Vec::new();
    lists(result, "", 0, &mut |pointer, _| at.push(pointer.to_string()));
    for pointer in at {
        for item in result.pointer(&pointer).and_then(Value::as_array).into_iter().flatten() {
            for (key, value) in item.as_object().into_iter().flatten().filter(|(k, _)| addressable(k)) {
                if let Some(text) = value.as_str() {
                    found.push((format!("{pointer}/*/{key}"), text));
                }
            }
        }
    }
    found
}

fn addressable(key: &str) -> bool {
    !key.is_empty() && !key.starts_with('*') && !key.contains(['/', '~'])
}

/// Whether a name is one that only machines read: a hash, a UUID.
pub(crate) fn opaque(text: &str) -> bool {
    let plain: Vec<char> = text.chars().filter(|c| *c != '-').collect();
    plain.len() >= 12 && plain.iter().all(char::is_ascii_hexdigit) && plain.iter().any(char::is_ascii_digit)
}

/// What values mean, and whether a question may ask for them.
pub(crate) fn meaning(provider: &str, key: &str, values: &[&Value], named: Option<Sem>) -> (Sem, bool) {
    let own = slug(&format!("{provider}_{key}"));
    let words = words::plain(key);
    let last = words.split(' ').next_back().unwrap_or_default();
    let present: Vec<&Value> = values.iter().copied().filter(|v| !v.is_null()).collect();
    if let Some(sem) = named {
        // A hash flows between tools, but nobody would say it.
        return (sem, !present.iter().all(|v| v.as_str().is_some_and(opaque)));
    }
    if !present.is_empty() && present.iter().all(|v| v.is_boolean()) {
        return (Sem::Flag(own), false);
    }
    let numbers: Vec<f64> = present.iter().filter_map(|v| v.as_f64()).collect();
    if !present.is_empty() && numbers.len() == present.len() {
        let whole = numbers.iter().all(|x| x.fract() == 0.0);
        let varied = numbers.iter().any(|x| *x != 0.0 && *x != 1.0);
        return match last {
            _ if IDS.contains(&last) => (Sem::Id(own), false),
            // A zero or one says yes or no.
            _ if whole && !varied => (Sem::Flag(own), false),
            "year" | "since" | "founded" | "established"
                if whole && numbers.iter().all(|x| (1000.0..2200.0).contains(x)) =>
            {
                (Sem::Year(slug(key).trim_start_matches('_').into()), true)
            }
            _ if whole && words.split(' ').any(|w| AMOUNTS.contains(&w)) => (Sem::count(&own), true),
            _ if words.split(' ').any(|w| AMOUNTS.contains(&w)) => (Sem::measure(Scale::Amount, &own, "", ""), true),
            _ => (Sem::measure(Scale::Level, &own, "", ""), true),
        };
    }
    let texts: Vec<&str> = present.iter().filter_map(|v| v.as_str()).collect();
    let date = |t: &&str| t.parse::<jiff::civil::Date>().is_ok_and(|d| d.to_string() == **t);
    if !texts.is_empty() && texts.len() == present.len() {
        if texts.iter().all(date) {
            return (Sem::Date(slug(key).trim_start_matches('_').into()), true);
        }
        let short = texts.iter().all(|t| t.len() <= SHORT && !opaque(t) && !t.contains('\n') && !t.is_empty());
        let moment = words.split(' ').any(|w| w == "time");
        return (Sem::Text(own), short && !moment);
    }
    (Sem::Text(own), false)
}
