//! The list's state: which sessions it shows in which order, and where the cursor is.

use std::sync::Arc;

use transcript::SessionId;

use crate::library::{Entry, Library};
use crate::message::Ticket;

/// Which sessions are shown, in which order, and which one is under the cursor.
#[derive(Debug, Default)]
pub(crate) struct List {
    library: Arc<Library>,
    /// Positions in the library.
    order: Vec<usize>,
    cursor: usize,
    /// The first row on the screen.
    pub(crate) top: usize,
    /// Whether the person chose what is under the cursor, rather than found it there.
    chosen: bool,
    /// Of the latest request for a ranking; an answer to an older one is dropped.
    pub(crate) ticket: Ticket,
}

impl List {
    pub(crate) fn library(&self) -> &Library {
        &self.library
    }

    pub(crate) fn shared_library(&self) -> Arc<Library> {
        Arc::clone(&self.library)
    }

    /// Number of sessions shown.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(crate) fn selected(&self) -> Option<&Entry> {
        self.entry(self.cursor)
    }

    /// The session in a row.
    pub(crate) fn entry(&self, row: usize) -> Option<&Entry> {
        self.library.entries.get(*self.order.get(row)?)
    }

    /// Sessions in rows that are on a screen of some height.
    pub(crate) fn visible(&self, height: usize) -> impl Iterator<Item = (usize, &Entry)> {
        (self.top..self.order.len().min(self.top + height)).filter_map(|row| Some((row, self.entry(row)?)))
    }

    /// Takes in newly loaded sessions; whatever was shown stays, in its order, until a new order comes.
    pub(crate) fn replace_library(&mut self, library: Arc<Library>, filtered: bool) {
        let selected = self.selected().map(|entry| entry.row.id().clone());
        if filtered {
            let positions = library.positions();
            let kept =
                self.order.iter().filter_map(|at| positions.get(self.library.entries.get(*at)?.row.id()).copied());
            self.order = kept.collect();
        } else {
            self.order = (0..library.entries.len()).collect();
        }
        self.library = library;
        self.return_to(selected.as_ref());
    }

    /// Shows all sessions in their natural order.
    pub(crate) fn show_all(&mut self) {
        self.show((0..self.library.entries.len()).collect());
    }

    /// Shows some sessions in some order. The cursor stays on the session that the person chose, if it is still shown;
    /// else it goes to the first.
    pub(crate) fn show(&mut self, order: Vec<usize>) {
        let chosen = self.selected().filter(|_| self.chosen).map(|entry| entry.row.id().clone());
        self.order = order;
        self.return_to(chosen.as_ref());
    }

    fn return_to(&mut self, id: Option<&SessionId>) {
        let found = id.and_then(|id| {
            self.order.iter().position(|at| self.library.entries.get(*at).is_some_and(|entry| entry.row.id() == id))
        });
        let before = self.cursor.saturating_sub(self.top);
        self.cursor = found.unwrap_or(0);
        self.chosen &= found.is_some();
        self.top = self.cursor.saturating_sub(before);
    }

    pub(crate) fn go_to(&mut self, row: usize) {
        self.cursor = row.min(self.order.len().saturating_sub(1));
        self.chosen = true;
    }

    pub(crate) fn step(&mut self, by: isize) {
        self.go_to(self.cursor.saturating_add_signed(by));
    }

    /// Moves the view by rows; the cursor comes along when it would leave it.
    pub(crate) fn scroll(&mut self, by: isize, height: usize) {
        self.top = self.top.saturating_add_signed(by).min(self.order.len().saturating_sub(height));
        let last = (self.top + height).saturating_sub(1);
        let cursor = self.cursor.clamp(self.top, last.max(self.top));
        if cursor != self.cursor {
            self.go_to(cursor);
        }
    }

    /// Brings the cursor back into a view of some height.
    pub(crate) fn keep_in_view(&mut self, height: usize) {
        let lowest = (self.cursor + 1).saturating_sub(height);
        self.top = self.top.clamp(lowest, self.cursor.max(lowest));
        self.top = self.top.min(self.order.len().saturating_sub(height)).max(lowest);
    }
}
