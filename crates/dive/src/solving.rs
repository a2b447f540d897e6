//! A model's attempts at the tasks of a run: many at a time, each kept when it is done.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Result, anyhow, ensure};
use dive_agent::{Agent, Budget, End, Graded, ModelJudge, Policy, Toolbox, Tools, judge, reward};
use dive_core::answer::Answer;
use dive_core::task::Task;
use dive_llm::{ChatModel, Failure, Options, Place, Schema, ToolSet};
use dive_recipe::Stage;
use dive_store::{Run, Which, Writer};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc};

use crate::feeding::Health;
use crate::print;

/// Attempts recorded together.
const BATCH: usize = 256;

/// Who tries, and who decides.
pub struct Student {
    /// Under which name and settings attempts are kept.
    pub policy: Policy,
    /// The model.
    pub model: Box<dyn ChatModel>,
    /// How it is asked; a seed is that of the first attempt.
    pub options: Options,
    /// What executes its calls.
    pub tools: Arc<dyn Tools>,
    /// What an attempt may use up.
    pub budget: Budget,
    /// Decides where rules cannot.
    pub judge: Option<ModelJudge>,
    /// Weight of the format in the reward.
    pub alpha: f64,
}

/// What was done.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Solved {
    /// Attempts made now.
    pub made: u64,
    /// Attempts that were there.
    pub present: u64,
    /// Attempts whose infrastructure failed now; the same command makes them again.
    pub infrastructure: u64,
    /// Earlier attempts that a judge decided now.
    pub judged: u64,
    /// Why it stopped before its end, if it did.
    pub stopped: Option<String>,
}

/// What an attempt needs of a task.
struct Subject {
    id: String,
    question: String,
    answer: Answer,
    toolset: Vec<String>,
    schemas: ToolSet,
}

struct Shared {
    student: Student,
    toolbox: Toolbox,
    health: Health,
    stopped: Mutex<Option<String>>,
}

/// What is done about a task, one thing at a time.
enum Job {
    Attempt(u32),
    /// The rules left the verdict open.
    Judge(Box<Graded>),
}

/// What came of it.
enum Done {
    Attempted(Box<Graded>),
    Judged(Box<Graded>),
}

/// Makes the first `rollouts` attempts at every task, as far as they are not there, so many at a time. What was paid for
/// before a kill comes from the journal; attempts whose infrastructure failed are made again, and only these.
pub fn solve(dir: &Path, student: Student, rollouts: u32, in_flight: usize, runtime: &Runtime) -> Result<Solved> {
    let writer = Writer::existing(dir)?;
    let run = Run::open(dir)?;
    let policy = student.policy.clone();
    if let Some(known) = run.policy(&policy.name)? {
        ensure!(
            known == policy,
            "the run has attempts of `{}` with other settings ({}): give these ones another name with --policy",
            policy.name,
            differences(&known, &policy)
        );
    }
    let specs = run.tools()?;
    let schemas: HashMap<&str, Schema> = specs.iter().map(|s| (s.name.as_str(), Schema::new(&s.openai()))).collect();
    let toolbox = Toolbox::new(&specs).map_err(|e| anyhow!(e))?;
    let attempted = run.attempted(&policy)?;
    let bar = print::progress(run.count(&Which::Tasks)? * u64::from(rollouts), "attempts");
    let shared = Arc::new(Shared { student, toolbox, health: Health::default(), stopped: Mutex::default() });
    let places = Arc::new(Semaphore::new(in_flight));
    let (sender, receiver) = mpsc::channel(BATCH);

    let (mut solved, fed) = thread::scope(|scope| {
        let keeping = {
            let (shared, bar) = (Arc::clone(&shared), bar.clone());
            scope.spawn(move || keep(writer, receiver, &shared, &bar))
        };
        let mut present = 0;
        let fed = run.each(&Which::Tasks, |entry| {
            let task: Task = serde_json::from_str(&entry.json)
                .map_err(|e| anyhow!("episode {} is malformed: {e}", entry.episode))?;
            let there = attempted.get(&task.id);
            let is_there = |i: &u32| there.is_some_and(|numbers| numbers.contains(i));
            let mut jobs: Vec<Job> = (0..rollouts).filter(|i| !is_there(i)).map(Job::Attempt).collect();
            present += u64::from(rollouts) - jobs.len() as u64;
            if shared.student.judge.is_some() && there.is_some() {
                let kept = run.rollouts(&task.id)?.into_iter();
                let open = kept.filter(|g| g.rollout.policy.name == policy.name && judge::is_open(g));
                jobs.extend(open.map(|g| Job::Judge(Box::new(g))));
            }
            bar.inc(u64::from(rollouts) - jobs.len().min(rollouts as usize) as u64);
            if jobs.is_empty() {
                return Ok(());
            }
            let own = ToolSet::of(task.toolset.iter().filter_map(|t| schemas.get(t.as_str()).cloned()));
            let Task { id, question, answer, toolset, .. } = task;
            let subject = Arc::new(Subject { id, question, answer, toolset, schemas: own });
            for job in jobs {
                let Ok(place) = runtime.block_on(Arc::clone(&places).acquire_owned()) else { return Ok(()) };
                if shared.is_stopped() {
                    return Ok(());
                }
                let (shared, subject, sender) = (Arc::clone(&shared), Arc::clone(&subject), sender.clone());
                runtime.spawn(async move {
                    if let Some(done) = shared.work(&subject, job).await {
                        // Nobody listens after the store has failed, which is reported there.
                        let _ = sender.send(done).await;
                    }
                    drop(place);
                });
            }
            Ok::<(), anyhow::Error>(())
        });
        // The keeper is done when every attempt under way has let go of its own.
        drop(sender);
        let kept = keeping.join().unwrap_or_else(|_| Err(anyhow!("the thread that keeps attempts failed")));
        (kept.map(|k| Solved { present, ..k }), fed)
    });
    bar.finish_and_clear();
    fed?;
    if let Ok(solved) = &mut solved {
        solved.stopped = shared.lock().take();
    }
    solved
}

