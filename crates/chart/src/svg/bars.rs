//! Stacked bars.

use std::ops::Range;

use super::pen::{Pen, wide};
use super::{HEAD, MARGIN, WIDTH};
use crate::scale::Scale;
use crate::{Bar, Chart, Series, alike, apart, exact, short};

/// Pixels of the highest bar.
const HEIGHT: usize = 240;
/// Rows that the axis is laid out for.
const ROWS: usize = 20;
/// Pixels of the axis and its amounts.
const GUTTER: usize = 64;
/// Pixels from the top of the drawing to the plot, for values.
const VALUES: usize = 18;
/// The least pixels of a bar and its gap, and the most.
const PITCH: (usize, usize) = (3, 72);
/// Pixels of the names of lines beside the plot.
const LINES: usize = 128;
/// Pixels of the letters of a value.
const VALUE: f64 = 11.0;
/// Pixels of a row of the legend.
const ROW: usize = 20;

/// Draws the bars; says how high they are, below the heading.
pub(super) fn draw(pen: &mut Pen, chart: &Chart) -> usize {
    if chart.bars.is_empty() {
        pen.text("dim", MARGIN, HEAD + 16, "Nothing in this time.");
        return ROW;
    }
    let room = WIDTH - GUTTER - MARGIN - if has_lines(chart) { LINES } else { 0 };
    let together = chart.bars.len().div_ceil(room / PITCH.0);
    let whole = chart;
    let chart = &whole.together(together);
    let pitch = (room / chart.bars.len()).clamp(PITCH.0, PITCH.1);
    let scale = Scale::fit(chart.unit, crate::bars::top(chart), ROWS);
    let plot = Plot { chart, whole, together, scale, pitch };
    plot.axis(pen);
    for (at, bar) in chart.bars.iter().enumerate() {
        plot.bar(pen, at, bar);
    }
    plot.lines(pen);
    plot.values(pen);
    let mut names = plot.names(pen);
    if together > 1 {
        names += ROW;
        let each = if whole.each.is_empty() { "bar" } else { whole.each };
        let said = format!("Each bar stands for {together} {each}s; there are {}.", whole.bars.len());
        pen.text("dim", GUTTER, HEAD + names, &said);
    }
    names + plot.legend(pen, HEAD + names + 24)
}

fn has_lines(chart: &Chart) -> bool {
    [chart.average, chart.budget].into_iter().flatten().any(|amount| amount > 0)
}

struct Plot<'c> {
    /// The bars as they are drawn.
    chart: &'c Chart,
    /// The bars as they were given.
    whole: &'c Chart,
    /// How many of these each is drawn for.
    together: usize,
    scale: Scale,
    pitch: usize,
}

