//! The deriver: asks for something that the observations show, and says where.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::SUBMIT;
use super::phrase::{Arg, Lookup, Question, leaves, rows};
use crate::asked::Asked;
use crate::behaviour::Behaviour;
use crate::server::Answer;

/// An observation as the prompt shows it.
struct Seen {
    id: String,
    tool: String,
    args: BTreeMap<String, Value>,
    value: Value,
    complete: bool,
}

/// A task that could be submitted.
struct Draft {
    question: Question,
    answer: Value,
    /// Observation and pointer of each atom.
    support: Vec<(String, String)>,
    derivation: Value,
}

pub fn answer(asked: &Asked, touched: &dyn Fn(Behaviour) -> bool) -> Answer {
    let text = asked.user_text();
    let seen: Vec<Seen> = text.lines().filter_map(observation).collect();
    let mut drafts = drafts(&seen);
    // What a previous round or attempt asked is not asked again.
    drafts.retain(|d| !text.contains(&d.question.write()));
    let mark = text.bytes().fold(5u64, |h, b| h.wrapping_mul(33).wrapping_add(b.into()));
    let Some(draft) = pick(&mut drafts, mark) else {
        return Answer::text("The observations show nothing to ask about.");
    };
    let mut question = draft.question.clone();
    let mut answer = draft.answer.clone();
    let mut support = draft.support.clone();
    let mut derivation = draft.derivation.clone();
    let another = drafts.iter().find(|d| d.answer != draft.answer && d.support.len() == 1);
    if touched(Behaviour::WrongSupport) {
        (support, derivation) = match another {
            Some(another) => (another.support.clone(), another.derivation.clone()),
            None => (vec![("c1".into(), "/nowhere".into())], Value::Null),
        };
    }
    if touched(Behaviour::Invented) {
        answer = json!({"type": "number", "value": 123_456.75});
    }
    if touched(Behaviour::Drifted) {
        let nothing = Lookup { key: "colour".into(), tool: "paint_shop".into(), args: BTreeMap::new() };
        question = another.map_or(Question::What(nothing), |another| another.question.clone());
    }
    let support: Vec<Value> =
        support.iter().map(|(id, pointer)| json!({"observation": id, "pointer": pointer})).collect();
    let task = json!({"question": question.write(), "answer": answer, "support": support, "derivation": derivation});
    Answer { reasoning: "One of these can be asked for.".into(), ..Answer::call(SUBMIT, &task) }
}

fn observation(line: &str) -> Option<Seen> {
    let json: Value = serde_json::from_str(line.trim()).ok()?;
    let outcome = json.get("outcome")?;
    Some(Seen {
        id: json.get("id")?.as_str()?.into(),
        tool: json.get("tool")?.as_str()?.into(),
        args: json.get("args")?.as_object()?.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        value: outcome.get("value")?.clone(),
        complete: outcome.get("complete").and_then(Value::as_bool).unwrap_or(false),
    })
}

/// Everything that could be asked, the plainest first.
fn drafts(seen: &[Seen]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for one in seen {
        let stated: Vec<&Value> = one.args.values().collect();
        let leaves: Vec<(String, &Value)> = leaves(&one.value)
            .into_iter()
            .filter(|(k, v)| !stated.contains(v) && typed(v).is_some() && k != "truncated")
            .collect();
        for (key, value) in &leaves {
            let Some(answer) = typed(value) else { continue };
            let pointer = pointer(key);
            drafts.push(Draft {
                question: Question::What(lookup(seen, one, key)),
                answer,
                derivation: json!({"get": one.id, "path": pointer}),
                support: vec![(one.id.clone(), pointer)],
            });
        }
        drafts.extend(highest(seen, one));
        for other in seen.iter().filter(|o| o.tool == one.tool && o.args != one.args && o.id > one.id) {
            for (key, value) in &leaves {
                drafts.extend(difference(seen, one, other, key, value));
            }
        }
    }
    drafts
}

