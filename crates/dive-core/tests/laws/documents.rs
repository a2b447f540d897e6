//! What is written down can be read again, and equal things are written alike.

use std::collections::BTreeMap;

use dive_core::canon;
use dive_core::evidence::{Call, CallId, Evidence, Outcome, Source};
use dive_core::expr::{Cmp, End, Expr, Op};
use dive_core::form::{Form, FormCall};
use dive_core::sem::{Scale, Sem};
use dive_core::task::Span;
use dive_core::text::{Locator, Quotation, Reading, Stretch};
use dive_core::tool::{ErrorKind, ToolError};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn word() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,8}"
}

fn sem() -> impl Strategy<Value = Sem> {
    let scale = prop_oneof![Just(Scale::Amount), Just(Scale::Level), Just(Scale::Position)];
    let unit = prop_oneof![Just(""), Just("km"), Just("M EUR"), Just("mg/dL"), Just("%")];
    let optional = || prop_oneof![Just(String::new()), word()];
    prop_oneof![
        word().prop_map(Sem::Entity),
        (scale, word(), optional(), unit)
            .prop_filter("a count has a form of its own", |(_, kind, ..)| kind != "count")
            .prop_map(|(scale, kind, role, unit)| Sem::measure(scale, &kind, &role, unit)),
        word().prop_map(|w| Sem::count(&w)),
        optional().prop_map(Sem::Date),
        optional().prop_map(Sem::Year),
        word().prop_map(Sem::Category),
        word().prop_map(Sem::Text),
        word().prop_map(Sem::Flag),
        word().prop_map(Sem::Id),
        Just(Sem::Number),
        word().prop_map(Sem::Same),
    ]
    .prop_recursive(2, 3, 1, |inner| inner.prop_map(|s| Sem::List(Box::new(s))))
}

/// Scalars and lists, as arguments and constants are.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e12f64..1e12).prop_map(canon::number),
        "\\PC{0,10}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::Array))
}

/// Any JSON, with numbers in every way of writing them.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no other numbers", |x| x.is_finite()).prop_map(Value::from),
        (-1000i32..1000).prop_map(|n| Value::from(f64::from(n))),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map("[a-c]{0,2}", inner, 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn op() -> impl Strategy<Value = Op> {
    let end = || prop_oneof![Just(End::Largest), Just(End::Smallest)];
    prop_oneof![
        prop::sample::select(vec![
            Op::List,
            Op::Subtract,
            Op::Difference,
            Op::Divide,
            Op::PercentOf,
            Op::PercentChange,
            Op::Sum,
            Op::Mean,
            Op::Median,
            Op::Range,
            Op::Count,
            Op::At,
            Op::Intersect,
            Op::Greater,
            Op::If,
            Op::DaysBetween,
            Op::YearOf,
            Op::Convert { from: "km".into(), to: "mi".into() },
        ]),
        end().prop_map(|end| Op::Extreme { end }),
        (end(), 1u32..9).prop_map(|(end, rank)| Op::Pick { end, rank }),
        (end(), 1u32..9).prop_map(|(end, count)| Op::Top { end, count }),
        prop_oneof![Just(Cmp::Above), Just(Cmp::Below), Just(Cmp::Equals)].prop_map(|cmp| Op::Filter { cmp }),
        (0u32..9).prop_map(|index| Op::Item { index }),
        (0u32..9).prop_map(|decimals| Op::Round { decimals }),
        prop::collection::vec(word(), 0..3).prop_map(|labels| Op::Mapping { labels }),
    ]
}

fn call_id() -> impl Strategy<Value = CallId> {
    (1u32..500).prop_map(CallId)
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("/rows/*/name".into()), word().prop_map(|w| format!("/{w}"))]
}

fn quotation() -> impl Strategy<Value = Quotation> {
    let by = prop_oneof![
        (1u32..99).prop_map(Locator::Line),
        (word(), word()).prop_map(|(row, column)| Locator::Cell { row, column }),
        word().prop_map(Locator::ValueOf),
        prop::collection::vec((word(), word()), 0..3).prop_map(Locator::Between),
    ];
    let reading = prop::sample::select(vec![Reading::Text, Reading::Number, Reading::Date]);
    (by, reading).prop_map(|(by, reading)| Quotation { by, reading })
}

