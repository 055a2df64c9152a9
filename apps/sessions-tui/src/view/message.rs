//! A message that waits to be read, over whatever is behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::model::{Message, Model};
use crate::view::painter::Painter;
use crate::view::panel;

pub(super) fn draw(model: &Model, message: &Message, area: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let width = area.width.saturating_sub(4).min(72);
    let inner = usize::from(width).saturating_sub(6);
    let lines: Vec<String> = message.text.lines().flat_map(|line| paragraph(line, inner)).collect();
    let height = u16::try_from(lines.len() + 4).unwrap_or(u16::MAX).min(area.height);
    let place = Rect::new((area.width - width) / 2, (area.height - height) / 2, width, height);
    panel::draw(theme, &message.title, place, buffer);
    let bottom = place.bottom().saturating_sub(1);
    for (y, line) in (place.y + 2..bottom).zip(&lines) {
        Painter::new(buffer, Rect::new(place.x + 3, y, width.saturating_sub(5), 1)).text(line, theme.text);
    }
}

/// A line of the text, wrapped; an empty one stays.
fn paragraph(line: &str, columns: usize) -> Vec<String> {
    let rows = cells::wrap(&cells::clean(line), columns, usize::MAX);
    if rows.is_empty() { vec![String::new()] } else { rows }
}
