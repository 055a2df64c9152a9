//! Wrapping Markdown text into rows, once per width.

use crate::cells;

/// Deepest hanging indent, in columns.
const DEEPEST: usize = 12;

/// What a row is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// The line that says who speaks.
    Speaker,
    Heading,
    Quote,
    /// The line of a tool call.
    Tool,
    Fence,
    Code,
    /// A line that a change added.
    Added,
    /// A line that a change took away.
    Removed,
    Rule,
}

impl Kind {
    /// Whether every space counts.
    fn is_code(self) -> bool {
        matches!(self, Self::Code | Self::Added | Self::Removed)
    }
}

/// One row of the screen: a range of bytes of the text, without the newline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    /// Columns that it is set in by, because it continues a list item or a quote.
    pub(crate) indent: u8,
    /// Whether it continues the line of the row before.
    pub(crate) continued: bool,
}

/// Wraps a text to a width.
pub(crate) fn rows(text: &str, columns: usize) -> Vec<Row> {
    let mut rows = Vec::with_capacity(text.len() / 48 + 1);
    let mut fence = None;
    let mut start = 0;
    for line in text.split('\n') {
        let kind = kind_of(line, &mut fence);
        wrap_line(line, start, kind, columns.max(1), &mut rows);
        start += line.len() + 1;
    }
    while rows.last().is_some_and(|row| row.start == row.end) {
        rows.pop();
    }
    rows
}

/// Lines of Markdown text broken at words to a width, for a terminal that scrolls. Code and tables stay as they are.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    let mut fence = None;
    for line in text.split('\n') {
        let kind = kind_of(line, &mut fence);
        if kind.is_code() || kind == Kind::Fence || line.trim_start().starts_with('|') {
            lines.push(line.to_owned());
            continue;
        }
        rows.clear();
        wrap_line(line, 0, kind, columns.max(1), &mut rows);
        lines.extend(rows.iter().map(|row| " ".repeat(row.indent.into()) + &line[row.start..row.end]));
    }
    lines
}

/// The fence that a block of code is in: its character, its length, and whether it holds a change.
type Fence = Option<(u8, usize, bool)>;

fn kind_of(line: &str, fence: &mut Fence) -> Kind {
    let content = line.trim_start_matches([' ', '>']);
    let mark = content.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'));
    let run = mark.map_or(0, |mark| content.bytes().take_while(|byte| *byte == mark).count());
    match (*fence, mark) {
        (Some((open, length, _)), Some(mark)) if mark == open && run >= length && content[run..].trim().is_empty() => {
            *fence = None;
            Kind::Fence
        }
        (Some((_, _, true)), _) if line.starts_with('+') => Kind::Added,
        (Some((_, _, true)), _) if line.starts_with('-') => Kind::Removed,
        (Some(_), _) => Kind::Code,
        (None, Some(mark)) if run >= 3 && !content[run..].contains('`') => {
            *fence = Some((mark, run, content[run..].trim() == "diff"));
            Kind::Fence
        }
        (None, _) => kind_outside(line),
    }
}

fn kind_outside(line: &str) -> Kind {
    let content = line.trim_start();
    let hashes = content.bytes().take_while(|byte| *byte == b'#').count();
    if is_speaker(line) {
        Kind::Speaker
    } else if (1..=6).contains(&hashes) && content[hashes..].starts_with(' ') && line.len() - content.len() < 4 {
        Kind::Heading
    } else if content.starts_with("> ") && content.contains("  → ") {
        Kind::Tool
    } else if content.starts_with('>') {
        Kind::Quote
    } else if is_rule(content.trim_end()) {
        Kind::Rule
    } else {
        Kind::Text
    }
}

/// Whether a line is a heading that [`transcript::to_markdown`] sets above what somebody said: a name, and usually the
/// time.
fn is_speaker(line: &str) -> bool {
    line.strip_prefix("## ").is_some_and(|heading| {
        let name = heading.split(" · ").next().unwrap_or_default();
        matches!(name, "User" | "Assistant") || heading.contains(" · 2")
    })
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && ['-', '*', '_'].iter().any(|mark| line.chars().all(|letter| letter == *mark))
}

fn wrap_line(line: &str, start: usize, kind: Kind, columns: usize, rows: &mut Vec<Row>) {
    let row = |from: usize, to: usize, indent: usize| Row {
        start: start + from,
        end: start + to,
        kind,
        indent: u8::try_from(indent).unwrap_or(0),
        continued: from > 0,
    };
    if line.len() <= columns && line.is_ascii() {
        rows.push(row(0, line.len(), 0));
        return;
    }
    let hanging = hanging_indent(line, kind).min(DEEPEST).min(columns / 2);
    let mut at = 0;
    while at < line.len() || at == 0 {
        let indent = if at == 0 { 0 } else { hanging };
        let rest = &line[at..];
        let taken = if kind == Kind::Code {
            hard_break(rest, columns - indent)
        } else {
            cells::break_at(rest, columns - indent)
        };
        rows.push(row(at, at + rest[..taken].trim_end().len(), indent));
        if taken == 0 {
            break;
        }
        at += taken;
        if !kind.is_code() {
            at += line[at..].len() - line[at..].trim_start_matches(' ').len();
        }
    }
}

