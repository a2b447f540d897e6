//! Charts as inline SVG, drawn at the width of a phone and scaled up, so that text stays readable at every size. Every
//! chart comes with its numbers as a table.

use maud::{Markup, html};

use crate::plain::{shorten, thousands};

/// Width that every chart is drawn at.
const WIDTH: f64 = 310.0;

/// A chart in its frame, with caption and table.
pub fn figure(caption: &str, sub: &str, chart: Markup, table: Markup) -> Markup {
    html! {
        figure {
            figcaption { (caption) }
            @if !sub.is_empty() { p.sub { (sub) } }
            (chart)
            details.data { summary { "Numbers" } div.scroll.tall tabindex="0" role="region" aria-label=(format!("Numbers: {caption}")) { (table) } }
        }
    }
}

/// A table with a header; cells after the first are numbers.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        table {
            thead { tr { @for (i, h) in head.iter().enumerate() { th.n[i > 0] scope="col" { (h) } } } }
            tbody { @for row in rows { tr {
                @for (i, cell) in row.iter().enumerate() {
                    @if i == 0 { th scope="row" { (cell) } } @else { td.n { (cell) } }
                }
            } } }
        }
    }
}

/// One bar of a bar chart.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Name on the left.
    pub label: String,
    /// Length.
    pub value: f64,
    /// Text on the right.
    pub text: String,
    /// Colour class: `r`, `p`, `good`, `bad`, `grey` or none.
    pub class: &'static str,
}

impl Bar {
    /// A bar of a count.
    pub fn count(label: impl Into<String>, n: u64) -> Bar {
        Bar { label: label.into(), value: n as f64, text: thousands(n), class: "" }
    }

    /// The same in a colour.
    pub fn coloured(self, class: &'static str) -> Bar {
        Bar { class, ..self }
    }
}

/// Horizontal bars with names and values.
pub fn bars(title: &str, bars: &[Bar]) -> Markup {
    bars_of(title, bars, 0.0)
}

/// The same where the whole track stands for `whole`, or for the greatest value if that is more.
pub fn bars_of(title: &str, bars: &[Bar], whole: f64) -> Markup {
    const LINE: f64 = 21.0;
    let longest = bars.iter().map(|b| b.label.chars().count()).max().unwrap_or(0);
    let left = (longest as f64 * 6.5 + 10.0).clamp(44.0, 148.0);
    let fits = (left / 6.1) as usize;
    let right = bars.iter().map(|b| b.text.chars().count()).max().unwrap_or(0) as f64 * 6.4 + 8.0;
    let most = bars.iter().map(|b| b.value).fold(whole, f64::max).max(1e-9);
    let room = WIDTH - left - right;
    let height = bars.len() as f64 * LINE + 2.0;
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {height:.0}")) role="img" aria-label=(title) {
            @for (i, bar) in bars.iter().enumerate() {
                @let y = i as f64 * LINE;
                text class="lab" x="0" y=(n(y + 14.0)) { (cut(&bar.label, fits)) }
                rect class="track" x=(n(left)) y=(n(y + 5.0)) width=(n(room)) height="11" rx="2" {}
                rect class=(format!("bar {}", bar.class)) x=(n(left)) y=(n(y + 5.0)) width=(n(room * bar.value / most)) height="11" rx="2" {}
                text class="val" x=(n(WIDTH)) y=(n(y + 14.0)) text-anchor="end" { (bar.text) }
            }
        }
    }
}

/// Vertical columns: a histogram whose bins are labelled below, as many as fit.
pub fn columns(title: &str, bins: &[(String, u64)], x_name: &str) -> Markup {
    let (height, base, left) = (168.0, 132.0, 40.0);
    let most = bins.iter().map(|b| b.1).max().unwrap_or(0).max(1);
    let (step, ticks) = ticks(most as f64, 4);
    let top = (ticks as f64 * step).max(1.0);
    let width = (WIDTH - left) / bins.len().max(1) as f64;
    let wide = bins.iter().map(|b| b.0.len()).max().unwrap_or(1) as f64 * 6.2 + 8.0;
    let every = (wide / width).ceil().max(1.0) as usize;
    let thick = (width * 0.8).min(44.0);
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(title) {
            @for t in 0..=ticks {
                @let y = base - (base - 10.0) * (t as f64 * step) / top;
                path class="gridline" d=(format!("M{left} {y:.1} H{WIDTH}")) {}
                text class="tick" x=(n(left - 6.0)) y=(n(y + 3.5)) text-anchor="end" { (compact(t as f64 * step)) }
            }
            @for (i, (label, count)) in bins.iter().enumerate() {
                @let x = left + i as f64 * width;
                @let tall = (base - 10.0) * *count as f64 / top;
                rect class="bar" x=(n(x + (width - thick) / 2.0)) y=(n(base - tall)) width=(n(thick)) height=(n(tall)) { title { (label) ": " (count) } }
                @if i.is_multiple_of(every) { text class="tick" x=(n(x + width / 2.0)) y=(n(base + 14.0)) text-anchor="middle" { (label) } }
            }
            path class="axis" d=(format!("M{left} {base} H{WIDTH}")) {}
            text class="tick" x=(n(WIDTH)) y=(n(base + 31.0)) text-anchor="end" { (x_name) }
        }
    }
}

