//! Everything that the screen knows.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use config::Budget;
use ratatui::text::Line;
use search::Found;
use store::live::Running;
use store::{Progress, SessionRow};
use transcript::SessionId;
use tui_input::Input;

use crate::ask::Ask;
use crate::commands::{KeyMap, Scope};
use crate::condition::{Condition, Outlook};
use crate::entries::Entries;
use crate::extent::Here;
use crate::finding::Finding;
use crate::glimpse::Glimpse;
use crate::house::House;
use crate::layout::Places;
use crate::library::Entry;
use crate::list::List;
use crate::message::{Errand, Ticket};
use crate::palette::Palette;
use crate::reader::Shelf;
use crate::sort::Sort;
use crate::summary::Summary;
use crate::syncing::Syncing;
use crate::theme::Theme;
use crate::toast::{self, Toasts};

/// What the screen is told once.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The viewer's time zone.
    pub zone: Tz,
    /// The time of day at the start.
    pub now: DateTime<Utc>,
    /// Whether it shows the built-in demo.
    pub demo: bool,
    /// The home directory, shown as `~`.
    pub home: Option<PathBuf>,
    /// The directory that it was started in, which `project:.` means.
    pub here: Option<PathBuf>,
    /// Folders that are scanned, named where there is no history.
    pub roots: Vec<PathBuf>,
    /// What everything is drawn with.
    pub theme: Theme,
    /// Which keys lead to which command.
    pub keys: KeyMap,
    /// Where the screen was opened.
    pub around: Here,
    /// What somebody wants to spend at most.
    pub budget: Budget,
}

/// Everything that the screen knows. Changed by [`crate::update`] alone.
#[derive(Debug)]
pub struct Model {
    pub(crate) setup: Setup,
    pub(crate) now: DateTime<Utc>,
    pub(crate) size: (u16, u16),
    /// Whether the terminal has the focus.
    pub(crate) attended: bool,
    pub(crate) search: Input,
    /// Whether the search box takes letters.
    pub(crate) in_box: bool,
    pub(crate) finding: Finding,
    pub(crate) list: List,
    pub(crate) stock: Stock,
    pub(crate) scan: Scan,
    pub(crate) letters: Letters,
    pub(crate) preview: Preview,
    /// Transcripts that are open.
    pub(crate) shelf: Shelf,
    pub(crate) summary: Summary,
    pub(crate) entries: Entries,
    pub(crate) syncing: Syncing,
    pub(crate) house: House,
    /// What runs now, by session.
    pub(crate) live: Vec<Running>,
    pub(crate) outlook: Outlook,
    /// The choice of an order, while it is open.
    pub(crate) sorting: Option<Sorting>,
    /// The question that waits for a path, if one does.
    pub(crate) ask: Option<Ask>,
    /// The help screen, while it is open.
    pub(crate) help: Option<Help>,
    pub(crate) message: Option<Message>,
    pub(crate) palette: Option<Palette>,
    /// What is wrong with settings, keys and theme.
    pub(crate) misconfigured: Vec<String>,
    /// What just happened; each note goes after a while.
    pub(crate) toasts: Toasts,
    /// The session that was clicked last, if nothing was done since.
    pub(crate) clicked: Option<SessionId>,
    pub(crate) plan_ticket: Ticket,
    /// What the latest plan was asked for.
    pub(crate) planned_for: Option<(Box<SessionRow>, Errand)>,
    pub(crate) changed: bool,
    last_ticket: Ticket,
}

/// What the help screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Help {
    /// Its first row on the screen.
    pub(crate) top: usize,
    /// The scope whose keys come first; none: what can be typed into the box does.
    pub(crate) first: Option<Scope>,
}

/// What is known of the stored sessions.
#[derive(Debug, Default)]
pub(crate) struct Stock {
    pub(crate) ticket: Ticket,
    /// Whether an answer is on its way.
    pub(crate) pending: bool,
    /// When it was asked for last.
    pub(crate) asked: Option<DateTime<Utc>>,
    pub(crate) loaded: bool,
    pub(crate) problem: Option<String>,
}

/// What is known of the scan.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) running: bool,
    /// Whether the person asked for it and waits for its result.
    pub(crate) asked_for: bool,
    /// Whether one was carried out since the start.
    pub(crate) done_once: bool,
    pub(crate) progress: Progress,
    /// Sessions that came since the start.
    pub(crate) fresh: u64,
    pub(crate) last: Option<DateTime<Utc>>,
    pub(crate) problem: Option<String>,
}

/// Letters that match, of the rows on the screen.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    /// What they were computed for.
    pub(crate) query: String,
    /// Positions of characters by text.
    pub(crate) positions: HashMap<String, Vec<u32>>,
}

