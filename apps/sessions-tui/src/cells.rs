//! Text measured in terminal cells: cleaned, cut and wrapped by what a reader sees as one character.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// Columns that a text takes on the screen.
pub(crate) fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { text.graphemes(true).map(grapheme_width).sum() }
}

/// Columns of one grapheme, as the screen counts them.
pub(crate) fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) { 0 } else { usize::from(grapheme.cell_width()) }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// One line of text that can do nothing to a terminal: no control characters, nothing that turns the direction of
/// writing, every run of white space one space.
pub(crate) fn clean(text: &str) -> String {
    let text = text.trim();
    if is_plain(text) && !text.contains("  ") {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len().min(256));
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_invisible(character) {
            line.push(character);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Like [`clean`], but lines and the spaces in them stay; a tab becomes four spaces.
pub(crate) fn clean_block(text: &str) -> String {
    let mut block = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => block.push('\n'),
            '\t' => block.push_str("    "),
            _ if character.is_control() || is_invisible(character) => {}
            _ => block.push(character),
        }
    }
    block
}

/// Marks of direction, byte order marks and zero-width characters; the joiner stays, emoji are made with it.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// The text if it fits, else as much as fits with `…` at the end.
pub(crate) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}…", head(text, columns - 1).trim_end()))
}

/// The text if it fits, else `…` and as much of its end as fits.
pub(crate) fn cut_start(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let mut room = columns - 1;
    let mut start = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        let Some(left) = room.checked_sub(grapheme_width(grapheme)) else { break };
        room = left;
        start = at;
    }
    Cow::Owned(format!("…{}", &text[start..]))
}

/// The longest beginning that takes at most so many columns.
pub(crate) fn head(text: &str, columns: usize) -> &str {
    if text.len() > columns && text.is_char_boundary(columns + 1) && is_plain(&text[..=columns]) {
        return &text[..columns];
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

/// Wraps a text into at most `limit` lines; a last line that had to be cut ends in `…`.
pub(crate) fn wrap(text: &str, columns: usize, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if columns == 0 || limit == 0 {
        return lines;
    }
    let mut rest = text.trim();
    while !rest.is_empty() {
        if lines.len() + 1 == limit {
            lines.push(cut(rest, columns).into_owned());
            break;
        }
        let end = break_at(rest, columns);
        lines.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    lines
}

/// Where a text breaks so that its beginning takes at most so many columns: after the last space that is in reach, else
/// between two graphemes. At least one grapheme is taken.
pub(crate) fn break_at(text: &str, columns: usize) -> usize {
    let fits = head(text, columns).len();
    if fits == text.len() {
        return fits;
    }
    if text[fits..].starts_with(' ') {
        return fits;
    }
    match text[..fits].rfind(' ') {
        Some(space) if !text[..space].trim_start().is_empty() => space + 1,
        _ if fits == 0 => text.graphemes(true).next().map_or(0, str::len),
        _ => fits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_title_reaches_the_terminal() {
        for (text, expect) in [
            ("plain", "plain"),
            (" two\n\tlines \r\n", "two lines"),
            ("\u{1b}[31mred\u{7}\u{9b}", "[31mred"),
            ("a\u{202e}b\u{2066}c\u{200b}", "abc"),
            ("👩‍💻 日本", "👩‍💻 日本"),
        ] {
            assert_eq!(clean(text), expect);
        }
        assert_eq!(clean_block("a\tb\u{1b}\r\n  c\u{202e}"), "a    b\n  c");
    }

    #[test]
    fn cutting_counts_columns_not_bytes() {
        for (text, columns, expect) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("👩‍💻👩‍💻", 3, "👩‍💻…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(cut(text, columns), expect, "{text} at {columns}");
            assert!(width(&cut(text, columns)) <= columns);
        }
        assert_eq!(cut_start("~/src/checkout-web", 10), "…ckout-web");
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_says_what_is_left_out() {
        assert_eq!(wrap("the quick brown fox", 9, 9), ["the quick", "brown fox"]);
        assert_eq!(wrap("the quick brown fox", 9, 1), ["the quic…"]);
        assert_eq!(wrap("abcdefghij", 4, 9), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("日本語", 1, 9), ["日", "本", "語"]);
        assert_eq!(wrap("", 4, 9), Vec::<String>::new());
    }
}
