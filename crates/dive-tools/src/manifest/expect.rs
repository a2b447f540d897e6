//! Whether a result is what an example expects.

use dive_core::tool::{Expect, ToolError};
use serde_json::Value;

/// An expectation about a result, checked.
///
/// # Errors
/// A sentence that says what was expected and what came.
pub fn expect(expect: &Expect, result: &Result<Value, ToolError>) -> Result<(), String> {
    let refused = expect.is.as_deref() == Some("error");
    let value = match result {
        Err(_) if refused => return Ok(()),
        Err(e) => return Err(format!("the call failed: {e}")),
        Ok(value) if refused => return Err(format!("expected an error, got {value}")),
        Ok(value) => value,
    };
    let found = value.pointer(&expect.pointer).unwrap_or(&Value::Null);
    let wrong = |what: &str| Err(format!("expected {what} at `{}`, got {found}", expect.pointer));
    if let Some(wanted) = &expect.equals
        && dive_core::canon::to_string(wanted) != dive_core::canon::to_string(found)
    {
        return wrong(&wanted.to_string());
    }
    if let Some(near) = expect.near
        && !found.as_f64().is_some_and(|x| (x - near).abs() <= 1e-6 * near.abs().max(1e-9))
    {
        return wrong(&near.to_string());
    }
    let holds = match expect.is.as_deref() {
        None => true,
        Some("non-empty") => match found {
            Value::Null => false,
            Value::String(s) => !s.is_empty(),
            Value::Array(a) => !a.is_empty(),
            Value::Object(o) => !o.is_empty(),
            _ => true,
        },
        Some("number") => found.is_number(),
        Some("string") => found.is_string(),
        Some(other) => {
            return Err(format!("`{other}` is not a property (non-empty, number, string, error)"));
        }
    };
    if holds { Ok(()) } else { wrong(expect.is.as_deref().unwrap_or_default()) }
}
