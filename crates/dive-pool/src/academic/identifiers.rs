//! Check digits of publication and person identifiers, and what is made from them.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;
use sha2::{Digest, Sha256};

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

/// Weighted sum of an ISBN-13 or EAN-13: weights 1 and 3 alternate.
fn ean_sum(digits: &[u32]) -> u32 {
    digits.iter().zip([1, 3].iter().cycle()).map(|(d, w)| d * w).sum()
}

/// The family.
pub fn tools() -> Vec<NativeTool> {
    vec![
        audit(),
        barcode(),
        pseudonym(),
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
            let check = ((10 - ean_sum(&digits) % 10) % 10).to_string();
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
        // As ORCID specifies for its identifiers.
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
            let (orcid, check) = complete_orcid(&digits);
            Ok(json!({"orcid": orcid, "check_digit": check}))
        }),
    ]
}

fn audit() -> NativeTool {
    // ISO 2108: the weighted sum of all thirteen digits is a multiple of 10; a prefix 978 or 979 of GS1 comes first.
    native(
        "academic.identifiers.isbn_audit",
        Processing,
        "Checks ISBN-13s: how many have a wrong check digit, wrong length or wrong prefix, and their share in percent; with the first wrong one.",
    )
    .param("isbns", "list(text:isbn)", "ISBN-13s to check; hyphens and spaces are ignored.")
    .group("institution", "typed_isbns", &["isbns"])
    .field("invalid", "count:invalid_isbn", "number of invalid ISBNs")
    .plural("numbers of invalid ISBNs")
    .field("share", "level:share.invalid_isbn[%]", "share of invalid ISBNs")
    .plural("shares of invalid ISBNs")
    .field("first_invalid", "text:isbn", "")
    .tail("in the thesis catalogue of {institution}")
    .example(json!({"isbns": ["978-0-306-40615-7", "9780306406158"]}), "/invalid", 1.0)
    .example(json!({"isbns": ["9780306406157", "9780306406157", "9770306406150", "12"]}), "/share", 50.0)
    .example_error(json!({"isbns": []}))
    .run(|isbns: Vec<String>| {
        if isbns.is_empty() {
            return Err(ToolError::bad("The list of ISBNs is empty."));
        }
        let valid = |isbn: &String| match digits(isbn, 13) {
            Ok(digits) => matches!(digits.as_slice(), [9, 7, 8 | 9, ..]) && ean_sum(&digits).is_multiple_of(10),
            Err(_) => false,
        };
        let wrong: Vec<&String> = isbns.iter().filter(|isbn| !valid(isbn)).collect();
        let mut found = json!({"invalid": wrong.len(), "share": 100.0 * wrong.len() as f64 / isbns.len() as f64});
        if let (Some(first), Some(object)) = (wrong.first(), found.as_object_mut()) {
            object.insert("first_invalid".into(), first.as_str().into());
        }
        Ok(found)
    })
}

fn barcode() -> NativeTool {
    // ISSN Manual, 3.1: prefix 977, the first seven digits of the ISSN, a variant of two digits, and the check digit of an EAN-13.
    native(
        "academic.identifiers.issn_barcode",
        Processing,
        "Digits of the EAN-13 barcode of a periodical from the first seven digits of its ISSN, with the variant 00.",
    )
    .param("stem", "text:issn_stem", "First seven digits of the ISSN; hyphens are ignored.")
    .group("journal", "issn", &["stem"])
    .subject("journal")
    .field("ean", "text:ean", "EAN-13 barcode number (variant 00)")
    .example_equals(json!({"stem": "1234567"}), "/ean", json!("9771234567003"))
    .example_equals(json!({"stem": "0378-595"}), "/ean", json!("9770378595002"))
    .example_error(json!({"stem": "0378-5955"}))
    .run(|stem: String| {
        let digits = digits(&format!("977{stem}00"), 12)?;
        let check = (10 - ean_sum(&digits) % 10) % 10;
        Ok(json!({"ean": written(&digits, &check.to_string(), &[])}))
    })
}

fn pseudonym() -> NativeTool {
    // FIPS 180-4, by the `sha2` crate.
    native(
        "academic.identifiers.orcid_pseudonym",
        Processing,
        "Pseudonym of an ORCID iD for shared data: the first sixteen hexadecimal digits of the SHA-256 hash of its written form with hyphens.",
    )
    .param("orcid", "text:orcid", "Complete ORCID iD with hyphens.")
    .field("pseudonym", "text:pseudonym", "SHA-256 pseudonym (first 16 hexadecimal digits)")
    .plural("SHA-256 pseudonyms (first 16 hexadecimal digits)")
    .tail("of {orcid}")
    .example_equals(json!({"orcid": "0000-0002-1825-0097"}), "/pseudonym", json!("1dad02f27ebc9962"))
    .example_error(json!({"orcid": "0000-0002-1825-0098"}))
    .example_error(json!({"orcid": "0000000218250097"}))
    .run(|orcid: String| {
        let stem = orcid.strip_suffix(|c: char| c.is_ascii_digit() || c == 'X').unwrap_or_default();
        let known = digits(stem, 15).map(|digits| complete_orcid(&digits).0);
        if known.as_ref() != Ok(&orcid) {
            return Err(ToolError::bad(format!("`{orcid}` is not an ORCID iD: sixteen characters in four groups with hyphens, the last of which is a check character.")));
        }
        let hash = Sha256::digest(orcid.as_bytes());
        Ok(json!({"pseudonym": hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()}))
    })
}

/// An ORCID iD from its first fifteen digits, and its check character: ISO/IEC 7064 MOD 11-2.
fn complete_orcid(digits: &[u32]) -> (String, String) {
    let total = digits.iter().fold(0, |total, d| (total + d) * 2 % 11);
    let check = check_character((12 - total % 11) % 11);
    (written(digits, &check, &[4, 8, 12]), check)
}
