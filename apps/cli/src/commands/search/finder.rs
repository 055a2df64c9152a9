//! Searching titles and contents, and giving each hit its turn.

use std::collections::HashMap;
use std::fs;
use std::sync::{Mutex, PoisonError};
use std::thread;

use search::{Caps, Found, Hit, Passage, Query, Seen, Standing, Target, Wanted};
use sessions_tui::Library;
use store::SessionRow;
use transcript::Conversation;

use crate::context::Context;
use crate::interrupt::Listening;
use crate::lookup;
use crate::report::Fault;

/// What is searched for, and how.
pub(super) struct Finder<'a> {
    pub(super) query: &'a Query,
    pub(super) caps: Caps,
    pub(super) thinking: bool,
    /// Most sessions.
    pub(super) limit: usize,
    /// Most hits of a session.
    pub(super) keep: usize,
    /// Lines around each.
    pub(super) context: usize,
    /// A session that does not count.
    pub(super) without: Option<String>,
}

/// A session that matches.
pub(super) struct Answer {
    pub(super) row: SessionRow,
    /// Lines that match, of which not all need be among the hits.
    pub(super) lines: u64,
    pub(super) hits: Vec<Place>,
}

/// A line that matches, with its turn.
pub(super) struct Place {
    pub(super) passage: Passage,
    pub(super) turn: u32,
    pub(super) agent: Option<String>,
}

impl Finder<'_> {
    /// All sessions that match, the best first.
    pub(super) fn find(&self, context: &Context) -> color_eyre::Result<Vec<Answer>> {
        let library = lookup::library(context)?;
        let listening = Listening::begin()?;
        if library.candidates().wants_tags(self.query) {
            library.learn_tags(listening.flag());
        }
        let setting = super::setting(context);
        let mut standings = library.candidates().standings(self.query, &setting);
        standings.retain(|standing| self.without.as_deref() != Some(library.entries[standing.index].row.id().as_str()));
        let found = self.contents(&library, &standings, &listening)?;
        let ranked = standings.iter().filter_map(|standing| {
            let found = found.get(&standing.index);
            Some(Hit { index: standing.index, score: search::score(standing, found)? })
        });
        let mut hits: Vec<Hit> = ranked.collect();
        library.candidates().sort(&mut hits);
        hits.truncate(self.limit);
        Ok(hits.iter().map(|hit| answer(&library, hit.index, found.get(&hit.index))).collect())
    }

    fn contents(
        &self,
        library: &Library,
        standings: &[Standing],
        listening: &Listening,
    ) -> color_eyre::Result<HashMap<usize, Found>> {
        let Some(wanted) = Wanted::new(self.query, self.caps) else { return Ok(HashMap::new()) };
        let wanted = wanted.thinking(self.thinking).keeping(self.keep, self.context);
        let target =
            |standing: &Standing| Target { standing: standing.clone(), files: library.files(standing.index).to_vec() };
        let targets: Vec<Target> = standings.iter().map(target).collect();
        let found = Mutex::new(HashMap::new());
        let threads = thread::available_parallelism().map_or(2, usize::from);
        let ended = search::search(&wanted, &targets, threads, &Seen::nothing(0), listening.flag(), &|one| {
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(one.standing.index, one);
        });
        if ended == search::Searched::Stopped {
            return Err(Fault::new("stopped", "Stopped.").next("Nothing was changed.").into());
        }
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

fn answer(library: &Library, index: usize, found: Option<&Found>) -> Answer {
    let row = library.entries[index].row.clone();
    let (lines, mut passages) = found.map_or((0, Vec::new()), |found| (found.lines, found.passages.clone()));
    let passages_kept = passages.len() as u64;
    // the line that tells most is shown, however few are
    if let (Some(best), Some(last)) = (found.and_then(|found| found.best.clone()), passages.last_mut())
        && lines > passages_kept
        && !found.is_some_and(|found| found.passages.contains(&best))
    {
        *last = best;
    }
    let files = library.files(index);
    let own = files.iter().find(|file| file.agent.is_none()).filter(|_| !passages.is_empty());
    let conversation = own.and_then(|file| fs::read(&file.path).ok()).map(|bytes| Conversation::read(&bytes).value);
    let mut turns: HashMap<String, u32> = HashMap::new();
    let hits = passages.into_iter().map(|passage| {
        let agent = files.get(passage.file).and_then(|file| file.agent.clone());
        let turn = conversation.as_ref().map_or(0, |conversation| match &agent {
            None => conversation.turn_at(passage.offset),
            Some(agent) => *turns.entry(agent.clone()).or_insert_with(|| conversation.turn_of_agent(agent, passage.at)),
        });
        Place { passage, turn, agent }
    });
    Answer { lines, hits: hits.collect(), row }
}
