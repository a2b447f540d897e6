//! Answers of several parts, and the reading of any answer from end to end.

use super::{Doubt, Fault, Finding, boolean, date, name, number};
use crate::answer::Answer;

/// Steps of the search for a reading; far more than any answer needs that a person would write.
const FUEL: u32 = 20_000;

/// Whether `text` is, from end to end, a way of writing the reference.
pub fn reads(question: &str, reference: &Answer, text: &str) -> bool {
    let text = text.trim();
    match reference {
        Answer::Boolean { value } => boolean(text) == Some(*value),
        Answer::Number { unit, .. } => {
            let rest = |end: &usize| text.get(*end..).unwrap_or_default();
            number::ends(reference, text).iter().any(|end| is_tail(question, rest(end), unit.is_empty()))
        }
        Answer::Text { value, .. } => name::is(value, text),
        Answer::Date { .. } => ends(reference, text).iter().any(|end| is_closed(text.get(*end..).unwrap_or_default())),
        Answer::List { items } => {
            let parts: Vec<Part<'_>> = items.iter().map(|i| Part::of(Wanted::Item(i))).collect();
            sequence(opened(text), &parts, true, &mut vec![false; parts.len()], 0, &mut { FUEL })
        }
        Answer::Set { items } => {
            let parts: Vec<Part<'_>> = items.iter().map(|i| Part::of(Wanted::Item(i))).collect();
            if parts.is_empty() {
                return matches!(name::words(text).join(" ").as_str(), "none" | "no one" | "nobody" | "nothing");
            }
            sequence(opened(text), &parts, false, &mut vec![false; parts.len()], 0, &mut { FUEL })
        }
        Answer::Mapping { entries } => {
            let mut parts: Vec<Part<'_>> = entries
                .iter()
                .map(|(label, answer)| Part { label: Some(label), rank: rank(label), wanted: Wanted::Answer(answer) })
                .collect();
            let ordinal = parts.iter().all(|p| p.rank.is_some());
            parts.sort_by_key(|p| p.rank);
            let text = opened(text);
            let labelled: Vec<Part<'_>> = parts.iter().map(|p| Part { rank: None, ..*p }).collect();
            let bare: Vec<Part<'_>> = parts.iter().map(|p| Part { label: None, ..*p }).collect();
            sequence(text, &labelled, false, &mut vec![false; parts.len()], 0, &mut { FUEL })
                || (ordinal && sequence(text, &bare, true, &mut vec![false; parts.len()], 0, &mut { FUEL }))
        }
    }
}

/// The parts of a text between the marks and words that separate answers.
pub fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let tokens = name::tokens(text);
    for token in &tokens {
        let separates = matches!(token.text.as_str(), "," | ";" | "/" | "|" | "or" | "and" | "&");
        // A line break has no token; it separates the tokens around it.
        let between = text.get(start..token.start).unwrap_or_default();
        if let Some(last) = between.rfind('\n') {
            push(&mut pieces, between.get(..last));
            start = token.start;
        }
        if separates {
            push(&mut pieces, text.get(start..token.start));
            start = token.end;
        }
    }
    push(&mut pieces, text.get(start..));
    pieces
}

fn push<'a>(pieces: &mut Vec<&'a str>, piece: Option<&'a str>) {
    let piece = piece.unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || ".()[]{}\"".contains(c));
    if !piece.is_empty() {
        pieces.push(piece);
    }
}

/// What is wrong with a text that is not the reference, of several parts.
pub fn fault(reference: &Answer, text: &str, pieces: &[&str]) -> Finding {
    let holds = |wanted: Wanted<'_>| {
        let tokens = name::tokens(text);
        tokens.iter().any(|t| !wanted.ends(text.get(t.start..).unwrap_or_default()).is_empty())
    };
    let (wanted, found) = match reference {
        Answer::List { items } => (items.len(), items.iter().filter(|i| holds(Wanted::Item(i))).count()),
        Answer::Set { items } => (items.len(), items.iter().filter(|i| holds(Wanted::Item(i))).count()),
        Answer::Mapping { entries } => (entries.len(), entries.values().filter(|a| holds(Wanted::Answer(a))).count()),
        _ => return Finding::Undecided(Doubt::Prose),
    };
    // Short pieces that are all names or values leave nothing for a judge to see.
    let terse = pieces.iter().all(|p| name::words(p).len() <= 8);
    let too_few = found < wanted && (found == 0 || terse);
    let others = found == wanted && terse && pieces.len() > wanted;
    if too_few || others || reordered(reference, text) {
        Finding::Incorrect(Fault::OtherItems)
    } else {
        Finding::Undecided(Doubt::Prose)
    }
}

