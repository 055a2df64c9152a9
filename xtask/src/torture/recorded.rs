//! What of the events of hooks is recorded.

use color_eyre::Result;
use config::Paths;
use journal::{Journal, RecordedEvent, Stream};

/// Every operation that tells an event: the stream that it stands in, and the session that the event names.
pub(super) fn events(paths: &Paths) -> Result<Vec<(Stream, String)>> {
    let journal = Journal::open(&paths.journal())?;
    let mut events = Vec::new();
    for (stream, _, _) in journal.heads() {
        for operation in journal.read(&stream, 0) {
            let session = RecordedEvent::read(&operation?).and_then(|event| event.session);
            events.extend(session.map(|session| (stream.clone(), session)));
        }
    }
    Ok(events)
}
