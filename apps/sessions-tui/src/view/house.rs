//! Housekeeping on the screen: what is listed comes to, the sessions as a table, the facts of the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::figures;
use crate::house::{self, Chip, Column, Load, size};
use crate::layout::Places;
use crate::library::Entry;
use crate::model::Model;
use crate::view::painter::{Painter, rule};
use crate::view::sessions;

/// From this width on, a row has its state, and from the other on its project.
const ROOMY: u16 = 96;
const WIDE: u16 = 116;
/// Columns before the first one: the bar of the cursor, the mark of a selected one, a space.
const MARGIN: u16 = 3;
/// Columns between two columns.
const GAP: u16 = 2;
/// Columns of the names of facts.
const NAME: u16 = 11;

/// Draws housekeeping.
pub(super) fn draw(model: &Model, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    top_line(model, places, buffer);
    chips(model, places, buffer);
    rule(buffer, places.upper_rule, theme.rule);
    heads(model, places, buffer);
    rows(model, places.list, buffer);
    rule(buffer, places.middle_rule, theme.rule);
    page(model, places.preview, buffer);
}

/// What is selected comes to, else what is listed, and what goes in the next days.
fn top_line(model: &Model, places: &Places, buffer: &mut Buffer) {
    let (house, theme) = (&model.house, &model.setup.theme);
    let state = sessions::state(model);
    let mut painter = Painter::new(buffer, places.top).skip(1).text("Housekeeping", theme.strong).skip(2);
    if model.setup.demo {
        painter = painter.text("demo: a made-up history", theme.warning).skip(2);
    }
    if let Some(load) = house.chosen_load() {
        painter.text(&format!("{} selected · {}", figures::count(load.sessions as u64), both(load)), theme.accent);
    } else if house.weights.is_some() {
        let (listed, expiring) = house.totals(model.now);
        let shown = figures::counted(listed.sessions as u64, "session");
        painter = painter.text(&format!("{shown} · {}", both(listed)), theme.dim);
        if expiring.sessions > 0 && !model.setup.demo {
            let text = format!("{} ({}) in 7 days", expiring.sessions, size(expiring.on_disk));
            painter.skip(2).text(&format!("! go: {text}"), theme.warning);
        }
    }
    let indent = usize::from(places.top.width).saturating_sub(cells::width(&state) + 1);
    Painter::new(buffer, places.top).skip(indent).text(&state, theme.dim);
}

fn both(load: Load) -> String {
    format!("{} on disk · {} in the archive", size(load.on_disk), size(load.packed))
}

fn chips(model: &Model, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let mut painter = Painter::new(buffer, places.search).skip(1);
    for chip in Chip::ALL {
        let style = if chip == model.house.chip { theme.accent } else { theme.dim };
        painter = painter.text(chip.name(), style).skip(2);
    }
}

/// The columns for a width, with how wide they are and whether they are figures; the title takes what is left.
fn columns(width: u16) -> Vec<(Column, u16, bool)> {
    let mut columns = Vec::new();
    if width >= WIDE {
        columns.push((Column::Project, 16, false));
    }
    columns.push((Column::Title, 0, false));
    if width >= ROOMY {
        columns.push((Column::State, 9, false));
    }
    columns.extend([
        (Column::Turns, 5, true),
        (Column::Cost, 8, true),
        (Column::Age, 4, true),
        (Column::Left, 4, true),
        (Column::Archive, 7, true),
        (Column::Disk, 6, true),
    ]);
    let taken: u16 = columns.iter().map(|(_, wide, _)| wide + GAP).sum();
    let rest = width.saturating_sub(MARGIN + taken);
    for column in &mut columns {
        if column.0 == Column::Title {
            column.1 = rest;
        }
    }
    columns
}

fn heads(model: &Model, places: &Places, buffer: &mut Buffer) {
    let (house, theme) = (&model.house, &model.setup.theme);
    if house.len() == 0 {
        return;
    }
    let mut start = MARGIN;
    for (column, wide, at_right) in columns(places.list.width) {
        let is_sorted = column == house.column;
        let arrow = if house.column.descends() == house.reversed { "↑" } else { "↓" };
        let name = if is_sorted { format!("{arrow}{}", column.name()) } else { column.name().to_owned() };
        let length = u16::try_from(cells::width(&name)).unwrap_or(0);
        let first = if at_right { (start + wide).saturating_sub(length) } else { start };
        let style = if is_sorted { theme.accent } else { theme.dim };
        let line = Rect { width: places.list.width, ..places.upper_rule };
        Painter::new(buffer, line).skip(usize::from(first.saturating_sub(1))).text(&format!(" {name} "), style);
        start += wide + GAP;
    }
}

