//! A line to type into.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use tui_input::Input;

use crate::cells;
use crate::view::painter::Painter;

/// Draws a sign and what is typed behind it, as much of it as surrounds the cursor; where the cursor stands comes back.
pub(super) fn draw(
    (sign, sign_style): (&str, Style),
    input: &Input,
    style: Style,
    line: Rect,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    let painter = Painter::new(buffer, line).text(sign, sign_style).skip(1);
    let room = painter.room().saturating_sub(1);
    let scroll = input.visual_scroll(room);
    let hidden = cells::head(input.value(), scroll).len();
    painter.text(cells::head(&input.value()[hidden..], room + 1), style);
    let column = input.visual_cursor().saturating_sub(scroll) + cells::width(sign) + 1;
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    (!line.is_empty()).then_some((line.x.saturating_add(column).min(line.right().saturating_sub(1)), line.y))
}
