//! Untrusted values as text that a person can read.

use dive_core::evidence::CallId;
use dive_core::expr::{Cmp, End, Expr, Op};

/// A derivation as nested function calls over `c1/path`.
pub fn derivation(expr: &Expr) -> String {
    match expr {
        Expr::Literal { literal, .. } => literal.to_string(),
        Expr::Get { get, path } => format!("{get}{path}"),
        Expr::Quote { quote, path, name, span, .. } => {
            format!("quote({quote}{path} {}–{} “{}” as {name})", span.start, span.end, span.text)
        }
        Expr::Each { each, calls, path, .. } => {
            let calls: Vec<String> = calls.iter().map(CallId::to_string).collect();
            format!("each({}: {}){path}", derivation(each), calls.join(", "))
        }
        Expr::Apply { op, args } => {
            let args: Vec<String> = args.iter().map(derivation).collect();
            format!("{}{}({})", op.name(), detail(op), args.join(", "))
        }
    }
}

fn detail(op: &Op) -> String {
    let end = |end: &End| if *end == End::Largest { "largest" } else { "smallest" };
    match op {
        Op::Extreme { end: e } => format!("[{}]", end(e)),
        Op::Pick { end: e, rank } => format!("[{} {rank}]", end(e)),
        Op::Top { end: e, count } => format!("[{} {count}]", end(e)),
        Op::Filter { cmp } => format!(
            "[{}]",
            match cmp {
                Cmp::Above => "above",
                Cmp::Below => "below",
                Cmp::Equals => "equals",
            }
        ),
        Op::Item { index } => format!("[{index}]"),
        Op::Convert { from, to } => format!("[{from} to {to}]"),
        Op::Round { decimals } => format!("[{decimals}]"),
        Op::Mapping { labels } => format!("[{}]", labels.join(", ")),
        _ => String::new(),
    }
}

/// The first characters of a text, with its length when something was cut.
pub fn shorten(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}… ({} characters)", text.get(..end).unwrap_or_default(), text.chars().count()),
        None => text.to_string(),
    }
}

/// Text without characters that move the cursor, change colours or reorder what is read.
pub fn clean(text: &str) -> String {
    let odd = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    text.chars().filter(|c| !odd(*c)).collect()
}

/// `12345` as `12,345`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_stripped() {
        assert_eq!(clean("a\u{1b}[31mb\r\u{7}c\td\u{202e}e\u{9b}2Jf\n"), "a[31mbcde2Jf\n");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([1, 999, 1000, 1_234_567].map(thousands), ["1", "999", "1,000", "1,234,567"]);
    }
}
