//! The sections of the report, in reading order. Each has a sentence that says what was found.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::svg::{self, Bar, Point};
use super::{Report, imported, task, variety};
use crate::measure::{Expected, Variety, share};
use crate::plain::{clean, thousands};
use crate::stats::ObjectStats;

/// A section.
pub struct Part {
    pub id: &'static str,
    /// In the contents.
    pub short: &'static str,
    pub title: &'static str,
    /// What was found.
    pub say: Markup,
    pub body: Markup,
}

/// Sections that have something to show.
pub fn all(report: &Report) -> Vec<Part> {
    let made = report.stats.tasks > 0;
    let mut parts = match &report.imported {
        Some(imported) => vec![imported::read(imported)],
        None => vec![retention(report)],
    };
    if made {
        parts.extend([
            diversity(report),
            equal_n(report),
            variety::topologies(report),
            variety::gallery(report),
            variety::tools(report),
        ]);
        if report.imported.is_none() {
            parts.extend([variety::asked(report), variety::growth(report)]);
        }
        parts.push(variety::wording(report));
    }
    if let Some(imported) = &report.imported {
        parts.extend([imported::samples(imported), settings(report)]);
        return parts;
    }
    parts.push(cost(report));
    if made {
        parts.push(samples(report));
    }
    if !report.rejections.is_empty() {
        parts.push(rejects(report));
    }
    parts.push(settings(report));
    parts
}

pub(super) fn headline(report: &Report) -> Option<&ObjectStats> {
    let objects = &report.stats.objects;
    [&objects.certified_path, &objects.trajectories].into_iter().flatten().next()
}

pub(super) fn percent(x: f64) -> String {
    format!("{:.1} %", 100.0 * x)
}

pub(super) fn named(name: &str) -> String {
    clean(&name.replace('_', " "))
}

/// Counts from the greatest, as bars; those past the limit together.
pub(super) fn top(counts: &BTreeMap<String, u64>, limit: usize) -> (Vec<Bar>, Vec<Vec<String>>) {
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let mut bars: Vec<Bar> = sorted.iter().take(limit).map(|(k, n)| Bar::count(named(k), **n)).collect();
    let rest = sorted.get(limit..).unwrap_or_default();
    if !rest.is_empty() {
        let n = rest.iter().map(|(_, n)| **n).sum();
        bars.push(Bar::count(format!("{} others", rest.len()), n).coloured("grey"));
    }
    let all: u64 = counts.values().sum();
    let rows = sorted.iter().map(|(k, n)| vec![named(k), thousands(**n), percent(share(**n, all))]);
    (bars, rows.collect())
}

pub(super) fn counted(caption: &str, sub: &str, of: &str, counts: &BTreeMap<String, u64>, limit: usize) -> Markup {
    let (bars, rows) = top(counts, limit);
    svg::figure(caption, sub, svg::bars(caption, &bars), svg::table(&[of, "number", "share"], &rows))
}

pub(super) fn sized(caption: &str, sub: &str, of: &str, counts: &BTreeMap<u64, u64>) -> Markup {
    let (low, high) = (counts.keys().next().copied().unwrap_or(0), counts.keys().last().copied().unwrap_or(0));
    // Gaps are part of the picture, unless one outlier would make it all gap.
    let bins: Vec<(String, u64)> = if high - low <= 60 {
        (low..=high).map(|k| (k.to_string(), counts.get(&k).copied().unwrap_or(0))).collect()
    } else {
        counts.iter().map(|(k, n)| (k.to_string(), *n)).collect()
    };
    let rows: Vec<Vec<String>> = counts.iter().map(|(k, n)| vec![k.to_string(), thousands(*n)]).collect();
    svg::figure(caption, sub, svg::columns(caption, &bins, of), svg::table(&[of, "tasks"], &rows))
}

