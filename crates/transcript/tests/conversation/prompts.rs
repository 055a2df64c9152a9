//! What the person said, apart from what the client writes in the same place.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::written::{Transcript, told};

fn check(content: impl Into<Value>) -> String {
    told(&Transcript::default().says("u1", "", content))
}

#[test]
fn text_and_pictures_are_one_prompt() {
    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGVsbG8="}});
    let content = json!([{"type": "text", "text": "what is"}, image, {"type": "text", "text": "this?"}]);
    assert_snapshot!(check(content), @r"
    1 person: what is

    this? [image/png 5]
    ");
}

#[test]
fn what_editors_put_beside_a_prompt_is_not_said() {
    let content = json!([
        {"type": "text", "text": "<ide_opened_file>The user opened a.rs</ide_opened_file>"},
        {"type": "text", "text": "explain\n<system-reminder>\nBe brief.\n</system-reminder>"},
    ]);
    assert_snapshot!(check(content), @r"
    0 injected: The user opened a.rs
    0 injected: Be brief.
    1 person: explain
    ");
    assert_snapshot!(check("the tag `<system-reminder>` is odd"), @"1 person: the tag `<system-reminder>` is odd");
}

#[test]
fn pasted_text_is_what_the_person_said() {
    let content = "look:\n\n<pasted_content id=\"94a3\">\nline 1\nline 2\n</pasted_content>\nthanks";
    assert_snapshot!(check(content), @r"
    1 person: look:

    line 1
    line 2
    thanks
    ");
}

#[test]
fn a_slash_command_takes_its_output() {
    let transcript = Transcript::default()
        .record("user", "m1", "", json!({"isMeta": true, "message": {"content": "<local-command-caveat>Caveat.</local-command-caveat>"}}))
        .says("u1", "m1", "<command-name>/model</command-name>\n<command-message>model</command-message>\n<command-args>opus</command-args>")
        .says("u2", "u1", "<local-command-stdout>Set model to opus</local-command-stdout>");
    assert_snapshot!(told(&transcript), @r#"
    0 injected: Caveat.
    0 command /model (opus) gave "Set model to opus"
    "#);
}

#[test]
fn an_answered_command_begins_a_turn() {
    let command = |name: &str| format!("<command-name>/{name}</command-name>");
    let transcript = Transcript::default()
        .says("u1", "", command("review"))
        .record("user", "m1", "u1", json!({"isMeta": true, "message": {"content": "You are a reviewer."}}))
        .writes("a1", "m1", "msg_a", "reviewed")
        .says("u2", "a1", command("model"))
        .says("u3", "u2", "<local-command-stdout>Set model to opus</local-command-stdout>")
        .says("u4", "u3", command("clear"))
        .says("u5", "u4", "thanks")
        .writes("a2", "u5", "msg_b", "welcome")
        .says("u6", "a2", command("review"));
    assert_snapshot!(told(&transcript), @r#"
    1 command /review () gave ""
    1 injected: You are a reviewer.
    1 model: reviewed
    1 command /model () gave "Set model to opus"
    1 command /clear () gave ""
    2 person: thanks
    2 model: welcome
    2 command /review () gave ""
    "#);
}

#[test]
fn a_command_may_begin_with_its_message_or_stand_in_a_system_record() {
    assert_snapshot!(
        check("<command-message>init is analyzing…</command-message>\n<command-name>/init</command-name>"),
        @r#"0 command /init () gave """#
    );
    let local = |content: &str| json!({"subtype": "local_command", "content": content});
    let transcript = Transcript::default()
        .record("system", "s1", "", local("<command-name>/rename</command-name>\n<command-args>x</command-args>"))
        .record("system", "s2", "s1", local("<local-command-stdout>Renamed</local-command-stdout>"));
    assert_snapshot!(told(&transcript), @r#"0 command /rename (x) gave "Renamed""#);
}

#[test]
fn a_shell_command_takes_both_of_its_outputs() {
    let transcript = Transcript::default().says("u1", "", "<bash-input>make</bash-input>").says(
        "u2",
        "u1",
        "<bash-stdout>built</bash-stdout><bash-stderr>warned\n</bash-stderr>",
    );
    assert_snapshot!(told(&transcript), @r#"0 command ! (make) gave "built\nwarned""#);
}

#[test]
fn the_end_of_a_background_task_is_a_notice() {
    let content = "<task-notification>\n<task-id>b1</task-id>\n<status>completed</status>\n\
                   <summary>Agent \"Count\" finished</summary>\n<result>There are 2.</result>\n</task-notification>";
    assert_snapshot!(check(content), @r#"0 task: Agent "Count" finished gave "There are 2.""#);
}

#[test]
fn interruptions_and_summaries_are_no_prompts() {
    assert_snapshot!(check(json!([{"type": "text", "text": "[Request interrupted by user for tool use]"}])), @"0 interrupted");
    assert_snapshot!(
        check("This session is being continued from a previous conversation that ran out of context. Sum."),
        @"0 compacted None None: This session is being continued from a previous conversation that ran out of context. Sum."
    );
}

#[test]
fn what_the_client_wrote_for_the_model_is_injected() {
    let meta =
        json!({"isMeta": true, "message": {"content": [{"type": "text", "text": "Base directory for this skill"}]}});
    assert_snapshot!(told(&Transcript::default().record("user", "u1", "", meta)), @"0 injected: Base directory for this skill");
    assert_snapshot!(check("Stop hook feedback:\nnot yet"), @r"
    0 injected: Stop hook feedback:
    not yet
    ");
}

#[test]
fn others_who_speak_are_named() {
    let letter = "<teammate-message teammate_id=\"alice\" color=\"blue\">\nAll **done**.\n</teammate-message>";
    assert_snapshot!(check(letter), @"1 alice: All **done**.");
    let peer = json!({"origin": {"kind": "peer", "name": "scout"}, "message": {"content": "found it"}});
    assert_snapshot!(told(&Transcript::default().record("user", "u1", "", peer)), @"1 scout: found it");
}

#[test]
fn a_prompt_out_of_the_queue_is_said_where_it_was_given() {
    let queued = |prompt: &str| json!({"attachment": {"type": "queued_command", "prompt": prompt}});
    let transcript = Transcript::default()
        .says("u1", "", "go")
        .writes("a1", "u1", "msg_1", "going")
        .record("attachment", "q1", "a1", queued("and faster"))
        .record("attachment", "q2", "q1", queued("<task-notification><summary>Built</summary></task-notification>"))
        .writes("a2", "q2", "msg_2", "faster");
    assert_snapshot!(told(&transcript), @r#"
    1 person: go
    1 model: going
    2 person: and faster
    2 task: Built gave ""
    2 model: faster
    "#);
}

#[test]
fn system_records_tell_what_a_person_would_want_to_know() {
    let error = json!({"subtype": "api_error", "retryAttempt": 2, "maxRetries": 10,
        "error": {"status": 529, "error": {"error": {"message": "Overloaded"}}}});
    let fallback =
        json!({"subtype": "model_refusal_fallback", "originalModel": "a", "fallbackModel": "b", "content": "…"});
    let transcript = Transcript::default()
        .record("system", "s1", "", json!({"subtype": "informational", "content": "Auto mode is on"}))
        .record("system", "s2", "s1", json!({"content": "Limit reached, now using Sonnet 4", "level": "warning"}))
        .record("system", "s3", "s2", error)
        .record("system", "s4", "s3", fallback)
        .record("system", "s5", "s4", json!({"subtype": "stop_hook_summary", "hookCount": 1}));
    assert_snapshot!(told(&transcript), @r"
    0 info: Auto mode is on
    0 info: Limit reached, now using Sonnet 4
    0 info: API error 529: Overloaded (attempt 2 of 10)
    0 model a -> b
    ");
}
