//! A regular expression as it holds within one line: nothing in it matches a line end.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

/// Why an expression cannot be used so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crossing {
    /// It is no expression.
    Wrong,
    /// It asks for a line end.
    LineEnd,
}

/// The expression that finds the same within lines, its flags written out. `\s`, `\W`, `[^…]` and `(?s).` do not match
/// line ends.
pub(crate) fn within_line(pattern: &str, exact: bool) -> Result<String, Crossing> {
    let mut parser = ParserBuilder::new().multi_line(true).case_insensitive(!exact).build();
    let hir = parser.parse(pattern).map_err(|_| Crossing::Wrong)?;
    Ok(confined(&hir)?.to_string())
}

fn confined(hir: &Hir) -> Result<Hir, Crossing> {
    let all = |parts: &[Hir]| parts.iter().map(confined).collect::<Result<Vec<Hir>, Crossing>>();
    Ok(match hir.kind() {
        HirKind::Literal(literal) if literal.0.contains(&b'\n') => return Err(Crossing::LineEnd),
        HirKind::Class(class) => Hir::class(without_line_end(class)?),
        HirKind::Repetition(repetition) => Hir::repetition(repetition.with(confined(&repetition.sub)?)),
        HirKind::Capture(capture) => {
            let mut capture = capture.clone();
            *capture.sub = confined(&capture.sub)?;
            Hir::capture(capture)
        }
        HirKind::Concat(parts) => Hir::concat(all(parts)?),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)?),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => hir.clone(),
    })
}

/// A class without the line end; one that holds nothing else asks for it.
fn without_line_end(class: &Class) -> Result<Class, Crossing> {
    let mut class = class.clone();
    let had_some = !class.is_empty();
    match &mut class {
        Class::Unicode(own) => own.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')])),
        Class::Bytes(own) => own.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')])),
    }
    if had_some && class.is_empty() { Err(Crossing::LineEnd) } else { Ok(class) }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn check(pattern: &str, finds: &[&str], misses: &[&str]) {
        let confined = within_line(pattern, false).expect("it can be confined");
        let regex = Regex::new(&confined).expect("it is an expression");
        for text in finds {
            assert!(regex.is_match(text), "{pattern} in {text:?}: {confined}");
        }
        for text in misses {
            assert!(!regex.is_match(text), "{pattern} not in {text:?}: {confined}");
        }
    }

    #[test]
    fn no_match_goes_over_a_line_end() {
        check(r"lock\s+wait", &["lock  wait", "LOCK\twait"], &["lock\nwait", "lock \n wait"]);
        check(r"a\Wb", &["a-b"], &["a\nb"]);
        check("a[^x]b", &["aéb"], &["a\nb", "axb"]);
        check("(?s)a.b", &["a b"], &["a\nb"]);
        check("a(?:b|[^x])+c", &["abc", "a  c"], &["ab\nc"]);
        check("^b$", &["a\nb\nc"], &["a\nbc"]);
        check("a?", &[""], &[]);
    }

    #[test]
    fn an_expression_that_asks_for_a_line_end_is_told_from_others() {
        for (pattern, expect) in [
            ("a\\nb", Crossing::LineEnd),
            ("a[\\n]b", Crossing::LineEnd),
            ("a|b\n", Crossing::LineEnd),
            ("(", Crossing::Wrong),
        ] {
            assert_eq!(within_line(pattern, true), Err(expect), "{pattern}");
        }
    }

    #[test]
    fn case_counts_if_it_should() {
        let exact = within_line("Ab", true).expect("it can be confined");
        let regex = Regex::new(&exact).expect("it is an expression");
        assert!(regex.is_match("Ab") && !regex.is_match("ab"), "{exact}");
    }
}
