//! Sessions that `claude-session-logger` recorded and that have no transcript.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use chrono::DateTime;
use duckdb::Connection;
use journal::Journal;
use pricing::PriceTable;
use store::{Grouping, Logged, ScanOptions, SessionRow, Store, Subject, UsageFilter, UsageQuery};

use crate::history::{A, B, C, History, three_answers};
use crate::usage::{ask, query};

/// A database as version 0.3.46 makes it: two sessions, one of which was recorded without usage by model.
fn database(history: &History) -> PathBuf {
    let path = history.home.path().join("old.duckdb");
    let tables = format!(
        "CREATE TABLE sessions (session_id TEXT PRIMARY KEY, project TEXT, cwd TEXT, session_date DATE,
             started_at TIMESTAMP, ended_at TIMESTAMP, duration_min DOUBLE, models TEXT, input_tokens BIGINT,
             output_tokens BIGINT, cache_write_tokens BIGINT, cache_read_tokens BIGINT, total_tokens BIGINT,
             cost_usd DOUBLE, message_count INTEGER, tool_call_count INTEGER, skills_used TEXT, git_branch TEXT,
             cc_version TEXT, title TEXT, session_type TEXT, created_by TEXT, synced BOOLEAN DEFAULT FALSE);
         CREATE TABLE session_models (session_id TEXT, model TEXT, input_tokens BIGINT, output_tokens BIGINT,
             cache_write_tokens BIGINT, cache_read_tokens BIGINT, total_tokens BIGINT, cost_usd DOUBLE,
             synced BOOLEAN DEFAULT FALSE, PRIMARY KEY (session_id, model));
         CREATE TABLE log_entries (id TEXT PRIMARY KEY, session_id TEXT, logged_at TIMESTAMP, category TEXT, status TEXT,
             title TEXT, body TEXT);
         INSERT INTO sessions BY NAME SELECT '{A}' AS session_id, 'shop' AS project, '/src/shop' AS cwd,
             TIMESTAMP '2026-05-01 10:00:00' AS started_at, TIMESTAMP '2026-05-01 11:00:00' AS ended_at,
             'claude-opus-4-5, claude-haiku-4-5' AS models, 10 AS tool_call_count, 'main' AS git_branch,
             '2.0.1' AS cc_version, 'Refunds' AS title, 'Ada' AS created_by;
         INSERT INTO sessions BY NAME SELECT '{B}' AS session_id, '/src/api' AS cwd, 'Other' AS title,
             TIMESTAMP '2026-05-02 10:00:00' AS ended_at, 'claude-opus-4-5' AS models, 5000 AS input_tokens;
         INSERT INTO session_models VALUES ('{A}', 'claude-opus-4-5', 100, 200, 300, 400, 1000, 0.5, false),
             ('{A}', 'claude-haiku-4-5', 1, 2, 3, 4, 10, 0.1, false);
         INSERT INTO log_entries VALUES ('e1', '{A}', TIMESTAMP '2026-05-01 10:30:00', 'issue', 'open', 'Race', '');"
    );
    Connection::open(&path).and_then(|connection| connection.execute_batch(&tables)).expect("it can be made");
    path
}

fn folder(history: &History) -> PathBuf {
    history.home.path().join("data/journal")
}

fn options(history: &History) -> ScanOptions {
    ScanOptions { journal: Some(folder(history)), ..history.options() }
}

fn scan(history: &History) {
    let cancel = AtomicBool::new(false);
    let scanned = history.store.scan(&options(history), &PriceTable::built_in(), &cancel, &mut |_| ());
    scanned.expect("the history can be scanned");
}

fn rebuild(history: &History) {
    let cancel = AtomicBool::new(false);
    let rebuilt = history.store.rebuild(&options(history), &PriceTable::built_in(), &cancel, &mut |_| ());
    rebuilt.expect("it can be made again");
}

