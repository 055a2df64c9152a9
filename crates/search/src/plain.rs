//! Whether any text holds what a query asks for.

use crate::query::Query;
use crate::subject::Needle;
use crate::text::Folded;

/// Whether a text holds all words of a query and none that it refuses; case and accents do not count, line ends count as
/// spaces, and a regular expression matches within a line.
pub fn holds(query: &Query, text: &str) -> bool {
    let folded = Folded::new(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let has = |needle: Needle| match needle {
        Needle::Word { text: word, .. } => folded.place(&word).is_some(),
        Needle::Regex(regex) => text.lines().any(|line| regex.is_match(line)),
    };
    query.terms().map(Needle::new).all(has) && !query.refused().map(Needle::new).any(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_expressions_are_found_in_any_text() {
        let text = "Zwei Café-Rechnungen\nfehlen; see E1234";
        for (query, expect) in [
            ("", true),
            ("cafe fehlen", true),
            ("\"rechnungen fehlen\"", true),
            ("/e\\d{4}$/", true),
            ("-lost", true),
            ("-fehlen", false),
            ("cafe lost", false),
            ("/^see/", false),
            ("%", false),
        ] {
            assert_eq!(holds(&Query::parse(query), text), expect, "{query}");
        }
    }
}
