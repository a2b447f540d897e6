//! The pages. Every value in them is untrusted; the template engine escapes it.

use dive_core::evidence::{Call, Evidence, Outcome};
use dive_core::task::{Rejection, Task};
use dive_report::Catalogue;
use dive_report::html::draw::{self, Node};
use dive_report::html::{STYLE, task as shown};
use dive_report::plain::{clean, shorten, thousands};
use dive_store::{Entry, Summary};
use maud::{DOCTYPE, Markup, html};

use crate::ViewError;
use crate::index::{Index, Line};
use crate::query::Query;

/// Lines of a page.
const LINES: usize = 25;
/// Longest observation shown at once, in characters.
const LONGEST: usize = 4_000;
/// Values offered by a filter.
const OFFERED: usize = 200;

/// What makes pages quicker to use; they work without it.
pub const SCRIPT: &str = include_str!("view.js");

/// The style of report and viewer.
pub fn style() -> String {
    format!("{STYLE}{}", include_str!("view.css"))
}

/// The list of episodes.
pub fn list(name: &str, index: &Index, query: &Query, summary: &Summary, reported: bool) -> String {
    let found: Vec<&Line> = index.find(query).collect();
    let last = found.len().saturating_sub(1) / LINES;
    let page = query.page().min(last);
    let lines = found.iter().skip(page * LINES).take(LINES);
    let body = html! {
        header.bar {
            p.kicker { "DIVE · run " b { (clean(name)) } @if reported { " · " a href="/report" { "report" } } }
            p.counts {
                b id="tasks" { (thousands(index.tasks() as u64)) } " tasks, "
                b id="rejected" { (thousands(index.rejected() as u64)) } " rejected"
                @if let Some(count) = summary.count { @if summary.accepted < count { ", of " (thousands(count)) " wanted" } }
                span id="news" role="status" {}
            }
        }
        div.shelf {
            (filters(index, query))
            main id="main" {
                h1.small { (thousands(found.len() as u64)) @if found.len() == 1 { " match" } @else { " matches" } }
                @if found.is_empty() { p { "Nothing matches these filters. " a href="/" { "Start over" } } }
                ol.list start=(page * LINES + 1) { @for line in lines { (row(line, query, page)) } }
                @if last > 0 { (pager(query, page, last)) }
                p.note.keys { kbd { "j" } " " kbd { "k" } " move · " kbd { "Enter" } " open · " kbd { "/" } " search · " kbd { "n" } " " kbd { "p" } " next and previous page" }
            }
        }
    };
    document(&format!("{} · DIVE", clean(name)), body)
}

fn filters(index: &Index, query: &Query) -> Markup {
    let worded =
        |name: &str, value: &str| if name == "topology" { class(value) } else { clean(&value.replace('_', " ")) };
    let select = |label: &str, name: &str, chosen: &str, values: Vec<(String, u64)>| {
        let listed = values.iter().take(OFFERED).any(|(v, _)| v == chosen);
        html! {
            label for=(format!("f-{name}")) { (label) }
            select id=(format!("f-{name}")) name=(name) {
                option value="" selected[chosen.is_empty()] { "any" }
                @if !chosen.is_empty() && !listed { option value=(chosen) selected { (worded(name, chosen)) } }
                @for (value, n) in values.iter().take(OFFERED) {
                    option value=(value) selected[value == chosen] { (worded(name, value)) " (" (n) ")" }
                }
            }
        }
    };
    let tools: Vec<(String, u64)> = index.values(query, |l| l.tools.clone());
    let verdict = match query.verdict.as_str() {
        "" if !query.reason.is_empty() => "rejected",
        "" => "tasks",
        other => other,
    };
    html! {
        form.filters method="get" action="/" role="search" {
            label for="f-q" { "Search" }
            input id="f-q" type="search" name="q" value=(query.q) placeholder="words, names, an id" autocomplete="off";
            fieldset {
                legend { "Show" }
                @for (value, label) in [("tasks", "tasks"), ("rejected", "rejected"), ("all", "both")] {
                    label.radio { input type="radio" name="verdict" value=(value) checked[verdict == value]; " " (label) }
                }
            }
            (select("Domain", "domain", &query.domain, index.values(query, |l| l.domains.clone())))
            (select("Form", "form", &query.form, index.values(query, |l| vec![l.form.clone()])))
            (select("Topology", "topology", &query.topology, index.values(query, |l| vec![l.class.clone()])))
            label for="f-tool" { "Tool" }
            input id="f-tool" name="tool" value=(query.tool) list="tools" autocomplete="off" placeholder="part of a name";
            datalist id="tools" { @for (tool, _) in tools.iter().take(600) { option value=(clean(tool)) {} } }
            (select("Reason", "reason", &query.reason, index.reasons()))
            div.buttons { button type="submit" { "Apply" } " " a href="/" { "Clear" } }
        }
    }
}

