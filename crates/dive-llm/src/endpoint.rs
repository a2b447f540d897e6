//! One attempt to reach a model over HTTP.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Url};

use crate::failure::{Failure, Kind};
use crate::wire::{self, Wire};

/// Longest body that is read: no reply is that long, and a broken server must not fill the memory.
const LONGEST: usize = 64 << 20;
/// Version of the Anthropic format that is spoken.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// A key. It is never printed and never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a key.
    pub fn new(key: impl Into<String>) -> Secret {
        Secret(key.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a model is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointConfig {
    /// Its language.
    pub wire: Wire,
    /// Base address, such as `http://localhost:8000/v1`.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// The key, if one is needed.
    pub key: Option<Secret>,
    /// Longest silence; a server that computes for minutes is not yet down.
    pub timeout: Duration,
}

/// A model behind an address.
#[derive(Debug, Clone)]
pub struct Endpoint {
    config: EndpointConfig,
    url: Url,
    headers: HeaderMap,
    client: Client,
}

/// A response as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Its bytes, which are text.
    pub body: String,
}

impl Endpoint {
    /// An endpoint; nothing is sent yet.
    ///
    /// # Errors
    /// The address or the key cannot be used.
    pub fn new(config: EndpointConfig) -> Result<Endpoint, Failure> {
        let url = address(config.wire, &config.base_url).ok_or_else(|| {
            let message =
                format!("`{}` is no http(s) address; set base_url", crate::failure::shorten(&config.base_url));
            Failure::new(Kind::BadRequest, message)
        })?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let key_header = |text: String| {
            let mut value = HeaderValue::from_str(&text)
                .map_err(|_| Failure::new(Kind::Auth, "the key contains characters that no header may have"))?;
            value.set_sensitive(true);
            Ok::<_, Failure>(value)
        };
        if let Some(Secret(key)) = &config.key {
            match config.wire {
                Wire::OpenAi => headers.insert("authorization", key_header(format!("Bearer {key}"))?),
                Wire::Anthropic => headers.insert("x-api-key", key_header(key.clone())?),
            };
        }
        if config.wire == Wire::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static(ANTHROPIC_VERSION));
        }
        // Whoever installed a provider first is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(concat!("dive/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10).min(config.timeout))
            .read_timeout(config.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true);
        if matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|e| Failure::new(Kind::Down, format!("no HTTP client can be made: {}", chain(&e))))?;
        Ok(Endpoint { config, url, headers, client })
    }

    /// Where it is.
    pub fn config(&self) -> &EndpointConfig {
        &self.config
    }

    /// Sends a request body and reads the response to its end.
    ///
    /// # Errors
    /// Nobody answers, the connection breaks, or the status says that this is no reply.
    pub async fn post(&self, body: Bytes) -> Result<Raw, Failure> {
        let sent = self.client.post(self.url.clone()).headers(self.headers.clone()).body(body).send().await;
        let mut response = sent.map_err(|e| self.unreached(&e))?;
        let status = response.status().as_u16();
        let wait = retry_after(response.headers());
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                // A complaint that is cut off is still a complaint.
                Err(_) if status >= 400 => break,
                Err(e) if e.is_timeout() => return Err(self.silent()),
                Err(e) => {
                    let message =
                        format!("the connection to {} broke in the middle of a reply: {}", self.place(), chain(&e));
                    return Err(Failure::new(Kind::Interrupted, message));
                }
            }
            if bytes.len() > LONGEST {
                return Err(Failure::new(
                    Kind::Garbled,
                    format!("{} answered more than {LONGEST} bytes", self.place()),
                ));
            }
            if wire::finished(self.config.wire, &bytes) {
                break;
            }
        }
        if !(200..300).contains(&status) {
            return Err(self.censored(Failure::of_status(status, &bytes, wait)));
        }
        let body = String::from_utf8(bytes)
            .map_err(|_| Failure::new(Kind::Garbled, format!("{} answered bytes that are not text", self.place())))?;
        Ok(Raw { body })
    }

    fn unreached(&self, e: &reqwest::Error) -> Failure {
        if e.is_connect() {
            return Failure::new(Kind::Down, format!("nobody answers at {}: {}", self.place(), chain(e)));
        }
        if e.is_timeout() {
            return self.silent();
        }
        Failure::new(Kind::Interrupted, format!("{} broke the connection: {}", self.place(), chain(e)))
    }

    fn silent(&self) -> Failure {
        let seconds = self.config.timeout.as_secs_f64();
        Failure::new(Kind::Timeout, format!("{} was silent for {seconds} s", self.place()))
    }

    /// Host and port: a path or query could carry a secret.
    fn place(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"))
    }

    /// Some servers repeat the key when they complain about it.
    fn censored(&self, mut failure: Failure) -> Failure {
        if let Some(Secret(key)) = self.config.key.as_ref().filter(|k| k.0.len() >= 4) {
            failure.message = failure.message.replace(key.as_str(), "…");
        }
        failure
    }
}

