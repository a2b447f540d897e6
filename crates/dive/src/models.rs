//! Settings of the engine that uses models, and what is built from them.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, bail, ensure};
use clap::{Args, ValueEnum};
use dive_core::canon;
use dive_journal::{Journal, Mode, Money};
use dive_llm::{
    ChatModel, Client, Endpoint, EndpointConfig, Limiter, Options, Price, Purse, Retry, Secret, Usage, Wire,
};
use dive_recipe::{Gate, Models, Prompts, RecipeConfig, Stage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Episodes under way at a time, by default.
const DEFAULT_IN_FLIGHT: usize = 32;
const MAX_IN_FLIGHT: usize = 10_000;
/// Seconds of silence after which an endpoint has failed.
const DEFAULT_TIMEOUT: u64 = 600;

/// Who collects and derives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// A program: no model, no key, no network.
    #[default]
    Symbolic,
    /// A model, checked by a program.
    Llm,
    /// A program, in a model's words.
    Hybrid,
}

/// What a user chose about models; everything else has a default.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Llm {
    /// Model of all stages; [llm.collector] and so on in the settings file override it.
    #[arg(long, value_name = "NAME", help_heading = "Models")]
    pub model: Option<String>,
    /// Address of the endpoint [default: that of OpenAI or Anthropic].
    #[arg(long, value_name = "URL", help_heading = "Models")]
    pub base_url: Option<String>,
    /// Format of the endpoint: openai or anthropic [default: openai].
    #[arg(long, value_name = "FORMAT", help_heading = "Models", value_parser = wire)]
    pub wire: Option<Wire>,
    /// Environment variable that holds the key [default: OPENAI_API_KEY or ANTHROPIC_API_KEY for these two].
    #[arg(long, value_name = "NAME", help_heading = "Models")]
    pub api_key_env: Option<String>,
    /// Most tokens of a reply [default: 4096].
    #[arg(long, value_name = "N", help_heading = "Models")]
    pub max_tokens: Option<u32>,
    /// Sampling temperature [default: the endpoint's].
    #[arg(long, value_name = "T", help_heading = "Models")]
    pub temperature: Option<f64>,
    /// Nucleus sampling [default: the endpoint's].
    #[arg(long, value_name = "P", help_heading = "Models")]
    pub top_p: Option<f64>,
    /// Receive replies as streams: slow servers then show signs of life.
    #[arg(long, help_heading = "Models", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub stream: Option<bool>,
    /// Seconds of silence after which an endpoint has failed [default: 600].
    #[arg(long, value_name = "SECONDS", help_heading = "Models")]
    pub timeout: Option<u64>,
    /// Episodes under way at a time [default: 32].
    #[arg(long, value_name = "N", help_heading = "Models")]
    pub in_flight: Option<usize>,
    /// Check what the model submits (on), or take it as it is, as in the paper (off) [default: on].
    #[arg(long, value_name = "on|off", help_heading = "Models", value_parser = gate)]
    pub gate: Option<Gate>,
    /// Blind attempts at each question [default: 2].
    #[arg(long, value_name = "N", help_heading = "Models")]
    pub solves: Option<u32>,
    /// How many of them must arrive at the answer [default: 1].
    #[arg(long, value_name = "N", help_heading = "Models")]
    pub min_solves: Option<u32>,
    /// Reject what a model answers without tools.
    #[arg(long, help_heading = "Models", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub closed_book: Option<bool>,
    /// Reject what a model answers without the tools that the task needs.
    #[arg(long, help_heading = "Models", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub tool_ablated: Option<bool>,
    /// Reject what a judge finds malformed.
    #[arg(long, help_heading = "Models", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub judge: Option<bool>,
    /// Folder with prompts to use instead of the embedded ones.
    #[arg(long, value_name = "DIR", help_heading = "Models")]
    pub prompts: Option<PathBuf>,
    /// Most money to spend, in the currency of the prices in the settings file.
    #[arg(long, value_name = "AMOUNT", help_heading = "Models")]
    pub max_cost: Option<f64>,

    /// Seed of the sampling, for endpoints that take one; attempt i gets the i-th after it.
    #[arg(skip)]
    #[serde(rename = "seed")]
    pub sampling_seed: Option<u64>,
    /// Ask for log-probabilities.
    #[arg(skip)]
    pub logprobs: Option<bool>,
    /// Ask for token ids, which vLLM gives.
    #[arg(skip)]
    pub token_ids: Option<bool>,
    /// Attempts at a request before its failure counts; 6 by default.
    #[arg(skip)]
    pub attempts: Option<u32>,
    /// Further fields of every request.
    #[arg(skip)]
    pub extra: Map<String, Value>,
    /// Prices per million tokens, by model.
    #[arg(skip)]
    pub prices: BTreeMap<String, Price>,
    /// What is different for the collector.
    #[arg(skip)]
    pub collector: StageChoices,
    /// What is different for the deriver.
    #[arg(skip)]
    pub deriver: StageChoices,
    /// What is different for the blind solvers.
    #[arg(skip)]
    pub solver: StageChoices,
    /// What is different for the judge.
    #[arg(skip)]
    #[serde(rename = "judging")]
    pub judge_stage: StageChoices,
}

