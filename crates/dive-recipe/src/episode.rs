//! One episode of the recipe.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dive_agent::{Agent, Attempt, Budget, End, Made, Tools};
use dive_core::answer::Answer;
use dive_core::canon;
use dive_core::certificate::{Certificate, Check, DerivationLink, ModelDerived, QuestionLink, Replay};
use dive_core::evidence::{Call, CallId, Evidence, Outcome};
use dive_core::exemplar::FormKind;
use dive_core::expr::{Expr, Op};
use dive_core::form::Form;
use dive_core::matching::{self, Finding};
use dive_core::sem::Sem;
use dive_core::task::{ModelProvenance, Proposal, Provenance, Reason, Rejection, Round, SeedEntity, Task};
use dive_core::topology::Topology;
use dive_core::{SCHEMA_VERSION, task};
use dive_llm::{Failure as ModelFailure, Kind, Message, Place, Request, Schema, ToolSet};
use dive_synth::gate::Failure;
use dive_synth::lexicon::Lexicon;
use dive_synth::{Brief, Config, Engine, WorldId};
use dive_tools::ToolPool;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::check::{Checked, Checker};
use crate::config::{Gate, Models, RecipeConfig, Stage};
use crate::derive::{self, Underived};
use crate::prompts::Prompts;
use crate::submission::{self, Submission};
use crate::trace;

/// Replies of a collector for each call that it may make, and one to say that it is done.
const SPARE_TURNS: u32 = 2;
/// Name of the judge's tool.
const JUDGE: &str = "submit_judgement";

/// Why an episode has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The infrastructure failed; trying again may help.
    #[error("{0}")]
    Again(String),
    /// No episode can go on before somebody changes something.
    #[error("{0}")]
    Stop(String),
}

/// Proposes tasks with models.
pub struct Recipe {
    engine: Engine,
    pool: Arc<ToolPool>,
    tools: Arc<dyn Tools>,
    pool_fingerprint: String,
    lexicon: Lexicon,
    world: WorldId,
    synth: Config,
    config: RecipeConfig,
    models: Models,
    prompts: Prompts,
    schemas: HashMap<String, Schema>,
    submit: ToolSet,
    judge: ToolSet,
}

/// Where an episode stands.
struct Run<'a> {
    recipe: &'a Recipe,
    episode: u64,
    brief: Brief,
    schemas: ToolSet,
    evidence: Evidence,
    rounds: Vec<Round>,
}

/// A round that ends the episode.
enum Ended {
    Rejected(Failure, String),
    Trouble(Trouble),
}

impl Recipe {
    /// The recipe over the plans of an engine. `tools` executes what `pool` describes.
    #[expect(clippy::too_many_arguments, reason = "what a recipe consists of")]
    pub fn new(
        engine: Engine,
        pool: Arc<ToolPool>,
        tools: Arc<dyn Tools>,
        world: WorldId,
        synth: Config,
        config: RecipeConfig,
        models: Models,
        prompts: Prompts,
    ) -> Recipe {
        let lexicon = Lexicon::new(&pool);
        let pool_fingerprint = pool.fingerprint();
        let submit = ToolSet::new(&[submission::schema()]);
        let judge = ToolSet::new(&[judgement()]);
        let schemas = schemas(&pool);
        Recipe {
            engine,
            pool,
            tools,
            pool_fingerprint,
            lexicon,
            world,
            synth,
            config,
            models,
            prompts,
            schemas,
            submit,
            judge,
        }
    }

    /// The proposal of an episode.
    ///
    /// # Errors
    /// A model cannot be reached; what was paid for is in the journal.
    pub async fn propose(&self, episode: u64) -> Result<Proposal, Trouble> {
        let Some(brief) = self.engine.brief(episode) else {
            let failure = Failure { reason: Reason::NoEvidence, detail: "no tool of the pool suits the form".into() };
            let nothing = SeedEntity { entity: String::new(), name: String::new() };
            return Ok(rejection(failure, String::new(), String::new(), String::new(), nothing, Evidence::default()));
        };
        let schemas = self.schemas(brief.toolset.iter());
        let mut run = Run { recipe: self, episode, brief, schemas, evidence: Evidence::default(), rounds: Vec::new() };
        match run.play().await {
            Ok(task) => Ok(Proposal::Task(Box::new(task))),
            Err(Ended::Rejected(failure, question)) => {
                let Run { brief, evidence, .. } = run;
                Ok(rejection(failure, question, brief.form.name(), brief.focal, brief.seed_entity, evidence))
            }
            Err(Ended::Trouble(trouble)) => Err(trouble),
        }
    }

