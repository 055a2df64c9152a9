//! Text of a transcript without anything that a terminal would obey.

use std::borrow::Cow;

/// Drops escape sequences (CSI, OSC, DCS and the like, whole), all other control characters but newline and tab, and
/// the characters that reorder text (U+202A–U+202E, U+2066–U+2069).
pub fn sanitize(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_unsafe) else { return Cow::Borrowed(text) };
    let (clean, mut rest) = text.split_at(first);
    let mut plain = String::with_capacity(text.len());
    plain.push_str(clean);
    while let Some(symbol) = rest.chars().next() {
        rest = &rest[symbol.len_utf8()..];
        match symbol {
            '\u{1b}' => rest = after_escape(rest),
            '\u{9b}' => rest = after_csi(rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => rest = after_string(rest),
            '\r' if !rest.starts_with('\n') => plain.push('\n'),
            _ => {}
        }
        let next = rest.find(is_unsafe).unwrap_or(rest.len());
        plain.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(plain)
}

fn is_unsafe(symbol: char) -> bool {
    match symbol {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        symbol => symbol.is_control(),
    }
}

/// What follows a sequence that ESC began.
fn after_escape(rest: &str) -> &str {
    let mut symbols = rest.chars();
    match symbols.next() {
        Some('[') => after_csi(symbols.as_str()),
        Some(']' | 'P' | 'X' | '^' | '_') => after_string(symbols.as_str()),
        Some(' '..='/') => {
            let rest = symbols.as_str().trim_start_matches(|symbol| matches!(symbol, ' '..='/'));
            rest.strip_prefix(|symbol| matches!(symbol, '0'..='~')).unwrap_or(rest)
        }
        Some('0'..='~') => symbols.as_str(),
        _ => rest,
    }
}

/// What follows the parameters and the final letter of a control sequence.
fn after_csi(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|symbol| matches!(symbol, ' '..='?'));
    rest.strip_prefix(|symbol| matches!(symbol, '@'..='~')).unwrap_or(rest)
}

/// What follows a string that BEL or ST ends. One that is never ended ends with its line.
fn after_string(rest: &str) -> &str {
    let Some(end) = rest.find(['\u{7}', '\u{9c}', '\u{1b}', '\n']) else { return "" };
    match &rest[end..] {
        ended if ended.starts_with("\u{1b}\\") => &ended[2..],
        ended if ended.starts_with(['\u{1b}', '\n']) => ended,
        ended => &ended[ended.chars().next().map_or(0, char::len_utf8)..],
    }
}
