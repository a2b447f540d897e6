//! HTTP APIs.

mod address;
mod answer;
mod template;

use std::collections::BTreeMap;
use std::env;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use dive_core::tool::{ErrorKind, ToolSpec};
use dive_tools::manifest::{Auth, Place, Provider, Request, Turn};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use reqwest::header::{HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Response, StatusCode, Url};
use serde_json::{Value, json};

use crate::failure::{Failure, Retry};
use crate::remote::{Args, Call};
pub(crate) use address::{PrivateAddress, PublicOnly, is_public};
pub(crate) use answer::{ending, excerpt, object};

/// Redirects that are followed.
const REDIRECTS: usize = 5;
const AGENT: &str = concat!("dive/", env!("CARGO_PKG_VERSION"));

/// A provider's end of the wire.
pub(crate) struct Api {
    client: Client,
    base: Url,
    /// Hosts with ports that may be reached; the base's own first.
    hosts: Vec<String>,
    allow_private: bool,
    headers: BTreeMap<String, String>,
    auth: Vec<Auth>,
    max_bytes: usize,
}

impl Api {
    pub(crate) fn new(provider: &Provider, max_bytes: usize) -> Result<Api, String> {
        let base = Url::parse(&provider.base_url).map_err(|e| format!("base_url: {e}"))?;
        if !matches!(base.scheme(), "http" | "https") || !base.username().is_empty() || base.password().is_some() {
            return Err("base_url must be http or https, without a user or password in it".into());
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err("base_url must have no query; put it into the request".into());
        }
        if let Some(auth) = provider.auth.iter().find(|a| !a.plaintext && base.scheme() == "http") {
            return Err(format!(
                "the secret in {} would travel unencrypted to {base}; use https, or add `plaintext = true` to its auth",
                auth.env
            ));
        }
        let mut hosts = vec![host(&base).ok_or("base_url has no host")?];
        hosts.extend(provider.hosts.iter().cloned());
        Ok(Api {
            client: client(provider.allow_private)?,
            base,
            hosts,
            allow_private: provider.allow_private,
            headers: provider.headers.clone(),
            auth: provider.auth.clone(),
            max_bytes,
        })
    }

