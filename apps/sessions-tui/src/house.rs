//! Housekeeping: what sessions take on the disk, which of them are listed, and in which order.

mod chip;
mod column;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use transcript::SessionId;

use crate::library::{Entry, Library};
use crate::message::Ticket;
pub(crate) use chip::Chip;
pub(crate) use column::Column;
pub(crate) use words::{deletion, exclusion, facts, relinking, size};

/// What sessions take on the disk.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// Bytes of the files of each session, by its id.
    pub on_disk: HashMap<String, u64>,
    /// Bytes of its pack in the archive.
    pub packed: HashMap<String, u64>,
    /// Sessions that were deleted in the last 24 hours and can be brought back, the latest first.
    pub deleted: Vec<SessionId>,
}

impl Weights {
    /// Bytes of the files of a session.
    pub(crate) fn on_disk(&self, entry: &Entry) -> u64 {
        self.on_disk.get(entry.row.id().as_str()).copied().unwrap_or_default()
    }

    /// Bytes of its pack in the archive.
    pub(crate) fn packed(&self, entry: &Entry) -> u64 {
        self.packed.get(entry.row.id().as_str()).copied().unwrap_or_default()
    }
}

/// The screen of housekeeping, open or not.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct House {
    pub(crate) open: bool,
    /// Of the latest request.
    pub(crate) ticket: Ticket,
    pub(crate) pending: bool,
    /// Whether something was done since.
    pub(crate) stale: bool,
    pub(crate) weights: Option<Arc<Weights>>,
    pub(crate) problem: Option<String>,
    pub(crate) chip: Chip,
    pub(crate) column: Column,
    pub(crate) reversed: bool,
    /// What rows are made from.
    library: Arc<Library>,
    rows: Vec<Row>,
    pub(crate) row: usize,
    pub(crate) top: usize,
    pub(crate) chosen: HashSet<SessionId>,
    /// The session that the cursor goes to once it is known what sessions take.
    pub(crate) wanted: Option<SessionId>,
    /// What was deleted last, to be brought back.
    pub(crate) deleted: Vec<SessionId>,
    pub(crate) clicked: Option<SessionId>,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Listed(usize),
    Excluded(usize),
}

/// What sessions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Load {
    pub(crate) sessions: usize,
    pub(crate) on_disk: u64,
    pub(crate) packed: u64,
}

impl House {
    /// Whether what sessions take has to be read.
    pub(crate) fn is_wanting(&self) -> bool {
        let lacks = self.weights.is_none() && self.problem.is_none();
        self.open && !self.pending && (self.stale || lacks)
    }

    /// Whether its rows are made from another library.
    pub(crate) fn is_behind(&self, library: &Arc<Library>) -> bool {
        !Arc::ptr_eq(&self.library, library)
    }

    /// Lists anew, from a library; the cursor stays on its session where that is listed.
    pub(crate) fn list(&mut self, library: Arc<Library>, now: DateTime<Utc>) {
        let chosen = self.chosen_row().map(|entry| entry.row.id().clone());
        self.library = library;
        let weights = self.weights.clone().unwrap_or_default();
        let holds = |entry: &Entry| self.chip.holds(entry, &weights, now);
        let excluded = self.chip == Chip::Excluded;
        let entries = if excluded { &self.library.excluded } else { &self.library.entries };
        let at = (0..entries.len()).filter(|at| excluded || holds(&entries[*at]));
        let mut rows: Vec<Row> = at.map(if excluded { Row::Excluded } else { Row::Listed }).collect();
        let key = |row: &Row| entry_at(&self.library, *row).map(|entry| self.column.key(entry, &weights, now));
        rows.sort_by_cached_key(key);
        if self.column.descends() != self.reversed {
            rows.reverse();
        }
        self.rows = rows;
        let at = chosen.and_then(|id| self.row_of(&id));
        self.row = at.unwrap_or(self.row).min(self.len().saturating_sub(1));
        let known: HashSet<&SessionId> = self.everything().map(|entry| entry.row.id()).collect();
        let chosen: HashSet<SessionId> = self.chosen.iter().filter(|id| known.contains(id)).cloned().collect();
        self.chosen = chosen;
    }

