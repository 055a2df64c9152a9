//! Lines across a chart: the average and the budget.

use super::Drawing;
use crate::canvas::Canvas;
use crate::scale::EIGHTHS;
use crate::{Chart, Paint, Tone, short};

/// A line across.
struct Line {
    /// Where it stands: of bars put together, what so many come to.
    amount: u128,
    text: String,
    glyph: &'static str,
    tone: Tone,
}

impl Drawing<'_> {
    /// The lines, behind everything that is drawn, with their values in the margin.
    pub(super) fn lines(self, canvas: &mut Canvas) {
        let mut taken = None;
        for line in lines(self.whole, self.together) {
            let start = self.plan.plot().end + 1;
            let Some(row) = self.row_of(&line) else {
                canvas.write(start, 0, &format!("{} ↑", line.text), line.tone);
                continue;
            };
            for column in self.plan.plot() {
                // A bar keeps its color as ground; patterns have none.
                match canvas.filling(column, row) {
                    Some(filling) if self.ink == crate::Ink::Color => {
                        let paint = Paint { tone: line.tone, ground: Some(filling) };
                        canvas.put(column, row, line.glyph, paint);
                    }
                    _ => canvas.put_free(column, row, line.glyph, line.tone),
                }
            }
            let beside = if taken == Some(row) { row - 1 } else { row };
            canvas.write(start, beside, &line.text, line.tone);
            taken = Some(row);
        }
    }

    /// The rows of the lines: no value is written there that has another place.
    pub(super) fn line_rows(self) -> Vec<usize> {
        lines(self.whole, self.together).iter().filter_map(|line| self.row_of(line)).collect()
    }

    /// The row of a line; none where it is higher than the chart.
    fn row_of(self, line: &Line) -> Option<usize> {
        let cells = self.plan.scale.height(line.amount, EIGHTHS).div_ceil(EIGHTHS);
        (self.plan.scale.fraction(line.amount) <= 1.0).then(|| self.plan.row(cells.saturating_sub(1)))
    }
}

/// The columns that the values of the lines take behind bars of which so many are put together.
pub(super) fn margin(chart: &Chart, together: usize) -> usize {
    lines(chart, together).iter().map(|line| line.text.len() + 3).max().unwrap_or(0)
}

fn lines(chart: &Chart, together: usize) -> Vec<Line> {
    let line = |amount: Option<u128>, name: &str, glyph, tone| {
        let each = amount.filter(|amount| *amount > 0)?;
        let amount = each.saturating_mul(together as u128);
        Some(Line { amount, text: said(chart, name, each, together), glyph, tone })
    };
    let budget = line(chart.budget, "budget", "╍", Tone::Budget);
    let average = line(chart.average, "avg", "╌", Tone::Average);
    budget.into_iter().chain(average).collect()
}

/// A line in words: of a bar, and of the stretch of time that it is for where bars are put together.
pub(crate) fn said(chart: &Chart, name: &str, each: u128, together: usize) -> String {
    let time = if together > 1 && !chart.each.is_empty() { format!(" per {}", chart.each) } else { String::new() };
    format!("{name} {}{time}", short(chart.unit, each))
}
