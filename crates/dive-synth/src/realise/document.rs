//! Questions that begin with the document in which the answer stands.

use dive_core::form::Form;
use dive_core::path;
use dive_tools::entities::Naming;

use super::{Realiser, Say, Unsayable};
use crate::document;

impl Realiser<'_> {
    /// "According to the annual report of Halvorsen Marine, what is the order backlog?"
    pub(super) fn according_to(&mut self, form: &Form) -> Say {
        let Form::Get { call, path } = form else { return Err(Unsayable("not one value")) };
        path::in_text(path).ok_or(Unsayable("not in a text"))?;
        let entry = self.lexicon.tool(&call.tool).ok_or(Unsayable("an unknown tool"))?.clone();
        let field = entry.spec.field(path).filter(|f| !f.noun.is_empty()).ok_or(Unsayable("a field without a noun"))?;
        let called = document::called(&entry).ok_or(Unsayable("a document without a name"))?;
        let subject = self.subject(&entry, call)?.ok_or(Unsayable("no subject"))?;
        let person = self.lexicon.naming(&field.sem) == Some(Naming::Person);
        let frame = loop {
            let i = self.rng.below(document::FRAMES.len());
            let fits = match i {
                i if person => document::PERSONS.contains(&i),
                document::FIGURE => field.sem.is_measure(),
                _ => true,
            };
            if fits {
                break i;
            }
        };
        let (before, between, after) = document::FRAMES.get(frame).copied().ok_or(Unsayable("frame"))?;
        self.push(before);
        self.push(called);
        self.push(" of ");
        self.np(&subject)?;
        self.push(between);
        self.push(&field.noun);
        self.push(after);
        Ok(())
    }
}
