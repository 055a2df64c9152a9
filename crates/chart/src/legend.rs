//! Names, colors and sums of series.

use typeset::{cut, width};

use crate::{Chart, Ink, Row, Run, Series, Tone, short};

/// The widest column that a legend stands in with one entry below the other.
const COLUMN: usize = 36;
/// Columns between two entries beside each other.
const APART: usize = 3;

/// The series of a chart with their sums. Up to 36 columns they stand below each other, the top of the stack first, with
/// their sums aligned; in wider ones beside each other, the bottom first, in as many rows as it takes.
pub fn legend(chart: &Chart, columns: usize, ink: Ink) -> Vec<Row> {
    let entries: Vec<Entry> = (0..chart.series.len()).map(|at| Entry::new(chart, at)).collect();
    if columns <= COLUMN {
        let sums = entries.iter().map(|entry| width(&entry.sum)).max().unwrap_or(0);
        return entries.iter().rev().map(|entry| entry.aligned(columns, sums, ink)).collect();
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut taken = 0;
    for entry in &entries {
        let wide = entry.width().min(columns);
        let runs = entry.runs(columns, ink);
        match rows.last_mut() {
            Some(row) if taken + APART + wide <= columns => {
                row.runs.push(Run { text: " ".repeat(APART), paint: Tone::Text.into() });
                row.runs.extend(runs);
                taken += APART + wide;
            }
            _ => {
                rows.push(Row { runs });
                taken = wide;
            }
        }
    }
    rows
}

/// The columns that a legend with one entry below the other takes.
pub(crate) fn column(chart: &Chart) -> usize {
    let entries: Vec<Entry> = (0..chart.series.len()).map(|at| Entry::new(chart, at)).collect();
    let names = entries.iter().map(|entry| width(&entry.name)).max().unwrap_or(0);
    let sums = entries.iter().map(|entry| width(&entry.sum)).max().unwrap_or(0);
    (KEY + names + 1 + sums).min(COLUMN)
}

/// Columns of a color and the space behind it.
const KEY: usize = 3;

struct Entry<'c> {
    series: &'c Series,
    name: String,
    sum: String,
}

impl<'c> Entry<'c> {
    fn new(chart: &'c Chart, at: usize) -> Self {
        let series = &chart.series[at];
        Self { series, name: clean(&series.name), sum: short(chart.unit, chart.sum(at)) }
    }

    fn width(&self) -> usize {
        KEY + width(&self.name) + 1 + width(&self.sum)
    }

    fn key(&self, ink: Ink) -> Run {
        Run { text: self.series.glyph(ink).repeat(2), paint: self.series.tone().into() }
    }

    fn runs(&self, columns: usize, ink: Ink) -> Vec<Run> {
        let name = cut(&self.name, columns.saturating_sub(self.width() - width(&self.name)));
        let text = |text: String, tone: Tone| Run { text, paint: tone.into() };
        vec![self.key(ink), text(format!(" {name} "), Tone::Text), text(self.sum.clone(), Tone::Dim)]
    }

    fn aligned(&self, columns: usize, sums: usize, ink: Ink) -> Row {
        let Some(room) = columns.checked_sub(KEY + 1 + sums).filter(|room| *room > 0) else {
            return Row {
                runs: vec![Run { text: cut(&self.name, columns).into_owned(), paint: self.series.tone().into() }],
            };
        };
        let name = cut(&self.name, room);
        let gap = " ".repeat(room - width(&name) + 1 + sums - width(&self.sum));
        let text = |text: String, tone: Tone| Run { text, paint: tone.into() };
        Row { runs: vec![self.key(ink), text(format!(" {name}{gap}"), Tone::Text), text(self.sum.clone(), Tone::Dim)] }
    }
}

/// A name without what could move the grid.
pub(crate) fn clean(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control() && !typeset::is_invisible(*letter)).collect()
}
