//! The help screen, drawn from the command table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::commands::{COMMANDS, Command, Scope};
use crate::key::Key;
use crate::layout::Places;
use crate::model::Model;
use crate::view::painter::{Painter, rule};

/// Columns that keys take.
const KEYS: u16 = 29;

const NOTES: &[&str] = &[
    "While the box has the focus, every letter is written into it. Tab goes to the list, where single letters act.",
    "A click selects a session, a second click opens it; the wheel scrolls. Hold Shift to select text with the mouse.",
    "● runs now   ◇ no transcript to read   $4.18+ part of the cost is not known   – nothing of it is known",
];

enum Row {
    Empty,
    Scope(Scope),
    Command(&'static Command),
    Note(String),
}

fn all(width: u16) -> Vec<Row> {
    let mut rows = Vec::new();
    for note in NOTES {
        let wrapped = crate::cells::wrap(note, usize::from(width).saturating_sub(4), usize::MAX);
        rows.extend(wrapped.into_iter().map(Row::Note));
    }
    for scope in Scope::ALL {
        rows.push(Row::Empty);
        rows.push(Row::Scope(scope));
        rows.extend(COMMANDS.iter().filter(|command| command.scope == scope).map(Row::Command));
    }
    rows
}

/// Number of rows at a width.
pub(crate) fn rows(width: u16) -> usize {
    all(width).len()
}

pub(super) fn draw(model: &Model, top: usize, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let page = places.page();
    let rows = all(page.width);
    Painter::new(buffer, places.top).skip(1).text("Help", theme.strong);
    let below = rows.len().saturating_sub(top + usize::from(page.height));
    if below > 0 {
        let more = format!("↓ {below} more");
        let indent = usize::from(places.top.width).saturating_sub(crate::cells::width(&more) + 1);
        Painter::new(buffer, places.top).skip(indent).text(&more, theme.dim);
    }
    rule(buffer, Rect { y: 1, ..places.top }, theme.rule);
    for (y, row) in (page.y..page.bottom()).zip(rows.iter().skip(top)) {
        let painter = Painter::new(buffer, Rect::new(page.x, y, page.width, 1)).skip(2);
        match row {
            Row::Empty => {}
            Row::Note(text) => {
                painter.text(text, theme.dim);
            }
            Row::Scope(scope) => {
                painter.text(scope.title(), theme.accent);
            }
            Row::Command(command) => {
                painter.left(&keys(command), KEYS, theme.key).skip(1).text(command.title, theme.text);
            }
        }
    }
}

fn keys(command: &Command) -> String {
    let keys: Vec<String> = command.keys.iter().chain(command.letters).map(Key::to_string).collect();
    keys.join("  ")
}