/// What is different for one stage.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StageChoices {
    model: Option<String>,
    base_url: Option<String>,
    wire: Option<Wire>,
    api_key_env: Option<String>,
    max_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    #[serde(rename = "seed")]
    sampling_seed: Option<u64>,
    logprobs: Option<bool>,
    token_ids: Option<bool>,
    stream: Option<bool>,
    timeout: Option<u64>,
    extra: Map<String, Value>,
}

/// What an engine with models runs with.
pub struct ModelSettings {
    /// Whatever can change an episode.
    pub recipe: RecipeConfig,
    /// Episodes under way.
    pub in_flight: usize,
    /// The limit of cost.
    pub max_cost: Option<Money>,
    /// The prompts.
    pub prompts: Prompts,
    retry: Retry,
    stages: BTreeMap<Stage, StageSettings>,
}

#[derive(Clone)]
struct StageSettings {
    endpoint: EndpointConfig,
    options: Options,
    price: Option<Price>,
}

/// The wire format of that name.
pub fn wire(name: &str) -> Result<Wire, String> {
    match name {
        "openai" => Ok(Wire::OpenAi),
        "anthropic" => Ok(Wire::Anthropic),
        _ => Err("the formats are openai and anthropic".into()),
    }
}

fn gate(name: &str) -> Result<Gate, String> {
    match name {
        "on" => Ok(Gate::On),
        "off" => Ok(Gate::Off),
        _ => Err("on or off".into()),
    }
}

impl Llm {
    /// These, completed by those of the file and the defaults, for all parts.
    pub fn resolve(&self, file: &Llm) -> Result<ModelSettings> {
        self.resolve_for(file, &Stage::ALL)
    }

    /// Whether a model is named for this part, so that it can be played.
    pub fn plays(&self, file: &Llm, stage: Stage) -> bool {
        self.model.is_some() || file.model.is_some() || file.of(stage).model.is_some()
    }

    /// The same for some parts only; others need no model.
    pub fn resolve_for(&self, file: &Llm, stages: &[Stage]) -> Result<ModelSettings> {
        let base = RecipeConfig::default();
        let recipe = RecipeConfig {
            gate: self.gate.or(file.gate).unwrap_or(base.gate),
            solves: self.solves.or(file.solves).unwrap_or(base.solves),
            min_solves: self.min_solves.or(file.min_solves).unwrap_or(base.min_solves),
            closed_book: self.closed_book.or(file.closed_book).unwrap_or(base.closed_book),
            tool_ablated: self.tool_ablated.or(file.tool_ablated).unwrap_or(base.tool_ablated),
            judge: self.judge.or(file.judge).unwrap_or(base.judge),
            ..base
        };
        recipe.validate().map_err(|e| anyhow!(e))?;
        let in_flight = self.in_flight.or(file.in_flight).unwrap_or(DEFAULT_IN_FLIGHT);
        ensure!(
            (1..=MAX_IN_FLIGHT).contains(&in_flight),
            "`in_flight` must be from 1 to {MAX_IN_FLIGHT}, is {in_flight}"
        );
        let stages: BTreeMap<Stage, StageSettings> =
            stages.iter().map(|s| Ok((*s, self.stage(file, *s)?))).collect::<Result<_>>()?;
        let max_cost = match self.max_cost.or(file.max_cost) {
            Some(cost) => {
                ensure!(cost.is_finite() && cost > 0.0, "`max_cost` must be above 0, is {cost}");
                for (stage, of) in &stages {
                    let model = &of.endpoint.model;
                    ensure!(
                        of.price.is_some(),
                        "a limit of cost needs the price of `{model}`, the {}'s model: add [llm.prices.\"{model}\"] with \
                         `prompt` and `completion` per million tokens to the settings file",
                        stage.name()
                    );
                }
                Some(Money::units(cost))
            }
            None => None,
        };
        let prompts = match self.prompts.as_deref().or(file.prompts.as_deref()) {
            Some(folder) => Prompts::with(folder)?,
            None => Prompts::default(),
        };
        let base = Retry::default();
        let retry = Retry { attempts: file.attempts.unwrap_or(base.attempts), ..base };
        ensure!((1..=100).contains(&retry.attempts), "`attempts` must be from 1 to 100, is {}", retry.attempts);
        Ok(ModelSettings { recipe, in_flight, max_cost, prompts, retry, stages })
    }

