//! What a user can choose about synthesis. Everything here can change an episode, so all of it is in the run's
//! fingerprint; what cannot (count, range, workers, output) is not here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Settings of the symbolic engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Run seed.
    pub seed: u64,
    /// World seed.
    pub world_seed: u64,
    /// Size of the world, in percent of the usual.
    #[serde(skip_serializing_if = "is_usual")]
    pub world_size: u32,
    /// Greatest number of rounds; each episode draws its own from 1 up to this.
    pub rounds: u32,
    /// Greatest number of calls a round.
    pub steps: u32,
    /// Smallest toolset.
    pub toolset_min: usize,
    /// Largest toolset.
    pub toolset_max: usize,
    /// Fewest exemplars an episode.
    pub exemplars_min: usize,
    /// Most exemplars an episode.
    pub exemplars_max: usize,
    /// Restrict the pool to so many tools: nested, seeded subsets.
    pub pool_tools: Option<usize>,
    /// Draw every task from so many distinct toolsets.
    pub toolsets: Option<u64>,
    /// Domains that one toolset may come from.
    pub mix: Mix,
    /// What to aim at more or less often than usual.
    #[serde(skip_serializing_if = "Weights::is_empty")]
    pub weights: Weights,
}

/// How much more often than usual episodes aim at a tool or a form; 1 where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// By name of the tool. Names that the pool does not have are passed over.
    pub tools: BTreeMap<String, f64>,
    /// By form.
    pub forms: BTreeMap<String, f64>,
}

impl Weights {
    /// Nothing is weighted.
    pub fn is_empty(&self) -> bool {
        self.tools.is_empty() && self.forms.is_empty()
    }
}

/// Domains that one toolset may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mix {
    /// Drawn anew for each episode from the four below.
    Varied,
    /// One domain.
    One,
    /// One domain and the general one.
    PlusGeneral,
    /// Two domains.
    Two,
    /// All domains.
    All,
}

/// The usual size of a world, in percent.
const USUAL: u32 = 100;
/// Sizes that a world can have.
const WORLD_SIZES: (u32, u32) = (50, 400);

fn is_usual(size: &u32) -> bool {
    *size == USUAL
}

impl Default for Config {
    fn default() -> Self {
        Config {
            seed: 1,
            world_seed: 1,
            world_size: USUAL,
            rounds: 3,
            steps: 6,
            toolset_min: 15,
            toolset_max: 50,
            exemplars_min: 3,
            exemplars_max: 5,
            pool_tools: None,
            toolsets: None,
            mix: Mix::Varied,
            weights: Weights::default(),
        }
    }
}

impl Config {
    /// The paper's baseline: one small toolset for all tasks.
    pub fn fixed_toolset() -> Config {
        Config { toolsets: Some(1), toolset_min: 15, toolset_max: 15, ..Config::default() }
    }

    /// Checks what can be checked without a pool.
    ///
    /// # Errors
    /// The first setting that is out of bounds or contradicts another.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let within = |key: &'static str, value: u64, low: u64, high: u64| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(ConfigError { key, message: format!("must be from {low} to {high}, is {value}") })
            }
        };
        let ordered = |key: &'static str, low: usize, other: &str, high: usize| {
            if low <= high {
                Ok(())
            } else {
                Err(ConfigError { key, message: format!("is {low}, above `{other}`, which is {high}") })
            }
        };
        // TOML, in which a run keeps its settings, has no larger integers.
        within("seed", self.seed, 0, i64::MAX as u64)?;
        within("world_seed", self.world_seed, 0, i64::MAX as u64)?;
        within("world_size", self.world_size.into(), WORLD_SIZES.0.into(), WORLD_SIZES.1.into())?;
        within("rounds", self.rounds.into(), 1, 10)?;
        within("steps", self.steps.into(), 1, 50)?;
        within("toolset_min", self.toolset_min as u64, 1, 1000)?;
        within("toolset_max", self.toolset_max as u64, 1, 1000)?;
        ordered("toolset_min", self.toolset_min, "toolset_max", self.toolset_max)?;
        within("exemplars_max", self.exemplars_max as u64, 0, 100)?;
        ordered("exemplars_min", self.exemplars_min, "exemplars_max", self.exemplars_max)?;
        if let Some(tools) = self.pool_tools {
            within("pool_tools", tools as u64, 1, 1_000_000)?;
            ordered("toolset_min", self.toolset_min, "pool_tools", tools)?;
        }
        if let Some(toolsets) = self.toolsets {
            within("toolsets", toolsets, 1, 1_000_000_000)?;
        }
        let weights = self.weights.tools.values().chain(self.weights.forms.values());
        if let Some(odd) = weights.copied().find(|w| !(0.0..=MAX_WEIGHT).contains(w)) {
            let message = format!("must be from 0 to {MAX_WEIGHT} each, one is {odd}");
            return Err(ConfigError { key: "weights", message });
        }
        Ok(())
    }
}

/// Greatest weight of a tool or a form.
const MAX_WEIGHT: f64 = 100.0;

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` {message}")]
pub struct ConfigError {
    /// The setting.
    pub key: &'static str,
    /// What is wrong with it.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_are_named() {
        let base = Config::default;
        assert_eq!(base().validate(), Ok(()));
        assert_eq!(Config::fixed_toolset().validate(), Ok(()));
        for (config, message) in [
            (Config { rounds: 0, ..base() }, "`rounds` must be from 1 to 10, is 0"),
            (Config { steps: 1000, ..base() }, "`steps` must be from 1 to 50, is 1000"),
            (Config { toolset_min: 60, ..base() }, "`toolset_min` is 60, above `toolset_max`, which is 50"),
            (Config { toolset_min: 0, ..base() }, "`toolset_min` must be from 1 to 1000, is 0"),
            (Config { exemplars_min: 9, ..base() }, "`exemplars_min` is 9, above `exemplars_max`, which is 5"),
            (Config { pool_tools: Some(5), ..base() }, "`toolset_min` is 15, above `pool_tools`, which is 5"),
            (Config { toolsets: Some(0), ..base() }, "`toolsets` must be from 1 to 1000000000, is 0"),
            (
                Config { weights: Weights { tools: [("x".into(), -1.0)].into(), ..Weights::default() }, ..base() },
                "`weights` must be from 0 to 100 each, one is -1",
            ),
        ] {
            assert_eq!(config.validate().unwrap_err().to_string(), message);
        }
    }
}
