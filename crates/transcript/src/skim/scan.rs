//! Finding where a JSON value ends.

use memchr::memchr2;
use wide::u8x16;

use super::Broken;

/// The first place from `at` on that is no space. A newline is none: it ends a record wherever it stands.
#[inline]
pub(super) fn after_space(bytes: &[u8], mut at: usize) -> usize {
    if bytes.get(at).is_some_and(|byte| *byte > b' ') {
        return at;
    }
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

/// Where the value that begins at `start` ends.
#[inline]
pub(super) fn value_end(bytes: &[u8], start: usize) -> Result<usize, Broken> {
    match bytes.get(start).ok_or(Broken)? {
        b'"' => string_end(bytes, start),
        b'{' | b'[' => container_end(bytes, start),
        b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => Ok(scalar_end(bytes, start)),
        _ => Err(Broken),
    }
}

fn scalar_end(bytes: &[u8], start: usize) -> usize {
    let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
    start + length
}

/// The end of the string that opens at `open`: the first quote with an even number of backslashes before it. Most strings
/// are no longer than an id, and nothing in them is escaped: a call of `memchr2` would cost more than they do.
#[inline]
pub(super) fn string_end(bytes: &[u8], open: usize) -> Result<usize, Broken> {
    let mut at = open + 1;
    for _ in 0..4 {
        let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) else { break };
        let chunk = u8x16::new(*chunk);
        let (quotes, others) = (marks(chunk, b'"'), marks(chunk, b'\\') | marks(chunk, b'\n'));
        // nothing before the first quote is escaped, and no line ends there
        if others & (quotes ^ quotes.wrapping_sub(1)) != 0 {
            break;
        }
        if quotes != 0 {
            return Ok(at + quotes.trailing_zeros() as usize + 1);
        }
        at += 16;
    }
    long_string_end(bytes, open, at)
}

/// The same, of a string that has no end before `at`.
#[inline(never)]
fn long_string_end(bytes: &[u8], open: usize, mut at: usize) -> Result<usize, Broken> {
    loop {
        at += memchr2(b'"', b'\n', bytes.get(at..).ok_or(Broken)?).ok_or(Broken)? + 1;
        if bytes[at - 1] == b'\n' {
            return Err(Broken);
        }
        if bytes[at - 2] != b'\\' || is_free(&bytes[open + 1..at - 1]) {
            return Ok(at);
        }
    }
}

/// Whether a quote after this text is not escaped.
fn is_free(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
}

/// Which of sixteen bytes are this one, a bit each.
#[inline]
fn marks(chunk: u8x16, byte: u8) -> u32 {
    chunk.simd_eq(u8x16::splat(byte)).to_bitmask()
}

fn container_end(bytes: &[u8], open: usize) -> Result<usize, Broken> {
    let mut depth = 0_usize;
    let mut at = open;
    loop {
        match bytes.get(at).ok_or(Broken)? {
            b'"' => {
                at = string_end(bytes, at)?;
                // a torn string ends with the first quote of what was written behind it
                match bytes.get(at) {
                    Some(b',' | b':') => at += 1,
                    Some(b'}' | b']' | b' ' | b'\t' | b'\r') => {}
                    _ => return Err(Broken),
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            b'\n' => return Err(Broken),
            _ => {}
        }
        at += 1;
    }
}
