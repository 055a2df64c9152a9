//! `show`: forms, prefixes, and sessions that cannot be shown.

use std::fs;

use serde_json::json;

use crate::history::{self, FLAKY, REFUND};

#[test]
fn a_unique_beginning_of_an_id_is_enough() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["show", "4f2a"]).ok(), @r"
    # Double refund

    - shop · fix/refund · ~/src/shop
    - 2026-10-01 09:00 – 09:00 UTC · 3 s active · 1 turn · 1 tool call
    - claude-opus-5 · 7.2k tokens · $0.02 · Claude Code 2.1.328
    - `4f2a1111-1111-4111-8111-111111111111`

    ## User · 2026-10-01 09:00

    Why is a refund paid twice?

    ## Assistant · 2026-10-01 09:00 · claude-opus-5

    > Read  `/src/refund.rs`  → ok  

    Two workers take the same job.
    ");
}

#[test]
fn text_has_what_was_said_and_done() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["show", REFUND, "--format", "text"]).ok(), @r"
    Double refund
    shop · fix/refund · ~/src/shop
    2026-10-01 09:00 – 09:00 UTC · 3 s active · 1 turn · 1 tool call
    claude-opus-5 · 7.2k tokens · $0.02 · Claude Code 2.1.328
    4f2a1111-1111-4111-8111-111111111111

    ── you  2026-10-01 09:00
    Why is a refund paid twice?

    ── claude  claude-opus-5 · 2026-10-01 09:00
    ▸ Read  /src/refund.rs

    Two workers take the same job.
    ");
    let talk = sandbox.run(&["show", REFUND, "--format", "text", "--detail", "talk"]);
    assert!(!talk.ok().contains("Read"), "{talk:?}");
    let everything = sandbox.run(&["show", REFUND, "--format", "text", "--detail", "everything"]);
    assert!(everything.ok().contains("fn refund() {}"), "{everything:?}");
}

#[test]
fn the_raw_form_is_the_file_itself() {
    let sandbox = history::sandbox();
    let file = sandbox.home.claude().join(format!("projects/-src-shop/{REFUND}.jsonl"));
    let raw = sandbox.neutral(&fs::read(file).expect("the transcript is there"));
    assert_eq!(sandbox.run(&["show", "4f2a", "--format", "jsonl"]).ok(), raw);
}

#[test]
fn json_has_the_session_and_the_conversation() {
    let sandbox = history::sandbox();
    let answer = sandbox.run(&["show", "4f2a", "--json"]).json();
    assert_eq!((&answer["schema"], &answer["session"]["id"]), (&json!(1), &json!(REFUND)));
    assert_eq!(answer["session"]["usage"][0]["key"], "claude-opus-5");
    let items = answer["conversation"]["items"].as_array().expect("a list");
    let kinds: Vec<_> = items.iter().map(|item| item["kind"].as_str().expect("a text")).collect();
    assert_eq!(kinds, ["prompt", "answer", "answer"]);
    assert_eq!(items[0]["text"], "Why is a refund paid twice?");
    let call = &items[1]["blocks"][0];
    assert_eq!((&call["name"], &call["result"]["text"]), (&json!("Read"), &json!("fn refund() {}")));
}

#[test]
fn an_ambiguous_beginning_lists_the_candidates() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["show", "4f2"]).refused(), @r"
    sessions: 2 sessions begin with `4f2`:
      4f2b2222-2222-4222-8222-222222222222  2026-10-03T12:00:01Z  shop  The e2e test is flaky
      4f2a1111-1111-4111-8111-111111111111  2026-10-01T09:00:03Z  shop  Double refund
    Use more of the id.
    ");
    let error = sandbox.run(&["show", "4f2", "--json"]).error();
    let ids: Vec<_> = error["candidates"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect();
    assert_eq!((&error["code"], ids), (&json!("ambiguous"), vec![json!(FLAKY), json!(REFUND)]));
}

