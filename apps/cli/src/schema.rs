//! The JSON that scripts read, schema 1: keys are only ever added.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{SessionDetail, SessionRow, TranscriptFile};
use transcript::{TitleSource, Tokens};

use crate::notebook;

/// A session.
#[derive(Debug, Serialize)]
pub(crate) struct Session<'a> {
    id: &'a str,
    title: Option<&'a str>,
    title_source: Option<TitleSource>,
    project: Option<&'a str>,
    project_key: Option<&'a str>,
    cwd_first: Option<&'a str>,
    cwd_last: Option<&'a str>,
    branch: Option<&'a str>,
    models: &'a [String],
    versions: &'a [String],
    entrypoint: Option<&'a str>,
    started: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    modified: Option<DateTime<Utc>>,
    active_ms: u64,
    prompts: u32,
    answers: u32,
    tool_calls: u32,
    subagents: u32,
    skills: &'a [String],
    files_touched: &'a [String],
    pr_links: &'a [String],
    parent: Option<&'a str>,
    first_prompt: Option<&'a str>,
    last_prompt: Option<&'a str>,
    requests: u32,
    lines_added: u32,
    lines_removed: u32,
    client_lines_added: Option<u32>,
    client_lines_removed: Option<u32>,
    tokens: TokenCounts,
    cost_usd: String,
    cost_known: bool,
    unknown_cost_requests: u32,
    incomplete_requests: u32,
    problems: u32,
    created_by: Option<&'a str>,
    recorded_by: Option<&'a str>,
    /// The machine that it counts for, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Device>,
    root: Option<&'a PathBuf>,
    transcript: Option<&'a PathBuf>,
    bytes: u64,
    /// What people say about it; none where nothing was ever said.
    #[serde(skip_serializing_if = "Option::is_none")]
    marks: Option<Marks>,
}

impl Session<'_> {
    /// The same with what people say about it.
    pub(crate) fn marked(self, notes: &notes::Notes) -> Self {
        Self { marks: notes.marks(self.id).as_ref().map(Marks::from), ..self }
    }

    /// The same with the name of the machine that it ran on.
    pub(crate) fn on(mut self, name: Option<&str>) -> Self {
        if let Some(device) = &mut self.device {
            device.name = name.map(str::to_owned);
        }
        self
    }
}

/// Another machine.
#[derive(Debug, Serialize)]
struct Device {
    /// As `sessions devices` names it, `replica`.
    id: String,
    /// What it is called; none where that was not asked.
    name: Option<String>,
}

/// What people say about a session.
#[derive(Debug, Serialize)]
pub(crate) struct Marks {
    starred: bool,
    hidden: bool,
    name: Option<String>,
    tags: Vec<String>,
    notes: Vec<Note>,
}

/// A note on a session or on a turn of it.
#[derive(Debug, Serialize)]
pub(crate) struct Note {
    id: String,
    turn: Option<u64>,
    text: String,
    by: String,
    at: Option<DateTime<Utc>>,
}

impl From<&notes::Marks<'_>> for Marks {
    fn from(marks: &notes::Marks<'_>) -> Self {
        let note = |note: &notes::Note| Note {
            id: note.id.clone(),
            turn: note.turn.as_ref().map(|turn| turn.number),
            text: note.text.clone(),
            by: note.by.clone(),
            at: notebook::moment(note.at_ms),
        };
        Self {
            starred: marks.is_starred(),
            hidden: marks.is_hidden(),
            name: marks.name().map(str::to_owned),
            tags: marks.tags().into_iter().map(str::to_owned).collect(),
            notes: marks.notes().into_iter().map(note).collect(),
        }
    }
}

/// Tokens by kind.
#[derive(Debug, Serialize)]
pub(crate) struct TokenCounts {
    input: u64,
    output: u64,
    cache_write_5m: u64,
    cache_write_1h: u64,
    cache_read: u64,
    total: u64,
}

impl From<Tokens> for TokenCounts {
    fn from(tokens: Tokens) -> Self {
        Self {
            input: tokens.input,
            output: tokens.output,
            cache_write_5m: tokens.cache_write_5m,
            cache_write_1h: tokens.cache_write_1h,
            cache_read: tokens.cache_read,
            total: tokens.total(),
        }
    }
}

