//! The sections about the variety of what was made.

use std::collections::BTreeMap;

use maud::html;

use super::sections::{Part, counted, headline, named, percent, sized};
use super::svg::{self, Bar, Cell};
use super::{Report, draw, task};
use crate::measure::share;
use crate::plain::{clean, thousands};

/// Sizes, depths and topology classes.
pub fn topologies(report: &Report) -> Part {
    let s = &report.stats;
    let Some(object) = headline(report) else {
        return Part { id: "topology", short: "Topology", title: "Topologies", say: html! {}, body: html! {} };
    };
    let sizes: Vec<(String, Vec<Option<Cell>>)> = {
        let most = object.by_size.iter().flat_map(|x| x.by_purity.values().map(|c| c.tasks)).max().unwrap_or(1).max(1);
        object
            .by_size
            .iter()
            .take(14)
            .map(|size| {
                let cells = ["pure_r", "mixed", "pure_p"].map(|p| {
                    let cell = size.by_purity.get(p).filter(|c| c.tasks > 0)?;
                    let classes =
                        if cell.classes == 1 { "1 class".to_string() } else { format!("{} classes", cell.classes) };
                    let shade = libm::log(1.0 + cell.tasks as f64) / libm::log(1.0 + most as f64);
                    Some(Cell { shade, text: thousands(cell.tasks), small: classes })
                });
                let name = if size.calls == 1 { "1 call".into() } else { format!("{} calls", size.calls) };
                (name, cells.to_vec())
            })
            .collect()
    };
    let rows: Vec<Vec<String>> = object
        .by_size
        .iter()
        .map(|x| {
            let of = |n: u64, possible: Option<u64>| match possible {
                Some(p) => format!("{} of {}", thousands(n), thousands(p)),
                None => thousands(n),
            };
            vec![
                x.calls.to_string(),
                thousands(x.tasks),
                thousands(x.call_graphs),
                of(x.two_coloured, x.two_coloured_possible),
                of(x.shape_purity, x.shape_purity_possible),
            ]
        })
        .collect();
    let two = object.topologies_two_coloured.unwrap_or_default();
    let heat = svg::heat("Tasks by number of calls and kinds of tools", &["pure R", "mixed", "pure P"], &sizes);
    let head = ["calls", "tasks", "call graphs", "two-coloured, of possible", "shape × purity, of possible"];
    Part {
        id: "topology",
        short: "Topology",
        title: "How dense the space of topologies is",
        say: html! {
            @if object.topologies_two_coloured.is_some() {
                (two.classes) " two-coloured topologies occur, as varied as " (format!("{:.1}", two.effective_number)) " equally common ones; "
                (two.at_least_ten) " of them hold ten tasks or more, " (two.singletons) " a single one."
            } @else {
                (object.shapes.classes) " shapes of call graphs occur, as varied as " (format!("{:.1}", object.shapes.effective_number)) " equally common ones. "
                "Which tools retrieve and which process is not known."
            }
        },
        body: html! {
            div.grid {
                @if object.topologies_two_coloured.is_some() {
                    (svg::figure("Tasks by size and kinds", "Number of tasks; below it the distinct topologies (two-coloured) in the cell", heat, svg::table(&head, &rows)))
                }
                (sized("Calls a task", &format!("Over the {}", object.over), "calls", &s.calls))
                (sized("Depth", "Calls on the longest chain", "depth", &s.depth))
                (sized("Width", "Most calls at one distance from the start", "width", &s.width))
            }
        },
    }
}

/// The commonest and the rarest topologies, drawn.
pub fn gallery(report: &Report) -> Part {
    let classes = headline(report).map(|h| h.gallery.as_slice()).unwrap_or_default();
    let (common, rare) = classes.split_at(classes.len().min(12));
    let item = |c: &crate::stats::ClassStats| {
        let times = if c.tasks == 1 { "1 task".to_string() } else { format!("{} tasks", thousands(c.tasks)) };
        html! { li { (draw::glyph(&c.kinds, &c.edges, &format!("Topology of {} calls, {times}", c.kinds.len()))) span title=(clean(&c.example)) { (times) } } }
    };
    let held: u64 = common.iter().map(|c| c.tasks).sum();
    Part {
        id: "gallery",
        short: "Call graphs",
        title: "Call graphs, commonest and rarest",
        say: html! {
            "The " (common.len()) " commonest topologies hold " (percent(share(held, report.stats.tasks))) " of the tasks. An arrow runs from a call to each call that uses its result."
        },
        body: html! {
            p { span.key { i.r {} "R retrieves" } span.key { i.p {} "P processes" } }
            h3 { "Commonest" }
            ul.gallery { @for c in common { (item(c)) } }
            @if !rare.is_empty() { h3 { "Rarest" } ul.gallery { @for c in rare { (item(c)) } } }
        },
    }
}

