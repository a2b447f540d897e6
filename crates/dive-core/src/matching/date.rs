//! Calendar dates, as people write them.

use jiff::civil::{Date, Weekday};

use super::{Doubt, Fault, Finding};
use crate::text::MONTHS;

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The dates that the beginning of `text` can be read as, and where it ends.
pub fn at_start(text: &str) -> Option<(Vec<Date>, usize)> {
    let (weekday, from) = weekday(text);
    let rest = text.get(from..)?;
    let (mut dates, end) = numeric(rest).or_else(|| worded(rest))?;
    if let Some(weekday) = weekday {
        dates.retain(|d| d.weekday() == weekday);
    }
    let after = rest.get(end..)?;
    let runs_on = after.starts_with(|c: char| c.is_alphanumeric())
        || after.strip_prefix(['-', '/', '.']).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    (!runs_on).then_some((dates, from + end))
}

/// Where the date `reference` ends at the beginning of `text`.
pub fn ends(reference: &str, text: &str) -> Vec<usize> {
    match at_start(text) {
        Some((dates, end)) if matches!(dates.as_slice(), [d] if d.to_string() == reference) => vec![end],
        _ => Vec::new(),
    }
}

/// What is wrong with a text that is not the reference.
pub fn fault(reference: &str, text: &str, pieces: &[&str]) -> Finding {
    if pieces.iter().filter(|p| at_start(p).is_some()).count() > 1 {
        return Finding::Incorrect(Fault::SeveralAnswers);
    }
    match at_start(text) {
        Some((dates, end)) if text.get(end..).is_some_and(|r| r.trim().is_empty()) => {
            if dates.iter().any(|d| d.to_string() == reference) {
                Finding::Undecided(Doubt::AmbiguousDate)
            } else {
                Finding::Incorrect(Fault::Different)
            }
        }
        Some(_) => Finding::Undecided(Doubt::Prose),
        None if text.chars().any(|c| c.is_ascii_digit()) || text.len() > 40 => Finding::Undecided(Doubt::Prose),
        None => Finding::Incorrect(Fault::Different),
    }
}

fn weekday(text: &str) -> (Option<Weekday>, usize) {
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    let lower = word.to_ascii_lowercase();
    let found = DAYS.iter().find(|(name, _)| lower == *name || (lower.len() == 3 && name.starts_with(&lower)));
    match found {
        Some((_, weekday)) => {
            let rest = text.get(word.len()..).unwrap_or_default().trim_start_matches(['.', ',', ' ']);
            (Some(*weekday), text.len() - rest.len())
        }
        None => (None, 0),
    }
}

/// `2020-03-14`, `2020/3/14`, `14.3.2020`, `14/3/2020` or `3/14/2020`.
fn numeric(text: &str) -> Option<(Vec<Date>, usize)> {
    let number = |from: usize| -> Option<(i16, usize)> {
        let digits: String = text.get(from..)?.chars().take_while(char::is_ascii_digit).collect();
        Some((digits.parse().ok()?, digits.len()))
    };
    let (a, la) = number(0)?;
    let mark = text.get(la..)?.chars().next().filter(|c| "-/.".contains(*c))?;
    let (b, lb) = number(la + 1)?;
    text.get(la + 1 + lb..)?.strip_prefix(mark)?;
    let (c, lc) = number(la + lb + 2)?;
    let end = la + lb + lc + 2;
    let mut dates = Vec::new();
    let mut add = |y: i16, m: i16, d: i16| {
        if let Ok(date) = Date::new(y, m as i8, d as i8)
            && m <= 12
            && d <= 31
            && !dates.contains(&date)
        {
            dates.push(date);
        }
    };
    if la == 4 {
        add(a, b, c);
    } else if lc == 4 {
        add(c, b, a);
        // Points are written with the day first.
        if mark != '.' {
            add(c, a, b);
        }
    } else {
        return None;
    }
    Some((dates, end))
}

/// `14 March 2020`, `14th of March, 2020`, `March 14, 2020`, with months cut to three letters or more.
fn worded(text: &str) -> Option<(Vec<Date>, usize)> {
    let mut day = None;
    let mut month = None;
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let skipped = rest.trim_start_matches([' ', ',', '.']);
        if at > 0 && skipped.len() == rest.len() && month.is_some() {
            return None;
        }
        at += rest.len() - skipped.len();
        let word: String = skipped.chars().take_while(char::is_ascii_alphanumeric).collect();
        let lower = word.to_ascii_lowercase();
        let digits: String = lower.chars().take_while(char::is_ascii_digit).collect();
        let suffix = lower.get(digits.len()..)?;
        if digits.len() == 4 && suffix.is_empty() {
            let (day, month): (i8, i8) = (day?, month?);
            let date = Date::new(digits.parse().ok()?, month, day);
            return Some((date.ok().into_iter().collect(), at + word.len()));
        }
        if !digits.is_empty() && digits.len() <= 2 && matches!(suffix, "" | "st" | "nd" | "rd" | "th") && day.is_none()
        {
            day = Some(digits.parse().ok()?);
        } else if lower == "of" && day.is_some() && month.is_none() {
        } else if lower.len() >= 3 && month.is_none() {
            let index = MONTHS.iter().position(|m| m.to_lowercase().starts_with(&lower))?;
            month = Some(index as i8 + 1);
        } else {
            return None;
        }
        at += word.len();
    }
}
