//! Calls through the pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dive_core::evidence::Outcome;
use dive_core::tool::ErrorKind::{BadArguments, NotFound, Provider, TooLarge};
use dive_core::tool::ToolKind::Processing;
use dive_core::tool::{ErrorKind, ToolError};
use dive_tools::OUTPUT_CAP;
use dive_tools::entities::Naming;
use dive_tools::native::{Builder, NativeTool, native};
use dive_tools::{Backend, Entities, EntityType, ToolPool};
use serde_json::{Map, Value, json};

fn start(name: &str) -> Builder {
    native(&format!("general.fixture.{name}"), Processing, "A tool that exists to be called wrongly.")
        .example_error(json!({}))
        .example_error(json!({}))
}

fn entities() -> Entities {
    let names = ["Halvorsen Marine", "Halvorsen Timber", "Nordvik Lines", "Brae Dairy"];
    Entities::new([EntityType {
        name: "company".into(),
        noun: "company".into(),
        plural: "companies".into(),
        domain: "financial".into(),
        naming: Naming::Thing,
        article: false,
        names: names.map(String::from).to_vec(),
    }])
}

fn pool(tools: Vec<NativeTool>) -> ToolPool {
    let tools = tools.into_iter().map(|t| (t.spec, Box::new(t.backend) as Box<dyn Backend>));
    ToolPool::new(tools, entities()).unwrap()
}

fn args(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn error(outcome: Outcome) -> ToolError {
    match outcome {
        Outcome::Error { error } => error,
        Outcome::Value { value, .. } => panic!("a value came: {value}"),
    }
}

/// A pool of one tool with arguments of every kind, and the number of times that it ran.
fn counted() -> (ToolPool, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let tool = start("dose")
        .param("company", "entity:company", "A company.")
        .param("weight", "amount:mass.body[kg]", "Kilograms.")
        .range(1.0, 300.0)
        .param("times", "count:dose", "How often.")
        .param("route", "category:route", "How.")
        .choices(&[("oral", "by mouth"), ("iv", "")])
        .param("levels", "list(number)", "Levels.")
        .param("note", "text:note", "Optional.")
        .field("dose", "amount:mass.dose[mg]", "dose")
        .tail("of {company} for {weight}, {times}, {route} and {levels}")
        .run(move |_: String, weight: f64, times: i64, _: String, levels: Vec<f64>, note: Option<String>| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(json!({"dose": weight * times as f64 + levels.iter().sum::<f64>(), "note": note.unwrap_or("none".into())}))
        });
    (pool(vec![tool]), runs)
}

fn good() -> Value {
    json!({"company": "Brae Dairy", "weight": 80, "times": 2, "route": "iv", "levels": [1, 2.5]})
}

#[test]
fn arguments_are_checked_before_anything_runs() {
    let (pool, runs) = counted();
    let check = |change: &dyn Fn(&mut Map<String, Value>), kind: ErrorKind, says: &[&str]| {
        let mut given = args(good());
        change(&mut given);
        let error = error(pool.call("dose", &given));
        assert_eq!(error.kind, kind, "{given:?}: {error}");
        for words in says {
            assert!(error.message.contains(words), "`{words}` is not in: {error}");
        }
        assert_eq!(runs.load(Ordering::Relaxed), 0, "{given:?} was run");
    };
    let set =
        |key: &'static str, value: Value| move |a: &mut Map<String, Value>| drop(a.insert(key.into(), value.clone()));
    check(&|a| drop(a.remove("weight")), BadArguments, &["weight"]);
    check(&set("weight", Value::Null), BadArguments, &["weight"]);
    check(&set("weight", json!("80")), BadArguments, &["weight", "80"]);
    check(&set("weight", json!(0.5)), BadArguments, &["weight", "0.5"]);
    check(&set("weight", json!(301)), BadArguments, &["weight", "301"]);
    check(&set("times", json!(2.5)), BadArguments, &["times", "2.5"]);
    check(&set("times", json!(true)), BadArguments, &["times"]);
    check(&set("route", json!("nasal")), BadArguments, &["route", "nasal"]);
    check(&set("route", json!("by mouth")), BadArguments, &["route"]);
    check(&set("levels", json!([1, "x"])), BadArguments, &["levels"]);
    check(&set("levels", json!(1)), BadArguments, &["levels"]);
    check(&set("note", json!(3)), BadArguments, &["note"]);
    check(&set("speed", json!(3)), BadArguments, &["speed"]);
    check(&set("company", json!("Nobody & Sons")), NotFound, &["There is no company named `Nobody & Sons`."]);
    check(&set("company", json!("halvorsen marine")), NotFound, &["Did you mean Halvorsen Marine"]);
}