fn stretch() -> impl Strategy<Value = Stretch> {
    (0usize..99, 0usize..99, ".{0,8}").prop_map(|(start, end, text)| Stretch { start, end, text })
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf =
        prop_oneof![
            (value(), sem()).prop_map(|(v, s)| Expr::literal(v, s)),
            (call_id(), path()).prop_map(|(c, p)| Expr::get(c, p)),
            (call_id(), path(), word(), quotation(), stretch())
                .prop_map(|(quote, path, name, how, span)| Expr::Quote { quote, path, name, how, span }),
        ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (op(), prop::collection::vec(inner.clone(), 0..4)).prop_map(|(op, args)| Expr::Apply { op, args }),
            (inner, prop::collection::vec(call_id(), 1..4), word(), path())
                .prop_map(|(each, calls, param, path)| { Expr::Each { each: Box::new(each), calls, param, path } }),
        ]
    })
}

fn form() -> impl Strategy<Value = Form> {
    let leaf = prop_oneof![(value(), sem()).prop_map(|(v, s)| Form::literal(v, s)), Just(Form::item())];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let call = (word(), prop::collection::btree_map(word(), inner.clone(), 0..3))
            .prop_map(|(tool, args)| FormCall { tool, args })
            .boxed();
        prop_oneof![
            (op(), prop::collection::vec(inner.clone(), 0..4)).prop_map(|(op, args)| Form::Apply { op, args }),
            (call.clone(), path()).prop_map(|(call, path)| Form::Get { call: Box::new(call), path }),
            (inner, call, path()).prop_map(|(each, call, path)| Form::Each {
                each: Box::new(each),
                call: Box::new(call),
                path
            }),
        ]
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let kind = prop::sample::select(vec![
        ErrorKind::BadArguments,
        ErrorKind::NotFound,
        ErrorKind::Unauthorised,
        ErrorKind::RateLimited,
        ErrorKind::Timeout,
        ErrorKind::Transport,
        ErrorKind::TooLarge,
        ErrorKind::Provider,
    ]);
    prop_oneof![
        (json_value(), any::<bool>()).prop_map(|(value, complete)| Outcome::Value { value, complete }),
        (kind, ".{0,12}").prop_map(|(kind, message)| Outcome::Error { error: ToolError { kind, message } }),
    ]
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let source = prop_oneof![sem().prop_map(Source::Literal), expr().prop_map(Source::Derived)];
    let call = (word(), 1u32..4, prop::collection::btree_map(word(), (value(), source), 0..3), outcome());
    prop::collection::vec(call, 0..4).prop_map(|calls| Evidence {
        calls: calls
            .into_iter()
            .enumerate()
            .map(|(i, (tool, round, given, outcome))| Call {
                id: CallId(i as u32 + 1),
                round,
                tool,
                args: given.iter().map(|(k, (v, _))| (k.clone(), v.clone())).collect(),
                sources: given.into_iter().map(|(k, (_, s))| (k, s)).collect(),
                outcome,
            })
            .collect(),
    })
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(thing: &T) {
    let text = serde_json::to_string(thing).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), thing, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn meanings_read_back(sem in sem()) {
        prop_assert_eq!(sem.to_string().parse(), Ok(sem.clone()));
        round_trip(&sem);
    }

    #[test]
    fn expressions_read_back(expr in expr()) {
        round_trip(&expr);
    }

    #[test]
    fn forms_read_back(form in form()) {
        round_trip(&form);
        prop_assert_eq!(form.normal().normal(), form.normal());
        prop_assert_eq!(form.normal().key(), form.key());
    }

    #[test]
    fn evidence_reads_back(evidence in evidence()) {
        round_trip(&evidence);
    }

    #[test]
    fn spans_read_back(start in 0usize..100, length in 0usize..9, text in ".{0,9}", value in value(), sem in sem()) {
        round_trip(&Span { start, end: start + length, text, value, sem });
    }

    #[test]
    fn canonical_text_is_a_fixed_point(value in json_value()) {
        let text = canon::to_string(&value);
        let back: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(canon::to_string(&back), text);
        prop_assert_eq!(canon::canonical(value.clone()), back);
        prop_assert_eq!(canon::fingerprint(&value), canon::fingerprint(&canon::canonical(value)));
    }

    #[test]
    fn canonical_numbers_keep_their_value(x in any::<f64>()) {
        match canon::number(x) {
            Value::Null => prop_assert!(!x.is_finite()),
            number => prop_assert_eq!(number.as_f64(), Some(x)),
        }
    }

    #[test]
    fn commuted_operands_have_one_key(a in form(), b in form()) {
        let key = |op: Op, x: &Form, y: &Form| Form::apply(op, [x.clone(), y.clone()]).key();
        for op in [Op::Difference, Op::Intersect, Op::DaysBetween] {
            prop_assert_eq!(key(op.clone(), &a, &b), key(op, &b, &a));
        }
        let mean = |x: &Form, y: &Form| Form::apply(Op::Mean, [Form::apply(Op::List, [x.clone(), y.clone()])]).key();
        prop_assert_eq!(mean(&a, &b), mean(&b, &a));
        if a.normal() != b.normal() {
            for op in [Op::Subtract, Op::Divide, Op::PercentOf, Op::Greater] {
                prop_assert_ne!(key(op.clone(), &a, &b), key(op, &b, &a));
            }
        }
    }
}

