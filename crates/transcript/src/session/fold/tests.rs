//! Claims about folding a session.

use serde_json::{Value, json};

use super::*;
use crate::{Batch, Reader};

fn read(records: &[Value]) -> FileFacts {
    let text = records.iter().fold(String::new(), |text, record| text + &record.to_string() + "\n");
    let mut reader = Reader::new(FileFacts::default());
    reader.feed(text.as_bytes(), true, &mut Batch::default());
    reader.finish()
}

fn record(kind: &str, second: u32, more: &[(&str, Value)]) -> Value {
    let mut record = json!({"type": kind, "uuid": format!("{kind}{second}"), "sessionId": "s1", "cwd": "/home/u/app",
        "timestamp": format!("2026-07-01T10:00:{second:02}.000Z")});
    for (key, value) in more {
        record[*key] = value.clone();
    }
    record
}

fn user(second: u32, text: &str) -> Value {
    record("user", second, &[("message", json!({"content": text}))])
}

fn call(second: u32, tool: &str, agent: Option<&str>) -> Value {
    let message = json!({"id": format!("msg_{second}"), "model": if agent.is_some() { "haiku" } else { "opus" },
        "content": [{"type": "tool_use", "id": tool, "name": "Edit", "input": {"file_path": format!("/{tool}")}}], "usage": {}});
    let mut record = record("assistant", second, &[("message", message)]);
    if let Some(agent) = agent {
        record["agentId"] = json!(agent);
        record["isSidechain"] = json!(true);
    }
    record
}

fn told(second: u32, text: &str, agent: &str) -> Value {
    let mut record = user(second, text);
    record["agentId"] = json!(agent);
    record["isSidechain"] = json!(true);
    record
}

/// Folds the files in every rotation and both directions; the result must be one.
fn fold(files: &[(bool, FileFacts)]) -> Session {
    let mut files: Vec<SessionFile<'_>> =
        files.iter().map(|(main, facts)| SessionFile { main: *main, facts }).collect();
    let first = Session::fold("s1".into(), &files);
    for _ in 0..files.len() {
        files.rotate_left(1);
        assert_eq!(Session::fold("s1".into(), &files), first);
        let turned: Vec<SessionFile<'_>> = files.iter().rev().copied().collect();
        assert_eq!(Session::fold("s1".into(), &turned), first);
    }
    first
}

fn title_of(records: &[Value]) -> Option<(String, TitleSource)> {
    fold(&[(true, read(records))]).title.map(|title| (title.text, title.source))
}

#[test]
fn copies_of_the_main_file_do_not_count_twice() {
    let short = read(&[user(1, "one"), call(2, "t1", None)]);
    let full = read(&[user(1, "one"), call(2, "t1", None), user(3, "two")]);
    let session = fold(&[(true, short.clone()), (true, full.clone()), (true, full)]);
    assert_eq!((session.prompts, session.answers, session.tool_calls), (2, 1, 1));
    assert_eq!(session.last_prompt.as_deref(), Some("two"));
    assert_eq!(fold(&[(true, short)]).prompts, 1);
}

#[test]
fn subagents_add_their_tools_and_not_their_words() {
    let main = read(&[user(1, "one"), call(2, "t1", None)]);
    let agent = read(&[told(3, "look", "a1"), call(4, "t2", Some("a1")), call(5, "t1", Some("a1"))]);
    let part = read(&[told(3, "look", "a1")]);
    let other = read(&[told(6, "find", "a2"), call(50, "t3", Some("a2"))]);
    let session = fold(&[(true, main), (false, agent.clone()), (false, agent), (false, part), (false, other)]);
    assert_eq!((session.prompts, session.answers, session.tool_calls, session.subagents), (1, 1, 3, 2));
    assert_eq!(session.models, ["haiku", "opus"], "its own stand at the end");
    assert_eq!(session.files_touched, ["/t1", "/t2", "/t3"]);
    assert_eq!(session.active_ms, 49_000);
    assert_eq!(session.title.map(|title| title.text).as_deref(), Some("one"));
}