/// The head of the page.
pub fn head(report: &Report) -> Markup {
    let stats = &report.stats;
    let (kept, episodes) = (report.retention.accepted, report.retention.episodes);
    let effective = headline(report).and_then(|h| h.topologies_two_coloured).map_or(0.0, |v| v.effective_number);
    let pool = stats.tool_use.pool;
    html! {
        header.top {
            p.kicker { "DIVE · report of the " @if report.imported.is_some() { "dataset " } @else { "run " } b { (clean(&report.name)) } }
            @if report.imported.is_some() {
                h1 { (thousands(stats.tasks)) " rows made elsewhere" }
                p.lede {
                    "They were read to be measured. Nothing here is certified: nobody checked that an answer follows from its calls. "
                    "What is counted below is the " b { (stats.calls_over) } "; edges between calls are inferred from values."
                }
            } @else {
                h1 { (thousands(stats.tasks)) " tasks, each with a proof of its answer" }
                p.lede {
                    "Every answer is the value of an expression over recorded tool calls. Every question was read back by a program that found that expression in it and no other. "
                    "What is counted below is the " b { (stats.calls_over) } ", unless it says otherwise."
                }
            }
            dl.tiles {
                @if report.imported.is_some() { (tile("rows", &thousands(stats.tasks))) }
                @else { (tile(&format!("tasks accepted from {} episodes", thousands(episodes)), &thousands(kept))) }
                (tile(&pool.map_or("tools called".into(), |p| format!("tools called, of {}", thousands(p))), &thousands(stats.tools_covered)))
                (tile("distinct toolsets", &thousands(stats.unique_toolsets)))
                (tile("distinct call graphs", &thousands(stats.unique_call_graphs)))
                (tile("R/P topology classes, shape × purity", &thousands(stats.rp_topologies)))
                (tile("effective number of two-coloured topologies", &format!("{effective:.1}")))
            }
        }
    }
}

fn tile(name: &str, value: &str) -> Markup {
    html! { div.tile { dt { (name) } dd { (value) } } }
}

fn retention(report: &Report) -> Part {
    let r = &report.retention;
    let rejected: u64 = r.rejected.values().sum();
    let admission = ["duplicate", "near_duplicate", "over_represented"];
    let refused: u64 = r.rejected.iter().filter(|(k, _)| admission.contains(&k.as_str())).map(|(_, n)| n).sum();
    let proposed = r.accepted + r.pending + refused;
    let stages =
        [("episodes", r.episodes, ""), ("proposed with a proof", proposed, ""), ("accepted", r.accepted, "good")];
    let bars: Vec<Bar> = stages
        .iter()
        .map(|(name, n, class)| Bar {
            text: format!("{} · {}", thousands(*n), percent(share(*n, r.episodes))),
            ..Bar::count(*name, *n).coloured(class)
        })
        .collect();
    let rows: Vec<Vec<String>> = stages
        .iter()
        .map(|(name, n, _)| vec![name.to_string(), thousands(*n), percent(share(*n, r.episodes))])
        .collect();
    let (mut reasons, reason_rows) = top(&r.rejected, 16);
    reasons.iter_mut().for_each(|b| b.class = "bad");
    let forms = by_aim(&report.outcomes.by_form);
    Part {
        id: "retention",
        short: "Retention",
        title: "From episodes to tasks",
        say: html! {
            (thousands(r.accepted)) " of " (thousands(r.episodes)) " episodes (" (percent(share(r.accepted, r.episodes))) ") became tasks"
            @if let Some(wanted) = r.wanted { ", " (thousands(wanted)) " were asked for" } ". "
            (thousands(rejected)) " were rejected, each with a reason, and are kept for reading"
            @if r.failed > 0 { "; " (thousands(r.failed)) " failed for technical reasons" } "."
        },
        body: html! {
            div.grid.rows.top {
                (svg::figure("The funnel", "Episodes that reached each stage", svg::bars("Retention funnel", &bars), svg::table(&["stage", "episodes", "share"], &rows)))
                @if !reasons.is_empty() {
                    (svg::figure("Why episodes were rejected", "Episodes by reason", svg::bars("Rejections by reason", &reasons), svg::table(&["reason", "episodes", "share of rejections"], &reason_rows)))
                }
                @if !forms.0.is_empty() {
                    (svg::figure("Yield by what was aimed at", "Share of the episodes of each form that became tasks", svg::bars_of("Yield by form", &forms.0, 1.0), svg::table(&["form", "episodes", "accepted", "share"], &forms.1)))
                }
            }
        },
    }
}

