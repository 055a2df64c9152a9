//! Where everything of a chart stands.

use std::ops::Range;

use typeset::width;

use super::lines;
use crate::scale::Scale;
use crate::{Chart, Frame, Row, exact, legend};

/// Columns from which on the legend stands beside the bars.
const WIDE: usize = 100;
/// Rows from which on the series are named below the bars.
const NAMED: usize = 10;
/// Rows from which on groups stand below the labels.
const GROUPED: usize = 12;
/// Columns between the bars and a legend beside them.
const APART: usize = 3;
/// The most columns that the axis and its amounts take.
const GUTTER: usize = 14;
/// The most columns from one bar to the next.
const PITCH: usize = 14;

/// Where everything stands. From the top: a row for values, the rows of the bars, the axis, the labels, groups and the note
/// of the cursor if there are any, and the legend.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) scale: Scale,
    /// Rows of the bars.
    pub(super) rows: usize,
    /// Columns of the axis and its amounts.
    pub(super) gutter: usize,
    /// Columns from one bar to the next.
    pitch: usize,
    /// Columns of a bar.
    thick: usize,
    bars: usize,
    pub(super) groups: bool,
    pub(super) legend_beside: Option<usize>,
    pub(super) legend_below: Vec<Row>,
}

/// How many bars have to be put together to have a column each.
pub(super) fn together(chart: &Chart, frame: Frame) -> usize {
    let legend = beside(chart, frame).map_or(0, |columns| columns + APART);
    let count = |margin: usize| {
        let room = frame.width.saturating_sub(GUTTER + legend + margin);
        chart.bars.len().div_ceil(room.max(1))
    };
    match count(lines::margin(chart, 1)) {
        1 => 1,
        several => count(lines::margin(chart, several)),
    }
}

impl Plan {
    pub(super) fn new(chart: &Chart, frame: Frame, margin: usize) -> Self {
        let legend_beside = beside(chart, frame);
        let is_below = chart.legend && legend_beside.is_none();
        let below = if is_below && frame.height >= NAMED { (frame.height / 6).max(1) } else { 0 };
        let legend_below = legend(chart, frame.width, below, frame.ink);
        let groups = frame.height >= GROUPED && chart.bars.iter().any(|bar| !bar.group.is_empty());
        let others = 3 + usize::from(groups) + usize::from(chart.cursor.is_some()) + legend_below.len();
        let rows = frame.height - others;
        let scale = Scale::fit(chart.unit, top(chart), rows);
        let amounts = scale.steps().map(|(_, amount)| width(&exact(chart.unit, amount))).max().unwrap_or(0);
        let gutter = (amounts + 2).clamp(3, GUTTER);
        let room = frame.width - gutter - margin - legend_beside.map_or(0, |columns| columns + APART);
        let pitch = (room / chart.bars.len()).clamp(1, PITCH);
        let gap = match pitch {
            1 => 0,
            2 | 3 => 1,
            4..=8 => 2,
            9..=11 => 3,
            _ => 4,
        };
        Self {
            width: frame.width,
            height: frame.height,
            scale,
            rows,
            gutter,
            pitch,
            thick: pitch - gap,
            bars: chart.bars.len(),
            groups,
            legend_beside,
            legend_below,
        }
    }

    /// The row of a cell of a bar, by how many are below it.
    pub(super) fn row(&self, below: usize) -> usize {
        self.rows - below.min(self.rows - 1)
    }

    pub(super) fn axis_row(&self) -> usize {
        self.rows + 1
    }

    pub(super) fn labels_row(&self) -> usize {
        self.rows + 2
    }

    pub(super) fn note_row(&self) -> usize {
        self.labels_row() + 1 + usize::from(self.groups)
    }

    /// The columns of the bars with the gaps between them.
    pub(super) fn plot(&self) -> Range<usize> {
        self.gutter..self.gutter + self.pitch * self.bars
    }

    /// Up to where texts below and above the bars may go.
    pub(super) fn end(&self) -> usize {
        self.width - self.legend_beside.map_or(0, |columns| columns + APART)
    }

    /// The columns of a bar with the gap around it.
    pub(super) fn slot(&self, at: usize) -> Range<usize> {
        let start = self.gutter + self.pitch * at.min(self.bars - 1);
        start..start + self.pitch
    }

    /// The columns of a bar.
    pub(super) fn bar(&self, at: usize) -> Range<usize> {
        let start = self.slot(at).start + (self.pitch - self.thick) / 2;
        start..start + self.thick
    }

    /// The column beside a bar that is free for the period before.
    pub(super) fn beside(&self, at: usize) -> Option<Range<usize>> {
        let end = self.bar(at).end;
        (self.pitch > self.thick).then_some(end..end + 1)
    }

    /// Where a text begins that is centered on a bar, and stays within the columns that there are.
    pub(super) fn centered(&self, at: usize, text: usize) -> usize {
        let bar = self.bar(at);
        ((bar.start + bar.end).saturating_sub(text) / 2).min(self.end().saturating_sub(text)).max(self.gutter)
    }
}

fn beside(chart: &Chart, frame: Frame) -> Option<usize> {
    (chart.legend && frame.width >= WIDE && !chart.series.is_empty()).then(|| crate::legend::column(chart))
}

/// What the axis reaches to: the highest bar with what is expected of it, and the lines and the period before, unless they
/// are more than twice as high and would leave nothing of the bars.
pub(crate) fn top(chart: &Chart) -> u128 {
    let most = chart.bars.iter().map(|bar| bar.expected.unwrap_or(0).max(bar.total())).max().unwrap_or(0);
    let others = chart.bars.iter().filter_map(|bar| bar.before).chain(chart.average).chain(chart.budget);
    let within = others.filter(|other| most == 0 || *other <= most.saturating_mul(2));
    within.max().unwrap_or(0).max(most)
}
