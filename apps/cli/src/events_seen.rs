//! When each kind of event last came from a hook: how `sessions doctor` knows that hooks are called.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use journal::{Event, EventKind};

/// When each kind last came, in milliseconds since 1970 UTC, by our names of them.
pub(crate) type Seen = BTreeMap<String, u64>;

/// What is noted in a file; a damaged one says nothing, and fills again.
pub(crate) fn read(path: &Path) -> Seen {
    fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Notes events.
pub(crate) fn note(path: &Path, events: &[Event]) -> color_eyre::Result<()> {
    let mut seen = read(path);
    for event in events {
        let last = seen.entry(event.kind.name().to_owned()).or_default();
        *last = event.received_ms.max(*last);
    }
    Ok(config::replace_file(path, &serde_json::to_vec(&seen)?)?)
}

/// When any event last came.
pub(crate) fn latest(seen: &Seen) -> Option<u64> {
    EventKind::ALL.iter().filter_map(|kind| seen.get(kind.name())).max().copied()
}
