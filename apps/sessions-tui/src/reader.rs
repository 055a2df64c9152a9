//! Transcripts that are open: where one is in each of them, what is folded, what is being looked for.

mod find;
mod needle;
mod page;
mod raw;
mod script;
mod shelf;
mod source;
mod walk;

use std::path::PathBuf;
use std::sync::Arc;

use transcript::{Detail, SessionId};
use tui_input::Input;

pub use find::{Hunt, Match, Matches, find};
pub(crate) use find::{MOST as MOST_FOUND, matches};
pub use needle::Needle;
pub(crate) use page::{Dress, Page, Spot};
pub(crate) use raw::{Raw, offsets};
pub(crate) use script::Stop;
pub use script::{Opened, Script, Which};
pub(crate) use shelf::{MOST as MOST_OPEN, Shelf};
pub(crate) use source::source;
pub(crate) use walk::Walk;

use crate::message::Ticket;

/// Rows of the screen that text is not set wider than: the eye loses the line.
const WIDEST: usize = 132;
/// The same for prose.
const WIDEST_PROSE: usize = 100;
/// Columns at the left: the bar of the block under the cursor, the time.
const GUTTER: usize = 8;
const NARROW_GUTTER: usize = 2;

/// Where a transcript is opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opening {
    /// Where.
    pub at: At,
    /// What is to be found there; empty to find nothing.
    pub words: Needle,
    /// The subagent whose own file it is in; none: the file of the session.
    pub agent: Option<String>,
}

/// A place in a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum At {
    /// Where one was, else the beginning.
    #[default]
    Start,
    /// The record at an offset, in bytes from the start of the file.
    Offset(u64),
    /// A turn.
    Turn(u32),
}

/// A transcript that is open.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) id: SessionId,
    pub(crate) title: String,
    pub(crate) project: String,
    pub(crate) path: PathBuf,
    /// The directory of the session; paths inside it are shown without it.
    pub(crate) directory: String,
    pub(crate) level: Detail,
    pub(crate) wrap: bool,
    pub(crate) times: Times,
    /// The conversation, and above it those that were gone into: of a subagent, of an abandoned branch.
    pub(crate) pages: Vec<Page>,
    /// Whether the whole file was read.
    pub(crate) complete: bool,
    pub(crate) problem: Option<String>,
    /// Of the latest request for the transcript; an answer to an older one is dropped.
    pub(crate) ticket: Ticket,
    /// The subagent whose file it is; none: it is the session's own.
    pub(crate) agent: Option<String>,
    /// Where one wants to be as soon as that is read.
    pub(crate) pending: Option<Opening>,
    /// The file of a subagent that is being read, to be shown above.
    pub(crate) coming: Option<Coming>,
    pub(crate) find: Find,
    pub(crate) input: Option<Field>,
    pub(crate) follow: bool,
    pub(crate) raw: Option<Raw>,
}

/// The file of a subagent that is being read.
#[derive(Debug)]
pub(crate) struct Coming {
    /// Of the request for it.
    pub(crate) ticket: Ticket,
    /// Where one wants to be in it.
    pub(crate) opening: Opening,
    /// What was found in it and is to be shown.
    pub(crate) found: Option<Match>,
}

/// Which times stand at the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Times {
    /// Where somebody begins to speak.
    #[default]
    Heads,
    /// Everywhere.
    All,
    /// Nowhere.
    None,
}

/// What is being looked for.
#[derive(Debug, Default)]
pub(crate) struct Find {
    pub(crate) needle: Needle,
    pub(crate) matches: Vec<Match>,
    /// The conversations in which they are.
    pub(crate) pages: Vec<Which>,
    /// Whether everything was looked at.
    pub(crate) done: bool,
    pub(crate) current: usize,
    pub(crate) ticket: Ticket,
    /// Where the search began.
    pub(crate) from: Option<(Spot, Spot)>,
    /// Whether one has been taken to a match.
    pub(crate) shown: bool,
    /// The record that a search in all sessions found them in, by its offset in bytes: shown where the conversation
    /// has none of it.
    pub(crate) record: Option<u64>,
}

impl Find {
    /// The place of a conversation among those in which something was found.
    pub(crate) fn page(&self, key: &Which) -> Option<u32> {
        self.pages.iter().position(|page| page == key).and_then(|at| u32::try_from(at).ok())
    }

    /// The conversation of the match where one is.
    pub(crate) fn current_page(&self) -> Option<&Which> {
        self.pages.get(self.matches.get(self.current)?.page as usize)
    }
}

/// A box that takes letters.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) kind: FieldKind,
    pub(crate) input: Input,
}

/// What a box asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// Words to find.
    Find,
    /// The number of a turn.
    Turn,
}

impl Reader {
    /// One without a transcript yet.
    pub(crate) fn new(id: SessionId) -> Self {
        Self {
            id,
            title: String::new(),
            project: String::new(),
            path: PathBuf::new(),
            directory: String::new(),
            level: Detail::default(),
            wrap: true,
            times: Times::default(),
            pages: Vec::new(),
            complete: false,
            problem: None,
            ticket: Ticket::default(),
            agent: None,
            pending: None,
            coming: None,
            find: Find::default(),
            input: None,
            follow: false,
            raw: None,
        }
    }

    /// Bytes of the transcripts that it keeps; several pages may show one.
    pub(crate) fn size(&self) -> usize {
        let mut scripts: Vec<&Arc<Script>> = Vec::new();
        for page in &self.pages {
            if !scripts.iter().any(|known| Arc::ptr_eq(known, &page.script)) {
                scripts.push(&page.script);
            }
        }
        scripts.iter().map(|script| script.size()).sum()
    }

    pub(crate) fn page(&self) -> Option<&Page> {
        self.pages.last()
    }

    /// The turn of the session's own conversation that the cursor is in.
    pub(crate) fn turn(&self) -> Option<u64> {
        let page = self.pages.first()?;
        let at = page.entry_at(page.cursor.stop)?;
        let turn = page.script.entries(&page.which).get(at)?.turn;
        (turn > 0).then(|| turn.into())
    }

    /// Columns at the left of the text.
    pub(crate) fn gutter(&self) -> usize {
        if self.times == Times::None { NARROW_GUTTER } else { GUTTER }
    }

    /// Columns of rows and of prose on a screen of some width.
    pub(crate) fn columns(&self, width: u16) -> (usize, usize) {
        let columns = usize::from(width).saturating_sub(self.gutter() + 1).clamp(8, WIDEST);
        (columns, columns.min(WIDEST_PROSE))
    }
}
