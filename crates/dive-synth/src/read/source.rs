//! Questions that name the documents in which their values stand.

use dive_core::form::Form;

use super::{Parses, Reader};
use crate::document;
use crate::lexicon::{Lexicon, Role};

/// The opening sentences that stand at `pos`: the tool whose documents they name, and where they end.
pub(super) fn sources<'l>(lexicon: &'l Lexicon, text: &str, pos: usize) -> Vec<(&'l str, usize)> {
    let rest = text.get(pos..).unwrap_or_default();
    let mut found = Vec::new();
    for entry in lexicon.documents() {
        for (before, after) in document::SOURCES {
            let sentence = document::several(entry).map(|d| format!("{before}{d}{after} "));
            if let Some(sentence) = sentence.filter(|s| rest.starts_with(s.as_str())) {
                found.push((entry.spec.name.as_str(), pos + sentence.len()));
            }
        }
    }
    found
}

impl Reader<'_> {
    /// "According to the annual report of Halvorsen Marine, what is the order backlog?"
    pub(super) fn according_to(&self, pos: usize, found: &mut Parses<Form>) {
        for (before, between, after) in document::FRAMES {
            let Some(start) = self.eat(pos, before) else { continue };
            for entry in self.lexicon.documents() {
                let Some(at) = document::called(entry).and_then(|c| self.eat(start, c)) else { continue };
                let Some(at) = self.eat(at, " of ") else { continue };
                for (end, about) in self.np(at).iter() {
                    let Some(args) = self.as_subject(entry, about) else { continue };
                    let Some(next) = self.eat(*end, between) else { continue };
                    for (end, noun) in self.lexicon.nouns_at(self.text, next) {
                        if noun.role == Role::Scalar
                            && noun.tool.spec.name == entry.spec.name
                            && let Some(end) = self.eat(end, after)
                        {
                            found.push((end, Form::get(&entry.spec.name, args.clone(), noun.path.clone())));
                        }
                    }
                }
            }
        }
    }
}
