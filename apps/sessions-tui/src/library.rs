//! The stored sessions, prepared for list, preview and matching.

mod knowledge;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use search::{Candidates, File, Subject};
use store::SessionRow;
use store::live::Running;
use transcript::{Session, SessionId, Title, TitleSource};

use crate::cells;
use crate::figures;
pub use knowledge::Knowledge;

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
}

/// All stored sessions: those that run now, then the latest, then those in which nothing was said.
#[derive(Debug, Default)]
pub struct Library {
    /// The sessions.
    pub entries: Vec<Entry>,
    /// Number of projects.
    pub projects: usize,
    /// The earliest moment of any session.
    pub since: Option<DateTime<Utc>>,
    /// Columns that the widest name of a project, a branch and a model take.
    pub(crate) widest: Widest,
    zone: Tz,
    candidates: OnceLock<Candidates>,
    /// What queries may ask, and the files of each session.
    knowledge: OnceLock<(Knowledge, Vec<Vec<File>>)>,
}

/// Columns that the widest names take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Widest {
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
        let mut entries: Vec<Entry> = rows.into_iter().chain(starting).map(|row| Entry::new(row, &open)).collect();
        entries.sort_by_key(|entry| Reverse((entry.running.is_some(), entry.title.is_some(), entry.latest)));
        let projects: HashSet<&str> = entries.iter().map(|entry| entry.project.as_str()).collect();
        Self {
            projects: projects.len(),
            since: entries.iter().filter_map(|entry| entry.row.session.started).min(),
            widest: Widest::of(&entries),
            zone,
            candidates: OnceLock::new(),
            knowledge: OnceLock::from((Knowledge::default(), Vec::new())),
            entries,
        }
    }

    /// The session of an id.
    pub(crate) fn entry(&self, id: &SessionId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.row.id() == id)
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
    fn of(entries: &[Entry]) -> Self {
        fn widest<'a>(names: impl Iterator<Item = &'a String>) -> usize {
            let names: HashSet<&String> = names.collect();
            names.into_iter().map(|name| cells::width(name)).max().unwrap_or(0)
        }
        Self {
            project: widest(entries.iter().map(|entry| &entry.project)),
            branch: widest(entries.iter().map(|entry| &entry.branch)),
            model: widest(entries.iter().map(|entry| &entry.model)),
        }
    }
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
        let title = session.title.as_ref().map(|title| cells::clean(&title.text)).filter(|line| !line.is_empty());
        Self {
            title: title.or_else(|| clean(&session.first_prompt.as_deref().map(beginning).map(str::to_owned))),
            project: clean(&session.project).unwrap_or_default(),
            branch: clean(&session.branch).unwrap_or_default(),
            model: session.models.last().map(|model| figures::model(model)).unwrap_or_default(),
            latest: session.ended.or(session.started).or(row.modified),
            running: running.get(&session.id).map(|running| (*running).clone()),
            row,
        }
    }

    /// Whether Claude Code has deleted its transcript.
    pub(crate) fn is_gone(&self) -> bool {
        self.row.transcript.is_none() && self.row.had_transcript
    }

    /// Whether it has no transcript that could be read: deleted, or only its subagents ever had some.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.row.transcript.is_none()
    }

    /// Whether nothing was said in it yet: its client runs and has written no transcript.
    pub(crate) fn is_starting(&self) -> bool {
        self.running.is_some() && self.row.transcript.is_none() && !self.row.had_transcript
    }

    /// The title, or what stands in for one.
    pub(crate) fn title(&self) -> &str {
        let without = if self.is_starting() { "(just started)" } else { "(nothing was said)" };
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
            branch: self.branch.clone(),
            models: session.models.iter().map(|model| figures::model(model)).collect(),
            first_prompt: cells::clean(beginning(session.first_prompt.as_deref().unwrap_or_default())),
            days,
            latest: self.latest,
            ..Subject::default()
        };
        self.describe(&mut subject, knowledge);
        subject
    }
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(PROMPT_SEEN)]
}
