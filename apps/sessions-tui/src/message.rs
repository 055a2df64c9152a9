//! What wakes the screen, and what it asks to be done.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, MouseEvent};
use search::Hit;
use store::{Progress, ScanReport, SessionRow};
use transcript::{Detail, SessionId};

use crate::Outcome;
use crate::excerpt::Excerpt;
use crate::library::Library;
use crate::reader::Document;
use crate::theme::Theme;

/// Number of a request; an answer with an older one is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Ticket(pub(crate) u64);

/// Everything that can wake the screen.
#[derive(Debug)]
pub enum Msg {
    /// The screen opens.
    Started,
    /// The colors to draw with.
    Themed(Box<Theme>),
    /// The time of day; comes before everything else that wakes the screen.
    Tick(DateTime<Utc>),
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// The terminal has a new size, in columns and rows.
    Resize(u16, u16),
    /// The terminal got or lost the focus.
    Focus(bool),
    /// The process goes on after it was stopped; the terminal may have been changed meanwhile.
    Continued,
    /// The process is asked to end.
    Terminate,
    /// The stored sessions, or why they could not be read.
    Loaded(Ticket, Result<Arc<Library>, String>),
    /// How far the scan is.
    Scanning(Progress),
    /// The scan ended, or why it could not.
    Scanned(Result<ScanReport, String>),
    /// Other sessions run now than at the last scan.
    OthersRun,
    /// Sessions that match the box, the best first.
    Ranked(Ticket, Vec<Hit>),
    /// First and last words of a session.
    Excerpted(SessionId, Excerpt),
    /// A transcript, or why it cannot be read.
    Opened(Ticket, Result<Document, String>),
    /// The transcript for another width.
    Wrapped(Ticket, Document),
    /// Where the text to find stands in the transcript, as ranges of bytes.
    Found(Ticket, Vec<Range<usize>>),
    /// How a session is resumed, or what stands in the way.
    Planned(Ticket, Result<resume::Plan, String>),
}

/// Something to be done outside the model.
#[derive(Debug)]
pub enum Effect {
    /// Read the stored sessions.
    Load(Ticket),
    /// Bring the store up to date.
    Scan,
    /// Rank the sessions by a query.
    Rank {
        /// Number of the request.
        ticket: Ticket,
        /// What is in the box.
        query: String,
        /// The sessions.
        library: Arc<Library>,
    },
    /// Read the first and last words of a session.
    Excerpt {
        /// The session.
        id: SessionId,
        /// Its transcript.
        path: PathBuf,
    },
    /// Read a transcript for the reader.
    Open {
        /// Number of the request.
        ticket: Ticket,
        /// The transcript.
        path: PathBuf,
        /// How much of it is shown.
        detail: Detail,
        /// Columns to wrap it to.
        columns: usize,
    },
    /// Wrap a transcript to another width.
    Wrap {
        /// Number of the request.
        ticket: Ticket,
        /// The transcript as it is.
        document: Document,
        /// Columns to wrap it to.
        columns: usize,
    },
    /// Find a text in a transcript.
    Find {
        /// Number of the request.
        ticket: Ticket,
        /// The transcript.
        text: Arc<str>,
        /// What to find.
        needle: String,
    },
    /// Work out how a session is resumed.
    Plan {
        /// Number of the request.
        ticket: Ticket,
        /// The session.
        row: Box<SessionRow>,
        /// The process that has it open.
        running: Option<u32>,
    },
    /// Give the terminal back and stop until the shell goes on.
    Suspend,
    /// Forget what is on the terminal and draw everything.
    Redraw,
    /// Take the terminal again, whatever was done to it, and draw everything.
    Retake,
    /// Leave.
    Leave(Outcome),
}
