//! Writing styled text into one row of cells, left to right, never past its end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

use crate::cells;

/// Writes into one row.
pub(super) struct Painter<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    x: u16,
}

impl<'a> Painter<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect) -> Self {
        let area = area.intersection(buffer.area);
        Self { buffer, x: area.x, area }
    }

    /// Columns that are left.
    pub(super) fn room(&self) -> usize {
        usize::from(self.area.right().saturating_sub(self.x))
    }

    pub(super) fn skip(mut self, columns: usize) -> Self {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        self.x = self.x.saturating_add(columns).min(self.area.right());
        self
    }

    /// Writes as much as fits.
    pub(super) fn text(mut self, text: &str, style: Style) -> Self {
        if self.area.height > 0 && self.room() > 0 {
            let cut = cells::cut(text, self.room());
            self.x = self.buffer.set_stringn(self.x, self.area.y, cut, self.room(), style).0;
        }
        self
    }

    /// Writes into a column of its own, aligned to its left.
    pub(super) fn left(self, text: &str, columns: u16, style: Style) -> Self {
        let columns = usize::from(columns).min(self.room());
        let cut = cells::cut(text, columns);
        let rest = columns - cells::width(&cut).min(columns);
        self.text(&cut, style).skip(rest)
    }

    /// Writes into a column of its own, aligned to its right.
    pub(super) fn right(self, text: &str, columns: u16, style: Style) -> Self {
        let columns = usize::from(columns).min(self.room());
        let cut = cells::cut(text, columns);
        let rest = columns - cells::width(&cut).min(columns);
        self.skip(rest).text(&cut, style)
    }

    /// Writes into a column of its own, with some characters (by position) in another style.
    pub(super) fn marked(self, text: &str, columns: u16, styles: (Style, Style), marked: &[u32]) -> Self {
        if marked.is_empty() {
            return self.left(text, columns, styles.0);
        }
        let columns = usize::from(columns).min(self.room());
        let cut = cells::cut(text, columns);
        let rest = columns - cells::width(&cut).min(columns);
        let mut painter = self;
        let mut piece = String::new();
        let mut piece_marked = false;
        for (at, character) in (0u32..).zip(cut.chars()) {
            let is_marked = marked.binary_search(&at).is_ok();
            let joins = cells::grapheme_width(character.encode_utf8(&mut [0; 4])) == 0;
            if is_marked != piece_marked && !joins {
                painter = painter.text(&piece, if piece_marked { styles.1 } else { styles.0 });
                piece.clear();
                piece_marked = is_marked;
            }
            piece.push(character);
        }
        painter.text(&piece, if piece_marked { styles.1 } else { styles.0 }).skip(rest)
    }
}

/// Empties a place for what lies over the screen. A wide symbol that reaches into it from the left goes too: it would
/// hide the first cell of what is drawn there.
pub(super) fn clear(buffer: &mut Buffer, place: Rect, style: Style) {
    /// No grapheme is wider.
    const WIDEST: u16 = 8;
    let place = place.intersection(buffer.area);
    for y in place.y..place.bottom() {
        for x in (buffer.area.x.max(place.x.saturating_sub(WIDEST))..place.x).rev() {
            let cell = &mut buffer[(x, y)];
            if cells::width(cell.symbol()) > usize::from(place.x - x) {
                cell.set_symbol(" ");
            }
        }
    }
    Clear.render(place, buffer);
    buffer.set_style(place, style);
}

/// Draws a rule, horizontal or vertical by the shape of its area.
pub(super) fn rule(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    let symbol = if area.width == 1 && area.height > 1 { "│" } else { "─" };
    for position in area.positions() {
        buffer[position].set_symbol(symbol).set_style(style);
    }
}
