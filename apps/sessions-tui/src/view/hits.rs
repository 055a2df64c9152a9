//! The line below a row that shows what was found in the session, and what is said where nothing was.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::cells;
use crate::figures;
use crate::finding::Reach;
use crate::layout::{GAP, MARGIN};
use crate::model::Model;
use crate::search_line::pieces;
use crate::view::painter::Painter;

/// Columns in front of the line.
const INDENT: u16 = MARGIN + 4 + GAP;

/// Draws the line of a row: the line that tells most, and how many there are.
pub(super) fn draw(model: &Model, row: usize, line: Rect, buffer: &mut Buffer) {
    let found = model.list.place(row).and_then(|index| model.finding.found.get(&index));
    let Some((found, best)) = found.and_then(|found| Some((found, found.best.as_ref()?))) else { return };
    if line.is_empty() || !model.list.below.has(row) {
        return;
    }
    let theme = &model.setup.theme;
    let count = figures::hits(found.lines, found.together);
    let reserved = u16::try_from(cells::width(&count)).unwrap_or(0) + GAP + 1;
    let width = line.width.saturating_sub(INDENT + reserved);
    let mut painter = Painter::new(buffer, Rect { x: line.x + INDENT.min(line.width), width, ..line });
    for (text, marked) in pieces(&best.excerpt, usize::from(width)) {
        painter = painter.text(&text, if marked { theme.matched } else { theme.dim });
    }
    let right = Rect { x: line.right().saturating_sub(reserved - GAP), width: reserved - GAP, ..line };
    Painter::new(buffer, right.intersection(line)).text(&count, theme.dim);
}

/// What is said where nothing matches, with the way on.
pub(super) fn nothing(model: &Model) -> Vec<(String, Style)> {
    let theme = &model.setup.theme;
    let query = cells::clean(model.query());
    if model.finding.running {
        return vec![(format!("Searching for “{query}” …"), theme.dim)];
    }
    let place = match model.finding.reach {
        Reach::Everything => "",
        Reach::Titles => " in titles",
        Reach::Content => " in contents",
    };
    let mut lines = vec![(format!("Nothing matches “{query}”{place}."), theme.strong)];
    if model.finding.reach != Reach::Everything {
        lines.push(("Ctrl-F looks everywhere.".to_owned(), theme.dim));
    }
    lines.push(("Ctrl-U empties the box.".to_owned(), theme.dim));
    lines
}
