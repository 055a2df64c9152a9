//! How many lines a session changed.

use std::fs;

use serde_json::{Value, json};
use store::Strides;
use testkit::Transcript;
use transcript::ChangedLines;

use crate::history::{A, B, C, History, TINY, append, three_answers};
use crate::tangle::BEGINNING;

/// Adds a call that rewrites a line and adds another.
fn edit(transcript: &mut Transcript) -> &mut Transcript {
    let result = json!({"originalFile": "a", "structuredPatch": [{"lines": ["-a", "+b", "+c"]}]});
    transcript.tool_with("Edit", json!({"file_path": "/a", "old_string": "a", "new_string": "b\nc"}), "done", result)
}

/// A session that changes a file twice and fails once.
fn editor(session: &str) -> Transcript {
    let mut transcript = three_answers(session);
    edit(&mut transcript);
    transcript.failing_tool("Edit", json!({"file_path": "/a", "old_string": "x", "new_string": "y"}), "not found");
    edit(&mut transcript);
    transcript.beside(json!({"type": "cost-state", "totalCostUSD": 1, "totalLinesAdded": 5, "totalLinesRemoved": 3}));
    transcript
}

fn changed(history: &History, session: &str) -> (u32, u32) {
    let detail = history.store.session(&session.into()).expect("the store can be asked").expect("it is known");
    (detail.row.lines.added, detail.row.lines.removed)
}

#[test]
fn a_fork_and_a_subagent_change_lines_once() {
    let history = History::new();
    let original = editor(A);
    let mut fork = original.fork(B);
    edit(fork.wait(60).prompt("on"));
    let mut agent = Transcript::subagent(A, "a0123456789abcdef");
    edit(agent.prompt("do it"));
    history.write("-p", A, &original.text());
    history.write("-p", B, &fork.text());
    history.home.transcript(&format!("-p/{A}/subagents/agent-a0123456789abcdef.jsonl"), agent.text());
    history.write("-p", C, &three_answers(C).text());
    history.scan();
    assert_eq!(
        [changed(&history, A), changed(&history, B), changed(&history, C)],
        [(6, 3), (2, 1), (0, 0)],
        "what the fork copied is the original's"
    );
    let row = history.store.session(&A.into()).expect("the store can be asked").expect("it is known").row;
    assert_eq!(row.session.ledger_lines, Some(ChangedLines { added: 5, removed: 3 }), "as the client says");
    let whole = history.dump();
    history.rebuild();
    assert_eq!(history.dump(), whole);
}

#[test]
fn a_first_import_counts_lines_wherever_a_file_is_cut_between_a_call_and_its_result() {
    let mut history = History::new();
    history.write("-p", A, &editor(A).text());
    history.write("-p", B, &text(&streamed(B)));
    history.home.transcript("-p/agent-b000001.jsonl", text(&strayed()));
    let as_always = Strides::default();
    for piece in [1, 600, 1200, 1800, 2400, 3000, 4096] {
        for (batch_rows, hold) in
            [(TINY.batch_rows, TINY.hold), (TINY.batch_rows, as_always.hold), (as_always.batch_rows, as_always.hold)]
        {
            history.strides = Strides { piece, read: 256, batch_rows, hold, ..TINY };
            history.rebuild();
            let found = [A, B, C].map(|session| changed(&history, session));
            assert_eq!(found, [(4, 2), (2, 1), (2, 1)], "pieces of {piece} bytes, {batch_rows} rows, {hold:?}");
        }
    }
}

#[test]
fn calls_of_two_requests_that_share_an_id_are_two() {
    let history = History::new();
    let (mut main, mut agent) = (three_answers(A), Transcript::subagent(A, "a0123456789abcdef"));
    main.prompt("on");
    agent.prompt("do it");
    let ids = [&main, &agent].map(Transcript::next_tool_id);
    let path = history.write("-p", A, &edit(&mut main).text());
    let told = edit(&mut agent).text().replace(&ids[1], &ids[0]);
    history.home.transcript(&format!("-p/{A}/subagents/agent-a0123456789abcdef.jsonl"), told);
    history.scan();
    assert_eq!(changed(&history, A), (4, 2));
    append(&path, &three_answers(B).text());
    history.scan();
    assert_eq!(changed(&history, A), (4, 2), "also when it is counted again");
}

