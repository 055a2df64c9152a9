//! The stored sessions, prepared for list, preview and matching.

mod knowledge;
mod marks;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use config::Excluded;
use resume::Moves;
use search::{Candidates, File, Marks, Subject};
use store::SessionRow;
use store::live::Running;
use transcript::{Session, SessionId, Title, TitleSource};

use crate::cells;
use crate::figures;
pub use knowledge::Knowledge;
pub use marks::marks;
pub(crate) use marks::say;

/// As much of a first prompt as is looked at, in bytes.
const PROMPT_SEEN: usize = 400;

/// A session, prepared for the list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The row that it is made from.
    pub row: SessionRow,
    /// Its title as one clean line; none if nothing was ever said in it.
    pub title: Option<String>,
    /// Its project, clean.
    pub project: String,
    /// Its branch, clean.
    pub branch: String,
    /// Its latest model without what all names share.
    pub model: String,
    /// The latest moment of it.
    pub latest: Option<DateTime<Utc>>,
    /// What is known of the client that has it open now.
    pub running: Option<Running>,
    /// What people and the archive say about it.
    pub marks: Marks,
    /// Directories that it ran in, the latest first, and where those are now that moved.
    pub places: Vec<String>,
    /// Where the directory is now that it began in.
    pub began_in: Option<String>,
}

/// All stored sessions: those that run now, then the latest, then those in which nothing was said.
#[derive(Debug, Default)]
pub struct Library {
    /// The sessions.
    pub entries: Vec<Arc<Entry>>,
    /// Number of projects.
    pub projects: usize,
    /// The earliest moment of any session.
    pub since: Option<DateTime<Utc>>,
    /// Number of sessions that are left out unless asked for.
    pub(crate) hidden: usize,
    /// Sessions of projects that are excluded: in no list but that of housekeeping.
    pub(crate) excluded: Vec<Arc<Entry>>,
    /// Columns that the widest marks and the widest name of a project, a branch and a model take.
    pub(crate) widest: Widest,
    zone: Tz,
    candidates: OnceLock<Candidates>,
    /// What queries may ask, and the files of each session; the same for a library in which only marks are others.
    knowledge: Arc<OnceLock<(Knowledge, Vec<Vec<File>>)>>,
}

/// Columns that the widest names take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Widest {
    pub(crate) marks: usize,
    pub(crate) project: usize,
    pub(crate) branch: usize,
    pub(crate) model: usize,
}

impl Library {
    /// Prepares rows; `running` says which sessions run now. One that was just started and is in no row is listed, too.
    /// Days are those of `zone`.
    pub fn new(rows: Vec<SessionRow>, running: &[Running], zone: Tz) -> Self {
        let known: HashSet<SessionId> = rows.iter().map(|row| row.id().clone()).collect();
        let starting = running.iter().filter(|running| !known.contains(&running.session)).map(starting);
        let open: HashMap<&SessionId, &Running> = running.iter().map(|running| (&running.session, running)).collect();
        let rows = rows.into_iter().chain(starting);
        let mut entries: Vec<Arc<Entry>> = rows.map(|row| Arc::new(Entry::new(row, &open))).collect();
        entries.sort_by_key(|entry| Reverse((entry.running.is_some(), !entry.is_silent(), entry.latest)));
        let library = Self {
            projects: 0,
            since: None,
            hidden: 0,
            excluded: Vec::new(),
            widest: Widest::default(),
            zone,
            candidates: OnceLock::new(),
            knowledge: Arc::new(OnceLock::from((Knowledge::default(), Vec::new()))),
            entries,
        };
        library.counted()
    }

    /// The same without sessions of projects that are excluded.
    #[must_use]
    pub fn without(mut self, excluded: &Excluded) -> Self {
        if !excluded.is_empty() {
            let is_one =
                |entry: &mut Arc<Entry>| entry.row.session.cwd_first.as_deref().is_some_and(|cwd| excluded.holds(cwd));
            self.excluded = self.entries.extract_if(.., is_one).collect();
        }
        self.counted()
    }

    /// The same, where directories that moved are known: sessions belong to where those are now, too.
    #[must_use]
    pub fn moved(mut self, moves: &Moves) -> Self {
        for entry in &mut self.entries {
            let places = places(moves, &entry.row);
            if places != entry.places {
                let entry = Arc::make_mut(entry);
                let began = entry.row.session.cwd_first.as_deref();
                entry.began_in =
                    began.and_then(|began| moves.now(began, began_ms(&entry.row))).or(began.map(str::to_owned));
                entry.places = places;
            }
        }
        self
    }

