use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use dive_journal::{Failed, Freshness, Journal, JournalError, Mode, Record};
use serde_json::json;
use tokio::time::sleep;

use crate::{answer, dir, key};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_is_called_once_by_tasks_and_threads_together() {
    let dir = dir("once");
    let journal = Arc::new(Journal::open(&dir.0, Mode::Record).unwrap());
    let calls = Arc::new(AtomicU32::new(0));
    let mut tasks = Vec::new();
    let mut threads = Vec::new();
    for i in 0..200 {
        let (journal, calls) = (Arc::clone(&journal), Arc::clone(&calls));
        if i % 2 == 0 {
            tasks.push(tokio::spawn(async move {
                let call = || async {
                    sleep(Duration::from_millis(20)).await;
                    answer(&calls.fetch_add(1, SeqCst).to_string())
                };
                journal.once(&key(i / 50), Freshness::Any, call).await.unwrap()
            }));
        } else {
            threads.push(std::thread::spawn(move || {
                let call = || answer(&calls.fetch_add(1, SeqCst).to_string());
                journal.once_blocking(&key(i / 50), Freshness::Any, call).unwrap()
            }));
        }
    }
    let mut bought = 0;
    for task in tasks {
        bought += u32::from(!task.await.unwrap().served);
    }
    for thread in threads {
        bought += u32::from(!thread.join().unwrap().served);
    }
    assert_eq!((calls.load(SeqCst), bought), (4, 4));
}

#[tokio::test]
async fn a_failure_is_shared_by_those_who_waited_and_not_stored() {
    let dir = dir("failure");
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    let calls = AtomicU32::new(0);
    let call = || async {
        calls.fetch_add(1, SeqCst);
        sleep(Duration::from_millis(20)).await;
        Err::<Record, _>("down".to_string())
    };
    let k = key(1);
    let (a, b) = tokio::join!(journal.once(&k, Freshness::Any, call), journal.once(&k, Freshness::Any, call));
    assert_eq!((a.unwrap_err(), b.unwrap_err()), (Failed::Call("down".into()), Failed::Call("down".into())));
    assert_eq!(calls.load(SeqCst), 1);
    assert!(journal.get(&k).unwrap().is_none());
    let later = journal.once(&k, Freshness::Any, || async { answer("up") }).await.unwrap();
    assert_eq!(*later.value, json!({"text": "up"}));
}

#[tokio::test]
async fn when_a_caller_is_dropped_one_who_waits_takes_over() {
    let dir = dir("dropped");
    let journal = Arc::new(Journal::open(&dir.0, Mode::Record).unwrap());
    let first = tokio::spawn({
        let journal = Arc::clone(&journal);
        async move {
            let forever = || async {
                sleep(Duration::from_secs(3600)).await;
                answer("never")
            };
            journal.once(&key(1), Freshness::Any, forever).await
        }
    });
    tokio::task::yield_now().await;
    let second = tokio::spawn({
        let journal = Arc::clone(&journal);
        async move { journal.once(&key(1), Freshness::Any, || async { answer("second") }).await }
    });
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(*second.await.unwrap().unwrap().value, json!({"text": "second"}));
}

#[test]
fn a_caller_that_panics_leaves_nobody_waiting() {
    let dir = dir("panic");
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    let gate = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let (journal, gate) = (&journal, &gate);
        let odd = scope.spawn(move || {
            let call = || -> Result<Record, String> {
                gate.wait();
                std::thread::sleep(Duration::from_millis(20));
                std::panic::resume_unwind(Box::new("odd"))
            };
            journal.once_blocking(&key(1), Freshness::Any, call)
        });
        gate.wait();
        let entry = journal.once_blocking(&key(1), Freshness::Any, || answer("calm")).unwrap();
        assert_eq!(*entry.value, json!({"text": "calm"}));
        assert!(odd.join().is_err());
    });
}

#[test]
fn answers_are_canonical_when_bought_as_when_served() {
    let dir = dir("canonical");
    let value = json!({"b": 5.0, "a": [1e300, 0.1, -0.0], "text": "é\u{202e}\u{0}"});
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    let call = || Ok::<_, String>(Record::new(value.clone()));
    let bought = journal.once_blocking(&key(1), Freshness::Any, call).unwrap();
    drop(journal);
    let journal = Journal::open(&dir.0, Mode::Replay).unwrap();
    let served = journal.get(&key(1)).unwrap().unwrap();
    assert_eq!(bought.value.to_string(), served.value.to_string());
    assert_eq!(served.parts(), json!({"tool": "test", "args": {"n": 1}}));
}

#[test]
fn only_one_process_writes_and_foreign_files_are_refused() {
    let dir = dir("refused");
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    assert!(matches!(Journal::open(&dir.0, Mode::Record).err(), Some(JournalError::Busy(_))));
    assert!(Journal::open(&dir.0, Mode::Replay).is_ok());
    drop(journal);
    std::fs::write(dir.0.join("journal.sqlite"), "this is no database, not even a short one ........").unwrap();
    for mode in [Mode::Record, Mode::Replay] {
        let error = Journal::open(&dir.0, mode).err();
        assert!(matches!(error, Some(JournalError::Damaged { .. })), "{error:?}");
    }
    std::fs::remove_file(dir.0.join("journal.sqlite")).unwrap();
    let db = rusqlite::Connection::open(dir.0.join("journal.sqlite")).unwrap();
    db.execute_batch("CREATE TABLE theirs (x); PRAGMA user_version = 7").unwrap();
    assert!(matches!(Journal::open(&dir.0, Mode::Record).err(), Some(JournalError::Damaged { .. })));
    db.execute_batch("PRAGMA application_id = 1145656906; PRAGMA user_version = 99").unwrap();
    assert!(matches!(Journal::open(&dir.0, Mode::Record).err(), Some(JournalError::Newer { found: 99, .. })));
}
