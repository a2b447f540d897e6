//! When two typed answers are the same.

use std::collections::BTreeSet;

use dive_core::answer::Answer;
use proptest::prelude::*;

fn number(value: f64, unit: &str, tolerance: f64) -> Answer {
    Answer::Number { value, unit: unit.into(), decimals: Some(2), tolerance }
}

fn text(value: &str) -> Answer {
    Answer::Text { value: value.into(), of: "company".into() }
}

fn date(value: &str) -> Answer {
    Answer::Date { value: value.into() }
}

fn list(items: &[&str]) -> Answer {
    Answer::List { items: items.iter().map(|s| (*s).to_string()).collect() }
}

fn set(items: &[&str]) -> Answer {
    Answer::Set { items: items.iter().map(|s| (*s).to_string()).collect() }
}

fn mapping(entries: &[(&str, Answer)]) -> Answer {
    Answer::Mapping { entries: entries.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect() }
}

pub fn answer() -> impl Strategy<Value = Answer> {
    let word = "[A-Za-zé ]{1,12}";
    let leaf = prop_oneof![
        (-1e9f64..1e9, prop_oneof![Just(""), Just("km"), Just("M EUR")], prop::option::of(0u32..5), 0.0f64..1.0)
            .prop_map(|(value, unit, decimals, tolerance)| Answer::Number {
                value,
                unit: unit.into(),
                decimals,
                tolerance
            }),
        (word, prop_oneof![Just(""), Just("company")]).prop_map(|(value, of)| Answer::Text { value, of: of.into() }),
        any::<bool>().prop_map(|value| Answer::Boolean { value }),
        "[12][0-9]{3}-0[1-9]-[01][1-9]".prop_map(|value| Answer::Date { value }),
        prop::collection::vec(word, 0..5).prop_map(|items| Answer::List { items }),
        prop::collection::btree_set(word, 0..5).prop_map(|items| Answer::Set { items }),
    ];
    leaf.prop_recursive(2, 12, 3, move |inner| {
        prop::collection::btree_map("[a-z]{1,6}", inner, 1..4).prop_map(|entries| Answer::Mapping { entries })
    })
}

proptest! {
    #[test]
    fn every_answer_accepts_itself_as_written(answer in answer()) {
        prop_assert!(answer.accepts(&answer));
        let text = serde_json::to_string(&answer).unwrap();
        let back: Answer = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&back, &answer);
        prop_assert!(answer.accepts(&back));
    }

    #[test]
    fn numbers_agree_up_to_the_tolerance(value in -1e3f64..1e3, tolerance in 0.001f64..10.0, part in -2.0f64..2.0) {
        // Right at the edge the representation decides.
        prop_assume!((part.abs() - 1.0).abs() > 0.01);
        let given = number(value + part * tolerance, "km", 0.0);
        prop_assert_eq!(number(value, "km", tolerance).accepts(&given), part.abs() < 1.0);
    }

    #[test]
    fn sets_have_no_order_and_lists_do(items in prop::collection::btree_set("[a-z]{1,8}", 2..6)) {
        let items: Vec<String> = items.into_iter().collect();
        let turned: Vec<String> = items.iter().rev().cloned().collect();
        let (a, b) = (Answer::List { items: items.clone() }, Answer::List { items: turned.clone() });
        prop_assert!(!a.accepts(&b) && !b.accepts(&a));
        let of = |items: Vec<String>| Answer::Set { items: items.into_iter().map(|s| s.to_uppercase()).collect::<BTreeSet<_>>() };
        prop_assert!(of(items.clone()).accepts(&of(turned)));
        let fewer = Answer::Set { items: items.iter().skip(1).cloned().collect() };
        let all = Answer::Set { items: items.into_iter().collect() };
        prop_assert!(!all.accepts(&fewer) && !fewer.accepts(&all));
    }
}

#[test]
fn typed_equality() {
    let check = |reference: Answer, given: Answer, accepted: bool| {
        assert_eq!(reference.accepts(&given), accepted, "{reference:?} and {given:?}");
    };
    check(number(12.34, "km", 0.005), number(12.344, "km", 0.0), true);
    check(number(12.34, "km", 0.005), number(12.346, "km", 0.0), false);
    // A unit may be left out by the one who answers, never replaced.
    check(number(5.0, "km", 0.0), number(5.0, "", 0.0), true);
    check(number(5.0, "km", 0.0), number(5.0, "m", 0.0), false);
    check(number(5.0, "", 0.0), number(5.0, "km", 0.0), false);
    check(number(0.3, "", 0.0), number(0.1 + 0.2, "", 0.0), true);
    check(number(f64::NAN, "", 1.0), number(f64::NAN, "", 1.0), false);
    check(text("Halvorsen Marine"), text(" halvorsen   MARINE "), true);
    check(text("Halvorsen Marine"), text("HalvorsenMarine"), false);
    check(text("Halvorsen Marine"), Answer::Text { value: "Halvorsen Marine".into(), of: String::new() }, true);
    check(date("2024-03-14"), date("2024-03-14"), true);
    check(date("2024-03-14"), date("2024-03-15"), false);
    check(date("2024-03-14"), text("2024-03-14"), false);
    check(Answer::Boolean { value: true }, Answer::Boolean { value: false }, false);
    check(list(&["a", "b"]), list(&["A", "b"]), true);
    check(list(&["a", "b"]), list(&["b", "a"]), false);
    check(list(&["a", "b"]), set(&["a", "b"]), false);
    check(set(&["a", "b"]), set(&["b", "A "]), true);
    let both = |x: Answer, y: Answer| mapping(&[("first", x), ("second", y)]);
    check(both(number(1.0, "", 0.1), text("x")), both(number(1.05, "", 0.0), text("X")), true);
    check(both(text("x"), text("y")), both(text("y"), text("x")), false);
    check(both(text("x"), text("y")), mapping(&[("first", text("x"))]), false);
    check(mapping(&[("first", text("x"))]), both(text("x"), text("y")), false);
}

#[test]
fn display_is_one_line_that_says_it_all() {
    let check = |answer: Answer, expected: &str| assert_eq!(answer.display(), expected);
    check(number(12.3, "km", 0.0), "12.30 kilometres");
    check(Answer::Number { value: 1500.0, unit: String::new(), decimals: None, tolerance: 0.0 }, "1500");
    check(number(3.0, "mg/dL", 0.0), "3.00 mg/dL");
    check(Answer::Boolean { value: false }, "no");
    check(list(&["b", "a"]), "b, a");
    check(set(&["b", "a"]), "a, b");
    check(mapping(&[("first", text("x")), ("second", date("2024-03-14"))]), "first: x; second: 2024-03-14");
}
