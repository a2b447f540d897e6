use std::path::PathBuf;

use dive_core::task::{Proposal, Reason};
use dive_store::{End, Run, StoreError, Which, merge};

use crate::fake::{self, Dir, dataset, range, rejected, run, run_with};

#[test]
fn the_dataset_does_not_depend_on_workers() {
    let dir = Dir::new();
    let (end, one) = run(&dir.join("one"), 300, 1).unwrap();
    assert_eq!((end, one.accepted), (End::Reached, 300));
    assert!(one.failed > 0 && one.rejected["not_unique"] > 0 && one.rejected["duplicate"] > 0, "{one:?}");
    for workers in [2, 5] {
        let (_, many) = run(&dir.join(&format!("w{workers}")), 300, workers).unwrap();
        assert_eq!(dataset(&many), dataset(&one));
    }
}

#[test]
fn a_run_continues_grows_and_shrinks_as_if_made_at_once() {
    let dir = Dir::new();
    let (path, fresh) = (dir.join("run"), |n: u64| run(&dir.join(&format!("fresh{n}")), n, 2).unwrap().1);
    let (_, first) = run(&path, 120, 2).unwrap();
    let (_, again) = run(&path, 120, 3).unwrap();
    assert_eq!(first, again, "nothing was left to do");
    assert_eq!(dataset(&run(&path, 200, 2).unwrap().1), dataset(&fresh(200)));
    assert_eq!(dataset(&run(&path, 50, 2).unwrap().1), dataset(&fresh(50)));
    assert_eq!(dataset(&run(&path, 200, 2).unwrap().1), dataset(&fresh(200)));
}

#[test]
fn ranges_merge_to_the_same_dataset() {
    let dir = Dir::new();
    let (_, whole) = run(&dir.join("whole"), 200, 2).unwrap();
    let first = range(&dir.join("a"), "0..100");
    assert_eq!((first.accepted, first.digest.clone(), first.episodes, first.count), (0, None, 100, None));
    assert_eq!(first.pending + first.rejections() + first.failed, 100);
    range(&dir.join("b"), "100..180");
    let parts = [dir.join("b"), dir.join("a")];
    let short = merge(&parts, 200, 2.0, &dir.join("out")).unwrap();
    assert_eq!((short.end, short.episodes), (None, 180));
    let next = short.next.unwrap().to_string();
    assert_eq!(next, "180..280");
    range(&dir.join("c"), &next);
    let parts = [dir.join("b"), dir.join("a"), dir.join("c")];
    assert_eq!(merge(&parts, 200, 2.0, &dir.join("out")).unwrap().end, Some(End::Reached));
    assert_eq!(dataset(&Run::open(&dir.join("out")).unwrap().summary().unwrap()), dataset(&whole));
    // What was merged is a run like any other.
    let (_, more) = run(&dir.join("out"), 330, 2).unwrap();
    assert_eq!(dataset(&more), dataset(&run(&dir.join("more"), 330, 1).unwrap().1));
}

#[test]
fn ranges_must_fit() {
    let dir = Dir::new();
    range(&dir.join("a"), "0..20");
    range(&dir.join("late"), "30..40");
    range(&dir.join("over"), "10..30");
    let tell = |names: &[&str]| {
        let dirs: Vec<PathBuf> = names.iter().map(|n| dir.join(n)).collect();
        let error = merge(&dirs, 5, 2.0, &dir.join("out")).unwrap_err().to_string();
        error.replace(&dir.join("").display().to_string(), "")
    };
    assert_eq!(tell(&["a", "late"]), "the episodes 20..30 are missing before late");
    assert_eq!(tell(&["late"]), "the episodes 0..30 are missing before late");
    assert_eq!(tell(&["over", "a"]), "over has the episodes 10..30, but those before 20 are there");
    assert_eq!(tell(&["a", "none"]), "there is no run at none");
    let mut other =
        dive_store::Writer::open(&dir.join("other"), fake::manifest(2, Some(fake::span("20..30"))), &[]).unwrap();
    assert_eq!(
        tell(&["a", "other"]),
        "other is not finished: 10 of the episodes 20..30 are missing (the command that made it continues it)"
    );
    let options = dive_store::Options { count: None, workers: 1, min_yield: 2.0 };
    dive_store::synthesise(&mut other, &fake::propose, &options, &mut |_| {}).unwrap();
    assert_eq!(tell(&["a", "other"]), "a was made with other settings (seed: 1 there, 2 here)");
    assert!(!dir.join("out").exists(), "a refused merge leaves nothing behind");
}

