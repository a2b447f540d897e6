//! Why there is no reply.

use std::time::Duration;

use serde_json::Value;

/// Longest text of an endpoint that is kept, in characters.
const LONGEST: usize = 300;

/// Why there is no reply; decides what is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Too many requests or tokens a minute.
    RateLimit,
    /// The endpoint cannot serve now.
    Overload,
    /// No answer in time.
    Timeout,
    /// The connection broke before the reply was whole.
    Interrupted,
    /// What came is no reply.
    Garbled,
    /// Nobody answers at the address.
    Down,
    /// No key, a wrong one, or one without the right.
    Auth,
    /// The account is out of money or quota.
    Quota,
    /// There is no such model.
    UnknownModel,
    /// The model or its server cannot call tools.
    NoTools,
    /// The prompt does not fit.
    ContextOverflow,
    /// The endpoint refuses the content.
    Refused,
    /// The endpoint does not understand the request.
    BadRequest,
    /// The limit of cost is reached.
    Budget,
    /// The journal cannot be read or written.
    Journal,
}

/// What the endpoint or the way to it did instead of replying.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind.
    pub kind: Kind,
    /// One sentence.
    pub message: String,
    /// How long the endpoint asks to wait.
    pub retry_after: Option<Duration>,
}

impl Kind {
    /// Whether the same request may succeed later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Kind::RateLimit | Kind::Overload | Kind::Timeout | Kind::Interrupted | Kind::Garbled | Kind::Down
        )
    }

    /// Whether no request to this endpoint can succeed before somebody changes something.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Kind::Auth | Kind::Quota | Kind::UnknownModel | Kind::NoTools | Kind::Down | Kind::Budget | Kind::Journal
        )
    }

    /// Whether the exchange may have been paid for although no reply came.
    pub fn may_cost(self) -> bool {
        matches!(self, Kind::Timeout | Kind::Interrupted | Kind::Garbled)
    }

    /// What to change, if that is known.
    pub fn hint(self) -> Option<&'static str> {
        Some(match self {
            Kind::Down => "start the server or correct base_url",
            Kind::Auth => "set the variable that api_key_env names to a valid key",
            Kind::Quota => "top up the account, then run the same command again",
            Kind::UnknownModel => "correct `model`",
            Kind::NoTools => "choose a model with tool calling, or switch it on in the server",
            Kind::ContextOverflow => "use a model with a longer context, or lower toolset_max",
            Kind::Budget => "raise --max-cost and run the same command again",
            Kind::Timeout => "raise `timeout`, or lower `in_flight`",
            Kind::BadRequest => "see whether base_url, wire and the options of the model suit the endpoint",
            Kind::Garbled => "see whether base_url is that of an endpoint for chat models",
            _ => return None,
        })
    }
}

impl Failure {
    /// A failure of that kind; `message` is one sentence.
    pub fn new(kind: Kind, message: impl Into<String>) -> Failure {
        Failure { kind, message: message.into(), retry_after: None }
    }

    /// What an HTTP status with this body means.
    pub(crate) fn of_status(status: u16, body: &[u8], retry_after: Option<Duration>) -> Failure {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let said = said(&json).unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
        let words = format!("{} {}", codes(&json), said).to_lowercase();
        let kind = classify(status, &words);
        let text = shorten(&said);
        let message = if text.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {text}") };
        Failure { kind, message, retry_after }
    }

    /// What an error object inside a reply or a stream means.
    pub(crate) fn of_error(json: &Value) -> Failure {
        let said = said(json).unwrap_or_default();
        let words = format!("{} {said}", codes(json)).to_lowercase();
        let status = json.pointer("/error/code").and_then(Value::as_u64).and_then(|c| u16::try_from(c).ok());
        Failure::new(classify(status.unwrap_or(500), &words), format!("the endpoint says: {}", shorten(&said)))
    }
}

