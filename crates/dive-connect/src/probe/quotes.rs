//! Values that stand in texts: found by the same rule in several results of a tool.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::sem::Sem;
use dive_core::text::{Locator, MONTHS, Quotation, Reading};
use dive_core::tool::Field;
use dive_tools::manifest::slug;
use serde_json::Value;

use super::{infer, words};
use crate::reading::pair;

/// Texts in which a rule has to find something.
const ENOUGH: usize = 2;
/// Most fields of one text.
const MOST: usize = 12;
/// Longest words that are quoted as they stand.
const LONGEST: usize = 60;

/// The fields that can be quoted from the texts in results.
pub(super) fn fields(provider: &str, results: &[&Value]) -> Vec<Field> {
    let mut texts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for result in results {
        infer::walk(result, "", 0, &mut |pointer, value| {
            if let Some(text) = value.as_str().filter(|t| t.len() > LONGEST || t.contains('\n')) {
                texts.entry(pointer.into()).or_default().insert(text);
            }
        });
    }
    let mut found: Vec<Field> = Vec::new();
    for (pointer, texts) in texts {
        let rules = texts.iter().flat_map(|t| rules(t)).collect::<BTreeMap<_, _>>();
        let fields =
            rules.into_iter().filter_map(|(name, (by, noun))| field(provider, &pointer, &texts, &name, by, noun));
        found.extend(fields.take(MOST));
    }
    found
}

/// Rules that a text suggests, by name, with the noun where the name is none.
fn rules(text: &str) -> BTreeMap<String, (Locator, Option<String>)> {
    let mut rules = BTreeMap::new();
    for line in text.lines() {
        if let Some((key, _)) = pair(line.trim_start_matches([' ', '\t', '-', '*'])) {
            rules.insert(slug(key), (Locator::ValueOf(key.into()), None));
        } else {
            rules.extend(counted(line));
            rules.extend(dated(line));
        }
    }
    rules
}

/// `employs 12 people`, `has 3 meeting rooms`: a number before a plural, after two words.
fn counted(line: &str) -> Vec<(String, (Locator, Option<String>))> {
    let words: Vec<&str> = line.split(' ').collect();
    let mut found = Vec::new();
    for window in words.windows(4) {
        let [one, two, number, thing] = window else { continue };
        let numeric = number.starts_with(|c: char| c.is_ascii_digit());
        let thing = thing.trim_end_matches(['.', ',', ';', ':']);
        let plural = (thing.len() > 3 && thing.ends_with('s') && !thing.ends_with("ss")) || thing == "people";
        let plain = thing.chars().all(|c| c.is_ascii_lowercase()) && [one, two].iter().all(|w| !w.is_empty());
        if numeric && plural && plain {
            let by = Locator::Between(vec![(format!("{one} {two} "), format!(" {thing}"))]);
            found.push((slug(thing), (by, Some(format!("number of {thing}")))));
        }
    }
    found
}

/// `opened on 14 March 2004`: a date after a participle.
fn dated(line: &str) -> Vec<(String, (Locator, Option<String>))> {
    let words: Vec<&str> = line.split(' ').collect();
    let mut found = Vec::new();
    for window in words.windows(4) {
        let [done, on, first, second] = window else { continue };
        let month = |w: &str| MONTHS.contains(&w);
        let date = (month(first) && second.starts_with(|c: char| c.is_ascii_digit())) || month(second);
        let plain = done.len() > 3 && done.chars().all(|c| c.is_ascii_lowercase());
        if date && *on == "on" && plain && done.ends_with("ed") {
            let by = Locator::Between(vec![(format!("{done} on "), String::new())]);
            found.push((slug(done), (by, Some(format!("date {done}")))));
        }
    }
    found
}

/// The field that a rule gives, when it holds for enough texts.
fn field(
    provider: &str,
    pointer: &str,
    texts: &BTreeSet<&str>,
    name: &str,
    by: Locator,
    noun: Option<String>,
) -> Option<Field> {
    let quoted = |reading: Reading| {
        let how = Quotation { by: by.clone(), reading };
        let values: Vec<Value> = texts.iter().filter_map(|t| how.find(t).ok()).map(|(_, value)| value).collect();
        (how, values)
    };
    // What stands there must read as the same kind of value in every text that has it.
    let text = quoted(Reading::Text);
    let (how, values) = [Reading::Date, Reading::Number]
        .into_iter()
        .map(quoted)
        .find(|(_, values)| values.len() >= ENOUGH && values.len() >= text.1.len())
        .or_else(|| {
            Some(text).filter(|(how, values)| values.len() >= ENOUGH && matches!(how.by, Locator::ValueOf(_)))
        })?;
    let seen: Vec<&Value> = values.iter().collect();
    if values.iter().any(|v| v.as_str().is_some_and(|t| t.len() > LONGEST)) {
        return None;
    }
    let (sem, asked) = match (&noun, how.reading) {
        (Some(_), Reading::Number) => (Sem::count(&slug(&format!("{provider}_{name}"))), true),
        _ => infer::meaning(provider, name, &seen, None),
    };
    let (said, plural) = words::field(name, &sem);
    let (noun, plural) =
        noun.map_or((said, plural), |n| (n.clone(), n.replacen("number", "numbers", 1).replacen("date", "dates", 1)));
    let pointer = format!("{pointer}#{name}");
    asked.then_some(Field { pointer, sem, noun, plural, quote: Some(how), phrases: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_that_hold_for_several_texts_become_fields() {
        let note = |manager: &str, opened: &str, people: u32| {
            json!({"content": format!("The shop\nManager: {manager}\nFloor area: 42{people} square metres\n\nIt opened on {opened} and now employs \
                                       {people} people in all.\nOnce: {people} x 2\n")})
        };
        let results = [
            note("Ada Berg", "14 March 2004", 12),
            note("Ole Vik", "2 May 2011", 7),
            json!({"content": "Manager: nobody\nx"}),
        ];
        let results: Vec<&Value> = results.iter().collect();
        let found = fields("files", &results);
        let said: Vec<(&str, &str, String)> =
            found.iter().map(|f| (f.pointer.as_str(), f.noun.as_str(), f.sem.to_string())).collect();
        assert_eq!(
            said,
            [
                ("/content#floor_area", "floor area", "level:files_floor_area".to_string()),
                ("/content#manager", "manager", "text:files_manager".into()),
                ("/content#once", "once", "text:files_once".into()),
                ("/content#opened", "date opened", "date:opened".into()),
                ("/content#people", "number of people", "count:files_people".into()),
            ]
        );
        assert_eq!(found[3].value(results[0]), Some(json!("2004-03-14")));
        assert_eq!(found[4].value(results[1]), Some(json!(7)));
        assert!(fields("files", &results[..1]).is_empty(), "one text shows no rule");
    }
}
