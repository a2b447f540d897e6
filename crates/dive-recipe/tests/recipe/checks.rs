//! What the gate says of single submissions, over observations made for the purpose.

use std::collections::BTreeMap;

use dive_core::answer::Answer;
use dive_core::certificate::DerivationLink;
use dive_core::evidence::{Call, CallId, Evidence, Outcome};
use dive_recipe::Submission;
use dive_recipe::check::{Checked, Checker};
use dive_synth::gate::Failure;
use dive_synth::lexicon::Lexicon;
use serde_json::{Value, json};

use crate::EMBEDDED;

fn evidence() -> Evidence {
    let call = |n: u32, tool: &str, args: Value, value: Value, complete: bool| Call {
        id: CallId(n),
        round: 1,
        tool: tool.into(),
        args: serde_json::from_value::<BTreeMap<String, Value>>(args).unwrap(),
        sources: BTreeMap::new(),
        outcome: Outcome::Value { value, complete },
    };
    let ports = json!({"ports": [{"name": "Aru", "depth": 12.5}, {"name": "Bem", "depth": 9.25}, {"name": "Cal", "depth": 4.0}]});
    let tied = json!({"ports": [{"name": "Aru", "depth": 3}, {"name": "Bem", "depth": 3}]});
    Evidence {
        calls: vec![
            call(1, "ports_of", json!({"country": "Ostia"}), ports.clone(), true),
            call(2, "ports_of", json!({"country": "Nurland"}), ports, false),
            call(3, "ports_of", json!({"country": "Vesk"}), tied, true),
            call(
                4,
                "port_note",
                json!({"port": "Aru"}),
                json!({"note": "Built by Ines Größ in 1874, rebuilt in 1902.", "built": "1874-05-01", "owner": "Lund & Co"}),
                true,
            ),
            call(5, "owner_of", json!({"owner": "Lund & Co"}), json!({"city": "Brask"}), true),
        ],
    }
}

fn check(question: &str, answer: Value, support: Value, derivation: Value) -> Result<Checked, Failure> {
    let arguments = json!({"question": question, "answer": answer, "support": support, "derivation": derivation});
    let submission = Submission::read(&arguments.to_string()).unwrap_or_else(|e| panic!("{e}"));
    let lexicon = Lexicon::new(&EMBEDDED.pool);
    Checker { pool: &EMBEDDED.pool, lexicon: &lexicon }.submission(&submission, &evidence())
}

fn at(call: &str, pointer: &str) -> Value {
    json!([{"observation": call, "pointer": pointer}])
}

fn detail(result: Result<Checked, Failure>) -> String {
    match result {
        Ok(checked) => panic!("accepted with {:?}", checked.answer),
        Err(failure) => format!("{}: {}", failure.reason.name(), failure.detail),
    }
}

#[test]
fn values_at_pointers() {
    let good = check(
        "When was the port of Aru built?",
        json!({"type": "date", "value": "1874-05-01"}),
        at("c4", "/built"),
        Value::Null,
    );
    let good = good.unwrap();
    assert_eq!(good.answer, Answer::Date { value: "1874-05-01".into() });
    assert_eq!(good.certificate.model_derived.as_ref().unwrap().derivation, DerivationLink::Quoted);
    assert_eq!(good.spans[0].text, "Aru");

    // The city's owner flows from the note, and the question need not name it.
    let chain = check(
        "In which city sits the owner of the port of Aru?",
        json!({"type": "text", "value": "brask"}),
        at("c5", "/city"),
        Value::Null,
    )
    .unwrap();
    assert_eq!(chain.certificate.path, [CallId(4), CallId(5)]);
    assert_eq!((chain.certificate.literal_arguments, chain.certificate.derived_arguments), (1, 1));
    assert_eq!(chain.answer.display(), "Brask", "the program's value, not the model's");

    let wrong = check("When?", json!({"type": "date", "value": "1875-05-01"}), at("c4", "/built"), Value::Null);
    assert_eq!(detail(wrong), "not_entailed: the support gives `1874-05-01`, not `1875-05-01`");
    let nowhere = check("When?", json!({"type": "date", "value": "1874-05-01"}), at("c4", "/opened"), Value::Null);
    assert_eq!(detail(nowhere), "not_entailed: nothing stands at c4/opened");
    let nothing = check("When?", json!({"type": "date", "value": "1874-05-01"}), at("c9", "/built"), Value::Null);
    assert_eq!(detail(nothing), "not_entailed: there is no observation c9");
    let leaked = check(
        "Was Aru built on 1874-05-01, or when?",
        json!({"type": "date", "value": "1874-05-01"}),
        at("c4", "/built"),
        Value::Null,
    );
    assert!(detail(leaked).starts_with("leaked: "));
}

