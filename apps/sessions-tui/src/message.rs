//! What wakes the screen, and what it asks to be done.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, MouseEvent};
use housekeeping::{Deletion, Relinking};
use notes::{Draft, EntryId};
use search::{Marks, Query, Setting};
use store::live::Running;
use store::{Progress, ScanReport, SessionRow};
use summary::Cube;
use sync::Progress as SyncProgress;
use transcript::{Detail, SessionId};
use typeset::{Code, Colors};

use crate::Outcome;
use crate::ask::Confirm;
use crate::condition::Outlook;
use crate::entries::Ledger;
use crate::finding::{Quote, Ranking, Reach};
use crate::glimpse::Glimpse;
use crate::house::Weights;
use crate::library::Library;
use crate::reader::{Hunt, Matches, Opened, Opening, Script, Which};
use crate::syncing::{SyncNews, Synced, Tested};
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
    /// What is wrong with settings, keys and theme: said once.
    Misconfigured(Vec<String>),
    /// Claude Code calls no hook of ours, and nobody was told so before.
    OfferSetUp,
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
    Scanned(Result<Box<ScanReport>, String>),
    /// What runs now, when it is something else than before.
    Live(Vec<Running>),
    /// Which caches are warm, and what is deleted when.
    Outlook(Ticket, Outlook),
    /// Sessions that match the box so far, the best first.
    Ranked(Ticket, Ranking),
    /// First and last words of a session, later with its costs by kind.
    Glimpsed(SessionId, Box<Glimpse>),
    /// Lines that match in the session at a place of the library, with what stands around them.
    Quoted(Ticket, usize, Vec<Quote>),
    /// A session is to be read, at a place of it.
    Read(SessionId, Opening),
    /// A transcript or its beginning, or why it cannot be read.
    Opened(Ticket, Result<Opened, String>),
    /// A transcript that is followed, with what was added to it.
    Grown(Ticket, Arc<Script>),
    /// All requests, or why they could not be read.
    Summed(Ticket, Result<Arc<Cube>, String>),
    /// What is written down, or why it could not be read.
    Entries(Ticket, Result<Arc<Ledger>, String>),
    /// Something was written down, or could not be.
    Jotted {
        /// What was done, in one line, or why it was not.
        outcome: Result<String, String>,
        /// What is said about sessions now that were marked.
        marks: Vec<(SessionId, Marks)>,
    },
    /// What sessions take on the disk, or why that could not be read.
    Weighed(Ticket, Result<Arc<Weights>, String>),
    /// What would be done, to be agreed to.
    ToConfirm(Confirm),
    /// A chore of housekeeping is done, or could not be.
    Chored {
        /// What was done, in one line, or why it was not.
        outcome: Result<String, String>,
        /// Sessions that were deleted.
        deleted: Vec<SessionId>,
    },
    /// The page of an entry is in this file, to be edited.
    ToEdit(EntryId, PathBuf),
    /// The person is done with the page.
    Edited(EntryId, PathBuf),
    /// What is known of syncing.
    Synced(Ticket, Arc<Synced>),
    /// How far syncing is, and with which remote.
    Syncing(String, SyncProgress),
    /// Syncing ended, or why it could not begin.
    SyncDone(Result<SyncNews, String>),
    /// What remotes answered.
    RemotesTested(Tested),
    /// Where the text to find stands in the transcript.
    Matched(Ticket, Matches),
    /// Colors of code.
    Colored(Vec<(Code, Arc<Colors>)>),
    /// The file that a conversation was written to, or why it could not be.
    PageReady(Result<PathBuf, String>),
    /// Something was done, or could not be: one line.
    Told(Result<String, String>),
    /// What came of an errand.
    Planned(Ticket, Planned),
    /// Paths that go on as what is typed does.
    Offered(Ticket, Vec<String>),
    /// What came of an export.
    Exported(Result<Exported, String>),
    /// Why a text could not be copied.
    NotCopied(String),
}

/// What is wanted with a session that can be taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errand {
    /// Take it up under a new id.
    pub fork: bool,
    /// Where it goes on.
    pub way: Way,
}

/// Something to be written down.
#[derive(Debug, Clone, PartialEq)]
pub enum Jot {
    /// An entry: its category, if the first word is one, and its title.
    New(String),
    /// A change of an entry.
    Change {
        /// Which one.
        id: EntryId,
        /// What is changed.
        draft: Draft,
        /// What is said when it is done.
        said: String,
    },
    /// A status of an entry, as the person writes it.
    Status(EntryId, String),
    /// The page of an entry is to be edited.
    Edit(EntryId),
    /// An entry is to say what stands in this file, which is deleted.
    Take(EntryId, PathBuf),
    /// A mark on sessions.
    Mark {
        /// Which ones.
        sessions: Vec<SessionId>,
        /// What is marked.
        draft: Draft,
        /// What is said when it is done.
        said: String,
    },
    /// The whole inbox is read.
    MarkRead,
}

