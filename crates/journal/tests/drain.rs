//! Draining the spool: every event once, nothing deleted that is not understood.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use journal::{Drained, Event, EventKind, JournalError, Spool};
use proptest::prelude::*;
use tempfile::TempDir;

fn spool() -> (TempDir, Spool) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let spool = Spool::new(home.path().join("spool"));
    (home, spool)
}

fn event(received_ms: u64) -> Event {
    Event::new(EventKind::SessionEnd, received_ms, format!("{{\"session_id\":\"s{received_ms}\"}}").as_bytes())
}

fn drain(spool: &Spool) -> (Vec<Event>, Drained) {
    let mut taken = Vec::new();
    let drained = spool.drain(|events| {
        taken.extend_from_slice(events);
        Ok::<(), JournalError>(())
    });
    (taken, drained.expect("the spool can be drained"))
}

fn put(spool: &Spool, name: &str, content: impl AsRef<[u8]>) {
    fs::create_dir_all(spool.folder()).expect("a folder can be made");
    fs::write(spool.folder().join(name), content).expect("a file can be written");
}

fn damaged(spool: &Spool) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(spool.folder().join("damaged")) else { return BTreeMap::new() };
    let entries = entries.map(|entry| entry.expect("it can be listed"));
    entries
        .map(|entry| {
            let content = fs::read(entry.path()).unwrap_or_default();
            (entry.file_name().to_string_lossy().into_owned(), content)
        })
        .collect()
}

#[test]
fn events_come_oldest_first_and_once() {
    let (_home, spool) = spool();
    let events: Vec<Event> = [30, 10, 20].map(event).into();
    for event in &events {
        spool.leave(event).expect("it can be left");
    }
    let (taken, drained) = drain(&spool);
    assert_eq!(taken, [events[1].clone(), events[2].clone(), events[0].clone()]);
    assert_eq!(drained, Drained { events: 3, ..Drained::default() });
    assert_eq!(drain(&spool), (Vec::new(), Drained::default()));
}

#[test]
fn a_missing_spool_is_an_empty_one_and_is_not_made() {
    let (_home, spool) = spool();
    assert_eq!(drain(&spool), (Vec::new(), Drained::default()));
    assert!(!spool.folder().exists());
}

#[test]
fn what_is_not_agreed_to_stays() {
    let (_home, spool) = spool();
    spool.leave(&event(1)).expect("it can be left");
    let refused = spool
        .drain(|_| Err(JournalError::Io { action: "store", path: "x".into(), source: std::io::Error::other("full") }));
    assert!(refused.is_err());
    assert_eq!(spool.pending().expect("it can be listed"), 1);
    assert_eq!(drain(&spool).0.len(), 1);
}

#[test]
fn a_batch_is_bounded_and_the_rest_follows() {
    let (_home, spool) = spool();
    let content = serde_json::to_string(&event(1)).expect("an event can be written");
    for number in 0..2_500_u128 {
        put(&spool, &format!("{}.json", ulid::Ulid::from_parts(1, number)), &content);
    }
    let mut sizes = Vec::new();
    let drained = spool.drain(|events| {
        sizes.push(events.len());
        Ok::<(), JournalError>(())
    });
    assert_eq!(drained.expect("it can be drained").events, 2_500);
    assert_eq!(sizes, [1_000, 1_000, 500]);
}

#[test]
fn a_file_that_is_no_event_is_set_aside_whole() {
    let (_home, spool) = spool();
    let good = serde_json::to_vec(&event(1)).expect("an event can be written");
    let names = ["01ARZ3NDEKTSV4RRFFQ69G5FAV.json", "01ARZ3NDEKTSV4RRFFQ69G5FAW.json", "foreign.json", "readme.txt"];
    let contents: [&[u8]; 4] = [b"", b"\0\0\0\0", &good, b"hello"];
    for (name, content) in names.iter().zip(contents) {
        put(&spool, name, content);
    }
    put(&spool, ".DS_Store", b"");
    std::os::unix::fs::symlink("/etc/hostname", spool.folder().join("01ARZ3NDEKTSV4RRFFQ69G5FAX.json"))
        .expect("a link can be made");
    spool.leave(&event(2)).expect("it can be left");
    let (taken, drained) = drain(&spool);
    assert_eq!((taken.len(), drained.damaged), (1, 5));
    for (name, content) in names.iter().zip(contents) {
        assert_eq!(damaged(&spool).get(*name).map(Vec::as_slice), Some(content), "{name}");
    }
    put(&spool, "foreign.json", b"another");
    assert_eq!(drain(&spool).1.damaged, 1);
    assert_eq!(damaged(&spool)["foreign.json.1"], b"another");
    assert_eq!(spool.damaged().expect("it can be listed"), 6);
}

