//! The reader's state: a transcript as wrapped text, where one is in it, and what is being looked for.

mod find;
mod markup;
mod wrap;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use transcript::{Detail, SessionId};
use tui_input::Input;

pub(crate) use find::matches;
pub(crate) use markup::{Mark, marks};
pub use wrap::wrapped;
pub(crate) use wrap::{Kind, Row};

use crate::cells;
use crate::message::Ticket;

/// Text is not wrapped wider than this: longer lines are hard to read.
const WIDEST: usize = 116;
/// Columns left free on both sides.
const MARGIN: usize = 1;

/// A transcript as text, wrapped to some width. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) text: Arc<str>,
    pub(crate) rows: Arc<Vec<Row>>,
    pub(crate) columns: usize,
}

impl Document {
    /// Cleans and wraps Markdown text.
    pub fn new(markdown: &str, columns: usize) -> Self {
        let text: Arc<str> = cells::clean_block(markdown).into();
        let rows = Arc::new(wrap::rows(&text, columns));
        Self { text, rows, columns }
    }

    /// The same text, wrapped to another width.
    #[must_use]
    pub fn wrapped(&self, columns: usize) -> Self {
        let rows = Arc::new(wrap::rows(&self.text, columns));
        Self { text: Arc::clone(&self.text), rows, columns }
    }

    /// The row that holds a byte of the text.
    pub(crate) fn row_of(&self, byte: usize) -> usize {
        self.rows.partition_point(|row| row.start <= byte).saturating_sub(1)
    }

    fn is_heading(&self, at: usize) -> bool {
        self.rows.get(at).is_some_and(|row| row.kind == Kind::Speaker && !row.continued)
    }

    fn heading_after(&self, at: usize) -> Option<usize> {
        (at + 1..self.rows.len()).find(|at| self.is_heading(*at))
    }

    fn heading_before(&self, at: usize) -> Option<usize> {
        (0..at.min(self.rows.len())).rev().find(|at| self.is_heading(*at))
    }

    fn line(&self, at: usize) -> &str {
        self.rows.get(at).map_or("", |row| &self.text[row.start..row.end])
    }
}

/// A transcript that is open.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) id: SessionId,
    pub(crate) title: String,
    pub(crate) project: String,
    pub(crate) path: PathBuf,
    pub(crate) detail: Detail,
    pub(crate) document: Option<Document>,
    pub(crate) problem: Option<String>,
    /// Of the latest request for text; an answer to an older one is dropped.
    pub(crate) ticket: Ticket,
    /// The first row on the screen.
    pub(crate) top: usize,
    pub(crate) find: Find,
}

/// What is being looked for.
#[derive(Debug, Default)]
pub(crate) struct Find {
    /// The box, while it is open.
    pub(crate) input: Option<Input>,
    pub(crate) needle: String,
    pub(crate) ranges: Vec<Range<usize>>,
    pub(crate) current: usize,
    pub(crate) ticket: Ticket,
    /// The row from which the search began.
    pub(crate) from: usize,
}

/// Columns that text is wrapped to on a screen of some width.
pub(crate) fn columns(width: u16) -> usize {
    usize::from(width).saturating_sub(2 * MARGIN).clamp(1, WIDEST)
}

impl Reader {
    pub(crate) fn rows(&self) -> usize {
        self.document.as_ref().map_or(0, |document| document.rows.len())
    }

    /// Moves the view by rows, stopping at both ends.
    pub(crate) fn scroll(&mut self, by: isize, height: usize) {
        self.go_to(self.top.saturating_add_signed(by), height);
    }

    pub(crate) fn go_to(&mut self, row: usize, height: usize) {
        self.top = row.min(self.rows().saturating_sub(height));
    }

    /// Goes to the next or the previous heading.
    pub(crate) fn go_to_heading(&mut self, forward: bool, height: usize) {
        let Some(document) = &self.document else { return };
        let heading = if forward { document.heading_after(self.top) } else { document.heading_before(self.top) };
        match heading {
            Some(row) => self.go_to(row, height),
            None if forward => self.go_to(usize::MAX, height),
            None => self.top = 0,
        }
    }

    /// Takes in another rendering of the same transcript and stays where one was: at the same byte if only the width
    /// changed, else at the same heading.
    pub(crate) fn show(&mut self, document: Document, height: usize) {
        let row = match &self.document {
            Some(old) if Arc::ptr_eq(&old.text, &document.text) => {
                old.rows.get(self.top).map_or(0, |row| document.row_of(row.start))
            }
            Some(old) => same_place(old, &document, self.top),
            None => 0,
        };
        self.document = Some(document);
        self.problem = None;
        self.go_to(row, height);
    }

    /// Puts the current match on the screen, a third from its top if it is not there yet.
    pub(crate) fn show_match(&mut self, height: usize) {
        let (Some(document), Some(range)) = (&self.document, self.find.ranges.get(self.find.current)) else { return };
        let row = document.row_of(range.start);
        if !(self.top..self.top + height).contains(&row) {
            self.go_to(row.saturating_sub(height / 3), height);
        }
    }

    /// Moves to the next or the previous match, around the ends.
    pub(crate) fn step_match(&mut self, forward: bool, height: usize) {
        let count = self.find.ranges.len();
        if count > 0 {
            let step = if forward { 1 } else { count - 1 };
            self.find.current = (self.find.current + step) % count;
            self.show_match(height);
        }
    }

    /// Takes in what was found and goes to the first match at or after the place where the search began.
    pub(crate) fn found(&mut self, ranges: Vec<Range<usize>>, height: usize) {
        let from =
            self.document.as_ref().and_then(|document| document.rows.get(self.find.from)).map_or(0, |row| row.start);
        let next = ranges.partition_point(|range| range.start < from);
        self.find.current = if next < ranges.len() { next } else { 0 };
        self.find.ranges = ranges;
        self.top = self.find.from;
        self.show_match(height);
    }
}

/// The row of `new` that shows what row `top` of `old` shows: under the same heading, as often as it came before.
fn same_place(old: &Document, new: &Document, top: usize) -> usize {
    let heading = if old.is_heading(top) { Some(top) } else { old.heading_before(top) };
    let Some(heading) = heading else { return 0 };
    let name = old.line(heading);
    let earlier = (0..heading).filter(|at| old.is_heading(*at) && old.line(*at) == name).count();
    let same = (0..new.rows.len()).filter(|at| new.is_heading(*at) && new.line(*at) == name).nth(earlier);
    same.unwrap_or(top * new.rows.len() / old.rows.len().max(1))
}
