//! What a page is asked for: filters that travel in the address.

use serde::Deserialize;

/// Filters, search and page. Empty filters match everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Words that must all occur.
    pub q: String,
    /// `tasks`, `rejected` or `all`.
    pub verdict: String,
    /// Domain of a tool on the path.
    pub domain: String,
    /// Form.
    pub form: String,
    /// Part of a tool's name; a whole name between quotes.
    pub tool: String,
    /// Topology class.
    pub topology: String,
    /// Reason of a rejection.
    pub reason: String,
    /// From 1.
    pub page: String,
}

impl Query {
    /// The page, from 0.
    pub fn page(&self) -> usize {
        self.page.parse::<usize>().unwrap_or(1).saturating_sub(1)
    }

    /// Whether rejections are shown, and tasks.
    pub fn shows(&self, is_task: bool) -> bool {
        match self.verdict.as_str() {
            "rejected" => !is_task,
            "all" => true,
            // A reason belongs to rejections; asking for one asks for them.
            _ if !self.reason.is_empty() => !is_task,
            _ => is_task,
        }
    }

    /// The same query as part of an address, with its `?` when there is something to say.
    pub fn address(&self, page: usize) -> String {
        let page = if page == 0 { String::new() } else { (page + 1).to_string() };
        let parts: Vec<String> = [
            ("q", &self.q),
            ("verdict", &self.verdict),
            ("domain", &self.domain),
            ("form", &self.form),
            ("tool", &self.tool),
            ("topology", &self.topology),
            ("reason", &self.reason),
            ("page", &page),
        ]
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", escaped(value)))
        .collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_travels_in_the_address() {
        let query = Query { q: "a b&c=<é>".into(), domain: "medical".into(), ..Query::default() };
        assert_eq!(query.address(2), "?q=a%20b%26c%3D%3C%C3%A9%3E&domain=medical&page=3");
        assert_eq!(Query::default().address(0), "");
    }

    #[test]
    fn a_reason_asks_for_rejections() {
        let query =
            |verdict: &str, reason: &str| Query { verdict: verdict.into(), reason: reason.into(), ..Query::default() };
        assert!(query("", "").shows(true) && !query("", "").shows(false));
        assert!(query("", "leaked").shows(false) && query("all", "").shows(false) && query("all", "").shows(true));
    }
}