/// A topology class in words: `RP 3:1-2,2-0` as `mixed, 3 calls, 1→2 2→0`.
fn class(name: &str) -> String {
    let (purity, shape) = name.split_once(' ').unwrap_or(("", name));
    let (calls, edges) = shape.split_once(':').unwrap_or((shape, ""));
    let purity = match purity {
        "R" => "pure R",
        "P" => "pure P",
        _ => "mixed",
    };
    let plural = if calls == "1" { "call" } else { "calls" };
    clean(format!("{purity}, {calls} {plural}, {}", edges.replace('-', "→").replace(',', " ")).trim_end_matches(", "))
}

fn row(line: &Line, query: &Query, page: usize) -> Markup {
    let question = if line.question.is_empty() { "(no question yet)" } else { &line.question };
    html! {
        li.row {
            a.open href=(format!("/episode/{}{}", line.episode, query.address(page))) {
                span.q { (clean(question)) }
                span.a { @if line.reason.is_empty() { "→ " } (clean(&shorten(&line.answer, 160))) }
                span.meta {
                    @if !line.reason.is_empty() { span.tag.bad { (clean(&line.reason.replace('_', " "))) } }
                    span.tag { (clean(&line.form.replace('_', " "))) }
                    @for domain in &line.domains { span.tag { (clean(domain)) } }
                    span { "episode " (line.episode) }
                }
            }
            @if let Some(t) = &line.topology {
                div.glyph { (draw::glyph(&t.kinds, &t.edges, &format!("{} calls", t.tools.len()))) }
            }
        }
    }
}

fn pager(query: &Query, page: usize, last: usize) -> Markup {
    html! {
        nav.pager aria-label="Pages" {
            @if page > 0 { a rel="prev" href=(format!("/{}", query.address(page - 1))) { "← previous" } } @else { span {} }
            span { "page " (page + 1) " of " (last + 1) }
            @if page < last { a rel="next" href=(format!("/{}", query.address(page + 1))) { "next →" } } @else { span {} }
        }
    }
}

/// One episode: a task as a conversation, or a rejection.
pub fn episode(
    name: &str,
    entry: &Entry,
    query: &Query,
    around: (Option<u64>, Option<u64>),
    catalogue: &Catalogue,
) -> Result<String, ViewError> {
    let malformed = |e: serde_json::Error| ViewError::Malformed(entry.episode, e.to_string());
    let (title, body) = if entry.is_task {
        let task: Task = serde_json::from_str(&entry.json).map_err(malformed)?;
        let title = shorten(&clean(&task.question), 60);
        (title, task_page(&task, &entry.reason, catalogue))
    } else {
        let rejection: Rejection = serde_json::from_str(&entry.json).map_err(malformed)?;
        ("Rejected".to_string(), rejection_page(&rejection, entry.episode, catalogue))
    };
    let page = query.page();
    let to = |episode: u64| format!("/episode/{episode}{}", query.address(page));
    Ok(document(
        &format!("{title} · {} · DIVE", clean(name)),
        html! {
            nav.bar.steps aria-label="Episodes" {
                a rel="up" href=(format!("/{}", query.address(page))) { "← list" }
                span { "episode " (entry.episode) " of " b { (clean(name)) } }
                span.ends {
                    @if let Some(e) = around.0 { a rel="prev" href=(to(e)) { "previous" } } @else { span.off { "previous" } }
                    " · "
                    @if let Some(e) = around.1 { a rel="next" href=(to(e)) { "next" } } @else { span.off { "next" } }
                }
            }
            main id="main" { (body) p.note.keys { kbd { "n" } " " kbd { "p" } " next and previous · " kbd { "u" } " back to the list" } }
        },
    ))
}

