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
/// The frames in which a verb follows the thing that the document is about: a description would come between.
pub const VERB_FOLLOWS: &[usize] = &[1, 2];
/// The frame that only fits figures.
pub const FIGURE: usize = 2;
/// The frames that fit a person.
pub const PERSONS: &[usize] = &[4, 5];

/// Sentences that name the documents once, before a question that quotes from them.
pub const SOURCES: &[(&str, &str)] = &[
    ("Go by the ", "."),
    ("Please work from the ", "."),
    ("Base your answer on the ", "."),
    ("Use what the ", " say."),
    ("Rely on the ", " here."),
    ("All that is needed stands in the ", "."),
    ("Use the ", " where they help."),
    ("Have the ", " at hand."),
    ("For part of this, use the ", "."),
    ("Some of what follows stands only in the ", "."),
];
/// How many of them, from the first, fit where nothing but documents is needed.
pub const SOLE: usize = 6;

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

/// What several of these documents are called.
pub fn several(entry: &Entry) -> Option<String> {
    called(entry).map(dive_core::tool::pluralise)
}
