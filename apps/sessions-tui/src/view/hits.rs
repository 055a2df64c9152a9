//! The line below a row that shows what was found in the session, and what is said where nothing was.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use search::Excerpt;

use crate::cells;
use crate::figures;
use crate::finding::Reach;
use crate::layout::{GAP, MARGIN};
use crate::model::Model;
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
    let count = match found.lines {
        1 => "1 hit".to_owned(),
        many => format!("{} hits", figures::count(many)),
    };
    let reserved = u16::try_from(cells::width(&count)).unwrap_or(0) + GAP + 1;
    let width = line.width.saturating_sub(INDENT + reserved);
    let mut painter = Painter::new(buffer, Rect { x: line.x + INDENT.min(line.width), width, ..line });
    for (text, marked) in pieces(&best.excerpt, usize::from(width)) {
        painter = painter.text(&text, if marked { theme.matched } else { theme.dim });
    }
    let right = Rect { x: line.right().saturating_sub(reserved - GAP), width: reserved - GAP, ..line };
    Painter::new(buffer, right.intersection(line)).text(&count, theme.dim);
}

/// The part of a line around its first match that fits, as clean pieces, each marked or not.
pub(crate) fn pieces(excerpt: &Excerpt, columns: usize) -> Vec<(String, bool)> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut at = 0;
    for mark in excerpt.marks.iter().chain([&Range { start: excerpt.text.len(), end: excerpt.text.len() }]) {
        for (range, marked) in [(at..mark.start.max(at), false), (mark.start.max(at)..mark.end.max(at), true)] {
            if let Some(text) = excerpt.text.get(range).filter(|text| !text.is_empty()) {
                pieces.push((flat(text), marked));
            }
        }
        at = at.max(mark.end);
    }
    let after: usize = pieces.iter().skip(1).map(|(text, _)| cells::width(text)).sum();
    if let Some(first) = pieces.first_mut().filter(|(_, marked)| !marked) {
        // a third of the room at least, and whatever the rest leaves free
        let room = (columns / 3).max(columns.saturating_sub(after));
        first.0 = cells::cut_start(first.0.trim_start(), room).into_owned();
    }
    pieces
}

/// Text on one line that can do nothing to a terminal; spaces at its ends stay.
fn flat(text: &str) -> String {
    let clean = cells::clean(&transcript::sanitize(text));
    let blank = |end: Option<char>| end.is_some_and(char::is_whitespace);
    let before = if blank(text.chars().next()) { " " } else { "" };
    let after = if blank(text.chars().next_back()) && !clean.is_empty() { " " } else { "" };
    format!("{before}{clean}{after}")
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

#[cfg(test)]
mod tests {
    use search::Context;

    use super::*;

    fn check(text: &str, mark: &str, columns: usize, expect: &str) {
        let start = text.find(mark).expect("it is there");
        let excerpt = Excerpt {
            text: text.to_owned(),
            marks: std::iter::once(start..start + mark.len()).collect(),
            context: Context::default(),
        };
        let pieces = pieces(&excerpt, columns);
        let shown: String =
            pieces.iter().map(|(text, marked)| if *marked { format!("[{text}]") } else { text.clone() }).collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn the_match_is_in_sight_and_nothing_reaches_the_terminal() {
        check("  a race between", "race", 40, "a [race] between");
        check("a\u{1b}[31m race\tnow", "race", 40, "a [race] now");
        check(&format!("{}race now", "long ".repeat(20)), "race", 30, "… long long long long [race] now");
    }
}