/// The preview, with what it is made from.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    /// What the lines were made for.
    pub(crate) made_for: Option<PreviewKey>,
    pub(crate) lines: Vec<Line<'static>>,
    /// Excerpts read so far, with the size of the session's files when they were read.
    pub(crate) glimpses: HashMap<SessionId, (u64, Glimpse)>,
    /// The session whose glimpse was asked for last, with the size of its files.
    pub(crate) asked: Option<(SessionId, u64)>,
}

/// Everything that the lines of a preview depend on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PreviewKey {
    pub(crate) id: SessionId,
    pub(crate) row: u64,
    pub(crate) glimpse: bool,
    pub(crate) size: (u16, u16),
    pub(crate) minute: i64,
    /// What its client does now.
    pub(crate) status: Option<String>,
    pub(crate) state: Condition,
    /// What was found in it.
    pub(crate) found: Option<Arc<Found>>,
    pub(crate) theme: Theme,
}

/// The choice of an order: what it was before, for whoever thinks better of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sorting {
    pub(crate) sort: Sort,
    pub(crate) reversed: bool,
}

/// Something that the person has to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Model {
    /// A screen that knows nothing yet. Feed it [`crate::Msg::Started`] and what comes of it.
    pub fn new(setup: Setup) -> Self {
        Self {
            now: setup.now,
            list: List::new(setup.around.clone()),
            setup,
            size: (80, 24),
            attended: true,
            search: Input::default(),
            in_box: true,
            finding: Finding::default(),
            stock: Stock::default(),
            scan: Scan::default(),
            letters: Letters::default(),
            preview: Preview::default(),
            shelf: Shelf::default(),
            summary: Summary::default(),
            entries: Entries::default(),
            syncing: Syncing::default(),
            house: House::default(),
            live: Vec::new(),
            outlook: Outlook::default(),
            sorting: None,
            ask: None,
            help: None,
            message: None,
            palette: None,
            misconfigured: Vec::new(),
            toasts: Toasts::default(),
            clicked: None,
            plan_ticket: Ticket::default(),
            planned_for: None,
            changed: true,
            last_ticket: Ticket::default(),
        }
    }

    /// Whether anything to be seen changed since the last time this was asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    pub(crate) fn next_ticket(&mut self) -> Ticket {
        self.last_ticket.0 += 1;
        self.last_ticket
    }

    /// Where keys act, the innermost screen first.
    pub(crate) fn scope(&self) -> Scope {
        if self.palette.is_some() {
            Scope::Palette
        } else if self.message.is_some() {
            Scope::Message
        } else if self.ask.is_some() {
            Scope::Ask
        } else if self.help.is_some() {
            Scope::Help
        } else if let Some(reader) = self.shelf.current() {
            match (&reader.input, &reader.raw) {
                (Some(_), _) => Scope::Find,
                (None, Some(_)) => Scope::Raw,
                (None, None) => Scope::Reader,
            }
        } else if self.house.open {
            Scope::House
        } else if self.entries.open {
            if self.entries.narrowing { Scope::NarrowEntries } else { Scope::Entries }
        } else if self.syncing.open {
            Scope::Sync
        } else if self.summary.open {
            if self.summary.narrowing { Scope::Narrow } else { Scope::Summary }
        } else if self.sorting.is_some() {
            Scope::Sort
        } else {
            Scope::Sessions
        }
    }

    /// Whether a box takes letters.
    pub(crate) fn is_typing(&self) -> bool {
        match self.scope() {
            Scope::Sessions => self.in_box,
            scope => scope.always_types(),
        }
    }

    /// Says for a while what just happened.
    pub(crate) fn say(&mut self, kind: toast::Kind, text: impl Into<String>) {
        self.toasts.add(kind, text.into(), self.now);
    }

    /// What the client of a session does now (`idle`, `busy`).
    pub(crate) fn status(&self, entry: &Entry) -> Option<&str> {
        self.live.iter().find(|running| running.session == *entry.row.id())?.status.as_deref()
    }

    /// The state of a session now. The sessions of the demo are old by nature, and nobody deletes them.
    pub(crate) fn state(&self, entry: &Entry) -> Condition {
        match Condition::of(entry, &self.outlook, self.now) {
            Condition::Ending { .. } if self.setup.demo => Condition::Resting,
            state => state,
        }
    }

    pub(crate) fn places(&self) -> Places {
        Places::new(self.size.0, self.size.1)
    }

    pub(crate) fn selected(&self) -> Option<&Entry> {
        self.list.selected()
    }

    /// The query, without the spaces around it.
    pub(crate) fn query(&self) -> &str {
        self.search.value().trim()
    }
}
