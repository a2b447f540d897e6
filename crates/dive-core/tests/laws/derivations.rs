//! What must hold of every operator, whatever its operands.

use dive_core::canon;
use dive_core::expr::{Cmp, End, EvalError, Op, round};
use dive_core::units::{UNITS, convert};
use proptest::prelude::*;
use serde_json::{Value, json};

fn numbers(xs: &[f64]) -> Value {
    xs.iter().map(|x| canon::number(*x)).collect()
}

fn number(op: Op, args: &[Value]) -> f64 {
    op.apply(args).unwrap().as_f64().unwrap()
}

fn list(op: Op, args: &[Value]) -> Vec<Value> {
    op.apply(args).unwrap().as_array().unwrap().clone()
}

/// Equal up to the last digits, which the order of a sum may change.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn quantity() -> impl Strategy<Value = f64> {
    prop_oneof![(-1000i32..1000).prop_map(f64::from), (-1_000_000i32..1_000_000).prop_map(|n| f64::from(n) / 1000.0)]
}

/// Values in two orders.
fn shuffled() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    prop::collection::vec(quantity(), 1..12).prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle()))
}

/// Distinct keys with distinct values.
fn keyed() -> impl Strategy<Value = (Value, Vec<f64>)> {
    prop::collection::btree_set(-500i32..500, 1..10)
        .prop_flat_map(|set| Just(set.into_iter().map(|n| f64::from(n) / 4.0).collect::<Vec<_>>()).prop_shuffle())
        .prop_map(|values| ((0..values.len()).map(|i| format!("k{i}")).collect(), values))
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Largest), Just(End::Smallest)]
}

