//! The entries on the screen: which are listed, the list, the page of the one under the cursor.

use notes::Entry;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::entries::{Shelf, Words, moment};
use crate::figures;
use crate::layout::Places;
use crate::model::Model;
use crate::view::painter::{Painter, rule};
use crate::view::reader::paint::style;
use crate::view::{input, sessions};

/// Columns of the time, of the category and of the status.
const WHEN: u16 = 5;
const CATEGORY: u16 = 9;
const STATUS: u16 = 12;
/// From this width on, a row names project and person.
const ROOMY: u16 = 90;

/// Draws the entries; where the text cursor stands comes back.
pub(super) fn draw(model: &Model, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let theme = &model.setup.theme;
    top_line(model, places, buffer);
    let cursor = narrow_line(model, places, buffer);
    rule(buffer, places.upper_rule, theme.rule);
    rows(model, places.list, buffer);
    rule(buffer, places.middle_rule, theme.rule);
    page(model, places.preview, buffer);
    cursor
}

fn top_line(model: &Model, places: &Places, buffer: &mut Buffer) {
    let (entries, theme) = (&model.entries, &model.setup.theme);
    let state = sessions::state(model);
    let mut painter = Painter::new(buffer, places.top).skip(1).text("Entries", theme.strong).skip(2);
    if model.setup.demo {
        painter = painter.text("demo: a made-up history", theme.warning).skip(2);
    }
    if let Some(ledger) = &entries.ledger {
        let place = if entries.everywhere || entries.shelf == Shelf::Inbox {
            "all projects".to_owned()
        } else {
            cells::clean(&ledger.project)
        };
        let count = figures::count(entries.rows.len() as u64);
        painter = painter.text(&format!("{count} of {place}"), theme.dim);
        if !ledger.unread.is_empty() {
            painter.skip(2).text(&format!("● {} unread", ledger.unread.len()), theme.accent);
        }
    }
    let indent = usize::from(places.top.width).saturating_sub(cells::width(&state) + 1);
    Painter::new(buffer, places.top).skip(indent).text(&state, theme.dim);
}

/// Which are listed; what they are narrowed to.
fn narrow_line(model: &Model, places: &Places, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let (entries, theme) = (&model.entries, &model.setup.theme);
    let mut painter = Painter::new(buffer, places.search).skip(1);
    for shelf in [Shelf::Open, Shelf::All, Shelf::Inbox] {
        let style = if shelf == entries.shelf { theme.accent } else { theme.dim };
        painter = painter.text(shelf.name(), style).skip(2);
    }
    if !entries.narrowing && entries.narrow.value().is_empty() {
        return None;
    }
    let taken = places.search.width - u16::try_from(painter.room()).unwrap_or(0);
    let line = Rect { x: places.search.x + taken, width: places.search.width - taken, ..places.search };
    let cursor = input::draw(("/", theme.accent), &entries.narrow, theme.text, line, buffer);
    cursor.filter(|_| entries.narrowing)
}

fn rows(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (entries, theme) = (&model.entries, &model.setup.theme);
    let ledger = match (&entries.ledger, &entries.problem) {
        (Some(ledger), None) => ledger,
        (_, Some(problem)) => return told(model, problem, area, buffer),
        (None, None) => return told(model, "Reading what is written down …", area, buffer),
    };
    if entries.rows.is_empty() {
        let text = match entries.shelf {
            _ if !entries.narrow.value().is_empty() => "No entry has these words; Esc takes them back",
            Shelf::Inbox => "Nothing new by others. Tab shows what is open",
            _ if ledger.notes.entries().is_empty() => {
                "Nothing is written down yet. n does, and so does `sessions log issue <title>`"
            }
            Shelf::Open => {
                "Nothing is left to do here. n writes something down, Tab shows all, . those of other projects"
            }
            Shelf::All => "Nothing is written down for this project. . shows other projects",
        };
        return told(model, text, area, buffer);
    }
    for (row, y) in (entries.top..entries.rows.len()).zip(area.y..area.bottom()) {
        let Some(entry) = entries.entry(row) else { continue };
        let place = Rect::new(area.x, y, area.width, 1);
        let under = row == entries.row;
        if under {
            buffer.set_style(place, theme.selected);
        }
        draw_row(model, entry, place, under, buffer);
    }
}

fn draw_row(model: &Model, entry: Entry<'_>, place: Rect, under: bool, buffer: &mut Buffer) {
    let (entries, theme) = (&model.entries, &model.setup.theme);
    let when = moment(entry.updated_ms()).map(|at| figures::ago(at, model.now)).unwrap_or_default();
    let unread = entries.is_unread(entry.id);
    let conflict = !entry.conflicts().is_empty();
    let status = match entry.status() {
        "blocked" => theme.warning,
        _ if entry.is_open() => theme.text,
        _ => theme.dim,
    };
    let painter = Painter::new(buffer, place)
        .text(if under { "▌" } else { " " }, theme.accent)
        .text(if unread { "●" } else { " " }, theme.accent)
        .right(&when, WHEN, theme.dim)
        .skip(2)
        .left(&cells::clean(entry.category()), CATEGORY, theme.text)
        .skip(1)
        .left(&format!("{}{}", cells::clean(entry.status()), if conflict { " ≠" } else { "" }), STATUS, status)
        .skip(1);
    let title = cells::clean(entry.title());
    let strong = if entry.is_open() { theme.strong } else { theme.text };
    if place.width < ROOMY {
        painter.text(&title, strong);
        return;
    }
    let room = u16::try_from(painter.room()).unwrap_or(0);
    let (project, by) = (16, 12);
    let by_whom = entry.last_change().map(|change| cells::clean(&change.by)).unwrap_or_default();
    painter
        .left(&cells::clean(entry.project_name()), project, theme.dim)
        .skip(1)
        .left(&title, room.saturating_sub(project + by + 3), strong)
        .skip(1)
        .left(&by_whom, by, theme.dim);
}

fn told(model: &Model, text: &str, area: Rect, buffer: &mut Buffer) {
    let style = if model.entries.problem.is_some() { model.setup.theme.error } else { model.setup.theme.dim };
    let lines = cells::wrap(text, usize::from(area.width.saturating_sub(2)), 3);
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        Painter::new(buffer, Rect::new(area.x, y, area.width, 1)).skip(1).text(line, style);
    }
}

/// Title, facts and page of the entry under the cursor.
fn page(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (entries, theme) = (&model.entries, &model.setup.theme);
    let Some(entry) = entries.chosen() else { return };
    let line = |y: u16| Rect::new(area.x + 1, area.y + y, area.width.saturating_sub(2), 1).intersection(area);
    Painter::new(buffer, line(0)).text(&cells::clean(entry.title()), theme.strong);
    let facts = Words { zone: model.setup.zone }.facts(entry);
    Painter::new(buffer, line(1)).text(&facts, theme.dim);
    for (row, y) in entries.page().iter().skip(entries.scroll).zip(3..area.height) {
        let mut painter = Painter::new(buffer, line(y));
        for run in &row.runs {
            painter = painter.text(&run.text, style(theme, &run.paint));
        }
        if row.rule {
            let rest = painter.room();
            painter.text(&"─".repeat(rest), theme.rule);
        }
    }
}
