//! A session: everything its files say, folded into one row.

mod fold;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ChangedLines, FileFacts, Ledger};

/// A session's id as the file name says it (a UUID in everything that the client wrote).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct SessionId(pub String);

impl SessionId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for SessionId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

/// A session's title and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// One line of text.
    pub text: String,
    /// Where it comes from.
    pub source: TitleSource,
}

/// Where a title comes from; earlier ones win over later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TitleSource {
    /// Given by the person (`custom-title`).
    Custom,
    /// Made by the client (`ai-title`).
    Ai,
    /// A `summary` whose leaf is in this very session.
    Summary,
    /// The first thing that was said: the first prompt, else the first command, else what a subagent was told.
    FirstPrompt,
}

/// One file's contribution to a session.
#[derive(Debug, Clone, Copy)]
pub struct SessionFile<'a> {
    /// Whether it is the session's own file (rather than a subagent's).
    pub main: bool,
    /// What the file says.
    pub facts: &'a FileFacts,
}

/// A session, folded from its files. Tokens and cost are not here: they are sums over requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its title.
    pub title: Option<Title>,
    /// The first thing that the person said, its first 4 KB.
    pub first_prompt: Option<String>,
    /// The last thing that the person said, its first 4 KB.
    pub last_prompt: Option<String>,
    /// Working directory of the first record that names one.
    pub cwd_first: Option<String>,
    /// Working directory of the last record that names one.
    pub cwd_last: Option<String>,
    /// The directory that its project is that of: where the work began, or the repository that this is a worktree of.
    pub home: Option<String>,
    /// Display name of the project.
    pub project: Option<String>,
    /// Last `git` branch (never the placeholder for "no repository").
    pub branch: Option<String>,
    /// Client versions, in the order in which they first appear.
    pub versions: Vec<String>,
    /// Models that answered, no `<synthetic>`: those that only subagents asked, then the session's own, the one that
    /// answered last at the end.
    pub models: Vec<String>,
    /// How the client was started (`cli`, `sdk-cli`, …).
    pub entrypoint: Option<String>,
    /// Earliest time of any record.
    pub started: Option<DateTime<Utc>>,
    /// Latest time of any record.
    pub ended: Option<DateTime<Utc>>,
    /// Time with activity, in milliseconds: gaps over five minutes are left out.
    pub active_ms: u64,
    /// Prompts that a person gave.
    pub prompts: u32,
    /// Answers of the model (API messages, however many lines they take).
    pub answers: u32,
    /// Tool calls (by id, however often they are repeated).
    pub tool_calls: u32,
    /// Skills used, sorted.
    pub skills: Vec<String>,
    /// Files that were written or edited, in the order in which they first appear.
    pub files_touched: Vec<String>,
    /// Pull requests linked to it.
    pub pr_links: Vec<String>,
    /// The session that it was forked or copied from.
    pub parent: Option<SessionId>,
    /// Subagents that ran in it.
    pub subagents: u32,
    /// Stretches of its files that were not understood.
    pub problems: u32,
    /// The client's own running total. A fork carries on the total of its original.
    pub ledger: Option<Ledger>,
    /// The client's own count of lines changed, subject to the same.
    pub ledger_lines: Option<ChangedLines>,
}
