//! A symbolic task in a model's words.
//!
//! The engine's question is certified, but plain. A model may say it otherwise; what it wrote is kept only if every constant
//! still stands in it and if a second call, which sees the new text and the toolset and nothing else, derives the answer
//! again by calling tools. One retry, else the engine's own wording stays, with its certificate. Where an answer can be
//! hit by chance (yes or no, one of those that the question names) an equal answer proves nothing, so these stay as they are.
//!
//! A reworded task is no longer certified: nobody's grammar can read it. It is labelled like a task that a model derived,
//! with the program's own derivation.

use std::collections::HashMap;
use std::sync::Arc;

use dive_agent::{Agent, Budget, End, Tools};
use dive_core::answer::Answer;
use dive_core::canon;
use dive_core::certificate::QuestionLink;
use dive_core::matching::{self, Finding};
use dive_core::task::{ModelProvenance, Proposal, Span, Task};
use dive_llm::{Failure as ModelFailure, Kind, Message, Place, Request, Schema, ToolSet};
use dive_synth::Engine;
use dive_synth::lexicon::Lexicon;
use dive_tools::ToolPool;
use serde_json::{Value, json};

use crate::check::{Checker, Parts};
use crate::config::{Models, RecipeConfig, Stage};
use crate::episode::{Trouble, schemas};
use crate::prompts::Prompts;
use crate::trace;

/// Wordings that a model may try.
const ATTEMPTS: u32 = 2;
/// Longest wording, in characters.
const LONGEST: usize = 4_000;
/// Name of the tool through which a wording is submitted.
const SUBMIT: &str = "submit_rewording";
/// [`ModelProvenance::rewording`] of a task whose wording is a model's.
pub const REWORDED: &str = "reworded";

/// Proposes symbolic tasks in a model's words.
pub struct Hybrid {
    engine: Engine,
    pool: Arc<ToolPool>,
    tools: Arc<dyn Tools>,
    lexicon: Lexicon,
    config: RecipeConfig,
    models: Models,
    prompts: Prompts,
    schemas: HashMap<String, Schema>,
    submit: ToolSet,
}

/// What came of a wording.
enum Tried {
    Holds(Box<Task>),
    /// Why not; told to the model.
    Fails(String),
}

impl Hybrid {
    /// The hybrid over an engine. `tools` executes what `pool` describes.
    pub fn new(
        engine: Engine,
        pool: Arc<ToolPool>,
        tools: Arc<dyn Tools>,
        config: RecipeConfig,
        models: Models,
        prompts: Prompts,
    ) -> Hybrid {
        let (lexicon, submit, schemas) = (Lexicon::new(&pool), ToolSet::new(&[schema()]), schemas(&pool));
        Hybrid { engine, pool, tools, lexicon, config, models, prompts, schemas, submit }
    }

    /// The proposal of an episode.
    ///
    /// # Errors
    /// A model cannot be reached; what was paid for is in the journal.
    pub async fn propose(&self, episode: u64) -> Result<Proposal, Trouble> {
        match self.engine.propose(episode) {
            Proposal::Task(task) => Ok(Proposal::Task(Box::new(self.reword(*task, episode).await?))),
            rejection => Ok(rejection),
        }
    }

    /// The task in other words, or as it was, with the reason in its provenance.
    async fn reword(&self, mut task: Task, episode: u64) -> Result<Task, Trouble> {
        task.provenance.engine = "hybrid".into();
        if !is_open(&task) {
            return Ok(self.kept(task, "the answer could be hit by chance"));
        }
        let (model, options) = self.model(Stage::Deriver)?;
        let words: Vec<String> = task.spans.iter().map(|s| format!("  - {}", s.text)).collect();
        let system = self.prompts.fill("reword.md", &[("words", &words.join("\n"))]);
        let mut messages = vec![Message::system(system), Message::user(format!("The question:\n{}", task.question))];
        let choice = options.forced();
        let mut reason = String::new();
        for attempt in 0..ATTEMPTS {
            let request = Request { messages: &messages, tools: &self.submit, choice: &choice, options };
            let reply = match model.send(request, &place(Stage::Deriver, episode, 0, attempt)).await {
                Ok(exchange) => exchange.reply,
                Err(failure) if failure.kind == Kind::Refused => return Ok(self.kept(task, "the model refused")),
                Err(failure) if failure.kind == Kind::ContextOverflow => {
                    return Ok(self.kept(task, "it does not fit into the model's context"));
                }
                Err(failure) => return Err(unanswered(Stage::Deriver, &failure)),
            };
            let calls = reply.turn.calls.clone();
            let submitted = calls.iter().filter(|c| c.name == SUBMIT).find_map(|c| c.parsed().ok());
            let text = submitted.as_ref().and_then(|args| args.get("question")).and_then(Value::as_str);
            let tried = match text {
                Some(text) => self.attempt(&task, text.trim(), episode, attempt).await?,
                None => Tried::Fails(format!("the reply does not call `{SUBMIT}` with a question")),
            };
            match tried {
                Tried::Holds(task) => return Ok(*task),
                Tried::Fails(why) => reason = why,
            }
            let complaint = format!("Not accepted: {reason}. Write it again and submit it.");
            messages.push(Message::Assistant(reply.turn));
            for call in &calls {
                let (call, name) = (call.id.clone(), call.name.clone());
                messages.push(Message::Tool { call, name, content: complaint.clone(), error: true });
            }
            if calls.is_empty() {
                messages.push(Message::user(complaint));
            }
        }
        Ok(self.kept(task, &reason))
    }

