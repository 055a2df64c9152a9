//! Fuzzy ranking.

/// A text of a candidate, with its weight in the ranking.
#[derive(Debug, Clone)]
pub struct Field {
    /// What is matched.
    pub text: String,
    /// How much a match here counts, 1 being normal.
    pub weight: u16,
}

/// A candidate that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Index of the candidate.
    pub index: usize,
    /// The better, the greater.
    pub score: u32,
}

/// Ranks candidates by words, all of which must match somewhere in a candidate.
#[derive(Debug, Default)]
pub struct Matcher {}

impl Matcher {
    /// Candidates that match every word of `query`, best first; ties keep the candidates' order. An empty query
    /// keeps all.
    pub fn rank(&mut self, query: &str, candidates: &[Vec<Field>]) -> Vec<Hit> {
        let _ = query;
        (0..candidates.len()).map(|index| Hit { index, score: 0 }).collect()
    }

    /// Character positions of `text` that the query matches, for highlighting.
    pub fn positions(&mut self, query: &str, text: &str) -> Vec<u32> {
        let _ = (query, text);
        Vec::new()
    }
}
