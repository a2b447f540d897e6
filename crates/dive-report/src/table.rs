//! The measures as text for a terminal. The caller strips control characters.

use std::collections::BTreeMap;

use crate::compare::Comparison;
use crate::measure::{Expected, Variety};
use crate::stats::{ObjectStats, Stats};
use crate::steer::{Aim, Outcomes, UnderCovered};

/// Names shown of what was never used.
const NAMED: usize = 8;

/// Every measure on a line of its own.
pub fn stats(stats: &Stats) -> String {
    let mut out = Vec::new();
    let mut put = |key: &str, value: String| {
        if !value.is_empty() {
            out.push(format!("  {key:<24}{value}"));
        }
    };
    put("tasks", stats.tasks.to_string());
    put("tools covered", of_pool(stats));
    put("unique toolsets", stats.unique_toolsets.to_string());
    put("unique call sequences", stats.unique_call_sequences.to_string());
    put("unique call graphs", stats.unique_call_graphs.to_string());
    let known = stats.purity.values().sum::<u64>() > 0;
    if known {
        let head = [&stats.objects.certified_path, &stats.objects.trajectories].into_iter().flatten().next();
        let effective = |v: Option<Variety>| {
            v.map_or(String::new(), |v| {
                format!("; effectively {:.1}, {} with ten tasks or more", v.effective_number, v.at_least_ten)
            })
        };
        let by = named(&stats.rp_topologies_by_purity);
        put(
            "R/P topologies",
            format!("{} ({by}){}", stats.rp_topologies, effective(head.and_then(|h| h.topologies_shape_purity))),
        );
        put(
            "  two-coloured",
            format!("{}{}", stats.rp_topologies_two_coloured, effective(head.and_then(|h| h.topologies_two_coloured))),
        );
    }
    put("tools a task", format!("{:.2}", stats.mean_tools_per_task));
    put("calls a task", format!("{:.2}", stats.mean_calls_per_task));
    put("tools offered a task", format!("{:.1}", stats.mean_toolset_size));
    put("calls", sized(&stats.calls));
    put("at most 2 calls", percent(stats.share_at_most_2_calls));
    put("exactly 3 calls", percent(stats.share_3_calls));
    put("depth", sized(&stats.depth));
    put("width", sized(&stats.width));
    put("rounds", sized(&stats.rounds));
    put("growth", named(&stats.steps));
    put("purity", named(&stats.purity));
    put("forms", named(&stats.forms));
    put("answers", named(&stats.answer_types));
    put("operators", named(&stats.operators));
    put("domains", named(&stats.domains));
    if !stats.domains.is_empty() {
        put("across domains", percent(stats.cross_domain_share));
        put("rest on text", percent(stats.text_evidence_share));
    }
    if stats.seed_entities > 0 {
        put("seed entities", stats.seed_entities.to_string());
        put("skeletons", format!("{}, the commonest {}", stats.skeletons, percent(stats.commonest_skeleton_share)));
        put("derivation shapes", format!("{}, the commonest {}", stats.shapes, percent(stats.commonest_shape_share)));
    }
    let mut text = format!("Over the calls of the {}:\n{}", stats.calls_over, out.join("\n"));
    text.push_str(&format!("\n\nTools\n{}", tools(stats)));
    text.push_str(&format!("\n\nToolsets that solvers are given\n{}", toolsets(stats)));
    text.push_str(&format!("\n\nThe three objects, never mixed\n{}", objects(stats)));
    if let Some(inference) = &stats.edge_inference {
        text.push_str("\n\nEdges inferred from values alone, against the recorded sources");
        for (name, i) in [("certified path", &inference.certified_path), ("all evidence", &inference.all_evidence)] {
            text.push_str(&format!(
                "\n  {name:<24}precision {}, recall {} ({} edges); {} of the graphs without a fault",
                percent(i.precision),
                percent(i.recall),
                i.edges,
                percent(i.exact_graphs)
            ));
        }
    }
    text.push_str(&format!("\n\nQuestions, masked by {}\n{}", stats.text.masked_by, wording(stats)));
    text.push_str(&format!("\n\nDistinct classes expected in fewer tasks (95 % interval)\n{}", rarefied(stats)));
    text
}

fn of_pool(stats: &Stats) -> String {
    let pool = stats.tool_use.pool.map_or(String::new(), |pool| format!(" of {pool}"));
    format!("{}{pool}", stats.tools_covered)
}

