//! Settings: the defaults, then `dive.toml`, then the flags. One record serves as both file section and flags.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Result, anyhow, bail, ensure};
use clap::Args;
use dive_synth::Config;
use dive_synth::config::{Mix, Weights};
use serde::Deserialize;

use crate::commands::solve;
use crate::models::{EngineKind, Llm};
use crate::outside::Outside;

/// Where a run goes that nobody named.
pub const DEFAULT_OUT: &str = "runs/demo";
const DEFAULT_COUNT: u64 = 200;
const DEFAULT_MIN_YIELD: f64 = 2.0;
const MAX_COUNT: u64 = 10_000_000;
const MAX_WORKERS: usize = 512;

/// What a user chose; everything else has a default.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choices {
    /// Tasks wanted [default: 200].
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Run seed [default: 1].
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// World seed [default: 1].
    #[arg(long, value_name = "N")]
    pub world_seed: Option<u64>,
    /// Size of the world in percent of the usual, 50 to 400 [default: 100].
    #[arg(long, value_name = "PERCENT")]
    pub world_size: Option<u32>,
    /// Threads [default: all cores].
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
    /// Greatest number of rounds [default: 3].
    #[arg(long, value_name = "N")]
    pub rounds: Option<u32>,
    /// Greatest number of calls a round [default: 6].
    #[arg(long, value_name = "N")]
    pub steps: Option<u32>,
    /// Smallest toolset [default: 15].
    #[arg(long, value_name = "N")]
    pub toolset_min: Option<usize>,
    /// Largest toolset [default: 50].
    #[arg(long, value_name = "N")]
    pub toolset_max: Option<usize>,
    /// Fewest exemplars an episode [default: 3].
    #[arg(long, value_name = "N")]
    pub exemplars_min: Option<usize>,
    /// Most exemplars an episode [default: 5].
    #[arg(long, value_name = "N")]
    pub exemplars_max: Option<usize>,
    /// Restrict the pool to so many tools.
    #[arg(long, value_name = "N")]
    pub pool_tools: Option<usize>,
    /// Draw every task from so many distinct toolsets.
    #[arg(long, value_name = "N")]
    pub toolsets: Option<u64>,
    /// Domains of a toolset: varied, one, plus_general, two or all [default: varied].
    #[arg(long, value_name = "MIX", value_parser = by_name::<Mix>)]
    pub mix: Option<Mix>,
    /// Start from a preset: fixed-toolset (one small toolset for all tasks).
    #[arg(long, value_name = "NAME", value_parser = by_name::<Preset>)]
    pub preset: Option<Preset>,
    /// Weights that steer the run, written by `dive stats --weights`.
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Exemplars to use instead of the embedded ones, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    pub exemplars: Option<PathBuf>,
    /// Keep the tools named in this file, by name or id, one a line, out of the pool.
    #[arg(long, value_name = "FILE")]
    pub hold_out: Option<PathBuf>,
    /// Stop when less than this percentage of 2,000 episodes is accepted [default: 2].
    #[arg(long, value_name = "PERCENT")]
    pub min_yield: Option<f64>,
}

/// Named sets of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// One small toolset for all tasks.
    FixedToolset,
}

/// `dive.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    /// Directory of the run.
    pub out: Option<PathBuf>,
    /// Who collects and derives.
    pub engine: Option<EngineKind>,
    /// Settings of the synthesis.
    pub synth: Choices,
    /// Tools that others run.
    pub tools: Outside,
    /// Settings of the models.
    pub llm: Llm,
    /// How attempts at tasks are made.
    pub solve: solve::Attempts,
}

/// What a synthesis runs with.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Whatever can change an episode.
    pub config: Config,
    /// Tasks wanted.
    pub count: u64,
    /// Threads.
    pub workers: usize,
    /// Percentage of accepted episodes below which a run stops.
    pub min_yield: f64,
    /// A file of exemplars.
    pub exemplars: Option<PathBuf>,
    /// A file of tools to keep out.
    pub hold_out: Option<PathBuf>,
}

impl File {
    /// Reads the settings file; the default one may be absent.
    pub fn read(path: Option<&Path>) -> Result<File> {
        let given = path.unwrap_or(Path::new("dive.toml"));
        let text = match fs::read_to_string(given) {
            Ok(text) => text,
            Err(e) if path.is_none() && e.kind() == std::io::ErrorKind::NotFound => return Ok(File::default()),
            Err(e) => bail!("{} cannot be read: {e}", given.display()),
        };
        File::parse(&text).map_err(|message| anyhow!("{}{message}", given.display()))
    }

    fn parse(text: &str) -> Result<File, String> {
        toml::from_str(text).map_err(|e| {
            let line = e.span().map(|s| text.get(..s.start).unwrap_or(text).matches('\n').count() + 1);
            let place = line.map_or(String::new(), |l| format!(":{l}"));
            format!("{place}: {}", suggest(e.message()))
        })
    }
}

/// serde's message about an unknown name, with the nearest known one instead of the list.
fn suggest(message: &str) -> String {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    let mut names = message.split('`').skip(1).step_by(2);
    match (message.starts_with("unknown"), names.next()) {
        (true, Some(unknown)) => {
            let kind = if message.starts_with("unknown field") { "setting" } else { "choice" };
            format!("`{unknown}` is not a {kind}{}", did_you_mean(unknown, names))
        }
        _ => message,
    }
}

