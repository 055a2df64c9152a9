//! A chart as rows of cells.

mod labels;
mod lines;
mod plan;

use crate::canvas::Canvas;
use crate::pattern::{Way, cell, dots};
use crate::stack::{cells, divide};
use crate::{Chart, Frame, Ink, Picture, Run, Target, Tone, exact, legend, table};
pub(crate) use lines::said;
use plan::Plan;
pub(crate) use plan::top;

/// Columns below which a chart is a table.
const NARROW: usize = 60;
/// Rows below which a chart is a table.
const LOW: usize = 8;

/// Draws a chart. Below 60 columns or eight rows it is a table with a bar in each row. It has as many rows as the frame, and
/// none if there is no bar.
pub fn bars(chart: &Chart, frame: Frame) -> Picture {
    if chart.bars.is_empty() || frame.width == 0 || frame.height == 0 {
        return Picture::default();
    }
    if frame.width < NARROW || frame.height < LOW {
        return table::rows(chart, frame);
    }
    let count = plan::together(chart, frame);
    let shown = chart.together(count);
    let plan = Plan::new(&shown, frame, lines::margin(chart, count));
    let mut canvas = Canvas::new(frame.width, frame.height);
    Drawing { chart: &shown, whole: chart, together: count, plan: &plan, ink: frame.ink }.draw(&mut canvas);
    let target = |at: usize| Target {
        index: at * count,
        columns: plan.slot(at),
        rows: 0..plan.labels_row() + 1 + usize::from(plan.groups),
    };
    Picture { rows: canvas.rows(), targets: (0..shown.bars.len()).map(target).collect(), together: count }
}

/// What is drawn, and where.
#[derive(Clone, Copy)]
struct Drawing<'c> {
    /// The bars as they are drawn.
    chart: &'c Chart,
    /// The bars as they were given.
    whole: &'c Chart,
    /// How many of these each is drawn for.
    together: usize,
    plan: &'c Plan,
    ink: Ink,
}

impl Drawing<'_> {
    /// Draws everything; what comes first keeps its place.
    fn draw(self, canvas: &mut Canvas) {
        self.cursor(canvas);
        for at in 0..self.chart.bars.len() {
            self.bar(canvas, at);
            self.expected(canvas, at);
        }
        self.axis(canvas);
        self.values(canvas);
        self.names(canvas);
        self.note(canvas);
        self.groups(canvas);
        for at in 0..self.chart.bars.len() {
            self.before(canvas, at);
        }
        self.lines(canvas);
        self.legend(canvas);
    }

    /// The ground of the bar that one stands on; patterns have no second color for it.
    fn cursor(self, canvas: &mut Canvas) {
        if let Some(cursor) = self.chart.cursor.as_ref().filter(|_| self.ink == Ink::Color) {
            for (column, row) in
                self.plan.slot(cursor.bar).flat_map(|column| (1..=self.plan.rows).map(move |row| (column, row)))
            {
                canvas.ground(column, row, Tone::Cursor);
            }
        }
    }

    fn bar(self, canvas: &mut Canvas, at: usize) {
        let bar = &self.chart.bars[at];
        let grain = self.ink.grain();
        let lengths = divide(&bar.parts, self.plan.scale.height(bar.total(), grain), grain);
        for (above, drawn) in cells(&lengths, grain).into_iter().enumerate() {
            let (glyph, paint) = cell(drawn, &self.chart.series, self.ink, Way::Up);
            for column in self.plan.bar(at) {
                canvas.put(column, self.plan.row(above), glyph, paint);
            }
        }
    }

    /// What is still expected, on top of the bar.
    fn expected(self, canvas: &mut Canvas, at: usize) {
        let Some(expected) = self.chart.bars[at].expected else { return };
        self.dotted(canvas, expected, Tone::Expected, self.plan.bar(at), 2);
    }

    /// The period before: dots beside the bar, or where they rise above it.
    fn before(self, canvas: &mut Canvas, at: usize) {
        let Some(before) = self.chart.bars[at].before else { return };
        let columns = self.plan.beside(at).unwrap_or_else(|| self.plan.bar(at));
        self.dotted(canvas, before, Tone::Before, columns, 1);
    }

    fn dotted(self, canvas: &mut Canvas, amount: u128, tone: Tone, columns: std::ops::Range<usize>, wide: usize) {
        let quarters = self.plan.scale.height(amount, 4);
        for above in 0..quarters.div_ceil(4) {
            for column in columns.clone() {
                canvas.put_free(column, self.plan.row(above), dots(quarters - above * 4, wide), tone);
            }
        }
    }

    fn axis(self, canvas: &mut Canvas) {
        let line = self.plan.gutter - 1;
        for row in 1..=self.plan.rows {
            canvas.put(line, row, "│", Tone::Axis);
        }
        for column in self.plan.plot() {
            canvas.put(column, self.plan.axis_row(), "─", Tone::Axis);
        }
        for (below, amount) in self.plan.scale.steps() {
            let row = if below == 0 { self.plan.axis_row() } else { self.plan.row(below - 1) };
            canvas.put(line, row, if below == 0 { "┼" } else { "┤" }, Tone::Axis);
            let text = exact(self.chart.unit, amount);
            canvas.write((line - 1).saturating_sub(text.len()), row, &text, Tone::Dim);
        }
    }

    fn legend(self, canvas: &mut Canvas) {
        let write = |canvas: &mut Canvas, column, row, runs: &[Run]| canvas.write_row(column, row, runs);
        if let Some(columns) = self.plan.legend_beside {
            let rows = legend(self.chart, columns, self.plan.height - 1, self.ink);
            for (row, drawn) in rows.iter().enumerate() {
                write(canvas, self.plan.width - columns, row + 1, &drawn.runs);
            }
        }
        for (row, drawn) in self.plan.legend_below.iter().enumerate() {
            write(canvas, 0, self.plan.height - self.plan.legend_below.len() + row, &drawn.runs);
        }
    }
}
