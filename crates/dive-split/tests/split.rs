//! Splits and overlap over tasks with made-up tools.
#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use dive_core::answer::Answer;
use dive_core::certificate::{Certificate, Check};
use dive_core::evidence::{Call, CallId, Evidence, Outcome, Source};
use dive_core::expr::Expr;
use dive_core::form::Form;
use dive_core::sem::Sem;
use dive_core::task::{Provenance, SeedEntity, Task};
use dive_core::tool::{Effect, Output, Phrases, ToolKind, ToolSpec};
use dive_core::topology::Topology;
use dive_split::split::{By, leaks, split};
use dive_split::{Benchmarks, Parts};
use serde_json::json;

fn tool(index: usize) -> ToolSpec {
    let domain = ["general", "medical", "financial"][index % 3];
    ToolSpec {
        id: format!("{domain}.p{}.t{index}", index % 6),
        name: format!("t{index}"),
        description: "Looks something up by its number.".into(),
        domain: domain.into(),
        provider: format!("p{}", index % 6),
        backend: "native".into(),
        kind: ToolKind::Retrieval,
        effect: Effect::ReadOnly,
        deterministic: true,
        common_knowledge: false,
        params: Vec::new(),
        groups: Vec::new(),
        output: Output::default(),
        phrases: Phrases::default(),
        examples: Vec::new(),
    }
}

/// A task whose path calls the first tool and whose evidence shows all of them.
fn task(id: u64, called: &[usize], toolset: &[usize], world: u64) -> Task {
    let sem = Sem::count("thing");
    let name = |i: &usize| format!("t{i}");
    let calls: Vec<Call> = called
        .iter()
        .enumerate()
        .map(|(n, tool)| Call {
            id: CallId(n as u32 + 1),
            round: 1,
            tool: name(tool),
            args: BTreeMap::from([("x".to_string(), json!(id))]),
            sources: BTreeMap::from([("x".to_string(), Source::Literal(sem.clone()))]),
            outcome: Outcome::Value {
                value: json!({"v": id, "note": format!("note number {id} of the archive")}),
                complete: true,
            },
        })
        .collect();
    let evidence = Evidence { calls };
    let derivation = Expr::get(CallId(1), "/v");
    let form = Form::of(&derivation, &evidence).unwrap();
    let path = evidence.path(&derivation);
    Task {
        schema: 1,
        id: format!("task{id}"),
        question: format!("How many things are kept under number {id} in the archive?"),
        spans: Vec::new(),
        answer: Answer::Number { value: id as f64, unit: String::new(), decimals: None, tolerance: 0.0 },
        toolset: toolset.iter().map(name).collect(),
        domains: vec!["general".into()],
        seed_entity: SeedEntity { entity: "archive".into(), name: format!("The Long Forgotten Archive of {id}") },
        exemplars: vec!["e1".into()],
        form: "lookup".into(),
        focal: String::new(),
        rounds: Vec::new(),
        certificate: Certificate {
            path: path.clone(),
            unrounded: json!(id),
            literal_arguments: 1,
            derived_arguments: 0,
            ablations: Vec::new(),
            complete: Vec::new(),
            readings: 1,
            key: form.key(),
            skeleton: format!("s{}", id % 7),
            passed: Check::ALL.to_vec(),
            model_derived: None,
        },
        topology: Topology::of(&path, &evidence, &|_| Some(ToolKind::Retrieval)),
        evidence,
        derivation,
        logical_form: form,
        provenance: Provenance {
            engine: "symbolic".into(),
            seed: 1,
            episode: id,
            model: None,
            world_seed: world,
            world: format!("w{world}"),
            pool: "p".into(),
            version: "0".into(),
        },
    }
}

fn tasks() -> Vec<Task> {
    let all: Vec<usize> = (0..30).collect();
    (0..600).map(|i| task(i, &[i as usize % 30, (i as usize * 7 + 1) % 30], &all, i % 4)).collect()
}

fn check(by: By, share: f64) -> Parts {
    let tools: Vec<ToolSpec> = (0..30).map(tool).collect();
    let parts = split(tasks(), &tools, by, share, 1, None);
    assert_eq!(parts.train.len() + parts.test.len() + parts.lost.len(), 600, "{by:?}");
    assert!(!parts.train.is_empty() && !parts.test.is_empty(), "{by:?}");
    let again = split(tasks(), &tools, by, share, 1, None);
    assert_eq!((again.train, again.held_out), (parts.train.clone(), parts.held_out.clone()), "the same draw");
    parts
}

