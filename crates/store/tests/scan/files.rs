//! Files that are new, grow, change, move and go.

use std::fs;
use std::sync::atomic::AtomicBool;

use pricing::PriceTable;
use store::ScanOptions;
use testkit::Transcript;

use crate::history::{A, B, History, append, three_answers};

#[test]
fn a_second_scan_reads_nothing() {
    let history = History::of_one();
    let first = history.scan();
    assert_eq!((first.files_read, first.sessions_new, first.requests), (1, 1, 3));
    let second = history.scan();
    assert_eq!((second.files_read, second.bytes_read, second.sessions_changed), (0, 0, 0));
    assert_eq!((second.sessions, second.requests), (1, 3));
}

#[test]
fn of_a_file_that_grew_only_the_new_bytes_are_read() {
    let history = History::new();
    let mut transcript = three_answers(A);
    let path = history.write("-p", A, &transcript.text());
    history.scan();
    let before = transcript.text().len();
    transcript.prompt("and?").answer("done");
    fs::write(&path, transcript.text()).expect("the file can be written");
    let report = history.scan();
    assert_eq!(report.bytes_read, (transcript.text().len() - before) as u64);
    assert_eq!((report.sessions_new, report.sessions_changed), (0, 1));
    let fresh = History::new();
    fresh.write("-p", A, &transcript.text());
    fresh.scan();
    assert_eq!(without_paths(&history), without_paths(&fresh));
}

#[test]
fn a_file_that_was_written_anew_is_read_anew() {
    let history = History::new();
    let path = history.write("-p", A, &three_answers(A).text());
    history.scan();
    let mut other = Transcript::new(A);
    other.prompt("something else entirely, and longer than what was there").answer("x");
    let padding = "{\"type\":\"mode\",\"mode\":\"normal\"}\n".repeat(200);
    fs::write(&path, other.text() + &padding).expect("the file can be written");
    history.scan();
    assert_eq!(history.usage(A).0, 1);
    fs::write(&path, "").expect("the file can be written");
    history.scan();
    assert_eq!(history.usage(A).0, 0);
}

#[test]
fn a_torn_line_is_read_when_it_is_whole() {
    let history = History::new();
    let text = three_answers(A).text();
    let path = history.write("-p", A, &text[..text.len() - 40]);
    assert_eq!(history.scan().problems, 1);
    assert_eq!(history.usage(A).0, 2);
    fs::write(&path, &text).expect("the file can be written");
    assert_eq!(history.scan().problems, 0);
    assert_eq!(history.usage(A).0, 3);
}

#[test]
fn a_last_line_without_its_end_counts_once() {
    let history = History::new();
    let text = three_answers(A).text();
    let path = history.write("-p", A, text.trim_end());
    history.scan();
    assert_eq!(history.usage(A).0, 3);
    append(&path, "{\"type\":\"summary\",\"summary\":\"glued\",\"leafUuid\":\"x\"}\n");
    history.scan();
    assert_eq!(history.usage(A).0, 3);
    append(&path, &three_answers(B).text());
    history.scan();
    assert_eq!(history.usage(A).0, 6);
}

#[test]
fn rule_15_what_a_file_said_stays_when_it_is_gone() {
    let history = History::of_one();
    history.write("-p", B, &three_answers(B).text());
    history.scan();
    let before = history.usage(A);
    fs::remove_file(history.home.claude().join(format!("projects/-p/{A}.jsonl"))).expect("it can be removed");
    let report = history.scan();
    assert_eq!((report.files_gone, report.sessions, report.requests), (1, 2, 6));
    assert_eq!(history.usage(A), before);
    let detail = history.store.session(&A.into()).expect("the store can be asked").expect("it is remembered");
    assert_eq!((detail.row.transcript, detail.files[0].present), (None, false));
    assert_eq!(history.scan().files_gone, 0);

    history.write("-p", A, &three_answers(A).text());
    history.scan();
    let detail = history.store.session(&A.into()).expect("the store can be asked").expect("it is remembered");
    assert!(detail.row.transcript.is_some());
    assert_eq!(history.usage(A), before);
}

#[test]
fn a_file_that_was_moved_leaves_nothing_behind() {
    let history = History::of_one();
    history.scan();
    let projects = history.home.claude().join("projects");
    fs::create_dir_all(projects.join("-q")).expect("a folder can be made");
    let (from, to) = (projects.join(format!("-p/{A}.jsonl")), projects.join(format!("-q/{A}.jsonl")));
    fs::rename(&from, &to).expect("it can be moved");
    history.scan();
    let detail = history.store.session(&A.into()).expect("the store can be asked").expect("it is there");
    assert_eq!(detail.files.len(), 1);
    assert_eq!((detail.row.requests, detail.row.transcript), (3, Some(to)));
}

