//! An event: what Claude Code told a hook, and when.

use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::Fields;

/// A longer payload is cut to its [`Fields`], bytes.
pub const PAYLOAD_KEPT_BYTES: usize = 64 * 1024;

/// Of a longer payload the rest need not be read, bytes. What is needed comes before what is long.
pub const PAYLOAD_READ_BYTES: usize = 1024 * 1024;

/// What is kept of a long payload in which no field was found, bytes.
const FOREIGN_KEPT_BYTES: usize = 4 * 1024;

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

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::SessionStart, Self::SessionEnd, Self::PostToolUse, Self::Stop];

    /// Our name of it, as in `session-start`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SessionStart => "session-start",
            Self::SessionEnd => "session-end",
            Self::PostToolUse => "post-tool-use",
            Self::Stop => "stop",
        }
    }

    /// Claude Code's name of it, as in `SessionStart`.
    pub fn claude_name(self) -> &'static str {
        match self {
            Self::SessionStart => "SessionStart",
            Self::SessionEnd => "SessionEnd",
            Self::PostToolUse => "PostToolUse",
            Self::Stop => "Stop",
        }
    }

    /// The kind that has a name, ours or Claude Code's.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name || kind.claude_name() == name)
    }
}

/// One event as it lies in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Version of this format.
    pub schema: u32,
    #[serde(default)]
    id: String,
    /// What happened.
    pub kind: EventKind,
    /// When the hook ran, in milliseconds since 1970 UTC.
    pub received_ms: u64,
    /// `$CLAUDE_CONFIG_DIR` of the session, which may lie outside the roots known so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claude_config_dir: Option<String>,
    /// `$CLAUDE_CODE_SESSION_ID`, the session as the environment of the hook names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claude_session_id: Option<String>,
    /// `$CLAUDE_PROJECT_DIR`, the folder in which the session was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claude_project_dir: Option<String>,
    /// `$CLAUDE_PID`, the process of Claude Code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claude_pid: Option<u32>,
    /// The process that started the hook: Claude Code, or a shell of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_pid: Option<u32>,
    /// `$SESSIONS_USER`, who works there; without it a tick finds out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Whether the payload was cut to what is needed of it.
    #[serde(default)]
    pub reduced: bool,
    /// Standard input of the hook, as it came (lossy UTF-8) unless `reduced`. May be anything.
    pub payload: String,
}

impl Event {
    /// Version of the format that is written.
    pub const SCHEMA: u32 = 1;

    /// An event with an id of its own. What tools say may be long and holds what people work on, so of
    /// [`EventKind::PostToolUse`], and of every payload over [`PAYLOAD_KEPT_BYTES`], only the [`Fields`] are kept.
    pub fn new(kind: EventKind, received_ms: u64, payload: &[u8]) -> Self {
        let id = Ulid::from_datetime(UNIX_EPOCH + Duration::from_millis(received_ms)).to_string();
        let needs_cut = kind == EventKind::PostToolUse || payload.len() > PAYLOAD_KEPT_BYTES;
        let kept = if needs_cut { needed_of(payload) } else { None };
        let as_it_came = || String::from_utf8_lossy(payload).into_owned();
        Self {
            schema: Self::SCHEMA,
            id,
            kind,
            received_ms,
            claude_config_dir: None,
            claude_session_id: None,
            claude_project_dir: None,
            claude_pid: None,
            parent_pid: None,
            user: None,
            reduced: kept.is_some(),
            payload: kept.unwrap_or_else(as_it_came),
        }
    }

    /// Takes in what Claude Code tells its hooks by variables, and who works there; `get` looks one up.
    #[must_use]
    pub fn with_variables<'a>(mut self, get: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name| get(name).map(str::to_owned);
        self.claude_config_dir = text("CLAUDE_CONFIG_DIR");
        self.claude_session_id = text("CLAUDE_CODE_SESSION_ID");
        self.claude_project_dir = text("CLAUDE_PROJECT_DIR");
        self.claude_pid = get("CLAUDE_PID").and_then(|pid| pid.parse().ok());
        self.user = text(config::USER_VARIABLE);
        self
    }

    /// The ULID under which it lies in the spool: unique, and sorted by time to the millisecond. Whoever takes events
    /// can tell by it that one comes a second time.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the payload says; read it once where several fields are needed.
    pub fn fields(&self) -> Fields {
        Fields::read(self.payload.as_bytes())
    }

    /// The session: `session_id` of the payload, else that of the environment, if it looks like an id. There may be no
    /// transcript of it.
    pub fn session_id(&self) -> Option<String> {
        let named = self.fields().session_id.filter(|id| is_id(id));
        named.or_else(|| self.claude_session_id.clone().filter(|id| is_id(id)))
    }

    /// `transcript_path` of the payload, if it is an absolute path. The file may not exist.
    pub fn transcript_path(&self) -> Option<String> {
        self.fields().transcript_path.filter(|path| path.starts_with('/'))
    }

    /// The folder with Claude Code's files in which the transcript lies, if its path is of the usual form
    /// `<root>/projects/<project>/<session>.jsonl`.
    pub fn root(&self) -> Option<String> {
        let path = self.transcript_path()?;
        let mut parts = path.rsplitn(4, '/');
        let (_session, _project, projects, root) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (projects == "projects" && !root.is_empty()).then(|| root.to_owned())
    }

    pub(crate) fn set_id(&mut self, id: &str) {
        id.clone_into(&mut self.id);
    }
}

