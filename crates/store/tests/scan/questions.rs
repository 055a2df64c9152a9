//! What the store answers.

use chrono::DateTime;
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
fn usage_is_asked_for_a_time() {
    let history = History::of_one();
    history.scan();
    let requests = |since: &str| {
        let since = DateTime::parse_from_rfc3339(since).expect("a time").to_utc();
        let models = history.store.usage_by_model(Some(since)).expect("the store can be asked");
        models.iter().map(|model| model.requests).sum::<u32>()
    };
    assert_eq!(requests("2026-11-01T00:00:00Z"), 3);
    assert_eq!(requests("2026-11-02T09:00:03Z"), 2);
    assert_eq!(requests("2026-12-01T00:00:00Z"), 0);
    let all = history.store.usage_by_model(None).expect("the store can be asked");
    assert_eq!((all.len(), all[0].model.as_str(), all[0].requests), (1, "claude-opus-5", 3));
    assert_eq!(all[0].tokens.output, 600);
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
    assert_eq!(detail.models[0].cost, row.cost);
}
