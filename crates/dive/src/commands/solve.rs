//! `dive solve`: attempts at the tasks of a run, with verdicts and rewards.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, bail, ensure};
use clap::Args;
use dive_agent::{Budget, Graded, ModelJudge, Policy, Toolbox, oracle, reward};
use dive_core::rollout::ORACLE;
use dive_llm::{Options, Usage, Wire};
use dive_recipe::Stage;
use dive_store::{Run, Which, Writer};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::cli::RunArg;
use crate::models::{self, Bill, Limiters, Llm};
use crate::outside::Outside;
use crate::print::{self, clean, say};
use crate::session::Session;
use crate::settings::File;
use crate::solving::{self, Solved, Student};

/// Attempts of a model at each task, by default: the fewest that a pass rate may rest on.
const DEFAULT_ROLLOUTS: u32 = 4;
const MAX_ROLLOUTS: u32 = 1024;
/// Replies of a model in an attempt, by default.
const DEFAULT_TURNS: u32 = 24;
/// Calls in an attempt, for each reply.
const CALLS_A_TURN: u32 = 4;

/// Arguments of `dive solve`.
#[derive(Debug, Args)]
pub struct Solve {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// Weight of the format in the reward: 1 for well-formed calls and a marked answer, times this.
    #[arg(long, value_name = "WEIGHT", default_value_t = reward::ALPHA)]
    pub alpha: f64,
    /// With a model: say what it would use and cost, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// How attempts are made.
    #[command(flatten)]
    pub choices: Attempts,
    /// The model.
    #[command(flatten)]
    pub model: Asked,
    /// Tools that others run.
    #[command(flatten)]
    pub outside: Outside,
}

/// How attempts are made, as flags and as the section `[solve]` of the settings file.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attempts {
    /// Name under which attempts are kept [default: the model's name; `oracle` replays the certified path].
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Attempts of a model at each task [default: 4].
    #[arg(long, value_name = "K")]
    pub rollouts: Option<u32>,
    /// Replies of the model in an attempt [default: 24].
    #[arg(long, value_name = "N")]
    pub turns: Option<u32>,
    /// Tokens that the model may write in an attempt [default: no limit].
    #[arg(long, value_name = "N")]
    pub attempt_tokens: Option<u64>,
    /// Seconds that an attempt may take [default: no limit].
    #[arg(long, value_name = "SECONDS")]
    pub attempt_seconds: Option<u64>,
    /// Ask a model about answers that rules cannot decide.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub judge_answers: Option<bool>,
}

/// The model of attempts, as flags.
#[derive(Debug, Args)]
#[command(next_help_heading = "Models")]
pub struct Asked {
    /// The model; without one, and without one in the settings file, the certified path is replayed.
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Address of the endpoint [default: that of OpenAI or Anthropic].
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Format of the endpoint: openai or anthropic [default: openai].
    #[arg(long, value_name = "FORMAT", value_parser = models::wire)]
    wire: Option<Wire>,
    /// Environment variable that holds the key [default: OPENAI_API_KEY or ANTHROPIC_API_KEY for these two].
    #[arg(long, value_name = "NAME")]
    api_key_env: Option<String>,
    /// Most tokens of a reply [default: 4096].
    #[arg(long, value_name = "N")]
    max_tokens: Option<u32>,
    /// Sampling temperature [default: the endpoint's].
    #[arg(long, value_name = "T")]
    temperature: Option<f64>,
    /// Nucleus sampling [default: the endpoint's].
    #[arg(long, value_name = "P")]
    top_p: Option<f64>,
    /// Receive replies as streams: slow servers then show signs of life.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    stream: Option<bool>,
    /// Seconds of silence after which an endpoint has failed [default: 600].
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Attempts under way at a time [default: 32].
    #[arg(long, value_name = "N")]
    in_flight: Option<usize>,
    /// Folder with prompts to use instead of the embedded ones.
    #[arg(long, value_name = "DIR")]
    prompts: Option<std::path::PathBuf>,
    /// Most money to spend, in the currency of the prices in the settings file; what the run cost before counts.
    #[arg(long, value_name = "AMOUNT")]
    max_cost: Option<f64>,
}

