//! Changes of files as paragraphs, with the words that changed.

mod effort;
mod words;

use serde_json::Value;
use similar::{ChangeTag, DiffOp, group_diff_ops};

use crate::clean;
use crate::long::{LONGEST, left_out};
use crate::paint::{Fill, Paint, Role};
use crate::para::{Kind, Para};
use effort::Effort;

/// Lines around a change that the client kept no context of.
const CONTEXT: usize = 3;

/// A change of a file: stretches of lines. Only counted at first; paragraphs are made for what is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Change<'a> {
    hunks: Vec<Vec<Line<'a>>>,
    /// What is left of it for comparing words.
    effort: Effort,
}

/// A line of a change: its sign, its number in the file it stands in, its text as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line<'a> {
    sign: char,
    number: Option<u64>,
    text: &'a str,
}

impl<'a> Change<'a> {
    /// The change that the client recorded (`structuredPatch`), with the numbers of its lines.
    pub(crate) fn recorded(patch: &'a Value) -> Option<Self> {
        let hunks = patch.as_array().filter(|hunks| !hunks.is_empty())?;
        Some(Self { hunks: hunks.iter().map(hunk).collect(), effort: Effort::default() })
    }

    /// The changes from one text to another each, where nobody knows where in the file they are.
    pub(crate) fn between(edits: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut change = Self::default();
        for (old, new) in edits {
            let [old, new] = [old, new].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
            let groups = group_diff_ops(change.effort.compare(&old, &new), CONTEXT);
            change.hunks.extend(groups.iter().map(|group| lines(group, &old, &new)));
        }
        change
    }

    /// A file that is new.
    pub(crate) fn created(text: &'a str) -> Self {
        let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
        let lines = (1u64..).zip(lines).map(|(number, text)| Line { sign: '+', number: Some(number), text });
        Self { hunks: vec![lines.collect()], effort: Effort::default() }
    }

    pub(crate) fn added(&self) -> usize {
        self.signed('+')
    }

    pub(crate) fn removed(&self) -> usize {
        self.signed('-')
    }

    fn signed(&self, sign: char) -> usize {
        self.hunks.iter().flatten().filter(|line| line.sign == sign).count()
    }

    /// As the line of a tool call says it.
    pub(crate) fn count(&self) -> String {
        match (self.added(), self.removed()) {
            (added, 0) => format!("+{added}"),
            (added, removed) => format!("+{added} −{removed}"),
        }
    }

    /// Its lines; of a change that is too long the beginning.
    pub(crate) fn paras(&self) -> Vec<Para> {
        let (mut paras, mut effort, mut room, mut left) = (Vec::new(), self.effort, LONGEST, 0);
        for hunk in &self.hunks {
            let mut shown = Vec::new();
            for line in hunk {
                let fits = if room == 0 { 0 } else { line.text.floor_char_boundary(room) };
                if room > 0 {
                    shown.push(Shown { sign: line.sign, number: line.number, text: clean::block(&line.text[..fits]) });
                }
                left += line.text.len() - fits;
                room = room.saturating_sub(line.text.len().max(1));
            }
            if !paras.is_empty() && !shown.is_empty() {
                paras.push(Para::of(Kind::Line, "⋯", Role::Dim).indented(3));
            }
            take(&shown, &mut effort, &mut paras);
        }
        paras.extend(left_out(left));
        paras
    }
}

/// A line that is shown: its text is clean.
struct Shown {
    sign: char,
    number: Option<u64>,
    text: String,
}