/// A suggestion to append to a complaint about an unknown name; empty when nothing is near.
pub fn did_you_mean<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let score = |name: &str| strsim::jaro_winkler(unknown, name);
    known
        .into_iter()
        .max_by(|a, b| score(a).total_cmp(&score(b)))
        .map_or(String::new(), |best| format!("; did you mean `{best}`?"))
}

fn by_name<T: for<'de> Deserialize<'de>>(name: &str) -> Result<T, String> {
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name))
        .map_err(|e| suggest(&e.to_string()))
}

impl Choices {
    /// These, completed by those of the file and the defaults.
    pub fn resolve(&self, file: &Choices) -> Result<Settings> {
        let preset = self.preset.or(file.preset);
        let base = match preset {
            None => Config::default(),
            Some(Preset::FixedToolset) => Config::fixed_toolset(),
        };
        let config = Config {
            seed: self.seed.or(file.seed).unwrap_or(base.seed),
            world_seed: self.world_seed.or(file.world_seed).unwrap_or(base.world_seed),
            world_size: self.world_size.or(file.world_size).unwrap_or(base.world_size),
            rounds: self.rounds.or(file.rounds).unwrap_or(base.rounds),
            steps: self.steps.or(file.steps).unwrap_or(base.steps),
            toolset_min: self.toolset_min.or(file.toolset_min).unwrap_or(base.toolset_min),
            toolset_max: self.toolset_max.or(file.toolset_max).unwrap_or(base.toolset_max),
            exemplars_min: self.exemplars_min.or(file.exemplars_min).unwrap_or(base.exemplars_min),
            exemplars_max: self.exemplars_max.or(file.exemplars_max).unwrap_or(base.exemplars_max),
            pool_tools: self.pool_tools.or(file.pool_tools).or(base.pool_tools),
            toolsets: self.toolsets.or(file.toolsets).or(base.toolsets),
            mix: self.mix.or(file.mix).unwrap_or(base.mix),
            weights: weights(self.weights.as_deref().or(file.weights.as_deref()))?,
        };
        config.validate()?;
        Ok(Settings {
            config,
            count: count(self.count.or(file.count).unwrap_or(DEFAULT_COUNT))?,
            workers: workers(self.workers.or(file.workers))?,
            min_yield: min_yield(self.min_yield.or(file.min_yield))?,
            exemplars: self.exemplars.clone().or_else(|| file.exemplars.clone()),
            hold_out: self.hold_out.clone().or_else(|| file.hold_out.clone()),
        })
    }
}

/// The weights of a file; none without one.
fn weights(path: Option<&Path>) -> Result<Weights> {
    let Some(path) = path else { return Ok(Weights::default()) };
    let text = fs::read_to_string(path).map_err(|e| anyhow!("{} cannot be read: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| anyhow!("{}: {}", path.display(), suggest(e.message())))
}

/// A number of tasks that can be meant.
pub fn count(count: u64) -> Result<u64> {
    ensure!((1..=MAX_COUNT).contains(&count), "`count` must be from 1 to {MAX_COUNT}, is {count}");
    Ok(count)
}

/// A number of threads; all cores by default.
pub fn workers(workers: Option<usize>) -> Result<usize> {
    let workers = workers.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    ensure!((1..=MAX_WORKERS).contains(&workers), "`workers` must be from 1 to {MAX_WORKERS}, is {workers}");
    Ok(workers)
}

/// A percentage.
pub fn min_yield(percent: Option<f64>) -> Result<f64> {
    let percent = percent.unwrap_or(DEFAULT_MIN_YIELD);
    ensure!((0.0..=100.0).contains(&percent), "`min_yield` must be from 0 to 100, is {percent}");
    Ok(percent)
}

/// The directory of a run given by name or path.
pub fn run_dir(run: Option<&str>, file: &File) -> PathBuf {
    let Some(run) = run else {
        return file.out.clone().unwrap_or_else(|| DEFAULT_OUT.into());
    };
    let (path, named) = (PathBuf::from(run), Path::new("runs").join(run));
    if run.contains(std::path::is_separator) || (path.is_dir() && !named.is_dir()) { path } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_override_the_file_and_the_file_the_defaults() {
        let file = File::parse("out = 'x'\n[synth]\nseed = 5\nrounds = 2\nmix = 'plus_general'\n").unwrap();
        let flags = Choices { rounds: Some(1), count: Some(7), ..Choices::default() };
        let settings = flags.resolve(&file.synth).unwrap();
        assert_eq!((settings.config.seed, settings.config.rounds, settings.config.steps), (5, 1, 6));
        assert_eq!((settings.count, settings.config.mix), (7, Mix::PlusGeneral));
        let preset = File::parse("[synth]\npreset = 'fixed-toolset'\n").unwrap();
        assert_eq!(Choices::default().resolve(&preset.synth).unwrap().config, Config::fixed_toolset());
    }

    #[test]
    fn what_is_wrong_in_the_file_is_named_with_its_line() {
        for (text, message) in [
            ("[synth]\nrouns = 2\n", ":2: `rouns` is not a setting; did you mean `rounds`?"),
            ("ouut = 'x'\n", ":1: `ouut` is not a setting; did you mean `out`?"),
            ("\n[synth]\nmix = 'al'\n", ":3: `al` is not a choice; did you mean `all`?"),
            ("[synth]\nseed = -1\n", ":2: invalid value: integer `-1`, expected u64"),
            ("[synth]\nseed = 'a'\n", ":2: invalid type: string \"a\", expected u64"),
        ] {
            assert_eq!(File::parse(text).unwrap_err(), message);
        }
        assert!(File::parse("[synth\n").unwrap_err().starts_with(":1: "));
    }
}