impl Asked {
    /// The same among the settings of models.
    pub fn llm(&self) -> Llm {
        Llm {
            model: self.model.clone(),
            base_url: self.base_url.clone(),
            wire: self.wire,
            api_key_env: self.api_key_env.clone(),
            max_tokens: self.max_tokens,
            temperature: self.temperature,
            top_p: self.top_p,
            stream: self.stream,
            timeout: self.timeout,
            in_flight: self.in_flight,
            prompts: self.prompts.clone(),
            max_cost: self.max_cost,
            ..Llm::default()
        }
    }
}

impl Attempts {
    /// These, completed by those of the file.
    pub fn or(&self, file: &Attempts) -> Attempts {
        Attempts {
            policy: self.policy.clone().or_else(|| file.policy.clone()),
            rollouts: self.rollouts.or(file.rollouts),
            turns: self.turns.or(file.turns),
            attempt_tokens: self.attempt_tokens.or(file.attempt_tokens),
            attempt_seconds: self.attempt_seconds.or(file.attempt_seconds),
            judge_answers: self.judge_answers.or(file.judge_answers),
        }
    }

    fn rollouts(&self) -> Result<u32> {
        let rollouts = self.rollouts.unwrap_or(DEFAULT_ROLLOUTS);
        ensure!((1..=MAX_ROLLOUTS).contains(&rollouts), "`rollouts` must be from 1 to {MAX_ROLLOUTS}, is {rollouts}");
        Ok(rollouts)
    }

    fn budget(&self) -> Result<Budget> {
        let turns = self.turns.unwrap_or(DEFAULT_TURNS);
        ensure!((1..=1000).contains(&turns), "`turns` must be from 1 to 1000, is {turns}");
        let time = self.attempt_seconds;
        ensure!(time != Some(0) && self.attempt_tokens != Some(0), "an attempt needs some time and some tokens");
        let time = time.map(Duration::from_secs);
        Ok(Budget { tokens: self.attempt_tokens, time, ..Budget::of(turns, CALLS_A_TURN * turns) })
    }
}

/// Tokens of a reply, for estimates; models that reason aloud write more.
const REPLY: u64 = 250;
/// Rollouts recorded together.
const BATCH: usize = 512;

