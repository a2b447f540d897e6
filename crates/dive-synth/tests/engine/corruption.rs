//! Tasks that were tampered with are refused, by the check that is there for it.

use std::collections::BTreeMap;

use dive_core::answer::Answer;
use dive_core::evidence::{Outcome, Source};
use dive_core::expr::{End, Expr, Op};
use dive_core::form::Form;
use dive_core::task::Task;
use dive_core::text::{Locator, Quotation, Reading, Stretch};
use dive_synth::{Verifier, gate};
use serde_json::Value;

use crate::{POOL, PROPOSALS, accepted};

/// Another answer of the same type.
fn other(answer: &Answer) -> Answer {
    let mut changed = answer.clone();
    match &mut changed {
        Answer::Number { value, .. } => *value += 1.0,
        Answer::Text { value, .. } => value.push('x'),
        Answer::Boolean { value } => *value = !*value,
        Answer::Date { value } => *value = "1999-01-01".into(),
        Answer::List { items } => items.reverse(),
        Answer::Set { items } => drop(items.insert("Nobody".into())),
        Answer::Mapping { entries } => entries.values_mut().for_each(|e| *e = other(e)),
    }
    changed
}

/// Replaces words of the question, and moves the spans after them.
fn reword(task: &mut Task, from: &str, to: &str) -> bool {
    let Some(at) = task.question.find(from) else { return false };
    let place = task.question[..at].chars().count();
    let (gone, come) = (from.chars().count(), to.chars().count());
    if task.spans.iter().any(|s| s.start < place + gone && place < s.end) {
        return false;
    }
    task.question.replace_range(at..at + from.len(), to);
    for span in task.spans.iter_mut().filter(|s| s.start >= place) {
        (span.start, span.end) = (span.start + come - gone.min(come), span.end + come - gone.min(come));
        if come < gone {
            (span.start, span.end) = (span.start + come - gone, span.end + come - gone);
        }
    }
    true
}

/// The first number quoted in an expression.
fn quote(expr: &mut Expr) -> Option<(&mut Quotation, &mut Stretch)> {
    match expr {
        Expr::Quote { how, span, .. } if how.reading == Reading::Number => Some((how, span)),
        Expr::Apply { args, .. } => args.iter_mut().find_map(quote),
        _ => None,
    }
}

fn turned(expr: &mut Expr) -> bool {
    let Expr::Apply { op, args } = expr else { return false };
    match op {
        Op::Pick { end, .. } | Op::Top { end, .. } | Op::Extreme { end } => {
            *end = if *end == End::Largest { End::Smallest } else { End::Largest };
            true
        }
        Op::Mean => {
            *op = Op::Range;
            true
        }
        Op::Difference => {
            *op = Op::Divide;
            true
        }
        _ => args.first_mut().is_some_and(turned),
    }
}

/// The first call of the path for which `change` finds something to change.
fn on_path(task: &mut Task, mut change: impl FnMut(&mut dive_core::evidence::Call) -> bool) -> bool {
    let path = task.certificate.path.clone();
    task.evidence.calls.iter_mut().filter(|c| path.contains(&c.id)).any(&mut change)
}

type Change = fn(&mut Task) -> bool;

