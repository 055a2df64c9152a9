//! What counts as said, and what does not.

use super::*;

fn check(line: &str, expect: &[(TextKind, &str)]) {
    let mut found = Vec::new();
    texts(line.as_bytes(), &mut |text| found.push((text.kind, text.decoded().into_owned())));
    let found: Vec<(TextKind, &str)> = found.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
    assert_eq!(found, expect, "{line}");
}

#[test]
fn prompts_answers_thinking_and_tools_are_said() {
    check(
        r#"{"type":"user","uuid":"u","message":{"role":"user","content":"say \"hi\"\n"}}"#,
        &[(TextKind::Prompt, "say \"hi\"\n")],
    );
    check(
        r#"{"message":{"id":"m","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"text":"Yes","type":"text"},{"type":"tool_use","id":"t","name":"Edit","input":{"file_path":"/a","edits":[{"old":"x","n":1}]}}]},"type":"assistant"}"#,
        &[
            (TextKind::Thinking, "hm"),
            (TextKind::Answer, "Yes"),
            (TextKind::ToolInput, "/a"),
            (TextKind::ToolInput, "x"),
        ],
    );
    check(
        r#"{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"ok"},{"type":"image","source":{"data":"aGk="}}]}]},"toolUseResult":{"stdout":"ok and more","stderr":"","originalFile":"old"}}"#,
        &[(TextKind::ToolResult, "ok"), (TextKind::ToolDetail, "ok and more")],
    );
}

#[test]
fn what_nobody_said_is_left_out() {
    for line in [
        r#"{"type":"user","isMeta":true,"message":{"content":"<skill>"}}"#,
        r#"{"type":"user","message":{"content":[{"type":"text","text":"<system-reminder>\nx\n</system-reminder>\n"}]}}"#,
        r#"{"type":"user","message":{"content":"[Request interrupted by user]"}}"#,
        r#"{"type":"file-history-snapshot","snapshot":{"trackedFileBackups":{"a":{"b":"c"}}}}"#,
        r#"{"type":"attachment","attachment":{"type":"prompt_snapshot","rendered":"long"}}"#,
        r#"{"type":"api-request-blob","content":"x"}"#,
        r#"{"type":"queue-operation","operation":"enqueue","content":"x"}"#,
        r#"{"type":"system","subtype":"compact_boundary","content":"Conversation compacted"}"#,
        r#"{"type":"ai-title","aiTitle":"x"}"#,
        r#"{"type":"user","message":{"content":[{"type":"image","source":{"data":"aGk="}}]}}"#,
        "not json",
        r#"{"type":"user","message":{"content":"torn"#,
    ] {
        check(line, &[]);
    }
}

#[test]
fn commands_notices_and_queued_prompts_are_said() {
    check(
        r#"{"type":"user","message":{"content":"<local-command-stdout>Set model</local-command-stdout>"}}"#,
        &[(TextKind::Notice, "<local-command-stdout>Set model</local-command-stdout>")],
    );
    check(r#"{"type":"system","subtype":"informational","content":"Resumed"}"#, &[(TextKind::Notice, "Resumed")]);
    check(
        r#"{"type":"attachment","attachment":{"type":"queued_command","prompt":"and tests"}}"#,
        &[(TextKind::Prompt, "and tests")],
    );
    check(
        r#"{"type":"user","isCompactSummary":true,"message":{"content":"This session is …"}}"#,
        &[(TextKind::Notice, "This session is …")],
    );
    check(r#"{"type":"tag","tag":"customer","sessionId":"s"}"#, &[(TextKind::Tag, "customer")]);
}

#[test]
fn glued_records_tell_where_they_begin() {
    let line = r#"{"type":"user","timestamp":"2026-11-20T09:00:00Z","message":{"content":"a"}} {"type":"user","message":{"content":"b"}}"#;
    let mut found = Vec::new();
    texts(line.as_bytes(), &mut |text| found.push((text.record, text.at().is_some(), text.written().to_owned())));
    assert_eq!(found, [(0, true, "a".to_owned()), (line.rfind(r#"{"type"#).expect("there"), false, "b".to_owned())]);
}

#[test]
fn a_record_behind_a_torn_one_is_heard_once_its_line_has_an_end() {
    let torn = r#"{"type":"user","message":{"content":"to"#;
    let whole = r#"{"type":"user","uuid":"u","sessionId":"s","message":{"content":"be found"}}"#;
    for (end, expect) in [("\n", vec![(torn.len(), "be found".to_owned())]), ("", Vec::new())] {
        let mut found = Vec::new();
        texts(format!("{torn}{whole}{end}").as_bytes(), &mut |text| {
            found.push((text.record, text.written().to_owned()));
        });
        assert_eq!(found, expect);
    }
}

#[test]
fn a_subagent_in_a_report_is_heard() {
    let nested = r#"{"type":"assistant","message":{"content":[{"type":"text","text":"inner"}]}}"#;
    check(
        &format!(r#"{{"type":"progress","data":{{"type":"agent_progress","message":{nested}}}}}"#),
        &[(TextKind::Answer, "inner")],
    );
    check(r#"{"type":"progress","data":{"type":"bash_progress","output":"x"}}"#, &[]);
}
