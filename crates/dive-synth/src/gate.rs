//! The gate: checks 1 to 7 of the certificate. `docs/format.md` defines them; a failed check is a typed rejection.
//!
//! The same function makes the certificate at synthesis and checks it again from a stored task, so the two cannot
//! disagree about what was proved.

use std::borrow::Cow;
use std::collections::BTreeSet;

use dive_core::answer::Answer;
use dive_core::certificate::{Ablation, Certificate, Check};
use dive_core::evidence::{Call, CallId, Evidence, Outcome, Source};
use dive_core::expr::{Expr, Op};
use dive_core::form::Form;
use dive_core::sem::Sem;
use dive_core::task::{Reason, Span};
use dive_core::{canon, expr, path};
use dive_tools::ToolPool;
use serde_json::{Map, Value};

use crate::answer::{answer_of, answer_texts, tokens};
use crate::lexicon::{self, Lexicon};
use crate::literal;
use crate::read;
use crate::realise::written_out;

/// What the gate looks at.
pub struct Subject<'a> {
    /// Words.
    pub lexicon: &'a Lexicon,
    /// Tools, to call again; `None` checks on the recorded observations alone.
    pub pool: &'a ToolPool,
    /// Run the tools again.
    pub reexecute: bool,
    /// All calls.
    pub evidence: &'a Evidence,
    /// The derivation.
    pub derivation: &'a Expr,
    /// The answer.
    pub answer: &'a Answer,
}

/// A check that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// As a rejection.
    pub reason: Reason,
    /// In more words.
    pub detail: String,
}

fn fail<T>(reason: Reason, detail: impl Into<String>) -> Result<T, Failure> {
    Err(Failure { reason, detail: detail.into() })
}

/// What holds whatever the wording: checks 1, 2, 4 and 5.
pub struct Grounds {
    path: Vec<CallId>,
    unrounded: Value,
    ablations: Vec<Ablation>,
    complete: Vec<CallId>,
    literal_arguments: usize,
    derived_arguments: usize,
    form: Form,
}

impl Grounds {
    /// The form that the question must say.
    pub fn form(&self) -> &Form {
        &self.form
    }
}