#[test]
fn quotes_from_longer_text() {
    let quote = |words: &str| json!([{"observation": "c4", "pointer": "/note", "quote": words}]);
    let good = check(
        "Who built the port of Aru?",
        json!({"type": "text", "value": "Ines Größ"}),
        quote("Ines Größ"),
        Value::Null,
    )
    .unwrap();
    let support = &good.certificate.model_derived.as_ref().unwrap().support[0];
    let found = support.quote.as_ref().unwrap();
    assert_eq!((found.start, found.end), (9, 18));
    assert_eq!(good.answer, Answer::Text { value: "Ines Größ".into(), of: String::new() });
    let year =
        check("In which year was Aru rebuilt?", json!({"type": "number", "value": 1902}), quote("1902"), Value::Null)
            .unwrap();
    assert_eq!(year.answer.display(), "1902");
    let invented = check("Who?", json!({"type": "text", "value": "Ines Gross"}), quote("Ines Gross"), Value::Null);
    assert_eq!(detail(invented), "not_entailed: c4/note does not contain `Ines Gross`");
    let other = check("Who?", json!({"type": "text", "value": "Ines"}), quote("Ines Größ"), Value::Null);
    assert_eq!(detail(other), "not_entailed: the quote is `Ines Größ`, the answer is `Ines`");
}

#[test]
fn computed_answers() {
    let column = |call: &str, key: &str| json!({"get": call, "path": format!("/ports/*/{key}")});
    let pick = |call: &str| json!({"op": "pick", "end": "largest", "rank": 1, "args": [column(call, "name"), column(call, "depth")]});
    let text = |v: &str| json!({"type": "text", "value": v});
    let good = check("Which port of Ostia is deepest?", text("Aru"), at("c1", "/ports/0/name"), pick("c1")).unwrap();
    assert_eq!(good.certificate.complete, [CallId(1)]);
    assert_eq!(good.certificate.model_derived.as_ref().unwrap().derivation, DerivationLink::Computed);
    let page = check("Which port of Nurland is deepest?", text("Aru"), at("c2", "/ports/0/name"), pick("c2"));
    assert_eq!(detail(page), "not_unique: c2 may not be everything there is");
    let tied = check("Which port of Vesk is deepest?", text("Aru"), at("c3", "/ports/0/name"), pick("c3"));
    assert!(detail(tied).starts_with("not_unique: the derivation has no value: tie"));
    let stray = check("Which port of Ostia is deepest?", text("Aru"), at("c4", "/owner"), pick("c1"));
    assert_eq!(detail(stray), "not_entailed: the support names c4/owner, which the derivation does not read");

    // What stands in the right observation but is not read there supports nothing.
    let beside = check("Which port of Ostia is deepest?", text("Aru"), at("c1", "/city"), pick("c1"));
    assert!(detail(beside).starts_with("not_entailed"));

    let mean = json!({"op": "mean", "args": [column("c1", "depth")]});
    let number = |v: f64, d: Value| json!({"type": "number", "value": v, "decimals": d});
    let unrounded = check(
        "What is the mean depth of Ostia's ports?",
        number(8.583333333333334, Value::Null),
        at("c1", "/ports/0/depth"),
        mean.clone(),
    );
    assert!(detail(unrounded).contains("say in the question to how many decimals"));
    let rounded = check(
        "What is the mean depth of Ostia's ports, to two decimals?",
        number(8.58, json!(2)),
        at("c1", "/ports/0/depth"),
        mean.clone(),
    )
    .unwrap();
    assert!(matches!(rounded.answer, Answer::Number { value, decimals: Some(2), .. } if value == 8.58));
    let wrong =
        check("What is the mean depth, to two decimals?", number(8.6, json!(2)), at("c1", "/ports/0/depth"), mean);
    assert_eq!(detail(wrong), "not_entailed: the support gives `8.58`, not `8.6`".replace("8.6`", "8.60`"));

    let names = json!({"op": "filter", "cmp": "above", "args": [column("c1", "name"), column("c1", "depth"), {"literal": 5, "sem": "number"}]});
    let set = check(
        "Which ports of Ostia are deeper than 5?",
        json!({"type": "set", "items": ["Bem", "Aru"]}),
        at("c1", "/ports"),
        names,
    )
    .unwrap();
    assert_eq!(set.answer.display(), "Aru, Bem");
}

#[test]
fn arguments_that_do_not_fit_are_told() {
    for (arguments, wanted) in [
        ("{", "The arguments are not valid JSON"),
        ("{\"answer\":{}}", "`question` is missing."),
        (r#"{"question":"Q?","answer":{"type":"colour"},"support":[]}"#, "The arguments do not fit the schema"),
        (
            r#"{"question":"Q?","answer":{"type":"text","value":"x"},"support":[],"derivation":{"op":"guess","args":[]}}"#,
            "`derivation` is not an expression",
        ),
    ] {
        assert!(Submission::read(arguments).unwrap_err().starts_with(wanted), "{arguments}");
    }
    // Nested objects as text, and nulls for what is left out.
    let odd = r#"{"question":"Q?","answer":"{\"type\":\"text\",\"value\":\"x\",\"unit\":null}","support":"[]","derivation":null}"#;
    assert!(Submission::read(odd).is_ok());
}
