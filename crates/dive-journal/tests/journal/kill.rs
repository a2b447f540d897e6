use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use dive_journal::{Freshness, Journal, Mode, Money, Record};
use serde_json::json;

use crate::{dir, key};

const PLACE: &str = "DIVE_JOURNAL_KILL";

/// Not a test by itself: the process that is killed. It prints what it was told is safe.
#[test]
fn child() {
    let Ok(place) = env::var(PLACE) else { return };
    let journal = Journal::open(place, Mode::Record).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let journal = &journal;
            scope.spawn(move || {
                for i in 0.. {
                    let n = i * 4 + thread;
                    if journal.get(&key(n)).unwrap().is_some() {
                        continue;
                    }
                    let call = || {
                        let money =
                            journal.ledger().reserve_blocking("a", Money::nanos(1000)).map_err(|e| e.to_string())?;
                        println!("reserved {n}");
                        Ok::<_, String>(Record { bill: Some(money.bill(Money::nanos(10))), ..Record::new(json!(n)) })
                    };
                    journal.once_blocking(&key(n), Freshness::Any, call).unwrap();
                    println!("stored {n}");
                }
            });
        }
    });
}

#[test]
fn what_was_returned_survives_a_kill_at_any_moment() {
    let dir = dir("kill");
    let (mut stored, mut reserved) = (Vec::new(), 0u64);
    for lines in [1, 40, 333] {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "kill::child", "--nocapture"])
            .env(PLACE, &dir.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut seen = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(n) = line.strip_prefix("stored ") {
                stored.push(n.parse::<u32>().unwrap());
                seen += 1;
            }
            reserved += u64::from(line.starts_with("reserved "));
            if seen == lines {
                // The pipe is read to its end: what the child printed before its death counts.
                let _ = child.kill();
            }
        }
        child.wait().unwrap();
        let journal = Journal::open(&dir.0, Mode::Record).unwrap();
        for n in &stored {
            assert_eq!(*journal.get(&key(*n)).unwrap().unwrap().value, json!(n));
        }
        let account = journal.ledger().accounts()["a"];
        assert!(account.calls >= reserved, "{account:?} {reserved}");
        let open = account.unsettled;
        assert_eq!(account.spent(), Money::nanos(1000 * open + 10 * (account.calls - open)));
        assert!(account.calls - open >= stored.len() as u64);
    }
}
