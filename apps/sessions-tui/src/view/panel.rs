//! A panel over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Widget};

use crate::cells;
use crate::theme::Theme;
use crate::view::painter;

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
