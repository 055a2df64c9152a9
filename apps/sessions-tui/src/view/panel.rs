//! A panel over the screen: its frame, and a line to type into.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Widget};
use tui_input::Input;

use crate::cells;
use crate::theme::Theme;
use crate::view::painter::{self, Painter};

/// Clears a place and draws a frame around it.
pub(super) fn draw(theme: &Theme, title: &str, place: Rect, buffer: &mut Buffer) {
    let place = place.intersection(buffer.area);
    painter::clear(buffer, place, theme.text.patch(theme.raised));
    let room = usize::from(place.width).saturating_sub(6);
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.rule)
        .title(format!(" {} ", cells::cut(title, room)))
        .title_style(theme.accent)
        .render(place, buffer);
}

/// Draws a line to type into; where the text cursor stands comes back.
pub(super) fn input(theme: &Theme, prompt: &str, input: &Input, line: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let painter = Painter::new(buffer, line).text(prompt, theme.accent).skip(1);
    let room = painter.room().saturating_sub(1);
    let scroll = input.visual_scroll(room);
    let hidden = cells::head(input.value(), scroll).len();
    painter.text(cells::head(&input.value()[hidden..], room + 1), theme.text);
    let column = u16::try_from(input.visual_cursor().saturating_sub(scroll) + cells::width(prompt) + 1).unwrap_or(0);
    (!line.is_empty()).then_some(((line.x + column).min(line.right().saturating_sub(1)), line.y))
}
