//! Right answers as people write them, and wrong ones made from them by rule. Shares nothing with the matcher.

use std::collections::BTreeSet;

use dive_core::answer::Answer;
use dive_core::rng::Stream;
use dive_core::units;

/// A way of writing the answer that a fair reader accepts.
pub fn right(answer: &Answer, stream: &mut Stream) -> String {
    match answer {
        Answer::Number { value, unit, decimals, .. } => quantity(*value, unit, *decimals, stream),
        Answer::Text { value, .. } => name(value, stream),
        Answer::Boolean { value } => match (stream.below(4), value) {
            (0, true) => "Yes".into(),
            (1, true) => "true".into(),
            (_, true) => "yes".into(),
            (0, false) => "No".into(),
            (1, false) => "False".into(),
            (_, false) => "no".into(),
        },
        Answer::Date { value } => date(value, stream),
        Answer::List { items } => list(items.iter().map(|i| name(i, stream)).collect(), true, stream),
        Answer::Set { items } => {
            let mut names: Vec<String> = items.iter().map(|i| name(i, stream)).collect();
            stream.shuffle(&mut names);
            list(names, false, stream)
        }
        Answer::Mapping { entries } => {
            let parts: Vec<(String, String)> = entries.iter().map(|(l, a)| (l.clone(), right(a, stream))).collect();
            mapping(&parts, stream)
        }
    }
}

/// An answer that a fair reader refuses, with the rule that made it. `other` is a right answer to another task.
pub fn wrong(answer: &Answer, other: &str, stream: &mut Stream) -> Option<(&'static str, String)> {
    let good = right(answer, stream);
    let general = stream.below(12);
    if general == 0 {
        let hedges =
            ["about {}", "approximately {}", "probably {}", "{} or so, but I am not sure", "perhaps {}", "not {}"];
        let hedge = hedges[stream.below(hedges.len())];
        return Some(("hedge", hedge.replace("{}", &good)));
    }
    let several = matches!(answer, Answer::Set { .. } | Answer::List { .. });
    if general == 1 && !several {
        let made = wrong_kind(answer, other, stream)?.1;
        let forms = [
            "{a} or {b}",
            "either {b} or {a}",
            "{a}\nThe final answer is: {b}",
            "{b}; {a}; {c}",
            "{b}, {a}",
            "{a} / {b}",
        ];
        let form = forms[stream.below(forms.len())];
        let text = form.replace("{a}", &good).replace("{b}", &made).replace("{c}", other);
        return Some(("several answers", text));
    }
    wrong_kind(answer, other, stream)
}

fn wrong_kind(answer: &Answer, other: &str, stream: &mut Stream) -> Option<(&'static str, String)> {
    match answer {
        Answer::Number { value, unit, decimals, .. } => wrong_number(*value, unit, *decimals, stream),
        Answer::Text { value, .. } => Some(wrong_name(value, other, stream)),
        Answer::Boolean { value } => {
            let forms: [&str; 4] =
                if *value { ["no", "No", "false", "yes and no"] } else { ["yes", "Yes", "true", "no, yes"] };
            Some(("opposite", forms[stream.below(4)].into()))
        }
        Answer::Date { value } => {
            let (y, m, d) = parts(value);
            let moved = match stream.below(4) {
                0 => day_after(y, m, d),
                1 => (y + 1, m, d.min(28)),
                2 => (y, m % 12 + 1, d.min(28)),
                _ if d <= 12 && d != m => (y, d, m),
                _ => day_after(y, m, d),
            };
            let text = format!("{:04}-{:02}-{:02}", moved.0, moved.1, moved.2);
            Some(("another date", date(&text, stream)))
        }
        Answer::List { items } => {
            let mut names: Vec<String> = items.clone();
            let rule = match stream.below(4) {
                0 => {
                    names.swap(0, 1);
                    "order"
                }
                1 => {
                    names.pop();
                    "missing item"
                }
                2 => {
                    names.insert(stream.below(names.len() + 1), "Outer Nowhere".into());
                    "extra item"
                }
                _ => {
                    let at = stream.below(names.len());
                    names[at] = wrong_name(&names[at].clone(), "Outer Nowhere", stream).1;
                    "another item"
                }
            };
            Some((rule, list(names, true, stream)))
        }
        Answer::Set { items } => {
            let mut names: Vec<String> = items.iter().cloned().collect();
            let rule = match stream.below(3) {
                0 if names.len() > 1 => {
                    names.remove(stream.below(names.len()));
                    "missing item"
                }
                1 => {
                    let at = stream.below(names.len());
                    names[at] = wrong_name(&names[at].clone(), "Outer Nowhere", stream).1;
                    "another item"
                }
                _ => {
                    names.insert(stream.below(names.len() + 1), "Outer Nowhere".into());
                    "extra item"
                }
            };
            Some((rule, list(names, false, stream)))
        }
        Answer::Mapping { entries } => {
            let mut parts: Vec<(String, String)> = entries.iter().map(|(l, a)| (l.clone(), right(a, stream))).collect();
            let plain: BTreeSet<String> = entries.values().map(Answer::display).collect();
            let rule = match stream.below(3) {
                0 if plain.len() == entries.len() => {
                    let (a, b) = (parts[0].1.clone(), parts[1].1.clone());
                    (parts[0].1, parts[1].1) = (b, a);
                    "swapped"
                }
                1 => {
                    parts.pop();
                    return Some(("missing entry", parts[0].1.clone()));
                }
                _ => {
                    let at = stream.below(parts.len());
                    let (rule, made) = wrong_kind(&entries[&parts[at].0], other, stream)?;
                    parts[at].1 = made;
                    rule
                }
            };
            Some((rule, mapping(&parts, stream)))
        }
    }
}

