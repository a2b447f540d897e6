//! A proposer without tools: tasks, rejections, duplicates and failures by arithmetic on the episode.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, fs, process, thread};

use dive_core::answer::Answer;
use dive_core::certificate::{Certificate, Check};
use dive_core::evidence::{Call, CallId, Evidence, Outcome, Source};
use dive_core::expr::Expr;
use dive_core::form::Form;
use dive_core::sem::Sem;
use dive_core::task::{Proposal, Provenance, Reason, Rejection, Round, SeedEntity, Task};
use dive_core::tool::{Effect, Output, Phrases, ToolKind, ToolSpec};
use dive_core::topology::Topology;
use dive_store::{End, Manifest, Options, Span, StoreError, Summary, Writer, synthesise};
use serde_json::json;

/// A directory of its own, removed with its owner.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Dir {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dive-store-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Dir(path)
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn tool() -> ToolSpec {
    ToolSpec {
        id: "general.fake.double".into(),
        name: "double".into(),
        description: "Doubles a whole number, nothing else.".into(),
        domain: "general".into(),
        provider: "fake".into(),
        backend: "native".into(),
        kind: ToolKind::Processing,
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

pub fn task(episode: u64, key: u64) -> Task {
    let sem = Sem::count("thing");
    let args = BTreeMap::from([("x".to_string(), json!(key))]);
    let call = Call {
        id: CallId(1),
        round: 1,
        tool: "double".into(),
        sources: BTreeMap::from([("x".to_string(), Source::Literal(sem.clone()))]),
        args,
        outcome: Outcome::Value { value: json!({"value": 2 * key, "note": "n".repeat(400)}), complete: true },
    };
    let evidence = Evidence { calls: vec![call] };
    let derivation = Expr::get(CallId(1), "/value");
    let form = Form::of(&derivation, &evidence).unwrap();
    let path = evidence.path(&derivation);
    let question = format!("What is twice {key}?");
    let answer = Answer::Number { value: 2.0 * key as f64, unit: String::new(), decimals: None, tolerance: 0.0 };
    Task {
        schema: 1,
        id: format!("t{episode}"),
        rounds: vec![Round { round: 1, step: "start".into(), question: question.clone(), answer: answer.display() }],
        question,
        spans: Vec::new(),
        answer,
        toolset: vec!["double".into()],
        domains: vec!["general".into()],
        seed_entity: SeedEntity { entity: "number".into(), name: key.to_string() },
        exemplars: Vec::new(),
        form: "computation".into(),
        focal: String::new(),
        certificate: Certificate {
            path: path.clone(),
            unrounded: json!(2 * key),
            literal_arguments: 1,
            derived_arguments: 0,
            ablations: Vec::new(),
            complete: Vec::new(),
            readings: 1,
            key: form.key(),
            skeleton: format!("s{}", key % 400),
            passed: Check::ALL.to_vec(),
            model_derived: None,
        },
        topology: Topology::of(&path, &evidence, &|_| Some(ToolKind::Processing)),
        evidence,
        derivation,
        logical_form: form,
        provenance: Provenance {
            engine: "symbolic".into(),
            seed: 1,
            episode,
            world_seed: 1,
            world: "w".into(),
            pool: "p".into(),
            version: "0".into(),
            model: None,
        },
    }
}

pub fn rejected(reason: Reason) -> Proposal {
    Proposal::Rejection(Box::new(Rejection {
        schema: 1,
        reason,
        detail: "because".into(),
        question: String::new(),
        form: String::new(),
        focal: String::new(),
        seed_entity: SeedEntity { entity: "number".into(), name: "1".into() },
        evidence: Evidence::default(),
    }))
}

/// Four in five episodes give a task; workers finish out of order.
pub fn propose(episode: u64) -> Result<Proposal, String> {
    thread::sleep(Duration::from_micros(episode * 7919 % 500));
    match episode {
        e if e % 97 == 13 => Err("the service is down".into()),
        e if e % 7 == 3 => Ok(rejected(Reason::NotUnique)),
        e if e % 11 == 5 => Ok(Proposal::Task(Box::new(task(e, e / 2)))),
        e => Ok(Proposal::Task(Box::new(task(e, e)))),
    }
}

pub fn manifest(seed: u64, range: Option<Span>) -> Manifest {
    let mut config = toml::Table::new();
    config.insert("seed".into(), toml::Value::Integer(seed as i64));
    config.insert("rounds".into(), toml::Value::Integer(3));
    let fingerprints = [("config", format!("c{seed}")), ("pool", "p".into()), ("world", "w".into())];
    Manifest::new(config, fingerprints.into_iter().map(|(k, v)| (k.to_string(), v)).collect(), range)
}

pub fn span(text: &str) -> Span {
    text.parse().unwrap()
}

/// Runs to `count` tasks.
pub fn run(dir: &Path, count: u64, workers: usize) -> Result<(End, Summary), StoreError> {
    run_with(dir, count, workers, &propose)
}

pub fn run_with(
    dir: &Path,
    count: u64,
    workers: usize,
    propose: &dyn dive_store::Propose,
) -> Result<(End, Summary), StoreError> {
    let mut writer = Writer::open(dir, manifest(1, None), &[&tool()])?;
    let options = Options { count: Some(count), workers, min_yield: 2.0 };
    let end = synthesise(&mut writer, propose, &options, &mut |_| {})?;
    let summary = writer.summary()?;
    let sum = summary.accepted + summary.rejections() + summary.failed + summary.pending;
    assert_eq!(summary.episodes, sum, "{summary:?}");
    Ok((end, summary))
}

/// Proposes a range.
pub fn range(dir: &Path, range: &str) -> Summary {
    let mut writer = Writer::open(dir, manifest(1, Some(span(range))), &[&tool()]).unwrap();
    let options = Options { count: None, workers: 2, min_yield: 2.0 };
    assert_eq!(synthesise(&mut writer, &propose, &options, &mut |_| {}).unwrap(), End::Proposed);
    writer.summary().unwrap()
}

/// A summary without what may differ between runs of the same dataset.
pub fn dataset(summary: &Summary) -> Summary {
    Summary { surplus: 0, ..summary.clone() }
}
