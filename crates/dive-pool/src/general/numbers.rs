//! Whole numbers, numerals and check digits.

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use serde_json::json;

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![factors(), common_divisor(), combinations(), roman(), in_base(), luhn(), ean13(), crc32()]
}

fn factors() -> NativeTool {
    native(
        "general.numbers.prime_factors",
        Processing,
        "Prime factorisation of a whole number from 2 to a billion: largest prime factor, number of distinct prime factors and number of divisors.",
    )
    .param("number", "level:whole_number", "Whole number to factorise.")
    .range(2.0, 1e9)
    .sample(60.0, 9999.0, 1.0)
    .field("largest_prime", "level:prime", "largest prime factor")
    .field("distinct_primes", "count:prime_factor", "number of distinct prime factors")
    .plural("numbers of distinct prime factors")
    .field("divisors", "count:divisor", "number of divisors")
    .plural("numbers of divisors")
    .tail("of {number}")
    .example(json!({"number": 360}), "/divisors", 24.0)
    .example(json!({"number": 9991}), "/largest_prime", 103.0)
    .example_error(json!({"number": 12.5}))
    .run(|number: f64| {
        if number.fract() != 0.0 {
            return Err(ToolError::bad("Only whole numbers have prime factors."));
        }
        let (mut rest, mut prime, mut largest, mut distinct, mut divisors) = (number as u64, 2u64, 1, 0, 1u64);
        while rest > 1 {
            // What is left after division by all primes up to its root is prime itself.
            if prime * prime > rest {
                prime = rest;
            }
            let mut power = 0;
            while rest.is_multiple_of(prime) {
                rest /= prime;
                power += 1;
            }
            if power > 0 {
                (largest, distinct, divisors) = (prime, distinct + 1, divisors * (power + 1));
            }
            prime += 1;
        }
        Ok(json!({"largest_prime": largest, "distinct_primes": distinct, "divisors": divisors}))
    })
}

fn common_divisor() -> NativeTool {
    // Euclid, Elements VII 2; gcd(1071, 462) = 21.
    native(
        "general.numbers.greatest_common_divisor",
        Processing,
        "Greatest common divisor of two positive whole numbers.",
    )
    .param("a", "level:whole_number", "First number.")
    .range(1.0, 1e15)
    .sample(24.0, 5000.0, 6.0)
    .param("b", "level:whole_number", "Second number.")
    .range(1.0, 1e15)
    .sample(18.0, 4000.0, 6.0)
    .field("divisor", "level:divisor", "greatest common divisor")
    .tail("of {a} and {b}")
    .example(json!({"a": 1071, "b": 462}), "/divisor", 21.0)
    .example(json!({"a": 17, "b": 5}), "/divisor", 1.0)
    .example_error(json!({"a": 1.5, "b": 3}))
    .run(|a: f64, b: f64| {
        if a.fract() != 0.0 || b.fract() != 0.0 {
            return Err(ToolError::bad("Both numbers must be whole."));
        }
        let (mut a, mut b) = (a as u64, b as u64);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        Ok(json!({"divisor": a}))
    })
}

fn combinations() -> NativeTool {
    native(
        "general.numbers.combinations",
        Processing,
        "Number of ways to choose k of n different things, without regard to order (binomial coefficient).",
    )
    .param("n", "count:candidate", "How many things there are.")
    .range(0.0, 60.0)
    .sample(6.0, 40.0, 1.0)
    .param("k", "count:chosen", "How many are chosen.")
    .range(0.0, 60.0)
    .sample(2.0, 6.0, 1.0)
    .field("ways", "count:combination", "number of unordered selections")
    .plural("numbers of unordered selections")
    .tail("of {k} out of {n} different things")
    .example(json!({"n": 49, "k": 6}), "/ways", 13_983_816.0)
    .example(json!({"n": 5, "k": 0}), "/ways", 1.0)
    .example_error(json!({"n": 3, "k": 4}))
    .run(|n: i64, k: i64| {
        if k > n {
            return Err(ToolError::bad("No more things can be chosen than there are."));
        }
        // Multiplying and dividing in turn keeps every intermediate value whole.
        let ways = (1..=k.min(n - k)).try_fold(1i64, |acc, i| Some(acc.checked_mul(n - i + 1)? / i));
        let ways = ways.ok_or_else(|| ToolError::bad("The number of ways is too large."))?;
        Ok(json!({"ways": ways}))
    })
}

fn roman() -> NativeTool {
    native("general.numbers.roman_numeral", Processing, "Roman numeral of a year from 1 to 3999.")
        .param("year", "year:fountain", "Year to write in Roman numerals.")
        .range(1.0, 3999.0)
        .sample(1100.0, 2050.0, 1.0)
        .field("numeral", "text:roman", "Roman numeral")
        .tail("for {year}")
        .example_equals(json!({"year": 1994}), "/numeral", json!("MCMXCIV"))
        .example_equals(json!({"year": 2025}), "/numeral", json!("MMXXV"))
        .example_error(json!({"year": 0}))
        .run(|year: i64| {
            const PARTS: [(i64, &str); 13] = [
                (1000, "M"),
                (900, "CM"),
                (500, "D"),
                (400, "CD"),
                (100, "C"),
                (90, "XC"),
                (50, "L"),
                (40, "XL"),
                (10, "X"),
                (9, "IX"),
                (5, "V"),
                (4, "IV"),
                (1, "I"),
            ];
            let (mut rest, mut numeral) = (year, String::new());
            for (value, letters) in PARTS {
                while rest >= value {
                    numeral.push_str(letters);
                    rest -= value;
                }
            }
            Ok(json!({"numeral": numeral}))
        })
}