fn fixed(value: f64, decimals: Option<u32>) -> String {
    decimals.map_or_else(|| value.to_string(), |d| format!("{value:.*}", d as usize))
}

fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').map_or((digits, String::new()), |(w, f)| (w, format!(".{f}")));
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    format!("{sign}{out}{fraction}")
}

fn quantity(value: f64, unit: &str, decimals: Option<u32>, stream: &mut Stream) -> String {
    let mut number = fixed(value, decimals);
    match stream.below(6) {
        0 => number = grouped(&number),
        1 => number = number.replace('-', "−"),
        _ => {}
    }
    if unit.is_empty() {
        return number;
    }
    let words = units::words_for(value, unit);
    match stream.below(7) {
        0 => number,
        1 if unit == "%" || unit == "°C" => format!("{number}{unit}"),
        1 => format!("{number} {unit}"),
        2 => format!("{number} {}", words.replace("metre", "meter").replace("litre", "liter")),
        3 if unit == "M EUR" => format!("€{number} million"),
        3 if unit == "EUR" => format!("EUR {number}"),
        3 if unit == "M EUR" || unit == "k EUR" => format!("{} euros", thousands(value, unit)),
        4 if unit == "k EUR" => format!("{} euros", thousands(value, unit)),
        5 => format!("{number} {}", unit.replace('2', "²").replace('3', "³")),
        _ => format!("{number} {words}"),
    }
}

fn thousands(value: f64, unit: &str) -> String {
    let factor = if unit == "M EUR" { 1e6 } else { 1e3 };
    grouped(&format!("{:.0}", value * factor))
}

fn wrong_number(value: f64, unit: &str, decimals: Option<u32>, stream: &mut Stream) -> Option<(&'static str, String)> {
    let step = 10f64.powi(-(decimals.unwrap_or(0) as i32));
    let words = units::words_for(value, unit);
    let good = fixed(value, decimals);
    Some(match stream.below(8) {
        0 | 1 => {
            let by = step * (1 + stream.below(8)) as f64 * if stream.chance(0.5) { 1.0 } else { -1.0 };
            let exact = if decimals.is_none() && value.fract() != 0.0 { 0.1 } else { 1.0 };
            ("last digit", quantity(value + by * exact, unit, decimals, stream))
        }
        2 if value != 0.0 => ("sign", quantity(-value, unit, decimals, stream)),
        3 => {
            let own = units::find(unit).map(|u| u.dimension);
            let others: Vec<&str> =
                units::UNITS.iter().map(|u| u.symbol).filter(|s| *s != unit && !s.contains(' ')).collect();
            let near: Vec<&str> =
                others.iter().copied().filter(|s| units::find(s).map(|u| u.dimension) == own && value != 0.0).collect();
            let pick = if near.is_empty() { &others } else { &near };
            let other = pick[stream.below(pick.len())];
            ("unit", format!("{good} {}", if stream.chance(0.5) { other } else { units::words_for(value, other) }))
        }
        4 if value != 0.0 => ("scale", format!("{good} thousand {words}").trim().to_string()),
        5 => ("digits swapped or added", quantity(value * 10.0 + step, unit, decimals, stream)),
        6 => {
            let forms = ["{a} to {b}", "between {a} and {b}", "{a}-{b}", "more than {a}", "{a} ± {b}", "at least {a}"];
            let form = forms[stream.below(forms.len())];
            ("range", form.replace("{a}", &good).replace("{b}", &fixed(value + 2.0 * step, decimals)))
        }
        _ => match decimals {
            Some(d) if d > 0 => {
                let coarse = format!("{value:.*}", d as usize - 1);
                if coarse.parse::<f64>().ok()? == value {
                    return None;
                }
                ("rounded too far", coarse)
            }
            _ => ("off by one", quantity(value + 1.0, unit, decimals, stream)),
        },
    })
}

