//! Lines across a chart: the average and the budget.

use super::Drawing;
use crate::canvas::Canvas;
use crate::scale::EIGHTHS;
use crate::{Chart, Paint, Tone, short};

/// A line across.
struct Line {
    amount: u128,
    text: String,
    glyph: &'static str,
    tone: Tone,
}

impl Drawing<'_> {
    /// The lines, behind everything that is drawn, with their values in the margin.
    pub(super) fn lines(self, canvas: &mut Canvas) {
        let mut taken = None;
        for line in lines(self.chart) {
            let start = self.plan.plot().end + 1;
            if self.plan.scale.fraction(line.amount) > 1.0 {
                canvas.write(start, 0, &format!("{} ↑", line.text), line.tone);
                continue;
            }
            let cells = self.plan.scale.height(line.amount, EIGHTHS).div_ceil(EIGHTHS);
            let row = self.plan.row(cells.saturating_sub(1));
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
}

/// The columns that the values of the lines take behind the bars.
pub(super) fn margin(chart: &Chart) -> usize {
    lines(chart).iter().map(|line| line.text.len() + 3).max().unwrap_or(0)
}

fn lines(chart: &Chart) -> Vec<Line> {
    let line = |amount: Option<u128>, name: &str, glyph, tone| {
        let amount = amount.filter(|amount| *amount > 0)?;
        Some(Line { amount, text: format!("{name} {}", short(chart.unit, amount)), glyph, tone })
    };
    let budget = line(chart.budget, "budget", "╍", Tone::Budget);
    let average = line(chart.average, "avg", "╌", Tone::Average);
    budget.into_iter().chain(average).collect()
}
