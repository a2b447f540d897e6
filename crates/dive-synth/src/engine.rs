//! One episode: plan, rounds, gate.

use std::sync::Arc;

use dive_core::SCHEMA_VERSION;
use dive_core::answer::Answer;
use dive_core::canon;
use dive_core::evidence::Evidence;
use dive_core::exemplar::{Exemplar, FormKind};
use dive_core::expr::{Expr, Op};
use dive_core::form::Form;
use dive_core::rng::Stream;
use dive_core::sem::Sem;
use dive_core::task::{Proposal, Provenance, Reason, Rejection, Round, SeedEntity, Task};
use dive_core::tool::ToolKind;
use dive_core::topology::Topology;
use dive_tools::ToolPool;

use crate::answer;
use crate::config::Config;
use crate::episode::Episode;
use crate::gate::{Failure, Subject};
use crate::grow::{self, Step};
use crate::index::Index;
use crate::lexicon::Lexicon;
use crate::plan::{Plan, Planner};
use crate::realise::{self, Said};

/// Which world the pool's tools look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldId {
    /// World seed.
    pub seed: u64,
    /// Fingerprint of the world.
    pub fingerprint: String,
}

/// Proposes tasks.
pub struct Engine {
    pool: Arc<ToolPool>,
    pool_fingerprint: String,
    world: WorldId,
    config: Config,
    lexicon: Lexicon,
    index: Index,
    planner: Planner,
}

/// What an episode is about, for whoever collects and derives in another way.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    /// Names of the tools that the episode may use.
    pub toolset: Vec<String>,
    /// The exemplars.
    pub exemplars: Vec<Exemplar>,
    /// What most of them ask one to do.
    pub form: FormKind,
    /// The tool around which the toolset was drawn.
    pub focal: String,
    /// Rounds.
    pub rounds: u32,
    /// What anchors the episode.
    pub seed_entity: SeedEntity,
}

/// Fresh draws that an episode makes before it is rejected: a cell of the plan that fails by bad luck is tried again, so
/// that coverage holds for what is accepted.
const ATTEMPTS: u32 = 6;
/// Attempts after which a task that grew less than planned is taken all the same.
const PATIENCE: u32 = 3;
/// Calls from which on a task has grown enough, whatever was planned.
const AMPLE: usize = 5;
/// Attempts after which an episode that found nothing to ask is given up.
const BARREN: u32 = 3;
/// Share of the episodes that may end in a task for which a calculator and common knowledge are enough.
const UNAIDED: f64 = 0.05;
/// Wordings that a state of the task is tried with.
const WORDINGS: u32 = 5;

/// The task after a round.
struct State {
    derivation: Expr,
    step: &'static str,
    calls: usize,
}

impl Engine {
    /// An engine over this pool.
    ///
    /// # Errors
    /// A sentence that says which setting the pool cannot satisfy.
    pub fn new(
        pool: Arc<ToolPool>,
        world: WorldId,
        exemplars: Vec<Exemplar>,
        config: Config,
    ) -> Result<Engine, String> {
        if exemplars.is_empty() {
            return Err("There are no exemplars: at least one is needed to choose a form.".into());
        }
        if !pool.entities().types().any(|t| !t.names.is_empty()) {
            let what_to_do = "Give some with --seeds FILE, or collect them with `dive seeds harvest`.";
            return Err(format!("There are no seed entities: the pool names nothing to ask about. {what_to_do}"));
        }
        let lexicon = Lexicon::new(&pool);
        let index = Index::new(pool.specs().map(|s| s.name.as_str()), &lexicon);
        let planner = Planner::new(&index, exemplars, &config);
        if planner.pool_size() < config.toolset_min {
            return Err(format!(
                "The pool has {} tools, fewer than the smallest toolset ({}): lower toolset_min or add tools.",
                planner.pool_size(),
                config.toolset_min
            ));
        }
        let pool_fingerprint = pool.fingerprint();
        Ok(Engine { pool, pool_fingerprint, world, config, lexicon, index, planner })
    }

    /// Names of all tools of the pool.
    pub fn tool_names(&self) -> impl Iterator<Item = &str> {
        self.index.tools.iter().map(|t| t.spec.name.as_str())
    }

