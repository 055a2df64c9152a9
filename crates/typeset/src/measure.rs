//! Columns of text, and where it breaks.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns that a text takes on a terminal.
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.graphemes(true).map(grapheme_width).sum() }
}

/// Columns of one grapheme, as ratatui lays it out: a halfwidth voicing mark takes one more column, because terminals draw
/// it beside the letter that Unicode lets it extend.
pub fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) {
        return 0;
    }
    let marks = grapheme.chars().filter(|letter| matches!(letter, '\u{FF9E}' | '\u{FF9F}')).count();
    grapheme.width() + marks
}

/// Whether every byte is a character of one column.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The longest beginning that takes at most so many columns.
pub fn head(text: &str, columns: usize) -> &str {
    let window = &text.as_bytes()[..text.len().min(columns + 1)];
    if window.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return &text[..text.len().min(columns)];
    }
    let mut room = columns;
    for (at, grapheme) in text.grapheme_indices(true) {
        match room.checked_sub(grapheme_width(grapheme)) {
            Some(left) => room = left,
            None => return &text[..at],
        }
    }
    text
}

/// The text if it fits, else as much as fits with `…` at the end.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if head(text, columns).len() == text.len() {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}…", head(text, columns - 1).trim_end()))
}

/// The length of the beginning that goes into a row of so many columns: at least one grapheme. `words` says that it
/// breaks at spaces where it can.
pub fn break_at(text: &str, columns: usize, words: bool) -> usize {
    let fits = head(text, columns).len();
    if fits == text.len() {
        return fits;
    }
    if fits == 0 {
        return text.graphemes(true).next().map_or(0, str::len);
    }
    if !words || text[fits..].starts_with(' ') {
        return fits;
    }
    match text[..fits].rfind(' ') {
        Some(space) if !text[..space].trim_start().is_empty() => space + 1,
        _ => fits,
    }
}
