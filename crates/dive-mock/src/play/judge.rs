//! The judge of answers: looks for the reference in the response, and believes nothing that it cannot find.

use serde_json::{Value, json};

use super::VERDICT;
use crate::asked::Asked;
use crate::server::Answer;

pub fn answer(asked: &Asked) -> Answer {
    let text = asked.user_text();
    let after = |head: &str| text.split_once(head).map(|(_, rest)| rest).unwrap_or_default();
    let reference = after("The reference answer:\n").split("\n\n").next().unwrap_or_default().trim();
    let response = after("The response, as a JSON string:\n").lines().next().unwrap_or_default();
    let response = serde_json::from_str::<Value>(response).ok();
    let response = response.as_ref().and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let found = |part: &str| !part.is_empty() && response.contains(&part.trim().to_lowercase());
    let parts: Vec<&str> = reference.split([',', ';']).map(str::trim).collect();
    let (label, reason) = if found(reference) || parts.iter().all(|p| found(p)) {
        ("correct", "The response gives the reference.")
    } else if parts.iter().any(|p| found(p)) {
        ("partial", "The response gives a part of the reference.")
    } else {
        ("incorrect", "The response does not give the reference.")
    };
    Answer::call(VERDICT, &json!({"reason": reason, "label": label}))
}
