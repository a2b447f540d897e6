//! The producer→consumer graph as a picture: families on a circle, chords for edges between them.

use std::collections::BTreeMap;

use maud::html;

use crate::chains::Graph;
use crate::plain::clean;

const SIZE: f64 = 900.0;
const RADIUS: f64 = 290.0;
/// One colour a domain, told apart in light and dark.
const COLOURS: [&str; 8] = ["#3b76c4", "#c2681b", "#2f8f5b", "#9a4fb0", "#b8433f", "#7d7a16", "#2a8a93", "#6b6b6b"];

/// A domain and a family in it.
type Family<'a> = (&'a str, &'a str);

/// A file that stands alone: families as dots, as large as they have tools; chords as wide as they have edges, in the
/// colour of the domain that they come from.
pub fn svg(graph: &Graph) -> String {
    let mut families: BTreeMap<Family<'_>, u64> = BTreeMap::new();
    for place in graph.places.values() {
        *families.entry((&place.domain, &place.family)).or_default() += 1;
    }
    let order: Vec<Family<'_>> = families.keys().copied().collect();
    let mut domains: Vec<&str> = order.iter().map(|f| f.0).collect();
    domains.dedup();
    let colour = |domain: &str| {
        let i = domains.iter().position(|d| *d == domain).unwrap_or(0);
        COLOURS.get(i % COLOURS.len()).copied().unwrap_or("#6b6b6b")
    };
    // A gap between domains keeps their arcs apart.
    let slots = (order.len() + domains.len()).max(1) as f64;
    let angle = |family: Family<'_>| {
        let i = order.iter().position(|f| *f == family).unwrap_or(0);
        let gaps = domains.iter().position(|d| *d == family.0).unwrap_or(0);
        core::f64::consts::TAU * (i + gaps) as f64 / slots - core::f64::consts::FRAC_PI_2
    };
    let at = |a: f64, r: f64| (SIZE / 2.0 + r * libm::cos(a), SIZE / 2.0 + r * libm::sin(a));
    let mut chords: BTreeMap<(Family<'_>, Family<'_>), u64> = BTreeMap::new();
    for edge in &graph.edges {
        if let (Some(a), Some(b)) = (graph.places.get(&edge.from), graph.places.get(&edge.to))
            && a != b
        {
            *chords.entry(((&a.domain, &a.family), (&b.domain, &b.family))).or_default() += 1;
        }
    }
    let most = chords.values().copied().max().unwrap_or(1).max(1) as f64;
    let mut drawn: Vec<_> = chords.iter().collect();
    drawn.sort_by_key(|(_, n)| **n);
    let title = format!(
        "{} edges between {} tools in {} families, executed in {} episodes",
        graph.all_evidence.edges, graph.tools, graph.families, graph.episodes
    );
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {SIZE} {SIZE}")) font-family="system-ui, sans-serif" font-size="12" {
            title { (title) }
            rect width=(SIZE) height=(SIZE) fill="#fff" {}
            @for ((from, to), n) in drawn {
                @let ((x1, y1), (x2, y2)) = (at(angle(*from), RADIUS), at(angle(*to), RADIUS));
                @let (cx, cy) = (SIZE / 2.0 + (x1 + x2 - SIZE) * 0.12, SIZE / 2.0 + (y1 + y2 - SIZE) * 0.12);
                path d=(format!("M{x1:.1} {y1:.1}Q{cx:.1} {cy:.1} {x2:.1} {y2:.1}")) fill="none" stroke=(colour(from.0))
                    stroke-opacity=(if from.0 == to.0 { "0.35" } else { "0.6" })
                    stroke-width=(format!("{:.2}", 0.6 + 7.0 * libm::sqrt(*n as f64 / most))) {
                    title { (clean(from.1)) " → " (clean(to.1)) ": " (n) " edges" }
                }
            }
            @for family in &order {
                @let a = angle(*family);
                @let ((x, y), (tx, ty)) = (at(a, RADIUS), at(a, RADIUS + 22.0));
                @let tools = families.get(family).copied().unwrap_or(0);
                @let left = libm::cos(a) < -1e-9;
                @let turned = a.to_degrees() + if left { 180.0 } else { 0.0 };
                circle cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r=(format!("{:.1}", 3.0 + 1.7 * libm::sqrt(tools as f64))) fill=(colour(family.0)) {
                    title { (clean(family.0)) ", " (clean(family.1)) ": " (tools) " tools" }
                }
                text transform=(format!("translate({tx:.1} {ty:.1}) rotate({turned:.1})")) dy="4" text-anchor=(if left { "end" } else { "start" }) fill="#222" {
                    (clean(family.1)) " (" (tools) ")"
                }
            }
            @for (i, domain) in domains.iter().enumerate() {
                text x="16" y=(26 + 18 * i) fill=(colour(domain)) font-weight="600" { (clean(domain)) }
            }
            text x="16" y=(SIZE - 16.0) fill="#222" { (title) }
        }
    }
    .into_string()
}
