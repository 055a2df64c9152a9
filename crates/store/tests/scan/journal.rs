//! What the journal keeps outlives transcripts and store.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use ::journal::{Event, EventKind, Hash, Journal, Operation, Scope, Stream};
use chrono::{DateTime, TimeDelta, Utc};
use duckdb::Connection;
use pricing::PriceTable;
use serde_json::{Value, json};
use store::{Noting, ScanOptions, ScanReport};
use testkit::Transcript;

use crate::history::{A, B, C, History, append, three_answers};

fn folder(history: &History) -> PathBuf {
    history.home.path().join("data/journal")
}

fn journal(history: &History) -> Journal {
    Journal::open(&folder(history)).expect("the journal can be opened")
}

fn scan(history: &History) -> ScanReport {
    let options = ScanOptions { journal: Some(folder(history)), ..history.options() };
    let scanned = history.store.scan(&options, &PriceTable::built_in(), &AtomicBool::new(false), &mut |_| ());
    scanned.expect("the history can be scanned")
}

/// Tells the journal of every session whose turn it is at a moment.
fn tell_at(history: &History, now: DateTime<Utc>, all: bool) -> u64 {
    let mut author = |_: Option<&Path>| "ada".to_owned();
    let mut noting = Noting { now, all, author: &mut author };
    let told = history.store.note_sessions(&journal(history), &mut noting, &AtomicBool::new(false));
    told.expect("the journal can be told")
}

fn tell(history: &History) -> u64 {
    tell_at(history, Utc::now(), true)
}

fn delete_transcripts(history: &History) {
    fs::remove_dir_all(history.home.claude().join("projects")).expect("they can be removed");
    fs::create_dir_all(history.home.claude().join("projects")).expect("the folder can be made");
}

fn execute(history: &History, sql: &str) {
    Connection::open(history.store.path()).and_then(|store| store.execute_batch(sql)).expect("it can be done");
}

/// A history with a fork, subagents, tool calls, web searches, and all that a request can consist of.
fn rich() -> History {
    let history = History::of_one();
    history.forked();
    testkit::history::generate(&history.home.claude(), 3_000_000, 7).expect("a history can be made");
    history
}

#[test]
fn without_transcripts_and_store_every_session_keeps_what_it_came_to() {
    let history = rich();
    scan(&history);
    let sessions = history.store.sessions().expect("they can be listed").len() as u64;
    assert_eq!(tell(&history), sessions);
    delete_transcripts(&history);
    scan(&history);
    let before = history.dump();
    history.delete_store();
    let report = scan(&history);
    assert_eq!((report.sessions_new, report.folded_in, report.damaged_streams), (sessions, sessions, 0));
    assert_eq!(history.dump(), before);
    assert_eq!(tell(&history), 0, "what the journal said need not be told to it");
    assert_eq!(scan(&history).folded_in, 0, "nothing is folded in twice");
}

#[test]
fn a_rebuild_takes_from_the_journal_what_no_transcript_tells() {
    let history = rich();
    scan(&history);
    tell(&history);
    delete_transcripts(&history);
    scan(&history);
    let before = history.dump();
    fs::write(history.store.path(), "this is no store").expect("it can be overwritten");
    let options = ScanOptions { journal: Some(folder(&history)), ..history.options() };
    let cancel = AtomicBool::new(false);
    let report = history.store.rebuild(&options, &PriceTable::built_in(), &cancel, &mut |_| ());
    assert!(report.expect("it can be rebuilt").set_aside.is_some());
    assert_eq!(history.dump(), before);
}

#[test]
fn a_fork_that_is_still_there_does_not_count_the_requests_of_its_lost_original_again() {
    let history = rich();
    scan(&history);
    tell(&history);
    fs::remove_file(history.home.claude().join(format!("projects/-p/{A}.jsonl"))).expect("it can be removed");
    scan(&history);
    let before = history.dump();
    history.delete_store();
    scan(&history);
    assert_eq!(history.dump(), before);
}

#[test]
fn a_tick_that_died_after_it_told_the_journal_does_not_tell_it_twice() {
    let history = History::of_one();
    scan(&history);
    assert_eq!(tell(&history), 1);
    let before = history.dump();
    execute(&history, "DELETE FROM session_operations; DELETE FROM streams");
    assert_eq!(scan(&history).folded_in, 1);
    assert_eq!(history.dump(), before);
    assert_eq!(tell(&history), 0);
}

#[test]
fn the_later_operation_tells_all() {
    let history = History::of_one();
    scan(&history);
    tell(&history);
    let path = history.home.claude().join(format!("projects/-p/{A}.jsonl"));
    let mut more = three_answers(A);
    more.prompt("more").answer("of it");
    fs::write(&path, more.text()).expect("it can be written");
    scan(&history);
    assert_eq!(tell(&history), 1);
    delete_transcripts(&history);
    scan(&history);
    let before = history.dump();
    history.delete_store();
    scan(&history);
    assert_eq!(history.dump(), before);
    // and so when both come one after the other
    history.delete_store();
    fold_in_two_steps(&history);
    assert_eq!(history.dump(), before);
}

