//! Claims about the records behind a torn one.

use serde_json::{Value, json};

use super::*;

fn user(uuid: &str, content: &str) -> Value {
    json!({"parentUuid": null, "isSidechain": false, "type": "user", "uuid": uuid, "sessionId": "s", "cwd": "/home/é",
        "message": {"role": "user", "content": content}, "version": "2.1.300"})
}

fn answer(uuid: &str, block: &Value) -> Value {
    json!({"type": "assistant", "uuid": uuid, "sessionId": "s", "requestId": "r", "message": {"id": "msg_a", "type": "message",
        "content": [block], "usage": {"output_tokens": 12, "server_tool_use": {"web_search_requests": 0}}}})
}

/// Prompts and answers that end and begin with everything that could be taken for the end or the beginning of something.
fn told() -> Vec<String> {
    let records = [
        user("u1", "fix {\"a\": \"}}\"} and \\\" this: {"),
        user("u2", "}}\"}}]{\"type\":\"user\",\"uuid\":\"x\",\"sessionId\":\"y\",\"message\":{}}"),
        answer("a1", &json!({"type": "text", "text": "\\{\"so\" be it\\"})),
        json!({"type": "system", "uuid": "s1", "sessionId": "s", "content": "é{\"\n"}),
        json!({"type": "custom-title", "customTitle": "{", "sessionId": "s"}),
        json!({"type": "summary", "summary": "all of it", "leafUuid": "u1"}),
    ];
    records.iter().map(Value::to_string).collect()
}

/// The whole records behind the torn one, and the torn ones between them.
fn check(text: &str, whole: &[&str], torn: &[&str]) {
    let found = behind(text);
    let (mut records, mut others) = (Vec::new(), Vec::new());
    for part in &found {
        match part {
            Behind::Whole(at) => records.push(&text[*at..]),
            Behind::Torn(at) => others.push(&text[*at..]),
        }
    }
    let begin = |found: &[&str], expect: &[&str]| {
        found.len() == expect.len() && found.iter().zip(expect).all(|(found, expect)| found.starts_with(expect))
    };
    assert!(begin(&records, whole) && begin(&others, torn), "{text}\n{found:?}");
}

#[test]
fn a_record_is_found_wherever_the_one_before_it_was_cut() {
    for torn in told() {
        for next in told() {
            // before the closing bracket
            for cut in 1..torn.len() {
                let torn = String::from_utf8_lossy(&torn.as_bytes()[..cut]);
                if is_lost(&torn) {
                    continue;
                }
                check(&format!("{torn}{next}"), &[&next], &[]);
                check(&format!("{torn}\0\0{next} "), &[&next], &[]);
                check(&format!("{torn}{next}{next}"), &[&next, &next], &[]);
            }
        }
    }
}

/// Whether the next record could be the value of a key that might hold one.
fn is_lost(torn: &str) -> bool {
    ["customTitle\":", "summary\":", "leafUuid\":"].iter().any(|key| torn.ends_with(key))
        || (torn.contains("\"system\"") || !torn.contains("message")) && torn.ends_with("content\":")
}

#[test]
fn a_line_may_be_torn_several_times() {
    let [one, two] = [user("u1", "one"), user("u2", "two")].map(|record| record.to_string());
    let torn = &one[..one.len() - 30];
    check(&format!("{torn}{torn}{two}"), &[&two], &[&one[..9]]);
    check(&format!("{torn}{one}{torn}{two}"), &[&one, &two], &[&one[..9]]);
    check(&format!("{torn}{two}{torn}"), &[&two], &[&one[..9]]);
    check(&format!("{torn}{torn}"), &[], &[]);
    check(torn, &[], &[]);
}

#[test]
fn what_a_torn_record_holds_is_no_record() {
    let mut nested = answer("n", &json!({"type": "text", "text": "what a subagent said"}));
    let progress = |nested: &Value| {
        json!({"type": "progress", "uuid": "p", "sessionId": "s",
            "data": {"message": nested, "normalizedMessages": [nested, nested], "type": "agent_progress"}})
    };
    let envelope = progress(&nested);
    nested.as_object_mut().expect("it is one").remove("sessionId");
    let held = user("h", "held by something else");
    let result =
        json!({"type": "user", "uuid": "u", "sessionId": "s", "toolUseResult": {"found": [held, held]}, "z": held});
    let input = answer("a", &json!({"type": "tool_use", "input": {"records": [held, held], "of": held}}));
    let attachment = json!({"type": "attachment", "uuid": "u", "sessionId": "s", "attachment": {"of": held}});
    let next = user("u9", "next").to_string();
    for record in [progress(&nested), envelope, result, input, attachment] {
        let whole = record.to_string();
        for cut in whole.match_indices('}').map(|(at, _)| at + 1).filter(|cut| *cut < whole.len()) {
            check(&whole[..cut], &[], &[]);
            check(&format!("{},", &whole[..cut]), &[], &[]);
            check(&format!("{}{next}", &whole[..cut]), &[&next], &[]);
            check(&format!("{}{}{next}", &whole[..cut], &next[..40]), &[&next], &[&next[..40]]);
        }
    }
}

#[test]
fn only_records_are_taken_and_only_where_all_is_clear() {
    let next = user("u9", "next").to_string();
    let torn = "{\"type\":\"user\",\"message\":{\"content\":\"to";
    for other in [
        json!({"a": 1}),
        json!({"type": "text", "text": "a block"}),
        json!({"type": "message", "role": "assistant", "content": []}),
        json!({"type": "assistant", "uuid": "u", "session_id": "s", "message": {}}),
        json!({"type": "user", "uuid": "u", "sessionId": "s"}),
        json!({"type": "user", "sessionId": "s", "message": {}}),
        json!({"type": 7, "uuid": "u", "sessionId": "s", "message": {}}),
    ] {
        check(&format!("{torn}{other}"), &[], &[]);
        check(&format!("{torn}{other}{next}"), &[&next], &[&other.to_string()]);
    }
    // the end of something else, and what is no JSON
    for end in ["}", "]}", ",\"a\":1}", "x", "\"}"] {
        check(&format!("{torn}{next}{end}"), &[], &[]);
    }
    check(&format!("{{\"a\":[1 2],\"b\":{next}}}"), &[], &[]);
    check(&format!("{torn}{}", next.replace("2.1.300", "\\x")), &[], &[]);
}

#[test]
fn a_long_line_full_of_beginnings_is_looked_at_once() {
    for part in ["{\"", "{\"a\":", "{\"a\":{\"", "{\"a\":[{\"b\":1}", "{\"type\":\"user\",\"a\":\"", "{}", "[{\""] {
        let text = part.repeat(60_000_000 / part.len());
        check(&text, &[], &[]);
        check(&format!("{{\"a\":[{text}"), &[], &[]);
    }
}