#[test]
fn a_session_of_subagent_files_alone_still_has_a_row() {
    let session =
        fold(&[(false, read(&[told(9, "later", "a2")])), (false, read(&[told(3, "Explore the\ncode", "a1")]))]);
    assert_eq!((session.prompts, session.subagents), (0, 2));
    assert_eq!(session.project.as_deref(), Some("app"));
    let title = session.title.expect("it has a title");
    assert_eq!((title.text.as_str(), title.source), ("Explore the code", TitleSource::FirstPrompt));
    assert!(fold(&[]).title.is_none());
}

#[test]
fn titles_have_an_order() {
    let custom = json!({"type": "custom-title", "customTitle": "Custom"});
    let ai = json!({"type": "ai-title", "aiTitle": "Ai"});
    let summary = json!({"type": "summary", "summary": "Summary", "leafUuid": "user1"});
    let command = user(1, "<command-name>/review</command-name><command-args>7</command-args>");
    let prompt = user(1, "\u{1b}[1mFix\u{1b}[0m\nthe  bug");
    let all = [prompt.clone(), summary.clone(), ai.clone(), custom];
    let found = |text: &str, source| Some((text.to_owned(), source));
    assert_eq!(title_of(&all), found("Custom", TitleSource::Custom));
    assert_eq!(title_of(&all[..3]), found("Ai", TitleSource::Ai));
    assert_eq!(title_of(&all[..2]), found("Summary", TitleSource::Summary));
    assert_eq!(title_of(&all[..1]), found("[1mFix [0m the bug", TitleSource::FirstPrompt));
    assert_eq!(title_of(&[command, ai]), found("Ai", TitleSource::Ai));
    assert_eq!(
        title_of(&[user(1, "<command-name>/review</command-name><command-args>7</command-args>")]),
        found("/review 7", TitleSource::FirstPrompt)
    );
    assert_eq!(
        title_of(&[json!({"type": "custom-title", "customTitle": " \n"}), prompt]),
        found("[1mFix [0m the bug", TitleSource::FirstPrompt)
    );
    assert_eq!(title_of(&[summary]), None, "its leaf is elsewhere");
    assert_eq!(title_of(&[user(1, &"word ".repeat(99))]).map(|(text, _)| text.chars().count()), Some(120));
}

#[test]
fn the_project_is_where_the_work_began() {
    let worktree = json!({"type": "worktree-state", "worktreeSession": {"originalCwd": "/home/u/code"}});
    assert_eq!(fold(&[(true, read(&[user(1, "x")]))]).project.as_deref(), Some("app"));
    assert_eq!(fold(&[(true, read(&[user(1, "x"), worktree]))]).project.as_deref(), Some("code"));
}

#[test]
fn json_of_a_session_reads_well() {
    let session = fold(&[(true, read(&[user(1, "one"), call(2, "t1", None)]))]);
    let json = serde_json::to_value(&session).expect("it can be written");
    assert_eq!(json["title"], json!({"text": "one", "source": "first-prompt"}));
    assert_eq!(json["started"], json!("2026-07-01T10:00:01Z"));
    assert_eq!(json["id"], json!("s1"));
    assert_eq!(serde_json::from_value::<Session>(json).expect("it can be read"), session);
    assert_eq!(serde_json::from_value::<Session>(json!({"id": "s1"})).expect("members may be missing").prompts, 0);
}

#[test]
fn what_another_machine_tells_of_a_file_does_not_take_its_words_away() {
    let here = read(&[user(1, "Why is the till slow?"), call(2, "a.rs", None)]);
    let longer = read(&[user(1, "Why is the till slow?"), call(2, "a.rs", None), user(3, "And now?")]);
    let alone = fold(&[(true, here.clone())]);
    assert_eq!(fold(&[(true, here.clone()), (true, here.clone().without_words())]), alone);
    let went_on = fold(&[(true, here), (true, longer.without_words())]);
    assert_eq!((went_on.title, went_on.first_prompt), (alone.title, alone.first_prompt));
    assert_eq!((went_on.files_touched, went_on.prompts), (alone.files_touched, 2));
}
