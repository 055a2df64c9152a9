//! Paragraphs into rows of a width.

use std::ops::Range;

use crate::measure::{break_at, cut, head, width};
use crate::paint::{Paint, Role};
use crate::para::{Kind, Para};
use crate::sheet::{Row, Run};

/// Widths that rows are made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measure {
    /// Columns of a row.
    pub(crate) columns: usize,
    /// Columns of a row of prose: longer lines are hard to read.
    pub(crate) prose: usize,
    /// Whether long lines of code go on in the next row.
    pub(crate) wrap: bool,
}

/// The rows of a paragraph whose text begins at `base` in the text of its part.
pub(crate) fn rows(para: &Para, base: usize, measure: Measure, out: &mut Vec<Row>) {
    let too_deep = |leads: &[(String, Paint)]| taken(leads) > measure.columns / 2;
    if too_deep(&para.first) || too_deep(&para.rest) {
        let mut shallow = para.clone();
        cut_off(&mut shallow.first, measure.columns / 2);
        cut_off(&mut shallow.rest, measure.columns / 2);
        return rows(&shallow, base, measure, out);
    }
    match &para.kind {
        Kind::Blank => out.push(Row { runs: leads(&para.first), fill: para.fill, ..Row::default() }),
        Kind::Rule => out.push(Row { runs: leads(&para.first), rule: true, ..Row::default() }),
        Kind::Line => line(para, base, measure, out),
        Kind::Table(table) => {
            let room = room(&para.first, measure.columns);
            let start = out.len();
            table.rows(base, room, out);
            for (at, row) in out[start..].iter_mut().enumerate() {
                let mut runs = leads(if at == 0 { &para.first } else { &para.rest });
                runs.append(&mut row.runs);
                row.runs = runs;
            }
        }
        Kind::Prose | Kind::Code => text(para, base, measure, out),
    }
}

fn text(para: &Para, base: usize, measure: Measure, out: &mut Vec<Row>) {
    let prose = para.kind == Kind::Prose;
    let columns = if prose { measure.prose.min(measure.columns) } else { measure.columns };
    let start = out.len();
    let mut from = 0;
    for piece in para.text.split('\n') {
        for range in ranges(piece, from, |first| room(before(para, first && out.len() == start), columns), prose) {
            let mut runs = leads(before(para, out.len() == start));
            if !prose && !measure.wrap && range.len() < piece.len() {
                let shown = head(piece, room(&para.first, columns).saturating_sub(1)).len();
                runs.extend(painted(para, from..from + shown, base));
                runs.push(Run { text: "…".to_owned(), paint: Role::Dim.into(), at: None });
                out.push(Row { runs, fill: para.fill, ..Row::default() });
                break;
            }
            runs.extend(painted(para, range, base));
            out.push(Row { runs, fill: para.fill, ..Row::default() });
        }
        from += piece.len() + 1;
    }
    let Some((right, paint)) = &para.right else { return };
    if let Some(row) = out.get_mut(start).filter(|row| row.width() + width(right) < columns) {
        row.right = Some((right.clone(), *paint));
    }
}

/// The stretches of a line that go into one row each, without the spaces at which it broke.
fn ranges(line: &str, from: usize, room: impl Fn(bool) -> usize, prose: bool) -> Vec<Range<usize>> {
    let (mut ranges, mut at) = (Vec::new(), 0);
    while at < line.len() || ranges.is_empty() {
        let columns = room(ranges.is_empty());
        let rest = &line[at..];
        let end = break_at(rest, columns, prose);
        let shown = if prose { rest[..end].trim_end_matches(' ').len() } else { end };
        ranges.push(from + at..from + at + shown);
        at += end;
        if prose {
            at += line[at..].len() - line[at..].trim_start_matches(' ').len();
        }
    }
    ranges
}

