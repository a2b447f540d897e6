//! Questions that name the documents in which their values stand.

use dive_core::expr::Op;
use dive_core::form::{Form, FormCall};
use dive_core::path;
use dive_tools::entities::Naming;

use super::{Realiser, Say, Unsayable};
use crate::document;

impl Realiser<'_> {
    /// Decides where the documents are named: in the question's first words, in a sentence of their own, or beside each
    /// value. What is said of several things, or of a thing described, does not bear "according to" behind each.
    pub(super) fn sources(&mut self, form: &Form) {
        let mut quotes: Vec<&Form> = Vec::new();
        form.walk(&mut |f| {
            if matches!(f, Form::Get { path, .. } if path::in_text(path).is_some()) && !quotes.contains(&f) {
                quotes.push(f);
            }
        });
        let content = match form {
            Form::Apply { op: Op::Round { .. } | Op::Convert { .. }, args } => args.first(),
            other => Some(other),
        };
        let content = match content {
            Some(Form::Apply { op: Op::Convert { .. }, args }) => args.first(),
            other => other,
        };
        let direct = matches!((quotes.as_slice(), content), ([only], Some(content)) if *only == content);
        if direct && self.rng.chance(0.6) {
            self.opens = true;
            return;
        }
        let calls = || quotes.iter().filter_map(|q| if let Form::Get { call, .. } = q { Some(call) } else { None });
        let count = |tool: &str| calls().filter(|c| c.tool == tool).count();
        let Some(most) = calls().max_by_key(|c| count(&c.tool)) else { return };
        let Some(entry) = self.lexicon.tool(&most.tool).cloned() else { return };
        let plain = calls()
            .filter(|c| c.tool == most.tool)
            .all(|c| matches!(self.subject(&entry, c), Ok(Some(Form::Literal { .. }))));
        // "the rating of A's main competitor given in the annual report" has the rating or the competitor from there.
        if count(&most.tool) == 1 && plain && direct && self.rng.chance(0.6) {
            return;
        }
        // The documents and the searches for them are all that is needed, or only a part of it.
        let mut sole = true;
        form.walk(&mut |f| {
            if let Form::Get { call, .. } | Form::Each { call, .. } = f {
                let finds = entry.spec.groups.iter().any(|g| self.lexicon.finds(&call.tool, &g.of));
                sole &= call.tool == most.tool || finds;
            }
        });
        let (for_all, for_some) = document::SOURCES.split_at(document::SOLE);
        let sentence = self.rng.pick(if sole { for_all } else { for_some }).copied();
        if let (Some(documents), Some((before, after))) = (document::several(&entry), sentence) {
            self.push(&format!("{before}{documents}{after} "));
            self.source = Some(most.tool.clone());
        }
    }

    /// Whether the document of a call is named elsewhere.
    pub(super) fn untailed(&self, call: &FormCall) -> bool {
        let opened = || self.opens && self.lexicon.tool(&call.tool).is_some_and(|e| document::has_text(e));
        self.source.as_ref() == Some(&call.tool) || opened()
    }

    /// "According to the annual report of Halvorsen Marine, what is the order backlog?"
    pub(super) fn according_to(&mut self, form: &Form) -> Say {
        let Form::Get { call, path } = form else { return Err(Unsayable("not one value")) };
        path::in_text(path).ok_or(Unsayable("not in a text"))?;
        let entry = self.lexicon.tool(&call.tool).ok_or(Unsayable("an unknown tool"))?.clone();
        let field = entry.spec.field(path).filter(|f| !f.noun.is_empty()).ok_or(Unsayable("a field without a noun"))?;
        let called = document::called(&entry).ok_or(Unsayable("a document without a name"))?;
        let subject = self.subject(&entry, call)?.ok_or(Unsayable("no subject"))?;
        let named = matches!(subject, Form::Literal { .. }) || self.referents.iter().any(|(f, _)| *f == subject);
        let person = self.lexicon.naming(&field.sem) == Some(Naming::Person);
        let frame = loop {
            let i = self.rng.below(document::FRAMES.len());
            let fits = match i {
                i if person => document::PERSONS.contains(&i),
                i if !named && document::VERB_FOLLOWS.contains(&i) => false,
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