impl Subject<'_> {
    /// Checks 1, 2, 4 and 5.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn grounds(&self) -> Result<Grounds, Failure> {
        self.checked(|path| self.executable(path))
    }

    /// The same without check 2.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn on_record(&self) -> Result<Grounds, Failure> {
        self.checked(|_| Ok(()))
    }

    fn checked(&self, executable: impl FnOnce(&[CallId]) -> Result<(), Failure>) -> Result<Grounds, Failure> {
        let form = Form::of(self.derivation, self.evidence)
            .map_err(|e| Failure { reason: Reason::NotClosed, detail: e.to_string() })?;
        let path = self.evidence.path(self.derivation);
        let unrounded = self.entailed()?;
        executable(&path)?;
        let mut complete = Vec::new();
        self.unique(self.derivation, &mut complete)?;
        for call in path.iter().filter_map(|id| self.evidence.get(*id)) {
            for source in call.sources.values() {
                if let Source::Derived(expr) = source {
                    self.unique(expr, &mut complete)?;
                }
            }
        }
        self.declared(&path)?;
        complete.sort_unstable();
        complete.dedup();
        let ablations = self.minimal(&path, &form, &unrounded)?;
        let sources = || path.iter().filter_map(|id| self.evidence.get(*id)).flat_map(|c| c.sources.values());
        let literal_arguments = sources().filter(|s| matches!(s, Source::Literal(_))).count();
        let derived_arguments = sources().count() - literal_arguments;
        Ok(Grounds { path, unrounded, ablations, complete, literal_arguments, derived_arguments, form })
    }

    /// Checks 3, 6 and 7 of a wording, and with them the certificate.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn certify(&self, grounds: Grounds, question: &str, spans: &[Span]) -> Result<Certificate, Failure> {
        self.leaked(question)?;
        self.closed(&grounds, question, spans)?;
        let readings = read::read(self.lexicon, question);
        match readings.as_slice() {
            [] => return fail(Reason::NotFaithful, "the reader finds no form in the question"),
            [one] if *one == grounds.form => {}
            [_] => return fail(Reason::NotFaithful, "the reader finds another form in the question"),
            several => return fail(Reason::Ambiguous, format!("{} readings", several.len())),
        }
        Ok(Certificate {
            path: grounds.path,
            unrounded: grounds.unrounded,
            literal_arguments: grounds.literal_arguments,
            derived_arguments: grounds.derived_arguments,
            ablations: grounds.ablations,
            complete: grounds.complete,
            readings: 1,
            key: grounds.form.key(),
            skeleton: canon::hash(skeleton(question, spans).as_bytes()),
            passed: Check::ALL.to_vec(),
            model_derived: None,
        })
    }

    /// Check 1, and that no rounding hangs on the last digit; gives the value before rounding.
    ///
    /// # Errors
    /// The derivation has no value, another than the answer, or one that is too near a rounding boundary.
    pub fn entailed(&self) -> Result<Value, Failure> {
        let evaluate = |e: &Expr| {
            e.eval(self.evidence).map_err(|e| match e {
                expr::EvalError::Tie(_) => Failure { reason: Reason::NotUnique, detail: e.to_string() },
                other => Failure { reason: Reason::NotEntailed, detail: other.to_string() },
            })
        };
        let value = evaluate(self.derivation)?;
        let sem = self.lexicon.sem(
            &Form::of(self.derivation, self.evidence)
                .map_err(|e| Failure { reason: Reason::NotClosed, detail: e.to_string() })?,
        );
        match answer_of(&value, sem.as_ref(), self.derivation) {
            Some(given) if given == *self.answer => {}
            _ => return fail(Reason::NotEntailed, "the derivation gives another answer"),
        }
        let Expr::Apply { op: Op::Round { decimals }, args } = self.derivation else { return Ok(value) };
        let inner = args.first().ok_or(Failure { reason: Reason::NotEntailed, detail: "empty rounding".into() })?;
        let unrounded = evaluate(inner)?;
        let scaled = unrounded.as_f64().unwrap_or(f64::NAN).abs() * 10f64.powi(*decimals as i32);
        if (scaled - scaled.floor() - 0.5).abs() <= 1e-6 * scaled.max(1.0) {
            return fail(Reason::RoundingTie, format!("{unrounded} is too near a rounding boundary"));
        }
        let coarse = coarse(inner, self.evidence).and_then(|v| v.as_f64()).map(|x| expr::round(x, *decimals));
        if coarse.is_none() || coarse != value.as_f64() {
            return fail(Reason::RoundingTie, "rounding intermediate results changes the answer");
        }
        Ok(unrounded)
    }

    /// Check 2.
    ///
    /// # Errors
    /// A call gives another result, or an argument does not follow from its source.
    pub fn executable(&self, path: &[CallId]) -> Result<(), Failure> {
        // A result that differs ends it, so up to here what was replayed is what was recorded.
        for id in path {
            let call = self.evidence.get(*id);
            let Some(call) = call else { return fail(Reason::NotExecutable, format!("{id} is missing")) };
            let mut args = Map::new();
            for (name, source) in &call.sources {
                let value = match source {
                    Source::Literal(_) => call.args.get(name).cloned(),
                    Source::Derived(expr) => expr.eval(self.evidence).ok(),
                };
                match value {
                    Some(value) if call.args.get(name) == Some(&value) => args.insert(name.clone(), value),
                    _ => return fail(Reason::NotExecutable, format!("the argument `{name}` of {id} does not follow")),
                };
            }
            if args.len() != call.args.len() || call.inputs().iter().any(|c| c >= id) {
                return fail(Reason::NotClosed, format!("{id} has an argument without a source"));
            }
            if self.reexecute && self.pool.call(&call.tool, &args) != call.outcome {
                return fail(Reason::NotExecutable, format!("{id} gives another result"));
            }
        }
        Ok(())
    }

    fn closed(&self, grounds: &Grounds, question: &str, spans: &[Span]) -> Result<(), Failure> {
        for span in spans {
            let words: String = question.chars().skip(span.start).take(span.end.saturating_sub(span.start)).collect();
            if words != span.text {
                return fail(Reason::NotClosed, format!("the span `{}` is not in the question", span.text));
            }
            if !self.expresses(span, grounds) {
                return fail(Reason::NotClosed, format!("`{}` does not express {}", span.text, span.value));
            }
        }
        for (value, sem) in grounds.form.constants() {
            if !spans.iter().any(|s| s.value == *value && s.sem == *sem) {
                return fail(Reason::NotClosed, format!("the question does not state {value}"));
            }
        }
        Ok(())
    }

    /// Whether reading a span's words gives its value.
    fn expresses(&self, span: &Span, grounds: &Grounds) -> bool {
        let text = span.text.as_str();
        let whole = |end: usize| end == text.len();
        let named = || {
            let words = self.lexicon.in_sentence(text, &span.sem);
            let mut names = self.lexicon.names_at(&words, 0);
            names.any(|(end, value, sem)| end == words.len() && *sem == span.sem && span.value == value)
        };
        let parsed = || literal::parse(text, 0, &span.sem).iter().any(|(end, v)| whole(*end) && *v == span.value);
        let chosen = || {
            grounds.path.iter().filter_map(|id| self.evidence.get(*id)).any(|call| {
                let spec = self.lexicon.tool(&call.tool).map(|e| &e.spec);
                spec.into_iter()
                    .flat_map(|s| &s.params)
                    .filter(|p| p.sem == span.sem)
                    .any(|p| p.choices.iter().any(|c| c.phrase == text && span.value == c.value.as_str()))
            })
        };
        named() || parsed() || chosen()
    }

    /// Check 5 of an expression: aggregates, orders, counts and definite descriptions rest on complete observations,
    /// which are added to `complete`, and keys are distinct.
    ///
    /// # Errors
    /// The first thing that is left open.
    pub fn unique(&self, expr: &Expr, complete: &mut Vec<CallId>) -> Result<(), Failure> {
        match expr {
            Expr::Literal { .. } | Expr::Quote { .. } => Ok(()),
            Expr::Get { get, path } => {
                self.numbered(*get, path)?;
                if path.contains('*') {
                    match self.evidence.get(*get).map(|c| &c.outcome) {
                        Some(Outcome::Value { complete: true, .. }) => complete.push(*get),
                        _ => return fail(Reason::NotUnique, format!("{get} may not be everything there is")),
                    }
                }
                Ok(())
            }
            Expr::Each { each, .. } => self.unique(each, complete),
            Expr::Apply { op, args } => {
                if matches!(op, Op::Pick { .. } | Op::Top { .. } | Op::Filter { .. } | Op::Intersect | Op::Count) {
                    let keys = args.first().and_then(|k| k.eval(self.evidence).ok());
                    let mut seen = BTreeSet::new();
                    for key in keys.as_ref().and_then(Value::as_array).into_iter().flatten() {
                        if matches!(op, Op::Count | Op::Pick { .. } | Op::Top { .. } | Op::Filter { .. })
                            && key.is_string()
                            && !seen.insert(key.to_string())
                        {
                            return fail(Reason::NotUnique, format!("{key} is listed twice"));
                        }
                    }
                }
                args.iter().try_for_each(|a| self.unique(a, complete))
            }
        }
    }

    /// A form says of a quote no more than its name: the way it is found must be the tool's.
    fn declared(&self, path: &[CallId]) -> Result<(), Failure> {
        let sources = path.iter().filter_map(|id| self.evidence.get(*id)).flat_map(|c| c.sources.values());
        let derived = sources.filter_map(|s| if let Source::Derived(expr) = s { Some(expr) } else { None });
        let mut open: Vec<&Expr> = derived.chain([self.derivation]).collect();
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Literal { .. } | Expr::Get { .. } => {}
                Expr::Each { each, .. } => open.push(each),
                Expr::Apply { args, .. } => open.extend(args),
                Expr::Quote { quote, path, name, how, .. } => {
                    let tool = self.evidence.get(*quote).and_then(|c| self.lexicon.tool(&c.tool));
                    let field = tool.and_then(|e| e.spec.field(&path::quoted(path, name)));
                    if field.and_then(|f| f.quote.as_ref()) != Some(how) {
                        return fail(
                            Reason::NotFaithful,
                            format!("the tool of {quote} declares no such quote `{name}`"),
                        );
                    }
                }
            }
        }
        Ok(())
    }

    /// A row that is addressed by its number must be the only one that names an argument of the call: what a search found
    /// under the name that it was given.
    fn numbered(&self, id: CallId, path: &str) -> Result<(), Failure> {
        let Some(call) = self.evidence.get(id) else { return Ok(()) };
        let Some(rows) = self.lexicon.tool(&call.tool).and_then(|e| e.rows()) else { return Ok(()) };
        let row = path.strip_prefix(rows.pointer.as_str()).and_then(|p| p.strip_prefix('/')?.split('/').next());
        let Some(index) = row.and_then(|r| r.parse::<usize>().ok()) else { return Ok(()) };
        let list = call.outcome.value().and_then(|v| v.pointer(&rows.pointer)?.as_array());
        let names = |row: &Value| {
            let texts = row.as_object().into_iter().flat_map(Map::values).filter(|v| v.is_string());
            texts.into_iter().any(|v| call.args.values().any(|a| a == v))
        };
        let named = list.into_iter().flatten().enumerate().filter(|(_, row)| names(row)).map(|(i, _)| i);
        match named.collect::<Vec<_>>().as_slice() {
            [only] if *only == index => Ok(()),
            _ => fail(Reason::NotUnique, format!("{id} may mean another row than {path}")),
        }
    }

    /// Check 6.
    ///
    /// # Errors
    /// The answer stands in the question.
    pub fn leaked(&self, question: &str) -> Result<(), Failure> {
        let offered = match strip(self.derivation) {
            Expr::Apply { op: Op::Pick { .. } | Op::Top { .. }, args } => {
                matches!(args.first(), Some(Expr::Apply { op: Op::List, .. }))
            }
            _ => false,
        };
        if offered {
            return Ok(());
        }
        let words = tokens(question);
        let mut texts = Vec::new();
        answer_texts(self.answer, &mut texts);
        for text in texts {
            let wanted = tokens(&text);
            if !wanted.is_empty() && words.windows(wanted.len()).any(|w| w == wanted) {
                return fail(Reason::Leaked, format!("the question contains `{text}`"));
            }
        }
        Ok(())
    }

    /// Check 4: without a call and what depends on it, nothing visible gives its value or the answer.
    ///
    /// # Errors
    /// The first call that is not needed.
    pub fn minimal(&self, path: &[CallId], form: &Form, unrounded: &Value) -> Result<Vec<Ablation>, Failure> {
        let top = strip(self.derivation);
        let selects = matches!(
            top,
            Expr::Apply {
                op: Op::Pick { .. }
                    | Op::Top { .. }
                    | Op::Filter { .. }
                    | Op::Intersect
                    | Op::Greater
                    | Op::If
                    | Op::Mapping { .. },
                ..
            }
        );
        let answer_sem = self.lexicon.sem(form);
        let stated: Vec<(Sem, Value)> = form.constants().into_iter().map(|(v, s)| (s.clone(), v.clone())).collect();
        let seen: Vec<(CallId, Vec<_>)> =
            path.iter().filter_map(|c| Some((*c, self.atoms(self.evidence.get(*c)?)))).collect();
        let mut ablations = Vec::new();
        for id in path {
            let gone = dependants(*id, path, self.evidence);
            let remaining = seen.iter().filter(|(c, _)| !gone.contains(c)).flat_map(|(_, atoms)| atoms);
            let atoms: Vec<(&Sem, &Value)> =
                stated.iter().map(|(s, v)| (s, v)).chain(remaining.map(|(s, v)| (s, v.as_ref()))).collect();
            let mut targets: Vec<(Sem, Value)> = self.taken(*id, path);
            if let (false, Some(sem)) = (selects, &answer_sem) {
                targets.push((sem.clone(), unrounded.clone()));
            }
            for (sem, value) in targets {
                if let Some(how) = guess(&atoms, &sem, &value) {
                    return fail(Reason::NotMinimal, format!("without {id}, {how} gives {value}"));
                }
            }
            ablations.push(Ablation { call: *id, atoms: atoms.len() });
        }
        Ok(ablations)
    }

    /// The typed scalars of an observation.
    fn atoms<'c>(&self, call: &'c Call) -> Vec<(Sem, Cow<'c, Value>)> {
        let mut found = Vec::new();
        let (Some(entry), Some(value)) = (self.lexicon.tool(&call.tool), call.outcome.value()) else { return found };
        for field in &entry.spec.output.fields {
            let known = match field.quote {
                Some(_) => field.value(value).map(Cow::Owned),
                None => value.pointer(&field.pointer).map(Cow::Borrowed),
            };
            found.extend(known.map(|v| (self.resolved(call, &field.sem), v)));
        }
        let Some(rows) = entry.rows() else { return found };
        let list = value.pointer(&rows.pointer).and_then(Value::as_array);
        for row in list.into_iter().flatten() {
            for field in &rows.fields {
                let known = row.pointer(&field.pointer).map(Cow::Borrowed);
                found.extend(known.map(|v| (self.resolved(call, &field.sem), v)));
            }
        }
        found
    }

    /// A meaning that refers to an argument, resolved on this call.
    fn resolved(&self, call: &Call, sem: &Sem) -> Sem {
        let Sem::Same(param) = sem else { return sem.clone() };
        let found = match call.sources.get(param) {
            Some(Source::Literal(sem)) => Some(sem.clone()),
            Some(Source::Derived(expr)) => Form::of(expr, self.evidence).ok().and_then(|f| self.lexicon.sem(&f)),
            None => None,
        };
        match found {
            Some(Sem::List(inner)) => *inner,
            Some(sem) => sem,
            None => Sem::Number,
        }
    }

    /// The scalars that the derivation, or a later call, takes from a call.
    fn taken(&self, id: CallId, path: &[CallId]) -> Vec<(Sem, Value)> {
        let mut paths: Vec<String> = Vec::new();
        gets(self.derivation, id, &mut paths);
        for call in path.iter().filter_map(|c| self.evidence.get(*c)) {
            for source in call.sources.values() {
                if let Source::Derived(expr) = source {
                    gets(expr, id, &mut paths);
                }
            }
        }
        paths.sort();
        paths.dedup();
        let Some(call) = self.evidence.get(id) else { return Vec::new() };
        let Some(entry) = self.lexicon.tool(&call.tool) else { return Vec::new() };
        paths
            .iter()
            .filter(|p| !p.contains('*'))
            .filter_map(|p| {
                let (field, _) = entry.spec.field_at(p)?;
                let sem = self.resolved(call, &field.sem);
                let result = call.outcome.value()?;
                let value = if field.quote.is_some() { field.value(result) } else { path::resolve(result, p) };
                Some((sem, value?))
            })
            .collect()
    }
}

