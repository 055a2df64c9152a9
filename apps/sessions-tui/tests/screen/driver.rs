//! Drives a model by keys and answers what it asks for, in memory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::UTC;
use config::Budget;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pricing::{CostByKind, PicoUsd};
use ratatui::buffer::Buffer;
use search::{Found, Marks};
use sessions_tui::{
    Chore, Confirm, Depth, Effect, Errand, Exchange, Exported, Glimpse, Here, Jot, KeyMap, Knowledge, Library, Mode,
    Model, Msg, Opened, Outcome, Planned, Quote, Ranking, Script, Setup, SyncNews, Synced, Tested, Theme, Ticket, find,
    render, update,
};
use store::live::Running;
use store::{Belongings, SessionRow};
use transcript::SessionId;

use crate::notebook::Notebook;
use crate::{history, house, transcripts, year};

/// A screen in memory.
pub(crate) struct Driver {
    pub(crate) model: Model,
    pub(crate) rows: Vec<SessionRow>,
    pub(crate) running: Vec<Running>,
    /// What comes of errands; none: the directory is gone and nothing can be done.
    pub(crate) planned: Option<fn(Errand) -> Planned>,
    /// What was put onto the clipboard.
    pub(crate) copied: Vec<String>,
    /// Paths that are offered where one is asked for.
    pub(crate) offers: Vec<String>,
    /// What was exported to where, and whether a file that is there may be replaced.
    pub(crate) exported: Vec<(String, bool)>,
    pub(crate) left: Option<Outcome>,
    /// Of the latest request to open or to follow a transcript.
    pub(crate) ticket: Ticket,
    /// The transcript of every session.
    pub(crate) transcript: String,
    /// What is found in contents, whatever is looked for.
    pub(crate) found: Vec<(usize, Arc<Found>)>,
    /// The requests that the summary is told of.
    pub(crate) year: Vec<year::Sketch>,
    /// Lines that match in the session under the cursor, in context.
    pub(crate) quotes: Vec<Quote>,
    /// Files of sessions.
    pub(crate) belongings: HashMap<SessionId, Belongings>,
    /// What people and the archive say about sessions.
    pub(crate) marks: HashMap<SessionId, Marks>,
    /// What is written down, and whether the inbox was read.
    pub(crate) notebook: Notebook,
    /// What is known of syncing.
    pub(crate) synced: Synced,
    /// What comes of it.
    pub(crate) news: SyncNews,
    /// What remotes answer.
    pub(crate) tested: Tested,
    /// Chores of housekeeping that were done.
    pub(crate) chores: Vec<Chore>,
    size: (u16, u16),
}

