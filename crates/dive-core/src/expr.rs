//! The derivation language: expressions over observations whose value *is* the answer.
//!
//! `docs/format.md` defines every operator so that a stranger can write the evaluator; this is ours. Values are JSON
//! values as the tools serialised them, numbers are IEEE doubles, dates are ISO 8601 strings.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canon;
use crate::evidence::{CallId, Evidence};
use crate::path;
use crate::sem::Sem;
use crate::text::{Quotation, Stretch, TextError};

/// An expression over the observations of an episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum Expr {
    /// A constant of the question.
    Literal {
        /// The constant.
        literal: Value,
        /// Its meaning.
        sem: Sem,
    },
    /// A value in an observation.
    Get {
        /// The call.
        get: CallId,
        /// Where in its result, see [`path`].
        path: String,
    },
    /// A value in a text of an observation.
    Quote {
        /// The call.
        quote: CallId,
        /// Where the text stands in its result.
        path: String,
        /// What the value is called; a form says only this.
        name: String,
        /// How it is found and read.
        #[serde(flatten)]
        how: Quotation,
        /// Where it stands in this text.
        span: Stretch,
    },
    /// One value from each of several calls, one call for each element of a list, in its order.
    Each {
        /// The list.
        each: Box<Expr>,
        /// The calls.
        calls: Vec<CallId>,
        /// The argument that takes the element.
        param: String,
        /// Where in each result.
        path: String,
    },
    /// An operator applied to expressions.
    Apply {
        /// The operator.
        #[serde(flatten)]
        op: Op,
        /// Its operands.
        args: Vec<Expr>,
    },
}

/// Largest or smallest; descending or ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Greatest first.
    Largest,
    /// Least first.
    Smallest,
}

/// A comparison with a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cmp {
    /// Strictly greater, or later.
    Above,
    /// Strictly less, or earlier.
    Below,
    /// The same word, name or truth value.
    Equals,
}

