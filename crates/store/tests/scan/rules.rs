//! Rules of counting that only a whole history can show.

use std::fs;
use std::sync::atomic::AtomicBool;

use pricing::PriceTable;
use serde_json::json;
use store::ScanOptions;

use crate::counted::check_counted;
use crate::history::{A, B, History, three_answers};

#[test]
fn rule_11_the_clients_own_total_is_never_added() {
    let history = History::new();
    let mut with_total = three_answers(A);
    with_total.beside(json!({"type": "cost-state", "totalCostUSD": 5, "modelUsage": {"claude-opus-5": {"inputTokens": 900, "costUSD": 5}}}));
    history.write("-p", A, &with_total.text());
    let mut fork = with_total.fork(B);
    fork.wait(60).prompt("on").answer("on").beside(json!({"type": "cost-state", "totalCostUSD": 7, "modelUsage": {}}));
    history.write("-p", B, &fork.text());
    history.scan();
    let of = |session: &str| history.store.session(&session.into()).expect("it can be asked").expect("it is there").row;
    let ledger = |session: &str| of(session).session.ledger.map(|ledger| ledger.nano_usd);
    assert_eq!([A, B].map(ledger), [Some(5_000_000_000), Some(7_000_000_000)], "the last one of each");
    assert_eq!((of(A).requests, of(A).tokens.input), (3, 30));
    assert_eq!(of(A).cost.0, of(B).cost.0 * 3, "both are what the requests cost");
    check_counted(&history);
}

#[test]
fn rule_12_requests_without_a_stop_reason_are_counted_as_lower_bounds() {
    let history = History::new();
    let text = three_answers(A).text();
    history.write("-p", A, &text.replacen("\"stop_reason\":\"end_turn\"", "\"stop_reason\":null", 1));
    history.scan();
    let row = history.store.sessions().expect("sessions can be listed").remove(0);
    assert_eq!((row.requests, row.incomplete_requests), (3, 1));
    check_counted(&history);
}

#[test]
fn rule_14_a_history_under_two_roots_is_counted_once() {
    let history = History::of_one();
    history.scan();
    let once = history.usage(A);
    let second = history.home.path().join("second/projects/-other");
    fs::create_dir_all(&second).expect("a folder can be made");
    fs::write(second.join(format!("{A}.jsonl")), three_answers(A).text()).expect("a file can be written");
    let mut options = history.options();
    options.roots.push(history.home.path().join("second"));
    let scan = |options: &ScanOptions| {
        let cancel = AtomicBool::new(false);
        history.store.scan(options, &PriceTable::built_in(), &cancel, &mut |_| ()).expect("it can be scanned")
    };
    let report = scan(&options);
    assert_eq!((report.files_read, report.sessions, report.requests), (1, 1, 3));
    assert_eq!(history.usage(A), once);
}

#[test]
fn rule_15_a_copy_keeps_counting_when_the_original_is_deleted() {
    let history = History::of_one();
    let mut fork = three_answers(A).fork(B);
    fork.wait(60).prompt("on").answer("on");
    history.write("-p", B, &fork.text());
    history.scan();
    let before = [A, B].map(|session| history.usage(session));
    fs::remove_file(history.home.claude().join(format!("projects/-p/{A}.jsonl"))).expect("it can be removed");
    history.scan();
    assert_eq!([A, B].map(|session| history.usage(session)), before);
    fork.prompt("further").answer("further");
    history.write("-p", B, &fork.text());
    history.scan();
    assert_eq!([A, B].map(|session| history.usage(session).0), [3, 2]);
}
