//! Finding out, of a text as it is written, which stretch has to be decoded to know the line that a place is in.

use std::ops::Range;

use memchr::{memchr, memrchr};

/// The written lines that the bytes of `place` stand in, without their ends, and whether nothing in them is escaped. They
/// begin at `from` at the earliest, which is the start of a text or the end of a stretch before.
pub(super) fn around(written: &str, from: usize, place: &Range<usize>) -> (Range<usize>, bool) {
    let bytes = written.as_bytes();
    let (start, plain_before) = start(bytes, from, place.start);
    let (end, plain_after) = end(bytes, start, place.end, plain_before);
    (start..end, plain_after)
}

/// What follows the line end that a stretch ends with.
pub(super) fn after(written: &str, end: usize) -> usize {
    let bytes = written.as_bytes();
    (end + bytes.get(end..).map_or(0, |rest| line_end(rest).unwrap_or(0))).max(end)
}

fn start(bytes: &[u8], from: usize, place: usize) -> (usize, bool) {
    let (mut at, mut plain) = (place, true);
    while let Some(found) = memrchr(b'\\', &bytes[from..at]) {
        let slash = from + found;
        if let Some(length) = line_end(&bytes[slash..]).filter(|length| slash + length <= place)
            && is_free(&bytes[from..slash])
        {
            return (slash + length, plain);
        }
        (at, plain) = (slash, false);
    }
    (from, plain)
}

/// The first line end from `start` on that ends after `place`, or the end of the text. What stands before a place is
/// known to be plain, or not.
fn end(bytes: &[u8], start: usize, place: usize, plain_before: bool) -> (usize, bool) {
    // an escape before it would be of a line end
    let (mut at, mut plain) = (start, plain_before);
    while let Some(found) = memchr(b'\\', &bytes[at..]) {
        let slash = at + found;
        if slash >= place && line_end(&bytes[slash..]).is_some() {
            return (slash, plain);
        }
        (at, plain) = ((slash + 2).min(bytes.len()), false);
    }
    (bytes.len(), plain)
}

/// How long the escaped line end is that a text begins with.
fn line_end(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\\', b'n', ..] => Some(2),
        [b'\\', b'u', b'0', b'0', b'0', b'a' | b'A', ..] => Some(6),
        _ => None,
    }
}

/// Whether a backslash after this text is not escaped.
fn is_free(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, place: &str, expect: &str) {
        let at = written.find(place).expect("there");
        let (stretch, plain) = around(written, 0, &(at..at + place.len()));
        assert_eq!(plain, !expect.contains('\\'), "{place} in {written}");
        assert_eq!(&written[stretch], expect, "{place} in {written}");
    }

    #[test]
    fn a_stretch_is_the_lines_that_a_place_stands_in() {
        check("one", "ne", "one");
        check(r"one\ntwo\nthree", "two", "two");
        check(r"one\ntwo\nthree", "one", "one");
        check(r"one\ntwo\nthree", "three", "three");
        check(r"one\u000Atwo\u000athree", "two", "two");
        check(r"a\\none\\nb\nc", "one", r"a\\none\\nb");
        check(r"a\\\none\nc", "one", "one");
        check(r"a\ttab\nc", "tab", r"a\ttab");
        check(r"x\new\ny", "new", r"x\new");
        check(r"one\ntwo\nthree", r"e\nt", r"one\ntwo");
    }

    #[test]
    fn after_a_stretch_stands_the_next_line() {
        assert_eq!(after(r"one\ntwo", 3), 5);
        assert_eq!(after(r"one\u000atwo", 3), 9);
        assert_eq!(after("one", 3), 3);
    }
}
