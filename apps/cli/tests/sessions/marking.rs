//! What people say about sessions.

use std::fs;

use serde_json::Value;

use crate::history::{self, BLOG, FLAKY, REFUND};
use crate::sandbox::Sandbox;

fn ids(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let answer = sandbox.run(&[&["ls"], arguments].concat());
    answer.ok().lines().filter_map(|line| line.split('\t').next().map(str::to_owned)).collect()
}

fn marks(sandbox: &Sandbox, id: &str) -> Value {
    let answer = sandbox.run(&["ls", "--json", "is:hidden"]).json();
    let rest = sandbox.run(&["ls", "--json"]).json();
    let all = [answer, rest].map(|answer| answer["sessions"].as_array().expect("a list").clone()).concat();
    all.iter().find(|session| session["id"] == id).expect("it is listed")["marks"].clone()
}

#[test]
fn sessions_are_found_by_their_marks() {
    let sandbox = history::sandbox();
    sandbox.run(&["star", "4f2a", "91cc"]).ok();
    sandbox.run(&["unstar", "91cc"]).ok();
    sandbox.run(&["tag", "4f2b", "customer", "#urgent"]).ok();
    sandbox.run(&["untag", "4f2b", "urgent"]).ok();
    sandbox.run(&["hide", "91cc"]).ok();
    assert_eq!(ids(&sandbox, &["is:starred"]), [REFUND]);
    assert_eq!(ids(&sandbox, &["tag:customer"]), [FLAKY]);
    assert_eq!(ids(&sandbox, &["tag:urgent"]), [] as [&str; 0]);
    assert_eq!(ids(&sandbox, &[]), [FLAKY, REFUND]);
    assert_eq!(ids(&sandbox, &["is:hidden"]), [BLOG]);
    sandbox.run(&["unhide", "91cc"]).ok();
    assert_eq!(ids(&sandbox, &[]).len(), 3);
    for (arguments, expect) in [
        (&["star", "zzz"][..], "No session"),
        (&["star", "4f2"], "2 sessions begin with"),
        (&["tag", "4f2b", "two words"], "A tag is one word"),
        (&["note", "4f2b#x", "y"], "no number of a turn"),
        (&["note", "4f2a#7", "y"], "has no turn 7: it has one."),
        (&["name", "4f2a", " "], "A title needs a word"),
    ] {
        let answer = sandbox.run(arguments);
        assert!(answer.code == 1 && answer.stderr.contains(expect), "{arguments:?}: {answer:?}");
    }
}

#[test]
fn lists_for_scripts_know_marks_and_are_in_the_order_of_given_titles() {
    let sandbox = history::sandbox();
    sandbox.run(&["star", "4f2a", "4f2b"]).ok();
    sandbox.run(&["tag", "4f2a", "customer"]).ok();
    sandbox.run(&["name", "4f2b", "Aardvark"]).ok();
    sandbox.run(&["note", "4f2a", "ask again"]).ok();
    let of = |id: &str| marks(&sandbox, id);
    assert_eq!((of(REFUND)["starred"].clone(), of(FLAKY)["name"].clone()), (true.into(), "Aardvark".into()));
    assert_eq!(
        (of(REFUND)["tags"].clone(), of(REFUND)["notes"][0]["text"].clone()),
        (["customer"].into(), "ask again".into())
    );
    assert_eq!(of(BLOG), Value::Null);
    assert_eq!(ids(&sandbox, &["--sort", "title"]).first().map(String::as_str), Some(FLAKY));
    assert_eq!(ids(&sandbox, &["is:starred", "tag:customer"]), [REFUND]);
    let found = sandbox.run(&["search", "--json", "refund", "is:starred", "tag:customer"]).json();
    assert_eq!(found["sessions"].as_array().map(Vec::len), Some(1), "{found}");
}

#[test]
fn notes_are_written_on_sessions_and_on_turns() {
    let sandbox = history::sandbox();
    sandbox.run(&["note", "4f2a", "the", "fix", "is", "good"]).ok();
    sandbox.run(&["note", "4f2a#1", "asked here"]).ok();
    let notes = marks(&sandbox, REFUND)["notes"].clone();
    assert_eq!((notes[0]["text"].as_str(), notes[1]["turn"].as_u64()), (Some("the fix is good"), Some(1)));
    let id = notes[0]["id"].as_str().expect("a text").to_lowercase();
    sandbox.run(&["note", "4f2a", "--drop", &id]).ok();
    assert_eq!(marks(&sandbox, REFUND)["notes"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_title_of_ones_own_goes_before_the_transcripts_and_is_written_there_only_when_it_is_asked_for() {
    let sandbox = history::sandbox();
    let path = sandbox.home.claude().join(format!("projects/-src-shop/{REFUND}.jsonl"));
    let before = fs::read_to_string(&path).expect("it is there");
    sandbox.run(&["name", "4f2a", "Refunds,", "again"]).ok();
    assert_eq!(ids(&sandbox, &["again"]), [REFUND]);
    assert!(sandbox.run(&["ls"]).ok().contains("\tRefunds, again\t"));
    assert!(sandbox.run(&["show", "4f2a"]).ok().starts_with("# Refunds, again\n"));
    assert_eq!(fs::read_to_string(&path).expect("it is there"), before);
    sandbox.run(&["name", "4f2a", "Refunds 3", "--also-claude"]).ok();
    let added = fs::read_to_string(&path).expect("it is there")[before.len()..].to_owned();
    assert_eq!(
        added,
        format!("{{\"type\":\"custom-title\",\"customTitle\":\"Refunds 3\",\"sessionId\":\"{REFUND}\"}}\n")
    );
    sandbox.run(&["name", "4f2a", "--clear"]).ok();
    assert!(sandbox.run(&["ls"]).ok().contains("\tRefunds 3\t"), "as the transcript says now");
}

#[test]
fn marks_and_entries_work_while_the_store_does_not() {
    let sandbox = history::sandbox();
    sandbox.run(&["star", "4f2a"]).ok();
    let places = sandbox.run(&["where", "--json"]).json();
    let place = places["places"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|place| place["name"] == "store")
        .expect("it is named");
    let path = place["path"].as_str().expect("a text").replace('~', &sandbox.home.path().to_string_lossy());
    fs::write(path, "no database").expect("it can be written");
    sandbox.run(&["log", "issue", "The store is gone"]).ok();
    assert!(sandbox.run(&["entries"]).ok().contains("The store is gone"));
    sandbox.run(&["star", FLAKY]).ok();
}
