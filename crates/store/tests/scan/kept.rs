//! Sessions whose transcripts only the archive has are as they were.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use ::archive::{Archive, Bounds, To};
use ::journal::Journal;
use chrono::Utc;
use pricing::PriceTable;
use store::{Noting, ScanOptions, ScanReport};
use testkit::Transcript;

use crate::history::{A, B, History, TINY, append, three_answers};

/// Long after everything was written, in milliseconds: no line is waited for any more.
const LATER_MS: i64 = 4_000_000_000_000;

fn archive(history: &History) -> Archive {
    Archive::at(&history.home.path().join("data/archive"))
}

fn journal(history: &History) -> PathBuf {
    history.home.path().join("data/journal")
}

fn options(history: &History) -> ScanOptions {
    ScanOptions { archive: Some(archive(history).folder().to_owned()), ..history.options() }
}

fn scan_with(history: &History, options: &ScanOptions) -> ScanReport {
    let scanned = history.store.scan(options, &PriceTable::built_in(), &AtomicBool::new(false), &mut |_| ());
    scanned.expect("the history can be scanned")
}

fn scan(history: &History) -> ScanReport {
    scan_with(history, &options(history))
}

fn keep(history: &History) {
    let (roots, stop) = ([history.home.claude()], AtomicBool::new(false));
    let bounds = Bounds { roots: &roots, now_ms: LATER_MS, since_ms: None, until: None, threads: 1, stop: &stop };
    assert_eq!(archive(history).keep(&bounds).expect("it can be kept").problems, []);
}

fn tell(history: &History) {
    let mut author = |_: Option<&Path>| "ada".to_owned();
    let mut noting = Noting { now: Utc::now(), all: true, author: &mut author };
    let journal = Journal::open(&journal(history)).expect("the journal can be opened");
    history.store.note_sessions(&journal, &mut noting, &AtomicBool::new(false)).expect("it can be told");
}

fn delete_transcripts(history: &History) {
    let projects = history.home.claude().join("projects");
    fs::remove_dir_all(&projects).expect("they can be removed");
    fs::create_dir_all(&projects).expect("the folder can be made");
}

/// A history with a fork, subagents in both places, tool calls, and much else.
fn rich() -> History {
    let history = small();
    testkit::history::generate(&history.home.claude(), 2_000_000, 7).expect("a history can be made");
    history
}

/// The same without the much else.
fn small() -> History {
    let history = History::of_one();
    let agent = history.forked();
    history.home.transcript("-p/agent-b2.jsonl", agent.text().replace("a1", "b2").replace("msg_", "msg_b"));
    history
}

#[test]
fn without_transcripts_journal_and_store_the_archive_tells_all() {
    for tiny in [false, true] {
        let history = if tiny { History { strides: TINY, ..small() } } else { rich() };
        let sessions = scan(&history).sessions;
        keep(&history);
        delete_transcripts(&history);
        scan(&history);
        let before = history.dump();
        history.delete_store();
        let report = scan(&history);
        assert_eq!((report.files_seen, report.sessions_new, report.unreadable), (0, sessions, Vec::new()));
        assert_eq!(history.dump(), before);
        let rows = history.store.sessions().expect("they can be listed");
        assert!(rows.iter().all(|row| row.transcript.is_none()), "they are gone");
        assert_eq!(scan(&history).files_read, 0, "what was read is not read again");
    }
}

#[test]
fn a_rebuild_reads_what_is_left_wherever_it_is() {
    let history = rich();
    scan(&history);
    keep(&history);
    let (gone, here) = (format!("projects/-p/{A}.jsonl"), format!("projects/-p/{B}.jsonl"));
    fs::remove_file(history.home.claude().join(gone)).expect("it can be removed");
    assert!(history.home.claude().join(here).exists());
    fs::remove_file(history.home.claude().join("projects/-p/agent-b2.jsonl")).expect("it can be removed");
    scan(&history);
    let before = history.dump();
    fs::write(history.store.path(), "this is no store").expect("it can be overwritten");
    let cancel = AtomicBool::new(false);
    let report = history.store.rebuild(&options(&history), &PriceTable::built_in(), &cancel, &mut |_| ());
    assert_eq!(report.expect("it can be rebuilt").files_from_archive, 2);
    assert_eq!(history.dump(), before);
}

