//! What a user can choose about the recipe. All of it can change an episode.

use std::collections::BTreeMap;

use dive_llm::{ChatModel, Options};
use serde::{Deserialize, Serialize};

/// Whether submissions are checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// What fails a check is sent back once, then rejected.
    #[default]
    On,
    /// Whatever the model submits is taken, as in the paper; the certificate says so.
    Off,
}

impl Gate {
    /// Name in settings and provenance.
    pub fn name(self) -> &'static str {
        match self {
            Gate::On => "on",
            Gate::Off => "off",
        }
    }
}

/// Settings of the recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecipeConfig {
    /// Whether submissions are checked.
    pub gate: Gate,
    /// Blind attempts at the question; 0 leaves it unchecked.
    pub solves: u32,
    /// How many of them must arrive at the answer.
    pub min_solves: u32,
    /// Most replies of a blind attempt.
    pub solve_turns: u32,
    /// A model without tools must fail.
    pub closed_book: bool,
    /// A model with the toolset but without the tools of the path must fail.
    pub tool_ablated: bool,
    /// A judge must find the question well formed.
    pub judge: bool,
}

impl Default for RecipeConfig {
    fn default() -> Self {
        RecipeConfig {
            gate: Gate::On,
            solves: 2,
            min_solves: 1,
            solve_turns: 12,
            closed_book: false,
            tool_ablated: false,
            judge: false,
        }
    }
}

impl RecipeConfig {
    /// Checks that the settings fit together.
    ///
    /// # Errors
    /// A sentence naming the setting.
    pub fn validate(&self) -> Result<(), String> {
        if self.solves > 64 {
            return Err(format!("`solves` must be from 0 to 64, is {}", self.solves));
        }
        if self.solves > 0 && self.min_solves == 0 {
            return Err("`min_solves` must be at least 1; `solves` = 0 leaves the question unchecked".into());
        }
        if self.solves > 0 && self.min_solves > self.solves {
            return Err(format!("`min_solves` is {}, above `solves`, which is {}", self.min_solves, self.solves));
        }
        if !(1..=200).contains(&self.solve_turns) {
            return Err(format!("`solve_turns` must be from 1 to 200, is {}", self.solve_turns));
        }
        Ok(())
    }
}

/// A part that a model plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Calls tools.
    Collector,
    /// Writes question and answer.
    Deriver,
    /// Solves from the question alone.
    Solver,
    /// Judges the wording.
    Judge,
}

impl Stage {
    /// All parts.
    pub const ALL: [Stage; 4] = [Stage::Collector, Stage::Deriver, Stage::Solver, Stage::Judge];

    /// Name in settings, journal and ledger.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Collector => "collector",
            Stage::Deriver => "deriver",
            Stage::Solver => "solver",
            Stage::Judge => "judge",
        }
    }
}

/// The model of each part, with how it is asked.
pub struct Models(BTreeMap<Stage, (Box<dyn ChatModel>, Options)>);

impl Models {
    /// From a function that gives the model of each of these parts.
    ///
    /// # Errors
    /// What that function says.
    pub fn new<E>(
        stages: impl IntoIterator<Item = Stage>,
        mut of: impl FnMut(Stage) -> Result<(Box<dyn ChatModel>, Options), E>,
    ) -> Result<Models, E> {
        stages.into_iter().map(|s| Ok((s, of(s)?))).collect::<Result<_, E>>().map(Models)
    }

    /// The model of a part.
    pub(crate) fn get(&self, stage: Stage) -> Option<(&dyn ChatModel, &Options)> {
        self.0.get(&stage).map(|(m, o)| (&**m, o))
    }

    /// Names by part.
    pub(crate) fn names(&self, stages: &[Stage]) -> BTreeMap<String, String> {
        stages.iter().filter_map(|s| Some((s.name().into(), self.0.get(s)?.0.name().into()))).collect()
    }
}
