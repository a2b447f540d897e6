//! The checks again, on a stored task.

use dive_core::certificate::{DerivationLink, ModelDerived, Replay};
use dive_core::form::Form;
use dive_core::task::Task;
use dive_synth::lexicon::Lexicon;
use dive_tools::ToolPool;

use crate::check::{Checker, Parts};

pub use crate::episode::is_model_derived;

/// Checks stored tasks. Made once, used from any number of threads.
pub struct Verifier<'a> {
    lexicon: Lexicon,
    pool: &'a ToolPool,
    reexecute: bool,
}

impl<'a> Verifier<'a> {
    /// A verifier; with `reexecute` the tools run again.
    pub fn new(pool: &'a ToolPool, reexecute: bool) -> Verifier<'a> {
        Verifier { lexicon: Lexicon::new(pool), pool, reexecute }
    }

    /// Repeats what can be repeated, and compares the certificate with it. The number of blind solves is what was
    /// recorded: they are a fact about that day.
    ///
    /// # Errors
    /// Every check that fails, one sentence each.
    pub fn check(&self, task: &Task) -> Result<ModelDerived, Vec<String>> {
        let Some(stored) = &task.certificate.model_derived else {
            return Err(vec!["the task was not derived by a model".into()]);
        };
        let form = Form::of(&task.derivation, &task.evidence).map_err(|e| vec![format!("not_entailed: {e}")])?;
        if form != task.logical_form {
            return Err(vec!["not_entailed: the logical form is not the derivation's".into()]);
        }
        if stored.derivation == DerivationLink::Unchecked {
            return Ok(stored.clone());
        }
        let parts = Parts {
            question: &task.question,
            spans: &task.spans,
            derivation: &task.derivation,
            answer: &task.answer,
            evidence: &task.evidence,
        };
        for span in &task.spans {
            let words = task.question.chars().skip(span.start).take(span.end.saturating_sub(span.start));
            if !words.eq(span.text.chars()) {
                return Err(vec![format!("not_closed: the span `{}` is not in the question", span.text)]);
            }
        }
        let checker = Checker { pool: self.pool, lexicon: &self.lexicon };
        let found = checker.certificate(&parts, &form, stored.support.clone(), self.reexecute);
        let mut found = found.map_err(|f| vec![format!("{}: {}", f.reason.name(), f.detail)])?;
        let mut expected = task.certificate.clone();
        let again = match (&mut found.model_derived, &mut expected.model_derived) {
            (Some(again), Some(stored)) => {
                let seen = again.replay;
                again.question_link = stored.question_link;
                if !self.reexecute && seen == Replay::NotRun {
                    again.replay = stored.replay;
                    found.passed = expected.passed.clone();
                }
                again.clone()
            }
            _ => return Err(vec!["the certificate does not say what was checked".into()]),
        };
        if found == expected { Ok(again) } else { Err(vec!["the certificate does not say what was checked".into()]) }
    }
}
