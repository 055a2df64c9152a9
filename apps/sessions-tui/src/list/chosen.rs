//! Sessions that were chosen to do something with all of them.

use transcript::SessionId;

use super::{List, Shown};
use crate::arrangement::{Row, Sum};
use crate::library::Entry;

impl List {
    /// Chooses the session under the cursor, or takes it back; on a heading, all of its group.
    pub(crate) fn choose(&mut self) {
        let ids: Vec<SessionId> = match self.shown(self.cursor) {
            Some(Shown::Session(entry)) => vec![entry.row.id().clone()],
            Some(Shown::Group(group)) => self.ids(&group.sessions),
            None => return,
        };
        self.toggle(ids);
        self.step(1);
    }

    /// Chooses all sessions that are shown, or takes them all back.
    pub(crate) fn choose_all(&mut self) {
        let in_groups = self.arranged.groups.iter().flat_map(|group| group.sessions.iter().copied());
        let alone = self.arranged.rows.iter().filter_map(|row| match row {
            Row::Session(at) if self.arranged.groups.is_empty() => Some(*at),
            _ => None,
        });
        let shown: Vec<usize> = in_groups.chain(alone).collect();
        self.toggle(self.ids(&shown));
    }

    fn ids(&self, positions: &[usize]) -> Vec<SessionId> {
        positions.iter().filter_map(|at| Some(self.library.entries.get(*at)?.row.id().clone())).collect()
    }

    fn toggle(&mut self, ids: Vec<SessionId>) {
        if ids.iter().all(|id| self.chosen.contains(id)) {
            for id in &ids {
                self.chosen.remove(id);
            }
        } else {
            self.chosen.extend(ids);
        }
    }

    /// Takes every choice back; whether there was any.
    pub(crate) fn choose_none(&mut self) -> bool {
        !std::mem::take(&mut self.chosen).is_empty()
    }

    /// Chooses these alone.
    pub(crate) fn choose_only(&mut self, ids: &[SessionId]) {
        self.chosen = ids.iter().cloned().collect();
    }

    pub(crate) fn is_chosen(&self, entry: &Entry) -> bool {
        self.chosen.contains(entry.row.id())
    }

    /// The chosen sessions, in the order of the library.
    pub(crate) fn chosen(&self) -> impl Iterator<Item = &Entry> {
        let entries = if self.chosen.is_empty() { &[][..] } else { &self.library.entries };
        entries.iter().map(AsRef::as_ref).filter(|entry| self.is_chosen(entry))
    }

    /// What the chosen sessions come to; none where none is chosen.
    pub(crate) fn chosen_sum(&self) -> Option<Sum> {
        let sum: Sum = self.chosen().collect();
        (sum.sessions > 0).then_some(sum)
    }
}