    /// What an episode is about for those who need no declared meanings to ask; `None` where the pool has nothing to ask about.
    pub fn brief(&self, episode: u64) -> Option<Brief> {
        let plan = self.planner.open_plan(&self.index, self.pool.entities(), &self.config, episode)?;
        let name = |t: usize| self.index.tool(t).map(|e| e.spec.name.clone());
        Some(Brief {
            toolset: plan.toolset.iter().filter_map(|t| name(*t)).collect(),
            exemplars: plan.exemplars.iter().filter_map(|id| self.planner.exemplar(id)).cloned().collect(),
            form: plan.form,
            focal: name(plan.focal)?,
            rounds: plan.rounds,
            seed_entity: plan.seed_entity,
        })
    }

    /// The proposal of an episode: a certified task or a typed rejection.
    pub fn propose(&self, episode: u64) -> Proposal {
        let reject = |failure: Failure, plan: Option<&Plan>, evidence: Evidence, question: String| {
            let seed_entity =
                plan.map_or(SeedEntity { entity: String::new(), name: String::new() }, |p| p.seed_entity.clone());
            Proposal::Rejection(Box::new(Rejection {
                schema: SCHEMA_VERSION,
                reason: failure.reason,
                detail: failure.detail,
                question,
                form: plan.map(|p| p.form.name()).unwrap_or_default(),
                focal: plan.and_then(|p| self.index.tool(p.focal)).map(|e| e.spec.name.clone()).unwrap_or_default(),
                seed_entity,
                evidence,
            }))
        };
        let Some(plan) = self.planner.plan(&self.index, self.pool.entities(), &self.config, episode) else {
            let failure = Failure { reason: Reason::NoEvidence, detail: "no tool of the pool suits the form".into() };
            return reject(failure, None, Evidence::default(), String::new());
        };
        let mut last =
            (Failure { reason: Reason::NoEvidence, detail: "no attempt".into() }, Evidence::default(), String::new());
        // A task that grew less than planned is kept while fresh draws may still give a better one.
        let mut best: Option<Task> = None;
        for attempt in 0..ATTEMPTS {
            match self.attempt(&plan, episode, attempt) {
                Ok(task) => {
                    let done = task.rounds.len() >= plan.rounds as usize || task.certificate.path.len() >= AMPLE;
                    if best.as_ref().is_none_or(|b| b.rounds.len() < task.rounds.len()) {
                        best = Some(task);
                    }
                    if done {
                        break;
                    }
                }
                Err(failed) => last = failed,
            }
            // Where nothing was found to ask that often, nothing is.
            let barren = best.is_none() && last.0.reason == Reason::NoEvidence;
            if attempt + 1 >= PATIENCE && best.is_some() || attempt + 1 >= BARREN && barren {
                break;
            }
        }
        if let Some(task) = best {
            return Proposal::Task(Box::new(task));
        }
        let (failure, evidence, question) = last;
        reject(failure, Some(&plan), evidence, question)
    }

    fn attempt(&self, plan: &Plan, episode: u64, attempt: u32) -> Result<Task, (Failure, Evidence, String)> {
        let rng = Stream::episode(self.config.seed, episode, &format!("attempt {attempt}"));
        let mut e = Episode::new(&self.pool, &self.lexicon, &self.index, &plan.toolset, &plan.seed_entity, rng);
        e.steps = self.config.steps;
        let rounds = plan.rounds;
        e.grows = rounds > 1;
        // A text takes two calls to open, and of two things that are compared both are asked about: few calls are left for
        // what leads there.
        let few = plan.text || grow::compares(plan.form);
        e.links = if few { 1 } else { rounds.saturating_sub(1) * plan.strides };
        e.text = plan.text;
        let Some(first) = e.compose(plan.form, plan.focal) else {
            let failure = Failure { reason: Reason::NoEvidence, detail: "the first round found nothing to ask".into() };
            return Err((failure, e.evidence, String::new()));
        };
        if e.strays(&first) {
            let failure = Failure { reason: Reason::NoEvidence, detail: "the first round strays".into() };
            return Err((failure, e.evidence, String::new()));
        }
        // A formula with all its inputs in the question, or a fact from a school book, can be had without tools: few are enough.
        let unaided = e
            .evidence
            .path(&first)
            .into_iter()
            .filter_map(|c| e.evidence.get(c))
            .all(|c| self.pool.spec(&c.tool).is_some_and(|s| s.kind == ToolKind::Processing || s.common_knowledge));
        if unaided && !Stream::episode(self.config.seed, episode, "unaided").chance(UNAIDED) {
            let failure = Failure { reason: Reason::Guessable, detail: "no tool is needed".into() };
            return Err((failure, e.evidence, String::new()));
        }
        let mut states = vec![State { derivation: first, step: "start", calls: e.evidence.calls.len() }];
        for round in 2..=rounds {
            e.round = round;
            e.steps = self.config.steps;
            let Some(state) = states.last() else { break };
            let mut grown: Option<(Expr, Step)> = None;
            for _ in 0..plan.strides {
                let from = grown.as_ref().map_or(&state.derivation, |(derivation, _)| derivation);
                let Some((derivation, step)) = e.grow(plan.form, from, &|e, x| self.sound(e, x)) else { break };
                grown = Some((derivation, grown.map_or(step, |(_, first)| first)));
            }
            // A round may find nothing; the next one looks elsewhere.
            let Some((derivation, step)) = grown else { continue };
            states.push(State { derivation, step: Step::name(step), calls: e.evidence.calls.len() });
        }
        // The last round whose task passes the gate is the task.
        let mut failed = None;
        while let Some(state) = states.last() {
            match self.finish(plan, episode, &mut e, &states, state) {
                Ok(task) => return Ok(task),
                Err(f) => failed = failed.or(Some(f)),
            }
            states.pop();
        }
        let (failure, question) =
            failed.unwrap_or((Failure { reason: Reason::NoEvidence, detail: String::new() }, String::new()));
        Err((failure, e.evidence, question))
    }

