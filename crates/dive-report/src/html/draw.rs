//! Call graphs as SVG: levels from top to bottom, an arrow from a call to each call that uses its result.

use maud::{Markup, html};

/// A node to draw.
#[derive(Debug, Clone)]
pub struct Node {
    /// `R`, `P`, or anything else for unknown.
    pub kind: char,
    /// Its name; empty for a bare circle.
    pub label: String,
    /// Not needed for the answer.
    pub off: bool,
    /// Where it leads; empty for nowhere.
    pub href: String,
}

struct Layout {
    /// Level and place on it, for each node.
    places: Vec<(usize, f64)>,
    levels: usize,
    widest: usize,
}

/// A small drawing of circles.
pub fn glyph(kinds: &str, edges: &[(usize, usize)], title: &str) -> Markup {
    let kinds: Vec<char> = kinds.chars().collect();
    let layout = layout(kinds.len(), edges);
    let (dx, dy, radius) = (27.0, 33.0, 9.0);
    // Edges that pass a level bend aside, on a narrow drawing beyond its nodes.
    let bent = edges.iter().any(|(a, b)| skip(&layout, *a, *b) != 0.0);
    let width = (layout.widest.max(1) as f64) * dx + if bent { 28.0 } else { 8.0 };
    let height = layout.levels.max(1) as f64 * dy - dy + 2.0 * radius + 6.0;
    let at = |i: usize| {
        let (level, x) = layout.places.get(i).copied().unwrap_or((0, 0.0));
        (width / 2.0 + x * dx, radius + 3.0 + level as f64 * dy)
    };
    html! {
        svg viewBox=(format!("0 0 {width:.0} {height:.0}")) width=(format!("{width:.0}")) height=(format!("{height:.0}"))
            role="img" aria-label=(title) {
            @for (a, b) in edges { (arrow(at(*a), at(*b), radius, radius, skip(&layout, *a, *b))) }
            @for (i, kind) in kinds.iter().enumerate() {
                @let (x, y) = at(i);
                circle class=(format!("node {}", class(*kind))) cx=(num(x)) cy=(num(y)) r=(num(radius)) {}
                text class=(format!("nl {}", class(*kind))) x=(num(x)) y=(num(y + 3.6)) { (kind) }
            }
        }
    }
}

/// A drawing with names: calls from top to bottom in their order, arcs at the side. Unlike levels side by side this fits
/// long names on a narrow page, and no arrow passes behind a call.
pub fn named(nodes: &[Node], edges: &[(usize, usize)], title: &str) -> Markup {
    const LINE: f64 = 30.0;
    let span = |(a, b): &(usize, usize)| b.abs_diff(*a);
    let arc = |span: usize| if span < 2 { 0.0 } else { (12.0 + 7.0 * (span as f64 - 1.0)).min(64.0) };
    let side = edges.iter().map(|e| arc(span(e))).fold(0.0, f64::max);
    let left = side * 0.75 + 13.0;
    let height = nodes.len() as f64 * LINE + 6.0;
    let longest = nodes.iter().map(|n| n.label.chars().count()).max().unwrap_or(0);
    let width = left + 20.0 + 7.2 * longest as f64;
    let y = |i: usize| i as f64 * LINE + 18.0;
    html! {
        svg.calls viewBox=(format!("0 0 {width:.0} {height:.0}")) width=(format!("{width:.0}")) height=(format!("{height:.0}"))
            role="img" aria-label=(title) {
            @for edge @ (a, b) in edges {
                @let bulge = arc(span(edge));
                @if bulge == 0.0 {
                    path class="edge" d=(format!("M{left:.1} {:.1} V{:.1}", y(*a) + 9.5, y(*b) - 16.0)) {}
                    path class="tip" d=(format!("M{left:.1} {:.1} l-3.4 -6.5 l6.8 0 z", y(*b) - 10.0)) {}
                } @else {
                    path class="edge" d=(format!("M{:.1} {:.1} C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", left - 9.0, y(*a) + 3.0,
                        left - bulge - 6.0, y(*a) + 8.0, left - bulge - 6.0, y(*b) - 6.0, left - 15.0, y(*b) - 1.0)) {}
                    path class="tip" d=(format!("M{:.1} {:.1} l-7 -3.9 l0.8 6.7 z", left - 9.6, y(*b))) {}
                }
            }
            @for (i, node) in nodes.iter().enumerate() {
                circle class=(format!("node {}{}", class(node.kind), if node.off { " off" } else { "" })) cx=(num(left)) cy=(num(y(i))) r="9" {}
                text class=(format!("nl {}", class(node.kind))) x=(num(left)) y=(num(y(i) + 3.6)) { (node.kind) }
                @if node.href.is_empty() {
                    text class="nt" x=(num(left + 16.0)) y=(num(y(i) + 4.0)) { (node.label) }
                } @else {
                    a href=(node.href) { text class="nt" x=(num(left + 16.0)) y=(num(y(i) + 4.0)) { (node.label) } }
                }
            }
        }
    }
}

