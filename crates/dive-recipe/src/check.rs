//! What is checked of a task that a model derived. One function serves the deriver's gate and later verification.
//!
//! Checks 1 (or its quotes), 5 and 6 reject; 2, 3 and 4 are recorded as they come out. 7 is replaced by blind solves,
//! 8 is admission's.

use dive_core::answer::Answer;
use dive_core::canon;
use dive_core::certificate::{Atom, Certificate, Check, DerivationLink, ModelDerived, QuestionLink, Quote, Replay};
use dive_core::evidence::{CallId, Evidence, Source};
use dive_core::expr::{Expr, Op};
use dive_core::form::Form;
use dive_core::path;
use dive_core::task::{Reason, Span};
use dive_synth::answer;
use dive_synth::gate::{self, Failure, Subject};
use dive_synth::lexicon::Lexicon;
use dive_tools::ToolPool;
use serde_json::Value;

use crate::submission::{Claim, Submission, Support};
use crate::trace;

/// Longest question, in characters.
const LONGEST: usize = 4_000;

/// A submission whose support holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The question.
    pub question: String,
    /// The expression whose value the answer is.
    pub derivation: Expr,
    /// The answer as the program computes it.
    pub answer: Answer,
    /// The evidence with the sources of its arguments.
    pub evidence: Evidence,
    /// The derivation written out.
    pub form: Form,
    /// The constants that stand in the question.
    pub spans: Vec<Span>,
    /// What was found.
    pub certificate: Certificate,
}

/// What checking needs to know.
pub struct Checker<'a> {
    /// The tools.
    pub pool: &'a ToolPool,
    /// What their values mean.
    pub lexicon: &'a Lexicon,
}

