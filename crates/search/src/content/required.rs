//! The letters that every match of a regular expression must hold.

use regex_syntax::hir::{Hir, HirKind};

/// Texts of which one occurs in every match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Required {
    pub(super) any_of: Vec<String>,
    /// Whether the case of the expression is that of the texts; else case must not count.
    pub(super) exact: bool,
}

/// Most texts of which one must occur.
const MOST: usize = 16;

/// What a regular expression requires; none where nothing of two letters or more is certain.
pub(super) fn required(pattern: &str) -> Option<Required> {
    let hir = regex_syntax::ParserBuilder::new().multi_line(true).build().parse(pattern).ok()?;
    let exact = !pattern.contains("(?");
    let any_of = of(&hir)?;
    let worth = any_of.iter().all(|text| text.chars().count() >= 2);
    worth.then_some(Required { any_of, exact })
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![std::str::from_utf8(&literal.0).ok()?.to_owned()]),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Class(_) => letter(hir).map(|letter| vec![letter.to_string()]),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(of(part)?);
            }
            (all.len() <= MOST).then_some(all)
        }
        _ => None,
    }
}

/// The best of the parts: the one whose shortest text is longest. Letters that stand beside one another are one text.
fn concat(parts: &[Hir]) -> Option<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let mut run = String::new();
    for part in parts {
        match (part.kind(), letter(part)) {
            (HirKind::Literal(literal), _) if std::str::from_utf8(&literal.0).is_ok() => {
                run.push_str(&String::from_utf8_lossy(&literal.0));
            }
            (_, Some(letter)) => run.push(letter),
            (HirKind::Look(_), _) => {}
            _ => {
                found.extend((!run.is_empty()).then(|| vec![std::mem::take(&mut run)]));
                found.extend(of(part));
            }
        }
    }
    found.extend((!run.is_empty()).then(|| vec![run]));
    found.into_iter().max_by_key(|texts| texts.iter().map(String::len).min())
}

/// The letter that a class stands for, if it holds nothing but cases of one.
fn letter(hir: &Hir) -> Option<char> {
    let HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = hir.kind() else { return None };
    let first = class.iter().next()?.start();
    let lower = first.to_lowercase().next()?;
    let all = class.iter().flat_map(|range| range.start()..=range.end());
    all.take(5).all(|letter| letter.to_lowercase().next() == Some(lower)).then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, expect: &[&str]) {
        let found = required(pattern).map(|required| required.any_of).unwrap_or_default();
        assert_eq!(found, expect, "{pattern}");
    }

    #[test]
    fn the_longest_certain_text_is_required() {
        check("refund(ed|s)?", &["refund"]);
        check(r"E\d{4}: lock wait", &[": lock wait"]);
        check("fox|badger", &["fox", "badger"]);
        check(r"(?i)retry", &["retry"]);
        check(r"\bretry\b", &["retry"]);
        check(r"a.*(bcd)+x?", &["bcd"]);
        check("(abc)?", &[]);
        check(r"\w+", &[]);
        check("a|bc", &[]);
        check("[rs]etry", &["etry"]);
    }
}
