//! The certificate, checked again from a stored task.

use dive_core::task::Task;
use dive_tools::ToolPool;

use crate::gate::{Failure, Subject};
use crate::lexicon::Lexicon;

/// Checks stored tasks against the words and tools of a pool. Made once, used from any number of threads.
pub struct Verifier<'a> {
    lexicon: Lexicon,
    pool: &'a ToolPool,
    reexecute: bool,
}

impl<'a> Verifier<'a> {
    /// A verifier; with `reexecute` the tools run again, otherwise the recorded observations are trusted.
    pub fn new(pool: &'a ToolPool, reexecute: bool) -> Verifier<'a> {
        Verifier { lexicon: Lexicon::new(pool), pool, reexecute }
    }

    /// Repeats checks 1 to 7 and compares the certificate with what they say.
    ///
    /// # Errors
    /// Every check that fails, one sentence each.
    pub fn check(&self, task: &Task) -> Result<(), Vec<String>> {
        let subject = Subject {
            lexicon: &self.lexicon,
            pool: self.pool,
            reexecute: self.reexecute,
            evidence: &task.evidence,
            derivation: &task.derivation,
            answer: &task.answer,
        };
        let says = |f: Failure| vec![format!("{}: {}", f.reason.name(), f.detail)];
        let grounds = subject.grounds().map_err(says)?;
        if *grounds.form() != task.logical_form {
            return Err(vec!["not_faithful: the logical form is not the derivation's".into()]);
        }
        let certificate = subject.certify(grounds, &task.question, &task.spans).map_err(says)?;
        if certificate == task.certificate {
            Ok(())
        } else {
            Err(vec!["the certificate does not say what was checked".into()])
        }
    }
}