fn class(kind: char) -> &'static str {
    match kind {
        'R' => "r",
        'P' => "p",
        _ => "u",
    }
}

fn num(x: f64) -> String {
    format!("{x:.1}")
}

/// How far an edge has to bend to pass the levels between.
fn skip(layout: &Layout, a: usize, b: usize) -> f64 {
    let place = |i: usize| layout.places.get(i).copied().unwrap_or((0, 0.0));
    let ((la, xa), (lb, xb)) = (place(a), place(b));
    if lb.saturating_sub(la) < 2 {
        return 0.0;
    }
    // Only where something stands in the way.
    let blocked = layout
        .places
        .iter()
        .any(|(l, x)| *l > la && *l < lb && (x - (xa + (xb - xa) * (l - la) as f64 / (lb - la) as f64)).abs() < 0.45);
    if !blocked {
        0.0
    } else if xa + xb > 0.0 {
        -38.0
    } else {
        38.0
    }
}

fn arrow(from: (f64, f64), to: (f64, f64), leave: f64, enter: f64, bend: f64) -> Markup {
    let middle = ((from.0 + to.0) / 2.0 + bend, (from.1 + to.1) / 2.0);
    let toward = |a: (f64, f64), b: (f64, f64), by: f64| {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = (dx * dx + dy * dy).sqrt().max(1e-9);
        (a.0 + dx / length * by, a.1 + dy / length * by)
    };
    let start = toward(from, middle, leave + 0.5);
    let tip = toward(to, middle, enter + 1.5);
    let base = toward(to, middle, enter + 7.0);
    let (dx, dy) = (tip.0 - base.0, tip.1 - base.1);
    let length = (dx * dx + dy * dy).sqrt().max(1e-9);
    let (nx, ny) = (-dy / length * 3.2, dx / length * 3.2);
    html! {
        path class="edge" d=(format!("M{:.1} {:.1} Q{:.1} {:.1} {:.1} {:.1}", start.0, start.1, middle.0, middle.1, base.0, base.1)) {}
        path class="tip" d=(format!("M{:.1} {:.1} L{:.1} {:.1} L{:.1} {:.1} z", tip.0, tip.1, base.0 + nx, base.1 + ny, base.0 - nx, base.1 - ny)) {}
    }
}

/// Levels by longest chain; on each level by the mean place of what a node uses, then of what uses it.
fn layout(n: usize, edges: &[(usize, usize)]) -> Layout {
    let mut level = vec![0usize; n];
    // Edges run from earlier to later calls, so one pass in order is enough; a cap keeps odd input finite.
    for i in 0..n {
        let own = edges
            .iter()
            .filter(|(a, b)| *b == i && *a < i)
            .filter_map(|(a, _)| level.get(*a))
            .max()
            .map_or(0, |l| l + 1);
        if let Some(l) = level.get_mut(i) {
            *l = own;
        }
    }
    let levels = level.iter().max().map_or(0, |l| l + 1);
    let mut rows: Vec<Vec<usize>> =
        (0..levels).map(|l| (0..n).filter(|i| level.get(*i) == Some(&l)).collect()).collect();
    let mut x = vec![0.0f64; n];
    let spread = |row: &[usize], x: &mut [f64]| {
        for (place, node) in row.iter().enumerate() {
            if let Some(slot) = x.get_mut(*node) {
                *slot = place as f64 - (row.len() as f64 - 1.0) / 2.0;
            }
        }
    };
    rows.iter().for_each(|row| spread(row, &mut x));
    for sweep in 0..4 {
        for row in rows.iter_mut() {
            let centre = |node: usize| {
                let near: Vec<f64> = edges
                    .iter()
                    .filter_map(|(a, b)| match sweep % 2 {
                        0 => (*b == node).then_some(*a),
                        _ => (*a == node).then_some(*b),
                    })
                    .filter_map(|other| x.get(other).copied())
                    .collect();
                if near.is_empty() {
                    x.get(node).copied().unwrap_or(0.0)
                } else {
                    near.iter().sum::<f64>() / near.len() as f64
                }
            };
            let mut keyed: Vec<(f64, usize)> = row.iter().map(|i| (centre(*i), *i)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            *row = keyed.into_iter().map(|(_, i)| i).collect();
            spread(row, &mut x);
        }
    }
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    Layout { places: level.into_iter().zip(x).collect(), levels, widest }
}
