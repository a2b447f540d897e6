//! The player: plays every part of the recipe over whatever tools it is offered.

mod collect;
mod derive;
mod judge;
mod phrase;
mod solve;

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::asked::{Asked, Said, Wire};
use crate::behaviour::{Behaviour, Behaviours};
use crate::server::{Action, Answer, Script, Stopped};

/// The tool through which a task is submitted.
const SUBMIT: &str = "submit_task";
/// The tool through which a judge of questions decides.
const JUDGE: &str = "submit_judgement";
/// The tool through which a judge of answers decides.
const VERDICT: &str = "submit_verdict";
/// The tool through which a question in other words is submitted.
const REWORD: &str = "submit_rewording";
/// How the player says any question in other words.
const IN_OTHER_WORDS: &str = "There is something that I would like to know. ";
/// How it says something else instead.
const ELSE: &str = "And what was it a year before?";
/// What a solver is told to write before its answer.
const ANSWER_MARK: &str = "The final answer is:";
/// Longer than any client waits.
const SILENCE: Duration = Duration::from_secs(3600);

/// Plays collector, deriver, solver and judge, and goes wrong as the model's name says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Player;

impl Script for Player {
    fn answer(&self, asked: &Asked, earlier: u64) -> Action {
        play(asked, earlier, None)
    }
}

/// One way to solve a question that is not of the player's own making.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// The calls of each turn, name and arguments.
    pub calls: Vec<Vec<(String, Value)>>,
    /// The answer.
    pub answer: String,
}

/// A player who has rehearsed: it knows how questions are solved that it could not read by itself, and plays everything
/// else like [`Player`]. Here `wrong-answers` and `hedged` touch a share of the *attempts* at a question, so that a student
/// can be played who succeeds sometimes.
#[derive(Debug, Clone, Default)]
pub struct Rehearsed(HashMap<String, Part>);

impl Rehearsed {
    /// Who knows these parts, by question.
    pub fn new(parts: impl IntoIterator<Item = (String, Part)>) -> Rehearsed {
        Rehearsed(parts.into_iter().collect())
    }
}

impl Script for Rehearsed {
    fn answer(&self, asked: &Asked, earlier: u64) -> Action {
        let question = asked.messages.iter().find_map(|m| match m {
            Said::User(text) => Some(text.as_str()),
            _ => None,
        });
        let own = |q: &str| self.0.get(q.strip_prefix(IN_OTHER_WORDS).unwrap_or(q));
        play(asked, earlier, question.and_then(own))
    }
}

fn play(asked: &Asked, earlier: u64, part: Option<&Part>) -> Action {
    let behaviours = Behaviours::of_model(&asked.model).unwrap_or_default();
    let touched = |b: Behaviour| behaviours.touch(b, asked.digest);
    // Attempts at one question ask the same things; only their order tells them apart.
    let attempt = |b: Behaviour| behaviours.touch(b, asked.digest ^ (earlier + 1).wrapping_mul(0xd6e8_feb8_6659_fd93));
    let first = earlier == 0;
    if let Some(failure) = failure(asked, &touched, first) {
        return failure;
    }
    let solves = asked.system.contains(ANSWER_MARK) || asked.user_text().contains(ANSWER_MARK);
    let mut answer = match part {
        Some(part) if solves => rehearsed(asked, part, &attempt),
        _ if asked.offers(SUBMIT) => derive::answer(asked, &touched),
        _ if asked.offers(VERDICT) => judge::answer(asked),
        _ if asked.offers(REWORD) => reword(asked, touched(Behaviour::Drifted)),
        _ if asked.offers(JUDGE) => {
            Answer::call(JUDGE, &json!({"well_formed": true, "reason": "The question is clear."}))
        }
        _ if solves => solve::answer(asked, touched(Behaviour::WrongAnswers), touched(Behaviour::Hedged)),
        _ if asked.tools.is_empty() => Answer::text("I am a scripted model. Offer me tools, and I will call them."),
        _ => collect::answer(asked),
    };
    spoil(&mut answer, &touched);
    if first && touched(Behaviour::Disconnect) { Action::Cut(answer) } else { Action::Say(answer) }
}

