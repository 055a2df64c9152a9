//! An event: what Claude Code told a hook, and when.

use serde::{Deserialize, Serialize};

/// The events that are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A session began or was taken up again.
    SessionStart,
    /// A session ended.
    SessionEnd,
    /// A tool was used.
    PostToolUse,
    /// The model finished an answer.
    Stop,
}

/// One event as it lies in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Version of this format.
    pub schema: u32,
    /// What happened.
    pub kind: EventKind,
    /// When the hook ran, in milliseconds since 1970 UTC.
    pub received_ms: u64,
    /// `$CLAUDE_CONFIG_DIR` of the session, which may lie outside the roots known so far.
    pub claude_config_dir: Option<String>,
    /// Standard input of the hook, as it came (lossy UTF-8). May be anything.
    pub payload: String,
}

impl Event {
    /// `session_id` of the payload, if it is what it should be.
    pub fn session_id(&self) -> Option<String> {
        None
    }

    /// `transcript_path` of the payload, if it is what it should be. The file may not exist.
    pub fn transcript_path(&self) -> Option<String> {
        None
    }
}
