//! Finding a text in a transcript.

use std::ops::Range;

use regex::RegexBuilder;

/// Where a text stands, as ranges of bytes in order. Capitals matter only if the text to find has one.
pub(crate) fn matches(text: &str, needle: &str) -> Vec<Range<usize>> {
    if needle.is_empty() {
        return Vec::new();
    }
    let pattern = RegexBuilder::new(&regex::escape(needle))
        .case_insensitive(!needle.chars().any(char::is_uppercase))
        .size_limit(usize::MAX)
        .build()
        .expect("an escaped text is a pattern");
    pattern.find_iter(text).map(|found| found.range()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_matter_only_when_typed() {
        for (text, needle, expect) in [
            ("Race race RACE", "race", &["Race", "race", "RACE"][..]),
            ("Race race", "Race", &["Race"]),
            ("a.b axb", "a.b", &["a.b"]),
            ("ÄRGER ärger", "ärger", &["ÄRGER", "ärger"]),
            ("text", "", &[]),
        ] {
            let found: Vec<&str> = matches(text, needle).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expect, "{needle} in {text}");
        }
    }
}