    fn counted(mut self) -> Self {
        let projects: HashSet<&str> = self.entries.iter().map(|entry| entry.project.as_str()).collect();
        self.projects = projects.len();
        self.since = self.entries.iter().filter_map(|entry| entry.row.session.started).min();
        self.hidden = self.entries.iter().filter(|entry| entry.marks.hidden).count();
        self.widest = Widest::of(&self.entries);
        self
    }

    /// The same, with what people and the archive say about the sessions; those that were deleted are left out.
    #[must_use]
    pub fn marked(mut self, mut marks: HashMap<SessionId, Marks>) -> Self {
        for entry in &mut self.entries {
            let said = marks.remove(entry.row.id()).unwrap_or_default();
            Arc::make_mut(entry).mark(said);
        }
        self.entries.retain(|entry| !entry.marks.deleted);
        self.counted()
    }

    /// The same, with other things said about some sessions. What else is known of them stays as it is.
    pub(crate) fn marked_anew(&self, said: &[(SessionId, Marks)]) -> Self {
        let mut library = Self {
            entries: self.entries.clone(),
            excluded: self.excluded.clone(),
            candidates: OnceLock::new(),
            knowledge: Arc::clone(&self.knowledge),
            ..*self
        };
        for (session, said) in said {
            let Some(entry) = library.entries.iter_mut().find(|entry| entry.row.id() == session) else { continue };
            let known = &entry.marks;
            let (archived, deleted_at, device) = (known.archived, known.deleted_at, known.device.clone());
            Arc::make_mut(entry).mark(Marks { archived, deleted_at, device, ..said.clone() });
        }
        library.entries.retain(|entry| !entry.marks.deleted);
        library.counted()
    }

    /// The session of an id.
    pub(crate) fn entry(&self, id: &SessionId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.row.id() == id).map(Arc::as_ref)
    }

    /// What each of them is found by. Made when first asked for, because a list can be shown without it.
    pub fn candidates(&self) -> &Candidates {
        self.candidates.get_or_init(|| {
            let (knowledge, _) = self.knowledge.wait();
            self.entries.iter().map(|entry| entry.subject(self.zone, knowledge)).collect()
        })
    }

    /// Directories that the sessions ran in, each once.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        let sessions = self.entries.iter().map(|entry| &entry.row.session);
        let mut directories: Vec<&String> =
            sessions.flat_map(|session| [&session.cwd_last, &session.cwd_first]).flatten().collect();
        directories.sort_unstable();
        directories.dedup();
        directories.into_iter().map(PathBuf::from).collect()
    }

    /// Where each session stands.
    pub(crate) fn positions(&self) -> HashMap<&SessionId, usize> {
        self.entries.iter().enumerate().map(|(at, entry)| (entry.row.id(), at)).collect()
    }
}

impl Widest {
    fn of(entries: &[Arc<Entry>]) -> Self {
        fn widest<'a>(names: impl Iterator<Item = &'a String>) -> usize {
            let names: HashSet<&String> = names.collect();
            names.into_iter().map(|name| cells::width(name)).max().unwrap_or(0)
        }
        Self {
            marks: entries.iter().map(|entry| entry.marks.letters().len()).max().unwrap_or(0),
            project: widest(entries.iter().map(|entry| &entry.project)),
            branch: widest(entries.iter().map(|entry| &entry.branch)),
            model: widest(entries.iter().map(|entry| &entry.model)),
        }
    }
}

/// Directories that a session ran in, the latest first.
pub fn ran_in(row: &SessionRow) -> impl Iterator<Item = &str> {
    [&row.session.cwd_last, &row.session.cwd_first].into_iter().flatten().map(String::as_str)
}

/// When a session began, milliseconds since 1970.
fn began_ms(row: &SessionRow) -> Option<u64> {
    row.session.started.and_then(|started| u64::try_from(started.timestamp_millis()).ok())
}

/// Directories that a session ran in, the latest first, and where those are now that moved.
pub fn places(moves: &Moves, row: &SessionRow) -> Vec<String> {
    moves.places(ran_in(row), began_ms(row))
}

/// The same, as paths.
pub fn present(moves: &Moves, row: &SessionRow) -> Vec<PathBuf> {
    places(moves, row).into_iter().map(PathBuf::from).collect()
}

/// Directories that a session can go on in, the best first.
pub fn to_go_on(moves: &Moves, row: &SessionRow) -> Vec<PathBuf> {
    let directories = moves.to_go_on(ran_in(row), began_ms(row));
    resume::directories(row.transcript.as_deref(), directories.iter().map(String::as_str))
}

