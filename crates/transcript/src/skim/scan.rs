//! Finding where a JSON value ends.

use memchr::memchr;

use super::Broken;

/// The first place from `at` on that is no space.
#[inline]
pub(super) fn after_space(bytes: &[u8], mut at: usize) -> usize {
    if bytes.get(at).is_some_and(|byte| *byte > b' ') {
        return at;
    }
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
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
/// are no longer than an id, and nothing in them is escaped: a call of `memchr` would cost more than they do.
#[inline]
pub(super) fn string_end(bytes: &[u8], open: usize) -> Result<usize, Broken> {
    let mut at = open + 1;
    for _ in 0..4 {
        let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) else { break };
        if let Some(found) = first_quote(chunk) {
            at += found;
            if bytes[at - 1] != b'\\' {
                return Ok(at + 1);
            }
            break;
        }
        at += 16;
    }
    long_string_end(bytes, open, at)
}

/// The same, of a string that has no end before `at`.
#[inline(never)]
fn long_string_end(bytes: &[u8], open: usize, mut at: usize) -> Result<usize, Broken> {
    loop {
        at += memchr(b'"', bytes.get(at..).ok_or(Broken)?).ok_or(Broken)? + 1;
        if bytes[at - 2] != b'\\' || is_free(&bytes[open + 1..at - 1]) {
            return Ok(at);
        }
    }
}

/// Whether a quote after this text is not escaped.
fn is_free(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
}

/// Where the first quote stands. All bytes are compared at once.
#[inline]
fn first_quote(chunk: &[u8; 16]) -> Option<usize> {
    let marks = u128::from_le_bytes(chunk.map(|byte| if byte == b'"' { 0xff } else { 0 }));
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

fn container_end(bytes: &[u8], open: usize) -> Result<usize, Broken> {
    let mut depth = 0_usize;
    let mut at = open;
    loop {
        match bytes.get(at).ok_or(Broken)? {
            b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}
