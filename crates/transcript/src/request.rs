//! A request: one answer of the API, the unit of counting.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{SessionId, Tokens};

/// What makes two lines the same request, over all files of all roots.
///
/// `message.id` alone when it starts with `msg_`; any other id with its request id, else with its session id;
/// without an id the record's own `uuid`.
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
    /// Billed web searches (also those of the `WebSearch` tool, when the line itself says 0).
    pub web_searches: u32,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Model it ran on.
    pub model: String,
    /// Its tokens.
    pub tokens: Tokens,
}

/// The kinds of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PartKind {
    /// A second model that was asked for advice: added.
    Advisor,
    /// A summary made by the server: added.
    Compaction,
    /// An answer that was paused and taken up again: added.
    Paused,
    /// One of the attempts of a request that fell back to another model: they replace the top level.
    Fallback,
    /// An iteration of a type that is not known: kept, shown, not billed.
    Uncounted,
}
