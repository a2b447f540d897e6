//! The solver: makes the calls that a question of the player's names, and says what they give.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::ANSWER_MARK;
use super::phrase::{Arg, Lookup, Question, at, rows};
use crate::asked::{Asked, Said};
use crate::server::Answer;

/// What stands between a question and its answer.
enum Open {
    /// Calls that have to be made.
    Calls(Vec<(String, Value)>),
    /// There is no way.
    Stuck,
}

/// How an answer is given: as it is asked for, wrongly, or so that only a reader can tell what it is.
pub fn said(text: &str, wrongly: bool, hedged: bool) -> Answer {
    if wrongly {
        Answer::text(format!("I am quite sure.\n{ANSWER_MARK} 987654321"))
    } else if hedged {
        Answer::text(format!("From what the tools returned I would say that it is {text}, as listed there."))
    } else {
        Answer::text(format!("That follows from what the tools returned.\n{ANSWER_MARK} {text}"))
    }
}

pub fn answer(asked: &Asked, wrongly: bool, hedged: bool) -> Answer {
    let Some(question) = Question::read(&asked.user_text()) else {
        return Answer::text(format!("I only understand questions of my own.\n{ANSWER_MARK} unknown"));
    };
    match solve(asked, &question) {
        Ok(text) => said(&text, wrongly, hedged),
        Err(Open::Calls(calls)) if calls.iter().all(|(name, _)| asked.offers(name)) => Answer {
            reasoning: "I need these first.".into(),
            calls: calls.into_iter().map(|(name, args)| (name, args.to_string())).collect(),
            ..Answer::default()
        },
        Err(_) => Answer::text(format!("The tools do not show it.\n{ANSWER_MARK} unknown")),
    }
}

fn solve(asked: &Asked, question: &Question) -> Result<String, Open> {
    let number = |v: Value| v.as_f64().ok_or(Open::Stuck);
    let both = |a, b| match (find(asked, a), find(asked, b)) {
        (Ok(a), Ok(b)) => Ok((number(a)?, number(b)?)),
        (Err(Open::Calls(mut a)), Err(Open::Calls(b))) => {
            // Both at once, each once.
            a.extend(b.into_iter().filter(|c| !a.contains(c)).collect::<Vec<_>>());
            Err(Open::Calls(a))
        }
        (Err(open), _) | (_, Err(open)) => Err(open),
    };
    match question {
        Question::What(v) => Ok(plain(&find(asked, v)?)),
        Question::Difference(a, b, whole) => both(a, b).map(|(x, y)| {
            let difference = (x - y).abs();
            if *whole { difference.to_string() } else { format!("{difference:.2}") }
        }),
        Question::Sum(a, b) => both(a, b).map(|(x, y)| (x + y).to_string()),
        Question::Highest(name, value, list) => {
            let result = result(asked, list)?;
            let (_, rows) = rows(&result).ok_or(Open::Stuck)?;
            let best = rows
                .iter()
                .filter_map(|r| Some((r.get(value)?.as_f64()?, r.get(name)?)))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            best.map(|(_, name)| plain(name)).ok_or(Open::Stuck)
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

fn find(asked: &Asked, lookup: &Lookup) -> Result<Value, Open> {
    at(&result(asked, lookup)?, &lookup.key).cloned().ok_or(Open::Stuck)
}

/// The result of the call behind a value.
fn result(asked: &Asked, lookup: &Lookup) -> Result<Value, Open> {
    let args = arguments(asked, &lookup.args)?;
    let made = asked.messages.iter().find_map(|m| match m {
        Said::Tool { name, args: a, content, error } if *name == lookup.tool && *a == args => Some((content, error)),
        _ => None,
    });
    match made {
        Some((content, false)) => Ok(content.clone()),
        Some(_) => Err(Open::Stuck),
        None => Err(Open::Calls(vec![(lookup.tool.clone(), args)])),
    }
}

fn arguments(asked: &Asked, args: &BTreeMap<String, Arg>) -> Result<Value, Open> {
    let mut found = Map::new();
    for (name, arg) in args {
        let value = match arg {
            Arg::Stated(value) => value.clone(),
            Arg::Found(lookup) => find(asked, lookup)?,
        };
        found.insert(name.clone(), value);
    }
    Ok(Value::Object(found))
}