pub fn run(args: &Solve, file: &File, json: bool) -> Result<ExitCode> {
    ensure!((0.0..=1.0).contains(&args.alpha), "`alpha` must be from 0 to 1, is {}", args.alpha);
    let dir = super::dir(&args.run, file);
    let choices = args.choices.or(&file.solve);
    let llm = args.model.llm();
    super::not_empty(&Run::open(&dir)?)?;
    let named_oracle = choices.policy.as_deref() == Some(ORACLE);
    ensure!(
        !named_oracle || args.model.model.is_none(),
        "`{ORACLE}` is the policy without a model; give the attempts of a model another name"
    );
    if named_oracle || !llm.plays(&file.llm, Stage::Solver) {
        let given = [choices.rollouts.map(|_| "--rollouts"), choices.policy.as_ref().map(|_| "--policy")];
        if let Some(flag) = given.into_iter().flatten().next().filter(|_| !named_oracle) {
            bail!("{flag} is for attempts of a model: name one with --model");
        }
        ensure!(!args.dry_run, "only models cost something: --dry-run needs --model");
        let report = with_oracle(&dir, args.alpha)?;
        if json {
            print::object(&report.json(&dir)?)?;
        } else {
            say(clean(&report.text(&dir)?))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if args.dry_run {
        return estimate(&dir, &choices, &llm, file, json);
    }
    let report = with_model(&dir, &choices, &llm, file, &args.outside.or(&file.tools), args.alpha)?;
    if json && report.solved.stopped.is_none() {
        print::object(&report.json(&dir)?)?;
    } else if !json {
        say(clean(&report.text(&dir)?))?;
    }
    report.ended()
}

/// What a model's attempts came to.
pub struct ModelReport {
    /// The name of the attempts.
    pub policy: String,
    solved: Solved,
    /// What the run has cost.
    pub bill: Bill,
}

/// Lets a model make its attempts at every task.
pub fn with_model(
    dir: &Path,
    choices: &Attempts,
    llm: &Llm,
    file: &File,
    outside: &Outside,
    alpha: f64,
) -> Result<ModelReport> {
    let mut stages = vec![Stage::Solver];
    if choices.judge_answers == Some(true) {
        stages.push(Stage::Judge);
    }
    let settings = llm.resolve_for(&file.llm, &stages)?;
    let (rollouts, budget) = (choices.rollouts()?, choices.budget()?);
    let run = Run::open(dir)?;
    let (journal, purse) = models::purse(dir, None, settings.max_cost)?;
    let session = Session::of(&run)?.with(outside, || Ok(Arc::clone(&journal)))?;
    session.suits(&run)?;
    let mut limiters = Limiters::new(settings.in_flight);
    let (model, options) = settings.client(Stage::Solver, &mut limiters, &journal, &purse)?;
    let judge = match stages.contains(&Stage::Judge) {
        true => {
            let (model, options) = settings.client(Stage::Judge, &mut limiters, &journal, &purse)?;
            Some(ModelJudge::new(model, options, settings.prompts.verdict()))
        }
        false => None,
    };
    let name = choices.policy.clone().unwrap_or_else(|| model.name().to_string());
    ensure!(name != ORACLE, "`{ORACLE}` is the policy without a model; name this one with --policy");
    let policy = Policy { name, model: Some(model.name().into()), settings: sampling(&options, &budget) };
    let name = policy.name.clone();
    let student = Student { policy, model, options, tools: Arc::new(session.hands()), budget, judge, alpha };
    let runtime = crate::feeding::runtime(crate::settings::workers(file.synth.workers)?)?;
    let solved = solving::solve(dir, student, rollouts, settings.in_flight, &runtime)?;
    Ok(ModelReport { policy: name, solved, bill: Bill::of(&purse, settings.max_cost) })
}

/// What the attempts that are missing would use.
fn estimate(dir: &Path, choices: &Attempts, llm: &Llm, file: &File, json: bool) -> Result<ExitCode> {
    let settings = llm.resolve_for(&file.llm, &[Stage::Solver])?;
    let rollouts = choices.rollouts()?;
    let run = Run::open(dir)?;
    let schemas: HashMap<String, usize> =
        run.tools()?.iter().map(|s| (s.name.clone(), s.openai().to_string().len())).collect();
    let name = choices.policy.clone().unwrap_or_else(|| settings.model(Stage::Solver).to_string());
    let attempted = run.attempted(&Policy { name, model: None, settings: Default::default() })?;
    let (mut attempts, mut usage) = (0, Usage::default());
    run.each(&Which::Tasks, |entry| {
        let task = super::task(&entry)?;
        let there = attempted.get(&task.id).map_or(0, |n| n.range(..rollouts).count() as u64);
        let missing = u64::from(rollouts) - there;
        // Each reply carries the schemas and what was observed before; one call a reply, and a reply with the answer.
        let replies = task.certificate.path.len().max(1) as u64 + 1;
        let schemas: usize = task.toolset.iter().filter_map(|t| schemas.get(t)).sum();
        let prompt = replies * (schemas as u64 / 4 + 200 + 120 * replies);
        let one = Usage { prompt, completion: replies * REPLY, ..Usage::default() };
        for _ in 0..missing {
            usage.add(&one);
        }
        attempts += missing;
        Ok::<(), anyhow::Error>(())
    })?;
    let cost = settings.price(Stage::Solver).map(|p| p.cost(&usage).as_units());
    if json {
        print::object(&json!({"dry_run": true, "attempts": attempts, "tokens": usage, "cost": cost}))?;
        return Ok(ExitCode::SUCCESS);
    }
    let cost = cost.map_or("no price in [llm.prices]".into(), |c| format!("about {c:.2}; --max-cost sets a limit"));
    say(format!(
        "An estimate, nothing was sent: {attempts} attempts, {} tokens in, {} out; {cost}",
        usage.prompt, usage.completion
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Whatever can change an attempt, for the record.
fn sampling(options: &Options, budget: &Budget) -> std::collections::BTreeMap<String, Value> {
    let mut settings = Map::new();
    settings.insert("max_tokens".into(), options.max_tokens.into());
    settings.insert("turns".into(), budget.turns.into());
    let seconds = budget.time.map(|t| t.as_secs());
    for (name, value) in [
        ("temperature", options.temperature.map(Value::from)),
        ("top_p", options.top_p.map(Value::from)),
        ("seed", options.seed.map(Value::from)),
        ("attempt_tokens", budget.tokens.map(Value::from)),
        ("attempt_seconds", seconds.map(Value::from)),
        ("extra", (!options.extra.is_empty()).then(|| Value::Object(options.extra.clone()))),
    ] {
        settings.extend(value.map(|v| (name.to_string(), v)));
    }
    settings.into_iter().collect()
}

impl ModelReport {
    fn json(&self, dir: &Path) -> Result<Value> {
        let Solved { made, present, infrastructure, judged, .. } = self.solved;
        Ok(json!({"run": dir, "policy": self.policy, "made": made, "present": present,
                  "infrastructure_failures": infrastructure, "judged": judged, "policies": Run::open(dir)?.policies()?,
                  "models": self.bill}))
    }

    /// For a person.
    pub fn text(&self, dir: &Path) -> Result<String> {
        let Solved { made, present, infrastructure, judged, .. } = self.solved;
        let mut text = format!("{made} rollouts of {} made, {present} were there", self.policy);
        if judged > 0 {
            text.push_str(&format!("; {judged} of these judged now"));
        }
        if infrastructure > 0 {
            text.push_str(&format!(
                "; {infrastructure} ended in a failure of the infrastructure: the same command makes only these again"
            ));
        }
        text.push_str(&policies(dir)?);
        let bill = self.bill.text();
        Ok(if bill.is_empty() { text } else { format!("{text}\n{bill}") })
    }

    /// An error if something has to be changed before it can go on.
    pub fn ended(&self) -> Result<ExitCode> {
        match &self.solved.stopped {
            Some(message) => bail!("{message}. What was made is kept; the same command goes on"),
            None => Ok(ExitCode::SUCCESS),
        }
    }
}

/// What replaying the certified paths came to.
pub struct Report {
    /// Attempts made now.
    pub made: u64,
    /// Tasks that had one already.
    pub present: u64,
    /// Tasks without a path to replay, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// Replays the certified path of every task that has no such attempt yet.
pub fn with_oracle(dir: &Path, alpha: f64) -> Result<Report> {
    let mut writer = Writer::existing(dir)?;
    let run = Run::open(dir)?;
    let toolbox = Toolbox::new(&run.tools()?).map_err(|e| anyhow!(e))?;
    let present = run.attempted(&Policy::oracle())?;
    let mut report = Report { made: 0, present: 0, skipped: Vec::new() };
    let bar = print::progress(run.count(&Which::Tasks)?, "tasks");
    let mut batch: Vec<Graded> = Vec::new();
    run.each(&Which::Tasks, |entry| {
        bar.inc(1);
        let task = super::task(&entry)?;
        if present.contains_key(&task.id) {
            report.present += 1;
            return Ok(());
        }
        match oracle::rollout(&task) {
            Ok(rollout) => batch.push(reward::grade(&task, &toolbox, rollout, None, alpha)),
            Err(reason) => report.skipped.push((task.id, reason.to_string())),
        }
        if batch.len() == BATCH {
            writer.record_rollouts(&batch)?;
            report.made += batch.len() as u64;
            batch.clear();
        }
        Ok::<(), anyhow::Error>(())
    })?;
    writer.record_rollouts(&batch)?;
    report.made += batch.len() as u64;
    bar.finish_and_clear();
    Ok(report)
}

impl Report {
    fn json(&self, dir: &Path) -> Result<Value> {
        let skipped: Vec<Value> = self.skipped.iter().map(|(id, why)| json!({"task": id, "reason": why})).collect();
        let policies = Run::open(dir)?.policies()?;
        Ok(json!({"run": dir, "made": self.made, "present": self.present, "skipped": skipped, "policies": policies}))
    }

    /// For a person.
    pub fn text(&self, dir: &Path) -> Result<String> {
        let mut text = format!("{} rollouts made, {} were there", self.made, self.present);
        for (id, reason) in self.skipped.iter().take(5) {
            text.push_str(&format!("\nno attempt at {id}: {reason}"));
        }
        if self.skipped.len() > 5 {
            text.push_str(&format!("\n… and {} more: see --json", self.skipped.len() - 5));
        }
        Ok(text + &policies(dir)?)
    }
}

/// The numbers of every policy, a line each.
fn policies(dir: &Path) -> Result<String> {
    let mut text = String::new();
    for p in Run::open(dir)?.policies()? {
        let list = |m: &std::collections::BTreeMap<String, u64>| {
            m.iter().map(|(k, n)| format!("{n} {k}")).collect::<Vec<_>>().join(", ")
        };
        let reward = p.mean_reward.map_or(String::new(), |r| format!("; mean reward {r:.3}"));
        text.push_str(&format!(
            "\n{}: {} rollouts of {} tasks: {}{reward}",
            p.policy,
            p.rollouts,
            p.tasks,
            list(&p.verdicts)
        ));
    }
    Ok(text)
}
