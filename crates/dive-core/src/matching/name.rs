//! Names and words, compared up to how they are typed.

use unicode_normalization::UnicodeNormalization as _;

use super::{Doubt, Fault, Finding};
use crate::answer::Answer;

/// A word, number or mark of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// In lower case.
    pub text: String,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Titles that a name may have or lack.
const TITLES: &[&str] = &["the", "dr", "prof", "professor", "mr", "ms", "mrs"];

/// Words that make an answer something else than what follows them.
const HEDGES: &[&str] = &[
    "about",
    "approximately",
    "approx",
    "around",
    "roughly",
    "circa",
    "nearly",
    "almost",
    "maybe",
    "perhaps",
    "possibly",
    "probably",
    "likely",
    "unlikely",
    "unsure",
    "uncertain",
    "unclear",
    "unknown",
    "guess",
    "estimate",
    "estimated",
    "assume",
    "assuming",
    "might",
    "could",
    "cannot",
    "unable",
    "least",
    "most",
    "under",
    "over",
    "than",
    "between",
    "up",
    "either",
    "neither",
    "not",
    "except",
    "if",
    "unless",
    "think",
    "believe",
    "seems",
    "appears",
    "alternatively",
];

/// Names of one thing. Where the embedded facts use a real name, people use these too.
const ALIASES: &[&[&str]] = &[
    &["united states", "united states of america", "usa", "us"],
    &["united kingdom", "united kingdom of great britain and northern ireland", "uk", "great britain"],
    &["united arab emirates", "uae"],
    &["czechia", "czech republic"],
    &["russia", "russian federation"],
    &["south korea", "korea republic of", "republic of korea"],
    &["north korea", "korea democratic people s republic of", "democratic people s republic of korea"],
    &["turkey", "türkiye", "turkiye"],
    &["ivory coast", "côte d ivoire", "cote d ivoire"],
    &["cape verde", "cabo verde"],
    &["eswatini", "swaziland"],
    &["myanmar", "burma"],
    &["north macedonia", "macedonia"],
    &["aluminium", "aluminum"],
    &["caesium", "cesium"],
    &["sulfur", "sulphur"],
];

/// Text in one way of typing it: compatibility forms resolved, superscripts as `^2`, one kind of quote, dash and space.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut raised = false;
    for c in text.chars() {
        let digit = match c {
            '⁰' => Some('0'),
            '¹' => Some('1'),
            '²' => Some('2'),
            '³' => Some('3'),
            '⁴'..='⁹' => char::from_digit(c as u32 - '⁴' as u32 + 4, 10),
            '⁻' => Some('-'),
            _ => None,
        };
        if let Some(digit) = digit {
            if !raised {
                out.push('^');
            }
            raised = true;
            out.push(digit);
            continue;
        }
        raised = false;
        match c {
            '‘' | '’' | '‛' | '`' | '´' => out.push('\''),
            '“' | '”' | '„' | '«' | '»' => out.push('"'),
            '‐'..='―' | '−' | '﹣' | '－' => out.push('-'),
            '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}' => {}
            '\n' => out.push('\n'),
            '⁄' | '½' | '¼' | '¾' => out.push('\u{FFFD}'),
            c if c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    let text: String = out.nfkc().collect();
    text.replace("**", "").replace("__", "").replace("\\%", "%").replace("\\$", "$")
}

/// The tokens of a plain text. A hyphen within a word is a gap, as a blank is.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let at = |i: usize| chars.get(i).map(|(_, c)| *c);
    let word = |i: usize| at(i).is_some_and(char::is_alphanumeric);
    let mut tokens: Vec<Token> = Vec::new();
    let mut i = 0;
    while let Some((start, c)) = chars.get(i).copied() {
        let from = i;
        i += 1;
        if c.is_alphanumeric() {
            // Points and commas within numbers, and apostrophes within words, belong to them.
            while word(i)
                || (word(i + 1)
                    && match at(i) {
                        Some('\'') => true,
                        Some('.' | ',') => {
                            at(i - 1).is_some_and(|c| c.is_ascii_digit())
                                && at(i + 1).is_some_and(|c| c.is_ascii_digit())
                        }
                        _ => false,
                    })
            {
                i += 1;
            }
        } else if c.is_whitespace() || c == '"' || (("-_".contains(c)) && from > 0 && word(from - 1) && word(i)) {
            continue;
        }
        let end = chars.get(i).map_or(text.len(), |(at, _)| *at);
        let text = text.get(start..end).unwrap_or_default().to_lowercase();
        tokens.push(Token { text, start, end });
    }
    tokens
}

/// The words and numbers of a text, without marks.
pub fn words(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|t| t.text).filter(|t| t.chars().any(char::is_alphanumeric)).collect()
}

/// Where `name`, one of its aliases, or either without a title, ends at the beginning of `text`.
pub fn ends(name: &str, text: &str) -> Vec<usize> {
    let given = tokens(text);
    let given = untitled(&given);
    let mut found = Vec::new();
    for spelling in spellings(name) {
        let prefix = given.get(..spelling.len()).unwrap_or_default();
        if !spelling.is_empty()
            && prefix.iter().map(|t| &t.text).eq(spelling.iter())
            && let Some(last) = prefix.last()
        {
            // A full stop after a title or an abbreviation belongs to it.
            found.push(last.end);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether `text` is nothing but `name`.
pub fn is(name: &str, text: &str) -> bool {
    let rest_is_empty = |end: &usize| text.get(*end..).is_some_and(|r| r.trim().trim_matches(['.', '"']).is_empty());
    ends(name, text).iter().any(rest_is_empty)
}

/// What is wrong with a text that is not the reference.
pub fn fault(reference: &Answer, text: &str) -> Finding {
    let Answer::Text { value, .. } = reference else {
        return Finding::Undecided(Doubt::Prose);
    };
    // The name stands in it, or much of the name does: a person may see why.
    let given = words(text);
    let name = words(&plain(value));
    let held = spellings(value).iter().any(|s| given.windows(s.len().max(1)).any(|w| w == s.as_slice()));
    let shared = name.iter().filter(|w| given.contains(w)).count();
    if held || given.len() > 12 || (shared > 0 && shared < name.len() && given.len() > name.len()) {
        Finding::Undecided(Doubt::Prose)
    } else {
        Finding::Incorrect(Fault::Different)
    }
}

/// Whether the text says that it is not sure, or not exact.
pub fn has_hedge(text: &str) -> bool {
    text.contains(['~', '≈', '±', '<', '>', '≤', '≥', '?']) || words(text).iter().any(|w| HEDGES.contains(&w.as_str()))
}

/// Whether a word says that something else is meant than what stands beside it.
pub fn is_hedge(word: &str) -> bool {
    HEDGES.contains(&word)
}

fn untitled(tokens: &[Token]) -> &[Token] {
    match tokens {
        [title, dot, rest @ ..] if TITLES.contains(&title.text.as_str()) && dot.text == "." && !rest.is_empty() => rest,
        [title, rest @ ..] if TITLES.contains(&title.text.as_str()) && !rest.is_empty() => rest,
        all => all,
    }
}

/// The token sequences that stand for a name.
fn spellings(name: &str) -> Vec<Vec<String>> {
    let own = tokens(&plain(name));
    let own: Vec<String> = untitled(&own).iter().map(|t| t.text.clone()).collect();
    let key = own.join(" ");
    let mut all = vec![own];
    for group in ALIASES.iter().filter(|g| g.contains(&key.as_str())) {
        all.extend(group.iter().filter(|a| **a != key).map(|a| a.split(' ').map(str::to_string).collect()));
    }
    all
}
