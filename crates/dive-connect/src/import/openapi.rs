//! An OpenAPI document (3.x, or Swagger 2.0) as a manifest.
//!
//! Real documents mix versions and contain errors, so this reads plain JSON and takes what it understands; a typed parser
//! would refuse the whole file for one odd entry. What cannot be expressed is listed.

use std::collections::BTreeMap;

use dive_core::tool::Effect;
use dive_tools::manifest::slug;
use serde_json::{Map, Value, json};
use toml::Table;

use crate::import::draft::{self, Given, effect_word};
use crate::import::loose::Loose;
use crate::import::schema::Plain;
use crate::import::{Imported, glob};

const HEAD: &str = "\
# Tools of an HTTP API, written from its OpenAPI document. Edit freely: kind, effect, descriptions and words are proposals.
# They are not verified until their examples pass `dive tools check --live`.

";

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "trace"];
/// Properties of a body that become parameters of their own.
const MOST_PROPERTIES: usize = 40;

/// An API whose tools are wanted.
#[derive(Debug, Clone, Default)]
pub struct ApiSource {
    /// Id of the provider.
    pub name: String,
    /// Domain of its tools.
    pub domain: String,
    /// Address, where the document states none or another is meant.
    pub base_url: Option<String>,
    /// Patterns of the operations that are wanted; none is all.
    pub only: Vec<String>,
}

/// Reads a document and writes down its operations.
///
/// # Errors
/// It is neither JSON nor YAML, is no OpenAPI document, or states no address.
pub fn openapi(text: &str, source: &ApiSource) -> Result<Imported, String> {
    let root = document(text)?;
    let version = |key: &str| root.get(key).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_string));
    let old = match (version("openapi"), version("swagger")) {
        (Some(v), _) if v.starts_with("3.") => false,
        (None, Some(v)) if v.starts_with('2') => true,
        (Some(v), _) | (None, Some(v)) => {
            return Err(format!("OpenAPI {v} is not known: 3.0, 3.1 and Swagger 2.0 are"));
        }
        (None, None) => return Err("this is no OpenAPI document: it has neither `openapi` nor `swagger`".into()),
    };
    let mut api = Api { root: &root, old, source, notes: Vec::new(), said: BTreeMap::new(), names: Vec::new() };
    let head = api.head()?;
    let mut entries = Vec::new();
    for (path, item) in root.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let item = api.followed(item);
        for method in METHODS {
            let Some(operation) = item.get(*method).filter(|o| o.is_object()) else { continue };
            match api.operation(path, method, &item, operation) {
                Ok(entry) => entries.extend(entry.map(toml::Value::from)),
                Err(why) => api.notes.push(format!("{} {path} is left out: {why}", method.to_uppercase())),
            }
        }
    }
    for (note, names) in std::mem::take(&mut api.said) {
        let some: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
        let more = names.len().saturating_sub(some.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        api.notes.push(format!("{}{more}: {note}", some.join(", ")));
    }
    if entries.is_empty() {
        let why = if api.notes.is_empty() { "the document has none".into() } else { api.notes.join("; ") };
        return Err(format!("no operation could be taken over: {why}"));
    }
    let tools = entries.len();
    let whole = Table::from_iter([("provider".to_string(), head.into()), ("tool".to_string(), entries.into())]);
    let text = toml::to_string(&whole).map_err(|e| e.to_string())?;
    Ok(Imported { text: format!("{HEAD}{text}"), tools, notes: api.notes })
}

/// JSON, or else YAML with every key as text.
fn document(text: &str) -> Result<Value, String> {
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    let Loose(value) = yaml_serde::from_str(text).map_err(|e| format!("neither JSON nor YAML: {e}"))?;
    Ok(value)
}

struct Api<'d> {
    root: &'d Value,
    old: bool,
    source: &'d ApiSource,
    notes: Vec<String>,
    /// Notes that concern several operations, with their names.
    said: BTreeMap<String, Vec<String>>,
    names: Vec<String>,
}

