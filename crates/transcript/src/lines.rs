//! Cutting a transcript into lines, and lines into records.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use crate::skim::{Broken, Members};
use crate::{Problem, ProblemKind};

/// A line of a transcript, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Where it begins, in bytes from the start of the file.
    pub(crate) offset: u64,
    /// Its bytes, without newline, carriage return, byte order mark and leading NUL bytes.
    pub(crate) bytes: &'a [u8],
    /// Where they begin in the stretch.
    start: usize,
    /// Whether a newline ended it.
    pub(crate) terminated: bool,
    /// Whether leading NUL bytes were left out.
    pub(crate) nul_bytes: bool,
    /// Where the next line begins, in bytes from the start of the file.
    pub(crate) next: u64,
}

/// The lines of a stretch of a file that begins at `offset`.
pub(crate) fn lines(stretch: &[u8], mut offset: u64) -> impl Iterator<Item = Line<'_>> {
    let mut rest = stretch;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (whole, terminated, used) = match memchr(b'\n', rest) {
            Some(end) => (&rest[..end], true, end + 1),
            None => (rest, false, rest.len()),
        };
        let mut bytes = whole;
        if offset == 0 {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        let nuls = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes = &bytes[nuls..];
        let start = stretch.len() - rest.len() + (whole.len() - bytes.len());
        bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let next = offset + used as u64;
        let line = Line { offset, bytes, start, terminated, nul_bytes: nuls > 0, next };
        rest = &rest[used..];
        offset = next;
        Some(line)
    })
}

/// What a stretch of a transcript is made of.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// The text from the start of a record to the end of its line, and where it begins in the file.
    Record(u64, &'a str),
    /// Something that could not be understood as written.
    Problem(Problem),
}

/// A place in a file where reading stops and goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// Bytes from the start of the file.
    pub(crate) offset: u64,
    /// How many records of the line that the place is in were read already; none at the start of a line.
    pub(crate) records: u32,
}

/// Cuts a stretch of a file into records; returns where the last whole line ends.
///
/// `on` is given each record together with the rest of its line, and answers how many bytes the record takes. With
/// `last`, a final line without a newline is taken too when it is made of whole records; else it is a problem, and
/// not counted as read.
pub(crate) fn records(
    bytes: &[u8],
    from: Place,
    last: bool,
    on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>,
) -> Place {
    let mut place = from;
    // checking all whole lines at once is faster than one by one, and much faster than replacing as one goes
    let whole = memrchr(b'\n', bytes).map_or(0, |end| end + 1);
    let checked = simdutf8::basic::from_utf8(&bytes[..whole]).ok();
    for line in lines(bytes, from.offset) {
        let text = text_of(&line, checked);
        let usable = line.terminated || last && is_whole(&text);
        if !usable {
            if last && (line.nul_bytes || !text.trim_matches(SPACE).is_empty()) {
                note(on, line.offset, ProblemKind::TornLine);
            }
            break;
        }
        if line.nul_bytes {
            note(on, line.offset, ProblemKind::NulBytes);
        }
        if matches!(text, Cow::Owned(_)) {
            note(on, line.offset, ProblemKind::InvalidUtf8);
        }
        let count = split(&line, &text, place.records, on);
        place = Place { offset: line.next, records: if line.terminated { 0 } else { count } };
    }
    place
}

/// The text of a line: cut out of the stretch if that was `checked`, else with what is no UTF-8 replaced.
fn text_of<'a>(line: &Line<'a>, checked: Option<&'a str>) -> Cow<'a, str> {
    let cut = checked.and_then(|stretch| stretch.get(line.start..line.start + line.bytes.len()));
    cut.map_or_else(
        || match simdutf8::basic::from_utf8(line.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(line.bytes),
        },
        Cow::Borrowed,
    )
}

fn note(on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>, offset: u64, kind: ProblemKind) {
    // a problem takes no bytes
    let _ = on(Piece::Problem(Problem { offset, kind }));
}

/// Hands over the records of one line, of which some may have been read before; returns how many there are now.
fn split(line: &Line<'_>, text: &str, before: u32, on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>) -> u32 {
    let mut rest = text.trim_start_matches(SPACE);
    let mut count = before;
    while !rest.is_empty() {
        let offset = line.offset + (text.len() - rest.len()) as u64;
        let used = if rest.starts_with('{') { on(Piece::Record(offset, rest)) } else { Err(Broken) };
        let Ok(used) = used else {
            let foreign = count == 0 && serde_json::from_str::<serde::de::IgnoredAny>(rest).is_ok();
            note(on, offset, if foreign { ProblemKind::NotAnObject } else { ProblemKind::NotJson });
            break;
        };
        count += 1;
        rest = rest[used..].trim_start_matches(SPACE);
    }
    if count > 1 && before <= 1 {
        note(on, line.offset, ProblemKind::GluedRecords);
    }
    count
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// Whether a line is made of whole objects, at least one.
fn is_whole(text: &str) -> bool {
    let mut rest = text.trim_matches(SPACE);
    let mut whole = false;
    while !rest.is_empty() {
        let mut members = Members::at_start_of(rest);
        members.by_ref().for_each(drop);
        let Ok(end) = members.end() else { return false };
        rest = rest[end..].trim_start_matches(SPACE);
        whole = true;
    }
    whole
}

#[cfg(test)]
mod tests;
