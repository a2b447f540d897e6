//! The words that models are addressed with: files of ours, each of which a user can replace.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dive_core::canon;

/// The files with our texts.
const FILES: [(&str, &str); 8] = [
    ("collector.md", include_str!("../prompts/collector.md")),
    ("collector-start.md", include_str!("../prompts/collector-start.md")),
    ("collector-grow.md", include_str!("../prompts/collector-grow.md")),
    ("deriver.md", include_str!("../prompts/deriver.md")),
    ("deriver-task.md", include_str!("../prompts/deriver-task.md")),
    ("judge.md", include_str!("../prompts/judge.md")),
    ("verdict.md", dive_agent::judge::PROMPT),
    ("reword.md", include_str!("../prompts/reword.md")),
];

/// The placeholders of each file.
const PLACEHOLDERS: [(&str, &[&str]); 8] = [
    ("collector.md", &["steps"]),
    ("collector-start.md", &["seed"]),
    ("collector-grow.md", &["seed", "question", "evidence"]),
    ("deriver.md", &[]),
    ("deriver-task.md", &["exemplars", "seed", "previous", "tools", "evidence"]),
    ("judge.md", &[]),
    ("verdict.md", &[]),
    ("reword.md", &["words"]),
];

/// A folder of prompts that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PromptError(String);

/// The prompts of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompts {
    texts: BTreeMap<&'static str, String>,
    fingerprint: String,
}

impl Default for Prompts {
    fn default() -> Self {
        Prompts::of(FILES.into_iter().map(|(name, text)| (name, text.to_string())).collect())
    }
}

impl Prompts {
    fn of(texts: BTreeMap<&'static str, String>) -> Prompts {
        let fingerprint = canon::fingerprint(&texts);
        Prompts { texts, fingerprint }
    }

    /// Ours, with those of a folder in their place where it has files of these names.
    ///
    /// # Errors
    /// The folder or a file cannot be read, a file has another name, or lacks a placeholder.
    pub fn with(folder: &Path) -> Result<Prompts, PromptError> {
        let mut texts = Prompts::default().texts;
        let failed = |e: std::io::Error| PromptError(format!("{} cannot be read: {e}", folder.display()));
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_string();
            if !name.ends_with(".md") {
                continue;
            }
            let Some((file, needed)) = PLACEHOLDERS.iter().find(|(file, _)| *file == name) else {
                let known = FILES.map(|(name, _)| name).join(", ");
                return Err(PromptError(format!(
                    "{}: there is no prompt of that name; they are {known}",
                    path.display()
                )));
            };
            let text = fs::read_to_string(&path)
                .map_err(|e| PromptError(format!("{} cannot be read: {e}", path.display())))?;
            if let Some(missing) = needed.iter().find(|p| !text.contains(&format!("{{{p}}}"))) {
                return Err(PromptError(format!("{}: the placeholder {{{missing}}} is missing", path.display())));
            }
            texts.insert(file, text);
        }
        Ok(Prompts::of(texts))
    }

    /// Changes whenever a word of any of them does.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// What a judge of answers is told.
    pub fn verdict(&self) -> String {
        self.fill("verdict.md", &[])
    }

    /// A prompt with its placeholders filled in. What is filled in is not looked at again.
    pub(crate) fn fill(&self, file: &str, values: &[(&str, &str)]) -> String {
        let mut text = String::new();
        let mut rest = self.texts.get(file).map(String::as_str).unwrap_or_default();
        while let Some(start) = rest.find('{') {
            let (head, tail) = rest.split_at(start);
            text.push_str(head);
            let found =
                values.iter().find_map(|(k, v)| Some((v, tail.strip_prefix('{')?.strip_prefix(k)?.strip_prefix('}')?)));
            match found {
                Some((value, after)) => {
                    text.push_str(value);
                    rest = after;
                }
                None => {
                    text.push('{');
                    rest = tail.get(1..).unwrap_or_default();
                }
            }
        }
        text.push_str(rest);
        text.trim_end().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_files_have_their_placeholders_and_filling_is_literal() {
        let prompts = Prompts::default();
        for (file, needed) in PLACEHOLDERS {
            for placeholder in needed {
                assert!(prompts.texts[file].contains(&format!("{{{placeholder}}}")), "{file} {placeholder}");
            }
        }
        let text = prompts.fill("collector-start.md", &[("seed", "{steps} Ltd (company)")]);
        assert!(text.starts_with("Seed entity: {steps} Ltd (company)\n"), "{text}");
    }
}