/// A point of a curve with its interval.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// Place.
    pub x: f64,
    /// Value.
    pub y: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A curve with its band over a linear axis, and the diagonal where it would be one class a task.
pub fn curve(title: &str, points: &[Point], x_name: &str, diagonal: bool) -> Markup {
    let (height, base, left, top) = (190.0, 152.0, 42.0, 10.0);
    let most_x = points.iter().map(|p| p.x).fold(1.0, f64::max);
    let (step, count) = ticks(points.iter().map(|p| p.high).fold(1.0, f64::max), 4);
    let most_y = step * count as f64;
    let (step_x, count_x) = ticks(most_x, 3);
    let x = |v: f64| left + (WIDTH - left - 6.0) * v / most_x;
    let y = |v: f64| base - (base - top) * (v / most_y).min(1.0);
    let path = |value: &dyn Fn(&Point) -> f64, points: &mut dyn Iterator<Item = &Point>| {
        points.map(|p| format!("L{:.1} {:.1}", x(p.x), y(value(p)))).collect::<String>()
    };
    let up = path(&|p| p.high, &mut points.iter());
    let down = path(&|p| p.low, &mut points.iter().rev());
    let band = format!("M{:.1} {:.1}{up}{down}z", x(0.0), y(0.0));
    let line = format!("M{:.1} {:.1}{}", x(0.0), y(0.0), path(&|p| p.y, &mut points.iter()));
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(title) {
            @for t in 0..=count {
                @let v = t as f64 * step;
                path class="gridline" d=(format!("M{left} {:.1} H{WIDTH}", y(v))) {}
                text class="tick" x=(n(left - 6.0)) y=(n(y(v) + 3.5)) text-anchor="end" { (compact(v)) }
            }
            path class="band" d=(band) {}
            @if diagonal {
                @let end = most_x.min(most_y);
                path class="line ref" d=(format!("M{:.1} {:.1}L{:.1} {:.1}", x(0.0), y(0.0), x(end), y(end))) {}
            }
            path class="line" d=(line) {}
            @if let Some(last) = points.last() { circle class="dot" cx=(n(x(last.x))) cy=(n(y(last.y))) r="3.2" {} }
            path class="axis" d=(format!("M{left} {base} H{WIDTH}")) {}
            @for t in 0..=count_x {
                @let v = t as f64 * step_x;
                @if v <= most_x * 1.001 { text class="tick" x=(n(x(v))) y=(n(base + 14.0)) text-anchor=(if t == 0 { "start" } else if v > most_x * 0.97 { "end" } else { "middle" }) { (compact(v)) } }
            }
            text class="tick" x=(n(WIDTH)) y=(n(base + 31.0)) text-anchor="end" { (x_name) }
        }
    }
}