#[test]
fn good_arguments_run() {
    let (pool, runs) = counted();
    let check = |given: Value, expected: Value| {
        let before = runs.load(Ordering::Relaxed);
        let outcome = pool.call("dose", &args(given));
        assert_eq!(outcome, Outcome::Value { value: expected, complete: true });
        assert_eq!(runs.load(Ordering::Relaxed), before + 1);
    };
    check(good(), json!({"dose": 163.5, "note": "none"}));
    // A whole number may be written as a float, and null stands for an optional argument that is not there.
    let merge = |more: Value| {
        let mut given = args(good());
        given.extend(args(more));
        Value::Object(given)
    };
    check(merge(json!({"times": 2.0})), json!({"dose": 163.5, "note": "none"}));
    check(merge(json!({"note": null})), json!({"dose": 163.5, "note": "none"}));
    check(merge(json!({"note": "late"})), json!({"dose": 163.5, "note": "late"}));
}

#[test]
fn misspelt_names_get_the_nearest() {
    let check = |name: &str, expected: &[&str]| assert_eq!(entities().nearest("company", name), expected, "{name}");
    check("Halvorsen Marin", &["Halvorsen Marine", "Halvorsen Timber"]);
    check("Halvorsen", &["Halvorsen Marine", "Halvorsen Timber"]);
    check("Nordwik Line", &["Nordvik Lines", "Halvorsen Marine"]);
    check("zzz", &[]);
    assert_eq!(entities().nearest("city", "Nordvik"), Vec::<&str>::new());
    assert_eq!(entities().contains("company", "Nordvik"), Some(false));
    assert_eq!(entities().contains("city", "Nordvik"), None);
    for (reference, name) in [
        ("@company:2", Some("Nordvik Lines")),
        ("@company:9", None),
        ("@city:0", None),
        ("company:0", None),
        ("@company:x", None),
    ] {
        assert_eq!(entities().resolve(reference), name, "{reference}");
    }
}

#[test]
fn failures_inside_a_tool_are_typed() {
    let tool = |name: &str, f: fn(f64) -> Result<Value, ToolError>| {
        start(name).param("x", "number", "A number.").field("y", "number", "outcome").tail("of {x}").run(f)
    };
    let pool = pool(vec![
        tool("panics", |_| panic!("a bug")),
        tool("diverges", |x| Ok(json!({"y": x / 0.0}))),
        tool("refuses", |_| Err(ToolError::bad("x must be even."))),
        tool("answers", |x| Ok(json!({"y": x / 3.0}))),
    ]);
    let check = |name: &str, kind: ErrorKind, says: &str| {
        let error = error(pool.call(name, &args(json!({"x": 1}))));
        assert_eq!((error.kind, error.message.as_str()), (kind, says), "{name}");
    };
    check("panics", Provider, "The tool failed internally.");
    check("diverges", BadArguments, "The result is not a finite number for these arguments.");
    check("refuses", BadArguments, "x must be even.");
    check("absent", NotFound, "There is no tool `absent`.");
    // What failed before does not harm what comes after.
    let value = json!({"y": 0.33333333});
    assert_eq!(pool.call("answers", &args(json!({"x": 1}))), Outcome::Value { value, complete: true });
}