    /// Every session that could be listed.
    fn everything(&self) -> impl Iterator<Item = &Entry> {
        self.library.entries.iter().chain(&self.library.excluded).map(Arc::as_ref)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The session in a row.
    pub(crate) fn entry(&self, row: usize) -> Option<&Entry> {
        entry_at(&self.library, *self.rows.get(row)?)
    }

    fn row_of(&self, id: &SessionId) -> Option<usize> {
        (0..self.len()).find(|row| self.entry(*row).is_some_and(|entry| entry.row.id() == id))
    }

    /// Brings the cursor to the session that is wanted.
    pub(crate) fn go_to_wanted(&mut self) {
        if self.weights.is_some() {
            let at = self.wanted.take().and_then(|id| self.row_of(&id));
            self.row = at.unwrap_or(self.row);
        }
    }

    /// The session under the cursor.
    pub(crate) fn chosen_row(&self) -> Option<&Entry> {
        self.entry(self.row)
    }

    /// The sessions that something is done with: those that are selected, else the one under the cursor.
    pub(crate) fn meant(&self) -> Vec<&Entry> {
        if self.chosen.is_empty() {
            return self.chosen_row().into_iter().collect();
        }
        self.everything().filter(|entry| self.chosen.contains(entry.row.id())).collect()
    }

    /// Brings the cursor from a session that is about to go to the next one that stays, else to the one before.
    pub(crate) fn step_over(&mut self, going: &[SessionId]) {
        let stays = |row: &usize| self.entry(*row).is_some_and(|entry| !going.contains(entry.row.id()));
        let next = (self.row..self.len()).find(stays).or_else(|| (0..self.row).rev().find(stays));
        self.row = next.unwrap_or(self.row);
    }

    /// Selects the session under the cursor, or takes it back.
    pub(crate) fn choose(&mut self) {
        let Some(id) = self.chosen_row().map(|entry| entry.row.id().clone()) else { return };
        if !self.chosen.remove(&id) {
            self.chosen.insert(id);
        }
        self.row = (self.row + 1).min(self.rows.len().saturating_sub(1));
    }

    /// Selects all that are listed, or takes them all back.
    pub(crate) fn choose_all(&mut self) {
        let ids: Vec<SessionId> = (0..self.len()).filter_map(|row| Some(self.entry(row)?.row.id().clone())).collect();
        if ids.iter().all(|id| self.chosen.contains(id)) {
            self.chosen.retain(|id| !ids.contains(id));
        } else {
            self.chosen.extend(ids);
        }
    }

    /// What some sessions come to.
    pub(crate) fn load<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> Load {
        let Some(weights) = &self.weights else { return Load { sessions: entries.count(), ..Load::default() } };
        entries.fold(Load::default(), |load, entry| Load {
            sessions: load.sessions + 1,
            on_disk: load.on_disk + weights.on_disk(entry),
            packed: load.packed + weights.packed(entry),
        })
    }

    /// What the sessions that are listed come to, and those of all that Claude Code deletes in the next days.
    pub(crate) fn totals(&self, now: DateTime<Utc>) -> (Load, Load) {
        let expiring = self.library.entries.iter().map(Arc::as_ref).filter(|entry| Chip::expires(entry, now));
        (self.load((0..self.len()).filter_map(|row| self.entry(row))), self.load(expiring))
    }

    /// What the selected sessions come to; none where none is selected.
    pub(crate) fn chosen_load(&self) -> Option<Load> {
        (!self.chosen.is_empty()).then(|| self.load(self.meant().into_iter()))
    }

    /// Brings the row under the cursor into a view of some height.
    pub(crate) fn keep_in_view(&mut self, height: usize) {
        self.row = self.row.min(self.rows.len().saturating_sub(1));
        self.top = self.top.clamp((self.row + 1).saturating_sub(height.max(1)), self.row);
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }
}

fn entry_at(library: &Library, row: Row) -> Option<&Entry> {
    match row {
        Row::Listed(at) => library.entries.get(at).map(Arc::as_ref),
        Row::Excluded(at) => library.excluded.get(at).map(Arc::as_ref),
    }
}