    fn of(&self, stage: Stage) -> &StageChoices {
        match stage {
            Stage::Collector => &self.collector,
            Stage::Deriver => &self.deriver,
            Stage::Solver => &self.solver,
            Stage::Judge => &self.judge_stage,
        }
    }

    fn stage(&self, file: &Llm, stage: Stage) -> Result<StageSettings> {
        let own = file.of(stage);
        let Some(model) = own.model.clone().or_else(|| self.model.clone()).or_else(|| file.model.clone()) else {
            bail!(
                "the {} has no model: name one with --model, or `model` under [llm] in the settings file; \
                 `dive mock-model` serves one to try",
                stage.name()
            );
        };
        let wire = own.wire.or(self.wire).or(file.wire).unwrap_or(Wire::OpenAi);
        let (default_url, default_key) = match wire {
            Wire::OpenAi => ("https://api.openai.com/v1", "OPENAI_API_KEY"),
            Wire::Anthropic => ("https://api.anthropic.com", "ANTHROPIC_API_KEY"),
        };
        let base_url = own.base_url.clone().or_else(|| self.base_url.clone()).or_else(|| file.base_url.clone());
        let base_url = base_url.unwrap_or_else(|| default_url.into());
        let named = own.api_key_env.clone().or_else(|| self.api_key_env.clone()).or_else(|| file.api_key_env.clone());
        // A key goes only where it belongs: other endpoints get one when the user names it.
        let variable = named.or_else(|| base_url.starts_with(default_url).then(|| default_key.into()));
        let key = match variable {
            None => None,
            Some(name) => match env::var(&name) {
                Ok(key) if !key.trim().is_empty() => Some(Secret::new(key.trim())),
                _ => bail!(
                    "the {} needs a key, but the environment variable {name} is not set; set it, or name another with \
                     --api-key-env",
                    stage.name()
                ),
            },
        };
        let base = Options::default();
        let mut extra = file.extra.clone();
        extra.extend(own.extra.clone());
        let options = Options {
            max_tokens: own.max_tokens.or(self.max_tokens).or(file.max_tokens).unwrap_or(base.max_tokens),
            temperature: own.temperature.or(self.temperature).or(file.temperature),
            top_p: own.top_p.or(self.top_p).or(file.top_p),
            seed: own.sampling_seed.or(file.sampling_seed),
            logprobs: own.logprobs.or(file.logprobs).unwrap_or(base.logprobs),
            token_ids: own.token_ids.or(file.token_ids).unwrap_or(base.token_ids),
            stream: own.stream.or(self.stream).or(file.stream).unwrap_or(base.stream),
            extra,
            ..base
        };
        let timeout = own.timeout.or(self.timeout).or(file.timeout).unwrap_or(DEFAULT_TIMEOUT);
        ensure!((1..=86_400).contains(&timeout), "`timeout` must be from 1 to 86400 seconds, is {timeout}");
        let price = file.prices.get(&model).copied();
        let timeout = Duration::from_secs(timeout);
        Ok(StageSettings { endpoint: EndpointConfig { wire, base_url, model, key, timeout }, options, price })
    }
}

