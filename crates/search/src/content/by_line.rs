//! Which texts of a query can be looked for line by line, as if there were nothing around a line.

use regex_syntax::hir::{Hir, Look};

use super::required::required;
use crate::query::{Term, TermKind};

/// Whether every match of a text lies in one line, in which a place stands out that has to be looked at.
pub(super) fn is_by_line(term: &Term) -> bool {
    match term.kind {
        TermKind::Word => !term.text.contains('\n'),
        TermKind::Phrase => term.text.split_whitespace().count() == 1,
        TermKind::Regex => {
            let hir = regex_syntax::ParserBuilder::new().multi_line(true).build().parse(&term.text);
            required(&term.text).is_some() && hir.is_ok_and(|hir| !asks_for_ends(&hir))
        }
    }
}

/// Whether the ends of the whole text are asked for, which are not those of a line.
fn asks_for_ends(hir: &Hir) -> bool {
    let looks = hir.properties().look_set();
    [Look::Start, Look::End, Look::StartCRLF, Look::EndCRLF].into_iter().any(|look| looks.contains(look))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: TermKind, text: &str, expect: bool) {
        assert_eq!(is_by_line(&Term { kind, text: text.to_owned() }), expect, "{text}");
    }

    #[test]
    fn what_can_go_over_a_line_end_is_not_looked_for_by_line() {
        check(TermKind::Word, "retry", true);
        check(TermKind::Phrase, "lock wait", false);
        check(TermKind::Phrase, "lock", true);
        check(TermKind::Regex, r"error\[E\d+\]", true);
        check(TermKind::Regex, r"^\w+ error.*$", true);
        check(TermKind::Regex, r"error\s+in", true);
        check(TermKind::Regex, "error[^x]", true);
        check(TermKind::Regex, r"\Aerror", false);
        check(TermKind::Regex, r"\d+", false);
    }
}
