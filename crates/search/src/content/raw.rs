//! How a text can stand in a line of a transcript: every spelling that JSON has for it.

use std::fmt::Write as _;

use super::required::required;
use crate::query::{Term, TermKind};

/// Any escape for white space, and white space itself.
const SPACE: &str = r"(?:\s|\\[nrtf]|\\u[0-9a-fA-F]{4})+";

/// What occurs in every line that holds any text.
pub(super) const ANY_LINE: &str = r#"""#;
/// What occurs in every text.
pub(super) const ANY_TEXT: &str = "";

/// A pattern that occurs in the text as it is written; none where nothing is certain of it.
pub(super) fn pattern(term: &Term, exact: bool) -> Option<String> {
    Some(match term.kind {
        TermKind::Word => literal(&term.text, exact),
        TermKind::Phrase => {
            let words = term.text.split_whitespace().map(|word| literal(word, exact));
            words.collect::<Vec<_>>().join(SPACE)
        }
        TermKind::Regex => {
            let required = required(&term.text)?;
            let exact = exact && required.exact;
            required.any_of.iter().map(|text| literal(text, exact)).collect::<Vec<_>>().join("|")
        }
    })
}

/// How long a text is at least, in bytes.
pub(super) fn least_length(term: &Term) -> usize {
    match term.kind {
        TermKind::Word | TermKind::Phrase => term.text.len(),
        TermKind::Regex => {
            let lengths = required(&term.text).and_then(|found| found.any_of.iter().map(String::len).min());
            lengths.unwrap_or(0)
        }
    }
}

fn literal(text: &str, exact: bool) -> String {
    let mut pattern = String::from(if exact { "(?:" } else { "(?i:" });
    for letter in text.chars() {
        spell(letter, exact, &mut pattern);
    }
    pattern.push(')');
    pattern
}

/// Adds every spelling of a character. Letters and digits of ASCII are never escaped by anybody.
fn spell(letter: char, exact: bool, pattern: &mut String) {
    let short = match letter {
        '\n' => Some('n'),
        '\t' => Some('t'),
        '\r' => Some('r'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        '"' | '\\' | '/' => Some(letter),
        _ => None,
    };
    // some encoders escape what could end a script or an attribute
    let is_plain = letter.is_ascii() && !letter.is_ascii_control() && !"<>&'=+\"\\/".contains(letter);
    if is_plain {
        pattern.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
        return;
    }
    pattern.push_str("(?:");
    if !letter.is_ascii_control() && !matches!(letter, '"' | '\\') {
        pattern.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
        pattern.push('|');
    }
    if let Some(short) = short {
        let short = if short == '\\' { "\\\\".to_owned() } else { short.to_string() };
        let _ = write!(pattern, r"\\{short}|");
    }
    let mut cases = vec![letter];
    if !exact {
        cases.extend(letter.to_lowercase().chain(letter.to_uppercase()));
    }
    cases.dedup();
    for (at, case) in cases.iter().enumerate() {
        pattern.push_str(if at > 0 { "|(?i:" } else { "(?i:" });
        for unit in case.encode_utf16(&mut [0; 2]) {
            let _ = write!(pattern, r"\\u{unit:04x}");
        }
        pattern.push(')');
    }
    pattern.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: TermKind, text: &str, finds: &[&str], misses: &[&str]) {
        let term = Term { kind, text: text.to_owned() };
        let exact = text.chars().any(char::is_uppercase);
        let regex =
            regex::Regex::new(&pattern(&term, exact).expect("something is certain")).expect("a pattern of ours");
        for line in finds {
            assert!(regex.is_match(line), "{text} in {line}: {regex}");
        }
        for line in misses {
            assert!(!regex.is_match(line), "{text} not in {line}: {regex}");
        }
    }

    #[test]
    fn every_spelling_of_a_text_is_found() {
        check(TermKind::Word, "retry", &["a retry", "RETRY"], &["re try"]);
        check(TermKind::Word, "Retry", &["Retry"], &["retry"]);
        check(TermKind::Word, "größe", &["GRÖSSE größe", r"gr\u00f6\u00dfe", r"gr\u00D6\u00DFE"], &["grosse"]);
        check(TermKind::Word, "a\\b", &[r"a\\b", r"a\u005Cb"], &[r"a\b"]);
        check(TermKind::Word, "say\"x\"", &[r#"say\"x\""#], &[r#"say"x""#]);
        check(TermKind::Word, "a/b", &["a/b", r"a\/b"], &["a.b"]);
        check(TermKind::Word, "<b>", &["<b>", r"\u003cb\u003e"], &[]);
        check(TermKind::Word, "👧", &["👧", r"\ud83d\udc67"], &[]);
        check(TermKind::Phrase, "lock  wait", &["lock wait", r"lock\n  wait", r"lock\twait"], &["lockwait"]);
        check(TermKind::Regex, r"refund(ed|s)?\b", &["a refund"], &["refun"]);
    }
}