/// Whether a text is the parts of a reference and nothing else, in another order than the one that was asked for. Items with
/// numbers in front say their order themselves.
fn reordered(reference: &Answer, text: &str) -> bool {
    let parts: Vec<Part<'_>> = match reference {
        Answer::List { items } => items.iter().map(|i| Part::of(Wanted::Item(i))).collect(),
        Answer::Mapping { entries } if entries.keys().all(|label| rank(label).is_some()) => {
            entries.values().map(|answer| Part::of(Wanted::Answer(answer))).collect()
        }
        _ => return false,
    };
    let numbered = |line: &str| {
        let rest = line.trim_start().trim_start_matches('(').trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < line.trim_start().len() && (rest.starts_with(". ") || rest.starts_with(") "))
    };
    !text.lines().any(numbered)
        && sequence(opened(text), &parts, false, &mut vec![false; parts.len()], 0, &mut { FUEL })
}

/// Whether what follows a number adds nothing: nothing at all, or (for counts) words of the question that say what is
/// counted.
pub fn is_tail(question: &str, rest: &str, counted: bool) -> bool {
    if is_closed(rest) {
        return true;
    }
    if !counted || !rest.starts_with(' ') || rest.contains(['\n', ',', ';', '/', '%', '(', ':']) {
        return false;
    }
    let words = name::words(rest);
    let asked = name::words(&name::plain(question));
    let stem = |w: &str| w.strip_suffix("ies").map_or_else(|| w.trim_end_matches('s').to_string(), |s| format!("{s}y"));
    let said = |w: &String| {
        w.chars().all(char::is_alphabetic)
            && !name::is_hedge(w)
            && !["or", "and", "to", "plus", "minus", "times", "more", "less", "fewer", "no", "half"]
                .contains(&w.as_str())
            && asked.iter().any(|a| stem(a) == stem(w))
    };
    let known = super::unit::units_at(rest, "");
    let is_unit = known.iter().any(|(_, rest)| is_closed(rest));
    !is_unit && super::unit::scales(rest, true).is_empty() && words.len() <= 4 && words.iter().all(said)
}

#[derive(Clone, Copy)]
enum Wanted<'a> {
    Item(&'a str),
    Answer(&'a Answer),
}

#[derive(Clone, Copy)]
struct Part<'a> {
    label: Option<&'a str>,
    rank: Option<usize>,
    wanted: Wanted<'a>,
}

impl<'a> Part<'a> {
    fn of(wanted: Wanted<'a>) -> Part<'a> {
        Part { label: None, rank: None, wanted }
    }
}

impl Wanted<'_> {
    /// Where this ends at the beginning of `text`.
    fn ends(&self, text: &str) -> Vec<usize> {
        match self {
            Wanted::Item(item) => {
                if number::plain_number(item).is_some() {
                    let value = number::plain_number(item).unwrap_or_default();
                    let same = |q: &number::Quantity| {
                        q.scale == 1.0 && q.value == value && q.measure == super::unit::Measure::Bare
                    };
                    return number::quantities(text, "").iter().filter(|q| same(q)).map(|q| q.end).collect();
                }
                name::ends(item, text)
            }
            Wanted::Answer(answer) => ends(answer, text),
        }
    }
}

/// Where a simple answer ends at the beginning of `text`.
fn ends(reference: &Answer, text: &str) -> Vec<usize> {
    match reference {
        Answer::Number { .. } => number::ends(reference, text),
        Answer::Text { value, .. } => name::ends(value, text),
        Answer::Date { value } => date::ends(value, text),
        Answer::Boolean { value } => {
            let word: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
            if boolean(&word) == Some(*value) { vec![word.len()] } else { Vec::new() }
        }
        // Answers of several parts within one another are for a judge.
        Answer::List { .. } | Answer::Set { .. } | Answer::Mapping { .. } => Vec::new(),
    }
}