fn tools(stats: &Stats) -> String {
    let used = &stats.tool_use;
    let mut lines = vec![
        format!("  {:<24}{:.1} of {} used", "effective number", used.variety.effective_number, used.variety.classes),
        format!("  {:<24}{:.3}", "Gini", used.gini),
        format!("  {:<24}{} tools", "four fifths of all use", used.tools_for_80_percent),
        format!("  {:<24}{}", "used in one task", used.used_once),
    ];
    if let Some(uniform) = &used.uniform {
        lines.push(format!(
            "  {:<24}{:.1} covered, effective number {:.1}, Gini {:.3}",
            "sampled uniformly", uniform.covered, uniform.effective_number, uniform.gini
        ));
        let more = used.never_used.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = used.never_used.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let names = if names.is_empty() { String::new() } else { format!(": {names}{more}") };
        lines.push(format!("  {:<24}{}{names}", "never used", used.never_used.len()));
    }
    lines.join("\n")
}

fn toolsets(stats: &Stats) -> String {
    let sets = &stats.toolsets;
    let quantile = |q: &str| sets.overlap_quantiles.get(q).copied().unwrap_or(0.0);
    format!(
        "  {:<24}{} of {} tasks\n  {:<24}mean {:.3}, median {:.3}, 95th percentile {:.3}, greatest {:.3} ({} pairs)",
        "distinct",
        sets.variety.classes,
        stats.tasks,
        "overlap (Jaccard)",
        sets.mean_overlap,
        quantile("0.5"),
        quantile("0.95"),
        quantile("1"),
        sets.pairs
    )
}

fn objects(stats: &Stats) -> String {
    let all = [&stats.objects.certified_path, &stats.objects.all_evidence, &stats.objects.trajectories];
    let columns: Vec<&ObjectStats> = all.into_iter().flatten().collect();
    let optional = |v: &Option<Variety>, f: &dyn Fn(&Variety) -> String| v.as_ref().map_or("—".into(), f);
    type Cell<'a> = &'a dyn Fn(&ObjectStats) -> String;
    let rows: [(&str, Cell<'_>); 13] = [
        ("", &|o| o.over.clone()),
        ("edges from", &|o| o.edges_from.clone()),
        ("tasks", &|o| o.tasks.to_string()),
        ("calls", &|o| o.calls.to_string()),
        ("tools covered", &|o| o.tools_covered.to_string()),
        ("call sequences", &|o| o.sequences.classes.to_string()),
        ("call graphs", &|o| o.call_graphs.classes.to_string()),
        ("R/P, two-coloured", &|o| optional(&o.topologies_two_coloured, &|v| v.classes.to_string())),
        ("  effective number", &|o| optional(&o.topologies_two_coloured, &|v| format!("{:.1}", v.effective_number))),
        ("R/P, shape × purity", &|o| optional(&o.topologies_shape_purity, &|v| v.classes.to_string())),
        ("  effective number", &|o| optional(&o.topologies_shape_purity, &|v| format!("{:.1}", v.effective_number))),
        ("tools, calls a task", &|o| format!("{:.2}, {:.2}", o.mean_tools, o.mean_calls)),
        ("depth, width", &|o| format!("{:.2}, {:.2}", o.mean_depth, o.mean_width)),
    ];
    let mut text: Vec<String> = rows
        .iter()
        .map(|(name, cell)| {
            let cells: String = columns.iter().map(|o| format!("{:<22}", cell(o))).collect();
            format!("  {name:<24}{}", cell_end(&cells))
        })
        .collect();
    if stats.objects.trajectories.is_none() {
        text.push("  (no trajectories: no agent has attempted these tasks)".into());
    }
    text.join("\n")
}

fn cell_end(cells: &str) -> &str {
    cells.trim_end()
}

fn wording(stats: &Stats) -> String {
    let mut lines = vec![format!(
        "  {:<24}{:<12}{:<12}{:<12}{:<12}{:<12}{:<13}{}",
        "", "distinct", "words each", "distinct-1", "distinct-2", "distinct-3", "compression", "near-duplicates"
    )];
    let mut rows = vec![("as they stand", &stats.text.raw), ("masked", &stats.text.masked)];
    if let Some(sample) = &stats.text.at_1000 {
        rows.push(("1,000 as they stand", &sample.raw));
        rows.push(("1,000 masked", &sample.masked));
    }
    for (name, w) in rows {
        lines.push(format!(
            "  {name:<24}{:<12}{:<12.1}{:<12.4}{:<12.4}{:<12.4}{:<13.2}{}",
            w.distinct_texts,
            w.mean_words,
            w.distinct_1,
            w.distinct_2,
            w.distinct_3,
            w.compression_ratio,
            percent(w.near_duplicate_share)
        ));
    }
    lines.join("\n")
}

fn rarefied(stats: &Stats) -> String {
    let wanted = [100, 1_000, 10_000];
    let mut lines = Vec::new();
    for (name, curve) in &stats.rarefaction {
        let points: Vec<String> = curve
            .iter()
            .filter(|p| wanted.contains(&p.n) || p.n == stats.tasks)
            .map(|p| format!("{}: {:.1} ({:.1}–{:.1})", p.n, p.classes, p.low, p.high))
            .collect();
        lines.push(format!("  {:<24}{}", name.replace('_', " "), points.join("   ")));
    }
    lines.join("\n")
}

fn percent(x: f64) -> String {
    format!("{:.1} %", 100.0 * x)
}

fn named(counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    counts.iter().map(|(k, n)| format!("{k} {n}")).collect::<Vec<_>>().join(", ")
}

fn sized(counts: &BTreeMap<u64, u64>) -> String {
    counts.iter().map(|(k, n)| format!("{k}: {n}")).collect::<Vec<_>>().join(", ")
}

/// What became of episodes, and what is under-covered.
pub fn steering(outcomes: &Outcomes, lacking: &UnderCovered) -> String {
    let mut out = vec![format!(
        "\nYield: {} of {} episodes gave a task ({})",
        outcomes.all.accepted,
        outcomes.all.episodes,
        percent(outcomes.all.share)
    )];
    let worst = |map: &BTreeMap<String, Aim>, shown: usize| -> String {
        let mut aims: Vec<(&String, &Aim)> = map.iter().filter(|(_, a)| a.accepted < a.episodes).collect();
        aims.sort_by(|(n, a), (m, b)| a.share.total_cmp(&b.share).then(b.episodes.cmp(&a.episodes)).then(n.cmp(m)));
        let line = |(name, aim): &(&String, &Aim)| format!("{name} {}/{}", aim.accepted, aim.episodes);
        aims.iter().take(shown).map(line).collect::<Vec<_>>().join(", ")
    };
    let mut put = |key: &str, text: String| {
        if !text.is_empty() {
            out.push(format!("  {key:<24}{text}"));
        }
    };
    put("by reason", named(&outcomes.all.rejected));
    put("lowest by form", worst(&outcomes.by_form, 6));
    put("lowest by tool", worst(&outcomes.by_tool, 6));
    put("lowest by topology", worst(&outcomes.by_topology, 6));
    let names = |all: &[String]| match all.len() {
        0 => "none".to_string(),
        n if n > NAMED => {
            format!("{n}: {} and {} more", all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", "), n - NAMED)
        }
        n => format!("{n}: {}", all.join(", ")),
    };
    out.push("\nUnder-covered (see `dive stats --weights FILE`)".into());
    let mut put = |key: &str, text: String| out.push(format!("  {key:<24}{text}"));
    put("tools never used", names(&lacking.unused_tools));
    put("tools that give nothing", names(&lacking.barren_tools));
    put("tools rarely used", names(&lacking.rare_tools));
    put("forms", names(&lacking.rare_forms));
    put("topology classes", format!("{} with fewer than ten tasks", lacking.rare_topologies));
    out.join("\n")
}

