//! Events of hooks as operations.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{Event, Journal, JournalError, Operation, Scope, Stream};

/// Operations at the end of our stream among which an event is looked for before it is recorded, at least: a tick that died
/// after it had recorded events and before it had removed them from the spool is followed by one that meets them again.
const LOOKED_THROUGH: u64 = 256;

/// An event of a hook as the journal keeps it: what is needed of it, and who worked there. The body of an operation.
///
/// Texts are as the hook was given them, so they may be anything; what is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordedEvent {
    /// Version of this format.
    pub v: u32,
    kind: String,
    /// When the hook ran, in milliseconds since 1970 UTC.
    pub at_ms: u64,
    /// Who worked there.
    pub by: String,
    /// The event's ULID. Two operations with the same one are the same event.
    pub id: String,
    /// What happened, as `EventKind::name` has it: `session-end`.
    pub event: String,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Working directory of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// Its transcript, which may not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// `$CLAUDE_CONFIG_DIR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_dir: Option<String>,
    /// Of a start how, of an end why: `resume`, `clear`, `logout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The subagent that the event belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The tool that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The file that the tool was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

impl RecordedEvent {
    /// The kind of its operations.
    pub const KIND: &'static str = "event";

    /// What is kept of an event, and who worked there.
    pub fn of(event: &Event, by: String) -> Self {
        let fields = event.fields();
        Self {
            v: 1,
            kind: Self::KIND.to_owned(),
            at_ms: event.received_ms,
            by,
            id: event.id().to_owned(),
            event: event.kind.name().to_owned(),
            session: event.session_id(),
            directory: fields.cwd.or_else(|| event.claude_project_dir.clone()),
            transcript: fields.transcript_path.filter(|path| path.starts_with('/')),
            config_dir: event.claude_config_dir.clone(),
            detail: fields.source.or(fields.reason),
            agent: fields.agent_id,
            tool: fields.tool_name,
            file: fields.file_path,
        }
    }

    /// The event that an operation records, or the one that it carries, if it is one of this kind.
    pub fn read(operation: &Operation) -> Option<Self> {
        let carried = operation.carried();
        let body = &carried.as_ref().unwrap_or(operation).body;
        serde_json::from_slice::<Self>(body).ok().filter(|event| event.kind == Self::KIND)
    }
}

impl Journal {
    /// Records events durably, each once; `by` says who worked there. Returns how many were new.
    pub fn record(&self, events: &[Event], mut by: impl FnMut(&Event) -> String) -> Result<usize, JournalError> {
        let known = self.lately_recorded(events.len() as u64);
        let new = events.iter().filter(|event| !known.contains(event.id()));
        let bodies = new.map(|event| serde_json::to_vec(&RecordedEvent::of(event, by(event))));
        let bodies: Vec<Vec<u8>> = bodies.collect::<Result<_, _>>().map_err(|error| self.cannot_write(error))?;
        self.append(&Scope::Here, &bodies)?;
        Ok(bodies.len())
    }

    /// The ids of the events at the end of our stream. Where it is damaged there are fewer: an event that is recorded twice
    /// is known by its id.
    fn lately_recorded(&self, events: u64) -> HashSet<String> {
        let stream = Stream { replica: self.replica(), scope: Scope::Here };
        let looked_through = LOOKED_THROUGH.max(events.saturating_mul(2));
        let after = self.head(&stream).map_or(0, |(seq, _)| seq.saturating_sub(looked_through));
        let operations = self.read(&stream, after).map_while(Result::ok);
        operations.filter_map(|operation| RecordedEvent::read(&operation)).map(|event| event.id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;

    fn event(received_ms: u64) -> Event {
        let payload =
            br#"{"session_id":"s","cwd":"/work","transcript_path":"/c/projects/-w/s.jsonl","reason":"clear"}"#;
        Event::new(EventKind::SessionEnd, received_ms, payload)
    }

    fn recorded(journal: &Journal) -> Vec<RecordedEvent> {
        let heads = journal.heads();
        let operations = heads.iter().flat_map(|(stream, ..)| journal.read(stream, 0));
        operations.filter_map(|operation| RecordedEvent::read(&operation.expect("nothing is damaged"))).collect()
    }

    #[test]
    fn an_event_is_recorded_once_with_who_worked_there() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let journal = Journal::open(home.path()).expect("it can be opened");
        let events = [event(1), event(2), event(3)];
        let by = |_: &Event| "ada".to_owned();
        assert_eq!(journal.record(&events[..2], by).expect("it can be recorded"), 2);
        assert_eq!(journal.record(&events, by).expect("it can be recorded"), 1);
        let recorded = recorded(&journal);
        let ids: Vec<&str> = recorded.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids, events.iter().map(Event::id).collect::<Vec<_>>());
        let first = &recorded[0];
        assert_eq!((first.by.as_str(), first.event.as_str(), first.at_ms), ("ada", "session-end", 1));
        assert_eq!((first.session.as_deref(), first.directory.as_deref()), (Some("s"), Some("/work")));
        assert_eq!(first.detail.as_deref(), Some("clear"));
    }

    #[test]
    fn an_operation_of_another_kind_is_no_event() {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let journal = Journal::open(home.path()).expect("it can be opened");
        let bodies = [br#"{"kind":"entry"}"#.to_vec(), b"garbage".to_vec(), br#"{"id":7}"#.to_vec()];
        journal.append(&Scope::Here, &bodies).expect("it can be appended");
        assert_eq!(recorded(&journal), []);
    }
}