/// Paths that an expression reads from a call; an `each` reads one from each of its calls.
fn gets(expr: &Expr, id: CallId, into: &mut Vec<String>) {
    match expr {
        Expr::Literal { .. } => {}
        Expr::Get { get, path } => {
            if *get == id {
                into.push(path.clone());
            }
        }
        Expr::Quote { quote, path, name, .. } => {
            if *quote == id {
                into.push(path::quoted(path, name));
            }
        }
        Expr::Each { each, calls, path, .. } => {
            gets(each, id, into);
            if calls.contains(&id) {
                into.push(path.clone());
            }
        }
        Expr::Apply { args, .. } => args.iter().for_each(|a| gets(a, id, into)),
    }
}

/// A call and everything on the path that depends on it.
fn dependants(id: CallId, path: &[CallId], evidence: &Evidence) -> BTreeSet<CallId> {
    let mut gone = BTreeSet::from([id]);
    for call in path.iter().filter_map(|c| evidence.get(*c)) {
        if call.inputs().iter().any(|c| gone.contains(c)) {
            gone.insert(call.id);
        }
    }
    gone
}

/// How a value can be had from visible ones: by itself, or from two under one operator that the sanity rules allow.
fn guess(atoms: &[(&Sem, &Value)], sem: &Sem, target: &Value) -> Option<String> {
    if matches!(sem, Sem::Id(_) | Sem::Flag(_) | Sem::List(_)) {
        return None;
    }
    let same_meaning = |s: &Sem| s == sem || s.comparable(sem);
    if let Some((_, v)) = atoms.iter().find(|(s, v)| equal(v, target) && same_meaning(s)) {
        return Some(format!("the value {v}"));
    }
    let target = target.as_f64()?;
    let close = |x: f64| (x - target).abs() <= 1e-9 * target.abs().max(1e-9);
    let mut seen: Vec<(&Sem, f64)> = Vec::new();
    for (s, v) in atoms {
        let Some(y) = v.as_f64() else { continue };
        if seen.iter().any(|(t, x)| *x == y && t == s) {
            continue;
        }
        for (t, x) in &seen {
            // The arithmetic is tried first: it almost never fits, and meanings are slower to compare.
            let tries = [
                (close((x - y).abs()), Op::Difference),
                (close(x / y) || close(y / x), Op::Divide),
                (close(100.0 * x / y) || close(100.0 * y / x), Op::PercentOf),
                (close(x + y), Op::Sum),
                (close((x + y) / 2.0), Op::Mean),
            ];
            for (_, op) in tries.into_iter().filter(|(fits, _)| *fits) {
                let operands = match op {
                    Op::Sum | Op::Mean if s.comparable(t) => vec![Some(Sem::List(Box::new((*t).clone())))],
                    Op::Sum | Op::Mean => continue,
                    _ => vec![Some((*t).clone()), Some((*s).clone())],
                };
                if lexicon::result_sem(&op, &operands).is_some_and(|r| r == *sem || r.comparable(sem)) {
                    return Some(format!("{x} with {y}"));
                }
            }
        }
        seen.push((s, y));
    }
    None
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(x), Some(y)) => x == y,
        _ => a == b,
    }
}

