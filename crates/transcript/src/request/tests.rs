//! One claim per rule of counting.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Batch, FileFacts, Reader};

/// Reads one file made of these records; the requests, sorted by key.
fn read(records: &[Value]) -> Vec<Request> {
    let text = records.iter().fold(String::new(), |text, record| text + &record.to_string() + "\n");
    let mut batch = Batch::default();
    let mut reader = Reader::new(FileFacts::default());
    reader.feed(text.as_bytes(), true, &mut batch);
    batch.requests.sort_by(|one, other| one.key.cmp(&other.key));
    batch.requests
}

fn only(records: &[Value]) -> Request {
    let mut requests = read(records);
    assert_eq!(requests.len(), 1, "{records:?}");
    requests.remove(0)
}

/// An assistant line; `more` replaces or adds members, of `message` too.
fn line(id: &str, output: u64, more: &Value) -> Value {
    let mut record = json!({
        "type": "assistant", "uuid": format!("u-{id}-{output}"), "sessionId": "s1", "requestId": "r1",
        "timestamp": "2026-07-01T10:00:00.000Z",
        "message": {"id": id, "model": "claude-opus-5", "role": "assistant", "content": [], "stop_reason": "end_turn",
            "usage": {"input_tokens": 3, "output_tokens": output, "cache_read_input_tokens": 7}}
    });
    merge_json(&mut record, more);
    record
}

fn merge_json(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge_json(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more.clone(),
    }
}

fn usage(usage: &Value) -> Value {
    json!({"message": {"usage": usage}})
}

fn keys(requests: &[Request]) -> Vec<&str> {
    requests.iter().map(|request| request.key.0.as_str()).collect()
}