impl Plot<'_> {
    fn bottom() -> usize {
        HEAD + VALUES + HEIGHT
    }

    /// Pixels from the top of an amount.
    fn y(&self, amount: u128) -> f64 {
        Self::bottom() as f64 - self.scale.fraction(amount).min(1.0) * HEIGHT as f64
    }

    /// The columns of a bar, in pixels.
    fn columns(&self, at: usize) -> Range<usize> {
        let gap = if self.pitch < 6 { 1 } else { self.pitch / 4 };
        let start = GUTTER + self.pitch * at + gap / 2;
        start..start + self.pitch - gap
    }

    fn end(&self) -> usize {
        GUTTER + self.pitch * self.chart.bars.len()
    }

    fn axis(&self, pen: &mut Pen) {
        for (_, amount) in self.scale.steps() {
            let y = self.y(amount);
            pen.line("rule", (GUTTER, self.end()), y);
            pen.anchored("dim", "end", (GUTTER - 8, crate::scale::rounded(y) + 4), &exact(self.chart.unit, amount));
        }
    }

    fn bar(&self, pen: &mut Pen, at: usize, bar: &Bar) {
        let columns = self.columns(at);
        let name = format!("{} {}", bar.group, bar.label);
        let said = |what: &str, amount: u128| format!("{}: {what} {}", name.trim(), short(self.chart.unit, amount));
        let mut rect = |class: &str, wider: f64, amounts: (u128, u128), words: &str| {
            let (low, high) = (self.y(amounts.0), self.y(amounts.1));
            let size = (columns.len() as f64 + 2.0 * wider, low - high);
            pen.rect(class, (columns.start as f64 - wider, high), size, words);
        };
        if let Some(before) = bar.before.filter(|before| *before > 0) {
            rect("before", 2.0, (0, before), &said("before", before));
        }
        let mut sum: u128 = 0;
        for (part, series) in bar.parts.iter().zip(&self.chart.series).filter(|(part, _)| **part > 0) {
            let next = sum.saturating_add(*part);
            rect(&format!("part {}", class(series)), 0.0, (sum, next), &said(&series.name, *part));
            sum = next;
        }
        if let Some(expected) = bar.expected.filter(|expected| *expected > sum) {
            rect("expected", 0.0, (sum, expected), &said("expected", expected));
        }
    }

    /// The values above the bars that have room, the highest first.
    fn values(&self, pen: &mut Pen) {
        let bars = &self.chart.bars;
        let top = |bar: &Bar| self.y(bar.total().max(bar.expected.unwrap_or(0)));
        let mut order: Vec<usize> = (0..bars.len()).filter(|at| bars[*at].total() > 0).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(bars[*at].total()), *at));
        let mut written: Vec<(Range<usize>, f64)> = Vec::new();
        for at in order {
            let text = short(self.chart.unit, bars[at].total());
            let columns = self.columns(at);
            let middle = usize::midpoint(columns.start, columns.end);
            let half = wide(&text) / 2;
            let span = middle - half.min(middle)..middle + half;
            let y = self.above_lines(top(&bars[at]) - 5.0);
            let meets = |other: &Range<usize>| other.start < span.end && span.start < other.end;
            let hits_bar =
                (0..bars.len()).any(|other| other != at && meets(&self.columns(other)) && top(&bars[other]) < y);
            let hits_text = written.iter().any(|(other, height)| meets(other) && (height - y).abs() < 12.0);
            if !hits_bar && !hits_text {
                pen.anchored("value", "middle", (middle, crate::scale::rounded(y)), &text);
                written.push((span, y));
            }
        }
    }

    /// Where the foot of a value goes that would stand on a line.
    fn above_lines(&self, mut y: f64) -> f64 {
        let mut lines: Vec<f64> = self.all_lines().iter().map(|(_, amount, _)| self.y(*amount)).collect();
        lines.sort_by(|one, other| other.total_cmp(one));
        for line in lines {
            if y > line - 3.0 && y - VALUE < line {
                y = line - 4.0;
            }
        }
        y
    }

    /// The lines across: what they are, where they stand, and what they say.
    fn all_lines(&self) -> Vec<(&'static str, u128, String)> {
        let line = |class, name, each: Option<u128>| {
            let each = each.filter(|amount| *amount > 0)?;
            let said = crate::bars::said(self.whole, name, each, self.together);
            Some((class, each.saturating_mul(self.together as u128), said))
        };
        let average = line("average", "avg", self.whole.average);
        average.into_iter().chain(line("budget", "budget", self.whole.budget)).collect()
    }

    fn lines(&self, pen: &mut Pen) {
        let mut taken = f64::NEG_INFINITY;
        for (class, amount, said) in self.all_lines() {
            let is_out = self.scale.fraction(amount) > 1.0;
            let y = self.y(amount);
            if !is_out {
                pen.line(class, (GUTTER, self.end()), y);
            }
            let text = format!("{said}{}", if is_out { " ↑" } else { "" });
            let beside = if (y - taken).abs() < 14.0 { taken - 14.0 } else { y };
            pen.text(class, self.end() + 8, crate::scale::rounded(beside.max(0.0)) + 4, &text);
            taken = beside;
        }
    }

    /// The labels and groups below the bars; says how high everything is so far.
    fn names(&self, pen: &mut Pen) -> usize {
        let bars = &self.chart.bars;
        let middle = |at: usize| usize::midpoint(self.columns(at).start, self.columns(at).end);
        let span = |at: usize| {
            let half = wide(&bars[at].label) / 2;
            middle(at).saturating_sub(half)..middle(at) + half
        };
        let spans: Vec<Range<usize>> = (0..bars.len()).map(span).collect();
        for at in (0..bars.len()).step_by(apart::every(&spans, 6)) {
            pen.anchored("dim", "middle", (middle(at), Self::bottom() + 16), &bars[at].label);
        }
        let firsts = (0..bars.len()).filter(|at| *at == 0 || bars[*at].group != bars[at - 1].group);
        let firsts: Vec<usize> = firsts.filter(|at| !bars[*at].group.is_empty()).collect();
        let spans: Vec<Range<usize>> =
            firsts.iter().map(|at| self.columns(*at).start..self.columns(*at).start + wide(&bars[*at].group)).collect();
        for at in firsts.iter().step_by(apart::every(&spans, 6)) {
            pen.text("dim", self.columns(*at).start, Self::bottom() + 32, &bars[*at].group);
        }
        Self::bottom() - HEAD + if firsts.is_empty() { 16 } else { 32 }
    }

    /// The series with their sums, in rows; says how high they are.
    fn legend(&self, pen: &mut Pen, top: usize) -> usize {
        if !self.chart.legend || self.chart.series.is_empty() {
            return 0;
        }
        let (mut x, mut y) = (GUTTER, top);
        let sums: Vec<u128> = (0..self.chart.series.len()).map(|at| self.chart.sum(at)).collect();
        for (series, sum) in self.chart.series.iter().zip(alike(self.chart.unit, &sums)) {
            let name = typeset::cut(&series.name, 60);
            let width = 18 + wide(&name) + 6 + wide(&sum) + 18;
            if x + width > WIDTH - MARGIN && x > GUTTER {
                (x, y) = (GUTTER, y + ROW);
            }
            pen.rect(class(series), (x as f64, y as f64), (12.0, 12.0), "");
            pen.text("ink", x + 18, y + 10, &name);
            pen.text("dim", x + 24 + wide(&name), y + 10, &sum);
            x += width;
        }
        y - top + ROW + 24
    }
}

/// The class of a series in the style sheet.
fn class(series: &Series) -> &'static str {
    const CLASSES: [&str; crate::SLOTS] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];
    series.slot.map_or("other", |slot| CLASSES[slot.index()])
}
