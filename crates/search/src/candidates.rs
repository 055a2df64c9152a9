//! Which sessions a query leaves, and how well they match by what is known of them.

use std::cmp::Reverse;
use std::sync::OnceLock;

use crate::query::{Clause, NameField, Query, Setting, What};
use crate::subject::{Needle, Ready, Subject};

/// A candidate that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Index of the candidate.
    pub index: usize,
    /// The better, the greater.
    pub score: u32,
}

/// How a session stands to a query by its title and the other things that it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Index of the candidate.
    pub index: usize,
    /// For each text of the query: how well it matches, none where it occurs nowhere.
    pub scores: Vec<Option<u32>>,
}

impl Standing {
    /// The sum of all scores; none if a text is missing.
    pub fn whole(&self) -> Option<u32> {
        self.scores.iter().copied().sum()
    }
}

/// Sessions made ready for matching: build them once, ask them at every key.
#[derive(Debug, Default)]
pub struct Candidates {
    ready: Vec<Ready>,
    /// Tags that stand in transcripts; read when a query asks for one.
    tags: OnceLock<Vec<Vec<String>>>,
}

impl Candidates {
    /// Sessions that match all of `query` by what is known of them, the best first, of equal ones the latest. An empty
    /// query keeps all that are not hidden in their order.
    ///
    /// Case and accents count nowhere. Where a word occurs as it is, it ranks above one with gaps, and at the start of
    /// a word above its middle. A word that is the whole id of one of them finds that one alone.
    pub fn rank(&self, query: &Query, setting: &Setting) -> Vec<Hit> {
        let standings = self.standings(query, setting);
        let mut hits: Vec<Hit> = standings
            .into_iter()
            .filter_map(|standing| Some(Hit { index: standing.index, score: standing.whole()? }))
            .collect();
        if query.terms().next().is_some() {
            self.sort(&mut hits);
        }
        hits
    }

    /// Puts the best first, of equal ones the latest.
    pub fn sort(&self, hits: &mut [Hit]) {
        hits.sort_by(|one, two| {
            let key = |hit: &Hit| Reverse((hit.score, self.ready[hit.index].latest));
            key(one).cmp(&key(two)).then_with(|| self.ready[one.index].id.cmp(&self.ready[two.index].id))
        });
    }

    /// All sessions that no filter and no refused text excludes, in their order, with how well each text matches.
    /// Hidden ones are left out, unless `is:hidden` or a whole id asks for them.
    pub fn standings(&self, query: &Query, setting: &Setting) -> Vec<Standing> {
        let needles: Vec<Needle> = query.terms().map(Needle::new).collect();
        let refused: Vec<Needle> = query.refused().map(Needle::new).collect();
        let is_id: Vec<bool> =
            needles.iter().map(|needle| self.ready.iter().any(|ready| needle.is_id(&ready.id))).collect();
        let score = |ready: &Ready, (needle, &is_id): (&Needle, &bool)| {
            if is_id && !needle.is_id(&ready.id) { None } else { ready.score(needle) }
        };
        // a whole id means that session, whatever others say of it
        let meant = |ready: &Ready| needles.iter().zip(&is_id).all(|(needle, is_id)| !is_id || needle.is_id(&ready.id));
        let hidden_too = query.asks_for_hidden() || is_id.contains(&true);
        let left = self.ready.iter().enumerate().filter(|(index, ready)| {
            meant(ready)
                && (hidden_too || !ready.is_hidden())
                && query.filters().all(|clause| self.fulfils(*index, clause, setting) != clause.negated)
                && refused.iter().all(|needle| ready.score_strictly(needle).is_none())
        });
        let standing = |(index, ready): (usize, &Ready)| Standing {
            index,
            scores: needles.iter().zip(&is_id).map(|pair| score(ready, pair)).collect(),
        };
        left.map(standing).collect()
    }
}

impl Candidates {
    /// Whether a query asks for a tag, and tags in transcripts are not known yet.
    pub fn wants_tags(&self, query: &Query) -> bool {
        let asks = |clause: &Clause| matches!(clause.what, What::Name(NameField::Tag, _));
        self.tags.get().is_none() && query.filters().any(asks)
    }

    /// Takes in the tags that stand in transcripts, for each session in their order.
    pub fn learn_tags(&self, tags: Vec<Vec<String>>) {
        // who comes first has read the same files
        let _ = self.tags.set(tags);
    }

    /// Tags that are known, each once.
    pub fn known_tags(&self) -> Vec<String> {
        let learned = self.tags.get().into_iter().flatten().flatten().cloned();
        let mut all: Vec<String> = self.ready.iter().flat_map(Ready::tags).map(str::to_owned).chain(learned).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn fulfils(&self, index: usize, clause: &Clause, setting: &Setting) -> bool {
        let learned = || self.tags.get().and_then(|tags| tags.get(index)).map_or(&[][..], Vec::as_slice);
        match &clause.what {
            What::Name(NameField::Tag, tag) if learned().iter().any(|own| own.to_lowercase() == tag.to_lowercase()) => {
                true
            }
            what => self.ready[index].fulfils(what, setting),
        }
    }
}

impl FromIterator<Subject> for Candidates {
    fn from_iter<I: IntoIterator<Item = Subject>>(subjects: I) -> Self {
        Self { ready: subjects.into_iter().map(|subject| Ready::new(&subject)).collect(), tags: OnceLock::new() }
    }
}

#[cfg(test)]
mod tests;