/// Lines of an assistant whose first telling of a request is no plain one, and whose call is told with the second.
fn streamed(session: &str) -> Vec<Value> {
    let answer = |message: Value| {
        json!({"type": "assistant", "sessionId": session, "requestId": "req_x", "message": message,
            "timestamp": "2026-11-03T10:00:00.000Z", "uuid": format!("u-{message}")})
    };
    let usage = json!({"output_tokens": 1,
        "iterations": [{"type": "advisor_message", "output_tokens": 2, "model": "claude-fable-5"}]});
    let mut lines = vec![answer(json!({"id": "msg_x", "model": "claude-opus-5", "content": [], "usage": usage}))];
    lines.extend(said(session, 4));
    lines.push(answer(
        json!({"id": "msg_x", "model": "claude-opus-5", "stop_reason": "tool_use", "usage": {"output_tokens": 4},
        "content": [{"type": "tool_use", "id": "toolu_x", "name": "Edit", "input": {"file_path": "/a"}}]}),
    ));
    lines.push(done(session, "toolu_x"));
    lines
}

/// A flat agent's file that seems to be of one session where the call is, and is of another one.
fn strayed() -> Vec<Value> {
    let message = json!({"id": "msg_y", "model": "claude-opus-5", "stop_reason": "tool_use", "usage": {"output_tokens": 4},
        "content": [{"type": "tool_use", "id": "toolu_y", "name": "Edit", "input": {"file_path": "/a"}}]});
    let call = json!({"type": "assistant", "sessionId": C, "requestId": "req_y", "message": message,
        "timestamp": "2026-11-03T10:00:00.000Z", "uuid": "u-y"});
    let mut lines = said(BEGINNING, 3);
    lines.extend([call, done(C, "toolu_y")]);
    lines.extend(said(C, 12));
    lines
}

/// The result of a call that rewrote a line and added another.
fn done(session: &str, call: &str) -> Value {
    json!({"type": "user", "sessionId": session, "uuid": format!("r-{call}"), "timestamp": "2026-11-03T10:00:01.000Z",
        "message": {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": "done"}]},
        "toolUseResult": {"originalFile": "a", "structuredPatch": [{"lines": ["-a", "+b", "+c"]}]}})
}

/// Lines of a person.
fn said(session: &str, count: usize) -> Vec<Value> {
    let line = |index| {
        json!({"type": "user", "sessionId": session, "uuid": format!("{session}-{index}"),
            "timestamp": "2026-11-03T10:00:00.000Z", "message": {"role": "user", "content": "word ".repeat(40)}})
    };
    (0..count).map(line).collect()
}

fn text(lines: &[Value]) -> String {
    lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n")
}

#[test]
fn lines_are_the_same_whether_a_history_is_read_at_once_or_as_it_grows() {
    let history = History::new();
    let (first, rest) = (three_answers(A), editor(A));
    let path = history.write("-p", A, &first.text());
    history.scan();
    assert_eq!(changed(&history, A), (0, 0));
    // the call first, its result with the next scan
    let more = rest.text()[first.text().len()..].to_owned();
    let call = more.find('\n').expect("there are lines") + 1;
    append(&path, &more[..call]);
    history.scan();
    assert_eq!(changed(&history, A), (0, 0), "nothing says yet that it succeeded");
    append(&path, &more[call..]);
    history.scan();
    assert_eq!(changed(&history, A), (4, 2));
    fs::remove_file(path).expect("the transcript can be deleted");
    history.scan();
    assert_eq!(changed(&history, A), (4, 2), "what was counted stays counted");
}