/// Records what is done until nobody sends any more.
fn keep(
    mut writer: Writer,
    mut receiver: mpsc::Receiver<Done>,
    shared: &Shared,
    bar: &indicatif::ProgressBar,
) -> Result<Solved> {
    let mut solved = Solved::default();
    let mut batch: Vec<Graded> = Vec::new();
    while let Some(first) = receiver.blocking_recv() {
        let mut next = Some(first);
        while let Some(done) = next {
            let graded = match done {
                Done::Attempted(graded) => {
                    solved.made += 1;
                    solved.infrastructure += u64::from(!graded.rollout.end.counts());
                    graded
                }
                Done::Judged(graded) => {
                    solved.judged += 1;
                    graded
                }
            };
            bar.inc(1);
            batch.push(*graded);
            next = if batch.len() < BATCH { receiver.try_recv().ok() } else { None };
        }
        if let Err(error) = writer.record_rollouts(&batch) {
            shared.stop(error.to_string());
            return Err(error.into());
        }
        batch.clear();
    }
    Ok(solved)
}

impl Shared {
    async fn work(&self, subject: &Subject, job: Job) -> Option<Done> {
        match job {
            Job::Attempt(number) => {
                let graded = self.attempt(subject, number).await?;
                Some(Done::Attempted(Box::new(self.settle(subject, graded).await)))
            }
            Job::Judge(graded) => {
                let settled = self.settle(subject, *graded).await;
                (!judge::is_open(&settled)).then(|| Done::Judged(Box::new(settled)))
            }
        }
    }

    /// `None` where nothing was learnt, because the run has to stop.
    async fn attempt(&self, subject: &Subject, number: u32) -> Option<Graded> {
        let student = &self.student;
        let seed = student.options.seed.map(|s| s.wrapping_add(number.into()));
        let options = Options { seed, ..student.options.clone() };
        let agent = Agent {
            model: &*student.model,
            options: &options,
            tools: &*student.tools,
            schemas: &subject.schemas,
            budget: student.budget,
        };
        let stage = Stage::Solver.name().to_string();
        let place = Place { subject: subject.id.clone(), stage, round: 0, attempt: number, turn: 0 };
        let attempt = dive_agent::solve(&agent, &subject.question, &place).await;
        if let Some(failure) = attempt.failure.as_ref().filter(|f| f.kind.is_final()) {
            self.stop(said(Stage::Solver, failure));
            return None;
        }
        let rollout = attempt.rollout(&subject.id, &student.policy, number);
        match &rollout.end {
            End::Infrastructure { message } if !self.health.bad() => {
                let hinted = attempt.failure.as_ref().map(|f| said(Stage::Solver, f));
                self.stop(hinted.unwrap_or_else(|| message.clone()));
                return None;
            }
            End::Infrastructure { .. } => {}
            _ => self.health.good(),
        }
        let asked = (subject.question.as_str(), &subject.answer);
        Some(reward::grade_answer(asked, &subject.toolset, &self.toolbox, rollout, None, student.alpha))
    }

    async fn settle(&self, subject: &Subject, graded: Graded) -> Graded {
        let Some(judge) = &self.student.judge else { return graded };
        let asked = (subject.question.as_str(), &subject.answer);
        let (graded, failure) = judge.settle(asked, &subject.toolset, &self.toolbox, graded, self.student.alpha).await;
        if let Some(failure) = failure.filter(|f| f.kind.is_final()) {
            self.stop(said(Stage::Judge, &failure));
        }
        graded
    }

    fn stop(&self, message: String) {
        self.lock().get_or_insert(message);
    }

    fn is_stopped(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn said(stage: Stage, failure: &Failure) -> String {
    let hint = failure.kind.hint().map_or(String::new(), |h| format!("; {h}"));
    format!("the {}: {}{hint}", stage.name(), failure.message)
}

/// What two policies of one name do not have in common.
fn differences(there: &Policy, here: &Policy) -> String {
    let shown = |v: Option<&Value>| v.map_or("none".into(), ToString::to_string);
    let mut parts = Vec::new();
    if there.model != here.model {
        let name = |p: &Policy| p.model.clone().unwrap_or_else(|| "none".into());
        parts.push(format!("model {} there, {} here", name(there), name(here)));
    }
    let keys: std::collections::BTreeSet<&String> = there.settings.keys().chain(here.settings.keys()).collect();
    for key in keys {
        let (a, b) = (there.settings.get(key), here.settings.get(key));
        if a != b {
            parts.push(format!("{key} {} there, {} here", shown(a), shown(b)));
        }
    }
    parts.join("; ")
}