#[test]
fn held_out_tools_are_nowhere_in_training() {
    for by in [By::Tool, By::Provider, By::Domain] {
        let parts = check(by, 0.3);
        assert!(!parts.held_out.is_empty());
        assert!(leaks(&parts).held_out_tools.is_empty());
        let shown = |t: &Task| serde_json::to_string(t).unwrap();
        for task in &parts.train {
            for tool in &parts.held_out {
                assert!(!shown(task).contains(&format!("\"{tool}\"")), "{by:?}: {tool} in {}", task.id);
            }
        }
        for task in &parts.test {
            assert!(parts.held_out.contains(&task.topology.tools[0]), "{by:?}");
            assert_eq!(task.toolset.len(), 30, "tests keep their toolsets");
        }
        assert!(parts.lost.iter().all(|l| l.reason.contains("held-out tool")));
    }
    let given = BTreeSet::from(["t3".to_string()]);
    let tools: Vec<ToolSpec> = (0..30).map(tool).collect();
    let parts = split(tasks(), &tools, By::Tool, 0.5, 1, Some(given.clone()));
    assert_eq!((parts.held_out.clone(), parts.test.len()), (given, 20));
}

#[test]
fn worlds_are_disjoint_and_what_is_shared_is_counted() {
    let parts = check(By::World, 0.25);
    assert!(leaks(&parts).worlds.is_empty());
    let parts = check(By::Task, 0.2);
    assert!((60..180).contains(&parts.test.len()), "{}", parts.test.len());
    let found = leaks(&parts);
    assert_eq!((found.worlds.len(), found.skeletons, found.seed_entities), (4, 7, 0));
}

#[test]
fn planted_benchmark_text_is_found_in_its_place() {
    let mut benchmarks = Benchmarks::new(6);
    benchmarks.begin("bench.jsonl");
    benchmarks.text("Nothing of interest stands here, only words that nobody else uses.");
    benchmarks.text("Tell me: HOW MANY things are kept under number 17 -- in the Archive?");
    benchmarks.begin("names.txt");
    benchmarks.text("the long forgotten archive of 3");
    benchmarks.text("Which planet is the largest of all the planets?");
    let exemplar = |id: &str| (id == "e1").then(|| "Pray, which planet is the largest of them?".to_string());
    let hits = benchmarks.hits(&task(17, &[1], &[1], 1), &exemplar);
    let found: Vec<_> = hits
        .iter()
        .map(|h| (h.field.as_str(), h.word, h.character, h.benchmark.as_str(), h.found_at, h.whole))
        .collect();
    assert_eq!(
        found,
        [
            ("question", 0, 0, "bench.jsonl", Some((1, 2)), true),
            ("exemplar:e1", 1, 6, "names.txt", Some((1, 0)), false),
        ]
    );
    assert_eq!(hits[0].text, "how many things are kept under number 17 in the archive", "all that they share");
    let whole = benchmarks.hits(&task(3, &[1], &[1], 1), &|_| None);
    assert_eq!((whole.len(), whole[1].field.as_str(), whole[1].whole), (2, "seed_entity", true));
    benchmarks.begin("copy.txt");
    benchmarks.text("how many things are kept under number 17");
    let twice = benchmarks.hits(&task(17, &[1], &[1], 1), &|_| None);
    let named: Vec<_> = twice.iter().map(|h| (h.benchmark.as_str(), h.whole)).collect();
    assert_eq!(named, [("bench.jsonl", true), ("copy.txt", false)], "each benchmark that has it");
    let evidence = {
        let mut b = Benchmarks::new(6);
        b.begin("e");
        b.text("note number 5 of the archive");
        b.hits(&task(5, &[1], &[1], 1), &|_| None)
    };
    assert_eq!((evidence.len(), evidence[0].field.as_str()), (1, "evidence:c1"));
}

#[test]
fn hashes_find_the_same_without_the_text() {
    let mut open = Benchmarks::new(6);
    open.begin("bench.jsonl");
    open.text("How many things are kept under number 17 in the archive?");
    let file = open.hashes();
    assert!(!file.contains("things"), "{file}");
    let mut closed = Benchmarks::new(6);
    closed.hashed(&file).unwrap();
    let task = task(17, &[1], &[1], 1);
    let places = |b: &Benchmarks| -> Vec<(String, usize)> {
        b.hits(&task, &|_| None).into_iter().map(|h| (h.field, h.word)).collect()
    };
    assert_eq!(places(&open), places(&closed));
    assert_eq!(closed.hits(&task, &|_| None)[0].found_at, None);
    assert!(closed.checked()[0].hashed);
    assert!(Benchmarks::new(7).hashed(&file).unwrap_err().contains("runs have 6 words"));
    assert!(Benchmarks::new(6).hashed("what").is_err());
}
