//! From what others say about their tools to a manifest that a person can edit.

mod database;
mod draft;
mod loose;
mod mcp;
mod openapi;
mod schema;
mod sqlite;

use std::collections::BTreeMap;

use toml::{Table, Value};

pub use database::{DatabasePlace, DatabaseSource};
pub(crate) use database::{Found, database, quoted};
pub(crate) use draft::{singular, words};
pub(crate) use mcp::mcp;
pub use openapi::{ApiSource, openapi};
pub(crate) use sqlite::tables;

/// A manifest that was written for a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The manifest.
    pub text: String,
    /// How many tools it has.
    pub tools: usize,
    /// What could not be expressed, one sentence each.
    pub notes: Vec<String>,
}

/// An MCP server whose tools are wanted.
#[derive(Debug, Clone, Default)]
pub struct McpSource {
    /// Id of the provider.
    pub name: String,
    /// Domain of its tools.
    pub domain: String,
    /// The server's command.
    pub command: Vec<String>,
    /// Or its address.
    pub url: String,
    /// Variables that it gets.
    pub env: Vec<String>,
    /// Patterns of the names of tools that change nothing, whatever the server says.
    pub read_only: Vec<String>,
    /// Addresses of this machine and of private networks may be reached.
    pub allow_private: bool,
    /// Working directory of the command, as seen from the manifest.
    pub dir: String,
    /// Header and variable of a secret, for servers over HTTP.
    pub auth: BTreeMap<String, String>,
}

impl McpSource {
    /// The manifest's head.
    pub(crate) fn head(&self) -> Table {
        let mut provider = Table::new();
        provider.insert("id".into(), self.name.clone().into());
        provider.insert("domain".into(), self.domain.clone().into());
        provider.insert("backend".into(), "mcp".into());
        if self.url.is_empty() {
            provider.insert("command".into(), self.command.clone().into());
            if !self.dir.is_empty() {
                provider.insert("dir".into(), self.dir.clone().into());
            }
        } else {
            provider.insert("url".into(), self.url.clone().into());
        }
        if !self.env.is_empty() {
            provider.insert("env".into(), self.env.clone().into());
        }
        if self.allow_private {
            provider.insert("allow_private".into(), true.into());
        }
        if !self.auth.is_empty() {
            let auth = self.auth.iter().map(|(header, env)| {
                let entry = [("in", "header"), ("name", header), ("env", env)];
                let mut entry = Table::from_iter(entry.map(|(k, v)| (k.to_string(), Value::from(v))));
                if header.eq_ignore_ascii_case("authorization") {
                    entry.insert("prefix".into(), "Bearer ".into());
                }
                Value::from(entry)
            });
            provider.insert("auth".into(), auth.collect::<Vec<_>>().into());
        }
        Table::from_iter([("provider".to_string(), provider.into())])
    }
}

/// Whether a name fits a pattern in which `*` stands for anything.
pub fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => {
            let Some(rest) = name.strip_prefix(head) else { return false };
            rest.char_indices()
                .map(|(i, _)| i)
                .chain([rest.len()])
                .any(|i| rest.get(i..).is_some_and(|r| glob(tail, r)))
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("get_*", "get_x", true),
            ("*", "", true),
            ("a*b*c", "aXbYc", true),
            ("a*b", "ac", false),
            ("é*", "éa", true),
        ] {
            assert_eq!(super::glob(pattern, name), fits, "{pattern} {name}");
        }
    }
}
