//! A model that decides where rules cannot.
//!
//! It is asked only about verdicts that the typed matcher leaves open, and never about the question itself: it compares a
//! response with the reference. The verdict names it, so that nobody takes its opinion for a rule's finding.

use dive_core::answer::Answer;
use dive_core::rollout::{Graded, Label, RULES, Verdict};
use dive_llm::{ChatModel, Failure, Message, Options, Place, Request, ToolSet};
use serde_json::{Value, json};

use crate::reward;
use crate::toolbox::Toolbox;

/// What a judge is told.
pub const PROMPT: &str = include_str!("../prompts/verdict.md");

/// Name of the judge's tool.
const SUBMIT: &str = "submit_verdict";
/// Requests about one response: a reply without a verdict is asked for once more.
const ASKED: u32 = 2;
/// Longest response that a judge sees, in characters; of a longer one it sees the end, where answers stand.
const LONGEST: usize = 20_000;

/// A judge.
pub struct ModelJudge {
    model: Box<dyn ChatModel>,
    options: Options,
    prompt: String,
    tools: ToolSet,
}

impl ModelJudge {
    /// A judge with these instructions.
    pub fn new(model: Box<dyn ChatModel>, options: Options, prompt: impl Into<String>) -> ModelJudge {
        ModelJudge { model, options, prompt: prompt.into(), tools: ToolSet::new(&[schema()]) }
    }

    /// Who decides, as verdicts say it.
    pub fn name(&self) -> String {
        format!("judge:{}", self.model.name())
    }

    /// Whether `response` answers `question` as `reference` does. A judge that gives no verdict leaves it undecided.
    ///
    /// # Errors
    /// The model did not reply.
    pub async fn decide(
        &self,
        question: &str,
        reference: &Answer,
        response: &str,
        place: &Place,
    ) -> Result<Verdict, Failure> {
        let from = response.char_indices().rev().nth(LONGEST - 1).map_or(0, |(at, _)| at);
        let shown = response.get(from..).unwrap_or(response);
        // As a JSON string a response cannot end its own quotation.
        let text = format!(
            "The question:\n{question}\n\nThe reference answer:\n{}\n\nThe response, as a JSON string:\n{}",
            reference.display(),
            Value::from(shown)
        );
        let mut messages = vec![Message::system(&self.prompt), Message::user(text)];
        // Thinking and a forced call exclude each other at some endpoints.
        let choice = self.options.forced();
        for turn in 0..ASKED {
            let request = Request { messages: &messages, tools: &self.tools, choice: &choice, options: &self.options };
            let place = Place { turn: place.turn + turn, ..place.clone() };
            let reply = self.model.send(request, &place).await?.reply;
            if let Some((label, reason)) = reply.turn.calls.iter().find_map(read) {
                return Ok(Verdict { label, by: self.name(), reason });
            }
            let calls = reply.turn.calls.clone();
            messages.push(Message::Assistant(reply.turn));
            let complaint = format!("Call `{SUBMIT}` with `label` and `reason`.");
            for call in &calls {
                let content = complaint.clone();
                messages.push(Message::Tool { call: call.id.clone(), name: call.name.clone(), content, error: true });
            }
            if calls.is_empty() {
                messages.push(Message::user(complaint));
            }
        }
        Ok(Verdict { label: Label::Undecided, by: self.name(), reason: "the judge gave no verdict".into() })
    }

    /// The same rollout, decided by the judge if the rules left it open. Where the judge cannot be asked it stays as it
    /// was, with the failure beside it.
    pub async fn settle(
        &self,
        (question, answer): (&str, &Answer),
        toolset: &[String],
        toolbox: &Toolbox,
        graded: Graded,
        alpha: f64,
    ) -> (Graded, Option<Failure>) {
        if !is_open(&graded) {
            return (graded, None);
        }
        let rollout = &graded.rollout;
        let (subject, attempt) = (rollout.task.clone(), rollout.attempt);
        let place = Place { subject, stage: "judge".into(), round: 0, attempt, turn: 0 };
        match self.decide(question, answer, rollout.response(), &place).await {
            Ok(verdict) => {
                let score = Some(reward::score(toolset, toolbox, rollout, &verdict, alpha));
                (Graded { verdict: Some(verdict), score, ..graded }, None)
            }
            Err(failure) => (graded, Some(failure)),
        }
    }
}

/// Whether the rules left the verdict open and nobody else was asked.
pub fn is_open(graded: &Graded) -> bool {
    graded.verdict.as_ref().is_some_and(|v| v.label == Label::Undecided && v.by == RULES)
}

fn read(call: &dive_llm::ToolCall) -> Option<(Label, String)> {
    let args = call.parsed().ok().filter(|_| call.name == SUBMIT)?;
    let label = match args.get("label")?.as_str()? {
        "correct" => Label::Correct,
        "partial" => Label::Partial,
        "incorrect" => Label::Incorrect,
        _ => return None,
    };
    let reason = args.get("reason").and_then(Value::as_str).unwrap_or_default();
    Some((label, reason.split_whitespace().collect::<Vec<_>>().join(" ")))
}

fn schema() -> Value {
    json!({"type": "function", "function": {
        "name": SUBMIT,
        "description": "Says whether the response gives the reference answer.",
        "parameters": {
            "type": "object",
            "properties": {
                "reason": {"type": "string", "description": "Why, in a sentence."},
                "label": {"type": "string", "enum": ["correct", "partial", "incorrect"], "description": "The verdict."}
            },
            "required": ["reason", "label"]
        }
    }})
}
