use std::collections::BTreeMap;

use dive_core::certificate::{DerivationLink, QuestionLink, Replay};
use dive_core::evidence::Outcome;
use dive_core::task::{Proposal, Task};
use dive_llm::Wire;
use dive_mock::{Action, Answer, Asked, Options, Player, Script, Server};
use dive_recipe::verify::Verifier;
use dive_recipe::{Gate, RecipeConfig, Trouble};
use serde_json::json;

use crate::{Dir, EMBEDDED, recipe};

const EPISODES: u64 = 16;

/// What so many episodes propose: tasks, and rejections by reason.
async fn play(model: &str, wire: Wire, config: RecipeConfig) -> (Vec<Task>, BTreeMap<String, u32>) {
    play_with(Player, model, wire, config).await
}

async fn play_with(
    script: impl Script,
    model: &str,
    wire: Wire,
    config: RecipeConfig,
) -> (Vec<Task>, BTreeMap<String, u32>) {
    let server = Server::start(script, Options::default()).await.unwrap();
    let dir = Dir::new();
    let recipe = recipe(&server.url(), model, wire, config, &dir);
    let (mut tasks, mut rejected) = (Vec::new(), BTreeMap::new());
    for episode in 0..EPISODES {
        match recipe.propose(episode).await.unwrap() {
            Proposal::Task(task) => tasks.push(*task),
            Proposal::Rejection(r) => *rejected.entry(r.reason.name()).or_default() += 1,
        }
    }
    (tasks, rejected)
}

#[tokio::test]
async fn good_episodes_give_tasks_whose_checks_hold_again() {
    let (tasks, _) = play("mock", Wire::OpenAi, RecipeConfig::default()).await;
    assert!(tasks.len() >= EPISODES as usize / 2, "{}", tasks.len());
    let verifier = Verifier::new(&EMBEDDED.pool, true);
    for task in &tasks {
        let derived = verifier.check(task).unwrap_or_else(|e| panic!("{}: {e:?}", task.question));
        assert_eq!(derived.replay, Replay::Same);
        assert_eq!(derived.question_link, QuestionLink::IndependentSolves { agreed: 2, of: 2 });
        assert!(!task.certificate.path.is_empty());
        let stored: Task = serde_json::from_str(&serde_json::to_string(task).unwrap()).unwrap();
        assert!(verifier.check(&stored).is_ok());
        // A changed answer, question or observation is noticed.
        let mut changed = task.clone();
        changed.question.push_str(&format!(" It is {}.", task.answer.display()));
        assert!(verifier.check(&changed).is_err());
        let mut changed = task.clone();
        let first = task.certificate.path[0].0 as usize - 1;
        if let Outcome::Value { value, .. } = &mut changed.evidence.calls[first].outcome {
            *value = serde_json::json!({});
        }
        assert!(verifier.check(&changed).is_err());
    }
    let calls = || tasks.iter().flat_map(|t| &t.evidence.calls);
    assert!(calls().any(|c| c.outcome.value().is_none()), "failed calls are kept");
    assert!(tasks.iter().any(|t| t.certificate.derived_arguments > 0), "results flow into arguments");
    assert!(tasks.iter().any(|t| t.rounds.len() > 1));
    let links: Vec<_> = tasks.iter().filter_map(|t| Some(t.certificate.model_derived.as_ref()?.derivation)).collect();
    assert!(links.contains(&DerivationLink::Computed) && links.contains(&DerivationLink::Quoted));
}

#[tokio::test]
async fn both_formats_give_the_same_tasks() {
    let (a, _) = play("mock", Wire::OpenAi, RecipeConfig::default()).await;
    let (b, _) = play("mock", Wire::Anthropic, RecipeConfig::default()).await;
    assert_eq!(a, b);
}

#[tokio::test]
async fn what_a_model_gets_wrong_is_caught() {
    for (model, reason) in [
        ("mock:wrong-support", "not_entailed"),
        ("mock:invented", "not_entailed"),
        ("mock:drifted", "question_link"),
        ("mock:wrong-answers", "question_link"),
        ("mock:refusal", "refused"),
        ("mock:empty", "no_evidence"),
        ("mock:malformed", "no_evidence"),
        ("mock:unknown-tool", "no_evidence"),
        ("mock:truncated", "no_evidence"),
        ("mock:overflow", "out_of_context"),
    ] {
        let (tasks, rejected) = play(model, Wire::OpenAi, RecipeConfig::default()).await;
        let why: Vec<&str> = tasks.iter().map(|t| t.question.as_str()).collect();
        assert!(tasks.is_empty(), "{model}: {why:?}");
        let most = rejected.iter().max_by_key(|(_, n)| **n).map(|(r, _)| r.as_str());
        assert_eq!(most, Some(reason), "{model}: {rejected:?}");
    }
}

#[tokio::test]
async fn without_the_gate_a_claim_is_taken_and_labelled() {
    let config = RecipeConfig { gate: Gate::Off, ..RecipeConfig::default() };
    let (tasks, _) = play("mock:invented", Wire::OpenAi, config).await;
    assert!(tasks.len() >= EPISODES as usize / 2);
    for task in &tasks {
        let derived = task.certificate.model_derived.as_ref().unwrap();
        assert_eq!((derived.derivation, derived.question_link), (DerivationLink::Unchecked, QuestionLink::Unchecked));
        assert_eq!(task.provenance.model.as_ref().unwrap().gate, "off");
        assert_eq!(task.answer.display(), "123456.75");
    }
}

