//! The report: one file that needs no network, no script and no font of its own. The same input gives the same bytes.

pub mod chains;
pub mod draw;
mod imported;
mod sections;
pub mod svg;
pub mod task;
mod variety;

use std::collections::BTreeMap;

use dive_core::task::{Rejection, Task};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::{Deserialize, Serialize};

use crate::foreign::Conversation;
use crate::plain::clean;
use crate::record::Catalogue;
use crate::stats::Stats;
use crate::steer::{Outcomes, UnderCovered};

/// The style that report and viewer share.
pub const STYLE: &str = include_str!("style.css");

/// What a report is made from.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Name of the run.
    pub name: String,
    /// Settings with their values.
    pub settings: Vec<(String, String)>,
    /// What became of the episodes.
    pub retention: Retention,
    /// The measures.
    pub stats: Stats,
    /// What became of episodes by what they aimed at.
    pub outcomes: Outcomes,
    /// What is under-covered.
    pub lacking: UnderCovered,
    /// Some tasks.
    pub samples: Vec<Task>,
    /// Some rejections with their episodes.
    pub rejections: Vec<(u64, Rejection)>,
    /// Kinds and domains of the tools.
    pub catalogue: Catalogue,
    /// Time spent, where it was recorded.
    pub effort: Effort,
    /// Where the rows come from, if they were made elsewhere: nothing in such a report is certified.
    pub imported: Option<Imported>,
}

/// Rows of other people that were read for analysis.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Rows by format.
    pub formats: BTreeMap<String, u64>,
    /// Rows that could not be read, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Some conversations.
    pub samples: Vec<Conversation>,
}

/// The numbers of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retention {
    /// Tasks wanted.
    pub wanted: Option<u64>,
    /// Episodes that count.
    pub episodes: u64,
    /// Tasks of the dataset.
    pub accepted: u64,
    /// Rejections by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Episodes whose infrastructure failed.
    pub failed: u64,
    /// Proposed tasks that wait for admission.
    pub pending: u64,
    /// Digest of the dataset.
    pub digest: Option<String>,
}

/// Time spent on a run; kept beside it, never in exports.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// One entry for each time the run was started or continued.
    #[serde(default)]
    pub sessions: Vec<Session>,
}

/// One stretch of work on a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Episodes made.
    pub episodes: u64,
    /// Time on the clock.
    pub seconds: f64,
    /// Time of all cores, where the system tells.
    #[serde(default)]
    pub cpu_seconds: Option<f64>,
    /// Threads.
    pub workers: u64,
}

/// The report as one HTML document.
pub fn report(report: &Report) -> String {
    let parts = sections::all(report);
    page(&clean(&report.name), Some(CSP), html! {
        div.page {
            (sections::head(report))
            nav.toc aria-label="Contents" { ul { @for part in &parts { li { a href=(format!("#{}", part.id)) { (part.short) } } } } }
            main id="main" {
                @for part in &parts {
                    section id=(part.id) aria-labelledby=(format!("{}-h", part.id)) {
                        h2 id=(format!("{}-h", part.id)) { (part.title) }
                        p.say { (part.say) }
                        (part.body)
                    }
                }
            }
            (sections::foot(report))
        }
    })
    .into_string()
}

/// A file that is opened from disk: styles of its own and nothing else.
const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

fn page(title: &str, policy: Option<&str>, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                @if let Some(policy) = policy { meta http-equiv="Content-Security-Policy" content=(policy); }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · DIVE report" }
                style { (PreEscaped(STYLE)) }
            }
            body { a.skip href="#main" { "Skip to the content" } (body) }
        }
    }
}