fn log(history: &History) -> PathBuf {
    folder(history).join(journal(history).replica().to_string()).join("here.log")
}

/// Folds the first operation in, then the second.
fn fold_in_two_steps(history: &History) {
    let other = History::new();
    let source = journal(history);
    let stream = Stream { replica: source.replica(), scope: Scope::Here };
    let operations: Vec<_> = source.read(&stream, 0).collect::<Result<_, _>>().expect("it can be read");
    scan(&other);
    for operation in &operations {
        journal(&other).receive(std::slice::from_ref(operation)).expect("it can be received");
        scan(&other);
    }
    let mut of_other = other.store.sessions().expect("they can be listed");
    let devices: Vec<_> = of_other.iter_mut().map(|row| (row.device.take(), row.counts_for.take())).collect();
    assert_eq!(devices, [(Some(source.replica()), Some(source.replica()))], "they ran there, and count there");
    scan(history);
    let of_history = history.store.sessions().expect("they can be listed");
    assert_eq!(of_other, of_history, "in one step or in two");
}

#[test]
fn a_session_is_told_of_when_it_rests_has_ended_or_has_gone_on_for_an_hour() {
    let history = History::new();
    let start: DateTime<Utc> = "2026-11-03T12:00:00Z".parse().expect("a moment");
    let mut transcript = Transcript::new(A);
    transcript.at(start).prompt("look").answer("seen");
    let path = history.write("-p", A, &transcript.text());
    scan(&history);
    let ended = history.store.sessions().expect("they can be listed")[0].session.ended.expect("it has an end");
    assert_eq!(tell_at(&history, ended + TimeDelta::minutes(9), false), 0, "it may go on");
    assert_eq!(tell_at(&history, ended + TimeDelta::minutes(11), false), 1, "it rests");
    assert_eq!(tell_at(&history, ended + TimeDelta::days(1), false), 0, "nothing has changed");
    let mut more = transcript.clone();
    more.wait(65 * 60).prompt("on").answer("and on");
    fs::write(&path, more.text()).expect("it can be written");
    scan(&history);
    let ended = history.store.sessions().expect("they can be listed")[0].session.ended.expect("it has an end");
    assert_eq!(tell_at(&history, ended + TimeDelta::minutes(2), false), 0, "it was told of within the hour");
    assert_eq!(tell_at(&history, ended + TimeDelta::minutes(9), false), 1, "it goes on for more than an hour");
    append(&path, &more.text().lines().last().expect("there is one").replace("msg_", "msg_x"));
    let payload = json!({ "session_id": A }).to_string();
    let ended_ms = u64::try_from(ended.timestamp_millis()).expect("it is after 1970");
    let end = Event::new(EventKind::SessionEnd, ended_ms + 1000, payload.as_bytes());
    journal(&history).record(&[end], |_| "eve".to_owned()).expect("it can be recorded");
    scan(&history);
    assert_eq!(tell_at(&history, ended + TimeDelta::minutes(10), false), 1, "it has ended");
}

#[test]
fn an_event_is_folded_in_once_and_says_who_worked_there() {
    let history = History::of_one();
    let payload = json!({ "session_id": A, "cwd": "/work" }).to_string();
    let event = |ms| Event::new(EventKind::Stop, ms, payload.as_bytes());
    let events = [event(1), event(2)];
    journal(&history).record(&events, |_| "eve".to_owned()).expect("it can be recorded");
    scan(&history);
    // The same events again, as a spool would hand them over that could not be emptied.
    let body = |event: &Event| serde_json::to_vec(&::journal::RecordedEvent::of(event, "ada".to_owned()));
    let bodies: Vec<Vec<u8>> = events.iter().map(|event| body(event).expect("it can be written")).collect();
    journal(&history).append(&Scope::Private, &bodies).expect("it can be appended");
    assert_eq!(scan(&history).folded_in, 2);
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    let count: i64 = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).expect("a number");
    drop(connection);
    assert_eq!(count, 2);
    let author = || history.store.sessions().expect("they can be listed")[0].created_by.clone();
    assert_eq!(author().as_deref(), Some("eve"));
    tell(&history);
    assert_eq!(author().as_deref(), Some("eve"), "whoever began it stays its author");
    history.delete_store();
    scan(&history);
    assert_eq!(author().as_deref(), Some("eve"));
}

#[test]
fn a_transcript_that_only_a_hook_named_is_read_by_the_next_scan() {
    let history = History::of_one();
    let elsewhere = history.home.path().join(format!("elsewhere/{B}.jsonl"));
    fs::create_dir_all(elsewhere.parent().expect("it has a folder")).expect("a folder can be made");
    fs::write(&elsewhere, three_answers(B).text()).expect("it can be written");
    let payload = json!({ "session_id": B, "transcript_path": elsewhere }).to_string();
    let event = Event::new(EventKind::SessionEnd, 1, payload.as_bytes());
    journal(&history).record(&[event], |_| String::new()).expect("it can be recorded");
    scan(&history);
    scan(&history);
    assert_eq!(history.usage(B).0, 3, "even if the tick that was told of it died");
}

