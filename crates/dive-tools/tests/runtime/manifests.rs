//! Manifests that cannot be read say where and why.

use dive_core::tool::{Expect, JsonType, ToolError};
use dive_tools::manifest::{expect, parse};
use serde_json::{Value, json};

const GOOD: &str = r#"[provider]
id = "fixture"
domain = "general"
backend = "sql"

[[tool]]
name = "towns"
kind = "retrieval"
description = "Lists towns by size."
sql = "SELECT name FROM town WHERE people > :people AND :order"
complete = true
tails = ["with {people} {order}"]
params.people = { type = "integer", sem = "count:inhabitant", description = "Least.", sample = [100, 900, 100] }
params.order = { sem = "category:order", description = "Order.", choices = ["size", ["name", "by name"]], optional = true }
[tool.rows]
name = "towns"
noun = "town"
key = "name"
[tool.rows.fields]
zone = { sem = "category:zone", noun = "zone" }
name = { sem = "entity:town", noun = "name" }
"#;

#[test]
fn a_good_manifest_keeps_the_order_of_the_file() {
    let tools = parse("general.toml", GOOD).unwrap();
    let spec = &tools[0].spec;
    assert_eq!(spec.id, "general.fixture.towns");
    let params: Vec<_> = spec.params.iter().map(|p| (p.name.as_str(), &p.json, p.required)).collect();
    assert_eq!(params, [("people", &JsonType::Integer, true), ("order", &JsonType::String, false)]);
    let fields: Vec<_> = spec.output.rows.iter().flat_map(|r| &r.fields).map(|f| f.pointer.as_str()).collect();
    assert_eq!(fields, ["/zone", "/name"]);
    assert_eq!(spec.params[1].choices[1].phrase, "by name");
}

#[test]
fn values_in_texts_say_how_they_are_found() {
    let rows = GOOD.split("[tool.rows]").next().unwrap();
    let text = format!(
        "{rows}[tool.fields]\ntext = {{ sem = \"text:page\" }}\n\
         \"text#people\" = {{ sem = \"count:inhabitant\", noun = \"population\", \
         quote = {{ by = {{ between = [[\"home to \", \" people\"]] }}, as = \"number\" }} }}\n"
    );
    let tools = parse("general.toml", &text).unwrap();
    let page = json!({"text": "Ostby, home to 1,204 people."});
    let values: Vec<_> = tools[0].spec.output.fields.iter().map(|f| f.value(&page)).collect();
    assert_eq!(values, [Some(page["text"].clone()), Some(json!(1204))]);
    let wrong = text.replace("between", "among");
    assert!(parse("general.toml", &wrong).unwrap_err().to_string().contains("among"));
}

#[test]
fn errors_name_file_line_and_key() {
    let check = |from: &str, to: &str, says: &[&str]| {
        assert!(GOOD.contains(from), "{from}");
        let error = parse("general.toml", &GOOD.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(error.starts_with("general.toml: "), "{error}");
        for words in says {
            assert!(error.contains(words), "{to}: `{words}` is not in: {error}");
        }
    };
    check("complete = true", "complet = true", &["line 11", "complet"]);
    check("complete = true", "complete = 1", &["line 11", "complete", "boolean"]);
    check("complete = true", "complete = true\ncomplete = true", &["line 12", "complete", "duplicate"]);
    check("kind = \"retrieval\"", "kind = \"retrival\"", &["line 8", "retrival", "retrieval"]);
    check("sem = \"count:inhabitant\"", "sem = \"count\"", &["line 13", "`count` is not a meaning"]);
    check("type = \"integer\"", "type = \"int\"", &["line 13", "int"]);
    check("optional = true", "requird = false", &["line 14", "requird"]);
    check("sample = [100, 900, 100]", "sample = 3", &["line 13", "sample"]);
    check("sem = \"category:zone\", noun", "sem = \"category:zone\", nuon", &["line 20", "nuon"]);
    check("key = \"name\"\n", "", &["line 15", "key"]);
    check("name = \"towns\"\nkind", "kind", &["line 6", "name"]);
    check("domain = \"general\"", "domain = ", &["line 3"]);
    check("domain = \"general\"", "domain = \"general\"\nurl = \"x\"", &["line 4", "url"]);
    check("backend = \"sql\"", "backend = \"http\"", &["[provider] backend", "`http`", "expected sql"]);
    check("[tool.rows]", "fields.people = { sem = \"number\" }\n[tool.rows]", &["tool `towns`", "`fields`", "`rows`"]);
}

#[test]
fn expectations() {
    let of = |value: Value| -> Expect { serde_json::from_value(value).unwrap() };
    let check = |wanted: Value, result: Result<Value, ToolError>, says: Option<&str>| {
        let held = expect(&of(wanted.clone()), &result);
        match says {
            None => assert_eq!(held, Ok(()), "{wanted}"),
            Some(words) => assert!(held.as_ref().is_err_and(|e| e.contains(words)), "{wanted}: {held:?}"),
        }
    };
    let refused = || Err(ToolError::bad("No."));
    check(json!({"pointer": "/x", "equals": 5.0}), Ok(json!({"x": 5})), None);
    check(json!({"pointer": "/x", "equals": 5}), Ok(json!({"x": "5"})), Some("expected 5 at `/x`, got \"5\""));
    check(json!({"pointer": "/x", "near": 100.0}), Ok(json!({"x": 100.00005})), None);
    check(json!({"pointer": "/x", "near": 100.0}), Ok(json!({"x": 100.1})), Some("expected 100"));
    check(json!({"pointer": "/x", "is": "non-empty"}), Ok(json!({"x": [1]})), None);
    check(json!({"pointer": "/x", "is": "non-empty"}), Ok(json!({"x": []})), Some("expected non-empty"));
    check(json!({"pointer": "/y", "is": "non-empty"}), Ok(json!({"x": 1})), Some("got null"));
    check(json!({"pointer": "/x", "is": "number"}), Ok(json!({"x": "1"})), Some("expected number"));
    check(json!({"pointer": "/x", "is": "big"}), Ok(json!({"x": 1})), Some("`big` is not a property"));
    check(json!({"is": "error"}), refused(), None);
    check(json!({"is": "error"}), Ok(json!(1)), Some("expected an error"));
    check(json!({"is": "number"}), refused(), Some("the call failed: No."));
}
