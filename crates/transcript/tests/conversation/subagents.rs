//! Conversations of subagents that stand in the file of their session.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::written::{Transcript, told};

fn task(id: &str, prompt: &str) -> Value {
    json!({"type": "tool_use", "id": id, "name": "Task", "input": {"description": "Count", "prompt": prompt}})
}

fn side(message: &Value) -> Value {
    json!({"isSidechain": true, "message": message})
}

#[test]
fn a_sidechain_belongs_to_the_call_that_started_it() {
    let transcript = Transcript::default()
        .says("u1", "", "go")
        .answers("a1", "u1", "msg_1", &task("t1", "count the files"))
        .answers("a2", "a1", "msg_1", &task("t2", "count the lines"))
        .record("user", "x1", "", side(&json!({"content": "count the lines"})))
        .record("user", "y1", "", side(&json!({"content": "count the files"})))
        .record("assistant", "x2", "x1", side(&json!({"id": "msg_x", "content": "seven lines"})))
        .record("assistant", "y2", "y1", side(&json!({"id": "msg_y", "content": "two files"})))
        .gives("r1", "a1", "t1", "2")
        .gives("r2", "a2", "t2", "7")
        .writes("a3", "r2", "msg_2", "done");
    assert_snapshot!(told(&transcript), @r#"
    1 person: go
    1 model: Task Count by t1 -> "2" | Task Count by t2 -> "7"
    1 model: done
    agent t2
      1 person: count the lines
      1 model: seven lines
    agent t1
      1 person: count the files
      1 model: two files
    "#);
}

#[test]
fn reports_on_a_subagent_are_its_conversation() {
    let report = |uuid: &str, kind: &str, message: Value| {
        let said = json!({"type": kind, "uuid": uuid, "message": message});
        json!({"data": {"type": "agent_progress", "agentId": "a2018e5", "message": said}, "parentToolUseID": "t1"})
    };
    let call = json!({"type": "tool_use", "id": "t9", "name": "LS", "input": {"path": "/"}});
    let result = json!({"content": [{"type": "tool_result", "tool_use_id": "t9", "content": "a b"}]});
    let transcript = Transcript::default()
        .says("u1", "", "go")
        .answers("a1", "u1", "msg_1", &task("t1", "count"))
        .record("progress", "p1", "a1", report("n1", "user", json!({"content": "count"})))
        .record("progress", "p2", "p1", report("n2", "assistant", json!({"id": "msg_n", "content": [call]})))
        .record("progress", "p3", "p2", report("n3", "user", result))
        .gives("r1", "p3", "t1", "2")
        .writes("a2", "r1", "msg_2", "done");
    assert_snapshot!(told(&transcript), @r#"
    1 person: go
    1 model: Task Count by a2018e5 -> "2"
    1 model: done
    agent a2018e5
      1 person: count
      1 model: LS / -> "a b"
    "#);
}

#[test]
fn a_call_names_the_agent_in_a_file_of_its_own() {
    let result = json!({"message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "launched"}]},
        "toolUseResult": {"status": "async_launched", "agentId": "a007fd795c9559b53"}});
    let transcript =
        Transcript::default().answers("a1", "", "msg_1", &task("t1", "count")).record("user", "r1", "a1", result);
    assert_snapshot!(told(&transcript), @r#"0 model: Task Count by a007fd795c9559b53 -> "launched""#);
}

#[test]
fn the_file_of_a_subagent_is_a_conversation_like_any_other() {
    let transcript = Transcript::default().record("user", "x1", "", side(&json!({"content": "count"}))).record(
        "assistant",
        "x2",
        "x1",
        side(&json!({"id": "msg_x", "content": "two"})),
    );
    assert_snapshot!(told(&transcript), @r"
    1 person: count
    1 model: two
    ");
}