impl Api<'_> {
    fn head(&mut self) -> Result<Table, String> {
        let mut head = Table::new();
        head.insert("id".into(), self.source.name.clone().into());
        head.insert("domain".into(), self.source.domain.clone().into());
        head.insert("backend".into(), "http".into());
        if let Some(title) = self.root.pointer("/info/title").and_then(Value::as_str) {
            head.insert("title".into(), draft::prose(title, 100).trim_end_matches('.').into());
        }
        if let Some(version) = self.root.pointer("/info/version").and_then(Value::as_str) {
            head.insert("version".into(), draft::prose(version, 60).trim_end_matches('.').into());
        }
        let base = self.source.base_url.clone().or_else(|| self.base_url());
        let base =
            base.filter(|b| b.starts_with("http")).ok_or("the document states no address: give one with --base-url")?;
        head.insert("base_url".into(), base.trim_end_matches('/').into());
        head.insert("verified".into(), false.into());
        let auth = self.auth();
        if !auth.is_empty() {
            head.insert("auth".into(), auth.into());
        }
        Ok(head)
    }

    fn base_url(&self) -> Option<String> {
        if self.old {
            let host = self.root.get("host")?.as_str()?;
            let path = self.root.get("basePath").and_then(Value::as_str).unwrap_or_default();
            let schemes = self.root.get("schemes").and_then(Value::as_array);
            let secure = schemes.is_none_or(|s| s.iter().any(|s| s == "https"));
            return Some(format!("{}://{host}{path}", if secure { "https" } else { "http" }));
        }
        let server = self.root.pointer("/servers/0")?;
        let mut url = server.get("url")?.as_str()?.to_string();
        for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
            let value = variable.get("default").and_then(Value::as_str).unwrap_or_default();
            url = url.replace(&format!("{{{name}}}"), value);
        }
        Some(url)
    }

    fn auth(&mut self) -> Vec<toml::Value> {
        let place = if self.old { "/securityDefinitions" } else { "/components/securitySchemes" };
        let variable = format!("{}_KEY", slug(&self.source.name).to_uppercase());
        let mut seen: Vec<toml::Value> = Vec::new();
        for (name, scheme) in self.root.pointer(place).and_then(Value::as_object).into_iter().flatten() {
            let scheme = self.followed(scheme);
            let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default().to_lowercase();
            let mut entry = Table::new();
            let mut put = |key: &str, value: &str| entry.insert(key.into(), value.into());
            match (text("type").as_str(), text("in").as_str(), text("scheme").as_str()) {
                ("apikey", "header" | "query", _) => {
                    put("in", &text("in"));
                    put("name", scheme.get("name").and_then(Value::as_str).unwrap_or_default());
                }
                ("http", _, "bearer") | ("oauth2" | "openidconnect", ..) => {
                    put("in", "header");
                    put("name", "Authorization");
                    put("prefix", "Bearer ");
                }
                _ => {
                    self.notes.push(format!("the security scheme `{name}` cannot be expressed"));
                    continue;
                }
            }
            put("env", &variable);
            entry.insert("optional".into(), true.into());
            let entry = toml::Value::from(entry);
            if !seen.contains(&entry) {
                seen.push(entry);
            }
        }
        if seen.len() > 1 {
            self.notes.push("several ways to identify oneself are declared; only the first is taken over".into());
            seen.truncate(1);
        }
        seen
    }

    /// What a reference inside the document leads to.
    fn followed(&self, value: &Value) -> Value {
        let mut value = value.clone();
        for _ in 0..8 {
            let Some(pointer) = value.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#')) else {
                break;
            };
            match self.root.pointer(pointer) {
                Some(target) => value = target.clone(),
                None => break,
            }
        }
        value
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        item: &Value,
        operation: &Value,
    ) -> Result<Option<Table>, String> {
        let called = operation.get("operationId").and_then(Value::as_str);
        let called = called.map_or_else(|| format!("{method} {path}"), str::to_string);
        let name = self.name(&slug(&called));
        let wanted = self.source.only.is_empty()
            || self.source.only.iter().any(|p| glob(p, &name) || glob(p, &called) || glob(p, path));
        if !wanted {
            return Ok(None);
        }
        if matches!(method, "head" | "options" | "trace") {
            return Err("the method returns nothing".into());
        }
        let mut parts = Parts::default();
        let mut given: BTreeMap<(String, String), Value> = BTreeMap::new();
        let mut order = Vec::new();
        for owner in [item, operation] {
            for parameter in owner.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                let parameter = self.followed(parameter);
                let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
                let key = (text("in"), text("name"));
                if !order.contains(&key) {
                    order.push(key.clone());
                }
                given.insert(key, parameter);
            }
        }
        let mut target = path.to_string();
        let mut query = Vec::new();
        let mut plain = Plain::new(self.root);
        let mut body = None;
        for key in &order {
            let Some(parameter) = given.get(key) else { continue };
            let (place, remote) = (key.0.as_str(), key.1.as_str());
            let required = parameter.get("required") == Some(&Value::Bool(true));
            if place == "body" {
                body = parameter.get("schema").cloned();
                parts.body_required = required;
                continue;
            }
            let mut schema =
                match parameter.get("schema").or_else(|| parameter.pointer("/content/application~1json/schema")) {
                    Some(schema) => plain.schema(schema),
                    None => plain.schema(parameter),
                };
            if let Some(text) = parameter.get("description") {
                schema.insert("description".into(), text.clone());
            }
            if parameter.get("type").and_then(Value::as_str) == Some("file") {
                if required {
                    return Err(format!("the parameter `{remote}` is a file"));
                }
                parts.notes.push(format!("the optional parameter `{remote}` is a file and was left out"));
                continue;
            }
            let array = schema.get("type").and_then(Value::as_str) == Some("array");
            if schema.get("type").and_then(Value::as_str) == Some("object") {
                if required {
                    return Err(format!("the parameter `{remote}` is an object"));
                }
                parts.notes.push(format!("the optional parameter `{remote}` is an object and was left out"));
                continue;
            }
            match place {
                "path" => {
                    let name = parts.param(&Given { name: remote, schema: &schema, required: true });
                    target = target.replace(&format!("{{{remote}}}"), &format!("{{{name}}}"));
                }
                "query" => {
                    let name = parts.param(&Given { name: remote, schema: &schema, required });
                    let joined = parameter.get("explode") == Some(&Value::Bool(false))
                        || (self.old && parameter.get("collectionFormat").and_then(Value::as_str) != Some("multi"));
                    let star = if array && !joined { "*" } else { "" };
                    query.push(format!("{remote}={{{name}{star}}}"));
                }
                "header" if remote.eq_ignore_ascii_case("authorization") => {}
                "header" => {
                    let name = parts.param(&Given { name: remote, schema: &schema, required });
                    parts.headers.insert(remote.into(), format!("{{{name}}}").into());
                }
                "formData" => {
                    let name = parts.param(&Given { name: remote, schema: &schema, required });
                    parts.form.insert(remote.into(), format!("{{{name}}}").into());
                }
                other => {
                    if required {
                        return Err(format!("the parameter `{remote}` stands in a {other}"));
                    }
                    parts.notes.push(format!("the optional parameter `{remote}` stands in a {other} and was left out"));
                }
            }
        }
        // A path may mention what nobody declared.
        for slot in dive_core::lint::slots(path) {
            if !order.iter().any(|(place, name)| place == "path" && name == slot) {
                let name = parts.param(&Given { name: slot, schema: &Map::new(), required: true });
                target = target.replace(&format!("{{{slot}}}"), &format!("{{{name}}}"));
            }
        }
        if let Some(request) = operation.get("requestBody") {
            let request = self.followed(request);
            let content = request.get("content").and_then(Value::as_object).cloned().unwrap_or_default();
            parts.body_required = request.get("required") == Some(&Value::Bool(true));
            let of =
                |kind: &str| content.iter().find(|(k, _)| k.contains(kind)).and_then(|(_, v)| v.get("schema")).cloned();
            match (of("json"), of("x-www-form-urlencoded")) {
                (Some(schema), _) => body = Some(schema),
                (None, Some(schema)) => {
                    let schema = plain.schema(&schema);
                    parts.properties(&schema, true);
                }
                (None, None) if content.is_empty() => {}
                (None, None) => {
                    let kinds: Vec<&str> = content.keys().map(String::as_str).collect();
                    return Err(format!("its body is {}", kinds.join(", ")));
                }
            }
        }
        if let Some(schema) = body {
            let schema = plain.schema(&schema);
            if !parts.properties(&schema, false) {
                let name = parts.param(&Given { name: "body", schema: &schema, required: parts.body_required });
                parts.body = Some(json!(format!("{{{name}}}")));
            }
        }
        let mut output = Table::new();
        let result = self.result(operation);
        if let Some(schema) = &result {
            let schema = plain.schema(schema);
            draft::output(&self.source.name, &schema, &mut output);
        }
        parts.notes.extend(plain.notes);
        let text = |key: &str| operation.get(key).and_then(Value::as_str).filter(|t| !t.trim().is_empty());
        let said = match (text("summary"), text("description")) {
            (Some(summary), Some(more)) if !more.starts_with(summary) => {
                Some(format!("{} {more}", draft::prose(summary, 200)))
            }
            (summary, more) => more.or(summary).map(str::to_string),
        };
        let reads = method == "get";
        // Some paths have a query of their own.
        let mark = if target.contains('?') { "&" } else { "?" };
        let query = if query.is_empty() { String::new() } else { format!("{mark}{}", query.join("&")) };
        let mut entry = Table::new();
        entry.insert("name".into(), name.clone().into());
        entry.insert("kind".into(), "retrieval".into());
        let effect = if reads { Effect::ReadOnly } else { Effect::Mutating };
        entry.insert("effect".into(), effect_word(effect).into());
        entry.insert("description".into(), draft::description(said.as_deref(), &called, None).into());
        entry.insert("request".into(), format!("{} {target}{query}", method.to_uppercase()).into());
        for (key, table) in [("headers", parts.headers), ("form", parts.form), ("params", parts.params)] {
            if !table.is_empty() {
                entry.insert(key.into(), table.into());
            }
        }
        if let Some(body) = parts.body.and_then(|b| toml::Value::try_from(b).ok()) {
            entry.insert("body".into(), body);
        }
        entry.extend(output);
        if result.is_none() && !self.answers_json(operation) {
            entry.insert("format".into(), "text".into());
        }
        for note in parts.notes {
            self.said.entry(note).or_default().push(name.clone());
        }
        self.names.push(name);
        Ok(Some(entry))
    }

    /// A name that no other operation has.
    fn name(&self, wanted: &str) -> String {
        let mut name = wanted.to_string();
        let mut number = 2;
        while self.names.contains(&name) {
            let head: String = wanted.chars().take(58).collect();
            name = format!("{head}_{number}");
            number += 1;
        }
        name
    }

    /// The schema of a successful answer.
    fn result(&self, operation: &Value) -> Option<Value> {
        let response = self.success(operation)?;
        if self.old {
            return response.get("schema").cloned();
        }
        let content = response.get("content")?.as_object()?;
        content.iter().find(|(kind, _)| kind.contains("json"))?.1.get("schema").cloned()
    }

    fn success(&self, operation: &Value) -> Option<Value> {
        let responses = operation.get("responses")?.as_object()?;
        let good =
            responses.iter().find(|(code, _)| code.starts_with('2')).or_else(|| responses.get_key_value("default"))?;
        Some(self.followed(good.1))
    }

    /// Whether an answer without a schema is JSON all the same.
    fn answers_json(&self, operation: &Value) -> bool {
        let Some(response) = self.success(operation) else { return true };
        let kinds: Vec<String> = if self.old {
            let produces = operation.get("produces").or_else(|| self.root.get("produces")).and_then(Value::as_array);
            produces.into_iter().flatten().filter_map(|v| v.as_str().map(str::to_string)).collect()
        } else {
            response.get("content").and_then(Value::as_object).into_iter().flatten().map(|(k, _)| k.clone()).collect()
        };
        kinds.is_empty() || kinds.iter().any(|k| k.contains("json") || k == "*/*")
    }
}