/// What is kept of a long payload, or none if it is short anyway.
fn needed_of(payload: &[u8]) -> Option<String> {
    let fields = Fields::read(payload);
    if fields != Fields::default() {
        return serde_json::to_string(&fields).ok();
    }
    let head = payload.get(..FOREIGN_KEPT_BYTES)?;
    Some(String::from_utf8_lossy(head).into_owned())
}

/// Ids are UUIDs; another form is let through as long as it could not lead elsewhere when it is used in a path.
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(payload: &str) -> Event {
        Event::new(EventKind::SessionEnd, 1_000, payload.as_bytes())
    }

    #[test]
    fn both_names_of_a_kind_are_understood() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_name(kind.name()), Some(kind));
            assert_eq!(EventKind::from_name(kind.claude_name()), Some(kind));
            let written = serde_json::to_string(&kind).expect("a kind can be written");
            assert_eq!(written, format!("\"{}\"", kind.name()));
        }
        assert_eq!(EventKind::from_name("PreToolUse"), None);
    }

    #[test]
    fn an_id_says_when() {
        let id = Ulid::from_string(event("").id()).expect("it is a ULID");
        assert_eq!(id.timestamp_ms(), 1_000);
        assert_ne!(event("").id(), event("").id());
    }

    #[test]
    fn a_short_payload_is_kept_as_it_came() {
        let payload = "{ \"session_id\" : \"s\", \"new_key\": [1] }\n";
        let event = event(payload);
        assert_eq!((event.payload.as_str(), event.reduced), (payload, false));
    }

    #[test]
    fn of_a_tool_and_of_a_long_payload_only_what_is_needed_is_kept() {
        let kept = "{\"session_id\":\"s\",\"tool_input\":{\"file_path\":\"/f\"}}";
        let short = r#"{"session_id":"s","tool_input":{"file_path":"/f","content":"secret"}}"#;
        let tool = Event::new(EventKind::PostToolUse, 1, short.as_bytes());
        assert_eq!((tool.payload.as_str(), tool.reduced), (kept, true));
        let long = short.replace("secret", &"x".repeat(PAYLOAD_KEPT_BYTES));
        assert_eq!(event(&long).payload, kept);
        let garbage = "\u{1}".repeat(PAYLOAD_KEPT_BYTES + 1);
        assert_eq!(event(&garbage).payload.len(), FOREIGN_KEPT_BYTES);
        let garbage = Event::new(EventKind::PostToolUse, 1, b"garbage");
        assert_eq!((garbage.payload.as_str(), garbage.reduced), ("garbage", false));
    }

    #[test]
    fn the_session_is_named_by_the_payload_or_else_the_environment() {
        let check = |payload: &str, expect: Option<&str>| {
            let event = event(payload).with_variables(|name| (name == "CLAUDE_CODE_SESSION_ID").then_some("from-env"));
            assert_eq!(event.session_id().as_deref(), expect);
        };
        check(r#"{"session_id":"6e1dd9da-ed9c-4d65-8f87-0ba64ac7f609"}"#, Some("6e1dd9da-ed9c-4d65-8f87-0ba64ac7f609"));
        check(r#"{"session_id":"../../etc"}"#, Some("from-env"));
        check("garbage", Some("from-env"));
        assert_eq!(event("garbage").session_id(), None);
    }

    #[test]
    fn the_root_follows_from_the_transcript_of_usual_form() {
        let check = |path: &str, expect: Option<&str>| {
            assert_eq!(event(&format!(r#"{{"transcript_path":"{path}"}}"#)).root().as_deref(), expect, "{path}");
        };
        check("/home/ada/.claude/projects/-w/s.jsonl", Some("/home/ada/.claude"));
        check("/projects/-w/s.jsonl", None);
        check("/home/ada/elsewhere/-w/s.jsonl", None);
        check("projects/-w/s.jsonl", None);
        check("", None);
    }
}