impl ModelSettings {
    /// What belongs into a run's manifest beside the settings of the synthesis: whatever can change an episode. Where a
    /// model is served is not among it.
    pub fn identity(&self, engine: EngineKind) -> Vec<(String, String)> {
        let engine = if engine == EngineKind::Hybrid { "hybrid" } else { "llm" };
        let mut parts =
            vec![("engine".to_string(), engine.to_string()), ("llm.prompts".to_string(), self.prompts.fingerprint())];
        if let Ok(Value::Object(recipe)) = serde_json::to_value(&self.recipe) {
            parts.extend(
                recipe.into_iter().map(|(k, v)| (format!("llm.{k}"), v.as_str().map_or(v.to_string(), str::to_string))),
            );
        }
        for (stage, of) in &self.stages {
            parts.push((format!("llm.{}.model", stage.name()), of.endpoint.model.clone()));
            // How replies travel changes nothing.
            let options = Options { stream: false, ..of.options.clone() };
            parts.push((format!("llm.{}.options", stage.name()), canon::fingerprint(&options)));
        }
        parts
    }

    /// The models of all stages over a run's journal.
    pub fn models(&self, journal: &Arc<Journal>, purse: &Arc<Purse>) -> Result<Models> {
        // Solvers of one episode ask at the same time.
        let mut limiters = Limiters::new(self.in_flight * self.recipe.solves.max(1) as usize);
        Models::new(self.stages.keys().copied(), |stage| self.client(stage, &mut limiters, journal, purse))
    }

    /// The name of a stage's model; empty without one.
    pub fn model(&self, stage: Stage) -> &str {
        self.stages.get(&stage).map_or("", |s| s.endpoint.model.as_str())
    }

    /// Its price, if there is one.
    pub fn price(&self, stage: Stage) -> Option<Price> {
        self.stages.get(&stage)?.price
    }

    /// The model of a stage, with how it is asked.
    pub fn client(
        &self,
        stage: Stage,
        limiters: &mut Limiters,
        journal: &Arc<Journal>,
        purse: &Arc<Purse>,
    ) -> Result<(Box<dyn ChatModel>, Options)> {
        let of = self.stages.get(&stage).ok_or_else(|| anyhow!("the {} has no model", stage.name()))?;
        let endpoint = Endpoint::new(of.endpoint.clone())?;
        let limiter = limiters.of(&of.endpoint.base_url);
        let client = Client::new(endpoint, limiter, self.retry, of.price, Arc::clone(journal), Arc::clone(purse));
        Ok((Box::new(client), of.options.clone()))
    }

    /// What so many episodes would use, by stage, from the size of the prompts; nothing is sent.
    pub fn estimate(&self, schema_bytes: f64, rounds: f64, episodes: u64) -> Vec<(Stage, Usage, Option<Money>)> {
        // What models do in an episode: replies of a round, bytes of an observation, tokens of a reply.
        let (turns, observation, reply) = (4.0, 900.0, 250.0);
        let tokens = |bytes: f64| bytes / 4.0;
        let one = |stage| if self.stages.contains_key(&stage) { 1.0 } else { 0.0 };
        let collector = one(Stage::Collector) * rounds * turns;
        // The hybrid engine has a wording for each task, and now and then a second one, which a solver reads.
        let rewords = if collector > 0.0 { 0.0 } else { 1.2 };
        let derives = if collector > 0.0 { rounds * 1.3 } else { 0.0 };
        let blind = match self.recipe.gate {
            _ if rewords > 0.0 => rewords,
            Gate::On => f64::from(self.recipe.solves),
            Gate::Off => 0.0,
        };
        let gates = u8::from(self.recipe.closed_book) + u8::from(self.recipe.tool_ablated);
        let solves = if rewords > 0.0 { blind } else { blind + f64::from(gates) };
        let judges = if self.recipe.judge { one(Stage::Judge) } else { 0.0 };
        let each = [
            (
                Stage::Collector,
                collector * (tokens(schema_bytes) + tokens(2.0 * observation * rounds) + 400.0),
                collector * reply,
            ),
            (
                Stage::Deriver,
                derives * (tokens(4.0 * observation * rounds) + 2_200.0) + rewords * 500.0,
                derives * reply * 2.0 + rewords * 100.0,
            ),
            (
                Stage::Solver,
                solves * 5.0 * (tokens(schema_bytes) + tokens(2.0 * observation) + 200.0),
                solves * 5.0 * reply,
            ),
            (Stage::Judge, judges * 400.0, judges * 60.0),
        ];
        let all = |x: f64| (x * episodes as f64).round() as u64;
        each.into_iter()
            .filter(|(_, prompt, _)| *prompt > 0.0)
            .map(|(stage, prompt, completion)| {
                let usage = Usage { prompt: all(prompt), completion: all(completion), ..Usage::default() };
                (stage, usage, self.stages.get(&stage).and_then(|s| s.price).map(|p| p.cost(&usage)))
            })
            .collect()
    }
}