    /// The prompts.
    pub fn prompts(&self) -> &Prompts {
        &self.prompts
    }

    fn schemas<'s>(&self, names: impl Iterator<Item = &'s String>) -> ToolSet {
        ToolSet::of(names.filter_map(|n| self.schemas.get(n).cloned()))
    }

    fn checker(&self) -> Checker<'_> {
        Checker { pool: &self.pool, lexicon: &self.lexicon }
    }

    fn agent<'a>(&'a self, stage: Stage, schemas: &'a ToolSet, budget: Budget) -> Result<Agent<'a>, Ended> {
        let Some((model, options)) = self.models.get(stage) else {
            return Err(Ended::Trouble(Trouble::Stop(format!("there is no model for the {}", stage.name()))));
        };
        let tools = &*self.tools;
        Ok(Agent { model, options, tools, schemas, budget })
    }
}

/// The schemas of a pool's tools, by name.
pub(crate) fn schemas(pool: &ToolPool) -> HashMap<String, Schema> {
    pool.specs().map(|spec| (spec.name.clone(), Schema::new(&spec.openai()))).collect()
}

impl Run<'_> {
    async fn play(&mut self) -> Result<Task, Ended> {
        let mut last: Option<Checked> = None;
        for round in 1..=self.brief.rounds {
            match self.round(round, last.as_ref()).await {
                Ok(checked) => {
                    self.rounds.push(Round {
                        round,
                        step: if round == 1 { "start" } else { "derive" }.into(),
                        question: checked.question.clone(),
                        answer: checked.answer.display(),
                    });
                    last = Some(checked);
                }
                // What an earlier round derived still stands.
                Err(Ended::Rejected(..)) if last.is_some() => break,
                Err(ended) => return Err(ended),
            }
        }
        let Some(checked) = last else {
            return reject(Reason::NoEvidence, "there was no round", String::new());
        };
        let mut task = self.task(checked);
        self.judge(&task).await?;
        self.blind(&mut task).await?;
        self.without_tools(&task).await?;
        Ok(task)
    }

    /// One round: new evidence, then a task that uses it.
    async fn round(&mut self, round: u32, last: Option<&Checked>) -> Result<Checked, Ended> {
        let recipe = self.recipe;
        let calls = self.collect(round, last).await?;
        let known = self.evidence.calls.len();
        for (i, made) in calls.into_iter().enumerate() {
            let Made { tool, args, outcome } = made;
            let id = CallId((known + i) as u32 + 1);
            let args: BTreeMap<String, Value> = args.into_iter().filter(|(_, v)| !v.is_null()).collect();
            self.evidence.calls.push(Call { id, round, tool, args, sources: BTreeMap::new(), outcome });
        }
        let new = self.evidence.calls.get(known..).unwrap_or_default();
        if !new.iter().any(|c| c.outcome.value().is_some()) {
            let detail = match new.first().map(|c| &c.outcome) {
                None => "the collector called no tool; choose a model with tool calling, or switch it on in the server"
                    .into(),
                Some(Outcome::Error { error }) => {
                    format!("every call of the collector failed, the first with: {error}")
                }
                Some(Outcome::Value { .. }) => String::new(),
            };
            return reject(Reason::NoEvidence, detail, String::new());
        }
        let Some((model, options)) = recipe.models.get(Stage::Deriver) else {
            return Err(Ended::Trouble(Trouble::Stop("there is no model for the deriver".into())));
        };
        let place = self.place(Stage::Deriver, round, 0);
        let previous = last.map(|c| (c.question.as_str(), c.answer.display()));
        let check = |submitted: &Submission| self.check(submitted, last);
        let derived = derive::derive(
            model,
            options,
            &recipe.submit,
            &recipe.prompts,
            &recipe.pool,
            &self.brief,
            &self.evidence,
            previous,
            &place,
            check,
        )
        .await;
        match derived {
            Ok((checked, _)) => Ok(checked),
            Err(Underived::Rejected(failure, question)) => Err(Ended::Rejected(failure, question)),
            Err(Underived::Unanswered(failure)) => Err(unanswered(Stage::Deriver, failure)),
        }
    }

    fn check(&self, submitted: &Submission, last: Option<&Checked>) -> Result<Checked, Failure> {
        let refuse = |reason, detail: &str| Err(Failure { reason, detail: detail.into() });
        if self.recipe.config.gate == Gate::Off {
            return Ok(unchecked(submitted, &self.evidence, &self.recipe.checker()));
        }
        let checked = self.recipe.checker().submission(submitted, &self.evidence)?;
        if let Some(last) = last {
            if last.question == checked.question {
                return refuse(Reason::Duplicate, "the question is the one of the round before");
            }
            if last.form.key() == checked.form.key() {
                return refuse(Reason::Duplicate, "the derivation is the one of the round before");
            }
        }
        Ok(checked)
    }

    async fn collect(&self, round: u32, last: Option<&Checked>) -> Result<Vec<Made>, Ended> {
        let recipe = self.recipe;
        let steps = recipe.synth.steps;
        let budget = Budget::of(steps + SPARE_TURNS, steps);
        let agent = recipe.agent(Stage::Collector, &self.schemas, budget)?;
        let seed = derive::seed(&self.brief);
        let text = match last {
            None => recipe.prompts.fill("collector-start.md", &[("seed", &seed)]),
            Some(last) => recipe.prompts.fill(
                "collector-grow.md",
                &[("seed", &seed), ("question", &last.question), ("evidence", &derive::lines(&self.evidence))],
            ),
        };
        let system = recipe.prompts.fill("collector.md", &[("steps", &steps.to_string())]);
        let messages = vec![Message::system(system), Message::user(text)];
        let attempt = dive_agent::run(&agent, messages, &self.place(Stage::Collector, round, 0)).await;
        match (&attempt.end, attempt.failure) {
            (End::Refused, _) => reject(Reason::Refused, "the collector refused", String::new()),
            (_, Some(failure)) => Err(unanswered(Stage::Collector, failure)),
            (End::Infrastructure { message }, None) => Err(Ended::Trouble(Trouble::Again(message.clone()))),
            (End::OutOfTokens, None) if attempt.calls.is_empty() => {
                let detail = "the collector's reply was cut off at the limit of tokens; raise max_tokens";
                reject(Reason::NoEvidence, detail, String::new())
            }
            _ => Ok(attempt.calls),
        }
    }

    /// Attempts at the question by solvers who see nothing else.
    async fn attempts(
        &self,
        schemas: &ToolSet,
        question: &str,
        number: u32,
        first: u32,
    ) -> Result<Vec<Attempt>, Ended> {
        let budget = Budget::of(self.recipe.config.solve_turns, 4 * self.recipe.config.solve_turns);
        let agent = self.recipe.agent(Stage::Solver, schemas, budget)?;
        let solves = (first..first + number).map(|i| {
            let place = self.place(Stage::Solver, 0, i);
            async move { dive_agent::solve(&agent, question, &place).await }
        });
        let attempts = join_all(solves).await;
        for attempt in &attempts {
            if let Some(failure) = attempt.failure.as_ref().filter(|f| f.kind.is_final()) {
                return Err(unanswered(Stage::Solver, failure.clone()));
            }
        }
        Ok(attempts)
    }

    async fn blind(&self, task: &mut Task) -> Result<(), Ended> {
        let config = &self.recipe.config;
        if config.solves == 0 || config.gate == Gate::Off {
            return Ok(());
        }
        let attempts = self.attempts(&self.schemas, &task.question, config.solves, 0).await?;
        let counted: Vec<&Attempt> = attempts.iter().filter(|a| a.end.counts()).collect();
        let of = counted.len() as u32;
        if of == 0 {
            let message = attempts.iter().find_map(|a| a.failure.as_ref()).map(|f| f.message.clone());
            let message = format!("no solver could be asked: {}", message.unwrap_or_default());
            return Err(Ended::Trouble(Trouble::Again(message)));
        }
        let agreed = counted.iter().filter(|a| agrees(task, a)).count() as u32;
        // Fewer solvers than planned cannot be asked for more than they are.
        if agreed < config.min_solves.min(of) {
            let said: Vec<String> = counted.iter().map(|a| answer_line(a)).collect();
            let detail = format!(
                "{agreed} of {of} blind attempts arrived at `{}`; they said: {}",
                task.answer.display(),
                said.join("; ")
            );
            return reject(Reason::QuestionLink, detail, task.question.clone());
        }
        if let Some(derived) = &mut task.certificate.model_derived {
            derived.question_link = QuestionLink::IndependentSolves { agreed, of };
        }
        Ok(())
    }

    /// The gates in which a model must fail.
    async fn without_tools(&self, task: &Task) -> Result<(), Ended> {
        let config = &self.recipe.config;
        let mut gates: Vec<(ToolSet, &str)> = Vec::new();
        if config.closed_book {
            gates.push((ToolSet::default(), "without tools"));
        }
        if config.tool_ablated {
            let path = &task.certificate.path;
            let needed: Vec<&str> = path.iter().filter_map(|c| Some(task.evidence.get(*c)?.tool.as_str())).collect();
            let rest = task.toolset.iter().filter(|t| !needed.contains(&t.as_str()));
            gates.push((self.recipe.schemas(rest), "without the tools of its path"));
        }
        for (i, (schemas, how)) in gates.iter().enumerate() {
            let attempts = self.attempts(schemas, &task.question, 1, 1000 + i as u32).await?;
            let Some(attempt) = attempts.first() else { continue };
            if let Some(failure) = attempt.failure.as_ref().filter(|_| !attempt.end.counts()) {
                return Err(unanswered(Stage::Solver, failure.clone()));
            }
            if let End::Infrastructure { message } = &attempt.end {
                return Err(Ended::Trouble(Trouble::Again(message.clone())));
            }
            if agrees(task, attempt) {
                return reject(Reason::Guessable, format!("a model {how} answered it"), task.question.clone());
            }
        }
        Ok(())
    }

    async fn judge(&self, task: &Task) -> Result<(), Ended> {
        if !self.recipe.config.judge {
            return Ok(());
        }
        let Some((model, options)) = self.recipe.models.get(Stage::Judge) else { return Ok(()) };
        let messages = [
            Message::system(self.recipe.prompts.fill("judge.md", &[])),
            Message::user(format!("The question:\n{}", task.question)),
        ];
        let choice = options.forced();
        let request = Request { messages: &messages, tools: &self.recipe.judge, choice: &choice, options };
        let place = self.place(Stage::Judge, 0, 0);
        let reply = model.send(request, &place).await.map_err(|f| unanswered(Stage::Judge, f))?.reply;
        let verdict = reply.turn.calls.iter().find(|c| c.name == JUDGE).and_then(|c| c.parsed().ok());
        let verdict = verdict.unwrap_or_default();
        let says = |key: &str| verdict.get(key).cloned().unwrap_or_default();
        match says("well_formed").as_bool() {
            Some(true) => Ok(()),
            Some(false) => {
                let detail = format!("the judge: {}", says("reason").as_str().unwrap_or_default());
                reject(Reason::NotWellFormed, detail, task.question.clone())
            }
            None => reject(Reason::NotWellFormed, "the judge gave no judgement", task.question.clone()),
        }
    }

    fn place(&self, stage: Stage, round: u32, attempt: u32) -> Place {
        Place { subject: format!("episode {}", self.episode), stage: stage.name().into(), round, attempt, turn: 0 }
    }

    fn task(&self, checked: Checked) -> Task {
        let Checked { question, derivation, answer, evidence, form, spans, certificate } = checked;
        let pool = &self.recipe.pool;
        let path = &certificate.path;
        let topology = Topology::of(path, &evidence, &|t| pool.spec(t).map(|s| s.kind));
        let mut domains: Vec<String> =
            path.iter().filter_map(|id| pool.spec(&evidence.get(*id)?.tool)).map(|s| s.domain.clone()).collect();
        domains.sort();
        domains.dedup();
        let config = &self.recipe.config;
        let mut stages = vec![Stage::Collector, Stage::Deriver];
        if config.solves > 0 && config.gate == Gate::On || config.closed_book || config.tool_ablated {
            stages.push(Stage::Solver);
        }
        if config.judge {
            stages.push(Stage::Judge);
        }
        let id = canon::fingerprint(&(&certificate.key, &question, &self.brief.toolset));
        Task {
            schema: SCHEMA_VERSION,
            id: format!("t{}", id.get(..16).unwrap_or(&id)),
            form: form_of(&derivation, path.len()).name(),
            question,
            spans,
            answer,
            toolset: self.brief.toolset.clone(),
            focal: self.brief.focal.clone(),
            domains,
            seed_entity: self.brief.seed_entity.clone(),
            exemplars: self.brief.exemplars.iter().map(|e| e.id.clone()).collect(),
            rounds: self.rounds.clone(),
            evidence,
            derivation,
            logical_form: form,
            certificate,
            topology,
            provenance: Provenance {
                engine: "llm".into(),
                seed: self.recipe.synth.seed,
                episode: self.episode,
                world_seed: self.recipe.world.seed,
                world: self.recipe.world.fingerprint.clone(),
                pool: self.recipe.pool_fingerprint.clone(),
                version: env!("CARGO_PKG_VERSION").into(),
                model: Some(ModelProvenance {
                    stages: self.recipe.models.names(&stages),
                    prompts: self.recipe.prompts.fingerprint(),
                    gate: config.gate.name().into(),
                    rewording: String::new(),
                }),
            },
        }
    }
}

