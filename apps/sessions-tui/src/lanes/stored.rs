//! The lanes of the store: one reads what is stored, one brings it up to date.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use archive::Archive;
use chrono::{DateTime, TimeDelta, Utc};
use config::SessionTypes;
use crossbeam_channel::Sender;
use notes::Notes;
use resume::{Moves, Places};
use search::Marks;
use store::{LatestRequest, ScanOptions, SessionRow, Store, StoreError, live};
use transcript::SessionId;

use super::apart;
use super::jotting::{self, SharedDesk};
use super::queue::Queue;
use crate::Launch;
use crate::app::Wake;
use crate::condition::{Outlook, cache_lasts};
use crate::library::{Knowledge, Library, marks};
use crate::message::{Effect, Msg, Ticket};
use crate::rehearsal;

/// Least time between two reports on a running scan.
const REPORT_EVERY: Duration = Duration::from_millis(150);
/// No cache lasts longer after a request.
const WARM_AT_MOST: TimeDelta = TimeDelta::hours(1);

/// Answers requests to read the stored sessions.
pub(super) fn load(launch: &Launch, desk: &SharedDesk, mut queue: Queue, wake: &Sender<Wake>) {
    let store = Store::at(&launch.paths.store);
    while let Some(request) = queue.next() {
        let Effect::Load(ticket) = request else { continue };
        apart(|| load_once(launch, desk, &store, ticket, wake));
    }
}

fn load_once(launch: &Launch, desk: &SharedDesk, store: &Store, ticket: Ticket, wake: &Sender<Wake>) {
    rehearsal::panic_if_asked(&launch.environment, "lane");
    let rows = store.sessions().map_err(|error| error.to_string());
    let running = live::running(&launch.paths.known_roots());
    let library = rows.map(|rows| {
        let marks = marks_of(launch, desk, &rows, wake);
        let library = Library::new(rows, &running, launch.zone).moved(&Moves::read(&launch.paths.places_file()));
        Arc::new(library.marked(marks).without(&launch.excluded()).waiting())
    });
    let ready = library.as_ref().ok().cloned();
    let _ = wake.send(Wake::Msg(Msg::Loaded(ticket, library)));
    let Some(library) = ready else { return };
    // Made now, while the list is drawn, the first key finds it.
    library.learn(knowledge(launch, store));
    library.candidates();
    // What cannot be read now is no reason to disturb anybody: it is asked for again with the next load.
    let latest = store.latest_requests(Utc::now() - WARM_AT_MOST).unwrap_or_default();
    let rows = library.entries.iter().map(|entry| &entry.row);
    let _ = wake.send(Wake::Msg(Msg::Outlook(ticket, Outlook { warm_until: warm(rows, latest) })));
    if !launch.demo {
        // Without it a directory that moves is asked for: nothing that has to be told now.
        let _ = Places::keep(&launch.paths.places_file(), library.directories().iter().map(AsRef::as_ref));
    }
}

/// What people and the archive say about sessions. What cannot be read is told.
fn marks_of(launch: &Launch, desk: &SharedDesk, rows: &[SessionRow], wake: &Sender<Wake>) -> HashMap<SessionId, Marks> {
    let without = || marks(&launch.paths, rows, &Notes::default());
    // where nothing was ever written down, nothing is made for it
    let (said, problem) = if launch.paths.journal().is_dir() {
        let said = jotting::with(launch, desk, |desk| {
            let (said, problem) = marks(&launch.paths, rows, desk.notes());
            Ok((said, desk.problem().map(str::to_owned).or(problem)))
        });
        said.unwrap_or_else(|problem| (without().0, Some(problem)))
    } else {
        without()
    };
    if let Some(problem) = problem {
        let text = format!("Not all that is said about sessions could be read: {problem}. See `sessions doctor`");
        let _ = wake.send(Wake::Msg(Msg::Told(Err(text))));
    }
    said
}

/// What queries may ask beside the rows; nothing where it cannot be read, and sessions are found without it.
fn knowledge(launch: &Launch, store: &Store) -> Knowledge {
    Knowledge {
        belongings: store.belongings().unwrap_or_default(),
        types: SessionTypes::load(&launch.paths.session_types_file()).unwrap_or_default(),
        archive: Some(Archive::at(&launch.paths.archive())),
        device: launch.machines().here,
    }
}

/// When the cache of each session runs out that asked its model lately.
fn warm<'a>(
    rows: impl Iterator<Item = &'a SessionRow>,
    latest: Vec<LatestRequest>,
) -> HashMap<SessionId, DateTime<Utc>> {
    let latest: HashMap<SessionId, LatestRequest> =
        latest.into_iter().map(|request| (request.session.clone(), request)).collect();
    let until = |row: &SessionRow| {
        let request = latest.get(row.id())?;
        Some((row.id().clone(), request.at + cache_lasts(row, request.for_an_hour)?))
    };
    rows.filter_map(until).collect()
}

/// Carries out scans.
pub(super) fn scan(launch: &Launch, cancel: &AtomicBool, mut queue: Queue, wake: &Sender<Wake>) {
    let store = Store::at(&launch.paths.store);
    while queue.next().is_some() {
        // what is excluded can change while the screen is open
        let options = ScanOptions {
            roots: launch.paths.known_roots(),
            journal: Some(launch.paths.journal()),
            archive: Some(launch.paths.archive()),
            excluded: launch.not_recorded(),
            moves: Moves::read(&launch.paths.places_file()),
            ..ScanOptions::default()
        };
        let mut reported = None::<Instant>;
        let mut report = |progress| {
            if reported.is_none_or(|moment| moment.elapsed() >= REPORT_EVERY) {
                reported = Some(Instant::now());
                let _ = wake.send(Wake::Msg(Msg::Scanning(progress)));
            }
        };
        let outcome = apart(|| store.scan(&options, &launch.prices, cancel, &mut report));
        if matches!(outcome, Err(StoreError::Cancelled)) {
            return;
        }
        let _ = wake.send(Wake::Msg(Msg::Scanned(outcome.map(Box::new).map_err(|error| error.to_string()))));
    }
}

#[cfg(test)]
mod tests {
    use transcript::{Session, Tokens};

    use super::*;

    #[test]
    fn a_cache_is_warm_from_the_last_request_on() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).expect("a moment");
        let row = |id: &str, cache_write_5m, cache_write_1h| SessionRow {
            session: Session { id: id.into(), ..Session::default() },
            tokens: Tokens { cache_write_5m, cache_write_1h, ..Tokens::default() },
            ..SessionRow::default()
        };
        let rows = [row("short", 5, 0), row("long", 5, 5), row("none", 0, 0), row("old", 5, 5)];
        let request = |id: &str| LatestRequest { session: id.into(), at, for_an_hour: None };
        let latest = ["short", "long", "none"].map(request).to_vec();
        let warm = warm(rows.iter(), latest);
        let expect = [("short", TimeDelta::minutes(5)), ("long", TimeDelta::hours(1))];
        assert_eq!(warm, expect.map(|(id, lasts)| (SessionId::from(id), at + lasts)).into());
    }
}
