//! Server-sent events, as far as chat endpoints use them.

/// Whether a text is a stream of events.
pub fn is_stream(text: &str) -> bool {
    let head = text.trim_start();
    ["data:", "event:", ":", "id:", "retry:"].iter().any(|p| head.starts_with(p))
}

/// The data of each event. Lines of one event are joined; comments and other fields are passed over, and so is an event
/// that is not closed by a blank line.
pub fn events(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut data: Option<String> = None;
    let whole = text.ends_with('\n');
    let count = text.lines().count();
    for (i, line) in text.lines().enumerate() {
        if let Some(rest) = line.strip_prefix("data:") {
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            match &mut data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(rest);
                }
                None => data = Some(rest.to_string()),
            }
        } else if line.is_empty() {
            found.extend(data.take());
        }
        // Some servers forget the last blank line.
        if i + 1 == count && whole {
            found.extend(data.take());
        }
    }
    // `[DONE]` needs no line end.
    found.extend(data.filter(|d| d == "[DONE]"));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_cut_at_blank_lines() {
        assert_eq!(events(": hi\ndata: a\ndata: b\n\nevent: x\ndata:c\r\n\r\ndata: [DONE]"), ["a\nb", "c", "[DONE]"]);
        assert_eq!(events("data: {\"a\":1}\n\ndata: {\"a"), ["{\"a\":1}"]);
    }
}
