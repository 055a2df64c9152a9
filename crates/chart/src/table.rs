//! A chart where there is no room for one: a table with a bar in each row.

use std::ops::Range;

use typeset::{cut, width};

use crate::canvas::Canvas;
use crate::legend::clean;
use crate::pattern::{Way, cell, dots};
use crate::share::length;
use crate::stack::{cells, divide};
use crate::{Bar, Chart, Frame, Picture, Row, Target, Tone, alike, legend, short};

/// Draws the bars as rows: label, amount, a bar. Where not all have room, those around the cursor are shown, else the last.
/// Below them stand the note of the cursor, the lines and the legend, as far as the bars leave room for them, and a third
/// of the rows at least.
pub fn rows(chart: &Chart, frame: Frame) -> Picture {
    let Frame { width: columns, height, ink } = frame;
    if chart.bars.is_empty() || columns == 0 || height == 0 {
        return Picture::default();
    }
    let below = below(chart, frame);
    let room = height - below.len();
    let (shown, hidden_before, hidden_behind) = window(chart, room);
    let most = crate::bars::top(chart);
    let label = |bar: &Bar| match bar.group.as_str() {
        "" => clean(&bar.label),
        group => clean(&format!("{group} {}", bar.label)),
    };
    let labels: Vec<String> = chart.bars.iter().map(label).collect();
    let names = labels.iter().map(|label| width(label)).max().unwrap_or(0).min(columns / 3);
    let totals: Vec<u128> = chart.bars.iter().map(Bar::total).collect();
    let amounts = alike(chart.unit, &totals);
    let sums = amounts.iter().map(String::len).max().unwrap_or(0).min(columns.saturating_sub(names + 1));
    let start = names + sums + 4;
    let pieces = columns.saturating_sub(start);
    let mut canvas = Canvas::new(columns, height);
    let first = usize::from(hidden_before > 0);
    let mut targets = Vec::new();
    for (row, at) in (first..).zip(shown.clone()) {
        let bar = &chart.bars[at];
        let is_cursor = chart.cursor.as_ref().is_some_and(|cursor| cursor.bar == at);
        if is_cursor {
            canvas.put(0, row, "▌", Tone::Cursor);
        }
        let tone = |usual: Tone| if is_cursor { Tone::Strong } else { usual };
        canvas.write(1, row, &cut(&labels[at], names), tone(Tone::Dim));
        let value = if bar.total() == 0 { Tone::Dim } else { Tone::Value };
        canvas.write(2 + names + sums - amounts[at].len().min(sums), row, &cut(&amounts[at], sums), tone(value));
        let grain = ink.grain();
        let lengths = divide(&bar.parts, length(bar.total(), most, pieces * grain), grain);
        for (column, drawn) in (start - 1..).zip(cells(&lengths, grain)) {
            let (glyph, paint) = cell(drawn, &chart.series, ink, Way::Right);
            canvas.put(column, row, glyph, paint);
        }
        for column in 0..length(bar.expected.unwrap_or(0), most, pieces) {
            canvas.put_free(start - 1 + column, row, dots(4, 2), Tone::Expected);
        }
        if let Some(last) = length(bar.before.unwrap_or(0), most, pieces).checked_sub(1) {
            canvas.put_free(start - 1 + last, row, dots(4, 1), Tone::Before);
        }
        targets.push(Target { index: at, columns: 0..columns, rows: row..row + 1 });
    }
    let more = |count: usize, way: &str| format!(" {way} {count} more");
    if hidden_before > 0 {
        canvas.write(0, 0, &more(hidden_before, "↑"), Tone::Dim);
    }
    if hidden_behind > 0 {
        canvas.write(0, room - 1, &more(hidden_behind, "↓"), Tone::Dim);
    }
    for (row, drawn) in (room..).zip(&below) {
        canvas.write_row(0, row, &drawn.runs);
    }
    Picture { rows: canvas.rows(), targets, together: 1 }
}

/// What stands below the bars: the note of the cursor, lines, the legend.
fn below(chart: &Chart, frame: Frame) -> Vec<Row> {
    let text = |text: String, tone: Tone| Row { runs: vec![crate::Run { text, paint: tone.into() }] };
    let note = chart.cursor.as_ref().map(|cursor| text(format!("▲ {}", clean(&cursor.note)), Tone::Strong));
    let line = |name: &str, amount: Option<u128>| Some(format!("{name} {}", short(chart.unit, amount?)));
    let lines: Vec<String> = line("avg", chart.average).into_iter().chain(line("budget", chart.budget)).collect();
    let lines = (!lines.is_empty()).then(|| text(lines.join(" · "), Tone::Dim));
    let room = (frame.height / 3).max(frame.height.saturating_sub(chart.bars.len()));
    let named = usize::from(chart.legend && !chart.series.is_empty());
    let mut rows: Vec<Row> = note.into_iter().take(room).collect();
    // a row for the names goes before the lines
    rows.extend(lines.into_iter().take(room.saturating_sub(rows.len() + named)));
    if named > 0 {
        rows.extend(legend(chart, frame.width, room - rows.len(), frame.ink));
    }
    rows
}

/// The bars that are shown in so many rows, and how many are hidden on each side; a side that hides some needs a row to say
/// so.
fn window(chart: &Chart, rows: usize) -> (Range<usize>, usize, usize) {
    let count = chart.bars.len();
    if count <= rows {
        return (0..count, 0, 0);
    }
    let cursor = chart.cursor.as_ref().map_or(count - 1, |cursor| cursor.bar.min(count - 1));
    if rows < 3 {
        let start = cursor.min(count - rows);
        return (start..start + rows, 0, 0);
    }
    let room = rows - 2;
    let start = cursor.saturating_sub(room / 2).min(count - room);
    match (start <= 1, start + room + 1 >= count) {
        (true, _) => (0..rows - 1, 0, count - rows + 1),
        (_, true) => (count - rows + 1..count, count - rows + 1, 0),
        _ => (start..start + room, start, count - start - room),
    }
}