fn task_page(task: &Task, reason: &str, catalogue: &Catalogue) -> Markup {
    let path = &task.certificate.path;
    let topology = &task.topology;
    let nodes: Vec<Node> = topology
        .tools
        .iter()
        .zip(topology.kinds.chars().chain(std::iter::repeat('?')))
        .zip(path)
        .map(|((tool, kind), id)| Node {
            kind,
            label: format!("{id} {}", clean(tool)),
            off: false,
            href: format!("#{id}"),
        })
        .collect();
    html! {
        @if !reason.is_empty() { p.banner { "Not in the dataset: admission refused it as " b { (clean(&reason.replace('_', " "))) } "." } }
        div.reading {
            div.talk {
                (turn("user", "Question", html! { p.question { (shown::question(&task.question, &task.spans)) } }))
                @for call in &task.evidence.calls { (exchange(call, !path.contains(&call.id), catalogue)) }
                (turn("assistant", "Answer", html! { p.answer { b { (clean(&task.answer.display())) } } }))
            }
            aside {
                h2 { "Call graph" }
                div.scroll tabindex="0" role="region" aria-label="Call graph" { (draw::named(&nodes, &topology.edges, "Calls of the certified path")) }
                p { span.key { i.r {} "retrieves" } span.key { i.p {} "processes" } }
                p.meta { a href=(format!("/{}", (Query { topology: topology.class(), ..Query::default() }).address(0))) { "tasks with this topology" } }
                h2 { "About it" }
                dl.facts {
                    dt { "form" } dd { (clean(&task.form.replace('_', " "))) }
                    dt { "domains" } dd { (clean(&task.domains.join(", "))) }
                    dt { "seed entity" } dd { (clean(&task.seed_entity.name)) " (" (clean(&task.seed_entity.entity)) ")" }
                    @if !task.focal.is_empty() { dt { "aimed at" } dd { code { (clean(&task.focal)) } } }
                    dt { "tools offered" } dd { (task.toolset.len()) }
                    dt { "id" } dd { code { (clean(&task.id)) } }
                }
                details.fold { summary { "Toolset" } p.mono { (clean(&task.toolset.join(", "))) } }
            }
        }
        details.fold open { summary { "Derivation and certificate" } (shown::proof(task)) }
        @if task.rounds.len() > 1 { details.fold open { summary { "How it grew over " (task.rounds.len()) " rounds" } (shown::rounds(task)) } }
    }
}

fn rejection_page(rejection: &Rejection, episode: u64, catalogue: &Catalogue) -> Markup {
    let bare = Rejection { evidence: Evidence::default(), ..rejection.clone() };
    html! {
        h1.small { "Rejected: " (clean(&rejection.reason.name().replace('_', " "))) }
        (shown::rejected(&bare, episode, catalogue))
        @if !rejection.evidence.calls.is_empty() {
            h2 { "What had been observed" }
            div.talk { @for call in &rejection.evidence.calls { (exchange(call, false, catalogue)) } }
        }
    }
}

fn turn(class: &str, who: &str, what: Markup) -> Markup {
    html! { section.turn.(class) { h2.who { (who) } (what) } }
}

/// A call and its result.
fn exchange(call: &Call, off: bool, catalogue: &Catalogue) -> Markup {
    html! {
        section.turn.tool.off[off] id=(call.id) {
            h2.who { (call.id) " · round " (call.round) (shown::kind(catalogue.kind(&call.tool))) @if off { span.tag { "not needed" } } }
            div.call { b { (clean(&call.tool)) } "(" (shown::arguments(call)) ")" }
            @match &call.outcome {
                Outcome::Value { value, complete } => {
                    pre tabindex="0" aria-label=(format!("Result of {}", call.id)) { (clean(&shorten(&pretty(value), LONGEST))) }
                    @if !complete { span.from { "not everything there is: a page, a sample or cut" } }
                }
                Outcome::Error { error } => { pre.bad { (shown::name_of(&error.kind)) ": " (clean(&error.to_string())) } }
            }
        }
    }
}

fn pretty(value: &serde_json::Value) -> String {
    let line = value.to_string();
    if line.len() <= 100 { line } else { serde_json::to_string_pretty(value).unwrap_or(line) }
}

/// A page that says what went wrong.
pub fn failure(message: &str) -> String {
    document(
        "DIVE",
        html! { main id="main" { h1.small { "Sorry: " (clean(message)) } p { a href="/" { "To the list" } } } },
    )
}

fn document(title: &str, body: Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/style.css";
                script src="/view.js" defer {}
            }
            body { a.skip href="#main" { "Skip to the content" } div.page.view { (body) } }
        }
    }
    .into_string()
}
