//! How questions look.

use std::collections::BTreeSet;

use dive_core::evidence::Outcome;
use dive_core::sem::Sem;
use dive_core::task::{Span, Task};
use dive_synth::lexicon::Lexicon;
use dive_synth::literal;
use dive_synth::read::read;
use serde_json::Value;

use crate::{POOL, PROPOSALS, accepted};

/// Internal ids that the calls of a task returned or took; short ones may stand in a question by chance.
fn ids(task: &Task) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for call in &task.evidence.calls {
        let Some(spec) = POOL.spec(&call.tool) else { continue };
        for param in spec.params.iter().filter(|p| matches!(p.sem, Sem::Id(_))) {
            found.extend(call.args.get(&param.name).map(|v| v.to_string().trim_matches('"').to_string()));
        }
        let Outcome::Value { value, .. } = &call.outcome else { continue };
        let rows = spec.output.rows.as_ref();
        let lists = rows.and_then(|r| value.pointer(&r.pointer)?.as_array().map(|a| (r, a)));
        let scalars = spec.output.fields.iter().filter_map(|f| Some((f, value.pointer(&f.pointer)?)));
        let cells = lists.into_iter().flat_map(|(r, list)| {
            list.iter().flat_map(|row| r.fields.iter().filter_map(|f| Some((f, row.pointer(&f.pointer)?))))
        });
        for (field, value) in scalars.chain(cells) {
            if matches!(field.sem, Sem::Id(_)) && !value.is_null() {
                found.insert(value.to_string().trim_matches('"').to_string());
            }
        }
    }
    found.retain(|id| id.len() > 3);
    found
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).collect()
}

#[test]
fn questions_are_clean() {
    let tools: Vec<&str> = POOL.specs().map(|s| s.name.as_str()).filter(|n| n.contains('_')).collect();
    let mut complaints = Vec::new();
    for task in accepted(&PROPOSALS) {
        for question in task.rounds.iter().map(|r| &r.question).filter(|q| !q.is_empty()) {
            let lower = question.to_lowercase();
            let mut complain = |what: &str| complaints.push(format!("{what}: {question}"));
            for (part, what) in [
                ("_", "an underscore"),
                ("  ", "a double space"),
                ("null", "null"),
                ("the the ", "a double article"),
                ("{", "a slot"),
                (" ,", "a space before a comma"),
                (" .", "a space before a full stop"),
                (" ?", "a space before a question mark"),
                ("..", "two full stops"),
                ("nan", "no number"),
                ("\"", "a straight quotation mark"),
                (" a a ", "a double article"),
                ("of of ", "a double preposition"),
            ] {
                let whole = part.chars().all(char::is_alphabetic);
                if if whole { words(&lower).contains(part) } else { lower.contains(part) } {
                    complain(what);
                }
            }
            if let Some(tool) = tools.iter().find(|t| lower.contains(**t)) {
                complain(tool);
            }
            if !question.ends_with(['.', '?']) {
                complain("no end");
            }
            if !question.starts_with(char::is_uppercase) {
                complain("no capital");
            }
            if question.trim() != question || question.contains('\n') {
                complain("white space");
            }
        }
        let said = words(&task.question);
        if let Some(id) = ids(task).iter().find(|id| said.contains(id.as_str())) {
            complaints.push(format!("the internal id {id}: {}", task.question));
        }
    }
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn spans_are_in_order_and_stand_where_they_say() {
    for task in accepted(&PROPOSALS) {
        let chars: Vec<char> = task.question.chars().collect();
        let mut at = 0;
        for span in &task.spans {
            assert!(at <= span.start && span.start < span.end, "{}: {span:?}", task.question);
            assert_eq!(chars[span.start..span.end].iter().collect::<String>(), span.text);
            at = span.end;
        }
    }
}

/// The words of another constant of the same meaning.
fn another(span: &Span) -> Option<String> {
    match (&span.sem, &span.value) {
        (Sem::Entity(of), Value::String(name)) => POOL.entities().get(of)?.names.iter().find(|n| *n != name).cloned(),
        (Sem::Year(_), Value::Number(n)) => literal::render(&(n.as_i64()? - 1).into(), &span.sem),
        (Sem::Measure { .. } | Sem::Number, Value::Number(n)) => {
            literal::render(&(n.as_f64()? + 1.0).into(), &span.sem)
        }
        _ => None,
    }
}

/// The question with each of its constants, or one of its operators, replaced by another.
fn tampered(task: &Task) -> Vec<String> {
    const OPERATORS: &[(&str, &str)] = &[
        ("highest", "lowest"),
        ("latest", "earliest"),
        ("higher", "lower"),
        ("later", "earlier"),
        (" above ", " below "),
        (" after ", " before "),
        ("the average ", "the median "),
        ("the total ", "the average "),
        ("second-", "third-"),
        ("one decimal", "two decimal"),
        ("nearest whole number", "one decimal place"),
        ("the ratio of", "the percentage change from"),
    ];
    let mut found = Vec::new();
    let chars: Vec<char> = task.question.chars().collect();
    let text = |range: &[char]| range.iter().collect::<String>();
    for span in &task.spans {
        let Some(words) = another(span) else { continue };
        found.push(format!("{}{words}{}", text(&chars[..span.start]), text(&chars[span.end..])));
    }
    for (a, b) in OPERATORS {
        for (from, to) in [(a, b), (b, a)] {
            found.extend(task.question.contains(from).then(|| task.question.replacen(from, to, 1)));
        }
    }
    found
}

#[test]
fn the_reader_notices_every_change_that_matters() {
    let lexicon = Lexicon::new(&POOL);
    let (mut tried, mut missed) = (0, Vec::new());
    for task in accepted(&PROPOSALS[..400]) {
        for question in tampered(task) {
            tried += 1;
            if read(&lexicon, &question) == [task.logical_form.clone()] {
                missed.push(format!("{}\n    {question}", task.question));
            }
        }
    }
    assert!(missed.is_empty(), "{} of {tried}\n{}", missed.len(), missed.join("\n"));
    assert!(tried > 500, "only {tried} changes");
}
