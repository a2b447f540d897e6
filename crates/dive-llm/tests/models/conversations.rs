use dive_journal::{Kind, Mode};
use dive_llm::{Message, Options, Stop, Wire};
use dive_mock::{Action, Answer, Asked, Said};
use serde_json::json;

use crate::{Dir, Setup, WIRES, args, ask, place, server};

/// Thinks, calls twice in parallel, then reports what came back.
fn script(asked: &Asked, _: u64) -> Action {
    let results: Vec<String> = asked
        .messages
        .iter()
        .filter_map(|m| match m {
            Said::Tool { name, args, content, error } => Some(format!("{name} {args} {content} {error}")),
            _ => None,
        })
        .collect();
    Action::Say(if results.is_empty() {
        Answer {
            text: "Let me look. “Grüße” \\ \"x\"".into(),
            reasoning: "Two calls will do, in parallel: one for each city. Ça va.".into(),
            calls: vec![
                ("weather".into(), json!({"city": "Brno “x”"}).to_string()),
                ("population".into(), json!({"city": "Graz"}).to_string()),
            ],
            ..Answer::default()
        }
    } else {
        Answer::text(results.join("\n"))
    })
}

#[tokio::test]
async fn a_conversation_with_parallel_calls_and_reasoning() {
    for (wire, stream) in WIRES {
        let server = server(script).await;
        let dir = Dir::new();
        let rig = Setup::new(wire).rig(&server.url(), &dir);
        let options = Options { stream, ..Options::default() };
        let mut messages = vec![Message::system("Be brief."), Message::user("Compare Brno and Graz.")];
        let first = ask(&rig, &messages, &options, &place(0)).await.unwrap();
        let turn = first.reply.turn;
        assert_eq!(first.reply.stop, Stop::Calls, "{wire:?} {stream}");
        assert_eq!(turn.text, "Let me look. “Grüße” \\ \"x\"");
        assert_eq!(turn.reasoning, "Two calls will do, in parallel: one for each city. Ça va.");
        assert_eq!(turn.calls.len(), 2);
        assert_eq!(args(&turn.calls[0].arguments), json!({"city": "Brno “x”"}));
        assert!(first.reply.usage.is_some_and(|u| u.prompt > 0 && u.completion > 0));
        let calls = turn.calls.clone();
        // Anthropic's server refuses thinking that does not come back with its signature.
        messages.push(Message::Assistant(turn));
        for (call, content, error) in [(&calls[0], "{\"t\":3}", false), (&calls[1], "{\"error\":\"none\"}", true)] {
            let (call, name) = (call.id.clone(), call.name.clone());
            messages.push(Message::Tool { call, name, content: content.into(), error });
        }
        let second = ask(&rig, &messages, &options, &place(1)).await.unwrap();
        assert_eq!(second.reply.stop, Stop::End);
        assert_eq!(
            second.reply.turn.text,
            "weather {\"city\":\"Brno “x”\"} {\"t\":3} false\npopulation {\"city\":\"Graz\"} {\"error\":\"none\"} true"
        );
        assert_eq!(server.requests(), 2);

        // The same again costs nothing; another rollout index is another exchange.
        let again = ask(&rig, &messages, &options, &place(1)).await.unwrap();
        assert!(again.served && again.body == second.body);
        assert_eq!(server.requests(), 2);
        let mut other = place(1);
        other.attempt = 1;
        assert!(!ask(&rig, &messages, &options, &other).await.unwrap().served);
        assert_eq!(server.requests(), 3);
        assert_eq!(rig.purse.used()["collector"].exchanges, 3);

        // A replay needs no server, and the conversation stands in the journal as it was sent.
        drop(server);
        drop(rig);
        let rig = Setup::new(wire).rig("http://127.0.0.1:9", &dir);
        assert_eq!(ask(&rig, &messages, &options, &place(1)).await.unwrap().reply, second.reply);
        assert_eq!(rig.purse.used()["collector"].exchanges, 3);
        let mut sent = Vec::new();
        rig.journal
            .each(Kind::ModelExchange, |e| {
                sent.push(rig.journal.messages(e.transcript.unwrap()).unwrap());
                Ok::<(), dive_journal::JournalError>(())
            })
            .unwrap();
        assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [3, 6, 6]);
        let stored: Vec<Message> = sent[1][1..].iter().map(|m| serde_json::from_value(m.clone()).unwrap()).collect();
        assert_eq!(stored, messages);
        assert_eq!(rig.journal.mode(), Mode::Record);
    }
}

#[tokio::test]
async fn token_ids_and_log_probabilities_are_kept() {
    for stream in [false, true] {
        let server = server(|_: &Asked, _| Action::Say(Answer::text("one two three four five six seven eight"))).await;
        let dir = Dir::new();
        let rig = Setup::new(Wire::OpenAi).rig(&server.url(), &dir);
        let options = Options { stream, logprobs: true, token_ids: true, ..Options::default() };
        let reply = ask(&rig, &[Message::user("Count to eight.")], &options, &place(0)).await.unwrap().reply;
        assert_eq!(reply.tokens.prompt.len(), 3);
        assert!(reply.tokens.completion.len() >= 8 && reply.tokens.logprobs.iter().all(|p| *p == -0.25));
        assert_eq!(reply.tokens.completion.len(), reply.tokens.logprobs.len());
    }
}

#[tokio::test]
async fn what_a_model_says_badly_is_data() {
    for (wire, stream) in WIRES {
        let options = Options { stream, ..Options::default() };
        for (model, check) in [
            ("mock:refusal", Stop::Refusal),
            ("mock:truncated", Stop::Length),
            ("mock:empty", Stop::End),
            ("mock:malformed", Stop::Calls),
        ] {
            let server = server(dive_mock::Player).await;
            let dir = Dir::new();
            let rig = Setup { model, ..Setup::new(wire) }.rig(&server.url(), &dir);
            let user = Message::user("Seed entity: Brno (city)");
            let reply = ask(&rig, &[user], &options, &place(0)).await.unwrap().reply;
            assert_eq!(reply.stop, check, "{wire:?} {stream} {model}");
            match model {
                "mock:empty" => assert!(reply.turn.text.is_empty() && reply.turn.calls.is_empty()),
                // Without streaming Anthropic's format cannot carry malformed arguments.
                "mock:malformed" if wire == Wire::OpenAi || stream => {
                    assert!(reply.turn.calls[0].parsed().unwrap_err().contains("not valid JSON"));
                }
                _ => {}
            }
        }
    }
}
