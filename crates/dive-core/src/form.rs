//! The logical form: a derivation with its calls written out, down to the constants.
//!
//! A derivation refers to observations by number; a question cannot. Replacing every observation by the call that made
//! it, and every argument by where it came from, gives a closed expression over constants alone. That expression is
//! exactly what the question has to say, so "does the question ask what the answer answers" becomes: does an
//! independent reader of the question arrive at this form?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canon;
use crate::evidence::{Call, CallId, Evidence, Source};
use crate::expr::{Expr, Op};
use crate::path;
use crate::sem::Sem;

/// A closed expression over constants and calls.
///
/// `Each` comes before `Get`, whose keys are a subset of its own: the first variant that fits is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum Form {
    /// A constant.
    Literal {
        /// The constant.
        literal: Value,
        /// Its meaning.
        sem: Sem,
    },
    /// One value for each element of a list: the call has [`Form::Item`] where the element goes.
    Each {
        /// The list.
        each: Box<Form>,
        /// The call, made once for each element.
        call: Box<FormCall>,
        /// Where in each result.
        path: String,
    },
    /// A value in the result of a call.
    Get {
        /// The call.
        call: Box<FormCall>,
        /// Where in its result.
        path: String,
    },
    /// An operator applied to forms.
    Apply {
        /// The operator.
        #[serde(flatten)]
        op: Op,
        /// Its operands.
        args: Vec<Form>,
    },
    /// The element, inside the call of an [`Form::Each`].
    Item {
        /// Always true.
        item: bool,
    },
}

/// A call within a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormCall {
    /// Name of the tool.
    pub tool: String,
    /// Given arguments.
    pub args: BTreeMap<String, Form>,
}

/// A derivation that cannot be written out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FormError(pub String);

impl Form {
    /// A constant.
    pub fn literal(value: impl Into<Value>, sem: Sem) -> Form {
        Form::Literal { literal: canon::canonical(value.into()), sem }
    }

    /// The element of an `Each`.
    pub fn item() -> Form {
        Form::Item { item: true }
    }

    /// A value in the result of a call.
    pub fn get(tool: impl Into<String>, args: BTreeMap<String, Form>, path: impl Into<String>) -> Form {
        Form::Get { call: Box::new(FormCall { tool: tool.into(), args }), path: path.into() }
    }

    /// An operator applied to operands.
    pub fn apply(op: Op, args: impl Into<Vec<Form>>) -> Form {
        Form::Apply { op, args: args.into() }
    }

    /// Writes a derivation out over the evidence.
    ///
    /// # Errors
    /// A call is missing, or the calls of an `each` differ in more than their element.
    pub fn of(derivation: &Expr, evidence: &Evidence) -> Result<Form, FormError> {
        Ok(match derivation {
            Expr::Literal { literal, sem } => Form::literal(literal.clone(), sem.clone()),
            Expr::Get { get, path } => Form::Get { call: Box::new(call(*get, evidence, None)?), path: path.clone() },
            Expr::Quote { quote, path, name, .. } => {
                Form::Get { call: Box::new(call(*quote, evidence, None)?), path: path::quoted(path, name) }
            }
            Expr::Each { each, calls, param, path } => {
                let mut written = calls.iter().map(|c| call(*c, evidence, Some(param)));
                let first = written.next().ok_or_else(|| FormError("an each over nothing".into()))??;
                for other in written {
                    if other? != first {
                        return Err(FormError("the calls of an each differ".into()));
                    }
                }
                elements(each, calls, param, evidence)?;
                Form::Each { each: Box::new(Form::of(each, evidence)?), call: Box::new(first), path: path.clone() }
            }
            Expr::Apply { op, args } => Form::Apply {
                op: op.clone(),
                args: args.iter().map(|a| Form::of(a, evidence)).collect::<Result<_, _>>()?,
            },
        })
    }

    /// The constants, in reading order.
    pub fn constants(&self) -> Vec<(&Value, &Sem)> {
        let mut found = Vec::new();
        self.walk(&mut |form| {
            if let Form::Literal { literal, sem } = form {
                found.push((literal, sem));
            }
        });
        found
    }

