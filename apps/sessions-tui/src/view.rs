//! Drawing: the model on a frame, changing nothing.

mod ask;
mod entries;
mod finding;
mod footer;
mod help;
mod hits;
mod house;
mod input;
mod list;
mod message;
mod painter;
mod palette;
mod panel;
mod reader;
mod sessions;
mod sorting;
mod summary;
mod syncing;
mod toasts;

use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::{LEAST, Places};
use crate::model::Model;

pub(crate) use help::{first_section as help_section, rows as help_rows};
use painter::Painter;
pub(crate) use palette::rows as palette_rows;
pub(crate) use syncing::rows_count as sync_rows;

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let cursor = {
        let buffer = frame.buffer_mut();
        buffer.set_style(area, model.setup.theme.text);
        if area.width < LEAST.0 || area.height < LEAST.1 {
            too_small(model, area, buffer);
            None
        } else {
            screen(model, area, buffer)
        }
    };
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws the model, which should have been told of this size, into a buffer of its own.
///
/// # Panics
/// Never: a buffer in memory always takes what is drawn.
pub fn render(model: &Model, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory is always there");
    terminal.draw(|frame| view(model, frame)).expect("memory is always there");
    terminal.backend().buffer().clone()
}

/// Draws the innermost screen; where the text cursor stands comes back.
fn screen(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let places = Places::new(area.width, area.height);
    painter::rule(buffer, places.lower_rule, model.setup.theme.rule);
    let cursor = if let Some(help) = model.help {
        help::draw(model, help, &places, buffer);
        None
    } else if let Some(reader) = model.shelf.current() {
        reader::draw(model, reader, &places, buffer)
    } else if model.house.open {
        house::draw(model, &places, buffer);
        None
    } else if model.entries.open {
        entries::draw(model, &places, buffer)
    } else if model.syncing.open {
        syncing::draw(model, &places, buffer);
        None
    } else if model.summary.open {
        summary::draw(model, area, buffer)
    } else {
        let cursor = sessions::draw(model, &places, buffer);
        if model.sorting.is_some() {
            sorting::draw(model, &places, area, buffer);
        }
        cursor
    };
    footer::draw(model, places.footer, buffer);
    // under panels: what waits for an answer is never covered
    toasts::draw(model, area, places.lower_rule.y, buffer);
    let cursor = model.ask.as_ref().map_or(cursor, |text| ask::draw(model, text, area, buffer));
    if let Some(text) = &model.message {
        message::draw(model, text, area, buffer);
    }
    match &model.palette {
        Some(palette) => palette::draw(model, palette, area, buffer),
        None => cursor.filter(|_| model.message.is_none()),
    }
}

fn too_small(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let size = format!("{} × {} is too small", area.width, area.height);
    let need = format!("make the window {} × {} or more", LEAST.0, LEAST.1);
    let top = area.height.saturating_sub(3) / 2;
    for (row, (text, style)) in
        [(size.as_str(), theme.strong), (&need, theme.text), ("Ctrl-C quits", theme.dim)].into_iter().enumerate()
    {
        let y = top + u16::try_from(row).unwrap_or(0);
        if y < area.height {
            let indent = usize::from(area.width).saturating_sub(crate::cells::width(text)) / 2;
            Painter::new(buffer, Rect::new(0, y, area.width, 1)).skip(indent).text(text, style);
        }
    }
}
