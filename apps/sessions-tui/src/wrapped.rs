//! Markdown text for a terminal that scrolls: lines broken at words, code and tables left as they are.

use crate::cells;

/// Deepest hanging indent, in columns.
const DEEPEST: usize = 12;

/// Lines of Markdown text broken at words to a width. Code and tables stay as they are.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence = None;
    for line in text.split('\n') {
        if is_code(line, &mut fence) || line.trim_start().starts_with('|') {
            lines.push(line.to_owned());
        } else {
            wrap_line(line, columns.max(1), &mut lines);
        }
    }
    lines
}

/// Whether a line is in a block of code or one of its fences; `fence` is the one that is open.
fn is_code(line: &str, fence: &mut Option<(u8, usize)>) -> bool {
    let content = line.trim_start_matches([' ', '>']);
    let mark = content.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'));
    let run = mark.map_or(0, |mark| content.bytes().take_while(|byte| *byte == mark).count());
    match (*fence, mark) {
        (Some((open, length)), Some(mark)) if mark == open && run >= length && content[run..].trim().is_empty() => {
            *fence = None;
            true
        }
        (None, Some(mark)) if run >= 3 && !content[run..].contains('`') => {
            *fence = Some((mark, run));
            true
        }
        (open, _) => open.is_some(),
    }
}

fn wrap_line(line: &str, columns: usize, lines: &mut Vec<String>) {
    let hanging = hanging_indent(line).min(DEEPEST).min(columns / 2);
    let mut at = 0;
    while at < line.len() || at == 0 {
        let indent = if at == 0 { 0 } else { hanging };
        let rest = &line[at..];
        let taken = cells::break_at(rest, columns - indent, true);
        lines.push(" ".repeat(indent) + rest[..taken].trim_end());
        if taken == 0 {
            break;
        }
        at += taken;
        at += line[at..].len() - line[at..].trim_start_matches(' ').len();
    }
}

/// Where the text of a list item or a quote begins.
fn hanging_indent(line: &str) -> usize {
    let content = line.trim_start();
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match &content[digits..] {
        quote if quote.starts_with('>') => content.len() - content.trim_start_matches(['>', ' ']).len(),
        rest if digits > 0 && (rest.starts_with(". ") || rest.starts_with(") ")) => digits + 2,
        rest if digits == 0 && ["- ", "* ", "+ ", "• ", "▸ "].iter().any(|mark| rest.starts_with(mark)) => 2,
        _ => 0,
    };
    line.len() - content.len() + marker
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_words_and_leave_code_and_tables_alone() {
        for (text, expect) in [
            ("one two three", vec!["one two", "three"]),
            ("- one two three", vec!["- one", "  two", "  three"]),
            ("12. one two", vec!["12. one", "    two"]),
            ("> one two", vec!["> one", "  two"]),
            ("    one two three", vec!["    one", "    two", "    thre", "    e"]),
            ("```\na =  b + c\n```\n", vec!["```", "a =  b + c", "```", ""]),
            ("| a | b | c |", vec!["| a | b | c |"]),
            ("日本語 日本語", vec!["日本語", "日本語"]),
        ] {
            assert_eq!(wrapped(text, 8), expect, "{text}");
        }
    }
}
