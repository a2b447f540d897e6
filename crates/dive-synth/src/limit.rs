//! Limits that people would draw: round, and between the values.

use dive_core::canon;
use dive_core::expr::Cmp;
use dive_core::sem::Sem;
use serde_json::Value;

/// A round limit that keeps about `keep` of the values, and equals none.
pub fn threshold(values: &[Value], sem: &Sem, cmp: Cmp, keep: usize) -> Option<Value> {
    match sem {
        Sem::Date(_) => {
            let mut years: Vec<i64> = values.iter().filter_map(|v| v.as_str()?.get(..4)?.parse().ok()).collect();
            years.sort_unstable();
            let at = if cmp == Cmp::Above { years.len().checked_sub(keep)? } else { keep };
            // "after 31 December" and "before 1 January" cut between years.
            let (day, year) = match cmp {
                Cmp::Above => ("12-31", *years.get(at.checked_sub(1)?)?),
                _ => ("01-01", *years.get(at)?),
            };
            let limit = Value::from(format!("{year}-{day}"));
            (!values.contains(&limit)).then_some(limit)
        }
        Sem::Year(_) => {
            let mut years: Vec<i64> = values.iter().filter_map(Value::as_i64).collect();
            years.sort_unstable();
            let at = if cmp == Cmp::Above { years.len().checked_sub(keep)?.checked_sub(1)? } else { keep };
            years.get(at).map(|y| (*y).into())
        }
        _ => {
            let mut sorted: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
            if sorted.len() != values.len() {
                return None;
            }
            sorted.sort_by(f64::total_cmp);
            let at = if cmp == Cmp::Above { sorted.len().checked_sub(keep)? } else { keep };
            let (low, high) = (*sorted.get(at.checked_sub(1)?)?, *sorted.get(at)?);
            let whole = sorted.iter().all(|x| x.fract() == 0.0);
            nice(low, high, whole).filter(|x| *x > low && *x < high).map(canon::number)
        }
    }
}

/// The number with the fewest digits strictly between two others; a whole one among whole numbers.
fn nice(low: f64, high: f64, whole: bool) -> Option<f64> {
    if low >= high || low.is_nan() || high.is_nan() {
        return None;
    }
    for digits in 1..=4 {
        let middle = canon::significant((low + high) / 2.0, digits);
        if low < middle && middle < high && !(whole && middle.fract() != 0.0) {
            return Some(middle);
        }
    }
    None
}
