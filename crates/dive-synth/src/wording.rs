//! Fixed expressions of questions, shared by realiser and reader.

/// Frames for a noun phrase: what stands before and after it.
pub const VALUE_FRAMES: &[(&str, &str)] = &[
    ("What is ", "?"),
    ("What was ", "?"),
    ("Find ", "."),
    ("Determine ", "."),
    ("Report ", "."),
    ("I need to know ", "."),
    ("Work out ", "."),
    ("Could you tell me ", "?"),
    ("Can you find ", "?"),
    ("Please give me ", "."),
    ("I would like to know ", "."),
    ("Calculate ", "."),
];

/// The frames that only fit computed values.
pub const CALCULATE: [usize; 2] = [6, 11];
/// The frames in the past and the present tense.
pub const WHAT_WAS: usize = 1;

/// Frames for one entity; none says "what" of a person.
pub const ENTITY_FRAMES: &[(&str, &str)] = &[
    ("Name ", "."),
    ("Identify ", "."),
    ("Find ", "."),
    ("Tell me the name of ", "."),
    ("Can you name ", "?"),
    ("I am looking for ", "."),
];

/// Frames for one person.
pub const PERSON_FRAMES: &[(&str, &str)] =
    &[("Who is ", "?"), ("Name ", "."), ("Identify ", "."), ("Tell me the name of ", "."), ("Can you name ", "?")];

/// Frames for a list of names.
pub const LIST_FRAMES: &[(&str, &str)] =
    &[("List ", "."), ("Name all ", "."), ("Give me the names of ", "."), ("Identify all ", ".")];

/// Frames for two phrases A and B and their difference.
pub const DIFFERENCE_FRAMES: &[(&str, &str, &str)] = &[
    ("By how much do ", " and ", " differ?"),
    ("How large is the gap between ", " and ", "?"),
    ("How far apart are ", " and ", "?"),
];

/// Frames for a percentage of A in B, in the order B, A.
pub const SHARE_FRAMES: &[(&str, &str, &str)] =
    &[("What percentage of ", " is ", "?"), ("Expressed as a percentage of ", ", how large is ", "?")];

/// Frames for two values.
pub const PAIR_FRAMES: &[(&str, &str, &str)] = &[
    ("What are ", " and ", "?"),
    ("Give both ", " and ", "."),
    ("I need two things: ", " and ", "."),
    ("Report ", " together with ", "."),
];

/// Frames for two entities.
pub const ENTITY_PAIR_FRAMES: &[(&str, &str, &str)] =
    &[("Name both ", " and ", "."), ("Identify ", " and ", "."), ("Find both ", " and ", "."), ("Name ", " and ", ".")];

/// Stands between what is asked and the two things of which one is meant.
pub const WHICHEVER: &str = " of whichever of ";

/// Frames for a comparison of A with B; the comparative stands after the second piece.
pub const VERIFY_FRAMES: &[(&str, &str, &str, &str)] = &[
    ("Is ", " ", " than ", "?"),
    ("Is it true that ", " is ", " than ", "?"),
    ("Check whether ", " is ", " than ", "."),
];

/// Sentences that introduce something the rest of the question refers to.
pub const PREAMBLES: &[(&str, &str)] =
    &[("Consider ", "."), ("Start from ", "."), ("Take ", "."), ("First find ", "."), ("Begin with ", ".")];

/// Openings of the second such sentence, and of later ones.
pub const NEXT_PREAMBLES: &[(&str, &str)] = &[("Then take ", "."), ("Next, find ", "."), ("From there, take ", ".")];

/// Letters that tell things of one kind apart: "the main supplier of that company (company A)".
pub const LETTERS: &[&str] = &["A", "B", "C"];

/// Directives on unit and rounding: `{u}` is the unit in words, `{d}` the decimals.
pub const UNIT_AND_DECIMALS: &[&str] = &[
    "Give the answer in {u}, rounded to {d}.",
    "Express it in {u}, to {d}.",
    "Answer in {u} and round to {d}.",
    "State the result in {u}, rounded to {d}.",
];
/// Directives on rounding alone.
pub const DECIMALS: &[&str] =
    &["Round to {d}.", "Give the answer rounded to {d}.", "State the result to {d}.", "Round the answer to {d}."];
/// Directives on the unit alone.
pub const UNIT: &[&str] = &["Give the answer in {u}.", "Answer in {u}.", "State it in {u}."];

/// Decimals in words, from none.
pub const PLACES: [&str; 5] = [
    "the nearest whole number",
    "one decimal place",
    "two decimal places",
    "three decimal places",
    "four decimal places",
];

/// Directives that fix a format without adding meaning.
pub const FORMATS: &[&str] = &[
    "Give the date as YYYY-MM-DD.",
    "Write the date in the form YYYY-MM-DD.",
    "Answer yes or no.",
    "Answer with yes or no only.",
    "The order does not matter.",
    "Any order will do.",
    "Give the names in that order.",
    "Separate the names with commas.",
    "Give the two answers in that order.",
    "Keep them in that order.",
    "Answer with the name only.",
    "The name is enough.",
    "The year is enough.",
    "A whole number is enough.",
    "Answer with a single word or phrase.",
    "Give the dates as YYYY-MM-DD, in any order.",
    "Write each date in the form YYYY-MM-DD.",
];

/// Openings that say what an answer is for without adding meaning. They fit any question: an opening that fits its domain only
/// ("for the morning round") reads oddly before half of that domain's questions.
pub const SCENES: &[&str] = &[
    "I am checking a figure for a report.",
    "This is for a fact check.",
    "We are putting together a briefing.",
    "I am preparing a summary.",
    "This is to complete a record.",
    "A colleague asked me to look this up.",
    "This is for a presentation.",
    "We are reviewing our files.",
];