fn difference(seen: &[Seen], one: &Seen, other: &Seen, key: &str, value: &Value) -> Option<Draft> {
    let pointer = pointer(key);
    let (x, y) = (value.as_f64()?, other.value.pointer(&pointer)?.as_f64()?);
    if x == y {
        return None;
    }
    let get = |s: &Seen| json!({"get": s.id, "path": pointer});
    let difference = (x - y).abs();
    let whole = difference.fract() == 0.0;
    let operands = json!({"op": "difference", "args": [get(one), get(other)]});
    let (answer, derivation) = if whole {
        (json!({"type": "number", "value": difference}), operands)
    } else {
        let rounded = (difference * 100.0 + 0.5).floor() / 100.0;
        let derivation = json!({"op": "round", "decimals": 2, "args": [operands]});
        (json!({"type": "number", "value": rounded, "decimals": 2}), derivation)
    };
    Some(Draft {
        question: Question::Difference(lookup(seen, one, key), lookup(seen, other, key), whole),
        answer,
        derivation,
        support: vec![(one.id.clone(), pointer.clone()), (other.id.clone(), pointer)],
    })
}

fn highest(seen: &[Seen], one: &Seen) -> Option<Draft> {
    let (list, rows) = rows(&one.value).filter(|(_, r)| one.complete && (3..30).contains(&r.len()))?;
    let first = rows.first()?.as_object()?;
    let name = first.iter().find(|(_, v)| v.is_string())?.0;
    let value = first.iter().find(|(_, v)| v.is_number())?.0;
    if [name, value].iter().any(|k| k.contains([' ', '.'])) {
        return None;
    }
    let values: Vec<f64> = rows.iter().map(|r| r.get(value)?.as_f64()).collect::<Option<_>>()?;
    let most = values.iter().copied().fold(f64::MIN, f64::max);
    let mut at = values.iter().enumerate().filter(|(_, v)| **v == most);
    let (index, None) = (at.next()?.0, at.next()) else { return None };
    let winner = rows.get(index)?.get(name)?.as_str()?;
    if one.args.values().any(|a| a.as_str() == Some(winner)) {
        return None;
    }
    let column = |key: &str| json!({"get": one.id, "path": format!("/{list}/*/{key}")});
    Some(Draft {
        question: Question::Highest(name.clone(), value.clone(), lookup(seen, one, list)),
        answer: json!({"type": "text", "value": winner}),
        derivation: json!({"op": "pick", "end": "largest", "rank": 1, "args": [column(name), column(value)]}),
        support: vec![(one.id.clone(), format!("/{list}/{index}/{name}"))],
    })
}

/// Harder questions are preferred where there are any, without always taking the same.
fn pick(drafts: &mut Vec<Draft>, mark: u64) -> Option<Draft> {
    let hard = |d: &Draft| {
        let nested = |l: &Lookup| l.args.values().any(|a| matches!(a, Arg::Found(_)));
        match &d.question {
            Question::What(l) => nested(l),
            _ => true,
        }
    };
    let count = drafts.iter().filter(|d| hard(d)).count();
    let index = if count > 0 && !mark.is_multiple_of(4) {
        let nth = (mark / 4) as usize % count;
        drafts.iter().enumerate().filter(|(_, d)| hard(d)).nth(nth)?.0
    } else {
        (mark / 4) as usize % drafts.len().max(1)
    };
    (index < drafts.len()).then(|| drafts.remove(index))
}

/// A value of an observation, with an argument that an earlier observation gave said by where it comes from.
fn lookup(seen: &[Seen], one: &Seen, key: &str) -> Lookup {
    let args = one
        .args
        .iter()
        .map(|(name, value)| {
            let from = seen.iter().take_while(|s| s.id != one.id).find_map(|s| {
                let (key, _) = leaves(&s.value).into_iter().find(|(k, v)| *v == value && v.is_string() && k == name)?;
                Some((s, key))
            });
            let arg = match from {
                Some((s, key)) if s.tool != one.tool => Arg::Found(lookup(seen, s, &key)),
                _ => Arg::Stated(value.clone()),
            };
            (name.clone(), arg)
        })
        .collect();
    Lookup { key: key.into(), tool: one.tool.clone(), args }
}

fn pointer(key: &str) -> String {
    format!("/{}", key.replace('.', "/"))
}

/// A typed answer for a scalar; none for what nobody asks for.
fn typed(value: &Value) -> Option<Value> {
    match value {
        Value::Number(n) if n.as_f64() != Some(0.0) => Some(json!({"type": "number", "value": n})),
        Value::String(s)
            if s.len() == 10 && s.bytes().filter(|b| *b == b'-').count() == 2 && s.starts_with(['1', '2']) =>
        {
            Some(json!({"type": "date", "value": s}))
        }
        Value::String(s) if (2..60).contains(&s.len()) => Some(json!({"type": "text", "value": s})),
        _ => None,
    }
}