/// Brings everything over that is missing; how many sessions.
fn import(history: &History, database: &Path) -> u64 {
    scan(history);
    let logged = Logged::read(database).expect("it can be read");
    let missing = history.store.missing_of(&logged.sessions).expect("it can be asked");
    let journal = Journal::open(&folder(history)).expect("it can be opened");
    let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a moment");
    let told = Store::adopt(&journal, &missing, "eve", now).expect("it can be told");
    scan(history);
    told
}

fn session(history: &History, id: &str) -> SessionRow {
    let rows = history.store.sessions().expect("they can be listed");
    rows.into_iter().find(|row| row.id().as_str() == id).expect("it is listed")
}

#[test]
fn what_was_recorded_is_listed_and_counted_and_brought_over_once() {
    let history = History::new();
    history.write("-p", C, &three_answers(C).text());
    let database = database(&history);
    assert_eq!(import(&history, &database), 2);
    assert_eq!(import(&history, &database), 0, "again: nothing");
    let row = session(&history, A);
    let title = row.session.title.as_ref().map(|title| title.text.as_str());
    assert_eq!((title, row.session.project.as_deref()), (Some("Refunds"), Some("shop")));
    assert_eq!((row.session.branch.as_deref(), row.created_by.as_deref()), (Some("main"), Some("Ada")));
    assert_eq!((row.tokens.total(), row.requests, row.session.tool_calls), (1010, 2, 10));
    assert!(row.adopted && row.transcript.is_none() && row.cost.0 > 0, "{row:?}");
    let other = session(&history, B);
    assert_eq!((other.tokens.input, other.created_by.as_deref()), (5000, Some("eve")));
    assert!(!session(&history, C).adopted);
    let before = history.dump();
    fs::remove_file(history.store.path()).expect("it can be removed");
    scan(&history);
    assert_eq!(history.dump(), before, "the journal keeps it");
    rebuild(&history);
    assert_eq!(history.dump(), before);
}

#[test]
fn what_was_recorded_counts_for_this_machine() {
    let history = History::new();
    history.write("-p", C, &three_answers(C).text());
    assert_eq!(import(&history, &database(&history)), 2);
    let rows = ask(&history, &query(Grouping::Device)).rows;
    assert_eq!(rows.iter().map(|row| &row.subject).collect::<Vec<_>>(), [&Subject::Named(None)]);
    let here = UsageFilter { devices: vec![None], ..UsageFilter::default() };
    let of_this = ask(&history, &UsageQuery { filter: here, ..query(Grouping::Total) }).rows;
    assert_eq!(of_this, ask(&history, &query(Grouping::Total)).rows);
    assert_eq!(of_this[0].usage.requests, 6, "three of a transcript, three that were recorded");
}

#[test]
fn a_transcript_takes_the_place_of_what_was_recorded_whenever_it_comes() {
    let history = History::new();
    let database = database(&history);
    assert_eq!(import(&history, &database), 2);
    let path = history.write("-p", A, &three_answers(A).text());
    scan(&history);
    let row = session(&history, A);
    assert!(!row.adopted && row.transcript.is_some(), "{row:?}");
    assert_eq!((row.requests, history.usage(A)), (3, history.usage(A)), "nothing counts twice");
    let before = history.dump();
    rebuild(&history);
    assert_eq!(history.dump(), before);
    assert_eq!(import(&history, &database), 0, "and stays there");
    fs::remove_file(path).expect("it can be removed");
    scan(&history);
    assert_eq!(session(&history, A).requests, 3, "also when it is gone");
    assert_eq!(import(&history, &database), 0);
}

#[test]
fn what_is_recorded_later_takes_the_place_of_what_was_recorded_before() {
    let history = History::new();
    let database = database(&history);
    assert_eq!(import(&history, &database), 2);
    let later = format!(
        "UPDATE sessions SET ended_at = TIMESTAMP '2026-05-01 12:00:00' WHERE session_id = '{A}';
         UPDATE session_models SET input_tokens = 200 WHERE model = 'claude-opus-4-5';"
    );
    Connection::open(&database).and_then(|connection| connection.execute_batch(&later)).expect("it can be changed");
    assert_eq!(import(&history, &database), 1);
    assert_eq!((session(&history, A).tokens.total(), session(&history, A).requests), (1110, 2));
}
