//! Foreign text made safe for a terminal and for columns.

use std::borrow::Cow;

pub(crate) use sessions_tui::figures::counted;

/// Text without escape sequences and control characters; newlines and tabs stay.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let without_escapes = anstream::adapter::strip_str(text).to_string();
    Cow::Owned(without_escapes.chars().filter(|character| !is_unsafe(*character)).collect())
}

/// Printable text on one line, runs of white space as one space.
pub(crate) fn one_line(text: &str) -> String {
    printable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A field of a tab-separated line: backslash, tab and line ends escaped, other control characters left out.
pub(crate) fn field(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            character if is_unsafe(character) => {}
            character => escaped.push(character),
        }
    }
    escaped
}

/// Control characters, and those that reorder the text around them.
fn is_unsafe(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        character => character.is_control(),
    }
}
