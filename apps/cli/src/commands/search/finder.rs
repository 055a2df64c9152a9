//! Searching titles and contents, and giving each hit its turn.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use search::{Caps, Found, Hit, Passage, Query, Seen, Standing, Target, Together, Wanted};
use sessions_tui::Library;
use store::SessionRow;
use transcript::Turns;

use crate::context::Context;
use crate::interrupt::Listening;
use crate::lookup;
use crate::report::Fault;

/// So many hits are held until it is known in which order they are shown. What goes beyond is read again then, session
/// by session.
const HELD: usize = 20_000;

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
    /// Lines that match, of which not all need be among the hits; none where the title alone does.
    pub(super) lines: u64,
    /// Whether the words stand together in them.
    pub(super) together: Together,
    pub(super) hits: Vec<Place>,
}

/// A line that matches, with its turn.
pub(super) struct Place {
    pub(super) passage: Passage,
    /// The turn of the session; of what a subagent says, the one in which it was started.
    pub(super) turn: u32,
    pub(super) agent: Option<String>,
}

impl Place {
    /// What `sessions show` takes, behind the id of the session: `#<turn>`, and `/<agent>` for what a subagent says.
    pub(super) fn reference(&self) -> String {
        self.agent.as_ref().map_or_else(|| format!("#{}", self.turn), |agent| format!("#{}/{agent}", self.turn))
    }
}

/// A search that runs.
struct Search<'a> {
    wanted: Option<Wanted>,
    library: &'a Library,
    listening: &'a Listening,
}

impl Finder<'_> {
    /// Hands over all sessions that match, the best first; returns how many there are.
    pub(super) fn find(
        &self,
        context: &mut Context,
        on: &mut impl FnMut(&Answer, &mut Context) -> color_eyre::Result<()>,
    ) -> color_eyre::Result<usize> {
        let library = lookup::library(context)?;
        let listening = Listening::begin()?;
        if library.candidates().wants_tags(self.query) {
            library.learn_tags(listening.flag());
        }
        let setting = super::setting(context);
        let mut standings = library.candidates().standings(self.query, &setting);
        standings.retain(|standing| self.without.as_deref() != Some(library.entries[standing.index].row.id().as_str()));
        let wanted = Wanted::new(self.query, self.caps);
        let wanted = wanted.map(|wanted| wanted.thinking(self.thinking).keeping(self.keep, self.context));
        let search = Search { wanted, library: &library, listening: &listening };
        let mut found = search.all(&standings)?;
        let ranked = standings.iter().filter_map(|standing| {
            let found = found.get(&standing.index);
            Some(Hit { index: standing.index, score: search::score(standing, found)? })
        });
        let mut hits: Vec<Hit> = ranked.collect();
        library.candidates().sort(&mut hits);
        hits.truncate(self.limit);
        for hit in &hits {
            let found = found.remove(&hit.index).map(|found| search.filled(found, self.keep)).transpose()?;
            on(&answer(&library, hit.index, found), context)?;
        }
        Ok(hits.len())
    }
}

impl Search<'_> {
    /// What is found in each session, by its index; without its hits where they are too many to be held.
    fn all(&self, standings: &[Standing]) -> color_eyre::Result<HashMap<usize, Found>> {
        let targets: Vec<Target> = standings.iter().map(|standing| self.target(standing)).collect();
        let held = AtomicUsize::new(0);
        let found = Mutex::new(HashMap::new());
        self.run(&targets, &|mut one| {
            let passages = one.passages.len();
            if held.fetch_add(passages, Ordering::Relaxed) + passages > HELD {
                held.fetch_sub(passages, Ordering::Relaxed);
                one.passages = Vec::new();
            }
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(one.standing.index, one);
        })?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was found in a session with its hits, which are read again if they were not held.
    fn filled(&self, found: Found, keep: usize) -> color_eyre::Result<Found> {
        if !found.passages.is_empty() || found.lines == 0 || keep == 0 {
            return Ok(found);
        }
        let again = Mutex::new(None);
        self.run(&[self.target(&found.standing)], &|one| {
            *again.lock().unwrap_or_else(PoisonError::into_inner) = Some(one);
        })?;
        Ok(again.into_inner().unwrap_or_else(PoisonError::into_inner).unwrap_or(found))
    }

    fn target(&self, standing: &Standing) -> Target {
        Target { standing: standing.clone(), files: self.library.files(standing.index).to_vec() }
    }

    fn run(&self, targets: &[Target], on: &(impl Fn(Found) + Sync)) -> color_eyre::Result<()> {
        let Some(wanted) = &self.wanted else { return Ok(()) };
        let threads = thread::available_parallelism().map_or(2, usize::from);
        match search::search(wanted, targets, threads, &Seen::nothing(0), self.listening.flag(), on) {
            search::Searched::Stopped => Err(Fault::new("stopped", "Stopped.").next("Nothing was changed.").into()),
            search::Searched::Whole => Ok(()),
        }
    }
}

fn answer(library: &Library, index: usize, found: Option<Found>) -> Answer {
    let row = library.entries[index].row.clone();
    let (lines, together, best, mut passages) =
        found.map_or((0, Together::Line, None, Vec::new()), |one| (one.lines, one.together, one.best, one.passages));
    // the line that tells most is shown, however few are
    let is_left_out = |best: &Passage| lines > passages.len() as u64 && !passages.contains(best);
    if let Some(best) = best.filter(|best| together == Together::Line && is_left_out(best))
        && let Some(last) = passages.last_mut()
    {
        *last = best;
    }
    let files = library.files(index);
    let own = files.iter().find(|file| file.agent.is_none()).filter(|_| !passages.is_empty());
    let turns = own.and_then(|file| file.read().ok()).map(|bytes| Turns::read(&bytes)).unwrap_or_default();
    let hits = passages.into_iter().map(|passage| {
        let of_file = files.get(passage.file).and_then(|file| file.agent.as_deref());
        let agent = of_file.or_else(|| turns.agent_at(passage.offset)).map(str::to_owned);
        let turn = agent.as_ref().map_or_else(|| turns.at(passage.offset), |agent| turns.of_agent(agent, passage.at));
        Place { passage, turn, agent }
    });
    Answer { lines, together, hits: hits.collect(), row }
}
