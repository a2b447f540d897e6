//! The player: plays every part of the recipe over whatever tools it is offered.

mod collect;
mod derive;
mod phrase;
mod solve;

use std::time::Duration;

use serde_json::json;

use crate::asked::{Asked, Wire};
use crate::behaviour::{Behaviour, Behaviours};
use crate::server::{Action, Answer, Script, Stopped};

/// The tool through which a task is submitted.
const SUBMIT: &str = "submit_task";
/// The tool through which a judge decides.
const JUDGE: &str = "submit_judgement";
/// What a solver is told to write before its answer.
const ANSWER_MARK: &str = "The final answer is:";
/// Longer than any client waits.
const SILENCE: Duration = Duration::from_secs(3600);

/// Plays collector, deriver, solver and judge, and goes wrong as the model's name says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Player;

impl Script for Player {
    fn answer(&self, asked: &Asked, earlier: u64) -> Action {
        let behaviours = Behaviours::of_model(&asked.model).unwrap_or_default();
        let touched = |b: Behaviour| behaviours.touch(b, asked.digest);
        let first = earlier == 0;
        if let Some(failure) = failure(asked, &touched, first) {
            return failure;
        }
        let mut answer = if asked.offers(SUBMIT) {
            derive::answer(asked, &touched)
        } else if asked.offers(JUDGE) {
            Answer::call(JUDGE, &json!({"well_formed": true, "reason": "The question is clear."}))
        } else if asked.system.contains(ANSWER_MARK) || asked.user_text().contains(ANSWER_MARK) {
            solve::answer(asked, touched(Behaviour::WrongAnswers))
        } else if asked.tools.is_empty() {
            Answer::text("I am a scripted model. Offer me tools, and I will call them.")
        } else {
            collect::answer(asked)
        };
        spoil(&mut answer, &touched);
        if first && touched(Behaviour::Disconnect) { Action::Cut(answer) } else { Action::Say(answer) }
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