/// Use and coverage of tools, toolsets.
pub fn tools(report: &Report) -> Part {
    let s = &report.stats;
    let used = &s.tool_use;
    let mut counts: Vec<u64> = used.counts.values().copied().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let mean = counts.iter().sum::<u64>() as f64 / counts.len().max(1) as f64;
    let mut ranked: Vec<(&String, &u64)> = used.counts.iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let class = |tool: &str| match report.catalogue.kind(tool) {
        Some(dive_core::tool::ToolKind::Retrieval) => "r",
        Some(dive_core::tool::ToolKind::Processing) => "p",
        None => "",
    };
    let rows: Vec<Vec<String>> =
        ranked.iter().map(|(t, n)| vec![clean(t), thousands(**n), percent(share(**n, s.tasks))]).collect();
    let top: Vec<Bar> = ranked.iter().take(18).map(|(t, n)| Bar::count(clean(t), **n).coloured(class(t))).collect();
    let mut domains: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (tool, n) in &used.counts {
        let domain = report.catalogue.domain(tool);
        if !domain.is_empty() {
            let entry = domains.entry(domain.to_string()).or_default();
            *entry = (entry.0 + u64::from(*n > 0), entry.1 + 1);
        }
    }
    let covered: Vec<Bar> = domains
        .iter()
        .map(|(d, (hit, all))| Bar {
            label: named(d),
            value: share(*hit, *all),
            text: format!("{hit} of {all}"),
            class: "",
        })
        .collect();
    let covered_rows: Vec<Vec<String>> = domains
        .iter()
        .map(|(d, (hit, all))| vec![named(d), hit.to_string(), all.to_string(), percent(share(*hit, *all))])
        .collect();
    let overlap: Vec<(String, u64)> = {
        let at = |i: u32| format!("{:.2}", f64::from(i) / 20.0);
        let last = (0..=20).rev().find(|i| s.toolsets.overlap.contains_key(&at(*i))).unwrap_or(0);
        (0..=last).map(|i| (at(i), s.toolsets.overlap.get(&at(i)).copied().unwrap_or(0))).collect()
    };
    let overlap_rows: Vec<Vec<String>> =
        overlap.iter().map(|(k, n)| vec![format!("from {k}"), thousands(*n)]).collect();
    let lacking = &report.lacking;
    let list = |title: &str, names: &[String]| {
        html! {
            @if !names.is_empty() {
                details.fold { summary { (title) ": " (thousands(names.len() as u64)) } p.mono { @for (i, n) in names.iter().enumerate() { @if i > 0 { ", " } (clean(n)) } } }
            }
        }
    };
    Part {
        id: "tools",
        short: "Tools",
        title: "Tools and toolsets",
        say: html! {
            (thousands(s.tools_covered)) @if let Some(pool) = used.pool { " of " (thousands(pool)) } " tools are called by some task"
            @if let Some(u) = &used.uniform { "; sampling as many tools a task uniformly would call " (format!("{:.0}", u.covered)) }
            ". They are used as evenly as " (format!("{:.0}", used.variety.effective_number)) " equally common tools would be; four fifths of all use falls on " (used.tools_for_80_percent) "."
        },
        body: html! {
            div.grid {
                (svg::figure("How often each tool is used", "Tasks a tool, from the commonest to those never used", svg::ranked("Tasks a tool by rank", &counts, Some((mean, "if all were equal")), "tools"), svg::table(&["tool", "tasks", "share of tasks"], &rows)))
                (svg::figure("The commonest tools", "Tasks that call them; blue retrieves, orange processes", svg::bars("Commonest tools", &top), svg::table(&["tool", "tasks", "share of tasks"], rows.get(..18.min(rows.len())).unwrap_or_default())))
                @if !covered.is_empty() {
                    (svg::figure("Coverage by domain", "Tools that some task calls", svg::bars_of("Tools covered by domain", &covered, 1.0), svg::table(&["domain", "called", "tools", "share"], &covered_rows)))
                }
                (sized("Toolset sizes", "Tools that a solver is given", "tools offered", &s.toolsets.sizes))
                (svg::figure("Overlap of toolsets", &format!("Jaccard similarity of the toolsets of two tasks, {} pairs", thousands(s.toolsets.pairs)), svg::columns("Overlap of toolsets", &overlap, "similarity"), svg::table(&["similarity", "pairs"], &overlap_rows)))
            }
            div.card.after {
                h3 { "Where it is thin" }
                p.note { "Gini " (format!("{:.3}", used.gini)) @if let Some(u) = &used.uniform { " (uniform sampling: " (format!("{:.3}", u.gini)) ")" } "; " (used.used_once) " tools are used in one task. "
                    @if report.imported.is_none() { code { "dive stats --weights FILE" } " writes weights that steer the next run towards these." } }
                (list("Tools never used", &lacking.unused_tools))
                (list("Tools aimed at again and again without a task", &lacking.barren_tools))
                (list("Tools rarely used", &lacking.rare_tools))
                (list("Forms rarely asked", &lacking.rare_forms))
            }
        },
    }
}

