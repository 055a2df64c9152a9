//! The entries: what is written down, which part of it is listed, and what stands on the screen.

mod words;

use std::sync::Arc;

use notes::{Entry, EntryId, Filter, Notes};
use search::Query;
use tui_input::Input;
use typeset::Row;

use crate::message::Ticket;
pub(crate) use words::{Words, moment};

/// Everything that is written down, as it was read.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// What the operations come to.
    pub notes: Notes,
    /// Entries that others changed since the person looked, the latest change first.
    pub unread: Vec<EntryId>,
    /// Every key that the project of this directory ever had.
    pub here: Vec<String>,
    /// The name of that project.
    pub project: String,
}

/// Which entries are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Shelf {
    /// Those about which something is left to do.
    #[default]
    Open,
    /// All.
    All,
    /// Those that others changed.
    Inbox,
}

impl Shelf {
    const ALL: [Self; 3] = [Self::Open, Self::All, Self::Inbox];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::All => "all",
            Self::Inbox => "inbox",
        }
    }

    fn step(self, forward: bool) -> Self {
        let at = Self::ALL.iter().position(|shelf| *shelf == self).unwrap_or(0);
        let by = if forward { 1 } else { Self::ALL.len() - 1 };
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// The screen of entries, open or not.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct Entries {
    pub(crate) open: bool,
    /// Of the latest request.
    pub(crate) ticket: Ticket,
    pub(crate) pending: bool,
    /// Whether something was written since.
    pub(crate) stale: bool,
    pub(crate) ledger: Option<Arc<Ledger>>,
    pub(crate) problem: Option<String>,
    pub(crate) shelf: Shelf,
    /// Whether every project's are listed.
    pub(crate) everywhere: bool,
    /// What rows are narrowed to, and whether it is being typed.
    pub(crate) narrow: Input,
    pub(crate) narrowing: bool,
    pub(crate) rows: Vec<EntryId>,
    pub(crate) row: usize,
    pub(crate) top: usize,
    /// First row of the page of the entry under the cursor.
    pub(crate) scroll: usize,
    pub(crate) clicked: Option<EntryId>,
    /// Whether the cursor goes to what was written last with the next list.
    pub(crate) to_written: bool,
    /// The entry that was deleted last, to be brought back.
    pub(crate) deleted: Option<EntryId>,
    page: Option<Page>,
}

/// The page of an entry, laid out.
#[derive(Debug)]
struct Page {
    id: EntryId,
    columns: usize,
    ticket: Ticket,
    rows: Vec<Row>,
}

impl Entries {
    /// Whether what is written down has to be read.
    pub(crate) fn is_wanting(&self) -> bool {
        let lacks = self.ledger.is_none() && self.problem.is_none();
        self.open && !self.pending && (self.stale || lacks)
    }

    /// Another shelf.
    pub(crate) fn turn(&mut self, forward: bool) {
        self.shelf = self.shelf.step(forward);
        // its first entry, wherever the one under the cursor stands there
        self.rows.clear();
        (self.row, self.top, self.scroll) = (0, 0, 0);
    }

    /// Lists anew; the cursor stays on its entry where that is listed. What was just written is shown wherever it belongs.
    pub(crate) fn list(&mut self) {
        let Some(ledger) = self.ledger.clone() else { return };
        let newest = || ledger.notes.entries().first().map(|entry| entry.id.clone());
        let written = if std::mem::take(&mut self.to_written) { newest() } else { None };
        let chosen = written.clone().or_else(|| self.rows.get(self.row).cloned());
        self.rows = self.listed(&ledger);
        if let Some(written) = written {
            if !self.rows.contains(&written) {
                self.shelf = Shelf::All;
                self.narrow.reset();
                self.rows = self.listed(&ledger);
            }
            if !self.rows.contains(&written) {
                self.everywhere = true;
                self.rows = self.listed(&ledger);
            }
        }
        let at = chosen.and_then(|chosen| self.rows.iter().position(|id| *id == chosen));
        self.row = at.unwrap_or(self.row).min(self.rows.len().saturating_sub(1));
    }

    /// The entries of the shelf.
    fn listed(&self, ledger: &Ledger) -> Vec<EntryId> {
        let query = Query::parse(self.narrow.value());
        let filter = Filter {
            open: self.shelf == Shelf::Open,
            projects: (!self.everywhere).then_some(ledger.here.as_slice()),
            words: Some(&query),
            ..Filter::default()
        };
        match self.shelf {
            Shelf::Open | Shelf::All => ledger.notes.select(&filter).iter().map(|entry| entry.id.clone()).collect(),
            Shelf::Inbox => {
                let filter = Filter { projects: None, ..filter };
                let shown = ledger.notes.select(&filter);
                let listed = |id: &&EntryId| shown.iter().any(|entry| entry.id == *id);
                ledger.unread.iter().filter(listed).cloned().collect()
            }
        }
    }

    /// The entry under the cursor.
    pub(crate) fn chosen(&self) -> Option<Entry<'_>> {
        self.entry(self.row)
    }

    /// The entry of a row.
    pub(crate) fn entry(&self, row: usize) -> Option<Entry<'_>> {
        self.ledger.as_ref()?.notes.entry(self.rows.get(row)?)
    }

    pub(crate) fn is_unread(&self, id: &EntryId) -> bool {
        self.ledger.as_ref().is_some_and(|ledger| ledger.unread.contains(id))
    }

    /// Brings the row under the cursor into a view of some height.
    pub(crate) fn keep_in_view(&mut self, height: usize) {
        self.row = self.row.min(self.rows.len().saturating_sub(1));
        self.top = self.top.clamp((self.row + 1).saturating_sub(height.max(1)), self.row);
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    /// Lays the page of the entry under the cursor out for a width, unless it is.
    pub(crate) fn lay_out(&mut self, words: Words, columns: usize, height: usize) {
        let page = self.chosen().and_then(|entry| {
            let laid = self.page.as_ref();
            let same =
                laid.is_some_and(|page| (&page.id, page.columns, page.ticket) == (entry.id, columns, self.ticket));
            (!same).then(|| {
                let rows = typeset::prose(&words.page(entry), columns, &|_| None);
                Page { id: entry.id.clone(), columns, ticket: self.ticket, rows }
            })
        });
        if let Some(page) = page {
            self.scroll = if self.page.as_ref().is_some_and(|before| before.id == page.id) { self.scroll } else { 0 };
            self.page = Some(page);
        }
        self.scroll = self.scroll.min(self.page().len().saturating_sub(height));
    }

    /// Rows of the page of the entry under the cursor.
    pub(crate) fn page(&self) -> &[Row] {
        if self.rows.is_empty() { &[] } else { self.page.as_ref().map_or(&[], |page| &page.rows) }
    }
}
