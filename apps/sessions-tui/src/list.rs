//! The list's state: which sessions it shows in which rows, where the cursor is, and which ones are chosen.

mod below;
mod chosen;

use std::collections::HashSet;
use std::sync::Arc;

use transcript::SessionId;

use crate::arrangement::{Arranged, Arrangement, Group, Row, arrange};
use crate::extent::Here;
use crate::library::{Entry, Library};
use crate::message::Ticket;
use crate::summary::Behind;
pub(crate) use below::Below;

/// Which sessions are shown, in which rows, and which one is under the cursor.
#[derive(Debug, Default)]
pub(crate) struct List {
    library: Arc<Library>,
    /// Positions in the library of those that match what is searched, the best first; none: nothing is searched.
    matched: Option<Vec<usize>>,
    /// Only these, whatever else is searched.
    within: Option<Behind>,
    arrangement: Arrangement,
    here: Here,
    arranged: Arranged,
    cursor: usize,
    /// The first row on the screen.
    pub(crate) top: usize,
    /// Whether the person went to what is under the cursor, rather than found it there.
    moved: bool,
    /// Sessions that were chosen to do something with all of them.
    chosen: HashSet<SessionId>,
    /// Of the latest request for a ranking; an answer to an older one is dropped.
    pub(crate) ticket: Ticket,
    /// Positions in the library of sessions that have a line below their row.
    told: HashSet<usize>,
    /// Rows that have a line below them.
    pub(crate) below: Below,
}