#[test]
fn rule_5_subagents_belong_to_their_session() {
    let history = History::of_one();
    let mut nested = Transcript::subagent(A, "a0000000000000001");
    nested.prompt("look around").answer("seen");
    history.home.transcript(&format!("-p/{A}/subagents/agent-a0000000000000001.jsonl"), nested.text());
    let mut flat = Transcript::subagent(A, "b000001");
    flat.prompt("warm up").answer("warm");
    history.home.transcript("-p/agent-b000001.jsonl", flat.text());
    let report = history.scan();
    assert_eq!((report.sessions, report.requests), (1, 5));
    let detail = history.store.session(&A.into()).expect("the store can be asked").expect("it is there");
    assert_eq!((detail.row.requests, detail.files.len()), (5, 3));
    assert_eq!(detail.files[0].agent, None);
}

#[cfg(unix)]
#[test]
fn rule_14_loops_of_links_end_and_nothing_is_read_twice() {
    let history = History::of_one();
    let projects = history.home.claude().join("projects");
    std::os::unix::fs::symlink(&projects, projects.join("-p/loop")).expect("a link can be made");
    std::os::unix::fs::symlink(projects.join("-p"), projects.join("-again")).expect("a link can be made");
    let report = history.scan();
    assert_eq!((report.files_seen, report.files_read), (1, 1));
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_told_and_not_opened() {
    let history = History::of_one();
    let project = history.home.claude().join("projects/-p");
    let _socket = std::os::unix::net::UnixListener::bind(project.join("socket.jsonl")).expect("a socket can be made");
    std::os::unix::fs::symlink(project.join("gone"), project.join("dangling.jsonl")).expect("a link can be made");
    let report = history.scan();
    let told: Vec<_> = report.unreadable.iter().map(|(path, why)| (path.file_name(), why.as_str())).collect();
    assert!(told.contains(&(Some("socket.jsonl".as_ref()), "it is not a regular file")), "{told:?}");
    assert!(told.iter().any(|(name, _)| *name == Some("dangling.jsonl".as_ref())), "{told:?}");
    assert_eq!(report.files_read, 1);
}

#[test]
fn a_file_that_was_named_is_remembered() {
    let history = History::of_one();
    let elsewhere = history.home.path().join("elsewhere").join(format!("{B}.jsonl"));
    fs::create_dir_all(elsewhere.parent().expect("it has a folder")).expect("a folder can be made");
    fs::write(&elsewhere, three_answers(B).text()).expect("a file can be written");
    let options = ScanOptions { extra_files: vec![elsewhere.clone()], ..history.options() };
    let cancel = AtomicBool::new(false);
    let report = history.store.scan(&options, &PriceTable::built_in(), &cancel, &mut |_| ());
    assert_eq!(report.expect("it can be scanned").sessions, 2);
    let mut more = three_answers(B);
    more.prompt("more").answer("more");
    fs::write(&elsewhere, more.text()).expect("a file can be written");
    assert_eq!(history.scan().files_read, 1);
    assert_eq!(history.usage(B).0, 4);
}

#[test]
fn another_root_is_not_gone() {
    let history = History::of_one();
    history.scan();
    let elsewhere = ScanOptions { roots: vec![history.home.path().join("nowhere")], ..ScanOptions::default() };
    let cancel = AtomicBool::new(false);
    let report = history.store.scan(&elsewhere, &PriceTable::built_in(), &cancel, &mut |_| ());
    assert_eq!(report.expect("it can be scanned").files_gone, 0);
}

#[test]
fn foreign_text_survives_the_way_through_the_store() {
    let history = History::new();
    let mut transcript = Transcript::new(A);
    transcript.prompt("a\u{0}b \u{1f} 'quoted' \"twice\" \\ 雪 \u{1F980}").answer("x");
    transcript.tool("Write", serde_json::json!({"file_path": "/a,b]['c\"/\u{1f}d"}), "ok");
    history.write("-p", A, &transcript.text());
    history.scan();
    let row = history.store.sessions().expect("sessions can be listed").remove(0);
    assert_eq!(row.session.first_prompt.as_deref(), Some("a\u{0}b \u{1f} 'quoted' \"twice\" \\ 雪 \u{1F980}"));
    assert_eq!(row.session.files_touched, ["/a,b]['c\"/d"]);
}

fn without_paths(history: &History) -> Vec<String> {
    history.dump().into_iter().filter(|line| !line.contains("read_to")).collect()
}
