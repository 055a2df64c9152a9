//! The lanes of the store: one reads what is stored, one brings it up to date.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use store::{ScanOptions, Store, StoreError, live};
use transcript::SessionId;

use super::queue::Queue;
use crate::Launch;
use crate::app::Wake;
use crate::library::Library;
use crate::message::{Effect, Msg};

/// Least time between two reports on a running scan.
const REPORT_EVERY: Duration = Duration::from_millis(150);

/// Answers requests to read the stored sessions.
pub(super) fn load(launch: &Launch, mut queue: Queue, wake: &Sender<Wake>) {
    let store = Store::at(&launch.paths.store);
    while let Some(request) = queue.next() {
        let Effect::Load(ticket) = request else { continue };
        let rows = store.sessions().map_err(|error| error.to_string());
        let library = rows.map(|rows| Arc::new(Library::new(rows, &running(launch), launch.zone)));
        let ready = library.as_ref().ok().cloned();
        let _ = wake.send(Wake::Msg(Msg::Loaded(ticket, library)));
        // Made now, while the list is drawn, the first key finds it.
        if let Some(library) = ready {
            library.candidates();
        }
    }
}

/// Sessions that run now, with their processes.
fn running(launch: &Launch) -> HashMap<SessionId, u32> {
    let running = live::running(&launch.paths.known_roots());
    running.into_iter().map(|session| (session.session, session.pid)).collect()
}

/// Carries out scans.
pub(super) fn scan(launch: &Launch, cancel: &AtomicBool, mut queue: Queue, wake: &Sender<Wake>) {
    let store = Store::at(&launch.paths.store);
    let mut known = None;
    let options = ScanOptions { roots: launch.paths.known_roots(), ..ScanOptions::default() };
    while queue.next().is_some() {
        let mut reported = None::<Instant>;
        let outcome = store.scan(&options, &launch.prices, cancel, &mut |progress| {
            if reported.is_none_or(|moment| moment.elapsed() >= REPORT_EVERY) {
                reported = Some(Instant::now());
                let _ = wake.send(Wake::Msg(Msg::Scanning(progress)));
            }
        });
        if matches!(outcome, Err(StoreError::Cancelled)) {
            return;
        }
        let _ = wake.send(Wake::Msg(Msg::Scanned(outcome.map_err(|error| error.to_string()))));
        let running = running(launch);
        if known.replace(running.clone()).is_some_and(|known| known != running) {
            let _ = wake.send(Wake::Msg(Msg::OthersRun));
        }
    }
}