#[test]
fn what_another_machine_told_is_here_and_is_not_told_again_as_ours() {
    let (here, there) = (History::of_one(), History::new());
    // the same path on both machines
    there.write("-p", A, &three_answers(A).text());
    there.write("-p", C, &three_answers(C).text());
    scan(&there);
    tell(&there);
    scan(&here);
    let source = journal(&there);
    let stream = Stream { replica: source.replica(), scope: Scope::Here };
    let operations: Vec<_> = source.read(&stream, 0).collect::<Result<_, _>>().expect("it can be read");
    journal(&here).receive(&operations).expect("it can be received");
    scan(&here);
    assert_eq!((here.usage(A), here.usage(C)), (there.usage(A), there.usage(C)), "every request counts once");
    let rows = here.store.sessions().expect("they can be listed");
    let of = |id: &str| rows.iter().find(|row| row.id().as_str() == id).expect("it is there");
    assert!(of(A).transcript.is_some() && of(C).transcript.is_none());
    assert_eq!(of(C).root, None);
    assert_eq!(tell(&here), 1, "only what was read here");
    assert_eq!(tell(&here), 0);
}

/// Stores of version 6 may lack what others told of sessions that this machine has too.
#[test]
fn what_an_earlier_version_let_go_of_other_machines_is_read_again() {
    let (here, there) = (History::of_one(), History::new());
    there.write("-p", A, &three_answers(A).text());
    scan(&there);
    tell(&there);
    scan(&here);
    tell(&here);
    let source = journal(&there);
    let stream = Stream { replica: source.replica(), scope: Scope::Here };
    let operations: Vec<_> = source.read(&stream, 0).collect::<Result<_, _>>().expect("it can be read");
    let told: Vec<_> = operations
        .into_iter()
        .scan(Hash::START, |before, operation| {
            let stream = Stream { scope: Scope::Private, ..operation.stream.clone() };
            let told = Operation::follow(&stream, operation.seq, *before, operation.body);
            *before = told.hash;
            Some(told)
        })
        .collect();
    journal(&here).receive(&told).expect("it can be received");
    scan(&here);
    let of_others = || {
        let sql = "SELECT count(*) FROM files WHERE NOT starts_with(path, '/')";
        let store = Connection::open(here.store.path()).expect("the store can be opened");
        store.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("it can be asked")
    };
    assert_eq!(of_others(), 1);
    let (usage, rows) = (here.usage(A), here.store.sessions().expect("they can be listed"));
    let earlier =
        "DELETE FROM files WHERE NOT starts_with(path, '/'); UPDATE meta SET value = '6' WHERE key = 'schema'";
    execute(&here, earlier);
    assert_eq!(of_others(), 0);
    let report = scan(&here);
    assert_eq!((of_others(), report.files_read), (1, 0), "and no transcript is");
    assert_eq!((here.usage(A), here.store.sessions().expect("they can be listed")), (usage, rows));
    assert_eq!(tell(&here), 0, "nothing of ours is told again");
}

#[test]
fn a_damaged_journal_is_folded_in_as_far_as_it_is_whole() {
    let history = History::of_one();
    history.write("-p", B, &three_answers(B).text());
    scan(&history);
    let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
    tell_at(&history, at("2027-01-01T00:00:00Z"), true);
    let first = fs::read(log(&history)).expect("it is there").len();
    history.write("-p", C, &three_answers(C).text());
    scan(&history);
    tell_at(&history, at("2027-01-01T00:00:00Z"), true);
    let mut bytes = fs::read(log(&history)).expect("it can be read");
    bytes[first + 200] ^= 1;
    fs::write(log(&history), &bytes).expect("it can be written");
    delete_transcripts(&history);
    history.delete_store();
    let report = scan(&history);
    assert_eq!((report.sessions, report.damaged_streams), (2, 1));
    journal(&history).mend().expect("it can be mended");
    assert_eq!(scan(&history).damaged_streams, 0);
}

#[test]
fn what_a_later_version_says_is_passed_over() {
    let history = History::of_one();
    scan(&history);
    let bodies = [json!({"v": 9, "kind": "weather"}), json!({"v": 9, "kind": "session", "id": B, "sky": "blue"})];
    let bodies: Vec<Vec<u8>> = bodies.iter().map(|body: &Value| body.to_string().into_bytes()).collect();
    let bodies = [bodies, vec![b"garbage".to_vec()]].concat();
    journal(&history).append(&Scope::Private, &bodies).expect("it can be appended");
    let before = history.dump();
    assert_eq!(scan(&history).folded_in, 3);
    assert_eq!(history.dump(), before);
}
