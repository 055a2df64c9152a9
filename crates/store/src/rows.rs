//! The rows that questions are answered with.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use journal::ReplicaId;
use pricing::NanoUsd;
use serde::Serialize;
use transcript::{ChangedLines, Session, SessionId, Tokens};

use crate::ModelUsage;

/// A session as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct SessionRow {
    /// What its files say.
    #[serde(flatten)]
    pub session: Session,
    /// Sum of its requests' tokens, subagents included.
    pub tokens: Tokens,
    /// Number of requests.
    pub requests: u32,
    /// Sum of the known costs.
    pub cost: NanoUsd,
    /// Requests without a price.
    pub unknown_cost_requests: u32,
    /// Requests whose figures are a lower bound.
    pub incomplete_requests: u32,
    /// Lines that its calls changed in files, subagents included; failed calls change nothing.
    pub lines: ChangedLines,
    /// Its own transcript, if it still exists.
    pub transcript: Option<PathBuf>,
    /// The machine that its transcript lies or lay on, where it is on another one alone.
    pub device: Option<ReplicaId>,
    /// The machine that it counts for, where that is another one; the same on every machine, also where several have the
    /// transcript: lists, usage and summary call it a session of that one.
    pub counts_for: Option<ReplicaId>,
    /// Whether a transcript of its own was ever read; without one, only files of its subagents are known.
    pub had_transcript: bool,
    /// Whether it is known as another program recorded it, see [`crate::Store::adopt`].
    pub adopted: bool,
    /// Who worked in it, as far as that is recorded.
    pub created_by: Option<String>,
    /// What tells its project from others, whatever it is called (`Session::project`).
    pub project_key: Option<String>,
    /// The folder of Claude Code that its transcript was found under (its `CLAUDE_CONFIG_DIR`).
    pub root: Option<PathBuf>,
    /// Size of all its files in bytes.
    pub bytes: u64,
    /// Latest modification of any of its files.
    pub modified: Option<DateTime<Utc>>,
}

impl SessionRow {
    /// Its id.
    pub fn id(&self) -> &SessionId {
        &self.session.id
    }
}

/// A file of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranscriptFile {
    /// Where it lies or lay.
    pub path: PathBuf,
    /// The subagent that wrote it, if one did.
    pub agent: Option<String>,
    /// Its size when it was last read, in bytes.
    pub bytes: u64,
    /// Whether it existed at the last scan.
    pub present: bool,
}

/// What belongs to a session beside its row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Belongings {
    /// Its files that existed at the last scan, its own first.
    pub files: Vec<TranscriptFile>,
    /// Names of the tools that it used, sorted.
    pub tools: Vec<String>,
    /// The session of which its own file repeats requests, if it does: not every client marks a fork as one.
    pub copied_from: Option<SessionId>,
}

/// A session with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionDetail {
    /// The row.
    #[serde(flatten)]
    pub row: SessionRow,
    /// Its files, its own first.
    pub files: Vec<TranscriptFile>,
    /// Its usage by model.
    pub models: Vec<ModelUsage>,
}

/// When a session asked its model last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestRequest {
    /// The session.
    pub session: SessionId,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether the last of its requests that wrote to the cache wrote for an hour (else for five minutes); none where
    /// no request wrote since.
    pub for_an_hour: Option<bool>,
}

/// What an id or a prefix of one stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Exactly one session.
    One(Box<SessionRow>),
    /// None.
    None,
    /// Several; all of them.
    Many(Vec<SessionRow>),
}

/// A model without a price, and the requests that were made with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpriced {
    /// Its name as Claude Code wrote it.
    pub model: String,
    /// How many requests.
    pub requests: u64,
    /// All their tokens.
    pub tokens: u64,
    /// When the first was made.
    pub first: Option<DateTime<Utc>>,
    /// When the last was made.
    pub last: Option<DateTime<Utc>>,
}