impl Driver {
    /// A screen with the small history, after its first scan.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self::with(width, height, history::rows())
    }

    /// A screen with some history, after its first scan.
    pub(crate) fn with(width: u16, height: u16, rows: Vec<SessionRow>) -> Self {
        let mut driver = Self::unstarted(width, height, rows);
        driver.send(Msg::Started);
        driver
    }

    /// A screen that has not been told anything but its size.
    pub(crate) fn unstarted(width: u16, height: u16, rows: Vec<SessionRow>) -> Self {
        let model = Model::new(Setup {
            zone: UTC,
            now: history::now(),
            demo: false,
            home: Some("/home/ada".into()),
            here: Some("/home/ada".into()),
            roots: vec!["/home/ada/.claude".into()],
            theme: Theme::new(Mode::Dark, Depth::None),
            keys: KeyMap::default(),
            around: Here::default(),
            budget: Budget::default(),
        });
        let mut driver = Self {
            model,
            rows,
            running: vec![history::running(&history::id(0))],
            planned: None,
            copied: Vec::new(),
            offers: Vec::new(),
            exported: Vec::new(),
            left: None,
            ticket: Ticket::default(),
            transcript: transcripts::flaky_test(),
            found: Vec::new(),
            year: year::usual(),
            quotes: Vec::new(),
            belongings: HashMap::from([(history::id(2).as_str().into(), history::belongings())]),
            marks: HashMap::new(),
            notebook: Notebook::default(),
            synced: Synced::default(),
            news: SyncNews::default(),
            tested: Tested::default(),
            chores: Vec::new(),
            size: (width, height),
        };
        driver.send(Msg::Resize(width, height));
        driver
    }

    /// Sends a message and answers everything that comes of it.
    pub(crate) fn send(&mut self, message: Msg) {
        let mut effects = update(&mut self.model, message);
        while !effects.is_empty() {
            let answers: Vec<Msg> = effects.drain(..).filter_map(|effect| self.answer(effect)).collect();
            effects = answers.into_iter().flat_map(|answer| update(&mut self.model, answer)).collect();
        }
    }

    /// Gives the screen another size.
    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.send(Msg::Resize(width, height));
    }

    /// Sends a message; what it asks for comes back unanswered.
    pub(crate) fn ask(&mut self, message: Msg) -> Vec<Effect> {
        update(&mut self.model, message)
    }

    /// Presses keys: words are typed letter by letter, `<Tab>`, `<^N>` and the like are keys.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        for key in parse(keys) {
            self.send(Msg::Key(key));
        }
        self
    }

    fn answer(&mut self, effect: Effect) -> Option<Msg> {
        Some(match effect {
            Effect::Load(ticket) => Msg::Loaded(ticket, Ok(self.library())),
            Effect::Sum { ticket, tools } => Msg::Summed(ticket, Ok(Arc::new(year::cube(&self.year, tools)))),
            Effect::Scan => Msg::Scanned(Ok(Box::default())),
            Effect::Rank { ticket, query, setting, library, .. } => {
                let hits = library.candidates().rank(&query, &setting);
                Msg::Ranked(ticket, Ranking { hits, found: self.found.clone(), running: false })
            }
            Effect::Glimpse { id, .. } => Msg::Glimpsed(id, Box::new(glimpse())),
            Effect::Open { ticket, path } => {
                let agent = agent_of(&path).map(transcripts::subagent);
                self.ticket = if agent.is_some() { self.ticket } else { ticket };
                Msg::Opened(ticket, Ok(opened(agent.as_ref().unwrap_or(&self.transcript))))
            }
            Effect::Quote { ticket, place, .. } => Msg::Quoted(ticket, place, self.quotes.clone()),
            Effect::Follow(watched) => {
                self.ticket = watched.map_or(self.ticket, |(ticket, _)| ticket);
                return None;
            }
            Effect::Find { ticket, hunt } => {
                let read = |agent: &str| Arc::new(Script::whole(transcripts::subagent(agent).as_bytes()));
                Msg::Matched(ticket, find(&hunt, &mut |path| Some(read(agent_of(path)?))))
            }
            Effect::Color(codes) => Msg::Colored(codes.into_iter().map(|code| (code.clone(), code.colors())).collect()),
            Effect::Write { .. } => Msg::PageReady(Ok("/tmp/conversation.md".into())),
            Effect::ViewPictures(records) => Msg::Told(Ok(format!("{} records with pictures", records.len()))),
            Effect::Plan { ticket, errand, moved, .. } => {
                let planned = match (self.planned, moved) {
                    (Some(planned), None) => planned(errand),
                    (Some(_), Some((_, written))) => Planned::NotThere(format!("{written} is no directory.")),
                    (None, _) => Planned::Refused("It is open already, in process 4711. R takes up a copy.".to_owned()),
                };
                Msg::Planned(ticket, planned)
            }
            Effect::Offer { ticket, .. } => Msg::Offered(ticket, self.offers.clone()),
            Effect::Export { path, replace, .. } => {
                let written = if replace || !path.contains("there") { Exported::To } else { Exported::Exists };
                self.exported.push((path.clone(), replace));
                Msg::Exported(Ok(written(path.into())))
            }
            Effect::Weigh(ticket) => Msg::Weighed(ticket, Ok(Arc::new(house::weights(&self.rows, &self.chores)))),
            Effect::Chore(chore) => self.do_chore(chore),
            Effect::ReadEntries(ticket) => Msg::Entries(ticket, Ok(Arc::new(self.notebook.ledger()))),
            Effect::Jot(Jot::Edit(id)) => Msg::ToEdit(id, "/tmp/entry.md".into()),
            Effect::Edit(id, path) => Msg::Edited(id, path),
            Effect::Jot(jot) => {
                let marks = self.notebook.marks_of(&jot);
                Msg::Jotted { outcome: Ok(self.notebook.take(jot)), marks }
            }
            Effect::LookAtSync(ticket) => Msg::Synced(ticket, Arc::new(self.synced.clone())),
            Effect::Sync => Msg::SyncDone(Ok(self.news.clone())),
            Effect::TestRemotes => Msg::RemotesTested(self.tested.clone()),
            Effect::Copy(text) => {
                self.copied.push(text);
                return None;
            }
            Effect::Leave(outcome) => {
                self.left = Some(outcome);
                return None;
            }
            Effect::StopFinding | Effect::Suspend | Effect::Redraw | Effect::Retake | Effect::Page(_) => return None,
        })
    }

    fn do_chore(&mut self, chore: Chore) -> Msg {
        match &chore {
            Chore::FindDeletion(ids) => Msg::ToConfirm(Confirm::Deletion(ids.iter().map(house::deletion).collect())),
            Chore::PlanRelinking { from, to } => {
                Msg::ToConfirm(Confirm::Relinking(Box::new(house::relinking(from.clone(), to))))
            }
            Chore::Delete(deletions) => {
                let deleted: Vec<SessionId> = deletions.iter().map(|one| SessionId(one.session.clone())).collect();
                self.rows.retain(|row| !deleted.contains(row.id()));
                self.chores.push(chore);
                Msg::Chored { outcome: Ok("Done as it was said".to_owned()), deleted }
            }
            _ => {
                self.chores.push(chore);
                Msg::Chored { outcome: Ok("Done as it was said".to_owned()), deleted: Vec::new() }
            }
        }
    }

    pub(crate) fn library(&self) -> Arc<Library> {
        let belongings = self.belongings.clone();
        let knowledge = Knowledge { belongings, ..Knowledge::default() };
        let library = Library::new(self.rows.clone(), &self.running, UTC);
        Arc::new(library.marked(self.marks.clone()).knowing(knowledge))
    }

    pub(crate) fn buffer(&self) -> Buffer {
        render(&self.model, self.size.0, self.size.1)
    }

    /// What is on the screen, as text.
    pub(crate) fn text(&self) -> String {
        let buffer = self.buffer();
        let rows = buffer.content.chunks(usize::from(buffer.area.width.max(1)));
        rows.map(|row| text_of(row).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// The title of the session under the cursor, as its row shows it.
    pub(crate) fn selected(&self) -> String {
        let text = self.text();
        text.lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_owned()
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.text().contains(text)
    }
}

/// The subagent whose file it is.
fn agent_of(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()?.strip_prefix("agent-")
}

fn opened(text: &str) -> Opened {
    Opened { script: Arc::new(Script::whole(text.as_bytes())), complete: true }
}

/// The symbols of a row; the cells that a wide one covers are left out.
fn text_of(row: &[ratatui::buffer::Cell]) -> String {
    let mut text = String::new();
    let mut covered = 0;
    for cell in row {
        if covered == 0 {
            text.push_str(cell.symbol());
            covered = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
        }
        covered -= 1;
    }
    text
}

fn glimpse() -> Glimpse {
    let exchange = |prompt: &str, answer: &str| Exchange { prompt: prompt.to_owned(), answer: answer.to_owned() };
    Glimpse {
        first: exchange(
            "the refund e2e test fails about one in five, find out why",
            "Reproduced in 7 of 40 runs. It is a race between the refund poll and the websocket push: both write the \
             state, and the later one wins even when it carries the older state.",
        ),
        last: exchange("thanks, that is all", "Glad that it holds. The test ran 200 times without a failure."),
        costs: Some(costs()),
        problem: None,
    }
}

fn costs() -> CostByKind {
    let cents = |cents: i128| PicoUsd(cents * 10_000_000_000);
    CostByKind {
        input: cents(12),
        output: cents(26),
        cache_write_5m: cents(9),
        cache_write_1h: cents(11),
        cache_read: cents(13),
        web_searches: PicoUsd::default(),
    }
}

fn parse(keys: &str) -> Vec<KeyEvent> {
    let mut events = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|inside| inside.split_once('>'));
        if let Some((name, after)) = named.filter(|(name, _)| !name.is_empty()) {
            events.push(named_key(name));
            rest = after;
        } else {
            let modifiers = if first.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
            events.push(KeyEvent::new(KeyCode::Char(first), modifiers));
            rest = &rest[first.len_utf8()..];
        }
    }
    events
}

fn named_key(name: &str) -> KeyEvent {
    if let Some(letter) = name.strip_prefix('^').and_then(|letters| letters.chars().next()) {
        return KeyEvent::new(KeyCode::Char(letter.to_ascii_lowercase()), KeyModifiers::CONTROL);
    }
    let code = match name {
        "Tab" => KeyCode::Tab,
        "STab" => KeyCode::BackTab,
        "Esc" => KeyCode::Esc,
        "Enter" => KeyCode::Enter,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "PgDn" => KeyCode::PageDown,
        "PgUp" => KeyCode::PageUp,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Backspace" => KeyCode::Backspace,
        "F5" => KeyCode::F(5),
        "F4" => KeyCode::F(4),
        "F3" => KeyCode::F(3),
        "F2" => KeyCode::F(2),
        "F1" => KeyCode::F(1),
        other => panic!("no key is called {other}"),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}
