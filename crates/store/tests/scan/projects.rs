//! Which project a session is of, here and on another machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use chrono::Utc;
use duckdb::Connection;
use journal::{Journal, Scope, Stream};
use pricing::PriceTable;
use store::{Noting, ScanOptions};
use testkit::Transcript;

use crate::history::{A, B, History};

fn folder(history: &History) -> PathBuf {
    history.home.path().join("data/journal")
}

fn journal(history: &History) -> Journal {
    Journal::open(&folder(history)).expect("the journal can be opened")
}

fn scan(history: &History) {
    let options = ScanOptions { journal: Some(folder(history)), ..history.options() };
    let scanned = history.store.scan(&options, &PriceTable::built_in(), &AtomicBool::new(false), &mut |_| ());
    scanned.expect("the history can be scanned");
}

fn tell(history: &History) {
    let mut author = |_: Option<&Path>| "ada".to_owned();
    let mut noting = Noting { now: Utc::now(), all: true, author: &mut author };
    let told = history.store.note_sessions(&journal(history), &mut noting, &AtomicBool::new(false));
    told.expect("the journal can be told");
}

/// A repository with a remote, and a session in it.
fn work_in(history: &History, session: &str, directory: &str, remote: &str) -> PathBuf {
    let root = history.home.path().join(directory);
    fs::create_dir_all(root.join(".git")).expect("a folder can be made");
    fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").expect("it can be written");
    fs::write(root.join(".git/config"), format!("[remote \"origin\"]\nurl = {remote}\n")).expect("the same");
    let mut transcript = Transcript::new(session);
    transcript.cwd(&root.to_string_lossy()).prompt("look").answer("seen");
    history.write(&format!("-{directory}"), session, &transcript.text());
    root
}

fn projects(history: &History) -> Vec<(String, String, String)> {
    let rows = history.store.sessions().expect("they can be listed").into_iter();
    let text = |text: Option<String>| text.unwrap_or_default();
    let mut found: Vec<_> =
        rows.map(|row| (row.id().to_string(), text(row.session.project), text(row.project_key))).collect();
    found.sort();
    found
}

#[test]
fn another_machine_is_told_the_key_and_does_not_look_at_its_own_disk() {
    let (here, there) = (History::new(), History::new());
    let root = work_in(&here, A, "shop", "git@host:ada/shop.git");
    scan(&here);
    tell(&here);
    let source = journal(&here);
    let stream = Stream { replica: source.replica(), scope: Scope::Here };
    let operations: Vec<_> = source.read(&stream, 0).collect::<Result<_, _>>().expect("it can be read");
    journal(&there).receive(&operations).expect("it can be received");
    // at the same path lies something else on this disk by now
    fs::write(root.join(".git/config"), "[remote \"origin\"]\nurl = git@host:eve/other.git\n")
        .expect("it can be written");
    scan(&there);
    assert_eq!(projects(&there), [(A.to_owned(), "shop".to_owned(), "host/ada/shop".to_owned())]);
    work_in(&there, B, "mine", "git@host:eve/shop.git");
    scan(&there);
    let names: Vec<String> = projects(&there).into_iter().map(|(_, name, _)| name).collect();
    assert_eq!(names, ["ada/shop", "eve/shop"], "a name that two have is made longer");
}

#[test]
fn a_directory_that_is_gone_keeps_what_was_seen_there_last() {
    let history = History::new();
    let root = work_in(&history, A, "shop", "git@host:ada/shop.git");
    scan(&history);
    tell(&history);
    let before = projects(&history);
    fs::remove_dir_all(root).expect("it can be removed");
    fs::remove_file(history.store.path()).expect("it can be removed");
    scan(&history);
    assert_eq!(projects(&history), before, "the journal told it");
    assert_eq!(before[0].2, "host/ada/shop");
}

#[test]
fn a_scan_that_was_killed_before_it_looked_is_made_good_by_the_next() {
    let history = History::new();
    work_in(&history, A, "shop", "git@host:ada/shop.git");
    scan(&history);
    let before = projects(&history);
    Connection::open(history.store.path())
        .and_then(|store| store.execute_batch("DELETE FROM projects"))
        .expect("it can be done");
    assert_eq!(projects(&history)[0].2, "");
    scan(&history);
    assert_eq!(projects(&history), before);
}