#[test]
fn a_low_yield_ends_at_the_same_episode_for_any_workers() {
    let dir = Dir::new();
    let scarce = |episode: u64| {
        if episode < 300 || episode.is_multiple_of(60) {
            fake::propose(episode)
        } else {
            Ok(rejected(Reason::NoEvidence))
        }
    };
    let (end, one) = run_with(&dir.join("one"), 1000, 1, &scarce).unwrap();
    assert!(matches!(end, End::LowYield { accepted: 39 }), "{end:?}");
    let (_, many) = run_with(&dir.join("many"), 1000, 4, &scarce).unwrap();
    assert_eq!(dataset(&one), dataset(&many));
    let (again, same) = run_with(&dir.join("many"), 1000, 4, &scarce).unwrap();
    assert_eq!((again, &same), (end, &many), "the same command ends in the same place");
}

#[test]
fn panics_cost_an_episode_not_the_run() {
    let dir = Dir::new();
    let brittle = |episode: u64| if episode == 5 { panic!("a bug") } else { fake::propose(episode) };
    let (_, summary) = run_with(&dir.join("run"), 20, 2, &brittle).unwrap();
    let (_, sound) = run(&dir.join("sound"), 20, 2).unwrap();
    assert_eq!((summary.failed, summary.accepted), (sound.failed + 1, 20));
}

#[test]
fn an_infrastructure_failure_is_retried() {
    let dir = Dir::new();
    let tries = std::sync::atomic::AtomicU32::new(0);
    let flaky = |episode: u64| {
        if episode == 1 && tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2 {
            return Err("busy".into());
        }
        fake::propose(episode)
    };
    let (_, summary) = run_with(&dir.join("run"), 5, 2, &flaky).unwrap();
    assert_eq!(summary.failed, 0);
}

#[test]
fn one_writer_many_readers() {
    let dir = Dir::new();
    let path = dir.join("run");
    run(&path, 30, 2).unwrap();
    let writer = dive_store::Writer::open(&path, fake::manifest(1, None), &[]).unwrap();
    assert!(matches!(run(&path, 30, 2), Err(StoreError::Busy(_))));
    let reader = Run::open(&path).unwrap();
    assert_eq!(reader.summary().unwrap().accepted, 30);
    drop(writer);
    // A reader in the middle of its reading does not hinder the writer, and sees what it began with.
    let mut seen = 0;
    reader
        .each(&Which::Tasks, |_| {
            if seen == 0 {
                run(&path, 60, 2).unwrap();
            }
            seen += 1;
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert_eq!(seen, 30);
    assert_eq!(reader.summary().unwrap().accepted, 60);
}

#[test]
fn rejections_are_kept_for_reading() {
    let dir = Dir::new();
    let (_, summary) = run(&dir.join("run"), 100, 2).unwrap();
    let run = Run::open(&dir.join("run")).unwrap();
    assert_eq!(run.count(&Which::Rejected(None)).unwrap(), summary.rejections());
    for (reason, is_task) in [("not_unique", false), ("duplicate", true)] {
        let which = Which::Rejected(Some(reason.into()));
        assert_eq!(run.count(&which).unwrap(), summary.rejected[reason]);
        let entry = run.nth(&which, 0).unwrap().unwrap();
        assert_eq!((entry.reason.as_str(), entry.is_task), (reason, is_task));
    }
    let entry = run.by_id("t0").unwrap().unwrap();
    assert_eq!(Proposal::Task(Box::new(serde_json::from_str(&entry.json).unwrap())), fake::propose(0).unwrap());
}