impl Checker<'_> {
    /// Checks a submission over what was observed.
    ///
    /// # Errors
    /// The first thing that does not hold, in words that the model can act on.
    pub fn submission(&self, submitted: &Submission, observed: &Evidence) -> Result<Checked, Failure> {
        let question = submitted.question.trim();
        if question.is_empty() || question.chars().count() > LONGEST {
            return fail(Reason::NoSubmission, "the question is empty or too long");
        }
        let evidence = trace::trace(observed, question, self.pool);
        let atoms = submitted.support.iter().map(|s| atom(s, &evidence)).collect::<Result<Vec<_>, _>>()?;
        if atoms.is_empty() {
            return fail(Reason::NotEntailed, "the support names no observation");
        }
        let derivation = self.derivation(submitted, &atoms, &evidence)?;
        supports(&atoms, &derivation, &evidence)?;
        let answer = self.answer(&submitted.answer, &derivation, &atoms, &evidence)?;
        let form = form(&derivation, &evidence)?;
        let spans = trace::spans(question, &form);
        let task = Parts { question, spans: &spans, derivation: &derivation, answer: &answer, evidence: &evidence };
        let certificate = self.certificate(&task, &form, atoms, true)?;
        Ok(Checked { question: question.into(), derivation, answer, evidence, form, spans, certificate })
    }

    /// The certificate of a task's parts, with the question left unlinked.
    ///
    /// # Errors
    /// The first check that rejects.
    pub fn certificate(
        &self,
        task: &Parts<'_>,
        form: &Form,
        support: Vec<Atom>,
        reexecute: bool,
    ) -> Result<Certificate, Failure> {
        let subject = Subject {
            lexicon: self.lexicon,
            pool: self.pool,
            reexecute,
            evidence: task.evidence,
            derivation: task.derivation,
            answer: task.answer,
        };
        for one in &support {
            holds(one, task.evidence)?;
        }
        let path = task.evidence.path(task.derivation);
        if let Some(stray) = support.iter().find(|a| !path.contains(&a.call)) {
            return fail(
                Reason::NotEntailed,
                format!("the support names {}, but the answer does not use it", stray.call),
            );
        }
        let quote = support.first().filter(|_| support.len() == 1).and_then(|a| a.quote.as_ref());
        let (link, unrounded) = match quote {
            Some(quote) => {
                if !matches!(task.derivation, Expr::Get { .. }) || quoted(quote, task.answer).is_none() {
                    return fail(Reason::NotEntailed, format!("the quote `{}` is not the answer", quote.text));
                }
                (DerivationLink::Quoted, Value::String(quote.text.clone()))
            }
            None => {
                let computed = matches!(task.derivation, Expr::Apply { op, .. } if *op != Op::List);
                (if computed { DerivationLink::Computed } else { DerivationLink::Quoted }, subject.entailed()?)
            }
        };
        let mut complete = Vec::new();
        subject.unique(task.derivation, &mut complete)?;
        let calls = || path.iter().filter_map(|id| task.evidence.get(*id));
        for source in calls().flat_map(|c| c.sources.values()) {
            if let Source::Derived(expr) = source {
                subject.unique(expr, &mut complete)?;
            }
        }
        complete.sort_unstable();
        complete.dedup();
        subject.leaked(task.question)?;

        let mut passed = vec![Check::Entailed];
        let replay = match (subject.executable(&path), reexecute) {
            (Ok(()), true) => Replay::Same,
            (Ok(()), false) => Replay::NotRun,
            (Err(_), _) => Replay::Differs,
        };
        if replay == Replay::Same {
            passed.push(Check::Executable);
        }
        let stated = |(value, sem): &(&Value, &dive_core::sem::Sem)| {
            task.spans.iter().any(|s| s.value == **value && s.sem == **sem)
        };
        if form.constants().iter().all(stated) {
            passed.push(Check::Closed);
        }
        let ablations = subject.minimal(&path, form, &unrounded);
        if ablations.is_ok() {
            passed.push(Check::Minimal);
        }
        passed.extend([Check::Unique, Check::NotLeaked, Check::New]);
        let sources = || calls().flat_map(|c| c.sources.values());
        let literal_arguments = sources().filter(|s| matches!(s, Source::Literal(_))).count();
        Ok(Certificate {
            unrounded,
            literal_arguments,
            derived_arguments: sources().count() - literal_arguments,
            ablations: ablations.unwrap_or_default(),
            complete,
            readings: 0,
            key: form.key(),
            skeleton: canon::hash(gate::skeleton(task.question, task.spans).as_bytes()),
            passed,
            model_derived: Some(ModelDerived {
                derivation: link,
                question_link: QuestionLink::Unchecked,
                replay,
                support,
            }),
            path,
        })
    }

    /// The expression behind a submission: the one that was submitted, or what the support says.
    fn derivation(&self, submitted: &Submission, atoms: &[Atom], evidence: &Evidence) -> Result<Expr, Failure> {
        let given = match (&submitted.derivation, atoms) {
            (Some(expr), _) => expr.clone(),
            (None, [one]) => Expr::get(one.call, one.path.clone()),
            (None, several) => {
                Expr::apply(Op::List, several.iter().map(|a| Expr::get(a.call, a.path.clone())).collect::<Vec<_>>())
            }
        };
        let value = given.eval(evidence).map_err(|e| {
            let reason = match e {
                dive_core::expr::EvalError::Tie(_) => Reason::NotUnique,
                _ => Reason::NotEntailed,
            };
            Failure { reason, detail: format!("the derivation has no value: {e}") }
        })?;
        // The claim may round where the expression does not; what is asked for counts.
        let rounded = matches!(given, Expr::Apply { op: Op::Round { .. }, .. });
        Ok(match (submitted.answer.decimals(), value.as_f64()) {
            (Some(decimals), Some(x)) if !rounded && decimals <= 12 && x.fract() != 0.0 => {
                Expr::apply(Op::Round { decimals }, [given])
            }
            _ => given,
        })
    }

    /// The answer that the support gives, if it is the claimed one.
    fn answer(&self, claim: &Claim, derivation: &Expr, atoms: &[Atom], evidence: &Evidence) -> Result<Answer, Failure> {
        if let ([Atom { quote: Some(quote), .. }], Expr::Get { .. }) = (atoms, derivation) {
            let claimed = claim.answer();
            return quoted(quote, &claimed).ok_or_else(|| Failure {
                reason: Reason::NotEntailed,
                detail: format!("the quote is `{}`, the answer is `{}`", quote.text, claimed.display()),
            });
        }
        let unable = |detail: String| Failure { reason: Reason::NotEntailed, detail };
        let value = derivation.eval(evidence).map_err(|e| unable(e.to_string()))?;
        let sem = self.lexicon.sem(&form(derivation, evidence)?);
        let truth = answer::answer_of(&value, sem.as_ref(), derivation).ok_or_else(|| {
            unable("what the support gives is no number, name, date, truth value or list of names".into())
        })?;
        if !claim.agrees(&truth) {
            let claimed = claim.answer().display();
            return Err(unable(format!("the support gives `{}`, not `{claimed}`", truth.display())));
        }
        if let (Answer::Number { value, decimals: None, .. }, true) = (&truth, matches!(derivation, Expr::Apply { .. }))
            && value.fract() != 0.0
        {
            return Err(unable(format!(
                "the answer {value} is not whole: say in the question to how many decimals, and give `decimals`"
            )));
        }
        Ok(truth)
    }
}

/// What a certificate speaks about.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The question.
    pub question: &'a str,
    /// Its constants.
    pub spans: &'a [Span],
    /// The derivation.
    pub derivation: &'a Expr,
    /// The answer.
    pub answer: &'a Answer,
    /// The evidence with its sources.
    pub evidence: &'a Evidence,
}

fn fail<T>(reason: Reason, detail: impl Into<String>) -> Result<T, Failure> {
    Err(Failure { reason, detail: detail.into() })
}

