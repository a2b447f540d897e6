//! Questions that were tampered with must not read as what they were made from.

use std::collections::BTreeMap;

use dive_core::expr::Op;
use dive_core::form::Form;
use dive_synth::literal::boundary;
use dive_synth::read::read;

use crate::pool::{CITIES, COMPANIES, PAPERS, PATIENTS};
use crate::{FORMS, LEXICON, say};

/// Kinds of damage: words that become other words, both ways.
const SWAPS: &[(&str, &[(&str, &str)])] = &[
    ("superlative", &[("highest", "lowest"), ("latest", "earliest")]),
    ("comparative", &[("higher", "lower"), ("later", "earlier")]),
    ("threshold", &[("above", "below"), ("after", "before"), ("above", "after")]),
    ("aggregate", &[("average", "median"), ("average", "total"), ("median", "total"), ("average", "highest")]),
    ("aggregate of values", &[("the sum of", "the average of"), ("the range of", "the sum of")]),
    ("rank", &[("second-", "third-"), ("third-", "fourth-"), ("second-", "")]),
    ("how many", &[("two", "three"), ("three", "four")]),
    ("fiscal year", &[("2023", "2021"), ("2022", "2020")]),
    ("threshold value", &[("1,500", "1,501"), ("120 million", "125 million"), ("82 kg", "83 kg"), ("64.5", "64")]),
    ("date", &[("14 March 2001", "15 March 2001"), ("14 March 2001", "14 May 2001")]),
    ("unit of a constant", &[("kg", "lb"), ("million euros", "thousand euros"), ("175 cm", "175 m")]),
    (
        "unit of the answer",
        &[
            ("square miles", "hectares"),
            ("degrees Fahrenheit", "degrees Celsius"),
            ("nautical miles", "miles"),
            ("kilometres", "metres"),
        ],
    ),
    (
        "decimals",
        &[
            ("one decimal place", "two decimal places"),
            ("two decimal places", "three decimal places"),
            ("the nearest whole number", "one decimal place"),
            ("four decimal places", "three decimal places"),
        ],
    ),
    (
        "field",
        &[
            ("number of tugs in the fleet", "wharf length"),
            ("net income", "revenue"),
            ("headcount", "founding date"),
            ("population", "area"),
            ("area", "latitude"),
        ],
    ),
    ("vocabulary", &[("shipping", "dairy"), ("shipping", "timber")]),
    ("choice", &[("on a monthly basis", "on a daily basis")]),
    ("operator", &[("the ratio of", "the percentage change from"), ("differ", "agree"), ("How far apart", "What")]),
    ("relation", &[("based in", "in"), ("that are also among", "and"), ("closing price", "trading date")]),
    ("branch", &[("otherwise give", "give"), ("if it is not", "if it is")]),
];

/// `text` with one occurrence of whole words replaced, for each occurrence.
fn replaced(text: &str, from: &str, to: &str) -> Vec<String> {
    let starts_word = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric());
    let ends_word = |at: usize| from.ends_with('-') || boundary(text, at);
    text.match_indices(from)
        .filter(|(at, _)| starts_word(*at) && ends_word(at + from.len()))
        .map(|(at, _)| format!("{}{to}{}", &text[..at], &text[at + from.len()..]))
        .collect()
}

/// `text` with two different words in each other's place.
fn exchanged(text: &str, a: &str, b: &str) -> Option<String> {
    let marked = text.replace(a, "\u{1}");
    (marked.contains('\u{1}') && marked.contains(b)).then(|| marked.replace(b, a).replace('\u{1}', b))
}

fn mutations(form: &Form, text: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (kind, pairs) in SWAPS {
        for (a, b) in *pairs {
            found.extend(replaced(text, a, b).into_iter().map(|t| (*kind, t)));
            if !b.is_empty() {
                found.extend(replaced(text, b, a).into_iter().map(|t| (*kind, t)));
            }
        }
    }
    let types: [(&str, &[&str]); 4] = [
        ("another company", &COMPANIES),
        ("another city", &CITIES),
        ("another patient", &PATIENTS),
        ("another title", &PAPERS),
    ];
    for (kind, names) in types {
        for (i, name) in names.iter().enumerate() {
            let other = names[(i + 1) % names.len()];
            found.extend(replaced(text, name, other).into_iter().map(|t| (kind, t)));
            for later in &names[i + 1..] {
                found.extend(exchanged(text, name, later).map(|t| ("exchanged operands", t)));
            }
        }
    }
    found.extend(exchanged(text, "2022", "2023").map(|t| ("exchanged years", t)));
    found.extend(exchanged(text, "net income", "revenue").map(|t| ("exchanged fields", t)));
    if let (Form::Apply { op: Op::Round { .. } | Op::Convert { .. }, .. }, Some(cut)) =
        (form, text.trim_end_matches('.').rfind(['.', '?']))
    {
        found.push(("no directive", text[..=cut].to_string()));
    }
    for (open, close) in [(" whose ", '?'), (" whose ", '.')] {
        if let Some((before, after)) = text.split_once(open)
            && let Some(end) = after.find(close)
        {
            found.push(("no condition", format!("{before}{}", &after[end..])));
        }
    }
    found.retain(|(_, t)| t != text);
    found
}

#[test]
fn tampering_is_caught() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut missed = Vec::new();
    for (name, form) in FORMS.iter() {
        for seed in 0..12 {
            let said = say(form, seed);
            for (kind, text) in mutations(form, &said.text) {
                *seen.entry(kind).or_default() += 1;
                if read(&LEXICON, &text) == [form.clone()] {
                    missed.push(format!("{name}, {kind}\n  said    {}\n  changed {text}", said.text));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    for (kind, _) in SWAPS {
        assert!(seen.contains_key(kind), "no question was damaged in its {kind}");
    }
    assert!(seen.len() >= 25, "{seen:#?}");
}
