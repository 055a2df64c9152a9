//! Finding where a JSON value ends.

use memchr::memchr;

use super::Broken;

/// The first place from `at` on that is no space.
pub(super) fn after_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Where the value that begins at `start` ends.
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

/// The end of the string that opens at `open`: the first quote with an even number of backslashes before it.
pub(super) fn string_end(bytes: &[u8], open: usize) -> Result<usize, Broken> {
    let mut at = open + 1;
    loop {
        at = quote_after(bytes, at)?;
        at += 1;
        if bytes[at - 2] != b'\\' || is_free(&bytes[open + 1..at - 1]) {
            return Ok(at);
        }
    }
}

/// Whether a quote after this text is not escaped.
fn is_free(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
}

/// The first quote from `at` on. Most strings are short: a call of `memchr` would cost more than they do.
fn quote_after(bytes: &[u8], mut at: usize) -> Result<usize, Broken> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
    for _ in 0..4 {
        let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) else { break };
        let zero_at_quote = u64::from_le_bytes(*chunk) ^ QUOTES;
        let found = zero_at_quote.wrapping_sub(ONES) & !zero_at_quote & (ONES << 7);
        if found != 0 {
            return Ok(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr(b'"', bytes.get(at..).ok_or(Broken)?).map(|found| at + found).ok_or(Broken)
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