fn said(json: &Value) -> Option<String> {
    ["/error/message", "/message", "/error", "/detail"]
        .iter()
        .find_map(|p| json.pointer(p)?.as_str())
        .map(str::to_string)
}

fn codes(json: &Value) -> String {
    ["/error/type", "/error/code", "/type", "/code"]
        .iter()
        .filter_map(|p| json.pointer(p)?.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Servers agree on the status at most, so the words of the common ones decide where they must.
fn classify(status: u16, words: &str) -> Kind {
    let any = |needles: &[&str]| needles.iter().any(|n| words.contains(n));
    if any(&["insufficient_quota", "credit balance", "billing"]) {
        return Kind::Quota;
    }
    if any(&["rate_limit_error", "rate_limit_exceeded"]) {
        return Kind::RateLimit;
    }
    if any(&["overloaded_error"]) {
        return Kind::Overload;
    }
    let overflow = [
        "context_length_exceeded",
        "maximum context length",
        "context length",
        "context window",
        "context size",
        "prompt is too long",
        "exceed_context_size",
        "too many tokens",
        "input is too long",
    ];
    let tools = [
        "does not support tools",
        "does not support function",
        "enable-auto-tool-choice",
        "tool-call-parser",
        "tools are not supported",
        "tools param requires",
        "tool use is not supported",
        "no endpoints found that support tool use",
    ];
    match status {
        401 | 403 => Kind::Auth,
        402 => Kind::Quota,
        408 | 504 => Kind::Timeout,
        413 => Kind::ContextOverflow,
        429 => Kind::RateLimit,
        400..=499 if any(&overflow) => Kind::ContextOverflow,
        400..=499 if any(&tools) => Kind::NoTools,
        400..=499 if any(&["content_policy", "content_filter", "content management policy"]) => Kind::Refused,
        400 | 404
            if words.contains("model") && any(&["not found", "not_found", "does not exist", "no such", "unknown"]) =>
        {
            Kind::UnknownModel
        }
        400..=499 => Kind::BadRequest,
        // llama.cpp answers 500 where its template cannot express tools.
        500.. if any(&tools) => Kind::NoTools,
        500.. if any(&overflow) => Kind::ContextOverflow,
        _ => Kind::Overload,
    }
}

/// One line, not too long.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bodies as the servers send them.
    #[test]
    fn servers_words_are_understood() {
        let cases: &[(u16, &str, Kind)] = &[
            (
                401,
                r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                Kind::Auth,
            ),
            (
                404,
                r#"{"error":{"message":"The model `x` does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}"#,
                Kind::UnknownModel,
            ),
            (
                404,
                r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-x"}}"#,
                Kind::UnknownModel,
            ),
            (
                404,
                r#"{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error"}}"#,
                Kind::UnknownModel,
            ),
            (404, r#"{"detail":"Not Found"}"#, Kind::BadRequest),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                Kind::Quota,
            ),
            (
                429,
                r#"{"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}"#,
                Kind::RateLimit,
            ),
            (529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, Kind::Overload),
            (
                400,
                r#"{"error":{"message":"This model's maximum context length is 4096 tokens","code":"context_length_exceeded"}}"#,
                Kind::ContextOverflow,
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
                Kind::ContextOverflow,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
                Kind::ContextOverflow,
            ),
            (
                400,
                r#"{"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","code":400}"#,
                Kind::NoTools,
            ),
            (
                400,
                r#"{"error":{"message":"registry.ollama.ai/library/gemma does not support tools","type":"api_error"}}"#,
                Kind::NoTools,
            ),
            (503, "<html>Service Unavailable</html>", Kind::Overload),
            (400, r#"{"error":{"message":"Unknown parameter: 'x'"}}"#, Kind::BadRequest),
        ];
        for (status, body, kind) in cases {
            assert_eq!(Failure::of_status(*status, body.as_bytes(), None).kind, *kind, "{status} {body}");
        }
    }
}