/// The address of the chat operation under a base address, with or without `/v1`.
fn address(wire: Wire, base: &str) -> Option<Url> {
    let base = base.trim().trim_end_matches('/');
    let mut url: Url = base.parse().ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    let path = url.path().trim_end_matches('/').to_string();
    let path = match wire {
        Wire::OpenAi if path.ends_with("/chat/completions") => path,
        Wire::OpenAi if path.is_empty() => "/v1/chat/completions".into(),
        Wire::OpenAi => format!("{path}/chat/completions"),
        Wire::Anthropic if path.ends_with("/messages") => path,
        Wire::Anthropic => format!("{}/v1/messages", path.trim_end_matches("/v1")),
    };
    url.set_path(&path);
    Some(url)
}

/// How long the endpoint asks to wait: seconds, milliseconds, or a date, which is compared with the response's own.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let number = |name: &str| text(name)?.trim().parse::<f64>().ok().filter(|x| x.is_finite() && *x >= 0.0);
    if let Some(ms) = number("retry-after-ms") {
        return Some(Duration::from_secs_f64(ms / 1e3));
    }
    if let Some(seconds) = number(RETRY_AFTER.as_str()) {
        return Some(Duration::from_secs_f64(seconds.min(86_400.0)));
    }
    let date = |name: &str| jiff::fmt::rfc2822::parse(text(name)?).ok();
    let seconds = date(RETRY_AFTER.as_str())?.timestamp().as_second() - date(DATE.as_str())?.timestamp().as_second();
    Some(Duration::from_secs(seconds.clamp(0, 86_400) as u64))
}

/// An error with its causes; reqwest's own text would repeat the address.
fn chain(error: &reqwest::Error) -> String {
    let mut cause = std::error::Error::source(error);
    let mut text = String::new();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    if text.is_empty() { "unknown cause".into() } else { crate::failure::shorten(&text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        let of = |wire, base| address(wire, base).map(|u| u.to_string());
        for (base, url) in [
            ("http://localhost:8000", "http://localhost:8000/v1/chat/completions"),
            ("http://localhost:8000/v1/", "http://localhost:8000/v1/chat/completions"),
            ("https://gw.example/openai/v1", "https://gw.example/openai/v1/chat/completions"),
        ] {
            assert_eq!(of(Wire::OpenAi, base).as_deref(), Some(url));
        }
        for base in ["https://api.anthropic.com", "https://api.anthropic.com/v1"] {
            assert_eq!(of(Wire::Anthropic, base).as_deref(), Some("https://api.anthropic.com/v1/messages"));
        }
        assert_eq!(of(Wire::OpenAi, "localhost:8000"), None);
        assert_eq!(of(Wire::OpenAi, "ftp://x"), None);
    }

    #[test]
    fn waiting_times_are_read() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v))).collect();
            retry_after(&headers)
        };
        assert_eq!(of(&[("retry-after", "2")]), Some(Duration::from_secs(2)));
        assert_eq!(of(&[("retry-after-ms", "250"), ("retry-after", "1")]), Some(Duration::from_millis(250)));
        let dates = [("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")];
        assert_eq!(of(&dates), Some(Duration::from_secs(30)));
        assert_eq!(of(&[("retry-after", "soon")]), None);
    }
}
