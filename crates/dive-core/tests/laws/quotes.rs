//! What is written into a text is found there again, once, and nothing else is.

use dive_core::canon;
use dive_core::evidence::{Call, CallId, Evidence, Outcome};
use dive_core::expr::{EvalError, Expr};
use dive_core::text::{Locator, Quotation, Reading, TextError};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A value with the ways in which a text may write it.
fn said() -> impl Strategy<Value = (Reading, String, Value)> {
    let grouped = |n: u32| {
        let digits = n.to_string();
        let places = digits.chars().enumerate().fold(String::new(), |mut text, (i, c)| {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(',');
            }
            text.push(c);
            text
        });
        (Reading::Number, places, json!(n))
    };
    prop_oneof![
        any::<u32>().prop_map(grouped),
        (-1_000_000i32..1_000_000).prop_map(|n| {
            let x = f64::from(n) / 1000.0;
            (Reading::Number, x.to_string(), canon::number(x))
        }),
        (1800i16..2100, 1i8..13, 1i8..29).prop_flat_map(|(y, m, d)| {
            let date = jiff::civil::date(y, m, d);
            let ways = ["%Y-%m-%d", "%-d %B %Y", "%B %-d, %Y"];
            prop::sample::select(ways.to_vec())
                .prop_map(move |way| (Reading::Date, date.strftime(way).to_string(), json!(date.to_string())))
        }),
        "[A-Z][a-zäöü]{1,6}( [A-Z][a-z]{1,6})?".prop_map(|name| (Reading::Text, name.clone(), json!(name))),
    ]
}

/// Words around a value, without digits, colons and the marks that the locators look for.
fn filler() -> impl Strategy<Value = String> {
    "[a-zß ]{0,20}"
}

fn evidence(text: &str) -> Evidence {
    let outcome = Outcome::Value { value: json!({"text": text}), complete: true };
    let (id, round) = (CallId(1), 1);
    let call = Call { id, round, tool: "open".into(), args: Default::default(), sources: Default::default(), outcome };
    Evidence { calls: vec![call] }
}

fn check(by: Locator, reading: Reading, text: &str, words: &str, value: &Value) -> Result<(), TestCaseError> {
    let how = Quotation { by, reading };
    let (span, found) = how.find(text).unwrap();
    prop_assert_eq!(&span.text, words);
    prop_assert_eq!(&found, value);
    let standing: String = text.chars().skip(span.start).take(span.end - span.start).collect();
    prop_assert_eq!(&standing, words);
    let quote =
        |span| Expr::Quote { quote: CallId(1), path: "/text".into(), name: "it".into(), how: how.clone(), span };
    prop_assert_eq!(quote(span.clone()).eval(&evidence(text)), Ok(value.clone()));
    // The same quote does not hold elsewhere, with other words, or of another text.
    let mut moved = span.clone();
    (moved.start, moved.end) = (moved.start + 1, moved.end + 1);
    prop_assert!(quote(moved).eval(&evidence(text)).is_err());
    let mut other = span.clone();
    other.text.push('x');
    prop_assert!(quote(other).eval(&evidence(text)).is_err());
    let shifted = evidence(&format!("ü{text}"));
    prop_assert!(quote(span).eval(&shifted).is_err());
    Ok(())
}

proptest! {
    #[test]
    fn what_stands_between_words_is_found((reading, words, value) in said(), a in filler(), b in filler()) {
        let text = format!("{a}\n{a}, led by {words} since then. {b}");
        let pairs = vec![("run by ".to_string(), " since".to_string()), ("led by ".into(), " since".into())];
        check(Locator::Between(pairs.clone()), reading, &text, &words, &value)?;
        let twice = format!("{text} run by {words} since");
        let how = Quotation { by: Locator::Between(pairs), reading };
        prop_assert_eq!(how.find(&twice), Err(TextError::Several));
    }

    #[test]
    fn lines_and_keys_are_found((reading, words, value) in said(), a in filler(), n in 0usize..4, crlf in any::<bool>()) {
        let end = if crlf { "\r\n" } else { "\n" };
        let before = format!("{a}{end}").repeat(n);
        let text = format!("{before}{words}{end}{a}");
        check(Locator::Line(n as u32 + 1), reading, &text, &words, &value)?;
        let text = format!("{before} key \t:  {words} {end}other: {words}");
        check(Locator::ValueOf("key".into()), reading, &text, &words, &value)?;
    }

    #[test]
    fn cells_are_found((reading, words, value) in said(), name in "[a-z,\" ]{1,8}", crlf in any::<bool>()) {
        let quoted = |t: &str| format!("\"{}\"", t.replace('"', "\"\""));
        let end = if crlf { "\r\n" } else { "\n" };
        let text = format!("K,{},Z{end}{},{},1{end}Q,2,3{end}", quoted(&name), quoted(&name), quoted(&words));
        check(Locator::Cell { row: name.clone(), column: name }, reading, &text, &words, &value)?;
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}", before in ".{0,3}", after in ".{0,3}", n in 0u32..4) {
        for by in [
            Locator::Line(n),
            Locator::ValueOf(before.clone()),
            Locator::Cell { row: before.clone(), column: after.clone() },
            Locator::Between(vec![(before, after)]),
        ] {
            for reading in [Reading::Text, Reading::Number, Reading::Date] {
                let _ = Quotation { by: by.clone(), reading }.find(&text);
            }
        }
    }
}

#[test]
fn a_quote_from_what_is_no_text_is_refused() {
    let how = Quotation { by: Locator::Line(1), reading: Reading::Text };
    let span = dive_core::text::Stretch { start: 0, end: 1, text: "a".into() };
    let quote = Expr::Quote { quote: CallId(1), path: String::new(), name: "it".into(), how, span };
    assert_eq!(quote.eval(&evidence("a")), Err(EvalError::Operands("quote")));
}
