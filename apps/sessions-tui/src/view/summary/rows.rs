//! The rows of a breakdown: name, share as a bar, share, amount.

use chart::Tone;
use pricing::NanoUsd;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use summary::{Dimension, Entry, Measure, thousandths};

use crate::cells;
use crate::figures;
use crate::model::Model;
use crate::summary::{Focus, key, percent};
use crate::view::painter::Painter;

/// Columns of an amount.
const AMOUNT: u16 = 9;
/// Columns of a share in percent.
const SHARE: u16 = 8;

/// Draws the rows of a dimension; the chosen pane has a cursor.
pub(super) fn draw(model: &Model, dimension: Dimension, area: Rect, is_chosen: bool, buffer: &mut Buffer) {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    if dimension == Dimension::Tool && !summary.cube.as_ref().is_some_and(|cube| cube.has_tools()) {
        let text = summary.problem.as_deref().unwrap_or("Reading which tools were called …");
        Painter::new(buffer, area).skip(1).text(text, theme.dim);
        return;
    }
    let rows = if is_chosen { summary.rows() } else { summary.sorted(dimension) };
    if rows.is_empty() {
        let text =
            if summary.narrow.value().is_empty() { "Nothing in this period" } else { "No row has these letters" };
        Painter::new(buffer, area).skip(1).text(text, theme.dim);
        return;
    }
    let top = if is_chosen { summary.top } else { 0 };
    let columns = Columns::new(area.width, dimension, &rows);
    for (entry, (at, y)) in rows.iter().skip(top).zip((top..).zip(area.y..area.bottom())) {
        let place = Rect::new(area.x, y, area.width, 1);
        let under = is_chosen && at == summary.row && summary.focus == Focus::Rows;
        if under {
            buffer.set_style(place, theme.selected);
        }
        row(model, dimension, entry, &columns, place, under, buffer);
    }
}

struct Columns {
    /// The largest cost of the rows: all of them have its precision.
    costliest: NanoUsd,
    name: u16,
    bar: u16,
    /// The other measure, requests and calls, where there is room for them.
    other: bool,
    requests: bool,
}

impl Columns {
    fn new(width: u16, dimension: Dimension, rows: &[&Entry]) -> Self {
        let widest = rows.iter().map(|entry| cells::width(&key(dimension, &entry.key))).max().unwrap_or(0);
        let mut room = width.saturating_sub(2 + AMOUNT + SHARE + 2);
        let mut give = |columns: u16, least: u16| {
            let gives = room >= least + columns;
            room -= if gives { columns } else { 0 };
            gives
        };
        let other = give(AMOUNT + 1, 36);
        let requests = dimension != Dimension::Kind && give(14, 46);
        let name = u16::try_from(widest).unwrap_or(u16::MAX).clamp(8, (room * 3 / 5).max(8));
        let costliest = rows.iter().map(|entry| entry.usage.cost.nano()).max().unwrap_or_default();
        Self { costliest, name, bar: room.saturating_sub(name + 1).min(60), other, requests }
    }
}

fn row(
    model: &Model,
    dimension: Dimension,
    entry: &Entry,
    columns: &Columns,
    place: Rect,
    under: bool,
    buffer: &mut Buffer,
) {
    let (summary, theme) = (&model.summary, &model.setup.theme);
    let measure = summary.measure;
    let (part, whole) = (measure.of(&entry.usage), measure.of(&summary.page.total));
    let name = key(dimension, &entry.key);
    let slot = (dimension == Dimension::Model).then(|| summary.palette.slot(&name));
    let tone = slot.map_or(Tone::Strong, Tone::Series);
    let bar = chart::share(part, whole, usize::from(columns.bar), tone);
    let share = thousandths(part, whole);
    let said = |measure: Measure| match measure {
        Measure::Cost => {
            figures::money_beside(entry.usage.cost.nano(), entry.usage.unknown_cost_requests > 0, columns.costliest)
        }
        Measure::Tokens => figures::tokens(entry.usage.tokens.total()),
    };
    let mark = if under { "▌" } else { " " };
    let is_dim = part == 0;
    let text = if is_dim { theme.dim } else { theme.text };
    let mut painter = Painter::new(buffer, place)
        .text(mark, theme.accent)
        .left(&name, columns.name, slot.map_or(text, |slot| theme.slot(slot)))
        .skip(1)
        .left(&bar.text, columns.bar, theme.paint(bar.paint))
        .right(&share.map(percent).unwrap_or_default(), SHARE, theme.dim)
        .skip(1)
        .right(&said(measure), AMOUNT, if measure == Measure::Cost { theme.cost } else { text });
    if columns.other {
        painter = painter.skip(1).right(&said(measure.other()), AMOUNT, theme.dim);
    }
    if columns.requests {
        let (count, noun) = match entry.calls {
            0 => (entry.usage.requests, "req"),
            calls => (calls, "calls"),
        };
        painter.skip(1).right(&format!("{} {noun:<5}", figures::tokens(count)), 13, theme.dim);
    }
}
