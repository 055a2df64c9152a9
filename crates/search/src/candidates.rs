//! Ranking sessions by words.

use std::cmp::Reverse;

use crate::Subject;
use crate::subject::{Ready, Word};

/// A candidate that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Index of the candidate.
    pub index: usize,
    /// The better, the greater.
    pub score: u32,
}

/// Sessions made ready for matching: build them once, rank them at every key.
#[derive(Debug, Clone, Default)]
pub struct Candidates(Vec<Ready>);

impl Candidates {
    /// Sessions that match every word of `query`, the best first, of equal ones the latest. An empty query keeps all
    /// in their order.
    ///
    /// Case and accents count nowhere. Where a word occurs as it is, it ranks above one with gaps, and at the start of
    /// a word above its middle. A word that is the whole id of one of them finds that one alone.
    pub fn rank(&self, query: &str) -> Vec<Hit> {
        let words: Vec<Word> = query.split_whitespace().map(Word::new).collect();
        if words.is_empty() {
            return (0..self.0.len()).map(|index| Hit { index, score: 0 }).collect();
        }
        let is_id: Vec<bool> = words.iter().map(|word| self.0.iter().any(|ready| ready.id == word.as_str())).collect();
        let score = |ready: &Ready| -> Option<u32> {
            let words = words.iter().zip(&is_id);
            let scores =
                words.map(|(word, &is_id)| if is_id && ready.id != word.as_str() { None } else { ready.score(word) });
            scores.sum()
        };
        let ranked = self.0.iter().enumerate();
        let mut hits: Vec<Hit> =
            ranked.filter_map(|(index, ready)| Some(Hit { index, score: score(ready)? })).collect();
        hits.sort_by(|one, two| {
            let key = |hit: &Hit| Reverse((hit.score, self.0[hit.index].latest));
            key(one).cmp(&key(two)).then_with(|| self.0[one.index].id.cmp(&self.0[two.index].id))
        });
        hits
    }
}

impl FromIterator<Subject> for Candidates {
    fn from_iter<I: IntoIterator<Item = Subject>>(subjects: I) -> Self {
        Self(subjects.into_iter().map(|subject| Ready::new(&subject)).collect())
    }
}

#[cfg(test)]
mod tests;