/// Forms, answers, operators, domains.
pub fn asked(report: &Report) -> Part {
    let s = &report.stats;
    Part {
        id: "asked",
        short: "Questions",
        title: "What is asked",
        say: html! {
            (s.forms.len()) " forms of question, " (s.answer_types.len()) " types of answer, " (s.operators.len()) " operators, "
            (thousands(s.seed_entities)) " seed entities. " (percent(s.cross_domain_share)) " of the tasks join tools of two or more domains."
        },
        body: html! {
            div.grid {
                @if !s.forms.is_empty() { (counted("Forms", "Tasks by what the question asks one to do", "form", &s.forms, 16)) }
                @if !s.operators.is_empty() { (counted("Operators", "Uses in derivations", "operator", &s.operators, 14)) }
                (counted("Answers", "Tasks by type of answer", "type", &s.answer_types, 10))
                @if !s.domains.is_empty() { (counted("Domains", "Tasks whose path uses a tool of the domain", "domain", &s.domains, 10)) }
            }
        },
    }
}

/// How questions grew over the rounds.
pub fn growth(report: &Report) -> Part {
    let s = &report.stats;
    let bars = |value: &dyn Fn(&crate::stats::Growth) -> f64| -> Vec<Bar> {
        s.growth
            .iter()
            .map(|(round, g)| Bar {
                label: format!("round {round}"),
                value: value(g),
                text: format!("{:.1}", value(g)),
                class: "",
            })
            .collect()
    };
    let rows: Vec<Vec<String>> = s
        .growth
        .iter()
        .map(|(r, g)| {
            vec![r.to_string(), thousands(g.tasks), format!("{:.1}", g.mean_words), format!("{:.1}", g.mean_calls)]
        })
        .collect();
    let head = ["round", "tasks", "words", "calls so far"];
    let example = report.samples.iter().filter(|t| t.rounds.len() > 1).max_by_key(|t| t.rounds.len());
    let first = s.growth.values().next().map_or(0.0, |g| g.mean_words);
    let last = s.growth.values().last().map_or(0.0, |g| g.mean_words);
    let again: u64 = s.rounds.iter().filter(|(r, _)| **r > 1).map(|(_, n)| n).sum();
    Part {
        id: "growth",
        short: "Growth",
        title: "How questions grew over the rounds",
        say: html! {
            (percent(share(again, s.tasks))) " of the tasks grew beyond the first round. The average question has " (format!("{first:.0}")) " words after it and "
            (format!("{last:.0}")) " after the last."
        },
        body: html! {
            div.grid {
                (svg::figure("Words of the question", "On average, over tasks that have the round", svg::bars("Words by round", &bars(&|g| g.mean_words)), svg::table(&head, &rows)))
                (svg::figure("Calls made so far", "On average, unused ones included", svg::bars("Calls by round", &bars(&|g| g.mean_calls)), svg::table(&head, &rows)))
                (counted("What a round did", "Deepen: a name becomes a description that has to be resolved. Extend: the answer goes into another tool. Broaden: another branch joins", "step", &s.steps, 6))
                (sized("Rounds a task", "", "rounds", &s.rounds))
            }
            @if let Some(task) = example {
                div.card.after { h3 { "One question, growing" } (task::rounds(task)) }
            }
        },
    }
}

/// Diversity of the questions.
pub fn wording(report: &Report) -> Part {
    let text = &report.stats.text;
    let mut columns = vec![("as they stand", &text.raw), ("masked", &text.masked)];
    if let Some(sample) = &text.at_1000 {
        columns.push(("1,000 of them", &sample.raw));
        columns.push(("1,000, masked", &sample.masked));
    }
    type Value = fn(&crate::text::Wording) -> String;
    let rows: [(&str, Value); 9] = [
        ("questions", |w| thousands(w.texts)),
        ("distinct", |w| thousands(w.distinct_texts)),
        ("words each", |w| format!("{:.1}", w.mean_words)),
        ("vocabulary", |w| thousands(w.vocabulary)),
        ("distinct-1", |w| format!("{:.3}", w.distinct_1)),
        ("distinct-2", |w| format!("{:.3}", w.distinct_2)),
        ("distinct-3", |w| format!("{:.3}", w.distinct_3)),
        ("compression ratio", |w| format!("{:.2}", w.compression_ratio)),
        ("near-duplicates", |w| percent(w.near_duplicate_share)),
    ];
    Part {
        id: "wording",
        short: "Wording",
        title: "How varied the wording is",
        say: html! {
            @if report.stats.skeletons > 0 {
                (thousands(report.stats.skeletons)) " different questions remain when names and numbers are masked; the commonest makes up "
                (percent(report.stats.commonest_skeleton_share)) " of the tasks. "
            } @else {
                (thousands(text.masked.distinct_texts)) " different questions remain when names and numbers are masked. "
            }
            (percent(text.masked.near_duplicate_share)) " of the masked questions are near-duplicates of an earlier one."
        },
        body: html! {
            table.wide.stack {
                thead { tr { th scope="col" { "measure" } @for (name, _) in &columns { th.n scope="col" { (name) } } } }
                tbody { @for (name, value) in rows { tr { th scope="row" { (name) } @for (of, w) in &columns { td.n data-of=(of) { (value(w)) } } } } }
            }
            p.note { "Masked by " (text.masked_by) ". distinct-n and the compression ratio (higher: more repetitive) depend on the number of questions: compare at equal n, for example on the thousand drawn with a fixed seed." }
        },
    }
}
