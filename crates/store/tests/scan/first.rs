//! The first import, which counts in memory what later scans let the engine add up.

use std::sync::atomic::AtomicBool;

use duckdb::Connection;
use pricing::PriceTable;
use store::Strides;

use crate::counted::check_counted;
use crate::history::{A, B, History, TINY, three_answers};
use crate::tangle::{Copying, Variety, tangle};

/// Makes a store look as a first import leaves it that was killed before it counted what several files tell: the first
/// telling stands alone, the others are stored and nothing follows from them. Of half of the first tellings a later part
/// is stored, too.
fn as_if_killed_before_counting(history: &History) {
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    connection
        .execute_batch(
            "CREATE TEMP TABLE first AS
                 SELECT c.* FROM request_copies c JOIN files f USING (file_id)
                 WHERE NOT c.forked AND c.parts IS NULL AND c.tool_searches = 0 AND c.record_session = f.session_id
                 QUALIFY row_number() OVER (PARTITION BY request_key ORDER BY file_id) = 1;
             DELETE FROM request_copies c USING first WHERE c.file_id = first.file_id AND c.request_key = first.request_key
                 AND hash(c.request_key) % 2 = 0;
             UPDATE requests SET session_id = record_session, file_id = first.file_id, sole = true, shared = false
                 FROM first WHERE requests.request_key = first.request_key;
             DELETE FROM requests WHERE NOT sole;
             UPDATE sessions SET requests = 0, input_tokens = 7, total_tokens = 9, cost_pico_usd = 1, lines_added = 7,
                 lines_removed = 7;
             INSERT INTO meta VALUES ('uncounted', 'yes');",
        )
        .expect("it can be changed");
    let told: i64 = connection.query_row("SELECT count(*) FROM first", [], |row| row.get(0)).expect("a number");
    assert!(told > 0, "something is told twice");
}

/// A history in which requests are told again in many files.
fn tangled() -> History {
    let history = History::new();
    let variety =
        Variety { first: Copying::Queued, second: Copying::Forked, share: 100, goes_on: true, streamed: true };
    for (path, text) in tangle(&variety) {
        history.home.transcript(&path, text);
    }
    history
}

#[test]
fn a_first_import_in_tiny_batches_stores_what_one_in_a_single_batch_does() {
    let mut history = tangled();
    history.scan();
    let at_once = history.dump();
    history.strides = TINY;
    for hold in [TINY.hold, Strides::default().hold] {
        history.strides.hold = hold;
        history.rebuild();
        assert_eq!(history.dump(), at_once);
    }
    check_counted(&history);
}

#[test]
fn a_scan_that_needs_more_memory_than_it_was_given_takes_it() {
    let mut history = tangled();
    history.scan();
    let with_enough = history.dump();
    history.strides.memory = Some(3_000_000);
    history.rebuild();
    assert_eq!(history.dump(), with_enough);
    check_counted(&history);
}

#[test]
fn first_imports_at_once_that_take_turns_count_everything_once() {
    let mut history = tangled();
    history.strides = TINY;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| history.scan())).collect();
        for thread in threads {
            thread.join().expect("no scan fails");
        }
    });
    check_counted(&history);
    // what another scan has read meanwhile is left to it, and what is missing then is read next
    history.scan();
    let in_turns = history.dump();
    history.strides = Strides::default();
    history.rebuild();
    assert_eq!(history.dump(), in_turns);
}

#[test]
fn what_a_killed_first_import_left_uncounted_is_counted_by_the_next_scan() {
    let history = History::new();
    testkit::history::generate(&history.home.claude(), 4 << 20, 5).expect("a history can be made");
    let mut fork = three_answers(A).fork(B);
    fork.prompt("on").answer("and on");
    history.write("-p", A, &three_answers(A).text());
    history.write("-p", B, &fork.text());
    history.scan();
    let (whole, sessions) = (history.dump(), history.store.sessions().expect("sessions can be listed"));
    as_if_killed_before_counting(&history);
    assert_ne!(history.dump(), whole);
    history.scan();
    assert_eq!(history.dump(), whole);
    assert_eq!(history.store.sessions().expect("sessions can be listed"), sessions);
    // and once more, by what is stored now
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    connection.execute_batch("INSERT INTO meta VALUES ('uncounted', 'yes')").expect("it can be changed");
    drop(connection);
    history.scan();
    assert_eq!(history.dump(), whole);
}

#[test]
fn costs_of_which_only_some_were_changed_are_worked_out_again() {
    let history = History::new();
    testkit::history::generate(&history.home.claude(), 1 << 20, 5).expect("a history can be made");
    history.scan();
    let (whole, sessions) = (history.dump(), history.store.sessions().expect("sessions can be listed"));
    let half = PriceTable::built_in().with_overrides("multiplier = 0.5").expect("a table that can be read");
    history.store.scan(&history.options(), &half, &AtomicBool::new(false), &mut |_| ()).expect("it can be scanned");
    assert_ne!(history.dump(), whole);
    history.scan();
    assert_eq!(history.dump(), whole);
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    connection
        .execute_batch("DELETE FROM meta WHERE key = 'prices'; UPDATE requests SET cost_pico_usd = 1 WHERE file_id < 9")
        .expect("it can be changed");
    drop(connection);
    history.scan();
    assert_eq!(history.dump(), whole);
    assert_eq!(history.store.sessions().expect("sessions can be listed"), sessions);
}

#[test]
fn the_sums_of_a_first_import_are_those_of_the_requests() {
    let history = History::new();
    testkit::history::generate(&history.home.claude(), 4 << 20, 5).expect("a history can be made");
    history.scan();
    let connection = Connection::open(history.store.path()).expect("the store can be opened");
    let sql = "SELECT count(*) FROM sessions s LEFT JOIN (
            SELECT session_id, count(*) AS requests, sum(input_tokens) AS input, sum(output_tokens) AS output,
                sum(cache_write_5m_tokens) AS write_5m, sum(cache_write_1h_tokens) AS write_1h,
                sum(cache_read_tokens) AS read, sum(cost_pico_usd) AS cost,
                count(*) FILTER (WHERE cost_pico_usd IS NULL AND coalesce(recorded_nano_usd, 0) <= 0) AS unknown,
                count(*) FILTER (WHERE incomplete) AS incomplete
            FROM requests GROUP BY ALL
        ) r USING (session_id)
        WHERE (s.requests, s.input_tokens, s.output_tokens, s.cache_write_5m_tokens, s.cache_write_1h_tokens,
               s.cache_read_tokens, s.cost_pico_usd, s.unknown_cost_requests, s.incomplete_requests)
            IS DISTINCT FROM (coalesce(r.requests, 0), coalesce(r.input, 0), coalesce(r.output, 0),
               coalesce(r.write_5m, 0), coalesce(r.write_1h, 0), coalesce(r.read, 0), coalesce(r.cost, 0),
               coalesce(r.unknown, 0), coalesce(r.incomplete, 0))";
    let wrong: i64 = connection.query_row(sql, [], |row| row.get(0)).expect("a number");
    let right: i64 = connection
        .query_row("SELECT count(*) FROM sessions WHERE cost_pico_usd > 0", [], |row| row.get(0))
        .expect("a number");
    assert_eq!(wrong, 0);
    assert!(right > 0, "there are sessions that cost something");
}
