//! Cutting a transcript into lines.

use memchr::memchr;

/// A line of a transcript, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Where it begins, in bytes from the start of the file.
    pub(crate) offset: u64,
    /// Its bytes, without newline, carriage return, byte order mark and leading NUL bytes.
    pub(crate) bytes: &'a [u8],
    /// Whether a newline ended it.
    pub(crate) terminated: bool,
}

/// The lines of a stretch of a file that begins at `offset`.
pub(crate) fn lines(mut rest: &[u8], mut offset: u64) -> impl Iterator<Item = Line<'_>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (bytes, terminated, used) = match memchr(b'\n', rest) {
            Some(end) => (&rest[..end], true, end + 1),
            None => (rest, false, rest.len()),
        };
        let line = Line { offset, bytes, terminated };
        rest = &rest[used..];
        offset += used as u64;
        Some(line)
    })
}
