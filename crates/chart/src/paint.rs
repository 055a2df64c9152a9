//! What a cell is, for whoever draws it; and where on a picture something can be pointed at.

use std::ops::Range;

use crate::Slot;

/// What a cell, or a piece of text, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Tone {
    /// Plain text.
    #[default]
    Text,
    /// What stands out: sums, the label under the cursor.
    Strong,
    /// Everything secondary: labels, units.
    Dim,
    /// The lines of the axes.
    Axis,
    /// The value of a bar.
    Value,
    /// A series with a color of its own.
    Series(Slot),
    /// The series that holds what has no color of its own.
    Other,
    /// The period before.
    Before,
    /// What is still expected.
    Expected,
    /// The line of the average, and its value.
    Average,
    /// The line of the budget, and its value.
    Budget,
    /// The mark of the cursor; as a ground: what lies under it.
    Cursor,
    /// A cell of a heatmap, from 0 (nothing) to 4 (most).
    Heat(u8),
}

/// How a piece of text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Paint {
    /// The tone of the text.
    pub tone: Tone,
    /// The tone behind it: the *color* of that tone, as ground. Only with [`Ink::Color`], except [`Tone::Cursor`].
    pub ground: Option<Tone>,
}

impl Paint {
    /// A tone on the ground of the screen.
    pub const fn of(tone: Tone) -> Self {
        Self { tone, ground: None }
    }
}

impl From<Tone> for Paint {
    fn from(tone: Tone) -> Self {
        Self::of(tone)
    }
}

/// A piece of a row in one paint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// Its text.
    pub text: String,
    /// How it is drawn.
    pub paint: Paint,
}

/// A row of a picture; it has no spaces at its end unless they have a ground.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its pieces, from left to right; neighbors differ in paint.
    pub runs: Vec<Run>,
}

impl Row {
    /// Its text without paint.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

/// What tells series apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ink {
    /// Colors: two parts of a bar can share a cell.
    #[default]
    Color,
    /// Patterns, with colors or without: for terminals with sixteen colors or none.
    Pattern,
}

/// How much room there is, and what it is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Columns.
    pub width: usize,
    /// Rows at most.
    pub height: usize,
    /// What tells series apart.
    pub ink: Ink,
}

/// Something on a picture that can be pointed at: a bar of a chart, a day of a calendar, an hour of a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its number in what was handed in: the bar; days before the last one; `weekday from Monday * 24 + hour`.
    pub index: usize,
    /// Its columns.
    pub columns: Range<usize>,
    /// Its rows.
    pub rows: Range<usize>,
}

/// Rows to draw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// The rows, from the top.
    pub rows: Vec<Row>,
    /// What can be pointed at.
    pub targets: Vec<Target>,
    /// How many bars of the chart stand in one bar of the picture: more than one where there are more bars than columns,
    /// and then `targets` holds the first of each.
    pub together: usize,
}

impl Picture {
    /// The index of the target at a column and a row.
    pub fn at(&self, column: usize, row: usize) -> Option<usize> {
        let hit = |target: &&Target| target.columns.contains(&column) && target.rows.contains(&row);
        self.targets.iter().find(hit).map(|target| target.index)
    }
}
