//! A proposal depends on the configuration and the episode, and on nothing else.

use std::thread;

use dive_core::task::{Proposal, Task};
use dive_synth::{Config, Verifier};

use crate::{POOL, PROPOSALS, accepted, engine, propose};

#[test]
fn propose_is_pure() {
    const COUNT: usize = 60;
    let engine = engine(Config::default());
    let backwards: Vec<Proposal> = (0..COUNT as u64).rev().map(|e| engine.propose(e)).collect();
    let elsewhere: Vec<Proposal> =
        thread::scope(|s| s.spawn(|| (0..COUNT as u64).map(|e| engine.propose(e)).collect()).join().unwrap());
    for (i, first) in PROPOSALS.iter().take(COUNT).enumerate() {
        assert_eq!(first, &elsewhere[i], "episode {i} from another thread");
        assert_eq!(first, &backwards[COUNT - 1 - i], "episode {i} in another order");
    }
}

#[test]
fn the_seed_changes_the_tasks() {
    let other = propose(&engine(Config { seed: 2, ..Config::default() }), 20);
    let same = PROPOSALS.iter().zip(&other).filter(|(a, b)| a == b).count();
    assert_eq!(same, 0);
}

#[test]
fn tasks_survive_being_written_and_checked_again() {
    let (recorded, executed) = (Verifier::new(&POOL, false), Verifier::new(&POOL, true));
    let mut checked = 0;
    for task in accepted(&PROPOSALS[..300]) {
        let text = serde_json::to_string(task).unwrap();
        let back: Task = serde_json::from_str(&text).unwrap();
        assert_eq!(&back, task);
        for (verifier, how) in [(&recorded, "recorded"), (&executed, "executed")] {
            assert_eq!(verifier.check(&back), Ok(()), "{how}, episode {}: {}", task.provenance.episode, task.question);
        }
        checked += 1;
    }
    assert!(checked > 150, "only {checked} of 300 episodes gave a task");
}
