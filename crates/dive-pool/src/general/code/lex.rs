//! From text to tokens; indentation becomes tokens of its own.

use super::parse::Wrong;

/// What a program is written with.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Name(String),
    Int(i128),
    Float(f64),
    Text(String),
    Sign(&'static str),
    Line,
    Indent,
    Dedent,
    End,
}

/// Longest first, so that `**=` is not read as `*` and `*=`.
pub const SIGNS: &[&str] = &[
    "**=", "//=", "**", "//", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "+", "-", "*", "/", "%", "(", ")",
    "[", "]", "{", "}", ",", ":", ".", "=", "<", ">", ";", "|", "&", "^",
];
const KEYWORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "elif", "else", "for", "while", "def", "return", "break", "continue", "pass",
    "lambda", "None", "True", "False",
];
const UNSUPPORTED: &[&str] = &[
    "class", "try", "except", "finally", "raise", "with", "yield", "async", "await", "global", "nonlocal", "del",
    "from", "assert", "match",
];

/// The tokens of a program with their lines; blocks stand between `Indent` and `Dedent`.
pub fn tokens(code: &str) -> Result<Vec<(usize, Token)>, Wrong> {
    let mut out: Vec<(usize, Token)> = Vec::new();
    let (mut indents, mut open) = (vec![0usize], 0usize);
    let mut continued = false;
    for (number, raw) in code.lines().enumerate() {
        let line = number + 1;
        let mut rest = raw.trim_end();
        let body = rest.trim_start();
        if open == 0 && !continued {
            if body.is_empty() || body.starts_with('#') {
                continue;
            }
            let indent = rest.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 8 } else { 1 }).sum();
            if indent > indents.last().copied().unwrap_or(0) {
                indents.push(indent);
                out.push((line, Token::Indent));
            }
            while indent < indents.last().copied().unwrap_or(0) {
                indents.pop();
                out.push((line, Token::Dedent));
            }
            if indents.last() != Some(&indent) {
                return Err((line, "its indentation fits no block above".into()));
            }
        }
        continued = false;
        rest = body;
        while !rest.is_empty() && !rest.starts_with('#') {
            if rest == "\\" {
                continued = true;
                break;
            }
            let (token, used) = token(rest).map_err(|message| (line, message))?;
            match token {
                Token::Sign("(" | "[" | "{") => open += 1,
                Token::Sign(")" | "]" | "}") => open = open.saturating_sub(1),
                _ => {}
            }
            out.push((line, token));
            rest = rest.get(used..).unwrap_or_default().trim_start();
        }
        if open == 0 && !continued {
            out.push((line, Token::Line));
        }
    }
    let last = code.lines().count().max(1);
    if open > 0 || continued {
        return Err((last, "the program ends within brackets or a continued line".into()));
    }
    out.extend(indents.iter().skip(1).map(|_| (last, Token::Dedent)));
    out.push((last, Token::End));
    Ok(out)
}

/// The token at the start of `rest`, and its length in bytes.
fn token(rest: &str) -> Result<(Token, usize), String> {
    let first = rest.chars().next().unwrap_or(' ');
    let length = |wanted: &dyn Fn(char) -> bool| rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    if first.is_alphabetic() || first == '_' {
        let n = length(&|c| c.is_alphanumeric() || c == '_');
        let name = rest.get(..n).unwrap_or_default();
        let follows = rest.get(n..).unwrap_or_default();
        if name.len() <= 2 && follows.starts_with(['"', '\'']) {
            return Err(format!("texts with the prefix `{name}` are not supported; join with + and str()"));
        }
        if UNSUPPORTED.contains(&name) {
            return Err(format!("`{name}` is not supported"));
        }
        let keyword = KEYWORDS.iter().find(|k| **k == name);
        return Ok((keyword.map_or_else(|| Token::Name(name.into()), |k| Token::Sign(k)), n));
    }
    if first.is_ascii_digit() || (first == '.' && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit())) {
        return figure(rest);
    }
    if first == '"' || first == '\'' {
        return quoted(rest, first);
    }
    let sign = SIGNS.iter().find(|s| rest.starts_with(**s));
    sign.map(|s| (Token::Sign(s), s.len())).ok_or_else(|| format!("`{first}` is not part of the language"))
}

fn figure(rest: &str) -> Result<(Token, usize), String> {
    for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] {
        if let Some(digits) = rest.strip_prefix(prefix) {
            let n = digits.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(digits.len());
            let text = digits.get(..n).unwrap_or_default();
            let value = i128::from_str_radix(text, radix).map_err(|_| format!("`{prefix}{text}` is no number"))?;
            return Ok((Token::Int(value), n + 2));
        }
    }
    let mut n = 0;
    let mut seen = (false, false);
    let bytes = rest.as_bytes();
    while let Some(b) = bytes.get(n) {
        let sign_of_exponent = matches!(b, b'+' | b'-') && matches!(bytes.get(n.wrapping_sub(1)), Some(b'e' | b'E'));
        match b {
            b'0'..=b'9' | b'_' => {}
            b'.' if !seen.0 && !seen.1 => seen.0 = true,
            b'e' | b'E' if !seen.1 => seen.1 = true,
            _ if sign_of_exponent => {}
            _ => break,
        }
        n += 1;
    }
    let text: String = rest.get(..n).unwrap_or_default().replace('_', "");
    let wrong = || format!("`{text}` is no number that fits");
    if bytes.get(n).is_some_and(u8::is_ascii_alphabetic) {
        return Err(format!("a name cannot begin with digits: `{text}…`"));
    }
    if seen == (false, false) {
        return text.parse().map(|i| (Token::Int(i), n)).map_err(|_| wrong());
    }
    text.parse().map(|x| (Token::Float(x), n)).map_err(|_| wrong())
}

fn quoted(rest: &str, quote: char) -> Result<(Token, usize), String> {
    if rest.starts_with(&quote.to_string().repeat(3)) {
        return Err("texts over several lines are not supported".into());
    }
    let (mut text, mut escaped) = (String::new(), false);
    for (i, c) in rest.char_indices().skip(1) {
        match (escaped, c) {
            (true, 'n') => text.push('\n'),
            (true, 't') => text.push('\t'),
            (true, '\\' | '\'' | '"') => text.push(c),
            (true, _) => return Err(format!("the escape \\{c} is not supported")),
            (false, '\\') => {}
            (false, c) if c == quote => return Ok((Token::Text(text), i + 1)),
            (false, c) => text.push(c),
        }
        escaped = !escaped && c == '\\';
    }
    Err("a text has no end".into())
}