fn rejection(
    failure: Failure,
    question: String,
    form: String,
    focal: String,
    seed_entity: SeedEntity,
    evidence: Evidence,
) -> Proposal {
    Proposal::Rejection(Box::new(Rejection {
        schema: SCHEMA_VERSION,
        reason: failure.reason,
        detail: failure.detail,
        question,
        form,
        focal,
        seed_entity,
        evidence,
    }))
}

fn reject<T>(reason: Reason, detail: impl Into<String>, question: String) -> Result<T, Ended> {
    Err(Ended::Rejected(Failure { reason, detail: detail.into() }, question))
}

/// A stage without a reply: the model's limits reject the episode, everything else is trouble.
fn unanswered(stage: Stage, failure: ModelFailure) -> Ended {
    let mut message = format!("the {}: {}", stage.name(), failure.message);
    if let Some(hint) = failure.kind.hint() {
        message.push_str(&format!("; {hint}"));
    }
    match failure.kind {
        Kind::ContextOverflow => {
            Ended::Rejected(Failure { reason: Reason::OutOfContext, detail: message }, String::new())
        }
        Kind::Refused => Ended::Rejected(Failure { reason: Reason::Refused, detail: message }, String::new()),
        // The endpoint does not understand what we send: it will not understand the next episode either.
        Kind::BadRequest => Ended::Trouble(Trouble::Stop(message)),
        kind if kind.is_final() => Ended::Trouble(Trouble::Stop(message)),
        _ => Ended::Trouble(Trouble::Again(message)),
    }
}

