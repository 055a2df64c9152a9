//! What the store answers.

use chrono::{DateTime, TimeDelta, Utc};
use store::Found;

use crate::history::{A, B, History, three_answers};

fn found(history: &History, prefix: &str) -> Vec<String> {
    match history.store.find(prefix).expect("the store can be asked") {
        Found::None => Vec::new(),
        Found::One(row) => vec![row.id().to_string()],
        Found::Many(rows) => rows.iter().map(|row| row.id().to_string()).collect(),
    }
}

#[test]
fn an_id_is_found_by_its_beginning_and_nothing_is_a_wildcard() {
    let history = History::of_one();
    history.write("-p", B, &three_answers(B).text());
    history.write("-p", "ab", &three_answers("ab").text());
    history.write("-p", "abc", &three_answers("abc").text());
    history.scan();
    for (prefix, expect) in [
        (A, vec![A]),
        ("aaaa", vec![A]),
        ("AAAA", vec![A]),
        ("ab", vec!["ab"]),
        ("AB", vec!["ab"]),
        ("a", vec![A, "ab", "abc"]),
        ("%", vec![]),
        ("a_", vec![]),
        ("aaaaaaaa-1111-4111-8111-1111111111110", vec![]),
    ] {
        let mut ids = found(&history, prefix);
        ids.sort_unstable();
        assert_eq!(ids, expect, "{prefix}");
    }
}

#[test]
fn a_store_that_does_not_exist_is_empty_and_stays_away() {
    let history = History::new();
    assert_eq!(history.store.sessions().expect("nothing is no fault").len(), 0);
    assert_eq!(found(&history, "a").len(), 0);
    assert_eq!(history.store.session(&A.into()).expect("nothing is no fault"), None);
    assert!(!history.store.path().parent().expect("it has a folder").exists());
}

#[test]
fn a_session_costs_what_its_requests_cost() {
    let history = History::of_one();
    history.scan();
    let row = history.store.sessions().expect("sessions can be listed").remove(0);
    // 3 × (10 × 5 + 200 × 25 + 400 × 10 + 3000 × 0.5) millionths of a dollar
    assert_eq!(row.cost.to_string(), "0.031650000");
    assert_eq!((row.unknown_cost_requests, row.incomplete_requests), (0, 0));
    assert_eq!(row.root, Some(std::fs::canonicalize(history.home.claude()).expect("it exists")));
    let detail = history.store.session(&A.into()).expect("the store can be asked").expect("it is there");
    assert_eq!(detail.models[0].usage.cost.nano(), row.cost);
}

#[test]
fn what_was_spent_when_adds_up_to_what_was_spent() {
    let history = History::of_one();
    let mut later = testkit::Transcript::new(B);
    later.prompt("later").wait(900).answer("yes");
    history.write("-p", B, &later.text());
    history.scan();
    let spendings = history.store.spendings(DateTime::<Utc>::MIN_UTC).expect("the store can be asked");
    assert!(spendings.len() > 1 && spendings.is_sorted_by_key(|spending| spending.first), "{spendings:?}");
    let quarter = |at: DateTime<Utc>| at.timestamp() / 900;
    assert!(spendings.iter().all(|spending| quarter(spending.first) == quarter(spending.last)));
    let sessions = history.store.sessions().expect("sessions can be listed");
    let requests: u64 = spendings.iter().map(|spending| spending.usage.requests).sum();
    let cost: pricing::PicoUsd = spendings.iter().map(|spending| spending.usage.cost).sum();
    assert_eq!(requests, sessions.iter().map(|row| u64::from(row.requests)).sum::<u64>());
    assert_eq!(cost.nano(), sessions.iter().map(|row| row.cost).sum());
}

