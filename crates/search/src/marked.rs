//! Every text of a query in one pattern, for those who mark them in what is read.

use regex::{Regex, RegexBuilder};

use crate::query::{Query, Term, TermKind};
use crate::subject::is_lower;
use crate::within_line::within_line;

/// A pattern that matches each text of a query wherever it stands, with the case and the spaces that a search in contents
/// allows; none where the query has no text, or one that cannot be looked for.
pub fn pattern(query: &Query) -> Option<Regex> {
    let patterns: Vec<String> = query.terms().map(of_term).collect::<Option<_>>()?;
    (!patterns.is_empty()).then(|| ready(&patterns.join("|"))).flatten()
}

/// A pattern for each text of a query.
pub fn patterns(query: &Query) -> Vec<Regex> {
    query.terms().filter_map(|term| ready(&of_term(term)?)).collect()
}

fn ready(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).multi_line(true).build().ok()
}

fn of_term(term: &Term) -> Option<String> {
    let has_capitals = term.text.chars().any(char::is_uppercase);
    let (pattern, exact) = match term.kind {
        TermKind::Word => (regex::escape(&term.text), has_capitals),
        TermKind::Phrase => {
            (term.text.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(r"\s+"), has_capitals)
        }
        TermKind::Regex => {
            let exact = !is_lower(&term.text);
            (within_line(&term.text, exact).ok()?, exact)
        }
    };
    Some(if exact { format!("(?:{pattern})") } else { format!("(?i:{pattern})") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, text: &str, expect: &[&str]) {
        let pattern = pattern(&Query::parse(query));
        let found: Vec<&str> =
            pattern.iter().flat_map(|pattern| pattern.find_iter(text)).map(|range| range.as_str()).collect();
        assert_eq!(found, expect, "{query}");
    }

    #[test]
    fn every_text_is_matched_with_a_case_of_its_own() {
        check("race Lock", "Race lock Lock raced", &["Race", "Lock", "race"]);
        check("\"lock wait\" -race", "a lock\n wait, a race", &["lock\n wait"]);
        check(r"/^E\d+/ is:live", "E12\ne13 E14\nE15", &["E12", "E15"]);
        check("project:shop", "shop", &[]);
    }
}