/// A question in other words, or another question.
fn reword(asked: &Asked, drifted: bool) -> Answer {
    let text = asked.user_text();
    let question = text.split_once('\n').map_or(text.as_str(), |(_, rest)| rest);
    let question = question.lines().next().unwrap_or_default();
    let tail = if drifted { format!(" {ELSE}") } else { String::new() };
    Answer::call(REWORD, &json!({"question": format!("{IN_OTHER_WORDS}{question}{tail}")}))
}

/// The next turn of a part.
fn rehearsed(asked: &Asked, part: &Part, touched: &dyn Fn(Behaviour) -> bool) -> Answer {
    let turn = asked.messages.iter().filter(|m| matches!(m, Said::Assistant { .. })).count();
    match part.calls.get(turn) {
        Some(calls) if calls.iter().all(|(name, _)| asked.offers(name)) => Answer {
            calls: calls.iter().map(|(name, args)| (name.clone(), args.to_string())).collect(),
            ..Answer::default()
        },
        Some(_) => Answer::text(format!("The tools do not show it.\n{ANSWER_MARK} unknown")),
        None => solve::said(&part.answer, touched(Behaviour::WrongAnswers), touched(Behaviour::Hedged)),
    }
}

/// Failures of the server.
fn failure(asked: &Asked, touched: &dyn Fn(Behaviour) -> bool, first: bool) -> Option<Action> {
    let openai = asked.wire == Wire::OpenAi;
    let fail = |status, code, message: &str, retry_after| {
        Some(Action::Fail { status, code, message: message.into(), retry_after })
    };
    if first && touched(Behaviour::RateLimit) {
        let code = if openai { "rate_limit_exceeded" } else { "rate_limit_error" };
        return fail(429, code, "Rate limit reached. Try again later.", Some(0.05));
    }
    if first && touched(Behaviour::ServerError) {
        return fail(500, if openai { "server_error" } else { "api_error" }, "The server had an error.", None);
    }
    if first && touched(Behaviour::Timeout) {
        return Some(Action::Hang(SILENCE));
    }
    if touched(Behaviour::Garbled) {
        return Some(Action::Garble("<html>It works!</html>".into()));
    }
    if touched(Behaviour::NoTools) && !asked.tools.is_empty() {
        return fail(400, "invalid_request_error", "this model does not support tools", None);
    }
    if touched(Behaviour::Overflow) {
        let code = if openai { "context_length_exceeded" } else { "invalid_request_error" };
        return fail(400, code, "prompt is too long: it exceeds the maximum context length", None);
    }
    None
}

/// Failures of the model that do not depend on its part.
fn spoil(answer: &mut Answer, touched: &dyn Fn(Behaviour) -> bool) {
    if touched(Behaviour::Malformed) {
        for (_, arguments) in &mut answer.calls {
            arguments.truncate(arguments.len().saturating_sub(1));
            arguments.push_str(",,");
        }
    }
    if touched(Behaviour::UnknownTool) {
        for (name, _) in answer.calls.iter_mut().filter(|(n, _)| n != SUBMIT) {
            name.push_str("_v2");
        }
    }
    if touched(Behaviour::Empty) {
        *answer = Answer::default();
    }
    if touched(Behaviour::Refusal) {
        *answer = Answer { text: "I cannot help with that.".into(), stop: Stopped::Refusal, ..Answer::default() };
    }
    if touched(Behaviour::IgnoresSchema) && !answer.calls.is_empty() {
        *answer = Answer::text("Sure! Here is what you asked for: the answer is 42.");
    }
    if touched(Behaviour::Truncated) {
        answer.calls.clear();
        answer.text = "Let me think about this for a while. First of all, one has to consid".into();
        answer.stop = Stopped::Length;
    }
}
