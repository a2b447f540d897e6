use std::sync::Arc;

use dive_journal::{Conversation, Freshness, Journal, JournalError, Key, Kind, Mode, Money, Record};
use serde_json::{Value, json};

use crate::{dir, key};

#[test]
fn what_is_unsettled_when_the_run_ends_counts_as_spent() {
    let dir = dir("unsettled");
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    let ledger = journal.ledger();
    let paid = ledger.reserve_blocking("teacher", Money::units(3.0)).unwrap();
    paid.settle_blocking(Money::units(1.0)).unwrap();
    let lost = ledger.reserve_blocking("teacher", Money::units(5.0)).unwrap();
    assert_eq!(ledger.spent(), Money::units(6.0));
    drop(lost);
    let free = ledger.reserve_blocking("judge", Money::units(7.0)).unwrap();
    free.settle_blocking(Money::ZERO).unwrap();
    drop(journal);
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    let accounts = journal.ledger().accounts();
    assert_eq!(journal.ledger().spent(), Money::units(6.0));
    assert_eq!((accounts["teacher"].calls, accounts["teacher"].unsettled), (2, 1));
    assert_eq!(accounts["teacher"].settled, Money::units(1.0));
    assert_eq!((accounts["judge"].calls, accounts["judge"].spent()), (1, Money::ZERO));
}

#[test]
fn the_bill_is_stored_with_the_answer() {
    let dir = dir("bill");
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    let buy = || {
        let reservation = journal.ledger().reserve_blocking("teacher", Money::units(2.0))?;
        Ok::<_, JournalError>(Record {
            bill: Some(reservation.bill(Money::units(0.5))),
            ..Record::new(json!("answer"))
        })
    };
    journal.once_blocking(&key(1), Freshness::Any, buy).unwrap();
    journal.once_blocking(&key(1), Freshness::Any, buy).unwrap();
    assert_eq!(journal.ledger().spent(), Money::units(0.5));
    drop(journal);
    assert_eq!(Journal::open(&dir.0, Mode::Replay).unwrap().ledger().spent(), Money::units(0.5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_callers_at_once_stay_under_the_cap() {
    let dir = dir("cap");
    let journal = Arc::new(Journal::open(&dir.0, Mode::Record).unwrap());
    journal.ledger().set_cap(Some(Money::units(10.0)));
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move { journal.ledger().reserve("teacher", Money::units(0.03)).await.map(|_| ()) })
        })
        .collect();
    let mut granted = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => granted += 1,
            Err(error) => assert!(matches!(error, JournalError::OverCap { .. }), "{error}"),
        }
    }
    assert_eq!(granted, 333);
    let error = journal.ledger().reserve("teacher", Money::units(1.0)).await.err().unwrap().to_string();
    assert_eq!(error, "1.00 more would exceed the cap of 10.00: 9.99 is spent or set aside; raise the cap to go on");
    journal.ledger().set_cap(Some(Money::units(11.0)));
    assert!(journal.ledger().reserve("teacher", Money::units(1.0)).await.is_ok());
}

#[test]
fn beginnings_of_conversations_are_stored_once() {
    let dir = dir("deltas");
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    let prompt = json!({"role": "system", "content": "x y ".repeat(2000)});
    let message = |i: u32, turn: u32| json!({"role": "user", "content": format!("rollout {i} turn {turn}")});
    let mut conversations: Vec<Vec<Value>> = Vec::new();
    for rollout in 0..8 {
        for turns in 1..=20 {
            let messages: Vec<Value> =
                std::iter::once(prompt.clone()).chain((0..turns).map(|t| message(rollout, t))).collect();
            let id = Conversation::of(&messages).id();
            let key =
                Key::new(Kind::ModelExchange, json!({"request": id.to_string(), "rollout": rollout, "turn": turns}));
            let call =
                || Ok::<_, String>(Record { messages: Some(Conversation::of(&messages)), ..Record::new(json!("ok")) });
            let entry = journal.once_blocking(&key, Freshness::Any, call).unwrap();
            assert_eq!(entry.transcript, Some(id));
            conversations.push(messages);
        }
    }
    for messages in &conversations {
        assert_eq!(&journal.messages(Conversation::of(messages).id()).unwrap(), messages);
    }
    let db = rusqlite::Connection::open(dir.0.join("journal.sqlite")).unwrap();
    let count =
        |table: &str| -> u32 { db.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).unwrap() };
    assert_eq!((count("entry"), count("link"), count("blob")), (160, 161, 161));
}