fn agrees(task: &Task, attempt: &Attempt) -> bool {
    attempt.end == End::Answered
        && matching::judge(&task.question, &task.answer, attempt.response()) == Finding::Correct
}

/// What a solver said last, in a line.
fn answer_line(attempt: &Attempt) -> String {
    let said = attempt.response();
    let line = said.rsplit_once(dive_agent::ANSWER_MARK).map_or(said, |(_, answer)| answer);
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(80).collect();
    if short.is_empty() { attempt.end.name().into() } else { format!("`{short}`") }
}

/// The paper's way: the task as the model claims it.
fn unchecked(submitted: &Submission, observed: &Evidence, checker: &Checker<'_>) -> Checked {
    let question = submitted.question.trim().to_string();
    let evidence = trace::trace(observed, &question, checker.pool);
    let answer = submitted.answer.answer();
    let claimed = Expr::literal(claimed(&answer), Sem::Text("claimed".into()));
    let usable = |e: &Expr| e.eval(&evidence).is_ok() && Form::of(e, &evidence).is_ok();
    let support = match submitted.support.as_slice() {
        [one] => Some(Expr::get(one.observation, one.pointer.clone())),
        _ => None,
    };
    let derivation = submitted.derivation.clone().or(support).filter(usable).unwrap_or(claimed);
    let form = Form::of(&derivation, &evidence).unwrap_or_else(|_| Form::literal(Value::Null, Sem::Number));
    let spans = trace::spans(&question, &form);
    let path = evidence.path(&derivation);
    let certificate = Certificate {
        unrounded: derivation.eval(&evidence).unwrap_or_default(),
        literal_arguments: 0,
        derived_arguments: 0,
        ablations: Vec::new(),
        complete: Vec::new(),
        readings: 0,
        key: canon::fingerprint(&(form.key(), &question)),
        skeleton: canon::hash(dive_synth::gate::skeleton(&question, &spans).as_bytes()),
        passed: vec![Check::New],
        model_derived: Some(ModelDerived {
            derivation: DerivationLink::Unchecked,
            question_link: QuestionLink::Unchecked,
            replay: Replay::NotRun,
            support: Vec::new(),
        }),
        path,
    };
    Checked { question, derivation, answer, evidence, form, spans, certificate }
}

