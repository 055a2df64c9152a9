//! The active chain, and what hangs off it.

use insta::assert_snapshot;
use serde_json::json;

use crate::written::{Transcript, told};

fn start() -> Transcript {
    Transcript::default().says("u1", "", "first").writes("a1", "u1", "msg_1", "one")
}

#[test]
fn parallel_calls_keep_their_results() {
    let transcript = Transcript::default()
        .says("u1", "", "go")
        .runs("a1", "u1", "msg_1", "t1")
        .runs("a2", "a1", "msg_1", "t2")
        .gives("r1", "a1", "t1", "one")
        .gives("r2", "a2", "t2", "two")
        .writes("a3", "r1", "msg_2", "done");
    assert_snapshot!(told(&transcript), @r#"
    1 person: go
    1 model: Bash run t1 -> "one" | Bash run t2 -> "two"
    1 model: done
    "#);
}

#[test]
fn a_result_between_the_blocks_of_a_message_does_not_part_it() {
    let transcript = Transcript::default()
        .says("u1", "", "go")
        .runs("a1", "u1", "msg_1", "t1")
        .gives("r1", "a1", "t1", "one")
        .runs("a2", "a1", "msg_1", "t2")
        .gives("r2", "a2", "t2", "two")
        .writes("a3", "r2", "msg_2", "done");
    assert_snapshot!(told(&transcript), @r#"
    1 person: go
    1 model: Bash run t1 -> "one" | Bash run t2 -> "two"
    1 model: done
    "#);
}

#[test]
fn the_chain_goes_through_records_that_show_nothing() {
    let transcript = Transcript::default()
        .record("progress", "p1", "", json!({"data": {"type": "hook_progress"}}))
        .says("u1", "p1", "first")
        .record("attachment", "x1", "u1", json!({"attachment": {"type": "date"}}))
        .writes("a1", "x1", "msg_1", "one")
        .record("system", "s1", "a1", json!({"subtype": "turn_duration", "durationMs": 3}))
        .says("u2", "s1", "second")
        .record("unheard-of", "n1", "u2", json!({}))
        .writes("a2", "n1", "msg_2", "two");
    assert_snapshot!(told(&transcript), @r"
    1 person: first
    1 model: one
    2 person: second
    2 model: two
    ");
}

#[test]
fn a_rewind_leaves_a_branch() {
    let transcript = start()
        .says("u2", "a1", "wrong")
        .writes("a2", "u2", "msg_2", "two")
        .says("u3", "a1", "right")
        .line(r#"{"type":"last-prompt","leafUuid":"00000000-0000-0000-0000-000000000000","explicit":true}"#)
        .writes("a3", "u3", "msg_3", "three");
    assert_snapshot!(told(&transcript), @r"
    1 person: first
    1 model: one
    2 person: right
    2 model: three
    branch after item 1
      2 person: wrong
      2 model: two
    ");
}

#[test]
fn a_rewind_to_the_very_start_leaves_a_branch_at_the_start() {
    let transcript = start().says("u2", "", "better").writes("a2", "u2", "msg_2", "two");
    assert_snapshot!(told(&transcript), @r"
    1 person: better
    1 model: two
    branch at the start
      1 person: first
      1 model: one
    ");
}

#[test]
fn a_rewind_inside_a_branch_leaves_two() {
    let transcript = start()
        .says("u2", "a1", "wrong")
        .writes("a2", "u2", "msg_2", "two")
        .says("u3", "a2", "worse")
        .says("u4", "a2", "bad")
        .writes("a4", "u4", "msg_4", "four")
        .says("u5", "a1", "right");
    assert_snapshot!(told(&transcript), @r"
    1 person: first
    1 model: one
    2 person: right
    branch after item 1
      2 person: wrong
      2 model: two
      3 person: bad
      3 model: four
    branch after item 1
      2 person: worse
    ");
}

#[test]
fn the_client_says_where_the_conversation_ends_when_nothing_follows() {
    let rewound = start()
        .says("u2", "a1", "wrong")
        .writes("a2", "u2", "msg_2", "two")
        .line(r#"{"type":"last-prompt","leafUuid":"a1","explicit":true}"#);
    assert_snapshot!(told(&rewound), @r"
    1 person: first
    1 model: one
    branch after item 1
      2 person: wrong
      2 model: two
    ");
    let stale = start().says("u2", "a1", "second").line(r#"{"type":"last-prompt","leafUuid":"a1"}"#);
    assert_snapshot!(told(&stale), @r"
    1 person: first
    1 model: one
    2 person: second
    ");
}

#[test]
fn commands_off_the_chain_are_no_branch() {
    let transcript = start()
        .says("c1", "a1", "<command-name>/exit</command-name>\n<command-args></command-args>")
        .says("c2", "c1", "<local-command-stdout>Bye!</local-command-stdout>")
        .says("u2", "a1", "back again");
    assert_snapshot!(told(&transcript), @r#"
    1 person: first
    1 model: one
    1 command /exit () gave "Bye!"
    2 person: back again
    "#);
}

#[test]
fn a_copy_of_a_record_is_shown_once() {
    let transcript = start().says("u1", "", "first").writes("a1", "u1", "msg_1", "one").says("u2", "a1", "second");
    assert_snapshot!(told(&transcript), @r"
    1 person: first
    1 model: one
    2 person: second
    ");
}

#[test]
fn compaction_goes_on_from_what_was_before_it() {
    let boundary = json!({"subtype": "compact_boundary", "content": "Conversation compacted", "logicalParentUuid": "a1",
        "compactMetadata": {"trigger": "auto", "preTokens": 1354}});
    let transcript = start()
        .record("system", "b1", "", boundary)
        .record("user", "s1", "b1", json!({"isCompactSummary": true, "message": {"content": "We said things."}}))
        .says("u2", "s1", "second");
    assert_snapshot!(told(&transcript), @r#"
    1 person: first
    1 model: one
    1 compacted Some("auto") Some(1354): We said things.
    2 person: second
    "#);
}

#[test]
fn a_preserved_stretch_stands_behind_the_summary() {
    let boundary = json!({"subtype": "compact_boundary", "logicalParentUuid": "gone",
        "compactMetadata": {"trigger": "manual", "preTokens": 9,
            "preservedSegment": {"headUuid": "u2", "anchorUuid": "s1", "tailUuid": "a2"}}});
    let transcript = start()
        .says("u2", "a1", "second")
        .writes("a2", "u2", "msg_2", "two")
        .record("system", "b1", "", boundary)
        .record("user", "s1", "b1", json!({"isCompactSummary": true, "message": {"content": "Sum."}}))
        .says("u3", "s1", "third");
    assert_snapshot!(told(&transcript), @r#"
    1 person: first
    1 model: one
    1 compacted Some("manual") Some(9): Sum.
    2 person: second
    2 model: two
    3 person: third
    "#);
}

#[test]
fn parents_in_another_file_break_nothing() {
    let transcript = Transcript::default()
        .says("u1", "elsewhere", "first")
        .writes("a1", "u1", "msg_1", "one")
        .says("u2", "lost", "second")
        .writes("a2", "u2", "msg_2", "two");
    assert_snapshot!(told(&transcript), @r"
    1 person: first
    1 model: one
    2 person: second
    2 model: two
    ");
}

#[test]
fn records_without_any_links_are_read_in_file_order() {
    let transcript = Transcript::default()
        .line(r#"{"type":"user","message":{"content":"first"}}"#)
        .line(r#"{"type":"assistant","message":{"content":"one"}}"#)
        .line(r#"{"type":"user","message":{"content":"second"}}"#);
    assert_snapshot!(told(&transcript), @r"
    1 person: first
    1 model: one
    2 person: second
    ");
}

#[test]
fn a_context_cleared_for_a_plan_goes_on() {
    let transcript =
        start().says("u2", "", "Implement the following plan:\n\n# Plan").writes("a2", "u2", "msg_2", "two");
    assert_snapshot!(told(&transcript), @r"
    1 person: first
    1 model: one
    2 person: Implement the following plan:

    # Plan
    2 model: two
    ");
}

#[test]
fn parents_in_a_circle_lose_nothing() {
    let transcript = start().says("u2", "a3", "second").writes("a3", "u2", "msg_3", "three");
    assert_snapshot!(told(&transcript), @r"
    1 person: first
    1 model: one
    2 person: second
    2 model: three
    ");
}

#[test]
fn a_long_chain_is_read_without_recursion() {
    let mut transcript = Transcript::default().says("u0", "", "0");
    for number in 1..30_000 {
        let (own, parent) = (format!("u{number}"), format!("u{}", number - 1));
        transcript = transcript.says(&own, &parent, number.to_string());
    }
    assert_eq!(transcript.read().items.len(), 30_000);
}
