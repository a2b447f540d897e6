//! Symbolic tasks in a model's words.

use std::sync::Arc;

use dive_agent::{ANSWER_MARK, oracle};
use dive_core::certificate::{Check, QuestionLink};
use dive_core::task::{Proposal, Task};
use dive_llm::Wire;
use dive_mock::{Action, Answer, Asked, Options, Part, Rehearsed, Script, Server};
use dive_recipe::hybrid::REWORDED;
use dive_recipe::verify::Verifier;
use dive_recipe::{Hybrid, Prompts, RecipeConfig};
use serde_json::json;

use crate::{Dir, EMBEDDED, engine, models};

const EPISODES: u64 = 16;

/// What the engine proposes by itself.
fn originals() -> Vec<(u64, Task)> {
    let engine = engine();
    let task = |i| match engine.propose(i) {
        Proposal::Task(task) => Some((i, *task)),
        Proposal::Rejection(_) => None,
    };
    (0..EPISODES).filter_map(task).collect()
}

/// A player who knows how these are solved.
fn rehearsed(tasks: &[(u64, Task)]) -> Rehearsed {
    Rehearsed::new(tasks.iter().map(|(_, task)| {
        let rollout = oracle::rollout(task).unwrap();
        let calls = rollout
            .calls()
            .map(|c| vec![(c.function.name.clone(), serde_json::from_str(&c.function.arguments).unwrap())]);
        let answer = rollout.response().strip_prefix(ANSWER_MARK).unwrap().trim().to_string();
        (task.question.clone(), Part { calls: calls.collect(), answer })
    }))
}

async fn reworded(script: impl Script, model: &str, tasks: &[(u64, Task)]) -> (Vec<Task>, u64) {
    let server = Server::start(script, Options::default()).await.unwrap();
    let dir = Dir::new();
    let (pool, tools) = (Arc::clone(&EMBEDDED.pool), Arc::clone(&EMBEDDED.pool));
    let models = models(&server.url(), model, Wire::OpenAi, &dir);
    let hybrid = Hybrid::new(engine(), pool, tools, RecipeConfig::default(), models, Prompts::default());
    let mut made = Vec::new();
    for (episode, _) in tasks {
        match hybrid.propose(*episode).await.unwrap() {
            Proposal::Task(task) => made.push(*task),
            Proposal::Rejection(r) => panic!("{r:?}"),
        }
    }
    (made, server.requests())
}

fn how(task: &Task) -> &str {
    &task.provenance.model.as_ref().unwrap().rewording
}

#[tokio::test]
async fn other_words_are_kept_when_a_reader_of_them_alone_arrives_at_the_answer() {
    let originals = originals();
    let (made, _) = reworded(rehearsed(&originals), "mock", &originals).await;
    let kept = made.iter().filter(|t| how(t) == REWORDED).count();
    assert!(kept * 2 > made.len(), "{kept} of {}", made.len());
    let verifier = Verifier::new(&EMBEDDED.pool, true);
    for (task, (_, original)) in made.iter().zip(&originals) {
        assert_eq!(
            (&task.answer, &task.derivation, task.provenance.engine.as_str()),
            (&original.answer, &original.derivation, "hybrid")
        );
        if how(task) == REWORDED {
            assert_ne!(task.question, original.question);
            assert_eq!(task.spans.len(), original.spans.len());
            let derived = verifier.check(task).unwrap_or_else(|e| panic!("{}: {e:?}", task.question));
            assert_eq!(derived.question_link, QuestionLink::IndependentSolves { agreed: 1, of: 1 });
            assert!(!task.certificate.passed.contains(&Check::Faithful), "no grammar read it");
        } else {
            // What stays is certified as it was.
            assert_eq!(how(task), "original: the answer could be hit by chance");
            assert_eq!(
                (&task.question, &task.certificate, &task.id),
                (&original.question, &original.certificate, &original.id)
            );
        }
    }
}

#[tokio::test]
async fn words_that_ask_something_else_are_tried_once_more_and_given_up() {
    let originals = originals();
    let open = |t: &Task| how(t) != "original: the answer could be hit by chance";
    let (made, _) = reworded(rehearsed(&originals), "mock:drifted", &originals).await;
    for (task, (_, original)) in made.iter().zip(&originals).filter(|(t, _)| open(t)) {
        assert_eq!((&task.question, &task.certificate), (&original.question, &original.certificate));
        assert!(how(task).starts_with("original: a reader who saw only this text"), "{}", how(task));
    }
    // A second wording may hold where the first did not.
    let (half, _) = reworded(rehearsed(&originals), "mock:drifted@0.5", &originals).await;
    let (good, bad): (Vec<&Task>, Vec<&Task>) = half.iter().filter(|t| open(t)).partition(|t| how(t) == REWORDED);
    assert!(!good.is_empty() && bad.len() * 2 < good.len() + bad.len() + 2, "{} {}", good.len(), bad.len());
}

#[tokio::test]
async fn constants_and_the_answer_are_watched_and_no_solver_is_paid_for_what_a_program_sees() {
    let originals: Vec<(u64, Task)> =
        originals().into_iter().filter(|(_, t)| !t.spans.is_empty() && t.answer.display().len() > 4).collect();
    for (text, reason) in
        [("What is it?", "original: the words `"), ("", "original: the question is empty or too long")]
    {
        let script = move |_: &Asked, _: u64| Action::Say(Answer::call("submit_rewording", &json!({"question": text})));
        let (made, requests) = reworded(script, "mock", &originals).await;
        let open: Vec<&Task> = made.iter().filter(|t| !how(t).ends_with("by chance")).collect();
        assert!(!open.is_empty() && open.iter().all(|t| how(t).starts_with(reason)), "{}", how(open[0]));
        assert_eq!(requests, 2 * open.len() as u64, "two wordings each, and no solver");
    }
    // The answer itself among the words.
    let known = originals.clone();
    let script = move |asked: &Asked, _: u64| {
        let text = asked.user_text();
        let (_, task) = known.iter().find(|(_, t)| text.contains(&t.question)).unwrap();
        let question = format!("{} Is it {}?", task.question, task.answer.display());
        Action::Say(Answer::call("submit_rewording", &json!({"question": question})))
    };
    let (made, _) = reworded(script, "mock", &originals).await;
    assert!(made.iter().all(|t| how(t) != REWORDED));
    assert!(
        made.iter().any(|t| how(t).contains("the question contains `")),
        "{:?}",
        made.iter().map(how).collect::<Vec<_>>()
    );
}
