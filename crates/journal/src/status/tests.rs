//! The payload of the genuine client, and everything that could come instead.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const NOW_MS: u64 = 1_795_183_241_000;

/// As Claude Code 2.1.328 gives it after the first answer, with a subscription.
fn genuine() -> Value {
    json!({
        "session_id": "11111111-1111-4111-8111-111111111111",
        "transcript_path": "/home/you/.claude/projects/-home-you-code/11111111-1111-4111-8111-111111111111.jsonl",
        "cwd": "/home/you/code",
        "prompt_id": "22222222-2222-4222-8222-222222222222",
        "effort": {"level": "medium"},
        "model": {"id": "claude-opus-5-5", "display_name": "Opus 5.5"},
        "workspace": {"current_dir": "/home/you/code", "project_dir": "/home/you/code", "added_dirs": []},
        "version": "2.1.328",
        "output_style": {"name": "default"},
        "cost": {
            "total_cost_usd": 0.002_888, "total_duration_ms": 6_096, "total_api_duration_ms": 139,
            "total_lines_added": 0, "total_lines_removed": 0
        },
        "context_window": {
            "total_input_tokens": 1_312, "total_output_tokens": 42, "context_window_size": 1_000_000,
            "current_usage": {
                "input_tokens": 12, "output_tokens": 42, "cache_creation_input_tokens": 300,
                "cache_read_input_tokens": 1_000
            },
            "used_percentage": 0, "remaining_percentage": 100
        },
        "exceeds_200k_tokens": false,
        "prompt_cache": {"warm": true, "ttl": "5m", "expires_at": 1_795_183_541, "last_miss_at": null},
        "fast_mode": false,
        "thinking": {"enabled": true},
        "rate_limits": {
            "five_hour": {"used_percentage": 23.5, "resets_at": 1_795_190_400},
            "seven_day": {"used_percentage": 41, "resets_at": 1_795_600_800}
        }
    })
}

fn read(value: &Value) -> Status {
    Status::read(value.to_string().as_bytes(), NOW_MS).expect("it is an object")
}

/// Reads the genuine payload with one field replaced.
fn with(place: &str, value: Value) -> Status {
    let mut payload = genuine();
    *payload.pointer_mut(place).expect("the payload has it") = value;
    read(&payload)
}

#[test]
fn the_payload_of_the_genuine_client_is_understood() {
    let limit = |window: &str, used_hundredths, resets_ms| Limit {
        seen_ms: NOW_MS,
        window: window.to_owned(),
        used_hundredths,
        resets_ms: Some(resets_ms),
    };
    let expect = Status {
        model: Some("Opus 5.5".to_owned()),
        session_cost_nano_usd: Some(2_888_000),
        context_hundredths: Some(0),
        context_tokens: Some(1_312),
        limits: vec![limit("five_hour", 2_350, 1_795_190_400_000), limit("seven_day", 4_100, 1_795_600_800_000)],
    };
    assert_eq!(read(&genuine()), expect);
}

#[test]
fn before_the_first_answer_the_context_is_not_known() {
    let mut payload = genuine();
    payload["context_window"]["current_usage"] = Value::Null;
    payload["context_window"]["used_percentage"] = Value::Null;
    payload.as_object_mut().expect("an object").remove("rate_limits");
    let status = read(&payload);
    assert_eq!((status.context_hundredths, status.context_tokens, status.limits), (None, None, Vec::new()));
}

#[test]
fn a_client_that_tells_no_share_of_the_context_has_it_computed() {
    let usage = json!({"input_tokens": 1_000, "cache_read_input_tokens": 124_000});
    let mut payload = genuine();
    payload["context_window"] = json!({"context_window_size": 200_000, "current_usage": usage});
    assert_eq!(read(&payload).context_hundredths, Some(6_250));
    payload["context_window"]["context_window_size"] = json!(0);
    assert_eq!(read(&payload).context_hundredths, None);
}

#[test]
fn a_model_without_a_name_has_an_id() {
    assert_eq!(with("/model/display_name", json!("")).model.as_deref(), Some("claude-opus-5-5"));
    assert_eq!(with("/model", json!("claude-opus-5-5")).model, None);
}

#[test]
fn other_windows_are_kept_and_odd_ones_passed_over() {
    let windows = json!({
        "spend_limit": {"used_percentage": 120.04, "resets_at": 1_795_190_400, "used_usd": 12.5},
        "undated": {"used_percentage": 1, "resets_at": null},
        "null": null, "text": "full", "": {"used_percentage": 1},
        "negative": {"used_percentage": -1}, "huge": {"used_percentage": 1e300}, "none": {"resets_at": 1}
    });
    let found: Vec<_> = with("/rate_limits", windows).limits;
    let found: Vec<_> =
        found.iter().map(|limit| (limit.window.as_str(), limit.used_hundredths, limit.resets_ms)).collect();
    assert_eq!(found, [("spend_limit", 12_004, Some(1_795_190_400_000)), ("undated", 100, None)]);
}

#[test]
fn values_of_another_kind_leave_only_their_part_out() {
    for value in [json!(null), json!(true), json!(-1), json!("x"), json!([1]), json!({"x": 1}), json!(1e300)] {
        for place in
            ["/model", "/cost", "/context_window", "/rate_limits", "/model/display_name", "/cost/total_cost_usd"]
        {
            let status = with(place, value.clone());
            let genuine = read(&genuine());
            let kept = [
                place.starts_with("/model") || status.model == genuine.model,
                place.starts_with("/cost") || status.session_cost_nano_usd == genuine.session_cost_nano_usd,
                place.starts_with("/context") || status.context_tokens == genuine.context_tokens,
                place.starts_with("/rate") || status.limits == genuine.limits,
            ];
            assert_eq!(kept, [true; 4], "{place} = {value}");
        }
    }
    assert_eq!(read(&json!({})), Status::default());
}

#[test]
fn what_is_no_object_is_refused_with_a_reason() {
    for payload in ["", "\n", "hello", "[1]", "7", "{\"model\":{\"id\":\"x\"", "\0"] {
        assert!(!Status::read(payload.as_bytes(), NOW_MS).expect_err(payload).is_empty());
    }
    assert!(Status::read(b"\xef\xbb\xbf{}", NOW_MS).is_ok());
}

proptest! {
    #[test]
    fn reading_never_panics(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Status::read(&payload, NOW_MS);
    }

    #[test]
    fn a_cut_payload_never_panics(cut in 0usize..2_000) {
        let whole = genuine().to_string();
        let _ = Status::read(&whole.as_bytes()[..cut.min(whole.len())], NOW_MS);
    }
}
