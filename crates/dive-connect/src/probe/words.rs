//! Words for tools that came without any: from names, titles and descriptions.

use dive_core::sem::Sem;
use dive_core::tool::{Param, ToolSpec, pluralise};

use crate::import::{singular, words};

/// Parameter names that say only that there is something.
const BARE: &[&str] = &[
    "path",
    "name",
    "id",
    "key",
    "uri",
    "url",
    "query",
    "value",
    "input",
    "text",
    "slug",
    "code",
    "identifier",
    "title",
    "target",
    "ref",
    "item",
    "object",
    "term",
];

/// Ends of parameter names that say how a thing is named, not what it is.
const NAMING: &[&str] = &["name", "id", "path", "key", "uri", "url", "slug", "code", "identifier"];

/// Words of tool names that are no things.
const ACTIONS: &[&str] = &[
    "get",
    "list",
    "show",
    "read",
    "describe",
    "find",
    "search",
    "fetch",
    "lookup",
    "look",
    "up",
    "query",
    "check",
    "info",
    "information",
    "details",
    "detail",
    "metadata",
    "all",
    "by",
    "with",
    "for",
    "of",
    "the",
    "a",
    "and",
    "in",
    "contents",
    "content",
    "full",
    "complete",
    "allowed",
    "available",
    "current",
    "sizes",
    "size",
    "tree",
    "from",
    "summary",
    "status",
    "text",
    "data",
    "multiple",
    "schema",
];

/// What things are made of, for lists whose members have no name of their own.
const PARTS: &[(&str, &str)] = &[
    ("table", "column"),
    ("directory", "entry"),
    ("folder", "entry"),
    ("file", "row"),
    ("repository", "entry"),
    ("document", "section"),
    ("order", "line"),
];

/// What things are in.
const PLACES: &[&str] = &[
    "repository",
    "directory",
    "folder",
    "database",
    "project",
    "workspace",
    "collection",
    "dataset",
    "account",
    "channel",
    "schema",
    "bucket",
    "index",
    "catalogue",
    "file",
    "city",
    "country",
    "region",
];

const SHORT: &[(&str, &str)] = &[
    ("repo", "repository"),
    ("dir", "directory"),
    ("db", "database"),
    ("org", "organisation"),
    ("lang", "language"),
    ("pkg", "package"),
    ("doc", "document"),
    ("msg", "message"),
    ("img", "image"),
    ("num", "number"),
    ("mime", "media"),
];

fn long(word: &str) -> &str {
    SHORT.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| long)
}

/// A name as plain words, abbreviations written out.
pub(crate) fn plain(name: &str) -> String {
    words(name).split(' ').map(long).collect::<Vec<_>>().join(" ")
}

/// What the values of a parameter are called.
pub(super) fn thing(param: &Param, tool: &ToolSpec) -> String {
    let words = unnamed(&plain(&param.name));
    if BARE.contains(&words.as_str()) { object(tool).unwrap_or(words) } else { singular(&words) }
}

/// Without the end that says how a thing is named: `order id` is an order.
pub(crate) fn unnamed(words: &str) -> String {
    let mut parts: Vec<&str> = words.split(' ').collect();
    while parts.len() > 1 && parts.last().is_some_and(|p| NAMING.contains(p)) {
        parts.pop();
    }
    parts.join(" ")
}

/// The thing in a tool's name: `list_allowed_directories` is about directories.
pub(super) fn object(tool: &ToolSpec) -> Option<String> {
    let name = plain(&tool.name);
    let provider = plain(&tool.provider);
    let things: Vec<&str> = name
        .split(' ')
        .filter(|w| !ACTIONS.contains(w) && !provider.split(' ').any(|p| p == *w) && w.len() > 2)
        .collect();
    things.last().map(|w| singular(w))
}

/// Whether a parameter's own name says what its values are.
pub(super) fn telling(param: &Param) -> bool {
    !BARE.contains(&plain(&param.name).as_str())
}

/// Names of parameters that are words to look for, and so name nothing.
pub(super) fn searches(name: &str) -> bool {
    let words = plain(name);
    let searching = |w: &str| {
        matches!(w, "pattern" | "query" | "search" | "filter" | "regex" | "glob" | "term" | "keyword" | "keywords")
    };
    words.split(' ').any(searching)
}