/// What is done, what it must be refused for, how to do it (false when the task offers no place for it).
const CORRUPTIONS: &[(&str, &[&str], Change)] = &[
    ("another answer", &["not_entailed"], |t| {
        t.answer = other(&t.answer);
        true
    }),
    ("an answer of another type", &["not_entailed"], |t| {
        t.answer = Answer::Date { value: "1999-01-01".into() };
        true
    }),
    ("another unit", &["not_entailed"], |t| match &mut t.answer {
        Answer::Number { unit, .. } => {
            *unit = format!("{unit}x");
            true
        }
        _ => false,
    }),
    ("a recorded value of the derivation", &["not_entailed"], |t| {
        let Expr::Get { get, path } = gate::strip(&t.derivation).clone() else { return false };
        let Some(call) = t.evidence.calls.iter_mut().find(|c| c.id == get) else { return false };
        let Outcome::Value { value, .. } = &mut call.outcome else { return false };
        match value.pointer_mut(&path) {
            Some(Value::Number(n)) => {
                *value.pointer_mut(&path).unwrap() = (n.as_f64().unwrap() * 3.0 + 7.0).into();
                true
            }
            _ => false,
        }
    }),
    ("a quote in another place", &["not_entailed"], |t| {
        quote(&mut t.derivation).map(|(_, span)| (span.start, span.end) = (span.start + 1, span.end + 1)).is_some()
    }),
    ("a quote of other words", &["not_entailed"], |t| {
        quote(&mut t.derivation).map(|(_, span)| span.text.push('1')).is_some()
    }),
    // It finds the same words here, but is not what the tool says of its texts.
    ("a quote by another rule", &["not_faithful"], |t| {
        let Some((Quotation { by: Locator::Between(pairs), .. }, _)) = quote(&mut t.derivation) else { return false };
        pairs.push(("nowhere ".into(), " at all".into()));
        true
    }),
    ("a text that says it twice", &["not_unique", "not_executable"], |t| {
        let mut derivation = t.derivation.clone();
        let Some((_, span)) = quote(&mut derivation) else { return false };
        on_path(t, |c| match &mut c.outcome {
            Outcome::Value { value, .. } => match value.get_mut("text") {
                Some(Value::String(text)) if text.contains(&span.text) => {
                    *text = format!("{text}\n{}", text.replace(&span.text, "4,711"));
                    true
                }
                _ => false,
            },
            Outcome::Error { .. } => false,
        })
    }),
    ("a search that found another first", &["not_unique"], |t| {
        if quote(&mut t.derivation.clone()).is_none() {
            return false;
        }
        let named = |c: &dive_core::evidence::Call, v: &Value| c.args.values().any(|a| a == v);
        on_path(t, |c| match &mut c.outcome.clone() {
            Outcome::Value { value, .. } => match value.pointer_mut("/documents/0") {
                Some(Value::Object(row)) => {
                    let Some(name) = row.values_mut().find(|v| named(c, v)) else { return false };
                    *name = "another".into();
                    c.outcome = Outcome::Value { value: value.clone(), complete: true };
                    true
                }
                _ => false,
            },
            Outcome::Error { .. } => false,
        })
    }),
    ("a missing observation", &["not_entailed", "not_executable"], |t| {
        on_path(t, |c| {
            c.outcome = Outcome::Error { error: dive_core::tool::ToolError::not_found("Gone.") };
            true
        })
    }),
    ("an incomplete list", &["not_unique"], |t| {
        let complete = t.certificate.complete.clone();
        on_path(t, |c| match &mut c.outcome {
            Outcome::Value { complete: all, .. } if complete.contains(&c.id) => {
                *all = false;
                true
            }
            _ => false,
        })
    }),
    ("an argument without a source", &["not_closed"], |t| on_path(t, |c| c.sources.pop_first().is_some())),
    ("a source of another meaning", &["not_faithful", "not_closed"], |t| {
        on_path(t, |c| {
            let literal = c.sources.values_mut().find(|s| matches!(s, Source::Literal(_)));
            literal.map(|s| *s = Source::Literal("text:other".parse().unwrap())).is_some()
        })
    }),
    ("a derived argument passed off as a constant", &["not_faithful", "not_minimal", "not_closed"], |t| {
        on_path(t, |c| {
            let derived = c.sources.values_mut().find(|s| matches!(s, Source::Derived(_)));
            derived.map(|s| *s = Source::Literal("text:other".parse().unwrap())).is_some()
        })
    }),
    ("a derived argument with another value", &["not_executable"], |t| {
        on_path(t, |c| {
            let name = c.sources.iter().find(|(_, s)| matches!(s, Source::Derived(_))).map(|(n, _)| n.clone());
            name.map(|n| c.args.insert(n, Value::from("another"))).is_some()
        })
    }),
    ("another tool", &["not_faithful", "not_minimal", "not_entailed", "not_closed"], |t| {
        on_path(t, |c| {
            c.tool = "no_such_tool".into();
            true
        })
    }),
    ("a span of other words", &["not_closed"], |t| t.spans.first_mut().map(|s| s.text.push('x')).is_some()),
    ("a span in another place", &["not_closed"], |t| {
        t.spans.first_mut().map(|s| (s.start, s.end) = (s.start + 1, s.end + 1)).is_some()
    }),
    ("a span of another value", &["not_closed"], |t| t.spans.first_mut().map(|s| s.value = "x".into()).is_some()),
    ("no spans", &["not_closed"], |t| !std::mem::take(&mut t.spans).is_empty()),
    ("words after the question", &["not_faithful"], |t| {
        t.question.push_str(" Please.");
        true
    }),
    ("no last sentence", &["not_faithful"], |t| {
        // The directive is part of the form only where it rounds.
        let rounded = matches!(t.derivation, Expr::Apply { op: Op::Round { .. }, .. });
        let Some(cut) = t.question.trim_end_matches('.').rfind(['.', '?']).filter(|_| rounded) else { return false };
        t.question.truncate(cut + 1);
        let length = t.question.chars().count();
        t.spans.iter().all(|s| s.end <= length)
    }),
    ("the other superlative", &["not_faithful"], |t| reword(t, "highest", "lowest") || reword(t, "lowest", "highest")),
    ("the other comparative", &["not_faithful"], |t| reword(t, "higher", "lower") || reword(t, "lower", "higher")),
    ("the other side of a threshold", &["not_faithful"], |t| {
        reword(t, "above", "below") || reword(t, "below", "above")
    }),
    ("another aggregate", &["not_faithful"], |t| reword(t, "average", "median") || reword(t, "median", "average")),
    ("another number of decimals", &["not_faithful"], |t| {
        reword(t, "one decimal place", "two decimal places") || reword(t, "two decimal places", "one decimal place")
    }),
    ("the answer in the question", &["leaked"], |t| {
        let text = match &t.answer {
            Answer::Text { value, .. } | Answer::Date { value } => value.clone(),
            Answer::Number { value, .. } => value.to_string(),
            _ => return false,
        };
        if matches!(&t.logical_form, Form::Apply { op: Op::Pick { .. }, .. }) && gate::is_choice(&t.logical_form) {
            return false;
        }
        t.question.push_str(&format!(" It is {text}."));
        true
    }),
    // The middle of three is second from either end, and then only the question is at odds.
    ("a turned derivation", &["not_entailed", "not_unique", "not_faithful"], |t| turned(&mut t.derivation)),
    ("more decimals", &["not_entailed", "rounding_tie"], |t| match &mut t.derivation {
        Expr::Apply { op: Op::Round { decimals }, .. } => {
            *decimals += 1;
            true
        }
        _ => false,
    }),
    ("the answer as derivation", &["not_closed", "not_faithful", "not_entailed"], |t| {
        let Ok(value) = t.derivation.eval(&t.evidence) else { return false };
        t.derivation = Expr::literal(value, "number".parse().unwrap());
        true
    }),
    ("another logical form", &["not_faithful"], |t| {
        t.logical_form = Form::apply(Op::Count, [t.logical_form.clone()]);
        true
    }),
    ("a shorter path in the certificate", &["the certificate"], |t| t.certificate.path.pop().is_some()),
    ("another number of atoms in the certificate", &["the certificate"], |t| {
        t.certificate.ablations.first_mut().map(|a| a.atoms += 1).is_some()
    }),
    ("another key in the certificate", &["the certificate"], |t| {
        t.certificate.key.push('x');
        true
    }),
];

