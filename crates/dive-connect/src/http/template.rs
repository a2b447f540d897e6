//! Requests with `{parameter}` where arguments go.

use std::collections::BTreeMap;

use dive_core::tool::ErrorKind;
use dive_tools::manifest::Request;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::redact::percent;
use crate::remote::Args;

/// A request ready to be sent, but for what identifies us.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filled {
    /// Percent-encoded.
    pub(crate) path: String,
    /// Not encoded yet.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) form: Option<Vec<(String, String)>>,
}

/// Names that a request mentions.
pub(crate) fn slots(request: &Request) -> Vec<String> {
    let mut found = Vec::new();
    let mut scan = |text: &str| {
        found.extend(dive_core::lint::slots(text).map(|s| s.trim_end_matches('*').to_string()));
    };
    scan(&request.target);
    request.headers.values().for_each(|v| scan(v));
    request.form.values().for_each(|v| scan(v));
    if let Some(body) = &request.body {
        each_string(body, &mut scan);
    }
    found
}

fn each_string(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(s) => visit(s),
        Value::Array(items) => items.iter().for_each(|v| each_string(v, visit)),
        Value::Object(map) => map.values().for_each(|v| each_string(v, visit)),
        _ => {}
    }
}

/// Puts arguments into a request. What names an absent argument is left out, except in the path.
pub(crate) fn fill(request: &Request, args: &Args) -> Result<Filled, Failure> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut filled_path = String::new();
    for segment in path.split('/').skip(1) {
        let text = substitute(segment, args, percent).ok_or_else(|| {
            Failure::answer(ErrorKind::BadArguments, format!("An argument of `{segment}` is missing."))
        })?;
        // These would climb out of the path, however they are encoded.
        if segment.contains('{') && matches!(text.replace("%2E", ".").as_str(), "" | "." | "..") {
            return Err(Failure::answer(ErrorKind::BadArguments, "An argument in the path must be a name."));
        }
        filled_path.push('/');
        filled_path.push_str(&text);
    }
    let mut filled_query = Vec::new();
    for (name, value) in query.split('&').filter(|p| !p.is_empty()).map(|p| p.split_once('=').unwrap_or((p, ""))) {
        // `{list*}`: the parameter once for each item.
        match value.strip_prefix('{').and_then(|v| v.strip_suffix("*}")).map(|slot| args.get(slot)) {
            Some(Some(Value::Array(items))) => filled_query.extend(items.iter().map(|v| (name.to_string(), text(v)))),
            Some(Some(single)) => filled_query.push((name.to_string(), text(single))),
            Some(None) => {}
            None => filled_query.extend(substitute(value, args, str::to_string).map(|v| (name.to_string(), v))),
        }
    }
    let filled = |map: &BTreeMap<String, String>| -> Vec<(String, String)> {
        map.iter().filter_map(|(k, v)| Some((k.clone(), substitute(v, args, str::to_string)?))).collect()
    };
    let headers = filled(&request.headers);
    if let Some((name, _)) = headers.iter().find(|(_, v)| v.contains(['\r', '\n', '\0'])) {
        return Err(Failure::answer(
            ErrorKind::BadArguments,
            format!("The argument in the header {name} has a line end."),
        ));
    }
    let form = (!request.form.is_empty()).then(|| filled(&request.form));
    let body = request.body.as_ref().and_then(|b| fill_json(b, args));
    Ok(Filled { path: filled_path, query: filled_query, headers, body, form })
}

/// A template with its slots filled; `None` when an argument is absent.
fn substitute(template: &str, args: &Args, encode: impl Fn(&str) -> String) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(&encode(&text(args.get(name)?)));
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn fill_json(template: &Value, args: &Args) -> Option<Value> {
    match template {
        Value::String(s) => match s.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            // The whole string is one slot: the argument keeps its type.
            Some(name) if !name.contains(['{', '}']) => args.get(name).cloned(),
            _ => substitute(s, args, str::to_string).map(Value::String),
        },
        Value::Array(items) => Some(items.iter().filter_map(|v| fill_json(v, args)).collect()),
        Value::Object(map) => Some(Value::Object(
            map.iter().filter_map(|(k, v)| Some((k.clone(), fill_json(v, args)?))).collect::<Map<_, _>>(),
        )),
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(target: &str) -> Request {
        let text = format!(
            "[provider]\nid='p'\ndomain='d'\nbackend='http'\nbase_url='https://x.example'\n[[tool]]\nname='t'\n\
             kind='retrieval'\ndescription='x'\nrequest='POST {target}'\nbody={{q='{{q}}',n='{{n}}',s='a {{q}} b',l=['{{n}}']}}\n\
             headers={{X-Q='{{q}}'}}\n"
        );
        let manifest = dive_tools::manifest::read("p.toml", &text).unwrap();
        match &manifest.tools[0].binding {
            dive_tools::manifest::Binding::Http(r) => r.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn args(value: Value) -> Args {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn arguments_cannot_leave_their_place() {
        let list = fill(&request("/l?x={q*}"), &args(json!({"q": ["a", "b,c"], "n": 1}))).unwrap();
        assert_eq!(list.query, [("x".to_string(), "a".to_string()), ("x".into(), "b,c".into())]);
        let r = request("/a/{q}/b?x={q}&n={n}&fixed=1");
        let filled = fill(&r, &args(json!({"q": "../a?b=c&d#e/f g", "n": 5}))).unwrap();
        assert_eq!(filled.path, "/a/..%2Fa%3Fb%3Dc%26d%23e%2Ff%20g/b");
        assert_eq!(filled.query[0], ("x".into(), "../a?b=c&d#e/f g".into()));
        assert_eq!(filled.body, Some(json!({"q": "../a?b=c&d#e/f g", "n": 5, "s": "a ../a?b=c&d#e/f g b", "l": [5]})));
        let filled = fill(&r, &args(json!({"q": ["a", "b"]}))).unwrap();
        assert_eq!(filled.query, [("x".to_string(), "a,b".to_string()), ("fixed".into(), "1".into())]);
        assert_eq!(filled.body, Some(json!({"q": ["a", "b"], "s": "a a,b b", "l": []})));
        for bad in ["..", ".", "", "a\r\nX-Evil: 1"] {
            let error = fill(&r, &args(json!({ "q": bad }))).unwrap_err();
            assert_eq!(error.error.kind, ErrorKind::BadArguments, "{bad:?}");
        }
        assert_eq!(slots(&r), ["q", "q", "n", "q", "n", "n", "q", "q"]);
    }
}
