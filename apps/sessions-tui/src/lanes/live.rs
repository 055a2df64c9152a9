//! Watches which sessions run: a session that was just started is listed within a second.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use store::live::{self, Running};

use crate::app::Wake;
use crate::message::Msg;

/// How often Claude Code's registry is looked at.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// How often processes are looked at that have not changed their entry: one that was killed leaves it behind.
const CHECKED: u32 = 5;

/// Looks every so often and tells what runs whenever it changes, until nobody holds the other end of `end` any more.
pub(super) fn watch(roots: &[PathBuf], every: Duration, end: &Receiver<()>, wake: &Sender<Wake>) {
    let mut seen = None;
    let mut known: Option<Vec<Running>> = None;
    for round in 0u32.. {
        let state = state(roots);
        if seen.as_ref() != Some(&state) || round.is_multiple_of(CHECKED) {
            seen = Some(state);
            let running = live::running(roots);
            if known.as_ref() != Some(&running) {
                known = Some(running.clone());
                let _ = wake.send(Wake::Msg(Msg::Live(running)));
            }
        }
        match end.recv_timeout(every) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The entries of the registries with their times of change.
fn state(roots: &[PathBuf]) -> Vec<(PathBuf, Option<SystemTime>)> {
    let entries = |root: &Path| std::fs::read_dir(root.join("sessions")).into_iter().flatten().flatten();
    let changed = |entry: std::fs::DirEntry| {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        (entry.path(), modified.ok())
    };
    let mut state: Vec<_> = roots.iter().flat_map(|root| entries(root).map(changed)).collect();
    state.sort();
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_starts_and_one_that_ends_are_told() {
        let home = testkit::Home::new();
        let folder = home.claude().join("sessions");
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let (end, ended) = crossbeam_channel::unbounded();
        let (wake, woken) = crossbeam_channel::unbounded();
        let roots = vec![home.claude()];
        let watching = std::thread::spawn(move || watch(&roots, Duration::from_millis(5), &ended, &wake));
        let told = || match woken.recv_timeout(Duration::from_secs(20)) {
            Ok(Wake::Msg(Msg::Live(running))) => running.len(),
            other => panic!("nothing was told: {}", other.is_ok()),
        };
        assert_eq!(told(), 0);
        let file = folder.join("1.json");
        let entry = format!(r#"{{"pid":{},"sessionId":"new","cwd":"/p"}}"#, std::process::id());
        std::fs::write(&file, entry).expect("a file can be written");
        assert_eq!(told(), 1);
        std::fs::remove_file(&file).expect("it can be removed");
        assert_eq!(told(), 0);
        drop(end);
        watching.join().expect("it ends when nobody listens");
    }
}
