use std::fs;
use std::path::Path;

use dive_core::rollout::{End, Graded, Label, Message, PassRate, Policy, Rollout, Score, Verdict};
use dive_store::{Adopted, Run, StoreError, Writer, adopt};

use crate::fake::{Dir, manifest, run, task, tool};

fn graded(task: &str, attempt: u32, end: End) -> Graded {
    let counts = end.counts();
    let rollout = Rollout {
        schema: 1,
        task: task.into(),
        policy: Policy::oracle(),
        attempt,
        messages: vec![Message::user("What?"), Message::assistant("\u{0} The final answer is: 0")],
        end,
        usage: None,
    };
    Graded {
        rollout,
        verdict: counts.then(|| Verdict { label: Label::Correct, by: "rules".into(), reason: "same".into() }),
        score: counts.then_some(Score { reward: 1.1, format: 1.0, correct: 1.0, alpha: 0.1 }),
    }
}

#[test]
fn rollouts_come_back_and_a_failed_one_is_replaced() {
    let dir = Dir::new();
    let (_, summary) = run(&dir.join("run"), 5, 2).unwrap();
    let mut writer = Writer::existing(&dir.join("run")).unwrap();
    let broken = graded("t0", 1, End::Infrastructure { message: "no route".into() });
    writer.record_rollouts(&[graded("t0", 0, End::Answered), broken]).unwrap();
    let reader = Run::open(&dir.join("run")).unwrap();
    assert_eq!(reader.summary().unwrap(), summary, "the dataset is untouched");
    assert_eq!(reader.attempted(&Policy::oracle()).unwrap()["t0"].len(), 1, "the failure is tried again");
    writer.record_rollouts(&[graded("t0", 1, End::OutOfTurns)]).unwrap();
    assert_eq!(reader.rollouts("t0").unwrap(), [graded("t0", 0, End::Answered), graded("t0", 1, End::OutOfTurns)]);
    let policies = reader.policies().unwrap();
    assert_eq!((policies[0].tasks, policies[0].rollouts, policies[0].mean_reward), (1, 2, Some(1.1)));
    let rate =
        |kept| PassRate { task: "t0".into(), policy: Policy::oracle(), k: 2, passes: 1, low: 0.1, high: 0.9, kept };
    writer.record_pass_rates(&[rate(false)]).unwrap();
    writer.record_pass_rates(&[rate(true)]).unwrap();
    assert_eq!(reader.pass_rates().unwrap()["t0"], rate(true));
}

#[test]
fn a_run_of_the_first_version_is_read_as_it_is_and_upgraded_when_written() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1");
    let dir = Dir::new();
    for file in ["run.toml", "run.sqlite"] {
        fs::copy(fixture.join(file), dir.join(file)).unwrap();
    }
    let place = dir.join("");
    let old = Run::open(&place).unwrap();
    let summary = old.summary().unwrap();
    assert_eq!(summary.accepted, 3);
    assert!(old.policies().unwrap().is_empty() && old.pass_rates().unwrap().is_empty());
    let id = old.nth(&dive_store::Which::Tasks, 0).unwrap().unwrap();
    assert!(old.rollouts(&id.json).unwrap().is_empty());
    drop(old);
    let mut writer = Writer::existing(&place).unwrap();
    writer.record_rollouts(&[graded("a", 0, End::Answered)]).unwrap();
    drop(writer);
    let new = Run::open(&place).unwrap();
    assert_eq!((new.summary().unwrap(), new.rollouts("a").unwrap().len()), (summary, 1));
}

#[test]
fn tasks_make_a_run_of_their_own() {
    let dir = Dir::new();
    let content = Adopted {
        tasks: [3, 8, 21].into_iter().map(|e| task(e, e)).collect(),
        tools: vec![tool()],
        rollouts: vec![graded("t8", 0, End::Answered)],
        pass_rates: Vec::new(),
    };
    let derived = manifest(1, None).derived("test", &content);
    let summary = adopt(&dir.join("run"), derived.clone(), &content).unwrap();
    assert_eq!((summary.accepted, summary.episodes, summary.count), (3, 3, Some(3)));
    assert!(matches!(adopt(&dir.join("run"), derived, &content), Err(StoreError::Exists(_))));
    assert_eq!(Run::open(&dir.join("run")).unwrap().rollouts("t8").unwrap().len(), 1);
    assert!(matches!(run(&dir.join("run"), 5, 1), Err(StoreError::Changed { .. })), "synthesis leaves it alone");
}
