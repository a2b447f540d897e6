//! Exemplars: queries without answers, a prior on the form of tasks.

use serde::{Deserialize, Serialize};

/// What a question asks one to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// One fact about a named thing.
    Lookup,
    /// A fact about something that has to be found first.
    MultiHop,
    /// By how much two values differ.
    Difference,
    /// Which of the named candidates is ahead.
    Comparison,
    /// Who or what is at the end of an order.
    Superlative,
    /// Who or what is next to the end of an order.
    Ordinal,
    /// A total or a median over several things.
    Aggregation,
    /// A mean over several things.
    Average,
    /// How far apart the greatest and the least of several values are.
    Spread,
    /// The greatest or the least value in a series.
    ExtremeValue,
    /// A value that a formula gives.
    Computation,
    /// Days between dates, years of dates.
    DateReasoning,
    /// One of two values, depending on a condition.
    Conditional,
    /// All things that satisfy a condition.
    Listing,
    /// The first few of an order.
    Ranking,
    /// How many things satisfy a condition.
    Counting,
    /// A value in another unit than its source gives.
    UnitConversion,
    /// Whether a statement holds.
    Verification,
    /// One value as a share or change of another.
    Percentage,
    /// How many times another value one is.
    Ratio,
    /// Two values together.
    Pair,
}

impl FormKind {
    /// All kinds.
    pub const ALL: [FormKind; 21] = [
        FormKind::Lookup,
        FormKind::MultiHop,
        FormKind::Difference,
        FormKind::Comparison,
        FormKind::Superlative,
        FormKind::Ordinal,
        FormKind::Aggregation,
        FormKind::Average,
        FormKind::Spread,
        FormKind::ExtremeValue,
        FormKind::Computation,
        FormKind::DateReasoning,
        FormKind::Conditional,
        FormKind::Listing,
        FormKind::Ranking,
        FormKind::Counting,
        FormKind::UnitConversion,
        FormKind::Verification,
        FormKind::Percentage,
        FormKind::Ratio,
        FormKind::Pair,
    ];

    /// Name in JSON.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
    }
}

/// A query without an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemplar {
    /// Unique id.
    #[serde(default)]
    pub id: String,
    /// The query.
    pub question: String,
    /// What it asks one to do.
    pub form: FormKind,
    /// Calls on its longest chain.
    pub hops: u32,
    /// Which kinds of tools it needs.
    pub kinds: crate::topology::Purity,
}
