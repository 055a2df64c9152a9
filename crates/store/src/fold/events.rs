//! Events of hooks.

use chrono::DateTime;
use duckdb::Connection;
use journal::{Operation, RecordedEvent, Scope};
use rustc_hash::FxHashSet;

use crate::StoreError;
use crate::ingest::{Columnar, pick_texts, texts};

/// Adds the events among some operations that are not there yet: their ids tell. Events never leave the machine, so what
/// comes from elsewhere is none: it names files that would be read here.
pub(super) fn take(connection: &Connection, operations: &[Operation]) -> Result<(), StoreError> {
    let mut events: Vec<RecordedEvent> = operations
        .iter()
        .filter(|operation| operation.stream.scope == Scope::Here)
        .filter_map(RecordedEvent::read)
        .collect();
    if events.is_empty() {
        return Ok(());
    }
    pick_texts(connection, events.iter().map(|event| &event.id))?;
    let known = texts(connection, "SELECT event_id FROM events WHERE event_id IN (SELECT name FROM picked)")?;
    let mut known: FxHashSet<String> = known.into_iter().collect();
    events.retain(|event| known.insert(event.id.clone()));
    let mut rows = Columnar::into_table(connection, "events")?;
    for event in &events {
        let made_at = i64::try_from(event.at_ms).ok().and_then(DateTime::from_timestamp_millis);
        rows.row(|row| {
            row.text(event.id.as_str()).text(event.event.as_str()).maybe_text(event.session.as_ref()).time(made_at);
            row.text(event.by.as_str()).maybe_text(event.directory.as_ref()).maybe_text(event.transcript.as_ref());
            row.maybe_text(event.detail.as_ref());
        })?;
    }
    rows.finish()
}