#[test]
fn an_event_of_a_newer_version_waits_for_a_newer_program() {
    let (_home, spool) = spool();
    put(&spool, "01ARZ3NDEKTSV4RRFFQ69G5FAV.json", br#"{"schema":2,"kind":"something-new"}"#);
    spool.leave(&event(1)).expect("it can be left");
    let (taken, drained) = drain(&spool);
    assert_eq!((taken.len(), drained), (1, Drained { events: 1, postponed: 1, ..Drained::default() }));
    assert_eq!(spool.pending().expect("it can be listed"), 1);
}

#[test]
fn only_old_temporary_files_are_cleaned() {
    let (_home, spool) = spool();
    put(&spool, "old.tmp", b"{");
    put(&spool, "young.tmp", b"{");
    let old = File::options().write(true).open(spool.folder().join("old.tmp")).expect("it exists");
    old.set_modified(SystemTime::now() - Duration::from_hours(2)).expect("its time can be set");
    drain(&spool);
    let is_there = |name: &str| spool.folder().join(name).exists();
    assert_eq!((is_there("old.tmp"), is_there("young.tmp")), (false, true));
    assert_eq!(damaged(&spool), BTreeMap::new());
}

#[test]
fn two_drains_do_not_hand_over_the_same_event() {
    let (_home, spool) = spool();
    spool.leave(&event(1)).expect("it can be left");
    let mut inner = Drained::default();
    let outer = spool.drain(|_| {
        inner = drain(&spool).1;
        Ok::<(), JournalError>(())
    });
    assert_eq!((outer.expect("it can be drained").events, inner), (1, Drained { busy: true, ..Drained::default() }));
}

#[test]
fn writers_lose_nothing_while_the_spool_is_drained() {
    const WRITERS: u64 = 4;
    const EACH: u64 = 40;
    let (_home, spool) = spool();
    let running = AtomicUsize::new(4);
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (spool, running) = (&spool, &running);
            scope.spawn(move || {
                for number in 0..EACH {
                    spool.leave(&event(writer * EACH + number)).expect("it can be left");
                }
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
        loop {
            let is_last = running.load(Ordering::SeqCst) == 0;
            for event in drain(&spool).0 {
                *seen.entry(event.received_ms).or_default() += 1;
            }
            if is_last {
                break;
            }
        }
    });
    assert_eq!(seen.len() as u64, WRITERS * EACH);
    assert!(seen.values().all(|count| *count == 1));
}

/// A writer that dies leaves a part of a temporary file; a file system that lies leaves a part of the file itself.
fn check_torn(whole: &[u8], cut: usize, extension: &str) -> Result<(), TestCaseError> {
    let (_home, spool) = spool();
    put(&spool, &format!("01ARZ3NDEKTSV4RRFFQ69G5FAV.{extension}"), &whole[..cut]);
    spool.leave(&event(2)).expect("it can be left");
    let (taken, drained) = drain(&spool);
    let is_whole = cut == whole.len() && extension == "json";
    prop_assert_eq!(taken.len(), 1 + usize::from(is_whole));
    prop_assert_eq!(drained.damaged, usize::from(!is_whole && extension == "json"));
    let kept = spool.folder().join(Path::new("01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp"));
    prop_assert!(is_whole || extension == "json" || fs::read(kept).is_ok_and(|kept| kept == whole[..cut]));
    let torn: Vec<Vec<u8>> = damaged(&spool).into_values().collect();
    prop_assert!(torn.iter().all(|torn| torn == &whole[..cut]));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_torn_file_is_never_an_event_and_never_lost(payload in ".{0,40}", cut in 0.0..=1.0_f64, is_temporary: bool) {
        let whole = serde_json::to_vec(&Event::new(EventKind::Stop, 1, payload.as_bytes())).expect("an event can be written");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small length")]
        let cut = (cut * whole.len() as f64) as usize;
        check_torn(&whole, cut, if is_temporary { "tmp" } else { "json" })?;
    }

    #[test]
    fn any_event_comes_back_as_it_was(payload in proptest::collection::vec(any::<u8>(), 0..300), at in 0..u64::from(u32::MAX)) {
        let (_home, spool) = spool();
        let event = Event::new(EventKind::Stop, at, &payload).with_variables(|_| Some("7"));
        spool.leave(&event).expect("it can be left");
        prop_assert_eq!(drain(&spool).0, vec![event]);
    }
}
