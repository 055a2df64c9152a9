//! What was recorded stays recorded: the real program, with transcripts and store taken away from it.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::history::{self, REFUND};
use crate::sandbox::{Answer, Sandbox};

/// Nothing that is waited for takes longer on the slowest machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn tick(sandbox: &Sandbox) -> Answer {
    sandbox.run_with(&["tick", "--json"], "", |command| command.env("SESSIONS_USER", "Ada"))
}

/// Everything that the program tells of sessions and usage, without the moment when it was asked.
fn answers(sandbox: &Sandbox) -> Vec<Value> {
    let kinds = [
        "total", "day", "week", "month", "hour", "session", "project", "model", "branch", "type", "tool", "agent",
        "block",
    ];
    let kinds = kinds.into_iter().map(|by| vec!["usage", "--by", by, "--breakdown"]);
    let sessions = [history::REFUND, history::FLAKY, history::BLOG];
    let shown = sessions.into_iter().flat_map(|id| [vec!["show", id], vec!["usage", "audit", id]]);
    let questions = kinds.chain(shown).chain([vec!["ls"]]);
    questions
        .map(|mut question| {
            question.push("--json");
            let answer = sandbox.run(&question);
            // whoever reads a conversation needs its transcript: then it is said that it is gone
            let mut value: Value = if answer.code == 0 { answer.json() } else { json!([answer.stdout, answer.stderr]) };
            if let Some(object) = value.as_object_mut() {
                object.remove("generated_at");
            }
            value
        })
        .collect()
}

fn take_away(sandbox: &Sandbox, what: &str) {
    let path = sandbox.home.path().join(what);
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("it can be removed");
}

#[test]
fn without_transcripts_and_store_every_answer_is_the_same_after_a_rebuild() {
    let sandbox = history::sandbox();
    assert_eq!(tick(&sandbox).json()["scan"]["sessions_new"], 3);
    take_away(&sandbox, ".claude/projects");
    sandbox.directory(".claude/projects");
    sandbox.run(&["scan"]).ok();
    let before = answers(&sandbox);
    take_away(&sandbox, "data/sessions.duckdb");
    let rebuilt = sandbox.run(&["rebuild", "--json"]).json();
    assert_eq!(rebuilt["scan"]["sessions"], 3);
    assert_eq!(answers(&sandbox), before);
    take_away(&sandbox, "data/sessions.duckdb");
    sandbox.run(&["scan"]).ok();
    assert_eq!(answers(&sandbox), before, "an ordinary scan does as well");
}

#[test]
fn without_a_journal_the_archive_tells_the_same() {
    let sandbox = history::sandbox();
    sandbox.run(&["archive"]).ok();
    take_away(&sandbox, ".claude/projects");
    sandbox.directory(".claude/projects");
    sandbox.run(&["scan"]).ok();
    let before = answers(&sandbox);
    let searched = || sandbox.run(&["search", "refund", "--json"]).json()["sessions"].clone();
    let found = searched();
    take_away(&sandbox, "data/sessions.duckdb");
    let scanned = sandbox.run(&["scan", "--json"]).json();
    assert_eq!((&scanned["scan"]["files_seen"], &scanned["scan"]["files_from_archive"]), (&json!(0), &json!(3)));
    // the archive knows the times of files in milliseconds
    let rough = |answers: &[Value]| {
        let text = Value::from(answers.to_vec()).to_string();
        let without = |part: &str| part.split_once('"').map_or_else(String::new, |(_, rest)| rest.to_owned());
        let mut parts = text.split("\"modified\":\"");
        parts.next().map(str::to_owned).into_iter().chain(parts.map(without)).collect()
    };
    let (before, after): (Vec<String>, Vec<String>) = (rough(&before), rough(&answers(&sandbox)));
    assert!(after == before, "they differ at {:?}", after.iter().zip(&before).find(|(one, other)| one != other));
    assert_eq!(searched().as_array().map(Vec::len), found.as_array().map(Vec::len));
    assert_eq!(sandbox.run(&["scan", "--json"]).json()["scan"]["files_read"], 0);
}