fn hard_break(text: &str, columns: usize) -> usize {
    match cells::head(text, columns).len() {
        0 => cells::break_at(text, columns),
        end => end,
    }
}

/// Where the text of a list item or a quote begins.
fn hanging_indent(line: &str, kind: Kind) -> usize {
    let content = line.trim_start();
    let before = line.len() - content.len();
    let marker = match kind {
        Kind::Quote | Kind::Tool => content.len() - content.trim_start_matches(['>', ' ']).len(),
        Kind::Text => {
            let digits = content.bytes().take_while(u8::is_ascii_digit).count();
            match &content[digits..] {
                rest if digits > 0 && (rest.starts_with(". ") || rest.starts_with(") ")) => digits + 2,
                rest if digits == 0 && ["- ", "* ", "+ ", "• ", "▸ "].iter().any(|mark| rest.starts_with(mark)) => {
                    2
                }
                _ => 0,
            }
        }
        _ => 0,
    };
    before + marker
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, columns: usize, expect: &[&str]) {
        let rows = rows(text, columns);
        let shown: Vec<String> =
            rows.iter().map(|row| format!("{}{}", " ".repeat(row.indent.into()), &text[row.start..row.end])).collect();
        assert_eq!(shown, expect);
        assert!(shown.iter().all(|row| cells::width(row) <= columns.max(2)), "{shown:?}");
    }

    #[test]
    fn lines_break_at_spaces_and_hang_under_their_list_item() {
        check("one two three", 9, &["one two", "three"]);
        check("- one two three", 9, &["- one two", "  three"]);
        check("12. one two", 8, &["12. one", "    two"]);
        check("> one two", 6, &["> one", "  two"]);
        check("a\n\nb\n\n", 9, &["a", "", "b"]);
        check("日本語 日本語", 7, &["日本語", "日本語"]);
        check("日本", 1, &["日", "本"]);
    }

    #[test]
    fn code_breaks_anywhere_and_loses_nothing() {
        check("```\na = b +  c\n```", 6, &["```", "a = b", "+  c", "```"]);
    }

    #[test]
    fn lines_for_a_terminal_leave_code_and_tables_alone() {
        for (text, expect) in [
            ("one two three", vec!["one two", "three"]),
            ("- one two three", vec!["- one", "  two", "  three"]),
            ("    one two three", vec!["    one", "    two", "    thre", "    e"]),
            ("```\na =  b + c\n```\n", vec!["```", "a =  b + c", "```", ""]),
            ("| a | b | c |", vec!["| a | b | c |"]),
        ] {
            assert_eq!(wrapped(text, 8), expect, "{text}");
        }
    }

    #[test]
    fn kinds_know_speakers_and_fences() {
        for (text, expect) in [
            ("## User · 2026-11-03 14:02\n## User\n## Plan", vec![Kind::Speaker, Kind::Speaker, Kind::Heading]),
            ("# Head\n#tag\n---\n--", vec![Kind::Heading, Kind::Text, Kind::Rule, Kind::Text]),
            ("> quote\n> Read  `a.rs`  → ok", vec![Kind::Quote, Kind::Tool]),
            ("```rust\n# no\n~~~\n```\ntext", vec![Kind::Fence, Kind::Code, Kind::Code, Kind::Fence, Kind::Text]),
            ("```diff\n+a\n-b\n c\n```", vec![Kind::Fence, Kind::Added, Kind::Removed, Kind::Code, Kind::Fence]),
            ("````\n```\n````", vec![Kind::Fence, Kind::Code, Kind::Fence]),
        ] {
            let kinds: Vec<Kind> = rows(text, 80).iter().map(|row| row.kind).collect();
            assert_eq!(kinds, expect, "{text}");
        }
    }

    #[test]
    fn every_visible_byte_is_in_a_row() {
        let text =
            "One `two` **three** four.\n\n    code with   spaces\n\n- 日本語のテキスト and more of it\n".repeat(3);
        for columns in 1..40 {
            let rows = rows(&text, columns);
            let shown: String = rows.iter().map(|row| &text[row.start..row.end]).collect();
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            assert_eq!(letters(&shown), letters(&text), "{columns} columns");
        }
    }
}
