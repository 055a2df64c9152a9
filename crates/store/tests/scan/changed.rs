//! How many lines a session changed.

use std::fs;

use serde_json::json;
use testkit::Transcript;
use transcript::ChangedLines;

use crate::history::{A, B, C, History, append, three_answers};

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