    /// The task with this wording, if it holds.
    async fn attempt(&self, task: &Task, text: &str, episode: u64, number: u32) -> Result<Tried, Trouble> {
        if text.is_empty() || text.chars().count() > LONGEST {
            return Ok(Tried::Fails("the question is empty or too long".into()));
        }
        if text == task.question {
            return Ok(Tried::Fails("it is the same wording".into()));
        }
        let spans = match spans(text, task) {
            Ok(spans) => spans,
            Err(missing) => return Ok(Tried::Fails(format!("the words `{missing}` do not stand in it"))),
        };
        let parts = Parts {
            question: text,
            spans: &spans,
            derivation: &task.derivation,
            answer: &task.answer,
            evidence: &task.evidence,
        };
        let checker = Checker { pool: &self.pool, lexicon: &self.lexicon };
        let mut certificate = match checker.certificate(&parts, &task.logical_form, Vec::new(), true) {
            Ok(certificate) => certificate,
            Err(failure) => return Ok(Tried::Fails(failure.detail.trim_end_matches('.').to_string())),
        };
        if !self.derived_again(task, text, episode, number).await? {
            let why = "a reader who saw only this text did not arrive at the same result, so it asks for something else or \
                       leaves something out";
            return Ok(Tried::Fails(why.into()));
        }
        if let Some(derived) = &mut certificate.model_derived {
            derived.question_link = QuestionLink::IndependentSolves { agreed: 1, of: 1 };
        }
        let id = canon::fingerprint(&(&certificate.key, text, &task.toolset));
        let mut task = Task {
            id: format!("t{}", id.get(..16).unwrap_or(&id)),
            question: text.into(),
            spans,
            certificate,
            ..task.clone()
        };
        task.provenance.model = Some(self.provenance(REWORDED));
        Ok(Tried::Holds(Box::new(task)))
    }

    /// Whether a solver who sees only `text` and the toolset arrives at the answer.
    async fn derived_again(&self, task: &Task, text: &str, episode: u64, number: u32) -> Result<bool, Trouble> {
        let schemas = ToolSet::of(task.toolset.iter().filter_map(|t| self.schemas.get(t).cloned()));
        let (model, options) = self.model(Stage::Solver)?;
        let turns = self.config.solve_turns;
        let budget = Budget::of(turns, 4 * turns);
        let agent = Agent { model, options, tools: &*self.tools, schemas: &schemas, budget };
        let attempt = dive_agent::solve(&agent, text, &place(Stage::Solver, episode, number, 0)).await;
        // A reader who cannot take it in derives nothing.
        if attempt.failure.as_ref().is_some_and(|f| f.kind == Kind::ContextOverflow) {
            return Ok(false);
        }
        if let (Some(failure), false) = (&attempt.failure, attempt.end.counts()) {
            return Err(unanswered(Stage::Solver, failure));
        }
        if let End::Infrastructure { message } = &attempt.end {
            return Err(Trouble::Again(message.clone()));
        }
        Ok(attempt.end == End::Answered && matching::judge(text, &task.answer, attempt.response()) == Finding::Correct)
    }

    /// The task in the engine's words.
    fn kept(&self, mut task: Task, why: &str) -> Task {
        task.provenance.model = Some(self.provenance(&format!("original: {why}")));
        task
    }

    fn provenance(&self, rewording: &str) -> ModelProvenance {
        ModelProvenance {
            stages: self.models.names(&[Stage::Deriver, Stage::Solver]),
            prompts: self.prompts.fingerprint(),
            gate: self.config.gate.name().into(),
            rewording: rewording.into(),
        }
    }

    fn model(&self, stage: Stage) -> Result<(&dyn dive_llm::ChatModel, &dive_llm::Options), Trouble> {
        let missing = || Trouble::Stop(format!("there is no model for the {}", stage.name()));
        self.models.get(stage).ok_or_else(missing)
    }
}

/// Whether an equal answer says that the question was understood.
fn is_open(task: &Task) -> bool {
    match &task.answer {
        Answer::Boolean { .. } => false,
        Answer::Text { value, .. } | Answer::Date { value } => task.spans.iter().all(|s| s.value != **value),
        _ => true,
    }
}

/// Where the constants of a task stand in another wording of it.
///
/// # Errors
/// The words of one that does not.
fn spans(text: &str, task: &Task) -> Result<Vec<Span>, String> {
    let mut spans: Vec<Span> = Vec::new();
    for old in &task.spans {
        let free = |(start, end): &(usize, usize)| spans.iter().all(|s| *end <= s.start || s.end <= *start);
        let places = trace::whole_words(text, &old.text);
        let (start, end) = places.into_iter().find(free).ok_or_else(|| old.text.clone())?;
        spans.push(Span { start, end, ..old.clone() });
    }
    spans.sort_by_key(|s| s.start);
    Ok(spans)
}

fn place(stage: Stage, episode: u64, attempt: u32, turn: u32) -> Place {
    Place { subject: format!("episode {episode}"), stage: stage.name().into(), round: 0, attempt, turn }
}

fn unanswered(stage: Stage, failure: &ModelFailure) -> Trouble {
    let hint = failure.kind.hint().map_or(String::new(), |h| format!("; {h}"));
    let message = format!("the {}: {}{hint}", stage.name(), failure.message);
    match failure.kind {
        Kind::BadRequest => Trouble::Stop(message),
        kind if kind.is_final() => Trouble::Stop(message),
        _ => Trouble::Again(message),
    }
}

fn schema() -> Value {
    json!({"type": "function", "function": {
        "name": SUBMIT,
        "description": "Submits the question in other words.",
        "parameters": {
            "type": "object",
            "properties": {"question": {"type": "string", "description": "The question, complete."}},
            "required": ["question"]
        }
    }})
}