fn hunk(hunk: &Value) -> Vec<Line<'_>> {
    let start = |key: &str| hunk.get(key).and_then(Value::as_u64).unwrap_or(1);
    let (mut old, mut new) = (start("oldStart"), start("newStart"));
    let written = hunk.get("lines").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut lines = Vec::new();
    for line in written.filter(|line| !line.starts_with('\\')) {
        let sign = line.chars().next().filter(|sign| matches!(sign, '+' | '-')).unwrap_or(' ');
        let number = Some(if sign == '-' { old } else { new });
        // The numbers are what somebody wrote into the file: they may be anything.
        old = old.saturating_add(u64::from(sign != '+'));
        new = new.saturating_add(u64::from(sign != '-'));
        lines.push(Line { sign, number, text: line.get(1..).unwrap_or_default() });
    }
    lines
}

fn lines<'a>(group: &[DiffOp], old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let changes = group.iter().flat_map(|operation| operation.iter_changes(old, new));
    let line = |change: similar::Change<&'a str>| Line {
        sign: match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        },
        number: None,
        text: change.value().trim_end_matches(['\n', '\r']),
    };
    changes.map(line).collect()
}

/// A change that is written out in a text.
pub(crate) fn unified(text: &str) -> Vec<Para> {
    let line = |line: &str| {
        let (role, fill) = match line.as_bytes() {
            [b'+', ..] if !line.starts_with("+++") => (Role::Added, Some(Fill::Added)),
            [b'-', ..] if !line.starts_with("---") => (Role::Removed, Some(Fill::Removed)),
            [b'@', b'@', ..] => (Role::Dim, None),
            _ => (Role::Text, None),
        };
        Para { fill, ..Para::of(Kind::Code, line, role) }
    };
    text.split('\n').map(line).collect()
}

fn take(lines: &[Shown], effort: &mut Effort, paras: &mut Vec<Para>) {
    let mut at = 0;
    while at < lines.len() {
        let run = |sign: char, from: usize| lines[from..].iter().take_while(|line| line.sign == sign).count();
        let removed = run('-', at);
        let added = run('+', at + removed);
        if removed + added == 0 {
            paras.push(para(&lines[at], &[]));
            at += 1;
            continue;
        }
        let (old, new) = lines[at..at + removed + added].split_at(removed);
        paras.append(&mut replaced(old, new, effort));
        at += removed + added;
    }
}

/// Lines that were replaced by others: those at the same place are compared word by word.
fn replaced(old: &[Shown], new: &[Shown], effort: &mut Effort) -> Vec<Para> {
    let pairs = old.iter().zip(new).map(|(before, after)| words::changed(&before.text, &after.text, effort));
    let (old_words, new_words): (Vec<_>, Vec<_>) = pairs.unzip();
    let paras = |lines: &[Shown], words: Vec<Vec<usize>>| -> Vec<Para> {
        let words = words.into_iter().chain(std::iter::repeat(Vec::new()));
        lines.iter().zip(words).map(|(line, words)| para(line, &words)).collect()
    };
    let mut all = paras(old, old_words);
    all.append(&mut paras(new, new_words));
    all
}