/// Reads all parts that are not `used` from `text`, separated, and nothing else.
fn sequence(text: &str, parts: &[Part<'_>], ordered: bool, used: &mut [bool], done: usize, fuel: &mut u32) -> bool {
    if done == parts.len() {
        return is_closed(text);
    }
    if *fuel == 0 {
        return false;
    }
    *fuel -= 1;
    let Some(text) = bullet(text, done + 1, ordered) else {
        return false;
    };
    for (i, part) in parts.iter().enumerate() {
        if used.get(i).copied().unwrap_or(true) || (ordered && i != done) {
            continue;
        }
        let Some(body) = part.label.map_or(Some(text), |label| after_label(text, label)) else {
            continue;
        };
        for end in part.wanted.ends(body) {
            let Some(rest) = separated(body.get(end..).unwrap_or_default(), done + 1 == parts.len()) else {
                continue;
            };
            if let Some(slot) = used.get_mut(i) {
                *slot = true;
            }
            if sequence(rest, parts, ordered, used, done + 1, fuel) {
                return true;
            }
            if let Some(slot) = used.get_mut(i) {
                *slot = false;
            }
        }
    }
    false
}

/// What follows the mark in front of an item. A number in front must be its place, where places matter.
fn bullet(text: &str, place: usize, ordered: bool) -> Option<&str> {
    let text = text.trim_start();
    for mark in ["- ", "* ", "• "] {
        if let Some(rest) = text.strip_prefix(mark) {
            return Some(rest.trim_start());
        }
    }
    let inner = text.strip_prefix('(').unwrap_or(text);
    let digits: String = inner.chars().take_while(char::is_ascii_digit).collect();
    let rest = inner.get(digits.len()..).unwrap_or_default();
    let numbered = rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "));
    match (digits.parse::<usize>(), numbered) {
        (Ok(n), Some(rest)) if digits.len() <= 2 => (!ordered || n == place).then_some(rest.trim_start()),
        _ => Some(text),
    }
}

fn after_label<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    name::ends(label, text).into_iter().find_map(|end| {
        let rest = text.get(end..)?.trim_start_matches([' ', '"', '\'']);
        let rest = rest.strip_prefix("->").or_else(|| rest.strip_prefix([':', '=']))?;
        Some(rest.trim_start_matches([' ', '"', '\'', '\n']))
    })
}

/// What follows a separator; nothing is needed after the last part.
fn separated(text: &str, last: bool) -> Option<&str> {
    if last {
        return Some(text);
    }
    let mut rest = text.trim_start_matches([' ', '"', '\'']);
    let broken = rest.trim_start_matches([',', ';', '\n', '|', ' ']);
    let mut found = broken.len() < rest.len() && rest.get(..rest.len() - broken.len())?.contains([',', ';', '\n', '|']);
    rest = broken;
    for word in ["and ", "& ", "then "] {
        if let Some(after) = rest.strip_prefix(word) {
            found = true;
            rest = after.trim_start();
        }
    }
    found.then_some(rest)
}

/// Without an opening bracket or quote.
fn opened(text: &str) -> &str {
    text.trim_start_matches(['[', '{', '(', '"', '\'', ' ', '\n'])
}

/// Nothing but closing marks.
fn is_closed(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || ".]})\"'".contains(c))
}

/// The place that a label such as `second` or `2` names.
fn rank(label: &str) -> Option<usize> {
    const ORDINALS: &[&str] =
        &["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    ORDINALS.iter().position(|o| *o == label).map(|i| i + 1).or_else(|| label.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_parts_in_another_order_are_wrong() {
        let list = Answer::List { items: vec!["Ada Brook".into(), "Ben Cole".into(), "Cy Dorn".into()] };
        let number = |value| Answer::Number { value, unit: String::new(), decimals: None, tolerance: 0.0 };
        let entries = [("first".to_string(), number(5.0)), ("second".to_string(), number(20.0))];
        let pair = Answer::Mapping { entries: entries.into() };
        let judge = |reference: &Answer, text: &str| super::super::judge("?", reference, text);
        let wrong = Finding::Incorrect(Fault::OtherItems);
        assert_eq!(judge(&list, "Ada Brook, Ben Cole, Cy Dorn"), Finding::Correct);
        assert_eq!(judge(&list, "Ben Cole, Ada Brook and Cy Dorn"), wrong);
        assert_eq!(judge(&pair, "5; 20"), Finding::Correct);
        assert_eq!(judge(&pair, "20; 5"), wrong);
        assert_eq!(judge(&list, "2. Ben Cole\n1. Ada Brook\n3. Cy Dorn"), Finding::Undecided(Doubt::Prose));
    }
}
