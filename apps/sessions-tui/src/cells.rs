//! Text measured in terminal cells: cleaned, cut and wrapped by what a reader sees as one character.

use std::borrow::Cow;

pub(crate) use typeset::{break_at, cut, grapheme_width, head, width};
use typeset::{is_invisible, is_plain, without_heaps};
use unicode_segmentation::UnicodeSegmentation;

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
    without_heaps(line)
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
    without_heaps(block)
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
        let end = break_at(rest, columns, true);
        lines.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::CellWidth;

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

    #[test]
    fn a_heap_of_marks_is_cut_and_a_family_is_not() {
        let family = "👨🏻‍👩🏻‍👧🏻‍👦🏻";
        assert_eq!(clean(family), family);
        let heap = format!("a{}b", "\u{301}".repeat(500));
        assert_eq!(clean(&heap).chars().count(), 17);
        assert_eq!(width(&clean(&heap)), 2);
        assert_eq!(clean_block(&heap), clean(&heap));
    }

    /// Texts of everything that has ever broken a grid, and of anything.
    fn any_text() -> impl Strategy<Value = String> {
        const PIECES: [&str; 20] = [
            "word",
            " ",
            "日本",
            "👩‍💻",
            "🇦🇹",
            "🇦",
            "❤️",
            "❤",
            "e\u{301}",
            "\u{301}",
            "\u{200d}",
            "\u{fe0f}",
            "שלום",
            "مرحبا",
            "\u{202e}",
            "\u{2067}",
            "क्ष्म्य",
            "ﾊﾟ",
            "\t",
            "\u{1b}[31m",
        ];
        let piece = prop_oneof![prop::sample::select(&PIECES[..]).prop_map(str::to_owned), any::<String>()];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn columns_are_those_of_the_screen(text in any_text()) {
            for grapheme in clean(&text).graphemes(true) {
                prop_assert_eq!(grapheme_width(grapheme), usize::from(grapheme.cell_width()), "{:?}", grapheme);
            }
        }

        #[test]
        fn no_text_is_wider_than_its_room(text in any_text(), columns in 1usize..=200) {
            let line = clean(&text);
            for part in [head(&line, columns), &cut(&line, columns), &cut_start(&line, columns)] {
                prop_assert!(width(part) <= columns, "{part:?} at {columns}");
            }
            let widest = line.graphemes(true).map(grapheme_width).max().unwrap_or(0);
            for row in wrap(&line, columns, usize::MAX) {
                // A grapheme that is wider than the room has a row for itself, and is cut where it is drawn.
                prop_assert!(width(&row) <= columns.max(widest), "{row:?} at {columns}");
                prop_assert!(width(&row) <= columns || row.graphemes(true).filter(|one| grapheme_width(one) > 0).count() == 1);
            }
        }

        #[test]
        fn wrapping_loses_nothing_but_spaces(text in any_text(), columns in 1usize..=200) {
            let line = clean(&text);
            let solid = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(solid(&wrap(&line, columns, usize::MAX).concat()), solid(&line));
        }

        #[test]
        fn what_was_cleaned_is_clean(text in any_text()) {
            for cleaned in [clean(&text), clean_block(&text)] {
                prop_assert!(!cleaned.contains(|letter: char| (letter.is_control() && letter != '\n') || is_invisible(letter)));
            }
            let line = clean(&text);
            prop_assert_eq!(clean(&line), line);
        }

        #[test]
        fn a_cut_text_is_a_part_of_it(text in any_text(), columns in 1usize..=200) {
            let line = clean(&text);
            prop_assert!(line.starts_with(cut(&line, columns).trim_end_matches('…').trim_end_matches(' ')) || line.contains('…'));
            prop_assert!(line.ends_with(cut_start(&line, columns).trim_start_matches('…')) || line.contains('…'));
        }
    }
}