    /// Whether an expression makes a task as far as can be told without running its calls again and without its final words.
    fn sound(&self, e: &Episode<'_>, expr: &Expr) -> bool {
        let Some(derivation) = directed(e, expr) else { return false };
        let evidence = &e.evidence;
        let Some((form, value)) = Form::of(&derivation, evidence).ok().zip(e.eval(&derivation)) else { return false };
        let Some(answer) = answer::answer_of(&value, self.lexicon.sem(&form).as_ref(), &derivation) else {
            return false;
        };
        let (lexicon, pool) = (&self.lexicon, &self.pool);
        let subject = Subject { lexicon, pool, reexecute: false, evidence, derivation: &derivation, answer: &answer };
        guessable(&answer, &derivation).is_none()
            && subject.on_record().is_ok()
            && realise::realise(lexicon, &form, &mut e.rng.clone()).is_ok()
    }

    fn finish(
        &self,
        plan: &Plan,
        episode: u64,
        e: &mut Episode<'_>,
        states: &[State],
        state: &State,
    ) -> Result<Task, (Failure, String)> {
        let inexpressible =
            |detail: &str| (Failure { reason: Reason::NotExpressible, detail: detail.into() }, String::new());
        let derivation = directed(e, &state.derivation).ok_or_else(|| inexpressible("no sensible rounding"))?;
        let evidence = Evidence { calls: e.evidence.calls.iter().take(state.calls).cloned().collect() };
        let value = derivation.eval(&evidence).map_err(|x| inexpressible(&x.to_string()))?;
        let form = Form::of(&derivation, &evidence).map_err(|x| inexpressible(&x.to_string()))?;
        let sem = self.lexicon.sem(&form);
        let answer =
            answer::answer_of(&value, sem.as_ref(), &derivation).ok_or_else(|| inexpressible("no typed answer"))?;
        if let Some(detail) = guessable(&answer, &derivation) {
            return Err((Failure { reason: Reason::Guessable, detail: detail.into() }, String::new()));
        }
        let subject = Subject {
            lexicon: &self.lexicon,
            pool: &self.pool,
            reexecute: true,
            evidence: &evidence,
            derivation: &derivation,
            answer: &answer,
        };
        let mut last = inexpressible("no wording");
        let mut grounds = Some(subject.grounds().map_err(|f| (f, String::new()))?);
        for _ in 0..WORDINGS {
            let said = match realise::realise(&self.lexicon, &form, &mut e.rng) {
                Ok(said) => said,
                Err(u) => {
                    last = inexpressible(u.0);
                    continue;
                }
            };
            let held = match grounds.take() {
                Some(g) => g,
                None => subject.grounds().map_err(|f| (f, String::new()))?,
            };
            match subject.certify(held, &said.text, &said.spans) {
                Ok(certificate) => {
                    let rounds = self.history(e, states, &said, &answer);
                    let path = certificate.path.clone();
                    let topology = Topology::of(&path, &evidence, &|t| self.pool.spec(t).map(|s| s.kind));
                    let domains = path
                        .iter()
                        .filter_map(|id| self.pool.spec(&evidence.get(*id)?.tool))
                        .map(|s| s.domain.clone())
                        .collect::<std::collections::BTreeSet<_>>();
                    let toolset = plan
                        .toolset
                        .iter()
                        .filter_map(|t| self.index.tool(*t))
                        .map(|e| e.spec.name.clone())
                        .collect::<Vec<_>>();
                    let id = canon::fingerprint(&(&certificate.key, &said.text, &toolset));
                    return Ok(Task {
                        schema: SCHEMA_VERSION,
                        id: format!("t{}", &id[..16]),
                        question: said.text,
                        spans: said.spans,
                        answer,
                        toolset,
                        domains: domains.into_iter().collect(),
                        seed_entity: plan.seed_entity.clone(),
                        exemplars: plan.exemplars.clone(),
                        form: plan.form.name(),
                        focal: self.index.tool(plan.focal).map(|e| e.spec.name.clone()).unwrap_or_default(),
                        rounds,
                        evidence,
                        derivation,
                        logical_form: form,
                        certificate,
                        topology,
                        provenance: Provenance {
                            engine: "symbolic".into(),
                            seed: self.config.seed,
                            episode,
                            world_seed: self.world.seed,
                            world: self.world.fingerprint.clone(),
                            pool: self.pool_fingerprint.clone(),
                            version: env!("CARGO_PKG_VERSION").into(),
                            model: None,
                        },
                    });
                }
                Err(failure) => last = (failure, said.text),
            }
        }
        Err(last)
    }