/// The parts of a request under construction.
#[derive(Default)]
struct Parts {
    params: Table,
    taken: Vec<String>,
    headers: Table,
    form: Table,
    body: Option<Value>,
    body_required: bool,
    notes: Vec<String>,
}

impl Parts {
    /// Adds a parameter and returns its name here.
    fn param(&mut self, given: &Given<'_>) -> String {
        let (name, mut entry) = draft::param(given, &self.taken);
        // The request names the provider's parameter.
        entry.remove("remote");
        self.taken.push(name.clone());
        self.params.insert(name.clone(), entry.into());
        name
    }

    /// Turns the properties of a body into parameters; false when it has none or too many.
    fn properties(&mut self, schema: &Map<String, Value>, form: bool) -> bool {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return false };
        if properties.is_empty() || properties.len() > MOST_PROPERTIES {
            return false;
        }
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut body = Map::new();
        for (remote, property) in properties {
            if property.get("readOnly") == Some(&Value::Bool(true)) {
                continue;
            }
            let empty = Map::new();
            let given = Given {
                name: remote,
                schema: property.as_object().unwrap_or(&empty),
                required: self.body_required && required.contains(&remote.as_str()),
            };
            let name = self.param(&given);
            body.insert(remote.clone(), format!("{{{name}}}").into());
        }
        if form {
            self.form.extend(body.into_iter().filter_map(|(k, v)| Some((k, v.as_str()?.to_string().into()))));
        } else {
            self.body = Some(body.into());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dive_tools::manifest::{Binding, read};

    fn import(text: &str) -> Imported {
        let source = ApiSource { name: "shop".into(), domain: "general".into(), ..ApiSource::default() };
        openapi(text, &source).unwrap()
    }

    const SPEC: &str = r##"
openapi: 3.0.3
info: { title: Shop, version: 1.2.0 }
servers: [{ url: "https://{host}/v1", variables: { host: { default: api.shop.example } } }]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  parameters: { page: { name: page, in: query, schema: { type: integer, minimum: 1 } } }
  schemas:
    Item: { type: object, required: [name], properties: { name: { type: string }, price: { type: number, title: Unit price },
            parent: { $ref: "#/components/schemas/Item" } } }
    New: { allOf: [ { $ref: "#/components/schemas/Item" }, { properties: { tags: { type: array, items: { type: string } } } } ] }
paths:
  /items/{itemId}:
    parameters: [ { name: itemId, in: path, required: true, schema: { type: string } } ]
    get:
      operationId: getItem
      summary: Gets one item
      parameters: [ { name: fields, in: query, schema: { type: array, items: { type: string } } },
                    { name: sid, in: cookie, schema: { type: string } } ]
      responses: { 200: { content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } } } }
    delete: { responses: { 204: { description: gone } } }
  /items:
    get: { parameters: [ { $ref: "#/components/parameters/page" } ], responses: { 200: { content: { application/json:
      { schema: { type: object, properties: { items: { type: array, items: { $ref: "#/components/schemas/Item" } } } } } } } } }
    post: { operationId: add, requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/New" } } } } }
  /picture: { put: { requestBody: { content: { image/png: {} } } } }
"##;

    #[test]
    fn operations_become_tools() {
        let imported = import(SPEC);
        let manifest = read("shop.toml", &imported.text).unwrap();
        assert_eq!(manifest.provider.base_url, "https://api.shop.example/v1");
        assert_eq!(
            (manifest.provider.auth[0].name.as_str(), manifest.provider.auth[0].env.as_str()),
            ("X-Key", "SHOP_KEY")
        );
        let names: Vec<&str> = manifest.tools.iter().map(|t| t.spec.name.as_str()).collect();
        assert_eq!(names, ["get_items", "add", "get_item", "delete_items_item_id"]);
        let request = |i: usize| match &manifest.tools[i].binding {
            Binding::Http(r) => format!("{} {}", r.method, r.target),
            other => panic!("{other:?}"),
        };
        assert_eq!(request(2), "GET /items/{item_id}?fields={fields*}");
        assert_eq!(request(0), "GET /items?page={page}");
        let effects: Vec<Effect> = manifest.tools.iter().map(|t| t.spec.effect).collect();
        assert_eq!(effects, [Effect::ReadOnly, Effect::Mutating, Effect::ReadOnly, Effect::Mutating]);
        let nouns: Vec<&str> = manifest.tools[2].spec.output.fields.iter().map(|f| f.noun.as_str()).collect();
        assert_eq!(nouns, ["name", "unit price"]);
        assert_eq!(manifest.tools[0].spec.output.rows.as_ref().unwrap().noun, "item");
        let add = &manifest.tools[1].spec;
        assert_eq!(add.params.iter().filter(|p| p.required).map(|p| p.name.as_str()).collect::<Vec<_>>(), ["name"]);
        assert!(manifest.tools.iter().all(|t| !t.verified));
        let specs: Vec<_> = manifest.tools.iter().map(|t| &t.spec).collect();
        assert_eq!(dive_core::lint::lint(&specs), Vec::<String>::new());
        assert_eq!(imported.notes.len(), 3, "{:?}", imported.notes);
        assert!(imported.notes.iter().any(|n| n.contains("PUT /picture is left out: its body is image/png")));
        assert!(imported.notes.iter().any(|n| n.contains("contains itself")));
        assert!(imported.notes.iter().any(|n| n.contains("`sid` stands in a cookie")));
    }

    #[test]
    fn swagger_and_what_is_none() {
        let swagger = r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "h.example", "basePath": "/b",
            "paths": {"/x": {"get": {"parameters": [{"name": "ids", "in": "query", "type": "array", "items": {"type": "integer"}},
            {"name": "kind", "in": "query", "type": "string", "enum": ["a", "b"], "required": true}],
            "responses": {"200": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}}}}}}"#;
        let manifest = read("x.toml", &import(swagger).text).unwrap();
        assert_eq!(manifest.provider.base_url, "https://h.example/b");
        match &manifest.tools[0].binding {
            Binding::Http(r) => assert_eq!(r.target, "/x?ids={ids}&kind={kind}"),
            other => panic!("{other:?}"),
        }
        let spec = &manifest.tools[0].spec;
        assert_eq!(spec.input_schema()["properties"]["kind"]["enum"], json!(["a", "b"]));
        let source = ApiSource::default();
        for (text, words) in [
            ("{", "neither JSON nor YAML"),
            ("{}", "neither `openapi` nor `swagger`"),
            ("openapi: 4.0.0", "not known"),
            ("openapi: 3.1.0\npaths: {}", "--base-url"),
        ] {
            let error = openapi(text, &source).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
