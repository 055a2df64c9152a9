//! What is looked for: the query in the box, where it is looked for, and what was found in contents.

use std::collections::HashMap;
use std::sync::Arc;

use search::{Completion, Found, Hit, Known, Passage, Query};

use crate::library::Library;
use crate::message::Ticket;

/// Where a query is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// In titles and in contents.
    #[default]
    Everything,
    /// In titles, projects, branches, models, first prompts, ids and dates.
    Titles,
    /// In what was said and done.
    Content,
}

impl Reach {
    /// The next one.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Everything => Self::Titles,
            Self::Titles => Self::Content,
            Self::Content => Self::Everything,
        }
    }

    /// As the box shows it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Titles => "titles",
            Self::Content => "content",
        }
    }
}

/// What the finder has to say: the whole order of the list, and what is new since the last time.
#[derive(Debug, Default)]
pub struct Ranking {
    /// Sessions that match so far, the best first.
    pub hits: Vec<Hit>,
    /// What was found in contents since the last time, by places in the library.
    pub found: Vec<(usize, Arc<Found>)>,
    /// Whether contents are still being searched.
    pub running: bool,
}

/// A line that matches, with where in its session it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The line, with those around it.
    pub passage: Passage,
    /// The turn, in the session's own file.
    pub turn: Option<u32>,
    /// Whether a subagent's file tells it.
    pub in_subagent: bool,
}

impl Quote {
    /// A line of which nothing else is known yet.
    pub(crate) fn bare(passage: Passage) -> Self {
        Self { passage, turn: None, in_subagent: false }
    }
}

/// The state of finding.
#[derive(Debug, Default)]
pub(crate) struct Finding {
    pub(crate) reach: Reach,
    /// Whether thinking counts as content.
    pub(crate) without_thinking: bool,
    pub(crate) query: Query,
    /// Whether contents are being searched.
    pub(crate) running: bool,
    /// What was found in contents, by places in the library.
    pub(crate) found: HashMap<usize, Arc<Found>>,
    /// Of the request that it was found for.
    pub(crate) ticket: Ticket,
    /// The place in the library whose lines were asked for last.
    pub(crate) quoted: Option<usize>,
    /// Its lines, once they are known.
    pub(crate) quotes: Vec<Quote>,
    pub(crate) choice: Option<Choice>,
    /// Values that fields can have, with the sessions that they are of and how much of those was known.
    values: Option<(Arc<Library>, usize, Known)>,
    /// Of the request that looks for the same query in sessions that were loaded anew: what was found before stays on
    /// the screen until it is done.
    pub(crate) again: Option<Ticket>,
    /// What that one has found so far.
    pub(crate) found_again: HashMap<usize, Arc<Found>>,
}

/// What the box can be completed with, and which of it stands there now.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The text before.
    pub(crate) text: String,
    pub(crate) completion: Completion,
    pub(crate) chosen: usize,
}

impl Finding {
    /// Values that fields can have; worked out anew when the sessions are others, or more is known of them.
    pub(crate) fn values(&mut self, library: &Arc<Library>) -> &Known {
        let learnt = library.learnt();
        let is_current = |(of, known, _): &(Arc<Library>, usize, _)| Arc::ptr_eq(of, library) && *known == learnt;
        if !self.values.as_ref().is_some_and(is_current) {
            self.values = Some((Arc::clone(library), learnt, library.values()));
        }
        self.values.as_ref().map(|(.., known)| known).expect("it was just put there")
    }

    /// Takes over what was found for the places that the same sessions have after they were loaded anew.
    pub(crate) fn move_to(&mut self, place: impl Fn(usize) -> Option<usize>) {
        let found = std::mem::take(&mut self.found);
        self.found = found.into_iter().filter_map(|(at, found)| Some((place(at)?, found))).collect();
        self.quoted = self.quoted.and_then(place);
    }

    /// Forgets what was found: nothing is looked for.
    pub(crate) fn forget(&mut self) {
        self.found.clear();
        self.running = false;
        self.again = None;
        self.forget_quotes();
    }

    /// Forgets the lines of the session that was under the cursor.
    pub(crate) fn forget_quotes(&mut self) {
        self.quoted = None;
        self.quotes.clear();
    }
}

impl Choice {
    /// The text with the chosen offer put in, and where the cursor stands behind it, in bytes.
    pub(crate) fn text(&self) -> (String, usize) {
        let offer = &self.completion.offers[self.chosen].text;
        let mut text = self.text.clone();
        let start = self.completion.range.start;
        let mut end = self.completion.range.end;
        if offer.ends_with(' ') && text[end..].starts_with(' ') {
            end += 1;
        }
        text.replace_range(start..end, offer);
        (text, start + offer.len())
    }
}
