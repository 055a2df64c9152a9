//! A tool call, as one row.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ChangedLines;
use crate::RequestKey;
use crate::prompt::one_line;
use crate::request::earliest;
use crate::skim::Raw;
use crate::wire::text;

/// A tool call, as one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolUse {
    /// `tool_use.id`.
    pub id: String,
    /// Name of the tool.
    pub name: String,
    /// The request that made it.
    pub request: RequestKey,
    /// The subagent that made it.
    pub agent: Option<String>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// The file, command, skill or pattern it is about, cut to one short line.
    pub subject: Option<String>,
    /// Whether its result was an error; none while there is no result.
    pub is_error: Option<bool>,
    /// Lines that it changed in files; none if it did not, or while nothing says that it succeeded.
    #[serde(skip)]
    pub lines: Option<ChangedLines>,
}

impl ToolUse {
    /// Takes in another telling of the same call, with its result perhaps. Commutative, associative, idempotent.
    pub fn merge(&mut self, mut other: Self) {
        if other.telling() < self.telling() {
            std::mem::swap(self, &mut other);
        }
        self.at = earliest(self.at, other.at);
        self.is_error = self.is_error.max(other.is_error);
        self.lines = self.lines.max(other.lines);
    }

    /// The smaller, the rather it is taken over.
    fn telling(&self) -> impl Ord + '_ {
        (self.agent.is_none(), &self.name, &self.request, &self.subject, &self.agent)
    }
}

/// Members of an input that say what a call is about, the best first.
const SUBJECTS: [&str; 14] = [
    "file_path",
    "notebook_path",
    "command",
    "skill",
    "pattern",
    "url",
    "query",
    "description",
    "subject",
    "path",
    "taskId",
    "task_id",
    "prompt",
    "message",
];

/// Longest subject, in characters.
const SUBJECT_LIMIT: usize = 200;

/// What a call is about, from its input.
pub(super) fn subject(input: Raw<'_>) -> Option<String> {
    let mut best: Option<(usize, Raw<'_>)> = None;
    for (key, value) in input.members() {
        let rank = SUBJECTS.iter().position(|name| *name == key);
        if let Some(rank) = rank.filter(|rank| best.is_none_or(|(other, _)| *rank < other)) {
            best = Some((rank, value));
        }
    }
    let start = best?.1.string_start(4 * SUBJECT_LIMIT)?;
    Some(one_line(&start, SUBJECT_LIMIT)).filter(|line| !line.is_empty())
}

/// The file that a call writes or edits, if the tool is one that does.
pub(super) fn written_file(tool: &str, input: Raw<'_>) -> Option<String> {
    let key = match tool {
        "Write" | "Edit" | "MultiEdit" => "file_path",
        "NotebookEdit" => "notebook_path",
        _ => return None,
    };
    text(input.get(key).or_else(|| input.get("file_path"))).map(std::borrow::Cow::into_owned)
}
