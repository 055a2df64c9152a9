//! Names, colors and sums of series.

use typeset::{cut, width};

use crate::{Chart, Ink, Row, Run, Series, Tone, alike};

/// The widest column that a legend stands in with one entry below the other.
const COLUMN: usize = 36;
/// Columns between two entries beside each other.
const APART: usize = 3;

/// The series of a chart with their sums, in so many rows at most. Up to 36 columns they stand below each other, the top of
/// the stack first, with their sums aligned; in wider ones beside each other, the bottom first, in as many rows as it takes.
/// Where not all have room, those with the most stay, and how many more there are is said.
pub fn legend(chart: &Chart, columns: usize, height: usize, ink: Ink) -> Vec<Row> {
    let entries = Entry::all(chart);
    if height == 0 || entries.is_empty() {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(entries[*at].amount), *at));
    let rows = |shown: usize| {
        let mut chosen = order[..shown].to_vec();
        chosen.sort_unstable();
        let chosen: Vec<&Entry> = chosen.into_iter().map(|at| &entries[at]).collect();
        let more = (shown < entries.len()).then(|| format!("+{}", entries.len() - shown));
        if columns <= COLUMN { listed(&chosen, more, columns, ink) } else { flowing(&chosen, more, columns, ink) }
    };
    let fits = (1..=entries.len()).rev().map(rows).find(|rows| rows.len() <= height);
    fits.unwrap_or_else(|| rows(1).into_iter().take(height).collect())
}

/// Entries below each other.
fn listed(entries: &[&Entry<'_>], more: Option<String>, columns: usize, ink: Ink) -> Vec<Row> {
    let sums = entries.iter().map(|entry| width(&entry.sum)).max().unwrap_or(0);
    let rows = entries.iter().rev().map(|entry| entry.aligned(columns, sums, ink));
    rows.chain(more.map(|more| Row { runs: vec![dim(cut(&more, columns).into_owned())] })).collect()
}

/// Entries beside each other.
fn flowing(entries: &[&Entry<'_>], more: Option<String>, columns: usize, ink: Ink) -> Vec<Row> {
    let runs = entries.iter().map(|entry| (entry.width().min(columns), entry.runs(columns, ink)));
    let more = more.map(|more| (more.len(), vec![dim(more)]));
    let (mut rows, mut taken) = (Vec::<Row>::new(), 0);
    for (wide, runs) in runs.chain(more) {
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

fn dim(text: String) -> Run {
    Run { text, paint: Tone::Dim.into() }
}

/// The columns that a legend with one entry below the other takes.
pub(crate) fn column(chart: &Chart) -> usize {
    let entries = Entry::all(chart);
    let names = entries.iter().map(|entry| width(&entry.name)).max().unwrap_or(0);
    let sums = entries.iter().map(|entry| width(&entry.sum)).max().unwrap_or(0);
    (KEY + names + 1 + sums).min(COLUMN)
}

/// Columns of a color and the space behind it.
const KEY: usize = 3;

struct Entry<'c> {
    series: &'c Series,
    name: String,
    amount: u128,
    sum: String,
}

impl<'c> Entry<'c> {
    fn all(chart: &'c Chart) -> Vec<Self> {
        let amounts: Vec<u128> = (0..chart.series.len()).map(|at| chart.sum(at)).collect();
        let sums = alike(chart.unit, &amounts);
        let entries = chart.series.iter().zip(amounts).zip(sums);
        entries.map(|((series, amount), sum)| Self { series, name: clean(&series.name), amount, sum }).collect()
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