#[tokio::test]
async fn further_gates_count_what_they_reject() {
    let config = RecipeConfig { closed_book: true, tool_ablated: true, judge: true, ..RecipeConfig::default() };
    let (tasks, rejected) = play("mock", Wire::OpenAi, config).await;
    // The scripted solver cannot answer without the tools, so nothing is lost, and every stage was asked.
    assert!(tasks.len() >= EPISODES as usize / 2, "{rejected:?}");
    assert!(!rejected.contains_key("guessable"));
    let stages = &tasks[0].provenance.model.as_ref().unwrap().stages;
    assert_eq!(stages.keys().map(String::as_str).collect::<Vec<_>>(), ["collector", "deriver", "judge", "solver"]);
}

#[tokio::test]
async fn further_gates_reject_what_can_be_guessed_and_what_a_judge_refuses() {
    let (tasks, _) = play("mock", Wire::OpenAi, RecipeConfig::default()).await;
    // A model that remembers every answer, and says it whenever a tool is missing that the task needs.
    let known: BTreeMap<String, (String, Vec<String>)> = tasks
        .iter()
        .map(|t| {
            let path = t.certificate.path.iter().filter_map(|id| Some(t.evidence.get(*id)?.tool.clone()));
            (t.question.clone(), (t.answer.display(), path.collect()))
        })
        .collect();
    for (config, empty) in [
        (RecipeConfig { closed_book: true, ..RecipeConfig::default() }, true),
        (RecipeConfig { tool_ablated: true, ..RecipeConfig::default() }, false),
    ] {
        let known = known.clone();
        let script = move |asked: &Asked, earlier: u64| match known.get(&asked.user_text()) {
            Some((answer, path)) if asked.tools.is_empty() == empty && !path.iter().all(|t| asked.offers(t)) => {
                Action::Say(Answer::text(format!("{} {answer}", dive_agent::ANSWER_MARK)))
            }
            _ => Player.answer(asked, earlier),
        };
        let (left, rejected) = play_with(script, "mock", Wire::OpenAi, config).await;
        assert_eq!((left.len(), rejected.get("guessable")), (0, Some(&(tasks.len() as u32))), "{rejected:?}");
    }
    let strict = |asked: &Asked, earlier: u64| match asked.offers("submit_judgement") {
        true => {
            let judgement = json!({"well_formed": false, "reason": "It is not clear which one is meant."});
            Action::Say(Answer::call("submit_judgement", &judgement))
        }
        false => Player.answer(asked, earlier),
    };
    let config = RecipeConfig { judge: true, ..RecipeConfig::default() };
    let (left, rejected) = play_with(strict, "mock", Wire::Anthropic, config).await;
    assert_eq!((left.len(), rejected.get("not_well_formed")), (0, Some(&(tasks.len() as u32))), "{rejected:?}");
}

#[tokio::test]
async fn an_endpoint_that_cannot_serve_stops_the_run_in_words() {
    let server = Server::start(Player, Options { key: Some("k".into()), ..Options::default() }).await.unwrap();
    for (url, model, wanted) in [
        (server.url(), "mock", "the collector: HTTP 401: invalid API key; set the variable that api_key_env names"),
        ("http://127.0.0.1:9".to_string(), "mock", "the collector: nobody answers at 127.0.0.1:9"),
    ] {
        let dir = Dir::new();
        let recipe = recipe(&url, model, Wire::OpenAi, RecipeConfig::default(), &dir);
        match recipe.propose(0).await {
            Err(Trouble::Stop(message)) => assert!(message.starts_with(wanted), "{message}"),
            other => panic!("{other:?}"),
        }
    }
    let server = Server::start(Player, Options::default()).await.unwrap();
    for (model, wanted) in [
        ("gpt-17", "the collector: HTTP 404: The model `gpt-17` does not exist.; correct `model`"),
        (
            "mock:no-tools",
            "the collector: HTTP 400: this model does not support tools; choose a model with tool calling",
        ),
    ] {
        let dir = Dir::new();
        let recipe = recipe(&server.url(), model, Wire::OpenAi, RecipeConfig::default(), &dir);
        match recipe.propose(0).await {
            Err(Trouble::Stop(message)) => assert!(message.starts_with(wanted), "{message}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_episode_that_is_cut_off_buys_nothing_twice() {
    let server = Server::start(Player, Options::default()).await.unwrap();
    // An episode of several requests, whichever that is.
    let mut found = None;
    for episode in 0..EPISODES {
        let (dir, before) = (Dir::new(), server.requests());
        let recipe = recipe(&server.url(), "mock", Wire::OpenAi, RecipeConfig::default(), &dir);
        let proposal = recipe.propose(episode).await.unwrap();
        if server.requests() - before >= 6 {
            found = Some((episode, proposal, server.requests() - before));
            break;
        }
    }
    let (episode, expected, needed) = found.unwrap();
    drop(server);

    let slow = Options { latency: std::time::Duration::from_millis(60), ..Options::default() };
    let server = Server::start(Player, slow).await.unwrap();
    let dir = Dir::new();
    let mut cuts = 0;
    let proposal = loop {
        let recipe = recipe(&server.url(), "mock", Wire::OpenAi, RecipeConfig::default(), &dir);
        let limit = std::time::Duration::from_millis(100 + 10 * cuts);
        match tokio::time::timeout(limit, recipe.propose(episode)).await {
            Ok(proposal) => break proposal.unwrap(),
            Err(_) => cuts += 1,
        }
    };
    assert_eq!(proposal, expected);
    assert!(cuts > 0);
    // Only what was under way at a cut is asked for again: at most the two blind attempts at a time.
    assert!(server.requests() <= needed + 2 * cuts, "{} {needed} {cuts}", server.requests());
}