#[test]
fn a_turn_that_is_not_there_is_answered_with_those_that_are() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["show", "4f2a#0"]).refused(), @r"
    sessions: Nothing stands before the first turn of session 4f2a1111-1111-4111-8111-111111111111.
    Turns begin at 1; its last turn is 1.
    ");
    insta::assert_snapshot!(sandbox.run(&["show", "4f2a#2"]).refused(), @r"
    sessions: Session 4f2a1111-1111-4111-8111-111111111111 has no turn 2.
    Its last turn is 1.
    ");
}

#[test]
fn words_instead_of_an_id_are_answered_with_what_matches() {
    let sandbox = history::sandbox();
    insta::assert_snapshot!(sandbox.run(&["show", "refund"]).refused(), @r"
    sessions: No session has an id that begins with `refund`.
      4f2a1111-1111-4111-8111-111111111111  2026-10-01T09:00:03Z  shop  Double refund
    These match it as words; `sessions ls refund` lists all that do.
    ");
}

#[test]
fn a_deleted_transcript_is_explained_and_what_was_counted_is_kept() {
    let sandbox = history::sandbox();
    sandbox.run(&["scan"]).ok();
    fs::remove_dir_all(sandbox.home.claude().join("projects/-src-shop")).expect("it can be removed");
    let answer = sandbox.run(&["show", "4f2a", "--json"]);
    assert_eq!((answer.code, &answer.error()["code"]), (1, &json!("gone")));
    assert_eq!(answer.json()["conversation"], json!(null));
    assert_eq!(answer.json()["session"]["tokens"]["output"], 400);
    let text = sandbox.run(&["show", "4f2a", "--format", "text"]);
    assert!(text.stdout.starts_with("Double refund\n"), "{text:?}");
}

#[test]
fn nothing_in_a_transcript_writes_to_the_terminal() {
    let sandbox = history::sandbox();
    let mut evil = testkit::Transcript::new("e0e0e0e0-1111-4111-8111-111111111111");
    evil.prompt("clear\u{1b}[2J \u{1b}]0;title\u{7} the \u{9b}31mscreen\u{202e}").answer("no\u{1b}c");
    evil.custom_title("\u{1b}]52;c;aGk=\u{7}hi\r\u{8}");
    sandbox.home.transcript("-x/e0e0e0e0-1111-4111-8111-111111111111.jsonl", evil.text());
    let forms: [&[&str]; 4] = [
        &["show", "e0e0", "--format", "text", "--detail", "everything"],
        &["show", "e0e0", "--format", "md"],
        &["ls"],
        &["show", "e0"],
    ];
    for form in forms {
        let answer = sandbox.run(form);
        let bad = |character: char| character.is_control() && character != '\n' && character != '\t';
        assert!(!answer.stdout.contains(bad) && !answer.stderr.contains(bad), "{form:?}: {answer:?}");
        assert!(!answer.stdout.contains('\u{202e}'), "{form:?}: {answer:?}");
    }
}

#[test]
fn a_subagent_is_shown_by_its_id() {
    let sandbox = history::sandbox();
    let mut agent = testkit::Transcript::subagent(REFUND, "a1b2c3d");
    agent.prompt("look for other writers").answer("There is one.");
    sandbox.home.transcript(&format!("-src-shop/{REFUND}/subagents/agent-a1b2c3d.jsonl"), agent.text());
    assert!(sandbox.run(&["show", "4f2a", "--agent", "a1b2"]).ok().contains("There is one."));
    insta::assert_snapshot!(sandbox.run(&["show", "4f2a", "--agent", "ffff"]).refused(), @r"
    sessions: Session 4f2a1111-1111-4111-8111-111111111111 has no subagent `ffff`.
    It has these: a1b2c3d.
    ");
    insta::assert_snapshot!(sandbox.run(&["show", "4f2b", "--agent", "ffff"]).refused(), @r"
    sessions: Session 4f2b2222-2222-4222-8222-222222222222 has no subagents.
    Leave `--agent` out.
    ");
}