#[test]
fn what_the_journal_tells_is_not_read_and_what_it_tells_less_of_is() {
    let history = rich();
    let path = history.home.claude().join(format!("projects/-p/{A}.jsonl"));
    let options = ScanOptions { journal: Some(journal(&history)), ..options(&history) };
    scan_with(&history, &options);
    tell(&history);
    let mut more = three_answers(A);
    more.prompt("more").answer("of it");
    fs::write(&path, more.text()).expect("it can be written");
    scan_with(&history, &options);
    keep(&history);
    delete_transcripts(&history);
    scan_with(&history, &options);
    let before = history.dump();
    history.delete_store();
    assert_eq!(scan_with(&history, &options).files_from_archive, 1, "the one that went on after it was told of");
    assert_eq!(history.dump(), before);
}

#[test]
fn a_pack_that_comes_later_is_looked_at() {
    let (history, other) = (History::of_one(), History::new());
    scan(&history);
    keep(&history);
    let text = three_answers(B).text();
    other.write("-q", B, &text);
    keep(&other);
    let name = format!("{B}.zst");
    let into = archive(&history).folder().join(&name);
    fs::copy(archive(&other).folder().join(name), into).expect("it can be copied");
    assert_eq!(scan(&history).files_from_archive, 1);
    assert_eq!(history.usage(B).0, 3);
}

#[test]
fn a_transcript_that_is_put_back_takes_the_place_of_the_archived_one() {
    let history = rich();
    scan(&history);
    keep(&history);
    delete_transcripts(&history);
    history.delete_store();
    scan(&history);
    let before = history.usage(A);
    // where it lay, and under another folder of Claude Code
    for root in [None, Some(history.home.path().join("other"))] {
        let to = root.as_deref().map_or(To::Home, To::Root);
        let restoration = archive(&history).restoration(A, to).expect("it can be read").expect("it is kept");
        archive(&history).restore(A, &restoration).expect("it can be put back");
        let roots = std::iter::once(history.home.claude()).chain(root.clone()).collect();
        let options = ScanOptions { roots, ..options(&history) };
        scan_with(&history, &options);
        let detail = history.store.session(&A.into()).expect("it can be asked").expect("it is there");
        let put = restoration.targets.last().expect("there is one").path.clone();
        assert_eq!(detail.row.transcript, Some(put), "{root:?}");
        assert_eq!(history.usage(A), before);
        assert_eq!(scan_with(&history, &options).files_read, 0);
        delete_transcripts(&history);
    }
}

#[test]
fn one_that_goes_on_after_it_was_archived_is_read_from_the_disk() {
    let history = History::of_one();
    let path = history.home.claude().join(format!("projects/-p/{A}.jsonl"));
    scan(&history);
    keep(&history);
    let mut more = three_answers(A);
    more.prompt("more").answer("of it");
    append(&path, more.text().strip_prefix(&three_answers(A).text()).unwrap_or_default());
    history.delete_store();
    let report = scan(&history);
    assert_eq!((report.files_read, report.files_from_archive), (1, 0));
    assert_eq!(scan(&history).files_read, 0);
}

#[test]
fn of_one_that_was_moved_only_the_last_place_counts_and_of_two_that_differ_both() {
    let history = History::of_one();
    scan(&history);
    keep(&history);
    let project = |name: &str| history.home.claude().join("projects").join(name);
    fs::rename(project("-p"), project("-q")).expect("it can be moved");
    let mut more = three_answers(A);
    more.prompt("more").answer("of it");
    history.write("-q", A, &more.text());
    let mut other = Transcript::new(A);
    other.prompt("another one under the same id").answer("seen");
    history.write("-r", A, &other.text().replace("msg_", "msg_r"));
    scan(&history);
    keep(&history);
    delete_transcripts(&history);
    scan(&history);
    let before = history.dump();
    history.delete_store();
    assert_eq!(scan(&history).files_from_archive, 2);
    assert_eq!(history.dump(), before);
}