#[test]
fn who_only_lists_sessions_keeps_them_all_the_same() {
    let sandbox = history::sandbox();
    let list = || sandbox.run_with(&["ls"], "", |command| command.env("SESSIONS_TICKS", "on"));
    list().ok();
    let figures = sandbox.home.path().join("data/state/usage.json");
    let kept = || fs::read_dir(sandbox.home.path().join("data/archive")).map_or(0, |packs| packs.flatten().count());
    let begun = Instant::now();
    while !(kept() > 3 && figures.exists()) {
        assert!(begun.elapsed() < PATIENCE, "no tick came");
        thread::yield_now();
    }
    let lock = sandbox.home.path().join("data/state/tick.lock");
    drop(journal::TickLock::wait(&lock).expect("it ends"));
    let started = || fs::metadata(sandbox.home.path().join("data/state/tick.started")).and_then(|mark| mark.modified());
    let before = started().expect("it was noted");
    list().ok();
    assert_eq!(started().expect("it is there"), before, "one every 15 minutes is enough");
}

#[test]
fn a_session_says_who_worked_in_it() {
    let sandbox = history::sandbox();
    tick(&sandbox);
    let listed = sandbox.run(&["ls", "--json", "--no-scan"]).json();
    let authors: Vec<&Value> =
        listed["sessions"].as_array().expect("a list").iter().map(|session| &session["created_by"]).collect();
    assert_eq!(authors, [&json!("Ada"); 3]);
    assert_eq!(sandbox.run(&["show", REFUND, "--json"]).json()["session"]["created_by"], "Ada");
}

#[test]
fn a_tick_makes_a_damaged_store_again_and_keeps_it() {
    let sandbox = history::sandbox();
    tick(&sandbox);
    let before = answers(&sandbox);
    fs::write(sandbox.home.path().join("data/sessions.duckdb"), "no database").expect("it can be written");
    let ticked = tick(&sandbox).json();
    assert!(ticked["scan"]["store_set_aside"].as_str().is_some_and(|path| path.ends_with("damaged-1")), "{ticked}");
    assert_eq!(answers(&sandbox), before);
}

#[test]
fn a_damaged_journal_is_told_of_by_a_rebuild_and_kept() {
    let sandbox = history::sandbox();
    tick(&sandbox);
    let journal = sandbox.home.path().join("data/journal");
    let replica = journal::Journal::open(&journal).expect("it can be opened").replica();
    let log = journal.join(replica.to_string()).join("here.log");
    let mut bytes = fs::read(&log).expect("it can be read");
    let at = bytes.len() - 30;
    bytes[at] ^= 8;
    fs::write(&log, bytes).expect("it can be written");
    let checks = sandbox.run(&["doctor", "--json"]).json()["checks"].as_array().cloned().expect("a list");
    let check = checks.iter().find(|check| check["part"] == "journal").expect("it was checked");
    assert!(check["says"].as_str().is_some_and(|says| says.contains("here.log is damaged from byte")), "{check}");
    assert!(check["remedy"].as_str().is_some_and(|remedy| remedy.contains("`sessions rebuild`")), "{check}");
    let answer = sandbox.run(&["rebuild"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.stderr.contains("here.log is damaged from byte"), "{answer:?}");
    assert!(answer.stderr.contains("~/data/journal/damaged"), "{answer:?}");
    assert_eq!(tick(&sandbox).json()["scan"]["sessions"], 3);
    let again = sandbox.run(&["rebuild"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, ""), "it is whole again, and what was lost was told again");
}

#[test]
fn a_tick_does_nothing_where_nothing_is_new_and_its_work_where_something_is() {
    let sandbox = history::sandbox();
    let scans = || !tick(&sandbox).json()["scan"].is_null();
    assert!(scans());
    assert!(!scans(), "nothing is new");
    let file = format!(".claude/projects/-src-shop/{REFUND}.jsonl");
    let text = fs::read_to_string(sandbox.home.path().join(&file)).expect("it can be read");
    fs::write(sandbox.home.path().join(&file), format!("{text}\n")).expect("it can be written");
    assert!(scans(), "a transcript has changed");
    assert!(!scans());
    take_away(&sandbox, "data/sessions.duckdb");
    assert!(scans(), "the store is gone");
    assert!(!scans());
    fs::write(sandbox.directory(".config/sessions").join("prices.toml"), "").expect("it can be written");
    assert!(scans(), "prices may have changed");
    let event = json!({ "hook_event_name": "Stop", "session_id": REFUND }).to_string();
    sandbox.run_with(&["record"], &event, |command| command).ok();
    assert!(!scans(), "the event was taken in by the command itself");
}
