//! Ranking a few names by the letters of a query, as a palette shows them.

use std::cmp::Reverse;

use nucleo::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo::{Config, Matcher, Utf32Str};

/// A name that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameHit {
    /// Index of the name.
    pub index: usize,
    /// Positions of its characters that match, rising; none where only its other name did.
    pub positions: Vec<u32>,
}

/// Names in which every word of `query` occurs, gaps forgiven, the best first, of equal ones the earlier. Each has another
/// name behind it that is found as well. An empty query keeps all in their order.
pub fn rank_names<'a>(query: &str, names: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<NameHit> {
    let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut hits: Vec<(u32, NameHit)> = Vec::new();
    for (index, (name, other)) in names.into_iter().enumerate() {
        let mut positions = Vec::new();
        let as_shown = pattern.indices(Utf32Str::new(name, &mut buffer), &mut matcher, &mut positions);
        let score = as_shown.max(pattern.score(Utf32Str::new(other, &mut buffer), &mut matcher));
        positions.sort_unstable();
        positions.dedup();
        hits.extend(score.map(|score| (score, NameHit { index, positions })));
    }
    hits.sort_by_key(|(score, hit)| (Reverse(*score), hit.index));
    hits.into_iter().map(|(_, hit)| hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [(&str, &str); 4] = [
        ("Read its transcript", "sessions.open"),
        ("Resume the session in its directory", "sessions.resume"),
        ("Look for new sessions now", "sessions.rescan"),
        ("Leave at once", "quit"),
    ];

    fn found(query: &str) -> Vec<usize> {
        rank_names(query, NAMES).iter().map(|hit| hit.index).collect()
    }

    #[test]
    fn gaps_are_forgiven_and_every_word_must_occur() {
        assert_eq!(found("res"), [1, 2, 0]);
        assert_eq!(found("tran read"), [0]);
        assert_eq!(found("dir RESUME"), [1]);
        assert_eq!(found("zzz"), Vec::<usize>::new());
        assert_eq!(found(""), [0, 1, 2, 3]);
    }

    #[test]
    fn the_other_name_is_found_too_but_marks_nothing() {
        assert_eq!(rank_names("quit", NAMES), [NameHit { index: 3, positions: Vec::new() }]);
        assert_eq!(rank_names("leave", NAMES)[0].positions, [0, 1, 2, 3, 4]);
    }
}