/// A line; `words` are lengths of stretches: changed ones, and after each 0 one that is the same.
fn para(line: &Shown, words: &[usize]) -> Para {
    let (role, word, fill) = match line.sign {
        '+' => (Role::Added, Role::AddedWord, Some(Fill::Added)),
        '-' => (Role::Removed, Role::RemovedWord, Some(Fill::Removed)),
        _ => (Role::Text, Role::Text, None),
    };
    let mut para = Para::new(Kind::Code);
    let (mut at, mut lengths) = (0, words.iter());
    while let Some(length) = lengths.next() {
        let (length, same) = if *length == 0 { (lengths.next().copied().unwrap_or(0), true) } else { (*length, false) };
        let piece = line.text.get(at..at + length).unwrap_or_default();
        para.push(piece, if same { role } else { word });
        at += length;
    }
    para.push(line.text.get(at..).unwrap_or_default(), role);
    let number = line.number.map(|number| format!("{number:>5} ")).unwrap_or_default();
    let sign = match line.sign {
        '-' => "− ",
        '+' => "+ ",
        _ => "  ",
    };
    let indent = " ".repeat(number.len() + 2);
    para.first = vec![(number, Role::Dim.into()), (sign.to_owned(), role.into())];
    para.rest = vec![(indent, Paint::default())];
    para.fill = fill;
    para
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(change: &Change<'_>) -> Vec<String> {
        let lead = |para: &Para| para.first.iter().map(|(text, _)| text.as_str()).collect::<String>();
        change.paras().iter().map(|para| format!("{}{}", lead(para), para.text)).collect()
    }

    fn words(para: &Para) -> Vec<&str> {
        let mut from = 0;
        let pieces =
            para.spans.iter().map(|(end, paint)| (&para.text[std::mem::replace(&mut from, *end)..*end], paint.role));
        pieces.filter(|(_, role)| matches!(role, Role::AddedWord | Role::RemovedWord)).map(|(text, _)| text).collect()
    }

    #[test]
    fn a_recorded_change_has_the_numbers_of_its_lines() {
        let patch = json!([{"oldStart": 41, "newStart": 41, "lines": [
            " if (!res.ok) return;", "-state.set(res.status);", "+state.set(res.status, res.version);", "+done();",
        ]}]);
        let change = Change::recorded(&patch).expect("a change");
        assert_eq!(
            shown(&change),
            [
                "   41   if (!res.ok) return;",
                "   42 − state.set(res.status);",
                "   42 + state.set(res.status, res.version);",
                "   43 + done();",
            ]
        );
        assert_eq!(
            (words(&change.paras()[1]), words(&change.paras()[2]).concat()),
            (vec![], ", res.version".to_owned())
        );
        assert_eq!(change.count(), "+2 −1");
        assert_eq!(Change::recorded(&json!([])), None);
    }

    #[test]
    fn a_change_without_a_record_shows_what_is_around_it() {
        let change = Change::between([("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\n")]);
        assert_eq!(shown(&change), ["  b", "  c", "  d", "− e", "+ E", "  f"]);
    }

    #[test]
    fn lines_that_have_nothing_in_common_are_not_compared() {
        let change = Change::between([("let total = 0;", "return Err(Broken);")]);
        assert!(change.paras().iter().all(|para| words(para).is_empty()));
    }

    #[test]
    fn nothing_in_a_change_reaches_the_terminal() {
        let patch = json!([{"lines": ["+\u{1b}]52;c;eA==\u{7}x\u{202e}"]}]);
        let change = Change::recorded(&patch).expect("a change");
        assert_eq!(change.paras()[0].text, "x");
    }

    #[test]
    fn numbers_that_nobody_can_count_on_from_stay_where_they_are() {
        let patch = json!([{"oldStart": u64::MAX, "newStart": u64::MAX, "lines": [" a", "-b", "+c", " d"]}]);
        let change = Change::recorded(&patch).expect("a change");
        assert_eq!(shown(&change)[3], format!("{}   d", u64::MAX));
    }

    #[test]
    fn a_long_change_is_counted_whole_and_shown_in_part() {
        let text = "a line that is added\n".repeat(100_000);
        let change = Change::created(&text);
        assert_eq!(change.count(), "+100000");
        let paras = change.paras();
        assert!(paras.len() < 15_000, "{}", paras.len());
        assert_eq!(paras.last().expect("some").text, "… 1.7 MB more; O opens the whole in a pager");
    }

    #[test]
    fn texts_that_are_too_different_are_replaced_whole() {
        let text = |letter: char| (0..4_000).fold(String::new(), |text, line| format!("{text}{letter}{line}\n"));
        let (old, new) = (format!("same\n{}end\n", text('a')), format!("same\n{}end\n", text('b')));
        let change = Change::between([(old.as_str(), new.as_str())]);
        assert_eq!(change.count(), "+4000 −4000");
        assert_eq!(change.paras().len(), 8_002);
        let near = old.replace("a2000\n", "b\n");
        assert_eq!(Change::between([(old.as_str(), near.as_str())]).count(), "+1 −1");
    }
}