fn in_base() -> NativeTool {
    native("general.numbers.base_representation", Processing, "Digits of a whole number in another base.")
        .param("number", "level:whole_number", "Whole number, not negative.")
        .range(0.0, 9e15)
        .sample(100.0, 65_000.0, 1.0)
        .param("base", "category:number_base", "Base to write the number in.")
        .choices(&[("2", "binary"), ("8", "octal"), ("12", "duodecimal"), ("16", "hexadecimal"), ("36", "base 36")])
        .field("digits", "text:numeral", "representation")
        .tail("of {number} in {base} notation")
        .example_equals(json!({"number": 255, "base": "16"}), "/digits", json!("FF"))
        .example_equals(json!({"number": 10, "base": "2"}), "/digits", json!("1010"))
        .example_error(json!({"number": 2.5, "base": "2"}))
        .run(|number: f64, base: String| {
            let base: u64 = base.parse().map_err(|_| ToolError::bad("The base must be a number."))?;
            if number.fract() != 0.0 || !(2..=36).contains(&base) {
                return Err(ToolError::bad("The number must be whole and the base between 2 and 36."));
            }
            let mut rest = number as u64;
            let mut digits = Vec::new();
            while rest > 0 || digits.is_empty() {
                let digit = char::from_digit((rest % base) as u32, base as u32).unwrap_or('?');
                digits.push(digit.to_ascii_uppercase());
                rest /= base;
            }
            Ok(json!({"digits": digits.iter().rev().collect::<String>()}))
        })
}

fn digits_of(text: &str) -> Result<Vec<u32>, ToolError> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    digits
        .filter(|d| !d.is_empty() && d.len() <= 64)
        .ok_or_else(|| ToolError::bad(format!("`{text}` must consist of 1 to 64 decimal digits.")))
}

fn luhn() -> NativeTool {
    // ISO/IEC 7812-1 Annex B; Luhn's patent (US 2950048) ends 7992739871 with 3.
    native(
        "general.numbers.luhn_check_digit",
        Processing,
        "Luhn (mod 10) check digit to append to a string of decimal digits.",
    )
    .param("digits", "text:digits", "Decimal digits without check digit.")
    .sample_of(["7992739871", "453201511", "20250630", "31415926", "86420975"])
    .field("check_digit", "position:check_digit", "Luhn check digit")
    .tail("of {digits}")
    .example(json!({"digits": "7992739871"}), "/check_digit", 3.0)
    .example(json!({"digits": "0"}), "/check_digit", 0.0)
    .example_error(json!({"digits": "12a4"}))
    .run(|digits: String| {
        let sum: u32 = digits_of(&digits)?
            .iter()
            .rev()
            .enumerate()
            .map(|(i, d)| if i % 2 == 0 { d * 2 / 10 + d * 2 % 10 } else { *d })
            .sum();
        Ok(json!({"check_digit": (10 - sum % 10) % 10}))
    })
}

fn ean13() -> NativeTool {
    // GS1 General Specifications 7.9.1; the usual worked example is 400638133393 with check digit 1.
    native(
        "general.numbers.ean13_check_digit",
        Processing,
        "EAN-13 (GTIN-13) check digit of the first twelve digits of a barcode.",
    )
    .param("base", "text:ean_base", "Twelve decimal digits.")
    .sample_of(["400638133393", "978030640615", "590123412345", "761234567890"])
    .field("check_digit", "position:check_digit", "EAN-13 check digit")
    .tail("of {base}")
    .example(json!({"base": "400638133393"}), "/check_digit", 1.0)
    .example(json!({"base": "978030640615"}), "/check_digit", 7.0)
    .example_error(json!({"base": "12345"}))
    .run(|base: String| {
        let digits = digits_of(&base)?;
        if digits.len() != 12 {
            return Err(ToolError::bad(format!("Twelve digits are needed, {} were given.", digits.len())));
        }
        let sum: u32 = digits.iter().enumerate().map(|(i, d)| if i % 2 == 0 { *d } else { d * 3 }).sum();
        Ok(json!({"check_digit": (10 - sum % 10) % 10}))
    })
}

fn crc32() -> NativeTool {
    // CRC-32 of ISO 3309 (reflected polynomial EDB88320); the check value of "123456789" is cbf43926.
    native(
        "general.numbers.crc32_checksum",
        Processing,
        "CRC-32 checksum (ISO 3309) of a string of digits taken as ASCII text, in eight hexadecimal digits.",
    )
    .param("digits", "text:digits", "Text of decimal digits.")
    .sample_of(["123456789", "20250630", "31415926", "86420975"])
    .field("checksum", "text:crc32", "CRC-32 checksum")
    .tail("of {digits}")
    .example_equals(json!({"digits": "123456789"}), "/checksum", json!("cbf43926"))
    .example_equals(json!({"digits": "0"}), "/checksum", json!("f4dbdf21"))
    .example_error(json!({"digits": ""}))
    .run(|digits: String| {
        digits_of(&digits)?;
        let crc = digits.bytes().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 })
        });
        Ok(json!({"checksum": format!("{:08x}", !crc)}))
    })
}
