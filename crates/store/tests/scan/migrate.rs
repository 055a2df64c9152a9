//! A store of an earlier version is taken over, and loses nothing.

use std::fs;

use duckdb::Connection;
use serde_json::json;

use store::{Grouping, Subject};

use crate::history::{A, B, C, History, three_answers};
use crate::usage::{ask, query};

/// Makes a store look as version 1 wrote it.
fn as_version_1(history: &History) {
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    let facts: Vec<(i64, Vec<u8>)> = connection
        .prepare("SELECT file_id, facts FROM files")
        .and_then(|mut statement| statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("files can be listed");
    for (file, mut facts) in facts {
        assert_eq!(facts.pop(), Some(0), "a file without a count of lines ends with nothing");
        assert_eq!(facts.pop(), Some(0), "a file without changes that wait has an empty list before it");
        assert_eq!(facts.pop(), Some(0), "a file without an open command has a flag that is off before it");
        assert_eq!(facts.pop(), Some(0), "a file without subagents has an empty list before it");
        connection
            .execute("UPDATE files SET facts = ? WHERE file_id = ?", duckdb::params![facts, file])
            .expect("facts can be cut");
    }
    let earlier = "DROP TABLE projects; ALTER TABLE sessions DROP COLUMN home; DROP VIEW authors; DROP TABLE streams; DROP TABLE events; DROP TABLE session_operations; DROP VIEW agents; DROP TABLE agent_type_copies;
        INSERT INTO request_copies SELECT * EXCLUDE (sole) FROM tellings WHERE sole; DROP VIEW tellings;
        ALTER TABLE requests DROP COLUMN sidechain; ALTER TABLE requests DROP COLUMN file_since;
        ALTER TABLE requests DROP COLUMN sole;
        ALTER TABLE tool_call_copies DROP COLUMN lines_added; ALTER TABLE tool_call_copies DROP COLUMN lines_removed;
        ALTER TABLE sessions DROP COLUMN lines_added; ALTER TABLE sessions DROP COLUMN lines_removed;
        ALTER TABLE sessions DROP COLUMN ledger_lines_added; ALTER TABLE sessions DROP COLUMN ledger_lines_removed;
        ALTER TABLE sessions DROP COLUMN ledger_nano_usd; ALTER TABLE sessions DROP COLUMN ledger_models;
        UPDATE meta SET value = '1' WHERE key = 'schema';";
    connection.execute_batch(earlier).expect("the schema can be changed back");
}

fn with_ledger(session: &str) -> String {
    let mut transcript = three_answers(session);
    transcript.beside(json!({"type": "cost-state", "sessionId": session, "totalCostUSD": 1.25, "modelUsage": {}}));
    transcript.text()
}

fn ledgers(history: &History) -> Vec<(String, Option<i64>)> {
    let sessions = history.store.sessions().expect("sessions can be listed");
    let mut ledgers: Vec<_> = sessions
        .iter()
        .map(|row| (row.id().0.clone(), row.session.ledger.as_ref().map(|ledger| ledger.nano_usd)))
        .collect();
    ledgers.sort();
    ledgers
}

/// Everything that a store of version 1 knew, and the marks of sidechains.
fn rows(history: &History) -> Vec<String> {
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    let mut lines = Vec::new();
    for sql in [
        "SELECT * EXCLUDE (file_id, sole, file_since) FROM requests ORDER BY request_key, uuid",
        "SELECT * FROM sessions ORDER BY session_id",
        "SELECT * FROM tool_calls ORDER BY tool_call_id",
        "SELECT * EXCLUDE (file_id, sole) FROM tellings ORDER BY request_key, record_session",
        "SELECT path, session_id, read_to, problems, present FROM files ORDER BY path",
    ] {
        let sql = format!("SELECT CAST(row AS VARCHAR) FROM ({sql}) row");
        let mut statement = connection.prepare(&sql).expect("the question is well formed");
        let found = statement.query_map([], |row| row.get::<_, String>(0)).expect("it can be asked");
        lines.extend(found.map(|row| row.expect("a row can be read")));
    }
    lines
}

#[test]
fn a_store_of_version_1_keeps_sessions_whose_transcripts_are_gone_and_gains_their_ledgers() {
    let history = History::new();
    let gone = history.write("-p", A, &with_ledger(A));
    history.write("-p", B, &three_answers(B).text());
    history.scan();
    fs::remove_file(gone).expect("the transcript can be deleted");
    history.scan();
    let before = rows(&history);
    as_version_1(&history);
    assert_eq!(ledgers(&history), [(A.to_owned(), Some(1_250_000_000)), (B.to_owned(), None)]);
    assert_eq!(rows(&history), before, "even the time at which a deleted transcript was modified");
    let report = history.scan();
    assert_eq!(report.files_read, 1, "what still exists is read again");
    assert_eq!(rows(&history), before);
}

#[test]
fn requests_of_a_gateway_in_a_store_of_version_1_are_of_the_main_conversation() {
    let history = History::new();
    let original = three_answers(C);
    let mut copy = original.fork(A);
    copy.wait(60).prompt("on").answer("and on");
    for (session, transcript) in [(C, original), (A, copy)] {
        history.write("-p", session, &transcript.text().replace("\"msg_", "\"chatcmpl-"));
    }
    history.scan();
    let agents = || {
        let report = ask(&history, &query(Grouping::Agent));
        report.rows.into_iter().map(|row| (row.subject, row.usage.requests)).collect::<Vec<_>>()
    };
    let expect = [(Subject::Named(Some("main".to_owned())), 4)];
    assert_eq!(agents(), expect);
    as_version_1(&history);
    assert_eq!(agents(), expect);
}

#[test]
fn a_rebuild_sets_no_healthy_store_aside_that_cannot_be_taken_over_now() {
    let history = History::new();
    history.write("-p", A, &three_answers(A).text());
    history.scan();
    as_version_1(&history);
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    let too_much = format!("UPDATE requests SET input_tokens = {}", i64::MAX);
    connection.execute(&too_much, []).expect("rows can be changed");
    drop(connection);
    let cancel = std::sync::atomic::AtomicBool::new(false);
    let prices = pricing::PriceTable::built_in();
    let result = history.store.rebuild(&history.options(), &prices, &cancel, &mut |_| ());
    assert!(result.is_err(), "{result:?}");
    let folder = history.store.path().parent().expect("it has a folder");
    let damaged = |name: &str| name.contains("damaged");
    let names: Vec<_> =
        fs::read_dir(folder).expect("it can be listed").flatten().map(|entry| entry.file_name()).collect();
    assert!(history.store.exists() && !names.iter().any(|name| damaged(&name.to_string_lossy())), "{names:?}");
}

#[test]
fn a_rebuild_carries_over_what_a_store_of_version_1_knew() {
    let history = History::new();
    let gone = history.write("-p", A, &with_ledger(A));
    history.scan();
    fs::remove_file(gone).expect("the transcript can be deleted");
    as_version_1(&history);
    assert_eq!(history.rebuild().carried_over, 1);
    assert_eq!(history.usage(A).0, 3);
}

#[test]
fn a_rebuild_sets_a_store_aside_that_has_not_the_tables_of_its_version() {
    let history = History::of_one();
    history.scan();
    let before = rows(&history);
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    let odd = "DROP VIEW tool_calls; DROP TABLE sessions; UPDATE meta SET value = '1' WHERE key = 'schema'";
    connection.execute_batch(odd).expect("the schema can be changed");
    drop(connection);
    assert!(history.rebuild().set_aside.is_some());
    assert_eq!(rows(&history), before);
}
