//! Texts above and below the bars, none over another.

use std::ops::Range;

use typeset::{cut, width};

use super::Drawing;
use crate::canvas::Canvas;
use crate::legend::clean;
use crate::{Tone, apart, short};

impl Drawing<'_> {
    /// The values above the bars that have room, and above a line that is there: that of the cursor first, then the highest.
    pub(super) fn values(self, canvas: &mut Canvas) {
        let bars = &self.chart.bars;
        let cursor = self.chart.cursor.as_ref().map(|cursor| cursor.bar);
        let mut order: Vec<usize> = (0..bars.len()).filter(|at| bars[*at].total() > 0).collect();
        order.sort_by_key(|at| (Some(*at) != cursor, std::cmp::Reverse(bars[*at].total()), *at));
        let mut written: Vec<(usize, Range<usize>)> = Vec::new();
        let lines = self.line_rows();
        for at in order {
            let top = bars[at].total().max(bars[at].expected.unwrap_or(0));
            let cells = self.plan.scale.height(top, self.ink.grain()).div_ceil(self.ink.grain());
            let mut row = self.plan.rows - cells.min(self.plan.rows);
            while row > 0 && lines.contains(&row) {
                row -= 1;
            }
            let text = short(self.chart.unit, bars[at].total());
            let start = self.plan.centered(at, text.len());
            let columns = start..start + text.len();
            let touches = |(other, taken): &(usize, Range<usize>)| {
                *other == row && taken.start <= columns.end && columns.start <= taken.end
            };
            // A value that touches a higher bar beside it is hard to read; that of the cursor is wanted all the same.
            let apart = if Some(at) == cursor { columns.clone() } else { self.with_edges(&columns) };
            if canvas.is_free(apart, row) && !written.iter().any(touches) {
                let tone = if Some(at) == cursor { Tone::Strong } else { Tone::Value };
                canvas.write(columns.start, row, &text, tone);
                written.push((row, columns));
            }
        }
    }

    /// Some columns with one more on each side, as far as there are any.
    fn with_edges(self, columns: &Range<usize>) -> Range<usize> {
        columns.start.saturating_sub(1).max(self.plan.gutter)..(columns.end + 1).min(self.plan.width)
    }

    /// The labels below the bars: each, or each second, third, … where they would run into each other, and always that of
    /// the cursor.
    pub(super) fn names(self, canvas: &mut Canvas) {
        let labels: Vec<String> = self.chart.bars.iter().map(|bar| clean(&bar.label)).collect();
        let start = |at: usize| self.plan.centered(at, width(&labels[at]));
        let spans: Vec<_> = (0..labels.len()).map(|at| start(at)..start(at) + width(&labels[at])).collect();
        let every = apart::every(&spans, 1);
        let cursor = self.chart.cursor.as_ref().map(|cursor| cursor.bar.min(labels.len() - 1));
        let others = (0..labels.len()).step_by(every).filter(|at| Some(*at) != cursor);
        let row = self.plan.labels_row();
        for at in cursor.into_iter().chain(others) {
            let tone = if Some(at) == cursor { Tone::Cursor } else { Tone::Dim };
            write_apart(canvas, start(at), row, &labels[at], tone);
        }
    }

    /// The groups below their first bars; where two have no room beside each other, that with more bars.
    pub(super) fn groups(self, canvas: &mut Canvas) {
        let bars = &self.chart.bars;
        let mut groups: Vec<(usize, usize)> = Vec::new();
        for (at, bar) in bars.iter().enumerate() {
            match groups.last_mut().filter(|(first, _)| bars[*first].group == bar.group) {
                Some((_, count)) => *count += 1,
                None => groups.push((at, 1)),
            }
        }
        groups.sort_by_key(|(first, count)| (std::cmp::Reverse(*count), *first));
        for (first, _) in groups {
            let start = self.plan.bar(first).start;
            write_apart(canvas, start, self.plan.labels_row() + 1, &clean(&bars[first].group), Tone::Dim);
        }
    }

    /// The mark of the cursor with its note: to the right of it, or to the left where there is more room.
    pub(super) fn note(self, canvas: &mut Canvas) {
        let Some(cursor) = &self.chart.cursor else { return };
        let row = self.plan.note_row();
        let mark = self.plan.centered(cursor.bar, 1);
        canvas.write(mark, row, "▲", Tone::Cursor);
        let note = clean(&cursor.note);
        let right = self.plan.end().saturating_sub(mark + 2);
        let left = mark.saturating_sub(1);
        if width(&note) <= right || left <= right {
            canvas.write(mark + 2, row, &cut(&note, right), Tone::Strong);
        } else {
            let text = cut(&note, left);
            canvas.write(left - width(&text), row, &text, Tone::Strong);
        }
    }
}

/// Writes a text if its columns, and one on each side, are free.
fn write_apart(canvas: &mut Canvas, start: usize, row: usize, text: &str, tone: Tone) {
    let end = start + width(text);
    if canvas.is_free(start.saturating_sub(1)..end, row) && (canvas.is_free(end..end + 1, row) || canvas.is_edge(end)) {
        canvas.write(start, row, text, tone);
    }
}
