//! Drawing: the model on a frame, changing nothing.

mod help;
mod list;
mod message;
mod painter;
mod reader;
mod sessions;

use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::commands::{COMMANDS, Command, Scope};
use crate::layout::{LEAST, Places};
use crate::model::Model;

pub(crate) use help::rows as help_rows;
use painter::Painter;

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let cursor = {
        let buffer = frame.buffer_mut();
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
    let cursor = if let Some(top) = model.help {
        help::draw(model, top, &places, buffer);
        None
    } else if let Some(reader) = &model.reader {
        reader::draw(model, reader, &places, buffer)
    } else {
        sessions::draw(model, &places, buffer)
    };
    footer(model, &places, buffer);
    match &model.message {
        Some(text) => {
            message::draw(model, text, area, buffer);
            None
        }
        None => cursor,
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

/// The keys that act now, and what just happened.
fn footer(model: &Model, places: &Places, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let mut painter = Painter::new(buffer, places.footer).skip(1);
    if let Some(text) = &model.toast {
        painter.text(&crate::cells::clean(text), theme.text);
        return;
    }
    let mut said = Vec::new();
    for command in acting(model) {
        let (Some(hint), Some(key)) = (hint(model, command), key(model, command)) else { continue };
        let taken = crate::cells::width(&key) + 1 + crate::cells::width(hint) + 2;
        if said.contains(&hint) {
            continue;
        }
        if taken > painter.room() + 2 {
            break;
        }
        said.push(hint);
        painter = painter.text(&key, theme.key).skip(1).text(hint, theme.dim).skip(2);
    }
}

/// Commands of the innermost screen, then those of every screen.
fn acting(model: &Model) -> impl Iterator<Item = &'static Command> {
    let scope = model.scope();
    let of = |scope: Scope| COMMANDS.iter().filter(move |command| command.scope == scope);
    let everywhere = (!matches!(scope, Scope::Help | Scope::Message)).then(|| of(Scope::Everywhere));
    of(scope).chain(everywhere.into_iter().flatten())
}

fn hint(model: &Model, command: &Command) -> Option<&'static str> {
    let back_to_box = command.id == "sessions.focus" && !model.in_box;
    if back_to_box { Some("box") } else { command.hint }
}

/// The shortest way to give a command now.
fn key(model: &Model, command: &Command) -> Option<String> {
    let letter = command
        .letters
        .first()
        .filter(|_| !model.is_typing() && command.keys.first().is_none_or(|key| key.short() != "↵"));
    letter.or(command.keys.first()).map(|key| key.short())
}