impl<'a> From<&'a SessionRow> for Session<'a> {
    fn from(row: &'a SessionRow) -> Self {
        let session = &row.session;
        Self {
            id: row.id().as_str(),
            title: session.title.as_ref().map(|title| title.text.as_str()),
            title_source: session.title.as_ref().map(|title| title.source),
            project: session.project.as_deref(),
            project_key: row.project_key.as_deref(),
            cwd_first: session.cwd_first.as_deref(),
            cwd_last: session.cwd_last.as_deref(),
            branch: session.branch.as_deref(),
            models: &session.models,
            versions: &session.versions,
            entrypoint: session.entrypoint.as_deref(),
            started: session.started,
            ended: session.ended,
            modified: row.modified,
            active_ms: session.active_ms,
            prompts: session.prompts,
            answers: session.answers,
            tool_calls: session.tool_calls,
            subagents: session.subagents,
            skills: &session.skills,
            files_touched: &session.files_touched,
            pr_links: &session.pr_links,
            parent: session.parent.as_ref().map(transcript::SessionId::as_str),
            first_prompt: session.first_prompt.as_deref(),
            last_prompt: session.last_prompt.as_deref(),
            requests: row.requests,
            lines_added: row.lines.added,
            lines_removed: row.lines.removed,
            client_lines_added: session.ledger_lines.map(|lines| lines.added),
            client_lines_removed: session.ledger_lines.map(|lines| lines.removed),
            tokens: row.tokens.into(),
            cost_usd: row.cost.to_string(),
            cost_known: row.unknown_cost_requests == 0,
            unknown_cost_requests: row.unknown_cost_requests,
            incomplete_requests: row.incomplete_requests,
            problems: session.problems,
            created_by: row.created_by.as_deref(),
            recorded_by: row.adopted.then_some("claude-session-logger"),
            device: row.counts_for.map(|device| Device { id: device.to_string(), name: None }),
            root: row.root.as_ref(),
            transcript: row.transcript.as_ref(),
            bytes: row.bytes,
            marks: None,
        }
    }
}

/// A session with its files and its usage by model.
#[derive(Debug, Serialize)]
pub(crate) struct Detail<'a> {
    #[serde(flatten)]
    session: Session<'a>,
    files: &'a [TranscriptFile],
    usage: Vec<Usage<'a>>,
}

impl<'a> Detail<'a> {
    /// A session, with the name of the machine that it ran on where that is another one.
    pub(crate) fn of(detail: &'a SessionDetail, device: Option<&str>) -> Self {
        Self {
            session: Session::from(&detail.row).on(device),
            files: &detail.files,
            usage: detail.models.iter().map(|usage| Usage::new(&usage.model, &usage.usage)).collect(),
        }
    }
}

/// Usage of one model, or of all.
#[derive(Debug, Serialize)]
pub(crate) struct Usage<'a> {
    key: &'a str,
    requests: u64,
    input: u64,
    output: u64,
    cache_write_5m: u64,
    cache_write_1h: u64,
    cache_read: u64,
    total_tokens: u64,
    web_searches: u64,
    cost_usd: String,
    recorded_cost_usd: String,
    cost_known: bool,
    unknown_cost_requests: u64,
    incomplete_requests: u64,
}

impl<'a> Usage<'a> {
    /// A row of usage under a key.
    pub(crate) fn new(key: &'a str, usage: &store::Usage) -> Self {
        let tokens = usage.tokens;
        Self {
            key,
            requests: usage.requests,
            input: tokens.input,
            output: tokens.output,
            cache_write_5m: tokens.cache_write_5m,
            cache_write_1h: tokens.cache_write_1h,
            cache_read: tokens.cache_read,
            total_tokens: tokens.total(),
            web_searches: usage.web_searches,
            cost_usd: usage.cost.nano().to_string(),
            recorded_cost_usd: usage.recorded.nano().to_string(),
            cost_known: usage.unknown_cost_requests == 0,
            unknown_cost_requests: usage.unknown_cost_requests,
            incomplete_requests: usage.incomplete_requests,
        }
    }
}
