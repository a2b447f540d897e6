use std::time::{Duration, Instant};

use dive_llm::{Endpoint, EndpointConfig, Kind, Message, Options, Secret, Wire};
use dive_mock::Player;

use crate::{Dir, Setup, WIRES, ask, place, server};

#[tokio::test]
async fn what_passes_is_tried_again() {
    for (wire, stream) in WIRES {
        for model in ["mock:rate-limit", "mock:server-error", "mock:disconnect", "mock:timeout"] {
            let server = server(Player).await;
            let dir = Dir::new();
            let rig = Setup { model, timeout: Duration::from_millis(300), ..Setup::new(wire) }.rig(&server.url(), &dir);
            let options = Options { stream, ..Options::default() };
            let begun = Instant::now();
            let user = Message::user("Seed entity: Brno (city)");
            let exchange = ask(&rig, &[user], &options, &place(0)).await;
            assert!(exchange.is_ok(), "{wire:?} {stream} {model}: {exchange:?}");
            assert_eq!(server.requests(), 2, "{model}");
            assert_eq!(rig.purse.used()["collector"].retries, 1);
            if model == "mock:rate-limit" {
                assert!(begun.elapsed() >= Duration::from_millis(50), "Retry-After is honoured");
                assert_eq!(rig.limiter.limit(), 5);
            }
        }
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told_apart() {
    for (wire, stream) in WIRES {
        for (model, kind, requests) in [
            ("mock:no-tools", Kind::NoTools, 1),
            ("mock:overflow", Kind::ContextOverflow, 1),
            ("mock:garbled", Kind::Garbled, 3),
            ("gpt-17", Kind::UnknownModel, 1),
        ] {
            let server = server(Player).await;
            let dir = Dir::new();
            let rig = Setup { model, ..Setup::new(wire) }.rig(&server.url(), &dir);
            let options = Options { stream, ..Options::default() };
            let failure = ask(&rig, &[Message::user("Hello.")], &options, &place(0)).await.unwrap_err();
            assert_eq!(failure.kind, kind, "{wire:?} {stream} {model}: {failure}");
            assert_eq!(server.requests(), requests, "{model}");
        }
    }
}

#[tokio::test]
async fn keys_are_checked_and_never_repeated() {
    let options = dive_mock::Options { key: Some("right-key-123".into()), ..dive_mock::Options::default() };
    let server = dive_mock::Server::start(Player, options).await.unwrap();
    for (wire, _) in WIRES {
        for (key, good) in [(None, false), (Some("wrong"), false), (Some("right-key-123"), true)] {
            let dir = Dir::new();
            let rig = Setup { key, ..Setup::new(wire) }.rig(&server.url(), &dir);
            let result = ask(&rig, &[Message::user("Seed entity: Brno (city)")], &Options::default(), &place(0)).await;
            assert_eq!(result.is_ok(), good);
            if let Err(failure) = result {
                assert_eq!(failure.kind, Kind::Auth);
            }
            drop(rig);
            for file in std::fs::read_dir(&dir.0).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                assert!(!bytes.windows(13).any(|w| w == b"right-key-123"));
            }
        }
    }
    let config = EndpointConfig {
        wire: Wire::OpenAi,
        base_url: server.url(),
        model: "mock".into(),
        key: Some(Secret::new("right-key-123")),
        timeout: Duration::from_secs(1),
    };
    assert!(!format!("{config:?} {:?}", Endpoint::new(config.clone())).contains("right-key"));
}

#[tokio::test]
async fn nobody_at_the_address() {
    let dir = Dir::new();
    let rig = Setup::new(Wire::OpenAi).rig("http://127.0.0.1:9", &dir);
    let failure = ask(&rig, &[Message::user("Hello.")], &Options::default(), &place(0)).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Down);
    assert!(failure.message.starts_with("nobody answers at 127.0.0.1:9"), "{failure}");
}