    /// Sends a filled request and follows redirects as far as they are allowed.
    async fn send(&self, method: &Method, filled: &template::Filled) -> Result<Response, Failure> {
        let mut url = self.base.clone();
        let path = format!("{}{}", self.base.path().trim_end_matches('/'), filled.path);
        url.set_path(&path);
        let (mut query, mut headers) = (filled.query.clone(), filled.headers.clone());
        let (mut body, mut form) = (filled.body.clone(), filled.form.clone());
        for auth in &self.auth {
            let Some(secret) = secret(auth)? else { continue };
            match auth.place {
                Place::Header => headers.push((auth.name.clone(), secret)),
                Place::Query => query.push((auth.name.clone(), secret)),
                Place::Body => match (&mut form, &mut body) {
                    (Some(form), _) => form.push((auth.name.clone(), secret)),
                    (None, Some(Value::Object(map))) => {
                        map.insert(auth.name.clone(), secret.into());
                    }
                    (None, _) => body = Some(json!({ &auth.name: secret })),
                },
            }
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(&query);
        }
        let mut method = method.clone();
        for hop in 0..=REDIRECTS {
            self.check(&url)?;
            let mut request = self.client.request(method.clone(), url.clone());
            // Past the first hop nothing of ours goes along: another path may be another party's.
            if hop == 0 || host(&url) == host(&self.base) {
                for (name, value) in self.headers.iter().chain(headers.iter().map(|(k, v)| (k, v))) {
                    request = request.header(header_name(name)?, header_value(name, value)?);
                }
            }
            if hop == 0 || method != Method::GET {
                if let Some(form) = &form {
                    let pairs: Vec<String> = form
                        .iter()
                        .map(|(k, v)| format!("{}={}", crate::redact::percent(k), crate::redact::percent(v)))
                        .collect();
                    request = request.header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&"));
                } else if let Some(body) = &body {
                    request = request.header("content-type", "application/json").body(body.to_string());
                }
            }
            let response = request.send().await.map_err(|e| unreachable(&e))?;
            if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
                return Ok(response);
            }
            let location = response.headers().get(LOCATION).and_then(|v| v.to_str().ok());
            let next = location.and_then(|l| url.join(l).ok());
            let Some(next) = next else {
                return Err(Failure::passing(ErrorKind::Provider, "A redirect leads nowhere."));
            };
            if next.scheme() != url.scheme() && next.scheme() != "https" {
                return Err(refused(format!(
                    "A redirect leads from {} to unencrypted {}.",
                    url.scheme(),
                    next.scheme()
                )));
            }
            match response.status() {
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {
                    if method != Method::GET && host(&next) != host(&url) {
                        return Err(refused("A redirect would send the request's body to another host."));
                    }
                }
                _ => method = Method::GET,
            }
            url = next;
        }
        Err(Failure::passing(ErrorKind::Provider, format!("There were more than {REDIRECTS} redirects.")))
    }

    /// Refuses hosts that the manifest does not name and addresses of this machine and of private networks.
    fn check(&self, url: &Url) -> Result<(), Failure> {
        let name = host(url).unwrap_or_default();
        let plain = url.host_str().unwrap_or_default();
        if !self.hosts.iter().any(|h| *h == name || h == plain) {
            return Err(refused(format!("The host `{name}` is not one that the manifest names.")));
        }
        let literal = plain.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if !self.allow_private && literal.is_ok_and(|ip| !is_public(ip)) {
            return Err(refused(format!("{}.", PrivateAddress(plain.into()))));
        }
        Ok(())
    }

    /// The body of a response, no longer than allowed.
    async fn read(&self, response: Response) -> Result<Vec<u8>, Failure> {
        let too_large = || {
            let message = format!("The answer is longer than {} bytes; ask for less.", self.max_bytes);
            Failure::answer(ErrorKind::TooLarge, message)
        };
        if response.content_length().is_some_and(|n| n > self.max_bytes as u64) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|e| unreachable(&e))?;
            if bytes.len() + chunk.len() > self.max_bytes {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// One tool of an API.
pub(crate) struct HttpTool {
    api: Arc<Api>,
    request: Request,
    method: Method,
}

impl HttpTool {
    pub(crate) fn new(api: Arc<Api>, spec: &ToolSpec, request: Request) -> Result<HttpTool, String> {
        let slots = template::slots(&request);
        if let Some(odd) = slots.iter().find(|s| spec.param(s).is_none()) {
            return Err(format!("the request uses `{{{odd}}}`, which is not a parameter"));
        }
        if let Some(unused) = spec.params.iter().find(|p| !slots.contains(&p.name)) {
            return Err(format!("the request does not use the parameter `{}`", unused.name));
        }
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|e| e.to_string())?;
        Ok(HttpTool { api, request, method })
    }

    async fn page(&self, filled: &template::Filled) -> Result<Value, Failure> {
        let response = self.api.send(&self.method, filled).await?;
        let status = response.status();
        let pause =
            response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
        if status.is_success() {
            let bytes = self.api.read(response).await?;
            return answer::parse(&bytes, self.request.format);
        }
        // What a failing provider says is worth a line, whatever its length.
        let text = match self.api.read(response).await {
            Ok(bytes) => answer::excerpt(&String::from_utf8_lossy(&bytes)),
            Err(failure) if failure.error.kind == ErrorKind::TooLarge => "a long text.".into(),
            Err(failure) => return Err(failure),
        };
        Err(refusal(status, pause.map(Duration::from_secs), &text))
    }

    async fn pages(&self, args: &Args) -> Result<Value, Failure> {
        let filled = template::fill(&self.request, args)?;
        let Some(pages) = &self.request.pages else {
            return answer::select(&self.page(&filled).await?, &self.request.select);
        };
        let mut whole: Option<Value> = None;
        let mut cursor: Option<String> = None;
        let mut more = true;
        for number in 0..pages.max.max(1) {
            let mut filled = filled.clone();
            let value = match pages.by {
                Turn::Page => Some((pages.first + number).to_string()),
                Turn::Offset => Some((pages.first + number * pages.size).to_string()),
                Turn::Cursor => cursor.take(),
            };
            if let Some(value) = value {
                filled.query.retain(|(k, _)| *k != pages.param);
                filled.query.push((pages.param.clone(), value));
            }
            let page = self.page(&filled).await?;
            let items = page.pointer(&pages.items).and_then(Value::as_array).cloned().unwrap_or_default();
            cursor = match page.pointer(&pages.next) {
                Some(Value::String(s)) if !s.is_empty() && !pages.next.is_empty() => Some(s.clone()),
                Some(Value::Number(n)) if !pages.next.is_empty() => Some(n.to_string()),
                _ => None,
            };
            more = match pages.by {
                Turn::Cursor => cursor.is_some(),
                Turn::Offset => !items.is_empty() && items.len() >= pages.size,
                Turn::Page => !items.is_empty() && (pages.size == 0 || items.len() >= pages.size),
            };
            match &mut whole {
                None => whole = Some(page),
                Some(whole) => {
                    if let Some(list) = whole.pointer_mut(&pages.items).and_then(Value::as_array_mut) {
                        list.extend(items);
                    }
                }
            }
            if !more {
                break;
            }
        }
        let mut result = answer::select(&whole.unwrap_or_default(), &self.request.select)?;
        if more && let Some(map) = result.as_object_mut() {
            map.insert("truncated".into(), true.into());
        }
        Ok(result)
    }
}