    /// Calls `visit` on this form and everything in it, parents first.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Form)) {
        visit(self);
        match self {
            Form::Literal { .. } | Form::Item { .. } => {}
            Form::Get { call, .. } => call.args.values().for_each(|a| a.walk(visit)),
            Form::Each { each, call, .. } => {
                each.walk(visit);
                call.args.values().for_each(|a| a.walk(visit));
            }
            Form::Apply { args, .. } => args.iter().for_each(|a| a.walk(visit)),
        }
    }

    /// The same form with the operands of commutative operators in canonical order: two derivations are the same when
    /// these are equal.
    pub fn normal(&self) -> Form {
        let inner = |call: &FormCall| {
            let args = call.args.iter().map(|(k, v)| (k.clone(), v.normal())).collect();
            Box::new(FormCall { tool: call.tool.clone(), args })
        };
        match self {
            Form::Literal { .. } | Form::Item { .. } => self.clone(),
            Form::Get { call, path } => Form::Get { call: inner(call), path: path.clone() },
            Form::Each { each, call, path } => {
                Form::Each { each: Box::new(each.normal()), call: inner(call), path: path.clone() }
            }
            Form::Apply { op, args } => {
                let mut args: Vec<Form> = args.iter().map(Form::normal).collect();
                let over_list =
                    matches!(op, Op::Sum | Op::Mean | Op::Median | Op::Range | Op::Extreme { .. } | Op::Count);
                if matches!(op, Op::Difference | Op::DaysBetween | Op::Intersect) {
                    args.sort_by_cached_key(canon::to_string);
                } else if over_list && let [Form::Apply { op: Op::List, args: items }] = args.as_mut_slice() {
                    items.sort_by_cached_key(canon::to_string);
                }
                Form::Apply { op: op.clone(), args }
            }
        }
    }

    /// Identity of the derivation, constants included, whatever the wording.
    pub fn key(&self) -> String {
        canon::fingerprint(&self.normal())
    }

    /// The derivation's shape: tools, fields and operators kept, constants and ranks masked.
    pub fn shape(&self) -> String {
        let mut text = String::new();
        self.normal().write_shape(&mut text);
        text
    }

    fn write_shape(&self, out: &mut String) {
        let call = |call: &FormCall, path: &str, out: &mut String| {
            out.push_str(&call.tool);
            out.push('(');
            for (i, (name, arg)) in call.args.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                out.push_str(name);
                out.push('=');
                arg.write_shape(out);
            }
            out.push(')');
            out.push_str(path);
        };
        match self {
            Form::Literal { .. } => out.push('_'),
            Form::Item { .. } => out.push('$'),
            Form::Get { call: c, path } => call(c, path, out),
            Form::Each { each, call: c, path } => {
                out.push_str("each[");
                each.write_shape(out);
                out.push(']');
                call(c, path, out);
            }
            Form::Apply { op, args } => {
                out.push_str(op.name());
                match op {
                    Op::Extreme { end } | Op::Pick { end, .. } | Op::Top { end, .. } => {
                        out.push_str(if matches!(end, crate::expr::End::Largest) { "+" } else { "-" });
                    }
                    Op::Filter { cmp } => out.push_str(&format!(" {cmp:?}").to_lowercase()),
                    Op::Convert { from, to } => out.push_str(&format!(" {from}>{to}")),
                    _ => {}
                }
                out.push('(');
                for (i, arg) in args.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    arg.write_shape(out);
                }
                out.push(')');
            }
        }
    }
}

fn call(id: CallId, evidence: &Evidence, item: Option<&str>) -> Result<FormCall, FormError> {
    let call: &Call = evidence.get(id).ok_or_else(|| FormError(format!("there is no call {id}")))?;
    let mut args = BTreeMap::new();
    for (name, value) in &call.args {
        let form = match call.sources.get(name) {
            _ if item == Some(name.as_str()) => Form::item(),
            Some(Source::Literal(sem)) => Form::literal(value.clone(), sem.clone()),
            Some(Source::Derived(expr)) => Form::of(expr, evidence)?,
            None => return Err(FormError(format!("the argument `{name}` of {id} has no source"))),
        };
        args.insert(name.clone(), form);
    }
    Ok(FormCall { tool: call.tool.clone(), args })
}

/// Checks that the calls of an `each` take its elements in order: each from the list itself, or, in a list written out,
/// from the same source as the element.
fn elements(each: &Expr, calls: &[CallId], param: &str, evidence: &Evidence) -> Result<(), FormError> {
    let written_out = match each {
        Expr::Apply { op: Op::List, args } if args.len() == calls.len() => Some(args),
        Expr::Apply { op: Op::List, .. } => return Err(FormError("an each with too few or many calls".into())),
        _ => None,
    };
    for (i, id) in calls.iter().enumerate() {
        let source = evidence.get(*id).and_then(|c| Some((c.args.get(param)?, c.sources.get(param)?)));
        let taken = match (source, written_out.and_then(|w| w.get(i))) {
            (Some((value, Source::Literal(meant))), Some(Expr::Literal { literal, sem })) => {
                value == literal && meant == sem
            }
            (Some((_, Source::Derived(expr))), Some(element)) => expr == element,
            (Some((_, Source::Derived(Expr::Apply { op: Op::Item { index }, args }))), None) => {
                *index as usize == i && args.as_slice() == std::slice::from_ref(each)
            }
            _ => false,
        };
        if !taken {
            return Err(FormError(format!("{id} does not take element {i} of its each")));
        }
    }
    Ok(())
}
