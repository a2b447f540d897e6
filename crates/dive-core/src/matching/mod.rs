//! Whether a response gives the reference answer, decided by rules alone.
//!
//! The reference drives the reading: a response is right when its answer, read from end to end, is a way of writing the
//! reference, at the rounding and in the unit that the question asks for. Everything else is wrong where that can be
//! shown, and otherwise *undecided*, with the reason, for a judge to look at. The alternative, to search the response
//! for the reference, accepts answers that are buried among others.
//!
//! [`judge`] is the front door; [`is_marked`] says whether a response carries the mark of
//! [`ANSWER_FORMAT`](crate::rollout::ANSWER_FORMAT).

mod date;
mod name;
mod number;
mod offer;
mod structure;
mod unit;

use std::fmt;

use crate::answer::Answer;

pub use offer::is_marked;

/// What the rules say about a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding {
    /// It is the reference answer.
    Correct,
    /// It is not.
    Incorrect(Fault),
    /// Rules cannot tell; a judge may.
    Undecided(Doubt),
}

/// Why a response is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing is answered.
    NoAnswer,
    /// Something else is answered.
    Different,
    /// More than one answer is offered.
    SeveralAnswers,
    /// The number stands in a unit that makes it another quantity.
    WrongUnit,
    /// Items are missing, too many or in another order.
    OtherItems,
}

/// Why rules cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// The answer stands in prose.
    Prose,
    /// The answer is qualified: about, at least, perhaps.
    Hedged,
    /// The same quantity in a unit that was not asked for.
    OtherUnit,
    /// A date such as 03/04/2020.
    AmbiguousDate,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Finding::Correct => "the answer is the reference",
            Finding::Incorrect(Fault::NoAnswer) => "there is no answer",
            Finding::Incorrect(Fault::Different) => "the answer is another one",
            Finding::Incorrect(Fault::SeveralAnswers) => "more than one answer is offered",
            Finding::Incorrect(Fault::WrongUnit) => "the unit makes it another quantity",
            Finding::Incorrect(Fault::OtherItems) => "items are missing, too many or in another order",
            Finding::Undecided(Doubt::Prose) => "the answer stands in prose",
            Finding::Undecided(Doubt::Hedged) => "the answer is qualified",
            Finding::Undecided(Doubt::OtherUnit) => "the quantity is right, the unit is not the one asked for",
            Finding::Undecided(Doubt::AmbiguousDate) => "the date can be read in two ways",
        })
    }
}

/// Longest answer that is read, in bytes; a longer one is prose.
const LONGEST: usize = 16 * 1024;

/// Decides whether `response`, an agent's last message, answers `question` with `reference`.
///
/// A marked answer counts if there is one, else the whole message. Several marked answers must all be the same.
pub fn judge(question: &str, reference: &Answer, response: &str) -> Finding {
    let mut result: Option<Finding> = None;
    for offered in offer::offered(response) {
        let finding = decide(question, reference, &name::plain(offered));
        result = Some(match result {
            None => finding,
            Some(before) if before == finding => before,
            Some(Finding::Correct) | Some(Finding::Incorrect(_)) if matches!(finding, Finding::Undecided(_)) => finding,
            Some(before @ Finding::Undecided(_)) => before,
            Some(_) => Finding::Incorrect(Fault::SeveralAnswers),
        });
    }
    result.unwrap_or(Finding::Incorrect(Fault::NoAnswer))
}

/// Decides about one answer in plain text.
fn decide(question: &str, reference: &Answer, text: &str) -> Finding {
    let text = offer::bare(text);
    if !text.chars().any(|c| c.is_alphanumeric() || "+-".contains(c)) {
        return Finding::Incorrect(Fault::NoAnswer);
    }
    if text.len() > LONGEST {
        return Finding::Undecided(Doubt::Prose);
    }
    if structure::reads(question, reference, text) {
        return Finding::Correct;
    }
    if name::has_hedge(text) {
        return Finding::Undecided(Doubt::Hedged);
    }
    let alternatives = structure::pieces(text);
    match reference {
        Answer::Number { .. } => number::fault(question, reference, text, &alternatives),
        Answer::Date { value } => date::fault(value, text, &alternatives),
        Answer::Boolean { .. } => boolean_fault(text),
        Answer::Text { .. } => {
            if alternatives.len() > 1 && alternatives.iter().any(|p| structure::reads(question, reference, p)) {
                Finding::Incorrect(Fault::SeveralAnswers)
            } else {
                name::fault(reference, text)
            }
        }
        Answer::List { .. } | Answer::Set { .. } | Answer::Mapping { .. } => {
            structure::fault(reference, text, &alternatives)
        }
    }
}

const YES: &[&str] = &["yes", "true", "correct", "yes it is", "it is true", "that is true"];
const NO: &[&str] = &["no", "false", "incorrect", "no it is not", "it is not true", "it is false", "that is false"];

/// The truth value that `text` is, if it is nothing but that.
fn boolean(text: &str) -> Option<bool> {
    let words = name::words(text).join(" ");
    if YES.contains(&words.as_str()) {
        Some(true)
    } else if NO.contains(&words.as_str()) {
        Some(false)
    } else {
        None
    }
}

fn boolean_fault(text: &str) -> Finding {
    // Reached only when the text is not the reference.
    if boolean(text).is_some() {
        return Finding::Incorrect(Fault::Different);
    }
    let words = name::words(text);
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    match (has(&["yes", "true"]), has(&["no", "false"])) {
        (true, true) => Finding::Incorrect(Fault::SeveralAnswers),
        _ => Finding::Undecided(Doubt::Prose),
    }
}
