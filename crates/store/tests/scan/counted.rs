//! What the store counts, beside the second count of the same files.

use std::collections::BTreeSet;

use duckdb::Connection;

use crate::history::History;
use crate::oracle::{Prices, count, stored};

/// Compares request by request; returns how many there are.
pub(crate) fn check_counted(history: &History) -> usize {
    let prices = Prices::at_hand();
    let expect = count(&history.home.claude(), prices.as_ref());
    let found = stored(history.store.path(), prices.is_some());
    let keys: BTreeSet<&String> = expect.keys().chain(found.keys()).collect();
    let differing: Vec<_> = keys.into_iter().filter(|key| expect.get(*key) != found.get(*key)).collect();
    for key in differing.iter().take(5) {
        assert_eq!(found.get(*key), expect.get(*key), "{key}, and {} more differ", differing.len() - 1);
    }
    check_lines(history);
    found.len()
}

/// Compares the lines that each session changed with those of its calls.
fn check_lines(history: &History) {
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    let sql = "SELECT s.session_id, s.lines_added, c.added, s.lines_removed, c.removed
        FROM sessions s LEFT JOIN (
            SELECT r.session_id, sum(lines_added) AS added, sum(lines_removed) AS removed
            FROM tool_calls JOIN requests r USING (request_key) GROUP BY ALL
        ) c USING (session_id)
        WHERE (s.lines_added, s.lines_removed) IS DISTINCT FROM (coalesce(c.added, 0), coalesce(c.removed, 0))";
    let mut statement = connection
        .prepare(&format!("SELECT CAST(row AS VARCHAR) FROM ({sql}) row"))
        .expect("the question is well formed");
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("it can be asked");
    let differing: Vec<String> = rows.map(|row| row.expect("a row can be read")).collect();
    assert!(differing.is_empty(), "session, lines added and those of its calls, removed and those: {differing:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "figures for whoever runs it, and a loud skip")]
fn every_request_of_the_corpus_is_counted_as_a_second_count_does_it() {
    let Some(corpus) = testkit::corpus() else {
        eprintln!("SKIPPED: no corpus of real transcripts (set SESSIONS_CORPUS)");
        return;
    };
    if Prices::at_hand().is_none() {
        eprintln!("SKIPPED for costs: no file of prices beside the corpus");
    }
    let history = History::new();
    testkit::lay_out(&corpus, &history.home.claude()).expect("the corpus can be copied");
    history.scan();
    eprintln!("{} requests agree", check_counted(&history));
}
