//! Ways in which models and their servers go wrong, chosen by the name of the model: `mock:refusal`, or for a share of
//! the requests `mock:refusal@0.2`, or several: `mock:rate-limit+malformed@0.1`.

use std::str::FromStr;

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Behaviour {
    /// Each request is answered 429 with Retry-After before it is answered well.
    RateLimit,
    /// Each request is answered 500 before it is answered well.
    ServerError,
    /// Each request is answered after a silence that no client waits out, then well.
    Timeout,
    /// Each reply breaks off in the middle, then comes whole.
    Disconnect,
    /// 200 with something that is no JSON, always.
    Garbled,
    /// The server says that the model cannot call tools.
    NoTools,
    /// The prompt is said not to fit.
    Overflow,
    /// Arguments of tool calls are malformed JSON.
    Malformed,
    /// Tools that were not offered are called.
    UnknownTool,
    /// Neither text nor calls.
    Empty,
    /// A refusal.
    Refusal,
    /// Replies are cut off at the limit of tokens.
    Truncated,
    /// Text where a tool call is wanted.
    IgnoresSchema,
    /// The submitted support points at something else than the answer.
    WrongSupport,
    /// The submitted answer is a number that was never observed.
    Invented,
    /// The submitted question asks for something else than the answer answers.
    Drifted,
    /// Questions are answered wrongly.
    WrongAnswers,
    /// Questions are answered in prose, without a marked answer.
    Hedged,
}

impl Behaviour {
    /// All, by name.
    pub const ALL: [(&'static str, Behaviour); 18] = [
        ("rate-limit", Behaviour::RateLimit),
        ("server-error", Behaviour::ServerError),
        ("timeout", Behaviour::Timeout),
        ("disconnect", Behaviour::Disconnect),
        ("garbled", Behaviour::Garbled),
        ("no-tools", Behaviour::NoTools),
        ("overflow", Behaviour::Overflow),
        ("malformed", Behaviour::Malformed),
        ("unknown-tool", Behaviour::UnknownTool),
        ("empty", Behaviour::Empty),
        ("refusal", Behaviour::Refusal),
        ("truncated", Behaviour::Truncated),
        ("ignores-schema", Behaviour::IgnoresSchema),
        ("wrong-support", Behaviour::WrongSupport),
        ("invented", Behaviour::Invented),
        ("drifted", Behaviour::Drifted),
        ("wrong-answers", Behaviour::WrongAnswers),
        ("hedged", Behaviour::Hedged),
    ];
}

/// Behaviours with the share of requests that they touch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Behaviours(Vec<(Behaviour, f64)>);

impl Behaviours {
    /// Of a model's name; `None` when there is no such model.
    pub fn of_model(model: &str) -> Option<Behaviours> {
        match model.split_once(':') {
            None => (model == "mock").then(Behaviours::default),
            Some(("mock", text)) => text.parse().ok(),
            Some(_) => None,
        }
    }

    /// Whether a request with this digest is touched.
    pub fn touch(&self, behaviour: Behaviour, digest: u64) -> bool {
        self.0.iter().enumerate().any(|(i, (b, share))| {
            let mark = digest.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17 * (i as u32 + 1));
            *b == behaviour && (mark >> 11) as f64 / (1u64 << 53) as f64 <= *share
        })
    }
}

impl FromStr for Behaviours {
    type Err = String;

    fn from_str(text: &str) -> Result<Behaviours, String> {
        let parts = text.split('+').map(|part| {
            let (name, share) = part.split_once('@').unwrap_or((part, "1"));
            let known = Behaviour::ALL.iter().find(|(n, _)| *n == name);
            let (_, behaviour) = known.ok_or_else(|| format!("there is no behaviour `{name}`"))?;
            match share.parse::<f64>() {
                Ok(share) if (0.0..=1.0).contains(&share) => Ok((*behaviour, share)),
                _ => Err(format!("`{share}` is no share from 0 to 1")),
            }
        });
        Ok(Behaviours(parts.collect::<Result<_, String>>()?))
    }
}