/// What stands in a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown<'a> {
    Session(&'a Entry),
    Group(&'a Group),
}

/// What the cursor comes back to when the rows change.
enum Anchor {
    Session(SessionId),
    Group(String),
}

impl List {
    pub(crate) fn new(here: Here) -> Self {
        Self { here, ..Self::default() }
    }

    pub(crate) fn library(&self) -> &Library {
        &self.library
    }

    pub(crate) fn shared_library(&self) -> Arc<Library> {
        Arc::clone(&self.library)
    }

    pub(crate) fn arrangement(&self) -> &Arrangement {
        &self.arrangement
    }

    pub(crate) fn here(&self) -> &Here {
        &self.here
    }

    /// Number of rows, those of groups too.
    pub(crate) fn len(&self) -> usize {
        self.arranged.rows.len()
    }

    /// Number of sessions, those in folded groups too.
    pub(crate) fn sessions(&self) -> usize {
        self.arranged.sessions
    }

    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// The session under the cursor.
    pub(crate) fn selected(&self) -> Option<&Entry> {
        self.entry(self.cursor)
    }

    /// The group whose heading is under the cursor.
    pub(crate) fn group(&self) -> Option<&Group> {
        match self.shown(self.cursor)? {
            Shown::Group(group) => Some(group),
            Shown::Session(_) => None,
        }
    }

    /// The session in a row.
    pub(crate) fn entry(&self, row: usize) -> Option<&Entry> {
        match self.shown(row)? {
            Shown::Session(entry) => Some(entry),
            Shown::Group(_) => None,
        }
    }

    pub(crate) fn shown(&self, row: usize) -> Option<Shown<'_>> {
        Some(match *self.arranged.rows.get(row)? {
            Row::Session(at) => Shown::Session(self.library.entries.get(at)?),
            Row::Group(at) => Shown::Group(self.arranged.groups.get(at)?),
        })
    }

    /// Rows that are on a screen of some height.
    pub(crate) fn rows(&self, height: usize) -> impl Iterator<Item = (usize, Shown<'_>)> {
        let end = self.below.end_of(self.top, height).min(self.len());
        (self.top..end).filter_map(|row| Some((row, self.shown(row)?)))
    }

    /// Sessions in rows that are on a screen of some height.
    pub(crate) fn visible(&self, height: usize) -> impl Iterator<Item = (usize, &Entry)> {
        let end = self.below.end_of(self.top, height).min(self.len());
        (self.top..end).filter_map(|row| Some((row, self.entry(row)?)))
    }

    /// Takes in newly loaded sessions; what is searched stays as it was found until a new answer comes. Where each of
    /// the sessions before stands now comes back.
    pub(crate) fn replace_library(&mut self, library: Arc<Library>) -> Vec<Option<usize>> {
        let anchor = self.anchor();
        let moved: Vec<Option<usize>> = {
            let positions = library.positions();
            self.library.entries.iter().map(|entry| positions.get(entry.row.id()).copied()).collect()
        };
        let place = |at: usize| moved.get(at).copied().flatten();
        self.matched = self.matched.take().map(|matched| matched.into_iter().filter_map(place).collect());
        self.told = self.told.drain().filter_map(place).collect();
        self.library = library;
        self.arrange(anchor.as_ref());
        moved
    }

    /// Shows all sessions.
    pub(crate) fn show_all(&mut self) {
        let anchor = self.anchor().filter(|_| self.moved);
        self.matched = None;
        self.arrange(anchor.as_ref());
    }

    /// Shows the sessions that match, the best first. The cursor stays on the session that the person went to, if it is
    /// still shown; else it goes to the first.
    pub(crate) fn show(&mut self, matched: Vec<usize>) {
        let anchor = self.anchor().filter(|_| self.moved);
        self.matched = Some(matched);
        self.arrange(anchor.as_ref());
    }

    /// Shows only some sessions, whatever else is searched, or all again.
    pub(crate) fn keep_within(&mut self, within: Option<Behind>) {
        self.within = within;
        self.arrange(None);
    }

    /// What the sessions have in common that alone are shown, if some are.
    pub(crate) fn within(&self) -> Option<&str> {
        self.within.as_ref().map(|behind| behind.label.as_str())
    }

    fn matched_within(&self, behind: &Behind) -> Vec<usize> {
        let is_one = |at: &usize| {
            let entry = self.library.entries.get(*at);
            entry.is_some_and(|entry| behind.sessions.contains(entry.row.id()))
        };
        match &self.matched {
            Some(matched) => matched.iter().copied().filter(is_one).collect(),
            None => (0..self.library.entries.len()).filter(is_one).collect(),
        }
    }

    /// Changes how the sessions are arranged; the cursor stays on its session.
    pub(crate) fn rearrange(&mut self, change: impl FnOnce(&mut Arrangement)) {
        let anchor = self.anchor().filter(|_| self.moved);
        change(&mut self.arrangement);
        self.arrange(anchor.as_ref());
    }

    /// Folds or unfolds the group of the row under the cursor, which goes to its heading.
    pub(crate) fn fold(&mut self, fold: impl FnOnce(bool) -> bool) {
        let project = match self.shown(self.cursor) {
            Some(Shown::Group(group)) => group.project.clone(),
            Some(Shown::Session(entry)) if self.arrangement.grouped => entry.project.clone(),
            _ => return,
        };
        let folded = self.arrangement.folded.contains(&project);
        if fold(folded) == folded {
            return;
        }
        if folded {
            self.arrangement.folded.remove(&project);
        } else {
            self.arrangement.folded.insert(project.clone());
        }
        self.arrange(Some(&Anchor::Group(project)));
    }

    fn arrange(&mut self, anchor: Option<&Anchor>) {
        let within = self.within.as_ref().map(|behind| self.matched_within(behind));
        let matched = within.as_deref().or(self.matched.as_deref());
        self.arranged = arrange(&self.library, matched, &self.arrangement, &self.here);
        self.lay_out();
        self.return_to(anchor);
    }

    /// Notes which sessions have a line below their row, by their places in the library.
    pub(crate) fn show_below(&mut self, has: impl Fn(usize) -> bool) {
        self.told = (0..self.library.entries.len()).filter(|place| has(*place)).collect();
        self.lay_out();
    }

    fn lay_out(&mut self) {
        let told = |row: &Row| matches!(row, Row::Session(place) if self.told.contains(place));
        self.below = Below::new(self.arranged.rows.iter().map(told));
    }

    /// The place in the library of the session in a row.
    pub(crate) fn place(&self, row: usize) -> Option<usize> {
        match self.arranged.rows.get(row)? {
            Row::Session(place) => Some(*place),
            Row::Group(_) => None,
        }
    }

    fn anchor(&self) -> Option<Anchor> {
        Some(match self.shown(self.cursor)? {
            Shown::Session(entry) => Anchor::Session(entry.row.id().clone()),
            Shown::Group(group) => Anchor::Group(group.project.clone()),
        })
    }

    fn return_to(&mut self, anchor: Option<&Anchor>) {
        let is_it = |row: usize| match (anchor, self.shown(row)) {
            (Some(Anchor::Session(id)), Some(Shown::Session(entry))) => entry.row.id() == id,
            (Some(Anchor::Group(project)), Some(Shown::Group(group))) => group.project == *project,
            _ => false,
        };
        let found = (0..self.len()).find(|row| anchor.is_some() && is_it(*row));
        let before = self.cursor.saturating_sub(self.top);
        self.moved &= found.is_some();
        self.cursor = found.unwrap_or_else(|| self.first_session());
        // At the top, what is new above is seen; further down, the cursor stays where it is on the screen.
        self.top = if self.top == 0 { 0 } else { self.cursor.saturating_sub(before) };
    }

    /// The first row that is a session, so that Enter goes on with the best match; the first row where all are folded.
    fn first_session(&self) -> usize {
        self.arranged.rows.iter().position(|row| matches!(row, Row::Session(_))).unwrap_or(0)
    }

    pub(crate) fn go_to(&mut self, row: usize) {
        self.cursor = row.min(self.len().saturating_sub(1));
        self.moved = true;
    }

    pub(crate) fn step(&mut self, by: isize) {
        self.go_to(self.cursor.saturating_add_signed(by));
    }

    /// Moves the view by rows; the cursor comes along when it would leave it.
    pub(crate) fn scroll(&mut self, by: isize, height: usize) {
        self.top = self.top.saturating_add_signed(by).min(self.len().saturating_sub(height));
        let last = (self.top + height).saturating_sub(1);
        let cursor = self.cursor.clamp(self.top, last.max(self.top));
        if cursor != self.cursor {
            self.go_to(cursor);
        }
    }

    /// Brings the cursor back into a view of some height, with the heading above the first session.
    pub(crate) fn keep_in_view(&mut self, height: usize) {
        let lowest = self.below.first_that_shows(self.cursor, height);
        let heading = usize::from(self.cursor == 1 && height > 1 && matches!(self.shown(0), Some(Shown::Group(_))));
        let highest = self.cursor - heading;
        self.top = self.top.clamp(lowest.min(highest), highest);
        let last = self.len().saturating_sub(1);
        self.top = self.top.min(self.below.first_that_shows(last, height)).max(lowest.min(highest));
    }
}