/// Counts by rank as a step area, with a level for comparison.
pub fn ranked(title: &str, counts: &[u64], level: Option<(f64, &str)>, x_name: &str) -> Markup {
    let (height, base, left, top) = (190.0, 152.0, 42.0, 10.0);
    let (step, count) = ticks(counts.first().copied().unwrap_or(1).max(1) as f64, 4);
    let most = step * count as f64;
    let width = (WIDTH - left) / counts.len().max(1) as f64;
    let y = |v: f64| base - (base - top) * v / most;
    let mut area = format!("M{left} {base}");
    for (i, c) in counts.iter().enumerate() {
        let (a, b) = (left + i as f64 * width, left + (i + 1) as f64 * width);
        area.push_str(&format!("L{a:.1} {0:.1}L{b:.1} {0:.1}", y(*c as f64)));
    }
    area.push_str(&format!("L{WIDTH} {base}z"));
    let (step_x, count_x) = ticks(counts.len() as f64, 4);
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(title) {
            @for t in 0..=count {
                @let v = t as f64 * step;
                path class="gridline" d=(format!("M{left} {:.1} H{WIDTH}", y(v))) {}
                text class="tick" x=(n(left - 6.0)) y=(n(y(v) + 3.5)) text-anchor="end" { (compact(v)) }
            }
            path class="area" d=(area) {}
            @if let Some((v, name)) = level {
                path class="line ref" d=(format!("M{left} {0:.1} H{WIDTH}", y(v))) {}
                text class="tick" x=(n(WIDTH)) y=(n(y(v) - 5.0)) text-anchor="end" { (name) }
            }
            path class="axis" d=(format!("M{left} {base} H{WIDTH}")) {}
            @for t in 0..=count_x {
                @let v = t as f64 * step_x;
                @let x = left + v * width;
                @if x <= WIDTH { text class="tick" x=(n(x)) y=(n(base + 14.0)) text-anchor=(if t == 0 { "start" } else if x > WIDTH - 12.0 { "end" } else { "middle" }) { (compact(v)) } }
            }
            text class="tick" x=(n(WIDTH)) y=(n(base + 31.0)) text-anchor="end" { (x_name) }
        }
    }
}

/// A cell of a heat map.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Shade, from 0 to 1.
    pub shade: f64,
    /// First line.
    pub text: String,
    /// Second line.
    pub small: String,
}

/// A heat map with named rows and columns; empty cells stay empty.
pub fn heat(title: &str, columns: &[&str], rows: &[(String, Vec<Option<Cell>>)]) -> Markup {
    let (left, head, tall) = (58.0, 20.0, 34.0);
    let width = (WIDTH - left) / columns.len().max(1) as f64;
    let height = head + rows.len() as f64 * tall + 2.0;
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {height:.0}")) role="img" aria-label=(title) {
            @for (i, column) in columns.iter().enumerate() {
                text class="tick" x=(n(left + (i as f64 + 0.5) * width)) y="12" text-anchor="middle" { (column) }
            }
            @for (r, (name, cells)) in rows.iter().enumerate() {
                @let y = head + r as f64 * tall;
                text class="lab" x="0" y=(n(y + 20.0)) { (name) }
                @for (c, cell) in cells.iter().enumerate() {
                    @let x = left + c as f64 * width;
                    rect class="track" x=(n(x + 1.5)) y=(n(y + 1.5)) width=(n(width - 3.0)) height=(n(tall - 3.0)) rx="3" {}
                    @if let Some(cell) = cell {
                        rect class="area" x=(n(x + 1.5)) y=(n(y + 1.5)) width=(n(width - 3.0)) height=(n(tall - 3.0)) rx="3"
                            fill-opacity=(format!("{:.2}", 0.06 + 0.30 * cell.shade)) {}
                        text class="lab" x=(n(x + width / 2.0)) y=(n(y + 15.5)) text-anchor="middle" { (cell.text) }
                        text class="small" x=(n(x + width / 2.0)) y=(n(y + 27.5)) text-anchor="middle" { (cell.small) }
                    }
                }
            }
        }
    }
}

/// Step and number of ticks that cover a value, at round numbers.
fn ticks(most: f64, wanted: usize) -> (f64, usize) {
    let rough = (most / wanted as f64).max(1e-9);
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].iter().map(|m| m * power).find(|s| *s >= rough * 0.999).unwrap_or(power);
    // Counts have no halves.
    let step = if most >= 2.0 { step.max(1.0).ceil() } else { step };
    (step, (most / step).ceil().max(1.0) as usize)
}

fn compact(v: f64) -> String {
    if v >= 1e6 {
        format!("{}M", trim(v / 1e6))
    } else if v >= 10_000.0 {
        format!("{}k", trim(v / 1e3))
    } else if v.fract() == 0.0 {
        thousands(v as u64)
    } else {
        trim(v)
    }
}

fn trim(v: f64) -> String {
    format!("{v:.2}").trim_end_matches('0').trim_end_matches('.').to_string()
}

fn cut(label: &str, fits: usize) -> String {
    if label.chars().count() <= fits {
        label.to_string()
    } else {
        let cut = shorten(label, fits.saturating_sub(1));
        cut.split('…').next().unwrap_or_default().to_string() + "…"
    }
}

fn n(x: f64) -> String {
    format!("{x:.1}")
}
