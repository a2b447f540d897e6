//! Who may ask: a web page in a browser on this machine may not, and neither may another machine without the token.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::{Access, Shared};

/// Names of this machine for itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Refuses foreign hosts, browsers' cross-site requests and wrong tokens.
pub async fn check(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match refusal(&shared.access, &request) {
        Some((status, message)) => (status, Json(json!({"error": message}))).into_response(),
        None => next.run(request).await,
    }
}

fn refusal(access: &Access, request: &Request) -> Option<(StatusCode, &'static str)> {
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok());
    let host = text(header::HOST).or_else(|| request.uri().authority().map(|a| a.as_str())).unwrap_or_default();
    let name = without_port(host);
    if !LOOPBACK.contains(&name) && !access.hosts.iter().any(|h| h == name) {
        return Some((StatusCode::MISDIRECTED_REQUEST, "this host name is not served; name it with --allow-host"));
    }
    // Trainers are no browsers; what comes from a page is somebody else's.
    if text(header::ORIGIN).is_some() {
        return Some((StatusCode::FORBIDDEN, "requests from web pages are refused"));
    }
    let token = access.token.as_ref()?;
    let given = text(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer ")).unwrap_or_default();
    // Hashes compare in constant time.
    let same = blake3::hash(given.as_bytes()) == blake3::hash(token.as_bytes());
    (!same).then_some((StatusCode::UNAUTHORIZED, "the token is missing or wrong"))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn ports_are_cut_off() {
        let cases =
            [("localhost:80", "localhost"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("a", "a"), ("a:", "a:")];
        for (host, name) in cases {
            assert_eq!(without_port(host), name);
        }
    }
}
