//! A task and a rejection as a person reads them. Every text in them is untrusted; maud escapes it, and what would move
//! or reorder text is left out.

use dive_core::evidence::{Call, CallId, Evidence, Outcome, Source};
use dive_core::task::{Rejection, Span, Task};
use dive_core::tool::ToolKind;
use maud::{Markup, html};

use super::draw::{self, Node};
use crate::plain::{clean, derivation, shorten};
use crate::record::Catalogue;

/// Longest observation shown, in characters.
const LONGEST: usize = 700;

/// A task as a card: question and answer in sight, everything else folded.
pub fn card(task: &Task) -> Markup {
    html! {
        article.card id=(clean(&task.id)) {
            p.meta {
                span.tag { (clean(&task.form.replace('_', " "))) }
                @for domain in &task.domains { span.tag { (clean(domain)) } }
                span { (task.certificate.path.len()) " calls, " (task.toolset.len()) " tools offered" }
                code { (clean(&task.id)) }
            }
            div.pair {
                div {
                    p.question { (question(&task.question, &task.spans)) }
                    p.answer { b { (clean(&task.answer.display())) } }
                }
                (call_graph(task))
            }
            details.fold { summary { "Evidence: " (task.evidence.calls.len()) " calls, " (task.certificate.path.len()) " of them needed" }
                (calls(&task.evidence, Some(&task.certificate.path))) }
            details.fold { summary { "Derivation and certificate" } (proof(task)) }
            @if task.rounds.len() > 1 { details.fold { summary { "How it grew over " (task.rounds.len()) " rounds" } (rounds(task)) } }
        }
    }
}

/// A question with its constants marked.
pub fn question(text: &str, spans: &[Span]) -> Markup {
    let chars: Vec<char> = text.chars().collect();
    let mut sorted: Vec<&Span> = spans.iter().filter(|s| s.start < s.end && s.end <= chars.len()).collect();
    sorted.sort_by_key(|s| s.start);
    let slice = |a: usize, b: usize| clean(&chars.get(a..b).unwrap_or_default().iter().collect::<String>());
    let mut parts = Vec::new();
    let mut at = 0;
    for span in sorted {
        if span.start >= at {
            parts.push((slice(at, span.start), slice(span.start, span.end), span.sem.to_string()));
            at = span.end;
        }
    }
    html! {
        @for (before, inside, sem) in &parts { (before) mark title=(sem) { (inside) } }
        (slice(at, chars.len()))
    }
}

/// The call graph of the certified path.
pub fn call_graph(task: &Task) -> Markup {
    let topology = &task.topology;
    let nodes: Vec<Node> = topology
        .tools
        .iter()
        .zip(topology.kinds.chars().chain(std::iter::repeat('?')))
        .map(|(tool, kind)| Node { kind, label: clean(tool), off: false, href: String::new() })
        .collect();
    let count = nodes.len();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Call graph" {
            (draw::named(&nodes, &topology.edges, &format!("Call graph of {count} calls: {}", nodes.iter().map(|n| n.label.as_str()).collect::<Vec<_>>().join(", "))))
        }
    }
}

/// Evidence as a list of calls.
pub fn calls(evidence: &Evidence, path: Option<&[CallId]>) -> Markup {
    html! {
        ol.calls {
            @for call in &evidence.calls {
                @let off = path.is_some_and(|p| !p.contains(&call.id));
                li.off[off] {
                    div.call { b { (call.id) } " " (clean(&call.tool)) "(" (arguments(call)) ")" }
                    span.from { "round " (call.round) @if off { ", not needed for the answer" } }
                    @match &call.outcome {
                        Outcome::Value { value, complete } => {
                            pre { (clean(&shorten(&value.to_string(), LONGEST))) }
                            @if !complete { span.from { "not everything there is: a page, a sample or cut" } }
                        }
                        Outcome::Error { error } => { pre { "error: " (clean(&error.to_string())) } }
                    }
                }
            }
        }
    }
}

/// The arguments of a call with their sources.
pub fn arguments(call: &Call) -> Markup {
    html! {
        @for (i, (name, value)) in call.args.iter().enumerate() {
            @if i > 0 { ", " }
            (clean(name)) ": " (clean(&shorten(&value.to_string(), LONGEST)))
            @if let Some(Source::Derived(expr)) = call.sources.get(name) { span.from { " ← " (clean(&derivation(expr))) } }
        }
    }
}

/// Arguments whose sources nobody recorded.
pub fn arguments_of(value: &serde_json::Value) -> Markup {
    let text = match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::Object(map) => map.iter().map(|(k, v)| format!("{k}: {v}")).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    html! { (clean(&shorten(&text, LONGEST))) }
}

/// Derivation and certificate.
pub fn proof(task: &Task) -> Markup {
    let certificate = &task.certificate;
    html! {
        pre { (clean(&derivation(&task.derivation))) }
        p.note { "Value before rounding " code { (clean(&certificate.unrounded.to_string())) } "; "
            (certificate.literal_arguments) " arguments from the question, " (certificate.derived_arguments) " from observations." }
        p.meta { @for check in &certificate.passed { span.tag.good { "✓ " (name_of(check).replace('_', " ")) } } }
    }
}

/// The question after each round.
pub fn rounds(task: &Task) -> Markup {
    html! {
        ol.rounds {
            @for round in &task.rounds {
                li {
                    span.tag { "round " (round.round) ": " (clean(&round.step)) }
                    div.q { (clean(&round.question)) }
                    span.from { "→ " (clean(&round.answer)) }
                }
            }
        }
    }
}

/// A rejection as a card.
pub fn rejected(rejection: &Rejection, episode: u64, catalogue: &Catalogue) -> Markup {
    html! {
        article.card {
            p.meta {
                span.tag.bad { (rejection.reason.name().replace('_', " ")) }
                @if !rejection.form.is_empty() { span.tag { (clean(&rejection.form.replace('_', " "))) } }
                @if !rejection.focal.is_empty() {
                    span { "aimed at " code { (clean(&rejection.focal)) } (kind(catalogue.kind(&rejection.focal))) }
                }
                span { "episode " (episode) }
            }
            @if !rejection.question.is_empty() { p.question { (clean(&rejection.question)) } }
            p.answer { (clean(&rejection.detail)) }
            @if !rejection.evidence.calls.is_empty() {
                details.fold { summary { "Evidence: " (rejection.evidence.calls.len()) " calls" } (calls(&rejection.evidence, None)) }
            }
        }
    }
}

/// The letter of a kind in its colour.
pub fn kind(kind: Option<ToolKind>) -> Markup {
    html! {
        @match kind {
            Some(ToolKind::Retrieval) => { " " span.tag.r title="retrieval" { "R" } }
            Some(ToolKind::Processing) => { " " span.tag.p title="processing" { "P" } }
            None => {}
        }
    }
}

/// Name of an enumeration's value as in JSON.
pub fn name_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}
