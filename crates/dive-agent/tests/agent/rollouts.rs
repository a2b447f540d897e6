//! Oracle trajectories, verdicts, rewards and selection.

use std::collections::BTreeSet;

use dive_agent::select::{Band, Filter, Refusal, keep, pass_rate, sample, wilson};
use dive_agent::{End, Graded, Judge, Label, Message, Policy, Rollout, ToolCall, Toolbox, Verdict, oracle, reward};
use dive_core::answer::Answer;
use dive_core::task::Task;

use crate::{POOL, TASKS};

fn toolbox() -> Toolbox {
    Toolbox::new(POOL.specs()).unwrap()
}

fn grade(task: &Task, toolbox: &Toolbox, rollout: Rollout) -> Graded {
    reward::grade(task, toolbox, rollout, None, reward::ALPHA)
}

#[test]
fn the_oracle_is_always_right_well_formed_and_worth_learning_from() {
    let toolbox = toolbox();
    for task in TASKS.iter() {
        let graded = grade(task, &toolbox, oracle::rollout(task).unwrap());
        assert_eq!(
            graded.verdict.as_ref().map(|v| (v.label, v.by.as_str())),
            Some((Label::Correct, "rules")),
            "{graded:?}"
        );
        assert_eq!(graded.score.map(|s| (s.reward, s.format, s.correct)), Some((1.1, 1.0, 1.0)), "{}", task.id);
        assert_eq!(keep(task, &graded, &Filter::default()), Ok(()), "{}", task.id);
        // What a tool message holds is what the tool says when it is called again.
        let calls = graded.rollout.calls().zip(graded.rollout.messages.iter().filter(|m| m.tool_call_id.is_some()));
        for (call, message) in calls.take(1) {
            let args = toolbox.parse(&task.toolset, &call.function.name, &call.function.arguments).unwrap();
            assert_eq!(oracle::observation(&POOL.call(&call.function.name, &args)), message.content);
        }
    }
}

#[test]
fn the_reward_has_two_parts() {
    let toolbox = toolbox();
    let task = TASKS.iter().find(|t| t.certificate.path.len() == 2).unwrap();
    let good = oracle::rollout(task).unwrap();
    let parts = |change: &dyn Fn(&mut Rollout)| {
        let mut rollout = good.clone();
        change(&mut rollout);
        grade(task, &toolbox, rollout).score.map(|s| (s.format, s.correct, s.reward))
    };
    let call = |r: &mut Rollout, name: &str, arguments: &str| {
        r.messages[2].tool_calls[0] = ToolCall::new("call_c1", name, arguments);
    };
    let say = |r: &mut Rollout, text: &str| r.messages.last_mut().unwrap().content = text.into();
    let right = good.response().to_string();
    let own = good.calls().next().unwrap().function.name.clone();
    assert_eq!(parts(&|_| {}), Some((1.0, 1.0, 1.1)));
    assert_eq!(parts(&|r| call(r, "no_such_tool", "{}")), Some((0.0, 1.0, 1.0)));
    assert_eq!(parts(&|r| call(r, &own, "{\"x\": ")), Some((0.0, 1.0, 1.0)));
    assert_eq!(parts(&|r| call(r, &own, "{\"no_such_argument\": 1}")), Some((0.0, 1.0, 1.0)));
    assert_eq!(parts(&|r| say(r, right.strip_prefix("The final answer is: ").unwrap())), Some((0.0, 1.0, 1.0)));
    assert_eq!(parts(&|r| say(r, "The final answer is: 12345.6 parsecs")), Some((1.0, 0.0, 0.1)));
    assert_eq!(parts(&|r| say(r, &format!("{right}\n{right}"))), Some((1.0, 1.0, 1.1)));
    assert_eq!(parts(&|r| r.end = End::OutOfTurns), Some((0.0, 0.0, 0.0)));
    assert_eq!(parts(&|r| r.end = End::Infrastructure { message: "down".into() }), None);
}

struct Generous;

impl Judge for Generous {
    fn judge(&self, _: &str, _: &Answer, response: &str) -> Result<Verdict, String> {
        if response.contains("crash") {
            return Err("no route to the judge".into());
        }
        Ok(Verdict { label: Label::Partial, by: "judge:generous".into(), reason: "part of it".into() })
    }
}

#[test]
fn a_judge_decides_only_where_rules_cannot() {
    let task = TASKS.iter().find(|t| matches!(t.answer, Answer::Text { .. })).unwrap();
    let decide = |text: &str| {
        let mut rollout = oracle::rollout(task).unwrap();
        rollout.messages.last_mut().unwrap().content = text.into();
        let verdict = reward::verdict(&task.question, &task.answer, &rollout, Some(&Generous)).unwrap();
        (verdict.label, verdict.by)
    };
    let name = task.answer.display();
    assert_eq!(decide(&format!("The final answer is: {name}")), (Label::Correct, "rules".into()));
    assert_eq!(decide("The final answer is: Outer Nowhere"), (Label::Incorrect, "rules".into()));
    assert_eq!(decide(&format!("I found that it is {name}, as listed.")), (Label::Partial, "judge:generous".into()));
    assert_eq!(decide(&format!("It is {name}, before the crash.")), (Label::Undecided, "rules".into()));
}