fn claimed(answer: &Answer) -> Value {
    match answer {
        Answer::Number { value, .. } => canon::number(*value),
        Answer::Boolean { value } => (*value).into(),
        other => other.display().into(),
    }
}

/// What a question with this derivation asks one to do.
fn form_of(derivation: &Expr, calls: usize) -> FormKind {
    match derivation {
        Expr::Apply { op, args } => match op {
            Op::Round { .. } => args.first().map_or(FormKind::Computation, |a| form_of(a, calls)),
            Op::Subtract | Op::Difference => FormKind::Difference,
            Op::PercentOf | Op::PercentChange => FormKind::Percentage,
            Op::Divide => FormKind::Ratio,
            Op::Sum | Op::Median => FormKind::Aggregation,
            Op::Mean => FormKind::Average,
            Op::Range => FormKind::Spread,
            Op::Extreme { .. } => FormKind::ExtremeValue,
            Op::Pick { rank: 1, .. } => FormKind::Superlative,
            Op::Pick { .. } => FormKind::Ordinal,
            Op::Top { .. } => FormKind::Ranking,
            Op::Count => FormKind::Counting,
            Op::Filter { .. } | Op::Intersect => FormKind::Listing,
            Op::Greater => FormKind::Verification,
            Op::If => FormKind::Conditional,
            Op::DaysBetween | Op::YearOf => FormKind::DateReasoning,
            Op::Convert { .. } => FormKind::UnitConversion,
            Op::List | Op::Mapping { .. } => FormKind::Pair,
            _ => FormKind::Computation,
        },
        _ if calls > 1 => FormKind::MultiHop,
        _ => FormKind::Lookup,
    }
}

fn judgement() -> Value {
    json!({"type": "function", "function": {
        "name": JUDGE,
        "description": "Says whether the question is well formed.",
        "parameters": {
            "type": "object",
            "properties": {
                "well_formed": {"type": "boolean", "description": "Whether it is."},
                "reason": {"type": "string", "description": "Why, in a sentence."}
            },
            "required": ["well_formed", "reason"]
        }
    }})
}

/// Whether a task comes from the recipe.
pub fn is_model_derived(task: &task::Task) -> bool {
    task.certificate.model_derived.is_some()
}
