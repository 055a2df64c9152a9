//! What just happened: a short note at the lower right, over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::model::Model;
use crate::toast::Kind;
use crate::view::painter::{self, Painter};

/// Columns beside the text: a bar, the mark, a space at each side.
const BESIDE: usize = 5;

/// Draws the note in the row above another.
pub(super) fn draw(model: &Model, area: Rect, above: u16, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let Some((toast, y)) = model.toasts.shown().zip(above.checked_sub(1)) else { return };
    let (mark, style) = match toast.kind {
        Kind::Done => ("✓", theme.done),
        Kind::Note | Kind::Offer => ("·", theme.accent),
        Kind::Problem => ("!", theme.error),
    };
    let text = cells::clean(&toast.text);
    let text = cells::cut(&text, usize::from(area.width).saturating_sub(BESIDE + 3));
    let width = u16::try_from(cells::width(&text) + BESIDE).unwrap_or(u16::MAX).min(area.width);
    let place = Rect::new(area.right().saturating_sub(width + 1), y, width, 1).intersection(buffer.area);
    painter::clear(buffer, place, theme.text.patch(theme.raised));
    Painter::new(buffer, place).text("▎", style).left(mark, 2, style).text(&text, theme.text);
}
