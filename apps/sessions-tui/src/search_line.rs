//! A line that matches, as pieces that a row of the screen takes.

use std::ops::Range;

use search::Excerpt;

use crate::cells;

/// The part of a line around its first match that fits, as clean pieces, each marked or not.
pub(crate) fn pieces(excerpt: &Excerpt, columns: usize) -> Vec<(String, bool)> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut at = 0;
    for mark in excerpt.marks.iter().chain([&Range { start: excerpt.text.len(), end: excerpt.text.len() }]) {
        for (range, marked) in [(at..mark.start.max(at), false), (mark.start.max(at)..mark.end.max(at), true)] {
            if let Some(text) = excerpt.text.get(range).filter(|text| !text.is_empty()) {
                pieces.push((flat(text), marked));
            }
        }
        at = at.max(mark.end);
    }
    let after: usize = pieces.iter().skip(1).map(|(text, _)| cells::width(text)).sum();
    if let Some(first) = pieces.first_mut().filter(|(_, marked)| !marked) {
        // a third of the room at least, and whatever the rest leaves free
        let room = (columns / 3).max(columns.saturating_sub(after));
        first.0 = cells::cut_start(first.0.trim_start(), room).into_owned();
    }
    pieces
}

/// Text on one line that can do nothing to a terminal; spaces at its ends stay.
fn flat(text: &str) -> String {
    let clean = cells::clean(&transcript::sanitize(text));
    let blank = |end: Option<char>| end.is_some_and(char::is_whitespace);
    let before = if blank(text.chars().next()) { " " } else { "" };
    let after = if blank(text.chars().next_back()) && !clean.is_empty() { " " } else { "" };
    format!("{before}{clean}{after}")
}

#[cfg(test)]
mod tests {
    use search::Context;

    use super::*;

    fn check(text: &str, mark: &str, columns: usize, expect: &str) {
        let start = text.find(mark).expect("it is there");
        let excerpt = Excerpt {
            text: text.to_owned(),
            marks: std::iter::once(start..start + mark.len()).collect(),
            context: Context::default(),
        };
        let pieces = pieces(&excerpt, columns);
        let shown: String =
            pieces.iter().map(|(text, marked)| if *marked { format!("[{text}]") } else { text.clone() }).collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn the_match_is_in_sight_and_nothing_reaches_the_terminal() {
        check("  a race between", "race", 40, "a [race] between");
        check("a\u{1b}[31m race\tnow", "race", 40, "a [race] now");
        check(&format!("{}race now", "long ".repeat(20)), "race", 30, "… long long long long [race] now");
    }
}