impl Call for HttpTool {
    fn call<'a>(&'a self, args: &'a Args) -> BoxFuture<'a, Result<Value, Failure>> {
        Box::pin(self.pages(args))
    }
}

/// A client that connects where it may. Redirects are followed by hand, every hop checked; no proxy of the environment
/// stands between the check and the connection.
pub(crate) fn client(allow_private: bool) -> Result<Client, String> {
    // Another part of the process may have installed one; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(AGENT)
        .connect_timeout(Duration::from_secs(10))
        .pool_max_idle_per_host(32);
    if !allow_private {
        builder = builder.dns_resolver(Arc::new(PublicOnly));
    }
    builder.build().map_err(|e| format!("no HTTP client: {e}"))
}

/// Host and, where it is not the scheme's own, port.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}")))
}

pub(crate) fn secret(auth: &Auth) -> Result<Option<String>, Failure> {
    match env::var(&auth.env) {
        Ok(secret) if !secret.is_empty() => Ok(Some(format!("{}{secret}", auth.prefix))),
        _ if auth.optional => Ok(None),
        _ => Err(Failure::answer(
            ErrorKind::Unauthorised,
            format!("The environment variable {} with the provider's key is not set.", auth.env),
        )),
    }
}

fn refused(message: impl Into<String>) -> Failure {
    Failure { retry: Retry::No, ..Failure::passing(ErrorKind::Transport, message.into()) }
}

fn header_name(name: &str) -> Result<HeaderName, Failure> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused(format!("`{name}` is not a header.")))
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(value).map_err(|_| refused(format!("The value of the header {name} cannot be sent.")))
}

/// A failure before there was a status, with its cause but without the address: that may hold a secret.
fn unreachable(error: &reqwest::Error) -> Failure {
    let mut cause = String::new();
    let mut source = std::error::Error::source(error);
    let mut private = false;
    while let Some(inner) = source {
        private |= inner.is::<PrivateAddress>();
        cause = inner.to_string();
        source = inner.source();
    }
    if error.is_timeout() {
        return Failure::passing(ErrorKind::Timeout, "The provider did not answer in time.");
    }
    let what = if error.is_connect() { "could not be reached" } else { "broke the connection" };
    let message = format!("The provider {what}: {}", answer::excerpt(&cause).trim_matches(['“', '”', '.']));
    // A certificate does not get better by asking again.
    let hopeless = private || cause.contains("ertificate");
    let message = format!("{message}.");
    if hopeless { refused(message) } else { Failure::passing(ErrorKind::Transport, message) }
}

/// What a status other than success means.
fn refusal(status: StatusCode, pause: Option<Duration>, text: &str) -> Failure {
    use ErrorKind::{BadArguments, NotFound, Provider, RateLimited, Timeout, TooLarge, Unauthorised};
    let said = |what: &str| format!("{what} ({}): {text}", status.as_u16());
    let retry = pause.map_or(Retry::Yes, Retry::After);
    match status.as_u16() {
        400 | 405 | 409 | 415 | 422 => Failure::answer(BadArguments, said("The provider refused the arguments")),
        401 | 403 | 407 => Failure::answer(Unauthorised, said("The provider refuses access; is the key right")),
        404 | 410 => Failure::answer(NotFound, said("The provider has nothing there")),
        413 | 414 => Failure::answer(TooLarge, said("The request is too long")),
        429 => Failure { retry, ..Failure::passing(RateLimited, said("The provider wants fewer calls")) },
        408 | 504 => Failure { retry, ..Failure::passing(Timeout, said("The provider took too long")) },
        500..=599 => Failure { retry, ..Failure::passing(Provider, said("The provider failed")) },
        _ => Failure::answer(Provider, said("The provider gave an unexpected answer")),
    }
}
