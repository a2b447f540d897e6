//! What a user can choose about synthesis. Everything here can change an episode, so all of it is in the run's
//! fingerprint; what cannot (count, range, workers, output) is not here.

use serde::{Deserialize, Serialize};

/// Settings of the symbolic engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Run seed.
    pub seed: u64,
    /// World seed.
    pub world_seed: u64,
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

impl Default for Config {
    fn default() -> Self {
        Config {
            seed: 1,
            world_seed: 1,
            rounds: 3,
            steps: 6,
            toolset_min: 15,
            toolset_max: 50,
            exemplars_min: 3,
            exemplars_max: 5,
            pool_tools: None,
            toolsets: None,
            mix: Mix::Varied,
        }
    }
}

impl Config {
    /// The paper's baseline: one small toolset for all tasks.
    pub fn fixed_toolset() -> Config {
        Config { toolsets: Some(1), toolset_min: 15, toolset_max: 15, ..Config::default() }
    }
}
