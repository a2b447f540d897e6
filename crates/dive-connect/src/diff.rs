//! Unified diffs, as version control shows changes: which files, and how many lines came and went.

use serde_json::{Map, Value, json};

/// What stands before the first change, and the changes: `files`, `files changed`, `lines added`, `lines removed`.
pub(crate) fn read(text: &str) -> Option<(String, Map<String, Value>)> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |l: &&str| l.starts_with("diff --git ") || l.starts_with("--- ");
    let start = lines.iter().position(begins)?;
    let (before, mut rest) = lines.split_at_checked(start)?;
    let mut files: Vec<(String, u64, u64)> = Vec::new();
    let mut old = "";
    while let Some((line, after)) = rest.split_first() {
        rest = after;
        if let Some(name) = line.strip_prefix("--- ") {
            old = name;
        } else if let Some(name) = line.strip_prefix("+++ ") {
            // A file that was removed has no new name.
            files.push((plain(if name == "/dev/null" { old } else { name })?, 0, 0));
        } else if let Some((gone, come)) = line.strip_prefix("@@ -").and_then(hunk) {
            let (added, removed, length) = changes(rest, gone, come)?;
            let file = files.last_mut()?;
            (file.1, file.2) = (file.1 + added, file.2 + removed);
            rest = rest.get(length..)?;
        }
    }
    if files.is_empty() {
        return None;
    }
    let total = |of: fn(&(String, u64, u64)) -> u64| files.iter().map(of).sum::<u64>();
    let mut map = Map::new();
    map.insert("files changed".into(), files.len().into());
    map.insert("lines added".into(), total(|f| f.1).into());
    map.insert("lines removed".into(), total(|f| f.2).into());
    let files: Vec<Value> = files
        .into_iter()
        .map(|(name, added, removed)| json!({"file": name, "lines added": added, "lines removed": removed}))
        .collect();
    map.insert("files".into(), files.into());
    Some((before.join("\n"), map))
}

/// A file's name without what the diff puts before and after it.
fn plain(name: &str) -> Option<String> {
    let name = name.split('\t').next()?.trim().trim_matches('"');
    let name = name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name);
    (!name.is_empty()).then(|| name.to_string())
}

/// The lines that a hunk takes from the old file and has in the new one: `12,7 +12,9 @@`.
fn hunk(head: &str) -> Option<(u64, u64)> {
    let (old, rest) = head.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let length = |range: &str| range.split_once(',').map_or(Some(1), |(_, n)| n.parse().ok());
    Some((length(old)?, length(new)?))
}

/// Lines added and removed in a hunk, and how long it is.
fn changes(lines: &[&str], mut gone: u64, mut come: u64) -> Option<(u64, u64, usize)> {
    let (mut added, mut removed, mut length) = (0, 0, 0);
    while gone > 0 || come > 0 {
        let line = lines.get(length)?;
        length += 1;
        match line.chars().next() {
            Some('+') => (come, added) = (come.checked_sub(1)?, added + 1),
            Some('-') => (gone, removed) = (gone.checked_sub(1)?, removed + 1),
            Some('\\') => {}
            // An empty line of context may have lost its blank.
            Some(' ') | None => (gone, come) = (gone.checked_sub(1)?, come.checked_sub(1)?),
            Some(_) => return None,
        }
    }
    Some((added, removed, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_by_file() {
        let text = "A note\n\ndiff --git a/x.txt b/x.txt\nindex 1..2 100644\n--- a/x.txt\n+++ b/x.txt\n@@ -1,3 +1,4 @@\n a\n-b\n+--- c\n+d\n \n\
                    @@ -9 +10 @@ fn f\n-y\n+z\n--- a/old name\t2024\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-p\n-q\n\\ No newline at end of file";
        let (before, map) = read(text).unwrap();
        assert_eq!(before, "A note\n");
        assert_eq!(
            Value::Object(map),
            json!({"files changed": 2, "lines added": 3, "lines removed": 4, "files": [
                {"file": "x.txt", "lines added": 3, "lines removed": 2}, {"file": "old name", "lines added": 0, "lines removed": 2}]})
        );
        for none in ["", "--- a\n", "plain text\n--- not a diff", "--- a\n+++ b\n@@ -1 +1 @@\nx"] {
            assert!(read(none).is_none(), "{none}");
        }
    }
}