fn form(derivation: &Expr, evidence: &Evidence) -> Result<Form, Failure> {
    Form::of(derivation, evidence).map_err(|e| Failure { reason: Reason::NotEntailed, detail: e.to_string() })
}

/// Whether the support names what the derivation reads, itself or on the way to the arguments of its calls, and something that
/// it reads itself.
fn supports(atoms: &[Atom], derivation: &Expr, evidence: &Evidence) -> Result<(), Failure> {
    let mut read = Vec::new();
    derivation.places(&mut read);
    let own = read.len();
    for call in evidence.path(derivation).into_iter().filter_map(|id| evidence.get(id)) {
        for source in call.sources.values() {
            if let Source::Derived(expr) = source {
                expr.places(&mut read);
            }
        }
    }
    let names = |atom: &Atom, read: &[(CallId, String)]| {
        read.iter().any(|(call, path)| *call == atom.call && covers(&atom.path, path))
    };
    if let Some(stray) = atoms.iter().find(|a| !names(a, &read)) {
        let detail = format!("the support names {}{}, which the derivation does not read", stray.call, stray.path);
        return fail(Reason::NotEntailed, detail);
    }
    if !atoms.iter().any(|a| names(a, read.get(..own).unwrap_or_default())) {
        return fail(Reason::NotEntailed, "the support names nothing that the derivation reads");
    }
    Ok(())
}

/// Whether a pointer names what stands at a path, an element of it where the path has `*`, or the list around it.
fn covers(pointer: &str, path: &str) -> bool {
    let (mut named, mut read) = (pointer.split('/').skip(1), path.split('/').skip(1));
    let mut any = false;
    loop {
        match (named.next(), read.next()) {
            (None, _) => return any || path.is_empty(),
            (Some(a), Some(b)) if a == b || a == "*" || b == "*" => any = true,
            _ => return false,
        }
    }
}

/// A part of the support as the program finds it.
fn atom(support: &Support, evidence: &Evidence) -> Result<Atom, Failure> {
    let (call, path) = (support.observation, support.pointer.clone());
    let quote = match &support.quote {
        None => None,
        Some(words) => {
            let at = value_at(call, &path, evidence)?;
            match at.as_str() {
                // The whole value needs no offsets.
                Some(text) if text == words => None,
                Some(text) => match stands(text, words) {
                    Some(start) => Some(Quote { start, end: start + words.chars().count(), text: words.clone() }),
                    None => return fail(Reason::NotEntailed, format!("{call}{path} does not contain `{words}`")),
                },
                // A number or truth value quoted as text.
                None if &at.to_string() == words => None,
                None => return fail(Reason::NotEntailed, format!("{call}{path} is no text that could be quoted")),
            }
        }
    };
    let atom = Atom { call, path, quote };
    holds(&atom, evidence)?;
    Ok(atom)
}

/// Where words stand in a text, in characters. Part of a number is another number.
fn stands(text: &str, words: &str) -> Option<usize> {
    if words.trim().replace(',', "").parse::<f64>().is_ok() {
        return trace::whole_words(text, words).first().map(|(start, _)| *start);
    }
    let byte = text.find(words).filter(|_| !words.trim().is_empty())?;
    text.get(..byte).map(|before| before.chars().count())
}

fn value_at(call: CallId, pointer: &str, evidence: &Evidence) -> Result<Value, Failure> {
    let Some(made) = evidence.get(call) else {
        return fail(Reason::NotEntailed, format!("there is no observation {call}"));
    };
    let Some(value) = made.outcome.value() else {
        return fail(Reason::NotEntailed, format!("{call} failed and shows nothing"));
    };
    match path::resolve(value, pointer) {
        Some(found) => Ok(found),
        None => fail(Reason::NotEntailed, format!("nothing stands at {call}{pointer}")),
    }
}

/// Whether an atom stands where it is said to.
fn holds(atom: &Atom, evidence: &Evidence) -> Result<(), Failure> {
    let value = value_at(atom.call, &atom.path, evidence)?;
    let Some(quote) = &atom.quote else { return Ok(()) };
    let text = value.as_str().unwrap_or_default();
    let words: String = text.chars().skip(quote.start).take(quote.end.saturating_sub(quote.start)).collect();
    if words == quote.text && !words.is_empty() {
        Ok(())
    } else {
        fail(Reason::NotEntailed, format!("{}{} does not read `{}` there", atom.call, atom.path, quote.text))
    }
}

/// The answer that a quote is, if it is the given one.
fn quoted(quote: &Quote, given: &Answer) -> Option<Answer> {
    let words = quote.text.trim();
    let same = match given {
        Answer::Text { value, .. } | Answer::Date { value } => value.trim() == words,
        Answer::Number { value, .. } => words.replace(',', "").parse::<f64>().is_ok_and(|x| x == *value),
        _ => false,
    };
    same.then(|| given.clone())
}