#[test]
fn attempts_are_refused_with_the_reason() {
    let toolbox = toolbox();
    let task = TASKS.iter().find(|t| t.certificate.path.len() == 2 && t.toolset.len() > 10).unwrap();
    let good = oracle::rollout(task).unwrap();
    let refused = |change: &dyn Fn(&mut Rollout)| {
        let mut rollout = good.clone();
        change(&mut rollout);
        keep(task, &grade(task, &toolbox, rollout), &Filter { longest: 100_000, ..Filter::default() }).unwrap_err()
    };
    let first: Vec<Message> = good.messages[2..4].to_vec();
    let unused = task.toolset.iter().find(|t| !task.topology.tools.contains(t)).unwrap();
    assert_eq!(refused(&|r| r.end = End::Infrastructure { message: "x".into() }), Refusal::NoVerdict);
    assert_eq!(
        refused(&|r| r.messages.last_mut().unwrap().content = "The final answer is: -1".into()),
        Refusal::NotCorrect
    );
    assert_eq!(refused(&|r| r.messages.insert(2, Message::tool("orphan", "{}"))), Refusal::Unmatched);
    assert_eq!(refused(&|r| drop(r.messages.remove(3))), Refusal::Unmatched);
    assert_eq!(
        refused(&|r| {
            let mut again = first.clone();
            again[0].tool_calls[0].id = "again".into();
            again[0].tool_calls[0].function.arguments.push(' ');
            again[1].tool_call_id = Some("again".into());
            r.messages.splice(4..4, again);
        }),
        Refusal::Repeated
    );
    assert_eq!(
        refused(&|r| {
            let call = Message::calls(vec![ToolCall::new("u", unused, "{\"a\":1}")]);
            r.messages.splice(2..2, [call, Message::tool("u", "{\"zzz\":\"never said again\"}")]);
        }),
        Refusal::Unused
    );
    assert_eq!(refused(&|r| r.messages[1].content.push_str(&"x".repeat(100_000))), Refusal::TooLong);

    let wrong = Rollout { end: End::OutOfTurns, ..good.clone() };
    let attempts = [grade(task, &toolbox, wrong), grade(task, &toolbox, good)];
    assert_eq!(sample(task, &attempts, &Filter::default()).unwrap(), &attempts[1]);
    let one = Filter { attempts: 1, ..Filter::default() };
    assert_eq!(sample(task, &attempts, &one).unwrap_err(), BTreeSet::from([Refusal::NotCorrect]));
}

#[test]
fn wilson_intervals_are_the_published_ones() {
    // Values of statsmodels 0.14, `proportion_confint(c, k, method="wilson")`, to six decimals.
    for (passes, k, low, high) in [
        (0, 10, 0.0, 0.277533),
        (5, 10, 0.236593, 0.763407),
        (10, 10, 0.722467, 1.0),
        (1, 8, 0.022420, 0.470877),
        (3, 4, 0.300642, 0.954413),
    ] {
        let (l, h) = wilson(passes, k);
        assert!((l - low).abs() < 1e-5 && (h - high).abs() < 1e-5, "{passes}/{k}: {l} {h}");
    }
    assert_eq!(wilson(0, 0), (0.0, 1.0));
}

#[test]
fn the_frontier_is_what_is_solved_sometimes() {
    let task = &TASKS[0];
    let student = Policy { name: "student".into(), model: Some("m".into()), settings: Default::default() };
    let attempt = |label: Option<Label>| {
        let end = if label.is_some() { End::Answered } else { End::Infrastructure { message: "down".into() } };
        let rollout = Rollout { policy: student.clone(), end, ..oracle::rollout(task).unwrap() };
        let verdict = label.map(|label| Verdict { label, by: "rules".into(), reason: String::new() });
        Graded { rollout, verdict, score: None }
    };
    let rate = |labels: &[Option<Label>], band: Band| {
        let attempts: Vec<Graded> = labels.iter().map(|l| attempt(*l)).collect();
        let rate = pass_rate(&task.id, &student, &attempts, &band);
        (rate.passes, rate.k, rate.kept)
    };
    let (yes, no, maybe, down) = (Some(Label::Correct), Some(Label::Incorrect), Some(Label::Undecided), None);
    assert_eq!(rate(&[yes, no, no, no], Band::default()), (1, 4, true));
    assert_eq!(rate(&[yes, yes, yes, yes], Band::default()), (4, 4, false));
    assert_eq!(rate(&[no, no, no, no], Band::default()), (0, 4, false));
    assert_eq!(rate(&[yes, no, maybe, down], Band::default()), (1, 2, false), "two say nothing");
    assert_eq!(rate(&[yes, no, no, no], Band { min: 0.3, ..Band::default() }), (1, 4, false));
    assert_eq!(rate(&[], Band { rollouts: 0, ..Band::default() }), (0, 0, false));
}
