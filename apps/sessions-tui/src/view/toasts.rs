//! What just happened: short notes at the lower right, over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::model::Model;
use crate::theme::Theme;
use crate::toast::{Kind, Toast};
use crate::view::painter::{self, Painter};

/// Columns that a note takes at most, and rows.
const WIDEST: usize = 72;
const LINES: usize = 4;

/// Draws the notes above a row, the latest lowest.
pub(super) fn draw(model: &Model, area: Rect, above: u16, buffer: &mut Buffer) {
    let mut bottom = above;
    for toast in model.toasts.iter().rev() {
        let lines =
            cells::wrap(&cells::clean(&toast.text), WIDEST.min(usize::from(area.width).saturating_sub(8)), LINES);
        let widest = lines.iter().map(|line| cells::width(line)).max().unwrap_or(0);
        let width = u16::try_from(widest + 5).unwrap_or(u16::MAX).min(area.width);
        let height = u16::try_from(lines.len()).unwrap_or(1);
        let Some(top) = bottom.checked_sub(height).filter(|top| *top >= area.y + 2) else { return };
        let place = Rect::new(area.right().saturating_sub(width + 1), top, width, height).intersection(buffer.area);
        note(&model.setup.theme, toast, &lines, place, buffer);
        bottom = top;
    }
}

fn note(theme: &Theme, toast: &Toast, lines: &[String], place: Rect, buffer: &mut Buffer) {
    let (mark, style) = match toast.kind {
        Kind::Done => ("✓", theme.done),
        Kind::Note => ("·", theme.accent),
        Kind::Problem => ("!", theme.error),
    };
    painter::clear(buffer, place, theme.text.patch(theme.raised));
    for (at, (y, line)) in (place.y..place.bottom()).zip(lines).enumerate() {
        let mark = if at == 0 { mark } else { "" };
        let painter = Painter::new(buffer, Rect::new(place.x, y, place.width, 1)).text("▎", style);
        painter.left(mark, 2, style).text(line, theme.text);
    }
}