/// A chore of housekeeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chore {
    /// What is new of these sessions goes into the archive.
    Archive(Vec<SessionId>),
    /// Their transcripts are put back from the archive.
    Restore(Vec<SessionId>),
    /// What deleting them would take away is looked up, to be agreed to.
    FindDeletion(Vec<SessionId>),
    /// They are deleted.
    Delete(Vec<Deletion>),
    /// They are brought back.
    Undelete(Vec<SessionId>),
    /// What a directory that moved would change is looked up, to be agreed to.
    PlanRelinking {
        /// Where it was.
        from: PathBuf,
        /// Where it is, as the person says.
        to: String,
    },
    /// It is changed.
    Relink(Box<Relinking>),
    /// The project of a directory is not recorded any more, or is again.
    Exclude {
        /// The directory.
        directory: String,
        /// Whether it is left out.
        excluded: bool,
    },
}

/// Where a session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// In this terminal, in place of the screen.
    Here,
    /// In a new window of tmux.
    Window,
    /// Nowhere: the command is copied.
    Copy,
}

/// What came of an errand.
#[derive(Debug)]
pub enum Planned {
    /// It can go on here.
    Ready(resume::Plan),
    /// It goes on elsewhere; where.
    Elsewhere(String),
    /// The command that takes it up.
    Command(String),
    /// Its directory is gone, and where it is now has to be asked.
    Ask {
        /// The directory that is gone, if it is known.
        gone: Option<PathBuf>,
        /// Where it may be, or the nearest directory above it that is there.
        guess: Option<PathBuf>,
    },
    /// What was named as its directory is none.
    NotThere(String),
    /// Something stands in the way; what to do about it.
    Refused(String),
}

/// What came of an export that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exported {
    /// It is in this file.
    To(PathBuf),
    /// There is such a file already.
    Exists(PathBuf),
}

/// Something to be done outside the model.
#[derive(Debug)]
pub enum Effect {
    /// Read the stored sessions.
    Load(Ticket),
    /// Read all requests for the summary.
    Sum {
        /// Number of the request.
        ticket: Ticket,
        /// Whether it has to be known which tools they call.
        tools: bool,
    },
    /// Read what is written down.
    ReadEntries(Ticket),
    /// Write something down.
    Jot(Jot),
    /// Look what is known of syncing.
    LookAtSync(Ticket),
    /// Sync with all remotes.
    Sync,
    /// Ask all remotes what they hold.
    TestRemotes,
    /// Read what sessions take on the disk.
    Weigh(Ticket),
    /// Do a chore of housekeeping.
    Chore(Chore),
    /// Give the terminal to the person's editor for the page of an entry.
    Edit(EntryId, PathBuf),
    /// Bring the store up to date.
    Scan,
    /// Find the sessions that match a query.
    Rank {
        /// Number of the request.
        ticket: Ticket,
        /// What is in the box.
        query: Query,
        /// What its meaning depends on.
        setting: Setting,
        /// The sessions.
        library: Arc<Library>,
        /// Where it is looked for.
        reach: Reach,
        /// Whether thinking counts as content.
        thinking: bool,
    },
    /// Stop finding: nothing is looked for any more.
    StopFinding,
    /// Read the first and last words of a session, and what it cost by kind.
    Glimpse {
        /// The session.
        id: SessionId,
        /// Its transcript, if it has one.
        path: Option<PathBuf>,
    },
    /// Find the lines of one session that match, with what stands around them.
    Quote {
        /// Number of the request for the ranking that they belong to.
        ticket: Ticket,
        /// What is in the box.
        query: Query,
        /// Whether thinking counts as content.
        thinking: bool,
        /// The sessions.
        library: Arc<Library>,
        /// The place of the session among them.
        place: usize,
    },
    /// Read a transcript for the reader.
    Open {
        /// Number of the request.
        ticket: Ticket,
        /// The transcript.
        path: PathBuf,
    },
    /// Tell when a transcript grows, or stop doing so.
    Follow(Option<(Ticket, PathBuf)>),
    /// Find the colors of code.
    Color(Vec<Code>),
    /// Write a conversation to a file, for a pager.
    Write {
        /// The transcript.
        script: Arc<Script>,
        /// Which conversation of it.
        which: Which,
        /// How much of it.
        level: Detail,
        /// Its title.
        title: String,
    },
    /// Give the terminal to the person's editor or pager for a file, which is deleted afterwards.
    Page(PathBuf),
    /// Show the pictures that stand in records.
    ViewPictures(Vec<String>),
    /// Put a text onto the clipboard.
    Copy(String),
    /// Find something in a session.
    Find {
        /// Number of the request.
        ticket: Ticket,
        /// In what, and what.
        hunt: Hunt,
    },
    /// Work out how a session is resumed, and do what the errand says.
    Plan {
        /// Number of the request.
        ticket: Ticket,
        /// The session.
        row: Box<SessionRow>,
        /// What is wanted.
        errand: Errand,
        /// Directories that the history knows, to look for one that moved.
        library: Arc<Library>,
        /// Where its directory is now, as the person says, and which one is gone.
        moved: Option<(Option<PathBuf>, String)>,
    },
    /// Look for paths that go on as a text does.
    Offer {
        /// Number of the request.
        ticket: Ticket,
        /// What is typed.
        text: String,
        /// Whether only directories are wanted.
        directories: bool,
    },
    /// Write a session to a file.
    Export {
        /// The session.
        id: SessionId,
        /// The file, as the person names it.
        path: String,
        /// Whether a file that is there is replaced.
        replace: bool,
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
