//! The stored sessions, prepared for list, preview and matching.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use search::{Candidates, Subject};
use store::SessionRow;
use transcript::SessionId;

use crate::cells;

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
    /// The process that runs it now.
    pub running: Option<u32>,
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
    /// Columns that the widest project name takes.
    pub widest_project: usize,
    zone: Tz,
    candidates: OnceLock<Candidates>,
}

impl Library {
    /// Prepares rows; `running` says which sessions run now, and in which process. Days are those of `zone`.
    pub fn new(rows: Vec<SessionRow>, running: &HashMap<SessionId, u32>, zone: Tz) -> Self {
        let mut entries: Vec<Entry> = rows.into_iter().map(|row| Entry::new(row, running)).collect();
        entries.sort_by_key(|entry| Reverse((entry.running.is_some(), entry.title.is_some(), entry.latest)));
        let projects: HashSet<&str> = entries.iter().map(|entry| entry.project.as_str()).collect();
        Self {
            projects: projects.len(),
            since: entries.iter().filter_map(|entry| entry.row.session.started).min(),
            widest_project: projects.iter().map(|project| cells::width(project)).max().unwrap_or(0),
            zone,
            candidates: OnceLock::new(),
            entries,
        }
    }

    /// What each of them is found by. Made when first asked for, because a list can be shown without it.
    pub fn candidates(&self) -> &Candidates {
        self.candidates.get_or_init(|| self.entries.iter().map(|entry| entry.subject(self.zone)).collect())
    }

    /// Where each session stands.
    pub(crate) fn positions(&self) -> HashMap<&SessionId, usize> {
        self.entries.iter().enumerate().map(|(at, entry)| (entry.row.id(), at)).collect()
    }
}

impl Entry {
    fn new(row: SessionRow, running: &HashMap<SessionId, u32>) -> Self {
        let session = &row.session;
        let clean = |text: &Option<String>| text.as_deref().map(cells::clean).filter(|line| !line.is_empty());
        let title = session.title.as_ref().map(|title| cells::clean(&title.text)).filter(|line| !line.is_empty());
        Self {
            title: title.or_else(|| clean(&session.first_prompt.as_deref().map(beginning).map(str::to_owned))),
            project: clean(&session.project).unwrap_or_default(),
            branch: clean(&session.branch).unwrap_or_default(),
            model: session.models.last().map(|model| short_model(model)).unwrap_or_default(),
            latest: session.ended.or(session.started).or(row.modified),
            running: running.get(&session.id).copied(),
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

    /// The title, or what stands in for one.
    pub(crate) fn title(&self) -> &str {
        self.title.as_deref().unwrap_or("(nothing was said)")
    }

    /// What it is found by, with its days in a zone.
    fn subject(&self, zone: Tz) -> Subject {
        let session = &self.row.session;
        let mut days: Vec<NaiveDate> = [session.started, self.latest]
            .into_iter()
            .flatten()
            .map(|moment| moment.with_timezone(&zone).date_naive())
            .collect();
        days.dedup();
        Subject {
            id: session.id.to_string(),
            title: self.title.clone().unwrap_or_default(),
            project: self.project.clone(),
            branch: self.branch.clone(),
            models: session.models.iter().map(|model| short_model(model)).collect(),
            first_prompt: cells::clean(beginning(session.first_prompt.as_deref().unwrap_or_default())),
            days,
            latest: self.latest,
        }
    }
}

/// `opus-5-5` for `claude-opus-5-5` in any decoration.
pub(crate) fn short_model(model: &str) -> String {
    let name = pricing::canonical(model);
    cells::clean(name.strip_prefix("claude-").unwrap_or(name))
}

fn beginning(text: &str) -> &str {
    let end = (0..=PROMPT_SEEN.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}
