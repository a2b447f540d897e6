use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use dive_journal::{Conversation, Failed, Freshness, Journal, JournalError, Kind, Mode, Record};
use serde_json::json;

use crate::{Dir, answer, dir, key};

fn recorded(name: &str, at: u64) -> Dir {
    let dir = dir(name);
    let journal = Journal::opening(&dir.0, Mode::Record).clock(move || at).open().unwrap();
    journal.once_blocking(&key(1), Freshness::Any, || answer("old")).unwrap();
    let record = || {
        let messages = Some(Conversation::of([json!({"role": "user", "content": "hello"})]));
        Ok::<_, String>(Record { messages, ..Record::new(json!("hi")) })
    };
    let exchange = dive_journal::Key::new(Kind::ModelExchange, json!({"turn": 1}));
    journal.once_blocking(&exchange, Freshness::Any, record).unwrap();
    dir
}

#[test]
fn replay_serves_entries_and_a_miss_is_an_error() {
    let from = recorded("replay-from", 1000);
    let to = dir("replay-to");
    for source in [None, Some(&from.0)] {
        let place = if source.is_some() { &to.0 } else { &from.0 };
        let mut opening = Journal::opening(place, Mode::Replay);
        if let Some(run) = source {
            opening = opening.source(run);
        }
        let journal = opening.open().unwrap();
        let never = || -> Result<Record, String> { panic!("replay makes no calls") };
        let entry = journal.once_blocking(&key(1), Freshness::Never, never).unwrap();
        assert_eq!((&*entry.value, entry.recorded_at), (&json!({"text": "old"}), 1000));
        let miss = journal.once_blocking(&key(2), Freshness::Any, never).unwrap_err();
        assert!(matches!(miss, Failed::Journal(JournalError::Miss { kind: Kind::ToolCall, .. })), "{miss}");
        let exchange = dive_journal::Key::new(Kind::ModelExchange, json!({"turn": 1}));
        let entry = journal.once_blocking(&exchange, Freshness::Any, never).unwrap();
        let messages = journal.messages(entry.transcript.unwrap()).unwrap();
        assert_eq!(messages, [json!({"role": "user", "content": "hello"})]);
    }
    // What was taken was copied: the other run may go.
    drop(from);
    let journal = Journal::open(&to.0, Mode::Replay).unwrap();
    assert_eq!(*journal.get(&key(1)).unwrap().unwrap().value, json!({"text": "old"}));
    let missing = Journal::open(dir("nothing").0.clone(), Mode::Replay).err();
    assert!(matches!(missing, Some(JournalError::Missing(_))));
}

#[test]
fn freshness_is_judged_once_when_a_run_meets_a_key() {
    let from = recorded("fresh-from", 1000);
    let to = dir("fresh-to");
    let now = Arc::new(AtomicU64::new(1500));
    let open = |mode| {
        let now = Arc::clone(&now);
        Journal::opening(&to.0, mode).source(&from.0).clock(move || now.load(SeqCst)).open()
    };
    let hour = Freshness::Within(Duration::from_secs(600));
    let journal = open(Mode::ReplayOrLive).unwrap();
    let entry = journal.once_blocking(&key(1), hour, || answer("new")).unwrap();
    assert_eq!(*entry.value, json!({"text": "old"}));
    // Time goes on, also over a restart; the run has met the key.
    now.store(5000, SeqCst);
    let entry = journal.once_blocking(&key(1), hour, || answer("new")).unwrap();
    assert_eq!(*entry.value, json!({"text": "old"}));
    drop(journal);
    let journal = open(Mode::ReplayOrLive).unwrap();
    let entry = journal.once_blocking(&key(1), hour, || answer("new")).unwrap();
    assert_eq!(*entry.value, json!({"text": "old"}));
    assert!(matches!(open(Mode::Record).err(), Some(JournalError::NeedlessSource)));
    // A run that meets it now finds it stale.
    let late = dir("fresh-late");
    let clock = Arc::clone(&now);
    let journal =
        Journal::opening(&late.0, Mode::ReplayOrLive).source(&from.0).clock(move || clock.load(SeqCst)).open().unwrap();
    let entry = journal.once_blocking(&key(1), hour, || answer("new")).unwrap();
    assert_eq!((&*entry.value, entry.recorded_at), (&json!({"text": "new"}), 5000));
}

#[test]
fn live_pins_nothing_and_leaves_no_file() {
    let dir = dir("live");
    let journal = Journal::open(&dir.0, Mode::Live).unwrap();
    for text in ["one", "two"] {
        let entry = journal.once_blocking(&key(1), Freshness::Any, || answer(text)).unwrap();
        assert_eq!(*entry.value, json!({ "text": text }));
    }
    assert!(!dir.0.exists());
}

#[test]
fn entries_are_listed_in_the_order_of_recording() {
    let dir = dir("listed");
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    for n in 0..600 {
        journal.once_blocking(&key(n), Freshness::Any, || answer(&n.to_string())).unwrap();
    }
    let mut seen = Vec::new();
    let visit = |e: dive_journal::Entry| {
        seen.push(e.parts()["args"]["n"].as_u64().unwrap());
        Ok::<(), JournalError>(())
    };
    journal.each(Kind::ToolCall, visit).unwrap();
    assert_eq!(seen, (0..600).collect::<Vec<_>>());
    journal.each(Kind::ToolListing, |_| Err(JournalError::NeedlessSource)).unwrap();
}
