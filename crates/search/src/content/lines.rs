//! The lines of a decoded text in which the texts of a query occur.

use std::ops::Range;

use memchr::{memchr, memrchr};
use regex::Regex;

/// A line of a text with what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Without its end; to the end of the last line if a match goes over several.
    pub(super) range: Range<usize>,
    /// The first match of each text.
    pub(super) marks: Vec<Range<usize>>,
    /// Which texts occur, by their bits.
    pub(super) texts: u32,
}

impl Line {
    /// A line with one match of the one text that is looked for, to be filled in.
    pub(super) fn of_one() -> Self {
        Self { range: 0..0, marks: std::iter::once(0..0).collect(), texts: 1 }
    }
}

/// All lines in which one of the expressions matches, in their order.
pub(super) fn lines<'r>(text: &str, mut regexes: impl ExactSizeIterator<Item = &'r Regex>, on: &mut impl FnMut(&Line)) {
    if regexes.len() == 1 {
        // nothing has to be gathered, and this is what nearly every query asks
        let mut line = Line::of_one();
        regexes.by_ref().for_each(|regex| {
            places(text, regex, &mut |range, mark| {
                line.range = range;
                line.marks[0] = mark;
                on(&line);
            });
        });
        return;
    }
    let mut found = Vec::new();
    for (bit, regex) in regexes.enumerate() {
        places(text, regex, &mut |range, mark| {
            add(&mut found, bit > 0, Line { range, marks: vec![mark], texts: 1 << bit });
        });
    }
    found.iter().for_each(on);
}

/// The first match on each line, with the line.
fn places(text: &str, regex: &Regex, on: &mut impl FnMut(Range<usize>, Range<usize>)) {
    let mut at = 0;
    while at <= text.len()
        && let Some(place) = regex.find_at(text, at)
    {
        let line = line_around(text, place.range());
        at = next(text, line.end);
        on(line, place.range());
    }
}

fn line_around(text: &str, place: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let start = memrchr(b'\n', &bytes[..place.start]).map_or(0, |at| at + 1);
    // a match that ends with a line end belongs to the line before
    let last = if place.end > place.start && bytes[place.end - 1] == b'\n' { place.end - 1 } else { place.end };
    let end = memchr(b'\n', &bytes[last..]).map_or(bytes.len(), |at| last + at);
    start..end
}

fn next(text: &str, end: usize) -> usize {
    if end < text.len() { end + 1 } else { text.len() + 1 }
}

/// Adds what was found to the line that it stands in.
fn add(found: &mut Vec<Line>, several: bool, mut line: Line) {
    if several {
        let at = found.partition_point(|known| known.range.start < line.range.start);
        match found.get_mut(at).filter(|known| known.range.start == line.range.start) {
            Some(known) => {
                known.range.end = known.range.end.max(line.range.end);
                known.marks.append(&mut line.marks);
                known.marks.sort_by_key(|mark| mark.start);
                known.texts |= line.texts;
            }
            None => found.insert(at, line),
        }
    } else {
        found.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, patterns: &[&str], expect: &[(&str, u32)]) {
        let regexes: Vec<Regex> = patterns.iter().map(|pattern| Regex::new(pattern).expect("valid")).collect();
        let mut found = Vec::new();
        lines(text, regexes.iter(), &mut |line| found.push((&text[line.range.clone()], line.texts)));
        assert_eq!(found, expect, "{text} {patterns:?}");
    }

    #[test]
    fn each_line_counts_once_with_all_that_is_in_it() {
        check("a x\nb\na a", &["a"], &[("a x", 1), ("a a", 1)]);
        check("a x\nx\na", &["a", "x"], &[("a x", 3), ("x", 2), ("a", 1)]);
        check("", &["a"], &[]);
        check("b\n\n", &["x*"], &[("b", 1), ("", 1), ("", 1)]);
        check("one\ntwo\nthree", &[r"one\s+two"], &[("one\ntwo", 1)]);
        check("é\né", &["é$"], &[("é", 1)]);
    }
}