fn rows(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (house, theme) = (&model.house, &model.setup.theme);
    let told = match (&house.weights, &house.problem) {
        (_, Some(problem)) => Some((problem.as_str(), theme.error)),
        (None, None) => Some(("Weighing the sessions …", theme.dim)),
        _ if house.len() == 0 => Some((house.chip.nothing(), theme.dim)),
        _ => None,
    };
    if let Some((text, style)) = told {
        let lines = cells::wrap(text, usize::from(area.width.saturating_sub(2)), 3);
        for (line, y) in lines.iter().zip(area.y..area.bottom()) {
            Painter::new(buffer, Rect::new(area.x, y, area.width, 1)).skip(1).text(line, style);
        }
        return;
    }
    let columns = columns(area.width);
    for (row, y) in (house.top..house.len()).zip(area.y..area.bottom()) {
        let Some(entry) = house.entry(row) else { continue };
        let place = Rect::new(area.x, y, area.width, 1);
        if row == house.row {
            buffer.set_style(place, theme.selected);
        }
        draw_row(model, entry, (place, row == house.row), &columns, buffer);
    }
}

fn draw_row(
    model: &Model,
    entry: &Entry,
    (place, under): (Rect, bool),
    columns: &[(Column, u16, bool)],
    buffer: &mut Buffer,
) {
    let (house, theme) = (&model.house, &model.setup.theme);
    let is_chosen = house.chosen.contains(entry.row.id());
    let mut painter = Painter::new(buffer, place)
        .text(if under { "▌" } else { " " }, theme.accent)
        .text(if is_chosen { "✓" } else { " " }, theme.accent)
        .skip(1);
    for (column, wide, at_right) in columns {
        let (text, style) = cell(model, entry, *column);
        painter = if *at_right { painter.right(&text, *wide, style) } else { painter.left(&text, *wide, style) };
        painter = painter.skip(usize::from(GAP));
    }
}

/// What stands in a column of a session.
fn cell(model: &Model, entry: &Entry, column: Column) -> (String, ratatui::style::Style) {
    let theme = &model.setup.theme;
    let weights = model.house.weights.as_deref();
    let some = |bytes: u64| if bytes > 0 { size(bytes) } else { String::new() };
    let row = &entry.row;
    match column {
        Column::Project => (entry.project.clone(), theme.dim),
        Column::Title if entry.title.is_none() || entry.is_gone() => (entry.title().to_owned(), theme.gone),
        Column::Title => (entry.title().to_owned(), theme.text),
        Column::State => {
            let words = model.state(entry).words();
            let words = if words.is_empty() && entry.marks.hidden { "hidden".to_owned() } else { words };
            (words, if entry.running.is_some() { theme.live } else { theme.dim })
        }
        Column::Turns => (figures::count(row.session.prompts.into()), theme.dim),
        Column::Cost => (figures::money(row.cost, row.unknown_cost_requests > 0), theme.cost),
        Column::Age => (entry.latest.map(|at| figures::ago(at, model.now)).unwrap_or_default(), theme.dim),
        Column::Left => {
            let end = entry.marks.deleted_at.filter(|_| row.transcript.is_some() && !model.setup.demo);
            let left = end.map(|end| format!("{}d", (end - model.now).num_days().max(0)));
            let soon = Chip::expires(entry, model.now);
            (left.unwrap_or_default(), if soon { theme.warning } else { theme.dim })
        }
        Column::Archive => (weights.map(|weights| some(weights.packed(entry))).unwrap_or_default(), theme.archived),
        Column::Disk => (weights.map(|weights| some(weights.on_disk(entry))).unwrap_or_default(), theme.text),
    }
}

/// What is known of what the session under the cursor takes.
fn page(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (house, theme) = (&model.house, &model.setup.theme);
    let (Some(entry), Some(weights)) = (house.chosen_row(), house.weights.as_deref()) else { return };
    let line = |y: u16| Rect::new(area.x + 1, area.y + y, area.width.saturating_sub(2), 1).intersection(area);
    Painter::new(buffer, line(0)).text(entry.title(), theme.strong);
    let facts = house::facts(entry, weights, (model.now, model.setup.zone, model.setup.home.as_deref()));
    for ((name, text), y) in facts.iter().zip(1..area.height) {
        Painter::new(buffer, line(y)).left(name, NAME, theme.dim).text(text, theme.text);
    }
}
