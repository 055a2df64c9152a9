//! Answers, their blocks, tool calls and results.

use std::error::Error;

use insta::assert_snapshot;
use serde_json::{Value, json};
use transcript::{Block, Body, Tokens};

use crate::written::{Transcript, told};

fn answer(blocks: &[Value]) -> String {
    let mut transcript = Transcript::default().says("u1", "", "go");
    for (number, block) in blocks.iter().enumerate() {
        transcript = transcript.answers(&format!("a{number}"), "u1", "msg_1", block);
    }
    told(&transcript).lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_lines_of_a_message_are_one_answer() {
    let blocks = [
        json!({"type": "thinking", "thinking": "hm", "signature": "x"}),
        json!({"type": "redacted_thinking", "data": "x"}),
        json!({"type": "text", "text": "so"}),
        json!({"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}}),
    ];
    assert_snapshot!(answer(&blocks), @"1 model: (hm) | (redacted) | so | [fallback]");
}

#[test]
fn blocks_that_a_copied_history_repeats_are_told_once() {
    let text = json!({"type": "text", "text": "so"});
    let call = json!({"type": "tool_use", "id": "t1", "name": "LS", "input": {"path": "/a"}});
    assert_snapshot!(answer(&[text.clone(), call.clone(), text, call]), @"1 model: so | LS /a -> nothing");
}

#[test]
fn what_the_client_wrote_about_a_failure_is_an_error() {
    let failure = json!({"isApiErrorMessage": true,
        "message": {"model": "<synthetic>", "content": [{"type": "text", "text": "API Error: 400"}]}});
    let silence =
        json!({"message": {"model": "<synthetic>", "content": [{"type": "text", "text": "No response requested."}]}});
    let transcript = Transcript::default().says("u1", "", "go").record("assistant", "a1", "u1", failure).record(
        "assistant",
        "a2",
        "a1",
        silence,
    );
    assert_snapshot!(told(&transcript), @r"
    1 person: go
    1 error: API Error: 400
    1 model: No response requested.
    ");
}

#[test]
fn tokens_are_those_of_the_line_that_counts() -> Result<(), Box<dyn Error>> {
    let line = |stop: Value, output: u64| {
        json!({"message": {"id": "msg_1", "stop_reason": stop, "content": [], "usage": {"input_tokens": 3,
            "output_tokens": output, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 7,
            "cache_creation": {"ephemeral_1h_input_tokens": 4, "ephemeral_5m_input_tokens": 6}}}})
    };
    let transcript = Transcript::default()
        .record("assistant", "a1", "", line(Value::Null, 900))
        .record("assistant", "a2", "a1", line("end_turn".into(), 12))
        .record("assistant", "a3", "a2", line(Value::Null, 1));
    let conversation = transcript.read();
    let Body::Answer(answer) = &conversation.items.first().ok_or("no item")?.body else {
        return Err("no answer".into());
    };
    let counted = Tokens { input: 3, output: 12, cache_write_5m: 6, cache_write_1h: 4, cache_read: 7 };
    assert_eq!((answer.tokens, answer.stop_reason.as_deref()), (Some(counted), Some("end_turn")));
    Ok(())
}

#[test]
fn results_are_paired_wherever_they_stand() {
    let content = json!([{"type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": [
        {"type": "text", "text": "no"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
    ]}]);
    let transcript =
        Transcript::default().says("r1", "", content).says("u1", "r1", "go").runs("a1", "u1", "msg_1", "t1");
    assert_snapshot!(told(&transcript), @r#"
    1 person: go
    1 model: Bash run t1 -> error "no"
    "#);
}

#[test]
fn a_result_without_its_call_is_kept_as_text() {
    let transcript = Transcript::default().says("u1", "", "go").gives("r1", "u1", "gone", "left over");
    assert_snapshot!(told(&transcript), @r"
    1 person: go
    1 injected: left over
    ");
}

#[test]
fn tools_of_the_api_itself_have_results_too() {
    let call = json!({"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "curry"}});
    let result = json!({"type": "web_search_tool_result", "tool_use_id": "s1",
        "content": [{"type": "web_search_result", "title": "Curry", "url": "https://curry.example", "encrypted_content": "x"}]});
    assert_snapshot!(answer(&[call, result]), @r#"1 model: web_search curry -> "Curry https://curry.example""#);
}

#[test]
fn pictures_are_kept_as_their_size() -> Result<(), Box<dyn Error>> {
    let data = "A".repeat(4000);
    let result = json!({"message": {"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "ok"}]},
        "toolUseResult": {"type": "image", "file": {"base64": data, "type": "image/png"}}});
    let transcript = Transcript::default().runs("a1", "", "msg_1", "t1").record("user", "r1", "a1", result);
    let json = serde_json::to_string(&transcript.read())?;
    assert!(json.contains("(3000 bytes left out)") && !json.contains("AAAA"), "{json}");
    Ok(())
}

#[test]
fn every_tool_has_a_subject() {
    let calls = [
        ("Bash", json!({"command": "ls \u{1b}[31m-la\n  /tmp", "description": "List"}), "ls -la /tmp"),
        ("Read", json!({"file_path": "/a/b.rs", "limit": 3}), "/a/b.rs"),
        ("NotebookEdit", json!({"notebook_path": "/a.ipynb"}), "/a.ipynb"),
        ("Grep", json!({"pattern": "fn main", "path": "src"}), "fn main in src"),
        ("Glob", json!({"pattern": "**/*.rs"}), "**/*.rs"),
        ("Agent", json!({"description": "Count files", "prompt": "count"}), "Count files"),
        ("WebFetch", json!({"url": "https://a.example", "prompt": "x"}), "https://a.example"),
        ("WebSearch", json!({"query": "curry"}), "curry"),
        ("Skill", json!({"skill": "demo", "args": "x"}), "demo"),
        ("TodoWrite", json!({"todos": [{"status": "completed"}, {"status": "pending"}, "odd"]}), "1 of 3 done"),
        ("TaskUpdate", json!({"taskId": "4", "status": "completed"}), "#4 completed"),
        ("AskUserQuestion", json!({"questions": [{"question": "Which?"}]}), "Which?"),
        ("ExitPlanMode", json!({"plan": "# Plan\n1. do it"}), "Plan"),
        ("mcp__linear__get_issue", json!({"count": 3, "issue": "AB-1"}), "AB-1"),
        ("Unheard", json!({}), ""),
    ];
    for (name, input, subject) in calls {
        let block = json!({"type": "tool_use", "id": "t1", "name": name, "input": input});
        assert_eq!(answer(&[block]), format!("1 model: {name} {subject} -> nothing"));
    }
    let long = json!({"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "x".repeat(9000)}});
    assert!(answer(&[long]).chars().count() < 200);
}

#[test]
fn a_conversation_is_written_as_plain_tagged_json() -> Result<(), Box<dyn Error>> {
    let transcript = Transcript::default().says("u1", "", "go").runs("a1", "u1", "msg_1", "t1").record(
        "user",
        "m1",
        "a1",
        json!({"isMeta": true, "message": {"content": "psst"}}),
    );
    let conversation = transcript.read();
    let written = serde_json::to_value(&conversation)?;
    assert_eq!(written["items"][0]["kind"], "prompt");
    assert_eq!(written["items"][0]["at"], "2026-11-20T09:00:00Z");
    assert_eq!(written["items"][1]["blocks"][0]["type"], "tool");
    assert_eq!(
        written["items"][2],
        json!({"uuid": "m1", "at": "2026-11-20T09:02:00Z", "turn": 1, "kind": "notice",
        "offset": conversation.items[2].offset, "notice": "injected", "text": "psst"})
    );
    assert!(matches!(&conversation.items[1].body, Body::Answer(answer) if matches!(answer.blocks[0], Block::Tool(_))));
    Ok(())
}