/// What is known of a session that was just started: its client writes no transcript before the first prompt.
fn starting(running: &Running) -> SessionRow {
    let project = running.cwd.as_deref().map(transcript::project_name).filter(|name| !name.is_empty());
    SessionRow {
        session: Session {
            id: running.session.clone(),
            title: running.name.clone().map(|text| Title { text, source: TitleSource::Custom }),
            project: project.map(str::to_owned),
            cwd_first: running.cwd.clone(),
            cwd_last: running.cwd.clone(),
            started: running.started_at,
            ..Session::default()
        },
        ..SessionRow::default()
    }
}

impl Entry {
    fn new(row: SessionRow, running: &HashMap<&SessionId, &Running>) -> Self {
        let session = &row.session;
        let clean = |text: &Option<String>| text.as_deref().map(cells::clean).filter(|line| !line.is_empty());
        Self {
            title: own_title(session),
            project: clean(&session.project).unwrap_or_default(),
            branch: clean(&session.branch).unwrap_or_default(),
            model: session.models.last().map(|model| figures::model(model)).unwrap_or_default(),
            latest: session.ended.or(session.started).or(row.modified),
            running: running.get(&session.id).map(|running| (*running).clone()),
            marks: Marks::default(),
            places: places(&Moves::default(), &row),
            began_in: session.cwd_first.clone(),
            row,
        }
    }

    fn mark(&mut self, marks: Marks) {
        let given = marks.title.as_deref().map(cells::clean).filter(|line| !line.is_empty());
        self.title = given.or_else(|| own_title(&self.row.session));
        self.marks = marks;
    }

    /// Whether Claude Code has deleted its transcript.
    pub(crate) fn is_gone(&self) -> bool {
        self.row.transcript.is_none() && self.row.had_transcript && self.row.counts_for.or(self.row.device).is_none()
    }

    /// Whether its transcript is not here, and the archive has it.
    pub(crate) fn is_kept(&self) -> bool {
        self.row.transcript.is_none() && self.row.had_transcript && self.marks.archived
    }

    /// Whether it has no transcript that could be read here: deleted or on another machine, and not in the archive; or only
    /// its subagents ever had some.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.row.transcript.is_none() && !self.is_kept()
    }

    /// Whether nothing was said in it yet: its client runs and has written no transcript.
    pub(crate) fn is_starting(&self) -> bool {
        self.running.is_some() && self.row.transcript.is_none() && !self.row.had_transcript
    }

    /// Whether nothing was ever said in it. What was said on another machine is not known here.
    fn is_silent(&self) -> bool {
        self.title.is_none() && (self.row.device.is_none() || self.row.session.prompts == 0)
    }

    /// The title, or what stands in for one.
    pub(crate) fn title(&self) -> &str {
        let without = match () {
            () if self.is_starting() => "(just started)",
            () if !self.is_silent() => "(its words stayed there)",
            () => "(nothing was said)",
        };
        self.title.as_deref().unwrap_or(without)
    }

    /// The directory that it ran in last.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.row.session.cwd_last.as_deref().or(self.row.session.cwd_first.as_deref()).map(Path::new)
    }

    /// What it is found by, with its days in a zone.
    fn subject(&self, zone: Tz, knowledge: &Knowledge) -> Subject {
        let session = &self.row.session;
        let mut days: Vec<NaiveDate> = [session.started, self.latest]
            .into_iter()
            .flatten()
            .map(|moment| moment.with_timezone(&zone).date_naive())
            .collect();
        days.dedup();
        let mut subject = Subject {
            id: session.id.to_string(),
            title: self.title.clone().unwrap_or_default(),
            project: self.project.clone(),
            project_key: self.row.project_key.clone().unwrap_or_default(),
            branch: self.branch.clone(),
            models: session.models.iter().map(|model| figures::model(model)).collect(),
            first_prompt: cells::clean(beginning(session.first_prompt.as_deref().unwrap_or_default())),
            days,
            latest: self.latest,
            marks: self.marks.clone(),
            ..Subject::default()
        };
        self.describe(&mut subject, knowledge);
        subject
    }
}

/// The title that a session has by itself, as one clean line: else how its first prompt begins.
fn own_title(session: &Session) -> Option<String> {
    let clean = |text: &str| Some(cells::clean(text)).filter(|line| !line.is_empty());
    let title = session.title.as_ref().and_then(|title| clean(&title.text));
    title.or_else(|| session.first_prompt.as_deref().map(beginning).and_then(clean))
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(PROMPT_SEEN)]
}
