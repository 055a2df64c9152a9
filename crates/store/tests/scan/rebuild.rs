//! Making the store again.

use std::fs;

use crate::history::{A, B, History, three_answers};

#[test]
fn a_rebuilt_store_answers_the_same() {
    let history = History::of_one();
    let mut fork = three_answers(A).fork(B);
    fork.prompt("on").answer("and on");
    history.write("-p", B, &fork.text());
    history.scan();
    let before = history.dump();
    let report = history.rebuild();
    assert_eq!((report.carried_over, report.set_aside), (0, None));
    assert_eq!(history.dump(), before);
}

#[test]
fn without_any_history_there_is_an_empty_store() {
    let history = History::new();
    assert_eq!(history.scan().sessions, 0);
    assert_eq!(history.rebuild().sessions, 0);
    assert!(history.store.exists());
}

#[test]
fn rule_15_what_only_the_store_knows_is_carried_over() {
    let history = History::of_one();
    history.write("-p", B, &three_answers(B).text());
    history.scan();
    fs::remove_file(history.home.claude().join(format!("projects/-p/{A}.jsonl"))).expect("it can be removed");
    history.scan();
    let before = history.dump();
    let report = history.rebuild();
    assert_eq!((report.carried_over, report.sessions, report.requests), (1, 2, 6));
    assert_eq!(history.dump(), before);
}

#[test]
fn a_damaged_store_is_kept_beside_the_new_one() {
    let history = History::of_one();
    history.scan();
    let before = history.dump();
    for number in 1..3 {
        fs::write(history.store.path(), "this is no store").expect("it can be overwritten");
        let report = history.rebuild();
        let aside = report.set_aside.expect("it was kept");
        assert!(aside.ends_with(format!("sessions.duckdb.damaged-{number}")));
        assert_eq!(fs::read(aside).expect("it can be read"), b"this is no store");
        assert_eq!(history.dump(), before);
    }
}

#[test]
fn only_locks_are_left_beside_a_store() {
    let history = History::of_one();
    history.scan();
    history.rebuild();
    let folder = history.store.path().parent().expect("it has a folder");
    let mut names: Vec<_> =
        fs::read_dir(folder).expect("it can be listed").flatten().map(|entry| entry.file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["sessions.duckdb", "sessions.duckdb.lock", "sessions.duckdb.rebuilding.lock"]);
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_store() {
    use std::os::unix::fs::PermissionsExt;
    let history = History::of_one();
    history.scan();
    let mode = |path: &std::path::Path| fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
    assert_eq!(mode(history.store.path()), 0o600);
    assert_eq!(mode(history.store.path().parent().expect("it has a folder")), 0o700);
    history.rebuild();
    assert_eq!(mode(history.store.path()), 0o600);
}
