//! Canonical JSON and the hashes made from it.
//!
//! Object keys are sorted (serde_json's default map is ordered), numbers are written in shortest round-trip form and a
//! float with an integral value becomes an integer, so that `5` and `5.0` are one value.

use serde::Serialize;
use serde_json::{Number, Value};

/// Largest magnitude below which every integer is exact in a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A JSON number for `x`: an integer when `x` is integral, null when it is not finite.
pub fn number(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < EXACT {
        Value::Number(Number::from(x as i64))
    } else {
        Number::from_f64(x).map_or(Value::Null, Value::Number)
    }
}

/// `value` with every number in canonical form.
pub fn canonical(value: Value) -> Value {
    match value {
        Value::Number(n) => match n.as_f64() {
            Some(x) if n.is_f64() => number(x),
            _ => Value::Number(n),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, canonical(v))).collect()),
        other => other,
    }
}

/// Canonical JSON text of anything serialisable.
pub fn to_string(value: &impl Serialize) -> String {
    serde_json::to_value(value).map(|v| canonical(v).to_string()).unwrap_or_default()
}

/// Hex digest of bytes, shortened to 128 bits: enough to name things, short enough to read.
pub fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_string()
}

/// Hash of the canonical JSON of `value`.
pub fn fingerprint(value: &impl Serialize) -> String {
    hash(to_string(value).as_bytes())
}

/// `x` rounded to `digits` significant decimal digits.
pub fn significant(x: f64, digits: usize) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    format!("{:.*e}", digits.saturating_sub(1), x).parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_values_have_equal_text() {
        assert_eq!(to_string(&json!({"b": 5.0, "a": [1.5, 2.0]})), r#"{"a":[1.5,2],"b":5}"#);
        assert_eq!(fingerprint(&json!(5.0)), fingerprint(&json!(5)));
        assert_eq!(significant(343.556_060_34, 6), 343.556);
    }
}