/// Two datasets side by side.
pub fn comparison(c: &Comparison) -> String {
    let mut out = vec![format!(
        "A  {}: {} tasks, calls over the {}\nB  {}: {} tasks, calls over the {}",
        c.a.name, c.a.tasks, c.a.calls_over, c.b.name, c.b.tasks, c.b.calls_over
    )];
    if !c.same_object {
        out.push("The two are counted over different objects; compare what concerns calls with care.".into());
    }
    out.push(format!("\nDistinct classes among {} tasks, with 95 % intervals", c.n));
    out.push(format!("  {:<28}{:<28}{:<28}more", "", "A", "B"));
    for line in &c.classes {
        let cell = |e: &Option<Expected>| {
            e.as_ref().map_or("—".to_string(), |e| format!("{:.1} ({:.1}–{:.1})", e.classes, e.low, e.high))
        };
        let more = match line.more.as_str() {
            "a" => "A",
            "b" => "B",
            other => other,
        };
        let text = format!("  {:<28}{:<28}{:<28}{more}", line.of.replace('_', " "), cell(&line.a), cell(&line.b));
        out.push(text.trim_end().into());
    }
    out.push(format!("\nAverages\n  {:<28}{:<28}B", "", "A"));
    out.extend(c.averages.iter().map(|l| format!("  {:<28}{:<28.3}{:.3}", l.of, l.a, l.b)));
    out.push(format!("\nWording of {} questions, masked by {}\n  {:<28}{:<28}B", c.n, c.masked_by, "", "A"));
    out.extend(c.text.iter().map(|l| format!("  {:<28}{:<28.4}{:.4}", l.of, l.a, l.b)));
    out.push("\nHow far apart the distributions are (0 the same, 1 nothing in common)".into());
    out.extend(c.distances.iter().map(|(of, d)| format!("  {of:<28}{d:.3}")));
    let tools = &c.tools;
    out.push(format!("\nTools used: {} by both, {} by A only, {} by B only", tools.both, tools.only_a, tools.only_b));
    out.join("\n")
}