/// The value with every intermediate result of an operator rounded to six significant digits.
fn coarse(expr: &Expr, evidence: &Evidence) -> Option<Value> {
    let Expr::Apply { op, args } = expr else { return expr.eval(evidence).ok() };
    let args: Vec<Value> = args
        .iter()
        .map(|a| {
            let value = coarse(a, evidence)?;
            Some(match (a, value.as_f64()) {
                (Expr::Apply { .. }, Some(x)) => canon::number(canon::significant(x, 6)),
                _ => value,
            })
        })
        .collect::<Option<_>>()?;
    op.apply(&args).ok()
}

/// A derivation without its rounding and conversion.
pub fn strip(derivation: &Expr) -> &Expr {
    match derivation {
        Expr::Apply { op: Op::Round { .. } | Op::Convert { .. }, args } => args.first().map_or(derivation, strip),
        other => other,
    }
}

/// The question with every constant replaced by its meaning.
pub fn skeleton(question: &str, spans: &[Span]) -> String {
    let chars: Vec<char> = question.chars().collect();
    let mut masked = String::new();
    let mut at = 0;
    for span in spans {
        masked.extend(chars.get(at..span.start).unwrap_or_default());
        masked.push_str(&format!("⟨{}⟩", span.sem));
        at = span.end;
    }
    masked.extend(chars.get(at..).unwrap_or_default());
    masked
}

/// Whether the choice is among written-out candidates.
pub fn is_choice(form: &Form) -> bool {
    matches!(form, Form::Apply { op: Op::Pick { .. }, args } if args.first().is_some_and(|k| written_out(k).is_some()))
}