proptest! {
    #[test]
    fn aggregates_do_not_see_order((a, b) in shuffled()) {
        let (a, b) = ([numbers(&a)], [numbers(&b)]);
        for op in [Op::Sum, Op::Mean] {
            prop_assert!(near(number(op.clone(), &a), number(op, &b)));
        }
        for op in [Op::Median, Op::Range, Op::Extreme { end: End::Largest }, Op::Extreme { end: End::Smallest }, Op::Count] {
            prop_assert_eq!(op.apply(&a), op.apply(&b));
        }
    }

    #[test]
    fn aggregates_lie_within_the_list((a, _) in shuffled()) {
        let v = [numbers(&a)];
        let (low, high) = (number(Op::Extreme { end: End::Smallest }, &v), number(Op::Extreme { end: End::Largest }, &v));
        for op in [Op::Mean, Op::Median] {
            let x = number(op, &v);
            prop_assert!(low - 1e-9 <= x && x <= high + 1e-9);
        }
        prop_assert_eq!(number(Op::Range, &v), high - low);
        prop_assert!(near(number(Op::Sum, &v), number(Op::Mean, &v) * a.len() as f64));
    }

    #[test]
    fn differences_have_no_direction_and_changes_do(a in quantity(), b in quantity()) {
        let (x, y) = (canon::number(a), canon::number(b));
        let both = [x.clone(), y.clone()];
        let turned = [y, x];
        prop_assert_eq!(Op::Difference.apply(&both), Op::Difference.apply(&turned));
        prop_assert_eq!(number(Op::Difference, &both), number(Op::Subtract, &both).abs());
        prop_assert_eq!(number(Op::Subtract, &both), -number(Op::Subtract, &turned));
        match (Op::Divide.apply(&both), Op::PercentOf.apply(&both), b == 0.0) {
            (Err(EvalError::NotFinite(_)), Err(EvalError::NotFinite(_)), true) => {}
            (Ok(ratio), Ok(share), false) => {
                prop_assert!(near(100.0 * ratio.as_f64().unwrap(), share.as_f64().unwrap()));
            }
            other => prop_assert!(false, "{:?}", other),
        }
        if a != 0.0 {
            prop_assert!(near(a + number(Op::PercentChange, &both) * a.abs() / 100.0, b));
        }
        prop_assert_eq!(Op::Greater.apply(&both).is_err(), a == b);
        if a != b {
            prop_assert_ne!(Op::Greater.apply(&both), Op::Greater.apply(&turned));
        }
    }

    #[test]
    fn rounding_is_idempotent_odd_and_near(x in quantity(), decimals in 0u32..5) {
        let once = round(x, decimals);
        prop_assert_eq!(round(once, decimals), once);
        prop_assert_eq!(round(-x, decimals), -once);
        prop_assert!((once - x).abs() <= 0.5 * 10f64.powi(-(decimals as i32)) + 1e-9);
    }

    #[test]
    fn halves_round_away_from_zero(n in -10_000i32..10_000) {
        let half = f64::from(n) + 0.5;
        prop_assert_eq!(round(half, 0), if half > 0.0 { f64::from(n + 1) } else { f64::from(n) });
    }

    #[test]
    fn filters_part_a_list((keys, values) in keyed(), limit in -500i32..500) {
        let limit = f64::from(limit) / 4.0;
        let part = |cmp| list(Op::Filter { cmp }, &[keys.clone(), numbers(&values), canon::number(limit)]);
        let (above, below, equal) = (part(Cmp::Above), part(Cmp::Below), part(Cmp::Equals));
        let count = |v: &Vec<Value>| Op::Count.apply(&[Value::Array(v.clone())]).unwrap().as_u64().unwrap();
        prop_assert_eq!(count(&above) + count(&below) + count(&equal), values.len() as u64);
        let mut all: Vec<Value> = [above, below, equal].concat();
        all.sort_by_key(Value::to_string);
        prop_assert_eq!(Value::Array(all), keys);
    }

    #[test]
    fn top_is_a_prefix_of_the_order_and_pick_a_place_in_it((keys, values) in keyed(), end in end(), count in 1usize..10) {
        let count = count.min(values.len());
        let args = [keys.clone(), numbers(&values)];
        let order = list(Op::Top { end, count: values.len() as u32 }, &args);
        prop_assert_eq!(&list(Op::Top { end, count: count as u32 }, &args)[..], &order[..count]);
        for (i, key) in order.iter().enumerate() {
            prop_assert_eq!(&Op::Pick { end, rank: i as u32 + 1 }.apply(&args).unwrap(), key);
            prop_assert_eq!(&Op::Item { index: i as u32 }.apply(&[order.clone().into()]).unwrap(), key);
        }
        let other = if end == End::Largest { End::Smallest } else { End::Largest };
        let mut turned = list(Op::Top { end: other, count: values.len() as u32 }, &args);
        turned.reverse();
        prop_assert_eq!(turned, order.clone());
        let best = Op::At.apply(&[numbers(&values), keys, order[0].clone()]).unwrap();
        prop_assert_eq!(best, Op::Extreme { end }.apply(&[numbers(&values)]).unwrap());
    }

    #[test]
    fn at_undoes_a_zip((keys, values) in keyed()) {
        for (key, value) in keys.as_array().unwrap().iter().zip(&values) {
            let args = [numbers(&values), keys.clone(), key.clone()];
            prop_assert_eq!(Op::At.apply(&args), Ok(canon::number(*value)));
        }
        let absent = [numbers(&values), keys, json!("nobody")];
        prop_assert!(matches!(Op::At.apply(&absent), Err(EvalError::Missing(_))));
    }

    #[test]
    fn a_repeated_value_is_a_tie((keys, mut values) in keyed(), end in end()) {
        if values.len() == 1 {
            return Ok(());
        }
        values[1] = values[0];
        let best = values.iter().copied().fold(values[0], |a, b| if end == End::Largest { a.max(b) } else { a.min(b) });
        let tied = best == values[0];
        let args = [keys, numbers(&values)];
        prop_assert_eq!(matches!(Op::Pick { end, rank: 1 }.apply(&args), Err(EvalError::Tie(_))), tied);
        let all = Op::Top { end, count: values.len() as u32 }.apply(&args);
        prop_assert!(matches!(all, Err(EvalError::Tie(_))));
    }

    #[test]
    fn intersection_keeps_the_first_order(a in prop::collection::vec(0u8..12, 0..8), b in prop::collection::vec(0u8..12, 0..8)) {
        let kept = list(Op::Intersect, &[json!(a), json!(b)]);
        let expected: Vec<Value> = a.iter().filter(|x| b.contains(x)).map(|x| json!(x)).collect();
        prop_assert_eq!(kept, expected);
        prop_assert_eq!(Op::Intersect.apply(&[json!(a), json!(a)]), Ok(json!(a)));
    }

    #[test]
    fn conversions_go_back(x in quantity(), from in 0..UNITS.len(), to in 0..UNITS.len()) {
        let (from, to) = (&UNITS[from], &UNITS[to]);
        let there = convert(x, from.symbol, to.symbol);
        prop_assert_eq!(there.is_some(), from.dimension == to.dimension);
        if let Some(there) = there {
            prop_assert!(near(convert(there, to.symbol, from.symbol).unwrap(), x));
            let op = Op::Convert { from: from.symbol.into(), to: to.symbol.into() };
            prop_assert!(near(number(op, &[canon::number(x)]), there));
        }
    }

    #[test]
    fn days_have_no_direction(a in 0i64..40_000, b in 0i64..40_000) {
        let day = |n: i64| {
            let date = jiff::civil::date(1950, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap();
            json!(date.to_string())
        };
        let expected = json!((a - b).abs());
        prop_assert_eq!(Op::DaysBetween.apply(&[day(a), day(b)]), Ok(expected.clone()));
        prop_assert_eq!(Op::DaysBetween.apply(&[day(b), day(a)]), Ok(expected));
    }
}

#[test]
fn what_has_no_value_says_why() {
    let check = |op: Op, args: Value, expected: EvalError| {
        let args = args.as_array().unwrap();
        assert_eq!(op.apply(args), Err(expected), "{} of {args:?}", op.name());
    };
    for op in [Op::Sum, Op::Mean, Op::Median, Op::Range, Op::Extreme { end: End::Largest }] {
        let name = op.name();
        check(op, json!([[]]), EvalError::Empty(name));
    }
    check(Op::Sum, json!([["1"]]), EvalError::Operands("sum"));
    check(Op::Sum, json!([[1], [2]]), EvalError::Operands("sum"));
    check(Op::Extreme { end: End::Largest }, json!([[1, "b"]]), EvalError::Operands("extreme"));
    check(Op::Greater, json!([1, "b"]), EvalError::Operands("greater"));
    check(Op::Greater, json!([5, 5.0]), EvalError::Tie("5 and 5.0".into()));
    check(Op::If, json!([1, 2, 3]), EvalError::Operands("if"));
    check(Op::DaysBetween, json!(["2024-02-30", "2024-01-01"]), EvalError::Operands("days_between"));
    check(Op::DaysBetween, json!(["20240101", "2024-01-01"]), EvalError::Operands("days_between"));
    check(Op::YearOf, json!([2024]), EvalError::Operands("year_of"));
    check(Op::PercentChange, json!([0, 3]), EvalError::NotFinite("percent_change"));
    check(Op::Divide, json!([1, 0]), EvalError::NotFinite("divide"));
    check(Op::Convert { from: "EUR".into(), to: "USD".into() }, json!([1]), EvalError::Operands("convert"));
    check(Op::Item { index: 2 }, json!([[1, 2]]), EvalError::Missing("index 2".into()));
    check(Op::At, json!([[1, 2], ["a", "a"], "a"]), EvalError::Tie("\"a\"".into()));
    check(Op::Filter { cmp: Cmp::Above }, json!([["a"], [1, 2], 1]), EvalError::Operands("filter"));
    check(Op::Filter { cmp: Cmp::Above }, json!([["a"], ["x"], 1]), EvalError::Operands("filter"));
    check(Op::Mapping { labels: vec!["a".into()] }, json!([1, 2]), EvalError::Operands("mapping"));
    let (end, keys) = (End::Largest, json!([["a", "b"], [1, 2]]));
    check(Op::Pick { end, rank: 0 }, keys.clone(), EvalError::Operands("pick"));
    check(Op::Pick { end, rank: 3 }, keys.clone(), EvalError::Empty("pick"));
    check(Op::Top { end, count: 0 }, keys.clone(), EvalError::Empty("top"));
    check(Op::Top { end, count: 3 }, keys, EvalError::Empty("top"));
    check(Op::Top { end, count: 1 }, json!([["a", "b"], [2, 2]]), EvalError::Tie("\"a\" and \"b\"".into()));
}

#[test]
fn the_examples_of_the_format() {
    let check = |op: Op, args: Value, expected: Value| {
        let got = op.apply(args.as_array().unwrap()).unwrap();
        assert_eq!(canon::to_string(&got), canon::to_string(&expected), "{}", op.name());
    };
    let (largest, smallest) = (End::Largest, End::Smallest);
    check(Op::List, json!([1, "x"]), json!([1, "x"]));
    check(Op::Subtract, json!([3, 5]), json!(-2));
    check(Op::Difference, json!([3, 5]), json!(2));
    check(Op::Divide, json!([3, 5]), json!(0.6));
    check(Op::PercentOf, json!([3, 5]), json!(60));
    check(Op::PercentChange, json!([-4, -6]), json!(-50));
    check(Op::Sum, json!([[1, 2, 3]]), json!(6));
    check(Op::Mean, json!([[1, 2, 3]]), json!(2));
    check(Op::Median, json!([[4, 1, 2, 3]]), json!(2.5));
    check(Op::Range, json!([[4, 1, 2]]), json!(3));
    check(Op::Extreme { end: largest }, json!([[2, 9, 4]]), json!(9));
    check(Op::Extreme { end: smallest }, json!([["2021-05-01", "2019-01-01"]]), json!("2019-01-01"));
    check(Op::Count, json!([["a", "b"]]), json!(2));
    check(Op::Count, json!([[]]), json!(0));
    check(Op::Pick { end: smallest, rank: 1 }, json!([["a", "b", "c"], [3, 2, 2.5]]), json!("b"));
    check(Op::Top { end: largest, count: 2 }, json!([["a", "b", "c"], [3, 2, 2.5]]), json!(["a", "c"]));
    check(Op::Filter { cmp: Cmp::Above }, json!([["a", "b"], [3, 2], 2]), json!(["a"]));
    check(Op::Filter { cmp: Cmp::Equals }, json!([["a", "b"], [5.0, 2], 5]), json!(["a"]));
    check(Op::At, json!([[7, 8], ["x", "y"], "y"]), json!(8));
    check(Op::Item { index: 1 }, json!([[7, 8]]), json!(8));
    check(Op::Intersect, json!([[3, 2, 1], [1, 3.0]]), json!([3, 1]));
    check(Op::Greater, json!([3, 2]), json!(true));
    check(Op::If, json!([false, "y", "n"]), json!("n"));
    check(Op::DaysBetween, json!(["2024-01-01", "2025-01-01"]), json!(366));
    check(Op::YearOf, json!(["2024-03-14"]), json!(2024));
    check(Op::Convert { from: "mi".into(), to: "km".into() }, json!([1]), json!(1.609344));
    check(Op::Round { decimals: 0 }, json!([-2.5]), json!(-3));
    check(Op::Round { decimals: 2 }, json!([1.005]), json!(1));
    check(Op::Mapping { labels: vec!["p".into(), "q".into()] }, json!([1, 2]), json!({"p": 1, "q": 2}));
}
