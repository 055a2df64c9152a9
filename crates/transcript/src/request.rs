//! A request: one answer of the API, the unit of counting.

mod merge;
mod read;
mod usage;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{SessionId, Tokens};

pub use merge::Precedence;
pub(crate) use merge::earliest;
pub(crate) use read::{Origin, SYNTHETIC, nano_usd};
pub(crate) use usage::{MOST_TOKENS, Usage, small};

/// What makes two lines the same request, over all files of all roots.
///
/// `message.id` alone when it starts with `msg_`. Any other id (a gateway's, which may repeat) with its request id and
/// the session that it was first made in; without an id the record's own `uuid`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestKey(pub String);

/// One request as one file tells it.
///
/// Several files may tell the same request (forks, resumed copies, subagent files); `merge` decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What identifies it.
    pub key: RequestKey,
    /// The session that the records belong to (for a subagent: its parent session).
    pub session: SessionId,
    /// The subagent that made it, if one did.
    pub agent: Option<String>,
    /// `uuid` of the winning line.
    pub uuid: Option<String>,
    /// `requestId` of the winning line.
    pub request_id: Option<String>,
    /// Model name as written.
    pub model: String,
    /// Time of the first line of the request.
    pub at: Option<DateTime<Utc>>,
    /// What the top level of `usage` says.
    pub tokens: Tokens,
    /// Billed web searches: what the winning line says, else what the `WebSearch` tool's results say; and those of its
    /// parts.
    pub web_searches: u32,
    /// Web searches that the winning line itself reports.
    pub line_searches: u32,
    /// Web searches that the results of its `WebSearch` calls report; they run in a side call.
    pub tool_searches: u32,
    /// `usage.speed` as written (`standard`, `fast`).
    pub speed: Option<String>,
    /// `usage.service_tier` as written (`standard`, `batch`, `priority`).
    pub tier: Option<String>,
    /// `usage.inference_geo` as written.
    pub geo: Option<String>,
    /// `message.stop_reason`; none means that the figures are a lower bound.
    pub stop_reason: Option<String>,
    /// Whether the line is marked as a sidechain.
    pub sidechain: bool,
    /// Whether the line is a copy of another session's (`forkedFrom`, `requestSessionId`).
    pub forked: bool,
    /// Time of the first line of the file that is not marked as a copy: of two unmarked copies of a request, the one in
    /// the file with the earlier such line is the original.
    pub file_since: Option<DateTime<Utc>>,
    /// What is billed beside or in place of the top level.
    pub parts: Vec<Part>,
    /// `costUSD` of old clients, in nano-dollars.
    pub recorded_nano_usd: Option<i64>,
    /// `git` branch when it was made.
    pub branch: Option<String>,
    /// Offset of the winning line in its file, in bytes.
    pub offset: u64,
}

/// A piece of a request that is billed on its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Model it ran on.
    pub model: String,
    /// Its tokens.
    pub tokens: Tokens,
    /// Web searches of a paused answer, which the top level does not count. What a reader keeps of a file leaves them
    /// out: of two tellings that differ in nothing else, `Request::merge` takes the one with more.
    #[serde(skip)]
    pub web_searches: u32,
}

/// The kinds of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartKind {
    /// A second model that was asked for advice: added.
    Advisor,
    /// A summary made by the server: added.
    Compaction,
    /// An answer that was paused and taken up again: added.
    Paused,
    /// An attempt that took over after another model declined: these replace the top level.
    Fallback,
    /// An attempt that was declined, or an iteration of a type that is not known: kept, shown, not billed.
    Uncounted,
}

impl RequestKey {
    /// Whether the key means the same request in every session. Where it does not (ids of gateways), copies of a request
    /// in other sessions are known by the `uuid` of their winning line.
    pub fn is_global(&self) -> bool {
        Self::is_global_text(&self.0)
    }

    /// The same, of the key's text.
    pub fn is_global_text(key: &str) -> bool {
        key.starts_with("msg_") || key.starts_with("uuid:")
    }
}

#[cfg(test)]
mod tests;
