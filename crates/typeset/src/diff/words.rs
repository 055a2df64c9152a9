//! The words of two lines that differ.

use similar::ChangeTag;

use super::effort::Effort;

/// Least share of two lines that is the same, for their words to be told apart.
const ALIKE: f32 = 0.4;

/// Lengths of the stretches of two lines: changed ones, and after each 0 one that is the same. None where the lines have
/// little in common or are too long to be compared.
pub(super) fn changed(before: &str, after: &str, effort: &mut Effort) -> (Vec<usize>, Vec<usize>) {
    let (before, after) = (words_of(before), words_of(after));
    let operations = effort.compare(&before, &after);
    let (mut old, mut new) = (Vec::new(), Vec::new());
    if similar::diff_ratio(&operations, before.len(), after.len()) < ALIKE {
        return (old, new);
    }
    for change in operations.iter().flat_map(|operation| operation.iter_changes(&before[..], &after[..])) {
        let length = change.value().len();
        match change.tag() {
            ChangeTag::Delete => old.push(length),
            ChangeTag::Insert => new.push(length),
            ChangeTag::Equal => {
                old.extend([0, length]);
                new.extend([0, length]);
            }
        }
    }
    (old, new)
}

/// Names, numbers and stretches of space as one word each, every other character as one of its own.
fn words_of(line: &str) -> Vec<&str> {
    let kind = |letter: char| match letter {
        letter if letter.is_alphanumeric() || letter == '_' => 0,
        ' ' => 1,
        _ => 2,
    };
    let (mut words, mut start, mut last) = (Vec::new(), 0, None);
    for (at, letter) in line.char_indices() {
        let own = kind(letter);
        if last.is_some_and(|last| last != own || own == 2) {
            words.push(&line[start..at]);
            start = at;
        }
        last = Some(own);
    }
    words.extend((start < line.len()).then(|| &line[start..]));
    words
}