/// One limit for all that ask the same endpoint.
pub struct Limiters {
    most: usize,
    by_address: BTreeMap<String, Arc<Limiter>>,
}

impl Limiters {
    /// Limits of so many requests under way.
    pub fn new(most: usize) -> Limiters {
        Limiters { most, by_address: BTreeMap::new() }
    }

    fn of(&mut self, address: &str) -> Arc<Limiter> {
        let new = || Arc::new(Limiter::new(self.most));
        Arc::clone(self.by_address.entry(address.into()).or_insert_with(new))
    }
}

/// The journal of a run, if it is not open already, with its purse.
pub fn purse(dir: &Path, journal: Option<Arc<Journal>>, max_cost: Option<Money>) -> Result<(Arc<Journal>, Arc<Purse>)> {
    let journal = journal.map_or_else(|| Journal::open(dir, Mode::Record).map(Arc::new), Ok)?;
    let purse = Arc::new(Purse::open(&journal, max_cost)?);
    Ok((journal, purse))
}

/// Tokens and money of a stage, for people and programs.
#[derive(Debug, Serialize)]
pub struct Spent {
    /// Exchanges with a reply.
    pub exchanges: u64,
    /// Attempts that failed and were made again.
    pub retries: u64,
    /// Tokens.
    pub tokens: Usage,
    /// Money, if there are prices.
    pub cost: f64,
    /// Of this, set aside for exchanges that a kill cut off.
    pub unsettled: f64,
}

/// What a run used.
#[derive(Debug, Serialize)]
pub struct Bill {
    /// By stage.
    pub stages: BTreeMap<String, Spent>,
    /// Money in all.
    pub cost: f64,
    /// Its limit.
    pub max_cost: Option<f64>,
}

impl Bill {
    /// What was used so far.
    pub fn of(purse: &Purse, max_cost: Option<Money>) -> Bill {
        let cost = purse.ledger().spent().as_units();
        Bill { stages: spent(purse), cost, max_cost: max_cost.map(|m| m.as_units()) }
    }

    /// For a person.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for (stage, s) in &self.stages {
            let t = &s.tokens;
            let mut line = format!(
                "{stage}: {} exchanges, {} tokens in ({} cached), {} out ({} reasoning)",
                s.exchanges, t.prompt, t.cached, t.completion, t.reasoning
            );
            if s.retries > 0 {
                line.push_str(&format!(", {} retries", s.retries));
            }
            if s.cost > 0.0 {
                line.push_str(&format!(", cost {:.4}", s.cost));
            }
            lines.push(line);
        }
        if self.cost > 0.0 {
            let limit = self.max_cost.map_or(String::new(), |m| format!(" of {m:.2} allowed"));
            lines.push(format!("cost in all: {:.4}{limit}", self.cost));
        }
        lines.join("\n")
    }
}

/// What a run used, by stage.
fn spent(purse: &Purse) -> BTreeMap<String, Spent> {
    let accounts = purse.ledger().accounts();
    let used = purse.used();
    let stages: std::collections::BTreeSet<&String> = accounts.keys().chain(used.keys()).collect();
    stages
        .into_iter()
        .map(|stage| {
            let (used, account) = (used.get(stage).copied().unwrap_or_default(), accounts.get(stage).copied());
            let account = account.unwrap_or_default();
            let spent = Spent {
                exchanges: used.exchanges,
                retries: used.retries,
                tokens: used.tokens,
                cost: account.spent().as_units(),
                unsettled: account.open.as_units(),
            };
            (stage.clone(), spent)
        })
        .collect()
}