#[test]
fn documents_are_written_as_the_format_says() {
    let check = |thing: &dyn Fn() -> Value, expected: Value| assert_eq!(thing(), expected);
    let sem: Sem = "count:employee".parse().unwrap();
    let expr = |e: Expr| move || serde_json::to_value(&e).unwrap();
    check(&expr(Expr::literal(500.0, sem.clone())), json!({"literal": 500, "sem": "count:employee"}));
    check(&expr(Expr::get(CallId(2), "/city")), json!({"get": "c2", "path": "/city"}));
    let each = Expr::Each {
        each: Box::new(Expr::get(CallId(1), "/rows/*/name")),
        calls: vec![CallId(2), CallId(3)],
        param: "city".into(),
        path: "/area".into(),
    };
    check(
        &expr(each),
        json!({"each": {"get": "c1", "path": "/rows/*/name"}, "calls": ["c2", "c3"], "param": "city", "path": "/area"}),
    );
    let how =
        Quotation { by: Locator::Between(vec![("a fleet of ".into(), " tugs".into())]), reading: Reading::Number };
    let span = Stretch { start: 11, end: 14, text: "214".into() };
    let quote = Expr::Quote { quote: CallId(2), path: "/text".into(), name: "tugs".into(), how, span };
    check(
        &expr(quote),
        json!({"quote": "c2", "path": "/text", "name": "tugs", "by": {"between": [["a fleet of ", " tugs"]]},
            "as": "number", "span": {"start": 11, "end": 14, "text": "214"}}),
    );
    let pick = Expr::apply(Op::Pick { end: End::Largest, rank: 2 }, [Expr::get(CallId(1), "/a")]);
    check(&expr(pick), json!({"op": "pick", "end": "largest", "rank": 2, "args": [{"get": "c1", "path": "/a"}]}));
    let form = Form::get("city_profile", BTreeMap::from([("city".to_string(), Form::item())]), "/area");
    check(
        &|| serde_json::to_value(&form).unwrap(),
        json!({"call": {"tool": "city_profile", "args": {"city": {"item": true}}}, "path": "/area"}),
    );
    let source = |s: Source| move || serde_json::to_value(&s).unwrap();
    check(&source(Source::Literal(sem)), json!({"literal": "count:employee"}));
    check(&source(Source::Derived(Expr::get(CallId(1), "/a"))), json!({"derived": {"get": "c1", "path": "/a"}}));
    let outcome = |o: Outcome| move || serde_json::to_value(&o).unwrap();
    check(
        &outcome(Outcome::Value { value: json!(1), complete: true }),
        json!({"status": "ok", "value": 1, "complete": true}),
    );
    check(
        &outcome(Outcome::Error { error: ToolError::not_found("No.") }),
        json!({"status": "error", "error": {"kind": "not_found", "message": "No."}}),
    );
    for text in ["\"c\"", "\"1\"", "\"cx\"", "3"] {
        assert!(serde_json::from_str::<CallId>(text).is_err(), "{text}");
    }
}