#[test]
fn rule_1_only_assistant_lines_and_agent_progress_count() {
    let nested = line("msg_sub", 5, &json!({"uuid": "nested", "timestamp": "2026-07-01T09:00:00.000Z"}));
    let requests = read(&[
        line("msg_a", 5, &json!({})),
        json!({"type": "progress", "sessionId": "s1", "timestamp": "2026-07-01T10:00:01.000Z", "data": {"type": "agent_progress", "agentId": "a7", "message": nested, "normalizedMessages": [nested]}}),
        json!({"type": "progress", "data": {"type": "hook_progress", "message": nested}}),
        json!({"type": "progress", "data": {"type": "agent_progress", "message": line("msg_odd", 5, &json!({"type": "system"}))}}),
        json!({"type": "user", "toolUseResult": {"usage": {"output_tokens": 9}}, "message": {"content": [{"type": "tool_result", "tool_use_id": "t", "content": "\"usage\":{\"output_tokens\":9}"}]}}),
        line(
            "msg_b",
            1,
            &json!({"message": {"content": [{"type": "tool_use", "id": "t", "name": "X", "input": {"usage": {"output_tokens": 99}, "id": null}}]}}),
        ),
        line("msg_none", 1, &json!({"message": {"usage": null}})),
        json!({"type": "assistant", "message": "odd"}),
        json!({"type": "result", "usage": {"output_tokens": 9}, "message": {"id": "msg_z", "usage": {}}}),
    ]);
    assert_eq!(keys(&requests), ["msg_a", "msg_b", "msg_sub"]);
    assert_eq!(requests[1].tokens.output, 1);
    let sub = &requests[2];
    assert!(sub.sidechain);
    assert_eq!((sub.agent.as_deref(), sub.uuid.as_deref(), sub.session.as_str()), (Some("a7"), Some("nested"), "s1"));
    assert_eq!(sub.at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-07-01T09:00:00+00:00"));
}

#[test]
fn rule_1_glued_records_are_two_and_a_torn_line_loses_itself() {
    let text = format!(
        "{}{}\n{{\"type\":\"assistant\",\"mess\n\0\0{}\n{{\"type\":\"assistant\",\"mess{}\n",
        line("msg_a", 1, &json!({})),
        line("msg_b", 1, &json!({})),
        line("msg_c", 1, &json!({})),
        line("msg_d", 1, &json!({}))
    );
    let mut batch = Batch::default();
    Reader::new(FileFacts::default()).feed(text.as_bytes(), true, &mut batch);
    assert_eq!(keys(&batch.requests), ["msg_a", "msg_b", "msg_c", "msg_d"]);
    assert_eq!(batch.problems.len(), 4);
}

#[test]
fn rule_1_only_the_structure_of_a_line_decides() {
    let spaced = line("msg_a", 1, &json!({})).to_string().replace("\":", "\" :  ").replace(',', " , ");
    let fake = r#""type":"assistant","message":{"id":"msg_fake","usage":{"output_tokens":9}}"#;
    let quoted = json!({"type": "user", "message": {"content": fake}, "toolUseResult": fake});
    let mut batch = Batch::default();
    Reader::new(FileFacts::default()).feed(format!("{spaced}\n{quoted}\n").as_bytes(), true, &mut batch);
    assert_eq!(keys(&batch.requests), ["msg_a"]);
}

#[test]
fn rule_2_what_the_client_wrote_and_what_is_unmetered_is_skipped() {
    let requests = read(&[
        line("2b1e", 0, &json!({"message": {"model": "<synthetic>"}})),
        line("msg_free", 9, &json!({"isUnmetered": true})),
        json!({"type": "progress", "isUnmetered": true, "data": {"type": "agent_progress", "message": line("msg_free", 9, &json!({}))}}),
        line("msg_a", 9, &json!({"isUnmetered": false})),
    ]);
    assert_eq!(keys(&requests), ["msg_a"]);
}

#[test]
fn rule_3_a_message_id_is_a_key_of_its_own() {
    let requests = read(&[
        line("msg_a", 1, &json!({})),
        line("msg_a", 2, &json!({"requestId": "r2", "sessionId": "s2"})),
        line("msg_a", 3, &json!({"requestId": null, "uuid": "other"})),
    ]);
    assert_eq!(keys(&requests), ["msg_a"]);
    assert!(requests[0].key.is_global());
}

#[test]
fn rule_3_other_ids_need_their_request_or_session() {
    let requests = read(&[
        line("gw-1", 1, &json!({"requestId": "r1"})),
        line("gw-1", 2, &json!({"requestId": "r1"})),
        line("gw-1", 3, &json!({"requestId": "r2"})),
        line("gw-1", 4, &json!({"requestId": null})),
        line("gw-1", 5, &json!({"requestId": null, "sessionId": "s2"})),
        line("x", 6, &json!({"message": {"id": null}, "uuid": "u-6"})),
    ]);
    assert_eq!(keys(&requests), ["gw-1|r1|s1", "gw-1|r2|s1", "gw-1||s1", "gw-1||s2", "uuid:u-6"]);
    assert!(!requests[0].key.is_global());
    let copies = read(&[
        line("gw-1", 1, &json!({"sessionId": "s9", "requestSessionId": "s1"})),
        line("gw-1", 1, &json!({"sessionId": "s8", "forkedFrom": {"sessionId": "s1", "messageUuid": "u"}})),
    ]);
    assert_eq!(keys(&copies), ["gw-1|r1|s1"], "marked copies keep the key of the original");
}

#[test]
fn rule_4_the_winner_is_taken_whole() {
    let other_usage = |output: u64| usage(&json!({"input_tokens": 100 + output}));
    let check = |first: (u64, Value), second: (u64, Value), expect: u64| {
        let mut lines = vec![line("msg_a", first.0, &first.1), line("msg_a", second.0, &second.1)];
        for line in &mut lines {
            let output = line["message"]["usage"]["output_tokens"].as_u64().expect("a number");
            merge_json(line, &other_usage(output));
        }
        assert_eq!(only(&lines).tokens.output, expect, "{lines:?}");
        assert_eq!(only(&lines).tokens.input, 100 + expect, "{lines:?}");
    };
    let none = json!({"message": {"stop_reason": null}});
    let side = json!({"isSidechain": true});
    check((1, none.clone()), (5, none.clone()), 5);
    check((5, none.clone()), (1, none.clone()), 5);
    check((1, json!({})), (5, none.clone()), 1);
    check((5, none), (1, json!({})), 1);
    check((9, side.clone()), (1, json!({})), 1);
    check((1, json!({})), (9, side), 1);
}

#[test]
fn rule_4_of_equal_lines_the_last_wins() {
    let request = only(&[
        line("msg_a", 4, &json!({"uuid": "zz", "message": {"usage": {"input_tokens": 50}}})),
        line("msg_a", 4, &json!({"uuid": "aa", "message": {"usage": {"input_tokens": 20}}})),
    ]);
    assert_eq!((request.uuid.as_deref(), request.tokens.input), (Some("aa"), 20));
}

#[test]
fn rule_5_the_time_is_that_of_the_first_line() {
    let request = only(&[
        line("msg_a", 1, &json!({"timestamp": "2026-07-01T23:59:59.900Z"})),
        line("msg_a", 9, &json!({"timestamp": "2026-07-02T00:00:03.000Z"})),
    ]);
    assert_eq!(request.at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-07-01T23:59:59.900+00:00"));
    assert_eq!(request.tokens.output, 9);
}

#[test]
fn rule_5_the_session_is_the_original() {
    let marked = json!({"sessionId": "a-fork", "forkedFrom": {"sessionId": "s1", "messageUuid": "u"}});
    let before = json!({"type": "queue-operation", "timestamp": "2026-06-01T00:00:00.000Z"});
    let marked_early = only(&[before, line("msg_a", 9, &marked)]);
    let marked = only(&[line("msg_a", 9, &marked)]);
    let original = only(&[line("msg_a", 9, &json!({"timestamp": "2026-07-03T00:00:00.000Z"}))]);
    let older = only(&[line("msg_a", 9, &json!({}))]);
    let queued = json!({"type": "queue-operation", "timestamp": "2026-07-02T00:00:00.000Z"});
    let unmarked = only(&[queued, line("msg_a", 9, &json!({"sessionId": "a-copy"}))]);
    for (one, other, expect) in [
        (&marked, &original, "s1"),
        (&unmarked, &older, "s1"),
        (&unmarked, &marked, "a-copy"),
        (&marked_early, &older, "s1"),
    ] {
        for both in [merged(one, other), merged(other, one)] {
            assert_eq!((both.session.as_str(), both.forked), (expect, false));
        }
    }
    assert!(marked.forked);
    assert_eq!(merged(&original, &marked).at, marked.at);
}

#[test]
fn rule_5_requests_of_subagents_belong_to_the_session() {
    let request = only(&[line("msg_a", 9, &json!({"isSidechain": true, "agentId": "a1", "sessionId": "parent"}))]);
    assert_eq!((request.session.as_str(), request.agent.as_deref()), ("parent", Some("a1")));
}

#[test]
fn rule_6_the_split_of_cache_writes_never_replaces_the_total() {
    let check = |usage_json: Value, five: u64, hour: u64| {
        let tokens = only(&[line("msg_a", 1, &usage(&usage_json))]).tokens;
        assert_eq!((tokens.cache_write_5m, tokens.cache_write_1h), (five, hour), "{usage_json}");
        assert_eq!((tokens.input, tokens.output, tokens.cache_read), (3, 1, 7), "{usage_json}");
    };
    let split = |five: u64, hour: u64| json!({"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour});
    check(json!({"cache_creation_input_tokens": 100}), 100, 0);
    check(json!({"cache_creation_input_tokens": 100, "cache_creation": null}), 100, 0);
    check(json!({"cache_creation_input_tokens": 100, "cache_creation": {}}), 100, 0);
    check(json!({"cache_creation_input_tokens": 100, "cache_creation": split(0, 0)}), 100, 0);
    check(json!({"cache_creation_input_tokens": 100, "cache_creation": split(40, 60)}), 40, 60);
    check(json!({"cache_creation_input_tokens": 100, "cache_creation": split(0, 60)}), 40, 60);
    check(json!({"cache_creation_input_tokens": 100, "cache_creation": split(0, 900)}), 0, 100);
    check(json!({"cache_creation": split(40, 60)}), 40, 60);
    check(json!({"cache_creation_input_tokens": null, "cache_creation": split(40, 60)}), 40, 60);
    check(json!({"cache_creation_input_tokens": 0, "cache_creation": split(40, 60)}), 0, 0);
}

#[test]
fn rule_6_thinking_is_part_of_output() {
    let thinking = usage(&json!({"output_tokens_details": {"thinking_tokens": 40}}));
    assert_eq!(only(&[line("msg_a", 50, &thinking)]).tokens.total(), 3 + 50 + 7);
}

fn part(kind: PartKind, model: &str, output: u64) -> Part {
    Part { kind, model: model.to_owned(), tokens: Tokens { output, ..Tokens::default() }, web_searches: 0 }
}

#[test]
fn rule_8_parts_are_what_is_billed_beside_the_request() {
    let check = |more: Value, expect: &[Part]| {
        let request = only(&[line("msg_a", 1, &more)]);
        assert_eq!(request.parts, expect, "{more}");
        assert_eq!(request.tokens.output, 1, "the top level stays as written");
    };
    let entries = |entries: Value| usage(&json!({"iterations": entries}));
    let entry = |kind: &str, model: &str, output: u64| json!({"type": kind, "model": model, "output_tokens": output});
    check(entries(json!(null)), &[]);
    check(entries(json!([])), &[]);
    check(entries(json!([{"type": "message", "output_tokens": 1}])), &[]);
    check(
        entries(
            json!([entry("message", "m", 1), entry("advisor_message", "claude-fable-5", 8), {"type": "compaction", "output_tokens": 4}]),
        ),
        &[part(PartKind::Advisor, "claude-fable-5", 8), part(PartKind::Compaction, "claude-opus-5", 4)],
    );
    check(
        json!({"message": {"pausedResponses": [{"usage": {"output_tokens": 6}}, {"id": "x"}, null]}}),
        &[part(PartKind::Paused, "claude-opus-5", 6)],
    );
    check(entries(json!([entry("new_thing", "m", 2), 7, null])), &[part(PartKind::Uncounted, "m", 2)]);
}

#[test]
fn rule_8_fallbacks_stand_in_place_of_the_top_level() {
    let entry = |kind: &str, model: &str, output: u64| json!({"type": kind, "model": model, "output_tokens": output});
    let chain = json!([entry("message", "a", 2), entry("fallback_message", "b", 3), entry("fallback_message", "c", 4)]);
    let declined = part(PartKind::Uncounted, "a", 2);
    let served = only(&[line("msg_a", 4, &usage(&json!({"iterations": chain})))]);
    assert_eq!(served.parts, [declined.clone(), part(PartKind::Fallback, "b", 3), part(PartKind::Fallback, "c", 4)]);
    let refused = json!({"message": {"stop_reason": "refusal", "usage": {"iterations": chain}}});
    assert_eq!(
        only(&[line("msg_a", 4, &refused)]).parts,
        [
            declined,
            part(PartKind::Fallback, "b", 3),
            part(PartKind::Uncounted, "c", 4),
            part(PartKind::Fallback, "c", 0)
        ],
        "the refused attempt is not billed, and the top level neither"
    );
}

#[test]
fn rule_8_searches_of_a_paused_answer_are_added_to_those_of_the_request() {
    let searches = |count: u64| json!({"output_tokens": 6, "server_tool_use": {"web_search_requests": count}});
    let paused = json!([{"usage": searches(2)}, {"usage": searches(1)}]);
    let more = |own: u64| json!({"message": {"pausedResponses": paused, "usage": {"server_tool_use": {"web_search_requests": own}}}});
    let check = |lines: &[Value], expect: (u32, u32, u32)| {
        let request = only(lines);
        assert_eq!((request.line_searches, request.tool_searches, request.web_searches), expect);
    };
    check(&[line("msg_a", 1, &more(0))], (0, 0, 3));
    check(&[line("msg_a", 1, &more(4))], (4, 0, 7));
    check(&[search_call("t1", &more(0)), search_result("t1", &json!(5))], (0, 5, 8));
}

fn search_call(id: &str, more: &Value) -> Value {
    let mut record = line(
        "msg_a",
        1,
        &json!({"message": {"content": [{"type": "tool_use", "id": id, "name": "WebSearch", "input": {"query": "q"}}]}}),
    );
    merge_json(&mut record, more);
    record
}

fn search_result(id: &str, count: &Value) -> Value {
    json!({"type": "user", "toolUseResult": {"query": "q", "searchCount": count}, "message": {"content": [{"type": "tool_result", "tool_use_id": id, "content": "x"}]}})
}

#[test]
fn rule_9_searches_of_the_tool_count_when_the_line_says_none() {
    let zero = usage(&json!({"server_tool_use": {"web_search_requests": 0}}));
    let two = usage(&json!({"server_tool_use": {"web_search_requests": 2}}));
    let calls = |more: &Value| {
        only(&[
            search_call("t1", more),
            search_result("t1", &json!(1)),
            search_call("t2", more),
            search_result("t2", &json!(3)),
            search_result("t2", &json!(3)),
        ])
    };
    let other = json!({"message": {"content": [{"type": "tool_use", "id": "t3", "name": "Other", "input": {}}]}});
    let beside = [
        search_call("t1", &zero),
        search_call("t3", &other),
        search_result("t3", &json!(9)),
        search_result("t1", &json!(2)),
    ];
    assert_eq!(only(&beside).web_searches, 2, "other tools count nothing");
    assert_eq!(calls(&zero).web_searches, 4);
    assert_eq!(calls(&json!({})).web_searches, 4);
    assert_eq!(calls(&two).web_searches, 2);
    assert_eq!(only(&[search_call("t1", &zero), search_result("t1", &json!(null))]).web_searches, 0);
}

#[test]
fn rule_11_recorded_costs_are_kept_apart() {
    let request = only(&[line("msg_a", 1, &json!({"costUSD": 0.012_345_678_9}))]);
    assert_eq!(request.recorded_nano_usd, Some(12_345_679));
    assert_eq!(only(&[line("msg_a", 1, &json!({"costUSD": "odd"}))]).recorded_nano_usd, None);
}

#[test]
fn rule_12_lower_bounds_are_known() {
    let request = only(&[line("msg_a", 1, &json!({"message": {"stop_reason": null}}))]);
    assert_eq!(request.stop_reason, None);
}

#[test]
fn rule_13_odd_values_never_drop_a_line() {
    let odd = json!({
        "isSidechain": null, "requestId": 7, "timestamp": "yesterday", "gitBranch": ["x"], "costUSD": null, "uuid": {},
        "message": {"stop_reason": 3, "content": [null, {"type": "tool_use", "id": null, "input": {"id": null}}], "usage": {
            "speed": null, "service_tier": 3, "inference_geo": "", "server_tool_use": "x", "cache_creation": [], "iterations": "x",
            "input_tokens": "12", "cache_read_input_tokens": -4, "cache_creation_input_tokens": 1e300}}
    });
    let request = only(&[line("msg_a", 5, &odd)]);
    assert_eq!(request.tokens, Tokens { output: 5, ..Tokens::default() });
    assert_eq!((request.speed, request.tier, request.geo, request.at), (None, None, None, None));
}

fn any_request() -> impl Strategy<Value = Request> {
    let usage = (0_u64..3, 0_u64..3, any::<bool>(), any::<bool>(), 0_u32..3, 0_u32..3, prop::option::of(0_i64..3));
    let times = (prop::option::of(0_i64..3), prop::option::of(0_i64..3));
    let place = (0_u64..3, any::<bool>(), times, "[ab]", "[uv]");
    (usage, place).prop_map(|(usage, place)| {
        let (output, input, sidechain, stopped, line_searches, tool_searches, cost) = usage;
        let (offset, forked, (since, at), session, uuid) = place;
        let time = |seconds: Option<i64>| seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        let mut request = only(&[line("msg_a", output, &json!({"sessionId": session, "uuid": uuid}))]);
        request.tokens.input = input;
        request.sidechain = sidechain;
        request.stop_reason = stopped.then(|| "end_turn".to_owned());
        request.line_searches = line_searches;
        request.tool_searches = tool_searches;
        request.recorded_nano_usd = cost;
        request.offset = offset;
        request.forked = forked;
        request.file_since = time(since);
        request.at = time(at);
        request.settle();
        request
    })
}

fn merged(one: &Request, other: &Request) -> Request {
    let mut result = one.clone();
    result.merge(other.clone());
    result
}

proptest! {
    #[test]
    fn merging_does_not_depend_on_order(a in any_request(), b in any_request(), c in any_request()) {
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
    }
}
