//! The palette, over whatever is behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::cells;
use crate::key::Key;
use crate::model::Model;
use crate::palette::Palette;
use crate::view::painter::Painter;
use crate::view::{input, panel};

/// Columns and rows that it takes at most.
const LARGEST: (u16, u16) = (84, 22);
/// Rows of it that hold no command: the frame, the line to type into, and one between.
const ROWS_BESIDE: u16 = 4;
/// Columns that keys take at most.
const KEYS: usize = 24;

/// Rows that its commands have at most on a screen of some height.
pub(crate) fn rows(height: u16) -> u16 {
    height.saturating_sub(4).min(LARGEST.1).saturating_sub(ROWS_BESIDE)
}

/// Where it stands: as high as what it shows.
fn place(palette: &Palette, area: Rect) -> Rect {
    let shown = u16::try_from(palette.found().len().max(1)).unwrap_or(u16::MAX).min(rows(area.height));
    let (width, height) = (area.width.saturating_sub(4).min(LARGEST.0), (shown + ROWS_BESIDE).min(area.height));
    Rect::new((area.width - width) / 2, 2.min(area.height - height), width, height)
}

/// Draws it; where the text cursor stands comes back.
pub(super) fn draw(model: &Model, palette: &Palette, area: Rect, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let theme = &model.setup.theme;
    let place = place(palette, area);
    panel::draw(theme, "Commands", place, buffer);
    let line = Rect::new(place.x + 2, place.y + 1, place.width.saturating_sub(4), 1);
    let cursor = input::draw((":", theme.accent), &palette.input, theme.text, line, buffer);
    if palette.input.value().is_empty() {
        Painter::new(buffer, line).skip(2).text("type what you want to do", theme.dim);
    }
    let inside = (place.width.saturating_sub(4), place.height.saturating_sub(ROWS_BESIDE));
    let rows = Rect::new(place.x + 2, place.y + 3, inside.0, inside.1);
    if palette.found().is_empty() {
        let line = Rect { height: rows.height.min(1), ..rows };
        Painter::new(buffer, line).skip(2).text("No command is called so.", theme.dim);
    }
    let height = usize::from(rows.height);
    let shown = palette.found().iter().enumerate().skip(palette.top(height));
    for (y, (at, found)) in (rows.y..rows.bottom()).zip(shown) {
        let line = Rect::new(rows.x, y, rows.width, 1);
        let keys: Vec<String> = model.setup.keys.of(found.command).iter().map(Key::to_string).collect();
        let place = if found.acts_here { "" } else { found.command.scope.title() };
        let keys =
            if found.acts_here { keys.join("  ") } else { format!("{place} {}", keys.first().map_or("", |key| key)) };
        let keys = cells::cut(&keys, KEYS.min(usize::from(rows.width) / 3)).into_owned();
        let title = usize::from(rows.width).saturating_sub(cells::width(&keys) + 4);
        let columns = u16::try_from(title).unwrap_or(u16::MAX);
        if at == palette.cursor {
            buffer.set_style(line.intersection(buffer.area), theme.selected);
        }
        let mark = if at == palette.cursor { "▌" } else { "" };
        Painter::new(buffer, line)
            .left(mark, 2, theme.accent)
            .marked(found.command.title, columns, (theme.text, theme.matched), &found.positions)
            .skip(2)
            .text(&keys, theme.key);
    }
    cursor
}