fn by_aim(aims: &BTreeMap<String, crate::steer::Aim>) -> (Vec<Bar>, Vec<Vec<String>>) {
    let mut sorted: Vec<_> = aims.iter().collect();
    sorted.sort_by(|a, b| a.1.share.total_cmp(&b.1.share).then(a.0.cmp(b.0)));
    let bars = sorted.iter().map(|(name, a)| Bar {
        label: named(name),
        value: a.share,
        text: format!("{:.0} %", 100.0 * a.share),
        class: "good",
    });
    let rows = sorted
        .iter()
        .map(|(name, a)| vec![named(name), thousands(a.episodes), thousands(a.accepted), percent(a.share)]);
    (bars.collect(), rows.collect())
}

fn diversity(report: &Report) -> Part {
    let s = &report.stats;
    let objects = [&s.objects.certified_path, &s.objects.all_evidence, &s.objects.trajectories];
    let ours: Vec<&ObjectStats> = objects.into_iter().flatten().collect();
    let pool = s.tool_use.pool.map_or("—".into(), thousands);
    let whole = |v: &Option<Variety>| v.map_or("—".into(), |v| thousands(v.classes));
    let purity = |o: &ObjectStats, p: &str| o.topologies_by_purity.get(p).map_or("0".into(), |n| thousands(*n));
    type Value<'a> = &'a dyn Fn(&ObjectStats) -> String;
    // The last column is what the paper publishes, about its trajectories.
    let rows: [(&str, Value<'_>, &str); 14] = [
        ("tasks", &|o| thousands(o.tasks), "48,000"),
        ("tools in the pool", &|_| pool.clone(), "373"),
        ("tools covered", &|o| thousands(o.tools_covered), "373"),
        ("distinct tools a task", &|o| format!("{:.2}", o.mean_tools), "3.26"),
        ("calls a task", &|o| format!("{:.2}", o.mean_calls), "—"),
        ("unique toolsets", &|_| thousands(s.unique_toolsets), "46,398"),
        ("unique call sequences", &|o| thousands(o.sequences.classes), "25,084"),
        ("unique call graphs", &|o| thousands(o.call_graphs.classes), "39,810"),
        ("R/P topology classes, shape × purity", &|o| whole(&o.topologies_shape_purity), "153"),
        ("of these pure R", &|o| purity(o, "pure_r"), "65"),
        ("of these mixed", &|o| purity(o, "mixed"), "58"),
        ("of these pure P", &|o| purity(o, "pure_p"), "30"),
        ("R/P topology classes, two-coloured", &|o| whole(&o.topologies_two_coloured), "—"),
        (
            "effective number of these",
            &|o| o.topologies_two_coloured.map_or("—".into(), |v| format!("{:.1}", v.effective_number)),
            "—",
        ),
    ];
    let graphs = share(s.unique_call_graphs, s.tasks);
    let this = if report.imported.is_some() { "these rows" } else { "this run" };
    Part {
        id: "diversity",
        short: "Diversity",
        title: "Diversity, beside the paper",
        say: html! {
            (percent(graphs)) " of the tasks have a call graph of their own. The paper counts over trajectories of 48,000 tasks, so its column is for orientation: "
            "more tasks have more classes, and another object has other calls."
        },
        body: html! {
            table.wide.stack {
                thead { tr {
                    th scope="col" { "measure" }
                    @for (i, o) in ours.iter().enumerate() { th.n.ours[i == 0] scope="col" { (this) ", " (o.over) } }
                    @if s.objects.trajectories.is_none() { th.n scope="col" { "this run, trajectories" } }
                    th.n scope="col" { "the paper, trajectories" }
                } }
                tbody { @for (name, value, paper) in rows { tr.sub[name.starts_with("of these") || name.starts_with("effective")] {
                    th scope="row" { (name) }
                    @for (i, o) in ours.iter().enumerate() { td.n.ours[i == 0] data-of=(format!("{this}, {}", o.over)) { (value(o)) } }
                    @if s.objects.trajectories.is_none() { td.n.none data-of="this run, trajectories" { "—" } }
                    td.n.none[paper == "—"] data-of="the paper, trajectories" { (paper) }
                } } }
            }
            p.note {
                "Paper: Chen et al. 2026, arXiv 2603.11076; its baseline has two tools and one toolset. It does not define its R/P classes; its split into 65 + 58 + 30 suggests shape × purity. "
                "A dash: not published, "
                @if report.imported.is_some() { "or the kinds of the tools are not known (dive import --kinds)." } @else { "or there are no trajectories because no agent has attempted these tasks." }
            }
            @if let Some(i) = &s.edge_inference {
                p.note {
                    "Where sources of arguments are not recorded, edges are inferred from values. On this run's tasks, where the truth is known, that finds "
                    (percent(i.certified_path.recall)) " of the edges of certified paths, and " (percent(i.certified_path.precision)) " of what it finds is right (over all evidence: "
                    (percent(i.all_evidence.recall)) " and " (percent(i.all_evidence.precision)) ")."
                }
            }
        },
    }
}

/// What the diagonal means.
const EACH: &str = "Dashed: every task a class of its own";

fn equal_n(report: &Report) -> Part {
    let wanted = [
        ("call_graphs", "Call graphs", EACH),
        ("sequences", "Call sequences", EACH),
        ("derivation_shapes", "Derivation shapes", EACH),
        ("tools", "Tools", "Called by some task"),
        ("topologies_two_coloured", "R/P topologies, two-coloured", "Graphs of R and P, names left out"),
        ("topologies_shape_purity", "R/P topologies, shape × purity", "Graphs without kinds; pure R, mixed, pure P"),
    ];
    let curves = wanted.iter().filter_map(|(key, name, sub)| {
        let curve = report.stats.rarefaction.get(*key).filter(|c| !c.is_empty())?;
        Some((*name, curve, *sub))
    });
    let draw = |(name, curve, sub): (&str, &Vec<Expected>, &str)| {
        let points: Vec<Point> =
            curve.iter().map(|e| Point { x: e.n as f64, y: e.classes, low: e.low, high: e.high }).collect();
        let rows: Vec<Vec<String>> = curve
            .iter()
            .map(|e| vec![thousands(e.n), format!("{:.1}", e.classes), format!("{:.1}–{:.1}", e.low, e.high)])
            .collect();
        let table = svg::table(&["tasks", "expected classes", "95 % interval"], &rows);
        svg::figure(
            name,
            sub,
            svg::curve(&format!("{name} expected among n tasks"), &points, "tasks", sub == EACH),
            table,
        )
    };
    let last = |key: &str| report.stats.rarefaction.get(key).and_then(|c| c.last()).map_or(0.0, |e| e.classes);
    let half = |key: &str| {
        let curve = report.stats.rarefaction.get(key).map(Vec::as_slice).unwrap_or_default();
        curve.iter().filter(|e| e.n * 2 <= report.stats.tasks).map(|e| (e.n, e.classes)).next_back()
    };
    Part {
        id: "equal-n",
        short: "At equal n",
        title: "What fewer tasks would show",
        say: html! {
            "Distinct classes expected in a random part of the run, with 95 % intervals: compare another dataset here at its own size. "
            @if let Some((n, classes)) = half("topologies_two_coloured") {
                (thousands(n)) " tasks would show " (format!("{classes:.0}")) " of the " (format!("{:.0}", last("topologies_two_coloured"))) " two-coloured topologies."
            }
        },
        body: html! { div.grid.rows { @for curve in curves { (draw(curve)) } } },
    }
}

fn cost(report: &Report) -> Part {
    let sessions = &report.effort.sessions;
    let seconds: f64 = sessions.iter().map(|x| x.seconds).sum();
    let cpu: Option<f64> = sessions.iter().map(|x| x.cpu_seconds).sum();
    let episodes: u64 = sessions.iter().map(|x| x.episodes).sum();
    let calls = report.stats.objects.all_evidence.as_ref().map_or(0, |o| o.calls);
    let time = |s: f64| {
        if s >= 7200.0 {
            format!("{:.1} h", s / 3600.0)
        } else if s >= 120.0 {
            format!("{:.1} min", s / 60.0)
        } else {
            format!("{s:.1} s")
        }
    };
    Part {
        id: "cost",
        short: "Cost",
        title: "Cost and time",
        say: html! {
            @if sessions.is_empty() { "The time of this run was not recorded." }
            @else {
                (thousands(episodes)) " episodes in " (time(seconds))
                @if let Some(cpu) = cpu { ", " (format!("{:.2}", 1e3 * cpu / episodes.max(1) as f64)) " ms of processor time each" } "."
            }
        },
        body: html! {
            dl.tiles {
                (tile("on the clock", &if sessions.is_empty() { "—".into() } else { time(seconds) }))
                (tile("of all cores", &cpu.filter(|_| !sessions.is_empty()).map_or("—".into(), time)))
                (tile("episodes a second", &if seconds > 0.0 { thousands((episodes as f64 / seconds) as u64) } else { "—".into() }))
                (tile(&format!("tool calls in accepted tasks, {} of them failed", thousands(report.stats.calls_failed)), &thousands(calls)))
                (tile("times started", &sessions.len().to_string()))
            }
            p.note { "Start included (opening the world and the pool). Time is kept beside the run, never in the dataset." }
        },
    }
}

fn samples(report: &Report) -> Part {
    Part {
        id: "samples",
        short: "Tasks",
        title: "Some of the tasks",
        say: html! { (report.samples.len()) " tasks from across the run. Constants that the question expresses are marked; calls, derivation and certificate are folded." },
        body: html! { @for t in &report.samples { (task::card(t)) } },
    }
}

fn rejects(report: &Report) -> Part {
    Part {
        id: "rejects",
        short: "Rejected",
        title: "Some of what was rejected",
        say: html! { "Rejections are part of the result: they show what the checks are for." },
        body: html! { @for (episode, r) in &report.rejections { (task::rejected(r, *episode, &report.catalogue)) } },
    }
}

fn settings(report: &Report) -> Part {
    let rows: Vec<Vec<String>> = report.settings.iter().map(|(k, v)| vec![named(k), clean(v)]).collect();
    Part {
        id: "settings",
        short: "Settings",
        title: if report.imported.is_some() { "What was read" } else { "What was asked for" },
        say: html! {
            @if report.imported.is_some() { "The same files give the same report again." }
            @else { "These settings, this pool and this world give the same dataset again, byte for byte, on any number of cores." }
        },
        body: html! {
            div.card { div.scroll tabindex="0" role="region" aria-label="Settings" { table { tbody { @for row in &rows { tr { th scope="row" { (row.first().cloned().unwrap_or_default()) } td.mono { (row.get(1).cloned().unwrap_or_default()) } } } } } }
            @if let Some(digest) = &report.retention.digest { p.note { "Digest of the dataset: " code style="overflow-wrap:anywhere" { (clean(digest)) } } } }
        },
    }
}

/// The foot of the page.
pub fn foot(report: &Report) -> Markup {
    html! {
        footer {
            p { "Made by DIVE from " b { (clean(&report.name)) } ". "
                @if report.imported.is_none() { "Names of companies, people, drugs and places in these tasks are invented unless they are countries, currencies or chemical elements. " }
                "docs/metrics.md defines every measure; docs/format.md every field and check." }
        }
    }
}