fn line(para: &Para, base: usize, measure: Measure, out: &mut Vec<Row>) {
    let mut runs = leads(&para.first);
    let room = room(&para.first, measure.columns);
    let right = para.right.as_ref().filter(|(text, _)| !text.is_empty());
    let limit =
        if width(&para.text) + right.map_or(0, |(text, _)| width(text) + 2) <= room { room } else { room * 3 / 5 };
    let right = right
        .map(|(text, paint)| (cut(text, room.saturating_sub(width(&para.text).min(limit) + 2)).into_owned(), *paint));
    let left = room.saturating_sub(right.as_ref().map_or(0, |(text, _)| width(text) + 2));
    if width(&para.text) <= left {
        runs.extend(painted(para, 0..para.text.len(), base));
    } else {
        let shown = head(&para.text, left.saturating_sub(1)).trim_end().len();
        runs.extend(painted(para, 0..shown, base));
        runs.push(Run { text: "…".to_owned(), paint: Role::Dim.into(), at: None });
    }
    out.push(Row { runs, fill: para.fill, right, ..Row::default() });
}

fn before(para: &Para, first: bool) -> &[(String, Paint)] {
    if first { &para.first } else { &para.rest }
}

fn taken(leads: &[(String, Paint)]) -> usize {
    leads.iter().map(|(text, _)| width(text)).sum()
}

/// Leaves of what stands before a row what is next to it: the text needs room too.
fn cut_off(leads: &mut Vec<(String, Paint)>, columns: usize) {
    while taken(leads) > columns {
        let rest = columns.saturating_sub(taken(&leads[1..]));
        if rest == 0 {
            leads.remove(0);
        } else {
            leads[0].0 = " ".repeat(rest);
        }
    }
}

fn room(leads: &[(String, Paint)], columns: usize) -> usize {
    columns.saturating_sub(taken(leads)).max(1)
}

fn leads(leads: &[(String, Paint)]) -> Vec<Run> {
    leads.iter().map(|(text, paint)| Run { text: text.clone(), paint: *paint, at: None }).collect()
}

/// The pieces of a stretch of text, each with its paint and its place in the text of the part.
pub(crate) fn painted(para: &Para, range: Range<usize>, base: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = range.start;
    let first = para.spans.partition_point(|(end, _)| *end <= at);
    for (end, paint) in &para.spans[first..] {
        if at >= range.end {
            break;
        }
        let end = (*end).min(range.end);
        runs.push(Run { text: para.text[at..end].to_owned(), paint: *paint, at: u32::try_from(base + at).ok() });
        at = end;
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(para: &Para, columns: usize, wrap: bool) -> Vec<String> {
        let mut out = Vec::new();
        rows(para, 0, Measure { columns, prose: columns, wrap }, &mut out);
        out.iter().map(Row::text).collect()
    }

    fn check(kind: Kind, text: &str, columns: usize, expect: &[&str]) {
        assert_eq!(shown(&Para::of(kind, text, Role::Text), columns, true), expect, "{text} at {columns}");
    }

    #[test]
    fn prose_breaks_at_words_and_code_anywhere() {
        check(Kind::Prose, "one two three", 9, &["one two", "three"]);
        check(Kind::Prose, "日本語 日本語", 7, &["日本語", "日本語"]);
        check(Kind::Prose, "one\n\ntwo", 9, &["one", "", "two"]);
        check(Kind::Prose, "", 9, &[""]);
        check(Kind::Code, "a = b +  c", 6, &["a = b ", "+  c"]);
        check(Kind::Line, "one two three", 9, &["one two…"]);
    }

    #[test]
    fn code_that_is_not_wrapped_says_that_it_goes_on() {
        let para = Para::of(Kind::Code, "let a = b;", Role::Text);
        assert_eq!(shown(&para, 6, false), ["let a…"]);
        assert_eq!(shown(&para, 10, false), ["let a = b;"]);
    }

    #[test]
    fn every_row_hangs_under_what_stands_before_the_first() {
        let mut para = Para::of(Kind::Prose, "one two three", Role::Text);
        para.first = vec![("- ".to_owned(), Paint::default())];
        para.rest = vec![("  ".to_owned(), Paint::default())];
        assert_eq!(shown(&para, 9, true), ["- one two", "  three"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_row_is_too_wide(
            text in "([a-z]{1,12}|[ \n]|[日本語がぎ]{1,9}|👩‍💻|e\u{301}|ﾊﾞ){0,40}",
            columns in 3usize..60,
            code in any::<bool>(),
        ) {
            let kind = if code { Kind::Code } else { Kind::Prose };
            let para = Para::of(kind, &text, Role::Text);
            let rows = shown(&para, columns, true);
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&rows.concat()), letters(&text));
            for row in rows {
                prop_assert!(width(&row) <= columns, "{} is wider than {}", row, columns);
            }
        }
    }
}
