//! Check digits of publication and person identifiers.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

/// The digits of a stem of exactly `length` digits; hyphens and spaces do not count.
fn digits(stem: &str, length: usize) -> Result<Vec<u32>, ToolError> {
    let kept = stem.chars().filter(|c| !matches!(c, '-' | ' '));
    let digits: Option<Vec<u32>> = kept.map(|c| c.to_digit(10)).collect();
    digits
        .filter(|d| d.len() == length)
        .ok_or_else(|| ToolError::bad(format!("Expected exactly {length} digits, got `{stem}`.")))
}

/// The digits as text with a hyphen before every position in `breaks`, ended by the check character.
fn written(digits: &[u32], check: &str, breaks: &[usize]) -> String {
    let mut text = String::new();
    for (i, digit) in digits.iter().map(u32::to_string).chain([check.to_string()]).enumerate() {
        if breaks.contains(&i) {
            text.push('-');
        }
        text.push_str(&digit);
    }
    text
}

/// A check value below 11, ten being written X.
fn check_character(value: u32) -> String {
    if value == 10 { "X".into() } else { value.to_string() }
}

/// The family.
pub fn tools() -> Vec<NativeTool> {
    vec![
        // ISO 2108: weights 1 and 3 alternate, the sum with the check digit is a multiple of 10.
        native(
            "academic.identifiers.isbn13_check_digit",
            Processing,
            "Check digit and complete form of an ISBN-13 from its first twelve digits.",
        )
        .param("stem", "text:isbn_stem", "First twelve digits; hyphens are ignored.")
        .group("author", "thesis_isbn", &["stem"])
        .subject("author")
        .field("check_digit", "text:check_character", "thesis ISBN-13 check digit")
        .field("isbn", "text:isbn", "doctoral thesis ISBN-13")
        // 978-0-306-40615-7 is the worked example of the ISBN manual.
        .example_equals(json!({"stem": "978030640615"}), "/check_digit", json!("7"))
        .example_equals(json!({"stem": "978-0-306-40615"}), "/isbn", json!("9780306406157"))
        .example_error(json!({"stem": "97803064061"}))
        .run(|stem: String| {
            let digits = digits(&stem, 12)?;
            let sum: u32 = digits.iter().zip([1, 3].iter().cycle()).map(|(d, w)| d * w).sum();
            let check = ((10 - sum % 10) % 10).to_string();
            Ok(json!({"isbn": written(&digits, &check, &[]), "check_digit": check}))
        }),
        // ISO 3297: weights 8 to 2, modulus 11.
        native(
            "academic.identifiers.issn_check_digit",
            Processing,
            "Check digit and complete form of an ISSN from its first seven digits.",
        )
        .param("stem", "text:issn_stem", "First seven digits; hyphens are ignored.")
        .group("journal", "issn", &["stem"])
        .subject("journal")
        .field("check_digit", "text:check_character", "ISSN check digit")
        .field("issn", "text:issn", "complete ISSN (with check digit)")
        .example_equals(json!({"stem": "0378595"}), "/issn", json!("0378-5955"))
        .example_equals(json!({"stem": "2434-561"}), "/check_digit", json!("X"))
        .example_error(json!({"stem": "0378-595X"}))
        .run(|stem: String| {
            let digits = digits(&stem, 7)?;
            let sum: u32 = digits.iter().zip((2..=8).rev()).map(|(d, w)| d * w).sum();
            let check = check_character((11 - sum % 11) % 11);
            Ok(json!({"issn": written(&digits, &check, &[4]), "check_digit": check}))
        }),
        // ISO/IEC 7064 MOD 11-2, as ORCID specifies for its identifiers.
        native(
            "academic.identifiers.orcid_check_digit",
            Processing,
            "Check digit and complete form of an ORCID iD from its first fifteen digits.",
        )
        .param("stem", "text:orcid_stem", "First fifteen digits; hyphens are ignored.")
        .group("author", "orcid", &["stem"])
        .subject("author")
        .field("check_digit", "text:check_character", "ORCID check digit")
        .field("orcid", "text:orcid", "complete ORCID iD (with check digit)")
        // 0000-0002-1825-0097 is the example of ORCID's own documentation.
        .example_equals(json!({"stem": "0000-0002-1825-009"}), "/orcid", json!("0000-0002-1825-0097"))
        .example_equals(json!({"stem": "000000021694233"}), "/check_digit", json!("X"))
        .example_error(json!({"stem": "1825009"}))
        .run(|stem: String| {
            let digits = digits(&stem, 15)?;
            let total = digits.iter().fold(0, |total, d| (total + d) * 2 % 11);
            let check = check_character((12 - total % 11) % 11);
            Ok(json!({"orcid": written(&digits, &check, &[4, 8, 12]), "check_digit": check}))
        }),
    ]
}
