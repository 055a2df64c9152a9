//! What is looked for: the query in the box, where it is looked for, and what was found in contents.

use std::collections::HashMap;
use std::sync::Arc;

use search::{Completion, Found, Hit, Known, Query};

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
    pub(crate) choice: Option<Choice>,
    /// Values that fields can have, and the sessions that they are of.
    values: Option<(Arc<Library>, Known)>,
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
    /// Values that fields can have; worked out anew when the sessions are others.
    pub(crate) fn values(&mut self, library: &Arc<Library>) -> &Known {
        let stale = self.values.as_ref().is_none_or(|(of, _)| !Arc::ptr_eq(of, library));
        if stale {
            self.values = Some((Arc::clone(library), library.values()));
        }
        self.values.as_ref().map(|(_, known)| known).expect("it was just put there")
    }

    /// Forgets what was found; places in the library mean others now, or another query is on.
    pub(crate) fn forget(&mut self) {
        self.found.clear();
        self.running = false;
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
