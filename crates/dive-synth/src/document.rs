//! Tools that open documents: which they are, and how a question names the document that a value is quoted from.

use crate::lexicon::{Entry, Part};

/// What stands before the name of the document in a tail.
const SOURCE: &str = "according to the ";

/// Frames around document, subject and noun: "According to the annual report of A, what is the order backlog?"
pub const FRAMES: &[(&str, &str, &str)] = &[
    ("According to the ", ", what is the ", "?"),
    ("What does the ", " give as the ", "?"),
    ("What figure does the ", " state for the ", "?"),
    ("Look up the ", ". What does it say about the ", "?"),
    ("Consult the ", " and report the ", "."),
    ("From the ", ", find the ", "."),
];
/// The frame that only fits figures.
pub const FIGURE: usize = 2;
/// The frames that fit a person.
pub const PERSONS: &[usize] = &[4, 5];

/// Whether a tool's result has values in running text.
pub fn has_text(entry: &Entry) -> bool {
    entry.spec.output.fields.iter().any(|f| f.quote.is_some())
}

/// What the document is called, if the tool has a tail that says so: "annual report".
pub fn called(entry: &Entry) -> Option<&str> {
    entry.tails.iter().find_map(|tail| match tail.parts.as_slice() {
        [Part::Text(words)] => words.strip_prefix(SOURCE),
        _ => None,
    })
}
