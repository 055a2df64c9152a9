//! What can be shown of a line: as much of it as surrounds the match.

use std::ops::Range;

use memchr::{memchr, memrchr};

/// Bytes that are kept on both sides of a match.
const AROUND: usize = 200;
/// Bytes that are kept of a line that stands around one.
const BESIDE: usize = 2 * AROUND;

/// A piece of a line with what matches in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excerpt {
    /// The text, with `…` where something is left out.
    pub text: String,
    /// What matches, in bytes: rising, apart from one another.
    pub marks: Vec<Range<usize>>,
    /// Lines around it.
    pub context: Context,
}

/// Lines around a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// Lines before it, in their order.
    pub before: Vec<String>,
    /// Lines after it.
    pub after: Vec<String>,
}

impl Excerpt {
    /// Cuts a line of `text` around the first of the `marks`, which are places in `text`.
    pub(super) fn cut(text: &str, line: &Range<usize>, marks: &[Range<usize>], context: usize) -> Self {
        // a match may take the end of its line in
        let mark =
            marks.first().map_or(line.start..line.start, |mark| mark.start.min(line.end)..mark.end.min(line.end));
        let (first, end) = (mark.start, mark.end.min(mark.start + AROUND));
        let start =
            if first - line.start <= AROUND + AROUND / 2 { line.start } else { word_start(text, first - AROUND) };
        let end = if line.end - end <= AROUND + AROUND / 2 { line.end } else { text.ceil_char_boundary(end + AROUND) };
        let (before, after) = (if start > line.start { "…" } else { "" }, if end < line.end { "…" } else { "" });
        let shift = |place: usize| place.clamp(start, end) - start + before.len();
        let marks = marks.iter().map(|mark| shift(mark.start)..shift(mark.end)).filter(|mark| !mark.is_empty());
        Self {
            text: [before, &text[start..end], after].concat(),
            marks: marks.collect(),
            context: Context::of(text, line, context),
        }
    }
}

impl Context {
    fn of(text: &str, line: &Range<usize>, lines: usize) -> Self {
        let cut = |line: &str| {
            let end = line.floor_char_boundary(BESIDE);
            if end < line.len() { format!("{}…", &line[..end]) } else { line.to_owned() }
        };
        let mut context = Self::default();
        let mut start = line.start;
        while context.before.len() < lines && start > 0 {
            let end = start - 1;
            start = memrchr(b'\n', &text.as_bytes()[..end]).map_or(0, |at| at + 1);
            context.before.push(cut(&text[start..end]));
        }
        context.before.reverse();
        let mut end = line.end;
        while context.after.len() < lines && end < text.len() {
            let start = end + 1;
            end = memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |at| start + at);
            context.after.push(cut(&text[start..end]));
        }
        context
    }
}

/// The start of the word at a place, if it is near.
fn word_start(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at);
    let space = text[at..].find(char::is_whitespace).filter(|skip| *skip < AROUND / 4);
    space.map_or(at, |skip| at + skip + text[at + skip..].chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_the_match() {
        let text = format!("{} needle {}\nnext", "long ".repeat(500), "größe ".repeat(500));
        let at = text.find("needle").expect("there");
        let line = 0..text.find('\n').expect("there");
        let excerpt = Excerpt::cut(&text, &line, std::slice::from_ref(&(at..at + 6)), 1);
        assert_eq!(&excerpt.text[excerpt.marks[0].clone()], "needle");
        assert!(excerpt.text.len() < 500 && excerpt.text.starts_with("…long") && excerpt.text.ends_with('…'));
        assert_eq!(excerpt.context.after, ["next"]);
    }

    #[test]
    fn a_short_line_is_whole_with_its_neighbours() {
        let text = "one\ntwo needle\n\nfour";
        let excerpt = Excerpt::cut(text, &(4..14), std::slice::from_ref(&(8..14)), 2);
        assert_eq!((excerpt.text.as_str(), excerpt.marks.as_slice()), ("two needle", std::slice::from_ref(&(4..10))));
        assert_eq!(excerpt.context, Context { before: vec!["one".into()], after: vec![String::new(), "four".into()] });
    }
}
