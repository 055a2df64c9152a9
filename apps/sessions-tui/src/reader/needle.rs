//! What is looked for in a transcript: words as they stand, or every text of a query.

use regex::bytes::RegexBuilder as BytesBuilder;
use regex::{Regex, RegexBuilder};
use search::{Query, TermKind};
use transcript::{Outline, Sketched, Stretches};

use crate::cells;

/// What is looked for in a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needle {
    /// As it is shown.
    pub text: String,
    /// Whether it is a query, of which each text counts; else it is looked for as it stands.
    pub is_query: bool,
}

impl Needle {
    /// Words as they stand.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_query: false }
    }

    /// The texts that a query asks for.
    pub fn query(query: &Query) -> Self {
        let texts =
            query.clauses.iter().filter(|clause| !clause.negated && matches!(clause.what, search::What::Text(_)));
        Self { text: texts.map(ToString::to_string).collect::<Vec<_>>().join(" "), is_query: true }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The pattern for it. Capitals matter only where some are typed.
    pub(crate) fn pattern(&self) -> Regex {
        let of_query = self.is_query.then(|| search::pattern(&Query::parse(&self.text))).flatten();
        of_query.unwrap_or_else(|| {
            let text = cells::clean_block(&self.text);
            RegexBuilder::new(&regex::escape(&text))
                .case_insensitive(!text.chars().any(char::is_uppercase))
                .size_limit(usize::MAX)
                .build()
                .expect("an escaped text is a pattern")
        })
    }

    /// The pattern of each text of a query; none for plain words.
    pub(super) fn texts(&self) -> Vec<Regex> {
        if self.is_query { search::patterns(&Query::parse(&self.text)) } else { Vec::new() }
    }

    /// The longest plain word of each text; none where one has no word that must occur.
    fn words(&self) -> Option<Vec<String>> {
        let longest = |text: &str| {
            let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
            words.max_by_key(|word| word.len()).filter(|word| word.len() >= 2).map(str::to_owned)
        };
        if !self.is_query {
            return Some(vec![longest(&self.text)?]);
        }
        let query = Query::parse(&self.text);
        query.terms().map(|term| longest(&term.text).filter(|_| term.kind != TermKind::Regex)).collect()
    }
}

/// Tells at the speed of reading which records cannot hold a needle: those without its longest plain words.
pub(super) struct Sieve(Option<regex::bytes::Regex>);

impl Sieve {
    pub(super) fn new(needle: &Needle) -> Self {
        let words = needle.words().filter(|words| !words.is_empty());
        // it may let too much through, never too little: case counts nowhere
        Self(
            words.and_then(|words| {
                BytesBuilder::new(&words.join("|")).unicode(false).case_insensitive(true).build().ok()
            }),
        )
    }

    pub(super) fn may_hold(&self, sketched: &Sketched, outline: &Outline, bytes: &Stretches<'_>) -> bool {
        let (Some(word), Sketched::Answer(answer)) = (&self.0, sketched) else { return true };
        let results = answer.calls().filter_map(|call| outline.result_of(call));
        answer.lines().chain(results).any(|offset| bytes.line(offset).is_some_and(|line| word.is_match(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, needle: &Needle, expect: &[&str]) {
        let found: Vec<&str> = needle.pattern().find_iter(text).map(|range| &text[range.range()]).collect();
        assert_eq!(found, expect, "{needle:?} in {text}");
    }

    #[test]
    fn capitals_matter_only_when_typed() {
        check("Race race RACE", &Needle::plain("race"), &["Race", "race", "RACE"]);
        check("Race race", &Needle::plain("Race"), &["Race"]);
        check("a.b axb", &Needle::plain("a.b"), &["a.b"]);
        check("ÄRGER ärger", &Needle::plain("ärger"), &["ÄRGER", "ärger"]);
    }

    #[test]
    fn each_text_of_a_query_is_looked_for() {
        let needle = Needle::query(&Query::parse("race -poll is:live \"lock wait\""));
        assert_eq!(needle.text, "race \"lock wait\"");
        check("a lock\nwait, a race, a poll", &needle, &["lock\nwait", "race"]);
        assert!(Needle::query(&Query::parse("is:live")).is_empty());
    }
}