#[test]
fn tampered_tasks_are_refused_by_the_right_check() {
    let verifier = Verifier::new(&POOL, false);
    let mut applied: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for task in accepted(&PROPOSALS[..300]) {
        for (what, reasons, change) in CORRUPTIONS {
            // Each kind of damage a dozen times is enough.
            if applied.get(what).is_some_and(|n| *n >= 12) {
                continue;
            }
            let mut damaged = task.clone();
            if !change(&mut damaged) || damaged == *task {
                continue;
            }
            *applied.entry(what).or_default() += 1;
            match verifier.check(&damaged) {
                Err(says) if says.iter().any(|s| reasons.iter().any(|r| s.starts_with(r))) => {}
                other => wrong.push(format!("{what}: {other:?}: {}", damaged.question)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (what, ..) in CORRUPTIONS {
        assert!(applied.contains_key(what), "{what} found no place in any task");
    }
}

#[test]
fn what_no_tool_said_is_found_by_running_them() {
    let (recorded, executed) = (Verifier::new(&POOL, false), Verifier::new(&POOL, true));
    for task in accepted(&PROPOSALS[..60]) {
        let mut damaged = task.clone();
        // Nobody reads this value, so only the tool itself can tell.
        let added = on_path(&mut damaged, |c| match &mut c.outcome {
            Outcome::Value { value: Value::Object(map), .. } => map.insert("remark".into(), "added".into()).is_none(),
            _ => false,
        });
        assert!(added);
        assert_eq!(recorded.check(&damaged), Ok(()));
        let refusal = executed.check(&damaged).unwrap_err().join("; ");
        assert!(refusal.starts_with("not_executable") && refusal.contains("another result"), "{refusal}");
    }
}
