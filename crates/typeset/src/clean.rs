//! Text without anything that a terminal would obey or that turns the direction of writing.

use unicode_segmentation::UnicodeSegmentation;

/// Characters of one grapheme that are kept; a family of four with their colors of skin and hair has 15.
const HEAP: usize = 16;

/// Text of a transcript with its lines; escape sequences, control characters and marks of direction are gone, a tab
/// goes to the next stop of four columns.
pub(crate) fn block(text: &str) -> String {
    let plain = transcript::sanitize(text);
    let mut block = String::with_capacity(plain.len());
    let mut column = 0;
    for letter in plain.chars() {
        match letter {
            '\n' => {
                block.push('\n');
                column = 0;
            }
            '\t' => {
                let spaces = 4 - column % 4;
                block.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            letter if letter.is_control() || is_invisible(letter) => {}
            letter => {
                block.push(letter);
                column += 1;
            }
        }
    }
    without_heaps(block)
}

/// The same on one line.
pub(crate) fn line(text: &str) -> String {
    let clean = block(text);
    if clean.contains(['\n']) || clean.contains("  ") {
        return clean.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    clean.trim().to_owned()
}

/// A text in which no grapheme has more than [`HEAP`] characters: marks without end on one letter would be drawn over the
/// rows around it.
pub fn without_heaps(text: String) -> String {
    let is_heap = |grapheme: &str| grapheme.len() > HEAP && grapheme.chars().nth(HEAP).is_some();
    if text.is_ascii() || !text.graphemes(true).any(is_heap) {
        return text;
    }
    text.graphemes(true).flat_map(|grapheme| grapheme.chars().take(HEAP)).collect()
}

/// Marks of direction, byte order marks, fillers and zero-width characters; joiners stay, emoji and some scripts are
/// made with them.
///
/// Text that is written from right to left stays in the order in which it is read. Whether it is turned around is the
/// terminal's to know, and no mark of ours would help: those that turn text around ignore the marks.
pub fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}' | '\u{FFA0}' | '\u{200B}'
        | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_are_dropped_and_heaps_are_cut() {
        assert_eq!(block("a\u{ad}\u{34f}\u{115f}\u{1160}\u{180e}\u{3164}\u{ffa0}b"), "ab");
        assert_eq!(block(&format!("a{}b", "\u{301}".repeat(500))).chars().count(), HEAP + 1);
        let output = crate::ansi::lines(&format!("a{}b", "\u{301}".repeat(500)));
        assert_eq!(output[0].text.chars().count(), HEAP + 1);
    }
}
