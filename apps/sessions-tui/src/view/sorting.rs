//! The choice of an order, over the preview: what comes of it is seen in the list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::layout::Places;
use crate::model::Model;
use crate::sort::Sort;
use crate::view::list;
use crate::view::painter::Painter;
use crate::view::panel;

/// Columns that one half of the choice takes.
const HALF: u16 = 38;
/// Rows of a half.
const ROWS: u16 = 5;

pub(super) fn draw(model: &Model, places: &Places, area: Rect, buffer: &mut Buffer) {
    let theme = &model.setup.theme;
    let place = if places.preview.is_empty() {
        Rect { x: 1, y: places.lower_rule.y.saturating_sub(ROWS + 2), width: 2 * HALF + 2, height: ROWS + 2 }
    } else {
        Rect { x: places.preview.x + 1, y: places.preview.y, width: 2 * HALF + 2, height: ROWS + 2 }
    };
    let place = place.intersection(Rect { width: area.width.saturating_sub(1), ..area });
    panel::draw(theme, "Sort by", place, buffer);
    let arrangement = model.list.arrangement();
    for (at, sort) in (0u16..).zip(Sort::ALL) {
        let (x, y) = (place.x + 1 + at / ROWS * HALF, place.y + 1 + at % ROWS);
        let line = Rect { x, y, width: HALF, height: 1 }.intersection(place);
        let is_it = sort == arrangement.sort;
        let (mark, style) = if is_it { (list::arrow(model), theme.accent) } else { ("", theme.text) };
        let meaning = if is_it && arrangement.reversed { "the other way round" } else { sort.meaning() };
        Painter::new(buffer, Rect { width: line.width.saturating_sub(1), ..line })
            .skip(1)
            .left(mark, 2, theme.accent)
            .left(sort.name(), 9, style)
            .text(meaning, theme.dim);
        if is_it {
            buffer.set_style(line.intersection(buffer.area), theme.selected);
        }
    }
}