    /// The question after each round up to the last one.
    fn history(&self, e: &mut Episode<'_>, states: &[State], said: &Said, answer: &Answer) -> Vec<Round> {
        let mut rounds = Vec::new();
        let last = states.len();
        for (i, state) in states.iter().enumerate() {
            let round = i as u32 + 1;
            let (question, answer) = if round as usize == last {
                (said.text.clone(), answer.display())
            } else {
                let evaluated = directed(e, &state.derivation).and_then(|d| {
                    let form = Form::of(&d, &e.evidence).ok()?;
                    let value = d.eval(&e.evidence).ok()?;
                    let answer = answer::answer_of(&value, self.lexicon.sem(&form).as_ref(), &d)?;
                    let said = realise::realise(&self.lexicon, &form, &mut e.rng).ok()?;
                    Some((said.text, answer.display()))
                });
                evaluated.unwrap_or_default()
            };
            rounds.push(Round { round, step: state.step.into(), question, answer });
        }
        rounds
    }
}

/// The derivation with the rounding that a person would ask for; values that are exact as displayed stay as they are.
fn directed(e: &Episode<'_>, derivation: &Expr) -> Option<Expr> {
    let value = e.eval(derivation)?;
    let sem = e.sem(derivation);
    let Some(x) = value.as_f64() else { return Some(derivation.clone()) };
    if matches!(sem, Some(Sem::Year(_))) || sem.as_ref().is_some_and(Sem::is_count) && x.fract() == 0.0 {
        return Some(derivation.clone());
    }
    let size = x.abs();
    // A formula's result was cut to so many digits; that it looks exact says nothing.
    let computed = derivation.place().is_some_and(|(call, _)| e.computed(call));
    let whole = x.fract() == 0.0 && !(computed && size >= 1e6);
    let conditional = matches!(derivation, Expr::Apply { op: Op::If, .. });
    let displayed = derivation.place().is_some() && !computed && (x * 100.0).fract().abs() < 1e-9;
    if whole || conditional || displayed {
        return Some(derivation.clone());
    }
    let decimals = match size {
        _ if size >= 10_000.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 1.0 => 2,
        _ if size >= 0.1 => 3,
        _ if size >= 0.01 => 4,
        _ => return None,
    };
    Some(Expr::apply(Op::Round { decimals }, [derivation.clone()]))
}

/// Answers that need no work to guess.
fn guessable(answer: &Answer, derivation: &Expr) -> Option<&'static str> {
    match answer {
        Answer::Number { value, .. } if *value == 0.0 => Some("the answer is zero"),
        Answer::Set { items } if items.is_empty() || items.len() > 8 => Some("the list is empty or too long"),
        Answer::Text { of, .. } if of == "sex" => Some("one of two words"),
        Answer::Text { value, of } if of.is_empty() && value.len() > 24 => Some("too long to answer"),
        Answer::Mapping { entries } => entries.values().find_map(|a| guessable(a, derivation)),
        _ if matches!(derivation, Expr::Apply { op: Op::Count, .. })
            && matches!(answer, Answer::Number { value, .. } if *value < 2.0) =>
        {
            Some("a count below two")
        }
        _ => None,
    }
}