/// The operators. Operand lists are in brackets; `keys` and `values` are lists of equal length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "op")]
pub enum Op {
    /// `[a, b, …]` → the list of them.
    List,
    /// `[a, b]` → `a − b`.
    Subtract,
    /// `[a, b]` → `|a − b|`.
    Difference,
    /// `[a, b]` → `a / b`.
    Divide,
    /// `[a, b]` → `100 · a / b`.
    PercentOf,
    /// `[a, b]` → `100 · (b − a) / |a|`, the change from `a` to `b`.
    PercentChange,
    /// `[values]` → their sum.
    Sum,
    /// `[values]` → arithmetic mean.
    Mean,
    /// `[values]` → median (mean of the middle two for an even number).
    Median,
    /// `[values]` → greatest minus least.
    Range,
    /// `[values]` → the greatest or least.
    Extreme {
        /// Which.
        end: End,
    },
    /// `[items]` → how many.
    Count,
    /// `[keys, values]` → the key at the `rank`-th largest or smallest value, from 1; ties down to it and with the next are errors.
    Pick {
        /// Which end rank counts from.
        end: End,
        /// Rank from that end.
        rank: u32,
    },
    /// `[keys, values]` → the keys of the `count` largest or smallest values, in that order; ties are errors.
    Top {
        /// Which end.
        end: End,
        /// How many.
        count: u32,
    },
    /// `[keys, values, threshold]` → the keys whose value compares so with the threshold, in order.
    Filter {
        /// The comparison.
        cmp: Cmp,
    },
    /// `[values, keys, key]` → the value at the one place where the key stands.
    At,
    /// `[items]` → the element at that index, from 0.
    Item {
        /// Index from 0.
        index: u32,
    },
    /// `[a, b]` → the elements of `a` that are in `b`, in order of `a`.
    Intersect,
    /// `[a, b]` → whether `a > b`; equality is an error.
    Greater,
    /// `[condition, a, b]` → `a` if the condition holds, else `b`.
    If,
    /// `[a, b]` → whole days between two dates, never negative.
    DaysBetween,
    /// `[date]` → its year.
    YearOf,
    /// `[x]` → `x` in another unit (table in `docs/format.md`).
    Convert {
        /// Unit symbol of `x`.
        from: String,
        /// Unit symbol of the result.
        to: String,
    },
    /// `[x]` → `x` rounded half away from zero to so many decimals.
    Round {
        /// Decimals.
        decimals: u32,
    },
    /// `[a, b, …]` → a mapping from the labels to the values.
    Mapping {
        /// Labels, one for each operand.
        labels: Vec<String>,
    },
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// An observation, a path in it or quoted words are missing.
    #[error("nothing at {0}")]
    Missing(String),
    /// An operand has the wrong type or number.
    #[error("{0}: wrong operands")]
    Operands(&'static str),
    /// Two values that must differ are equal.
    #[error("tie between {0}")]
    Tie(String),
    /// An aggregate of nothing.
    #[error("{0} of an empty list")]
    Empty(&'static str),
    /// A division by zero or another value outside the reals.
    #[error("{0}: not a finite number")]
    NotFinite(&'static str),
}

impl Expr {
    /// A constant.
    pub fn literal(value: impl Into<Value>, sem: Sem) -> Expr {
        Expr::Literal { literal: canon::canonical(value.into()), sem }
    }

    /// The value at `path` of a call's result.
    pub fn get(call: CallId, path: impl Into<String>) -> Expr {
        Expr::Get { get: call, path: path.into() }
    }

    /// An operator applied to operands.
    pub fn apply(op: Op, args: impl Into<Vec<Expr>>) -> Expr {
        Expr::Apply { op, args: args.into() }
    }

    /// The call and path of a value that is read from one observation; a quote's path ends in `#` and its name.
    pub fn place(&self) -> Option<(CallId, String)> {
        match self {
            Expr::Get { get, path } => Some((*get, path.clone())),
            Expr::Quote { quote, path, name, .. } => Some((*quote, path::quoted(path, name))),
            _ => None,
        }
    }

    /// Adds the calls that this expression reads.
    pub fn calls(&self, into: &mut Vec<CallId>) {
        match self {
            Expr::Literal { .. } => {}
            Expr::Get { get, .. } => into.push(*get),
            Expr::Quote { quote, .. } => into.push(*quote),
            Expr::Each { each, calls, .. } => {
                each.calls(into);
                into.extend(calls);
            }
            Expr::Apply { args, .. } => args.iter().for_each(|a| a.calls(into)),
        }
    }

    /// Adds the places that this expression reads.
    pub fn places(&self, into: &mut Vec<(CallId, String)>) {
        match self {
            Expr::Literal { .. } => {}
            Expr::Get { get, path } => into.push((*get, path.clone())),
            Expr::Quote { quote, path, .. } => into.push((*quote, path.clone())),
            Expr::Each { each, calls, path, .. } => {
                each.places(into);
                into.extend(calls.iter().map(|call| (*call, path.clone())));
            }
            Expr::Apply { args, .. } => args.iter().for_each(|a| a.places(into)),
        }
    }

    /// The value over these observations.
    ///
    /// # Errors
    /// A missing observation, operands of the wrong type, a tie, an empty aggregate or a number that is not finite.
    pub fn eval(&self, evidence: &Evidence) -> Result<Value, EvalError> {
        self.eval_with(&|id| evidence.value(id))
    }

    /// The value over observations found by `lookup`.
    ///
    /// # Errors
    /// As [`eval`](Self::eval).
    pub fn eval_with<'a>(&self, lookup: &dyn Fn(CallId) -> Option<&'a Value>) -> Result<Value, EvalError> {
        let at = |call: CallId, path: &str| {
            lookup(call).and_then(|v| path::resolve(v, path)).ok_or_else(|| EvalError::Missing(format!("{call}{path}")))
        };
        match self {
            Expr::Literal { literal, .. } => Ok(literal.clone()),
            Expr::Get { get, path } => at(*get, path),
            Expr::Quote { quote, path, how, span, .. } => {
                let found = at(*quote, path)?;
                let text = found.as_str().ok_or(EvalError::Operands("quote"))?;
                match how.find(text) {
                    Ok((stretch, value)) if stretch == *span => Ok(value),
                    Err(TextError::Several) => Err(EvalError::Tie(format!("places in {quote}{path}"))),
                    _ => Err(EvalError::Missing(format!("{quote}{path}: the quoted words"))),
                }
            }
            Expr::Each { each, calls, path, .. } => {
                let items = each.eval_with(lookup)?;
                if items.as_array().map(Vec::len) != Some(calls.len()) {
                    return Err(EvalError::Operands("each"));
                }
                calls.iter().map(|c| at(*c, path)).collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            Expr::Apply { op, args } => {
                let values: Vec<Value> = args.iter().map(|a| a.eval_with(lookup)).collect::<Result<_, _>>()?;
                op.apply(&values)
            }
        }
    }
}

impl Op {
    /// Name in JSON and in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Op::List => "list",
            Op::Subtract => "subtract",
            Op::Difference => "difference",
            Op::Divide => "divide",
            Op::PercentOf => "percent_of",
            Op::PercentChange => "percent_change",
            Op::Sum => "sum",
            Op::Mean => "mean",
            Op::Median => "median",
            Op::Range => "range",
            Op::Extreme { .. } => "extreme",
            Op::Count => "count",
            Op::Pick { .. } => "pick",
            Op::Top { .. } => "top",
            Op::Filter { .. } => "filter",
            Op::At => "at",
            Op::Item { .. } => "item",
            Op::Intersect => "intersect",
            Op::Greater => "greater",
            Op::If => "if",
            Op::DaysBetween => "days_between",
            Op::YearOf => "year_of",
            Op::Convert { .. } => "convert",
            Op::Round { .. } => "round",
            Op::Mapping { .. } => "mapping",
        }
    }

    /// Applies the operator to evaluated operands.
    ///
    /// # Errors
    /// See [`EvalError`].
    pub fn apply(&self, args: &[Value]) -> Result<Value, EvalError> {
        let name = self.name();
        let wrong = || EvalError::Operands(name);
        let finite = |x: f64| {
            if x.is_finite() { Ok(canon::number(x)) } else { Err(EvalError::NotFinite(name)) }
        };
        let number = |v: &Value| v.as_f64().ok_or_else(wrong);
        let numbers = |v: &Value| -> Result<Vec<f64>, EvalError> {
            let list: Vec<f64> = v.as_array().ok_or_else(wrong)?.iter().map(number).collect::<Result<_, _>>()?;
            if list.is_empty() { Err(EvalError::Empty(name)) } else { Ok(list) }
        };
        let list = |v: &Value| v.as_array().cloned().ok_or_else(wrong);
        match (self, args) {
            (Op::List, items) => Ok(Value::Array(items.to_vec())),
            (Op::Subtract, [a, b]) => finite(number(a)? - number(b)?),
            (Op::Difference, [a, b]) => finite((number(a)? - number(b)?).abs()),
            (Op::Divide, [a, b]) => finite(number(a)? / number(b)?),
            (Op::PercentOf, [a, b]) => finite(100.0 * number(a)? / number(b)?),
            (Op::PercentChange, [a, b]) => {
                let (a, b) = (number(a)?, number(b)?);
                finite(100.0 * (b - a) / a.abs())
            }
            (Op::Sum, [v]) => finite(numbers(v)?.iter().sum()),
            (Op::Mean, [v]) => {
                let v = numbers(v)?;
                finite(v.iter().sum::<f64>() / v.len() as f64)
            }
            (Op::Median, [v]) => {
                let mut v = numbers(v)?;
                v.sort_by(f64::total_cmp);
                let mid = v.len() / 2;
                let at = |i: usize| v.get(i).copied().unwrap_or(f64::NAN);
                finite(if v.len() % 2 == 1 { at(mid) } else { (at(mid - 1) + at(mid)) / 2.0 })
            }
            (Op::Range, [v]) => {
                let v = numbers(v)?;
                finite(v.iter().copied().fold(f64::MIN, f64::max) - v.iter().copied().fold(f64::MAX, f64::min))
            }
            (Op::Extreme { end }, [v]) => {
                let items = list(v)?;
                if items.windows(2).any(|w| matches!(w, [a, b] if compare(a, b).is_none())) {
                    return Err(wrong());
                }
                let best = items.into_iter().reduce(|a, b| match (compare(&a, &b), end) {
                    (Some(std::cmp::Ordering::Less), End::Largest)
                    | (Some(std::cmp::Ordering::Greater), End::Smallest) => b,
                    _ => a,
                });
                best.ok_or(EvalError::Empty(name))
            }
            (Op::Count, [v]) => Ok(list(v)?.len().into()),
            (Op::Pick { end, rank }, [keys, values]) => {
                let ranked = rank_by(&list(keys)?, &list(values)?, *end).ok_or_else(wrong)?;
                let index = (*rank as usize).checked_sub(1).ok_or_else(wrong)?;
                let (key, _) = ranked.get(index).ok_or(EvalError::Empty(name))?;
                // A tie further up would leave open which one is the third.
                for pair in ranked.windows(2).take(index + 1) {
                    if let [(a, x), (b, y)] = pair
                        && equal(x, y)
                    {
                        return Err(EvalError::Tie(format!("{a} and {b}")));
                    }
                }
                Ok(key.clone())
            }
            (Op::Top { end, count }, [keys, values]) => {
                let ranked = rank_by(&list(keys)?, &list(values)?, *end).ok_or_else(wrong)?;
                let count = *count as usize;
                if count == 0 || ranked.len() < count {
                    return Err(EvalError::Empty(name));
                }
                for pair in ranked.windows(2).take(count) {
                    if let [(a, x), (b, y)] = pair
                        && equal(x, y)
                    {
                        return Err(EvalError::Tie(format!("{a} and {b}")));
                    }
                }
                Ok(ranked.into_iter().take(count).map(|(k, _)| k).collect())
            }
            (Op::Filter { cmp }, [keys, values, threshold]) => {
                let (keys, values) = (list(keys)?, list(values)?);
                if keys.len() != values.len() {
                    return Err(wrong());
                }
                let mut kept = Vec::new();
                for (key, value) in keys.into_iter().zip(values) {
                    let order = compare(&value, threshold).ok_or_else(wrong)?;
                    let holds = match cmp {
                        Cmp::Above => order.is_gt(),
                        Cmp::Below => order.is_lt(),
                        Cmp::Equals => order.is_eq(),
                    };
                    if holds {
                        kept.push(key);
                    }
                }
                Ok(Value::Array(kept))
            }
            (Op::At, [values, keys, key]) => {
                let (values, keys) = (list(values)?, list(keys)?);
                let mut found = keys.iter().zip(&values).filter(|(k, _)| compare(k, key).is_some_and(|o| o.is_eq()));
                match (found.next(), found.next()) {
                    (Some((_, v)), None) if keys.len() == values.len() => Ok(v.clone()),
                    (None, _) => Err(EvalError::Missing(key.to_string())),
                    _ => Err(EvalError::Tie(key.to_string())),
                }
            }
            (Op::Item { index }, [v]) => {
                list(v)?.get(*index as usize).cloned().ok_or_else(|| EvalError::Missing(format!("index {index}")))
            }
            (Op::Intersect, [a, b]) => {
                let (a, b) = (list(a)?, list(b)?);
                Ok(a.into_iter().filter(|x| b.iter().any(|y| equal(x, y))).collect())
            }
            (Op::Greater, [a, b]) => match compare(a, b).ok_or_else(wrong)? {
                std::cmp::Ordering::Equal => Err(EvalError::Tie(format!("{a} and {b}"))),
                order => Ok(order.is_gt().into()),
            },
            (Op::If, [condition, a, b]) => {
                Ok(if condition.as_bool().ok_or_else(wrong)? { a.clone() } else { b.clone() })
            }
            (Op::DaysBetween, [a, b]) => {
                let date = |v: &Value| calendar_date(v.as_str()?);
                let (a, b) = (date(a).ok_or_else(wrong)?, date(b).ok_or_else(wrong)?);
                let days = a.until(b).map_err(|_| wrong())?.get_days();
                Ok(days.abs().into())
            }
            (Op::YearOf, [v]) => {
                let date = v.as_str().and_then(calendar_date).ok_or_else(wrong)?;
                Ok(i64::from(date.year()).into())
            }
            (Op::Convert { from, to }, [x]) => finite(crate::units::convert(number(x)?, from, to).ok_or_else(wrong)?),
            (Op::Round { decimals }, [x]) => finite(round(number(x)?, *decimals)),
            (Op::Mapping { labels }, items) if labels.len() == items.len() => {
                Ok(Value::Object(labels.iter().cloned().zip(items.iter().cloned()).collect()))
            }
            _ => Err(wrong()),
        }
    }
}

/// `x` rounded half away from zero to `decimals` decimals.
pub fn round(x: f64, decimals: u32) -> f64 {
    let scale = 10f64.powi(decimals as i32);
    let rounded = (x.abs() * scale + 0.5).floor() / scale;
    if x < 0.0 { -rounded } else { rounded }
}

/// A date written `YYYY-MM-DD`, and nothing else.
fn calendar_date(text: &str) -> Option<jiff::civil::Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// Whether two values are the same: numbers by value, so that 5 is 5.0.
fn equal(a: &Value, b: &Value) -> bool {
    compare(a, b).map_or(a == b, std::cmp::Ordering::is_eq)
}

/// Order of two numbers, two texts (dates in ISO 8601 order as text does) or two truth values.
fn compare(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x.as_f64()?.partial_cmp(&y.as_f64()?),
        (Value::String(x), Value::String(y)) => Some(x.cmp(y)),
        (Value::Bool(x), Value::Bool(y)) => Some(x.cmp(y)),
        _ => None,
    }
}

/// Keys with their values, best first; equal values keep their order.
fn rank_by(keys: &[Value], values: &[Value], end: End) -> Option<Vec<(Value, Value)>> {
    if keys.len() != values.len() || values.windows(2).any(|w| matches!(w, [a, b] if compare(a, b).is_none())) {
        return None;
    }
    let mut pairs: Vec<(Value, Value)> = keys.iter().cloned().zip(values.iter().cloned()).collect();
    pairs.sort_by(|(_, a), (_, b)| {
        let order = compare(a, b).unwrap_or(std::cmp::Ordering::Equal);
        if end == End::Largest { order.reverse() } else { order }
    });
    Some(pairs)
}
