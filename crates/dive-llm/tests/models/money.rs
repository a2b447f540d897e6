use dive_journal::{Journal, Mode, Money};
use dive_llm::{Kind, Message, Options, Price, Purse, Wire};
use dive_mock::{Action, Answer, Asked};

use crate::{Dir, Setup, ask, place, server};

const PRICE: Price = Price { prompt: 10.0, cached: None, cache_write: None, completion: 100.0 };

fn setup(cap: Option<Money>, timeout: u64) -> Setup {
    let timeout = std::time::Duration::from_millis(timeout);
    Setup { cap, price: Some(PRICE), timeout, ..Setup::new(Wire::OpenAi) }
}

#[tokio::test]
async fn the_limit_holds_whatever_is_under_way() {
    let server = server(|_: &Asked, _| Action::Say(Answer::text("Done."))).await;
    let dir = Dir::new();
    // Room for the worst case of about two exchanges at a time, and for many settled ones.
    let cap = Money::units(0.1);
    let rig = setup(Some(cap), 5000).rig(&server.url(), &dir);
    let options = Options { max_tokens: 200, ..Options::default() };
    let messages = [Message::user("Hello.")];
    let places: Vec<_> = (0..64).map(place).collect();
    let mut all = tokio::task::JoinSet::new();
    let rig = std::sync::Arc::new(rig);
    for at in places {
        let (rig, options, messages) = (rig.clone(), options.clone(), messages.clone());
        all.spawn(async move { ask(&rig, &messages, &options, &at).await });
    }
    let results = all.join_all().await;
    let good = results.iter().filter(|r| r.is_ok()).count();
    let stopped = results.iter().filter(|r| r.as_ref().is_err_and(|f| f.kind == Kind::Budget)).count();
    assert_eq!(good + stopped, 64, "{results:?}");
    let ledger = rig.purse.ledger();
    assert!(ledger.spent() <= cap);
    let account = ledger.accounts()["collector"];
    assert_eq!(account.unsettled, 0);
    assert_eq!(good as u64, rig.purse.used()["collector"].exchanges);
    assert_eq!(good as u64, server.requests());
    assert!(good > 10, "exchanges cost less than is set aside for them: {good}");
    drop((rig, server));

    // With a higher limit the rest is bought, and what was bought is not paid again.
    let server = crate::server(|_: &Asked, _| Action::Say(Answer::text("Done."))).await;
    let rig = setup(Some(Money::units(10.0)), 5000).rig(&server.url(), &dir);
    for turn in 0..64 {
        ask(&rig, &messages, &options, &place(turn)).await.unwrap();
    }
    assert_eq!(server.requests(), 64 - good as u64);
}

#[test]
fn the_worst_case_is_what_is_really_asked_for() {
    let extra = |json: serde_json::Value| Options { extra: json.as_object().cloned().unwrap(), ..Options::default() };
    assert_eq!(Options::default().most_tokens(), 4096);
    assert_eq!(extra(serde_json::json!({"max_completion_tokens": 32000})).most_tokens(), 32_000);
    assert_eq!(extra(serde_json::json!({"max_tokens": 100, "n": 2})).most_tokens(), 200);
}

#[tokio::test]
async fn what_may_have_been_billed_counts() {
    let server = server(|_: &Asked, earlier: u64| match earlier {
        0 => Action::Cut(Answer::text("Hello there, this is a long enough text to be cut.")),
        1 => Action::Fail { status: 500, code: "x", message: "x".into(), retry_after: None },
        _ => Action::Say(Answer::text("Done.")),
    })
    .await;
    let dir = Dir::new();
    let rig = setup(None, 5000).rig(&server.url(), &dir);
    let options = Options { stream: true, ..Options::default() };
    ask(&rig, &[Message::user("Hello.")], &options, &place(0)).await.unwrap();
    let account = rig.purse.ledger().accounts()["collector"];
    // The broken stream at its worst case, the refusal for nothing, the reply at its price.
    assert_eq!(account.calls, 3);
    let worst = PRICE.worst(0, 1, options.most_tokens());
    assert!(account.settled > worst && account.settled < worst.plus(worst));
    drop(rig);

    // A kill while the endpoint computes: the reservation stays.
    let hanging = crate::server(|_: &Asked, _| Action::Hang(std::time::Duration::from_secs(60))).await;
    let dir = Dir::new();
    let rig = setup(None, 60_000).rig(&hanging.url(), &dir);
    let messages = [Message::user("Hello.")];
    let at = place(0);
    let asking = ask(&rig, &messages, &options, &at);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), asking).await.is_err());
    drop(rig);
    let journal = Journal::open(&dir.0, Mode::Record).unwrap();
    let purse = Purse::open(&journal, None).unwrap();
    assert!(purse.ledger().spent() >= worst);
}
