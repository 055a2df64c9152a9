//! One pass over a transcript: what the file says, and the requests and tool calls in it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Problem, Request, SessionId};

/// What one file says, apart from its requests and tool calls. Small, serialisable, and everything that a reader
/// needs to go on where it stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// Bytes that were understood: the next read starts here (after the last whole line).
    pub read_to: u64,
}

impl FileFacts {
    /// The session that most records name.
    pub fn session(&self) -> Option<&SessionId> {
        None
    }
}

/// A tool call, as one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolUse {
    /// `tool_use.id`.
    pub id: String,
    /// Name of the tool.
    pub name: String,
    /// The request that made it.
    pub request: crate::RequestKey,
    /// The subagent that made it.
    pub agent: Option<String>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// The file, command, skill or pattern it is about, cut to one short line.
    pub subject: Option<String>,
    /// Whether its result was an error; none while there is no result.
    pub is_error: Option<bool>,
}

/// What a stretch of a file added. Requests and tool calls may repeat earlier ones with the same key:
/// the reader's caller merges them by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Requests seen in the stretch, each once.
    pub requests: Vec<Request>,
    /// Tool calls seen in the stretch, each once.
    pub tool_uses: Vec<ToolUse>,
    /// Problems of the stretch.
    pub problems: Vec<Problem>,
}

/// Reads a transcript piece by piece.
#[derive(Debug)]
pub struct Reader {
    facts: FileFacts,
}

impl Reader {
    /// Starts at the beginning of a file, or goes on from what an earlier read left.
    pub fn new(facts: FileFacts) -> Self {
        Self { facts }
    }

    /// Reads bytes that follow those read before, as far as the last whole record; returns how many were used.
    /// With `last`, a final line without a newline is read too if it is a whole record.
    pub fn feed(&mut self, bytes: &[u8], last: bool, batch: &mut Batch) -> usize {
        let _ = (last, batch);
        self.facts.read_to += bytes.len() as u64;
        bytes.len()
    }

    /// What was learned so far.
    pub fn finish(self) -> FileFacts {
        self.facts
    }
}
