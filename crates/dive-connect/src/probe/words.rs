//! Words for tools that came without any: from names, titles and descriptions.

use dive_core::tool::{Param, ToolSpec, pluralise};

use crate::import::{singular, words};

/// Parameter names that say only that there is something.
const BARE: &[&str] = &[
    "path", "name", "id", "key", "uri", "url", "query", "value", "input", "text", "slug", "code", "identifier", "title",
    "target", "ref", "item", "object", "term",
];

/// Ends of parameter names that say how a thing is named, not what it is.
const NAMING: &[&str] = &["name", "id", "path", "key", "uri", "url", "slug", "code", "identifier"];

/// Words of tool names that are no things.
const ACTIONS: &[&str] = &[
    "get", "list", "show", "read", "describe", "find", "search", "fetch", "lookup", "look", "up", "query", "check",
    "info", "information", "details", "detail", "metadata", "all", "by", "with", "for", "of", "the", "a", "and", "in",
    "contents", "content", "full", "complete", "allowed", "available", "current", "sizes", "size", "tree", "from",
    "summary", "status", "text", "data", "multiple", "schema",
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
pub(super) fn plain(name: &str) -> String {
    words(name).split(' ').map(long).collect::<Vec<_>>().join(" ")
}

/// What the values of a parameter are called.
pub(super) fn thing(param: &Param, tool: &ToolSpec) -> String {
    let words = plain(&param.name);
    let mut parts: Vec<&str> = words.split(' ').collect();
    while parts.len() > 1 && parts.last().is_some_and(|p| NAMING.contains(p)) {
        parts.pop();
    }
    match parts.as_slice() {
        [one] if BARE.contains(one) => object(tool).unwrap_or_else(|| (*one).into()),
        _ => singular(&parts.join(" ")),
    }
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

/// What one of a tool's rows is called: by what it names, by its key, by the tool.
pub(super) fn row(tool: &ToolSpec, key: &str, named: Option<&str>, subject: Option<&str>) -> String {
    let fresh = |noun: &String| subject != Some(noun.as_str());
    let by_key = plain(key);
    let by_key = (!BARE.contains(&by_key.as_str()) && by_key.split(' ').count() < 3).then(|| singular(&by_key));
    let part = || {
        let whole = subject.map(str::to_string).or_else(|| object(tool))?;
        PARTS.iter().find(|(w, _)| whole.ends_with(w)).map(|(_, p)| (*p).to_string())
    };
    named
        .map(str::to_string)
        .filter(fresh)
        .or(by_key.filter(fresh))
        .or_else(|| object(tool).filter(fresh))
        .or_else(part)
        .unwrap_or_else(|| "entry".into())
}

/// What a field is called.
pub(super) fn field(key: &str) -> String {
    let words = plain(key);
    words.strip_prefix("is ").unwrap_or(&words).to_string()
}

/// A tail that mentions these parameters, each under its name.
pub(super) fn tail(slots: &[(&str, &str)]) -> String {
    let said: Vec<String> = slots
        .iter()
        .enumerate()
        .map(|(i, (slot, noun))| {
            let preposition = if i == 0 { "in" } else { "with" };
            format!("{preposition} the {noun} {{{slot}}}")
        })
        .collect();
    said.join(" and ")
}

/// The plural, as the pool forms it.
pub(super) fn plural(noun: &str) -> String {
    pluralise(noun)
}

/// Names of parameters that cut a list short.
pub(super) fn limits(name: &str) -> bool {
    let words = plain(name);
    let limiting = |w: &str| {
        matches!(w, "limit" | "page" | "offset" | "cursor" | "top" | "head" | "tail" | "rows" | "max" | "count" | "size")
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
        assert_eq!(row(&tool, "product", None, None), "product");
        assert_eq!(field("isDirectory"), "directory");
        assert_eq!(tail(&[("a", "repository"), ("b", "kind")]), "in the repository {a} and with the kind {b}");
        assert!(limits("max_count") && limits("pageSize") && !limits("path"));
    }
}
