//! What a response offers as its answer.

use crate::rollout::ANSWER_MARK;

/// Whether the response carries its answer behind [`ANSWER_MARK`], in whatever case and emphasis.
pub fn is_marked(response: &str) -> bool {
    let phrase = ANSWER_MARK.trim_end_matches(':').to_ascii_lowercase();
    let marks = marks(spoken(response), &phrase);
    marks.last().is_some_and(|answer| !bare(answer).is_empty())
}

/// The answers that a response offers: those behind a mark, else the whole message.
pub fn offered(response: &str) -> Vec<&str> {
    let text = spoken(response);
    for found in [marks(text, "final answer"), tagged(text), boxed(text)] {
        if !found.is_empty() {
            return found;
        }
    }
    if text.trim().is_empty() { Vec::new() } else { vec![text] }
}

/// `text` without what only wraps it: white space, emphasis, code marks, a box, a full stop.
pub fn bare(text: &str) -> &str {
    let mut text = text;
    loop {
        let before = text;
        text = text.trim_matches(|c: char| c.is_whitespace() || "*`\"".contains(c));
        text = text.strip_suffix('.').unwrap_or(text);
        for (open, close) in [("\\boxed{", "}"), ("\\(", "\\)"), ("\\text{", "}"), ("<answer>", "</answer>")] {
            text = text.strip_prefix(open).and_then(|t| t.strip_suffix(close)).unwrap_or(text);
        }
        if text.len() > 2 && text.matches('$').count() == 2 {
            text = text.strip_prefix('$').and_then(|t| t.strip_suffix('$')).unwrap_or(text);
        }
        if text == before {
            return text;
        }
    }
}

/// The response less what a model wrote while thinking.
fn spoken(response: &str) -> &str {
    response.rfind("</think>").and_then(|at| response.get(at + "</think>".len()..)).unwrap_or(response)
}

/// A mark in a text.
struct Mark {
    /// Where the sentence that holds it begins.
    begin: usize,
    /// Where the answer begins.
    answer: usize,
    /// Whether it ends in a colon.
    colon: bool,
}

/// What stands behind each mark that begins with `phrase`, up to the next.
fn marks<'a>(text: &'a str, phrase: &str) -> Vec<&'a str> {
    // ASCII lower case keeps every offset.
    let lower = text.to_ascii_lowercase();
    let emphasis = |c: char| c == ' ' || "*_`".contains(c);
    let mut found: Vec<Mark> = Vec::new();
    for (start, _) in lower.match_indices(phrase) {
        let mut rest = lower.get(start + phrase.len()..).unwrap_or_default().trim_start_matches(emphasis);
        let linked = rest.strip_prefix("is").filter(|r| r.starts_with(|c| emphasis(c) || c == ':'));
        if let Some(after) = linked {
            rest = after.trim_start_matches(emphasis);
        }
        let colon = rest.strip_prefix(':');
        if colon.is_some() || linked.is_some() {
            let answer = lower.len() - colon.unwrap_or(rest).len();
            found.push(Mark { begin: sentence(&lower, start), answer, colon: colon.is_some() });
        }
    }
    // "The final answer is certain" is a mark only where no other is.
    if found.iter().any(|m| m.colon) {
        found.retain(|m| m.colon);
    }
    let ends: Vec<usize> = found.iter().skip(1).map(|m| m.begin).chain([text.len()]).collect();
    found.iter().zip(ends).map(|(mark, to)| text.get(mark.answer..to.max(mark.answer)).unwrap_or_default()).collect()
}

/// Where the words that lead up to a mark begin; they do not belong to the answer before it.
fn sentence(lower: &str, mark: usize) -> usize {
    let mut begin = mark;
    loop {
        let head = lower.get(..begin).unwrap_or_default().trim_end_matches(|c: char| "*_`#, ".contains(c));
        let shorter =
            ["the", "my", "our", "so", "thus", "therefore", "hence"].iter().find_map(|w| head.strip_suffix(w));
        match shorter {
            Some(shorter) if !shorter.ends_with(char::is_alphanumeric) => begin = shorter.len(),
            _ => return begin,
        }
    }
}

fn tagged(text: &str) -> Vec<&str> {
    text.split("<answer>").skip(1).filter_map(|rest| rest.split_once("</answer>").map(|(inside, _)| inside)).collect()
}

/// The contents of every `\boxed{…}`, braces balanced.
fn boxed(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for rest in text.split("\\boxed{").skip(1) {
        let mut depth = 1;
        let end = rest.char_indices().find(|(_, c)| {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            depth == 0
        });
        found.extend(end.and_then(|(end, _)| rest.get(..end)));
    }
    found
}