#[test]
fn the_last_request_of_a_session_is_one_of_its_own() {
    let history = History::new();
    let start = "2026-11-01T09:30:00Z".parse::<DateTime<Utc>>().expect("a moment");
    let mut own = testkit::Transcript::new(A);
    own.at(start).prompt("on").answer("and on");
    history.write("-p", A, &own.text());
    let mut agent = testkit::Transcript::subagent(A, "a1b2c3d");
    agent.at(start + TimeDelta::minutes(30)).prompt("look").answer("seen");
    history.home.transcript(&format!("-p/{A}/subagents/agent-a1b2c3d.jsonl"), agent.text());
    history.scan();
    let since = |since| history.store.latest_requests(since).expect("the store can be asked");
    let found = since(start);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].session, A.into());
    assert!(found[0].at >= start && found[0].at < start + TimeDelta::minutes(30), "{found:?}");
    assert_eq!(since(start + TimeDelta::minutes(20)), []);
}

#[test]
fn how_long_a_cache_lasts_is_told_by_the_last_write_alone() {
    let history = History::new();
    let start = "2026-11-01T09:30:00Z".parse::<DateTime<Utc>>().expect("a moment");
    let of = |cache_write_5m, cache_write_1h| testkit::Usage { cache_write_5m, cache_write_1h, ..Default::default() };
    let mut own = testkit::Transcript::new(A);
    own.at(start).usage(of(0, 400)).prompt("on").answer("and on");
    own.usage(of(90, 0)).prompt("on").answer("and on");
    own.usage(of(0, 0)).prompt("on").answer("and on");
    history.write("-p", A, &own.text());
    history.scan();
    let found = history.store.latest_requests(start).expect("the store can be asked");
    assert_eq!(found.iter().map(|request| request.for_an_hour).collect::<Vec<_>>(), [Some(false)]);
}

#[test]
fn what_was_spent_lately_begins_with_a_block_of_the_whole_history() {
    let history = History::new();
    let mut transcript = testkit::Transcript::new(A);
    let start = "2026-11-01T09:30:00Z".parse::<DateTime<Utc>>().expect("a moment");
    for hour in 0..30 {
        transcript.at(start + TimeDelta::hours(hour)).prompt("on").answer("and on");
    }
    history.write("-p", A, &transcript.text());
    history.scan();
    let spendings = |since: DateTime<Utc>| history.store.spendings(since).expect("the store can be asked");
    let all = store::blocks(spendings(start));
    assert_eq!((all.len(), all[5].start), (6, "2026-11-02T10:00:00Z".parse().expect("a moment")));
    for since in 1..30 {
        let since = start + TimeDelta::hours(since);
        let later: Vec<_> = all.iter().copied().filter(|block| block.end > since).collect();
        assert_eq!(store::blocks(spendings(since)), later, "{since}");
    }
}

#[test]
fn a_session_of_subagents_alone_never_had_a_transcript() {
    let history = History::of_one();
    let mut agent = testkit::Transcript::subagent(B, "a1b2c3d");
    agent.prompt("look").answer("seen");
    history.home.transcript(&format!("-p/{B}/subagents/agent-a1b2c3d.jsonl"), agent.text());
    history.scan();
    let had = || {
        let rows = history.store.sessions().expect("sessions can be listed");
        let mut had: Vec<_> = rows.iter().map(|row| (row.id().to_string(), row.had_transcript)).collect();
        had.sort();
        had
    };
    let expect = [(A.to_owned(), true), (B.to_owned(), false)];
    assert_eq!(had(), expect);
    std::fs::remove_file(history.home.claude().join(format!("projects/-p/{A}.jsonl"))).expect("it can be removed");
    history.scan();
    assert_eq!(had(), expect);
}

#[test]
fn a_session_that_repeats_the_requests_of_another_is_a_copy_of_it() {
    let history = History::of_one();
    let mut copy = three_answers(A);
    copy.wait(60).prompt("go on").answer("on it");
    history.write("-p", B, &copy.text().replace(A, B));
    history.scan();
    let belongings = history.store.belongings().expect("the store can be asked");
    let copied_from = |id: &str| belongings[&id.into()].copied_from.as_ref().map(|id| id.as_str().to_owned());
    assert_eq!((copied_from(A), copied_from(B)), (None, Some(A.to_owned())));
}