/// What one of a tool's rows is called: by the tool, by what it names, by its key.
pub(super) fn row(tool: &ToolSpec, key: &str, named: Option<&str>, subject: Option<&str>) -> String {
    let fresh = |noun: &String| subject != Some(noun.as_str());
    let by_key = unnamed(&plain(key));
    let by_key = (!BARE.contains(&by_key.as_str()) && by_key.split(' ').count() < 3).then(|| singular(&by_key));
    let part = || {
        let whole = subject.map(str::to_string).or_else(|| object(tool))?;
        PARTS.iter().find(|(w, _)| whole.ends_with(w)).map(|(_, p)| (*p).to_string())
    };
    by_key
        .filter(fresh)
        .or_else(|| object(tool).filter(fresh))
        .or_else(|| named.map(str::to_string).filter(fresh))
        .or_else(part)
        .unwrap_or_else(|| "entry".into())
}

/// What a field is called, one and several.
pub(crate) fn field(key: &str, sem: &Sem) -> (String, String) {
    let words = plain(key);
    let many = words.ends_with('s') && !["ss", "us", "is"].iter().any(|e| words.ends_with(e));
    let participle = words.ends_with("ed");
    match sem {
        Sem::Date(_) if words == "since" => ("start date".into(), String::new()),
        Sem::Year(_) if words == "since" => ("start year".into(), String::new()),
        // "The delivered" is no noun, and "the highest pieces" are none either.
        Sem::Date(_) if participle => (format!("date {words}"), format!("dates {words}")),
        Sem::Year(_) if participle => (format!("year {words}"), format!("years {words}")),
        // "Lines added" are counted, too.
        Sem::Measure { .. } if words.split_once(' ').is_some_and(|(a, b)| a.ends_with('s') && b.ends_with("ed")) => {
            (format!("number of {words}"), format!("numbers of {words}"))
        }
        Sem::Measure { .. } if many && !words.contains(' ') => {
            (format!("number of {words}"), format!("numbers of {words}"))
        }
        _ if many => (words.clone(), words),
        _ => (words, String::new()),
    }
}

/// A tail that mentions these parameters, each under its name.
pub(super) fn tail(slots: &[(&str, &str)]) -> String {
    let inside = |noun: &str| PLACES.iter().any(|p| noun.ends_with(p));
    let mut slots = slots.to_vec();
    slots.sort_by_key(|(_, noun)| !inside(noun));
    let places = slots.iter().filter(|(_, noun)| inside(noun)).count();
    let said: Vec<String> = slots
        .iter()
        .enumerate()
        .map(|(i, (slot, noun))| {
            let and = if i == 0 || i == places { "" } else { "and " };
            format!("{and}{} the {noun} {{{slot}}}", if inside(noun) { "in" } else { "with" })
        })
        .collect();
    said.join(" ")
}

/// Where that is which a tool lists that takes nothing.
pub(super) fn known_to(tool: &ToolSpec) -> String {
    let provider = plain(&tool.provider);
    if tool.backend == "mcp" { format!("on the {provider} server") } else { format!("known to {provider}") }
}

/// What the length of a list is called: the number of columns is what is counted, the column count is what is stated.
pub(super) fn count_of(noun: &str) -> String {
    format!("{noun} count")
}

/// The plural, as the pool forms it.
pub(crate) fn plural(noun: &str) -> String {
    pluralise(noun)
}

/// Names of parameters that cut a list short.
pub(super) fn limits(name: &str) -> bool {
    let words = plain(name);
    let limiting = |w: &str| {
        matches!(
            w,
            "limit" | "page" | "offset" | "cursor" | "top" | "head" | "tail" | "rows" | "max" | "count" | "size"
        )
    };
    words.split(' ').any(limiting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_called_what_they_name() {
        let text = "[provider]\nid = 'git'\ndomain = 'd'\nbackend = 'command'\n[[tool]]\nname = 'list_allowed_directories'\n\
                    kind = 'retrieval'\ndescription = 'x'\ncommand = ['x']\n[tool.params]\nrepo_path.description = 'x'\n\
                    path.description = 'x'\ntable_name.description = 'x'\nbranches.description = 'x'\n";
        let tool = dive_tools::manifest::read("x", text).unwrap().tools.remove(0).spec;
        let said: Vec<String> = tool.params.iter().map(|p| thing(p, &tool)).collect();
        assert_eq!(said, ["repository", "directory", "table", "branch"]);
        assert_eq!(row(&tool, "name", None, Some("directory")), "entry");
        assert_eq!(row(&tool, "product", None, Some("directory")), "product");
        assert_eq!(row(&tool, "order_id", None, None), "order");
        let date = Sem::Date(String::new());
        assert_eq!(field("delivered", &date), ("date delivered".into(), "dates delivered".into()));
        assert_eq!(field("pieces", &Sem::count("x")).0, "number of pieces");
        assert_eq!(field("price", &Sem::count("x")), ("price".into(), String::new()));
        assert_eq!(tail(&[("a", "repository"), ("b", "kind")]), "in the repository {a} with the kind {b}");
        assert!(limits("max_count") && limits("pageSize") && !limits("path"));
    }
}