#[test]
fn long_lists_are_cut_and_marked() {
    let list = start("rows")
        .param("count", "count:row", "How many.")
        .param("width", "count:letter", "How wide.")
        .param("head", "count:letter", "How much besides.")
        .field("head", "text:head", "")
        .rows("rows", "row", "rows", "name")
        .field("name", "text:name", "name")
        .tail("of {count}, {width} and {head}")
        .run(|count: i64, width: i64, head: i64| {
            let rows: Vec<Value> =
                (0..count).map(|i| json!({"name": format!("{i}{}", "x".repeat(width as usize))})).collect();
            Ok(json!({"rows": rows, "head": "h".repeat(head as usize)}))
        });
    let record = start("record")
        .param("width", "count:letter", "How wide.")
        .field("text", "text:name", "text")
        .tail("of {width}")
        .run(|width: i64| Ok(json!({"text": "x".repeat(width as usize)})));
    let pool = pool(vec![list, record]);
    let check = |count: i64, width: i64, head: i64, cut: bool| {
        let outcome = pool.call("rows", &args(json!({"count": count, "width": width, "head": head})));
        let Outcome::Value { value, complete } = outcome else { panic!("{count} rows of {width}: {outcome:?}") };
        let kept = value["rows"].as_array().unwrap();
        assert_eq!(complete, !cut, "{count} rows of {width}");
        assert_eq!(value.get("truncated"), cut.then_some(&Value::Bool(true)));
        assert_eq!((kept.len() as i64) < count, cut);
        assert!(kept.iter().enumerate().all(|(i, r)| r["name"].as_str().unwrap().starts_with(&i.to_string())));
        assert!(serde_json::to_vec(&value).unwrap().len() <= OUTPUT_CAP);
    };
    check(0, 0, 0, false);
    check(10, 100, 0, false);
    check(3000, 0, 0, true);
    check(100, 100, 0, true);
    check(10, 1000, 0, true);
    check(2, 9000, 0, true);
    check(100, 100, 7000, true);
    // Just below and just above the cap.
    for width in 7900..8250 {
        let outcome = pool.call("rows", &args(json!({"count": 1, "width": width, "head": 0})));
        let size = serde_json::to_vec(outcome.value().unwrap()).unwrap().len();
        assert!(size <= OUTPUT_CAP, "{width}: {size}");
    }
    let too_large = |name: &str, given: Value| {
        assert_eq!(error(pool.call(name, &args(given))).kind, TooLarge, "{name}");
    };
    too_large("record", json!({"width": 9000}));
    too_large("rows", json!({"count": 3, "width": 3, "head": 9000}));
    assert!(pool.call("record", &args(json!({"width": 8000}))).value().is_some());
}

#[test]
fn malformed_tools_are_complained_about_by_id() {
    let check = |tool: NativeTool, says: &str| {
        let made = ToolPool::new([(tool.spec, Box::new(tool.backend) as Box<dyn Backend>)], entities());
        let complaint = made.err().unwrap_or_default();
        assert!(complaint.contains(says), "`{says}` is not in: {complaint}");
    };
    let one = |b: Builder| b.run(|_: f64| Ok(json!({})));
    let plain = || start("plain").param("x", "number", "A number.");
    check(one(plain().field("y", "number", "outcome")), "tool `general.fixture.plain`: no tail has exactly");
    check(one(plain().tail("of {x} and {z}")), "unknown slot `z`");
    check(one(plain().tail("of {x}").name("verify")), "the name `verify` must match");
    check(one(plain().tail("of {x}").name("Plain")), "the name `Plain` must match");
    check(one(plain().tail("of {x}").field("y", "number", "the outcome")), "the noun `the outcome` must be plain");
    check(one(plain().tail("of {x}").field("y", "id:row", "row id")), "the internal id `/y` must have no noun");
    check(one(plain().tail("of {x}").field("y", "same:z", "z")), "refers to an unknown parameter `z`");
    check(one(plain().tail("of {x}").subject("z")), "the subject `z` is not a parameter");
    check(one(plain().tail("of {x}").bundle("point", &["y"])), "the bundle `point` names an unknown field");
    check(one(plain().tail("of {x}").rows("r", "row", "rows", "k")), "the rows' key `/k` is not a field");
    check(one(plain().tail("of {x}").example(json!({"q": 1}), "/y", 1.0)), "an example names an unknown parameter `q`");
}
