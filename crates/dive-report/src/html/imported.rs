//! Sections about rows that were made elsewhere.

use maud::html;

use super::Imported;
use super::sections::{Part, counted, named, percent};
use super::svg;
use super::task::arguments_of;
use crate::measure::share;
use crate::plain::{clean, shorten, thousands};

/// Longest text shown, in characters.
const LONGEST: usize = 700;

/// Formats, and what could not be read.
pub fn read(imported: &Imported) -> Part {
    let rows: u64 = imported.formats.values().sum();
    let skipped: u64 = imported.skipped.values().sum();
    let reasons: Vec<Vec<String>> = imported
        .skipped
        .iter()
        .map(|(reason, n)| vec![named(&shorten(reason, LONGEST)), thousands(*n), percent(share(*n, rows + skipped))])
        .collect();
    Part {
        id: "read",
        short: "Rows",
        title: "From rows to conversations",
        say: html! {
            (thousands(rows)) " rows were read" @if skipped > 0 { ", " (thousands(skipped)) " could not be read and are not counted" } "."
        },
        body: html! {
            div.grid.rows.top { (counted("Formats", "Rows by format", "format", &imported.formats, 8)) }
            @if !reasons.is_empty() {
                div.card.after { h3 { "Why rows could not be read" } (svg::table(&["reason", "rows", "share of all"], &reasons)) }
            }
        },
    }
}

/// Some conversations: what was asked, what was called.
pub fn samples(imported: &Imported) -> Part {
    Part {
        id: "samples",
        short: "Conversations",
        title: "Some of the conversations",
        say: html! { (imported.samples.len()) " conversations from the beginning of the files, as they were read." },
        body: html! {
            @for c in &imported.samples {
                article.card {
                    p.meta {
                        span { (c.calls.len()) " calls, " (c.tools.len()) " tools offered" }
                        @if !c.id.is_empty() { code { (clean(&c.id)) } }
                    }
                    p.question { (clean(&shorten(&c.question, LONGEST))) }
                    @if let Some(answer) = &c.answer {
                        p.answer { b { (clean(&shorten(&answer.as_str().map_or_else(|| answer.to_string(), str::to_string), LONGEST))) } }
                    }
                    details.fold { summary { "Calls: " (c.calls.len()) }
                        ol.calls {
                            @for call in &c.calls {
                                li {
                                    div.call { b { (clean(&call.tool)) } "(" (arguments_of(&call.arguments)) ")" }
                                    @if let Some(result) = &call.result {
                                        pre { (clean(&shorten(&result.as_str().map_or_else(|| result.to_string(), str::to_string), LONGEST))) }
                                    } @else { span.from { "no result recorded" } }
                                }
                            }
                        }
                    }
                }
            }
        },
    }
}
