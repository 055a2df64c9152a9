//! The text of a JSON string, from what stands between its quotes.

use std::borrow::Cow;

use memchr::memchr;

/// Decodes the inside of a string, no more than about its first `limit` bytes; it is borrowed when nothing in it is
/// escaped. Escapes that make no sense (unpaired surrogates, unknown letters) become U+FFFD.
pub(super) fn decode(inner: &str, limit: usize) -> Cow<'_, str> {
    let inner = &inner[..inner.floor_char_boundary(limit)];
    let Some(first) = backslash(inner.as_bytes()) else { return Cow::Borrowed(inner) };
    let mut text = String::with_capacity(inner.len());
    text.push_str(&inner[..first]);
    let mut rest = &inner[first..];
    while let Some(escaped) = rest.strip_prefix('\\') {
        let used = unescape(escaped, &mut text);
        rest = &escaped[used..];
        let plain = memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        text.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    Cow::Owned(text)
}

/// The first backslash. Most strings are no longer than an id, and have none: a call of `memchr` would cost more.
fn backslash(bytes: &[u8]) -> Option<usize> {
    const SHORT: usize = 64;
    if bytes.len() <= SHORT && bytes.iter().fold(0, |found, byte| found | u8::from(*byte == b'\\')) == 0 {
        return None;
    }
    memchr(b'\\', bytes)
}

/// Decodes what follows a backslash; returns how many bytes of it were used.
fn unescape(escaped: &str, text: &mut String) -> usize {
    let plain = match escaped.as_bytes().first() {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(symbol @ (b'"' | b'\\' | b'/')) => char::from(*symbol),
        Some(b'u') => return unescape_unit(escaped, text),
        Some(_) => {
            text.push(char::REPLACEMENT_CHARACTER);
            return escaped.chars().next().map_or(0, char::len_utf8);
        }
        None => return 0, // the text was cut inside an escape
    };
    text.push(plain);
    1
}

fn unescape_unit(escaped: &str, text: &mut String) -> usize {
    let Some(unit) = hex_unit(escaped) else {
        if escaped.len() >= 5 {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        return 1;
    };
    let second = escaped[5..].strip_prefix('\\').and_then(hex_unit);
    let pair = second.and_then(|second| char::decode_utf16([unit, second]).next()?.ok());
    match (char::from_u32(u32::from(unit)), pair) {
        (Some(plain), _) => text.push(plain),
        (None, Some(joined)) => {
            text.push(joined);
            return 11;
        }
        (None, None) => text.push(char::REPLACEMENT_CHARACTER),
    }
    5
}

/// The value of `uXXXX` at the start of `escaped`.
fn hex_unit(escaped: &str) -> Option<u16> {
    let digits = escaped.strip_prefix('u')?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}