fn name(value: &str, stream: &mut Stream) -> String {
    match stream.below(7) {
        0 => value.to_lowercase(),
        1 => format!("\"{value}\""),
        2 => value.replace('\'', "’"),
        3 => value.replace(' ', "\u{a0}"),
        _ => value.to_string(),
    }
}

fn wrong_name(value: &str, other: &str, stream: &mut Stream) -> (&'static str, String) {
    let letters: Vec<usize> = value.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(i, _)| i).collect();
    match stream.below(5) {
        0 | 1 if !letters.is_empty() => {
            let at = letters[stream.below(letters.len())];
            let old = value[at..].chars().next().unwrap_or('a');
            let new = if old.is_ascii_digit() {
                if old == '7' { '8' } else { '7' }
            } else if old.eq_ignore_ascii_case(&'q') {
                'x'
            } else {
                'q'
            };
            ("letter", format!("{}{new}{}", &value[..at], &value[at + 1..]))
        }
        2 if value.contains(' ') => ("first word only", value.split(' ').next().unwrap_or_default().to_string()),
        3 => ("word added", format!("{value} Junior")),
        _ if dive_core::answer::normal(other) != dive_core::answer::normal(value) => {
            ("another name", other.to_string())
        }
        _ => ("another name", "Outer Nowhere".into()),
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn parts(iso: &str) -> (i64, i64, i64) {
    let numbers: Vec<i64> = iso.split('-').filter_map(|p| p.parse().ok()).collect();
    (numbers[0], numbers[1], numbers[2])
}

fn day_after(y: i64, m: i64, d: i64) -> (i64, i64, i64) {
    if d < 28 { (y, m, d + 1) } else { (y, m, d - 1) }
}

fn date(iso: &str, stream: &mut Stream) -> String {
    let (y, m, d) = parts(iso);
    let month = MONTHS[(m - 1) as usize];
    match stream.below(6) {
        0 => format!("{d} {month} {y}"),
        1 => format!("{month} {d}, {y}"),
        2 => format!("{d} {} {y}", &month[..3]),
        3 => format!("{y}/{m:02}/{d:02}"),
        _ => iso.to_string(),
    }
}

fn list(names: Vec<String>, ordered: bool, stream: &mut Stream) -> String {
    if names.len() < 2 {
        return names.concat();
    }
    match stream.below(7) {
        0 => names.join("; "),
        1 => names.iter().map(|n| format!("- {n}")).collect::<Vec<_>>().join("\n"),
        2 if ordered => names.iter().enumerate().map(|(i, n)| format!("{}. {n}", i + 1)).collect::<Vec<_>>().join("\n"),
        3 => {
            let (last, head) = names.split_last().map(|(l, h)| (l.clone(), h.join(", "))).unwrap_or_default();
            format!("{head} and {last}")
        }
        4 => {
            let quoted: Vec<String> = names.iter().map(|n| format!("\"{}\"", n.trim_matches('"'))).collect();
            format!("[{}]", quoted.join(", "))
        }
        _ => names.join(", "),
    }
}

fn mapping(parts: &[(String, String)], stream: &mut Stream) -> String {
    let labelled = |sep: &str| parts.iter().map(|(l, v)| format!("{l}: {v}")).collect::<Vec<_>>().join(sep);
    let bare = |sep: &str| parts.iter().map(|(_, v)| v.clone()).collect::<Vec<_>>().join(sep);
    match stream.below(6) {
        0 => labelled("; "),
        1 => labelled("\n"),
        2 => bare(" and "),
        3 => parts.iter().enumerate().map(|(i, (_, v))| format!("{}. {v}", i + 1)).collect::<Vec<_>>().join("\n"),
        4 => bare(", "),
        _ => bare("; "),
    }
}
