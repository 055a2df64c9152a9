//! Cutting a transcript into lines, and lines into records.

mod torn;

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use crate::skim::{Broken, Members};
use crate::{Problem, ProblemKind};
pub(crate) use torn::{Behind, behind};

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
    /// Where a record begins in the file, and the text from there on: it ends with its line, or with the stretch.
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
/// `on` is given each record together with what follows it, and answers how many bytes the record takes; it must not go
/// beyond a newline. A broken one it may be given twice, so that it must do nothing before it knows. With
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
    let mut at = 0;
    loop {
        let text = checked.and_then(|text| text.get(at..));
        let first = text.filter(|_| place.records == 0).map_or(0, |text| first_of(text, place.offset, on));
        if let Some(end) = line_end(bytes, at + first).filter(|_| first > 0) {
            place.offset += (end - at) as u64;
            at = end;
            continue;
        }
        let Some(line) = lines(&bytes[at..], place.offset).next() else { break };
        let text = text_of(&line, text);
        let usable = line.terminated || last && is_whole(&text);
        if !usable {
            if last && (line.nul_bytes || !text.trim_matches(SPACE).is_empty()) {
                note(on, line.offset, ProblemKind::TornLine);
            }
            break;
        }
        note_bytes(&line, (&text, matches!(text, Cow::Owned(_))), on);
        let count = split(&line, &text, (first, place.records), on);
        at += usize::try_from(line.next - place.offset).expect("a line is within the stretch");
        place = Place { offset: line.next, records: if line.terminated { 0 } else { count } };
    }
    place
}

/// Takes the record that a line begins with; returns how many bytes it takes, 0 if it is none. Nearly always it is the whole
/// line, so that nobody has to look for the end of the line before.
fn first_of(text: &str, offset: u64, on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>) -> usize {
    if text.starts_with('{') { on(Piece::Record(offset, text)).unwrap_or(0) } else { 0 }
}

/// Where the next line begins, if nothing but space stands between `at` and the end of this one.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let space = bytes.get(at..)?.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    (bytes.get(at + space) == Some(&b'\n')).then_some(at + space + 1)
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

/// Notes the bytes of a line that could not be read as they are: those before its text, and those in it that were replaced.
fn note_bytes(
    line: &Line<'_>,
    (text, replaced): (&str, bool),
    on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>,
) {
    if line.nul_bytes {
        // before a record they are nothing; alone they stand for what was never written
        let is_lost = text.trim_matches(SPACE).is_empty();
        note(on, line.offset, if is_lost { ProblemKind::NotJson } else { ProblemKind::NulBytes });
    }
    if replaced {
        note(on, line.offset, ProblemKind::InvalidUtf8);
    }
}

fn note(on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>, offset: u64, kind: ProblemKind) {
    // a problem takes no bytes
    let _ = on(Piece::Problem(Problem { offset, kind }));
}

/// Hands over the records of one line, of which some may have been read before, or the first just now; returns how many
/// there are now.
fn split(
    line: &Line<'_>,
    text: &str,
    (first, before): (usize, u32),
    on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>,
) -> u32 {
    let mut rest = text[first..].trim_start_matches(SPACE);
    let mut count = before + u32::from(first > 0);
    while !rest.is_empty() {
        let offset = line.offset + (text.len() - rest.len()) as u64;
        let used = if rest.starts_with('{') { on(Piece::Record(offset, rest)) } else { Err(Broken) };
        let Ok(used) = used else {
            let foreign = count == 0 && serde_json::from_str::<serde::de::IgnoredAny>(rest).is_ok();
            note(on, offset, if foreign { ProblemKind::NotAnObject } else { ProblemKind::NotJson });
            count += behind_torn(rest, offset, on);
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

/// Hands over the records that stand on the line of a torn one, behind it; returns how many there are.
fn behind_torn(text: &str, offset: u64, on: &mut impl FnMut(Piece<'_>) -> Result<usize, Broken>) -> u32 {
    let mut count = 0;
    for part in behind(text) {
        match part {
            Behind::Whole(at) => count += u32::from(on(Piece::Record(offset + at as u64, &text[at..])).is_ok()),
            Behind::Torn(at) => note(on, offset + at as u64, ProblemKind::NotJson),
        }
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
